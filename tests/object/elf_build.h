/* elf_build.h - small ELF files made in memory, for tests.
 *
 * One PT_LOAD shows the whole file at address 0, so addresses are offsets, and each table has a
 * fixed place. A test puts in what it is about and leaves the rest out. image_open hands the reader
 * a copy that is exactly as long as the file, so that the sanitizers see a read behind the end.
 */
#ifndef DLWHY_TESTS_OBJECT_ELF_BUILD_H
#define DLWHY_TESTS_OBJECT_ELF_BUILD_H

#include <stdlib.h>

#include "object/elf.h"
#include "object/elfconst.h"

enum {
	AT_PHDRS = 0x40,
	AT_DYNAMIC = 0x400,
	AT_STRINGS = 0x800,
	AT_SYMBOLS = 0xa00,
	AT_HASH = 0xc00,
	AT_VERSYM = 0xe00,
	AT_VERNEED = 0xf00,
	AT_VERDEF = 0x1000,
	AT_REL = 0x1100,
	AT_RELA = 0x1300,
	AT_NOTES = 0x1500,
	AT_SECTIONS = 0x1700,
	AT_FREE = 0x1a00,
	IMAGE_SIZE = 0x2000
};

struct image {
	unsigned char bytes[IMAGE_SIZE];
	size_t n; /* bytes that image_open takes */
	bool is64, big;
	uint16_t nphdrs;
	size_t ndyn, nsym, nstring;
	unsigned char *copy;
};

/* Which file: both classes, both byte orders. */
struct format {
	bool is64, big;
};
static const struct format formats[] = { { true, false }, { true, true }, { false, false },
					 { false, true } };
#define EACH_FORMAT(f) (const struct format *f = formats; f < formats + 4; f++)

/* ---- numbers ------------------------------------------------------------------------------ */

static inline void image_put(struct image *im, size_t off, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		size_t shift = 8 * (im->big ? size - 1 - i : i);

		im->bytes[off + i] = (unsigned char)(value >> shift);
	}
}

static inline void image_16(struct image *im, size_t off, uint64_t value)
{
	image_put(im, off, value, 2);
}

static inline void image_32(struct image *im, size_t off, uint64_t value)
{
	image_put(im, off, value, 4);
}

static inline size_t image_wordsize(const struct image *im)
{
	return im->is64 ? 8 : 4;
}

/* A word of the class. */
static inline void image_word(struct image *im, size_t off, uint64_t value)
{
	image_put(im, off, value, image_wordsize(im));
}

/* ---- parts of a file ---------------------------------------------------------------------- */

static inline void image_phdr(struct image *im, struct elf_phdr ph)
{
	size_t w = image_wordsize(im);
	size_t p = AT_PHDRS + im->nphdrs++ * (im->is64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr));

	image_32(im, p, ph.type);
	image_32(im, p + (im->is64 ? 4 : 24), ph.flags);
	p += im->is64 ? 8 : 4;
	image_word(im, p, ph.offset);
	image_word(im, p + w, ph.vaddr);
	image_word(im, p + 3 * w, ph.filesz);
	image_word(im, p + 4 * w, ph.memsz);
	image_word(im, p + (im->is64 ? 5 * w : 6 * w), ph.align);
	image_16(im, im->is64 ? 56 : 44, im->nphdrs);
}

static inline void image_load(struct image *im, uint64_t vaddr, uint64_t offset, uint64_t filesz,
			      uint64_t memsz)
{
	image_phdr(im, (struct elf_phdr){ .type = PT_LOAD, .flags = PF_R, .offset = offset,
					  .vaddr = vaddr, .filesz = filesz, .memsz = memsz,
					  .align = 4096 });
}

