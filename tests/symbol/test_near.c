/* test_near.c - what is near a wanted symbol, and what is not. Names are those of real libraries. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "symbol/near.h"

static struct arena *a;

static struct near compared(const char *wanted, const char *there)
{
	const struct wanted *w = wanted_new(a, wanted);
	enum near_kind kind;
	struct near n;

	assert_non_null(w);
	kind = near_compare(a, w, there, &n);
	assert_int_equal(kind, n.kind);
	return n;
}

struct row {
	enum near_kind kind;
	const char *wanted, *there;
};

#define STRING "NSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE"
#define LLVM_STRING "NSt3__112basic_stringIcNS0_11char_traitsIcEENS0_9allocatorIcEEEE"

static void each_kind_is_told(void **state)
{
	static const struct row rows[] = {
		{ NEAR_CXX11, "_ZNK5torch8autograd4Node4nameEv", "_ZNK5torch8autograd4Node4nameB5cxx11Ev" },
		{ NEAR_CXX11, "_ZNK5torch8autograd4Node4nameB5cxx11Ev", "_ZNK5torch8autograd4Node4nameEv" },
		{ NEAR_CXX11, "_ZN3foo3runE" STRING, "_ZN3foo3runESs" },
		{ NEAR_CXX11, "_ZN3foo3runERKSs", "_ZN3foo3runERK" STRING },
		{ NEAR_CXX_LIBRARY, "_ZN3foo3runE" LLVM_STRING, "_ZN3foo3runE" STRING },
		{ NEAR_CXX_LIBRARY, "_ZN3foo3runE" STRING, "_ZN3foo3runE" LLVM_STRING },
		{ NEAR_RELEASE, "_ZN4absl12lts_202301256Status15UnrefNonInlinedEm",
		  "_ZN4absl12lts_202308026Status15UnrefNonInlinedEm" },
		{ NEAR_RELEASE, "_ZN4absl6Status15UnrefNonInlinedEm",
		  "_ZN4absl12lts_202308026Status15UnrefNonInlinedEm" },
		{ NEAR_RELEASE, "_ZTIN3fmt2v912format_errorE", "_ZTIN3fmt3v1012format_errorE" },
		{ NEAR_MIXED, "_ZN4absl12lts_202301253runE" STRING, "_ZN4absl12lts_202308023runESs" },
		{ NEAR_SUFFIX, "UCNV_FROM_U_CALLBACK_STOP_67", "UCNV_FROM_U_CALLBACK_STOP_72" },
		{ NEAR_SUFFIX, "__nvJitLinkComplete_12_4", "__nvJitLinkComplete_12_1" },
		{ NEAR_SUFFIX, "u_charType", "u_charType_72" },
		{ NEAR_HASH, "_ZN4core3fmt9Formatter3pad17h0123456789abcdefE",
		  "_ZN4core3fmt9Formatter3pad17hfedcba9876543210E" },
		{ NEAR_LANGUAGE, "frobnicate", "_Z10frobnicatei" },
		{ NEAR_LANGUAGE, "_Z10frobnicatei", "frobnicate" },
		{ NEAR_QUALIFIER, "_ZNK3foo3Bar4sizeEv", "_ZN3foo3Bar4sizeEv" },
		{ NEAR_PARAMETERS, "_ZN2cv3ocl7Image2DaSEOS1_", "_ZN2cv3ocl7Image2DaSERKS1_" },
		{ NEAR_PARAMETERS, "_ZN2v820EscapableHandleScope6EscapeEPPNS_8internal6ObjectE",
		  "_ZN2v820EscapableHandleScope6EscapeEPm" },
		{ NEAR_PARAMETERS, "_ZN3tsl8internal10LogMessageC1EPKcii",
		  "_ZN3tsl8internal10LogMessageC1EPKciN4absl12lts_2023080211LogSeverityE" },
		{ NEAR_MOVED, "_ZN6google8protobuf20stringpiece_internal11StringPiece4nposE",
		  "_ZN6google8protobuf11StringPiece4nposE" },
		{ NEAR_MOVED, "_ZN10tensorflow7Version3runERKNS_7ContextE",
		  "_ZN3tsl7Version3runERKNS_7ContextE" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (compared(rows[i].wanted, rows[i].there).kind != rows[i].kind)
			fail_msg("%s and %s are not of kind %d", rows[i].wanted, rows[i].there,
				 rows[i].kind);
}

/* The same last name is no reason. */
static void what_only_looks_near_is_not(void **state)
{
	static const struct row rows[] = {
		{ NEAR_NONE, "_ZN3tsl8str_util10StartsWithESt17basic_string_viewIcSt11char_traitsIcEES4_",
		  "_ZN10tensorflow16TensorShapeUtils10StartsWithERKNS_11TensorShapeES3_" },
		{ NEAR_NONE, "_ZN3tsl8OkStatusEv",
		  "_ZN6google8protobuf4util15status_internal8OkStatusEv" },
		{ NEAR_NONE, "_ZN3tsl7strings13safe_strtou64ESt17basic_string_viewIcSt11char_traitsIcEEPm",
		  "_ZN6google8protobuf13safe_strtou64ERK" STRING "Pm" },
		{ NEAR_NONE, "_ZNK3c105Error4whatEv", "_ZNKSt11logic_error4whatEv" },
		{ NEAR_NONE, "_ZNK3c105Error4whatEv", "_ZNK3c107Warning4whatEv" },
		{ NEAR_NONE, "_ZN2v87Isolate19CheckMemoryPressureEv",
		  "_ZN2v88internal4Heap19CheckMemoryPressureEv" },
		{ NEAR_NONE, "_ZN3foo3BarD1Ev", "_ZN3foo3BazD1Ev" },
		{ NEAR_NONE, "_ZTVN3foo3BarE", "_ZTIN3foo3BarE" },
		{ NEAR_NONE, "_ZN3foo3BarC1Ev", "_ZN3foo3BarC2Ev" },
		{ NEAR_NONE, "_ZN3foo3getIiEEvv", "_ZN3foo3getIlEEvv" },
		{ NEAR_NONE, "_ZN3glm4Vec36lengthEv", "_ZN3glm4Vec46lengthEv" },
		{ NEAR_NONE, "_ZN6crypto6sha5124initEv", "_ZN6crypto6sha2564initEv" },
		{ NEAR_NONE, "_Z7connectRKSsi", "connect" },
		{ NEAR_NONE, "_ZN1C1mEi", "_ZZN1C1mEiE7counter" },
		{ NEAR_NONE, "frobnicate", "_ZN3foo10frobnicateEi" },
		{ NEAR_NONE, "frobnicate", "frobnicate_all" },
		{ NEAR_NONE, "f_1", "f_2" }, /* too short to tell who is meant */
		{ NEAR_NONE, "_ZN4core3fmt9Formatter3pad17h0123456789abcdefE",
		  "_ZN4core3fmt9Formatter3put17hfedcba9876543210E" },
		{ NEAR_NONE, "_ZN3foo3runEv", "_ZN3foo3runE" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (compared(rows[i].wanted, rows[i].there).kind != NEAR_NONE)
			fail_msg("%s and %s are no neighbours", rows[i].wanted, rows[i].there);
}

static void the_part_that_differs_is_named(void **state)
{
	struct near n;

	(void)state;
	n = compared("_ZN4absl12lts_202301256Status15UnrefNonInlinedEm",
		     "_ZN4absl12lts_202308026Status15UnrefNonInlinedEm");
	assert_string_equal(n.here, "lts_20230125");
	assert_string_equal(n.there, "lts_20230802");
	n = compared("__nvJitLinkComplete_12_4", "__nvJitLinkComplete_12_1");
	assert_string_equal(n.here, "12_4");
	assert_string_equal(n.there, "12_1");
	n = compared("_ZN3tsl8internal10LogMessageC1EPKcii",
		     "_ZN3tsl8internal10LogMessageC1EPKciN4absl12lts_2023080211LogSeverityE");
	assert_int_equal(n.parameter, 3);
	assert_string_equal(n.here, "int");
	assert_string_equal(n.there, "absl::lts_20230802::LogSeverity");
	n = compared("_ZN3foo3runEii", "_ZN3foo3runEi");
	assert_int_equal(n.parameter, 0);
	assert_int_equal(n.wants, 2);
	assert_int_equal(n.has, 1);
	n = compared("_ZN10tensorflow7Version3runERKNS_7ContextE",
		     "_ZN3tsl7Version3runERKNS_7ContextE");
	assert_string_equal(n.here, "tensorflow");
	assert_string_equal(n.there, "tsl");
}

static void fewer_other_parameters_are_nearer(void **state)
{
	(void)state;
	assert_true(compared("_ZN3foo3runEii", "_ZN3foo3runEil").distance <
		    compared("_ZN3foo3runEii", "_ZN3foo3runEll").distance);
	assert_true(compared("_ZN3foo3runEii", "_ZN3foo3runEil").distance <=
		    compared("_ZN3foo3runEii", "_ZN3foo3runEiii").distance);
}

static void the_key_is_a_word_of_every_neighbour(void **state)
{
	(void)state;
	assert_string_equal(wanted_key(wanted_new(a, "_ZN3tsl8OkStatusEv")), "OkStatus");
	assert_string_equal(wanted_key(wanted_new(a, "_ZN3foo3BarD1Ev")), "Bar");
	assert_string_equal(wanted_key(wanted_new(a, "_ZN2cv3ocl7Image2DaSEOS1_")), "Image2D");
	assert_string_equal(wanted_key(wanted_new(a, "u_charType_72")), "u_charType");
	assert_string_equal(wanted_key(wanted_new(a, "_ZN4core3fmt9Formatter3pad17h0123456789abcdefE")),
			    "pad");
	assert_null(wanted_new(a, ""));
	assert_null(wanted_new(a, "_Zgarbage"));
}

static void the_family_is_the_outermost_namespace_or_the_beginning(void **state)
{
	(void)state;
	assert_string_equal(wanted_family(wanted_new(a, "_ZN3tsl8OkStatusEv")), "tsl");
	assert_string_equal(wanted_family(wanted_new(a, "png_read_image")), "png_");
	assert_string_equal(wanted_family(wanted_new(a, "g_dir_unref")), "g_dir_");
	assert_string_equal(wanted_family(wanted_new(a, "cudaMalloc")), "cuda");
	assert_null(wanted_family(wanted_new(a, "frobnicate")));
	assert_null(wanted_family(wanted_new(a, "_Z3fooi")));
	assert_null(wanted_family(wanted_new(a, "_ZNSt3mapIiiE5clearEv")));
	assert_string_equal(wanted_release(wanted_new(a, "_ZN3fmt2v93runEv")), "v9");
	assert_null(wanted_release(wanted_new(a, "_ZN3fmt3runEv")));
}

static void the_stem_ends_before_numbers(void **state)
{
	(void)state;
	assert_int_equal(near_stem("u_charType_72"), 10);
	assert_int_equal(near_stem("__nvJitLinkComplete_12_4"), 19);
	assert_int_equal(near_stem("sha256"), 6);
	assert_int_equal(near_stem("_12"), 0);
	assert_int_equal(near_stem(""), 0);
}

static void names_that_nobody_reads_are_not_compared(void **state)
{
	const struct wanted *w = wanted_new(a, "_ZN3foo3runEv");
	char letters[900 + 1];
	const char *once, *often;
	struct near n;

	(void)state;
	memset(letters, 'x', sizeof(letters));
	letters[900] = '\0';
	once = arena_printf(a, "_ZN3foo3runEN3bar900%sE", letters);
	often = arena_printf(a, "%sS1_S1_S1_S1_S1_", once); /* the same type six times */
	assert_int_equal(near_compare(a, w, once, &n), NEAR_PARAMETERS);
	assert_int_equal(near_compare(a, w, often, &n), NEAR_NONE);
	assert_non_null(wanted_new(a, once));
	assert_null(wanted_new(a, often));
}

static int set_up(void **state)
{
	(void)state;
	a = arena_new(0);
	return a != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(a);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_is_told),
		cmocka_unit_test(what_only_looks_near_is_not),
		cmocka_unit_test(the_part_that_differs_is_named),
		cmocka_unit_test(fewer_other_parameters_are_nearer),
		cmocka_unit_test(the_key_is_a_word_of_every_neighbour),
		cmocka_unit_test(the_family_is_the_outermost_namespace_or_the_beginning),
		cmocka_unit_test(the_stem_ends_before_numbers),
		cmocka_unit_test(names_that_nobody_reads_are_not_compared),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
