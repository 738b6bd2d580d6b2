/* test_ldconf.c - the folders of ld.so.conf. */
#include "machine/machine.h"

#include "../base/tree.h"

#include <stdio.h>

/* What ldconf_read makes of etc/ld.so.conf in the tree, ':' between. */
static const char *read_conf(struct tree *t, struct arena *a)
{
	struct source *s = source_root(t->root, NULL);
	const char *const *dirs;
	const char *all = "";
	size_t n;

	assert_non_null(s);
	ldconf_read(s, "/etc/ld.so.conf", a, &dirs, &n);
	for (size_t i = 0; i < n; i++)
		all = arena_printf(a, "%s%s%s", all, i > 0 ? ":" : "", dirs[i]);
	source_free(s);
	return all;
}

static void expect(void **state, const char *conf, const char *dirs)
{
	struct arena *a = arena_new(0);

	tree_file(*state, "etc/ld.so.conf", conf);
	assert_string_equal(read_conf(*state, a), dirs);
	arena_free(a);
}

static int setup(void **state)
{
	static const char *const dirs[] = {"etc", "etc/conf.d", "etc/more", "a", "b", "c"};

	if (tree_setup(state) != 0)
		return -1;
	for (size_t i = 0; i < sizeof(dirs) / sizeof(*dirs); i++)
		tree_dir(*state, dirs[i]);
	return 0;
}

static void test_each_line_is_a_folder(void **state)
{
	expect(state, "/a\n\n  /b/// \t\r\n/c", "/a:/b:/c");
}

static void test_comments_and_types_are_cut_off(void **state)
{
	expect(state, "# /c\n/a # the first\n/b=libc6\n/c =glibc\n", "/a:/b:/c");
}

static void test_what_is_not_there_is_left_out(void **state)
{
	expect(state, "/no/such\n/a\n/\n", "/a");
}

static void test_the_same_folder_counts_once(void **state)
{
	tree_link(*state, "also-a", "a");
	expect(state, "/a\n/b\n/also-a\n/a/\n", "/a:/b");
}

static void test_hwcap_lines_are_ignored(void **state)
{
	expect(state, "hwcap 1 nosegneg\nHWCAP\t0 x\n/a\n", "/a");
	/* without a blank it is a relative folder, which is not there */
	expect(state, "hwcap\n", "");
}

static void test_includes_are_expanded_where_they_stand(void **state)
{
	tree_file(*state, "etc/conf.d/2.conf", "/b\n");
	tree_file(*state, "etc/conf.d/1.conf", "/c\n");
	tree_file(*state, "etc/conf.d/.hidden.conf", "/etc\n");
	tree_file(*state, "etc/conf.d/note.txt", "/etc\n");
	expect(state, "include /etc/conf.d/*.conf\n/a\n", "/c:/b:/a");
	expect(state, "/a\ninclude conf.d/[2-9].conf  /etc/conf.d/?.conf\n", "/a:/b:/c");
	expect(state, "include /*/conf.d/1.conf\n", "/c");
	expect(state, "include\t/etc/no-such.conf\n/a\n", "/a");
}

static void test_bracket_expressions(void **state)
{
	tree_file(*state, "etc/conf.d/x-1", "/a\n");
	tree_file(*state, "etc/conf.d/x]1", "/b\n");
	tree_file(*state, "etc/conf.d/x[1", "/c\n");
	expect(state, "include conf.d/x[]]1\n", "/b");
	expect(state, "include conf.d/x[!]]1\n", "/a:/c");
	expect(state, "include conf.d/x[1\n", "/c"); /* not closed: itself */
	expect(state, "include conf.d/x\\[[0-9]\n", "/c");
	expect(state, "include conf.d/[w-y][+--]1\n", "/a");
	expect(state, "include conf.d/[[:alpha:]][![:alnum:]-]1\n", "/c:/b");
}

static void test_an_include_counts_from_its_own_file(void **state)
{
	tree_file(*state, "etc/more/x.conf", "include y.conf\n");
	tree_file(*state, "etc/more/y.conf", "/b\n");
	tree_file(*state, "etc/y.conf", "/c\n");
	expect(state, "include more/x.conf\n", "/b");
}

static void test_endless_inclusion_ends(void **state)
{
	tree_file(*state, "etc/more/1", "/a\ninclude /etc/more/*\n");
	tree_file(*state, "etc/more/2", "/b\ninclude /etc/more/*\n");
	tree_file(*state, "etc/more/3", "include /etc/ld.so.conf /etc/more/*\n/c\n");
	expect(state, "include more/*\n", "/a:/b:/c");
}

static void test_hostile_patterns_cost_little(void **state)
{
	char name[201] = "etc/conf.d/", conf[4096];

	memset(name + strlen(name), 'a', 200 - strlen(name));
	tree_file(*state, name, "/a\n");
	strcpy(conf, "include conf.d/");
	for (int i = 0; i < 100; i++)
		strcat(conf, "*a*");
	strcat(conf, "b\n/c\n");
	expect(state, conf, "/c");
}

static void test_at_most_4096_folders(void **state)
{
	struct arena *a = arena_new(0);
	struct tree *t = *state;
	const char *const *dirs;
	struct source *s;
	char *conf = calloc(1, 5000 * 16);
	size_t n, len = 0;

	assert_non_null(conf);
	for (int i = 0; i < 4100; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "a/%d", i);
		tree_dir(t, name);
		len += (size_t)snprintf(conf + len, 16, "/%s\n", name);
	}
	tree_file(t, "etc/ld.so.conf", conf);
	free(conf);
	s = source_root(t->root, NULL);
	ldconf_read(s, "/etc/ld.so.conf", a, &dirs, &n);
	source_free(s);
	assert_int_equal(n, 4096);
	assert_string_equal(dirs[4095], "/a/4095");
	arena_free(a);
}

static void test_no_file_no_folders(void **state)
{
	struct arena *a = arena_new(0);

	assert_string_equal(read_conf(*state, a), "");
	tree_dir(*state, "etc/ld.so.conf");
	assert_string_equal(read_conf(*state, a), "");
	arena_free(a);
}

static void test_a_line_ends_at_a_zero_byte(void **state)
{
	struct arena *a = arena_new(0);

	tree_bytes(*state, "etc/ld.so.conf", "/a\0/x\n/b", 8);
	assert_string_equal(read_conf(*state, a), "/a:/b");
	arena_free(a);
}

#define conf_test(f) cmocka_unit_test_setup_teardown(f, setup, tree_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		conf_test(test_each_line_is_a_folder),
		conf_test(test_comments_and_types_are_cut_off),
		conf_test(test_what_is_not_there_is_left_out),
		conf_test(test_the_same_folder_counts_once),
		conf_test(test_hwcap_lines_are_ignored),
		conf_test(test_includes_are_expanded_where_they_stand),
		conf_test(test_bracket_expressions),
		conf_test(test_an_include_counts_from_its_own_file),
		conf_test(test_endless_inclusion_ends),
		conf_test(test_hostile_patterns_cost_little),
		conf_test(test_at_most_4096_folders),
		conf_test(test_no_file_no_folders),
		conf_test(test_a_line_ends_at_a_zero_byte),
	};

	/* Thousands of folders take seconds on some disks, and no time in memory. */
	if (access("/dev/shm", W_OK) == 0 && setenv("TMPDIR", "/dev/shm", 0) != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
