/* eval_attr.c - attributes of modules, classes and instances. */
#include <string.h>

#include "python/eval.h"
#include "message/py_text.h"

/* ---- classes --------------------------------------------------------------------------------- */

#define BASE_DEPTH 40

/* Depth first, left to right: Python's order where no class has two bases with a common one. */
static struct py_value *lookup(struct py_value *cls, const char *name, bool *unknown, unsigned depth)
{
	struct py_class *c = cls->u.cls;
	struct py_value *v = py_dict_name(&c->dict, name);

	if (v != NULL)
		return v;
	*unknown = *unknown || c->unknown_base;
	for (size_t i = 0; i < c->nbases && depth < BASE_DEPTH; i++) {
		v = lookup(c->bases[i], name, unknown, depth + 1);
		if (v != NULL)
			return v;
	}
	return NULL;
}

struct py_value *py_class_lookup(struct py_value *cls, const char *name, bool *unknown)
{
	return lookup(cls, name, unknown, 0);
}

static enum py_truth is_subclass(struct py_value *cls, struct py_value *of, unsigned depth)
{
	enum py_truth t = cls->u.cls->unknown_base ? PY_MAYBE : PY_NO;

	if (cls == of)
		return PY_YES;
	for (size_t i = 0; i < cls->u.cls->nbases && depth < BASE_DEPTH; i++) {
		enum py_truth one = is_subclass(cls->u.cls->bases[i], of, depth + 1);

		if (one == PY_YES)
			return PY_YES;
		if (one == PY_MAYBE)
			t = PY_MAYBE;
	}
	return t;
}

enum py_truth py_is_subclass(struct py_value *cls, struct py_value *of)
{
	if (cls == NULL || of == NULL || cls->type != V_CLASS || of->type != V_CLASS)
		return PY_MAYBE;
	if (strcmp(of->u.cls->name, "object") == 0)
		return PY_YES;
	return is_subclass(cls, of, 0);
}

static const char *class_name_of(const struct py_value *v)
{
	switch (v->type) {
	case V_CLASS:
		return "type";
	case V_PATH:
		return "Path";
	default:
		return py_type_name(v);
	}
}

struct py_value *py_class_of(struct py_eval *ev, struct py_value *v)
{
	if (py_is_unknown(v) || v->view || v->type == V_SET) /* set or frozenset */
		return NULL;
	if (v->type == V_INSTANCE)
		return v->u.obj.cls;
	if (v->type == V_PATH)
		return ev->class_path;
	if (v->type == V_MODULE)
		return ev->class_module;
	return py_builtin_class(ev, class_name_of(v));
}

enum py_truth py_is_instance(struct py_eval *ev, struct py_value *v, struct py_value *of)
{
	enum py_truth t = PY_NO;
	struct py_value *cls;

	if (of->type == V_TUPLE) {
		for (size_t i = 0; i < of->u.list.n; i++) {
			enum py_truth one = py_is_instance(ev, v, of->u.list.v[i]);

			if (one == PY_YES)
				return PY_YES;
			if (one == PY_MAYBE)
				t = PY_MAYBE;
		}
		return t;
	}
	cls = py_class_of(ev, v);
	if (cls == NULL || of->type != V_CLASS)
		return PY_MAYBE;
	t = py_is_subclass(cls, of);
	/* abstract classes have members that do not inherit from them */
	if (t == PY_NO && v->type != V_INSTANCE && of->u.cls->make == NULL && of->u.cls->module != NULL &&
	    strcmp(of->u.cls->module, "builtins") != 0)
		return PY_MAYBE;
	return t;
}

/* ---- reading --------------------------------------------------------------------------------- */

static struct py_value *method(struct py_eval *ev, struct py_value *self, struct py_value *fn)
{
	struct py_value *v = py_value_new(ev->a, V_METHOD);

	v->u.method.self = self;
	v->u.method.fn = fn;
	return v;
}

/* What a class attribute is when it is read through an instance (self) or the class alone (self NULL). */
static struct py_value *bind(struct py_eval *ev, struct py_value *v, struct py_value *self,
			     struct py_value *cls)
{
	switch (v->type) {
	case V_FUNCTION:
	case V_NATIVE:
		return self != NULL ? method(ev, self, v) : v;
	case V_STATIC:
		return v->u.wrap.fn;
	case V_CLASSMETHOD:
		return method(ev, cls, v->u.wrap.fn);
	case V_PROPERTY:
		return self != NULL ? py_call1(ev, v->u.wrap.fn, self) : v;
	default:
		return v;
	}
}

