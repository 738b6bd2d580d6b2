/* test_pack.c - archives that are written here: what is listed, where it lies, and that a source with it answers
 * as a kernel does. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "source/pack.h"

#include "../base/tree.h"

#include <zlib.h>

enum { NAMES_ROOM = 256 };

struct bytes {
	unsigned char p[16384];
	size_t n;
};

static void put(struct bytes *b, const void *p, size_t n)
{
	assert_true(n <= sizeof(b->p) - b->n);
	memcpy(b->p + b->n, p, n);
	b->n += n;
}

/* ---- tar ------------------------------------------------------------------------------------------------ */

static void tar_member(struct bytes *b, const char *name, char type, const char *target, const char *text)
{
	unsigned char h[512] = { 0 };
	unsigned sum = 0;
	size_t n = strlen(text);

	snprintf((char *)h, 100, "%s", name);
	memcpy(h + 100, "0000644", 8);
	memcpy(h + 108, "0000000", 8);
	memcpy(h + 116, "0000000", 8);
	snprintf((char *)h + 124, 12, "%011o", (unsigned)n);
	memcpy(h + 136, "00000000000", 12);
	h[156] = (unsigned char)type;
	snprintf((char *)h + 157, 100, "%s", target);
	memcpy(h + 257, "ustar\00000", 8);
	memset(h + 148, ' ', 8);
	for (size_t i = 0; i < sizeof(h); i++)
		sum += h[i];
	snprintf((char *)h + 148, 8, "%06o", sum);
	put(b, h, sizeof(h));
	memset(h, 0, sizeof(h));
	memcpy(h, text, n);
	if (n > 0)
		put(b, h, sizeof(h));
}

static void tar_end(struct bytes *b)
{
	static const unsigned char zero[1024];

	put(b, zero, sizeof(zero));
}

/* ---- zip, stored ---------------------------------------------------------------------------------------- */

struct zip_made {
	struct bytes all, list;
	unsigned n;
};

static void le(struct bytes *b, unsigned long v, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		put(b, &(unsigned char){ (unsigned char)(i < 8 ? v >> 8 * i : 0) }, 1);
}

static void zip_fields(struct bytes *b, const char *name, const char *text)
{
	unsigned long size = strlen(text);

	le(b, 10, 2);
	le(b, 0, 8);
	le(b, crc32(0, (const unsigned char *)text, (unsigned)size), 4);
	le(b, size, 4);
	le(b, size, 4);
	le(b, strlen(name), 2);
	le(b, 0, 2);
}

static void zip_put(struct zip_made *z, const char *name, const char *text)
{
	size_t at = z->all.n;

	put(&z->all, "PK\3\4", 4);
	zip_fields(&z->all, name, text);
	put(&z->all, name, strlen(name));
	put(&z->all, text, strlen(text));
	put(&z->list, "PK\1\2\12\0", 6);
	zip_fields(&z->list, name, text);
	le(&z->list, 0, 10);
	le(&z->list, at, 4);
	put(&z->list, name, strlen(name));
	z->n++;
}

static void zip_finish(struct zip_made *z)
{
	size_t at = z->all.n;

	put(&z->all, z->list.p, z->list.n);
	put(&z->all, "PK\5\6\0\0\0\0", 8);
	le(&z->all, z->n, 2);
	le(&z->all, z->n, 2);
	le(&z->all, z->list.n, 4);
	le(&z->all, at, 4);
	le(&z->all, 0, 2);
}

/* ---- helpers -------------------------------------------------------------------------------------------- */

static void holds(struct source *s, const char *path, const char *text)
{
	struct source_file f;

	assert_int_equal(source_open(s, path, &f), 0);
	assert_int_equal(f.map.bytes.n, strlen(text));
	assert_memory_equal(f.map.bytes.p, text, strlen(text));
	/* As behind a file that is mapped: zeros up to the end of the page. */
	assert_int_equal(f.map.padded % (size_t)os_page_size(), 0);
	for (size_t i = strlen(text); i < f.map.padded; i++)
		assert_int_equal(f.map.bytes.p[i], 0);
	source_close(&f);
}

static void add_name(const char *name, void *ctx)
{
	size_t n = strlen(ctx);

	snprintf((char *)ctx + n, NAMES_ROOM - n, "%s ", name);
}

static struct pack *opened(struct tree *t, const char *name, const struct bytes *b, struct source *below)
{
	struct pack *p = NULL;

	tree_bytes(t, name, b->p, b->n);
	assert_int_equal(pack_open(below, below, tree_path(t, name), &p), 0);
	return p;
}

