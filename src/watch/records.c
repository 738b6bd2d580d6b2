/* records.c - from the agents' log to processes and what was loaded in each. */
#include "watch/records.h"

#include <string.h>

#include "watch/agent/agent_log.h"

enum {
	MAX_PROCESSES = 1 << 16,
	LIST_BITS = 12,
	LA_ACT_CONSISTENT = 0, LA_ACT_ADD = 1, LA_ACT_DELETE = 2
};

struct reading {
	const char *own;
	struct watch_log *log;
	struct arena *a;
	size_t order;
};

/* ---- processes ---------------------------------------------------------------------------------- */

static struct watch_process **list_of(const struct watch_log *log, uint32_t pid)
{
	return &log->by_pid[(pid * 2654435761u) >> (32 - LIST_BITS)]; /* Knuth's multiplicative hash */
}

static struct watch_process *last_of(const struct watch_log *log, uint32_t pid)
{
	struct watch_process *p = log->by_pid != NULL ? *list_of(log, pid) : NULL;

	while (p != NULL && p->pid != pid)
		p = p->next;
	return p;
}

/* Before all others of that number. */
static void remember(struct reading *rd, struct watch_process *p)
{
	struct watch_process **list;

	if (rd->log->by_pid == NULL)
		rd->log->by_pid = ARENA_ARRAY(rd->a, (size_t)1 << LIST_BITS, struct watch_process *);
	list = list_of(rd->log, p->pid);
	p->next = *list;
	*list = p;
}

static struct watch_process *add_process(struct reading *rd, uint32_t pid)
{
	struct watch_process *p;

	if (rd->log->processes.n >= MAX_PROCESSES)
		return NULL;
	p = ARENA_NEW(rd->a, struct watch_process);
	p->pid = pid;
	*ARENA_PUSH(rd->a, &rd->log->processes) = p;
	remember(rd, p);
	return p;
}

static struct watch_process *begin_program(struct reading *rd, const struct agent_record *r)
{
	struct watch_process *before = last_of(rd->log, r->pid);
	struct watch_process *p = add_process(rd, r->pid);
	struct watch_load *start;

	if (p == NULL)
		return NULL;
	if (before != NULL && before->ending == WATCH_UNKNOWN)
		before->ending = WATCH_EXEC;
	p->parent = (uint32_t)r->value;
	p->bits = r->flag == 32 ? 32 : 64;
	p->begun = rd->order;
	start = ARENA_PUSH(rd->a, &p->loads);
	start->tid = r->tid;
	p->busy = true;
	return p;
}

static void *copy(struct arena *a, const void *from, size_t n, size_t size)
{
	void *to = arena_array(a, n + 1, size);

	if (n > 0)
		memcpy(to, from, n * size);
	return to;
}

/* A child has what its parent had. */
static struct watch_process *begin_fork(struct reading *rd, const struct agent_record *r)
{
	uint64_t from = r->kind == AGENT_CRASH ? r->cookie : r->value;
	const struct watch_process *parent = last_of(rd->log, (uint32_t)from);
	struct watch_process *p = add_process(rd, r->pid), *next;

	if (p == NULL || parent == NULL)
		return p;
	next = p->next;
	*p = *parent;
	p->next = next;
	p->pid = r->pid;
	p->parent = parent->pid;
	p->forked = true;
	p->begun = rd->order;
	p->ending = WATCH_UNKNOWN;
	p->objects.items = copy(rd->a, parent->objects.items, parent->objects.n,
				sizeof(*p->objects.items));
	p->objects.cap = parent->objects.n;
	p->loads.items = copy(rd->a, parent->loads.items, parent->loads.n, sizeof(*p->loads.items));
	p->loads.cap = parent->loads.n;
	return p;
}

/* ---- what happened ------------------------------------------------------------------------------ */

const struct watch_mapped *watch_by_cookie(const struct watch_process *p, uint64_t cookie)
{
	for (size_t i = p->objects.n; i-- > 0;)
		if (p->objects.items[i].cookie == cookie)
			return &p->objects.items[i];
	return NULL;
}

static struct watch_load *current(struct watch_process *p)
{
	return p->loads.n > 0 ? &p->loads.items[p->loads.n - 1] : NULL;
}

/* While nothing is being loaded, the first name that is searched for is that of a dlopen. */
static void search(struct reading *rd, struct watch_process *p, const struct agent_record *r,
		   const char *name)
{
	struct watch_load *l;

	if (!p->busy) {
		l = ARENA_PUSH(rd->a, &p->loads);
		l->name = name;
		l->by = r->cookie;
		l->tid = r->tid;
		l->object0 = p->objects.n;
		l->cwd = name[0] != '/' && strchr(name, '/') != NULL ? p->cwd : NULL;
	} else if ((l = current(p)) == NULL) {
		return;
	}
	l->order = rd->order;
	l->last = name;
	l->last_by = r->cookie;
}

static void open_object(struct reading *rd, struct watch_process *p, const struct agent_record *r,
			const char *name)
{
	struct watch_load *l = current(p);
	struct watch_mapped *o;

	if (rd->own != NULL && strncmp(name, rd->own, strlen(rd->own)) == 0)
		return;
	/* Of a dlmopen into a new namespace no name is told. */
	if (l != NULL && !l->called && (l->finished || l->undone)) {
		l = ARENA_PUSH(rd->a, &p->loads);
		l->name = name;
		l->tid = r->tid;
		l->order = rd->order;
		l->object0 = p->objects.n;
	}
	o = ARENA_PUSH(rd->a, &p->objects);
	o->cookie = r->cookie;
	o->address = r->value;
	o->name = name;
	o->space = r->flag;
	if (l != NULL)
		l->nobjects = p->objects.n - l->object0;
}

