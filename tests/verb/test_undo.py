"""`dlwhy undo`: what it shows, what it asks, what it takes back, and what it exits with."""
import json
import os
import pty
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/repair"))
from transact import TOOL, age, differences, link, mode, put, run, snapshot, tool, write  # noqa: E402

DLWHY = os.environ.get("DLWHY", str(TOP / "build/dlwhy"))
SCHEMA = json.loads((TOP / "docs/schema-1.json").read_text())

pytestmark = pytest.mark.skipif(not TOOL.exists(), reason="apply-tool is built with -Dtests=true")


class Place:
    def __init__(self, tmp_path):
        self.tree = tmp_path / "tree"
        self.tree.mkdir()
        self.env = {"PATH": os.environ["PATH"], "XDG_STATE_HOME": str(tmp_path / "state"), "HOME": "/nonexistent"}
        self.journals = tmp_path / "state/dlwhy/undo"

    def apply(self, *changes, **more):
        answer = tool("apply", self.journals, changes, **more)
        assert answer["code"] == "ok", answer
        return answer["id"]

    def undo(self, *words, status=0):
        done = subprocess.run([DLWHY, "undo", *words], env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, check=False)
        assert done.returncode == status, (done.returncode, done.stdout, done.stderr)
        return done

    def json(self, *words, status=0):
        answer = json.loads(self.undo("--json", *words, status=status).stdout)
        jsonschema.validate(answer, SCHEMA)
        assert (answer["verb"], answer["loads"], answer["findings"]) == ("undo", None, [])
        return answer


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


def test_there_and_back(place):
    a = put(place.tree / "a")
    age(place.tree)
    before = snapshot(place.tree)
    assert place.apply(write(a), link(place.tree / "l", "a")) == "1"
    done = place.undo("--yes")
    assert done.stdout == "Transaction 1 has been undone: a test\n" and done.stderr == ""
    assert not differences(before, snapshot(place.tree))
    again = place.undo("--yes", status=2)
    assert again.stdout == "Nothing is undone: there is nothing to undo.\n"
    assert place.undo("1", "--yes", status=2).stdout == "Not undone: transaction 1 has been undone already.\n"


def test_without_a_terminal_it_wants_yes(place):
    a = put(place.tree / "a")
    place.apply(write(a))
    done = place.undo(status=2)
    assert done.stdout == "" and done.stderr.count("\n") == 1 and "--yes" in done.stderr and "--list" in done.stderr
    assert a.read_bytes() == b"new\n"


def ask(place, answer):
    """The screen, and the exit status, of a person who types."""
    pid, fd = pty.fork()
    if pid == 0:
        os.execve(DLWHY, [DLWHY, "undo", "--color", "never"], place.env)
    screen = b""
    while b"[y/N]" not in screen:
        screen += os.read(fd, 1000)
    os.write(fd, answer)
    while True:
        try:
            more = os.read(fd, 1000)
        except OSError:
            break
        if not more:
            break
        screen += more
    return screen.decode(), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_it_asks(place):
    a = put(place.tree / "a")
    put(place.tree / "m")
    place.apply(write(a), write(place.tree / "n"), mode(place.tree / "m", 0o600))
    for answer in (b"\n", b"n\n", b"\x04"):
        screen, status = ask(place, answer)
        assert status == 1 and "is as it was" in screen and a.read_bytes() == b"new\n"
    assert f"restores {a}" in screen and f"removes {place.tree}/n" in screen
    assert f"restores the permissions of {place.tree}/m" in screen and "dlwhy fix x" in screen
    screen, status = ask(place, b"y\n")
    assert status == 0 and "has been undone" in screen and a.read_bytes() == b"old\n"


