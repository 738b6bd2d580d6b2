#!/usr/bin/python3
"""Real C and C++ packages are built, and every link of them is asked about: healthy, and broken in one of many ways.

    links.py [--build DIR] [--cases N] [--seed S] [--only WORD] [--way WORD] [--case N] [--broken] [-v]

The sources are Debian's (apt-get source, once, into DIR/corpus/links); each is built there with drivers in front of the path that
write down what they are asked. Of the links of configure scripts the folder is kept as it was then. Three questions:

1. A link of the build that the real linker makes: no error may be claimed.
2. A link of a configure script, which often fails: verdict and first error as the real linker's.
3. N links, each broken in one or two ways (see `WAYS`) and made by one of the four linkers: the same.

A case is the same for the same seed and packages. Where the linker itself breaks, nothing is compared. An answer that it cannot be
said is counted on its own. All that differs is in DIR/corpus/links-last.json. Agreement below ENOUGH is a failure.
"""
import argparse
import collections
import json
import os
import pathlib
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "build"))
import link_scenes  # noqa: E402

ENOUGH = 0.97
SECONDS = 60
DLWHY = os.path.abspath(os.environ.get("DLWHY", "build/dlwhy"))
PLAIN = {k: v for k, v in os.environ.items() if k not in ("CC", "CXX", "CFLAGS", "LDFLAGS", "MAKEFLAGS", "LD_LIBRARY_PATH")}
PLAIN |= {"LC_ALL": "C"}
CONFIGURE = "./configure --disable-dependency-tracking >/dev/null"
CMAKE = "cmake -S . -B made -DCMAKE_BUILD_TYPE=Release"
SHARED = "-DBUILD_SHARED_LIBS=ON"
# Name of the build -> (source package, how it is built).
BUILDS = {
    "zlib": ("zlib", "./configure >/dev/null && make -j2"),
    "zlib-lto": ("zlib", "CFLAGS='-O1 -flto' ./configure >/dev/null; make -j2"),
    "bzip2": ("bzip2", "make -j2 bzip2 bzip2recover; make clean; make -j2 -f Makefile-libbz2_so; make -j2 libbz2.a bzip2"),
    "lua": ("lua5.4", "make -j2 -C src linux"),
    "lua-lto": ("lua5.4", "make -j2 -C src linux MYCFLAGS=-flto MYLDFLAGS=-flto AR='gcc-ar rcu' RANLIB=gcc-ranlib"),
    "zstd": ("libzstd", "make -j2 -C lib MOREFLAGS=-O0; make -j2 -C programs zstd-small zstd-frugal CFLAGS=-O0; make -C lib libzstd CFLAGS=-O0"),
    "png": ("libpng1.6", f"{CONFIGURE}; make -j2"),
    "hiredis": ("hiredis", "make -j2"),
    "jansson": ("jansson", f"{CMAKE} -DJANSSON_BUILD_SHARED_LIBS=ON -DJANSSON_BUILD_DOCS=OFF && make -j2 -C made"),
    "lz4": ("lz4", "make -j2 CFLAGS=-O0 lib lz4"),
    "expat": ("expat", f"cd expat && {CMAKE} -DCMAKE_BUILD_TYPE=Debug && make -j2 -C made"),
    "yaml": ("libyaml", f"{CMAKE} {SHARED} && make -j2 -C made"),
    "event": ("libevent", f"{CMAKE} -DEVENT__DISABLE_TESTS=OFF && make -j2 -C made"),
    "snappy": ("snappy", f"{CMAKE} {SHARED} -DSNAPPY_BUILD_TESTS=OFF -DSNAPPY_BUILD_BENCHMARKS=OFF && make -j2 -C made"),
    "pugixml": ("pugixml", f"{CMAKE} {SHARED} && make -j2 -C made"),
    "leveldb": ("leveldb", f"{CMAKE} -DLEVELDB_BUILD_TESTS=OFF -DLEVELDB_BUILD_BENCHMARKS=OFF && make -j2 -C made"),
    "xz": ("xz-utils", f"{CONFIGURE}; make -j2"),
    "nano": ("nano", f"{CONFIGURE}; make -j2"),
    "uv": ("libuv1", f"{CMAKE} -DBUILD_TESTING=OFF && make -j2 -C made"),
    "fmt": ("fmtlib", f"{CMAKE} {SHARED} -DFMT_TEST=OFF && make -j2 -C made"),
    "cares": ("c-ares", f"{CMAKE} -DCARES_STATIC=ON && make -j2 -C made"),
}
WRAPPER = r"""#!/bin/bash
name=${0##*/}
for word; do
	case $word in
	-c | -E | -S | -M | -MM | -fsyntax-only | --version | -version | -v | -V | -qversion | -dump* | -print* | --help*)
		exec /usr/bin/$name "$@" ;;
	esac
done
kept=$(mktemp -d "$DLWHY_LINKS/XXXXXXXX")
printf '%s\0' "$PWD" "$name" "$@" >"$kept/line"
case "$*" in
*conftest* | *ztest* | *cmTC_*) cp -r "$PWD" "$kept/folder" ;;
esac
exec /usr/bin/$name "$@"
"""


