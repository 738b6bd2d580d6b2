#!/usr/bin/python3
"""`dlwhy import --os windows|macos`: what an import does in a Python of another system, from a folder with its
packages. The native files are written by pewrite.py and macho_file.py; what CPython and packages repaired by
delvewheel do there is told in src/verb/py_foreign.c and src/python/lib_assumed.c.
"""
import json
import os
import pathlib
import subprocess
import sys

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "oracle"))
from macho_file import FLAT, SYSTEM, macho  # noqa: E402
from pewrite import Image  # noqa: E402
from schema import validator  # noqa: E402

DLWHY = os.path.abspath(os.environ.get("DLWHY", TOP / "build" / "dlwhy"))
DELVEWHEEL = '''
def _delvewheel_patch():
    import os
    if os.path.isdir(libs_dir := os.path.abspath(os.path.join(os.path.dirname(__file__), os.pardir, 'p.libs'))):
        os.add_dll_directory(libs_dir)


_delvewheel_patch()
del _delvewheel_patch
'''
GONE = "The specified module could not be found."


def pyd(name, *dlls):
    return Image(imports={"python311.dll": ["Py_IncRef"], "KERNEL32.dll": ["Sleep"], **{d: ["f"] for d in dlls}},
                 exports={"PyInit_" + name: None}, name=name + ".pyd").bytes()


def dll(*dlls):
    return Image(imports={"KERNEL32.dll": ["Sleep"], **{d: ["f"] for d in dlls}}, exports={"f": None}).bytes()


def bundle(name, *needs, imports=()):
    return macho("bundle", needs=[SYSTEM, *needs], exports=["_PyInit_" + name],
                 imports=[("_PyModule_Create2", FLAT), *imports])


def put(folder, files):
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return folder


def ask(folder, module, system, *args, version="3.11"):
    version = ["--python-version", version] if version else []
    r = subprocess.run([DLWHY, "import", module, "--json", "--root", folder, "--os", system, *version, *args],
                       capture_output=True, text=True, check=False)
    assert r.stderr == ""
    answer = json.loads(r.stdout)
    validator().validate(answer)
    assert r.returncode == (0 if answer["loads"] else 1)
    assert answer["platform"]["os"] == system
    assert answer["certainty"] != "proved"
    return answer


def natives(answer):
    return [(n["path"], n["outcome"]) for n in answer["python"]["natives"]]


def text(answer):
    return answer["python"]["exception"]["text"]


# ---- Windows ----------------------------------------------------------------------------------------------

WINDOWS = {"p/__init__.py": DELVEWHEEL + "import os, typing, winreg\nfrom . import _ext\n",
           "p/_ext.cp311-win_amd64.pyd": pyd("_ext", "a.dll"), "p.libs/a.dll": dll("b.dll"), "p.libs/b.dll": dll()}


def without(files, *names):
    return {n: d for n, d in files.items() if n not in names}


def test_folder_of_delvewheel_is_searched(tmp_path):
    answer = ask(put(tmp_path, WINDOWS), "p", "windows")
    assert answer["loads"] is True and answer["certainty"] == "predicted"
    assert natives(answer) == [("/p/_ext.cp311-win_amd64.pyd", "loaded")]
    assert "Python 3.11 for Windows has the standard library" in answer["assumes"]
    kinds = {m["name"]: m["kind"] for m in answer["python"]["modules"]}
    assert (kinds["winreg"], kinds["os"], kinds["p"]) == ("assumed", "assumed", "source")


def test_folder_that_nobody_adds_is_not_searched(tmp_path):
    answer = ask(put(tmp_path, {**WINDOWS, "p/__init__.py": "from . import _ext\n"}), "p", "windows")
    assert answer["findings"][0]["object"] == "a.dll"
    assert answer["findings"][0]["needed_by"] == "/p/_ext.cp311-win_amd64.pyd"


