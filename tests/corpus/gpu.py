#!/usr/bin/python3
"""Real packages that want a GPU or a certain processor: does dlwhy see what is known of them?

    gpu.py [--build DIR] [--env DIR]

What is known does not come from dlwhy: TensorFlow's wheels have been built for AVX since release 1.6
(its release notes), CTranslate2 opens libcublas.so.12 by name (its documentation), the CUDA run-time
library opens libcuda.so.1, OpenBLAS and NumPy choose by processor when they run.

The wheels are fetched once into DIR/corpus/gpu (--build, default build) and are never imported. The
environment with TensorFlow and NumPy is that of run.py: DIR/corpus/env, DLWHY_CORPUS or --env; without
it that part is skipped.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "oracle"))
import oracle  # noqa: E402

WHEELS = ["nvidia-cuda-runtime-cu11", "nvidia-cuda-runtime-cu12", "ctranslate2", "lightgbm"]
FETCH = ["/usr/bin/python3", "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:", "--platform",
         "manylinux_2_28_x86_64", "--platform", "manylinux2014_x86_64", "--platform", "manylinux_2_17_x86_64",
         "--platform", "manylinux_2_27_x86_64", "--python-version", "3.11"]


def unpacked(build):
    """A folder for each wheel, as site-packages would hold it."""
    top = build / "corpus/gpu"
    for name in WHEELS:
        if (top / name).is_dir():
            continue
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([*FETCH, "-d", folder, name], check=True)
            wheel, = pathlib.Path(folder).glob("*.whl")
            with zipfile.ZipFile(wheel) as z:
                z.extractall(top / f"{name}.part/site-packages")
        (top / f"{name}.part").rename(top / name)
    return top


def ask(*arguments, env=None):
    p = subprocess.run([oracle.dlwhy_program(), "check", "--json", *map(str, arguments)], capture_output=True,
                       env={**oracle.CLEAN, **(env or {})})
    return json.loads(p.stdout)


def one(top, pattern):
    found = sorted(top.rglob(pattern))
    assert found, f"{pattern} is not in {top}"
    return found[0]


def of_code(answer, code="cpu-isa"):
    return [f for f in answer["findings"] if f["code"] == code]


def opened(answer):
    return {o["name"]: o for o in answer["opens"]}


# ---- what is known ----------------------------------------------------------------------------

def the_cuda_runtime_opens_the_driver(top):
    for release, file in (("cu11", "libcudart.so.11.0"), ("cu12", "libcudart.so.12")):
        answer = ask("--program", "none", one(top / f"nvidia-cuda-runtime-{release}", file))
        assert answer["loads"] is True
        assert set(opened(answer)) == {"libcuda.so.1"}
        finding = of_code(answer, "gpu-driver")
        assert len(finding) == (opened(answer)["libcuda.so.1"]["path"] is None)


def ctranslate2_opens_cublas_of_cuda_12(top):
    answer = ask("--program", "none", one(top / "ctranslate2", "libctranslate2-*.so*"))
    assert answer["loads"] is True
    assert {"libcublas.so.12", "libcuda.so.1"} <= set(opened(answer))
    assert all(o["by"] == "string" for o in answer["opens"])


def a_copy_in_a_folder_that_is_searched_is_found(top):
    library = one(top / "ctranslate2", "libctranslate2-*.so*")
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "libcublas.so.12").symlink_to(
            one(top / "nvidia-cuda-runtime-cu12", "libcudart.so.12"))
        answer = ask("--program", "none", library, env={"LD_LIBRARY_PATH": folder})
        assert opened(answer)["libcublas.so.12"]["path"] == f"{folder}/libcublas.so.12"
        assert opened(answer)["libcublas.so.12"]["rule"] == "ld-library-path"


def another_release_of_cuda_is_seen(top):
    """A file beside CUDA 12 that opens the run-time library of CUDA 11."""
    with tempfile.TemporaryDirectory() as folder:
        site = pathlib.Path(folder) / "site-packages"
        site.mkdir()
        (site / "nvidia").symlink_to(one(top / "nvidia-cuda-runtime-cu12", "nvidia"))
        source = site / "f.c"
        source.write_text('#include <dlfcn.h>\nvoid *f(void) { return dlopen("libcudart.so.11.0", RTLD_NOW); }\n')
        subprocess.run(["cc", "-shared", "-fPIC", "-o", site / "libf.so", source], check=True)
        finding, = of_code(ask("--program", "none", site / "libf.so"), "gpu-driver")
        assert finding["object"] == "libcudart.so.11.0"
        assert any("libcudart.so.12" in (e["path"] or "") for e in finding["evidence"]), finding


def a_library_for_cpus_has_nothing_of_it(top):
    answer = ask("--program", "none", one(top / "lightgbm", "lib_lightgbm.so"))
    assert not of_code(answer, "gpu-driver")


def tensorflow_is_made_for_avx(env):
    library = one(env, "libtensorflow_framework.so.2")
    finding, = of_code(ask("--program", "none", "--code", "--cpu", "x86-64-v2", library))
    assert finding["severity"] in ("error", "warning") and "AVX" in finding["summary"]
    assert not [f for f in of_code(ask("--program", "none", "--code", "--cpu", "znver3", library))
                if f["severity"] != "note"]
    assert not of_code(ask("--program", "none", library), "gpu-driver")


def what_is_said_to_die_dies(env):
    """An emulator of processors is the judge: load, and see whether it dies of SIGILL."""
    load = "import ctypes, sys; ctypes.CDLL(sys.argv[1])"
    for pattern, model, cpu in (("libtensorflow_framework.so.2", "Nehalem", "nehalem"),
                                ("libtensorflow_framework.so.2", "SandyBridge", "sandybridge"),
                                ("libparquet.so.*", "core2duo", "core2"),
                                ("libparquet.so.*", "Nehalem", "nehalem"),
                                ("libscipy_openblas*.so", "core2duo", "core2")):
        library = one(env, pattern)
        p = subprocess.run(["qemu-x86_64", "-cpu", model, env / "bin/python", "-c", load, library],
                           capture_output=True)
        died = b"signal 4" in p.stderr
        assert died or p.returncode == 0, p.stderr
        answer = ask("--program", "none", "--code", "--cpu", cpu, library)
        said = [f for f in of_code(answer) if f["severity"] == "error"]
        assert bool(said) == died, f"{library} on {model}: {'dies' if died else 'lives'}, {said}"


def who_chooses_by_processor_gets_notes_alone(env):
    for pattern in ("libscipy_openblas*.so", "_multiarray_umath*.so", "_simd.*.so", "cv2.abi3.so"):
        answer = ask("--program", "none", "--code", "--cpu", "x86-64-v2", one(env, pattern))
        wrong = [f["summary"] for f in of_code(answer) if f["severity"] != "note"]
        assert not wrong, wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=oracle.TOP / "build")
    parser.add_argument("--env", type=pathlib.Path)
    args = parser.parse_args()
    build = args.build.resolve()
    env = args.env or pathlib.Path(os.environ.get("DLWHY_CORPUS", build / "corpus/env"))
    top = unpacked(build)
    checks = [(f, top) for f in (the_cuda_runtime_opens_the_driver, ctranslate2_opens_cublas_of_cuda_12,
                                 a_copy_in_a_folder_that_is_searched_is_found, another_release_of_cuda_is_seen,
                                 a_library_for_cpus_has_nothing_of_it)]
    checks += [(f, env) for f in (tensorflow_is_made_for_avx, who_chooses_by_processor_gets_notes_alone)]
    if oracle.have("qemu-x86_64"):
        checks.append((what_is_said_to_die_dies, env))
    else:
        print("skipped: what is said to die dies: qemu-user is not installed")
    passed = failed = 0
    skipped = 0 if oracle.have("qemu-x86_64") else 1
    for check, where in checks:
        name = check.__name__.replace("_", " ")
        if not where.is_dir():
            skipped += 1
            print(f"skipped: {name}: {where} is not there")
            continue
        try:
            check(where)
            passed += 1
        except AssertionError as e:
            failed += 1
            print(f"failed: {name}: {e}")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
