/* lib_misc.c - functools, contextlib, collections, json, warnings: helpers that decide what else is
 * imported, or that would only cost time. */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "python/eval.h"

static struct py_value *arg0(const struct py_call *c)
{
	return c->n > 0 ? c->args[0] : &py_unknown;
}

PY_NATIVE(f_none)
{
	return &py_none;
}

PY_NATIVE(f_unknown)
{
	return &py_unknown;
}

PY_NATIVE(f_identity)
{
	return arg0(c);
}

/* A decorator that gives back what it decorates. */
PY_NATIVE(f_decorator)
{
	return py_native_new(ev->a, "decorator", f_identity, NULL);
}

/* @lru_cache and @lru_cache(maxsize=1) */
PY_NATIVE(f_cache)
{
	return c->n == 1 && c->args[0]->type >= V_FUNCTION ? c->args[0] : f_decorator(ev, self, c);
}

/* Its instances have fields that nobody sees being set. */
PY_NATIVE(made_dataclass)
{
	if (arg0(c)->type == V_CLASS && arg0(c)->u.cls->make == NULL)
		arg0(c)->u.cls->unknown_base = true;
	return arg0(c);
}

PY_NATIVE(f_dataclass)
{
	return c->n == 1 ? made_dataclass(ev, self, c)
			 : py_native_new(ev->a, "decorator", made_dataclass, NULL);
}

PY_NATIVE(f_property)
{
	struct py_value *v = py_value_new(ev->a, V_PROPERTY);

	v->u.wrap.fn = arg0(c);
	return v;
}

/* ---- functools.partial ----------------------------------------------------------------------- */

/* A name that is there keeps its place. */
static void add_name(struct py_call *c, const char *name, struct py_value *v)
{
	size_t k = 0;

	while (k < c->nnames && c->names[k] != name)
		k++;
	c->names[k] = name;
	c->values[k] = v;
	if (k == c->nnames)
		c->nnames++;
}

PY_NATIVE(partial_call)
{
	const struct py_call *first = self->u.native.data;
	struct py_call all = { .unknown = first->unknown || c->unknown };

	all.args = ARENA_ARRAY(ev->a, first->n + c->n + 1, struct py_value *);
	for (size_t i = 1; i < first->n; i++)
		all.args[all.n++] = first->args[i];
	for (size_t i = 0; i < c->n; i++)
		all.args[all.n++] = c->args[i];
	all.names = ARENA_ARRAY(ev->a, first->nnames + c->nnames + 1, const char *);
	all.values = ARENA_ARRAY(ev->a, first->nnames + c->nnames + 1, struct py_value *);
	for (size_t k = 0; k < first->nnames; k++)
		add_name(&all, first->names[k], first->values[k]);
	for (size_t k = 0; k < c->nnames; k++)
		add_name(&all, c->names[k], c->values[k]);
	return py_call(ev, first->args[0], &all);
}

PY_NATIVE(f_partial)
{
	struct py_call *copy;

	if (c->n == 0)
		return &py_unknown;
	copy = ARENA_NEW(ev->a, struct py_call);
	*copy = *c;
	return py_native_new(ev->a, "partial", partial_call, copy);
}

PY_NATIVE(f_reduce)
{
	struct py_value *items = c->n > 1 ? py_iterate(ev, c->args[1]) : NULL, *v;
	size_t i = 0;

	if (c->n < 2)
		return &py_unknown;
	if (items == NULL)
		return NULL;
	if (items->tainted || (c->n == 2 && items->u.list.n == 0))
		return &py_unknown;
	v = c->n > 2 ? c->args[2] : items->u.list.v[i++];
	for (; v != NULL && i < items->u.list.n; i++) {
		struct py_value *args[2] = { v, items->u.list.v[i] };
		struct py_call one = { .args = args, .n = 2 };

		v = py_call(ev, c->args[0], &one);
	}
	return v;
}

/* ---- contextlib ------------------------------------------------------------------------------ */

