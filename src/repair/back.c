/* back.c - the way back: for a transaction that failed, was killed, or is undone.
 *
 * Nothing here relies on how far the way there, or an earlier way back, has come: each step is compared
 * with its old and its new side, and what is old already is left. So it may be broken off and begun again.
 */
#include "repair/tx.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/os_write.h"

enum where { AT_OLD, AT_NEW, AT_OTHER };

static enum where mode_is_at(struct tx *t, const struct journal_step *s)
{
	struct os_facts f;

	if (os_facts_at(t->place, s->name, &f) != 0 || f.type != s->old.f.type)
		return AT_OTHER;
	if (f.mode == s->old.f.mode)
		return AT_OLD;
	return f.mode == s->new.f.mode ? AT_NEW : AT_OTHER;
}

/* Is what is there like the old file? That has no hash where it was kept itself. */
static bool is_like_old(struct tx *t, const struct journal_step *s)
{
	struct journal_side old = s->old;
	char kept[OS_NAME_MAX];

	if (s->keep == CHANGE_KEEP_LINK && !old.hashed) {
		tx_kept((size_t)(s - t->j.steps), "old", kept);
		if (!tx_is_file(t->dir, kept, &s->old) || tx_side_at(t, t->dir, kept, true, &old) != 0)
			return false;
	}
	return tx_compare(t, t->place, s->name, &old) != TX_OTHER;
}

/* On which side is it? t->place is open. Files are read only where a look at them is not enough. */
static enum where is_at(struct tx *t, const struct journal_step *s)
{
	if (s->in_place)
		return mode_is_at(t, s);
	if ((s->kind == CHANGE_FOLDER && s->old.there) || tx_is_file(t->place, s->name, &s->old))
		return AT_OLD;
	if (!(s->old.there && s->old.f.type == OS_REGULAR) &&
	    tx_compare(t, t->place, s->name, &s->old) == TX_SAME_FILE)
		return AT_OLD;
	if (tx_compare(t, t->place, s->name, &s->new) != TX_OTHER)
		return AT_NEW;
	return is_like_old(t, s) ? AT_OLD : AT_OTHER;
}

/* ---- may it be undone? ----------------------------------------------------------------------- */

struct strangers {
	const struct tx *t;
	const char *folder;
	size_t step;
	char *name; /* the first one, OS_NAME_MAX bytes; "": none */
};

static void find_stranger(const char *name, void *ctx)
{
	struct strangers *f = ctx;

	if (f->name[0] != '\0')
		return;
	for (size_t i = f->step; i < f->t->j.nsteps; i++) {
		const struct journal_step *s = &f->t->j.steps[i];

		if (s->kind != CHANGE_RUN && strcmp(s->name, name) == 0 && strcmp(s->folder, f->folder) == 0)
			return;
	}
	snprintf(f->name, OS_NAME_MAX, "%s", name);
}

/* Does some command before step `end` change that file, or what is in that folder? */
static bool is_covered(const struct tx *t, const char *path, size_t end)
{
	for (size_t i = 0; i < end; i++) {
		const char *const *c = t->j.steps[i].covers;

		for (; c != NULL && *c != NULL; c++)
			if (look_is_below(path, *c) || look_is_below(*c, path))
				return true;
	}
	return false;
}

/* A folder that was made must hold nothing but what was made. */
static void check_folder(struct tx *t, size_t step, char *why, size_t n)
{
	const struct journal_step *s = &t->j.steps[step];
	char path[OS_PATH_MAX + OS_NAME_MAX], name[OS_NAME_MAX] = "";
	struct strangers f = { t, path, step, name };

	tx_path(s, path, sizeof(path));
	if (is_covered(t, path, t->j.nsteps) || os_folder_at(t->place, s->name, &t->from) != 0)
		return;
	(void)os_names(t->from, SIZE_MAX, find_stranger, &f);
	tx_close(&t->from);
	if (name[0] != '\0')
		snprintf(why, n, "%.600s holds %s, which was not there when it was left", path, name);
}

