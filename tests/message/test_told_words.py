"""What is said of a text: the first sentence and what to do fit what was told, and no name is made up where none is told."""
import importlib.util
import json
import os
import pathlib
import re
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import texts  # noqa: E402

DLWHY = os.path.abspath(os.environ.get("DLWHY", HERE.parents[1] / "build/dlwhy"))
ENV = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}}
LOAD = "./p: error while loading shared libraries: "


def explain(text, folder):
    done = subprocess.run([DLWHY, "explain", "--json", "--no-look", "-"], input=text.encode(), cwd=folder, check=False,
                          env=ENV, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)


def first(text, folder):
    return next(f for f in explain(text, folder)["findings"] if f["severity"] == "error")


def ways(finding):
    return "\n".join("\n".join([x["says"], *x["commands"]]) for x in finding["fixes"])


# ---- the program itself has no name in its loader ------------------------------------------------------------

OF_THE_PROGRAM = ["RELOC_TYPE", "PLT_RELOC_TYPE", "VERNEED_RECORD", "VERDEF_RECORD", "RELR_MARKER", "PADDING", "ZERO_FILL",
                  "EXEC_STACK", "NO_DYNAMIC"]


@pytest.mark.parametrize("name", OF_THE_PROGRAM)
def test_a_sentence_that_names_nobody_is_about_the_program(name, tmp_path):
    row = next(r for r in texts.rows() if r.table == "glibc" and r.id == name)
    cause, behind = texts.GLIBC[name]
    words = row.text.replace("%s", "00").replace("%d", "9").rstrip("\n") + behind
    found = first(LOAD + words, tmp_path)
    assert (found["object"], found["code"] in cause.split()) == ("./p", True)
    assert "libraries" not in found["summary"]
    assert first(LOAD + "libwarp.so: " + words, tmp_path)["object"] == "libwarp.so"


@pytest.mark.parametrize("sentence", ["cannot apply additional memory protection after relocation", "cannot restore segment prot "
                                      "after reloc", "cannot make segment writable for relocation",
                                      "cannot change memory protections", "cannot stat shared object",
                                      "failed to map segment from shared object"])
@pytest.mark.parametrize("error, code", [("Cannot allocate memory", "memory-or-limit"), ("Permission denied", "permission")])
def test_the_error_behind_a_sentence_decides(sentence, error, code, tmp_path):
    assert first(f"{LOAD}libwarp.so: {sentence}: {error}", tmp_path)["code"] == code


# ---- what to do -----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("text", [
    "go: go.mod file not found in current directory or any parent directory; see 'go help modules'",
    "go: cannot find main module, but found .git/config in /home/ann/reef\n\tto create a module there, run:\n\tgo mod init"])
def test_no_module_is_made_or_looked_for_elsewhere(text, tmp_path):
    found = first(text, tmp_path)
    assert found["detail"] == "module-missing"
    assert "go mod init" in ways(found) and "go mod tidy" not in ways(found)


@pytest.mark.parametrize("where", ["std", "GOROOT"])
def test_what_no_module_can_have_is_a_wrong_import(where, tmp_path):
    found = first(f"main.go:4:2: package reef/warp is not in {where} (/usr/lib/go/src/reef/warp)", tmp_path)
    assert found["object"] == "reef/warp" and "import path is wrong" in found["summary"]
    assert "go mod tidy" not in ways(found)


@pytest.mark.parametrize("module", ["_reef", "reef.sub._reef"])
def test_a_module_of_windows_is_no_file(module, tmp_path):
    found = first(f"ImportError: DLL load failed while importing {module}: The specified module could not be found.", tmp_path)
    assert "_reef" in found["summary"] and "something" not in ways(found)
    assert "dlwhy _reef*.pyd" in ways(found).splitlines()


@pytest.mark.parametrize("text", ["exec /entrypoint.sh: exec format error",
                                  "OSError: [Errno 8] Exec format error: './reef.py'",
                                  "app.service: Failed at step EXEC spawning /opt/reef/run.sh: Exec format error"])
def test_a_script_may_lack_its_first_line(text, tmp_path):
    found = first(text, tmp_path)
    assert (found["code"], found["also"][0]["code"]) == ("wrong-arch", "corrupt-file")
    assert "is a script" in found["summary"] and "#!" in found["fixes"][0]["says"] and "build for this machine" in ways(found)


