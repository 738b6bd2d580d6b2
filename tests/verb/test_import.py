#!/usr/bin/python3
"""`dlwhy import` and `check --after`: what is said of small packages, sound and broken, beside what the
interpreter itself does with them.

DLWHY is the path of the program, build/dlwhy by default.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[1]
DLWHY = os.path.abspath(os.environ.get("DLWHY", TOP / "build" / "dlwhy"))
PYTHON = sys.executable
MINOR = sys.version_info[1]

# As a child sees it: how the traceback ends, and nothing else.
ASK = ("import sys\nm = sys.argv.pop()\ntry:\n    __import__(m)\nexcept BaseException as e:\n"
       "    t = type(e)\n    q = t.__qualname__ if t.__module__ == 'builtins' else t.__module__ + '.' + t.__qualname__\n"
       "    sys.stderr = sys.__stderr__\n    sys.stderr.write('\\0' + q + (': ' + str(e) if str(e) else '') + '\\0')\n")

EXT = "void *PyInit_%s(void) { return 0; }"
# What is built besides the files: name -> (source, libraries that it needs). A need that is in GONE is
# removed afterwards.
BUILD = {
    "whole": ("int whole(void) { return 1; }", []),
    "gone": ("int gone(void) { return 1; }", []),
    "plain": ("int plain(void) { return 1; }", []),
    "needs_gone": ("int gone(void); void *PyInit_ext(void) { return (void *)(long)gone(); }", ["gone"]),
    "no_symbol": ("int nowhere(void); void *PyInit_ext(void) { return (void *)(long)nowhere(); }", []),
    "renamed": (EXT % "other", []),
    "inner": ('const char *inner(void) { return "part"; }', []),
    "linked": ("const char *inner(void); void *PyInit_ext(void) { return (void *)inner(); }", ["inner"]),
    "old": ("void init_ext(void) {}", []),
}


@pytest.fixture(scope="module")
def pool(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pool")
    for name, (source, needs) in BUILD.items():
        (folder / "x.c").write_text(source)
        subprocess.run(["gcc", "-shared", "-fPIC", "-w", f"-Wl,-soname,lib{name}.so.1", "-Wl,--no-as-needed",
                        "-o", folder / f"{name}.so", folder / "x.c", *[folder / f"{n}.so" for n in needs]],
                       check=True)
    return folder


def environment(home, **more):
    env = {"PATH": "/usr/bin:/bin", "HOME": str(home), "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
    env.update({k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")})
    return {**env, **more}


def dlwhy(*args, cwd, env):
    p = subprocess.run([DLWHY, *args], cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE, timeout=120, check=False)
    assert p.stderr == b"", p.stderr.decode()
    return p


def answer(*args, cwd, env):
    p = dlwhy(*args, "--json", cwd=cwd, env=env)
    return json.loads(p.stdout), p.returncode


def real(module, cwd, env):
    """How a traceback ends, None if it imports."""
    p = subprocess.run([PYTHON, "-c", ASK, module], cwd=cwd, env=env, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=60, check=False)
    said = re.findall(rb"\0(.*?)\0", p.stderr, re.S)
    assert p.returncode == 0 or said, p.stderr.decode()
    return said[-1].decode() if said else None


def write(folder, files, pool):
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if content.startswith("<"):  # "<gone>": a file of the pool; "<gone:200>" its beginning
            which, _, size = content[1:-1].partition(":")
            data = (pool / f"{which}.so").read_bytes()
            path.write_bytes(data[:int(size)] if size else data)
        else:
            path.write_text(content)


SHADOW = "circular-import-or-shadow"
RAISE = "raise ImportError('no')\n"
# A finder that the sources append, as setuptools does for the packages that it brings along.
HOOK = """import importlib.util, sys, types
class Hook:
    def find_spec(self, name, path=None, target=None):
        return importlib.util.spec_from_loader(name, self) if name == 'p.extra' else None
    def create_module(self, spec):
        return types.ModuleType(spec.name)
    def exec_module(self, module):
        pass
sys.meta_path.append(Hook())
"""
TOLD = """class Registry:
    def __init__(self):
        self.known = {}
    def __getattr__(self, name):
        if name not in self.known:
            raise AttributeError(name)
        return self.known[name]