def test_missing_dll_is_named_with_its_chain(tmp_path):
    answer = ask(put(tmp_path, without(WINDOWS, "p.libs/b.dll")), "p", "windows")
    f = answer["findings"][0]
    assert (f["code"], f["object"], f["needed_by"]) == ("missing-library", "b.dll", "/p.libs/a.dll")
    assert f["chain"] == ["/p/_ext.cp311-win_amd64.pyd", "/p.libs/a.dll"]
    assert text(answer) == "ImportError: DLL load failed while importing _ext: " + GONE
    assert [e["line"] for e in f["evidence"] if e["path"] == "/p/__init__.py"] == [11]


def test_dll_that_was_opened_before_answers_by_its_name(tmp_path):
    files = {"p/__init__.py": "import ctypes, os\n"
                              "ctypes.WinDLL(os.path.join(os.path.dirname(__file__), 'lib\\\\a.dll'))\nfrom . import _ext\n",
             "p/_ext.pyd": pyd("_ext", "A.DLL"), "p/lib/a.dll": dll()}
    assert ask(put(tmp_path, files), "p", "windows")["loads"] is True
    put(tmp_path, {"p/__init__.py": "from . import _ext\n"})
    assert ask(tmp_path, "p", "windows")["loads"] is False


def test_ctypes_says_it_in_words_of_its_own(tmp_path):
    files = {"p.py": "import ctypes, os\nctypes.CDLL(os.path.join(os.path.dirname(__file__), 'x.dll'))\n",
             "x.dll": dll("gone.dll")}
    answer = ask(put(tmp_path, files), "p", "windows")
    assert text(answer) == ("FileNotFoundError: Could not find module '/x.dll' (or one of its dependencies). Try using "
                            "the full path with constructor syntax.")
    assert answer["findings"][0]["object"] == "gone.dll"


def test_modules_of_other_systems_are_not_there(tmp_path):
    put(tmp_path, {"p.py": "try:\n    import fcntl\nexcept ImportError:\n    fcntl = None\nimport msvcrt\n",
                   "q.py": "import fcntl\n", "r.py": "import distutils.core\n"})
    assert ask(tmp_path, "p", "windows")["loads"] is True
    assert text(ask(tmp_path, "q", "windows")) == "ModuleNotFoundError: No module named 'fcntl'"
    assert ask(tmp_path, "q", "macos")["loads"] is True
    assert text(ask(tmp_path, "p", "macos")) == "ModuleNotFoundError: No module named 'msvcrt'"
    assert ask(tmp_path, "r", "windows")["loads"] is True
    assert ask(tmp_path, "r", "windows", version="3.12")["loads"] is False


def test_sources_see_the_system(tmp_path):
    put(tmp_path, {"p.py": "import sys, os, platform\nif sys.platform != 'win32' or os.name != 'nt':\n    import no_a\n"
                           "if platform.system() != 'Windows' or platform.machine() != 'AMD64':\n    import no_b\n"
                           "if sys.version_info[:2] != (3, 12) or not hasattr(os, 'add_dll_directory'):\n"
                           "    import no_c\n"})
    assert ask(tmp_path, "p", "windows", version="3.12.3")["loads"] is True


def test_environment_with_a_standard_library_of_its_own(tmp_path):
    """As python.org's installer makes it: modules of DLLs are files, and are opened."""
    files = {"python.exe": Image(dll=False, imports={"python311.dll": ["Py_Main"]}).bytes(),
             "python311.dll": Image(exports={"Py_IncRef": None, "Py_Main": None}).bytes(),
             "Lib/os.py": "name = 'nt'\n", "Lib/mine.py": "import _own\n", "DLLs/_own.pyd": pyd("_own", "own.dll"),
             "Lib/site-packages/p.pth": "sub\\folder\n", "Lib/site-packages/sub/folder/p.py": "import mine\n"}
    answer = ask(put(tmp_path, files), "p", "windows")
    assert answer["findings"][0]["object"] == "own.dll"
    assert answer["python"]["executable"] == "/python.exe"
    put(tmp_path, {"own.dll": dll()})  # beside python.exe: the application's folder
    assert ask(tmp_path, "p", "windows")["loads"] is True


