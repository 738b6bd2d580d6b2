"""What programs of many languages and systems say of what they load: the first cause, what it names, and the words of the answer."""
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from test_told_words import explain, first, ways  # noqa: E402


def errors(text, folder):
    return [(f["code"], f["object"], f["symbol"]) for f in explain(text, folder)["findings"] if f["severity"] == "error"]


# ---- where a sentence ends -------------------------------------------------------------------------------------

def at_width(width):
    """A sentence as long as a usual line."""
    begins = "reef: symbol lookup error: reef: undefined symbol: "
    return begins + "warp_" + "x" * (width - len(begins) - len("warp_"))


@pytest.mark.parametrize("below", ["Trace/breakpoint trap (core dumped)", "Aborted (core dumped)", "Killed", "Segmentation fault",
                                   "[Inferior 1 (process 70) exited with code 0177]", "(gdb) quit",
                                   "Reinstalling the program changes nothing.", "Then it ended."])
@pytest.mark.parametrize("width", [70, 72, 80, 100, 120])
def test_a_sentence_of_a_usual_width_is_not_broken(width, below, tmp_path):
    line = at_width(width)
    assert errors(f"$ reef\n{line}\n{below}\n", tmp_path)[0] == ("missing-symbol", "reef", line.split()[-1])


@pytest.mark.parametrize("rest", ["", " in Unknown on line 0", ", version REEF_2"])
def test_a_broken_name_is_joined(rest, tmp_path):
    begins = "reef: symbol lookup error: /usr/lib/libreef.so.2: undefined symbol: "
    line = begins + "warp_" + "x" * (80 - len(begins) - 5)
    assert errors(f"{line}\ngo{rest}\n", tmp_path)[0][2] == line.split()[-1] + "go"


def test_a_name_in_the_line_below(tmp_path):
    text = "/opt/bin/reef:\nsymbol lookup error:\n/opt/lib/libreef.so: undefined symbol:\nwarp_parts\n"
    assert errors(text, tmp_path) == [("missing-symbol", "/opt/lib/libreef.so", "warp_parts")]


@pytest.mark.parametrize("code, good", [("0", True), ("00", False), ("01", False), ("0177", False), ("0x7f", False)])
def test_a_debugger_counts_in_eights(code, good, tmp_path):
    text = f"./reef: symbol lookup error: ./reef: undefined symbol: warp\n[Inferior 1 (process 70) exited with code {code}]\n"
    assert bool(errors(text, tmp_path)) != good


# ---- a preload that failed ---------------------------------------------------------------------------------------

@pytest.mark.parametrize("preload, symbol, cause", [("libreef_start-2.so", "reef_parts", "permission"),
                                                    ("libtide.so", "reef_parts", "missing-symbol")])
def test_what_a_failed_preload_should_have_defined(preload, symbol, cause, tmp_path):
    text = (f"ERROR: ld.so: object '{preload}' from LD_PRELOAD cannot be preloaded (failed to map segment from shared object): "
            f"ignored.\n./prog: symbol lookup error: /opt/libwarp.so: undefined symbol: {symbol}\n")
    assert errors(text, tmp_path)[0][0] == cause


# ---- hosts ---------------------------------------------------------------------------------------------------------

SAID = [
    ("{on_load_function_failed,warp_nif}", "init-failed", "warp_nif", None),
    ("The on_load function for module warp_nif returned:\n{error,enoent}", "init-failed", "warp_nif", None),
    ("The on_load function for module warp returned {error,{load_failed,\"Failed to load NIF library: '/lib/warp.so: cannot open "
     "shared object file: No such file or directory'\"}}", "missing-library", "/lib/warp.so", None),
    ("ByteCodeLink.lookupCE\nDuring interactive linking, GHCi couldn't find the following symbol:\n  warpzm1_Tide_closure\n"
     "This may be due to you not asking GHCi to load extra object files,", "missing-symbol", None, "warpzm1_Tide_closure"),
    ("During interactive linking, GHCi couldn't find the following symbol:\n  libwarp.so: cannot open shared object file: No such "
     "file or directory\n", "missing-library", "libwarp.so", None),
    ("ghc: panic! (the 'impossible' happened)\n\tLoading archives not supported", "not-loadable", None, None),
    ("loader_scanned_icd_add: Could not get 'vkCreateInstance' via 'vk_icdGetInstanceProcAddr' for ICD libwarp_icd.so.0",
     "gpu-driver", "libwarp_icd.so.0", None),
    ("fuse: failed to exec fusermount: Permission denied\n\nCannot mount AppImage, please check your FUSE setup.", "permission",
     "fusermount", None),
    ("fuse: failed to exec fusermount3: No such file or directory", "missing-library", "fusermount3", None),
    ("fuse: device not found, try 'modprobe fuse' first\n\nCannot mount AppImage, please check your FUSE setup.", "missing-library",
     None, None),
    ("fuse: failed to open /dev/fuse: Permission denied", "permission", "/dev/fuse", None),
    ("fusermount: mount failed: Operation not permitted", "permission", None, None),
    ("SELinux is preventing /usr/bin/reef from execmod access on the file /memfd:Jit (deleted).", "permission", None, None),
    ("SELinux is preventing /usr/bin/reef from execmod access on the file /usr/lib/libwarp.so.", "permission",
     "/usr/lib/libwarp.so", None),
]


@pytest.mark.parametrize("text, code, obj, symbol", SAID)
def test_the_cause_and_what_it_names(text, code, obj, symbol, tmp_path):
    found = first(text, tmp_path)
    assert (found["code"], found["symbol"]) == (code, symbol)
    assert found["object"] == obj or (obj is None and found["object"] in ("/usr/bin/reef", None))


@pytest.mark.parametrize("text, words, not_words", [
    ("fuse: failed to exec fusermount: No such file or directory", "install the package that has fusermount", "dlwhy FILE"),
    ("fuse: failed to exec fusermount: Permission denied", "--appimage-extract-and-run", "ls -l fusermount"),
    ("SELinux is preventing /usr/bin/reef from execmod access on the file /memfd:Jit (deleted).", "audit2allow", "ls -l"),
    ("ghc: panic!\n\tLoading archives not supported", "as a shared library", "debug information"),
])
def test_what_to_do_is_for_what_was_said(text, words, not_words, tmp_path):
    said = ways(first(text, tmp_path))
    assert words in said and not_words not in said
