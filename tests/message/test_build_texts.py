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


def findings(text):
    done = subprocess.run([DLWHY, "explain", "--json", "--no-look", "-"], input=text.encode(), check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    return json.loads(done.stdout)["findings"]


def explained(text):
    found = findings(text)
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


PANIC = """error: failed to run custom build command for `warpaudio-sys v0.1.1`
  --- stderr
  thread 'main' (719) panicked at /home/ada/.cargo/registry/src/index-1/warpaudio-sys-0.1.1/build.rs:8:19:

  %s
  stack backtrace:
     0: build_script_build::main
"""


def test_a_script_that_quotes_its_cause_is_no_second_one():
    found = findings(PANIC % """pkg-config exited with status code 1
  > pkg-config --libs --cflags warpaudio-2.0

  pkg-config output:
    Package warpaudio-2.0 was not found in the pkg-config search path.
    Package 'warpaudio-2.0', required by 'virtual:world', not found
""")
    assert [f["code"] for f in found] == ["pkg-config"]


def test_what_a_script_says_as_it_ends_is_told():
    found = findings(PANIC % "Unable to locate the root folder of warpaudio\n")
    assert [(f["code"], f["detail"]) for f in found] == [("build-tool", "setup-script")]
    assert "Unable to locate the root folder of warpaudio" in found[0]["summary"]
    found = findings("× Getting requirements to build wheel did not run successfully.\n"
                     "      RuntimeError: the warp core must be configured first\n      [end of output]\n")
    assert "RuntimeError: the warp core must be configured first" in found[0]["summary"]
