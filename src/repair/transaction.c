/* transaction.c - changes as a whole: the way there, the way back, and what to do about a way that was
 * broken off.
 *
 *     BEGUN    journal written: which paths           looked
 *              successors beside them, old ones kept
 *              journal written: all there is to know  staged
 *              each put in its place
 *     DONE     journal written
 *
 * The list is cut at commands: what stands before one is done before it runs. Whoever finds BEGUN takes
 * everything back; whoever finds UNDOING finishes that. A failure on the way there does what the next
 * start would do after a kill, so that there is one way back.
 */
#include "repair/transaction.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os_write.h"
#include "repair/tx.h"

enum { UNDONE_DAYS = 30 /* that the journal of what was undone is kept */ };

const char *transaction_folder(const char *const *env, struct arena *a)
{
	const char *state = NULL, *home = NULL;

	for (; env != NULL && *env != NULL; env++) {
		if (strncmp(*env, "XDG_STATE_HOME=/", 16) == 0)
			state = *env + 15;
		else if (strncmp(*env, "HOME=/", 6) == 0)
			home = *env + 5;
	}
	if (state != NULL)
		return arena_printf(a, "%s/dlwhy/undo", state);
	if (home == NULL)
		return NULL;
	return arena_printf(a, "%s/.local/state/dlwhy/undo", strcmp(home, "/") == 0 ? "" : home);
}

/* What was borne with on the way is no error. */
static enum transaction_code ended(struct transaction_error *err, enum transaction_code code)
{
	if (code == TRANSACTION_OK)
		memset(err, 0, sizeof(*err));
	err->code = code;
	return code;
}

/* ---- the way back ---------------------------------------------------------------------------- */

static enum transaction_code all_back(struct tx *t)
{
	enum transaction_code code = TRANSACTION_OK;

	for (size_t i = t->j.looked - t->j.returned; i-- > 0 && code == TRANSACTION_OK;) {
		code = back_act(t, i);
		if (code == TRANSACTION_OK && t->j.steps[i].kind == CHANGE_RUN && i < t->j.staged) {
			t->j.returned = t->j.looked - i;
			code = tx_write(t);
		}
	}
	return code == TRANSACTION_OK ? back_folders(t) : code;
}

/* Everything is back. What was kept goes before the journal says so: nobody would look for it again. */
static enum transaction_code note_back(struct tx *t)
{
	bool undoing = t->j.state == TRANSACTION_UNDOING;
	enum transaction_code code = TRANSACTION_OK;

	t->j.returned = t->j.looked;
	if (t->nstuck == 0) {
		code = tx_write(t);
		if (code == TRANSACTION_OK)
			code = undoing ? tx_remove_kept(t) : tx_remove(t);
		if (code != TRANSACTION_OK || !undoing)
			return code;
	}
	t->j.state = t->nstuck > 0 ? TRANSACTION_STUCK : TRANSACTION_UNDONE;
	t->j.undone = os_now();
	return tx_write(t);
}

static bool is_unfinished(const struct journal *j)
{
	return j->state == TRANSACTION_BEGUN || j->state == TRANSACTION_UNDOING;
}

/* Finishes or takes back transaction t->id, whose journal has been read. */
static enum transaction_code recover_read(struct tx *t)
{
	enum transaction_code code = back_clean(t);

	if (code == TRANSACTION_OK)
		code = all_back(t);
	return code == TRANSACTION_OK ? note_back(t) : code;
}

static enum transaction_code recover_one(struct tx *t, void *ctx)
{
	enum transaction_code code = tx_read(t);

	(void)ctx;
	if (code == TRANSACTION_NO_SUCH && t->dir >= 0)
		return tx_remove(t); /* killed before its first journal */
	if (code == TRANSACTION_NO_SUCH)
		return TRANSACTION_OK;
	return code == TRANSACTION_OK && is_unfinished(&t->j) ? recover_read(t) : code;
}

/* The same with memory of its own, under the lock that t has. */
static enum transaction_code recover_after(struct tx *t, struct transaction_error *err)
{
	struct transaction_meta m = *t->m;
	enum transaction_code code;
	struct tx r;

