#!/usr/bin/python3
"""What `dlwhy run` reads of a process that dies: files that are stripped, gone, of another class or very large."""
import json
import lzma
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
DLWHY = os.path.abspath(os.environ.get("DLWHY", HERE.parents[1] / "build" / "dlwhy"))
ENV = {"PATH": "/usr/bin:/bin", "HOME": "/nowhere", "LC_ALL": "C",
       **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}}
LIBRARY = """
__attribute__((noinline)) static int inner(const int *p) { return *p + 1; }
int outer(const int *p) { return inner(p) + 1; }
"""
PROGRAM = """
#include <unistd.h>
int outer(const int *p);
int main(int argc, char **argv) { if (argc > 1) unlink(argv[1]); return outer(0); }
"""


def cc(folder, *args, compiler="gcc"):
    subprocess.run([compiler, "-w", *args], check=True, cwd=folder)


def build(folder, *flags, compiler="gcc"):
    (folder / "lib.c").write_text(LIBRARY)
    (folder / "prog.c").write_text(PROGRAM)
    cc(folder, *flags, "-O1", "-shared", "-fPIC", "-o", "libx.so", "lib.c", compiler=compiler)
    cc(folder, *flags, "-Wl,-rpath,$ORIGIN", "-o", "prog", "prog.c", "./libx.so", compiler=compiler)


def first(folder, *argv):
    """The first finding of a run, its stack as (object, symbol), and the seconds that it took."""
    start = time.monotonic()
    result = subprocess.run([DLWHY, "run", "--json", "--output", "answer.json", "--", *argv], cwd=folder, env=ENV,
                            stdin=subprocess.DEVNULL, capture_output=True, timeout=100, check=False)
    seconds = time.monotonic() - start
    finding = json.loads((folder / "answer.json").read_text(encoding="utf-8"))["findings"][0]
    stack = [(os.path.basename(e["path"] or ""), e["value"]) for e in finding["evidence"]
             if e["says"].startswith("stack ")]
    assert result.returncode < 0
    return finding, stack, seconds


def check(finding, stack, symbols=("inner", "outer")):
    assert finding["code"] == "crash"
    assert os.path.basename(finding["object"]) == "libx.so"
    assert stack[0] == ("libx.so", symbols[0])
    assert stack[1] == ("libx.so", symbols[1])
    assert stack[2][0] == "prog"


def test_names_that_are_not_exported(tmp_path):
    build(tmp_path)
    check(*first(tmp_path, "./prog")[:2])


def test_a_stripped_library_has_those_that_it_exports(tmp_path):
    build(tmp_path)
    subprocess.run(["strip", "libx.so"], check=True, cwd=tmp_path)
    check(*first(tmp_path, "./prog")[:2], symbols=(None, "outer"))


def test_names_in_compressed_debug_data(tmp_path):
    """As Fedora has them: an ELF file of symbols in a section of its own."""
    build(tmp_path)
    subprocess.run(["objcopy", "--only-keep-debug", "libx.so", "mini"], check=True, cwd=tmp_path)
    (tmp_path / "mini.xz").write_bytes(lzma.compress((tmp_path / "mini").read_bytes()))
    subprocess.run(["strip", "libx.so"], check=True, cwd=tmp_path)
    subprocess.run(["objcopy", "--add-section", ".gnu_debugdata=mini.xz", "libx.so"], check=True, cwd=tmp_path)
    check(*first(tmp_path, "./prog")[:2])


def test_damaged_debug_data_is_passed_over(tmp_path):
    build(tmp_path)
    (tmp_path / "junk").write_bytes(lzma.compress(b"no ELF file")[:-9])
    subprocess.run(["strip", "libx.so"], check=True, cwd=tmp_path)
    subprocess.run(["objcopy", "--add-section", ".gnu_debugdata=junk", "libx.so"], check=True, cwd=tmp_path)
    check(*first(tmp_path, "./prog")[:2], symbols=(None, "outer"))


def test_a_library_that_is_gone_is_read_from_memory(tmp_path):
    build(tmp_path)
    _, stack, _ = first(tmp_path, "./prog", "libx.so")
    assert [s[0] for s in stack[:3]] == ["libx.so", "libx.so", "prog"]
    assert stack[1][1] == "outer"


def test_a_program_of_32_bits(tmp_path):
    """Without a C library: its headers for 32 bits are seldom there."""
    if not os.path.exists("/lib/ld-linux.so.2"):
        pytest.skip("needs the loader of 32-bit programs")
    (tmp_path / "lib.c").write_text(LIBRARY)
    (tmp_path / "prog.c").write_text("int outer(const int *p); void _start(void) { outer(0); for (;;); }")
    try:
        cc(tmp_path, "-m32", "-nostdlib", "-O1", "-shared", "-fPIC", "-o", "libx.so", "lib.c")
        cc(tmp_path, "-m32", "-nostdlib", "-O1", "-Wl,-rpath,$ORIGIN", "-o", "prog", "prog.c", "./libx.so")
    except subprocess.CalledProcessError:
        pytest.skip("needs a compiler for 32 bits")
    check(*first(tmp_path, "./prog")[:2])


def test_a_program_of_musl(tmp_path):
    if shutil.which("musl-gcc") is None:
        pytest.skip("needs musl-gcc")
    build(tmp_path, compiler="musl-gcc")
    check(*first(tmp_path, "./prog")[:2])


def test_a_large_library_is_not_read_as_a_whole(tmp_path):
    build(tmp_path)
    _, _, before = first(tmp_path, "./prog")
    with open(tmp_path / "libx.so", "r+b") as f:
        f.truncate(3 << 30)
    finding, stack, after = first(tmp_path, "./prog")
    check(finding, stack)
    assert after < before + 0.5


def test_many_libraries_cost_little(tmp_path):
    """Only the files on the stack are opened for it: the others cost what their simulation costs."""
    build(tmp_path)
    for i in range(60):
        shutil.copy(tmp_path / "libx.so", tmp_path / f"libcopy{i}.so")
    (tmp_path / "many.c").write_text(
        '#include <dlfcn.h>\n#include <stdio.h>\nint outer(const int *p);\nint main(void)\n{\n\tchar name[64];\n'
        '\tfor (int i = 0; i < 60; i++) {\n\t\tsnprintf(name, sizeof(name), "./libcopy%d.so", i);\n'
        '\t\tif (!dlopen(name, RTLD_NOW)) return 1;\n\t}\n\treturn outer(0);\n}\n')
    cc(tmp_path, "-Wl,-rpath,$ORIGIN", "-o", "many", "many.c", "./libx.so")
    finding, stack, seconds = first(tmp_path, "./many")
    check(finding, [(o.replace("many", "prog"), s) for o, s in stack])
    assert seconds < 5
