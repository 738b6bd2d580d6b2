/* test_settings.c - lists of folders in the files that set them: of the loader of Linux and of dyld alike. */
#include "repair/settings.h"
#include "repair/settings_text.h"

#include "../base/tree.h"

static const char *const environ_of_home[] = { "HOME=/Users/joe", "VIRTUAL_ENV=/env",
					      "LD_LIBRARY_PATH=/before", NULL };

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
		/* the colon of a condition goes, too: an empty element is the working folder */
		{ "export LD_LIBRARY_PATH=/a${LD_LIBRARY_PATH:+:${LD_LIBRARY_PATH}}\n", "LD_LIBRARY_PATH", "/a",
		  "export LD_LIBRARY_PATH=${LD_LIBRARY_PATH:+${LD_LIBRARY_PATH}}\n" },
		{ "LD_LIBRARY_PATH=\"${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}/a\"\n", "LD_LIBRARY_PATH", "/a",
		  "LD_LIBRARY_PATH=\"${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH}\"\n" },
		{ "export LD_LIBRARY_PATH=\"/a\":$LD_LIBRARY_PATH\n", "LD_LIBRARY_PATH", "/a",
		  "export LD_LIBRARY_PATH=$LD_LIBRARY_PATH\n" },
		/* variables of the text, of the environment, with another value where they have none */
		{ "C=/opt/cuda\nD=$C-11\nLD_LIBRARY_PATH=$D/lib64:/b\n", "LD_LIBRARY_PATH", "/opt/cuda-11/lib64",
		  "C=/opt/cuda\nD=$C-11\nLD_LIBRARY_PATH=/b\n" },
		{ "LD_LIBRARY_PATH=${VIRTUAL_ENV}/lib\n", "LD_LIBRARY_PATH", "/env/lib", "LD_LIBRARY_PATH=\n" },
		{ "LD_LIBRARY_PATH=${CUDA:-/usr/local/cuda}/lib64\n", "LD_LIBRARY_PATH", "/usr/local/cuda/lib64",
		  "LD_LIBRARY_PATH=\n" },
		/* a path with a blank, in quotes or behind a backslash; a line that goes on */
		{ "LD_LIBRARY_PATH='/my lib:/b'\n", "LD_LIBRARY_PATH", "/my lib", "LD_LIBRARY_PATH='/b'\n" },
		{ "LD_LIBRARY_PATH=/b:/my\\ lib\n", "LD_LIBRARY_PATH", "/my lib", "LD_LIBRARY_PATH=/b\n" },
		{ "X=y LD_LIBRARY_PATH=\\\n/a:\\\n/b\n", "LD_LIBRARY_PATH", "/a",
		  "X=y LD_LIBRARY_PATH=\\\n\\\n/b\n" },
		/* other forms */
		{ "set -gx LD_LIBRARY_PATH /a $LD_LIBRARY_PATH\n", "LD_LIBRARY_PATH", "/a",
		  "set -gx LD_LIBRARY_PATH $LD_LIBRARY_PATH\n" },
		{ "ENV LD_LIBRARY_PATH /a\n", "LD_LIBRARY_PATH", "/a", "ENV LD_LIBRARY_PATH=\n" },
		{ "Environment=\"LD_LIBRARY_PATH=/a:/b\"\n", "LD_LIBRARY_PATH", "/a",
		  "Environment=\"LD_LIBRARY_PATH=/b\"\n" },
		{ "  LD_LIBRARY_PATH: /a:/b\n", "LD_LIBRARY_PATH", "/a", "  LD_LIBRARY_PATH: /b\n" },
		{ "{\"LD_LIBRARY_PATH\": \"/a\"}", "LD_LIBRARY_PATH", "/a", "{\"LD_LIBRARY_PATH\": \"\"}" },
		/* universal variables of fish */
		{ "# This\nSETUVAR --export --path LD_LIBRARY_PATH:/opt/a\\x2db\\x1e/b\n", "LD_LIBRARY_PATH", "/opt/a-b",
		  "# This\nSETUVAR --export --path LD_LIBRARY_PATH:/b\n" },
		{ "SETUVAR --path --export LD_LIBRARY_PATH:/b\\x1e/a\\x1e/c", "LD_LIBRARY_PATH", "/a",
		  "SETUVAR --path --export LD_LIBRARY_PATH:/b\\x1e/c" },
		{ "SETUVAR --export LD_LIBRARY_PATH:/b\\x3a/a/\nSETUVAR x:y\n", "LD_LIBRARY_PATH", "/a",
		  "SETUVAR --export LD_LIBRARY_PATH:/b\nSETUVAR x:y\n" },
		{ "SETUVAR --export LD_LIBRARY_PATH:/a\nSETUVAR x:y\n", "LD_LIBRARY_PATH", "/a", "SETUVAR x:y\n" },
		{ "SETUVAR --export MY_LD_LIBRARY_PATH:/a\n", "LD_LIBRARY_PATH", "/a", NULL },
		{ "SETUVAR LD_LIBRARY_PATH:/a\\u00e9\\x\n", "LD_LIBRARY_PATH", "/a", NULL },
		/* what the list had before is no element, nor is what another variable has, nor what a comment says */
		{ "LD_LIBRARY_PATH=/b:$LD_LIBRARY_PATH\n", "LD_LIBRARY_PATH", "/before", NULL },
		{ "C=/a; export LD_LIBRARY_PATH=/b # not /a\n", "LD_LIBRARY_PATH", "/a", NULL },
		{ "export DYLD_LIBRARY_PATH=/a MY_LD_LIBRARY_PATH=/a\n", "LD_LIBRARY_PATH", "/a", NULL },
		{ "echo $LD_LIBRARY_PATH /a\n", "LD_LIBRARY_PATH", "/a", NULL },
		{ "LD_LIBRARY_PATH=$(dirname /x)/a\n", "LD_LIBRARY_PATH", "/a", NULL },
		/* texts that end early */
		{ "LD_LIBRARY_PATH=/a${LD_LIBRARY_PATH:+", "LD_LIBRARY_PATH", "/b", NULL },
		{ "LD_LIBRARY_PATH=\"/a\\", "LD_LIBRARY_PATH", "/b", NULL },
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

