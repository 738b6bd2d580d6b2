/* test_musl_bind.c - relocation in musl: who defines, who is missing, what is put off. */
#include <signal.h>

#include "musl_world.h"

static struct image *add(struct fixture *f, const char *path)
{
	const struct store_file *file = entry(f, path)->file;
	struct image *im = process_add_image(f->p, IMAGE_LIBRARY, file, path);

	im->facts = facts_of(&f->w, file);
	return im;
}

static struct image *add_so(struct fixture *f, struct so *s, const char *path)
{
	return add(f, so_put(f, s, path));
}

static bool bind(struct fixture *f, struct image *im, bool startup)
{
	struct musl_scope scope = { f->p, NULL, NULL };

	return musl_bind(f->p, im, &scope, startup);
}

/* A library that refers to x through that relocation type. */
static struct image *user(struct fixture *f, uint32_t type)
{
	struct so *s = so_new(f);

	so_rela(s, type, so_undef(s, "x"));
	return add_so(f, s, "/lib/user.so");
}

static struct image *definer(struct fixture *f, const char *path, unsigned bind_, unsigned type,
			     unsigned version)
{
	struct so *s = so_new(f);
	uint32_t sym = so_def_as(s, "x", bind_, type);
	struct image *im;

	if (version != 0) {
		so_set_version(s, sym, version);
		so_verdef(s, "V1", 2, 0);
	}
	im = add_so(f, s, path);
	process_make_global(f->p, im);
	return im;
}

/* ---- definitions -------------------------------------------------------------------------------- */

static void weak_and_unique_definitions_count(void **state)
{
	struct fixture *f = *state;

	definer(f, "/lib/a.so", STB_WEAK, STT_FUNC, 0);
	assert_true(bind(f, user(f, R_X86_64_JUMP_SLOT), false));
}

static void versions_do_not_count_but_the_hidden_bit_does(void **state)
{
	struct fixture *f = *state;

	definer(f, "/lib/a.so", STB_GLOBAL, STT_FUNC, 0x8002);
	assert_false(bind(f, user(f, R_X86_64_GLOB_DAT), false));
	assert_string_equal(first_failure(f)->message,
			    "Error relocating /lib/user.so: x: symbol not found");
	definer(f, "/lib/b.so", STB_GLOBAL, STT_FUNC, 2);
	assert_true(bind(f, f->p->images.items[2], false));
}

static void functions_chosen_at_load_time_do_not_count(void **state)
{
	struct fixture *f = *state;

	definer(f, "/lib/a.so", STB_GLOBAL, STT_GNU_IFUNC, 0);
	assert_false(bind(f, user(f, R_X86_64_JUMP_SLOT), false));
}

static void an_own_definition_is_looked_for_like_any_other(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);
	uint32_t sym = so_def(s, "x");
	struct image *im;

	so_set_version(s, sym, 0x8002);
	so_verdef(s, "V1", 2, 0);
	so_rela(s, R_X86_64_GLOB_DAT, sym);
	im = add_so(f, s, "/lib/a.so");
	process_make_global(f->p, im);
	assert_false(bind(f, im, false)); /* hidden from itself */
}

static void a_copy_is_not_taken_from_the_program(void **state)
{
	struct fixture *f = *state;
	struct so *prog = so_new(f);
	uint32_t sym = so_sym(prog, "x", (Elf64_Sym){ .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT),
						      .st_shndx = 1, .st_value = SO_DATA,
						      .st_size = 8 });

	so_rela(prog, R_X86_64_COPY, sym);
	f->p->program->file = entry(f, so_put(f, prog, "/bin/prog"))->file;
	f->p->program->facts = facts_of(&f->w, f->p->program->file);
	assert_false(bind(f, f->p->program, true));
	assert_int_equal(f->p->trace.lines.n, 1);
	definer(f, "/lib/a.so", STB_GLOBAL, STT_OBJECT, 0);
	assert_true(bind(f, f->p->program, true));
}

static void names_of_large_files_are_translated_from_1_2_4_on(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);
	struct image *im;

	so_rela(s, R_X86_64_GLOB_DAT, so_undef(s, "open64"));
	so_rela(s, R_X86_64_GLOB_DAT, so_undef(s, "weird64"));
	im = add_so(f, s, "/lib/user.so");
	f->p->loader = musl_load(f->p, "libc.so", f->p->program).image;
	f->p->loader->facts = facts_of(&f->w, f->p->loader->file);
	assert_false(bind(f, im, true));
	assert_int_equal(f->p->trace.lines.n, 2);
	f->w.musl.patch = 4;
	assert_false(bind(f, im, true));
	assert_int_equal(f->p->trace.lines.n, 3);
	assert_contains(f->p->trace.lines.items[2], "weird64");
}

/* ---- complaints --------------------------------------------------------------------------------- */

