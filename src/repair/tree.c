/* tree.c - a command and what it changes: kept before, put back afterwards.
 *
 * Before it runs, each file below what it may change gets a second name in the folder of the journal
 * (STEP.tree/NUMBER). A command that replaces a file leaves the old one there. One that writes into a
 * file in place would change both, so small files are copied too (NUMBER.copy); a large one that was
 * written in place cannot be taken back, and undo says so. On another file system than the journal all
 * are copied. */
#include "repair/tree.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/os_child.h"
#include "base/os_write.h"

enum {
	SMALL = 64 << 10,       /* of a file that is copied although it has a second name */
	SECONDS = 3600,
	TEXT = 400              /* bytes of an output that are told */
};
#define SMALL_SUM ((uint64_t)256 << 20)  /* of all such copies */
#define COPY_SUM ((uint64_t)4 << 30)     /* of all copies */

/* ---- keeping ------------------------------------------------------------------------------------------ */

struct keeping {
	int dir;                 /* STEP.tree */
	uint32_t number;
	uint64_t small, copied;  /* bytes so far */
};

static void kept_name(uint32_t number, bool copy, char *name)
{
	snprintf(name, OS_NAME_MAX, "%u%s", number, copy ? ".copy" : "");
}

static bool is_no_link(int err)
{
	return err == EXDEV || err == EPERM || err == EACCES || err == EMLINK || err == EOPNOTSUPP ||
	       err == ENOSYS;
}

static int copy_file(struct tx *t, const struct keeping *k, int dir, const char *name,
		     struct journal_entry *e)
{
	char kept[OS_NAME_MAX];
	int err = os_open_at(dir, name, &t->from);

	kept_name(e->kept, true, kept);
	if (err == 0)
		err = os_new_at(k->dir, kept, &t->to);
	if (err == 0)
		err = os_copy(t->from, t->to, e->side.f.size);
	if (err == 0)
		err = tx_get_xattrs(t, t->from, &e->side);
	tx_close(&t->from);
	tx_close(&t->to);
	e->copied = err == 0;
	return err;
}

/* Is a copy to be made as well? */
static bool is_small(struct keeping *k, uint64_t size)
{
	if (size > SMALL || k->small + size > SMALL_SUM)
		return false;
	k->small += size;
	return true;
}

static enum transaction_code keep_entry(struct tx *t, int dir, const char *name, struct journal_entry *e,
					void *ctx)
{
	struct keeping *k = ctx;
	char kept[OS_NAME_MAX];
	int err;

	if (!e->side.there || e->side.f.type != OS_REGULAR)
		return TRANSACTION_OK;
	e->kept = ++k->number;
	kept_name(e->kept, false, kept);
	err = os_link_at(dir, name, k->dir, kept);
	e->linked = err == 0;
	if (err == 0 && !is_small(k, e->side.f.size))
		return TRANSACTION_OK;
	if (err == 0 || is_no_link(err)) {
		k->copied += e->side.f.size;
		if (k->copied > COPY_SUM)
			return tx_fail(t, TRANSACTION_REFUSED, EFBIG,
				       "what lies below what the command may change is "
				       "on another file system than the journals, and too large to copy");
		err = copy_file(t, k, dir, name, e);
	}
	return err == 0 ? TRANSACTION_OK :
	       tx_fail(t, TRANSACTION_FAILED, err, "cannot keep %.900s: %s", name, strerrordesc_np(err));
}

enum transaction_code tree_keep(struct tx *t, size_t step)
{
	struct keeping k = { -1, 0, 0, 0 };
	enum transaction_code code;
	char name[OS_NAME_MAX];
	struct tree before;
	int err;

	tx_kept(step, "tree", name);
	err = os_mkdir_at(t->dir, name, 0700);
	if (err == 0)
		err = os_folder_at(t->dir, name, &t->deep[0]);
	if (err != 0)
		return tx_fail_journal(t, "write", err);
	k.dir = t->deep[0];
	t->ndeep = 1;
	code = tree_walk(t, step, &before, keep_entry, &k);
	if (code == TRANSACTION_OK) {
		err = os_sync_all(k.dir);
		if (err != 0)
			code = tx_fail_journal(t, "write", err);
	}
	tx_close(&t->deep[0]);
	t->ndeep = 0;
	return code == TRANSACTION_OK ? tree_save(t, step, "before", &before) : code;
}

/* ---- running ------------------------------------------------------------------------------------------ */

