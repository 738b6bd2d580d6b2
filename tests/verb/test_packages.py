#!/usr/bin/python3
"""`dlwhy check` of packages and of files in them: wheels, zip and tar files, Debian and conda packages, images of
containers; what is said of them beside what is said of the same files unpacked. And archives that are made to harm.

DLWHY is the path of the program, build/dlwhy by default.
"""
import functools
import io
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tarfile
import time
import zipfile

import pytest

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[1]
sys.path[:0] = [str(TOP / "tests" / "package"), str(TOP / "tests" / "oracle")]
import macho_file  # noqa: E402
import pewrite  # noqa: E402
import wheels  # noqa: E402
from schema import validator  # noqa: E402

DLWHY = os.path.abspath(os.environ.get("DLWHY", TOP / "build" / "dlwhy"))
CP = "cp311-cp311-manylinux_2_17_x86_64"
SO = ".cpython-311-x86_64-linux-gnu.so"
MODULE = "int a(void); void PyType_Ready(void); void *PyInit__x(void) { PyType_Ready(); return (void *)(long)a(); }"

pytestmark = pytest.mark.skipif(os.uname().machine != "x86_64", reason="builds for x86_64")


def dlwhy(*args, cwd=None, status=None):
    clean = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8",
             **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}}
    p = subprocess.run([DLWHY, *map(str, args)], env=clean, cwd=cwd, stdin=subprocess.DEVNULL,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120, check=False)
    assert status is None or p.returncode == status, (p.returncode, p.stdout.decode(), p.stderr.decode())
    return p


def check(*args, **options):
    p = dlwhy("check", "--json", *args, **options)
    answer = json.loads(p.stdout)
    validator().validate(answer)
    assert p.stderr == b""
    return answer


def text(*args, **options):
    return " ".join(dlwhy("check", *args, **options).stdout.decode().split())


