/* stage.c - the way there: what is at a path is looked at, its successor made beside it, and put in its
 * place.
 *
 * Until stage_act nothing that has a name of its own has changed but for new, empty folders.
 */
#include "repair/tx.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/os_write.h"

static bool same_time(struct os_time a, struct os_time b)
{
	return a.s == b.s && a.ns == b.ns;
}

/* ---- looking ------------------------------------------------------------------------------------------ */

static bool was_seen(const struct look *k, const struct change_seen *seen)
{
	const struct os_facts *f = &k->f;

	if (seen->there != k->there)
		return false;
	if (!k->there)
		return true;
	if (seen->dev != f->dev || seen->ino != f->ino)
		return false;
	if (f->type == OS_DIRECTORY)
		return true;
	return seen->size == f->size &&
	       same_time(f->mtime, (struct os_time){ seen->mtime, seen->mtime_ns }) &&
	       same_time(f->ctime, (struct os_time){ seen->ctime, seen->ctime_ns });
}

int stage_note_folder(struct tx *t, int dir, const char *path, const struct os_facts *f)
{
	struct journal_folder *out = &t->j.folders[t->j.nfolders];

	for (size_t i = 0; i < t->j.nfolders; i++)
		if (strcmp(t->j.folders[i].path, path) == 0)
			return 0;
	out->path = arena_strdup(t->a, path);
	out->atime = f->atime;
	out->mtime = f->mtime;
	t->j.nfolders++;
	return tx_hash_names(dir, out->names);
}

static void fill_step(struct tx *t, struct journal_step *s, const struct change *c, const struct look *k)
{
	s->kind = c->kind;
	s->folder = arena_strdup(t->a, k->folder);
	s->name = arena_strdup(t->a, k->name);
	s->old.there = k->there;
	s->old.f = k->f;
	s->in_place = k->there && look_is_in_place(c, &k->f);
	if (k->there && k->f.type == OS_SYMLINK)
		s->old.link = arena_strdup(t->a, k->link);
}

static enum transaction_code look_step(struct tx *t, size_t step, const struct change *c,
				       const struct look *k, const struct change_seen *seen)
{
	int err;

	if (k->refused[0] != '\0')
		return tx_fail(t, TRANSACTION_REFUSED, k->err, "%s", k->refused);
	if (seen != NULL && !was_seen(k, seen))
		return tx_fail(t, TRANSACTION_CHANGED, 0, "%.900s has been changed since it was looked at",
			       c->path);
	err = k->dir >= 0 ? stage_note_folder(t, k->dir, k->folder, &k->of_folder) : 0;
	if (err == ENOMEM)
		return tx_fail(t, TRANSACTION_NO_MEMORY, err, "out of memory");
	fill_step(t, &t->j.steps[step], c, k);
	return err != 0 ? tx_fail_step(t, &t->j.steps[step], "list the folder of", err) : TRANSACTION_OK;
}

static const char *const *copy_words(struct tx *t, const char *const *words)
{
	const char **copy;
	size_t n = 0;

	while (words != NULL && words[n] != NULL)
		n++;
	copy = ARENA_ARRAY(t->a, n + 1, const char *);
	for (size_t i = 0; i < n; i++)
		copy[i] = arena_strdup(t->a, words[i]);
	return copy;
}

/* What it covers, without links, and the folders that this lies in: names come and go there too. */
static int note_covers(struct tx *t, struct journal_step *s, const char *const *covers)
{
	char real[OS_PATH_MAX], name[OS_NAME_MAX];
	const char **copy = (const char **)(uintptr_t)s->covers;
	struct os_facts f;
	int err = 0;

	for (; err == 0 && covers != NULL && *covers != NULL; covers++) {
		err = os_open_place(*covers, &t->place, real, name);
		if (err == 0)
			err = os_facts_at(t->place, "", &f);
		if (err == 0)
			err = stage_note_folder(t, t->place, real, &f);
		if (err == 0)
			*copy++ = arena_printf(t->a, "%s%s%s", real, real[1] != '\0' ? "/" : "", name);
		tx_close(&t->place);
	}
	return err;
}

