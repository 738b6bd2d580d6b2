/* test_elf_edit.c - edits of files made here, byte by byte: what is shared, what is cut, what is refused.
 *
 * Files as linkers make them, and the loader, are asked in test_elf_edit.py.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/os.h"
#include "object/elf.h"
#include "object/elfconst.h"
#include "repair/elf_edit.h"

#define NEED "libneed.so.1"
#define OLD_PATH "/old/folder/lib"

/* A library of one segment that ends with the file. No section headers. */
struct file {
	Elf64_Ehdr ehdr;
	Elf64_Phdr phdrs[3];
	Elf64_Dyn dyn[8];
	Elf64_Sym syms[2];
	uint32_t hash[5];
	char strings[60];
};

/* Places in the string table. */
enum { AT_NEED = 1, AT_PATH = AT_NEED + sizeof(NEED), AT_SYM = AT_PATH + sizeof(OLD_PATH) };

static void make(struct file *f, uint32_t symbol_name)
{
	uint64_t at = offsetof(struct file, dyn);

	*f = (struct file){
		.ehdr = { .e_type = ET_DYN, .e_machine = EM_X86_64, .e_version = 1, .e_phoff = 64, .e_ehsize = 64,
			  .e_phentsize = sizeof(Elf64_Phdr), .e_phnum = 3 },
		.phdrs = { { PT_LOAD, PF_R | PF_W, 0, 0, 0, sizeof(*f), sizeof(*f), 4096 },
			   { PT_DYNAMIC, PF_R | PF_W, at, at, at, sizeof(f->dyn), sizeof(f->dyn), 8 },
			   { PT_GNU_STACK, PF_R | PF_W | PF_X, 0, 0, 0, 0, 0, 16 } },
		.dyn = { { DT_NEEDED, { AT_NEED } }, { DT_RUNPATH, { AT_PATH } },
			 { DT_STRTAB, { offsetof(struct file, strings) } }, { DT_STRSZ, { sizeof(f->strings) } },
			 { DT_SYMTAB, { offsetof(struct file, syms) } }, { DT_SYMENT, { sizeof(Elf64_Sym) } },
			 { DT_HASH, { offsetof(struct file, hash) } } },
		.syms = { { .st_name = 0 }, { .st_name = symbol_name, .st_info = 0x12, .st_shndx = 1 } },
		.hash = { 1, 2, 1, 0, 0 },
	};
	memcpy(f->ehdr.e_ident, "\177ELF\2\1\1", 7);
	memcpy(f->strings + AT_NEED, NEED, sizeof(NEED));
	memcpy(f->strings + AT_PATH, OLD_PATH, sizeof(OLD_PATH));
	memcpy(f->strings + AT_SYM, "symbol", sizeof("symbol"));
}

/* The edited file, malloc'ed; NULL if refused. */
static unsigned char *edited(struct view file, const struct elf_edit *edits, size_t n, struct elf_edited *out)
{
	struct arena *a = arena_new(0);
	unsigned char *p = NULL;

	elf_edit(file, edits, n, a, out);
	if (out->refused == NULL) {
		p = calloc(1, out->size);
		assert_non_null(p);
		memcpy(p, file.p, file.n);
		for (size_t i = 0; i < out->npatches; i++)
			memcpy(p + out->patches[i].offset, out->patches[i].bytes.p, out->patches[i].bytes.n);
	}
	arena_free(a);
	return p;
}

static struct view view_of(const struct file *f)
{
	return (struct view){ (const unsigned char *)f, sizeof(*f) };
}

/* After the edit: the search path, and the name of the symbol. */
static void check_edit(const struct file *f, const char *path, const char *symbol, uint64_t size)
{
	struct elf_edit edit = { ELF_SET_RUNPATH, NULL, path };
	struct elf_edited x;
	unsigned char *p = edited(view_of(f), &edit, 1, &x);
	struct elf e;

	assert_non_null(p);
	assert_int_equal(x.size, size);
	assert_true(elf_open((struct view){ p, x.size }, x.size, &e));
	assert_string_equal(e.runpath, path);
	assert_string_equal(elf_sym_name(&e, 1), symbol);
	assert_int_equal(e.nneeds, 1);
	assert_string_equal(e.needs[0].name, NEED);
	assert_int_equal(e.nload, 1);
	elf_close(&e);
	free(p);
}