@pytest.mark.parametrize("text", ["exec /usr/bin/reef: exec format error",
                                  "standard_init_linux.go:228: exec user process caused: exec format error"])
def test_what_may_be_a_script_is_told_with_both_causes(text, tmp_path):
    found = first(text, tmp_path)
    assert found["code"] == "wrong-arch" and found["also"][0]["code"] == "corrupt-file"
    assert "#!" in found["summary"] and "machine" in found["summary"]


def test_a_shell_has_looked_into_the_file(tmp_path):
    found = first("bash: ./reef.sh: cannot execute binary file: Exec format error", tmp_path)
    assert found["code"] == "wrong-arch" and "#!" not in found["summary"]


def test_a_target_of_make_is_no_file(tmp_path):
    target = first("make: *** No rule to make target 'all'.  Stop.", tmp_path)
    named = first("make: *** No rule to make target 'reef.c', needed by 'reef.o'.  Stop.", tmp_path)
    assert (target["code"], target["object"]) == (named["code"], "all") == ("build-other", "all")
    assert "no target all" in target["summary"] and "input" in named["summary"] and named["object"] == "reef.c"


@pytest.mark.parametrize("text", ["reef: command not found", "bash: reef: command not found", "./run.sh: line 3: reef: command not found",
                                  "-bash: reef: command not found", "zsh: command not found: reef", "sh: 1: reef: not found",
                                  "/bin/sh: 12: reef: not found", "/bin/sh: reef: not found"])
def test_a_program_that_no_shell_finds(text, tmp_path):
    found = first(text, tmp_path)
    assert (found["code"], found["detail"], found["object"]) == ("build-tool", "program", "reef")
    assert "PATH" in found["summary"]


@pytest.mark.parametrize("text", ["He said: reef: command not found, and left.", "checking for reef: not found", "reef: not found"])
def test_words_that_only_look_like_it(text, tmp_path):
    assert explain(text, tmp_path)["findings"] == []


def test_the_program_that_a_script_names(tmp_path):
    found = first("/usr/bin/env: 'python': No such file or directory", tmp_path)
    assert (found["code"], found["object"]) == ("interpreter-missing", "python")
    assert "PATH" in found["summary"] and "C library" not in ways(found)


def test_a_script_with_the_line_ends_of_windows(tmp_path):
    found = first("bash: ./run.sh: /bin/bash^M: bad interpreter: No such file or directory", tmp_path)
    assert (found["code"], found["object"], found["needed_by"]) == ("interpreter-missing", "/bin/bash", "./run.sh")
    assert "carriage return" in found["summary"]
    assert r"sed -i 's/\r$//' ./run.sh" in ways(found) and "C library" not in ways(found)


def test_a_script_whose_interpreter_is_gone(tmp_path):
    found = first("./venv/bin/pip: /home/a/old/bin/python3: bad interpreter: No such file or directory", tmp_path)
    assert (found["code"], found["object"]) == ("interpreter-missing", "/home/a/old/bin/python3")
    assert "first line" in found["summary"] and "C library" not in ways(found)


@pytest.mark.parametrize("name, script", [("/usr/local/bin/entrypoint.sh", True), ("/app/server", False)])
def test_what_a_container_starts(name, script, tmp_path):
    found = first(f"exec {name}: no such file or directory", tmp_path)
    assert found["code"] == "interpreter-missing"
    assert (f"{name} is a script" in ways(found)) == script
    assert "C library" in ways(found)


def test_a_program_for_other_systems_on_nixos(tmp_path):
    found = first("Could not start dynamically linked executable: ./reef\nNixOS cannot run dynamically linked executables", tmp_path)
    assert found["code"] == "interpreter-missing" and "NixOS" in found["summary"]
    assert "nix-ld" in ways(found) and "C library" not in ways(found)


LUA = "lua: error loading module 'reef' from file '/usr/lib/lua/5.1/reef.so':\n\t/usr/lib/lua/5.1/reef.so: undefined symbol: lua_gettop"
PERL = "Can't load '/usr/lib/perl5/auto/Reef/Reef.so' for module Reef: /usr/lib/perl5/auto/Reef/Reef.so: undefined symbol: Perl_reef"


