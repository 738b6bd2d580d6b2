/* test_resolve.c - walks below a root against the kernel's own, made after chroot(2) into it. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "source/resolve.h"

#include "../base/tree.h"

#include <grp.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/wait.h>

enum { WALKS = 6000, PATH_ROOM = 160 };

/* What one walk came to; ino only where err is 0. */
struct answer {
	int err;
	ino_t ino;
};

struct walks {
	char path[WALKS][PATH_ROOM];
	bool follow[WALKS];
	struct answer kernel[WALKS], ours[WALKS];
	bool no_chroot;
};

static void build(struct tree *t)
{
	tree_dir(t, "usr");
	tree_dir(t, "usr/lib");
	tree_dir(t, "usr/lib/deep");
	tree_dir(t, "etc");
	tree_dir(t, "locked");
	tree_dir(t, "locked/in");
	tree_file(t, "usr/lib/a.so", "a");
	tree_file(t, "usr/lib/deep/b.so", "b");
	tree_file(t, "etc/passwd", "inside");
	tree_file(t, "locked/in/c.so", "c");
	tree_link(t, "lib", "usr/lib");
	tree_link(t, "abs", "/usr/lib");
	tree_link(t, "abs-slash", "/usr/lib/");
	tree_link(t, "up", "../../../../etc");
	tree_link(t, "usr/up", "../..");
	tree_link(t, "usr/lib/link.so", "a.so");
	tree_link(t, "usr/lib/abs.so", "/usr/lib/deep/../a.so");
	tree_link(t, "usr/lib/slash.so", "a.so/");
	tree_link(t, "usr/lib/down", "deep/.");
	tree_link(t, "loop", "loop");
	tree_link(t, "ping", "pong");
	tree_link(t, "pong", "/ping");
	tree_link(t, "dead", "/usr/absent/x");
	tree_link(t, "root", "/");
	tree_link(t, "usr/dots", "..");
	tree_link(t, "chain0", "/usr/lib");
	for (int i = 1; i <= 41; i++) {
		char name[32], target[32];

		snprintf(name, sizeof(name), "chain%d", i);
		snprintf(target, sizeof(target), i % 2 != 0 ? "chain%d" : "/chain%d", i - 1);
		tree_link(t, name, target);
	}
	tree_mode(t, "locked", 0600);
}

/* Paths of all kinds, the same in each run. */
static void make_paths(struct walks *w)
{
	static const char *const parts[] = {
		"usr", "lib", "deep", "etc", "locked", "in", "a.so", "b.so", "passwd", "c.so",
		"abs", "abs-slash", "up", "link.so", "abs.so", "slash.so", "down", "loop", "ping",
		"dead", "root", "dots", "chain0", "chain20", "chain38", "chain39", "chain40",
		"chain41", "absent", ".", "..", "..", "", "usr", "lib"};
	uint32_t random = 1;

	for (size_t i = 0; i < WALKS; i++) {
		size_t left;

		random = random * 1664525 + 1013904223;
		left = random >> 16 & 7;
		w->follow[i] = (random >> 24 & 1) != 0;
		do {
			random = random * 1664525 + 1013904223;
			strcat(strcat(w->path[i], "/"),
			       parts[(random >> 16) % (sizeof(parts) / sizeof(*parts))]);
		} while (left-- > 0);
	}
}

/* The child process gives up what root may do, so that permissions count. */
static bool become_nobody(void)
{
	return geteuid() != 0 ||
	       (setgroups(0, NULL) == 0 && setgid(65534) == 0 && setuid(65534) == 0);
}

static void ask_kernel(struct walks *w, const struct tree *t)
{
	if (chroot(t->root) != 0 && (unshare(CLONE_NEWUSER) != 0 || chroot(t->root) != 0)) {
		w->no_chroot = true;
		return;
	}
	if (chdir("/") != 0 || !become_nobody())
		return;
	for (size_t i = 0; i < WALKS; i++) {
		struct stat st;
		bool ok = (w->follow[i] ? stat : lstat)(w->path[i], &st) == 0;

		w->kernel[i].err = ok ? 0 : errno;
		w->kernel[i].ino = ok ? st.st_ino : 0;
	}
}

