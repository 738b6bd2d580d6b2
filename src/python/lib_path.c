/* lib_path.c - pathlib.Path, as far as packages use it to find their own files. */
#include <stdlib.h>
#include <string.h>

#include "python/eval.h"

struct py_value *py_path_new(struct py_eval *ev, const char *path)
{
	struct py_value *v;
	const char *p = path;
	struct buf b;

	/* "a//b/./c/" -> "a/b/c"; ".." stays */
	buf_init(&b, 1u << 16);
	if (*p == '/')
		buf_char(&b, '/');
	while (*p != '\0') {
		size_t n;

		while (*p == '/')
			p++;
		n = strcspn(p, "/");
		if (n > 0 && !(n == 1 && p[0] == '.')) {
			if (b.n > 0 && b.p[b.n - 1] != '/')
				buf_char(&b, '/');
			buf_add(&b, p, n);
		}
		p += n;
	}
	v = py_str(ev->a, arena_strdup(ev->a, b.n > 0 && !b.failed ? b.p : "."));
	v->type = V_PATH;
	buf_free(&b);
	return v;
}

static struct py_value *join(struct py_eval *ev, const char *first, const struct py_call *c)
{
	const char *p = first;

	if (c->unknown)
		return &py_unknown;
	for (size_t i = 0; i < c->n; i++) {
		const char *q = py_path_of(ev, c->args[i]);

		if (q == NULL)
			return &py_unknown;
		p = q[0] == '/' || p[0] == '\0' ? q : arena_printf(ev->a, "%s/%s", p, q);
	}
	return py_path_new(ev, p);
}

PY_NATIVE(make_path)
{
	return join(ev, "", c);
}

PY_NATIVE(path_cwd)
{
	return py_path_new(ev, ev->cwd);
}

static const char *last_name(const struct py_value *v)
{
	const char *slash = strrchr(v->u.str.p, '/');

	if (strcmp(v->u.str.p, ".") == 0)
		return "";
	return slash != NULL ? slash + 1 : v->u.str.p;
}

static struct py_value *parent(struct py_eval *ev, const struct py_value *v)
{
	const char *slash = strrchr(v->u.str.p, '/');

	if (slash == NULL)
		return py_path_new(ev, ".");
	return py_path_new(ev, slash == v->u.str.p ? "/"
			   : arena_strndup(ev->a, v->u.str.p, (size_t)(slash - v->u.str.p)));
}

static size_t suffix_at(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot == NULL || dot == name || dot[1] == '\0' ? strlen(name) : (size_t)(dot - name);
}

static struct py_value *parents(struct py_eval *ev, struct py_value *v)
{
	struct py_value *l = py_list_new(ev->a, V_TUPLE), *p = v;

	for (unsigned i = 0; i < 100; i++) {
		struct py_value *up = parent(ev, p);

		if (strcmp(up->u.str.p, p->u.str.p) == 0)
			break;
		py_list_add(ev->a, l, up);
		p = up;
	}
	return l;
}

static struct py_value *parts(struct py_eval *ev, const struct py_value *v)
{
	struct py_value *l = py_list_new(ev->a, V_TUPLE);
	const char *p = v->u.str.p;

	if (*p == '/')
		py_list_add(ev->a, l, py_str(ev->a, "/"));
	while (*p != '\0') {
		size_t n;

		while (*p == '/')
			p++;
		n = strcspn(p, "/");
		if (n > 0)
			py_list_add(ev->a, l, py_str(ev->a, arena_strndup(ev->a, p, n)));
		p += n;
	}
	return l;
}

struct py_value *py_path_property(struct py_eval *ev, struct py_value *v, const char *name)
{
	const char *base = last_name(v);

	if (strcmp(name, "parent") == 0)
		return parent(ev, v);
	if (strcmp(name, "parents") == 0)
		return parents(ev, v);
	if (strcmp(name, "parts") == 0)
		return parts(ev, v);
	if (strcmp(name, "name") == 0)
		return py_str(ev->a, base);
	if (strcmp(name, "stem") == 0)
		return py_str(ev->a, arena_strndup(ev->a, base, suffix_at(base)));
	if (strcmp(name, "suffix") == 0)
		return py_str(ev->a, base + suffix_at(base));
	return &py_unknown;
}

/* ---- methods --------------------------------------------------------------------------------- */

static struct py_value *text_of(struct py_eval *ev, struct py_value *self)
{
	return py_strn(ev->a, self->u.str.p, self->u.str.n);
}

PY_NATIVE(path_text)
{
	return text_of(ev, self);
}

PY_NATIVE(path_joinpath)
{
	return join(ev, self->u.str.p, c);
}

/* Those of os.path that take the path. */
static struct py_value *as_os(struct py_eval *ev, const char *module, const char *name, struct py_value *self)
{
	struct py_value *f = py_known(ev, module, name), *v;

	if (f == NULL)
		return &py_unknown;
	v = py_call1(ev, f, text_of(ev, self));
	return v != NULL && v->type == V_STR ? py_path_new(ev, v->u.str.p) : v;
}