registry = Registry()
class Meta(type):
    def __init__(cls, name, bases, names):
        registry.known[name] = cls
class Zero(metaclass=Meta):
    pass
zero = registry.Zero
"""
MAYBE = """import zlib
def find(name, cache={}):
    cache[name] = getattr(zlib, name)
    if cache[name] is not None:
        return cache[name]
    raise ValueError(name)
try:
    globals()['sha'] = find('crc32')
except ValueError:
    pass
"""
# name -> (files, module, (code, detail) of the first finding or None, words of the summary)
SITUATIONS = {
    "sound": ({"m.py": "import os\n"}, "m", None, ""),
    "sound package": ({"p/__init__.py": "from . import q\n", "p/q.py": "x = 1\n"}, "p", None, ""),
    "part of a package": ({"p/__init__.py": "", "p/q.py": "x = 1\n"}, "p.q", None, ""),
    "namespace": ({"ns/q.py": "x = 1\n"}, "ns.q", None, ""),
    "standard library": ({}, "json.decoder", None, ""),
    "built-in": ({}, "sys", None, ""),
    "not installed": ({}, "dlwhy_nothing", ("python-module", "not-installed"), "is not installed for Python"),
    "needed by another": ({"m.py": "import dlwhy_nothing\n"}, "m", ("python-module", "not-installed"),
                          "dlwhy_nothing"),
    "no such part": ({"p/__init__.py": ""}, "p.q", ("python-module", "version-skew"), "has no module q"),
    "no package": ({"m.py": ""}, "m.q", ("python-module", "version-skew"), "is a file and no package"),
    "folder alone": ({"ns/x.py": ""}, "ns.q", ("python-module", "version-skew"), "without __init__.py"),
    "name that is not there": ({"p.py": "", "m.py": "from p import x\n"}, "m", ("python-module", "version-skew"),
                               "has no x"),
    "for another Python": ({"ext.cpython-33m-x86_64-linux-gnu.so": "<plain>"}, "ext",
                           ("python-module", "python-abi"), "not for this interpreter"),
    "for Windows": ({"ext.cp311-win_amd64.pyd": "<plain>"}, "ext", ("python-module", "python-abi"), "Windows"),
    "plain library": ({"ext.so": "<plain>"}, "ext", ("python-module", "no-init"), "does not define PyInit_ext"),
    "other name": ({"ext.so": "<renamed>"}, "ext", ("python-module", "renamed"), "is the module other"),
    "Python 2": ({"_ext.so": "<old>"}, "_ext", ("python-module", "python-abi"), "Python 2"),
    "missing library": ({"ext.so": "<needs_gone>"}, "ext", ("missing-library", None), "libgone.so.1 is missing"),
    "missing library in a package": ({"p/__init__.py": "from . import a\n", "p/a.py": "\n\nfrom p import ext\n",
                                      "p/ext.so": "<needs_gone>"}, "p", ("missing-library", None),
                                     "libgone.so.1 is missing"),
    "missing symbol": ({"ext.so": "<no_symbol>"}, "ext", ("missing-symbol", None), "nowhere"),
    "empty file": ({"ext.so": ""}, "ext", ("corrupt-file", None), "empty"),
    "text": ({"ext.so": "not a library, and long enough for the header of one, which it does not have\n"},
             "ext", ("corrupt-file", None), ""),
    "cut": ({"ext.so": "<needs_gone:120>"}, "ext", ("corrupt-file", None), ""),
    "by hand": ({"m.py": "import ctypes\nctypes.CDLL('./libx.so')\n", "libx.so": "<plain>"}, "m", None, ""),
    "by hand, missing": ({"m.py": "import ctypes\nctypes.CDLL('libdlwhy-nothing.so.4')\n"}, "m",
                         ("missing-library", None), "libdlwhy-nothing.so.4"),
    "by hand, without its need": ({"m.py": "import ctypes, os\nhere = os.path.dirname(os.path.abspath(__file__))\n"
                                           "ctypes.CDLL(os.path.join(here, 'ext.so'))\n", "ext.so": "<needs_gone>"},
                                  "m", ("missing-library", None), "libgone.so.1"),
    "by hand, beside the caller": ({"m.py": "import opener\nlib = opener.load('ext.so')\n", "ext.so": "<needs_gone>",
                                    "opener.py": "import ctypes, inspect, os, sys\ndef load(name):\n"
                                                 "    f = inspect.getfile(sys._getframe(1))\n"
                                                 "    return ctypes.CDLL(os.path.join(os.path.dirname(f), name))\n"},
                                   "m", ("missing-library", None), "libgone.so.1"),
    "shadow": ({"colorsys.py": "import colorsys\ncolorsys.rgb_to_hls(1, 1, 1)\n"}, "colorsys", (SHADOW, "shadow"),
               "takes the place of the module colorsys"),
    "name": ({"m.py": "x = dlwhy_nothing\n"}, "m", ("init-failed", "exception"), "NameError"),
    "file that is missing": ({"m.py": "x = open('/dlwhy/missing')\n"}, "m", ("init-failed", "exception"), "No such file"),
    "variable that is missing": ({"m.py": "import os\nx = os.environ['DLWHY_NOTHING']\n"}, "m", ("init-failed", "exception"),
                                 "KeyError"),
    "distribution that is missing": ({"m.py": "from importlib.metadata import version\nx = version('dlwhy-nothing')\n"}, "m",
                                     ("init-failed", "exception"), "No package metadata"),
    "misspelt": ({"m.py": "import subproces\n"}, "m", ("python-module", "not-installed"), "one slip away"),
    "file in another folder": ({"m.py": "import dlwhy_helper\n", "src/dlwhy_helper.py": ""}, "m", ("python-module", "not-installed"),
                               "does not look in that folder"),
    "file of the same package": ({"p/__init__.py": "import dlwhy_beside\n", "p/dlwhy_beside.py": ""}, "p",
                                 ("python-module", "not-installed"), "does not look in that folder"),
    "shadow of a package": ({"email.py": "x = 1\n", "m.py": "import email.message\n"}, "m", (SHADOW, "shadow"),
                            "takes the place of the module email"),
    "shadow, name": ({"json.py": "x = 1\n", "m.py": "from json import dumps\n"}, "m", (SHADOW, "shadow"),
                     "takes the place of the module json"),
    "circle": ({"a.py": "from b import y\nx = 1\n", "b.py": "from a import x\ny = 1\n"}, "a",
               (SHADOW, "circular"), "circle"),
    "raised": ({"m.py": RAISE}, "m", ("init-failed", "raised"), "on purpose"),
    "raised at the top": ({"m.py": "if 'x' == 'y':\n    pass\nelse:\n    raise ValueError('no')\n"}, "m",
                          ("init-failed", "raised"), "ValueError: no"),
    "raised below": ({"p/__init__.py": "from .q import check\ncheck()\n", "p/q.py": "def check():\n    " + RAISE},
                     "p", ("init-failed", "raised"), "q.py line 2"),
    "exception": ({"m.py": "import sys\nsys.exit('no')\n"}, "m", ("init-failed", "exception"), "SystemExit"),
    "caught": ({"m.py": "try:\n    import dlwhy_nothing\nexcept ImportError:\n    dlwhy_nothing = None\n"}, "m",
               None, ""),
    "import hook": ({"p/__init__.py": HOOK, "m.py": "from p import extra\n"}, "m", None, ""),
    "import hook, other name": ({"p/__init__.py": HOOK, "m.py": "from p import nothing\n"}, "m",
                                ("python-module", "version-skew"), "has no nothing"),
    "attributes that a metaclass has told": ({"m.py": TOLD}, "m", None, ""),
    "check behind an unknown return": ({"m.py": "from q import sha\n", "q.py": MAYBE}, "m", None, ""),
    "no part of the library": ({}, "os.dlwhy_nothing", ("python-module", "version-skew"), "is a file and no package"),
    "name of the library": ({"m.py": "from collections import dlwhy_nothing\n"}, "m",
                            ("python-module", "version-skew"), "standard library"),
    "Windows only": ({}, "msvcrt", ("python-module", "not-installed"), "on Windows only"),
    "upper case": ({}, "JSON", ("python-module", "not-installed"), "upper and lower case count"),
    "removed": ({"m.py": "import binhex\n" if MINOR > 10 else "import formatter_of_nothing\n"}, "m",
                ("python-module", "removed" if MINOR > 10 else "not-installed"), ""),
}


@pytest.mark.parametrize("name", SITUATIONS)
def test_situation(name, pool, tmp_path):
    files, module, first, words = SITUATIONS[name]
    cwd, home = tmp_path / "cwd", tmp_path / "home"
    cwd.mkdir()
    home.mkdir()
    write(cwd, files, pool)
    env = environment(home)
    ours, status = answer("import", module, "--python", PYTHON, cwd=cwd, env=env)
    said = real(module, cwd, env)
    assert ours["error"] is None
    assert ours["loads"] is (said is None)
    assert status == (0 if said is None else 1)
    exception = ours["python"]["exception"]
    assert (exception["text"] if exception else None) == said
    found = ours["findings"][0] if ours["findings"] else None
    assert (found and (found["code"], found["detail"])) == first
    if found:
        assert words in found["summary"]
        assert found["fixes"], "a failure without anything to do about it"
    people = dlwhy("import", module, "--python", PYTHON, cwd=cwd, env=env).stdout.decode()
    assert people.startswith(f"import {module} ")
    assert len(people.splitlines()) <= 30
    if said is not None:
        assert said.splitlines()[0][:60] in people


def test_proof_agrees(pool, tmp_path):
    write(tmp_path, {"ext.so": "<needs_gone>", "m.py": "x = 1\n"}, pool)
    env = environment(tmp_path)
    for module in ("ext", "m", "dlwhy_nothing"):
        ours, _ = answer("import", module, "--python", PYTHON, "--prove", cwd=tmp_path, env=env)
        assert ours["proof"]["done"] and ours["proof"]["agrees"], ours["proof"]


def test_traceback_leads_to_the_line(pool, tmp_path):
    write(tmp_path, {"p/__init__.py": "from . import a\n", "p/a.py": "\n\nfrom p import ext\n", "p/ext.so": "<needs_gone>"},
          pool)
    ours, _ = answer("import", "p", "--python", PYTHON, cwd=tmp_path, env=environment(tmp_path))
    frames = [(pathlib.Path(f["file"]).name, f["line"]) for f in ours["python"]["exception"]["traceback"] if f["file"]]
    assert frames[-2:] == [("__init__.py", 1), ("a.py", 3)]
    lines = [(e["line"], e["value"]) for e in ours["findings"][0]["evidence"] if e["kind"] == "text" and e["line"]]
    assert lines[:2] == [(3, "from p import ext"), (1, "from . import a")]
    assert ours["loader_message"].startswith("libgone.so.1: cannot open")
    broken = [o for o in ours["objects"] if o.get("unloaded")]
    assert [pathlib.Path(o["path"]).name for o in broken] == ["ext.so"]


@pytest.mark.parametrize("part,loads", [("part", True), ("other", False)])
def test_a_linked_library_may_make_modules(part, loads, pool, tmp_path):
    """As torch._C, which is linked with the library that has all of it."""
    write(tmp_path, {"ext.so": "<linked>", "libinner.so.1": "<inner>"}, pool)
    got, _ = answer("import", f"ext.{part}", "--python", PYTHON, "--env", f"LD_LIBRARY_PATH={tmp_path}", cwd=tmp_path,
                    env=environment(tmp_path))
    assert got["loads"] is loads


# Not decided, or decided with a doubt that is said: what Python does then is another matter.
UNREAD = {"print": ("print 'no'\n", None, "not understood"),
          "quotes": ('"""' + "no", None, "not understood")}


