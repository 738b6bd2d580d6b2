/* builtins.c - the module builtins: types, exceptions and functions. */
#include <string.h>

#include "python/eval.h"

#define RANGE_MAX 4096

static struct py_value *arg0(const struct py_call *c)
{
	return c->n > 0 ? c->args[0] : &py_unknown;
}

static const char *name_arg(struct py_eval *ev, const struct py_call *c, size_t i)
{
	return c->n > i && c->args[i]->type == V_STR && !c->args[i]->tainted
		       ? py_name(ev->names, c->args[i]->u.str.p, c->args[i]->u.str.n)
		       : NULL;
}

static struct py_value *truth_value(enum py_truth t)
{
	return t == PY_MAYBE ? &py_unknown : py_bool(t == PY_YES);
}

/* ---- types ----------------------------------------------------------------------------------- */

PY_NATIVE(make_object)
{
	return py_instance_new(ev, ev->class_object);
}

PY_NATIVE(object_new)
{
	struct py_value *cls = arg0(c);

	return cls->type == V_CLASS ? py_instance_new(ev, cls) : &py_unknown;
}

PY_NATIVE(make_type)
{
	struct py_value *cls, *v;

	if (c->n == 1) {
		cls = py_class_of(ev, c->args[0]);
		return cls != NULL ? cls : &py_unknown;
	}
	if (c->n != 3 || c->args[0]->type != V_STR)
		return &py_unknown;
	v = py_value_new(ev->a, V_CLASS);
	v->u.cls = ARENA_NEW(ev->a, struct py_class);
	v->u.cls->name = c->args[0]->u.str.p;
	v->u.cls->module = ev->frame->module;
	v->u.cls->unknown_base = true;
	return v;
}

PY_NATIVE(make_str)
{
	return c->n == 0 ? py_str(ev->a, "") : c->n == 1 ? py_to_str(ev, c->args[0]) : &py_unknown;
}

PY_NATIVE(make_bool)
{
	return c->n == 0 ? py_bool(false) : truth_value(py_truth_of(ev, c->args[0]));
}

static struct py_value *int_of_text(struct py_eval *ev, const struct py_value *v)
{
	int64_t n = 0;
	size_t i = 0, end = v->u.str.n;
	bool minus;

	while (i < end && v->u.str.p[i] == ' ')
		i++;
	while (end > i && (v->u.str.p[end - 1] == ' ' || v->u.str.p[end - 1] == '\n'))
		end--;
	minus = i < end && v->u.str.p[i] == '-';
	i += minus;
	/* other blanks, "+1", "1_000", digits of other scripts */
	if (end - i > 18 || strpbrk(v->u.str.p, "\t\r\v\f_+") != NULL || !py_is_ascii(v))
		return &py_unknown;
	if (i == end)
		return py_raise_soft(ev, "ValueError", NULL);
	for (; i < end; i++) {
		if (v->u.str.p[i] < '0' || v->u.str.p[i] > '9') {
			struct py_value *shown = py_to_repr(ev, (struct py_value *)(uintptr_t)v);

			if (shown->type != V_STR)
				return py_raise_soft(ev, "ValueError", NULL);
			return py_raise_sure_new(ev, "ValueError", arena_printf(
				ev->a, "invalid literal for int() with base 10: %s", shown->u.str.p));
		}
		n = n * 10 + (v->u.str.p[i] - '0');
	}
	return py_int(ev->a, minus ? -n : n);
}

PY_NATIVE(make_int)
{
	struct py_value *v = arg0(c);

	if (c->n == 0)
		return py_int(ev->a, 0);
	if (c->n > 1 || c->nnames > 0)
		return &py_unknown;
	if (v->type == V_INT || v->type == V_BOOL)
		return py_int(ev->a, v->u.integer);
	if (v->type == V_STR && !v->tainted)
		return int_of_text(ev, v);
	return &py_unknown;
}

PY_NATIVE(make_float)
{
	struct py_value *v = arg0(c);

	if (v->type == V_INT || v->type == V_BOOL)
		return py_float(ev->a, (double)v->u.integer);
	return v->type == V_FLOAT ? v : &py_unknown;
}

static struct py_value *unique(struct py_eval *ev, const struct py_value *items)
{
	struct py_value *s = py_list_new(ev->a, V_SET);

	s->tainted = items->tainted;
	for (size_t i = 0; i < items->u.list.n; i++)
		py_set_add(ev, s, items->u.list.v[i]);
	return s;
}

static struct py_value *collect(struct py_eval *ev, const struct py_call *c, enum py_type type)
{
	struct py_value *l = py_list_new(ev->a, type), *items;

