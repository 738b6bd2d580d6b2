/* records_fuzzer.c - a log of arbitrary bytes: whoever can reach the file may have written it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "in_arena.h"
#include "watch/agent/agent_log.h"
#include "watch/records.h"

#define MEMORY ((size_t)64 << 20)

struct job {
	struct in_arena in; /* first */
	struct watch_log log;
};

/* All that a caller follows must lie where it says. */
static void check(const struct watch_process *p)
{
	size_t sum = 0;

	for (size_t i = 0; i < p->loads.n; i++) {
		const struct watch_load *l = &p->loads.items[i];

		if (l->object0 > p->objects.n || l->nobjects > p->objects.n - l->object0)
			abort();
		sum += l->name != NULL ? strlen(l->name) : 0;
	}
	for (size_t i = 0; i < p->objects.n; i++)
		sum += strlen(p->objects.items[i].name);
	for (size_t i = 0; i < p->argc; i++)
		sum += strlen(p->argv[i]);
	for (size_t i = 0; i < p->env.n; i++)
		sum += strlen(p->env.items[i]);
	if (p->exe != NULL)
		sum += strlen(p->exe);
	if (p->cwd != NULL)
		sum += strlen(p->cwd);
	if (sum > MEMORY)
		abort();
}

static void read_log(void *ctx)
{
	struct job *j = ctx;

	watch_read(j->in.bytes, "/tmp/dlwhy-own", j->in.a, &j->log);
	for (size_t i = 0; i < j->log.processes.n; i++)
		check(j->log.processes.items[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct job j = { .log = { .processes = { NULL, 0, 0 } } };

	return in_arena(&j, data, size, MEMORY, read_log);
}