	m.memory = 0;
	if (!tx_init(&r, &m, NULL, err))
		return TRANSACTION_NO_MEMORY;
	memcpy(r.id, t->id, sizeof(r.id));
	r.journals = t->journals;
	r.lock = t->lock;
	code = tx_run(&r, recover_one, NULL);
	r.journals = r.lock = -1;
	tx_free(&r);
	return code;
}

/* ---- the way there --------------------------------------------------------------------------- */

struct applying {
	const struct change_list *list;
	const struct change_seen *seen;
	size_t *change;      /* of each step */
	bool begun;          /* there is a journal */
};

static const char *const *copy_words(struct tx *t, const char *const *words)
{
	const char **copy;
	size_t n = 0;

	while (words != NULL && words[n] != NULL && n < JOURNAL_WORDS)
		n++;
	copy = ARENA_ARRAY(t->a, n + 1, const char *);
	for (size_t i = 0; i < n; i++)
		copy[i] = arena_strdup(t->a, words[i]);
	return copy;
}

/* One step for each change, but for modes that are part of another step. */
static enum transaction_code plan_steps(struct tx *t, struct applying *x)
{
	size_t folders = 0;

	if (x->list->n > JOURNAL_STEPS)
		return tx_fail(t, TRANSACTION_REFUSED, E2BIG, "these are more than %d changes",
			       JOURNAL_STEPS);
	x->change = ARENA_ARRAY(t->a, x->list->n + 1, size_t);
	for (size_t i = 0; i < x->list->n; i++) {
		const char *const *c = x->list->items[i].covers;

		if (!look_is_folded(x->list, i))
			x->change[t->j.nsteps++] = i;
		for (; x->list->items[i].kind == CHANGE_RUN && c != NULL && *c != NULL; c++)
			folders++;
	}
	if (folders > JOURNAL_STEPS - t->j.nsteps)
		return tx_fail(t, TRANSACTION_REFUSED, E2BIG, "the commands cover more than %d places",
			       JOURNAL_STEPS);
	t->j.steps = ARENA_ARRAY(t->a, t->j.nsteps + 1, struct journal_step);
	t->j.folders = ARENA_ARRAY(t->a, t->j.nsteps + folders + 1, struct journal_folder);
	t->ready = ARENA_ARRAY(t->a, t->j.nsteps + 1, bool);
	return TRANSACTION_OK;
}

static enum transaction_code fill_journal(struct tx *t)
{
	unsigned char token[(JOURNAL_TOKEN - 1) / 2];
	int err = os_random(token, sizeof(token));

	if (err != 0)
		return tx_fail_journal(t, "name", err);
	for (size_t i = 0; i < sizeof(token); i++)
		snprintf(t->j.token + 2 * i, 3, "%02x", token[i]);
	t->j.state = TRANSACTION_BEGUN;
	t->j.time = os_now();
	t->j.version = DLWHY_VERSION;
	t->j.title = arena_strdup(t->a, t->m->title != NULL ? t->m->title : "");
	t->j.command = copy_words(t, t->m->command);
	return TRANSACTION_OK;
}

/* A folder of its own, with the next number. */
static enum transaction_code make_folder(struct tx *t)
{
	struct tx_ids ids;
	enum transaction_code code = tx_ids(t, &ids);
	uint64_t last;
	int err;

	if (code != TRANSACTION_OK)
		return code;
	last = ids.n > 0 ? strtoull(ids.items[ids.n - 1], NULL, 10) : 0;
	snprintf(t->id, sizeof(t->id), "%" PRIu64, last + 1);
	err = os_mkdir_at(t->journals, t->id, 0700);
	if (err == 0)
		err = os_folder_at(t->journals, t->id, &t->dir);
	if (err == 0)
		err = os_sync(t->journals);
	return err != 0 ? tx_fail_journal(t, "make", err) : TRANSACTION_OK;
}

