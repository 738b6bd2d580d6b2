"""What the evaluator claims to know, beside what a real Python makes of the same sources.

dump_eval imports modules without running Python and prints every global whose value it takes for known; a real
interpreter imports them as well, and each of these values must be the same, to the type. What is not known is no
failure here: what is known and wrong is one."""
import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
ASK = Path(__file__).with_name("ask_eval.py").read_text(encoding="utf-8")
BUILD = Path(os.environ.get("DLWHY_BUILD", TOP / "build")).resolve()
DUMP = str(BUILD / "tests/python/dump-eval")
PYTHON = "/usr/bin/python3"
if not os.access(DUMP, os.X_OK):  # in `make check` it is part of the sanitized build
    pytest.skip("dump-eval is built with -Dtests=true", allow_module_level=True)
if not os.access(PYTHON, os.X_OK):
    pytest.skip("there is no " + PYTHON, allow_module_level=True)

# Why a known value may differ. None for a module or name: all of them.
ALLOWED = {
    ("linecache", "cache"): "filled when a warning is shown",
    ("re", "_cache"): "filled by re.compile, which the evaluator has a version of its own of",
    ("encodings", "_cache"): "filled by the interpreter when it looks up a codec",
    ("platform", "_uname_cache"): "platform's functions have versions here that need no cache",
    ("platform", "_sys_version_cache"): "the same",
    ("sys", "argv"): "of the two programs",
    ("os", "environ"): "Python may add LC_CTYPE to it",
    (None, "__name__"): "an extension module may call itself something else than its name",
    ("_frozen_importlib", "__package__"): "renamed by importlib/__init__.py when it is found in sys.modules",
    ("_frozen_importlib_external", "__package__"): "the same",
    ("distutils", None): "setuptools puts its own in place of it, by a finder before all others",
}


def ask(folder, *modules):
    env = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C.UTF-8", "PYTHONPATH": str(folder),
           "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", ""), "UBSAN_OPTIONS": os.environ.get("UBSAN_OPTIONS", "")}
    dump = subprocess.run([DUMP, "--cwd", str(folder), PYTHON, *modules], cwd=folder, env=env,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, timeout=600)
    assert dump.returncode == 0, dump.stderr.decode()
    claims = json.loads(dump.stdout.decode())
    real = subprocess.run([PYTHON, "-c", ASK], cwd=folder, env=env, input=json.dumps([modules, claims]).encode(),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, timeout=600)
    assert real.returncode == 0, real.stderr.decode()
    return claims, json.loads(real.stdout.decode().splitlines()[-1])


def is_allowed(module, name):
    return any(key in ALLOWED for key in ((module, name), (None, name), (module, None)))


def compare(folder, *modules):
    claims, real = ask(folder, *modules)
    wrong = ["{}.{}: known as {}, but is {}".format(m, n, str(ours)[:300], str(theirs)[:300])
             for m, n, ours, theirs in real["wrong"] if not is_allowed(m, n)]
    assert not wrong, "\n".join(wrong)
    assert not claims["died"]
    failed = {m: e for m, e in claims["failed"].items() if m not in real["failed"]}
    assert not failed, f"only here they cannot be imported: {failed}"
    invented = [m for m in real["not_there"] if m != "distutils"]
    assert not invented, f"only here they are imported: {invented}"
    return claims, real


QUICK = "json logging collections dataclasses enum typing pathlib subprocess argparse".split()


def test_globals_of_common_modules(tmp_path):
    _, real = compare(tmp_path, *QUICK)
    assert real["count"] > 600  # it must not pass by knowing nothing


def standard_library():
    """All modules but those that do something when they are imported, or belong to other systems."""
    but = set("antigravity this idlelib turtledemo tkinter turtle lib2to3 msilib winreg winsound msvcrt nt".split())
    names = getattr(sys, "stdlib_module_names", QUICK)
    return sorted(n for n in names if not n.startswith("_") and n not in but)


@pytest.mark.slow
def test_globals_of_the_standard_library(tmp_path):
    _, real = compare(tmp_path, *standard_library())
    assert real["count"] > 2000


