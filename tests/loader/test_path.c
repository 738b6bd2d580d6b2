/* test_path.c - lists of folders and the tokens in them. */
#include <stdio.h>
#include <stdlib.h>

#include "fixture.h"
#include "loader/path.h"

static const char *expand(struct fixture *f, const char *s)
{
	return path_expand(f->p, f->p->program, s);
}

static void tokens_are_expanded_bare_and_in_braces(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(expand(f, "$ORIGIN/../lib"), "/opt/app/bin/../lib");
	assert_string_equal(expand(f, "${ORIGIN}x"), "/opt/app/binx");
	assert_string_equal(expand(f, "/a/$LIB"), "/a/lib/x86_64-linux-gnu");
	assert_string_equal(expand(f, "/a/${PLATFORM}/$LIB/b"),
			    "/a/x86_64/lib/x86_64-linux-gnu/b");
}

static void what_is_no_token_stays_as_it_is(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(expand(f, "/a/$ORIGINAL"), "/a/$ORIGINAL");
	assert_string_equal(expand(f, "/a/$FOO/${ORIGIN"), "/a/$FOO/${ORIGIN");
	assert_string_equal(expand(f, "/a$"), "/a$");
	assert_false(path_has_token(&f->w, "/a/$ORIGIN_x"));
}

static void a_token_ended_only_at_a_slash_up_to_2_27(void **state)
{
	struct fixture *f = *state;

	f->w.install.minor = 27;
	assert_false(path_has_token(&f->w, "$ORIGIN-x"));
	assert_true(path_has_token(&f->w, "$ORIGIN/x"));
	f->w.install.minor = 28;
	assert_true(path_has_token(&f->w, "$ORIGIN-x"));
}

static void a_token_without_value_drops_the_element(void **state)
{
	struct fixture *f = *state;

	f->w.cpu.platform = NULL;
	assert_string_equal(expand(f, "/a/$PLATFORM"), "");
}

static void a_secure_program_trusts_only_default_folders(void **state)
{
	struct fixture *f = *state;

	f->p->secure = true;
	assert_string_equal(expand(f, "$ORIGIN/../lib"), "");
	assert_string_equal(expand(f, "/x$ORIGIN"), "");
	f->p->program->origin = "/usr/bin";
	assert_string_equal(expand(f, "$ORIGIN/../lib/x"), "/usr/bin/../lib/x");
}

static void environment_list_splits_at_colon_and_semicolon(void **state)
{
	struct fixture *f = *state;

	f->w.env.library_path = "/a;/b//:rel:/a/";
	path_init_env(f->p);
	assert_int_equal(f->p->env_dirs.n, 3);
	assert_string_equal(f->p->env_dirs.v[0]->dir, "/a/");
	assert_string_equal(f->p->env_dirs.v[1]->dir, "/b/");
	assert_string_equal(f->p->env_dirs.v[1]->written, "/b//");
	assert_string_equal(f->p->env_dirs.v[2]->dir, "rel/");
}

static void an_empty_element_is_the_working_folder_an_empty_list_is_none(void **state)
{
	struct fixture *f = *state;

	f->w.env.library_path = "";
	path_init_env(f->p);
	assert_true(f->p->env_dirs.none);
	f->p->env_dirs.ready = false;
	f->w.env.library_path = ":/nowhere";
	path_init_env(f->p);
	assert_int_equal(f->p->env_dirs.n, 2);
	assert_string_equal(f->p->env_dirs.v[0]->dir, "");
}

static void a_secure_program_has_no_environment_list(void **state)
{
	struct fixture *f = *state;

	f->p->secure = true;
	f->w.env.library_path = "/a";
	path_init_env(f->p);
	assert_true(f->p->env_dirs.none);
}

static void relative_folders_are_never_given_up(void **state)
{
	struct fixture *f = *state;

	f->w.env.library_path = "/a:rel";
	path_init_env(f->p);
	assert_int_equal(f->p->env_dirs.v[0]->status[0], DIR_UNKNOWN);
	assert_int_equal(f->p->env_dirs.v[1]->status[0], DIR_EXISTING);
}

static void origin_of_a_library_is_its_folder_with_links_kept(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(path_origin(f->p, "/a/b/../c/libx.so"), "/a/b/../c");
	assert_string_equal(path_origin(f->p, "/libx.so"), "/");
}

static void a_list_of_thousands_of_folders_is_cut_off_and_says_so(void **state)
{
	struct fixture *f = *state;
	char *list = arena_alloc(f->a, 10 * 10000 + 1), *end = list;

	for (int i = 0; i < 10000; i++)
		end += sprintf(end, "/f%06d:", i);
	f->w.env.library_path = list;
	path_init_env(f->p);
	assert_in_range(f->p->env_dirs.n, 1000, 5000);
	assert_non_null(f->p->trace.assumes);
}

static void a_folder_that_is_named_often_is_one_folder(void **state)
{
	struct fixture *f = *state;
	char *list = arena_alloc(f->a, 3 * 10000 + 1);

	for (int i = 0; i < 10000; i++)
		memcpy(list + 3 * (size_t)i, "/a:", 3);
	f->w.env.library_path = list;
	path_init_env(f->p);
	assert_int_equal(f->p->env_dirs.n, 2); /* and the working folder, by the last colon */
	assert_null(f->p->trace.assumes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LOADER_TEST(tokens_are_expanded_bare_and_in_braces),
		LOADER_TEST(what_is_no_token_stays_as_it_is),
		LOADER_TEST(a_token_ended_only_at_a_slash_up_to_2_27),
		LOADER_TEST(a_token_without_value_drops_the_element),
		LOADER_TEST(a_secure_program_trusts_only_default_folders),
		LOADER_TEST(environment_list_splits_at_colon_and_semicolon),
		LOADER_TEST(an_empty_element_is_the_working_folder_an_empty_list_is_none),
		LOADER_TEST(a_secure_program_has_no_environment_list),
		LOADER_TEST(relative_folders_are_never_given_up),
		LOADER_TEST(a_list_of_thousands_of_folders_is_cut_off_and_says_so),
		LOADER_TEST(a_folder_that_is_named_often_is_one_folder),
		LOADER_TEST(origin_of_a_library_is_its_folder_with_links_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
