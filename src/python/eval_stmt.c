/* eval_stmt.c - statements. */
#include <string.h>

#include "python/eval.h"

#define LOOP_ROUNDS 2000u /* of a while loop: a longer one is left half way */

/* ---- assignment ------------------------------------------------------------------------------ */

static bool assign_items(struct py_eval *ev, struct py_node *t, struct py_value *v)
{
	struct py_value *items = py_iterate(ev, v);
	size_t star = t->list.n, behind;

	if (items == NULL)
		return false;
	for (size_t i = 0; i < t->list.n; i++)
		if (t->list.v[i]->kind == PY_STARRED)
			star = i;
	behind = star < t->list.n ? t->list.n - star - 1 : 0;
	for (size_t i = 0; i < t->list.n; i++) {
		struct py_node *target = t->list.v[i];
		struct py_value *x = &py_unknown;
		size_t at = i <= star ? i : items->u.list.n - (t->list.n - i);

		if (i == star) {
			x = py_list_new(ev->a, V_LIST);
			x->tainted = items->tainted;
			for (size_t k = i; k + behind < items->u.list.n; k++)
				py_list_add(ev->a, x, items->u.list.v[k]);
			target = target->a;
		} else if (!items->tainted && !py_is_unordered(items) && at < items->u.list.n) {
			x = items->u.list.v[at];
		}
		if (!py_assign(ev, target, x))
			return false;
	}
	return true;
}

bool py_assign(struct py_eval *ev, struct py_node *t, struct py_value *v)
{
	struct py_value *of, *key;

	switch (t->kind) {
	case PY_NAME:
		py_bind(ev, t->u.name, v);
		return true;
	case PY_TUPLE:
	case PY_LIST:
		return assign_items(ev, t, v);
	case PY_STARRED:
		return py_assign(ev, t->a, v);
	case PY_ATTRIBUTE:
		of = py_eval_expr(ev, t->a);
		return of != NULL && py_setattr(ev, of, t->u.name, v);
	case PY_SUBSCRIPT:
		of = py_eval_expr(ev, t->a);
		if (of == NULL || t->b->kind == PY_SLICE) {
			if (of != NULL && of->type == V_LIST)
				of->tainted = true;
			return of != NULL;
		}
		key = py_eval_expr(ev, t->b);
		return key != NULL && py_set_index(ev, of, key, v);
	default:
		return true;
	}
}

static enum py_ctl exec_assign(struct py_eval *ev, struct py_node *n)
{
	struct py_value *v = py_eval_expr(ev, n->a);

	for (size_t i = 0; v != NULL && i < n->list.n; i++)
		if (!py_assign(ev, n->list.v[i], v))
			return CTL_RAISE;
	return v != NULL ? CTL_NEXT : CTL_RAISE;
}

/* "x += y" on a list changes that list. */
static struct py_value *augmented(struct py_eval *ev, struct py_node *n, struct py_value *a,
				  struct py_value *b)
{
	struct py_value *items;

	if (n->op != PY_OP_ADD || a->type != V_LIST)
		return py_binary(ev, (enum py_op)n->op, a, b);
	items = py_iterate(ev, b);
	if (items == NULL)
		return NULL;
	a->tainted = a->tainted || items->tainted || py_is_tentative(ev);
	a->unordered = a->unordered || py_is_unordered(items);
	if (a->u.list.n + items->u.list.n > PY_LIST_MAX) {
		a->tainted = true;
		return a;
	}
	for (size_t i = 0; i < items->u.list.n; i++)
		py_list_add(ev->a, a, items->u.list.v[i]);
	return a;
}

static enum py_ctl exec_augassign(struct py_eval *ev, struct py_node *n)
{
	struct py_value *a = py_eval_expr(ev, n->a);
	struct py_value *b = a != NULL ? py_eval_expr(ev, n->b) : NULL;
	struct py_value *v = b != NULL ? augmented(ev, n, a, b) : NULL;

	return v != NULL && py_assign(ev, n->a, v) ? CTL_NEXT : CTL_RAISE;
}

