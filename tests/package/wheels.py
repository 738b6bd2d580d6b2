"""Small wheels, made here: what they hold is given, RECORD is written by this module and not by ours."""
import base64
import csv
import hashlib
import io
import pathlib
import shutil
import subprocess
import sys
import zipfile

TAG = f"cp3{sys.version_info[1]}"
SUFFIX = f".cpython-3{sys.version_info[1]}-x86_64-linux-gnu.so"


def record_hash(data, kind="sha256"):
    return f"{kind}=" + base64.urlsafe_b64encode(hashlib.new(kind, data).digest()).rstrip(b"=").decode()


def record_text(rows, info):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for name, data in rows.items():
        writer.writerow([name, record_hash(data), len(data)])
    writer.writerow([f"{info}/RECORD", "", ""])
    return out.getvalue().encode()


def metadata(name, version):
    return f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\nA package of a test.\n".encode()


def make(folder, name, version, files, tag="py3-none-any", pure=None, entry_points=None, record=None, file_tag=None,
         leave_out=()):
    """Writes NAME-VERSION-TAG.whl and returns its path. record: changes the rows; leave_out: members that are not
    packed though RECORD lists them."""
    info = f"{name}-{version}.dist-info"
    pure = tag.endswith("-any") if pure is None else pure
    rows = {k: v.encode() if isinstance(v, str) else v for k, v in files.items()}
    rows[f"{info}/METADATA"] = metadata(name, version)
    rows[f"{info}/WHEEL"] = (f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: {str(pure).lower()}\n"
                             f"Tag: {tag}\n").encode()
    if entry_points:
        rows[f"{info}/entry_points.txt"] = f"[console_scripts]\n{entry_points}\n".encode()
    text = record_text(record(dict(rows)) if record else rows, info)
    path = pathlib.Path(folder) / f"{name}-{version}-{file_tag or tag}.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        for key, data in rows.items():
            if key not in leave_out:
                z.writestr(key, data)
        z.writestr(f"{info}/RECORD", text)
    return path


def library(folder, source, *options, compiler="gcc", name="x.so"):
    """The bytes of a shared library."""
    folder = pathlib.Path(folder)
    (folder / "source.c").write_text(source)
    subprocess.run([compiler, "-shared", "-fPIC", "-w", "-o", folder / name, folder / "source.c", *options],
                   check=True)
    return (folder / name).read_bytes()


def have_pip():
    return subprocess.run([sys.executable, "-m", "pip", "--version"], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, check=False).returncode == 0


def environment(folder, *wheels):
    """A virtual environment into which pip itself has installed the wheels, by name."""
    names = ["==".join(pathlib.Path(w).name.split("-")[:2]) for w in wheels]
    places = [word for w in wheels for word in ("--find-links", pathlib.Path(w).parent)]
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    subprocess.run([sys.executable, "-m", "pip", "-q", "--disable-pip-version-check", "--python", f"{folder}/bin/python",
                    "install", "--no-index", "--no-deps", "--no-cache-dir", *places, *names], check=True)
    return pathlib.Path(folder)


def site(env):
    return next(pathlib.Path(env).glob("lib/python3*/site-packages"))


def wrong_by_record(env):
    """Python's own look at each RECORD: paths whose bytes are others or that are missing; bytecode left out."""
    out, where = set(), site(env)
    for record in where.glob("*.dist-info/RECORD"):
        with open(record, encoding="utf-8", newline="") as f:
            for row in csv.reader(f):
                path = where / row[0]
                if row[0].endswith(".pyc"):
                    continue
                if not path.is_file():
                    out.add(str(path.resolve()))
                elif row[1]:
                    kind, _, want = row[1].partition("=")
                    if record_hash(path.read_bytes(), kind) != f"{kind}={want}":
                        out.add(str(path.resolve()))
    return out


def copy(env, to):
    shutil.copytree(env, to, symlinks=True)
    return pathlib.Path(to)
