/* replay.c - a process that was watched, in the simulated loader. */
#include "verb/replay.h"

#include <stdlib.h>
#include <string.h>

enum {
	MAX_DIFFERENCES = 20,
	MODE_GLOBAL = 0x100 /* RTLD_GLOBAL */
};

/* ---- a session as that process was ---------------------------------------------------------- */

struct env_list {
	const char **items;
	size_t n, cap;
};

static bool is_of_loader(const char *pair)
{
	return strncmp(pair, "LD_", 3) == 0 || strncmp(pair, "GLIBC_TUNABLES=", 15) == 0;
}

/* The variable without our own entry, which is its first; NULL: there was no other. */
static const char *without(struct arena *a, const char *pair, const char *name, const char *entry)
{
	size_t n = strlen(name), m = strlen(entry);
	const char *value = pair + n + 1;

	if (strncmp(pair, name, n) != 0 || pair[n] != '=' || strncmp(value, entry, m) != 0)
		return pair;
	value += m + (value[m] == ':');
	return *value != '\0' ? arena_printf(a, "%s=%s", name, value) : NULL;
}

static const char *without_agent(struct arena *a, const char *pair, const struct watch *w)
{
	const char *rest = w != NULL ? without(a, pair, "LD_AUDIT", watch_audit(w)) : pair;

	return rest == pair && w != NULL ? without(a, pair, "LD_PRELOAD", watch_preload(w)) : rest;
}

static const char *const *environment(const struct dlwhy_session *s, const struct watch_process *seen,
				      const struct watch *w, struct arena *a)
{
	struct env_list l = { NULL, 0, 0 };

	for (size_t i = 0; s->environ[i] != NULL; i++)
		if (!is_of_loader(s->environ[i]))
			*ARENA_PUSH(a, &l) = s->environ[i];
	for (size_t i = 0; i < seen->env.n; i++) {
		const char *pair = without_agent(a, seen->env.items[i], w);

		if (pair != NULL)
			*ARENA_PUSH(a, &l) = pair;
	}
	*ARENA_PUSH(a, &l) = NULL;
	return l.items;
}

/* Names that begin in a working folder need that one. */
static bool move_to(struct replay *r, const char *cwd)
{
	char *here = os_getcwd();
	bool same = cwd == NULL || here == NULL || strcmp(cwd, here) == 0;

	free(here);
	if (same)
		return true;
	r->source = source_host(cwd);
	r->store = r->source != NULL ? store_new(r->source) : NULL;
	if (r->store == NULL)
		return false;
	r->s.source = r->source;
	r->s.store = r->store;
	return true;
}

static void find_program(struct replay *r)
{
	const struct watch_process *seen = r->seen;
	const struct elf *e;
	struct dlwhy_error err;

	if (seen->exe == NULL) {
		r->why_not = "its program is not known: /proc could not be read in it";
		return;
	}
	exec_simulate(r->s.store, seen->exe, r->a, &r->exec);
	if (r->exec.err != 0 || r->exec.file == NULL) {
		r->why_not = "its program is no longer there as it was";
		return;
	}
	if (r->exec.is_static) {
		r->why_not = "the loader itself was started as a program";
		return;
	}
	e = &r->exec.file->file->elf;
	r->w = session_world(&r->s, e->machine, e->is64, e->big_endian, e->flags, e->interp, &err);
	if (r->w == NULL)
		r->why_not = "its loader is not known";
}

void replay_open(const struct dlwhy_session *s, const struct watch_process *seen,
		 const struct watch *w, struct arena *a, struct replay *r)
{
	memset(r, 0, sizeof(*r));
	r->s = *s;
	r->s.a = a;
	r->s.worlds = NULL;
	r->s.process = NULL;
	pthread_mutex_init(&r->s.lock, NULL);
	r->seen = seen;
	r->a = a;
	r->s.environ = environment(s, seen, w, a);
	if (move_to(r, seen->cwd))
		find_program(r);
	else
		r->why_not = "there is too little memory";
}

void replay_close(struct replay *r)
{
	if (r->store != NULL)
		store_free(r->store);
	if (r->source != NULL)
		source_free(r->source);
	pthread_mutex_destroy(&r->s.lock);
	r->store = NULL;
	r->source = NULL;
}

