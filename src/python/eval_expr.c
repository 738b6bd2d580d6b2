/* eval_expr.c - expressions. */
#include <stdlib.h>
#include <string.h>

#include "python/eval.h"
#include "message/py_text.h"

bool py_step(struct py_eval *ev)
{
	if (++ev->steps <= ev->step_limit && ev->steps <= ev->call_end)
		return true;
	if (ev->steps <= ev->step_limit)
		ev->gave_up = true;
	else
		ev->im->limited = true;
	ev->stopped = true;
	ev->raised = NULL;
	return false;
}

/* ---- names ----------------------------------------------------------------------------------- */

static bool is_declared_global(const struct py_scope *s, const char *name)
{
	for (size_t i = 0; s->declared != NULL && i < s->declared->globals.n; i++)
		if (s->declared->globals.v[i] == name)
			return true;
	return false;
}

struct py_value *py_lookup(struct py_eval *ev, const char *name)
{
	struct py_frame *f = ev->frame;
	struct py_value *v;

	for (struct py_scope *s = f->scope; s != NULL; s = s->outer) {
		if (s->is_class && s != f->scope)
			continue;
		if (is_declared_global(s, name))
			break;
		v = py_dict_name(&s->vars, name);
		if (v != NULL)
			return v;
	}
	v = py_dict_name(f->globals, name);
	if (v == NULL)
		v = py_dict_name(&ev->builtins->u.module.dict, name);
	return v;
}

/* Builtins that "from numpy import *" and the like replace: where names may have come from somewhere unknown,
 * nobody knows whether it is still the builtin one. */
