#!/usr/bin/python3
"""Real packages of which one file is damaged: does dlwhy say what Python says?

    broken.py [--build DIR] [--cases N] [--seed S] [--only WORD] [--kind KIND] [--case N] [-v]

Each case takes one of twenty packages, one native file of it (mostly one that its import maps) and one
damage: deleted, emptied, replaced by text, cut, of another machine or class, swapped with another
library, without its RPATH, with a need too many or a need of another name, with a symbol renamed. The
interpreter imports the package and dlwhy is asked about it. Nothing is damaged in place: the packages are
hard links of those of imports.py, and the link is broken first.

Where the loader is what fails (its text is in the exception, or in one that led to it), type and message
must be the same in 97 % of the cases. A package that still imports must never be called broken. Where dlwhy
is undecided it must say what it could not follow. Cases that the interpreter does not survive, and those
that fail for another reason than the loader, are counted on their own.

The seed is printed; a case is the same for the same seed and packages. What the interpreter said is kept.
All cases of the last run are in DIR/corpus/broken-last.json.
"""
import argparse
import collections
import functools
import hashlib
import itertools
import json
import mmap
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import imports  # noqa: E402
import pyask  # noqa: E402
from elfedit import DT_GNU_HASH, DT_NEEDED, DT_RPATH, DT_RUNPATH, DT_SYMTAB, EditError, Elf, gnu_hash  # noqa: E402
from pyask import oracle  # noqa: E402

ENOUGH = 0.97
MODULES = ["numpy", "scipy.optimize", "pandas", "pyarrow", "sklearn.linear_model", "matplotlib.pyplot", "PIL.Image", "cv2", "h5py",
           "tensorflow", "lxml.etree", "grpc", "zmq", "shapely", "rasterio", "numba", "onnxruntime", "lightgbm",
           "PyQt6.QtWidgets", "soundfile"]
MAPPED = 0.85     # of the cases are about a file that the healthy import maps
LARGE = 64 << 20  # patchelf is not asked about larger files
EM = {"aarch64": 183, "i386": 3, "ppc64": 21, "riscv": 243, "nonsense": 0xBEEF}
TEXTS = ["this is not a library\n", "", "<!DOCTYPE html>\n<html><body>404</body></html>\n", "INPUT(libm.so.6)\n",
         "version https://git-lfs.github.com/spec/v1\noid sha256:0123\nsize 1234567\n", "\x7fELF", "#!/bin/sh\necho no\n"]
# What the loader and the import system say of a file that they cannot use.
LOADER = re.compile(r"cannot open shared object file|file too short|invalid ELF header|undefined symbol|version .* not found|"
                    r"wrong ELF class|ELF file|ELF load command|cannot read file data|does not define module export function|"
                    r"object file has no|failed to map segment|cannot allocate memory in static TLS|cannot dynamically load|"
                    r"only ET_DYN|cannot change memory protections|cannot enable executable stack|invalid mode|cannot create "
                    r"shared object|no version information|symbol lookup error|invalid target|unexpected reloc|dlopen|dynamic "
                    r"module not initialized properly|initialization of .* did not return|: cannot ")


class Undoable(Exception):
    """The file cannot be damaged that way."""


# ---- a copy whose files can be damaged --------------------------------------------------------

class Copy:
    """Hard links of a whole environment, kept; a damaged file is a new one until it is linked again."""

    def __init__(self, python, number=0):
        self.origin = pathlib.Path(python).parent.parent
        self.env = self.origin.parent / f"{self.origin.name}-broken-{number}"
        self.python = self.env / "bin/python"
        stamp = self.env / "complete"
        if not stamp.exists() or stamp.read_text() != pyask.identity(python):
            shutil.rmtree(self.env, ignore_errors=True)
            self.link_all()
            stamp.unlink(missing_ok=True)
            stamp.write_text(pyask.identity(python))
        self.site = pyask.site_packages(self.python)
        self.sound_site = pyask.site_packages(python)
        self.mend_all()

    def link_all(self):
        for where, folders, files in os.walk(self.origin):
            to = self.env / os.path.relpath(where, self.origin)
            to.mkdir(parents=True)
            for name in [f for f in folders if os.path.islink(os.path.join(where, f))] + files:
                os.link(os.path.join(where, name), to / name, follow_symlinks=False)

    def mend_all(self):
        """What a run that was interrupted left behind."""
        for path in self.natives():
            self.mend(path)

    def natives(self):
        """All native files, relative to site-packages."""
        out = []
        for where, _, files in os.walk(self.sound_site):
            out += [os.path.relpath(os.path.join(where, f), self.sound_site) for f in files if ".so" in f]
        return sorted(p for p in out if pyask.is_elf(self.sound_site / p))

    def mend(self, path):
        a, b = self.sound_site / path, self.site / path
        try:
            if os.path.samestat(os.lstat(a), os.lstat(b)):
                return
            b.unlink()
        except FileNotFoundError:
            pass
        os.link(a, b, follow_symlinks=False)

    def damage(self, case):
        """Breaks the link and damages the new file."""
        path = self.site / case.file
        path.unlink()
        try:
            KINDS[case.kind].apply(self, path, self.sound_site / case.file, case.how)
        except BaseException:
            self.mend(case.file)
            raise