static struct py_value *from_class(struct py_eval *ev, struct py_value *cls, const char *name)
{
	bool unknown = false;
	struct py_value *v = py_class_lookup(cls, name, &unknown);

	if (v != NULL && cls->u.cls->metaclass && v->type <= V_DICT && strncmp(name, "__", 2) != 0)
		return &py_unknown; /* a member of an enum is no number */
	if (v != NULL)
		return bind(ev, v, NULL, cls);
	if (name == ev->n_name || (strcmp(name, "__qualname__") == 0 && !cls->u.cls->nested))
		return py_str(ev->a, cls->u.cls->name);
	if (strcmp(name, "__module__") == 0 && cls->u.cls->module != NULL)
		return py_str(ev->a, cls->u.cls->module);
	if (cls->u.cls->metaclass && strncmp(name, "_convert", 8) == 0)
		return py_known(ev, "enum", "_convert_");
	/* what every class has, and what a metaclass may give it */
	if (unknown || strncmp(name, "__", 2) == 0 || strcmp(name, "mro") == 0 || cls->u.cls->make != NULL)
		return &py_unknown;
	return NULL;
}

static struct py_value *of_exception(struct py_eval *ev, struct py_value *e, const char *name)
{
	static const char *const known[] = { "name", "path", "msg", "errno", "strerror", "filename", "code",
					     "__traceback__", "__cause__", "__context__", "with_traceback",
					     "add_note", "__notes__", "value", "winerror" };
	struct py_value *args = py_dict_name(&e->u.obj.dict, py_name(ev->names, "args", 4));

	if (strcmp(name, "msg") == 0 && args != NULL && args->u.list.n > 0)
		return args->u.list.v[0];
	if ((strcmp(name, "name") == 0 || strcmp(name, "path") == 0))
		return &py_none;
	if (strcmp(name, "__traceback__") == 0)
		return &py_unknown;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(name, known[i]) == 0)
			return &py_unknown;
	return NULL;
}

/* A library opened by ctypes: its functions are attributes. */
static struct py_value *of_library(struct py_eval *ev, struct py_value *lib, const char *name)
{
	int found;

	found = ev->im->host.symbol(ev->im->host.ctx, lib->u.obj.handle, name);
	if (found != 0)
		return &py_unknown;
	return NULL;
}

/* The opened library behind an object of ctypes.CDLL, NULL for other objects. */
static struct py_value *library_of(struct py_eval *ev, struct py_value *v)
{
	struct py_value *h = py_dict_name(&v->u.obj.dict, py_name(ev->names, "_handle", 7));

	return h != NULL && h->type == V_INSTANCE && h->u.obj.handle != NULL ? h : NULL;
}

static struct py_value *by_getattr(struct py_eval *ev, struct py_value *v, struct py_value *f,
				   const char *name)
{
	struct py_value *args[2] = { v, py_str(ev->a, name) };
	struct py_call c = { .args = args, .n = 2 };

	if (ev->depth > 200)
		return &py_unknown;
	return py_call(ev, f, &c);
}

static struct py_value *from_instance(struct py_eval *ev, struct py_value *v, const char *name)
{
	struct py_value *cls = v->u.obj.cls, *x;
	bool unknown = false;

	x = py_class_lookup(cls, name, &unknown);
	if (x != NULL && x->type == V_PROPERTY)
		return bind(ev, x, v, cls);
	if (py_dict_name(&v->u.obj.dict, name) != NULL)
		return py_dict_name(&v->u.obj.dict, name);
	if (x != NULL)
		return bind(ev, x, v, cls);
	if (name == ev->n_class)
		return cls;
	if (name == ev->n_dict) {
		x = py_value_new(ev->a, V_DICT);
		x->u.dict = &v->u.obj.dict;
		return x;
	}
	x = library_of(ev, v);
	if (x != NULL && strncmp(name, "__", 2) != 0)
		return of_library(ev, x, name);
	if (cls->u.cls->is_exception) {
		x = of_exception(ev, v, name);
		if (x != NULL)
			return x;
	}
	x = py_class_lookup(cls, ev->n_getattr, &unknown);
	if (x != NULL && x->type == V_FUNCTION && strncmp(name, "__", 2) != 0)
		return by_getattr(ev, v, x, name);
	return unknown || v->u.obj.dict.tainted || strncmp(name, "__", 2) == 0 ? &py_unknown : NULL;
}

