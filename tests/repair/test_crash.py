"""A transaction that is killed before each of its system calls, or whose calls and allocations fail one by one:
afterwards all files are the old ones or all are the new ones, to the bit, the nanosecond and the link.

The tool asks a gate before each call that changes something (base/os_write.h), so no call is left out.
DLWHY_CRASH=all: every scene on every pair of file systems with every fault, not the pairs that differ most."""
import errno
import json
import os
import shutil
import subprocess

import pytest

from transact import (OTHER, age, differences, folder, link, meaning, mode, patch, put, remove, run, snapshot, tool,
                      write)

SANITIZED = "asan" in os.path.basename(os.environ.get("DLWHY_BUILD", ""))
ALL = bool(os.environ.get("DLWHY_CRASH"))
SAMPLES = 40 if SANITIZED else 400 if ALL else 60  # of allocations
BEGUN, DONE, UNDOING, UNDONE = ("begun", "done", "undoing", "undone")


def plain(root):
    """All kinds of changes but a command, files that are shared and files that are not."""
    tree = root / "tree"
    for name in ("a", "b", "c", "d", "m", "s", "gone", "dir/x"):
        put(tree / name, f"old content of {name}\n".encode() * 40, 0o640)
    for name in ("a", "m"):
        os.makedirs(root / "cache", exist_ok=True)
        os.link(tree / name, root / "cache" / name)
    if hasattr(os, "setxattr"):
        os.setxattr(tree / "b", "user.note", b"kept")
    (tree / "l").symlink_to("a")
    (tree / "k").symlink_to("b")
    size = (tree / "a").stat().st_size
    return [patch(tree / "a", size, (3, b"XYZ")), patch(tree / "b", 100, (90, b"tail")), write(tree / "c", b"c2" * 99),
            patch(tree / "d", size + 500, (size + 400, b"end")), write(tree / "new", b"n" * 500, 0o751),
            link(tree / "l", "b"), link(tree / "newlink", "nowhere"), folder(tree / "f", 0o711),
            write(tree / "f/g", b"inside"), mode(tree / "s", 0o700), mode(tree / "m", 0o600),
            mode(tree / "dir", 0o750), remove(tree / "gone"), remove(tree / "k")]


SCRIPT = """cd "$1"; printf more >> small; echo new > t; mv t replaced; rm gone link; ln -s b link
mkdir -p made/deep; echo x > made/deep/file; rm -r folder; chmod 711 dir"""


def with_command(root):
    tree = root / "tree"
    for name in ("small", "replaced", "gone", "folder/b", "dir/x", "a"):
        put(tree / name, f"old {name}\n".encode())
    (tree / "link").symlink_to("a")
    os.link(tree / "replaced", tree / "other-name")
    return [write(tree / "a", b"first"), run(["/bin/sh", "-c", SCRIPT, "sh", str(tree)], tree),
            patch(tree / "made/deep/file", 2, (0, b"y"))]


class Stage:
    """A fresh copy of the scene for each try."""

    def __init__(self, root, journals, scene):
        self.root, self.journals, self.scene = root, journals, scene
        self.same = os.stat(root).st_dev == os.stat(journals).st_dev
        self.changes, self.before = [], {}

    @property
    def undo(self):
        return self.journals / "undo"

    def reset(self):
        for place in (self.root, self.journals):
            for child in place.iterdir():
                shutil.rmtree(child)
        self.changes = self.scene(self.root)
        age(self.root)
        self.before = snapshot(self.root)

    def comparable(self, seen):
        """On another file system the very file is not kept, nor is what a command wrote to in place."""
        out = {}
        for path, facts in seen.items():
            facts = dict(facts)
            if not self.same or path.endswith("/small"):
                facts.pop("ino", None)
                facts.pop("nlink", None)
            out[path] = facts
        return out

    def is_old(self):
        return not self.from_old()

    def from_old(self):
        return differences(self.comparable(self.before), self.comparable(snapshot(self.root)))

    def no_litter(self):
        litter = [str(p) for p in self.root.rglob(".dlwhy-*")]
        assert not litter, litter
        states = [json.loads(p.read_text())["state"] for p in self.undo.glob("*/journal.json")]
        assert all(s in (DONE, UNDONE) for s in states), states


