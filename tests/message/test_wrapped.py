"""What our own simulations print is explained as what they found, however it is wrapped.

First the bare text: the cause and the object of the simulation. Where a text alone cannot tell two causes apart,
TWINS says so. Then each of the ten wrappings: the same answer as for the bare text.
"""
import concurrent.futures
import json
import os
import pathlib
import random
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import said  # noqa: E402
from sample import ALL, SANITIZED, some  # noqa: E402
from wrappers import WRAPPERS, wrapped  # noqa: E402

DLWHY = os.path.abspath(os.environ.get("DLWHY", HERE.parents[1] / "build/dlwhy"))
pytestmark = [pytest.mark.slow, pytest.mark.both]
if SANITIZED:  # the simulations take minutes there, and what is asked of them is asked elsewhere
    pytest.skip("done by the release build", allow_module_level=True)
# Words -> what they may mean: which of these it is only the files tell.
TWINS = [
    ("No such file or directory", {"missing-library", "search-path", "wrong-arch", "corrupt-file"}),
    ("invalid ELF header", {"corrupt-file", "not-loadable", "wrong-arch"}),
    ("file too short", {"corrupt-file", "not-loadable", "wrong-arch", "ld-incompatible"}),
    ("Exec format error", {"corrupt-file", "not-loadable", "wrong-arch"}),
    ("OS ABI invalid", {"wrong-arch", "os-too-old"}),
    ("version `GLIBC_", {"os-too-old", "missing-version"}),
    ("reloc type 0x", {"corrupt-file", "wrong-arch"}),
    ("unsupported relocation type", {"corrupt-file", "wrong-arch"}),
    ("DT_RELR without GLIBC_ABI_DT_RELR", {"not-loadable", "corrupt-file"}),
    ("IFUNC symbol", {"loader-abort", "init-failed"}),
    ("undefined reference to", {"ld-undefined-reference", "ld-hidden-symbol", "ld-dso-missing", "ld-incompatible"}),
    ("undefined symbol: ", {"ld-undefined-reference", "ld-hidden-symbol", "ld-dso-missing", "ld-incompatible"}),
    ("cannot open lib/", {"build-other", "ld-library-not-found"}),
    ("build constraints exclude all Go files", {"build-other", "cgo-disabled"}),
    ("is not a valid Win32 application", {"wrong-arch", "corrupt-file", "not-loadable"}),
    ("(0xc000007b)", {"wrong-arch", "corrupt-file", "not-loadable"}),
    ("Access is denied", {"permission", "not-loadable"}),
    ("' is not a package", {"python-module", "circular-import-or-shadow"}),
]
ALIKE = {"missing-library", "search-path"}  # no text tells these apart


def explained(text, folder):
    """(code, object) of the first error, None if there is none."""
    done = subprocess.run([DLWHY, "explain", "--json", "--no-look", "-"], input=text.encode(), cwd=folder, check=False,
                          env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    found = [f for f in json.loads(done.stdout)["findings"] if f["severity"] == "error"]
    return (found[0]["code"], said.base_name(found[0]["object"] or "")) if found else None


@pytest.fixture(scope="module")
def texts():
    return some(said.everything())


@pytest.fixture(scope="module")
def answers(texts, tmp_path_factory):
    """What is said of each bare text."""
    folder = tmp_path_factory.mktemp("empty")
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        return folder, list(pool.map(lambda t: explained(t.text, folder), texts))


def same_meaning(text, code):
    if code == text.code or {code, text.code} <= ALIKE:
        return True
    return any(words in text.text and {code, text.code} <= codes for words, codes in TWINS)


def same_object(text, name):
    """A linker names what it read, Go's compiler where a name is used; the files tell who should have been read: then
    it is a name of the text. What the text does not name nobody can read in it.
    """
    if text.speaker in ("go", "windows") and not any(name.lower() in text.text.lower() for name in text.objects):
        return True
    return name.lower() in [o.lower() for o in text.objects] or (
        (text.speaker == "linker" or ": undefined: " in text.text) and name.removeprefix("-l") in text.text)


def test_there_are_many_texts():
    count = {s: sum(t.speaker == s for t in said.everything()) for s in ("loader", "python", "linker", "go", "dyld", "windows")}
    assert count["loader"] > 100 and count["linker"] > 20 and count["python"] > 8, count
    assert count["dyld"] > 10 and count["windows"] > 10 and count["go"] in (0, *range(50, 200)), count


def test_the_bare_text_has_the_cause_of_the_simulation(texts, answers):
    wrong = [f"{t.origin}: {t.text!r} is {t.code}, not {a and a[0]}" for t, a in zip(texts, answers[1])
             if not a or not same_meaning(t, a[0])]
    assert not wrong, f"{len(wrong)} of {len(texts)}\n" + "\n".join(wrong)


def test_the_bare_text_has_the_object_of_the_simulation(texts, answers):
    wrong = [f"{t.origin}: {t.text!r} is about {t.objects}, not {a[1]!r}" for t, a in zip(texts, answers[1])
             if a and same_meaning(t, a[0]) and not same_object(t, a[1])]
    assert not wrong, f"{len(wrong)} of {len(texts)}\n" + "\n".join(wrong)


@pytest.mark.parametrize("name", sorted(WRAPPERS))
def test_wrapped(name, texts, answers):
    folder, bare = answers

    def one(pair):
        text, answer = pair
        packed = wrapped(name, text.text, random.Random(text.text))
        got = explained(packed, folder)
        return None if got == answer else f"{text.origin}: {got}, not {answer}\n{packed}"

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        fitting = [(t, a) for t, a in zip(texts, bare) if a and not (name == "jvm" and t.speaker in ("linker", "go", "python"))]
        wrong = [w for w in pool.map(one, some(fitting, 8)) if w]
    assert not wrong, f"{len(wrong)} of {len(texts)}\n" + "\n\n".join(wrong[:20])


def broken(text, width, right):
    """As a terminal of that width shows it, beside another one."""
    pieces = [line[at:at + width] for line in text.splitlines() for at in range(0, max(len(line), 1), width)]
    return "\n".join(f"{p:<{width}}│" if right else f"│{p:<{width}}" for p in pieces)


@pytest.mark.skipif(not ALL, reason="of all texts only: DLWHY_ALL")
@pytest.mark.parametrize("width", [60, 64, 70, 72, 76, 79, 80, 100])
def test_broken_at_every_usual_width(width, texts, answers):
    folder, bare = answers

    def one(job):
        text, answer, right = job
        packed = broken(text.text, width, right)
        got = explained(packed, folder)
        # A blank in the last column is lost, and the lines look one column narrower.
        lost = any(line[at:at + width].endswith(" ") for line in text.text.splitlines() for at in range(0, len(line), width))
        return None if got == answer or (lost and got and got[0] == answer[0]) else f"{text.origin}: {got}, not {answer}\n{packed}"

    jobs = [(t, a, right) for t, a in zip(texts, bare) if a and max(map(len, t.text.splitlines())) > width for right in (True, False)]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        wrong = [w for w in pool.map(one, jobs) if w]
    assert len(jobs) > 50 and not wrong, f"{len(wrong)} of {len(jobs)}\n" + "\n\n".join(wrong[:20])
