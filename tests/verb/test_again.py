"""The same command twice: the same answer to the same question, and nothing to do once it is done."""
import json
import os
import subprocess
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
DLWHY = os.path.abspath(os.environ.get("DLWHY", TOP / "build" / "dlwhy"))


def dlwhy(*args, cwd):
    env = {"PATH": "/usr/bin:/bin", "HOME": str(cwd), "LC_ALL": "C",
           **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}}
    return subprocess.run([DLWHY, *args], cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False, timeout=120)


@pytest.fixture
def place(tmp_path):
    """A program whose library lies in a folder that is not searched."""
    (tmp_path / "reef.c").write_text("int reef(void) { return 0; }\n")
    (tmp_path / "main.c").write_text("int reef(void);\nint main(void) { return reef(); }\n")
    (tmp_path / "lib").mkdir()
    subprocess.run(["gcc", "-shared", "-fPIC", "-Wl,-soname,libreef.so.1", "-o", "lib/libreef.so.1", "reef.c"], cwd=tmp_path,
                   check=True)
    subprocess.run(["gcc", "-o", "prog", "main.c", "lib/libreef.so.1"], cwd=tmp_path, check=True)
    return tmp_path


def test_a_link_has_the_same_names_of_objects(place):
    """The driver makes them up anew each time."""
    first, second = (dlwhy("--json", "link", "--", "gcc", "main.c", "main.c", "-o", "x", cwd=place).stdout for _ in range(2))
    assert "multiple definition" in first and first == second


def test_what_is_repaired_needs_no_repair(place):
    done = dlwhy("fix", "--apply", "--yes", "prog", cwd=place)
    assert done.returncode == 0 and done.stdout.startswith("prog works now.\n"), done.stdout
    assert "Plan 2" not in done.stdout
    again = dlwhy("fix", "--apply", "--yes", "prog", cwd=place)
    assert (again.returncode, again.stdout) == (0, "prog starts here.\n  There is nothing to repair.\n")

    undone = json.loads(dlwhy("undo", "--yes", "--json", cwd=place).stdout)["undo"]
    assert undone["done"] and [t["state"] for t in undone["transactions"]] == ["undone"]
    listed = json.loads(dlwhy("undo", "--list", "--json", cwd=place).stdout)["undo"]
    assert undone["transactions"][0]["undone"] == listed["transactions"][-1]["undone"]
    assert dlwhy("undo", "--yes", "--json", cwd=place).returncode != 0


def test_a_go_package_is_one_word(place):
    done = dlwhy("link", "--go", ".", "prog", cwd=place)
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and "--go . -- prog" in done.stderr
