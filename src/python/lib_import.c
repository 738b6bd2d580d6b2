/* lib_import.c - importlib, pkgutil and ctypes: the ways to load that are no import statement. */
#include <string.h>

#include "python/eval.h"

static const char *intern(struct py_eval *ev, const char *s)
{
	return py_name(ev->names, s, strlen(s));
}

static const char *text_arg(const struct py_call *c, size_t i, const char *name)
{
	struct py_value *v = py_arg(c, i, name);

	return v != NULL && v->type == V_STR && !v->tainted ? v->u.str.p : NULL;
}

/* ---- importlib ------------------------------------------------------------------------------- */

/* ".x" below `package` -> the full name; NULL if it goes beyond the top */
static const char *absolute_name(struct py_eval *ev, const char *name, const char *package)
{
	size_t n, dots = strspn(name, ".");

	if (dots == 0)
		return intern(ev, name);
	if (package == NULL)
		return NULL;
	n = strlen(package);
	for (size_t i = 1; i < dots; i++) {
		while (n > 0 && package[n - 1] != '.')
			n--;
		if (n == 0)
			return NULL;
		n--;
	}
	if (name[dots] == '\0')
		return py_name(ev->names, package, n);
	return intern(ev, arena_printf(ev->a, "%.*s.%s", (int)n, package, name + dots));
}

PY_NATIVE(i_import_module)
{
	const char *name = text_arg(c, 0, "name"), *full;

	full = name != NULL ? absolute_name(ev, name, text_arg(c, 1, "package")) : NULL;
	if (full == NULL) {
		py_gap(ev, "imports a module whose name is not known");
		return &py_unknown;
	}
	return py_import_name(ev, full);
}

/* None, or a spec; the parents of a dotted name are imported, as find_spec does. */
PY_NATIVE(i_find_spec)
{
	const char *name = text_arg(c, 0, "name"), *full, *dot;
	struct py_value *where = ev->sys_path, *parent, *m;
	struct py_strings path;
	struct py_spec spec;

	full = name != NULL ? absolute_name(ev, name, text_arg(c, 1, "package")) : NULL;
	if (full == NULL)
		return &py_unknown;
	m = py_dict_name(ev->sys_modules->u.dict, full);
	if (m != NULL && m->type == V_MODULE && py_dict_name(&m->u.module.dict, ev->n_spec) != NULL)
		return py_dict_name(&m->u.module.dict, ev->n_spec);
	dot = strrchr(full, '.');
	if (dot != NULL) {
		parent = py_import_name(ev, py_name(ev->names, full, (size_t)(dot - full)));
		if (parent == NULL)
			return NULL;
		where = parent->type == V_MODULE ? py_dict_name(&parent->u.module.dict, ev->n_path) : NULL;
		if (where == NULL)
			return &py_unknown;
	}
	py_strings_of(ev, where, &path);
	py_find(ev->im->finder, full, &path, &spec);
	return spec.kind == PY_SPEC_MISSING ? &py_none : py_spec_value(ev, &spec);
}

/* A module that is made from a file by hand. */
PY_NATIVE(i_spec_from_file)
{
	const char *name = text_arg(c, 0, "name");
	struct py_value *file = py_arg(c, 1, "location");
	const char *path = file != NULL ? py_path_of(ev, file) : NULL;
	struct py_spec spec = { 0 };
	struct py_value *v;
	size_t n;

	if (name == NULL || path == NULL)
		return &py_unknown;
	n = strlen(path);
	spec.name = name;
	spec.origin = path;
	spec.kind = n > 3 && strcmp(path + n - 3, ".so") == 0 ? PY_SPEC_EXTENSION : PY_SPEC_SOURCE;
	v = py_spec_value(ev, &spec);
	py_dict_set_name(ev->a, &v->u.obj.dict, intern(ev, "loader"), v);
	py_dict_set_name(ev->a, &v->u.obj.dict, intern(ev, "has_location"), &py_true);
	return v;
}

