/* lib_sys.c - sys and platform: what an interpreter knows of itself. */
#include <string.h>

#include "python/eval.h"

static void know(struct py_eval *ev, const char *name, struct py_value *v)
{
	py_know_value(ev, "sys", name, v);
}

static void know_text(struct py_eval *ev, const char *name, const char *s)
{
	know(ev, name, s != NULL ? py_str(ev->a, s) : &py_unknown);
}

static struct py_value *version_info(struct py_eval *ev)
{
	const struct py_home *h = ev->im->home;
	struct py_value *t = py_list_new(ev->a, V_TUPLE);
	const char *dot = h->version != NULL ? strchr(h->version, '.') : NULL;
	int64_t micro = -1;

	dot = dot != NULL ? strchr(dot + 1, '.') : NULL;
	if (dot != NULL && dot[1] >= '0' && dot[1] <= '9') {
		micro = 0;
		for (const char *p = dot + 1; *p >= '0' && *p <= '9' && micro < 1000; p++)
			micro = micro * 10 + (*p - '0');
	}
	py_list_add(ev->a, t, py_int(ev->a, h->major));
	py_list_add(ev->a, t, py_int(ev->a, h->minor));
	py_list_add(ev->a, t, micro >= 0 ? py_int(ev->a, micro) : &py_unknown);
	py_list_add(ev->a, t, micro >= 0 ? py_str(ev->a, "final") : &py_unknown);
	py_list_add(ev->a, t, micro >= 0 ? py_int(ev->a, 0) : &py_unknown);
	return t;
}

/* An object with attributes, and others that are not known. */
static struct py_value *record(struct py_eval *ev, const char *name)
{
	struct py_value *cls = py_class_new(ev, "sys", name, ev->class_object, NULL, V_INSTANCE);

	cls->u.cls->unknown_base = true;
	return py_instance_new(ev, cls);
}

static void set(struct py_eval *ev, struct py_value *of, const char *name, struct py_value *v)
{
	py_dict_set_name(ev->a, &of->u.obj.dict, py_name(ev->names, name, strlen(name)), v);
}

static struct py_value *flags(struct py_eval *ev)
{
	static const char *const off[] = { "debug", "inspect", "interactive", "optimize",
		"no_site", "ignore_environment", "verbose", "bytes_warning",
		"quiet", "isolated" };
	struct py_value *v = record(ev, " flags");

	for (size_t i = 0; i < sizeof(off) / sizeof(off[0]); i++)
		set(ev, v, off[i], py_int(ev->a, 0));
	set(ev, v, "dev_mode", &py_false);
	set(ev, v, "safe_path", &py_false);
	return v;
}

static struct py_value *implementation(struct py_eval *ev)
{
	const struct py_home *h = ev->im->home;
	struct py_value *v = record(ev, " implementation");

	set(ev, v, "name", py_str(ev->a, h->implementation != NULL ? h->implementation : "cpython"));
	if (h->cache_tag != NULL)
		set(ev, v, "cache_tag", py_str(ev->a, h->cache_tag));
	if (h->multiarch != NULL)
		set(ev, v, "_multiarch", py_str(ev->a, h->multiarch));
	set(ev, v, "version", version_info(ev));
	return v;
}

static struct py_value *tuple_of(struct py_eval *ev, const struct py_strings *s)
{
	struct py_value *t = py_list_new(ev->a, V_TUPLE);

	for (size_t i = 0; i < s->n; i++)
		py_list_add(ev->a, t, py_str(ev->a, s->items[i]));
	return t;
}

PY_NATIVE(s_setdlopenflags)
{
	ev->dlopen_flags = c->n == 1 && c->args[0]->type == V_INT ? (int)(c->args[0]->u.integer & 0xffff) : 2;
	return &py_none;
}

PY_NATIVE(s_getdlopenflags)
{
	return py_int(ev->a, ev->dlopen_flags);
}

PY_NATIVE(s_exc_info)
{
	struct py_value *t = py_list_new(ev->a, V_TUPLE), *e = NULL;

	for (struct py_frame *f = ev->frame; f != NULL && e == NULL; f = f->up)
		e = f->handling;
	py_list_add(ev->a, t, e != NULL ? e->u.obj.cls : &py_none);
	py_list_add(ev->a, t, e != NULL ? e : &py_none);
	py_list_add(ev->a, t, e != NULL ? &py_unknown : &py_none);
	return t;
}

PY_NATIVE(s_none)
{
	return &py_none;
}

PY_NATIVE(s_utf8)
{
	return py_str(ev->a, "utf-8");
}

PY_NATIVE(s_first)
{
	return c->n > 0 ? c->args[0] : &py_unknown;
}

PY_NATIVE(s_false)
{
	return py_bool(false);
}

PY_NATIVE(s_unknown)
{
	return &py_unknown;
}

/* ---- platform -------------------------------------------------------------------------------- */

PY_NATIVE(p_system)
{
	return py_str(ev->a, ev->im->home->system->uname);
}

