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


@pytest.mark.sample(4)
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


# ---- who starts another program ------------------------------------------------------------------------------------

LAUNCHERS = ["chroot: failed to run command '{}': {}", "nohup: failed to run command ‘{}’: {}", "timeout: failed to run command '{}': {}",
             "setarch: failed to execute {}: {}", "unshare: failed to execute {}: {}", "sudo: unable to execute {}: {}",
             "bwrap: execvp {}: {}", "time: cannot run {}: {}", "strace: Can't stat '{}': {}", "xargs: {}: {}", "valgrind: {}: {}",
             "s6-supervise: fatal: unable to exec {}: {}", "[FATAL tini (7)] exec {} failed: {}", "su-exec: {}: {}",
             "[proxy:0:0@sea] HYDU_create_process (launch.c:75): execvp error on file {} ({})",
             "slurmstepd: error: execve(): {}: {}", 'proot error: execve("{}"): {}', 'E: Failed to execute "{}": {}',
             "start-stop-daemon: unable to start {} ({})", "execv({}, /bin/sh) failed: {}"]


@pytest.mark.sample(4)
@pytest.mark.parametrize("words", LAUNCHERS)
@pytest.mark.parametrize("error, code", [("Exec format error", "wrong-arch"), ("Permission denied", "permission"),
                                         ("No such file or directory", "interpreter-missing")])
def test_who_starts_a_program_says_why_not(words, error, code, tmp_path):
    assert errors(words.format("/opt/reef/run", error), tmp_path) == [(code, "/opt/reef/run" if code != "interpreter-missing" else
                                                                       first(words.format("/opt/reef/run", error), tmp_path)["object"],
                                                                       None)]


@pytest.mark.parametrize("words", [w for w in LAUNCHERS if "Can't stat" not in w and "proot" not in w and "tini" not in w])
def test_a_name_without_a_folder_is_a_program_of_the_path(words, tmp_path):
    found = first(words.format("reef", "No such file or directory"), tmp_path)
    assert (found["code"], found["detail"], found["object"]) == ("build-tool", "program", "reef")


def test_a_compiler_that_is_missing_is_no_program_of_sudo(tmp_path):
    assert first("error: unable to execute 'gcc': No such file or directory", tmp_path)["code"] == "compiler-missing"


@pytest.mark.parametrize("text, binary", [("./reef: line 1: $'\\177ELF\\002': command not found", True),
                                          ("./reef: line 2: readelf: command not found", False),
                                          ("./reef: line 2: chrpath-elf: command not found", False)])
def test_a_shell_that_reads_a_binary_meets_its_first_bytes(text, binary, tmp_path):
    assert (first(text, tmp_path)["code"] == "wrong-arch") == binary


@pytest.mark.parametrize("text, code, obj, symbol", [
    ("reef: version magic '5.4.0 SMP mod_unload ' should be '5.10.0 SMP mod_unload '", "abi-mismatch", "reef", None),
    ("[ 12.345678] reef: disagrees about version of symbol module_layout", "abi-mismatch", "reef", "module_layout"),
    ("insmod: error inserting 'reef.ko': -1 Invalid module format", "abi-mismatch", "reef.ko", None),
    ("FATAL: Error Inserting reef\n(/lib/modules/6.1.2/kernel/reef.ko): Invalid module\nformat", "abi-mismatch", "reef", None),
    ("could not load: (libreef-1_1|reef32).dll", "missing-library", "libreef-1_1", None),
    ("could not import: reef_go", "missing-symbol", None, "reef_go"),
    ("Fatal error: cannot load shared library dllreef\nReason: The specified module could not be found.", "missing-library", "dllreef", None),
    ("error loading module 'reef' from file './reef.so':\n\t./reef.so:1: unexpected symbol near '<\\127>'", "not-loadable", "./reef.so",
     None),
    ("/opt/reef.so:1: unexpected symbol near 'char(127)'", "not-loadable", "/opt/reef.so", None),
    ("[ 12.345678] reef: Unknown symbol warp_go (err -2)", "missing-symbol", "reef", "warp_go"),
    ("modprobe: ERROR: could not insert 'reef': Exec format error", "abi-mismatch", "reef", None),
    ("link_elf_obj: symbol warp_go undefined\nlinker_load_file: /boot/modules/reef.ko - unsupported file type", "missing-symbol", None,
     "warp_go"),
    ("KLD reef.ko: depends on kernel - not available or version mismatch", "abi-mismatch", "reef.ko", None),
    ('ERROR: LoadError: Reef not properly installed. Please run Pkg.build("Reef")', "missing-library", "Reef", None),
    ('ERROR: LoadError: Reef.jl has not been built, please run Pkg.build("Reef").', "missing-library", "Reef.jl", None),
    ("ERROR: LoadError: Unable to open libWarp!", "missing-library", "libWarp", None),
    ("MariaDB [(none)]> install soname 'reef';\nERROR 1127 (HY000): Can't find symbol '_mysql_plugin_interface_version_' in library\n"
     "MariaDB [(none)]> \n", "missing-symbol", None, "_mysql_plugin_interface_version_"),
    ("/opt/reef/start: line 169: /opt/reef/reef-S9: not found", "interpreter-missing", "/opt/reef/reef-S9", None),
    ("1405:error:81065401:libp11:pkcs11_CTX_load:Unable to load PKCS#11 module:p11_load.c:79:", "missing-library", None, None),
    ("couldn't exec /opt/reef: ENOEXEC", "wrong-arch", "/opt/reef", None),
    ("Cannot start container 9da6: [8] System error: no such file or directory", "interpreter-missing", None, None),
])
def test_modules_and_packages(text, code, obj, symbol, tmp_path):
    found = first(text, tmp_path)
    assert (found["code"], found["object"]) == (code, obj)
    assert symbol is None or found["symbol"] == symbol


