/* packages_priv.h - what the files of `check` for packages share: one package while it is judged. */
#ifndef DLWHY_VERB_PACKAGES_PRIV_H
#define DLWHY_VERB_PACKAGES_PRIV_H

#include "diagnose/wheel.h"
#include "source/pack.h"
#include "verb/check.h"
#include "verb/gate.h"
#include "verb/native.h"
#include "verb/packages.h"
#include "verb/result.h"

#define PACKAGE_MEMORY ((size_t)4096 << 20)

enum { WORKERS_MAX = 64 /* of pool_run */ };

/* A native file of the package, or one that was refused. */
struct member {
	const struct pack_file *file;
	const char *target;
	const char *before; /* path of another one that must be opened before, NULL */
	struct dlwhy_result r;
	struct dlwhy_error err;
};

struct checked {
	struct dlwhy_session *s;    /* that was asked */
	struct dlwhy_session inner; /* with the files of the package */
	struct arena *a;
	struct source *from;        /* where its file lies: the session's, or this machine */
	struct source *machine;     /* NULL: not needed */
	const char *target, *path;  /* as given; of the package itself */
	const char *wanted;         /* "foo.whl!/x": what is behind "!/"; NULL: all of it */
	struct pack *pack;
	struct source_file file;    /* of a wheel */
	struct wheel wheel;
	struct assumed_python python;
	bool no_loader;             /* none of the kind that the wheel is for is here */
	bool promised;              /* judged in a system that is only promised: see promised.h */
	uint8_t *natives;           /* enum native of each file of the pack */
	struct {
		struct member *items;
		size_t n, cap;
	} members;
	struct {
		const struct dlwhy_finding **items;
		size_t n, cap;
	} findings;                 /* of the package as such */
	const struct member **order; /* in which they are unpacked */
	struct gate gate;
	struct arena *scratch[WORKERS_MAX];    /* of the threads */
	struct result_keep kept[WORKERS_MAX];
	struct dlwhy_package out;
	struct dlwhy_error err;
	struct dlwhy_result r;
};

/* ---- packages.c ---------------------------------------------------------------------------- */

/* Nothing can be said: that is why. */
void packages_set_error(struct dlwhy_result *r, struct dlwhy_error *err);

/* ---- packages_damage.c ---------------------------------------------------------------------- */

/* Of one that could not be opened: its file is damaged, and that has become the answer. False: it is no
 * package of a kind that is read. */
bool packages_damaged(struct checked *p);

/* ---- packages_members.c: its native files -------------------------------------------------- */

/* Which there are. */
void packages_list_members(struct checked *p);
/* Each of them. */
void packages_judge_members(struct checked *p);
/* One file, by itself. */
void packages_judge_file(struct checked *p, struct arena *a, const struct check_ask *ask,
			 struct dlwhy_result *out);

/* ---- packages_wheel.c: what a wheel says of itself, and whether it is so ------------------- */

/* Its name, its tag, and whose loader is given its files for that. */
void packages_read_wheel(struct checked *p);
/* Does it keep what its tag promises? */
void packages_judge_tags(struct checked *p);
/* The format that the package's system loads: by a wheel's tag, else ELF where it has any. NATIVE_NONE: any
 * format. */
enum native packages_format(const struct checked *p);
/* Is it named as the extension modules are that the Python of the tag's system looks for? */
bool packages_is_module(const char *name, enum native format);
/* Code for another machine than the tag says, which some wheels bring as well. */
bool packages_is_for_another(const struct checked *p, const struct pack_file *f);

#endif
