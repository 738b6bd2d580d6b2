#!/usr/bin/python3
"""Popular packages with native code, all sound, in one environment: what an import of each loads.

    imports.py [--build DIR] [--only WORD] [-v]

The interpreter imports each of them and says which ELF files are mapped afterwards that were not before.
dlwhy says it without running anything. All must be predicted to import, and of all files that one of the
two names (real or predicted) at least 98 % must be named by both. Files that dlwhy names with a `maybe`
count as not named. The real answers are kept beside the environment.
"""
import argparse
import json
import os
import pathlib
import statistics
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import pyask  # noqa: E402
from pyask import oracle  # noqa: E402

ENOUGH = 0.98
# What is installed -> what is imported: what a program that uses it imports first.
PACKAGES = {
    "numpy==2.0.2": "numpy", "scipy==1.17.1": "scipy.optimize", "pandas==3.1.1": "pandas", "pyarrow==26.0.1": "pyarrow",
    "scikit-learn==1.9.1": "sklearn.linear_model", "matplotlib==3.11.2": "matplotlib.pyplot", "pillow==13.0.0": "PIL.Image",
    "opencv-python-headless==5.0.0.93": "cv2", "h5py==3.16.0": "h5py", "tensorflow-cpu==2.18.0": "tensorflow",
    "lxml==6.1.3": "lxml.etree", "grpcio==1.85.3": "grpc", "protobuf==5.29.6": "google.protobuf.descriptor",
    "cryptography==50.0.2": "cryptography.fernet", "cffi==2.1.1": "_cffi_backend", "pyzmq==27.3.0": "zmq",
    "psutil==7.2.2": "psutil", "shapely==2.2.0": "shapely", "pyproj==3.7.2": "pyproj", "rasterio==1.4.4": "rasterio",
    "fiona==1.10.1": "fiona", "numba==0.68.1": "numba", "llvmlite==0.50.0": "llvmlite.binding",
    "tokenizers==0.23.3": "tokenizers", "safetensors==0.8.0": "safetensors", "sentencepiece==0.2.3": "sentencepiece",
    "onnxruntime==1.32.0": "onnxruntime", "xgboost-cpu==3.2.0": "xgboost", "lightgbm==4.7.0": "lightgbm",
    "polars==2.1.0": "polars", "duckdb==2.0.1": "duckdb", "greenlet==3.5.6": "greenlet", "gevent==26.9.0": "gevent",
    "sqlalchemy==2.1.9": "sqlalchemy", "aiohttp==3.14.5": "aiohttp", "uvloop==0.23.0": "uvloop", "orjson==3.13.0": "orjson",
    "msgpack==1.2.4": "msgpack", "pydantic==2.14.4": "pydantic", "ujson==6.1.0": "ujson", "pyyaml==6.0.4": "yaml",
    "regex==2026.11.19": "regex", "rapidfuzz==3.14.6": "rapidfuzz.fuzz", "zstandard==0.25.0": "zstandard",
    "lz4==4.4.5": "lz4.frame", "PyQt6==6.11.0": "PyQt6.QtWidgets", "pynacl==1.6.2": "nacl.bindings",
    "bcrypt==5.0.0": "bcrypt", "soundfile==0.14.0": "soundfile", "netCDF4==1.7.5.1.post1": "netCDF4",
    "statsmodels==0.15.0": "statsmodels.api",
}


def environment(build):
    return pyask.make_env(build, "imports", PACKAGES)


class Truth:
    """What the interpreter did, kept by what is installed."""

    def __init__(self, build, python):
        self.path = build / "corpus/imports-truth.json"
        self.id = f"{pyask.identity(python)} {python}"
        self.kept = {}
        if self.path.exists():
            kept = json.loads(self.path.read_text(encoding="utf-8"))
            self.kept = kept["said"] if kept["id"] == self.id else {}

    def ask(self, python, module, places):
        if module not in self.kept:
            real = pyask.ask_real(python, f"import {module}", places.cwd, pyask.environment(places.home()))
            self.kept[module] = {"text": real.text, "files": sorted(real.files), "modules": real.modules,
                                 "seconds": real.seconds}
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.write_text(json.dumps({"id": self.id, "said": self.kept}), encoding="utf-8")
        return self.kept[module]


