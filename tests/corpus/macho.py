#!/usr/bin/python3
"""Native files of real wheels for macOS: what is read of them, what dyld would do with them, and broken ones.

    macho.py [--build DIR] [--sanitized DIR] [--wheels DIR] [--limit N]

Wheels for arm64 and x86_64 are fetched once (pip download) into DIR/macho. Then
  1. what dump-macho reads is compared with LIEF and llvm-objdump: install names, rpaths, libraries, exports,
     imports; LIEF is installed in an environment of its own;
  2. every file loads in the simulation, in its wheel's surroundings and with those of the wheels that it needs;
  3. files are broken in ten ways, and the answer names the file that was broken;
  4. what a real tool chain builds (zig cc of the package ziglang) loads, and does not without its parts.
"""
import argparse
import collections
import json
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[1]
PACKAGES = ["numpy", "scipy", "h5py", "opencv-python-headless", "pyarrow", "grpcio", "shapely", "pillow", "lxml",
            "greenlet", "ml_dtypes", "matplotlib", "pandas", "cryptography", "psycopg2-binary", "pyzmq", "torch",
            "PyQt6==6.7.1", "PyQt6-Qt6==6.7.3", "tensorflow-io-gcs-filesystem", "onnxruntime"]
PLATFORMS = {"arm64": ["macosx_11_0_arm64", "macosx_12_0_arm64", "macosx_13_0_arm64", "macosx_14_0_arm64"],
             "x86_64": ["macosx_10_9_x86_64", "macosx_10_13_x86_64", "macosx_12_0_x86_64", "macosx_14_0_x86_64"]}
LIEF = """
import json, sys
import lief
KINDS = {"LOAD_DYLIB", "LOAD_WEAK_DYLIB", "REEXPORT_DYLIB", "LOAD_UPWARD_DYLIB"}
out = {}
for path in sys.argv[1:]:
    slices = []
    fat = lief.MachO.parse(path) # it must outlive what is taken out of it
    for i in range(len(fat)):
        b = fat.at(i)
        needs = [[c.name, c.command.name] for c in b.libraries if c.command.name in KINDS]
        ids = [c.name for c in b.libraries if c.command.name == "ID_DYLIB"]
        rpaths = [r.path for r in b.rpaths]
        exports = sorted({s.name for s in b.symbols if s.has_export_info})
        imports = sorted({s.name for s in b.symbols if s.has_binding_info})
        slices.append({"id": ids[0] if ids else None, "needs": needs, "rpaths": rpaths, "exports": exports,
                       "imports": imports})
    out[path] = slices
json.dump(out, sys.stdout)
"""


def run(*args, **more):
    return subprocess.run([str(a) for a in args], check=True, capture_output=True, text=True, **more).stdout


def chunks(items, n=40):
    return [items[i:i + n] for i in range(0, len(items), n)]


# ---- what there is ----------------------------------------------------------------------------------------

def environment(place):
    env = place / "env"
    if not (env / "complete").exists():
        run(sys.executable, "-m", "venv", env)
        run(env / "bin/pip", "install", "-q", "lief", "ziglang")
        (env / "complete").touch()
    return env


def fetch(env, place):
    for arch, tags in PLATFORMS.items():
        folder = place / arch
        folder.mkdir(parents=True, exist_ok=True)
        platform = [x for tag in tags for x in ("--platform", tag)]
        have = {p.name.split("-")[0].replace("_", "-").lower() for p in folder.glob("*.whl")}
        for package in PACKAGES:
            if package.split("==")[0].replace("_", "-").lower() in have:
                continue
            done = subprocess.run([env / "bin/pip", "download", "-q", "--no-deps", "--only-binary=:all:",
                                   "--python-version", "3.11", *platform, "-d", folder, package],
                                  capture_output=True, text=True)
            if done.returncode != 0:
                print(f"  {package} has no wheel for {arch}")
        site = folder / "site"
        for wheel in sorted(folder.glob("*.whl")):
            mark = folder / (wheel.name + ".unpacked")
            if not mark.exists():
                zipfile.ZipFile(wheel).extractall(site)
                mark.touch()
    return {arch: sorted(str(p) for p in (place / arch / "site").rglob("*")
                         if p.suffix in (".so", ".dylib") and p.is_file()) for arch in PLATFORMS}


# ---- 1: read alike ----------------------------------------------------------------------------------------

KIND = {"weak": "LOAD_WEAK_DYLIB", "reexport": "REEXPORT_DYLIB", "upward": "LOAD_UPWARD_DYLIB"}


def kind_of(need):
    return next((KIND[k] for k in KIND if need[k]), "LOAD_DYLIB")


def by_lief(s):
    return {"id": s["id"], "needs": [[n["name"], kind_of(n)] for n in s["needs"]], "rpaths": s["rpaths"],
            "exports": sorted(set(s["exports"])), "imports": sorted({i["name"] for i in s["imports"]})}