def pair(kind, tmp_path, other):
    """A folder for files and one for journals: on one file system, or on two. In memory, where nobody waits for a
    disk, if something may be mounted."""
    root, journals = other / "root", (other if kind == "same" else tmp_path) / "journals"
    root.mkdir()
    journals.mkdir()
    if kind == "other":
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", journals], stderr=subprocess.DEVNULL, check=False)
        if os.stat(root).st_dev == os.stat(journals).st_dev:
            pytest.skip("there is no second file system")
    return root, journals


@pytest.fixture
def unmounted(tmp_path):
    yield
    if os.path.ismount(tmp_path / "journals"):
        subprocess.run(["umount", "-l", tmp_path / "journals"], check=True)


@pytest.fixture(params=["same", "other"] if ALL else ["same"])
def place(request, tmp_path, other, unmounted):
    return pair(request.param, tmp_path, other)


SCENES = {"plain-same": (plain, "same"), "command-same": (with_command, "same"),
          "plain-other": (plain, "other"), "command-other": (with_command, "other")}


def build_stage(request, tmp_path, other):
    scene, kind = SCENES[request.param]
    return Stage(*pair(kind, tmp_path, other), scene)


@pytest.fixture(params=SCENES)
def stage(request, tmp_path, other, unmounted):
    """Everywhere."""
    return build_stage(request, tmp_path, other)


@pytest.fixture(params=SCENES if ALL else ["command-same", "plain-other"])
def half_stage(request, tmp_path, other, unmounted):
    """Each scene and each pair once."""
    return build_stage(request, tmp_path, other)


@pytest.fixture(params=SCENES if ALL else ["plain-same"])
def one_stage(request, tmp_path, other, unmounted):
    return build_stage(request, tmp_path, other)


def clean_apply(stage):
    stage.reset()
    answer = tool("apply", stage.undo, stage.changes)
    assert answer["code"] == "ok", answer
    return answer, meaning(snapshot(stage.root))


def recovered(stage):
    answer = tool("recover", stage.undo)
    assert answer["code"] == "ok", answer
    stage.no_litter()
    return answer["says"]


def every(calls):
    return range(1, calls + 1, 9 if SANITIZED and not ALL else 1)


def test_killed_on_the_way_there(stage):
    killed_on_the_way_there(stage, False)


def test_killed_within_a_write(one_stage):
    killed_on_the_way_there(one_stage, True)


def test_nothing_is_unfinished_twice(one_stage):
    stage = one_stage
    clean, _ = clean_apply(stage)
    stage.reset()
    assert tool("apply", stage.undo, stage.changes, gate={"nth": clean["calls"] - 4, "kill": True}) is None
    says = recovered(stage)
    assert says == ["transaction 1 (a test) was interrupted: it has been taken back, and everything is as it was "
                    "before it"]
    again = tool("recover", stage.undo)
    assert (again["code"], again["says"], again["calls"]) == ("ok", [], 0)


def killed_on_the_way_there(stage, short):
    clean, new = clean_apply(stage)
    told = kept_new = 0
    for nth in every(clean["calls"]):
        stage.reset()
        answer = tool("apply", stage.undo, stage.changes, gate={"nth": nth, "kill": True, "short": short})
        assert answer is None or short, nth
        says = recovered(stage)
        told += len(says)
        if stage.is_old():
            continue
        # only after the last journal was written
        assert meaning(snapshot(stage.root)) == new and nth >= clean["calls"] - 1, (nth, stage.from_old())
        kept_new += 1
    assert kept_new <= 2 and told > len(every(clean["calls"])) / 2
    print(f"killed before each of {clean['calls']} calls: {kept_new} new, the others old")


def test_killed_on_the_way_back(stage):
    killed_on_the_way_back(stage, False)


def test_killed_within_a_write_back(one_stage):
    killed_on_the_way_back(one_stage, True)


def killed_on_the_way_back(stage, short):
    clean_apply(stage)
    calls = tool("undo", stage.undo)["calls"]
    assert stage.is_old(), stage.from_old()
    finished = 0
    for nth in every(calls):
        _, new = clean_apply(stage)
        answer = tool("undo", stage.undo, gate={"nth": nth, "kill": True, "short": short})
        assert answer is None or short, nth
        says = recovered(stage)
        finished += len(says)
        if not stage.is_old():
            assert meaning(snapshot(stage.root)) == new and not says, (nth, stage.from_old())
            assert tool("undo", stage.undo)["code"] == "ok"
        assert stage.is_old(), (nth, stage.from_old())
    assert finished > len(every(calls)) / 3
    print(f"killed before each of {calls} calls of undo: {finished} finished by the next start")


