/* tx.c - the folder of journals, its lock, and a journal as a file. */
#include "repair/tx.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os_write.h"

enum {
	MEMORY = 768 << 20, /* that a transaction may take: lists of files below what a command covers */
	WAIT_MS = 2000,
	STEP_MS = 50,
	NAMES_MAX = 1 << 20,
	IDS_MAX = 1 << 16
};

static const char journal_name[] = "journal.json", new_name[] = "journal.new";

/* ---- errors ---------------------------------------------------------------------------------------- */

enum transaction_code tx_fail(struct tx *t, enum transaction_code code, int err, const char *fmt, ...)
{
	va_list ap;

	if (err == ENOMEM) {
		code = TRANSACTION_NO_MEMORY;
		fmt = "out of memory";
	}
	va_start(ap, fmt);
	if (vsnprintf(t->err->message, sizeof(t->err->message), fmt, ap) < 0)
		t->err->message[0] = '\0';
	va_end(ap);
	t->err->code = code;
	t->err->sys_errno = err;
	return code;
}

void tx_path(const struct journal_step *s, char *path, size_t n)
{
	snprintf(path, n, "%s%s%s", s->folder, s->folder[1] != '\0' ? "/" : "", s->name);
}

enum transaction_code tx_fail_step(struct tx *t, const struct journal_step *s, const char *what, int err)
{
	char path[OS_PATH_MAX + OS_NAME_MAX];

	tx_path(s, path, sizeof(path));
	return tx_fail(t, TRANSACTION_FAILED, err, "cannot %s %.800s: %s", what, path, strerrordesc_np(err));
}

enum transaction_code tx_fail_journal(struct tx *t, const char *what, int err)
{
	return tx_fail(t, TRANSACTION_FAILED, err, "cannot %s the journal in %.800s: %s", what, t->m->folder,
		       strerrordesc_np(err));
}

/* ---- beginning and end -------------------------------------------------------------------------------- */

void tx_close(int *fd)
{
	if (*fd >= 0)
		os_close(*fd);
	*fd = -1;
}

static void get_buffers(void *ctx)
{
	struct tx *t = ctx;

	t->xattr[0] = arena_array(t->a, JOURNAL_XATTR, 1);
	t->xattr[1] = arena_array(t->a, JOURNAL_XATTR, 1);
	t->xattr_names = arena_array(t->a, TX_XATTR_NAMES, 1);
}

bool tx_init(struct tx *t, const struct transaction_meta *m, struct arena *a, struct transaction_error *err)
{
	memset(t, 0, sizeof(*t));
	memset(err, 0, sizeof(*err));
	t->m = m;
	t->err = err;
	t->journals = t->lock = t->dir = t->place = t->from = t->to = -1;
	t->own = a == NULL;
	t->a = t->own ? arena_new(m->memory != 0 ? m->memory : MEMORY) : a;
	if (t->a != NULL && arena_run(t->a, get_buffers, t) == ARENA_OK)
		return true;
	if (t->own)
		arena_free(t->a);
	tx_fail(t, TRANSACTION_NO_MEMORY, ENOMEM, "out of memory");
	return false;
}

static void close_step(struct tx *t)
{
	tx_close(&t->place);
	tx_close(&t->from);
	tx_close(&t->to);
	while (t->ndeep > 0)
		tx_close(&t->deep[--t->ndeep]);
}

void tx_free(struct tx *t)
{
	close_step(t);
	tx_close(&t->dir);
	tx_close(&t->lock);
	tx_close(&t->journals);
	if (t->own)
		arena_free(t->a);
	t->a = NULL;
}

struct job {
	struct tx *t;
	enum transaction_code (*fn)(struct tx *t, void *ctx);
	void *ctx;
	enum transaction_code code;
};

static void do_job(void *ctx)
{
	struct job *j = ctx;

	j->code = j->fn(j->t, j->ctx);
}

enum transaction_code tx_run(struct tx *t, enum transaction_code (*fn)(struct tx *t, void *ctx), void *ctx)
{
	struct job j = { t, fn, ctx, TRANSACTION_OK };

