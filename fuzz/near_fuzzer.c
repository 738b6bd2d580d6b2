/* near_fuzzer.c - symbol names that are compared: the first line is wanted, the others are there.
 *
 * Comparing may not ask for more memory than the texts of both names account for, and a name is
 * near to itself in no case.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "symbol/demangle.h"
#include "symbol/near.h"

#define MEMORY ((size_t)256 << 20)
#define LARGEST ((size_t)32 << 20) /* bytes that one comparison may take */

struct input {
	struct arena *a;
	char *text;
};

static char *next_line(char *s)
{
	char *end = strchr(s, '\n');

	if (end == NULL)
		return NULL;
	*end = '\0';
	return end + 1;
}

static void check(struct arena *a, const struct wanted *w, const char *first, const char *symbol)
{
	struct near near;
	enum near_kind kind = near_compare(a, w, symbol, &near);

	if (kind != near.kind || (strcmp(first, symbol) == 0 && kind != NEAR_NONE))
		abort();
	if (kind != NEAR_NONE && near.symbol != symbol)
		abort();
}

static void compare(void *ctx)
{
	struct input *in = ctx;
	char *line = in->text, *next = next_line(line);
	const char *first = line;
	const struct wanted *w = wanted_new(in->a, first);

	(void)demangle_short(in->a, first);
	if (w == NULL)
		return;
	check(in->a, w, first, first);
	for (int i = 0; next != NULL && i < 8; i++) {
		size_t before = arena_used(in->a);

		line = next;
		next = next_line(line);
		check(in->a, w, first, line);
		if (arena_used(in->a) - before > LARGEST)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { .a = arena_new(MEMORY) };

	if (in.a == NULL)
		return 0;
	in.text = arena_strndup(in.a, (const char *)data, size);
	(void)arena_run(in.a, compare, &in);
	arena_free(in.a);
	return 0;
}