	if (c->n == 0)
		return l;
	items = py_iterate(ev, c->args[0]);
	if (items == NULL)
		return NULL;
	if (type == V_SET)
		return unique(ev, items);
	l->tainted = items->tainted;
	l->unordered = py_is_unordered(items);
	for (size_t i = 0; i < items->u.list.n; i++)
		py_list_add(ev->a, l, items->u.list.v[i]);
	return l;
}

PY_NATIVE(make_list)
{
	return collect(ev, c, V_LIST);
}

PY_NATIVE(make_tuple)
{
	return collect(ev, c, V_TUPLE);
}

PY_NATIVE(make_set)
{
	return collect(ev, c, V_SET);
}

static bool add_pairs(struct py_eval *ev, struct py_value *d, struct py_value *from)
{
	struct py_value *items = from->type == V_DICT ? NULL : py_iterate(ev, from);

	if (from->type == V_DICT) {
		struct py_dict *f = from->u.dict;

		for (size_t i = 0; i < f->n; i++)
			if (f->items[i].value != NULL)
				py_dict_set(ev, d->u.dict, py_entry_key(ev->a, &f->items[i]),
					    f->items[i].value);
		d->u.dict->tainted = d->u.dict->tainted || f->tainted;
		return true;
	}
	if (items == NULL)
		return false;
	d->u.dict->tainted = d->u.dict->tainted || items->tainted;
	for (size_t i = 0; i < items->u.list.n; i++) {
		struct py_value *pair = items->u.list.v[i];

		if ((pair->type == V_TUPLE || pair->type == V_LIST) && pair->u.list.n == 2)
			py_dict_set(ev, d->u.dict, pair->u.list.v[0], pair->u.list.v[1]);
		else
			d->u.dict->tainted = true;
	}
	return true;
}

PY_NATIVE(make_dict)
{
	struct py_value *d = py_dict_new(ev->a);

	if (c->n > 0 && !add_pairs(ev, d, c->args[0]))
		return NULL;
	for (size_t i = 0; i < c->nnames; i++)
		py_dict_set_name(ev->a, d->u.dict, c->names[i], c->values[i]);
	d->u.dict->tainted = d->u.dict->tainted || c->unknown;
	return d;
}

PY_NATIVE(make_unknown)
{
	return &py_unknown;
}

/* types.ModuleType.__init__(self, name): lazy loaders derive from it. */
PY_NATIVE(module_init)
{
	if (self->type == V_INSTANCE && c->n > 0)
		py_dict_set_name(ev->a, &self->u.obj.dict, ev->n_name, c->args[0]);
	return &py_none;
}

static struct py_value *wrap(struct py_eval *ev, enum py_type type, struct py_value *fn)
{
	struct py_value *v = py_value_new(ev->a, type);

	v->u.wrap.fn = fn;
	return v;
}

PY_NATIVE(make_property)
{
	struct py_value *f = py_arg(c, 0, "fget");

	return wrap(ev, V_PROPERTY, f != NULL ? f : &py_unknown);
}

PY_NATIVE(property_setter)
{
	return self; /* the same property: nobody's setter imports anything */
}

PY_NATIVE(make_static)
{
	return wrap(ev, V_STATIC, arg0(c));
}

PY_NATIVE(make_classmethod)
{
	return wrap(ev, V_CLASSMETHOD, arg0(c));
}

/* ---- attributes ------------------------------------------------------------------------------ */

PY_NATIVE(b_isinstance)
{
	return c->n == 2 ? truth_value(py_is_instance(ev, c->args[0], c->args[1])) : &py_unknown;
}

PY_NATIVE(b_issubclass)
{
	if (c->n != 2 || c->args[0]->type != V_CLASS || c->args[1]->type != V_CLASS)
		return &py_unknown;
	return truth_value(py_is_subclass(c->args[0], c->args[1]));
}

/* The attribute; NULL and *absent if it is surely not there; NULL alone: raised. */
static struct py_value *attribute(struct py_eval *ev, struct py_value *v, const char *name, bool *absent)
{
	struct py_value *x = py_getattr_quiet(ev, v, name);

	*absent = false;
	if (x != NULL || ev->stopped)
		return x;
	if (ev->raised != NULL) {
		if (py_is_subclass(ev->raised->u.obj.cls, py_builtin_class(ev, "AttributeError")) == PY_NO)
			return NULL;
		ev->raised = NULL;
	}
	*absent = true;
	return NULL;
}

PY_NATIVE(b_hasattr)
{
	const char *name = name_arg(ev, c, 1);
	struct py_value *x;
	bool absent;

	if (name == NULL)
		return &py_unknown;
	x = attribute(ev, c->args[0], name, &absent);
	if (x == NULL && !absent)
		return NULL;
	return absent ? py_bool(false) : py_is_unknown(x) ? &py_unknown : py_bool(true);
}

