"""What dlwhy itself prints for people, pasted into `dlwhy explain`, is explained as the cause and object that it told of."""
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

DLWHY = os.path.abspath(os.environ.get("DLWHY", pathlib.Path(__file__).resolve().parents[2] / "build/dlwhy"))
ALIKE = {"missing-library", "search-path"}  # no text tells these apart
MAIN = "int seed(void); int main(void) { return seed(); }"
# name: files, commands that make more, what is asked
SCENES = {
    "missing-library": ({}, [], ["libnonesuch.so.1"]),
    "cut-library": ({}, ["gcc -shared -fPIC -xc /dev/null -o whole.so", "head -c 20 whole.so >short.so"], ["./short.so"]),
    "missing-symbol": ({"u.c": "int f(void); int g(void) { return f(); }"}, ["gcc -shared -fPIC u.c -o libu.so -Wl,-z,now"], ["./libu.so"]),
    "no-development-link": ({"main.c": MAIN, "seed.c": "int seed(void) { return 1; }"},
                            ["mkdir lib", "gcc -shared -fPIC seed.c -o lib/libseed.so.1"],
                            ["link", "--", "gcc", "main.c", "-o", "app", "-Llib", "-lseed"]),
    "undefined": ({"main.c": MAIN}, [], ["link", "--", "gcc", "main.c", "-o", "app"]),
    "circle": ({"a.py": "from b import y\nx = 1\n", "b.py": "from a import x\ny = 1\n"}, [], ["import", "a"]),
    "absent-module": ({}, [], ["import", "nosuch_module"]),
}


def run(words, folder, text=None):
    return subprocess.run([DLWHY, *words], cwd=folder, input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                          env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "HOME": str(folder)}, timeout=120).stdout


def first_error(answer):
    found = [f for f in json.loads(answer)["findings"] if f["severity"] == "error"]
    return found[0] if found else None


def base_name(name):
    return re.split(r"[/\\]", name or "")[-1].removesuffix(".py")


@pytest.mark.parametrize("name", sorted(SCENES))
def test_a_report_is_explained(name, tmp_path):
    files, commands, words = SCENES[name]
    if shutil.which("gcc") is None:
        pytest.skip("needs gcc")
    for path, text in files.items():
        (tmp_path / path).write_text(text)
    for command in commands:
        subprocess.run(["sh", "-c", command], cwd=tmp_path, check=True)
    at = 1 if words[0] in ("link", "import") else 0
    told = first_error(run([*words[:at], "--json", *words[at:]], tmp_path))
    report = run(words, tmp_path)
    empty = tmp_path / "empty"
    empty.mkdir()
    read = first_error(run(["explain", "--no-look", "--json", "-"], empty, report))
    assert read, report.decode()
    assert read["code"] == told["code"] or {read["code"], told["code"]} <= ALIKE
    # A linker's line names what was asked for (-lseed), the finding the file that is there instead (libseed.so.1).
    name = base_name(read["object"]).removeprefix("-l")
    assert name and any(name in base_name(told[k]) for k in ("object", "needed_by"))