/* Where the segment ends that begins at `from`: a command stands alone. */
static size_t segment_end(const struct tx *t, const struct applying *x, size_t from)
{
	size_t end = from;

	while (end < t->j.nsteps && x->list->items[x->change[end]].kind != CHANGE_RUN)
		end++;
	return end > from ? end : from + 1;
}

static enum transaction_code look_segment(struct tx *t, struct applying *x, size_t from, size_t end)
{
	enum transaction_code code = TRANSACTION_OK;

	for (size_t i = from; i < end && code == TRANSACTION_OK; i++) {
		size_t c = x->change[i];

		code = stage_look(t, i, x->list, c, x->seen != NULL ? &x->seen[c] : NULL);
	}
	t->j.looked = end;
	return code;
}

static enum transaction_code do_segment(struct tx *t, struct applying *x, size_t from, size_t end)
{
	enum transaction_code code = tx_write(t);

	for (size_t i = from; i < end && code == TRANSACTION_OK; i++)
		code = stage_step(t, i, x->list, x->change[i]);
	if (code != TRANSACTION_OK)
		return code;
	t->j.staged = end;
	code = tx_write(t);
	for (size_t i = from; i < end && code == TRANSACTION_OK; i++)
		code = stage_act(t, i, x->list, x->change[i]);
	return code;
}

static enum transaction_code do_all(struct tx *t, struct applying *x)
{
	size_t from = 0, end = segment_end(t, x, 0);
	enum transaction_code code;

	if (t->j.nsteps == 0)
		return tx_fail(t, TRANSACTION_REFUSED, 0, "there is nothing to change");
	code = look_segment(t, x, from, end);
	if (code == TRANSACTION_OK) {
		/* From here on there is something to take back. */
		x->begun = true;
		code = make_folder(t);
	}
	while (code == TRANSACTION_OK) {
		code = do_segment(t, x, from, end);
		from = end;
		if (code != TRANSACTION_OK || from == t->j.nsteps)
			break;
		end = segment_end(t, x, from);
		code = look_segment(t, x, from, end);
	}
	if (code != TRANSACTION_OK)
		return code;
	t->j.state = TRANSACTION_DONE;
	code = tx_write(t);
	/* Should this name be lost with the power, the next start takes everything back. */
	return t->written ? TRANSACTION_OK : code;
}

/* ---- what lies there from before ------------------------------------------------------------- */

struct recovering {
	struct arena *a;         /* of the words, NULL: nobody asks */
	struct { const char **items; size_t n, cap; } says;
	size_t n;                /* that were unfinished */
	bool stuck;
};

static void tell(struct tx *t, struct recovering *x, enum transaction_state was)
{
	x->stuck = x->stuck || t->nstuck > 0;
	if (x->a == NULL)
		return;
	*ARENA_PUSH(x->a, &x->says) =
		arena_printf(x->a, "transaction %s (%s) was interrupted%s%s%s", t->id, t->j.title,
			     was == TRANSACTION_UNDOING ? " while it was undone: that is finished now" :
							  ": it has been taken back",
			     t->nstuck > 0 ? ", but " : ", and everything is as it was before it",
			     t->nstuck > 0 ? t->stuck : "");
}

/* Transaction t->id: unfinished, long undone, or as it should be. */
static enum transaction_code tidy_one(struct tx *t, struct recovering *x, bool last)
{
	enum transaction_code code = tx_read(t);
	enum transaction_state was = t->j.state;

	if (code == TRANSACTION_NO_SUCH)
		return recover_one(t, NULL);
	if (code == TRANSACTION_REFUSED)
		return TRANSACTION_OK; /* damaged: nothing that could be done by itself */
	if (code != TRANSACTION_OK)
		return code;
	/* The last one stays, so that its number is not given again. */
	if (!last && t->j.state == TRANSACTION_UNDONE &&
	    t->j.undone < os_now() - (int64_t)UNDONE_DAYS * 86400)
		return tx_remove(t);
	if (!is_unfinished(&t->j))
		return TRANSACTION_OK;
	code = recover_read(t);
	if (code == TRANSACTION_OK) {
		x->n++;
		tell(t, x, was);
	}
	return code;
}

