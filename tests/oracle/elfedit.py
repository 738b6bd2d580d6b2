"""Edit ELF files in place: both classes, both byte orders, without asking whether the result is sane.

    with Elf("liba.so") as e:
        e.header("e_machine", 0)
        e.segment(PT_LOAD, 1, "p_align", 0x10)
        e.rename("V2", "V9")

Edits never move anything, so what is not named keeps its bytes. Names of fields are those of
elf.h. A file that cannot hold the edit raises EditError.
"""
import struct

PT_LOAD, PT_DYNAMIC, PT_INTERP, PT_NOTE, PT_TLS = 1, 2, 3, 4, 7
PT_GNU_STACK, PT_GNU_RELRO, PT_GNU_PROPERTY = 0x6474E551, 0x6474E552, 0x6474E553
DT_NULL, DT_NEEDED, DT_PLTRELSZ, DT_HASH, DT_STRTAB, DT_SYMTAB, DT_RELA, DT_RELASZ = 0, 1, 2, 4, 5, 6, 7, 8
DT_STRSZ, DT_SONAME, DT_RPATH, DT_SYMBOLIC, DT_JMPREL, DT_RUNPATH, DT_FLAGS = 10, 14, 15, 16, 23, 29, 30
DT_GNU_HASH, DT_FLAGS_1 = 0x6FFFFEF5, 0x6FFFFFFB
DT_VERSYM, DT_VERDEF, DT_VERNEED = 0x6FFFFFF0, 0x6FFFFFFC, 0x6FFFFFFE
DF_1_NOW, DF_1_NODEFLIB, DF_1_NOOPEN, DF_1_PIE = 1, 0x800, 0x40, 0x8000000
VERSION_TAGS = (0x6FFFFFF0, 0x6FFFFFFC, 0x6FFFFFFD, 0x6FFFFFFE, 0x6FFFFFFF)

# name -> (format, offset for 32 bit, offset for 64 bit); N is a native word.
_HEADER = {
    "e_type": ("H", 16, 16), "e_machine": ("H", 18, 18), "e_version": ("I", 20, 20),
    "e_entry": ("N", 24, 24), "e_phoff": ("N", 28, 32), "e_shoff": ("N", 32, 40),
    "e_flags": ("I", 36, 48), "e_ehsize": ("H", 40, 52), "e_phentsize": ("H", 42, 54),
    "e_phnum": ("H", 44, 56), "e_shentsize": ("H", 46, 58), "e_shnum": ("H", 48, 60),
    "e_shstrndx": ("H", 50, 62),
}
_SEGMENT = {
    "p_type": ("I", 0, 0), "p_flags": ("I", 24, 4), "p_offset": ("N", 4, 8), "p_vaddr": ("N", 8, 16),
    "p_paddr": ("N", 12, 24), "p_filesz": ("N", 16, 32), "p_memsz": ("N", 20, 40),
    "p_align": ("N", 28, 48),
}
_SYMBOL = {
    "st_name": ("I", 0, 0), "st_value": ("N", 4, 8), "st_size": ("N", 8, 16),
    "st_info": ("B", 12, 4), "st_other": ("B", 13, 5), "st_shndx": ("H", 14, 6),
}


class EditError(Exception):
    pass


def sysv_hash(name):
    h = 0
    for c in name.encode():
        h = (h << 4) + c
        g = h & 0xF0000000
        h = (h ^ g >> 24) & ~g & 0xFFFFFFFF
    return h


def gnu_hash(name):
    h = 5381
    for c in name.encode():
        h = (h * 33 + c) & 0xFFFFFFFF
    return h


