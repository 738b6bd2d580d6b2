"""Builds that fail, made here and failed by the real tool: what the tests of `explain` and `link` are asked about.

A failure is a function of the modules made_*.py: it prepares a folder and gives a Build, the command that will
fail and what is wrong, known because it was made so. Before dlwhy is asked, the real tool is: what it prints
must hold the words that the failure claims. All names in a folder are drawn by a seed, so that
nothing can be told by a name.
"""
import dataclasses
import functools
import os
import pathlib
import random
import re
import shlex
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
SECONDS = 240
# Nothing that would steer a tool or translate its words; no network.
CLEAN = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": os.environ.get("HOME", "/"), "LC_ALL": "C", "TERM": "dumb",
         "GOTOOLCHAIN": "local", "GOPROXY": "off", "GOFLAGS": "", "PIP_NO_INDEX": "1",
         "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore",
         **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS") or k == "GOCACHE"}}
FAILURES = {}


class NotFailing(Exception):
    """The real tool does not do what the failure claims."""


@dataclasses.dataclass
class Build:
    """A command that fails, and what is wrong. Where several answers are equally right, a tuple of them."""
    command: str
    says: str               # words that the real tool prints
    cause: object
    detail: object = None   # None: any
    object: object = None   # compared by base name
    symbol: object = None
    link: object = True     # is the command one that `link` understands? Or the words for it
    env: dict = dataclasses.field(default_factory=dict)
    cwd: str = "."
    also: object = None     # the cause of a second, independent finding
    seen: object = None     # the details between which what is printed cannot decide, if they are more
    fix: str = None         # words of the first repair


@dataclasses.dataclass
class Failure:
    name: str
    make: object
    needs: tuple
    quick: bool


def failure(*needs, quick=False):
    """A function of this module is a failure; its name says which. needs: programs."""
    def keep(make):
        name = make.__name__.replace("_", "-")
        assert name not in FAILURES, name
        FAILURES[name] = Failure(name, make, needs, quick)
        return make
    return keep


class Scene:
    """A folder in which something will fail, and a source of names."""
    HARD = "b d f g k l m n p r s t v z".split()
    SOFT = "a e i o u".split()

    def __init__(self, folder, seed):
        self.folder = pathlib.Path(folder)
        self.random = random.Random(seed)
        self.taken = set()

    def word(self, syllables=3):
        while True:
            made = "".join(self.random.choice(self.HARD) + self.random.choice(self.SOFT) for _ in range(syllables))
            if made not in self.taken and made not in ("main", "test", "data"):
                self.taken.add(made)
                return made

    def words(self, n, syllables=3):
        return [self.word(syllables) for _ in range(n)]

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return name

    def run(self, command, env=None):
        """A step of the preparation, which must succeed."""
        done = subprocess.run(["bash", "-c", command], cwd=self.folder, env={**CLEAN, **(env or {})}, check=False,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS)
        if done.returncode:
            raise NotFailing(f"{command}: {done.stdout.decode(errors='replace')[-2000:]}")
        return done.stdout.decode(errors="replace")

    # What many failures begin with.

    def caller(self, *functions, name="main.c"):
        """A program that calls these functions of one int."""
        lines = [f"int {f}(int);" for f in functions]
        calls = " + ".join(f"{f}(argc)" for f in functions) or "0"
        return self.write(name, "\n".join(lines) + f"\nint main(int argc, char **argv)\n{{\n\t(void)argv;\n"
                                                   f"\treturn {calls};\n}}\n")

    def definer(self, function, calls=(), name=None):
        """A source that defines a function of one int, which calls others."""
        lines = [f"int {f}(int);" for f in calls]
        body = " + ".join(["x", *(f"{f}(x)" for f in calls)])
        return self.write(name or f"{function}.c", "\n".join([*lines, f"int {function}(int x) {{ return {body}; }}"]) + "\n")

    def compile(self, source, out=None, flags="", compiler="gcc"):
        out = out or re.sub(r"\.\w+$", ".o", source)
        self.run(f"{compiler} {flags} -c {source} -o {out}")
        return out

    def shared(self, path, *functions, flags="", calls=()):
        """A shared library that defines functions."""
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        sources = [self.definer(f, calls, f"src/{f}.c") for f in functions]
        self.run(f"gcc -shared -fPIC {' '.join(sources)} -o {path} {flags}")
        return path

    def archive(self, path, *functions, calls=(), flags="", ar="rcs"):
        """An archive with a member for each function."""
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        objects = [self.compile(self.definer(f, calls, f"src/{f}.c"), f"src/{f}.o", flags) for f in functions]
        self.run(f"ar {ar} {path} {' '.join(objects)}")
        return path

    def other_machine(self, path, function):
        """A shared library for arm64."""
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        source = self.definer(function, name=f"src/{function}.c")
        self.run(f"clang-14 --target=aarch64-linux-gnu -fPIC -c {source} -o src/{function}.o && "
                 f"ld.lld -m aarch64elf -shared src/{function}.o -o {path}")
        return path


