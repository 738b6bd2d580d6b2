/* env.c - the verb `env create`: a Python environment that is proved to work, or nothing.
 *
 * The folder is made where it stays, since scripts of an environment hold its path. Until it is proved a
 * file in it says that it is not: what a killed run leaves is known by that, and the next run for the same
 * folder begins anew.
 */
#include "verb/env.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/os_watch.h"
#include "base/os_write.h"
#include "diagnose/common.h"
#include "verb/program.h"

#define ENV_MEMORY (1024u << 20)
enum { MAX_ABOVE = 64 /* folders that are made for it */ };
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

/* What is known of the folder, until the end. */
struct claim {
	int lock; /* -1: none */
	bool claimed, folder_stays;
	const char *const *above; /* folders that were made for it, NULL-ended, the innermost first */
};

/* ---- the folder ------------------------------------------------------------------------------------ */

static void count_name(const char *name, void *ctx)
{
	bool *any = ctx;

	(void)name;
	*any = true;
}

bool env_stopped(struct making_env *m)
{
	bool stopped = m->stop != NULL && *m->stop != 0;

	if (stopped)
		m->out.failed = "it was interrupted";
	return stopped;
}

/* The file that marks it, locked: whoever makes the same environment at the same time finds it so, and
 * whoever comes after a kill does not. NULL, or why it cannot be had. */
static const char *lock(struct claim *c, const char *dir, bool old)
{
	char real[OS_PATH_MAX];
	struct os_facts f;
	int folder = -1, err = os_open_folder(dir, &folder, real);
	bool fresh = false;

	if (err == 0)
		err = os_new_at(folder, UNFINISHED, &c->lock);
	if (err == 0)
		fresh = true;
	else if (err == EEXIST)
		err = os_new_or_old_at(folder, UNFINISHED, &c->lock);
	if (err == 0)
		err = os_lock(c->lock);
	if (err == 0)
		err = os_facts_at(c->lock, "", &f);
	if (err == 0 && (f.nlink == 0 || (old && fresh))) { /* who made it has just ended, and it is whole */
		if (fresh)
			(void)os_unlink_at(folder, UNFINISHED);
		err = EWOULDBLOCK;
	}
	if (folder >= 0)
		os_close(folder);
	return err == EWOULDBLOCK ? "another dlwhy is making it" : err != 0 ? strerrordesc_np(err) : NULL;
}

static void remove_above(const struct claim *c)
{
	char real[OS_PATH_MAX], name[OS_NAME_MAX];

	for (size_t i = 0; c->above != NULL && c->above[i] != NULL; i++) {
		int dir = -1;

		/* If somebody has put something there meanwhile it stays. */
		if (os_open_place(c->above[i], &dir, real, name) == 0)
			(void)os_rmdir_at(dir, name);
		if (dir >= 0)
			os_close(dir);
	}
}

/* The folder, and those above it that are missing: 0 or errno. */
static int make_folder(struct making_env *m, struct claim *c)
{
	const char *missing[MAX_ABOVE + 1], *dir = m->dir;
	const char **made;
	struct os_stat st;
	size_t n = 0, k = 0;
	int err = 0;

	while (n <= MAX_ABOVE && os_stat(dir, true, &st) == ENOENT) {
		missing[n++] = dir;
		dir = dir_name(m->a, dir);
	}
	made = ARENA_ARRAY(m->a, MAX_ABOVE + 1, const char *);
	if (n > MAX_ABOVE)
		return ENAMETOOLONG;
	while (n > 1 && err == 0) {
		err = os_make_folder(missing[--n]);
		if (err == 0) {
			memmove(made + 1, made, k++ * sizeof(*made));
			made[0] = missing[n];
			c->above = made;
		}
		if (err == EEXIST)
			err = 0; /* another one has just made it */
	}
	return err == 0 ? os_make_folder(m->dir) : err;
}