@pytest.mark.parametrize("name", UNREAD)
def test_what_is_not_read_is_not_vouched_for(name, tmp_path):
    source, loads, words = UNREAD[name]
    (tmp_path / "m.py").write_text(source)
    env = environment(tmp_path)
    assert real("m", tmp_path, env) is not None
    got, _ = answer("import", "m", "--python", PYTHON, cwd=tmp_path, env=env)
    assert (got["loads"], got["certainty"]) == (loads, "likely")
    assert words in got["assumes"]


@pytest.mark.parametrize("module", ["os.dlwhy_nothing", "winreg", "JSON"])
def test_pip_is_not_told_to_install_the_standard_library(module, tmp_path):
    assert b"pip install" not in dlwhy("import", module, "--python", PYTHON, cwd=tmp_path,
                                       env=environment(tmp_path)).stdout


def test_pip_is_not_told_to_change_the_python_of_the_system(tmp_path):
    """As pip itself says where a file EXTERNALLY-MANAGED lies in the standard library (PEP 668)."""
    here = subprocess.run([PYTHON, "-c", "import os; print(os.path.dirname(os.__file__))"], stdout=subprocess.PIPE, text=True,
                          check=True).stdout.strip()
    found, _ = answer("import", "dlwhy_nothing", "--python", PYTHON, cwd=tmp_path, env=environment(tmp_path))
    commands = [c for f in found["findings"][0]["fixes"] for c in f["commands"]]
    managed = os.path.exists(f"{here}/EXTERNALLY-MANAGED")
    assert any(" -m venv " in c for c in commands) == managed, commands
    assert any(c.startswith(f"{PYTHON} -m pip install") for c in commands) != managed


