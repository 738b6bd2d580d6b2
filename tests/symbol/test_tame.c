/* test_tame.c - names that ask for endless work without a word of output. */
#include "symbol/tame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define TWICE(of, more) "S_I" of of "E" more

static void ordinary_names_pass(void **state)
{
	(void)state;
	assert_true(tame_cxx("_Z1fi"));
	assert_true(tame_cxx("_ZNSt6vectorISsSaISsEE12emplace_backIJRKSsEEERSsDpOT_"));
	assert_true(tame_cxx("_ZN1AcvT_IiEEv"));
	assert_true(tame_cxx("_ZTVN10__cxxabiv117__class_type_infoE"));
	assert_true(tame_rust("_ZN3foo3bar17h0123456789abcdefE"));
	assert_true(tame_rust("_RNvMsr_NtCs3ssYzQotkvD_3std4pathNtB5_7PathBuf3newCs15kBYyAo9fc_7mycrate"));
	assert_true(tame_rust("_RMC0FGy_EuE"));
}

static void names_that_go_on_behind_their_end_do_not(void **state)
{
	(void)state;
	assert_false(tame_cxx("_Z1fi!"));
	assert_false(tame_cxx("_ZN3foo3barE!"));
	assert_false(tame_cxx("_Z"));
	assert_false(tame_cxx(""));
}

/* Each type is the one before, twice: nothing of it is a pack, and all of it is looked through. */
static void a_pack_that_is_nowhere_is_not_looked_for(void **state)
{
	(void)state;
	assert_true(tame_cxx("_Z1fDpFv1AIiiE" TWICE("S0_", TWICE("S1_", "")) "E"));
	assert_false(tame_cxx("_Z1fDpFv1AIiiE" TWICE("S0_", TWICE("S1_", TWICE("S2_", TWICE("S3_",
		TWICE("S4_", TWICE("S5_", TWICE("S6_", TWICE("S7_", "")))))))) "E"));
	/* The same without an expansion prints, and is cut off there. */
	assert_true(
		tame_cxx("_Z1fFv1AIiiE" TWICE("S0_", TWICE("S1_", TWICE("S2_", TWICE("S3_",
		TWICE("S4_", TWICE("S5_", TWICE("S6_", TWICE("S7_", "")))))))) "E"));
}

static void arguments_that_are_read_again_in_each_other_are_few(void **state)
{
	(void)state;
	assert_false(tame_cxx("_ZN1AcvT_IT_IT_IT_IT_IT_IT_IT_IT_IT_IiEEEEEEEEEEEv"));
	assert_false(tame_cxx("_ZN1AcvT0_IT1_IT2_IT3_IT4_IT5_IT6_IT7_IT8_ITA_IiEEEEEEEEEEEv"));
}

/* Templates times references to their parameters are copies on libiberty's stack. */
static void copies_of_scopes_have_a_limit(void **state)
{
	char name[1024] = "_Z1f";

	(void)state;
	for (int i = 0; i < 60; i++)
		strcat(name, "1aIiE");
	assert_true(tame_cxx(name));
	for (int i = 0; i < 60; i++)
		strcat(name, "RT_");
	assert_false(tame_cxx(name));
}

static void long_names_are_not_looked_at(void **state)
{
	char name[5000];

	(void)state;
	memset(name, 'i', sizeof(name));
	memcpy(name, "_Z1f", 4);
	name[1024] = '\0';
	assert_true(tame_cxx(name));
	name[1024] = 'i';
	name[1025] = '\0';
	assert_false(tame_cxx(name));
	memcpy(name, "_RC1", 4);
	assert_true(tame_rust(name));
	memset(name + 1000, 'i', 4000);
	name[4999] = '\0';
	assert_false(tame_rust(name));
}

static void lifetimes_are_not_counted_to_a_million(void **state)
{
	(void)state;
	assert_false(tame_rust("_RNvMINvC1a1bFGzzzz_EuEu1f"));
	assert_false(tame_rust("_RNvXINvC1a1bDGzz_EuEu1f"));
	/* Without an impl they are printed, and cut off there. */
	assert_true(tame_rust("_RINvC1a1bFGzzzz_EuE"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ordinary_names_pass),
		cmocka_unit_test(names_that_go_on_behind_their_end_do_not),
		cmocka_unit_test(a_pack_that_is_nowhere_is_not_looked_for),
		cmocka_unit_test(arguments_that_are_read_again_in_each_other_are_few),
		cmocka_unit_test(copies_of_scopes_have_a_limit),
		cmocka_unit_test(long_names_are_not_looked_at),
		cmocka_unit_test(lifetimes_are_not_counted_to_a_million),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
