/* env_prove.c - is the new environment any good? Each native file is judged, each package imported for
 * real. */
#include <string.h>

#include "diagnose/common.h"
#include "package/place.h"
#include "verb/env.h"

enum { MAX_MODULES = 4, MAX_LISTED = 20 };

static struct dlwhy_session *session_for(const struct making_env *m, const char *after, bool prove)
{
	struct dlwhy_options opt = m->s->opt;
	struct dlwhy_session *s;

	opt.python = m->python;
	opt.after = after;
	opt.prove = prove;
	opt.program = NULL;
	s = dlwhy_session_new(&opt, NULL);
	if (s != NULL)
		s->stop = m->stop;
	return s;
}

/* ---- modules of a package ---------------------------------------------------------------------------- */

struct names {
	const char **items;
	size_t n, cap;
};

static bool is_public_name(const char *s)
{
	return *s != '_' && *s != '\0' &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == strlen(s) &&
	       !(*s >= '0' && *s <= '9');
}

static void add_name(struct making_env *m, struct names *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->items[i], name) == 0)
			return;
	if (l->n < MAX_MODULES && is_public_name(name) && strcmp(name, "tests") != 0 &&
	    strcmp(name, "test") != 0)
		*ARENA_PUSH(m->a, l) = name;
}

/* NAME/__init__.py, NAME.py, NAME.*.so at the top of site-packages. */
static void add_file(struct making_env *m, struct names *l, const struct package *p, const char *path)
{
	size_t n = strlen(p->root), first;
	const char *rest;

	if (strncmp(path, p->root, n) != 0 || path[n] != '/')
		return;
	rest = path + n + 1;
	first = strcspn(rest, "/");
	if (strcmp(rest + first, "/__init__.py") == 0)
		add_name(m, l, arena_strndup(m->a, rest, first));
	else if (rest[first] == '\0' && (strcmp(rest + strcspn(rest, "."), ".py") == 0 ||
					 (strlen(rest) > 3 && strcmp(rest + strlen(rest) - 3, ".so") == 0)))
		add_name(m, l, arena_strndup(m->a, rest, strcspn(rest, ".")));
}

static void modules_of(struct making_env *m, const struct package *p, struct names *l)
{
	for (size_t i = 0; i < p->files.n; i++)
		add_file(m, l, p, p->files.items[i].path);
}

/* ---- imports --------------------------------------------------------------------------------------------
 */

struct trial {
	struct making_env *m;
	struct dlwhy_env_module *module;
	const struct dlwhy_result *r;
};

static void take(void *ctx)
{
	struct trial *t = ctx;
	const struct dlwhy_result *r = t->r;
	const struct dlwhy_proof *p = r->proof;
	const char *said = p != NULL && p->done ? p->real : r->loader_message;

	t->module->works = p != NULL && p->done ? p->real == NULL && (p->agrees || r->loads != DLWHY_NO)
						: r->loads == DLWHY_YES;
	if (!t->module->works && said == NULL && r->nfindings > 0)
		said = r->findings[0]->summary;
	if (!t->module->works && said != NULL)
		t->module->message = arena_strdup(t->m->a, said);
}

static int on_import(const struct dlwhy_result *r, size_t index, void *user)
{
	struct trial *t = user;

	(void)index;
	t->r = r;
	return arena_run(t->m->a, take, t) == ARENA_OK ? 0 : 1;
}

static struct dlwhy_env_module *try_import(struct making_env *m, const struct package *p, const char *name)
{
	struct dlwhy_env_module *out = ARENA_NEW(m->a, struct dlwhy_env_module);
	struct trial t = { .m = m, .module = out };
	struct dlwhy_session *s = session_for(m, NULL, true);

	out->package = p->name;
	out->module = name;
	if (s != NULL)
		dlwhy_import(s, &name, 1, on_import, &t, NULL);
	dlwhy_session_free(s);
	return out;
}

/* The name of a requirement: "torch" of "torch[x]==2.5". What was asked for by a path or an address has no
 * name; installers note where it came from. */
