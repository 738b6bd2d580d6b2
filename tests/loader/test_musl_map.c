/* test_musl_map.c - which files musl maps, and which it dies of. */
#include <errno.h>
#include <signal.h>

#include "musl_world.h"

static enum musl_map map(struct fixture *f, struct so *s, int *err)
{
	const struct store_file *file;

	*err = 0;
	return musl_map(f->p, entry(f, so_put(f, s, "/lib/liba.so")), &file, err);
}

static void assert_refused(struct fixture *f, struct so *s, int err)
{
	int is;

	assert_int_equal(map(f, s, &is), MUSL_REFUSED);
	assert_int_equal(is, err);
	assert_int_equal(f->p->trace.failures.n, 0);
}

static void assert_dies(struct fixture *f, struct so *s, int sig)
{
	int err;

	assert_int_equal(map(f, s, &err), MUSL_DEAD);
	assert_int_equal(first_failure(f)->signal, sig);
	assert_true(first_failure(f)->fatal);
	assert_string_equal(first_failure(f)->object, "/lib/liba.so");
}

static void assert_mapped(struct fixture *f, struct so *s)
{
	int err;

	assert_int_equal(map(f, s, &err), MUSL_MAPPED);
}

static void a_sound_library_is_mapped(void **state)
{
	struct so *s = so_new(*state);

	so_def(s, "x");
	assert_mapped(*state, s);
}

static void magic_class_machine_and_abi_do_not_count(void **state)
{
	struct so *s = so_new(*state);

	memset(s->eh.e_ident, 0xff, EI_NIDENT);
	s->eh.e_machine = EM_AARCH64;
	s->eh.e_version = 77;
	so_def(s, "x");
	assert_mapped(*state, s);
}

static void the_type_counts(void **state)
{
	struct so *s = so_new(*state);

	s->eh.e_type = ET_REL;
	assert_refused(*state, s, ENOEXEC);
}

static void a_file_shorter_than_a_header_is_refused(void **state)
{
	struct so *s = so_new(*state);

	s->n = 63;
	assert_refused(*state, s, ENOEXEC);
}

static void program_headers_must_be_there(void **state)
{
	struct so *s = so_new(*state);

	s->eh.e_phoff = SO_SIZE - 56;
	assert_refused(*state, s, ENOEXEC);
}

static void a_negative_offset_is_another_error(void **state)
{
	struct so *s = so_new(*state);

	s->eh.e_phoff = UINT64_C(1) << 63;
	assert_refused(*state, s, EINVAL);
}

static void without_a_dynamic_section_it_is_no_library(void **state)
{
	struct so *s = so_new(*state);

	s->ph[PH_DYNAMIC].p_type = PT_NULL;
	assert_refused(*state, s, ENOEXEC);
}

static void a_dynamic_section_at_address_0_is_none(void **state)
{
	struct so *s = so_new(*state);

	s->ph[PH_DYNAMIC].p_vaddr = 0;
	assert_refused(*state, s, ENOEXEC);
}

static void the_size_of_a_dynamic_section_does_not_count(void **state)
{
	struct so *s = so_new(*state);

	s->ph[PH_DYNAMIC].p_filesz = 0;
	so_def(s, "x");
	assert_mapped(*state, s);
}

static void more_than_the_address_space_is_no_memory(void **state)
{
	struct so *s = so_new(*state);

	s->ph[PH_LOAD].p_memsz = UINT64_C(1) << 47;
	assert_refused(*state, s, ENOMEM);
}

static void a_program_of_fixed_address_needs_it_free(void **state)
{
	struct fixture *f = *state;
	struct so *prog = so_new(f), *s = so_new(f);

	prog->eh.e_type = s->eh.e_type = ET_EXEC;
	prog->ph[PH_LOAD].p_vaddr = s->ph[PH_LOAD].p_vaddr = 0x400000;
	s->ph[PH_DYNAMIC].p_vaddr += 0x400000;
	f->p->program->file = entry(f, so_put(f, prog, "/bin/prog"))->file;
	assert_refused(f, s, EBUSY);
}

static void without_a_hash_table_the_loader_dies(void **state)
{
	struct so *s = so_new(*state);

	s->no_hash = true;
	assert_dies(*state, s, SIGSEGV);
}

static void a_hash_table_behind_the_end_of_the_file_is_deadly(void **state)
{
	struct so *s = so_new(*state);

	s->ph[PH_LOAD].p_filesz = s->ph[PH_LOAD].p_memsz = 0x10000;
	s->no_hash = true;
	so_dyn(s, DT_HASH, 0x8000);
	assert_dies(*state, s, SIGBUS);
}

static void a_page_of_zeros_behind_the_end_of_the_file_is_deadly(void **state)
{
	struct so *s = so_new(*state);

	so_phdr(s, (Elf64_Phdr){ .p_type = PT_LOAD, .p_flags = PF_R | PF_W, .p_offset = 0x5000,
				 .p_vaddr = 0x5000, .p_filesz = 0x100, .p_memsz = 0x200 });
	so_def(s, "x");
	assert_dies(*state, s, SIGBUS);
}

static void a_folder_is_one(void **state)
{
	struct fixture *f = *state;
	const struct store_file *file;
	int err = 0;

	put_text(f, "/lib/liba.so/x", "");
	assert_int_equal(musl_map(f->p, entry(f, "/lib/liba.so"), &file, &err), MUSL_REFUSED);
	assert_int_equal(err, EISDIR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MUSL_TEST(a_sound_library_is_mapped),
		MUSL_TEST(magic_class_machine_and_abi_do_not_count),
		MUSL_TEST(the_type_counts),
		MUSL_TEST(a_file_shorter_than_a_header_is_refused),
		MUSL_TEST(program_headers_must_be_there),
		MUSL_TEST(a_negative_offset_is_another_error),
		MUSL_TEST(without_a_dynamic_section_it_is_no_library),
		MUSL_TEST(a_dynamic_section_at_address_0_is_none),
		MUSL_TEST(the_size_of_a_dynamic_section_does_not_count),
		MUSL_TEST(more_than_the_address_space_is_no_memory),
		MUSL_TEST(a_program_of_fixed_address_needs_it_free),
		MUSL_TEST(without_a_hash_table_the_loader_dies),
		MUSL_TEST(a_hash_table_behind_the_end_of_the_file_is_deadly),
		MUSL_TEST(a_page_of_zeros_behind_the_end_of_the_file_is_deadly),
		MUSL_TEST(a_folder_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
