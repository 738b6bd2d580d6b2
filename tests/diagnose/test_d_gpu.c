/* test_d_gpu.c - libraries of a graphics processor: missing, elsewhere, of another release. */
#include "opener.h"

#include "diagnose/gpu.h"

static const struct gpu nothing = { .known = true };
static const struct gpu nvidia = { .known = true, .nvidia_device = true, .nvidia_module = true,
				   .nvidia_release = "535.104.05" };

#define OPENS(f, data) put_opener(f, "dlopen", data, sizeof(data), NULL)

static const struct dlwhy_finding *judged(struct fixture *f, const struct gpu *g)
{
	f->in.gpu = g;
	return run(f);
}

/* ---- by name ------------------------------------------------------------------------------ */

static void without_a_gpu_a_missing_library_is_harmless(void **state)
{
	struct fixture *f = *state;
	const struct dlwhy_finding *d;

	OPENS(f, "libcuda.so.1\0libcublas.so.12");
	d = judged(f, &nothing);
	assert_string_equal(d->code, "gpu-driver");
	assert_string_equal(d->detail, "by-name");
	assert_int_equal(d->severity, DLWHY_NOTE);
	assert_int_equal(d->certainty, DLWHY_LIKELY);
	assert_contains(d->summary, "libcuda.so.1, libcublas.so.12");
	assert_contains(d->summary, "harmless");
	assert_int_equal(f->out.nfindings, 1);
	assert_int_equal(f->out.certainty, DLWHY_PROVED);
}

static void with_one_the_missing_driver_is_a_warning(void **state)
{
	struct fixture *f = *state;
	const struct dlwhy_finding *d;

	OPENS(f, "libcuda.so.1");
	d = judged(f, &nvidia);
	assert_int_equal(d->severity, DLWHY_WARNING);
	assert_string_equal(d->object, "libcuda.so.1");
	assert_contains(d->summary, "the kernel has NVIDIA's driver");
	assert_true(evidence_has(d, "fact", "535.104.05", NULL));
	assert_true(fix_has(d, "install", NULL));
}

static void another_release_is_named(void **state)
{
	struct fixture *f = *state;
	const struct dlwhy_finding *d;

	put_so(f, "default/libcuda.so.1", &(struct so){ 0 });
	put_so(f, "app/libcudart.so.12", &(struct so){ .soname = "libcudart.so.12" });
	OPENS(f, "libcuda.so.1\0libcudart.so.11.0");
	d = judged(f, &nvidia);
	assert_int_equal(d->severity, DLWHY_WARNING);
	assert_string_equal(d->object, "libcudart.so.11.0");
	assert_contains(d->summary, "libcudart.so.11.0");
	assert_contains(d->summary, "app/libcudart.so.12");
	assert_contains(d->summary, "another release");
}

static void a_copy_that_is_not_searched_is_a_note(void **state)
{
	struct fixture *f = *state;
	const struct dlwhy_finding *d;

	put_so(f, "default/libcuda.so.1", &(struct so){ 0 });
	put_so(f, "app/libcudart.so.12", &(struct so){ .soname = "libcudart.so.12" });
	OPENS(f, "libcuda.so.1\0libcudart.so.12");
	d = judged(f, &nvidia);
	assert_int_equal(d->severity, DLWHY_NOTE);
	assert_contains(d->summary, at(f, "app"));
	assert_contains(d->summary, "has to load that first");
}

static void what_is_found_is_no_finding(void **state)
{
	struct fixture *f = *state;

	put_so(f, "default/libcuda.so.1", &(struct so){ 0 });
	OPENS(f, "libcuda.so\0libcuda.so.1"); /* one name of two is enough */
	assert_null(judged(f, &nvidia));
	assert_int_equal(f->out.nopens, 2);
}

