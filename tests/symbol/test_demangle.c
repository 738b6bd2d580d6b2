/* test_demangle.c - C++ and Rust names, and such as want to harm. */
#include "symbol/demangle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

struct pair {
	const char *name;
	const char *full;
	const char *brief;
};

struct question {
	struct arena *a;
	const struct pair *pairs;
	size_t n;
};

static void same(const char *is, const char *expected)
{
	if (is == NULL || expected == NULL)
		assert_ptr_equal(is, expected);
	else
		assert_string_equal(is, expected);
}

static void ask_all(void *ctx)
{
	struct question *q = ctx;

	for (size_t i = 0; i < q->n; i++) {
		same(demangle(q->a, q->pairs[i].name), q->pairs[i].full);
		same(demangle_short(q->a, q->pairs[i].name), q->pairs[i].brief);
	}
}

static void check_pairs(const struct pair *pairs, size_t n)
{
	struct question q = {arena_new(0), pairs, n};

	assert_non_null(q.a);
	assert_int_equal(arena_run(q.a, ask_all, &q), ARENA_OK);
	arena_free(q.a);
}

#define CHECK(pairs) check_pairs(pairs, sizeof(pairs) / sizeof(*(pairs)))

static void a_language_is_known_by_the_form(void **state)
{
	(void)state;
	assert_int_equal(demangle_language("printf"), LANG_NONE);
	assert_int_equal(demangle_language(""), LANG_NONE);
	assert_int_equal(demangle_language("_Z"), LANG_NONE);
	assert_int_equal(demangle_language("_Ready"), LANG_NONE);
	assert_int_equal(demangle_language("_Z1fi"), LANG_CXX);
	assert_int_equal(demangle_language("__Z1fi"), LANG_CXX);
	assert_int_equal(demangle_language("_ZN3foo3barEv"), LANG_CXX);
	assert_int_equal(demangle_language("_ZN3foo3bar17h0123456789abcdefE"), LANG_RUST);
	assert_int_equal(demangle_language("_ZN3foo3bar17h0123456789abcdefE.llvm.12"), LANG_RUST);
	assert_int_equal(demangle_language("_ZN3foo3bar17h0123456789abcdegE"), LANG_CXX);
	assert_int_equal(demangle_language("_RNvC7mycrate3foo"), LANG_RUST);
	assert_int_equal(demangle_language("$s4main3fooyyF"), LANG_SWIFT);
}

static void cxx_functions_lose_parameters_and_return_type_in_short(void **state)
{
	static const struct pair pairs[] = {
		{"_Z1fi", "f(int)", "f"},
		{"_ZN10tensorflow8OpKernel4nameB5cxx11Ev", "tensorflow::OpKernel::name[abi:cxx11]()",
		 "tensorflow::OpKernel::name[abi:cxx11]"},
		{"_Z1fIiEvT_", "void f<int>(int)", "f<int>"},
		{"_ZNK3Foo3barEv", "Foo::bar() const", "Foo::bar"},
		{"_ZN12_GLOBAL__N_13fooEv", "(anonymous namespace)::foo()", "(anonymous namespace)::foo"},
		{"_Z1fi.cold", "f(int) [clone .cold]", "f"},
		{"__ZN3foo3barEv", "foo::bar()", "foo::bar"},
		{"_ZSt4cout", "std::cout", "std::cout"},
	};

	(void)state;
	CHECK(pairs);
}

static void operators_and_conversions_keep_their_signs(void **state)
{
	static const struct pair pairs[] = {
		{"_ZlsRSoRK3Foo", "operator<<(std::ostream&, Foo const&)", "operator<<"},
		{"_ZN3FooltIiEEbRKT_", "bool Foo::operator< <int>(int const&)", "Foo::operator< <int>"},
		{"_ZN3FoossIiEEbT_", "bool Foo::operator<=><int>(int)", "Foo::operator<=><int>"},
		{"_ZN3FooptEv", "Foo::operator->()", "Foo::operator->"},
		{"_ZNK3FooclEi", "Foo::operator()(int) const", "Foo::operator()"},
		{"_ZN3FoocvPKcEv", "Foo::operator char const*()", "Foo::operator char const*"},
		{"_ZnwmRKSt9nothrow_t", "operator new(unsigned long, std::nothrow_t const&)", "operator new"},
	};

	(void)state;
	CHECK(pairs);
}

static void what_stands_in_a_function_loses_the_functions_parameters(void **state)
{
	static const struct pair pairs[] = {
		{"_ZZNK1A1fEiE1x", "A::f(int) const::x", "A::f::x"},
		{"_ZZN1A1fEvENKUliE_clEi", "A::f()::{lambda(int)#1}::operator()(int) const",
		 "A::f::{lambda#1}::operator()"},
		{"_ZGVZ1fvE1x", "guard variable for f()::x", "guard variable for f::x"},
	};

	(void)state;
	CHECK(pairs);
}

static void tables_and_thunks_say_what_they_are(void **state)
{
	static const struct pair pairs[] = {
		{"_ZTV3Foo", "vtable for Foo", "vtable for Foo"},
		{"_ZTSN6google8protobuf7MessageE", "typeinfo name for google::protobuf::Message",
		 "typeinfo name for google::protobuf::Message"},
		{"_ZThn16_N3Foo3barEi", "non-virtual thunk to Foo::bar(int)", "non-virtual thunk to Foo::bar"},
		{"_ZTCN3FooE0_3Bar", "construction vtable for Bar-in-Foo", "construction vtable for Bar-in-Foo"},
	};

	(void)state;
	CHECK(pairs);
}