/* Of another system nobody says who is logged in. */
static void files_that_others_read_are_found_in_every_home(void **state)
{
	static const char *const nobody[] = { NULL };
	struct tree *t = *state;
	struct arena *a = arena_new(0);
	struct setting_places found = { NULL, 0, 0 };
	struct source *s;

	tree_dir(t, "Users");
	tree_dir(t, "Users/joe");
	tree_dir(t, "Users/jim");
	tree_file(t, "Users/joe/.zshrc", "source /Users/joe/more.sh\n");
	tree_file(t, "Users/joe/more.sh", ". /Users/joe/.zshrc\n\nexport DYLD_LIBRARY_PATH=/opt/old\n");
	tree_file(t, "Users/jim/.zprofile", "export DYLD_LIBRARY_PATH=/opt/old\n");
	s = source_root(t->root, NULL);
	settings_find(s, nobody, "DYLD_LIBRARY_PATH", "/opt/old", a, &found);
	assert_int_equal(found.n, 2);
	for (size_t i = 0; i < 2; i++) {
		if (strcmp(found.items[i].path, "/Users/joe/more.sh") == 0) {
			assert_int_equal(found.items[i].line, 3);
			assert_string_equal(found.items[i].what, "read by /Users/joe/.zshrc");
		} else {
			assert_string_equal(found.items[i].path, "/Users/jim/.zprofile");
		}
	}
	source_free(s);
	arena_free(a);
}

/* A hostile text: each value is twice the one before, or a line is longer than anybody writes. */
static void texts_that_grow_are_given_up(void **state)
{
	struct arena *a = arena_new(64 << 20);
	struct arena_text t = { NULL, 0, 0 };
	struct view out;

	(void)state;
	arena_text_str(a, &t, "A=0123456789abcdef\n");
	for (int i = 0; i < 60; i++)
		arena_text_str(a, &t, "A=$A$A\n");
	arena_text_str(a, &t, "LD_LIBRARY_PATH=/a:/b\n");
	assert_true(settings_without(text(arena_text_end(a, &t)), environ_of_home, "LD_LIBRARY_PATH", "/a", a, &out));
	for (int i = 0; i < 200000; i++)
		arena_text_str(a, &t, "a=");
	assert_false(settings_without(text(arena_text_end(a, &t)), environ_of_home, "LD_LIBRARY_PATH", "/c", a, &out));
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_element_goes_out_of_the_line_that_sets_it),
		cmocka_unit_test(texts_that_grow_are_given_up),
		cmocka_unit_test_setup_teardown(the_files_that_set_it_are_found, tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(files_that_others_read_are_found_in_every_home, tree_setup,
						tree_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
