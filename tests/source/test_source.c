/* test_source.c - the machine and a root, asked the same questions. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "source/source.h"

#include "../base/tree.h"

static void build(struct tree *t)
{
	tree_dir(t, "lib");
	tree_dir(t, "lib/sub");
	tree_file(t, "lib/liba.so", "bytes of a");
	tree_file(t, "lib/empty", "");
	tree_link(t, "lib/liblink.so", "liba.so");
	tree_link(t, "lib/libabs.so", "/lib/liba.so");
	tree_link(t, "lib/libdead.so", "/lib/absent.so");
	tree_link(t, "outside", "/../../../../../../etc/passwd");
}

static void assert_opens(struct source *s, const char *path, const char *bytes)
{
	struct source_file f;

	assert_int_equal(source_open(s, path, &f), 0);
	assert_int_equal(f.st.type, OS_REGULAR);
	assert_int_equal(f.map.bytes.n, strlen(bytes));
	assert_memory_equal(f.map.bytes.p, bytes, strlen(bytes));
	source_close(&f);
}

static void assert_realpath(struct source *s, const char *path, const char *want)
{
	char *got;

	assert_int_equal(source_realpath(s, path, &got), 0);
	assert_string_equal(got, want);
	free(got);
}

static void a_root_opens_what_its_own_links_lead_to(void **state)
{
	struct tree *t = *state;
	struct source *s = source_root(t->root, NULL);
	struct source_file f;

	build(t);
	assert_false(source_is_host(s));
	assert_opens(s, "/lib/liba.so", "bytes of a");
	assert_opens(s, "/lib/liblink.so", "bytes of a");
	assert_opens(s, "/lib/libabs.so", "bytes of a");
	assert_opens(s, "/lib/sub/../liba.so", "bytes of a");
	assert_int_equal(source_open(s, "/lib/libdead.so", &f), ENOENT);
	assert_int_equal(source_open(s, "/outside", &f), ENOENT);
	assert_int_equal(source_open(s, "/lib/liba.so/", &f), ENOTDIR);
	assert_int_equal(source_open(s, "/lib/liba.so/x", &f), ENOTDIR);
	assert_int_equal(source_open(s, "", &f), ENOENT);
	source_free(s);
}

static void relative_paths_start_from_the_working_folder(void **state)
{
	struct tree *t = *state;
	struct source *root = source_root(t->root, "/lib"), *host;
	struct source_file f;
	char *cwd = strdup(tree_path(t, "lib"));

	build(t);
	host = source_host(cwd);
	assert_true(source_is_host(host));
	assert_opens(root, "liba.so", "bytes of a");
	assert_opens(host, "liba.so", "bytes of a");
	assert_opens(root, "../lib/./liba.so", "bytes of a");
	assert_opens(host, "sub/../liba.so", "bytes of a");
	assert_int_equal(source_open(host, "", &f), ENOENT);
	assert_int_equal(source_open(root, "", &f), ENOENT);
	source_free(host);
	source_free(root);
	free(cwd);
}

static void the_host_without_a_folder_uses_that_of_the_process(void **state)
{
	struct tree *t = *state;
	struct source *s = source_host(NULL);
	char *was = os_getcwd(), *path;

	build(t);
	assert_int_equal(chdir(t->root), 0);
	assert_opens(s, "lib/liba.so", "bytes of a");
	path = source_absolute(s, "lib/liba.so");
	assert_string_equal(path, tree_path(t, "lib/liba.so"));
	free(path);
	assert_realpath(s, "lib/../lib/liblink.so", tree_path(t, "lib/liba.so"));
	assert_int_equal(chdir(was), 0);
	free(was);
	source_free(s);
}

static void what_is_no_regular_file_opens_empty(void **state)
{
	struct tree *t = *state;
	struct source *sources[2] = {source_host(NULL), source_root("/", NULL)};

	build(t);
	assert_int_equal(mkfifo(tree_path(t, "fifo"), 0644), 0);
	for (int i = 0; i < 2; i++) {
		struct source_file f;

		assert_int_equal(source_open(sources[i], tree_path(t, "lib"), &f), 0);
		assert_int_equal(f.st.type, OS_DIRECTORY);
		assert_int_equal(f.map.bytes.n, 0);
		source_close(&f);
		assert_int_equal(source_open(sources[i], tree_path(t, "fifo"), &f), 0);
		assert_int_equal(f.st.type, OS_OTHER);
		assert_int_equal(f.map.bytes.n, 0);
		source_close(&f);
		assert_int_equal(source_open(sources[i], "/dev/null", &f), 0);
		assert_int_equal(f.st.type, OS_CHAR_DEVICE);
		source_close(&f);
		assert_int_equal(source_open(sources[i], tree_path(t, "lib/empty"), &f), 0);
		assert_int_equal(f.map.bytes.n, 0);
		source_close(&f);
		source_free(sources[i]);
	}
}

static void realpath_of_the_host_is_that_of_the_c_library(void **state)
{
	static const char *const names[] = {
		"lib/liblink.so", "lib/sub/..", "lib//sub/.", "lib", "lib/absent", "lib/liba.so/x",
		"lib/liba.so/", "lib/libabs.so", "lib/libdead.so"};
	struct tree *t = *state;
	struct source *s = source_host(NULL);

	build(t);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char *real, *ours;
		int err;

		errno = 0;
		real = realpath(tree_path(t, names[i]), NULL);
		err = real != NULL ? 0 : errno;
		assert_int_equal(source_realpath(s, tree_path(t, names[i]), &ours), err);
		if (real != NULL)
			assert_string_equal(ours, real);
		else
			assert_null(ours);
		free(ours);
		free(real);
	}
	assert_realpath(s, "/..", "/");
	source_free(s);
}

static void realpath_of_a_root_is_a_path_inside_it(void **state)
{
	struct tree *t = *state;
	struct source *s = source_root(t->root, "/lib");
	char *path;

	build(t);
	assert_realpath(s, "libabs.so", "/lib/liba.so");
	assert_realpath(s, "..", "/");
	assert_realpath(s, "/", "/");
	assert_int_equal(source_realpath(s, "absent", &path), ENOENT);
	assert_null(path);
	path = source_absolute(s, "../x");
	assert_string_equal(path, "/lib/../x");
	free(path);
	source_free(s);
}

static void host_paths_exist_on_this_machine(void **state)
{
	struct tree *t = *state;
	struct source *root = source_root(t->root, NULL), *host = source_host(t->root);
	char *path;

	build(t);
	path = source_host_path(root, "/lib/libabs.so");
	assert_string_equal(path, tree_path(t, "lib/liba.so"));
	free(path);
	path = source_host_path(root, "/");
	assert_string_equal(path, t->root);
	free(path);
	path = source_host_path(host, "lib/liblink.so");
	assert_string_equal(path, tree_path(t, "lib/liblink.so"));
	free(path);
	assert_null(source_host_path(root, "/lib/libdead.so"));
	assert_null(source_host_path(host, "lib/absent"));
	source_free(root);
	source_free(host);
}

static void stat_and_readlink_see_the_link_itself(void **state)
{
	struct tree *t = *state;
	struct source *sources[2] = {source_root(t->root, NULL), source_host(t->root)};

	build(t);
	for (int i = 0; i < 2; i++) {
		const char *path = i == 0 ? "/lib/liblink.so" : "lib/liblink.so";
		struct os_stat link, file;
		char target[64];

		assert_int_equal(source_stat(sources[i], path, false, &link), 0);
		assert_int_equal(link.type, OS_SYMLINK);
		assert_int_equal(source_stat(sources[i], path, true, &file), 0);
		assert_int_equal(file.type, OS_REGULAR);
		assert_int_equal(file.size, 10);
		assert_int_equal(source_readlink(sources[i], path, target, sizeof(target)), 0);
		assert_string_equal(target, "liba.so");
		assert_int_equal(source_readlink(sources[i], path, target, 4), ENAMETOOLONG);
		assert_int_equal(source_readlink(sources[i], "lib", target, 4), EINVAL);
		source_free(sources[i]);
	}
}

static void append_name(const char *name, void *ctx)
{
	strcat(strcat(ctx, name), " ");
}

static void a_folder_is_listed_through_links(void **state)
{
	struct tree *t = *state;
	struct source *s = source_root(t->root, NULL);
	char names[200] = "";

	build(t);
	tree_link(t, "folder", "/lib");
	assert_int_equal(source_list(s, "/folder", append_name, names), 0);
	assert_string_equal(names, "empty liba.so libabs.so libdead.so liblink.so sub ");
	assert_int_equal(source_list(s, "/lib/liba.so", append_name, names), ENOTDIR);
	assert_int_equal(source_list(s, "/absent", append_name, names), ENOENT);
	source_free(s);
}

static void flags_and_attributes_are_asked_inside_the_root(void **state)
{
	struct tree *t = *state;
	struct source *s = source_root(t->root, NULL);
	bool noexec, nosuid, noexec_here, nosuid_here;
	char value[16];
	size_t n;
	int err;

	build(t);
	assert_int_equal(source_mount_flags(s, "/lib/libabs.so", &noexec, &nosuid), 0);
	assert_int_equal(os_mount_flags(t->root, &noexec_here, &nosuid_here), 0);
	assert_int_equal(noexec, noexec_here);
	assert_int_equal(nosuid, nosuid_here);
	assert_int_equal(source_mount_flags(s, "/outside", &noexec, &nosuid), ENOENT);
	err = source_xattr(s, "/lib/libabs.so", "security.capability", value, sizeof(value), &n);
	assert_true(err == ENODATA || err == ENOTSUP);
	assert_int_equal(source_xattr(s, "/outside", "user.x", value, sizeof(value), &n), ENOENT);
	source_free(s);
}

static void a_root_may_be_a_link_or_end_in_slashes_or_be_absent(void **state)
{
	struct tree *t = *state;
	struct source_file f;
	struct source *s;

	build(t);
	tree_dir(t, "sysroot");
	tree_dir(t, "sysroot/etc");
	tree_file(t, "sysroot/etc/f", "in sysroot");
	tree_link(t, "link", "sysroot");
	s = source_root(tree_path(t, "link"), NULL);
	assert_opens(s, "/etc/f", "in sysroot");
	assert_opens(s, "/../etc/f", "in sysroot");
	source_free(s);
	s = source_root(tree_path(t, "sysroot///"), NULL);
	assert_opens(s, "etc/f", "in sysroot");
	source_free(s);
	s = source_root(tree_path(t, "absent/"), NULL);
	assert_int_equal(source_open(s, "/etc/passwd", &f), ENOENT);
	assert_int_equal(source_stat(s, "/", true, &f.st), ENOENT);
	source_free(s);
	s = source_root(tree_path(t, "sysroot/etc/f"), NULL);
	assert_int_equal(source_open(s, "/etc/passwd", &f), ENOTDIR);
	source_free(s);
	source_free(NULL);
}

static void a_path_that_the_kernel_refuses_is_refused_before_it_is_joined(void **state)
{
	struct tree *t = *state;
	struct source *s = source_host(t->root);
	struct source_file f;
	char *path = malloc(5000);

	assert_non_null(path);
	memset(path, 'x', 4999);
	path[4999] = '\0';
	assert_int_equal(source_open(s, path, &f), ENAMETOOLONG);
	assert_int_equal(source_stat(s, path, true, &f.st), ENAMETOOLONG);
	free(path);
	source_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		tree_test(a_root_opens_what_its_own_links_lead_to),
		tree_test(relative_paths_start_from_the_working_folder),
		tree_test(the_host_without_a_folder_uses_that_of_the_process),
		tree_test(what_is_no_regular_file_opens_empty),
		tree_test(realpath_of_the_host_is_that_of_the_c_library),
		tree_test(realpath_of_a_root_is_a_path_inside_it),
		tree_test(host_paths_exist_on_this_machine),
		tree_test(stat_and_readlink_see_the_link_itself),
		tree_test(a_folder_is_listed_through_links),
		tree_test(flags_and_attributes_are_asked_inside_the_root),
		tree_test(a_root_may_be_a_link_or_end_in_slashes_or_be_absent),
		tree_test(a_path_that_the_kernel_refuses_is_refused_before_it_is_joined),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
