/* ahead.c - see ahead.h. The thread walks through modules depth first, as the import system does.
 *
 * What both threads touch is the table of files, by path, and the list of modules that the evaluator read
 * itself; both are under one lock, and nothing is read or allocated in an arena while it is held.
 */
#include "python/ahead.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/os.h"
#include "object/elf.h"
#include "python/ext_imports.h"
#include "python/finder.h"

enum {
	BLOCKS_MAX = 20,     /* "if"s and "try"s in each other */
	MODULES_MAX = 20000,
	SMALL = 16 << 10,    /* bytes of a file that is not worth a mapping */
	LEAD = 256           /* files: when it is less, the evaluator parses most of a file itself */
};

/* A file, by its path: a source, or an extension with what its code imports. */
enum state { READING, READ, FAILED, TAKEN };
struct text {
	enum state state;
	struct py_source *source;
	const char *module;      /* of an extension */
	const struct elf *elf;
	struct py_inner_list inner;
	size_t bytes;            /* of memory that it took */
	size_t number;           /* in the order of reading; 0: the evaluator reads it */
};

/* A module that was looked for. */
struct module {
	const char *name;
	struct py_strings locations; /* empty: it is no package */
};

/* An import statement: a module, and what is wanted from it, which may be modules too. */
struct wish {
	const char *name;
	const struct py_list *from; /* of PY_ALIAS; NULL */
};

/* A module whose imports are gone through. */
struct reading {
	const char *name;
	bool is_package;
	struct { struct wish *items; size_t n, cap; } wishes;
	size_t at;           /* of the wishes */
	size_t done;         /* of its name: up to there all parts have been visited */
	size_t alias;        /* of its `from` */
};

struct given {
	struct given *next;
	const char *name;
	bool is_package;
	const struct py_strings *locations;
	const struct py_list *body;
};

struct py_ahead {
	pthread_t thread;
	bool started;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* under the lock */
	bool stop;
	bool news;           /* stop or given is set: may be read without the lock */
	struct map texts;    /* path -> struct text */
	size_t done;         /* files that were read, or could not be */
	size_t begun, taken; /* how many were begun; the last of these that the evaluator has asked for */
	bool wanted;         /* the evaluator waits for the file that is being read */
	struct given *given; /* the latest first */
	/* of the thread alone */
	struct arena *a;
	struct py_finder *finder;
	struct py_names *names;
	struct py_strings path;
	struct table modules; /* name -> struct module */
	struct table wished;  /* names of wishes of which all parts have been visited */
	struct { struct reading *items; size_t n, cap; } stack;
	struct text *reading; /* NULL: none */
	unsigned char *buf;   /* SMALL bytes */
	struct { char *p; size_t cap; } asked; /* the name that is asked for next: next_of */
	struct { struct source_file *items; size_t n, cap; } files; /* that are mapped */
	const char *n_checking, *n_name;
	/* until the thread starts */
	const struct py_home *home;
	struct source *src;
	const struct py_names *their_names;
	const char *module;
};

struct py_ahead *py_ahead_new(size_t cap)
{
	struct py_ahead *h = os_processors() > 1 ? calloc(1, sizeof(*h)) : NULL;

	if (h == NULL)
		return NULL;
	h->a = arena_new(cap);
	if (h->a == NULL) {
		free(h);
		return NULL;
	}
	map_init(&h->texts);
	(void)pthread_mutex_init(&h->lock, NULL);
	(void)pthread_cond_init(&h->changed, NULL);
	return h;
}

/* ---- what a source imports -------------------------------------------------------------------- */

/* "name", or "name.of" unless `of` is NULL. Good until the next one; most have been visited already. */
static const char *asked(struct py_ahead *h, const char *name, size_t n, const char *of)
{
	size_t more = of != NULL ? strlen(of) + 1 : 0;

	if (h->asked.cap < n + more + 1) {
		h->asked.cap = 2 * (n + more + 1);
		h->asked.p = arena_alloc(h->a, h->asked.cap);
	}
	memcpy(h->asked.p, name, n);
	if (of != NULL) {
		h->asked.p[n] = '.';
		memcpy(h->asked.p + n + 1, of, more - 1);
	}
	h->asked.p[n + more] = '\0';
	return h->asked.p;
}

