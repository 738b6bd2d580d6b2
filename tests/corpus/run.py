#!/usr/bin/python3
"""Every shared object of a large Python environment and of this system, and plug-ins of other hosts.

    run.py [--build DIR] [--env DIR] [--no-system] [--no-plugins] [--no-python] [--no-pairs] [--limit N]

The real loader is asked by dlopen in a bare program, one child a file; dlwhy is asked once for all.
What they say must be the same to the letter. Objects whose own code ends the process (a constructor
that exits or crashes) say nothing about the loader: they are listed and do not count. The same holds
for libraries that a constructor opens by itself.

Plug-ins (Perl modules, Node addons, PostgreSQL extensions) are checked without saying who loads
them: dlwhy must find their host, and must miss no symbol that the host provides.

Packages of one version are put beside libraries of another: see pairs.py. Where real packages bring
one runtime twice so that the copies meet, dlwhy must say so, and nowhere else: see conflicts.py.

The Python environment is made once in DIR/corpus (--build, default build), or taken from
DLWHY_CORPUS or --env.
"""
import argparse
import concurrent.futures
import json
import mmap
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "oracle"))
import conflicts  # noqa: E402
import oracle  # noqa: E402
import pairs  # noqa: E402
from elfedit import DF_1_PIE, DT_FLAGS_1, DT_SONAME, PT_DYNAMIC, PT_INTERP, EditError, Elf  # noqa: E402

PYTHON_PACKAGES = ["numpy", "scipy", "pandas", "pyarrow", "opencv-python", "PyQt6", "scikit-learn", "onnxruntime",
                   "h5py", "tensorflow-cpu==2.18.0"]
NODE_PACKAGES = ["@rollup/rollup-linux-x64-gnu", "lightningcss-linux-x64-gnu", "@parcel/watcher-linux-x64-glibc",
                 "@resvg/resvg-js-linux-x64-gnu", "@node-rs/crc32-linux-x64-gnu", "@node-rs/argon2-linux-x64-gnu",
                 "@node-rs/bcrypt-linux-x64-gnu", "@swc/core-linux-x64-gnu", "@img/sharp-linux-x64",
                 "@img/sharp-libvips-linux-x64", "@tailwindcss/oxide-linux-x64-gnu", "bufferutil", "utf-8-validate"]
SYSTEM = "/usr/lib/x86_64-linux-gnu"
EXTENSIONS = "/usr/lib/postgresql/*/lib"


# ---- what there is ----------------------------------------------------------------------------

def python_environment(args):
    given = args.env or os.environ.get("DLWHY_CORPUS")
    if given:
        return pathlib.Path(given)
    env = args.build / "corpus/env"
    done = env / "complete"
    if not done.exists():
        python = shutil.which("python3.11") or "/usr/bin/python3"
        subprocess.run(["/usr/bin/python3" if os.access("/usr/bin/python3", os.X_OK) else python, "-m", "venv", env],
                       check=True)
        subprocess.run([env / "bin/python", "-m", "pip", "install", "-q", *PYTHON_PACKAGES], check=True)
        done.touch()
    return env


def is_library(path):
    """An ELF file that dlopen is for: a program, or something in between, is a start to dlwhy."""
    try:
        with open(path, "rb") as f:
            head = f.read(20)
            if head[:4] != b"\x7fELF" or head[5] not in (1, 2):
                return False
            mapped = mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ)
        if struct.unpack_from("<H" if head[5] == 1 else ">H", head, 16)[0] != 3:
            return False
        e = Elf(path, mapped)
        if not e.has_segment(PT_DYNAMIC):
            return True
        if (e.tag(DT_FLAGS_1) or 0) & DF_1_PIE:
            return False
        return not e.has_segment(PT_INTERP) or e.tag(DT_SONAME) is not None
    except (OSError, ValueError, IndexError, struct.error, EditError):
        return False


def libraries_below(*folders):
    seen, out = set(), []
    for folder in folders:
        for where, names, files in os.walk(folder):
            names.sort()
            for name in sorted(files):
                path = os.path.join(where, name)
                if os.path.islink(path) or not os.path.isfile(path):
                    continue
                info = os.stat(path)
                if (info.st_dev, info.st_ino) in seen or not is_library(path):
                    continue
                seen.add((info.st_dev, info.st_ino))
                out.append(path)
    return out


# ---- libraries in a bare program --------------------------------------------------------------