static void ask_resolver(struct walks *w, const struct tree *t)
{
	struct resolver *r = resolver_new(t->root, NULL);

	if (r == NULL || !become_nobody())
		return;
	for (size_t i = 0; i < WALKS; i++) {
		struct place at;
		struct os_stat st;
		int err = resolver_walk(r, w->path[i], w->follow[i], &at, &st);

		w->ours[i].err = err;
		w->ours[i].ino = err == 0 ? (ino_t)st.ino : 0;
	}
	resolver_free(r);
}

static void in_child(void (*fn)(struct walks *, const struct tree *), struct walks *w,
		     const struct tree *t)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		fn(w, t);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void each_walk_comes_to_what_the_kernel_comes_to(void **state)
{
	struct tree *t = *state;
	struct walks *w = mmap(NULL, sizeof(*w), PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	size_t found = 0;

	assert_ptr_not_equal(w, MAP_FAILED);
	build(t);
	make_paths(w);
	memset(w->kernel, 0xff, sizeof(w->kernel));
	memset(w->ours, 0xfe, sizeof(w->ours));
	in_child(ask_kernel, w, t);
	in_child(ask_resolver, w, t);
	tree_mode(t, "locked", 0700);
	if (w->no_chroot) {
		munmap(w, sizeof(*w));
		skip();
	}
	for (size_t i = 0; i < WALKS; i++) {
		found += w->kernel[i].err == 0;
		if (w->ours[i].err != w->kernel[i].err || w->ours[i].ino != w->kernel[i].ino)
			fail_msg("%s (follow %d): %s, the kernel says %s", w->path[i], w->follow[i],
				 strerror(w->ours[i].err), strerror(w->kernel[i].err));
	}
	assert_true(found > WALKS / 50);
	munmap(w, sizeof(*w));
}

static int walk(struct resolver *r, const char *path, bool follow, struct place *at)
{
	struct os_stat st;

	return resolver_walk(r, path, follow, at, &st);
}

static void no_path_leads_out_of_the_root(void **state)
{
	static const char *const paths[] = {
		"/up/passwd", "/../../../../../../etc/passwd", "/usr/up/etc/passwd",
		"/root/root/etc/passwd", "/usr/dots/../../etc/./passwd", "//etc//passwd"};
	struct tree *t = *state;
	struct resolver *r = resolver_new(t->root, NULL);
	struct place at;

	build(t);
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		assert_int_equal(walk(r, paths[i], true, &at), 0);
		assert_string_equal(place_inside(&at), "/etc/passwd");
		assert_string_equal(place_host(&at), tree_path(t, "etc/passwd"));
	}
	assert_int_equal(walk(r, "/../..", true, &at), 0);
	assert_string_equal(place_inside(&at), "/");
	assert_string_equal(place_host(&at), t->root);
	resolver_free(r);
}

static void forty_links_are_followed_and_no_more(void **state)
{
	struct tree *t = *state;
	struct resolver *r = resolver_new(t->root, NULL);
	struct place at;

	build(t);
	for (int again = 0; again < 2; again++) {
		assert_int_equal(walk(r, "/chain39/a.so", true, &at), 0);
		assert_string_equal(place_inside(&at), "/usr/lib/a.so");
		assert_int_equal(walk(r, "/chain40/a.so", true, &at), ELOOP);
		assert_int_equal(walk(r, "/chain39/link.so", true, &at), ELOOP);
		assert_int_equal(walk(r, "/chain39/link.so", false, &at), 0);
		assert_int_equal(walk(r, "/chain38/link.so", true, &at), 0);
		assert_int_equal(walk(r, "/loop", true, &at), ELOOP);
		assert_int_equal(walk(r, "/loop/x", false, &at), ELOOP);
		assert_int_equal(walk(r, "/ping/x", true, &at), ELOOP);
		assert_int_equal(walk(r, "/loop", false, &at), 0);
	}
	resolver_free(r);
}

