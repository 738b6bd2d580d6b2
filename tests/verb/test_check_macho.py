"""check of files of macOS, on any machine: what dyld of a release would do and say."""
import json
import pathlib
import subprocess
import sys

import jsonschema
import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "oracle"))
import dyld_scenes  # noqa: E402
import macho_file  # noqa: E402
import oracle  # noqa: E402
import pewrite  # noqa: E402
from dyld_scenes import uid, uuid  # noqa: E402
from macho_file import FLAT, SYSTEM, WEAK_DEF, fat, macho  # noqa: E402


VALIDATOR = jsonschema.Draft202012Validator(json.loads((oracle.TOP / "docs/schema-1.json").read_text()))


def plant(folder, files):
    for name, make in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = make() if callable(make) else make
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return folder


def ask(*args, cwd=None):
    done = subprocess.run([oracle.dlwhy_program(), "check", "--json", *args], capture_output=True, text=True,
                          cwd=cwd)
    assert done.returncode in (0, 1), done.stderr
    answer = json.loads(done.stdout)
    VALIDATOR.validate(answer)
    assert done.returncode == (1 if any(f["severity"] == "error" for f in answer["findings"]) else 0)
    return answer


# A sanitized program is slow, and is asked about every third.
STEP = 3 if pathlib.Path(oracle.dlwhy_program() + "-sanitized").exists() else 1
SCENES = dyld_scenes.SCENES[::STEP]


@pytest.mark.parametrize("name,files,release,args,message", SCENES, ids=[s[0] for s in SCENES])
def test_text(tmp_path, name, files, release, args, message):
    plant(tmp_path, files)
    if not args[0].endswith("/main"):
        args = [*args, "--program", "/app/bin/main"]
    answer = ask("--root", tmp_path, "--macos", release, *args)
    assert answer["loader_message"] == message
    assert answer["loads"] is (message is None)
    assert answer["platform"]["loader"] == "dyld" and answer["platform"]["machine"] == "arm64"


# ---- what has no text in the scenes -----------------------------------------------------------------------

def one(tmp_path, files, *args, macos="26"):
    """The answer about the first file, from the folder where all of them are."""
    plant(tmp_path, files)
    return ask("--macos", macos, *args, "./" + next(iter(files)), cwd=tmp_path)


def codes(answer):
    return [(f["code"], f["detail"]) for f in answer["findings"]]


A = {"a.dylib": lambda: macho(id="@loader_path/a.dylib", exports=["_a"], uuid=uid("A"))}


def test_expected_in_one_library(tmp_path):
    """Two levels: that another library has the symbol does not help."""
    files = {"x.dylib": macho(needs=[SYSTEM, "@loader_path/a.dylib", "@loader_path/b.dylib"],
                              imports=[("_b", 2), ("_a", 2)], uuid=uid("X")),
             "b.dylib": macho(id="@loader_path/b.dylib", exports=["_b"]), **A}
    answer = one(tmp_path, files)
    assert answer["loader_message"] == (
        f"dlopen(./x.dylib, 0x0002): Symbol not found: _b\n  Referenced from: <{uuid('X')}> {tmp_path}/x.dylib\n"
        f"  Expected in:     <{uuid('A')}> {tmp_path}/a.dylib")
    assert codes(answer) == [("missing-symbol", None)]
    assert answer["findings"][0]["symbol"] == "b" and "b.dylib does, and is not asked" in answer["findings"][0]["summary"]
    assert answer["certainty"] == "predicted"


@pytest.mark.parametrize("macos,text", [
    ("12.4", "Symbol not found: _b\n  Referenced from: {x}\n  Expected in: {a}"),
    ("12.5", "Symbol not found: (_b)\n  Referenced from: '{x}'\n  Expected in: '{a}'")])
def test_older_words_for_a_symbol(tmp_path, macos, text):
    files = {"x.dylib": macho(needs=["@loader_path/a.dylib"], imports=[("_b", 1)]), **A}
    answer = one(tmp_path, files, macos=macos)
    assert answer["loader_message"] == "dlopen(./x.dylib, 0x0002): " + text.format(x=tmp_path / "x.dylib",
                                                                                  a=tmp_path / "a.dylib")


