/* elf.h - reading ELF files as a loader reads them: by program headers and the dynamic section.
 *
 * Sources: System V gABI chapters 4 and 5, the psABIs for machine numbers and relocation types,
 * glibc's elf/elf.h for the GNU extensions. Section headers are used as a help only
 * (elf_section_*), never to decide how a file loads.
 *
 * A struct elf is immutable once elf_open has returned and may be read by many threads. It borrows
 * the file's bytes. Nothing is copied: tables are read in place, in either byte order and class.
 *
 * Two limits matter. `file.n` is the size of the file. `limit` is that size rounded up to the page:
 * what a mapping shows, zeros behind the end included. An access at or past `limit` inside a
 * segment is what kills a real process with SIGBUS.
 */
#ifndef DLWHY_OBJECT_ELF_H
#define DLWHY_OBJECT_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/view.h"

/* What a file is, by its first bytes. */
enum file_kind {
	FILE_ELF,
	FILE_EMPTY,
	FILE_TEXT,          /* plain text that is none of those below */
	FILE_SCRIPT,        /* begins with #! */
	FILE_LINKER_SCRIPT, /* GNU ld script: INPUT, GROUP, OUTPUT_FORMAT */
	FILE_LFS_POINTER,   /* "version https://git-lfs.github.com/spec/" */
	FILE_ANNEX_POINTER, /* git-annex link kept as text */
	FILE_HTML,          /* a web page saved under a library's name */
	FILE_ARCHIVE,       /* "!<arch>\n" */
	FILE_THIN_ARCHIVE,
	FILE_PE,
	FILE_MACHO,
	FILE_MACHO_FAT,
	FILE_JAVA_CLASS,
	FILE_ZIP,
	FILE_GZIP,
	FILE_XZ,
	FILE_ZSTD,
	FILE_BZIP2,
	FILE_LLVM_BITCODE,
	FILE_WASM,
	FILE_ZEROS,         /* nothing but zero bytes */
	FILE_DATA           /* anything else */
};
enum file_kind file_kind(struct view bytes);
/* "a Git LFS pointer (the real file was never downloaded)": what to call it, for a person. */
const char *file_kind_name(enum file_kind k);

struct elf_phdr {
	uint32_t type, flags;
	uint64_t offset, vaddr, filesz, memsz, align;
};

struct elf_sym {
	uint32_t name;           /* offset in the string table */
	uint8_t type, bind, vis; /* STT_*, STB_*, STV_* */
	uint16_t shndx;
	uint64_t value, size;
};

struct elf_rel {
	uint64_t offset;
	uint32_t type, sym;
	int64_t addend; /* 0 for REL */
};

/* The values of a 64-bit address range that the file describes: where it lies in the file. */
enum elf_where {
	ELF_HERE,     /* the bytes are there */
	ELF_PAST_END, /* in a segment, but past the end of the file: SIGBUS in a real process */
	ELF_UNMAPPED  /* in no segment's file part */
};

/* A run of addresses that shows a run of the file. The extents of a file are in rising order of
 * address, do not overlap, and no two neighbours could be one. */
struct elf_extent {
	uint64_t vaddr, n, offset; /* bytes [offset, offset + n) of the file, if it is that long */
};

struct elf_table {
	const unsigned char *p; /* NULL: absent or unusable */
	uint64_t n;             /* entries, clamped to the bytes that exist */
	uint32_t entry;         /* bytes per entry */
	bool clamped;           /* the file claims more entries than there are bytes */
};

/* Facts of the dynamic section. Values are as written; 0 where absent. `has` answers presence:
 * one bit per enum elf_tag. */