/* "..b" in a module of the package a.c: "a.b", interned. NULL if there is no such package. */
static const char *resolved(struct py_ahead *h, const struct reading *r, const char *name, unsigned level)
{
	size_t n = strlen(r->name);

	if (level == 0)
		return name;
	for (unsigned i = r->is_package ? 1 : 0; i < level; i++) {
		const char *dot = memrchr(r->name, '.', n);

		if (dot == NULL)
			return NULL;
		n = (size_t)(dot - r->name);
	}
	name = asked(h, r->name, n, name);
	return py_name(h->names, name, strlen(name));
}

static void add_wish(struct py_ahead *h, struct reading *r, const char *name, const struct py_list *from)
{
	if (name != NULL)
		*ARENA_PUSH(h->a, &r->wishes) = (struct wish){ name, from };
}

/* Conditions of what is there for type checkers, or for the file as a program. */
static bool is_never(const struct py_ahead *h, const struct py_node *n)
{
	switch (n->kind) {
	case PY_NAME:
	case PY_ATTRIBUTE:
		return n->u.name == h->n_checking;
	case PY_COMPARE:
		return n->a->kind == PY_NAME && n->a->u.name == h->n_name;
	default:
		return false;
	}
}

static void collect(struct py_ahead *h, struct reading *r, const struct py_list *body, unsigned depth);

static void collect_from(struct py_ahead *h, struct reading *r, const struct py_node *n, unsigned depth)
{
	switch (n->kind) {
	case PY_IMPORT:
		for (size_t i = 0; i < n->list.n; i++)
			add_wish(h, r, n->list.v[i]->u.alias.name, NULL);
		break;
	case PY_IMPORT_FROM:
		add_wish(h, r, resolved(h, r, n->u.name, n->op), &n->list);
		break;
	case PY_IF:
		if (!is_never(h, n->a))
			collect(h, r, &n->body, depth);
		collect(h, r, &n->orelse, depth);
		break;
	case PY_TRY:
		collect(h, r, &n->body, depth);
		collect(h, r, &n->orelse, depth);
		collect(h, r, &n->final, depth);
		break;
	case PY_WITH:
		collect(h, r, &n->body, depth);
		break;
	default:
		break;
	}
}

static void collect(struct py_ahead *h, struct reading *r, const struct py_list *body, unsigned depth)
{
	for (size_t i = 0; i < body->n && depth < BLOCKS_MAX; i++)
		collect_from(h, r, body->v[i], depth + 1);
}

static void go_through(struct py_ahead *h, const char *name, bool is_package, const struct py_list *body)
{
	struct reading r = { .name = name, .is_package = is_package };

	collect(h, &r, body, 0);
	if (r.wishes.n > 0)
		*ARENA_PUSH(h->a, &h->stack) = r;
}

/* ---- reading ---------------------------------------------------------------------------------- */

/* Makes the source ours to read. NULL if somebody has it, or there is no memory. */
static struct text *claim(struct py_ahead *h, const char *path, enum state state)
{
	struct text *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->state = state;
	if (map_get_str(&h->texts, path) == NULL && map_put_str(&h->texts, path, t))
		return t;
	free(t);
	return NULL;
}

static void settle(struct py_ahead *h, enum state state)
{
	bool wanted;

	pthread_mutex_lock(&h->lock);
	if (h->reading != NULL) {
		h->reading->state = state;
		h->done++;
	}
	h->reading = NULL;
	wanted = h->wanted;
	pthread_mutex_unlock(&h->lock);
	if (wanted)
		pthread_cond_signal(&h->changed);
}

/* *near: the evaluator is close behind. */
static bool begin(struct py_ahead *h, const struct py_spec *spec, bool *near)
{
	pthread_mutex_lock(&h->lock);
	h->reading = claim(h, spec->origin, READING);
	*near = h->begun - h->taken < LEAD;
	if (h->reading != NULL)
		h->reading->number = ++h->begun;
	pthread_mutex_unlock(&h->lock);
	return h->reading != NULL;
}

