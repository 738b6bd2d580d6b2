/* explain.c - the verb `explain`: a text -> facts -> findings.
 *
 * The text is read once, in pieces. What it names is looked at afterwards, where it is here (unless no_look).
 */
#include <errno.h>
#include <string.h>

#include "diagnose/told.h"
#include "message/message.h"
#include "verb/explain_look.h"
#include "verb/session.h"

#define EXPLAIN_MEMORY (256u << 20) /* bytes that one text may take, whatever its size */
enum { PIECE = 256 << 10 };

struct job {
	struct dlwhy_session *s;
	struct arena *a;
	dlwhy_read *read;
	void *read_user;
	struct msg_facts facts;
	struct told told;
	struct dlwhy_result r;
};

/* ---- reading -------------------------------------------------------------------------------- */

struct buffer {
	struct arena *a;
	char *p;
};

static void get_buffer(void *ctx)
{
	struct buffer *b = ctx;

	b->p = arena_alloc(b->a, PIECE);
}

static enum dlwhy_code read_text(struct job *j, const char *name, struct dlwhy_error *err)
{
	struct msg_reader *reader = msg_reader_new(j->a);
	struct buffer b = { j->a, NULL };
	int64_t got = 0;
	int e = 0;

	if (reader == NULL)
		return err_set(err, DLWHY_E_NO_MEMORY, ENOMEM, "no memory");
	if (arena_run(j->a, get_buffer, &b) == ARENA_OK) {
		while ((got = j->read(b.p, PIECE, j->read_user)) > 0)
			if (!msg_reader_feed(reader, b.p, (size_t)got))
				break;
		e = got < 0 ? errno : 0;
	}
	if (!msg_reader_end(reader, &j->facts) || b.p == NULL)
		return err_set(err, DLWHY_E_NO_MEMORY, ENOMEM, "no memory");
	if (got < 0)
		return err_set(err, DLWHY_E_IO, e, "cannot read %s: %s", name, strerrordesc_np(e));
	return DLWHY_OK;
}

/* ---- the answer ------------------------------------------------------------------------------ */

static void judge(void *ctx)
{
	struct job *j = ctx;
	struct dlwhy_told *told = ARENA_NEW(j->a, struct dlwhy_told);

	diagnose_told(&j->facts, NULL, j->a, &j->told);
	told->bytes = j->facts.bytes;
	told->lines = j->facts.lines;
	told->nfacts = j->facts.nfacts;
	told->cut = j->facts.cut;
	told->line = -1;
	if (j->told.decisive != NULL) {
		told->speaker = j->told.decisive->speaker;
		told->text = j->told.decisive->text;
		told->line = j->told.decisive->line;
	}
	j->r.told = told;
	j->r.findings = j->told.d.findings;
	j->r.nfindings = j->told.d.nfindings;
	j->r.hint = j->told.d.hint;
	j->r.assumes = "the text alone tells of it";
	if (!j->s->opt.no_look)
		explain_look(j->s, j->a, &j->facts, &j->told, &j->r, told);
}

enum dlwhy_code dlwhy_explain(struct dlwhy_session *s, const char *name, dlwhy_read *read, void *read_user,
			      dlwhy_on_result *on_result, void *user, struct dlwhy_error *err)
{
	struct job j = { .s = s, .read = read, .read_user = read_user };
	enum dlwhy_code code;

	j.a = arena_new(EXPLAIN_MEMORY);
	if (j.a == NULL)
		return err_set(err, DLWHY_E_NO_MEMORY, ENOMEM, "no memory");
	j.r = (struct dlwhy_result){ .verb = "explain", .target = name, .loads = DLWHY_UNKNOWN,
				     .certainty = DLWHY_LIKELY, .target_object = -1,
				     .links = DLWHY_UNKNOWN };
	j.r.platform = (struct dlwhy_platform){ "linux", "none", NULL, NULL };
	code = read_text(&j, name, err);
	if (code == DLWHY_OK && arena_run(j.a, judge, &j) != ARENA_OK)
		code = err_set(err, DLWHY_E_NO_MEMORY, ENOMEM, "no memory");
	if (code == DLWHY_OK)
		on_result(&j.r, 0, user);
	arena_free(j.a);
	return code;
}
