/* modules.c - importing: importlib's _find_and_load, _handle_fromlist and the import statement.
 *
 * What a branch that may not be taken imports stays imported: a module's state is not undone.
 */
#include <string.h>

#include "python/eval.h"
#include "python/ext_lost.h"
#include "message/py_text.h"

#define IMPORT_DEPTH 140
#define MODULES_MAX 20000

static const char *intern(struct py_eval *ev, const char *s)
{
	return py_name(ev->names, s, strlen(s));
}

static struct py_value *in_modules(struct py_eval *ev, const char *name)
{
	return py_dict_name(ev->sys_modules->u.dict, name);
}

/* ---- failures -------------------------------------------------------------------------------- */

static void set_text(struct py_eval *ev, struct py_value *e, const char *name, const char *text)
{
	if (text != NULL)
		py_dict_set_name(ev->a, &e->u.obj.dict, intern(ev, name), py_str(ev->a, text));
}

static struct py_value *raise_import(struct py_eval *ev, const char *type, const char *name, const char *path,
				     const char *message)
{
	struct py_value *e = py_exception_new(ev, type, message);

	set_text(ev, e, "name", name);
	set_text(ev, e, "path", path);
	return py_raise(ev, e);
}

static struct py_value *no_module(struct py_eval *ev, const char *name, const char *text)
{
	return raise_import(ev, "ModuleNotFoundError", name, NULL, text);
}

/* ---- a module -------------------------------------------------------------------------------- */

struct py_value *py_module_new(struct py_eval *ev, const char *name)
{
	struct py_value *m = py_value_new(ev->a, V_MODULE);

	m->u.module.name = name;
	py_dict_set_name(ev->a, &m->u.module.dict, ev->n_name, py_str(ev->a, name));
	py_dict_set_name(ev->a, &m->u.module.dict, ev->n_doc, &py_unknown);
	py_dict_set_name(ev->a, &m->u.module.dict, ev->n_loader, &py_unknown);
	py_dict_set_name(ev->a, &m->u.module.dict, ev->n_spec, &py_unknown);
	return m;
}

static const char *package_of(struct py_eval *ev, const char *name, bool is_package)
{
	const char *dot = strrchr(name, '.');

	if (is_package)
		return name;
	return dot != NULL ? arena_strndup(ev->a, name, (size_t)(dot - name)) : "";
}

static struct py_value *list_of(struct py_eval *ev, const struct py_strings *s)
{
	struct py_value *l = py_list_new(ev->a, V_LIST);

	for (size_t i = 0; i < s->n; i++)
		py_list_add(ev->a, l, py_str(ev->a, s->items[i]));
	return l;
}

struct py_value *py_spec_value(struct py_eval *ev, const struct py_spec *spec)
{
	struct py_value *cls = py_known(ev, "importlib._bootstrap", "ModuleSpec"), *v;

	if (cls == NULL)
		return &py_unknown;
	v = py_instance_new(ev, cls);
	set_text(ev, v, "name", spec->name);
	py_dict_set_name(ev->a, &v->u.obj.dict, intern(ev, "origin"),
			 spec->origin != NULL ? py_str(ev->a, spec->origin) : &py_none);
	py_dict_set_name(ev->a, &v->u.obj.dict, intern(ev, "submodule_search_locations"),
			 spec->is_package ? list_of(ev, &spec->locations) : &py_none);
	set_text(ev, v, "parent", package_of(ev, spec->name, spec->is_package));
	return v;
}

static void set_attributes(struct py_eval *ev, struct py_value *m, const struct py_spec *spec)
{
	struct py_dict *d = &m->u.module.dict;

	py_dict_set_name(ev->a, d, ev->n_package,
			 py_str(ev->a, package_of(ev, spec->name, spec->is_package)));
	if (spec->kind == PY_SPEC_ASSUMED)
		py_dict_set_name(ev->a, d, ev->n_file, &py_unknown);
	else if (spec->origin != NULL && spec->kind != PY_SPEC_BUILTIN && spec->kind != PY_SPEC_FROZEN)
		py_dict_set_name(ev->a, d, ev->n_file, py_str(ev->a, spec->origin));
	if (spec->is_package)
		py_dict_set_name(ev->a, d, ev->n_path, list_of(ev, &spec->locations));
	py_dict_set_name(ev->a, d, ev->n_spec, py_spec_value(ev, spec));
	py_dict_set_name(ev->a, d, ev->n_builtins, ev->builtins);
}