ARM64 = ("clang-14", "ld.lld")


@functools.cache
def have(need):
    """A program; or `X-of-this-python`, a module of the interpreter that runs this."""
    module = need.removesuffix("-of-this-python")
    if module == need:
        return shutil.which(need) is not None
    return subprocess.run([sys.executable, "-c", f"import {module}"], check=False, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode == 0


# ---- what the real tool says ------------------------------------------------------------------

def prepare(failure_, folder, seed):
    """(Build, what the real tool prints) of a failure that is made in an empty folder."""
    build = failure_.make(Scene(folder, seed))
    cwd = pathlib.Path(folder) / build.cwd
    done = subprocess.run(["bash", "-c", build.command], cwd=cwd, env={**CLEAN, **build.env}, check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS)
    printed = done.stdout.decode(errors="replace")
    if done.returncode == 0:
        raise NotFailing(f"{build.command} succeeds and prints {printed[-2000:]!r}")
    if build.says not in printed:
        raise NotFailing(f"{build.command} does not say {build.says!r} but\n{printed[-4000:]}")
    return build, printed


PLACE = re.compile(r"[iI]n function [`'‘]|: in function ")
SILENT = re.compile(r"^\s*$|^>>>|^\s+\^|: warning: |: note: |skipping incompatible|note to link with|"
                    r"^collect2: error: ld returned|^# |: running \S+ failed: exit status|-Wl,--build-id=0x")


def same_names(line):
    """A line of a tool without what differs from run to run."""
    line = re.sub(r"/tmp/[^/\s:;'`]*/?cc\w{6}(?=\.)|/tmp/cc\w{6}(?=\.)", "/tmp/cc", line)
    line = re.sub(r"/tmp/main-\w+(?=\.o)|/tmp/(\w+)-[0-9a-f]{6}(?=\.o)", "/tmp/cc", line)
    line = re.sub(r"/tmp/go-link-\d+", "/tmp/go-link", line)
    return " ".join(line.split())


def without_place(line):
    """A symbol that is missing or there twice, wherever it was seen."""
    match = re.search(r"(?:undefined (?:reference|symbol)|multiple definition|duplicate symbol).*", line)
    return re.sub(r"; .*", "", match.group(0)) if match else line


def first_errors(printed):
    """The forms in which the first error of a link may be given: alone, or behind the line of its place."""
    lines = printed.splitlines()
    for i, line in enumerate(lines):
        if SILENT.search(line) or PLACE.search(line):
            continue
        alone = same_names(line)
        if i and PLACE.search(lines[i - 1]):
            return {alone, same_names(lines[i - 1] + " " + line)}
        # The linker that works in threads prints what it finds in no certain order.
        if line.startswith("mold: error:"):
            return {same_names(x) for x in lines if x.startswith("mold: error:")}
        return {alone}
    return set()


# ---- what dlwhy says --------------------------------------------------------------------------

def one_of(expected):
    return expected if isinstance(expected, tuple) else (expected,)


def base_name(name):
    """libx.a(y.o) is either of the two."""
    match = re.fullmatch(r"(.*)\((.*)\)", name or "")
    halves = [match.group(1), match.group(2)] if match else [name or ""]
    return {re.split(r"[/\\]", h)[-1] for h in halves}


def plain_symbol(name):
    name = re.sub(r"@.*", "", name or "")
    if name.startswith(("_Z", "__Z")) and shutil.which("c++filt"):
        name = subprocess.run(["c++filt", name.replace("__Z", "_Z")], stdout=subprocess.PIPE, text=True, check=True).stdout
    return "".join(name.split())


def wrong_answer(build, answer, seen=False):
    """None, or what is not right in an answer of `link`, or of `explain`, which has only seen what was printed."""
    detail = build.seen if seen and build.seen else build.detail
    found = answer.get("findings") or []
    if not found:
        return "nothing is found"
    first = found[0]
    if first["code"] not in one_of(build.cause):
        return f"the cause is {build.cause}, not {first['code']}"
    if detail is not None and first["detail"] not in one_of(detail):
        return f"the detail of {first['code']} is {detail}, not {first['detail']}"
    if build.object is not None and not any(base_name(first["object"]) & base_name(o) for o in one_of(build.object)):
        return f"the object is {build.object}, not {first['object']}"
    if build.symbol is not None and plain_symbol(first["symbol"]) not in {plain_symbol(s) for s in one_of(build.symbol)}:
        return f"the symbol is {build.symbol}, not {first['symbol']}"
    if build.fix is not None and not any(build.fix in x["says"] for x in first["fixes"][:1]):
        return f"the repair is {build.fix}, not {first['fixes']}"
    if build.also is not None and build.also not in [f["code"] for f in found[1:]]:
        return f"{build.also} is not found besides"
    return None


def link_words(build):
    """What `dlwhy link` gets for the command of a build; None: it is none of a link."""
    if build.link is False:
        return None
    if build.link is not True:
        return list(build.link)
    return ["--", *shlex.split(build.command)]
