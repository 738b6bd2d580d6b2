/* test_table.c - hash table from names to pointers, in an arena. */
#include "base/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { MANY = 5000 };

static int values[MANY];

static int open_arena(void **state)
{
	*state = arena_new(0);
	return *state == NULL;
}

static int close_arena(void **state)
{
	arena_free(*state);
	return 0;
}

static void an_empty_table_has_nothing(void **state)
{
	struct table t;

	table_init(&t, *state);
	assert_null(table_get(&t, "a", 1));
	assert_int_equal(t.n, 0);
}

static void each_name_keeps_its_value_while_the_table_grows(void **state)
{
	const char *names[MANY];
	struct table t;

	table_init(&t, *state);
	for (uint32_t i = 0; i < MANY; i++) {
		names[i] = arena_printf(*state, "name%u", i);
		table_put(&t, names[i], i % 7 * 0x10001u, &values[i]);
	}
	assert_int_equal(t.n, MANY);
	for (uint32_t i = 0; i < MANY; i++)
		assert_ptr_equal(table_get(&t, names[i], i % 7 * 0x10001u), &values[i]);
	assert_null(table_get(&t, "name", 0));
}

static void names_of_one_hash_are_kept_apart(void **state)
{
	struct table t;

	table_init(&t, *state);
	table_put(&t, "a", 5, &values[0]);
	table_put(&t, "b", 5, &values[1]);
	assert_ptr_equal(table_get(&t, "a", 5), &values[0]);
	assert_ptr_equal(table_get(&t, "b", 5), &values[1]);
	assert_null(table_get(&t, "c", 5));
}

static void a_second_value_replaces_the_first(void **state)
{
	struct table t;

	table_init(&t, *state);
	table_put(&t, "a", 5, &values[0]);
	table_put(&t, "a", 5, &values[1]);
	assert_ptr_equal(table_get(&t, "a", 5), &values[1]);
	assert_int_equal(t.n, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_table_has_nothing),
		cmocka_unit_test(each_name_keeps_its_value_while_the_table_grows),
		cmocka_unit_test(names_of_one_hash_are_kept_apart),
		cmocka_unit_test(a_second_value_replaces_the_first),
	};

	return cmocka_run_group_tests(tests, open_arena, close_arena);
}