# ---- macOS ------------------------------------------------------------------------------------------------

MACOS = {"p/__init__.py": "import os, fcntl\nfrom . import _ext\n",
         "p/_ext.cpython-311-darwin.so": lambda: bundle("_ext", "@loader_path/.dylibs/a.dylib"),
         "p/.dylibs/a.dylib": lambda: macho(id="@loader_path/.dylibs/a.dylib", needs=[SYSTEM])}


def made(files):
    return {n: d() if callable(d) else d for n, d in files.items()}


def test_macos_names_of_python_are_taken_for_granted(tmp_path):
    answer = ask(put(tmp_path, made(MACOS)), "p", "macos")
    assert answer["loads"] is True and natives(answer) == [("/p/_ext.cpython-311-darwin.so", "loaded")]
    assert (answer["platform"]["loader"], answer["platform"]["machine"]) == ("dyld", "arm64")
    files = {**MACOS, "p/_ext.cpython-311-darwin.so": lambda: bundle("_ext", imports=[("__ZN2no4bodyEv", FLAT)])}
    answer = ask(put(tmp_path, made(files)), "p", "macos")
    assert answer["loads"] is False and answer["findings"][0]["code"] == "missing-symbol"


def test_macos_missing_library(tmp_path):
    answer = ask(put(tmp_path, made(without(MACOS, "p/.dylibs/a.dylib"))), "p", "macos")
    assert answer["findings"][0]["object"] == "@loader_path/.dylibs/a.dylib"
    assert text(answer).startswith("ImportError: dlopen(/p/_ext.cpython-311-darwin.so, 0x0002): Library not loaded: ")
    assert "tried: '/p/.dylibs/a.dylib' (no such file)" in text(answer)


def test_release_and_place_by_the_files(tmp_path):
    files = {"lib/python3.12/site-packages/p.py": "import distutils\n", "bin/python3.12": "", "pyvenv.cfg":
             "home = /usr/local/bin\nversion = 3.12.4\n"}
    answer = ask(put(tmp_path, files), "p", "macos", version=None)
    assert answer["python"]["version"] == "3.12.4"
    assert text(answer) == "ModuleNotFoundError: No module named 'distutils'"


# ---- the wrong system, the wrong words --------------------------------------------------------------------

@pytest.mark.parametrize("system,files,tag", [("macos", WINDOWS, "for Windows"),
                                              ("windows", MACOS, "built for another platform (darwin)")])
def test_packages_of_another_system(tmp_path, system, files, tag):
    files = {**made(files), "p/__init__.py": "import p._ext\n"}
    f = ask(put(tmp_path, files), "p", system)["findings"][0]
    assert (f["code"], f["detail"]) == ("python-module", "python-abi")
    assert tag in f["summary"]


@pytest.mark.parametrize("args,words", [
    (["--os", "beos"], "windows or macos"), (["--os", "windows", "--python-version", "three"], "no release of Python"),
    (["--python-version", "3.11"], "another system"), (["--os", "windows", "--macos", "14"], "an option for macOS"),
    (["--os", "windows", "--prove"], "proved"), (["--windows", "10"], "--os windows"),
])
def test_bad_usage(tmp_path, args, words):
    r = subprocess.run([DLWHY, "import", "p", "--root", tmp_path, *args], capture_output=True, text=True, check=False)
    assert (r.returncode, r.stdout) == (2, "")
    assert words in r.stderr and r.stderr.count("\n") == 1


def test_nothing_says_the_release(tmp_path):
    r = subprocess.run([DLWHY, "import", "p", "--root", put(tmp_path, {"p.py": ""}), "--os", "windows"],
                       capture_output=True, text=True, check=False)
    assert r.returncode == 3 and "--python-version" in r.stdout
