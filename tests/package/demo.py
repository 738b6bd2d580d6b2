"""demo.py ENVIRONMENT: two packages for the examples of the documentation, one of them damaged."""
import pathlib
import sys
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import wheels  # noqa: E402

env = pathlib.Path(sys.argv[1])
code = wheels.library(env, "void *PyInit__sums(void) { return 0; } int table[3000] = { 1 };")
for path in (wheels.make(env, "ledger", "3.1", {f"ledger/_sums{wheels.SUFFIX}": code, "ledger/__init__.py": "from ._sums import *\n"},
                         tag=f"{wheels.TAG}-{wheels.TAG}-manylinux_2_17_x86_64"),
             wheels.make(env, "till", "0.4", {"till/__init__.py": "", "till/drawer.py": "OPEN = False\n"})):
    with zipfile.ZipFile(path) as z:
        z.extractall(wheels.site(env))
    path.unlink()
for name in ("source.c", "x.so"):
    (env / name).unlink()
module = wheels.site(env) / f"ledger/_sums{wheels.SUFFIX}"
module.write_bytes(code[:4096])
with open(wheels.site(env) / "till/drawer.py", "a", encoding="utf-8") as f:
    f.write("OPEN = True\n")
