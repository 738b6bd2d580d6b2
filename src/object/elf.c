/* elf.c - header and program headers: what decides how a file is mapped.
 *
 * The header (offset and size in bytes, 32-bit / 64-bit file) and who looks at it. "ld.so" is
 * glibc's loader on a library, "kernel" is execve on a program; musl checks e_type only.
 *
 *   offset   size  field         checked by
 *    0        4    magic         ld.so, kernel: 7f 45 4c 46
 *    4        1    EI_CLASS      ld.so: another class is skipped, not refused
 *    5        1    EI_DATA       ld.so
 *    6        1    EI_VERSION    ld.so: 1
 *    7        1    EI_OSABI      ld.so: 0, or 3 (GNU)
 *    8        1    EI_ABIVERSION ld.so: 0 with EI_OSABI 0, a small number with 3
 *    9        7    padding       ld.so: zeros
 *   16        2    e_type        ld.so, kernel, musl: ET_DYN or ET_EXEC
 *   18        2    e_machine     ld.so: another machine is skipped; kernel: refused
 *   20        4    e_version     ld.so: 1
 *   24       4/8   e_entry       nobody
 *   28/32    4/8   e_phoff       ld.so, kernel: the table must lie inside the file
 *   32/40    4/8   e_shoff       nobody: sections are for tools
 *   36/48     4    e_flags       some processors (ARM, MIPS, RISC-V ABI)
 *   40/52     2    e_ehsize      nobody
 *   42/54     2    e_phentsize   ld.so, kernel: 32 or 56 exactly
 *   44/56     2    e_phnum       taken as it is: loaders do not know PN_XNUM
 *   46/58     6    e_shentsize, e_shnum, e_shstrndx   nobody
 *
 * One program header, 32-bit / 64-bit:
 *
 *    0        4    p_type        unknown ones are ignored
 *   24/4      4    p_flags       ld.so: protection; PT_GNU_STACK: stack
 *    4/8     4/8   p_offset      ld.so: congruent to p_vaddr modulo the page
 *    8/16    4/8   p_vaddr
 *   12/24    4/8   p_paddr       nobody
 *   16/32    4/8   p_filesz      nobody compares it with the file's size: SIGBUS comes later
 *   20/40    4/8   p_memsz
 *   28/48    4/8   p_align       glibc before 2.35: a multiple of the page
 */
#include <stdlib.h>

#include "object/elf_priv.h"
#include "object/elfconst.h"

/* PATH_MAX of Linux, final NUL included: the longest interpreter name that execve takes. */
#define INTERP_MAX 4096

