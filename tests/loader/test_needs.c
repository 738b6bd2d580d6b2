/* test_needs.c - what an object needs, breadth first, and the order in which it is set up. */
#include <signal.h>

#include "loader/needs.h"
#include "loader/search.h"
#include "so.h"

static const char *base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* "liba.so libb.so": base names in the order of the list. */
static const char *words(struct fixture *f, struct image *const *v, size_t n)
{
	const char *out = "";

	for (size_t i = 0; i < n; i++)
		out = arena_printf(f->a, "%s%s%s", out, i > 0 ? " " : "", base(v[i]->name));
	return out;
}

static struct image *load(struct fixture *f, const char *name)
{
	struct image *im = search_map(f->p, f->p->program, name, SEARCH_DLOPEN, NULL);

	assert_non_null(im);
	return im;
}

static bool map(struct fixture *f, struct image *im)
{
	return needs_map(f->p, im, NULL, 0, SEARCH_DLOPEN);
}

/* Loads "top" with its needs; the search order and the order of setting up must be these. */
static void orders(struct fixture *f, const char *search, const char *set_up)
{
	struct image *top = load(f, "top");

	assert_true(map(f, top));
	assert_string_equal(words(f, top->list.v, top->list.n), search);
	assert_string_equal(words(f, top->init_order, top->list.n), set_up);
}

/* ---- search order ------------------------------------------------------------------------------- */

static void needs_are_mapped_breadth_first_each_once(void **state)
{
	struct fixture *f = *state;

	put_lib(f, "/lib/top", NULL, NEEDS("a", "b"));
	put_lib(f, "/lib/a", NULL, NEEDS("c", "d"));
	put_lib(f, "/lib/b", NULL, NEEDS("d", "e"));
	put_lib(f, "/lib/c", NULL, NULL);
	put_lib(f, "/lib/d", NULL, NULL);
	put_lib(f, "/lib/e", NULL, NULL);
	orders(f, "top a b c d e", "top a b c d e");
}

static void a_cycle_and_a_need_of_oneself_end(void **state)
{
	struct fixture *f = *state;

	put_lib(f, "/lib/top", NULL, NEEDS("top", "a"));
	put_lib(f, "/lib/a", NULL, NEEDS("b"));
	put_lib(f, "/lib/b", NULL, NEEDS("top", "a"));
	orders(f, "top a b", "top b a");
}

static void preloads_stand_behind_the_program(void **state)
{
	struct fixture *f = *state;
	struct image *pre, *top;

	put_lib(f, "/lib/top", NULL, NEEDS("a"));
	put_lib(f, "/lib/a", NULL, NULL);
	put_lib(f, "/lib/pre", NULL, NULL);
	top = load(f, "top");
	pre = load(f, "pre");
	assert_true(needs_map(f->p, top, &pre, 1, SEARCH_START));
	assert_string_equal(words(f, top->list.v, top->list.n), "top pre a");
}

static void each_image_keeps_its_requests_and_what_they_led_to(void **state)
{
	struct fixture *f = *state;
	struct image *top;

	put_lib(f, "/lib/top", NULL, NEEDS("a", "$ORIGIN/b"));
	put_lib(f, "/lib/a", NULL, NULL);
	put_lib(f, "/lib/b", NULL, NULL);
	top = load(f, "top");
	assert_true(map(f, top));
	assert_int_equal(top->nrequests, 2);
	assert_string_equal(top->requests[1]->name, "$ORIGIN/b");
	assert_string_equal(top->requests[1]->asked, "/lib/b");
	assert_string_equal(words(f, top->needed, top->nneeded), "a b");
	assert_ptr_equal(top->needed[0]->requester, top);
}

/* ---- what is missing ------------------------------------------------------------------------------ */

static void all_that_is_missing_is_named_in_search_order(void **state)
{
	struct fixture *f = *state;
	const struct failure *x;

	put_lib(f, "/lib/top", NULL, NEEDS("none1", "a", "none2"));
	put_lib(f, "/lib/a", NULL, NEEDS("none3"));
	assert_false(map(f, load(f, "top")));
	x = first_failure(f);
	assert_int_equal(f->p->trace.failures.n, 3);
	assert_string_equal(x[0].object, "none1");
	assert_string_equal(x[1].object, "none2");
	assert_string_equal(x[2].object, "none3");
	assert_string_equal(base(x[2].image->name), "a");
}

