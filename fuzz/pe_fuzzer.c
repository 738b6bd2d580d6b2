/* pe_fuzzer.c - PE images of arbitrary bytes: headers, imports, exports, resources. */
#include <stdlib.h>

#include "object/pe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LOOK_UPS = 4096 };

static size_t length(const char *s)
{
	return s != NULL ? strlen(s) : 0;
}

static size_t read_imports(const struct pe *e, bool delay)
{
	struct pe_import import;
	struct pe_symbol s;
	size_t n = 0, left = LOOK_UPS;

	for (size_t i = 0; pe_import(e, delay, i, &import) && left > 0; i++) {
		n += length(import.dll);
		for (size_t k = 0; left > 0 && pe_import_symbol(e, &import, k, &s); k++, left--)
			n += length(s.name) + s.number;
	}
	return n;
}

static size_t read_exports(const struct pe *e)
{
	struct pe_exports x;
	struct pe_export one, again;
	size_t n = 0;

	if (!pe_exports(e, &x))
		return 0;
	for (uint32_t i = 0; i < LOOK_UPS && pe_export_at(&x, i, &one); i++) {
		n += length(one.name) + length(one.forward);
		if (one.name != NULL && pe_export_find(&x, one.name, &again))
			n += again.rva;
		n += pe_export_number(&x, one.ordinal, &again);
	}
	return n + length(x.name);
}

static size_t read_resources(const struct pe *e, struct arena *a)
{
	struct pe_assembly *v;
	uint16_t version[4];
	size_t n = pe_assemblies(e, a, &v), sum = n;

	for (size_t i = 0; i < n; i++)
		sum += length(v[i].name) + length(v[i].version) + length(v[i].arch);
	return sum + (pe_file_version(e, version) ? version[0] : 0u);
}

struct run {
	struct view file;
	struct arena *a;
	size_t n;
};

static void read_all(void *ctx)
{
	struct run *r = ctx;
	struct pe e;

	if (!pe_open(r->file, &e))
		return;
	r->n = length(pe_machine_words(r->a, &e)) + read_imports(&e, false) + read_imports(&e, true) +
	       read_exports(&e) + read_resources(&e, r->a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct run r = { .file = { data, size }, .a = arena_new(64 << 20) };

	if (r.a == NULL)
		return 0;
	if (arena_run(r.a, read_all, &r) == ARENA_OK && r.n == SIZE_MAX)
		abort(); /* never; so that what is summed is read */
	arena_free(r.a);
	return 0;
}
