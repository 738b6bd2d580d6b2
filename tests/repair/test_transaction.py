"""Transactions on real file systems: what is done, what is refused, and what comes back."""
import fcntl
import json
import os
import shutil
import socket
import stat
import subprocess
import time
from pathlib import Path

import pytest

from transact import (age, differences, escape, folder, link, look, mode, patch, put, remove, run, snapshot,
                      tool, write)

KEEP_NOTHING, KEEP_LINK, KEEP_PATCHES, KEEP_COPY = range(4)
BEGUN, DONE, UNDOING, UNDONE, STUCK, DAMAGED = range(6)
root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


@pytest.fixture
def tree(tmp_path):
    place = tmp_path / "tree"
    place.mkdir()
    return place


@pytest.fixture
def state(tmp_path):
    return tmp_path / "state" / "undo"


@pytest.fixture(params=["same", "other"])
def journals(request, tmp_path, other):
    """Where the journals are: on the same file system as the tree, or on another one."""
    where = tmp_path if request.param == "same" else other
    if request.param == "other" and os.stat(other).st_dev == os.stat(tmp_path).st_dev:
        pytest.skip("there is no second file system")
    return where / "state" / "undo"


def applied(journals, changes, **more):
    answer = tool("apply", journals, changes, **more)
    assert answer["code"] == "ok", answer
    return answer


def undone(journals, **more):
    answer = tool("undo", journals, **more)
    assert answer["code"] == "ok", answer
    return answer


def refused(answer, *words, code="refused"):
    assert answer["code"] == code, answer
    for word in words:
        assert str(word) in answer["message"], answer


def is_clean(*roots):
    assert not [p for r in roots for p in Path(r).rglob(".dlwhy-*")]


# ---- each kind, there and back ---------------------------------------------------------------------


def round_trip(tree, journals, changes, check):
    age(tree)
    before = snapshot(tree)
    applied(journals, changes)
    check()
    is_clean(tree)
    undone(journals)
    after = snapshot(tree)
    if os.stat(tree).st_dev != os.stat(journals).st_dev:
        for seen in (before, after):
            for facts in seen.values():
                facts.pop("ino", None)
    assert not differences(before, after)
    is_clean(tree)


def test_write_over(tree, journals):
    a = put(tree / "a", b"old", 0o640)
    round_trip(tree, journals, [write(a, b"new content")],
               lambda: (a.read_bytes(), stat.S_IMODE(a.stat().st_mode)) == (b"new content", 0o640) or 1 / 0)


def test_write_new(tree, journals):
    def check():
        assert (tree / "n").read_bytes() == b"x" and stat.S_IMODE((tree / "n").stat().st_mode) == 0o751
    round_trip(tree, journals, [write(tree / "n", b"x", 0o751)], check)


@pytest.mark.parametrize("size, patches, want", [
    (10, [(0, b"AB"), (8, b"YZ")], b"AB234567YZ"),
    (14, [(9, b"xyz")], b"012345678xyz\0\0"),
    (14, [(12, b"!")], b"0123456789\0\0!\0"),
    (4, [(1, b"--")], b"0--3"),
    (4, [], b"0123"),
    (0, [], b""),
    (10, [], b"0123456789"),
])
def test_patch(tree, journals, size, patches, want):
    a = put(tree / "a", b"0123456789", 0o755)

    def check():
        assert a.read_bytes() == want and stat.S_IMODE(a.stat().st_mode) == 0o755
    round_trip(tree, journals, [patch(a, size, *patches)], check)


def test_large_patch(tree, journals):
    data = os.urandom(3_000_001)
    a = put(tree / "a", data)

    def check():
        assert a.read_bytes() == data[:70000] + b"x" * 70000 + data[140000:] + bytes(5)
    round_trip(tree, journals, [patch(a, 3_000_006, (70000, b"x" * 70000))], check)


def test_link_new_and_changed(tree, journals):
    (tree / "l").symlink_to("somewhere")

    def check():
        assert os.readlink(tree / "l") == "else/where" and os.readlink(tree / "m") == "n"
    round_trip(tree, journals, [link(tree / "l", "else/where"), link(tree / "m", "n")], check)


def test_folders_and_what_is_in_them(tree, journals):
    def check():
        assert (tree / "d/e/f").read_bytes() == b"new\n" and stat.S_IMODE((tree / "d/e").stat().st_mode) == 0o700
    round_trip(tree, journals, [folder(tree / "d"), folder(tree / "d/e", 0o700), write(tree / "d/e/f"),
                                link(tree / "d/l", "e"), folder(tree)], check)


