/* eval.h - the evaluator's own state, shared by its files; import.h is what others see. */
#ifndef DLWHY_PYTHON_EVAL_H
#define DLWHY_PYTHON_EVAL_H

#include "base/buf.h"
#include "python/value.h"

/* What a statement ended with. */
enum py_ctl { CTL_NEXT, CTL_BREAK, CTL_CONTINUE, CTL_RETURN, CTL_RAISE };

/* One module body or call that is being evaluated. */
struct py_frame {
	struct py_frame *up;
	const char *file;
	const char *in;          /* "<module>" or the function's name */
	const char *module;
	unsigned line;
	struct py_scope *scope;  /* NULL at the top of a module */
	struct py_dict *globals;
	struct py_source *source;
	const struct py_dict *known; /* at the top of a module: what stands for its definitions, NULL */
	struct py_value *returned;
	struct py_value *maybe_returned; /* by a branch that may not be taken; NULL */
	unsigned maybe_rest;     /* how often the rest became a mere possibility */
	unsigned rest;           /* py_eval.branches when it first did, 0: never */
	unsigned loop_rest;      /* py_eval.loop_rest around it */
	struct py_value *yields; /* list, while a generator is drained */
	struct py_value *handling; /* the exception of the handler that runs: for a bare raise */
};

/* A `try` that is active: what it would catch. */
struct py_guard {
	struct py_guard *up;
	const struct py_frame *frame;
	struct py_value **types; /* classes; NULL entry: everything */
	size_t n;
	bool unknown;            /* a handler's type is not known */
};

/* A value that a name had before a branch that may not be taken. */
struct py_write {
	struct py_dict *dict;
	const char *name;
	struct py_value *old, *now; /* NULL: unbound; now: at the branch's end */
};
struct py_log {
	struct py_log *up;
	unsigned serial;
	struct py_write *items;
	size_t n, cap;
};

enum { PY_SHARED_INTS = 4096 }; /* ranges repeat these */

struct py_eval {
	struct py_import *im;
	struct arena *a;
	struct py_names *names;
	struct py_frame *frame;
	struct py_guard *guards;
	struct py_log *log;
	unsigned branches;       /* how many were begun */
	unsigned rests;          /* frames of the module that runs with `rest` */
	unsigned loop_rest;      /* like `rest`: the loop that runs may have been left, or this round of it */
	struct py_value *raised; /* while an exception is on its way */
	bool stopped;            /* on its way is the end of everything */
	unsigned maybe;          /* depth of conditions that are not known */
	unsigned depth;          /* frames */
	uint64_t steps, effects; /* effects: imports and loads begun */
	uint64_t step_limit;
	uint64_t call_end;       /* of steps: where the call that a module body has made is given up */
	bool gave_up;            /* stopped is only the end of that call */
	struct py_value *sys_modules, *sys_path, *meta_path;
	struct py_value *builtins; /* module */
	struct py_value **shared_ints; /* PY_SHARED_INTS of them; NULL until one is wanted */
	struct py_dict classes;  /* of builtins, by name */
	struct source_file core; /* the file that holds the interpreter; see known.c */
	bool core_opened;
	uint32_t *core_chains;   /* where its strings end */
	struct { struct py_core_end *items; size_t n, cap; } core_ends;
	struct py_dict core_names; /* name -> whether it is in there */
	struct py_dict known;    /* module -> dict of what the evaluator has instead: see known.c */
	int dlopen_flags;
	const char *const *environ;
	struct py_value *environ_dict;
	const char *cwd;
	bool moved;              /* the sources have chosen it */
	unsigned last_error;     /* Windows: of the last load by hand, 0: it did not fail */
	struct py_load last_load;
	struct source *source;
	struct py_ahead *ahead;
	const char *const *argv;
	struct py_value *class_object, *class_type, *class_exception, *class_path, *class_module;
	/* interned names that are used often */
	const char *n_all, *n_name, *n_file, *n_path, *n_package, *n_spec, *n_loader, *n_doc, *n_dict,
		*n_class, *n_getattr, *n_init, *n_new, *n_call, *n_enter, *n_exit,
		*n_builtins, *n_main;
};

/* Stands in sys.meta_path for the finders that the import system has by itself. */
extern const struct py_value py_meta_path_own_value;
#define py_meta_path_own PY_SINGLE(py_meta_path_own_value)

/* ---- expressions and statements: eval_expr.c, eval_stmt.c ------------------------------------ */

