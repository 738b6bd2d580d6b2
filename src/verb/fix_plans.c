/* fix_plans.c - which steps make it work.
 *
 * Each way out of the first finding is tried. If something else fails then, the ways out of that are tried
 * on top, those of the same kind first, until it works or nothing changes any more. So a plan has as many
 * steps as it needs, and each plan begins with another first step.
 */
#include <string.h>

#include "diagnose/common.h"
#include "verb/fix.h"

struct trail {
	struct fixing *x;
	const struct dlwhy_edit *edits[FIX_STEPS];
	size_t n;
	const char *seen[FIX_STEPS + 1]; /* states on the way */
	size_t nseen;
	const char *kind; /* of the first */
	bool setting;	  /* it sets a variable */
	const char *risk;
	struct plan todo;
	struct fix_outcome end; /* of the best that was tried */
	size_t best;		/* steps of that */
};

/* ---- following a trail ----------------------------------------------------------------------------- */

static int risk_rank(const char *risk)
{
	return same_text(risk, "low") ? 0 : same_text(risk, "medium") ? 1 : 2;
}

static bool was_seen(const struct trail *t, const char *state)
{
	for (size_t i = 0; i < t->nseen; i++)
		if (same_text(t->seen[i], state))
			return true;
	return false;
}

static bool push(struct trail *t, const struct dlwhy_fix *f)
{
	if (f->nedits == 0 || f->nedits > FIX_STEPS - t->n)
		return false;
	for (size_t i = 0; i < f->nedits; i++)
		t->edits[t->n++] = f->edits[i];
	if (risk_rank(f->risk) > risk_rank(t->risk))
		t->risk = f->risk;
	return true;
}

static bool follow(struct trail *t);

static bool is_setting(const struct dlwhy_fix *f)
{
	return f->nedits > 0 &&
	       (strncmp(f->edits[0]->op, "env-", 4) == 0 || strcmp(f->edits[0]->op, "activate") == 0 ||
		strcmp(f->edits[0]->op, "wrapper") == 0 || strcmp(f->edits[0]->op, "drop-setting") == 0);
}

/* 0: of the kind that the trail began with. 1: changes of files go with changes of files, settings with
 * settings. 2: the rest. */
static int distance(const struct trail *t, const struct dlwhy_fix *f)
{
	if (same_text(f->kind, t->kind))
		return 0;
	return is_setting(f) == t->setting ? 1 : 2;
}

/* The ways out of what fails now, the nearest first. */
static bool go_on(struct trail *t, const struct fix_outcome *o)
{
	for (int round = 0; round < 3; round++)
		for (size_t i = 0; i < o->nfixes; i++) {
			const struct dlwhy_fix *f = o->fixes[i];
			struct trail before = *t;

			if (distance(t, f) != round || !push(t, f))
				continue;
			if (follow(t))
				return true;
			before.end = t->end;
			before.best = t->best;
			*t = before;
		}
	return false;
}

/* Tries the steps so far. */
static bool follow(struct trail *t)
{
	struct fix_outcome o;
	bool works = false;

	if (t->x->simulations >= FIX_SIMULATIONS)
		return false;
	fix_simulate(t->x, t->edits, t->n, &t->todo, &o);
	if (o.works || o.unseen != NULL) {
		t->end = o;
		return true;
	}
	if (t->best == 0 || (o.state != NULL && !was_seen(t, o.state))) {
		t->end = o;
		t->best = t->n;
	}
	if (o.state == NULL || was_seen(t, o.state) || t->nseen > FIX_STEPS)
		return false;
	/* Of a library that may go nothing is used: another one in its place is no way on. */
	if (strcmp(t->kind, "drop-needed") == 0 && same_text(o.code, "missing-symbol"))
		return false;
	t->seen[t->nseen++] = o.state;
	works = go_on(t, &o);
	t->nseen--;
	return works;
}

/* ---- the plan in words ------------------------------------------------------------------------------ */

struct list {
	const char **items;
	size_t n, cap;
};

