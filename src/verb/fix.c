/* fix.c - the verb `fix`: the question of check, import or explain, and plans that make its answer "it
 * loads".
 *
 * Each plan was tried before it is offered: the same question is asked again in an overlay that holds it.
 * What is done is asked of the real loader afterwards. fix_plans.c finds, fix_apply.c does.
 */
#include "verb/fix.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define FIX_MEMORY (512u << 20) /* bytes that plans may take */

enum dlwhy_code fix_ask(const struct fix_question *q, struct dlwhy_session *s, dlwhy_on_result *on_result,
			void *user, struct dlwhy_error *err)
{
	if (strcmp(q->verb, "import") == 0)
		return dlwhy_import(s, &q->target, 1, on_result, user, err);
	if (strcmp(q->verb, "link-go") == 0)
		return dlwhy_link_go(s, q->target, q->args, on_result, user, err);
	if (strcmp(q->verb, "link") == 0)
		return dlwhy_link(s, q->args, on_result, user, err);
	return dlwhy_check(s, &q->target, 1, on_result, user, err);
}

const struct dlwhy_finding *fix_first(const struct fixing *x, const struct dlwhy_result *r)
{
	for (size_t i = 0; i < r->nfindings; i++)
		if (r->findings[i]->severity <= x->level)
			return r->findings[i];
	return NULL;
}

bool fix_works(const struct fixing *x, const struct dlwhy_result *r)
{
	enum dlwhy_answer answer = strcmp(r->verb, "link") == 0 ? r->links : r->loads;

	return answer == DLWHY_YES && fix_first(x, r) == NULL;
}

/* ---- the answer ---------------------------------------------------------------------------------- */

struct answering {
	struct fixing *x;
	const struct dlwhy_result *r;
	struct dlwhy_result out;
	dlwhy_on_result *on_result;
	void *user;
	int stop;
	bool no_memory;
};

static void set_plans(struct answering *w)
{
	struct fixing *x = w->x;
	const struct dlwhy_plan **v = ARENA_ARRAY(x->a, x->plans.n + 1, const struct dlwhy_plan *);

	for (size_t i = 0; i < x->plans.n; i++)
		v[i] = &x->plans.items[i]->said;
	w->out.plans = v;
	w->out.nplans = x->plans.n;
}

static void work(void *ctx)
{
	struct answering *w = ctx;

	w->out = *w->r;
	w->out.verb = "fix";
	w->out.question = w->r->verb;
	for (size_t i = 0; i < w->x->recovered.n; i++)
		w->out.hint = i == 0 ? w->x->recovered.says[i]
				     : arena_printf(w->x->a, "%s; %s", w->out.hint, w->x->recovered.says[i]);
	if (strcmp(w->x->q.verb, "link") != 0) /* which is called by all of its words */
		w->out.target = w->x->q.target;
	if (w->r->is_program && w->x->q.target[0] != '-') {
		char *path = source_absolute(w->x->s->source, w->x->q.target);

		w->x->program = path != NULL ? arena_strdup(w->x->a, path) : NULL;
		free(path);
	}
	w->x->mac = w->r->platform.os != NULL && strcmp(w->r->platform.os, "macos") == 0;
	w->x->level = DLWHY_ERROR;
	if (fix_works(w->x, w->r))
		w->x->level = DLWHY_WARNING;
	if (w->r->error == NULL && fix_first(w->x, w->r) != NULL)
		fix_find_plans(w->x, w->r);
	set_plans(w);
	if (w->x->request->apply > 0)
		w->out.applied = fix_apply(w->x);
}

static int on_answer(const struct dlwhy_result *r, size_t index, void *user)
{
	struct answering *w = user;

	w->r = r;
	if (arena_run(w->x->a, work, w) != ARENA_OK)
		w->no_memory = true;
	else
		w->stop = w->on_result(&w->out, index, w->user);
	return w->stop;
}

/* ---- texts ----------------------------------------------------------------------------------------- */

static enum dlwhy_code ask_text(struct fixing *x, struct answering *w, struct dlwhy_error *err)
{
	struct fix_asked asked = { .python = NULL };
	struct dlwhy_options opt = x->s->opt;
	struct dlwhy_session *s = x->s, *other = NULL;
	enum dlwhy_code code = fix_hear(x, &asked, on_answer, w, err);