def test_reexports(tmp_path):
    """By the library as a whole, and by single symbols under another name."""
    files = {"x.dylib": macho(needs=["@loader_path/r.dylib"], imports=[("_a", 1), ("_alias", 1)]),
             "r.dylib": macho(id="@loader_path/r.dylib", needs=[("@loader_path/a.dylib", "reexport"),
                                                               "@loader_path/b.dylib"],
                              exports=[("_alias", 8, 2, "_b")]),
             "b.dylib": macho(id="@loader_path/b.dylib", exports=["_b"]), **A}
    assert one(tmp_path, files)["loads"] is True
    (tmp_path / "b.dylib").write_bytes(macho(id="@loader_path/b.dylib"))
    assert "Symbol not found: _alias" in ask("./x.dylib", cwd=tmp_path)["loader_message"]


def test_weak_library_and_symbols(tmp_path):
    files = {"x.dylib": macho(needs=[SYSTEM, ("@loader_path/none.dylib", "weak")], imports=[("_n", 2, True)])}
    assert one(tmp_path, files)["loads"] is True
    strong = {"x.dylib": macho(needs=[SYSTEM, ("@loader_path/none.dylib", "weak")], imports=[("_n", 2)])}
    answer = one(tmp_path, strong)
    assert answer["loader_message"].endswith("\n  Expected in:     <no uuid> unknown")
    assert codes(answer) == [("missing-symbol", None)]


def test_library_that_is_lazy_is_not_loaded(tmp_path):
    """LC_LAZY_LOAD_DYLIB has no ordinal either."""
    files = {"x.dylib": macho(needs=[("@loader_path/none.dylib", "lazy"), "@loader_path/a.dylib"],
                              imports=[("_a", 1)]), **A}
    assert one(tmp_path, files)["loads"] is True


@pytest.mark.parametrize("fixups", ["chained", "opcodes"])
def test_symbols_of_the_interpreter(tmp_path, fixups):
    """A Python extension is judged with the interface of Python, and without it by --program none."""
    files = {"ext.so": macho("bundle", exports=["_PyInit_ext"], imports=[("_PyLong_FromLong", FLAT)], fixups=fixups)}
    answer = one(tmp_path, files)
    assert answer["loads"] is True and answer["host"] == "Python (not here, its interface is assumed)"
    answer = one(tmp_path, files, "--program", "none")
    assert answer["loader_message"] == ("dlopen(./ext.so, 0x0002): symbol not found in flat namespace "
                                        "'_PyLong_FromLong'")
    assert codes(answer) == [("missing-symbol", None)]


def test_flat_symbol_that_no_file_has(tmp_path):
    """A name of C may be the system's, one that C++ made of a class of one's own is not."""
    answer = one(tmp_path, {"x.dylib": macho(imports=[("_what", FLAT)])})
    assert answer["loads"] is True and "a library of macOS defines what" in answer["assumes"]
    answer = one(tmp_path, {"x.dylib": macho(imports=[("__ZN3own5classEv", FLAT)])})
    assert answer["loads"] is False and answer["certainty"] == "likely"
    assert answer["findings"][0]["demangled"] == "own::class()"
    assert answer["findings"][0]["summary"] == "x.dylib uses own::class, which no file of the process defines."


def test_lazy_symbol_of_a_program(tmp_path):
    """It starts, and dies where it calls the function; chained fixups have no such thing."""
    files = {"main": macho("program", needs=["@loader_path/a.dylib"], lazy=[("_z", 1)], fixups="opcodes"), **A}
    answer = one(tmp_path, files)
    assert answer["loads"] is True and codes(answer) == [("missing-symbol", None)]
    assert answer["findings"][0]["severity"] == "error"
    files["main"] = macho("program", needs=["@loader_path/a.dylib"], lazy=[("_z", 1)])
    assert one(tmp_path, files)["loads"] is False


def test_library_that_is_elsewhere(tmp_path):
    files = {"pkg/x.dylib": macho(needs=["@rpath/a.dylib"]), "pkg/sub/lib/a.dylib": A["a.dylib"]}
    answer = one(tmp_path, files)
    (finding,) = answer["findings"]
    assert finding["code"] == "search-path" and "pkg/sub/lib/a.dylib" in finding["summary"]
    assert finding["fixes"][0]["commands"] == ["install_name_tool -add_rpath @loader_path/sub/lib ./pkg/x.dylib",
                                               "codesign --force --sign - ./pkg/x.dylib"]
    files["pkg/x.dylib"] = macho(needs=["/opt/homebrew/opt/foo/lib/a.dylib"])
    (finding,) = one(tmp_path, files)["findings"]
    assert finding["fixes"][0]["commands"][0] == ("install_name_tool -change /opt/homebrew/opt/foo/lib/a.dylib "
                                                  "@loader_path/sub/lib/a.dylib ./pkg/x.dylib")


