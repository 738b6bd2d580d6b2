"""`dlwhy fix` where no version of a package can be offered safely: it says so, and why."""
import json
import os
import subprocess
import sys
import zipfile

import pytest

import fix_setups
from fix_setups_versions import HAS_PIP, PYTHON, asked, core, environment, pkg, wheel
from test_fix import RELEASE, Place, snapshot

pytestmark = pytest.mark.skipif(not HAS_PIP or not RELEASE, reason="there is no pip here, or it is a slow build")


@pytest.fixture
def made(tmp_path, monkeypatch):
    """A place whose set-up is the function that is given."""
    def make(function):
        monkeypatch.setitem(fix_setups.SETUPS, "made", function)
        return Place(tmp_path, "made")
    return make


def versions(answer):
    return [p for p in answer["plans"] if p["kind"] == "install-version"]


def test_wheels_that_do_not_help_are_not_done(made):
    """None of the versions at hand has the symbol; one is for another Python, one is damaged, one lacks what it needs."""
    def function(top):
        core(top / "wheels", "1.0", ["older"])
        core(top / "wheels", "3.0", ["new"])
        core(top / "lacking", "2.0", ["old"], ["absent>=1"])
        pkg(top / "wheels", "1.0", "old", ["core<3"])
        python = environment(top, "core==3.0", "pkg==1.0")
        (top / "lacking/core-2.0-py3-none-any.whl").rename(top / "wheels/core-2.0-py3-none-any.whl")
        wheel(top / "wheels", "core", "2.1", {"core/__init__.py": b""}, tag="cp37-cp37m-linux_x86_64")
        (top / "wheels/core-2.2-py3-none-any.whl").write_bytes(b"PK\x03\x04 cut off")
        return asked(top, python, "install-version")

    place = made(function)
    before = snapshot(place.top)
    plans = versions(place.fix())
    assert [p for p in plans if p["works"] is True or p["can_apply"]] == []
    lacking = next(p["says"] for p in plans if "neither" in p["says"])
    assert lacking.startswith("core 2.0 is at hand, and asks for absent>=1")
    advice = next(p for p in plans if p["commands"])
    assert advice["edits"] == [] and "core<3" in advice["says"] and advice["says"].startswith("likely: pkg 1.0 asks for")
    assert advice["commands"][0].endswith("install 'core<3'")
    assert place.run(["true"])[0] == 0 and snapshot(place.top) == before


def test_what_pip_makes_is_taken_back_where_it_does_not_help(made):
    """All symbols are there, but the code that runs is not content: only the real import can tell."""
    def function(top):
        core(top / "wheels", "1.0", ["old"], value=8)
        core(top / "wheels", "2.0", ["new"])
        pkg(top / "wheels", "1.0", "old")
        return asked(top, environment(top, "core==2.0", "pkg==1.0"), "install-version")

    place = made(function)
    before = snapshot(place.top)
    answer = place.fix("--apply", "1", "--yes")
    assert answer["plans"][0]["works"] is True
    assert not answer["applied"]["works"] and answer["applied"]["rolled_back"] and answer["applied"]["message"]
    assert snapshot(place.top) == before


def redirected(top):
    """Of core 1.0 there is another build, which pip would prefer, and which does not have the symbol; it has a script whose
    name is written with blanks before it, and a header.
    """
    core(top / "wheels", "1.0", ["old"])
    core(top / "wheels", "2.0", ["new"])
    core(top / "wheels", "1.0+local", ["other"])
    with zipfile.ZipFile(top / "wheels/core-1.0-py3-none-any.whl", "a") as z:
        z.writestr("core-1.0.dist-info/entry_points.txt", "[console_scripts]\n  core-run = core:run\n")
        z.writestr("core-1.0.data/headers/core.h", "int old(void);\n")
    pkg(top / "wheels", "1.0", "old")
    return asked(top, environment(top, "core==2.0", "pkg==1.0"), "install-version")