static enum transaction_code tidy_all(struct tx *t, struct recovering *x)
{
	struct tx_ids ids;
	enum transaction_code code = tx_ids(t, &ids);

	/* The last one first: an earlier one may be about the same files. */
	for (size_t i = ids.n; i-- > 0 && code == TRANSACTION_OK;) {
		snprintf(t->id, sizeof(t->id), "%s", ids.items[i]);
		code = tidy_one(t, x, i + 1 == ids.n);
	}
	if (code != TRANSACTION_OK && code != TRANSACTION_NO_MEMORY && t->id[0] != '\0') {
		char message[sizeof(t->err->message)];

		snprintf(message, sizeof(message), "%s", t->err->message);
		return tx_fail(t, TRANSACTION_UNFINISHED, t->err->sys_errno,
			       "transaction %s was interrupted and cannot be "
			       "taken back yet: %.900s", t->id, message);
	}
	memset(&t->j, 0, sizeof(t->j));
	t->id[0] = '\0';
	t->nstuck = 0;
	tx_close(&t->dir);
	return code;
}

/* ---- apply ----------------------------------------------------------------------------------- */

static enum transaction_code apply(struct tx *t, void *ctx)
{
	struct applying *x = ctx;
	struct recovering before = { .a = NULL };
	enum transaction_code code = tx_open_journals(t, true);

	if (code == TRANSACTION_OK)
		code = tx_lock(t);
	if (code == TRANSACTION_OK)
		code = tidy_all(t, &before);
	if (code == TRANSACTION_OK && before.n > 0)
		return tx_fail(t, TRANSACTION_CHANGED, 0, "an interrupted transaction has just been taken "
			       "back: what was planned may not hold any more");
	if (code == TRANSACTION_OK)
		code = fill_journal(t);
	if (code == TRANSACTION_OK)
		code = plan_steps(t, x);
	return code == TRANSACTION_OK ? do_all(t, x) : code;
}

/* The output of a command that failed stays for those who want to know why. */
static bool keep_output(struct tx *t)
{
	char name[OS_NAME_MAX];

	tx_kept(t->j.staged - 1, "log", name);
	return os_rename_at(t->dir, name, t->journals, "failed.log", true) == 0;
}

/* After a failure: everything as it was. */
static enum transaction_code give_up(struct tx *t, enum transaction_code code)
{
	char message[sizeof(t->err->message)];
	struct transaction_error second;
	enum transaction_code back;

	snprintf(message, sizeof(message), "%s", t->err->message);
	if (t->failed_run && keep_output(t))
		snprintf(t->err->message, sizeof(t->err->message),
			 "%.500s (all of its output: %.400s/failed.log)", message,
			 t->m->folder);
	if (t->id[0] == '\0')
		return code;
	back = recover_after(t, &second);
	if (back == TRANSACTION_OK)
		return code;
	snprintf(message, sizeof(message), "%.480s; and it cannot be taken back yet: %.480s", t->err->message,
		 second.message);
	return tx_fail(t, TRANSACTION_UNFINISHED, second.sys_errno, "%s", message);
}

enum transaction_code transaction_apply(const struct transaction_meta *m, const struct change_list *list,
					const struct change_seen *seen, char id[TRANSACTION_ID],
					struct transaction_error *err)
{
	struct applying x = { list, seen, NULL, false };
	enum transaction_code code;
	struct tx t;

	id[0] = '\0';
	if (!tx_init(&t, m, NULL, err))
		return TRANSACTION_NO_MEMORY;
	code = tx_run(&t, apply, &x);
	if (code == TRANSACTION_OK)
		memcpy(id, t.id, sizeof(t.id));
	else if (x.begun)
		code = give_up(&t, code);
	tx_free(&t);
	return ended(err, code);
}

/* ---- undo ------------------------------------------------------------------------------------ */

struct undoing {
	const char *id;          /* as asked for, NULL */
	bool acting;             /* files are being put back */
};

static enum transaction_code find_last(struct tx *t)
{
	struct tx_ids ids;
	enum transaction_code code = tx_ids(t, &ids);

