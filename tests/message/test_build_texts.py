"""Each text of build_texts.py is explained as what it tells of."""
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from build_texts import ALL, ANY  # noqa: E402
from sample import some  # noqa: E402

pytestmark = pytest.mark.both
DLWHY = os.path.abspath(os.environ.get("DLWHY", pathlib.Path(
    os.environ.get("DLWHY_BUILD", HERE.parents[1] / "build")) / "dlwhy"))


def base_name(name):
    return (name or "").replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]


def explained(text):
    done = subprocess.run([DLWHY, "explain", "--json", "--no-look", "-"], input=text.encode(), check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    found = json.loads(done.stdout)["findings"]
    return found[0] if found else {"code": None, "detail": None, "object": None, "symbol": None}


def differences(case):
    text, code, detail, object_, symbol = case
    got = explained(text)
    wrong = []
    if got["code"] != code:
        wrong.append(f"cause {got['code']}, not {code}")
    if detail is not ANY and got["detail"] != detail:
        wrong.append(f"detail {got['detail']}, not {detail}")
    if object_ is not ANY and base_name(got["object"]) != base_name(object_):
        wrong.append(f"object {got['object']}, not {object_}")
    if symbol is not ANY and (got["symbol"] or "").split("@")[0] != symbol:
        wrong.append(f"symbol {got['symbol']}, not {symbol}")
    return wrong


@pytest.fixture(scope="module")
def answers():
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return list(pool.map(differences, some(ALL)))


def test_texts_are_explained(answers):
    wrong = [f"{case[0][:150]!r}: {'; '.join(bad)}" for case, bad in zip(some(ALL), answers) if bad]
    assert not wrong, "\n".join(wrong)
