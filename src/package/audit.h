/* audit.h - the files of packages beside what their databases say of them. Every file is read, by several
 * threads, in place: a place of some gigabytes is read as fast as the disk or the memory gives it. */
#ifndef DLWHY_PACKAGE_AUDIT_H
#define DLWHY_PACKAGE_AUDIT_H

#include "object/elf.h"
#include "package/package.h"

enum audit_state {
	AUDIT_FINE,
	AUDIT_UNKNOWN, /* it is there; what it must be is not written down */
	AUDIT_ABSENT,
	AUDIT_DANGLING,	  /* a link that leads nowhere */
	AUDIT_NO_FILE,	  /* a folder or a device stands there */
	AUDIT_UNREADABLE, /* see err */
	AUDIT_SHORT,	  /* fewer bytes than it must have */
	AUDIT_CHANGED
};

struct audit_file {
	const struct package *p;
	const struct package_file *f;
	enum audit_state state;
	int err;
	uint64_t size;	     /* as it is */
	enum file_kind kind; /* of native files, and of those that are not as they must be; else FILE_DATA */
	uint16_t machine;    /* FILE_ELF, FILE_PE */
	bool is64, big_endian;
	bool any_machine;    /* FILE_PE without code of a processor */
	uint8_t ncpus;       /* FILE_MACHO, FILE_MACHO_FAT: slices, the first few of them */
	struct audit_slice {
		uint32_t cpu, minimum; /* the oldest macOS that it says it runs on: X << 16 | Y << 8; 0 */
	} cpus[4];
	bool cut;	/* FILE_ELF: it ends before what its headers name */
	bool all_zeros; /* of one that is not as it must be */
};

struct audit_progress {
	uint64_t files, nfiles, bytes, nbytes; /* nbytes: as far as it is known beforehand */
};

struct audit_input {
	struct package_set *set;
	unsigned threads; /* 0: one per processor */
	/* Called by the calling thread alone, some times a second; may be NULL. */
	void (*progress)(void *ctx, const struct audit_progress *p);
	void *ctx;
};

struct audit {
	struct audit_file *items; /* in the order of packages and of their lists; folders are left out */
	size_t n;
	uint64_t bytes; /* that were read */
};

void audit_run(const struct audit_input *in, struct audit *out);
/* The same for one file, in the calling thread. */
void audit_one(struct source *source, const struct package *p, const struct package_file *f,
	       struct audit_file *out);

/* Is it, by its name, a file with machine code that a process loads (libx.so.1, x.abi3.so, x.pyd, x.dylib)?
 */
bool audit_is_native_name(const char *path);
/* Fills kind, machine, is64, big_endian and cut from the bytes. */
void audit_look(struct view bytes, uint64_t padded, struct audit_file *out);

#endif