static bool holds(const struct list *l, const char *s)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->items[i], s) == 0)
			return true;
	return false;
}

/* Later steps of the same list take the place of earlier ones: only what is done in the end is said. */
static bool is_overtaken(const struct trail *t, size_t i)
{
	const struct dlwhy_edit *e = t->edits[i];

	for (size_t k = i + 1; k < t->n; k++) {
		const struct dlwhy_edit *later = t->edits[k];

		if (same_text(e->op, later->op) && same_text(e->path, later->path) &&
		    (strcmp(e->op, "set-runpath") == 0 || strcmp(e->op, "set-rpath") == 0 ||
		     (strcmp(e->op, "ldconfig") == 0 && same_text(e->value, later->value))))
			return true;
	}
	return false;
}

static void set_steps(struct fixing *x, const struct trail *t, struct dlwhy_plan *p,
		      const struct dlwhy_fix *first)
{
	const struct dlwhy_edit **edits = ARENA_ARRAY(x->a, t->n + 1, const struct dlwhy_edit *);
	struct list commands = { NULL, 0, 0 };
	struct arena_text says = { NULL, 0, 0 };
	size_t said = 0;

	/* Packages that go together are said as one. */
	if (same_text(first->kind, "install-version") && t->n > 0) {
		arena_text_str(x->a, &says, first->says);
		said = first->nedits;
	}
	for (size_t i = 0; i < t->n; i++) {
		const char *command = plan_step_command(t->edits[i], session_env(x->s, "SHELL"), x->a);

		if (is_overtaken(t, i))
			continue;
		if (i >= said && strcmp(t->edits[i]->op, "link-command") != 0) {
			if (says.n > 0)
				arena_text_str(x->a, &says, ", then ");
			arena_text_str(x->a, &says, plan_step_words(t->edits[i], x->a));
		}
		edits[p->nedits++] = t->edits[i];
		if (command != NULL && !holds(&commands, command))
			*ARENA_PUSH(x->a, &commands) = command;
	}
	if (commands.n == 0)
		for (size_t i = 0; i < first->ncommands; i++)
			*ARENA_PUSH(x->a, &commands) = first->commands[i];
	p->says = says.n > 0 ? arena_text_end(x->a, &says) : first->says;
	p->edits = edits;
	p->commands = commands.items;
	p->ncommands = commands.n;
}

/* ---- which of them is better ----------------------------------------------------------------------- */

/* The same command works unchanged; then how sure it is; then the risk; then how many steps. */
static size_t rank(const struct dlwhy_plan *p)
{
	size_t sure = p->works == DLWHY_YES ? 0 : p->works == DLWHY_UNKNOWN && p->can_apply ? 1 : 2;

	if (p->works == DLWHY_NO)
		sure = 3;
	sure = (sure * 2 + (p->same_command ? 0 : 1)) * 2 + (p->can_apply ? 0 : 1);
	return (sure * 4 + (size_t)risk_rank(p->risk)) * 64 + p->nedits;
}

static void add_plan(struct fixing *x, struct fix_plan *p)
{
	size_t i = x->plans.n;

	p->rank = rank(&p->said);
	*ARENA_PUSH(x->a, &x->plans) = p;
	while (i > 0 && x->plans.items[i - 1]->rank > p->rank) {
		x->plans.items[i] = x->plans.items[i - 1];
		i--;
	}
	x->plans.items[i] = p;
}

static bool has_text(const char *const *list, size_t n, const char *s)
{
	for (size_t i = 0; i < n; i++)
		if (same_text(list[i], s))
			return true;
	return false;
}

static size_t count_op(const struct dlwhy_plan *p, const char *op)
{
	size_t n = 0;

	for (size_t i = 0; i < p->nedits; i++)
		n += same_text(p->edits[i]->op, op);
	return n;
}