def test_killed_while_it_recovers(half_stage):
    """The way back of the next start may be killed too."""
    stage = half_stage
    clean, _ = clean_apply(stage)
    near_end = clean["calls"] - 4
    stage.reset()
    tool("apply", stage.undo, stage.changes, gate={"nth": near_end, "kill": True})
    calls = tool("recover", stage.undo)["calls"]
    assert calls > 10
    for nth in every(calls):
        stage.reset()
        tool("apply", stage.undo, stage.changes, gate={"nth": near_end, "kill": True})
        assert tool("recover", stage.undo, gate={"nth": nth, "kill": True}) is None
        recovered(stage)
        assert stage.is_old(), (nth, stage.from_old())


def test_each_call_fails(half_stage):
    each_call_fails(half_stage, errno.EIO)


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EPERM], ids=["ENOSPC", "EPERM"])
def test_each_call_fails_otherwise(one_stage, error):
    each_call_fails(one_stage, error)


def each_call_fails(stage, error):
    clean, new = clean_apply(stage)
    codes = set()
    same = stage.same
    for nth in every(clean["calls"]):
        stage.reset()
        answer = tool("apply", stage.undo, stage.changes, gate={"nth": nth, "errno": error})
        codes.add(answer["code"])
        assert answer["code"] == "ok" or answer["message"], nth
        stage.no_litter()
        if answer["code"] == "ok":
            now = meaning(snapshot(stage.root))
            if error == errno.EPERM:  # no link, but a copy is kept
                for facts in list(now.values()) + list(new.values()):
                    facts.pop("nlink", None)
            assert now == new, nth
            assert tool("undo", stage.undo)["code"] == "ok", nth
            stage.same = same and error != errno.EPERM
        assert stage.is_old(), (nth, answer, stage.from_old())
        stage.same = same
    assert "failed" in codes and "unfinished" not in codes


def test_each_call_of_undo_fails(half_stage):
    stage = half_stage
    clean_apply(stage)
    calls = tool("undo", stage.undo)["calls"]
    codes = set()
    for nth in every(calls):
        clean_apply(stage)
        before = snapshot(stage.root)
        answer = tool("undo", stage.undo, gate={"nth": nth, "errno": errno.EIO})
        codes.add(answer["code"])
        stage.no_litter()
        if answer["code"] != "ok":
            after = snapshot(stage.root)
            for seen in (before, after):  # files beside were made, and taken away
                for path in [p for p in seen if "sha" not in seen[p] and "to" not in seen[p]]:
                    seen[path].pop("mtime")
            assert not differences(before, after), (nth, answer)
            assert tool("undo", stage.undo)["code"] == "ok"
        assert stage.is_old(), (nth, answer, stage.from_old())
    assert codes <= {"ok", "failed", "refused"} and "ok" in codes


