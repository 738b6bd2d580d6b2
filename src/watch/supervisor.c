/* supervisor.c - one run of a command under the eyes of the agent. */
#include "watch/supervisor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "watch/agent/agent.h"
#include "watch/agent/agent_log.h"

#define STACK_MEMORY ((size_t)256 << 20) /* for the stacks of all crashes */

enum {
	STEP = 2 << 20,       /* bytes of the log that are made sure of at a time */
	CRASHES = 16,         /* processes that are looked at while they die */
	LOOK_EVERY = 4,       /* ticks */
	STOP_MS = 1000,       /* for a dying thread to come to its signal */
	HOLE_TICKS = 50       /* a record that stays unfinished for so long is left by somebody killed */
};

struct watch {
	char folder[AGENT_PATH_MAX];
	char audit[AGENT_PATH_MAX + 32], preload[AGENT_PATH_MAX + 32];
	struct os_shared log;
	struct agent_head *head;
	size_t seen;          /* bytes of the log that were looked through for crashes */
	size_t stuck;         /* where a record is unfinished, and since which tick */
	unsigned stuck_since;
	const struct os_command_end *end; /* of the command; its pid is known from the start on */
	struct watch_crash crashes[CRASHES];
	struct watch_stack stacks[CRASHES];
	size_t ncrashes;
	struct arena *a;      /* of what is known of crashes; NULL until there is one */
	struct strangers strangers;
	unsigned ticks;
	bool there;           /* the folder */
};

/* ---- the folder -------------------------------------------------------------------------------- */

/* What glibc puts in the place of $PLATFORM, by machine and class. */
static const struct {
	const char *name;
	bool narrow;
} platforms[] = {
#if defined(__x86_64__)
	{ "x86_64", false }, { "haswell", false }, { "xeon_phi", false },
	{ "i386", true },    { "i486", true },     { "i586", true },      { "i686", true },
#elif defined(__i386__)
	{ "i386", false },   { "i486", false },    { "i586", false },     { "i686", false },
#elif defined(__aarch64__)
	{ "aarch64", false },
#endif
};

/* glibc puts a word in the place of the token, musl takes it as the name of a folder. So one entry of
 * LD_PRELOAD is two files; the one for glibc, being no audit library there, does nothing. */
#define MUSL_FOLDER "$PLATFORM"

static int write_agent(const char *folder, const char *sub, const unsigned char *bytes, size_t n)
{
	static const char mark[] = AGENT_PATH_MARK;
	char path[AGENT_PATH_MAX + 32], log[AGENT_PATH_MAX];
	unsigned char *copy, *at;
	int err;

	snprintf(log, sizeof(log), "%s/log", folder);
	snprintf(path, sizeof(path), "%s/%s", folder, sub);
	err = os_make_folder(path);
	copy = err == 0 ? malloc(n) : NULL;
	if (copy == NULL)
		return err != 0 ? err : ENOMEM;
	memcpy(copy, bytes, n);
	at = memmem(copy, n, mark, sizeof(mark));
	if (at != NULL && (size_t)(copy + n - at) >= sizeof(log)) {
		memset(at, 0, sizeof(log));
		memcpy(at, log, strlen(log));
	}
	snprintf(path, sizeof(path), "%s/%s/agent.so", folder, sub);
	err = os_write_new(path, (struct view){ copy, n });
	free(copy);
	return err;
}

static int link_platforms(const char *folder)
{
	char path[AGENT_PATH_MAX + 32];
	int err = 0;

	for (size_t i = 0; i < sizeof(platforms) / sizeof(platforms[0]) && err == 0; i++) {
		if (platforms[i].narrow && agent32_size == 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, platforms[i].name);
		err = os_make_link(platforms[i].narrow ? "narrow" : "wide", path);
	}
	return err;
}

static int write_agents(const char *folder)
{
	int err = write_agent(folder, "wide", agent_bytes, agent_size);

	if (err == 0 && agent32_size > 0)
		err = write_agent(folder, "narrow", agent32_bytes, agent32_size);
	if (err == 0)
		err = write_agent(folder, MUSL_FOLDER, agent_musl_bytes, agent_musl_size);
	return err == 0 ? link_platforms(folder) : err;
}

