"""`dlwhy fix` on the command line: what it refuses, and that it changes nothing unasked."""
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/verb"))
import fix_setups  # noqa: E402  (what tests/verb builds)

DLWHY = os.path.abspath(os.environ.get("DLWHY", TOP / "build" / "dlwhy"))


@pytest.fixture(name="place")
def make_place(tmp_path):
    top = tmp_path / "top"
    top.mkdir()
    fix_setups.SETUPS["missing_link"](top)
    return top


def run(place, *args, text=None, **env):
    clean = {"PATH": "/usr/bin:/bin", "HOME": str(place.parent / "home"), "XDG_STATE_HOME": str(place.parent / "state"),
             **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}}
    return subprocess.run([DLWHY, "fix", *args], cwd=place, env={**clean, **env}, check=False, input=text or "",
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)


def names(place):
    return sorted(str(p.relative_to(place.parent)) for p in place.parent.rglob("*"))


@pytest.mark.parametrize("args, says", [
    ([], "one target"),
    (["bin/prog", "lib"], "one target"),
    (["import"], "one target"),
    (["link"], "one target"),
    (["link", "--"], "one target"),
    (["import", "a b"], "no name of a module"),
    (["bin/prog", "--yes"], "--yes goes with --apply"),
    (["bin/prog", "--apply"], "add --yes"),
    (["bin/prog", "--apply", "0", "--yes"], "from 1"),
    (["bin/prog", "--apply=x", "--yes"], "not 'x'"),
    (["bin/prog", "--format", "md"], "tree, json or jsonl"),
    (["--root", "/", "bin/prog", "--apply", "--yes"], "another root"),
    (["bin/prog", "--pid", "1"], "does not go with this verb"),
])
def test_wrong_usage_is_one_line_and_changes_nothing(place, args, says):
    before = names(place)
    done = run(place, *args)
    assert done.returncode == 2 and done.stdout == ""
    assert says in done.stderr and done.stderr.count("\n") == 1
    assert names(place) == before


def test_a_question_changes_nothing_and_tells_how_to_go_on(place):
    before = names(place)
    done = run(place, "bin/prog")
    assert done.returncode == 1
    assert "Plan 1 (low risk, tried in the simulation: it works)" in done.stdout
    assert "ln -sfn libbar.so.1.2.3" in done.stdout and "Nothing was changed." in done.stdout
    assert names(place) == before


def test_a_plan_that_is_not_there_is_not_done(place):
    before = names(place)
    done = run(place, "bin/prog", "--apply", "9", "--yes", "--json")
    assert done.returncode == 1 and not json.loads(done.stdout)["applied"]["works"]
    assert [n for n in names(place) if not n.startswith(("state", "home"))] == before


def test_nothing_to_repair(place):
    done = run(place, "/bin/true")
    assert done.returncode == 0 and "There is nothing to repair." in done.stdout


@pytest.mark.parametrize("answer, there", [("n\n", False), ("\n", False), ("y\n", True)])
def test_it_asks_on_a_terminal(place, answer, there):
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir(place)
        os.environ["XDG_STATE_HOME"] = str(place.parent / "state")
        os.execv(DLWHY, [DLWHY, "fix", "bin/prog", "--apply"])
    seen = b""
    while b"[y/N]" not in seen:
        seen += os.read(fd, 4096)
    os.write(fd, answer.encode())
    try:
        while os.read(fd, 4096):
            pass
    except OSError:
        pass
    os.waitpid(pid, 0)
    os.close(fd)
    assert b"make the link" in seen
    assert (place / "lib/libbar.so.1").is_symlink() == there


@pytest.mark.parametrize("verb", [["check"], ["explain"], ["fix"]])
def test_a_saved_answer_is_asked_again(place, verb):
    text = subprocess.run([place / "bin/prog"], check=False, stderr=subprocess.PIPE, text=True).stderr
    target = ["-"] if verb == ["explain"] else ["bin/prog"]
    saved = subprocess.run([DLWHY, *verb, *target, "--json"], cwd=place, check=False, input=text, text=True,
                           stdout=subprocess.PIPE).stdout
    (place / "saved.json").write_text(saved)
    for args, given in ((["saved.json"], None), (["-"], saved), (["-"], text)):
        answer = json.loads(run(place, *args, "--json", text=given).stdout)
        assert [p["kind"] for p in answer["plans"]][0] == "link", (args, verb)


def test_a_saved_answer_about_nothing_is_refused(place):
    done = run(place, "-", text='{"schema": 1, "dlwhy": "0", "verb": "link", "target": "gcc x.o"}\n')
    assert done.returncode == 2 and "no file or module" in done.stderr