	if (arena_run(t->a, do_job, &j) != ARENA_OK)
		j.code = tx_fail(t, TRANSACTION_NO_MEMORY, ENOMEM, "out of memory");
	close_step(t);
	return j.code;
}

/* ---- the folder of journals --------------------------------------------------------------------------- */

static enum transaction_code no_place(struct tx *t, const char *path, int err)
{
	return tx_fail(t, TRANSACTION_REFUSED, err, "there is no place for a journal, so nothing is changed: "
		       "%.700s: %s", path, strerrordesc_np(err));
}

/* The deepest folder on the way to `path` that is there, opened; what is missing begins at *rest. */
static int open_existing(const char *path, int *fd, size_t *rest)
{
	char part[OS_PATH_MAX], real[OS_PATH_MAX];
	int err;

	if (strlen(path) >= sizeof(part))
		return ENAMETOOLONG;
	memcpy(part, path, strlen(path) + 1);
	for (;;) {
		char *slash;

		*rest = strlen(part);
		err = os_open_folder(part[0] != '\0' ? part : "/", fd, real);
		slash = strrchr(part, '/');
		if (err != ENOENT || slash == NULL)
			return err;
		*slash = '\0';
	}
}

static int make_folders(int *fd, const char *rest)
{
	while (*rest != '\0') {
		char name[OS_NAME_MAX];
		size_t n;
		int err, next;

		rest += strspn(rest, "/");
		n = strcspn(rest, "/");
		if (n == 0)
			break;
		if (n >= sizeof(name))
			return ENAMETOOLONG;
		memcpy(name, rest, n);
		name[n] = '\0';
		rest += n;
		err = os_mkdir_at(*fd, name, 0700);
		if (err == 0)
			err = os_sync(*fd);
		if (err == 0 || err == EEXIST)
			err = os_folder_at(*fd, name, &next);
		if (err != 0)
			return err;
		os_close(*fd);
		*fd = next;
	}
	return 0;
}

/* Nobody else can put anything there. */
static bool is_mine(int fd)
{
	struct os_facts f;

	return os_facts_at(fd, "", &f) == 0 && (f.mode & 022) == 0 && f.uid == os_euid();
}

/* Nobody else can take away or replace what is made there: also /tmp will do. */
static bool is_safe(int fd)
{
	struct os_facts f;

	return os_facts_at(fd, "", &f) == 0 && ((f.mode & 022) == 0 || (f.mode & 01000) != 0) &&
	       (f.uid == os_euid() || f.uid == 0);
}

static enum transaction_code not_mine(struct tx *t)
{
	return tx_fail(t, TRANSACTION_REFUSED, EPERM,
		       "the folder of journals %.700s belongs to another user, or others may write to it: "
		       "HOME or XDG_STATE_HOME must name a folder of this user's own (with sudo: sudo -H)",
		       t->m->folder);
}

enum transaction_code tx_open_journals(struct tx *t, bool make)
{
	size_t rest;
	int err;

	if (t->m->folder == NULL)
		return tx_fail(t, TRANSACTION_REFUSED, ENOENT,
			       "there is no place for a journal, so nothing is "
			       "changed: neither XDG_STATE_HOME nor HOME is set");
	err = open_existing(t->m->folder, &t->journals, &rest);
	if (err != 0)
		return no_place(t, t->m->folder, err);
	if (t->m->folder[rest] != '\0') {
		if (!make)
			return tx_fail(t, TRANSACTION_NO_SUCH, ENOENT, "nothing has been changed yet");
		if (!is_safe(t->journals))
			return not_mine(t);
		err = make_folders(&t->journals, t->m->folder + rest);
		if (err != 0)
			return no_place(t, t->m->folder, err);
	}
	return is_mine(t->journals) ? TRANSACTION_OK : not_mine(t);
}

/* ---- the lock -------------------------------------------------------------------------------- */

static enum transaction_code busy(struct tx *t)
{
	char pid[24] = "";
	size_t n = 0;