static uint64_t add_clamped(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* ---- header ------------------------------------------------------------------------------- */

static void read_ident(struct elf *e)
{
	const unsigned char *p = e->file.p;

	e->is64 = p[EI_CLASS] != ELFCLASS32;
	e->big_endian = p[EI_DATA] == ELFDATA2MSB;
	e->swap = order_swaps(e->big_endian);
	e->ident_version = p[EI_VERSION];
	e->osabi = p[EI_OSABI];
	e->abiversion = p[EI_ABIVERSION];
}

static void read_header(struct elf *e)
{
	const unsigned char *p = e->file.p;
	size_t word = e->is64 ? 8 : 4;
	const unsigned char *tail = p + 24 + 3 * word; /* e_flags */

	e->type = load16(p + 16, e->swap);
	e->machine = load16(p + 18, e->swap);
	e->version = load32(p + 20, e->swap);
	e->entry = elf_word(e, p + 24);
	e->phoff = elf_word(e, p + 24 + word);
	e->shoff = elf_word(e, p + 24 + 2 * word);
	e->flags = load32(tail, e->swap);
	e->phentsize = load16(tail + 6, e->swap);
	e->phnum = load16(tail + 8, e->swap);
	e->shentsize = load16(tail + 10, e->swap);
	e->shnum = load16(tail + 12, e->swap);
	e->shstrndx = load16(tail + 14, e->swap);
}

/* In glibc's order: length, magic, class, byte order. Fields of a header of unknown class or order
 * are read as if it were a 64-bit, little-endian one, for want of better. */
static enum elf_defect open_header(struct elf *e)
{
	const unsigned char *p = e->file.p;

	if (e->file.n < sizeof(Elf32_Ehdr))
		return ELF_TOO_SHORT;
	if (memcmp(p, ELFMAG, SELFMAG) != 0)
		return ELF_NOT_ELF;
	read_ident(e);
	if (e->is64 && e->file.n < sizeof(Elf64_Ehdr))
		return ELF_TOO_SHORT;
	read_header(e);
	if (p[EI_CLASS] != ELFCLASS32 && p[EI_CLASS] != ELFCLASS64)
		return ELF_BAD_CLASS;
	if (p[EI_DATA] != ELFDATA2LSB && p[EI_DATA] != ELFDATA2MSB)
		return ELF_BAD_DATA;
	return ELF_OK;
}

/* ---- program headers ---------------------------------------------------------------------- */

static void read_phdr64(const unsigned char *p, bool swap, struct elf_phdr *out)
{
	out->type = load32(p, swap);
	out->flags = load32(p + 4, swap);
	out->offset = load64(p + 8, swap);
	out->vaddr = load64(p + 16, swap);
	out->filesz = load64(p + 32, swap);
	out->memsz = load64(p + 40, swap);
	out->align = load64(p + 48, swap);
}

static void read_phdr32(const unsigned char *p, bool swap, struct elf_phdr *out)
{
	out->type = load32(p, swap);
	out->offset = load32(p + 4, swap);
	out->vaddr = load32(p + 8, swap);
	out->filesz = load32(p + 16, swap);
	out->memsz = load32(p + 20, swap);
	out->flags = load32(p + 24, swap);
	out->align = load32(p + 28, swap);
}

static void take_load(struct elf *e, const struct elf_phdr *ph)
{
	uint64_t mem = add_clamped(ph->vaddr, ph->memsz);
	uint64_t data = add_clamped(ph->offset, ph->filesz);

	e->nload++;
	if (mem > e->load_end)
		e->load_end = mem;
	if (data > e->file_end)
		e->file_end = data;
}

/* The kernel reads the name by its place in the file, not by its address. */
static void take_interp(struct elf *e, const struct elf_phdr *ph)
{
	struct view v;

	if (e->has_interp)
		return;
	e->has_interp = true;
	e->interp_ph = *ph;
	if (ph->filesz < 2 || ph->filesz > INTERP_MAX ||
	    !view_sub(e->file, ph->offset, ph->filesz, &v) || v.p[v.n - 1] != 0)
		return;
	e->interp = (const char *)v.p;
}

static void take_dynamic(struct elf *e, const struct elf_phdr *ph)
{
	if (ph->filesz == 0 && !e->any_ident) { /* a file of debugging information alone */
		e->empty_dynamic = !e->has_dynamic;
		return;
	}
	e->has_dynamic = true;
	e->empty_dynamic = false;
	e->dynamic = *ph;
}

static void take_phdr(struct elf *e, const struct elf_phdr *ph)
{
	switch (ph->type) {
	case PT_LOAD:
		take_load(e, ph);
		break;
	case PT_DYNAMIC:
		take_dynamic(e, ph);
		break;
	case PT_INTERP:
		take_interp(e, ph);
		break;
	case PT_TLS:
		if (ph->memsz == 0)
			break;
		e->has_tls = true;
		e->tls = *ph;
		break;
	case PT_GNU_STACK:
		e->has_gnu_stack = true;
		e->gnu_stack = *ph;
		break;
	case PT_GNU_RELRO:
		e->has_relro = true;
		e->relro = *ph;
		break;
	default:
		break;
	}
}

/* False if there is no memory. */
static bool read_phdrs(struct elf *e, struct elf_owned *own)
{
	size_t size = e->is64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
	struct view table;

	if (e->phnum == 0)
		return true;
	if (e->phentsize != size)
		e->defect = ELF_BAD_PHDRS;
	if (!view_sub(e->file, e->phoff, e->phnum * size, &table)) {
		e->defect = ELF_BAD_PHDRS;
		return true;
	}
	own->phdrs = calloc(e->phnum, sizeof(*own->phdrs));
	if (own->phdrs == NULL)
		return false;
	for (size_t i = 0; i < e->phnum; i++) {
		if (e->is64)
			read_phdr64(table.p + i * size, e->swap, &own->phdrs[i]);
		else
			read_phdr32(table.p + i * size, e->swap, &own->phdrs[i]);
		take_phdr(e, &own->phdrs[i]);
	}
	e->phdrs = own->phdrs;
	return true;
}

/* ---- open and close ----------------------------------------------------------------------- */

static void start_open(struct view file, uint64_t limit, struct elf *e)
{
	memset(e, 0, sizeof(*e));
	e->file = file;
	e->limit = limit < file.n ? file.n : limit;
	e->dynamic_where = ELF_UNMAPPED;
}

/* False if there is no memory. */
static bool open_rest(struct elf *e)
{
	struct elf_owned *own;

	if (e->defect != ELF_OK)
		return true;
	own = calloc(1, sizeof(*own));
	if (own == NULL)
		return false;
	e->owned = own;
	if (!read_phdrs(e, own) || !elf_map_segments(e) || !elf_read_dynamic(e)) {
		elf_close(e);
		return false;
	}
	return true;
}

bool elf_open(struct view file, uint64_t limit, struct elf *e)
{
	start_open(file, limit, e);
	e->defect = open_header(e);
	return open_rest(e);
}

bool elf_open_as(struct view file, uint64_t limit, bool is64, bool big_endian, struct elf *e)
{
	start_open(file, limit, e);
	e->any_ident = true;
	e->is64 = is64;
	e->big_endian = big_endian;
	e->swap = order_swaps(big_endian);
	e->defect = ELF_TOO_SHORT;
	if (file.n < (is64 ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr)))
		return true;
	e->defect = ELF_OK;
	e->ident_version = file.p[EI_VERSION];
	e->osabi = file.p[EI_OSABI];
	e->abiversion = file.p[EI_ABIVERSION];
	read_header(e);
	return open_rest(e);
}

void elf_close(struct elf *e)
{
	struct elf_owned *own = e->owned;

	if (own == NULL)
		return;
	free(own->phdrs);
	free(own->extents);
	free(own->needs);
	free(own);
	memset(e, 0, sizeof(*e));
}
