"""`dlwhy env create`: an environment that works, or nothing. Packages come from wheels that are made here; pip installs
them, and Python imports them.
"""
import json
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from fix_setups_python import PYTHON, package, wheel

TOP = Path(__file__).resolve().parents[2]
DLWHY = os.path.abspath(os.environ.get("DLWHY", TOP / "build" / "dlwhy"))
HAS_PIP = subprocess.run([PYTHON, "-m", "pip", "--version"], check=False, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE).returncode == 0
SANITIZED = os.path.exists(DLWHY + "-sanitized")
pytestmark = pytest.mark.skipif(not HAS_PIP or SANITIZED, reason="there is no pip here, or it is a slow build")


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    """`good` has a pkg that imports, `bad` one whose extension misses its library."""
    out = {}
    for name, args in (("good", ["-Wl,-rpath,$ORIGIN/../pkg.libs"]), ("bad", [])):
        top = tmp_path_factory.mktemp(name)
        package(top, *args)
        site = top / "site"
        wheel(top, {str(p.relative_to(site)): p.read_bytes() for p in sorted(site.rglob("*")) if p.is_file()})
        out[name] = top / "wheels"
    return out


def create(place, wheels, *args):
    env = {"PATH": "/usr/bin:/bin", "HOME": str(place), "LC_ALL": "C", "PIP_NO_INDEX": "1",
           "PIP_FIND_LINKS": str(wheels), "PIP_NO_CACHE_DIR": "1",
           **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}}
    done = subprocess.run([DLWHY, "env", "create", *args, "--python", PYTHON, "--json"], cwd=place, env=env, check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=300)
    return done, json.loads(done.stdout) if done.stdout else None


@pytest.fixture(scope="module")
def made(tmp_path_factory, wheels):
    """A place with an environment in `new`, where a killed run had left half of one; and the answer."""
    place = tmp_path_factory.mktemp("made")
    (place / "new/lib").mkdir(parents=True)
    (place / "new/.dlwhy-unfinished").touch()
    (place / "new/lib/half").write_text("half")
    done, answer = create(place, wheels["good"], "new", "pkg")
    assert done.returncode == 0, done.stdout + done.stderr
    return place, answer["env"]


def test_it_is_made_proved_and_can_be_used(made):
    place, env = made
    assert env["made"] and env["native_files"] == 2 and env["failing_files"] == 0
    assert env["modules"] == [{"package": "pkg", "module": "pkg", "works": True, "message": None}]
    assert subprocess.run(["sh", "-c", f"{env['activate']} && python -c 'import pkg'"], cwd=place,
                          check=False).returncode == 0


def test_what_a_killed_run_left_is_begun_anew(made):
    place, _ = made
    assert sorted(p.name for p in (place / "new").iterdir() if p.name.startswith(".")) in ([], [".gitignore"])
    assert not (place / "new/lib/half").exists()


def test_one_like_another_in_folders_that_are_made_for_it(made, wheels):
    place, env = made
    done, other = create(place, wheels["good"], "some/where/like", "--like", "new")
    assert done.returncode == 0 and other["env"]["modules"] == env["modules"]
    assert (place / "some/where/like/pyvenv.cfg").exists()


def test_nothing_is_left_where_a_package_does_not_import(tmp_path, wheels):
    done, answer = create(tmp_path, wheels["bad"], "new", "pkg")
    assert done.returncode == 1
    assert not answer["env"]["made"] and "import pkg" in answer["env"]["failed"]
    assert "libbar.so.1: cannot open shared object file" in answer["env"]["modules"][0]["message"]
    assert answer["findings"][0]["object"] == "libbar.so.1"
    assert os.listdir(tmp_path) == []


def test_nothing_is_left_where_a_package_cannot_be_had(tmp_path, wheels):
    (tmp_path / "there").mkdir()
    done, answer = create(tmp_path, wheels["good"], "there/not/yet/new", "pkg", "pkg-that-is-not")
    assert done.returncode == 1
    assert answer["env"]["failed"].endswith("could not install pkg pkg-that-is-not")
    assert answer["findings"][0]["code"] == "no-matching-wheel"
    assert os.listdir(tmp_path) == ["there"] and os.listdir(tmp_path / "there") == []


def test_what_is_there_is_not_touched(tmp_path, wheels):
    (tmp_path / "new").mkdir()
    (tmp_path / "new/file").write_text("mine")
    done, _ = create(tmp_path, wheels["good"], "new", "pkg")
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and "not empty" in done.stderr
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["file"]


