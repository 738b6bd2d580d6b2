"""The experiments with Windows' loader, asked of dlwhy: see windows_experiments.py. `make check-windows` asks wine, too."""
import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "verb")]
import windows_experiments  # noqa: E402
import windows_order  # noqa: E402
from schema import validator  # noqa: E402


@pytest.mark.parametrize("row", [r for r in windows_experiments.ROWS if not r.unasked], ids=lambda r: r.number)
def test_experiment(row, tmp_path):
    assert windows_experiments.differs(row, windows_experiments.ask_dlwhy(row, tmp_path, validator().validate)) is None


@pytest.mark.parametrize("graph,order", windows_order.ROWS, ids=lambda x: x if isinstance(x, str) else "")
def test_order_in_which_dlls_start(graph, order, tmp_path):
    windows_order.write(tmp_path, graph)
    said, finding = windows_order.ask_dlwhy(tmp_path)
    assert said == order and finding["code"] == "init-failed" and finding["certainty"] == "likely"


def test_circles_are_told(tmp_path):
    windows_order.write(tmp_path, {"a": ["b"], "b": ["c"], "c": ["a"]})
    finding = windows_order.ask_dlwhy(tmp_path)[1]
    said = [e["says"] for e in finding["evidence"] if "in turn" in e["says"]]
    assert len(said) == 1 and said[0].startswith("c.dll needs a.dll, which needs it in turn")
