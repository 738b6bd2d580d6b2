/* lines_fuzzer.c - sources and Makefiles of arbitrary bytes: a line is changed or added, nothing else is. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "in_arena.h"
#include "repair/lines.h"
#include "repair/makefile.h"

#define MEMORY ((size_t)256 << 20)

/* Both ends of the old text must be there still. */
static void check(struct view old, struct view new, size_t longer)
{
	size_t same = 0, end = 0;

	while (same < old.n && same < new.n && old.p[same] == new.p[same])
		same++;
	while (end < old.n - same && end < new.n - same && old.p[old.n - 1 - end] == new.p[new.n - 1 - end])
		end++;
	if (new.n - same - end > longer)
		abort();
}

static void run(void *ctx)
{
	static const char *const old[] = { "cc", "main.o", "-la", "-lb", NULL };
	static const char *const new[] = { "cc", "main.o", "-la", "-Lx", "-lb", NULL };
	struct in_arena *j = ctx;
	struct makefile_edit e;
	struct view out;

	for (size_t line = 0; line < 4; line++)
		if (lines_replaced(j->bytes, line, line % 2 == 0 ? "#cgo x" : "words", j->a, &out) == NULL)
			check(j->bytes, out, 8);
	if (lines_with_cgo(j->bytes, "#cgo LDFLAGS: -lx", j->a, &out) == NULL)
		check(j->bytes, out, 32);
	if (makefile_find(j->bytes, old, new, j->a, &e) &&
	    (lines_replaced(j->bytes, e.line, e.text, j->a, &out) != NULL || strstr(e.text, "-Lx") == NULL))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct in_arena j;

	return in_arena(&j, data, size, MEMORY, run);
}