def verdicts(answer):
    """What each file in it came to."""
    return {m["target"].split("!/")[1]: m["loads"] for m in answer["members"]}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Libraries: a module that needs liba in the folder beside its own, and what it needs."""
    folder = tmp_path_factory.mktemp("made")
    lib = functools.partial(wheels.library, folder)
    out = {"a": lib("int a(void) { return 1; }", "-Wl,-soname,liba.so.1", name="liba.so.1")}
    out["libc"] = lib("int c;", "-nostdlib", "-Wl,-soname,libc.so.6", name="libc.so.6")
    for name, path in (("module", "$ORIGIN/../pkg.libs"), ("module_data", "$ORIGIN/../../../../lib"),
                       ("module_lib", "$ORIGIN/../lib"), ("module_bare", "/nowhere")):
        out[name] = lib(MODULE, "-L.", str(folder / "liba.so.1"), f"-Wl,-rpath,{path}", "-nostartfiles", name="_x.so")
    return out


def wheel(folder, files, tag=CP, name="pkg", **options):
    return wheels.make(folder, name, "1.0", files, tag=tag, **options)


# ---- wheels -------------------------------------------------------------------------------------------------------


def test_a_wheel_that_loads(made, tmp_path):
    w = wheel(tmp_path, {f"pkg/_x{SO}": made["module"], "pkg.libs/liba.so.1": made["a"], "pkg/__init__.py": ""})
    r = check(w.name, cwd=tmp_path, status=0)
    assert r["loads"] is True and r["error"] is None and r["certainty"] == "predicted"
    assert verdicts(r) == {f"pkg/_x{SO}": True, "pkg.libs/liba.so.1": True}
    assert r["package"] == {"kind": "wheel", "name": "pkg", "version": "1.0", "tag": CP, "files": 6,
                            "native_files": 2, "other_native_files": 0}
    module = next(m for m in r["members"] if m["target"].endswith(f"_x{SO}"))
    assert module["host"] == "Python 3.11 (its interface is assumed)" and "Python 3.11" in module["assumes"]
    assert any((o["path"] or "").endswith(f"{w.name}!/pkg/../pkg.libs/liba.so.1") for o in module["objects"])
    assert text(w.name, cwd=tmp_path, status=0).startswith(f"{w.name}: 2 native files, all load.")


def test_a_wheel_without_its_library(made, tmp_path):
    w = wheel(tmp_path, {f"pkg/_x{SO}": made["module"]})
    r = check(w.name, cwd=tmp_path, status=1)
    assert r["loads"] is False and verdicts(r) == {f"pkg/_x{SO}": False}
    assert r["members"][0]["findings"][0]["code"] == "missing-library"
    assert r["members"][0]["findings"][0]["object"] == "liba.so.1"
    says = text(w.name, cwd=tmp_path, status=1)
    assert says.startswith(f"{w.name}: 1 of 1 native file does not load.") and "liba.so.1 is missing" in says
    other = wheel(tmp_path, {"pkg.libs/liba.so.1": made["a"]}, name="other", tag="py3-none-manylinux_2_17_x86_64")
    r = check(w.name, "--with", other.name, cwd=tmp_path, status=0)
    assert verdicts(r) == {f"pkg/_x{SO}": True} and r["findings"] == []


def test_one_file_of_a_wheel_and_other_targets(made, tmp_path):
    w = wheel(tmp_path, {f"pkg/_x{SO}": made["module"], "pkg.libs/liba.so.1": made["a"]})
    r = check(f"{w}!/pkg/_x{SO}", status=0)
    assert r["loads"] is True and r["members"] == [] and r["target"] == f"{w}!/pkg/_x{SO}"
    assert check(f"{w}!/pkg/../pkg.libs/liba.so.1", status=0)["loads"] is True
    for name in ("pkg/gone.so", "pkg/../../b.so"):
        r = check(f"{w.name}!/{name}", cwd=tmp_path, status=3)
        assert r["loads"] is None and r["error"]["message"] == f"{w.name} has no file {name}"
    (tmp_path / "b.so").write_bytes(made["a"])
    r = check(w, tmp_path / "b.so", f"{w}!/pkg.libs/liba.so.1", status=0)
    assert [x["loads"] for x in r["results"]] == [True] * 3
    assert [len(x["members"]) for x in r["results"]] == [2, 0, 0]


def test_what_pip_puts_elsewhere(made, tmp_path):
    w = wheel(tmp_path, {f"pkg-1.0.data/platlib/pkg/_x{SO}": made["module_data"],
                         "pkg-1.0.data/data/lib/liba.so.1": made["a"]})
    r = check(w, status=0)
    assert verdicts(r) == {f"pkg-1.0.data/platlib/pkg/_x{SO}": True, "pkg-1.0.data/data/lib/liba.so.1": True}


def test_a_library_that_only_others_load(made, tmp_path):
    """liba.so.2 has no search path: it is loaded by a module whose DT_RPATH counts for it, too."""
    folder = tmp_path / "build"
    folder.mkdir()
    lib = functools.partial(wheels.library, folder)
    (folder / "liba.so.1").write_bytes(made["a"])
    b = lib("int a(void); int b(void) { return a(); }", str(folder / "liba.so.1"),
            "-Wl,-soname,libb.so", name="libb.so")
    x = lib("int b(void); void *PyInit__x(void) { return (void *)(long)b(); }", str(folder / "libb.so"),
            "-Wl,--disable-new-dtags,-rpath,$ORIGIN/../pkg.libs", f"-Wl,-rpath-link,{folder}", name="_x.so")
    files = {f"pkg/_x{SO}": x, "pkg.libs/libb.so": b, "pkg.libs/liba.so.1": made["a"]}
    r = check(wheel(tmp_path, files), status=0)
    assert set(verdicts(r).values()) == {True}
    alone = next(m for m in r["members"] if m["target"].endswith("libb.so"))
    assert "alone it would not load" in alone["hint"]
    del files[f"pkg/_x{SO}"]
    assert verdicts(check(wheel(tmp_path, files), status=1))["pkg.libs/libb.so"] is False


@pytest.mark.parametrize("tag, loads", [("cp311", False), ("cp312", True), ("cp313", True)])
def test_names_that_the_python_of_the_tag_has(made, tmp_path, tag, loads):
    x = wheels.library(tmp_path, "int PyCode_AddWatcher(void); void *PyInit__x(void) "
                       "{ return (void *)(long)PyCode_AddWatcher(); }", "-Wl,-z,now", name="_x.so")
    w = wheel(tmp_path, {f"pkg/_x.cpython-3{tag[3:]}-x86_64-linux-gnu.so": x},
              tag=f"{tag}-{tag}-manylinux_2_17_x86_64")
    r = check(w, status=0 if loads else 1)
    assert r["loads"] is loads
    if not loads:
        assert r["members"][0]["findings"][0]["symbol"] == "PyCode_AddWatcher"


def test_a_tag_that_promises_an_older_glibc(tmp_path):
    source = "int __libc_start_main(void); int f(void) { return __libc_start_main(); }"
    x = wheels.library(tmp_path, source, name="x.so")
    if b"GLIBC_2.34" not in x:
        pytest.skip("an old C library")
    w = wheel(tmp_path, {"pkg/x.so": x}, tag="py3-none-manylinux_2_17_x86_64")
    r = check(w, status=1)
    assert r["loads"] is True and (r["findings"][0]["code"], r["findings"][0]["detail"]) == ("wheel-tag", "glibc")
    w = wheel(tmp_path, {"pkg/x.so": x}, tag="py3-none-manylinux_2_34_x86_64")
    assert check(w, status=0)["findings"] == []


def test_a_wheel_for_windows(made, tmp_path):
    module = pewrite.Image(imports={"KERNEL32.dll": ["Sleep"], "python311.dll": ["PyModule_Create2"], "seed-1a2b.dll": ["seed"]},
                           exports={"PyInit__x": None}).bytes()
    seed = pewrite.Image(imports={"KERNEL32.dll": ["Sleep"]}, exports={"seed": None}).bytes()
    patch = "import os\nos.add_dll_directory(os.path.join(os.path.dirname(__file__), os.pardir, 'pkg.libs'))\n"
    files = {"pkg/__init__.py": patch, "pkg/_x.cp311-win_amd64.pyd": module, "pkg.libs/seed-1a2b.dll": seed,
             "pkg/helper.so": made["a"]}
    r = check(wheel(tmp_path, files, tag="cp311-cp311-win_amd64"), status=0)
    assert r["platform"]["os"] == "windows" and r["package"]["other_native_files"] == 1
    assert verdicts(r) == {"pkg/_x.cp311-win_amd64.pyd": True, "pkg.libs/seed-1a2b.dll": True}
    del files["pkg.libs/seed-1a2b.dll"]
    r = check(wheel(tmp_path, files, tag="cp311-cp311-win_amd64"), status=1)
    first = r["members"][0]["findings"][0]
    assert (first["code"], first["object"]) == ("missing-library", "seed-1a2b.dll")
    assert r["members"][0]["loader_message"] == \
        "DLL load failed while importing _x: The specified module could not be found."


def test_a_stable_module_for_windows_is_judged_in_the_python_of_the_tag(tmp_path):
    module = pewrite.Image(imports={"python3.dll": ["PyModule_Create2"]}, exports={"PyInit__x": None}).bytes()
    r = check(wheel(tmp_path, {"pkg/_x.pyd": module}, tag="cp39-abi3-win_amd64"), status=0)
    assert r["members"][0]["host"].startswith("Python 3.9")


@pytest.mark.parametrize("tag, name, loads", [
    ("win_amd64", "_x.cp311-win_amd64.pyd", True), ("win32", "_x.cp311-win32.pyd", False),
    ("win_arm64", "_x.pyd", False), ("win32", "helper.dll", True)])
def test_a_wheel_for_windows_with_another_processor(tmp_path, tag, name, loads):
    """Its modules go into the Python that the tag names, other DLLs may be for processes of their own: but not all of them."""
    image = pewrite.Image(imports={"KERNEL32.dll": ["Sleep"]}, exports={"PyInit__x": None}).bytes()
    r = check(wheel(tmp_path, {f"pkg/{name}": image}, tag=f"cp311-cp311-{tag}"), status=0 if tag == "win_amd64" else 1)
    assert verdicts(r) == {f"pkg/{name}": loads}
    assert [f["detail"] for f in r["findings"]] == ([] if tag == "win_amd64" else ["machine"])
    if not loads:
        assert r["members"][0]["findings"][0]["code"] == "wrong-arch"


def test_a_package_does_not_go_with_a_process(made, tmp_path):
    w = wheel(tmp_path, {"pkg/x.so": made["a"]}, tag="py3-none-manylinux_2_17_x86_64")
    for target in (w, f"{w}!/pkg/x.so", w.name):
        r = subprocess.run([DLWHY, "check", "--pid", str(os.getpid()), target], cwd=w.parent, capture_output=True, text=True,
                           check=False)
        assert r.returncode == 2 and r.stdout == "" and r.stderr.count("\n") == 1 and "package" in r.stderr


def test_a_wheel_for_macos(made, tmp_path):
    module = macho_file.macho("bundle", needs=[macho_file.SYSTEM, "@loader_path/.dylibs/libseed.1.dylib"],
                              exports=["_PyInit__x"], imports=[("_seed", 2)])
    seed = macho_file.macho(id="/opt/seed/libseed.1.dylib", exports=["_seed"])
    name = "pkg/_x.cpython-311-darwin.so"
    files = {name: module, "pkg/.dylibs/libseed.1.dylib": seed, "pkg/helper.so": made["a"]}
    r = check(wheel(tmp_path, files, tag="cp311-cp311-macosx_11_0_arm64"), status=0)
    assert r["platform"]["os"] == "macos" and r["package"]["other_native_files"] == 1
    assert verdicts(r) == {name: True, "pkg/.dylibs/libseed.1.dylib": True}
    del files["pkg/.dylibs/libseed.1.dylib"]
    r = check(wheel(tmp_path, files, tag="cp311-cp311-macosx_11_0_arm64"), status=1)
    first = r["members"][0]["findings"][0]
    assert (first["code"], first["object"]) == ("missing-library", "@loader_path/.dylibs/libseed.1.dylib")


NAMED = {"cp311-cp311-manylinux_2_17_x86_64": f"pkg/_x{SO}", "cp311-cp311-linux_x86_64": "pkg/_x.abi3.so",
         "cp311-cp311-macosx_11_0_arm64": "pkg/_x.cpython-311-darwin.so", "cp311-cp311-win_amd64": "pkg/_x.cp311-win_amd64.pyd"}


@pytest.mark.parametrize("tag, kind", [(t, k) for t in NAMED for k in ("elf", "macho", "pe")])
def test_extension_modules_of_another_system(made, tmp_path, tag, kind):
    """What is named as the tag's module is given to the tag's loader, whatever it is."""
    data = {"elf": made["a"], "macho": macho_file.macho("bundle", exports=["_PyInit__x"]),
            "pe": pewrite.Image(imports={"KERNEL32.dll": ["Sleep"]}, exports={"PyInit__x": None}).bytes()}[kind]
    system, own = ("linux", "elf") if "linux" in tag else ("macos", "macho") if "macosx" in tag else ("windows", "pe")
    w = wheel(tmp_path, {NAMED[tag]: data}, tag=tag)
    r = check(w, status=0 if kind == own else 1)
    assert verdicts(r) == {NAMED[tag]: kind == own} and r["platform"]["os"] == system
    if kind != own and system == "linux":
        assert "invalid ELF header" in r["members"][0]["loader_message"]


def test_a_wheel_with_nothing_for_its_platform(made, tmp_path):
    """Other files beside those of the platform are not asked about; alone, they are what is wrong."""
    mac = macho_file.macho(id="/opt/libx.dylib")
    tag = "py3-none-manylinux_2_17_x86_64"
    assert verdicts(check(wheel(tmp_path, {"pkg/x.dylib": mac}, tag=tag), status=1)) == {"pkg/x.dylib": False}
    r = check(wheel(tmp_path, {"pkg/x.dylib": mac, "pkg/x.so": made["a"]}, tag=tag), status=0)
    assert verdicts(r) == {"pkg/x.so": True} and r["package"]["other_native_files"] == 1
    r = check(wheel(tmp_path, {"pkg/x.so": made["a"]}, tag="py3-none-manylinux_2_17_aarch64"), status=1)
    assert r["package"]["native_files"] == 1 and r["findings"][0]["code"] == "wheel-tag"
    assert check(wheel(tmp_path, {"pkg/x.dylib": mac}, tag="py3-none-any"), status=0)["members"] == []


def test_a_wheel_whose_name_says_nothing(tmp_path):
    files = {"x.dylib": macho_file.macho(id="/opt/libx.dylib"), "y.dll": pewrite.Image(imports={"KERNEL32.dll": ["Sleep"]}).bytes()}
    assert verdicts(check(zip_of(tmp_path / "x.whl", files), status=0)) == {"x.dylib": True, "y.dll": True}


@pytest.mark.parametrize("tag, arch, loads", [("11_0_arm64", "arm64", True), ("11_0_arm64", "x86_64", False),
                                              ("11_0_universal2", "x86_64", False), ("10_9_x86_64", "x86_64", True),
                                              ("10_9_x86_64", "arm64", False)])
def test_the_processor_of_a_wheel_for_macos(tmp_path, tag, arch, loads):
    name = "pkg/_x.cpython-311-darwin.so"
    w = wheel(tmp_path, {name: macho_file.macho("bundle", arch=arch, exports=["_PyInit__x"])}, tag=f"cp311-cp311-macosx_{tag}")
    assert verdicts(check(w, status=0 if loads else 1)) == {name: loads}
    ok = loads or tag.endswith("universal2")  # else the tag stays wrong
    assert check(w, "--arch", arch, status=0 if ok else 1)["loads"] is True


STABLE = ("cp39-abi3-manylinux_2_17_x86_64", "pkg/_x.abi3.so")
# The tag, the only file, what it asks Python for or what it is, what is said of the tag, how the first line goes on, status.
PROMISES = [
    ("cp311-cp311-manylinux_2_17_x86_64", f"pkg/_x{SO}", "PyType_Ready", [], "1 native file, it loads.", 0),
    ("cp311-cp311-manylinux_2_17_aarch64", "pkg/_x.cpython-311-aarch64-linux-gnu.so", "PyType_Ready", ["machine"],
     "1 of 1 native file does not load.", 1),
    ("cp311-cp311-manylinux_2_17_x86_64", f"pkg/_x{SO.replace('11', '10')}", "PyType_Ready", ["python"],
     "not what its tag promises, though its native file loads here.", 1),
    (*STABLE, "PyType_Ready", [], "1 native file, it loads.", 0),
    (*STABLE, "PyUnicode_New", ["abi3"], "1 native file, it loads.", 0),
    (*STABLE, "_Py_read", ["abi3"], "not what its tag promises, though its native file loads here.", 1),
    ("cp311-cp311-macosx_11_0_arm64", "pkg/_x.cpython-311-darwin.so", ("arm64", "11.0"), [], "1 native file, it loads.", 0),
    ("cp311-cp311-macosx_11_0_arm64", "pkg/_x.cpython-311-darwin.so", ("arm64", "14.0"), ["macos"], "1 native file, it loads.", 0),
    ("cp311-cp311-macosx_10_9_x86_64", "pkg/_x.cpython-311-darwin.so", ("x86_64", "10.9"), [], "1 native file, it loads.", 0),
    ("py3-none-macosx_11_0_arm64", "pkg/libx.dylib", ("x86_64", "11.0"), ["machine"], "1 of 1 native file does not load.", 1),
    ("cp311-cp311-win_amd64", "pkg/_x.cp310-win_amd64.pyd", "pe", ["python"],
     "not what its tag promises, though its native file loads here.", 1),
    ("py3-none-win_arm64", "pkg/helper.dll", "pe", ["machine"], "not what its tag promises, though its native file loads here.", 1),
]


@pytest.mark.parametrize("tag, name, what, details, first, status", PROMISES)
def test_one_answer_of_tag_and_files(tmp_path, tag, name, what, details, first, status):
    if what == "pe":
        data = pewrite.Image(imports={"KERNEL32.dll": ["Sleep"]}, exports={"PyInit__x": None}).bytes()
    elif isinstance(what, tuple):
        data = macho_file.macho("bundle", arch=what[0], minimum=what[1], exports=["_PyInit__x"])
    else:
        data = wheels.library(tmp_path, f"void {what}(void); void *PyInit__x(void) {{ {what}(); return 0; }}", "-nostartfiles",
                              name="_x.so")
    w = wheel(tmp_path, {name: data}, tag=tag, name="a")
    assert [f["detail"] for f in check(w, status=status)["findings"]] == details
    assert text(w.name, cwd=tmp_path, status=status).split(": ", 1)[1].startswith(first)


def test_a_wheel_of_another_machine(made, tmp_path):
    """Its system is not here: what its tag promises is, by name."""
    def turned(name):
        return made[name][:18] + b"\xb7\0" + made[name][20:]

    tag = "cp311-cp311-manylinux_2_17_aarch64"
    files = {"pkg/_x.cpython-311-aarch64-linux-gnu.so": turned("module")}
    r = check(wheel(tmp_path, files, tag=tag), status=1)
    assert r["members"][0]["findings"][0]["object"] == "liba.so.1" and r["platform"]["machine"] == "aarch64"
    files["pkg.libs/liba.so.1"] = turned("a")
    r = check(wheel(tmp_path, files, tag=tag), status=0)
    assert set(verdicts(r).values()) == {True} and r["certainty"] == "predicted"
    assert "the tag manylinux_2_17_aarch64 lets it expect" in r["assumes"]
    r = check(wheel(tmp_path, {"pkg/x.so": turned("a")}, tag="py3-none-musllinux_1_2_aarch64"), status=0)
    assert r["loads"] is True and r["platform"]["loader"] == "musl"


def test_files_that_are_not_asked_about(made, tmp_path):
    """An object for the linker, a program for Windows, code for another machine: no loader of here gets them."""
    obj = made["a"][:16] + b"\1\0" + made["a"][18:]
    w = wheel(tmp_path, {"pkg/x.so": made["a"], "pkg/x.o": obj, "pkg/gui.exe": b"MZ" + bytes(100),
                         "pkg/x_32.so": b"\x7fELF\1\1\1" + bytes(9) + b"\3\0\3\0" + bytes(40), "pkg/x.txt": b"\x7fELF"},
              tag="py3-none-manylinux_2_17_x86_64")
    r = check(w, status=0)
    assert verdicts(r) == {"pkg/x.so": True} and r["package"]["other_native_files"] == 2


def test_a_wheel_outside_of_the_root(made, tmp_path):
    w = wheel(tmp_path, {"pkg/x.so": made["a"]}, tag="py3-none-manylinux_2_17_x86_64")
    root = tmp_path / "root"
    (root / "lib64").mkdir(parents=True)
    assert "whose loader is not here" in check(w, "--root", root, status=3)["members"][0]["error"]["message"]
    libc = pathlib.Path("lib/x86_64-linux-gnu/libc.so.6")
    if not ("/" / libc).exists():
        pytest.skip("not laid out as Debian is")
    (root / libc).parent.mkdir(parents=True)
    shutil.copy("/lib64/ld-linux-x86-64.so.2", root / "lib64")
    shutil.copy("/" / libc, root / libc)
    r = check(w, "--root", root, status=0)
    assert any(o["path"] == f"/{libc}" for o in r["members"][0]["objects"])


def test_a_wheel_without_native_files(tmp_path):
    w = wheel(tmp_path, {"pkg/__init__.py": ""}, tag="py3-none-any")
    assert check(w, status=0)["members"] == []
    assert "no native files" in text(w, status=0)


def test_other_packages_hide_nothing(made, tmp_path):
    w = wheel(tmp_path, {"pkg/x.so": b"no library", "pkg/y.so": made["a"]}, tag="py3-none-manylinux_2_17_x86_64")
    other = wheel(tmp_path, {"pkg/x.so": made["a"]}, tag="py3-none-manylinux_2_17_x86_64", name="other")
    for extra in (w, other):
        r = check(w, "--with", extra, status=1)
        assert verdicts(r) == {"pkg/x.so": False, "pkg/y.so": True} and r["package"]["native_files"] == 2


# ---- other packages -----------------------------------------------------------------------------------------------


def tar_of(files, mode="w", prefix="", links=()):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as t:
        for name, data in files.items():
            info = tarfile.TarInfo(prefix + name)
            info.size, info.mode = len(data), 0o755
            t.addfile(info, io.BytesIO(data))
        for name, target in links:
            info = tarfile.TarInfo(prefix + name)
            info.type, info.linkname = tarfile.SYMTYPE, target
            t.addfile(info)
    return out.getvalue()


def zstd(data):
    if shutil.which("zstd") is None:
        pytest.skip("needs zstd")
    return subprocess.run(["zstd", "-q", "-c"], input=data, stdout=subprocess.PIPE, check=True).stdout


def zip_of(path, files, links=()):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in files.items():
            z.writestr(name, data)
        for name, target in links:
            info = zipfile.ZipInfo(name)
            info.external_attr = 0o120777 << 16
            z.writestr(info, target)
    return path


def ar_of(members):
    out = b"!<arch>\n"
    for name, data in members:
        out += f"{name:<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(data):<10}`\n".encode() + data + b"\n" * (len(data) % 2)
    return out


@pytest.mark.parametrize("end", ["tar", "tar.gz", "tar.xz", "tar.bz2", "tar.zst", "zip"])
def test_archives(made, tmp_path, end):
    files = {"top/bin/_x.so": made["module_lib"], "top/lib/liba.so.1.2": made["a"]}
    links = [("top/lib/liba.so.1", "liba.so.1.2")]
    path = tmp_path / f"x.{end}"
    if end == "zip":
        zip_of(path, files, links)
    elif end == "tar.zst":
        path.write_bytes(zstd(tar_of(files, links=links)))
    else:
        path.write_bytes(tar_of(files, mode="w:" + end[4:], links=links))
    r = check(path, "--program", "none", status=1)
    assert verdicts(r) == {"top/bin/_x.so": False, "top/lib/liba.so.1.2": True}
    assert r["members"][0]["findings"][0]["symbol"] == "PyType_Ready"
    r = check(f"{path}!/top/lib/liba.so.1", status=0)
    assert r["loads"] is True


def test_a_debian_package(made, tmp_path):
    files = {"usr/lib/pkg/bin/_x.so": made["module_lib"], "usr/lib/pkg/lib/liba.so.1": made["a"]}
    for kind in ("gz", "xz"):
        deb = tmp_path / f"pkg_{kind}.deb"
        deb.write_bytes(ar_of([("debian-binary", b"2.0\n"), ("control.tar.gz", tar_of({"control": b""}, "w:gz")),
                               (f"data.tar.{kind}", tar_of(files, f"w:{kind}", prefix="./"))]))
        r = check(deb, "--no-bind", status=0)
        assert verdicts(r) == dict.fromkeys(files, True)
        assert r["members"][0]["objects"][-1]["path"].startswith("/usr/lib/pkg/")
        assert check(f"{deb}!/usr/lib/pkg/bin/../lib/liba.so.1", status=0)["loads"] is True
        assert "has no file bin/true" in check(f"{deb}!/bin/true", status=3)["error"]["message"]


def test_conda_packages(made, tmp_path):
    files = {"bin/_x.so": made["module_lib"], "lib/liba.so.1": made["a"], "info/index.json": b"{}"}
    path = tmp_path / "pkg-1.0-0.tar.bz2"
    path.write_bytes(tar_of(files, "w:bz2"))
    r = check(path, "--no-bind", status=0)
    assert r["package"]["kind"] == "conda" and set(verdicts(r).values()) == {True}
    path = tmp_path / "pkg-1.0-0.conda"
    with zipfile.ZipFile(path, "w") as z:
        z.writestr("metadata.json", "{}")
        z.writestr("pkg-pkg-1.0-0.tar.zst", zstd(tar_of(files)))
    r = check(path, "--no-bind", status=0)
    assert r["package"]["kind"] == "conda" and len(verdicts(r)) == 2


def image(path, layers, oci=False):
    names = [f"blobs/sha256/{i}" for i in range(len(layers))]
    files = dict(zip(names, layers))
    if oci:
        files["oci-layout"] = b'{"imageLayoutVersion": "1.0.0"}'
        files["index.json"] = json.dumps({"manifests": [{"digest": "sha256:m"}]}).encode()
        files["blobs/sha256/m"] = json.dumps({"layers": [{"digest": f"sha256:{i}"} for i in range(len(layers))]}).encode()
    else:
        files["manifest.json"] = json.dumps([{"Config": "c", "Layers": names}]).encode()
    path.write_bytes(tar_of(files))
    return path


@pytest.mark.parametrize("oci", [False, True])
def test_an_image(made, tmp_path, oci):
    below = {"opt/bin/_x.so": made["module_lib"], "opt/lib/liba.so.1": made["a"], "opt/old/y.so": made["a"],
             "opt/old/z.so": made["a"], "lib64/libc.so.6": made["libc"]}
    mode = "w:gz" if oci else "w"
    whole = image(tmp_path / "whole.tar", [tar_of(below, mode)], oci)
    args = ("--no-bind", "--program", "none", "--loader", "glibc")
    r = check(whole, *args)
    assert r["package"]["kind"] == "image" and verdicts(r) == dict.fromkeys(below, True)
    assert check("--root", whole, "/opt/lib/liba.so.1", "--no-bind")["target"] == "/opt/lib/liba.so.1"
    assert check(f"{whole}!/opt/lib/liba.so.1", "--no-bind", status=0)["loads"] is True
    assert "has no file opt/gone.so" in check(f"{whole}!/opt/gone.so", status=3)["error"]["message"]
    above = [tar_of(below, mode), tar_of({"opt/lib/.wh.liba.so.1": b"", "opt/old/.wh..wh..opq": b"",
                                          "opt/old/z.so": made["a"]}, mode)]
    r = check(image(tmp_path / "above.tar", above, oci), *args, status=1)
    assert verdicts(r) == {"opt/bin/_x.so": False, "opt/old/z.so": True, "lib64/libc.so.6": True}
    assert r["members"][0]["findings"][0]["object"] == "liba.so.1"


# ---- archives made to harm ----------------------------------------------------------------------------------------


def refused(answer):
    return {m["target"].split("!/", 1)[1]: m["error"]["message"] for m in answer["members"] if m["error"]}


@pytest.mark.parametrize("end", ["zip", "tar"])
def test_names_that_lead_outside(made, tmp_path, end):
    files = {"../../out.so": made["a"], "/abs.so": made["a"], "in/../../up.so": made["a"], "fine.so": made["a"]}
    path = tmp_path / f"x.{end}"
    if end == "zip":
        zip_of(path, files)
    else:
        path.write_bytes(tar_of(files))
    r = check(path, status=3)
    bad = refused(r)
    assert "leads out" in bad["../../out.so"] and "leads out" in bad["in/../../up.so"] and "absolute" in bad["/abs.so"]
    assert [m["loads"] for m in r["members"] if m["error"] is None] == [True]


@pytest.mark.parametrize("end", ["zip", "tar"])
def test_links_that_lead_outside(made, tmp_path, end):
    links = [("up.so", "../secret.so"), ("abs.so", str(tmp_path / "secret.so")), ("d/in.so", "../fine.so"),
             ("d/here", "."), ("d/trick.so", "here/../../secret.so")]
    (tmp_path / "secret.so").write_bytes(made["a"])
    path = tmp_path / f"x.{end}"
    if end == "zip":
        zip_of(path, {"fine.so": made["a"]}, links)
    else:
        path.write_bytes(tar_of({"fine.so": made["a"]}, links=links))
    bad = refused(check(path, status=3))
    assert set(bad) == {"up.so", "abs.so", "d/trick.so"} and all("link" in x for x in bad.values())
    assert check(f"{path}!/d/in.so", status=0)["loads"] is True
    assert check(f"{path.name}!/up.so", cwd=tmp_path, status=3)["error"]["message"] == \
        f"{path.name} has no file up.so: it is a link that leads out of the archive"


def test_folders_that_are_links_outside(made, tmp_path):
    """What lies in them would hide files of the system."""
    libc = "lib/x86_64-linux-gnu/libc.so.6"
    links = [("lib/up", "../" * 20)]
    path = tmp_path / "x.tar"
    with tarfile.open(path, "w") as t:
        for name, data in (("lib/a.so", made["a"]), ("lib/up", None), (f"lib/up/{libc}", b"junk")):
            info = tarfile.TarInfo(name)
            if data is None:
                info.type, info.linkname = tarfile.SYMTYPE, links[0][1]
            else:
                info.size = len(data)
            t.addfile(info, io.BytesIO(data or b""))
    r = check(path, "--program", "none", status=3)
    assert {k: "leads out of the archive" in v for k, v in refused(r).items()} == {"lib/up": True, f"lib/up/{libc}": True}
    assert verdicts(r)["lib/a.so"] is True


def oci(path, lists, layers=()):
    files = {"oci-layout": b"{}", **{f"blobs/sha256/{k}": v for k, v in layers}}
    for name, text in lists.items():
        files[name if name == "index.json" else f"blobs/sha256/{name}"] = json.dumps(text).encode()
    path.write_bytes(tar_of(files))
    return path


def digests(*names):
    return [{"digest": f"sha256:{x}"} for x in names]


def test_lists_of_images_that_name_each_other(tmp_path):
    many = {"manifests": digests(*["a"] * 300)}
    begun = time.monotonic()
    r = check(oci(tmp_path / "x.tar", {"index.json": many, "a": many}), status=3)
    assert "cannot be read as a package" in r["error"]["message"] and time.monotonic() - begun < 20


def test_layers_of_a_broken_manifest(made, tmp_path):
    """The first lacks one of its layers: the second is the image."""
    lists = {"index.json": {"manifests": digests("m", "n")}, "m": {"layers": digests("p", "gone")}, "n": {"layers": digests("q")}}
    layers = [("p", tar_of({"lib/old.so": made["a"]})), ("q", tar_of({"lib/new.so": made["a"], "lib64/libc.so.6": made["libc"]}))]
    r = check(oci(tmp_path / "x.tar", lists, layers), "--no-bind", "--program", "none", "--loader", "glibc", status=0)
    assert set(verdicts(r)) == {"lib/new.so", "lib64/libc.so.6"}


def test_two_members_of_one_name(made, tmp_path):
    path = tmp_path / "x.whl"
    with zipfile.ZipFile(path, "w") as z, pytest.warns(UserWarning):
        z.writestr("x.so", made["a"])
        z.writestr("x.so", b"other")
    assert "two members of that name" in " ".join(refused(check(path, status=3)).values())


def test_whiteouts_that_name_no_file(made, tmp_path):
    layers = [tar_of({"usr/lib/a.so": made["a"], "usr/lib/b.so": made["a"]}),
              tar_of({"usr/lib/.wh.": b"", "usr/lib/.wh..": b"", "usr/lib/.wh...": b"", ".wh..": b"", "usr/lib/.wh.b.so": b""})]
    image(tmp_path / "i.tar", layers)
    assert list(verdicts(check(tmp_path / "i.tar", "--no-bind"))) == ["usr/lib/a.so"]


def test_an_encrypted_member(made, tmp_path):
    path = zip_of(tmp_path / "x.zip", {"x.so": made["a"]})
    data = bytearray(path.read_bytes())
    central = data.rindex(b"PK\1\2")
    data[6] |= 1
    data[central + 8] |= 1
    path.write_bytes(data)
    assert "it is encrypted" in refused(check(path, status=3))["x.so"]
    assert "it is encrypted" in check(f"{path}!/x.so", status=3)["error"]["message"]


def test_a_damaged_member(made, tmp_path):
    path = zip_of(tmp_path / "x.zip", {"x.so": made["a"], "y.so": made["a"]})
    data = bytearray(path.read_bytes())
    data[200] ^= 0x55
    path.write_bytes(data)
    r = check(path, status=3)
    assert "damaged" in refused(r)["x.so"] and verdicts(r)["y.so"] is True


def test_bombs(tmp_path):
    path = zip_of(tmp_path / "x.zip", {"x.so": b"\x7fELF" + bytes(100000)})
    data = bytearray(path.read_bytes())
    central = data.rindex(b"PK\1\2")
    for at in (22, central + 24):
        data[at:at + 4] = struct.pack("<I", 0xfffffff0)
    path.write_bytes(data)
    assert "larger than is believed" in refused(check(path, status=3))["x.so"]
    info = tarfile.TarInfo("x.so")
    info.size = 300 << 20
    with open(tmp_path / "zeros.tar", "wb") as f:
        f.write(info.tobuf())
        f.truncate((300 << 20) + 2048)
    if shutil.which("zstd") is None:
        pytest.skip("needs zstd")
    subprocess.run(["zstd", "-q", "--rm", "-1", "zeros.tar", "-o", "bomb.tar.zst"], cwd=tmp_path, check=True)
    r = check(tmp_path / "bomb.tar.zst", status=3)
    assert "more than is believed" in r["error"]["message"]


def test_what_is_no_archive(made, tmp_path):
    good = zip_of(tmp_path / "x.zip", {"x.so": made["a"]}).read_bytes()
    for name, data in (("cut.whl", good[:-30]), ("text.whl", b"<html>"), ("empty.tar", b""), ("words.tar.gz", b"words" * 200),
                       ("cut.tar.xz", tar_of({"x": b"1"}, "w:xz")[:40]), ("bare.deb", ar_of([("x", b"1")])),
                       ("bad.deb", ar_of([("debian-binary", b""), ("data.tar.xz", b"no")]))):
        (tmp_path / name).write_bytes(data)
        if name in ("words.tar.gz", "bare.deb"):  # nothing says that they ever were one
            r = check(tmp_path / name, status=3)
            assert name in r["error"]["message"] and r["loads"] is None
        else:
            r = check(tmp_path / name, status=1)
            assert (r["loads"], r["error"], r["findings"][0]["code"]) == (False, None, "corrupt-file")
    for name, says in (("cut.whl", "is cut off"), ("text.whl", "an HTML page"), ("empty.tar", "an empty file"),
                       ("cut.tar.xz", "is cut off")):
        assert says in check(tmp_path / name, status=1)["findings"][0]["summary"]
    os.mkdir(tmp_path / "folder.whl")
    assert check(tmp_path / "folder.whl", status=1)["loads"] is False
    (tmp_path / "elf.zip").write_bytes(made["a"])
    assert check(tmp_path / "elf.zip", status=0)["loads"] is True


def test_usage(made, tmp_path):
    w = wheel(tmp_path, {"pkg/x.so": made["a"]}, tag="py3-none-manylinux_2_17_x86_64")
    assert "cannot be read as a package" in check(w, "--with", "/nowhere.whl", status=3)["error"]["message"]
    p = dlwhy("check", "/bin/true", "--with", w, status=2)
    assert p.stdout == b"" and b"no target is one" in p.stderr
    assert "no real loader" in check(w, "--prove", status=3)["error"]["message"]
    p = dlwhy("check", "--root", w, "/x.so", status=2)
    assert b"neither a folder nor an image" in p.stderr
