/* fix_apply.c - one plan done as a transaction, asked of the real loader, and taken back if that says no.
 */
#include <stdlib.h>
#include <string.h>

#include "diagnose/common.h"
#include "repair/transaction.h"
#include "verb/fix.h"
#include "verb/prove_build.h"

/* ---- what a plan would meet ------------------------------------------------------------------------- */

struct notes {
	const char **items;
	size_t n, cap;
};

static void note(struct fixing *x, struct notes *l, const char *s)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->items[i], s) == 0)
			return;
	*ARENA_PUSH(x->a, l) = s;
}

static void note_facts(struct fixing *x, struct notes *l, const struct change *c,
		       const struct change_facts *f)
{
	const char *name = c->path != NULL ? base_name(c->path) : "";

	if (c->kind == CHANGE_RUN)
		note(x, l, arena_printf(x->a, "%s is run", c->argv[0]));
	if (f->names > 1 && (c->kind == CHANGE_PATCH || c->kind == CHANGE_WRITE))
		note(x, l,
		     arena_printf(x->a,
				  "%s has %llu names (hard links, as the caches of uv and conda make "
				  "them): this one gets "
				  "a file of its own, the others keep the old one",
				  name, (unsigned long long)f->names));
	if (f->capabilities || f->acl)
		note(x, l,
		     arena_printf(x->a, "%s keeps its %s", name,
				  f->capabilities && f->acl ? "capabilities and access list"
				  : f->capabilities	    ? "capabilities"
							    : "access list"));
}

const char *fix_journals(const struct fixing *x)
{
	return transaction_folder(os_environ(), x->a);
}

void fix_notes(struct fixing *x, struct fix_plan *p)
{
	struct notes l = { NULL, 0, 0 };

	if (p->todo.note != NULL)
		note(x, &l, p->todo.note);
	for (size_t i = 0; i < p->todo.changes.n; i++) {
		const struct change *c = &p->todo.changes.items[i];
		struct change_facts f;

		if (change_facts(&p->todo.changes, i, fix_journals(x), x->a, &f) != TRANSACTION_OK)
			continue;
		note_facts(x, &l, c, &f);
		if (f.refused == NULL)
			continue;
		p->said.can_apply = false;
		p->said.why_not = f.needs_root
					  ? arena_printf(x->a, "%s (as root it would be done)", f.refused)
					  : f.refused;
		note(x, &l, p->said.why_not);
	}
	p->said.notes = l.items;
	p->said.nnotes = l.n;
}

/* ---- proof ----------------------------------------------------------------------------------------------
 */

struct proof {
	struct fixing *x;
	const struct dlwhy_result *r;
	bool works, asked;   /* asked: the real loader, or a build, was */
	const char *by;	     /* who */
	const char *message; /* what it said, or what is predicted; NULL */
	const char *why_not; /* it could not be asked */
};

static void take(void *ctx)
{
	struct proof *p = ctx;
	const struct dlwhy_proof *real = p->r->proof;
	struct arena *a = p->x->a;

	p->works = fix_works(p->x, p->r);
	if (!p->works)
		p->message = arena_copy(a, p->r->links == DLWHY_NO ? p->r->linker_message
								   : p->r->loader_message);
	if (real == NULL)
		return;
	p->asked = real->done;
	if (!real->done)
		p->why_not = arena_strdup(a, real->says);
	else if (real->real != NULL || !real->agrees)
		p->message = real->real != NULL ? arena_strdup(a, real->real) : p->message;
	if (real->done)
		p->works = p->works && real->agrees && real->real == NULL;
}

static int on_result(const struct dlwhy_result *r, size_t index, void *user)
{
	struct proof *p = user;

	(void)index;
	p->r = r;
	return arena_run(p->x->a, take, p) == ARENA_OK ? 0 : 1;
}

/* What is built is asked of who builds it, where that can be run unasked. */
static void build_now(struct fixing *x, const struct plan *todo, struct proof *p)
{
	struct built b;

	if (strcmp(x->q.verb, "link-go") == 0)
		prove_go_build(x->s, x->q.target, x->q.args, x->a, &b);
	else if (strcmp(x->q.verb, "link") == 0)
		prove_link(x->s, todo->command != NULL ? todo->command : x->q.args, x->a, &b);
	else
		return;
	p->by = b.by;
	p->asked = b.asked;
	p->works = !b.asked || b.works;
	p->message = b.message;
	p->why_not = b.why_not;
}

/* The same question about the files as they are now, put to the real loader as well. */
static void prove_now(struct fixing *x, const struct plan *todo, struct proof *p)
{
	*p = (struct proof){ .x = x, .by = "the real loader" };
	x->over = source_host(NULL);
	fix_ask_over(x, todo, true, on_result, p);
	fix_simulate_end(x);
	if (p->works)
		build_now(x, todo, p);
}

