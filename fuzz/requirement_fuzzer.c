/* requirement_fuzzer.c - what packages say that they need: lines of a METADATA, versions, markers. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "in_arena.h"
#include "package/pyversion.h"
#include "package/requirement.h"

#define MEMORY ((size_t)256 << 20)

static void one(struct arena *a, const struct requirement *r)
{
	static const struct marker_values v = { "3.11", "x86_64", "" };
	struct pyversion x, y;
	bool bad;

	if (r->name == NULL || *r->name == '\0' || r->specifiers == NULL || r->extras == NULL)
		abort();
	if (r->marker != NULL)
		(void)marker_holds(a, r->marker, &v);
	(void)pyversion_read("1.2.post3", &x);
	(void)pyversion_meets(&x, r->specifiers, &bad);
	if (!pyversion_read(r->name, &x) || !pyversion_read(r->specifiers, &y))
		return;
	if (pyversion_compare(&x, &x) != 0 || pyversion_compare(&x, &y) != -pyversion_compare(&y, &x))
		abort();
}

static void run(void *ctx)
{
	struct in_arena *j = ctx;
	struct requirements l = { NULL, 0, 0 };

	requirements_of(j->a, j->bytes, &l);
	for (size_t i = 0; i < l.n; i++)
		one(j->a, &l.items[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct in_arena j;

	return in_arena(&j, data, size, MEMORY, run);
}