/* The header, no program headers yet. */
static inline void image_bare(struct image *im, const struct format *f)
{
	size_t w = f->is64 ? 8 : 4;
	size_t tail = 24 + 3 * w;

	memset(im, 0, sizeof(*im));
	im->is64 = f->is64;
	im->big = f->big;
	im->n = IMAGE_SIZE;
	im->nstring = 1;
	memcpy(im->bytes, ELFMAG, SELFMAG);
	im->bytes[EI_CLASS] = f->is64 ? ELFCLASS64 : ELFCLASS32;
	im->bytes[EI_DATA] = f->big ? ELFDATA2MSB : ELFDATA2LSB;
	im->bytes[EI_VERSION] = EV_CURRENT;
	image_16(im, 16, ET_DYN);
	image_16(im, 18, EM_X86_64);
	image_32(im, 20, EV_CURRENT);
	image_word(im, 24 + w, AT_PHDRS);
	image_16(im, tail + 6, f->is64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr));
	image_16(im, tail + 10, f->is64 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr));
}

/* Header, one PT_LOAD, PT_DYNAMIC. */
static inline void image_init(struct image *im, const struct format *f)
{
	image_bare(im, f);
	image_load(im, 0, 0, IMAGE_SIZE, IMAGE_SIZE);
	image_phdr(im, (struct elf_phdr){ .type = PT_DYNAMIC, .offset = AT_DYNAMIC,
					  .vaddr = AT_DYNAMIC, .filesz = 0x400, .memsz = 0x400 });
}

static inline void image_dyn(struct image *im, uint64_t tag, uint64_t value)
{
	size_t w = image_wordsize(im);
	size_t p = AT_DYNAMIC + im->ndyn++ * 2 * w;

	image_word(im, p, tag);
	image_word(im, p + w, value);
}

/* Adds to the string table; returns the offset in it. */
static inline uint32_t image_string(struct image *im, const char *s)
{
	size_t off = im->nstring;

	memcpy(im->bytes + AT_STRINGS + off, s, strlen(s) + 1);
	im->nstring += strlen(s) + 1;
	return (uint32_t)off;
}

/* Symbol at the next index, which is returned. */
static inline uint32_t image_symbol(struct image *im, const char *name, uint8_t info, uint8_t other,
				    uint16_t shndx, uint64_t value, uint64_t size)
{
	size_t p = AT_SYMBOLS + im->nsym * (im->is64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym));

	image_32(im, p, *name == 0 ? 0 : image_string(im, name));
	if (im->is64) {
		im->bytes[p + 4] = info;
		im->bytes[p + 5] = other;
		image_16(im, p + 6, shndx);
		image_put(im, p + 8, value, 8);
		image_put(im, p + 16, size, 8);
	} else {
		image_32(im, p + 4, value);
		image_32(im, p + 8, size);
		im->bytes[p + 12] = info;
		im->bytes[p + 13] = other;
		image_16(im, p + 14, shndx);
	}
	return (uint32_t)im->nsym++;
}

/* A note at offset p; returns the offset behind it. */
static inline size_t image_note(struct image *im, size_t p, size_t align, const char *owner,
				uint32_t type, const void *desc, size_t n)
{
	size_t name = strlen(owner) + 1;
	size_t at = (12 + name + align - 1) / align * align;

	image_32(im, p, name);
	image_32(im, p + 4, n);
	image_32(im, p + 8, type);
	memcpy(im->bytes + p + 12, owner, name);
	if (n > 0)
		memcpy(im->bytes + p + at, desc, n);
	return p + (at + n + align - 1) / align * align;
}

/* ---- reading it --------------------------------------------------------------------------- */

/* The file and `zeros` bytes behind it, as a mapping shows them. False if there is no memory. */
static inline bool image_open_padded(struct image *im, size_t zeros, struct elf *e)
{
	im->copy = calloc(1, im->n + zeros + 1);
	if (im->copy == NULL)
		return false;
	/* From the end of the block, so that one byte behind the limit is outside it. */
	memcpy(im->copy + 1, im->bytes, im->n);
	return elf_open((struct view){ im->copy + 1, im->n }, im->n + zeros, e);
}

static inline bool image_open(struct image *im, struct elf *e)
{
	return image_open_padded(im, 0, e);
}

static inline void image_close(struct image *im, struct elf *e)
{
	elf_close(e);
	free(im->copy);
	im->copy = NULL;
}

#endif
