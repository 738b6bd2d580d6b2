/* test_elf_line.c - lines of the source, of a table that is made here: DWARF 4 and what is left when it is cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "object/elf_line.h"
#include "object/elfconst.h"

/* One unit: file "a.c" in folder "dir"; an address that is a relocation; rows at 0 (line 3) and 4 (line 5),
 * end at 9. */
static const unsigned char program[] = {
	61, 0, 0, 0, 4, 0, 31, 0, 0, 0, 1, 1, 1, 0xfb, 14, 13, 0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1,
	'd', 'i', 'r', 0, 0, 'a', '.', 'c', 0, 1, 0, 0, 0,
	0, 9, 2, 0, 0, 0, 0, 0, 0, 0, 0, /* set address */
	3, 2, 1,                         /* line 3 */
	2, 4, 3, 2, 1,                   /* 4 further, line 5 */
	2, 5, 0, 1, 1                    /* 5 further, the end */
};
enum { ADDRESS_AT = 44, NAMES = 512, LINES = 1024, RELOCS = 1280, SYMBOLS = 1408, SECTIONS = 1536,
       SIZE = SECTIONS + 6 * 64 };

static void section(unsigned char *image, unsigned i, Elf64_Shdr h)
{
	memcpy(image + SECTIONS + i * sizeof(h), &h, sizeof(h));
}

static void make(unsigned char *image)
{
	static const char names[] = "\0.text\0.debug_line\0.rela\0.symtab\0.strtab";
	Elf64_Ehdr head = { .e_type = ET_REL, .e_machine = EM_X86_64, .e_version = 1, .e_shoff = SECTIONS,
			    .e_ehsize = 64, .e_shentsize = 64, .e_shnum = 6, .e_shstrndx = 5 };
	Elf64_Rela rel = { ADDRESS_AT, ELF64_R_INFO(1, R_X86_64_64), 16 };
	Elf64_Sym sym = { .st_info = ELF64_ST_INFO(STB_LOCAL, STT_SECTION), .st_shndx = 1 };

	memset(image, 0, SIZE);
	memcpy(head.e_ident, "\177ELF\2\1\1", 7);
	memcpy(image, &head, sizeof(head));
	memcpy(image + NAMES, names, sizeof(names));
	memcpy(image + LINES, program, sizeof(program));
	memcpy(image + RELOCS, &rel, sizeof(rel));
	memcpy(image + SYMBOLS + sizeof(sym), &sym, sizeof(sym));
	section(image, 1, (Elf64_Shdr){ .sh_name = 1, .sh_type = SHT_PROGBITS, .sh_flags = SHF_ALLOC });
	section(image, 2, (Elf64_Shdr){ .sh_name = 7, .sh_type = SHT_PROGBITS, .sh_offset = LINES,
					.sh_size = sizeof(program) });
	section(image, 3, (Elf64_Shdr){ .sh_name = 19, .sh_type = SHT_RELA, .sh_offset = RELOCS, .sh_size = 24,
					.sh_link = 4, .sh_info = 2 });
	section(image, 4, (Elf64_Shdr){ .sh_name = 25, .sh_type = SHT_SYMTAB, .sh_offset = SYMBOLS,
					.sh_size = 48, .sh_link = 5, .sh_info = 2 });
	section(image, 5, (Elf64_Shdr){ .sh_name = 33, .sh_type = SHT_STRTAB, .sh_offset = NAMES,
					.sh_size = sizeof(names) });
}

static uint64_t line_at(unsigned char *image, uint32_t in, uint64_t offset, struct elf_line *x)
{
	struct elf_object o;
	struct elf e;
	uint64_t line = 0;

	memset(x, 0, sizeof(*x));
	assert_true(elf_open((struct view){ image, SIZE }, SIZE, &e));
	if (elf_object_open(&e, &o) && elf_line_at(&o, in, offset, x))
		line = x->line;
	elf_close(&e);
	return line;
}

static void places_have_the_line_of_their_row(void **state)
{
	static unsigned char image[SIZE];
	struct elf_line x;

	(void)state;
	make(image);
	assert_int_equal(line_at(image, 1, 16, &x), 3);
	assert_string_equal(x.file, "a.c");
	assert_string_equal(x.dir, "dir");
	assert_null(x.folder);
	assert_int_equal(line_at(image, 1, 19, &x), 3);
	assert_int_equal(line_at(image, 1, 20, &x), 5);
	assert_int_equal(line_at(image, 1, 24, &x), 5);
	assert_int_equal(line_at(image, 1, 25, &x), 0);
	assert_int_equal(line_at(image, 1, 15, &x), 0);
	assert_int_equal(line_at(image, 2, 16, &x), 0); /* another section */
}

/* Each byte changed: whatever is told, nothing is read out of bounds, and it ends. */
static void damaged_tables_end(void **state)
{
	static unsigned char image[SIZE];
	struct elf_line x;

	(void)state;
	for (size_t i = 0; i < sizeof(program); i++)
		for (unsigned v = 0; v < 4; v++) {
			static const unsigned char values[] = { 0, 0xff, 0x80, 0x7f };

			make(image);
			image[LINES + i] = values[v];
			line_at(image, 1, 17, &x);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places_have_the_line_of_their_row),
		cmocka_unit_test(damaged_tables_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
