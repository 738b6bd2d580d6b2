/* env_install.c - a virtual environment by the interpreter's own venv, and packages by pip or uv. */
#include <stdio.h>
#include <string.h>

#include "base/os_child.h"
#include "diagnose/common.h"
#include "package/place.h"
#include "verb/env.h"
#include "verb/program.h"

/* ---- commands ------------------------------------------------------------------------------------- */

/* Runs it to its end, in the environment of the session. */
static bool run(struct making_env *m, const char *const *argv)
{
	struct os_capture all = { .p = m->output, .cap = ENV_OUTPUT };
	char none[64];
	struct os_capture errors = { .p = none, .cap = sizeof(none) };
	struct os_child c = { .path = argv[0], .argv = argv, .env = m->s->environ, .seconds = ENV_SECONDS };
	struct os_child_end end;

	m->noutput = 0;
	c.merged = true;
	c.stop = m->stop;
	if (os_child_run(&c, &all, &errors, &end) != 0)
		return false;
	m->noutput = all.n;
	return end.signal == 0 && end.status == 0 && !env_stopped(m);
}

static bool is_there(const struct making_env *m, const char *path)
{
	struct os_stat st;

	return source_stat(m->s->source, path, true, &st) == 0;
}

/* A program on PATH; NULL: there is none. */
static const char *on_path(struct making_env *m, const char *name)
{
	const char *path = program_named(m->s, name, m->a);

	return path[0] == '/' && is_there(m, path) ? path : NULL;
}

/* ---- the environment -------------------------------------------------------------------------------- */

static bool make_venv(struct making_env *m)
{
	const char *const with_pip[] = { m->base, "-m", "venv", m->dir, NULL };
	const char *const without[] = { m->base, "-m", "venv", "--without-pip", m->dir, NULL };

	env_say(m, "making %s with %s", m->dir, m->base);
	if (run(m, with_pip) || (!env_stopped(m) && run(m, without)))
		return true;
	if (env_stopped(m))
		return false;
	m->out.failed = arena_printf(m->a, "%s -m venv did not make the environment", m->base);
	return false;
}

struct words {
	const char **items;
	size_t n, cap;
};

static void add(struct making_env *m, struct words *l, const char *word)
{
	*ARENA_PUSH(m->a, l) = word;
}

/* The words that install into the environment: its own pip, uv, or another pip that can. */
static void installer(struct making_env *m, struct words *l)
{
	const char *uv = on_path(m, "uv");
	bool own = false;
	struct package_set set = { .a = m->a, .store = m->s->store };
	struct place place;

	place_find(&set, m->dir, &place);
	for (size_t i = 0; i < place.sites.n; i++)
		own = own || is_there(m, join_path(m->a, place.sites.items[i].dir, "pip/__main__.py"));
	m->out.installer = own || uv == NULL ? "pip" : "uv";
	if (!own && uv != NULL) {
		add(m, l, uv);
		add(m, l, "pip");
		add(m, l, "install");
		add(m, l, "--python");
		add(m, l, m->python);
		return;
	}
	add(m, l, own ? m->python : m->base);
	add(m, l, "-m");
	add(m, l, "pip");
	if (!own) {
		add(m, l, "--python");
		add(m, l, m->python);
	}
	add(m, l, "--disable-pip-version-check");
	add(m, l, "install");
}

static const char *joined(struct making_env *m)
{
	const char *s = "";

	for (size_t i = 0; m->wanted[i] != NULL && i < 6; i++)
		s = arena_printf(m->a, "%s%s%s", s, i > 0 ? " " : "", m->wanted[i]);
	return s;
}

/* Then that "nothing was found" says nothing about the package. */
static bool is_unreachable(const struct making_env *m)
{
	static const char *const words[] = { "after connection broken by",
					     "NewConnectionError",
					     "SSLError",
					     "Temporary failure in name resolution",
					     "error sending request for url",
					     "Failed to fetch: " };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (memmem(m->output, m->noutput, words[i], strlen(words[i])) != NULL)
			return true;
	return false;
}

bool env_install(struct making_env *m)
{
	struct words l = { NULL, 0, 0 };

	if (!make_venv(m))
		return false;
	m->python = join_path(m->a, m->dir, "bin/python");
	if (!is_there(m, m->python)) {
		m->out.failed = "the environment has no interpreter";
		return false;
	}
	if (m->wanted[0] == NULL)
		return true;
	installer(m, &l);
	for (size_t i = 0; m->wanted[i] != NULL; i++)
		add(m, &l, m->wanted[i]);
	add(m, &l, NULL);
	env_say(m, "installing %s with %s", joined(m), m->out.installer);
	if (run(m, l.items))
		return true;
	if (env_stopped(m))
		return false;
	m->unreachable = is_unreachable(m);
	m->out.failed = arena_printf(m->a, "%s could not install %s%s", m->out.installer, joined(m),
				     m->unreachable ? ": it did not reach where packages come from (network, "
						      "proxy, certificates)"
						    : "");
	return false;
}

/* ---- like another -------------------------------------------------------------------------------------
 */

/* What every environment has by itself. */
static bool is_tool(const char *name)
{
	return package_same_project(name, "pip") || package_same_project(name, "setuptools") ||
	       package_same_project(name, "wheel");
}

bool env_like(struct making_env *m, const char *const **out)
{
	struct package_set set = { .a = m->a, .store = m->s->store };
	struct words l = { NULL, 0, 0 };
	struct place place;

	place_find(&set, m->request->like, &place);
	if (place.kind != PLACE_ENVIRONMENT) {
		m->out.failed = arena_printf(m->a, "%s is no environment: %s", m->request->like,
					     place_refusal(&set, m->request->like));
		return false;
	}
	place_read(&set, &place);
	for (size_t i = 0; i < set.packages.n; i++) {
		const struct package *p = set.packages.items[i];

		if (p->kind != PACKAGE_PIP || is_tool(p->name) ||
		    *p->version == '\0')
			continue;
		add(m, &l,
		    p->url != NULL ? arena_printf(m->a, "%s @ %s", p->name, p->url)
				   : arena_printf(m->a, "%s==%s", p->name, p->version));
	}
	for (size_t i = 0; m->request->packages[i] != NULL; i++)
		add(m, &l, m->request->packages[i]);
	add(m, &l, NULL);
	*out = l.items;
	if (m->s->opt.python == NULL && place.python != NULL)
		m->base = place.python;
	return true;
}
