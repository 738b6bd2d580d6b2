/* test_gpu_copy.c - copies of a GPU's libraries in the folders that are made for them. */
#include "fixture.h"

#include "diagnose/gpu.h"

static const char *copy(struct fixture *f, const char *name, bool *same)
{
	struct diag d = { .in = &f->in, .w = &f->w, .p = f->p, .a = f->a, .store = f->store,
			  .source = f->source };

	return gpu_copy(&d, name, same);
}

static void set_module(struct fixture *f)
{
	set_target(f, put_so(f, "env/site-packages/pkg/m.so", &(struct so){ 0 }));
}

static void the_package_of_the_same_environment_is_found(void **state)
{
	struct fixture *f = *state;
	bool same = false;

	set_module(f);
	put_so(f, "env/site-packages/nvidia/cublas/lib/libcublas.so.12", &(struct so){ 0 });
	assert_string_equal(copy(f, "libcublas.so.12", &same),
			    at(f, "env/site-packages/nvidia/cublas/lib/libcublas.so.12"));
	assert_true(same);
}

static void the_very_name_comes_before_another_release(void **state)
{
	struct fixture *f = *state;
	bool same = false;

	set_module(f);
	put_so(f, "env/site-packages/nvidia/a/lib/libcudart.so.11.0", &(struct so){ 0 });
	put_so(f, "env/site-packages/nvidia/b/lib/libcudart.so.12", &(struct so){ 0 });
	assert_string_equal(copy(f, "libcudart.so.12", &same),
			    at(f, "env/site-packages/nvidia/b/lib/libcudart.so.12"));
	assert_true(same);
	assert_string_equal(copy(f, "libcudart.so.13", &same),
			    at(f, "env/site-packages/nvidia/a/lib/libcudart.so.11.0"));
	assert_false(same);
}

static void other_libraries_and_other_machines_are_not(void **state)
{
	struct fixture *f = *state;
	bool same = true;

	set_module(f);
	put_so(f, "env/site-packages/nvidia/a/lib/libcublasLt.so.12", &(struct so){ 0 });
	put_so(f, "env/site-packages/nvidia/a/lib/libcublas.so.12",
	       &(struct so){ .machine = EM_AARCH64 });
	put_text(f, "env/site-packages/nvidia/b/lib/libcublas.so.12", "not a library");
	assert_null(copy(f, "libcublas.so.12", &same));
	assert_false(same);
}

static void a_target_outside_of_packages_has_no_such_folders(void **state)
{
	struct fixture *f = *state;
	bool same;

	set_target(f, put_so(f, "app/m.so", &(struct so){ 0 }));
	put_so(f, "app/nvidia/a/lib/libcudart.so.4711", &(struct so){ 0 });
	(void)copy(f, "libcudart.so.4711", &same); /* this machine may have another release */
	assert_false(same);
}

static void the_stem_is_what_stands_before_the_ending(void **state)
{
	(void)state;
	assert_int_equal(gpu_stem("libcuda.so.1"), 7);
	assert_int_equal(gpu_stem("libcuda"), 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DIAGNOSE_TEST(the_package_of_the_same_environment_is_found),
		DIAGNOSE_TEST(the_very_name_comes_before_another_release),
		DIAGNOSE_TEST(other_libraries_and_other_machines_are_not),
		DIAGNOSE_TEST(a_target_outside_of_packages_has_no_such_folders),
		DIAGNOSE_TEST(the_stem_is_what_stands_before_the_ending),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
