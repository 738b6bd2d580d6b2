"""Write PE files (.dll, .pyd, .exe) without a compiler or a linker.

    image = Image(imports={"b.dll": ["f", 3]}, exports={"a": None, "g": "c.h"})
    image.write("a.dll")

The result is as a linker would write it as far as the loader looks: headers, one section, import, delay and
export tables, resources, load configuration. The entry point succeeds at once: a program ends with 0. Exports
without a forwarder lead to a byte of data.
"""
import dataclasses
import struct

X86, X64, ARM64 = 0x14C, 0x8664, 0xAA64
FILE_ALIGN, SECTION_ALIGN = 0x200, 0x1000
# return 1 of a DLL, with the convention of its machine
DLL_ENTRY = {X86: bytes.fromhex("b801000000c20c00"), X64: bytes.fromhex("b801000000c3"),
             ARM64: bytes.fromhex("20008052c0035fd6")}
PROGRAM_ENTRY = {X86: bytes.fromhex("31c0c3"), X64: bytes.fromhex("31c0c3"), ARM64: bytes.fromhex("00008052c0035fd6")}
FALSE, CRASH = bytes.fromhex("31c0c3"), bytes.fromhex("c604251000000001c3")   # x64: return 0; *(char *)16 = 1
EXPORT, IMPORT, RESOURCE, CERTIFICATE, CONFIG, DELAY, CLR = 0, 1, 2, 4, 10, 13, 14


def align(n, to):
    return (n + to - 1) // to * to