def test_a_name_from_a_source_is_quoted_in_commands(tmp_path):
    (tmp_path / "m.py").write_text("import importlib\nimportlib.import_module('a;id')\n")
    said = dlwhy("import", "m", "--python", PYTHON, cwd=tmp_path, env=environment(tmp_path)).stdout.decode()
    assert "pip install 'a;id'" in said


@pytest.mark.parametrize("files, module", [({}, "josn"), ({}, "threding"), ({"src/dlwhy_helper.py": ""}, "dlwhy_helper")])
def test_pip_does_not_bring_what_is_misspelt_or_ones_own(files, module, pool, tmp_path):
    write(tmp_path, files, pool)
    said = dlwhy("import", module, "--python", PYTHON, cwd=tmp_path, env=environment(tmp_path)).stdout
    assert b"pip install" not in said


@pytest.mark.parametrize("module", ["dlwhy_uuid6", "uuid6", "jsons"])
def test_a_name_that_is_near_is_not_always_a_slip(module, tmp_path):
    assert b"pip install" in dlwhy("import", module, "--python", PYTHON, cwd=tmp_path, env=environment(tmp_path)).stdout


# What a function does with what it is given is not known as well as a module's own lines: a doubt, with its place.
DOUBTS = {
    "name": "def f():\n    return dlwhy_nothing\nf()\n",
    "assertion": "def f(x):\n    assert x > 1\nf(1)\n",
    "file": "def f(x):\n    return open(x).read()\nf('/dlwhy/missing')\n",
    "key": "TABLE = {}\ndef f(x):\n    return TABLE[x]\nf('a')\n",
}


