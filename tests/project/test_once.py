"""tests/conftest.py: what a second run leaves out, and what a sample takes."""
import subprocess
import sys

from project import TOP

TESTS = """import pytest

def test_plain():
    pass

def test_left_out():
    pytest.skip("not by this program")

@pytest.mark.both
def test_both():
    pass

@pytest.mark.sample(3)
@pytest.mark.parametrize("n", range(7))
def test_many(n):
    pass
"""


def names(folder, **env):
    """What ran, by name; the report of the run is in the folder."""
    done = subprocess.run([sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", "-o", "junit_family=xunit2",
                           "--rootdir", folder, f"--junitxml={folder}/report.xml", folder], env={"PATH": "/usr/bin:/bin", **env},
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return {line.split("::")[1].split()[0] for line in done.stdout.splitlines() if "::" in line and "%" in line}


def place(tmp_path):
    (tmp_path / "conftest.py").write_text((TOP / "tests/conftest.py").read_text().replace("EIGHTH = 8", "EIGHTH = 1 << 40"))
    (tmp_path / "test_some.py").write_text(TESTS)
    return tmp_path


MANY = {f"test_many[{n}]" for n in range(7)}


def test_the_sanitized_program_takes_every_third(tmp_path):
    folder = place(tmp_path)
    few = {"test_plain", "test_left_out", "test_both", "test_many[0]", "test_many[3]", "test_many[6]"}
    assert names(folder, DLWHY_BUILD="/build-asan") == few
    assert names(folder, DLWHY_BUILD="/build-asan", DLWHY_ALL="1") == few | MANY
    assert names(folder) == few | MANY


def test_a_second_run_takes_what_the_first_left_out(tmp_path):
    folder = place(tmp_path)
    names(folder, DLWHY_BUILD="/build-asan")
    first = tmp_path / "first.xml"
    (folder / "report.xml").rename(first)
    assert names(folder, DLWHY_RAN=str(first)) == {"test_left_out", "test_both", *MANY} - {f"test_many[{n}]" for n in (0, 3, 6)}


def test_without_a_report_all_is_run(tmp_path):
    assert "test_plain" in names(place(tmp_path), DLWHY_RAN=str(tmp_path / "none.xml"))