/* Settings of one file are told apart by what goes out of it. */
static bool drops_too(const struct dlwhy_plan *q, const struct dlwhy_edit *e)
{
	if (!same_text(e->op, "drop-setting"))
		return true;
	for (size_t i = 0; i < q->nedits; i++)
		if (same_text(q->edits[i]->op, e->op) && same_text(q->edits[i]->path, e->path) &&
		    same_text(q->edits[i]->name, e->name) && same_text(q->edits[i]->value, e->value))
			return true;
	return false;
}

/* The same steps, in whatever order they were found, do the same to the same files. */
static bool same_edits(const struct dlwhy_plan *p, const struct dlwhy_plan *q)
{
	bool same = p->nedits == q->nedits && p->nedits > 0 && p->nfiles == q->nfiles;

	for (size_t i = 0; same && i < p->nedits; i++)
		same = count_op(p, p->edits[i]->op) == count_op(q, p->edits[i]->op) &&
		       drops_too(q, p->edits[i]);
	for (size_t i = 0; same && i < p->nfiles; i++)
		same = has_text(q->files, q->nfiles, p->files[i]);
	return same && (p->nfiles > 0 || (same_text(p->edits[0]->name, q->edits[0]->name) &&
					  same_text(p->edits[0]->value, q->edits[0]->value)));
}

static bool is_there(const struct fixing *x, const struct dlwhy_plan *p)
{
	for (size_t i = 0; i < x->plans.n; i++)
		if (same_edits(&x->plans.items[i]->said, p))
			return true;
	return false;
}

/* A new shell, a new activation, another command. */
static bool needs_a_new_start(const struct dlwhy_plan *p)
{
	for (size_t i = 0; i < p->nedits; i++)
		if (strcmp(p->edits[i]->op, "drop-setting") == 0 ||
		    strcmp(p->edits[i]->op, "activate") == 0 || strcmp(p->edits[i]->op, "wrapper") == 0)
			return true;
	return false;
}

static void set_powers(const struct fixing *x, struct fix_plan *p)
{
	p->said.same_command = !p->todo.sets_environ && !needs_a_new_start(&p->said);
	if (p->said.nedits == 0)
		p->said.why_not = "dlwhy cannot do it itself";
	else if (p->todo.sets_environ)
		p->said.why_not =
			"a variable is set where the command is started: dlwhy cannot do that for you";
	else if (p->todo.command != NULL && p->todo.changes.n == 0)
		p->said.why_not = "the command is typed elsewhere: where it comes from is not known for sure";
	else if (p->todo.not_now != NULL)
		p->said.why_not = p->todo.not_now;
	else if (p->said.works == DLWHY_NO)
		p->said.why_not = "it does not help alone";
	else if (x->s->opt.root != NULL)
		p->said.why_not = "plans for another root are shown, not done";
	p->said.can_apply = p->said.why_not == NULL;
}

/* What installs packages is one command, whatever the number of its packages. */
static void set_run_commands(struct fixing *x, struct fix_plan *p)
{
	struct list commands = { NULL, 0, 0 };

	for (size_t i = 0; i < p->said.ncommands; i++)
		*ARENA_PUSH(x->a, &commands) = p->said.commands[i];
	for (size_t i = 0; i < p->todo.changes.n; i++)
		if (p->todo.changes.items[i].kind == CHANGE_RUN)
			*ARENA_PUSH(x->a, &commands) =
				shell_words(x->a, p->todo.changes.items[i].argv);
	p->said.commands = commands.items;
	p->said.ncommands = commands.n;
}

/* Steps that have no command of their own change lines of texts. RECORD is for those who verify. */
static void set_typed_commands(struct fixing *x, struct fix_plan *p)
{
	struct list commands = { NULL, 0, 0 };
	bool typed = true;

	for (size_t i = 0; i < p->said.nedits; i++)
		typed &= plan_step_command(p->said.edits[i], NULL, x->a) != NULL;
	if (typed)
		return;
	for (size_t i = 0; i < p->said.ncommands; i++)
		*ARENA_PUSH(x->a, &commands) = p->said.commands[i];
	for (size_t i = 0; i < p->todo.changes.n; i++) {
		const struct change *c = &p->todo.changes.items[i];
		const char *command = c->kind == CHANGE_WRITE && strcmp(base_name(c->path), "RECORD") != 0
					      ? fix_typed(x, c)
					      : NULL;

		if (command != NULL)
			*ARENA_PUSH(x->a, &commands) = command;
	}
	p->said.commands = commands.items;
	p->said.ncommands = commands.n;
}