static bool is_wanted(const struct making_env *m, const struct package *p)
{
	if (p->url != NULL)
		return true;
	for (size_t i = 0; m->wanted[i] != NULL; i++) {
		size_t n = strcspn(m->wanted[i], "[]<>=!~;@ (");

		if (n > 0 && package_same_project(arena_strndup(m->a, m->wanted[i], n), p->name))
			return true;
	}
	return false;
}

/* ---- native files
 * ----------------------------------------------------------------------------------------- */

struct judging {
	struct making_env *m;
	struct names *failing;
	const struct dlwhy_result *r;
};

static void note_failing(void *ctx)
{
	struct judging *j = ctx;

	if (j->r->loads == DLWHY_NO)
		*ARENA_PUSH(j->m->a, j->failing) = arena_strdup(j->m->a, j->r->target);
}

static int on_file(const struct dlwhy_result *r, size_t index, void *user)
{
	struct judging *j = user;

	(void)index;
	j->r = r;
	return arena_run(j->m->a, note_failing, j) == ARENA_OK ? 0 : 1;
}

static void judge(struct making_env *m, const char *after, const char *const *paths, size_t n,
		  struct names *failing)
{
	struct judging j = { .m = m, .failing = failing };
	struct dlwhy_session *s = n > 0 ? session_for(m, after, false) : NULL;

	if (s != NULL)
		dlwhy_check(s, paths, n, on_file, &j, NULL);
	dlwhy_session_free(s);
}

static bool is_native(const char *path)
{
	const char *so = strstr(base_name(path), ".so");

	return so != NULL && (so[3] == '\0' || so[3] == '.');
}

/* A file that does not load alone may do so once its package is there. */
static void judge_package(struct making_env *m, const struct package *p, const struct names *modules,
			  struct names *failing)
{
	struct names files = { NULL, 0, 0 }, alone = { NULL, 0, 0 };

	for (size_t i = 0; i < p->files.n; i++)
		if (is_native(p->files.items[i].path))
			*ARENA_PUSH(m->a, &files) = p->files.items[i].path;
	m->out.nfiles += files.n;
	judge(m, NULL, files.items, files.n, &alone);
	if (alone.n > 0 && modules->n > 0)
		judge(m, modules->items[0], alone.items, alone.n, failing);
	else
		for (size_t i = 0; i < alone.n; i++)
			*ARENA_PUSH(m->a, failing) = alone.items[i];
}

/* ---- all packages
 * -------------------------------------------------------------------------------------------- */

struct modules {
	const struct dlwhy_env_module **items;
	size_t n, cap;
};

static bool prove_package(struct making_env *m, const struct package *p, struct modules *l,
			  struct names *failing)
{
	struct names names = { NULL, 0, 0 };
	bool good = true;

	modules_of(m, p, &names);
	judge_package(m, p, &names, failing);
	if (!is_wanted(m, p))
		return true;
	for (size_t i = 0; i < names.n && good; i++) {
		struct dlwhy_env_module *one;

		env_say(m, "importing %s", names.items[i]);
		one = try_import(m, p, names.items[i]);
		*ARENA_PUSH(m->a, l) = one;
		good = one->works;
		if (!good)
			m->out.failed = arena_printf(m->a, "%s is installed, but `import %s` does not work",
						     p->name, one->module);
	}
	return good;
}

bool env_prove(struct making_env *m)
{
	struct package_set set = { .a = m->a };
	struct modules l = { NULL, 0, 0 };
	struct names failing = { NULL, 0, 0 };
	struct dlwhy_session *s = session_for(m, NULL, false); /* that sees the new files */
	struct place place;
	bool good = true;

	if (s == NULL) {
		m->out.failed = "there is too little memory to look at what was installed";
		return false;
	}
	set.store = s->store;
	place_find(&set, m->dir, &place);
	place_read(&set, &place);
	for (size_t i = 0; i < set.packages.n && good && !env_stopped(m); i++) {
		m->out.npackages += set.packages.items[i]->kind == PACKAGE_PIP;
		good = prove_package(m, set.packages.items[i], &l, &failing);
	}
	m->out.modules = l.items;
	m->out.nmodules = l.n;
	m->out.failing = failing.items;
	m->out.nfailing = failing.n;
	m->out.nlisted = failing.n < MAX_LISTED ? failing.n : MAX_LISTED;
	dlwhy_session_free(s);
	return good && !env_stopped(m);
}
