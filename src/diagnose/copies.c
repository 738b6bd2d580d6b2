/* copies.c - see copies.h. The order of the search is the loader's: RPATH, LD_LIBRARY_PATH,
 * RUNPATH, the cache, the default folders; and a name that is loaded already is not searched. */
#include "diagnose/copies.h"

#include <string.h>

#include "diagnose/hunt.h"
#include "object/elfconst.h"

enum { MAX_COPIES = 16, MAX_UP = 8 };

struct look {
	struct diag *d;
	const char *name;
	const struct image *asker, *taken;
	const struct request *first; /* that brought `taken` here; NULL */
	const struct request *again; /* of `asker`, which was answered with it; NULL */
	struct copies *out;
};

/* ---- environments ------------------------------------------------------------------------- */

static bool is_environment(const struct diag *d, const char *dir)
{
	struct os_stat st;

	return store_stat_dir(d->store, join_path(d->a, dir, "conda-meta")) == 0 ||
	       source_stat(d->source, join_path(d->a, dir, "pyvenv.cfg"), true, &st) == 0;
}

/* The conda or virtual environment that a file lies in; NULL. */
static const char *environment_of(const struct diag *d, const char *path)
{
	const char *dir = path != NULL ? dir_name(d->a, absolute_path(d, path)) : "";

	for (int up = 0; up < MAX_UP && dir[0] == '/' && dir[1] != '\0'; up++) {
		if (is_environment(d, dir))
			return dir;
		dir = dir_name(d->a, dir);
	}
	return NULL;
}

/* Those of the target and of whoever loads it. */
static bool is_ours(const struct diag *d, const char *environment)
{
	const char *target = environment_of(d, d->in->target_path);
	const char *program = d->p != NULL && d->p->program != NULL
				      ? environment_of(d, image_path(d, d->p->program))
				      : NULL;

	return same_text(environment, target) || same_text(environment, program);
}

/* ---- why not ------------------------------------------------------------------------------ */

static bool same_folder(const struct diag *d, const char *a, const char *b)
{
	size_t n = strlen(b);

	while (n > 1 && b[n - 1] == '/')
		n--;
	return strcmp(a, arena_strndup(d->a, b, n)) == 0;
}

static bool list_has(const struct diag *d, const struct dir_list *l, const char *dir)
{
	for (size_t i = 0; l->v != NULL && i < l->n; i++)
		if (l->v[i] != NULL && same_folder(d, dir, l->v[i]->dir))
			return true;
	return false;
}

struct listed {
	const char *path;
	bool found;
};

static void on_entry(void *ctx, const char *soname, const char *path, int32_t flags, uint64_t hwcap)
{
	struct listed *l = ctx;

	(void)soname;
	(void)flags;
	(void)hwcap;
	l->found = l->found || strcmp(path, l->path) == 0;
}

static bool rpath_has(const struct look *l, const char *dir)
{
	const struct image *im = l->first->from;

	for (int up = 0; im != NULL && up < 64; im = im->requester, up++)
		if (list_has(l->d, &im->rpath, dir))
			return true;
	return false;
}

/* The first rule by which the request for the copy that was taken would have come to `path`. */
static enum load_rule rule_for(const struct look *l, const char *path)
{
	struct diag *d = l->d;
	const char *dir = dir_name(d->a, path);
	struct listed c = { path, false };

	if (rpath_has(l, dir))
		return RULE_RPATH;
	if (list_has(d, &d->p->env_dirs, dir))
		return RULE_LD_LIBRARY_PATH;
	if (l->first->from != NULL && list_has(d, &l->first->from->runpath, dir))
		return RULE_RUNPATH;
	if (d->w->cache != NULL)
		ldcache_each(d->w->cache, on_entry, &c);
	if (c.found)
		return RULE_CACHE;
	for (size_t i = 0; i < d->w->install.ndirs; i++)
		if (same_folder(d, dir, d->w->install.dirs[i]))
			return RULE_DEFAULT_DIR;
	return RULE_NONE;
}

/* "RUNPATH of libh.so" */
static const char *rule_of_words(const struct look *l, enum load_rule rule)
{
	const struct image *of = l->first->rule_of;

	return rule == l->first->rule && of != NULL
		       ? arena_printf(l->d->a, "%s of %s", rule_words(rule), image_word(l->d, of))
		       : rule_words(rule);
}

static const char *not_searched(const struct look *l, const char *path)
{
	const char *environment = environment_of(l->d, path);

	if (environment == NULL)
		return "no folder that was searched holds it";
	if (is_ours(l->d, environment))
		return arena_printf(l->d->a,
				    "no folder that was searched holds it, though it belongs to "
				    "this environment (%s)",
				    environment);
	return arena_printf(l->d->a, "it lies in another environment (%s)", environment);
}