/* NULL: an exception is on its way (ev->raised). */
struct py_value *py_eval_expr(struct py_eval *ev, struct py_node *n);
/* Of a condition, of which more may be known than of its value; PY_MAYBE with ev->raised or
 * ev->stopped: raised. */
enum py_truth py_eval_truth(struct py_eval *ev, struct py_node *n);
enum py_ctl py_exec(struct py_eval *ev, const struct py_list *body);
/* Assigns to a target of any shape; false: raised. */
bool py_assign(struct py_eval *ev, struct py_node *target, struct py_value *v);
/* The value of a name where the frame is now, NULL if it is unbound everywhere. */
struct py_value *py_lookup(struct py_eval *ev, const char *name);
void py_bind(struct py_eval *ev, const char *name, struct py_value *v);
void py_unbind(struct py_eval *ev, const char *name);
/* Counts work; false when the budget is used up (then everything stops). */
bool py_step(struct py_eval *ev);

/* ---- operators: eval_op.c -------------------------------------------------------------------- */
struct py_value *py_binary(struct py_eval *ev, enum py_op op, struct py_value *a, struct py_value *b);
struct py_value *py_compare(struct py_eval *ev, enum py_op op, struct py_value *a, struct py_value *b);
struct py_value *py_index(struct py_eval *ev, struct py_value *v, struct py_value *key);
bool py_set_index(struct py_eval *ev, struct py_value *v, struct py_value *key, struct py_value *x);
struct py_value *py_slice(struct py_eval *ev, struct py_value *v, struct py_value *from, struct py_value *to,
			  struct py_value *step);
enum py_truth py_contains(struct py_eval *ev, struct py_value *v, struct py_value *x);
/* The elements of anything that can be iterated, as a list; an empty and tainted one where it is not known.
 * NULL: raised. */
struct py_value *py_iterate(struct py_eval *ev, struct py_value *v);
#define PY_LIST_MAX 100000u /* elements; a list that would become longer is not followed */

/* Several elements whose order is not known. */
bool py_is_unordered(const struct py_value *items);
void py_set_add(struct py_eval *ev, struct py_value *set, struct py_value *x);
bool py_sort(struct py_eval *ev, struct py_value *list); /* false: raised */
enum py_truth py_truth_of(struct py_eval *ev, struct py_value *v); /* also by __bool__ and __len__ */

/* ---- attributes: eval_attr.c ----------------------------------------------------------------- */

/* Unknown where it cannot be known; NULL: raised (by __getattr__, or softly). */
struct py_value *py_getattr(struct py_eval *ev, struct py_value *v, const char *name);
/* The same without an exception: NULL if it is surely not there. */
struct py_value *py_getattr_quiet(struct py_eval *ev, struct py_value *v, const char *name);
bool py_setattr(struct py_eval *ev, struct py_value *v, const char *name, struct py_value *x);
/* The entry of a module with the filters of names that enum has put there. */
#define PY_CONVERTED " converted"
/* What ctypes gives for library["function"]; *is_one: v is a library, and what it is asked for is known. */
struct py_value *py_library_item(struct py_eval *ev, struct py_value *v, struct py_value *key, bool *is_one);
/* In a class and its bases. *unknown: a base is not known. */
struct py_value *py_class_lookup(struct py_value *cls, const char *name, bool *unknown);
enum py_truth py_is_subclass(struct py_value *cls, struct py_value *of);
enum py_truth py_is_instance(struct py_eval *ev, struct py_value *v, struct py_value *of);
struct py_value *py_class_of(struct py_eval *ev, struct py_value *v); /* NULL: not known */

/* ---- calls: eval_call.c ---------------------------------------------------------------------- */
struct py_value *py_call(struct py_eval *ev, struct py_value *f, const struct py_call *c);
struct py_value *py_call1(struct py_eval *ev, struct py_value *f, struct py_value *arg);
struct py_value *py_call0(struct py_eval *ev, struct py_value *f);
struct py_value *py_function_new(struct py_eval *ev, struct py_node *n);
/* What a generator yields, all at once. */
struct py_value *py_drain(struct py_eval *ev, struct py_value *gen);
/* An argument of a native function by place or name; NULL if it is not given. */
struct py_value *py_arg(const struct py_call *c, size_t i, const char *name);
struct py_value *py_make_class(struct py_eval *ev, struct py_node *n);
struct py_value *py_instance_new(struct py_eval *ev, struct py_value *cls);