@pytest.mark.parametrize("name", DOUBTS)
def test_what_a_function_seems_to_raise_is_a_doubt(name, tmp_path):
    (tmp_path / "m.py").write_text(DOUBTS[name])
    env = environment(tmp_path)
    assert real("m", tmp_path, env) is not None
    got, status = answer("import", "m", "--python", PYTHON, cwd=tmp_path, env=env)
    assert (got["loads"], got["certainty"], status) == (True, "likely", 0)
    line = DOUBTS[name].split("\n")[:-2].index(next(x for x in DOUBTS[name].split("\n") if x.startswith("    "))) + 1
    assert f"m.py, line {line} (it raises " in got["assumes"]


def others():
    """Interpreters of other versions here."""
    shim = shutil.which("pyenv")
    root = subprocess.run([shim, "root"], stdout=subprocess.PIPE, check=False).stdout.decode().strip() if shim else ""
    return {p.parts[-3]: str(p) for p in sorted(pathlib.Path(root).glob("versions/3.*/bin/python"))} if root else {}


NEWER = {8: "if (n := 3):\n    pass\n", 9: "def f():\n    with (open('a') as a, open('b') as b):\n        pass\n",
         10: "def f(x):\n    match x:\n        case 1:\n            pass\n", 11: "def f():\n    try:\n        pass\n"
         "    except* ValueError:\n        pass\n", 12: "type X = int\n"}


@pytest.mark.parametrize("version", sorted(others()) or ["none"])
def test_newer_syntax_is_refused_by_an_older_python(version, tmp_path):
    if version == "none":
        pytest.skip("no other Python here")
    python, minor = others()[version], int(version.split(".")[1])
    env = environment(tmp_path)
    for since, source in NEWER.items():
        (tmp_path / "m.py").write_text(source)
        p = subprocess.run([python, "-c", ASK, "m"], cwd=tmp_path, env=env, stdin=subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=60, check=False)
        got, _ = answer("import", "m", "--python", python, cwd=tmp_path, env=env)
        assert got["loads"] is (b"SyntaxError" not in p.stderr), (since, p.stderr)
        if since > minor:
            assert got["python"]["exception"]["type"] == "SyntaxError"
            assert f"Python 3.{since} or newer" in got["findings"][0]["summary"]
            assert got["certainty"] == "predicted"


