"""Texts that real tools print while nothing is wrong, made when the test runs.

Each function gets an empty folder and returns what a command printed that succeeded.
"""
import functools
import os
import pathlib
import shutil
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
CLEAN = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": os.environ.get("HOME", "/"), "LC_ALL": "C", "TERM": "dumb",
         "GOTOOLCHAIN": "local", "GOPROXY": "off", "GOFLAGS": "", "PYTHONDONTWRITEBYTECODE": "1",
         **{k: v for k, v in os.environ.items() if k == "GOCACHE"}}
HEALTHY = {}


class Unhealthy(Exception):
    """The command fails, so its text proves nothing."""


def healthy(*needs):
    def keep(make):
        HEALTHY[make.__name__.replace("_", "-")] = needs, make
        return make
    return keep


def missing(name):
    """The programs that are not here."""
    return [p for p in HEALTHY[name][0] if not shutil.which(p)]


def text_of(name, folder):
    return HEALTHY[name][1](pathlib.Path(folder))


def run(folder, command, env=None):
    done = subprocess.run(["bash", "-c", command], cwd=folder, env={**CLEAN, **(env or {})}, check=False, timeout=120,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    printed = done.stdout.decode(errors="replace")
    if done.returncode:
        raise Unhealthy(f"{command}: {printed[-2000:]}")
    if not printed.strip():
        raise Unhealthy(f"{command} prints nothing")
    return printed


def write(folder, name, text):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def program(folder, *functions):
    write(folder, "main.c", "".join(f"int {f}(int);\n" for f in functions) + "int main(int c, char **v)\n{\n\t(void)v;\n\treturn "
          + " + ".join(f"{f}(0)" for f in functions) + " + c - 1;\n}\n")


def library(folder, path, function="tide", flags="", calls=()):
    write(folder, f"src/{function}.c", "".join(f"int {c}(int);\n" for c in calls)
          + f"int {function}(int x) {{ return x{''.join(f' + {c}(x)' for c in calls)}; }}\n")
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(f"gcc -shared -fPIC src/{function}.c -o {path} {flags}", shell=True, cwd=folder, check=True)


@functools.cache
def extension():
    """A native module of this Python, which leaves the interpreter's names to the interpreter."""
    import _ctypes  # pylint: disable=import-outside-toplevel
    return _ctypes.__file__


# ---- what looks at files ----------------------------------------------------------------------

@healthy("ldd")
def ldd_of_a_program(folder):
    return run(folder, "ldd /bin/ls /usr/bin/env")


@healthy("ldd")
def ldd_with_relocations_of_an_extension(folder):
    text = run(folder, f"ldd -r {extension()} 2>&1 || true")
    if "undefined symbol" not in text:
        raise Unhealthy("no name is left to the interpreter")
    return text


@healthy("ldd")
def ldd_of_each_extension(folder):
    where = pathlib.Path(extension()).parent
    return run(folder, f"for f in {where}/*.so; do echo \"$f:\"; ldd -r $f; done; true")


@healthy("ldd", "gcc")
def ldd_of_a_static_program(folder):
    program(folder)
    write(folder, "main.c", "int main(void) { return 0; }\n")
    run(folder, "gcc -static main.c -o prog && echo built")
    return run(folder, "ldd ./prog; file -b prog 2>/dev/null; echo status $?")


@healthy("nm")
def undefined_names_of_an_extension(folder):
    return run(folder, f"nm -D --undefined-only {extension()}")


@healthy("nm", "gcc")
def undefined_names_of_an_object(folder):
    program(folder, "tide", "ebb")
    return run(folder, "gcc -c main.c && nm -u main.o")


@healthy("readelf")
def needs_of_a_library(folder):
    return run(folder, f"readelf -dVW {extension()}")


@healthy("objdump")
def dynamic_table_of_a_library(folder):
    return run(folder, f"objdump -pT {extension()}")


@healthy("ldconfig")
def cache_of_the_loader(folder):
    return run(folder, "ldconfig -p")


@healthy("strings")
def texts_inside_the_loader(folder):
    return run(folder, "strings -n 4 $(readlink -f /lib64/ld-linux-x86-64.so.2)")


@healthy("strings")
def texts_inside_the_c_library(folder):
    return run(folder, "strings -n 6 $(ldd /bin/ls | awk '/libc.so/{print $3}')")


# ---- what watches a run -----------------------------------------------------------------------

@healthy()
def loader_that_tells_all(folder):
    return run(folder, f"LD_DEBUG=all {sys.executable} -c 'import _ctypes' 2>&1 | head -c 3000000")


@healthy()
def loader_that_tells_of_its_search(folder):
    return run(folder, f"LD_DEBUG=libs LD_LIBRARY_PATH=/nonexistent:/opt/none/lib {sys.executable} -c 'import _ctypes'")


@healthy("strace")
def system_calls_of_a_start(folder):
    return run(folder, f"LD_LIBRARY_PATH=/nonexistent/lib:/opt/none strace -f -e trace=openat,execve,access "
                       f"{sys.executable} -c 'import _ctypes, _socket'")


@healthy()
def imports_told_by_python(folder):
    return run(folder, f"{sys.executable} -v -c 'import _ctypes, json, decimal'")


# ---- builds that succeed ----------------------------------------------------------------------

@healthy("make", "gcc")
def make_with_warnings(folder):
    write(folder, "main.c", "int main(void)\n{\n\tint error, undefined_reference, not_found;\n\treturn 0;\n}\n")
    write(folder, "Makefile", "prog: main.c\n\tgcc -Wall -Wextra -o $@ $<\n\t-rm no_such_file_or_directory\n")
    return run(folder, "make 2>&1; ./prog && echo 'all tests passed'")


@healthy("make", "gcc")
def make_of_many_files(folder):
    for i in range(300):
        write(folder, f"e{i}.c", f"static int cannot_find_{i}(void) {{ return {i}; }}\nint error_{i}(void) {{ int unused = 1; "
                                 f"return {i}; }}\n")
    write(folder, "Makefile", "O = $(patsubst %.c,%.o,$(wildcard *.c))\nlib.a: $(O)\n\tar rcs $@ $^\n%.o: %.c\n"
                              "\t@echo gcc -Wall -c $<; for i in 1 2 3; do echo \"$<:2:$$i: warning: unused variable 'unused'"
                              " [-Wunused-variable]\"; done; touch $@\n")
    return run(folder, "make -j2")


@healthy("make")
def make_that_tells_how_it_thinks(folder):
    write(folder, "Makefile", "all: x.txt\nx.txt:\n\ttouch $@\n")
    return run(folder, "make -d")


@healthy("gcc")
def compiler_that_shows_its_commands(folder):
    program(folder)
    write(folder, "main.c", "#include <stdio.h>\nint main(void) { return puts(\"x\") < 0; }\n")
    return run(folder, "gcc -v -H main.c -o prog")


@healthy("gcc", "ld.bfd")
def linker_that_shows_its_files(folder):
    program(folder, "tide")
    library(folder, "lib/libtide.so")
    return run(folder, "gcc -fuse-ld=bfd main.c -o prog -Llib -ltide -Wl,-t,-M,--trace-symbol=tide,--verbose")


@healthy("gcc", "ld.bfd")
def linker_that_skips_and_finds(folder):
    program(folder, "tide")
    library(folder, "lib/libtide.so")
    (folder / "old").mkdir()
    run(folder, "gcc -m32 -c src/tide.c -o tide32.o && ar rcs old/libtide.a tide32.o && echo made")
    text = run(folder, "gcc -fuse-ld=bfd main.c -o prog -Lold -Llib -ltide && echo linked")
    if "skipping incompatible" not in text:
        raise Unhealthy("nothing is skipped")
    return text


@healthy("gcc", "mold")
def mold_that_skips_and_finds(folder):
    program(folder, "tide")
    library(folder, "lib/libtide.so")
    (folder / "old").mkdir()
    run(folder, "gcc -m32 -c src/tide.c -o tide32.o && ar rcs old/libtide.a tide32.o && echo made")
    return run(folder, "gcc -fuse-ld=mold main.c -o prog -Lold -Llib -ltide && echo linked")


@healthy("gcc", "ld.bfd")
def linker_that_warns_of_a_need(folder):
    program(folder, "tide")
    library(folder, "gone/libebb.so", "ebb")
    library(folder, "lib/libtide.so", "tide", "-Wl,--no-as-needed -Lgone -lebb")
    run(folder, "rm -r gone && echo gone")
    text = run(folder, "gcc -fuse-ld=bfd main.c -o prog -Llib -ltide && echo linked")
    if "needed by" not in text:
        raise Unhealthy("no warning")
    return text


@healthy("gcc", "ld.bfd")
def linker_with_other_warnings(folder):
    write(folder, "main.c", "#include <netdb.h>\nint table[4];\nint main(void) { return getaddrinfo(0, \"1\", 0, 0) ? 0 : 0; }\n")
    write(folder, "x.s", ".text\n.globl ebb\nebb: ret\n")
    return run(folder, "gcc -fuse-ld=bfd -static main.c x.s -o prog && echo linked")


@healthy("gcc", "ld.bfd")
def linker_that_makes_text_relocations(folder):
    write(folder, "x.c", "static int t[3];\nint *tide(int i) { return &t[i]; }\n")
    write(folder, "x.s", ".text\n.globl ebb\nebb: .quad flow\n.section .note.GNU-stack,\"\"\n")
    return run(folder, "gcc -fuse-ld=bfd -shared -fPIC x.c x.s -o libx.so -Wl,-z,notext 2>&1; gcc -fuse-ld=bfd -shared -fPIC x.c x.s "
                       "-o libx.so -Wl,--warn-shared-textrel && echo linked")


@healthy("cmake", "make", "gcc")
def cmake_that_does_without(folder):
    write(folder, "main.c", "int main(void) { return 0; }\n")
    write(folder, "CMakeLists.txt", "cmake_minimum_required(VERSION 3.13)\nproject(tide C)\ninclude(CheckIncludeFile)\n"
                                    "include(CheckLibraryExists)\ninclude(CheckFunctionExists)\nfind_package(Nonesuch)\n"
                                    "find_package(PkgConfig)\nif(PkgConfig_FOUND)\n  pkg_check_modules(EBB ebb-nonesuch)\nendif()\n"
                                    "check_include_file(sys/nonesuch.h HAVE_NONESUCH_H)\n"
                                    "check_library_exists(nonesuch flow \"\" HAVE_FLOW)\ncheck_function_exists(ebb HAVE_EBB)\n"
                                    "add_executable(prog main.c)\n")
    return run(folder, "cmake -S . -B build && cmake --build build -v")


@healthy("meson", "ninja", "gcc")
def meson_that_does_without(folder):
    write(folder, "main.c", "int main(void) { return 0; }\n")
    write(folder, "meson.build", "project('tide', 'c')\ncc = meson.get_compiler('c')\ndependency('nonesuch', required: false)\n"
                                 "cc.find_library('nonesuch', required: false)\ncc.has_header('nonesuch.h')\n"
                                 "cc.has_function('ebb')\ncc.links('int ebb(void); int main(void) { return ebb(); }', name: 'ebb')\n"
                                 "find_program('nonesuch-gen', required: false)\ne = executable('prog', 'main.c')\ntest('t', e)\n")
    return run(folder, "meson setup build && ninja -C build -v && meson test -C build")


@healthy("meson", "ninja", "gcc")
def log_of_meson_that_does_without(folder):
    write(folder, "meson.build", "project('tide', 'c')\ncc = meson.get_compiler('c')\ndependency('nonesuch', required: false)\n"
                                 "cc.find_library('nonesuch', required: false)\n"
                                 "cc.links('int ebb(void); int main(void) { return ebb(); }', name: 'ebb')\n")
    return run(folder, "meson setup build && cat build/meson-logs/meson-log.txt")


@healthy("java")
def classes_of_java(folder):
    text = run(folder, "java -verbose -version")
    if "OutOfMemoryError" not in text:
        raise Unhealthy("the class is not loaded")
    return text


@healthy("ninja")
def ninja_that_explains(folder):
    write(folder, "build.ninja", "rule t\n  command = touch $out\nbuild x: t\nbuild all: phony x\n")
    return run(folder, "ninja -d explain -v")


@healthy("pkg-config")
def all_packages_of_pkg_config(folder):
    return run(folder, "pkg-config --list-all; pkg-config --version")


@healthy("go", "gcc")
def go_build_that_shows_its_commands(folder):
    write(folder, "go.mod", "module example.org/tide\n\ngo 1.21\n")
    write(folder, "main.go", "package main\n\n// #include <math.h>\n// #cgo LDFLAGS: -lm\nimport \"C\"\n\n"
                             "func main() { println(float64(C.cbrt(8))) }\n")
    return run(folder, "go build -x -o app . && ./app")


@healthy("go")
def go_test_that_passes(folder):
    write(folder, "go.mod", "module example.org/tide\n\ngo 1.21\n")
    write(folder, "x_test.go", "package tide\n\nimport \"testing\"\n\nfunc TestLibraryNotFound(t *testing.T) {\n\tt.Log(\"libx.so: cannot "
                               "open shared object file: No such file or directory, as it must be\")\n}\n")
    return run(folder, "go test -v .")


@healthy("rustc")
def rust_with_warnings(folder):
    write(folder, "main.rs", "fn cannot_find() -> i32 { let error = 1; 2 }\nfn main() { let undefined_symbol = 3; }\n")
    return run(folder, "rustc main.rs -o prog && ./prog && echo fine")


@healthy()
def tests_of_python_that_pass(folder):
    write(folder, "t.py", "import ctypes, unittest\n\n\nclass Loads(unittest.TestCase):\n    def test_missing_shared_object_file(self):\n"
                          "        with self.assertRaises(OSError) as c:\n            ctypes.CDLL('libnonesuch.so.1')\n"
                          "        print('as expected:', type(c.exception).__name__)\n\n"
                          "    def test_undefined_symbol(self):\n        with self.assertRaises(AttributeError):\n"
                          "            ctypes.CDLL(None).nonesuch_of_tide\n")
    return run(folder, f"{sys.executable} -m unittest -v t")


@healthy("git")
def patch_of_messages(folder):
    write(folder, "a.c", "int f(void) { return complain(\"%s: cannot open shared object file\"); }\n")
    identity = "-c user.name=x -c user.email=x@example.org"
    run(folder, f"git init -q . && git add a.c && git {identity} commit -qm 'Fix undefined symbol: tide_open' && echo made")
    write(folder, "a.c", "int f(void) { return complain(\"error while loading shared libraries: %s: undefined symbol: %s\"); }\n")
    return run(folder, f"git {identity} commit -qam 'cannot find -ltide is now reported' && git log -p")


# ---- what is only read ------------------------------------------------------------------------

@healthy("ld.bfd")
def help_of_a_linker(folder):
    return run(folder, "ld.bfd --help; ld.lld --help 2>/dev/null; mold --help 2>/dev/null; true")


@healthy("gcc")
def help_of_a_compiler(folder):
    return run(folder, "gcc --help=warnings; gcc --help=common")


@healthy("go")
def help_of_go(folder):
    return run(folder, "go help buildmode; go help environment; go doc plugin")


@healthy()
def sources_of_this_project(folder):
    return "".join((TOP / "src/loader" / name).read_text() for name in ("text.def", "text.c", "search.c"))


@healthy()
def experiments_of_this_project(folder):
    return (TOP / "tests/oracle/experiments.py").read_text()