static struct py_module_info *note_module(struct py_eval *ev, const struct py_spec *spec)
{
	struct py_module_info *info = ARENA_NEW(ev->a, struct py_module_info);

	info->name = spec->name;
	info->spec = *spec;
	info->by = py_here(ev);
	info->conditions = ev->maybe;
	info->maybe = ev->maybe > 0;
	info->depth = ev->depth;
	*ARENA_PUSH(ev->a, &ev->im->modules) = info;
	return info;
}

/* A module that was only a possibility is imported for certain now, and what it imported with it. */
static void make_certain(struct py_eval *ev, struct py_module_info *of)
{
	size_t i = 0;

	if (of == NULL || ev->maybe >= of->conditions || of->conditions == 0)
		return;
	while (i < ev->im->modules.n && ev->im->modules.items[i] != of)
		i++;
	for (size_t k = i; k < ev->im->modules.n && (k < of->end || k == i); k++) {
		struct py_module_info *m = ev->im->modules.items[k];

		if (m != of && m->conditions > of->conditions)
			continue;
		m->maybe = ev->maybe > 0;
		if (m != of)
			m->conditions = ev->maybe;
	}
	of->conditions = ev->maybe;
}

/* ---- loading --------------------------------------------------------------------------------- */

static void push_module(struct py_eval *ev, struct py_frame *f, struct py_source *src, const char *name,
			struct py_dict *globals)
{
	memset(f, 0, sizeof(*f));
	f->up = ev->frame;
	f->file = src->path;
	f->in = "<module>";
	f->module = name;
	f->globals = globals;
	f->source = src;
	f->known = py_known_of(ev, name);
	ev->frame = f;
	ev->depth++;
}

static enum py_ctl run_module(struct py_eval *ev, struct py_source *src, const char *name,
			      struct py_dict *globals)
{
	struct py_log *log = ev->log;
	unsigned rests = ev->rests, loop_rest = ev->loop_rest;
	uint64_t end = ev->call_end, begun = ev->steps;
	struct py_frame f;
	enum py_ctl c;

	push_module(ev, &f, src, name, globals);
	ev->log = NULL;
	ev->rests = ev->loop_rest = 0;
	ev->call_end = UINT64_MAX;
	c = py_exec(ev, &src->body);
	/* what a module takes is not on the account of the call that imports it */
	ev->call_end = end == UINT64_MAX ? end : end + (ev->steps - begun);
	ev->log = log;
	ev->rests = rests;
	ev->loop_rest = loop_rest;
	ev->maybe -= f.maybe_rest;
	ev->frame = f.up;
	ev->depth--;
	return c;
}

/* As if it had been read here: bodies of functions still are. */
static struct py_source *read_ahead(struct py_eval *ev, const struct py_spec *spec)
{
	struct py_source *src = py_ahead_take(ev->ahead, spec->origin, ev->a);

	if (src == NULL)
		return NULL;
	src->a = ev->a;
	src->names = ev->names;
	src->path = spec->origin;
	py_parse_rest(src);
	return src;
}

static struct py_source *read_source(struct py_eval *ev, const struct py_spec *spec)
{
	struct py_source *src;
	struct view text;

	src = spec->zip == NULL && spec->origin != NULL ? read_ahead(ev, spec) : NULL;
	if (src != NULL)
		return src;
	if (py_find_source(ev->im->finder, spec, &text) != 0)
		return NULL;
	src = ARENA_NEW(ev->a, struct py_source);
	py_parse(ev->a, ev->names, spec->origin, text, src);
	if (spec->zip == NULL)
		py_ahead_give(ev->ahead, spec, src, ev->a);
	return src;
}

