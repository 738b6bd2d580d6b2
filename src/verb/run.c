/* run.c - the verb `run`: a command runs once, and afterwards the loads that failed are explained.
 *
 * The agent tells what each process asked its loader for and what it got. What failed is done again
 * in the simulated loader, which knows why; what went well is compared with it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/os_child.h"
#include "diagnose/diagnose.h"
#include "object/elfconst.h"
#include "verb/program.h"
#include "verb/replay.h"
#include "verb/result.h"
#include "verb/run_crash.h"
#include "verb/session.h"
#include "watch/supervisor.h"

#define RUN_MEMORY ((size_t)2048 << 20) /* bytes that the analysis of one run may take */

enum {
	MAX_COMPARED = 64,  /* programs that are followed in the simulation */
	MAX_EXPLAINED = 8,  /* failures that are explained */
	STATUS_LAZY = 127   /* of a program that calls a function that nobody has */
};

/* A load that failed. */
struct failed {
	size_t process, load;     /* places in run.log and in its loads */
	size_t order;
	bool absent;              /* there is no file of that name */
	bool survived;            /* what the command is about began only after it */
	bool optional;            /* absent, and the program went on */
	bool lazy;                /* a function was called that nobody defines */
	bool crash;               /* a signal ended the process */
	bool early;               /* it exited before its program began, all being loaded */
	struct dlwhy_result *r;   /* once it is explained */
};

struct run {
	struct dlwhy_session *s;
	const char *const *argv;
	struct arena *a;
	struct watch *watch;      /* NULL: not watched */
	int watch_err;
	const char *const *env;
	struct os_command_end end;
	struct watch_log log;
	struct replay *replays;   /* one for each process of the log; zero: not simulated */
	enum replay_outcome **outcomes;
	struct replay_words *differences;
	struct {
		struct failed *items;
		size_t n, cap;
	} failed;
	struct {
		struct dlwhy_result **items;
		size_t n, cap;
	} dead;                   /* processes that died of a signal, the one that matters most first */
	struct exec_result exec;  /* of the command itself */
	const char *program;      /* its path */
	struct dlwhy_run basic;   /* how it ended, whatever else can be said */
	struct dlwhy_result r;
	struct dlwhy_error err;
};

/* ---- before ------------------------------------------------------------------------------------- */

struct text_list {
	const char **items;
	size_t n, cap;
};

static const char *join(const char *const *argv, struct arena *a)
{
	const char *s = argv[0];

	for (size_t i = 1; argv[i] != NULL; i++)
		s = arena_printf(a, "%s %s", s, argv[i]);
	return s;
}

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

