/* test_link_line.c - words of a command line, and what a linker is told by them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "build/link.h"

static struct arena *arena;
static struct source *source;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new(0);
	source = source_host(NULL);
	return arena != NULL && source != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	source_free(source);
	return 0;
}

static void words_are_unquoted(void **state)
{
	static const char line[] = " \"/usr/bin/ld\" -rpath \"\\$ORIGIN\" a\\ b 'c d'  \"X=\\\"y\\\"\"\n";
	struct link_texts w = { NULL, 0, 0 };

	(void)state;
	link_words(arena, line, sizeof(line) - 1, &w);
	assert_int_equal(w.n, 6);
	assert_string_equal(w.items[0], "/usr/bin/ld");
	assert_string_equal(w.items[2], "$ORIGIN");
	assert_string_equal(w.items[3], "a b");
	assert_string_equal(w.items[4], "c d");
	assert_string_equal(w.items[5], "X=\"y\"");
}

static void read_line(const char *text, struct link_line *out)
{
	static struct link_plan plan;

	memset(&plan, 0, sizeof(plan));
	plan.kind = LINKER_BFD;
	link_words(arena, text, strlen(text), &plan.words);
	link_line_read(arena, source, &plan, out);
}

static void inputs_have_the_modes_of_their_place(void **state)
{
	struct link_line l;

	(void)state;
	read_line("a.o --as-needed -lb -Bstatic -l c --push-state -Bdynamic -ld --pop-state -le "
		  "--whole-archive x.a --no-whole-archive --start-group y.a --end-group", &l);
	assert_int_equal(l.ops.n, 9);
	assert_false(l.ops.items[0].as_needed);
	assert_true(l.ops.items[1].as_needed);
	assert_false(l.ops.items[1].is_static);
	assert_string_equal(l.ops.items[2].name, "c");
	assert_true(l.ops.items[2].is_static);
	assert_false(l.ops.items[3].is_static);
	assert_true(l.ops.items[4].is_static);
	assert_true(l.ops.items[5].whole);
	assert_int_equal(l.ops.items[6].kind, LINK_GROUP);
	assert_false(l.ops.items[7].whole);
	assert_int_equal(l.ops.items[8].kind, LINK_END_GROUP);
}

static void values_stand_behind_or_in_the_next_word(void **state)
{
	struct link_line l;

	(void)state;
	read_line("-o out -z defs -zmuldefs -rpath=/a:/b --rpath-link /c -L/x -L=y -L /z --sysroot=/root "
		  "-m elf_x86_64 -e start --version-script=v.map -soname name.so -plugin p.so -u sym", &l);
	assert_string_equal(l.output, "out");
	assert_true(l.z_defs);
	assert_true(l.z_muldefs);
	assert_int_equal(l.rpath.n, 2);
	assert_string_equal(l.rpath.items[1], "/b");
	assert_string_equal(l.rpath_link.items[0], "/c");
	assert_int_equal(l.dirs.n, 3);
	assert_string_equal(l.dirs.items[1].path, "/rooty");
	assert_string_equal(l.dirs.items[2].path, "/z");
	assert_string_equal(l.entry, "start");
	assert_string_equal(l.version_script, "v.map");
	assert_true(l.plugin);
	assert_string_equal(l.undefined.items[0], "sym");
	assert_int_equal(l.ops.n, 0);
	assert_int_equal(l.odds.n, 1); /* that script is not there */
	assert_int_equal(l.odds.items[0].kind, ODD_FILE);
}

static void options_that_nobody_knows_are_told(void **state)
{
	struct link_line l;

	(void)state;
	read_line("--no-such-thing a.o", &l);
	assert_int_equal(l.odds.n, 1);
	assert_int_equal(l.odds.items[0].kind, ODD_UNKNOWN);
	assert_string_equal(l.odds.items[0].option, "--no-such-thing");
	read_line("--build-id --hash-style=gnu --eh-frame-hdr -O2 --gc-sections --threads=4", &l);
	assert_int_equal(l.odds.n, 0);
	read_line("-l", &l); /* the value is missing */
	assert_int_equal(l.ops.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_unquoted),
		cmocka_unit_test(inputs_have_the_modes_of_their_place),
		cmocka_unit_test(values_stand_behind_or_in_the_next_word),
		cmocka_unit_test(options_that_nobody_knows_are_told),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
