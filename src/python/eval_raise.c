/* eval_raise.c - exceptions: raising, catching, and what Python would print of them. */
#include <inttypes.h>
#include <string.h>

#include "python/eval.h"

struct py_place py_here(const struct py_eval *ev)
{
	const struct py_frame *f = ev->frame;

	if (f == NULL)
		return (struct py_place){ NULL, 0, NULL };
	return (struct py_place){ f->file, f->line, f->in };
}

/* ---- making ---------------------------------------------------------------------------------- */

struct py_value *py_builtin_class(struct py_eval *ev, const char *name)
{
	return py_dict_name(&ev->classes, py_name(ev->names, name, strlen(name)));
}

/* Outermost first, as a traceback lists them. */
static void set_frames(struct py_eval *ev, struct py_raised *r)
{
	struct py_place *v;
	size_t n = 0;

	for (const struct py_frame *f = ev->frame; f != NULL; f = f->up)
		n++;
	v = ARENA_ARRAY(ev->a, n + 1, struct py_place);
	r->frames = v;
	r->nframes = n;
	for (const struct py_frame *f = ev->frame; f != NULL; f = f->up)
		v[--n] = (struct py_place){ f->file, f->line, f->in };
}

struct py_value *py_exception_new(struct py_eval *ev, const char *type, const char *message)
{
	struct py_value *cls = py_builtin_class(ev, type);
	struct py_value *e = py_instance_new(ev, cls != NULL ? cls : ev->class_exception);
	struct py_value *args = py_list_new(ev->a, V_TUPLE);

	py_list_add(ev->a, args, message != NULL ? py_str(ev->a, message) : &py_unknown);
	py_dict_set_name(ev->a, &e->u.obj.dict, py_name(ev->names, "args", 4), args);
	return e;
}

static struct py_raised *raised_of(struct py_eval *ev, struct py_value *e)
{
	if (e->u.obj.raised == NULL)
		e->u.obj.raised = ARENA_NEW(ev->a, struct py_raised);
	return e->u.obj.raised;
}

struct py_value *py_raise(struct py_eval *ev, struct py_value *e)
{
	struct py_raised *r = raised_of(ev, e);

	if (r->frames == NULL)
		set_frames(ev, r);
	if (ev->maybe > 0)
		r->maybe = true;
	for (struct py_frame *f = ev->frame; f != NULL && r->context == NULL; f = f->up)
		if (f->handling != NULL && f->handling != e)
			r->context = f->handling;
	/* what was raised for a native file passes that on to what is raised about it */
	if (!r->from_load) {
		struct py_value *of = r->cause != NULL ? r->cause : r->context;

		if (of != NULL && of->u.obj.raised != NULL && of->u.obj.raised->from_load) {
			r->from_load = true;
			r->load = of->u.obj.raised->load;
		}
	}
	ev->raised = e;
	return NULL;
}

struct py_value *py_raise_new(struct py_eval *ev, const char *type, const char *message)
{
	return py_raise(ev, py_exception_new(ev, type, message));
}

/* ---- who waits ------------------------------------------------------------------------------- */

/* A handler waits for what its own lines do, or a function that they call: not for what some module
 * far below does that is imported there. */
#define GUARD_REACH 3

static bool is_near(const struct py_eval *ev, const struct py_guard *g)
{
	const struct py_frame *f = ev->frame;

	for (unsigned i = 0; f != NULL && i <= GUARD_REACH; f = f->up, i++) {
		if (f == g->frame)
			return true;
		if (f->scope == NULL)
			return false;
	}
	return false;
}

static bool guard_wants(const struct py_eval *ev, const struct py_guard *g, struct py_value *cls)
{
	if (g->unknown)
		return false;
	for (size_t i = 0; i < g->n; i++) {
		struct py_value *t = g->types[i];
		bool broad = t == NULL || strcmp(t->u.cls->name, "Exception") == 0 ||
			     strcmp(t->u.cls->name, "BaseException") == 0;

		/* "except Exception" around a large piece of work waits for other things */
		if (broad ? g->frame == ev->frame : is_near(ev, g) && py_is_subclass(cls, t) == PY_YES)
			return true;
	}
	return false;
}

