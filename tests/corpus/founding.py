#!/usr/bin/python3
"""The questions that this program began with: tensorflow, tensorflow-io and keras as PyPI has them.

    founding.py [--build DIR] [--only WORD] [--torch] [-v]

tensorflow-io 0.37.1 beside three releases of tensorflow-cpu and beside none; with a damaged
libtensorflow_framework.so.2; with two copies of it; keras with each backend, by KERAS_BACKEND and by its
configuration file. The interpreter is asked each question, and dlwhy must say the same: outcome and text
of imports, and of the three libraries of tensorflow-io in a process that has imported tensorflow. What is
known of the four healthy pairs stands in a table, so that they do not change unseen.

Environments are made once, see pyask.py. That with PyTorch has 5 GB: with --torch, or if it is there.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import broken  # noqa: E402
import pyask  # noqa: E402
from pyask import oracle  # noqa: E402

IO = ["tensorflow-io==0.37.1", "tensorflow-io-gcs-filesystem==0.37.1"]
KERAS = "keras==3.15.1"
ENVS = {
    "tf216": [*IO, KERAS, "tensorflow-cpu==2.16.1"],
    "tf218": [*IO, KERAS, "tensorflow-cpu==2.18.0"],
    "tf219": [*IO, KERAS, "tensorflow-cpu==2.19.0"],
    "tfio-none": IO,
    "backends": [KERAS, "jax==0.10.2", "openvino==2026.4.1"],
    "torch": [KERAS, "torch==2.5.1"],
}
FRAMEWORK = "tensorflow/libtensorflow_framework.so.2"
LIBRARIES = ["libtensorflow_io_golang.so", "libtensorflow_io.so", "libtensorflow_io_plugins.so"]
BACKENDS = ["tensorflow", "jax", "torch", "numpy", "openvino", "nonsense"]
# (environment, library) -> what it lacks; None: it loads.
KNOWN = {
    ("tf216", "libtensorflow_io_golang.so"): None,
    ("tf216", "libtensorflow_io.so"): None,
    ("tf216", "libtensorflow_io_plugins.so"): None,
    ("tf218", "libtensorflow_io_golang.so"): None,
    ("tf218", "libtensorflow_io.so"): "_ZN3tsl8str_util9LowercaseB5cxx11ESt17basic_string_viewIcSt11char_traitsIcEE",
    ("tf218", "libtensorflow_io_plugins.so"): "_ZN3tsl8str_util8EndsWithESt17basic_string_viewIcSt11char_traitsIcEES4_",
    ("tf219", "libtensorflow_io_golang.so"): "_ZN3tsl5mutex13unlock_sharedEv",
    ("tf219", "libtensorflow_io.so"): "_ZN3tsl7strings13safe_strtou64ESt17basic_string_viewIcSt11char_traitsIcEEPm",
    ("tf219", "libtensorflow_io_plugins.so"): "_ZN3tsl5mutex6unlockEv",
    ("tfio-none", "libtensorflow_io_golang.so"): "libtensorflow_framework.so.2",
    ("tfio-none", "libtensorflow_io.so"): "libtensorflow_framework.so.2",
    ("tfio-none", "libtensorflow_io_plugins.so"): "libtensorflow_framework.so.2",
}
AFTER = "try:\n    import {module}\nexcept BaseException:\n    pass\nimport ctypes\nctypes.CDLL({file!r})"


class Count:
    def __init__(self, verbose):
        self.passed = self.failed = self.skipped = 0
        self.verbose = verbose

    def add(self, name, wrong, right=""):
        self.passed += not wrong
        self.failed += bool(wrong)
        if wrong:
            print(f"WRONG: {name}\n    " + "\n    ".join(wrong), flush=True)
        elif self.verbose:
            print(f"right: {name}: {right}", flush=True)

    def skip(self, name, why):
        self.skipped += 1
        print(f"skipped: {name}: {why}")


class Asker:
    """One environment as it stands, and what is asked of it."""

    def __init__(self, name, python, places, count, more=None):
        self.name, self.python, self.places, self.count = name, python, places, count
        self.more = more or {}
        self.site = pyask.site_packages(python)

    def variables(self, home=None):
        return pyask.environment(home or self.places.home(), self.more)

    def imports(self, module, home=None, symbols=(), because=None):
        """`because`: words of a finding that must be there when it does not import."""
        # Packages write into their home: dlwhy sees it as it was before.
        ours = pyask.ask_ours(self.python, module, self.places.cwd, self.variables(home))
        real = pyask.ask_real(self.python, f"import {module}", self.places.cwd, self.variables(home))
        wrong = differs(real, ours)
        if real.loads:
            wrong += [f"an error is found: {f['summary']}" for f in ours.errors]
            told = {f.get("symbol") for f in ours.raw.get("findings", [])}
            wrong += [f"nothing is said of {s}, which Python warns about" for s in warned(real.stderr) if s not in told]
        elif because and not wrong and not any(because in str(f) for f in ours.raw.get("findings", [])):
            wrong.append(f"{because!r} is not in any finding; the first: {ours.first()}")
        missing = [s for s in symbols if s not in warned(real.stderr)]
        wrong += [f"Python itself does not warn about {s}" for s in missing]
        self.count.add(f"{self.name}: import {module}", wrong, real.text or "imports")
        return ours

    def after(self, library, module="tensorflow", first=None):
        file = str(self.site / "tensorflow_io/python/ops" / library)
        real = pyask.ask_real(self.python, AFTER.format(module=module, file=file), self.places.cwd, self.variables())
        ours = pyask.ask_after(self.python, file, module, self.places.cwd, self.variables())
        message = oracle.raw_text(ours.raw, "loader_message") if ours.raw.get("loader_message") else None
        wrong = []
        if real.death == "SIGSEGV":
            wrong += [] if tells_of_copy(ours) else [f"Python: {real.death}; dlwhy: loads {ours.loads}; {ours.first()}"]
        elif ours.loads is not real.loads:
            wrong.append(f"Python: {real.text or 'loads'}; dlwhy: loads {ours.loads}, {message}; {ours.raw.get('error') or ours.first()}")
        elif not real.loads and not real.death and (real.type, real.message) != ("OSError", message):
            wrong.append(f"Python: {real.text}\n    dlwhy: {message}")
        known = KNOWN.get((self.name, library), "unknown")
        if known != "unknown":
            if real.loads != (known is None) or known and known not in real.message:
                wrong.append(f"Python itself says otherwise than the table: {real.text}")
            elif known and ours.loads is False and not is_about(ours, known):
                wrong.append(f"the first findings are not about {known}: {ours.first()}")
        if first and ours.raw.get("findings") and first not in str(ours.raw["findings"][0]):
            wrong.append(f"{first} is not in the first finding: {ours.first()}")
        self.count.add(f"{self.name}: {library} after {module}", wrong, real.text or "loads")


def is_about(ours, name):
    # That the module itself stops is told before.
    return any(name in (f.get("symbol"), f.get("object")) for f in (ours.raw.get("findings") or [])[:2])


def warned(stderr):
    """Symbols that Python's warnings name."""
    return re.findall(r"undefined symbol: (\w+)", stderr)


