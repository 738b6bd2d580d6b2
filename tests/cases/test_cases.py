"""One folder a behaviour: build.sh makes the patient in an empty folder, case.json says what to run and
what the answer must hold.

    run          arguments of dlwhy
    env          environment besides a clean one
    real_env     the environment for the real loader, where options of dlwhy stand for it
    status       exit status
    json         part of the answer with --json: of an object the keys that are named, of a list as many
                 elements from the front as are given
    no_findings  true: the list of findings must be empty
    text         pieces of the answer as text, whatever the breaks between its words
    not_text     pieces that it must not have
    needs        programs without which it cannot be built

The real loader is asked too, musl's with --loader musl: a case whose loader_message it does not
confirm is wrong.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "oracle"))
import oracle  # noqa: E402

CASES = sorted(p.parent.name for p in HERE.glob("*/case.json"))


def holds(actual, expected, where="answer"):
    """None if `actual` has what is expected, else where it has not."""
    if isinstance(expected, dict):
        if not isinstance(actual, dict):
            return f"{where} is no object: {actual!r}"
        for key, value in expected.items():
            if key not in actual:
                return f"{where} has no {key}"
            wrong = holds(actual[key], value, f"{where}.{key}")
            if wrong:
                return wrong
        return None
    if isinstance(expected, list):
        if not isinstance(actual, list) or len(actual) < len(expected):
            return f"{where} has fewer elements than {expected!r}: {actual!r}"
        return next((w for i, x in enumerate(expected) if (w := holds(actual[i], x, f"{where}[{i}]"))), None)
    return None if actual == expected else f"{where} is {actual!r}, not {expected!r}"


@pytest.fixture(scope="session")
def schema():
    return json.loads((oracle.TOP / "docs/schema-1.json").read_text())


@pytest.fixture(scope="session")
def bare():
    folder = oracle.scratch("driver")
    yield oracle.build_driver("bare", folder)
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def musl_bare():
    if not oracle.have(oracle.MUSL.compiler):
        yield None
        return
    folder = oracle.scratch("driver")
    yield oracle.build_driver("bare", folder, compiler=oracle.MUSL.compiler)
    shutil.rmtree(folder)


@pytest.fixture
def patient(request):
    needs = json.loads((HERE / request.param / "case.json").read_text()).get("needs", [])
    if not oracle.have(*needs):
        pytest.skip(f"needs {' '.join(needs)}")
    folder = oracle.scratch("case")
    subprocess.run(["sh", "-e", HERE / request.param / "build.sh"], check=True, cwd=folder,
                   env={**oracle.CLEAN, "CC": "gcc", **{k: v for k, v in os.environ.items() if k == "GOCACHE"}})
    yield request.param, folder
    shutil.rmtree(folder)


@pytest.mark.parametrize("patient", CASES, indirect=True, ids=CASES)
def test_case(patient, schema, bare, musl_bare):
    name, folder = patient
    case = json.loads((HERE / name / "case.json").read_text())
    where = {"cwd": folder, "env": case.get("env")}
    machine = oracle.run_dlwhy([*case["run"], "--json"], **where)
    answer = json.loads(machine.stdout)
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.validate(answer, schema)
    assert machine.returncode == case["status"]
    assert holds(answer, case.get("json", {})) is None
    if case.get("no_findings"):
        assert answer["findings"] == []
    check_text(case, oracle.run_dlwhy(case["run"], **where))
    if case["run"][0] == "check" and (len(case["run"]) == 2 or "real_env" in case):
        real = oracle.real_open(bare, [case["run"][-1]], cwd=folder, env=case.get("real_env", case.get("env")))[0]
        assert oracle.difference(real, oracle.parse_result(answer)) is None
    if musl_bare and case["run"][:-1] == ["check", *oracle.MUSL.bare]:
        real = oracle.real_open(musl_bare, [case["run"][-1]], **where)[0]
        assert oracle.difference(real, oracle.parse_result(answer)) is None


def check_text(case, human):
    said = " ".join(human.stdout.decode().split())
    assert human.returncode == case["status"]
    assert human.stderr == b""
    for piece in case.get("text", []):
        assert piece in said
    for piece in case.get("not_text", []):
        assert piece not in said