# ---- kinds of damage: `draw` chooses how, `apply` does it -------------------------------------

class Kind:
    def draw(self, rng, copy, file, mapped):
        return ""

    def apply(self, copy, path, sound, how):
        raise NotImplementedError


class Deleted(Kind):
    def apply(self, copy, path, sound, how):
        pass


class Emptied(Kind):
    def apply(self, copy, path, sound, how):
        path.write_bytes(b"")


class Text(Kind):
    def draw(self, rng, copy, file, mapped):
        return rng.choice([t for t in TEXTS if t])

    def apply(self, copy, path, sound, how):
        path.write_text(how, encoding="latin-1")


class Cut(Kind):
    def draw(self, rng, copy, file, mapped):
        size = (copy.sound_site / file).stat().st_size
        return str(rng.choice([rng.randrange(1, min(size, 5000)), rng.randrange(1, size), size - rng.randrange(1, min(size, 9000))]))

    def apply(self, copy, path, sound, how):
        shutil.copyfile(sound, path)
        os.truncate(path, int(how))


class Swapped(Kind):
    def draw(self, rng, copy, file, mapped):
        others = [f for f in mapped if f != file]
        if not others:
            raise Undoable
        return rng.choice(others)

    def apply(self, copy, path, sound, how):
        shutil.copyfile(copy.sound_site / how, path)


class Edited(Kind):
    """A copy with a few bytes changed."""

    def apply(self, copy, path, sound, how):
        shutil.copyfile(sound, path)
        with open(path, "r+b") as f, mmap.mmap(f.fileno(), 0) as data:
            self.edit(Elf(path, data), how)

    def edit(self, elf, how):
        raise NotImplementedError


class OtherMachine(Edited):
    def draw(self, rng, copy, file, mapped):
        return rng.choice(sorted(EM))

    def edit(self, elf, how):
        elf.header("e_machine", EM[how])


class OtherClass(Edited):
    def edit(self, elf, how):
        elf.ident(4, 1)


class NoRpath(Edited):
    def draw(self, rng, copy, file, mapped):
        if not tags_of(copy.sound_site / file) & {DT_RPATH, DT_RUNPATH}:
            raise Undoable
        return ""

    def edit(self, elf, how):
        for tag in DT_RPATH, DT_RUNPATH:
            if elf.tag(tag) is not None:
                elf.retag(tag, 0x6FFFFD00)


class Renamed(Edited):
    """A string of the dynamic string table with its last letter changed."""

    def edit(self, elf, how):
        elf.rename(how, how[:-1] + ("Q" if how[-1] != "Q" else "q"))


class NeedRenamed(Renamed):
    def draw(self, rng, copy, file, mapped):
        with opened(copy.sound_site / file) as elf:
            needs = [elf.string(value) for _, tag, value in elf.dynamic() if tag == DT_NEEDED]
        if not needs:
            raise Undoable
        return rng.choice(needs)


class ImportRenamed(Renamed):
    def draw(self, rng, copy, file, mapped):
        names = symbols(copy.sound_site / file)[0]
        if not names:
            raise Undoable
        return rng.choice(names)


