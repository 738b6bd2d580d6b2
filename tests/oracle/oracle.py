"""Ask the real loader, ask dlwhy, compare: what every test of this folder is made of.

The real loader answers through driver/bare.c (dlopen) or by starting the program. dlwhy answers as
JSON. Both get the same working folder, environment and user. DLWHY names the program under test,
else it is looked for in build/.
"""
import base64
import dataclasses
import functools
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parent.parent
NOBODY = 65534
SECONDS = 120
HOST = "program"     # what dlwhy calls a bare program in texts that begin with its name
# Nothing that would steer a loader or translate its texts.
CLEAN = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C",
         **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}}


@dataclasses.dataclass(frozen=True)
class Loader:
    """Which loader is asked."""
    name: str
    path: str           # as programs name it
    compiler: str
    bare: tuple         # options of dlwhy for the bare program
    lists: bool         # can it list what it loads instead of running the program?


GLIBC = Loader("glibc", "/lib64/ld-linux-x86-64.so.2", "gcc", ("--program", "none"), True)
MUSL = Loader("musl", "/lib/ld-musl-x86_64.so.1", "musl-gcc", ("--program", "none", "--loader", "musl"), False)


class OracleError(Exception):
    """The question could not be asked."""


@dataclasses.dataclass
class Answer:
    """What one side says of one file."""
    loads: object                  # True, False; None: dlwhy cannot decide
    message: object = None         # text of the loader, None if it says nothing
    lines: list = dataclasses.field(default_factory=list)  # everything a start prints
    death: object = None           # "SIGBUS", "assertion", "exit 33"; None: it lives
    objects: object = None         # paths of what gets loaded besides what was there; None: not known
    raw: object = None             # where the answer comes from

    def __str__(self):
        if self.loads:
            return "loads" + (f" and prints {self.lines}" if self.lines else "")
        verdict = "does not load" if self.loads is False else "undecided"
        return f"{verdict}: {self.message!r}" + (f" ({self.death})" if self.death else "")


COUNTS = {"live": 0, "recorded": 0, "skipped": 0}


def count(what, n=1):
    """Kept for the line that closes a run."""
    COUNTS[what] += n


# ---- where things are -------------------------------------------------------------------------

def dlwhy_program():
    for path in (os.environ.get("DLWHY"), TOP / "build/dlwhy", TOP / "build/src/dlwhy"):
        if path and os.access(path, os.X_OK):
            return str(pathlib.Path(path).resolve())
    raise OracleError("no dlwhy found: build it, or set DLWHY")


def scratch(name, parent=None):
    """A new folder that other users can read, which those of pytest are not."""
    path = pathlib.Path(tempfile.mkdtemp(prefix=f"dlwhy-{name}-", dir=parent))
    path.chmod(0o755)
    return path


OLD_FLAGS = ("-nostartfiles", "-fno-stack-protector", "-include", str(HERE / "driver/old.h"))
OLD_LIBRARIES = ("-Wl,--no-as-needed", "-l:libdl.so.2")


def build_old_driver(name, folder):
    """The same program, but it also starts on glibcs that are older than this machine's."""
    out = pathlib.Path(folder) / f"{name}_old"
    subprocess.run(["gcc", "-std=gnu11", "-O2", *OLD_FLAGS, "-o", out, HERE / "driver" / f"{name}.c", *OLD_LIBRARIES],
                   check=True)
    return out


def build_driver(name, folder, *flags, compiler="gcc"):
    out = pathlib.Path(folder) / name
    subprocess.run([compiler, "-std=gnu11", "-O2", *flags, "-o", out, HERE / "driver" / f"{name}.c", "-ldl"],
                   check=True)
    return out


def is_root():
    return os.geteuid() == 0


def as_user(user):
    """A command prefix that drops to an unprivileged user."""
    if user is None or not is_root():
        return []
    return ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"]


@functools.cache
def glibc_version():
    """Of the loader of this machine, "2.36"; None if it is another."""
    try:
        return os.confstr("CS_GNU_LIBC_VERSION").split()[1]
    except (AttributeError, ValueError, OSError):
        return None


def have(*programs):
    return all(shutil.which(p) for p in programs)


def run_there(argv, env=None, cwd=None, user=None, wrap=(), root=None, **more):
    """Runs a command where a question is about: in a folder, as a user, behind a prefix, in a root."""
    if "input" not in more:
        more["stdin"] = subprocess.DEVNULL
    env = env or {}
    if root is None:
        # The environment is for the command alone, not for the programs that lead to it.
        set_env = ["env", *(f"{k}={v}" for k, v in env.items())] if user is not None or wrap else []
        return subprocess.run([*wrap, *as_user(user), *set_env, *argv], capture_output=True, cwd=cwd,
                              env=CLEAN if set_env else {**CLEAN, **env}, **more)

    def enter():
        os.chroot(root)
        os.chdir(cwd or "/")
        if user is not None:
            os.setgroups([])
            os.setgid(user)
            os.setuid(user)

    return subprocess.run(argv, capture_output=True, env={**CLEAN, **env}, preexec_fn=enter, **more)


# ---- the real loader --------------------------------------------------------------------------

def died_of(signal_number, status, printed):
    if "Inconsistency detected by ld.so" in printed:
        return "assertion"
    if signal_number:
        return signal.Signals(signal_number).name
    return f"exit {status}"