/* NULL, or why it may not be used. A folder that was there before is so marked: it stays whatever happens. */
static const char *claim(struct making_env *m, struct claim *c)
{
	static const char there[] = "the folder was there\n";
	const char *marker = join_path(m->a, m->dir, UNFINISHED), *why;
	struct os_stat st;
	bool any = false, old = os_stat(marker, false, &st) == 0 && st.type == OS_REGULAR;
	int err;

	c->folder_stays = old && st.size > 0;
	err = os_stat(m->dir, false, &st);
	if (err == 0 && st.type != OS_DIRECTORY)
		return st.type == OS_SYMLINK ? "it is a link" : "it is there, and is no folder";
	if (err == 0 && !old && (os_list(m->dir, count_name, &any) != 0 || any))
		return "it is there already, and not empty";
	c->folder_stays = c->folder_stays || (err == 0 && !old);
	if (err != 0)
		err = make_folder(m, c);
	if (err != 0)
		return strerrordesc_np(err);
	why = lock(c, m->dir, old);
	c->claimed = why == NULL;
	if (c->claimed && old) {
		env_say(m, "removing what an interrupted run left in %s", m->dir);
		os_empty_tree(m->dir, UNFINISHED);
	}
	if (c->claimed && c->folder_stays)
		(void)os_pwrite(c->lock, (struct view){ (const uint8_t *)there, sizeof(there) - 1 }, 0);
	return why;
}

/* The mark goes last: a kill on the way leaves what the next run removes. */
static void end_claim(const struct making_env *m, struct claim *c)
{
	if (c->claimed && !m->out.made) {
		os_empty_tree(m->dir, UNFINISHED);
		if (!c->folder_stays)
			os_remove_tree(m->dir);
	}
	if (c->claimed && (m->out.made || c->folder_stays))
		os_remove_file(m->dir, UNFINISHED);
	if (c->lock >= 0)
		os_close(c->lock);
	if (!m->out.made)
		remove_above(c);
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
	if (m->out.made && m->out.nmodules == 0)
		r->certainty = DLWHY_LIKELY; /* nothing was there to try it by */
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
	struct claim claim;
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
	why = claim(m, &j->claim);
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

/* "./foo-1.0-py3-none-any.whl", which is not there; NULL: all files that are named are. */
static const char *missing_file(const struct dlwhy_env_request *request)
{
	struct os_stat st;

	for (size_t i = 0; request->packages != NULL && request->packages[i] != NULL; i++) {
		const char *p = request->packages[i];
		size_t n = strlen(p);
		bool path = *p == '.' || *p == '/' || (n > 4 && strcmp(p + n - 4, ".whl") == 0);

		if (path && strchr(p, '@') == NULL && strchr(p, '[') == NULL && strstr(p, "://") == NULL &&
		    os_stat(p, true, &st) != 0)
			return p;
	}
	return NULL;
}

enum dlwhy_code dlwhy_env_create(struct dlwhy_session *s, const struct dlwhy_env_request *request,
				 dlwhy_on_result *on_result, void *user, struct dlwhy_error *err)
{
	struct making_env m = { .s = s, .request = request };
	struct env_job j = { .m = &m, .err = err, .claim.lock = -1 };
	struct telling t = { .m = &m, .on_result = on_result, .user = user };
	struct dlwhy_result r = { .target_object = -1, .links = DLWHY_UNKNOWN };
	const char *missing;
	bool plain; /* there is nothing to explain */

	err_clear(err);
	if (request->size >= offsetof(struct dlwhy_env_request, stop) + sizeof(request->stop))
		m.stop = request->stop;
	if (request->size < sizeof(request->size) || request->dir == NULL || *request->dir == '\0')
		return err_set(err, DLWHY_E_ARGUMENT, 0, "the folder of the environment is not named");
	if (s->opt.root != NULL || s->opt.pid != 0)
		return err_set(err, DLWHY_E_UNSUPPORTED, 0, "an environment is made on this machine alone");
	missing = missing_file(request);
	if (missing != NULL)
		return err_set(err, DLWHY_E_ARGUMENT, ENOENT, "there is no %s", missing);
	m.a = arena_new(ENV_MEMORY);
	if (m.a == NULL)
		return err_set(err, DLWHY_E_NO_MEMORY, ENOMEM, "no memory");
	if (arena_run(m.a, create, &j) != ARENA_OK)
		j.code = err_set(err, DLWHY_E_NO_MEMORY, ENOMEM, "out of memory");
	plain = m.out.made || m.unreachable || (m.stop != NULL && *m.stop != 0);
	if (j.code == DLWHY_OK && !plain)
		explain(&t);
	end_claim(&m, &j.claim);
	if (j.code == DLWHY_OK && plain) {
		fill(&m, &r);
		on_result(&r, 0, user);
	}
	arena_free(m.a);
	return j.code;
}