/* Python refuses it: where we are sure; else only we cannot read it. */
static void note_syntax(struct py_eval *ev, const struct py_source *src)
{
	if (src->error == NULL)
		return;
	py_gap(ev, arena_printf(ev->a, "%s, line %u: %s", src->path, src->error_line, src->error));
	if (ev->maybe == 0)
		ev->im->unread = true;
}

/* How many names a module's body binds, about: most are bound once, and there. */
static size_t names_of(const struct py_list *body)
{
	size_t n = 0;

	for (size_t i = 0; i < body->n; i++) {
		const struct py_node *s = body->v[i];

		n += s->kind == PY_IMPORT || s->kind == PY_IMPORT_FROM ? s->list.n : s->kind != PY_EXPR;
	}
	return n;
}

/* False: the compiler refuses it, which is raised. */
static bool compiles(struct py_eval *ev, struct py_source *src)
{
	struct py_refusal r;
	struct py_value *e;

	if (!py_refused(ev, src, &r))
		return true;
	if (!r.sure) {
		if (ev->maybe == 0)
			py_doubt(ev, arena_printf(ev->a, "imports what Python may refuse: %s", r.why));
		return true;
	}
	e = py_exception_new(ev, r.type, r.message);
	e->u.obj.raised = ARENA_NEW(ev->a, struct py_raised);
	e->u.obj.raised->why = r.message == NULL ? r.why : NULL;
	set_text(ev, e, "path", src->path);
	py_raise(ev, e);
	return false;
}

static struct py_value *load_source(struct py_eval *ev, struct py_value *m, const struct py_spec *spec,
				    struct py_module_info *info)
{
	struct py_source *src = spec->kind == PY_SPEC_SOURCE ? read_source(ev, &info->spec) : NULL;

	if (src == NULL) {
		m->opaque = true;
		py_gap(ev, arena_printf(ev->a, "%s is not source", spec->origin != NULL ? spec->origin
					: spec->name));
		ev->im->doubted |= ev->maybe == 0;
		return m;
	}
	if (!compiles(ev, src)) {
		info->state = PY_MODULE_FAILED;
		return NULL;
	}
	info->text = src->text;
	note_syntax(ev, src);
	py_dict_reserve(ev->a, &m->u.module.dict, names_of(&src->body) + m->u.module.dict.n);
	m->u.module.dict.tainted |= src->error != NULL;
	if (run_module(ev, src, spec->name, &m->u.module.dict) == CTL_RAISE) {
		info->state = PY_MODULE_FAILED;
		return NULL;
	}
	return m;
}

/* A variable of the environment as the sources have it now. */
static const char *variable(struct py_eval *ev, const char *name)
{
	struct py_value *v = py_dict_name(ev->environ_dict->u.dict, intern(ev, name));

	return v != NULL && v->type == V_STR && !v->tainted ? v->u.str.p : NULL;
}

static struct py_load load_of(struct py_eval *ev, enum py_load_kind kind, const char *path)
{
	struct py_load l = { .kind = kind, .path = path };

	l.by = py_here(ev);
	l.maybe = ev->maybe > 0;
	l.path_variable = variable(ev, "PATH");
	l.cwd = ev->moved ? ev->cwd : NULL;
	return l;
}

/* The process is gone, and with it everything that would have followed. */
static struct py_value *die(struct py_eval *ev, const struct py_load *l, const char *how)
{
	if (ev->maybe > 0) {
		py_gap(ev, arena_printf(ev->a, "%s would end the process: %s", l->path, how));
		return &py_unknown;
	}
	ev->im->died = true;
	ev->stopped = true;
	return NULL;
}

void py_from_load(struct py_eval *ev, struct py_value *e, const struct py_load *l)
{
	e->u.obj.raised = ARENA_NEW(ev->a, struct py_raised);
	e->u.obj.raised->from_load = true;
	e->u.obj.raised->load = *l;
}

static struct py_value *raise_for_load(struct py_eval *ev, struct py_value *e, const struct py_load *l)
{
	py_from_load(ev, e, l);
	return py_raise(ev, e);
}

/* What native code raises when an import of its own has failed. NULL: nothing, as far as can be
 * said: only that a native file was refused, or is gone, is known well enough. */
