/* test_live_list.c - the loader's list, in memory that is made by hand, and in memory that lies. */
#include "memory.h"

struct fixture {
	struct arena *a;
	struct live_list l;
	int err;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->a = arena_new(64 << 20);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	arena_free(f->a);
	free(f);
	return 0;
}

static enum live_trouble read_with(struct fixture *f, struct memory *m, struct live_hooks h)
{
	struct live_memory lm = { memory_read, m, m->is64, m->swap };

	return live_list_read(&lm, &h, f->a, &f->l, &f->err);
}

static enum live_trouble read_it(struct fixture *f, struct memory *m)
{
	enum live_trouble t = read_with(f, m, (struct live_hooks){ .r_debug = MEM_DEBUG });

	free(m);
	return t;
}

static void check_three(struct fixture *f, bool is64, bool swap)
{
	assert_int_equal(read_it(f, memory_of_three(is64, swap)), LIVE_OK);
	assert_int_equal(f->l.n, 3);
	assert_string_equal(f->l.maps[0].name, "");
	assert_string_equal(f->l.maps[2].name, "/opt/libx.so");
	assert_int_equal(f->l.maps[2].addr, 0x3000);
	assert_int_equal(f->l.maps[2].ld, 0x3800);
	assert_true(f->l.names_known);
	assert_int_equal(f->l.maps[2].nnames, 2);
	assert_string_equal(f->l.maps[2].names[1], "libx.so.1");
	assert_true(f->l.global_known);
	assert_int_equal(f->l.nglobal, 2);
	assert_int_equal(f->l.global[1], 1);
	assert_true(f->l.maps[2].opened);
	assert_int_equal(f->l.maps[2].nlist, 2);
	assert_int_equal(f->l.maps[2].list[0], 2);
	assert_false(f->l.maps[1].opened);
}

static void names_lists_and_the_global_scope_are_read(void **state)
{
	check_three(*state, true, false);
}

static void a_process_of_32_bits_is_read(void **state)
{
	check_three(*state, false, false);
}

static void the_other_byte_order_is_read(void **state)
{
	check_three(*state, true, true);
	check_three(*state, false, true);
}

static void a_global_library_is_in_the_global_scope(void **state)
{
	struct fixture *f = *state;
	struct memory *m = memory_of_three(true, false);

	put_list(m, 0, (const size_t[]){ 0, 1, 2 }, 3);
	put_namespace(m);
	assert_int_equal(read_with(f, m, (struct live_hooks){ .r_debug = MEM_DEBUG,
							       .rtld_global = MEM_GLOBAL }),
			 LIVE_OK);
	assert_int_equal(f->l.nglobal, 3);
	assert_int_equal(f->l.global[2], 2);
	free(m);
}

/* Another loader's link maps have other things behind the five members that are agreed on. */
static void what_is_not_glibcs_is_left_alone(void **state)
{
	struct fixture *f = *state;
	struct memory *m = memory_of_three(true, false);

	put_word(m, m->maps[0] + 5 * 8, 4711);
	assert_int_equal(read_it(f, m), LIVE_OK);
	assert_int_equal(f->l.n, 3);
	assert_false(f->l.names_known);
	assert_false(f->l.global_known);
}

static void a_list_that_names_strangers_is_no_global_scope(void **state)
{
	struct fixture *f = *state;
	struct memory *m = memory_of_three(true, false);
	uint64_t v = memory_take(m, 16);

	put_word(m, v, m->maps[0]);
	put_word(m, v + 8, 0x4242);
	put_word(m, m->maps[0] + MEM_LIST_AT, v);
	assert_int_equal(read_it(f, m), LIVE_OK);
	assert_false(f->l.global_known);
}