/* The text of a source. The store is for files that are looked at again: thousands of these are not. */
static bool read_text(struct py_ahead *h, const char *path, struct view *text)
{
	struct source_file *f = ARENA_PUSH(h->a, &h->files);
	int err = source_read(h->src, path, h->buf, SMALL, f, text);
	bool ok = err == 0 && f->st.type == OS_REGULAR && text->n <= PY_SOURCE_MAX;
	unsigned char *copy;

	if (ok && f->map.bytes.n > 0)
		return true;
	source_close(f);
	h->files.n--;
	if (!ok || text->n == 0)
		return ok;
	copy = arena_alloc(h->a, text->n);
	memcpy(copy, text->p, text->n);
	text->p = copy;
	return true;
}

static void read_source(struct py_ahead *h, const struct py_spec *spec)
{
	struct py_source *s;
	struct py_list body;
	struct view text;
	size_t before;
	bool near;

	if (!begin(h, spec, &near))
		return;
	if (!read_text(h, spec->origin, &text)) {
		settle(h, FAILED);
		return;
	}
	before = arena_used(h->a);
	s = ARENA_NEW(h->a, struct py_source);
	if (near)
		py_parse_outline(h->a, h->names, spec->origin, text, s);
	else
		py_parse(h->a, h->names, spec->origin, text, s);
	body = s->body; /* the source is the evaluator's as soon as it is settled */
	h->reading->source = s;
	h->reading->bytes = arena_used(h->a) - before;
	settle(h, READ);
	go_through(h, spec->name, spec->is_package, &body);
}

static void read_extension(struct py_ahead *h, const struct py_spec *spec)
{
	size_t before = arena_used(h->a);
	struct reading r = { .name = spec->name };
	const struct store_entry *e;
	struct py_inner_list *inner;
	bool near;

	if (!begin(h, spec, &near))
		return;
	e = store_open(h->home->store, spec->origin);
	if (e == NULL || e->err != 0 || e->file->kind != FILE_ELF || e->file->elf.defect != ELF_OK) {
		settle(h, FAILED);
		return;
	}
	inner = &h->reading->inner;
	py_ext_imports(&(struct py_binary){ .elf = &e->file->elf }, spec->name, h->finder, h->home, h->src,
		       h->a, inner);
	for (size_t i = 0; i < inner->n; i++)
		add_wish(h, &r, inner->items[i].name, NULL);
	h->reading->module = spec->name;
	h->reading->elf = &e->file->elf;
	h->reading->bytes = arena_used(h->a) - before;
	settle(h, READ);
	if (r.wishes.n > 0)
		*ARENA_PUSH(h->a, &h->stack) = r;
}

/* ---- modules ---------------------------------------------------------------------------------- */

static struct module *module_of(const struct py_ahead *h, const char *name)
{
	return table_get(&h->modules, name, elf_gnu_hash(name));
}

static struct module *remember(struct py_ahead *h, const char *name, const struct py_strings *locations)
{
	struct module *m = ARENA_NEW(h->a, struct module);

	m->name = name;
	m->locations = *locations;
	table_put(&h->modules, name, elf_gnu_hash(name), m);
	return m;
}

/* Where modules of that name are looked for; NULL: nowhere. */
static const struct py_strings *places_of(struct py_ahead *h, const char *name)
{
	const char *dot = strrchr(name, '.');
	const struct module *parent;

	if (dot == NULL)
		return &h->path;
	parent = module_of(h, arena_strndup(h->a, name, (size_t)(dot - name)));
	return parent != NULL && parent->locations.n > 0 ? &parent->locations : NULL;
}

/* `asked` need not last. */
static void visit(struct py_ahead *h, const char *asked)
{
	const struct py_strings *places;
	struct py_spec spec = { .kind = PY_SPEC_MISSING };
	const char *name;

	if (module_of(h, asked) != NULL || h->modules.n >= MODULES_MAX)
		return;
	name = arena_strdup(h->a, asked);
	places = places_of(h, name);
	if (places != NULL)
		py_find(h->finder, name, places, &spec);
	(void)remember(h, name, &spec.locations);
	if (spec.kind == PY_SPEC_SOURCE && spec.zip == NULL)
		read_source(h, &spec);
	else if (spec.kind == PY_SPEC_EXTENSION)
		read_extension(h, &spec);
}