/* ---- exceptions: eval_raise.c ---------------------------------------------------------------- */
struct py_value *py_raise(struct py_eval *ev, struct py_value *exception); /* always NULL */
/* message NULL: not known. Always NULL. */
struct py_value *py_raise_new(struct py_eval *ev, const char *type, const char *message);
struct py_value *py_exception_new(struct py_eval *ev, const char *type, const char *message);
/* NameError, KeyError and the like are only raised where somebody waits for them: the evaluator may
 * be the one that does not know better. Unknown otherwise; NULL if raised. */
struct py_value *py_raise_soft(struct py_eval *ev, const char *type, const char *message);
/* Where what is wrong is known for certain, not for want of knowledge (the module was read as a whole, the
 * condition is decided): raised on the own lines of modules and where somebody waits; in functions, which
 * may have been called with something else, it is a doubt (im->doubted). Unknown if it is not raised. */
struct py_value *py_raise_sure(struct py_eval *ev, struct py_value *exception);
struct py_value *py_raise_sure_new(struct py_eval *ev, const char *type, const char *message);
/* Does an active handler nearby wait for exceptions of that class? */
/* What seems to be raised there is not followed: the verdict rests on it. `what`: "raises NameError…". */
void py_doubt(struct py_eval *ev, const char *what);
bool py_is_wanted(const struct py_eval *ev, struct py_value *cls);
struct py_value *py_builtin_class(struct py_eval *ev, const char *name);
const char *py_exception_message(struct py_eval *ev, struct py_value *e, bool *exact); /* NULL: not known */
const struct py_exception *py_exception_export(struct py_eval *ev, struct py_value *e);
enum py_ctl py_exec_try(struct py_eval *ev, struct py_node *n);
enum py_ctl py_exec_raise(struct py_eval *ev, struct py_node *n);
/* Runs fn(ctx) as the body of a `try` that catches what `types` says: used by contextlib.suppress. */
struct py_place py_here(const struct py_eval *ev);

/* ---- branches that may not be taken: eval_join.c --------------------------------------------- */
/* The value that a name gets: where what runs is a mere possibility, its old value may be the one
 * that stays. */
struct py_value *py_settle(const struct py_eval *ev, const struct py_dict *d, const char *name,
			   struct py_value *v);
/* Is what runs a mere possibility, for what was made before? */
bool py_is_tentative(const struct py_eval *ev);
void py_note_write(struct py_eval *ev, struct py_dict *d, const char *name, struct py_value *old);
enum py_ctl py_exec_branches(struct py_eval *ev, const struct py_list *yes, const struct py_list *no);
struct py_value *py_eval_branches(struct py_eval *ev, struct py_node *yes, struct py_node *no);
struct py_value *py_either(struct py_value *a, struct py_value *b);
void py_gap(struct py_eval *ev, const char *what);

/* ---- what the compiler refuses: refused.c ----------------------------------------------------- */

#define PY_OWN_MAX (1u << 20) /* bytes of a file whose functions are all read */

struct py_refusal {
	const char *type;        /* "SyntaxError" */
	const char *message;     /* NULL: not known to the letter */
	const char *why;         /* in words, with the place */
	unsigned line;
	bool sure;
};
bool py_refused(struct py_eval *ev, struct py_source *src, struct py_refusal *out);

/* ---- modules: modules.c ---------------------------------------------------------------------- */

/* The module of that name, imported if it is not there. NULL: raised. */
struct py_value *py_import_name(struct py_eval *ev, const char *name);
/* `from M import name`. */
struct py_value *py_import_from(struct py_eval *ev, struct py_value *module, const char *name);
bool py_import_star(struct py_eval *ev, struct py_value *module);
/* The absolute name of a relative one where the frame is; NULL: raised. */
const char *py_resolve_name(struct py_eval *ev, const char *name, unsigned level);
/* The ModuleSpec of what was found. */
struct py_value *py_spec_value(struct py_eval *ev, const struct py_spec *spec);
struct py_value *py_module_new(struct py_eval *ev, const char *name);
struct py_value *py_load_library(struct py_eval *ev, struct py_value *path, int flags); /* ctypes */
/* The same without an exception: what was opened, and what came of it. False: nothing was tried, or the
 * process has ended. */
bool py_try_library(struct py_eval *ev, struct py_value *path, int flags, struct py_load *l,
		    struct py_loaded *r);
/* From now on the exception is one that a load was the reason of. */
void py_from_load(struct py_eval *ev, struct py_value *e, const struct py_load *l);

