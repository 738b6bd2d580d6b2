"""Asks a real interpreter what an import does, and asks dlwhy: what the checks of `import` are made of.

Both sides get the same interpreter, working folder and variables. The real one runs the statement in a
child that reports the exception, the names in sys.modules and the ELF files that it has mapped. Real
environments are made once, in DLWHY_ENVS or in DIR/corpus/envs (DIR: the build folder).
"""
import ast
import dataclasses
import hashlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "oracle"))
import oracle  # noqa: E402

# Only built-in modules are imported here, and none of them is new to a started interpreter.
CHILD = r"""
import posix, sys
def _files():
    out = set()
    with open('/proc/self/maps', 'rb') as f:
        for line in f:
            part = line.rstrip(b'\n').split(None, 5)
            if len(part) == 6 and part[5][:1] == b'/':
                out.add(part[5])
    return out
def _name(e):  # as a traceback has it
    t = type(e)
    return t.__name__ if t.__module__ in ('builtins', '__main__') else t.__module__ + '.' + t.__qualname__
_before, _names = _files(), set(sys.modules)
_error, _chain = None, []
try:
    exec(compile(STATEMENT, '<string>', 'exec'), {'__name__': '__main__', '__builtins__': __builtins__})
except BaseException as e:
    try:
        _error = (_name(e), str(e), getattr(e, 'name', None), getattr(e, 'path', None))
    except BaseException:
        _error = (_name(e), None, None, None)
    while len(_chain) < 20:
        e = e.__cause__ or e.__context__
        if e is None:
            break
        try:
            _chain.append((_name(e), str(e)))
        except BaseException:
            break
_said = repr((_error, _chain, sorted(_before), sorted(_files()), sorted(set(sys.modules) - _names))).encode()
while _said:
    _said = _said[posix.write(FD, _said):]
try:
    sys.stdout.flush(), sys.stderr.flush()
except BaseException:
    pass
posix._exit(0)
"""


@dataclasses.dataclass
class Real:
    """What an interpreter did."""
    loads: bool
    type: object = None        # of the exception
    message: object = None     # str() of it
    death: object = None       # "SIGSEGV", "exit 3"; None: it lives
    chain: tuple = ()          # (type, message) of the exceptions that led to it, the last first
    files: frozenset = frozenset()   # ELF files that the statement has mapped
    modules: tuple = ()        # names that are new in sys.modules
    stderr: str = ""
    seconds: float = 0.0

    @property
    def text(self):
        return self.death or (None if self.loads else f"{self.type}: {self.message}")


def is_elf(path):
    try:
        with open(path, "rb") as f:
            return f.read(4) == b"\x7fELF"
    except OSError:
        return False


def environment(home, more=None):
    return {**oracle.CLEAN, "HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1", **(more or {})}


def death_of(status):
    return signal.Signals(-status).name if status < 0 else f"exit {status}"


def ask_real(python, statement, cwd, env, seconds=600):
    """Runs the statement as `python -c` would."""
    r, w = os.pipe()
    text = CHILD.replace("STATEMENT", repr(statement)).replace("FD", str(w))
    started = time.monotonic()
    with open(os.path.join(env["HOME"], ".said"), "w+b") as err:
        p = subprocess.Popen([str(python), "-c", text], cwd=cwd, env=env, pass_fds=[w], stdin=subprocess.DEVNULL,
                             stdout=err, stderr=err)
        os.close(w)
        killer = signal_after(p, seconds)
        with os.fdopen(r, "rb") as f:
            said = f.read()
        p.wait()
        killer.cancel()
        err.seek(0)
        stderr = err.read().decode("utf-8", "replace")
    took = time.monotonic() - started
    if not said:
        return Real(False, death=death_of(p.returncode), stderr=stderr, seconds=took)
    error, chain, before, after, modules = ast.literal_eval(said.decode())
    new = frozenset(os.fsdecode(f) for f in set(after) - set(before) if is_elf(f))
    if error is None:
        return Real(True, files=new, modules=tuple(modules), stderr=stderr, seconds=took)
    return Real(False, error[0], error[1], chain=tuple(chain), files=new, modules=tuple(modules), stderr=stderr, seconds=took)


def signal_after(process, seconds):
    import threading
    t = threading.Timer(seconds, process.kill)
    t.start()
    return t


# ---- dlwhy ------------------------------------------------------------------------------------

