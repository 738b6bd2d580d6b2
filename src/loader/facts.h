/* facts.h - what binding needs to know of one file, derived once and shared by all processes.
 *
 * A file's references are the symbols that somebody else must define. Who that could be does not
 * depend on the process, so the look-ups of one object's references in another object are kept
 * (facts_matches). The relocations themselves are only scanned for types that can fail in other
 * ways; their order matters, and is walked, once something is missing.
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
	bool weak;
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

/* Where a relocation stands: entry i of table t (ELF_REL, ELF_RELA, ELF_PLT). */
struct special {
	uint64_t i;
	int t;
};

struct object_facts {
	const struct store_file *file;
	struct elf_hash hash;
	struct version *versions; /* index = version index */
	size_t nversions;         /* 0: l_versions is NULL, the object counts as unversioned */
	struct ref *refs;         /* in rising order of sym */
	size_t nrefs;
	struct special *specials; /* relocations that need more than a definition, in order */
	size_t nspecials;
	bool symbolic, bind_now;
	bool has_unique;          /* defines STB_GNU_UNIQUE symbols */
	bool has_canonical;       /* undefined entries with a value: only a REF_PLAIN takes them */
	uint32_t *ifuncs;         /* its IFUNC symbols; known once refs are there */
	size_t nifuncs;
	bool deadly_versym;       /* version indices without any version: look-ups crash */
	enum elf_where where;     /* not ELF_HERE: reading the tables kills the process */
	pthread_mutex_t lock;     /* protects pairs */
	pthread_mutex_t part_lock[2]; /* protect the making of references and specials */
	bool part_made[2], part_failed[2];
	struct pair *pairs;       /* hash table by the definer's id */
	size_t pairs_mask, npairs;
};

/* The facts of a file, as yet without references and specials; NULL if there is no memory. */
const struct object_facts *facts_of(const struct world *w, const struct store_file *file);
/* Makes sure that refs, or specials, are there; each is made once. False: no memory. Two threads
 * may make the two parts of one file at the same time. */
enum facts_part { FACTS_REFS, FACTS_SPECIALS };
bool facts_need(const struct object_facts *obj, enum facts_part part);

/* What `def` defines of the references of `obj` when they are called (REF_PLT), for glibc 2.minor,
 * in *out; its array stays valid as long as the store. Computed once for each pair. False: no
 * memory. */
bool facts_matches(const struct object_facts *obj, const struct object_facts *def, int minor,
		   struct matches *out);
/* The same for one reference of any class, not remembered: false if def does not define it. */
bool facts_match_one(const struct object_facts *obj, const struct ref *r, enum ref_class class_,
		     const struct object_facts *def, int minor, struct match *out);
/* Number of the reference that stands for symbol `sym`, SIZE_MAX if it needs nobody else. */
size_t facts_ref_of(const struct object_facts *obj, uint32_t sym);
/* A reference for a symbol that is defined by the object itself; false if it has no name. */
bool facts_own_ref(const struct object_facts *obj, uint32_t sym, struct ref *out);

/* The version that reference r asks for, NULL if none. */
const struct version *facts_version(const struct object_facts *obj, const struct ref *r);

/* What a relocation type is on a machine. */
enum reltype { RT_UNKNOWN, RT_NONE, RT_RELATIVE, RT_PLAIN, RT_PLT, RT_COPY, RT_TLS_DYNAMIC,
	       RT_TLS_STATIC, RT_TLS_DESC, RT_IRELATIVE };
enum reltype reltype_of(uint16_t machine, bool is64, uint32_t type);
bool reltype_known(uint16_t machine);
enum ref_class reltype_class(enum reltype rt);

#endif
