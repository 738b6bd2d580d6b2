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
		{"_ZN71_$LT$Test$u20$$u2b$$u20$$u27$static$u20$as$u20$foo..Bar$LT$Test$GT$$GT$3bar17h930b740aa94f1d3aE",
		 "<Test + 'static as foo::Bar<Test>>::bar::h930b740aa94f1d3a",
		 "<Test + 'static as foo::Bar<Test>>::bar"},
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
		cmocka_unit_test(what_is_not_well_formed_is_not_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
