/* eval_call.c - functions, their calls, decorators and classes. */
#include <string.h>

#include "python/eval.h"

#define CALL_DEPTH 160       /* frames; Python's own limit is 1000 */

/* ---- arguments ------------------------------------------------------------------------------- */

struct py_value *py_arg(const struct py_call *c, size_t i, const char *name)
{
	if (i < c->n)
		return c->args[i];
	for (size_t k = 0; name != NULL && k < c->nnames; k++)
		if (strcmp(c->names[k], name) == 0)
			return c->values[k];
	return NULL;
}

static struct py_value *keyword(const struct py_call *c, const char *name, bool *used)
{
	for (size_t k = 0; k < c->nnames; k++)
		if (c->names[k] == name) {
			used[k] = true;
			return c->values[k];
		}
	return NULL;
}

static struct py_value *rest_args(struct py_eval *ev, const struct py_call *c, size_t from)
{
	struct py_value *t = py_list_new(ev->a, V_TUPLE);

	for (size_t i = from; i < c->n; i++)
		py_list_add(ev->a, t, c->args[i]);
	t->tainted = c->unknown;
	return t;
}

static struct py_value *rest_names(struct py_eval *ev, const struct py_call *c, const bool *used)
{
	struct py_value *d = py_dict_new(ev->a);

	for (size_t k = 0; k < c->nnames; k++)
		if (!used[k])
			py_dict_set_name(ev->a, d->u.dict, c->names[k], c->values[k]);
	d->u.dict->tainted = c->unknown;
	return d;
}

/* What does not fit is not refused: a missing argument is unknown. */
static void bind_params(struct py_eval *ev, const struct py_value *f, const struct py_call *c,
			struct py_scope *s)
{
	const struct py_function *fn = f->u.fn.fn;
	bool *used = ARENA_ARRAY(ev->a, c->nnames + 1, bool);
	size_t at = 0, kwargs = fn->nparams;

	for (size_t i = 0; i < fn->nparams; i++) {
		const struct py_param *p = &fn->params[i];
		struct py_value *v = NULL;

		if (p->kind == PY_PARAM_KWARGS) {
			kwargs = i;
			continue;
		}
		if (p->kind == PY_PARAM_ARGS) {
			v = rest_args(ev, c, at < c->n ? at : c->n);
			at = c->n;
		} else if (p->kind != PY_PARAM_KEYWORD && at < c->n) {
			v = c->args[at++];
		} else {
			v = keyword(c, p->name, used);
			if (v == NULL && !c->unknown && f->u.fn.defaults != NULL)
				v = f->u.fn.defaults[i];
		}
		py_dict_set_name(ev->a, &s->vars, p->name, v != NULL ? v : &py_unknown);
	}
	if (kwargs < fn->nparams)
		py_dict_set_name(ev->a, &s->vars, fn->params[kwargs].name, rest_names(ev, c, used));
}

/* ---- calling a function ---------------------------------------------------------------------- */

static void push(struct py_eval *ev, struct py_frame *f, const struct py_value *fn, struct py_scope *scope)
{
	memset(f, 0, sizeof(*f));
	f->up = ev->frame;
	f->file = fn->u.fn.source->path;
	f->in = fn->u.fn.fn->name != NULL ? fn->u.fn.fn->name : "<lambda>";
	f->module = fn->u.fn.module;
	f->line = fn->u.fn.fn->body_line;
	f->scope = scope;
	f->globals = fn->u.fn.globals;
	f->source = fn->u.fn.source;
	f->loop_rest = ev->loop_rest;
	ev->frame = f;
	ev->depth++;
}

static void pop(struct py_eval *ev, struct py_frame *f)
{
	ev->maybe -= f->maybe_rest;
	ev->rests -= f->rest != 0;
	ev->loop_rest = f->loop_rest;
	ev->frame = f->up;
	ev->depth--;
}

static struct py_value *run_body(struct py_eval *ev, struct py_value *fn, struct py_scope *scope,
			    struct py_value *yields)
{
	struct py_frame f;
	struct py_value *v = NULL;
	enum py_ctl c;