@dataclasses.dataclass
class Image:
    imports: dict = dataclasses.field(default_factory=dict)   # DLL: names (str) and ordinals (int)
    delay: dict = dataclasses.field(default_factory=dict)     # the same, loaded at the first call
    exports: dict = dataclasses.field(default_factory=dict)   # name: None, or "module.name" of a forwarder
    ordinals: int = 0             # further functions without a name, numbered behind the named ones
    name: str = "image.dll"       # what it calls itself in its exports
    dll: bool = True
    machine: int = X64
    subsystem: tuple = (6, 0)     # oldest Windows
    linker: tuple = (14, 0)       # its version: that of Visual C++
    dependent_flags: int = 0
    chpe: bool = False            # ARM64EC with X64, ARM64X with ARM64
    manifest: str = None
    version: tuple = None         # of the file: four numbers
    signed: bool = False
    il_only: bool = False
    bound: bool = False
    entry: bytes = None           # code of the entry point: FALSE and CRASH are those of DLLs that fail
    apiset: bytes = None          # a section of that name with a schema: see apiset.py

    @property
    def is64(self):
        return self.machine != X86

    def write(self, path):
        with open(path, "wb") as f:
            f.write(self.bytes())

    # ---- the one section ------------------------------------------------------------------------

    def bytes(self):
        entry = self.entry or (DLL_ENTRY if self.dll else PROGRAM_ENTRY)[self.machine]
        self.body = bytearray(entry + bytes(16 - len(entry)))    # it begins at SECTION_ALIGN
        dirs = [(0, 0)] * 16
        for index, make in ((EXPORT, self._exports), (IMPORT, self._imports), (DELAY, self._delay),
                            (RESOURCE, self._resources), (CONFIG, self._config), (CLR, self._clr)):
            at = make()
            if at is not None:
                dirs[index] = at
        return self._file(dirs)

    def _put(self, data, alignment=8):
        self.body += bytes(-len(self.body) % alignment)
        rva = SECTION_ALIGN + len(self.body)
        self.body += data
        return rva

    def _text(self, s):
        return self._put(s.encode() + b"\0", 1)

    def _patch(self, rva, fmt, *values):
        struct.pack_into(fmt, self.body, rva - SECTION_ALIGN, *values)

    def _thunks(self, symbols):
        out = []
        for s in symbols:
            if isinstance(s, int):
                out.append((1 << (63 if self.is64 else 31)) | s)
            else:
                out.append(self._put(struct.pack("<H", 0) + s.encode() + b"\0", 2))
        return struct.pack("<%d%s" % (len(out) + 1, "Q" if self.is64 else "I"), *out, 0)

    def _imports(self):
        if not self.imports:
            return None
        rows = []
        for dll, symbols in self.imports.items():
            names, addresses = self._put(self._thunks(symbols)), self._put(self._thunks(symbols))
            rows.append((names, 0xFFFFFFFF if self.bound else 0, 0, self._text(dll), addresses))
        table = b"".join(struct.pack("<5I", *row) for row in rows) + bytes(20)
        return self._put(table), len(table)

    def _delay(self):
        if not self.delay:
            return None
        rows = []
        for dll, symbols in self.delay.items():
            names, addresses = self._put(self._thunks(symbols)), self._put(self._thunks(symbols))
            rows.append((1, self._text(dll), self._put(bytes(8)), addresses, names, 0, 0, 0))
        table = b"".join(struct.pack("<8I", *row) for row in rows) + bytes(32)
        return self._put(table), len(table)

    def _exports(self):
        if not self.exports and not self.ordinals:
            return None
        begin = self._put(bytes(40))
        names = sorted(self.exports)
        functions = []
        for n in names:
            functions.append(self._text(self.exports[n]) if self.exports[n] else None)
        table = self._put(bytes(4 * (len(names) + self.ordinals)))
        name_table = self._put(b"".join(struct.pack("<I", self._text(n)) for n in names))
        ordinal_table = self._put(b"".join(struct.pack("<H", i) for i in range(len(names))))
        own = self._text(self.name)
        end = self._put(b"\0")
        for i in range(len(names) + self.ordinals):
            rva = functions[i] if i < len(names) and functions[i] else end
            self._patch(table + 4 * i, "<I", rva)
        self._patch(begin, "<IIHHIIIIIII", 0, 0, 0, 0, own, 1, len(names) + self.ordinals, len(names), table,
                    name_table, ordinal_table)
        return begin, end - begin

    def _resources(self):
        found = []
        if self.manifest is not None:
            found.append((24, 2 if self.dll else 1, self.manifest.encode()))
        if self.version is not None:
            a, b, c, d = self.version
            fixed = struct.pack("<6I", 0xFEEF04BD, 0x10000, a << 16 | b, c << 16 | d, a << 16 | b, c << 16 | d)
            head = struct.pack("<HHH", 40 + 52, 52, 0) + "VS_VERSION_INFO\0".encode("utf-16-le")
            found.append((16, 1, head + bytes(-len(head) % 4) + fixed + bytes(28)))
        if not found:
            return None
        found.sort()
        size = 16 + 8 * len(found) + len(found) * (24 + 24 + 16)
        begin = self._put(bytes(size))
        root = struct.pack("<IIHHHH", 0, 0, 0, 0, 0, len(found))
        rest, at = b"", 16 + 8 * len(found)
        for kind, number, data in found:
            root += struct.pack("<II", kind, 0x80000000 | at)
            rest += struct.pack("<IIHHHHII", 0, 0, 0, 0, 0, 1, number, 0x80000000 | (at + 24))
            rest += struct.pack("<IIHHHHII", 0, 0, 0, 0, 0, 1, 1033, at + 48)
            rest += struct.pack("<IIII", self._put(data), len(data), 0, 0)
            at += 64
        self.body[begin - SECTION_ALIGN:begin - SECTION_ALIGN + size] = root + rest
        return begin, SECTION_ALIGN + len(self.body) - begin

    def _config(self):
        if not self.dependent_flags and not self.chpe:
            return None
        table = bytearray(0x100)
        struct.pack_into("<I", table, 0, len(table))
        struct.pack_into("<H", table, 0x4E if self.is64 else 0x36, self.dependent_flags)
        if self.chpe:
            struct.pack_into("<Q", table, 0xC8, 0x180001000)
        return self._put(table), len(table)

    def _clr(self):
        if not self.il_only:
            return None
        table = bytearray(72)
        struct.pack_into("<I", table, 0, 72)
        struct.pack_into("<I", table, 16, 1)
        return self._put(table), len(table)

    # ---- headers --------------------------------------------------------------------------------

    def _file(self, dirs):
        raw = align(len(self.body), FILE_ALIGN)
        if self.signed:
            dirs[CERTIFICATE] = (FILE_ALIGN + raw, 8)
        optional = struct.pack("<HBBIIIII", 0x20B if self.is64 else 0x10B, *self.linker, raw, 0, 0, SECTION_ALIGN,
                               SECTION_ALIGN)
        optional += struct.pack("<Q", 0x180000000) if self.is64 else struct.pack("<II", 0, 0x10000000)
        optional += struct.pack("<IIHHHHHHIIIIHH", SECTION_ALIGN, FILE_ALIGN, 6, 0, 0, 0, *self.subsystem, 0,
                                SECTION_ALIGN + align(len(self.body), SECTION_ALIGN)
                                + align(len(self.apiset or b""), SECTION_ALIGN), FILE_ALIGN, 0, 3, 0x140)
        optional += struct.pack("<4Q2I" if self.is64 else "<4I2I", 0x100000, 0x1000, 0x100000, 0x1000, 0, 16)
        optional += b"".join(struct.pack("<II", *d) for d in dirs)
        flags = 0x22 | (0x2000 if self.dll else 0) | (0 if self.is64 else 0x100)
        head = b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0"
        more = align(len(self.apiset), FILE_ALIGN) if self.apiset else 0
        head += struct.pack("<HHIIIHH", self.machine, 2 if more else 1, 0, 0, 0, len(optional), flags) + optional
        head += b".rdata\0\0" + struct.pack("<IIIIIIHHI", len(self.body), SECTION_ALIGN, raw, FILE_ALIGN, 0, 0, 0,
                                            0, 0xE0000060)
        if more:
            rva = SECTION_ALIGN + align(len(self.body), SECTION_ALIGN)
            head += b".apiset\0" + struct.pack("<IIIIIIHHI", len(self.apiset), rva, more, FILE_ALIGN + raw, 0, 0, 0,
                                               0, 0x40000040)
        assert len(head) <= FILE_ALIGN
        data = head + bytes(FILE_ALIGN - len(head)) + self.body + bytes(raw - len(self.body))
        if more:
            data += self.apiset + bytes(more - len(self.apiset))
        return data + (struct.pack("<IHH", 8, 0x200, 2) if self.signed else b"")
