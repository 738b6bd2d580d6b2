/* pyeval_fuzzer.c - arbitrary text imported as a module: what it does with the evaluator ends soon,
 * and within its memory. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "in_arena.h"
#include "python/eval.h"

#define MEMORY ((size_t)512 << 20)
#define STEPS 60000 /* so that one input takes milliseconds */

static struct {
	struct source *source;
	struct py_home home;
	struct py_path_entry entry;
} made;

static void load(void *ctx, const struct py_load *what, struct py_loaded *out)
{
	(void)ctx;
	if (what->path != NULL && strlen(what->path) > ((size_t)1 << 20))
		abort();
	out->result = what->path != NULL && strchr(what->path, '!') != NULL ? PY_LOAD_ERROR : PY_LOAD_OK;
	out->error = "no such library";
}

static int symbol(void *ctx, void *handle, const char *name)
{
	(void)ctx;
	(void)handle;
	return name[0] == '_' ? 0 : 1;
}

static const char *find_library(void *ctx, const char *name)
{
	(void)ctx;
	return name[0] == 'c' ? "libc.so.6" : NULL;
}

/* An interpreter with one empty folder on its path: nothing that the text imports is read from this
 * machine. */
static void make_home(void)
{
	static char dir[] = "/tmp/dlwhy-pyeval-XXXXXX";
	static const char *suffixes[] = { ".so" };

	if (mkdtemp(dir) == NULL)
		abort();
	made.source = source_root(dir, "/");
	made.home.store = store_new(made.source);
	made.entry = (struct py_path_entry){ .dir = "/modules", .why = "the fuzzer" };
	made.home.path.items = &made.entry;
	made.home.path.n = made.home.path.cap = 1;
	made.home.suffixes = (struct py_strings){ suffixes, 1, 1 };
	made.home.system = py_system(PY_OS_LINUX);
	made.home.implementation = "cpython";
	made.home.version = "3.11.2";
	made.home.major = 3;
	made.home.minor = 11;
	made.home.cache_tag = "cpython-311";
	made.home.multiarch = "x86_64-linux-gnu";
	made.home.prefix = made.home.base_prefix = "/usr";
	made.home.stdlib = "/usr/lib/python3.11";
	(void)rmdir(dir);
}

/* The results are looked at as a report would. */
static void look(const struct py_exception *e, const struct py_import *im)
{
	for (unsigned depth = 0; e != NULL; e = e->cause, depth++) {
		if (e->type == NULL || (e->exact && e->message == NULL) || depth > 100)
			abort();
		for (size_t i = 0; i < e->nframes; i++)
			if (e->frames[i].file != NULL && strlen(e->frames[i].file) > ((size_t)1 << 16))
				abort();
	}
	for (size_t i = 0; i < im->gaps.n; i++)
		if (im->gaps.items[i].what == NULL)
			abort();
}

static void import(void *ctx)
{
	static const char *const environ[] = { "PATH=/usr/bin", "HOME=/home/me", NULL };
	struct in_arena *j = ctx;
	struct py_host host = { .load = load, .symbol = symbol, .find_library = find_library };
	struct py_import_options opt = { .environ = environ, .cwd = "/", .source = made.source };
	struct py_import *im;
	struct py_value *m;
	struct py_eval *ev;

	im = py_import_new(&made.home, py_finder_new(&made.home, made.source, j->a), &host, &opt, j->a);
	ev = im->eval;
	ev->step_limit = STEPS;
	m = py_module_new(ev, py_name(ev->names, "fuzzed", 6));
	py_dict_set_name(ev->a, &m->u.module.dict, ev->n_file, py_str(ev->a, "/modules/fuzzed.py"));
	py_dict_set_name(ev->a, ev->sys_modules->u.dict, py_name(ev->names, "fuzzed", 6), m);
	(void)py_exec_text(ev, "/modules/fuzzed.py", (const char *)j->bytes.p, j->bytes.n, &m->u.module.dict,
			   NULL, false);
	look(ev->raised != NULL && !ev->stopped ? py_exception_export(ev, ev->raised) : NULL, im);
	if (ev->frame != NULL || ev->depth != 0 || ev->log != NULL)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct in_arena j;

	if (made.source == NULL)
		make_home();
	return in_arena(&j, data, size, MEMORY, import);
}
