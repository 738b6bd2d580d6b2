/* test_requirement.c - versions, specifiers and requirements. The rows were compared with the module `packaging`. */
#include "package/requirement.h"

#include "../base/tree.h"

#include "package/pyversion.h"

static void versions_have_an_order(void **state)
{
	static const char *const rising[] = { "0.9",	    "1.0.dev1",	   "1.0a1.dev2", "1.0a1",      "1.0-beta.2",
					      "v1.0RC1",    "1.0",	   "1.0+abc.5",	 "1.0+5",      "1.0+5.1",
					      "1.0.post1.dev3", "1.0-2",   "1.1",	 "1.10",       "1!0.5" };

	(void)state;
	for (size_t i = 0; i < sizeof(rising) / sizeof(rising[0]); i++)
		for (size_t k = 0; k < sizeof(rising) / sizeof(rising[0]); k++)
			assert_int_equal(pyversion_compare_texts(rising[i], rising[k]), (i > k) - (i < k));
	assert_int_equal(pyversion_compare_texts("1.0", "1.0.0"), 0);
	assert_int_equal(pyversion_compare_texts("no version", "0.dev0"), -1);
}

static void what_is_no_version_is_refused(void **state)
{
	static const char *const bad[] = { "", "x", "1..0", "1.0x", "1.0+", "1.0+a..b", "1.0 2", ".5", "1!", "-1",
					   "1.2.3.4.5.6.7.8.9.10.11.12.13" };
	struct pyversion v;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(pyversion_read(bad[i], &v));
	assert_true(pyversion_read(" 99999999999999999999999.1 ", &v));
	assert_true(v.release[0] == UINT64_MAX && v.n == 2);
}

static void specifiers_choose(void **state)
{
	static const struct {
		const char *version, *specifiers;
		bool meets;
	} rows[] = {
		{ "1.26.4", "<2,>=1.23.5", true },   { "2.0.0", "<2,>=1.23.5", false },
		{ "2.0rc1", "<2", false },	     { "2.16.2", "<2.17.0,>=2.16.0", true },
		{ "1.4.5", "~=1.4.2", true },	     { "1.5", "~=1.4.2", false },
		{ "2.9", "~=2.2", true },	     { "1.1.post1", "==1.1", false },
		{ "1.1.post1", "==1.1.*", true },    { "1.1a1", "==1.1.*", true },
		{ "1.10", "!=1.1.*", true },	     { "2.5.1+cu121", "==2.5.1", true },
		{ "2.5.1+cu121", "==2.5.1+cpu", false }, { "1.7.post2", ">1.7", false },
		{ "1.7.1", ">1.7", true },	     { "1.0", "", true },
		{ "1.0", " >= 1.0 , ", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pyversion v;
		bool bad;

		assert_true(pyversion_read(rows[i].version, &v));
		assert_int_equal(pyversion_meets(&v, rows[i].specifiers, &bad), rows[i].meets);
		assert_false(bad);
	}
}

static void specifiers_that_are_none_are_told(void **state)
{
	static const char *const bad[] = { "1.0", ">=", ">=1.0.*", "~=1", "=1", "<>1", ">=x", "==1.0,foo" };
	struct pyversion v;
	bool is_bad;

	(void)state;
	assert_true(pyversion_read("1.0", &v));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(pyversion_meets(&v, bad[i], &is_bad));
		assert_true(is_bad);
	}
}

static void requirements_have_parts(void **state)
{
	struct arena *a = arena_new(0);
	struct requirement r;

	(void)state;
	assert_true(requirement_read(a, " tensorflow [and-cuda, x] (<2.17,>=2.16) ; extra == 'tensorflow'", &r));
	assert_string_equal(r.name, "tensorflow");
	assert_string_equal(r.extras, "and-cuda, x");
	assert_string_equal(r.specifiers, "<2.17,>=2.16");
	assert_string_equal(r.marker, "extra == 'tensorflow'");
	assert_true(requirement_read(a, "pkg @ https://x/y;z.whl ; os_name == 'nt'", &r));
	assert_string_equal(r.url, "https://x/y;z.whl");
	assert_string_equal(r.marker, "os_name == 'nt'");
	assert_true(requirement_read(a, "six", &r));
	assert_true(*r.specifiers == '\0' && r.marker == NULL && r.url == NULL);
	assert_false(requirement_read(a, "", &r));
	assert_false(requirement_read(a, "pkg[open", &r));
	arena_free(a);
}

static void markers_are_asked(void **state)
{
	static const struct marker_values v = { "3.11", "x86_64", "" };
	static const struct {
		const char *marker;
		enum marker_answer answer;
	} rows[] = {
		{ "python_version < '3.12'", MARKER_YES },
		{ "python_version >= \"3.9\" and python_version < \"3.11\"", MARKER_NO },
		{ "sys_platform == 'win32' or (os_name == 'posix' and extra == '')", MARKER_YES },
		{ "extra == 'gpu'", MARKER_NO },
		{ "'linux' in sys_platform", MARKER_YES },
		{ "platform_machine not in 'x86_64 aarch64'", MARKER_NO },
		{ "'3.10' <= python_full_version", MARKER_YES },
		{ "color == 'red'", MARKER_BAD },
		{ "python_version", MARKER_BAD },
		{ "os_name == 'posix", MARKER_BAD },
		{ "(os_name == 'posix'", MARKER_BAD },
		{ "os_name == 'posix' or", MARKER_BAD },
	};
	struct arena *a = arena_new(0);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(marker_holds(a, rows[i].marker, &v), rows[i].answer);
	arena_free(a);
}

static void metadata_ends_with_its_header(void **state)
{
	static const char text[] = "Name: x\nRequires-Dist: a>=1\nrequires-dist: b; extra == 'e'\nRequires-Dist: [bad\n"
				   "\nRequires-Dist: c\n";
	struct requirements l = { NULL, 0, 0 };
	struct arena *a = arena_new(0);

	(void)state;
	requirements_of(a, (struct view){ (const unsigned char *)text, sizeof(text) - 1 }, &l);
	assert_int_equal(l.n, 2);
	assert_string_equal(l.items[0].name, "a");
	assert_string_equal(l.items[1].marker, "extra == 'e'");
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions_have_an_order),
		cmocka_unit_test(what_is_no_version_is_refused),
		cmocka_unit_test(specifiers_choose),
		cmocka_unit_test(specifiers_that_are_none_are_told),
		cmocka_unit_test(requirements_have_parts),
		cmocka_unit_test(markers_are_asked),
		cmocka_unit_test(metadata_ends_with_its_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
