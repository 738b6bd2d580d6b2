"""Version scripts that are none, and odd ones that are: each linker is asked, and `dlwhy link` says the same first."""
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "project"))
import link_scenes  # noqa: E402
from project import DLWHY  # noqa: E402

SCRIPTS = r"""
V1 { global: f; local: *; }
V1 { global: f local: *; };
V1 { global: f; local: * };
V1 { global: f; local: *;
V1 global: f; local: *; };
V1 { global: f; local: *; }; }
V1 { global: f; };; V2 { g; };
V2 { global: f; } V1; V1 { global: g; };
V1 { global: f; };\nV1 { global: g; };
V1 { global: f; } V0;\nV2 { g; };
{ global: f; };\nV1 { global: g; };
V1 { global: f; };\n{ global: g; };
{ global: f; } V1;
V1 { global: extern "C++" { "a::b()"; f; };
V1 { extern "Warp" { f; }; };
V1 { extern "C" { f; } local: *; };
V1 { extern C { f; }; };
V1 { extern "C" f; };
V1 { extern "C" { }; };
V1 { extern "C" { f; g }; };
V1 { extern "C" { f g; }; };
V1 { extern { f; }; };
V1 { extern; };
V1 { global: extern "C" { f; }; local: *; };
V1 { extern "C++" { f; } };
V1 { global: f; /* never };
// x\nV1 { global: f; };
# x\nV1 { global: f; };

\n\n
V1 { global f; local: *; };
V1 { public: f; local: *; };
V1 { global: f, g; local: *; };
V1 { global: "f; };
V1 { global: f; f; };
hello world
<html>
SECTIONS { }
VERSION { V1 { f; }; }
V1 { f; };\nV2 { g; } V1;\nV3 { h; } V1 V2;
V1 { f; };\nV2 { g; } V1 V0;
V1 { global: f(int); };
V1 = { global: f; };
f\ng\n
V1 { global: f@V0; };
V1 {\r\n global: f;\r\n local: *;\r\n};\r\n
V1 { global: %f; };
V1 { global: f; }\nV2 { global: g; };
V1 { global: f;; };
V1 { global: f; };;
V1 { };
1.0 { global: f; };
V1 { f; local: *; };
V1 { local: *; global: f; };
V1 { global: f; global: g; };
V1 { global: ; };
V1 { global: };
V1 { global: f; local: g; global: h; };
V1 { global; };
V-1 { f; };
"V1" { f; };
V1 { "f"; };
V1 { 1f; };
V1 { f; }; x
V1 { f; } V1
{ f; local: *; }
V1 { global:f;local:*;};
V1 { global :f; local :*; };
V1 { global : f; local : *; };
V1 { a::b; };
V1 { f;\n g\n h; };
V1\n{ global:\n f;\n local:\n *\n};
V1{f;}\n\n\n
V1 { ~f; };
V1 { f/x; };
V1 { f; } V2 V3
V1 { f; local: *;; };
V1 { global: local: *; };
V1 { global: f; local: };
V1 { f } ;
V1 { f=g; };
V1 { local; };
V1 {{ f; }; };
V1 { f; global };
V1 { f*; g?; [hi]; };
{ *; };
{ };
V1 { global: f; local: f; };
V1 { global: f; local: *; f; };
V1 { global: f; };\nV2 { local: f; };
V1 { local: f; };\nV2 { global: f; };
V1 { global: f; g; };\nV2 { local: f; g; };
V1 { global: f*; local: f; };
V1 { global: f*; };\nV2 { local: f*; };
V1 { global: "f"; local: f; };
V1 { global: "f*"; local: f*; };
{ global: f; local: f; };
V1 { global: f; extern "C++" { f; }; local: extern "C" { f; }; };
V1 { global: extern "C++" { f; }; local: f; };
V1 { global: *; local: *; };
V1 { global: f*; local: f*; };
V1 { global: *; };\nV2 { local: *; };
""".split("\n")[1:-1]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("versions")
    (path / "f.c").write_text("int f(int x) { return x; }\nint g(int x) { return x; }\n")
    subprocess.run(["gcc", "-fPIC", "-c", "f.c"], cwd=path, check=True)
    return path


# A linker goes on after these.
WARNED = ("ignoring invalid character", "warning:")


@pytest.mark.sample(6)
@pytest.mark.parametrize("linker", ["bfd", "gold", "lld", "mold"])
@pytest.mark.parametrize("number", range(len(SCRIPTS)), ids=lambda n: SCRIPTS[n].strip()[:40] or f"empty {n}")
def test_a_version_script_is_read_as_the_linker_does(folder, number, linker):
    if linker not in link_scenes.LINKERS:
        pytest.skip("the linker is not here")
    (folder / "v.map").write_bytes(SCRIPTS[number].encode().decode("unicode_escape").encode())
    words = ["gcc", f"-fuse-ld={linker}", "-shared", "f.o", "-o", "f.so", "-Wl,--version-script=v.map"]
    real = link_scenes.run(words, folder)
    said = json.loads(link_scenes.run([str(DLWHY), "link", "--json", "--", *words], folder).stdout)
    errors = [x for x in link_scenes.first_error(real.stderr)[1] if not any(w in x for w in WARNED)]
    if linker == "gold" and ("internal error" in real.stderr or "multiple definition of 'V1'" in real.stderr):
        assert said["links"] is None
        return
    assert said["links"] is (real.returncode == 0), real.stderr
    assert said["linker_message"] == (errors[0] if real.returncode else None)
    if real.returncode:
        finding = said["findings"][0]
        assert (finding["code"], finding["detail"]) in (("build-other", "linker-script"), ("ld-version", "version-node-missing"))
        told = subprocess.run([str(DLWHY), "explain", "--no-look", "--json", "-"], cwd=folder, check=False, text=True,
                              input=real.stderr, stdout=subprocess.PIPE)
        assert json.loads(told.stdout)["findings"][0]["code"] == finding["code"]


@pytest.mark.skipif(not shutil.which("ld.lld"), reason="no lld")
def test_what_lld_says_of_the_script_comes_before_libraries(folder):
    (folder / "v.map").write_text("V1 { f }")
    words = ["gcc", "-fuse-ld=lld", "-shared", "f.o", "-o", "f.so", "-Wl,--version-script=v.map", "-lnonesuch"]
    real = link_scenes.run(words, folder)
    said = json.loads(link_scenes.run([str(DLWHY), "link", "--json", "--", *words], folder).stdout)
    assert said["linker_message"] == link_scenes.first_error(real.stderr)[0]