def ask_real(bare, files, cwd):
    def part(chunk):
        return oracle.real_open(bare, chunk, cwd=cwd, env={"HOME": str(cwd)})

    chunks = [files[i:i + 50] for i in range(0, len(files), 50)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return [answer for answers in pool.map(part, chunks) for answer in answers]


def ask_ours(files, cwd):
    """One call for all, however many; names go through a file of arguments' length."""
    started = time.monotonic()
    p = subprocess.Popen([oracle.dlwhy_program(), "check", "--program", "none", "--format", "jsonl", "--", *files],
                         stdout=subprocess.PIPE, cwd=cwd, env={**oracle.CLEAN, "HOME": str(cwd)})
    answers = [oracle.parse_result(json.loads(line)) for line in p.stdout]
    p.wait()
    if p.returncode not in (0, 1, 3) or len(answers) != len(files):
        raise oracle.OracleError(f"dlwhy: status {p.returncode}, {len(answers)} answers for {len(files)} files")
    return answers, time.monotonic() - started


def judge(real, ours):
    """("same" | "own code" | "differs", why)"""
    if real.death and real.death != "assertion" and real.message is None or real.death in ("SIGALRM", "SIGABRT"):
        return ("own code" if ours.loads else "same", str(real))
    if real.death and ours.loads:
        return "own code", str(real)
    extra = []
    if real.loads and ours.loads:
        known = {os.path.basename(o) for o in ours.objects if o}
        extra = [o for o in real.objects if o not in ours.objects and os.path.basename(o) not in known]
        real.objects = [o for o in real.objects if o not in extra]
    why = oracle.difference(real, ours)
    return ("differs", why) if why else ("same", f"opens by itself: {extra}" if extra else None)


def check_libraries(args, files, title):
    with tempfile.TemporaryDirectory(prefix="dlwhy-corpus-") as folder:
        bare = oracle.build_driver("bare", folder)
        ours, seconds = ask_ours(files, folder)
        real = ask_real(bare, files, folder)
    counts = {"same": 0, "own code": 0, "differs": 0}
    fails = 0
    for file, a, b in zip(files, real, ours):
        verdict, why = judge(a, b)
        counts[verdict] += 1
        fails += a.loads is False
        if verdict != "same" or why and args.verbose:
            print(f"{verdict}: {file}\n    {why}")
    print(f"{title}: {len(files)} objects, {fails} do not load; dlwhy agrees on {counts['same']}, differs on "
          f"{counts['differs']}; {counts['own code']} stop in their own code; dlwhy took {seconds:.1f} s")
    return counts["same"], counts["differs"], counts["own code"]


# ---- plug-ins in their hosts ------------------------------------------------------------------

PERL = "require DynaLoader; for (@ARGV) { print DynaLoader::dl_load_file($_, 0) ? qq(ok\\n) : DynaLoader::dl_error() . qq(\\n) }"
NODE = "try { process.dlopen({ exports: {} }, process.argv[1]); console.log('ok') } catch (e) { console.log(e.message) }"


# One process for all: each file in a fork, so that none of them meets what another left behind.
PYTHON = """
import ctypes, os, sys
for name in sys.stdin.read().split("\\0"):
    r, w = os.pipe()
    pid = os.fork()
    if pid == 0:
        null = os.open(os.devnull, os.O_RDWR)
        for fd in 0, 1, 2:
            os.dup2(null, fd)
        try:
            ctypes.CDLL(name, 2)
            said = "ok"
        except OSError as e:
            said = str(e)
        os.write(w, said.encode())
        os._exit(0)
    os.close(w)
    with os.fdopen(r) as f:
        said = f.read()
    status = os.waitpid(pid, 0)[1]
    print((said or f"status {status}").replace("\\n", " "), flush=True)
"""


def in_python(env, files):
    """What the interpreter of an environment says of each of its extension modules."""
    p = subprocess.run([env / "bin/python", "-c", PYTHON], input="\0".join(files), capture_output=True, text=True,
                       env=oracle.CLEAN, check=True)
    return dict(zip(files, p.stdout.splitlines()))


def check_extensions(env):
    files = [f for f in libraries_below(env) if f.endswith((".abi3.so", "-linux-gnu.so"))]
    said = in_python(env, files)
    return check_plugins(files, said.get, "Python extension modules")


def perl_modules():
    p = subprocess.run(["perl", "-e", "print join qq(\\n), @INC"], capture_output=True, text=True, check=True)
    return libraries_below(*(d for d in p.stdout.split("\n") if d != "." and os.path.isdir(d)))


def in_perl(file):
    p = subprocess.run(["perl", "-e", PERL, file], capture_output=True, text=True)
    return p.stdout.strip() or f"status {p.returncode}"


def node_addons(build):
    folder = build / "corpus/node"
    if not (folder / "node_modules").exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["npm", "install", "--prefix", folder, "--no-save", "--no-audit", "--no-fund", "--ignore-scripts",
                        "--force", "--loglevel", "error", *NODE_PACKAGES], check=True, cwd=folder)
    found = subprocess.run(["find", folder / "node_modules", "-name", "*.node"], capture_output=True, text=True).stdout
    # Some packages carry builds for other systems and for musl beside ours.
    return [f for f in sorted(found.split("\n")) if f and ".musl." not in f and is_library(f)]


def in_node(file):
    p = subprocess.run(["node", "-e", NODE, file], capture_output=True, text=True, timeout=120)
    said = p.stdout.strip() or f"status {p.returncode}"
    # The loader was content; what follows is the addon's own business.
    return "ok" if "did not self-register" in said else said


