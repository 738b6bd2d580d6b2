/* tree_list.c - lists of the files below what a command may change: walked, compared, saved and loaded. */
#include "repair/tree.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/os_write.h"

enum { LIST_BYTES = 256 << 20 };

/* ---- walking ------------------------------------------------------------------------------------------ */

struct walk {
	struct tx *t;
	struct tree *out;
	tree_visit *visit;
	void *ctx;
	uint32_t cover;
};

static enum transaction_code walk_folder(struct walk *w, int dir, const char *path);

static enum transaction_code too_many(struct tx *t)
{
	return tx_fail(t, TRANSACTION_REFUSED, EFBIG, "more than %d files lie below what the command may "
		       "change, too many to be kept", TREE_FILES);
}

static enum transaction_code cannot_look(struct tx *t, const char *path, int err)
{
	return tx_fail(t, TRANSACTION_FAILED, err, "cannot look at %.900s: %s", path, strerrordesc_np(err));
}

static enum transaction_code walk_one(struct walk *w, int dir, const char *name, const char *path)
{
	struct tx *t = w->t;
	struct journal_entry e = { .path = path, .cover = w->cover };
	enum transaction_code code = TRANSACTION_OK;
	int err;

	if (w->out->n >= TREE_FILES)
		return too_many(t);
	err = tx_side_at(t, dir, name, false, &e.side);
	if (err != 0)
		return cannot_look(t, name, err);
	if (!e.side.there && *path != '\0')
		return TRANSACTION_OK; /* gone since it was listed */
	if (w->visit != NULL)
		code = w->visit(t, dir, name, &e, w->ctx);
	if (code != TRANSACTION_OK)
		return code;
	*ARENA_PUSH(t->a, w->out) = e;
	if (!e.side.there || e.side.f.type != OS_DIRECTORY)
		return TRANSACTION_OK;
	if (t->ndeep == TX_DEPTH)
		return tx_fail(t, TRANSACTION_REFUSED, ELOOP,
			       "folders lie too deep below what the command may change");
	err = os_folder_at(dir, name, &t->deep[t->ndeep]);
	if (err != 0)
		return cannot_look(t, name, err);
	t->ndeep++;
	code = walk_folder(w, t->deep[t->ndeep - 1], path);
	tx_close(&t->deep[--t->ndeep]);
	return code;
}

static enum transaction_code walk_folder(struct walk *w, int dir, const char *path)
{
	enum transaction_code code = TRANSACTION_OK;
	const char *const *names;
	size_t n;
	int err = tx_names(w->t, dir, TREE_FILES, &names, &n);

	if (err != 0)
		return err == EFBIG ? too_many(w->t) : cannot_look(w->t, path, err);
	for (size_t i = 0; i < n && code == TRANSACTION_OK; i++)
		code = walk_one(w, dir, names[i],
				arena_printf(w->t->a, "%s%s%s", path, *path != '\0' ? "/" : "", names[i]));
	return code;
}

enum transaction_code tree_walk(struct tx *t, size_t step, struct tree *out, tree_visit *visit, void *ctx)
{
	const char *const *covers = t->j.steps[step].covers;
	struct walk w = { t, out, visit, ctx, 0 };
	enum transaction_code code = TRANSACTION_OK;

	memset(out, 0, sizeof(*out));
	for (; covers[w.cover] != NULL && code == TRANSACTION_OK; w.cover++) {
		char real[OS_PATH_MAX], name[OS_NAME_MAX];
		int err;

		tx_close(&t->place);
		err = os_open_place(covers[w.cover], &t->place, real, name);
		code = err != 0 ? cannot_look(t, covers[w.cover], err) : walk_one(&w, t->place, name, "");
	}
	tx_close(&t->place);
	return code;
}

/* ---- comparing ------------------------------------------------------------------------------- */

/* A folder stands before what is in it, and that before what follows the folder. */
static int weight(char c)
{
	return c == '\0' ? 0 : c == '/' ? 1 : (unsigned char)c + 1;
}

int tree_order(const struct journal_entry *a, const struct journal_entry *b)
{
	const char *p = a->path, *q = b->path;

	if (a->cover != b->cover)
		return a->cover < b->cover ? -1 : 1;
	for (; *p == *q && *p != '\0'; p++, q++)
		;
	return weight(*p) - weight(*q);
}

bool tree_same(const struct journal_side *a, const struct journal_side *b)
{
	const struct os_facts *f = &a->f, *g = &b->f;

	if (!a->there || !b->there)
		return a->there == b->there;
	if (f->type != g->type || f->uid != g->uid || f->gid != g->gid)
		return false;
	if (f->type == OS_SYMLINK)
		return strcmp(a->link, b->link) == 0;
	if (f->mode != g->mode)
		return false;
	return f->type != OS_REGULAR || (f->ino == g->ino && f->size == g->size && f->mtime.s == g->mtime.s &&
					 f->mtime.ns == g->mtime.ns);
}