static struct py_value *raised_inside(struct py_eval *ev, const struct py_inner *in)
{
	struct py_value *of = ev->raised, *e;

	ev->raised = NULL;
	if (of == NULL)
		return NULL;
	if (of->u.obj.raised == NULL)
		of->u.obj.raised = ARENA_NEW(ev->a, struct py_raised);
	of->u.obj.raised->from_lost |= in->lost;
	if (in->lost)
		return of;
	if (!in->sure || !(of->u.obj.raised->from_load || of->u.obj.raised->from_lost))
		return NULL;
	if (in->instead == NULL)
		return of;
	e = py_exception_new(ev, "ImportError", in->instead);
	e->u.obj.raised = ARENA_NEW(ev->a, struct py_raised);
	e->u.obj.raised->context = of;
	return e;
}

/* What the extension's own code imports: as far as its bytes tell. False: that raises an exception. */
static bool import_inside(struct py_eval *ev, const struct py_inner_list *l)
{
	struct py_log *log = ev->log;
	struct py_value *e = NULL;

	ev->log = NULL;
	for (size_t i = 0; i < l->n && e == NULL && !ev->stopped; i++)
		if (py_import_name(ev, intern(ev, l->items[i].name)) == NULL && !ev->stopped)
			e = raised_inside(ev, &l->items[i]);
	ev->log = log;
	if (e != NULL)
		py_raise(ev, e);
	return e == NULL;
}

/* PyInit_x; PyInitU_… for names that are not ASCII are not followed. */
static const char *init_name(struct py_eval *ev, const char *module)
{
	const char *dot = strrchr(module, '.');

	return arena_printf(ev->a, "PyInit_%s", dot != NULL ? dot + 1 : module);
}

static struct py_value *load_extension(struct py_eval *ev, struct py_value *m, const struct py_spec *spec)
{
	struct py_load l = load_of(ev, PY_LOAD_EXTENSION, spec->origin);
	struct py_loaded r = { 0 };
	struct py_value *e;

	l.module = spec->name;
	l.init = init_name(ev, spec->name);
	l.global = (ev->dlopen_flags & 0x100) != 0;
	l.lazy = (ev->dlopen_flags & 2) == 0;
	ev->effects++;
	m->opaque = true;
	m->u.module.dict.tainted = true;
	ev->im->host.load(ev->im->host.ctx, &l, &r);
	if (r.result == PY_LOAD_DEATH)
		return die(ev, &l, r.error) == NULL ? NULL : m;
	if (r.result == PY_LOAD_ERROR || r.result == PY_LOAD_NO_INIT) {
		if (r.result == PY_LOAD_NO_INIT)
			r.error = arena_printf(ev->a, PY_TEXT_NO_INIT, l.init);
		e = py_exception_new(ev, r.type != NULL ? r.type : "ImportError", r.error);
		if (r.type == NULL) { /* else the init function raised it */
			set_text(ev, e, "name", spec->name);
			set_text(ev, e, "path", spec->origin);
		}
		return raise_for_load(ev, e, &l);
	}
	if (m->u.module.info != NULL)
		m->u.module.info->needs = r.needs;
	py_fill_builtin(ev, m); /* parts of the standard library are files in some builds */
	return import_inside(ev, &r.imports) && !ev->stopped ? m : NULL;
}

static struct py_value *load_by_kind(struct py_eval *ev, struct py_value *m, const struct py_spec *spec,
				     struct py_module_info *info)
{
	switch (spec->kind) {
	case PY_SPEC_EXTENSION:
		return load_extension(ev, m, spec);
	case PY_SPEC_NAMESPACE:
		return m;
	case PY_SPEC_ASSUMED:
		m->opaque = true;
		return py_fill_assumed(ev, m) ? m : NULL;
	case PY_SPEC_BUILTIN:
	case PY_SPEC_FROZEN:
		m->opaque = true;
		py_fill_builtin(ev, m);
		return m;
	default:
		return load_source(ev, m, spec, info);
	}
}

/* What sys.modules has in the end: a module may put something else in its own place. */
static struct py_value *finish(struct py_eval *ev, const char *name, struct py_value *m)
{
	struct py_value *now = in_modules(ev, name);