/* Could the package have a module of that name? Most of what is imported from packages are other things. */
static bool may_have(struct py_ahead *h, const struct module *m, const char *name)
{
	for (size_t i = 0; i < m->locations.n; i++) {
		const struct py_importer *im = py_importer_of(h->finder, m->locations.items[i]);

		if (im->kind == PY_IMPORTER_FOLDER && py_folder_may_have(im, name, strlen(name)))
			return true;
	}
	return false;
}

/* The next of the names that are imported from a module which may be a module itself. */
static const char *next_alias(struct py_ahead *h, struct reading *r, const struct wish *w)
{
	const struct module *m = module_of(h, w->name);

	if (m == NULL || m->locations.n == 0)
		return NULL;
	while (r->alias < w->from->n) {
		const char *name = w->from->v[r->alias++]->u.alias.name;

		if (may_have(h, m, name))
			return asked(h, w->name, strlen(w->name), name);
	}
	return NULL;
}

/* Of where a name stands: almost all are interned. */
static uint32_t hash_of(const char *name)
{
	return (uint32_t)((uint64_t)(uintptr_t)name * 0x9e3779b97f4a7c15ULL >> 32);
}

/* The next module that it imports: "a", then "a.b", then what is taken from that. NULL: no more. */
static const char *next_of(struct py_ahead *h, struct reading *r)
{
	for (; r->at < r->wishes.n; r->at++, r->done = 0, r->alias = 0) {
		const struct wish *w = &r->wishes.items[r->at];
		const char *name;

		if (r->done == 0 && table_get(&h->wished, w->name, hash_of(w->name)) != NULL)
			r->done = strlen(w->name);
		if (w->name[r->done] != '\0') {
			size_t n = strcspn(w->name + r->done + 1, ".") + 1;

			r->done += n;
			if (w->name[r->done] == '\0')
				table_put(&h->wished, w->name, hash_of(w->name), h);
			return asked(h, w->name, r->done, NULL);
		}
		name = w->from != NULL ? next_alias(h, r, w) : NULL;
		if (name != NULL)
			return name;
	}
	return NULL;
}

static void take_given(struct py_ahead *h, const struct given *g)
{
	if (g == NULL)
		return;
	take_given(h, g->next); /* the latest comes last, on top of the others */
	if (module_of(h, g->name) == NULL)
		(void)remember(h, g->name, g->locations);
	go_through(h, g->name, g->is_package, g->body);
}

/* False: stop. Waits while there is nothing to do. */
static bool next_given(struct py_ahead *h, const struct given **out)
{
	bool stop;

	*out = NULL;
	if (h->stack.n > 0 && !__atomic_load_n(&h->news, __ATOMIC_RELAXED))
		return true;
	pthread_mutex_lock(&h->lock);
	while (!h->stop && h->given == NULL && h->stack.n == 0)
		pthread_cond_wait(&h->changed, &h->lock);
	*out = h->given;
	h->given = NULL;
	stop = h->stop;
	__atomic_store_n(&h->news, stop, __ATOMIC_RELAXED);
	pthread_mutex_unlock(&h->lock);
	return !stop;
}

static void read_all(void *ctx)
{
	struct py_ahead *h = ctx;
	const struct given *g;

	h->finder = py_finder_new(h->home, h->src, h->a);
	h->buf = arena_alloc(h->a, SMALL);
	h->names = py_names_for(h->their_names, h->a);
	h->n_checking = py_name(h->names, "TYPE_CHECKING", 13);
	h->n_name = py_name(h->names, "__name__", 8);
	table_init(&h->modules, h->a);
	table_init(&h->wished, h->a);
	for (size_t i = 0; i < h->home->path.n; i++)
		*ARENA_PUSH(h->a, &h->path) = h->home->path.items[i].dir;
	*ARENA_PUSH(h->a, &h->stack) = (struct reading){ .name = "" };
	add_wish(h, &h->stack.items[0], h->module, NULL);
	while (next_given(h, &g)) {
		const char *name;

		take_given(h, g);
		if (h->stack.n == 0)
			continue;
		name = next_of(h, &h->stack.items[h->stack.n - 1]);
		if (name != NULL)
			visit(h, name);
		else
			h->stack.n--;
	}
}

