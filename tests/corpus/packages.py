#!/usr/bin/python3
"""Real wheels, judged without unpacking them: every native file loads, as it does in the real loader once it is unpacked; and
what was done to a copy is named.

    packages.py [--build DIR] [--only NAME] [--breaks N] [--seed N]

The wheels are downloaded once into DLWHY_WHEELS (or DIR/corpus/wheels). Each is checked with the wheels that it requires for its
native files (--with); then all of them are unpacked into one folder, each native file is opened by ctypes in a child of its own,
and by `dlwhy check`: the verdicts must be the same. Then native files are removed, cut, emptied, overwritten, made for another
machine or class, robbed of a name or of their search path, N times: the file must be named, and the verdicts be those of the real
loader again. A library that needs another one to be loaded before (the answer says so) is opened after that one.
"""
import argparse
import json
import os
import pathlib
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import zipfile

DLWHY = os.environ.get("DLWHY", "build/dlwhy")
PYTHON = shutil.which("python3.11")
# A wheel, and those whose native files it loads.
SETS = [["numpy==2.1.0"], ["scipy==1.15.2"], ["h5py==3.12.1"], ["shapely==2.0.7"], ["grpcio==1.70.0"], ["pyarrow==19.0.1"],
        ["opencv-python-headless==4.11.0.86"], ["pandas==2.2.3"], ["lxml==5.3.1"], ["pillow==11.1.0"],
        ["cryptography==44.0.2"], ["matplotlib==3.10.1"], ["PyQt6-sip==13.10.0"], ["PyQt6==6.8.1", "PyQt6-Qt6==6.8.2"],
        ["tensorflow-cpu==2.18.0"], ["tensorflow-io-gcs-filesystem==0.37.1"]]
PLATFORMS = [f"manylinux{p}_x86_64" for p in ("2014", "_2_17", "_2_24", "_2_27", "_2_28", "_2_5", "1")]

# In a child of its own for each file: a library stays what it was once it is loaded.
ASK = """
import ctypes, json, os, sys
for line in sys.stdin:
    before, path = json.loads(line)
    r, w = os.pipe()
    if os.fork() == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        said = ''
        try:
            if before:
                ctypes.CDLL(before, os.RTLD_NOW)
            ctypes.CDLL(path, os.RTLD_NOW)
        except OSError as e:
            said = str(e)
        os.write(w, json.dumps([not said, said]).encode())
        os._exit(0)
    os.close(w)
    print(os.read(r, 65536).decode() or '[false, "died"]', flush=True)
    os.close(r)
    os.wait()
"""


def check(*args):
    p = subprocess.run([DLWHY, "check", "--json", *map(str, args)], stdout=subprocess.PIPE, check=False)
    return json.loads(p.stdout)


def download(folder, requirement):
    name = re.split("[=<>]", requirement)[0].replace("-", "_").lower()
    version = requirement.split("==")[1]

    def found():
        return next((p for p in folder.glob("*.whl") if p.name.lower().startswith(f"{name}-{version}-")), None)

    if found() is None:
        options = [x for p in PLATFORMS for x in ("--platform", p)]
        subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:", "--python-version",
                        "3.11", "--implementation", "cp", *options, "-d", folder, requirement], check=True)
    return found()


def unpack(wheels, folder):
    """As pip would, without what runs or is written anew."""
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as z:
            z.extractall(folder)
    return folder


