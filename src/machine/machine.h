/* machine.h - facts of a machine that loaders depend on, read through a source.
 *
 * Nothing here is taken from this process's own C library: a static program must say what the
 * machine under study does.
 */
#ifndef DLWHY_MACHINE_MACHINE_H
#define DLWHY_MACHINE_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "object/elf.h"
#include "object/store.h"

/* ---- processor ---------------------------------------------------------------------------- */

/* Extensions of instruction sets: isa.def. A set of them is a mask of 1 << ISA_…. */
enum isa {
#define ISA(id, name, since) ISA_##id,
#include "machine/isa.def"
#undef ISA
	ISA_COUNT
};
const char *isa_name(enum isa x);  /* "AVX2" */
const char *isa_since(enum isa x); /* which processors have it, in words */

struct cpu {
	uint16_t machine;         /* EM_* of the machine; EM_NONE if unknown */
	int isa_level;            /* x86-64: 1 to 4; ppc64le: 8 to 10; s390x: 12 to 17; else 0 */
	uint32_t isa_bits;        /* GNU_PROPERTY_X86_ISA_1_{BASELINE,V2,V3,V4} = 1, 2, 4, 8 */
	const char *platform;     /* $PLATFORM: "x86_64", "haswell", "xeon_phi"; NULL if none */
	bool avx512_1;            /* the legacy hwcap word */
	bool atomics;             /* aarch64: the legacy hwcap word of LSE */
	bool assumed;             /* not measured here: by --cpu, or another machine's */
	const char *name;         /* as --cpu has it; NULL: measured, or the least of its kind */
	uint64_t isa;             /* x86-64 and aarch64: the extensions that it has */
};
/* The processor of this machine, as CPUID and the kernel show it to glibc. */
void cpu_host(struct cpu *out);
/* Its machine type alone, EM_*: known since this program was built, where cpu_host asks the
 * processor, which takes long in a virtual machine. */
uint16_t cpu_host_machine(void);
/* As --cpu takes it: a name of cpu_name_at, or that of a machine ("riscv", as elf_machine_name has
 * it). False if unknown. */
bool cpu_named(const char *name, struct cpu *out);
/* Name number i of the processors that are known by name, NULL behind the last. */
const char *cpu_name_at(size_t i);
/* The assumption for a machine that is not this one. */
void cpu_assumed(uint16_t machine, struct cpu *out);

/* ---- glibc's installation ----------------------------------------------------------------- */

/* Constants that are compiled into ld.so (spec: default folders, $LIB, cache path, version). */
struct glibc_install {
	const char *ld_path;      /* the PT_INTERP path asked for */
	bool found;               /* the file is there and is an ELF file */
	bool is_musl;             /* it is musl's loader: see struct musl_install; nothing below
				     is filled */
	int major, minor;         /* version; 0.0 if unknown */
	const char *version;      /* "2.36" or NULL */
	const char *version_from; /* where it was read: path and how, for the evidence */
	const char *distro;       /* "Debian GLIBC 2.36-9+deb12u14" or NULL */
	const char *const *dirs;  /* default folders, each with a final '/' */
	size_t ndirs;
	const char *lib;          /* value of $LIB */
	const char *cache_path;   /* "/etc/ld.so.cache" */
	bool dirs_assumed;        /* not found in the file: the usual ones for the machine */
};
/* Reads them from the loader at `ld_path`. `machine`, `is64`: of the program. Never fails: what
 * cannot be read is assumed and marked. */
void glibc_install_read(struct store *s, const char *ld_path, uint16_t machine, bool is64,
			struct arena *a, struct glibc_install *out);
/* "/lib64/ld-linux-x86-64.so.2" for a machine and class; NULL if unknown. */
const char *glibc_ld_path(uint16_t machine, bool is64, bool big_endian, uint32_t eflags);

/* ---- musl's installation ------------------------------------------------------------------ */

