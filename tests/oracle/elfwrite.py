"""Write x86-64 shared objects and programs without a compiler or a linker.

    lib = Object(soname="liba.so", needed=["libb.so"])
    lib.define("a_fn", FUNC, version="V1")
    lib.refer("b_fn", via="plt")
    lib.write("liba.so")

Every byte is under control and a thousand files take a second, which is what random trees need. The
result is as a linker would write it as far as the loader looks: segments, dynamic section, hash
tables, versions, relocations, TLS, notes. There are no section headers. Programs (interp set) print
"main" and exit with 0 through system calls, so they need no libc.
"""
import dataclasses
import os
import struct

from elfedit import gnu_hash, sysv_hash

INTERP = "/lib64/ld-linux-x86-64.so.2"
PAGE = 0x1000
FUNC, DATA, TLS, IFUNC, ABS = "func", "data", "tls", "ifunc", "abs"
_TYPE = {FUNC: 2, DATA: 1, TLS: 6, IFUNC: 10, ABS: 0}
_BIND = {"local": 0, "global": 1, "weak": 2, "unique": 10}
_VISIBILITY = {"default": 0, "internal": 1, "hidden": 2, "protected": 3}
# via -> (relocation type, number of words it occupies)
VIA = {"abs64": (1, 1), "copy": (5, 0), "got": (6, 1), "plt": (7, 1), "dtpmod": (16, 2), "dtpoff": (17, 1),
       "tpoff": (18, 1), "tlsdesc": (36, 2)}


@dataclasses.dataclass
class Definition:
    name: str
    kind: str = FUNC
    version: str = None
    hidden: bool = False          # not the default version: name@V instead of name@@V
    bind: str = "global"
    visibility: str = "default"
    size: int = 8
    align: int = 8
    value: int = 1                # what the function returns, or the absolute value


@dataclasses.dataclass
class Reference:
    name: str                     # None: TLS of the object itself, through the null symbol
    via: str = "got"
    weak: bool = False
    version: str = None
    file: str = None              # the file that the version record names
    size: int = 8                 # of a copy
    type: int = None              # another relocation type than via has
    kind: str = None              # symbol type of the undefined symbol


@dataclasses.dataclass
class Object:
    soname: str = None
    needed: list = dataclasses.field(default_factory=list)
    rpath: str = None
    runpath: str = None
    definitions: list = dataclasses.field(default_factory=list)
    references: list = dataclasses.field(default_factory=list)
    defines_versions: list = dataclasses.field(default_factory=list)   # besides those of symbols
    needs_versions: list = dataclasses.field(default_factory=list)     # (file, version, weak)
    hash_style: str = "gnu"       # gnu, sysv, both, none
    flags: int = 0                # DT_FLAGS
    flags_1: int = 0              # DT_FLAGS_1
    relr: int = 0                 # pointers relocated by DT_RELR
    relative: int = 0             # pointers relocated by R_X86_64_RELATIVE
    stack: str = "plain"          # plain, exec, none: PT_GNU_STACK
    isa: int = None               # GNU_PROPERTY_X86_ISA_1_NEEDED
    abi_note: tuple = None        # (os, major, minor, patch)
    extra: list = dataclasses.field(default_factory=list)  # (tag, number or string), after DT_NEEDED
    interp: str = None
    fixed: bool = False           # ET_EXEC
    split: bool = True            # text in a segment of its own
    relro: bool = False
    tls_residue: int = 0          # distance of the TLS image from its alignment, bytes
    init: str = None              # None, "return", "exit", "crash": code of DT_INIT
    bss: int = 0

    def define(self, name, kind=FUNC, **how):
        self.definitions.append(Definition(name, kind, **how))
        return self

    def refer(self, name, via="got", **how):
        self.references.append(Reference(name, via, **how))
        return self

    def to_bytes(self):
        return _Writer(self).build()

    def write(self, path, mode=0o755):
        with open(path, "wb") as f:
            f.write(self.to_bytes())
        os.chmod(path, mode)
        return path


class _Strings:
    def __init__(self):
        self.data = bytearray(1)
        self.at = {"": 0}

    def add(self, s):
        if s not in self.at:
            self.at[s] = len(self.data)
            self.data += os.fsencode(s) + b"\0"
        return self.at[s]


def _align(n, to):
    return (n + to - 1) // to * to


