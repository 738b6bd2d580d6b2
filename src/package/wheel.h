/* wheel.h - a wheel as a file: what its name promises, and every member of it read and compared with its
 * RECORD. https://packaging.python.org/en/latest/specifications/binary-distribution-format/ */
#ifndef DLWHY_PACKAGE_WHEEL_H
#define DLWHY_PACKAGE_WHEEL_H

#include "source/zip.h"
#include "package/audit.h"
#include "package/wheel_tag.h"

/* Families of symbol versions that a manylinux tag limits. */
enum wheel_family { WHEEL_GLIBC, WHEEL_GLIBCXX, WHEEL_CXXABI, WHEEL_GCC, WHEEL_FAMILIES };

/* "GLIBC", … */
const char *wheel_family_name(enum wheel_family f);
/* The highest version of a family that a manylinux tag of glibc 2.MINOR lets a file need ("3.4.19"). */
const char *wheel_family_limit(enum wheel_family f, unsigned minor);
/* May a file of a wheel with that tag expect the library from the system? */
bool wheel_may_expect(const struct wheel_tag *tag, const char *library);

/* Number i of those libraries but the loader, NULL behind the last. */
const char *wheel_expected(const struct wheel_tag *tag, size_t i);

/* What an ELF file of a wheel asks for. */
struct wheel_code {
	const char *soname, *rpath; /* rpath: RUNPATH, else RPATH; NULL */
	struct {
		const char **items;
		size_t n, cap;
	} needs;
	const char *highest[WHEEL_FAMILIES]; /* "2.34"; NULL: none of that family */
	const char *symbol;		     /* one that needs highest[WHEEL_GLIBC], or NULL */
	bool glibc, musl;		     /* whose C library it names */
	struct {
		const char **items;
		size_t n, cap;
	} python; /* names of Python's interface that it needs, the first few thousand */
};

enum wheel_state {
	WHEEL_FINE,
	WHEEL_UNLISTED, /* RECORD does not have it */
	WHEEL_DAMAGED,	/* it cannot be unpacked, or its checksum is another: see err */
	WHEEL_OTHER,	/* its hash or size is not that of RECORD */
	WHEEL_UNREAD	/* too large */
};

struct wheel_file {
	const struct zip_member *m;
	const struct package_file *f; /* its row in RECORD, NULL */
	enum wheel_state state;
	int err;
	struct audit_file look;	       /* kind, machine, is64, cut of native files */
	const struct wheel_code *code; /* of ELF files; NULL */
};

struct wheel {
	const char *path;
	struct zip zip;
	/* By the file's name; tag.python is "" where it is no name of a wheel. */
	const char *name, *version;
	struct wheel_tag tag;
	const char *tag_text;
	const char *info; /* its dist-info folder, NULL */
	bool overlapping; /* members lie over each other: made to harm; nothing was unpacked */
	bool no_record, no_metadata, no_wheel, bad_record;
	const char *own_name, *own_version; /* by METADATA, or NULL */
	struct package record;		    /* rows as files; their paths are names of members */
	struct wheel_file *files;
	size_t nfiles;
	struct {
		const struct package_file **items;
		size_t n, cap;
	} absent;		  /* rows without a member */
	uint64_t bytes;		  /* that were unpacked */
	struct arena *arenas[64]; /* of the threads */
};

/* NAME-VERSION(-BUILD)?-PYTHON-ABI-PLATFORM.whl, in a. False: it is no name of a wheel. */
bool wheel_name_read(struct arena *a, const char *base, const char **name, const char **version,
		     struct wheel_tag *tag);

/* Its name, what it promises, and the list of its members: nothing is unpacked but its own records. */
void wheel_list(struct package_set *set, const char *path, struct view bytes, struct wheel *out);
/* What a member that was unpacked is: kind, machine, and what it asks for. Allocates in a. */
void wheel_take(struct arena *a, struct wheel *w, const char *member, const struct store_file *file);
/* Reads the wheel. `in` says how many threads, and who is told of progress; its set owns what is not freed
 * by wheel_close. `bytes`: of the file, borrowed. */
void wheel_read(const struct audit_input *in, const char *path, struct view bytes, struct wheel *out);
void wheel_close(struct wheel *w);

#endif
