/* run_before.c - the verb `run` before its command runs: what it is, the agent, the environment; and
 * who cannot be watched. */
#include "verb/run.h"

#include <string.h>

struct text_list {
	const char **items;
	size_t n, cap;
};

static void add_folder(struct run *run, struct text_list *l, const char *path)
{
	if (path != NULL && *path != '\0')
		*ARENA_PUSH(run->a, l) = path;
}

static const char *const *folders(struct run *run)
{
	struct text_list l = { NULL, 0, 0 };

	add_folder(run, &l, session_env(run->s, "TMPDIR"));
	add_folder(run, &l, "/tmp");
	add_folder(run, &l, "/dev/shm");
	add_folder(run, &l, session_env(run->s, "XDG_RUNTIME_DIR"));
	add_folder(run, &l, "/var/tmp");
	*ARENA_PUSH(run->a, &l) = NULL;
	return l.items;
}

static bool is_musl(const struct run *run)
{
	const struct store_entry *en = run->exec.file;
	const char *interp = en != NULL && run->exec.err == 0 ? en->file->elf.interp : NULL;

	return interp != NULL && strstr(interp, "/ld-musl-") != NULL;
}

/* Puts an entry before those that the variable has. */
static void add_entry(struct run *run, struct text_list *l, const char *name, const char *entry)
{
	size_t n = strlen(name), i = 0;
	const char *old = "";

	while (i < l->n && (strncmp(l->items[i], name, n) != 0 || l->items[i][n] != '='))
		i++;
	if (i < l->n)
		old = l->items[i] + n + 1;
	else
		ARENA_PUSH(run->a, l)[0] = NULL;
	l->items[i] = arena_printf(run->a, "%s=%s%s%s", name, entry, *old != '\0' ? ":" : "", old);
}

/* What the session has, and the agent. As it is, with all that is odd in it, unless something else was
 * asked for. */
static const char *const *environment(struct run *run)
{
	const char *const *env = run->s->other_environ ? run->s->environ : os_environ();
	struct text_list l = { NULL, 0, 0 };

	for (; env != NULL && *env != NULL; env++)
		*ARENA_PUSH(run->a, &l) = *env;
	if (run->watch != NULL)
		add_entry(run, &l, "LD_AUDIT", watch_audit(run->watch));
	if (run->watch != NULL && is_musl(run))
		add_entry(run, &l, "LD_PRELOAD", watch_preload(run->watch));
	*ARENA_PUSH(run->a, &l) = NULL;
	return l.items;
}

/* ---- the command itself ----------------------------------------------------------------------------- */

/* As execvp finds it. */
static const char *find_command(struct run *run)
{
	const char *name = run->argv[0], *list = session_env(run->s, "PATH");
	struct os_stat st;

	if (strchr(name, '/') != NULL)
		return name;
	for (; list != NULL && *list != '\0'; list += strcspn(list, ":"), list += *list == ':') {
		size_t n = strcspn(list, ":");
		const char *path = n > 0 ? arena_printf(run->a, "%.*s/%s", (int)n, list, name)
					 : arena_printf(run->a, "./%s", name);

		if (os_stat(path, true, &st) == 0 && st.type == OS_REGULAR && (st.mode & 0111) != 0)
			return path;
	}
	return NULL;
}

void run_prepare(struct run *run)
{
	run->program = find_command(run);
	if (run->program != NULL)
		exec_simulate(run->s->store, run->program, run->a, &run->exec);
	run->watch = watch_new(folders(run), &run->watch_err);
	run->env = environment(run);
}

/* Why a program has no agent; NULL: it could have one. */
static const char *why_unseen(struct run *run, const struct exec_result *x)
{
	const char *secure;

	if (x->err != 0 || x->file == NULL)
		return NULL;
	if (x->is_static)
		return arena_printf(run->a, "%s is statically linked: there is no loader to watch in it",
				    x->file->path);
	secure = exec_secure(run->s->store, x->file, run->a);
	if (secure != NULL)
		return arena_printf(run->a,
				    "%s runs with rights of its own by %s: its loader lets nobody watch",
				    x->file->path, secure);
	return NULL;
}

const char *run_why_not(struct run *run)
{
	if (run->watch == NULL)
		return arena_printf(run->a, "no folder could be made for what watches: %s",
				    strerrordesc_np(run->watch_err));
	return why_unseen(run, &run->exec);
}

static bool is_program_of(const struct run *run, const char *path)
{
	for (size_t i = 0; i < run->log.processes.n; i++)
		if (run->log.processes.items[i]->exe != NULL &&
		    strcmp(run->log.processes.items[i]->exe, path) == 0)
			return true;
	return run->exec.file != NULL && strcmp(run->exec.file->path, path) == 0;
}

static const char *stranger_words(struct run *run, const struct watch_stranger *s)
{
	struct exec_result x = { .err = 0 };

	if (s->path[0] == '\0')
		return arena_printf(run->a, "process %u is one of another user", s->pid);
	if (is_program_of(run, s->path))
		return NULL;
	exec_simulate(run->s->store, arena_strdup(run->a, s->path), run->a, &x);
	return why_unseen(run, &x);
}

void run_find_unseen(struct run *run, struct dlwhy_run *out)
{
	const struct watch_stranger *v = NULL;
	size_t n = run->watch != NULL ? watch_strangers(run->watch, &v) : 0;
	const char **words = ARENA_ARRAY(run->a, n + 1, const char *);

	for (size_t i = 0; i < n; i++) {
		const char *why = stranger_words(run, &v[i]);

		if (why != NULL)
			words[out->nunseen++] = why;
	}
	out->unseen = words;
}
