"""Every text that a simulation prints from a table, filled in several ways, is explained as what it means: bare, and
however it is wrapped. Which texts there are, and what they mean: texts.py; the ways to wrap them: wrappers.py.
"""
import concurrent.futures
import json
import os
import pathlib
import random
import re
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import texts  # noqa: E402
from sample import ALL, some  # noqa: E402
from wrappers import WRAPPERS, wrapped  # noqa: E402

DLWHY = os.path.abspath(os.environ.get("DLWHY", HERE.parents[1] / "build/dlwhy"))
pytestmark = [pytest.mark.slow, pytest.mark.both]
ALIKE = {"missing-library", "search-path"}  # a text cannot tell these apart
TEXTS = list(texts.everything(3 if ALL else 1))


def base_name(name):
    return re.split(r"[/\\]", (name or "").rstrip("/\\"))[-1].lower()


def explained(text, folder):
    """(code, object, symbol) of the first error, None if there is none."""
    done = subprocess.run([DLWHY, "explain", "--json", "--no-look", "-"], input=text.encode(), cwd=folder, check=False,
                          env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    found = [f for f in json.loads(done.stdout)["findings"] if f["severity"] == "error"]
    return (found[0]["code"], base_name(found[0]["object"]), found[0]["symbol"] or "") if found else None


def difference(text, got):
    """What is wrong with an answer, None if nothing is."""
    if not text.codes:
        return f"{got} where nothing is wrong" if got else None
    if got is None:
        return "no error"
    code, name, symbol = got
    if code not in text.codes and not (code in ALIKE and text.codes & ALIKE):
        return f"cause {code}, not {' or '.join(sorted(text.codes))}"
    if text.objects and name not in text.objects:
        return f"object {name!r}, not one of {sorted(text.objects)}"
    if text.symbol and text.symbol not in (symbol, symbol.split("@")[0]):
        return f"symbol {symbol!r}, not {text.symbol!r}"
    return None


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("empty")


def test_every_row_of_every_table_is_asked():
    """A row without a text is a part of others, or a line that tells of nothing."""
    asked = {(t.row.table, t.row.id) for t in TEXTS}
    silent = {(r.table, r.id) for r in texts.rows()} - asked
    known = ({("dyld", i) for i in texts.PARTS} | {("glibc", i) for i in texts.OCCASIONS} | {("ld", i) for i in texts.NOTHING} |
             {(r.table, r.id) for r in texts.rows() if r.table in ("ld", "go", "python") and not r.says} |
             {(r.table, r.id) for r in texts.rows() if r.table == "windows-error" and r.id not in texts.WIN_ERRORS})
    assert silent == known
    assert len(asked) > 330


def test_bare(folder):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        chosen = some(TEXTS)
        got = list(pool.map(lambda t: explained(t.text, folder), chosen))
    wrong = [f"{t.row.table} {t.row.id}: {d}\n{t.text}" for t, d in zip(chosen, map(difference, chosen, got)) if d]
    assert not wrong, f"{len(wrong)} of {len(chosen)}\n" + "\n".join(wrong)


@pytest.mark.parametrize("name", sorted(WRAPPERS))
def test_wrapped(name, folder):
    """All of them around each text where there is time; else each around every sixth, from another place on."""
    first = sorted(WRAPPERS).index(name) % 6
    chosen = TEXTS if ALL else some(TEXTS[first::6])
    chosen = [t for t in chosen if texts.can_be(t, name)]

    def one(text):
        packed = wrapped(name, text.text, random.Random(text.text))
        wrong = difference(text, explained(packed, folder))
        return wrong and f"{text.row.table} {text.row.id}: {wrong}\n{packed}"

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        wrong = [w for w in pool.map(one, chosen) if w]
    assert not wrong, f"{len(wrong)} of {len(chosen)}\n" + "\n\n".join(wrong[:20])
