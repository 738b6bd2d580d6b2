/* test_runtimes.c - which images are copies of one runtime, and which of them matter. */
#include "diagnose/runtimes.h"

#include "fixture.h"

static void add(struct fixture *f, const char *name, const char *exports, const char *also)
{
	add_image(f, IMAGE_LIBRARY,
		  put_so(f, name, &(struct so){ .defs = { exports, also } }));
}

static struct conflict last;
static size_t times;

static void keep(struct diag *d, const struct conflict *c)
{
	(void)d;
	last = *c;
	times++;
}

/* The severity of what is found; NOTHING if nothing is. */
static int found(struct fixture *f)
{
	struct diag d = { .in = &f->in, .w = &f->w, .p = f->p, .t = &f->p->trace,
			  .source = f->source, .store = f->store, .a = f->a };

	times = 0;
	memset(&last, 0, sizeof(last));
	runtimes_each_conflict(&d, keep);
	return times > 0 ? last.severity : (int)NOTHING;
}

static void one_copy_is_no_conflict(void **state)
{
	struct fixture *f = *state;

	add(f, "libgomp.so.1", "GOMP_parallel", NULL);
	add(f, "libfoo.so", "foo", NULL);
	assert_int_equal(found(f), NOTHING);
}

static void two_copies_of_gcc_s_openmp_are_a_note(void **state)
{
	struct fixture *f = *state;

	add(f, "libgomp-e985bcbb.so.1.0.0", "GOMP_parallel", NULL);
	add(f, "libgomp.so.1", "GOMP_parallel", NULL);
	assert_int_equal(found(f), DLWHY_NOTE);
	assert_int_equal(last.copies.n, 2);
}

static void two_copies_of_llvm_s_openmp_are_a_warning(void **state)
{
	struct fixture *f = *state;

	add(f, "libomp.so.5", "__kmpc_fork_call", "GOMP_parallel");
	add(f, "libiomp5.so", "__kmpc_fork_call", "GOMP_parallel");
	assert_int_equal(found(f), DLWHY_WARNING);
	assert_string_equal(last.copies.items[0].kind, last.copies.items[1].kind);
}

static void openmp_of_gcc_beside_that_of_intel_is_a_note(void **state)
{
	struct fixture *f = *state;

	add(f, "libgomp.so.1", "GOMP_parallel", NULL);
	add(f, "libiomp5.so", "__kmpc_fork_call", "GOMP_parallel");
	assert_int_equal(found(f), DLWHY_NOTE);
}

static void cuda_matters_by_its_major_release(void **state)
{
	struct fixture *f = *state;

	add(f, "libcudart-d0da41ae.so.11.8.89", "cudaRuntimeGetVersion", NULL);
	add(f, "libcudart.so.11.0", "cudaRuntimeGetVersion", NULL);
	assert_int_equal(found(f), NOTHING);
	add(f, "libcudart.so.12", "cudaRuntimeGetVersion", NULL);
	assert_int_equal(found(f), DLWHY_WARNING);
	assert_string_equal(last.copies.items[2].release, "12");
}

static void an_interpreter_beside_the_one_of_the_program(void **state)
{
	struct fixture *f = *state;

	f->program->real_path = put_so(f, "bin/python3.11", &(struct so){ .defs = { "Py_Initialize" } });
	f->program->file = store_open(f->store, f->program->real_path)->file;
	add(f, "libpython3.11.so.1.0", "Py_Initialize", NULL);
	assert_int_equal(found(f), DLWHY_NOTE);
	add(f, "libpython3.9.so.1.0", "Py_Initialize", NULL);
	assert_int_equal(found(f), DLWHY_WARNING);
}

static void private_copies_that_do_not_meet_are_nothing(void **state)
{
	struct fixture *f = *state;

	add(f, "libssl.so.3", "SSL_CTX_new", NULL);
	add(f, "libssl-81259c47.so.1.1.1k", "SSL_CTX_new", NULL);
	add(f, "libstdc++.so.6", "_ZNSt8ios_base4InitC1Ev", NULL);
	add(f, "libstdc++-0a1b2c3d.so.6.0.30", "_ZNSt8ios_base4InitC1Ev", NULL);
	assert_int_equal(found(f), NOTHING);
}

static void a_file_of_that_name_without_the_function_is_no_copy(void **state)
{
	struct fixture *f = *state;

	add(f, "libiomp5.so", "__kmpc_fork_call", NULL);
	add(f, "libiompstubs5.so", "omp_get_num_threads", NULL);
	assert_int_equal(found(f), NOTHING);
}

static void an_allocator_with_a_prefix_takes_nobody_s_place(void **state)
{
	struct fixture *f = *state;

	add(f, "libjemalloc.so.2", "mallctl", "malloc");
	add(f, "libmimalloc.so.2", "mi_malloc", NULL);
	assert_int_equal(found(f), NOTHING);
}

static void files_that_are_cut_off_are_no_copies(void **state)
{
	struct fixture *f = *state;

	add(f, "libgomp.so.1", "GOMP_parallel", NULL);
	add_image(f, IMAGE_LIBRARY,
		  put_so(f, "libiomp5.so",
			 &(struct so){ .defs = { "__kmpc_fork_call" }, .size = 0x300 }));
	assert_int_equal(found(f), NOTHING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DIAGNOSE_TEST(one_copy_is_no_conflict),
		DIAGNOSE_TEST(two_copies_of_gcc_s_openmp_are_a_note),
		DIAGNOSE_TEST(two_copies_of_llvm_s_openmp_are_a_warning),
		DIAGNOSE_TEST(openmp_of_gcc_beside_that_of_intel_is_a_note),
		DIAGNOSE_TEST(cuda_matters_by_its_major_release),
		DIAGNOSE_TEST(an_interpreter_beside_the_one_of_the_program),
		DIAGNOSE_TEST(private_copies_that_do_not_meet_are_nothing),
		DIAGNOSE_TEST(a_file_of_that_name_without_the_function_is_no_copy),
		DIAGNOSE_TEST(an_allocator_with_a_prefix_takes_nobody_s_place),
		DIAGNOSE_TEST(files_that_are_cut_off_are_no_copies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