/* ---- loads ------------------------------------------------------------------------------------ */

static struct image *named(struct process *p, const char *name)
{
	for (size_t i = 0; i < p->images.n; i++)
		if (strcmp(p->images.items[i]->name, name) == 0)
			return p->images.items[i];
	return NULL;
}

struct image *replay_image(const struct replay *r, struct process *p, uint64_t cookie)
{
	const struct watch_mapped *o = watch_by_cookie(r->seen, cookie);

	return o != NULL ? named(p, o->name) : NULL;
}

/* Was it asked for while the process was in another folder than the one of the replay? */
static bool is_elsewhere(const struct replay *r, const struct watch_load *l)
{
	return l->cwd != NULL && r->seen->cwd != NULL && strcmp(l->cwd, r->seen->cwd) != 0;
}

/* dlmopen: the simulation has one namespace. */
static bool is_apart(const struct replay *r, const struct watch_load *l)
{
	return l->nobjects > 0 && r->seen->objects.items[l->object0].space != 0;
}

struct image *replay_load(const struct replay *r, struct process *p, size_t n, unsigned flags)
{
	const struct watch_load *l = &r->seen->loads.items[n];
	struct image *by = replay_image(r, p, l->by);
	const char *name = l->name;

	if (is_elsewhere(r, l))
		name = arena_printf(r->a, "%s/%s", l->cwd, l->name);

	if (l->called && (l->mode & MODE_GLOBAL) != 0)
		flags |= OPEN_GLOBAL;
	return loader_open_by(p, by != NULL ? by : p->program, name, flags);
}

static struct process *start(const struct replay *r, unsigned flags)
{
	const char *argv0 = r->seen->argc > 0 ? r->seen->argv[0] : r->seen->exe;

	return loader_start(r->w, r->a, r->exec.file->path, argv0, false, flags);
}

static void repeat(const struct replay *r, struct process *p, size_t n,
		   const enum replay_outcome *outcomes, unsigned flags)
{
	for (size_t i = 1; i < n && i < r->seen->loads.n; i++)
		if ((outcomes[i] == REPLAY_LOADED || outcomes[i] == REPLAY_THERE) &&
		    !is_apart(r, &r->seen->loads.items[i]))
			replay_load(r, p, i, flags);
}

struct process *replay_lazily(const struct replay *r, const enum replay_outcome *outcomes)
{
	struct process *p = start(r, 0);

	repeat(r, p, r->seen->loads.n, outcomes, OPEN_LAZY);
	return p;
}

struct process *replay_until(const struct replay *r, size_t n, const enum replay_outcome *outcomes,
			     unsigned flags)
{
	struct process *p = start(r, flags);

	if (n == 0)
		return p;
	p->trace.failures.n = 0;
	p->trace.lines.n = 0;
	repeat(r, p, n, outcomes, flags);
	p->trace.failures.n = 0;
	return p;
}

/* ---- beside what was seen ------------------------------------------------------------------------- */

static void differ(const struct replay *r, struct replay_words *out, const char *text)
{
	if (out->n < MAX_DIFFERENCES)
		*ARENA_PUSH(r->a, out) = text;
}

static const char *request_words(const struct replay *r, const struct watch_load *l)
{
	return l->name != NULL ? arena_printf(r->a, "opening %s", l->name) : "the start";
}

static bool is_on_disk(const struct replay *r, const char *path)
{
	struct os_stat st;

	return source_stat(r->s.source, path, true, &st) == 0;
}

/* What was seen and is not in the simulation. Files that are gone since cannot be found any more. */
static void compare_seen(const struct replay *r, struct process *p, const struct watch_load *l,
			 struct replay_words *out)
{
	for (size_t i = 0; i < l->nobjects; i++) {
		const struct watch_mapped *o = &r->seen->objects.items[l->object0 + i];

		if (o->space != 0 || named(p, o->name) != NULL || !is_on_disk(r, o->name))
			continue;
		differ(r, out, arena_printf(r->a, "%s brought %s; predicted was without it",
					    request_words(r, l), o->name));
	}
}

