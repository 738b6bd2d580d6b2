"""Random trees of libraries: one seed, one tree, always the same.

A tree is a folder of small ELF files that need each other, spread over sub-folders, with search
lists that lead there more or less, and then a few things that go wrong. `make(seed, folder)` writes
it and says what to ask: names to open, a program to start, and the environment, working folder and
user to do it in. What the right answers are nobody here knows; the real loader is asked.
"""
import dataclasses
import os
import pathlib
import random
import struct

from elfwrite import ABS, DATA, FUNC, IFUNC, INTERP, TLS, Object

FOLDERS = ["a", "b", "c/deep", "lib64", "x y"]
MULTIARCH = "lib/x86_64-linux-gnu"
DF_SYMBOLIC, DF_BIND_NOW, DF_STATIC_TLS = 2, 8, 0x10
DF_1_NOW, DF_1_GLOBAL, DF_1_NODELETE, DF_1_NOOPEN, DF_1_NODEFLIB, DF_1_PIE = 1, 2, 8, 0x40, 0x800, 0x8000000
DT_AUXILIARY, DT_FILTER = 0x7FFFFFFD, 0x7FFFFFFF


@dataclasses.dataclass
class Tree:
    seed: int
    folder: pathlib.Path
    opens: list = dataclasses.field(default_factory=list)    # arguments of dlopen
    starts: list = dataclasses.field(default_factory=list)   # argv[0]
    env: dict = dataclasses.field(default_factory=dict)
    cwd: pathlib.Path = None
    user: int = None
    notes: list = dataclasses.field(default_factory=list)    # what was done to it


@dataclasses.dataclass
class Lib:
    n: int
    file: str                     # file name
    folder: str
    obj: Object
    asked_as: str                 # what others write into DT_NEEDED
    needs: list = dataclasses.field(default_factory=list)
    versions: list = dataclasses.field(default_factory=list)
    data: bytes = None            # instead of obj
    mode: int = 0o755


def make(seed, folder, user=None, absolute=False, interp=INTERP):
    """`user`: who may not read everything, for trees in which that matters; None: everybody may.
    `absolute`: ask under absolute names only, whatever the working folder. `interp`: the loader of
    its programs."""
    return _Maker(seed, pathlib.Path(folder), user, absolute, interp).make()