def test_mode(tree, journals):
    a, d = put(tree / "a", bits=0o4755), tree / "d"
    d.mkdir(0o700)

    def check():
        assert stat.S_IMODE(a.stat().st_mode) == 0o600 and stat.S_IMODE(d.stat().st_mode) == 0o1777
    round_trip(tree, journals, [mode(a, 0o600), mode(d, 0o1777)], check)


def test_mode_of_what_is_written(tree, journals):
    a = put(tree / "a")

    def check():
        bits = [stat.S_IMODE((tree / n).stat().st_mode) for n in ("a", "b", "d")]
        assert bits == [0o700, 0o4711, 0o2770]
    round_trip(tree, journals, [write(a), mode(a, 0o700), write(tree / "b"), mode(tree / "b", 0o4711),
                                folder(tree / "d"), mode(tree / "d", 0o2770)], check)


def test_remove(tree, journals):
    a = put(tree / "a", b"gone", 0o604)
    (tree / "l").symlink_to("a")

    def check():
        assert not os.path.lexists(a) and not os.path.lexists(tree / "l")
    round_trip(tree, journals, [remove(a), remove(tree / "l"), remove(tree / "never")], check)


def test_odd_names(tree, journals):
    name = os.fsdecode(b"\xff\xfe %41\n\"'\x01\xc3\xa9")
    a = put(tree / name / name)
    round_trip(tree, journals, [write(a, b"1"), write(str(a) + "2"), link(str(a) + "3", name)],
               lambda: a.read_bytes() == b"1" or 1 / 0)


def test_order_is_the_inverse_one(tree, state):
    """The folder goes only after what is in it has gone, and calls show it."""
    applied(state, [folder(tree / "d"), write(tree / "d/a"), write(tree / "d/b")])
    calls = [c for c in undone(state, gate={"trace": True})["trace"] if c.startswith(("unlinkat a", "unlinkat b", "rmdir d"))]
    assert calls == ["unlinkat b", "unlinkat a", "rmdir d"]


# ---- links, owners, attributes -----------------------------------------------------------------------


def test_a_shared_file_is_left_to_the_others(tree, state, tmp_path):
    cache = put(tmp_path / "cache" / "lib.so", b"shared")
    os.link(cache, tree / "lib.so")
    os.link(cache, tree / "m")
    age(tmp_path)
    before = snapshot(tmp_path)
    applied(state, [patch(tree / "lib.so", 6, (0, b"S")), mode(tree / "m", 0o600)])
    assert (tree / "lib.so").read_bytes() == b"Shared" and cache.read_bytes() == b"shared"
    assert stat.S_IMODE(cache.stat().st_mode) == 0o644
    assert (tree / "lib.so").stat().st_nlink == 1
    assert (tree / "m").stat().st_mtime_ns == cache.stat().st_mtime_ns
    undone(state)
    shutil.rmtree(state.parent)
    os.utime(tmp_path, ns=(0, before[""]["mtime"]))
    assert not differences(before, snapshot(tmp_path))
    assert (tree / "lib.so").stat().st_ino == cache.stat().st_ino


def test_facts_tell_of_sharing(tree, state):
    a = put(tree / "a")
    os.link(a, tree / "b")
    facts = tool("facts", state, [patch(a, 4)])["facts"][0]
    assert facts["refused"] is None and facts["names"] == 2 and facts["keep"] == KEEP_LINK
    assert facts["real"] == str(a) and facts["seen"]["ino"] == a.stat().st_ino


def test_facts_of_what_is_not_there_yet(tree, state):
    changes = [folder(tree / "d"), folder(tree / "d/e"), write(tree / "d/e/f"), mode(tree / "d/e/f", 0o700)]
    facts = tool("facts", state, changes)["facts"]
    assert [f["refused"] for f in facts] == [None] * 4
    assert facts[2]["real"] == str(tree / "d/e/f") and not facts[2]["seen"]["there"]


def test_keep_on_another_file_system(tree, other):
    if os.stat(other).st_dev == os.stat(tree).st_dev:
        pytest.skip("there is no second file system")
    a = put(tree / "a")
    facts = tool("facts", other / "undo", [patch(a, 4), write(a), remove(a), mode(a, 0), write(tree / "n")])["facts"]
    assert [f["keep"] for f in facts] == [KEEP_PATCHES, KEEP_COPY, KEEP_COPY, KEEP_NOTHING, KEEP_NOTHING]