	for (size_t i = ids.n; i-- > 0 && code == TRANSACTION_OK;) {
		snprintf(t->id, sizeof(t->id), "%s", ids.items[i]);
		code = tx_read(t);
		if (code == TRANSACTION_OK && t->j.state == TRANSACTION_DONE)
			return TRANSACTION_OK;
		if (code == TRANSACTION_REFUSED || code == TRANSACTION_NO_SUCH)
			code = TRANSACTION_OK;
	}
	t->id[0] = '\0';
	return code != TRANSACTION_OK ? code : tx_fail(t, TRANSACTION_NO_SUCH, 0, "there is nothing to undo");
}

static enum transaction_code find_id(struct tx *t, const char *id)
{
	enum transaction_code code;

	if (!journal_is_id(id))
		return tx_fail(t, TRANSACTION_NO_SUCH, 0, "'%.40s' is no transaction; they have numbers", id);
	snprintf(t->id, sizeof(t->id), "%s", id);
	code = tx_read(t);
	if (code != TRANSACTION_OK || t->j.state == TRANSACTION_DONE)
		return code;
	if (t->j.state == TRANSACTION_UNDONE)
		return tx_fail(t, TRANSACTION_NO_SUCH, 0, "transaction %s has been undone already", id);
	return tx_fail(t, TRANSACTION_NO_SUCH, 0,
		       "transaction %s could not be taken back whole, and is left so", id);
}

/* A later transaction that changed the same file: its id, or NULL. */
static const char *later_change(struct tx *t, const struct journal_step *s)
{
	struct journal mine = t->j;
	char id[TRANSACTION_ID];
	const char *found = NULL;
	struct tx_ids ids;

	memcpy(id, t->id, sizeof(id));
	if (s->kind == CHANGE_RUN || tx_ids(t, &ids) != TRANSACTION_OK)
		return NULL;
	for (size_t i = ids.n; i-- > 0 && found == NULL && strcmp(ids.items[i], id) != 0;) {
		snprintf(t->id, sizeof(t->id), "%s", ids.items[i]);
		if (tx_read(t) != TRANSACTION_OK || t->j.state != TRANSACTION_DONE)
			continue;
		for (size_t k = 0; k < t->j.nsteps; k++) {
			const struct journal_step *other = &t->j.steps[k];

			if (other->kind != CHANGE_RUN && strcmp(other->folder, s->folder) == 0 &&
			    strcmp(other->name, s->name) == 0)
				found = ids.items[i];
		}
	}
	memcpy(t->id, id, sizeof(id));
	t->j = mine;
	tx_close(&t->dir);
	(void)os_folder_at(t->journals, t->id, &t->dir);
	return found;
}

static enum transaction_code check_all(struct tx *t)
{
	char why[900];

	for (size_t i = t->j.nsteps; i-- > 0;) {
		enum transaction_code code = back_check(t, i, why, sizeof(why));
		const char *later;

		if (code != TRANSACTION_OK)
			return code;
		if (why[0] == '\0')
			continue;
		later = later_change(t, &t->j.steps[i]);
		if (later == NULL)
			return tx_fail(t, TRANSACTION_CHANGED, 0, "%s", why);
		return tx_fail(t, TRANSACTION_CHANGED, 0, "%s by transaction %s, which must be undone first",
			       why, later);
	}
	return TRANSACTION_OK;
}

/* Nothing has been put back yet: the transaction is as done as it was. */
static enum transaction_code stop_undoing(struct tx *t, enum transaction_code code)
{
	struct transaction_error first = *t->err;

	if (back_clean(t) == TRANSACTION_OK) {
		t->j.state = TRANSACTION_DONE;
		if (tx_write(t) == TRANSACTION_OK) {
			*t->err = first;
			return code;
		}
	}
	*t->err = first;
	t->err->code = TRANSACTION_UNFINISHED;
	return TRANSACTION_UNFINISHED;
}

static enum transaction_code undo(struct tx *t, void *ctx)
{
	struct undoing *x = ctx;
	struct recovering before = { .a = NULL };
	enum transaction_code code = tx_open_journals(t, false);