def real(folder, names, before):
    """name -> does the real loader take it, in the interpreter that the wheels are for?"""
    child = subprocess.Popen([PYTHON, "-c", ASK], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    out = {}
    for name in names:
        first = str(folder / before[name]) if name in before else None
        child.stdin.write(json.dumps([first, str(folder / name)]) + "\n")
        child.stdin.flush()
        out[name] = json.loads(child.stdout.readline())
    child.stdin.close()
    child.wait()
    return out


def members(answer):
    return {m["target"].split("!/", 1)[1]: m for m in answer["members"]}


def befores(answer):
    """Files that are judged behind another one, and behind which."""
    out = {}
    for name, m in members(answer).items():
        told = re.search(r"library that (?:.*?)!/(.*) needs: alone", m["hint"] or "")
        if told:
            out[name] = told.group(1)
    return out


def differences(answer, folder):
    """What the real loader, and dlwhy itself about the unpacked files, say otherwise."""
    all_of = {n: m for n, m in members(answer).items() if not m["is_program"]}
    before = befores(answer)
    said = real(folder, all_of, before)
    wrong = []
    for name, m in all_of.items():
        if m["loads"] is not said[name][0]:
            wrong.append(f"{name}: {m['loads']} ({m['loader_message'] or m['error']}), but the real loader: {said[name]}")
    alone = [n for n in all_of if n not in before]
    unpacked = check("--program", PYTHON, *(folder / n for n in alone)) if alone else {"results": []}
    for name, m in zip(alone, unpacked.get("results", [unpacked])):
        if m["loads"] is not all_of[name]["loads"]:
            wrong.append(f"{name}: {all_of[name]['loads']} in the wheel, {m['loads']} unpacked ({m['loader_message']})")
    return wrong


# ---- breaking -----------------------------------------------------------------------------------------------------


def remove(data, rng):
    return None


def cut(data, rng):
    return data[:rng.randrange(64, len(data) // 2)]


def empty(data, rng):
    return b""


def page(data, rng):
    return b"<!DOCTYPE html>\n<html><body>404</body></html>\n"


def pointer(data, rng):
    return b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 100\n"


def machine(data, rng):
    return data[:18] + struct.pack("<H", 183) + data[20:]


def class_32(data, rng):
    return data[:4] + b"\1" + data[5:]


def zeros(data, rng):
    return bytes(4096) + data[4096:]


def headers(data, rng):
    return data[:32] + struct.pack("<Q", len(data) + 4096) + data[40:]


def need(data, rng):
    """The name of a library that it needs becomes another one."""
    names = [m.start() for m in re.finditer(rb"\0lib[\w+-]+\.so[.\d]*\0", data[:len(data)])]
    at = rng.choice(names) + 4 if names else None
    return data[:at] + b"Z" + data[at + 1:] if names else None


BREAKS = [remove, cut, empty, page, pointer, machine, class_32, zeros, headers, need]


def native(wheel):
    with zipfile.ZipFile(wheel) as z:
        return {i.filename: z.read(i) for i in z.infolist() if not i.is_dir() and z.open(i).read(4) == b"\x7fELF"}


def write(path, files):
    with zipfile.ZipFile(path, "w") as z:
        for name, data in files.items():
            z.writestr(name, data)


def needed_by(answer, base):
    """Files that load one of that name, in the answer about the whole wheel."""
    return any(o["path"] and o["path"].rsplit("/", 1)[-1] == base and m["target"].rsplit("/", 1)[-1] != base
               for m in answer["members"] for o in m["objects"])


def names(answer, base):
    """Is the file of that name what a finding of some member is about, or what it shows?"""
    for m in answer["members"]:
        if m["loads"] is not False:
            continue
        for f in m["findings"]:
            seen = [f["object"], f["needed_by"], *(e["path"] for e in f["evidence"]), *(e["value"] for e in f["evidence"])]
            if any(s and base in s for s in seen):
                return True
    return False


def breaks(wheel, others, whole, n, rng):
    files = native(wheel)
    shared = [x for x in files if needed_by(whole, x.rsplit("/", 1)[-1])] or list(files)
    done, wrong = 0, []
    for i in range(n):
        how = BREAKS[i % len(BREAKS)]
        name = rng.choice(shared if how is remove else list(files))
        data = how(files[name], rng)
        if how is remove and shared == list(files) and not needed_by(whole, name.rsplit("/", 1)[-1]):
            continue  # nobody would miss it
        with tempfile.TemporaryDirectory() as scratch:
            copy = pathlib.Path(scratch) / wheel.name
            write(copy, {k: data if k == name else v for k, v in files.items() if k != name or data is not None})
            answer = check(copy, *(x for o in others for x in ("--with", o)))
            base = name.rsplit("/", 1)[-1]
            if answer["loads"] is not True and not names(answer, base):
                wrong.append(f"{how.__name__} {name}: not named")
            folder = unpack([copy, *others], pathlib.Path(scratch) / "site")
            wrong += [f"{how.__name__} {name}: {w}" for w in differences(answer, folder)]
        done += 1
    return done, wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--build", default="build")
    parser.add_argument("--only")
    parser.add_argument("--breaks", type=int, default=10)
    parser.add_argument("--largest", type=int, default=80, help="MB of a wheel that is broken")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    if PYTHON is None:
        sys.exit("packages.py: there is no python3.11, which the wheels are for")
    folder = pathlib.Path(os.environ.get("DLWHY_WHEELS", f"{args.build}/corpus/wheels"))
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(args.seed)
    count = loads = tried = 0
    wrong = []
    for requirements in SETS:
        if args.only and not requirements[0].lower().startswith(args.only.lower()):
            continue
        wheel, *others = [download(folder, r) for r in requirements]
        answer = check(wheel, *(x for o in others for x in ("--with", o)))
        with tempfile.TemporaryDirectory() as scratch:
            bad = differences(answer, unpack([wheel, *others], pathlib.Path(scratch)))
        done = 0
        if answer["error"] is None and wheel.stat().st_size < args.largest * 1_000_000:
            done, more = breaks(wheel, others, answer, args.breaks, rng)
            bad += more
        fine = sum(m["loads"] is True for m in answer["members"])
        print(f"  {wheel.name}: {fine} of {len(answer['members'])} native files load, broken {done} times, "
              f"{len(bad)} differences", flush=True)
        for line in bad:
            print(f"    {line}", flush=True)
        for name, m in members(answer).items():
            if m["loads"] is not True:
                print(f"    {name}: {(m['findings'] or [{'summary': m['error']}])[0]['summary']}", flush=True)
        count, loads, tried, wrong = count + len(answer["members"]), loads + fine, tried + done, wrong + bad
    print(f"packages: {loads} of {count} native files load, broken {tried} times, {len(wrong)} verdicts differ")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
