"""The readers of Mach-O files on files that are written here: what goes in comes out."""
import json
import os
import pathlib
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "oracle"))
from macho_file import FLAT, MAIN, PAGE, SYSTEM, fat, macho, version  # noqa: E402

DUMP = pathlib.Path(os.environ.get("DLWHY_BUILD", HERE.parents[1] / "build")).resolve() / "tests/object/dump-macho"

if not DUMP.exists():
    pytest.skip("dump-macho is built with -Dtests=true", allow_module_level=True)


def dump(tmp_path, data):
    path = tmp_path / "file"
    path.write_bytes(data)
    done = subprocess.run([DUMP, path], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)[str(path)]


def test_needs_keep_their_kind_and_their_order(tmp_path):
    needs = [SYSTEM, ("/a.dylib", "weak"), ("/b.dylib", "reexport"), ("/c.dylib", "upward"), ("/d.dylib", "lazy"),
             ("/e.dylib", "use", 1 | 8), ("/f.dylib", "use", 1 | 2)]
    (one,) = dump(tmp_path, macho(needs=needs, rpaths=["@loader_path", "/x", "/x"]))
    kinds = [(n["name"], [k for k in ("weak", "reexport", "upward", "delayed") if n[k]]) for n in one["needs"]]
    assert kinds == [(SYSTEM, []), ("/a.dylib", ["weak"]), ("/b.dylib", ["reexport"]), ("/c.dylib", ["upward"]),
                     ("/e.dylib", ["weak", "delayed"]), ("/f.dylib", ["reexport"])]
    assert one["rpaths"] == ["@loader_path", "/x", "/x"]
    assert one["versions"] == [[1, version("12.0"), version("13.0")]]
    assert one["uuid"] and not one["encrypted"]


@pytest.mark.parametrize("fixups", ["chained", "opcodes"])
def test_imports_and_exports(tmp_path, fixups):
    names = ["_a", "_ab", "_abc", "_b", "__ZN1x1yEv", "_very_long_" + "x" * 300]
    (one,) = dump(tmp_path, macho(exports=names, imports=[("_p", 1), ("_q", FLAT, True), ("_r", MAIN)],
                                  lazy=[("_s", 1), ("_t", 1, True)], fixups=fixups))
    assert sorted(one["exports"]) == sorted(names) and one["whole"]
    assert [(i["name"], i["ordinal"], i["weak"], i["lazy"]) for i in one["imports"]] == [
        ("_p", 1, False, False), ("_q", FLAT, True, False), ("_r", MAIN, False, False),
        ("_s", 1, False, fixups == "opcodes"), ("_t", 1, True, fixups == "opcodes")]


def test_signature_is_compared_page_by_page(tmp_path):
    data = macho(team="ABCDE12345", flags=0x10000)
    (one,) = dump(tmp_path, data)
    assert one["signature"] == {"cms": False, "flags": 0x10000, "identifier": "dylib", "pages": len(data) // PAGE + 1,
                                "team": "ABCDE12345", "wrong": 0}
    changed = bytearray(data)
    changed[2 * PAGE] ^= 1
    (one,) = dump(tmp_path, bytes(changed))
    assert one["signature"]["wrong"] == 1
    (one,) = dump(tmp_path, macho(arch="x86_64"))
    assert one["signature"] == {"broken": "there is none"}
    (one,) = dump(tmp_path, data[:-200])
    assert one["signature"] == {"broken": "it is not where its load command says"}


@pytest.mark.parametrize("wide,hide", [(False, 0), (True, 0), (False, 1)])
def test_slices(tmp_path, wide, hide):
    both = fat(("x86_64", macho(arch="x86_64", id="/x")), ("arm64", macho(id="/a")), wide=wide, hide=hide)
    assert [(s["cpu"], s["id"]) for s in dump(tmp_path, both)] == [("x86_64", "/x"), ("arm64", "/a")]


def test_hidden_slice_is_of_arm64_alone(tmp_path):
    both = fat(("arm64", macho()), ("x86_64", macho(arch="x86_64")), hide=1)
    assert [s["cpu"] for s in dump(tmp_path, both)] == ["arm64"]


def test_edges_without_text(tmp_path):
    """Some linkers write the end of a name as an edge that is empty."""
    # root: "_a" leads to node 6, where no name ends; an edge without text leads on to node 10, where one does
    new = bytes([0, 1]) + b"_a\0" + bytes([6]) + bytes([0, 1, 0, 10]) + bytes([2, 0, 0, 0])
    path = tmp_path / "file"
    size = len(new)
    data = bytearray(macho(exports=["_a" * 20]))
    trie = data.index(b"\0\1" + b"_a" * 20 + b"\0")
    data[trie:trie + size] = new
    path.write_bytes(data)
    done = subprocess.run([DUMP, path], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)[str(path)][0]["exports"] == ["_a"]