def postgres_extensions():
    return libraries_below(*sorted(str(p) for p in pathlib.Path("/").glob(EXTENSIONS.lstrip("/"))))


class Postgres:
    """A database of its own, alive only as long as one single-user session."""

    def __init__(self, file):
        self.bin = pathlib.Path(file).parent.parent / "bin"
        self.data = oracle.scratch("postgres")
        if oracle.is_root():
            os.chown(self.data, oracle.NOBODY, oracle.NOBODY)
        self.run("initdb", "-A", "trust", "-U", "postgres", "-N", "-D", str(self.data / "d"))

    def run(self, program, *args, text=None):
        return subprocess.run([*oracle.as_user(oracle.NOBODY), self.bin / program, *args], input=text,
                              capture_output=True, text=True, cwd="/", env=oracle.CLEAN)

    def load(self, file):
        p = self.run("postgres", "--single", "-D", str(self.data / "d"), "template1", text=f"LOAD '{file}'\n")
        wrong = [line for line in p.stderr.splitlines() if "ERROR" in line or "FATAL" in line or "could not load" in line]
        return wrong[0] if wrong else "ok" if p.returncode == 0 else f"status {p.returncode}: {p.stderr[-200:]}"

    def close(self):
        shutil.rmtree(self.data, ignore_errors=True)


def check_plugins(files, real, title):
    """dlwhy finds the host of each, and says of it what the host says."""
    passed = failed = loads = 0
    with tempfile.TemporaryDirectory(prefix="dlwhy-corpus-") as folder:
        ours = oracle.ask_dlwhy(files, options=(), cwd=folder) if files else []
    for file, answer in zip(files, ours):
        said = real(file)
        loads += said == "ok"
        codes = [f["code"] for f in answer.raw.get("findings", [])]
        why = None
        if said == "ok" and answer.loads is False:
            why = f"the host loads it; dlwhy: {answer}"
        elif said == "ok" and "missing-symbol" in codes:
            why = f"the host loads it; dlwhy finds a missing symbol: {answer.raw['findings'][0]['summary']}"
        elif said != "ok" and not said.startswith("status ") and answer.loads is not False:
            why = f"the host: {said}; dlwhy: {answer}"
        passed += why is None
        failed += why is not None
        if why:
            print(f"differs: {file}\n    {why}")
    print(f"{title}: {len(files)} plug-ins, {loads} load in their host; dlwhy is right on {passed}, wrong on {failed}")
    return passed, failed, 0


def check_postgres():
    files = postgres_extensions()
    if not files:
        return 0, 0, 0
    server = Postgres(files[0])
    try:
        return check_plugins(files, server.load, "PostgreSQL extensions")
    finally:
        server.close()


# ---- all --------------------------------------------------------------------------------------

def main():
    top = oracle.TOP
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--build", type=pathlib.Path, default=top / "build")
    parser.add_argument("--env", type=pathlib.Path, help="an existing Python environment")
    parser.add_argument("--no-system", action="store_true")
    parser.add_argument("--no-python", action="store_true")
    parser.add_argument("--no-plugins", action="store_true")
    parser.add_argument("--no-pairs", action="store_true")
    parser.add_argument("--limit", type=int, help="only every so many files that N remain")
    parser.add_argument("-v", "--verbose", action="store_true")
    args = parser.parse_args()
    args.build = args.build.resolve()
    print(f"dlwhy: {oracle.dlwhy_program()}; glibc {oracle.glibc_version()}")
    results, skipped = [], []
    sets = []
    if not args.no_python:
        env = python_environment(args)
        sets.append((f"Python environment {env.name}", libraries_below(env)))
    if not args.no_system:
        sets.append((SYSTEM, libraries_below(SYSTEM)))
    for title, files in sets:
        if args.limit and len(files) > args.limit:
            files = files[::len(files) // args.limit]
        results.append(check_libraries(args, files, title))
    if not args.no_python:
        results.append(conflicts.check(args.build, env, args.verbose))
    if not args.no_plugins:
        if not args.no_python:
            results.append(check_extensions(env))
        for title, needs, run in (
                ("Perl modules", "perl", lambda: check_plugins(perl_modules(), in_perl, "Perl modules")),
                ("Node addons", "npm", lambda: check_plugins(node_addons(args.build), in_node, "Node addons")),
                ("PostgreSQL extensions", None, check_postgres)):
            if needs and not oracle.have(needs):
                skipped.append(title)
                continue
            results.append(run())
            if sum(results[-1]) == 0:
                skipped.append(title)
    if not args.no_pairs:
        results.append(pairs.check_pairs(args.build, verbose=args.verbose))
    for title in skipped:
        print(f"skipped: {title}: not installed")
    passed, failed = sum(r[0] for r in results), sum(r[1] for r in results)
    print(f"{passed} passed, {failed} failed, {len(skipped) + sum(r[2] for r in results)} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
