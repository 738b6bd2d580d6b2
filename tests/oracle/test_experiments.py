"""Every experiment that this machine's loader can be asked, live. A case fails if dlwhy and the
loader differ by a letter."""
import shutil

import pytest

import experiments
import oracle


@pytest.fixture(scope="session")
def lab():
    oracle.dlwhy_program()
    folder = oracle.scratch("experiments")
    yield experiments.Lab(folder, experiments.build(folder))
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("case", experiments.CASES, ids=lambda c: c.name)
def test_agrees_with_the_loader(lab, case):
    why = experiments.not_here(case)
    if why:
        oracle.count("skipped")
        pytest.skip(why)
    real = lab.real(case)
    if oracle.glibc_version() == experiments.GLIBC:
        assert experiments.shows(case, real) is None
    oracle.count("live")
    assert oracle.difference(real, lab.dlwhy(case), case.lines and case.kind == "start") is None


@pytest.mark.parametrize("name,reason", experiments.NOT_ASKABLE, ids=lambda x: x if "_" in x else "why")
def test_not_askable_yet(name, reason):
    oracle.count("skipped")
    pytest.skip(reason)


def test_names_are_unique():
    names = [c.name for c in experiments.CASES] + [n for n, _ in experiments.NOT_ASKABLE]
    assert sorted(set(names)) == sorted(names)