static int open_log(struct watch *w, bool others)
{
	char path[AGENT_PATH_MAX + 32];
	int err;

	snprintf(path, sizeof(path), "%s/log", w->folder);
	err = os_shared_new(path, AGENT_MAPPED, others, &w->log);
	if (err == 0)
		err = os_shared_reserve(&w->log, 0, STEP);
	if (err != 0)
		return err;
	w->head = (struct agent_head *)(void *)w->log.p;
	w->head->limit = STEP;
	w->head->used = sizeof(*w->head);
	w->head->supervisor = (uint32_t)os_pid();
	w->head->magic = AGENT_MAGIC;
	w->seen = sizeof(*w->head);
	return 0;
}

/* A name that LD_AUDIT can hold, with room for what is put behind it. */
static bool is_usable(const char *parent)
{
	return parent[0] == '/' && strpbrk(parent, ":$ ") == NULL &&
	       strlen(parent) + 32 < AGENT_PATH_MAX;
}

static void remove_folder(struct watch *w)
{
	if (w->there)
		os_remove_folder(w->folder);
	w->there = false;
}

static int make_folder(struct watch *w, const char *parent)
{
	/* Processes of root may become those of others. */
	bool others = os_euid() == 0;
	int err;

	if (!is_usable(parent))
		return EINVAL;
	err = os_private_folder(parent, w->folder, sizeof(w->folder));
	if (err != 0)
		return err;
	w->there = true;
	err = others ? os_open_to_others(w->folder) : 0;
	if (err == 0)
		err = write_agents(w->folder);
	if (err == 0)
		err = open_log(w, others);
	if (err == 0)
		return 0;
	os_shared_free(&w->log);
	remove_folder(w);
	return err;
}

struct watch *watch_new(const char *const *parents, int *err)
{
	struct watch *w = calloc(1, sizeof(*w));
	int first = 0;

	*err = w != NULL ? ENOENT : ENOMEM;
	if (w == NULL)
		return NULL;
	w->log.fd = -1;
	for (; *parents != NULL; parents++) {
		*err = make_folder(w, *parents);
		if (*err == 0)
			break;
		first = first != 0 ? first : *err;
	}
	if (*err != 0) {
		*err = first != 0 ? first : *err;
		free(w);
		return NULL;
	}
	/* Without the word for the platform glibc would complain of the token. */
	snprintf(w->audit, sizeof(w->audit), "%s/%s/agent.so", w->folder,
		 os_auxv_platform() != NULL && sizeof(platforms) > 0 ? "$PLATFORM" : "wide");
	snprintf(w->preload, sizeof(w->preload), "%s/%s/agent.so", w->folder, MUSL_FOLDER);
	return w;
}

void watch_free(struct watch *w)
{
	if (w == NULL)
		return;
	remove_folder(w);
	os_shared_free(&w->log);
	arena_free(w->a);
	free(w);
}

/* ---- while it runs ------------------------------------------------------------------------------- */

/* Is it a thread of a process that has our agent in it? Numbers of a container are not ours, and anybody
 * may have written the record. 0, or why not. */
static int is_not_ours(const struct watch *w, uint32_t pid, uint32_t tid)
{
	char path[64], *maps = NULL;
	size_t n = 0;
	int err;

	snprintf(path, sizeof(path), "/proc/%u/task/%u/maps", pid, tid);
	err = os_read_all(path, 64 << 20, &maps, &n);
	if (err != 0)
		return err == ENOENT ? ESRCH : err;
	err = strstr(maps, w->folder) != NULL ? 0 : ESRCH;
	free(maps);
	return err;
}

static void answer(struct watch *w, size_t at)
{
	struct agent_record *r = (struct agent_record *)(void *)(w->log.p + at);

	__atomic_store_n(&r->answer, 1, __ATOMIC_RELEASE);
	os_wake(&r->answer);
}

static void read_stack(struct watch *w, struct watch_crash *c)
{
	struct watch_stack *stack = &w->stacks[c - w->crashes];

	if (w->a == NULL)
		w->a = arena_new(STACK_MEMORY);
	if (w->a != NULL && watch_stack(c->pid, c->tid, w->a, stack, NULL) == DLWHY_OK)
		c->stack = stack;
}