class ExportRenamed(Renamed):
    """Mostly one that another file of the package wants."""

    def draw(self, rng, copy, file, mapped):
        names = symbols(copy.sound_site / file)[1]
        if not names:
            raise Undoable
        if len(names) > 3 and rng.random() < 0.7:
            mine, wanted = set(names), set()
            for f in mapped:
                if f != file and len(wanted) < 50:
                    wanted |= mine & set(symbols(copy.sound_site / f)[0])
            names = sorted(wanted) or names
        return rng.choice(names)

    def edit(self, elf, how):
        """As if it had been linked that way: the hash table knows the new name."""
        index = gnu_index(elf, how)
        if index is None:
            raise Undoable
        buckets = gnu_table(elf)[1]
        new = next((n for n in variants(how) if gnu_hash(n) % buckets == gnu_hash(how) % buckets), None)
        if new is None:
            raise Undoable
        elf.rename(how, new)
        gnu_rehash(elf, index, new)


# ---- the GNU hash table -----------------------------------------------------------------------

def gnu_table(elf):
    """(offset, buckets, first symbol, words of the filter, shift)"""
    if elf.tag(DT_GNU_HASH) is None or not elf.is64:
        raise Undoable
    at = elf.offset_of(elf.tag(DT_GNU_HASH))
    return (at, *(elf.get(at + 4 * i, "I") for i in range(4)))


def chain_offset(elf, index):
    at, buckets, first, words, _ = gnu_table(elf)
    return at + 16 + 8 * words + 4 * buckets + 4 * (index - first)


def gnu_index(elf, name):
    """Of the symbol in the table, as a loader finds it."""
    at, buckets, first, words, _ = gnu_table(elf)
    h = gnu_hash(name)
    index = elf.get(at + 16 + 8 * words + 4 * (h % buckets), "I")
    while index >= first:
        stored = elf.get(chain_offset(elf, index), "I")
        if stored | 1 == h | 1:
            start = elf.offset_of(elf.tag(DT_SYMTAB)) + 24 * index
            if elf.string(elf.get(start, "I")) == name:
                return index
        if stored & 1:
            return None
        index += 1
    return None


