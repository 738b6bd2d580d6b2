/* value.h - values of the evaluator: what Python objects are, as far as an import needs them.
 *
 * Values live in the evaluator's arena and are never freed. V_UNKNOWN stands for whatever could not be
 * known; an operation on it gives it again. A container whose contents are not all known is `tainted`:
 * what it lacks may be there.
 */
#ifndef DLWHY_PYTHON_VALUE_H
#define DLWHY_PYTHON_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "python/ast.h"
#include "python/import.h"

struct py_eval;
struct py_value;

enum py_type {
	V_UNKNOWN, V_NONE, V_ELLIPSIS, V_BOOL, V_INT, V_FLOAT, V_STR, V_BYTES,
	V_TUPLE, V_LIST, V_SET, V_DICT,
	V_FUNCTION,  /* def or lambda */
	V_NATIVE,    /* a function that the evaluator knows itself */
	V_METHOD,    /* a function with its first argument */
	V_CLASS, V_INSTANCE, V_MODULE,
	V_PROPERTY,  /* of a class: getter */
	V_STATIC, V_CLASSMETHOD,
	V_GENERATOR, /* a call of a generator function, not run yet */
	V_SUPER,     /* super(): looks behind a class */
	V_PATH       /* pathlib.Path: text */
};

struct py_entry {
	uintptr_t key;           /* of a string the interned name, else the value, marked: py_entry_key */
	struct py_value *value;  /* NULL: deleted */
};

/* NULL: the key is no string. */
static inline const char *py_entry_name(const struct py_entry *e)
{
	return e->key & 1 ? NULL : (const char *)e->key;
}

/* In the order of insertion. */
struct py_dict {
	struct py_entry *items;
	uint32_t *index;         /* of items + 1, open addressing; NULL while small */
	uint32_t n, cap, live, mask;
	unsigned born;           /* branch in which it was made: see py_note_write; 0: at any time */
	bool tainted;
};

/* What "global" and "nonlocal" have named in a scope. */
struct py_declared {
	struct { const char **v; size_t n; } globals, nonlocals;
};

struct py_scope {            /* names of one call, with those of the functions around it */
	struct py_dict vars;
	struct py_scope *outer;  /* NULL: the module's globals come next */
	struct py_dict *globals;
	struct py_value *self, *cls; /* for super() without arguments */
	struct py_declared *declared; /* NULL: nothing */
	bool is_class, is_comprehension;
	bool strange;            /* of a class: names may come from its metaclass */
};

struct py_call {
	struct py_value **args;
	size_t n;
	const char **names;      /* keyword arguments */
	struct py_value **values;
	size_t nnames;
	bool unknown;            /* "*x" or "**x" of something not known: there may be more */
};

typedef struct py_value *py_native(struct py_eval *ev, struct py_value *self, const struct py_call *c);

struct py_class {
	const char *name, *module;
	struct py_dict dict;
	struct py_value **bases;
	size_t nbases;
	bool unknown_base;       /* a base, or what a metaclass does, is not known */
	bool metaclass;          /* it, or one of its bases, has one: what its attributes are is not known */
	bool nested;             /* in a class or function: its qualified name is longer */
	bool is_exception;
	py_native *make;         /* for types that the evaluator knows: str(…), list(…) */
	int type;                /* enum py_type of its instances, for these; else V_INSTANCE */
};

struct py_raised {           /* what an exception instance carries besides */
	struct py_value *cause, *context;
	bool suppress_context;
	const struct py_place *frames;
	size_t nframes;
	bool from_load;
	bool from_lost;          /* an extension module that was installed is gone */
	struct py_load load;
	bool exact;
	bool maybe;
	const char *why;         /* see struct py_exception */
};

