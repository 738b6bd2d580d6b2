#!/usr/bin/python3
"""Writes src/python/stdlib.def: the modules of the standard library, by release and system.

    scripts/python_stdlib.py PREFIX... >src/python/stdlib.def

Each PREFIX is an installation of CPython on Linux, one for each release from the oldest to the newest
without a gap. What it has as source, as extension or built in is listed; what other systems have instead,
or lack, stands here: from PC/config.c and PCbuild of CPython, and from what its documentation says of
availability.
"""
import re
import subprocess
import sys
from pathlib import Path

# Left out: what no package imports.
SKIP = re.compile(r"(.*\.)?(test|tests|idlelib|turtledemo|_bundled|__pycache__|__main__|site-packages|"
                  r"config-.*)(\..*)?$|_?test.*|_xxtest.*|xx.*|_ctypes_test|__phello__.*|__hello__|"
                  r"_sysconfigdata.*|.*\.__main__$")
# name: (first, last) release that has it; 0: all that were looked at
WINDOWS = {"nt": (0, 0), "winreg": (0, 0), "msvcrt": (0, 0), "_winapi": (0, 0), "winsound": (0, 0),
           "_msi": (0, 12), "_overlapped": (0, 0), "_wmi": (12, 0), "msilib": (0, 12),
           "msilib.schema": (0, 12),
           "msilib.sequence": (0, 12), "msilib.text": (0, 12)}
MACOS = {"_scproxy": (0, 0)}
FROZEN = ["_frozen_importlib", "_frozen_importlib_external"]
POSIX = re.compile(r"(posix|fcntl|grp|pwd|resource|termios|readline|syslog|nis|_?crypt|"
                   r"_?curses(\..*|_panel)?|_dbm|_gdbm|"
                   r"_posixsubprocess|_posixshmem|pty|tty|dbm\.gnu|dbm\.ndbm|asyncio\.unix_events)$")
LINUX = re.compile(r"(spwd|ossaudiodev)$")
# A build may lack them.
OPTIONAL = ["_bz2", "_ctypes", "_hashlib", "_lzma", "_sqlite3", "_ssl", "_tkinter", "_uuid", "zlib",
            "_curses", "_curses_panel", "_dbm", "_gdbm", "readline", "_queue", "_zoneinfo"]


def minor_of(prefix):
    return int(re.search(r"3\.(\d+)$", str(next(Path(prefix).glob("lib/python3.*")))).group(1))


def names(prefix):
    lib = next(Path(prefix).glob("lib/python3.*"))
    found = set()
    for path in lib.rglob("*.py"):
        parts = path.relative_to(lib).with_suffix("").parts
        parts = parts[:-1] if parts[-1] == "__init__" else parts
        if parts and "site-packages" not in parts:
            found.add(".".join(parts))
    found |= {path.name.split(".")[0] for path in lib.glob("lib-dynload/*.so")}
    python = "%s/bin/python3" % prefix
    ask = [python, "-c", "import sys; print(*sys.builtin_module_names)"]
    found |= set(subprocess.run(ask, text=True, check=True, stdout=subprocess.PIPE).stdout.split())
    return {name for name in found if not SKIP.match(name)}


def main():
    found = sorted((minor_of(prefix), names(prefix)) for prefix in sys.argv[1:])
    minors = [minor for minor, _ in found]
    if not minors or minors != list(range(minors[0], minors[-1] + 1)):
        sys.exit("the releases have a gap: %s" % minors)
    rows = {}
    for name in set().union(*(n for _, n in found)):
        has = [minor for minor, n in found if name in n]
        where = "POSIX" if POSIX.match(name) else "LINUX" if LINUX.match(name) else "ANY"
        rows[name] = (0 if has[0] == minors[0] else has[0], 0 if has[-1] == minors[-1] else has[-1], where)
    for name in OPTIONAL:
        if name in rows and name not in ("_queue", "_zoneinfo"):
            rows[name] = (0, 0, rows[name][2])
        elif name not in rows:
            rows[name] = (0, 0, "POSIX" if POSIX.match(name) else "ANY")
    rows.update({name: (0, 0, "ANY") for name in FROZEN})
    rows.update({name: span + ("WINDOWS",) for name, span in WINDOWS.items()})
    rows.update({name: span + ("MACOS",) for name, span in MACOS.items()})
    print("/* stdlib.def - the modules of the standard library of CPython 3.%d to 3.%d.\n"
          " *\n"
          " * STDLIB(name, first, last, where): N of the first and the last Python 3.N that has it; 0: the\n"
          " * oldest or newest one looked at does. Sorted. Written by scripts/python_stdlib.py from\n"
          " * installations of these releases.\n"
          " */" % (minors[0], minors[-1]))
    for name in sorted(rows):
        print('STDLIB("%s", %d, %d, %s)' % ((name,) + rows[name]))


if __name__ == "__main__":
    main()
