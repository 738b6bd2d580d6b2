#!/usr/bin/python3
"""A few random trees of DLLs, where wine is installed: see windows.py. `make check-windows` asks of 200."""
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import windows  # noqa: E402


@pytest.mark.skipif(not windows.have_wine(), reason="needs wine and mingw-w64")
def test_random_trees(tmp_path):
    complaints, counts = windows.compare(tmp_path, trees=20, seed=7, compiled=1)
    assert not complaints, "\n".join(complaints)
    assert counts["loads"] > 0 and counts["fails"] > 0