@pytest.mark.parametrize("text", [LUA, PERL])
def test_a_module_of_another_language_is_not_imported(text, tmp_path):
    done = subprocess.run([DLWHY, "explain", "-"], input=text.encode(), cwd=tmp_path, check=False, env=ENV, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=60)
    assert b"undefined symbol" in done.stdout and b"Python" not in done.stdout and b"import" not in done.stdout


NO_MATCH = "ERROR: Could not find a version that satisfies the requirement reef (from versions: none)\nERROR: No matching " \
           "distribution found for reef\n"


@pytest.mark.parametrize("command, told", [("$ pip install --no-index --find-links wheels reef\n", True), ("$ pip install reef\n", False),
                                           ("+ python3 -m pip install -q --no-index reef\n", True), ("PIP_NO_INDEX=1 pip install reef\n", True)])
def test_an_index_that_was_not_asked(command, told, tmp_path):
    found = first(command + NO_MATCH, tmp_path)
    assert (found["code"], found["object"]) == ("no-matching-wheel", "reef")
    assert ("was told to ask no index" in found["summary"]) == told
    assert ("pip download reef" in ways(found)) == told


# ---- files that a text names by their place ---------------------------------------------------------------------

@pytest.mark.parametrize("path, told, not_told", [
    ("/opt/env/lib/python3.9/site-packages/reef/sub/_reef.so", "--force-reinstall reef", "the package that has"),
    ("/usr/lib/python3/dist-packages/cv2/cv2.so", "--force-reinstall opencv-python", "the package that has"),
    ("/home/u/.cache/torch_extensions/py310_cu118/reef/reef.so", "compiled when it is first used", "the package that has"),
    ("/opt/reef/lib/libreef.so", "install the package that has /opt/reef/lib/libreef.so", "pip")])
def test_a_missing_file_is_told_of_by_its_place(path, told, not_told, tmp_path):
    found = first(f"ImportError: {path}: cannot open shared object file: No such file or directory", tmp_path)
    assert (found["code"], found["object"]) == ("missing-library", path)
    assert told in ways(found) and not_told not in ways(found)


def test_unixodbc_says_the_same_of_a_driver_that_is_there(tmp_path):
    found = first("[unixODBC][Driver Manager]Can't open lib '/opt/reef/libreefodbc.so' : file not found (0)", tmp_path)
    assert found["object"] == "/opt/reef/libreefodbc.so"
    assert "or a library that it needs is not" in found["summary"] and "dlwhy /opt/reef/libreefodbc.so" in ways(found)


@pytest.mark.parametrize("folder, code", [("/opt/env/lib/python3.9/site-packages/cv2/qt/plugins", "duplicate-runtime"),
                                          ("/opt/reef/plugins", "missing-library")])
@pytest.mark.parametrize("words", ["Could not find the Qt platform plugin", "Could not load the Qt platform plugin"])
def test_another_qt_is_led_to_the_plugins_of_opencv(words, folder, code, tmp_path):
    found = first(f'qt.qpa.plugin: {words} "xcb" in "{folder}" even though it was found.', tmp_path)
    assert found["code"] == code
    assert ("opencv-python-headless" in ways(found)) == (code == "duplicate-runtime")


@pytest.mark.parametrize("path, told", [("/tmp/_MEIx1/libreef.so", True), ("/opt/reef/libreef.so", False)])
def test_a_program_may_unpack_itself_where_nothing_runs(path, told, tmp_path):
    found = first(f"{path}: failed to map segment from shared object: Operation not permitted", tmp_path)
    assert (found["code"], "TMPDIR=" in ways(found)) == ("permission", told)


@pytest.mark.parametrize("module, told", [("encodings", True), ("site", True), ("sitemap", False), ("os.reef", False)])
def test_python_without_its_own_library(module, told, tmp_path):
    found = first(f"ModuleNotFoundError: No module named '{module}'", tmp_path)
    assert (found["object"], "standard library" in found["summary"]) == (module, told)


