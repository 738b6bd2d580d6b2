/* elf_edit_priv.h - what the elf_edit*.c files share. Not for others.
 *
 * An edit runs in four steps. The edits change the model (elf_edit.c): a list of dynamic entries, of
 * program headers, of names in the version needs. The strings of that model get places
 * (elf_edit_strings.c). The model becomes patches (elf_edit_layout.c, elf_edit_grow.c,
 * elf_edit_front.c; section headers follow in elf_edit_sections.c). Then the patched file is read
 * again and compared with the model and with the old file (elf_edit_check.c).
 */
#ifndef DLWHY_REPAIR_ELF_EDIT_PRIV_H
#define DLWHY_REPAIR_ELF_EDIT_PRIV_H

#include "object/elf_object.h"
#include "object/elfconst.h"
#include "repair/elf_edit.h"

/* An entry of the dynamic section. */
struct edit_dyn {
	uint64_t tag, value;
	const char *text; /* the new string that `value` will be the place of; NULL: value stands */
	uint64_t at;      /* its address in the old file, 0: it is new */
};

/* A name in DT_VERNEED: the file that versions are wanted of. */
struct edit_file_name {
	uint64_t offset; /* of vn_file in the file */
	uint64_t value;
	const char *text; /* as in edit_dyn */
};

struct edit_phdr {
	struct elf_phdr h;
	uint64_t paddr;
	bool added, widened; /* it is new; it has grown and may have become writable */
};

/* A place that moves: to a new address and another part of the file. */
struct edit_move {
	bool done, followed; /* followed: a section header has been found for it */
	bool placed;         /* it has a place already, in what another has left */
	uint64_t old_addr, old_offset, addr, offset, size; /* size: the new one, in bytes */
	uint64_t tag;        /* of the dynamic entry that holds the address, 0: none does */
};

/* Bytes of the string table that get another text; [from, to) of the table, the final NUL not in it. */
struct edit_rewrite {
	uint64_t from, to;
	const char *text;
};

struct edit {
	struct arena *a;
	const struct elf *old;
	const char *refused;

	struct { struct edit_dyn *items; size_t n, cap; } dyn; /* without the DT_NULL at its end */
	uint64_t dyn_offset, dyn_slots;  /* in the file; entries that have room there, DT_NULL included */
	bool dyn_changed;
	struct { struct edit_file_name *items; size_t n, cap; } files;
	struct { struct edit_phdr *items; size_t n, cap; } phdrs;
	const char *interp;              /* new, or NULL */
	bool stack_added;

	struct view strings;             /* the table as DT_STRSZ bounds it; empty: there is none of use */
	uint64_t strings_offset;
	struct { uint64_t *items; size_t n, cap; } freed; /* strings the model no longer needs */
	struct { struct edit_rewrite *items; size_t n, cap; } rewrites;
	struct arena_text added;         /* what the string table grows by */

	struct edit_move dynamic, strtab, interp_place, table; /* `table`: the program headers */
	struct { struct edit_move *items; size_t n, cap; } front; /* moved as they are: elf_edit_front.c */
	struct { struct patch *items; size_t n, cap; } patches;
	uint64_t size;                   /* of the new file */
};

/* Bytes of an entry of the dynamic section, and of a program header. */
static inline uint64_t edit_dyn_size(const struct elf *e)
{
	return e->is64 ? sizeof(Elf64_Dyn) : sizeof(Elf32_Dyn);
}

static inline uint64_t edit_phdr_size(const struct elf *e)
{
	return e->is64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
}

static inline uint64_t edit_word_size(const struct elf *e)
{
	return e->is64 ? 8 : 4;
}

static inline uint64_t edit_word(const struct elf *e, const unsigned char *p)
{
	return e->is64 ? load64(p, e->swap) : load32(p, e->swap);
}

