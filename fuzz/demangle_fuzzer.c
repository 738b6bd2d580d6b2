/* demangle_fuzzer.c - both forms of a name of arbitrary bytes, which must come within bounds. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "symbol/demangle.h"

#define MEMORY ((size_t)8 << 20)
#define TEXT_MAX ((size_t)32 << 10)
/* Milliseconds of the processor: far more than any name takes, under sanitizers as well. */
#define PATIENCE 2000

struct job {
	struct arena *a;
	const char *name;
};

static long cpu_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void read_both(void *ctx)
{
	struct job *j = ctx;
	const char *full = demangle(j->a, j->name), *brief = demangle_short(j->a, j->name);

	if (demangle_language(j->name) == LANG_NONE && (full != NULL || brief != NULL))
		abort();
	if ((full != NULL && strlen(full) > TEXT_MAX) || (brief != NULL && strlen(brief) > TEXT_MAX))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *name = malloc(size + 1);
	struct job j = {arena_new(MEMORY), name};
	long before = cpu_ms();

	if (name != NULL && j.a != NULL) {
		memcpy(name, data, size);
		name[size] = '\0';
		if (arena_run(j.a, read_both, &j) != ARENA_OK)
			abort();
		if (cpu_ms() - before > PATIENCE)
			abort();
	}
	arena_free(j.a);
	free(name);
	return 0;
}