def test_a_link_is_no_place(tmp_path, wheels):
    (tmp_path / "real").mkdir()
    (tmp_path / "new").symlink_to("real")
    done, _ = create(tmp_path, wheels["good"], "new", "pkg")
    assert done.returncode == 2 and "it is a link" in done.stderr and os.listdir(tmp_path / "real") == []


@pytest.fixture
def silent_index():
    """An index that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"


def start(place, index, *args):
    env = {"PATH": "/usr/bin:/bin", "HOME": str(place), "LC_ALL": "C", "PIP_INDEX_URL": index, "PIP_NO_CACHE_DIR": "1",
           "PIP_RETRIES": "1"}
    return subprocess.Popen([DLWHY, "env", "create", *args, "--python", PYTHON, "--json"], cwd=place, env=env,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for(path):
    end = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.parametrize("sig", [signal.SIGINT, signal.SIGTERM])
def test_nothing_is_left_of_an_interrupted_run(tmp_path, silent_index, sig):
    run = start(tmp_path, silent_index, "new", "pkg")
    wait_for(tmp_path / "new/pyvenv.cfg")
    run.send_signal(sig)
    out, _ = run.communicate(timeout=60)
    assert run.returncode == -sig and json.loads(out)["env"]["failed"] == "it was interrupted"
    assert not (tmp_path / "new").exists()


def interrupt(run, started):
    wait_for(started)
    run.send_signal(signal.SIGINT)
    run.communicate(timeout=60)
    assert run.returncode == -signal.SIGINT


def test_a_folder_that_was_there_stays(tmp_path, silent_index):
    (tmp_path / "new").mkdir(mode=0o750)
    for _ in range(2):
        interrupt(start(tmp_path, silent_index, "new", "pkg"), tmp_path / "new/pyvenv.cfg")
        assert os.listdir(tmp_path / "new") == [] and (tmp_path / "new").stat().st_mode & 0o777 == 0o750
        # what a killed run left in such a folder
        (tmp_path / "new/.dlwhy-unfinished").write_text("the folder was there\n")
        (tmp_path / "new/half").touch()


def test_folders_made_for_it_stay_if_somebody_has_put_something_there(tmp_path, silent_index):
    run = start(tmp_path, silent_index, "a/b/c/new", "pkg")
    wait_for(tmp_path / "a/b/c/new/pyvenv.cfg")
    (tmp_path / "a/mine").touch()
    interrupt(run, tmp_path / "a/b/c/new/pyvenv.cfg")
    assert sorted(str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*")) == ["a", "a/mine"]


def test_two_runs_for_one_folder(tmp_path, wheels, silent_index):
    """The second says no, and touches nothing of the first."""
    run = start(tmp_path, silent_index, "new", "pkg")
    wait_for(tmp_path / "new/pyvenv.cfg")
    done, _ = create(tmp_path, wheels["good"], "new", "pkg")
    assert done.returncode == 2 and "another dlwhy is making it" in done.stderr
    assert (tmp_path / "new/pyvenv.cfg").exists()
    run.send_signal(signal.SIGTERM)
    run.communicate(timeout=60)


def test_an_index_that_is_not_reached_says_nothing_about_a_package(tmp_path):
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        free = s.getsockname()[1]
        run = start(tmp_path, f"http://127.0.0.1:{free}/", "new", "pkg")
        out, _ = run.communicate(timeout=120)
    answer = json.loads(out)
    assert run.returncode == 1 and "did not reach where packages come from" in answer["env"]["failed"]
    assert answer["findings"] == [] and os.listdir(tmp_path) == []


@pytest.mark.parametrize("args", [[], ["make", "x", "y"], ["create"], ["create", "x"]])
def test_wrong_usage_is_one_line(tmp_path, args):
    done = subprocess.run([DLWHY, "env", *args], cwd=tmp_path, check=False, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True)
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and "env create" in done.stderr
    assert os.listdir(tmp_path) == []


def test_a_wheel_that_is_named_by_its_path_is_imported(tmp_path, wheels):
    path = next(p for p in wheels["bad"].glob("*.whl"))
    done, answer = create(tmp_path, wheels["bad"], "new", str(path))
    assert done.returncode == 1 and "import pkg" in answer["env"]["failed"]
    done, _ = create(tmp_path, wheels["bad"], "new", "./nosuch-1.0-py3-none-any.whl")
    assert done.returncode == 2 and done.stderr == "dlwhy: there is no ./nosuch-1.0-py3-none-any.whl\n"
    assert os.listdir(tmp_path) == []