PY_NATIVE(b_getattr)
{
	const char *name = name_arg(ev, c, 1);
	struct py_value *x;
	bool absent;

	if (name == NULL || c->unknown)
		return &py_unknown;
	if (c->n < 3)
		return py_getattr(ev, c->args[0], name);
	x = attribute(ev, c->args[0], name, &absent);
	return absent ? c->args[2] : x;
}

PY_NATIVE(b_setattr)
{
	const char *name = name_arg(ev, c, 1);

	if (name == NULL || c->n < 3) {
		if (c->n > 0 && c->args[0]->type == V_MODULE)
			c->args[0]->u.module.dict.tainted = true;
		else if (c->n > 0 && c->args[0]->type == V_INSTANCE)
			c->args[0]->u.obj.dict.tainted = true;
		else if (c->n > 0 && c->args[0]->type == V_CLASS)
			c->args[0]->u.cls->unknown_base = true;
		return &py_none;
	}
	return py_setattr(ev, c->args[0], name, c->args[2]) ? &py_none : NULL;
}

static struct py_value *dict_of(struct py_eval *ev, struct py_dict *d)
{
	struct py_value *v = py_value_new(ev->a, V_DICT);

	v->u.dict = d;
	return v;
}

PY_NATIVE(b_globals)
{
	return dict_of(ev, ev->frame->globals);
}

PY_NATIVE(b_locals)
{
	return dict_of(ev, ev->frame->scope != NULL ? &ev->frame->scope->vars : ev->frame->globals);
}

PY_NATIVE(b_vars)
{
	if (c->n == 0)
		return b_locals(ev, self, c);
	if (c->args[0]->type == V_MODULE)
		return dict_of(ev, &c->args[0]->u.module.dict);
	if (c->args[0]->type == V_INSTANCE)
		return dict_of(ev, &c->args[0]->u.obj.dict);
	return c->args[0]->type == V_CLASS ? dict_of(ev, &c->args[0]->u.cls->dict) : &py_unknown;
}

#define SORT_MAX 1000

/* Texts and numbers; the order of anything else is not known then. false: raised. */
bool py_sort(struct py_eval *ev, struct py_value *l)
{
	size_t n = l->u.list.n;

	l->unordered = n > SORT_MAX;
	for (size_t i = 1; i < n && !l->unordered; i++)
		for (size_t k = i; k > 0; k--) {
			struct py_value **v = l->u.list.v + k, *t = v[0];
			struct py_value *less = py_compare(ev, PY_OP_LT, t, v[-1]);

			if (less == NULL || !py_step(ev))
				return false;
			l->unordered = l->unordered || py_truth(less) == PY_MAYBE;
			if (py_truth(less) != PY_YES)
				break;
			v[0] = v[-1];
			v[-1] = t;
		}
	return true;
}

PY_NATIVE(b_dir)
{
	struct py_value *d = b_vars(ev, self, c), *l;

	if (d->type != V_DICT)
		return &py_unknown;
	l = py_iterate(ev, d);
	if (l == NULL)
		return NULL;
	if (c->n > 0 && (c->args[0]->type != V_MODULE || c->args[0]->opaque))
		l->tainted = true;
	return py_sort(ev, l) ? l : NULL;
}

PY_NATIVE(b_callable)
{
	switch (arg0(c)->type) {
	case V_FUNCTION:
	case V_NATIVE:
	case V_METHOD:
	case V_CLASS:
		return py_bool(true);
	case V_UNKNOWN:
	case V_INSTANCE:
		return &py_unknown;
	default:
		return py_bool(false);
	}
}

/* ---- sequences ------------------------------------------------------------------------------- */

PY_NATIVE(b_len)
{
	struct py_value *v = arg0(c);

	if (v->tainted)
		return &py_unknown;
	switch (v->type) {
	case V_STR:
		for (size_t i = 0; i < v->u.str.n; i++)
			if ((unsigned char)v->u.str.p[i] >= 0x80)
				return &py_unknown;
		return py_int(ev->a, (int64_t)v->u.str.n);
	case V_BYTES:
		return py_int(ev->a, (int64_t)v->u.str.n);
	case V_LIST:
	case V_TUPLE:
	case V_SET:
		return py_int(ev->a, (int64_t)v->u.list.n);
	case V_DICT:
		return v->u.dict->tainted ? &py_unknown : py_int(ev->a, (int64_t)v->u.dict->live);
	default:
		return &py_unknown;
	}
}

/* Of the first of these Python has one object too (_PyLong_FromSTwoDigits, IS_SMALL_INT). */
static struct py_value *shared_int(struct py_eval *ev, int64_t i)
{
	struct py_value **at;

	if (i < 0 || i >= PY_SHARED_INTS)
		return py_int(ev->a, i);
	if (ev->shared_ints == NULL)
		ev->shared_ints = ARENA_ARRAY(ev->a, PY_SHARED_INTS, struct py_value *);
	at = &ev->shared_ints[i];
	if (*at == NULL)
		*at = py_int(ev->a, i);
	return *at;
}

