/* ar_fuzzer.c - archives of arbitrary bytes, and the members in them as objects. */
#include <stdlib.h>

#include "object/ar.h"
#include "object/elf_line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_object(struct view v)
{
	struct elf_object o;
	struct elf_object_sym s;
	struct elf_shdr h;
	struct elf_line line;
	struct elf_rel r;
	struct elf e;

	if (!elf_open(v, v.n, &e))
		abort();
	if (elf_object_open(&e, &o)) {
		for (uint64_t i = 0; i < o.nsymbols; i++)
			if (elf_object_symbol(&o, i, &s) && s.name == NULL)
				abort();
		for (uint64_t i = 0; elf_object_section(&o, i, &h); i++)
			for (uint64_t k = 0; k < 64 && elf_object_reloc(&o, &h, k, &r); k++)
				;
		for (uint32_t i = 1; i < 6; i++)
			if ((elf_line_at(&o, i, 0, &line) || elf_line_of_data(&o, i, 0, &line)) &&
			    line.file == NULL)
				abort();
	}
	elf_close(&e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view v = { data, size };
	struct ar_walk walk = { 0, 0 };
	struct ar_member m;
	struct ar ar;
	const char *symbol;
	uint64_t at, header;

	read_object(v);
	if (!ar_open(v, &ar))
		return 0;
	for (at = ar.first; ar_next(&ar, &at, &m);)
		read_object(ar_bytes(&ar, &m));
	while (ar_index_next(&ar, &walk, &symbol, &header))
		if (header < size && ar_next(&ar, &header, &m))
			(void)ar_bytes(&ar, &m);
	return 0;
}