def parse_bare(line):
    said = json.loads(line)
    # The driver writes bytes as code points; bring them back.
    text = lambda s: None if s is None else os.fsdecode(s.encode("latin-1"))
    message, printed = text(said["error"]), text(said["stderr"])
    if said["ok"]:
        return Answer(True, objects=[text(o) for o in said["objects"]], raw=said)
    if message is not None:
        return Answer(False, message, raw=said)
    lines = printed.splitlines()
    death = died_of(said["signal"], said["exit"], printed)
    return Answer(False, lines[0] if lines else None, lines, death, raw=said)


def real_open(bare, files, **where):
    """dlopen(FILE, RTLD_NOW) in a bare program, one Answer a file."""
    names = b"".join(os.fsencode(f) + b"\0" for f in files)
    p = run_there([bare, "-"], input=names, timeout=SECONDS * max(1, len(files)), **where)
    lines = p.stdout.decode().splitlines()
    if len(lines) == len(files):
        return [parse_bare(line) for line in lines]
    # The environment alone was enough to stop the program: the same answer for every file.
    printed = os.fsdecode(p.stderr).replace(f"{bare}: ", f"{HOST}: ").splitlines()
    death = died_of(-min(p.returncode, 0), p.returncode, "\n".join(printed))
    return [Answer(False, printed[-1] if printed else None, printed, death, raw=p)] * len(files)


def real_start(argv, listed=True, **where):
    """Starts a program that prints "main" first thing in main and returns 0. `listed`: its loader
    can be asked to list what it loads (musl's runs the program)."""
    p = run_there(argv, timeout=SECONDS, **where)
    lines = os.fsdecode(p.stderr).splitlines()
    if p.stdout.startswith(b"main"):
        return Answer(True, lines=lines, objects=traced(argv, **where) if listed else None, raw=p)
    death = None
    if p.returncode < 0 or "Inconsistency detected by ld.so" in "\n".join(lines):
        death = died_of(-min(p.returncode, 0), p.returncode, "\n".join(lines))
    return Answer(False, lines[0] if lines else None, lines, death, raw=p)


def real_shell(name, **where):
    """Starts a program as a person does, through bash, which words what the kernel refuses."""
    a = real_start(["bash", "-c", '"$1"', "bash", name], **where)
    a.lines = [line.removeprefix("bash: line 1: ") for line in a.lines]
    if not a.loads and a.lines:
        a.message = a.lines[0]
    a.objects = None
    return a


def traced(argv, **where):
    """What a program that starts gets loaded, as its loader lists it instead of starting it."""
    where["env"] = {**(where.get("env") or {}), "LD_TRACE_LOADED_OBJECTS": "1"}
    p = run_there(argv, timeout=SECONDS, **where)
    out = []
    for line in os.fsdecode(p.stdout).splitlines():
        name = line.strip().rsplit(" (0x", 1)[0].split(" => ")[-1]
        if name.startswith("linux-vdso") or name in ("statically linked", "not found"):
            continue
        out.append(name)
    return out


# ---- dlwhy ------------------------------------------------------------------------------------

def raw_text(result, key):
    """A text with the bytes it had, which JSON alone cannot carry if they are no UTF-8."""
    if f"{key}_b64" in result:
        return os.fsdecode(base64.b64decode(result[f"{key}_b64"]))
    return result.get(key)


def parse_result(result):
    if result.get("error"):
        return Answer(None, f"error: {result['error']}", raw=result)
    message = raw_text(result, "loader_message")
    lines = ([message] if message is not None else []) + list(result.get("loader_lines", []))
    return Answer(result["loads"], message, lines, objects=[raw_text(o, "path") for o in result["objects"]],
                  raw=result)


def run_dlwhy(args, root=None, **where):
    if root is not None:
        # A root begins with an empty environment.
        env = [x for k, v in (where.pop("env", None) or {}).items() for x in ("--env", f"{k}={v}")]
        args = [args[0], "--root", str(root), *env, *args[1:]]
        where.pop("cwd", None)
        where.pop("user", None)
    p = run_there([dlwhy_program(), *args], timeout=SECONDS * 10, **where)
    if p.returncode not in (0, 1, 3):
        raise OracleError(f"dlwhy {args}: status {p.returncode}: {os.fsdecode(p.stderr)[:2000]}")
    return p


def ask_dlwhy(files, options=("--program", "none"), **where):
    """One Answer a file, all from one call."""
    out = []
    names = list(files)
    while names:
        p = run_dlwhy(["check", *options, "--format", "jsonl", "--", *names[:2000]], **where)
        found = [json.loads(line) for line in p.stdout.decode("utf-8").splitlines()]
        if len(found) != len(names[:2000]):
            raise OracleError(f"dlwhy gave {len(found)} results for {len(names[:2000])} files")
        out += [parse_result(r) for r in found]
        names = names[2000:]
    return out


# ---- comparison -------------------------------------------------------------------------------

def difference(real, ours, lines=False):
    """None if dlwhy agrees with the loader, else a sentence. `lines` compares all that a start
    prints, not only the first line."""
    if real.loads != ours.loads:
        return f"real: {real}; dlwhy: {ours}"
    if real.death is not None:
        # A death is no text of the loader; an assertion's line, or that of a program that does not
        # even start, may be shown.
        return None if ours.message in (None, *real.lines) else f"real: {real}; dlwhy: {ours}"
    if not real.loads and real.message != ours.message:
        return f"real: {real.message!r}; dlwhy: {ours.message!r}"
    if real.loads and real.objects is not None and ours.objects is not None:
        missing = [o for o in real.objects if o not in ours.objects]
        if missing:
            return f"loaded but not named by dlwhy: {missing}; it names {ours.objects}"
    if lines and real.lines != ours.lines:
        return f"real prints {real.lines}; dlwhy: {ours.lines}"
    return None
