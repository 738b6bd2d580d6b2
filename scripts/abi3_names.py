#!/usr/bin/python3
"""Writes src/diagnose/pystable.def: the names of Python's stable ABI, and the release that each came with.

    scripts/abi3_names.py >src/diagnose/pystable.def

Needs the package abi3info (from PyPI), whose tables are generated from Misc/stable_abi.toml of
CPython.
"""
import abi3info


def main():
    rows = {symbol.name: item.added.minor for table in (abi3info.FUNCTIONS, abi3info.DATAS)
            for symbol, item in table.items()}
    print("/* pystable.def - the stable ABI of Python 3 (\"abi3\").\n"
          " *\n"
          " * PYSTABLE(name, first): it belongs to it since Python 3.FIRST. Written by "
          "scripts/abi3_names.py.\n"
          " */")
    for name in sorted(rows):
        print(f'PYSTABLE("{name}", {rows[name]})')


if __name__ == "__main__":
    main()