enum elf_tag {
	ELF_DT_STRTAB, ELF_DT_STRSZ, ELF_DT_SYMTAB, ELF_DT_HASH, ELF_DT_GNU_HASH, ELF_DT_SONAME,
	ELF_DT_RPATH, ELF_DT_RUNPATH, ELF_DT_FLAGS, ELF_DT_FLAGS_1, ELF_DT_SYMBOLIC,
	ELF_DT_TEXTREL, ELF_DT_BIND_NOW, ELF_DT_RELA, ELF_DT_RELASZ, ELF_DT_RELAENT,
	ELF_DT_RELACOUNT, ELF_DT_REL, ELF_DT_RELSZ, ELF_DT_RELENT, ELF_DT_RELCOUNT, ELF_DT_RELR,
	ELF_DT_RELRSZ, ELF_DT_RELRENT, ELF_DT_JMPREL, ELF_DT_PLTRELSZ, ELF_DT_PLTREL,
	ELF_DT_VERSYM, ELF_DT_VERDEF, ELF_DT_VERDEFNUM, ELF_DT_VERNEED, ELF_DT_VERNEEDNUM,
	ELF_DT_INIT, ELF_DT_INIT_ARRAY, ELF_DT_INIT_ARRAYSZ, ELF_DT_DEBUG, ELF_DT_PLTGOT,
	ELF_DT_AUDIT, ELF_DT_DEPAUDIT,
	ELF_DT_COUNT
};

enum elf_need_kind { ELF_NEED, ELF_FILTER, ELF_AUXILIARY };
struct elf_need {
	enum elf_need_kind kind;
	const char *name; /* in the string table; NULL if the offset lies outside it */
};

/* What elf_open could not make sense of, with the place in the file. */
enum elf_defect {
	ELF_OK,
	ELF_TOO_SHORT,     /* fewer bytes than an ELF header */
	ELF_NOT_ELF,       /* magic */
	ELF_BAD_CLASS,     /* EI_CLASS neither 1 nor 2 */
	ELF_BAD_DATA,      /* EI_DATA neither 1 nor 2 */
	ELF_BAD_PHDRS      /* program headers outside the file, or of an unknown entry size */
};

struct elf {
	struct view file;
	uint64_t limit;
	enum elf_defect defect; /* anything but ELF_OK: only the header fields below are valid */
	bool is64, swap, big_endian;
	bool any_ident;         /* opened by elf_open_as */
	uint8_t osabi, abiversion, ident_version;
	uint16_t type, machine, phentsize, phnum, shentsize, shnum, shstrndx;
	uint32_t version, flags;
	uint64_t entry, phoff, shoff;

	/* from the program headers, the last of each kind as glibc takes it (of PT_INTERP the
	 * first, as the kernel does). A PT_DYNAMIC without file bytes and a PT_TLS without memory
	 * do not count; empty_dynamic: there is such a PT_DYNAMIC and no better one */
	bool has_dynamic, empty_dynamic, has_interp, has_tls, has_gnu_stack, has_relro;
	struct elf_phdr dynamic, tls, gnu_stack, relro, interp_ph;
	const char *interp;  /* PT_INTERP string, NULL if absent or as the kernel refuses it:
				without final NUL, empty, longer than PATH_MAX */
	uint64_t nload;
	uint64_t load_end;   /* highest vaddr + memsz */
	uint64_t file_end;   /* highest offset + filesz of any PT_LOAD: what the file must hold */

	/* from the dynamic section, read as elf_get_dynamic_info does: up to DT_NULL; of a tag that
	 * stands twice the last counts (NEEDED, FILTER, AUXILIARY are kept all, in order) */
	enum elf_where dynamic_where;
	uint64_t has;                  /* bit set of enum elf_tag */
	uint64_t dt[ELF_DT_COUNT];
	struct view strtab;            /* empty if absent. DT_STRSZ is not looked at, as loaders do
					  not: it ends with the last NUL before the end of its
					  segment, so any offset below n is a whole string */
	const struct elf_need *needs;
	size_t nneeds;
	const char *soname, *rpath, *runpath; /* NULL if absent or outside the string table */
	struct elf_table symtab;       /* n: entries that fit between DT_SYMTAB and what ends its
					  segment; see elf_sym_count for the real number */
	struct elf_table versym;       /* the same for DT_VERSYM */
	const struct elf_phdr *phdrs;  /* phnum of them, decoded */
	const struct elf_extent *extents; /* what elf_at searches */
	size_t nextents;
	void *owned;                   /* what elf_close frees */
};

/* Reads `file`, which is followed by zeros up to `limit` (pass the size itself when it is not).
 * Always fills *e; false only when there is no memory. Never fails otherwise: see e->defect. */
bool elf_open(struct view file, uint64_t limit, struct elf *e);
/* The same for a loader that does not look at the identification (musl): the file counts as one of
 * that class and byte order, whatever its first 16 bytes say, and PT_DYNAMIC however long it says it
 * is. */