PY_NATIVE(i_module_from_spec)
{
	struct py_value *spec = c->n > 0 ? c->args[0] : &py_unknown, *name, *m;

	if (spec->type != V_INSTANCE)
		return &py_unknown;
	name = py_dict_name(&spec->u.obj.dict, intern(ev, "name"));
	if (name == NULL || name->type != V_STR)
		return &py_unknown;
	m = py_module_new(ev, name->u.str.p);
	py_dict_set_name(ev->a, &m->u.module.dict, ev->n_spec, spec);
	name = py_dict_name(&spec->u.obj.dict, intern(ev, "origin"));
	if (name != NULL && name->type == V_STR)
		py_dict_set_name(ev->a, &m->u.module.dict, ev->n_file, name);
	return m;
}

/* loader.exec_module(module), where the loader came from spec_from_file_location. */
PY_NATIVE(i_exec_module)
{
	struct py_value *m = c->n > 0 ? c->args[0] : &py_unknown, *origin;
	struct py_spec spec = { .kind = PY_SPEC_SOURCE };
	struct view text;

	if (m->type != V_MODULE)
		return &py_unknown;
	origin = py_dict_name(&m->u.module.dict, ev->n_file);
	if (origin == NULL || origin->type != V_STR)
		return &py_unknown;
	spec.name = m->u.module.name;
	spec.origin = origin->u.str.p;
	if (py_find_source(ev->im->finder, &spec, &text) != 0)
		return &py_unknown;
	return py_exec_text(ev, spec.origin, (const char *)text.p, text.n, &m->u.module.dict, NULL, false);
}

PY_NATIVE(i_none)
{
	return &py_none;
}

PY_NATIVE(i_unknown)
{
	return &py_unknown;
}

/* ---- importlib.metadata ---------------------------------------------------------------------- */

/* "Foo.Bar_baz" and "foo-bar-baz" are one project. */
static bool same_project(const char *a, const char *b, size_t nb)
{
	size_t i = 0;

	for (; *a != '\0' && i < nb; a++, i++) {
		char x = *a == '_' || *a == '.' ? '-' : *a, y = b[i] == '_' || b[i] == '.' ? '-' : b[i];

		x = x >= 'A' && x <= 'Z' ? (char)(x + 32) : x;
		y = y >= 'A' && y <= 'Z' ? (char)(y + 32) : y;
		if (x != y)
			return false;
	}
	return *a == '\0' && i == nb;
}

struct project {
	const char *name;
	const char *version;
	bool other;              /* there is an .egg-info: its version stands inside */
	struct py_eval *ev;
};

static void project_seen(const char *file, void *ctx)
{
	struct project *p = ctx;
	const char *end = strstr(file, ".dist-info"), *dash;

	if (p->version != NULL)
		return;
	if (end == NULL) {
		end = strstr(file, ".egg-info");
		dash = end != NULL ? memchr(file, '-', (size_t)(end - file)) : NULL;
		if (dash != NULL)
			end = dash;
		p->other |= end != NULL && same_project(p->name, file, (size_t)(end - file));
		return;
	}
	dash = end[10] == '\0' ? memrchr(file, '-', (size_t)(end - file)) : NULL;
	if (dash != NULL && same_project(p->name, file, (size_t)(dash - file)))
		p->version = arena_strndup(p->ev->a, dash + 1, (size_t)(end - dash - 1));
	p->other |= end[10] == '\0' && dash == NULL;
}

/* A file on the path (a zip file, an egg) may hold another one. */
static bool is_folder_or_nothing(struct py_eval *ev, const char *path)
{
	struct os_stat st;

	return source_stat(ev->source, path, true, &st) != 0 || st.type == OS_DIRECTORY;
}

/* *absent: there is none for certain. */
static const char *project_version(struct py_eval *ev, const char *name, bool *absent)
{
	struct project p = { .name = name, .ev = ev };
	struct py_strings path;

	py_strings_of(ev, ev->sys_path, &path);
	for (size_t i = 0; i < path.n && p.version == NULL; i++) {
		const char *dir = py_absolute(ev, path.items[i]);

		p.other |= !is_folder_or_nothing(ev, dir) || strstr(dir, ".egg") != NULL;
		source_list(ev->source, dir, project_seen, &p);
	}
	*absent = p.version == NULL && !p.other;
	return p.version;
}

/* importlib.metadata.PackageNotFoundError(name) */
static struct py_value *not_installed(struct py_eval *ev, const char *name)
{
	struct py_value *m = py_dict_name(ev->sys_modules->u.dict, intern(ev, "importlib.metadata"));
	struct py_value *cls = m != NULL && m->type == V_MODULE
				       ? py_dict_name(&m->u.module.dict, intern(ev, "PackageNotFoundError"))
				       : NULL;
	struct py_value *e = NULL;