static void a_path_stands_where_the_old_one_stood(void **state)
{
	struct file f;

	(void)state;
	make(&f, AT_SYM);
	check_edit(&f, "/new/folder/lib", "symbol", sizeof(f));
	check_edit(&f, "/new", "symbol", sizeof(f));
}

/* The end of the old path is the name of a symbol: not a byte of it may change. */
static void a_string_that_others_share_stays(void **state)
{
	struct file f;

	(void)state;
	make(&f, AT_PATH + 12);
	check_edit(&f, "/new/folder/xyz", "lib", sizeof(f) + sizeof("/new/folder/xyz"));
	make(&f, AT_PATH + 15); /* its NUL alone: that stays one */
	check_edit(&f, "/new/folder/xyz", "", sizeof(f));
	make(&f, AT_SYM);
	f.dyn[0].d_un.d_val = AT_PATH + 1; /* a need */
	struct elf_edit edit = { ELF_SET_RUNPATH, NULL, "/new/folder/xyz" };
	struct elf_edited x;
	free(edited(view_of(&f), &edit, 1, &x));
	assert_int_equal(x.size, sizeof(f) + sizeof("/new/folder/xyz"));
}

/* Without a hash table nobody knows how many symbols there are. */
static void a_string_stays_if_symbols_cannot_be_counted(void **state)
{
	struct file f;

	(void)state;
	make(&f, AT_SYM);
	f.dyn[6].d_tag = DT_BIND_NOW;
	check_edit(&f, "/new/folder/xyz", "symbol", sizeof(f) + sizeof("/new/folder/xyz"));
}

static void the_end_of_a_string_that_is_there_will_do(void **state)
{
	struct file f;

	(void)state;
	make(&f, AT_SYM);
	check_edit(&f, "need.so.1", "symbol", sizeof(f));
	check_edit(&f, "", "symbol", sizeof(f));
}

static void one_more_entry_moves_the_section(void **state)
{
	struct elf_edit edits[] = { { ELF_ADD_NEEDED, NULL, "libfirst.so" }, { ELF_SET_SONAME, NULL, "me.so" } };
	struct elf_edited x;
	unsigned char *p;
	struct file f;
	struct elf e;

	(void)state;
	make(&f, AT_SYM);
	p = edited(view_of(&f), edits, 2, &x);
	assert_non_null(p);
	assert_true(elf_open((struct view){ p, x.size }, x.size, &e));
	assert_true(e.dynamic.vaddr >= sizeof(f));
	assert_int_equal(e.nneeds, 2);
	assert_string_equal(e.needs[0].name, "libfirst.so");
	assert_string_equal(e.needs[1].name, NEED);
	assert_string_equal(e.soname, "me.so");
	assert_string_equal(e.runpath, OLD_PATH);
	elf_close(&e);
	free(p);
}

/* Why it is refused, NULL if it is done. Valid until the next call. */
static const char *why_not(const struct file *f)
{
	static char why[512];
	struct elf_edit edit = { ELF_SET_RUNPATH, NULL, "/a/path/that/is/longer/than/the/other" };
	struct arena *a = arena_new(0);
	struct elf_edited x;

	elf_edit(view_of(f), &edit, 1, a, &x);
	if (x.refused != NULL)
		snprintf(why, sizeof(why), "%s", x.refused);
	arena_free(a);
	return x.refused != NULL ? why : NULL;
}

static void damaged_files_are_refused(void **state)
{
	struct file f;

	(void)state;
	make(&f, AT_SYM);
	assert_null(why_not(&f));
	f.dyn[3].d_un.d_val = 1 << 20;
	assert_non_null(strstr(why_not(&f), "string table"));
	make(&f, AT_SYM);
	f.phdrs[0].p_align = 12345;
	assert_non_null(strstr(why_not(&f), "alignment"));
	make(&f, AT_SYM);
	f.phdrs[2] = f.phdrs[0];
	f.phdrs[2].p_memsz = 1;
	assert_non_null(why_not(&f));
	make(&f, AT_SYM);
	f.phdrs[0].p_filesz = f.phdrs[0].p_memsz = 4096;
	assert_non_null(strstr(why_not(&f), "cut short"));
	make(&f, AT_SYM);
	f.strings[sizeof(f.strings) - 1] = 'x';
	assert_non_null(strstr(why_not(&f), "string table"));
}

