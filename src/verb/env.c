/* env.c - the verb `env create`: a Python environment that is proved to work, or nothing.
 *
 * The folder is made where it stays, since scripts of an environment hold its path. Until it is proved a
 * file in it says that it is not: what a killed run leaves is known by that, and the next run for the same
 * folder begins anew.
 */
#include "verb/env.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/os_watch.h"
#include "diagnose/common.h"
#include "verb/program.h"

#define ENV_MEMORY (1024u << 20)
#define UNFINISHED ".dlwhy-unfinished"

void env_say(struct making_env *m, const char *fmt, ...)
{
	va_list ap;
	const char *s;

	if (m->request->progress == NULL)
		return;
	va_start(ap, fmt);
	s = arena_vprintf(m->a, fmt, ap);
	va_end(ap);
	m->request->progress(s, m->request->progress_user);
}

/* ---- the folder ------------------------------------------------------------------------------------ */

static void count_name(const char *name, void *ctx)
{
	bool *any = ctx;

	(void)name;
	*any = true;
}

/* NULL, or why it may not be used. */
static const char *claim(struct making_env *m)
{
	const char *marker = join_path(m->a, m->dir, UNFINISHED);
	struct os_stat st;
	bool any = false;
	int err;

	if (os_stat(marker, false, &st) == 0 && st.type == OS_REGULAR) {
		env_say(m, "removing what an interrupted run left in %s", m->dir);
		os_remove_tree(m->dir);
	}
	err = os_stat(m->dir, true, &st);
	if (err == 0 && st.type != OS_DIRECTORY)
		return "it is there, and is no folder";
	if (err == 0 && (os_list(m->dir, count_name, &any) != 0 || any))
		return "it is there already, and not empty";
	if (err != 0)
		err = os_make_folder(m->dir);
	if (err == 0)
		err = os_write_new(marker, (struct view) { NULL, 0 });
	return err != 0 ? strerrordesc_np(err) : NULL;
}

/* ---- what failed ------------------------------------------------------------------------------------- */

struct text {
	const char *p;
	size_t n;
};

static int64_t read_text(void *buf, size_t n, void *user)
{
	struct text *t = user;

	if (n > t->n)
		n = t->n;
	memcpy(buf, t->p, n);
	t->p += n;
	t->n -= n;
	return (int64_t)n;
}

struct telling {
	struct making_env *m;
	dlwhy_on_result *on_result;
	void *user;
	int stop;
};

static void fill(struct making_env *m, struct dlwhy_result *r)
{
	r->verb = "env";
	r->target = m->request->dir;
	r->told = NULL;
	r->env = &m->out;
	r->loads = m->out.made ? DLWHY_YES : DLWHY_NO;
	if (r->platform.os == NULL)
		r->platform = (struct dlwhy_platform) { "linux", "none", NULL, NULL };
}

static int on_why(const struct dlwhy_result *r, size_t index, void *user)
{
	struct telling *t = user;
	struct dlwhy_result mine = *r;

	fill(t->m, &mine);
	t->stop = t->on_result(&mine, index, t->user);
	return t->stop;
}

/* A module that does not import is explained by its import, an installation by what pip printed. */
static void explain(struct telling *t)
{
	struct making_env *m = t->m;
	const struct dlwhy_env_module *last = m->out.nmodules > 0 ? m->out.modules[m->out.nmodules - 1]
								  : NULL;
	struct text text = { m->output, m->noutput };
	struct dlwhy_options opt = m->s->opt;
	struct dlwhy_session *s;

	if (last != NULL && !last->works) {
		opt.python = m->python;
		opt.program = NULL;
		s = dlwhy_session_new(&opt, NULL);
		if (s != NULL)
			dlwhy_import(s, &last->module, 1, on_why, t, NULL);
		dlwhy_session_free(s);
		return;
	}
	opt.no_look = true;
	s = dlwhy_session_new(&opt, NULL);
	if (s != NULL)
		dlwhy_explain(s, m->request->dir, read_text, &text, on_why, t, NULL);
	dlwhy_session_free(s);
}