static enum transaction_code look_command(struct tx *t, size_t step, const struct change *c)
{
	struct journal_step *s = &t->j.steps[step];
	struct look k;
	int err;

	look_at_command(c, t->m->folder, &k);
	tx_close(&k.dir);
	if (k.refused[0] != '\0')
		return tx_fail(t, TRANSACTION_REFUSED, k.err, "%s", k.refused);
	s->covers = copy_words(t, c->covers);
	err = note_covers(t, s, c->covers);
	if (err != 0)
		return tx_fail(t, TRANSACTION_REFUSED, err, "cannot look at what %.900s may change: %s",
			       c->argv[0], strerrordesc_np(err));
	s->kind = CHANGE_RUN;
	s->argv = copy_words(t, c->argv);
	return TRANSACTION_OK;
}

enum transaction_code stage_look(struct tx *t, size_t step, const struct change_list *list, size_t i,
				 const struct change_seen *seen)
{
	const struct change *c = &list->items[i];
	enum transaction_code code;
	struct look k;

	if (c->kind == CHANGE_RUN)
		return look_command(t, step, c);
	look_at(list, i, t->m->folder, &k);
	t->place = k.dir;
	code = look_step(t, step, c, &k, seen);
	tx_close(&t->place);
	return code;
}

/* ---- keeping what is there ------------------------------------------------------------------- */

static bool is_no_link(int err)
{
	return err == EXDEV || err == EPERM || err == EACCES || err == EMLINK || err == EOPNOTSUPP ||
	       err == ENOSYS;
}

/* The ranges of the old file that the new one has otherwise: what a patch covers, and what is cut off. */
static void list_patches(struct tx *t, struct journal_step *s, const struct change *c)
{
	struct journal_patch *p = ARENA_ARRAY(t->a, c->npatches + 1, struct journal_patch);
	uint64_t size = s->old.f.size;

	for (size_t i = 0; i < c->npatches; i++) {
		uint64_t off = c->patches[i].offset, n = c->patches[i].bytes.n;

		if (off >= size || n == 0)
			continue;
		p[s->npatches++] = (struct journal_patch){ off, n < size - off ? n : size - off };
	}
	if (c->size < size)
		p[s->npatches++] = (struct journal_patch){ c->size, size - c->size };
	s->patches = p;
}

static int copy_range(int from, uint64_t off, uint64_t n, int to, uint64_t at)
{
	unsigned char piece[16384];

	while (n > 0) {
		size_t want = n < sizeof(piece) ? (size_t)n : sizeof(piece), got;
		int err = os_pread(from, off, piece, want, &got);

		if (err == 0 && got == 0)
			err = EIO;
		if (err == 0)
			err = os_pwrite(to, (struct view){ piece, got }, at);
		if (err != 0)
			return err;
		off += got;
		at += got;
		n -= got;
	}
	return 0;
}

static int keep_patches(struct tx *t, struct journal_step *s)
{
	uint64_t at = 0;
	int err = 0;

	for (size_t i = 0; i < s->npatches && err == 0; i++) {
		err = copy_range(t->from, s->patches[i].offset, s->patches[i].n, t->to, at);
		at += s->patches[i].n;
	}
	return err;
}

static int keep_otherwise(struct tx *t, size_t step, const struct change *c, const char *kept)
{
	struct journal_step *s = &t->j.steps[step];
	int err = os_new_at(t->dir, kept, &t->to);

	s->keep = CHANGE_KEEP_COPY;
	if (c->kind == CHANGE_PATCH && c->npatches < JOURNAL_PATCHES) {
		s->keep = CHANGE_KEEP_PATCHES;
		list_patches(t, s, c);
	}
	if (err == 0)
		err = s->keep == CHANGE_KEEP_COPY ? os_copy(t->from, t->to, s->old.f.size) :
						    keep_patches(t, s);
	if (err == 0)
		err = tx_get_xattrs(t, t->from, &s->old);
	if (err == 0)
		err = os_sync(t->to);
	tx_close(&t->to);
	return err;
}

