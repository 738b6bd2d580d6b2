/* test_d_conflict.c - what is said of two copies of one runtime in one process. */
#include "fixture.h"

static struct image *add_copy(struct fixture *f, const char *name, const char *exports,
			      const char *user)
{
	struct image *im = add_image(f, IMAGE_LIBRARY,
				     put_so(f, name, &(struct so){ .defs = { exports } }));

	if (user != NULL)
		im->requester = add_image(f, IMAGE_LIBRARY, put_so(f, user, &(struct so){ 0 }));
	return im;
}

static void both_copies_and_who_brought_them_are_named(void **state)
{
	struct fixture *f = *state;
	const struct dlwhy_finding *d;

	add_copy(f, "libgomp.so.1", "GOMP_parallel", "liba.so");
	add_copy(f, "libiomp5.so", "__kmpc_fork_call", "libb.so");
	d = run(f);
	assert_string_equal(d->code, "duplicate-runtime");
	assert_string_equal(d->detail, "openmp");
	assert_int_equal(d->severity, DLWHY_NOTE);
	assert_int_equal(d->certainty, DLWHY_PROVED);
	assert_contains(d->summary, "Two OpenMP runtimes are in this process: libgomp.so.1 (needed by "
				    "liba.so) and libiomp5.so (needed by libb.so).");
	assert_contains(d->summary, "likely");
	assert_contains(d->needed_by, "/libb.so");
	assert_true(evidence_has(d, "fact", "exports GOMP_parallel; brought in as liba.so > libgomp",
				 NULL));
	assert_true(evidence_has(d, "fact", "exports __kmpc_fork_call", NULL));
	assert_int_equal(f->out.nfindings, 1);
	assert_int_equal(f->out.certainty, DLWHY_PROVED);
}

static void a_preloaded_copy_is_told_from_one_that_is_needed(void **state)
{
	struct fixture *f = *state;
	struct request *rq = add_request(f, NULL, "j.so");
	struct image *im = add_image(f, IMAGE_LIBRARY,
				     put_so(f, "j.so", &(struct so){ .defs = { "mallctl", "malloc" } }));

	rq->failed = false;
	rq->preload = true;
	rq->to = im;
	im->request = rq;
	add_image(f, IMAGE_LIBRARY,
		  put_so(f, "libtcmalloc.so.4", &(struct so){ .defs = { "tc_malloc", "malloc" } }));
	assert_contains(run(f)->summary, "j.so (which contains one; out of LD_PRELOAD) and "
					 "libtcmalloc.so.4 (opened)");
	assert_int_equal(f->out.findings[0]->severity, DLWHY_NOTE);
}

static void what_does_not_load_would_be_there_twice(void **state)
{
	struct fixture *f = *state;

	add_copy(f, "libcudart.so.11.0", "cudaRuntimeGetVersion", NULL);
	add_copy(f, "libcudart.so.12", "cudaRuntimeGetVersion", NULL);
	add_missing(f, f->program, "libnone.so.1");
	assert_string_equal(run(f)->code, "missing-library");
	assert_int_equal(f->out.nfindings, 2);
	assert_contains(f->out.findings[1]->summary, "would be in this process");
}

static void the_finding_has_one_name_wherever_the_files_lie(void **state)
{
	struct fixture *f = *state;
	const char *here;

	add_copy(f, "x/libgomp.so.1", "GOMP_parallel", NULL);
	add_copy(f, "x/libiomp5.so", "__kmpc_fork_call", NULL);
	here = run(f)->fingerprint;
	f->p->images.n = 1;
	add_copy(f, "y/z/libgomp.so.1", "GOMP_parallel", NULL);
	add_copy(f, "y/z/libiomp5.so", "__kmpc_fork_call", NULL);
	assert_string_equal(run(f)->fingerprint, here);
	f->p->images.n = 1;
	add_copy(f, "y/z/libgomp.so.1", "GOMP_parallel", NULL);
	add_copy(f, "y/z/libomp.so.5", "__kmpc_fork_call", NULL);
	assert_string_not_equal(run(f)->fingerprint, here);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DIAGNOSE_TEST(both_copies_and_who_brought_them_are_named),
		DIAGNOSE_TEST(a_preloaded_copy_is_told_from_one_that_is_needed),
		DIAGNOSE_TEST(what_does_not_load_would_be_there_twice),
		DIAGNOSE_TEST(the_finding_has_one_name_wherever_the_files_lie),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
