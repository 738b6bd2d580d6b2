#!/bin/sh
# setup.sh - sees to the Debian packages that dlwhy is built and tested with.
#
#     scripts/setup.sh build    what `make` needs
#     scripts/setup.sh test     what `make check` needs on top (the default)
#     scripts/setup.sh demo     what `make demo` needs on top of build
#     scripts/setup.sh windows  what `make check-windows` needs on top of test: wine, a compiler for Windows
#
# Installs what is missing if it may (root, or sudo without a password); otherwise prints the one
# line to type and exits with status 2. Silent and quick when nothing is missing.
set -eu

BUILD="gcc libc6-dev binutils make meson ninja-build pkg-config python3 libxxhash-dev libiberty-dev
	libcapstone-dev libjansson-dev libminizip-dev libdw-dev libelf-dev liblzma-dev zlib1g-dev
	libpcre2-dev libssl-dev libarchive-dev libdeflate-dev libzstd-dev libbz2-dev"
TEST="zstd clang-14 clang-tidy-14 libclang-rt-14-dev libcmocka-dev
	cmake python3-pytest python3-jsonschema python3-pip elfutils patchelf strace libcap2-bin util-linux
	g++ gcc-aarch64-linux-gnu libc6-dev-arm64-cross musl-tools"
DEMO="python3-pip"
WINDOWS="wine wine64 gcc-mingw-w64-x86-64 binutils-mingw-w64-x86-64"

case "${1:-test}" in
build) wanted=$BUILD ;;
test) wanted="$BUILD $TEST" ;;
demo) wanted="$BUILD $DEMO" ;;
windows) wanted="$BUILD $TEST $WINDOWS" ;;
*)
	echo "usage: $0 [build|test|demo|windows]" >&2
	exit 2
	;;
esac

if ! command -v dpkg-query >/dev/null 2>&1; then
	for tool in cc meson ninja pkg-config; do
		command -v $tool >/dev/null 2>&1 && continue
		echo "setup.sh: $tool is missing, and this is no Debian; install what is called there" >&2
		# shellcheck disable=SC2086
		echo $wanted >&2
		exit 2
	done
	exit 0
fi

# shellcheck disable=SC2086 # words on purpose
installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' $wanted 2>/dev/null |
	sed -n 's/ installed$//p')
missing=
for package in $wanted; do
	case "
$installed
" in
	*"
$package
"*) ;;
	*) missing="$missing $package" ;;
	esac
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
	as_root=
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
	as_root="sudo -n"
else
	echo "setup.sh: packages are missing; install them with" >&2
	echo "sudo apt-get install -y --no-install-recommends$missing" >&2
	exit 2
fi

export DEBIAN_FRONTEND=noninteractive
# Waits for another apt that holds the lock.
apt="$as_root apt-get -o DPkg::Lock::Timeout=300"
retry() {
	for pause in 5 15 30 0; do
		"$@" && return 0
		[ "$pause" = 0 ] || sleep "$pause"
	done
	return 1
}
install_missing() {
	# shellcheck disable=SC2086
	$apt install -y -q --no-install-recommends $missing >&2
}
update_lists() {
	# The lock of the lists has no timeout option of its own.
	$apt update -q >&2
}

echo "setup.sh: installing$missing" >&2
# The package lists may be absent or old: they are only fetched when it does not go without.
if ! install_missing; then
	retry update_lists
	retry install_missing
fi