/* ---- what the evaluator knows by itself: builtins.c, lib_*.c --------------------------------- */

/* Head of a function that Python code can call. `self`: the first argument of a method, the class for a
 * type's make, the native value itself otherwise. */
#define PY_NATIVE(name)                                                                            \
	static struct py_value *name(struct py_eval *ev __attribute__((unused)),                   \
				     struct py_value *self __attribute__((unused)),                 \
				     const struct py_call *c __attribute__((unused)))

struct py_native_def {
	const char *module, *name;
	py_native *call;
};
void py_know(struct py_eval *ev, const struct py_native_def *defs, size_t n);
void py_know_value(struct py_eval *ev, const char *module, const char *name, struct py_value *v);
struct py_value *py_class_new(struct py_eval *ev, const char *module, const char *name, struct py_value *base,
			      py_native *make, enum py_type type);
void py_builtins_init(struct py_eval *ev);
void py_lib_os_init(struct py_eval *ev);
void py_lib_path_init(struct py_eval *ev);
void py_lib_sys_init(struct py_eval *ev);
void py_lib_import_init(struct py_eval *ev);
void py_lib_misc_init(struct py_eval *ev);
void py_lib_frame_init(struct py_eval *ev);
void py_lib_tensorflow_init(struct py_eval *ev);
void py_lib_version_init(struct py_eval *ev);
void py_lib_assumed_init(struct py_eval *ev);
void py_lib_windows_init(struct py_eval *ev);
/* What ctypes makes of a library that was opened by that name on Windows. */
struct py_value *py_windows_library(struct py_eval *ev, struct py_value *lib, const char *name);
/* A class of that name that the module has copied from packaging.version; NULL if it has not. */
struct py_value *py_version_copy(struct py_eval *ev, const char *name);
/* Of pathlib.Path: methods, and what is read like an attribute. */
py_native *py_path_method(const char *name);
struct py_value *py_path_property(struct py_eval *ev, struct py_value *v, const char *name);
struct py_value *py_path_new(struct py_eval *ev, const char *path);
/* A path as the process under study means it: made absolute with its working folder. */
const char *py_absolute(struct py_eval *ev, const char *path);
char *py_os_normpath(struct py_eval *ev, const char *path);
/* Can a module that is built into the interpreter have something of that name? Its file must have
 * the name then. */
bool py_core_has(struct py_eval *ev, const char *name);
/* As sys.path or __path__ is now: the entries that are known. */
void py_strings_of(struct py_eval *ev, struct py_value *list, struct py_strings *out);
struct py_value *py_open_file(struct py_eval *ev, const char *path, bool binary);
struct py_value *py_exec_text(struct py_eval *ev, const char *file, const char *text, size_t n,
			      struct py_dict *globals, struct py_dict *locals, bool expression);
/* The evaluator's own version of a function or class "module.name" of the standard library; NULL. */
struct py_value *py_known(struct py_eval *ev, const char *module, const char *name);
/* All of a module, NULL if there is nothing; names are interned. */
const struct py_dict *py_known_of(struct py_eval *ev, const char *module);
/* Fills a module that is built into the interpreter. */
void py_fill_builtin(struct py_eval *ev, struct py_value *module);
/* Fills a module of a standard library that is not here with what is known of it; false: raised. */
bool py_fill_assumed(struct py_eval *ev, struct py_value *module);
/* What is known of one module is also known of another. */
void py_know_all(struct py_eval *ev, const char *module, const char *from);
/* A method of a value that is no instance: "abc".join. NULL if there is none of that name. */
struct py_value *py_method_of(struct py_eval *ev, struct py_value *v, const char *name);

bool py_is_ascii(const struct py_value *s);

/* ---- text: format.c -------------------------------------------------------------------------- */
struct py_value *py_to_str(struct py_eval *ev, struct py_value *v);  /* str(v); unknown if not known */
struct py_value *py_to_repr(struct py_eval *ev, struct py_value *v);
struct py_value *py_percent(struct py_eval *ev, struct py_value *format, struct py_value *args);
struct py_value *py_format_method(struct py_eval *ev, struct py_value *format, const struct py_call *c);
struct py_value *py_format_spec(struct py_eval *ev, struct py_value *v, const char *spec, size_t n);

/* Path of a str, bytes or Path value; NULL if not known. */
const char *py_path_of(struct py_eval *ev, const struct py_value *v);

#endif
