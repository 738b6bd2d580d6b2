/* test_map.c - hash table from byte strings to pointers. */
#include "base/map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MANY = 20000 };

static int values[MANY];

static void an_empty_map_has_nothing(void **state)
{
	struct map m;

	(void)state;
	map_init(&m);
	assert_null(map_get_str(&m, "a"));
	assert_null(map_get(&m, NULL, 0));
	assert_null(map_key(&m, "a"));
	map_free(&m, NULL);
}

static void each_key_keeps_its_value_while_the_map_grows(void **state)
{
	struct map m;
	char key[32];

	(void)state;
	map_init(&m);
	for (int i = 0; i < MANY; i++) {
		snprintf(key, sizeof(key), "key%d", i);
		assert_true(map_put_str(&m, key, &values[i]));
	}
	assert_int_equal(m.n, MANY);
	for (int i = 0; i < MANY; i++) {
		snprintf(key, sizeof(key), "key%d", i);
		assert_ptr_equal(map_get_str(&m, key), &values[i]);
	}
	assert_null(map_get_str(&m, "key"));
	assert_null(map_get_str(&m, "key20000"));
	map_free(&m, NULL);
}

static void keys_are_bytes_of_a_length(void **state)
{
	struct map m;

	(void)state;
	map_init(&m);
	assert_true(map_put(&m, "a\0b", 3, &values[0]));
	assert_true(map_put(&m, "a\0c", 3, &values[1]));
	assert_true(map_put(&m, "a", 1, &values[2]));
	assert_true(map_put(&m, NULL, 0, &values[3]));
	assert_int_equal(m.n, 4);
	assert_ptr_equal(map_get(&m, "a\0b", 3), &values[0]);
	assert_ptr_equal(map_get(&m, "a\0c", 3), &values[1]);
	assert_ptr_equal(map_get(&m, "a", 1), &values[2]);
	assert_ptr_equal(map_get(&m, "", 0), &values[3]);
	assert_null(map_get(&m, "a\0", 2));
	map_free(&m, NULL);
}

static void keys_are_copied_and_stay_where_they_are(void **state)
{
	struct map m;
	char key[] = "first";
	const char *kept;

	(void)state;
	map_init(&m);
	assert_true(map_put_str(&m, key, &values[0]));
	memcpy(key, "other", sizeof(key));
	kept = map_key(&m, "first");
	assert_string_equal(kept, "first");
	for (int i = 0; i < 1000; i++) {
		char more[16];

		snprintf(more, sizeof(more), "%d", i);
		assert_true(map_put_str(&m, more, &values[i]));
	}
	assert_ptr_equal(map_key(&m, "first"), kept);
	map_free(&m, NULL);
}

static void a_second_put_replaces(void **state)
{
	struct map m;

	(void)state;
	map_init(&m);
	assert_true(map_put_str(&m, "k", &values[0]));
	assert_true(map_put_str(&m, "k", &values[1]));
	assert_int_equal(m.n, 1);
	assert_ptr_equal(map_get_str(&m, "k"), &values[1]);
	map_free(&m, NULL);
}

static void count(const char *key, size_t len, void *value, void *ctx)
{
	assert_int_equal(strlen(key), len);
	*(size_t *)ctx += 1;
	*(int *)value += 1;
}

static void each_visits_every_entry_once(void **state)
{
	struct map m;
	size_t n = 0;

	(void)state;
	map_init(&m);
	for (int i = 0; i < 100; i++) {
		char key[16];

		snprintf(key, sizeof(key), "%d", i);
		values[i] = 0;
		assert_true(map_put_str(&m, key, &values[i]));
	}
	map_each(&m, count, &n);
	assert_int_equal(n, 100);
	for (int i = 0; i < 100; i++)
		assert_int_equal(values[i], 1);
	map_free(&m, NULL);
}

static size_t freed;

static void free_and_count(void *value)
{
	freed++;
	free(value);
}

static void free_releases_each_value_once(void **state)
{
	struct map m;

	(void)state;
	map_init(&m);
	for (int i = 0; i < 100; i++) {
		char key[16];

		snprintf(key, sizeof(key), "%d", i);
		assert_true(map_put_str(&m, key, malloc(8)));
	}
	freed = 0;
	map_free(&m, free_and_count);
	assert_int_equal(freed, 100);
	assert_int_equal(m.n, 0);
	assert_null(map_get_str(&m, "1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_map_has_nothing),
		cmocka_unit_test(each_key_keeps_its_value_while_the_map_grows),
		cmocka_unit_test(keys_are_bytes_of_a_length),
		cmocka_unit_test(keys_are_copied_and_stay_where_they_are),
		cmocka_unit_test(a_second_put_replaces),
		cmocka_unit_test(each_visits_every_entry_once),
		cmocka_unit_test(free_releases_each_value_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