/* The last line that a command printed, for people. */
static void last_line(int fd, char *text, size_t n)
{
	struct os_facts f;
	size_t got = 0, begin;

	text[0] = '\0';
	if (os_facts_at(fd, "", &f) != 0)
		return;
	(void)os_pread(fd, f.size > n - 1 ? f.size - (n - 1) : 0, text, n - 1, &got);
	while (got > 0 && (text[got - 1] == '\n' || text[got - 1] == '\r'))
		got--;
	text[got] = '\0';
	for (begin = got; begin > 0 && text[begin - 1] != '\n'; begin--)
		;
	memmove(text, text + begin, got - begin + 1);
}

static enum transaction_code judge_end(struct tx *t, const struct journal_step *s,
				       const struct os_child_end *end,
				       int err)
{
	char line[TEXT], name[24];

	if (err != 0)
		return tx_fail(t, TRANSACTION_FAILED, err, "cannot run %.900s: %s", s->argv[0],
			       strerrordesc_np(err));
	if (end->signal == 0 && end->status == 0)
		return TRANSACTION_OK;
	t->failed_run = true;
	last_line(t->to, line, sizeof(line));
	if (end->timed_out)
		return tx_fail(t, TRANSACTION_FAILED, 0, "%.300s took too long and was ended", s->argv[0]);
	if (end->signal != 0)
		return tx_fail(t, TRANSACTION_FAILED, 0, "%.300s was ended by %s", s->argv[0],
			       os_signal_name(end->signal, name, sizeof(name)));
	return tx_fail(t, TRANSACTION_FAILED, 0, "%.300s failed with status %d%s%s", s->argv[0], end->status,
		       line[0] != '\0' ? ": " : "", line);
}

/* What it did, for those who want to know later whether it is still so. */
static enum transaction_code note_after(struct tx *t, size_t step)
{
	struct tree before, now, after = { NULL, 0, 0 };
	struct tree_pairs diff;
	enum transaction_code code = tree_load(t, step, "before", &before);

	if (code == TRANSACTION_OK)
		code = tree_walk(t, step, &now, NULL, NULL);
	if (code != TRANSACTION_OK)
		return code;
	tree_diff(t, &before, &now, &diff);
	for (size_t i = 0; i < diff.n; i++) {
		struct journal_entry *e = ARENA_PUSH(t->a, &after);

		*e = diff.items[i].b != NULL ? *diff.items[i].b : *diff.items[i].a;
		if (diff.items[i].b == NULL)
			memset(&e->side, 0, sizeof(e->side));
	}
	return tree_save(t, step, "after", &after);
}

enum transaction_code tree_run(struct tx *t, size_t step)
{
	static const char *const no_env[] = { NULL };
	const struct journal_step *s = &t->j.steps[step];
	char out[1], err_out[1], name[OS_NAME_MAX];
	struct os_capture o = { out, 1, 0, false }, e = { err_out, 1, 0, false };
	struct os_child child = { .path = s->argv[0], .argv = s->argv, .held = t->lock,
				  .env = t->m->env != NULL ? t->m->env : no_env,
				  .seconds = t->m->seconds != 0 ? t->m->seconds : SECONDS,
				  .stop = t->m->stop };
	struct os_child_end end;
	enum transaction_code code;
	int err;

	tx_kept(step, "log", name);
	err = os_new_at(t->dir, name, &t->to);
	if (err != 0)
		return tx_fail_journal(t, "write", err);
	child.log = t->to;
	err = os_child_run(&child, &o, &e, &end);
	code = judge_end(t, s, &end, err);
	tx_close(&t->to);
	return code == TRANSACTION_OK ? note_after(t, step) : code;
}

/* ---- may it be undone? ----------------------------------------------------------------------- */

/* What Python leaves beside sources that it imports. */
static bool is_cache(const char *path)
{
	const char *folder = strstr(path, "__pycache__/");
	size_t n = strlen(path);

	return folder != NULL && (folder == path || folder[-1] == '/') && strchr(folder + 12,
										 '/') == NULL && n > 4 &&
	       strcmp(path + n - 4, ".pyc") == 0;
}

static bool is_cache_folder(const char *path)
{
	size_t n = strlen(path);

	return n >= 11 && strcmp(path + n - 11, "__pycache__") == 0 && (n == 11 || path[n - 12] == '/');
}

