/* undo.c - the verb `undo`: what was changed on this machine, and taking it back. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "repair/transaction.h"
#include "verb/session.h"

#define UNDO_MEMORY ((size_t)512 << 20) /* bytes that lists of transactions may take */

struct job {
	struct dlwhy_session *s;
	struct dlwhy_undo_request request;
	struct arena *a;
	struct transaction_meta meta;
	struct transaction_list list;
	struct transaction_recovered recovered;
	struct dlwhy_undo undo;
	struct dlwhy_error error;
	struct dlwhy_result r;
};

/* ---- into the public form ---------------------------------------------------------------------------- */

static size_t count(const char *const *words)
{
	size_t n = 0;

	while (words != NULL && words[n] != NULL)
		n++;
	return n;
}

static const struct dlwhy_transaction_step *fill_step(struct arena *a, const struct transaction_step *s)
{
	static const char *const kinds[] = { "patch", "write", "link", "folder", "mode", "remove", "run" };
	struct dlwhy_transaction_step *out = ARENA_NEW(a, struct dlwhy_transaction_step);

	out->change = kinds[s->kind];
	out->path = s->path;
	out->was_there = s->was_there;
	out->argv = s->argv;
	out->nargv = count(s->argv);
	out->changed = s->changed;
	return out;
}

static const struct dlwhy_transaction *fill_one(struct arena *a, const struct transaction_info *t)
{
	static const char *const states[] = { "begun", "done", "undoing", "undone", "stuck", "damaged" };
	struct dlwhy_transaction *out = ARENA_NEW(a, struct dlwhy_transaction);
	const struct dlwhy_transaction_step **steps = ARENA_ARRAY(a, t->nsteps + 1,
								  const struct dlwhy_transaction_step *);

	for (size_t i = 0; i < t->nsteps; i++)
		steps[i] = fill_step(a, &t->steps[i]);
	out->id = t->id;
	out->state = states[t->state];
	out->time = t->time;
	out->undone = t->undone;
	out->version = t->version;
	out->title = t->title;
	out->command = t->command;
	out->ncommand = count(t->command);
	out->steps = steps;
	out->nsteps = t->nsteps;
	out->kept = t->kept;
	out->damage = t->damage;
	return out;
}

static void fill(void *ctx)
{
	struct job *j = ctx;
	const struct dlwhy_transaction **all = ARENA_ARRAY(j->a, j->list.n + 1,
							   const struct dlwhy_transaction *);

	for (size_t i = 0; i < j->list.n; i++)
		all[i] = fill_one(j->a, &j->list.items[i]);
	j->undo.transactions = all;
	j->undo.ntransactions = j->list.n;
}

static void find_folder(void *ctx)
{
	struct job *j = ctx;

	j->meta.folder = transaction_folder(j->s->environ, j->a);
}

/* ---- doing it ------------------------------------------------------------------------------------------ */

/* What the journal says of it afterwards; steps are told as they were. */
static void look_again(void *ctx)
{
	struct job *j = ctx;
	struct transaction_list now;
	struct transaction_error e;
	struct dlwhy_transaction *t = ARENA_NEW(j->a, struct dlwhy_transaction);
	const struct dlwhy_transaction **all = ARENA_ARRAY(j->a, 1, const struct dlwhy_transaction *);

	if (transaction_list(j->meta.folder, j->r.target, j->a, &now, &e) != TRANSACTION_OK || now.n != 1)
		return;
	*t = *fill_one(j->a, &now.items[0]);
	t->steps = j->undo.transactions[0]->steps;
	t->nsteps = j->undo.transactions[0]->nsteps;
	all[0] = t;
	j->undo.transactions = all;
}

static enum dlwhy_code public_code(enum transaction_code code)
{
	if (code == TRANSACTION_OK)
		return DLWHY_OK;
	if (code == TRANSACTION_NO_SUCH)
		return DLWHY_E_ARGUMENT;
	return code == TRANSACTION_NO_MEMORY ? DLWHY_E_NO_MEMORY : DLWHY_E_IO;
}

static bool failed(struct job *j, enum transaction_code code, const struct transaction_error *e)
{
	if (code == TRANSACTION_OK)
		return false;
	err_set(&j->error, public_code(code), e->sys_errno, "%s", e->message);
	j->r.error = &j->error;
	return true;
}

