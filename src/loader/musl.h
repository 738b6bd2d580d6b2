/* musl.h - what the parts of the simulation of musl's loader share.
 *
 * One list of objects, in the order in which they came; one list of those that take part in the
 * look-up of symbols (process.global). Where upstream decides: ldso/dynlink.c.
 */
#ifndef DLWHY_LOADER_MUSL_H
#define DLWHY_LOADER_MUSL_H

#include "loader/bind.h"
#include "loader/loader.h"

/* A place that a lazy open left unresolved. */
struct musl_deferred {
	struct ref ref;
	bool plt;
};
struct musl_deferred_list {
	struct musl_deferred *items;
	size_t n, cap;
};

/* What struct dso holds beyond struct image. */
struct musl_image {
	const char *short_name;    /* NULL: it was opened by path */
	struct image *needed_by;   /* whose RPATH comes next; the program for what dlopen opens */
	bool rpath_ready;
	bool searched;             /* its own needs were looked for */
	bool dropped;              /* of an open that failed */
	bool lazy;                 /* what is missing may be put off */
	struct musl_deferred_list deferred;
};

static inline bool musl_before(const struct world *w, int minor, int patch)
{
	const struct musl_install *m = &w->musl;

	return m->minor < minor || (m->minor == minor && m->patch < patch);
}

/* ---- musl_search.c -------------------------------------------------------------------------- */

/* What load_library did. */
struct musl_found {
	struct image *image;       /* NULL: refused, with p->err as errno shows it, or dead */
	struct request *request;
	const struct store_entry *refused; /* the file that was found and refused */
	bool dead;                 /* the process died of it; the failure is in the trace */
};
/* The image that `name` leads to, asked for by needed_by (NULL: by LD_PRELOAD). */
struct musl_found musl_load(struct process *p, const char *name, struct image *needed_by);

/* ---- musl_map.c ----------------------------------------------------------------------------- */

enum musl_map { MUSL_MAPPED, MUSL_REFUSED, MUSL_DEAD };
/* map_library and the first look into the file: may it be mapped? MUSL_REFUSED sets *err,
 * MUSL_DEAD adds the failure. *file is the file as it is read from now on. */
enum musl_map musl_map(struct process *p, const struct store_entry *en,
		       const struct store_file **file, int *err);
/* Does it define what only a C library does? Then the one that is there is taken. */
bool musl_is_libc(const struct world *w, const struct store_file *f);

/* ---- musl_reltype.c ------------------------------------------------------------------------- */

enum musl_reltype {
	MUSL_REL_UNKNOWN,
	MUSL_REL_NONE,
	MUSL_REL_SYMBOLIC, /* with its kin: OFFSET, USYMBOLIC */
	MUSL_REL_GOT,
	MUSL_REL_PLT,
	MUSL_REL_RELATIVE,
	MUSL_REL_COPY,
	MUSL_REL_TLS,      /* DTPMOD, DTPOFF */
	MUSL_REL_TPOFF,
	MUSL_REL_TLSDESC
};
enum musl_reltype musl_reltype(const struct world *w, uint32_t type);

/* ---- musl_bind.c ---------------------------------------------------------------------------- */

/* A scope: the process's global list and, for the time of an open, more. */
struct musl_scope {
	struct process *p;
	const struct search_list *more; /* NULL: none */
	const char *last_name;          /* looked up by musl_bind; NULL: none so far */
};
/* do_relocs over all tables of im. `startup`: each complaint is a line, and nothing ends it. False
 * if there was any failure. */
bool musl_bind(struct process *p, struct image *im, struct musl_scope *scope, bool startup);
/* The definition that a relocation of that type finds. */
struct definer musl_look_up(const struct musl_scope *scope, const struct ref *r,
			    enum musl_reltype rt);
/* What lazy opens put off is looked up again. */
void musl_retry(struct process *p, const struct musl_scope *scope);
/* Who defines `name` in this one file: find_sym of an object that is not listed yet. */
bool musl_defines(const struct object_facts *def, const char *name);

/* ---- musl_text.c ---------------------------------------------------------------------------- */

/* strerror of musl. */
const char *musl_strerror(struct arena *a, int err);
/* "Error loading shared library NAME: ERR (needed by REQ)"; needed_by NULL: dlopen's argument. */
const char *musl_text_load(struct process *p, const char *name, int err, const char *needed_by);
/* "Error relocating OBJ: SYM: symbol not found". */
const char *musl_text_symbol(struct process *p, const char *object, const char *symbol);
/* "Error relocating OBJ: SYM: initial-exec TLS resolves to dynamic definition in DEF". */
const char *musl_text_tls(struct process *p, const char *object, const char *symbol,
			  const char *definer);
/* "Error relocating OBJ: unsupported relocation type N". */
const char *musl_text_type(struct process *p, const char *object, uint32_t type);

#endif