static bool is_shadowed(struct py_eval *ev, const char *name, const struct py_value *v)
{
	static const char *const names[] = { "abs", "all", "any", "bool", "max", "min", "pow", "round",
					    "sum" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (*name == *names[i] && strcmp(name, names[i]) == 0)
			return v == py_dict_name(&ev->builtins->u.module.dict, name);
	return false;
}

static struct py_value *eval_name(struct py_eval *ev, const char *name)
{
	struct py_value *v = py_lookup(ev, name);

	if (v != NULL)
		return !ev->frame->globals->tainted || !is_shadowed(ev, name, v) ? v : &py_unknown;
	if (ev->frame->globals->tainted)
		return &py_unknown;
	return py_raise_sure_new(ev, "NameError", arena_printf(ev->a, PY_TEXT_NOT_DEFINED, name));
}

/* The scope that an assignment to the name changes. */
static struct py_scope *owner(struct py_scope *s, const char *name)
{
	for (size_t i = 0; s->declared != NULL && i < s->declared->nonlocals.n; i++) {
		if (s->declared->nonlocals.v[i] != name)
			continue;
		for (struct py_scope *o = s->outer; o != NULL; o = o->outer)
			if (!o->is_class && py_dict_name(&o->vars, name) != NULL)
				return o;
	}
	return s;
}

void py_bind(struct py_eval *ev, const char *name, struct py_value *v)
{
	struct py_frame *f = ev->frame;
	struct py_dict *d = f->globals;

	if (f->scope != NULL && !is_declared_global(f->scope, name))
		d = &owner(f->scope, name)->vars;
	py_note_write(ev, d, name, ev->log != NULL ? py_dict_name(d, name) : NULL);
	py_dict_set_name(ev->a, d, name, py_settle(ev, d, name, v));
}

void py_unbind(struct py_eval *ev, const char *name)
{
	struct py_frame *f = ev->frame;
	struct py_dict *d = f->globals;

	if (f->scope != NULL && !is_declared_global(f->scope, name))
		d = &owner(f->scope, name)->vars;
	if (py_dict_name(d, name) == NULL)
		return;
	py_note_write(ev, d, name, py_dict_name(d, name));
	py_dict_set_name(ev->a, d, name, NULL);
}

/* ---- displays and comprehensions ------------------------------------------------------------- */

static bool add_spread(struct py_eval *ev, struct py_value *list, struct py_node *of)
{
	struct py_value *v = py_eval_expr(ev, of), *items;

	items = v != NULL ? py_iterate(ev, v) : NULL;
	if (items == NULL)
		return false;
	list->tainted = list->tainted || items->tainted;
	list->unordered = list->unordered || items->unordered ||
		(items->type == V_SET && items->u.list.n > 1);
	for (size_t i = 0; i < items->u.list.n; i++)
		if (list->type == V_SET)
			py_set_add(ev, list, items->u.list.v[i]);
		else
			py_list_add(ev->a, list, items->u.list.v[i]);
	return true;
}

static struct py_value *eval_display(struct py_eval *ev, struct py_node *n, enum py_type type)
{
	struct py_value *list = py_list_new(ev->a, type);

	for (size_t i = 0; i < n->list.n; i++) {
		struct py_value *v;

		if (n->list.v[i]->kind == PY_STARRED) {
			if (!add_spread(ev, list, n->list.v[i]->a))
				return NULL;
			continue;
		}
		v = py_eval_expr(ev, n->list.v[i]);
		if (v == NULL)
			return NULL;
		if (type == V_SET)
			py_set_add(ev, list, v);
		else
			py_list_add(ev->a, list, v);
	}
	return list;
}

static void dict_merge(struct py_eval *ev, struct py_dict *to, struct py_value *from)
{
	if (from->type != V_DICT) {
		to->tainted = true;
		return;
	}
	to->tainted = to->tainted || from->u.dict->tainted;
	for (size_t i = 0; i < from->u.dict->n; i++) {
		struct py_entry *e = &from->u.dict->items[i];

		if (e->value != NULL)
			py_dict_set(ev, to, py_entry_key(ev->a, e), e->value);
	}
}

static struct py_value *eval_dict(struct py_eval *ev, struct py_node *n)
{
	struct py_value *d = py_dict_new(ev->a);

	for (size_t i = 0; i + 1 < n->list.n; i += 2) {
		struct py_value *k = NULL, *v;

		if (n->list.v[i] != NULL) {
			k = py_eval_expr(ev, n->list.v[i]);
			if (k == NULL)
				return NULL;
		}
		v = py_eval_expr(ev, n->list.v[i + 1]);
		if (v == NULL)
			return NULL;
		if (k != NULL)
			py_dict_set(ev, d->u.dict, k, v);
		else
			dict_merge(ev, d->u.dict, v);
	}
	return d;
}

static bool comp_emit(struct py_eval *ev, struct py_node *n, struct py_value *out)
{
	struct py_value *v = py_eval_expr(ev, n->a), *w;

	if (v == NULL)
		return false;
	if (n->kind == PY_SETCOMP)
		py_set_add(ev, out, v);
	else if (n->kind != PY_DICTCOMP)
		py_list_add(ev->a, out, v);
	if (n->kind != PY_DICTCOMP)
		return true;
	w = py_eval_expr(ev, n->b);
	if (w != NULL)
		py_dict_set(ev, out->u.dict, v, w);
	return w != NULL;
}

static void comp_taint(struct py_node *n, struct py_value *out)
{
	if (n->kind == PY_DICTCOMP)
		out->u.dict->tainted = true;
	else
		out->tainted = true;
}

static enum py_truth comp_conditions(struct py_eval *ev, const struct py_node *comp)
{
	enum py_truth all = PY_YES;

	for (size_t i = 0; i < comp->list.n; i++) {
		enum py_truth t = py_eval_truth(ev, comp->list.v[i]);

		if (t == PY_NO || ev->raised != NULL || ev->stopped)
			return PY_NO;
		if (t == PY_MAYBE)
			all = PY_MAYBE;
	}
	return all;
}

static struct py_value *comp_items(struct py_eval *ev, struct py_node *n, size_t level)
{
	struct py_value *v = level < n->list.n ? py_eval_expr(ev, n->list.v[level]->b) : NULL;

	return v != NULL ? py_iterate(ev, v) : NULL;
}

/* `items`: what the clause of this level goes through. */
static bool comp_run(struct py_eval *ev, struct py_node *n, size_t level, struct py_value *items,
		     struct py_value *out)
{
	struct py_node *comp;

	if (level == n->list.n)
		return comp_emit(ev, n, out);
	if (items == NULL)
		return false;
	comp = n->list.v[level];
	if (items->tainted)
		comp_taint(n, out);
	if (n->kind != PY_DICTCOMP && n->kind != PY_SETCOMP)
		out->unordered = out->unordered || py_is_unordered(items);
	for (size_t i = 0; i < items->u.list.n; i++) {
		enum py_truth t;

		if (!py_step(ev) || !py_assign(ev, comp->a, items->u.list.v[i]))
			return false;
		t = comp_conditions(ev, comp);
		if (ev->raised != NULL || ev->stopped)
			return false;
		if (t == PY_MAYBE)
			comp_taint(n, out);
		else if (t == PY_YES && !comp_run(ev, n, level + 1, comp_items(ev, n, level + 1), out))
			return false;
	}
	return true;
}

static struct py_value *eval_comprehension(struct py_eval *ev, struct py_node *n)
{
	struct py_scope *scope = ARENA_NEW(ev->a, struct py_scope), *before = ev->frame->scope;
	/* the first iterable is evaluated outside */
	struct py_value *out, *items = comp_items(ev, n, 0);
	bool ok;

	out = n->kind == PY_DICTCOMP ? py_dict_new(ev->a)
				     : py_list_new(ev->a, n->kind == PY_SETCOMP ? V_SET : V_LIST);
	scope->outer = before;
	scope->is_comprehension = true;
	scope->globals = ev->frame->globals;
	scope->vars.born = ev->branches;
	if (before != NULL) {
		scope->self = before->self;
		scope->cls = before->cls;
		/* names of a class body are seen by what stands in it */
		if (before->is_class) {
			scope->vars.tainted = true;
			scope->is_class = false;
		}
	}
	ev->frame->scope = scope;
	ok = comp_run(ev, n, 0, items, out);
	ev->frame->scope = before;
	if (n->kind == PY_GENEXP)
		out->view = true;
	return ok ? out : NULL;
}

/* ---- text ------------------------------------------------------------------------------------ */

static struct py_value *convert(struct py_eval *ev, struct py_value *v, int conversion)
{
	if (conversion == 'r' || conversion == 'a') {
		v = py_to_repr(ev, v);
		return conversion == 'a' && v->type == V_STR && !py_is_ascii(v) ? &py_unknown : v;
	}
	return conversion == 's' ? py_to_str(ev, v) : v;
}

static struct py_value *eval_formatted(struct py_eval *ev, struct py_node *n)
{
	struct py_value *v = py_eval_expr(ev, n->a), *spec = NULL;

	if (v == NULL)
		return NULL;
	v = convert(ev, v, n->op);
	if (v == NULL)
		return NULL;
	if (n->b == NULL)
		return py_to_str(ev, v);
	if (v->type == V_UNKNOWN)
		return v;
	spec = py_eval_expr(ev, n->b);
	if (spec == NULL)
		return NULL;
	return spec->type == V_STR ? py_format_spec(ev, v, spec->u.str.p, spec->u.str.n) : &py_unknown;
}

static struct py_value *eval_fstring(struct py_eval *ev, struct py_node *n)
{
	struct buf b;
	struct py_value *s;
	bool known = true;

	buf_init(&b, 1u << 20);
	for (size_t i = 0; i < n->list.n; i++) {
		struct py_node *part = n->list.v[i];
		struct py_value *v = part->kind == PY_FORMATTED ? eval_formatted(ev, part)
								: py_eval_expr(ev, part);

		if (v == NULL) {
			buf_free(&b);
			return NULL;
		}
		known = known && v->type == V_STR && !v->tainted;
		if (v->type == V_STR)
			buf_add(&b, v->u.str.p, v->u.str.n);
	}
	if (b.failed)
		known = false;
	s = known ? py_strn(ev->a, arena_bytes(ev->a, b.p != NULL ? b.p : "", b.n), b.n) : &py_unknown;
	buf_free(&b);
	return s;
}

/* ---- operators with a short way out ---------------------------------------------------------- */

/* "a and b", "a or b": the value, NULL if it is raised. *truth may be known where the value is not:
 * what is false behind something unknown makes all of an "and" false, but nobody knows which of
 * both it is. */
static struct py_value *boolop(struct py_eval *ev, struct py_node *n, enum py_truth *truth)
{
	struct py_value *v = NULL;
	enum py_truth end = n->op == PY_OP_AND ? PY_NO : PY_YES;
	bool maybe = false;

	for (size_t i = 0; i < n->list.n; i++) {
		/* what stands behind something unknown may not be evaluated at all */
		ev->maybe += maybe;
		v = py_eval_expr(ev, n->list.v[i]);
		*truth = v != NULL ? py_truth_of(ev, v) : PY_MAYBE;
		ev->maybe -= maybe;
		if (v == NULL && maybe && !ev->stopped) {
			ev->raised = NULL;
			return &py_unknown;
		}
		if (v == NULL)
			return NULL;
		if (*truth == end)
			return maybe ? &py_unknown : v;
		maybe = maybe || *truth == PY_MAYBE;
	}
	if (maybe)
		*truth = PY_MAYBE;
	return maybe ? &py_unknown : v;
}

static struct py_value *eval_boolop(struct py_eval *ev, struct py_node *n)
{
	enum py_truth truth;

	return boolop(ev, n, &truth);
}

enum py_truth py_eval_truth(struct py_eval *ev, struct py_node *n)
{
	enum py_truth t = PY_MAYBE;
	struct py_value *v;

	if (n->kind == PY_BOOLOP) {
		boolop(ev, n, &t);
		return t;
	}
	v = py_eval_expr(ev, n);
	return v != NULL ? py_truth_of(ev, v) : PY_MAYBE;
}

static struct py_value *eval_compare(struct py_eval *ev, struct py_node *n)
{
	struct py_value *a = py_eval_expr(ev, n->a), *r = &py_true;
	bool unknown = false;

	for (size_t i = 0; a != NULL && i < n->list.n; i++) {
		struct py_value *b = py_eval_expr(ev, n->list.v[i]);

		if (b == NULL)
			return NULL;
		r = py_compare(ev, (enum py_op)n->u.ops[i], a, b);
		if (r == NULL)
			return NULL;
		if (py_truth_of(ev, r) == PY_NO)
			return r;
		unknown = unknown || py_truth_of(ev, r) == PY_MAYBE;
		a = b;
	}
	if (a == NULL)
		return NULL;
	return unknown ? &py_unknown : r;
}

static struct py_value *eval_unary(struct py_eval *ev, struct py_node *n)
{
	struct py_value *v;
	enum py_truth t;

	if (n->op == PY_OP_NOT) {
		t = py_eval_truth(ev, n->a);
		if (ev->raised != NULL || ev->stopped)
			return NULL;
		return t == PY_MAYBE ? &py_unknown : py_bool(t == PY_NO);
	}
	v = py_eval_expr(ev, n->a);
	if (v == NULL)
		return NULL;
	if (v->type == V_FLOAT && n->op == PY_OP_SUB)
		return py_float(ev->a, -v->u.real);
	if (v->type != V_INT && v->type != V_BOOL)
		return &py_unknown;
	if (n->op == PY_OP_SUB)
		return v->u.integer == INT64_MIN ? &py_unknown : py_int(ev->a, -v->u.integer);
	return py_int(ev->a, n->op == PY_OP_INVERT ? ~v->u.integer : v->u.integer);
}

static struct py_value *eval_ifexp(struct py_eval *ev, struct py_node *n)
{
	enum py_truth t = py_eval_truth(ev, n->a);

	if (ev->raised != NULL || ev->stopped)
		return NULL;
	switch (t) {
	case PY_YES:
		return py_eval_expr(ev, n->b);
	case PY_NO:
		return py_eval_expr(ev, n->c);
	default:
		return py_eval_branches(ev, n->b, n->c);
	}
}

/* ---- calls, subscripts ----------------------------------------------------------------------- */

static bool add_keyword(struct py_eval *ev, struct py_node *n, struct py_call *c, size_t cap)
{
	struct py_value *v = py_eval_expr(ev, n->a);

	if (v == NULL)
		return false;
	if (n->u.name != NULL) {
		c->names[c->nnames] = n->u.name;
		c->values[c->nnames++] = v;
		return true;
	}
	if (v->type != V_DICT || v->u.dict->tainted || c->nnames + v->u.dict->live > cap) {
		c->unknown = true;
		return true;
	}
	for (size_t i = 0; i < v->u.dict->n && c->nnames < cap; i++) {
		const struct py_entry *e = &v->u.dict->items[i];

		if (e->value != NULL && py_entry_name(e) != NULL) {
			c->names[c->nnames] = py_entry_name(e);
			c->values[c->nnames++] = e->value;
		}
	}
	return true;
}

#define CALL_NAMES 64 /* room for what "**mapping" adds */

static bool eval_args(struct py_eval *ev, const struct py_list *l, struct py_call *c)
{
	struct py_value args = { .type = V_LIST };
	size_t cap = 0;

	for (size_t i = 0; i < l->n; i++)
		if (l->v[i]->kind == PY_KEYWORD)
			cap += l->v[i]->u.name != NULL ? 1 : CALL_NAMES;
	c->names = cap > 0 ? ARENA_ARRAY(ev->a, cap, const char *) : NULL;
	c->values = cap > 0 ? ARENA_ARRAY(ev->a, cap, struct py_value *) : NULL;
	py_list_reserve(ev->a, &args, l->n);
	for (size_t i = 0; i < l->n; i++) {
		struct py_node *n = l->v[i];
		struct py_value *v;

		if (n->kind == PY_KEYWORD) {
			if (!add_keyword(ev, n, c, n->u.name != NULL ? 0 : c->nnames + CALL_NAMES))
				return false;
		} else if (n->kind == PY_STARRED) {
			if (!add_spread(ev, &args, n->a))
				return false;
			c->unknown = c->unknown || args.tainted;
		} else {
			v = py_eval_expr(ev, n);
			if (v == NULL)
				return false;
			py_list_add(ev->a, &args, v);
		}
	}
	c->args = args.u.list.v;
	c->n = args.u.list.n;
	return true;
}

static struct py_value *super_of(struct py_eval *ev, struct py_value *cls, struct py_value *self)
{
	struct py_value *v = py_value_new(ev->a, V_SUPER);

	v->u.super.after = cls;
	v->u.super.self = self;
	return v;
}

/* super(cls, self): NULL if that is no such call. */
static struct py_value *old_super(struct py_eval *ev, struct py_value *f, const struct py_call *c)
{
	if (f != py_builtin_class(ev, "super") || c->n != 2 || c->args[0]->type != V_CLASS ||
	    (c->args[1]->type != V_INSTANCE && c->args[1]->type != V_CLASS))
		return NULL;
	return super_of(ev, c->args[0], c->args[1]);
}

static struct py_value *eval_super(struct py_eval *ev)
{
	for (struct py_scope *s = ev->frame->scope; s != NULL; s = s->outer) {
		if (s->cls == NULL || s->self == NULL)
			continue;
		return super_of(ev, s->cls, s->self);
	}
	return &py_unknown;
}

static struct py_value *eval_call(struct py_eval *ev, struct py_node *n)
{
	struct py_value *f;
	struct py_call c = { 0 };
	uint32_t line = ev->frame->line;
	struct py_value *v;

	if (n->a->kind == PY_NAME && n->list.n == 0 && strcmp(n->a->u.name, "super") == 0)
		return eval_super(ev);
	f = py_eval_expr(ev, n->a);
	if (f == NULL || !eval_args(ev, &n->list, &c))
		return NULL;
	if (n->line > line)
		ev->frame->line = n->line;
	v = old_super(ev, f, &c);
	return v != NULL ? v : py_call(ev, f, &c);
}

static struct py_value *eval_optional(struct py_eval *ev, struct py_node *n)
{
	return n != NULL ? py_eval_expr(ev, n) : &py_none;
}

static struct py_value *eval_subscript(struct py_eval *ev, struct py_node *n)
{
	struct py_value *v = py_eval_expr(ev, n->a), *k;

	if (v == NULL)
		return NULL;
	if (n->b->kind == PY_SLICE) {
		struct py_value *a = eval_optional(ev, n->b->a);
		struct py_value *b = a != NULL ? eval_optional(ev, n->b->b) : NULL;
		struct py_value *c = b != NULL ? eval_optional(ev, n->b->c) : NULL;

		return c != NULL ? py_slice(ev, v, a, b, c) : NULL;
	}
	k = py_eval_expr(ev, n->b);
	return k != NULL ? py_index(ev, v, k) : NULL;
}

static struct py_value *eval_yield(struct py_eval *ev, struct py_node *n)
{
	struct py_value *v = n->a != NULL ? py_eval_expr(ev, n->a) : &py_none, *items;
	struct py_value *to = ev->frame->yields;

	if (v == NULL)
		return NULL;
	if (to == NULL)
		return &py_unknown;
	if (n->kind == PY_YIELD) {
		py_list_add(ev->a, to, v);
	} else {
		items = py_iterate(ev, v);
		if (items == NULL)
			return NULL;
		to->tainted = to->tainted || items->tainted;
		for (size_t i = 0; i < items->u.list.n; i++)
			py_list_add(ev->a, to, items->u.list.v[i]);
	}
	return &py_unknown;
}

static struct py_value *bytes_new(struct py_eval *ev, const struct py_node *n)
{
	struct py_value *v = py_strn(ev->a, n->u.str.p, n->u.str.n);

	v->type = V_BYTES;
	return v;
}

/* ---- all ------------------------------------------------------------------------------------- */

static struct py_value *eval_literal(struct py_eval *ev, struct py_node *n)
{
	switch (n->kind) {
	case PY_NONE:
		return &py_none;
	case PY_TRUE:
		return &py_true;
	case PY_FALSE:
		return &py_false;
	case PY_ELLIPSIS:
		return &py_ellipsis;
	case PY_INT:
		return py_int(ev->a, n->u.integer);
	case PY_FLOAT:
		return py_float(ev->a, strtod(n->u.name, NULL));
	case PY_STR: /* U+FFFD stands for what the parser does not know: \N{…} */
		return memchr(n->u.str.p, 0xef, n->u.str.n) != NULL &&
				       memmem(n->u.str.p, n->u.str.n, "\xef\xbf\xbd", 3) != NULL
			       ? &py_unknown
			       : py_strn(ev->a, n->u.str.p, n->u.str.n);
	case PY_BYTES:
		return bytes_new(ev, n);
	default:
		return &py_unknown;
	}
}

static struct py_value *eval_container(struct py_eval *ev, struct py_node *n)
{
	switch (n->kind) {
	case PY_FSTRING:
		return eval_fstring(ev, n);
	case PY_FORMATTED:
		return eval_formatted(ev, n);
	case PY_TUPLE:
		return eval_display(ev, n, V_TUPLE);
	case PY_LIST:
		return eval_display(ev, n, V_LIST);
	case PY_SET:
		return eval_display(ev, n, V_SET);
	case PY_DICT:
		return eval_dict(ev, n);
	case PY_LISTCOMP:
	case PY_SETCOMP:
	case PY_GENEXP:
	case PY_DICTCOMP:
		return eval_comprehension(ev, n);
	default:
		return eval_literal(ev, n);
	}
}

static struct py_value *eval_binop(struct py_eval *ev, struct py_node *n)
{
	struct py_value *a = py_eval_expr(ev, n->a);
	struct py_value *b = a != NULL ? py_eval_expr(ev, n->b) : NULL;

	return b != NULL ? py_binary(ev, (enum py_op)n->op, a, b) : NULL;
}

static struct py_value *eval_walrus(struct py_eval *ev, struct py_node *n)
{
	struct py_value *v = py_eval_expr(ev, n->a);
	struct py_scope *s = ev->frame->scope;

	if (v == NULL)
		return NULL;
	/* PEP 572: of a comprehension it binds around that */
	while (ev->frame->scope != NULL && ev->frame->scope->is_comprehension)
		ev->frame->scope = ev->frame->scope->outer;
	py_bind(ev, n->u.name, v);
	ev->frame->scope = s;
	return v;
}

static struct py_value *eval_await(struct py_eval *ev, struct py_node *n)
{
	return n->a == NULL || py_eval_expr(ev, n->a) != NULL ? &py_unknown : NULL;
}

struct py_value *py_eval_expr(struct py_eval *ev, struct py_node *n)
{
	struct py_value *v;

	if (!py_step(ev))
		return NULL;
	switch (n->kind) {
	case PY_NAME:
		return eval_name(ev, n->u.name);
	case PY_ATTRIBUTE:
		v = py_eval_expr(ev, n->a);
		return v != NULL ? py_getattr(ev, v, n->u.name) : NULL;
	case PY_CALL:
		return eval_call(ev, n);
	case PY_SUBSCRIPT:
		return eval_subscript(ev, n);
	case PY_BINOP:
		return eval_binop(ev, n);
	case PY_UNARY:
		return eval_unary(ev, n);
	case PY_BOOLOP:
		return eval_boolop(ev, n);
	case PY_COMPARE:
		return eval_compare(ev, n);
	case PY_IFEXP:
		return eval_ifexp(ev, n);
	case PY_LAMBDA:
		return py_function_new(ev, n);
	case PY_WALRUS:
		return eval_walrus(ev, n);
	case PY_AWAIT:
		return eval_await(ev, n);
	case PY_YIELD:
	case PY_YIELD_FROM:
		return eval_yield(ev, n);
	default:
		return eval_container(ev, n);
	}
}
