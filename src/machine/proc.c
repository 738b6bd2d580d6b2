/* proc.c - facts of a live process, from /proc. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "machine/machine.h"

/* The kernel allows six megabytes of arguments and environment by default; a larger stack limit
 * allows more. */
#define MAX_ENVIRON ((size_t)64 << 20)

struct strings {
	const char **items;
	size_t n, cap;
};

struct copying {
	struct arena *a;
	const char *bytes;
	size_t len;
	struct strings list;
};

/* A process may have written over its environment: what is no NAME=VALUE is left out. */
static void copy_strings(void *ctx)
{
	struct copying *c = ctx;
	char *copy = arena_alloc(c->a, c->len + 1);

	memcpy(copy, c->bytes, c->len);
	for (size_t off = 0; off < c->len; off += strlen(copy + off) + 1) {
		if (strchr(copy + off, '=') != NULL)
			*ARENA_PUSH(c->a, &c->list) = copy + off;
	}
}

int proc_environ(long pid, struct arena *a, const char *const **out, size_t *n)
{
	char path[64], *bytes = NULL;
	struct copying c = { .a = a };
	int err;

	*out = NULL;
	*n = 0;
	if (pid <= 0)
		return ESRCH;
	(void)snprintf(path, sizeof(path), "/proc/%ld/environ", pid);
	err = os_read_all(path, MAX_ENVIRON, &bytes, &c.len);
	if (err != 0)
		return err == ENOENT ? ESRCH : err;
	c.bytes = bytes;
	if (arena_run(a, copy_strings, &c) != ARENA_OK)
		err = ENOMEM;
	free(bytes);
	*out = c.list.items;
	*n = c.list.n;
	return err;
}