bool py_is_wanted(const struct py_eval *ev, struct py_value *cls)
{
	for (const struct py_guard *g = ev->guards; g != NULL; g = g->up)
		if (guard_wants(ev, g, cls))
			return true;
	return false;
}

struct py_value *py_raise_soft(struct py_eval *ev, const char *type, const char *message)
{
	struct py_value *cls = py_builtin_class(ev, type);

	return cls != NULL && py_is_wanted(ev, cls) ? py_raise_new(ev, type, message) : &py_unknown;
}

/* A line of a module itself, or of a class in it: no argument that somebody else has given is in it. */
static bool is_own_line(const struct py_frame *f)
{
	while (f != NULL && f->scope != NULL && f->scope->is_class && !f->scope->strange)
		f = f->up;
	return f != NULL && f->scope == NULL;
}

/* The interpreter's own sources, which are sound: what they seem to raise is a mistake of the evaluator.
 * Text that is executed has names from anywhere. */
static bool is_beyond_doubt(const struct py_eval *ev, const struct py_frame *f)
{
	const char *lib = ev->im->home->stdlib;
	size_t n = lib != NULL ? strlen(lib) : 0;

	if (f->file == NULL || f->file[0] == '<')
		return true;
	return n > 0 && strncmp(f->file, lib, n) == 0 && f->file[n] == '/' &&
	       strstr(f->file + n, "-packages/") == NULL;
}

void py_doubt(struct py_eval *ev, const char *what)
{
	struct py_place at = py_here(ev);

	py_gap(ev, what);
	ev->im->doubted = true;
	if (ev->im->doubt == NULL)
		ev->im->doubt = at.file != NULL
					? arena_printf(ev->a, "%s, line %u (it %s)", at.file, at.line, what)
					: what;
}

static void doubt(struct py_eval *ev, struct py_value *e)
{
	bool exact;
	const char *text = py_exception_message(ev, e, &exact), *type = e->u.obj.cls->u.cls->name;

	py_doubt(ev, text != NULL && *text != '\0'
			     ? arena_printf(ev->a, "raises %s, as far as can be read: %.200s", type, text)
			     : arena_printf(ev->a, "raises %s, as far as can be read", type));
}

struct py_value *py_raise_sure(struct py_eval *ev, struct py_value *e)
{
	if (py_is_wanted(ev, e->u.obj.cls))
		return py_raise(ev, e);
	if (ev->maybe > 0 || py_is_tentative(ev) || ev->frame == NULL || is_beyond_doubt(ev, ev->frame))
		return &py_unknown;
	if (is_own_line(ev->frame))
		return py_raise(ev, e);
	doubt(ev, e);
	return &py_unknown;
}

struct py_value *py_raise_sure_new(struct py_eval *ev, const char *type, const char *message)
{
	return py_raise_sure(ev, py_exception_new(ev, type, message));
}

/* ---- what is shown --------------------------------------------------------------------------- */

static struct py_value *attr(struct py_eval *ev, struct py_value *e, const char *name)
{
	return py_dict_name(&e->u.obj.dict, py_name(ev->names, name, strlen(name)));
}

/* An OSError of Windows: "[WinError 126] The specified module could not be found." NULL: it is none. */
static struct py_value *windows_text(struct py_eval *ev, struct py_value *e)
{
	struct py_value *n = attr(ev, e, "winerror"), *text = attr(ev, e, "strerror"), *s;

	if (n == NULL || n->type != V_INT || text == NULL || text->type != V_STR)
		return NULL;
	s = py_str(ev->a, arena_printf(ev->a, "[WinError %" PRId64 "] %s", n->u.integer, text->u.str.p));
	s->tainted = text->tainted;
	return s;
}

const char *py_exception_message(struct py_eval *ev, struct py_value *e, bool *exact)
{
	struct py_value *args = attr(ev, e, "args"), *s;
	const char *type = e->u.obj.cls->u.cls->name;
	struct py_value *own;
	bool unknown = false;

	*exact = false;
	own = py_class_lookup(e->u.obj.cls, py_name(ev->names, "__str__", 7), &unknown);
	if (own != NULL && own->type == V_FUNCTION) {
		struct py_value *raised = ev->raised;

		s = py_call1(ev, own, e);
		ev->raised = raised;
		if (s == NULL || s->type != V_STR)
			return NULL;
	} else if ((s = windows_text(ev, e)) != NULL) {
		/* its number and text, as they are now */
	} else if (args == NULL || args->tainted) {
		return NULL;
	} else if (args->u.list.n == 0) {
		s = py_str(ev->a, "");
	} else if (args->u.list.n == 1) {
		s = strcmp(type, "KeyError") == 0 ? py_to_repr(ev, args->u.list.v[0])
						 : py_to_str(ev, args->u.list.v[0]);
	} else {
		s = py_to_repr(ev, args);
	}
	if (s == NULL || s->type != V_STR)
		return NULL;
	*exact = !s->tainted;
	return s->u.str.p;
}