PY_NATIVE(c_suppress)
{
	struct py_value *v = py_instance_new(ev, ev->class_object), *types = py_list_new(ev->a, V_TUPLE);

	for (size_t i = 0; i < c->n; i++)
		py_list_add(ev->a, types, c->args[i]);
	py_dict_set_name(ev->a, &v->u.obj.dict, py_name(ev->names, " suppress", 9), types);
	return v;
}

/* ---- collections ----------------------------------------------------------------------------- */

PY_NATIVE(c_defaultdict)
{
	struct py_value *d = py_dict_new(ev->a);

	d->u.dict->tainted = true; /* what is missing is made */
	return d;
}

/* A class whose instances have whatever fields it was told of. */
PY_NATIVE(c_namedtuple)
{
	struct py_value *v = py_value_new(ev->a, V_CLASS);

	v->u.cls = ARENA_NEW(ev->a, struct py_class);
	v->u.cls->name = c->n > 0 && c->args[0]->type == V_STR ? c->args[0]->u.str.p : "namedtuple";
	v->u.cls->module = ev->frame != NULL ? ev->frame->module : NULL;
	v->u.cls->unknown_base = true;
	return v;
}

/* ---- json ------------------------------------------------------------------------------------ */

#define JSON_DEPTH 30

static struct py_value *from_json(struct py_eval *ev, const json_t *j, unsigned depth)
{
	struct py_value *v;
	const char *key;
	json_t *item;
	size_t i;

	switch (json_typeof(j)) {
	case JSON_OBJECT:
		v = py_dict_new(ev->a);
		json_object_foreach((json_t *)(uintptr_t)j, key, item)
			py_dict_set_name(ev->a, v->u.dict, py_name(ev->names, key, strlen(key)),
					 depth < JSON_DEPTH ? from_json(ev, item, depth + 1) : &py_unknown);
		return v;
	case JSON_ARRAY:
		v = py_list_new(ev->a, V_LIST);
		json_array_foreach(j, i, item)
			py_list_add(ev->a, v, depth < JSON_DEPTH ? from_json(ev, item, depth + 1)
				    : &py_unknown);
		return v;
	case JSON_STRING:
		return py_str(ev->a, arena_strdup(ev->a, json_string_value(j)));
	case JSON_INTEGER:
		return py_int(ev->a, json_integer_value(j));
	case JSON_REAL:
		return py_float(ev->a, json_real_value(j));
	case JSON_NULL:
		return &py_none;
	default:
		return py_bool(json_is_true(j));
	}
}

static struct py_value *load_json(struct py_eval *ev, const struct py_value *text)
{
	json_t *j;
	struct py_value *v;

	if ((text->type != V_STR && text->type != V_BYTES) || text->tainted)
		return &py_unknown;
	j = json_loadb(text->u.str.p, text->u.str.n, JSON_DECODE_ANY, NULL);
	if (j == NULL)
		return py_raise_soft(ev, "ValueError", NULL);
	v = from_json(ev, j, 0);
	json_decref(j);
	return v;
}

PY_NATIVE(j_loads)
{
	return load_json(ev, arg0(c));
}

PY_NATIVE(j_load)
{
	struct py_value *read = py_getattr_quiet(ev, arg0(c), py_name(ev->names, "read", 4)), *text;

	text = read != NULL ? py_call0(ev, read) : &py_unknown;
	return text != NULL ? load_json(ev, text) : NULL;
}

/* @enum.global_enum: the members of the class become names of its module. */
PY_NATIVE(e_global_enum)
{
	struct py_value *cls = arg0(c), *m = NULL;

	if (cls->type == V_CLASS && cls->u.cls->module != NULL)
		m = py_dict_name(ev->sys_modules->u.dict,
				 py_name(ev->names, cls->u.cls->module, strlen(cls->u.cls->module)));
	if (m != NULL && m->type == V_MODULE)
		m->u.module.dict.tainted = true;
	return cls;
}

