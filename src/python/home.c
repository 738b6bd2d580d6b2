/* home.c - the facts of one Python interpreter, gathered in the order in which it finds them itself. */
#include "python/home.h"

#include <stdlib.h>
#include <string.h>

#include "python/home_priv.h"
#include "source/resolve.h"

/* The working folder: the one that is given, else the source's. */
static const char *working_folder(struct home_ctx *c)
{
	char copy[RESOLVE_PATH_MAX] = "/";
	char *dir;

	if (c->ask->cwd != NULL)
		return py_abspath(c->a, "/", c->ask->cwd);
	dir = source_absolute(c->src, ".");
	if (dir != NULL && strlen(dir) < sizeof(copy))
		memcpy(copy, dir, strlen(dir) + 1);
	free(dir); /* before memory of the arena is asked for */
	return py_abspath(c->a, "/", copy);
}

/* What the options and variables switch off. */
static void read_options(struct home_ctx *c)
{
	const struct py_ask *ask = c->ask;

	c->use_environment = !ask->isolated;
	c->site = !ask->no_site;
	c->user_site = !ask->isolated && !ask->no_user_site &&
		       py_var(c, "PYTHONNOUSERSITE") == NULL;
	c->safe_path = ask->isolated;
}

/* config_init_import and find_frozen of 3.11 and later: debug builds take only what importlib itself is
 * made of from the frozen modules. */
static void choose_frozen(struct home_ctx *c)
{
	static const char *const essential[] = { "_frozen_importlib", "_frozen_importlib_external",
						 "zipimport" };
	struct py_strings *v = &c->h->frozen;
	const char *wish = c->h->minor >= 13 ? py_var(c, "PYTHON_FROZEN_MODULES") : NULL;
	bool use = !c->h->debug;
	size_t n = 0;

	if (wish != NULL && (strcmp(wish, "on") == 0 || strcmp(wish, "off") == 0))
		use = strcmp(wish, "on") == 0;
	if (use || c->h->minor < 11)
		return;
	for (size_t i = 0; i < v->n; i++)
		for (size_t k = 0; k < sizeof(essential) / sizeof(essential[0]); k++)
			if (strcmp(v->items[i], essential[k]) == 0)
				v->items[n++] = v->items[i];
	v->n = n;
}

static void set_first_entry(struct home_ctx *c)
{
	struct py_home *h = c->h;
	bool script = c->ask->script_dir != NULL;

	if (c->safe_path)
		return;
	(void)py_path_add(c, "", "");
	memmove(h->path.items + 1, h->path.items, (h->path.n - 1) * sizeof(h->path.items[0]));
	h->path.items[0] = (struct py_path_entry){
		.dir = script ? c->ask->script_dir : "",
		.why = script ? "the folder of the script" : "the working folder",
	};
}

static void look_at_entries(struct home_ctx *c)
{
	struct py_home *h = c->h;

	for (size_t i = 0; i < h->path.n; i++) {
		struct py_path_entry *e = &h->path.items[i];

		e->exists = py_exists(c->src, py_abspath(c->a, c->cwd, e->dir));
	}
	if (h->prefix != NULL && py_isdir(c->src, py_join(c->a, h->prefix, "conda-meta")))
		h->conda = h->prefix;
	else if (h->base_prefix != NULL &&
		 py_isdir(c->src, py_join(c->a, h->base_prefix, "conda-meta")))
		h->conda = h->base_prefix;
}

enum dlwhy_code py_home_open(const struct py_ask *ask, struct arena *a, struct py_home *out,
			     struct dlwhy_error *err)
{
	struct home_ctx c = { .ask = ask, .src = ask->source, .store = ask->store, .a = a, .h = out };
	enum dlwhy_code code;

	memset(out, 0, sizeof(*out));
	out->store = ask->store;
	out->system = py_system(PY_OS_LINUX);
	c.cwd = out->cwd = working_folder(&c);
	read_options(&c);
	code = py_find_program(&c, err);
	if (code != DLWHY_OK)
		return code;
	out->executable = c.started;
	py_read_core(&c);
	if (c.core.tag == NULL)
		return DLWHY_OK;
	if (out->is_static)
		out->not_followed = "a static program, which can open no extension";
	if (out->minor >= 11 && py_var(&c, "PYTHONSAFEPATH") != NULL)
		c.safe_path = true;
	py_getpath(&c);
	choose_frozen(&c);
	py_site(&c);
	set_first_entry(&c);
	look_at_entries(&c);
	return DLWHY_OK;
}

const char *py_interpreter(const struct py_ask *ask, struct arena *a)
{
	struct py_home *h = ARENA_NEW(a, struct py_home);
	struct home_ctx c = { .ask = ask, .src = ask->source, .store = ask->store, .a = a, .h = h };

	h->store = ask->store;
	h->system = py_system(PY_OS_LINUX);
	c.cwd = h->cwd = working_folder(&c);
	return py_find_program(&c, NULL) == DLWHY_OK ? c.started : NULL;
}