static const char *in(const struct pack *p, const char *name)
{
	static char path[9000];

	snprintf(path, sizeof(path), "%s/%s", p->base, name);
	return path;
}

/* ---- tests ---------------------------------------------------------------------------------------------- */

static void a_tar_file(void **state)
{
	struct tree *t = *state;
	struct source *below = source_host(NULL);
	struct bytes b = { .n = 0 };
	struct os_stat one, two;
	char names[NAMES_ROOM] = "";
	struct pack *p;

	tar_member(&b, "./lib/", '5', "", "");
	tar_member(&b, "lib/a.so.1", '0', "", "old");
	tar_member(&b, "lib/a.so", '2', "a.so.1", "");
	tar_member(&b, "lib/hard.so", '1', "lib/b.so", "");
	tar_member(&b, "deep/er/b.so", '0', "", "b");
	tar_member(&b, "lib//./a.so.1", '0', "", "new");
	tar_member(&b, "hard", '1', "lib/a.so.1", "");
	tar_member(&b, "../out.so", '0', "", "out");
	tar_member(&b, "up.so", '2', "../out.so", "");
	tar_end(&b);
	p = opened(t, "x.tar", &b, below);
	assert_int_equal(p->kind, PACK_TAR);
	holds(p->source, in(p, "lib/a.so.1"), "new");
	holds(p->source, in(p, "lib/../lib/a.so"), "new");
	holds(p->source, in(p, "deep/er/b.so"), "b");
	holds(p->source, in(p, "hard"), "new");
	assert_int_equal(source_stat(p->source, in(p, "lib/a.so.1"), true, &one), 0);
	assert_int_equal(source_stat(p->source, in(p, "hard"), true, &two), 0);
	assert_true(one.ino == two.ino && one.dev == two.dev && one.mode == 0644);
	assert_int_equal(source_stat(p->source, in(p, "lib/hard.so"), true, &one), ENOENT);
	assert_int_equal(source_stat(p->source, in(p, "up.so"), false, &one), ENOENT);
	assert_int_equal(source_stat(p->source, in(p, "lib/a.so.1/x"), true, &one), ENOTDIR);
	assert_int_equal(source_list(p->source, in(p, "lib"), add_name, names), 0);
	assert_string_equal(names, "a.so a.so.1 ");
	assert_int_equal(source_stat(p->source, t->root, true, &one), 0); /* what is below is there, too */
	pack_close(p);
	source_free(below);
}

static const struct pack_file *find(const struct pack *p, const char *name)
{
	for (size_t i = 0; i < p->nfiles; i++)
		if (strcmp(p->files[i].name, name) == 0)
			return &p->files[i];
	return NULL;
}

static void what_is_refused(void **state)
{
	struct tree *t = *state;
	struct source *below = source_host(NULL);
	struct bytes b = { .n = 0 };
	struct pack *p;

	tar_member(&b, "/abs.so", '0', "", "x");
	tar_member(&b, "a/../../b.so", '0', "", "x");
	tar_member(&b, "link", '2', "/etc", "");
	tar_member(&b, "link/x.so", '0', "", "x");
	tar_member(&b, "fine.so", '0', "", "x");
	tar_end(&b);
	p = opened(t, "x.tar", &b, below);
	assert_non_null(strstr(find(p, "/abs.so")->refused, "absolute"));
	assert_non_null(strstr(find(p, "a/../../b.so")->refused, "leads out"));
	assert_non_null(strstr(find(p, "link")->refused, "link"));
	assert_null(find(p, "fine.so")->refused);
	assert_null(find(p, "/abs.so")->path);
	pack_close(p);
	source_free(below);
}

