/* coff_fuzzer.c - COFF objects, import objects and DLLs of arbitrary bytes. */
#include <stdlib.h>

#include "object/coff.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t sum(const char *p, size_t n)
{
	size_t total = 0;

	for (size_t i = 0; i < n; i++)
		total += (unsigned char)p[i];
	return total;
}

static size_t read_object(const struct coff *c)
{
	struct coff_section s;
	struct coff_symbol x;
	struct coff_reloc r;
	size_t n = 0;

	for (uint32_t i = 1; i < 1000 && coff_section(c, i, &s); i++) {
		struct view v = coff_bytes(c, &s);

		n += sum(s.name, s.nname) + sum((const char *)v.p, v.n);
		for (uint32_t k = 0; coff_reloc(c, &s, k, &r); k++)
			n += r.symbol;
	}
	for (uint32_t i = 0; coff_symbol(c, i, &x); i += 1u + x.naux) {
		uint8_t selection;
		uint32_t follows;

		n += sum(x.name, x.nname) + sum((const char *)x.aux.p, x.aux.n);
		n += coff_selection(c, &x, &selection, &follows) ? selection + follows : 0;
	}
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view v = { data, size };
	struct coff_exports x;
	struct coff_import import;
	struct coff c;
	size_t n = 0;

	if (coff_open(v, &c))
		n += read_object(&c);
	if (coff_import_open(v, &import))
		n += strlen(import.symbol) + strlen(import.dll);
	if (coff_exports_open(v, &x))
		for (uint32_t i = 0; i < x.n; i++) {
			const char *name = coff_export_name(&x, i);

			n += name != NULL ? strlen(name) : 0;
		}
	if (n == SIZE_MAX)
		abort(); /* never; so that what is summed is read */
	return 0;
}
