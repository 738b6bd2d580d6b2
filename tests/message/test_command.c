/* test_command.c - command lines that a log shows above what failed, and the folders that they ran in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "message/message.h"

static struct arena *a;
static struct msg_facts facts;

static void told(const char *text)
{
	struct msg_reader *r = msg_reader_new(a);

	assert_non_null(r);
	assert_true(msg_reader_feed(r, text, strlen(text)));
	assert_true(msg_reader_end(r, &facts));
}

/* The words of command number i, joined by bars. */
static const char *words(size_t i)
{
	const struct msg_command *c = &facts.commands[i];
	struct arena_text t = { NULL, 0, 0 };

	assert_true(i < facts.ncommands);
	for (size_t k = 0; k < c->argc; k++) {
		arena_text_str(a, &t, k > 0 ? "|" : "");
		arena_text_str(a, &t, c->argv[k]);
	}
	assert_null(c->argv[c->argc]);
	return arena_text_end(a, &t);
}

#define FAILS "/usr/bin/ld: cannot find -lwarp: No such file or directory\n" \
	"collect2: error: ld returned 1 exit status\n"

static void words_of_a_shell_are_resolved(void **state)
{
	(void)state;
	told("x86_64-linux-gnu-gcc-12 -o \"my prog\" main.o '-DX=a b' y\\ z.o -lwarp 2>&1 | tee log\n" FAILS);
	assert_int_equal(facts.ncommands, 1);
	assert_string_equal(words(0), "x86_64-linux-gnu-gcc-12|-o|my prog|main.o|-DX=a b|y z.o|-lwarp");
	assert_int_equal(facts.commands[0].line, 1);
	assert_null(facts.commands[0].cwd);
}

static void folders_are_followed(void **state)
{
	(void)state;
	told("make[1]: Entering directory '/src/app'\ncd sub && LC_ALL=C cc main.o -lwarp\n" FAILS
	     "make[1]: Leaving directory '/src/app'\ng++ main.o -lwarp\n" FAILS);
	assert_int_equal(facts.ncommands, 2);
	assert_string_equal(words(0), "cc|main.o|-lwarp");
	assert_string_equal(facts.commands[0].cwd, "/src/app/sub");
	assert_string_equal(words(1), "g++|main.o|-lwarp");
	assert_null(facts.commands[1].cwd);
}

static void lines_that_go_on_are_joined(void **state)
{
	(void)state;
	told("  (cd /execroot/main && \\\n  exec env - \\\n    PATH=/bin \\\n  "
	     "/usr/bin/gcc @app-2.params \\\n   -lwarp)\n" FAILS);
	assert_int_equal(facts.ncommands, 1);
	assert_string_equal(words(0), "/usr/bin/gcc|@app-2.params|-lwarp");
	assert_string_equal(facts.commands[0].cwd, "/execroot/main");
}

static void wrappers_show_them_too(void **state)
{
	(void)state;
	told("error: linking with `cc` failed: exit status: 1\n  |\n"
	     "  = note: \"cc\" \"-m64\" \"a b.o\" \"-lwarp\"\n"
	     "  = note: /usr/bin/ld: cannot find -lwarp: No such file or directory\n");
	assert_string_equal(words(0), "cc|-m64|a b.o|-lwarp");
	told("# example.org/x\n/usr/local/go/pkg/tool/linux_amd64/link: running gcc failed: exit status 1\n"
	     "/usr/bin/gcc -m64 -o $WORK/b001/exe/a.out /tmp/go-link-1/go.o -lwarp\n" FAILS);
	assert_string_equal(words(0), "/usr/bin/gcc|-m64|-o|$WORK/b001/exe/a.out|/tmp/go-link-1/go.o|-lwarp");
	told("# cwd: /build\nclang main.c -lwarp -o main\n" FAILS);
	assert_string_equal(words(0), "clang|main.c|-lwarp|-o|main");
	assert_string_equal(facts.commands[0].cwd, "/build");
}

static void what_is_no_command_is_left_out(void **state)
{
	static const char *const texts[] = {
		"gcc is the compiler that we use here\n" FAILS,
		"ld can't do it, it's too old\n" FAILS,
		"gcc -c main.c -o main.o\nall is well\n",
		"echo linking with gcc\n" FAILS,
		"/usr/bin/ld : main.o:(.text+0x5) : undefined reference to `x'\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		told(texts[i]);
		assert_int_equal(facts.ncommands, 0);
	}
}

static int set_up(void **state)
{
	(void)state;
	a = arena_new(256u << 20);
	return a == NULL;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(a);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(words_of_a_shell_are_resolved, set_up, tear_down),
		cmocka_unit_test_setup_teardown(folders_are_followed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(lines_that_go_on_are_joined, set_up, tear_down),
		cmocka_unit_test_setup_teardown(wrappers_show_them_too, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_no_command_is_left_out, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("command", tests, NULL, NULL);
}
