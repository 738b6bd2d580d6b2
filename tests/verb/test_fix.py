"""`dlwhy fix` and `dlwhy undo` on set-ups that do not work: a plan is offered, done, and taken back. The real loader is
asked before and after each step, and what was taken back is compared byte for byte, with modes, times and links.
"""
import hashlib
import json
import os
import subprocess
from pathlib import Path

import pytest

import fix_setups
import fix_setups_cgo  # noqa: F401
import fix_setups_go  # noqa: F401  (its set-ups register themselves)
import fix_setups_make  # noqa: F401
import fix_setups_python  # noqa: F401
import fix_setups_soname  # noqa: F401
import fix_setups_settings  # noqa: F401
import fix_setups_versions  # noqa: F401

TOP = Path(__file__).resolve().parents[2]
DLWHY = os.path.abspath(os.environ.get("DLWHY", TOP / "build" / "dlwhy"))
RELEASE = not os.path.exists(DLWHY + "-sanitized")


def snapshot(folder):
    """All that undo has to bring back."""
    out = {}
    for path in sorted([folder, *folder.rglob("*")]):
        st = path.lstat()
        what = os.readlink(path) if path.is_symlink() else \
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
        times = None if path.is_dir() and not path.is_symlink() else st.st_mtime_ns
        out[str(path.relative_to(folder))] = (st.st_mode, st.st_uid, st.st_gid, st.st_nlink, times, what)
    return out


class Place:
    def __init__(self, tmp_path, name):
        self.top = tmp_path / "top"
        self.top.mkdir()
        self.setup = fix_setups.SETUPS[name](self.top)
        clean = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "HOME": str(tmp_path / "home"), "LC_ALL": "C",
                 "XDG_STATE_HOME": str(tmp_path / "state")}
        self.env = {**clean, **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}, **self.setup.env}

    def run(self, argv):
        try:
            done = subprocess.run(argv, cwd=self.top, env=self.env, check=False, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
        except OSError as e:
            return 126, str(e)
        return done.returncode, done.stdout

    def dlwhy(self, *argv):
        done = subprocess.run([DLWHY, *argv], cwd=self.top, env=self.env, check=False, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120)
        assert done.returncode in (0, 1), done.stderr
        return done

    def fix(self, *options):
        return json.loads(self.dlwhy("fix", "--json", *options, *self.setup.ask).stdout)


# A sanitized program is slow, and is asked about every sixth.
NAMES = sorted(fix_setups.SETUPS)[:: 1 if RELEASE else 6]


@pytest.mark.parametrize("name", NAMES)
def test_a_plan_is_offered_done_proved_and_undone(tmp_path, name):
    place = Place(tmp_path, name)
    if not RELEASE and any(k.startswith("LD_") for k in place.setup.env):
        pytest.skip("the sanitized program does not see the variables of the loader")
    failure = place.run(place.setup.command)
    assert failure[0] != 0, "the set-up works as it is"
    before, kept = snapshot(place.top), [p.read_bytes() for p in place.setup.kept]

    answer = place.fix()
    plan = next(p for p in answer["plans"] if p["can_apply"])
    assert snapshot(place.top) == before, "a question has changed something"
    # What a package will bring cannot be simulated; everything else must have been.
    assert plan["works"] is (None if plan["kind"] == "reinstall" or place.setup.unseen else True), plan
    assert plan["kind"] == place.setup.kind, plan
    assert plan["files"] or plan["edits"]
    if place.setup.edits is not None:
        assert [e["value"] for e in plan["edits"]] == place.setup.edits

    done = place.fix("--apply", str(plan["n"]), "--yes")
    assert done["applied"]["works"] and done["applied"]["id"], done["applied"]
    assert place.run(place.setup.after or place.setup.command)[0] == 0, "dlwhy says that it works"
    assert [p.read_bytes() for p in place.setup.kept] == kept, "a file that shares its bytes was changed"

    if place.setup.verifies is not None:
        assert place.dlwhy("verify", place.setup.verifies).returncode == 0

    place.dlwhy("undo", "--yes")
    assert snapshot(place.top) == before
    assert place.run(place.setup.command) == failure


def test_a_command_for_sed_means_the_path_as_it_is(tmp_path):
    """What sed takes for more than itself stands in the folder's name."""
    old, new = tmp_path / "old", tmp_path / "R&D|new"
    (old / "bin").mkdir(parents=True)
    tool = old / "bin/tool"
    tool.write_text(f"#!{old}/bin/python3 -I\nprint(1)\n")
    tool.chmod(0o755)
    (old / "bin/python3").symlink_to("/usr/bin/python3")
    old.rename(new)
    answer = json.loads(subprocess.run([DLWHY, "fix", "--json", new / "bin/tool"], stdout=subprocess.PIPE, check=False,
                                       text=True).stdout)
    command = next(c for p in answer["plans"] for c in p["commands"] if c.startswith("sed -i "))
    subprocess.run(["sh", "-ec", command], check=True)
    assert (new / "bin/tool").read_text() == f"#!{new}/bin/python3 -I\nprint(1)\n"
