/* test_members.c - which files of a process belong to the target. */
#include "fixture.h"

#include "diagnose/members.h"

static bool member(struct fixture *f, const struct image *im)
{
	struct diag d = { .in = &f->in, .w = &f->w, .p = f->p, .a = f->a };

	return is_member(&d, im);
}

static void the_target_and_what_came_with_it_belong_together(void **state)
{
	struct fixture *f = *state;
	struct image *target = set_target(f, put_so(f, "app/liba.so", &(struct so){ 0 }));

	assert_true(member(f, target));
	assert_true(member(f, add_image(f, IMAGE_LIBRARY, put_so(f, "app/libb.so", &(struct so){ 0 }))));
}

static void the_system_and_the_host_do_not(void **state)
{
	struct fixture *f = *state;
	struct image *host;

	set_target(f, put_so(f, "app/liba.so", &(struct so){ 0 }));
	assert_false(member(f, add_image(f, IMAGE_LIBRARY,
					 put_so(f, "default/libc.so", &(struct so){ 0 }))));
	host = add_image(f, IMAGE_LIBRARY, put_so(f, "host/libh.so", &(struct so){ 0 }));
	host->is_host = true;
	assert_false(member(f, host));
	assert_false(member(f, f->program)); /* assumed, without a file */
}

static void a_target_of_the_system_is_one(void **state)
{
	struct fixture *f = *state;

	assert_true(member(f, set_target(f, put_so(f, "default/liba.so", &(struct so){ 0 }))));
}

static void all_libraries_of_a_program_are_its_own(void **state)
{
	struct fixture *f = *state;
	struct image *lib = add_image(f, IMAGE_LIBRARY, put_so(f, "app/liba.so", &(struct so){ 0 }));

	lib->is_host = true;
	f->in.is_program = true;
	f->in.root = f->program;
	assert_true(member(f, lib));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DIAGNOSE_TEST(the_target_and_what_came_with_it_belong_together),
		DIAGNOSE_TEST(the_system_and_the_host_do_not),
		DIAGNOSE_TEST(a_target_of_the_system_is_one),
		DIAGNOSE_TEST(all_libraries_of_a_program_are_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