	if (code == TRANSACTION_OK)
		code = tx_lock(t);
	if (code == TRANSACTION_OK)
		code = tidy_all(t, &before);
	if (code == TRANSACTION_OK)
		code = x->id != NULL ? find_id(t, x->id) : find_last(t);
	if (code == TRANSACTION_OK)
		code = check_all(t);
	if (code != TRANSACTION_OK)
		return code;
	t->j.state = TRANSACTION_UNDOING;
	x->acting = true;
	code = tx_write(t);
	/* All that takes space or time comes before the first name changes. But not across a command: what
	 * lies beside a file would be taken for something that the command made. */
	for (size_t i = t->j.nsteps; i-- > 0 && code == TRANSACTION_OK && t->j.steps[i].kind != CHANGE_RUN;)
		code = back_stage(t, i);
	if (code != TRANSACTION_OK) {
		code = stop_undoing(t, code);
		x->acting = code == TRANSACTION_UNFINISHED;
		return code;
	}
	code = all_back(t);
	return code == TRANSACTION_OK ? note_back(t) : code;
}

enum transaction_code transaction_undo(const struct transaction_meta *m, const char *id,
				       char done[TRANSACTION_ID], struct transaction_error *err)
{
	struct undoing x = { id, false };
	struct transaction_error second;
	enum transaction_code code;
	struct tx t;

	done[0] = '\0';
	if (!tx_init(&t, m, NULL, err))
		return TRANSACTION_NO_MEMORY;
	code = tx_run(&t, undo, &x);
	memcpy(done, t.id, sizeof(t.id));
	/* What the next start would do is tried at once. */
	if (code != TRANSACTION_OK && x.acting)
		code = recover_after(&t, &second) == TRANSACTION_OK ? TRANSACTION_OK : TRANSACTION_UNFINISHED;
	else if (code == TRANSACTION_OK && t.nstuck > 0)
		code = tx_fail(&t, TRANSACTION_UNFINISHED, 0, "%s", t.stuck);
	tx_free(&t);
	return ended(err, code);
}

/* ---- recover --------------------------------------------------------------------------------- */

/* Is there anything to do? */
static enum transaction_code find_unfinished(struct tx *t, bool *found)
{
	struct tx_ids ids;
	enum transaction_code code = tx_ids(t, &ids);

	*found = false;
	for (size_t i = 0; i < ids.n && !*found && code == TRANSACTION_OK; i++) {
		snprintf(t->id, sizeof(t->id), "%s", ids.items[i]);
		code = tx_read(t);
		*found = code == TRANSACTION_NO_SUCH || (code == TRANSACTION_OK && is_unfinished(&t->j));
		if (code == TRANSACTION_NO_SUCH || code == TRANSACTION_REFUSED)
			code = TRANSACTION_OK;
	}
	t->id[0] = '\0';
	tx_close(&t->dir);
	return code;
}

static enum transaction_code recover(struct tx *t, void *ctx)
{
	struct recovering *x = ctx;
	enum transaction_code code = tx_open_journals(t, false);
	bool found = false;

	if (code == TRANSACTION_NO_SUCH)
		return TRANSACTION_OK;
	if (code == TRANSACTION_OK)
		code = find_unfinished(t, &found);
	if (code != TRANSACTION_OK || !found)
		return code;
	code = tx_lock(t);
	return code == TRANSACTION_OK ? tidy_all(t, x) : code;
}

enum transaction_code transaction_recover(const struct transaction_meta *m, struct arena *a,
					  struct transaction_recovered *out, struct transaction_error *err)
{
	struct recovering x = { .a = a };
	enum transaction_code code;
	struct tx t;

	memset(out, 0, sizeof(*out));
	memset(err, 0, sizeof(*err));
	if (m->folder == NULL)
		return TRANSACTION_OK;
	if (!tx_init(&t, m, a, err))
		return TRANSACTION_NO_MEMORY;
	code = tx_run(&t, recover, &x);
	out->says = x.says.items;
	out->n = x.says.n;
	out->stuck = x.stuck;
	tx_free(&t);
	return ended(err, code);
}
