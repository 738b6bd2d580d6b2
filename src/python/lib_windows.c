/* lib_windows.c - what sources do by hand to load DLLs on Windows: ctypes, functions of kernel32, the folders
 * of the search.
 *
 * Where upstream decides: CDLL.__init__ in Lib/ctypes/__init__.py, PyErr_SetExcFromWindowsErr in
 * Python/errors.c. A function of a DLL gives a number; what a program does with a null pointer depends on its
 * `restype`: None if it is a pointer, 0 if nothing was said.
 */
#include <string.h>
#include <strings.h>

#include "loader/windows.h"
#include "message/py_text.h"
#include "python/eval.h"

static const char *intern(struct py_eval *ev, const char *s)
{
	return py_name(ev->names, s, strlen(s));
}

static void search(struct py_eval *ev, enum py_search what, const char *dir, unsigned flags)
{
	if (ev->im->host.search != NULL)
		ev->im->host.search(ev->im->host.ctx, what, dir, flags);
}

/* ---- folders -------------------------------------------------------------------------------- */

/* Folders of Windows itself are there, though no file of it is here. */
static bool is_of_windows(const char *dir)
{
	return strncasecmp(dir, "C:/Windows", 10) == 0;
}

static struct py_value *no_such_folder(struct py_eval *ev, const char *dir)
{
	return py_raise_sure_new(ev, "FileNotFoundError", arena_printf(ev->a, PY_TEXT_NO_FOLDER, dir));
}

/* What it gives takes the folder out again when it is closed; that is not followed. */
PY_NATIVE(o_add_dll_directory)
{
	struct py_value *path = py_arg(c, 0, "path"), *isdir = py_known(ev, "genericpath", "isdir");
	const char *dir = path != NULL ? py_path_of(ev, path) : NULL;

	if (dir == NULL) {
		py_gap(ev, "adds a folder to the search for DLLs whose name is not known");
		search(ev, PY_SEARCH_ADD, NULL, 0);
		return &py_unknown;
	}
	if (!is_of_windows(dir) && isdir != NULL && py_call1(ev, isdir, py_str(ev->a, dir)) == &py_false)
		return no_such_folder(ev, dir);
	search(ev, PY_SEARCH_ADD, py_os_normpath(ev, py_absolute(ev, dir)), 0);
	return py_instance_new(ev, py_known(ev, "os", "_AddedDllDirectory"));
}

PY_NATIVE(o_chdir)
{
	struct py_value *path = py_arg(c, 0, "path");
	const char *dir = path != NULL ? py_path_of(ev, path) : NULL;

	if (dir == NULL)
		py_gap(ev, "goes to a folder whose name is not known");
	else
		ev->cwd = py_os_normpath(ev, py_absolute(ev, dir));
	ev->moved = dir != NULL;
	return &py_none;
}

/* ---- functions of kernel32 ------------------------------------------------------------------ */

/* NULL, as the function's `restype` shows it. */
static struct py_value *null_pointer(struct py_eval *ev, struct py_value *fn)
{
	struct py_value *type = fn != NULL && fn->type == V_INSTANCE ?
					py_dict_name(&fn->u.obj.dict, intern(ev, "restype")) : NULL;

	return type != NULL ? &py_none : py_int(ev->a, 0);
}

static struct py_value *load(struct py_eval *ev, struct py_value *fn, const struct py_call *c, int flags)
{
	struct py_loaded r = { 0 };

	if (c->n == 0 || c->unknown)
		return &py_unknown;
	if (!py_try_library(ev, c->args[0], flags, &ev->last_load, &r))
		return ev->stopped ? NULL : &py_unknown;
	ev->last_error = r.result == PY_LOAD_ERROR ? r.winerror : 0;
	if (r.result == PY_LOAD_ERROR)
		return null_pointer(ev, fn);
	return r.handle != NULL ? py_instance_new(ev, ev->class_object) : &py_unknown;
}

PY_NATIVE(k_load_library)
{
	return load(ev, self, c, 0);
}

