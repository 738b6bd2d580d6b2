#!/usr/bin/python3
"""Random trees of small DLLs: dlwhy must name the DLLs that wine does not find, and who needs them.

    windows.py [--trees N] [--seed S] [--mingw N]

Each tree is opened in three ways: by a program with LOAD_WITH_ALTERED_SEARCH_PATH, as Python opens an extension
module, and as a program that starts. Most trees are written by pewrite.py, --mingw of them built by a compiler.
wine is right where dlwhy rests on it (search, files that are passed over or refused) and turns each failure
below the first file into error 126; so the error that dlwhy tells is compared with the status that wine writes
of the file that failed. Names that are missing in an export table are no failure in wine: they are not asked.
Needs wine and x86_64-w64-mingw32-gcc.
"""
import argparse
import collections
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

from pewrite import ARM64, X86, Image

HERE = pathlib.Path(__file__).resolve().parent
DLWHY = os.path.abspath(os.environ.get("DLWHY", HERE.parents[1] / "build" / "dlwhy"))
GCC = "x86_64-w64-mingw32-gcc"
NOT_FOUND = re.compile(r'err:module:import_dll Library (\S+) \(which is needed by L"(.*?)"\) not found')
FAILED = re.compile(r'err:module:import_dll Loading library (\S+) \(which is needed by L"(.*?)"\) failed '
                    r'\(error ([0-9a-f]+)\)')
ERRORS = {0xC0000135: 126, 0xC000007B: 193, 0xC000012F: 193, 0xC0000130: 193, 0xC0000131: 193, 0xC000011B: 193,
          0xC0000020: 193, 0xC00000BA: 5, 0xC0000022: 5}


def windows_path(path):
    return "Z:" + str(path).replace("/", "\\")


def have_wine():
    return shutil.which("wine") is not None and shutil.which(GCC) is not None


# ---- trees ----------------------------------------------------------------------------------------

class Tree:
    """Up to nine DLLs d0.dll …, of which some lie elsewhere, are absent or damaged, and what opens d0."""

    def __init__(self, folder, rnd, compiled):
        self.folder, self.rnd, self.compiled = folder, rnd, compiled
        self.count = rnd.randint(2, 8)
        self.mode = rnd.choice(["8", "python", "start"])
        self.needs = {i: self.some_needs(i) for i in range(self.count)}
        self.place = {i: rnd.choice(["."] * 12 + ["app", "path", "else"]) if i else "."
                      for i in range(self.count)}
        self.fault = {i: rnd.choice([None] * 40 + ["gone", "x86", "arm64", "text", "empty", "cut", "folder"])
                      if i else None for i in range(self.count)}

    def some_needs(self, i):
        """Names as imports spell them: any case, with or without the extension."""
        others = [k for k in range(self.count) if k != i]
        chosen = self.rnd.sample(others, min(len(others), self.rnd.choice([0, 1, 1, 2, 3])))
        if i == 0 and not chosen:
            chosen = [1]
        return {k: self.rnd.choice(["d%d.dll", "d%d.dll", "D%d.DLL", "d%d"]) % k for k in chosen}

    def name(self, i):
        return ("p.exe" if self.mode == "start" else "m.pyd" if self.mode == "python" else "d0.dll") if i == 0 \
            else "d%d.dll" % i

    def where(self, i):
        base = self.folder / "lib" if self.mode == "python" else self.folder
        place = {".": base, "app": self.folder, "path": self.folder / "path", "else": self.folder / "else"}
        return place[self.place[i]] / self.name(i)

    def image(self, i, machine=None):
        more = {"machine": machine} if machine else {}
        return Image(imports={"KERNEL32.dll": ["Sleep"], **{n: ["f%d" % k] for k, n in self.needs[i].items()}},
                     exports={"f%d" % i: None}, dll=self.mode != "start" or i != 0, name=self.name(i), **more)

    def compile(self, i, path):
        source = self.folder / "build" / ("%d.c" % i)
        source.parent.mkdir(exist_ok=True)
        used = "".join("int f%d(void);\n" % k for k in self.needs[i])
        calls = " + ".join(["%d" % i] + ["f%d()" % k for k in self.needs[i]])
        main = "int main(void) { return 0 * f0(); }\n" if i == 0 and self.mode == "start" else ""
        source.write_text("%s__declspec(dllexport) int f%d(void) { return %s; }\n%s" % (used, i, calls, main))
        libraries = []
        for k, n in self.needs[i].items():
            definition = source.with_name("%d-%d.def" % (i, k))
            definition.write_text('LIBRARY "%s"\nEXPORTS\nf%d\n' % (n if "." in n else n + ".dll", k))
            libraries.append(str(definition.with_suffix(".a")))
            subprocess.run(["x86_64-w64-mingw32-dlltool", "-d", definition, "-l", libraries[-1]], check=True)
        shared = [] if main else ["-shared"]
        subprocess.run([GCC, "-O1", *shared, "-o", path, source, *libraries], check=True)

    def write(self):
        for i in range(self.count):
            path, fault = self.where(i), self.fault[i]
            path.parent.mkdir(parents=True, exist_ok=True)
            if fault == "folder":
                path.mkdir()
            elif fault in ("text", "empty"):
                path.write_text("no library\n" if fault == "text" else "")
            elif fault in ("x86", "arm64"):
                self.image(i, X86 if fault == "x86" else ARM64).write(path)
            elif fault == "cut":
                path.write_bytes(self.image(i).bytes()[:0x1f0])
            elif fault is None and self.compiled:
                self.compile(i, path)
            elif fault is None:
                self.image(i).write(path)
        (self.folder / "path").mkdir(exist_ok=True)

    def line(self, name, program):
        """For winload: how to open it."""
        path = "%s|%s" % (windows_path(self.where(0)), windows_path(self.folder / "path"))
        if self.mode == "start":
            return "%s start %s\n" % (name, path)
        if self.mode == "8":
            return "%s 8 %s\n" % (name, path)
        shutil.copy(program, self.folder / "python.exe")
        return "%s 1100@%s %s\n" % (name, windows_path(self.folder / "python.exe"), path)