def test_patches_keep_little_of_a_large_file(tree, other):
    if os.stat(other).st_dev == os.stat(tree).st_dev:
        pytest.skip("there is no second file system")
    a = put(tree / "a", bytes(5_000_000))
    applied(other / "undo", [patch(a, 5_000_000, (4_000_000, b"x" * 100))])
    assert (other / "undo/1/0.old").stat().st_size == 100
    undone(other / "undo")
    assert a.read_bytes() == bytes(5_000_000)


@root
def test_owner_capabilities_and_attributes(tree, journals):
    a, b = put(tree / "a", b"0123", 0o755), put(tree / "b", b"0123")
    for path in (a, b):
        os.chown(path, 1234, 2345)
        os.setxattr(path, "user.test", b"\0\xff")
    os.setxattr(a, "trusted.test", b"1")
    subprocess.run(["setcap", "cap_net_raw+ep", a], check=True)
    acl = bytes.fromhex("02000000" "01000700ffffffff" "020006008f010000" "04000400ffffffff" "10000600ffffffff"
                        "20000000ffffffff")
    os.setxattr(b, "system.posix_acl_access", acl)
    bits = stat.S_IMODE(b.stat().st_mode)

    def same(path, now):
        return os.stat(path).st_uid == 1234 and os.stat(path).st_gid == 2345 and path.read_bytes() == now

    def check():
        assert same(a, b"X123") and same(b, b"new\n")
        assert os.getxattr(a, "trusted.test") == b"1" and os.getxattr(a, "user.test") == b"\0\xff"
        assert "cap_net_raw=ep" in subprocess.run(["getcap", a], stdout=subprocess.PIPE, text=True, check=True).stdout
        assert os.getxattr(b, "system.posix_acl_access") == acl and stat.S_IMODE(b.stat().st_mode) == bits
    facts = tool("facts", journals, [patch(a, 4), write(b)])["facts"]
    assert facts[0]["capabilities"] and facts[1]["acl"] and not facts[0]["acl"]
    round_trip(tree, journals, [patch(a, 4, (0, b"X")), write(b)], check)


@root
def test_the_acl_of_a_folder_does_not_reach_old_files(tree, journals):
    a = put(tree / "a")
    subprocess.run(["python3", "-c", "import os,sys; os.setxattr(sys.argv[1], 'system.posix_acl_default', "
                    "bytes.fromhex('02000000' '01000700ffffffff' '020007008f010000' '04000500ffffffff' "
                    "'10000700ffffffff' '20000500ffffffff'))", tree], check=True)

    def check():
        assert "system.posix_acl_access" not in os.listxattr(a) and stat.S_IMODE(a.stat().st_mode) == 0o644
    round_trip(tree, journals, [write(a)], check)


@root
def test_what_root_makes_in_a_folder_belongs_to_its_owner(tree, state):
    os.chown(tree, 1234, 1234)
    applied(state, [write(tree / "a"), folder(tree / "d"), link(tree / "l", "a"), write(tree / "d/b")])
    assert {os.lstat(tree / n).st_uid for n in ("a", "d", "l", "d/b")} == {1234}


# ---- as another user -------------------------------------------------------------------------------------


def as_user(uid, do, folder_, changes=(), **more):
    import transact
    request = {"do": do, "folder": str(folder_), "changes": list(changes), "title": "t", "command": [],
               "env": [], "wait_ms": 1, **more}
    done = subprocess.run([transact.TOOL], input=json.dumps(request), stdout=subprocess.PIPE, text=True,
                          user=uid, group=uid, extra_groups=[], check=False)
    return json.loads(done.stdout)


@pytest.fixture
def home():
    """A folder that other users can reach."""
    place = Path(subprocess.run(["mktemp", "-d", "/tmp/dlwhy-home-XXXXXX"], stdout=subprocess.PIPE, text=True,
                                check=True).stdout.strip())
    place.chmod(0o755)
    if os.geteuid() != 0 or not os.access(Path(os.environ.get("DLWHY_BUILD", ".")).resolve(), os.X_OK):
        pytest.skip("needs root")
    yield place
    shutil.rmtree(place)


def can_start(uid):
    import transact
    return subprocess.run(["/bin/sh", "-c", f"test -x {transact.TOOL}"], user=uid, group=uid, extra_groups=[],
                          check=False).returncode == 0


def own(path, uid):
    os.chown(path, uid, uid, follow_symlinks=False)
    return path


