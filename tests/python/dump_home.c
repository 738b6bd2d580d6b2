/* dump_home.c - prints as JSON what the library says of an interpreter and where it finds modules: the
 * other side of test_home_oracle.py.
 *
 *     dump_home [--root DIR] [--cwd DIR] [--script DIR] [-I] [-S] [-s] PYTHON <names
 *
 * Each line of the input is "NAME" or, for a member of a package, "NAME<TAB>DIR<TAB>DIR…". */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "python/find.h"

extern char **environ;

static json_t *text(const char *s)
{
	json_t *j = s != NULL ? json_string(s) : json_null();

	return j != NULL ? j : json_string("(not UTF-8)");
}

static json_t *list(const struct py_strings *v)
{
	json_t *j = json_array();

	for (size_t i = 0; i < v->n; i++)
		json_array_append_new(j, text(v->items[i]));
	return j;
}

static json_t *describe(const struct py_home *h)
{
	json_t *path = json_array(), *why = json_array(), *imports = json_array();

	for (size_t i = 0; i < h->path.n; i++) {
		json_array_append_new(path, text(h->path.items[i].dir));
		json_array_append_new(why, text(h->path.items[i].why));
	}
	for (size_t i = 0; i < h->imports.n; i++)
		json_array_append_new(imports, text(h->imports.items[i].line));
	return json_pack("{so so so so so so so so so so sb so so so so so so so so so so so so so so si sb sb sb sb sb so so}",
		"executable", text(h->executable), "program", text(h->program), "libpython", text(h->libpython),
		"version", text(h->version), "version_text", text(h->version_text), "abiflags", text(h->abiflags),
		"multiarch", text(h->multiarch), "cache_tag", text(h->cache_tag), "suffixes", list(&h->suffixes),
		"prefix", text(h->prefix), "static", (int)h->is_static, "exec_prefix", text(h->exec_prefix), "base_prefix", text(h->base_prefix),
		"base_exec_prefix", text(h->base_exec_prefix), "venv", text(h->venv), "conda", text(h->conda),
		"stdlib", text(h->stdlib), "purelib", text(h->purelib), "user_site", text(h->user_site),
		"path", path, "why_path", why, "imports", imports, "builtins", list(&h->builtins.names),
		"frozen", list(&h->frozen), "not_followed", text(h->not_followed), "hexversion", (int)h->hexversion,
		"debug", (int)h->debug, "free_threaded", (int)h->free_threaded, "debian", (int)h->debian,
		"system_site", (int)h->system_site, "user_site_used", (int)h->user_site_used, "why", text(h->why), "hooks", list(&h->hooks));
}

static json_t *describe_spec(const struct py_spec *s)
{
	static const char *const kinds[] = { "missing", "built-in", "frozen", "source", "bytecode", "extension",
					     "namespace" };

	return json_pack("[s o o b o i]", kinds[s->kind], text(s->origin), list(&s->locations), (int)s->is_package,
			 text(s->frozen_name), (int)s->entry);
}

static json_t *find_all(const struct py_home *h, struct source *src, struct arena *a)
{
	struct py_finder *f = py_finder_new(h, src, a);
	struct py_strings top = { 0 };
	json_t *out = json_array();
	static char line[1 << 16];

	for (size_t i = 0; i < h->path.n; i++)
		*ARENA_PUSH(a, &top) = h->path.items[i].dir;
	while (fgets(line, sizeof(line), stdin) != NULL) {
		struct py_strings dirs = { 0 };
		char *rest = line, *name = strsep(&rest, "\n"), *dir;
		bool sub = strchr(name, '\t') != NULL;
		struct py_spec spec;

		rest = name;
		name = strsep(&rest, "\t");
		while ((dir = strsep(&rest, "\t")) != NULL)
			*ARENA_PUSH(a, &dirs) = arena_strdup(a, dir);
		py_find(f, name, sub ? &dirs : &top, &spec);
		json_array_append_new(out, describe_spec(&spec));
	}
	return out;
}

struct run {
	struct py_ask ask;
	struct arena *a;
	int status;
};

static void run(void *ctx)
{
	struct run *r = ctx;
	struct dlwhy_error err;
	struct py_home h;
	json_t *out;

	err_clear(&err);
	if (py_home_open(&r->ask, r->a, &h, &err) != DLWHY_OK) {
		out = json_pack("{ss}", "error", err.message);
	} else {
		out = describe(&h);
		json_object_set_new(out, "specs", find_all(&h, r->ask.source, r->a));
	}
	json_dumpf(out, stdout, JSON_INDENT(1));
	json_decref(out);
}

int main(int argc, char **argv)
{
	struct run r = { .ask = { .environ = (const char *const *)environ } };
	const char *root = NULL;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--root") == 0 && i + 1 < argc)
			root = argv[++i];
		else if (strcmp(argv[i], "--cwd") == 0 && i + 1 < argc)
			r.ask.cwd = argv[++i];
		else if (strcmp(argv[i], "--script") == 0 && i + 1 < argc)
			r.ask.script_dir = argv[++i];
		else if (strcmp(argv[i], "-I") == 0)
			r.ask.isolated = true;
		else if (strcmp(argv[i], "-S") == 0)
			r.ask.no_site = true;
		else if (strcmp(argv[i], "-s") == 0)
			r.ask.no_user_site = true;
		else
			r.ask.python = argv[i];
	}
	r.ask.source = root != NULL ? source_root(root, r.ask.cwd) : source_host(r.ask.cwd);
	r.ask.store = store_new(r.ask.source);
	r.a = arena_new((size_t)1 << 30);
	r.status = arena_run(r.a, run, &r) == ARENA_OK ? 0 : 1;
	arena_free(r.a);
	store_free(r.ask.store);
	source_free(r.ask.source);
	return r.status;
}
