#!/usr/bin/python3
"""The speed figures of the README: dlwhy beside libtree, `ldd -r`, patchelf, a real import, sha256sum, unzip and auditwheel, in one run.

Every pair is measured alternately, A B A B ..., so that whatever else the machine does hits both;
what is printed is the ratio of the medians. Environment: DLWHY (the program, default build/dlwhy),
DLWHY_CORPUS (a Python environment with the packages of `make check-corpus`, default build/corpus/env), DLWHY_WHEELS (wheels,
default build/corpus/wheels), AUDITWHEEL.
Exits 1 if a goal is missed, after printing everything.
"""
import csv
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import packages

ROOT = Path(__file__).resolve().parent.parent
DLWHY = os.environ.get("DLWHY", str(ROOT / "build/dlwhy"))
CORPUS = Path(os.environ.get("DLWHY_CORPUS", str(ROOT / "build/corpus/env")))
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}
ENV = {k: v for k, v in os.environ.items() if not k.startswith("LD_")}


def seconds(command):
    start = time.perf_counter()
    subprocess.run(command, check=False, env=ENV, **QUIET)
    return time.perf_counter() - start


def side_by_side(ours, theirs, rounds):
    """Medians of `rounds` alternating runs of two callables that return seconds."""
    ours(), theirs()  # warm: both read the files from memory
    a, b = [], []
    for _ in range(rounds):
        a.append(ours())
        b.append(theirs())
    return statistics.median(a), statistics.median(b)


def is_shared_object(path):
    try:
        with open(path, "rb") as f:
            head = f.read(18)
    except OSError:
        return False
    return head[:4] == b"\x7fELF" and head[16:18] == b"\x03\x00"


def shared_objects(folder):
    found = (p for p in sorted(folder.rglob("*.so*")) if p.is_file() and not p.is_symlink())
    return [str(p) for p in found if is_shared_object(p)]


def peak_anonymous(command):
    """Highest resident memory of the command in MiB, mapped files not counted; sampled."""
    peak = 0
    child = subprocess.Popen(command, env=ENV, **QUIET)
    while child.poll() is None:
        try:
            for line in Path(f"/proc/{child.pid}/status").read_text().splitlines():
                if line.startswith("RssAnon:"):
                    peak = max(peak, int(line.split()[1]))
        except OSError:
            pass
        time.sleep(0.0005)
    return peak / 1024


def row(what, ours, theirs, goal, unit="ms"):
    ratio = theirs / ours
    ok = ratio >= goal
    print(f"| {what} | {ours * 1000:.1f} {unit} | {theirs * 1000:.1f} {unit} | "
          f"{ratio:.1f} | {goal:g} | {'yes' if ok else 'NO'} |", flush=True)
    return ok


def run_is_cheap():
    """`dlwhy run` beside the command alone: what being watched costs."""
    command = [str(CORPUS / "bin/python"), "-c", "import tensorflow"]
    watched, alone = side_by_side(lambda: seconds([DLWHY, "run", "--", *command]),
                                  lambda: seconds(command), 9)
    cost = watched / alone - 1
    print(f"\n`dlwhy run -- python -c 'import tensorflow'`: {watched:.2f} s, alone {alone:.2f} s; it costs "
          f"{cost:.1%} (goal: under 10%, {'met' if cost < 0.1 else 'NOT met'})")
    return cost < 0.1


LOG_BYTES = 100_000_000