static const char *str_attr(struct py_eval *ev, struct py_value *e, const char *name)
{
	struct py_value *v = attr(ev, e, name);

	return v != NULL && v->type == V_STR ? v->u.str.p : NULL;
}

/* "ImportError" of builtins; "pkg.errors.Broken" of others: as a traceback prints it. */
static const char *shown_type(struct py_eval *ev, struct py_value *e)
{
	const struct py_class *c = e->u.obj.cls->u.cls;

	if (c->module == NULL || strcmp(c->module, "builtins") == 0 || strcmp(c->module, "__main__") == 0)
		return c->name;
	return arena_printf(ev->a, "%s.%s", c->module, c->name);
}

static const struct py_exception *export(struct py_eval *ev, struct py_value *e, unsigned depth)
{
	struct py_exception *x = ARENA_NEW(ev->a, struct py_exception);
	const struct py_raised *r = raised_of(ev, e);
	struct py_value *next = r->cause != NULL ? r->cause : r->suppress_context ? NULL : r->context;

	x->type = shown_type(ev, e);
	x->message = py_exception_message(ev, e, &x->exact);
	x->name = str_attr(ev, e, "name");
	x->path = str_attr(ev, e, "path");
	x->frames = r->frames;
	x->nframes = r->nframes;
	x->from_load = r->from_load;
	x->load = r->load;
	x->maybe = r->maybe;
	x->why = r->why;
	x->explicit_cause = r->cause != NULL;
	if (next != NULL && next->type == V_INSTANCE && depth < 30)
		x->cause = export(ev, next, depth + 1);
	return x;
}

const struct py_exception *py_exception_export(struct py_eval *ev, struct py_value *e)
{
	return export(ev, e, 0);
}

/* ---- raise ----------------------------------------------------------------------------------- */

static bool is_kind(struct py_eval *ev, const struct py_value *e, const char *name)
{
	return py_is_subclass(e->u.obj.cls, py_builtin_class(ev, name)) != PY_NO;
}

/* Is a `raise` in the sources to be believed? One that has to do with an import or a library is.
 * Others are sanity checks and refusals of bad arguments more often than not, and reached because
 * the evaluator does not know better: nobody who waits for such an exception misses it. */
static bool is_believed(struct py_eval *ev, struct py_value *e)
{
	const struct py_raised *r = raised_of(ev, e);
	const struct py_value *of = r->cause;

	for (struct py_frame *f = ev->frame; f != NULL && of == NULL; f = f->up)
		of = f->handling;
	if (r->from_load || is_kind(ev, e, "ImportError") || is_kind(ev, e, "SystemExit"))
		return true;
	if (of != NULL && of->u.obj.raised != NULL &&
	    (of->u.obj.raised->from_load || is_kind(ev, of, "ImportError")))
		return true;
	if (ev->frame == NULL)
		return true;
	/* the function may have returned already, behind a condition that is not known: what is left is the
	 * check that a sound installation passes, as where a branch raises (eval_join.c) */
	if (ev->frame->maybe_rest > 0)
		return false;
	/* of a module, which is known whole; a class's own __getattr__ knows what metaclasses have told it */
	if (is_kind(ev, e, "AttributeError") && strncmp(ev->frame->in, "__getattr", 9) == 0 &&
	    (ev->frame->scope == NULL ||
	     py_dict_name(&ev->frame->scope->vars, py_name(ev->names, "self", 4)) == NULL))
		return true;
	/* a module's own line, and every condition before it is known */
	if (ev->frame->scope == NULL && ev->maybe == 0)
		return true;
	return py_is_wanted(ev, e->u.obj.cls);
}

