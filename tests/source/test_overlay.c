/* test_overlay.c - an overlay beside the kernel, which sees the same changes done for real. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "source/overlay.h"

#include "../base/tree.h"

#include <sys/stat.h>

static char edited[8192] = "edited"; /* as a page: zero behind the bytes */
static char fresh[8192] = "fresh";

static void build(struct tree *t, const char *top)
{
	char name[64];

#define IN(what) (snprintf(name, sizeof(name), "%s/%s", top, what), name)
	tree_dir(t, top);
	tree_dir(t, IN("lib"));
	tree_dir(t, IN("lib/sub"));
	tree_dir(t, IN("old"));
	tree_file(t, IN("lib/liba.so.1.2"), "bytes of a");
	tree_file(t, IN("lib/gone.so"), "gone");
	tree_file(t, IN("lib/sub/b.so"), "b");
	tree_link(t, IN("lib/liba.so.1"), "liba.so.1.2");
	tree_link(t, IN("lib/dead.so"), "../new/fresh.so");
	tree_link(t, IN("lib64"), "lib");
#undef IN
}

/* The same changes, to the overlay and to the copy that the kernel shows. */
static void change(struct tree *t, struct source *s)
{
	char path[sizeof(t->path)];

	assert_int_equal(overlay_file(s, tree_path(t, "over/lib64/liba.so.1"), (struct view){ (uint8_t *)edited, 6 }, 8192,
				      0755), 0);
	tree_file(t, "real/lib/liba.so.1.2", "edited");
	assert_int_equal(chmod(tree_path(t, "real/lib/liba.so.1.2"), 0755), 0);
	assert_int_equal(overlay_folder(s, tree_path(t, "over/new"), 0755), 0);
	tree_dir(t, "real/new");
	assert_int_equal(overlay_file(s, tree_path(t, "over/new/fresh.so"), (struct view){ (uint8_t *)fresh, 5 }, 8192, 0644),
			 0);
	tree_file(t, "real/new/fresh.so", "fresh");
	assert_int_equal(overlay_link(s, tree_path(t, "over/lib/libz.so"), "sub/b.so"), 0);
	tree_link(t, "real/lib/libz.so", "sub/b.so");
	assert_int_equal(overlay_link(s, tree_path(t, "over/loop"), "loop"), 0);
	tree_link(t, "real/loop", "loop");
	assert_int_equal(overlay_remove(s, tree_path(t, "over/lib/gone.so")), 0);
	snprintf(path, sizeof(path), "%s", tree_path(t, "real/lib/gone.so"));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(overlay_mode(s, tree_path(t, "over/lib/sub/b.so"), 0711), 0);
	assert_int_equal(chmod(tree_path(t, "real/lib/sub/b.so"), 0711), 0);
}

static const char *const paths[] = {
	"", "lib", "lib/", "lib/liba.so.1.2", "lib/liba.so.1", "lib64/liba.so.1", "lib/gone.so", "lib64/gone.so",
	"lib/dead.so", "lib64/dead.so", "new", "new/", "new/.", "new/..", "new/fresh.so", "new/fresh.so/",
	"new/fresh.so/x", "new/absent", "new/../lib/liba.so.1", "lib/libz.so", "lib/libz.so/", "lib/sub/b.so", "loop",
	"loop/x", "old", "old/..", "absent", "absent/x", "lib/sub/../../new/fresh.so",
};

struct list {
	char text[1024];
};

static void add_name(const char *name, void *ctx)
{
	struct list *l = ctx;
	size_t n = strlen(l->text);

	snprintf(l->text + n, sizeof(l->text) - n, "%s ", name);
}

static void assert_same_stat(struct source *over, const char *a, struct source *host, const char *b, bool follow)
{
	struct os_stat mine, theirs;
	int err = source_stat(host, b, follow, &theirs);

	assert_int_equal(source_stat(over, a, follow, &mine), err);
	if (err != 0)
		return;
	assert_int_equal(mine.type, theirs.type);
	if (theirs.type == OS_DIRECTORY)
		return;
	assert_int_equal(mine.mode, theirs.mode);
	assert_int_equal(mine.size, theirs.size);
}

