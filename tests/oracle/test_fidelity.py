"""Nine programs that a tool must think like the loader to judge. Each is asked of the real loader;
a tool that reads only names and folders gets several wrong."""
import shutil

import pytest

import oracle
from experiments import DIES, LOADS, NEW, OLD, Builder, Case, Lab, shows

ALLOW = ("-Wl,--no-as-needed", "-Wl,--allow-shlib-undefined")


def main(b, out, name, *flags):
    b.prog(out, f"int {name}(void);", f"{name}()", *ALLOW, *flags)


def function(b, out, name, calls="1", *flags):
    declares = f"int {calls}; " if calls.endswith("()") else ""
    b.lib(out, f"{declares}int {name}(void) {{ return {calls}; }}", *flags)


def runpath_is_not_inherited(b):
    function(b, "libs/libb.so", "b")
    function(b, "libs/liba.so", "a", "b()", "-Llibs", "-lb")
    main(b, "exe", "a", "-Llibs", "-la", NEW + "$ORIGIN/libs")
    return {}, "libb.so: cannot open shared object file"


def library_path_beats_runpath(b):
    for folder in ("rp", "env"):
        function(b, f"{folder}/libx.so", "x")
    main(b, "exe", "x", "-Lrp", "-lx", NEW + "$ORIGIN/rp")
    return {"LD_LIBRARY_PATH": f"{b.w}/env"}, LOADS


def rpath_of_a_library_is_inherited(b):
    function(b, "deep/libd.so", "d")
    function(b, "deep/libc2.so", "c", "d()", "-Ldeep", "-ld")
    function(b, "m/libm2.so", "m", "c()", "-Ldeep", "-lc2", OLD + "$ORIGIN/../deep")
    main(b, "exe", "m", "-Lm", "-lm2", NEW + "$ORIGIN/m")
    return {}, LOADS


def capability_folder_wins(b):
    for folder in ("l", "l/glibc-hwcaps/x86-64-v2"):
        function(b, f"{folder}/libh.so", "h")
    main(b, "exe", "h", "-Ll", "-lh", NEW + "$ORIGIN/l")
    return {}, LOADS


def loaded_soname_needs_no_file(b):
    function(b, "l/libx.so", "x")
    function(b, "l/liby.so", "y", "x()", "-Ll", "-lx")
    main(b, "exe", "x", "-Ll", "-lx", "-ly", NEW + "$ORIGIN/l")
    return {}, LOADS


def version_is_missing(b):
    b.text("1.map", "V1 { global: *; };")
    b.text("2.map", "V1 { global: x; }; V2 { global: z; };")
    script = "-Wl,--version-script="
    b.lib("v1/libv.so", "int x(void) { return 1; }", script + "1.map")
    b.lib("v2/libv.so", "int x(void) { return 1; } int z(void) { return 2; }", script + "2.map")
    main(b, "exe", "z", "-Lv2", "-lv", NEW + "$ORIGIN/v1")
    return {}, "version `V2' not found"


def symbol_is_missing(b):
    function(b, "l/libs.so", "s")
    main(b, "exe", "s", "-Ll", "-ls", NEW + "$ORIGIN/l", "-Wl,-z,now")
    function(b, "l/libs.so", "other")
    return {}, "undefined symbol: s"


def foreign_copy_is_skipped(b):
    function(b, "good/libw.so", "w")
    with b.edit("good/libw.so", "bad/libw.so") as e:
        e.header("e_machine", 183)
    main(b, "exe", "w", "-Lgood", "-lw", NEW + "$ORIGIN/bad:$ORIGIN/good")
    return {}, LOADS


def truncated_library_kills(b):
    function(b, "l/libt.so", "t")
    main(b, "exe", "t", "-Ll", "-lt", NEW + "$ORIGIN/l")
    with b.edit("l/libt.so", "l/libt.so") as e:
        e.truncate(3000)
    return {}, DIES


CASES = [runpath_is_not_inherited, library_path_beats_runpath, rpath_of_a_library_is_inherited, capability_folder_wins,
         loaded_soname_needs_no_file, version_is_missing, symbol_is_missing, foreign_copy_is_skipped,
         truncated_library_kills]


@pytest.mark.parametrize("build", CASES, ids=lambda b: b.__name__)
def test_thinks_like_the_loader(build):
    folder = oracle.scratch("fidelity")
    try:
        env, says = build(Builder(folder))
        case = Case(build.__name__, "start", "./exe", says, env=env)
        lab = Lab(folder, {})
        real = lab.real(case)
        assert shows(case, real) is None
        oracle.count("live")
        assert oracle.difference(real, lab.dlwhy(case), lines=True) is None
    finally:
        shutil.rmtree(folder)