	if (ev->depth >= CALL_DEPTH)
		return &py_unknown;
	push(ev, &f, fn, scope);
	f.yields = yields;
	if (fn->u.fn.body != NULL) {
		v = py_eval_expr(ev, fn->u.fn.body);
	} else {
		py_parse_body(fn->u.fn.source, fn->u.fn.fn);
		c = py_exec(ev, &fn->u.fn.fn->body);
		if (c != CTL_RAISE) {
			v = f.returned != NULL ? f.returned : &py_none;
			if (f.maybe_returned != NULL && c != CTL_RETURN)
				v = py_either(f.maybe_returned, v);
			else if (f.maybe_returned != NULL)
				v = py_either(v, f.maybe_returned);
		}
	}
	pop(ev, &f);
	return v;
}

/* What somebody does with an argument that cannot be followed: a mapping or a module may get names. */
static void give_away(struct py_value *v)
{
	if (v != NULL && v->type == V_DICT)
		v->u.dict->tainted = true;
	else if (v != NULL && v->type == V_MODULE)
		v->u.module.dict.tainted = true;
}

static bool has_word(struct view text, const char *word)
{
	return memmem(text.p, text.n, word, strlen(word)) != NULL;
}

/* Containers that the text names may be changed by it; names that it declares global, too. */
static void give_away_named(struct py_eval *ev, struct py_dict *d, struct view text, bool global)
{
	for (size_t i = 0; i < d->n; i++) {
		const char *name = py_entry_name(&d->items[i]);
		struct py_value *v = d->items[i].value;
		bool list = v != NULL && (v->type == V_LIST || v->type == V_SET);

		if (v == NULL || name == NULL || v == ev->sys_modules ||
		    !(list || v->type == V_DICT || global) || !has_word(text, name))
			continue;
		if (list)
			v->tainted = true;
		else if (v->type == V_DICT)
			v->u.dict->tainted = true;
		else if (v->type <= V_BYTES) /* a counter, a cache that is None yet */
			d->items[i].value = &py_unknown;
	}
}

/* A function that is not called, or not to its end: what it may have done to names and containers
 * that are not its own is not known. Looked for by their names in its text. */
static void pass_over(struct py_eval *ev, struct py_value *f)
{
	struct py_function *fn = f->u.fn.fn;
	struct view text;

	if (fn->reaches_out)
		ev->frame->globals->tainted = true;
	if (fn->passed_over || fn->body_end <= fn->body_at ||
	    !view_sub(f->u.fn.source->text, fn->body_at, fn->body_end - fn->body_at, &text))
		return;
	fn->passed_over = true;
	give_away_named(ev, f->u.fn.globals, text, fn->has_global);
	for (struct py_scope *s = f->u.fn.outer; s != NULL; s = s->outer)
		give_away_named(ev, &s->vars, text, fn->has_global);
	if (has_word(text, "globals("))
		f->u.fn.globals->tainted = true;
	/* enum.global_enum and its like reach the module that uses them */
	fn->reaches_out = has_word(text, "sys.modules") || has_word(text, "_getframe");
	if (fn->reaches_out)
		ev->frame->globals->tainted = true;
}

/* Steps that one call from a module's body may take. It is made for its value or to register
 * something; what goes on for longer works on data that are not known here. */
#define CALL_STEPS 40000u
#define RECURSION 2u /* calls of a function inside itself, behind conditions that are not known */

/* A call that a module's body makes, within its budget. */
static struct py_value *run_within(struct py_eval *ev, struct py_value *fn, struct py_scope *scope,
				   struct py_value *yields)
{
	uint64_t end = ev->call_end, begun = ev->steps;
	struct py_value *v;

	ev->call_end = ev->steps + CALL_STEPS;
	v = run_body(ev, fn, scope, yields);
	ev->call_end = end == UINT64_MAX ? end : end + (ev->steps - begun);
	if (!ev->gave_up)
		return v;
	ev->gave_up = false;
	ev->stopped = false;
	ev->raised = NULL;
	pass_over(ev, fn);
	py_gap(ev, "calls a function that goes on for very long");
	return &py_unknown;
}

