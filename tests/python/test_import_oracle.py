"""`dlwhy import` beside the interpreter: exception, native files and modules.

Programs are written by hand (handmade.py) or made at random (programs.py); a random one is the same for
the same seed. DLWHY_SEED moves the seeds, DLWHY_PROGRAMS says how many, DLWHY_PYTHON names an interpreter
other than that of the tests.
"""
import os
import pathlib
import shutil
import types
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "corpus")]
import handmade  # noqa: E402
import programs  # noqa: E402
import pyask  # noqa: E402
from pyask import oracle  # noqa: E402

SEED = int(os.environ.get("DLWHY_SEED", "1"))
COUNT = int(os.environ.get("DLWHY_PROGRAMS", "50" if os.environ.get("DLWHY_BUILD", "").endswith("-asan") else "150"))
PART = 50
ENOUGH = 0.9      # of the random programs must agree in everything
# What reading does not tell yet: an error that has nothing to do with imports, and a few rare ways. Nothing else may be
# said of them either.
SILENT = {"attribute of an extension", "name after star of an extension", "pkgutil", "unknown encoding"}
OTHERWISE = {"raised with a traceback", "star", "context", "library opened lazily", "bytes that are no text"}


@pytest.fixture(scope="module")
def pool(tmp_path_factory):
    return programs.Pool(tmp_path_factory.mktemp("pool"))


@pytest.fixture(scope="module")
def standard(tmp_path_factory):
    """What a start alone has loaded."""
    where = tmp_path_factory.mktemp("standard")
    ours = pyask.ask_ours(programs.PYTHON, "sys", where, pyask.environment(where))
    return types.SimpleNamespace(files={os.path.realpath(o) for o in ours.objects}, modules=set(ours.modules))


class Scene:
    """A program on disk, with `@` in its files and variables being its folder."""

    def __init__(self, program, folder):
        self.program, self.dir = program, pathlib.Path(os.path.realpath(folder))
        self.python = programs.PYTHON
        files = {name: data.replace("@/", f"{self.dir}/") if isinstance(data, str) else data for name, data in program.files.items()}
        if program.python == "venv":
            files = {name.replace("packages/", self.make_venv(), 1) if name.startswith("packages/") else name: d for name, d in files.items()}
        programs.Program("", files, "").write(self.dir)
        self.home = self.dir / "home"
        self.home.mkdir()
        self.env = pyask.environment(self.home, {k: v.replace("@/", f"{self.dir}/") for k, v in program.env.items()})

    def make_venv(self):
        """By hand: that of the module takes a second."""
        venv = self.dir / "venv"
        if not venv.exists():
            (venv / "bin").mkdir(parents=True)
            base = pathlib.Path(os.path.realpath(programs.BASE))
            (venv / "bin/python").symlink_to(base)
            (venv / "pyvenv.cfg").write_text(f"home = {base.parent}\ninclude-system-site-packages = false\n")
            self.python = str(venv / "bin/python")
        return "venv/lib/python{}.{}/site-packages/".format(*programs.VERSION)

    def below(self, paths):
        top = f"{self.dir}/"
        return {p for p in map(os.path.realpath, paths) if p.startswith(top)}

    def difference(self, standard):
        """None, or in words how dlwhy and the interpreter differ."""
        real = pyask.ask_real(self.python, f"import {self.program.module}", self.dir, self.env, 60)
        ours = pyask.ask_ours(self.python, self.program.module, self.dir, self.env)
        oracle.count("live")
        if ours.raw.get("error"):
            return f"error: {ours.raw['error']}"
        if ours.loads is not real.loads:
            return f"Python: {real.text or 'imports'}; dlwhy: loads {ours.loads}, {ours.text}; not followed: {ours.gaps}"
        if not real.loads and not real.death and (ours.type, ours.message) != (real.type, real.message):
            return f"Python: {real.text!r}\ndlwhy:  {ours.text!r}"
        mapped = {os.path.realpath(f) for f in real.files}
        named = {os.path.realpath(o) for o in ours.objects} - standard.files
        if self.below(mapped) != self.below(named):
            return f"mapped: {sorted(self.below(mapped))}; dlwhy: {sorted(self.below(named))}"
        # Of the standard library only what both sides must know: what the program itself imports.
        mine = {m for m in real.modules if self.is_mine(m)}
        theirs = {m for m in set(ours.modules) - standard.modules if self.is_mine(m)}
        return None if mine == theirs else f"sys.modules has {sorted(mine)}; dlwhy: {sorted(theirs)}"

    def is_mine(self, module):
        top = module.split(".")[0]
        return any(n.split("/")[0].split(".")[0] == top for n in self.program.files)


def differences(found, standard, folder):
    """A line for each program of which the two say different things, by its name."""
    out = {}
    for n, program in enumerate(found):
        where = folder / str(n)
        where.mkdir()
        wrong = Scene(program, where).difference(standard)
        if wrong:
            out[program.name] = f"=== {program.name}: {wrong}"
        else:
            shutil.rmtree(where)
    return out


def test_programs_written_by_hand(pool, standard, tmp_path):
    wrong = differences(handmade.programs(pool), standard, tmp_path)
    silent = {name for name in SILENT & set(wrong) if "dlwhy: loads True" in wrong[name] or "loads None" in wrong[name]}
    bad = [text for name, text in wrong.items() if name not in silent | OTHERWISE]
    assert not bad, "\n".join(bad)


@pytest.mark.parametrize("first", range(0, COUNT, PART))
def test_random_programs(first, pool, standard, tmp_path):
    seeds = range(SEED * 1000000 + first, SEED * 1000000 + min(first + PART, COUNT))
    wrong = differences([programs.random_program(s, pool) for s in seeds], standard, tmp_path)
    text = "\n".join(wrong.values())
    broken = [t for t in wrong.values() if "Python: imports; dlwhy: loads False" in t]
    assert not broken, "\n".join(broken)
    assert len(wrong) <= (1 - ENOUGH) * len(seeds), text