	if (code != DLWHY_OK || asked.q.verb == NULL)
		return code;
	if (asked.python != NULL || asked.after != NULL) {
		opt.python = asked.python != NULL ? asked.python : opt.python;
		opt.after = asked.after;
		other = dlwhy_session_new(&opt, err);
		if (other == NULL)
			return err != NULL && err->code != DLWHY_OK ? err->code : DLWHY_E_NO_MEMORY;
		other->stop = s->stop;
		x->s = other;
	}
	x->q = asked.q;
	code = fix_ask(&x->q, x->s, on_answer, w, err);
	fix_simulate_end(x);
	x->s = s;
	dlwhy_session_free(other);
	return code;
}

/* ---- what a killed run left ---------------------------------------------------------------------- */

/* Finished or taken back before anybody looks at files. */
static enum dlwhy_code recover(struct fixing *x, struct dlwhy_error *err)
{
	struct transaction_meta m = { .folder = fix_journals(x),
				      .command = x->request->command,
				      .env = os_environ() };
	struct transaction_error e;

	if (m.folder == NULL)
		return DLWHY_OK; /* what is to be done then is refused later, with the reason */
	if (transaction_recover(&m, x->a, &x->recovered, &e) != TRANSACTION_OK)
		return err_set(err, DLWHY_E_IO, e.sys_errno, "%.400s", e.message);
	return DLWHY_OK;
}

/* ---- the verb ---------------------------------------------------------------------------------------- */

static enum dlwhy_code check_request(const struct dlwhy_session *s, const struct dlwhy_fix_request *r,
				     struct dlwhy_error *err)
{
	if (r->size < sizeof(r->size) || r->target == NULL || *r->target == '\0')
		return err_set(err, DLWHY_E_ARGUMENT, 0, "there is nothing to repair: a target is missing");
	if (r->apply < 0 || r->apply > FIX_PLANS)
		return err_set(err, DLWHY_E_ARGUMENT, 0, "a plan has a number from 1 on, not %d", r->apply);
	if (r->kind == DLWHY_FIX_TEXT && r->read == NULL)
		return err_set(err, DLWHY_E_ARGUMENT, 0, "the text of %.100s cannot be read", r->target);
	if (s->opt.pid != 0)
		return err_set(err, DLWHY_E_UNSUPPORTED, 0,
			       "a running process cannot be repaired; name the file or module that it "
			       "failed to load");
	if (r->apply > 0 && s->opt.root != NULL)
		return err_set(
			err, DLWHY_E_UNSUPPORTED, 0,
			"plans for another root are shown, not done: its loader cannot be asked here");
	return DLWHY_OK;
}

static const char *verb_of(const struct dlwhy_fix_request *r)
{
	switch (r->kind) {
	case DLWHY_FIX_MODULE: return "import";
	case DLWHY_FIX_LINK: return "link";
	case DLWHY_FIX_GO: return "link-go";
	case DLWHY_FIX_FILE:
	case DLWHY_FIX_TEXT: break;
	}
	return "check";
}

static const char *const *args_of(const struct dlwhy_fix_request *r)
{
	static const char *const none[] = { NULL };
	bool has = r->size >= offsetof(struct dlwhy_fix_request, args) + sizeof(r->args);

	return has && r->args != NULL ? r->args : none;
}

enum dlwhy_code dlwhy_fix(struct dlwhy_session *s, const struct dlwhy_fix_request *request,
			  dlwhy_on_result *on_result, void *user, struct dlwhy_error *err)
{
	struct fixing x = { .s = s, .request = request };
	struct answering w = { .x = &x, .on_result = on_result, .user = user };
	enum dlwhy_code code = check_request(s, request, err);

	if (code != DLWHY_OK)
		return code;
	err_clear(err);
	x.a = arena_new(FIX_MEMORY);
	if (x.a == NULL)
		return err_set(err, DLWHY_E_NO_MEMORY, ENOMEM, "no memory");
	if (request->apply > 0)
		code = recover(&x, err);
	if (code != DLWHY_OK) {
		arena_free(x.a);
		return code;
	}
	if (request->size >= offsetof(struct dlwhy_fix_request, stop) + sizeof(request->stop))
		s->stop = request->stop;
	x.q = (struct fix_question){ verb_of(request), request->target, args_of(request) };
	code = request->kind == DLWHY_FIX_TEXT ? ask_text(&x, &w, err)
					       : fix_ask(&x.q, s, on_answer, &w, err);
	if (code == DLWHY_OK && w.no_memory)
		code = err_set(err, DLWHY_E_NO_MEMORY, ENOMEM, "out of memory while plans were made");
	fix_simulate_end(&x);
	s->stop = NULL;
	plan_files_free(&x.files);
	arena_free(x.a);
	return code;
}