static void *run(void *ctx)
{
	struct py_ahead *h = ctx;

	if (arena_run(h->a, read_all, h) != ARENA_OK)
		settle(h, FAILED);
	return NULL;
}

/* ---- for the evaluator ------------------------------------------------------------------------ */

void py_ahead_start(struct py_ahead *h, const struct py_home *home, struct source *src,
		    const struct py_names *names, const char *module)
{
	if (h == NULL || h->started)
		return;
	h->home = home;
	h->src = src;
	h->their_names = names;
	h->module = module;
	h->started = pthread_create(&h->thread, NULL, run, h) == 0;
}

/* Takes what is there for a file. NULL: nothing, and nobody will make it. */
static const struct text *take(struct py_ahead *h, const char *path)
{
	const struct text *got = NULL;
	struct text *t;

	if (h == NULL || !h->started)
		return NULL;
	pthread_mutex_lock(&h->lock);
	t = map_get_str(&h->texts, path);
	if (t == NULL)
		t = claim(h, path, TAKEN);
	while (t != NULL && t->state == READING) {
		h->wanted = true;
		pthread_cond_wait(&h->changed, &h->lock);
	}
	h->wanted = false;
	if (t != NULL && t->state == READ)
		got = t;
	if (t != NULL && t->number > h->taken)
		h->taken = t->number;
	if (t != NULL)
		t->state = TAKEN;
	pthread_mutex_unlock(&h->lock);
	return got;
}

struct py_source *py_ahead_take(struct py_ahead *h, const char *path, struct arena *a)
{
	const struct text *t = take(h, path);

	if (t == NULL || t->source == NULL)
		return NULL;
	arena_charge(a, t->bytes);
	return t->source;
}

const struct py_inner_list *py_ahead_inner(struct py_ahead *h, const char *path, const struct elf *e,
					   const char *module, struct arena *a)
{
	const struct text *t = module != NULL ? take(h, path) : NULL;

	if (t == NULL || t->elf != e || strcmp(t->module, module) != 0)
		return NULL;
	arena_charge(a, t->bytes);
	return &t->inner;
}

void py_ahead_give(struct py_ahead *h, const struct py_spec *spec, const struct py_source *s,
		   struct arena *a)
{
	struct given *g;

	if (h == NULL || !h->started)
		return;
	g = ARENA_NEW(a, struct given);
	g->name = spec->name;
	g->is_package = spec->is_package;
	g->locations = &spec->locations;
	g->body = &s->body;
	pthread_mutex_lock(&h->lock);
	g->next = h->given;
	h->given = g;
	__atomic_store_n(&h->news, true, __ATOMIC_RELAXED);
	pthread_mutex_unlock(&h->lock);
	pthread_cond_signal(&h->changed);
}

size_t py_ahead_done(struct py_ahead *h)
{
	size_t n;

	pthread_mutex_lock(&h->lock);
	n = h->done;
	pthread_mutex_unlock(&h->lock);
	return n;
}

void py_ahead_stop(struct py_ahead *h)
{
	if (h == NULL || !h->started)
		return;
	pthread_mutex_lock(&h->lock);
	h->stop = true;
	__atomic_store_n(&h->news, true, __ATOMIC_RELAXED);
	pthread_cond_signal(&h->changed);
	pthread_mutex_unlock(&h->lock);
	(void)pthread_join(h->thread, NULL);
	h->started = false;
}

void py_ahead_free(struct py_ahead *h)
{
	if (h == NULL)
		return;
	py_ahead_stop(h);
	for (size_t i = 0; i < h->files.n; i++)
		source_close(&h->files.items[i]);
	map_free(&h->texts, free);
	pthread_mutex_destroy(&h->lock);
	pthread_cond_destroy(&h->changed);
	arena_free(h->a);
	free(h);
}