/* The name of the need lies in a program header, which the edit changes. */
static void an_edit_that_would_change_another_thing_is_refused(void **state)
{
	struct file f;

	(void)state;
	make(&f, 0);
	f.dyn[2].d_un.d_ptr = 0;
	f.dyn[3].d_un.d_val = sizeof(f);
	f.dyn[0].d_un.d_val = offsetof(struct file, phdrs[0].p_filesz);
	f.dyn[1].d_un.d_val = 1;
	assert_non_null(strstr(why_not(&f), "would change"));
	f.dyn[0].d_un.d_val = 1;
	assert_null(why_not(&f));
}

static void a_file_cut_anywhere_does_no_harm(void **state)
{
	struct elf_edit edits[] = { { ELF_SET_RUNPATH, NULL, "/a/path/that/is/longer/than/the/other" },
				    { ELF_ADD_NEEDED, NULL, "libfirst.so" }, { ELF_SET_EXEC_STACK, NULL, NULL } };
	struct elf_edited x;
	struct file f;

	(void)state;
	make(&f, AT_SYM);
	for (size_t n = 0; n < sizeof(f); n++) {
		unsigned char *cut = malloc(n + 1);

		assert_non_null(cut);
		memcpy(cut, &f, n);
		free(edited((struct view){ cut, n }, edits, 3, &x));
		assert_non_null(x.refused);
		free(cut);
	}
}

static void little_memory_is_said(void **state)
{
	struct elf_edit edit = { ELF_SET_RUNPATH, NULL, "/a/path/that/is/longer/than/the/other" };
	struct elf_edited x;
	struct file f;

	(void)state;
	make(&f, AT_SYM);
	for (size_t cap = 16; cap < 8192; cap += 16) {
		struct arena *a = arena_new(cap);

		assert_non_null(a);
		elf_edit(view_of(&f), &edit, 1, a, &x);
		assert_true(x.refused == NULL || strstr(x.refused, "memory") != NULL);
		assert_true(x.refused == NULL || x.npatches == 0);
		arena_free(a);
	}
	assert_null(x.refused);
}

/* A real file of some size, this program: each edit, and what it must not touch. */
static void this_program_is_edited(void **state)
{
	struct elf_edit edits[] = { { ELF_SET_RPATH, NULL, "$ORIGIN/a/path/that/is/not/in/it" },
				    { ELF_ADD_NEEDED, NULL, "lib-that-is-nowhere.so" },
				    { ELF_SET_EXEC_STACK, NULL, NULL } };
	struct elf_notes before, after;
	struct elf_edited x;
	struct elf e, old;
	unsigned char *p;
	char *bytes;
	size_t n;

	(void)state;
	assert_int_equal(os_read_all("/proc/self/exe", (size_t)1 << 28, &bytes, &n), 0);
	p = edited((struct view){ (unsigned char *)bytes, n }, edits, 3, &x);
	assert_non_null(p);
	assert_true(elf_open((struct view){ p, x.size }, x.size, &e));
	assert_true(elf_open((struct view){ (unsigned char *)bytes, n }, n, &old));
	assert_string_equal(e.rpath, edits[0].value);
	assert_null(e.runpath);
	assert_string_equal(e.needs[0].name, edits[1].value);
	assert_int_equal(e.nneeds, old.nneeds + 1);
	assert_true((e.gnu_stack.flags & PF_X) != 0);
	assert_int_equal(elf_sym_count(&e), elf_sym_count(&old));
	elf_notes(&e, &after);
	elf_notes(&old, &before);
	assert_int_equal(after.build_id.n, before.build_id.n);
	assert_memory_equal(after.build_id.p, before.build_id.p, before.build_id.n);
	elf_close(&e);
	elf_close(&old);
	free(p);
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_stands_where_the_old_one_stood),
		cmocka_unit_test(a_string_that_others_share_stays),
		cmocka_unit_test(a_string_stays_if_symbols_cannot_be_counted),
		cmocka_unit_test(the_end_of_a_string_that_is_there_will_do),
		cmocka_unit_test(one_more_entry_moves_the_section),
		cmocka_unit_test(damaged_files_are_refused),
		cmocka_unit_test(an_edit_that_would_change_another_thing_is_refused),
		cmocka_unit_test(a_file_cut_anywhere_does_no_harm),
		cmocka_unit_test(little_memory_is_said),
		cmocka_unit_test(this_program_is_edited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
