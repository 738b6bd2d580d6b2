"""Which package has a library that is missing: by the tool that the system or the environment has."""
import json
import os
import shutil
import subprocess

import pytest

from fix_setups import library, program
from test_fix import DLWHY, RELEASE

pytestmark = pytest.mark.skipif(not RELEASE, reason="a slow build")


def system(top, *marks):
    """A root with a program of the libraries libnobody.so.4 and libffi.so.8, which are missing."""
    root = top / "root"
    (root / "lib64").mkdir(parents=True)
    shutil.copy("/lib64/ld-linux-x86-64.so.2", root / "lib64")
    shutil.copy("/lib/x86_64-linux-gnu/libc.so.6", root / "lib64")
    libs = [library(top, f"gone/{name}", f"int f{i}(void) {{ return 0; }}\n", soname=name)
            for i, name in enumerate(("libnobody.so.4", "libffi.so.8"))]
    (root / "app/bin").mkdir(parents=True)
    for name, lib, code in (("own", libs[0], "f0"), ("ffi", libs[1], "f1")):
        program(top, f"root/app/bin/{name}", f"int {code}(void); int main(void) {{ return {code}(); }}\n", lib)
    for mark in marks:
        path = root / mark
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir() if mark.endswith("/") else path.touch()
    return root


def commands(root, name):
    done = subprocess.run([DLWHY, "fix", "--root", str(root), f"/app/bin/{name}", "--json"], check=False, stdout=subprocess.PIPE,
                          env={"PATH": "/usr/bin:/bin", **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}})
    return [c for p in json.loads(done.stdout)["plans"] for c in p["commands"]]


@pytest.mark.parametrize("marks, own, ffi", [
    (["usr/lib/sysimage/rpm/", "usr/bin/dnf"], "dnf install 'libnobody.so.4()(64bit)'", "dnf install 'libffi.so.8()(64bit)'"),
    (["var/lib/rpm/", "usr/bin/zypper"], "zypper install 'libnobody.so.4()(64bit)'", "zypper install 'libffi.so.8()(64bit)'"),
    (["etc/debian_version", "var/lib/rpm/"], "apt-file search libnobody.so.4", "apt-get install libffi8"),
    (["app/conda-meta/"], None, "conda install -p /app -c conda-forge libffi"),
])
def test_the_command_of_the_system(tmp_path, marks, own, ffi):
    root = system(tmp_path, *marks)
    told = commands(root, "own")
    assert own in told if own is not None else not any("conda" in c or "dnf" in c for c in told), told
    assert ffi in commands(root, "ffi")


def test_nobody_is_asked_where_nobody_is(tmp_path):
    root = system(tmp_path)
    assert not any(word in c for name in ("own", "ffi") for c in commands(root, name) for word in ("dnf", "apt", "conda"))