static void a_name_outside_the_string_table_kills(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	so_dyn(s, DT_NEEDED, 0x100000);
	so_put(f, s, "/lib/top");
	assert_false(map(f, load(f, "top")));
	assert_int_equal(first_failure(f)->signal, SIGSEGV);
}

static void nothing_is_searched_for_after_a_death(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	so_dyn(s, DT_NEEDED, 0x100000);
	so_need(s, "none");
	so_put(f, s, "/lib/top");
	assert_false(map(f, load(f, "top")));
	assert_int_equal(f->p->trace.failures.n, 1);
}

/* ---- tokens ------------------------------------------------------------------------------------- */

static void tokens_are_refused_in_a_secure_program(void **state)
{
	struct fixture *f = *state;
	struct image *top;

	put_lib(f, "/lib/top", NULL, NEEDS("$ORIGIN/a"));
	put_lib(f, "/lib/a", NULL, NULL);
	top = load(f, "top");
	f->p->secure = true;
	assert_false(map(f, top));
	assert_int_equal(first_failure(f)->kind, FAIL_TOKEN);
	assert_string_equal(first_failure(f)->string, "DST not allowed in SUID/SGID programs");
	assert_string_equal(first_failure(f)->object, "$ORIGIN/a");
}

static void a_token_without_value_is_a_failure_for_a_need_alone(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	f->w.cpu.platform = NULL;
	so_dyn_str(s, DT_AUXILIARY, "$PLATFORM/aux");
	so_put(f, s, "/lib/top");
	orders(f, "top", "top");
	put_lib(f, "/lib/other", NULL, NEEDS("$PLATFORM/a"));
	assert_false(map(f, load(f, "other")));
	assert_string_equal(first_failure(f)->string, "empty dynamic string token substitution");
}

/* ---- filters ------------------------------------------------------------------------------------ */

static void a_filter_stands_before_the_object_that_names_it(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);
	struct image *top;

	put_lib(f, "/lib/top", NULL, NEEDS("a", "b"));
	so_dyn_str(s, DT_FILTER, "filtee");
	so_need(s, "c");
	so_put(f, s, "/lib/a");
	put_lib(f, "/lib/filtee", NULL, NEEDS("d"));
	put_lib(f, "/lib/b", NULL, NULL);
	put_lib(f, "/lib/c", NULL, NULL);
	put_lib(f, "/lib/d", NULL, NULL);
	top = load(f, "top");
	assert_true(map(f, top));
	assert_string_equal(words(f, top->list.v, top->list.n), "top filtee a b c d");
}

static void a_missing_auxiliary_filter_is_forgiven(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	so_dyn_str(s, DT_AUXILIARY, "none");
	so_put(f, s, "/lib/top");
	orders(f, "top", "top");
	assert_int_equal(f->p->trace.failures.n, 0);
}

static void a_missing_filter_is_a_failure(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	so_dyn_str(s, DT_FILTER, "none");
	so_put(f, s, "/lib/top");
	assert_false(map(f, load(f, "top")));
	assert_string_equal(first_failure(f)->object, "none");
}

/* ---- order of setting up: what stands last is relocated first ----------------------------------------- */

static void put_diamond(struct fixture *f)
{
	put_lib(f, "/lib/top", NULL, NEEDS("a", "b"));
	put_lib(f, "/lib/a", NULL, NEEDS("c"));
	put_lib(f, "/lib/b", NULL, NEEDS("c"));
	put_lib(f, "/lib/c", NULL, NEEDS("b"));
}

static void put_cycle(struct fixture *f)
{
	put_lib(f, "/lib/top", NULL, NEEDS("a"));
	put_lib(f, "/lib/a", NULL, NEEDS("b"));
	put_lib(f, "/lib/b", NULL, NEEDS("a"));
}

static void in_a_cycle_the_new_sort_sets_up_the_first_object_first(void **state)
{
	struct fixture *f = *state;

	f->w.install.minor = 35;
	put_cycle(f);
	orders(f, "top a b", "top b a");
}