def test_library_that_is_elsewhere_for_another_processor(tmp_path):
    files = {"p/q/r/x.dylib": macho(needs=["/opt/homebrew/opt/foo/lib/a.dylib"]),
             "p/q/r/lib/a.dylib": macho(arch="x86_64")}
    (finding,) = one(tmp_path, files)["findings"]
    assert finding["code"] == "missing-library"
    assert finding["fixes"][0]["commands"] == ["brew install foo"]
    for name, command in (("/usr/local/Cellar/foo/1.2/lib/brewed.dylib", "brew install foo"),
                          ("/opt/homebrew/opt/$(x)/brewed.dylib", "brew install '$(x)'"),
                          ("/opt/local/lib/brewed.dylib", "port provides /opt/local/lib/brewed.dylib")):
        finding = one(tmp_path, {"z.dylib": macho(needs=[name])})["findings"][0]
        assert finding["fixes"][0]["commands"] == [command]


def test_libraries_of_the_system(tmp_path):
    """They are on no disk, and a name that the system has not is missing all the same."""
    files = {"x.dylib": macho(needs=[SYSTEM, "/usr/lib/libz.1.dylib", "/usr/lib/swift/libswiftCore.dylib",
                                     "/System/Library/Frameworks/Metal.framework/Versions/A/Metal"],
                              imports=[("_inflate", 2)])}
    answer = one(tmp_path, files)
    assert answer["loads"] is True and [n["rule"] for o in answer["objects"] for n in o["needs"]] == ["shared-cache"] * 4
    answer = one(tmp_path, {"x.dylib": macho(needs=[SYSTEM, "/usr/lib/libssl.0.9.8.dylib"])})
    assert codes(answer) == [("missing-library", None)] and answer["certainty"] == "likely"
    old = "/System/Library/Frameworks/Python.framework/Versions/2.7/Python"
    assert one(tmp_path, {"x.dylib": macho(needs=[old])}, macos="12.0")["loads"] is True
    assert one(tmp_path, {"x.dylib": macho(needs=[old])}, macos="12.3")["loads"] is False


@pytest.mark.parametrize("data,code,detail,reason", [
    (lambda: b"version https://git-lfs.github.com/spec/v1\n", "corrupt-file", None, "slice is not valid mach-o file"),
    (lambda: b"", "corrupt-file", None, ""),
    (lambda: pathlib.Path("/bin/true").read_bytes(), "wrong-arch", None, "slice is not valid mach-o file"),
    (lambda: pewrite.Image(exports={"a": None}).bytes(), "wrong-arch", None, "slice is not valid mach-o file"),
    (lambda: macho()[:0x4000], "corrupt-file", None,
     "segment '__LINKEDIT' load command content extends beyond end of file"),
    (lambda: macho(id=False), "not-loadable", "load-commands", "MH_DYLIB is missing LC_ID_DYLIB"),
    (lambda: macho(uuid=None), "not-loadable", "load-commands", "missing LC_UUID load command"),
    (lambda: macho(needs=[SYSTEM, SYSTEM], sdk="26.0"), "not-loadable", "load-commands",
     f"duplicate linked dylib '{SYSTEM}'"),
    (lambda: macho(extra=[b"\x77\0\0\x80\x10\0\0\0" + b"\0" * 8]), "os-too-old", "load-commands",
     "load command #10 unknown required load command 0x80000077"),
    (lambda: macho("program"), "not-loadable", None, "cannot link against a main executable '{a}'"),
    (lambda: macho("bundle"), "not-loadable", None, "cannot link against bundle '{a}'"),
    (lambda: macho(platform=2), "wrong-arch", "platform",
     "mach-o file ({a}), but incompatible platform (have 'iOS', need 'macOS')"),
    (lambda: fat(("x86_64", macho(arch="x86_64")), ("i386", macho(arch="i386"))), "wrong-arch", None,
     "fat file, but missing compatible architecture (have 'x86_64,i386', need "
     "'arm64e' or 'arm64e.v1' or 'arm64' or 'arm64')"),
])
def test_file_that_is_refused(tmp_path, data, code, detail, reason):
    answer = one(tmp_path, {"x.dylib": macho(needs=["@loader_path/a.dylib"]), "a.dylib": data})
    a = f"{tmp_path}/a.dylib"
    assert answer["loader_message"].endswith(f"  Reason: tried: '{a}' ({reason.format(a=a)})")
    assert codes(answer) == [(code, detail)] and answer["findings"][0]["object"] == a
    if (code, detail) == ("wrong-arch", None) and "fat" not in reason:
        assert [f["says"] for f in answer["findings"][0]["fixes"]] == ["take the build for macOS"]


