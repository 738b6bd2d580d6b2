"""Set-ups of `import` that do not work: extension modules and libraries that packages open by hand."""
import base64
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile

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


# ---- packages that pip has installed -------------------------------------------------------------------

WHEEL = """Wheel-Version: 1.0
Generator: by hand
Root-Is-Purelib: false
Tag: py3-none-any
"""


def wheel(top, files):
    """pkg 1.0 in top/wheels."""
    (top / "wheels").mkdir()
    info = {"pkg-1.0.dist-info/METADATA": b"Metadata-Version: 2.1\nName: pkg\nVersion: 1.0\n",
            "pkg-1.0.dist-info/WHEEL": WHEEL.encode()}
    rows = []
    with zipfile.ZipFile(top / "wheels/pkg-1.0-py3-none-any.whl", "w") as z:
        for name, data in {**files, **info}.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            rows.append(f"{name},sha256={digest},{len(data)}\n")
            z.writestr(name, data)
        z.writestr("pkg-1.0.dist-info/RECORD", "".join(rows) + "pkg-1.0.dist-info/RECORD,,\n")


def installed(top):
    """pkg with its native files, in a virtual environment, by pip, from a wheel in a folder."""
    build = top / "build"
    build.mkdir()
    package(build, "-Wl,-rpath,$ORIGIN/../pkg.libs")
    site = build / "site"
    wheel(top, {str(p.relative_to(site)): p.read_bytes() for p in sorted(site.rglob("*")) if p.is_file()})
    shutil.rmtree(build)
    subprocess.run([PYTHON, "-m", "venv", "--without-pip", top / "env"], check=True)
    python = str(top / "env/bin/python")
    env = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(top / "wheels"), "PIP_DISABLE_PIP_VERSION_CHECK": "1",
           "PIP_NO_CACHE_DIR": "1"}
    subprocess.run([PYTHON, "-m", "pip", "--python", python, "install", "-q", "--no-compile", "pkg==1.0"], check=True,
                   env={**os.environ, **env}, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return Setup([python, "-B", "-c", "import pkg"], ["--python", python, "import", "pkg"], "reinstall", env=env), \
        next((top / "env/lib").glob("python3*/site-packages"))


if subprocess.run([PYTHON, "-m", "pip", "--version"], check=False, stdout=subprocess.PIPE,
                  stderr=subprocess.PIPE).returncode == 0:
    @setup
    def truncated_file_of_a_package(top):
        result, site = installed(top)
        file = site / "pkg/_native.abi3.so"
        file.write_bytes(file.read_bytes()[:2000])
        return result

    @setup
    def emptied_library_of_a_package(top):
        result, site = installed(top)
        (site / "pkg.libs/libbar.so.1").write_bytes(b"")
        return result

    @setup
    def deleted_library_of_a_package(top):
        result, site = installed(top)
        (site / "pkg.libs/libbar.so.1").unlink()
        return result

    @setup
    def pointer_in_place_of_a_library(top):
        result, site = installed(top)
        (site / "pkg.libs/libbar.so.1").write_text(
            "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 16384\n")
        return result

    @setup
    def edited_file_of_a_package(top):
        """RECORD follows an edit: what verifies the environment later finds it in order."""
        result, site = installed(top)
        (site / "pkg.libs").rename(site / "pkg/libraries")
        record = site / "pkg-1.0.dist-info/RECORD"
        record.write_text(record.read_text().replace("pkg.libs/", "pkg/libraries/"))
        result.kind = "set-runpath"
        result.verifies = str(top / "env")
        return result
