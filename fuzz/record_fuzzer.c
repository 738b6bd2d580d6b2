/* record_fuzzer.c - RECORD files of arbitrary bytes: read, changed and read again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "in_arena.h"
#include "package/package.h"
#include "package/pip_record.h"

#define MEMORY ((size_t)256 << 20)

static size_t count(struct arena *a, struct view rest, const char *path, struct record_row *found)
{
	struct record_row row;
	bool bad = false;
	size_t n = 0;

	found->path = NULL;
	while (record_next(a, &rest, &row, &bad)) {
		n++;
		if (strlen(row.path) == 0 ||
		    (row.hash != NULL) != (row.digest != DIGEST_NONE && row.hash != NULL))
			abort();
		if (strcmp(row.path, path) == 0)
			*found = row;
	}
	return n;
}

static void run(void *ctx)
{
	static const unsigned char hash[32] = { 1, 2, 3 };
	struct in_arena *j = ctx;
	struct view rest = j->bytes, changed;
	struct record_row row, found;
	bool bad = false;
	const char *path = "new,\"name\"";
	size_t n;

	if (record_next(j->a, &rest, &row, &bad))
		path = row.path;
	n = count(j->a, j->bytes, path, &found);
	changed = package_record_updated(j->a, j->bytes, path, hash, 4711);
	/* What no CSV reader takes may end otherwise; a record that is one says what was asked for. */
	(void)count(j->a, j->bytes, path, &found);
	if (bad || n == SIZE_MAX)
		return;
	(void)count(j->a, changed, path, &found);
	(void)package_path(j->a, "/a/b", path);
	(void)package_same_project(path, "a-b");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct in_arena j;

	return in_arena(&j, data, size, MEMORY, run);
}