def test_a_preload_that_is_left_out_does_no_harm(tmp_path):
    found = first("ERROR: ld.so: object '/opt/libreef.so' from LD_PRELOAD cannot be preloaded (wrong ELF class: ELFCLASS32): ignored.",
                  tmp_path)
    assert found["code"] == "wrong-arch" and "is for 32-bit programs" in found["summary"] and "goes on" in found["summary"]
    assert "$LIB" in ways(found)


# ---- containers, processors, shells that read binaries -----------------------------------------------------------

STARTING = "OCI runtime create failed: runc create failed: unable to start container process: "


@pytest.mark.parametrize("text, code, detail, obj", [
    (STARTING + 'exec: "reef": executable file not found in $PATH: unknown.', "build-tool", "not-in-image", "reef"),
    (STARTING + 'exec: "/opt/reef": stat /opt/reef: not a directory: unknown', "build-tool", "not-in-image", "/opt/reef"),
    (STARTING + 'exec: "/opt": is a directory: unknown', "build-tool", "not-in-image", "/opt"),
    ('starting container process caused "exec: \\"reef\\": executable file not found in $PATH": unknown', "build-tool", "not-in-image",
     "reef"),
    ('exec: "reef": executable file not found in $PATH', "build-tool", "program", "reef"),
    ("CPU ISA level is lower than required", "cpu-isa", None, None),
    ("The current machine does not support all of the following CPU features that are required by the image: [CX8, AVX2].", "cpu-isa",
     None, None),
    ("WARNING: MongoDB 5.0+ requires a CPU with AVX support, and your current system does not appear to have that!", "cpu-isa", None,
     None),
    ("The required instruction sets are not supported by the current CPU.", "cpu-isa", None, None),
    ("Fatal Error: This program was not built to run in your system.", "cpu-isa", None, None),
    ("GLFW error during init: [0x1000E]Failed to detect any supported platform", "init-failed", "no-display", None),
    ("initial window could not find the GLX extension", "gpu-driver", None, None),
    ('Xlib:  extension "GLX" missing on display ":99".', "gpu-driver", None, None),
    ('./reef: 1: ./reef: Syntax error: "(" unexpected', "wrong-arch", None, "./reef"),
    ("/opt/bin/reef: 3: /opt/bin/reef: Syntax error: Unterminated quoted string", "wrong-arch", None, "/opt/bin/reef"),
    ("./reef: 2: Syntax error: end of file unexpected", "wrong-arch", None, "./reef"),
])
def test_what_is_not_started(text, code, detail, obj, tmp_path):
    found = first(text, tmp_path)
    assert (found["code"], found["detail"], found["object"]) == (code, detail, obj)


@pytest.mark.parametrize("text", ['./reef.sh: 1: Syntax error: "(" unexpected', "./configure: 12: Syntax error: Unterminated quoted string"])
def test_a_script_that_is_wrong_is_no_binary(text, tmp_path):
    assert all(f["code"] != "wrong-arch" for f in explain(text, tmp_path)["findings"])


def test_a_container_that_was_never_started_ends_well_all_the_same(tmp_path):
    text = "reef  | exec /entrypoint: no such file or directory\nreef exited with code 0\n"
    assert [e[0] for e in errors(text, tmp_path)] == ["interpreter-missing"]
    assert errors("./reef: libwarp.so: cannot open shared object file: No such file or directory\nreef exited with code 0\n", tmp_path) == []


@pytest.mark.parametrize("text", ["./reef: relocation error: /opt/lib/libpthread.so.0: symbol __mmap, version GLIBC_PRIVATE not defined in "
                                  "file libc.so.6 with link time reference",
                                  "./reef: symbol lookup error: /opt/lib/libpthread.so.0: undefined symbol: __mmap, version GLIBC_PRIVATE"])
def test_names_that_glibc_keeps_to_itself_tell_of_two_of_them(text, tmp_path):
    found = first(text, tmp_path)
    assert (found["code"], found["object"], found["symbol"]) == ("missing-symbol", "/opt/lib/libpthread.so.0", "__mmap")
    assert "of another release of glibc" in found["summary"] and "LD_LIBRARY_PATH" in ways(found)


@pytest.mark.parametrize("text, words", [
    ("libGL error: failed to load driver: swrast", "libgl1-mesa-dri"),
    ('standard_init_linux.go:211: exec user process caused "no such file or directory"', "line ends of Windows"),
])
def test_what_is_most_often_wrong_is_said_first(text, words, tmp_path):
    assert words in first(text, tmp_path)["fixes"][0]["says"]


@pytest.mark.parametrize("text, summary", [
    ("reef: disagrees about version of symbol module_layout", "The kernel module reef was built for another kernel than the one that runs: "
     "module_layout is another there."),
    ("/opt/reef.so:1: unexpected symbol near char(127)", "Lua reads /opt/reef.so as if it were Lua source: it was found by package.path, "
     "not by package.cpath."),
])
def test_the_sentence_for_it(text, summary, tmp_path):
    assert first(text, tmp_path)["summary"] == summary


@pytest.mark.parametrize("text", ["reef.lua:1: unexpected symbol near '<\\127>'", "/opt/reef.so:1: unexpected symbol near '<'",
                                  "could not import: the settings of last year"])
def test_what_is_like_it_and_is_not(text, tmp_path):
    assert errors(text, tmp_path) == []
