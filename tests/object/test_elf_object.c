/* test_elf_object.c - this program's own object, read by sections, and what is left of it when it is cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/os.h"
#include "object/elf_object.h"
#include "object/elfconst.h"


static bool has_symbol(const struct elf_object *o, const char *name)
{
	struct elf_object_sym s;

	for (uint64_t i = 0; i < o->nsymbols; i++)
		if (elf_object_symbol(o, i, &s) && strcmp(s.name, name) == 0)
			return s.section != 0 && s.s.type == STT_FUNC;
	return false;
}

static void a_program_is_read_by_its_sections(void **state)
{
	struct elf_object o;
	struct elf_shdr h;
	struct elf e;
	bool text = false;
	char *p;
	size_t n;

	(void)state;
	assert_int_equal(os_read_all("/proc/self/exe", (size_t)1 << 28, &p, &n), 0);
	assert_true(elf_open((struct view){ (unsigned char *)p, n }, n, &e));
	assert_true(elf_object_open(&e, &o));
	assert_true(o.nsymbols > 10);
	assert_true(has_symbol(&o, "main"));
	for (uint64_t i = 1; i < o.nsections; i++)
		text = text || (elf_object_section(&o, i, &h) &&
				strcmp(elf_object_section_name(&o, &h), ".text") == 0 &&
				elf_object_bytes(&o, &h).n == h.size);
	assert_true(text);
	assert_false(elf_object_section(&o, o.nsections, &h));
	elf_close(&e);
	free(p);
}

/* A header that tells of tables behind the end. */
static void tables_behind_the_end_are_none(void **state)
{
	struct elf_object o;
	struct elf e;
	Elf64_Ehdr head = { .e_type = ET_REL, .e_machine = EM_X86_64, .e_version = 1, .e_shoff = 60,
			    .e_ehsize = 64, .e_shentsize = 64, .e_shnum = 9, .e_shstrndx = 1 };

	(void)state;
	memcpy(head.e_ident, "\177ELF\2\1\1", 7);
	assert_true(elf_open((struct view){ (unsigned char *)&head, sizeof(head) }, sizeof(head), &e));
	assert_false(elf_object_open(&e, &o));
	assert_int_equal(o.nsections, 0);
	elf_close(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_program_is_read_by_its_sections),
		cmocka_unit_test(tables_behind_the_end_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