def tells_of_copy(ours):
    """Two of one library end the process in code of their own: that is no text, but no news either."""
    return any(f["severity"] != "note" and os.path.basename(FRAMEWORK) in str(f) for f in ours.raw.get("findings", []))


def differs(real, ours):
    if real.death == "SIGSEGV":
        return [] if tells_of_copy(ours) else [f"Python: {real.death}; dlwhy: loads {ours.loads}; {ours.first()}"]
    if ours.loads is not real.loads:
        return [f"Python: {(real.text or 'imports')[-400:]}; dlwhy: loads {ours.loads}, {ours.text and ours.text[:300]}; "
                f"{ours.raw.get('error') or ours.first()}"]
    if real.loads or real.death:
        return []
    if (ours.type, ours.message) != (real.type, real.message):
        return [broken.first_difference(real.text, ours.text)]
    return []


# ---- the questions ----------------------------------------------------------------------------

def healthy(name, python, places, count):
    a = Asker(name, python, places, count)
    for module in "keras", "tensorflow":
        a.imports(module)
    if name == "tfio-none":
        a.imports("tensorflow_io")
    else:
        # Of the libraries that the package opens itself.
        a.imports("tensorflow_io", symbols=[s for lib in LIBRARIES[1:] for s in [KNOWN[name, lib]] if s])
    for library in LIBRARIES:
        a.after(library)


def damaged(python, places, count):
    """The library that everything lives on, damaged in a copy."""
    copy = broken.Copy(python)
    for what, kind, how in (("deleted", "deleted", ""), ("truncated", "cut", str(1 << 20)), ("cut to its header", "cut", "500"),
                            ("emptied", "emptied", ""), ("foreign", "machine", "aarch64")):
        copy.damage(broken.Case(0, "tensorflow", FRAMEWORK, kind, how, True))
        try:
            a = Asker(f"tf218 with {what} {os.path.basename(FRAMEWORK)}", copy.python, places, count)
            for module in "keras", "tensorflow", "tensorflow_io":
                a.imports(module, because=os.path.basename(FRAMEWORK))
            for library in LIBRARIES:
                a.after(library, first=os.path.basename(FRAMEWORK))
        finally:
            copy.mend(FRAMEWORK)


