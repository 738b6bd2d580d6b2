/* tx_side.c - what a file is, and how another file is made like it. */
#include "repair/tx.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/os_write.h"

enum { NAMES_MAX = 1 << 20, NAMES_BYTES = 256 << 20 };

enum transaction_code tx_open_step(struct tx *t, const struct journal_step *s)
{
	char real[OS_PATH_MAX];
	int err;

	tx_close(&t->place);
	err = os_open_folder(s->folder, &t->place, real);
	if (err == 0 && strcmp(real, s->folder) != 0)
		return tx_fail(t, TRANSACTION_CHANGED, ELOOP, "the way to %.700s leads through a link now",
			       s->folder);
	return err != 0 ? tx_fail_step(t, s, "open the folder of", err) : TRANSACTION_OK;
}

/* ---- what it is ---------------------------------------------------------------------------------------- */

static int hash_of(int dir, const char *name, unsigned char hash[SHA256_BYTES])
{
	uint64_t n;
	int fd, err = os_open_at(dir, name, &fd);

	if (err != 0)
		return err;
	err = digest_of_file(DIGEST_SHA256, fd, hash, &n);
	os_close(fd);
	return err;
}

int tx_side_at(struct tx *t, int dir, const char *name, bool hash, struct journal_side *out)
{
	char link[OS_PATH_MAX];
	int err;

	memset(out, 0, sizeof(*out));
	err = os_facts_at(dir, name, &out->f);
	if (err != 0)
		return err == ENOENT ? 0 : err;
	out->there = true;
	if (out->f.type == OS_SYMLINK) {
		err = os_readlink_at(dir, name, link, sizeof(link));
		if (err == 0)
			out->link = arena_strdup(t->a, link);
	} else if (out->f.type == OS_REGULAR && hash) {
		err = hash_of(dir, name, out->hash);
		out->hashed = err == 0;
	}
	return err;
}

static bool same_time(struct os_time a, struct os_time b)
{
	return a.s == b.s && a.ns == b.ns;
}

static bool is_file(const struct os_facts *f, const struct journal_side *s)
{
	return f->ino == s->f.ino && f->size == s->f.size && same_time(f->mtime, s->f.mtime);
}

bool tx_is_file(int dir, const char *name, const struct journal_side *s)
{
	struct os_facts f;

	return s->there && s->f.type == OS_REGULAR && os_facts_at(dir, name, &f) == 0 &&
	       f.type == OS_REGULAR && is_file(&f, s);
}

static enum tx_same compare_file(int dir, const char *name, const struct os_facts *f,
				 const struct journal_side *s)
{
	unsigned char hash[SHA256_BYTES];

	if (is_file(f, s))
		return TX_SAME_FILE;
	if (f->size != s->f.size || !s->hashed || hash_of(dir, name, hash) != 0)
		return TX_OTHER;
	return memcmp(hash, s->hash, sizeof(hash)) == 0 ? TX_SAME_CONTENT : TX_OTHER;
}

enum tx_same tx_compare(struct tx *t, int dir, const char *name, const struct journal_side *s)
{
	char link[OS_PATH_MAX];
	struct os_facts f;
	int err = os_facts_at(dir, name, &f);

	(void)t;
	if (err != 0 || !s->there)
		return err == ENOENT && !s->there ? TX_SAME_FILE : TX_OTHER;
	if (f.type != s->f.type)
		return TX_OTHER;
	if (f.type == OS_REGULAR)
		return compare_file(dir, name, &f, s);
	if (f.type == OS_SYMLINK) {
		err = os_readlink_at(dir, name, link, sizeof(link));
		if (err != 0 || strcmp(link, s->link) != 0)
			return TX_OTHER;
		return f.ino == s->f.ino ? TX_SAME_FILE : TX_SAME_CONTENT;
	}
	return f.ino == s->f.ino ? TX_SAME_FILE : TX_SAME_CONTENT;
}

struct counted {
	char *text;        /* NULL: they are counted */
	const char **items;
	size_t n, bytes, n_cap, bytes_cap;
};

static void count_name(const char *name, void *ctx)
{
	struct counted *v = ctx;
	size_t n = strlen(name) + 1;

	if (v->text != NULL) {
		/* more than were counted: somebody else adds to it, and will be seen by who compares */
		if (v->n == v->n_cap || n > v->bytes_cap - v->bytes)
			return;
		v->items[v->n] = memcpy(v->text + v->bytes, name, n);
	}
	v->n++;
	v->bytes += n;
}

int tx_names(struct tx *t, int dir, size_t most, const char *const **names, size_t *n)
{
	struct counted v = { NULL, NULL, 0, 0, 0, 0 };
	int err = os_names(dir, most, count_name, &v);

	/* Nothing may be allocated in the arena while os_names is at work. */
	v.n_cap = v.n;
	v.bytes_cap = v.bytes;
	v.items = ARENA_ARRAY(t->a, v.n_cap + 1, const char *);
	v.text = arena_array(t->a, v.bytes_cap + 1, 1);
	v.n = v.bytes = 0;
	if (err == 0)
		err = os_names(dir, most, count_name, &v);
	*names = v.items;
	*n = v.n;
	return err;
}