def gnu_rehash(elf, index, name):
    at, _, _, words, shift = gnu_table(elf)
    h = gnu_hash(name)
    end = elf.get(chain_offset(elf, index), "I") & 1
    elf.put(chain_offset(elf, index), "I", h & ~1 | end)
    word = at + 16 + 8 * (h // 64 % words)
    elf.put(word, "N", elf.get(word, "N") | 1 << h % 64 | 1 << (h >> shift) % 64)


def variants(name):
    letters = "QXZqxzKkJj"
    for a in letters:
        for b in letters:
            for c in letters:
                for d in letters:
                    new = name[:-4] + a + b + c + d
                    if new != name:
                        yield new


class NeedAdded(Kind):
    def draw(self, rng, copy, file, mapped):
        if (copy.sound_site / file).stat().st_size > LARGE:
            raise Undoable
        return rng.choice(["libnot_here.so.1", "libsomething-2.so", "libQt9Core.so.9"])

    def apply(self, copy, path, sound, how):
        p = subprocess.run(["patchelf", "--add-needed", how, "--output", path, sound], capture_output=True)
        if p.returncode or not path.exists():
            raise Undoable


KINDS = {"deleted": Deleted(), "emptied": Emptied(), "text": Text(), "cut": Cut(), "machine": OtherMachine(),
         "class": OtherClass(), "swapped": Swapped(), "no-rpath": NoRpath(), "need-renamed": NeedRenamed(),
         "need-added": NeedAdded(), "import-renamed": ImportRenamed(), "export-renamed": ExportRenamed()}


class opened:
    """The file as Elf, for reading."""

    def __init__(self, path):
        self.file = open(path, "rb")
        self.map = mmap.mmap(self.file.fileno(), 0, access=mmap.ACCESS_READ)

    def __enter__(self):
        return Elf("", self.map)

    def __exit__(self, *_):
        self.map.close()
        self.file.close()


def tags_of(path):
    with opened(path) as elf:
        return {tag for _, tag, _ in elf.dynamic()}


@functools.cache
def symbols(path):
    """(wanted, exported) names of a file that stand in its string table for themselves."""
    p = subprocess.run(["nm", "-D", path], capture_output=True, text=True, errors="replace")
    wanted, exported = [], []
    for line in p.stdout.splitlines():
        part = line.split()
        if len(part) >= 2 and part[-2] in "UTDBRVWi" and len(part[-1].split("@")[0]) > 3:
            (wanted if part[-2] == "U" else exported).append(part[-1].split("@")[0])
    return sorted(set(wanted)), sorted(set(exported))


# ---- cases ------------------------------------------------------------------------------------

class Case:
    def __init__(self, number, module, file, kind, how, mapped):
        self.number, self.module, self.file, self.kind, self.how, self.mapped = number, module, file, kind, how, mapped

    def __str__(self):
        how = f" ({self.how!r})" if self.how else ""
        return f"case {self.number}: {self.module}, {self.file} {self.kind}{how}{'' if self.mapped else ', not mapped'}"

    @property
    def key(self):
        kind = self.kind + (".2" if self.kind == "export-renamed" else "")  # how it is done has changed
        return hashlib.sha256(f"{self.module}|{self.file}|{kind}|{self.how}".encode()).hexdigest()[:24]


class Generator:
    def __init__(self, copy, truth, places, seed, modules, kinds):
        self.copy, self.seed, self.modules, self.kinds = copy, seed, modules, kinds
        self.mapped = {}
        site = os.path.realpath(copy.sound_site) + "/"
        for module in modules:
            files = truth.ask(copy.origin / "bin/python", module, places)["files"]
            self.mapped[module] = sorted(f.removeprefix(site) for f in map(os.path.realpath, files) if f.startswith(site))
        self.natives = copy.natives()

    def others(self, module):
        """Files of the same package that its import does not map."""
        tops = {f.split("/")[0] for f in self.mapped[module]}
        mapped = set(self.mapped[module])
        return [f for f in self.natives if f.split("/")[0] in tops and f not in mapped]

    def case(self, number):
        """Each case has its own randomness, so that one can be made alone."""
        rng = random.Random(f"{self.seed}/{number}")
        while True:
            module, kind = rng.choice(self.modules), rng.choice(self.kinds)
            others = self.others(module)
            mapped = rng.random() < MAPPED or not others
            file = rng.choice(self.mapped[module] if mapped else others)
            try:
                how = KINDS[kind].draw(rng, self.copy, file, self.mapped[module])
            except (Undoable, EditError):
                continue
            return Case(number, module, file, kind, how, mapped)


# ---- asking -----------------------------------------------------------------------------------

class Kept:
    """What the interpreter said, by packages and case."""

    def __init__(self, build, copy):
        self.path = build / f"corpus/broken-truth-{pyask.identity(copy.python)}.json"
        self.said = json.loads(self.path.read_text(encoding="utf-8")) if self.path.exists() else {}
        self.env = str(copy.env)

    def ask(self, case, make):
        if case.key not in self.said:
            text = json.dumps(make())
            self.said[case.key] = json.loads(text.replace(self.env, "@ENV@"))
        return json.loads(json.dumps(self.said[case.key]).replace("@ENV@", self.env))

    def save(self):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps(self.said), encoding="utf-8")


def real_of(copy, case, places):
    r = pyask.ask_real(copy.python, f"import {case.module}", places.cwd, pyask.environment(places.fixed_home()), seconds=120)
    return {"loads": r.loads, "type": r.type, "message": r.message, "death": r.death, "chain": r.chain,
            "stderr": r.stderr[-2000:] if r.death else ""}


def loader_fails(real):
    texts = [real["message"] or ""] + [t for _, t in real["chain"]]
    return any(LOADER.search(t) for t in texts)


def group_of(real):
    """What ended an import that does not work."""
    if real["death"]:
        return "dies"
    if loader_fails(real):
        return "loader"
    unfound = real["type"] == "ModuleNotFoundError" or (real["message"] or "").startswith("cannot import name")
    return "import system" if unfound else "own code"


def judge(real, ours):
    """(group, verdict): verdict "same", "differs", "undecided", "broken", "missed"."""
    if real["loads"]:
        group = "imports"
        if ours.loads is True and not ours.errors:
            return group, "same"
        return group, "undecided" if ours.loads is None and not ours.errors else "broken"
    group = group_of(real)
    if ours.loads is None:
        return group, "undecided"
    if ours.loads:
        return group, "missed"
    if group == "dies":
        return group, "same" if ours.died or ours.type is None else "differs"
    return group, "same" if (ours.type, ours.message) == (real["type"], real["message"]) else "differs"


def first_difference(a, b):
    """Around the place where two texts part."""
    a, b = a or "", b or ""
    n = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
    start = max(0, n - 60)
    return f"real …{a[start:n + 160]!r}\n    ours …{b[start:n + 160]!r}"