def write_log(path):
    """A log as builds print it, with one error at its end."""
    lines = []
    for i in range(997):
        lines.append([
            f"[{i}/4000] gcc -O2 -g -Wall -Iinclude -Isrc/module{i % 37} -c -o build/obj/file{i}.o src/module{i % 37}/file{i}.c",
            f"src/module{i % 37}/file{i}.c:{i}:12: warning: unused variable 'value{i}' [-Wunused-variable]",
            f"   {i} |         int value{i} = other_function({i}, name);",
            "      |             ^~~~~~~",
            f"\x1b[32m[ {i % 100}%]\x1b[0m Building CXX object lib/CMakeFiles/target{i % 11}.dir/file{i}.cc.o",
            f"2024-05-06T07:08:09.{i:07d}Z checking for stdlib{i}.h... yes",
            "make[2]: Entering directory '/home/user/project/build'",
        ][i % 7])
    block = ("\n".join(lines) + "\n").encode()
    with open(path, "wb") as f:
        for _ in range(LOG_BYTES // len(block) + 1):
            f.write(block)
        f.write(b"/usr/bin/ld: cannot find -lfoo: No such file or directory\ncollect2: error: ld returned 1 exit status\n")


def cost(command):
    """Seconds of a processor, and the highest resident memory in MiB, as the kernel counts them."""
    child = subprocess.Popen(command, env=ENV, **QUIET)
    usage = os.wait4(child.pid, 0)[2]
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def a_log_is_read_quickly(folder):
    """100 MB of a build log, beside the search for one fixed word in it: what reading it costs at least."""
    log = Path(folder, "build.log")
    write_log(log)
    command = [DLWHY, "explain", "--no-look", str(log)]
    ours, theirs = side_by_side(lambda: seconds(command),
                                lambda: seconds(["grep", "-c", "-F", "cannot find -l", str(log)]), 5)
    peak = cost(command)[1]
    ok = ours < 1 and peak < 100
    print(f"\n`dlwhy explain` of a log of {log.stat().st_size // 1_000_000} MB: {ours:.2f} s, {peak:.0f} MiB; `grep -c` for one "
          f"word of it: {theirs:.2f} s (goal: under 1 s and 100 MiB, {'met' if ok else 'NOT met'})")
    return ok


EDIT_TOOL = Path(DLWHY).parent / "tests/repair/tool/elf-edit-tool"


def new_file(command, out):
    """Seconds until the command has written a new file, and those of a processor. What others have left for the
    disk to write is written before: a system that has too much of that makes whoever writes next wait for it."""
    Path(out).unlink(missing_ok=True)
    os.sync()
    start = time.perf_counter()
    processor = cost(command)[0]
    return time.perf_counter() - start, processor


def both_medians(ours, theirs, rounds):
    """As side_by_side, of callables that return wall and processor: a pair of each."""
    a, b = [], []
    for _ in range(rounds):
        a.append(ours())
        b.append(theirs())
    return [(statistics.median(x[i] for x in a), statistics.median(x[i] for x in b)) for i in (0, 1)]


def an_edit_is_quick(objects):
    """A long search path for the largest of the objects: each writes a new file; each changes a copy in place,
    which is one path after another."""
    largest = max(objects, key=os.path.getsize)
    what = f"search path of `{Path(largest).name}` ({os.path.getsize(largest) // 1_000_000} MB) set"
    turn = iter(range(1000))

    def path():
        return f"/{next(turn):04d}-" + "some-folder/" * 32 + ":$ORIGIN"
    with tempfile.TemporaryDirectory(dir=os.environ.get("DLWHY_BENCH_DIR")) as folder:
        old, new, theirs, other = (str(Path(folder, name)) for name in ("old.so", "new.so", "theirs.so", "other.so"))
        shutil.copyfile(largest, old)
        wall, processor = both_medians(
            lambda: new_file([EDIT_TOOL, old, new, f"runpath={path()}"], new),
            lambda: new_file(["patchelf", "--set-rpath", path(), "--output", theirs, old], theirs), 7)
        shutil.copyfile(largest, other)
        place = side_by_side(
            lambda: seconds([EDIT_TOOL, old, "-", f"runpath={path()}"]),
            lambda: seconds(["patchelf", "--set-rpath", path(), other]), 5)
    return row(f"{what} in a new file, beside `patchelf`", *wall, 5) & \
        row(f"{what} in a new file, of a processor", *processor, 5) & \
        row(f"{what} in place, beside `patchelf`", *place, 5)


def different_errors():
    """Errors of which each is another one."""
    i = 0
    while True:
        yield b"".join(b"/usr/bin/ld: m%07d.o: in function `f%07d':\nm%07d.c:(.text+0x5): undefined reference to `s%07d'\n"
                       % (k, k, k, k) for k in range(i, i + 5000))
        i += 5000


# Texts that are made of one thing: what looks at each byte, line or place twice shows here.
HARD_TEXTS = {
    "errors, each different": different_errors(),
    "one line": b"gcc -O2 -c file.c -Iinclude/x ",
    "an error without an end": b"undefined reference to `foo' ",
    "colours": b"\x1b[31merror\x1b[0m text \x1b[1;32m\x1b[K more\n",
    "commands of a terminal that do not end": b"\x1b]",
    "HTML": b"&quot;&amp;&lt;&#39;",
    "blanks": b" ",
    "names of a linker": b"/usr/bin/ld: ",
    "lines that overwrite one another": b"10%\r20%\r30%\r",
    "times that overwrite one another": b"[12:00:01] abc\r",
    "beginnings of errors": b"error: \n",
    "empty lines": b"\n",
}


def hard_texts_are_read(folder):
    """100 MB of each."""
    ok = True
    print("\n| 100 MB of | `dlwhy explain` | memory |\n|---|---|---|")
    for what, piece in HARD_TEXTS.items():
        path, blocks = Path(folder, "hard.txt"), iter(piece) if not isinstance(piece, bytes) else None
        with open(path, "wb") as f:
            while f.tell() < LOG_BYTES:
                f.write(next(blocks) if blocks else piece * ((1 << 20) // len(piece)))
        took, peak = cost([DLWHY, "explain", "--no-look", str(path)])
        ok &= took < 5 and peak < 100
        print(f"| {what} | {took:.2f} s | {peak:.0f} MiB |", flush=True)
    print(f"(goal: under 5 s and 100 MiB, {'met' if ok else 'NOT met'})")
    return ok


def verified_beside_sha256sum(rounds=3):
    """Every file that a RECORD has a hash of: one sha256sum for all of them, and dlwhy, which also judges them."""
    site = next(CORPUS.glob("lib/python3*/site-packages"))
    files = []
    for record in site.glob("*.dist-info/RECORD"):
        with open(record, encoding="utf-8", newline="") as f:
            files += [str(site / row[0]) for row in csv.reader(f) if len(row) > 1 and row[1]]
    names = "\0".join(files).encode()

    def theirs():
        start = time.perf_counter()
        subprocess.run(["xargs", "-0", "sha256sum"], input=names, stdout=subprocess.DEVNULL, env=ENV, check=False)
        return time.perf_counter() - start

    return side_by_side(lambda: seconds([DLWHY, "verify", str(CORPUS)]), theirs, rounds)


def main():
    target = next(iter(CORPUS.rglob("_pywrap_tensorflow_internal.so")), None)
    if target is None:
        sys.exit(f"bench: no tensorflow in {CORPUS}: run `make check-corpus` once, "
                 "or set DLWHY_CORPUS")
    for tool in ("libtree", "ldd", "patchelf"):
        if shutil.which(tool) is None:
            sys.exit(f"bench: {tool} is not installed (apt-get install {tool})")
    target = str(target)
    objects = shared_objects(CORPUS)
    bare = ["--program", "none"]
    ok = True
    print("| what | dlwhy | the other | times faster | goal | met |")
    print("|---|---|---|---|---|---|")
    ours, theirs = side_by_side(
        lambda: seconds([DLWHY, *bare, "--no-bind", target]),
        lambda: seconds(["libtree", "-v", target]), 40)
    ok &= row("tree of `_pywrap_tensorflow_internal.so`, beside `libtree`", ours, theirs, 1)
    ours, theirs = side_by_side(
        lambda: seconds([DLWHY, *bare, target]),
        lambda: seconds(["ldd", "-r", target]), 20)
    ok &= row("full binding of it, beside `ldd -r`", ours, theirs, 25)
    with tempfile.TemporaryDirectory():
        ours, theirs = side_by_side(
            lambda: seconds([DLWHY, *bare, *objects]),
            lambda: sum(seconds(["ldd", "-r", o]) for o in objects), 3)
    ok &= row(f"full binding of all {len(objects)} objects of that environment in one call, "
              "beside `ldd -r` file by file", ours, theirs, 60)
    python = str(CORPUS / "bin/python")
    ours, theirs = side_by_side(
        lambda: seconds([DLWHY, "import", "tensorflow", "--python", python]),
        lambda: seconds([python, "-c", "import tensorflow"]), 5)
    ok &= row("`import tensorflow` predicted, beside the import itself", ours, theirs, 10)
    ok &= an_edit_is_quick(objects)


    ours, theirs = verified_beside_sha256sum()
    ok &= row("`dlwhy verify` of that environment, beside `sha256sum` of the same files", ours, theirs, 1)
    wheels = os.environ.get("DLWHY_WHEELS", CORPUS.parent / "wheels")
    ok &= packages.rows(DLWHY, wheels, shutil.which(os.environ.get("AUDITWHEEL", "auditwheel")), side_by_side, seconds, row)
    explained, plain = side_by_side(
        lambda: seconds([DLWHY, *objects]),
        lambda: seconds([DLWHY, "--no-explain", *objects]), 5)
    cheap = explained <= 1.5 * plain
    print(f"\nThe same objects, each in its host, with reasons and repairs: {explained / plain:.2f} times the "
          f"time of the verdict alone (`--no-explain`; goal: at most 1.5, {'met' if cheap else 'NOT met'})")
    peak = peak_anonymous([DLWHY, *bare, *objects])
    print(f"\nPeak memory of that call, mapped files not counted: {peak:.0f} MiB "
          f"(goal: under 200, {'met' if peak < 200 else 'NOT met'})")
    with tempfile.TemporaryDirectory() as folder:
        read = a_log_is_read_quickly(folder) & hard_texts_are_read(folder)
    watched = run_is_cheap()
    return 0 if ok and cheap and peak < 200 and read and watched else 1


if __name__ == "__main__":
    sys.exit(main())