	if (cls != NULL && cls->type == V_CLASS)
		e = py_call1(ev, cls, py_str(ev->a, name));
	if (e == NULL || e->type != V_INSTANCE || ev->sys_path->tainted || ev->meta_path->tainted)
		return ev->raised != NULL || ev->stopped ? NULL : &py_unknown;
	for (size_t i = 0; i < ev->meta_path->u.list.n; i++) {
		struct py_value *finder = ev->meta_path->u.list.v[i];

		if (finder == &py_meta_path_own ||
		    py_getattr_quiet(ev, finder, intern(ev, "find_distributions")) == NULL)
			continue;
		return py_is_wanted(ev, cls) ? py_raise(ev, e) : &py_unknown; /* it may know of others */
	}
	return py_raise_sure(ev, e);
}

PY_NATIVE(m_version)
{
	const char *name = text_arg(c, 0, "distribution_name"), *version;
	bool absent;

	if (name == NULL)
		return &py_unknown;
	version = project_version(ev, name, &absent);
	if (version != NULL)
		return py_str(ev->a, version);
	return absent ? not_installed(ev, name) : &py_unknown;
}

PY_NATIVE(m_distribution)
{
	const char *name = text_arg(c, 0, "distribution_name");
	bool absent;

	if (name == NULL || project_version(ev, name, &absent) != NULL || !absent)
		return &py_unknown;
	return not_installed(ev, name);
}

/* ---- importlib.resources, pkgutil ------------------------------------------------------------ */

PY_NATIVE(r_files)
{
	struct py_value *m = c->n > 0 ? c->args[0] : &py_unknown, *path;

	if (m->type == V_STR)
		m = py_import_name(ev, intern(ev, m->u.str.p));
	if (m == NULL)
		return NULL;
	path = m->type == V_MODULE ? py_dict_name(&m->u.module.dict, ev->n_path) : NULL;
	if (path == NULL || path->type != V_LIST || path->u.list.n == 0 || path->u.list.v[0]->type != V_STR)
		return &py_unknown;
	return py_path_new(ev, path->u.list.v[0]->u.str.p);
}

struct modules {
	struct py_eval *ev;
	struct py_value *out;
	const char *dir, *prefix;
};

static void module_seen(const char *file, void *ctx)
{
	struct modules *m = ctx;
	const char *dot = strchr(file, '.');
	struct py_eval *ev = m->ev;
	struct os_stat st;
	struct py_value *t;
	bool package = false;

	if (dot == NULL) {
		package = source_stat(ev->source,
				      arena_printf(ev->a, "%s/%s/__init__.py", m->dir, file), true, &st) == 0;
		if (!package)
			return;
	} else if ((strcmp(dot, ".py") != 0 && strstr(dot, ".so") == NULL) ||
		   strncmp(file, "__init__", 8) == 0) {
		return;
	}
	t = py_list_new(ev->a, V_TUPLE);
	py_list_add(ev->a, t, &py_unknown);
	py_list_add(ev->a, t, py_str(ev->a, arena_printf(ev->a, "%s%.*s", m->prefix,
							 dot != NULL ? (int)(dot - file)
								 : (int)strlen(file), file)));
	py_list_add(ev->a, t, py_bool(package));
	py_list_add(ev->a, m->out, t);
}

PY_NATIVE(k_iter_modules)
{
	struct py_value *path = py_arg(c, 0, "path");
	const char *prefix = text_arg(c, 1, "prefix");
	struct modules m = { ev, py_list_new(ev->a, V_LIST), NULL, prefix != NULL ? prefix : "" };
	struct py_strings dirs;

	if (path == NULL || (path->type != V_LIST && path->type != V_TUPLE)) {
		m.out->tainted = true;
		return m.out;
	}
	py_strings_of(ev, path, &dirs);
	for (size_t i = 0; i < dirs.n; i++) {
		m.dir = py_absolute(ev, dirs.items[i]);
		source_list(ev->source, m.dir, module_seen, &m);
	}
	return m.out;
}