bool elf_open_as(struct view file, uint64_t limit, bool is64, bool big_endian, struct elf *e);
void elf_close(struct elf *e);

static inline bool elf_has(const struct elf *e, enum elf_tag t)
{
	return (e->has >> t & 1) != 0;
}

/* ---- addresses ---------------------------------------------------------------------------- */

/* The bytes at virtual address `vaddr`, as a mapping of the file shows them: the whole pages of
 * each PT_LOAD's file part, later headers over earlier ones. *out gets all that is contiguous from
 * there. `want` bytes must be there, else *out is empty and the answer says why. */
enum elf_where elf_at(const struct elf *e, uint64_t vaddr, uint64_t want, struct view *out);
/* The table of `bytes` bytes at vaddr, in entries of `entry` bytes. out->n counts the entries that
 * exist; if that is fewer than claimed, out->clamped is set and the answer says why. */
enum elf_where elf_table(const struct elf *e, uint64_t vaddr, uint64_t bytes, uint32_t entry,
			 struct elf_table *out);
const char *elf_str(const struct elf *e, uint64_t off); /* from the string table, or NULL */

/* ---- symbols ------------------------------------------------------------------------------ */

/* Decodes symbol i of symtab; false if i is outside it. */
bool elf_sym(const struct elf *e, uint64_t i, struct elf_sym *out);
const char *elf_sym_name(const struct elf *e, uint64_t i); /* NULL if it has no readable name */
/* The number of symbols: from DT_HASH, else by walking DT_GNU_HASH, else from a section header,
 * else 0. Clamped. */
uint64_t elf_sym_count(const struct elf *e);

uint32_t elf_gnu_hash(const char *name);
uint32_t elf_sysv_hash(const char *name);

/* Hash tables prepared for many look-ups; p NULL means that the file has no usable table of that
 * kind. Filled by elf_hash_open, which prefers DT_GNU_HASH as glibc does. */
struct elf_hash {
	const unsigned char *bloom, *buckets, *chains; /* GNU */
	uint32_t nbuckets, symoffset, bloom_words, bloom_shift;
	uint64_t nchains;                  /* entries that exist behind `chains` */
	const unsigned char *sysv_buckets, *sysv_chains; /* SysV, used when GNU is absent */
	uint32_t sysv_nbuckets;
	uint64_t sysv_nchains;
	uint32_t sysv_entry;               /* bytes of a SysV word: 4, or 8 (Alpha, 64-bit s390) */
	uint64_t max_steps;                /* a look-up ends after as many links of a chain, so
					      that a file of one endless chain costs no hours */
	bool gnu, sysv;
	bool bad_bloom;       /* Bloom words no power of two: glibc's assertion fails */
	enum elf_where where; /* not ELF_HERE: reading the table would kill a process */
};
void elf_hash_open(const struct elf *e, struct elf_hash *h);

/* Calls fn(ctx, symbol index) for each symbol whose hash and name are those given, in the order of
 * the hash chain, until it returns true; then returns that index, else 0. */
uint64_t elf_hash_find(const struct elf *e, const struct elf_hash *h, const char *name,
		       uint32_t gnu_hash, bool (*fn)(void *ctx, uint64_t sym), void *ctx);
/* Does the table lead to a definition of that name, of whatever version or visibility? */
bool elf_defines(const struct elf *e, const struct elf_hash *h, const char *name);
/* The Bloom filter alone: false means that the name is certainly not there. */
bool elf_hash_maybe(const struct elf *e, const struct elf_hash *h, uint32_t gnu_hash);

/* ---- versions ----------------------------------------------------------------------------- */

struct elf_verneed {            /* one Verneed record with one of its Vernaux */
	uint16_t record_version; /* vn_version */
	const char *file;        /* NULL if unreadable */
	const char *name;
	uint32_t hash;
	uint16_t flags;          /* VER_FLG_WEAK is 2 */
	uint16_t other;          /* index, bit 15 = hidden */
	uint64_t offset;         /* of the Vernaux in the file */
	bool first;              /* first of its record */
};
struct elf_verdef {
	uint16_t record_version, flags, ndx;
	uint32_t hash;
	const char *name;        /* NULL if unreadable */
	uint64_t offset;
};