static bool delete_one(struct py_eval *ev, struct py_node *t)
{
	struct py_value *of, *key;

	switch (t->kind) {
	case PY_NAME:
		py_unbind(ev, t->u.name);
		return true;
	case PY_SUBSCRIPT:
		of = py_eval_expr(ev, t->a);
		if (of == NULL)
			return false;
		key = t->b->kind == PY_SLICE ? &py_unknown : py_eval_expr(ev, t->b);
		if (key == NULL)
			return false;
		if (of->type == V_DICT)
			py_dict_del(ev, of->u.dict, key);
		else if (of->type == V_LIST)
			of->tainted = true;
		return true;
	case PY_ATTRIBUTE:
		of = py_eval_expr(ev, t->a);
		if (of != NULL && of->type == V_MODULE)
			py_dict_del(ev, &of->u.module.dict, py_str(ev->a, t->u.name));
		return of != NULL;
	case PY_TUPLE:
	case PY_LIST:
		for (size_t i = 0; i < t->list.n; i++)
			if (!delete_one(ev, t->list.v[i]))
				return false;
		return true;
	default:
		return true;
	}
}

static enum py_ctl exec_delete(struct py_eval *ev, struct py_node *n)
{
	for (size_t i = 0; i < n->list.n; i++)
		if (!delete_one(ev, n->list.v[i]))
			return CTL_RAISE;
	return CTL_NEXT;
}

/* ---- conditions and loops -------------------------------------------------------------------- */

static bool is_elif(const struct py_node *n)
{
	return n->orelse.n == 1 && n->orelse.v[0]->kind == PY_IF;
}

/* Conditions that are not known nest: behind so many of them a long chain of elif is left. */
#define MAYBE_DEPTH 60u

static enum py_ctl exec_if(struct py_eval *ev, struct py_node *n)
{
	enum py_truth t;

	while ((t = py_eval_truth(ev, n->a)) == PY_NO && is_elif(n)) {
		n = n->orelse.v[0];
		ev->frame->line = n->line;
		if (!py_step(ev))
			return CTL_RAISE;
	}
	if (ev->raised != NULL || ev->stopped)
		return CTL_RAISE;
	if (t == PY_YES)
		return py_exec(ev, &n->body);
	if (t == PY_NO)
		return py_exec(ev, &n->orelse);
	return py_exec_branches(ev, &n->body, ev->maybe < MAYBE_DEPTH ? &n->orelse : NULL);
}

static enum py_ctl after_loop(struct py_eval *ev, struct py_node *n, enum py_ctl c)
{
	if (c == CTL_BREAK)
		return CTL_NEXT;
	if (c == CTL_RETURN || c == CTL_RAISE)
		return c;
	return py_exec(ev, &n->orelse);
}

/* A loop that may go round any number of times: once, as a possibility. */
static enum py_ctl maybe_round(struct py_eval *ev, struct py_node *n)
{
	enum py_ctl c = py_exec_branches(ev, &n->body, NULL);

	return c == CTL_CONTINUE || c == CTL_BREAK ? CTL_NEXT : c;
}

static enum py_ctl exec_for(struct py_eval *ev, struct py_node *n)
{
	struct py_value *v = py_eval_expr(ev, n->b), *items;
	enum py_ctl c = CTL_NEXT;

	items = v != NULL ? py_iterate(ev, v) : NULL;
	if (items == NULL)
		return CTL_RAISE;
	for (size_t i = 0; i < items->u.list.n; i++) {
		if (!py_step(ev) || !py_assign(ev, n->a, items->u.list.v[i]))
			return CTL_RAISE;
		c = py_exec(ev, &n->body);
		if (c == CTL_BREAK || c == CTL_RETURN || c == CTL_RAISE)
			return after_loop(ev, n, c);
	}
	if (py_is_unordered(items) && !py_assign(ev, n->a, &py_unknown))
		return CTL_RAISE; /* which was the last one? */
	if (items->tainted) {
		if (!py_assign(ev, n->a, &py_unknown))
			return CTL_RAISE;
		c = maybe_round(ev, n);
		if (c == CTL_RETURN || c == CTL_RAISE)
			return c;
	}
	return after_loop(ev, n, CTL_NEXT);
}

