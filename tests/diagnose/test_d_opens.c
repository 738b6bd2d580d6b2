/* test_d_opens.c - libraries that files say they open by name. */
#include "opener.h"

static const char note[] = "[{\"feature\":\"x\",\"description\":\"reading x\","
			   "\"priority\":\"%s\",\"soname\":[\"libx.so.1\",\"libx.so\"]}]";

static void open_by_note(struct fixture *f, const char *priority)
{
	put_opener(f, "puts", "", 0, arena_printf(f->a, note, priority));
	run(f);
}

static void the_note_is_told_with_what_is_found(void **state)
{
	struct fixture *f = *state;

	put_so(f, "default/libx.so", &(struct so){ 0 });
	open_by_note(f, "required");
	assert_int_equal(f->out.nfindings, 0);
	assert_int_equal(f->out.nopens, 2);
	assert_string_equal(f->out.opens[0]->name, "libx.so.1");
	assert_string_equal(f->out.opens[0]->by, "note");
	assert_string_equal(f->out.opens[0]->priority, "required");
	assert_string_equal(f->out.opens[0]->feature, "x");
	assert_string_equal(f->out.opens[0]->description, "reading x");
	assert_null(f->out.opens[0]->path);
	assert_false(f->out.opens[0]->alternative);
	assert_string_equal(f->out.opens[1]->path, at(f, "default/libx.so"));
	assert_string_equal(f->out.opens[1]->rule, "default-dir");
	assert_true(f->out.opens[1]->alternative);
	assert_int_equal(f->out.opens[1]->from, f->target->index);
}

static void what_is_required_and_missing_is_a_warning(void **state)
{
	struct fixture *f = *state;
	const struct dlwhy_finding *d;

	open_by_note(f, "required");
	assert_int_equal(f->out.nfindings, 1);
	d = f->out.findings[0];
	assert_string_equal(d->code, "missing-library");
	assert_string_equal(d->detail, "by-name");
	assert_int_equal(d->severity, DLWHY_WARNING);
	assert_int_equal(d->certainty, DLWHY_PREDICTED);
	assert_contains(d->summary, "libx.so.1");
	assert_contains(d->summary, "reading x");
	assert_int_equal(f->out.certainty, DLWHY_PROVED); /* of the verdict */
}

static void what_is_only_recommended_is_not(void **state)
{
	struct fixture *f = *state;

	open_by_note(f, "recommended");
	assert_int_equal(f->out.nfindings, 0);
	assert_int_equal(f->out.nopens, 2);
}

static const char names[] = "\0libcuda.so.1\0libjpeg.so.8\0cannot open libcudnn.so.9";

static void names_of_gpu_libraries_are_told(void **state)
{
	struct fixture *f = *state;

	put_opener(f, "dlopen", names, sizeof(names), NULL);
	run(f);
	assert_int_equal(f->out.nopens, 1);
	assert_string_equal(f->out.opens[0]->name, "libcuda.so.1");
	assert_string_equal(f->out.opens[0]->by, "string");
}

static void a_file_that_opens_nothing_is_not_read(void **state)
{
	struct fixture *f = *state;

	put_opener(f, "puts", names, sizeof(names), NULL);
	run(f);
	assert_int_equal(f->out.nopens, 0);
}

static void without_a_process_to_ask_nothing_is_said(void **state)
{
	struct fixture *f = *state;

	put_opener(f, "dlopen", names, sizeof(names), NULL);
	f->in.opener = NULL;
	run(f);
	assert_int_equal(f->out.nopens, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DIAGNOSE_TEST(the_note_is_told_with_what_is_found),
		DIAGNOSE_TEST(what_is_required_and_missing_is_a_warning),
		DIAGNOSE_TEST(what_is_only_recommended_is_not),
		DIAGNOSE_TEST(names_of_gpu_libraries_are_told),
		DIAGNOSE_TEST(a_file_that_opens_nothing_is_not_read),
		DIAGNOSE_TEST(without_a_process_to_ask_nothing_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