/* Calls fn for each in file order until it returns true (then true). Ends at a chain that leaves
 * the file, goes backwards for ever or is longer than the file could hold; *where (may be NULL)
 * says whether the end was a clean one (ELF_HERE). */
bool elf_each_verneed(const struct elf *e, bool (*fn)(void *ctx, const struct elf_verneed *),
		      void *ctx, enum elf_where *where);
bool elf_each_verdef(const struct elf *e, bool (*fn)(void *ctx, const struct elf_verdef *),
		     void *ctx, enum elf_where *where);
/* The name of the version with that index (without the hidden bit) that the object defines; NULL. */
const char *elf_verdef_name(const struct elf *e, uint16_t index);
/* The raw DT_VERSYM value of symbol i; false if there is none. */
bool elf_versym(const struct elf *e, uint64_t i, uint16_t *out);

/* ---- relocations -------------------------------------------------------------------------- */

struct elf_relocs {
	struct elf_table rel[3];  /* in table order: REL, RELA, PLT (JMPREL, of either form) */
	bool rela[3];             /* has addends */
	uint64_t relative[3];     /* leading relative entries by DT_RELACOUNT / DT_RELCOUNT */
	struct elf_table relr;
};
enum { ELF_REL, ELF_RELA, ELF_PLT };
/* A PLT range that lies inside REL or RELA at its end is cut off there, as glibc does. */
enum elf_where elf_relocs_open(const struct elf *e, struct elf_relocs *r);
/* Entry i of table t; false outside. */
bool elf_reloc(const struct elf *e, const struct elf_relocs *r, int t, uint64_t i,
	       struct elf_rel *out);
/* "R_X86_64_GLOB_DAT"; NULL if unknown. */
const char *elf_reloc_name(uint16_t machine, uint32_t type);

/* ---- notes -------------------------------------------------------------------------------- */

struct elf_notes {
	struct view build_id;
	bool has_abi_tag;
	uint32_t abi_os, abi_major, abi_minor, abi_patch;
	bool has_x86_needed, has_x86_used, has_x86_feature, has_1_needed;
	uint32_t x86_isa_needed, x86_isa_used, x86_feature_and, needed_1; /* GNU properties */
	struct view dlopen_json[8]; /* UAPI.12 notes: owner FDO, type 0x407c0c0a; JSON text */
	size_t ndlopen;
};
void elf_notes(const struct elf *e, struct elf_notes *out);

/* ---- helps -------------------------------------------------------------------------------- */

/* The section of that name; false if section headers are missing or damaged. */
bool elf_section(const struct elf *e, const char *name, struct view *out);
/* Calls fn for each large part of the file that no loader reads, by its section headers: machine code,
 * unwind tables, what is for debuggers and graphics processors; with `constants` its read-only data too. No
 * part that the dynamic section points into. */
void elf_each_idle(const struct elf *e, bool constants, void (*fn)(void *ctx, struct view part),
		   void *ctx);
/* .gnu_debuglink: file name and CRC. */
bool elf_debuglink(const struct elf *e, const char **file, uint32_t *crc);
/* Calls fn for each part of the file that holds its read-only data without code: .rodata, or where section
 * headers are missing the segments of constants; until it returns true (then true). */
bool elf_each_constants(const struct elf *e, bool (*fn)(void *ctx, struct view constants), void *ctx);
/* Does it import dlopen? */
bool elf_calls_dlopen(const struct elf *e);
/* Calls fn for each whole string in the read-only data that is a library's name ("libcuda.so.1"),
 * until it returns true (then true). The strings are in the mapped file. */
bool elf_library_names(const struct elf *e, bool (*fn)(void *ctx, const char *name), void *ctx);
/* The functions that its unwind table and its dynamic symbols tell of, in rising order of address,
 * none over another. *out is the caller's to free; NULL with *n 0 if there are none. False: no
 * memory. */
struct elf_function {
	uint64_t vaddr, size; /* bytes */
};
bool elf_functions(const struct elf *e, struct elf_function **out, size_t *n);
const char *elf_machine_name(uint16_t machine); /* "x86_64", "aarch64", …; "machine 4711" never:
						    NULL if unknown */
const char *elf_type_name(uint16_t type);       /* "ET_DYN" …, NULL if unknown */

#endif