class _Writer:
    def __init__(self, obj):
        self.o = obj
        self.strings = _Strings()
        self.base = 0x400000 if obj.fixed else 0
        self.segments = []          # (type, flags, offset, vaddr, filesz, memsz, align)

    # ---- symbols and versions -----------------------------------------------------------------

    def order_symbols(self):
        refs = []
        for r in self.o.references:
            key = (r.name, r.version, r.file)
            if r.name is not None and r.via != "copy" and key not in [(x.name, x.version, x.file) for x in refs] \
                    and not self.own(r):
                refs.append(r)
        copies = [r for r in self.o.references if r.via == "copy"]
        n = len(self.o.definitions) + len(copies)
        self.buckets = max(1, n // 2)
        defs = [*self.o.definitions, *copies]
        defs.sort(key=lambda d: gnu_hash(d.name) % self.buckets)
        self.symbols = [None, *refs, *defs]
        self.first_defined = 1 + len(refs)

    def own(self, r):
        """An undefined name that the object also defines: the reference uses the definition."""
        return any(d.name == r.name for d in self.o.definitions)

    def index_of(self, r):
        if r.name is None:
            return 0
        for i, s in enumerate(self.symbols):
            if s is not None and s.name == r.name and (isinstance(s, Definition) or
                                                       (s.version, s.file) == (r.version, r.file)):
                return i
        raise KeyError(r.name)

    def number_versions(self):
        o = self.o
        names = list(dict.fromkeys([*o.defines_versions, *(d.version for d in o.definitions if d.version)]))
        self.defined = {name: i + 2 for i, name in enumerate(names)}
        needs = {}
        wanted = [(r.file, r.version, False) for r in o.references if r.version and r.file]
        for file, version, weak in [*wanted, *o.needs_versions]:
            needs.setdefault(file, {}).setdefault(version, [weak, 0])
        number = len(names) + 2
        for versions in needs.values():
            for entry in versions.values():
                entry[1] = number
                number += 1
        self.needs = needs
        self.versioned = bool(names or needs)

    def version_of(self, s):
        if s is None:
            return 0
        if isinstance(s, Definition):
            if s.bind == "local":
                return 0
            return self.defined[s.version] | (0x8000 if s.hidden else 0) if s.version else 1
        if s.version and s.file:
            return self.needs[s.file][s.version][1]
        return 1 if s.via == "copy" else 0

    def verdef(self):
        out = b""
        base = self.o.soname or "a.out"
        items = [(1, 1, base), *((0, i, name) for name, i in self.defined.items())]
        for k, (flags, index, name) in enumerate(items):
            last = k == len(items) - 1
            out += struct.pack("<HHHHIII", 1, flags, index, 1, sysv_hash(name), 20, 0 if last else 28)
            out += struct.pack("<II", self.strings.add(name), 0)
        return out, len(items)

    def verneed(self):
        out = b""
        files = list(self.needs.items())
        for k, (file, versions) in enumerate(files):
            size = 16 + 16 * len(versions)
            last = k == len(files) - 1
            out += struct.pack("<HHIII", 1, len(versions), self.strings.add(file), 16, 0 if last else size)
            for j, (name, (weak, index)) in enumerate(versions.items()):
                out += struct.pack("<IHHII", sysv_hash(name), 2 if weak else 0, index, self.strings.add(name),
                                   0 if j == len(versions) - 1 else 16)
        return out, len(files)

    # ---- hash tables --------------------------------------------------------------------------

    def gnu_table(self):
        defs = self.symbols[self.first_defined:]
        hashes = [gnu_hash(s.name) for s in defs]
        bloom = 0
        for h in hashes:
            bloom |= 1 << h % 64 | 1 << (h >> 6) % 64
        buckets, chain = [0] * self.buckets, []
        for i, h in enumerate(hashes):
            b = h % self.buckets
            buckets[b] = buckets[b] or self.first_defined + i
            end = i + 1 == len(hashes) or hashes[i + 1] % self.buckets != b
            chain.append(h & ~1 | end)
        return struct.pack("<IIIIQ", self.buckets, self.first_defined, 1, 6, bloom) + \
            struct.pack(f"<{len(buckets) + len(chain)}I", *buckets, *chain)

    def sysv_table(self):
        n = len(self.symbols)
        nbuckets = max(1, n // 2)
        buckets, chain = [0] * nbuckets, [0] * n
        for i in range(n - 1, 0, -1):
            b = sysv_hash(self.symbols[i].name) % nbuckets
            chain[i], buckets[b] = buckets[b], i
        return struct.pack(f"<II{nbuckets + n}I", nbuckets, n, *buckets, *chain)

    # ---- code and data ------------------------------------------------------------------------

    def make_text(self):
        text = bytearray()
        self.text_at = {}
        for d in self.o.definitions:
            if d.kind not in (FUNC, IFUNC):
                continue
            self.text_at[id(d)] = len(text)
            if d.kind == IFUNC:
                # lea 9(%rip),%rax; ret; then the function it chooses
                text += b"\x48\x8d\x05\x09\0\0\0\xc3".ljust(16, b"\xcc")
            text += (b"\xb8" + struct.pack("<I", d.value & 0xFFFFFFFF) + b"\xc3").ljust(16, b"\xcc")
        self.init_at = len(text)
        text += {None: b"", "return": b"\xc3", "crash": b"\x0f\x0b",
                 "exit": b"\xb8\x3c\0\0\0\xbf\x21\0\0\0\x0f\x05"}[self.o.init].ljust(16, b"\xcc")
        self.entry_at = len(text)
        # write(1, "main\n", 5); exit(0)
        text += b"\xb8\x01\0\0\0\xbf\x01\0\0\0\x48\x8d\x35\x10\0\0\0\xba\x05\0\0\0\x0f\x05" \
                b"\xb8\x3c\0\0\0\x31\xff\x0f\x05main\n"
        return bytes(text)

    def make_words(self):
        """Slots of the relocations: offsets from the start of the GOT and of the PLT's GOT."""
        self.got, self.plt_got = 0, 24
        self.slots = []
        for r in self.o.references:
            words = VIA[r.via][1]
            if r.via == "plt":
                self.slots.append(("plt", self.plt_got))
                self.plt_got += 8
            elif r.via == "copy":
                self.slots.append(("copy", None))
            else:
                self.slots.append(("got", self.got))
                self.got += 8 * words
        self.relative_at = self.got
        self.got += 8 * self.o.relative
        self.relr_at = self.got
        self.got += 8 * self.o.relr

    def make_tls(self):
        size, align = 0, 1
        self.tls_at = {}
        for d in self.o.definitions:
            if d.kind == TLS:
                size = _align(size, d.align)
                self.tls_at[id(d)] = size
                size += d.size
                align = max(align, d.align)
        self.tls_size, self.tls_align = size, align
        self.tls_image = min(size, 4)

    # ---- layout -------------------------------------------------------------------------------

    def build(self):
        o = self.o
        self.order_symbols()
        self.number_versions()
        self.make_words()
        self.make_tls()
        needed = [(1, n) for n in o.needed]
        named = [(14, o.soname), (15, o.rpath), (29, o.runpath)]
        entries = [*needed, *o.extra, *((t, s) for t, s in named if s is not None)]
        self.entries = [(t, self.strings.add(v) if isinstance(v, str) else v) for t, v in entries]
        for s in self.symbols[1:]:
            self.strings.add(s.name)
        verdef, nverdef = self.verdef() if self.defined else (b"", 0)
        verneed, nverneed = self.verneed() if self.needs else (b"", 0)

        ro = self.read_only(verdef, verneed)
        at, blob = {}, bytearray(64 + 56 * 14)
        for name, data, align in ro:
            blob += bytes(_align(len(blob), align) - len(blob))
            at[name] = len(blob)
            blob += data
        text = self.make_text()
        if o.split:
            blob += bytes(_align(len(blob), PAGE) - len(blob))
        else:
            blob += bytes(_align(len(blob), 16) - len(blob))
        at["text"] = len(blob)
        blob += text
        self.at = {k: v + self.base for k, v in at.items()}
        self.place_data(len(blob))
        blob += bytes(self.data_offset - len(blob))
        blob += self.data(nverdef, nverneed, {n: len(d) for n, d, _ in ro})
        self.fill(blob)
        self.headers(blob, at, len(text), {n: len(d) for n, d, _ in ro})
        return bytes(blob)

    def read_only(self, verdef, verneed):
        o, n = self.o, len(self.symbols)
        plt = sum(r.via == "plt" for r in o.references)
        parts = []
        if o.interp:
            parts.append(("interp", os.fsencode(o.interp) + b"\0", 1))
        if o.isa is not None:
            parts.append(("property", struct.pack("<III4sIIII", 4, 16, 5, b"GNU\0", 0xC0008002, 4, o.isa, 0), 8))
        if o.abi_note:
            parts.append(("abi", struct.pack("<III4s4I", 4, 16, 1, b"GNU\0", *o.abi_note), 4))
        if o.hash_style in ("gnu", "both"):
            parts.append(("gnu_hash", self.gnu_table(), 8))
        if o.hash_style in ("sysv", "both"):
            parts.append(("hash", self.sysv_table(), 8))
        parts.append(("symbols", bytes(24 * n), 8))
        parts.append(("strings", bytes(self.strings.data), 1))
        if self.versioned:
            parts.append(("versym", struct.pack(f"<{n}H", *map(self.version_of, self.symbols)), 2))
        if verdef:
            parts.append(("verdef", verdef, 8))
        if verneed:
            parts.append(("verneed", verneed, 8))
        rela = o.relative + len(o.references) - plt
        if rela:
            parts.append(("rela", bytes(24 * rela), 8))
        if plt:
            parts.append(("jmprel", bytes(24 * plt), 8))
        if o.relr:
            # an address, then bitmaps of 63 words each
            parts.append(("relr", bytes(8 * (1 + (o.relr - 1 + 62) // 63)), 8))
        return parts

    def place_data(self, end):
        o = self.o
        self.data_offset = _align(end, 16)
        # Congruent to the offset, in a page of its own.
        start = self.base + _align(end, PAGE) + self.data_offset % PAGE
        self.data_at = start
        self.ndynamic = len(self.entries) + 32
        self.at["dynamic"] = start
        self.at["got"] = start + 16 * self.ndynamic
        self.at["plt_got"] = self.at["got"] + self.got
        self.at["data"] = self.at["plt_got"] + self.plt_got
        place = self.at["data"]
        self.data_of = {}
        for d in o.definitions:
            if d.kind == DATA:
                place = _align(place, 8)
                self.data_of[id(d)] = place
                place += d.size
        align = min(self.tls_align, 64)
        self.at["tls"] = _align(place, align) + o.tls_residue
        self.file_end = self.at["tls"] + self.tls_image
        place = _align(self.file_end, 16)
        self.copy_of = {}
        for r in o.references:
            if r.via == "copy":
                self.copy_of[id(r)] = place
                place += _align(r.size, 16)
        self.memory_end = place + o.bss

    def value_of(self, s):
        """(st_value, st_shndx, st_size) of an entry of the symbol table."""
        if isinstance(s, Reference):
            return (self.copy_of[id(s)], 9, s.size) if s.via == "copy" else (0, 0, 0)
        if s.kind in (FUNC, IFUNC):
            return self.at["text"] + self.text_at[id(s)], 7, 6
        if s.kind == TLS:
            return self.tls_at[id(s)], 8, s.size
        if s.kind == ABS:
            return s.value, 0xFFF1, 0
        return self.data_of[id(s)], 9, s.size

    def data(self, nverdef, nverneed, sizes):
        o, at = self.o, self.at
        d = list(self.entries)
        if o.init:
            d.append((12, at["text"] + self.init_at))
        for tag, name in ((4, "hash"), (0x6FFFFEF5, "gnu_hash"), (5, "strings"), (6, "symbols")):
            if name in at:
                d.append((tag, at[name]))
        d += [(10, sizes["strings"]), (11, 24)]
        if "jmprel" in at:
            d += [(3, at["plt_got"]), (2, sizes["jmprel"]), (20, 7), (23, at["jmprel"])]
        if "rela" in at:
            d += [(7, at["rela"]), (8, sizes["rela"]), (9, 24)]
            if o.relative:
                d.append((0x6FFFFFF9, o.relative))
        if "relr" in at:
            d += [(36, at["relr"]), (35, sizes["relr"]), (37, 8)]
        if "versym" in at:
            d.append((0x6FFFFFF0, at["versym"]))
        if nverdef:
            d += [(0x6FFFFFFC, at["verdef"]), (0x6FFFFFFD, nverdef)]
        if nverneed:
            d += [(0x6FFFFFFE, at["verneed"]), (0x6FFFFFFF, nverneed)]
        if o.flags:
            d.append((30, o.flags))
        if o.flags_1:
            d.append((0x6FFFFFFB, o.flags_1))
        if o.interp:
            d.append((21, 0))
        out = b"".join(struct.pack("<QQ", t, v) for t, v in d)
        assert len(d) < self.ndynamic
        return out.ljust(self.file_end - self.data_at, b"\0")

    # ---- contents that need addresses ---------------------------------------------------------

    def file_offset(self, address):
        return address - self.data_at + self.data_offset

    def fill(self, blob):
        self.fill_symbols(blob)
        self.fill_relocations(blob)

    def fill_symbols(self, blob):
        place = self.at["symbols"] - self.base
        for i, s in enumerate(self.symbols[1:], 1):
            value, section, size = self.value_of(s)
            if isinstance(s, Definition):
                kind, bind, other = _TYPE[s.kind], _BIND[s.bind], _VISIBILITY[s.visibility]
            else:
                kind = _TYPE[s.kind] if s.kind else {"copy": 1, "tpoff": 6, "dtpmod": 6, "tlsdesc": 6}.get(s.via, 0)
                bind, other = (2 if s.weak else 1), 0
            struct.pack_into("<IBBHQQ", blob, place + 24 * i, self.strings.at[s.name], bind << 4 | kind, other,
                             section, value, size)

    def fill_relocations(self, blob):
        o, at = self.o, self.at
        rela, jmprel = [], []
        for i in range(o.relative):
            rela.append((at["got"] + self.relative_at + 8 * i, 8, at["text"]))
        for r, (where, slot) in zip(o.references, self.slots):
            kind = VIA[r.via][0] if r.type is None else r.type
            index = self.index_of(r)
            if where == "copy":
                rela.append((self.copy_of[id(r)], index << 32 | kind, 0))
            elif where == "plt":
                address = at["plt_got"] + slot
                struct.pack_into("<Q", blob, self.file_offset(address), at["text"])
                jmprel.append((address, index << 32 | kind, 0))
            else:
                rela.append((at["got"] + slot, index << 32 | kind, 0))
        for name, table in (("rela", rela), ("jmprel", jmprel)):
            for i, entry in enumerate(table):
                struct.pack_into("<QQQ", blob, at[name] - self.base + 24 * i, *entry)
        if "plt_got" in at:
            struct.pack_into("<Q", blob, self.file_offset(at["plt_got"]), at["dynamic"])
        self.fill_relr(blob)

    def fill_relr(self, blob):
        n = self.o.relr
        if not n:
            return
        place, first = self.at["relr"] - self.base, self.at["got"] + self.relr_at
        words, left = [first], n - 1
        while left > 0:
            here = min(left, 63)
            words.append((1 << here) - 1 << 1 | 1)
            left -= here
        struct.pack_into(f"<{len(words)}Q", blob, place, *words)
        for i in range(n):
            struct.pack_into("<Q", blob, self.file_offset(first + 8 * i), self.at["text"])

    # ---- headers ------------------------------------------------------------------------------

    def headers(self, blob, at, text_size, sizes):
        o, base = self.o, self.base
        ph = []
        if o.interp:
            ph.append([6, 4, 64, base + 64, 0, 0, 8])
            ph.append([3, 4, at["interp"], base + at["interp"], sizes["interp"], sizes["interp"], 1])
        end = at["text"] + text_size
        if o.split:
            ph.append([1, 4, 0, base, at["text"], at["text"], PAGE])
            ph.append([1, 5, at["text"], base + at["text"], text_size, text_size, PAGE])
        else:
            ph.append([1, 5, 0, base, end, end, PAGE])
        ph.append([1, 6, self.data_offset, self.data_at, self.file_end - self.data_at,
                   self.memory_end - self.data_at, PAGE])
        dynamic = 16 * self.ndynamic
        ph.append([2, 6, self.data_offset, self.data_at, dynamic, dynamic, 8])
        if o.isa is not None:
            for kind in (4, 0x6474E553):
                ph.append([kind, 4, at["property"], base + at["property"], 32, 32, 8])
        if o.abi_note:
            ph.append([4, 4, at["abi"], base + at["abi"], 32, 32, 4])
        if self.tls_size:
            tls = self.at["tls"]
            ph.append([7, 4, self.file_offset(tls), tls, self.tls_image, self.tls_size, self.tls_align])
        if o.stack != "none":
            ph.append([0x6474E551, 7 if o.stack == "exec" else 6, 0, 0, 0, 0, 16])
        if o.relro:
            ph.append([0x6474E552, 4, self.data_offset, self.data_at, dynamic, dynamic, 1])
        if o.interp:
            ph[0][4] = ph[0][5] = 56 * len(ph)
        entry = self.at["text"] + self.entry_at if o.interp else 0
        ident = b"\x7fELF\x02\x01\x01" + bytes(9)
        struct.pack_into("<16sHHIQQQIHHHHHH", blob, 0, ident, 2 if o.fixed else 3, 62, 1, entry, 64, 0, 0, 64,
                         56, len(ph), 64, 0, 0)
        for i, (kind, flags, offset, vaddr, filesz, memsz, align) in enumerate(ph):
            struct.pack_into("<IIQQQQQQ", blob, 64 + 56 * i, kind, flags, offset, vaddr, vaddr, filesz, memsz,
                             align)