PY_NATIVE(k_load_library_ex)
{
	if (c->n < 3 || c->args[2]->type != V_INT)
		return &py_unknown;
	return load(ev, self, c, (int)(c->args[2]->u.integer & 0xffff));
}

PY_NATIVE(k_add_dll_directory)
{
	const char *dir = c->n > 0 ? py_path_of(ev, c->args[0]) : NULL;

	if (dir == NULL)
		py_gap(ev, "adds a folder to the search for DLLs whose name is not known");
	search(ev, PY_SEARCH_ADD, dir != NULL ? py_os_normpath(ev, dir) : NULL, 0);
	return py_instance_new(ev, ev->class_object);
}

PY_NATIVE(k_set_dll_directory)
{
	const char *dir = c->n > 0 ? py_path_of(ev, c->args[0]) : NULL;

	if (c->n > 0 && dir == NULL && c->args[0]->type != V_NONE)
		py_gap(ev, "sets a folder of the search for DLLs whose name is not known");
	else
		search(ev, PY_SEARCH_SET, dir != NULL && *dir != '\0' ? py_os_normpath(ev, dir) : dir, 0);
	return py_int(ev->a, 1);
}

PY_NATIVE(k_set_default)
{
	if (c->n > 0 && c->args[0]->type == V_INT)
		search(ev, PY_SEARCH_DEFAULT, NULL, (unsigned)(c->args[0]->u.integer & 0xffff));
	else
		py_gap(ev, "sets the folders of the search for DLLs in a way that is not known");
	return py_int(ev->a, 1);
}

static const struct {
	const char *name;
	py_native *call;
} kernel32[] = {
	{ "LoadLibraryW", k_load_library },
	{ "LoadLibraryA", k_load_library },
	{ "LoadLibraryExW", k_load_library_ex },
	{ "LoadLibraryExA", k_load_library_ex },
	{ "AddDllDirectory", k_add_dll_directory },
	{ "SetDllDirectoryW", k_set_dll_directory },
	{ "SetDllDirectoryA", k_set_dll_directory },
	{ "SetDefaultDllDirectories", k_set_default },
};

/* A function is an object that takes attributes (restype, argtypes) and can be called. */
static struct py_value *function(struct py_eval *ev, const char *name, py_native *call)
{
	struct py_value *cls = py_class_new(ev, "ctypes", "_FuncPtr", ev->class_object, NULL, V_INSTANCE);

	cls->u.cls->unknown_base = true;
	py_dict_set_name(ev->a, &cls->u.cls->dict, ev->n_call, py_native_new(ev->a, name, call, NULL));
	return py_instance_new(ev, cls);
}

/* Gives a library the functions that are followed, if it is kernel32. */
static void know_kernel32(struct py_eval *ev, struct py_value *lib, const char *name)
{
	const char *base = win_last_part(name);

	if (strncasecmp(base, "kernel32", 8) != 0 || (base[8] != '\0' && strcasecmp(base + 8, ".dll") != 0))
		return;
	for (size_t i = 0; i < sizeof(kernel32) / sizeof(kernel32[0]); i++)
		py_dict_set_name(ev->a, &lib->u.obj.dict, intern(ev, kernel32[i].name),
				 function(ev, kernel32[i].name, kernel32[i].call));
}

/* ---- ctypes --------------------------------------------------------------------------------- */

/* Its functions are attributes of what is behind `_handle`. */
struct py_value *py_windows_library(struct py_eval *ev, struct py_value *lib, const char *name)
{
	if (lib == NULL || lib->type != V_INSTANCE || lib->u.obj.handle == NULL)
		return lib;
	py_dict_set_name(ev->a, &lib->u.obj.dict, intern(ev, "_handle"), lib);
	know_kernel32(ev, lib, name);
	return lib;
}