def test_what_needs_sudo(home):
    if not can_start(1234):
        pytest.skip("the build folder is closed to other users")
    own(home, 1234)
    state, theirs, mine, caps = home / "undo", put(home / "r"), own(put(home / "m"), 1234), own(put(home / "c"), 1234)
    grouped = own(put(home / "g"), 1234)
    os.chown(grouped, 1234, 4321)
    subprocess.run(["setcap", "cap_net_raw+ep", caps], check=True)
    closed = put(home / "d/x")
    changes = [write(theirs), write(mine), write(caps), write(grouped), write(closed), mode(grouped, 0o600)]
    facts = as_user(1234, "facts", state, changes)["facts"]
    assert [f["needs_root"] for f in facts] == [True, False, True, True, True, False]
    assert all(("needs sudo" in (f["refused"] or "")) == f["needs_root"] for f in facts)
    for change, fact in zip(changes, facts):
        answer = as_user(1234, "apply", state, [change])
        assert answer["code"] == ("refused" if fact["needs_root"] else "ok"), answer
    assert theirs.read_bytes() == closed.read_bytes() == b"old\n" and mine.read_bytes() == b"new\n"


def test_links_of_others_are_traps(home):
    """A user who owns a folder must not steer what root writes elsewhere."""
    state = home / "undo"
    user = home / "user"
    user.mkdir()
    own(user, 1234)
    target = put(home / "etc" / "conf")
    (user / "real").mkdir()
    own(user / "real", 1234)
    own(put(user / "real/a"), 1234)
    (user / "trap").symlink_to(home / "etc")
    (user / "fine").symlink_to("real")
    (user / "ours").symlink_to(home / "etc")
    own(user / "trap", 1234)
    own(user / "fine", 1234)
    refused(tool("apply", state, [write(user / "trap/conf")]), user / "trap", "belongs to another user")
    assert target.read_bytes() == b"old\n"
    applied(state, [write(user / "fine/a"), write(user / "ours/conf")])
    assert target.read_bytes() == b"new\n" and (user / "real/a").stat().st_uid == 1234


def test_journals_of_others_are_not_used(home):
    state = home / "undo"
    state.mkdir()
    own(state, 1234)
    a = put(home / "a")
    refused(tool("apply", state, [write(a)]), "belongs to another user", "sudo -H")
    os.chown(state, 0, 0)
    state.chmod(0o777)
    refused(tool("apply", state, [write(a)]), "others may write to it")
    (home / "u").mkdir()
    own(home / "u", 1234)
    refused(tool("apply", home / "u/.local/state/dlwhy/undo", [write(a)]), "belongs to another user")
    assert a.read_bytes() == b"old\n" and not list((home / "u").iterdir())


# ---- what is refused ---------------------------------------------------------------------------------------


def test_paths_that_are_none(tree, state):
    refused(tool("apply", state, [write("a")]), "no absolute path")
    refused(tool("apply", state, [write(f"{tree}/")]), "no absolute path")
    refused(tool("apply", state, [write(f"{tree}/..")]), "no absolute path")
    refused(tool("apply", state, [write(tree / "none/a")]), f"there is no folder {tree}/none")
    refused(tool("apply", state, [patch(tree / "none", 4)]), f"there is no {tree}/none")
    refused(tool("apply", state, []), "nothing to change")
    assert snapshot(tree).keys() == {""}


def test_kinds_that_do_not_fit(tree, state):
    a = put(tree / "a")
    (tree / "l").symlink_to("a")
    (tree / "d").mkdir()
    os.mkfifo(tree / "p")
    for kind in (lambda p: patch(p, 4), write, lambda p: mode(p, 0o600)):
        refused(tool("apply", state, [kind(tree / "l")]), tree / "l", "is a link to a", "must be named")
    refused(tool("apply", state, [write(tree / "d")]), "is a folder")
    refused(tool("apply", state, [remove(tree / "d")]), "is a folder")
    refused(tool("apply", state, [link(a, "x")]), "is a file")
    refused(tool("apply", state, [folder(a)]), "is a file")
    refused(tool("apply", state, [patch(tree / "p", 4)]), "is no regular file")
    refused(tool("apply", state, [patch(a, 4, (3, b"xx"))]), "do not fit")
    refused(tool("apply", state, [patch(a, 4, (2, b"x"), (1, b"y"))]), "do not fit")
    refused(tool("apply", state, [write(state / "1")]), "folder of journals")
    applied(state, [write(tree / "b")])
    refused(tool("apply", state, [write(state / "1/journal.json")]), "folder of journals")
    assert a.read_bytes() == b"old\n"


def test_no_place_for_a_journal(tree, tmp_path):
    a = put(tree / "a")
    put(tmp_path / "file")
    refused(tool("apply", tmp_path / "file/undo", [write(a)]), "no place for a journal")
    answer = tool("apply", "/proc/undo", [write(a)])
    refused(answer, "no place for a journal, so nothing is changed", "/proc/undo")
    assert a.read_bytes() == b"old\n"


