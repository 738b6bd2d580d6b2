"""scripts/setup.sh: quick and silent when nothing is missing, one line to type when it may not."""
import os

import pytest

from project import TOP, run

SETUP = TOP / "scripts" / "setup.sh"


@pytest.fixture
def tools(tmp_path):
    """A folder of stand-ins that comes first on PATH: tools(name, shell commands)."""
    def add(name, body):
        path = tmp_path / name
        path.write_text("#!/bin/sh\n" + body + "\n")
        path.chmod(0o755)
    add.path = f"{tmp_path}:/usr/bin:/bin"
    add.log = tmp_path / "log"
    return add


def set_up(tools, *argv):
    return run(SETUP, *argv, env={"PATH": tools.path, "LOG": str(tools.log)})


def everything_but(*missing):
    cases = "".join(f"    {m}) ;;\n" for m in missing)
    return f"""shift 3
for p; do
    case $p in
{cases}    *) echo "$p installed" ;;
    esac
done"""


def test_nothing_missing_is_silent(tools):
    tools("dpkg-query", everything_but())
    tools("apt-get", "echo called >>$LOG")
    result = set_up(tools, "test")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert not tools.log.exists()


def test_an_ordinary_user_is_told_the_one_line_to_type(tools):
    tools("dpkg-query", everything_but("meson", "libxxhash-dev"))
    tools("id", "echo 1000")
    tools("sudo", "exit 1")
    result = set_up(tools, "build")
    assert result.returncode == 2
    lines = [line for line in result.stderr.splitlines() if line.startswith("sudo ")]
    assert len(lines) == 1
    assert lines[0].split()[-2:] == ["meson", "libxxhash-dev"]


def test_root_installs_exactly_what_is_missing_without_fetching_lists(tools):
    tools("dpkg-query", everything_but("patchelf"))
    tools("id", "echo 0")
    tools("apt-get", 'echo "$*" >>$LOG')
    assert set_up(tools, "test").returncode == 0
    log = tools.log.read_text().splitlines()
    assert len(log) == 1
    assert log[0].endswith(" patchelf") and " install " in log[0]


def test_lists_are_fetched_when_it_does_not_go_without(tools):
    tools("dpkg-query", everything_but("patchelf"))
    tools("id", "echo 0")
    tools("sleep", ":")
    tools("apt-get", 'echo "$*" >>$LOG; case "$*" in *update*) ;; *) grep -q update $LOG ;; esac')
    assert set_up(tools, "test").returncode == 0
    assert ["update" in line for line in tools.log.read_text().splitlines()] == [False, True, False]


def test_an_unknown_word_is_refused(tools):
    assert set_up(tools, "nonsense").returncode == 2


def test_the_build_set_is_part_of_the_test_set(tools):
    tools("dpkg-query", 'shift 3; echo "$*" >>$LOG')
    tools("id", "echo 1000")
    tools("sudo", "exit 1")
    set_up(tools, "build")
    set_up(tools, "test")
    build, test = [set(line.split()) for line in tools.log.read_text().splitlines()]
    assert build < test
    # These two cannot be installed together.
    assert not {"gcc-multilib", "gcc-aarch64-linux-gnu"} <= test


def test_scripts_may_be_executed():
    for script in list((TOP / "scripts").glob("*.sh")) + [TOP / ".ci" / "run"]:
        assert os.access(script, os.X_OK), script