/* Of a range with start, stop and step: at most RANGE_MAX. */
static size_t range_length(const int64_t *v)
{
	uint64_t span = v[2] > 0 ? (uint64_t)v[1] - (uint64_t)v[0] : (uint64_t)v[0] - (uint64_t)v[1];
	uint64_t step = v[2] > 0 ? (uint64_t)v[2] : 0 - (uint64_t)v[2];

	if (v[2] == 0 || (v[2] > 0 ? v[0] >= v[1] : v[0] <= v[1]))
		return 0;
	span = (span - 1) / step + 1;
	return span < RANGE_MAX ? (size_t)span : RANGE_MAX;
}

PY_NATIVE(b_range)
{
	struct py_value *l = py_list_new(ev->a, V_LIST);
	int64_t v[3] = { 0, 0, 1 };

	l->view = true;
	for (size_t i = 0; i < c->n && i < 3; i++) {
		if (c->args[i]->type != V_INT && c->args[i]->type != V_BOOL) {
			l->tainted = true;
			return l;
		}
		v[i] = c->args[i]->u.integer;
	}
	if (c->n == 1) {
		v[1] = v[0];
		v[0] = 0;
	}
	py_list_reserve(ev->a, l, range_length(v));
	for (int64_t i = v[0]; v[2] > 0 ? i < v[1] : v[2] < 0 && i > v[1];) {
		if (l->u.list.n >= RANGE_MAX) {
			l->tainted = true;
			break;
		}
		py_list_add(ev->a, l, shared_int(ev, i));
		if (__builtin_add_overflow(i, v[2], &i))
			break;
	}
	return l;
}

static struct py_value *pair(struct py_eval *ev, struct py_value *a, struct py_value *b)
{
	struct py_value *t = py_list_new(ev->a, V_TUPLE);

	py_list_add(ev->a, t, a);
	py_list_add(ev->a, t, b);
	return t;
}

PY_NATIVE(b_enumerate)
{
	struct py_value *items = py_iterate(ev, arg0(c)), *l;
	struct py_value *start = py_arg(c, 1, "start");
	int64_t at = start != NULL && start->type == V_INT ? start->u.integer : 0;

	if (items == NULL)
		return NULL;
	if (start != NULL && start->type != V_INT)
		return &py_unknown;
	l = py_list_new(ev->a, V_LIST);
	l->tainted = items->tainted;
	l->unordered = py_is_unordered(items);
	l->view = true;
	for (size_t i = 0; i < items->u.list.n; i++)
		py_list_add(ev->a, l, pair(ev, py_int(ev->a, at + (int64_t)i), items->u.list.v[i]));
	return l;
}

PY_NATIVE(b_zip)
{
	struct py_value *l = py_list_new(ev->a, V_LIST);
	struct py_value **all = ARENA_ARRAY(ev->a, c->n + 1, struct py_value *);
	size_t shortest = SIZE_MAX;

	l->view = true;
	for (size_t i = 0; i < c->n; i++) {
		all[i] = py_iterate(ev, c->args[i]);
		if (all[i] == NULL)
			return NULL;
		l->tainted = l->tainted || all[i]->tainted;
		l->unordered = l->unordered || py_is_unordered(all[i]);
		if (all[i]->u.list.n < shortest)
			shortest = all[i]->u.list.n;
	}
	for (size_t k = 0; c->n > 0 && k < shortest; k++) {
		struct py_value *t = py_list_new(ev->a, V_TUPLE);

		for (size_t i = 0; i < c->n; i++)
			py_list_add(ev->a, t, all[i]->u.list.v[k]);
		py_list_add(ev->a, l, t);
	}
	return l;
}

PY_NATIVE(b_map)
{
	struct py_value *items = c->n > 1 ? py_iterate(ev, c->args[1]) : NULL, *l;

	l = py_list_new(ev->a, V_LIST);
	if (c->n != 2) {
		l->tainted = true;
		return l;
	}
	if (items == NULL)
		return NULL;
	l->tainted = items->tainted;
	l->unordered = py_is_unordered(items);
	l->view = true;
	for (size_t i = 0; i < items->u.list.n; i++) {
		struct py_value *v = py_call1(ev, c->args[0], items->u.list.v[i]);

		if (v == NULL)
			return NULL;
		py_list_add(ev->a, l, v);
	}
	return l;
}

