"""What is read of Go packages, beside what the real go says: files chosen and #cgo flags (go list -json), flags
that are refused, the line that decides in builds that fail, and programs that link and do not start.

A Go that is not here is nobody's fault: all of it is skipped then."""
import json
import os
import random
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

import go_cases
import go_packages
from go_failing import ADD, FAILING, MAIN, MOD, NATIVE, OPENS, PLAIN, USES, comment, write

TOP = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("DLWHY_BUILD", TOP / "build")).resolve()
DUMP = str(BUILD / "tests/build/dump-go")
DLWHY = os.environ.get("DLWHY", str(BUILD / "dlwhy"))
GO = shutil.which("go") or ("/usr/local/go/bin/go" if os.access("/usr/local/go/bin/go", os.X_OK) else None)

if GO is None:
    pytest.skip("no Go is here: it cannot be asked", allow_module_level=True)
if not os.access(DUMP, os.X_OK):  # in `make check` it is part of the sanitized build
    pytest.skip("dump-go is built with -Dtests=true", allow_module_level=True)
pytestmark = pytest.mark.slow

SEEDS = int(os.environ.get("DLWHY_GO_SEEDS", "60"))  # packages at random, of each kind

LISTS = """Name GoFiles CgoFiles CFiles CXXFiles MFiles HFiles FFiles SFiles SwigFiles SwigCXXFiles SysoFiles
    IgnoredGoFiles IgnoredOtherFiles TestGoFiles XTestGoFiles CgoCFLAGS CgoCPPFLAGS CgoCXXFLAGS CgoFFLAGS
    CgoLDFLAGS CgoPkgConfig""".split()


@pytest.fixture(scope="session")
def scratch(tmp_path_factory):
    """The cache of compiled packages is shared: the standard library is compiled once."""
    cache = Path(os.environ.get("GOCACHE", BUILD / "go-cache"))
    cache.mkdir(exist_ok=True)
    home = tmp_path_factory.mktemp("home")
    return {"HOME": str(home), "GOCACHE": str(cache), "GOPATH": str(home / "go"), "GOENV": "off", "GOPROXY": "off",
            "GOTOOLCHAIN": "local", "GOFLAGS": "", "GO111MODULE": "", "CGO_ENABLED": "1", "LC_ALL": "C",
            "PATH": f"{os.path.dirname(GO)}:/usr/bin:/bin"}