PY_NATIVE(p_machine)
{
	const char *m = ev->im->home->multiarch;

	if (ev->im->home->machine != NULL)
		return py_str(ev->a, ev->im->home->machine);
	return m != NULL ? py_str(ev->a, arena_strndup(ev->a, m, strcspn(m, "-"))) : &py_unknown;
}

PY_NATIVE(p_version)
{
	return ev->im->home->version != NULL ? py_str(ev->a, ev->im->home->version) : &py_unknown;
}

PY_NATIVE(p_implementation)
{
	return py_str(ev->a, "CPython");
}

PY_NATIVE(p_architecture)
{
	struct py_value *t = py_list_new(ev->a, V_TUPLE);

	py_list_add(ev->a, t, py_str(ev->a, "64bit"));
	py_list_add(ev->a, t, py_str(ev->a, ev->im->home->system->format));
	return t;
}

PY_NATIVE(p_version_tuple)
{
	const struct py_home *h = ev->im->home;
	struct py_value *t = py_list_new(ev->a, V_TUPLE), *micro = version_info(ev)->u.list.v[2];

	py_list_add(ev->a, t, py_str(ev->a, arena_printf(ev->a, "%u", h->major)));
	py_list_add(ev->a, t, py_str(ev->a, arena_printf(ev->a, "%u", h->minor)));
	py_list_add(ev->a, t, py_to_str(ev, micro));
	return t;
}

static const struct py_native_def functions[] = {
	{ "sys", "setdlopenflags", s_setdlopenflags }, { "sys", "getdlopenflags", s_getdlopenflags },
	{ "sys", "exc_info", s_exc_info }, { "sys", "getfilesystemencoding", s_utf8 },
	{ "sys", "getdefaultencoding", s_utf8 }, { "sys", "intern", s_first }, { "sys", "gettrace", s_none },
	{ "sys", "getprofile", s_none }, { "sys", "audit", s_none }, { "sys", "setrecursionlimit", s_none },
	{ "sys", "is_finalizing", s_false }, { "sys", "settrace", s_none },
	{ "platform", "system", p_system }, { "platform", "machine", p_machine },
	{ "platform", "processor", s_unknown },
	{ "platform", "python_version", p_version }, { "platform", "python_version_tuple", p_version_tuple },
	{ "platform", "python_implementation", p_implementation },
	{ "platform", "architecture", p_architecture },
	{ "platform", "platform", s_unknown }, { "platform", "release", s_unknown },
	{ "platform", "version", s_unknown },
	{ "platform", "node", s_unknown }, { "platform", "uname", s_unknown },
	{ "platform", "libc_ver", s_unknown },
	{ "platform", "python_build", s_unknown }, { "platform", "python_compiler", s_unknown },
	{ "platform", "freedesktop_os_release", s_unknown },
};

static void know_paths(struct py_eval *ev)
{
	const struct py_home *h = ev->im->home;

	know_text(ev, "executable", h->executable);
	know_text(ev, "_base_executable", NULL);
	know_text(ev, "prefix", h->prefix);
	know_text(ev, "exec_prefix", h->exec_prefix);
	know_text(ev, "base_prefix", h->base_prefix);
	know_text(ev, "base_exec_prefix", h->base_exec_prefix);
	know(ev, "path", ev->sys_path);
	know(ev, "meta_path", ev->meta_path);
	know(ev, "path_hooks", &py_unknown);
	know(ev, "modules", ev->sys_modules);
	know(ev, "builtin_module_names", tuple_of(ev, &h->builtins.names));
	know_text(ev, "platlibdir", NULL);
	know(ev, "pycache_prefix", &py_none);
}

static struct py_value *argv(struct py_eval *ev)
{
	struct py_value *l = py_list_new(ev->a, V_LIST);

	for (size_t i = 0; ev->argv != NULL && ev->argv[i] != NULL; i++)
		py_list_add(ev->a, l, py_str(ev->a, ev->argv[i]));
	if (ev->argv == NULL)
		py_list_add(ev->a, l, py_str(ev->a, "-c"));
	return l;
}

void py_lib_sys_init(struct py_eval *ev)
{
	const struct py_home *h = ev->im->home;

	py_know(ev, functions, sizeof(functions) / sizeof(functions[0]));
	know(ev, "version_info", version_info(ev));
	know_text(ev, "version", h->version_text);
	know(ev, "hexversion", h->hexversion != 0 ? py_int(ev->a, h->hexversion) : &py_unknown);
	know_text(ev, "platform", h->system->platform);
	know_text(ev, "byteorder", "little");
	know(ev, "maxsize", py_int(ev->a, INT64_MAX));
	know(ev, "maxunicode", py_int(ev->a, 0x10ffff));
	know_text(ev, "abiflags", h->abiflags);
	know(ev, "flags", flags(ev));
	know(ev, "implementation", implementation(ev));
	know(ev, "warnoptions", py_list_new(ev->a, V_LIST));
	know(ev, "dont_write_bytecode", &py_unknown); /* PYTHONDONTWRITEBYTECODE, -B */
	know(ev, "argv", argv(ev));
	know(ev, "orig_argv", &py_unknown);
	know(ev, "exit", py_known(ev, "builtins", "exit"));
	know_paths(ev);
}