# ---- packages ---------------------------------------------------------------------------------

def shell(command, cwd, env=None):
    return subprocess.run(["bash", "-c", command], cwd=cwd, env={**PLAIN, **(env or {})}, check=False, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


class Apt:
    """Sources of the distribution, with lists of our own: the machine's are left as they are."""

    def __init__(self, folder):
        self.folder = folder
        for name in ("lists/partial", "cache/archives/partial", "sources"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        # The first entry alone: of later ones versions are gone that their lists still have.
        entries = pathlib.Path("/etc/apt/sources.list.d/debian.sources").read_text().split("\n\n")[0] + "\n"
        (folder / "here.sources").write_text(re.sub(r"^Types: deb$", "Types: deb-src", entries, flags=re.M))
        self.options = (f"-o Dir::Etc::sourcelist={folder}/here.sources -o Dir::Etc::sourceparts=- "
                        f"-o Dir::State::lists={folder}/lists -o Dir::Cache={folder}/cache -o APT::Sandbox::User=root")
        self.updated = False

    def unpacked(self, package, target):
        """The sources of a package, unpacked as target."""
        sources = self.folder / "sources"
        if not list(sources.glob(f"{package}_*.dsc")):
            if not self.updated:
                shell(f"apt-get {self.options} update", sources)
                self.updated = True
            done = shell(f"apt-get {self.options} source --download-only {package}", sources)
            if done.returncode:
                raise SystemExit(done.stdout.decode(errors="replace")[-2000:])
        description = sorted(sources.glob(f"{package}_*.dsc"))[-1]
        done = shell(f"dpkg-source --no-check --skip-patches -x {description} {target}", sources)
        if done.returncode:
            raise SystemExit(done.stdout.decode(errors="replace")[-2000:])


def made(name, folder, apt):
    """The records of the links of a build, which is made if it is not there."""
    place, records = folder / name, folder / (name + "-links")
    if not (records / "complete").exists():
        shutil.rmtree(place, ignore_errors=True)
        shutil.rmtree(records, ignore_errors=True)
        records.mkdir(parents=True)
        drivers = folder / "drivers"
        drivers.mkdir(exist_ok=True)
        for driver in ("gcc", "g++", "cc", "c++"):
            (drivers / driver).write_text(WRAPPER)
            (drivers / driver).chmod(0o755)
        package, how = BUILDS[name]
        apt.unpacked(package, place)
        env = {"PATH": f"{drivers}:/usr/bin:/bin", "DLWHY_LINKS": str(records)}
        done = shell(how, place, env)
        (records / "log").write_bytes(done.stdout)
        (records / "complete").write_text(str(done.returncode))
    return records


# ---- links ------------------------------------------------------------------------------------

class Link:
    """A command of a build, in the folder where it is to be run."""

    def __init__(self, build, words, cwd, probe):
        self.build, self.words, self.cwd, self.probe = build, words, cwd, probe

    def key(self):
        return (self.build.split("-")[0], tuple(self.words), str(self.cwd) if not self.probe else "")

    def with_output(self, path):
        words = list(self.words)
        if "-o" in words[:-1]:
            words[words.index("-o") + 1] = str(path)
        else:
            words += ["-o", str(path)]
        return words


def links_of(name, records):
    """(links of the build, links of its configure script), each once."""
    builds, probes = {}, {}
    for record in sorted(records.glob("*/line")):
        cwd, *words = record.read_bytes().decode(errors="replace").split("\0")[:-1]
        kept = record.parent / "folder"
        probe = kept.exists()
        link = Link(name, words, kept if probe else pathlib.Path(cwd), probe)
        if not any(not w.startswith("-") for w in words[1:]):
            continue
        (probes if probe else builds)[probe_key(link) if probe else link.key()] = link
    return list(builds.values()), list(probes.values())


def probe_key(link):
    """What makes a link of a configure script another one: its words without temporary names, and its source."""
    source = next((link.cwd / w for w in link.words if w.endswith((".c", ".cc", ".cpp", ".cxx"))), None)
    text = source.read_text(errors="replace") if source and source.is_file() else ""
    text = "\n".join(x for x in text.splitlines() if not x.startswith("#define"))
    return (link.build.split("-")[0], re.sub(r"cmTC_\w{5}", "cmTC", " ".join(link.words)), text)


# ---- ways to break one ------------------------------------------------------------------------

WAYS = {}


class CannotBreak(Exception):
    """This link cannot be broken that way."""


def way(make):
    WAYS[make.__name__.replace("_", "-")] = make
    return make


class Broken:
    """The words of a link while they are changed, and a folder for new files."""

    def __init__(self, link, words, folder, rng):
        self.link, self.words, self.folder, self.rng = link, words, pathlib.Path(folder), rng

    def where(self, test):
        """Places of words that are inputs or options, no value of -o."""
        return [i for i, w in enumerate(self.words) if i and self.words[i - 1] != "-o" and test(w)]

    def objects(self):
        return self.where(lambda w: w.endswith((".o", ".lo")) and not w.startswith("-"))

    def files(self):
        return self.where(lambda w: not w.startswith("-") and re.search(r"\.(o|a|lo)$|\.so(\.[\d.]+)?$", w))

    def libraries(self):
        return self.where(lambda w: w.startswith("-l") or (not w.startswith("-") and re.search(r"\.a$|\.so(\.[\d.]+)?$", w)))

    def one(self, places):
        if not places:
            raise CannotBreak
        return self.rng.choice(places)

    def path(self, i):
        return self.link.cwd / self.words[i]

    def copied(self, i, name=None):
        """A copy of an input that may be changed."""
        new = self.folder / (name or self.path(i).name)
        shutil.copyfile(self.path(i), new)
        self.words[i] = str(new)
        return new

    def program(self):
        return "-shared" not in self.words and "-r" not in self.words

    def add(self, *new, front=False):
        at = 1 if front else len(self.words)
        self.words[at:at] = new

    def compiled(self, text, name, *flags, compiler="gcc"):
        source, target = self.folder / (name + ".c"), self.folder / (name + ".o")
        source.write_text(text)
        subprocess.run([compiler, *flags, "-c", source.name, "-o", target.name], cwd=self.folder, check=True,
                       stderr=subprocess.PIPE)
        return target

    def symbols(self, i):
        """(defined global names, undefined names) of an object."""
        text = subprocess.run(["nm", "-P", str(self.path(i))], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                              check=False).stdout
        rows = [x.split() for x in text.splitlines()]
        return ([r[0] for r in rows if len(r) > 1 and r[1] in "TDBRVW"], [r[0] for r in rows if len(r) > 1 and r[1] == "U"])


@way
def less_library(b):
    del b.words[b.one(b.libraries())]


@way
def less_object(b):
    del b.words[b.one(b.objects())]


@way
def less_all_libraries(b):
    for i in reversed(b.libraries()):
        del b.words[i]


@way
def no_such_library(b):
    b.add("-l" + b.rng.choice(["nonesuch", "jpg", "lz44", "ssl3", "boost_system-mt"]), front=b.rng.random() < 0.5)


@way
def no_development_link(b):
    i = b.one(b.where(lambda w: not w.startswith("-") and re.search(r"\.so(\.[\d.]+)?$", w)))
    b.copied(i, "libseed.so." + b.rng.choice("123"))
    b.words[i:i + 1] = ["-L" + str(b.folder), "-lseed"]


@way
def file_as_library(b):
    i = b.one(b.libraries())
    name = re.sub(r"^-l|^.*/lib|\.(a|so).*$", "", b.words[i])
    b.words[i] = b.rng.choice([f"-llib{name}.so", f"-l{name}.so", f"-llib{name}", f"lib{name}.so", f"-l{name}.a", f"-l:{name}",
                               f"-l:lib{name}.so.99", f"-l lib{name}"])


@way
def libraries_first(b):
    places = b.libraries()
    moved = [b.words[b.one(places)]] if b.rng.random() < 0.5 else [b.words[i] for i in places]
    b.words[1:] = moved + [w for w in b.words[1:] if w not in moved]


@way
def turned_round(b):
    places = b.files() + b.where(lambda w: w.startswith("-l"))
    values = [b.words[i] for i in sorted(places)]
    if b.rng.random() < 0.5:
        b.rng.shuffle(values)
    else:
        values.reverse()
    for i, w in zip(sorted(places), values):
        b.words[i] = w


@way
def renamed_symbol(b):
    i = b.one(b.objects())
    defined, _ = b.symbols(i)
    if not defined:
        raise CannotBreak
    symbol = b.rng.choice(defined)
    target = b.copied(i)
    subprocess.run(["objcopy", "--redefine-sym", f"{symbol}={symbol}_old", target], check=True, stderr=subprocess.PIPE)


@way
def local_symbol(b):
    i = b.one(b.objects())
    defined, _ = b.symbols(i)
    if not defined:
        raise CannotBreak
    target = b.copied(i)
    subprocess.run(["objcopy", "--" + b.rng.choice(["localize", "weaken", "strip", "localize"]) + "-symbol", b.rng.choice(defined),
                    target], check=False, stderr=subprocess.PIPE)


@way
def hidden_symbol(b):
    """In an object or a library one or some symbols get another visibility."""
    i = b.one(b.where(lambda w: not w.startswith("-") and re.search(r"\.o$|\.so(\.[\d.]+)?$", w)))
    target = b.copied(i)
    data = bytearray(target.read_bytes())
    sections, = struct.unpack_from("<Q", data, 40)
    count, = struct.unpack_from("<H", data, 60)
    kind = 11 if re.search(r"\.so", target.name) else 2
    for n in range(count):
        _, sh_type, _, _, offset, size = struct.unpack_from("<IIQQQQ", data, sections + 64 * n)
        if sh_type != kind:
            continue
        places = [p for p in range(offset, offset + size, 24) if data[p + 4] >> 4 and struct.unpack_from("<H", data, p + 6)[0]]
        if not places:
            raise CannotBreak
        for p in b.rng.sample(places, min(len(places), b.rng.choice([1, 1, 3, 10]))):
            data[p + 5] = data[p + 5] & ~3 | b.rng.choice([2, 2, 1, 3])
    target.write_bytes(data)


@way
def twice(b):
    i = b.one(b.objects())
    if b.rng.random() < 0.5:
        b.words.insert(i, b.words[i])
    else:
        new = b.folder / "copy.o"
        shutil.copyfile(b.path(i), new)
        b.words.insert(b.one([i, i + 1, len(b.words)]), str(new))


@way
def other_machine(b):
    i = b.one(b.files())
    target = b.rng.choice(["aarch64-linux-gnu", "i386-linux-gnu", "riscv64-linux-gnu", "powerpc64le-linux-gnu", "armv7-linux-gnueabihf"])
    made_ = b.compiled("int seed(void) { return 1; }\n", "seed", f"--target={target}", compiler=link_scenes.CLANG)
    name = pathlib.Path(b.words[i]).name
    new = b.folder / ("o-" + name)
    if name.endswith(".a"):
        subprocess.run(["ar", "rcs", new, made_], check=True)
    elif ".so" in name:
        subprocess.run(["ld.lld", "-shared", made_, "-o", new], check=True, stderr=subprocess.PIPE)
    else:
        shutil.copyfile(made_, new)
    b.words[i] = str(new)


@way
def damaged_file(b):
    i = b.one(b.files())
    target = b.copied(i)
    data = target.read_bytes()
    how = b.rng.randrange(7)
    if how == 0:
        data = b""
    elif how == 1:
        data = data[:b.rng.randrange(1, max(2, len(data)))]
    elif how == 2:
        data = b"<!DOCTYPE html>\n<html><body>404</body></html>\n"
    elif how == 3:
        data = b"version https://git-lfs.github.com/spec/v1\noid sha256:0123\nsize 1234567\n"
    elif how == 4:
        data = b"!<arch>\n"
    elif how == 5:
        data = data[:64]
    else:
        data = b"#!/bin/sh\necho no\n"
    target.write_bytes(data)


@way
def gone_file(b):
    i = b.one(b.files())
    b.words[i] = b.rng.choice([b.words[i] + "x", "lib/" + b.words[i], str(b.folder)])


@way
def folder_wrong(b):
    i = b.one(b.where(lambda w: w.startswith("-L") and len(w) > 2))
    if b.rng.random() < 0.5:
        b.words[i] += "x"
    else:
        del b.words[i]


@way
def all_static(b):
    b.add(b.rng.choice(["-static", "-static-pie", "-Wl,-Bstatic", "-static-libgcc", "-Wl,-static"]), front=b.rng.random() < 0.7)


@way
def all_defined(b):
    if b.program():
        raise CannotBreak
    b.add(b.rng.choice(["-Wl,--no-undefined", "-Wl,-z,defs", "-Wl,-zdefs"]), front=True)
    if b.rng.random() < 0.6:
        (less_library if b.libraries() and b.rng.random() < 0.6 else less_object)(b)


@way
def version_script(b):
    if b.program():
        raise CannotBreak
    names = [n for i in b.objects() for n in b.symbols(i)[0]]
    some = b.rng.sample(names, min(3, len(names))) or ["seed"]
    text = b.rng.choice([
        "V1 { global: %s; local: *; };\n" % "; ".join(some),
        "V1 { global: %s; nosuch_function; local: *; };\n" % some[0],
        "V1 { global: %s };\n" % some[0], "V1 { global: %s; }\n" % some[0], "V1 { global: %s; local: *; } V0;\n" % some[0],
        "V1 { %s; };\nV1 { nosuch; };\n" % some[0], "{ global: %s; local: *; };\nV2 { x; };\n" % some[0],
        "V1 { global: %s; local: %s; *; };\n" % (some[0], some[0]), "V1 { global: %s; };\nV2 { %s; } V1;\n" % (some[0], some[0]),
        "V1 { global: extern \"C++\" { seed::*; }; local: *; };\n", "", "EXPORTS\n  seed\n"])
    (b.folder / "seed.map").write_text(text)
    b.words = [w for w in b.words if "version-script" not in w]
    b.add(f"-Wl,--version-script={b.folder}/seed.map" if b.rng.random() < 0.9 else "-Wl,--version-script=no/such.map")
    if b.rng.random() < 0.5:
        b.add("-Wl,--no-undefined-version")


@way
def c_driver(b):
    if "++" not in b.words[0]:
        raise CannotBreak
    b.words[0] = "gcc"


@way
def needs_more(b):
    """A library that needs another one, which is in a folder of its own or is gone."""
    deep = b.compiled("int deep_in(void) { return 1; }\n", "deep", "-fPIC")
    seed = b.compiled("int deep_in(void), never_made(void);\nint seed_up(void) { return deep_in()%s; }\n" %
                      b.rng.choice(["", " + never_made()"]), "seedling", "-fPIC")
    (b.folder / "in").mkdir()
    run = {"cwd": b.folder, "check": True}
    subprocess.run(["gcc", "-shared", deep.name, "-o", "in/libdeep.so", "-Wl,-soname,libdeep.so.1"], **run)
    subprocess.run(["gcc", "-shared", seed.name, "-o", "libseedling.so", *b.rng.choice([["in/libdeep.so"], []])], **run)
    if b.rng.random() < 0.5:
        (b.folder / "in/libdeep.so").rename(b.folder / "in/libdeep.so.1")
    use = b.compiled("int seed_up(void)%s;\nint (*use_it)(void) = seed_up;\n" %
                     b.rng.choice(["", "", ", deep_in(void);\nint (*use_deep)(void) = deep_in"]), "use", "-fPIC")
    b.add(*b.rng.choice([[str(use)], [], [str(use)]]), str(b.folder / "libseedling.so"),
          *b.rng.choice([[], [], [f"-Wl,-rpath-link,{b.folder}/in"], [f"-Wl,-rpath-link={b.folder}"], [f"-Wl,-rpath,{b.folder}/in"],
                         [f"-L{b.folder}/in"], ["-Wl,--no-copy-dt-needed-entries"], ["-Wl,--copy-dt-needed-entries"],
                         ["-Wl,--allow-shlib-undefined"], ["-Wl,--unresolved-symbols=ignore-in-shared-libs"],
                         ["-Wl,--no-allow-shlib-undefined"]]))


@way
def as_needed(b):
    b.add(b.rng.choice(["-Wl,--as-needed", "-Wl,--no-as-needed"]), front=True)
    (libraries_first if b.rng.random() < 0.6 else turned_round)(b)


@way
def unused_sections(b):
    b.add("-Wl,--gc-sections", front=True)
    (less_object if b.rng.random() < 0.5 else renamed_symbol)(b)


@way
def other_mode(b):
    b.add(*b.rng.choice([["-shared"], ["-pie"], ["-no-pie"], ["-r"], ["-nostdlib"], ["-nodefaultlibs"], ["-nostartfiles"], ["-m32"],
                         ["-shared", "-Wl,-z,text"], ["-shared", "-static"], ["-rdynamic"], ["-flto"], ["-fsanitize=address"],
                         ["-pthread"], ["-fopenmp"], ["-pg"], ["--coverage"], ["-nolibc"], ["-s"], ["-g3"]]))


@way
def whole_archive(b):
    i = b.one(b.where(lambda w: w.endswith(".a") or w.startswith("-l")))
    b.words[i:i + 1] = ["-Wl,--whole-archive", b.words[i], *b.rng.choice([["-Wl,--no-whole-archive"], []])]


@way
def odd_option(b):
    names = [n for i in b.objects()[:8] for x in b.symbols(i) for n in x] or ["seed"]
    s = b.rng.choice(names)
    b.add(b.rng.choice(["-Wl,--nosuch", "-Wl,-z,nosuch", "-Wl,-zseparate-code", f"-Wl,--wrap={s}", f"-Wl,--defsym={s}_too={s}",
                        f"-Wl,--defsym={s}=0x10", f"-Wl,--defsym=seed={s}_gone", f"-Wl,-u,{s}_gone", f"-Wl,--require-defined={s}_gone",
                        "-Wl,--fatal-warnings", "-Wl,-e,nosuch_entry", "-Wl,--hash-style=other", "-Wl,-soname", "-Wl,-Map=no/such/x.map",
                        "-Wl,-rpath", "-Wl,--build-id=none", "-Wl,--exclude-libs,ALL", "-Wl,-Bsymbolic", "-Wl,--no-dynamic-linker",
                        "-Wl,--dynamic-list=no/such", "-Wl,-T,no/such.ld", "-Wl,--sort-section=none",
                        "-Wl,--warn-unresolved-symbols", "-Wl,--unresolved-symbols=ignore-all", "-Wl,--noinhibit-exec",
                        "-Wl,-z,muldefs", "-Wl,--allow-multiple-definition", "-Wl,--error-limit=1", "-Wl,--icf=all", "-Wl,-O9",
                        "-Wl,--start-group", "-Wl,--end-group", "-Wl,--no-undefined", "-Wl,-framework,Cocoa", "-Wl,-dead_strip",
                        "-Wl,--enable-new-dtags", "-Wl,--whole-archive", "-Wl,--trace-symbol=main", "-Wl,-z,now", "-Wl,--gc-section"]),
          front=b.rng.random() < 0.5)


@way
def output_nowhere(b):
    b.words[b.words.index("-o") + 1] = b.rng.choice([str(b.folder / "no/such/out"), str(b.folder)])


@way
def no_table(b):
    """An archive without its table of symbols, or a thin one whose members are gone."""
    i = b.one(b.where(lambda w: not w.startswith("-") and w.endswith(".a")))
    target = b.copied(i)
    names = subprocess.run(["ar", "t", target], stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    if b.rng.random() < 0.4:
        subprocess.run(["ar", "dS", target, b.rng.choice(names)], check=True)
        return
    (b.folder / "members").mkdir()
    subprocess.run(["ar", "x", target], cwd=b.folder / "members", check=True)
    target.unlink()
    names = sorted(set(names))
    how = b.rng.choice(["rcS", "rcsT", "rcs", "rcT"])
    members = [f"members/{n}" for n in names]
    subprocess.run(["ar", how, target.name, *members], cwd=b.folder, check=True)
    if "T" in how or b.rng.random() < 0.3:
        (b.folder / b.rng.choice(members)).unlink()


@way
def wrong_linker(b):
    b.words = [w for w in b.words if not w.startswith("-fuse-ld")] + [b.rng.choice(["-fuse-ld=nosuch", "-B" + str(b.folder)])]


def broken(link, folder, rng, only=""):
    """(names of ways, words) of a broken link."""
    names = [n for n in WAYS if only in n]
    out = pathlib.Path(folder) / "out"
    for _ in range(60):
        for f in pathlib.Path(folder).iterdir():
            shutil.rmtree(f) if f.is_dir() else f.unlink()
        b = Broken(link, link.with_output(out), folder, rng)
        chosen = [rng.choice(names)] + ([rng.choice(list(WAYS))] if rng.random() < 0.2 and not only else [])
        linker = rng.choice(link_scenes.LINKERS)
        if linker != "bfd" or rng.random() < 0.3:
            b.add("-fuse-ld=" + linker, front=True)
        try:
            for name in chosen:
                WAYS[name](b)
        except (CannotBreak, OSError, ValueError, struct.error, subprocess.CalledProcessError):
            continue
        return "+".join(chosen), b.words
    return None, None


# ---- answers ----------------------------------------------------------------------------------

CRASHED = ("internal error", "terminated with signal", "PLEASE submit a bug report", "unable to execute command", "assertion fail")


def in_any_order(words, line):
    """mold works in threads; gold opens files so, and tells what shared inputs lack in the order of a hash table."""
    if "-fuse-ld=mold" in words:
        return True
    if "-fuse-ld=gold" in words:
        return any(w in line for w in ("cannot find", "cannot open", "cannot mix"))
    return bool(re.search(r"\.so[.\d]*: (?:error: )?undefined", line))


def plain(line):
    """A line of a linker without what differs from run to run."""
    return re.sub(r"/tmp/cc\w{6}|/tmp/lto-llvm-\w+|(?<=\.mold-)\w{6}(?=:)", "X", link_scenes.plain(line)) if line else line


def same_of_lto(first, errors, got):
    """What the compiler makes of objects for LTO is not known before: any symbol that is missing may be the first."""
    missing = re.search(r"undefined (?:reference to|symbol:) (\S+)", got or "")
    return "artificial" in (first or "") and missing and any(missing[1] in e for e in errors)


def compare(words, cwd):
    """None: agreed; "undecided"; "crashed"; or what differs."""
    try:
        real = subprocess.run(words, cwd=cwd, env=PLAIN, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                              timeout=SECONDS, check=False)
        asked = subprocess.run([DLWHY, "link", "--json", "--", *words], cwd=cwd, env=PLAIN, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired as e:
        if e.cmd[0] != DLWHY:
            return "crashed"
        return {"command": " ".join(words), "cwd": str(cwd), "error": f"no answer in time: {e.cmd[0]}"}
    text = "\n".join(x for x in real.stderr.decode(errors="replace").split("\n") if not REMARK.search(x))
    if any(w in text for w in CRASHED) or real.returncode < 0:
        return "crashed"
    try:
        said = json.loads(asked.stdout)
    except ValueError:
        return {"command": " ".join(words), "cwd": str(cwd), "error": asked.stderr.decode(errors="replace")[-800:] or "no answer"}
    links = real.returncode == 0
    if said["links"] is None:
        return "undecided"
    first, errors = link_scenes.first_error(text)
    got, first, errors = plain(said["linker_message"]), plain(first), [plain(e) for e in errors]
    if said["links"] is links and (links or got == first or (got in errors and in_any_order(words, got)) or
                                       same_of_lto(first, errors, got)):
        return None
    return {"command": " ".join(words), "cwd": str(cwd), "real": links, "links": said["links"], "first": first, "got": got,
            "stderr": text[:1500], "lines": said["linker_lines"][:6], "error": said["error"]}


# What the compiler remarks on the way.
REMARK = re.compile(r"^\s+(?:\d+|\+\+\+)?\s*\||: note: |: In function |: At top level:|^In file included from|^\s+from |"
                    r": warning: .*\[-W|: reference to |: definition of ")


class Tally:
    """What was asked, what agreed, by class; all that differs."""

    def __init__(self, verbose, all_):
        self.rows, self.differ, self.verbose, self.all = collections.defaultdict(collections.Counter), [], verbose, all_

    def take(self, title, answer, number):
        kind = "same" if answer is None else answer if isinstance(answer, str) else "differ"
        self.rows[title][kind] += 1
        if kind == "differ":
            self.differ.append({"class": title, "case": number, **answer})
            if self.verbose:
                print(json.dumps(self.differ[-1], indent=1), flush=True)

    def total(self, titles=None):
        total = collections.Counter()
        for title, row in self.rows.items():
            if titles is None or title in titles:
                total.update(row)
        return total

    def show(self):
        for title, row in sorted(self.rows.items()):
            print(f"  {title:28} {row['same']:5} of {row['same'] + row['differ']:5} the same"
                  f"{', undecided %d' % row['undecided'] if row['undecided'] else ''}"
                  f"{', linker broke %d' % row['crashed'] if row['crashed'] else ''}")
        total = self.total()
        print(f"links of real packages: {sum(total.values())} asked, {total['same']} the same, {total['differ']} differ, "
              f"{total['undecided']} undecided, {total['crashed']} not compared")


def healthy(links, folder, tally):
    """The links that the real linker makes again. The others are compared as well."""
    sound = []
    for n, link in enumerate(links):
        if not link.cwd.is_dir() or "-" in link.words:
            continue
        words = link.with_output(pathlib.Path(folder) / "out")
        real = subprocess.run(words, cwd=link.cwd, env=PLAIN, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, check=False)
        if real.returncode == 0:
            sound.append(link)
        if tally.all:
            tally.take("as it is built" if real.returncode == 0 else "fails as it stands", compare(words, link.cwd), n)
    return sound


def probes(links, folder, tally):
    for n, link in enumerate(links):
        tally.take("configure script", compare(link.with_output(pathlib.Path(folder) / "out"), link.cwd), n)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--build", default="build")
    parser.add_argument("--cases", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="")
    parser.add_argument("--way", default="")
    parser.add_argument("--case", type=int)
    parser.add_argument("--broken", action="store_true", help="the third question alone")
    parser.add_argument("-v", "--verbose", action="store_true")
    args = parser.parse_args()
    folder = pathlib.Path(args.build).absolute() / "corpus/links"
    folder.mkdir(parents=True, exist_ok=True)
    apt, tally, sound = Apt(folder / "apt"), Tally(args.verbose, not args.broken), []
    with tempfile.TemporaryDirectory(prefix="dlwhy-links-") as work:
        for name in BUILDS:
            if args.only not in name:
                continue
            built, asked = links_of(name, made(name, folder, apt))
            fine = healthy(built, work, tally)
            sound += fine
            print(f"{name}: {len(built)} links, {len(fine)} of them made again, {len(asked)} of its configure script", flush=True)
            if tally.all:
                probes(asked, work, tally)
        numbers = range(args.cases) if args.case is None else [args.case]
        for n in numbers:
            rng = random.Random(f"{args.seed} {n}")
            title, words = broken(link := rng.choice(sound), work, rng, args.way)
            if words:
                tally.take(title.split("+")[0], compare(words, link.cwd), n)
        tally.show()
    (folder.parent / "links-last.json").write_text(json.dumps(tally.differ, indent=1))
    total = tally.total()
    wrong = tally.rows["as it is built"]["differ"]
    agreed = total["same"] / max(1, total["same"] + total["differ"])
    return 1 if wrong or agreed < ENOUGH else 0


if __name__ == "__main__":
    sys.exit(main())
