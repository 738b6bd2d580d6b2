"""What linkers say of their own words: options that one does not know, modes that exclude each other, files that
options name, scripts that end too early. Each linker that is here is asked."""
import json
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "project"))
import link_scenes  # noqa: E402
from project import DLWHY  # noqa: E402

MAKE = """echo 'int f(int); int _start(void) { return f(1); }' >s.c; gcc -c -fPIC s.c
echo 'int f(int x) { return x; }' >f.c; gcc -c -fPIC f.c
echo 'int g(int x) { return x; }' >g.c; mkdir d; gcc -shared -nostdlib -fPIC g.c -o d/libkern.so
echo 'int gone; int *at = &gone;' | sed 's/int gone/extern int gone/' >v.c; gcc -c -fPIC v.c
gcc -c -fPIC -fno-asynchronous-unwind-tables -xc v.c -o bare.o
echo 'extern int gone __attribute__((visibility("hidden"))); int at(void) { return gone; }' >h.c; gcc -c -fPIC h.c -o hidden.o
printf 'INPUT(\\n' >libopen.so; printf 'hello' >libword.so; printf 'hello world\\n' >libwords.so; printf 'INPUT -lx\\n' >libbare.so
printf 'INPUT ( /no/x.so )\\n' >libfar.so; printf 'EXTERN(zz)\\n' >libextern.so; printf 'a = \\n' >libhalf.so; printf 'INPUT(f.o)\\n' >d/libnear.so
echo '{ global: *; };' >v.map"""
LINES = (
    "s.o f.o", "s.o f.o --pop-state", "s.o f.o --push-state --pop-state", "s.o f.o -r d/libkern.so", "s.o f.o -r -Ld -lkern", "s.o f.o -Ld -lkern -r",
    "s.o f.o -r -Bdynamic -Ld -lkern", "-shared -static s.o f.o", "-pie -r s.o f.o", "-shared -r s.o f.o", "-shared -pie s.o f.o",
    "s.o f.o -static -Bdynamic -Ld -lkern", "s.o f.o -z nosuch", "s.o f.o -z defs -z now", "s.o f.o -z undefs",
    "s.o -z undefs", "s.o f.o --copy-dt-needed-entries", "s.o f.o --dynamic-list=nosuch.list", "s.o f.o --version-script=nosuch.map",
    "-shared f.o --version-script=v.map", "s.o f.o @nosuch.rsp", "s.o f.o --hash-style=odd", "s.o f.o --hash-style=both",
    "s.o f.o -T nosuch.ld", "s.o f.o --unresolved-symbols=odd", "s.o f.o --require-defined=f", "s.o f.o --error-limit=1",
    "s.o f.o --icf=all", "s.o f.o --no-gnu-unique", "s.o f.o --cref", "s.o f.o --check-sections", "s.o f.o -t",
    "s.o f.o --no-warnings", "s.o f.o --default-symver", "s.o f.o --warn-textrel", "s.o f.o --reduce-memory-overheads",
    "s.o f.o --start-lib f.o --end-lib", "s.o f.o --rosegment", "s.o f.o --gdb-index", "s.o f.o --no-dynamic-linker", "s.o f.o --spare-dynamic-tags=3",
    "s.o f.o --library=nosuch", "s.o f.o -L. -lopen", "s.o f.o -L. -lword", "s.o f.o -L. -lwords",
    "s.o f.o -L. -lbare", "s.o f.o -L. -lfar", "s.o f.o -L. -lextern", "s.o f.o -L. -lhalf", "s.o -Ld -lnear", "s.o --defsym=h=nosuch",
    "s.o v.o", "v.o s.o", "s.o bare.o", "-shared v.o --no-undefined", "s.o --warn-unresolved-symbols --fatal-warnings",
    "-shared s.o --unresolved-symbols=ignore-in-object-files", "-shared s.o --unresolved-symbols=report-all",
    "--unresolved-symbols=report-all -shared s.o", "-shared s.o --unresolved-symbols=ignore-in-shared-libs",
    "-shared s.o -Ld --unresolved-symbols=ignore-all", "-shared hidden.o", "s.o f.o --end-group", "s.o -( f.o", "s.o --start-group --start-group f.o",
    "s.o --start-group --start-group f.o --end-group --end-group", "s.o --start-lib f.o", "s.o f.o --end-lib",
    "s.o --start-lib --start-lib f.o --end-lib", "s.o --start-lib --start-group f.o --end-lib", "s.o --start-group --start-lib f.o --end-group",
    "s.o --start-lib f.o --end-group", "s.o -lnosuch --end-group", "s.o --end-group -lnosuch",
)


@pytest.fixture(name="place", scope="module")
def place_(tmp_path_factory):
    place = tmp_path_factory.mktemp("words")
    subprocess.run(["bash", "-ec", MAKE], cwd=place, check=True)
    return place


@pytest.mark.sample(4)
@pytest.mark.parametrize("linker", link_scenes.LINKERS)
def test_the_first_error_is_that_of_the_linker(place, linker):
    differ = []
    for line in LINES:
        words = ["mold" if linker == "mold" else "ld." + linker, *line.split(), "-o", "out"]
        real = link_scenes.run(words, place)
        if real.returncode < 0:
            continue  # it broke
        done = subprocess.run([str(DLWHY), "link", "--json", "--", *words], cwd=place, stdout=subprocess.PIPE, check=False)
        said = json.loads(done.stdout)
        first, errors = link_scenes.first_error(real.stderr) if real.returncode else (None, [None])
        told = said["linker_message"]
        if linker == "mold" and told in errors:
            first = told  # it works in parallel
        if (said["links"], told) != (real.returncode == 0, first):
            differ.append((line, first, said["linker_message"]))
    assert not differ, "\n".join(f"{a}\n   real {b!r}\n   ours {c!r}" for a, b, c in differ)