def test_what_start_up_has_loaded_is_not_shadowed(pool, tmp_path):
    """A line of a .pth file imports the library's module before the working folder is on the path."""
    venv = tmp_path / "venv"
    (venv / "bin").mkdir(parents=True)
    base = pathlib.Path(os.path.realpath(sys.executable))
    (venv / "bin/python").symlink_to(base)
    (venv / "pyvenv.cfg").write_text(f"home = {base.parent}\n")
    site = venv / f"lib/python3.{MINOR}/site-packages"
    site.mkdir(parents=True)
    (site / "early.pth").write_text("import colorsys\n")
    write(tmp_path, {"colorsys.py": "raise ImportError('not this one')\n", "m.py": "import colorsys\ncolorsys.rgb_to_hls\n"}, pool)
    python = str(venv / "bin/python")
    for module in ("colorsys", "m"):
        assert subprocess.run([python, "-c", f"import {module}"], cwd=tmp_path, env=environment(tmp_path), check=False).returncode == 0
        got, status = answer("import", module, "--python", python, cwd=tmp_path, env=environment(tmp_path))
        assert got["loads"] is True and status == 0, got["findings"]


def test_several_modules_get_a_process_each(pool, tmp_path):
    write(tmp_path, {"a.py": "x = 1\n", "b.py": RAISE}, pool)
    p = dlwhy("import", "a", "b", "--python", PYTHON, cwd=tmp_path, env=environment(tmp_path))
    text = p.stdout.decode()
    assert p.returncode == 1
    assert text.startswith("import a works here (imports: ")
    assert text.endswith("2 modules: 1 fine, 1 failing.\n")


def test_markdown_quotes_python(pool, tmp_path):
    write(tmp_path, {"b.py": RAISE}, pool)
    p = dlwhy("import", "b", "--python", PYTHON, "--format", "md", cwd=tmp_path, env=environment(tmp_path))
    text = p.stdout.decode()
    assert text.startswith("### `import b` does not work\n")
    assert "Python would say:\n```text\n" in text
    assert "  ImportError: no\n" in text


@pytest.mark.parametrize("args, word", [
    (["import", "a/b"], "no name of a module"),
    (["import", "m.py"], "no name of a module"),
    (["import", ".m"], "no name of a module"),
    (["import", ""], "empty"),
    (["import", "1abc"], "no name of a module"),
    (["import", "json,os"], "several words"),
    (["import", "scikit-learn"], "no name of a module"),
    (["import", "a..b"], "no name of a module"),
    (["import", "--program", "x", "m"], "--program"),
    (["import", "--pid", "1", "m"], "--pid"),
    (["import", "--after", "x", "m"], "--after"),
    (["--python", "python3", "/bin/true"], "--python"),
    (["explain", "--python", "python3", "missing-library"], "--python"),
    (["--after", "x", "--program", "none", "/bin/true"], "--program"),
    (["--after", "x/y", "/bin/true"], "no name of a module"),
    (["--after", "x", "--pid", "1", "/bin/true"], "--pid"),
])
def test_wrong_usage_is_one_line(args, word, tmp_path):
    p = subprocess.run([DLWHY, *args], cwd=tmp_path, env=environment(tmp_path), stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE, timeout=60, check=False)
    assert p.returncode == 2 and p.stdout == b""
    assert word in p.stderr.decode() and p.stderr.count(b"\n") == 1


def test_an_interpreter_that_is_not_there(tmp_path):
    ours, status = answer("import", "m", "--python", "/nowhere/python", cwd=tmp_path, env=environment(tmp_path))
    assert status == 3
    assert ours["loads"] is None and "/nowhere/python" in ours["error"]["message"]


