/* others.c - other interpreters of this machine, for "not installed for this one, but for that one". */
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "base/str.h"
#include "object/elf.h"
#include "python/home_priv.h"
#include "source/resolve.h"

enum { FOLDERS_MAX = 256 };

struct others {
	struct home_ctx c;
	struct table seen; /* real paths */
	size_t max;
	struct py_strings *out;
};

/* "python", "python3", "python3.11", "python3.13t": not python3-config. */
static bool is_interpreter_name(const char *name)
{
	if (strncmp(name, "python", 6) != 0)
		return false;
	name += 6;
	if (*name == '3')
		name++;
	if (*name == '.')
		name += 1 + strspn(name + 1, "0123456789");
	return *name == '\0' || strcmp(name, "t") == 0 || strcmp(name, "d") == 0;
}

static bool is_program(struct others *o, const char *path)
{
	const struct store_entry *e;

	if (!py_isxfile(o->c.src, path))
		return false;
	e = store_open(o->c.store, path);
	return e != NULL && e->err == 0 && e->file != NULL && e->file->kind == FILE_ELF;
}

/* False when there are enough. In a virtual environment the link itself counts, elsewhere the file that
 * it leads to. */
static void add(struct others *o, const char *path, bool environment)
{
	char copy[RESOLVE_PATH_MAX];
	char *real = NULL;
	const char *key = path;
	bool fits;

	if (o->out->n == o->max || !is_program(o, path))
		return;
	if (!environment) {
		if (source_realpath(o->c.src, path, &real) != 0)
			return;
		fits = strlen(real) < sizeof(copy);
		if (fits)
			memcpy(copy, real, strlen(real) + 1);
		free(real); /* before memory of the arena is asked for */
		if (!fits)
			return;
		key = arena_strdup(o->c.a, copy);
	}
	if (table_get(&o->seen, key, elf_gnu_hash(key)) != NULL)
		return;
	table_put(&o->seen, key, elf_gnu_hash(key), o);
	py_strings_add(o->c.a, o->out, arena_strdup(o->c.a, path));
}

static void add_bin(struct others *o, const char *dir)
{
	const struct store_listing *l = store_list(o->c.store, dir);

	for (size_t i = 0; l != NULL && i < l->n; i++)
		if (is_interpreter_name(l->names[i]))
			add(o, py_join(o->c.a, dir, l->names[i]), false);
}

/* dir/NAME/bin for each NAME: versions of pyenv, environments of conda, programs below /opt. */
static void add_below(struct others *o, const char *dir, const char *bin)
{
	const struct store_listing *l = store_list(o->c.store, dir);

	for (size_t i = 0; l != NULL && i < l->n && i < FOLDERS_MAX; i++)
		add_bin(o, arena_printf(o->c.a, "%s/%s/%s", dir, l->names[i], bin));
}

static void add_environments(struct others *o, const char *dir)
{
	const struct store_listing *l = store_list(o->c.store, dir);

	for (size_t i = 0; l != NULL && i < l->n && i < FOLDERS_MAX; i++) {
		const char *place = py_join(o->c.a, dir, l->names[i]);

		if (py_isfile(o->c.src, py_join(o->c.a, place, "pyvenv.cfg")))
			add(o, py_join(o->c.a, place, "bin/python"), true);
	}
}

static void add_path(struct others *o)
{
	const char *list = str_env(o->c.ask->environ, "PATH");

	while (list != NULL) {
		size_t n = strcspn(list, ":");

		if (n > 0)
			add_bin(o, arena_strndup(o->c.a, list, n));
		list = list[n] == ':' ? list + n + 1 : NULL;
	}
}

void py_home_others(const struct py_ask *ask, struct arena *a, size_t max, struct py_strings *out)
{
	static const char *const conda[] = { "miniconda3", "anaconda3", "miniforge3", "mambaforge" };
	struct others o = { .c = { .ask = ask, .src = ask->source, .store = ask->store, .a = a },
			    .max = max, .out = out };
	const char *home = str_env(ask->environ, "HOME");
	const char *root = str_env(ask->environ, "PYENV_ROOT");

	table_init(&o.seen, a);
	if (ask->cwd != NULL)
		add_environments(&o, ask->cwd);
	add_path(&o);
	add_bin(&o, "/usr/bin");
	add_bin(&o, "/usr/local/bin");
	add_below(&o, "/opt", "bin");
	if (home == NULL || *home == '\0')
		return;
	add_below(&o, root != NULL && *root != '\0' ? arena_printf(a, "%s/versions", root)
						    : arena_printf(a, "%s/.%s/versions", home, "pyenv"),
		  "bin");
	for (size_t i = 0; i < sizeof(conda) / sizeof(conda[0]); i++) {
		const char *dir = arena_printf(a, "%s/%s", home, conda[i]);

		add_bin(&o, arena_printf(a, "%s/bin", dir));
		add_below(&o, arena_printf(a, "%s/envs", dir), "bin");
	}
	add_below(&o, arena_printf(a, "%s/.local/share/uv/python", home), "bin");
}
