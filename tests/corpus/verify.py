#!/usr/bin/python3
"""Real environments: nothing wrong is said of sound ones, and every damage that is done to a copy is found.

    verify.py [--build DIR] [--damages N] [--seed N] [--wheels DIR]

All environments of DLWHY_ENVS (or DIR/corpus/envs) are verified: an error is a false alarm. What Python's own look at each
RECORD says must be what dlwhy says of the same files. Then N files of the largest packages are damaged, one at a time, in
a copy of the package beside its records, and dlwhy must name each. This system's packages are compared with debsums, if it
is installed, and wheels in DIR with `auditwheel show`, if that is.
"""
import argparse
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "package"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import pyask  # noqa: E402
import wheels  # noqa: E402

DLWHY = os.environ.get("DLWHY", "build/dlwhy")
SMALL = 30_000_000  # bytes of a package that is copied to be damaged


def verify(*args):
    p = subprocess.run([DLWHY, "verify", "--json", *map(str, args)], stdout=subprocess.PIPE, check=False)
    return json.loads(p.stdout)


def sound(envs):
    """Environments without an error, and those where Python's own look at RECORD says another thing."""
    fine, wrong = 0, []
    for env in envs:
        answer = verify(env)
        errors = [f["summary"] for f in answer["findings"] if f["severity"] == "error"]
        named = {os.path.realpath(e["path"]) for f in answer["findings"] for e in f["evidence"] if e["path"]}
        missed = wheels.wrong_by_record(env) - named
        fine += not errors and not missed
        wrong += [f"{env.name}: {e}" for e in errors] + [f"{env.name}: not named: {m}" for m in sorted(missed)[:3]]
        v = answer["verify"]
        print(f"  {env.name}: {v['packages']} packages, {v['files']} files, {v['bytes'] / 1e9:.1f} GB, "
              f"{len(errors)} errors, {len(answer['findings']) - len(errors)} others", flush=True)
    return fine, wrong


# ---- damage ---------------------------------------------------------------------------------------

def cut(path, rng):
    os.truncate(path, rng.randrange(path.stat().st_size))


def flip(path, rng):
    data = bytearray(path.read_bytes())
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    path.write_bytes(data)


def zero(path, rng):
    data = bytearray(path.read_bytes())
    at = rng.randrange(len(data))
    data[at:at + 4096] = bytes(len(data[at:at + 4096]))
    if bytes(data) == path.read_bytes():
        data[0] ^= 1
    path.write_bytes(data)


def remove(path, rng):
    path.unlink()


def append(path, rng):
    with open(path, "ab") as f:
        f.write(b"#")


def packages_of(site):
    """(files, bytes) of each package: paths below site-packages that its RECORD has a hash of."""
    import csv
    out = {}
    for record in sorted(site.glob("*.dist-info/RECORD")):
        rows = [r for r in csv.reader(open(record, encoding="utf-8", newline="")) if r and r[1] and ".." not in r[0]]
        if rows and sum(int(r[2] or 0) for r in rows) < SMALL:
            out[record.parent] = [r[0] for r in rows]
    return out


def damages(envs, n, rng):
    """How many of n damages were named, and what was not."""
    places = [(wheels.site(e), info, files) for e in envs for info, files in packages_of(wheels.site(e)).items()]
    found, missed = 0, []
    for _ in range(n):
        site, info, files = rng.choice(places)
        how = rng.choice([cut, flip, zero, remove, append])
        with tempfile.TemporaryDirectory() as folder:
            copy = pathlib.Path(folder)
            for name in [*files, f"{info.name}/RECORD"]:
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(site / name, copy / name)
            name = rng.choice([f for f in files if (copy / f).stat().st_size > 0])
            how(copy / name, rng)
            answer = verify(copy)
            named = {e["path"] for f in answer["findings"] for e in f["evidence"]} | {f["object"] for f in answer["findings"]}
            native = re.search(r"\.so(\.\d+)*$", name)
            hard = native and how is not append
            ok = str(copy / name) in named and (not hard or answer["verify"]["damaged"] == 1)
        found += ok
        if not ok:
            missed.append(f"{how.__name__} {name} of {info.name}")
    return found, missed


# ---- other tools ----------------------------------------------------------------------------------

def by_debsums(packages):
    """Files that debsums and dlwhy disagree about, for these packages of this system."""
    said = subprocess.run(["debsums", *packages], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    wrong = {m.group(1) for m in re.finditer(r"^(?:debsums: (?:changed|missing) file )(\S+)", said.stdout, re.M)}
    wrong |= {m.group(1) for m in re.finditer(r"^(/\S+)\s+FAILED$", said.stdout, re.M)}
    answer = verify("/")
    ours = {e["path"] for f in answer["findings"] if f.get("package", {}).get("name") in packages
            for e in f["evidence"] if e["path"]}
    return wrong, ours


def by_auditwheel(folder, auditwheel):
    """Wheels whose tag auditwheel cannot confirm, beside ours."""
    rows = []
    for path in sorted(pathlib.Path(folder).glob("*.whl")):
        shown = subprocess.run([*auditwheel, "show", path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False).stdout
        theirs = re.search(r'"(manylinux_\d+_\d+|musllinux_\d+_\d+|linux)_', " ".join(shown.split()))
        bad = [f for f in verify(path)["findings"] if f["code"] == "wheel-tag" and f["detail"] != "search-path"]
        rows.append((path.name, theirs.group(1) if theirs else None, sorted({f["detail"] for f in bad})))
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--build", default="build")
    parser.add_argument("--damages", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--wheels", help="a folder of wheels, for auditwheel")
    args = parser.parse_args()
    envs = sorted(p.parent for p in pyask.envs_folder(args.build).glob("*/pyvenv.cfg"))
    fine, wrong = sound(envs)
    print(f"sound environments: {fine} of {len(envs)} without a false alarm")
    found, missed = damages(envs, args.damages, random.Random(args.seed)) if envs else (0, [])
    print(f"damages: {found} of {args.damages if envs else 0} named")
    packages = ["libc6", "zlib1g", "python3-pip", "coreutils", "bash"]
    differ = set()
    if shutil.which("debsums"):
        theirs, ours = by_debsums([p for p in packages if pathlib.Path(f"/var/lib/dpkg/info/{p}.list").exists()])
        differ = theirs ^ ours
        print(f"debsums: {len(theirs)} files of {len(packages)} packages are not as they must be; told otherwise here: {len(differ)}")
    if args.wheels:
        auditwheel = [os.environ.get("AUDITWHEEL", "auditwheel")]
        for row in by_auditwheel(args.wheels, auditwheel):
            print("  wheel", *row)
    for line in [*wrong, *missed, *sorted(differ)]:
        print("  " + line)
    sys.exit(bool(wrong or missed or differ))


if __name__ == "__main__":
    main()
