/* test_segment.c - what stops a file that was found from becoming an image. */
#include <errno.h>
#include <signal.h>

#include "loader/search.h"
#include "loader/segment.h"
#include "so.h"

static struct failure *check(struct fixture *f, struct so *s, unsigned mode)
{
	if (!s->written)
		so_put(f, s, "/lib/libx.so");
	return segment_check(f->p, entry(f, "/lib/libx.so"), "libx.so", mode);
}

static void refused(struct fixture *f, struct so *s, const char *string)
{
	struct failure *x = check(f, s, SEARCH_DLOPEN);

	assert_non_null(x);
	assert_string_equal(x->string, string);
	assert_string_equal(x->object, "libx.so");
	assert_int_equal(x->kind, FAIL_MAP);
	assert_false(x->fatal);
}

static void killed(struct fixture *f, struct so *s, int sig)
{
	struct failure *x = check(f, s, SEARCH_DLOPEN);

	assert_non_null(x);
	assert_int_equal(x->kind, FAIL_SIGNAL);
	assert_int_equal(x->signal, sig);
	assert_true(x->fatal);
}

static void asserted(struct fixture *f, struct so *s, const char *expression)
{
	struct failure *x = check(f, s, SEARCH_DLOPEN);

	assert_non_null(x);
	assert_int_equal(x->kind, FAIL_ASSERTION);
	assert_contains(x->string, expression);
	assert_true(x->fatal);
}

static void a_sound_library_is_mapped_without_a_word(void **state)
{
	struct fixture *f = *state;

	assert_null(check(f, so_new(f), SEARCH_DLOPEN));
	assert_int_equal(f->p->trace.failures.n, 0);
	assert_false(f->p->stack_exec);
}

/* ---- headers ---------------------------------------------------------------------------------- */

static void address_and_offset_must_agree_within_a_page(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	s->ph[PH_LOAD].p_vaddr = 0x800;
	refused(f, s, "ELF load command address/offset not page-aligned");
}

static void the_alignment_itself_counted_up_to_2_34(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	s->ph[PH_LOAD].p_align = 8;
	assert_null(check(f, s, SEARCH_DLOPEN));
	f->w.install.minor = 34;
	refused(f, s, "ELF load command alignment not page-aligned");
}

static void a_file_without_pt_load_has_nothing_to_map(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	s->ph[PH_LOAD].p_type = PT_NULL;
	refused(f, s, "object file has no loadable segments");
}

static void an_executable_of_fixed_address_is_refused(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	s->eh.e_type = ET_EXEC;
	refused(f, s, "cannot dynamically load executable");
}

static void alignment_is_complained_of_before_all_else(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	s->eh.e_type = ET_EXEC;
	s->ph[PH_LOAD].p_vaddr = 0x800;
	refused(f, s, "ELF load command address/offset not page-aligned");
}

static void a_library_without_dynamic_section_is_refused(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	s->ph[PH_DYNAMIC].p_type = PT_NULL;
	refused(f, s, "object file has no dynamic section");
}

static void a_file_of_debugging_information_alone_is_refused(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	s->ph[PH_DYNAMIC].p_filesz = 0;
	refused(f, s, "object file has no dynamic section");
}

static void a_position_independent_executable_is_refused_from_2_30_on(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	so_dyn(s, DT_FLAGS_1, DF_1_PIE);
	f->w.install.minor = 29;
	assert_null(check(f, s, SEARCH_DLOPEN));
	f->w.install.minor = 30;
	refused(f, s, "cannot dynamically load position-independent executable");
}

static void df_1_noopen_matters_to_dlopen_alone(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	so_dyn(s, DT_FLAGS_1, DF_1_NOOPEN);
	assert_null(check(f, s, SEARCH_START));
	refused(f, s, "shared object cannot be dlopen()ed");
}

/* ---- mapping ---------------------------------------------------------------------------------- */

static void more_than_the_address_space_cannot_be_mapped(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	s->ph[PH_LOAD].p_memsz = UINT64_C(0x7fffffffffffffff);
	refused(f, s, "failed to map segment from shared object");
}

static void zero_pages_beyond_all_memory_are_refused_as_an_assumption(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);
	struct failure *x;

	f->w.memory = 1 << 20;
	s->ph[PH_LOAD].p_memsz = 2 << 20;
	x = check(f, s, SEARCH_DLOPEN);
	assert_non_null(x);
	assert_string_equal(x->string, "cannot map zero-fill pages");
	assert_non_null(x->assumes);
	f->p->trace.failures.n = 0;
	f->w.memory = 0;
	assert_null(check(f, s, SEARCH_DLOPEN));
}

static void clearing_a_page_behind_the_end_of_the_file_kills(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	so_phdr(s, (Elf64_Phdr){ .p_type = PT_LOAD, .p_flags = PF_R | PF_W, .p_vaddr = 0x10000,
				 .p_offset = 0x4000, .p_filesz = 0x10, .p_memsz = 0x20,
				 .p_align = 0x1000 });
	killed(f, s, SIGBUS);
}

static void a_file_that_is_merely_short_is_mapped_all_the_same(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	s->n = 0x1000;
	assert_null(check(f, s, SEARCH_DLOPEN));
}

/* ---- dynamic section and hash table ------------------------------------------------------------- */

static void a_dynamic_section_behind_the_end_of_the_file_kills_by_sigbus(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	s->ph[PH_LOAD].p_filesz = s->ph[PH_LOAD].p_memsz = 0x10000;
	s->ph[PH_DYNAMIC].p_offset = s->ph[PH_DYNAMIC].p_vaddr = 0x8000;
	killed(f, s, SIGBUS);
}