/* Is what was kept still what it was? */
static void check_kept(struct tx *t, size_t step, char *why, size_t n)
{
	const struct journal_step *s = &t->j.steps[step];
	char kept[OS_NAME_MAX], path[OS_PATH_MAX + OS_NAME_MAX];
	struct os_facts f;
	uint64_t size = s->old.f.size;

	if (s->keep == CHANGE_KEEP_NOTHING)
		return;
	tx_kept(step, "old", kept);
	tx_path(s, path, sizeof(path));
	if (s->keep == CHANGE_KEEP_PATCHES)
		size = 0;
	for (size_t i = 0; s->keep == CHANGE_KEEP_PATCHES && i < s->npatches; i++)
		size += s->patches[i].n;
	if (os_facts_at(t->dir, kept, &f) != 0 || f.type != OS_REGULAR)
		snprintf(why, n, "what was kept of %.600s is gone", path);
	else if (f.size != size || (s->keep == CHANGE_KEEP_LINK &&
				    tx_compare(t, t->dir, kept, &s->old) == TX_OTHER))
		snprintf(why, n, "the old %.600s has been written to since, by another name that it has",
			 path);
}

static void check_place(struct tx *t, const struct journal_step *s, char *why, size_t n)
{
	char path[OS_PATH_MAX + OS_NAME_MAX];
	struct os_facts f, folder;

	tx_path(s, path, sizeof(path));
	if (os_facts_at(t->place, s->name, &f) != 0)
		f.immutable = false;
	if (os_facts_at(t->place, "", &folder) != 0)
		folder.immutable = false;
	if (os_is_read_only(t->place))
		snprintf(why, n, "%.600s is on a file system that is mounted read-only", path);
	else if (f.immutable || (folder.immutable && !s->in_place))
		snprintf(why, n, "%.600s is immutable (chattr +i or +a)", path);
	else if (!s->in_place && !os_may_write(t->place))
		snprintf(why, n, "this user may not write in the folder of %.600s", path);
}

static void check_new(struct tx *t, const struct journal_step *s, char *why, size_t n)
{
	char path[OS_PATH_MAX + OS_NAME_MAX];
	struct os_facts f;
	int err = os_facts_at(t->place, s->name, &f);

	tx_path(s, path, sizeof(path));
	if (err == ENOENT)
		snprintf(why, n, "%.600s is gone", path);
	else if (!s->new.there)
		snprintf(why, n, "%.600s is there again", path);
	else
		snprintf(why, n, "%.600s has been changed since", path);
}

static bool has_same_attributes(struct tx *t, const struct journal_step *s)
{
	struct os_facts f;

	if (!s->new.there || s->new.f.type == OS_SYMLINK)
		return true;
	return os_facts_at(t->place, s->name, &f) == 0 && f.mode == s->new.f.mode && f.uid == s->new.f.uid &&
	       f.gid == s->new.f.gid;
}

enum transaction_code back_check(struct tx *t, size_t step, char *why, size_t n)
{
	const struct journal_step *s = &t->j.steps[step];
	enum transaction_code code;
	enum where at;

	why[0] = '\0';
	if (s->kind == CHANGE_RUN)
		return tree_check(t, step, why, n);
	code = tx_open_step(t, s);
	if (code != TRANSACTION_OK && t->err->sys_errno != ENOENT) {
		snprintf(why, n, "%.900s", t->err->message);
		return TRANSACTION_OK;
	}
	at = code != TRANSACTION_OK ? s->old.there ? AT_OTHER : AT_OLD : is_at(t, s);
	if (at == AT_OLD)
		return TRANSACTION_OK;
	if (at == AT_OTHER || !has_same_attributes(t, s)) {
		check_new(t, s, why, n);
		return TRANSACTION_OK;
	}
	check_place(t, s, why, n);
	if (why[0] == '\0' && s->kind == CHANGE_FOLDER)
		check_folder(t, step, why, n);
	if (why[0] == '\0')
		check_kept(t, step, why, n);
	return TRANSACTION_OK;
}

/* ---- making what will be put back ------------------------------------------------------------ */

static int put_patches_back(struct tx *t, const struct journal_step *s, int kept)
{
	uint64_t both = s->old.f.size < s->new.f.size ? s->old.f.size : s->new.f.size, at = 0;
	unsigned char piece[16384];
	int err = os_copy(t->from, t->to, both);

	if (err == 0)
		err = os_set_size(t->to, s->old.f.size);
	for (size_t i = 0; i < s->npatches && err == 0; i++) {
		uint64_t off = s->patches[i].offset, n = s->patches[i].n;

		while (n > 0 && err == 0) {
			size_t want = n < sizeof(piece) ? (size_t)n : sizeof(piece), got;

			err = os_pread(kept, at, piece, want, &got);
			if (err == 0 && got == 0)
				err = EIO;
			if (err == 0)
				err = os_pwrite(t->to, (struct view){ piece, got }, off);
			at += got;
			off += got;
			n -= got;
		}
	}
	return err;
}