class _Maker:
    def __init__(self, seed, folder, user, absolute, interp):
        self.absolute = absolute
        self.interp = interp
        self.r = random.Random(seed)
        self.tree = Tree(seed, folder, cwd=folder)
        self.unprivileged = user
        self.libs = []

    def chance(self, p):
        return self.r.random() < p

    def note(self, text):
        self.tree.notes.append(text)

    # ---- the sound tree -----------------------------------------------------------------------

    def make(self):
        self.count = self.r.choice([1, 2, 2, 3, 3, 4, 4, 5, 6, 7, 8, 10, 12])
        self.strategy = self.r.choice(["env", "runpath", "runpath", "rpath-root", "mixed"])
        for n in range(self.count):
            self.libs.append(self.library(n))
        for lib in self.libs:
            self.connect(lib)
        for lib in self.libs:
            self.bind(lib)
        self.program = self.make_program()
        self.set_paths()
        self.environment()
        for _ in range(self.r.choice([0, 0, 1, 1, 1, 1, 2, 2, 3])):
            self.spoil()
        self.write()
        self.targets()
        return self.tree

    def library(self, n):
        r = self.r
        stem = f"lib{n}.so"
        file = r.choice([stem, stem, f"lib{n}.so.{r.randint(1, 9)}", f"lib{n}-r{r.randint(1, 99)}.so"])
        soname = r.choice([file, file, file, f"lib{n}.so.0", None])
        obj = Object(soname=soname, hash_style=r.choice(["gnu", "gnu", "both", "sysv"]), split=self.chance(0.7),
                     relro=self.chance(0.4), relative=r.randint(0, 4), stack=r.choice(["plain"] * 9 + ["none"]))
        if self.chance(0.25):
            obj.flags |= DF_BIND_NOW
        if self.chance(0.15):
            obj.flags_1 |= DF_1_NOW
        if self.chance(0.1):
            obj.flags |= DF_SYMBOLIC
        if self.chance(0.1):
            obj.flags_1 |= r.choice([DF_1_NODELETE, DF_1_GLOBAL, DF_1_NODEFLIB])
        if self.chance(0.05):
            obj.flags_1 |= 1 << r.randint(9, 25)
        asked_as = soname if soname and self.chance(0.85) else file
        lib = Lib(n, file, r.choice(FOLDERS), obj, asked_as)
        if self.chance(0.4):
            lib.versions = [f"L{n}_1.0", f"L{n}_2.0"][:r.randint(1, 2)]
            obj.defines_versions += lib.versions
        self.definitions(lib)
        return lib

    def version_for(self, lib):
        return self.r.choice(lib.versions) if lib.versions and self.chance(0.85) else None

    def definitions(self, lib):
        r, n = self.r, lib.n
        for k in range(r.randint(1, 4)):
            version = self.version_for(lib)
            lib.obj.define(f"f{n}_{k}", version=version, bind=r.choice(["global"] * 8 + ["weak", "unique"]),
                           hidden=bool(version) and self.chance(0.1), value=n)
            if version and len(lib.versions) == 2 and self.chance(0.3):
                other = lib.versions[lib.versions[0] == version]
                lib.obj.define(f"f{n}_{k}", version=other, hidden=True)
        if self.chance(0.5):
            lib.obj.define(f"d{n}", DATA, size=r.choice([4, 8, 16, 64]), version=self.version_for(lib))
        if self.chance(0.2):
            lib.obj.define(f"t{n}", TLS, size=r.choice([4, 8, 40, 200]), align=r.choice([4, 8, 16, 64]),
                           version=self.version_for(lib))
        if self.chance(0.1):
            lib.obj.define(f"i{n}", IFUNC, version=self.version_for(lib))
        if self.chance(0.05):
            lib.obj.define(f"c{n}", ABS, value=r.choice([0, 5, 1 << 40]))
        if self.chance(0.1):
            lib.obj.define("common", r.choice([FUNC, DATA]), bind=r.choice(["global", "weak", "unique"]))
        if self.chance(0.1):
            lib.obj.relr = r.choice([1, 2, 63, 64, 65, 130])

    def connect(self, lib):
        """Edges go to later libraries, with a cycle now and then."""
        r = self.r
        later = self.libs[lib.n + 1:]
        chosen = [x for x in later if self.chance(2.0 / max(2, len(later)))]
        if later and not chosen and self.chance(0.7):
            chosen = [r.choice(later)]
        if lib.n and self.chance(0.06):
            chosen.append(r.choice(self.libs[:lib.n]))
        if self.chance(0.02):
            chosen.append(lib)
        r.shuffle(chosen)
        lib.needs = chosen
        lib.obj.needed = [x.asked_as for x in chosen]
        if self.chance(0.3):
            lib.obj.needed.insert(r.randint(0, len(chosen)), "libc.so.6")
        if self.chance(0.05):
            lib.obj.needed.append(r.choice(["libm.so.6", "ld-linux-x86-64.so.2", "libpthread.so.0", "libdl.so.2"]))

    def bind(self, lib):
        for provider in lib.needs:
            self.use(lib.obj, provider)
        obj = lib.obj
        if "libc.so.6" in obj.needed:
            for name in self.r.sample(["puts", "malloc", "strlen", "environ", "stdout", "memcpy"], 2):
                version = "GLIBC_2.14" if name == "memcpy" else "GLIBC_2.2.5"
                obj.refer(name, self.r.choice(["plt", "got"]), version=version, file="libc.so.6")
            if obj.relr:
                obj.needs_versions.append(("libc.so.6", "GLIBC_ABI_DT_RELR", False))
        if self.chance(0.1):
            obj.refer(f"w{lib.n}", self.r.choice(["plt", "got", "abs64"]), weak=True)
        for d in list(obj.definitions):
            if d.kind in (FUNC, DATA) and not d.version and self.chance(0.15):
                obj.refer(d.name, "plt" if d.kind == FUNC else "got")
        if any(d.kind == TLS for d in obj.definitions) and self.chance(0.4):
            obj.refer(None, self.r.choice(["tpoff", "dtpmod", "tlsdesc"]))

    def use(self, obj, provider, program=False):
        r = self.r
        pick = [d for d in provider.obj.definitions if d.name != "common" or self.chance(0.5)]
        for d in r.sample(pick, min(len(pick), r.randint(0, 3))):
            if d.kind == TLS:
                via = r.choice(["tpoff", "dtpmod", "tlsdesc", "dtpmod"])
            elif d.kind == DATA:
                via = r.choice(["got", "abs64"] + ["copy"] * 3 * program)
            else:
                via = r.choice(["plt", "plt", "plt", "got", "abs64"])
            if any(x.name == d.name for x in [*obj.definitions, *obj.references]):
                continue
            versioned = d.version is not None and self.chance(0.93)
            obj.refer(d.name, via, weak=self.chance(0.06), size=d.size,
                      version=d.version if versioned else None, file=provider.asked_as if versioned else None)
        if provider.versions and self.chance(0.1):
            obj.needs_versions.append((provider.asked_as, r.choice(provider.versions), self.chance(0.2)))

    def make_program(self):
        r = self.r
        fixed = self.chance(0.25)
        obj = Object(interp=self.interp, fixed=fixed, flags_1=0 if fixed else DF_1_PIE, split=self.chance(0.7),
                     hash_style=r.choice(["gnu", "both", "sysv"]), relative=0 if fixed else r.randint(0, 3))
        if self.chance(0.3):
            obj.flags |= DF_BIND_NOW
        roots = [x for x in self.libs if x.n == 0 or self.chance(0.2)]
        r.shuffle(roots)
        obj.needed = [x.asked_as for x in roots]
        if self.chance(0.4):
            obj.needed.append("libc.so.6")
            obj.refer("puts", "plt", version="GLIBC_2.2.5", file="libc.so.6")
        for x in roots:
            self.use(obj, x, program=True)
        if self.chance(0.1):
            obj.define("common", r.choice([FUNC, DATA, IFUNC]))
        self.program_folder = r.choice(["bin", "a", "."])
        return obj

    # ---- search lists -------------------------------------------------------------------------

    def element(self, source, target):
        """A way of writing folder `target` in a list of an object that lies in `source`."""
        r, top = self.r, self.tree.folder
        up = os.path.relpath(target, source)
        ways = [str(top / target)] * 3 + [f"$ORIGIN/{up}"] * 4 + [f"${{ORIGIN}}/{up}/", str(top / target) + "//"]
        if self.chance(0.04):
            ways = [target, f"./{target}/", f"{target}/."]
        return r.choice(ways)

    def junk(self):
        top = self.tree.folder
        return self.r.choice(["/nowhere", "", "$FOO/lib", f"{top}/$FOO", f"{top}/${{NOPE}}/x", "nowhere", ":", ".",
                              f"{top}/file", "file", f"{top}/loop", f"{top}/$LIB", "$ORIGIN/$PLATFORM",
                              f"{top}/${{PLATFORM}}", f"{top}/noaccess", "x" * 300, "$ORIGIN/" + "y" * 5000,
                              "$", "${ORIGIN", f"{top}/a;{top}/b", "$ORIGINAL", "$LIBRARY", f"{top}/fol der"])

    def path_list(self, source, targets):
        items = [self.element(source, t) for t in dict.fromkeys(targets)]
        if self.chance(0.3):
            self.r.shuffle(items)
        if self.chance(0.2):
            items.insert(self.r.randint(0, len(items)), self.junk())
        return ":".join(items)

    def set_paths(self):
        r = self.r
        everywhere = list(dict.fromkeys(x.folder for x in self.libs))
        for lib in self.libs:
            own = [x.folder for x in lib.needs]
            if self.strategy == "runpath" and own:
                lib.obj.runpath = self.path_list(lib.folder, own)
            elif self.strategy == "mixed" and own:
                which = r.choice(["runpath", "runpath", "rpath", "rpath", "both", "both", "none"])
                if which in ("runpath", "both"):
                    lib.obj.runpath = self.path_list(lib.folder, own)
                if which in ("rpath", "both"):
                    lib.obj.rpath = self.path_list(lib.folder, own if self.chance(0.5) else everywhere)
            elif self.strategy == "rpath-root" and lib.n == 0:
                lib.obj.rpath = self.path_list(lib.folder, everywhere)
            elif self.chance(0.02):
                lib.obj.runpath = self.junk()
        direct = [x.folder for x in self.libs if x.asked_as in self.program.needed]
        kind = "rpath" if self.strategy in ("rpath-root", "mixed") and self.chance(0.7) else "runpath"
        if self.strategy != "env" or self.chance(0.3):
            setattr(self.program, kind, self.path_list(self.program_folder,
                                                       everywhere if kind == "rpath" else direct))

    def environment(self):
        r, top, env = self.r, self.tree.folder, self.tree.env
        folders = list(dict.fromkeys(x.folder for x in self.libs))
        if self.strategy == "env" or self.chance(0.4):
            if self.strategy != "env" and self.chance(0.5):
                folders = r.sample(folders, r.randint(0, len(folders)))
            r.shuffle(folders)
            items = [str(top / f) if self.chance(0.95) else f for f in folders]
            while self.chance(0.2):
                items.insert(r.randint(0, len(items)), self.junk().replace("$ORIGIN", "$NOORIGIN")
                             .replace("${ORIGIN", "${NOORIGIN"))
            env["LD_LIBRARY_PATH"] = r.choice([":", ":", ":", ";"]).join(items)
        if self.chance(0.12):
            env["LD_BIND_NOW"] = r.choice(["1", "", "no"])
        if self.chance(0.1):
            self.preload()
        if self.chance(0.06):
            env["GLIBC_TUNABLES"] = r.choice(["glibc.rtld.dynamic_sort=1", "glibc.rtld.optional_static_tls=4096",
                                              "glibc.rtld.optional_static_tls=0", "glibc.rtld.nns=16",
                                              "glibc.rtld.dynamic_sort=2:glibc.rtld.optional_static_tls=0x2000"])
        if self.chance(0.02):
            env["LD_DYNAMIC_WEAK"] = "1"
        self.tree.cwd = top / r.choice([".", ".", ".", *(x.folder for x in self.libs), "empty"])

    def preload(self):
        lib = self.r.choice(self.libs)
        path = str(self.tree.folder / lib.folder / lib.file)
        names = [self.r.choice([path.replace(" ", "?"), lib.asked_as, "libnope.so", "/nowhere/x.so"])
                 for _ in range(self.r.randint(1, 2))]
        self.tree.env["LD_PRELOAD"] = self.r.choice([":", " "]).join(names)
        self.note("preload")

    # ---- what goes wrong ----------------------------------------------------------------------

    def spoil(self):
        lib = self.r.choice(self.libs)
        kind = self.r.choice(SPOILERS)
        self.note(f"{kind.__name__.lstrip('_')} {lib.file}")
        kind(self, lib)

    def provider_of(self, lib):
        """Somebody that others need, if there is anybody."""
        needed = [x for x in self.libs if any(x in y.needs for y in self.libs)]
        return self.r.choice(needed) if needed else lib

    def write(self):
        top = self.tree.folder
        for f in [*FOLDERS, "bin", "empty", MULTIARCH, "x86_64", "$FOO", "fol der"]:
            (top / f).mkdir(parents=True, exist_ok=True)
        (top / "file").write_text("a file, no folder\n")
        os.symlink("loop", top / "loop")
        (top / "noaccess").mkdir()
        for lib in self.libs:
            path = top / lib.folder / lib.file
            if lib.data == MISSING:
                continue
            if callable(lib.data):
                lib.data(path, lib)
            else:
                path.write_bytes(lib.data if lib.data is not None else lib.obj.to_bytes())
                path.chmod(lib.mode)
            # Under the name that others ask for, as ldconfig and packages do.
            if lib.asked_as != lib.file and self.chance(0.96):
                os.symlink(lib.file, top / lib.folder / lib.asked_as)
        for path, data in getattr(self, "copies", []):
            full = top / path
            full.parent.mkdir(parents=True, exist_ok=True)
            if not os.path.lexists(full):
                full.write_bytes(data)
        self.program.write(top / self.program_folder / "prog")
        (top / "noaccess").chmod(0o755 if self.unprivileged is None else 0)

    def targets(self):
        r, t = self.r, self.tree
        lib = self.libs[0] if self.chance(0.8) else r.choice(self.libs)
        path = t.folder / lib.folder / lib.file
        t.opens.append(r.choice([str(path), self.relative(path)]))
        if self.chance(0.4):
            name = r.choice(self.libs).asked_as
            if "/" not in name and "$" not in name and not os.path.lexists(t.cwd / name):
                t.opens.append(name)
        t.starts.append(r.choice([self.relative(t.folder / self.program_folder / "prog"),
                                  str(t.folder / self.program_folder / "prog")]))
        if self.unprivileged is not None and any("unreadable" in n for n in t.notes):
            t.user = self.unprivileged

    def relative(self, path):
        if self.absolute:
            return str(path)
        name = os.path.relpath(path, self.tree.cwd)
        return name if "/" in name else f"./{name}"