static bool was_seen(const struct replay *r, const struct watch_load *l, const char *name)
{
	for (size_t i = 0; i < l->nobjects; i++)
		if (strcmp(r->seen->objects.items[l->object0 + i].name, name) == 0)
			return true;
	return false;
}

static void compare_predicted(const struct replay *r, const struct process *p, size_t from,
			      const struct watch_load *l, struct replay_words *out)
{
	for (size_t i = from; i < p->images.n; i++) {
		const struct image *im = p->images.items[i];

		if (im->kind != IMAGE_LIBRARY || was_seen(r, l, im->name))
			continue;
		differ(r, out, arena_printf(r->a, "%s was predicted to bring %s; it did not",
					    request_words(r, l), im->name));
	}
}

static void compare_start(const struct replay *r, struct process *p, enum replay_outcome *outcome,
			  struct replay_words *out)
{
	const struct watch_load *l = &r->seen->loads.items[0];

	*outcome = l->finished ? REPLAY_LOADED : REPLAY_FAILED;
	if (*outcome == REPLAY_FAILED)
		return;
	compare_seen(r, p, l, out);
	compare_predicted(r, p, 0, l, out);
}

/* Nobody has a file of the name that was asked for: not one that it needs. */
static bool is_absent(const struct failure *f, const struct watch_load *l)
{
	size_t n, m = strlen(l->name);

	if (f->kind != FAIL_NOT_FOUND || f->request == NULL)
		return false;
	n = strlen(f->request->name);
	return n >= m && strcmp(f->request->name + n - m, l->name) == 0;
}

/* Nothing was mapped: it was there already, or it failed. */
static void compare_none(const struct replay *r, struct process *p, size_t n,
			 enum replay_outcome *outcome, struct replay_words *out)
{
	const struct watch_load *l = &r->seen->loads.items[n];
	size_t images = p->images.n, failures = p->trace.failures.n;
	struct image *im = replay_load(r, p, n, OPEN_NO_BIND);
	bool absent = im == NULL && p->trace.failures.n > failures &&
		      is_absent(&p->trace.failures.items[failures], l);
	bool failed = l->called && l->ended && !l->succeeded;

	p->trace.failures.n = failures;
	*outcome = absent ? REPLAY_ABSENT : im == NULL || failed ? REPLAY_FAILED : REPLAY_THERE;
	if (im == NULL || p->images.n == images || failed)
		return;
	*outcome = REPLAY_FAILED;
	differ(r, out, arena_printf(r->a, "%s failed; it was predicted to bring %s",
				    request_words(r, l), im->name));
}

static void compare_load(const struct replay *r, struct process *p, size_t n,
			 enum replay_outcome *outcome, struct replay_words *out)
{
	const struct watch_load *l = &r->seen->loads.items[n];
	size_t images = p->images.n, failures = p->trace.failures.n;

	if (l->nobjects == 0) {
		compare_none(r, p, n, outcome, out);
		return;
	}
	*outcome = l->undone ? REPLAY_CLOSED : l->finished ? REPLAY_LOADED : REPLAY_FAILED;
	if (*outcome != REPLAY_LOADED || is_apart(r, l))
		return;
	if (is_elsewhere(r, l)) { /* its names are others then */
		replay_load(r, p, n, OPEN_NO_BIND);
		p->trace.failures.n = failures;
		return;
	}
	if (replay_load(r, p, n, OPEN_NO_BIND) == NULL)
		differ(r, out, arena_printf(r->a, "%s went well; predicted was: %s",
					    request_words(r, l),
					    p->trace.failures.n > failures ?
						    p->trace.failures.items[failures].message :
						    "it fails"));
	else
		compare_predicted(r, p, images, l, out);
	compare_seen(r, p, l, out);
	p->trace.failures.n = failures;
}

void replay_compare(const struct replay *r, enum replay_outcome *outcomes, struct replay_words *out)
{
	struct process *p = start(r, OPEN_NO_BIND);

	if (r->seen->loads.n > 0)
		compare_start(r, p, &outcomes[0], out);
	p->trace.failures.n = 0;
	for (size_t i = 1; i < r->seen->loads.n; i++)
		compare_load(r, p, i, &outcomes[i], out);
}
