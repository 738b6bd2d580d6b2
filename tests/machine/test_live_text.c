/* test_live_text.c - what /proc writes, and what somebody may have made of it. */
#include "machine/live.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <elf.h>
#include <string.h>

static void a_stat_line_tells_state_and_start(void **state)
{
	struct live_stat st;

	(void)state;
	assert_true(live_parse_stat("12 (sleep) S 1 12 12 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 9876 "
				    "1 2 3",
				    &st));
	assert_int_equal(st.state, 'S');
	assert_int_equal(st.started, 9876);
	assert_false(st.kernel);
}

static void a_name_may_hold_brackets_and_blanks(void **state)
{
	struct live_stat st;

	(void)state;
	assert_true(live_parse_stat("12 (a) R 9) ( b) Z 1 12 12 0 -1 2097216 1 2 3 4 5 6 7 8 20 0 1 0 5",
				    &st));
	assert_int_equal(st.state, 'Z');
	assert_int_equal(st.started, 5);
	assert_true(st.kernel);
}

static void a_stat_line_that_is_cut_is_none(void **state)
{
	static const char *const lines[] = { "", ")", "1 (x", "1 (x) ", "1 (x) S 1 2 3" };
	struct live_stat st;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_false(live_parse_stat(lines[i], &st));
}

static const char maps[] =
	"55d0c0000000-55d0c0001000 r-xp 00000000 fe:01 123      /usr/bin/sleep\n"
	"7f0000000000-7f0000002000 r--p 00001000 fe:01 456      /lib/a b\\012c.so (deleted)\n"
	"7f0000002000-7f0000003000 rw-p 00000000 00:00 0 \n"
	"7ffd00000000-7ffd00010000 rwxp 00000000 00:00 0        [stack]\n";

static void mappings_are_read(void **state)
{
	struct arena *a = arena_new(0);
	struct live_rows rows;

	(void)state;
	live_parse_maps(maps, a, &rows);
	assert_int_equal(rows.n, 4);
	assert_true(rows.items[0].exec);
	assert_int_equal(rows.items[0].ino, 123);
	assert_int_equal(rows.items[0].major, 0xfe);
	assert_string_equal(rows.items[0].path, "/usr/bin/sleep");
	assert_false(rows.items[0].deleted);
	assert_string_equal(rows.items[1].path, "/lib/a b\nc.so");
	assert_true(rows.items[1].deleted);
	assert_string_equal(rows.items[2].path, "");
	assert_string_equal(rows.items[3].path, "[stack]");
	arena_free(a);
}

static void an_address_leads_to_its_row(void **state)
{
	struct arena *a = arena_new(0);
	struct live_rows rows;

	(void)state;
	live_parse_maps(maps, a, &rows);
	assert_ptr_equal(live_row_at(&rows, 0x7f0000001fff), &rows.items[1]);
	assert_ptr_equal(live_row_at(&rows, 0x7f0000002000), &rows.items[2]);
	assert_null(live_row_at(&rows, 0x7f0000003000));
	assert_null(live_row_at(&rows, 0));
	assert_null(live_row_at(&rows, UINT64_MAX));
	arena_free(a);
}

static void lines_that_are_none_are_left_out(void **state)
{
	struct arena *a = arena_new(0);
	struct live_rows rows;

	(void)state;
	live_parse_maps("garbage\n-1-2 r-xp 0 0:0 0\n2000-1000 r-xp 0 0:0 0\n1000-2000 r\n"
			"1000-2000 r-xp 0 0:0 x\n1000-2000 r-xp 0 0:0 7 /ok\n1800-3000 r-xp 0 0:0 8 /over\n"
			"4000-5000 r-xp 0 0:0 9",
			a, &rows);
	assert_int_equal(rows.n, 2);
	assert_string_equal(rows.items[0].path, "/ok");
	assert_string_equal(rows.items[1].path, "");
	arena_free(a);
}

static void the_auxiliary_vector_is_read_in_both_sizes(void **state)
{
	uint64_t wide[] = { AT_PHDR, 0x40, AT_PHNUM, 13, AT_BASE, 0x7000, AT_ENTRY, 0x1234, AT_SECURE, 1,
			    AT_NULL, 0, AT_BASE, 1 };
	uint32_t narrow[] = { AT_PHDR, 0x34, AT_BASE, 0xf000 };
	struct live_auxv aux;

	(void)state;
	live_parse_auxv((struct view){ (unsigned char *)wide, sizeof(wide) }, true, false, &aux);
	assert_int_equal(aux.phdr, 0x40);
	assert_int_equal(aux.phnum, 13);
	assert_int_equal(aux.base, 0x7000);
	assert_int_equal(aux.entry, 0x1234);
	assert_true(aux.secure);
	live_parse_auxv((struct view){ (unsigned char *)narrow, sizeof(narrow) }, false, false, &aux);
	assert_int_equal(aux.phdr, 0x34);
	assert_int_equal(aux.base, 0xf000);
	assert_false(aux.secure);
	live_parse_auxv((struct view){ (unsigned char *)wide, 15 }, true, false, &aux);
	assert_int_equal(aux.phdr, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stat_line_tells_state_and_start),
		cmocka_unit_test(a_name_may_hold_brackets_and_blanks),
		cmocka_unit_test(a_stat_line_that_is_cut_is_none),
		cmocka_unit_test(mappings_are_read),
		cmocka_unit_test(an_address_leads_to_its_row),
		cmocka_unit_test(lines_that_are_none_are_left_out),
		cmocka_unit_test(the_auxiliary_vector_is_read_in_both_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