# ---- damage: each takes the maker and a library -----------------------------------------------

MISSING = "missing"


def _missing(m, lib):
    m.provider_of(lib).data = MISSING


def _asked_by_other_name(m, lib):
    lib = m.provider_of(lib)
    for x in [*m.libs]:
        x.obj.needed = [f"libold{lib.n}.so" if n == lib.asked_as and m.chance(0.5) else n for n in x.obj.needed]


def _as_bytes(change):
    def spoiler(m, lib):
        lib = m.provider_of(lib) if m.chance(0.6) else lib
        lib.data = change(m, bytearray(lib.obj.to_bytes()))
    spoiler.__name__ = change.__name__
    return spoiler


@_as_bytes
def _truncated(m, data):
    return bytes(data[:m.r.randint(0, len(data))])


@_as_bytes
def _truncated_early(m, data):
    return bytes(data[:m.r.choice([1, 4, 16, 52, 63, 64, 65, 119, 120, 400, 600])])


@_as_bytes
def _empty(m, data):
    return b""


@_as_bytes
def _text(m, data):
    return m.r.choice([b"not an ELF file\n", b"INPUT(-lfoo)\n", b"#!/bin/sh\n" + b"# text\n" * 20,
                       b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 12345\n",
                       b"!<arch>\n" + b" " * 80, b"MZ" + bytes(200), b"\xcf\xfa\xed\xfe" + bytes(100),
                       b"\x7fELF" + b"x" * 100])