static void a_start_has_a_line_for_each_entry_and_one_failure_for_a_name(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);
	uint32_t sym = so_undef(s, "x");

	so_rela(s, R_X86_64_64, sym);
	so_rela(s, R_X86_64_64, sym);
	so_plt(s, R_X86_64_JUMP_SLOT, sym);
	assert_false(bind(f, add_so(f, s, "/lib/user.so"), true));
	assert_int_equal(f->p->trace.lines.n, 3);
	assert_int_equal(f->p->trace.failures.n, 1);
}

static void calls_come_before_data(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	so_rela(s, R_X86_64_GLOB_DAT, so_undef(s, "data"));
	so_plt(s, R_X86_64_JUMP_SLOT, so_undef(s, "call"));
	assert_false(bind(f, add_so(f, s, "/lib/user.so"), false));
	assert_string_equal(first_failure(f)->symbol, "call");
	assert_int_equal(f->p->trace.failures.n, 2);
	assert_int_equal(f->p->trace.lines.n, 0);
}

static void an_unknown_type_is_named_by_its_number(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	so_rela(s, R_X86_64_IRELATIVE, 0);
	assert_false(bind(f, add_so(f, s, "/lib/user.so"), false));
	assert_string_equal(first_failure(f)->message,
			    "Error relocating /lib/user.so: unsupported relocation type 37");
	assert_int_equal(first_failure(f)->kind, FAIL_RELOC_TYPE);
}

static void the_version_that_was_asked_for_is_remembered(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);
	uint32_t sym = so_undef(s, "x");

	so_set_version(s, sym, 2);
	so_verneed(s, "libc.so.6", "GLIBC_2.34", 2, 0);
	so_rela(s, R_X86_64_GLOB_DAT, sym);
	assert_false(bind(f, add_so(f, s, "/lib/user.so"), false));
	assert_string_equal(first_failure(f)->version, "GLIBC_2.34");
}

/* ---- thread-local variables --------------------------------------------------------------------- */

static struct so *with_tls(struct fixture *f)
{
	struct so *s = so_new(f);

	so_phdr(s, (Elf64_Phdr){ .p_type = PT_TLS, .p_offset = SO_DATA, .p_vaddr = SO_DATA,
				 .p_filesz = 8, .p_memsz = 8, .p_align = 8 });
	return s;
}

static void initial_exec_is_for_what_was_there_at_the_start(void **state)
{
	struct fixture *f = *state;
	struct so *s = with_tls(f);
	struct image *im;

	so_rela(s, R_X86_64_TPOFF64, so_def_as(s, "t", STB_GLOBAL, STT_TLS));
	im = add_so(f, s, "/lib/a.so");
	process_make_global(f->p, im);
	f->p->nstarted = 1;
	assert_false(bind(f, im, false));
	assert_int_equal(first_failure(f)->kind, FAIL_STATIC_TLS);
	f->p->nstarted = 2;
	assert_true(bind(f, im, false));
}

static void a_weak_variable_that_is_nowhere_is_deadly(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	so_rela(s, R_X86_64_DTPMOD64, so_undef_as(s, "t", STB_WEAK, STT_TLS));
	assert_false(bind(f, add_so(f, s, "/lib/a.so"), false));
	assert_int_equal(first_failure(f)->signal, SIGSEGV);
}

/* ---- what is put off ---------------------------------------------------------------------------- */

static void lazy_entries_wait_for_a_definer(void **state)
{
	struct fixture *f = *state;
	struct image *im = user(f, R_X86_64_GLOB_DAT);
	struct musl_scope scope = { f->p, NULL, NULL };

	im->musl->lazy = true;
	assert_true(bind(f, im, false));
	assert_int_equal(im->musl->deferred.n, 1);
	musl_retry(f->p, &scope);
	assert_int_equal(im->musl->deferred.n, 1);
	definer(f, "/lib/a.so", STB_GLOBAL, STT_FUNC, 0);
	musl_retry(f->p, &scope);
	assert_int_equal(im->musl->deferred.n, 0);
}

static void pointers_do_not_wait(void **state)
{
	struct fixture *f = *state;
	struct image *im = user(f, R_X86_64_64);

	im->musl->lazy = true;
	assert_false(bind(f, im, false));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MUSL_TEST(weak_and_unique_definitions_count),
		MUSL_TEST(versions_do_not_count_but_the_hidden_bit_does),
		MUSL_TEST(functions_chosen_at_load_time_do_not_count),
		MUSL_TEST(an_own_definition_is_looked_for_like_any_other),
		MUSL_TEST(a_copy_is_not_taken_from_the_program),
		MUSL_TEST(names_of_large_files_are_translated_from_1_2_4_on),
		MUSL_TEST(a_start_has_a_line_for_each_entry_and_one_failure_for_a_name),
		MUSL_TEST(calls_come_before_data),
		MUSL_TEST(an_unknown_type_is_named_by_its_number),
		MUSL_TEST(the_version_that_was_asked_for_is_remembered),
		MUSL_TEST(initial_exec_is_for_what_was_there_at_the_start),
		MUSL_TEST(a_weak_variable_that_is_nowhere_is_deadly),
		MUSL_TEST(lazy_entries_wait_for_a_definer),
		MUSL_TEST(pointers_do_not_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
