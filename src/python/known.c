/* known.c - what the evaluator has instead of functions and classes of the standard library. */
#include <string.h>

#include "python/eval.h"
#include "python/parse.h"

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

void py_know_all(struct py_eval *ev, const char *module, const char *from)
{
	const struct py_dict *d = py_known_of(ev, from);

	for (size_t i = 0; d != NULL && i < d->n; i++)
		py_know_value(ev, module, py_entry_name(&d->items[i]), d->items[i].value);
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

const struct py_dict *py_known_of(struct py_eval *ev, const char *module)
{
	struct py_value *d = module != NULL ? py_dict_name(&ev->known, intern(ev, module)) : NULL;

	return d != NULL ? d->u.dict : NULL;
}

/* Where strings of the file end, in chains by their last bytes. Names are asked for that most interpreters
 * lack, and looking through the whole file for each takes a millisecond. */
enum { END_BYTES = 2, CHAINS = 1 << 12 };

struct py_core_end {
	uint32_t at, next; /* next: 1 + the index of one whose last bytes have the same hash, 0: none */
};

static uint32_t *chain_of(struct py_eval *ev, const unsigned char *end)
{
	return &ev->core_chains[(end[-1] * 61u + end[-2]) % CHAINS];
}

static bool is_name_end(const unsigned char *end)
{
	return (py_class[end[-1]] & py_class[end[-2]] & PY_C_WORD) != 0 && end[-1] < 0x80 && end[-2] < 0x80;
}

static void note_end(struct py_eval *ev, const unsigned char *p, size_t at)
{
	uint32_t *first = chain_of(ev, p + at);

	*ARENA_PUSH(ev->a, &ev->core_ends) = (struct py_core_end){ (uint32_t)at, *first };
	*first = (uint32_t)ev->core_ends.n;
}

/* Which of sixteen bytes are letters, digits or '_' of ASCII? */
static inline py_sixteen are_names(py_sixteen v)
{
	return (py_sixteen)(((v | 0x20) - 'a') <= 'z' - 'a') | (py_sixteen)((v - '0') <= 9) |
	       (py_sixteen)(v == '_');
}

/* Where in the sixteen bytes from p on do names of at least two letters end? */
static inline py_sixteen name_ends(const unsigned char *p)
{
	py_sixteen here, before, first;

	memcpy(&here, p, sizeof(here));
	memcpy(&before, p - 1, sizeof(before));
	memcpy(&first, p - END_BYTES, sizeof(first));
	return (py_sixteen)(here == 0) & are_names(before) & are_names(first);
}

static void index_ends(struct py_eval *ev)
{
	struct view v = ev->core.map.bytes;
	size_t i = END_BYTES;

	if (v.n < END_BYTES || v.n >= UINT32_MAX)
		return;
	ev->core_chains = ARENA_ARRAY(ev->a, CHAINS, uint32_t);
	while (i < v.n) {
		if (v.n - i >= sizeof(py_sixteen)) {
			size_t n = py_first(name_ends(v.p + i));

			i += n;
			if (n == sizeof(py_sixteen))
				continue;
			note_end(ev, v.p, i);
		} else if (v.p[i] == 0 && is_name_end(v.p + i)) {
			note_end(ev, v.p, i);
		}
		i++;
	}
}

static void open_core(struct py_eval *ev)
{
	const struct py_home *h = ev->im->home;
	const char *path = h->libpython != NULL ? h->libpython : h->program;

	ev->core_opened = true;
	if (path == NULL || source_open(ev->source, path, &ev->core) != 0)
		memset(&ev->core, 0, sizeof(ev->core));
	index_ends(ev);
}

/* Without an interpreter to look into: what CPython builds in has names in small letters, or begins with a
 * capital (classes). "OpenCV_LOADER" is neither. */
static bool is_foreign_to_core(const char *name)
{
	return strpbrk(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != NULL && strchr(name, '_') != NULL &&
	       strpbrk(name, "abcdefghijklmnopqrstuvwxyz") != NULL;
}

/* A string that ends like the name may be that name: linkers merge them. */
static bool has_string(struct py_eval *ev, const char *name)
{
	struct view bytes = ev->core.map.bytes;
	size_t n = strlen(name);

	if (bytes.p == NULL)
		return !is_foreign_to_core(name);
	if (ev->core_chains == NULL || n < END_BYTES || !is_name_end((const unsigned char *)name + n))
		return memmem(bytes.p, bytes.n, name, n + 1) != NULL;
	for (uint32_t i = *chain_of(ev, (const unsigned char *)name + n); i != 0;) {
		const struct py_core_end *end = &ev->core_ends.items[i - 1];

		if (end->at >= n && memcmp(bytes.p + end->at - n, name, n) == 0)
			return true;
		i = end->next;
	}
	return false;
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
		py_dict_set_name(ev->a, &m->u.module.dict, py_entry_name(&d->u.dict->items[i]),
				 d->u.dict->items[i].value);
}

struct py_value *py_class_new(struct py_eval *ev, const char *module, const char *name, struct py_value *base,
			      py_native *make, enum py_type type)
{
	struct py_value *v = py_value_new(ev->a, V_CLASS);
	struct py_class *k = ARENA_NEW(ev->a, struct py_class);

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
