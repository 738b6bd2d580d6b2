"""Texts in the place of a library: linker scripts, and pages, pointers and other things that are none. Each linker is asked, and
`dlwhy link` says the same first."""
import json
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "project"))
import link_scenes  # noqa: E402
from project import DLWHY  # noqa: E402

TEXTS = r"""
<!DOCTYPE html>\n<html>
<?xml version="1.0"?>
404: Not Found
{"message": 1}
{\n "x": 1\n}
version https://git-lfs.github.com/spec/v1
#!/bin/sh\necho no
# libf.la - a libtool library file\n\ndlname='libf.so.1'
prefix=/usr
libf.so.1
../lib/libf.so.1
diff --git a/x b/x
%PDF-1.4
-----BEGIN
// x
/* x */ # y\nINPUT(f.o)
INPUT(f.o) # y
INPUT(f.o) <
INPUT(f.o) }
INPUT(f.o) % x
INPUT(f.o); <
INPUT(f.o
INPUT f.o
INPUT()
INPUT("f.o")
INPUT(f.o,m.o)
INPUT(f.o, -lm)
INPUT(f.o , -lm)
INPUT(f.o)INPUT(f.o)
INPUT(0)
INPUT(!)
INPUT({)
GROUP(
GROUP(AS_NEEDED(f.o) f.o)
PROVIDE(f = 1);
f = 1;
f = 1
f=1;
a =
a b
a <b
a
5
; 5
= b
, a
"q" x
"q
[x
] x
~x
*x y
?x
> a
| a
== b
<< b
(
@
""".split("\n")[1:-1]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("scripts")
    (path / "m.c").write_text("int f(void);\nint main(void) { return f(); }\n")
    (path / "f.c").write_text("int f(void) { return 1; }\n")
    subprocess.run(["gcc", "-c", "m.c", "f.c"], cwd=path, check=True)
    return path


@pytest.mark.sample(3)
@pytest.mark.parametrize("number", range(len(TEXTS)), ids=lambda n: TEXTS[n].strip()[:40])
def test_a_text_is_read_as_the_linker_does(folder, number):
    (folder / "text.so").write_bytes((TEXTS[number] + r"\n").encode().decode("unicode_escape").encode())
    for linker in link_scenes.LINKERS:
        words = ["gcc", f"-fuse-ld={linker}", "m.o", "text.so"]
        real = link_scenes.run(words, folder)
        if "terminated with signal" in real.stderr:
            continue
        said = json.loads(link_scenes.run([str(DLWHY), "link", "--json", "--", *words], folder).stdout)
        errors = link_scenes.first_error(real.stderr)[1]
        assert said["links"] is (real.returncode == 0), f"{linker}: {real.stderr}"
        assert said["linker_message"] == (errors[0] if real.returncode else None)
