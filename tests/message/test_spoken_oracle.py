#!/usr/bin/python3
"""What real programs print here, when they are made to fail, is explained: the loaders of glibc and musl, shells,
interpreters, virtual machines, and glibc's sentences in every language that is installed.

DLWHY is the path of the program, build/dlwhy by default.
"""
import gettext
import glob
import json
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
DLWHY = os.path.abspath(os.environ.get("DLWHY", HERE.parents[1] / "build" / "dlwhy"))
CLEAN = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": os.environ.get("HOME", "/")}
ALIKE = {"missing-library", "search-path"}


def pythons_of_pyenv():
    shim = shutil.which("pyenv")
    return glob.glob(str(pathlib.Path(shim).resolve().parents[1] / "versions/3.*/bin/python3")) if shim else []


PYTHONS = sorted({sys.executable, "/usr/bin/python3", *pythons_of_pyenv()})


def run(*words, env=None, cwd=None, text=None):
    """All that a program prints."""
    done = subprocess.run([str(w) for w in words], env={**CLEAN, **(env or {})}, cwd=cwd, input=text, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="surrogateescape", timeout=120)
    return done.stdout


def base(name):
    return re.split(r"[/\\]", name or "")[-1]


def told(text, code, **want):
    done = subprocess.run([DLWHY, "explain", "--no-look", "--json", "-"], input=text.encode("utf-8", "surrogateescape"),
                          stdout=subprocess.PIPE, check=False)
    findings = [f for f in json.loads(done.stdout)["findings"] if f["severity"] == "error"]
    assert findings, text
    got = findings[0]
    assert got["code"] == code or {got["code"], code} <= ALIKE, (text, got)
    for key, value in want.items():
        assert base(got[key]) == base(str(value)), (text, key, got)


def need(tool):
    path = shutil.which(tool)
    if path is None:
        pytest.skip(f"{tool} is not installed")
    return path