static void only_short_template_arguments_stay(void **state)
{
	static const struct pair pairs[] = {
		{"_ZTVN3FooIiEE", "vtable for Foo<int>", "vtable for Foo<int>"},
		{"_ZNSt6vectorISsSaISsEE9push_backERKSs",
		 "std::vector<std::string, std::allocator<std::string> >::push_back(std::string const&)",
		 "std::vector<…>::push_back"},
		{"_ZN1A1fIXgtLi3ELi2EEEEvv", "void A::f<((3)>(2))>()", "A::f<((3)>(2))>"},
	};

	(void)state;
	CHECK(pairs);
}

static void rust_hashes_stay_in_full_and_go_in_short(void **state)
{
	static const struct pair pairs[] = {
		{"_ZN3foo3bar17h0123456789abcdefE", "foo::bar::h0123456789abcdef", "foo::bar"},
		{"_RNvNtCs1234_7mycrate3foo3bar", "mycrate[3c1c0]::foo::bar", "mycrate::foo::bar"},
		{"_RNvC00", "[0]", NULL}, /* names without a letter */
		{"_ZN71_$LT$Test$u20$$u2b$$u20$$u27$static$u20$as$u20$foo..Bar$LT$Test$GT$$GT$3bar17h930b740aa94f1d3aE",
		 "<Test + 'static as foo::Bar<Test>>::bar::h930b740aa94f1d3a",
		 "<Test + 'static as foo::Bar<Test>>::bar"},
	};

	(void)state;
	CHECK(pairs);
}

/* Milliseconds that the thread computes. */
static double cpu_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* A<int, int>, A<A<int, int>, A<int, int> > and so on: each is the one before, twice. */
static void doubling(char *name, size_t size)
{
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	size_t n = (size_t)snprintf(name, size, "_Z1f1AIiiE");

	for (int i = 0; i < 36; i++)
		n += (size_t)snprintf(name + n, size - n, "S_IS%c_S%c_E", digits[i], digits[i]);
}

static void texts_that_double_with_each_letter_are_given_up_soon(void **state)
{
	char cxx[512];
	/* Tuples of the tuple before, twice. */
	static const char rust[] =
		"_RINvC1a1fTuuETB7_B7_ETBb_Bb_ETBj_Bj_ETBr_Br_ETBz_Bz_ETBH_BH_ETBP_BP_ETBX_BX_ETB15_B15_E"
		"TB1d_B1d_ETB1n_B1n_ETB1x_B1x_ETB1H_B1H_ETB1R_B1R_ETB21_B21_ETB2b_B2b_ETB2l_B2l_E"
		"TB2v_B2v_ETB2F_B2F_ETB2P_B2P_ETB2Z_B2Z_ETB39_B39_ETB3j_B3j_ETB3t_B3t_ETB3D_B3D_EE";
	const struct pair pairs[] = {{cxx, NULL, "f"}, {rust, NULL, NULL}};
	double before;

	(void)state;
	doubling(cxx, sizeof(cxx));
	before = cpu_ms();
	CHECK(pairs);
	assert_true(cpu_ms() - before < 500); /* it is one; sanitizers and busy machines are slow */
}

/* 600 parameters: more than the first attempt has room for. */
static void read_long(void *ctx)
{
	char name[700];
	const char *text;

	memset(name, 'i', sizeof(name));
	memcpy(name, "_Z1f", 4);
	name[604] = '\0';
	text = demangle(ctx, name);
	assert_non_null(text);
	assert_int_equal(strlen(text), strlen("f()") + 600 * strlen("int, ") - 2);
	assert_string_equal(text + strlen(text) - 9, "int, int)");
	assert_string_equal(demangle_short(ctx, name), "f");
}

static void texts_that_are_long_are_whole(void **state)
{
	struct arena *a = arena_new(0);

	(void)state;
	assert_non_null(a);
	assert_int_equal(arena_run(a, read_long, a), ARENA_OK);
	arena_free(a);
}

static void a_swift_name_is_the_same_in_both_forms(void **state)
{
	static const struct pair pairs[] = {
		{"$s4main3FooC3baryyF", "main.Foo.bar", "main.Foo.bar"},
		{"$s4main", NULL, NULL},
	};

	(void)state;
	CHECK(pairs);
}

static void what_is_not_well_formed_is_not_shown(void **state)
{
	static const struct pair pairs[] = {
		{"printf", NULL, NULL}, {"", NULL, NULL}, {"_Z", NULL, NULL}, {"_ZN", NULL, NULL},
		{"_ZN3foo3barE!", NULL, NULL}, {"_RNvC", NULL, NULL}, {"_RNvC7mycrate3fo", NULL, NULL},
	};

	(void)state;
	CHECK(pairs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_language_is_known_by_the_form),
		cmocka_unit_test(cxx_functions_lose_parameters_and_return_type_in_short),
		cmocka_unit_test(operators_and_conversions_keep_their_signs),
		cmocka_unit_test(what_stands_in_a_function_loses_the_functions_parameters),
		cmocka_unit_test(tables_and_thunks_say_what_they_are),
		cmocka_unit_test(only_short_template_arguments_stay),
		cmocka_unit_test(rust_hashes_stay_in_full_and_go_in_short),
		cmocka_unit_test(texts_that_double_with_each_letter_are_given_up_soon),
		cmocka_unit_test(texts_that_are_long_are_whole),
		cmocka_unit_test(a_swift_name_is_the_same_in_both_forms),
		cmocka_unit_test(what_is_not_well_formed_is_not_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