/* A function that has been called often, has cost much and has never imported anything will not do
 * so next time: generated code calls the same few helpers thousands of times. */
static bool is_idle(const struct py_function *f)
{
	if (f->effective || f->has_import)
		return false;
	return (f->idle_calls >= 12 && f->idle_steps >= 4000) ||
		(f->idle_calls >= 2 && f->idle_steps >= 30000);
}

static void add_steps(struct py_function *f, uint64_t steps)
{
	uint64_t all = f->idle_steps + steps;

	f->idle_steps = all < UINT32_MAX ? (uint32_t)all : UINT32_MAX;
}

static struct py_value *run(struct py_eval *ev, struct py_value *fn, struct py_scope *scope,
			    struct py_value *yields)
{
	bool from_module = ev->frame == NULL || ev->frame->scope == NULL || ev->frame->scope->is_class;
	struct py_function *f = fn->u.fn.fn;
	uint64_t begun = ev->steps, effects = ev->effects;
	struct py_value *v;

	if ((fn->u.fn.active >= RECURSION && ev->maybe > 0) || is_idle(f)) {
		for (size_t i = 0; i < scope->vars.n; i++)
			give_away(scope->vars.items[i].value);
		pass_over(ev, fn);
		return &py_unknown;
	}
	fn->u.fn.active++;
	v = from_module ? run_within(ev, fn, scope, yields) : run_body(ev, fn, scope, yields);
	fn->u.fn.active--;
	if (ev->gave_up)
		pass_over(ev, fn);
	if (ev->effects != effects) {
		f->effective = true;
	} else {
		f->idle_calls++;
		add_steps(f, ev->steps - begun);
	}
	return v;
}

static struct py_value *call_function(struct py_eval *ev, struct py_value *fn, const struct py_call *c)
{
	struct py_scope *s = ARENA_NEW(ev->a, struct py_scope);
	struct py_function *def = fn->u.fn.fn;
	struct py_value *g;

	s->outer = fn->u.fn.outer;
	s->globals = fn->u.fn.globals;
	s->cls = fn->u.fn.cls;
	s->self = c->n > 0 ? c->args[0] : NULL;
	s->vars.born = ev->branches;
	bind_params(ev, fn, c, s);
	if (def->is_async)
		return &py_unknown;
	if (fn->u.fn.body == NULL) {
		py_parse_body(fn->u.fn.source, def);
		if (def->is_generator) {
			g = py_value_new(ev->a, V_GENERATOR);
			g->u.gen.fn = fn;
			g->u.gen.scope = s;
			return g;
		}
	}
	g = run(ev, fn, s, NULL);
	return g != NULL && fn->u.fn.decorated ? &py_unknown : g;
}

struct py_value *py_drain(struct py_eval *ev, struct py_value *g)
{
	struct py_value *l = py_list_new(ev->a, V_LIST);

	if (g->u.gen.fn == NULL) { /* drained before */
		l->tainted = true;
		return l;
	}
	if (run(ev, g->u.gen.fn, g->u.gen.scope, l) == NULL)
		return NULL;
	g->u.gen.fn = NULL;
	return l;
}

/* ---- calling anything ------------------------------------------------------------------------ */

static struct py_value *call_with_first(struct py_eval *ev, struct py_value *f, struct py_value *first,
					const struct py_call *c)
{
	struct py_call with = *c;

	with.args = ARENA_ARRAY(ev->a, c->n + 1, struct py_value *);
	with.args[0] = first;
	if (c->n > 0)
		memcpy(with.args + 1, c->args, c->n * sizeof(*c->args));
	with.n = c->n + 1;
	return py_call(ev, f, &with);
}

struct py_value *py_instance_new(struct py_eval *ev, struct py_value *cls)
{
	struct py_value *v = py_value_new(ev->a, V_INSTANCE);

	v->u.obj.cls = cls;
	v->u.obj.dict.born = ev->branches;
	return v;
}