def test_a_build_without_code_for_this_graphics_processor(tmp_path):
    found = first("RuntimeError: CUDA error: no kernel image is available for execution on the device", tmp_path)
    assert found["code"] == "gpu-driver" and "not compiled for this graphics processor" in found["summary"]
    assert "install the driver" not in ways(found)


# ---- names that nobody told ------------------------------------------------------------------------------------

def everything():
    spec = importlib.util.spec_from_file_location("build_texts", HERE / "build_texts.py")
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    bare = [t.text for t in texts.everything(1)]
    return bare[::6] + [LOAD + "cannot open shared object file", "ImportError: DLL load failed: The specified module could not "
                        "be found."]


def test_no_placeholder_is_said(tmp_path):
    for text in everything():
        for found in explain(text, tmp_path)["findings"]:
            said = found["summary"] + "\n" + ways(found)
            assert not re.search(r"something(?! (?:that|else|before)\b)", said), (text, said)


# ---- other systems have other tools --------------------------------------------------------------------------

MAC = "dyld[4711]: Library not loaded: {}\n  Referenced from: <00-11> /Applications/Kestrel.app/Contents/MacOS/kestrel\n  Reason: {}\n"
OTHER_SYSTEMS = [
    MAC.format("/opt/homebrew/opt/warp/lib/libwarp.1.dylib", "tried: '/opt/homebrew/opt/warp/lib/libwarp.1.dylib' (no such file)"),
    MAC.format("/usr/local/opt/openssl/lib/libcrypto.1.1.dylib", "image not found"),
    MAC.format("@rpath/libwarp.1.dylib", "no LC_RPATH's found"),
    MAC.format("@rpath/libwarp.1.dylib", "tried: '/y/libwarp.1.dylib' (code signature in <1> '/y/libwarp.1.dylib' not valid for use in "
               "process: mapping process and mapped file (non-platform) have different Team IDs)"),
    "dyld: Symbol not found: _warp_go\n  Referenced from: /x/warp (which was built for Mac OS X 13.0)\n  Expected in: /usr/lib/libSystem.B.dylib\n",
    "The code execution cannot proceed because warp.dll was not found.",
    "ImportError: DLL load failed while importing _warp: The specified module could not be found.",
    "ImportError: DLL load failed while importing _warp: %1 is not a valid Win32 application.",
    "The procedure entry point warp_go could not be located in the dynamic link library KERNEL32.dll.",
    "java.lang.UnsatisfiedLinkError: C:\\x\\warp.dll: Can't find dependent libraries",
]


@pytest.mark.parametrize("text", OTHER_SYSTEMS)
def test_advice_is_for_the_system_that_speaks(text, tmp_path):
    found = explain(text, tmp_path)
    said = json.dumps([found["findings"][0]["summary"], ways(found["findings"][0]), found.get("hint")])
    for word in ("apt-get", "ldd ", "RUNPATH", "patchelf", "findmnt", "container"):
        assert word not in said, said
    assert ways(found["findings"][0])


def test_who_lacks_a_symbol_is_not_who_uses_it(tmp_path):
    found = first("dyld[1]: Symbol not found: _warp_go\n  Referenced from: <1> /x/prog\n  Expected in: <2> /opt/lib/libwarp.1.dylib\n", tmp_path)
    assert found["summary"].startswith("/x/prog uses _warp_go, which /opt/lib/libwarp.1.dylib does not have")


def test_homebrew_replaces_releases(tmp_path):
    found = first(MAC.format("/usr/local/opt/warp/lib/libwarp.67.dylib", "image not found").replace(
        "/Applications/Kestrel.app/Contents/MacOS/kestrel", "/usr/local/Cellar/kestrel/1.2/bin/kestrel"), tmp_path)
    assert "brew reinstall kestrel" in ways(found)
    assert "brew install warp" in ways(first(MAC.format("/opt/homebrew/opt/warp/lib/libwarp.1.dylib", "image not found"), tmp_path))
    assert "brew" not in ways(first(MAC.format("/opt/warp/lib/libwarp.1.dylib", "image not found"), tmp_path))


