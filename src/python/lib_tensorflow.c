/* lib_tensorflow.c - functions of packages that end in dlopen: how TensorFlow opens its plugins.
 *
 * TF_LoadLibrary and its relatives are C functions of _pywrap_tf_session; they call dlopen with
 * RTLD_NOW | RTLD_LOCAL (tsl/platform/default/load_library.cc), and what dlerror says becomes the text of
 * a NotFoundError.
 */
#include "python/eval.h"

static const char errors[] = "tensorflow.python.framework.errors_impl";
static const char session[] = "tensorflow.python.client._pywrap_tf_session";
static const char loading[] = "tensorflow.python.framework.load_library";

/* NotFoundError(None, None, text) in the place of the OSError that is on its way. */
static struct py_value *not_found(struct py_eval *ev)
{
	struct py_value *old = ev->raised, *module, *cls, *e, *args[3] = { &py_none, &py_none, &py_unknown };
	struct py_call call = { .args = args, .n = 3 };
	const char *text;
	bool exact;

	if (ev->stopped || old == NULL)
		return NULL;
	text = py_exception_message(ev, old, &exact);
	if (text != NULL)
		args[2] = py_str(ev->a, text);
	ev->raised = NULL;
	module = py_import_name(ev, py_name(ev->names, errors, sizeof(errors) - 1));
	cls = module != NULL ? py_getattr(ev, module, py_name(ev->names, "NotFoundError", 13)) : NULL;
	e = cls != NULL && cls->type == V_CLASS ? py_call(ev, cls, &call) : NULL;
	if (e == NULL || e->type != V_INSTANCE) {
		ev->raised = ev->stopped ? ev->raised : old;
		return NULL;
	}
	e->u.obj.raised = ARENA_NEW(ev->a, struct py_raised);
	e->u.obj.raised->from_load = true;
	e->u.obj.raised->load = old->u.obj.raised->load;
	return py_raise(ev, e);
}

static struct py_value *open_plugin(struct py_eval *ev, const struct py_call *c, const char *name)
{
	struct py_value *path = py_arg(c, 0, name), *v;

	if (path == NULL)
		return &py_unknown;
	v = py_load_library(ev, path, 2);
	return v != NULL ? v : not_found(ev);
}

PY_NATIVE(t_load)
{
	return open_plugin(ev, c, "library_filename");
}

PY_NATIVE(t_register)
{
	return open_plugin(ev, c, "plugin_location") != NULL ? &py_none : NULL;
}

/* The module that it makes of the operations in the file is known to be one, and no more. */
PY_NATIVE(t_load_op)
{
	struct py_value *v = open_plugin(ev, c, "library_filename"), *m;

	if (v == NULL)
		return NULL;
	m = py_module_new(ev, "plugin");
	m->opaque = m->ready = true;
	return m;
}

void py_lib_tensorflow_init(struct py_eval *ev)
{
	static const struct py_native_def functions[] = {
		{ session, "TF_LoadLibrary", t_load },
		{ session, "TF_RegisterFilesystemPlugin", t_register },
		{ session, "TF_LoadPluggableDeviceLibrary", t_load },
		{ loading, "load_op_library", t_load_op },
	};

	py_know(ev, functions, sizeof(functions) / sizeof(functions[0]));
}
