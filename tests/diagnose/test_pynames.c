/* test_pynames.c - names of Python's C API and what they tell. */
#include "diagnose/pynames.h"
#include "fixture.h"

static void rows_are_sorted_and_make_sense(void **state)
{
	size_t n;
	const struct pyname *rows = pyname_rows(&n);

	(void)state;
	assert_true(n > 300);
	for (size_t i = 0; i < n; i++) {
		assert_true(rows[i].first != 0 || rows[i].last != 0);
		assert_true(rows[i].last == 0 || rows[i].first <= rows[i].last);
		assert_true(i == 0 || strcmp(rows[i - 1].name, rows[i].name) < 0);
		assert_ptr_equal(pyname_find(rows[i].name), &rows[i]);
	}
}

static void names_of_the_stable_abi_are_known(void **state)
{
	(void)state;
	assert_int_equal(pyname_stable("PyABIInfo_Check"), 15);
	assert_int_equal(pyname_stable("_Py_TrueStruct"), 2);
	assert_int_equal(pyname_stable("PyObject_Vectorcall"), 12);
	assert_int_equal(pyname_stable("PyUnicode_New"), 0);
}

static void releases_are_those_of_the_documentation(void **state)
{
	(void)state;
	assert_int_equal(pyname_find("PyErr_GetRaisedException")->first, 12);
	assert_int_equal(pyname_find("PyFrame_GetVar")->first, 12);
	assert_int_equal(pyname_find("PyImport_AddModuleRef")->first, 13);
	assert_int_equal(pyname_find("PyWeakref_GetRef")->first, 13);
	assert_int_equal(pyname_find("PyFrame_GetBuiltins")->first, 11);
	assert_int_equal(pyname_find("PyModule_AddObjectRef")->first, 10);
	assert_int_equal(pyname_find("PyFrame_BlockSetup")->last, 10);
	assert_int_equal(pyname_find("PyUnicode_AsUnicode")->last, 11);
	assert_null(pyname_find("PyLong_FromLong"));
	assert_null(pyname_find("PyErr_GetRaised"));
	assert_null(pyname_find(""));
}

/* What the names, ended by NULL, tell of a module that Python 3.runs loads. */
static const char *told(struct arena *a, unsigned runs, const char *const *names)
{
	struct pyspan s = { .build = NULL };

	while (*names != NULL)
		pyspan_add(&s, *names++);
	return pyspan_built_for(a, &s, runs);
}
#define TOLD(runs, ...) told(a, runs, (const char *const[]){ __VA_ARGS__, NULL })

static void the_names_together_tell_the_release(void **state)
{
	struct arena *a = arena_new(0);

	(void)state;
	assert_string_equal(TOLD(9, "PyType_GetName", "PyType_GetDict", "PyIter_Check"),
			    "Python 3.12 or later");
	assert_string_equal(TOLD(13, "PyUnicode_AsUnicode", "PyFrame_BlockPop", "_PyLong_AsInt"),
			    "Python 3.10 or an earlier one");
	assert_string_equal(TOLD(13, "PyCode_NewWithPosOnlyArgs"), "a Python from 3.8 to 3.11");
	assert_string_equal(TOLD(12, "_PyType_GetModuleByDef"), "Python 3.10");
	assert_string_equal(TOLD(0, "PyType_GetDict"), "Python 3.12 or later");
	arena_free(a);
}

static void a_release_that_explains_nothing_is_not_named(void **state)
{
	struct arena *a = arena_new(0);

	(void)state;
	assert_null(TOLD(12, "PyType_GetDict"));
	assert_null(TOLD(11, "PyUnicode_AsUnicode"));
	assert_null(TOLD(9, "PyNobody_Knows"));
	assert_null(TOLD(9, "PyType_GetDict", "PyFrame_BlockPop")); /* never together */
	arena_free(a);
}

static void some_builds_have_names_of_their_own(void **state)
{
	struct arena *a = arena_new(0);

	(void)state;
	assert_string_equal(TOLD(11, "PyType_GetDict", "_Py_RefTotal"), "a debug build of Python");
	assert_contains(TOLD(13, "_Py_DecRefShared"), "free-threaded");
	assert_string_equal(TOLD(11, "PyString_FromString"), "Python 2");
	assert_string_equal(TOLD(11, "_PyPy_Dealloc"), "PyPy");
	assert_null(TOLD(11, "_Py_RefTotals"));
	assert_null(TOLD(11, "PyStringent"));
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_sorted_and_make_sense),
		cmocka_unit_test(names_of_the_stable_abi_are_known),
		cmocka_unit_test(releases_are_those_of_the_documentation),
		cmocka_unit_test(the_names_together_tell_the_release),
		cmocka_unit_test(a_release_that_explains_nothing_is_not_named),
		cmocka_unit_test(some_builds_have_names_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
