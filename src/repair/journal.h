/* journal.h - what a transaction writes down before it acts, and reads again to take it back.
 *
 * A journal is one JSON file, journal.json, in a folder of its own. It is replaced as a whole, never
 * changed in place. docs/internals/repair.md has its keys. Who reads it trusts nothing in it: a journal
 * may be damaged, and names in it may be made up.
 */
#ifndef DLWHY_REPAIR_JOURNAL_H
#define DLWHY_REPAIR_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/os_place.h"
#include "base/view.h"
#include "repair/transaction.h"

enum {
	JOURNAL_STEPS = 4096,        /* changes of one transaction */
	JOURNAL_BYTES = 64 << 20,
	JOURNAL_WORDS = 4096,        /* arguments of a command, folders that it covers */
	JOURNAL_PATCHES = 65536,     /* of one file */
	JOURNAL_XATTRS = 64,         /* of one file */
	JOURNAL_XATTR = 64 << 10,    /* bytes of one, which is what Linux allows */
	JOURNAL_TOKEN = 17
};

struct journal_xattr {
	const char *name;
	struct view value;
};

/* A file as it was, or as it is to be. */
struct journal_side {
	bool there;
	struct os_facts f;
	const char *link;            /* of a symbolic link */
	bool hashed;                 /* a regular file's content is known by: */
	unsigned char hash[SHA256_BYTES];
	const struct journal_xattr *xattrs; /* where the file itself is not kept */
	size_t nxattrs;
};

/* Bytes of the old file: they stand in the kept file, one behind the other. */
struct journal_patch {
	uint64_t offset, n;
};

struct journal_step {
	enum change_kind kind;
	const char *folder, *name;   /* where, without links; NULL for CHANGE_RUN */
	enum change_keep keep;
	bool in_place;               /* CHANGE_MODE of a folder, or of a file that is not shared */
	struct journal_side old, new;
	const struct journal_patch *patches;
	size_t npatches;
	const char *const *argv;     /* CHANGE_RUN, both NULL-ended */
	const char *const *covers;
};

/* A folder in which names come and go. Its times are put back once it has the names again that it had. */
struct journal_folder {
	const char *path;
	struct os_time atime, mtime;
	unsigned char names[SHA256_BYTES];
};

struct journal {
	enum transaction_state state;
	char token[JOURNAL_TOKEN];   /* of the names of files that are made beside others */
	int64_t time, undone;
	const char *version, *title;
	const char *const *command;  /* NULL-ended */
	struct journal_step *steps;
	size_t nsteps;
	/* Steps before `looked` are written down, and may have made files beside others, and folders;
	 * those before `staged` may have been done. */
	size_t looked, staged;
	/* On the way back: so many, from the end, need not be looked at again. A command that is put
	 * back brings back what earlier steps made, so it must not be put back twice. */
	size_t returned;
	struct journal_folder *folders;
	size_t nfolders;
};

/* Appends it as JSON. */
void journal_print(struct buf *b, const struct journal *j);
/* A side as a JSON object. */
void journal_print_side(struct buf *b, const struct journal_side *s);
void journal_print_string(struct buf *b, const char *s);

/* Reads it into *out, in a. 0; ENOMEM; EINVAL and what is wrong in `why` (n bytes). Not inside an arena_run
 * that must not be left: it has its own. */
int journal_parse(struct view json, struct arena *a, struct journal *out, char *why, size_t n);

/* A line of a list of files (tree.c): where a file was, and what it was. */
struct journal_entry {
	const char *path;            /* below what is covered; "" is that itself */
	uint32_t cover;              /* number of what covers it */
	uint32_t kept;               /* number of the kept file, from 1; 0: none */
	bool linked, copied;         /* it is kept as a link, as a copy */
	struct journal_side side;
};
void journal_print_entry(struct buf *b, const struct journal_entry *e);
int journal_parse_entry(struct view line, struct arena *a, struct journal_entry *out);

/* May this be a path, a name in a folder, a path below a folder, of ours? */
bool journal_is_path(const char *s);
bool journal_is_name(const char *s);
bool journal_is_below(const char *s);
/* Is it the id of a transaction: digits, no zero before them? */
bool journal_is_id(const char *s);

#endif
