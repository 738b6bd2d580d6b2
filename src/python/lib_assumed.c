/* lib_assumed.c - modules of a standard library that is not here: of another system's Python.
 *
 * Nothing of their sources is read: what the evaluator knows by itself (lib_*.c) fills them, with what os.py
 * and ctypes/__init__.py would have added; everything else is unknown, and unknown is no failure.
 */
#include <string.h>

#include "python/eval.h"

static const char *intern(struct py_eval *ev, const char *s)
{
	return py_name(ev->names, s, strlen(s));
}

static bool is_windows(const struct py_eval *ev)
{
	return ev->im->home->system->os == PY_OS_WINDOWS;
}

/* ---- os ------------------------------------------------------------------------------------- */

PY_NATIVE(o_getenv)
{
	struct py_value *args[2] = { ev->environ_dict }, *get, *other = py_arg(c, 1, "default");
	struct py_call call = { .args = args, .n = 0 };

	if (c->n == 0)
		return &py_unknown;
	get = py_method_of(ev, ev->environ_dict, "get");
	args[call.n++] = c->args[0];
	if (other != NULL)
		args[call.n++] = other;
	return get != NULL ? py_call(ev, get, &call) : &py_unknown;
}

/* sysconfig.get_config_var("userbase") of Windows: packages of a user are not in this root, so its folder is
 * one that is not there. */
PY_NATIVE(c_get_config_var)
{
	const struct py_value *name = py_arg(c, 0, "name");

	if (!is_windows(ev) || name == NULL || name->type != V_STR || strcmp(name->u.str.p, "userbase") != 0)
		return &py_unknown;
	return py_str(ev->a, "C:/Users/user/AppData/Roaming/Python");
}

PY_NATIVE(none)
{
	return &py_none;
}

PY_NATIVE(self_again)
{
	return self;
}

static void add(struct py_eval *ev, struct py_value *cls, const char *name, py_native *call)
{
	py_dict_set_name(ev->a, &cls->u.cls->dict, intern(ev, name), py_native_new(ev->a, name, call, NULL));
}

static void know_os(struct py_eval *ev)
{
	const struct py_system *s = ev->im->home->system;
	struct py_value *added = py_class_new(ev, "os", "_AddedDllDirectory", ev->class_object, NULL,
					      V_INSTANCE);
	const struct { const char *name, *value; } texts[] = {
		{ "name", s->os_name }, { "sep", s->sep },   { "pathsep", s->pathsep },
		{ "linesep", s->linesep }, { "curdir", "." }, { "pardir", ".." }, { "extsep", "." },
	};

	added->u.cls->unknown_base = true;
	add(ev, added, "close", none);
	add(ev, added, "__enter__", self_again);
	add(ev, added, "__exit__", none);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		py_know_value(ev, "os", texts[i].name, py_str(ev->a, texts[i].value));
		if (i > 0)
			py_know_value(ev, s->path_module, texts[i].name, py_str(ev->a, texts[i].value));
	}
	py_know_value(ev, "os", "environ", ev->environ_dict);
}

/* Variables that every process of that system has; of what they hold only the PATH of a fresh Windows is
 * known. */
static void know_environ(struct py_eval *ev)
{
	static const char fresh_path[] = "C:\\Windows\\system32;C:\\Windows;C:\\Windows\\System32\\Wbem;"
					 "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\";
	static const char *const windows[] = { "PATH", "SYSTEMROOT", "WINDIR", "TEMP", "TMP", "USERPROFILE",
					       "APPDATA", "LOCALAPPDATA", "PROGRAMFILES", "COMSPEC",
					       "PATHEXT" };
	static const char *const macos[] = { "PATH", "HOME", "TMPDIR", "USER", "SHELL" };
	const char *const *names = is_windows(ev) ? windows : macos;
	size_t n = is_windows(ev) ? sizeof(windows) / sizeof(windows[0]) : sizeof(macos) / sizeof(macos[0]);

	for (size_t i = 0; i < n; i++) {
		const char *name = intern(ev, names[i]);

		if (py_dict_name(ev->environ_dict->u.dict, name) == NULL)
			py_dict_set_name(ev->a, ev->environ_dict->u.dict, name,
					 is_windows(ev) && i == 0 ? py_str(ev->a, fresh_path) : &py_unknown);
	}
}