static void lengths_have_the_limits_of_the_kernel(void **state)
{
	struct tree *t = *state;
	struct resolver *r = resolver_new(t->root, NULL);
	struct place at;
	char path[RESOLVE_PATH_MAX + 2] = "/";

	assert_int_equal(walk(r, "", true, &at), ENOENT);
	memset(path + 1, 'n', 255);
	path[256] = '\0';
	assert_int_equal(walk(r, path, true, &at), ENOENT);
	path[256] = 'n';
	path[257] = '\0';
	assert_int_equal(walk(r, path, true, &at), ENAMETOOLONG);
	memset(path, '/', RESOLVE_PATH_MAX);
	path[RESOLVE_PATH_MAX - 1] = '\0';
	assert_int_equal(walk(r, path, true, &at), 0);
	path[RESOLVE_PATH_MAX - 1] = '/';
	path[RESOLVE_PATH_MAX] = '\0';
	assert_int_equal(walk(r, path, true, &at), ENAMETOOLONG);
	resolver_free(r);
}

static void parent_leaves_the_last_component_alone(void **state)
{
	struct tree *t = *state;
	struct resolver *r = resolver_new(t->root, NULL);
	struct place at;

	build(t);
	assert_int_equal(resolver_parent(r, "/abs/link.so", &at), 0);
	assert_string_equal(place_inside(&at), "/usr/lib/link.so");
	assert_int_equal(resolver_parent(r, "/abs/absent", &at), 0);
	assert_string_equal(place_inside(&at), "/usr/lib/absent");
	assert_int_equal(resolver_parent(r, "/lib/deep/..", &at), 0);
	assert_string_equal(place_inside(&at), "/usr/lib");
	assert_int_equal(resolver_parent(r, "/lib/a.so/", &at), ENOTDIR);
	assert_int_equal(resolver_parent(r, "/absent/a.so", &at), ENOENT);
	assert_int_equal(resolver_parent(r, "/lib/a.so/x", &at), ENOTDIR);
	resolver_free(r);
}

/* What was walked once is not walked again: the folder may go, its place is still known. */
static void folders_are_remembered(void **state)
{
	struct tree *t = *state;
	struct resolver *r = resolver_new(t->root, NULL);
	struct place at;

	build(t);
	assert_int_equal(resolver_parent(r, "/abs/a.so", &at), 0);
	assert_int_equal(resolver_parent(r, "/absent/a.so", &at), ENOENT);
	assert_int_equal(unlink(tree_path(t, "abs")), 0);
	tree_dir(t, "absent");
	assert_int_equal(resolver_parent(r, "/abs/deep.so", &at), 0);
	assert_string_equal(place_inside(&at), "/usr/lib/deep.so");
	assert_int_equal(resolver_parent(r, "/absent/a.so", &at), ENOENT);
	resolver_free(r);
}

static void a_root_path_too_long_is_refused(void **state)
{
	char *root = malloc(RESOLVE_PATH_MAX + 1);

	(void)state;
	assert_non_null(root);
	memset(root, '/', RESOLVE_PATH_MAX);
	root[RESOLVE_PATH_MAX] = '\0';
	assert_null(resolver_new(root, NULL));
	free(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		tree_test(each_walk_comes_to_what_the_kernel_comes_to),
		tree_test(no_path_leads_out_of_the_root),
		tree_test(forty_links_are_followed_and_no_more),
		tree_test(lengths_have_the_limits_of_the_kernel),
		tree_test(parent_leaves_the_last_component_alone),
		tree_test(folders_are_remembered),
		cmocka_unit_test(a_root_path_too_long_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