	m->ready = true;
	return now != NULL ? now : m;
}

static struct py_value *load(struct py_eval *ev, const struct py_spec *spec)
{
	struct py_value *m = py_module_new(ev, spec->name);
	struct py_module_info *info = note_module(ev, spec);

	m->u.module.info = info;
	ev->effects++;
	set_attributes(ev, m, spec);
	py_dict_set_name(ev->a, ev->sys_modules->u.dict, spec->name, m);
	if (load_by_kind(ev, m, spec, info) == NULL) {
		info->state = PY_MODULE_FAILED;
		info->end = ev->im->modules.n;
		if (!ev->stopped)
			py_dict_set_name(ev->a, ev->sys_modules->u.dict, spec->name, NULL);
		return NULL;
	}
	info->state = PY_MODULE_LOADED;
	info->end = ev->im->modules.n;
	return finish(ev, spec->name, m);
}

/* ---- finding --------------------------------------------------------------------------------- */

void py_strings_of(struct py_eval *ev, struct py_value *list, struct py_strings *out)
{
	memset(out, 0, sizeof(*out));
	if (list == NULL || (list->type != V_LIST && list->type != V_TUPLE))
		return;
	for (size_t i = 0; i < list->u.list.n; i++) {
		struct py_value *v = list->u.list.v[i];

		if (v->type == V_STR)
			*ARENA_PUSH(ev->a, out) = v->u.str.p;
	}
}

/* What finders are asked with: find_spec(name, path, target), or what importlib calls until 3.11 where there
 * is no find_spec (_find_spec_legacy): find_module(name, path). */
static struct py_value *finding(struct py_eval *ev, struct py_value *hook, size_t *n)
{
	struct py_value *f = py_getattr_quiet(ev, hook, intern(ev, "find_spec"));

	*n = 3;
	if (f != NULL || ev->raised != NULL || ev->im->home->minor >= 12)
		return f;
	*n = 2;
	return py_getattr_quiet(ev, hook, intern(ev, "find_module"));
}

/* Would one of the import hooks that the sources have added provide it? Each is asked as the import system
 * asks. */
static bool is_hooked(struct py_eval *ev, const char *name, struct py_value *where)
{
	struct py_value *args[3] = { py_str(ev->a, name), where, &py_none };
	struct py_call c = { .args = args, .n = 3 };

	for (size_t i = 0; i < ev->meta_path->u.list.n; i++) {
		struct py_value *hook = ev->meta_path->u.list.v[i], *f, *spec;

		if (hook == &py_meta_path_own)
			continue;
		f = finding(ev, hook, &c.n);
		if (f == NULL && ev->raised == NULL)
			continue;
		spec = f != NULL && !py_is_unknown(f) ? py_call(ev, f, &c) : &py_unknown;
		if (ev->stopped)
			return false;
		ev->raised = NULL;
		if (spec == NULL || spec->type != V_NONE)
			return true;
	}
	return false;
}

/* A module that somebody's import hook may provide. */
static struct py_value *hooked(struct py_eval *ev, const char *name)
{
	struct py_value *m = py_module_new(ev, name);

	m->opaque = true;
	py_gap(ev, arena_printf(ev->a, "an import hook may provide %s", name));
	py_dict_set_name(ev->a, ev->sys_modules->u.dict, name, m);
	return m;
}

/* Do the bytes of the file have the text, ended by a null byte? */
static bool file_has(struct py_eval *ev, const char *path, const char *text)
{
	struct source_file f;
	bool has;

	if (source_open(ev->source, path, &f) != 0)
		return false;
	has = f.map.bytes.n > 0 && memmem(f.map.bytes.p, f.map.bytes.n, text, strlen(text) + 1) != NULL;
	source_close(&f);
	return has;
}

/* An extension may put modules of its own into sys.modules: if its bytes have their name, or those of a
 * library that it is linked with (torch._C is all in libtorch_python.so). */
