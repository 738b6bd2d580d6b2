"""`explain` goes and looks: what a text tells of is done here, the real loader prints it, and dlwhy gets what was
printed, standing beside the files. Then the files are changed, or the text comes from elsewhere.
"""
import json
import os
import pathlib
import subprocess
import sys
import time

import pytest

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[1]
DLWHY = os.path.abspath(os.environ.get("DLWHY", TOP / "build" / "dlwhy"))
ENVS = pathlib.Path(os.environ.get("DLWHY_ENVS", TOP / "build/corpus/envs"))
CLEAN = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C",
         **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}}


def sh(folder, command, ok=True):
    done = subprocess.run(["bash", "-c", command], cwd=folder, env=CLEAN, check=False, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)
    assert (done.returncode == 0) == ok, done.stdout
    return done.stdout


def explain(folder, text, *options):
    done = subprocess.run([DLWHY, "explain", "--json", *options, "-"], cwd=folder, input=text, env=CLEAN, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)


def first(answer):
    return answer["findings"][0]


@pytest.fixture
def chain(tmp_path):
    """prog -> libouter.so -> libinner.so, the last in a folder that nobody searches."""
    sh(tmp_path, """
        mkdir deps
        echo 'int inner(int x) { return x; }' >inner.c
        echo 'int inner(int); int outer(int x) { return inner(x); }' >outer.c
        echo 'int outer(int); int main(int c, char **v) { (void)v; return outer(c) - 1; }' >main.c
        gcc -shared -fPIC -Wl,-soname,libinner.so inner.c -o deps/libinner.so
        gcc -shared -fPIC outer.c -o libouter.so -Ldeps -linner -Wl,-rpath,'$ORIGIN'
        gcc main.c -o prog -L. -louter -Wl,-rpath,'$ORIGIN' -Wl,-rpath-link,deps
    """)
    return tmp_path


def test_a_library_that_is_here_but_not_searched(chain):
    answer = explain(chain, sh(chain, "./prog", ok=False))
    assert first(answer)["code"] == "search-path"
    assert first(answer)["certainty"] == "proved"
    assert "deps" in first(answer)["summary"]
    assert any(f"LD_LIBRARY_PATH={chain}/deps" in c for x in first(answer)["fixes"] for c in x["commands"])
    assert first(answer)["evidence"][0]["kind"] == "text"
    assert "./prog" in answer["told"]["looked"]


def test_without_a_look_the_text_alone_tells(chain):
    answer = explain(chain, sh(chain, "./prog", ok=False), "--no-look")
    assert first(answer)["code"] in ("missing-library", "search-path")
    assert first(answer)["certainty"] == "likely"
    assert answer["told"]["looked"] is None


def test_a_library_that_is_nowhere(chain):
    text = sh(chain, "mv deps gone && rm gone/libinner.so; ./prog", ok=False)
    answer = explain(chain, text)
    assert (first(answer)["code"], first(answer)["certainty"]) == ("missing-library", "proved")
    assert first(answer)["object"] == "libinner.so"
    assert first(answer)["needed_by"].endswith("libouter.so")


@pytest.fixture
def versions(tmp_path):
    """user.so wants tide of version SEA_2.2 from libsea.so.1, and is gone again: two releases of that are kept."""
    sh(tmp_path, """
        mkdir old new
        echo 'int tide(void) { return 1; } int reef(void) { return 2; }' >sea.c
        echo 'int tide(void); int user(void) { return tide(); }' >user.c
        echo 'SEA_2.1 { global: reef; local: *; };' >old.map
        echo 'SEA_2.1 { global: reef; local: *; }; SEA_2.2 { global: tide; } SEA_2.1;' >new.map
        for d in old new; do gcc -shared -fPIC sea.c -o $d/libsea.so.1 -Wl,-soname,libsea.so.1,--version-script=$d.map; done
        gcc -shared -fPIC user.c new/libsea.so.1 -o user.so -Wl,-rpath,$PWD
    """)
    return tmp_path


def wants(folder, which):
    """What the loader says of user.so with that release of the library; then user.so is gone."""
    text = sh(folder, f"cp {which}/libsea.so.1 . && python3 -c 'import ctypes; ctypes.CDLL(\"./user.so\")'", ok=False)
    sh(folder, "rm user.so")
    return text