static void fill_exception(struct py_eval *ev, struct py_value *e, const struct py_call *c)
{
	py_dict_set_name(ev->a, &e->u.obj.dict, py_name(ev->names, "args", 4), rest_args(ev, c, 0));
	for (size_t i = 0; i < c->nnames; i++)
		py_dict_set_name(ev->a, &e->u.obj.dict, c->names[i], c->values[i]);
}

static struct py_value *call_class(struct py_eval *ev, struct py_value *cls, const struct py_call *c)
{
	struct py_class *k = cls->u.cls;
	bool unknown = false;
	struct py_value *new, *init, *v = NULL;

	if (k->make != NULL)
		return k->make(ev, cls, c);
	new = py_class_lookup(cls, ev->n_new, &unknown);
	if (new != NULL && new->type == V_STATIC)
		new = new->u.wrap.fn;
	if (new != NULL && new->type == V_FUNCTION) {
		v = call_with_first(ev, new, cls, c);
		if (v == NULL || v->type != V_INSTANCE || py_is_subclass(v->u.obj.cls, cls) == PY_NO)
			return v;
		cls = v->u.obj.cls; /* whose __init__ it is */
	}
	if (v == NULL)
		v = py_instance_new(ev, cls);
	if (k->is_exception)
		fill_exception(ev, v, c);
	init = py_class_lookup(cls, ev->n_init, &unknown);
	if (init != NULL && init->type == V_NATIVE)
		init->u.native.call(ev, v, c);
	if (init != NULL && init->type == V_FUNCTION && call_with_first(ev, init, v, c) == NULL)
		return NULL;
	return v;
}

static struct py_value *call_instance(struct py_eval *ev, struct py_value *v, const struct py_call *c)
{
	bool unknown = false;
	struct py_value *f = py_class_lookup(v->u.obj.cls, ev->n_call, &unknown);

	if (f != NULL && f->type == V_NATIVE)
		return f->u.native.call(ev, v, c);
	return f != NULL && f->type == V_FUNCTION ? call_with_first(ev, f, v, c) : &py_unknown;
}

struct py_value *py_call(struct py_eval *ev, struct py_value *f, const struct py_call *c)
{
	if (!py_step(ev))
		return NULL;
	if (ev->depth >= CALL_DEPTH)
		return &py_unknown;
	switch (f->type) {
	case V_FUNCTION:
		return call_function(ev, f, c);
	case V_NATIVE:
		return f->u.native.call(ev, f, c);
	case V_METHOD:
		if (f->u.method.fn->type == V_NATIVE)
			return f->u.method.fn->u.native.call(ev, f->u.method.self, c);
		return call_with_first(ev, f->u.method.fn, f->u.method.self, c);
	case V_CLASS:
		return call_class(ev, f, c);
	case V_INSTANCE:
		return call_instance(ev, f, c);
	case V_STATIC:
		return py_call(ev, f->u.wrap.fn, c);
	default:
		for (size_t i = 0; i < c->n; i++)
			give_away(c->args[i]);
		return &py_unknown;
	}
}

struct py_value *py_call1(struct py_eval *ev, struct py_value *f, struct py_value *arg)
{
	struct py_call c = { .args = &arg, .n = 1 };

	return py_call(ev, f, &c);
}

struct py_value *py_call0(struct py_eval *ev, struct py_value *f)
{
	struct py_call c = { 0 };

	return py_call(ev, f, &c);
}

/* ---- decorators ------------------------------------------------------------------------------ */

static bool can_import(const struct py_value *f)
{
	return f->type == V_FUNCTION && f->u.fn.fn->has_import;
}

static struct py_value *class_method(struct py_eval *ev, struct py_value *cls, const char *name)
{
	bool unknown = false;

	(void)ev;
	return py_class_lookup(cls, name, &unknown);
}

/* Most decorators register or wrap what they are given, and neither imports anything: the decorated thing is
 * then taken for itself. */