@_as_bytes
def _other_class(m, data):
    data[4] = 1
    return bytes(data)


@_as_bytes
def _other_machine(m, data):
    struct.pack_into("<H", data, 18, m.r.choice([183, 3, 40, 243, 0, 21]))
    return bytes(data)


@_as_bytes
def _header_byte(m, data):
    at = m.r.choice([0, 1, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 17, 18, 20, 21])
    data[at] = m.r.choice([0, 1, 2, 3, 4, 9, 255])
    return bytes(data)


@_as_bytes
def _header_field(m, data):
    at, kind, values = m.r.choice([(16, "H", [0, 1, 2, 3, 4, 0xFE00]), (20, "I", [0, 2]),
                                   (32, "Q", [0x7000000, 1 << 40]), (54, "H", [0, 32, 55, 57]),
                                   (56, "H", [0, 1, 2, 200, 2000])])
    struct.pack_into("<" + kind, data, at, m.r.choice(values))
    return bytes(data)


PT_LOAD, PT_DYNAMIC, PT_TLS = 1, 2, 7
# Values that the loader has an answer to; others make it read what happens to lie in memory.
_SEGMENT_VALUES = {
    PT_LOAD: [(8, "Q", [0x10, 0x1000, 0x100000]), (16, "Q", [0x10, 0x1234]), (40, "Q", [0x7FFFFFFFF000, 1 << 46]),
              (48, "Q", [0, 1, 8, 0x10, 0x2000, 0x10000, 0x200000, 3])],
    PT_DYNAMIC: [(0, "I", [0, 0x60000000]), (32, "Q", [0]), (48, "Q", [0, 1, 0x1000])],
    PT_TLS: [(48, "Q", [1, 2, 32, 128, 4096])],
}


