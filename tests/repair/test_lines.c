/* test_lines.c - lines of sources and Makefiles that are changed; nothing else of the text is. */
#include "repair/lines.h"

#include "../base/tree.h"

#include "repair/makefile.h"

static struct view text(const char *s)
{
	return (struct view){ (const unsigned char *)s, strlen(s) };
}

static void assert_text(struct view v, const char *s)
{
	assert_int_equal(v.n, strlen(s));
	assert_memory_equal(v.p, s, v.n);
}

static void a_cgo_line_keeps_what_is_around_it(void **state)
{
	static const struct {
		const char *before;
		size_t line;
		const char *with, *after;
	} rows[] = {
		{ "// #cgo LDFLAGS: -la\nx\n", 1, "#cgo LDFLAGS: -lb", "// #cgo LDFLAGS: -lb\nx\n" },
		{ "/*\n  #cgo a: b\r\n*/", 2, "#cgo c: d", "/*\n  #cgo c: d\r\n*/" },
		{ "/* #cgo a: b */\n", 1, "#cgo c: d", "/* #cgo c: d */\n" },
		{ "\tone\n\ttwo", 2, "three", "\tone\n\tthree" },
	};
	struct arena *a = arena_new(0);
	struct view out;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_null(lines_replaced(text(rows[i].before), rows[i].line, rows[i].with, a, &out));
		assert_text(out, rows[i].after);
	}
	assert_non_null(lines_replaced(text("one\n"), 2, "x", a, &out));
	assert_non_null(lines_replaced(text("one\n"), 0, "x", a, &out));
	assert_non_null(lines_replaced(text("one\n"), 1, "#cgo a: b", a, &out));
	assert_non_null(lines_replaced(text("one\n"), 1, "x\ny", a, &out));
	assert_non_null(lines_replaced(text(""), 1, "x", a, &out));
	arena_free(a);
}

static void a_cgo_line_goes_into_the_comment_above_the_import(void **state)
{
	static const char *const rows[][2] = {
		{ "package x\n\nimport \"C\"\n", "package x\n\n// #cgo a: b\nimport \"C\"\n" },
		{ "// #include <x.h>\nimport \"C\"\n", "// #include <x.h>\n// #cgo a: b\nimport \"C\"\n" },
		{ "/*\nint x;\n*/\nimport \"C\"", "/*\nint x;\n*/\n// #cgo a: b\nimport \"C\"" },
		{ "/* int x; */\r\nimport \"C\"\r\n", "/* int x; */\r\n// #cgo a: b\r\nimport \"C\"\r\n" },
		{ "// see /* x */\nimport \"C\"\n", "// see /* x */\n// #cgo a: b\nimport \"C\"\n" },
		{ "/*\nimport \"C\"\n*/\nvar x = '\"'\nvar y = `\nimport \"C\"\n`\nimport \"C\"\n",
		  "/*\nimport \"C\"\n*/\nvar x = '\"'\nvar y = `\nimport \"C\"\n`\n// #cgo a: b\nimport \"C\"\n" },
	};
	struct arena *a = arena_new(0);
	struct view out;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_null(lines_with_cgo(text(rows[i][0]), "#cgo a: b", a, &out));
		assert_text(out, rows[i][1]);
	}
	assert_non_null(lines_with_cgo(text("import (\n\t\"C\"\n)\n"), "#cgo a: b", a, &out));
	assert_non_null(lines_with_cgo(text(""), "#cgo a: b", a, &out));
	assert_non_null(lines_with_cgo(text("/*\nimport \"C\"\n"), "#cgo a: b", a, &out));
	arena_free(a);
}

static void a_variable_that_is_for_sure_is_found(void **state)
{
	static const char *const old[] = { "cc", "-O2", "main.o", "-lbar", "-lm", "-o", "prog", NULL };
	static const char *const new[] = { "cc", "-O2", "main.o", "-Llib", "-lbar", "-lm", "-o", "prog", NULL };
	static const char *const less[] = { "cc", "-O2", "main.o", "-lbar", "-o", "prog", NULL };
	static const char *const special[] = { "", "-Lli b", "-L$x", "-Lx;y", "-L*", "-L(x", "a%b", "'x'" };
	struct arena *a = arena_new(0);
	struct makefile_edit e;

	(void)state;
	assert_true(makefile_find(text("CFLAGS = -O2\n LDLIBS=x\nLDLIBS := -lbar  -lm\r\nall:\n"), old, new, a, &e) ==
		    false); /* it is assigned twice */
	assert_true(makefile_find(text("CFLAGS = -O2\nLDLIBS :=  -lbar  -lm \r\nall:\n"), old, new, a, &e));
	assert_int_equal(e.line, 2);
	assert_string_equal(e.text, "LDLIBS :=  -Llib -lbar -lm");
	assert_string_equal(e.name, "LDLIBS");
	assert_true(makefile_find(text("LDLIBS = -lbar -lm"), old, less, a, &e));
	assert_string_equal(e.text, "LDLIBS = -lbar");
	assert_false(makefile_find(text("LDLIBS = -lbar $(M)"), old, new, a, &e));
	for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++) {
		const char *const words[] = { "cc", "-O2", "main.o", special[i], "-lbar", "-lm", "-o", "prog", NULL };

		assert_false(makefile_find(text("LDLIBS = -lbar -lm"), old, words, a, &e));
	}
	assert_false(makefile_find(text("LDLIBS ="), old, new, a, &e));
	assert_false(makefile_find(text(""), old, new, a, &e));
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cgo_line_keeps_what_is_around_it),
		cmocka_unit_test(a_cgo_line_goes_into_the_comment_above_the_import),
		cmocka_unit_test(a_variable_that_is_for_sure_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