def test_changed_since_it_was_looked_at(tree, state):
    for n, do in enumerate([lambda p: p.write_bytes(b"mine"), lambda p: p.chmod(0o600), lambda p: p.unlink(),
                            lambda p: os.replace(put(tree / "x"), p)]):
        a = put(tree / f"a{n}")
        seen = [tool("facts", state, [write(a)])["facts"][0]["seen"]]
        time.sleep(0.02)
        do(a)
        before = a.read_bytes() if a.exists() else None
        refused(tool("apply", state, [write(a)], seen=seen), a, "has been changed since", code="changed")
        assert (a.read_bytes() if a.exists() else None) == before
    seen = [tool("facts", state, [write(tree / "n")])["facts"][0]["seen"]]
    put(tree / "n")
    refused(tool("apply", state, [write(tree / "n")], seen=seen), code="changed")


def test_unchanged_since_it_was_looked_at(tree, state):
    a = put(tree / "a")
    changes = [write(a), write(tree / "n"), folder(tree)]
    seen = [f["seen"] for f in tool("facts", state, changes)["facts"]]
    put(tree / "other")
    applied(state, changes, seen=seen)
    assert a.read_bytes() == b"new\n"


@root
def test_immutable(tree, state):
    a, b = put(tree / "a"), put(tree / "d/b")
    if subprocess.run(["chattr", "+i", a, tree / "d"], stderr=subprocess.DEVNULL, check=False).returncode:
        pytest.skip("this file system has no chattr")
    try:
        refused(tool("apply", state, [write(a)]), a, "immutable")
        refused(tool("apply", state, [write(tree / "d/n")]), tree / "d", "immutable")
        assert tool("facts", state, [write(b)])["facts"][0]["immutable"]
    finally:
        subprocess.run(["chattr", "-i", a, tree / "d"], check=True)
    applied(state, [write(a), write(b)])
    subprocess.run(["chattr", "+i", a], check=True)
    try:
        refused(tool("undo", state), a, "immutable", code="changed")
    finally:
        subprocess.run(["chattr", "-i", a], check=True)
    undone(state)
    assert a.read_bytes() == b.read_bytes() == b"old\n"


@pytest.fixture
def mounted(tmp_path):
    """A small file system of its own."""
    place = tmp_path / "mnt"
    place.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", place],
                                           stderr=subprocess.DEVNULL, check=False).returncode:
        pytest.skip("nothing can be mounted here")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def test_read_only(mounted, state):
    a = put(mounted / "a")
    subprocess.run(["mount", "-o", "remount,ro", mounted], check=True)
    assert tool("facts", state, [write(a)])["facts"][0]["read_only"]
    refused(tool("apply", state, [write(a)]), a, "mounted read-only")
    refused(tool("apply", mounted / "undo", [write(state.parent.parent / "x")]), "no place for a journal")


def test_a_full_disk(mounted, state):
    a, b = put(mounted / "a", b"a" * 60000), put(mounted / "b", b"b" * 60000)
    age(mounted)
    before = snapshot(mounted)
    answer = tool("apply", state, [patch(a, 60001), patch(b, 90000), write(mounted / "c", b"c" * 90000)])
    refused(answer, "No space left", code="failed")
    assert not differences(before, snapshot(mounted))
    assert not [p for p in state.iterdir() if p.name.isdigit()]
    answer = tool("apply", mounted / "undo", [write(state.parent / "x", b"1")] + [write(state.parent / "y", b"2")])
    assert answer["code"] == "ok"


def test_undo_on_a_full_disk(mounted, state):
    """What cannot be undone now leaves the new state, and can be undone later."""
    a = put(mounted / "a", b"a" * 100_000)
    applied(state, [write(a, b"small")])
    put(mounted / "filler", b"f" * 170_000)
    refused(tool("undo", state), "No space left", code="failed")
    assert a.read_bytes() == b"small"
    is_clean(mounted)
    (mounted / "filler").unlink()
    undone(state)
    assert a.read_bytes() == b"a" * 100_000


# ---- undo -------------------------------------------------------------------------------------------------