@_as_bytes
def _segment_field(m, data):
    bases = [64 + 56 * i for i in range(struct.unpack_from("<H", data, 56)[0])]
    kinds = {base: struct.unpack_from("<I", data, base)[0] for base in bases}
    base = m.r.choice([b for b in bases if kinds[b] in _SEGMENT_VALUES])
    at, form, values = m.r.choice(_SEGMENT_VALUES[kinds[base]])
    struct.pack_into("<" + form, data, base + at, m.r.choice(values))
    return bytes(data)


@_as_bytes
def _no_dynamic(m, data):
    for i in range(struct.unpack_from("<H", data, 56)[0]):
        if struct.unpack_from("<I", data, 64 + 56 * i)[0] == 2:
            struct.pack_into("<I", data, 64 + 56 * i, 0)
    return bytes(data)


def _placed(put):
    def spoiler(m, lib):
        lib = m.provider_of(lib) if m.chance(0.7) else lib
        lib.data = put
    spoiler.__name__ = put.__name__
    return spoiler


@_placed
def _directory(path, lib):
    path.mkdir()


@_placed
def _dangling_link(path, lib):
    os.symlink("gone.so", path)


@_placed
def _link_loop(path, lib):
    os.symlink(path.name, path)


@_placed
def _unreadable(path, lib):
    path.write_bytes(lib.obj.to_bytes())
    path.chmod(0)


