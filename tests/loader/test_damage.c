/* test_damage.c - where does a process die whose file is shorter than its segments? */
#include "loader/damage.h"
#include "so.h"

/* A library whose segment claims more than the file holds; the file ends at SO_SIZE. */
static struct so *cut(struct fixture *f)
{
	struct so *s = so_new(f);

	s->ph[PH_LOAD].p_filesz = s->ph[PH_LOAD].p_memsz = 0x10000;
	return s;
}

static void move_target(struct so *s, size_t i, uint64_t to)
{
	memcpy(s->b + SO_RELA + i * sizeof(Elf64_Rela), &to, sizeof(to));
}

static uint64_t first_write(struct fixture *f, struct so *s)
{
	so_put(f, s, "/x");
	return damage_first_write(facts_of(&f->w, entry(f, "/x")->file));
}

static bool dies_in_constructor(struct fixture *f, struct so *s)
{
	so_put(f, s, "/x");
	return damage_in_constructor(&entry(f, "/x")->file->elf);
}

static void a_complete_file_kills_nobody(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	so_rela(s, R_X86_64_RELATIVE, 0);
	move_target(s, 0, 0x9000);
	assert_int_equal(first_write(f, s), UINT64_MAX);
}

static void a_cut_file_whose_targets_are_all_there_kills_nobody(void **state)
{
	struct fixture *f = *state;
	struct so *s = cut(f);

	so_rela(s, R_X86_64_RELATIVE, 0);
	so_plt(s, R_X86_64_JUMP_SLOT, so_def(s, "x"));
	assert_int_equal(first_write(f, s), UINT64_MAX);
}

static void the_first_target_behind_the_end_counts(void **state)
{
	struct fixture *f = *state;
	struct so *s = cut(f);
	uint32_t x = so_def(s, "x");

	for (int i = 0; i < 4; i++)
		so_rela(s, R_X86_64_GLOB_DAT, x);
	move_target(s, 2, 0x9000);
	move_target(s, 3, 0xa000);
	assert_int_equal(first_write(f, s), 2);
}

static void lazy_entries_are_written_too(void **state)
{
	struct fixture *f = *state;
	struct so *s = cut(f);
	const uint64_t behind = 0x9000;

	so_rela(s, R_X86_64_GLOB_DAT, so_def(s, "x"));
	so_plt(s, R_X86_64_JUMP_SLOT, 1);
	memcpy(s->b + SO_PLT, &behind, sizeof(behind));
	assert_int_equal(first_write(f, s), 1);
}

static void relative_ones_are_done_first_of_all(void **state)
{
	struct fixture *f = *state;
	struct so *s = cut(f);

	so_rela(s, R_X86_64_RELATIVE, 0);
	so_rela(s, R_X86_64_RELATIVE, 0);
	so_dyn(s, DT_RELACOUNT, 2);
	move_target(s, 1, 0x9000);
	assert_int_equal(first_write(f, s), 0);
}

static void a_table_behind_the_end_kills_at_once(void **state)
{
	struct fixture *f = *state;
	struct so *s = cut(f);

	so_dyn(s, DT_RELA, 0x9000);
	so_dyn(s, DT_RELASZ, 24);
	so_dyn(s, DT_RELAENT, 24);
	assert_int_equal(first_write(f, s), 0);
}

static void the_rest_of_the_last_page_is_still_there(void **state)
{
	struct fixture *f = *state;
	struct so *s = cut(f);

	s->n = SO_SIZE - 0x400;
	so_rela(s, R_X86_64_GLOB_DAT, so_def(s, "x"));
	move_target(s, 0, SO_SIZE - 8);
	assert_int_equal(first_write(f, s), UINT64_MAX);
}

static void the_code_of_dt_init_may_be_missing(void **state)
{
	struct fixture *f = *state;
	struct so *s = cut(f);

	so_dyn(s, DT_INIT, 0x9000);
	assert_true(dies_in_constructor(f, s));
}

static void the_first_entry_of_dt_init_array_tells_where_its_code_is(void **state)
{
	struct fixture *f = *state;
	struct so *s = cut(f);
	const uint64_t code = 0x9000;

	so_dyn(s, DT_INIT_ARRAY, SO_DATA);
	so_dyn(s, DT_INIT_ARRAYSZ, 8);
	memcpy(s->b + SO_DATA, &code, sizeof(code));
	assert_true(dies_in_constructor(f, s));
}

static void the_array_itself_may_be_missing(void **state)
{
	struct fixture *f = *state;
	struct so *s = cut(f);

	so_dyn(s, DT_INIT_ARRAY, 0x9000);
	so_dyn(s, DT_INIT_ARRAYSZ, 8);
	assert_true(dies_in_constructor(f, s));
}

static void constructors_that_are_there_may_run(void **state)
{
	struct fixture *f = *state;
	struct so *s = cut(f);

	so_dyn(s, DT_INIT, SO_DATA);
	so_dyn(s, DT_INIT_ARRAY, SO_DATA);
	so_dyn(s, DT_INIT_ARRAYSZ, 8);
	assert_false(dies_in_constructor(f, s));
}

static void in_a_complete_file_nothing_is_missing(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	so_dyn(s, DT_INIT, 0x9000);
	assert_false(dies_in_constructor(f, s));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SO_TEST(a_complete_file_kills_nobody),
		SO_TEST(a_cut_file_whose_targets_are_all_there_kills_nobody),
		SO_TEST(the_first_target_behind_the_end_counts),
		SO_TEST(lazy_entries_are_written_too),
		SO_TEST(relative_ones_are_done_first_of_all),
		SO_TEST(a_table_behind_the_end_kills_at_once),
		SO_TEST(the_rest_of_the_last_page_is_still_there),
		SO_TEST(the_code_of_dt_init_may_be_missing),
		SO_TEST(the_first_entry_of_dt_init_array_tells_where_its_code_is),
		SO_TEST(the_array_itself_may_be_missing),
		SO_TEST(constructors_that_are_there_may_run),
		SO_TEST(in_a_complete_file_nothing_is_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