/* ---- ctypes --------------------------------------------------------------------------------- */

/* CDLL(name, mode) of macOS. */
PY_NATIVE(c_cdll)
{
	struct py_value *name = py_arg(c, 0, "name"), *mode = py_arg(c, 1, "mode");

	if (name == NULL)
		return &py_unknown;
	return py_load_library(ev, name,
			       mode != NULL && mode->type == V_INT ? (int)(mode->u.integer & 0xffff) : 0);
}

static void know_libraries(struct py_eval *ev)
{
	static const char *const kinds[] = { "CDLL", "PyDLL" }, *const loaders[] = { "cdll", "pydll" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct py_value *cls = py_class_new(ev, "ctypes", loaders[i], ev->class_object, NULL,
						    V_INSTANCE);

		py_know_value(ev, "ctypes", kinds[i], py_native_new(ev->a, kinds[i], c_cdll, NULL));
		cls->u.cls->unknown_base = true;
		add(ev, cls, "LoadLibrary", c_cdll);
		py_know_value(ev, "ctypes", loaders[i], py_instance_new(ev, cls));
	}
	py_know_value(ev, "ctypes", "RTLD_GLOBAL", py_int(ev->a, 0x100));
}

/* ---- the whole ------------------------------------------------------------------------------ */

static const struct py_native_def functions[] = {
	{ "os", "getenv", o_getenv },
	{ "sysconfig", "get_config_var", c_get_config_var },
};
/* Modules that take what they have from a built-in one, or from their own parts. */
static const struct {
	const char *module, *from;
} parts[] = {
	{ "collections", "_collections" },
	{ "functools", "_functools" },
	{ "io", "_io" },
	{ "importlib.util", "importlib._bootstrap" },
	{ "importlib.machinery", "importlib._bootstrap" },
};

void py_lib_assumed_init(struct py_eval *ev)
{
	const struct py_system *s = ev->im->home->system;

	if (ev->im->home->assumes == NULL)
		return;
	if (is_windows(ev)) { /* lib_os.c has the functions of either system under one name */
		py_know_all(ev, "nt", "posix");
		py_know_all(ev, "ntpath", "posixpath");
		py_lib_windows_init(ev);
	} else {
		know_libraries(ev);
	}
	know_environ(ev);
	py_know_value(ev, "ctypes", "RTLD_LOCAL", py_int(ev->a, 0));
	py_know_value(ev, "ctypes", "DEFAULT_MODE", py_int(ev->a, 0));
	py_know(ev, functions, sizeof(functions) / sizeof(functions[0]));
	py_know_value(ev, "typing", "TYPE_CHECKING", &py_false);
	if (ev->im->home->stdlib == NULL) { /* else its own sources bring them together */
		py_know_all(ev, s->path_module, "genericpath");
		py_know_all(ev, "os", s->os_module);
		for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
			py_know_all(ev, parts[i].module, parts[i].from);
	}
	know_os(ev);
}

bool py_fill_assumed(struct py_eval *ev, struct py_value *m)
{
	const char *path = intern(ev, "os.path");
	struct py_value *v;

	py_fill_builtin(ev, m);
	if (strcmp(m->u.module.name, "os") != 0)
		return true;
	v = py_import_name(ev, intern(ev, ev->im->home->system->path_module));
	if (v == NULL)
		return false;
	py_dict_set_name(ev->a, &m->u.module.dict, intern(ev, "path"), v);
	py_dict_set_name(ev->a, ev->sys_modules->u.dict, path, v);
	return true;
}