static bool is_transparent(struct py_eval *ev, struct py_value *d)
{
	struct py_value *call;

	switch (d->type) {
	case V_UNKNOWN:
		return true;
	case V_FUNCTION:
		return !can_import(d);
	case V_INSTANCE:
		call = class_method(ev, d->u.obj.cls, ev->n_call);
		return call == NULL || !can_import(call);
	case V_METHOD:
		return d->u.method.fn->type == V_FUNCTION && !can_import(d->u.method.fn);
	default:
		return false;
	}
}

static struct py_value *decorate_by_class(struct py_eval *ev, struct py_value *d, struct py_value *v)
{
	struct py_value *p;

	if (d->u.cls->make != NULL)
		return py_call1(ev, d, v);
	if (class_method(ev, d, py_name(ev->names, "__get__", 7)) == NULL)
		return v;
	p = py_value_new(ev->a, V_PROPERTY);
	p->u.wrap.fn = v;
	return p;
}

/* v behind a decorator that is not called. */
static struct py_value *undecorated(struct py_eval *ev, struct py_value *d, struct py_value *v)
{
	bool unknown = false;

	if (d->type == V_METHOD)
		d = d->u.method.fn;
	if (d->type == V_INSTANCE)
		d = py_class_lookup(d->u.obj.cls, ev->n_call, &unknown);
	if (d != NULL && d->type == V_FUNCTION)
		pass_over(ev, d);
	if (v->type == V_FUNCTION)
		v->u.fn.decorated = true;
	return v;
}

static struct py_value *decorate(struct py_eval *ev, struct py_node *n, struct py_value *v)
{
	struct py_value *d, *r;

	if (n->kind == PY_CALL) {
		/* @register("name"): neither the call nor what it gives can import */
		d = py_eval_expr(ev, n->a);
		if (d == NULL)
			return NULL;
		if (is_transparent(ev, d))
			return undecorated(ev, d, v);
		if (d->type == V_CLASS && d->u.cls->make == NULL)
			return v;
	}
	d = py_eval_expr(ev, n);
	if (d == NULL)
		return NULL;
	if (is_transparent(ev, d))
		return undecorated(ev, d, v);
	r = d->type == V_CLASS ? decorate_by_class(ev, d, v) : py_call1(ev, d, v);
	if (r != NULL && py_is_unknown(r))
		r = v;
	return r;
}

static struct py_value *decorate_all(struct py_eval *ev, const struct py_list *l, struct py_value *v)
{
	for (size_t i = l->n; v != NULL && i-- > 0;)
		v = decorate(ev, l->v[i], v);
	return v;
}

/* ---- definitions ----------------------------------------------------------------------------- */

static bool add_defaults(struct py_eval *ev, struct py_value *v)
{
	const struct py_function *fn = v->u.fn.fn;

	for (size_t i = 0; i < fn->nparams; i++) {
		if (fn->params[i].value == NULL)
			continue;
		if (v->u.fn.defaults == NULL)
			v->u.fn.defaults = ARENA_ARRAY(ev->a, fn->nparams, struct py_value *);
		v->u.fn.defaults[i] = py_eval_expr(ev, fn->params[i].value);
		if (v->u.fn.defaults[i] == NULL)
			return false;
	}
	return true;
}

struct py_value *py_function_new(struct py_eval *ev, struct py_node *n)
{
	struct py_value *v = py_value_new(ev->a, V_FUNCTION), *known;
	struct py_function *fn = n->u.fn;
	struct py_frame *f = ev->frame;

	v->u.fn.fn = fn;
	v->u.fn.body = n->kind == PY_LAMBDA ? n->a : NULL;
	v->u.fn.source = f->source;
	v->u.fn.outer = f->scope;
	v->u.fn.globals = f->globals;
	v->u.fn.module = f->module;
	if (!add_defaults(ev, v))
		return NULL;
	if (n->kind == PY_LAMBDA)
		return v;
	known = f->scope == NULL && f->known != NULL ? py_dict_name(f->known, fn->name) : NULL;
	if (known != NULL)
		return known;
	return n->list.n > 0 ? decorate_all(ev, &n->list, v) : v;
}