@pytest.mark.parametrize("wide,hide", [(False, 0), (True, 0), (False, 1)])
def test_universal_file(tmp_path, wide, hide):
    """Each slice is judged by itself: here only that for arm64 lacks something."""
    data = fat(("x86_64", macho(arch="x86_64")), ("arm64", macho(needs=["@rpath/none.dylib"])), wide=wide, hide=hide)
    assert one(tmp_path, {"x.dylib": data}, "--arch", "x86_64")["loads"] is True
    answer = one(tmp_path, {"x.dylib": data})
    assert answer["platform"]["machine"] == "arm64" and codes(answer) == [("missing-library", None)]


def test_signature(tmp_path):
    """Unsigned files, and files that were changed behind their signature, on arm64 and on x86_64."""
    changed = bytearray(macho())
    changed[0x2000] ^= 1
    answer = one(tmp_path, {"x.dylib": bytes(changed)})
    assert answer["loads"] is False and answer["loader_message"] is None
    assert codes(answer) == [("permission", "code-signature")]
    assert "1 of 5 pages" in answer["findings"][0]["summary"]
    assert answer["findings"][0]["fixes"][0]["commands"] == ["codesign --force --sign - ./x.dylib"]
    changed = bytearray(macho(arch="x86_64", signed=True))
    changed[0x2000] ^= 1
    assert one(tmp_path, {"x.dylib": bytes(changed)})["loads"] is True
    assert one(tmp_path, {"x.dylib": macho(arch="x86_64", signed=False)})["loads"] is True
    answer = one(tmp_path, {"main": macho("program", signed=False)})
    assert answer["loads"] is False and codes(answer) == [("permission", "code-signature")]


HARDENED, RESTRICT = 0x10000, 0x800


def test_hardened_program(tmp_path):
    """It does not see the variables, and takes no library of others."""
    variable = ["--env", "DYLD_LIBRARY_PATH=" + str(tmp_path / "lib")]
    files = {"main": macho("program", needs=["/none/a.dylib"]), "lib/a.dylib": macho(id="/none/a.dylib")}
    assert one(tmp_path, files, *variable)["loads"] is True
    files["main"] = macho("program", needs=["/none/a.dylib"], flags=HARDENED, team="ME")
    assert one(tmp_path, files, *variable)["loads"] is False
    files["main"] = macho("program", needs=["@loader_path/lib/a.dylib"], flags=HARDENED, team="ME")
    answer = one(tmp_path, files)
    assert "has no Team ID and is not a platform binary" in answer["loader_message"]
    assert codes(answer) == [("permission", "code-signature")]
    files["lib/a.dylib"] = macho(flags=HARDENED, team="YOU")
    answer = one(tmp_path, files)
    assert "have different Team IDs" in answer["loader_message"]
    sign, entitle = answer["findings"][0]["fixes"]
    assert sign["commands"] == [f"codesign --force --options runtime --sign IDENTITY {tmp_path}/lib/a.dylib"]
    assert entitle["commands"][-1].endswith(" --sign IDENTITY ./main")
    files["lib/a.dylib"] = macho(flags=HARDENED, team="ME")
    assert one(tmp_path, files)["loads"] is True


def test_restricted_program(tmp_path):
    """One with a section __RESTRICT,__restrict does not expand @executable_path, nor @loader_path in its rpaths."""
    more = {"needs": ["@rpath/a.dylib"], "rpaths": ["@executable_path", "@loader_path"]}
    assert one(tmp_path, {"main": macho("program", **more), **A})["loads"] is True
    answer = one(tmp_path, {"main": macho("program", restrict=True, **more), **A})
    assert answer["loader_message"].endswith(
        "Reason: no LC_RPATH's used.  They may be invalid, eg, not start with '@loader_path' or '@executable_path'")
    assert codes(answer) == [("search-path", None)]