/* The old content into t->to. */
static int put_content_back(struct tx *t, size_t step)
{
	const struct journal_step *s = &t->j.steps[step];
	char name[OS_NAME_MAX];
	int kept, err;

	tx_kept(step, "old", name);
	err = os_open_at(t->dir, name, &kept);
	if (err != 0)
		return err;
	if (s->keep == CHANGE_KEEP_COPY) {
		err = os_copy(kept, t->to, s->old.f.size);
	} else {
		err = os_open_at(t->place, s->name, &t->from);
		if (err == 0)
			err = put_patches_back(t, s, kept);
		tx_close(&t->from);
	}
	os_close(kept);
	return err;
}

int back_attributes(struct tx *t, const struct journal_side *old)
{
	int err = tx_set_owner(t->to, old->f.uid, old->f.gid);

	if (err == 0)
		err = tx_set_xattrs(t, old, t->to);
	if (err == 0)
		err = os_set_mode(t->to, old->f.mode);
	return err == 0 ? os_set_times(t->to, old->f.atime, old->f.mtime) : err;
}

static enum transaction_code make_old_file(struct tx *t, size_t step, const char *beside)
{
	const struct journal_step *s = &t->j.steps[step];
	unsigned char hash[SHA256_BYTES];
	uint64_t n = 0;
	int err = os_new_at(t->place, beside, &t->to);
	bool same = false;

	if (err == 0)
		err = put_content_back(t, step);
	if (err == 0)
		err = back_attributes(t, &s->old);
	if (err == 0)
		err = os_sync(t->to);
	if (err == 0)
		err = digest_of_file(DIGEST_SHA256, t->to, hash, &n);
	if (err == 0) {
		same = memcmp(hash, s->old.hash, sizeof(hash)) == 0;
		/* reading it is no access of anybody's */
		err = os_set_times(t->to, s->old.f.atime, s->old.f.mtime);
	}
	tx_close(&t->to);
	if (err != 0)
		return tx_fail_step(t, s, "restore", err);
	if (!same)
		return tx_fail(t, TRANSACTION_FAILED, EIO, "what was kept of %.400s/%s is damaged",
			       s->folder, s->name);
	return TRANSACTION_OK;
}

static enum transaction_code make_old_link(struct tx *t, const struct journal_step *s, const char *beside)
{
	int err = os_symlink_at(s->old.link, t->place, beside);
	struct os_facts f;

	if (err == 0)
		err = os_facts_at(t->place, beside, &f);
	if (err == 0 && (f.uid != s->old.f.uid || f.gid != s->old.f.gid))
		err = os_set_owner_at(t->place, beside, s->old.f.uid, s->old.f.gid);
	if (err == 0)
		err = os_set_times_at(t->place, beside, s->old.f.atime, s->old.f.mtime);
	return err != 0 ? tx_fail_step(t, s, "restore", err) : TRANSACTION_OK;
}

static bool is_made_anew(const struct journal_step *s)
{
	if (s->kind == CHANGE_RUN || s->in_place || !s->old.there || s->keep == CHANGE_KEEP_LINK)
		return false;
	return s->keep != CHANGE_KEEP_NOTHING || s->old.f.type == OS_SYMLINK;
}

enum transaction_code back_stage(struct tx *t, size_t step)
{
	const struct journal_step *s = &t->j.steps[step];
	char beside[OS_NAME_MAX];
	enum transaction_code code;
	int err;

	if (!is_made_anew(s))
		return TRANSACTION_OK;
	code = tx_open_step(t, s);
	if (code != TRANSACTION_OK || is_at(t, s) != AT_NEW)
		return code;
	tx_beside(t, step, beside);
	err = os_unlink_at(t->place, beside);
	if (err != 0 && err != ENOENT)
		return tx_fail_step(t, s, "restore", err);
	code = s->old.f.type == OS_SYMLINK ? make_old_link(t, s, beside) : make_old_file(t, step, beside);
	t->ready[step] = code == TRANSACTION_OK;
	return code;
}

/* ---- putting it back ------------------------------------------------------------------------- */

/* It is neither old nor new. Where a command before it has changed the same file, that step will put
 * back what was there, and may have done so already. */
static void note_stuck(struct tx *t, size_t step)
{
	const struct journal_step *s = &t->j.steps[step];
	char path[OS_PATH_MAX + OS_NAME_MAX];

	tx_path(s, path, sizeof(path));
	if (is_covered(t, path, step) || t->nstuck++ > 0)
		return;
	snprintf(t->stuck, sizeof(t->stuck),
		 "%.400s has been changed by somebody else meanwhile and is left as it is%s", path,
		 s->keep == CHANGE_KEEP_NOTHING ? "" : "; what was there before is kept with its journal");
}