def test_an_app_on_a_device_brings_its_frameworks(tmp_path):
    text = MAC.format("@rpath/Warp.framework/Warp", "image not found")
    device = text.replace("/Applications/Kestrel.app/Contents/MacOS/", "/var/containers/Bundle/Application/0F-1A/Kestrel.app/")
    assert "Embed & Sign" in ways(first(device, tmp_path))
    assert "Embed & Sign" not in ways(first(text, tmp_path))


def test_one_absence_is_told_once(tmp_path):
    text = "**" + MAC.format("@rpath/Warp.framework/Warp", "image not found") + "**"
    assert [f["code"] for f in explain(text, tmp_path)["findings"]] == ["search-path"]


@pytest.mark.parametrize("text, word", [
    ("kestrel.exe: Could not find the Qt platform plugin \"windows\" in \"\"", "QT_DEBUG_PLUGINS"),
    ("Dependent Assembly Warp.VC90.CRT,version=\"9.0\" could not be found.", "Visual C++ runtime"),
    ("zsh: killed     ./kestrel", "codesign"),
    ("Component 'WARP.OCX' or one of its dependencies not correctly registered: a file is missing or invalid", "regsvr32 WARP.OCX"),
    ("C:\\x\\warp.dll: An Application Control policy has blocked this file. (0x800711C7)", "Smart App Control"),
    ("The module \"warp.dll\" was loaded but the entry-point DllRegisterServer was not found.", "register"),
])
def test_what_to_do_fits_the_sentence(text, word, tmp_path):
    assert word in ways(first(text, tmp_path))


HINTS = ["main.go:12:9: undefined: turbo.Warp", "No CMAKE_C_COMPILER could be found.",
         "CMake Error at CMakeLists.txt:3 (project):\n  No CMAKE_CXX_COMPILER could be found."]