void tree_diff(struct tx *t, const struct tree *a, const struct tree *b, struct tree_pairs *out)
{
	size_t i = 0, k = 0;

	memset(out, 0, sizeof(*out));
	while (i < a->n || k < b->n) {
		int order = i == a->n ? 1 : k == b->n ? -1 : tree_order(&a->items[i], &b->items[k]);
		struct tree_pair p = { order <= 0 ? &a->items[i] : NULL, order >= 0 ? &b->items[k] : NULL };

		i += order <= 0;
		k += order >= 0;
		if (order != 0 || !tree_same(&p.a->side, &p.b->side))
			*ARENA_PUSH(t->a, out) = p;
	}
}

/* ---- where an entry is ----------------------------------------------------------------------- */

void tree_path(const struct tx *t, size_t step, const struct journal_entry *e, char *path, size_t n)
{
	snprintf(path, n, "%s%s%s", t->j.steps[step].covers[e->cover], *e->path != '\0' ? "/" : "", e->path);
}

int tree_open(struct tx *t, size_t step, const struct journal_entry *e, char *name)
{
	char path[2 * OS_PATH_MAX], real[OS_PATH_MAX];
	int err;

	tx_close(&t->place);
	tree_path(t, step, e, path, sizeof(path));
	err = os_open_place(path, &t->place, real, name);
	/* No folder on the way may have become a link. */
	if (err == 0 && (strncmp(real, path, strlen(real)) != 0 ||
			 strlen(real) != (size_t)(strrchr(path, '/') - path)))
		err = real[1] == '\0' && strrchr(path, '/') == path ? 0 : ELOOP;
	return err;
}

/* ---- as a file of the journal ---------------------------------------------------------------- */

enum transaction_code tree_save(struct tx *t, size_t step, const char *suffix, const struct tree *tree)
{
	char name[OS_NAME_MAX];
	struct buf b;
	int err;

	tx_kept(step, suffix, name);
	buf_init(&b, LIST_BYTES);
	for (size_t i = 0; i < tree->n; i++)
		journal_print_entry(&b, &tree->items[i]);
	err = b.failed ? ENOMEM : os_unlink_at(t->dir, name);
	if (err == 0 || err == ENOENT)
		err = os_new_at(t->dir, name, &t->to);
	if (err == 0)
		err = os_pwrite(t->to, (struct view){ (const unsigned char *)b.p, b.n }, 0);
	if (err == 0)
		err = os_sync(t->to);
	tx_close(&t->to);
	buf_free(&b);
	if (err == 0)
		err = os_sync(t->dir);
	return err != 0 ? tx_fail_journal(t, "write", err) : TRANSACTION_OK;
}

static int parse_lines(struct tx *t, struct view text, struct tree *tree)
{
	int err = 0;

	while (text.n > 0 && err == 0) {
		const unsigned char *end = memchr(text.p, '\n', text.n);
		struct view line = { text.p, end != NULL ? (size_t)(end - text.p) : text.n };
		struct journal_entry e;

		err = tree->n >= TREE_FILES ? EFBIG : journal_parse_entry(line, t->a, &e);
		if (err == 0)
			*ARENA_PUSH(t->a, tree) = e;
		text.p += line.n + (end != NULL);
		text.n -= line.n + (end != NULL);
	}
	return err;
}

/* Order and numbers of covers must be those of a list that was walked. */
static bool is_in_order(const struct tree *tree, const char *const *covers)
{
	size_t ncovers = 0;

	while (covers[ncovers] != NULL)
		ncovers++;
	for (size_t i = 0; i < tree->n; i++)
		if (tree->items[i].cover >= ncovers ||
		    (i > 0 && tree_order(&tree->items[i - 1], &tree->items[i]) >= 0))
			return false;
	return true;
}

enum transaction_code tree_load(struct tx *t, size_t step, const char *suffix, struct tree *tree)
{
	char name[OS_NAME_MAX];
	struct view text = { NULL, 0 };
	struct os_facts f;
	unsigned char *p;
	int err;

	memset(tree, 0, sizeof(*tree));
	tx_kept(step, suffix, name);
	err = os_open_at(t->dir, name, &t->from);
	if (err == 0)
		err = os_facts_at(t->from, "", &f);
	if (err == 0 && (f.type != OS_REGULAR || f.size > LIST_BYTES))
		err = EFBIG;
	if (err == 0) {
		p = arena_array(t->a, (size_t)f.size + 1, 1);
		text.p = p;
		err = os_pread(t->from, 0, p, (size_t)f.size, &text.n);
	}
	tx_close(&t->from);
	if (err == 0)
		err = parse_lines(t, text, tree);
	if (err == 0 && !is_in_order(tree, t->j.steps[step].covers))
		err = EINVAL;
	return err != 0 ? tx_fail_journal(t, "use", err) : TRANSACTION_OK;
}
