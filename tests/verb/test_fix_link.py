"""`dlwhy fix link` where no file can be edited for sure: the command is told, and no file is changed."""
import json
import os
import subprocess
from pathlib import Path

import pytest

import fix_setups
from fix_setups_make import made
from test_fix import DLWHY, RELEASE, Place, snapshot

GOOD = "prog: main.o\n\t$(CC) main.o $(LDLIBS) -o $@\n"
COMMAND = "cc main.o -lbar -lm -o prog"


MAKEFILES = [
    "LDLIBS = -lbar $(shell echo -lm)\n" + GOOD,          # not plain
    "LDLIBS = -lbar -lm\nLDLIBS = -lm -lbar\n" + GOOD,   # assigned twice
    "ifdef X\nLDLIBS = -lbar -lm\nelse\n  LDLIBS += -lm\nendif\n" + GOOD,
    "A = -lbar\nB = main.o\n" + GOOD,                    # between the two: which of them it is is not for sure
    "LDLIBS = -lbar \\\n -lm\n" + GOOD,                  # goes on on the next line
    "A = -lbar -lm\nB = -lbar -lm -o prog\nC=main.o -lbar\n" + GOOD,
    "LDLIBS = -lm\n" + GOOD,                              # not the part that is to be changed
    "LDLIBS = '-lbar' -lm\n" + GOOD,
]


@pytest.mark.parametrize("makefile", MAKEFILES if RELEASE else MAKEFILES[::4])
def test_a_makefile_that_is_not_for_sure(tmp_path, monkeypatch, makefile):
    monkeypatch.setitem(fix_setups.SETUPS, "made", lambda top: made(top, makefile, COMMAND))
    place = Place(tmp_path, "made")
    before = snapshot(place.top)
    answer = place.fix()
    assert answer["question"] == "link" and answer["links"] is False and answer["target"] == COMMAND
    plan = answer["plans"][0]
    assert not any(p["can_apply"] for p in answer["plans"])
    assert plan["works"] is True and plan["commands"] == ["cc main.o -Llib -lbar -lm -o prog"] and plan["files"] == []
    done = subprocess.run(
        [DLWHY, "fix", "--apply", "--yes", "--json", *place.setup.ask], cwd=place.top, env=place.env, check=False,
        stdout=subprocess.PIPE)
    assert done.returncode == 1 and not json.loads(done.stdout)["applied"]["works"]
    assert snapshot(place.top) == before


def test_a_folder_with_a_blank_is_tried_and_not_written_into_a_makefile(tmp_path, monkeypatch):
    def function(top):
        setup = made(top, "LDLIBS = -lbar -lm\n" + GOOD, COMMAND)
        (top / "lib").rename(top / "it's lib")
        return setup

    monkeypatch.setitem(fix_setups.SETUPS, "made", function)
    plans = Place(tmp_path, "made").fix()["plans"]
    assert plans[0]["works"] is True and not any(p["can_apply"] or p["files"] for p in plans)
    assert plans[0]["commands"] == ["cc main.o '-Lit'\\''s lib' -lbar -lm -o prog"]


@pytest.mark.parametrize("args", [["link"], ["--go", "."], ["link", "--", "/bin/true", "x"]])
def test_wrong_usage_is_one_line(tmp_path, args):
    done = subprocess.run([os.path.abspath(DLWHY), "fix", *args], cwd=tmp_path, check=False, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True)
    assert done.returncode in (1, 2) and not list(Path(tmp_path).iterdir())
    assert done.returncode == 1 or done.stderr.count("\n") == 1
