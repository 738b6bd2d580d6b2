/* known.c - what the evaluator has instead of functions and classes of the standard library. */
#include <string.h>

#include "python/eval.h"

static const char *intern(struct py_eval *ev, const char *s)
{
	return py_name(ev->names, s, strlen(s));
}

void py_know_value(struct py_eval *ev, const char *module, const char *name, struct py_value *v)
{
	const char *m = intern(ev, module);
	struct py_value *d = py_dict_name(&ev->known, m);

	if (d == NULL) {
		d = py_dict_new(ev->a);
		py_dict_set_name(ev->a, &ev->known, m, d);
	}
	py_dict_set_name(ev->a, d->u.dict, intern(ev, name), v);
}

void py_know(struct py_eval *ev, const struct py_native_def *defs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		py_know_value(ev, defs[i].module, defs[i].name,
			      py_native_new(ev->a, defs[i].name, defs[i].call, NULL));
}

struct py_value *py_known(struct py_eval *ev, const char *module, const char *name)
{
	struct py_value *d = module != NULL ? py_dict_name(&ev->known, intern(ev, module)) : NULL;

	return d != NULL ? py_dict_name(d->u.dict, intern(ev, name)) : NULL;
}

/* Words of the file by their hashes: a set that only grows. */
#define WORD_SLOTS (1u << 17)

static uint64_t word_hash(const unsigned char *p, size_t n)
{
	uint64_t h = 14695981039346656037ULL;

	for (size_t i = 0; i < n; i++)
		h = (h ^ p[i]) * 1099511628211ULL;
	return h | 1;
}

static bool word_seen(struct py_eval *ev, uint64_t h, bool add)
{
	for (size_t i = (size_t)(h >> 20), k = 0; k < 64; i++, k++) {
		uint64_t *slot = &ev->core_words[i & (WORD_SLOTS - 1)];

		if (*slot == h)
			return true;
		if (*slot == 0) {
			if (add)
				*slot = h;
			return add;
		}
	}
	return false;
}

static bool in_word(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static void index_words(struct py_eval *ev)
{
	struct view v = ev->core.map.bytes;
	size_t from = 0;

	ev->core_words = ARENA_ARRAY(ev->a, WORD_SLOTS, uint64_t);
	for (size_t i = 0; i < v.n; i++) {
		if (in_word(v.p[i]))
			continue;
		if (v.p[i] == 0 && i - from >= 3 && i - from <= 60)
			word_seen(ev, word_hash(v.p + from, i - from), true);
		from = i + 1;
	}
}

static void open_core(struct py_eval *ev)
{
	const struct py_home *h = ev->im->home;
	const char *path = h->libpython != NULL ? h->libpython : h->program;

	ev->core_opened = true;
	if (path == NULL || source_open(ev->source, path, &ev->core) != 0)
		memset(&ev->core, 0, sizeof(ev->core));
	index_words(ev);
}

/* A string that ends like the name may be that name: linkers merge them. */
static bool has_string(struct py_eval *ev, const char *name)
{
	struct view bytes = ev->core.map.bytes;

	if (bytes.p == NULL || word_seen(ev, word_hash((const unsigned char *)name, strlen(name)), false))
		return true;
	return memmem(bytes.p, bytes.n, name, strlen(name) + 1) != NULL;
}

bool py_core_has(struct py_eval *ev, const char *name)
{
	const char *n = intern(ev, name);
	struct py_value *v = py_dict_name(&ev->core_names, n);

	if (!ev->core_opened)
		open_core(ev);
	if (v == NULL) {
		v = py_bool(has_string(ev, n));
		py_dict_set_name(ev->a, &ev->core_names, n, v);
	}
	return v == &py_true;
}

/* Modules that are built into the interpreter have what is known of them, and much that is not. */
void py_fill_builtin(struct py_eval *ev, struct py_value *m)
{
	struct py_value *d = py_dict_name(&ev->known, intern(ev, m->u.module.name));

	for (size_t i = 0; d != NULL && i < d->u.dict->n; i++)
		py_dict_set_name(ev->a, &m->u.module.dict, d->u.dict->items[i].name,
				 d->u.dict->items[i].value);
}

struct py_value *py_class_new(struct py_eval *ev, const char *module, const char *name, struct py_value *base,
			      py_native *make, enum py_type type)
{
	struct py_value *v = ARENA_NEW(ev->a, struct py_value);
	struct py_class *k = ARENA_NEW(ev->a, struct py_class);

	v->type = V_CLASS;
	v->u.cls = k;
	k->name = name;
	k->module = module;
	k->make = make;
	k->type = (int)type;
	if (base != NULL) {
		k->bases = ARENA_ARRAY(ev->a, 1, struct py_value *);
		k->bases[0] = base;
		k->nbases = 1;
		k->is_exception = base->u.cls->is_exception;
	}
	py_know_value(ev, module, name, v);
	return v;
}
