/* test_value.c - values of the evaluator: dictionaries, truth, equality; what is not known. */
#include "evaluated.h"

static void test_a_dict_keeps_the_order_in_which_it_was_filled(void **state)
{
	struct evaluated *e = evaluate(state, "d = {'b': 1, 2: 'x', 'a': 3}\nd['b'] = 4\ndel d[2]\nd[2] = 'y'\n"
					      "d[2.0] = 'z'\nd[True] = 0\nd[1] = 1\n");

	assert_global(e, "d", "{'b': 4, 'a': 3, 2: 'z', True: 1}");
}

static void test_a_large_dict_finds_all_that_it_has(void **state)
{
	struct evaluated *e = evaluate(state, "d = {}\nfor i in range(1000): d[i] = d[str(i)] = d[i, 'x'] = i\n"
					      "for i in range(0, 1000, 2): del d[i]; d.pop(str(i))\n"
					      "n = len(d)\nhave = all([d[i] == i and d[i, 'x'] == i for i in range(1, 1000, 2)])\n"
					      "gone = any([i in d or str(i) in d for i in range(0, 1000, 2)])\n");

	assert_global(e, "n", "2000");
	assert_global(e, "have", "True");
	assert_global(e, "gone", "False");
}

static void test_names_are_found_among_many(void **state)
{
	struct modules *m = *state;
	struct py_names *names = py_names_new(m->a);
	struct py_value *d = py_dict_new(m->a);

	for (int i = 0; i < 500; i++) {
		const char *s = arena_printf(m->a, "n%d", i);

		py_dict_set_name(m->a, d->u.dict, py_name(names, s, strlen(s)), py_int(m->a, i));
	}
	assert_int_equal(d->u.dict->live, 500);
	assert_int_equal(py_dict_name(d->u.dict, py_name(names, "n499", 4))->u.integer, 499);
	assert_null(py_dict_name(d->u.dict, py_name(names, "n500", 4)));
	py_dict_set_name(m->a, d->u.dict, py_name(names, "n7", 2), NULL);
	assert_null(py_dict_name(d->u.dict, py_name(names, "n7", 2)));
	assert_int_equal(d->u.dict->live, 499);
}

static void test_a_key_that_is_not_known_may_be_any(void **state)
{
	struct evaluated *e = evaluate(state, "d = {'a': 1}\nd[u] = 2\nmissing = d.get('b')\ninside = 'b' in d\nn = len(d)\n"
					      "f = {'a': 1}\nf.setdefault(u, 2)\nm = f.get('b')\n"
					      "g = {}\ng[(1, u)] = 1\nk = (1, 2) in g\n");

	assert_global(e, "missing", "?");
	assert_global(e, "inside", "?");
	assert_global(e, "n", "?");
	assert_global(e, "m", "?");
	assert_global(e, "k", "?");
}

static void test_equality_says_when_it_does_not_know(void **state)
{
	struct modules *m = *state;
	struct py_value *a = py_list_new(m->a, V_TUPLE), *b = py_list_new(m->a, V_TUPLE);

	assert_int_equal(py_equal(py_int(m->a, INT64_MAX), py_int(m->a, INT64_MAX - 1)), PY_NO);
	assert_int_equal(py_equal(py_int(m->a, 1), py_float(m->a, 1)), PY_YES);
	assert_int_equal(py_equal(&py_true, py_int(m->a, 1)), PY_YES);
	assert_int_equal(py_equal(&py_unknown, &py_unknown), PY_MAYBE);
	assert_int_equal(py_equal(py_str(m->a, "a"), py_int(m->a, 1)), PY_NO);
	py_list_add(m->a, a, py_int(m->a, 1));
	py_list_add(m->a, b, &py_unknown);
	assert_int_equal(py_equal(a, b), PY_MAYBE);
	py_list_add(m->a, b, &py_none);
	assert_int_equal(py_equal(a, b), PY_NO);
	b->tainted = true;
	assert_int_equal(py_equal(a, b), PY_MAYBE);
}

static void test_equality_of_a_list_with_itself_inside_ends(void **state)
{
	struct evaluated *e = evaluate(state, "a = []; a.append(a)\nb = []; b.append(b)\nx = a == b\ny = repr(a)\n");

	assert_global(e, "x", "?");
}

static void test_truth(void **state)
{
	struct modules *m = *state;
	struct py_value *l = py_list_new(m->a, V_LIST);

	assert_int_equal(py_truth(&py_none), PY_NO);
	assert_int_equal(py_truth(&py_unknown), PY_MAYBE);
	assert_int_equal(py_truth(py_float(m->a, -0.0)), PY_NO);
	assert_int_equal(py_truth(py_float(m->a, __builtin_nan(""))), PY_YES);
	assert_int_equal(py_truth(py_str(m->a, "")), PY_NO);
	assert_int_equal(py_truth(l), PY_NO);
	l->tainted = true;
	assert_int_equal(py_truth(l), PY_MAYBE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MODULES_TEST(test_a_dict_keeps_the_order_in_which_it_was_filled),
		MODULES_TEST(test_a_large_dict_finds_all_that_it_has),
		MODULES_TEST(test_names_are_found_among_many),
		MODULES_TEST(test_a_key_that_is_not_known_may_be_any),
		MODULES_TEST(test_equality_says_when_it_does_not_know),
		MODULES_TEST(test_equality_of_a_list_with_itself_inside_ends),
		MODULES_TEST(test_truth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
