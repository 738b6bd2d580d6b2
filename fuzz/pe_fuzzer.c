/* pe_fuzzer.c - PE images of arbitrary bytes: headers, imports, exports, resources, API sets; the same bytes
 * as a manifest and as a schema. */
#include <stdlib.h>

#include "machine/apiset.h"
#include "machine/code_pe.h"
#include "object/manifest.h"
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

static size_t read_manifest(const char *text, struct arena *a)
{
	struct manifest_assembly *v, own;
	const char **files;
	size_t n, sum = 0;

	if (text == NULL)
		return 0;
	n = manifest_needs(text, a, &v);
	for (size_t i = 0; i < n; i++)
		sum += length(v[i].name) + length(v[i].version) + length(v[i].arch) + length(v[i].token);
	n = manifest_files(text, a, &files);
	for (size_t i = 0; i < n; i++)
		sum += length(files[i]);
	return sum + manifest_identity(text, a, &own) + length(own.name) + manifest_long_paths(text);
}

static size_t read_resources(const struct pe *e, struct arena *a)
{
	uint16_t version[4];

	return read_manifest(manifest_of(e, MANIFEST_PROGRAM, a), a) +
	       read_manifest(manifest_of(e, MANIFEST_DLL, a), a) +
	       (pe_file_version(e, version) ? version[0] : 0u);
}

/* Names that the seeds have. */
static size_t read_contracts(const struct apiset *s)
{
	static const char *const names[] = { "api-ms-win-a-l1-1-0.dll", "api-ms-win-b-l1-1-0",
					     "ext-ms-win-gone-l1-1-9.dll", "api-", "" };
	char host[APISET_HOST_MAX];
	size_t n = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (apiset_find(s, names[i], i % 2 == 0 ? "a.dll" : NULL, host) == APISET_HOST)
			n += length(host);
	return n;
}

static size_t read_code(const struct pe *e)
{
	struct code_pe c;

	if (code_pe_read(e, &c) && c.plain + c.vector > c.functions)
		abort();
	return c.functions;
}

struct run {
	struct view file;
	struct arena *a;
	size_t n;
};

static void read_all(void *ctx)
{
	struct run *r = ctx;
	struct apiset s;
	struct pe e;

	if (apiset_read(r->file, &s))
		r->n += read_contracts(&s);
	r->n += read_manifest(manifest_text(r->file, r->a), r->a);
	if (!pe_open(r->file, &e))
		return;
	if (apiset_open(&e, &s))
		r->n += read_contracts(&s);
	r->n += length(pe_machine_words(r->a, &e)) + read_imports(&e, false) + read_imports(&e, true) +
	       read_exports(&e) + read_resources(&e, r->a) + read_code(&e);
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