static enum py_ctl exec_while(struct py_eval *ev, struct py_node *n)
{
	for (unsigned round = 0; round < LOOP_ROUNDS; round++) {
		enum py_truth t = py_eval_truth(ev, n->a);
		enum py_ctl c;

		if (ev->raised != NULL || ev->stopped)
			return CTL_RAISE;
		if (t == PY_NO)
			return after_loop(ev, n, CTL_NEXT);
		if (t == PY_MAYBE)
			return maybe_round(ev, n);
		c = py_exec(ev, &n->body);
		if (c == CTL_BREAK || c == CTL_RETURN || c == CTL_RAISE)
			return after_loop(ev, n, c);
	}
	py_gap(ev, "a loop that goes round very often");
	return CTL_NEXT;
}

static enum py_ctl exec_loop(struct py_eval *ev, struct py_node *n)
{
	unsigned rest = ev->loop_rest;
	enum py_ctl c = n->kind == PY_FOR ? exec_for(ev, n) : exec_while(ev, n);

	ev->loop_rest = rest;
	return c;
}

/* ---- with ------------------------------------------------------------------------------------ */

/* The classes of contextlib.suppress(…), NULL for other managers. */
static struct py_value *suppressed(struct py_eval *ev, struct py_value *manager)
{
	if (manager->type != V_INSTANCE)
		return NULL;
	return py_dict_name(&manager->u.obj.dict, py_name(ev->names, " suppress", 9));
}

static enum py_ctl exec_suppressing(struct py_eval *ev, struct py_node *n, struct py_value *types)
{
	struct py_guard g = { .up = ev->guards, .frame = ev->frame, .types = types->u.list.v,
			      .n = types->u.list.n };
	enum py_ctl c;

	for (size_t i = 0; i < g.n; i++)
		if (g.types[i]->type != V_CLASS)
			return py_exec(ev, &n->body);
	ev->guards = &g;
	c = py_exec(ev, &n->body);
	ev->guards = g.up;
	if (c != CTL_RAISE || ev->stopped)
		return c;
	for (size_t i = 0; i < g.n; i++)
		if (py_is_subclass(ev->raised->u.obj.cls, g.types[i]) != PY_NO) {
			ev->raised = NULL;
			return CTL_NEXT;
		}
	return c;
}

/* Calls manager.__exit__ if it is one of the sources' own; what it does with exceptions is not followed. */
static void leave(struct py_eval *ev, struct py_value *manager)
{
	struct py_value *raised = ev->raised, *f;
	struct py_value *none[3] = { &py_none, &py_none, &py_none };
	struct py_call c = { .args = none, .n = 3 };

	if (manager->type != V_INSTANCE || ev->stopped)
		return;
	ev->raised = NULL;
	f = py_getattr_quiet(ev, manager, ev->n_exit);
	if (f != NULL && !py_is_unknown(f))
		py_call(ev, f, &c);
	if (!ev->stopped)
		ev->raised = raised;
}

static struct py_value *enter(struct py_eval *ev, struct py_value *manager)
{
	struct py_value *f, *items;

	if (manager->type == V_GENERATOR) { /* of a function behind @contextmanager */
		items = py_drain(ev, manager);
		if (items == NULL)
			return NULL;
		return items->u.list.n > 0 ? items->u.list.v[0] : &py_unknown;
	}
	if (manager->type == V_PATH)
		return manager;
	if (manager->type != V_INSTANCE)
		return &py_unknown;
	f = py_getattr_quiet(ev, manager, ev->n_enter);
	return f != NULL && !py_is_unknown(f) ? py_call0(ev, f) : &py_unknown;
}

static enum py_ctl exec_with(struct py_eval *ev, struct py_node *n)
{
	struct py_value **managers = ARENA_ARRAY(ev->a, n->list.n + 1, struct py_value *);
	struct py_value *types = NULL;
	enum py_ctl c = CTL_NEXT;
	size_t entered = 0;

	for (; entered < n->list.n && c == CTL_NEXT; entered++) {
		struct py_value *m = py_eval_expr(ev, n->list.v[entered]->a), *v;

		if (m == NULL)
			return CTL_RAISE;
		managers[entered] = m;
		if (suppressed(ev, m) != NULL)
			types = suppressed(ev, m);
		v = enter(ev, m);
		if (v == NULL || (n->list.v[entered]->b != NULL &&
				  !py_assign(ev, n->list.v[entered]->b, v)))
			c = CTL_RAISE;
	}
	if (c == CTL_NEXT)
		c = types != NULL ? exec_suppressing(ev, n, types) : py_exec(ev, &n->body);
	while (entered-- > 0)
		leave(ev, managers[entered]);
	return ev->stopped ? CTL_RAISE : c;
}

