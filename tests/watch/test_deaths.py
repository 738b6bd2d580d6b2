#!/usr/bin/python3
"""Programs that die, each in its own way, and their healthy look-alikes.

One folder a program: build.sh makes it in an empty folder, death.json says what is true of it:

    run          the command
    status       its exit status
    signal       the signal that ends it, or a list of those that may
    stdout, stderr   what it prints
    loose_stderr     a shell prints more to its standard error than the program
    healthy      true: `dlwhy run` must not say a word
    code, detail, object, symbol    of the first finding; object by its base name
    stack        objects that stand on the stack, in that order, others in between
    text, not_text   pieces that the answer has, or must not have
    needs        programs without which it cannot be built
    machine      the only machine for which it is made
    without_cpu  a flag of /proc/cpuinfo: a processor that has it runs the program

Each is run alone first: what it prints and how it ends must be the same under `dlwhy run`.
"""
import fnmatch
import json
import os
import platform
import shutil
import signal
import subprocess
from pathlib import Path

import jsonschema
import pytest

HERE = Path(__file__).resolve().parent
DLWHY = os.path.abspath(os.environ.get("DLWHY", HERE.parents[1] / "build" / "dlwhy"))
DEATHS = sorted(p.parent.name for p in (HERE / "deaths").glob("*/death.json"))
SCHEMA = json.loads((HERE.parents[1] / "docs/schema-1.json").read_text(encoding="utf-8"))
ENV = {"PATH": "/usr/bin:/bin", "HOME": "/nowhere", "LC_ALL": "C", "PYTHONDONTWRITEBYTECODE": "1",
       **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}}


def flags():
    text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    return set(next((line for line in text.splitlines() if line.startswith("flags")), "").split())


@pytest.fixture
def dying(request, tmp_path):
    truth = json.loads((HERE / "deaths" / request.param / "death.json").read_text(encoding="utf-8"))
    for tool in truth.get("needs", []):
        if shutil.which(tool) is None:
            pytest.skip(f"needs {tool}")
    if truth.get("machine", platform.machine()) != platform.machine():
        pytest.skip(f"is made for {truth['machine']}")
    if truth.get("without_cpu") in flags():
        pytest.skip(f"this processor has {truth['without_cpu']}")
    build(request.param, tmp_path)
    return request.param, truth, tmp_path


def build(name, folder):
    subprocess.run(["sh", "-e", HERE / "deaths" / name / "build.sh"], check=True, cwd=folder,
                   env={**ENV, "CC": "gcc -w", "CXX": "g++ -w"})


def call(argv, folder):
    return subprocess.run(argv, cwd=folder, env=ENV, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=100, check=False)


def is_subsequence(wanted, there):
    rest = iter(there)
    return all(any(fnmatch.fnmatch(x, w) for x in rest) for w in wanted)


def check_plain(truth, alone):
    """The program does what its truth says, without dlwhy."""
    if "signal" in truth:
        wanted = truth["signal"] if isinstance(truth["signal"], list) else [truth["signal"]]
        assert alone.returncode < 0 and signal.Signals(-alone.returncode).name in wanted
    else:
        assert alone.returncode == truth["status"]
    assert alone.stdout.decode() == truth.get("stdout", alone.stdout.decode())
    assert alone.stderr.decode() == truth.get("stderr", alone.stderr.decode())


def check_finding(truth, finding):
    assert finding["code"] == truth["code"]
    assert finding["severity"] == "error"
    for key in ("detail", "symbol"):
        if key in truth:
            assert finding[key] == truth[key]
    if "object" in truth:
        assert os.path.basename(finding["object"]) == truth["object"]
    if "stack" in truth:
        there = [os.path.basename(e["path"]) for e in finding["evidence"]
                 if e["says"].startswith("stack ") and e["path"]]
        assert is_subsequence(truth["stack"], there), there


@pytest.mark.sample(3)
@pytest.mark.parametrize("dying", DEATHS, indirect=True, ids=DEATHS)
def test_death(dying):
    name, truth, folder = dying
    alone = call(truth["run"], folder)
    build(name, folder)  # some damage their own files
    watched = call([DLWHY, "run", "--", *truth["run"]], folder)
    build(name, folder)
    written = folder / "answer.json"
    machine = call([DLWHY, "run", "--json", "--output", written, "--", *truth["run"]], folder)
    check_plain(truth, alone)
    assert watched.returncode == machine.returncode == alone.returncode
    assert watched.stdout == machine.stdout == alone.stdout
    if not truth.get("loose_stderr"):
        assert machine.stderr == alone.stderr
        assert watched.stderr.startswith(alone.stderr)
    words = watched.stderr[len(alone.stderr):].decode()
    if truth.get("healthy"):
        assert words == ""
        return
    answer = json.loads(written.read_text(encoding="utf-8"))
    jsonschema.validate(answer, SCHEMA)
    assert answer["findings"], words
    check_finding(truth, answer["findings"][0])
    said = " ".join(words.split())
    for piece in truth.get("text", []):
        assert piece in said, words
    for piece in truth.get("not_text", []):
        assert piece not in said, words
