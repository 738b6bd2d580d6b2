#!/usr/bin/env python3
"""Writes src/machine/windows_dlls.def and windows_functions.def: what each release of Windows has.

Names of files are facts of installed systems, listed file by file in the folder dll_lists of
https://github.com/adang1345/delvewheel; the oldest release that has a function is a fact of Microsoft's
metadata, in the folder api of https://github.com/marlersoft/win32json.

    scripts/windows_tables.py CLONE-OF-DELVEWHEEL CLONE-OF-WIN32JSON
"""
import json
import pathlib
import re
import sys

RELEASES = ["7 SP1", "8", "8.1", "10", "11"]
MACHINE = pathlib.Path(__file__).resolve().parent.parent / "src" / "machine"
PLATFORM = re.compile(r"windows(?:Server)?(8\.0|8\.1|10\.0\.\d+|2012|2016)$")
# Of Winsock the metadata names the release in which its pages were rewritten; Windows 7 got the others by an
# update (KB2533623) that every Python since 3.8 asks for.
WRONG_DLLS = {"ws2_32.dll", "mswsock.dll", "wsock32.dll"}
BY_UPDATE = {"AddDllDirectory", "RemoveDllDirectory", "SetDefaultDllDirectories"}
SERVERS = {"2012": "8.0", "2016": "10.0.14393"}


def listed(folder, release, name):
    path = folder / release / name
    if not path.exists():
        return set()
    names = (line.strip().lower() for line in path.read_text().splitlines())
    return {n for n in names if n and len(n) < 64 and not re.match(r"[0-9a-f]{8}-", n)}


def mask(sets, name):
    return sum(1 << i for i, names in enumerate(sets) if name in names)


def write(name, head, rows):
    text = f"/* {name} - {head}\n *\n * Written by scripts/windows_tables.py; see there for its sources. */\n"
    (MACHINE / name).write_text(text + "".join(f"{row}\n" for row in rows))


def dlls(folder):
    x64 = [listed(folder, r, "System32.txt") for r in RELEASES]
    x86 = [listed(folder, r, "SysWOW64.txt") for r in RELEASES]
    arm = [listed(folder, r + "-arm64", "System32-arm64.txt") for r in RELEASES]
    names = sorted(set().union(*x64, *x86, *arm))
    rows = [f'DLL("{n}", {mask(x64, n)}, {mask(x86, n)}, {mask(arm, n)})' for n in names]
    write("windows_dlls.def", "the files of System32: name, then for x64, x86 and ARM64 the sum of\n"
          " * 1 (Windows 7), 2 (8), 4 (8.1), 8 (10), 16 (11) over the releases that have it.", rows)


def functions(folder):
    first = {}
    for path in sorted(folder.glob("*.json")):
        for f in json.loads(path.read_text(encoding="utf-8-sig"))["Functions"]:
            match = PLATFORM.match(f["Platform"] or "")
            if match and f["DllImport"].lower() not in WRONG_DLLS and f["Name"] not in BY_UPDATE:
                version = SERVERS.get(match[1], match[1])
                key = (f["Name"], f["DllImport"].lower())
                first[key] = {"8.0": "6, 2, 0", "8.1": "6, 3, 0"}.get(version) or version.replace(".", ", ")
    rows = [f'FUNCTION("{name}", "{dll}", {version})' for (name, dll), version in sorted(first.items())]
    write("windows_functions.def", "functions that Windows 7 does not have: name, DLL, the release that\n"
          " * brought it.", rows)


def main():
    delvewheel, win32json = (pathlib.Path(arg) for arg in sys.argv[1:3])
    dlls(delvewheel / "dll_lists")
    functions(win32json / "api")


if __name__ == "__main__":
    main()
