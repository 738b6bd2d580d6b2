/* transaction_list.c - what has been done, and can be undone: looking alone. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "repair/tx.h"

struct listing {
	const char *id;
	struct { struct transaction_info *items; size_t n, cap; } found;
};

/* ---- how much is kept ------------------------------------------------------------------------ */

struct sum {
	int dir;
	unsigned depth;
	uint64_t bytes;
};

static void add_size(const char *name, void *ctx)
{
	struct sum *s = ctx;
	struct os_facts f;

	if (strcmp(name, "journal.json") == 0 || os_facts_at(s->dir, name, &f) != 0)
		return;
	if (f.type == OS_REGULAR)
		s->bytes += f.nlink > 1 ? 0 : f.size; /* what others have too costs nothing */
	if (f.type == OS_DIRECTORY && s->depth == 0) {
		struct sum inner = { -1, 1, 0 };

		if (os_folder_at(s->dir, name, &inner.dir) != 0)
			return;
		(void)os_names(inner.dir, SIZE_MAX, add_size, &inner);
		os_close(inner.dir);
		s->bytes += inner.bytes;
	}
}

/* ---- one transaction ------------------------------------------------------------------------- */

static void fill_step(struct tx *t, const struct journal_step *s, struct transaction_step *out)
{
	out->kind = s->kind;
	out->argv = s->argv;
	out->keep = s->kind == CHANGE_RUN ? CHANGE_KEEP_LINK : s->keep;
	out->was_there = s->old.there;
	out->link = s->new.link;
	if (s->kind != CHANGE_RUN)
		out->path = arena_printf(t->a, "%s%s%s", s->folder, s->folder[1] != '\0' ? "/" : "", s->name);
}

static enum transaction_code fill_steps(struct tx *t, struct transaction_info *out, bool check)
{
	struct transaction_step *steps = ARENA_ARRAY(t->a, t->j.looked + 1, struct transaction_step);
	enum transaction_code code = TRANSACTION_OK;

	for (size_t i = 0; i < t->j.looked && code == TRANSACTION_OK; i++) {
		char why[900] = "";

		fill_step(t, &t->j.steps[i], &steps[i]);
		if (check && t->j.state == TRANSACTION_DONE)
			code = back_check(t, i, why, sizeof(why));
		if (why[0] != '\0')
			steps[i].changed = arena_strdup(t->a, why);
	}
	out->steps = steps;
	out->nsteps = t->j.looked;
	return code;
}

static enum transaction_code fill_info(struct tx *t, struct transaction_info *out, bool check)
{
	struct sum sum = { t->dir, 0, 0 };

	out->state = t->j.state;
	out->time = t->j.time;
	out->undone = t->j.undone;
	out->version = t->j.version;
	out->title = t->j.title;
	out->command = t->j.command;
	(void)os_names(t->dir, SIZE_MAX, add_size, &sum);
	out->kept = sum.bytes;
	return fill_steps(t, out, check);
}

static enum transaction_code add_one(struct tx *t, struct listing *x, const char *id, bool check)
{
	static const char *const no_words[] = { NULL };
	struct transaction_info info = { .id = id, .state = TRANSACTION_DAMAGED, .version = "", .title = "",
					 .command = no_words };
	enum transaction_code code;

	snprintf(t->id, sizeof(t->id), "%s", id);
	code = tx_read(t);
	if (code == TRANSACTION_NO_SUCH)
		return TRANSACTION_OK; /* it is just being made, or taken away */
	if (code == TRANSACTION_REFUSED) {
		info.damage = arena_strdup(t->a, t->err->message);
		code = TRANSACTION_OK;
	} else if (code == TRANSACTION_OK) {
		code = fill_info(t, &info, check);
	}
	if (code == TRANSACTION_OK)
		*ARENA_PUSH(t->a, &x->found) = info;
	return code;
}

/* ---- which ----------------------------------------------------------------------------------- */

static const char *last_done(struct tx *t, const struct tx_ids *ids)
{
	for (size_t i = ids->n; i-- > 0;) {
		snprintf(t->id, sizeof(t->id), "%s", ids->items[i]);
		if (tx_read(t) == TRANSACTION_OK && t->j.state == TRANSACTION_DONE)
			return ids->items[i];
	}
	return NULL;
}

static enum transaction_code list(struct tx *t, void *ctx)
{
	struct listing *x = ctx;
	enum transaction_code code = tx_open_journals(t, false);
	struct tx_ids ids;

	if (code == TRANSACTION_NO_SUCH && x->id == NULL)
		return TRANSACTION_OK;
	if (code == TRANSACTION_OK)
		code = tx_ids(t, &ids);
	if (code == TRANSACTION_NO_SUCH && *x->id != '\0')
		return tx_fail(t, code, 0, "there is no transaction %.40s", x->id);
	if (code != TRANSACTION_OK)
		return code == TRANSACTION_NO_SUCH ? tx_fail(t, code, 0, "there is nothing to undo") : code;
	if (x->id != NULL) {
		const char *id = *x->id != '\0' ? x->id : last_done(t, &ids);

		if (id == NULL)
			return tx_fail(t, TRANSACTION_NO_SUCH, 0, "there is nothing to undo");
		if (!journal_is_id(id))
			return tx_fail(t, TRANSACTION_NO_SUCH, 0,
				       "'%.40s' is no transaction; they have numbers", id);
		code = add_one(t, x, arena_strdup(t->a, id), true);
		if (code == TRANSACTION_OK && x->found.n == 0)
			code = tx_fail(t, TRANSACTION_NO_SUCH, 0, "there is no transaction %s", id);
		return code;
	}
	for (size_t i = 0; i < ids.n && code == TRANSACTION_OK; i++)
		code = add_one(t, x, ids.items[i], false);
	return code;
}

enum transaction_code transaction_list(const char *folder, const char *id, struct arena *a,
				       struct transaction_list *out, struct transaction_error *err)
{
	struct transaction_meta m = { .folder = folder };
	struct listing x = { id, { NULL, 0, 0 } };
	enum transaction_code code;
	struct tx t;

	memset(out, 0, sizeof(*out));
	memset(err, 0, sizeof(*err));
	if (folder == NULL && id == NULL)
		return TRANSACTION_OK;
	if (!tx_init(&t, &m, a, err))
		return TRANSACTION_NO_MEMORY;
	code = tx_run(&t, list, &x);
	out->items = x.found.items;
	out->n = x.found.n;
	err->code = code;
	tx_free(&t);
	return code;
}
