/* value.c - making values, and dictionaries that keep the order of insertion. */
#include "python/value.h"

#include <string.h>

#include "python/eval.h"

const struct py_value py_unknown_value = { .type = V_UNKNOWN };
const struct py_value py_none_value = { .type = V_NONE };
const struct py_value py_true_value = { .type = V_BOOL, .u.integer = 1 };
const struct py_value py_false_value = { .type = V_BOOL, .u.integer = 0 };
const struct py_value py_ellipsis_value = { .type = V_ELLIPSIS };

#define SIZE_WITH(part) (offsetof(struct py_value, u) + sizeof(((struct py_value *)0)->u.part))

/* Most values are small: numbers, texts, methods. */
static size_t size_of(enum py_type type)
{
	switch (type) {
	case V_UNKNOWN: case V_NONE: case V_ELLIPSIS: case V_BOOL: case V_INT:
		return SIZE_WITH(integer);
	case V_FLOAT: return SIZE_WITH(real);
	case V_STR: case V_BYTES: case V_PATH: return SIZE_WITH(str);
	case V_TUPLE: case V_LIST: case V_SET: return SIZE_WITH(list);
	case V_DICT: return SIZE_WITH(dict);
	case V_FUNCTION: return SIZE_WITH(fn);
	case V_NATIVE: return SIZE_WITH(native);
	case V_METHOD: return SIZE_WITH(method);
	case V_CLASS: return SIZE_WITH(cls);
	case V_MODULE: return SIZE_WITH(module);
	case V_PROPERTY: case V_STATIC: case V_CLASSMETHOD: return SIZE_WITH(wrap);
	case V_GENERATOR: return SIZE_WITH(gen);
	case V_SUPER: return SIZE_WITH(super);
	case V_INSTANCE:
	default: return sizeof(struct py_value);
	}
}

struct py_value *py_value_new(struct arena *a, enum py_type type)
{
	struct py_value *v = arena_alloc(a, size_of(type));

	v->type = (uint8_t)type;
	return v;
}

struct py_value *py_bool(bool b)
{
	return b ? &py_true : &py_false;
}

struct py_value *py_int(struct arena *a, int64_t i)
{
	struct py_value *v = py_value_new(a, V_INT);

	v->u.integer = i;
	return v;
}

struct py_value *py_float(struct arena *a, double d)
{
	struct py_value *v = py_value_new(a, V_FLOAT);

	v->u.real = d;
	return v;
}

struct py_value *py_strn(struct arena *a, const char *s, size_t n)
{
	struct py_value *v = py_value_new(a, V_STR);

	v->u.str.p = s;
	v->u.str.n = n;
	return v;
}

struct py_value *py_str(struct arena *a, const char *s)
{
	return py_strn(a, s, strlen(s));
}

struct py_value *py_list_new(struct arena *a, enum py_type type)
{
	return py_value_new(a, type);
}

void py_list_reserve(struct arena *a, struct py_value *list, size_t n)
{
	struct py_value **v;

	if (n <= list->u.list.cap)
		return;
	v = ARENA_ARRAY(a, n, struct py_value *);
	if (list->u.list.n > 0)
		memcpy(v, list->u.list.v, list->u.list.n * sizeof(struct py_value *));
	list->u.list.v = v;
	list->u.list.cap = n;
}

void py_list_add(struct arena *a, struct py_value *list, struct py_value *v)
{
	void *items = list->u.list.v;

	arena_grow(a, &items, &list->u.list.n, &list->u.list.cap, sizeof(struct py_value *));
	list->u.list.v = items;
	list->u.list.v[list->u.list.n - 1] = v;
}

struct py_value *py_dict_new(struct arena *a)
{
	struct py_value *v = py_value_new(a, V_DICT);

	v->u.dict = ARENA_NEW(a, struct py_dict);
	return v;
}

struct py_value *py_native_new(struct arena *a, const char *name, py_native *call, void *data)
{
	struct py_value *v = py_value_new(a, V_NATIVE);

