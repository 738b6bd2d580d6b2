/* elf_empty.c - see elf_empty.h. One segment with everything: header, dynamic section, an empty symbol
 * table, a hash table without symbols, one string. System V gABI, chapters 4 and 5. */
#include "object/elf_empty.h"

#include <string.h>

#include "object/elfconst.h"

enum { AT_PHDRS = 0x40, AT_DYNAMIC = 0x100, AT_SYMBOLS = 0x200, AT_HASH = 0x240, AT_STRINGS = 0x280 };

struct writer {
	unsigned char *p;
	bool is64, big_endian;
	size_t at;
};

static void put(struct writer *w, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		w->p[w->at + i] = (unsigned char)(value >> 8 * (w->big_endian ? size - 1 - i : i));
	w->at += size;
}

static void word(struct writer *w, uint64_t value)
{
	put(w, value, w->is64 ? 8 : 4);
}

static void header(struct writer *w, uint16_t machine, uint32_t flags)
{
	memcpy(w->p, ELFMAG, SELFMAG);
	w->p[EI_CLASS] = w->is64 ? ELFCLASS64 : ELFCLASS32;
	w->p[EI_DATA] = w->big_endian ? ELFDATA2MSB : ELFDATA2LSB;
	w->p[EI_VERSION] = EV_CURRENT;
	w->at = EI_NIDENT;
	put(w, ET_DYN, 2);
	put(w, machine, 2);
	put(w, EV_CURRENT, 4);
	word(w, 0);
	word(w, AT_PHDRS);
	word(w, 0);
	put(w, flags, 4);
	put(w, w->is64 ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr), 2);
	put(w, w->is64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr), 2);
	put(w, 2, 2);
}

static void segment(struct writer *w, uint32_t type, uint64_t offset, uint64_t size, uint64_t align)
{
	put(w, type, 4);
	if (w->is64)
		put(w, PF_R, 4);
	word(w, offset);
	word(w, offset);
	word(w, offset);
	word(w, size);
	word(w, size);
	if (!w->is64)
		put(w, PF_R, 4);
	word(w, align);
}

static void entry(struct writer *w, uint64_t tag, uint64_t value)
{
	word(w, tag);
	word(w, value);
}

bool elf_empty(unsigned char *buf, uint16_t machine, bool is64, bool big_endian, uint32_t flags,
	       const char *soname, struct view *out)
{
	struct writer w = { buf, is64, big_endian, 0 };
	size_t n = strlen(soname) + 1, size = AT_STRINGS + 1 + n;

	*out = (struct view){ buf, 0 };
	if (n > ELF_EMPTY_NAME)
		return false;
	header(&w, machine, flags);
	w.at = AT_PHDRS;
	segment(&w, PT_LOAD, 0, size, 0x10000);
	segment(&w, PT_DYNAMIC, AT_DYNAMIC, AT_SYMBOLS - AT_DYNAMIC, 8);
	w.at = AT_DYNAMIC;
	entry(&w, DT_SONAME, 1);
	entry(&w, DT_HASH, AT_HASH);
	entry(&w, DT_STRTAB, AT_STRINGS);
	entry(&w, DT_SYMTAB, AT_SYMBOLS);
	entry(&w, DT_STRSZ, 1 + n);
	entry(&w, DT_SYMENT, is64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym));
	w.at = AT_HASH;
	put(&w, 1, 4);
	put(&w, 1, 4);
	memcpy(buf + AT_STRINGS + 1, soname, n);
	out->n = size;
	return true;
}
