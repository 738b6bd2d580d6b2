"""Set-ups of packages whose versions do not go together, and of one that was never there. All wheels are made here;
another version of a package is in a folder.
"""
import base64
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from fix_setups import Setup, library, setup
from fix_setups_python import EXTENSION, PYTHON

HAS_PIP = subprocess.run([PYTHON, "-m", "pip", "--version"], check=False, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE).returncode == 0
ALL = os.environ.get("DLWHY_ALL") == "1"  # in `make check-corpus`: pip is slow
OPTIONS = {"PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_CACHE_DIR": "1"}


def wheel(folder, name, version, files, requires=(), tag="py3-none-any"):
    """A wheel of these files (path in site-packages -> bytes)."""
    info = f"{name}-{version}.dist-info"
    files = {**files,
             f"{info}/METADATA": "".join([f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
                                          *(f"Requires-Dist: {r}\n" for r in requires)]).encode(),
             f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: by hand\nRoot-Is-Purelib: false\nTag: {tag}\n".encode()}
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    with zipfile.ZipFile(folder / f"{name}-{version}-{tag}.whl", "w", zipfile.ZIP_DEFLATED) as z:
        for path, data in files.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            rows.append(f"{path},sha256={digest},{len(data)}\n")
            z.writestr(path, data)
        z.writestr(f"{info}/RECORD", "".join(rows) + f"{info}/RECORD,,\n")


def compiled(path, code, *args, soname=None):
    with tempfile.TemporaryDirectory() as top:
        return library(Path(top), path, code, *args, soname=soname).read_bytes()


def core(folder, version, functions, requires=(), value=7):
    """A package that is a library: core/libcore.so.1 with these functions."""
    code = "".join(f"int {f}(void) {{ return {value}; }}\n" for f in functions)
    wheel(folder, "core", version, {"core/__init__.py": b"", "core/libcore.so.1":
                                    compiled("libcore.so.1", code, soname="libcore.so.1")}, requires)


def pkg(folder, version, function, requires=(), suffix="abi3", tag="py3-none-any"):
    """A package with an extension that uses one of them."""
    with tempfile.TemporaryDirectory() as top:
        top = Path(top)
        lib = library(top, "libcore.so.1", f"int {function}(void) {{ return 7; }}\n", soname="libcore.so.1")
        ext = library(top, "_native.so", EXTENSION.replace("bar", function), lib, "-Wl,-z,now",
                      "-Wl,-rpath,$ORIGIN/../core").read_bytes()
    wheel(folder, "pkg", version, {"pkg/__init__.py": b"from . import _native\n", f"pkg/_native.{suffix}.so": ext},
          requires, tag)


def environment(top, *requirements):
    """An environment that has these of top/wheels, whatever they ask for."""
    subprocess.run([PYTHON, "-m", "venv", "--without-pip", top / "env"], check=True)
    python = str(top / "env/bin/python3")
    if requirements:
        subprocess.run([PYTHON, "-m", "pip", "--python", python, "install", "-q", "--no-compile", "--no-deps",
                        "--find-links", top / "wheels", *requirements], check=True, env={**os.environ, **OPTIONS},
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return python


def asked(top, python, kind, module="pkg", **more):
    """The command that fails there, and the question."""
    return Setup([python, "-B", "-c", f"import {module}"],
                 ["--python", python, "--wheels", str(top / "wheels"), "import", module], kind, env=OPTIONS,
                 verifies=str(top / "env"), **more)


def slow(function):
    return setup(function) if ALL else function


def tag_of_python():
    return f"cp3{sys.version_info.minor}" if PYTHON == sys.executable else subprocess.run(
        [PYTHON, "-c", "import sys; print(f'cp3{sys.version_info.minor}')"], check=True, stdout=subprocess.PIPE,
        text=True).stdout.strip()


if HAS_PIP:
    @setup
    def older_version_of_what_it_needs(top):
        """core 3.0 has no `old` any more; 2.0 is the nearest that has, and needs one package more."""
        for version, functions in (("1.0", ["old"]), ("2.0", ["old", "new"]), ("3.0", ["new"])):
            core(top / "wheels", version, functions, ["helper>=1"] if version == "2.0" else ())
        wheel(top / "wheels", "helper", "1.5", {"helper.py": b"\n"})
        pkg(top / "wheels", "1.0", "old", ["core"])
        return asked(top, environment(top, "core==3.0", "pkg==1.0"), "install-version")

    @setup
    def package_that_was_never_there(top):
        core(top / "wheels", "1.0", ["old"])
        pkg(top / "wheels", "1.0", "old", ["core<2"])
        return asked(top, environment(top), "install-version")

    @slow
    def newer_version_of_itself(top):
        """Another package wants core 2, so pkg has to follow."""
        core(top / "wheels", "1.0", ["old"])
        core(top / "wheels", "2.0", ["new"])
        wheel(top / "wheels", "other", "1.0", {"other.py": b"\n"}, ["core>=2"])
        pkg(top / "wheels", "1.0", "old", ["core"])
        pkg(top / "wheels", "1.1", "new", ["core"])
        result = asked(top, environment(top, "core==2.0", "other==1.0", "pkg==1.0"), "install-version")
        result.edits = ["pkg==1.1"]
        return result

    @slow
    def build_for_another_python(top):
        python = tag_of_python()
        core(top / "wheels", "1.0", ["old"])
        wheels, theirs = top / "wheels", top / "theirs"
        pkg(wheels, "1.0", "old", ["core"], f"cpython-3{python[3:]}-x86_64-linux-gnu", f"{python}-{python}-linux_x86_64")
        pkg(theirs, "1.0", "old", ["core"], "cpython-37m-x86_64-linux-gnu", "py3-none-any")
        shutil.copytree(theirs, top / "all")
        shutil.copytree(wheels, top / "all", dirs_exist_ok=True)
        env = environment(top, "core==1.0")
        subprocess.run([PYTHON, "-m", "pip", "--python", env, "install", "-q", "--no-compile", "--no-deps", *theirs.iterdir()],
                       check=True, env={**os.environ, **OPTIONS}, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return asked(top, env, "install-version")

    @slow
    def package_of_an_index_that_was_never_there(top):
        """Its wheel is only known to pip: what it brings cannot be simulated."""
        wheel(top / "index", "pkg", "1.0", {"pkg/__init__.py": b"\n"})
        (top / "pip.conf").write_text(f"[global]\nno-index = true\nfind-links = {top}/index\n")
        python = environment(top)
        return Setup([python, "-B", "-c", "import pkg"], ["--python", python, "import", "pkg"], "install", unseen=True,
                     env={"PIP_CONFIG_FILE": str(top / "pip.conf"), **OPTIONS}, verifies=str(top / "env"))
