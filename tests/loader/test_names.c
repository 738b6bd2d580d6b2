/* test_names.c - ids of rules and outcomes. */
#include "fixture.h"

static void every_rule_has_an_id_of_its_own(void **state)
{
	(void)state;
	for (int i = 0; i < RULE_COUNT; i++) {
		assert_non_null(load_rule_id((enum load_rule)i));
		for (int k = 0; k < i; k++)
			assert_string_not_equal(load_rule_id((enum load_rule)i),
						load_rule_id((enum load_rule)k));
	}
}

static void every_outcome_has_an_id_of_its_own(void **state)
{
	(void)state;
	for (int i = 0; i < PROBE_COUNT; i++) {
		assert_non_null(probe_outcome_id((enum probe_outcome)i));
		for (int k = 0; k < i; k++)
			assert_string_not_equal(probe_outcome_id((enum probe_outcome)i),
						probe_outcome_id((enum probe_outcome)k));
	}
}

static void ids_are_lower_case_words(void **state)
{
	(void)state;
	for (int i = 0; i < PROBE_COUNT; i++) {
		const char *id = probe_outcome_id((enum probe_outcome)i);

		assert_int_equal(strspn(id, "abcdefghijklmnopqrstuvwxyz-"), strlen(id));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_rule_has_an_id_of_its_own),
		cmocka_unit_test(every_outcome_has_an_id_of_its_own),
		cmocka_unit_test(ids_are_lower_case_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