/* ---- doing it
 * --------------------------------------------------------------------------------------------- */

static const char *capital(struct arena *a, const char *s)
{
	return starts_with(s, "the ") ? arena_printf(a, "T%s", s + 1) : s;
}

static void set_words(struct fixing *x, struct dlwhy_applied *a, const struct proof *p)
{
	if (!p->works)
		a->says = "it was done, did not help, and was taken back: everything is as it was";
	else if (p->asked)
		a->says = arena_printf(x->a, "done, and %s agrees: it works", p->by);
	else if (p->why_not != NULL)
		a->says = arena_printf(x->a, "done; by the simulation it works. %s was not asked: %s",
				       capital(x->a, p->by), p->why_not);
	else
		a->says = "done; by the simulation it works";
	a->message = p->works ? NULL : p->message;
}

static bool stopped(const struct fixing *x)
{
	return x->s->stop != NULL && *x->s->stop != 0;
}

static void roll_back(struct fixing *x, const struct transaction_meta *m, const char *id,
		      struct dlwhy_applied *a)
{
	struct transaction_error err;
	char done[TRANSACTION_ID];

	a->rolled_back = transaction_undo(m, id, done, &err) == TRANSACTION_OK;
	if (a->rolled_back)
		return;
	a->id = arena_strdup(x->a, id);
	a->says = arena_printf(x->a, "it was done%s, but could not be taken back: %s",
			       stopped(x) ? " and then interrupted" : " and did not help", err.message);
}

static bool see(struct fixing *x, const struct plan *todo, const char *where, struct change_seen *seen,
		struct dlwhy_applied *a)
{
	for (size_t i = 0; i < todo->changes.n; i++) {
		struct change_facts f;

		if (change_facts(&todo->changes, i, where, x->a, &f) != TRANSACTION_OK ||
		    f.refused != NULL) {
			a->says = arena_printf(x->a, "nothing was changed: %s",
					       f.refused != NULL ? f.refused : "it cannot be looked at");
			return false;
		}
		seen[i] = f.seen;
	}
	return true;
}

static void act(struct fixing *x, struct fix_plan *p, struct dlwhy_applied *a)
{
	struct transaction_meta m = { .folder = fix_journals(x),
				      .command = x->request->command,
				      .title = p->said.says,
				      .env = os_environ(),
				      .stop = x->s->stop };
	struct change_seen *seen;
	struct transaction_error err;
	char id[TRANSACTION_ID];
	struct proof proof;

	if (m.folder == NULL) {
		a->says = "nothing was changed: there is no place for the journal that undo needs (neither "
			  "XDG_STATE_HOME nor HOME is set to an absolute path)";
		return;
	}
	fix_make(x, p->said.edits, p->said.nedits, PLAN_RECORDS, &p->todo);
	if (p->todo.refused != NULL) {
		a->says = arena_printf(x->a, "nothing was changed: %s", p->todo.refused);
		return;
	}
	seen = ARENA_ARRAY(x->a, p->todo.changes.n + 1, struct change_seen);
	if (!see(x, &p->todo, m.folder, seen, a))
		return;
	if (transaction_apply(&m, &p->todo.changes, seen, id, &err) != TRANSACTION_OK) {
		a->says = stopped(x) && err.code != TRANSACTION_UNFINISHED
				  ? "it was interrupted, and was taken back: everything is as it was"
				  : arena_printf(x->a, "nothing is changed: %s", err.message);
		return;
	}
	prove_now(x, &p->todo, &proof);
	if (stopped(x)) { /* what was killed tells nothing */
		a->says = "it was interrupted before it was proved, and was taken back: everything is as it "
			  "was";
		roll_back(x, &m, id, a);
		return;
	}
	a->works = proof.works;
	set_words(x, a, &proof);
	if (proof.works)
		a->id = arena_strdup(x->a, id);
	else
		roll_back(x, &m, id, a);
}

const struct dlwhy_applied *fix_apply(struct fixing *x)
{
	struct dlwhy_applied *a = ARENA_NEW(x->a, struct dlwhy_applied);
	size_t n = (size_t)x->request->apply;
	struct fix_plan *p = n <= x->plans.n ? x->plans.items[n - 1] : NULL;

	a->n = x->request->apply;
	if (p == NULL)
		a->says = x->plans.n == 0 ? "nothing was changed: there is no plan"
					  : arena_printf(x->a, "nothing was changed: there are %zu plans",
							 x->plans.n);
	else if (!p->said.can_apply)
		a->says = arena_printf(x->a, "nothing was changed: %s", p->said.why_not);
	else if (x->request->confirm != NULL && !x->request->confirm(&p->said, x->request->confirm_user))
		a->says = "nothing was changed: the answer was no";
	else
		act(x, p, a);
	return a;
}