static void prepare(void *ctx)
{
	struct run *run = ctx;

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

static const char *why_not_watched(struct run *run)
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

static void find_unseen(struct run *run, struct dlwhy_run *out)
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

/* ---- failures --------------------------------------------------------------------------------------- */

static bool is_child(const struct run *run, const struct watch_process *p)
{
	return (long)p->pid == run->end.pid;
}

/* Did the command end well? */
static bool went_well(const struct run *run)
{
	return run->end.failed == 0 && run->end.signal == 0 && run->end.status == 0;
}

static struct failed *add_failed(struct run *run, size_t process, size_t load)
{
	const struct watch_process *p = run->log.processes.items[process];
	struct failed *f = ARENA_PUSH(run->a, &run->failed);

	f->process = process;
	f->load = load;
	f->order = load < p->loads.n ? p->loads.items[load].order : p->order;
	return f;
}

/* When the program began that the command was in the end: shells and wrappers become another. */
static size_t last_beginning(const struct run *run)
{
	size_t order = 0;

	for (size_t i = 0; i < run->log.processes.n; i++)
		if (is_child(run, run->log.processes.items[i]))
			order = run->log.processes.items[i]->begun;
	return order;
}

/* Programs ask for what they can do without: a name that is nowhere is worth a word only where nothing
 * came after it. */
static void weigh(const struct run *run, struct failed *f)
{
	const struct watch_process *p = run->log.processes.items[f->process];

	f->survived = went_well(run) || f->order < last_beginning(run);
	f->absent = run->outcomes[f->process][f->load] == REPLAY_ABSENT;
	f->optional = f->absent && (f->survived || f->load + 1 < p->loads.n);
}

/* Is its stack known? Then explain_deaths sees to it. */
static bool was_seen_dying(const struct run *run, const struct watch_process *p)
{
	const struct watch_crash *v;
	size_t n = watch_crashes(run->watch, &v);

	for (size_t i = 0; i < n; i++)
		if (v[i].pid == p->pid && v[i].stack != NULL)
			return true;
	return false;
}

/* ld.so ends a program with that status, without a word to anybody; a shell passes it on. */
static bool may_be_lazy(const struct run *run, const struct watch_process *p)
{
	return run->end.status == STATUS_LAZY && p->began && p->ending == WATCH_UNKNOWN;
}

/* What is worth a replay with all symbols: closed at once is either of the two. */
static void find_failures(struct run *run, size_t i)
{
	const struct watch_process *p = run->log.processes.items[i];

	for (size_t k = 0; k < p->loads.n; k++) {
		enum replay_outcome o = run->outcomes[i][k];

		if (o == REPLAY_FAILED || o == REPLAY_ABSENT || o == REPLAY_CLOSED)
			weigh(run, add_failed(run, i, k));
	}
	if (p->ending == WATCH_CRASH && !was_seen_dying(run, p))
		add_failed(run, i, p->loads.n)->crash = true;
	if (is_child(run, p) && !p->began && p->ending == WATCH_UNKNOWN && run->end.signal == 0 &&
	    run->end.status != 0 && run->end.status != STATUS_LAZY && p->loads.n > 0 &&
	    run->outcomes[i][0] == REPLAY_LOADED)
		add_failed(run, i, p->loads.n)->early = true;
	if (may_be_lazy(run, p))
		add_failed(run, i, p->loads.n)->lazy = true;
}

static bool is_suspicious(const struct run *run, const struct watch_process *p)
{
	for (size_t k = 0; k < p->loads.n; k++)
		if (p->loads.items[k].nobjects == 0 || !p->loads.items[k].finished ||
		    p->loads.items[k].undone)
			return true;
	return p->ending == WATCH_CRASH || is_child(run, p) || may_be_lazy(run, p);
}

static void follow(struct run *run, size_t i)
{
	struct watch_process *p = run->log.processes.items[i];

	replay_open(run->s, p, run->watch, run->a, &run->replays[i]);
	if (run->replays[i].why_not != NULL)
		return;
	run->outcomes[i] = ARENA_ARRAY(run->a, p->loads.n + 1, enum replay_outcome);
	replay_compare(&run->replays[i], run->outcomes[i], &run->differences[i]);
	find_failures(run, i);
}

static void follow_all(struct run *run)
{
	size_t n = run->log.processes.n, done = 0;

	run->replays = ARENA_ARRAY(run->a, n + 1, struct replay);
	run->outcomes = ARENA_ARRAY(run->a, n + 1, enum replay_outcome *);
	run->differences = ARENA_ARRAY(run->a, n + 1, struct replay_words);
	for (size_t i = 0; i < n && done < MAX_COMPARED; i++) {
		if (!is_suspicious(run, run->log.processes.items[i]))
			continue;
		follow(run, i);
		done++;
	}
}

/* ---- explanations ------------------------------------------------------------------------------ */

static const struct failure *first_fatal(const struct process *p)
{
	for (size_t i = 0; i < p->trace.failures.n; i++)
		if (!p->trace.failures.items[i].lazy)
			return &p->trace.failures.items[i];
	return NULL;
}

/* It did happen: what the finding assumes was so. */
static void add_seen(struct run *run, struct dlwhy_finding *f, const char *seen)
{
	const struct dlwhy_evidence **v =
		ARENA_ARRAY(run->a, f->nevidence + 1, const struct dlwhy_evidence *);
	struct dlwhy_evidence *e = ARENA_NEW(run->a, struct dlwhy_evidence);

	f->certainty = DLWHY_PROVED;
	f->assumes = NULL;
	if (seen == NULL)
		return;
	e->kind = "fact";
	e->object = -1;
	e->offset = e->size = e->line = -1;
	e->says = seen;
	if (f->nevidence > 0)
		memcpy(v, f->evidence, f->nevidence * sizeof(*v));
	v[f->nevidence++] = e;
	f->evidence = v;
}

static void set_findings(struct run *run, struct dlwhy_result *r, const struct diagnose_input *in,
			 const char *seen)
{
	struct diagnosis d = { .certainty = DLWHY_PROVED };
	const struct dlwhy_finding **v;

	diagnose(in, run->a, &d);
	v = ARENA_ARRAY(run->a, d.nfindings + 1, const struct dlwhy_finding *);
	for (size_t i = 0; i < d.nfindings; i++) {
		struct dlwhy_finding *f = ARENA_NEW(run->a, struct dlwhy_finding);

		*f = *d.findings[i];
		if (i == 0 && f->severity == DLWHY_ERROR && seen != NULL)
			add_seen(run, f, seen);
		v[i] = f;
	}
	r->findings = v;
	r->nfindings = d.nfindings;
	r->certainty = d.nfindings > 0 ? v[0]->certainty : DLWHY_PROVED;
	r->hint = d.hint;
}

static void set_platform(struct dlwhy_result *r, const struct world *w)
{
	r->platform.os = "linux";
	r->platform.loader = loader_name(w->kind);
	r->platform.loader_version = w->install.version;
	r->platform.machine = elf_machine_name(w->machine);
}

static struct dlwhy_result *new_result(struct run *run, const struct replay *rp, const char *target)
{
	struct dlwhy_result *r = ARENA_NEW(run->a, struct dlwhy_result);

	r->verb = "run";
	r->target = target;
	set_platform(r, rp->w);
	r->host = arena_printf(run->a, "process %u, %s", rp->seen->pid, rp->seen->exe);
	r->target_object = -1;
	r->loads = DLWHY_NO;
	return r;
}

static void explain_start(struct run *run, struct failed *f, struct replay *rp)
{
	struct process *p = replay_until(rp, 0, NULL, 0);
	const struct failure *first = first_fatal(p);
	struct dlwhy_result *r;
	struct diagnose_input in = { .world = rp->w, .process = p, .target = rp->seen->exe,
				     .target_path = rp->seen->exe, .is_program = true,
				     .exec = &rp->exec, .root = p->program, .host = "the kernel",
				     .opener = p };

	if (first == NULL)
		return;
	r = f->r = new_result(run, rp, rp->seen->exe);
	r->is_program = true;
	if (p->trace.lines.n > 0)
		r->loader_message = p->trace.lines.items[0];
	r->loader_lines = p->trace.lines.items + (p->trace.lines.n > 0);
	r->nloader_lines = p->trace.lines.n - (p->trace.lines.n > 0);
	result_objects(r, &rp->s.opt, p, p->program, run->a);
	set_findings(run, r, &in,
		     arena_printf(run->a, "seen in the run: process %u did not start", rp->seen->pid));
}

/* The line that ld.so prints before it ends the program (_dl_signal_error in _dl_fixup). */
static const char *lazy_message(const struct run *run, const struct replay *rp, const struct failure *f)
{
	return arena_printf(run->a, "%s: symbol lookup error: %s: %s", rp->seen->argv[0],
			    *f->object != '\0' ? f->object : rp->seen->argv[0],
			    f->string != NULL ? f->string : "");
}

/* It called a function that nobody has. Where there are several, which of them is not known. */
static void explain_lazy(struct run *run, struct failed *f, struct replay *rp)
{
	struct process *p = replay_lazily(rp, run->outcomes[f->process]);
	const struct failure_list *l = &p->trace.failures;
	struct dlwhy_result *r;
	struct diagnose_input in = { .world = rp->w, .process = p, .target = rp->seen->exe,
				     .target_path = rp->seen->exe, .is_program = true,
				     .exec = &rp->exec, .root = p->program, .host = "the kernel",
				     .opener = p };

	if (l->n == 0 || first_fatal(p) != NULL || rp->seen->argc == 0)
		return;
	r = f->r = new_result(run, rp, rp->seen->exe);
	r->is_program = true;
	r->loader_message = lazy_message(run, rp, &l->items[0]);
	result_objects(r, &rp->s.opt, p, p->program, run->a);
	set_findings(run, r, &in,
		     l->n > 1 ? NULL :
				arena_printf(run->a,
					     "seen in the run: process %u ended without a word to its "
					     "loader, and the command with status %d",
					     rp->seen->pid, STATUS_LAZY));
}

static void explain_open(struct run *run, struct failed *f, struct replay *rp)
{
	const struct watch_load *l = &rp->seen->loads.items[f->load];
	struct process *p = replay_until(rp, f->load, run->outcomes[f->process], OPEN_LAZY);
	size_t first_request = p->trace.requests.n;
	struct image *im = replay_load(rp, p, f->load, 0);
	struct dlwhy_result *r;
	struct diagnose_input in = { .world = rp->w, .process = p, .target = l->name,
				     .target_path = l->name, .first_request = first_request,
				     .opener = p };

	if (im != NULL || first_fatal(p) == NULL)
		return;
	loader_shadowed(p, first_request);
	r = f->r = new_result(run, rp, l->name);
	in.host = r->host;
	for (size_t i = 0; i < p->images.n && in.root == NULL; i++)
		if (!p->images.items[i]->is_host && p->images.items[i]->request != NULL &&
		    strcmp(p->images.items[i]->request->name, l->name) == 0)
			in.root = p->images.items[i];
	r->loader_message = first_fatal(p)->message;
	result_objects(r, &rp->s.opt, p, in.root, run->a);
	set_findings(run, r, &in, arena_printf(run->a, "seen in the run: process %u could not open %s",
						rp->seen->pid, l->name));
}

/* All went well with its loads, and then it died, or ended too early: the process as it was. */
static void explain_crash(struct run *run, struct failed *f, struct replay *rp)
{
	struct process *p = replay_until(rp, f->load, run->outcomes[f->process], OPEN_LAZY);
	struct dlwhy_result *r = new_result(run, rp, rp->seen->exe);
	struct diagnose_input in = { .world = rp->w, .process = p, .target = rp->seen->exe,
				     .target_path = rp->seen->exe, .is_program = true,
				     .exec = &rp->exec, .root = p->program, .host = "the kernel",
				     .opener = p, .exited_early = f->early };

	r->loads = DLWHY_YES;
	r->is_program = true;
	result_objects(r, &rp->s.opt, p, p->program, run->a);
	set_findings(run, r, &in, NULL);
	if (r->nfindings > 0)
		f->r = r;
}

static void explain(struct run *run, struct failed *f)
{
	struct replay *rp = &run->replays[f->process];

	if (f->crash || f->early)
		explain_crash(run, f, rp);
	else if (f->lazy)
		explain_lazy(run, f, rp);
	else if (f->load == 0)
		explain_start(run, f, rp);
	else
		explain_open(run, f, rp);
}

/* Before another: what the program could not do without, and then what came last. */
static bool before(const struct run *run, const struct failed *x, const struct failed *y)
{
	bool x_child = is_child(run, run->log.processes.items[x->process]);
	bool y_child = is_child(run, run->log.processes.items[y->process]);

	if (x->optional != y->optional)
		return y->optional;
	if (x_child != y_child)
		return x_child;
	return x->order > y->order;
}

static void sort_failed(struct run *run)
{
	for (size_t i = 1; i < run->failed.n; i++) {
		struct failed f = run->failed.items[i];
		size_t k = i;

		for (; k > 0 && before(run, &f, &run->failed.items[k - 1]); k--)
			run->failed.items[k] = run->failed.items[k - 1];
		run->failed.items[k] = f;
	}
}

/* Has the same been explained already? Programs ask again and again. */
static bool is_known(const struct run *run, size_t n)
{
	const struct failed *f = &run->failed.items[n];
	const struct watch_process *p = run->log.processes.items[f->process];

	for (size_t i = 0; i < n; i++) {
		const struct failed *g = &run->failed.items[i];
		const struct watch_process *q = run->log.processes.items[g->process];

		if (g->r != NULL && f->load > 0 && g->load > 0 && !f->lazy && !g->lazy &&
		    !f->crash && !g->crash && !f->early && !g->early &&
		    strcmp(p->loads.items[f->load].name, q->loads.items[g->load].name) == 0 &&
		    strcmp(p->exe, q->exe) == 0)
			return true;
	}
	return false;
}

static void explain_all(struct run *run)
{
	size_t done = 0;

	sort_failed(run);
	for (size_t i = 0; i < run->failed.n && done < MAX_EXPLAINED; i++) {
		struct failed *f = &run->failed.items[i];

		if ((f->absent && f->survived && !run->s->opt.probes) || is_known(run, i))
			continue;
		explain(run, f);
		done += f->r != NULL;
	}
}

/* ---- the result -------------------------------------------------------------------------------- */

static const char *ending_word(enum watch_ending e)
{
	switch (e) {
	case WATCH_EXIT: return "exit";
	case WATCH_EXEC: return "exec";
	case WATCH_CRASH: return "signal";
	default: return "unknown";
	}
}

static const char *outcome_word(enum replay_outcome o)
{
	static const char *const words[] = { "loaded", "there-already", "failed", "failed",
					     "closed", "unknown" };

	return words[o];
}

/* Without a simulation: what was seen alone. */
static enum replay_outcome outcome_seen(const struct watch_load *l)
{
	if (l->nobjects == 0)
		return REPLAY_UNKNOWN;
	return l->undone ? REPLAY_CLOSED : l->finished ? REPLAY_LOADED : REPLAY_FAILED;
}

static const char *message_of(const struct run *run, size_t process, size_t load)
{
	for (size_t i = 0; i < run->failed.n; i++) {
		const struct failed *f = &run->failed.items[i];

		if (f->process == process && f->load == load && f->r != NULL)
			return f->r->loader_message;
	}
	return NULL;
}

static const struct dlwhy_run_load *load_result(struct run *run, size_t process, size_t n)
{
	const struct watch_process *p = run->log.processes.items[process];
	const struct watch_load *l = &p->loads.items[n];
	const struct watch_mapped *by = watch_by_cookie(p, l->by);
	struct dlwhy_run_load *out = ARENA_NEW(run->a, struct dlwhy_run_load);
	const char **v = ARENA_ARRAY(run->a, l->nobjects + 1, const char *);

	for (size_t i = 0; i < l->nobjects; i++) {
		const char *name = p->objects.items[l->object0 + i].name;

		v[i] = *name != '\0' ? name : p->exe != NULL ? p->exe : "";
	}
	out->name = l->name;
	if (by != NULL)
		out->by = *by->name != '\0' ? by->name : p->exe;
	out->message = message_of(run, process, n);
	out->outcome = outcome_word(run->outcomes[process] != NULL ? run->outcomes[process][n]
								   : outcome_seen(l));
	if (out->message != NULL)
		out->outcome = "failed";
	out->objects = v;
	out->nobjects = l->nobjects;
	return out;
}

static const struct dlwhy_run_process *process_result(struct run *run, size_t i)
{
	const struct watch_process *p = run->log.processes.items[i];
	struct dlwhy_run_process *out = ARENA_NEW(run->a, struct dlwhy_run_process);
	const struct dlwhy_run_load **v =
		ARENA_ARRAY(run->a, p->loads.n + 1, const struct dlwhy_run_load *);

	for (size_t k = 0; k < p->loads.n; k++)
		v[k] = load_result(run, i, k);
	out->pid = p->pid;
	out->parent = p->parent;
	out->program = p->exe;
	out->argv = p->argv;
	out->nargv = p->argc;
	out->ending = ending_word(p->ending);
	out->signal = p->ending == WATCH_CRASH ? p->signal : 0;
	out->forked = p->forked;
	out->started = p->began;
	out->loads = v;
	out->nloads = p->loads.n;
	out->differences = run->differences[i].items;
	out->ndifferences = run->differences[i].n;
	out->compared = run->outcomes[i] != NULL;
	return out;
}

static void fill_run(struct run *run)
{
	struct dlwhy_run *out = ARENA_NEW(run->a, struct dlwhy_run);
	const struct dlwhy_run_process **v =
		ARENA_ARRAY(run->a, run->log.processes.n + 1, const struct dlwhy_run_process *);
	char name[24];

	*out = run->basic;
	out->found = run->program != NULL && run->exec.err != ENOENT;
	for (size_t i = 0; i < run->log.processes.n; i++)
		v[i] = process_result(run, i);
	if (out->signal != 0)
		out->signal_name = arena_strdup(
			run->a, os_signal_name(out->signal, name, sizeof(name)));
	out->processes = v;
	out->nprocesses = run->log.processes.n;
	out->why_not = why_not_watched(run);
	find_unseen(run, out);
	out->watched = run->watch != NULL && run->log.processes.n > 0;
	out->lost = run->watch != NULL ? watch_lost(run->watch) : 0;
	run->r.run = out;
}

/* The kernel did not start it. */
static void explain_exec(struct run *run)
{
	struct dlwhy_result *r = &run->r;
	struct diagnose_input in = { .target = run->argv[0], .target_path = run->program,
				     .is_program = true, .exec = &run->exec, .store = run->s->store };

	r->is_program = true;
	r->loads = DLWHY_NO;
	r->platform.loader = "none";
	r->platform.machine = elf_machine_name(cpu_host_machine());
	if (run->program == NULL)
		r->loader_message = arena_printf(run->a, "%s: command not found", run->argv[0]);
	else
		r->loader_message = run->exec.message;
	if (run->exec.err != 0)
		set_findings(run, r, &in, "seen in the run: the system did not start it");
}

/* ---- deaths by a signal ------------------------------------------------------------------------ */

/* The last program of that number, SIZE_MAX if no agent was in it. */
static size_t process_of(const struct run *run, uint32_t pid)
{
	for (size_t i = run->log.processes.n; i-- > 0;)
		if (run->log.processes.items[i]->pid == pid)
			return i;
	return SIZE_MAX;
}

static void explain_death(struct run *run, const struct watch_crash *c)
{
	struct run_dead dead = { .crash = c };
	struct dlwhy_result *r;
	size_t i = process_of(run, c->pid);

	if (i != SIZE_MAX) {
		dead.seen = run->log.processes.items[i];
		if (run->replays[i].seen != NULL && run->replays[i].why_not == NULL) {
			dead.replay = &run->replays[i];
			dead.outcomes = run->outcomes[i];
		}
	}
	r = run_crash_explain(run->s, &dead, run->a);
	if (r->nfindings > 0)
		*ARENA_PUSH(run->a, &run->dead) = r;
}

/* The command itself first, then the others, the last one first. A command that ends well has coped
 * with the death of others. */
static void explain_deaths(struct run *run)
{
	const struct watch_crash *v;
	size_t n = run->watch != NULL ? watch_crashes(run->watch, &v) : 0;

	if (went_well(run))
		return;
	for (int others = 0; others < 2; others++)
		for (size_t i = n; i-- > 0 && run->dead.n < MAX_EXPLAINED;)
			if (v[i].stack != NULL && ((long)v[i].pid != run->end.pid) == others &&
			    (others != 0 || run->end.signal != 0))
				explain_death(run, &v[i]);
}

/* The object that has an address in a process; NULL: none is known. */
static const char *object_at(const struct run *run, const struct watch_process *p, uint64_t address)
{
	const struct watch_mapped *best = NULL;
	const struct store_entry *en;
	const char *name;

	for (size_t i = 0; i < p->objects.n; i++) {
		const struct watch_mapped *o = &p->objects.items[i];

		if (!o->closed && o->address <= address && (best == NULL || o->address > best->address))
			best = o;
	}
	name = best == NULL ? NULL : best->name[0] != '\0' ? best->name : p->exe;
	en = name != NULL && name[0] == '/' ? store_open(run->s->store, name) : NULL;
	if (en == NULL || en->err != 0 || en->file->kind != FILE_ELF ||
	    address - best->address >= en->file->elf.load_end)
		return NULL;
	return name;
}

/* Nobody could look at the command while it died: what is known all the same. */
static void explain_unread(struct run *run)
{
	const struct watch_crash *v = NULL;
	size_t n = run->watch != NULL && run->end.signal != 0 ? watch_crashes(run->watch, &v) : 0;

	for (size_t i = 0; i < n; i++) {
		size_t k = process_of(run, v[i].pid);
		const char *object;

		if ((long)v[i].pid != run->end.pid || v[i].stack != NULL || v[i].trace_err == 0)
			continue;
		object = k != SIZE_MAX ? object_at(run, run->log.processes.items[k], v[i].pc) : NULL;
		run->r.hint = arena_printf(
			run->a, "It died at 0x%llx%s%s; its stack could not be read: %s.",
			(unsigned long long)v[i].pc, object != NULL ? " in " : "",
			object != NULL ? object : "", strerrordesc_np(v[i].trace_err));
	}
}

/* ---- all together ------------------------------------------------------------------------------ */

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

static void fill_result(struct run *run)
{
	struct result_list others = { NULL, 0, 0 };

	for (size_t i = 0; i < run->dead.n; i++)
		add_result(run, &others, run->dead.items[i]);
	for (size_t i = 0; i < run->failed.n; i++)
		add_result(run, &others, run->failed.items[i].r);
	run->r.members = others.items;
	run->r.nmembers = others.n;
	explain_unread(run);
}

/* musl's loader calls nobody before all is loaded and bound. */
static bool ended_before_agent(const struct run *run)
{
	const struct exec_result *x = &run->exec;

	for (size_t i = 0; i < run->log.processes.n; i++)
		if (is_child(run, run->log.processes.items[i]))
			return false;
	return run->watch != NULL && !went_well(run) && run->end.failed == 0 && x->err == 0 &&
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
	follow_all(run);
	explain_all(run);
	explain_deaths(run);
	fill_run(run);
	if (run->end.failed != 0)
		explain_exec(run);
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
	on_result(&run.r, 0, user);
	close_run(&run);
	return DLWHY_OK;
}

void dlwhy_die_by(int signal)
{
	os_die_by(signal);
}
