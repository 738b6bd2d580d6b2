/* test_settings.c - lists of folders in the files that set them: of the loader of Linux and of dyld alike. */
#include "repair/settings.h"

#include "../base/tree.h"

static const char *const environ_of_home[] = { "HOME=/Users/joe", "VIRTUAL_ENV=/env", NULL };

static struct view text(const char *s)
{
	return (struct view){ (const unsigned char *)s, strlen(s) };
}

static void an_element_goes_out_of_the_line_that_sets_it(void **state)
{
	static const struct {
		const char *before, *variable, *element, *after;
	} rows[] = {
		{ "export DYLD_LIBRARY_PATH=/opt/cuda/lib:$DYLD_LIBRARY_PATH\n", "DYLD_LIBRARY_PATH", "/opt/cuda/lib",
		  "export DYLD_LIBRARY_PATH=$DYLD_LIBRARY_PATH\n" },
		{ "export DYLD_LIBRARY_PATH=\"$HOME/old/:/new\"\n", "DYLD_LIBRARY_PATH", "/Users/joe/old",
		  "export DYLD_LIBRARY_PATH=\"/new\"\n" },
		{ "export DYLD_FALLBACK_LIBRARY_PATH=/a:/b", "DYLD_FALLBACK_LIBRARY_PATH", "/b",
		  "export DYLD_FALLBACK_LIBRARY_PATH=/a" },
		{ "setenv LD_LIBRARY_PATH /a:/b\n", "LD_LIBRARY_PATH", "/a", "setenv LD_LIBRARY_PATH /b\n" },
		/* neither a comment, nor a longer folder, nor another variable */
		{ "# DYLD_LIBRARY_PATH=/a\n", "DYLD_LIBRARY_PATH", "/a", NULL },
		{ "DYLD_LIBRARY_PATH=/a/lib\n", "DYLD_LIBRARY_PATH", "/a", NULL },
		{ "DYLD_LIBRARY_PATHS=/a\n", "DYLD_LIBRARY_PATH", "/a", NULL },
		{ "DYLD_LIBRARY_PATH=/a\n", "LD_PRELOAD", "/a", NULL },
	};
	struct arena *a = arena_new(0);
	struct view out;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool found = settings_without(text(rows[i].before), environ_of_home, rows[i].variable,
					      rows[i].element, a, &out);

		assert_int_equal(found, rows[i].after != NULL);
		if (found)
			assert_int_equal(out.n, strlen(rows[i].after));
		if (found)
			assert_memory_equal(out.p, rows[i].after, out.n);
	}
	arena_free(a);
}

static void the_files_that_set_it_are_found(void **state)
{
	struct tree *t = *state;
	struct arena *a = arena_new(0);
	struct setting_places found = { NULL, 0, 0 };
	struct source *s;

	tree_dir(t, "Users");
	tree_dir(t, "Users/joe");
	tree_dir(t, "env");
	tree_dir(t, "env/bin");
	tree_file(t, "Users/joe/.zshrc", "# mine\nalias x=y\nexport DYLD_LIBRARY_PATH=/opt/old:/opt/new\n");
	tree_file(t, "Users/joe/.bashrc", "export LD_LIBRARY_PATH=/opt/old\n");
	tree_file(t, "env/bin/activate", "DYLD_LIBRARY_PATH=\"/opt/old\"\n");
	s = source_root(t->root, NULL);
	settings_find(s, environ_of_home, "DYLD_LIBRARY_PATH", "/opt/old", a, &found);
	assert_int_equal(found.n, 2);
	assert_string_equal(found.items[0].path, "/Users/joe/.zshrc");
	assert_int_equal(found.items[0].line, 3);
	assert_string_equal(found.items[1].path, "/env/bin/activate");
	source_free(s);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_element_goes_out_of_the_line_that_sets_it),
		cmocka_unit_test_setup_teardown(the_files_that_set_it_are_found, tree_setup, tree_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
