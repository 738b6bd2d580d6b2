"""Files for other machines, in each place where one may stand, with each linker: `dlwhy link` says what the linker says first."""
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "project"))
import link_scenes  # noqa: E402
from project import DLWHY  # noqa: E402

pytestmark = pytest.mark.skipif(not link_scenes.CLANG or not shutil.which("ld.lld"), reason="no clang, no lld")
TARGETS = ["aarch64-linux-gnu", "aarch64_be-linux-gnu", "armv7-linux-gnueabihf", "armebv7-linux-gnueabi", "i386-linux-gnu",
           "riscv64-linux-gnu", "riscv32-linux-gnu", "powerpc64le-linux-gnu", "powerpc64-linux-gnu", "powerpc-linux-gnu",
           "s390x-linux-gnu", "mips-linux-gnu", "mipsel-linux-gnu", "mips64el-linux-gnuabi64", "mips64-linux-gnuabi64",
           "x86_64-linux-gnux32", "bpf", "avr", "msp430", "hexagon-linux-musl"]
PLACES = ["other.o main.o", "main.o other.o", "main.o other.so", "main.o other.a", "main.o -Llib -lother",
          "main.o -Wl,--whole-archive other.a -Wl,--no-whole-archive"]


def run(command, folder, check=True):
    return subprocess.run(command, shell=True, cwd=folder, check=check, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.sample(4)
@pytest.mark.parametrize("target", TARGETS)
def test_a_file_for_another_machine(tmp_path, target):
    (tmp_path / "lib").mkdir()
    (tmp_path / "main.c").write_text("int seed(void);\nint main(void) { return seed(); }\n")
    (tmp_path / "other.c").write_text("int seed(void) { return 1; }\n")
    run("gcc -c main.c", tmp_path)
    if run(f"{link_scenes.CLANG} --target={target} -fPIC -c other.c", tmp_path, False).returncode:
        pytest.skip("clang does not make code for it")
    run("ar rcs other.a other.o && cp other.a lib/libother.a", tmp_path)
    shared = run("ld.lld -shared other.o -o other.so && cp other.so lib/libother.so", tmp_path, False).returncode == 0
    for place in PLACES:
        for linker in link_scenes.LINKERS:
            if not shared and "other.so" in place:
                continue
            words = ["gcc", "-fuse-ld=" + linker, *place.split()]
            real = link_scenes.run(words, tmp_path)
            if "terminated with signal" in real.stderr or (linker == "mold" and "x32" in target):
                continue  # mold reads such a file as one of 64 bits
            said = json.loads(link_scenes.run([str(DLWHY), "link", "--json", "--", *words], tmp_path).stdout)
            first, _ = link_scenes.first_error(real.stderr)
            assert (said["links"], said["linker_message"]) == (False, first), " ".join(words)


@pytest.mark.parametrize("linker", link_scenes.LINKERS)
def test_a_symbol_of_a_library_with_versions_in_code_that_is_not_pic(tmp_path, linker):
    (tmp_path / "main.c").write_text("#include <stdio.h>\n\nvoid say(void) { fputs(\"x\", stderr); }\n")
    run("gcc -fPIE -c main.c", tmp_path)
    words = ["gcc", "-fuse-ld=" + linker, "-shared", "main.o", "-o", "libmain.so"]
    real = link_scenes.run(words, tmp_path)
    said = json.loads(link_scenes.run([str(DLWHY), "link", "--json", "--", *words], tmp_path).stdout)
    first, _ = link_scenes.first_error(real.stderr)
    assert real.returncode and said["linker_message"] == first
    assert said["findings"][0]["symbol"] == "stderr"
    assert linker != "bfd" or re.search(r"`stderr@@GLIBC_[\d.]+'", first)
