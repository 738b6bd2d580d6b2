/* lines_fuzzer.c - sources, Makefiles and what CMake and meson read, of arbitrary bytes: a line is changed or
 * added, nothing else is.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "in_arena.h"
#include "repair/buildfile.h"
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

/* The lines that a description must have can be put there, and something is said then. */
static void check_edit(struct arena *a, struct view text, const struct buildfile_edit *e)
{
	struct view now = text;

	for (size_t i = 0; i < e->n; i++) {
		const struct buildfile_line *l = &e->lines[i];
		const char *why = l->added ? lines_with_line(now, l->line, l->text, a, &now)
					   : lines_replaced(now, l->line, l->text, a, &now);

		if (why != NULL || e->words == NULL)
			abort();
	}
	if (e->n > 0)
		check(text, now, text.n + 64);
}

static void run_descriptions(struct arena *a, struct view text)
{
	static const char *const old[] = { "cc", "main.o", "-o", "prog", "-la", "-lb", NULL };
	static const char *const more[] = { "cc", "main.o", "-o", "prog", "-la", "-Lx", "-lc", "-lb", NULL };
	static const char *const turned[] = { "cc", "main.o", "-o", "prog", "-lb", "-la", NULL };
	static const char *const other[] = { "cc", "main.o", "-o", "prog", "-la", "-lx", NULL };
	static const char *const *const new[] = { more, turned, other };
	struct buildfile_edit e;

	for (size_t i = 0; i < sizeof(new) / sizeof(new[0]); i++) {
		struct buildfile_ask q = { text, "prog", old, new[i], "/s/b", "/s", "/s/b", a };

		buildfile_cmake(&q, &e);
		check_edit(a, text, &e);
		buildfile_meson(&q, &e);
		check_edit(a, text, &e);
	}
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
	run_descriptions(j->a, j->bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct in_arena j;

	return in_arena(&j, data, size, MEMORY, run);
}