	v->u.native.call = call;
	v->u.native.name = name;
	v->u.native.data = data;
	return v;
}

/* ---- dictionaries ---------------------------------------------------------------------------- */

#define SMALL 8
#define FEW 4            /* room that a dictionary has first */
#define RESERVE_MAX 65536

static size_t hash_pointer(const void *p)
{
	uint64_t x = (uint64_t)(uintptr_t)p;

	x ^= x >> 33;
	x *= 0xff51afd7ed558ccdULL;
	x ^= x >> 33;
	return (size_t)x;
}

/* Equal keys have equal hashes; keys of other kinds than these are compared one by one. */
static size_t hash_key(const char *name, const struct py_value *key)
{
	size_t h = 17;

	if (name != NULL)
		return hash_pointer(name);
	switch (key->type) {
	case V_BOOL:
	case V_INT:
		if (key->u.integer < -1000000000000000 || key->u.integer > 1000000000000000)
			return h;
		return (size_t)((uint64_t)key->u.integer * 0x9e3779b97f4a7c15ULL >> 7);
	case V_SET:
		return h;
	case V_FLOAT:
		if (!(key->u.real >= -1e15 && key->u.real <= 1e15))
			return h;
		return (size_t)((uint64_t)(int64_t)key->u.real * 0x9e3779b97f4a7c15ULL >> 7);
	case V_BYTES:
	case V_PATH:
	case V_STR:
		for (size_t i = 0; i < key->u.str.n; i++)
			h = h * 31 + (unsigned char)key->u.str.p[i];
		return h;
	case V_TUPLE: /* of what stands at its ends; tuples in it count alike */
		h += key->u.list.n * 1000003u;
		for (size_t i = 0; i < key->u.list.n && i < 4; i++)
			if (key->u.list.v[i]->type != V_TUPLE)
				h = h * 31 + hash_key(NULL, key->u.list.v[i]);
		return h;
	default:
		return hash_pointer(key);
	}
}

/* Names and values are aligned: the last bit marks the keys that are values. */
static uintptr_t key_of(const char *name, const struct py_value *key)
{
	return name != NULL ? (uintptr_t)name : (uintptr_t)key | 1;
}

/* Of an entry without a name. */
static struct py_value *value_in(const struct py_entry *e)
{
	return (struct py_value *)(e->key & ~(uintptr_t)1);
}

static bool same_key(const struct py_entry *e, const struct py_value *key)
{
	if (py_entry_name(e) != NULL)
		return false;
	return value_in(e) == key || py_equal(value_in(e), key) == PY_YES;
}

static void index_add(struct py_dict *d, size_t i)
{
	const struct py_entry *e = &d->items[i];
	const char *name = py_entry_name(e);
	size_t at = hash_key(name, name == NULL ? value_in(e) : NULL) & d->mask;

	while (d->index[at] != 0)
		at = (at + 1) & d->mask;
	d->index[at] = (uint32_t)i + 1;
}

static void reindex(struct arena *a, struct py_dict *d)
{
	size_t slots = 32, n = d->n > d->cap / 2 ? d->n : d->cap / 2; /* there will soon be more than half */

	while (slots < n * 3)
		slots *= 2;
	d->index = ARENA_ARRAY(a, slots, uint32_t);
	d->mask = (uint32_t)(slots - 1);
	for (size_t i = 0; i < d->n; i++)
		index_add(d, i);
}

static void make_room(struct arena *a, struct py_dict *d, size_t cap)
{
	struct py_entry *items = ARENA_ARRAY(a, cap, struct py_entry);

	if (d->n > 0)
		memcpy(items, d->items, d->n * sizeof(*items));
	d->items = items;
	d->cap = (uint32_t)cap;
}

static struct py_entry *push(struct arena *a, struct py_dict *d)
{
	struct { struct py_entry *items; size_t n, cap; } all = { d->items, d->n, d->cap };
	struct py_entry *e = ARENA_PUSH(a, &all);