def go(env, cwd, *argv):
    return subprocess.run([GO, *argv], cwd=cwd, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def documents(text):
    decoder = json.JSONDecoder()
    at = 0
    while at < len(text.rstrip()):
        value, at = decoder.raw_decode(text, at)
        yield value
        while at < len(text) and text[at].isspace():
            at += 1


def dump(env, cwd, *argv):
    out = subprocess.run([DUMP, *argv], cwd=cwd, env=env, text=True, stdout=subprocess.PIPE)
    return json.loads(out.stdout)


def judge(env, cwd, package, *args):
    # A sanitized program does not get the loader's variables from its environment.
    said = [word for k, v in env.items() if k.startswith("LD_") for word in ("--env", f"{k}={v}")]
    out = subprocess.run([DLWHY, "link", *said, "--json", "--go", package, "--", *args], cwd=cwd, env=env, text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert out.stdout, out.stderr
    return json.loads(out.stdout)


def differences(ours, theirs):
    for key in LISTS:
        if (ours.get(key) or None) != (theirs.get(key) or None):
            yield f"{theirs['ImportPath']} {key}: {ours.get(key)} is not go's {theirs.get(key)}"


# ---- files and flags ---------------------------------------------------------------------------------------

@pytest.mark.sample(6)
@pytest.mark.parametrize("target", ["linux/amd64", "linux/arm64", "windows/amd64", "darwin/arm64", "freebsd/386"])
@pytest.mark.parametrize("cgo", ["0", "1"])
def test_standard_library(scratch, target, cgo):
    env = dict(scratch, GOOS=target.split("/")[0], GOARCH=target.split("/")[1], CGO_ENABLED=cgo)
    root = go(env, "/", "env", "GOROOT").stdout.strip()
    theirs = {p["ImportPath"]: p for p in documents(go(env, f"{root}/src", "list", "-e", "-deps", "-json", "net/http").stdout)}
    ours = {p["ImportPath"]: p for p in dump(env, f"{root}/src", "net/http")["packages"]}
    assert len(theirs) > 100
    assert sorted(ours) == sorted(theirs)
    wrong = [d for path, p in theirs.items() for d in differences(ours[path], p)]
    assert not wrong, "\n".join(wrong[:10])


def test_environment(scratch, tmp_path):
    write(tmp_path, {"go.mod": MOD, "main.go": "package main\n\nfunc main() {}\n"})
    for more in ({}, {"GOARCH": "arm64"}, {"CGO_ENABLED": ""}, {"CGO_ENABLED": "", "GOOS": "windows"}, {"CC": "clang -v"},
                 {"CGO_ENABLED": "", "PATH": os.path.dirname(GO)}, {"GOPATH": ""}, {"GOMODCACHE": "/x/y"}):
        env = dict(scratch, **more)
        theirs = json.loads(go(env, tmp_path, "env", "-json").stdout)
        ours = dump(env, tmp_path, ".")["env"]
        ours["GOVERSION"] = "go" + ours["GOVERSION"]
        assert {k: theirs[k] for k in ours} == ours, more


def compare_random(scratch, folder, seeds, faults, tags):
    write(folder, {"go.mod": MOD})
    for seed in seeds:
        write(folder / f"p{seed}", go_packages.package(seed, faults))
    args = ["-tags=" + tags] if tags else []
    listed = go(scratch, folder, "list", "-e", "-json", *args, *[f"./p{s}" for s in seeds])
    theirs = {p["ImportPath"]: p for p in documents(listed.stdout)}
    wrong = []
    for seed in seeds:
        path = f"example.org/seed/p{seed}"
        answer = dump(scratch, folder, *args, f"./p{seed}")
        ours = {p["ImportPath"]: p for p in answer["packages"]}.get(path, {})
        wrong += list(differences(ours, theirs[path]))
        wrong += list(compare_error(seed, theirs[path], [p["text"] for p in answer["problems"]], ours))
    assert not wrong, "\n".join(wrong[:20])


def compare_error(seed, theirs, problems, ours):
    error = (theirs.get("Error") or {}).get("Err", "")
    if error and not any(error.split("\n")[0] in p for p in problems) and error != ours.get("error"):
        yield f"p{seed}: go says {error!r}, here are {problems}"
    if not error and ours.get("error"):
        yield f"p{seed}: go says nothing, here is {ours['error']!r}"


@pytest.mark.parametrize("cgo", ["0", "1"])
def test_random_packages(scratch, tmp_path, cgo):
    compare_random(dict(scratch, CGO_ENABLED=cgo), tmp_path, range(1000, 1000 + SEEDS), False, "custom")


def test_random_packages_with_mistakes(scratch, tmp_path):
    compare_random(scratch, tmp_path, range(2000, 2000 + SEEDS), True, "")


# ---- pkg-config ----------------------------------------------------------------------------------------------------

PC = shutil.which("pkg-config")
MADE = {"a": "Requires: b >= 2\nLibs: -la", "b": "Version: 1.5\nLibs: -lb", "c": "Requires.private: nob >= 3, b = 7\nLibs: -lc",
        "d": "Requires: e f\nLibs: -L/x -ld -le\nCflags: -I/y -I/usr/include -DX", "e": "Libs: -L/x -le -lf -Wl,-z,now",
        "f": "Libs: -lf -L/usr/lib -le\nCflags: -I/y -isystem /z -pthread", "g": "prefix=/p\nlibdir=${prefix}/l\nLibs: -L${libdir} -l${nope}g",
        "h": "Libs: -L\"/a b\" -lh\\\n -li # no\nCflags: -DA=\\\"x\\\"", "i": "Requires: b < 1.5", "j": "Requires: b <= 1.5, b != 1.6, b > 1.4.9",
        "k": "Version: 1.0rc1\nRequires: k2 = 1.0", "k2": "Version: 1.0.0", "l": "Requires: m", "m": "Requires: l\nLibs: -lm"}


def pc_answers(env, cwd, name):
    flags = [subprocess.run([PC, f, "--", name], cwd=cwd, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
             for f in ("--cflags", "--libs")]
    if flags[0].returncode != 0:
        return flags[0].stderr.strip().split("\n")
    return ["\x1f".join(shlex.split(f.stdout)) for f in flags]


def test_pkg_config(scratch, tmp_path):
    """All packages of this machine, and some that are made for it."""
    if PC is None or "1.8" not in subprocess.run([PC, "--version"], text=True, stdout=subprocess.PIPE).stdout:
        pytest.skip("pkgconf 1.8 is not here")
    for name, text in MADE.items():
        head = "" if "Version" in text else "Version: 1.2.0\n"
        (tmp_path / f"{name}.pc").write_text(f"Name: {name}\nDescription: made\n{head}{text}\n")
    env = dict(scratch, PKG_CONFIG_PATH=str(tmp_path))
    listed = subprocess.run([PC, "--list-all"], env=env, text=True, stdout=subprocess.PIPE).stdout
    names = sorted({line.split()[0] for line in listed.split("\n") if line} | set(MADE))
    wrong = []
    for name in [n for n in names if n in MADE] + random.Random(3).sample(names, min(len(names), 60)):
        ours = subprocess.run([DUMP, "--pc", name], cwd=tmp_path, env=env, text=True, stdout=subprocess.PIPE).stdout
        ours = ours.rstrip("\n").split("\n") if "was not found" in ours or "could not" in ours else ours.split("\n")[:2]
        theirs = pc_answers(env, tmp_path, name)
        if ours != theirs:
            wrong.append(f"{name}: {ours} is not {theirs}")
    assert not wrong, "\n".join(wrong)


# ---- flags that are refused ------------------------------------------------------------------------------------

LD = """-lm -l -L/x -L -Wl,--whole-archive -Wl,-z,defs -Wl,-Bsymbolic -Wl,--gc-sections -Wl,--version-script=x
    -Wl,-soname,x -Wl,--exclude-libs,ALL -Wl,--build-id -Wl,--dynamic-linker=/x -Wl,--defsym,a=b -Wl,-T,x
    -Wl,-Bstatic,-lm -Wl,--start-group,-la,--end-group -Wl,--as-needed -Wl,-rpath,/a -Wl,-rpath,/a,-rpath,/b
    -Wl,-rpath,@loader_path/x -Wl,-rpath,$ORIGIN/lib -Xlinker -nostdlib -fuse-ld=gold -flto -B/x -T -specs=x @file
    -lto_library -lfoo-bar -l@x -l-x x.a ./x.so x.so.1 /x/libx.so -static -static-libgcc -shared -rdynamic -pthread
    -Wl,--push-state,--as-needed -Wl,--push-state,-Bsymbolic -Wl,-z,relro,-z,now -Wl,-z,noexecstack -framework -F/x
    -Wl,--wrap,f -Wl,--wrap=f -Wl,-R/x -Wl,-R,/x -Wl,-e,start -Wl,-O1 -O3 -g -v -march=native -mcmodel=large -pie -no-pie
    -fopenmp -fsanitize=address -stdlib=libc++ -Wl,-undefined,dynamic_lookup -Wl,--no-undefined -Wl,-search_paths_first
    -Wl,-sectcreate,a,b,c -Wl,--hash-style=gnu -Wl,--export-dynamic -Wl,-E -Wl,--unresolved-symbols=ignore-all
    -Wl,--subsystem,windows -mwindows -arch -isysroot --sysroot=/x --sysroot -target -Wl,-dn -l:libx.a""".split()
CC = """-O2 -funroll-loops -fwrapv -fno-math-errno -fcf-protection -idirafter -nostdinc -M -save-temps -fplugin=x -Wa,x -Wl,x
    -DX=-1 -DX=@y -DX=1 -DX -D -UX -Ix -I -I@x -Wall -Werror=x -std=c11 -ffast-math -flto -fopenmp -mavx2 -msse4.1 -march=native
    -fvisibility=hidden -ftls-model=initial-exec -fpermissive -include -isystem -x -xc -pipe -pedantic -w -v -g3 -m64
    -fno-exceptions -fno-builtin-malloc -fstack-protector -fPIC -Wp,-DX --param=ssp-buffer-size=4 --static""".split()


def lists_of_flags(seed):
    r = random.Random(seed)
    words = LD + ["x", "-", "--", "/x", "-Wl,x", "=x", "$SYSROOT/x", "a", "-Wl,name"]
    return [[w] for w in LD] + [[r.choice(words) for _ in range(r.randint(1, 4))] for _ in range(120)]


def packages_of_flags(folder, verb, lists):
    """One package for each list, quoted as #cgo lines are."""
    write(folder, {"go.mod": MOD})
    for i, flags in enumerate(lists):
        line = " ".join(f"'{f}'" for f in flags)
        write(folder / f"f{i:03}", {"a.go": f"package f\n\n// #cgo {verb}: {line}\nimport \"C\"\n"})


@pytest.mark.parametrize("verb, lists, more", [
    ("LDFLAGS", lists_of_flags(1), {}),
    ("CFLAGS", [[w] for w in CC] + [[w, n] for w in ("-D", "-I", "-x", "-include") for n in ("x", "-y", "@z", "=q", "$SYSROOT/x")], {}),
    ("LDFLAGS", [[w] for w in LD], {"CGO_LDFLAGS_ALLOW": "-Wl,--(no-)?whole-archive|-flto|x\\.so\\.[0-9]+",
                                    "CGO_LDFLAGS_DISALLOW": "-L.*|-static"}),
], ids=["ld", "cc", "allow"])
def test_refused_flags(scratch, tmp_path, verb, lists, more):
    env = dict(scratch, **more)
    packages_of_flags(tmp_path, verb, lists)
    said = go(env, tmp_path, "build", "-n", "./...")
    theirs = dict(re.findall(r"^example\.org/seed/(f\d+): (.*)$", said.stderr, re.M))
    text = "".join("\x1f".join(flags) + "\n" for flags in lists)
    out = subprocess.run([DUMP, "--flags", verb, f"#cgo {verb}"], cwd=tmp_path, env=env, text=True, input=text,
                         stdout=subprocess.PIPE)
    ours = out.stdout.split("\n")
    # Go makes -L and -I absolute before it looks.
    made = [absolute(flags, tmp_path / f"f{i:03}") for i, flags in enumerate(lists)]
    out = subprocess.run([DUMP, "--flags", verb, f"#cgo {verb}"], cwd=tmp_path, env=env, text=True,
                         input="".join("\x1f".join(flags) + "\n" for flags in made), stdout=subprocess.PIPE)
    ours = out.stdout.split("\n")
    wrong = [f"{lists[i]}: {ours[i]!r}, go says {theirs.get(f'f{i:03}', '')!r}"
             for i in range(len(lists)) if ours[i] != theirs.get(f"f{i:03}", "")]
    assert not wrong, "\n".join(wrong[:20])


@pytest.mark.parametrize("value", ["(a", "[a", "*a", "(?=x)", "a)", "a**", "\\1", "a\\", "(?<n>x)(?<=y)", "[b-a]", "a{2,1}", "x++"])
@pytest.mark.parametrize("name", ["ALLOW", "DISALLOW"])
def test_expressions_that_are_none(scratch, tmp_path, name, value):
    """The first package that has flags says it: it is Go's own."""
    env = dict(scratch, **{f"CGO_LDFLAGS_{name}": value})
    write(tmp_path, {"go.mod": MOD, "main.go": MAIN.format(comment("#cgo LDFLAGS: -lm", ADD))})
    said = go(env, tmp_path, "build", "-n", ".").stderr
    ours = judge(env, tmp_path, ".")
    assert "parsing $CGO" in said
    assert ours["linker_message"] in said.split("\n")
    assert ours["findings"][0]["detail"] == "allow-regexp"


def absolute(flags, folder):
    out, follows = [], False
    for f in flags:
        if follows:
            f, follows = (f if f.startswith("/") else os.path.normpath(folder / f)), False
        elif f in ("-I", "-L"):
            follows = True
        elif f[:2] in ("-I", "-L") and not f[2:].startswith("/"):
            f = f[:2] + os.path.normpath(folder / f[2:])
        out.append(f)
    return out


# ---- builds that fail ------------------------------------------------------------------------------------------

# Words that are only known when the build runs.
# (Of a package whose files are older than two seconds go has an index, and names its files without their folder.)
FREE = [(re.compile(r"^\S*/(\w+\.go: (?:malformed|invalid) #cgo)"), r"\1"), (re.compile(r"/tmp/go-(build|link)[-0-9]*"), "/tmp/go-x"), (re.compile(r"0000\d\d\.o"), "N.o"),
        (re.compile(r"^.*(undefined reference to)"), r"\1"), (re.compile(r"^.*multiple definition"), "multiple definition"),
        (re.compile(r"[‘’]"), "'")]


def plain(text):
    for pattern, to in FREE:
        text = pattern.sub(to, text)
    return text


@pytest.mark.sample(6)
@pytest.mark.parametrize("name", sorted(FAILING))
def test_failing_builds(scratch, tmp_path, name):
    files, more, args, code, detail = FAILING[name]
    env = dict(scratch, **more)
    files = {**{"go.mod": MOD}, **files}
    write(tmp_path, {k: v for k, v in files.items() if v is not None})
    package = args[-1] if args and args[-1].startswith("./") else "."
    args = [a for a in args if a != package]
    real = go(env, tmp_path, "build", "-o", str(tmp_path / "out"), *args, package)
    ours = judge(env, tmp_path, package, *args)
    assert real.returncode != 0
    assert ours["links"] is False, real.stderr
    said = [plain(line) for line in (real.stdout + real.stderr).split("\n")]
    mine = [plain(line) for line in ours["linker_message"].split("\n")]
    for line in mine:
        assert any(line in s for s in said), f"{line!r} is not in go's words:\n{real.stderr}"
    if code is not None:
        first = ours["findings"][0]
        assert (first["code"], first["detail"]) == (code, detail or first["detail"])


@pytest.mark.sample(6)
@pytest.mark.parametrize("name", sorted(set(go_cases.CASES) - go_cases.NOT_FOLLOWED))
def test_packages_that_people_build(scratch, tmp_path, name):
    case = go_cases.CASES[name]
    for need in case.needs:
        if not shutil.which(need):
            pytest.skip(f"there is no {need}")
    env = dict(scratch, **case.env)
    write(tmp_path, case.files)
    if case.make:
        subprocess.run(["bash", "-ec", case.make], cwd=tmp_path, env=scratch, check=True)
    ours = judge(env, tmp_path, case.package, *case.args)
    output = [] if "-o" in case.args else ["-o", str(tmp_path / "out.bin")]
    real = go(env, tmp_path, "build", *output, *case.args, case.package)
    assert ours["links"] is (real.returncode == 0), real.stderr
    if real.returncode:
        first = plain(ours["linker_message"].split("\n")[0])
        assert first in [plain(line).strip() for line in real.stderr.split("\n")], real.stderr


def test_folder_with_brackets(scratch, tmp_path):
    folder = tmp_path / "a(b)"
    write(folder, {"go.mod": MOD, "main.go": MAIN.format(comment("#cgo CFLAGS: -I${SRCDIR}/x", ADD))})
    real = go(scratch, folder, "build", ".")
    ours = judge(scratch, folder, ".")
    assert ours["linker_message"] in real.stderr.split("\n")
    assert ours["findings"][0]["detail"] == "malformed"


# ---- builds that go well, and programs that do not start --------------------------------------------------------

SEED = "int seed_add(int a, int b) { return a + b; }\n"


def library(folder, name="libseed.so", source=SEED, *more):
    (folder / "lib").mkdir(exist_ok=True)
    subprocess.run(["gcc", "-shared", "-fPIC", "-xc", "-", "-o", folder / "lib" / name, *more], input=source, text=True, check=True)


def build_and_start(env, folder, *args):
    built = go(env, folder, "build", "-o", str(folder / "seed"), *args, ".")
    assert built.returncode == 0, built.stderr
    ran = subprocess.run(["./seed"], cwd=folder, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return ran.returncode == 0 or "5" in ran.stderr, ran.stderr.split("\n")[0]


@pytest.mark.parametrize("line, more, starts", [
    ("-L${SRCDIR}/lib -lseed", {}, False),
    ("-L${SRCDIR}/lib -lseed -Wl,-rpath,${SRCDIR}/lib", {}, True),
    ("-L${SRCDIR}/lib -lseed -Wl,-rpath,$ORIGIN/lib", {}, True),
    ("-L${SRCDIR}/lib -lseed -Wl,-rpath,$ORIGIN/elsewhere", {}, False),
    ("-Llib -lseed", {"LD_LIBRARY_PATH": "lib"}, True),
    ("-Llib -l:libseed.so", {}, False),
    ("${SRCDIR}/lib/libseed.so", {}, True),
    ("-Llib -lseed", {"LD_RUN_PATH": "$ORIGIN/lib"}, True),
], ids=["no-rpath", "rpath", "origin", "wrong-rpath", "environment", "by-name", "by-path", "run-path"])
def test_start(scratch, tmp_path, line, more, starts):
    env = dict(scratch, **more)
    write(tmp_path, {"go.mod": MOD, "main.go": MAIN.format(comment("#cgo LDFLAGS: " + line, "int seed_add(int, int);"))})
    library(tmp_path)
    real, said = build_and_start(env, tmp_path)
    os.unlink(tmp_path / "seed")
    ours = judge(env, tmp_path, ".")
    assert real is starts
    assert (ours["links"], ours["loads"]) == (True, starts)
    assert (ours["loader_message"] or "") == ("" if starts else said)
    if not starts:
        assert ours["findings"][0]["code"] == "search-path"
        assert ours["findings"][0]["object"] == "libseed.so"


def open_library(env, folder, name):
    program = f"import ctypes\ntry:\n ctypes.CDLL({name!r})\nexcept OSError as e:\n print(e)\n"
    return subprocess.run(["/usr/bin/python3", "-c", program], cwd=folder, env=env, text=True, stdout=subprocess.PIPE).stdout.strip()


SHARED = "package main\n\n{}\nimport \"C\"\n\n//export GoAdd\nfunc GoAdd(a, b C.int) C.int {{ return C.seed_add(a, b) }}\n\nfunc main() {{}}\n"


@pytest.mark.parametrize("line, code", [("-Llib -lseed", "search-path"), ("-Llib -lseed -Wl,-rpath,$ORIGIN/lib", None),
                                        ("-lm", "missing-symbol")], ids=["no-rpath", "rpath", "stub"])
def test_load_of_a_library(scratch, tmp_path, line, code):
    write(tmp_path, {"go.mod": MOD, "main.go": SHARED.format(comment("#cgo LDFLAGS: " + line, "int seed_add(int, int);"))})
    library(tmp_path)
    args = ["-buildmode=c-shared", "-o", "libgo.so"]
    assert go(scratch, tmp_path, "build", *args, ".").returncode == 0
    said = open_library(scratch, tmp_path, str(tmp_path / "libgo.so"))
    os.unlink(tmp_path / "libgo.so")
    ours = judge(scratch, tmp_path, ".", *args)
    assert (ours["links"], ours["loads"]) == (True, code is None)
    assert (ours["loader_message"] or "") == said
    assert code is None or ours["findings"][0]["code"] == code


STUB = "//go:build !cgo\n\npackage native\n\nfunc Open(x int) int { return -x }\n"


def test_a_file_without_c_takes_the_place(scratch, tmp_path):
    """What another file declares, or a variable of the package's name, is there without cgo."""
    main = USES.format("", "native.Open(1), own()", "native")
    write(tmp_path, {"go.mod": MOD, "main.go": main, **OPENS, "native/stub.go": STUB,
                     "own.go": "package main\n\ntype door struct{ Open func() int }\n\nfunc own() int {\n\tnative := door{}\n"
                               "\treturn native.Open()\n}\n"})
    env = dict(scratch, CGO_ENABLED="0")
    assert go(env, tmp_path, "build", "-o", str(tmp_path / "out"), ".").returncode == 0
    ours = judge(env, tmp_path, ".")
    assert ours["links"] is True and not ours["findings"]


@pytest.mark.parametrize("files", [
    {"main.go": MAIN.format(comment(ADD))},
    {"main.go": PLAIN, "native/n.go": NATIVE.format(comment("#cgo LDFLAGS: -lm", "#include <math.h>", ADD))},
    {"main.go": MAIN.format(comment("int seed_add(int, int);")), "seed.c": SEED},
    {"main.go": MAIN.format(comment("int seed_add(int, int);")), "seed.cc": "#include <string>\nextern \"C\" " + SEED},
    {"main.go": "package main\n\nimport _ \"net\"\n\nfunc main() { println(5) }\n"},
    {"main.go": MAIN.format(comment("#cgo pkg-config: zlib", "#include <zlib.h>", ADD, "static void z(void) { zlibVersion(); }"))},
], ids=["static", "dependency", "c-file", "cxx-file", "net", "pkg-config"])
def test_builds_that_go_well(scratch, tmp_path, files):
    write(tmp_path, {"go.mod": MOD, **files})
    starts, _ = build_and_start(scratch, tmp_path)
    ours = judge(scratch, tmp_path, ".")
    assert starts
    assert ours["links"] is True and ours["loads"] is not False
    assert [f for f in ours["findings"] if f["severity"] == "error"] == []