/* Constants of the one file that is musl's loader and C library. */
struct musl_install {
	const char *ld_path;
	bool found;               /* the file is there and is an ELF file */
	int major, minor, patch;  /* version; 0.0.0 if unknown */
	const char *version;      /* "1.2.3" or NULL */
	const char *version_from;
	const char *arch;         /* "x86_64": LDSO_ARCH */
	const char *path_file;    /* PREFIX/etc/ld-musl-ARCH.path; PREFIX lies two levels above the
				     loader */
	const char *const *dirs;  /* default folders, each with a final '/' */
	size_t ndirs;
	bool dirs_assumed;        /* not found in the file */
};
/* Never fails: what cannot be read is assumed or NULL. */
void musl_install_read(struct store *s, const char *ld_path, struct arena *a,
		       struct musl_install *out);
/* "/lib/ld-musl-x86_64.so.1" for a machine and class; NULL if unknown. */
const char *musl_ld_path(uint16_t machine, bool is64, bool big_endian, uint32_t eflags,
			 struct arena *a);

/* ---- /etc/ld.so.cache --------------------------------------------------------------------- */

struct ldcache; /* parsed view of a cache file; NULL stands for "no usable cache" */

/* Never fails: garbage gives NULL and *why (may be NULL) one of "absent", "unreadable", "too
 * short", "no cache file", "other byte order", "counts beyond its end". Allocates in a. */
struct ldcache *ldcache_open(struct view file, bool big_endian, struct arena *a, const char **why);
size_t ldcache_count(const struct ldcache *c);

struct ldcache_query {
	uint16_t machine;
	bool is64;
	int glibc_minor;           /* 2.N: osversion is ignored from 36 on */
	const struct cpu *cpu;
	uint32_t kernel;           /* running kernel as 0x00MMmmpp, 0 unknown (then no check) */
	uint32_t eflags;           /* e_flags of the program: ARM, MIPS, RISC-V and LoongArch tell
				      their ABIs apart by it. 0: the usual ABI of the machine */
};
/* The one path that _dl_load_cache_lookup returns for `name`, or NULL. *entry (may be NULL) gets
 * the number of the entry. */
const char *ldcache_find(const struct ldcache *c, const struct ldcache_query *q, const char *name,
			 uint32_t *entry);
/* The flags of an entry for that machine and class: what ldconfig writes and the loader wants. */
int32_t ldcache_flags(const struct ldcache_query *q);
/* _dl_cache_libcmp: runs of digits count as numbers. *y is left where the answer was found. `char_unsigned`:
 * glibc compares `char`, whose sign is the machine's. */
int ldcache_compare(const char *x, const char **y, bool char_unsigned);
/* The cache that `ldconfig -X` would write on a machine like this for these folders, the first first. In a,
 * with zeros up to the end of the page. */
void ldcache_make(struct store *s, const char *const *dirs, size_t n, struct arena *a, struct view *out);
/* Calls fn for every entry: for "who has it" and for tests. */
void ldcache_each(const struct ldcache *c,
		  void (*fn)(void *ctx, const char *soname, const char *path, int32_t flags,
			     uint64_t hwcap),
		  void *ctx);

/* ---- /etc/ld.so.conf ---------------------------------------------------------------------- */

/* The folders that ldconfig would read: `include` with globs, comments, hwcap lines, "dir=type".
 * At most 4096 folders, 1024 files and 16 levels. In order of appearance, without those that do
 * not exist and without duplicates (by device and inode, as ldconfig tells them apart). */
void ldconf_read(struct source *s, const char *path, struct arena *a, const char *const **dirs,
		 size_t *n);

/* ---- sub-directories of the search -------------------------------------------------------- */

/* The sub-directories that the loader tries in each folder, best first, the last one being "".
 * Each other ends in '/'. For glibc 2.minor on `cpu` (minor 0, unknown, counts as a new one). What
 * the loader lists twice stands once. (glibc: _dl_important_hwcaps, _dl_hwcaps_split; legacy
 * combinations up to 2.36.) */
void hwcaps_subdirs(int glibc_minor, const struct cpu *cpu, struct arena *a,
		    const char *const **out, size_t *n);

/* ---- processes ---------------------------------------------------------------------------- */

/* The environment of a live process, "NAME=VALUE" strings in a: 0 or errno. */
int proc_environ(long pid, struct arena *a, const char *const **out, size_t *n);

#endif
