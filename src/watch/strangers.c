/* strangers.c - descendants of a command that have no agent. */
#include "watch/strangers.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/os.h"
#include "base/os_watch.h"

enum { MAX_LOOKED_AT = 256 /* processes at a time */ };

struct walk {
	struct strangers *s;
	long pids[MAX_LOOKED_AT];
	size_t n;
};

void strangers_know(struct strangers *s, uint32_t pid)
{
	s->known[pid % KNOWN] = pid;
}

static void add(struct strangers *s, uint32_t pid, const char *path)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->found[i].path, path) == 0)
			return;
	if (s->n == STRANGERS)
		return;
	s->found[s->n].pid = pid;
	snprintf(s->found[s->n++].path, STRANGER_PATH, "%s", path);
}

/* What a process has not yet become is still the program that it was forked from: whoever judges this
 * knows which programs are watched. */
static void look_at(struct strangers *s, long pid)
{
	char link[64], path[STRANGER_PATH];
	int err;

	if (s->known[(uint32_t)pid % KNOWN] == (uint32_t)pid)
		return;
	snprintf(link, sizeof(link), "/proc/%ld/exe", pid);
	err = os_readlink(link, path, sizeof(path));
	if (err == 0)
		add(s, (uint32_t)pid, path);
	else if (err == EACCES || err == EPERM)
		add(s, (uint32_t)pid, "");
}

static void queue(long pid, void *ctx)
{
	struct walk *w = ctx;

	if (w->n < MAX_LOOKED_AT)
		w->pids[w->n++] = pid;
}

void strangers_look(struct strangers *s, long pid)
{
	struct walk w = { s, { pid }, 1 };

	for (size_t i = 0; i < w.n; i++) {
		look_at(s, w.pids[i]);
		os_each_child(w.pids[i], queue, &w);
	}
}
