/* test_redact.c - whose machine it is stays out of a report. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/redact.h"

static void expect(const struct redact *r, const char *in, const char *out)
{
	struct buf b;

	buf_init(&b, 4096);
	redact_add(r, &b, in);
	assert_string_equal(b.p != NULL ? b.p : "", out);
	buf_free(&b);
}

static int setup(void **state)
{
	static struct redact r;

	*state = &r;
	return redact_init_with(&r, "/home/jane/", "jdoe", "pc7.example.org\n");
}

static int teardown(void **state)
{
	redact_free(*state);
	return 0;
}

static void home_folder_becomes_a_tilde(void **state)
{
	expect(*state, "/home/jane/x/liba.so", "~/x/liba.so");
	expect(*state, "good @ file:///home/jane/s/good.whl", "good @ file://~/s/good.whl");
	expect(*state, "file:///home/bob/s, file:///srv/home/x", "file:///home/USER/s, file:///srv/home/x");
	expect(*state, "/home/jane", "~");
	expect(*state, "a:/home/jane/b:/home/jane/c", "a:~/b:~/c");
	expect(*state, "gcc -L/home/jane/lib -Wl,-rpath=/home/jane/lib",
	       "gcc -L~/lib -Wl,-rpath=~/lib");
}

static void other_homes_lose_their_name(void **state)
{
	expect(*state, "/home/janet/x", "/home/USER/x");
	expect(*state, "/home/jane-old/x", "/home/USER/x");
	expect(*state, "cannot open /Users/bob: no", "cannot open /Users/USER: no");
}

static void home_inside_a_path_is_no_home_but_the_name_goes(void **state)
{
	expect(*state, "/mnt/home/jane/x", "/mnt/home/USER/x");
	expect(*state, "/srv/jdoe/x", "/srv/USER/x");
}

static void user_and_host_are_replaced_as_words(void **state)
{
	expect(*state, "jdoe@pc7 JDOE_build PC7.EXAMPLE.ORG", "USER@HOST USER_build HOST");
	expect(*state, "libjdoe.so jdoe2 apc7", "libjdoe.so jdoe2 apc7");
}

static void plain_text_stays(void **state)
{
	expect(*state, "", "");
	expect(*state, "/usr/lib/liba.so\xff", "/usr/lib/liba.so\xff");
}

static void common_names_tell_nothing(void **state)
{
	struct redact r;

	(void)state;
	assert_int_equal(redact_init_with(&r, "/root", "root", "localhost"), 0);
	expect(&r, "root localhost /usr/root /root/x", "root localhost /usr/root ~/x");
	redact_free(&r);
	assert_int_equal(redact_init_with(&r, "/", "x", NULL), 0);
	expect(&r, "/x /y", "/x /y");
	redact_free(&r);
}

static void facts_of_the_machine_are_found(void **state)
{
	struct redact r;

	(void)state;
	assert_int_equal(setenv("HOME", "/srv/somebody", 1), 0);
	assert_int_equal(setenv("USER", "some-body", 1), 0);
	assert_int_equal(redact_init(&r), 0);
	expect(&r, "/srv/somebody/a some-body", "~/a USER");
	redact_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(home_folder_becomes_a_tilde, setup, teardown),
		cmocka_unit_test_setup_teardown(other_homes_lose_their_name, setup, teardown),
		cmocka_unit_test_setup_teardown(home_inside_a_path_is_no_home_but_the_name_goes,
						setup, teardown),
		cmocka_unit_test_setup_teardown(user_and_host_are_replaced_as_words, setup,
						teardown),
		cmocka_unit_test_setup_teardown(plain_text_stays, setup, teardown),
		cmocka_unit_test(common_names_tell_nothing),
		cmocka_unit_test(facts_of_the_machine_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