static void in_a_cycle_the_old_sort_of_2_34_sets_up_the_other_first(void **state)
{
	struct fixture *f = *state;

	f->w.install.minor = 34;
	put_cycle(f);
	orders(f, "top a b", "top a b");
}

static void a_tunable_brings_the_old_sort_back(void **state)
{
	struct fixture *f = *state;

	f->w.tunables.old_sort = true;
	put_cycle(f);
	orders(f, "top a b", "top a b");
}

static void both_sorts_agree_about_a_late_dependency(void **state)
{
	struct fixture *f = *state;

	put_lib(f, "/lib/top", NULL, NEEDS("a", "b"));
	put_lib(f, "/lib/a", NULL, NULL);
	put_lib(f, "/lib/b", NULL, NEEDS("a"));
	f->w.install.minor = 34;
	orders(f, "top a b", "top b a");
	f->p = process_new(&f->w, f->a, "./prog");
	f->p->program = process_add_image(f->p, IMAGE_PROGRAM, NULL, "");
	f->w.install.minor = 36;
	orders(f, "top a b", "top b a");
}

static void the_sorts_end_on_a_cycle_below_a_diamond(void **state)
{
	struct fixture *f = *state;

	put_diamond(f);
	orders(f, "top a b c", "top a c b");
}

static void the_closure_of_an_object_opened_before_counts_as_its_needs(void **state)
{
	struct fixture *f = *state;
	struct image *top;

	/* Sorted as an object that was opened, a pulls c in before b, whatever it names first. */
	put_lib(f, "/lib/a", NULL, NEEDS("b", "c"));
	put_lib(f, "/lib/b", NULL, NEEDS("c"));
	put_lib(f, "/lib/c", NULL, NEEDS("b"));
	put_lib(f, "/lib/top", NULL, NEEDS("b", "c", "a"));
	top = load(f, "a");
	assert_true(map(f, top));
	assert_string_equal(words(f, top->init_order, top->list.n), "a c b");
	orders(f, "top b c a", "top a c b");
}

static void libc_stands_last_from_2_39_on(void **state)
{
	struct fixture *f = *state;

	put_lib(f, "/lib/top", NULL, NEEDS("libc.so.6", "a"));
	put_lib(f, "/lib/libc.so.6", "libc.so.6", NEEDS("ld"));
	put_lib(f, "/lib/a", NULL, NEEDS("libc.so.6"));
	put_lib(f, "/lib/ld", NULL, NULL);
	f->w.install.minor = 38;
	orders(f, "top libc.so.6 a ld", "top a libc.so.6 ld");
	f->p = process_new(&f->w, f->a, "./prog");
	f->p->program = process_add_image(f->p, IMAGE_PROGRAM, NULL, "");
	f->w.install.minor = 39;
	orders(f, "top libc.so.6 a ld", "top a ld libc.so.6");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SO_TEST(needs_are_mapped_breadth_first_each_once),
		SO_TEST(a_cycle_and_a_need_of_oneself_end),
		SO_TEST(preloads_stand_behind_the_program),
		SO_TEST(each_image_keeps_its_requests_and_what_they_led_to),
		SO_TEST(all_that_is_missing_is_named_in_search_order),
		SO_TEST(a_name_outside_the_string_table_kills),
		SO_TEST(nothing_is_searched_for_after_a_death),
		SO_TEST(tokens_are_refused_in_a_secure_program),
		SO_TEST(a_token_without_value_is_a_failure_for_a_need_alone),
		SO_TEST(a_filter_stands_before_the_object_that_names_it),
		SO_TEST(a_missing_auxiliary_filter_is_forgiven),
		SO_TEST(a_missing_filter_is_a_failure),
		SO_TEST(in_a_cycle_the_new_sort_sets_up_the_first_object_first),
		SO_TEST(in_a_cycle_the_old_sort_of_2_34_sets_up_the_other_first),
		SO_TEST(a_tunable_brings_the_old_sort_back),
		SO_TEST(both_sorts_agree_about_a_late_dependency),
		SO_TEST(the_sorts_end_on_a_cycle_below_a_diamond),
		SO_TEST(the_closure_of_an_object_opened_before_counts_as_its_needs),
		SO_TEST(libc_stands_last_from_2_39_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
