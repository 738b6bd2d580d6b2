/* test_plan_files.c - archives that plans unpack in memory: all of them together have one limit. */
#include "repair/plan_files.h"

#include "../base/tree.h"

/* One member "a" that holds "x", stored: what zip writes. */
static const unsigned char archive[] =
	"PK\x03\x04\x14\0\0\0\0\0\0\0\x21\0\x83\x16\xdc\x8c\x01\0\0\0\x01\0\0\0\x01\0\0\0ax"
	"PK\x01\x02\x14\x03\x14\0\0\0\0\0\0\0\x21\0\x83\x16\xdc\x8c\x01\0\0\0\x01\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0"
	"\x80\x01\0\0\0\0" "a"
	"PK\x05\x06\0\0\0\0\x01\0\x01\0\x2f\0\0\0\x20\0\0\0\0";

static void the_limit_is_one_for_all_archives(void **state)
{
	struct tree *t = *state;
	struct arena *a = arena_new(0);
	struct plan_files files = { .first = NULL };
	struct plan_input in = { .files = &files, .a = a };
	struct plan_unpacked u;
	uint64_t each;

	tree_bytes(t, "a.whl", archive, sizeof(archive));
	tree_bytes(t, "b.whl", archive, sizeof(archive));
	tree_bytes(t, "c.whl", archive, sizeof(archive));
	in.source = source_root(t->root, "/");
	assert_non_null(in.source);
	assert_null(plan_files_unpacked(&in, "/a.whl", &u));
	assert_int_equal(u.bytes[0].n, 1);
	assert_int_equal(u.bytes[0].p[0], 'x');
	each = files.unpacked;
	assert_true(each > 0);
	assert_null(plan_files_unpacked(&in, "/a.whl", &u));
	assert_int_equal(files.unpacked, each); /* it is there already */
	assert_null(plan_files_unpacked(&in, "/b.whl", &u));
	assert_int_equal(files.unpacked, 2 * each);

	files.unpacked = (uint64_t)8 << 30;
	assert_non_null(strstr(plan_files_unpacked(&in, "/c.whl", &u), "too large"));
	plan_files_free(&files);
	assert_null(plan_files_unpacked(&in, "/c.whl", &u));
	plan_files_free(&files);
	source_free(in.source);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_limit_is_one_for_all_archives, tree_setup, tree_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