	(void)os_pread(t->lock, 0, pid, sizeof(pid) - 1, &n);
	pid[strspn(pid, "0123456789")] = '\0';
	return tx_fail(t, TRANSACTION_BUSY, EWOULDBLOCK, "another dlwhy is at work%s%s%s",
		       pid[0] != '\0' ? " (process " : "", pid, pid[0] != '\0' ? ")" : "");
}

enum transaction_code tx_lock(struct tx *t)
{
	unsigned left = t->m->wait_ms != 0 ? t->m->wait_ms : WAIT_MS;
	char pid[24];
	int err = os_new_or_old_at(t->journals, "lock", &t->lock), n;

	if (err != 0)
		return no_place(t, t->m->folder, err);
	while ((err = os_lock(t->lock)) == EWOULDBLOCK && left > 0) {
		unsigned pause = left < STEP_MS ? left : STEP_MS;

		os_pause(pause);
		left -= pause;
	}
	if (err == EWOULDBLOCK)
		return busy(t);
	if (err == ENOLCK || err == EOPNOTSUPP || err == EINVAL)
		return tx_fail(t, TRANSACTION_REFUSED, err, "files in %.700s cannot be locked", t->m->folder);
	if (err != 0)
		return no_place(t, t->m->folder, err);
	/* For those who find it locked; nothing depends on it. */
	n = snprintf(pid, sizeof(pid), "%ld\n", os_pid());
	(void)os_set_size(t->lock, 0);
	(void)os_pwrite(t->lock, (struct view){ (const unsigned char *)pid, (size_t)n }, 0);
	return TRANSACTION_OK;
}

/* ---- transactions ---------------------------------------------------------------------------- */

struct numbers {
	uint64_t *items; /* NULL: they are counted */
	size_t n, cap;
};

