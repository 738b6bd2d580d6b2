#!/bin/sh
# demo.sh - the main job on real input: a library of a published wheel that does not load, and a
# program of this system that does. Without a network it shows the same on a library made here.
set -eu
cd "$(dirname "$0")/.."

WHEEL="tensorflow-io==0.37.1"
INSIDE=tensorflow_io/python/ops/libtensorflow_io_golang.so
PLACE=build/demo

scripts/setup.sh demo
make --no-print-directory all

show() {
	status=0
	printf '\n$ %s\n' "$*"
	"$@" || status=$?
	printf '[exit status %s]\n' "$status"
}

# Prints the command of a Python that has pip; pip is only used to download.
find_pip() {
	for candidate in "/usr/bin/python3 -m pip" "python3 -m pip" "pip3" "pip"; do
		$candidate --version >/dev/null 2>&1 && echo "$candidate" && return 0
	done
	return 1
}

download() {
	pip=$(find_pip) || return 1
	echo "downloading $WHEEL, 47 MiB, with $pip"
	$pip download -q --disable-pip-version-check --retries 1 --timeout 20 \
		--no-deps --only-binary=:all: \
		--python-version 3.11 --platform manylinux2014_x86_64 \
		--platform manylinux_2_17_x86_64 -d "$PLACE" "$WHEEL"
}

# Only the folder of the library is unpacked.
unpack() {
	python3 - "$1" "$PLACE" "$(dirname "$INSIDE")" <<'PYTHON'
import sys
import zipfile

wheel, place, folder = sys.argv[1:]
with zipfile.ZipFile(wheel) as z:
    z.extractall(place, [n for n in z.namelist() if n.startswith(folder + "/")])
PYTHON
}

# The same faults as in the wheel: a library that is not there, and a RUNPATH that leads nowhere.
make_fixture() {
	mkdir -p "$PLACE/fixture"
	echo 'int TF_Version(void) { return 0; }' >"$PLACE/fixture/framework.c"
	echo 'int TF_Version(void); int io(void) { return TF_Version(); }' >"$PLACE/fixture/io.c"
	cc -shared -fPIC -Wl,-soname,libtensorflow_framework.so.2 \
		-o "$PLACE/fixture/libframework.so" "$PLACE/fixture/framework.c"
	# shellcheck disable=SC2016 # $ORIGIN is the loader's word, not the shell's
	cc -shared -fPIC -Wl,-rpath,'$ORIGIN/../../../_solib_k8/_U_S_S_Ctensorflow' \
		-Wl,--enable-new-dtags -o "$PLACE/fixture/libtensorflow_io_golang.so" \
		"$PLACE/fixture/io.c" "$PLACE/fixture/libframework.so"
	rm -f "$PLACE/fixture/libframework.so"
}

mkdir -p "$PLACE"
library=$PLACE/$INSIDE
if [ ! -f "$library" ]; then
	wheel=$(find "$PLACE" -maxdepth 1 -name 'tensorflow_io-0.37.1-*.whl' | head -n 1)
	if [ -z "$wheel" ] && download; then
		wheel=$(find "$PLACE" -maxdepth 1 -name 'tensorflow_io-0.37.1-*.whl' | head -n 1)
	fi
	if [ -n "$wheel" ]; then
		unpack "$wheel"
	else
		echo "the wheel cannot be had from here: a library with the same faults is made instead"
		make_fixture
		library=$PLACE/fixture/libtensorflow_io_golang.so
	fi
fi

echo
echo "A library of a published package. Why does it not load?"
show build/dlwhy "$library"

echo
echo "A program of this system, which does:"
for program in /usr/bin/git /usr/bin/python3 /bin/ls; do
	[ -x "$program" ] && show build/dlwhy "$program" && break
done
