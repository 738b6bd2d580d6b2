/* code_fuzzer.c - functions, machine code, names and dlopen notes of a file of arbitrary bytes. */
#include <stdlib.h>

#include "machine/code.h"
#include "object/dlopen_note.h"

/* Where the sums go, so that no compiler drops the reads. */
static volatile size_t sink;

static bool on_name(void *ctx, const char *name)
{
	(void)ctx;
	sink += strlen(name);
	return false;
}

static void on_arena(void *ctx)
{
	void **both = ctx;
	const struct dlopen_entry *v;
	size_t n = dlopen_note_read(both[0], both[1], &v);

	for (size_t i = 0; i < n; i++) {
		if (v[i].nnames == 0)
			__builtin_trap(); /* an entry has a name */
		for (size_t k = 0; k < v[i].nnames; k++)
			sink += strlen(v[i].names[k]);
	}
}

static void check(const struct elf *e, const struct code_facts *c)
{
	uint64_t found = 0;

	for (unsigned i = 0; i < ISA_COUNT; i++) {
		const struct code_use *u = &c->use[i];

		if (u->functions > u->count)
			__builtin_trap();
		for (size_t k = 0; k < CODE_SITES && k < u->count; k++)
			sink += strnlen(u->sites[k].text, sizeof(u->sites[k].text));
		found += u->count;
	}
	if (c->functions > 0 && c->bytes > 4 * e->file.n + (1 << 20))
		__builtin_trap(); /* what is read is bounded by what the file has */
	sink += found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct code_facts *c;
	struct elf e;
	void *both[2];

	if (!elf_open((struct view){ data, size }, size, &e))
		return 0;
	c = code_read(&e);
	if (c != NULL)
		check(&e, c);
	free(c);
	elf_library_names(&e, on_name, NULL);
	both[0] = &e;
	both[1] = arena_new(16 << 20);
	if (both[1] != NULL)
		(void)arena_run(both[1], on_arena, both);
	arena_free(both[1]);
	elf_close(&e);
	return 0;
}