/* The rest of the function, or the one statement of a module, is passed over. */
static enum py_ctl disbelieve(struct py_eval *ev)
{
	if (ev->frame->scope == NULL && ev->maybe == 0) { /* of a kind that is not known */
		py_doubt(ev, "raises an exception, as far as can be read");
	}
	if (ev->frame->scope == NULL || ev->frame->scope->is_class)
		return CTL_NEXT;
	ev->frame->returned = &py_unknown;
	return CTL_RETURN;
}

static struct py_value *to_exception(struct py_eval *ev, struct py_value *v)
{
	if (v->type == V_CLASS && v->u.cls->is_exception)
		return py_call0(ev, v);
	return v;
}

/* Whatever it is, something is raised: an exception of a kind that nobody knows. */
static struct py_value *raise_unknown(struct py_eval *ev)
{
	return py_raise_new(ev, "Exception", NULL);
}

enum py_ctl py_exec_raise(struct py_eval *ev, struct py_node *n)
{
	struct py_value *e = NULL, *cause = NULL;

	if (n->a == NULL) {
		for (struct py_frame *f = ev->frame; f != NULL && e == NULL; f = f->up)
			e = f->handling;
		if (e != NULL) {
			ev->raised = e;
			return CTL_RAISE;
		}
		raise_unknown(ev);
		return CTL_RAISE;
	}
	e = py_eval_expr(ev, n->a);
	if (e != NULL)
		e = to_exception(ev, e);
	if (e != NULL && n->b != NULL) {
		cause = py_eval_expr(ev, n->b);
		if (cause != NULL)
			cause = to_exception(ev, cause);
	}
	if (e == NULL || (n->b != NULL && cause == NULL))
		return CTL_RAISE;
	if (e->type != V_INSTANCE)
		return disbelieve(ev);
	if (n->b != NULL) {
		raised_of(ev, e)->suppress_context = true;
		if (cause->type == V_INSTANCE)
			raised_of(ev, e)->cause = cause;
	}
	if (!is_believed(ev, e))
		return disbelieve(ev);
	py_raise(ev, e);
	return CTL_RAISE;
}

/* ---- try ------------------------------------------------------------------------------------- */

enum { GUARD_MAX = 64 }; /* types that one handler names */

static void add_type(struct py_eval *ev, struct py_guard *g, struct py_value *v, unsigned depth)
{
	if (v->type == V_CLASS) {
		g->types[g->n++] = v;
	} else if (v->type == V_TUPLE && depth < 3) { /* there is room for GUARD_MAX */
		for (size_t i = 0; i < v->u.list.n && g->n < GUARD_MAX; i++)
			add_type(ev, g, v->u.list.v[i], depth + 1);
	} else {
		g->unknown = true;
	}
}

/* What a handler catches. The types are evaluated before the body runs, which Python does only when
 * it is needed: they are names of classes. */
static void guard_of(struct py_eval *ev, const struct py_node *h, struct py_guard *g)
{
	struct py_value *v;

	g->frame = ev->frame;
	if (h->a == NULL) {
		g->types = ARENA_NEW(ev->a, struct py_value *);
		g->types[g->n++] = NULL;
		return;
	}
	v = py_eval_expr(ev, h->a);
	if (v == NULL) {
		if (!ev->stopped)
			ev->raised = NULL;
		g->unknown = true;
		return;
	}
	g->types = ARENA_ARRAY(ev->a, v->type == V_TUPLE ? GUARD_MAX : 1, struct py_value *);
	add_type(ev, g, v, 0);
}

static enum py_truth catches(struct py_eval *ev, const struct py_node *h, struct py_value *e)
{
	struct py_guard g = { 0 };
	enum py_truth t = PY_NO;

	guard_of(ev, h, &g);
	for (size_t i = 0; i < g.n; i++) {
		enum py_truth one = g.types[i] == NULL ? PY_YES
						      : py_is_subclass(e->u.obj.cls, g.types[i]);

		if (one == PY_YES)
			return PY_YES;
		if (one == PY_MAYBE)
			t = PY_MAYBE;
	}
	return g.unknown ? PY_MAYBE : t;
}