/* Is there a reason not to undo the one that was found? */
static bool is_refused(struct job *j)
{
	const struct dlwhy_transaction *t = j->undo.transactions[0];

	if (strcmp(t->state, "damaged") == 0)
		err_set(&j->error, DLWHY_E_IO, 0, "%s", t->damage);
	else if (strcmp(t->state, "done") != 0)
		err_set(&j->error, DLWHY_E_ARGUMENT, 0, "transaction %s %s", t->id,
			strcmp(t->state, "undone") == 0 ? "has been undone already" : "cannot be undone");
	for (size_t i = t->nsteps; i-- > 0 && j->error.code == DLWHY_OK;)
		if (t->steps[i]->changed != NULL)
			err_set(&j->error, DLWHY_E_IO, 0, "%s", t->steps[i]->changed);
	j->r.error = j->error.code != DLWHY_OK ? &j->error : NULL;
	return j->r.error != NULL;
}

static void run(struct job *j)
{
	const char *id = j->request.id, *wanted = id != NULL ? id : j->request.list ? NULL : "";
	char done[TRANSACTION_ID];
	struct transaction_error e;

	if (failed(j, transaction_recover(&j->meta, j->a, &j->recovered, &e), &e))
		return;
	j->undo.recovered = j->recovered.says;
	j->undo.nrecovered = j->recovered.n;
	/* "The last one" was the one that was interrupted, and it is settled. */
	if (id == NULL && !j->request.list && j->recovered.n > 0) {
		j->undo.done = !j->recovered.stuck;
		e.sys_errno = 0;
		snprintf(e.message, sizeof(e.message), "what somebody else has changed since stays as it is");
		failed(j, j->recovered.stuck ? TRANSACTION_UNFINISHED : TRANSACTION_OK, &e);
		return;
	}
	if (failed(j, transaction_list(j->meta.folder, wanted, j->a, &j->list, &e), &e))
		return;
	if (arena_run(j->a, fill, j) != ARENA_OK) {
		failed(j, TRANSACTION_NO_MEMORY, &(struct transaction_error){ .message = "out of memory" });
		return;
	}
	if (j->request.list || j->list.n == 0)
		return;
	j->r.target = j->list.items[0].id;
	/* The transaction itself knows more of what hinders it, and looks again. */
	if (is_refused(j) && (!j->request.apply || j->error.code == DLWHY_E_ARGUMENT))
		return;
	if (!j->request.apply)
		return;
	if (j->r.error == NULL && j->request.confirm != NULL &&
	    !j->request.confirm(j->undo.transactions[0], j->request.confirm_user))
		return;
	j->r.error = NULL;
	j->undo.done = !failed(j, transaction_undo(&j->meta, j->r.target, done, &e), &e);
	if (j->undo.done)
		(void)arena_run(j->a, look_again, j);
}

enum dlwhy_code dlwhy_undo(struct dlwhy_session *s, const struct dlwhy_undo_request *request,
			   dlwhy_on_result *on_result, void *user, struct dlwhy_error *err)
{
	struct job j = { .s = s };
	enum dlwhy_code code = DLWHY_OK;

	err_clear(err);
	if (s->opt.root != NULL || s->opt.pid != 0)
		return err_set(err, DLWHY_E_ARGUMENT, 0,
			       "what was changed on this machine is undone on this machine");
	memcpy(&j.request, request, request->size < sizeof(j.request) ? request->size : sizeof(j.request));
	j.a = arena_new(UNDO_MEMORY);
	j.r = (struct dlwhy_result){ .verb = "undo", .target = request->id != NULL ? request->id : "",
				     .loads = DLWHY_UNKNOWN, .links = DLWHY_UNKNOWN, .target_object = -1,
				     .certainty = DLWHY_PROVED, .undo = &j.undo };
	j.r.platform = (struct dlwhy_platform){ "linux", "none", NULL, NULL };
	j.undo.list = j.request.list;
	if (j.a == NULL || arena_run(j.a, find_folder, &j) != ARENA_OK)
		code = err_set(err, DLWHY_E_NO_MEMORY, ENOMEM, "out of memory");
	if (code == DLWHY_OK) {
		run(&j);
		on_result(&j.r, 0, user);
	}
	arena_free(j.a);
	return code;
}