/* A folder that is a link to the root of the system: what lies in it would hide files of that system. */
static void links_for_folders(void **state)
{
	struct tree *t = *state;
	struct source *below = source_host(NULL);
	struct bytes b = { .n = 0 };
	struct source_file f;
	struct pack *p;

	tree_dir(t, "sys");
	tree_file(t, "sys/libc.so", "mine");
	tar_member(&b, "lib/up", '2', "../../sys", "");
	tar_member(&b, "lib/up/libc.so", '0', "", "theirs");
	tar_member(&b, "lib/up/new/x.so", '0', "", "theirs");
	tar_member(&b, "lib/up/", '5', "", "");
	tar_member(&b, "own/a.so", '0', "", "a");
	tar_member(&b, "own", '2', "../sys", ""); /* in place of a folder that was there */
	tar_member(&b, "own/libc.so", '0', "", "theirs");
	tar_member(&b, "in", '2', "real", "");
	tar_member(&b, "real/", '5', "", "");
	tar_member(&b, "in/b.so", '0', "", "b");
	tar_end(&b);
	p = opened(t, "x.tar", &b, below);
	assert_string_equal(find(p, "lib/up/libc.so")->refused,
			    "its folder is a link that leads out of the archive");
	assert_non_null(find(p, "lib/up/new/x.so")->refused);
	assert_non_null(strstr(find(p, "own/libc.so")->refused, "leads out"));
	assert_non_null(strstr(find(p, "lib/up")->refused, "leads out"));
	holds(p->source, in(p, "real/b.so"), "b");
	holds(p->source, tree_path(t, "sys/libc.so"), "mine");
	assert_int_equal(source_open(p->source, tree_path(t, "sys/new/x.so"), &f), ENOENT);
	assert_true(pack_has(p, "real/b.so") && pack_has(p, "in/b.so") && pack_has(p, "in/../real/b.so"));
	assert_false(pack_has(p, "gone.so") || pack_has(p, "../sys/libc.so") || pack_has(p, "lib/up/libc.so"));
	pack_close(p);
	source_free(below);
}

static void a_wheel(void **state)
{
	struct tree *t = *state;
	struct source *below = source_host(NULL);
	struct zip_made z = { .n = 0 }, y = { .n = 0 };
	struct pack *p;
	struct view v;

	zip_put(&z, "p/a.so", "a");
	zip_put(&z, "p-1.data/purelib/q/b.so", "b");
	zip_put(&z, "p-1.data/data/share/c", "c");
	zip_put(&z, "p-1.data/scripts/d", "d");
	zip_put(&z, "p/twice", "1");
	zip_put(&z, "p/twice", "2");
	zip_finish(&z);
	p = opened(t, "p-1-py3-none-any.whl", &z.all, below);
	assert_int_equal(p->kind, PACK_WHEEL);
	holds(p->source, in(p, "p/a.so"), "a");
	holds(p->source, in(p, "q/b.so"), "b");
	holds(p->source, in(p, "p/../../../../share/c"), "c");
	holds(p->source, find(p, "p-1.data/scripts/d")->path, "d");
	assert_non_null(find(p, "p/twice"));
	assert_int_equal(container_view(find(p, "p/a.so")->from, find(p, "p/a.so")->member, &v), 0);
	assert_int_equal(v.p[0], 'a');
	/* Another one, in the same site-packages. */
	zip_put(&y, "o/e.so", "e");
	zip_put(&y, "p/a.so", "another"); /* the first one's stays */
	zip_finish(&y);
	tree_bytes(t, "o.whl", y.all.p, y.all.n);
	assert_int_equal(pack_add(p, below, tree_path(t, "o.whl")), 0);
	holds(p->source, in(p, "p/../o/e.so"), "e");
	assert_int_equal(find(p, "o/e.so")->package, 1);
	holds(p->source, in(p, "p/a.so"), "a");
	assert_int_equal(find(p, "p/a.so")->package, 0);
	pack_close(p);
	source_free(below);
}

static void names_of_targets(void **state)
{
	struct tree *t = *state;
	struct source *below = source_host(NULL);
	char text[9000], *found;

	tree_file(t, "x!", "");
	snprintf(text, sizeof(text), "%s!/y.so", tree_path(t, "x!"));
	found = pack_of_member(below, text);
	assert_string_equal(found, tree_path(t, "x!"));
	free(found);
	snprintf(text, sizeof(text), "%s!/y.so", tree_path(t, "absent.whl"));
	assert_null(pack_of_member(below, text));
	assert_true(pack_is_name("x.whl") && pack_is_name("a.tar.zst") && !pack_is_name("x.so"));
	source_free(below);
}

static void no_archive(void **state)
{
	struct tree *t = *state;
	struct source *below = source_host(NULL);
	struct pack *p;

	tree_file(t, "x.zip", "PK\3\4 and no more");
	assert_int_equal(pack_open(below, below, tree_path(t, "x.zip"), &p), EBADMSG);
	tree_file(t, "x.deb", "!<arch>\n");
	assert_int_not_equal(pack_open(below, below, tree_path(t, "x.deb"), &p), 0);
	assert_int_equal(pack_open(below, below, t->root, &p), EISDIR);
	assert_int_equal(pack_open(below, below, tree_path(t, "absent"), &p), ENOENT);
	source_free(below);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		tree_test(a_tar_file),
		tree_test(what_is_refused),
		tree_test(links_for_folders),
		tree_test(a_wheel),
		tree_test(names_of_targets),
		tree_test(no_archive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