static void own_methods(struct py_value *cls)
{
	struct py_dict *d = &cls->u.cls->dict;

	for (size_t i = 0; i < d->n; i++) {
		struct py_value *v = d->items[i].value;

		if (v != NULL && (v->type == V_STATIC || v->type == V_CLASSMETHOD || v->type == V_PROPERTY))
			v = v->u.wrap.fn;
		if (v != NULL && v->type == V_FUNCTION && v->u.fn.cls == NULL)
			v->u.fn.cls = cls;
	}
}

static bool is_plain_metaclass(const struct py_value *v)
{
	return v->type == V_CLASS &&
	       (strcmp(v->u.cls->name, "ABCMeta") == 0 || strcmp(v->u.cls->name, "type") == 0);
}

static bool add_bases(struct py_eval *ev, struct py_node *n, struct py_class *c)
{
	c->bases = ARENA_ARRAY(ev->a, n->list.n + 1, struct py_value *);
	for (size_t i = 0; i < n->list.n; i++) {
		struct py_node *b = n->list.v[i];
		struct py_value *v = py_eval_expr(ev, b->kind == PY_KEYWORD || b->kind == PY_STARRED
						  ? b->a : b);

		if (v == NULL)
			return false;
		if (b->kind == PY_KEYWORD) {
			if (b->u.name == NULL ||
			    (strcmp(b->u.name, "metaclass") == 0 && !is_plain_metaclass(v)))
				c->unknown_base = c->metaclass = true;
		} else if (v->type == V_CLASS) {
			c->bases[c->nbases++] = v;
			c->is_exception = c->is_exception || v->u.cls->is_exception;
			c->metaclass = c->metaclass || v->u.cls->metaclass;
			/* class Paths(list): what the evaluator knows of lists does not fit its instances */
			if (v->u.cls->make != NULL && strcmp(v->u.cls->name, "object") != 0)
				c->unknown_base = true;
		} else {
			c->unknown_base = true;
		}
	}
	return true;
}

/* What stands for a class at the top of a module. */
static struct py_value *known_class(struct py_eval *ev, const char *name)
{
	struct py_value *known = NULL;

	if (ev->frame->scope != NULL)
		return NULL;
	if (ev->frame->known != NULL)
		known = py_dict_name(ev->frame->known, name);
	return known != NULL ? known : py_version_copy(ev, name);
}

struct py_value *py_make_class(struct py_eval *ev, struct py_node *n)
{
	struct py_value *v = py_value_new(ev->a, V_CLASS), *known;
	struct py_class *c = ARENA_NEW(ev->a, struct py_class);
	struct py_scope *s = ARENA_NEW(ev->a, struct py_scope);
	struct py_frame f = { 0 };
	enum py_ctl ctl;

	v->u.cls = c;
	c->name = n->u.name;
	c->module = ev->frame->module;
	c->type = V_INSTANCE;
	c->nested = ev->frame->scope != NULL;
	known = known_class(ev, c->name);
	if (known != NULL)
		return known;
	if (!add_bases(ev, n, c))
		return NULL;
	if (ev->depth >= CALL_DEPTH)
		return &py_unknown;
	s->outer = ev->frame->scope;
	s->globals = ev->frame->globals;
	s->is_class = true;
	s->strange = c->metaclass || c->unknown_base;
	s->vars.born = ev->branches;
	py_dict_reserve(ev->a, &s->vars, n->body.n); /* hardly more names than statements */
	f = *ev->frame;
	f.up = ev->frame;
	f.in = c->name;
	f.scope = s;
	f.returned = f.maybe_returned = f.yields = NULL;
	f.maybe_rest = f.rest = 0;
	f.loop_rest = ev->loop_rest;
	ev->frame = &f;
	ev->depth++;
	ctl = py_exec(ev, &n->body);
	pop(ev, &f);
	if (ctl == CTL_RAISE)
		return NULL;
	c->dict = s->vars;
	own_methods(v);
	return decorate_all(ev, &n->orelse, v);
}
