/* journal_fuzzer.c - journals of transactions, and lists of files: whatever is read is a journal that can be
 * written again, and comes back the same. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "repair/journal.h"

enum { MEMORY = 64 << 20, TEXT = 32 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_journal(struct view text)
{
	struct arena *a = arena_new(MEMORY), *b = arena_new(MEMORY);
	struct buf first, second;
	struct journal j, k;
	char why[64];

	buf_init(&first, TEXT);
	buf_init(&second, TEXT);
	if (journal_parse(text, a, &j, why, sizeof(why)) == 0) {
		for (size_t i = 0; i < j.nsteps; i++)
			if (j.steps[i].kind != CHANGE_RUN &&
			    (!journal_is_path(j.steps[i].folder) || !journal_is_name(j.steps[i].name)))
				abort();
		journal_print(&first, &j);
		if (first.failed ||
		    journal_parse((struct view){ (unsigned char *)first.p, first.n }, b, &k, why,
				  sizeof(why)) != 0)
			abort();
		journal_print(&second, &k);
		if (first.n != second.n || memcmp(first.p, second.p, first.n) != 0)
			abort();
	}
	buf_free(&first);
	buf_free(&second);
	arena_free(a);
	arena_free(b);
}

static void check_entry(struct view text)
{
	struct arena *a = arena_new(MEMORY);
	struct journal_entry e;
	struct buf b;

	buf_init(&b, TEXT);
	if (journal_parse_entry(text, a, &e) == 0) {
		if (!journal_is_below(e.path))
			abort();
		journal_print_entry(&b, &e);
		if (b.failed || journal_parse_entry((struct view){ (unsigned char *)b.p, b.n }, a, &e) != 0)
			abort();
	}
	buf_free(&b);
	arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view text = { data, size };

	check_journal(text);
	check_entry(text);
	return 0;
}