def cc(out, source, *options, compiler="gcc"):
    (out.parent / f"{out.name}.c").write_text(source)
    subprocess.run([compiler, "-w", "-o", out, out.parent / f"{out.name}.c", *options], check=True)
    return out


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Files that do not load, each for a reason of its own."""
    d = tmp_path_factory.mktemp("made")
    need("gcc")
    cc(d / "libgone.so.1", "int gone(void) { return 1; }", "-shared", "-fPIC", "-Wl,-soname,libgone.so.1")
    cc(d / "libneeds.so", "int gone(void); int f(void) { return gone(); }", "-shared", "-fPIC", d / "libgone.so.1")
    cc(d / "needs", "int gone(void); int main(void) { return gone(); }", d / "libgone.so.1")
    (d / "libgone.so.1").unlink()
    cc(d / "libundef.so", "int reef_open(void); int f(void) { return reef_open(); }", "-shared", "-fPIC", "-Wl,-z,now")
    (d / "v1").mkdir()
    (d / "one.map").write_text("REEF_1 { global: reef; local: *; };\n")
    (d / "two.map").write_text("REEF_1 { };\nREEF_2 { global: reef; } REEF_1;\n")
    cc(d / "libreef.so.1", "int reef(void) { return 2; }", "-shared", "-fPIC", "-Wl,-soname,libreef.so.1",
       f"-Wl,--version-script={d / 'two.map'}")
    cc(d / "newer", "int reef(void); int main(void) { return reef(); }", d / "libreef.so.1", "-Wl,-rpath,$ORIGIN")
    cc(d / "libnewer.so", "int reef(void); int f(void) { return reef(); }", "-shared", "-fPIC", d / "libreef.so.1",
       "-Wl,-rpath,$ORIGIN")
    cc(d / "libreef.so.1", "int reef(void) { return 1; }", "-shared", "-fPIC", "-Wl,-soname,libreef.so.1",
       f"-Wl,--version-script={d / 'one.map'}")
    cc(d / "libtls.so", "__attribute__((tls_model(\"initial-exec\"))) __thread char big[1 << 20]; char *f(void) { return big; }",
       "-shared", "-fPIC")
    cc(d / "libgood.so", "int good(void) { return 1; }", "-shared", "-fPIC")
    good = (d / "libgood.so").read_bytes()
    (d / "libshort.so").write_bytes(good[:20])
    (d / "libtext.so").write_text("version https://git-lfs.github.com/spec/v1\n" * 4)
    (d / "lib32.so").write_bytes(good[:4] + b"\1" + good[5:])
    (d / "libbig.so").write_bytes(good[:5] + b"\2" + good[6:])
    (d / "libold.so").write_bytes(good[:7] + b"\x63" + good[8:])
    (d / "libarm.so").write_bytes(good[:18] + struct.pack("<H", 183) + good[20:])
    (d / "folder.so").mkdir()
    cc(d / "program", "int main(void) { return 0; }")
    cc(d / "part.o", "int part;", "-c")
    arm = bytearray((d / "program").read_bytes())
    arm[18:20] = struct.pack("<H", 243)
    (d / "foreign").write_bytes(arm)
    (d / "foreign").chmod(0o755)
    cc(d / "noloader", "int main(void) { return 0; }", "-Wl,--dynamic-linker=/lib/ld-reef.so.9")
    return d


DLOPEN = [
    ("libneeds.so", "missing-library", {"object": "libgone.so.1"}),
    ("nowhere.so", "missing-library", {"object": "nowhere.so"}),
    ("libundef.so", "missing-symbol", {"object": "libundef.so", "symbol": "reef_open"}),
    ("libnewer.so", "missing-version", {"object": "libreef.so.1", "needed_by": "libnewer.so", "symbol": "REEF_2"}),
    ("libtls.so", "static-tls", {"object": "libtls.so"}),
    ("libshort.so", "corrupt-file", {"object": "libshort.so"}),
    ("libtext.so", "corrupt-file", {"object": "libtext.so"}),
    ("lib32.so", "wrong-arch", {"object": "lib32.so"}),
    ("libbig.so", "wrong-arch", {"object": "libbig.so"}),
    ("libold.so", "os-too-old", {"object": "libold.so"}),
    ("folder.so", "not-loadable", {"object": "folder.so"}),
    ("program", "not-loadable", {"object": "program"}),
    ("part.o", "not-loadable", {"object": "part.o"}),
]


@pytest.mark.parametrize("name, code, want", DLOPEN, ids=[d[0] for d in DLOPEN])
def test_dlopen(made, name, code, want):
    told(run(sys.executable, "-c", f"import ctypes; ctypes.CDLL({str(made / name)!r})"), code, **want)


def test_start(made):
    told(run(made / "needs"), "missing-library", object="libgone.so.1", needed_by="needs")
    told(run(made / "newer"), "missing-version", object="libreef.so.1", symbol="REEF_2")
    told(run("ldd", made / "needs"), "missing-library", object="libgone.so.1")
    told(run(made / "program", env={"LD_PRELOAD": str(made / "lib32.so")}), "wrong-arch", object="lib32.so")
    told(run(made / "program", env={"LD_PRELOAD": "libnope.so"}), "missing-library", object="libnope.so")


def test_lazy_symbol(made):
    text = run(made / "program", env={"LD_PRELOAD": str(made / "libundef.so")})
    told(text, "missing-symbol", object="libundef.so", symbol="reef_open", needed_by="program")


def test_shells(made):
    for shell in ("bash", "sh", "zsh", "busybox"):
        if shutil.which(shell) is None:
            continue
        words = [shell, "sh"] if shell == "busybox" else [shell]
        told(run(*words, "-c", "./foreign", cwd=made), "wrong-arch")
        told(run(*words, "-c", "./noloader", cwd=made), "interpreter-missing", needed_by="./noloader")
        (made / "script").write_text("#!/opt/reef/bin/python9\n")
        (made / "script").chmod(0o755)
        told(run(*words, "-c", "./script", cwd=made), "interpreter-missing")
        (made / "plain").write_text("x")
        (made / "plain").chmod(0o644)
        told(run(*words, "-c", "./plain", cwd=made), "permission", object="./plain")


def test_musl(made, tmp_path):
    gcc = need("musl-gcc")
    cc(tmp_path / "libgone.so", "int gone(void) { return 1; }", "-shared", "-fPIC", compiler=gcc)
    cc(tmp_path / "needs", "int gone(void); int main(void) { return gone(); }", tmp_path / "libgone.so", compiler=gcc)
    cc(tmp_path / "libgone.so", "int other(void) { return 1; }", "-shared", "-fPIC", compiler=gcc)
    path = {"LD_LIBRARY_PATH": str(tmp_path)}
    told(run(tmp_path / "needs", env=path), "missing-symbol", object="needs", symbol="gone")
    (tmp_path / "libgone.so").write_text("x")
    told(run(tmp_path / "needs", env=path), "corrupt-file", object="libgone.so")
    (tmp_path / "libgone.so").unlink()
    told(run(tmp_path / "needs", env=path), "missing-library", object="libgone.so", needed_by="needs")


@pytest.mark.sample(3)
@pytest.mark.parametrize("python", PYTHONS)
def test_python(made, tmp_path, python):
    if not os.path.exists(python):
        pytest.skip("it is not here")
    told(run(python, "-c", "import reefish"), "python-module", object="reefish")
    told(run(python, "-m", "reefish"), "python-module", object="reefish")
    (tmp_path / "ring.py").write_text("from ring import fish\n")
    text = run(python, "-c", "import ring", cwd=tmp_path)
    # Before 3.8 the words do not tell.
    told(text, "circular-import-or-shadow" if "partially" in text else "python-module")
    (tmp_path / "json.py").write_text("x = 1\n")
    told(run(python, "-c", "import json.decoder", cwd=tmp_path), "circular-import-or-shadow", object="json")
    shutil.copy(made / "libgood.so", tmp_path / "reef.so")
    told(run(python, "-c", "import reef", cwd=tmp_path), "python-module", detail="python-abi", object="reef")
    shutil.copy(made / "libneeds.so", tmp_path / "coral.so")
    told(run(python, "-c", "import coral", cwd=tmp_path), "missing-library", object="libgone.so.1")
    shutil.copy(made / "libtext.so", tmp_path / "kelp.so")
    told(run(python, "-c", "import kelp", cwd=tmp_path), "corrupt-file", object="kelp.so")
    (tmp_path / "sand.pyc").write_bytes(b"\3\xf3\r\n" * 8)
    told(run(python, "-c", "import sand", cwd=tmp_path), "python-module", detail="python-abi", object="sand")


def test_node(made, tmp_path):
    node = need("node")
    shutil.copy(made / "libtext.so", tmp_path / "reef.node")
    # It may as well be the file of another system.
    told(run(node, "-e", f"require({str(tmp_path / 'reef.node')!r})"), "wrong-arch", object="reef.node")
    shutil.copy(made / "libneeds.so", tmp_path / "coral.node")
    told(run(node, "-e", f"require({str(tmp_path / 'coral.node')!r})"), "missing-library", object="libgone.so.1")
    shutil.copy(made / "libgood.so", tmp_path / "kelp.node")
    told(run(node, "-e", f"require({str(tmp_path / 'kelp.node')!r})"), "abi-mismatch", object="kelp.node")


def test_java(made, tmp_path):
    java = need("java")
    (tmp_path / "Reef.java").write_text(
        "public class Reef { static native int open(); public static void main(String[] a) {\n"
        " if (a[0].equals(\"native\")) { System.load(a[1]); open(); }\n"
        " else if (a[0].equals(\"path\")) System.load(a[1]); else System.loadLibrary(a[1]); } }\n")
    source = tmp_path / "Reef.java"
    text = run(java, source, "name", "reef")
    if "UnsatisfiedLinkError" not in text:
        pytest.skip("this Java does not run sources")
    told(text, "missing-library", object="reef")
    told(run(java, source, "path", tmp_path / "libnope.so"), "missing-library", object="libnope.so")
    told(run(java, source, "path", made / "libneeds.so"), "missing-library", object="libgone.so.1", needed_by="libneeds.so")
    told(run(java, source, "path", made / "lib32.so"), "wrong-arch", object="lib32.so")
    told(run(java, source, "path", made / "libarm.so"), "wrong-arch", object="libarm.so")
    told(run(java, source, "path", made / "libtext.so"), "corrupt-file", object="libtext.so")
    told(run(java, source, "native", made / "libgood.so"), "missing-symbol")


def test_perl(made):
    perl = need("perl")
    told(run(perl, "-e", "use Reef::Fish;"), "missing-library", object="Reef/Fish.pm")
    ask = "require DynaLoader; DynaLoader::dl_load_file($ARGV[0]) or die DynaLoader::dl_error()"
    told(run(perl, "-e", ask, made / "libneeds.so"), "missing-library", object="libgone.so.1")
    told(run(perl, "-e", ask, made / "libtext.so"), "corrupt-file", object="libtext.so")


def test_tcl(made):
    tclsh = need("tclsh")
    told(run(tclsh, text=f"load {made / 'libneeds.so'}\n"), "missing-library", object="libgone.so.1",
         needed_by="libneeds.so")
    told(run(tclsh, text="package require reef\n"), "missing-library", object="reef")


def test_go_and_rust(made):
    """What says why a program does not start, from other languages."""
    ask = f"import subprocess; subprocess.run([{str(made / 'foreign')!r}])"
    told(run(sys.executable, "-c", ask), "wrong-arch", object="foreign")


SENTENCES = [
    ("cannot open shared object file", "missing-library", "libreef.so.3"),
    ("file too short", "corrupt-file", "/opt/reef/libreef.so.3"),
    ("invalid ELF header", "corrupt-file", "/opt/reef/libreef.so.3"),
    ("wrong ELF class: ELFCLASS32", "wrong-arch", "/opt/reef/libreef.so.3"),
    ("cannot allocate memory in static TLS block", "static-tls", "/opt/reef/libreef.so.3"),
]
CATALOGUES = sorted(glob.glob("/usr/share/locale/*/LC_MESSAGES/libc.mo"))


@pytest.mark.parametrize("path", CATALOGUES, ids=[p.split("/")[4] for p in CATALOGUES])
def test_languages(path):
    """glibc translates its sentences, the one about the class of a file included."""
    with open(path, "rb") as f:
        catalogue = gettext.GNUTranslations(f)
    for sentence, code, name in SENTENCES:
        said = catalogue.gettext(sentence)
        if said == sentence:
            continue
        why = f": {catalogue.gettext('No such file or directory')}" if code == "missing-library" else ""
        told(f"{name}: {said}{why}\n", code, object=name)