PY_NATIVE(k_extend_path)
{
	return c->n > 0 ? c->args[0] : &py_unknown;
}

/* A context of its own, that gives the path: files of an installed package are where they are. */
PY_NATIVE(r_as_file)
{
	return c->n == 1 ? c->args[0] : &py_unknown;
}

/* ---- ctypes ---------------------------------------------------------------------------------- */

PY_NATIVE(c_dlopen)
{
	struct py_value *mode = c->n > 1 ? c->args[1] : NULL;

	if (c->n == 0)
		return &py_unknown;
	return py_load_library(ev, c->args[0], mode != NULL && mode->type == V_INT
			       ? (int)(mode->u.integer & 0xffff) : 0);
}

/* cffi: ffi.dlopen(name): b_do_dlopen says which library it was. */
PY_NATIVE(ffi_dlopen)
{
	struct py_value *v = c_dlopen(ev, self, c), *args;

	if (v != NULL || ev->stopped || ev->raised == NULL || c->args[0]->type != V_STR)
		return v;
	args = py_dict_name(&ev->raised->u.obj.dict, intern(ev, "args"));
	if (args != NULL && args->type == V_TUPLE && args->u.list.n == 1 &&
	    args->u.list.v[0]->type == V_STR)
		args->u.list.v[0] = py_str(ev->a, arena_printf(ev->a, "cannot load library '%s': %s",
							       c->args[0]->u.str.p,
							       args->u.list.v[0]->u.str.p));
	return NULL;
}

PY_NATIVE(c_find_library)
{
	const char *name = text_arg(c, 0, "name"), *found;

	if (name == NULL)
		return &py_unknown;
	found = ev->im->host.find_library(ev->im->host.ctx, name);
	return found != NULL ? py_str(ev->a, found) : &py_none;
}

static const struct py_native_def functions[] = {
	{ "importlib", "import_module", i_import_module }, { "importlib.util", "find_spec", i_find_spec },
	{ "importlib.util", "spec_from_file_location", i_spec_from_file },
	{ "importlib._bootstrap_external", "spec_from_file_location", i_spec_from_file },
	{ "importlib._bootstrap", "module_from_spec", i_module_from_spec },
	{ "importlib.util", "module_from_spec", i_module_from_spec },
	{ "importlib", "invalidate_caches", i_none },
	{ "importlib", "reload", i_unknown }, { "importlib.metadata", "version", m_version },
	{ "importlib.metadata", "distribution", m_distribution },
	{ "importlib.metadata", "metadata", m_distribution },
	{ "importlib.metadata", "entry_points", i_unknown },
	{ "importlib.metadata", "distributions", i_unknown },
	{ "importlib_metadata", "version", m_version }, { "importlib.resources", "files", r_files },
	{ "importlib.resources._common", "as_file", r_as_file },
	{ "importlib._common", "as_file", r_as_file },
	{ "importlib_resources._common", "as_file", r_as_file },
	{ "importlib.resources._common", "files", r_files }, { "importlib._common", "files", r_files },
	{ "importlib_resources._common", "files", r_files }, { "pkgutil", "iter_modules", k_iter_modules },
	{ "pkgutil", "extend_path", k_extend_path }, { "_ctypes", "dlopen", c_dlopen },
	{ "ctypes.util", "find_library", c_find_library },
};

/* importlib._bootstrap is frozen: what packages take from it stands for itself. */
void py_lib_import_init(struct py_eval *ev)
{
	struct py_value *spec = py_class_new(ev, "importlib._bootstrap", "ModuleSpec", ev->class_object,
					     NULL, V_INSTANCE);
	struct py_value *ffi = py_class_new(ev, "_cffi_backend", "FFI", ev->class_object, NULL,
					    V_INSTANCE);

	ffi->u.cls->unknown_base = true;
	py_dict_set_name(ev->a, &ffi->u.cls->dict, intern(ev, "dlopen"),
			 py_native_new(ev->a, "dlopen", ffi_dlopen, NULL));
	spec->u.cls->unknown_base = true;
	py_dict_set_name(ev->a, &spec->u.cls->dict, intern(ev, "exec_module"),
			 py_native_new(ev->a, "exec_module", i_exec_module, NULL));
	py_know(ev, functions, sizeof(functions) / sizeof(functions[0]));
}