PY_NATIVE(path_exists)
{
	return as_os(ev, "genericpath", "exists", self);
}

PY_NATIVE(path_is_file)
{
	return as_os(ev, "genericpath", "isfile", self);
}

PY_NATIVE(path_is_dir)
{
	return as_os(ev, "genericpath", "isdir", self);
}

PY_NATIVE(path_enter)
{
	(void)ev;
	(void)c;
	return self;
}

PY_NATIVE(path_resolve)
{
	return as_os(ev, "posixpath", "realpath", self);
}

PY_NATIVE(path_absolute)
{
	return py_path_new(ev, py_absolute(ev, self->u.str.p));
}

PY_NATIVE(path_expanduser)
{
	return as_os(ev, "posixpath", "expanduser", self);
}

static struct py_value *to_paths(struct py_eval *ev, struct py_value *list, const char *below)
{
	struct py_value *out = py_list_new(ev->a, V_LIST);

	if (list == NULL || list->type != V_LIST)
		return list;
	out->tainted = list->tainted;
	for (size_t i = 0; i < list->u.list.n; i++) {
		const char *p = list->u.list.v[i]->u.str.p;

		py_list_add(ev->a, out, py_path_new(ev, below != NULL
						    ? arena_printf(ev->a, "%s/%s", below, p) : p));
	}
	return out;
}

PY_NATIVE(path_iterdir)
{
	return to_paths(ev, py_call1(ev, py_known(ev, "posix", "listdir"), text_of(ev, self)), self->u.str.p);
}

PY_NATIVE(path_glob)
{
	const char *pattern = c->n == 1 ? py_path_of(ev, c->args[0]) : NULL;

	if (pattern == NULL)
		return &py_unknown;
	return to_paths(ev, py_call1(ev, py_known(ev, "glob", "glob"),
				     py_str(ev->a,
					    arena_printf(ev->a, "%s/%s", self->u.str.p, pattern))), NULL);
}

PY_NATIVE(path_read_text)
{
	struct py_value *f = py_open_file(ev, self->u.str.p), *read;

	if (f == NULL || f->type != V_INSTANCE)
		return f;
	read = py_getattr_quiet(ev, f, py_name(ev->names, "read", 4));
	return read != NULL ? py_call0(ev, read) : &py_unknown;
}

static struct py_value *with_last(struct py_eval *ev, struct py_value *self, const char *name)
{
	return py_path_new(ev, arena_printf(ev->a, "%s/%s", parent(ev, self)->u.str.p, name));
}

PY_NATIVE(path_with_name)
{
	return c->n == 1 && c->args[0]->type == V_STR ? with_last(ev, self, c->args[0]->u.str.p)
		: &py_unknown;
}

PY_NATIVE(path_with_suffix)
{
	const char *base = last_name(self);

	if (c->n != 1 || c->args[0]->type != V_STR)
		return &py_unknown;
	return with_last(ev, self, arena_printf(ev->a, "%.*s%s", (int)suffix_at(base), base,
						c->args[0]->u.str.p));
}

PY_NATIVE(path_is_absolute)
{
	return py_bool(self->u.str.p[0] == '/');
}

PY_NATIVE(path_none)
{
	return &py_none;
}

py_native *py_path_method(const char *name)
{
	static const struct {
		const char *name;
		py_native *call;
	} methods[] = {
		{ "joinpath", path_joinpath }, { "exists", path_exists }, { "is_file", path_is_file },
		{ "__enter__", path_enter },
		{ "is_dir", path_is_dir }, { "resolve", path_resolve }, { "absolute", path_absolute },
		{ "expanduser", path_expanduser }, { "iterdir", path_iterdir }, { "glob", path_glob },
		{ "read_text", path_read_text }, { "with_name", path_with_name },
		{ "with_suffix", path_with_suffix },
		{ "is_absolute", path_is_absolute }, { "as_posix", path_text }, { "__str__", path_text },
		{ "__fspath__", path_text }, { "mkdir", path_none },
	};

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (strcmp(methods[i].name, name) == 0)
			return methods[i].call;
	return NULL;
}

void py_lib_path_init(struct py_eval *ev)
{
	static const char *const modules[] = { "pathlib", "pathlib._local" };
	static const char *const names[] = { "PurePath", "PurePosixPath", "PosixPath", "Path" };

	for (size_t m = 0; m < 2; m++) {
		for (size_t i = 0; i < 4; i++) {
			struct py_value *v = py_class_new(ev, modules[m], names[i],
							  m == 0 && i > 0 ? ev->class_path
								  : ev->class_object, make_path,
							  V_PATH);

			py_dict_set_name(ev->a, &v->u.cls->dict, py_name(ev->names, "cwd", 3),
					 py_native_new(ev->a, "cwd", path_cwd, NULL));
			if (m == 0)
				ev->class_path = v;
			else
				py_know_value(ev, modules[m], names[i], py_known(ev, modules[0], names[i]));
		}
	}
}
