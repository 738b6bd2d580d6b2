#!/usr/bin/python3
"""A long search path for every shared object that there is, by our writer and by patchelf.

    corpus.py [--build DIR] [--only WORD] [--limit N] [--no-patchelf] [-v]

Of each file below /usr/lib and the environments (DLWHY_ENVS, see tests/corpus/pyask.py) a copy gets its own
search path, made absolute, behind a long folder that does not exist. The real loader opens the file where it
lies, and the copy, in a process that has libpython: it must say the same. Where it does not, an unedited copy with the same path in
LD_LIBRARY_PATH is opened too: some libraries look for their neighbours in the folder that they lie in.
`eu-elflint --gnu-ld` must have nothing to say of the copy that it did not say of the file. patchelf edits
another copy in the same way; what it breaks, how much larger files get and how long it takes is counted beside.
Programs get another interpreter as well, and must say the same of their version.

Needs 1,000 files or more, unless --only or --limit chooses. Exits 1 if one is broken by us.
"""
import argparse
import collections
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "corpus"))
import pyask  # noqa: E402

LONG = "/nonexistent/" + "a-folder-with-a-name-of-some-length/" * 6 + "lib"
SYSTEM = pathlib.Path("/usr/lib")
FILES_MIN = 1000
PROGRAMS = """ar awk bash bc bzip2 cat cmake cp curl date diff find gawk gcc gdb git gpg grep gzip less ld ld.gold ld.lld
    ls make mold ninja node objdump openssl patchelf perl python3 readelf rg rsync ruby rustup sed sort sqlite3 ssh strace
    strip tar tclsh vim wget xz zstd clang-14 llvm-strip-14 go java php psql lua""".split()
LINT_MAX = 8 << 20  # bytes: eu-elflint takes minutes for the largest
# eu-elflint adds the size of the symbol to the place of a relocation, and so meets the segment behind it.
EXCUSED = re.compile(r"^No errors$|read-only section modified but text relocation flag not set")
NUMBERS = re.compile(r"\[ *\d+\]|entry \d+|at offset \d+")  # a new program header counts the others up
ENV = {k: v for k, v in os.environ.items() if not k.startswith("LD_")}


def run(*argv, **more):
    return subprocess.run([str(a) for a in argv], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                          env={**ENV, **more})


def is_shared_object(path):
    try:
        with open(path, "rb") as f:
            head = f.read(20)
    except OSError:
        return False
    return head[:7] == b"\x7fELF\x02\x01\x01" and head[16:20] == b"\x03\x00\x3e\x00"


def is_program(path):
    with open(path, "rb") as f:
        return f.read(4) == b"\x7fELF"


def same_bytes(path):
    """A key that two copies of one library have in common."""
    h = hashlib.sha1()
    with open(path, "rb") as f:
        h.update(f.read(1 << 16))
        f.seek(max(0, path.stat().st_size - (1 << 16)))
        h.update(f.read())
    return path.name, path.stat().st_size, h.digest()


def natural(folders):
    seen = set()
    for folder in folders:
        for path in sorted(folder.rglob("*.so*")):
            if path.is_symlink() or not path.is_file() or "/debug/" in str(path) or not is_shared_object(path):
                continue
            key = same_bytes(path)
            if key not in seen:
                seen.add(key)
                yield path


def search_path(path):
    """(tag, absolute folders) of the file itself."""
    for line in run("readelf", "-dW", path).stdout.decode(errors="replace").splitlines():
        for tag, word in (("runpath", "(RUNPATH)"), ("rpath", "(RPATH)")):
            if word in line:
                text = line.split("[", 1)[1].rsplit("]", 1)[0]
                return tag, text.replace("${ORIGIN}", "$ORIGIN").replace("$ORIGIN", str(path.parent))
    return "runpath", ""


class Tally:
    def __init__(self):
        self.edited = self.grown = self.lint = 0
        self.seconds = 0.0
        self.refused = collections.Counter()
        self.broken = []