def by_objdump(path, arch):
    """Names of the libraries, of the first slice for that processor."""
    text = run("llvm-objdump-14", "--macho", f"--arch={arch}", "--private-headers", path)
    out, command = {"id": None, "needs": [], "rpaths": []}, None
    for line in text.splitlines():
        if m := re.match(r"\s+cmd (\S+)", line):
            command = m[1]
        elif m := re.match(r"\s+(?:name|path) (.*) \(offset \d+\)$", line):
            if command == "LC_ID_DYLIB":
                out["id"] = m[1]
            elif command == "LC_RPATH":
                out["rpaths"].append(m[1])
            elif command in ("LC_LOAD_DYLIB", "LC_LOAD_WEAK_DYLIB", "LC_REEXPORT_DYLIB", "LC_LOAD_UPWARD_DYLIB"):
                out["needs"].append(m[1])
    return out


def compare(dump, env, files):
    different = 0
    for arch, paths in files.items():
        for some in chunks(paths):
            ours = json.loads(run(dump, *some))
            theirs = json.loads(run(env / "bin/python", "-c", LIEF, *some))
            for path in some:
                mine, other = [by_lief(s) for s in ours[path]], theirs[path]
                wrong = [(k, a[k], b[k]) for a, b in zip(mine, other) for k in a if a[k] != b[k]]
                if len(mine) != len(other) or wrong:
                    different += 1
                    print(f"  LIEF reads otherwise: {path}", [(k, differ(a, b)) for k, a, b in wrong][:3])
                named = by_objdump(path, arch)
                s = next(s for s in ours[path] if s["cpu"] == arch)
                if [n["name"] for n in s["needs"]] != named["needs"] or s["rpaths"] != named["rpaths"] or \
                        s["id"] != named["id"]:
                    different += 1
                    print(f"  llvm-objdump reads otherwise: {path}")
                if not s["whole"] or s["signature"].get("wrong"):
                    different += 1
                    print(f"  not whole: {path}", s["signature"])
    return different


def differ(a, b):
    if not isinstance(a, list) or not isinstance(b, list):
        return a, b
    return [x for x in a if x not in b][:5], [x for x in b if x not in a][:5]


# ---- 2: all of them load ----------------------------------------------------------------------------------

def ask(dlwhy, *args):
    done = subprocess.run([dlwhy, "check", "--json", *args], capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"dlwhy failed: {done.stderr[-300:]}")
    answer = json.loads(done.stdout)
    return answer["results"] if "results" in answer else [answer]


def needs_another(r):
    """Plug-ins of Qt need parts that the wheel leaves out, and servers of databases; tensorflow loads its
    framework first, which answers to that name."""
    if "/Qt6/plugins/" in r["target"] or "/Qt6/qml/" in r["target"]:
        return r["findings"][0]["code"] == "missing-library"
    return [(f["code"], f["object"]) for f in r["findings"]] == [("missing-library",
                                                                  "@rpath/libtensorflow_framework.2.dylib")]


def load_all(dlwhy, files):
    wrong = 0
    for arch, paths in files.items():
        for some in chunks(paths, 200):
            for r in ask(dlwhy, "--arch", arch, *some):
                if r["loads"] is not True and not needs_another(r):
                    wrong += 1
                    print("  does not load:", r["target"], r["loader_message"])
    return wrong


# ---- 3: broken --------------------------------------------------------------------------------------------