/* CDLL(name, mode, handle, use_errno, use_last_error, winmode) */
PY_NATIVE(c_dll)
{
	struct py_value *name = py_arg(c, 0, "name"), *winmode = py_arg(c, 5, "winmode");
	const char *path = name != NULL && name->type != V_NONE ? py_path_of(ev, name) : NULL;
	bool has_folder = path != NULL && strchr(path, '/') != NULL;
	int flags = ev->im->home->minor < 8 ? 0 :
		    WIN_SEARCH_DEFAULT_DIRS | (has_folder ? WIN_SEARCH_DLL_DIR : 0);

	if (name == NULL || name->type == V_NONE)
		return &py_unknown;
	if (winmode != NULL && winmode->type == V_INT)
		flags = (int)(winmode->u.integer & 0xffff);
	else if (has_folder && ev->im->home->minor >= 8)
		name = py_str(ev->a, py_os_normpath(ev, py_absolute(ev, path)));
	return py_windows_library(ev, py_load_library(ev, name, flags), path != NULL ? path : "");
}

PY_NATIVE(c_get_last_error)
{
	return ev->last_error != 0 ? py_int(ev->a, ev->last_error) : &py_unknown;
}

/* WinError(code=None, descr=None): the exception that goes with the last error. */
PY_NATIVE(c_win_error)
{
	struct py_value *code = py_arg(c, 0, "code"), *e;
	int64_t n = code == NULL || code->type == V_NONE ? ev->last_error :
		    code->type == V_INT			 ? code->u.integer : 0;
	const char *text = n > 0 && n < UINT16_MAX ? win_error_text((unsigned)n) : NULL;
	struct py_value *descr = py_arg(c, 1, "descr");

	e = py_exception_new(ev,
			     n == 2 || n == 3 ? "FileNotFoundError" :
			     n == 5	      ? "PermissionError" : "OSError",
			     NULL);
	if (n <= 0)
		return e;
	py_dict_set_name(ev->a, &e->u.obj.dict, intern(ev, "winerror"), py_int(ev->a, n));
	py_dict_set_name(ev->a, &e->u.obj.dict, intern(ev, "strerror"),
			 descr != NULL && descr->type == V_STR ? descr :
			 text != NULL			       ? py_str(ev->a, text) : &py_unknown);
	if (n == ev->last_error)
		py_from_load(ev, e, &ev->last_load);
	return e;
}

static void know_libraries(struct py_eval *ev)
{
	static const char *const kinds[] = { "CDLL", "PyDLL", "WinDLL", "OleDLL" };
	static const char *const loaders[] = { "cdll", "pydll", "windll", "oledll" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct py_value *cls = py_class_new(ev, "ctypes", loaders[i], ev->class_object, NULL,
						    V_INSTANCE);
		struct py_value *kernel = py_instance_new(ev, cls), *loader;

		cls->u.cls->unknown_base = true;
		py_dict_set_name(ev->a, &cls->u.cls->dict, intern(ev, "LoadLibrary"),
				 py_native_new(ev->a, "LoadLibrary", c_dll, NULL));
		loader = py_instance_new(ev, cls);
		know_kernel32(ev, kernel, "kernel32");
		py_dict_set_name(ev->a, &loader->u.obj.dict, intern(ev, "kernel32"), kernel);
		py_know_value(ev, "ctypes", kinds[i], py_native_new(ev->a, kinds[i], c_dll, NULL));
		py_know_value(ev, "ctypes", loaders[i], loader);
	}
}

void py_lib_windows_init(struct py_eval *ev)
{
	static const struct py_native_def functions[] = {
		{ "os", "add_dll_directory", o_add_dll_directory },
		{ "os", "chdir", o_chdir },
		{ "nt", "chdir", o_chdir },
		{ "ctypes", "get_last_error", c_get_last_error },
		{ "ctypes", "GetLastError", c_get_last_error },
		{ "ctypes", "WinError", c_win_error },
	};

	py_know(ev, functions, sizeof(functions) / sizeof(functions[0]));
	know_libraries(ev);
	py_know_value(ev, "ctypes", "RTLD_GLOBAL", py_int(ev->a, 0));
	py_know_value(ev, "nt", "_LOAD_LIBRARY_SEARCH_DEFAULT_DIRS", py_int(ev->a, WIN_SEARCH_DEFAULT_DIRS));
	py_know_value(ev, "nt", "_LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR", py_int(ev->a, WIN_SEARCH_DLL_DIR));
}