def test_inserted_library(tmp_path):
    files = {"main": macho("program"), "i.dylib": macho(needs=["@loader_path/none.dylib"])}
    answer = one(tmp_path, files, "--env", "DYLD_INSERT_LIBRARIES=/none/i.dylib")
    assert answer["loader_message"].startswith(
        "dyld[PID]: terminating because inserted dylib '/none/i.dylib' could not be loaded: tried: ")
    answer = one(tmp_path, files, "--env", f"DYLD_INSERT_LIBRARIES={tmp_path}/i.dylib")
    assert "Library not loaded: @loader_path/none.dylib" in answer["loader_message"]


def test_variables_that_are_not_followed(tmp_path):
    files = {"main": macho("program")}
    says = ", and DYLD_IMAGE_SUFFIX, DYLD_ROOT_PATH (set, not followed) change nothing"
    answer = one(tmp_path, files, "--env", "DYLD_IMAGE_SUFFIX=_debug", "--env", "DYLD_PRINT_LIBRARIES=1",
                 "--env", "DYLD_ROOT_PATH=/x", "--env", "DYLD_LIBRARY_PATH=/y", "--env", "DYLD_FORCE_FLAT_NAMESPACE=")
    assert says in answer["assumes"] and "FLAT" not in answer["assumes"] and answer["loads"] is True
    assert "not followed" not in one(tmp_path, files)["assumes"]


def test_program_that_is_validated_since_26(tmp_path):
    files = {"main": macho("program", rpaths=["@loader_path"] * 2, sdk="26.0")}
    assert one(tmp_path, files, macos="15.4")["loads"] is True
    answer = one(tmp_path, files)
    assert answer["loader_message"] == f"dyld[PID]: duplicate LC_RPATH '@loader_path' in {tmp_path}/main"
    assert codes(answer) == [("not-loadable", "load-commands")]


def test_newer_deployment_target_is_a_warning(tmp_path):
    files = {"x.dylib": macho(minimum="15.0")}
    answer = one(tmp_path, files, macos="14.2")
    assert answer["loads"] is True
    assert [(f["code"], f["severity"]) for f in answer["findings"]] == [("os-too-old", "warning")]
    assert one(tmp_path, files, macos="15.0")["findings"] == []


def test_program_that_is_not_known(tmp_path):
    files = {"x.dylib": macho(needs=["@executable_path/../lib/none.dylib"])}
    assert "--program" in one(tmp_path, files)["assumes"]


def test_loader_of_linux_is_asked_by_name(tmp_path):
    files = {"libx.so": macho()}
    assert one(tmp_path, files)["loads"] is True
    plain = ask("--loader", "glibc", "./libx.so", cwd=tmp_path)
    assert plain["loads"] is False and plain["platform"]["loader"] == "glibc"
    if pathlib.Path("/bin/sh").exists():
        named = ask("--program", "/bin/sh", "./libx.so", cwd=tmp_path)
        assert codes(named) == [("wrong-arch", None)] and named["platform"]["os"] == "linux"


@pytest.mark.parametrize("program,words", [("/nonexist/x", "not there"), ("./x.dylib", "no program")])
def test_program_that_cannot_load_it(tmp_path, program, words):
    plant(tmp_path, {"x.dylib": macho()})
    done = subprocess.run([oracle.dlwhy_program(), "check", "--json", "--macos", "14", "--program", program, "./x.dylib"],
                          capture_output=True, text=True, cwd=tmp_path)
    answer = json.loads(done.stdout)
    VALIDATOR.validate(answer)
    assert done.returncode == 3 and answer["error"]["code"] == "E_ARGUMENT" and words in answer["error"]["message"]


def test_more_libraries_than_are_looked_at(tmp_path, monkeypatch):
    """What lies past the bound is not asked for its libraries, and the verdict says so."""
    n = 4060
    needs = [f"@loader_path/{i}" for i in range(n)]
    monkeypatch.setattr(macho_file, "TEXT", 0x1000)
    leaf = macho(arch="x86_64", imports=[("_f", 1)])
    for i in range(n):
        (tmp_path / str(i)).write_bytes(leaf)
    monkeypatch.setattr(macho_file, "TEXT", 0x80000)
    answer = one(tmp_path, {"x.dylib": macho(arch="x86_64", needs=needs)})
    assert answer["loads"] is True and len(answer["objects"]) > 4000
    assert "more libraries need than can be looked at" in answer["assumes"]