/* Do n bytes at a and bn bytes at b have any in common? */
static inline bool edit_overlap(uint64_t a, uint64_t n, uint64_t b, uint64_t bn)
{
	return a < b ? b - a < n : a - b < bn;
}

/* Do n bytes at off lie in `of` bytes at `from`? */
static inline bool edit_inside(uint64_t off, uint64_t n, uint64_t from, uint64_t of)
{
	return off >= from && off - from <= of && n <= of - (off - from);
}

/* What stands where nothing is: zero, or what patchelf writes over what it has moved away. */
static inline bool edit_is_filler(unsigned char byte)
{
	return byte == 0 || byte == 'X' || byte == 'Z';
}

static inline uint64_t edit_align(uint64_t x, uint64_t align)
{
	return (x + (align - 1)) & ~(align - 1);
}

/* Where a pointer into the old file lies in it. */
static inline uint64_t edit_offset(const struct elf *e, const void *p)
{
	return (uint64_t)((const unsigned char *)p - e->file.p);
}

/* Numbers in the file's byte order. */
void edit_store16(const struct elf *e, unsigned char *p, uint16_t x);
void edit_store32(const struct elf *e, unsigned char *p, uint32_t x);
void edit_store_word(const struct elf *e, unsigned char *p, uint64_t x);

/* Does the value of a dynamic entry with that tag name a string? Of a tag that nobody knows it may. */
bool edit_tag_is_string(uint64_t tag);
bool edit_tag_may_be_string(uint64_t tag);

/* The first reason stays. */
void edit_refuse(struct edit *ed, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* n bytes that the caller fills, which will stand at that offset. */
unsigned char *edit_patch(struct edit *ed, uint64_t offset, uint64_t n);

/* ---- version records: those of DT_VERNEED, then those of DT_VERDEF --------------------------- */

enum edit_record_kind { EDIT_RECORD_FILE, EDIT_RECORD_VERSION, EDIT_RECORD_NAMELESS };
struct edit_record {
	enum edit_record_kind kind; /* whether it names a file, a version or nothing */
	uint64_t offset;     /* of the record in the file */
	uint32_t size;       /* of the record, in bytes */
	uint64_t at;         /* offset in the file of the 32-bit word that is the place of the name */
	uint32_t string;     /* that word */
};
/* Calls fn for each, in the order of the links, until it returns true (then true). */
bool edit_each_record(const struct elf *e, bool (*fn)(void *ctx, const struct edit_record *), void *ctx);

/* ---- the steps ------------------------------------------------------------------------------- */

/* How many symbols refer to the string table, as the hash tables or section headers tell; 0: not known. */
uint64_t edit_symbol_count(const struct elf *e);
/* Gives every new text of the model a place in the string table. */
void edit_place_strings(struct edit *ed);
/* Turns the model into patches. */
void edit_lay_out(struct edit *ed);
/* What has no room where it is gets some at the end of the file: sets the edit_moves, program headers and
 * size. */
void edit_grow(struct edit *ed);
/* Patches of section headers, and of symbols of sections that have moved. */
void edit_sections_follow(struct edit *ed);
/* The end of what program headers and section headers know of the file. */
uint64_t edit_known_end(const struct elf *e);
/* The segment that maps n bytes at off of the file, NULL if none does as a whole. */
const struct elf_phdr *edit_segment_of(const struct elf *e, uint64_t off, uint64_t n);
/* Bytes behind the program headers that nothing uses. */
uint64_t edit_room_behind_phdrs(const struct elf *e);
/* Makes room behind the program headers for n of them in all: what stands there is marked to move. False: it
 * cannot, and nothing is marked. */
bool edit_clear_front(struct edit *ed, uint64_t n);
/* Can strings in the string table be overwritten, as far as section headers tell? */
bool edit_strings_are_private(const struct edit *ed);
/* Reads the patched file again. Refuses if anything is otherwise than the model says. */
void edit_check(struct edit *ed);

#endif
