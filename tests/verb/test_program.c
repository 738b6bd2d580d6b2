/* test_program.c - which program is meant. */
#include "root.h"
#include "verb/program.h"

static struct dlwhy_session *session(struct fixture *f, const char *const *env)
{
	struct dlwhy_options opt = root_options(f);
	struct dlwhy_session *s;

	opt.env = env;
	s = dlwhy_session_new(&opt, NULL);
	assert_non_null(s);
	return s;
}

static const char *named(struct fixture *f, const char *name)
{
	struct dlwhy_session *s = session(f, NULL);
	const char *path = program_named(s, name, f->a);

	dlwhy_session_free(s);
	return path;
}

static const char *behind(struct fixture *f, const char *path)
{
	struct dlwhy_session *s = session(f, NULL);
	const char *out = program_behind_env(s, path, f->a);

	dlwhy_session_free(s);
	return out;
}

static void a_path_is_itself(void **state)
{
	assert_string_equal(named(*state, "/no/where"), "/no/where");
	assert_string_equal(named(*state, "./app"), "./app");
}

static void a_name_is_looked_for_on_path(void **state)
{
	struct fixture *f = *state;

	put_bytes(f, "/usr/bin/app", "x", 1, 0644);
	assert_string_equal(named(f, "app"), "app");
	put_bytes(f, "/sbin/app", "x", 1, 0755);
	assert_string_equal(named(f, "app"), "/sbin/app");
	put_bytes(f, "/app", "x", 1, 0644); /* the working folder of a root is its top */
	assert_string_equal(named(f, "app"), "./app");
}

static void a_wrapper_gives_way(void **state)
{
	struct fixture *f = *state;

	put_bytes(f, "/usr/local/bin/python3", "#! /usr/bin/env bash\n", 21, 0755);
	assert_string_equal(named(f, "python3"), "/usr/local/bin/python3");
	put_bytes(f, "/usr/bin/python3", "\177ELF", 4, 0755);
	assert_string_equal(named(f, "python3"), "/usr/bin/python3");
}

static void env_starts_its_first_word(void **state)
{
	struct fixture *f = *state;

	put_bytes(f, "/usr/bin/python3", "\177ELF", 4, 0755);
	put_text(f, "/a", "#!/usr/bin/env python3\nprint()\n");
	put_text(f, "/b", "#! /usr/bin/env -S A=1 python3 -I\n");
	put_text(f, "/c", "#!/usr/bin/env nothing\n");
	put_text(f, "/d", "#!/usr/bin/python3\n");
	put_text(f, "/e", "#!/usr/bin/env");
	assert_string_equal(behind(f, "/a"), "/usr/bin/python3");
	assert_string_equal(behind(f, "/b"), "/usr/bin/python3");
	assert_string_equal(behind(f, "/c"), "/c");
	assert_string_equal(behind(f, "/d"), "/d");
	assert_string_equal(behind(f, "/e"), "/e");
	assert_string_equal(behind(f, "/gone"), "/gone");
}

static void a_circle_ends(void **state)
{
	struct fixture *f = *state;

	put_bytes(f, "/usr/bin/round", "#!/usr/bin/env round\n", 21, 0755);
	assert_string_equal(behind(f, "/usr/bin/round"), "/usr/bin/round");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROOT_TEST(a_path_is_itself),
		ROOT_TEST(a_name_is_looked_for_on_path),
		ROOT_TEST(a_wrapper_gives_way),
		ROOT_TEST(env_starts_its_first_word),
		ROOT_TEST(a_circle_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