def test_undo_refuses_what_has_changed(tree, journals):
    a, b = put(tree / "a"), put(tree / "b")
    d = tree / "d"

    def try_with(change, do, undo_it, *words):
        applied(journals, change)
        do()
        before = snapshot(tree)
        refused(tool("undo", journals), *words, code="changed")
        assert not differences(before, snapshot(tree))
        undo_it()
        undone(journals)

    try_with([write(a), write(b)], lambda: put(b, b"mine"), lambda: put(b, b"new\n"), b, "changed since")
    try_with([write(a)], lambda: a.chmod(0o600), lambda: a.chmod(0o644), a, "changed since")
    try_with([write(a)], lambda: os.rename(a, tree / "x"), lambda: os.rename(tree / "x", a), a, "is gone")
    try_with([remove(a)], lambda: put(a, b"again"), a.unlink, a, "is there again")
    try_with([folder(d), write(d / "x")], lambda: put(d / "y"), lambda: (d / "y").unlink(), d, "y")
    try_with([link(tree / "l", "x")], lambda: os.replace(put(tree / "t"), tree / "l"),
             lambda: os.remove(tree / "l"), "changed since")
    assert a.read_bytes() == b.read_bytes() == b"old\n" and not d.exists()


def test_a_copy_of_the_new_file_can_be_undone(tree, state):
    """Who moves an environment away and back has not changed its files."""
    a = put(tree / "a")
    applied(state, [write(a)])
    shutil.copy(a, tree / "copy")
    os.replace(tree / "copy", a)
    undone(state)
    assert a.read_bytes() == b"old\n"


def test_the_old_file_written_to_by_its_other_name(tree, state):
    a = put(tree / "a")
    os.link(a, tree / "cache")
    applied(state, [write(a)])
    put(tree / "cache", b"other content")
    refused(tool("undo", state), a, "by another name", code="changed")
    assert a.read_bytes() == b"new\n"


def test_undo_twice_and_in_order(tree, state):
    a = put(tree / "a")
    first = applied(state, [write(a, b"1")])["id"]
    second = applied(state, [write(a, b"2")])["id"]
    assert (first, second) == ("1", "2")
    refused(tool("undo", state, id="1"), a, "by transaction 2, which must be undone first", code="changed")
    assert undone(state)["id"] == "2" and a.read_bytes() == b"1"
    refused(tool("undo", state, id="2"), "has been undone already", code="no-such")
    assert undone(state)["id"] == "1" and a.read_bytes() == b"old\n"
    refused(tool("undo", state), "nothing to undo", code="no-such")
    for id_ in ("3", "0", "x", "../1", "1/../1", "99999999999999999999"):
        refused(tool("undo", state, id=id_), code="no-such")


def test_list(tree, state):
    a = put(tree / "a")
    assert tool("list", state)["list"] == []
    applied(state, [write(a), link(tree / "l", "x")])
    applied(state, [remove(a)])
    undone(state)
    one, two = tool("list", state)["list"]
    assert (one["state"], two["state"]) == (DONE, UNDONE)
    assert one["command"] == ["dlwhy", "fix", "x"] and one["title"] == "a test"
    assert abs(one["time"] - time.time()) < 60 and two["undone"] >= two["time"] and one["undone"] == 0
    assert [s["path"] for s in one["steps"]] == [str(a), str(tree / "l")]
    assert one["kept"] == 4 and two["kept"] == 0
    put(a, b"mine")
    one = tool("list", state, id="")["list"][0]
    assert one["id"] == "1" and "changed since" in one["steps"][0]["changed"] and one["steps"][1]["changed"] is None


def test_journals_are_private(tree, state):
    applied(state, [write(tree / "a")])
    assert stat.S_IMODE(state.stat().st_mode) == stat.S_IMODE((state / "1").stat().st_mode) == 0o700
    assert stat.S_IMODE((state / "1/journal.json").stat().st_mode) == 0o600


def test_old_journals_of_what_was_undone_go(tree, state):
    applied(state, [write(tree / "a")])
    undone(state)
    applied(state, [write(tree / "b")])
    text = (state / "1/journal.json").read_text()
    when = json.loads(text)["undone"]
    (state / "1/journal.json").write_text(text.replace(str(when), str(when - 31 * 86400)))
    assert applied(state, [write(tree / "a")])["id"] == "3"
    assert not (state / "1").exists()


# ---- tampered journals ---------------------------------------------------------------------------------------


def test_a_damaged_journal(tree, state):
    a = put(tree / "a")
    applied(state, [write(a)])
    journal = state / "1/journal.json"
    good = journal.read_bytes()
    for bad in (b"", good[:-20], b"[]", b"\0" * 100, good.replace(b'"name": "a"', b'"name": "../../a"'),
                good.replace(b'"done"', b'"well"')):
        journal.write_bytes(bad)
        refused(tool("undo", state, id="1"), "transaction 1", "cannot be used")
        item = tool("list", state)["list"][0]
        assert item["state"] == DAMAGED and "cannot be used" in item["damage"]
        assert tool("recover", state)["code"] == "ok"
        assert a.read_bytes() == b"new\n"
    journal.write_bytes(good)
    undone(state)
    assert a.read_bytes() == b"old\n"