/* IntEnum._convert_(name, module, filter, …): members that it makes of the constants of a module become
 * names of it: those that the filter lets through, for which the module keeps it. */
PY_NATIVE(e_convert)
{
	struct py_value *name = py_arg(c, 1, "module"), *filter = py_arg(c, 2, "filter"), *m = NULL, *l;
	const char *key = py_name(ev->names, PY_CONVERTED, sizeof(PY_CONVERTED) - 1);

	if (name != NULL && name->type == V_STR)
		m = py_dict_name(ev->sys_modules->u.dict, py_name(ev->names, name->u.str.p, name->u.str.n));
	if (m == NULL || m->type != V_MODULE)
		return &py_unknown;
	l = py_dict_name(&m->u.module.dict, key);
	if (l == NULL)
		l = py_list_new(ev->a, V_LIST);
	py_list_add(ev->a, l, filter != NULL ? filter : &py_unknown);
	py_dict_set_name(ev->a, &m->u.module.dict, key, l);
	return &py_unknown;
}

/* ---- all ------------------------------------------------------------------------------------- */

static const struct py_native_def functions[] = {
	{ "enum", "global_enum", e_global_enum }, { "enum", "_convert_", e_convert },
	{ "functools", "wraps", f_decorator }, { "functools", "update_wrapper", f_identity },
	{ "functools", "lru_cache", f_cache }, { "functools", "cache", f_identity },
	{ "functools", "total_ordering", f_identity }, { "functools", "singledispatch", f_identity },
	{ "functools", "cached_property", f_property }, { "_functools", "partial", f_partial },
	{ "functools", "partial", f_partial }, { "_functools", "reduce", f_reduce },
	{ "functools", "reduce", f_reduce },
	{ "contextlib", "contextmanager", f_identity }, { "contextlib", "asynccontextmanager", f_identity },
	{ "contextlib", "suppress", c_suppress }, { "collections", "namedtuple", c_namedtuple },
	{ "_collections", "defaultdict", c_defaultdict }, { "json", "loads", j_loads },
	{ "json", "load", j_load },
	{ "atexit", "register", f_identity }, { "warnings", "warn", f_none },
	{ "warnings", "warn_explicit", f_none },
	{ "warnings", "filterwarnings", f_none }, { "warnings", "simplefilter", f_none },
	{ "warnings", "showwarning", f_none }, { "logging", "getLogger", f_unknown },
	{ "re", "compile", f_unknown }, { "re", "match", f_unknown }, { "re", "search", f_unknown },
	{ "re", "sub", f_unknown },
	{ "re", "findall", f_unknown }, { "re", "split", f_unknown }, { "re", "fullmatch", f_unknown },
	{ "re", "escape", f_unknown }, { "dataclasses", "dataclass", f_dataclass },
	{ "dataclasses", "field", f_unknown },
	{ "abc", "abstractmethod", f_identity }, { "typing", "cast", f_unknown },
	{ "typing", "overload", f_identity },
	{ "typing", "runtime_checkable", f_identity }, { "typing", "final", f_identity },
	{ "typing", "get_type_hints", f_unknown }, { "typing", "TypeVar", f_unknown },
	{ "weakref", "WeakKeyDictionary", c_defaultdict },
	{ "weakref", "WeakValueDictionary", c_defaultdict },
	{ "random", "_test_generator", f_none }, { "site", "main", f_none },
	{ "locale", "setlocale", f_unknown },
	{ "sre_compile", "compile", f_unknown }, { "textwrap", "dedent", f_unknown },
	{ "inspect", "signature", f_unknown }, { "inspect", "getdoc", f_unknown },
};

void py_lib_misc_init(struct py_eval *ev)
{
	py_know(ev, functions, sizeof(functions) / sizeof(functions[0]));
	py_know_value(ev, "_collections", "OrderedDict", py_builtin_class(ev, "dict"));
}