PY_NATIVE(b_filter)
{
	struct py_value *items = c->n > 1 ? py_iterate(ev, c->args[1]) : NULL, *l;

	if (c->n < 2)
		return &py_unknown;
	if (items == NULL)
		return NULL;
	l = py_list_new(ev->a, V_LIST);
	l->tainted = items->tainted;
	l->unordered = py_is_unordered(items);
	l->view = true;
	for (size_t i = 0; i < items->u.list.n; i++) {
		struct py_value *v = c->args[0]->type == V_NONE ? items->u.list.v[i]
								: py_call1(ev, c->args[0],
									   items->u.list.v[i]);
		enum py_truth t;

		if (v == NULL)
			return NULL;
		t = py_truth_of(ev, v);
		if (t == PY_YES)
			py_list_add(ev->a, l, items->u.list.v[i]);
		else if (t == PY_MAYBE)
			l->tainted = true;
	}
	return l;
}

PY_NATIVE(b_reversed)
{
	struct py_value *items = py_iterate(ev, arg0(c)), *l;

	if (items == NULL)
		return NULL;
	l = py_list_new(ev->a, V_LIST);
	l->tainted = items->tainted;
	l->unordered = py_is_unordered(items);
	l->view = true;
	for (size_t i = items->u.list.n; i-- > 0;)
		py_list_add(ev->a, l, items->u.list.v[i]);
	return l;
}

PY_NATIVE(b_sorted)
{
	struct py_value *l = collect(ev, c, V_LIST);

	if (l == NULL)
		return NULL;
	if (c->nnames == 0)
		return py_sort(ev, l) ? l : NULL;
	l->unordered = true; /* by a key, or backwards */
	return l;
}

static struct py_value *quantify(struct py_eval *ev, const struct py_call *c, bool any)
{
	struct py_value *items = py_iterate(ev, arg0(c));
	enum py_truth all = any ? PY_NO : PY_YES;

	if (items == NULL)
		return NULL;
	for (size_t i = 0; i < items->u.list.n; i++) {
		enum py_truth t = py_truth_of(ev, items->u.list.v[i]);

		if (t == (any ? PY_YES : PY_NO))
			return py_bool(any);
		if (t == PY_MAYBE)
			all = PY_MAYBE;
	}
	return items->tainted ? &py_unknown : truth_value(all);
}

PY_NATIVE(b_any)
{
	return quantify(ev, c, true);
}

PY_NATIVE(b_all)
{
	return quantify(ev, c, false);
}

static struct py_value *extreme(struct py_eval *ev, const struct py_call *c, enum py_op op)
{
	struct py_value *items = c->n == 1 ? py_iterate(ev, c->args[0]) : NULL, *best;
	struct py_value **v = c->args;
	size_t n = c->n;

	if (c->n == 1) {
		if (items == NULL)
			return NULL;
		v = items->u.list.v;
		n = items->u.list.n;
	}
	if (n == 0 || c->nnames > 0 || (items != NULL && items->tainted))
		return &py_unknown;
	best = v[0];
	for (size_t i = 1; i < n; i++) {
		struct py_value *t = py_compare(ev, op, v[i], best);

		if (t == NULL)
			return NULL;
		if (py_truth(t) == PY_MAYBE)
			return &py_unknown;
		if (py_truth(t) == PY_YES)
			best = v[i];
	}
	return best;
}

PY_NATIVE(b_min)
{
	return extreme(ev, c, PY_OP_LT);
}

PY_NATIVE(b_max)
{
	return extreme(ev, c, PY_OP_GT);
}

PY_NATIVE(b_sum)
{
	struct py_value *items = py_iterate(ev, arg0(c)), *sum = c->n > 1 ? c->args[1] : py_int(ev->a, 0);

	if (items == NULL)
		return NULL;
	if (c->nnames > 0 || py_is_unordered(items))
		return &py_unknown;
	for (size_t i = 0; i < items->u.list.n && sum != NULL; i++)
		sum = py_binary(ev, PY_OP_ADD, sum, items->u.list.v[i]);
	return sum != NULL && items->tainted ? &py_unknown : sum;
}

PY_NATIVE(b_iter)
{
	struct py_value *l = c->n == 1 ? py_iterate(ev, c->args[0]) : &py_unknown;

	if (l != NULL && l->type == V_LIST && l != c->args[0])
		l->view = true;
	return l;
}

PY_NATIVE(b_next)
{
	struct py_value *l = arg0(c), *v;

	if (l->type == V_GENERATOR)
		l = py_drain(ev, l);
	if (l == NULL)
		return NULL;
	if (l->type != V_LIST)
		return &py_unknown;
	if (py_is_unordered(l)) {
		l->tainted = true;
		return &py_unknown;
	}
	if (l->u.list.n > 0) {
		v = l->u.list.v[0];
		l->u.list.v++;
		l->u.list.n--;
		l->u.list.cap--;
		return v;
	}
	if (l->tainted)
		return &py_unknown;
	return c->n > 1 ? c->args[1] : py_raise_soft(ev, "StopIteration", "");
}

/* ---- text and numbers ------------------------------------------------------------------------ */

PY_NATIVE(b_repr)
{
	return py_to_repr(ev, arg0(c));
}

