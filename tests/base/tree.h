/* tree.h - a temporary folder for a test: files and links in it, and its removal. */
#ifndef DLWHY_TESTS_BASE_TREE_H
#define DLWHY_TESTS_BASE_TREE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct tree {
	char root[256]; /* canonical */
	char path[8192];
};

/* The path of `name` in the tree, valid until the next call. */
static inline const char *tree_path(struct tree *t, const char *name)
{
	int n = snprintf(t->path, sizeof(t->path), "%s%s%s", t->root, name[0] == '\0' ? "" : "/",
			 name);

	assert_true(n > 0 && (size_t)n < sizeof(t->path));
	return t->path;
}

static inline void tree_dir(struct tree *t, const char *name)
{
	assert_int_equal(mkdir(tree_path(t, name), 0755), 0);
}

static inline void tree_bytes(struct tree *t, const char *name, const void *bytes, size_t n)
{
	int fd = open(tree_path(t, name), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, n), (ssize_t)n);
	assert_int_equal(close(fd), 0);
}

static inline void tree_file(struct tree *t, const char *name, const char *text)
{
	tree_bytes(t, name, text, strlen(text));
}

static inline void tree_link(struct tree *t, const char *name, const char *target)
{
	assert_int_equal(symlink(target, tree_path(t, name)), 0);
}

static inline void tree_hard_link(struct tree *t, const char *name, const char *old)
{
	char *from = strdup(tree_path(t, old));

	assert_non_null(from);
	assert_int_equal(link(from, tree_path(t, name)), 0);
	free(from);
}

static inline void tree_mode(struct tree *t, const char *name, mode_t mode)
{
	assert_int_equal(chmod(tree_path(t, name), mode), 0);
}

static inline int tree_setup(void **state)
{
	struct tree *t = calloc(1, sizeof(*t));
	const char *tmp = getenv("TMPDIR");
	char made[256];

	if (t == NULL)
		return -1;
	snprintf(made, sizeof(made), "%s/dlwhy-test-XXXXXX", tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(made) == NULL || realpath(made, t->path) == NULL ||
	    strlen(t->path) >= sizeof(t->root) || chmod(made, 0755) != 0) {
		free(t);
		return -1;
	}
	memcpy(t->root, t->path, strlen(t->path) + 1);
	*state = t;
	return 0;
}

static inline int tree_remove_one(const char *path, const struct stat *st, int type,
				  struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

static inline int tree_teardown(void **state)
{
	struct tree *t = *state;
	int err = nftw(t->root, tree_remove_one, 16, FTW_DEPTH | FTW_PHYS);

	free(t);
	return err;
}

#define tree_test(f) cmocka_unit_test_setup_teardown(f, tree_setup, tree_teardown)

#endif
