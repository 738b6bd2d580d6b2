"""Texts that look as if something were wrong, where nothing is: no error is claimed.

negative/ holds texts as people and programs write them; healthy.py makes others by running tools here.
"""
import json
import os
import pathlib
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import healthy  # noqa: E402

DLWHY = os.environ.get("DLWHY", str(HERE.parents[1] / "build/dlwhy"))
WRITTEN = sorted(p.stem for p in (HERE / "negative").glob("*.txt"))


def claimed(text, folder):
    """What dlwhy calls an error in a text, standing in an empty folder."""
    done = subprocess.run([DLWHY, "explain", "--json", "-"], input=text, cwd=folder, env=healthy.CLEAN, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    assert done.returncode == 0 or done.stdout, done.stderr
    answer = json.loads(done.stdout)
    errors = [f"{f['code']} {f['object']} {f['symbol']}: {f['summary']} [{(answer['told'] or {}).get('line')}]"
              for f in answer["findings"] if f["severity"] == "error"]
    assert errors or done.returncode == 0
    return errors


@pytest.mark.sample(2)
@pytest.mark.parametrize("name", WRITTEN)
def test_written_text(name, tmp_path):
    assert claimed((HERE / "negative" / f"{name}.txt").read_bytes(), tmp_path) == []


@pytest.mark.sample(4)
@pytest.mark.parametrize("name", sorted(healthy.HEALTHY))
def test_text_of_a_tool(name, tmp_path):
    missing = healthy.missing(name)
    if missing:
        pytest.skip(f"needs {' '.join(missing)}")
    made, empty = tmp_path / "made", tmp_path / "empty"
    made.mkdir()
    empty.mkdir()
    assert claimed(healthy.text_of(name, made).encode(), empty) == []


def test_there_are_enough_of_them():
    assert len(WRITTEN) + len(healthy.HEALTHY) >= 60


def test_an_error_would_be_noticed(tmp_path):
    text = b"./prog: error while loading shared libraries: libnonesuch.so.1: cannot open shared object file: No such file or directory\n"
    assert claimed(text, tmp_path)