	d->items = all.items;
	d->n = (uint32_t)all.n;
	d->cap = (uint32_t)all.cap;
	return e;
}

void py_dict_reserve(struct arena *a, struct py_dict *d, size_t n)
{
	if (n <= d->cap || n > RESERVE_MAX)
		return;
	make_room(a, d, n);
	if (n > SMALL)
		reindex(a, d);
}

/* Almost all keys are names: a function of its own, which saves no registers. */
static __attribute__((noinline)) struct py_entry *find_name(const struct py_dict *d, const char *name)
{
	struct py_entry *e = d->items;

	if (d->index == NULL) {
		for (size_t i = 0; i < d->n; i++)
			if (e[i].key == (uintptr_t)name)
				return &e[i];
		return NULL;
	}
	for (size_t at = hash_pointer(name) & d->mask; d->index[at] != 0; at = (at + 1) & d->mask)
		if (e[d->index[at] - 1].key == (uintptr_t)name)
			return &e[d->index[at] - 1];
	return NULL;
}

static __attribute__((noinline)) struct py_entry *find_key(const struct py_dict *d,
							     const struct py_value *key)
{
	if (d->index == NULL) {
		for (size_t i = 0; i < d->n; i++)
			if (same_key(&d->items[i], key))
				return &d->items[i];
		return NULL;
	}
	for (size_t at = hash_key(NULL, key) & d->mask; d->index[at] != 0; at = (at + 1) & d->mask)
		if (same_key(&d->items[d->index[at] - 1], key))
			return &d->items[d->index[at] - 1];
	return NULL;
}

static inline struct py_entry *find(const struct py_dict *d, const char *name, const struct py_value *key)
{
	return name != NULL ? find_name(d, name) : find_key(d, key);
}

/* Closes the gaps that keys have left which were deleted and came again. */
static void compact(struct arena *a, struct py_dict *d)
{
	uint32_t n = 0;

	for (size_t i = 0; i < d->n; i++)
		if (d->items[i].value != NULL)
			d->items[n++] = d->items[i];
	d->n = n;
	if (d->index != NULL)
		reindex(a, d);
}

static void set(struct arena *a, struct py_dict *d, const char *name, struct py_value *key,
		struct py_value *v)
{
	struct py_entry *e = find(d, name, key);

	/* a deleted key that comes again stands at the end */
	if (e != NULL && e->value == NULL && v != NULL && e != &d->items[d->n - 1]) {
		e->key = key_of(NULL, &py_unknown); /* equal to none */
		e = NULL;
		if (d->n > 2 * d->live + 32)
			compact(a, d);
	}
	if (e == NULL) {
		if (d->cap == 0)
			make_room(a, d, FEW);
		e = push(a, d);
		e->key = key_of(name, key);
		if (d->index != NULL && d->n * 2 <= d->mask)
			index_add(d, d->n - 1);
		else if (d->n > SMALL)
			reindex(a, d);
	}
	d->live += (uint32_t)(v != NULL) - (uint32_t)(e->value != NULL);
	e->value = v;
}

struct py_value *py_dict_name(const struct py_dict *d, const char *name)
{
	struct py_entry *e = find(d, name, NULL);

	return e != NULL ? e->value : NULL;
}

void py_dict_set_name(struct arena *a, struct py_dict *d, const char *name, struct py_value *v)
{
	set(a, d, name, NULL, v);
}

/* A string with a NUL in it is a key like other values: of a name only its letters are kept. */
static const char *name_of(struct py_eval *ev, const struct py_value *key)
{
	if (key->type != V_STR || strlen(key->u.str.p) != key->u.str.n)
		return NULL;
	return py_name(ev->names, key->u.str.p, key->u.str.n);
}