/* ---- the verb ------------------------------------------------------------------------------------------
 */

static const char *activation(struct making_env *m)
{
	const char *shell = session_env(m->s, "SHELL"), *word = shell_quote(m->a, m->dir);

	if (shell != NULL && strcmp(base_name(shell), "fish") == 0)
		return arena_printf(m->a, "source %s/bin/activate.fish", word);
	if (shell != NULL && strstr(base_name(shell), "csh") != NULL)
		return arena_printf(m->a, "source %s/bin/activate.csh", word);
	return arena_printf(m->a, ". %s/bin/activate", word);
}

struct env_job {
	struct making_env *m;
	struct dlwhy_error *err;
	enum dlwhy_code code;
	bool claimed;
};

static void prepare(struct env_job *j)
{
	struct making_env *m = j->m;
	char *dir = source_absolute(m->s->source, m->request->dir);
	const char *why;

	m->dir = dir != NULL ? arena_strdup(m->a, dir) : m->request->dir;
	free(dir);
	m->out.dir = m->dir;
	m->output = arena_alloc(m->a, ENV_OUTPUT);
	m->wanted = m->request->packages;
	m->base = program_named(m->s, m->s->opt.python != NULL ? m->s->opt.python : "python3", m->a);
	if (m->request->like != NULL && !env_like(m, &m->wanted)) {
		j->code = err_set(j->err, DLWHY_E_ARGUMENT, 0, "%s", m->out.failed);
		return;
	}
	if (m->base[0] != '/') {
		j->code = err_set(j->err, DLWHY_E_ARGUMENT, 0,
				  "there is no %s here: name an interpreter with --python", m->base);
		return;
	}
	why = claim(m);
	j->claimed = why == NULL;
	if (why != NULL)
		j->code = err_set(j->err, DLWHY_E_ARGUMENT, 0, "%.200s cannot become an environment: %s",
				  m->request->dir, why);
}

static void create(void *ctx)
{
	struct env_job *j = ctx;
	struct making_env *m = j->m;

	prepare(j);
	if (j->code != DLWHY_OK)
		return;
	m->out.made = env_install(m) && env_prove(m);
	m->out.python = m->python;
	m->out.activate = activation(m);
}

enum dlwhy_code dlwhy_env_create(struct dlwhy_session *s, const struct dlwhy_env_request *request,
				 dlwhy_on_result *on_result, void *user, struct dlwhy_error *err)
{
	struct making_env m = { .s = s, .request = request };
	struct env_job j = { .m = &m, .err = err };
	struct telling t = { .m = &m, .on_result = on_result, .user = user };
	struct dlwhy_result r = { .target_object = -1, .links = DLWHY_UNKNOWN };

	err_clear(err);
	if (request->size < sizeof(request->size) || request->dir == NULL || *request->dir == '\0')
		return err_set(err, DLWHY_E_ARGUMENT, 0, "the folder of the environment is not named");
	if (s->opt.root != NULL || s->opt.pid != 0)
		return err_set(err, DLWHY_E_UNSUPPORTED, 0, "an environment is made on this machine alone");
	m.a = arena_new(ENV_MEMORY);
	if (m.a == NULL)
		return err_set(err, DLWHY_E_NO_MEMORY, ENOMEM, "no memory");
	if (arena_run(m.a, create, &j) != ARENA_OK)
		j.code = err_set(err, DLWHY_E_NO_MEMORY, ENOMEM, "out of memory");
	if (j.code == DLWHY_OK && !m.out.made)
		explain(&t);
	if (j.claimed && !m.out.made)
		os_remove_tree(m.dir);
	else if (j.claimed)
		os_remove_file(m.dir, UNFINISHED);
	if (j.code == DLWHY_OK && m.out.made) {
		fill(&m, &r);
		on_result(&r, 0, user);
	}
	arena_free(m.a);
	return j.code;
}
