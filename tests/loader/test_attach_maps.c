/* test_attach_maps.c - a process whose memory may not be read. */
#include "live.h"

static struct process *attach(struct fixture *f, struct live_fixture *lf)
{
	return f->p = loader_attach(&f->w, f->a, &lf->l, NULL, "no memory");
}

static struct image *named(struct fixture *f, const char *name)
{
	for (size_t i = 0; i < f->p->images.n; i++)
		if (strcmp(f->p->images.items[i]->name, name) == 0)
			return f->p->images.items[i];
	return NULL;
}

static void the_start_is_simulated(void **state)
{
	struct fixture *f = *state;

	attach(f, live_started(f));
	assert_non_null(named(f, "/lib/libc.so.6"));
	assert_true(named(f, "/lib/libc.so.6")->global);
	assert_int_equal(f->p->trace.failures.n, 0);
	assert_string_equal(f->p->trace.assumes, "no memory");
}

static void what_is_mapped_besides_was_opened(void **state)
{
	struct fixture *f = *state;
	struct live_fixture *lf = live_started(f);
	bool by_soname;

	put_lib(f, "/opt/liba.so", "liba.so.1", NULL);
	put_lib(f, "/opt/libb.so", NULL, NEEDS("liba.so.1", "libodd.so"));
	put_lib(f, "/opt/libodd.so", "other", NULL);
	live_add(f, lf, "/opt/libb.so", "", 0);
	live_add(f, lf, "/opt/liba.so", "", 0);
	live_add(f, lf, "/opt/libodd.so", "", 0);
	attach(f, lf);
	assert_true(named(f, "/opt/libodd.so")->index < named(f, "/opt/liba.so")->index);
	assert_true(named(f, "/opt/liba.so")->index < named(f, "/opt/libb.so")->index);
	assert_false(named(f, "/opt/liba.so")->global);
	assert_true(named(f, "/opt/liba.so")->later);
	assert_int_equal(named(f, "/opt/libb.so")->nneeded, 2);
	assert_ptr_equal(process_find(f->p, "libodd.so", &by_soname), named(f, "/opt/libodd.so"));
	assert_contains(f->p->trace.assumes, "RTLD_LOCAL");
}

static void data_files_are_no_libraries(void **state)
{
	struct fixture *f = *state;
	struct live_fixture *lf = live_started(f);
	size_t n = attach(f, lf)->images.n;

	put_bytes(f, "/opt/data", "hello", 5, 0755);
	live_add(f, lf, "/opt/data", "", 0);
	assert_int_equal(attach(f, lf)->images.n, n);
}

static void a_library_of_the_start_that_was_replaced(void **state)
{
	struct fixture *f = *state;
	struct live_fixture *lf = live_started(f);

	lf->l.rows.items[2].ino = 4711;
	attach(f, lf);
	assert_int_equal(named(f, "/lib/libc.so.6")->disk, DISK_REPLACED);
}

static void a_library_of_the_start_that_is_not_mapped(void **state)
{
	struct fixture *f = *state;
	struct live_fixture *lf = live_started(f);

	lf->l.rows.n = 2;
	attach(f, lf);
	assert_contains(f->p->trace.assumes, "/lib/libc.so.6 is there, as in a start of today");
}

static void without_mappings_it_is_as_it_started(void **state)
{
	struct fixture *f = *state;
	struct live_fixture *lf = live_started(f);

	put_lib(f, "/opt/liba.so", NULL, NULL);
	live_add(f, lf, "/opt/liba.so", "", 0);
	lf->l.maps_err = 13;
	attach(f, lf);
	assert_null(named(f, "/opt/liba.so"));
	assert_contains(f->p->trace.assumes, "as it was when it started");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SO_TEST(the_start_is_simulated),
		SO_TEST(what_is_mapped_besides_was_opened),
		SO_TEST(data_files_are_no_libraries),
		SO_TEST(a_library_of_the_start_that_was_replaced),
		SO_TEST(a_library_of_the_start_that_is_not_mapped),
		SO_TEST(without_mappings_it_is_as_it_started),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
