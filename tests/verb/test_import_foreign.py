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


# ---- loads by hand on Windows -----------------------------------------------------------------------------

TORCH = """import ctypes, glob, os
def _load():
    here = os.path.join(os.path.dirname(__file__), "lib")
    kernel32 = ctypes.WinDLL("kernel32.dll", use_last_error=True)
    with_flags = hasattr(kernel32, "AddDllDirectory")
    kernel32.LoadLibraryW.restype = ctypes.c_void_p
    if with_flags:
        kernel32.LoadLibraryExW.restype = ctypes.c_void_p
    os.add_dll_directory(here)
    for dll in glob.glob(os.path.join(here, "*.dll")):
        loaded = False
        if with_flags:
            res = kernel32.LoadLibraryExW(dll, None, 0x00001100)
            last_error = ctypes.get_last_error()
            if res is None and last_error != 126:
                err = ctypes.WinError(last_error)
                err.strerror += f' Error loading "{dll}" or one of its dependencies.'
                raise err
            elif res is not None:
                loaded = True
        if not loaded:
            os.environ["PATH"] = ";".join([here, os.environ["PATH"]])
            res = kernel32.LoadLibraryW(dll)
            if res is None:
                err = ctypes.WinError(ctypes.get_last_error())
                err.strerror += f' Error loading "{dll}" or one of its dependencies.'
                raise err
_load()
"""


def test_loads_by_kernel32_as_torch_does_them(tmp_path):
    put(tmp_path, {"t/__init__.py": TORCH, "t/lib/a.dll": dll("b.dll"), "t/lib/b.dll": dll("c.dll"), "t/lib/c.dll": dll()})
    answer = ask(tmp_path, "t", "windows")
    assert answer["loads"] is True
    (tmp_path / "t/lib/c.dll").unlink()
    answer = ask(tmp_path, "t", "windows")
    assert text(answer) == ('OSError: [WinError 126] The specified module could not be found. Error loading "/t/lib/a.dll" '
                            'or one of its dependencies.')
    f = answer["findings"][0]
    assert (f["code"], f["object"], f["needed_by"]) == ("missing-library", "c.dll", "/t/lib/b.dll")
    (tmp_path / "t/lib/c.dll").write_text("no library\n")
    answer = ask(tmp_path, "t", "windows")
    assert text(answer).startswith("OSError: [WinError 193] %1 is not a valid Win32 application. Error loading ")
    assert answer["findings"][0]["object"] == "/t/lib/c.dll"


@pytest.mark.parametrize("restype,test", [("", "== 0"), ("k.LoadLibraryW.restype = ctypes.c_void_p", "is None")])
def test_a_null_pointer_by_its_restype(tmp_path, restype, test):
    put(tmp_path, {"p.py": "import ctypes\nk = ctypes.windll.kernel32\n%s\nif k.LoadLibraryW('nosuch.dll') %s:\n"
                           "    import no_such_module\n" % (restype, test)})
    assert text(ask(tmp_path, "p", "windows")) == "ModuleNotFoundError: No module named 'no_such_module'"


def test_path_counts_for_a_load_without_flags(tmp_path):
    files = {"p.py": "import ctypes, os\nos.environ['PATH'] = '/bin;' + os.environ['PATH']\n"
                     "ctypes.CDLL('a.dll', winmode=0)\n", "bin/a.dll": dll()}
    assert ask(put(tmp_path, files), "p", "windows")["loads"] is True
    put(tmp_path, {"p.py": files["p.py"].replace(", winmode=0", "")})
    assert ask(tmp_path, "p", "windows")["loads"] is False


def test_the_folder_added_last_is_asked_first(tmp_path):
    files = {"p.py": "import os, ctypes\nfor d in ('/one', '/two', '/one'):\n    os.add_dll_directory(d)\n"
                     "ctypes.CDLL('a.dll')\n", "one/a.dll": dll(), "two/a.dll": dll()}
    answer = ask(put(tmp_path, files), "p", "windows")
    assert [o["path"] for o in answer["objects"] if o["path"] and o["path"].endswith("a.dll")] == ["/one/a.dll"]


# ---- a file that was installed and is gone ----------------------------------------------------------------

RECORD = {"p-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: p\nVersion: 1.0\n", "p-1.0.dist-info/INSTALLER": "pip\n",
          "p-1.0.dist-info/RECORD": "p/__init__.py,,\np/_ext.cp311-win_amd64.pyd,,\np.libs/a.dll,,\np.libs/b.dll,,\n"
                                    "_top.pyd,,\np/p.pyd,,\np-1.0.dist-info/METADATA,,\np-1.0.dist-info/RECORD,,\n"}


def site(files):
    return {"Lib/site-packages/" + n: d for n, d in files.items()}


@pytest.mark.parametrize("gone,source", [
    ("p/_ext.cp311-win_amd64.pyd", WINDOWS["p/__init__.py"]), ("p/_ext.cp311-win_amd64.pyd", "import p._ext\n"),
    ("p/_ext.cp311-win_amd64.pyd", "try:\n    import p._ext\nexcept ImportError as e:\n    raise ImportError('broken') from e\n"),
    ("_top.pyd", "import _top\n"),
    ("p/p.pyd", "import sys\nif hasattr(sys, 'p_LOADS'):\n    raise ImportError('again')\nsys.p_LOADS = 1\n"
                "del sys.modules['p']\nimport p\n")])