static void add_name(const char *name, void *ctx)
{
	buf_add(ctx, name, strlen(name) + 1);
}

int tx_hash_names(int dir, unsigned char hash[SHA256_BYTES])
{
	struct buf b;
	int err;

	buf_init(&b, NAMES_BYTES);
	err = os_names(dir, NAMES_MAX, add_name, &b);
	if (err == 0 && b.failed)
		err = ENOMEM;
	if (err == 0)
		digest_of(DIGEST_SHA256, (struct view){ (const unsigned char *)b.p, b.n }, hash);
	buf_free(&b);
	return err;
}

/* ---- attributes ------------------------------------------------------------------------------ */

int tx_set_owner(int fd, uint32_t uid, uint32_t gid)
{
	struct os_facts f;
	int err = os_facts_at(fd, "", &f);

	if (err != 0 || (f.uid == uid && f.gid == gid))
		return err;
	return os_set_owner(fd, uid, gid);
}

/* Signatures of a content that the system makes itself, or that are wrong for another content. */
static bool is_of_content(const char *name)
{
	return strcmp(name, "security.ima") == 0 || strcmp(name, "security.evm") == 0;
}

/* Reads the names into t->xattr_names: their bytes. */
static int get_names(struct tx *t, int fd, size_t *n)
{
	int err = os_xattr_names(fd, t->xattr_names, TX_XATTR_NAMES, n);

	if (err == 0 && *n > 0 && t->xattr_names[*n - 1] != '\0')
		err = EIO;
	return err;
}

int tx_get_xattrs(struct tx *t, int fd, struct journal_side *s)
{
	struct { struct journal_xattr *items; size_t n, cap; } v = { NULL, 0, 0 };
	size_t n, got;
	int err = get_names(t, fd, &n);

	for (const char *p = t->xattr_names; err == 0 && p < t->xattr_names + n; p += strlen(p) + 1) {
		struct journal_xattr *x;
		unsigned char *copy;

		if (is_of_content(p))
			continue;
		err = os_xattr_get(fd, p, t->xattr[0], JOURNAL_XATTR, &got);
		if (err != 0 || v.n >= JOURNAL_XATTRS)
			return err != 0 ? err : E2BIG;
		x = ARENA_PUSH(t->a, &v);
		copy = arena_array(t->a, got + 1, 1);
		memcpy(copy, t->xattr[0], got);
		x->name = arena_strdup(t->a, p);
		x->value = (struct view){ copy, got };
	}
	s->xattrs = v.items;
	s->nxattrs = v.n;
	return err;
}

/* One attribute, unless the file has it so already: a label that the system gave need not be settable. */
static int put_xattr(struct tx *t, int to, const char *name, struct view value)
{
	size_t n;

	if (os_xattr_get(to, name, t->xattr[1], JOURNAL_XATTR, &n) == 0 && n == value.n &&
	    (n == 0 || memcmp(t->xattr[1], value.p, n) == 0))
		return 0;
	return os_xattr_set(to, name, value);
}

/* A new file has the access list that its folder gives to new files. */
static int drop_acl(struct tx *t, int to, bool wanted)
{
	size_t n;

	if (wanted || os_xattr_get(to, "system.posix_acl_access", t->xattr[1], JOURNAL_XATTR, &n) != 0)
		return 0;
	return os_xattr_remove(to, "system.posix_acl_access");
}

int tx_copy_xattrs(struct tx *t, int from, int to)
{
	bool acl = false;
	size_t n, got;
	int err = get_names(t, from, &n);

	for (const char *p = t->xattr_names; err == 0 && p < t->xattr_names + n; p += strlen(p) + 1) {
		if (is_of_content(p))
			continue;
		acl = acl || strcmp(p, "system.posix_acl_access") == 0;
		err = os_xattr_get(from, p, t->xattr[0], JOURNAL_XATTR, &got);
		if (err == 0)
			err = put_xattr(t, to, p, (struct view){ t->xattr[0], got });
	}
	return err == 0 ? drop_acl(t, to, acl) : err;
}

int tx_set_xattrs(struct tx *t, const struct journal_side *s, int to)
{
	bool acl = false;
	int err = 0;

	for (size_t i = 0; i < s->nxattrs && err == 0; i++) {
		acl = acl || strcmp(s->xattrs[i].name, "system.posix_acl_access") == 0;
		err = put_xattr(t, to, s->xattrs[i].name, s->xattrs[i].value);
	}
	return err == 0 ? drop_acl(t, to, acl) : err;
}