def test_a_journal_that_is_a_link_or_a_pipe(tree, state):
    applied(state, [write(tree / "a")])
    journal = state / "1/journal.json"
    os.rename(journal, state / "1/j")
    journal.symlink_to("j")
    refused(tool("undo", state, id="1"), "cannot be used")
    journal.unlink()
    os.mkfifo(journal)
    refused(tool("undo", state, id="1"), "cannot be used")


def test_what_was_kept_is_damaged(tree, other):
    a, b = put(tree / "a", b"0123456789"), put(tree / "b", b"0123456789")
    state = other / "undo"
    if os.stat(other).st_dev == os.stat(tree).st_dev:
        pytest.skip("there is no second file system")
    applied(state, [patch(a, 10, (2, b"xx")), write(b, b"x")])
    for kept in ("0.old", "1.old"):
        good = (state / "1" / kept).read_bytes()
        (state / "1" / kept).write_bytes(b"?" * len(good))
        before = snapshot(tree)
        refused(tool("undo", state), "is damaged", code="failed")
        (state / "1" / kept).write_bytes(b"?")
        refused(tool("undo", state), code="changed")
        (state / "1" / kept).unlink()
        refused(tool("undo", state), "is gone", code="changed")
        after = snapshot(tree)
        before.pop(""), after.pop("")  # files beside were made and taken away again
        assert not differences(before, after)
        (state / "1" / kept).write_bytes(good)
    undone(state)
    assert a.read_bytes() == b.read_bytes() == b"0123456789"


# ---- two at once -----------------------------------------------------------------------------------------------


def test_two_at_once(tree, state):
    applied(state, [write(tree / "a")])
    with open(state / "lock", "r+b") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.truncate()
        lock.write(b"4711\n")
        lock.flush()
        for do in ("apply", "undo"):
            refused(tool(do, state, [write(tree / "b")]), "another dlwhy is at work (process 4711)", code="busy")
        assert tool("recover", state)["code"] == "ok"  # nothing is unfinished
    undone(state)