def test_an_extension_module_that_is_gone(tmp_path, gone, source):
    files = without({**WINDOWS, **RECORD, "p/__init__.py": source, "p/p.pyd": pyd("p"), "_top.pyd": pyd("_top")}, gone)
    f = ask(put(tmp_path, site(files)), "p", "windows")["findings"][0]
    assert (f["code"], f["detail"], f["object"]) == ("package-incomplete", "files-missing", "/Lib/site-packages/" + gone)
    assert f["fixes"][0]["commands"] == ["python -m pip install --force-reinstall --no-deps p==1.0"]
    put(tmp_path, site({"p-1.0.dist-info/RECORD": RECORD["p-1.0.dist-info/RECORD"].replace(gone + ",,\n", "")}))
    assert ask(tmp_path, "p", "windows")["findings"][0]["code"] != "package-incomplete"  # nobody says that it was there


def naming(name, *others):
    return Image(imports={"python311.dll": ["Py_IncRef"]}, exports={"PyInit_" + name: None, **{o: None for o in others}}).bytes()


def test_an_extension_that_another_one_imports_is_gone(tmp_path):
    files = {"p/__init__.py": "from . import _a\n", "p/_a.pyd": naming("_a", "p._b"), "p/_b.pyd": naming("_b", "p._gone"),
             "p-1.0.dist-info/RECORD": "p/_gone.pyd,,\np/_a.pyd,,\np/_b.pyd,,\n", "p-1.0.dist-info/INSTALLER": "pip\n",
             "p-1.0.dist-info/METADATA": RECORD["p-1.0.dist-info/METADATA"]}
    answer = ask(put(tmp_path, site(files)), "p", "windows")
    assert (answer["loads"], answer["findings"][0]["object"]) == (False, "/Lib/site-packages/p/_gone.pyd")
    put(tmp_path, site({"p/_gone.pyd": naming("_gone")}))
    assert ask(tmp_path, "p", "windows")["loads"] is True


def test_a_name_in_a_package_that_may_have_more(tmp_path):
    files = {**without({**WINDOWS, **RECORD, "p/p.pyd": pyd("p")}, "p/_ext.cp311-win_amd64.pyd"),
             "p/__init__.py": "from json import *\nfrom . import _ext\n"}
    answer = ask(put(tmp_path, site(files)), "p", "windows")
    assert answer["findings"][0]["object"] == "/Lib/site-packages/p/_ext.cp311-win_amd64.pyd"
    put(tmp_path, site({"p-1.0.dist-info/RECORD": "p/__init__.py,,\n"}))
    assert ask(tmp_path, "p", "windows")["loads"] is not False  # what is set there may be it


@pytest.mark.parametrize("source", ["from p._ext import x\n", "import p._ext\np._ext.start()\nfrom p._ext import x\n"])
def test_a_folder_of_stubs_in_the_place_of_an_extension(tmp_path, source):
    files = {**without({**WINDOWS, **RECORD}, "p/_ext.cp311-win_amd64.pyd"), "p/__init__.py": source,
             "p/_ext/x.pyi": "x: int\n"}
    f = ask(put(tmp_path, site(files)), "p", "windows")["findings"][0]
    assert (f["code"], f["object"]) == ("package-incomplete", "/Lib/site-packages/p/_ext.cp311-win_amd64.pyd")


def test_the_folder_of_a_user_is_not_there(tmp_path):
    source = ("import ctypes, os, sysconfig\nhere = os.path.dirname(__file__)\n"
              "paths = [p for p in (here, os.path.join(sysconfig.get_config_var('userbase'), 'bin')) if os.path.exists(p)]\n"
              "os.environ['PATH'] = ';'.join(paths + [os.environ['PATH']])\nk = ctypes.WinDLL('kernel32.dll')\n"
              "if not k.LoadLibraryW(os.path.join(here, 'a.dll')):\n    raise ctypes.WinError(126)\n")
    answer = ask(put(tmp_path, site({"p/__init__.py": source, "p/a.dll": dll("b.dll"), "p/b.dll": dll("c.dll")})), "p", "windows")
    assert [f["object"] for f in answer["findings"]] == ["c.dll"]
    put(tmp_path, site({"p/c.dll": dll()}))
    assert ask(tmp_path, "p", "windows")["loads"] is True


def test_a_dll_that_is_gone(tmp_path):
    f = ask(put(tmp_path, site(without({**WINDOWS, **RECORD}, "p.libs/b.dll"))), "p", "windows")["findings"][0]
    assert (f["code"], f["object"]) == ("missing-library", "b.dll") and "p 1.0 was installed with it" in f["summary"]
    assert f["fixes"][0]["commands"] == ["python -m pip install --force-reinstall --no-deps p==1.0"]


def test_commands_are_those_of_windows(tmp_path):
    files = without({**WINDOWS, "p/other/b.dll": dll()}, "p.libs/b.dll")
    f = ask(put(tmp_path, site(files)), "p", "windows")["findings"][0]
    assert f["code"] == "search-path"
    assert [x["commands"][0] for x in f["fixes"]] == [
        'import os, sys; os.add_dll_directory(os.path.join(sys.prefix, r"Lib\\site-packages\\p\\other"))',
        'copy "Lib\\site-packages\\p\\other\\b.dll" "Lib\\site-packages\\p"']


def test_line_ends_of_windows_in_a_text_that_is_executed(tmp_path):
    put(tmp_path, {"p.py": "exec(open('/c.py').read())\nif x != 'a\\nb':\n    import no_a\n", "c.py": "x = '''a\r\nb'''\r\n"})
    assert ask(tmp_path, "p", "windows")["loads"] is True