def two_copies(envs, places, count):
    """A second one through the environment, of the same release and of another; and one that a package brings."""
    python = envs["tf218"]
    for other in "tf218", "tf216":
        folder = places.home()
        shutil.copyfile(pyask.site_packages(envs[other]) / FRAMEWORK, folder / os.path.basename(FRAMEWORK))
        a = Asker(f"tf218 with that of {other} in LD_LIBRARY_PATH", python, places, count, {"LD_LIBRARY_PATH": str(folder)})
        a.imports("tensorflow")
        a.imports("tensorflow_io")
        for library in LIBRARIES:
            a.after(library)
        bring = folder / "bringer"
        bring.mkdir()
        shutil.copyfile(folder / os.path.basename(FRAMEWORK), bring / os.path.basename(FRAMEWORK))
        (bring / "__init__.py").write_text(
            "import ctypes\nimport os\n\n_here = os.path.dirname(os.path.abspath(__file__))\n"
            f"_lib = ctypes.CDLL(os.path.join(_here, {os.path.basename(FRAMEWORK)!r}), mode=ctypes.RTLD_GLOBAL)\nimport tensorflow\n")
        a = Asker(f"tf218 after a package with that of {other}", python, places, count, {"PYTHONPATH": str(folder)})
        a.imports("bringer")
        for library in LIBRARIES:
            a.after(library, "bringer")


def keras_home(places, text):
    home = places.home()
    if text is not None:
        (home / ".keras").mkdir()
        (home / ".keras/keras.json").write_text(text, encoding="utf-8")
    return home


def keras(envs, places, count):
    for name in "backends", "torch", "tf218":
        if name not in envs:
            count.skip(f"keras in {name}", "the environment is not made")
            continue
        for backend in BACKENDS:
            a = Asker(f"{name} with KERAS_BACKEND={backend}", envs[name], places, count, {"KERAS_BACKEND": backend})
            a.imports("keras", because=backend)
            a = Asker(f"{name} with {backend} in keras.json", envs[name], places, count)
            text = json.dumps({"backend": backend, "floatx": "float32", "epsilon": 1e-7, "image_data_format": "channels_last"})
            ask_twice(a, places, text, backend)
        a = Asker(f"{name} with a keras.json that is no JSON", envs[name], places, count)
        ask_twice(a, places, "{", None)
        a = Asker(f"{name} with nothing configured", envs[name], places, count)
        a.imports("keras")
        # The variable wins over the file.
        a = Asker(f"{name} with numpy in keras.json and KERAS_BACKEND=jax", envs[name], places, count, {"KERAS_BACKEND": "jax"})
        ask_twice(a, places, json.dumps({"backend": "numpy"}), "jax")


def ask_twice(asker, places, text, because):
    """Both sides with the same home, which the import may write to."""
    asker.imports("keras", keras_home(places, text), because=because)


# ---- all --------------------------------------------------------------------------------------

def check(build, only=None, torch=False, verbose=False):
    """(passed, failed, skipped)"""
    count = Count(verbose)
    if pyask.python_here() is None:
        count.skip("tensorflow-io and keras", "there is no Python 3.11")
        return count.passed, count.failed, count.skipped
    wanted = [n for n in ENVS if n != "torch" or torch or (pyask.envs_folder(build) / "torch/complete").exists()]
    envs = {name: pyask.make_env(build, name, ENVS[name]) for name in wanted}
    places = pyask.Places("founding")
    try:
        for name in "tf216", "tf218", "tf219", "tfio-none":
            if not only or only in name:
                healthy(name, envs[name], places, count)
        for what, run in (("damaged", lambda: damaged(envs["tf218"], places, count)),
                          ("copies", lambda: two_copies(envs, places, count)),
                          ("keras", lambda: keras(envs, places, count))):
            if not only or only in what:
                run()
    finally:
        places.close()
    print(f"tensorflow-io and keras: {count.passed + count.failed} questions, {count.passed} answered as Python does, "
          f"{count.failed} not")
    return count.passed, count.failed, count.skipped


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--build", type=pathlib.Path, default=oracle.TOP / "build")
    parser.add_argument("--only", help="tf216, tf218, tf219, tfio-none, damaged, copies, keras")
    parser.add_argument("--torch", action="store_true", help="make the environment with PyTorch as well")
    parser.add_argument("-v", "--verbose", action="store_true")
    args = parser.parse_args()
    passed, failed, skipped = check(args.build.resolve(), args.only, args.torch, args.verbose)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
