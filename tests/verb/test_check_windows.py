#!/usr/bin/python3
"""`dlwhy check` of files of Windows: what LoadLibrary, Python and the start of a program say, and why.

The files are written by pewrite.py. What the rules rest on is told in src/loader/windows*.c; wine agrees with
them in tests/oracle/windows.py.
"""
import json
import os
import pathlib
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oracle"))
from pewrite import ARM64, X86, Image  # noqa: E402
from schema import validator  # noqa: E402

TOP = pathlib.Path(__file__).resolve().parents[2]
DLWHY = os.path.abspath(os.environ.get("DLWHY", TOP / "build" / "dlwhy"))
KERNEL = {"KERNEL32.dll": ["Sleep"]}


CUT = Image(exports={"function%d" % i: None for i in range(200)}).bytes()[:0x500]


def check(folder, *args):
    r = subprocess.run([DLWHY, "check", "--json", *args], cwd=folder, capture_output=True, text=True, check=False)
    assert r.stderr == ""
    result = json.loads(r.stdout)
    validator().validate(result)
    assert r.returncode == (0 if result["loads"] else 1)
    return result


def put(folder, **images):
    for name, image in images.items():
        path = folder / name.replace("__", "/").replace("_dll", ".dll").replace("_exe", ".exe")
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(image, bytes):
            path.write_bytes(image)
        else:
            image.write(path)


def chain(folder, **changed):
    """a.dll needs b.dll needs c.dll."""
    images = {"a_dll": Image(imports={**KERNEL, "b.dll": ["b"]}, exports={"a": None}),
              "b_dll": Image(imports={**KERNEL, "C.DLL": ["c"]}, exports={"b": None}),
              "c_dll": Image(imports=KERNEL, exports={"c": None})}
    images.update(changed)
    put(folder, **{name: image for name, image in images.items() if image is not None})


def first(result):
    return result["findings"][0]


def number(result):
    """The error of LoadLibrary in the evidence of the first finding."""
    values = [e["value"] for e in first(result)["evidence"] if e["says"].startswith("error of LoadLibrary")]
    return int(values[0].split(",")[0])


# ---- a chain of DLLs ------------------------------------------------------------------------------

def test_a_chain_loads(tmp_path):
    chain(tmp_path)
    r = check(tmp_path, "a.dll")
    assert r["loads"] is True and r["findings"] == []
    assert r["platform"] == {"os": "windows", "loader": "windows", "loader_version": "10", "machine": "x86_64"}
    assert r["certainty"] == "predicted"
    assert [o["path"] for o in r["objects"] if o["path"] and o["path"].startswith("./")] == ["./a.dll", "./b.dll",
                                                                                          "./c.dll"]


def test_the_missing_dll_is_named_with_its_chain(tmp_path):
    chain(tmp_path, c_dll=None)
    r = check(tmp_path, "a.dll")
    f = first(r)
    assert r["loader_message"] == "The specified module could not be found."
    assert (f["code"], f["object"], f["needed_by"]) == ("missing-library", "C.DLL", "./b.dll")
    assert f["chain"] == ["./a.dll", "./b.dll"]
    assert number(r) == 126
    probes = [(e["path"], e["says"].split(" (")[0]) for e in f["evidence"] if e["kind"] == "probe"]
    assert probes == [("./c.dll", "not there"), ("C:\\Windows\\System32\\c.dll", "not there")]


def test_a_copy_in_another_folder_is_told(tmp_path):
    chain(tmp_path, c_dll=None, lib__c_dll=Image(exports={"c": None}))
    f = first(check(tmp_path, "a.dll"))
    assert f["code"] == "search-path"
    assert "./lib/c.dll" in f["summary"]


def test_an_empty_table_of_names_loads_nothing(tmp_path):
    put(tmp_path, a_dll=Image(imports={**KERNEL, "nowhere.dll": []}))
    assert check(tmp_path, "a.dll")["loads"] is True