def show(case, group, verdict, real, ours):
    print(f"{verdict} ({group}): {case}")
    said = real["death"] or ("imports" if real["loads"] else f"{real['type']}: {real['message']}")
    if verdict == "differs" and ours.type:
        print(f"    {first_difference(said, ours.text)}")
    else:
        print(f"    real: {said[:300]!r}\n    ours: loads {ours.loads}, {ours.text and ours.text[:200]!r}; {ours.first()[:300]}")
    if verdict == "undecided":
        print(f"    {ours.raw.get('error') or ours.gaps[:3]}")


class Places(pyask.Places):
    """One home for all, as the packages leave it after a first import."""

    def fixed_home(self):
        path = self.top / "home"
        path.mkdir(exist_ok=True)
        return path


def summary(seed, counts, silent):
    total = sum(counts.values())
    print(f"Damaged packages: {total} cases of seed {seed}")
    for group in "imports", "loader", "import system", "own code", "dies":
        mine = {v: n for (g, v), n in sorted(counts.items()) if g == group}
        if mine:
            print(f"  {group}: {sum(mine.values())}: " + ", ".join(f"{n} {v}" for v, n in mine.items()))
    loader = sum(n for (g, _), n in counts.items() if g == "loader")
    same = counts[("loader", "same")] / loader if loader else 1.0
    broken = counts[("imports", "broken")]
    print(f"  where the loader fails, the text is Python's in {100 * same:.1f} % (goal: {100 * ENOUGH:.0f} %); {broken} that import are "
          f"called broken (goal: 0); {silent} undecided without a reason (goal: 0)")
    return [same >= ENOUGH, broken == 0, silent == 0]


def check(build, cases=100, seed=1, only=None, kind=None, single=None, verbose=False):
    """(passed, failed, skipped): the three goals."""
    python = imports.environment(build)
    if python is None or not oracle.have("patchelf", "nm"):
        print("skipped: damaged packages: there is no Python 3.11, patchelf or nm")
        return 0, 0, 1
    print(f"broken.py --seed {seed} --cases {cases}", flush=True)
    places = Places("broken")
    copy = Copy(python)
    try:
        modules = [m for m in MODULES if not only or only in m]
        generator = Generator(copy, imports.Truth(build, python), places, seed, modules, [kind] if kind else sorted(KINDS))
        numbers = [single] if single is not None else itertools.count()
        results = run(build, copy, generator, numbers, 1 if single is not None else cases, places, verbose)
    finally:
        places.close()
    good = summary(seed, *results)
    return sum(good), len(good) - sum(good), 0


def run(build, copy, generator, numbers, wanted, places, verbose):
    kept = Kept(build, copy)
    counts, silent, log = collections.Counter(), 0, []
    for number in numbers:
        if len(log) == wanted:
            break
        case = generator.case(number)
        try:
            copy.damage(case)
        except (Undoable, EditError):
            if wanted == 1:
                break
            continue  # the same for every run: the file decides it
        try:
            real = kept.ask(case, lambda: real_of(copy, case, places))
            ours = pyask.ask_ours(copy.python, case.module, places.cwd, pyask.environment(places.fixed_home()))
        finally:
            copy.mend(case.file)
        group, verdict = judge(real, ours)
        counts[group, verdict] += 1
        silent += verdict == "undecided" and not ours.gaps and not ours.raw.get("findings")
        log.append({"case": str(case), "group": group, "verdict": verdict, "real": real, "ours": ours.text, "loads": ours.loads,
                    "gaps": ours.gaps, "findings": ours.raw.get("findings"), "error": ours.raw.get("error")})
        if verdict != "same" or verbose:
            show(case, group, verdict, real, ours)
        if number % 20 == 19:
            kept.save()
    kept.save()
    (build / "corpus/broken-last.json").write_text(json.dumps(log, indent=1), encoding="utf-8")
    return counts, silent


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--build", type=pathlib.Path, default=oracle.TOP / "build")
    parser.add_argument("--cases", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="modules whose names have this in them")
    parser.add_argument("--kind", choices=sorted(KINDS))
    parser.add_argument("--case", type=int, help="this one alone")
    parser.add_argument("-v", "--verbose", action="store_true")
    args = parser.parse_args()
    passed, failed, skipped = check(args.build.resolve(), args.cases, args.seed, args.only, args.kind, args.case, args.verbose)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
