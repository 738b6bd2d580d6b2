/* facts.h - what binding needs to know of one file, derived once and shared by all processes.
 *
 * A file's relocations are boiled down to references: each (symbol, kind of look-up) once, in the
 * order of first use. Look-ups of one object's references in another object do not depend on the
 * process, so their results are kept too (facts_matches).
 */
#ifndef DLWHY_LOADER_FACTS_H
#define DLWHY_LOADER_FACTS_H

#include <pthread.h>

#include "loader/loader.h"

/* How an undefined name is looked up (glibc's type class). */
enum ref_class { REF_PLAIN, REF_PLT, REF_COPY };

struct ref {
	const char *name;
	uint32_t hash;     /* GNU hash of name */
	uint32_t sym;      /* index in the symbol table */
	uint16_t version;  /* index into versions, 0: none */
	uint8_t class_;    /* enum ref_class */
	bool weak;
	bool defined;      /* the object's own symbol is a definition */
	bool tls;
	bool plt_only;     /* only used by entries that a lazy start leaves alone */
};

enum event_kind {
	EV_LOOKUP,         /* the reference must be found, unless it is weak */
	EV_TLS_STATIC,     /* and its object needs room in the static TLS area */
	EV_TLS_DESC,       /* the same, but it can do without */
	EV_COPY,
	EV_BAD_TYPE,       /* found or not, the type ends it */
	EV_BAD_SYMBOL      /* symbol or name lies outside the file */
};

/* One relocation that can fail, in the loader's order. */
struct event {
	uint32_t ref;      /* index into refs; UINT32_MAX: the object itself (local symbol) */
	uint32_t type;     /* relocation type */
	uint32_t pos;      /* number of the relocation in the order of the walk */
	uint8_t kind;
	bool plt;          /* in DT_JMPREL */
};

struct version {
	const char *name, *file; /* file NULL: defined here */
	uint32_t hash;
	bool hidden;
};

struct match {
	uint32_t ref, sym; /* index into refs; symbol in the definer */
	bool ifunc;
	bool unversioned;  /* definer has no version table although a version is wanted */
	bool unique;
};
struct matches {
	struct match *v;
	size_t n;
};

struct glibc_object {
	const struct store_file *file;
	struct elf_hash hash;
	struct version *versions; /* index = version index */
	size_t nversions;         /* 0: l_versions is NULL, the object counts as unversioned */
	bool bad_versions;        /* a version index beyond the table was met */
	struct ref *refs;         /* first those that need others, then those surely its own */
	size_t nrefs, nforeign;
	struct event *events;
	size_t nevents;
	bool has_reltypes;        /* relocation types of this machine are known */
	bool textrel, bind_now, symbolic, static_tls;
	enum elf_where where;     /* not ELF_HERE: reading the tables kills the process */
	pthread_mutex_t lock;     /* protects pairs */
	struct pair *pairs;       /* hash table by the definer's id */
	size_t pairs_mask, npairs;
	bool no_memory;
};

/* The facts of a file; NULL if there is no memory. */
const struct glibc_object *facts_of(const struct world *w, const struct store_file *file);

/* What `def` defines of the first `nforeign` references of `obj`, for glibc 2.minor, in *out; its
 * array stays valid as long as the store. Computed once for each pair. False: no memory. */
bool facts_matches(const struct glibc_object *obj, const struct glibc_object *def, int minor,
		   struct matches *out);
/* The same for one reference, not remembered: false if def does not define it. */
bool facts_match_one(const struct glibc_object *obj, const struct ref *r,
		     const struct glibc_object *def, int minor, struct match *out);

/* The version that reference r asks for, NULL if none. */
const struct version *facts_version(const struct glibc_object *obj, const struct ref *r);

/* What a relocation type is on a machine. */
enum reltype { RT_UNKNOWN, RT_NONE, RT_RELATIVE, RT_PLAIN, RT_PLT, RT_COPY, RT_TLS_DYNAMIC,
	       RT_TLS_STATIC, RT_TLS_DESC, RT_IRELATIVE };
enum reltype reltype_of(uint16_t machine, bool is64, uint32_t type);
bool reltype_known(uint16_t machine);

#endif
