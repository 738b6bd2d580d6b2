/* run.c - the verb `run`: a command runs once, and afterwards the loads that failed are explained.
 *
 * The agent tells what each process asked its loader for and what it got. What failed is done again
 * in the simulated loader, which knows why; what went well is compared with it.
 */
#include "verb/run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "verb/installed.h"

#define RUN_MEMORY ((size_t)2048 << 20) /* bytes that the analysis of one run may take */

static const char *join(const char *const *argv, struct arena *a)
{
	const char *s = argv[0];

	for (size_t i = 1; argv[i] != NULL; i++)
		s = arena_printf(a, "%s %s", s, argv[i]);
	return s;
}

static void prepare(void *ctx)
{
	run_prepare(ctx);
}

struct result_list {
	const struct dlwhy_result **items;
	size_t n, cap;
};

/* The first explanation is the answer; the others stand beside it. */
static void add_result(struct run *run, struct result_list *others, const struct dlwhy_result *r)
{
	const struct dlwhy_run *out = run->r.run;
	const char *target = run->r.target;

	if (r == NULL)
		return;
	if (run->r.findings != NULL) {
		*ARENA_PUSH(run->a, others) = r;
		return;
	}
	run->r = *r;
	run->r.target = target;
	run->r.run = out;
}

/* Whose loader started the command. */
static void set_platform(struct run *run)
{
	const struct exec_result *x = &run->exec;
	const struct elf *e = x->err == 0 && x->file != NULL ? &x->file->file->elf : NULL;
	const struct world *w;

	if (e == NULL || strcmp(run->r.platform.loader, "none") != 0)
		return;
	run->r.platform.machine = elf_machine_name(e->machine);
	if (x->is_static)
		return;
	w = session_world(run->s, e->machine, e->is64, e->big_endian, e->flags, e->interp, NULL);
	if (w == NULL)
		return;
	run->r.platform.loader = loader_name(w->kind);
	run->r.platform.loader_version = w->install.version;
}

static void fill_result(struct run *run)
{
	struct result_list others = { NULL, 0, 0 };

	for (size_t i = 0; i < run->dead.n; i++)
		add_result(run, &others, run->dead.items[i]);
	for (size_t i = 0; i < run->failed.n; i++)
		add_result(run, &others, run->failed.items[i].r);
	run->r.members = others.items;
	run->r.nmembers = others.n;
	set_platform(run);
	run_explain_unread(run);
}

/* musl's loader calls nobody before all is loaded and bound. */
static bool ended_before_agent(const struct run *run)
{
	const struct exec_result *x = &run->exec;

	for (size_t i = 0; i < run->log.processes.n; i++)
		if (run_is_command(run, run->log.processes.items[i]))
			return false;
	return run->watch != NULL && !run_went_well(run) && run->end.failed == 0 && x->err == 0 &&
	       x->file != NULL && !x->is_static && exec_secure(run->s->store, x->file, run->a) == NULL;
}

static void add_command(struct run *run)
{
	struct watch_process *p = watch_add(&run->log, (uint32_t)run->end.pid, run->a);
	size_t n = 0;

	if (p == NULL)
		return;
	while (run->argv[n] != NULL)
		n++;
	p->argv = ARENA_ARRAY(run->a, n + 1, const char *);
	memcpy(p->argv, run->argv, n * sizeof(*p->argv));
	p->argc = n;
	p->exe = run->exec.file->path;
	p->bits = run->exec.file->file->elf.is64 ? 64 : 32;
	for (const char *const *env = run->env; *env != NULL; env++)
		if (strncmp(*env, "LD_", 3) == 0 || strncmp(*env, "GLIBC_TUNABLES=", 15) == 0)
			*ARENA_PUSH(run->a, &p->env) = *env;
}

static void analyse(void *ctx)
{
	struct run *run = ctx;

	run->r.verb = "run";
	run->r.target = join(run->argv, run->a);
	run->r.platform.os = "linux";
	run->r.platform.loader = "none";
	run->r.loads = DLWHY_YES;
	run->r.target_object = -1;
	if (run->watch != NULL)
		watch_read(watch_bytes(run->watch), watch_folder(run->watch), run->a, &run->log);
	if (ended_before_agent(run))
		add_command(run);
	run_follow(run);
	run_explain(run);
	run_explain_deaths(run);
	run_fill(run);
	if (run->end.failed != 0)
		run_explain_exec(run);
	else
		fill_result(run);
}

static void set_error(struct run *run, const char *why)
{
	err_set(&run->err, DLWHY_E_NO_MEMORY, ENOMEM, "%s", why);
	memset(&run->r, 0, sizeof(run->r));
	run->r.verb = "run";
	run->r.target = run->argv[0];
	run->r.platform.os = "linux";
	run->r.loads = DLWHY_UNKNOWN;
	run->r.error = &run->err;
	run->r.run = &run->basic;
	run->r.target_object = -1;
}

static void close_run(struct run *run)
{
	for (size_t i = 0; run->replays != NULL && i < run->log.processes.n; i++)
		if (run->replays[i].seen != NULL)
			replay_close(&run->replays[i]);
	watch_free(run->watch);
	arena_free(run->a);
}

static int run_command(struct run *run)
{
	struct os_command c = { run->argv, run->env, NULL, NULL };

	if (run->watch != NULL)
		return watch_command(run->watch, run->argv, run->env, &run->end);
	return os_command_run(&c, &run->end);
}

enum dlwhy_code dlwhy_run(struct dlwhy_session *s, const char *const *argv,
			  dlwhy_on_result *on_result, void *user, struct dlwhy_error *err)
{
	struct run run = { .s = s, .argv = argv };
	struct dlwhy_result *result = &run.r;
	struct arena *lists = NULL;
	int e;

	err_clear(err);
	if (argv[0] == NULL || *argv[0] == '\0')
		return err_set(err, DLWHY_E_ARGUMENT, 0, "there is no command to run");
	if (s->opt.root != NULL || s->opt.pid != 0)
		return err_set(err, DLWHY_E_ARGUMENT, 0, "a command runs on this machine, here and now");
	run.a = arena_new(RUN_MEMORY);
	if (run.a == NULL || arena_run(run.a, prepare, &run) != ARENA_OK) {
		close_run(&run);
		return err_set(err, DLWHY_E_NO_MEMORY, ENOMEM, "out of memory");
	}
	e = run_command(&run);
	if (e != 0) {
		close_run(&run);
		return err_set(err, DLWHY_E_IO, e, "no process can be started: %s", strerrordesc_np(e));
	}
	run.basic.started = run.end.failed == 0;
	run.basic.signal = run.end.signal;
	run.basic.exit_status = run.end.signal != 0 || run.end.failed != 0 ? -1 : run.end.status;
	if (arena_run(run.a, analyse, &run) != ARENA_OK)
		set_error(&run, "out of memory while the run was explained");
	installed_name(s, &lists, &result, 1);
	on_result(&run.r, 0, user);
	close_run(&run);
	arena_free(lists);
	return DLWHY_OK;
}

void dlwhy_die_by(int signal)
{
	os_die_by(signal);
}