@pytest.mark.parametrize("python, words", [
    ("{}", "has no bin/python"), ("{}/text", "may not be executed"), ("/bin/true", "does not look like a Python"),
    ("3.99", "no Python 3.99 was found; there is "), ("dlwhy-python", "not found on PATH"), ("", "empty"),
])
def test_odd_interpreters_are_refused_in_one_line(python, words, tmp_path):
    (tmp_path / "text").write_text("x")
    p = dlwhy("import", "m", "--python", python.format(tmp_path), cwd=tmp_path, env=environment(tmp_path))
    said = " ".join(p.stdout.decode().split())
    assert p.returncode == 3 and said.startswith("import m could not be analysed. ")
    assert words in said and len(said) < 300


@pytest.mark.parametrize("version", sorted(others()) or ["none"])
def test_a_version_may_stand_for_an_interpreter(version, tmp_path):
    if version == "none":
        pytest.skip("no other Python here")
    env = {**environment(tmp_path), "HOME": str(pathlib.Path.home())}
    got, status = answer("import", "sys", "--python", version, cwd=tmp_path, env=env)
    assert status == 0 and got["python"]["version"] == version
    short = version.rsplit(".", 1)[0]
    got, _ = answer("import", "sys", "--python", short, cwd=tmp_path, env=env)
    assert got["python"]["version"].startswith(f"{short}.")


# ---- what packages open by functions of their own -------------------------------------------------

LOADING = "from tensorflow.python.client._pywrap_tf_session import *\ndef load_op_library(f):\n    return TF_LoadLibrary(f)\n"
ERRORS = ("class NotFoundError(Exception):\n    def __init__(self, node, op, message, *args):\n"
          "        super().__init__(message)\n        self.message = message\n    def __str__(self):\n"
          "        return self.message\n")
PLUGIN = """import os, warnings
from tensorflow.python.framework.load_library import load_op_library
from tensorflow.python.framework.errors_impl import NotFoundError
try:
    ops = load_op_library(os.path.join(os.path.dirname(os.path.abspath(__file__)), "plugin.so"))
except NotFoundError as e:
    warnings.warn(f"not loaded: {e}")

def fast(x):
    return ops.fast(x)

def plain(x):
    return x
"""


@pytest.mark.parametrize("library, outcome", [("<plain>", "loaded"), ("<no_symbol>", "refused")])
def test_plugins_of_tensorflow_are_opened(library, outcome, pool, tmp_path):
    """The function that calls dlopen is in an extension that nobody can run here."""
    (tmp_path / "x.c").write_text("void *PyInit__pywrap_tf_session(void) { return 0; }")
    top = "tensorflow/python/"
    write(tmp_path, {"tensorflow/__init__.py": "", top + "__init__.py": "", top + "client/__init__.py": "",
                     top + "framework/__init__.py": "", top + "framework/load_library.py": LOADING,
                     top + "framework/errors_impl.py": ERRORS, "m.py": PLUGIN, "plugin.so": library}, pool)
    subprocess.run(["gcc", "-shared", "-fPIC", "-w", "-o", top + "client/_pywrap_tf_session.so", "x.c"], cwd=tmp_path,
                   check=True)
    ours, status = answer("import", "m", "--python", PYTHON, cwd=tmp_path, env=environment(tmp_path))
    assert ours["loads"] is True and status == 0
    plugin = [n for n in ours["python"]["natives"] if n["path"] and n["path"].endswith("/plugin.so")]
    assert [n["outcome"] for n in plugin] == [outcome]
    caught = [s for s in ours["python"]["swallowed"] if s["native"] and s["native"].endswith("/plugin.so")]
    if outcome == "loaded":
        assert ours["findings"] == [] and caught == []
        return
    assert [f["severity"] for f in ours["findings"]] == ["warning"]
    assert caught[0]["exception"]["message"].endswith("plugin.so: undefined symbol: nowhere")
    assert caught[0]["warned"] is True
    assert caught[0]["gone"] == ["m.ops", "m.fast"]


# ---- check --after ------------------------------------------------------------------------------

@pytest.fixture
def deep(pool, tmp_path):
    """user.so needs libdeep.so.1, which lies where only p looks."""
    (tmp_path / "deep").mkdir()
    for name, text, more in (("deep/libdeep.so.1", "int f(void) { return 1; }", []),
                             ("user.so", "int f(void); int g(void) { return f(); }", ["deep/libdeep.so.1"])):
        (tmp_path / "x.c").write_text(text)
        subprocess.run(["gcc", "-shared", "-fPIC", f"-Wl,-soname,{pathlib.Path(name).name}", "-o", name, "x.c", *more],
                       cwd=tmp_path, check=True)
    return tmp_path