PY_NATIVE(b_format)
{
	struct py_value *spec = c->n > 1 ? c->args[1] : NULL;

	if (spec == NULL)
		return py_to_str(ev, arg0(c));
	return spec->type == V_STR ? py_format_spec(ev, arg0(c), spec->u.str.p, spec->u.str.n) : &py_unknown;
}

PY_NATIVE(b_abs)
{
	struct py_value *v = arg0(c);

	if (v->type != V_INT || v->u.integer == INT64_MIN)
		return &py_unknown;
	return py_int(ev->a, v->u.integer < 0 ? -v->u.integer : v->u.integer);
}

PY_NATIVE(b_chr)
{
	char *p;

	if (arg0(c)->type != V_INT || arg0(c)->u.integer < 0 || arg0(c)->u.integer > 127)
		return &py_unknown;
	p = arena_alloc(ev->a, 2);
	p[0] = (char)c->args[0]->u.integer;
	return py_strn(ev->a, p, 1);
}

PY_NATIVE(b_ord)
{
	struct py_value *v = arg0(c);

	return v->type == V_STR && v->u.str.n == 1 ? py_int(ev->a, (unsigned char)v->u.str.p[0])
		: &py_unknown;
}

PY_NATIVE(b_none)
{
	return &py_none;
}

/* ---- what runs other things ------------------------------------------------------------------ */

PY_NATIVE(b_import)
{
	const char *name = name_arg(ev, c, 0), *dot;
	struct py_value *list = py_arg(c, 3, "fromlist"), *level = py_arg(c, 4, "level"), *m;

	if (name == NULL) {
		py_gap(ev, "imports a module whose name is not known");
		return &py_unknown;
	}
	name = py_resolve_name(ev, name, level != NULL && level->type == V_INT && level->u.integer > 0
						 ? (unsigned)level->u.integer
						 : 0);
	m = name != NULL ? py_import_name(ev, name) : NULL;
	if (m == NULL)
		return NULL;
	dot = strchr(name, '.');
	if (list != NULL && py_truth(list) != PY_NO) {
		for (size_t i = 0; (list->type == V_LIST || list->type == V_TUPLE) &&
		     i < list->u.list.n; i++) {
			struct py_value *n = list->u.list.v[i];

			/* a name that is not there is no failure here */
			if (n->type == V_STR &&
			    py_import_from(ev, m, py_name(ev->names, n->u.str.p, n->u.str.n)) == NULL) {
				if (ev->stopped)
					return NULL;
				ev->raised = NULL;
			}
		}
		return m;
	}
	if (dot == NULL)
		return m;
	m = py_dict_name(ev->sys_modules->u.dict, py_name(ev->names, name, (size_t)(dot - name)));
	return m != NULL ? m : &py_unknown;
}

static struct py_value *run_text(struct py_eval *ev, const struct py_call *c, bool expression)
{
	struct py_value *text = arg0(c), *where = py_arg(c, 1, "globals"), *own = py_arg(c, 2, "locals");
	struct py_dict *globals = ev->frame->globals;

	if (where != NULL && where->type == V_DICT)
		globals = where->u.dict;
	if ((text->type != V_STR && text->type != V_BYTES) || text->tainted) {
		if (!expression) {
			globals->tainted = true;
			if (own != NULL && own->type == V_DICT)
				own->u.dict->tainted = true;
			py_gap(ev, "executes a text that is not known");
		}
		return &py_unknown;
	}
	return py_exec_text(ev, "<string>", text->u.str.p, text->u.str.n, globals,
			    own != NULL && own->type == V_DICT && own->u.dict != globals ? own->u.dict
				    : NULL, expression);
}

PY_NATIVE(b_exec)
{
	return run_text(ev, c, false);
}

PY_NATIVE(b_eval)
{
	return run_text(ev, c, true);
}

PY_NATIVE(b_compile)
{
	return arg0(c)->type == V_STR || arg0(c)->type == V_BYTES ? arg0(c) : &py_unknown;
}

PY_NATIVE(b_open)
{
	struct py_value *path = py_arg(c, 0, "file"), *mode = py_arg(c, 1, "mode");
	const char *p = path != NULL ? py_path_of(ev, path) : NULL;

	if (p == NULL || py_arg(c, 5, "newline") != NULL ||
	    (mode != NULL && (mode->type != V_STR || mode->u.str.n == 0 || mode->u.str.p[0] != 'r')))
		return &py_unknown;
	return py_open_file(ev, p, mode != NULL && strchr(mode->u.str.p, 'b') != NULL);
}

PY_NATIVE(b_exit)
{
	struct py_value *e = py_exception_new(ev, "SystemExit", NULL), *code = c->n > 0 ? c->args[0]
		: &py_none;
	struct py_value *args = py_list_new(ev->a, V_TUPLE);

	if (c->n > 0)
		py_list_add(ev->a, args, code);
	py_dict_set_name(ev->a, &e->u.obj.dict, py_name(ev->names, "args", 4), args);
	return py_raise(ev, e);
}

