"""The experiments with Windows' loader, asked of dlwhy: see windows_experiments.py. `make check-windows` asks wine, too."""
import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "verb")]
import windows_experiments  # noqa: E402
from schema import validator  # noqa: E402


@pytest.mark.parametrize("row", [r for r in windows_experiments.ROWS if not r.unasked], ids=lambda r: r.number)
def test_experiment(row, tmp_path):
    assert windows_experiments.differs(row, windows_experiments.ask_dlwhy(row, tmp_path, validator().validate)) is None