# ---- the two answers ------------------------------------------------------------------------------

class Wine:
    def __init__(self, folder):
        self.folder = folder
        self.env = {**os.environ, "WINEPREFIX": str(folder / "prefix"), "DISPLAY": "", "LC_ALL": "C.UTF-8",
                    "WINEDLLOVERRIDES": "winedbg.exe,mscoree,mshtml=d"}
        self.program = folder / "winload.exe"
        subprocess.run([GCC, "-O1", "-o", self.program, HERE / "winload.c"], check=True)
        subprocess.run(["wine", "wineboot", "-i"], env={**self.env, "WINEDEBUG": "-all"}, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def ask(self, lines):
        """{name: (error or exit status, lines that wine wrote)}"""
        (self.folder / "list").write_text("".join(lines))
        out = subprocess.run(["wine", self.program, "list"], cwd=self.folder, env=self.env, check=True,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=600)
        errors = dict(line.split() for line in out.stdout.decode().splitlines())
        said, name = collections.defaultdict(list), None
        for line in out.stderr.decode(errors="replace").splitlines():
            if line.startswith("@@ "):
                name = line[3:].strip()
            else:
                said[name].append(line)
        return {name: (int(errors[name]), said[name]) for name in errors}

    def close(self):
        subprocess.run(["wineserver", "-k"], env=self.env, check=False, stderr=subprocess.DEVNULL)


def base(name):
    name = re.split(r"[/\\]", name)[-1].lower()
    return name if "." in name else name + ".dll"


def wine_says(answer):
    """(does it load, {(missing, needed by)}, errors of the files that failed themselves)

    A file that fails for what it needs is one that wine did not find either: it is left out."""
    error, lines = answer
    failed = {}
    for line in lines:
        if m := NOT_FOUND.search(line):
            failed[base(m[1]), base(m[2])] = 126
        elif m := FAILED.search(line):
            status = int(m[3], 16)
            failed[base(m[1]), base(m[2])] = ERRORS.get(status, status)
    askers = {by for _, by in failed}
    own = {k: v for k, v in failed.items() if k[0] not in askers}
    return error == 0, set(own), set(own.values())


def dlwhy_says(tree):
    r = subprocess.run([DLWHY, "check", "--json", "--env", "PATH=%s" % (tree.folder / "path"), str(tree.where(0))],
                       stdout=subprocess.PIPE, check=False)
    result = json.loads(r.stdout)
    missing = {(base(n["name"]), base(o["path"])) for o in result["objects"] for n in o["needs"]
               if n["to"] is None and n["when"] != "delay"}
    errors = set()
    for f in result["findings"]:
        for e in f["evidence"]:
            if e["value"] and e["says"].startswith("error of LoadLibrary"):
                errors.add(int(e["value"].split(",")[0]))
            elif e["value"] and e["says"].startswith("the exit status"):
                errors.add(ERRORS.get(int(e["value"], 16)))
    return result["loads"], missing, errors


def compare(folder, trees, seed, compiled):
    """Complaints, one a tree that differs, and the number of trees by outcome."""
    complaints, counts, made, lines = [], collections.Counter(), {}, []
    wine = Wine(folder)
    for i in range(trees):
        name = "t%d" % i
        made[name] = tree = Tree(folder / name, random.Random(seed * 100003 + i), i < compiled)
        tree.folder.mkdir()
        tree.write()
        lines.append(tree.line(name, wine.program))
    try:
        answers = wine.ask(lines)
    finally:
        wine.close()
    for name, tree in made.items():
        theirs, ours = wine_says(answers[name]), dlwhy_says(tree)
        counts["loads" if theirs[0] else "fails"] += 1
        if theirs != ours:
            complaints.append("%s (%s): wine %s\n    dlwhy %s" % (tree.folder, tree.mode, theirs, ours))
    return complaints, counts


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--trees", type=int, default=200)
    parser.add_argument("--mingw", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep")
    args = parser.parse_args()
    if not have_wine():
        sys.exit("windows: needs wine and %s" % GCC)
    with tempfile.TemporaryDirectory() as folder:
        complaints, counts = compare(pathlib.Path(args.keep or folder), args.trees, args.seed, args.mingw)
    print("\n".join(complaints))
    print("windows: %d trees, %d load, %d fail; %d differ" % (sum(counts.values()), counts["loads"], counts["fails"],
                                                             len(complaints)))
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