def test_the_very_wheel_that_was_tried_is_installed_and_taken_back(made):
    """Whatever the environment tells pip: where to, and that another build of that version is at hand."""
    place = made(redirected)
    env = place.top / "env"
    elsewhere = place.top.parent / "elsewhere"
    place.env.update({"PIP_TARGET": str(elsewhere), "PIP_FIND_LINKS": str(place.top / "wheels")})
    before = snapshot(place.top)
    answer = place.fix("--apply", "1", "--yes")
    assert answer["applied"]["works"], answer["applied"]
    assert not elsewhere.exists() and (env / "bin/core-run").exists() and list(env.glob("include/site/*/core/core.h"))
    assert list(env.glob("lib/*/site-packages/core-1.0.dist-info")) and place.run(place.setup.command)[0] == 0
    place.dlwhy("undo", "--yes")
    assert snapshot(place.top) == before


@pytest.mark.parametrize("text, refused", [("[install]\ntarget = /nonexistent/x\n", True), ("[install]\nuser = no\n", False)])
def test_a_configuration_that_leads_elsewhere_is_named(made, text, refused):
    place = made(redirected)
    conf = place.top.parent / "pip.conf"
    conf.write_text(text)
    place.env["PIP_CONFIG_FILE"] = str(conf)
    plan = versions(place.fix())[0]
    assert plan["can_apply"] is not refused
    assert plan["works"] is True
    assert plan["why_not"] == (f"{conf} sets target, and pip would install elsewhere: take that out first" if refused else None)


@pytest.mark.skipif(not os.path.exists(f"/usr/lib/python3.{sys.version_info.minor}/EXTERNALLY-MANAGED"),
                    reason="the distribution does not manage its Python")
def test_the_python_of_the_distribution_is_left_alone(made):
    def function(top):
        core(top / "wheels", "1.0", ["old"])
        return asked(top, PYTHON, "install", "core_that_is_not_there")

    answer = made(function).fix()
    assert not any(p["can_apply"] for p in answer["plans"] if p["edits"] and p["edits"][0]["op"] == "pip-install")


@pytest.mark.parametrize("args", [["--wheels", "/nonexistent", "x.so"], ["--wheels"]])
def test_wheels_is_a_folder(args):
    done = subprocess.run([os.environ.get("DLWHY", "dlwhy"), "fix", *args], check=False, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True)
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and "--wheels" in done.stderr


def configured(top):
    """pkg lost its file; where pip would get it again is for its settings to say."""
    wheel(top / "index", "pkg", "1.0", {"pkg.py": b"value = 7\n"})
    (top / "wheels").mkdir()
    (top / "index/pkg-1.0-py3-none-any.whl").rename(top / "wheels/pkg-1.0-py3-none-any.whl")
    python = environment(top, "pkg==1.0")
    next((top / "env/lib").glob("python3*/site-packages/pkg.py")).unlink()
    return fix_setups.Setup([python, "-B", "-c", "import pkg"], ["--python", python, "import", "pkg"], "install",
                            env={"PIP_NO_CACHE_DIR": "1"})


@pytest.mark.parametrize("lines, why, note", [
    ("no-index = true\n", "no index is asked, and pkg is in no folder that pip would look into", None),
    ("no-index = true\nfind-links =\n    {top}/none\n    {top}/wheels\n", None, None),
    ("index-url = https://joe:secret@mirror.example/simple\n", None, "pip asks the index https://mirror.example/simple ("),
])
def test_the_index_that_pip_is_set_to_is_the_one_that_is_judged(made, lines, why, note):
    """In a file of XDG_CONFIG_DIRS, which pip reads as well."""
    place = made(configured)
    conf = place.top.parent / "xdg/pip/pip.conf"
    conf.parent.mkdir(parents=True)
    conf.write_text("[global]\n" + lines.format(top=place.top))
    place.env["XDG_CONFIG_DIRS"] = f"/nowhere:{conf.parents[1]}"
    plan = next(p for p in place.fix()["plans"] if p["kind"] == "install")
    if why is not None:
        assert not plan["can_apply"] and plan["why_not"].startswith(str(conf)) and why in plan["why_not"]
    else:
        assert plan["can_apply"], plan["why_not"]
    assert [n for n in plan["notes"] if n.startswith("pip asks")] == ([f"{note}{conf})"] if note else [])
    if note is None and why is None:
        place.dlwhy("fix", "--apply", str(plan["n"]), "--yes", *place.setup.ask)
        assert place.run(place.setup.command)[0] == 0