static enum transaction_code keep_old(struct tx *t, size_t step, const struct change *c)
{
	struct journal_step *s = &t->j.steps[step];
	char kept[OS_NAME_MAX];
	struct os_facts f;
	int err;

	tx_kept(step, "old", kept);
	err = os_link_at(t->place, s->name, t->dir, kept);
	if (err == 0) {
		s->keep = CHANGE_KEEP_LINK;
		err = os_facts_at(t->dir, kept, &f);
		if (err == 0 && f.ino != s->old.f.ino)
			return tx_fail(t, TRANSACTION_CHANGED, 0,
				       "%.400s/%s is being changed by somebody else",
				       s->folder, s->name);
	} else if (is_no_link(err)) {
		err = keep_otherwise(t, step, c, kept);
	}
	return err != 0 ? tx_fail_step(t, s, "keep the old content of", err) : TRANSACTION_OK;
}

/* The old file, open as t->from, must still be what was looked at. */
static enum transaction_code still_old(struct tx *t, const struct journal_step *s)
{
	struct os_facts f;
	int err = os_facts_at(t->from, "", &f);

	if (err != 0)
		return tx_fail_step(t, s, "read", err);
	if (f.ino != s->old.f.ino || f.size != s->old.f.size || !same_time(f.mtime, s->old.f.mtime))
		return tx_fail(t, TRANSACTION_CHANGED, 0, "%.400s/%s is being changed by somebody else",
			       s->folder, s->name);
	return TRANSACTION_OK;
}

/* Opens what is there and keeps it. What is kept as the file itself needs no hash: that could be made when
 * somebody asks, of a gigabyte it takes a while. */
static enum transaction_code keep_what_is_there(struct tx *t, size_t step, const struct change *c)
{
	struct journal_step *s = &t->j.steps[step];
	enum transaction_code code;
	uint64_t n;
	int err = os_open_at(t->place, s->name, &t->from);

	if (err != 0)
		return tx_fail_step(t, s, "read", err);
	code = keep_old(t, step, c);
	if (code != TRANSACTION_OK || s->keep == CHANGE_KEEP_LINK)
		return code == TRANSACTION_OK ? still_old(t, s) : code;
	err = digest_of_file(DIGEST_SHA256, t->from, s->old.hash, &n);
	if (err != 0)
		return tx_fail_step(t, s, "read", err);
	s->old.hashed = true;
	return n == s->old.f.size ? still_old(t, s) : tx_fail_step(t, s, "read", EIO);
}

/* ---- what is to be there --------------------------------------------------------------------- */

/* The content of the successor, and its hash. */
static int put_content(struct tx *t, const struct journal_step *s, const struct change *c,
		       unsigned char hash[SHA256_BYTES])
{
	struct change as_it_is = { .size = s->old.f.size };

	if (c->kind == CHANGE_PATCH)
		return tx_copy_patched(t->from, s->old.f.size, c, t->to, hash);
	if (c->kind != CHANGE_WRITE)
		return tx_copy_patched(t->from, s->old.f.size, &as_it_is, t->to, hash);
	digest_of(DIGEST_SHA256, c->bytes, hash);
	return os_pwrite(t->to, c->bytes, 0);
}

/* What root makes in somebody's folder is theirs. */
static int give_to_folder(struct tx *t, uint32_t *uid, uint32_t *gid)
{
	struct os_facts folder;
	int err = os_euid() == 0 ? os_facts_at(t->place, "", &folder) : ENOENT;

	if (err == 0) {
		*uid = folder.uid;
		*gid = folder.gid;
	}
	return err;
}

