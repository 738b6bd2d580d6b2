/* pattern_fuzzer.c - a pattern in the first line, and a text that it is looked for in. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "message/pattern.h"

static void try_mode(const char *pattern, enum pattern_mode mode, const char *text, size_t n)
{
	const char *error = NULL;
	struct pattern *p = pattern_new(pattern, mode, &error);
	struct pattern_match m;

	if (p == NULL)
		return;
	if (pattern_match(p, text, n, 0, &m)) {
		if (m.start > m.end || m.end > n)
			abort();
		for (size_t f = 0; f < MSG_NFIELDS; f++)
			if (m.field[f].start <= m.field[f].end && m.field[f].end > n)
				abort();
	}
	pattern_free(p);
}

static void literal(void *ctx)
{
	struct { struct arena *a; const char *pattern; } *in = ctx;

	for (const char *s = pattern_literal(in->a, in->pattern); *s != '\0'; s++)
		if (pattern_fold((unsigned char)*s) != (unsigned char)*s)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nl = size > 0 ? memchr(data, '\n', size) : NULL;
	size_t n = nl != NULL ? (size_t)(nl - data) : size;
	struct { struct arena *a; const char *pattern; } in;
	char *pattern;

	if (n > 2000 || size - n > 20000)
		return 0;
	pattern = calloc(n + 1, 1);
	if (pattern != NULL)
		memcpy(pattern, data, n);
	in.a = arena_new(64 << 20);
	in.pattern = pattern;
	if (pattern != NULL && in.a != NULL) {
		(void)arena_run(in.a, literal, &in);
		try_mode(pattern, PATTERN_PLAIN, (const char *)data + n, size - n);
		try_mode(pattern, PATTERN_LOOSE, (const char *)data + n, size - n);
	}
	arena_free(in.a);
	free(pattern);
	return 0;
}
