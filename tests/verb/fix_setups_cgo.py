"""Set-ups of Go packages that do not build because of a #cgo line. Go itself says whether they do."""
import os
import subprocess
import tempfile
from pathlib import Path

from fix_setups import BAR, Setup, setup
from fix_setups_go import GO

ALL = os.environ.get("DLWHY_ALL") == "1"  # in `make check-corpus`: go is slow
CACHE = Path(tempfile.gettempdir()) / "dlwhy-go-cache"
USE = """import "C"
import "os"

func main() { os.Exit(int(C.bar()) - 7) }
"""


def package(top, comment, use=USE, **more):
    """A program that calls bar() of lib/libbar.so; `go build` is the command that fails."""
    (top / "go.mod").write_text("module example.com/prog\n\ngo 1.18\n")
    (top / "main.go").write_text("package main\n\n" + comment + use)
    env = {"PATH": f"{Path(GO).parent}:/usr/bin:/bin", "CGO_ENABLED": "1", "GOFLAGS": "-mod=mod", "GOTOOLCHAIN": "local",
           "GOCACHE": str(CACHE), "GOPATH": str(top.parent / "gopath"), "GOENV": "off"}
    return Setup(["sh", "-c", "go build -o ../prog . >/dev/null 2>&1 && ../prog"], ["link", "--go", "."],
                 "edit-line", env=env, **more)


def archive(path, code=BAR, compiler="gcc", suffix=".c"):
    source = path.with_suffix(suffix)
    source.write_text(code)
    subprocess.run([compiler, "-O1", "-fPIC", "-c", "-o", path.with_suffix(".o"), source], check=True)
    subprocess.run(["ar", "rcs", path, path.with_suffix(".o")], check=True)
    source.unlink()
    path.with_suffix(".o").unlink()


def slow(function):
    return setup(function) if ALL else function


if GO is not None:
    @setup
    def cgo_archive_in_a_folder_that_is_not_named(top):
        result = package(top, "// #cgo LDFLAGS: -lbar\n// int bar(void);\n")
        (top / "lib").mkdir()
        archive(top / "lib/libbar.a")
        result.edits = ["#cgo LDFLAGS: -L${SRCDIR}/lib -lbar"]
        return result

    @slow
    def cgo_header_in_a_folder_that_is_not_named(top):
        result = package(top, "/*\n#include <bar.h>\n*/\n", USE.replace("C.bar()", "C.BAR"))
        (top / "include").mkdir()
        (top / "include/bar.h").write_text("#define BAR 7\n")
        result.edits = ["#cgo CFLAGS: -I${SRCDIR}/include"]
        return result

    @slow
    def cgo_libraries_in_the_wrong_order(top):
        """libfoo.a uses libbar.a, which stands in front of it."""
        result = package(top, "/*\n#cgo LDFLAGS: -L${SRCDIR} -lbar -lfoo\nint foo(void);\n*/\n",
                         USE.replace("C.bar", "C.foo"))
        archive(top / "libbar.a")
        archive(top / "libfoo.a", "int bar(void); int foo(void) { return bar(); }\n")
        result.edits = ["#cgo LDFLAGS: -L${SRCDIR} -lfoo -lbar"]
        return result

    @slow
    def cgo_library_that_is_not_named(top):
        result = package(top, "/*\n#include <zlib.h>\n*/\n", USE.replace("C.bar()", "C.crc32(0, nil, 0)").replace(" - 7", ""))
        result.edits = ["#cgo LDFLAGS: -lz"]
        return result

    @slow
    def cgo_library_that_is_not_named_below_line_comments(top):
        """What ends the line above the import looks like the end of a block comment."""
        result = package(top, "// #include <zlib.h>\r\n// int other(void); /* not used */\r\n",
                         USE.replace("C.bar()", "C.crc32(0, nil, 0)").replace(" - 7", "").replace("\n", "\r\n"))
        result.edits = ["#cgo LDFLAGS: -lz"]
        return result

    @slow
    def cgo_runtime_of_cxx(top):
        result = package(top, "// #cgo LDFLAGS: -L${SRCDIR} -lbar\n// int bar(void);\n")
        archive(top / "libbar.a", '#include <string>\n#include <iostream>\n'
                'extern "C" int bar(void) { std::cout << std::string("x"); return 7; }\n', "g++", ".cc")
        return result

    @slow
    def cgo_flag_that_is_misspelt(top):
        result = package(top, "// #cgo LDFLAG: -L${SRCDIR} -lbar\n// int bar(void);\n")
        archive(top / "libbar.a")
        result.edits = ["#cgo LDFLAGS: -L${SRCDIR} -lbar"]
        return result