static void a_dynamic_section_outside_all_segments_kills_by_sigsegv(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	s->ph[PH_DYNAMIC].p_vaddr = 0x800000;
	killed(f, s, SIGSEGV);
}

static void the_loader_asserts_the_sizes_of_table_entries(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	so_dyn(s, DT_RELA, SO_RELA);
	so_dyn(s, DT_RELAENT, 23);
	asserted(f, s, "DT_RELAENT");
	f->p->trace.failures.n = 0;
	s = so_new(f);
	so_dyn(s, DT_PLTREL, DT_REL);
	so_put(f, s, "/lib/liby.so");
	assert_contains(segment_check(f->p, entry(f, "/lib/liby.so"), "liby.so", 0)->string,
			"DT_PLTREL");
}

static void relr_entries_are_looked_at_from_2_36_on(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	so_dyn(s, DT_RELR, SO_DATA);
	so_dyn(s, DT_RELRENT, 4);
	f->w.install.minor = 35;
	assert_null(check(f, s, SEARCH_DLOPEN));
	f->w.install.minor = 36;
	asserted(f, s, "DT_RELRENT");
}

static void a_bloom_filter_has_a_power_of_two_of_words(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);
	const uint32_t h[4] = { 1, 1, 3, 0 };

	s->no_hash = true;
	memcpy(s->b + SO_HASH, h, sizeof(h));
	so_dyn(s, DT_GNU_HASH, SO_HASH);
	asserted(f, s, "bitmask_nwords");
}

static void a_hash_table_behind_the_end_of_the_file_kills(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	s->no_hash = true;
	s->ph[PH_LOAD].p_filesz = s->ph[PH_LOAD].p_memsz = 0x10000;
	so_dyn(s, DT_GNU_HASH, 0x9000);
	killed(f, s, SIGBUS);
}

/* ---- stack ------------------------------------------------------------------------------------ */

static void up_to_2_40_an_executable_stack_is_granted(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	f->w.install.minor = 40;
	s->ph[PH_STACK].p_flags |= PF_X;
	assert_null(check(f, s, SEARCH_DLOPEN));
	assert_true(f->p->stack_exec);
}

static void from_2_41_on_dlopen_refuses_an_executable_stack(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);
	struct failure *x;

	f->w.install.minor = 41;
	s->ph[PH_STACK].p_flags |= PF_X;
	x = check(f, s, SEARCH_DLOPEN);
	assert_non_null(x);
	assert_int_equal(x->kind, FAIL_EXEC_STACK);
	assert_int_equal(x->err, EINVAL);
	assert_string_equal(x->string, "cannot enable executable stack as shared object requires");
}

static void at_a_start_it_is_granted_unless_the_tunable_says_no(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	f->w.install.minor = 41;
	s->ph[PH_STACK].p_flags |= PF_X;
	f->w.tunables.exec_stack = 0;
	assert_non_null(check(f, s, SEARCH_START));
	assert_false(f->p->stack_exec);
	f->w.tunables.exec_stack = 1;
	assert_null(check(f, s, SEARCH_START));
	assert_true(f->p->stack_exec);
}

static void a_process_whose_stack_is_executable_refuses_nothing(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	f->w.install.minor = 41;
	f->p->stack_exec = true;
	s->ph[PH_STACK].p_flags |= PF_X;
	assert_null(check(f, s, SEARCH_DLOPEN));
}

static void without_a_mark_the_machine_decides_about_the_stack(void **state)
{
	struct elf e = { .machine = EM_X86_64 };

	(void)state;
	assert_true(segment_wants_exec_stack(&e));
	e.machine = EM_AARCH64;
	assert_false(segment_wants_exec_stack(&e));
	e.machine = EM_RISCV;
	assert_false(segment_wants_exec_stack(&e));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SO_TEST(a_sound_library_is_mapped_without_a_word),
		SO_TEST(address_and_offset_must_agree_within_a_page),
		SO_TEST(the_alignment_itself_counted_up_to_2_34),
		SO_TEST(a_file_without_pt_load_has_nothing_to_map),
		SO_TEST(an_executable_of_fixed_address_is_refused),
		SO_TEST(alignment_is_complained_of_before_all_else),
		SO_TEST(a_library_without_dynamic_section_is_refused),
		SO_TEST(a_file_of_debugging_information_alone_is_refused),
		SO_TEST(a_position_independent_executable_is_refused_from_2_30_on),
		SO_TEST(df_1_noopen_matters_to_dlopen_alone),
		SO_TEST(more_than_the_address_space_cannot_be_mapped),
		SO_TEST(zero_pages_beyond_all_memory_are_refused_as_an_assumption),
		SO_TEST(clearing_a_page_behind_the_end_of_the_file_kills),
		SO_TEST(a_file_that_is_merely_short_is_mapped_all_the_same),
		SO_TEST(a_dynamic_section_behind_the_end_of_the_file_kills_by_sigbus),
		SO_TEST(a_dynamic_section_outside_all_segments_kills_by_sigsegv),
		SO_TEST(the_loader_asserts_the_sizes_of_table_entries),
		SO_TEST(relr_entries_are_looked_at_from_2_36_on),
		SO_TEST(a_bloom_filter_has_a_power_of_two_of_words),
		SO_TEST(a_hash_table_behind_the_end_of_the_file_kills),
		SO_TEST(up_to_2_40_an_executable_stack_is_granted),
		SO_TEST(from_2_41_on_dlopen_refuses_an_executable_stack),
		SO_TEST(at_a_start_it_is_granted_unless_the_tunable_says_no),
		SO_TEST(a_process_whose_stack_is_executable_refuses_nothing),
		SO_TEST(without_a_mark_the_machine_decides_about_the_stack),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