@dataclasses.dataclass
class Ours:
    """What dlwhy says."""
    loads: object              # True, False, None
    type: object = None
    message: object = None
    exact: bool = False
    objects: tuple = ()        # paths
    maybe: tuple = ()          # native files that are loaded only if something unknown holds
    raw: object = None
    seconds: float = 0.0

    @property
    def modules(self):
        """That are in sys.modules afterwards."""
        return [m["name"] for m in (self.raw.get("python") or {}).get("modules", []) if not m["maybe"] and not m.get("failed")]

    @property
    def died(self):
        return bool((self.raw.get("python") or {}).get("died"))

    @property
    def errors(self):
        return [f for f in self.raw.get("findings", []) if f["severity"] == "error"]

    @property
    def text(self):
        return None if self.type is None else f"{self.type}: {self.message}"

    @property
    def gaps(self):
        return (self.raw.get("python") or {}).get("not_followed") or []

    def first(self):
        found = self.raw.get("findings") or [{}]
        return f"{found[0].get('code')}: {found[0].get('summary')}" if found[0] else "no finding"


def run_dlwhy(args, cwd, env):
    """(result, seconds). DLWHY_WATCHDOG ends a run that does not."""
    # the launcher of a sanitized build keeps the loader's variables for itself
    args = [*args, *(x for k, v in env.items() if k.startswith("LD_") for x in ("--env", f"{k}={v}"))]
    started = time.monotonic()
    try:
        p = subprocess.run([oracle.dlwhy_program(), *args, "--json"], capture_output=True, cwd=cwd, env=env,
                           stdin=subprocess.DEVNULL, timeout=120)
    except subprocess.TimeoutExpired:
        return {"loads": None, "error": {"message": "no answer within 120 seconds"}, "died": "timeout"}, 120.0
    took = time.monotonic() - started
    if p.returncode not in (0, 1, 3):
        text = os.fsdecode(p.stderr)[-600:]
        return {"loads": None, "error": {"message": f"status {p.returncode}: {text}"}, "died": text or "death"}, took
    return json.loads(p.stdout.decode("utf-8")), took


def parse_ours(result, seconds):
    python = result.get("python") or {}
    e = python.get("exception") or {}
    # What a refused file had mapped is gone again.
    paths = tuple(oracle.raw_text(o, "path") for o in result.get("objects", []) if o.get("path") and not o.get("unloaded"))
    maybe = tuple(n["path"] for n in python.get("natives") or [] if n.get("maybe") and n.get("path"))
    return Ours(result.get("loads"), e.get("type"), oracle.raw_text(e, "message") if e else None, bool(e.get("exact")),
                paths, maybe, result, seconds)


def ask_ours(python, module, cwd, env):
    return parse_ours(*run_dlwhy(["import", module, "--python", str(python)], cwd, env))


def ask_after(python, file, module, cwd, env):
    return parse_ours(*run_dlwhy(["check", str(file), "--after", module, "--python", str(python)], cwd, env))


# ---- environments -----------------------------------------------------------------------------

PYTHON = "/usr/bin/python3.11"


def python_here():
    return PYTHON if os.access(PYTHON, os.X_OK) else shutil.which("python3.11")


def envs_folder(build):
    return pathlib.Path(os.environ.get("DLWHY_ENVS", pathlib.Path(build).resolve() / "corpus/envs"))


def make_env(build, name, packages, no_deps=()):
    """A virtual environment with these packages, made once; its interpreter. None: there is no Python 3.11."""
    env = envs_folder(build) / name
    python = env / "bin/python"
    if not (env / "complete").exists():
        if python_here() is None:
            return None
        shutil.rmtree(env, ignore_errors=True)
        subprocess.run([python_here(), "-m", "venv", env], check=True)
        pip = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        subprocess.run([*pip, *packages], check=True)
        if no_deps:
            subprocess.run([*pip, "--no-deps", *no_deps], check=True)
        (env / "complete").touch()
    return python


def site_packages(python):
    """Of a virtual environment, from the path of its interpreter."""
    return next((pathlib.Path(python).parent.parent / "lib").glob("python3*/site-packages"))


def identity(python):
    """Of what is installed: changes with any version."""
    names = sorted(p.name for p in site_packages(python).glob("*.dist-info"))
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]


class Places:
    """Empty folders to work in, one home for each question."""

    def __init__(self, name):
        self.top = oracle.scratch(name)
        self.cwd = self.top / "cwd"
        self.cwd.mkdir()
        self.n = 0

    def home(self):
        self.n += 1
        path = self.top / f"home{self.n}"
        path.mkdir()
        return path

    def close(self):
        shutil.rmtree(self.top, ignore_errors=True)
