"""Compares the trees of dump-ast with those of the Python that runs this, file by file.

    python3 compare_ast.py FOLDER...
"""
import ast
import os
import re
import subprocess
import sys
import tokenize
import unicodedata
import warnings
from pathlib import Path

import dump_ast

TOP = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("DLWHY_BUILD", TOP / "build-asan"))
BATCH = 64
sys.setrecursionlimit(20000)


def program():
    """dump-ast, which only folders with tests have: that of the release build is in its neighbour."""
    for folder in (BUILD, BUILD.with_name(BUILD.name + "-asan")):
        path = folder / "tests" / "python" / "dump-ast"
        if path.exists():
            return path
    raise FileNotFoundError("dump-ast has not been built: make asan")


def ours(paths):
    """path -> the lines that dump-ast prints for it."""
    run = subprocess.run([str(program()), *map(str, paths)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                         check=False)
    assert run.returncode == 0, run.stderr.decode("utf-8", "replace")
    files = {}
    for line in run.stdout.decode("utf-8").split("\n"):
        if line.startswith("=== "):
            files[line[4:]] = lines = []
        elif line:
            lines.append(line)
    return files


def theirs(path):
    """The lines for Python's tree; None if Python does not take the file, or we need not."""
    source = path.read_bytes()
    try:
        with open(path, "rb") as f:
            encoding = tokenize.detect_encoding(f.readline)[0]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source, str(path))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if encoding not in ("utf-8", "utf-8-sig", "iso-8859-1", "ascii"):
        return None
    return dump_ast.dump(tree)


def normal(line):
    """What the program does not do: names in normal form C, and large numbers."""
    line = re.sub(r"\(Big (\w+)\)", lambda m: f"(Big {int(m.group(1).lower(), 0)})", line)
    if line.isascii():
        return line
    parts = re.split(r'("[^"]*")', line)
    return "".join(p if i % 2 else unicodedata.normalize("NFKC", p) for i, p in enumerate(parts))


def same(mine, its):
    if mine == its or normal(mine) == its:
        return True
    if "\ufffd" not in mine:
        return False
    # \N{…} is not looked up
    wanted = re.escape(normal(mine)).replace("\ufffd", r"(?:\\x..|.)")
    return re.fullmatch(wanted, its, re.S) is not None


def difference(mine, its):
    """The first line that differs, or None."""
    for number in range(max(len(mine), len(its))):
        left = mine[number] if number < len(mine) else "nothing"
        right = its[number] if number < len(its) else "nothing"
        if not same(left, right):
            return f"ours:   {left[:600]}\nPython: {right[:600]}"
    return None


def compare(paths):
    """(number of files compared, differences)"""
    compared, found = 0, []
    for start in range(0, len(paths), BATCH):
        batch = paths[start:start + BATCH]
        mine = ours(batch)
        for path in batch:
            its = theirs(path)
            if its is None:
                continue
            compared += 1
            wrong = difference(mine[str(path)], its)
            if wrong:
                found.append(f"{path}\n{wrong}")
    return compared, found


def sources(*folders):
    return sorted(p for folder in folders for p in Path(folder).rglob("*.py") if p.is_file())


def speed(paths, mode):
    """What dump-ast says of its speed."""
    run = subprocess.run([str(program()), mode], input="".join(f"{p}\n" for p in paths), text=True,
                         stdout=subprocess.PIPE, check=True)
    return run.stdout.splitlines()[-1]


if __name__ == "__main__":
    every = sources(*sys.argv[1:])
    number, wrong_files = compare(every)
    print("\n".join(wrong_files[:40]))
    print(f"{len(every)} files, {number} compared, {len(wrong_files)} differ")
    for how in ("--lazy", "--full"):
        print(how, speed(every, how))
    sys.exit(1 if wrong_files else 0)
