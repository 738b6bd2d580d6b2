#!/usr/bin/python3
"""Two copies of one runtime, made of real packages; and environments where there is no conflict.

    conflicts.py [--build DIR] [--env DIR]

Each conflict is a small library that needs two real ones, or a real one behind LD_PRELOAD. What dlwhy
says of bindings must be what LD_DEBUG=bindings shows of the real loader. In the healthy environments
nothing may be said: not of any module of ten large packages in its interpreter, not of the system's
programs and libraries.

Packages are fetched once into DIR/corpus/conflicts (--build, default build).
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "oracle"))
import oracle  # noqa: E402

WHEELS = ["intel-openmp==2025.0.4", "opencv-python==4.10.0.84", "PyQt5-Qt5==5.15.2", "nvidia-cuda-runtime-cu11==11.8.89",
          "nvidia-cuda-runtime-cu12==12.4.127"]
DEBS = ["libomp5-14", "libprotobuf32", "libjemalloc2", "libtcmalloc-minimal4"]
CODE = "duplicate-runtime"
OPENER = """
#include <dlfcn.h>
#include <stdio.h>
/* Opens each FILE, and calls what is named first in each. */
int main(int argc, char **argv)
{
	for (int i = 2; i < argc; i++) {
		void *h = dlopen(argv[i], RTLD_NOW);
		int (*f)(void) = h && *argv[1] ? (int (*)(void))dlsym(h, argv[1]) : 0;

		if (f)
			f();
		else if (!h)
			puts(dlerror());
	}
	return 0;
}
"""


# ---- packages ---------------------------------------------------------------------------------

def unpack_wheels(folder):
    for wheel in folder.glob("*.whl"):
        with zipfile.ZipFile(wheel) as z:
            z.extractall(folder / "files" / wheel.name.split("-")[0].lower())
        wheel.unlink()


def fetch(build):
    folder = build / "corpus/conflicts"
    done = folder / "complete"
    if not done.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        subprocess.run(["/usr/bin/python3", "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:",
                        "-d", folder, *WHEELS], check=True)
        unpack_wheels(folder)
        subprocess.run(["apt-get", "-q", "download", *DEBS], check=True, cwd=folder, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        for deb in folder.glob("*.deb"):
            subprocess.run(["dpkg", "-x", deb, folder / "files"], check=True)
            deb.unlink()
        done.touch()
    return folder / "files"


def find(folder, pattern):
    found = sorted(p for p in pathlib.Path(folder).rglob(pattern) if p.is_file())
    if not found:
        raise oracle.OracleError(f"{pattern} is not below {folder}")
    return found[0]


# ---- building ---------------------------------------------------------------------------------

class Bench:
    """A folder in which small libraries are built of real ones."""

    def __init__(self, files, env):
        self.dir = oracle.scratch("conflicts")
        self.files, self.env = files, env
        self.opener = self.dir / "opener"
        (self.dir / "opener.c").write_text(OPENER)
        subprocess.run(["gcc", "-o", self.opener, self.dir / "opener.c", "-ldl"], check=True)

    def library(self, name, text, *libs, compiler="gcc", flags=()):
        """A library that needs `libs`, in this order, whether it uses them or not."""
        source = self.dir / f"{name}.{'cc' if '#include <iostream>' in text else 'c'}"
        source.write_text(text)
        out = self.dir / f"lib{name}.so"
        paths = [f"-Wl,-rpath,{pathlib.Path(x).parent}" for x in libs]
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-w", *flags, "-o", out, source, "-Wl,--no-as-needed", *libs,
                        *paths], check=True)
        return out

    def both(self, name, *libs):
        return self.library(name, f"int {name}(void) {{ return 0; }}", *libs)

    def program(self, name, text, *libs):
        source = self.dir / f"{name}.c"
        source.write_text(text)
        out = self.dir / name
        subprocess.run(["gcc", "-w", "-o", out, source, "-Wl,--no-as-needed", *libs,
                        *[f"-Wl,-rpath,{pathlib.Path(x).parent}" for x in libs]], check=True)
        return out

    def close(self):
        shutil.rmtree(self.dir, ignore_errors=True)


# ---- the conflicts ----------------------------------------------------------------------------
# Each gives (file, {variables}, severity or None, family, pieces of the summary).

GCC_USER = "int GOMP_parallel(), omp_get_max_threads(); int by_gcc() { return GOMP_parallel(0,0,0,0) + omp_get_max_threads(); }"
LLVM_USER = "int __kmpc_global_thread_num(), __kmpc_fork_call(), omp_get_max_threads();" \
    "int by_llvm() { __kmpc_fork_call(); return omp_get_max_threads(); }"


def gcc_and_intel_openmp(b):
    mine = b.library("bygcc", GCC_USER, find(b.env, "libgomp-*.so*"))
    theirs = b.library("byllvm", LLVM_USER, find(b.files, "libiomp5.so"))
    return b.both("mixed", mine, theirs), {}, "note", "openmp", ["libgomp-", "libiomp5.so", "needed by libbyllvm.so"]


def intel_and_llvm_openmp(b):
    mine = b.library("intel", LLVM_USER, find(b.files, "libiomp5.so"))
    theirs = b.library("llvm", LLVM_USER.replace("by_llvm", "by_clang"), find(b.files, "libomp.so.5"))
    return b.both("twollvm", mine, theirs), {}, "warning", "openmp", ["libiomp5.so (", "libomp.so.5 ("]


def two_copies_of_gcc_openmp(b):
    mine = b.library("onegomp", GCC_USER, find(b.env, "libgomp-*.so*"))
    theirs = b.library("twogomp", GCC_USER.replace("by_gcc", "by_gcc2"),
                       subprocess.check_output(["gcc", "-print-file-name=libgomp.so.1"], text=True).strip())
    return b.both("gomps", mine, theirs), {}, "note", "openmp", ["libgomp-", "libgomp.so.1 ("]


def qt_of_opencv_and_pyqt(b):
    return (b.both("qts", find(b.files / "pyqt5_qt5", "libQt5Core.so.5"), find(b.files / "opencv_python", "libQt5Core-*")),
            {}, "warning", "qt", ["libQt5Core.so.5 (", "Could not load the Qt platform plugin"])


def two_cuda_runtimes(b):
    return (b.both("cudas", find(b.files, "libcudart.so.11.0"), find(b.files, "libcudart.so.12")), {}, "warning", "cudart",
            ["libcudart.so.11.0 (", "libcudart.so.12 ("])


def protobuf_of_debian_and_tensorflow(b):
    return (find(b.env, "_pywrap_tfe.so"), {"LD_PRELOAD": find(b.files, "libprotobuf.so.32")}, "warning", "protobuf",
            ["libprotobuf.so.32 (out of LD_PRELOAD)", "which contains one"])


def two_allocators(b):
    return (b.program("heaps", "int main(void) { return 0; }", find(b.files, "libjemalloc.so.2"),
                      find(b.files, "libtcmalloc_minimal.so.4")), {}, "note", "malloc",
            ["libjemalloc.so.2 (", "libtcmalloc_minimal.so.4 ("])


CXX_USER = "#include <iostream>\n#include <locale>\nint NAME() { std::cout << std::locale(\"C\").name() << std::endl; return 0; }"


def system_libstdcxx():
    return subprocess.check_output(["g++", "-print-file-name=libstdc++.so.6"], text=True).strip()


def contained_libstdcxx(b):
    return b.library("contains", CXX_USER.replace("NAME", "contains"), compiler="g++", flags=["-static-libstdc++"])


def libstdcxx_in_a_library_behind_the_shared_one(b):
    return (b.both("torncxx", system_libstdcxx(), contained_libstdcxx(b)), {}, "warning", "libstdcxx",
            ["libcontains.so (which contains one", "of libcontains.so itself are taken from libstdc++.so.6"])


def libstdcxx_in_a_library_before_the_shared_one(b):
    shared = b.library("shared", CXX_USER.replace("NAME", "shared"), compiler="g++")
    return (b.both("onecxx", contained_libstdcxx(b), shared), {}, "note", "libstdcxx",
            ["libshared.so was made for libstdc++.so.6, but libcontains.so answers instead"])


def bundled_libstdcxx_that_is_not_used(b):
    copy = b.dir / "libstdc++-1.so"
    copy.write_bytes(pathlib.Path(system_libstdcxx()).read_bytes().replace(b"libstdc++.so.6\0", b"libstdc++-1.so\0"))
    own = b.library("bundled", CXX_USER.replace("NAME", "bundled"), copy)
    shared = b.library("system", CXX_USER.replace("NAME", "system"), compiler="g++")
    return b.both("copies", shared, own), {}, "note", "libstdcxx", ["libstdc++-1.so (", "libbundled.so was made for"]


def interpreter_in_interpreter(b):
    lib = sorted(pathlib.Path("/usr/lib/x86_64-linux-gnu").glob("libpython3.*.so.1.0"))
    if not lib:
        return None
    file = b.library("ext", "int Py_IsInitialized(); void *PyInit_ext() { Py_IsInitialized(); return 0; }", lib[0])
    named = file.with_name("ext.abi3.so")
    file.rename(named)
    return named, {}, "note", "python", ["the program itself"]


CONFLICTS = [gcc_and_intel_openmp, intel_and_llvm_openmp, two_copies_of_gcc_openmp, qt_of_opencv_and_pyqt,
             two_cuda_runtimes, protobuf_of_debian_and_tensorflow, two_allocators,
             libstdcxx_in_a_library_behind_the_shared_one, libstdcxx_in_a_library_before_the_shared_one,
             bundled_libstdcxx_that_is_not_used, interpreter_in_interpreter]


# ---- what comes of it -------------------------------------------------------------------------

def two_openmp_of_llvm_end_the_process(b):
    """What dlwhy calls likely: the second one stops, even if the two are kept apart."""
    p = subprocess.run([b.opener, "omp_get_max_threads", find(b.files, "libiomp5.so"), find(b.files, "libomp.so.5")],
                       capture_output=True, text=True, env=oracle.CLEAN)
    return p.returncode < 0 and "Error #15" in p.stderr, p.stderr


def two_openmp_of_gcc_go_on(b):
    p = subprocess.run([b.opener, "omp_get_max_threads", find(b.env, "libgomp-*.so*"), "libgomp.so.1"],
                       capture_output=True, text=True, env=oracle.CLEAN)
    return p.returncode == 0 and not p.stdout and not p.stderr, p.stdout + p.stderr


RUNS = [two_openmp_of_llvm_end_the_process, two_openmp_of_gcc_go_on]


# ---- what the real loader binds ---------------------------------------------------------------

BINDING = re.compile(r"binding file (\S+) \[\d+\] to (\S+) \[\d+\]: normal symbol `([^']+)'")


def real_bindings(opener, file, env):
    p = subprocess.run([opener, "", file], capture_output=True, errors="replace",
                       env={**oracle.CLEAN, **{k: str(v) for k, v in env.items()}, "LD_DEBUG": "bindings"})
    return {(os.path.basename(a), os.path.basename(b), s) for a, b, s in BINDING.findall(p.stderr)}


SAYS = re.compile(r"(\S+) gets it from (\S+), not from \S+")


def wrong_bindings(opener, file, env, finding):
    """Examples of the finding that the real loader binds otherwise."""
    told = [(*SAYS.match(e["says"]).groups(), e["value"]) for e in finding["evidence"]
            if e["kind"] == "symbol" and SAYS.match(e["says"])]
    real = real_bindings(opener, file, env) if told else set()
    return [t for t in told if t not in real]


def judge(b, make):
    case = make(b)
    if case is None:
        return None, "not installed"
    file, env, severity, family, pieces = case
    options = [x for k, v in env.items() for x in ("--env", f"{k}={v}")]
    answer = json.loads(oracle.run_dlwhy(["check", "--json", *options, str(file)]).stdout)
    found = [f for f in answer["findings"] if f["code"] == CODE and f["detail"] == family]
    if answer["loads"] is not True or len(found) != 1:
        return False, f"loads: {answer['loads']}, {len(found)} findings of {family}: {answer['findings']}"
    if found[0]["severity"] != severity:
        return False, f"{found[0]['severity']}, not {severity}: {found[0]['summary']}"
    missing = [x for x in pieces if x not in found[0]["summary"]]
    if missing:
        return False, f"{missing} not in: {found[0]['summary']}"
    host = answer.get("host") or ""
    opener = [b.opener] if "python" not in host else None
    wrong = wrong_bindings(opener[0], file, env, found[0]) if opener else []
    return not wrong, f"bound otherwise: {wrong}" if wrong else found[0]["summary"]


def check_conflicts(files, env, verbose=False):
    passed = failed = skipped = 0
    b = Bench(files, env)
    try:
        for make in CONFLICTS + RUNS:
            ok, why = make(b) if make in RUNS else judge(b, make)
            passed += ok is True
            failed += ok is False
            skipped += ok is None
            if not ok or verbose:
                print(f"{'skipped' if ok is None else 'found' if ok else 'WRONG'}: {make.__name__}\n    {why}")
    finally:
        b.close()
    print(f"Conflicts: {passed} of {passed + failed} told as they are, {skipped} skipped")
    return passed, failed, skipped


# ---- where there is none ----------------------------------------------------------------------

def check_healthy(title, files):
    claims = 0
    for i in range(0, len(files), 1000):
        p = oracle.run_dlwhy(["check", "--format", "jsonl", "--", *files[i:i + 1000]])
        for line in p.stdout.decode("utf-8").splitlines():
            answer = json.loads(line)
            for f in answer["findings"]:
                if f["code"] == CODE:
                    claims += 1
                    print(f"claimed: {answer['target']}\n    {f['severity']}: {f['summary']}")
    print(f"{title}: {len(files)} files, {claims} claims of a conflict")
    return len(files) - claims, claims, 0


def native_files(folder, pattern="*"):
    out = []
    for path in sorted(pathlib.Path(folder).rglob(pattern)):
        if path.is_file() and not path.is_symlink() and os.access(path, os.R_OK):
            with path.open("rb") as f:
                if f.read(4) == b"\x7fELF":
                    out.append(str(path))
    return out


def check(build, env, verbose=False):
    """(passed, failed, skipped) over all."""
    results = [check_conflicts(fetch(build), env, verbose),
               check_healthy(f"Python environment {env.name}", native_files(env, "*.so*")),
               check_healthy("Programs of the system", native_files("/usr/bin") + native_files("/usr/sbin")),
               check_healthy("Libraries of the system", native_files("/usr/lib/x86_64-linux-gnu", "*.so*"))]
    return tuple(sum(r[i] for r in results) for i in range(3))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--build", type=pathlib.Path, default=oracle.TOP / "build")
    parser.add_argument("--env", type=pathlib.Path, default=os.environ.get("DLWHY_CORPUS"))
    parser.add_argument("-v", "--verbose", action="store_true")
    args = parser.parse_args()
    env = pathlib.Path(args.env or args.build / "corpus/env")
    passed, failed, skipped = check(args.build.resolve(), env, args.verbose)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