/* ---- all of them ----------------------------------------------------------------------------- */

static const struct {
	const char *name, *base;
} exceptions[] = {
	{ "Exception", "BaseException" }, { "SystemExit", "BaseException" },
	{ "KeyboardInterrupt", "BaseException" },
	{ "GeneratorExit", "BaseException" }, { "BaseExceptionGroup", "BaseException" },
	{ "ArithmeticError", "Exception" }, { "OverflowError", "ArithmeticError" },
	{ "ZeroDivisionError", "ArithmeticError" }, { "FloatingPointError", "ArithmeticError" },
	{ "AssertionError", "Exception" }, { "AttributeError", "Exception" }, { "BufferError", "Exception" },
	{ "EOFError", "Exception" }, { "ImportError", "Exception" }, { "ModuleNotFoundError", "ImportError" },
	{ "LookupError", "Exception" }, { "IndexError", "LookupError" }, { "KeyError", "LookupError" },
	{ "MemoryError", "Exception" }, { "NameError", "Exception" }, { "UnboundLocalError", "NameError" },
	{ "OSError", "Exception" }, { "BlockingIOError", "OSError" }, { "ChildProcessError", "OSError" },
	{ "ConnectionError", "OSError" }, { "BrokenPipeError", "ConnectionError" },
	{ "ConnectionAbortedError", "ConnectionError" }, { "ConnectionRefusedError", "ConnectionError" },
	{ "ConnectionResetError", "ConnectionError" }, { "FileExistsError", "OSError" },
	{ "FileNotFoundError", "OSError" }, { "InterruptedError", "OSError" },
	{ "IsADirectoryError", "OSError" },
	{ "NotADirectoryError", "OSError" }, { "PermissionError", "OSError" },
	{ "ProcessLookupError", "OSError" },
	{ "TimeoutError", "OSError" }, { "ReferenceError", "Exception" }, { "RuntimeError", "Exception" },
	{ "NotImplementedError", "RuntimeError" }, { "RecursionError", "RuntimeError" },
	{ "StopIteration", "Exception" }, { "StopAsyncIteration", "Exception" },
	{ "SyntaxError", "Exception" },
	{ "IndentationError", "SyntaxError" }, { "TabError", "IndentationError" },
	{ "SystemError", "Exception" },
	{ "TypeError", "Exception" }, { "ValueError", "Exception" }, { "UnicodeError", "ValueError" },
	{ "UnicodeDecodeError", "UnicodeError" }, { "UnicodeEncodeError", "UnicodeError" },
	{ "UnicodeTranslateError", "UnicodeError" }, { "Warning", "Exception" },
	{ "DeprecationWarning", "Warning" },
	{ "PendingDeprecationWarning", "Warning" }, { "RuntimeWarning", "Warning" },
	{ "SyntaxWarning", "Warning" },
	{ "UserWarning", "Warning" }, { "FutureWarning", "Warning" }, { "ImportWarning", "Warning" },
	{ "UnicodeWarning", "Warning" }, { "BytesWarning", "Warning" }, { "ResourceWarning", "Warning" },
	{ "EncodingWarning", "Warning" }, { "ExceptionGroup", "Exception" },
};

static const struct {
	const char *name;
	py_native *make;
	enum py_type type;
} types[] = {
	{ "type", make_type, V_CLASS }, { "str", make_str, V_STR }, { "bool", make_bool, V_BOOL },
	{ "int", make_int, V_INT }, { "float", make_float, V_FLOAT }, { "list", make_list, V_LIST },
	{ "tuple", make_tuple, V_TUPLE }, { "set", make_set, V_SET }, { "frozenset", make_set, V_SET },
	{ "dict", make_dict, V_DICT }, { "bytes", make_unknown, V_BYTES },
	{ "bytearray", make_unknown, V_UNKNOWN },
	{ "complex", make_unknown, V_UNKNOWN }, { "memoryview", make_unknown, V_UNKNOWN },
	{ "slice", make_unknown, V_UNKNOWN }, { "property", make_property, V_PROPERTY },
	{ "staticmethod", make_static, V_STATIC }, { "classmethod", make_classmethod, V_CLASSMETHOD },
	{ "super", make_unknown, V_SUPER }, { "function", make_unknown, V_FUNCTION },
	{ "builtin_function_or_method", make_unknown, V_NATIVE }, { "method", make_unknown, V_METHOD },
	{ "module", make_unknown, V_MODULE }, { "generator", make_unknown, V_GENERATOR },
	{ "NoneType", make_unknown, V_NONE }, { "ellipsis", make_unknown, V_ELLIPSIS },
};