/* module.__getattr__(name); what it does not know may be there all the same in a module not wholly known. */
static struct py_value *by_module_getattr(struct py_eval *ev, struct py_value *m, struct py_value *f,
					  const char *name)
{
	struct py_value *v = py_call1(ev, f, py_str(ev->a, name));

	if (v != NULL || ev->stopped || !m->u.module.dict.tainted ||
	    py_is_subclass(ev->raised->u.obj.cls, py_builtin_class(ev, "AttributeError")) != PY_YES)
		return v;
	ev->raised = NULL;
	return &py_unknown;
}

/* Names that site.py has put there (setquit, setcopyright, sethelper, enablerlcompleter). */
static bool set_by_site(const char *name)
{
	static const char *const names[] = { "quit", "exit", "copyright", "credits", "license", "help", "_" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static bool is_built_in(struct py_eval *ev, const struct py_value *m, const char *name)
{
	if (m == ev->builtins)
		return !m->u.module.dict.tainted && !set_by_site(name);
	return m->u.module.info != NULL && (m->u.module.info->spec.kind == PY_SPEC_BUILTIN ||
					    (m->u.module.info->spec.kind == PY_SPEC_ASSUMED &&
					     strcmp(m->u.module.name, "sys") == 0));
}

/* May enum have made that name of a constant of the module (lib_misc.c)? */
static bool is_converted(struct py_eval *ev, struct py_value *m, const char *name)
{
	struct py_value *l = py_dict_name(&m->u.module.dict,
					  py_name(ev->names, PY_CONVERTED, sizeof(PY_CONVERTED) - 1));

	for (size_t i = 0; l != NULL && i < l->u.list.n; i++) {
		struct py_value *v = py_call1(ev, l->u.list.v[i], py_str(ev->a, name));

		if (v == NULL && !ev->stopped)
			ev->raised = NULL;
		if (v == NULL || py_truth_of(ev, v) != PY_NO)
			return true;
	}
	return false;
}

static struct py_value *from_module(struct py_eval *ev, struct py_value *m, const char *name)
{
	struct py_value *v = py_dict_name(&m->u.module.dict, name), *f;

	if (v != NULL)
		return v;
	if (name == ev->n_dict) {
		v = py_value_new(ev->a, V_DICT);
		v->u.dict = &m->u.module.dict;
		return v;
	}
	if (name == ev->n_class)
		return ev->class_module != NULL ? ev->class_module : &py_unknown;
	if (m->opaque)
		return is_built_in(ev, m, name) && !py_core_has(ev, name) ? NULL : &py_unknown;
	f = py_dict_name(&m->u.module.dict, ev->n_getattr);
	if (f != NULL && f->type == V_FUNCTION && name != ev->n_path && name != ev->n_all)
		return strncmp(name, "__", 2) == 0 ? NULL : by_module_getattr(ev, m, f, name);
	if (f != NULL && py_is_unknown(f))
		return &py_unknown;
	return m->u.module.dict.tainted || is_converted(ev, m, name) ? &py_unknown : NULL;
}

static struct py_value *from_super(struct py_eval *ev, struct py_value *s, const char *name)
{
	struct py_value *cls = s->u.super.after, *self = s->u.super.self, *v;
	bool unknown = cls->u.cls->unknown_base;

	for (size_t i = 0; i < cls->u.cls->nbases; i++) {
		v = py_class_lookup(cls->u.cls->bases[i], name, &unknown);
		if (v != NULL)
			return bind(ev, v, self->type == V_CLASS && name != ev->n_new ? NULL
				    : name == ev->n_new				 ? NULL
										 : self,
				    cls);
	}
	if (name == ev->n_new)
		return py_known(ev, "builtins", "object_new");
	return &py_unknown;
}

static struct py_value *from_function(struct py_eval *ev, struct py_value *f, const char *name)
{
	struct py_value *v = f->u.fn.attrs != NULL ? py_dict_name(f->u.fn.attrs, name) : NULL;

	if (v != NULL)
		return v;
	if (name == ev->n_name ||
	    (strcmp(name, "__qualname__") == 0 && f->u.fn.outer == NULL && f->u.fn.cls == NULL))
		return f->u.fn.fn->name != NULL ? py_str(ev->a, f->u.fn.fn->name) : &py_unknown;
	if (strcmp(name, "__module__") == 0 && f->u.fn.module != NULL)
		return py_str(ev->a, f->u.fn.module);
	if (strcmp(name, "__wrapped__") == 0 || strcmp(name, "cache_clear") == 0)
		return &py_unknown;
	return strncmp(name, "__", 2) == 0 ? &py_unknown : NULL;
}

static struct py_value *from_property(struct py_eval *ev, struct py_value *p, const char *name)
{
	if (strcmp(name, "setter") == 0 || strcmp(name, "deleter") == 0 || strcmp(name, "getter") == 0)
		return method(ev, p, py_known(ev, "builtins", "property_setter"));
	return &py_unknown;
}

struct py_value *py_getattr_quiet(struct py_eval *ev, struct py_value *v, const char *name)
{
	switch (v->type) {
	case V_UNKNOWN:
		return v;
	case V_MODULE:
		return from_module(ev, v, name);
	case V_CLASS:
		return from_class(ev, v, name);
	case V_INSTANCE:
		return from_instance(ev, v, name);
	case V_SUPER:
		return from_super(ev, v, name);
	case V_FUNCTION:
		return from_function(ev, v, name);
	case V_PROPERTY:
		return from_property(ev, v, name);
	case V_METHOD:
		return strcmp(name, "__func__") == 0   ? v->u.method.fn
		       : strcmp(name, "__self__") == 0 ? v->u.method.self
						      : py_getattr_quiet(ev, v->u.method.fn, name);
	default:
		if (name == ev->n_class) {
			struct py_value *cls = py_class_of(ev, v);

			return cls != NULL ? cls : &py_unknown;
		}
		if (v->type == V_NONE && strncmp(name, "__", 2) != 0)
			return NULL;
		return py_method_of(ev, v, name);
	}
}

/* ---- a module without that name (moduleobject.c, module_getattro) ---------------------------- */

/* Is it found in the first place of sys.path, where people's own files are? */
static bool is_own_file(const struct py_value *m)
{
	const struct py_module_info *info = m->u.module.info;

	return info != NULL && info->spec.kind == PY_SPEC_SOURCE && info->spec.entry == 0 &&
	       strchr(info->name, '.') == NULL;
}

static bool hides_the_library(struct py_eval *ev, const struct py_value *m)
{
	const char *lib = ev->im->home->stdlib;
	struct py_strings path = { &lib, 1, 1 };
	struct py_spec spec;

	if (!is_own_file(m) || lib == NULL)
		return false;
	py_find(ev->im->finder, m->u.module.name, &path, &spec);
	return spec.kind == PY_SPEC_SOURCE;
}

/* 3.13 tells people that the name of their file may be the mistake. */
static const char *renaming_text(struct py_eval *ev, const struct py_value *m, const char *name,
				 const char *origin)
{
	const char *module = m->u.module.name;
	bool first = strcmp(ev->im->home->version, "3.13.0") == 0;

	if (hides_the_library(ev, m))
		return arena_printf(ev->a, PY_TEXT_HIDES_STANDARD, module, name, origin, module);
	if (m->ready)
		return NULL;
	if (is_own_file(m))
		return arena_printf(ev->a, PY_TEXT_HIDES_LIBRARY, module, name, origin,
				    first ? "third-party module" : "library");
	return arena_printf(ev->a, PY_TEXT_NO_ATTRIBUTE_YET_FROM, module, origin, name);
}

static const char *no_such_name_text(struct py_eval *ev, const struct py_value *m, const char *name)
{
	const struct py_module_info *info = m->u.module.info;
	const char *text = NULL;

	if (ev->im->home->minor >= 13 && info != NULL && info->spec.origin != NULL)
		text = renaming_text(ev, m, name, info->spec.origin);
	if (text != NULL)
		return text;
	if (info == NULL || m->ready || ev->im->home->minor < 8)
		return arena_printf(ev->a, PY_TEXT_NO_ATTRIBUTE, m->u.module.name, name);
	return arena_printf(ev->a, PY_TEXT_NO_ATTRIBUTE_YET, m->u.module.name, name);
}

/* Has native code of the same package run? It gives modules names as well (NumPy's does, to numpy.dtypes). */
static bool has_native_code(const struct py_eval *ev, const char *module)
{
	size_t n = strcspn(module, ".");

	for (size_t i = 0; i < ev->im->modules.n; i++) {
		const struct py_module_info *other = ev->im->modules.items[i];

		if (other->spec.kind == PY_SPEC_EXTENSION && strncmp(other->name, module, n) == 0 &&
		    (other->name[n] == '.' || other->name[n] == '\0'))
			return true;
	}
	return false;
}

/* Is there a word by which its functions, whoever calls them, can give it names that nobody reads there? */
static bool binds_unseen(struct view text)
{
	static const char *const words[] = { "setattr", "globals", "vars(", "__dict__", "sys.modules",
					     "exec(" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (memmem(text.p, text.n, words[i], strlen(words[i])) != NULL)
			return true;
	return false;
}

/* Is it certain that the module has no such name? Its file was read as a whole, nobody gives it names behind
 * its back, and no submodule of that name can be bound by somebody whose imports are not followed. */
static bool is_known_whole(struct py_eval *ev, const struct py_value *m, const char *name)
{
	const struct py_module_info *info = m->u.module.info;
	struct py_value *where = py_dict_name(&m->u.module.dict, ev->n_path);
	struct py_strings path;
	struct py_spec spec;

	if (info == NULL || info->spec.kind != PY_SPEC_SOURCE || m->u.module.dict.tainted ||
	    binds_unseen(info->text) || has_native_code(ev, info->name))
		return false;
	if (where == NULL)
		return true;
	if (where->type != V_LIST || where->tainted)
		return false;
	py_strings_of(ev, where, &path);
	py_find(ev->im->finder, py_name(ev->names, name, strlen(name)), &path, &spec);
	return spec.kind == PY_SPEC_MISSING;
}

/* What a module has so far is known while its own file is being run; so is a file of one's own that
 * takes the place of another module. */
static struct py_value *no_such_name(struct py_eval *ev, const struct py_value *m, const char *name)
{
	const char *text = no_such_name_text(ev, m, name);

	if (m->u.module.info != NULL && (!m->ready || hides_the_library(ev, m)))
		return py_raise_new(ev, "AttributeError", text);
	if (is_known_whole(ev, m, name))
		return py_raise_sure_new(ev, "AttributeError", text);
	return py_raise_soft(ev, "AttributeError", text);
}

/* An object's own __getattr__ knows what classes and metaclasses gave it; the evaluator may not. */
static struct py_value *not_told(struct py_eval *ev)
{
	struct py_value *cls = py_builtin_class(ev, "AttributeError");

	if (py_is_subclass(ev->raised->u.obj.cls, cls) != PY_YES || py_is_wanted(ev, cls))
		return NULL;
	ev->raised = NULL;
	return &py_unknown;
}

/* What dlsym says, which begins with the path that the loader has opened. */
static struct py_value *no_such_function(struct py_eval *ev, const struct py_value *lib, const char *name)
{
	struct py_value *path = py_dict_name(&lib->u.obj.dict, py_name(ev->names, " path", 5));

	return py_raise_sure_new(ev, "AttributeError",
				 path != NULL ? arena_printf(ev->a, PY_TEXT_NO_FUNCTION, path->u.str.p,
							     name)
					      : NULL);
}

struct py_value *py_library_item(struct py_eval *ev, struct py_value *v, struct py_value *key, bool *is_one)
{
	struct py_value *lib = library_of(ev, v);

	*is_one = lib != NULL && key->type == V_STR && !key->tainted;
	if (!*is_one)
		return NULL;
	return of_library(ev, lib, key->u.str.p) != NULL ? &py_unknown
							  : no_such_function(ev, lib, key->u.str.p);
}

struct py_value *py_getattr(struct py_eval *ev, struct py_value *v, const char *name)
{
	struct py_value *x = py_getattr_quiet(ev, v, name);

	if (x != NULL || ev->stopped)
		return x;
	if (ev->raised != NULL)
		return v->type == V_INSTANCE ? not_told(ev) : NULL;
	if (v->type == V_INSTANCE && library_of(ev, v) != NULL)
		return no_such_function(ev, library_of(ev, v), name);
	if (v->type == V_MODULE)
		return no_such_name(ev, v, name);
	if (v->type == V_NONE && strncmp(name, "__", 2) != 0)
		return py_raise_sure_new(ev, "AttributeError",
					 arena_printf(ev->a, PY_TEXT_NONE_ATTRIBUTE, name));
	return py_raise_soft(ev, "AttributeError",
			     arena_printf(ev->a, PY_TEXT_OBJECT_ATTRIBUTE, py_type_name(v), name));
}

/* ---- writing --------------------------------------------------------------------------------- */

bool py_setattr(struct py_eval *ev, struct py_value *v, const char *name, struct py_value *x)
{
	struct py_dict *d = NULL;

	switch (v->type) {
	case V_MODULE:
		d = &v->u.module.dict;
		break;
	case V_CLASS:
		d = v->u.cls->make == NULL ? &v->u.cls->dict : NULL;
		break;
	case V_INSTANCE:
		d = &v->u.obj.dict;
		break;
	case V_FUNCTION:
		if (v->u.fn.attrs == NULL)
			v->u.fn.attrs = ARENA_NEW(ev->a, struct py_dict);
		d = v->u.fn.attrs;
		break;
	default:
		return true;
	}
	if (d == NULL)
		return true;
	py_note_write(ev, d, name, ev->log != NULL ? py_dict_name(d, name) : NULL);
	py_dict_set_name(ev->a, d, name, py_settle(ev, d, name, x));
	return true;
}