static bool is_known_key(const struct py_value *key)
{
	if (key->type == V_TUPLE)
		for (size_t i = 0; i < key->u.list.n; i++)
			if (py_is_unknown(key->u.list.v[i]))
				return false;
	return !py_is_unknown(key) && !key->tainted;
}

struct py_value *py_dict_get(struct py_eval *ev, const struct py_dict *d, struct py_value *key)
{
	struct py_entry *e;

	if (!is_known_key(key))
		return &py_unknown;
	e = find(d, name_of(ev, key), key);
	return e != NULL ? e->value : NULL;
}

void py_dict_set(struct py_eval *ev, struct py_dict *d, struct py_value *key, struct py_value *v)
{
	const char *name;

	if (!is_known_key(key)) {
		d->tainted = true;
		return;
	}
	name = name_of(ev, key);
	if (name != NULL) {
		py_note_write(ev, d, name, py_dict_name(d, name));
		v = py_settle(ev, d, name, v);
	} else if (py_is_tentative(ev)) {
		d->tainted = true;
	}
	set(ev->a, d, name, key, v);
}

bool py_dict_del(struct py_eval *ev, struct py_dict *d, struct py_value *key)
{
	struct py_entry *e;

	if (!is_known_key(key)) {
		d->tainted = true;
		return false;
	}
	e = find(d, name_of(ev, key), key);
	if (e == NULL || e->value == NULL)
		return false;
	if (py_entry_name(e) != NULL)
		py_note_write(ev, d, py_entry_name(e), e->value);
	else if (py_is_tentative(ev))
		d->tainted = true;
	e->value = NULL;
	d->live--;
	return true;
}

struct py_value *py_entry_key(struct arena *a, const struct py_entry *e)
{
	return py_entry_name(e) != NULL ? py_str(a, py_entry_name(e)) : value_in(e);
}

/* ---- truth and equality ---------------------------------------------------------------------- */

enum py_truth py_truth(const struct py_value *v)
{
	switch (v->type) {
	case V_NONE:
		return PY_NO;
	case V_BOOL:
	case V_INT:
		return v->u.integer != 0 ? PY_YES : PY_NO;
	case V_FLOAT:
		return v->u.real >= 0 && v->u.real <= 0 ? PY_NO : PY_YES;
	case V_STR:
	case V_BYTES:
		return v->u.str.n != 0 ? PY_YES : v->tainted ? PY_MAYBE : PY_NO;
	case V_TUPLE:
	case V_LIST:
	case V_SET:
		return v->u.list.n != 0 ? PY_YES : v->tainted || v->view ? PY_MAYBE : PY_NO;
	case V_DICT:
		return v->u.dict->live != 0 ? PY_YES : v->u.dict->tainted ? PY_MAYBE : PY_NO;
	case V_UNKNOWN:
	case V_INSTANCE: /* py_truth_of knows more */
		return PY_MAYBE;
	default:
		return PY_YES;
	}
}

static bool is_number(const struct py_value *v)
{
	return v->type == V_INT || v->type == V_BOOL || v->type == V_FLOAT;
}

static double number(const struct py_value *v)
{
	return v->type == V_FLOAT ? v->u.real : (double)v->u.integer;
}

static enum py_truth equal(const struct py_value *a, const struct py_value *b, unsigned depth);

static enum py_truth equal_items(const struct py_value *a, const struct py_value *b, unsigned depth)
{
	enum py_truth all = PY_YES;

	if (a->tainted || b->tainted || a->view || b->view)
		return PY_MAYBE;
	if (a->u.list.n != b->u.list.n)
		return PY_NO;
	if ((a->unordered || b->unordered) && a->u.list.n > 1)
		return PY_MAYBE;
	for (size_t i = 0; i < a->u.list.n; i++) {
		enum py_truth t = a->u.list.v[i] == b->u.list.v[i] && !py_is_unknown(a->u.list.v[i])
					  ? PY_YES
					  : equal(a->u.list.v[i], b->u.list.v[i], depth);

		if (t == PY_NO)
			return PY_NO;
		if (t == PY_MAYBE)
			all = PY_MAYBE;
	}
	return all;
}

