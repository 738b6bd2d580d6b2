/* test_buildfile.c - calls of CMake and meson that a command comes from: which one it is, and which it is not. */
#include "repair/buildfile.h"

#include "../base/tree.h"

static const char *const old[] = { "cc", "CMakeFiles/prog.dir/main.o", "-o", "prog", "-la", "-lb", NULL };
static const char *const more[] = { "cc", "CMakeFiles/prog.dir/main.o", "-o", "prog", "-la", "-L../x", "-lc", "-lb",
				    NULL };
static const char *const turned[] = { "cc", "CMakeFiles/prog.dir/main.o", "-o", "prog", "-lb", "-la", NULL };
static const char *const other[] = { "cc", "CMakeFiles/prog.dir/main.o", "-o", "prog", "-la", "-lz", NULL };
static const char *const less[] = { "cc", "CMakeFiles/prog.dir/main.o", "-o", "prog", "-la", NULL };
static const char *const odd[] = { "cc", "CMakeFiles/prog.dir/main.o", "-o", "prog", "-la", "-l$(x)", "-lb", NULL };

struct row {
	const char *text;
	const char *const *new;
	size_t line, at;   /* that is changed, 0: none; of the call */
	const char *is;    /* what it reads then */
};

static void ask(void (*fn)(const struct buildfile_ask *, struct buildfile_edit *), const struct row *r, size_t n)
{
	struct arena *a = arena_new(0);

	for (size_t i = 0; i < n; i++) {
		struct view text = { (const unsigned char *)r[i].text, strlen(r[i].text) };
		struct buildfile_ask q = { text, "prog", old, r[i].new, "/s/b", "/s", "/s/b", a };
		struct buildfile_edit e;

		fn(&q, &e);
		assert_int_equal(e.n, r[i].line > 0 ? 1 : 0);
		assert_int_equal(e.at, r[i].at);
		if (e.n == 0)
			continue;
		assert_int_equal(e.lines[0].line, r[i].line);
		assert_string_equal(e.lines[0].text, r[i].is);
	}
	arena_free(a);
}

static void what_cmake_reads(void **state)
{
	static const struct row rows[] = {
		{ "target_link_libraries(prog a b)", more, 1, 1,
		  "target_link_libraries(prog a -L${CMAKE_CURRENT_SOURCE_DIR}/x c b)" },
		{ "#[=[\n]]\n]=]\n\tTarget_Link_Libraries(prog\tPUBLIC a b ) # x\r\n", turned, 4, 4,
		  "Target_Link_Libraries(prog\tPUBLIC b a ) # x" },
		{ "target_link_libraries(prog -la b)", other, 1, 1, "target_link_libraries(prog -la z)" },
		{ "target_link_libraries(prog a b)", less, 1, 1, "target_link_libraries(prog a)" },
		{ "add_executable(prog m.c)\nadd_library(x y.c)\n", more, 1, 1,
		  "target_link_libraries(prog PRIVATE -L${CMAKE_CURRENT_SOURCE_DIR}/x c)" },
		/* a word that would be read as something else */
		{ "target_link_libraries(prog a b)", odd, 0, 1, NULL },
		/* several that fit, or none that does */
		{ "target_link_libraries(prog a b)\ntarget_link_libraries(prog a)", more, 0, 0, NULL },
		{ "target_link_libraries(prog a b m)", more, 0, 1, NULL },
		{ "target_link_libraries(other a b)", more, 0, 0, NULL },
		{ "target_link_libraries(prog \"a\" b)", more, 0, 1, NULL },
		{ "target_link_libraries(prog a\n b)", turned, 0, 1, NULL },
		{ "target_link_libraries(prog debug a optimized b)", more, 0, 1, NULL },
		{ "target_link_libraries(prog $<IF:a,b,c>)", more, 0, 1, NULL },
		{ "add_executable(prog m.c)\ntarget_link_libraries(${X} a)", more, 0, 1, NULL },
		{ "add_executable(prog m.c)\nadd_executable(prog n.c)", more, 0, 0, NULL },
		/* no text of CMake's */
		{ "target_link_libraries(prog a b)\n)", more, 0, 0, NULL },
		{ "target_link_libraries(prog a b", more, 0, 0, NULL },
		{ "", more, 0, 0, NULL },
	};

	(void)state;
	ask(buildfile_cmake, rows, sizeof(rows) / sizeof(rows[0]));
}

static void what_meson_reads(void **state)
{
	static const struct row rows[] = {
		{ "executable('prog', link_args : ['-la', '-lb'])", more, 1, 1,
		  "executable('prog', link_args : ['-L' + meson.current_source_dir() / 'x', '-lc', '-la', '-lb'])" },
		{ "x = executable('prog', 'm.c')", more, 1, 1,
		  "x = executable('prog', 'm.c', link_args : ['-L' + meson.current_source_dir() / 'x', '-lc'])" },
		{ "library('prog', link_args : ['-la', f('-lb'), '-lb',])", other, 1, 1,
		  "library('prog', link_args : ['-la', f('-lb'), '-lz',])" },
		{ "executable('prog', link_args : ['-la', '-lb', '-lb'])", other, 0, 1, NULL },
		{ "executable('prog', link_args : ['-la', '-lb'] + x)", more, 0, 1, NULL },
		{ "executable('prog', link_args : '-la')", more, 0, 1, NULL },
		{ "executable('prog', kwargs : x)", more, 0, 1, NULL },
		{ "executable('prog')", odd, 0, 1, NULL },
		{ "executable('prog')", turned, 0, 1, NULL },
		{ "if a\nexecutable('prog')\nelse\nexecutable('prog')\nendif", more, 0, 0, NULL },
		{ "x.executable('prog')\n'''\nexecutable('prog')\n''' # executable('prog')", more, 0, 0, NULL },
		{ "executable('prog'", more, 0, 0, NULL },
		{ "", more, 0, 0, NULL },
	};

	(void)state;
	ask(buildfile_meson, rows, sizeof(rows) / sizeof(rows[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_cmake_reads),
		cmocka_unit_test(what_meson_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
