#!/bin/sh
# fetch-glibc.sh DIR [PACKAGE] - other versions of glibc, to compare the simulation with real loaders.
#
# Fetches the amd64 package libc6 of each Debian suite that can be had, by apt with a configuration
# and state of its own (the system's lists and packages stay as they are), and unpacks it:
#   DIR/2.31/root   a file system root with ld.so, libc and the other libraries of glibc 2.31
# With PACKAGE musl the same of musl.
# Prints one such folder a line. What is already there is not fetched again.
#
# Needs: apt-get, dpkg-deb, Debian's archive keys. Exit: 0; 2 wrong usage; 3 nothing could be had.
set -eu

KEYS=/usr/share/keyrings/debian-archive-keyring.gpg
# Where this system has its packages from has those of other suites as well; older ones lie in an
# archive, whose address DEBIAN_ARCHIVE tells.
MIRROR=${DEBIAN_MIRROR:-$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 2>/dev/null |
	grep -v -- '-security/*$' | head -n 1)}
ARCHIVE=${DEBIAN_ARCHIVE:-}

if [ $# -ne 1 ] && [ $# -ne 2 ]; then
	echo "usage: fetch-glibc.sh DIR [PACKAGE]" >&2
	exit 2
fi
for tool in apt-get dpkg-deb; do
	if ! command -v "$tool" >/dev/null; then
		echo "fetch-glibc.sh: $tool is needed" >&2
		exit 3
	fi
done
mkdir -p "$1"
dir=$(cd "$1" && pwd)
package=${2:-libc6}

# isolated STATE ARGUMENT...: apt-get that knows of nothing but STATE.
isolated() {
	state=$1
	shift
	apt-get -q \
		-o Dir::Etc="$state/etc" \
		-o Dir::Etc::sourcelist="$state/etc/sources.list" \
		-o Dir::Etc::sourceparts=/dev/null \
		-o Dir::Etc::preferences=/dev/null \
		-o Dir::Etc::preferencesparts=/dev/null \
		-o Dir::State="$state/state" \
		-o Dir::State::status=/dev/null \
		-o Dir::Cache="$state/cache" \
		-o APT::Architecture=amd64 \
		-o APT::Architectures=amd64 \
		-o APT::Sandbox::User= \
		-o Acquire::Check-Valid-Until=false \
		-o Acquire::Languages=none \
		-o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false \
		-o Acquire::Retries=1 \
		-o Acquire::http::Timeout=20 \
		"$@"
}

# unpack DEB: to DIR/<version>/root, with the links that a merged /usr has.
unpack() {
	version=$(dpkg-deb -f "$1" Version | sed 's/-.*//')
	root=$dir/$version/root
	rm -rf "$dir/$version"
	mkdir -p "$root"
	dpkg-deb -x "$1" "$root"
	for top in lib lib64; do
		if [ ! -e "$root/$top" ] && [ -d "$root/usr/$top" ]; then
			ln -s "usr/$top" "$root/$top"
		fi
	done
	echo "$root"
}

# fetch MIRROR SUITE: a failure is no reason to go without the others.
fetch() {
	state=$dir/.apt/$2
	if [ -f "$state/done" ] && [ -d "$(cat "$state/done")" ]; then
		cat "$state/done"
		return 0
	fi
	mkdir -p "$state/etc" "$state/state/lists/partial" "$state/cache/archives/partial"
	echo "deb [arch=amd64 signed-by=$KEYS] $1 $2 main" >"$state/etc/sources.list"
	isolated "$state" update >"$state/log" 2>&1 || return 0
	(cd "$state" && rm -f ./*.deb && isolated "$state" download "$package:amd64" >>log 2>&1) || return 0
	for deb in "$state"/*.deb; do
		if [ -f "$deb" ]; then
			unpack "$deb" >"$state/done"
			cat "$state/done"
			rm -rf "$deb" "$state/state" "$state/cache"
		fi
	done
}

{
	for suite in ${ARCHIVE:+stretch buster}; do
		fetch "$ARCHIVE" "$suite"
	done
	for suite in bullseye bookworm trixie forky sid; do
		fetch "$MIRROR" "$suite"
	done
} | sort -u >"$dir/.roots"

if [ ! -s "$dir/.roots" ]; then
	echo "fetch-glibc.sh: no package could be fetched from $MIRROR (no network?)" >&2
	exit 3
fi
cat "$dir/.roots"
