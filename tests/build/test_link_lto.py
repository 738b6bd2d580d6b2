"""Objects for link-time optimisation of GCC and LLVM, alone and in archives, with each linker, with and without a plugin:
`dlwhy link` says what the linker says first, or that it cannot be said.
"""
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

CLANG = "clang-14"
pytestmark = pytest.mark.skipif(not shutil.which(CLANG), reason="no clang")

INPUTS = ["mc.o fc.o", "mc.o", "main.o fc.o", "main.o libfc.a", "main.o f.o libfc.a", "main.o libfc.a -lnonesuch",
          "main.o f.o -Wl,--whole-archive libfc.a -Wl,--no-whole-archive", "mg.o fg.o", "main.o libfg.a", "main.o f.o libfg.a"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("lto")
    (path / "main.c").write_text("int f(int);\nint main(void) { return f(1); }\n")
    (path / "f.c").write_text("int f(int x) { return x; }\n")
    subprocess.run(f"{CLANG} -flto -c main.c -o mc.o; {CLANG} -flto -c f.c -o fc.o; gcc -c main.c f.c; llvm-ar-14 rcs libfc.a fc.o; "
                   "gcc -flto -fno-fat-lto-objects -c main.c -o mg.o; gcc -flto -fno-fat-lto-objects -c f.c -o fg.o; "
                   "gcc-ar rcs libfg.a fg.o", shell=True, cwd=path, check=True)
    return path


@pytest.mark.sample(4)
@pytest.mark.parametrize("inputs", INPUTS)
@pytest.mark.parametrize("linker", ["bfd", "gold", "lld", "mold"])
@pytest.mark.parametrize("driver", ["gcc", CLANG, CLANG + " -flto"])
def test_objects_for_lto(folder, driver, linker, inputs):
    if linker not in link_scenes.LINKERS:
        pytest.skip("the linker is not here")
    words = [*driver.split(), f"-fuse-ld={linker}", *inputs.split()]
    real = link_scenes.run(words, folder)
    said = json.loads(link_scenes.run([str(DLWHY), "link", "--json", "--", *words], folder).stdout)
    if said["links"] is None:
        llvm = linker == "lld" or driver.endswith("-flto")
        assert llvm and "fc" in inputs + "fc" * ("mc" in inputs), real.stderr
        assert "LLVM" in subprocess.run([str(DLWHY), "link", "--", *words], cwd=folder, text=True, check=False,
                                        stdout=subprocess.PIPE).stdout
        return
    assert said["links"] is (real.returncode == 0), real.stderr
    if real.returncode:
        # gold only tells of objects of GCC, and goes on
        errors = [x for x in link_scenes.first_error(real.stderr)[1] if linker != "gold" or "plugin needed to handle" not in x]
        first = link_scenes.plain(errors[0])
        assert link_scenes.plain(said["linker_message"]).split(":(")[0] == first.split(":(")[0]


@pytest.mark.skipif("mold" not in link_scenes.LINKERS, reason="no mold")
@pytest.mark.parametrize("inputs", ["mg.o fg.o fg2.o", "mg.o fg.o f.o", "main.o f.o f.o"])
def test_mold_leaves_twins_to_the_plugin(folder, inputs):
    shutil.copyfile(folder / "fg.o", folder / "fg2.o")
    words = ["gcc", "-fuse-ld=mold", "-flto", *inputs.split()]
    real = link_scenes.run(words, folder)
    said = json.loads(link_scenes.run([str(DLWHY), "link", "--json", "--", *words], folder).stdout)
    assert said["links"] is (real.returncode == 0), real.stderr


def test_the_way_out_of_slim_objects_links(folder):
    said = json.loads(link_scenes.run([str(DLWHY), "link", "--json", "--", "gcc", "-fuse-ld=lld", "mg.o", "fg.o"], folder).stdout)
    command, = said["findings"][0]["fixes"][0]["commands"]
    assert subprocess.run(command, shell=True, cwd=folder, check=False).returncode == 0