def test_a_version_that_the_library_here_lacks_too(versions):
    answer = explain(versions, wants(versions, "old"))
    assert (first(answer)["code"], first(answer)["certainty"]) == ("missing-version", "predicted")
    assert "libsea.so.1 here has no SEA_2.2: its newest is SEA_2.1" in answer["told"]["looked"]
    assert any(e["path"] == f"{versions}/libsea.so.1" and e["says"].startswith("it has no SEA_2.2")
               for e in first(answer)["evidence"])


def test_a_version_that_the_library_here_has(versions):
    text = wants(versions, "old")
    sh(versions, "cp new/libsea.so.1 .")
    answer = explain(versions, text)
    assert (first(answer)["code"], first(answer)["certainty"]) == ("missing-version", "likely")
    assert answer["told"]["looked"].endswith("libsea.so.1 here has SEA_2.2")


@pytest.mark.parametrize("symbol, version, certainty, says", [
    ("tide", "SEA_2.2", "likely", "here has tide, version SEA_2.2"),
    ("reef", "SEA_2.2", "predicted", "here has no reef, version SEA_2.2"),
    ("foam", "SEA_2.1", "predicted", "here has no foam, version SEA_2.1")])
def test_a_symbol_of_a_library_that_is_named(versions, symbol, version, certainty, says):
    answer = explain(versions / "new", f"/nowhere/user.so: symbol {symbol}, version {version} not defined in file "
                     "libsea.so.1 with link time reference")
    assert (first(answer)["code"], first(answer)["certainty"]) == ("missing-symbol", certainty)
    assert answer["told"]["looked"].endswith(says)


def test_a_library_of_another_machine(chain):
    sh(chain, "cp deps/libinner.so . && printf '\\267\\0' | dd of=libinner.so bs=1 seek=18 conv=notrunc status=none")
    answer = explain(chain, sh(chain, "./prog", ok=False))
    assert (first(answer)["code"], first(answer)["certainty"]) == ("wrong-arch", "proved")


def test_a_library_that_was_cut(chain):
    sh(chain, "head -c 40 deps/libinner.so >libinner.so")
    answer = explain(chain, sh(chain, "./prog", ok=False))
    assert (first(answer)["code"], first(answer)["certainty"]) == ("corrupt-file", "proved")


def test_a_symbol_that_another_release_has(tmp_path):
    sh(tmp_path, """
        echo 'namespace tide { inline namespace v1 { int flow(int x) { return x; } } }' >one.cc
        sed 's/v1/v2/' one.cc >two.cc
        echo 'namespace tide { inline namespace v1 { int flow(int); } } extern "C" int use(int x) { return tide::flow(x); }' >use.cc
        g++ -shared -fPIC one.cc -o libtide.so
        g++ -shared -fPIC use.cc -o libuse.so -L. -ltide -Wl,-rpath,'$ORIGIN'
        g++ -shared -fPIC two.cc -o libtide.so
    """)
    text = sh(tmp_path, f"{sys.executable} -c 'import ctypes; ctypes.CDLL(\"./libuse.so\", 2)'", ok=False)
    answer = explain(tmp_path, text)
    assert first(answer)["code"] == "missing-symbol"
    assert first(answer)["certainty"] in ("proved", "predicted")
    assert "v2" in first(answer)["summary"] and "v1" in first(answer)["summary"]


def test_a_file_that_is_all_right_here(chain):
    text = sh(chain, "./prog", ok=False)
    sh(chain, "cp deps/libinner.so .")
    answer = explain(chain, text)
    assert first(answer)["certainty"] == "likely"
    assert first(answer)["code"] in ("missing-library", "search-path")
    assert "./prog is all right here" in answer["told"]["looked"]
    assert any("all right here" in e["says"] for e in first(answer)["evidence"])


def test_a_file_that_fails_for_another_reason_by_now(chain):
    text = sh(chain, "./prog", ok=False)
    sh(chain, "rm libouter.so")
    answer = explain(chain, text)
    assert first(answer)["certainty"] == "likely"
    assert "another reason" in answer["told"]["looked"]