static void loaders_of_many_makers_are_nobodys_finding(void **state)
{
	struct fixture *f = *state;

	OPENS(f, "libOpenCL.so.1\0libvulkan.so.1");
	assert_null(judged(f, &nothing));
	assert_int_equal(f->out.nopens, 2);
}

static void without_a_gpu_libraries_of_libraries_are_not_told(void **state)
{
	struct fixture *f = *state;
	struct image *inner;

	OPENS(f, "libcuda.so.1");
	inner = f->target;
	set_target(f, put_so(f, "app/liba.so", &(struct so){ 0 }));
	assert_ptr_not_equal(inner, f->target);
	assert_null(judged(f, &nothing));
	assert_int_equal(f->out.nopens, 0);
	assert_non_null(judged(f, &nvidia));
}

static void amd_has_its_own_words(void **state)
{
	struct fixture *f = *state;

	OPENS(f, "libamdhip64.so.6");
	assert_contains(judged(f, &nothing)->summary, "AMD GPU");
	assert_contains(judged(f, &(struct gpu){ .known = true, .amd_device = true })->summary,
			"the kernel has AMD's driver");
}

/* ---- the driver --------------------------------------------------------------------------- */

static void a_driver_in_two_releases_is_a_warning(void **state)
{
	struct fixture *f = *state;
	const struct dlwhy_finding *d;

	put_so(f, "default/libcuda.so.550.54.15", &(struct so){ 0 });
	assert_int_equal(symlink("libcuda.so.550.54.15", at(f, "default/libcuda.so.1")), 0);
	OPENS(f, "libcuda.so.1");
	d = judged(f, &nvidia);
	assert_string_equal(d->detail, "driver-skew");
	assert_contains(d->summary, "535.104.05");
	assert_contains(d->summary, "550.54.15");
	assert_null(judged(f, &(struct gpu){ .known = true, .nvidia_module = true,
					     .nvidia_release = "550.54.15" }));
}

static void a_stub_is_no_driver(void **state)
{
	struct fixture *f = *state;
	struct image *stub;
	const struct dlwhy_finding *d;

	set_target(f, put_so(f, "app/liba.so", &(struct so){ 0 }));
	stub = add_image(f, IMAGE_LIBRARY, put_so(f, "cuda/stubs/libcuda.so.1", &(struct so){ 0 }));
	f->in.opener = f->p;
	table_init(&f->p->names, f->a);
	d = judged(f, &nvidia);
	assert_string_equal(d->detail, "stub");
	assert_string_equal(d->object, stub->name);
	assert_true(is_gpu_stub("/usr/local/cuda/lib64/stubs/libcuda.so"));
	assert_false(is_gpu_stub("/usr/lib/libcuda.so.1"));
	assert_false(is_gpu_stub("/x/stubs/libfoo.so"));
}

static void a_driver_that_is_needed_and_missing_has_its_own_cause(void **state)
{
	struct fixture *f = *state;
	const struct dlwhy_finding *d;

	add_missing(f, set_target(f, put_so(f, "app/liba.so", &(struct so){ 0 })), "libcuda.so.1");
	d = judged(f, &nothing);
	assert_string_equal(d->code, "gpu-driver");
	assert_int_equal(d->severity, DLWHY_ERROR);
	assert_int_equal(d->certainty, DLWHY_PROVED);
	assert_string_equal(d->also[0]->code, "missing-library");
	assert_contains(d->summary, "is not installed on this machine");
	assert_contains(judged(f, &nvidia)->summary, "without the NVIDIA runtime");
	assert_contains(judged(f, &(struct gpu){ .known = false })->summary, "comes with the driver");
}

static void a_stub_does_not_stand_in_for_it(void **state)
{
	struct fixture *f = *state;

	put_so(f, "app/lib/stubs/libcuda.so.1", &(struct so){ .soname = "libcuda.so.1" });
	add_image(f, IMAGE_LIBRARY, put_so(f, "app/lib/stubs/libother.so", &(struct so){ 0 }));
	add_missing(f, set_target(f, put_so(f, "app/liba.so", &(struct so){ 0 })), "libcuda.so.1");
	assert_string_equal(judged(f, &nothing)->code, "gpu-driver");
}