@pytest.mark.parametrize("text", HINTS)
def test_a_hint_names_what_is_told_or_nothing(text, tmp_path):
    done = subprocess.run([DLWHY, "explain", "--no-look", "-"], input=text.encode(), cwd=tmp_path, check=False, env=ENV,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    assert not re.search(rb"something(?!\s+fails all the same)", done.stdout)


def test_what_setuptools_no_longer_has(tmp_path):
    found = first('  File "/tmp/pip-install-x/reef/setup.py", line 25, in <module>\n    from setuptools import setup, Warp\n'
                  "ImportError: cannot import name 'Warp' from 'setuptools' (/opt/v/setuptools/__init__.py)", tmp_path)
    assert (found["code"], found["detail"], found["object"]) == ("build-tool", "setuptools-version", "setuptools")
    assert "Warp of setuptools" in found["summary"]


def test_a_hash_that_differs(tmp_path):
    found = first("verifying example.org/reef@v1.2.0: checksum mismatch\n\tdownloaded: h1:AAAA=\n\tgo.sum:     h1:BBBB=", tmp_path)
    assert (found["code"], found["detail"]) == ("go-toolchain", "checksum")
    assert "go clean -modcache" in ways(found)


def test_what_is_raised_in_a_build_is_said_with_its_kind(tmp_path):
    found = first('  File "/w/reef/setup.py", line 17, in <module>\nTypeError: unsupported operand type(s) for +', tmp_path)
    assert "TypeError: unsupported operand" in found["summary"]


@pytest.mark.parametrize("text, words, not_words", [
    ("xcrun: error: invalid active developer path (/Library/Developer/CommandLineTools), missing xcrun at: "
     "/Library/Developer/CommandLineTools/usr/bin/xcrun", "xcode-select --install", "apt-get"),
    ("ResolvePackageNotFound:\n  - reef==4.0.10=h648cc4a_1001", "conda search", "pip"),
    ("ocamlfind: Package `reef' not found", "reef", "pip"),
    ("ERROR: Failed to build gem native extension.\ncannot load such file -- reef/go (LoadError)\n"
     "    from extconf.rb:2", "gem", "pip"),
    ("mkmf.rb can't find header files for ruby at /opt/ruby/ruby.h", "ruby-dev", "pip"),
    ("  × Failed to install requirements from `build-system.requires`\n", "pip", "gem"),
])
def test_who_installs_it_is_not_another_language(text, words, not_words, tmp_path):
    found = explain(text, tmp_path)["findings"][-1]
    said = found["summary"] + ways(found)
    assert words in said and not_words not in said


# ---- two sides of one sentence ---------------------------------------------------------------------------------

SIDES = [
    ("dlopen(/w/a.bundle, 0x0009): tried: '/w/a.bundle' (mach-o file, but is an incompatible architecture (have 'x86_64', need "
     "'arm64'))", "x86_64", "arm64"),
    ("dlopen(/w/a.so, 2): tried: '/w/a.so' (fat file, but missing compatible architecture (have 'i386,x86_64', need 'arm64e'))",
     "i386,x86_64", "arm64e"),
    ("java.lang.UnsatisfiedLinkError: /w/a.so: /w/a.so: cannot open shared object file: No such file or directory (Possible cause: "
     "can't load IA 32 .so on a AMD 64 platform)", "IA 32", "AMD 64"),
    ("Can't load AMD 64-bit .so on a AARCH64-bit platform", "AMD 64-bit", "AARCH64"),
    ("Cannot load 64-bit SWT libraries on 32-bit JVM", "64-bit", "32-bit"),
    ("CANNOT LINK EXECUTABLE \"w\": \"/w/a.so\" is 32-bit instead of 64-bit", "32-bit", "64-bit"),
]


@pytest.mark.parametrize("text, have, want", SIDES)
def test_which_side_is_the_file_and_which_the_process(text, have, want, tmp_path):
    found = first(text, tmp_path)
    assert found["code"] == "wrong-arch"
    assert f"It is for {have}, and {want} is wanted." in found["summary"]


# ---- who cannot have what a build needs --------------------------------------------------------------------------

def test_pip_is_named_where_pip_spoke_and_nowhere_else(tmp_path):
    pip = first("× pip subprocess to install build dependencies did not run successfully.\n      ERROR: No matching distribution found "
                "for hatchling", tmp_path)
    assert pip["detail"] == "build-requirement" and "pip" in pip["summary"] + ways(pip)
    for text in ("dpkg-checkbuilddeps: error: Unmet build dependencies: libwarp-dev (>= 2)",
                 "warp.hs:3:1: error:\n    Could not load module ‘Warp.Core’\n    It is a member of the hidden package ‘warp-1.0’."):
        other = first(text, tmp_path)
        assert other["detail"] == "build-requirement" and "pip" not in other["summary"] + ways(other)


# ---- nothing is claimed ---------------------------------------------------------------------------------------------

def printed(text, folder):
    done = subprocess.run([DLWHY, "explain", "--no-look", "-"], input=text.encode(), cwd=folder, check=False, env=ENV,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    assert done.returncode == 0, done.stdout
    return " ".join(done.stdout.decode().split())


def test_of_a_warning_the_first_words_say_that_it_is_no_error(tmp_path):
    assert printed('Gtk-Message: Failed to load module "tide-module"\n', tmp_path).startswith("No error is told of, only a warning: ")


@pytest.mark.parametrize("text", ["KeyError: 'tide'\n", "If you see `libx.so: cannot open shared object file: No such file or "
                                  "directory`, install it.\n"])
def test_of_nothing_it_is_said_what_to_do_next(text, tmp_path):
    words = printed(text, tmp_path)
    assert words.startswith("the text tells of no error that is known here")
    assert "dlwhy run -- COMMAND" in words


def test_an_empty_text_has_nothing_to_be_watched(tmp_path):
    assert "dlwhy run" not in printed("", tmp_path)


# ---- what one compiles with --------------------------------------------------------------------------------------

@pytest.mark.parametrize("text, package", [
    ("warp.c:1:10: fatal error: openssl/ssl.h: No such file or directory", "libssl-dev"),
    ("/usr/bin/ld: cannot find -lasound: No such file or directory", "libasound2-dev"),
    ("Package gtk+-3.0 was not found in the pkg-config search path.", "libgtk-3-dev"),
    ("../meson.build:31:12: ERROR: Dependency \"cairo\" not found, tried pkgconfig", "libcairo2-dev"),
    ("./warp: error while loading shared libraries: libspatialindex.so.6: cannot open shared object file: No such "
     "file or directory", "libspatialindex6"),
    ("OSError: libespeak-ng.so: cannot open shared object file: No such file or directory", "libespeak-ng-dev"),
])
def test_the_package_is_named_that_has_it(text, package, tmp_path):
    said = ways(first(text, tmp_path))
    assert f"in Debian and Ubuntu {package}" in said and f"apt-get install {package}" in said
    assert "apt-file" not in said


def test_the_number_of_another_release_of_the_system_is_told(tmp_path):
    said = ways(first("./warp: error while loading shared libraries: libicudata.so.5: cannot open shared object file: "
                      "No such file or directory", tmp_path))
    assert "the number is the release of ICU" in said  # what is known of a library in particular comes first
    said = ways(first("./warp: error while loading shared libraries: libspatialindex.so.1: cannot open shared object "
                      "file: No such file or directory", tmp_path))
    assert "Debian 12 has libspatialindex.so.6, in libspatialindex6" in said and "apt-get" not in said


@pytest.mark.parametrize("library", ["libspatialindex.so.6", "libz.so.1"])
def test_alpine_is_asked_for_the_soname(library, tmp_path):
    said = ways(first(f"Error loading shared library {library}: No such file or directory (needed by /usr/bin/warp)",
                      tmp_path))
    assert f"apk add so:{library}" in said and "apt-get" not in said and "Debian" not in said


@pytest.mark.parametrize("text, package", [
    ("warp.c:1:10: fatal error: warp/drive.h: No such file or directory", "apt-file search warp/drive.h"),
    ("ld: library not found for -lssl", "Homebrew"),
    ("warp.c:1:10: fatal error: numpy/arrayobject.h: No such file or directory", "pip install numpy"),
])
def test_what_no_package_of_debian_is_for(text, package, tmp_path):
    said = ways(first(text, tmp_path))
    assert package in said and "in Debian" not in said


# ---- what a build lacks: what to do fits the system that speaks, and what it says -----------------------------

@pytest.mark.parametrize("text, wanted, unwanted", [
    ("Compatibility with CMake < 3.5 has been removed from CMake.", "CMAKE_POLICY_VERSION_MINIMUM=3.5", "pip install cmake\n"),
    ('exec: "gcc": executable file not found in %PATH%', "install the compiler", "apt-get"),
    ('exec: "gcc": executable file not found in $PATH', "apt-get install build-essential", "xcode-tools"),
    ("C:\\Users\\ann\\w.c(1): fatal error C1083: Cannot open include file: 'warp.h': No such file or directory", "warp.h", "apt-"),
    ("cc1.exe: sorry, unimplemented: 64-bit mode not compiled in", "MinGW-w64", "aarch64"),
    ('cgo: exec C:\\Program: exec: "C:\\\\Program": file does not exist', "short name", "build-essential"),
    ("configure.ac:8: error: possibly undefined macro: LT_INIT", "apt-get install libtool", "what is missing"),
    ("configure.ac:8: error: possibly undefined macro: PKG_CHECK_MODULES", "apt-get install pkg-config", "what is missing"),
    ("configure.ac:8: error: possibly undefined macro: AX_CXX_COMPILE_STDCXX", "apt-get install autoconf-archive", "what is missing"),
    ("/w/host_config.h:138:2: error: #error -- unsupported GNU version! gcc versions later than 12 are not supported!", "-ccbin", "apt-"),
    ("Cargo, the Rust package manager, is not installed or is not on PATH.", "rustup", "f951"),
    ("/w/deps/warp-7cc.13rs.rcgu.o: error adding symbols: File in wrong format", "LINKER=", "take the build"),
    ("w.o: undefined reference to `TF_NewWarp'", "name the library", "import tensorflow"),
    ("error: link command failed with exit code 127 (use -v to see invocation)", "clang", "-fuse-ld"),
    ("/usr/lib/libturbo.a(x.o): multiple definition of `w'; /usr/lib/libwarp.a(y.o): first defined here", "link one of the two", "header"),
    ("Error: Unable to locate installed Perl libraries or Perl source code.", "libperl-dev", "-dev or -devel"),
])
def test_what_to_do_about_a_build(text, wanted, unwanted, tmp_path):
    found = ways(first(text, tmp_path)) + "\n"
    assert wanted in found and unwanted not in found