@_placed
def _hard_linked(path, lib):
    path.write_bytes(lib.obj.to_bytes())
    other = path.parent / f"lib{lib.n}-other.so"
    os.link(path, other)


def _undefined_function(m, lib):
    lib.obj.refer(f"missing_fn{lib.n}", "plt")


def _undefined_data(m, lib):
    lib.obj.refer(m.r.choice([f"missing_data{lib.n}", "_ZN3foo3barEv"]), m.r.choice(["got", "abs64"]))


def _undefined_version(m, lib):
    lib = m.provider_of(lib)
    users = [x for x in m.libs if lib in x.needs]
    if users:
        user = m.r.choice(users)
        if m.chance(0.5):
            user.obj.needs_versions.append((lib.asked_as, f"L{lib.n}_9.9", m.chance(0.3)))
        else:
            user.obj.refer(f"f{lib.n}_0v", "plt", version=m.r.choice(lib.versions or ["L_9"]), file=lib.asked_as)


def _glibc_too_old(m, lib):
    if "libc.so.6" not in lib.obj.needed:
        lib.obj.needed.append("libc.so.6")
    lib.obj.needs_versions.append(("libc.so.6", m.r.choice(["GLIBC_2.99", "GLIBC_2.36", "GLIBC_PRIVATE"]), False))


def _lost_symbol(m, lib):
    lib = m.provider_of(lib)
    if len(lib.obj.definitions) > 1:
        lib.obj.definitions.remove(m.r.choice(lib.obj.definitions))
    if not any(d.kind == TLS for d in lib.obj.definitions):
        # Relocations against its own TLS are no symbol's, and without TLS there are none.
        lib.obj.references = [r for r in lib.obj.references if r.name is not None]


