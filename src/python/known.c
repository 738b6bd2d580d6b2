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

/* Modules that are built into the interpreter have what is known of them, and much that is not. */
void py_fill_builtin(struct py_eval *ev, struct py_value *m)
{
	struct py_value *d = py_dict_name(&ev->known, intern(ev, m->u.module.name));

	for (size_t i = 0; d != NULL && i < d->u.dict->n; i++)
		py_dict_set_name(ev->a, &m->u.module.dict, d->u.dict->items[i].name, d->u.dict->items[i].value);
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