def test_a_second_one_waits(tree, state):
    import transact
    applied(state, [write(tree / "a")])
    request = json.dumps({"do": "undo", "folder": str(state), "wait_ms": 5000})
    with open(state / "lock", "r+b") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with subprocess.Popen([transact.TOOL], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as p:
            p.stdin.write(request)
            p.stdin.close()
            time.sleep(0.2)
            assert p.poll() is None
            fcntl.flock(lock, fcntl.LOCK_UN)
            assert json.loads(p.stdout.read())["code"] == "ok"


# ---- commands -----------------------------------------------------------------------------------------------------


SCRIPT = """set -e
cd "$1"
echo output of the command
printf more >> small            # in place
printf new > t && mv t replaced  # as most tools do
rm gone link
ln -s elsewhere link
mkdir -p made/deep
echo x > made/deep/file
rm -r folder
echo now a file > folder
rm file && mkdir file && echo y > file/inside
chmod 700 moded
chmod 711 dir
"""


def command_tree(tree):
    for name in ("small", "replaced", "gone", "folder/a/b", "file", "moded", "dir/x", "same"):
        put(tree / name, name.encode())
    (tree / "link").symlink_to("target")
    os.link(tree / "replaced", tree / "replaced-too")
    (tree / "folder/a/l").symlink_to("b")
    age(tree)
    return ["/bin/sh", "-c", SCRIPT, "sh", str(tree)]


def test_a_command_there_and_back(tree, journals):
    argv = command_tree(tree)
    before = snapshot(tree)
    applied(journals, [run(argv, tree)])
    assert (tree / "small").read_bytes() == b"smallmore" and (tree / "made/deep/file").exists()
    assert (journals / "1/0.log").read_bytes() == b"output of the command\n"
    undone(journals)
    after = snapshot(tree)
    for seen in (before, after):
        # written in place: no other file has what it held, so it is another file now
        seen["small"].pop("ino")
        if os.stat(tree).st_dev != os.stat(journals).st_dev:
            for facts in seen.values():
                facts.pop("ino", None)
            for name in ("replaced", "replaced-too"):
                seen[name].pop("nlink")
    assert not differences(before, after)
    assert not (journals / "1/0.tree").exists() and (journals / "1/0.log").exists()


def test_a_command_that_fails(tree, journals):
    argv = command_tree(tree)
    argv[2] += "echo it broke >&2; exit 3\n"
    before = snapshot(tree)
    answer = tool("apply", journals, [write(tree / "same", b"x"), run(argv, tree), write(tree / "late")])
    refused(answer, "/bin/sh failed with status 3: it broke", "failed.log", code="failed")
    assert (journals / "failed.log").read_bytes() == b"output of the command\nit broke\n"
    after = snapshot(tree)
    for seen in (before, after):
        for name in ("small", "same", "replaced", "replaced-too"):
            seen[name].pop("ino")
            seen[name].pop("nlink")
        if os.stat(tree).st_dev != os.stat(journals).st_dev:
            for facts in seen.values():
                facts.pop("ino", None)
    assert not differences(before, after)


def test_a_command_between_changes(tree, state):
    put(tree / "a")
    age(tree)
    before = snapshot(tree)
    applied(state, [write(tree / "a", b"one"),
                    run(["/bin/sh", "-c", f"cat {tree}/a > {tree}/b; mkdir {tree}/d"], tree),
                    write(tree / "d/c", b"three"), patch(tree / "b", 3, (0, b"O"))])
    assert (tree / "b").read_bytes() == b"One" and (tree / "d/c").read_bytes() == b"three"
    undone(state)
    assert not differences(before, snapshot(tree))


def test_a_command_that_covers_a_file(tree, state):
    put(tree / "cache")
    age(tree)
    before = snapshot(tree)
    applied(state, [run(["/bin/sh", "-c", f"echo 1 > {tree}/t; mv {tree}/t {tree}/cache; echo 2 > {tree}/new"],
                        tree / "cache", tree / "new")])
    assert (tree / "cache").read_bytes() == b"1\n"
    undone(state)
    assert not differences(before, snapshot(tree))


def test_a_command_that_is_changed_after(tree, state):
    argv = command_tree(tree)
    applied(state, [run(argv, tree)])
    put(tree / "made/deep/__pycache__/m.cpython-311.pyc")
    (tree / "made/deep/other").write_bytes(b"mine")
    refused(tool("undo", state), tree / "made/deep/other", "changed since", code="changed")
    (tree / "made/deep/other").unlink()
    (tree / "replaced").write_bytes(b"mine")
    refused(tool("undo", state), tree / "replaced", code="changed")
    (tree / "replaced").unlink()
    refused(tool("undo", state), tree / "replaced", code="changed")
    put(tree / "same", b"what the command did not touch")
    refused(tool("undo", state), code="changed")


def test_python_caches_do_not_hinder(tree, state):
    applied(state, [run(["/bin/sh", "-c", f"mkdir {tree}/pkg; touch {tree}/pkg/m.py"], tree)])
    put(tree / "pkg/__pycache__/m.cpython-311.pyc")
    undone(state)
    assert not (tree / "pkg").exists()


def test_a_large_file_written_in_place(tree, state):
    put(tree / "large", b"x" * 100_000)
    applied(state, [run(["/bin/sh", "-c", f"echo y >> {tree}/large"], tree)])
    refused(tool("undo", state), tree / "large", "written in place", code="changed")


def test_commands_that_are_refused(tree, state, tmp_path):
    put(tree / "text", bits=0o644)
    refused(tool("apply", state, [run([tree / "none"], tree)]), f"there is no {tree}/none")
    refused(tool("apply", state, [run([tree / "text"], tree)]), "cannot be run")
    refused(tool("apply", state, [run(["/bin/true"], tmp_path)]), "would cover the folder of journals")
    refused(tool("apply", state, [run(["/bin/true"], tree / "no/where")]), "there is no folder")
    answer = tool("apply", state, [run(["/bin/sh", "-c", "kill -9 $$"], tree)])
    refused(answer, "was ended by SIGKILL", code="failed")
    answer = tool("apply", state, [run(["/bin/sleep", "10"], tree)], seconds=1)
    refused(answer, "took too long", code="failed")


def test_what_a_command_left_running_holds_the_lock(tree, state):
    """A process that still writes must not be taken for gone."""
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(str(tree / "s"))
    script = f"setsid sh -c 'sleep 1.5; echo late > {tree}/late' & sleep 0.4"
    applied(state, [run(["/bin/sh", "-c", script], tree)])
    refused(tool("undo", state), "another dlwhy is at work", code="busy")
    undone_ = tool("undo", state, wait_ms=8000)
    refused(undone_, tree / "late", code="changed")