struct py_value {
	uint8_t type;            /* enum py_type */
	bool tainted;            /* V_TUPLE, V_LIST, V_SET, V_STR made of something not known */
	bool opaque;             /* V_MODULE: its contents are native */
	bool ready;              /* V_MODULE: its body has run */
	bool unordered;          /* V_LIST, V_TUPLE: in an order that is not known */
	bool view;               /* V_LIST: Python has an iterator, a range or a view there */
	union {
		int64_t integer;
		double real;
		struct { const char *p; size_t n; } str;
		struct { struct py_value **v; size_t n, cap; } list; /* V_TUPLE, V_LIST, V_SET */
		struct py_dict *dict;
		struct {
			struct py_function *fn;
			struct py_node *body;    /* of a lambda */
			struct py_source *source;
			struct py_scope *outer;  /* NULL at the top of a module */
			struct py_dict *globals;
			struct py_value **defaults; /* one a parameter, NULL for none; NULL: none at all */
			struct py_value *cls;    /* class it was defined in, NULL */
			const char *module;
			struct py_dict *attrs;   /* NULL until one is set */
			unsigned active;         /* calls of it that have not returned */
			bool decorated;          /* passed over: what a call gives is not known */
		} fn;
		struct { py_native *call; const char *name; void *data; } native;
		struct { struct py_value *self, *fn; } method;
		struct py_class *cls;
		struct {
			struct py_value *cls;
			struct py_dict dict;
			struct py_raised *raised;
			void *handle;
		} obj;
		struct { const char *name; struct py_dict dict; struct py_module_info *info; } module;
		struct { struct py_value *fn, *setter; } wrap; /* V_PROPERTY, V_STATIC, V_CLASSMETHOD */
		struct { struct py_value *fn; struct py_scope *scope; } gen;
		struct { struct py_value *after, *self; } super;
	} u;
};

/* The one object of each; nobody writes to them. */
extern const struct py_value py_unknown_value, py_none_value, py_true_value, py_false_value,
	py_ellipsis_value;
#define PY_SINGLE(v) (*(struct py_value *)(uintptr_t)&(v))
#define py_unknown PY_SINGLE(py_unknown_value)
#define py_none PY_SINGLE(py_none_value)
#define py_true PY_SINGLE(py_true_value)
#define py_false PY_SINGLE(py_false_value)
#define py_ellipsis PY_SINGLE(py_ellipsis_value)

static inline bool py_is_unknown(const struct py_value *v)
{
	return v->type == V_UNKNOWN;
}

/* Cleared, and only as long as its type needs. */
struct py_value *py_value_new(struct arena *a, enum py_type type);
struct py_value *py_bool(bool b);
struct py_value *py_int(struct arena *a, int64_t i);
struct py_value *py_float(struct arena *a, double d);
struct py_value *py_str(struct arena *a, const char *s);              /* borrows s */
struct py_value *py_strn(struct arena *a, const char *s, size_t n);   /* the same: s[n] is 0 */
struct py_value *py_list_new(struct arena *a, enum py_type type);
void py_list_reserve(struct arena *a, struct py_value *list, size_t n); /* room for n in all */
void py_list_add(struct arena *a, struct py_value *list, struct py_value *v);
struct py_value *py_dict_new(struct arena *a);
struct py_value *py_native_new(struct arena *a, const char *name, py_native *call, void *data);

/* Names are interned: pass what py_name gave. */
struct py_value *py_dict_name(const struct py_dict *d, const char *name);
/* Makes room for n entries in all, so that it need not grow step by step. */
void py_dict_reserve(struct arena *a, struct py_dict *d, size_t n);
void py_dict_set_name(struct arena *a, struct py_dict *d, const char *name, struct py_value *v);
/* With any key; keys that are not known taint the dict. */
struct py_value *py_dict_get(struct py_eval *ev, const struct py_dict *d, struct py_value *key);
void py_dict_set(struct py_eval *ev, struct py_dict *d, struct py_value *key, struct py_value *v);
bool py_dict_del(struct py_eval *ev, struct py_dict *d, struct py_value *key);
struct py_value *py_entry_key(struct arena *a, const struct py_entry *e);

enum py_truth { PY_NO, PY_YES, PY_MAYBE };
enum py_truth py_truth(const struct py_value *v);
enum py_truth py_equal(const struct py_value *a, const struct py_value *b);
const char *py_type_name(const struct py_value *v);

#endif