static void thread_local_offsets_are_read(void **state)
{
	struct fixture *f = *state;
	struct memory *m = memory_of_three(true, false);
	struct live_hooks h = { .r_debug = MEM_DEBUG, .rtld_global = MEM_GLOBAL,
				.slotinfo_at = MEM_SLOT_AT, .tls_offset_at = MEM_TLS_AT,
				.tls_used_behind = true };

	put_namespace(m);
	put_word(m, m->maps[1] + MEM_TLS_AT, 0x90);
	put_word(m, m->maps[2] + MEM_TLS_AT, UINT64_MAX);
	put_word(m, MEM_GLOBAL + MEM_SLOT_AT, 0x7000);
	put_word(m, MEM_GLOBAL + MEM_SLOT_AT + 16, 0x100);
	put_word(m, MEM_GLOBAL + MEM_SLOT_AT + 24, 0x200);
	assert_int_equal(read_with(f, m, h), LIVE_OK);
	assert_true(f->l.tls_known);
	assert_int_equal(f->l.tls_most, 0x90);
	assert_true(f->l.maps[2].tls_offset == UINT64_MAX);
	assert_true(f->l.tls_used_known);
	assert_int_equal(f->l.tls_used, 0x100);
	assert_int_equal(f->l.tls_optional, 0x200);
	put_word(m, MEM_GLOBAL + MEM_SLOT_AT + 16, 0x80); /* less than what lies in it */
	assert_int_equal(read_with(f, m, h), LIVE_OK);
	assert_false(f->l.tls_used_known);
	free(m);
}

/* A folder as the loader keeps it, with two sub-directories; the name behind it if it is not its own. */
static uint64_t put_dir(struct memory *m, uint64_t next, const char *what, const char *name, bool own,
			uint32_t first, uint32_t last)
{
	uint64_t at = memory_take(m, 5 * word(m) + 8 + strlen(name) + 1), behind = at + 5 * word(m) + 8;

	put_word(m, at, next);
	put_word(m, at + word(m), put_text(m, what));
	put_word(m, at + 3 * word(m), own ? put_text(m, name) : behind);
	put_word(m, at + 4 * word(m), strlen(name));
	put32(m, at + 5 * word(m), first);
	put32(m, at + 5 * word(m) + 4, last);
	if (!own)
		memcpy(m->b + (behind - MEM_BASE), name, strlen(name) + 1);
	return at;
}

static void remembered_folders_are_read(void **state)
{
	struct fixture *f = *state;
	struct live_hooks h = { .r_debug = MEM_DEBUG, .rtld_global = MEM_GLOBAL, .rtld_size = 0x100 };

	for (int is64 = 0; is64 < 2; is64++) {
		struct memory *m = memory_of_three(is64 != 0, false);
		uint64_t dir = put_dir(m, 0, "system search path", "/lib/", true, 1, 2);

		put_namespace(m);
		dir = put_dir(m, dir, "LD_LIBRARY_PATH", "/late/", false, 1, 1);
		dir = put_dir(m, dir, "RUNPATH", "", false, 2, 2);
		put_word(m, MEM_GLOBAL + 0x80, dir);
		assert_int_equal(read_with(f, m, h), LIVE_OK);
		assert_int_equal(f->l.ndirs, 3);
		assert_string_equal(f->l.dirs[1].name, "/late/");
		assert_int_equal(f->l.dirs[1].n, 2);
		assert_int_equal(f->l.dirs[1].status[1], LIVE_ABSENT);
		assert_string_equal(f->l.dirs[2].name, "/lib/");
		assert_int_equal(f->l.dirs[2].status[1], LIVE_PRESENT);
		free(m);
	}
}

static void a_folder_that_makes_no_sense_ends_them(void **state)
{
	struct fixture *f = *state;
	struct live_hooks h = { .r_debug = MEM_DEBUG, .rtld_global = MEM_GLOBAL, .rtld_size = UINT64_MAX };
	struct memory *m = memory_of_three(true, false);
	uint64_t bad = put_dir(m, 0, "RUNPATH", "/x/", false, 7, 1);

	put_namespace(m);
	put_word(m, MEM_GLOBAL + 0x80, put_dir(m, bad, "RUNPATH", "/y/", false, 1, 1));
	assert_int_equal(read_with(f, m, h), LIVE_OK);
	assert_int_equal(f->l.ndirs, 0);
	put_word(m, bad, bad); /* a circle */
	put32(m, bad + 40, 0);
	assert_int_equal(read_with(f, m, h), LIVE_OK);
	assert_int_equal(f->l.ndirs, 0);
	free(m);
}

static void other_namespaces_are_named(void **state)
{
	struct fixture *f = *state;
	struct memory *m = memory_of_three(true, false);
	uint64_t second = memory_take(m, 48), first = m->maps[0];
	uint64_t other;

	m->n = 0;
	other = put_map(m, "/opt/apart.so", NULL);
	put_word(m, MEM_DEBUG + 8, first);
	put32(m, MEM_DEBUG, 2);
	put_word(m, MEM_DEBUG + 40, second);
	put32(m, second, 2);
	put_word(m, second + 8, other);
	assert_int_equal(read_it(f, m), LIVE_OK);
	assert_int_equal(f->l.n, 3);
	assert_int_equal(f->l.nothers, 1);
	assert_string_equal(f->l.others[0], "/opt/apart.so");
}

