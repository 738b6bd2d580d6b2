/* import.c - what `import MODULE` does: the evaluator behind import.h. */
#include "python/import.h"

#include <string.h>

#include "python/eval.h"

/* Statements and expressions of one session: far more than any import takes, and an end for the rest. */
#define STEPS_MAX 30000000ULL

static void init_names(struct py_eval *ev)
{
	struct { const char **to; const char *s; } names[] = {
		{ &ev->n_all, "__all__" }, { &ev->n_name, "__name__" }, { &ev->n_file, "__file__" },
		{ &ev->n_path, "__path__" }, { &ev->n_package, "__package__" }, { &ev->n_spec, "__spec__" },
		{ &ev->n_loader, "__loader__" }, { &ev->n_doc, "__doc__" }, { &ev->n_dict, "__dict__" },
		{ &ev->n_class, "__class__" }, { &ev->n_getattr, "__getattr__" },
		{ &ev->n_init, "__init__" },
		{ &ev->n_new, "__new__" },
		{ &ev->n_call, "__call__" }, { &ev->n_enter, "__enter__" }, { &ev->n_exit, "__exit__" },
		{ &ev->n_builtins, "__builtins__" }, { &ev->n_main, "__main__" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		*names[i].to = py_name(ev->names, names[i].s, strlen(names[i].s));
}

const struct py_value py_meta_path_own_value = { .type = V_UNKNOWN };

static void init_paths(struct py_eval *ev)
{
	const struct py_home *h = ev->im->home;

	ev->sys_path = py_list_new(ev->a, V_LIST);
	for (size_t i = 0; i < h->path.n; i++)
		py_list_add(ev->a, ev->sys_path, py_str(ev->a, h->path.items[i].dir));
	ev->meta_path = py_list_new(ev->a, V_LIST);
	/* BuiltinImporter, FrozenImporter, PathFinder */
	for (size_t i = 0; i < 3; i++)
		py_list_add(ev->a, ev->meta_path, &py_meta_path_own);
}

static void add_main(struct py_eval *ev)
{
	struct py_value *m = py_module_new(ev, ev->n_main);

	m->ready = true;
	py_dict_set_name(ev->a, &m->u.module.dict, ev->n_package, &py_none);
	py_dict_set_name(ev->a, ev->sys_modules->u.dict, ev->n_main, m);
}

struct py_import *py_import_new(const struct py_home *home, struct py_finder *finder,
				const struct py_host *host,
				const struct py_import_options *opt, struct arena *a)
{
	struct py_import *im = ARENA_NEW(a, struct py_import);
	struct py_eval *ev = ARENA_NEW(a, struct py_eval);

	im->home = home;
	im->finder = finder;
	im->host = *host;
	im->a = a;
	im->eval = ev;
	ev->im = im;
	ev->a = a;
	ev->names = py_names_new(a);
	ev->environ = opt->environ;
	ev->cwd = opt->cwd;
	ev->source = opt->source;
	ev->ahead = opt->ahead;
	ev->argv = opt->argv;
	ev->step_limit = STEPS_MAX;
	ev->call_end = UINT64_MAX;
	ev->dlopen_flags = 2; /* RTLD_NOW */
	init_names(ev);
	init_paths(ev);
	ev->sys_modules = py_dict_new(a);
	py_builtins_init(ev);
	py_lib_sys_init(ev);
	py_lib_os_init(ev);
	py_lib_path_init(ev);
	py_lib_import_init(ev);
	py_lib_misc_init(ev);
	py_lib_frame_init(ev);
	py_lib_tensorflow_init(ev);
	py_lib_version_init(ev);
	py_lib_assumed_init(ev);
	add_main(ev);
	return im;
}

static struct py_dict *main_globals(struct py_eval *ev)
{
	return &py_dict_name(ev->sys_modules->u.dict, ev->n_main)->u.module.dict;
}

static void forget_raised(struct py_eval *ev)
{
	if (!ev->stopped)
		ev->raised = NULL;
}

/* Failures here are printed by Python and end nothing. */
static void try_import(struct py_eval *ev, const char *name)
{
	if (!ev->stopped && py_import_name(ev, py_name(ev->names, name, strlen(name))) == NULL)
		forget_raised(ev);
}

/* What site.main() sets, which is not followed: home.h knows what comes of it. */
static void forget_site(struct py_eval *ev)
{
	static const char *const names[] = { "PREFIXES", "ENABLE_USER_SITE", "USER_SITE", "USER_BASE" };
	struct py_value *m = py_dict_name(ev->sys_modules->u.dict, py_name(ev->names, "site", 4));

	for (size_t i = 0; m != NULL && m->type == V_MODULE && i < sizeof(names) / sizeof(names[0]); i++)
		py_dict_set_name(ev->a, &m->u.module.dict, py_name(ev->names, names[i], strlen(names[i])),
				 &py_unknown);
}

void py_import_ahead(struct py_import *im, const char *module)
{
	py_ahead_start(im->eval->ahead, im->home, im->eval->source, im->eval->names, module);
}

/* The folder of the program, "" for -c, comes on the path when site.py has run (pymain_run_python): what is
 * imported until then is not looked for there. */
static bool has_own_folder(const struct py_home *h)
{
	const char *why = h->path.n > 0 ? h->path.items[0].why : NULL;

	return why != NULL &&
	       (strcmp(why, "the working folder") == 0 || strcmp(why, "the folder of the script") == 0);
}

static void take_own_folder(struct py_eval *ev)
{
	struct py_value *l = ev->sys_path;

	memmove(l->u.list.v, l->u.list.v + 1, (l->u.list.n - 1) * sizeof(*l->u.list.v));
	l->u.list.n--;
}

/* Entries are numbered as they stand in the end. */
static void put_own_folder(struct py_eval *ev)
{
	struct py_value *l = ev->sys_path;

	py_list_add(ev->a, l, &py_none);
	memmove(l->u.list.v + 1, l->u.list.v, (l->u.list.n - 1) * sizeof(*l->u.list.v));
	l->u.list.v[0] = py_str(ev->a, ev->im->home->path.items[0].dir);
	for (size_t i = 0; i < ev->im->modules.n; i++)
		if (strchr(ev->im->modules.items[i]->name, '.') == NULL)
			ev->im->modules.items[i]->spec.entry++;
}

void py_import_startup(struct py_import *im)
{
	/* Py_InitializeFromConfig: init_import_site and what stands before it */
	const char *const early[] = { "sys", "builtins", "_imp", "_thread", "_warnings", "_weakref",
		"_io", "marshal", im->home->system->os_module, "time", "zipimport", "codecs", "encodings",
		"encodings.aliases",
		"encodings.utf_8", "_signal", "abc", "io", "site" };
	struct py_eval *ev = im->eval;
	bool own = has_own_folder(im->home);

	if (own)
		take_own_folder(ev);
	for (size_t i = 0; i < sizeof(early) / sizeof(early[0]); i++)
		try_import(ev, early[i]);
	forget_site(ev);
	for (size_t i = 0; i < im->home->imports.n && !ev->stopped; i++) {
		const struct py_pth_import *p = &im->home->imports.items[i];

		if (py_exec_text(ev, p->file, p->line, strlen(p->line), main_globals(ev), NULL,
				 false) == NULL)
			forget_raised(ev);
	}
	try_import(ev, "sitecustomize");
	if (im->home->user_site_used)
		try_import(ev, "usercustomize");
	if (own)
		put_own_folder(ev);
	im->doubt = NULL;
	im->unread = im->doubted = false; /* failures of these end nothing */
}

static const struct py_exception *outcome(struct py_eval *ev, bool failed)
{
	const struct py_exception *e;

	if (!failed || ev->raised == NULL)
		return NULL;
	e = py_exception_export(ev, ev->raised);
	ev->raised = NULL;
	return e;
}

const struct py_exception *py_import_module(struct py_import *im, const char *name)
{
	struct py_eval *ev = im->eval;

	if (ev->stopped)
		return NULL;
	return outcome(ev, py_import_name(ev, py_name(ev->names, name, strlen(name))) == NULL);
}

const struct py_exception *py_import_statement(struct py_import *im, const char *text)
{
	struct py_eval *ev = im->eval;

	if (ev->stopped)
		return NULL;
	return outcome(ev, py_exec_text(ev, "<string>", text, strlen(text), main_globals(ev), NULL,
					false) == NULL);
}
