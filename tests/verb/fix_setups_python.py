"""Set-ups of `import` that do not work: extension modules and libraries that packages open by hand."""
import shutil
import sys

from fix_setups import BAR, Setup, library, setup

EXTENSION = """
#include <stddef.h>
struct def { size_t refs; void *type; void *init; size_t index; void *copy; const char *name, *doc; size_t size;
             void *methods, *slots, *traverse, *clear, *free; };
static struct def def = { 1, NULL, NULL, 0, NULL, "_native", NULL, (size_t)-1, NULL, NULL, NULL, NULL, NULL };
void *PyModule_Create2(void *, int);
int bar(void);
void *PyInit__native(void) { return bar() == 7 ? PyModule_Create2(&def, 1013) : NULL; }
"""
PYTHON = shutil.which("python3", path="/usr/bin") or sys.executable


def package(top, *args, code="from . import _native\n"):
    """site/pkg with an extension that needs libbar.so.1 of site/pkg.libs."""
    bar = library(top, "site/pkg.libs/libbar.so.1", BAR, soname="libbar.so.1")
    library(top, "site/pkg/_native.abi3.so", EXTENSION, bar, *args)
    (top / "site/pkg/__init__.py").write_text(code)
    return Setup([PYTHON, "-B", "-c", "import pkg"], ["--python", PYTHON, "import", "pkg"], "set-runpath",
                 env={"PYTHONPATH": str(top / "site")})


@setup
def extension_without_a_path(top):
    return package(top)


@setup
def extension_with_a_dead_path(top):
    return package(top, "-Wl,-rpath,/tmp/pip-build-env/lib")


@setup
def extension_whose_link_is_missing(top):
    result = package(top, "-Wl,-rpath,$ORIGIN/../pkg.libs")
    (top / "site/pkg.libs/libbar.so.1").rename(top / "site/pkg.libs/libbar.so.1.0.7")
    result.kind = "link"
    return result


@setup
def extension_that_does_not_name_its_library(top):
    result = package(top, "-Wl,-rpath,$ORIGIN/../pkg.libs")
    library(top, "site/pkg/_native.abi3.so", EXTENSION, "-Wl,-z,now", "-Wl,-rpath,$ORIGIN/../pkg.libs")
    result.kind = "edit-needed"
    return result


@setup
def library_opened_by_ctypes(top):
    bar = library(top, "site/pkg/deps/libbar.so.1", BAR, soname="libbar.so.1")
    library(top, "site/pkg/libcore.so", "int bar(void); int core(void) { return bar(); }\n", bar)
    (top / "site/pkg/__init__.py").write_text(
        "import ctypes, os\n_lib = ctypes.CDLL(os.path.join(os.path.dirname(__file__), 'libcore.so'))\n")
    return Setup([PYTHON, "-B", "-c", "import pkg"], ["--python", PYTHON, "import", "pkg"], "set-runpath",
                 env={"PYTHONPATH": str(top / "site")})


@setup
def text_of_a_traceback(top):
    """The same, from what Python printed."""
    result = package(top)
    text = (f'Traceback (most recent call last):\n  File "<string>", line 1, in <module>\n'
            f'  File "{top}/site/pkg/__init__.py", line 1, in <module>\n    from . import _native\n'
            'ImportError: libbar.so.1: cannot open shared object file: No such file or directory\n')
    (top / "error.txt").write_text(text)
    result.ask = ["--python", PYTHON, "error.txt"]
    return result