static bool may_make(struct py_eval *ev, const struct py_value *m, const char *name)
{
	const struct py_module_info *info = m->u.module.info;
	const char *last = strrchr(name, '.');

	if (info == NULL || info->spec.kind != PY_SPEC_EXTENSION || last == NULL)
		return false;
	if (file_has(ev, info->spec.origin, last + 1))
		return true;
	for (size_t i = 0; i < info->needs.n; i++)
		if (file_has(ev, info->needs.items[i], last + 1))
			return true;
	return false;
}

static struct py_value *import_leaf(struct py_eval *ev, const char *name, struct py_value *parent)
{
	struct py_value *where = ev->sys_path;
	struct py_strings path;
	struct py_spec spec;

	if (ev->stopped)
		return NULL;
	if (ev->depth >= IMPORT_DEPTH || ev->im->modules.n >= MODULES_MAX) {
		ev->im->limited = true;
		return hooked(ev, name);
	}
	if (parent != NULL) {
		if (parent->type != V_MODULE)
			return &py_unknown;
		where = py_dict_name(&parent->u.module.dict, ev->n_path);
		if (where == NULL && parent->opaque &&
		    (parent->u.module.info == NULL || may_make(ev, parent, name)))
			return hooked(ev, name);
		if (where == NULL)
			return no_module(ev, name, arena_printf(ev->a, PY_TEXT_NOT_PACKAGE, name,
								parent->u.module.name));
		if (where->type != V_LIST && where->type != V_TUPLE)
			return hooked(ev, name);
	}
	py_strings_of(ev, where, &path);
	py_find(ev->im->finder, name, &path, &spec);
	spec.name = name; /* the interned spelling */
	if (spec.kind != PY_SPEC_MISSING)
		return load(ev, &spec);
	if ((where->tainted && where != ev->sys_path) ||
	    is_hooked(ev, name, parent != NULL ? where : &py_none))
		return ev->stopped ? NULL : hooked(ev, name);
	return ev->stopped ? NULL : no_module(ev, name, arena_printf(ev->a, PY_TEXT_NO_MODULE, name));
}

static void bind_in_parent(struct py_eval *ev, struct py_value *parent, const char *name, struct py_value *m)
{
	if (parent != NULL && parent->type == V_MODULE)
		py_dict_set_name(ev->a, &parent->u.module.dict, intern(ev, strrchr(name, '.') + 1), m);
}

static struct py_value *import_part(struct py_eval *ev, const char *name, struct py_value *parent)
{
	struct py_value *m = in_modules(ev, name);

	if (m == NULL) {
		m = import_leaf(ev, name, parent);
		if (m != NULL && parent != NULL)
			bind_in_parent(ev, parent, name, m);
		return m;
	}
	if (m->type == V_NONE)
		return no_module(ev, name, arena_printf(ev->a, PY_TEXT_HALTED, name));
	if (m->type == V_MODULE)
		make_certain(ev, m->u.module.info);
	return m;
}

struct py_value *py_import_name(struct py_eval *ev, const char *name)
{
	struct py_value *m = in_modules(ev, name);
	const char *dot = name;

	if (m != NULL)
		return import_part(ev, name, NULL);
	do {
		struct py_value *parent = m;

		dot = strchr(dot + 1, '.');
		m = import_part(ev, dot != NULL ? py_name(ev->names, name, (size_t)(dot - name)) : name,
				parent);
		if (m == NULL)
			return NULL;
	} while (dot != NULL);
	return m;
}

/* ---- from … import … ------------------------------------------------------------------------- */

const char *py_resolve_name(struct py_eval *ev, const char *name, unsigned level)
{
	struct py_value *p = py_dict_name(ev->frame->globals, ev->n_package);
	const char *package, *end;

	if (level == 0)
		return name;
	if (p == NULL || p->type != V_STR || p->u.str.n == 0) {
		raise_import(ev, "ImportError", NULL, NULL, PY_TEXT_NO_PARENT);
		return NULL;
	}
	package = p->u.str.p;
	end = package + strlen(package);
	for (unsigned i = 1; i < level; i++) {
		const char *dot = memrchr(package, '.', (size_t)(end - package));

		if (dot == NULL) {
			raise_import(ev, "ImportError", NULL, NULL, PY_TEXT_BEYOND_TOP);
			return NULL;
		}
		end = dot;
	}
	return intern(ev, name != NULL ? arena_printf(ev->a, "%.*s.%s", (int)(end - package), package, name)
				       : arena_strndup(ev->a, package, (size_t)(end - package)));
}