class Elf:
    def __init__(self, path, data=None):
        """`data` is a buffer to be used instead of the file's bytes, if only to read."""
        self.path, self.data = path, data
        if data is None:
            with open(path, "rb") as f:
                self.data = bytearray(f.read())
        self.is64 = self.data[4] == 2
        self.order = ">" if self.data[5] == 2 else "<"

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            self.save()

    def save(self, path=None):
        with open(path or self.path, "wb") as f:
            f.write(self.data)

    # ---- raw ----------------------------------------------------------------------------------

    def _format(self, kind):
        return self.order + (("Q" if self.is64 else "I") if kind == "N" else kind)

    def get(self, offset, kind):
        return struct.unpack_from(self._format(kind), self.data, offset)[0]

    def put(self, offset, kind, value):
        struct.pack_into(self._format(kind), self.data, offset, value)

    def truncate(self, size):
        del self.data[size:]

    def _field(self, table, base, name, value):
        kind, off32, off64 = table[name]
        offset = base + (off64 if self.is64 else off32)
        if value is None:
            return self.get(offset, kind)
        self.put(offset, kind, value)
        return value

    # ---- header and program headers -----------------------------------------------------------

    def header(self, name, value=None):
        return self._field(_HEADER, 0, name, value)

    def ident(self, index, value):
        self.data[index] = value

    def _segment_base(self, p_type, n):
        for i in range(self.header("e_phnum")):
            base = self.header("e_phoff") + i * (56 if self.is64 else 32)
            if self.get(base, "I") == p_type:
                if n == 0:
                    return base
                n -= 1
        raise EditError(f"{self.path}: no segment of type {p_type:#x}")

    def segment(self, p_type, n, name, value=None):
        """Field of the n-th segment of that type."""
        return self._field(_SEGMENT, self._segment_base(p_type, n), name, value)

    def has_segment(self, p_type):
        try:
            return bool(self._segment_base(p_type, 0) or True)
        except EditError:
            return False

    def offset_of(self, address):
        n = 0
        while True:
            start = self.segment(PT_LOAD, n, "p_vaddr")
            if start <= address < start + self.segment(PT_LOAD, n, "p_filesz"):
                return address - start + self.segment(PT_LOAD, n, "p_offset")
            n += 1

    # ---- dynamic section ----------------------------------------------------------------------

    def dynamic(self):
        """(offset, tag, value) of every entry up to DT_NULL."""
        offset = self.segment(PT_DYNAMIC, 0, "p_offset")
        word = 8 if self.is64 else 4
        while True:
            tag = self.get(offset, "N")
            yield offset, tag, self.get(offset + word, "N")
            if tag == DT_NULL:
                return
            offset += 2 * word

    def tag(self, tag):
        for _, t, value in self.dynamic():
            if t == tag:
                return value
        return None

    def _entry(self, tag):
        for offset, t, _ in self.dynamic():
            if t == tag:
                return offset
        raise EditError(f"{self.path}: no dynamic entry {tag:#x}")

    def set_tag(self, tag, value):
        self.put(self._entry(tag) + (8 if self.is64 else 4), "N", value)

    def retag(self, old, new):
        self.put(self._entry(old), "N", new)

    def drop_need(self, name):
        """Forget a DT_NEEDED entry and leave everything else, version records too, as it is."""
        for offset, tag, value in self.dynamic():
            if tag == DT_NEEDED and self.string(value) == name:
                self.put(offset, "N", 0x6FFFFD00)
                return
        raise EditError(f"{self.path}: {name} is not needed")

    def unversion(self):
        """Make the file look as if it had no symbol versions at all."""
        for tag in VERSION_TAGS:
            if self.tag(tag) is not None:
                self.retag(tag, 0x6FFFFE00 + (tag & 0xFF))

    # ---- strings, symbols, versions, relocations ----------------------------------------------

    def string(self, offset):
        start = self.offset_of(self.tag(DT_STRTAB)) + offset
        return bytes(self.data[start:self.data.find(b"\0", start)]).decode()

    def rename(self, old, new):
        """Overwrite a string of the dynamic string table; hashes of version records follow."""
        if len(new) > len(old):
            raise EditError("the new name is longer")
        base, size = self.offset_of(self.tag(DT_STRTAB)), self.tag(DT_STRSZ)
        at = bytes(self.data[base:base + size]).find(b"\0" + old.encode() + b"\0") + 1
        if at == 0:
            raise EditError(f"{self.path}: no string {old!r}")
        self.data[base + at:base + at + len(old)] = new.encode().ljust(len(old), b"\0")
        for offset, name in self.needed_versions():
            if name == at:
                self.put(offset, "I", sysv_hash(new))
        for offset, name in self.defined_versions():
            if name == at:
                self.put(offset + 8, "I", sysv_hash(new))

    def needed_versions(self):
        """(offset, name) of every Vernaux record."""
        if self.tag(DT_VERNEED) is None:
            return
        record = self.offset_of(self.tag(DT_VERNEED))
        while True:
            aux = record + self.get(record + 8, "I")
            while True:
                yield aux, self.get(aux + 8, "I")
                if not self.get(aux + 12, "I"):
                    break
                aux += self.get(aux + 12, "I")
            if not self.get(record + 12, "I"):
                return
            record += self.get(record + 12, "I")

    def defined_versions(self):
        """(offset, name) of every Verdef record."""
        if self.tag(DT_VERDEF) is None:
            return
        record = self.offset_of(self.tag(DT_VERDEF))
        while True:
            yield record, self.get(record + self.get(record + 12, "I"), "I")
            if not self.get(record + 16, "I"):
                return
            record += self.get(record + 16, "I")

    def weaken_version(self, name):
        for offset, at in self.needed_versions():
            if self.string(at) == name:
                self.put(offset + 4, "H", 2)
                return
        raise EditError(f"{self.path}: no needed version {name}")

    def _symbol_base(self, index):
        return self.offset_of(self.tag(DT_SYMTAB)) + index * (24 if self.is64 else 16)

    def symbol_index(self, name):
        """Walks the table; it must be followed by the string table, as every linker does it."""
        end = self.offset_of(self.tag(DT_STRTAB))
        index = 0
        while self._symbol_base(index) < end:
            if self.string(self._field(_SYMBOL, self._symbol_base(index), "st_name", None)) == name:
                return index
            index += 1
        raise EditError(f"{self.path}: no symbol {name}")

    def symbol(self, name, field, value=None):
        return self._field(_SYMBOL, self._symbol_base(self.symbol_index(name)), field, value)

    def symbol_version(self, name, value):
        offset = self.offset_of(self.tag(DT_VERSYM)) + 2 * self.symbol_index(name)
        self.put(offset, "H", value)

    def relocation_type(self, name, value):
        """Change the type of the first RELA relocation against a symbol (64 bit)."""
        index = self.symbol_index(name)
        for table, size in ((DT_RELA, DT_RELASZ), (DT_JMPREL, DT_PLTRELSZ)):
            if self.tag(table) is None:
                continue
            start = self.offset_of(self.tag(table))
            for offset in range(start, start + self.tag(size), 24):
                if self.get(offset + 8, "N") >> 32 == index:
                    self.put(offset + 8, "N", index << 32 | value)
                    return
        raise EditError(f"{self.path}: no relocation against {name}")

    def need_isa(self, bits):
        """Turn the first property of the note into GNU_PROPERTY_X86_ISA_1_NEEDED."""
        start = self.segment(PT_GNU_PROPERTY, 0, "p_offset") + 16
        for offset, value in zip(range(start, start + 12, 4), (0xC0008002, 4, bits)):
            self.put(offset, "I", value)
