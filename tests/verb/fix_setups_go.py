"""Set-ups of programs and libraries that Go made with cgo."""
import functools
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from fix_setups import BAR, Setup, library, setup

GO = shutil.which("go", path="/usr/local/go/bin:/usr/bin:" + os.environ.get("PATH", ""))
PROGRAM = """package main

// #cgo LDFLAGS: -lbar
// int bar(void);
import "C"
import "os"

//export answer
func answer() C.int { return C.bar() }

func main() { os.Exit(int(C.bar()) - 7) }
"""


@functools.lru_cache(maxsize=1)
def made():
    """prog and libgo.so, built once; both need libbar.so.1."""
    top = Path(tempfile.mkdtemp(prefix="dlwhy-go-"))
    library(top, "libbar.so", BAR, soname="libbar.so.1")
    (top / "go.mod").write_text("module example.com/prog\n\ngo 1.18\n")
    (top / "main.go").write_text(PROGRAM)
    env = {**os.environ, "CGO_ENABLED": "1", "CGO_LDFLAGS": f"-L{top}", "GOFLAGS": "-mod=mod", "GOTOOLCHAIN": "local",
           "GOCACHE": os.environ.get("GOCACHE", str(Path(tempfile.gettempdir()) / "dlwhy-go-cache"))}
    for mode, out in (("exe", "prog"), ("c-shared", "libgo.so")):
        subprocess.run([GO, "build", f"-buildmode={mode}", "-o", out, "."], cwd=top, env=env, check=True,
                       stderr=subprocess.PIPE)
    return top


def copied(top, *names):
    shutil.copytree(made(), top / "made")
    (top / "bin").mkdir()
    for name in names:
        shutil.move(top / "made" / name, top / "bin" / name)


if GO is not None:
    @setup
    def go_program(top):
        copied(top, "prog")
        shutil.move(top / "made/libbar.so", top / "made/libbar.so.1")
        (top / "made").rename(top / "lib")
        return Setup(["bin/prog"], ["bin/prog"], "set-runpath")

    @setup
    def go_program_and_missing_link(top):
        copied(top, "prog")
        (top / "made").rename(top / "lib")
        return Setup(["bin/prog"], ["bin/prog"], "link")

    @setup
    def go_library_of_another_process(top):
        copied(top, "libgo.so")
        shutil.move(top / "made/libbar.so", top / "made/libbar.so.1")
        (top / "made").rename(top / "lib")
        return Setup([sys.executable, "-c", "import ctypes, os; os._exit(ctypes.CDLL('bin/libgo.so').answer() - 7)"],
                     ["--program", "none", "bin/libgo.so"], "set-runpath")