/* The thread waits for us. It is traced from here on, so that it stops where the signal strikes. */
static void look_at_crash(struct watch *w, const struct agent_record *r, size_t at)
{
	struct watch_crash *c = &w->crashes[w->ncrashes < CRASHES ? w->ncrashes : CRASHES - 1];

	*c = (struct watch_crash){ r->pid, r->tid, (int)r->flag, r->value, r->pc, 0, NULL };
	if (w->ncrashes < CRASHES)
		w->ncrashes++;
	c->trace_err = is_not_ours(w, r->pid, r->tid);
	if (c->trace_err == 0)
		c->trace_err = os_trace_begin(r->tid);
	answer(w, at);
	if (c->trace_err != 0)
		return;
	c->trace_err = os_trace_wait(r->tid, w->end->pid, c->signal, STOP_MS);
	if (c->trace_err == 0)
		read_stack(w, c);
	os_trace_end(r->tid, c->trace_err == 0 ? c->signal : 0);
}

/* The record at that place, if it is whole. */
static bool whole_record(struct view log, size_t at, struct agent_record *r)
{
	if (!view_has(log, at, sizeof(*r)) ||
	    __atomic_load_n((const uint32_t *)(const void *)(log.p + at), __ATOMIC_ACQUIRE) !=
		    AGENT_MAGIC)
		return false;
	memcpy(r, log.p + at, sizeof(*r));
	return r->size >= sizeof(*r) && (r->size & 7) == 0 && view_has(log, at, r->size);
}

/* Who was killed while it wrote left a hole; others may have written behind it. */
static bool pass_hole(struct watch *w, struct view log)
{
	struct agent_record r;
	size_t at = w->seen;

	if (w->stuck != w->seen) {
		w->stuck = w->seen;
		w->stuck_since = w->ticks;
	}
	if (w->ticks - w->stuck_since < HOLE_TICKS)
		return false;
	while (at < log.n && !whole_record(log, at, &r))
		at += 8;
	if (at >= log.n)
		return false;
	w->seen = at;
	return true;
}

/* New records up to the first that is not whole yet. */
static void look_for_crashes(struct watch *w)
{
	struct view log = watch_bytes(w);
	struct agent_record r;

	while (whole_record(log, w->seen, &r) || pass_hole(w, log)) {
		if (!whole_record(log, w->seen, &r))
			continue;
		if (r.kind == AGENT_HELLO || r.kind == AGENT_FORK)
			strangers_know(&w->strangers, r.pid);
		if (r.kind == AGENT_CRASH)
			look_at_crash(w, &r, w->seen);
		w->seen += r.size;
		log = watch_bytes(w);
	}
}

static void make_room(struct watch *w)
{
	uint32_t limit = w->head->limit;

	if (limit > AGENT_MAPPED - STEP || w->head->used < limit - STEP / 2)
		return;
	if (os_shared_reserve(&w->log, limit, STEP) == 0)
		w->head->limit = limit + STEP;
}

static void tick(void *ctx)
{
	struct watch *w = ctx;

	make_room(w);
	look_for_crashes(w);
	if (++w->ticks % LOOK_EVERY == 0)
		strangers_look(&w->strangers, w->end->pid);
}

int watch_command(struct watch *w, const char *const *argv, const char *const *env,
		  struct os_command_end *end)
{
	struct os_command c = { argv, env, tick, w };
	int err;

	w->end = end;
	err = os_command_run(&c, end);

	w->head->closed = 1;
	remove_folder(w);
	return err;
}

/* ---- afterwards ---------------------------------------------------------------------------------- */

const char *watch_folder(const struct watch *w)
{
	return w->folder;
}

const char *watch_audit(const struct watch *w)
{
	return w->audit;
}

const char *watch_preload(const struct watch *w)
{
	return w->preload;
}

struct view watch_bytes(const struct watch *w)
{
	uint32_t used = __atomic_load_n(&w->head->used, __ATOMIC_ACQUIRE);

	return (struct view){ w->log.p, used < w->head->limit && used < w->log.n ? used : w->log.n };
}

uint32_t watch_lost(const struct watch *w)
{
	return w->head->lost;
}

size_t watch_strangers(const struct watch *w, const struct watch_stranger **out)
{
	*out = w->strangers.found;
	return w->strangers.n;
}

size_t watch_crashes(const struct watch *w, const struct watch_crash **out)
{
	*out = w->crashes;
	return w->ncrashes;
}
