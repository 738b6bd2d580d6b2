/* macho_fuzzer.c - Mach-O files, slices of universal ones, and text stubs of arbitrary bytes. */
#include <stdlib.h>

#include "object/macho.h"
#include "object/macho_import.h"
#include "object/macho_load.h"
#include "object/macho_sign.h"
#include "object/tbd.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool on_export(void *ctx, const char *name, uint64_t flags)
{
	size_t *n = ctx;

	*n += strlen(name) + (size_t)(flags & 1);
	return false;
}

static bool on_item(void *ctx, const struct tbd_item *item)
{
	size_t *n = ctx;

	for (size_t i = 0; i < item->n; i++)
		*n += (unsigned char)item->text[i];
	return false;
}

static void read_file(struct view v)
{
	struct macho_command c;
	struct macho_section s;
	struct macho_symbol x;
	struct macho_reloc r;
	struct macho m;
	size_t at = 0, n = 0;

	if (!macho_open(v, &m))
		return;
	while (macho_command(&m, &at, &c)) {
		const char *text = macho_command_string(&m, &c, 8);

		n += text != NULL ? strlen(text) : 0;
	}
	for (uint32_t i = 1; i < 1000 && macho_section(&m, i, &s); i++)
		for (uint32_t k = 0; macho_reloc(&m, &s, k, &r); k++)
			n += r.type;
	for (uint32_t i = 0; macho_symbol(&m, i, &x); i++)
		if (x.name == NULL)
			abort();
	(void)macho_each_export(&m, on_export, &n);
}

static bool on_import(void *ctx, const struct macho_import *i)
{
	size_t *n = ctx;

	*n += strlen(i->name);
	return false;
}

struct loading {
	struct view v;
	struct arena *a;
};

static void read_load(void *ctx)
{
	struct loading *g = ctx;
	struct macho_load l;
	struct macho_signature s;
	struct macho_export e;
	size_t n = 0;

	if (!macho_load_open(g->v, g->a, &l))
		return;
	for (size_t i = 0; i < l.nneeds; i++)
		if (macho_find_export(&l.m, l.needs[i].name, &e) && e.imported != NULL)
			n += strlen(e.imported);
	(void)macho_each_import(&l, on_import, &n);
	(void)macho_find_export(&l.m, "_main", &e);
	if (macho_signature_read(&l, &s) && macho_signature_check(&l, &s).wrong > s.npages)
		abort();
	(void)macho_entitled(&s, "com.apple.security.cs.disable-library-validation");
}

static void read_all(struct view v)
{
	struct loading g = { v, arena_new(64u << 20) };

	read_file(v);
	if (g.a == NULL)
		return;
	(void)arena_run(g.a, read_load, &g);
	arena_free(g.a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view v = { data, size }, part;
	struct macho_fat fat;
	struct macho_slice s;
	size_t n = 0;

	read_all(v);
	if (macho_fat_open(v, &fat))
		for (uint32_t i = 0; i < 64 && macho_fat_slice(&fat, i, &s); i++)
			if (view_sub(v, s.offset, s.size, &part))
				read_all(part);
	tbd_each(v, "x86_64", "macos", on_item, &n);
	return 0;
}
