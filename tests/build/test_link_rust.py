"""`dlwhy link -- rustc …` against what rustc's linker prints."""
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "project"))
from project import DLWHY  # noqa: E402

pytestmark = pytest.mark.skipif(not shutil.which("rustc"), reason="there is no rustc")

CALL = 'extern "C" { fn grain(a: i32) -> i32; }\nfn main() { println!("{}", unsafe { grain(2) }); }\n'
SOURCES = {
    "plain.rs": 'fn main() { println!("x"); }\n',
    "call.rs": CALL,
    "lib.rs": '#[link(name = "grain")]\n' + CALL,
    "static.rs": '#[link(name = "grain", kind = "static")]\n' + CALL,
    "bad.rs": "fn main() { nothing_of_the_kind(); }\n",
    "cdylib.rs": '#[link(name = "grain")]\nextern "C" { fn grain(a: i32) -> i32; }\n#[no_mangle]\npub extern "C" fn f() -> i32 '
                 '{ unsafe { grain(1) } }\n',
    "twice.rs": '#[no_mangle]\npub extern "C" fn grain(a: i32) -> i32 { a }\nfn main() { println!("{}", grain(1)); }\n',
}
MAKE = """mkdir shared later archive other made
echo 'int grain(int x) { return x; }' >grain.c
gcc -shared -fPIC grain.c -o shared/libgrain.so
gcc -shared -fPIC grain.c -o later/libgrain.so.1
gcc -c grain.c -o grain.o
ar rcs archive/libgrain.a grain.o
gcc -m32 -shared -nostdlib -fPIC grain.c -o other/libgrain.so"""
COMMANDS = (  # the command, whether it links; None: what rustc itself says
    ("plain.rs -o plain", True),
    ("plain.rs --out-dir made -C incremental=inc --emit=dep-info,link --error-format=json --json=artifacts", True),
    ("call.rs -o call", False),
    ("call.rs -g -C linker=clang-14 -C link-arg=-fuse-ld=bfd", False),
    ("call.rs -C link-arg=-fuse-ld=gold -o call", False),
    ("call.rs -C link-arg=-fuse-ld=mold -o call", False),
    ("call.rs -C link-arg=grain.o -o call", True),
    ("call.rs -lgrain -Lshared -o call", True),
    ("lib.rs", False),
    ("lib.rs -L shared", True),
    ("lib.rs -L later", False),
    ("lib.rs -L native=archive", True),
    ("lib.rs -L other", False),
    ("lib.rs -L later -C link-arg=-fuse-ld=bfd", False),
    ("static.rs -L archive", True),
    ("static.rs", None),
    ("bad.rs", None),
    ("lib.rs -C linker=no-such-linker", None),
    ("cdylib.rs --crate-type cdylib", False),
    ("cdylib.rs --crate-type=cdylib -Lshared -o libx.so", True),
    ("twice.rs -C link-arg=grain.o", False),
    ("twice.rs -C link-arg=grain.o -Clink-arg=-fuse-ld=bfd", False),
)


@pytest.fixture(name="place", scope="module")
def place_(tmp_path_factory):
    place = tmp_path_factory.mktemp("rust")
    for name, text in SOURCES.items():
        (place / name).write_text(text)
    subprocess.run(["bash", "-ec", MAKE], cwd=place, check=True)
    return place


def asked(words, cwd):
    done = subprocess.run([str(DLWHY), "link", "--json", "--", "rustc", *words], cwd=cwd, stdout=subprocess.PIPE, check=False)
    return json.loads(done.stdout)


def same(text):
    """The folder and the names that rustc draws for itself."""
    return re.sub(r"rustc\w{6}/|-[0-9a-f]{16}\.|\.[0-9a-z]{20,25}\.|\.[0-9a-f]{16}-cgu", "~", " ".join(text.split()))


@pytest.mark.parametrize("command, links", COMMANDS, ids=[c for c, _ in COMMANDS])
def test_it_links_as_rustc_says(place, command, links):
    words = command.split()
    if "linker=clang-14" in words and not shutil.which("clang-14"):
        pytest.skip("there is no clang-14")
    before = sorted(place.rglob("*"))
    said = asked(words, place)
    assert sorted(place.rglob("*")) == before, "something was left in the folder"
    plain = [w for w in words if not w.startswith(("--error-format", "--json"))]
    real = subprocess.run(["rustc", *plain], cwd=place, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    assert (real.returncode == 0) == bool(links), real.stderr
    assert said["links"] == bool(links), said
    if not links:
        assert same(said["linker_message"]) in same(real.stderr), real.stderr[-1500:]
        assert said["findings"], said


@pytest.mark.parametrize("command", ("lib.rs --crate-type=rlib", "plain.rs --emit=obj", "--version", "--print=sysroot", "-vV"))
def test_what_links_nothing_is_no_answer(place, command):
    said = asked(command.split(), place)
    assert said["links"] is None and "links nothing" in said["error"]["message"], said


def test_the_line_that_an_error_shows_is_not_whole(place):
    words = ["cc", "-m64", "/x/rustcAbCdEf/symbols.o", "<2 object files omitted>", "-lgrain", "-o", "call"]
    done = subprocess.run([str(DLWHY), "link", "--json", "--", *words], cwd=place, stdout=subprocess.PIPE, check=False)
    said = json.loads(done.stdout)
    assert said["links"] is None and "rustc" in said["error"]["message"], said
