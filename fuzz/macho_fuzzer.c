/* macho_fuzzer.c - Mach-O files, slices of universal ones, and text stubs of arbitrary bytes. */
#include <stdlib.h>

#include "object/macho.h"
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view v = { data, size }, part;
	struct macho_fat fat;
	struct macho_slice s;
	size_t n = 0;

	read_file(v);
	if (macho_fat_open(v, &fat))
		for (uint32_t i = 0; i < 64 && macho_fat_slice(&fat, i, &s); i++)
			if (view_sub(v, s.offset, s.size, &part))
				read_file(part);
	tbd_each(v, "x86_64", "macos", on_item, &n);
	return 0;
}
