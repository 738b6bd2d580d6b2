/* test_copies.c - other copies of a library, and why none was taken. */
#include "fixture.h"

#include "diagnose/copies.h"

#define NAME "libver-x.so.1"

struct scene {
	struct image *asker, *taken;
	struct request *rq;
};

/* liba.so has got an old copy by `rule`. */
static struct scene start(struct fixture *f, enum load_rule rule)
{
	struct scene s;

	s.asker = set_target(f, put_so(f, "app/liba.so", &(struct so){ 0 }));
	s.taken = add_image(f, IMAGE_LIBRARY, put_so(f, "old/" NAME, &(struct so){ 0 }));
	s.rq = add_request(f, s.asker, NAME);
	s.rq->rule = rule;
	s.rq->rule_of = rule == RULE_RUNPATH || rule == RULE_RPATH ? s.asker : NULL;
	s.rq->to = s.taken;
	s.taken->request = s.rq;
	return s;
}

static void set_requests(struct fixture *f, struct image *im, const struct request *rq)
{
	im->requests = ARENA_ARRAY(f->a, 1, const struct request *);
	im->requests[0] = rq;
	im->nrequests = 1;
}

static struct dir_list list_of(struct fixture *f, const char *dir)
{
	struct search_dir *s = ARENA_NEW(f->a, struct search_dir);
	struct dir_list l = { .ready = true, .v = ARENA_ARRAY(f->a, 1, struct search_dir *),
			      .n = 1 };

	s->dir = arena_printf(f->a, "%s/", at(f, dir));
	l.v[0] = s;
	return l;
}

static struct copies look(struct fixture *f, const struct scene *s)
{
	struct copies out;
	struct diag d = { .in = &f->in, .w = &f->w, .p = f->p, .t = &f->p->trace,
			  .store = f->store, .source = f->source, .a = f->a };

	copies_of(&d, NAME, s->asker, s->taken, &out);
	return out;
}

static void one_copy(const struct copies *c, const char *path, const char *why)
{
	assert_int_equal(c->n, 1);
	assert_string_equal(c->items[0].path, path);
	assert_contains(c->items[0].why, why);
}

static void the_copy_that_was_taken_is_not_another(void **state)
{
	struct fixture *f = *state;
	struct scene s = start(f, RULE_LD_LIBRARY_PATH);

	assert_int_equal(look(f, &s).n, 0);
}

static void an_earlier_rule_is_named(void **state)
{
	struct fixture *f = *state;
	struct scene s = start(f, RULE_LD_LIBRARY_PATH);
	const char *path = put_so(f, "default/" NAME, &(struct so){ 0 });
	struct copies c = look(f, &s);

	one_copy(&c, path, "LD_LIBRARY_PATH comes before a default folder");
}

static void an_earlier_folder_of_the_same_list_is_named(void **state)
{
	struct fixture *f = *state;
	struct scene s = start(f, RULE_RUNPATH);
	const char *path = put_so(f, "second/" NAME, &(struct so){ 0 });
	struct copies c;

	s.asker->runpath = list_of(f, "second");
	c = look(f, &s);
	one_copy(&c, path, "RUNPATH of liba.so leads to the other copy first");
}

static void a_name_that_is_loaded_is_not_searched_again(void **state)
{
	struct fixture *f = *state;
	struct scene s = start(f, RULE_RUNPATH);
	struct image *b = add_image(f, IMAGE_LIBRARY,
				    put_so(f, "app/libb.so", &(struct so){ 0 }));
	struct request *again = add_request(f, b, NAME);
	const char *path = put_so(f, "default/" NAME, &(struct so){ 0 });
	struct copies c;

	again->rule = RULE_LOADED;
	again->to = s.taken;
	set_requests(f, b, again);
	s.asker = b;
	c = look(f, &s);
	one_copy(&c, path, "liba.so had brought the other copy already");
}

static void a_preload_is_named(void **state)
{
	struct fixture *f = *state;
	struct scene s = start(f, RULE_PATH);
	struct request *again = add_request(f, s.asker, NAME);
	const char *path = put_so(f, "default/" NAME, &(struct so){ 0 });
	struct copies c;

	s.rq->from = NULL;
	s.rq->preload = true;
	again->to = s.taken;
	set_requests(f, s.asker, again);
	c = look(f, &s);
	one_copy(&c, path, "LD_PRELOAD");
}

static void a_folder_that_is_not_searched_is_no_rule(void **state)
{
	struct fixture *f = *state;
	struct scene s = start(f, RULE_RUNPATH);
	const char *path = put_so(f, "app/" NAME, &(struct so){ 0 });
	struct copies c = look(f, &s);

	one_copy(&c, path, "no folder that was searched");
}

static void a_copy_of_the_own_environment_is_told_as_such(void **state)
{
	struct fixture *f = *state;
	const char *path = put_so(f, "env/lib/" NAME, &(struct so){ 0 });
	struct scene s = start(f, RULE_RUNPATH);
	struct copies c;

	put_folder(f, "env/conda-meta");
	set_target(f, put_so(f, "env/lib/python3.11/site-packages/p/_c.so", &(struct so){ 0 }));
	c = look(f, &s);
	one_copy(&c, path, "belongs to this environment");
}

static void a_copy_of_another_environment_is_told_as_such(void **state)
{
	struct fixture *f = *state;
	const char *path = put_so(f, "env/lib/" NAME, &(struct so){ 0 });
	struct scene s = start(f, RULE_RUNPATH);
	struct copies c;

	put_text(f, "env/pyvenv.cfg", "");
	add_image(f, IMAGE_LIBRARY, put_so(f, "env/lib/libc.so", &(struct so){ 0 }));
	c = look(f, &s);
	one_copy(&c, path, "another environment");
}

static void copies_for_other_machines_do_not_count(void **state)
{
	struct fixture *f = *state;
	struct scene s = start(f, RULE_RUNPATH);

	put_so(f, "default/" NAME, &(struct so){ .machine = EM_AARCH64 });
	assert_int_equal(look(f, &s).n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DIAGNOSE_TEST(the_copy_that_was_taken_is_not_another),
		DIAGNOSE_TEST(an_earlier_rule_is_named),
		DIAGNOSE_TEST(an_earlier_folder_of_the_same_list_is_named),
		DIAGNOSE_TEST(a_name_that_is_loaded_is_not_searched_again),
		DIAGNOSE_TEST(a_preload_is_named),
		DIAGNOSE_TEST(a_folder_that_is_not_searched_is_no_rule),
		DIAGNOSE_TEST(a_copy_of_the_own_environment_is_told_as_such),
		DIAGNOSE_TEST(a_copy_of_another_environment_is_told_as_such),
		DIAGNOSE_TEST(copies_for_other_machines_do_not_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