/* Is the kept file what the file was? */
static bool link_is_good(int dir, const struct journal_entry *e)
{
	char name[OS_NAME_MAX];
	struct os_facts f;

	kept_name(e->kept, false, name);
	return e->linked && os_facts_at(dir, name, &f) == 0 && f.type == OS_REGULAR &&
	       f.ino == e->side.f.ino && f.size == e->side.f.size &&
	       f.mtime.s == e->side.f.mtime.s && f.mtime.ns == e->side.f.mtime.ns;
}

static bool copy_is_good(int dir, const struct journal_entry *e)
{
	char name[OS_NAME_MAX];
	struct os_facts f;

	kept_name(e->kept, true, name);
	return e->copied && os_facts_at(dir, name, &f) == 0 && f.type == OS_REGULAR &&
	       f.size == e->side.f.size;
}

static bool can_be_put_back(int dir, const struct tree_pair *p)
{
	const struct journal_side *s = p->a != NULL ? &p->a->side : NULL;

	if (s == NULL || !s->there || s->f.type == OS_DIRECTORY || s->f.type == OS_SYMLINK)
		return true;
	return s->f.type == OS_REGULAR && (link_is_good(dir, p->a) || copy_is_good(dir, p->a));
}

static const struct journal_entry *find(const struct tree *tree, const struct journal_entry *e)
{
	size_t low = 0, high = tree->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = tree_order(&tree->items[mid], e);

		if (order == 0)
			return &tree->items[mid];
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

/* Is one difference to what was before the command's own, or does it not matter? */
static bool is_as_left(const struct tree *after, const struct tree_pair *p)
{
	static const struct journal_side nothing = { .there = false };
	const struct journal_entry *e = p->b != NULL ? p->b : p->a, *left;

	if (e == NULL)
		return true; /* never: a pair has a side */
	left = find(after, e);
	if (left != NULL)
		return tree_same(&left->side, p->b != NULL ? &p->b->side : &nothing);
	return p->a == NULL && (is_cache(e->path) || is_cache_folder(e->path));
}

static enum transaction_code load_all(struct tx *t, size_t step, struct tree *before, struct tree *after,
				      struct tree_pairs *diff)
{
	enum transaction_code code = tree_load(t, step, "before", before);
	struct tree now;

	if (code == TRANSACTION_OK && after != NULL)
		code = tree_load(t, step, "after", after);
	if (code == TRANSACTION_OK)
		code = tree_walk(t, step, &now, NULL, NULL);
	if (code == TRANSACTION_OK)
		tree_diff(t, before, &now, diff);
	return code;
}

/* Opens STEP.tree as t->deep[0]. */
static enum transaction_code open_kept(struct tx *t, size_t step)
{
	char name[OS_NAME_MAX];
	int err;

	tx_kept(step, "tree", name);
	err = os_folder_at(t->dir, name, &t->deep[0]);
	if (err != 0)
		return tx_fail_journal(t, "use", err);
	t->ndeep = 1;
	return TRANSACTION_OK;
}

static void close_kept(struct tx *t)
{
	tx_close(&t->deep[0]);
	t->ndeep = 0;
}

/* Is that file the matter of a later step of this transaction, which looks at it itself? */
static bool is_of_later_step(const struct tx *t, size_t step, const char *path)
{
	for (size_t i = step + 1; i < t->j.looked; i++) {
		const struct journal_step *s = &t->j.steps[i];
		size_t n = s->kind != CHANGE_RUN ? strlen(s->folder) : 0;

		if (s->kind == CHANGE_RUN) {
			for (const char *const *c = s->covers; *c != NULL; c++)
				if (look_is_below(path, *c))
					return true;
		} else if (strncmp(path, s->folder, n) == 0 && path[n] == '/' &&
			   strcmp(path + n + 1, s->name) == 0) {
			return true;
		}
	}
	return false;
}

enum transaction_code tree_check(struct tx *t, size_t step, char *why, size_t n)
{
	struct tree before, after;
	struct tree_pairs diff;
	char path[2 * OS_PATH_MAX];
	enum transaction_code code = load_all(t, step, &before, &after, &diff);

	if (code == TRANSACTION_OK)
		code = open_kept(t, step);
	if (code == TRANSACTION_NO_MEMORY)
		return code;
	if (code != TRANSACTION_OK) {
		snprintf(why, n, "%.900s", t->err->message);
		return TRANSACTION_OK;
	}
	for (size_t i = 0; i < diff.n && why[0] == '\0'; i++) {
		const struct tree_pair *p = &diff.items[i];

		tree_path(t, step, p->a != NULL ? p->a : p->b, path, sizeof(path));
		if (is_of_later_step(t, step, path))
			continue;
		if (!is_as_left(&after, p))
			snprintf(why, n, "%.800s has been changed since", path);
		else if (!can_be_put_back(t->deep[0], p))
			snprintf(why, n, "%.800s was written in place by the command, so what it held is "
				 "not there any more", path);
	}
	close_kept(t);
	return TRANSACTION_OK;
}

/* ---- putting it back ------------------------------------------------------------------------- */

static void note_stuck(struct tx *t, size_t step, const struct journal_entry *e)
{
	char path[2 * OS_PATH_MAX];

	if (t->nstuck++ > 0)
		return;
	tree_path(t, step, e, path, sizeof(path));
	snprintf(t->stuck, sizeof(t->stuck), "%.800s could not be put back", path);
}

static int remove_entry(struct tx *t, size_t step, const struct journal_entry *e)
{
	char name[OS_NAME_MAX];
	int err = tree_open(t, step, e, name);

	if (err == 0)
		err = e->side.f.type == OS_DIRECTORY ? os_rmdir_at(t->place, name) : os_unlink_at(t->place,
												  name);
	return err == ENOENT ? 0 : err;
}

/* Makes the old file beside it, from its copy. */
static int remake_file(struct tx *t, const struct journal_entry *e, const char *beside)
{
	char kept[OS_NAME_MAX];
	int err = os_unlink_at(t->place, beside);

	kept_name(e->kept, true, kept);
	if (err == 0 || err == ENOENT)
		err = os_open_at(t->deep[0], kept, &t->from);
	if (err == 0)
		err = os_new_at(t->place, beside, &t->to);
	if (err == 0)
		err = os_copy(t->from, t->to, e->side.f.size);
	if (err == 0)
		err = back_attributes(t, &e->side);
	if (err == 0)
		err = os_sync(t->to);
	tx_close(&t->from);
	tx_close(&t->to);
	return err;
}

static int remake_link(struct tx *t, const struct journal_entry *e, const char *beside)
{
	const struct os_facts *f = &e->side.f;
	int err = os_unlink_at(t->place, beside);

	if (err == 0 || err == ENOENT)
		err = os_symlink_at(e->side.link, t->place, beside);
	if (err == 0 && os_euid() == 0)
		err = os_set_owner_at(t->place, beside, f->uid, f->gid);
	return err == 0 ? os_set_times_at(t->place, beside, f->atime, f->mtime) : err;
}

/* Mode and owner of a file that is the old one otherwise. */
static int repair_attributes(struct tx *t, const struct journal_entry *e, const char *name)
{
	const struct os_facts *f = &e->side.f;
	struct os_facts now;
	int err = os_facts_at(t->place, name, &now);

	if (err == 0 && (now.uid != f->uid || now.gid != f->gid))
		err = os_set_owner_at(t->place, name, f->uid, f->gid);
	return err == 0 ? os_set_mode_at(t->place, name, f->mode) : err;
}

static int put_file_back(struct tx *t, size_t step, const struct tree_pair *p, const char *name)
{
	const struct journal_side *now = p->b != NULL ? &p->b->side : NULL;
	char beside[OS_NAME_MAX], kept[OS_NAME_MAX];
	bool there = now != NULL && now->there && now->f.type == OS_REGULAR;
	int err;

	if (link_is_good(t->deep[0], p->a)) {
		kept_name(p->a->kept, false, kept);
		/* Of two names for one file renaming does nothing. */
		err = there && now->f.ino == p->a->side.f.ino ? 0 :
		      os_rename_at(t->deep[0], kept, t->place, name, there);
		return err == 0 ? repair_attributes(t, p->a, name) : err;
	}
	if (!copy_is_good(t->deep[0], p->a)) {
		note_stuck(t, step, p->a);
		return 0;
	}
	tx_beside(t, step, beside);
	err = remake_file(t, p->a, beside);
	return err == 0 ? os_rename_at(t->place, beside, t->place, name, there) : err;
}

static int put_link_back(struct tx *t, size_t step, const struct tree_pair *p, const char *name)
{
	char beside[OS_NAME_MAX];
	int err;

	tx_beside(t, step, beside);
	err = remake_link(t, p->a, beside);
	return err == 0 ? os_rename_at(t->place, beside, t->place, name, p->b != NULL &&
				       p->b->side.there) : err;
}

/* A folder gets its attributes when all that is in it is there. */
static int put_folder_back(struct tx *t, const struct tree_pair *p, const char *name)
{
	if (p->b != NULL && p->b->side.there && p->b->side.f.type == OS_DIRECTORY)
		return 0;
	return os_mkdir_at(t->place, name, 0700);
}

/* Does it have to go before what was there can come back? */
static bool is_in_the_way(const struct tree_pair *p)
{
	if (p->b == NULL || !p->b->side.there)
		return false;
	return p->a == NULL || !p->a->side.there || p->a->side.f.type != p->b->side.f.type;
}

static int put_back(struct tx *t, size_t step, const struct tree_pair *p)
{
	struct tree_pair q = *p;
	char name[OS_NAME_MAX];
	int err;

	if (p->a == NULL || !p->a->side.there)
		return 0;
	if (is_in_the_way(p))
		q.b = NULL; /* it has been taken away */
	err = tree_open(t, step, p->a, name);
	if (err != 0)
		return err;
	switch (p->a->side.f.type) {
	case OS_REGULAR:
		return put_file_back(t, step, &q, name);
	case OS_SYMLINK:
		return put_link_back(t, step, &q, name);
	case OS_DIRECTORY:
		return put_folder_back(t, &q, name);
	case OS_CHAR_DEVICE:
	case OS_OTHER:
		note_stuck(t, step, p->a);
		break;
	}
	return 0;
}

static bool same_time(struct os_time a, struct os_time b)
{
	return a.s == b.s && a.ns == b.ns;
}

/* Mode, owner and times of a folder that was there before. */
static int finish_folder(struct tx *t, size_t step, const struct journal_entry *e)
{
	const struct os_facts *f = &e->side.f;
	char name[OS_NAME_MAX];
	struct os_facts now;
	int err;

	if (!e->side.there || f->type != OS_DIRECTORY)
		return 0;
	err = tree_open(t, step, e, name);
	if (err == 0)
		err = os_facts_at(t->place, name, &now);
	if (err != 0 || now.type != OS_DIRECTORY)
		return err;
	if (now.uid != f->uid || now.gid != f->gid)
		err = os_set_owner_at(t->place, name, f->uid, f->gid);
	if (err == 0 && now.mode != f->mode)
		err = os_set_mode_at(t->place, name, f->mode);
	if (err == 0 && !same_time(now.mtime, f->mtime))
		err = os_set_times_at(t->place, name, f->atime, f->mtime);
	return err;
}

static enum transaction_code cannot(struct tx *t, size_t step, const struct journal_entry *e, int err)
{
	char path[2 * OS_PATH_MAX];

	tree_path(t, step, e, path, sizeof(path));
	return tx_fail(t, TRANSACTION_FAILED, err, "cannot put back %.800s: %s", path, strerrordesc_np(err));
}

static enum transaction_code put_all_back(struct tx *t, size_t step, const struct tree *before,
					  const struct tree_pairs *diff)
{
	int err;

	for (size_t i = diff->n; i-- > 0;) {
		const struct tree_pair *p = &diff->items[i];

		err = is_in_the_way(p) ? remove_entry(t, step, p->b) : 0;
		if (err == ENOTEMPTY || err == EEXIST)
			note_stuck(t, step, p->b);
		else if (err != 0)
			return cannot(t, step, p->b, err);
	}
	for (size_t i = 0; i < diff->n; i++) {
		err = put_back(t, step, &diff->items[i]);
		if (err != 0)
			return cannot(t, step, diff->items[i].a, err);
	}
	for (size_t i = before->n; i-- > 0;) {
		err = finish_folder(t, step, &before->items[i]);
		if (err != 0)
			return cannot(t, step, &before->items[i], err);
	}
	return TRANSACTION_OK;
}

enum transaction_code tree_back(struct tx *t, size_t step)
{
	struct tree before;
	struct tree_pairs diff;
	enum transaction_code code = load_all(t, step, &before, NULL, &diff);
	int err;

	if (code == TRANSACTION_OK)
		code = open_kept(t, step);
	if (code != TRANSACTION_OK)
		return code;
	code = put_all_back(t, step, &before, &diff);
	if (code == TRANSACTION_OK) {
		err = t->place >= 0 ? os_sync_all(t->place) : 0;
		if (err != 0)
			code = tx_fail_journal(t, "write", err);
	}
	close_kept(t);
	return code;
}