def test_an_extension_of_this_python(tmp_path):
    sh(tmp_path, """
        echo 'int gone(void); void *PyInit_tide(void) { return (void *)(long)gone(); }' >tide.c
        echo 'int gone(void) { return 0; }' >gone.c
        mkdir elsewhere
        gcc -shared -fPIC -Wl,-soname,libgone.so.3 gone.c -o elsewhere/libgone.so.3
        gcc -shared -fPIC -w tide.c -o tide.so elsewhere/libgone.so.3
    """)
    text = sh(tmp_path, f"{sys.executable} -c 'import tide'", ok=False)
    answer = explain(tmp_path, text)
    assert "libgone.so.3: cannot open" in text
    assert (first(answer)["code"], first(answer)["certainty"]) == ("search-path", "proved")
    assert "elsewhere" in first(answer)["summary"]


def test_a_module_that_its_environment_lacks(tmp_path):
    sh(tmp_path, f"{sys.executable} -m venv --without-pip env ")
    (site(tmp_path / "env") / "x.py").write_text("import tide_of_nobody\n")
    text = sh(tmp_path, "env/bin/python -c 'import x'", ok=False)
    answer = explain("/", text)
    assert first(answer)["code"] == "python-module"
    assert first(answer)["object"] == "tide_of_nobody"
    assert first(answer)["certainty"] != "likely"


def test_inputs_of_a_link_that_are_not_here_are_not_what_failed(tmp_path):
    """The linker that wrote the text had them: from another folder the link fails earlier."""
    (tmp_path / "work").mkdir()
    text = sh(tmp_path, "cd work && echo 'int main(void) { return 0; }' >reed.c && gcc -c reed.c && set -x && "
                        "gcc reed.o -lreed_of_nobody -o reed", ok=False)
    told = first(explain(tmp_path, text))
    assert (told["code"], told["object"]) == ("ld-library-not-found", "-lreed_of_nobody")


@pytest.mark.skipif(not os.path.exists("/usr/local/go/bin/go"), reason="no Go")
def test_a_source_that_is_not_here_is_not_what_failed(tmp_path):
    text = ("configure:12: gcc -o conftest conftest.c -lnowhere\n/usr/bin/ld: cannot find -lnowhere\n"
            "collect2: error: ld returned 1 exit status\n")
    found = first(explain(tmp_path, text))
    assert (found["code"], found["object"], found["certainty"]) == ("ld-library-not-found", "-lnowhere", "likely")


def test_a_trial_link_of_go_is_told_which_library(tmp_path):
    (tmp_path / "go.mod").write_text("module example.org/reed\n\ngo 1.20\n")
    (tmp_path / "main.go").write_text("package main\n\n// #cgo LDFLAGS: -lreed_of_nobody\n// int reed(void);\nimport \"C\"\n\n"
                                      "func main() { C.reed() }\n")
    text = ("/usr/local/go/pkg/tool/linux_amd64/link: internal linking requested but external linking required: some "
            "packages could not be built to support internal linking ([main])\n")
    env = {**CLEAN, "PATH": "/usr/local/go/bin:" + CLEAN["PATH"], "GOCACHE": os.environ.get("GOCACHE", str(tmp_path / "cache")), "GOFLAGS": "-mod=mod"}
    done = subprocess.run([DLWHY, "explain", "--json", "-"], cwd=tmp_path, input=text, env=env, check=False,
                          stdout=subprocess.PIPE, text=True, timeout=60)
    told = first(json.loads(done.stdout))
    assert (told["code"], told["detail"], told["object"]) == ("ld-library-not-found", "trial-link", "-lreed_of_nobody")


def test_a_path_of_the_folder_that_the_text_names(chain):
    (chain / "sub").mkdir()
    sh(chain, "mv prog libouter.so deps sub")
    text = f"make[1]: Entering directory '{chain}/sub'\n" + sh(chain / "sub", "./prog", ok=False)
    answer = explain("/", text)
    assert first(answer)["code"] in ("missing-library", "search-path")
    if first(answer)["certainty"] == "proved":  # the folder is known
        assert first(answer)["code"] == "search-path"


# ---- texts that want to do harm ---------------------------------------------------------------

MISSING = "{}: error while loading shared libraries: libnonesuch.so.1: cannot open shared object file: No such file or directory\n"


@pytest.mark.parametrize("path", ["./pipe", "/dev/zero", "/dev/stdin", "/proc/self/mem", "/proc/kcore", ".", "x" * 5000,
                                  "./loop", "\t", "./a\x01b"])
