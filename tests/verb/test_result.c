/* test_result.c - from a simulated process to the public result. */
#include "root.h"
#include "verb/result.h"

/* A bare program that has opened "/lib/libtop.so"; *target gets its image, NULL if it failed. */
static struct process *opened(struct fixture *f, const struct image **target)
{
	f->w.ld_path = LD;
	f->p = loader_start(&f->w, f->a, NULL, "program", false, 0);
	assert_int_equal(f->p->trace.failures.n, 0);
	*target = loader_open(f->p, "/lib/libtop.so", 0);
	return f->p;
}

static struct dlwhy_result result(struct fixture *f, const struct image *target,
				  const struct dlwhy_options *opt)
{
	struct dlwhy_options none;
	struct dlwhy_result r = { .verb = "check" };

	dlwhy_options_init(&none);
	result_objects(&r, opt != NULL ? opt : &none, f->p, target, f->a);
	return r;
}

static const struct dlwhy_object *object(const struct dlwhy_result *r, const char *path)
{
	for (size_t i = 0; i < r->nobjects; i++)
		if (r->objects[i]->path != NULL && strcmp(r->objects[i]->path, path) == 0)
			return r->objects[i];
	fail_msg("%s is not among the objects", path);
	return NULL;
}

static void put_top(struct fixture *f)
{
	struct so *s = so_new(f);

	so_need(s, "libdep.so");
	so_rela(s, R_X86_64_GLOB_DAT, so_undef(s, "x"));
	so_put(f, s, "/lib/libtop.so");
	s = so_new(f);
	so_soname(s, "libdep.so.1");
	so_def(s, "x");
	so_put(f, s, "/lib/libdep.so");
}

static void every_image_is_an_object_whose_id_is_its_place(void **state)
{
	struct fixture *f = *state;
	const struct image *target;
	struct dlwhy_result r;

	put_top(f);
	opened(f, &target);
	r = result(f, target, NULL);
	assert_int_equal(r.nobjects, f->p->images.n);
	for (size_t i = 0; i < r.nobjects; i++)
		assert_int_equal(r.objects[i]->id, i);
	assert_string_equal(r.objects[r.target_object]->path, "/lib/libtop.so");
	assert_string_equal(object(&r, "/lib/libdep.so")->soname, "libdep.so.1");
}

static void an_assumed_program_has_no_path(void **state)
{
	struct fixture *f = *state;
	const struct image *target;
	struct dlwhy_result r;

	put_top(f);
	opened(f, &target);
	r = result(f, target, NULL);
	assert_null(r.objects[0]->path);
}

static void what_the_program_brought_is_the_hosts(void **state)
{
	struct fixture *f = *state;
	const struct image *target;
	struct dlwhy_result r;

	put_top(f);
	opened(f, &target);
	r = result(f, target, NULL);
	assert_true(object(&r, "/lib/libc.so.6")->by_host);
	assert_false(object(&r, "/lib/libtop.so")->by_host);
	assert_false(object(&r, "/lib/libdep.so")->by_host);
}

static void of_a_program_nothing_is_the_hosts(void **state)
{
	struct fixture *f = *state;
	struct dlwhy_result r;

	so_put(f, new_program(f), "/bin/prog");
	f->p = loader_start(&f->w, f->a, "/bin/prog", "./prog", false, 0);
	r = result(f, f->p->program, NULL);
	assert_int_equal(r.target_object, 0);
	assert_string_equal(r.objects[0]->path, "/bin/prog");
	assert_false(object(&r, "/lib/libc.so.6")->by_host);
	assert_string_equal(r.objects[0]->needs[0]->when, "start");
}

static void a_need_says_where_it_leads_and_by_which_rule(void **state)
{
	struct fixture *f = *state;
	const struct image *target;
	const struct dlwhy_need *n;
	struct dlwhy_result r;

	put_top(f);
	opened(f, &target);
	r = result(f, target, NULL);
	n = r.objects[r.target_object]->needs[0];
	assert_string_equal(n->name, "libdep.so");
	assert_int_equal(n->to, object(&r, "/lib/libdep.so")->id);
	assert_string_equal(n->rule, "default-dir");
	assert_int_equal(n->rule_of, -1);
	assert_string_equal(n->when, "open");
	assert_int_equal(n->nprobes, 0); /* it was found, and nobody asked */
}

static void probes_are_kept_of_all_needs_if_asked_for(void **state)
{
	struct fixture *f = *state;
	const struct image *target;
	const struct dlwhy_need *n;
	struct dlwhy_options opt;
	struct dlwhy_result r;

	dlwhy_options_init(&opt);
	opt.probes = true;
	put_top(f);
	opened(f, &target);
	r = result(f, target, &opt);
	n = r.objects[r.target_object]->needs[0];
	assert_true(n->nprobes > 1);
	assert_string_equal(n->probes[n->nprobes - 1]->path, "/lib/libdep.so");
	assert_string_equal(n->probes[n->nprobes - 1]->outcome, "taken");
	assert_string_equal(n->probes[n->nprobes - 1]->directory, "/lib/");
}

static void a_missing_need_leads_nowhere_and_keeps_its_probes(void **state)
{
	struct fixture *f = *state;
	const struct image *target;
	const struct dlwhy_need *n;
	struct dlwhy_result r;

	put_lib(f, "/lib/libtop.so", NULL, NEEDS("libnone.so"));
	opened(f, &target);
	assert_null(target);
	r = result(f, target, NULL);
	assert_int_equal(r.target_object, -1);
	n = object(&r, "/lib/libtop.so")->needs[0];
	assert_int_equal(n->to, -1);
	assert_null(n->rule);
	assert_true(n->nprobes > 0);
}

static void bindings_are_listed_on_request_without_the_hosts(void **state)
{
	struct fixture *f = *state;
	const struct image *target;
	struct dlwhy_options opt;
	struct dlwhy_result r;

	put_top(f);
	opened(f, &target);
	r = result(f, target, NULL);
	assert_int_equal(r.nbindings, 0);
	dlwhy_options_init(&opt);
	opt.bindings = true;
	r = result(f, target, &opt);
	assert_int_equal(r.nbindings, 1);
	assert_string_equal(r.bindings[0]->symbol, "x");
	assert_int_equal(r.bindings[0]->from, r.target_object);
	assert_int_equal(r.bindings[0]->to, object(&r, "/lib/libdep.so")->id);
	assert_null(r.bindings[0]->version);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROOT_TEST(every_image_is_an_object_whose_id_is_its_place),
		ROOT_TEST(an_assumed_program_has_no_path),
		ROOT_TEST(what_the_program_brought_is_the_hosts),
		ROOT_TEST(of_a_program_nothing_is_the_hosts),
		ROOT_TEST(a_need_says_where_it_leads_and_by_which_rule),
		ROOT_TEST(probes_are_kept_of_all_needs_if_asked_for),
		ROOT_TEST(a_missing_need_leads_nowhere_and_keeps_its_probes),
		ROOT_TEST(bindings_are_listed_on_request_without_the_hosts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