class Corpus:
    def __init__(self, build, folder, verbose):
        self.tool = build / "tests/repair/tool/elf-edit-tool"
        self.loader = build / "tests/repair/tool/try-open"
        self.host = next(iter(sorted(SYSTEM.glob("*/libpython3.*.so.1.0"))), "")
        self.folder = folder
        self.verbose = verbose
        self.ours, self.theirs = Tally(), Tally()
        self.loads = self.fails = 0

    def verdict(self, path, shown_as, **env):
        code, _, why = run(self.loader, self.host, path, **env).stdout.decode(errors="replace").partition("\t")
        return code, why.strip().replace(str(path), str(shown_as))

    def lint(self, path):
        out = run("eu-elflint", "--gnu-ld", path).stdout.decode(errors="replace")
        return collections.Counter(NUMBERS.sub("", line) for line in out.splitlines() if not EXCUSED.search(line))

    def judge(self, tally, path, copy, before, paths):
        after = self.verdict(copy, path)
        if after == before:
            return
        edited = copy.rename(copy.with_name("edited"))
        shutil.copyfile(path, copy)
        if self.verdict(copy, path, LD_LIBRARY_PATH=paths) != after:
            tally.broken.append(f"{path}: {before} became {after}")
        edited.rename(copy)

    def edit(self, tally, path, copy, command, before, paths):
        start = time.perf_counter()
        done = run(*command)
        tally.seconds += time.perf_counter() - start
        if done.returncode != 0:
            why = (done.stdout or done.stderr).decode(errors="replace").strip().splitlines()
            tally.refused[why[-1] if why else f"status {done.returncode}"] += 1
            return False
        tally.edited += 1
        tally.grown += copy.stat().st_size - path.stat().st_size
        self.judge(tally, path, copy, before, paths)
        if path.stat().st_size <= LINT_MAX:
            new = self.lint(copy) - self.lint(path)
            tally.lint += bool(new)
            if new and self.verbose and tally is self.ours:
                print(f"{path}: {next(iter(new))}", file=sys.stderr)
            return bool(new)
        return False

    def one(self, path, patchelf):
        tag, own = search_path(path)
        paths = LONG + (":" + own if own else "")
        before = self.verdict(path, path)
        self.loads += before[0] == "0"
        self.fails += before[0] != "0"
        copy = self.folder / path.name
        linted = self.edit(self.ours, path, copy, [self.tool, path, copy, f"{tag}={paths}"], before, paths)
        if linted:
            self.ours.broken.append(f"{path}: eu-elflint has more to say")
        copy.unlink(missing_ok=True)
        if not patchelf:
            return
        shutil.copyfile(path, copy)
        flags = ["--force-rpath"] if tag == "rpath" else []
        self.edit(self.theirs, path, copy, ["patchelf", *flags, "--set-rpath", paths, copy], before, paths)
        copy.unlink(missing_ok=True)


    def program(self, path, name):
        """True: edited, and it says of its version what an unedited copy at the same place says."""
        copy = self.folder / name
        shutil.copy(path, copy)
        before = run(copy, "--version")
        loader = re.search(r"interpreter: (\S+)\]", run("readelf", "-lW", path).stdout.decode(errors="replace"))
        if loader is None:
            return False
        long = self.folder / ("a-loader-with-a-long-name-" * 5)
        if not long.exists():
            long.symlink_to(loader.group(1))
        tag, own = search_path(path)
        own = own.replace(str(path.parent), str(copy.parent))
        done = run(self.tool, copy, copy, f"{tag}={LONG}:{own}", f"interp={long}")
        if done.returncode != 0:
            self.ours.refused[done.stdout.decode().strip()] += 1
            copy.unlink()
            return False
        after = run(copy, "--version")
        copy.unlink()
        if (after.returncode, after.stdout) != (before.returncode, before.stdout):
            self.ours.broken.append(f"{path}: {before.returncode} became {after.returncode}: {after.stderr[:200]!r}")
            return False
        return True


def show(name, tally):
    print(f"{name}: {tally.edited} edited, {sum(tally.refused.values())} refused, {len(tally.broken)} broken, "
          f"{tally.lint} of which eu-elflint complains anew, {tally.grown / 1e6:.1f} MB larger, {tally.seconds:.1f} s")
    for why, n in tally.refused.most_common(12):
        print(f"  refused {n}: {why}")
    for line in tally.broken[:20]:
        print(f"  BROKEN {line}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build"))
    parser.add_argument("--only", default="")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--no-patchelf", action="store_true")
    parser.add_argument("-v", "--verbose", action="store_true")
    args = parser.parse_args()
    files = [p for p in natural([SYSTEM, pyask.envs_folder(args.build)]) if args.only in str(p)][:args.limit]
    whole = not args.only and args.limit is None
    if whole and len(files) < FILES_MIN:
        sys.exit(f"corpus: {len(files)} shared objects, too few: run `make check-corpus` whole, or set DLWHY_ENVS")
    with tempfile.TemporaryDirectory(prefix="dlwhy-repair-") as folder:
        corpus = Corpus(args.build.resolve(), pathlib.Path(folder), args.verbose)
        for path in files:
            corpus.one(path, not args.no_patchelf and shutil.which("patchelf") is not None)
        found = {name: pathlib.Path(shutil.which(name)).resolve() for name in PROGRAMS if shutil.which(name)}
        natural_programs = {n: p for n, p in found.items() if args.only in str(p) and is_program(p)}
        sound = sum(corpus.program(p, n) for n, p in natural_programs.items())
        print(f"{len(natural_programs)} programs, {sound} of them edited and as before (a static one is none to edit)")
    largest = max((p.stat().st_size for p in files), default=0)
    print(f"{len(files)} shared objects, the largest of {largest / 1e6:.0f} MB; {corpus.loads} load here, {corpus.fails} fail")
    show("ours", corpus.ours)
    if not args.no_patchelf:
        show("patchelf", corpus.theirs)
    return 1 if corpus.ours.broken or corpus.ours.edited == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
