"""`dlwhy fix` of a Mac's tree, on any machine: DYLD_LIBRARY_PATH leads to an old library, and a start-up file sets it."""
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "oracle"))
from dyld_scenes import uid, uuid  # noqa: E402
from macho_file import SYSTEM, macho  # noqa: E402

TOP = Path(__file__).resolve().parents[2]
DLWHY = os.path.abspath(os.environ.get("DLWHY", TOP / "build" / "dlwhy"))
ZSHRC = "# joe\nexport CUDA=/opt\nexport DYLD_LIBRARY_PATH=$CUDA/old:$DYLD_LIBRARY_PATH\n"
TEXT = f"""Traceback (most recent call last):
  File "/Users/joe/x.py", line 1, in <module>
    import x
ImportError: dlopen(/app/libx.dylib, 0x0002): Symbol not found: _b
  Referenced from: <{uuid("X")}> /app/libx.dylib
  Expected in:     <{uuid("A")}> /opt/old/libfoo.dylib
"""


@pytest.fixture
def mac(tmp_path):
    """A tree in which /app/libx.dylib needs what the copy in /opt/new has, and the one in /opt/old lacks."""
    files = {"opt/old/libfoo.dylib": macho(id="/opt/new/libfoo.dylib", exports=["_a"], uuid=uid("A")),
             "opt/new/libfoo.dylib": macho(id="/opt/new/libfoo.dylib", exports=["_a", "_b"], uuid=uid("B")),
             "app/libx.dylib": macho(id="/app/libx.dylib", needs=[SYSTEM, "/opt/new/libfoo.dylib"],
                                     imports=[("_b", 2)], uuid=uid("X")),
             "Users/joe/.zshrc": ZSHRC.encode()}
    for name, data in files.items():
        (tmp_path / "mac" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "mac" / name).write_bytes(data)
    return tmp_path / "mac"


def fix(mac, *what, cwd=None):
    done = subprocess.run([DLWHY, "fix", "--json", "--root", mac, "--macos", "26", "--env", "DYLD_LIBRARY_PATH=/opt/old",
                           *what], cwd=cwd, check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1, done.stderr
    return json.loads(done.stdout)


def check(mac, answer):
    """The setting is found and named, the edit can be typed, and nothing is done to another root."""
    assert answer["findings"][0]["symbol"] == "b"
    plans = {p["kind"]: p for p in answer["plans"]}
    assert plans["environment"]["works"] is True and plans["drop-setting"]["works"] is True
    drop = plans["drop-setting"]
    assert drop["files"] == ["/Users/joe/.zshrc"] and not drop["can_apply"]
    assert drop["why_not"] == "plans for another root are shown, not done"
    assert drop["edits"] == [{"op": "drop-setting", "path": "/Users/joe/.zshrc", "name": "DYLD_LIBRARY_PATH",
                              "value": "/opt/old"}]
    assert drop["commands"] == ["printf '%s\\n' 3c 'export DYLD_LIBRARY_PATH=$DYLD_LIBRARY_PATH' . w "
                                "| ed -s /Users/joe/.zshrc"]
    assert (mac / "Users/joe/.zshrc").read_text() == ZSHRC


def test_a_file_of_the_tree(mac):
    check(mac, fix(mac, "--program", "none", "/app/libx.dylib"))


def test_a_text(mac, tmp_path):
    (tmp_path / "error.txt").write_text(TEXT)
    check(mac, fix(mac, "error.txt", cwd=tmp_path))


def test_a_saved_answer_about_a_text(mac, tmp_path):
    (tmp_path / "error.txt").write_text(TEXT)
    with open(tmp_path / "saved.json", "wb") as out:
        subprocess.run([DLWHY, "explain", "--json", "error.txt"], cwd=tmp_path, check=False, stdout=out)
    check(mac, fix(mac, "saved.json", cwd=tmp_path))


def test_without_the_variable_nothing_is_taken_out(mac):
    done = subprocess.run([DLWHY, "fix", "--json", "--root", mac, "--macos", "26", "--program", "none", "/app/libx.dylib"],
                          check=False, stdout=subprocess.PIPE, text=True)
    assert done.returncode == 0 and json.loads(done.stdout)["plans"] == []