def test_strange_files_are_not_opened(tmp_path, path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    begun = time.monotonic()
    answer = explain(tmp_path, MISSING.format(path))
    assert time.monotonic() - begun < 20
    assert all(f["certainty"] != "proved" for f in answer["findings"])


def test_not_more_than_a_few_files_are_asked_about(tmp_path):
    for i in range(60):
        (tmp_path / f"p{i}").write_bytes(pathlib.Path("/bin/true").read_bytes())
    begun = time.monotonic()
    answer = explain(tmp_path, "".join(MISSING.format(f"./p{i}").replace("nonesuch", f"none{i}") for i in range(60)))
    assert len(answer["findings"]) > 2
    assert (answer["told"]["looked"] or "").count("all right") <= 8
    assert time.monotonic() - begun < 20


COMMANDS = ["./gcc -shared -o x.so x.o -ltide", "gcc -wrapper ./evil -shared -o x.so x.o -ltide", "gcc -B. -o x x.o -ltide",
            "gcc -fplugin=./evil.so -o x x.o -ltide", "gcc -specs=evil -o x x.o -ltide", "gcc @evil -o x x.o -ltide",
            "gcc -o x x.o -ltide -Wa,-o,made", "gcc -save-temps -dumpdir made -o x x.c -ltide", "evil/gcc -o x x.o -ltide",
            "gcc -MMD -MF made -o x x.c -ltide", "gcc -fdump-tree-all -o x x.c -ltide", "gcc -fprofile-generate -o x x.c -ltide"]


@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_of_the_text_is_run(tmp_path, command):
    evil = "#!/bin/sh\ntouch made\nexec true\n"
    for name in ("gcc", "evil", "ld", "as", "cc1", "collect2"):
        (tmp_path / name).write_text(evil)
        (tmp_path / name).chmod(0o755)
    (tmp_path / "x.c").write_text("int tide(int); int main(void) { return tide(1); }\n")
    sh(tmp_path, "/usr/bin/gcc -c x.c -o x.o && mkdir sub && cp gcc sub/ && rm -f made")
    before = sorted(p.name for p in tmp_path.iterdir())
    explain(tmp_path, f"{command}\n/usr/bin/ld: cannot find -ltide: No such file or directory\n"
                      "collect2: error: ld returned 1 exit status\n")
    assert sorted(p.name for p in tmp_path.iterdir()) == before


def test_a_wide_folder_costs_little(tmp_path):
    for i in range(200):
        (tmp_path / f"d{i}").mkdir()
        for k in range(30):
            (tmp_path / f"d{i}" / f"libx{k}.so").write_text("")
    begun = time.monotonic()
    answer = explain(tmp_path, "/usr/bin/ld: cannot find -lnonesuch: No such file or directory\ncollect2: error: ld returned 1 exit status\n")
    assert first(answer)["code"] == "ld-library-not-found"
    assert time.monotonic() - begun < 10


# ---- what this program began with ---------------------------------------------------------------

def site(env):
    return next((env / "lib").glob("python3.*")) / "site-packages"


GOLANG = "tensorflow_io/python/ops/libtensorflow_io_golang.so"
ASK = "import ctypes, sys\ntry:\n    import {module}\nexcept BaseException:\n    pass\nctypes.CDLL({path!r})\n"


def real_text(env, module, library, tmp_path):
    program = tmp_path / "ask.py"
    path = str(site(env) / library)
    program.write_text(ASK.format(module=module, path=path))
    done = subprocess.run([env / "bin/python", program], check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=300, cwd=tmp_path)
    assert done.returncode != 0
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("env,module,library,code,symbol", [
    ("tfio-none", "os", GOLANG, "missing-library", None),
    ("tf219", "tensorflow", GOLANG, "missing-symbol", "_ZN3tsl5mutex13unlock_sharedEv"),
    ("tf218", "tensorflow", GOLANG.replace("_golang", ""), "missing-symbol",
     "_ZN3tsl8str_util9LowercaseB5cxx11ESt17basic_string_viewIcSt11char_traitsIcEE")])
def test_libraries_of_tensorflow_io(env, module, library, code, symbol, tmp_path):
    env = ENVS / env
    if not (env / "bin/python").exists():
        pytest.skip("the environment is not here")
    answer = explain("/", real_text(env, module, library, tmp_path))
    assert first(answer)["code"] == code
    if symbol:
        assert first(answer)["symbol"] == symbol
        assert first(answer)["certainty"] in ("proved", "predicted")
    else:
        assert first(answer)["object"] == "libtensorflow_framework.so.2"
        assert first(answer)["needed_by"] is None or first(answer)["needed_by"].endswith(".so")


def test_a_link_that_fails_here_for_a_name_that_only_holds_the_library_is_another_one(tmp_path):
    """The log is of another folder: what lacks here is the folder of the output, which holds the library's name."""
    (tmp_path / "grainext.c").write_text("int f(void) { return 1; }\n")
    command = "gcc -shared -fPIC grainext.c -o build/grainext.so -Llib -lgrain"
    text = f"{command}\n/usr/bin/ld: cannot find -lgrain: No such file or directory\ncollect2: error: ld returned 1 exit status\n"
    finding = first(explain(tmp_path, text))
    assert (finding["code"], finding["object"]) != ("build-other", "build/grainext.so")
    assert finding["code"] == "ld-library-not-found"


@pytest.mark.parametrize("library,says,code,detail,found", [
    ("reed", "skipping incompatible lib/libreed.so when searching for -lreed", "ld-incompatible", "other-arch", "lib/libreed.so"),
    ("libreed.so", None, "ld-library-not-found", "name-variant", "libreed.so"),
])
def test_what_is_not_built_here_is_not_what_failed(library, says, code, detail, found, tmp_path):
    """The sources are here, what the build had made of others is not: the text has seen more."""
    (tmp_path / "main.c").write_text("int main(void) { return 0; }\n")
    lines = [f"gcc main.c -o main -Llib -l{library}", *([f"/usr/bin/ld: {says}"] if says else []),
             f"/usr/bin/ld: cannot find -l{library}: No such file or directory", "collect2: error: ld returned 1 exit status"]
    for text in ("\n".join(lines), "\n".join(lines[1:])):
        finding = first(explain(tmp_path, text + "\n"))
        assert (finding["code"], finding["detail"], finding["object"]) == (code, detail, found)


def test_a_symbol_that_is_missing_is_none_of_libraries_that_are_not_built_here(tmp_path):
    (tmp_path / "main.c").write_text("int reed(int);\nint main(void) { return reed(1); }\n")
    text = ("gcc main.c -o main -Llib -lgrain\n/usr/bin/ld: lib/libgrain.a(grain.o): in function `grain':\n"
            "grain.c:(.text+0x5): undefined reference to `reed'\ncollect2: error: ld returned 1 exit status\n")
    finding = first(explain(tmp_path, text))
    assert (finding["code"], finding["symbol"]) == ("ld-undefined-reference", "reed")


# ---- headers ------------------------------------------------------------------------------------------------

def test_a_header_that_compilers_here_would_find(tmp_path):
    (tmp_path / "x.c").write_text("#include <stdio.h>\nint main(void) { return 0; }\n")
    answer = explain(tmp_path, sh(tmp_path, "gcc -nostdinc x.c", ok=False))
    assert (first(answer)["code"], first(answer)["detail"]) == ("header-missing", "other-dir")
    assert "/usr/include/stdio.h" in first(answer)["summary"]
    assert not any("apt-file" in c for x in first(answer)["fixes"] for c in x["commands"])


def test_a_header_of_the_other_language(tmp_path):
    (tmp_path / "x.c").write_text("#include <vector>\nint main(void) { return 0; }\n")
    answer = explain(tmp_path, sh(tmp_path, "gcc x.c", ok=False))
    assert "compiled as C" in first(answer)["summary"]
    assert "C++" in first(answer)["fixes"][0]["says"]


def test_a_header_in_a_folder_of_the_project(tmp_path):
    (tmp_path / "third/seed").mkdir(parents=True)
    (tmp_path / "third/seed/x.h").write_text("")
    (tmp_path / "x.c").write_text("#include <seed/x.h>\nint main(void) { return 0; }\n")
    answer = explain(tmp_path, sh(tmp_path, "gcc x.c", ok=False))
    assert (first(answer)["code"], first(answer)["detail"]) == ("header-missing", "other-dir")
    assert first(answer)["fixes"][0]["says"].endswith("-Ithird")
