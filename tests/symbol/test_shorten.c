/* test_shorten.c - what is left of a printed name, also of one that no demangler prints. */
#include "symbol/shorten.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct question {
	struct arena *a;
	const char *const (*pairs)[2];
	size_t n;
	const char *(*shorten)(struct arena *, const char *);
};

static void ask_all(void *ctx)
{
	struct question *q = ctx;

	for (size_t i = 0; i < q->n; i++)
		assert_string_equal(q->shorten(q->a, q->pairs[i][0]), q->pairs[i][1]);
}

static void check(const char *const (*pairs)[2], size_t n,
		  const char *(*shorten)(struct arena *, const char *))
{
	struct question q = {arena_new(0), pairs, n, shorten};

	assert_non_null(q.a);
	assert_int_equal(arena_run(q.a, ask_all, &q), ARENA_OK);
	arena_free(q.a);
}

static void cxx_names_end_before_their_parameters(void **state)
{
	static const char *const pairs[][2] = {
		{"f", "f"},
		{"f(int)", "f"},
		{"std::enable_if<true, int>::type f<int>(int)", "f<int>"},
		{"char const* g<int>()", "g<int>"},
		{"A::f(int) const &&::x", "A::f::x"},
		{"A::f(int) constant", "constant"},
		{"{unnamed type#1}::f(int)", "{unnamed type#1}::f"},
		{"f(int) [clone .isra.0] [clone .cold]", "f"},
		{"operator new[](unsigned long)", "operator new[]"},
		{"A::operator unsigned long() const", "A::operator unsigned long"},
		{"my_operator<int>(int)", "my_operator<int>"},
	};

	(void)state;
	check(pairs, sizeof(pairs) / sizeof(*pairs), shorten_cxx);
}

static void arguments_are_counted_in_letters(void **state)
{
	static const char *const pairs[][2] = {
		{"a<123456789012345678901234>::f", "a<123456789012345678901234>::f"},
		{"a<1234567890123456789012345>::f", "a<…>::f"},
		{"a<äöüäöüäöüäöüäöüäöüäöüäöü>::f", "a<äöüäöüäöüäöüäöüäöüäöüäöü>::f"},
		{"a<decltype (((x) < (y)) && ((y)->z)), &b::operator< >::f", "a<…>::f"},
		{"a<((1)>(2))>::f", "a<((1)>(2))>::f"},
	};

	(void)state;
	check(pairs, sizeof(pairs) / sizeof(*pairs), shorten_cxx);
}

static void brackets_that_do_not_fit_leave_the_text_alone(void **state)
{
	static const char *const pairs[][2] = {
		{"", ""}, {"a<b", "a<b"}, {"a(b", "a(b"}, {"a<(b>", "a<(b>"}, {"f<)", "f<)"},
		{"vtable for ", "vtable for "},
	};

	(void)state;
	check(pairs, sizeof(pairs) / sizeof(*pairs), shorten_cxx);
}

static void rust_types_stay_and_generic_arguments_are_cut(void **state)
{
	static const char *const pairs[][2] = {
		{"std::mem::align_of::<usize, f64>", "std::mem::align_of::<usize, f64>"},
		{"a::f::<alloc::vec::Vec<alloc::string::String>>", "a::f::<…>"},
		{"<a::b::LongNameOfAType as c::d::LongNameOfATrait>::m",
		 "<a::b::LongNameOfAType as c::d::LongNameOfATrait>::m"},
		{"core::fmt::num::<impl core::fmt::Debug for usize>::fmt",
		 "core::fmt::num::<impl core::fmt::Debug for usize>::fmt"},
		{"core::ptr::drop_in_place<alloc::collections::BTreeMap<A, B>>", "core::ptr::drop_in_place<…>"},
		{"<a", "<a"}, {"a::<b", "a::<b"},
	};

	(void)state;
	check(pairs, sizeof(pairs) / sizeof(*pairs), shorten_rust);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cxx_names_end_before_their_parameters),
		cmocka_unit_test(arguments_are_counted_in_letters),
		cmocka_unit_test(brackets_that_do_not_fit_leave_the_text_alone),
		cmocka_unit_test(rust_types_stay_and_generic_arguments_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