def cut(data):
    return data[:len(data) // 2]


def text(data):
    return b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"


def page(data):
    return data[:0x2000] + bytes(b ^ 0xFF for b in data[0x2000:0x2001]) + data[0x2001:]


def cpu(data):
    return data[:4] + (b"\x07\0\0\1" if data[4] == 0xC else b"\x0c\0\0\1") + data[8:]


def kind(data):
    return data[:12] + b"\x02\0\0\0" + data[16:]


def platform(data):
    at = 32
    for _ in range(struct.unpack_from("<I", data, 16)[0]):
        command, size = struct.unpack_from("<2I", data, at)
        if command == 0x32:
            return data[:at + 8] + b"\2\0\0\0" + data[at + 12:]
        at += size
    return None


# name, what becomes of the bytes of a dependency (None: it is removed), codes that may be the answer
WAYS = [("removed", None, {"missing-library", "search-path"}), ("empty", lambda d: b"", {"corrupt-file"}),
        ("cut", cut, {"corrupt-file"}), ("text", text, {"corrupt-file"}), ("page", page, {"not-loadable"}),
        ("processor", cpu, {"wrong-arch"}), ("type", kind, {"not-loadable"}), ("platform", platform, {"wrong-arch"}),
        ("moved", "moved", {"search-path"}), ("folder", "folder", {"not-loadable"})]


def thin(path):
    data = pathlib.Path(path).read_bytes()
    return data[:4] == b"\xcf\xfa\xed\xfe" and data


def pairs_of(dlwhy, arch, paths):
    """(file, a library of its own wheel that it needs)."""
    out = {}
    for some in chunks([p for p in paths if p.endswith(".so")], 200):
        for r in ask(dlwhy, "--arch", arch, "--no-bind", *some):
            objects = {o["id"]: o for o in r["objects"]}
            for n in (n for o in r["objects"] for n in o["needs"]):
                to = objects.get(n["to"], {}).get("path") or ""
                if "/site/" in to and to.endswith(".dylib") and to not in out and thin(to):
                    out[to] = r["target"]
    return [(target, library) for library, target in out.items()]


def break_one(dlwhy, arch, target, library, how):
    name, change, codes = how
    path, kept = pathlib.Path(library), pathlib.Path(library + ".kept")
    path = path.parent.resolve() / path.name
    if name == "page" and arch != "arm64":
        return None
    data = path.read_bytes()
    new = change(data) if callable(change) else None
    if callable(change) and new is None:
        return None
    os.rename(path, kept)
    extra = path.parent.parent / "moved-away"
    try:
        if new is not None:
            path.write_bytes(new)
        elif change == "moved":
            extra.mkdir(exist_ok=True)
            shutil.copy(kept, extra / path.name)
        elif change == "folder":
            path.mkdir()
        (r,) = ask(dlwhy, "--arch", arch, target)
    finally:
        if path.is_dir():
            path.rmdir()
        shutil.rmtree(extra, ignore_errors=True)
        os.rename(kept, path)
    first = r["findings"][0] if r["findings"] else {"code": None, "object": ""}
    good = r["loads"] is False and first["code"] in codes and path.name in (first["object"] or "")
    return None if good else f"{name}: {target} with {path.name}: {first['code']} {first['object']}"


def break_all(dlwhy, files, limit):
    wrong, done = [], collections.Counter()
    for arch, paths in files.items():
        for target, library in pairs_of(dlwhy, arch, paths)[:limit]:
            for how in WAYS:
                bad = break_one(dlwhy, arch, target, library, how)
                done[how[0]] += 1
                if bad:
                    wrong.append(bad)
                    print("  " + bad)
    print("  broken:", ", ".join(f"{k} {v}" for k, v in done.items()))
    return len(wrong)


# ---- 4: compiled ------------------------------------------------------------------------------------------

SOURCES = {"a": "int a_func(void) { return 1; }", "less": "int another(void) { return 1; }",
           "b": "int a_func(void); int b_func(void) { return a_func(); }",
           "main": "int b_func(void); int main(void) { return b_func() - 1; }"}


def build(env, folder, target):
    zig = [env / "bin/python", "-m", "ziglang", "cc", "-target", target, "-O1", "-fno-sanitize=all"]
    more = {"cwd": folder, "env": {**os.environ, "ZIG_GLOBAL_CACHE_DIR": str(folder / "cache"),
                                   "ZIG_LOCAL_CACHE_DIR": str(folder / "cache")}}
    for name, text in SOURCES.items():
        (folder / f"{name}.c").write_text(text + "\n")
    name = "-Wl,-install_name,@rpath/liba.dylib"
    run(*zig, "-shared", "a.c", "-o", "liba.dylib", name, **more)
    run(*zig, "-shared", "less.c", "-o", "less.dylib", name, **more)
    run(*zig, "-shared", "b.c", "liba.dylib", "-o", "libb.dylib", "-Wl,-install_name,@rpath/libb.dylib",
        "-Wl,-rpath,@loader_path", **more)
    run(*zig, "main.c", "libb.dylib", "-o", "main", "-Wl,-rpath,@executable_path", **more)


def compiled(dlwhy, env, place):
    wrong = 0
    for target in ("aarch64-macos", "x86_64-macos"):
        folder = place / "zig" / target
        if not (folder / "main").exists():
            folder.mkdir(parents=True, exist_ok=True)
            build(env, folder, target)
        scene = folder / "scene"
        for step, library, expected in ((0, "liba.dylib", None), (1, "less.dylib", "missing-symbol"),
                                        (2, None, "missing-library")):
            shutil.rmtree(scene, ignore_errors=True)
            scene.mkdir()
            for name in ("main", "libb.dylib"):
                shutil.copy(folder / name, scene / name)
            if library:
                shutil.copy(folder / library, scene / "liba.dylib")
            (r,) = ask(dlwhy, scene / "main")
            code = r["findings"][0]["code"] if r["findings"] else None
            if code != expected and not (step == 2 and code == "search-path"):
                wrong += 1
                print(f"  {target}, step {step}: {code} {r['loader_message']}")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, default=TOP / "build")
    parser.add_argument("--sanitized", type=pathlib.Path, default=TOP / "build-asan",
                        help="where dump-macho is")
    parser.add_argument("--wheels", type=pathlib.Path)
    parser.add_argument("--limit", type=int, default=30, help="libraries of each processor that are broken")
    args = parser.parse_args()
    place = args.wheels or args.build / "corpus/macho"
    place.mkdir(parents=True, exist_ok=True)
    env = environment(place)
    files = fetch(env, place)
    print("files of wheels for macOS:", {a: len(p) for a, p in files.items()})
    faults = compare(args.sanitized / "tests/object/dump-macho", env, files)
    faults += load_all(args.build / "dlwhy", files)
    faults += break_all(args.build / "dlwhy", files, args.limit)
    faults += compiled(args.build / "dlwhy", env, place)
    print(f"{faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