static int put_back(struct tx *t, size_t step)
{
	const struct journal_step *s = &t->j.steps[step];
	char name[OS_NAME_MAX];

	if (s->in_place)
		return os_set_mode_at(t->place, s->name, s->old.f.mode);
	if (!s->old.there && s->kind == CHANGE_FOLDER)
		return os_rmdir_at(t->place, s->name);
	if (!s->old.there)
		return os_unlink_at(t->place, s->name);
	if (s->keep == CHANGE_KEEP_LINK) {
		tx_kept(step, "old", name);
		return os_rename_at(t->dir, name, t->place, s->name, s->new.there);
	}
	tx_beside(t, step, name);
	return os_rename_at(t->place, name, t->place, s->name, s->new.there);
}

/* A step that was not staged may have made its folder. */
static enum where unstaged_is_at(struct tx *t, const struct journal_step *s)
{
	struct os_facts f;

	if (s->kind != CHANGE_FOLDER || s->old.there || os_facts_at(t->place, s->name, &f) != 0)
		return AT_OLD;
	return f.type == OS_DIRECTORY ? AT_NEW : AT_OTHER;
}

enum transaction_code back_act(struct tx *t, size_t step)
{
	const struct journal_step *s = &t->j.steps[step];
	enum transaction_code code;
	enum where at;
	int err;

	if (s->kind == CHANGE_RUN)
		return step < t->j.staged ? tree_back(t, step) : TRANSACTION_OK;
	code = tx_open_step(t, s);
	if (code != TRANSACTION_OK && (t->err->sys_errno == ENOENT || code == TRANSACTION_CHANGED)) {
		if (s->old.there)
			note_stuck(t, step);
		return TRANSACTION_OK;
	}
	if (code != TRANSACTION_OK)
		return code;
	at = step < t->j.staged ? is_at(t, s) : unstaged_is_at(t, s);
	if (at == AT_OTHER)
		note_stuck(t, step);
	if (at != AT_NEW)
		return TRANSACTION_OK;
	if (!t->ready[step])
		code = back_stage(t, step);
	if (code != TRANSACTION_OK)
		return code;
	err = put_back(t, step);
	if (err == ENOTEMPTY || err == EEXIST) {
		note_stuck(t, step);
		return TRANSACTION_OK;
	}
	if (err == 0)
		err = os_sync(t->place);
	return err != 0 ? tx_fail_step(t, s, "restore", err) : TRANSACTION_OK;
}

enum transaction_code back_clean(struct tx *t)
{
	for (size_t i = 0; i < t->j.looked; i++) {
		const struct journal_step *s = &t->j.steps[i];
		char beside[OS_NAME_MAX];
		int err;

		t->ready[i] = false;
		if (s->kind == CHANGE_RUN || tx_open_step(t, s) != TRANSACTION_OK)
			continue;
		tx_beside(t, i, beside);
		err = os_unlink_at(t->place, beside);
		if (err != 0 && err != ENOENT)
			return tx_fail_step(t, s, "clean up beside", err);
	}
	return TRANSACTION_OK;
}

/* Times of a folder mean something to those who remember what was in it: they are right again only if
 * the same names are there. */
enum transaction_code back_folders(struct tx *t)
{
	for (size_t i = 0; i < t->j.nfolders; i++) {
		const struct journal_folder *f = &t->j.folders[i];
		unsigned char names[SHA256_BYTES];
		char real[OS_PATH_MAX];
		int err;

		tx_close(&t->place);
		if (os_open_folder(f->path, &t->place, real) != 0 || strcmp(real, f->path) != 0)
			continue;
		err = tx_hash_names(t->place, names);
		if (err == ENOMEM)
			return tx_fail(t, TRANSACTION_NO_MEMORY, err, "out of memory");
		if (err != 0 || memcmp(names, f->names, sizeof(names)) != 0)
			continue;
		err = os_set_times(t->place, f->atime, f->mtime);
		/* a folder of somebody else in which this user may write */
		if (err != 0 && err != EPERM && err != EACCES)
			return tx_fail(t, TRANSACTION_FAILED, err, "cannot set the times of %.900s: %s",
				       f->path, strerrordesc_np(err));
	}
	return TRANSACTION_OK;
}