static const char *loaded_before(const struct look *l)
{
	const char *by = l->first->from != NULL ? image_word(l->d, l->first->from) : NULL;

	if (l->first->preload)
		return "LD_PRELOAD had loaded the other copy already";
	return by != NULL ? arena_printf(l->d->a, "%s had brought the other copy already", by)
			  : "the other copy had been loaded already";
}

static const char *why_not(const struct look *l, const char *path)
{
	enum load_rule had, would;

	if (l->first == NULL)
		return "the other copy was there before";
	if (l->again != NULL && l->again != l->first)
		return loaded_before(l);
	had = l->first->rule;
	if (had == RULE_PATH)
		return "the other copy was asked for by its path";
	would = rule_for(l, path);
	if (would == RULE_NONE || had < RULE_RPATH || had > RULE_DEFAULT_DIR)
		return not_searched(l, path);
	if (would == had)
		return arena_printf(l->d->a, "%s leads to the other copy first",
				    rule_of_words(l, had));
	return would > had ? arena_printf(l->d->a, "%s comes before %s", rule_of_words(l, had),
					  rule_of_words(l, would))
			   : "the loader did not take it when it looked";
}

/* ---- where copies are looked for ---------------------------------------------------------- */

static void add_copy(struct look *l, const char *path)
{
	struct diag *d = l->d;
	const struct store_entry *en =
		l->out->n < MAX_COPIES ? store_open(d->store, path) : NULL;
	const struct elf *e;

	if (en == NULL || en->err != 0 || en->file->kind != FILE_ELF ||
	    en->file == l->taken->file)
		return;
	e = &en->file->elf;
	if (e->defect != ELF_OK || e->type != ET_DYN || e->machine != d->w->machine ||
	    e->is64 != d->w->is64 || e->big_endian != d->w->big_endian)
		return;
	for (size_t i = 0; i < l->out->n; i++)
		if (l->out->items[i].file == en->file)
			return;
	*ARENA_PUSH(d->a, l->out) = (struct copy){ path, en->file, why_not(l, path) };
}

static void add_in(struct look *l, const char *dir)
{
	add_copy(l, join_path(l->d->a, dir, l->name));
}

static void add_list(struct look *l, const struct dir_list *list)
{
	for (size_t i = 0; list->v != NULL && i < list->n; i++)
		if (list->v[i] != NULL && list->v[i]->dir[0] != '\0')
			add_in(l, list->v[i]->dir);
}

static void on_cached(void *ctx, const char *soname, const char *path, int32_t flags,
		      uint64_t hwcap)
{
	struct look *l = ctx;

	(void)flags;
	(void)hwcap;
	if (strcmp(soname, l->name) == 0)
		add_copy(l, arena_strdup(l->d->a, path));
}

static void add_searched(struct look *l)
{
	struct diag *d = l->d;

	add_list(l, &l->asker->rpath);
	add_list(l, &d->p->env_dirs);
	add_list(l, &l->asker->runpath);
	if (d->w->cache != NULL)
		ldcache_each(d->w->cache, on_cached, l);
	for (size_t i = 0; i < d->w->install.ndirs; i++)
		add_in(l, d->w->install.dirs[i]);
}

static void add_environments(struct look *l)
{
	static const char *const known[] = { "/opt/conda/lib", "/opt/miniconda3/lib",
					     "/opt/miniforge3/lib", "/opt/anaconda3/lib" };
	struct diag *d = l->d;
	const char *paths[] = { d->in->target_path, image_path(d, l->asker),
				d->p->program != NULL ? image_path(d, d->p->program) : NULL };

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		const char *environment = environment_of(d, paths[i]);
		const char *envs = environment != NULL ? strstr(environment, "/envs/") : NULL;

		if (environment != NULL)
			add_in(l, join_path(d->a, environment, "lib"));
		if (envs != NULL) /* the one that conda itself lives in */
			add_in(l, join_path(d->a,
					    arena_strndup(d->a, environment,
							  (size_t)(envs - environment)),
					    "lib"));
	}
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		add_in(l, known[i]);
}

void copies_of(struct diag *d, const char *name, const struct image *asker,
	       const struct image *taken, struct copies *out)
{
	struct look l = { .d = d, .name = base_name(name), .asker = asker, .taken = taken,
			  .first = taken->request, .out = out };
	struct hits hits;

	*out = (struct copies){ 0 };
	if (d->store == NULL || d->source == NULL || d->p == NULL || *l.name == '\0')
		return;
	for (size_t i = 0; i < asker->nrequests; i++)
		if (asker->requests[i]->to == taken)
			l.again = asker->requests[i];
	add_searched(&l);
	hunt_library(d, l.name, NULL, &hits);
	for (size_t i = 0; i < hits.n; i++)
		if (hits.items[i].kind != HIT_SKEW)
			add_copy(&l, hits.items[i].path);
	add_environments(&l);
}