# ---- expressions ----------------------------------------------------------------------------------

IMPORTS = """import os, os.path as osp, glob, fnmatch, json, sys, types, textwrap, importlib.util
from pathlib import Path, PurePosixPath
from collections import OrderedDict, namedtuple, defaultdict
from functools import partial, reduce"""
EXPRESSIONS = Path(__file__).with_name("expressions.txt")


def expressions():
    """Each line is one, or several between commas."""
    found = []
    for line in EXPRESSIONS.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            tree = ast.parse(line, mode="eval").body
            parts = tree.elts if isinstance(tree, ast.Tuple) and not line.startswith("(") else [tree]
            found += [ast.get_source_segment(line, part) if len(parts) > 1 else line for part in parts]
    return found


def test_expressions(tmp_path):
    """Those that raise leave no value, and must not leave one here either."""
    asked = expressions()
    text = [IMPORTS]
    for i, expression in enumerate(asked):
        text += ["try:", f"    e{i} = {expression}", "except Exception:", "    pass"]
    (tmp_path / "table.py").write_text("\n".join(text) + "\n", encoding="utf-8")
    (tmp_path / "tree" / "sub").mkdir(parents=True)
    for name in ("a.txt", "b.txt", ".hidden", "c1.so", "sub/d.py"):
        (tmp_path / "tree" / name).write_text(name + "\n", encoding="utf-8")
    (tmp_path / "tree" / "link").symlink_to("sub")
    claims, real = ask(tmp_path, "table")
    ours = claims["modules"]["table"]
    known = [i for i in range(len(asked)) if f"e{i}" in ours]
    wrong = [f"{asked[int(n[1:])]}: known as {a}, but is {b}" for m, n, a, b in real["wrong"]
             if m == "table" and n[1:].isdigit()]
    wrong += [f"{asked[int(n[1:])]}: known as {a}, but raises" for m, n, a in real["absent"]
              if m == "table" and n[1:].isdigit()]
    assert not wrong, "\n".join(wrong)
    unknown = [asked[i] for i in range(len(asked)) if i not in known]
    print("not known:", *unknown, sep="\n  ")
    assert len(known) > len(asked) * 0.8


VERSIONS = """from packaging.version import Version, parse
TEXTS = ("1", "1.0", "1.0.0", "v1.1", "1.0a1", "1.0.alpha-2", "1.0b", "1.0b2.post345", "1.0b2.post345.dev456", "1.0c1",
         "1.0rc1", "1.0pre3", "1.0preview4", "1.0.dev456", "1.0.post1", "1.0-1", "1.0rev2", "1.0r4", "1.0.post456.dev34",
         "1.0+abc.5", "1.0+abc.7", "1.0+5", "1.0+ABC-7_x", "1.1.dev1", "1!0.5", "2024.1.2", "26.0.1", " 1.2.3 ", "1.26.4",
         "2.0.0rc1", "10.0", "9.9.9", "1.0_a_1", "1.0.POST.2", "0.0")
ALL = [Version(t) for t in TEXTS]
shown = [str(v) for v in ALL]
facts = [(v.epoch, v.release, v.major, v.minor, v.micro, v.pre, v.post, v.dev, v.local, v.public, v.base_version,
          v.is_prerelease, v.is_postrelease, v.is_devrelease) for v in ALL]
less = [a < b for a in ALL for b in ALL]
equal = [(a == b, a != b, a <= b, a >= b, a > b) for a in ALL[:20] for b in ALL[:20]]
parsed = parse("1.24.3") >= parse("1.20") and not parse("1.9") > parse("1.10")
"""


def test_versions_of_packages(tmp_path):
    if subprocess.run([PYTHON, "-c", "import packaging.version"], stderr=subprocess.DEVNULL, check=False).returncode:
        pytest.skip("packaging is not installed")
    (tmp_path / "versions.py").write_text(VERSIONS, encoding="utf-8")
    claims, real = ask(tmp_path, "versions")
    assert {"shown", "facts", "less", "equal", "parsed"} <= set(claims["modules"]["versions"])
    assert not [w for w in real["wrong"] if w[0] == "versions"]
