#!/usr/bin/python3
"""Writes src/diagnose/pynames.def: which releases of Python 3 export which names of its C API.

    scripts/python_names.py PREFIX... [--used FOLDER...] >src/diagnose/pynames.def

Each PREFIX is an installation with a shared libpython3.N and its headers, one for each release from
the oldest to the newest without a gap. Names without an underscore count if a public header of every
release that exports them has them; names with one, if a library below a FOLDER asks for them.
"""
import argparse
import re
import subprocess
import sys
from pathlib import Path

# Functions of the old parser and compiler, which were never meant for modules.
NO_API = re.compile(r"Py(Init_|AST|ST|Node|Grammar|Parser|Tokenizer|Token_|Symtable|Compile_)")


def names(path, *options):
    out = subprocess.run(["nm", "-D", *options, path], stdout=subprocess.PIPE, check=True, text=True)
    words = (line.split()[-1].split("@")[0] for line in out.stdout.splitlines())
    return {word for word in words if re.match("_?Py", word)}


def library(prefix):
    found = [(int(m.group(1)), path) for path in Path(prefix).glob("lib/libpython3.*.so.1.0")
             if (m := re.search(r"libpython3\.(\d+)m?\.so", path.name))]
    return found[0]


def headers(prefix):
    words = set()
    for path in Path(prefix).glob("include/python3*/**/*.h"):
        if "internal" not in path.parts:
            words |= set(re.findall(r"\bPy\w+", path.read_text(errors="replace")))
    return words


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("prefix", nargs="+")
    parser.add_argument("--used", nargs="*", default=[])
    options = parser.parse_args()
    found = sorted(library(prefix) + (prefix,) for prefix in options.prefix)
    minors = [minor for minor, _, _ in found]
    exports = [names(path, "--defined-only") for _, path, _ in found]
    declared = [headers(prefix) for _, _, prefix in found]
    used = set().union(*(names(path, "--undefined-only") for folder in options.used
                         for path in Path(folder).rglob("*.so*") if path.is_file()
                         and path.read_bytes()[:4] == b"\x7fELF"))

    if minors != list(range(minors[0], minors[-1] + 1)):
        sys.exit("the releases have a gap: %s" % minors)
    print("/* pynames.def - names of Python's C API that not every release from 3.%d to 3.%d exports.\n"
          " *\n"
          " * PYNAME(name, first, last): N of the first and the last Python 3.N whose library exports\n"
          " * it; 0: the oldest or newest one looked at does. Written by scripts/python_names.py.\n"
          " */" % (minors[0], minors[-1]))
    for name in sorted(set().union(*exports)):
        has = [i for i, some in enumerate(exports) if name in some]
        public = not name.startswith("_") and all(name in declared[i] for i in has)
        if (NO_API.match(name) or len(has) == len(exports)
                or has != list(range(has[0], has[-1] + 1)) or not (public or name in used)):
            continue
        print('PYNAME("%s", %d, %d)' % (name, minors[has[0]] if has[0] > 0 else 0,
                                        minors[has[-1]] if has[-1] + 1 < len(exports) else 0))


if __name__ == "__main__":
    main()