def test_a_file_finds_what_the_import_has_opened(deep):
    (deep / "p.py").write_text("import ctypes\nctypes.CDLL('./deep/libdeep.so.1')\n")
    env = environment(deep)
    alone, status = answer("check", "./user.so", "--program", PYTHON, cwd=deep, env=env)
    assert alone["loads"] is False and status == 1
    after, status = answer("check", "./user.so", "--after", "p", "--python", PYTHON, cwd=deep, env=env)
    assert after["loads"] is True and status == 0
    host = {pathlib.Path(o["path"]).name: o["by_host"] for o in after["objects"] if o["path"]}
    assert host["libdeep.so.1"] is True and host["user.so"] is False
    assert subprocess.run([PYTHON, "-c", "import p, ctypes; ctypes.CDLL('./user.so')"], cwd=deep, env=env,
                          check=False).returncode == 0


def test_an_import_that_stops_is_the_first_finding(deep):
    (deep / "p.py").write_text(RAISE + "import ctypes\nctypes.CDLL('./deep/libdeep.so.1')\n")
    ours, status = answer("check", "./user.so", "--after", "p", "--python", PYTHON, cwd=deep, env=environment(deep))
    assert ours["loads"] is False and status == 1
    assert [f["code"] for f in ours["findings"][:2]] == ["init-failed", "search-path"]
    assert "import p stops" in ours["findings"][0]["summary"]
    assert ours["loader_message"].startswith("libdeep.so.1: cannot open")


def test_an_import_that_stops_may_be_enough_for_the_file(deep):
    (deep / "p.py").write_text("import ctypes\nctypes.CDLL('./deep/libdeep.so.1')\n" + RAISE)
    ours, status = answer("check", "./user.so", "--after", "p", "--python", PYTHON, cwd=deep, env=environment(deep))
    assert ours["loads"] is True and status == 1
    assert ours["findings"][0]["code"] == "init-failed"


def test_a_refused_extension_stops_the_import(deep, pool):
    shutil.copy(pool / "needs_gone.so", deep / "ext.so")
    (deep / "p.py").write_text("import ext\n")
    ours, _ = answer("check", "./user.so", "--after", "p", "--python", PYTHON, cwd=deep, env=environment(deep))
    assert ours["findings"][0]["code"] == "missing-library"
    assert ours["findings"][0]["object"] == "libgone.so.1"
    assert "import p stops" in ours["findings"][0]["summary"]


@pytest.mark.parametrize("module", ["asyncio", "unittest.mock", "xml.etree.ElementTree", "http.server", "nosuch", "ctypes.util"])
def test_reading_ahead_changes_nothing(module, tmp_path):
    """A second thread reads sources before they are wanted: the answer is the same without it."""
    def ask(*more):
        return subprocess.run([DLWHY, "--json", "-v", *more, "import", module, "--python", PYTHON], cwd=tmp_path,
                              env=environment(tmp_path), capture_output=True, text=True, check=False).stdout

    alone = ask("--threads", "1")
    assert json.loads(alone)
    assert all(ask() == alone for _ in range(3))


def test_a_file_after_an_import_that_stops_is_not_reached(deep, pool):
    shutil.copy(pool / "whole.so", deep / "whole.so")
    (deep / "p.py").write_text(RAISE)
    p = dlwhy("check", "./whole.so", "--after", "p", "--python", PYTHON, cwd=deep, env=environment(deep))
    text = p.stdout.decode()
    assert p.returncode == 1
    assert text.startswith("./whole.so is not reached: the import before it stops.\n  import p stops")


def test_a_file_after_a_source_that_is_not_read_is_not_vouched_for(deep, pool):
    shutil.copy(pool / "whole.so", deep / "whole.so")
    (deep / "p.py").write_text("print 'no'\n")
    ours, _ = answer("check", "./whole.so", "--after", "p", "--python", PYTHON, cwd=deep, env=environment(deep))
    assert (ours["loads"], ours["certainty"]) == (None, "likely")
    assert "not understood" in ours["assumes"]
