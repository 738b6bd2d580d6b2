#!/usr/bin/python3
"""Real wheels for Windows: read as llvm-readobj reads them, and every file loads; then broken, and the file named.

    windows.py [--build DIR]

Each environment holds a package with what it declares to need and imports. With the redistributables of Visual C++, which
these wheels ask for in their own words, every .pyd and .dll must load. What does not is listed here with the
reason, which is in the wheel. Then, in each environment, DLLs that others need are taken away, cut or replaced,
one at a time: the answer must name that file. So must `dlwhy import`, of files that the import opens.

The wheels are fetched once into DIR/corpus/windows (--build, default build). Nothing of them is run.
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
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "oracle"))
import oracle  # noqa: E402

DATEUTIL = ["python-dateutil", "six"]
ENVIRONMENTS = [["numpy"], ["scipy", "numpy"], ["h5py", "numpy"], ["shapely", "numpy"], ["grpcio", "typing-extensions"],
                ["pyzmq"], ["opencv-python-headless", "numpy"], ["pyarrow", "numpy"],
                ["pandas", "numpy", "tzdata", *DATEUTIL], ["pillow"], ["lxml"], ["cryptography", "cffi", "pycparser"],
                ["tokenizers"], ["kiwisolver"],
                ["matplotlib", "numpy", "contourpy", "cycler", "fonttools", "kiwisolver", "packaging", "pillow", "pyparsing",
                 *DATEUTIL], ["psutil"], ["pywin32"], ["PyQt6==6.10.0", "PyQt6-Qt6==6.10.0", "PyQt6-sip"],
                ["torch==2.5.1", "filelock", "typing-extensions", "sympy==1.13.1", "mpmath", "networkx", "jinja2", "markupsafe",
                 "fsspec"],
                ["tensorflow-intel==2.15.0", "numpy<2", "absl-py", "astunparse", "flatbuffers", "gast", "google-pasta",
                 "grpcio", "h5py", "keras<2.16", "ml-dtypes<0.3", "opt-einsum", "packaging", "protobuf<4.24", "setuptools",
                 "six", "termcolor", "typing-extensions", "wrapt<1.15", "wheel", "tensorboard<2.16",
                 "tensorflow-estimator<2.16", "tensorflow-io-gcs-filesystem<0.32", "requests", "urllib3", "idna", "certifi",
                 "charset-normalizer"],
                ["scikit-learn", "numpy", "scipy", "joblib", "threadpoolctl", "narwhals", "cloudpickle"]]
# What is imported of each; by the name of the environment where that is none of a module.
MODULES = {"scipy": "scipy.linalg", "grpcio": "grpc", "pyzmq": "zmq", "opencv-python-headless": "cv2", "pillow": "PIL.Image",
           "lxml": "lxml.etree", "cryptography": "cryptography.x509", "matplotlib": "matplotlib.pyplot",
           "pywin32": "win32api", "PyQt6": "PyQt6.QtWidgets", "tensorflow-intel": "tensorflow",
           "scikit-learn": "sklearn.linear_model"}
# Files that an import does without: NumPy of pyarrow; a DLL that the redistributables bring as well; what has a source
# of the same name beside it; DLLs that torch opens because they are there; h5py of Keras, which catches the exception.
SPARED = re.compile(r"pyarrow .*numpy|PyQt6 .*msvcp140|vcruntime140|lxml .*_elementpath|torch .*(stubs|deps|/torch\.dll)|"
                    r"tensorflow-intel .*(h5py|charset_normalizer)")
FETCH = ["/usr/bin/python3", "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:", "--platform",
         "win_amd64", "--python-version", "3.11"]
# Plug-ins of Qt for modules that are in other wheels; a service that is copied beside python.exe when it is installed.
NOT_WHOLE = re.compile(r"PyQt6/Qt6/(plugins|qml)/|/pythonservice\.exe$|/isapi/")
NATIVE = (".pyd", ".dll")
LARGEST = 40 << 20     # bytes of a file that is compared with llvm-readobj
BROKEN = 10            # in each environment
LOST = 6               # and of what an import opens


def unpacked(build, packages):
    top = build / "corpus/windows" / re.split("[=<]", packages[0])[0]
    if not top.is_dir():
        part = top.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([*FETCH, "-d", folder, *packages], check=True)
            for wheel in pathlib.Path(folder).glob("*.whl"):
                with zipfile.ZipFile(wheel) as z:
                    z.extractall(part / "Lib/site-packages")
        part.rename(top)
    return top


def natives(top):
    return sorted(p for p in top.rglob("*") if p.suffix.lower() in NATIVE and p.is_file())


def check(paths):
    p = subprocess.run([oracle.dlwhy_program(), "check", "--windows", "10+vcredist", "--format", "jsonl",
                        *map(str, paths)], stdout=subprocess.PIPE, env=oracle.CLEAN, check=False)
    return [json.loads(line) for line in p.stdout.splitlines()]


# ---- reading --------------------------------------------------------------------------------------

def readobj(path):
    out = subprocess.run(["llvm-readobj", "--coff-imports", "--coff-exports", path], stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL, check=True).stdout.decode("latin-1")
    facts, dll, delay, ordinal = collections.Counter(), None, False, None
    for line in out.splitlines():
        if line == "DelayImport {":
            delay = True
        elif line == "}":
            dll, delay, ordinal = None, False, None
        elif m := re.fullmatch(r"  Ordinal: (\d+)", line):
            ordinal = int(m[1])
        elif m := re.fullmatch(r"  Name: (.*)", line):
            if ordinal is not None and m[1]:
                facts[f"export {m[1]} {ordinal}"] += 1
            elif ordinal is None:
                dll = m[1]
                facts[f"{'delay' if delay else 'need'} {dll}"] += 1
        elif m := re.fullmatch(r" +Symbol: (.*) \((\d+)\)", line):
            facts[f"{'delayed' if delay else 'import'} {dll} {m[1] or '#' + m[2]}"] += 1
    return facts


def ours(build, path):
    out = subprocess.run([build / "tests/object/tool/pe-dump", path], stdout=subprocess.PIPE, check=True)
    facts = collections.Counter()
    for line in out.stdout.decode("latin-1").splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "export":
            facts[" ".join(line.split(" ")[:3])] += 1
        elif kind in ("need", "delay", "import", "delayed"):
            facts[line] += 1
        elif kind == "lost":
            facts[f"not found by its own name: {rest}"] += 1
    return facts


# ---- breaking -------------------------------------------------------------------------------------

def needed(results):
    """{a file: files that need it at start}, of those that packages bring."""
    by = collections.defaultdict(set)
    for r in results:
        paths = {o["id"]: o["path"] for o in r["objects"]}
        for o in r["objects"]:
            if o["id"] == 0 or o["path"] is None:
                continue
            for n in o["needs"]:
                to = paths.get(n["to"])
                if n["when"] != "delay" and to and os.path.isfile(to) and o["path"] != to:
                    by[to].add(r["target"])
    return by


def break_one(path, rnd):
    """Damages a file; what it must be called."""
    kept = path.read_bytes()
    way = rnd.choice(["gone", "cut", "text", "empty", "machine"])
    if way == "gone":
        path.unlink()
    elif way == "machine":
        at = int.from_bytes(kept[60:64], "little") + 4
        path.write_bytes(kept[:at] + b"\x64\xaa" + kept[at + 2:])
    else:
        path.write_bytes({"cut": kept[:len(kept) // 2], "text": b"no library\n", "empty": b""}[way])
    return kept, way


def broken(top, results, rnd):
    """Complaints about files that were damaged and not named."""
    by, complaints, count = needed(results), [], 0
    for path in rnd.sample(sorted(by), min(BROKEN, len(by))):
        target = sorted(by[path])[0]
        kept, way = break_one(pathlib.Path(path), rnd)
        r, = check([target])
        pathlib.Path(path).write_bytes(kept)
        named = [os.path.basename(f["object"] or "").lower() for f in r["findings"] if f["severity"] == "error"]
        count += 1
        if r["loads"] is not False or os.path.basename(path).lower() not in named:
            complaints.append(f"{target}: {path} was {way}, named is {named}")
    return complaints, count


# ---- importing ------------------------------------------------------------------------------------

def imported(top, module):
    p = subprocess.run([oracle.dlwhy_program(), "import", module, "--json", "--root", str(top), "--os", "windows",
                        "--python-version", "3.11", "--windows", "10+vcredist"], stdout=subprocess.PIPE, env=oracle.CLEAN,
                       check=False)
    return json.loads(p.stdout)


def import_broken(top, rnd):
    """Complaints about an import that does not work, and about files that are taken away and not named."""
    module = MODULES.get(top.name, top.name)
    result = imported(top, module)
    if result["loads"] is not True:
        return [f"import {module} in {top.name}: {[f['summary'] for f in result['findings']][:1]}"], 0
    files = sorted({o["path"] for o in result["objects"] if o["path"] and o["path"].startswith("/Lib/")})
    complaints, count = [], 0
    for path in rnd.sample(files, min(LOST, len(files))):
        real = top / path[1:]
        away = real.with_name(real.name + ".away")
        real.rename(away)
        try:
            r = imported(top, module)
        finally:
            away.rename(real)
        count += 1
        named = [os.path.basename(f["object"] or "").lower() for f in r["findings"]]
        if real.name.lower() not in named and not SPARED.search(f"{top.name} {path}"):
            complaints.append(f"import {module}: {path} was taken away, named is {named}, loads is {r['loads']}")
    return complaints, count


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build", type=pathlib.Path)
    build = parser.parse_args().build.resolve()
    complaints, files, compared, taken, damaged, lost = [], 0, 0, 0, 0, 0
    for packages in ENVIRONMENTS:
        top = unpacked(build, packages)
        paths = natives(top)
        results = check(paths)
        files += len(paths)
        for path in (p for p in paths if p.stat().st_size < LARGEST):
            compared += 1
            a, b = ours(build, path), readobj(path)
            if a != b:
                complaints.append(f"{path} is read in another way: {list((a - b) + (b - a))[:4]}")
        for r in results:
            if r["loads"] is True:
                taken += 1
            elif not NOT_WHOLE.search(r["target"]):
                complaints.append(f"{r['target']}: {[f['summary'] for f in r['findings']][:2]}")
        more, count = broken(top, results, random.Random(1))
        complaints += more
        damaged += count
        more, count = import_broken(top, random.Random(2))
        complaints += more
        lost += count
    print("\n".join(complaints))
    print(f"windows: {files} files of {len(ENVIRONMENTS)} environments, {compared} read as llvm-readobj does, {taken} load; "
          f"{damaged} damaged ones, {lost} taken away from an import; {len(complaints)} complaints")
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
