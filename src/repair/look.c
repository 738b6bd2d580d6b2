/* look.c - what a change meets at its path, and whether it may be done. */
#include "repair/look.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "repair/journal.h"

static void refuse(struct look *k, int err, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* The first reason is the one that is told. */
static void refuse(struct look *k, int err, const char *fmt, ...)
{
	va_list ap;

	if (k->refused[0] != '\0')
		return;
	va_start(ap, fmt);
	if (vsnprintf(k->refused, sizeof(k->refused), fmt, ap) < 0)
		k->refused[0] = '?';
	va_end(ap);
	k->err = err;
}

bool look_is_below(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	if (n == 1)
		return path[0] == '/';
	return strncmp(path, folder, n) == 0 && (path[n] == '\0' || path[n] == '/');
}

bool look_is_in_place(const struct change *c, const struct os_facts *f)
{
	return c->kind == CHANGE_MODE && (f->type == OS_DIRECTORY || f->nlink == 1);
}

const struct change *look_mode_of(const struct change_list *list, size_t i)
{
	for (size_t k = 0; k < list->n; k++)
		if (list->items[k].kind == CHANGE_MODE &&
		    strcmp(list->items[k].path, list->items[i].path) == 0)
			return &list->items[k];
	return NULL;
}

bool look_is_folded(const struct change_list *list, size_t i)
{
	struct os_stat st;

	if (list->items[i].kind != CHANGE_MODE)
		return false;
	for (size_t k = 0; k < list->n; k++) {
		const struct change *c = &list->items[k];

		if (c->kind == CHANGE_RUN || c->kind == CHANGE_MODE ||
		    strcmp(c->path, list->items[i].path) != 0)
			continue;
		if (c->kind == CHANGE_PATCH || c->kind == CHANGE_WRITE ||
		    (c->kind == CHANGE_FOLDER && os_stat(c->path, false, &st) != 0))
			return true;
	}
	return false;
}

/* ---- where it is ----------------------------------------------------------------------------------- */

/* The change before number i that makes the folder of its path. */
static const struct change *maker_of_folder(const struct change_list *list, size_t i)
{
	const char *path = list->items[i].path, *slash = strrchr(path, '/');

	for (size_t k = 0; slash != NULL && k < i; k++) {
		const struct change *c = &list->items[k];

		if (c->kind == CHANGE_FOLDER && strlen(c->path) == (size_t)(slash - path) &&
		    strncmp(c->path, path, (size_t)(slash - path)) == 0)
			return c;
	}
	return NULL;
}

/* The folder of change i, which is still to be made: its path follows from that of the one that it will
 * be in. */
static bool look_pending(const struct change_list *list, size_t i, struct look *k)
{
	const struct change *maker = maker_of_folder(list, i);
	const char *name;
	size_t n;
	int dir;

	if (maker == NULL)
		return false;
	if (os_open_place(maker->path, &dir, k->folder, k->name) == 0)
		os_close(dir);
	else if (!look_pending(list, (size_t)(maker - list->items), k))
		return false;
	name = strrchr(maker->path, '/') + 1;
	n = strlen(k->folder);
	if (!journal_is_name(name) || n + strlen(name) + 2 > sizeof(k->folder))
		return false;
	snprintf(k->folder + n, sizeof(k->folder) - n, "%s%s", n > 1 ? "/" : "", name);
	return true;
}

static void refuse_folder(struct look *k, const char *path, int err)
{
	const char *slash = strrchr(path, '/');

	if (err == EINVAL)
		refuse(k, err, "%s is no absolute path of a file", path);
	else if (err == EXDEV)
		refuse(k, err, "%s, on the way to %s, is a link that belongs to another user", k->folder,
		       path);
	else if (err == ENOENT)
		refuse(k, err, "there is no folder %.*s", slash == path ? 1 : (int)(slash - path), path);
	else
		refuse(k, err, "the folder of %s cannot be opened: %s", path, strerrordesc_np(err));
	k->folder[0] = '\0';
}

static void find(const struct change_list *list, size_t i, struct look *k)
{
	const char *path = list->items[i].path;
	int err = os_open_place(path, &k->dir, k->folder, k->name);

	if (err == ENOENT && look_pending(list, i, k)) {
		const char *name = strrchr(path, '/') + 1;

		k->pending = true;
		if (!journal_is_name(name))
			refuse_folder(k, path, EINVAL);
		else
			memcpy(k->name, name, strlen(name) + 1);
		return;
	}
	if (err != 0) {
		refuse_folder(k, path, err);
		return;
	}
	err = os_facts_at(k->dir, "", &k->of_folder);
	if (err == 0)
		err = os_facts_at(k->dir, k->name, &k->f);
	k->there = err == 0;
	if (err != 0 && err != ENOENT)
		refuse(k, err, "%s cannot be looked at: %s", path, strerrordesc_np(err));
	if (k->there && k->f.type == OS_SYMLINK &&
	    os_readlink_at(k->dir, k->name, k->link, sizeof(k->link)) != 0)
		refuse(k, EIO, "the link %s cannot be read", path);
}

/* ---- is it of the right kind? ------------------------------------------------------------------------ */

static void judge_type(const struct change *c, struct look *k)
{
	bool file = k->f.type == OS_REGULAR, folder = k->f.type == OS_DIRECTORY;
	bool link = k->f.type == OS_SYMLINK, fits = true;

	if (!k->there) {
		if (c->kind == CHANGE_PATCH || c->kind == CHANGE_MODE)
			refuse(k, ENOENT, "there is no %s", c->path);
		return;
	}
	switch (c->kind) {
	case CHANGE_PATCH:
	case CHANGE_WRITE:
		fits = file;
		break;
	case CHANGE_LINK:
		fits = link;
		break;
	case CHANGE_FOLDER:
		fits = folder;
		break;
	case CHANGE_MODE:
		fits = file || folder;
		break;
	case CHANGE_REMOVE:
		fits = file || link;
		break;
	case CHANGE_RUN:
		break;
	}
	if (fits)
		return;
	if (link)
		refuse(k, ELOOP, "%s is a link to %s; the file itself must be named", c->path, k->link);
	else
		refuse(k, folder ? EISDIR : EEXIST, "%s is %s", c->path,
		       folder ? "a folder" : file ? "a file" : "no regular file");
}

/* ---- may this user do it? ---------------------------------------------------------------------------- */

static void judge_user(const struct change *c, struct look *k, bool in_place)
{
	bool makes = c->kind == CHANGE_PATCH || c->kind == CHANGE_WRITE || c->kind == CHANGE_MODE;
	uint32_t me = os_euid();

	if (me == 0)
		return;
	if (k->there && k->f.uid != me)
		refuse(k, EPERM, "%s belongs to user %u: this needs sudo", c->path, k->f.uid);
	if (k->there && makes && !in_place && !os_in_group(k->f.gid))
		refuse(k, EPERM, "%s belongs to group %u, in which this user is not: this needs sudo",
		       c->path, k->f.gid);
	if (k->there && makes && !in_place && k->capabilities)
		refuse(k, EPERM, "%s has file capabilities, which only root may set: this needs sudo",
		       c->path);
	if (!in_place && k->dir >= 0 && !os_may_write(k->dir))
		refuse(k, EACCES, "this user may not write in the folder %s: this needs sudo", k->folder);
	k->needs_root = k->refused[0] != '\0' && (k->err == EPERM || k->err == EACCES);
}

static void look_at_attributes(struct look *k)
{
	char value[1024];
	size_t n;
	int fd;

	if (!k->there || k->f.type != OS_REGULAR || os_open_at(k->dir, k->name, &fd) != 0)
		return;
	k->capabilities = os_xattr_get(fd, "security.capability", value, sizeof(value), &n) == 0;
	k->acl = os_xattr_get(fd, "system.posix_acl_access", value, 0, &n) == 0;
	os_close(fd);
}

void look_at(const struct change_list *list, size_t i, const char *journals, struct look *k)
{
	const struct change *c = &list->items[i];
	bool in_place, nothing;

	memset(k, 0, sizeof(*k));
	k->dir = -1;
	find(list, i, k);
	if (k->refused[0] != '\0' || look_is_folded(list, i))
		return;
	if (journals != NULL && (look_is_below(k->folder, journals) || look_is_below(c->path, journals)))
		refuse(k, EINVAL, "%s lies in the folder of journals", c->path);
	judge_type(c, k);
	if (k->dir < 0 || k->refused[0] != '\0')
		return;
	look_at_attributes(k);
	in_place = k->there && look_is_in_place(c, &k->f);
	nothing = (c->kind == CHANGE_FOLDER && k->there) || (c->kind == CHANGE_REMOVE && !k->there);
	k->read_only = os_is_read_only(k->dir);
	k->immutable = (k->there && k->f.immutable) || (!in_place && k->of_folder.immutable);
	if (nothing)
		return;
	if (k->read_only)
		refuse(k, EROFS, "%s is on a file system that is mounted read-only", c->path);
	if (k->immutable)
		refuse(k, EROFS, "%s is immutable (chattr +i or +a)",
		       k->there && k->f.immutable ? c->path : k->folder);
	judge_user(c, k, in_place);
}

void look_at_command(const struct change *c, const char *journals, struct look *k)
{
	struct change program = { .kind = CHANGE_MODE, .path = c->argv[0] };
	struct change_list list = { &program, 1 };
	struct look cover;

	memset(k, 0, sizeof(*k));
	k->dir = -1;
	find(&list, 0, k);
	if (k->refused[0] == '\0' && !k->there)
		refuse(k, ENOENT, "there is no %s", c->argv[0]);
	if (k->refused[0] == '\0' && !os_may_run(k->dir, k->name))
		refuse(k, EACCES, "%s cannot be run by this user", c->argv[0]);
	for (size_t i = 0; c->covers != NULL && c->covers[i] != NULL && k->refused[0] == '\0'; i++) {
		program.path = c->covers[i];
		memset(&cover, 0, sizeof(cover));
		cover.dir = -1;
		find(&list, 0, &cover);
		if (cover.refused[0] != '\0')
			refuse(k, cover.err, "%s", cover.refused);
		else if (journals != NULL && (look_is_below(journals, c->covers[i]) ||
					      look_is_below(c->covers[i], journals)))
			refuse(k, EINVAL, "%s would cover the folder of journals", c->covers[i]);
		else if (os_is_read_only(cover.dir))
			refuse(k, EROFS, "%s is on a file system that is mounted read-only", c->covers[i]);
		if (cover.dir >= 0)
			os_close(cover.dir);
	}
}

/* ---- for plans ---------------------------------------------------------------------------------------- */

/* The device of the journals, or of the folder that they will be made in. */
static bool device_of(const char *folder, uint64_t *dev)
{
	char path[OS_PATH_MAX], real[OS_PATH_MAX];
	struct os_facts f;
	int fd = -1;

	if (folder == NULL || strlen(folder) >= sizeof(path))
		return false;
	memcpy(path, folder, strlen(folder) + 1);
	while (os_open_folder(path, &fd, real) != 0) {
		char *slash = strrchr(path, '/');

		if (slash == NULL || slash == path)
			return false;
		*slash = '\0';
	}
	f.dev = 0;
	(void)os_facts_at(fd, "", &f);
	os_close(fd);
	*dev = f.dev;
	return true;
}

static enum change_keep keep_of(const struct change *c, const struct look *k, const char *folder)
{
	uint64_t dev = 0;

	if (!k->there || k->f.type != OS_REGULAR || look_is_in_place(c, &k->f))
		return CHANGE_KEEP_NOTHING;
	if (device_of(folder, &dev) && dev == k->f.dev)
		return CHANGE_KEEP_LINK;
	return c->kind == CHANGE_PATCH ? CHANGE_KEEP_PATCHES : CHANGE_KEEP_COPY;
}

struct facts_job {
	const struct change_list *list;
	size_t i;
	const char *folder;
	struct arena *a;
	const struct look *k;
	struct change_facts *out;
};

static void fill_old(struct change_facts *out, const struct os_facts *f)
{
	out->seen = (struct change_seen){ true, f->dev, f->ino, f->size, f->mtime.s, f->ctime.s, f->mtime.ns,
					  f->ctime.ns };
	out->old = (struct os_stat){ .dev = f->dev, .ino = f->ino, .size = f->size, .mode = f->mode,
				     .uid = f->uid, .gid = f->gid, .type = f->type };
	out->names = f->nlink;
}

static void fill_facts(void *ctx)
{
	struct facts_job *j = ctx;
	const struct look *k = j->k;
	const struct change *c = &j->list->items[j->i];

	if (k->refused[0] != '\0')
		j->out->refused = arena_strdup(j->a, k->refused);
	if (k->folder[0] != '\0')
		j->out->real = arena_printf(j->a, "%s%s%s", k->folder, k->folder[1] != '\0' ? "/" : "",
					    k->name);
	if (k->there && k->f.type == OS_SYMLINK)
		j->out->link = arena_strdup(j->a, k->link);
	if (k->there)
		fill_old(j->out, &k->f);
	j->out->needs_root = k->needs_root;
	j->out->read_only = k->read_only;
	j->out->immutable = k->immutable;
	j->out->capabilities = k->capabilities;
	j->out->acl = k->acl;
	j->out->keep = c->kind == CHANGE_RUN ? CHANGE_KEEP_LINK : keep_of(c, k, j->folder);
}

enum transaction_code change_facts(const struct change_list *list, size_t i, const char *folder,
				   struct arena *a, struct change_facts *out)
{
	struct look k;
	struct facts_job job = { list, i, folder, a, &k, out };
	enum arena_status status;

	memset(out, 0, sizeof(*out));
	if (list->items[i].kind == CHANGE_RUN)
		look_at_command(&list->items[i], folder, &k);
	else
		look_at(list, i, folder, &k);
	if (k.dir >= 0)
		os_close(k.dir);
	status = arena_run(a, fill_facts, &job);
	return status == ARENA_OK ? TRANSACTION_OK : TRANSACTION_NO_MEMORY;
}
