"""`dlwhy fix --apply` that is interrupted while its proof runs: everything is put back, and that is said."""
import json
import signal
import subprocess
import time

import pytest

import fix_setups
from fix_setups_make import made
from fix_setups_python import package
from test_fix import DLWHY, Place, snapshot

SLOW = "from . import _native\nimport os, time\nopen(os.environ['MARK'], 'w').close()\ntime.sleep(100)\n"


def interrupt(place, mark, sig):
    run = subprocess.Popen([DLWHY, "fix", "--apply", "--yes", "--json", *place.setup.ask], cwd=place.top,
                           env={**place.env, "MARK": str(mark)}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, text=True)
    end = time.monotonic() + 60
    while not mark.exists() and run.poll() is None:
        assert time.monotonic() < end
        time.sleep(0.02)
    run.send_signal(sig)
    out, err = run.communicate(timeout=60)
    return run.returncode, json.loads(out)["applied"] if out else err


@pytest.mark.parametrize("sig", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_proof_is_taken_back(tmp_path, monkeypatch, sig):
    monkeypatch.setitem(fix_setups.SETUPS, "this", lambda top: package(top, code=SLOW))
    place = Place(tmp_path, "this")
    before = snapshot(place.top)
    start = time.monotonic()
    status, applied = interrupt(place, tmp_path / "mark", sig)
    assert time.monotonic() - start < 60, "it has waited for the proof"
    assert status == -sig and applied["rolled_back"] and not applied["works"] and applied["id"] is None, applied
    assert applied["says"] == "it was interrupted before it was proved, and was taken back: everything is as it was"
    assert snapshot(place.top) == before
    listed = json.loads(place.dlwhy("undo", "--list", "--json").stdout)
    assert [t["state"] for t in listed["undo"]["transactions"]] == ["undone"]


def test_an_interrupted_build_is_taken_back(tmp_path, monkeypatch):
    """The compiler is the system's; the linker that it finds takes its time."""
    mark = tmp_path / "mark"

    def function(top):
        command = "cc main.o -lbar -lm -o prog"
        setup = made(top, "LDLIBS = -lbar -lm\nprog: main.o\n\t$(CC) main.o $(LDLIBS) -o $@\n", command)
        slow = tmp_path / "slow"
        slow.mkdir()
        (slow / "ld").write_text(f"#!/bin/sh\ncase \"$*\" in *main.o*) >{mark}; exec sleep 100;; esac\nexec /usr/bin/ld \"$@\"\n")
        (slow / "ld").chmod(0o755)
        return fix_setups.Setup(setup.command, setup.ask, setup.kind, env={"COMPILER_PATH": str(slow)})

    monkeypatch.setitem(fix_setups.SETUPS, "this", function)
    place = Place(tmp_path, "this")
    before = snapshot(place.top)
    status, applied = interrupt(place, mark, signal.SIGINT)
    assert status == -signal.SIGINT and applied["rolled_back"], applied
    assert snapshot(place.top) == before
