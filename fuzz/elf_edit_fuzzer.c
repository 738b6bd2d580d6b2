/* elf_edit_fuzzer.c - an edit of a file of arbitrary bytes: it is refused, or the result is a file of which
 * the same edit changes nothing more.
 *
 * The last byte chooses the edit.
 */
#include <stdlib.h>

#include "object/elf.h"
#include "repair/elf_edit.h"

#define MEMORY ((size_t)256 << 20) /* bytes for one edit of a small file */
#define SIZE_MAX_FILE ((size_t)256 << 20) /* a program's file may get a hole of 64 MiB */
#define LONG "/a/long/folder/that/no/file/has/before/it/is/edited:$ORIGIN/../lib"

static const struct elf_edit choices[] = {
	{ ELF_SET_RUNPATH, NULL, LONG }, { ELF_SET_RPATH, NULL, LONG }, { ELF_SET_RUNPATH, NULL, "/x" },
	{ ELF_REMOVE_PATHS, NULL, NULL }, { ELF_ADD_NEEDED, NULL, "libadded.so.1" },
	{ ELF_REMOVE_NEEDED, "libc.so.6", NULL }, { ELF_REPLACE_NEEDED, "libc.so.6", "libother-than-c.so.6" },
	{ ELF_SET_SONAME, NULL, "a-soname-of-some-length.so.1" }, { ELF_REMOVE_SONAME, NULL, NULL },
	{ ELF_SET_INTERPRETER, NULL, "/a/loader/in/a/folder/of/its/own/ld.so" },
	{ ELF_CLEAR_EXEC_STACK, NULL, NULL }, { ELF_SET_EXEC_STACK, NULL, NULL },
};

static unsigned char *apply(const uint8_t *data, size_t size, const struct elf_edited *x)
{
	unsigned char *p;
	uint64_t end = 0;

	if (x->size > SIZE_MAX_FILE)
		abort();
	p = calloc(1, x->size + 1);
	if (p == NULL)
		abort();
	memcpy(p, data, size);
	for (size_t i = 0; i < x->npatches; i++) {
		const struct patch *q = &x->patches[i];

		if (q->offset < end || q->offset > x->size || q->bytes.n > x->size - q->offset)
			abort(); /* sorted, apart, inside */
		memcpy(p + q->offset, q->bytes.p, q->bytes.n);
		end = q->offset + q->bytes.n;
	}
	return p;
}

/* What the edit has made, read again. */
static void check(const unsigned char *p, uint64_t size, const struct elf_edit *edits, size_t n)
{
	struct arena *a = arena_new(MEMORY);
	struct elf_edited again;
	struct elf e;

	if (a == NULL || !elf_open((struct view){ p, size }, size, &e))
		abort();
	if (e.defect != ELF_OK)
		abort();
	if (edits[0].kind == ELF_SET_RUNPATH && (e.runpath == NULL || strcmp(e.runpath, edits[0].value) != 0))
		abort();
	elf_close(&e);
	elf_edit((struct view){ p, size }, edits, n, a, &again);
	if (again.refused != NULL || again.changed)
		abort();
	arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n = sizeof(choices) / sizeof(choices[0]);
	struct elf_edit edits[2];
	struct elf_edited x;
	struct arena *a;

	if (size == 0)
		return 0;
	a = arena_new(MEMORY);
	if (a == NULL)
		return 0;
	edits[0] = choices[data[size - 1] % n];
	edits[1] = choices[4 + data[size - 1] / n % 2 * 6];
	elf_edit((struct view){ data, size - 1 }, edits, 2, a, &x);
	if (x.refused == NULL) {
		unsigned char *p = apply(data, size - 1, &x);

		check(p, x.size, edits, 2);
		free(p);
	} else if (x.refused[0] == '\0' || x.npatches != 0) {
		abort();
	}
	arena_free(a);
	return 0;
}