@pytest.mark.parametrize("args,word", [(["--macos", "11"], "11"), (["--macos", "17"], "17"), (["--macos", "x"], "x"),
                                       (["--arch", "arm"], "arm"), (["--macos", "14", "--loader", "musl"], "musl")])
def test_wrong_usage(args, word):
    done = subprocess.run([oracle.dlwhy_program(), "check", *args, "x.dylib"], capture_output=True, text=True)
    assert done.returncode == 2 and word in done.stderr and done.stderr.count("\n") == 1


def test_interpreter_of_the_environment(tmp_path):
    """Its rpaths count for what the extension needs, and its symbols are looked up."""
    site = "env/lib/python3.11/site-packages/pkg"
    files = {f"{site}/ext.so": macho("bundle", needs=[SYSTEM, "@rpath/liba.dylib"], exports=["_PyInit_ext"],
                                     imports=[("_PyLong_FromLong", FLAT), ("_a", 2)]),
             "env/bin/python3.11": macho("program", rpaths=["@executable_path/../lib"], exports=["_PyLong_FromLong"]),
             "env/lib/liba.dylib": macho(id="@rpath/liba.dylib", exports=["_a"])}
    answer = one(tmp_path, files)
    assert answer["loads"] is True and answer["host"] == f"{tmp_path}/env/bin/python3.11"
    files["env/bin/python3.11"] = macho("program", rpaths=["@executable_path/../lib"])
    answer = one(tmp_path, files)
    assert answer["loader_message"].endswith("symbol not found in flat namespace '_PyLong_FromLong'")


def test_loaded_image_answers_to_its_install_name(tmp_path):
    """tensorflow-io needs @rpath/… without an rpath that leads there: it is there already."""
    files = {"x.dylib": macho(needs=["@loader_path/sub/f.dylib", "@loader_path/io.dylib"]),
             "io.dylib": macho(id="@loader_path/io.dylib", needs=["@rpath/f.dylib"]),
             "sub/f.dylib": macho(id="@rpath/f.dylib")}
    answer = one(tmp_path, files)
    assert answer["loads"] is True
    assert [n["rule"] for o in answer["objects"] for n in o["needs"] if n["name"] == "@rpath/f.dylib"] == ["install-name"]
    answer = ask("./io.dylib", cwd=tmp_path)
    assert codes(answer) == [("search-path", None)]


def test_bindings(tmp_path):
    files = {"x.dylib": macho(needs=[SYSTEM, "@loader_path/r.dylib"], imports=[("_a", 2), ("_malloc", 1),
                                                                             ("_w", 2, True)]),
             "r.dylib": macho(id="@loader_path/r.dylib", needs=[("@loader_path/a.dylib", "reexport")]), **A}
    answer = one(tmp_path, files, "--bindings")
    paths = {o["id"]: o["path"] for o in answer["objects"]}
    assert [(b["symbol"], b["to"] is not None and paths[b["to"]]) for b in answer["bindings"]] == [
        ("a", f"{tmp_path}/a.dylib"), ("malloc", SYSTEM), ("w", False)]


@pytest.mark.parametrize("macos,text", [
    ("14", "weak-def symbol not found '__ZN1x1yEv'"),
    ("15", "Symbol not found: __ZN1x1yEv\n  Referenced from: <{u}> {p}\n"
           "  Expected as weak-def export from some loaded dylib")])
def test_symbol_of_which_there_is_to_be_one_in_the_process(tmp_path, macos, text):
    files = {"x.dylib": macho(imports=[("__ZN1x1yEv", WEAK_DEF)], uuid=uid("X"))}
    assert one(tmp_path, files, macos=macos)["loader_message"] == "dlopen(./x.dylib, 0x0002): " + text.format(
        u=uuid("X"), p=tmp_path / "x.dylib")
    files = {"x.dylib": macho(imports=[("__ZN1x1yEv", WEAK_DEF)], exports=["__ZN1x1yEv"])}
    assert one(tmp_path, files, macos=macos)["loads"] is True


def test_nothing_is_proved_here(tmp_path):
    answer = one(tmp_path, {"x.dylib": macho()}, "--prove")
    assert answer["proof"]["done"] is False and "dyld" in answer["proof"]["says"]