static void a_part_of_the_toolkit_stays_a_missing_library(void **state)
{
	struct fixture *f = *state;

	add_missing(f, set_target(f, put_so(f, "app/liba.so", &(struct so){ 0 })), "libcudart.so.12");
	assert_string_equal(judged(f, &nothing)->code, "missing-library");
}

static void another_release_of_the_toolkit_is_named(void **state)
{
	struct fixture *f = *state;
	const struct dlwhy_finding *d;

	put_so(f, "site-packages/nvidia/cu/lib/libcudart.so.12",
	       &(struct so){ .soname = "libcudart.so.12" });
	add_missing(f, set_target(f, put_so(f, "site-packages/pkg/liba.so", &(struct so){ 0 })),
		    "libcudart.so.11.0");
	d = judged(f, &nothing);
	assert_string_equal(d->code, "missing-library");
	assert_string_equal(d->detail, "version-skew");
	assert_contains(d->summary, "libcudart.so.12");
}

static void the_right_one_in_a_package_is_not_searched(void **state)
{
	struct fixture *f = *state;
	const struct dlwhy_finding *d;

	put_so(f, "site-packages/nvidia/cu13/lib/libcudart.so.13", &(struct so){ 0 });
	add_missing(f, set_target(f, put_so(f, "site-packages/pkg/liba.so", &(struct so){ 0 })),
		    "libcudart.so.13");
	d = judged(f, &nothing);
	assert_string_equal(d->code, "search-path");
	assert_contains(d->summary, at(f, "site-packages/nvidia/cu13/lib"));
}

/* ---- names -------------------------------------------------------------------------------- */

static void libraries_are_known_by_name(void **state)
{
	(void)state;
	assert_int_equal(gpu_library_of("libcuda.so.1")->part, GPU_DRIVER);
	assert_int_equal(gpu_library_of("libnvidia-ml.so.1")->part, GPU_DRIVER);
	assert_int_equal(gpu_library_of("libcudnn_ops.so.9")->part, GPU_TOOLKIT);
	assert_int_equal(gpu_library_of("libamdhip64.so.6")->maker, GPU_AMD);
	assert_int_equal(gpu_library_of("libOpenCL.so.1")->part, GPU_LOADER);
	assert_null(gpu_library_of("libcurl.so.4"));
	assert_null(gpu_library_of("libz.so.1"));
	assert_null(gpu_library_of("libvulkan_intel.so"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DIAGNOSE_TEST(without_a_gpu_a_missing_library_is_harmless),
		DIAGNOSE_TEST(with_one_the_missing_driver_is_a_warning),
		DIAGNOSE_TEST(another_release_is_named),
		DIAGNOSE_TEST(a_copy_that_is_not_searched_is_a_note),
		DIAGNOSE_TEST(what_is_found_is_no_finding),
		DIAGNOSE_TEST(loaders_of_many_makers_are_nobodys_finding),
		DIAGNOSE_TEST(without_a_gpu_libraries_of_libraries_are_not_told),
		DIAGNOSE_TEST(amd_has_its_own_words),
		DIAGNOSE_TEST(a_driver_in_two_releases_is_a_warning),
		DIAGNOSE_TEST(a_stub_is_no_driver),
		DIAGNOSE_TEST(a_driver_that_is_needed_and_missing_has_its_own_cause),
		DIAGNOSE_TEST(a_stub_does_not_stand_in_for_it),
		DIAGNOSE_TEST(a_part_of_the_toolkit_stays_a_missing_library),
		DIAGNOSE_TEST(another_release_of_the_toolkit_is_named),
		DIAGNOSE_TEST(the_right_one_in_a_package_is_not_searched),
		DIAGNOSE_TEST(libraries_are_known_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