static void close_object(struct watch_process *p, const struct agent_record *r)
{
	struct watch_load *l = current(p);
	/* Namespaces are taken apart before a program ends. */
	bool all = l != NULL && l->nobjects > 0 && l->name != NULL &&
		   p->objects.items[l->object0].space == 0;

	for (size_t i = p->objects.n; i-- > 0;)
		if (p->objects.items[i].cookie == r->cookie && !p->objects.items[i].closed) {
			p->objects.items[i].closed = true;
			if (p->objects.items[i].name[0] == '\0' && p->objects.items[i].space == 0)
				p->ending = WATCH_EXIT;
			break;
		}
	for (size_t i = 0; all && i < l->nobjects; i++)
		all = p->objects.items[l->object0 + i].closed;
	if (all && p->ending != WATCH_EXIT)
		l->undone = true;
}

static void activity(struct watch_process *p, const struct agent_record *r)
{
	struct watch_load *l = current(p);

	if (r->flag == LA_ACT_ADD)
		p->busy = true;
	if (r->flag != LA_ACT_CONSISTENT)
		return;
	p->busy = false;
	if (l != NULL && !l->undone)
		l->finished = true;
}

static void words(struct reading *rd, struct watch_process *p, const char *text, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += text[i] == '\0';
	p->argv = ARENA_ARRAY(rd->a, count + 2, const char *);
	p->argc = 0;
	for (size_t i = 0; i < n; i += strlen(text + i) + 1)
		p->argv[p->argc++] = text + i;
}

/* musl: the agent stands in the place of dlopen. */
static void called(struct reading *rd, struct watch_process *p, const struct agent_record *r,
		   const char *text)
{
	struct watch_load *l = ARENA_PUSH(rd->a, &p->loads);

	l->name = text;
	l->tid = r->tid;
	l->mode = r->flag;
	l->call = r->cookie;
	l->called = true;
	l->object0 = p->objects.n;
	l->order = rd->order;
	l->cwd = text[0] != '/' && strchr(text, '/') != NULL ? p->cwd : NULL;
}

/* Constructors may call dlopen again: the innermost ends first. */
static void returned(struct watch_process *p, const struct agent_record *r)
{
	for (size_t i = p->loads.n; i-- > 0;) {
		struct watch_load *l = &p->loads.items[i];

		if (!l->called || l->ended || l->tid != r->tid || l->call != r->cookie)
			continue;
		l->ended = true;
		l->succeeded = l->finished = r->flag != 0;
		return;
	}
}

static void crash(struct watch_process *p, const struct agent_record *r)
{
	p->ending = WATCH_CRASH;
	p->signal = (int)r->flag;
	p->fault = r->value;
	p->pc = r->pc;
}

static void happened(struct reading *rd, struct watch_process *p, const struct agent_record *r,
		     const char *text)
{
	p->order = rd->order;
	switch ((enum agent_kind)r->kind) {
	case AGENT_EXE: p->exe = text; break;
	case AGENT_CWD: p->cwd = text; break;
	case AGENT_ARGV: words(rd, p, text, r->length); break;
	case AGENT_ENV: *ARENA_PUSH(rd->a, &p->env) = text; break;
	case AGENT_SEARCH: search(rd, p, r, text); break;
	case AGENT_OPEN: open_object(rd, p, r, text); break;
	case AGENT_CLOSE: close_object(p, r); break;
	case AGENT_ACTIVITY: activity(p, r); break;
	case AGENT_PREINIT: p->began = true; break;
	case AGENT_CRASH: crash(p, r); break;
	case AGENT_DLOPEN: called(rd, p, r, text); break;
	case AGENT_DLOPENED: returned(p, r); break;
	default: break;
	}
}

static void one_record(struct reading *rd, const struct agent_record *r, const char *text)
{
	struct watch_process *p = last_of(rd->log, r->pid);

	rd->order++;
	if (r->kind == AGENT_HELLO)
		p = begin_program(rd, r);
	else if (r->kind == AGENT_FORK || (r->kind == AGENT_CRASH && r->cookie != r->pid))
		p = begin_fork(rd, r);
	if (p != NULL)
		happened(rd, p, r, text);
	else
		rd->log->damaged++;
}

/* With a NUL behind it; there may be others in it. */
static const char *text_of(const struct reading *rd, const unsigned char *p, size_t n)
{
	char *text = arena_alloc(rd->a, n + 1);

	memcpy(text, p, n);
	return text;
}

struct watch_process *watch_add(struct watch_log *log, uint32_t pid, struct arena *a)
{
	struct reading rd = { NULL, log, a, 0 };
	struct watch_process *p = add_process(&rd, pid);

	if (p != NULL)
		(void)ARENA_PUSH(a, &p->loads);
	return p;
}

void watch_read(struct view bytes, const char *own, struct arena *a, struct watch_log *out)
{
	struct reading rd = { own, out, a, 0 };
	size_t at = sizeof(struct agent_head);

	memset(out, 0, sizeof(*out));
	while (view_has(bytes, at, sizeof(struct agent_record))) {
		struct agent_record r;

		memcpy(&r, bytes.p + at, sizeof(r));
		/* Who was killed while it wrote left a hole. */
		if (r.magic != AGENT_MAGIC || r.size < sizeof(r) || (r.size & 7) != 0 ||
		    !view_has(bytes, at, r.size) || r.length > r.size - sizeof(r) ||
		    r.kind == 0 || r.kind >= AGENT_KINDS) {
			at += 8;
			continue;
		}
		one_record(&rd, &r, text_of(&rd, bytes.p + at + sizeof(r), r.length));
		at += r.size;
	}
}