static void add_number(const char *name, void *ctx)
{
	struct numbers *v = ctx;

	if (!journal_is_id(name))
		return;
	if (v->items != NULL && v->n < v->cap)
		v->items[v->n] = strtoull(name, NULL, 10);
	if (v->items == NULL || v->n < v->cap)
		v->n++;
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

enum transaction_code tx_ids(struct tx *t, struct tx_ids *out)
{
	struct numbers v = { NULL, 0, 0 };
	int err = os_names(t->journals, IDS_MAX, add_number, &v);

	memset(out, 0, sizeof(*out));
	if (err == 0) {
		v.cap = v.n;
		v.n = 0;
		v.items = ARENA_ARRAY(t->a, v.cap + 1, uint64_t);
		err = os_names(t->journals, IDS_MAX, add_number, &v);
	}
	if (err != 0)
		return tx_fail_journal(t, "list", err);
	qsort(v.items, v.n, sizeof(*v.items), by_number);
	out->items = ARENA_ARRAY(t->a, v.n + 1, const char *);
	for (; out->n < v.n; out->n++)
		out->items[out->n] = arena_printf(t->a, "%" PRIu64, v.items[out->n]);
	return TRANSACTION_OK;
}

/* All of an open file. */
static int read_whole(struct tx *t, int fd, struct view *out)
{
	struct os_facts f;
	unsigned char *p;
	int err = os_facts_at(fd, "", &f);

	if (err != 0 || f.type != OS_REGULAR)
		return err != 0 ? err : EINVAL;
	if (f.size > JOURNAL_BYTES)
		return EFBIG;
	p = arena_array(t->a, (size_t)f.size + 1, 1);
	out->p = p;
	return os_pread(fd, 0, p, (size_t)f.size, &out->n);
}

enum transaction_code tx_read(struct tx *t)
{
	struct view json;
	char why[64] = "";
	int err;

	tx_close(&t->dir);
	err = os_folder_at(t->journals, t->id, &t->dir);
	if (err == 0)
		err = os_open_at(t->dir, journal_name, &t->from);
	if (err == ENOENT)
		return tx_fail(t, TRANSACTION_NO_SUCH, err, "there is no transaction %s", t->id);
	if (err == 0)
		err = read_whole(t, t->from, &json);
	tx_close(&t->from);
	if (err == 0)
		err = journal_parse(json, t->a, &t->j, why, sizeof(why));
	if (err == ENOMEM)
		return tx_fail(t, TRANSACTION_NO_MEMORY, err, "out of memory");
	if (err != 0)
		return tx_fail(t, TRANSACTION_REFUSED, err,
			       "the journal of transaction %s cannot be used: %s", t->id,
			       why[0] != '\0' ? why : strerrordesc_np(err));
	t->ready = ARENA_ARRAY(t->a, t->j.nsteps + 1, bool);
	t->nstuck = 0;
	return TRANSACTION_OK;
}

static int put_journal(struct tx *t, struct view text)
{
	int fd, err = os_unlink_at(t->dir, new_name);

	if (err == 0 || err == ENOENT)
		err = os_new_at(t->dir, new_name, &fd);
	if (err != 0)
		return err;
	err = os_pwrite(fd, text, 0);
	if (err == 0)
		err = os_sync(fd);
	os_close(fd);
	if (err == 0)
		err = os_rename_at(t->dir, new_name, t->dir, journal_name, true);
	t->written = err == 0;
	return err == 0 ? os_sync(t->dir) : err;
}

enum transaction_code tx_write(struct tx *t)
{
	struct buf b;
	int err;

	t->written = false;
	buf_init(&b, JOURNAL_BYTES);
	journal_print(&b, &t->j);
	err = b.failed ? ENOMEM : put_journal(t, (struct view){ (const unsigned char *)b.p, b.n });
	buf_free(&b);
	if (err == ENOMEM)
		return tx_fail(t, TRANSACTION_NO_MEMORY, err, "out of memory");
	return err != 0 ? tx_fail_journal(t, "write", err) : TRANSACTION_OK;
}

/* ---- taking away ----------------------------------------------------------------------------- */

struct removal {
	int dir, err;
	bool all; /* also journal.json and outputs */
};

static bool is_output(const char *name)
{
	size_t n = strlen(name);

	return n > 4 && strcmp(name + n - 4, ".log") == 0;
}

static void remove_name(const char *name, void *ctx)
{
	struct removal *r = ctx;
	struct removal inner = { -1, 0, true };
	struct os_facts f;
	int err;

	if (strcmp(name, journal_name) == 0 || (!r->all && is_output(name)))
		return;
	err = os_facts_at(r->dir, name, &f);
	if (err == 0 && f.type == OS_DIRECTORY) {
		err = os_folder_at(r->dir, name, &inner.dir);
		if (err == 0) {
			err = os_names(inner.dir, NAMES_MAX, remove_name, &inner);
			os_close(inner.dir);
		}
		if (err == 0)
			err = inner.err;
		if (err == 0)
			err = os_rmdir_at(r->dir, name);
	} else if (err == 0) {
		err = os_unlink_at(r->dir, name);
	}
	if (err != 0 && err != ENOENT && r->err == 0)
		r->err = err;
}

static enum transaction_code remove_all(struct tx *t, bool all)
{
	struct removal r = { t->dir, 0, all };
	int err = os_names(t->dir, NAMES_MAX, remove_name, &r);

	if (err == 0)
		err = r.err;
	return err != 0 ? tx_fail_journal(t, "take away", err) : TRANSACTION_OK;
}

enum transaction_code tx_remove_kept(struct tx *t)
{
	return remove_all(t, false);
}

enum transaction_code tx_remove(struct tx *t)
{
	enum transaction_code code = remove_all(t, true);
	int err;

	if (code != TRANSACTION_OK)
		return code;
	err = os_unlink_at(t->dir, journal_name);
	if (err == 0 || err == ENOENT)
		err = os_rmdir_at(t->journals, t->id);
	if (err == 0)
		err = os_sync(t->journals);
	return err != 0 ? tx_fail_journal(t, "take away", err) : TRANSACTION_OK;
}

/* ---- names ----------------------------------------------------------------------------------- */

void tx_beside(const struct tx *t, size_t i, char *name)
{
	snprintf(name, OS_NAME_MAX, ".dlwhy-%s-%zu", t->j.token, i);
}

void tx_kept(size_t i, const char *suffix, char *name)
{
	snprintf(name, OS_NAME_MAX, "%zu.%s", i, suffix);
}