static enum py_truth equal_sets(const struct py_value *a, const struct py_value *b, unsigned depth)
{
	enum py_truth all = PY_YES;

	if (a->tainted || b->tainted || a->u.list.n * b->u.list.n > 1000000)
		return PY_MAYBE;
	if (a->u.list.n != b->u.list.n)
		return PY_NO;
	for (size_t i = 0; i < a->u.list.n; i++) {
		enum py_truth found = PY_NO;

		for (size_t k = 0; k < b->u.list.n && found != PY_YES; k++) {
			enum py_truth one = equal(a->u.list.v[i], b->u.list.v[k], depth);

			found = one != PY_NO ? one : found;
		}
		if (found == PY_NO)
			return PY_NO;
		if (found == PY_MAYBE)
			all = PY_MAYBE;
	}
	return all;
}

/* Containers in containers end somewhere: what is deeper is not known. */
#define EQUAL_DEPTH 20

static enum py_truth equal(const struct py_value *a, const struct py_value *b, unsigned depth)
{
	if (py_is_unknown(a) || py_is_unknown(b))
		return PY_MAYBE;
	if (a == b)
		return PY_YES;
	if (is_number(a) && is_number(b) && a->type != V_FLOAT && b->type != V_FLOAT)
		return a->u.integer == b->u.integer ? PY_YES : PY_NO;
	if (is_number(a) && is_number(b))
		return number(a) <= number(b) && number(a) >= number(b) ? PY_YES : PY_NO;
	if (a->type == V_INSTANCE || b->type == V_INSTANCE)
		return PY_MAYBE;
	if (a->view || b->view) /* "(1,)" and what map() gives */
		return PY_MAYBE;
	if (a->type != b->type)
		return PY_NO;
	switch (a->type) {
	case V_STR:
	case V_BYTES:
	case V_PATH:
		if (a->tainted || b->tainted)
			return PY_MAYBE;
		return a->u.str.n == b->u.str.n && memcmp(a->u.str.p, b->u.str.p, a->u.str.n) == 0
			       ? PY_YES
			       : PY_NO;
	case V_TUPLE:
	case V_LIST:
		return depth < EQUAL_DEPTH ? equal_items(a, b, depth + 1) : PY_MAYBE;
	case V_SET:
		return depth < EQUAL_DEPTH ? equal_sets(a, b, depth + 1) : PY_MAYBE;
	case V_DICT:
		return a->u.dict == b->u.dict ? PY_YES : PY_MAYBE;
	case V_METHOD:
		return PY_MAYBE;
	default:
		return PY_NO;
	}
}

enum py_truth py_equal(const struct py_value *a, const struct py_value *b)
{
	return equal(a, b, 0);
}

const char *py_type_name(const struct py_value *v)
{
	static const char *const names[] = {
		[V_NONE] = "NoneType", [V_ELLIPSIS] = "ellipsis", [V_BOOL] = "bool", [V_INT] = "int",
		[V_FLOAT] = "float", [V_STR] = "str", [V_BYTES] = "bytes", [V_TUPLE] = "tuple",
		[V_LIST] = "list", [V_SET] = "set", [V_DICT] = "dict", [V_FUNCTION] = "function",
		[V_NATIVE] = "builtin_function_or_method", [V_METHOD] = "method", [V_CLASS] = "type",
		[V_MODULE] = "module", [V_PROPERTY] = "property", [V_STATIC] = "staticmethod",
		[V_CLASSMETHOD] = "classmethod", [V_GENERATOR] = "generator", [V_SUPER] = "super",
		[V_PATH] = "PosixPath",
	};

	if (v->type == V_INSTANCE)
		return v->u.obj.cls->u.cls->name;
	return names[v->type] != NULL ? names[v->type] : "object";
}