def test_list(place):
    assert place.undo("--list").stdout == "dlwhy has not changed anything that is known here.\n"
    place.apply(write(place.tree / "a"), title="give libfoo.so a RUNPATH")
    place.apply(run(["/bin/sh", "-c", "true"], place.tree), title="x\x1b[31m", command=["dlwhy", "fix", "a b"])
    place.undo("--yes")
    lines = place.undo("--list").stdout.splitlines()
    today = time.strftime("%Y-%m-%d", time.gmtime())
    assert lines[0].startswith(f"2  {today} ") and "-- undone" in lines[0] and "\x1b" not in lines[0]
    assert lines[1] == "    dlwhy fix a b"
    assert lines[2].startswith(f"1  {today} ") and lines[2].endswith(" UTC  give libfoo.so a RUNPATH")
    detail = place.undo("--list", "2").stdout
    assert "takes back what was changed by: /bin/sh -c true" in detail
    answer = place.json("--list")
    assert [t["state"] for t in answer["undo"]["transactions"]] == ["done", "undone"]
    first = answer["undo"]["transactions"][0]
    assert first["steps"] == [{"change": "write", "path": str(place.tree / "a"), "was_there": False, "argv": [],
                               "changed": None}]
    assert first["undone"] is None and abs(first["time"] - time.time()) < 60


@pytest.mark.parametrize("seconds, date", [
    (0, "1970-01-01 00:00"), (951782399, "2000-02-28 23:59"), (951782400, "2000-02-29 00:00"),
    (1709251199, "2024-02-29 23:59"), (4107542400, "2100-03-01 00:00"), (-1, "1969-12-31 23:59"),
    (1796003940, "2026-11-29 16:59"[:10] + time.strftime(" %H:%M", time.gmtime(1796003940))),
])
def test_dates(place, seconds, date):
    place.apply(write(place.tree / "a"))
    journal = place.journals / "1/journal.json"
    was = json.loads(journal.read_text())["time"]
    journal.write_text(journal.read_text().replace(f'"time": {was}', f'"time": {seconds}'))
    expected = time.strftime("%Y-%m-%d %H:%M", time.gmtime(seconds))
    assert place.undo("--list").stdout.startswith(f"1  {expected} UTC")
    assert date[:4] == expected[:4]


def test_what_has_changed_is_named(place):
    a, b = put(place.tree / "a"), put(place.tree / "b")
    place.apply(write(a), write(b))
    put(b, b"mine")
    done = place.undo("--yes", status=3)
    assert done.stdout.split() == f"Not undone: {b} has been changed since.".split()
    assert a.read_bytes() == b"new\n" and b.read_bytes() == b"mine"
    answer = place.json("--yes", status=3)
    assert answer["error"]["code"] == "E_IO" and str(b) in answer["error"]["message"] and not answer["undo"]["done"]
    assert [s["changed"] for s in answer["undo"]["transactions"][0]["steps"]] == [None, f"{b} has been changed since"]
    assert "but not now" in place.undo("--list", "1").stdout


def test_what_was_interrupted_is_said(place):
    a = put(place.tree / "a")
    assert tool("apply", place.journals, [write(a)], gate={"nth": 25, "kill": True}) is None
    answer = place.json("--list")
    assert answer["undo"]["transactions"] == []
    assert answer["undo"]["recovered"] == ["transaction 1 (a test) was interrupted: it has been taken back, and everything "
                                           "is as it was before it"]
    assert a.read_bytes() == b"old\n"
    assert place.json("--list")["undo"]["recovered"] == []


def test_what_was_interrupted_is_the_last_one(place):
    """It is taken back, and the one that was finished before it stays."""
    a, b = put(place.tree / "a"), put(place.tree / "b")
    place.apply(write(a))
    assert tool("apply", place.journals, [write(b)], gate={"nth": 25, "kill": True}) is None
    done = place.undo("--yes")
    assert " ".join(done.stdout.split()) == (
        "transaction 2 (a test) was interrupted: it has been taken back, and everything is as it was before it.")
    assert a.read_bytes() == b"new\n" and b.read_bytes() == b"old\n"
    assert place.undo("--yes").stdout == "Transaction 1 has been undone: a test\n"
    assert a.read_bytes() == b"old\n"


def test_wrong_usage(place):
    for words in (["1", "2", "--yes"], ["--list", "--yes"], ["--format", "md", "--yes"], ["--root", "/", "--yes"],
                  ["--apply"]):
        assert place.undo(*words, status=2).stderr.count("\n") == 1
    for word in ("7", "x", "../1"):
        assert word in place.undo(word, "--yes", status=2).stdout


def test_no_home(place):
    place.env = {"PATH": place.env["PATH"]}
    assert place.undo("--list").stdout.startswith("dlwhy has not changed anything")
    place.undo("--yes", status=3)