static const struct py_native_def functions[] = {
	{ "builtins", "object_new", object_new }, { "builtins", "property_setter", property_setter },
	{ "builtins", "isinstance", b_isinstance }, { "builtins", "issubclass", b_issubclass },
	{ "builtins", "hasattr", b_hasattr }, { "builtins", "getattr", b_getattr },
	{ "builtins", "setattr", b_setattr },
	{ "builtins", "delattr", b_none }, { "builtins", "globals", b_globals },
	{ "builtins", "locals", b_locals },
	{ "builtins", "vars", b_vars }, { "builtins", "dir", b_dir }, { "builtins", "callable", b_callable },
	{ "builtins", "len", b_len }, { "builtins", "range", b_range },
	{ "builtins", "enumerate", b_enumerate },
	{ "builtins", "zip", b_zip }, { "builtins", "map", b_map }, { "builtins", "filter", b_filter },
	{ "builtins", "reversed", b_reversed }, { "builtins", "sorted", b_sorted },
	{ "builtins", "any", b_any },
	{ "builtins", "all", b_all }, { "builtins", "min", b_min }, { "builtins", "max", b_max },
	{ "builtins", "sum", b_sum }, { "builtins", "iter", b_iter }, { "builtins", "next", b_next },
	{ "builtins", "repr", b_repr }, { "builtins", "ascii", make_unknown },
	{ "builtins", "format", b_format },
	{ "builtins", "abs", b_abs }, { "builtins", "chr", b_chr }, { "builtins", "ord", b_ord },
	{ "builtins", "print", b_none }, { "builtins", "__import__", b_import },
	{ "builtins", "exec", b_exec },
	{ "builtins", "eval", b_eval }, { "builtins", "compile", b_compile }, { "builtins", "open", b_open },
	{ "builtins", "exit", b_exit }, { "builtins", "quit", b_exit }, { "builtins", "id", make_unknown },
	{ "builtins", "hash", make_unknown }, { "builtins", "input", make_unknown },
	{ "builtins", "pow", make_unknown },
	{ "builtins", "round", make_unknown }, { "builtins", "divmod", make_unknown },
	{ "builtins", "hex", make_unknown },
	{ "builtins", "oct", make_unknown }, { "builtins", "bin", make_unknown },
	{ "builtins", "breakpoint", b_none },
	{ "builtins", "help", b_none }, { "builtins", "aiter", make_unknown },
	{ "builtins", "anext", make_unknown },
	{ "io", "open", b_open }, { "_io", "open", b_open },
};

static struct py_value *add_type(struct py_eval *ev, const char *name, struct py_value *base, py_native *make,
				 enum py_type type)
{
	struct py_value *v = py_class_new(ev, "builtins", name, base, make, type);

	py_dict_set_name(ev->a, &ev->classes, py_name(ev->names, name, strlen(name)), v);
	return v;
}

static void add_exceptions(struct py_eval *ev)
{
	struct py_value *base = add_type(ev, "BaseException", ev->class_object, NULL, V_INSTANCE);

	base->u.cls->is_exception = true;
	for (size_t i = 0; i < sizeof(exceptions) / sizeof(exceptions[0]); i++)
		add_type(ev, exceptions[i].name, py_builtin_class(ev, exceptions[i].base), NULL, V_INSTANCE);
	ev->class_exception = py_builtin_class(ev, "Exception");
	py_know_value(ev, "builtins", "IOError", py_builtin_class(ev, "OSError"));
	py_know_value(ev, "builtins", "EnvironmentError", py_builtin_class(ev, "OSError"));
}

void py_builtins_init(struct py_eval *ev)
{
	ev->class_object = add_type(ev, "object", NULL, make_object, V_INSTANCE);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		add_type(ev, types[i].name, ev->class_object, types[i].make, types[i].type);
	/* bool is an int */
	py_builtin_class(ev, "bool")->u.cls->bases[0] = py_builtin_class(ev, "int");
	ev->class_module = py_builtin_class(ev, "module");
	py_dict_set_name(ev->a, &ev->class_module->u.cls->dict, ev->n_init,
			 py_native_new(ev->a, "__init__", module_init, NULL));
	add_exceptions(ev);
	py_know(ev, functions, sizeof(functions) / sizeof(functions[0]));
	py_know_value(ev, "builtins", "NotImplemented", &py_unknown);
	py_know_value(ev, "builtins", "Ellipsis", &py_ellipsis);
	py_know_value(ev, "builtins", "__debug__", &py_true);
	ev->builtins = py_module_new(ev, "builtins");
	ev->builtins->ready = true;
	ev->builtins->opaque = true;
	py_fill_builtin(ev, ev->builtins);
	py_dict_set_name(ev->a, ev->sys_modules->u.dict, py_name(ev->names, "builtins", 8), ev->builtins);
}