static const char *file_of(struct py_eval *ev, struct py_value *m)
{
	struct py_value *f = py_dict_name(&m->u.module.dict, ev->n_file);

	return f != NULL && f->type == V_STR ? f->u.str.p : NULL;
}

static struct py_value *cannot_import(struct py_eval *ev, struct py_value *m, const char *name)
{
	const char *file = file_of(ev, m), *module = m->u.module.name;
	const char *where = file != NULL ? file : "unknown location";
	bool partial = m->u.module.info != NULL && !m->ready;

	return raise_import(ev, "ImportError", module, file,
			    partial ? arena_printf(ev->a, PY_TEXT_NO_NAME_YET, name, module, where)
				    : arena_printf(ev->a, PY_TEXT_NO_NAME, name, module, where));
}

/* A submodule of that name: _handle_fromlist asks for it where the package has no such attribute.
 * *absent: there is none, which is no failure. */
static struct py_value *submodule(struct py_eval *ev, struct py_value *m, const char *name, bool *absent)
{
	const char *full = intern(ev, arena_printf(ev->a, "%s.%s", m->u.module.name, name));
	struct py_value *v, *where = py_dict_name(&m->u.module.dict, ev->n_path);
	struct py_strings path;
	struct py_spec spec;

	*absent = false;
	v = in_modules(ev, full);
	if (v != NULL)
		return v;
	if (where != NULL) {
		py_strings_of(ev, where, &path);
		py_find(ev->im->finder, full, &path, &spec);
		/* _find_spec asks the finders of sys.meta_path in order: the path comes before what sources
		 * have appended */
		if (spec.kind != PY_SPEC_MISSING || is_hooked(ev, full, where))
			return import_part(ev, full, m);
	}
	*absent = true;
	return NULL;
}

/* An extension module of the package that was installed and is gone: what else could have set that name? */
static bool is_lost(struct py_eval *ev, const struct py_value *m, const char *name)
{
	const struct py_module_info *info = m->u.module.info;
	const char *module = m->u.module.name, *site, *slash;

	if (info == NULL || info->spec.locations.n == 0)
		return false;
	site = info->spec.locations.items[0];
	for (const char *dot = module; dot != NULL; dot = strchr(dot + 1, '.')) {
		slash = strrchr(site, '/');
		if (slash == NULL)
			return false;
		site = arena_strndup(ev->a, site, (size_t)(slash - site));
	}
	return py_ext_is_lost(ev->im->finder, site, arena_printf(ev->a, "%s.%s", module, name));
}

struct py_value *py_import_from(struct py_eval *ev, struct py_value *m, const char *name)
{
	struct py_value *v;
	bool absent;

	if (m->type != V_MODULE)
		return py_getattr(ev, m, name);
	v = py_dict_name(&m->u.module.dict, name);
	if (v != NULL)
		return v;
	v = py_getattr_quiet(ev, m, name);
	if (v == NULL && ev->raised != NULL && !ev->stopped &&
	    py_is_subclass(ev->raised->u.obj.cls, py_builtin_class(ev, "AttributeError")) == PY_YES)
		ev->raised = NULL;
	if (ev->raised != NULL || ev->stopped)
		return NULL;
	if (v != NULL && !py_is_unknown(v))
		return v;
	if (v != NULL && m->opaque && m->u.module.info == NULL)
		return v;
	{
		struct py_value *sub = submodule(ev, m, name, &absent);

		if (!absent)
			return sub;
	}
	if (v != NULL && !is_lost(ev, m, name))
		return v;
	return cannot_import(ev, m, name);
}

static bool star_names(struct py_eval *ev, struct py_value *m, struct py_value *all)
{
	for (size_t i = 0; i < all->u.list.n; i++) {
		struct py_value *n = all->u.list.v[i], *v;
		const char *name;

		if (n->type != V_STR)
			continue;
		name = py_name(ev->names, n->u.str.p, n->u.str.n);
		v = py_import_from(ev, m, name);
		if (v == NULL)
			return false;
		py_bind(ev, name, v);
	}
	return true;
}