/* ---- imports --------------------------------------------------------------------------------- */

static bool import_one(struct py_eval *ev, const struct py_node *alias)
{
	const char *name = alias->u.name, *dot = strchr(name, '.');
	struct py_value *m = py_import_name(ev, name);

	if (m == NULL)
		return false;
	if (alias->u.alias.as != NULL) {
		py_bind(ev, alias->u.alias.as, m);
		return true;
	}
	if (dot != NULL) {
		name = py_name(ev->names, name, (size_t)(dot - name));
		m = py_dict_name(ev->sys_modules->u.dict, name);
	}
	py_bind(ev, name, m != NULL ? m : &py_unknown);
	return true;
}

static enum py_ctl exec_import(struct py_eval *ev, struct py_node *n)
{
	for (size_t i = 0; i < n->list.n; i++)
		if (!import_one(ev, n->list.v[i]))
			return CTL_RAISE;
	return CTL_NEXT;
}

static enum py_ctl exec_import_from(struct py_eval *ev, struct py_node *n)
{
	const char *name = py_resolve_name(ev, n->u.name, n->op);
	struct py_value *m = name != NULL ? py_import_name(ev, name) : NULL;

	if (m == NULL)
		return CTL_RAISE;
	if (n->list.n == 1 && strcmp(n->list.v[0]->u.name, "*") == 0)
		return py_import_star(ev, m) ? CTL_NEXT : CTL_RAISE;
	for (size_t i = 0; i < n->list.n; i++) {
		const struct py_node *alias = n->list.v[i];
		struct py_value *v = py_import_from(ev, m, alias->u.name);

		if (v == NULL)
			return CTL_RAISE;
		py_bind(ev, alias->u.alias.as != NULL ? alias->u.alias.as : alias->u.name, v);
	}
	return CTL_NEXT;
}

/* ---- the rest -------------------------------------------------------------------------------- */

static void declare(struct py_eval *ev, const struct py_node *n)
{
	struct py_scope *s = ev->frame->scope;
	const char ***list;
	const char **all;
	size_t *count;

	if (s == NULL)
		return;
	if (s->declared == NULL)
		s->declared = ARENA_NEW(ev->a, struct py_declared);
	list = n->kind == PY_GLOBAL ? &s->declared->globals.v : &s->declared->nonlocals.v;
	count = n->kind == PY_GLOBAL ? &s->declared->globals.n : &s->declared->nonlocals.n;
	all = ARENA_ARRAY(ev->a, *count + n->list.n, const char *);
	for (size_t i = 0; i < *count; i++)
		all[i] = (*list)[i];
	for (size_t i = 0; i < n->list.n; i++)
		all[*count + i] = n->list.v[i]->u.name;
	*list = all;
	*count += n->list.n;
}

static enum py_ctl exec_return(struct py_eval *ev, struct py_node *n)
{
	struct py_value *v = n->a != NULL ? py_eval_expr(ev, n->a) : &py_none;

	if (v == NULL)
		return CTL_RAISE;
	ev->frame->returned = v;
	return CTL_RETURN;
}

static enum py_ctl exec_assert(struct py_eval *ev, struct py_node *n)
{
	enum py_truth t = py_eval_truth(ev, n->a);
	struct py_value *m, *v;

	if (ev->raised != NULL || ev->stopped)
		return CTL_RAISE;
	if (t != PY_NO)
		return CTL_NEXT;
	m = n->b != NULL ? py_eval_expr(ev, n->b) : py_str(ev->a, "");
	if (m == NULL)
		return CTL_RAISE;
	v = py_raise_sure_new(ev, "AssertionError", m->type == V_STR ? m->u.str.p : NULL);
	return v == NULL ? CTL_RAISE : CTL_NEXT;
}