static void assert_same_bytes(struct source *over, const char *a, struct source *host, const char *b)
{
	struct source_file mine, theirs;
	int err = source_open(host, b, &theirs);

	assert_int_equal(source_open(over, a, &mine), err);
	if (err != 0)
		return;
	assert_int_equal(mine.map.bytes.n, theirs.map.bytes.n);
	if (theirs.map.bytes.n > 0)
		assert_memory_equal(mine.map.bytes.p, theirs.map.bytes.p, theirs.map.bytes.n);
	source_close(&mine);
	source_close(&theirs);
}

static void assert_same_names(struct source *over, const char *a, struct source *host, const char *b)
{
	struct list mine = { "" }, theirs = { "" };
	char link[256], other[256];
	int err = source_list(host, b, add_name, &theirs);

	assert_int_equal(source_list(over, a, add_name, &mine), err);
	assert_string_equal(mine.text, theirs.text);
	err = source_readlink(host, b, other, sizeof(other));
	assert_int_equal(source_readlink(over, a, link, sizeof(link)), err);
	if (err == 0)
		assert_string_equal(link, other);
}

static void an_overlay_answers_as_if_it_were_done(void **state)
{
	struct tree *t = *state;
	struct source *host = source_host(NULL), *over = source_overlay(host);

	build(t, "over");
	build(t, "real");
	change(t, over);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		char a[sizeof(t->path) + 64], b[sizeof(t->path) + 64];

		snprintf(a, sizeof(a), "%s/%s", tree_path(t, "over"), paths[i]);
		snprintf(b, sizeof(b), "%s/%s", tree_path(t, "real"), paths[i]);
		assert_same_stat(over, a, host, b, true);
		assert_same_stat(over, a, host, b, false);
		assert_same_bytes(over, a, host, b);
		assert_same_names(over, a, host, b);
	}
	source_free(over);
	source_free(host);
}

static void of_a_root_it_stays_inside(void **state)
{
	struct tree *t = *state;
	struct source *root, *over;
	struct source_file f;
	struct os_stat st, again;

	build(t, "over");
	root = source_root(tree_path(t, "over"), NULL);
	over = source_overlay(root);
	assert_int_equal(overlay_link(over, "/lib/abs.so", "/lib/sub/b.so"), 0);
	assert_int_equal(overlay_file(over, "/lib/n.so", (struct view){ (uint8_t *)fresh, 5 }, 8192, 0644), 0);
	assert_int_equal(source_open(over, "/lib64/abs.so", &f), 0);
	assert_int_equal(f.map.bytes.n, 1);
	source_close(&f);
	assert_int_equal(source_stat(over, "/lib64/n.so", true, &st), 0);
	assert_int_equal(source_stat(over, "/lib/n.so", true, &again), 0);
	assert_int_equal(st.ino, again.ino);
	assert_int_equal(source_stat(root, "/lib/n.so", true, &st), ENOENT);
	assert_false(source_is_host(over));
	source_free(over);
	source_free(root);
}

static void what_has_no_folder_cannot_be_put(void **state)
{
	struct tree *t = *state;
	struct source *host = source_host(NULL), *over = source_overlay(host);

	build(t, "over");
	assert_int_equal(overlay_file(over, tree_path(t, "over/none/x"), (struct view){ (uint8_t *)fresh, 5 }, 8192, 0644),
			 ENOENT);
	assert_int_equal(overlay_link(over, tree_path(t, "over/lib/gone.so/x"), "y"), ENOTDIR);
	assert_int_equal(overlay_mode(over, tree_path(t, "over/none"), 0644), ENOENT);
	source_free(over);
	source_free(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		tree_test(an_overlay_answers_as_if_it_were_done),
		tree_test(of_a_root_it_stays_inside),
		tree_test(what_has_no_folder_cannot_be_put),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