/* ---- what goes wrong ---------------------------------------------------------------------------- */

static void nothing_says_where_the_list_is(void **state)
{
	struct fixture *f = *state;
	struct memory *m = memory_new(true, false);

	assert_int_equal(read_with(f, m, (struct live_hooks){ .r_debug = 0 }), LIVE_NO_LIST);
	assert_int_equal(read_it(f, m), LIVE_NO_LIST); /* r_map is NULL */
}

static int refuse(void *ctx, uint64_t at, void *buf, size_t n)
{
	(void)ctx;
	(void)at;
	(void)buf;
	(void)n;
	return EPERM;
}

static void memory_that_may_not_be_read_says_so(void **state)
{
	struct fixture *f = *state;
	struct live_memory lm = { refuse, NULL, true, false };
	struct live_hooks h = { .r_debug = MEM_DEBUG };

	assert_int_equal(live_list_read(&lm, &h, f->a, &f->l, &f->err), LIVE_UNREADABLE);
	assert_int_equal(f->err, EPERM);
}

static void a_list_that_is_being_changed_is_busy(void **state)
{
	struct memory *m = memory_of_three(true, false);

	put32(m, MEM_DEBUG + 24, 1); /* RT_ADD */
	assert_int_equal(read_it(*state, m), LIVE_BUSY);
}

/* When the last name is read, a library goes. */
static void unload(struct memory *m, uint64_t at)
{
	if (at == m->maps[2] + MEM_LIST_AT)
		put_word(m, m->maps[1] + 24, 0);
}

static void a_list_that_changed_meanwhile_is_busy(void **state)
{
	struct memory *m = memory_of_three(true, false);

	m->on_read = unload;
	assert_int_equal(read_it(*state, m), LIVE_BUSY);
}

static void a_circle_is_no_list(void **state)
{
	struct memory *m = memory_of_three(true, false);

	put_word(m, m->maps[2] + 24, m->maps[1]);
	assert_int_not_equal(read_it(*state, m), LIVE_OK);
}

static void an_address_outside_is_no_list(void **state)
{
	struct memory *m = memory_of_three(true, false);

	put_word(m, m->maps[1] + 24, UINT64_MAX - 4);
	assert_int_not_equal(read_it(*state, m), LIVE_OK);
}

static void a_name_without_end_is_no_name(void **state)
{
	struct memory *m = memory_of_three(true, false);
	uint64_t at = memory_take(m, 8192);

	memset(m->b + (at - MEM_BASE), 'x', 8192);
	put_word(m, m->maps[2] + 8, at);
	assert_int_equal(read_it(*state, m), LIVE_BROKEN);
}

/* A chain of names that comes back to itself, and a list as long as memory. */
static void endless_things_have_an_end(void **state)
{
	struct fixture *f = *state;
	struct memory *m = memory_of_three(true, false);
	uint64_t item = memory_take(m, 24);

	put_word(m, item, put_text(m, "again"));
	put_word(m, item + 8, item);
	put_word(m, m->maps[2] + 56, item);
	put32(m, m->maps[2] + MEM_LIST_AT + 8, UINT32_MAX);
	assert_int_equal(read_it(f, m), LIVE_OK);
	assert_in_range(f->l.maps[2].nnames, 1, 1000);
	assert_int_equal(f->l.maps[2].nlist, 0);
	assert_true(f->l.maps[2].opened);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(names_lists_and_the_global_scope_are_read),
		TEST(a_process_of_32_bits_is_read),
		TEST(the_other_byte_order_is_read),
		TEST(a_global_library_is_in_the_global_scope),
		TEST(what_is_not_glibcs_is_left_alone),
		TEST(a_list_that_names_strangers_is_no_global_scope),
		TEST(thread_local_offsets_are_read),
		TEST(remembered_folders_are_read),
		TEST(a_folder_that_makes_no_sense_ends_them),
		TEST(other_namespaces_are_named),
		TEST(nothing_says_where_the_list_is),
		TEST(memory_that_may_not_be_read_says_so),
		TEST(a_list_that_is_being_changed_is_busy),
		TEST(a_list_that_changed_meanwhile_is_busy),
		TEST(a_circle_is_no_list),
		TEST(an_address_outside_is_no_list),
		TEST(a_name_without_end_is_no_name),
		TEST(endless_things_have_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