/* Cases with a pattern that can be read as an expression; others may match. */
static enum py_ctl exec_match(struct py_eval *ev, struct py_node *n)
{
	struct py_value *subject = py_eval_expr(ev, n->a);

	if (subject == NULL)
		return CTL_RAISE;
	for (size_t i = 0; i < n->list.n; i++) {
		struct py_node *c = n->list.v[i];
		enum py_truth t = PY_MAYBE;
		enum py_ctl ctl;

		if (c->a != NULL && c->a->kind == PY_NAME && strcmp(c->a->u.name, "_") == 0) {
			t = PY_YES;
		} else if (c->a != NULL && c->a->kind != PY_NAME) {
			struct py_value *v = py_eval_expr(ev, c->a);

			if (v == NULL)
				return CTL_RAISE;
			t = py_equal(subject, v);
		}
		if (c->b != NULL && t == PY_YES)
			t = PY_MAYBE;
		if (t == PY_YES)
			return py_exec(ev, &c->body);
		if (t == PY_NO)
			continue;
		ctl = py_exec_branches(ev, &c->body, NULL);
		if (ctl != CTL_NEXT)
			return ctl;
	}
	return CTL_NEXT;
}

static enum py_ctl exec_definition(struct py_eval *ev, struct py_node *n)
{
	struct py_value *v = n->kind == PY_CLASS ? py_make_class(ev, n) : py_function_new(ev, n);

	if (v == NULL)
		return CTL_RAISE;
	py_bind(ev, n->kind == PY_CLASS ? n->u.name : n->u.fn->name, v);
	return CTL_NEXT;
}

static enum py_ctl exec_flow(struct py_eval *ev, struct py_node *n)
{
	switch (n->kind) {
	case PY_IF:
		return exec_if(ev, n);
	case PY_FOR:
	case PY_WHILE:
		return exec_loop(ev, n);
	case PY_WITH:
		return exec_with(ev, n);
	case PY_TRY:
		return py_exec_try(ev, n);
	case PY_RAISE:
		return py_exec_raise(ev, n);
	case PY_MATCH:
		return exec_match(ev, n);
	case PY_RETURN:
		return exec_return(ev, n);
	case PY_BREAK:
		return CTL_BREAK;
	case PY_CONTINUE:
		return CTL_CONTINUE;
	default:
		return CTL_NEXT;
	}
}

static enum py_ctl exec_one(struct py_eval *ev, struct py_node *n)
{
	switch (n->kind) {
	case PY_EXPR:
		if (n->a->kind == PY_STR || n->a->kind == PY_ELLIPSIS)
			return CTL_NEXT;
		return py_eval_expr(ev, n->a) != NULL ? CTL_NEXT : CTL_RAISE;
	case PY_ASSIGN:
		return exec_assign(ev, n);
	case PY_AUGASSIGN:
		return exec_augassign(ev, n);
	case PY_ANNASSIGN:
		if (n->b == NULL)
			return CTL_NEXT;
		{
			struct py_value *v = py_eval_expr(ev, n->b);

			return v != NULL && py_assign(ev, n->a, v) ? CTL_NEXT : CTL_RAISE;
		}
	case PY_DELETE:
		return exec_delete(ev, n);
	case PY_IMPORT:
		return exec_import(ev, n);
	case PY_IMPORT_FROM:
		return exec_import_from(ev, n);
	case PY_GLOBAL:
	case PY_NONLOCAL:
		declare(ev, n);
		return CTL_NEXT;
	case PY_FUNCTION:
	case PY_CLASS:
		return exec_definition(ev, n);
	case PY_ASSERT:
		return exec_assert(ev, n);
	case PY_TYPE_ALIAS:
		py_bind(ev, n->u.name, &py_unknown);
		return CTL_NEXT;
	default:
		return exec_flow(ev, n);
	}
}

enum py_ctl py_exec(struct py_eval *ev, const struct py_list *body)
{
	for (size_t i = 0; i < body->n; i++) {
		enum py_ctl c;

		if (!py_step(ev))
			return CTL_RAISE;
		ev->frame->line = body->v[i]->line;
		c = exec_one(ev, body->v[i]);
		if (ev->stopped)
			return CTL_RAISE;
		if (c != CTL_NEXT)
			return c;
	}
	return CTL_NEXT;
}