def test_explain_goes_to_the_files(tmp_path):
    plant(tmp_path, {"x.dylib": macho(needs=["@rpath/a.dylib"]), "lib/a.dylib": A["a.dylib"]})
    told = (f"ImportError: dlopen({tmp_path}/x.dylib, 0x0002): Library not loaded: @rpath/a.dylib\n"
            f"  Referenced from: <{uuid('X')}> {tmp_path}/x.dylib\n  Reason: no LC_RPATH's found\n")
    done = subprocess.run([oracle.dlwhy_program(), "explain", "--json", "-"], input=told, capture_output=True,
                          text=True, cwd=tmp_path)
    answer = json.loads(done.stdout)
    assert codes(answer) == [("search-path", None)] and answer["told"]["asked_about"] == f"{tmp_path}/x.dylib"
    assert answer["findings"][0]["fixes"][0]["commands"][0].startswith("install_name_tool -add_rpath @loader_path/lib ")


def test_explain_finds_the_symbol_of_the_text(tmp_path):
    plant(tmp_path, {"x.dylib": macho(needs=["@loader_path/a.dylib"], imports=[("_b", 1)]), **A})
    told = (f"ImportError: dlopen({tmp_path}/x.dylib, 0x0002): Symbol not found: _b\n"
            f"  Referenced from: <{uuid('X')}> {tmp_path}/x.dylib\n"
            f"  Expected in:     <{uuid('A')}> {tmp_path}/a.dylib\n")
    done = subprocess.run([oracle.dlwhy_program(), "explain", "--json", "-"], input=told, capture_output=True,
                          text=True, cwd=tmp_path)
    answer = json.loads(done.stdout)
    assert "fails here in the same way" in answer["told"]["looked"]
    assert answer["findings"][0]["summary"].startswith("x.dylib expects b in a.dylib, which does not define it")


def test_explain_knows_the_mark_of_a_download(tmp_path):
    """That mark is not in the file: only the text tells of it."""
    path = f"{tmp_path}/x.dylib"
    for why, detail in (("library load disallowed by system policy", "quarantine"),
                        ("mapping process is a platform binary, but mapped file is not", "code-signature")):
        told = (f"ImportError: dlopen({path}, 0x0002): tried: '{path}' (code signature in <{uuid('X')}> '{path}' not "
                f"valid for use in process: {why})\n")
        done = subprocess.run([oracle.dlwhy_program(), "explain", "--no-look", "--json", "-"], input=told,
                              capture_output=True, text=True, cwd=tmp_path)
        assert codes(json.loads(done.stdout)) == [("permission", detail)]


def test_explain_takes_the_processor_of_the_text(tmp_path):
    """The file is for arm64, and the process of the text was one for x86_64."""
    plant(tmp_path, {"x.so": macho("bundle")})
    told = (f"ImportError: dlopen({tmp_path}/x.so, 0x0002): tried: '{tmp_path}/x.so' (mach-o file, but is an "
            "incompatible architecture (have 'arm64', need 'x86_64h' or 'x86_64'))\n")
    done = subprocess.run([oracle.dlwhy_program(), "explain", "--json", "-"], input=told, capture_output=True,
                          text=True, cwd=tmp_path)
    answer = json.loads(done.stdout)
    assert codes(answer) == [("wrong-arch", None)]
    assert answer["told"]["looked"] and "fails here in the same way" in answer["told"]["looked"]


def test_damaged_files_do_no_harm(tmp_path):
    """Each byte of the headers and of the tables once another: an answer, whatever it is."""
    whole = macho(needs=[SYSTEM, ("@loader_path/a.dylib", "reexport")], rpaths=["@loader_path"], exports=["_x", "_xy"],
                  imports=[("_a", 2), ("_malloc", 1)], team="T", flags=HARDENED)
    plant(tmp_path, A)
    names = []
    for i, at in enumerate([*range(0, 600, 7), *range(0x4000, len(whole), 11)]):
        names.append(f"./d{i}.dylib")
        (tmp_path / names[-1]).write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1:])
    done = subprocess.run([oracle.dlwhy_program(), "check", "--json", *names], capture_output=True, text=True,
                          cwd=tmp_path)
    assert done.returncode in (0, 1), done.stderr[-500:]
    assert all(r["error"] is None for r in json.loads(done.stdout)["results"])