def real_paths(paths):
    return {os.path.realpath(p) for p in paths if p.startswith("/")}


class Row:
    def __init__(self, module, real, ours, always):
        self.module, self.real, self.ours = module, real, ours
        files = real_paths(real["files"])
        maybe = real_paths(ours.maybe) - files
        named = real_paths(ours.objects) - always
        self.unsure = files & real_paths(ours.maybe)
        self.missed = sorted(files - named | self.unsure)
        self.extra = sorted(named - files - maybe)
        self.both = len(files) - len(self.missed)
        self.files = len(files)
        self.maybe = len(maybe)

    @property
    def wrong(self):
        """It imports, so nothing else may be said."""
        if self.real["text"] is not None:
            return None
        if self.ours.loads is False or self.ours.errors:
            return f"called broken: {self.ours.text}; {self.ours.first()}"
        return None

    @property
    def undecided(self):
        return self.ours.loads is not True and not self.wrong


def show(row, verbose):
    bad = row.missed or row.extra or row.wrong or row.undecided
    if not bad and not verbose:
        return
    print(f"{row.module}: {row.files} files, {len(row.missed)} missed, {len(row.extra)} too many, {row.maybe} maybe; "
          f"{row.ours.seconds:.2f} s beside {row.real['seconds']:.2f} s")
    if row.wrong:
        print(f"    WRONG: {row.wrong}")
    if row.undecided:
        print(f"    undecided: {row.ours.raw.get('error') or row.ours.first()}")
    for what, files in (("missed", row.missed), ("too many", row.extra)):
        for f in files if verbose else files[:3]:
            print(f"    {what}{' (named as maybe)' if f in row.unsure else ''}: {f}")
        if len(files) > 3 and not verbose:
            print(f"    {what}: and {len(files) - 3} more")
    for gap in row.ours.gaps if verbose else []:
        print(f"    not followed: {gap}")


def check(build, only=None, verbose=False):
    """(passed, failed, skipped): of packages to be predicted right, and the goal over all files."""
    python = environment(build)
    if python is None:
        print("skipped: packages that import: there is no Python 3.11")
        return 0, 0, 1
    places = pyask.Places("imports")
    try:
        return judge(build, python, places, only, verbose)
    finally:
        places.close()


def judge(build, python, places, only, verbose):
    truth = Truth(build, python)
    # What a bare start has mapped is of the interpreter, not of the import.
    always = real_paths(pyask.ask_ours(python, "sys", places.cwd, pyask.environment(places.home())).objects)
    rows, broken = [], 0
    for module in PACKAGES.values():
        if only and only not in module:
            continue
        real = truth.ask(python, module, places)
        if real["text"] is not None:
            broken += 1
            print(f"{module} does not import here: {real['text'][:300]}")
            continue
        ours = pyask.ask_ours(python, module, places.cwd, pyask.environment(places.home()))
        rows.append(Row(module, real, ours, always))
        show(rows[-1], verbose)
    files, both = sum(r.files for r in rows), sum(r.both for r in rows)
    extra = sum(len(r.extra) for r in rows)
    union = files + extra
    same = both / union if union else 0.0
    yes = sum(not r.wrong and not r.undecided for r in rows)
    ratios = [r.ours.seconds / r.real["seconds"] for r in rows] or [0.0]
    print(f"Packages that import: {len(rows)}; predicted to import: {yes}, undecided {sum(r.undecided for r in rows)}, called "
          f"broken {sum(bool(r.wrong) for r in rows)}")
    print(f"Native files: {files} mapped, {both} named ({100 * both / max(files, 1):.2f} %), {extra} named too many "
          f"(precision {100 * both / max(both + extra, 1):.2f} %); the same {100 * same:.2f} % of all (goal: {100 * ENOUGH:.0f} %); "
          f"dlwhy takes {100 * statistics.median(ratios):.1f} % of the import's time (median)")
    good = same >= ENOUGH
    return yes + good, len(rows) - yes + broken + (not good), 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--build", type=pathlib.Path, default=oracle.TOP / "build")
    parser.add_argument("--only", help="modules whose names have this in them")
    parser.add_argument("-v", "--verbose", action="store_true")
    args = parser.parse_args()
    passed, failed, skipped = check(args.build.resolve(), args.only, args.verbose)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
