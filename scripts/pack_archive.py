#!/usr/bin/python3
"""Makes the libdlwhy.a that is installed: pack_archive.py --output OUT CORE.a -- CC...

All objects are linked into one, and what is hidden in the shared library becomes local in it, so
that a program that links the archive can have its own `buf_add` or `map_get`.
"""
import argparse
import os
import subprocess
import sys


def main():
    split = sys.argv.index("--")
    parser = argparse.ArgumentParser()
    parser.add_argument("--output", required=True)
    parser.add_argument("core")
    args = parser.parse_args(sys.argv[1:split])
    compiler = sys.argv[split + 1:]

    one = args.output + ".o"
    if os.path.exists(args.output):
        os.unlink(args.output)
    # The objects carry both machine code and LTO data: only the first is wanted here.
    subprocess.run(compiler + ["-r", "-nostdlib", "-fno-lto", "-o", one, "-Wl,--whole-archive",
                               args.core, "-Wl,--no-whole-archive"], check=True)
    subprocess.run(["objcopy", "--localize-hidden", "--remove-section=.gnu.lto_*",
                    "--remove-section=.gnu.debuglto_*", one], check=True)
    subprocess.run(["ar", "crsD", args.output, one], check=True)
    os.unlink(one)


if __name__ == "__main__":
    main()
