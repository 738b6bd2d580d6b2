/* test_cxx_name.c - demangled names, taken apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "symbol/cxx_name.h"

/* "kind|part|part(parameter;parameter)qualifiers", or "?" if it is not understood. */
static const char *taken_apart(struct arena *a, const char *text)
{
	struct cxx_name c;
	const char *s;

	if (!cxx_name_read(a, text, &c)) {
		assert_int_equal(c.nparts, 0);
		return "?";
	}
	s = c.kind;
	for (size_t i = 0; i < c.nparts; i++)
		s = arena_printf(a, "%s|%s", s, c.parts[i]);
	if (!c.is_function)
		return s;
	s = arena_printf(a, "%s(", s);
	for (size_t i = 0; i < c.nparameters; i++)
		s = arena_printf(a, "%s%s%s", s, i > 0 ? ";" : "", c.parameters[i]);
	return arena_printf(a, "%s)%s", s, c.qualifiers);
}

static void names_are_taken_apart(void **state)
{
	static const struct {
		const char *text, *parts;
	} rows[] = {
		{ "foo", "|foo" },
		{ "foo()", "|foo()" },
		{ "a::b::c(int, char const*) const", "|a|b|c(int;char const*) const" },
		{ "vtable for a::B", "vtable for|a|B" },
		{ "typeinfo name for fmt::v9::format_error", "typeinfo name for|fmt|v9|format_error" },
		{ "non-virtual thunk to a::B::f()", "non-virtual thunk to|a|B|f()" },
		{ "a::f[abi:cxx11](std::pair<int, long>)", "|a|f(std::pair<int, long>)" },
		{ "a::B<int, c::D>::f<e>(g, h<i, j>)", "|a|B<int, c::D>|f<e>(g;h<i, j>)" },
		{ "void a::f<int>(int)", "|a|f<int>(int)" },
		{ "std::map<int, long> a::f<int>(int)", "|a|f<int>(int)" },
		{ "a::B::~B()", "|a|B|~B()" },
		{ "a::B::operator=(a::B&&)", "|a|B|operator=(a::B&&)" },
		{ "a::B::operator()(int)", "|a|B|operator()(int)" },
		{ "a::B::operator<(a::B const&) const", "|a|B|operator<(a::B const&) const" },
		{ "operator<<(std::ostream&, a::B)", "|operator<<(std::ostream&;a::B)" },
		{ "a::B::operator->() const", "|a|B|operator->() const" },
		{ "a::B::operator unsigned long() const", "|a|B|operator unsigned long() const" },
		{ "operator new[](unsigned long)", "|operator new[](unsigned long)" },
		{ "(anonymous namespace)::f(int)", "|(anonymous namespace)|f(int)" },
		{ "a::f(void (*)(int, long), char)", "|a|f(void (*)(int, long);char)" },
		{ "my_operator(int)", "|my_operator(int)" },
		{ "a::f()::{lambda(int)#1}::operator()(int) const", "?" },
		{ "a::f(int)::counter", "?" },
		{ "a::f(int) [clone .cold]", "?" },
		{ "a::f(int", "?" },
		{ "a::::f()", "?" },
		{ "", "?" },
	};
	struct arena *a = arena_new(0);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(taken_apart(a, rows[i].text), rows[i].parts);
	arena_free(a);
}

static void too_many_parts_are_not_understood(void **state)
{
	struct arena *a = arena_new(0);
	const char *s = "f", *p = "int";

	(void)state;
	for (int i = 0; i < 100; i++) {
		s = arena_printf(a, "a::%s", s);
		p = arena_printf(a, "%s, int", p);
	}
	assert_string_equal(taken_apart(a, s), "?");
	assert_string_equal(taken_apart(a, arena_printf(a, "f(%s)", p)), "?");
	arena_free(a);
}

static void what_tells_a_release_is_small_letters_and_digits(void **state)
{
	static const char *const yes[] = { "lts_20230802", "v9", "v1_15_2", "__1", "debian3", "icu_72",
					   "_V2", "__8" };
	static const char *const no[] = { "Vec3", "absl", "v", "", "mp3_decoder", "__cxx11x",
					  "sha256", "vec3", "utf8",
					  "lts_2023080220230802202308022023" };

	(void)state;
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		assert_true(cxx_is_release(yes[i], strlen(yes[i])));
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		assert_false(cxx_is_release(no[i], strlen(no[i])));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_taken_apart),
		cmocka_unit_test(too_many_parts_are_not_understood),
		cmocka_unit_test(what_tells_a_release_is_small_letters_and_digits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