def test_a_delayed_dll_does_not_stop_the_load(tmp_path):
    put(tmp_path, a_dll=Image(imports=KERNEL, delay={"later.dll": ["f"]}))
    r = check(tmp_path, "a.dll")
    assert r["loads"] is True
    assert (first(r)["code"], first(r)["severity"]) == ("missing-library", "warning")


def test_a_circle_of_needs_ends(tmp_path):
    put(tmp_path, a_dll=Image(imports={"b.dll": ["b"]}, exports={"a": None}),
        b_dll=Image(imports={"a.dll": ["a"]}, exports={"b": None}))
    assert check(tmp_path, "a.dll")["loads"] is True


@pytest.mark.parametrize("wrong,code,error", [
    (Image(machine=X86, exports={"c": None}), "wrong-arch", 193),
    (Image(machine=ARM64, exports={"c": None}), "wrong-arch", 193),
    (Image(chpe=True, exports={"c": None}), "wrong-arch", 193),
    (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", "corrupt-file", 193),
    (b"", "corrupt-file", 193),
    (CUT, "corrupt-file", 193),
    (Image(exports={"d": None}), "missing-symbol", 127),
], ids=["x86", "arm64", "arm64ec", "lfs", "empty", "cut", "other-export"])
def test_a_file_that_is_no_use(tmp_path, wrong, code, error):
    chain(tmp_path, c_dll=wrong)
    r = check(tmp_path, "a.dll")
    assert r["loads"] is False
    assert first(r)["code"] == code
    assert number(r) == error
    assert "c" in first(r)["summary"]


# ---- exports --------------------------------------------------------------------------------------

def test_a_forwarder_leads_on(tmp_path):
    chain(tmp_path, c_dll=Image(exports={"c": "d.e"}), d_dll=Image(exports={"e": None}))
    assert check(tmp_path, "a.dll")["loads"] is True


def test_a_forwarder_to_a_dll_that_is_not_there(tmp_path):
    chain(tmp_path, c_dll=Image(exports={"c": "d.e"}))
    f = first(check(tmp_path, "a.dll"))
    assert (f["code"], f["object"], f["needed_by"]) == ("missing-library", "d.dll", "./c.dll")


def test_a_forwarder_that_nobody_uses_is_not_followed(tmp_path):
    chain(tmp_path, c_dll=Image(exports={"c": None, "other": "nowhere.f"}))
    assert check(tmp_path, "a.dll")["loads"] is True


def test_forwarders_in_a_circle_end(tmp_path):
    chain(tmp_path, c_dll=Image(exports={"c": "c.c"}))
    assert first(check(tmp_path, "a.dll"))["code"] == "missing-symbol"


def test_a_number_that_is_not_exported(tmp_path):
    put(tmp_path, a_dll=Image(imports={"b.dll": [1, 2, 3]}), b_dll=Image(exports={"b": None}, ordinals=1))
    r = check(tmp_path, "a.dll")
    assert first(r)["symbol"] == "#3"
    assert number(r) == 182
    assert r["loader_message"] == "The operating system cannot run %1."


# ---- programs -------------------------------------------------------------------------------------

def test_a_program_that_misses_a_dll(tmp_path):
    put(tmp_path, p_exe=Image(dll=False, imports={"gone.dll": ["f"]}))
    r = check(tmp_path, "p.exe")
    assert r["loader_message"] == ("The code execution cannot proceed because gone.dll was not found. "
                                   "Reinstalling the program may fix this problem.")
    r = check(tmp_path, "--windows", "7", "p.exe")
    assert r["loader_message"].startswith("The program can't start because gone.dll is missing")


def test_a_program_for_a_newer_windows(tmp_path):
    put(tmp_path, p_exe=Image(dll=False, imports=KERNEL, subsystem=(10, 0)))
    assert check(tmp_path, "p.exe")["loads"] is True
    f = first(check(tmp_path, "--windows", "8.1", "p.exe"))
    assert f["code"] == "os-too-old"
    assert "Windows 10" in f["summary"] and "Windows 8.1" in f["summary"]


# ---- Windows itself -------------------------------------------------------------------------------

def test_a_function_that_came_later(tmp_path):
    put(tmp_path, a_dll=Image(imports={"KERNEL32.dll": ["GetSystemTimePreciseAsFileTime"]}))
    assert check(tmp_path, "a.dll")["loads"] is True
    r = check(tmp_path, "--windows", "7", "a.dll")
    assert first(r)["code"] == "os-too-old"
    assert number(r) == 127
    assert "Windows 8" in first(r)["summary"]


def test_a_dll_that_came_later(tmp_path):
    put(tmp_path, a_dll=Image(imports={"icu.dll": ["u_init"]}))
    assert check(tmp_path, "--windows", "11", "a.dll")["loads"] is True
    f = first(check(tmp_path, "--windows", "8.1", "a.dll"))
    assert f["code"] == "os-too-old"


def test_the_universal_runtime_is_an_update_of_windows_7(tmp_path):
    put(tmp_path, a_dll=Image(imports={"api-ms-win-crt-runtime-l1-1-0.dll": ["_exit"]}))
    assert check(tmp_path, "a.dll")["loads"] is True
    f = first(check(tmp_path, "--windows", "7", "a.dll"))
    assert f["code"] == "missing-library"
    assert "KB2999226" in f["summary"]


def test_the_visual_cpp_runtime_is_no_part_of_windows(tmp_path):
    put(tmp_path, a_dll=Image(imports={"MSVCP140.dll": ["f"]}))
    f = first(check(tmp_path, "a.dll"))
    assert f["code"] == "missing-library"
    assert f["fixes"][0]["commands"] == ["winget install Microsoft.VCRedist.2015+.x64"]


def test_the_driver_of_a_gpu(tmp_path):
    put(tmp_path, a_dll=Image(imports={"nvcuda.dll": ["cuInit"]}))
    assert first(check(tmp_path, "a.dll"))["code"] == "gpu-driver"


def test_a_private_copy_of_a_known_dll_is_not_taken(tmp_path):
    put(tmp_path, a_dll=Image(imports={"ole32.dll": ["f"]}), ole32_dll=b"no library")
    assert check(tmp_path, "a.dll")["loads"] is True


MANIFEST = ("<assembly><dependency><dependentAssembly><assemblyIdentity type='win32' name='%s' version='9.0.21022.8' "
            "processorArchitecture='amd64'/></dependentAssembly></dependency></assembly>")


NEEDS_VC90 = MANIFEST % "Microsoft.VC90.CRT"


def test_a_side_by_side_assembly(tmp_path):
    put(tmp_path, a_dll=Image(imports={"msvcr90.dll": ["f"]}, manifest=MANIFEST % "Microsoft.VC90.CRT"))
    r = check(tmp_path, "a.dll")
    assert (first(r)["code"], first(r)["object"]) == ("missing-library", "Microsoft.VC90.CRT")
    assert number(r) == 14001
    assert r["loader_message"].startswith("The application has failed to start because its side-by-side")
    assert check(tmp_path, "--windows", "10+vcredist", "a.dll")["loads"] is True
    put(tmp_path, x__msvcr90_dll=Image(exports={"f": None}))
    (tmp_path / "x").rename(tmp_path / "Microsoft.VC90.CRT")
    (tmp_path / "Microsoft.VC90.CRT" / "Microsoft.VC90.CRT.manifest").write_text(
        "<assembly><assemblyIdentity type='win32' name='Microsoft.VC90.CRT' version='9.0.21022.8' "
        "processorArchitecture='amd64'/><file name='msvcr90.dll'/></assembly>")
    r = check(tmp_path, "a.dll")
    assert r["loads"] is True
    assert r["objects"][-1]["path"] == "./Microsoft.VC90.CRT/msvcr90.dll"


def test_an_assembly_of_windows(tmp_path):
    put(tmp_path, a_dll=Image(imports=KERNEL, manifest=MANIFEST % "Microsoft.Windows.Common-Controls"))
    assert check(tmp_path, "a.dll")["loads"] is True


# ---- Python ---------------------------------------------------------------------------------------

def module(**more):
    return Image(imports={**KERNEL, "python311.dll": ["PyModule_Create2"], "VCRUNTIME140.dll": ["memcpy"], **more},
                 exports={"PyInit_m": None})


def test_an_extension_module_loads_in_its_python(tmp_path):
    module().write(tmp_path / "m.cp311-win_amd64.pyd")
    r = check(tmp_path, "m.cp311-win_amd64.pyd")
    assert r["loads"] is True


def test_the_text_of_python(tmp_path):
    module(**{"gone.dll": ["f"]}).write(tmp_path / "m.cp311-win_amd64.pyd")
    r = check(tmp_path, "m.cp311-win_amd64.pyd")
    assert r["loader_message"] == "DLL load failed while importing m: The specified module could not be found."
    assert first(r)["object"] == "gone.dll"
    Image(imports={"python37.dll": ["f"], "gone.dll": ["f"]}).write(tmp_path / "m.cp37-win_amd64.pyd")
    r = check(tmp_path, "m.cp37-win_amd64.pyd")
    assert r["loader_message"] == "DLL load failed: The specified module could not be found."


def test_a_module_for_another_python(tmp_path):
    module().write(tmp_path / "m.pyd")
    r = check(tmp_path, "--windows", "11", "--python", "3.12", "m.pyd")
    assert first(r)["code"] == "python-module"
    assert "3.11" in first(r)["summary"] and "3.12" in first(r)["summary"]


def test_a_name_that_this_python_does_not_have(tmp_path):
    Image(imports={"python3.dll": ["PyModule_Create2", "PyAIter_Check"]}).write(tmp_path / "m.pyd")
    assert check(tmp_path, "--windows", "10", "--python", "3.10", "m.pyd")["loads"] is True
    r = check(tmp_path, "--windows", "10", "--python", "3.9", "m.pyd")
    assert (first(r)["code"], first(r)["detail"], first(r)["symbol"]) == ("python-module", "python-abi", "PyAIter_Check")
    assert "Python 3.10 or later" in first(r)["summary"] and number(r) == 127


def test_a_module_that_needs_the_cpp_library(tmp_path):
    module(**{"MSVCP140.dll": ["f"]}).write(tmp_path / "m.cp311-win_amd64.pyd")
    f = first(check(tmp_path, "m.cp311-win_amd64.pyd"))
    assert f["object"] == "MSVCP140.dll"
    assert ["pip install msvc-runtime"] in [x["commands"] for x in f["fixes"]]


def test_folders_that_a_package_adds(tmp_path):
    site = tmp_path / "Lib" / "site-packages"
    put(site, pkg_libs__gone_dll=Image(exports={"f": None}))
    (site / "pkg_libs").rename(site / "pkg.libs")
    (site / "pkg").mkdir()
    path = site / "pkg" / "m.cp311-win_amd64.pyd"
    module(**{"gone.dll": ["f"]}).write(path)
    (site / "pkg" / "__init__.py").write_text("")
    assert first(check(tmp_path, str(path)))["code"] == "search-path"
    (site / "pkg" / "__init__.py").write_text(
        "import os\nlibs = os.path.abspath(os.path.join(os.path.dirname(__file__), os.pardir, 'pkg.libs'))\n"
        "os.add_dll_directory(libs)\n")
    r = check(tmp_path, str(path))
    assert r["loads"] is True
    rules = {n["name"]: n["rule"] for o in r["objects"] for n in o["needs"]}
    assert rules["gone.dll"] == "add-dll-directory"


def test_path_counts_up_to_python_37(tmp_path):
    put(tmp_path, bin__gone_dll=Image(exports={"f": None}))
    for version, loads in (("37", True), ("38", False)):
        name = "m.cp%s-win_amd64.pyd" % version
        Image(imports={"gone.dll": ["f"]}).write(tmp_path / name)
        assert check(tmp_path, "--env", "PATH=%s" % (tmp_path / "bin"), name)["loads"] is loads


def test_what_conda_adds(tmp_path):
    put(tmp_path, Library__bin__gone_dll=Image(exports={"f": None}), python_exe=Image(dll=False))
    path = tmp_path / "Lib" / "site-packages" / "m.cp311-win_amd64.pyd"
    path.parent.mkdir(parents=True)
    module(**{"gone.dll": ["f"]}).write(path)
    assert check(tmp_path, str(path))["loads"] is False
    (tmp_path / "conda-meta").mkdir()
    assert check(tmp_path, str(path))["loads"] is True


# ---- a Windows that is at hand --------------------------------------------------------------------

def test_the_windows_in_a_root(tmp_path):
    system = {"kernel32": {"Sleep": None}, "ntdll": {"RtlInit": None}, "kernelbase": {"Sleep": None},
              "own": {"f": None}}
    for name, exports in system.items():
        put(tmp_path, **{"Windows__System32__%s_dll" % name: Image(exports=exports, version=(6, 1, 7601, 1))})
    put(tmp_path, app__a_dll=Image(imports={**KERNEL, "OWN.dll": ["f"]}),
        app__b_dll=Image(imports={"KERNEL32.dll": ["NoSuchFunction"]}),
        app__c_dll=Image(imports={"winmm.dll": ["f"]}))
    r = check(tmp_path, "--root", ".", "/app/a.dll")
    assert r["loads"] is True and r["platform"]["loader_version"] == "7"
    assert "/Windows/System32/own.dll" in [o["path"] for o in r["objects"]]
    assert first(check(tmp_path, "--root", ".", "/app/b.dll"))["code"] == "missing-symbol"
    assert first(check(tmp_path, "--root", ".", "/app/c.dll"))["object"] == "winmm.dll"


# ---- who judges -----------------------------------------------------------------------------------

def test_the_loader_of_linux_on_request(tmp_path):
    chain(tmp_path)
    r = check(tmp_path, "--loader", "glibc", "a.dll")
    assert r["platform"]["loader"] == "glibc" and r["loads"] is False


def test_a_dll_under_the_name_of_a_library_of_linux(tmp_path):
    Image(exports={"a": None}).write(tmp_path / "liba.so")
    r = check(tmp_path, "./liba.so")
    assert r["platform"]["loader"] == "glibc" and first(r)["code"] == "wrong-arch"
    assert check(tmp_path, "--loader", "windows", "./liba.so")["loads"] is True


def test_who_gives_what_to_whom(tmp_path):
    chain(tmp_path)
    r = check(tmp_path, "--bindings", "a.dll")
    paths = {o["id"]: o["path"] for o in r["objects"]}
    assert ("./a.dll", "b", "./b.dll") in [(paths[b["from"]], b["symbol"], paths[b["to"]]) for b in r["bindings"]]


def test_no_loader_here_can_prove_it(tmp_path):
    chain(tmp_path, c_dll=None)
    assert "not on this machine" in json.dumps(check(tmp_path, "--prove", "a.dll")["proof"])


@pytest.mark.parametrize("args, word", [
    (["--windows", "95"], "95"),
    (["--windows", "10", "--loader", "glibc"], "glibc"), (["--windows", "10", "--macos", "14"], "macOS"),
    (["--windows", "10", "--arch", "arm64"], "macOS"), (["--windows", "10", "--python", "2.6"], "2.6"),
    (["--windows", "10", "--python", "3.15"], "3.15"), (["--windows", "10", "--python", "3."], '"3."'),
    (["--windows", "10", "--python", "/usr/bin/python3"], "/usr/bin/python3"),
])
def test_wrong_usage(tmp_path, args, word):
    chain(tmp_path)
    r = subprocess.run([DLWHY, "check", *args, "a.dll"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert r.returncode == 2 and r.stdout == ""
    assert word in r.stderr and len(r.stderr.splitlines()) == 1


@pytest.mark.parametrize("program, words", [("/nonexist/x.exe", "not there"), ("b.dll", "no program"),
                                            ("/bin/sh", "no program")])
def test_a_program_that_cannot_load_it(tmp_path, program, words):
    chain(tmp_path)
    r = subprocess.run([DLWHY, "check", "--json", "--program", program, "a.dll"], cwd=tmp_path, capture_output=True,
                       text=True, check=False)
    answer = json.loads(r.stdout)
    validator().validate(answer)
    assert r.returncode == 3 and answer["loads"] is None
    assert answer["error"]["code"] == "E_ARGUMENT" and words in answer["error"]["message"]


def test_a_program_that_is_named(tmp_path):
    chain(tmp_path, bin__p_exe=Image(imports=KERNEL, dll=False))
    r = check(tmp_path, "--program", "bin/p.exe", "a.dll")
    assert r["loads"] is True and r["host"].startswith("bin/p.exe")


def test_a_file_of_another_system_in_a_system_folder(tmp_path):
    """No package manager of Linux brings the build for Windows."""
    put(tmp_path, usr__lib__b_dll=pathlib.Path("/bin/true").read_bytes(),
        usr__lib__a_dll=Image(imports={"b.dll": ["b"]}))
    f = first(check(tmp_path, "--root", ".", "/usr/lib/a.dll"))
    assert f["code"] == "wrong-arch"
    assert [x["says"] for x in f["fixes"]] == ["take the build for Windows"]


# ---- explain goes to the files --------------------------------------------------------------------

def explain(folder, text):
    r = subprocess.run([DLWHY, "explain", "--json", "-"], cwd=folder, input=text, capture_output=True, text=True,
                       check=False)
    result = json.loads(r.stdout)
    validator().validate(result)
    return result


@pytest.mark.parametrize("text", [
    "ImportError: DLL load failed while importing m: The specified module could not be found.",
    "ImportError: DLL load failed while importing m: Le module spécifié est introuvable.",
    'OSError: [WinError 126] Error loading "C:\\env\\Lib\\site-packages\\pkg\\m.cp311-win_amd64.pyd" or one of its '
    'dependencies.',
])
def test_a_text_leads_to_the_dll_that_is_missing(tmp_path, text):
    folder = tmp_path / "Lib" / "site-packages" / "pkg"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    module(**{"gone.dll": ["f"]}).write(folder / "m.cp311-win_amd64.pyd")
    r = explain(tmp_path, text)
    assert (first(r)["code"], first(r)["object"]) == ("missing-library", "gone.dll")
    assert first(r)["needed_by"].endswith("m.cp311-win_amd64.pyd")
    assert first(r)["certainty"] == "predicted"


def test_a_text_about_a_module_that_loads_here(tmp_path):
    module().write(tmp_path / "m.cp311-win_amd64.pyd")
    r = explain(tmp_path, "ImportError: DLL load failed while importing m: The specified module could not be found.")
    assert first(r)["object"] != "gone.dll" and first(r)["certainty"] == "likely"
    assert "is all right here" in r["told"]["looked"]


def test_an_initialiser_that_failed(tmp_path):
    module(**{"nvcuda.dll": ["cuInit"], "plain.dll": ["f"]}).write(tmp_path / "m.cp311-win_amd64.pyd")
    put(tmp_path, nvcuda_dll=Image(exports={"cuInit": None}), plain_dll=Image(exports={"f": None}))
    r = explain(tmp_path, "ImportError: DLL load failed while importing m: A dynamic link library (DLL) initialization "
                          "routine failed.")
    assert first(r)["code"] == "init-failed"
    named = [os.path.basename(e["path"]) for e in first(r)["evidence"] if e["path"]]
    assert "nvcuda.dll" in named and "plain.dll" not in named


FAILED = 'OSError: [WinError 1114] A dynamic link library (DLL) initialization routine failed. Error loading "C:\\e\\%s"'


def told(result, word):
    return [e["says"] for e in first(result)["evidence"] if word in e["says"]]


def cxx(*version):
    return Image(exports={"lock": None}, version=version, name="msvcp140.dll")


def linked(*linker):
    return Image(imports={**KERNEL, "MSVCP140.dll": ["lock"]}, exports={"f": None}, linker=linker, name="c10.dll")


@pytest.mark.parametrize("version,linker,likely", [
    ((14, 29, 30139, 0), (14, 40), "whose std::mutex fails in it"), ((14, 36, 0, 0), (14, 38), "linked with tools of 14.38"),
    ((14, 40, 0, 0), (14, 40), None), ((14, 29, 0, 0), (2, 40), None), ((6, 0, 0, 0), (14, 40), None)])
def test_a_runtime_older_than_the_tools(tmp_path, version, linker, likely):
    put(tmp_path, c10_dll=linked(*linker), msvcp140_dll=cxx(*version))
    r = explain(tmp_path, FAILED % "c10.dll")
    assert first(r)["certainty"] == "likely" and first(r)["code"] == "init-failed"
    assert ("Most likely" in first(r)["summary"]) == (likely is not None)
    assert likely is None or likely in first(r)["summary"]
    assert bool(told(r, "older than the tools")) == (likely is not None)


def test_an_older_copy_that_another_package_may_load_first(tmp_path):
    new, old = "Lib/site-packages/torch/lib/", "Lib/site-packages/PyQt6/Qt6/bin/"
    for folder, files in ((new, {"c10.dll": linked(14, 41), "msvcp140.dll": cxx(14, 42, 1, 0)}),
                          (old, {"msvcp140.dll": cxx(14, 26, 1, 0)})):
        (tmp_path / folder).mkdir(parents=True)
        for name, image in files.items():
            image.write(tmp_path / folder / name)
    r = explain(tmp_path, FAILED % "torch\\lib\\c10.dll")
    said, = told(r, "an older copy (14.26)")
    assert said.startswith("PyQt6/Qt6/bin/msvcp140.dll") and "c10.dll, linked with tools of 14.41, gets it" in said
    assert "Possible: PyQt6/Qt6/bin/msvcp140.dll (14.26) was loaded before, and is too old for c10.dll." in first(r)["summary"]
    assert [f["says"] for f in first(r)["fixes"]] == [
        "if another package is imported before: import the one with c10.dll first"]
    (tmp_path / old / "msvcp140.dll").unlink()
    assert told(explain(tmp_path, FAILED % "c10.dll"), "an older copy") == []


def test_other_reasons_why_a_start_may_fail(tmp_path):
    put(tmp_path, a_dll=Image(imports={**KERNEL, "libiomp5md.dll": ["k"], "vcomp140.dll": ["v"]}, delay={"late.dll": ["l"]}),
        libiomp5md_dll=Image(exports={"k": None}), vcomp140_dll=Image(exports={"v": None}))
    r = explain(tmp_path, FAILED % "a.dll")
    assert told(r, "a second OpenMP runtime") and told(r, "asks for late.dll at the first call")
    assert "Possible reasons" in first(r)["summary"] and first(r)["certainty"] == "likely"


def test_a_start_that_shows_no_reason(tmp_path):
    chain(tmp_path)
    r = explain(tmp_path, FAILED % "a.dll")
    assert "show no usual reason" in first(r)["summary"]
    assert [e["value"] for e in first(r)["evidence"] if "in this order" in e["says"]] == ["c.dll, b.dll, a.dll"]


def test_a_start_that_cannot_have_happened_here(tmp_path):
    chain(tmp_path, c_dll=None)
    r = explain(tmp_path, FAILED % "a.dll")
    assert told(r, "here it fails for another reason") and "is all that it needs" not in first(r)["summary"]
