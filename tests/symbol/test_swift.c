/* test_swift.c - Swift's names: the forms that are read, and those that are left alone. */
#include "symbol/swift.h"

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
};

static void ask_all(void *ctx)
{
	struct question *q = ctx;

	for (size_t i = 0; i < q->n; i++) {
		const char *is = swift_demangle(q->a, q->pairs[i][0]);

		if (is == NULL || q->pairs[i][1] == NULL)
			assert_ptr_equal(is, q->pairs[i][1]);
		else
			assert_string_equal(is, q->pairs[i][1]);
	}
}

static void check(const char *const (*pairs)[2], size_t n)
{
	struct question q = {arena_new(0), pairs, n};

	assert_non_null(q.a);
	assert_int_equal(arena_run(q.a, ask_all, &q), ARENA_OK);
	arena_free(q.a);
}

#define CHECK(pairs) check(pairs, sizeof(pairs) / sizeof(*(pairs)))

static void prefixes_tell(void **state)
{
	(void)state;
	assert_true(swift_is_mangled("$s4main3fooyyF"));
	assert_true(swift_is_mangled("_$s4main3fooyyF"));
	assert_true(swift_is_mangled("$S4main3fooyyF"));
	assert_true(swift_is_mangled("_T04main3fooyyF"));
	assert_false(swift_is_mangled("_Z1fi"));
	assert_false(swift_is_mangled("s4main"));
}

static void functions_and_variables_have_a_module_and_types(void **state)
{
	static const char *const pairs[][2] = {
		{"$s4Main3fooyyF", "Main.foo"},
		{"$s4main3FooC3baryyF", "main.Foo.bar"},
		{"_T04test6testitSiyt_tF", "test.testit"},
		{"_$S4test6testitySiyt_tF", "test.testit"},
		{"_$S8mangling14varargsVsArray3arr1nySaySiGd_SStF", "mangling.varargsVsArray"},
		{"$s4main20receiveInstantiationyySo34__CxxTemplateInst12MagicWrapperIiEVzF",
		 "main.receiveInstantiation"},
		{"$s4main1gyySiXCvp", "main.g"},
		{"$s4main3FooC3barSivgZ", "static main.Foo.bar.getter"},
		{"$s4main3FooC3baryyFTj", "dispatch thunk of main.Foo.bar"},
		{"$sSS5countSivg", "Swift.String.count.getter"},
	};

	(void)state;
	CHECK(pairs);
}

static void types_and_initializers_are_told(void **state)
{
	static const char *const pairs[][2] = {
		{"$s4main3FooC", "main.Foo"},
		{"$s4main3FooCN", "type metadata for main.Foo"},
		{"$s4main3FooV3BarOMn", "nominal type descriptor for main.Foo.Bar"},
		{"$s4main3FooMp", "protocol descriptor for main.Foo"},
		{"$s4main3FooCfD", "main.Foo.__deallocating_deinit"},
		{"$s4Main6PersonC4name3ageSSSi_tcfc", "Main.Person.init"},
		{"$s4test3StrCACycfC", "test.Str.init"},
		{"$s4Test5ProtoP8IteratorV10collectionAEy_qd__Gqd___tcfc", "Test.Proto.Iterator.init"},
		{"_T0s24_UnicodeScalarExceptions33_0E4228093681F6920F0AB2E48B4F1C69LLVACycfC",
		 "Swift._UnicodeScalarExceptions.init"},
	};

	(void)state;
	CHECK(pairs);
}

static void words_that_were_said_are_put_in_again(void **state)
{
	static const char *const pairs[][2] = {
		{"$s4main0A3FooV3baryyF", "main.mainFoo.bar"},
		{"$s09MemberGetA03fooyyF", "MemberGetMember.foo"},
		{"$s4main0B3FooV3baryyF", NULL},
		{"$s4main0", NULL},
	};

	(void)state;
	CHECK(pairs);
}

static void other_forms_are_not_understood(void **state)
{
	static const char *const pairs[][2] = {
		{"", NULL}, {"printf", NULL}, {"$s", NULL}, {"$s4mai", NULL}, {"$s99main3fooyyF", NULL},
		{"$s4main3foo", NULL}, {"$s4mainF", NULL}, {"_T0Rml", NULL}, {"_T0D", NULL},
		/* an operator of an extension, a local type, a specialization, a closure */
		{"_$Ss10DictionaryV3t17E6Index2V1loiySbAEyxq__G_AGtFZ", NULL},
		{"$S3nix8MystructV6testit1xyx_tF7MyaliasL_ayx__GD", NULL},
		{"_$S3foo6testityyyyc_yyctF1a1bTf3pfpf_n", NULL},
		{"$s4main3fooyyFyycfU_", NULL},
		/* Swift's own demangler refuses these as well. */
		{"_T0s5print_9separator10terminatoryypfC", NULL},
		{"_T0s18ReversedCollectionVyxGs04LazyB8ProtocolfC", NULL},
		{"_T0s3SetVyxGs10CollectiotySivm", NULL},
	};

	(void)state;
	CHECK(pairs);
}

static void endless_nesting_ends(void **state)
{
	char name[4096] = "$s1m";
	const char *const pair[][2] = {{name, NULL}};

	(void)state;
	for (int i = 0; i < 1300; i++)
		strcat(name, "1aC");
	CHECK(pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prefixes_tell),
		cmocka_unit_test(functions_and_variables_have_a_module_and_types),
		cmocka_unit_test(types_and_initializers_are_told),
		cmocka_unit_test(words_that_were_said_are_put_in_again),
		cmocka_unit_test(other_forms_are_not_understood),
		cmocka_unit_test(endless_nesting_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