static int put_attributes(struct tx *t, const struct journal_step *s, uint32_t mode)
{
	uint32_t uid = s->old.f.uid, gid = s->old.f.gid;
	int err = 0;

	if (s->old.there || give_to_folder(t, &uid, &gid) == 0)
		err = tx_set_owner(t->to, uid, gid);
	if (err == 0 && s->old.there)
		err = tx_copy_xattrs(t, t->from, t->to);
	if (err == 0)
		err = os_set_mode(t->to, mode & 07777);
	if (err == 0 && s->kind == CHANGE_MODE)
		err = os_set_times(t->to, s->old.f.atime, s->old.f.mtime);
	return err;
}

/* The mode that the file is to have in the end. */
static uint32_t mode_of(const struct change_list *list, size_t i, const struct journal_step *s)
{
	const struct change *c = &list->items[i], *mode = look_mode_of(list, i);

	if (mode != NULL)
		return mode->mode;
	return s->old.there ? s->old.f.mode : c->mode;
}

static bool patches_fit(const struct change *c)
{
	uint64_t end = 0;

	for (size_t i = 0; c->kind == CHANGE_PATCH && i < c->npatches; i++) {
		const struct patch *p = &c->patches[i];

		if (p->offset < end || p->offset > c->size || p->bytes.n > c->size - p->offset)
			return false;
		end = p->offset + p->bytes.n;
	}
	return c->size <= INT64_MAX;
}

static enum transaction_code make_file(struct tx *t, size_t step, const struct change_list *list, size_t i)
{
	const struct change *c = &list->items[i];
	struct journal_step *s = &t->j.steps[step];
	unsigned char hash[SHA256_BYTES] = { 0 };
	char beside[OS_NAME_MAX];
	enum transaction_code code = TRANSACTION_OK;
	int err;

	if (!patches_fit(c))
		return tx_fail(t, TRANSACTION_REFUSED, EINVAL, "the patches of %.900s do not fit", c->path);
	if (s->old.there)
		code = keep_what_is_there(t, step, c);
	if (code != TRANSACTION_OK)
		return code;
	tx_beside(t, step, beside);
	err = os_new_at(t->place, beside, &t->to);
	if (err == 0)
		err = put_content(t, s, c, hash);
	if (err == 0)
		err = put_attributes(t, s, mode_of(list, i, s));
	if (err == 0)
		err = os_sync(t->to);
	tx_close(&t->to);
	if (err == 0)
		err = tx_side_at(t, t->place, beside, false, &s->new);
	s->new.hashed = err == 0;
	memcpy(s->new.hash, hash, sizeof(hash));
	if (err == 0 && s->old.there)
		return still_old(t, s);
	return err != 0 ? tx_fail_step(t, s, "write the successor of", err) : TRANSACTION_OK;
}

static enum transaction_code make_link(struct tx *t, size_t step, const struct change *c)
{
	struct journal_step *s = &t->j.steps[step];
	uint32_t uid = s->old.f.uid, gid = s->old.f.gid;
	char beside[OS_NAME_MAX];
	struct os_facts f;
	int err;

	tx_beside(t, step, beside);
	err = os_symlink_at(c->target, t->place, beside);
	if (err == 0)
		err = os_facts_at(t->place, beside, &f);
	if (err == 0 && (s->old.there || give_to_folder(t, &uid, &gid) == 0) &&
	    (f.uid != uid || f.gid != gid))
		err = os_set_owner_at(t->place, beside, uid, gid);
	if (err == 0)
		err = tx_side_at(t, t->place, beside, false, &s->new);
	return err != 0 ? tx_fail_step(t, s, "make the successor of", err) : TRANSACTION_OK;
}

static enum transaction_code make_folder(struct tx *t, size_t step, const struct change_list *list, size_t i)
{
	struct journal_step *s = &t->j.steps[step];
	uint32_t uid, gid;
	int err;