def _lost_version(m, lib):
    lib = m.provider_of(lib)
    for d in lib.obj.definitions:
        d.version, d.hidden = None, False
    if m.chance(0.5):
        lib.obj.defines_versions = []


def _version_without_need(m, lib):
    lib.obj.needs_versions.append((m.r.choice(["libgone.so.1", "libm.so.6", m.r.choice(m.libs).asked_as]), "V_1", False))


def _hidden_symbol(m, lib):
    lib = m.provider_of(lib)
    d = m.r.choice(lib.obj.definitions)
    d.visibility = m.r.choice(["hidden", "internal", "protected"])


def _local_symbol(m, lib):
    lib = m.provider_of(lib)
    m.r.choice(lib.obj.definitions).bind = "local"


def _no_hash(m, lib):
    m.provider_of(lib).obj.hash_style = "none"


def _big_tls(m, lib):
    lib.obj.define(f"big{lib.n}", TLS, size=m.r.choice([500, 1000, 1500, 1600, 1664, 1700, 5000, 100000]),
                   align=m.r.choice([1, 8, 16, 64, 64, 128, 4096, 8192]))
    lib.obj.refer(f"big{lib.n}" if m.chance(0.6) else None, m.r.choice(["tpoff", "tpoff", "tpoff", "tlsdesc", "dtpmod"]))
    if m.chance(0.3):
        lib.obj.tls_residue = m.r.choice([8, 16, 24, 40])
    if m.chance(0.5):
        lib.obj.flags |= DF_STATIC_TLS


def _isa(m, lib):
    lib.obj.isa = m.r.choice([1, 3, 2, 7, 8, 0x40000000, 0x8000])


def _abi_note(m, lib):
    lib.obj.abi_note = (m.r.choice([0, 0, 1, 3]), m.r.choice([2, 3, 6, 99]), 0, 0)


def _no_open(m, lib):
    lib.obj.flags_1 |= m.r.choice([DF_1_NOOPEN, DF_1_PIE])


def _executable(m, lib):
    lib = m.provider_of(lib)
    lib.obj.interp = m.interp
    if m.chance(0.5):
        lib.obj.fixed, lib.obj.flags_1 = True, 0
    else:
        lib.obj.flags_1 |= DF_1_PIE


def _exec_stack(m, lib):
    lib.obj.stack = m.r.choice(["exec", "none"])


def _relr_unmarked(m, lib):
    lib.obj.relr = 5
    if "libc.so.6" not in lib.obj.needed:
        lib.obj.needed.append("libc.so.6")
    lib.obj.needs_versions = [x for x in lib.obj.needs_versions if x[1] != "GLIBC_ABI_DT_RELR"]
    lib.obj.needs_versions.append(("libc.so.6", "GLIBC_2.2.5", False))


def _relocation_type(m, lib):
    if m.chance(0.3):
        lib.obj.refer(f"f{lib.n}_0", "got", type=m.r.choice([0x77, 0x177, 9, 200]))
    elif lib.obj.references:
        m.r.choice(lib.obj.references).type = m.r.choice([0x77, 0x177, 43, 0, 9])
    else:
        lib.obj.refer("weakling", "got", weak=True, type=0x77)


def _filter(m, lib):
    lib.obj.extra.append((m.r.choice([DT_AUXILIARY, DT_FILTER]),
                          m.r.choice(["libnofilter.so", m.r.choice(m.libs).asked_as, "libm.so.6"])))


def _need_with_slash(m, lib):
    other = m.r.choice(m.libs)
    lib.obj.needed.append(m.r.choice([
        f"{other.folder}/{other.file}", f"./{other.file}", str(m.tree.folder / other.folder / other.file),
        f"$ORIGIN/{os.path.relpath(other.folder, lib.folder)}/{other.file}", "/nowhere/lib.so", "$ORIGIN/none.so",
        "$FOO/none.so", "", "$LIB/none.so"]))


def _no_default_folders(m, lib):
    lib.obj.flags_1 |= DF_1_NODEFLIB
    lib.obj.needed.append(m.r.choice(["libc.so.6", "libm.so.6", "libz.so.1"]))