def some(n):
    return range(1, n + 1, max(1, n // SAMPLES))


def test_each_allocation_fails(half_stage):
    stage = half_stage
    clean, new = clean_apply(stage)
    undo_allocs = tool("undo", stage.undo)["allocs"]
    codes = set()
    for nth in some(clean["allocs"]):
        stage.reset()
        answer = tool("apply", stage.undo, stage.changes, alloc={"nth": nth})
        codes.add(answer["code"])
        if answer["code"] == "ok":
            assert meaning(snapshot(stage.root)) == new, nth
            assert tool("undo", stage.undo)["code"] == "ok"
        stage.no_litter()
        assert stage.is_old(), (nth, answer, stage.from_old())
    assert "no-memory" in codes and codes <= {"ok", "no-memory", "failed", "refused", "changed"}, codes
    for nth in some(undo_allocs):
        clean_apply(stage)
        answer = tool("undo", stage.undo, alloc={"nth": nth})
        assert answer["code"] in ("ok", "no-memory", "failed", "refused", "changed", "no-such"), answer
        stage.no_litter()
        assert answer["code"] == "ok" or tool("undo", stage.undo)["code"] == "ok", (nth, answer)
        assert stage.is_old(), (nth, answer, stage.from_old())


def test_little_memory(one_stage):
    """The arena says no, at another allocation each time."""
    stage = one_stage
    _, new = clean_apply(stage)
    seen = set()
    memory, step = 190_000, 4_001 if SANITIZED else 997
    while "ok" not in seen:
        stage.reset()
        answer = tool("apply", stage.undo, stage.changes, memory=memory)
        seen.add(answer["code"])
        assert answer["code"] in ("ok", "no-memory"), answer
        assert meaning(snapshot(stage.root)) == new if answer["code"] == "ok" else stage.is_old()
        memory += step
        assert memory < 2_000_000
    assert seen == {"ok", "no-memory"}


def test_the_journal_is_on_disk_before_anything_is_done(place):
    """Order of calls: what a loss of power would need has been synced before the first name changes."""
    stage = Stage(*place, plain)
    stage.reset()
    trace = tool("apply", stage.undo, stage.changes, gate={"trace": True})["trace"]
    calls = [line.split(" ")[0] for line in trace]
    journals = [i for i, line in enumerate(trace) if line == "renameat journal.json"]
    assert len(journals) == 3
    names = ("a", "b", "c", "d", "new", "l", "newlink", "g", "m", "s", "dir", "gone", "k")
    acts = [i for i, line in enumerate(trace) if line.split(" ")[0] in ("renameat", "unlinkat", "fchmodat") and
            line.split(" ")[1] in names]
    assert len(acts) == 14 - 1  # a new folder is made before, and is empty
    assert journals[1] < min(acts) and max(acts) < journals[2]
    for at in journals:
        assert calls[at - 1] == "fsync" and calls[at + 1] == "fsync"
    made = [i for i, line in enumerate(trace) if line.startswith("openat .dlwhy-")]
    assert len(made) == 7 and journals[0] < min(made) and max(made) < journals[1]
    for at in made:  # each new file is synced before the journal says that it is there
        assert "fsync" in calls[at:at + 16]
    for at in acts:
        assert calls[at + 1] == "fsync"


def test_somebody_changes_a_file_between_kill_and_start(place):
    stage = Stage(*place, plain)
    clean, _ = clean_apply(stage)
    stage.reset()
    tool("apply", stage.undo, stage.changes, gate={"nth": clean["calls"] - 4, "kill": True})
    put(stage.root / "tree/c", b"mine", 0o600)
    answer = tool("recover", stage.undo)
    assert answer["code"] == "ok" and len(answer["says"]) == 1
    assert f"{stage.root}/tree/c has been changed by somebody else" in answer["says"][0]
    assert (stage.root / "tree/c").read_bytes() == b"mine"
    rest = [d for d in stage.from_old() if not d.startswith(("tree/c:", "tree:"))]
    assert not rest, rest
    listed = tool("list", stage.undo)["list"]
    assert [i["state"] for i in listed] == [4]  # stuck
    assert list((stage.undo / "1").glob("*.old"))
    assert tool("apply", stage.undo, [write(stage.root / "tree/x")])["code"] == "ok"


def test_apply_after_a_kill_takes_back_first(place):
    stage = Stage(*place, plain)
    clean, _ = clean_apply(stage)
    stage.reset()
    tool("apply", stage.undo, stage.changes, gate={"nth": clean["calls"] - 4, "kill": True})
    answer = tool("apply", stage.undo, stage.changes)
    assert answer["code"] == "changed" and "has just been taken back" in answer["message"]
    assert stage.is_old(), stage.from_old()
    assert tool("apply", stage.undo, stage.changes)["code"] == "ok"


def test_a_failed_way_back_is_said(place):
    """Two failures in a row: what is left is finished by the next start."""
    stage = Stage(*place, plain)
    clean, _ = clean_apply(stage)
    stage.reset()
    assert tool("apply", stage.undo, stage.changes, gate={"nth": clean["calls"] - 4, "kill": True}) is None
    answer = tool("recover", stage.undo, gate={"nth": 30, "errno": errno.EIO})
    assert answer["code"] == "unfinished" and "transaction 1 was interrupted and cannot be taken back yet" in \
        answer["message"]
    recovered(stage)
    assert stage.is_old(), stage.from_old()