	if (s->old.there) {
		s->new = s->old;
		return TRANSACTION_OK;
	}
	err = os_mkdir_at(t->place, s->name, 0700);
	if (err == 0)
		err = os_folder_at(t->place, s->name, &t->to);
	if (err == 0 && give_to_folder(t, &uid, &gid) == 0)
		err = tx_set_owner(t->to, uid, gid);
	if (err == 0)
		err = os_set_mode(t->to, mode_of(list, i, s) & 07777);
	if (err == 0)
		err = os_sync(t->to);
	if (err == 0)
		err = os_sync(t->place);
	tx_close(&t->to);
	if (err == 0)
		err = tx_side_at(t, t->place, s->name, false, &s->new);
	return err != 0 ? tx_fail_step(t, s, "make the folder", err) : TRANSACTION_OK;
}

static enum transaction_code keep_removed(struct tx *t, size_t step, const struct change *c)
{
	const struct journal_step *s = &t->j.steps[step];

	if (!s->old.there || s->old.f.type != OS_REGULAR)
		return TRANSACTION_OK;
	return keep_what_is_there(t, step, c);
}

static enum transaction_code stage_kind(struct tx *t, size_t step, const struct change_list *list, size_t i)
{
	struct journal_step *s = &t->j.steps[step];
	const struct change *c = &list->items[i];

	switch (s->kind) {
	case CHANGE_PATCH:
	case CHANGE_WRITE:
		return make_file(t, step, list, i);
	case CHANGE_MODE:
		if (!s->in_place)
			return make_file(t, step, list, i);
		s->new = s->old;
		s->new.f.mode = c->mode & 07777;
		return TRANSACTION_OK;
	case CHANGE_LINK:
		return make_link(t, step, c);
	case CHANGE_FOLDER:
		return make_folder(t, step, list, i);
	case CHANGE_REMOVE:
		return keep_removed(t, step, c);
	case CHANGE_RUN:
		break;
	}
	return TRANSACTION_OK;
}

enum transaction_code stage_step(struct tx *t, size_t step, const struct change_list *list, size_t i)
{
	struct journal_step *s = &t->j.steps[step];
	enum transaction_code code;

	if (s->kind == CHANGE_RUN)
		return tree_keep(t, step);
	code = tx_open_step(t, s);
	if (code == TRANSACTION_OK)
		code = stage_kind(t, step, list, i);
	if (code == TRANSACTION_OK) {
		int err = os_sync(t->place);

		if (err != 0)
			code = tx_fail_step(t, s, "write the successor of", err);
	}
	tx_close(&t->from);
	tx_close(&t->to);
	return code;
}

/* ---- putting it there ------------------------------------------------------------------------ */

static int act(struct tx *t, size_t step, const struct change *c)
{
	const struct journal_step *s = &t->j.steps[step];
	char beside[OS_NAME_MAX];

	if (s->in_place)
		return os_set_mode_at(t->place, s->name, c->mode & 07777);
	if (s->kind == CHANGE_REMOVE)
		return os_unlink_at(t->place, s->name);
	tx_beside(t, step, beside);
	return os_rename_at(t->place, beside, t->place, s->name, s->old.there);
}

enum transaction_code stage_act(struct tx *t, size_t step, const struct change_list *list, size_t i)
{
	const struct journal_step *s = &t->j.steps[step];
	enum transaction_code code;
	int err;

	if (s->kind == CHANGE_RUN)
		return tree_run(t, step);
	if (s->kind == CHANGE_FOLDER || (s->kind == CHANGE_REMOVE && !s->old.there))
		return TRANSACTION_OK;
	code = tx_open_step(t, s);
	if (code != TRANSACTION_OK)
		return code;
	if (tx_compare(t, t->place, s->name, &s->old) != TX_SAME_FILE)
		return tx_fail(t, TRANSACTION_CHANGED, 0, "%.400s/%s is being changed by somebody else",
			       s->folder, s->name);
	err = act(t, step, &list->items[i]);
	if (err == 0)
		err = os_sync(t->place);
	if (err != 0)
		return tx_fail_step(t, s, s->kind == CHANGE_REMOVE ? "remove" : "replace", err);
	return TRANSACTION_OK;
}