def _copy_elsewhere(m, lib):
    """Another build of a library in a folder that may come first."""
    lib = m.provider_of(lib)
    twin = m.library(lib.n)
    twin.obj.soname = lib.obj.soname if m.chance(0.8) else m.r.choice([None, f"libtwin{lib.n}.so"])
    data = bytearray(twin.obj.to_bytes())
    damage = m.r.random()
    if damage < 0.15:
        data = b""
    elif damage < 0.3:
        data[4] = 1
    elif damage < 0.45:
        struct.pack_into("<H", data, 18, 183)
    elif damage < 0.55:
        data = b"some text that is longer than the sixty-four bytes of an ELF header, to be sure\n"
    elif damage < 0.8:
        data = lib.obj.to_bytes()
    folder = m.r.choice([*FOLDERS, "$FOO", "x86_64", MULTIARCH, "empty"])
    m.copies = [*getattr(m, "copies", []), (f"{folder}/{lib.asked_as}", bytes(data))]


def _capability_folder(m, lib):
    lib = m.provider_of(lib)
    sub = m.r.choice(["glibc-hwcaps/x86-64-v2", "glibc-hwcaps/x86-64-v3", "glibc-hwcaps/x86-64-v4", "x86_64", "tls",
                      "tls/x86_64", "tls/x86_64/x86_64", "x86_64/x86_64", "haswell", "avx512_1", "haswell/x86_64",
                      "glibc-hwcaps", "glibc-hwcaps/x86-64-v1"])
    data = m.r.choice([lib.obj.to_bytes(), b"", m.library(lib.n).obj.to_bytes()])
    m.copies = [*getattr(m, "copies", []), (f"{lib.folder}/{sub}/{lib.asked_as}", data)]


def _from_elsewhere(m, lib):
    m.tree.cwd = m.tree.folder / "empty"


def _cut_path(m, lib):
    lib.obj.runpath = m.r.choice(["", "/nowhere", "$ORIGIN", m.junk()])


def _program_symbol_lost(m, lib):
    m.program.refer(f"gone{lib.n}", m.r.choice(["plt", "plt", "got", "copy"]))


def _needed_twice(m, lib):
    lib.obj.needed += lib.obj.needed[:2]


def _same_soname(m, lib):
    other = m.r.choice(m.libs)
    other.obj.soname = lib.obj.soname


def _protected_data(m, lib):
    lib.obj.define("protected_data", DATA, size=m.r.choice([4, 16]), visibility="protected")
    m.program.refer("protected_data", "copy", size=m.r.choice([4, 16]))


def _copy_size(m, lib):
    lib.obj.define("sized", DATA, size=m.r.choice([4, 16, 64]))
    m.program.refer("sized", "copy", size=m.r.choice([4, 16, 64]))


def _preloaded(m, lib):
    m.preload()


SPOILERS = [
    _missing, _missing, _missing, _asked_by_other_name, _truncated, _truncated, _truncated, _truncated_early, _empty,
    _text, _text, _other_class, _other_machine, _header_byte, _header_byte, _header_field, _segment_field,
    _segment_field, _no_dynamic, _directory, _dangling_link, _link_loop, _unreadable, _unreadable, _hard_linked,
    _undefined_function, _undefined_function, _undefined_data, _undefined_data, _undefined_version,
    _undefined_version, _glibc_too_old, _lost_symbol, _lost_symbol, _lost_version, _lost_version,
    _version_without_need, _hidden_symbol, _local_symbol, _no_hash, _big_tls, _big_tls, _big_tls, _isa, _isa, _abi_note,
    _no_open, _no_open, _executable, _exec_stack, _relr_unmarked, _relocation_type, _relocation_type, _filter,
    _need_with_slash, _need_with_slash, _no_default_folders, _copy_elsewhere, _copy_elsewhere, _capability_folder,
    _capability_folder, _from_elsewhere, _cut_path, _program_symbol_lost, _needed_twice, _same_soname,
    _protected_data, _copy_size, _preloaded,
]
