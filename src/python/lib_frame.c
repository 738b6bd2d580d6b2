/* lib_frame.c - frames as far as packages use them: to know where the caller's file lies.
 *
 *     os.path.dirname(inspect.getfile(sys._getframe(1)))
 */
#include "python/eval.h"

#include <string.h>

static const char *intern(struct py_eval *ev, const char *s)
{
	return py_name(ev->names, s, strlen(s));
}

static void set(struct py_eval *ev, struct py_value *v, const char *name, struct py_value *x)
{
	py_dict_set_name(ev->a, &v->u.obj.dict, intern(ev, name), x);
}

/* An object of which some attributes are known, and no more. */
static struct py_value *object(struct py_eval *ev, const char *name)
{
	return py_instance_new(ev, py_known(ev, "types", name));
}

PY_NATIVE(f_getframe)
{
	int64_t depth = c->n > 0 && c->args[0]->type == V_INT ? c->args[0]->u.integer : 0;
	const struct py_frame *f = ev->frame;
	struct py_value *frame, *code, *globals;

	if (c->unknown || (c->n > 0 && c->args[0]->type != V_INT))
		return &py_unknown;
	for (; f != NULL && depth > 0; depth--)
		f = f->up;
	if (f == NULL || f->file == NULL)
		return &py_unknown;
	frame = object(ev, "FrameType");
	code = object(ev, "CodeType");
	globals = py_value_new(ev->a, V_DICT);
	globals->u.dict = f->globals;
	set(ev, code, "co_filename", py_str(ev->a, f->file));
	set(ev, code, "co_name", f->in != NULL ? py_str(ev->a, f->in) : &py_unknown);
	set(ev, frame, "f_code", code);
	set(ev, frame, "f_globals", globals);
	set(ev, frame, "f_lineno", py_int(ev->a, f->line));
	return frame;
}

/* inspect.getfile, of frames and modules. */
PY_NATIVE(f_getfile)
{
	struct py_value *v = py_arg(c, 0, "object"), *code;

	if (v != NULL && v->type == V_MODULE)
		return py_getattr(ev, v, ev->n_file);
	if (v == NULL || v->type != V_INSTANCE)
		return &py_unknown;
	code = py_dict_name(&v->u.obj.dict, intern(ev, "f_code"));
	if (code == NULL || code->type != V_INSTANCE)
		return &py_unknown;
	v = py_dict_name(&code->u.obj.dict, intern(ev, "co_filename"));
	return v != NULL ? v : &py_unknown;
}

void py_lib_frame_init(struct py_eval *ev)
{
	static const char *const kinds[] = { "FrameType", "CodeType" };
	static const struct py_native_def functions[] = {
		{ "sys", "_getframe", f_getframe },
		{ "inspect", "getfile", f_getfile },
	};

	for (size_t i = 0; i < 2; i++)
		py_class_new(ev, "types", kinds[i], ev->class_object, NULL, V_INSTANCE)->u.cls->unknown_base =
			true;
	py_know(ev, functions, sizeof(functions) / sizeof(functions[0]));
}