/* Does the handler tell somebody? Then the user has seen the text. */
static bool says_something(const struct py_list *body)
{
	static const char *const words[] = { "warn", "warning", "print", "error", "info", "debug",
					    "exception" };

	for (size_t i = 0; i < body->n; i++) {
		const struct py_node *s = body->v[i], *f;

		if (s->kind != PY_EXPR || s->a->kind != PY_CALL)
			continue;
		f = s->a->a;
		if (f->kind != PY_NAME && f->kind != PY_ATTRIBUTE)
			continue;
		for (size_t k = 0; k < sizeof(words) / sizeof(words[0]); k++)
			if (strcmp(f->u.name, words[k]) == 0)
				return true;
	}
	return false;
}

static bool is_import_problem(struct py_eval *ev, struct py_value *e)
{
	return py_is_subclass(e->u.obj.cls, py_builtin_class(ev, "ImportError")) == PY_YES ||
	       (e->u.obj.raised != NULL && e->u.obj.raised->from_load);
}

static void note_swallowed(struct py_eval *ev, const struct py_node *h, struct py_value *e)
{
	struct py_swallowed *s;
	/* what a module tells people of its own start, whatever it is about */
	bool told = ev->frame->scope == NULL && says_something(&h->body) &&
		    (e->type != V_INSTANCE || e->u.obj.raised == NULL || !e->u.obj.raised->maybe);

	if ((!is_import_problem(ev, e) && !told) || ev->im->swallowed.n >= 5000)
		return;
	s = ARENA_PUSH(ev->a, &ev->im->swallowed);
	s->e = *py_exception_export(ev, e);
	s->at = (struct py_place){ ev->frame->file, h->line, ev->frame->in };
	s->warned = says_something(&h->body);
}

static enum py_ctl run_handler(struct py_eval *ev, const struct py_node *h, struct py_value *e)
{
	struct py_value *before = ev->frame->handling;
	enum py_ctl c;

	ev->raised = NULL;
	ev->frame->handling = e;
	if (h->u.name != NULL)
		py_bind(ev, h->u.name, e);
	c = py_exec(ev, &h->body);
	ev->frame->handling = before;
	if (h->u.name != NULL)
		py_unbind(ev, h->u.name);
	/* a handler that raises again has swallowed nothing */
	if (c != CTL_RAISE)
		note_swallowed(ev, h, e);
	return c;
}

/* The handler that fits; *found says whether there is one. */
static enum py_ctl handle(struct py_eval *ev, struct py_node *n, bool *found)
{
	struct py_value *e = ev->raised;

	*found = false;
	for (size_t i = 0; i < n->list.n; i++) {
		enum py_truth t;

		ev->raised = NULL;
		t = catches(ev, n->list.v[i], e);
		if (ev->stopped)
			return CTL_RAISE;
		ev->raised = e;
		if (t == PY_NO)
			continue;
		/* an exception of unknown kind goes to the first handler that may want it */
		*found = true;
		return run_handler(ev, n->list.v[i], e);
	}
	return CTL_RAISE;
}

static enum py_ctl exec_guarded(struct py_eval *ev, struct py_node *n)
{
	struct py_guard *guards = ev->guards;
	enum py_ctl c;

	for (size_t i = n->list.n; i-- > 0;) {
		struct py_guard *g = ARENA_NEW(ev->a, struct py_guard);

		guard_of(ev, n->list.v[i], g);
		g->up = ev->guards;
		ev->guards = g;
	}
	c = py_exec(ev, &n->body);
	ev->guards = guards;
	return c;
}

static enum py_ctl exec_final(struct py_eval *ev, struct py_node *n, enum py_ctl c)
{
	struct py_value *e = ev->raised, *returned = ev->frame->returned;
	enum py_ctl f;

	ev->raised = NULL;
	f = py_exec(ev, &n->final);
	if (f != CTL_NEXT)
		return f;
	ev->raised = e;
	ev->frame->returned = returned;
	return c;
}

enum py_ctl py_exec_try(struct py_eval *ev, struct py_node *n)
{
	enum py_ctl c = exec_guarded(ev, n);
	bool found;

	if (ev->stopped)
		return CTL_RAISE;
	if (c == CTL_RAISE)
		c = handle(ev, n, &found);
	else if (c == CTL_NEXT)
		c = py_exec(ev, &n->orelse);
	if (ev->stopped || n->final.n == 0)
		return c;
	return exec_final(ev, n, c);
}