static void try_fix(struct fixing *x, const struct dlwhy_result *r, const struct fix_outcome *now,
		    const struct dlwhy_fix *first)
{
	struct trail t = { .x = x, .kind = first->kind, .risk = "low", .seen = { now->state }, .nseen = 1 };
	struct fix_plan *p = ARENA_NEW(x->a, struct fix_plan);
	bool works;

	t.setting = is_setting(first);
	works = push(&t, first) && follow(&t);

	if (t.n > 0 && !works &&
	    (t.end.refused != NULL || t.end.state == NULL || same_text(t.end.state, now->state) ||
	     strcmp(first->kind, "drop-needed") == 0))
		return; /* it changes nothing */
	p->said = (struct dlwhy_plan){ .kind = first->kind,
				       .risk = t.n > 0 ? t.risk : first->risk,
				       .removes = now->fingerprint };
	p->said.works = t.n == 0 || (works && t.end.unseen != NULL) ? DLWHY_UNKNOWN
			: works					    ? DLWHY_YES
								    : DLWHY_NO;
	if (!works && t.n > 0)
		p->said.then = t.end.summary;
	set_steps(x, &t, &p->said, first);
	if (fix_soname_breaks(x, r, p->said.edits, p->said.nedits) != NULL)
		return;
	if (t.n > 0)
		fix_make(x, p->said.edits, p->said.nedits, PLAN_NAMES_RECORDS, &p->todo);
	if (count_op(&p->said, "pip-install") > 0)
		set_run_commands(x, p);
	set_typed_commands(x, p);
	plan_paths(&p->todo, x->a, &p->said.files, &p->said.nfiles);
	set_powers(x, p);
	if (p->said.can_apply)
		fix_notes(x, p);
	if (!is_there(x, &p->said))
		add_plan(x, p);
}

/* A plan that only moves the error is worth a line only where nothing works. */
static void drop_movers(struct fixing *x)
{
	size_t kept = 0;

	if (x->plans.n == 0 || x->plans.items[0]->said.works != DLWHY_YES)
		kept = x->plans.n;
	while (kept < x->plans.n && x->plans.items[kept]->said.works != DLWHY_NO)
		kept++;
	x->plans.n = kept < FIX_PLANS ? kept : FIX_PLANS;
}

/* Is there a version of that package already that works? The nearest is tried first. Advice is for those
 * who have none of any. */
static bool has_version(const struct fixing *x, const struct dlwhy_fix *f)
{
	const char *value = "";
	size_t n = 0;

	if (!same_text(f->kind, "install-version"))
		return false;
	if (f->nedits > 0) {
		value = f->edits[0]->value;
		n = strcspn(value, "=") + 1;
	}
	for (size_t i = 0; i < x->plans.n; i++) {
		const struct dlwhy_plan *p = &x->plans.items[i]->said;

		if (p->works == DLWHY_YES && strcmp(p->kind, f->kind) == 0 &&
		    strncmp(p->edits[0]->value, value, n) == 0)
			return true;
	}
	return false;
}

void fix_find_plans(struct fixing *x, const struct dlwhy_result *r)
{
	struct fix_outcome now = { .refused = NULL };

	fix_candidates(x, r, fix_first(x, r), &now);
	for (size_t i = 0; i < now.nfixes; i++)
		if (!has_version(x, now.fixes[i]))
			try_fix(x, r, &now, now.fixes[i]);
	drop_movers(x);
	for (size_t i = 0; i < x->plans.n; i++)
		x->plans.items[i]->said.n = (int)i + 1;
}