bool py_import_star(struct py_eval *ev, struct py_value *m)
{
	struct py_value *all;
	struct py_dict *d;

	if (m->type != V_MODULE) {
		ev->frame->globals->tainted = true;
		return true;
	}
	d = &m->u.module.dict;
	all = py_dict_name(d, ev->n_all);
	if (m->opaque || d->tainted || (all != NULL && all->type != V_LIST && all->type != V_TUPLE) ||
	    (all != NULL && all->tainted))
		ev->frame->globals->tainted = true;
	if (all != NULL && (all->type == V_LIST || all->type == V_TUPLE))
		return star_names(ev, m, all);
	for (size_t i = 0; i < d->n; i++) {
		const char *name = py_entry_name(&d->items[i]);

		if (d->items[i].value != NULL && name != NULL && name[0] != '_')
			py_bind(ev, name, d->items[i].value);
	}
	return true;
}

/* ---- ctypes ---------------------------------------------------------------------------------- */

bool py_try_library(struct py_eval *ev, struct py_value *path, int flags, struct py_load *l,
		    struct py_loaded *r)
{
	const char *p = path->type == V_NONE ? NULL : py_path_of(ev, path);

	if (path->type != V_NONE && p == NULL) {
		py_gap(ev, "opens a library whose name is not known");
		return false;
	}
	*l = load_of(ev, PY_LOAD_CTYPES, p);
	l->global = (flags & 0x100) != 0;
	l->search = (unsigned)flags;
	ev->effects++;
	ev->im->host.load(ev->im->host.ctx, l, r);
	if (r->result != PY_LOAD_DEATH)
		return true;
	die(ev, l, r->error);
	return false;
}

struct py_value *py_load_library(struct py_eval *ev, struct py_value *path, int flags)
{
	struct py_load l;
	struct py_loaded r = { 0 };
	struct py_value *v;

	if (!py_try_library(ev, path, flags, &l, &r))
		return ev->stopped ? NULL : &py_unknown;
	if (r.result == PY_LOAD_ERROR)
		return raise_for_load(ev, py_exception_new(ev, r.type != NULL ? r.type : "OSError", r.error),
				      &l);
	if (r.handle == NULL)
		return &py_unknown;
	v = py_instance_new(ev, ev->class_object);
	v->u.obj.handle = r.handle;
	set_text(ev, v, " path", r.path);
	return v;
}

/* ---- text that is executed ------------------------------------------------------------------- */

struct py_value *py_exec_text(struct py_eval *ev, const char *file, const char *text, size_t n,
			      struct py_dict *globals, struct py_dict *locals, bool expression)
{
	struct py_source *src = ARENA_NEW(ev->a, struct py_source);
	struct view v = { (const unsigned char *)text, n };
	struct py_scope scope = { .globals = globals, .is_class = true };
	struct py_frame f;
	struct py_value *r = &py_none;

	if (ev->depth >= IMPORT_DEPTH)
		return &py_unknown;
	py_parse(ev->a, ev->names, file, v, src);
	if (src->error != NULL)
		return &py_unknown;
	push_module(ev, &f, src, ev->frame != NULL && ev->frame->module != NULL ? ev->frame->module
		    : "__main__", globals);
	if (locals != NULL) {
		scope.vars = *locals;
		f.scope = ARENA_NEW(ev->a, struct py_scope); /* functions may keep it */
		*f.scope = scope;
	}
	if (expression)
		r = src->body.n == 1 && src->body.v[0]->kind == PY_EXPR
			? py_eval_expr(ev, src->body.v[0]->a) : &py_unknown;
	else if (py_exec(ev, &src->body) == CTL_RAISE)
		r = NULL;
	if (locals != NULL)
		*locals = f.scope->vars;
	ev->maybe -= f.maybe_rest;
	ev->rests -= f.rest != 0;
	ev->frame = f.up;
	ev->depth--;
	return r;
}
