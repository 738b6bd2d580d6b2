/* eval_join.c - branches behind conditions that are not known.
 *
 * Both are evaluated, one after the other, each from the state before. A name that they leave with
 * different values is not known afterwards; a branch that raises is taken for a check that a sound
 * installation passes. Lists and attributes changed in a branch stay changed: they are marked as
 * not wholly known.
 */
#include "python/eval.h"

void py_gap(struct py_eval *ev, const char *what)
{
	struct py_place at = py_here(ev);

	for (size_t i = 0; i < ev->im->gaps.n; i++)
		if (ev->im->gaps.items[i].at.file == at.file && ev->im->gaps.items[i].at.line == at.line)
			return;
	if (ev->im->gaps.n >= 1000)
		return;
	*ARENA_PUSH(ev->a, &ev->im->gaps) = (struct py_gap){ what, at };
}

void py_note_write(struct py_eval *ev, struct py_dict *d, const char *name, struct py_value *old)
{
	/* what was made inside the branch needs no way back */
	if (ev->log != NULL && (d->born == 0 || d->born < ev->log->serial))
		*ARENA_PUSH(ev->a, ev->log) = (struct py_write){ d, name, old };
}

struct py_value *py_either(struct py_value *a, struct py_value *b)
{
	if (a == b || b == NULL)
		return a;
	if (a == NULL)
		return b;
	return py_equal(a, b) == PY_YES ? a : &py_unknown;
}

struct branch {
	struct py_log log;
	struct py_value **after;  /* one for each write */
	enum py_ctl ctl;
};

static void branch_begin(struct py_eval *ev, struct branch *b)
{
	b->log = (struct py_log){ .up = ev->log, .serial = ++ev->branches };
	ev->log = &b->log;
	ev->maybe++;
}

/* Keeps what the branch has made of the names, and puts back what they were. */
static void branch_end(struct py_eval *ev, struct branch *b)
{
	ev->maybe--;
	ev->log = b->log.up;
	b->after = ARENA_ARRAY(ev->a, b->log.n + 1, struct py_value *);
	for (size_t i = 0; i < b->log.n; i++)
		b->after[i] = py_dict_name(b->log.items[i].dict, b->log.items[i].name);
	for (size_t i = b->log.n; i-- > 0;)
		py_dict_set_name(ev->a, b->log.items[i].dict, b->log.items[i].name,
				 b->log.items[i].old);
}

/* A branch that raised did not happen, as far as anybody can tell. */
static void drop_raise(struct py_eval *ev, struct branch *b)
{
	if (b->ctl == CTL_RAISE && !ev->stopped)
		ev->raised = NULL;
}

/* Names that the branch wrote get its value, or what both make of it. */
static void branch_apply(struct py_eval *ev, struct branch *b, bool alone)
{
	for (size_t i = 0; i < b->log.n; i++) {
		struct py_write *w = &b->log.items[i];
		struct py_value *now = py_dict_name(w->dict, w->name);

		py_note_write(ev, w->dict, w->name, now);
		py_dict_set_name(ev->a, w->dict, w->name,
				 alone ? b->after[i] : py_either(b->after[i], now));
	}
}

static bool goes_on(enum py_ctl c)
{
	return c == CTL_NEXT;
}

/* What follows a branch that may have left by return, break or continue is a possibility itself. */
static enum py_ctl merge(struct py_eval *ev, struct branch *yes, struct branch *no)
{
	enum py_ctl a = yes->ctl, b = no->ctl;

	if (ev->stopped)
		return CTL_RAISE;
	if (goes_on(a) && goes_on(b)) {
		branch_apply(ev, yes, true);
		/* the other branch began from the state before */
		for (size_t i = 0; i < no->log.n; i++) {
			struct py_write *w = &no->log.items[i];
			struct py_value *now = py_dict_name(w->dict, w->name);

			py_note_write(ev, w->dict, w->name, now);
			py_dict_set_name(ev->a, w->dict, w->name, py_either(no->after[i], now));
		}
		ev->steps += yes->log.n * no->log.n / 16;
		for (size_t i = 0; i < yes->log.n; i++) {
			struct py_write *w = &yes->log.items[i];
			bool both = false;

			for (size_t k = 0; k < no->log.n && !both; k++)
				both = no->log.items[k].dict == w->dict &&
				       no->log.items[k].name == w->name;
			if (!both && w->old != NULL)
				py_dict_set_name(ev->a, w->dict, w->name,
						 py_either(yes->after[i], w->old));
		}
		return CTL_NEXT;
	}
	if (a == CTL_RAISE && b == CTL_RAISE)
		return CTL_RAISE;
	if (a == CTL_RAISE || b == CTL_RAISE) {
		struct branch *other = a == CTL_RAISE ? no : yes;

		branch_apply(ev, other, true);
		if (other->ctl == CTL_RETURN && ev->frame != NULL && ev->frame->returned == NULL)
			ev->frame->returned = &py_unknown;
		return other->ctl;
	}
	if (goes_on(a) || goes_on(b)) {
		branch_apply(ev, goes_on(a) ? yes : no, true);
		if (a == CTL_RETURN || b == CTL_RETURN) {
			ev->frame->maybe_rest++;
			ev->maybe++;
		}
		return CTL_NEXT;
	}
	if (a == CTL_RETURN && b == CTL_RETURN)
		return CTL_RETURN;
	return a == CTL_RETURN ? b : a;
}

enum py_ctl py_exec_branches(struct py_eval *ev, const struct py_list *yes, const struct py_list *no)
{
	struct branch a, b;
	struct py_frame *f = ev->frame;
	struct py_value *returned = f->returned, *first = NULL;
	enum py_ctl c;

	branch_begin(ev, &a);
	a.ctl = py_exec(ev, yes);
	branch_end(ev, &a);
	if (ev->stopped)
		return CTL_RAISE;
	drop_raise(ev, &a);
	if (a.ctl == CTL_RETURN) {
		first = f->returned;
		f->maybe_returned = py_either(first, f->maybe_returned);
	}
	f->returned = returned;
	branch_begin(ev, &b);
	b.ctl = no != NULL && no->n > 0 ? py_exec(ev, no) : CTL_NEXT;
	branch_end(ev, &b);
	if (ev->stopped)
		return CTL_RAISE;
	if (b.ctl == CTL_RETURN) {
		f->maybe_returned = py_either(f->returned, f->maybe_returned);
		f->returned = first != NULL ? py_either(first, f->returned) : f->returned;
	} else if (first != NULL && b.ctl == CTL_RAISE) {
		f->returned = first;
	}
	if (a.ctl != CTL_RAISE)
		drop_raise(ev, &b);
	c = merge(ev, &a, &b);
	if (c == CTL_RAISE && ev->raised == NULL && !ev->stopped)
		c = CTL_NEXT;
	return c;
}

struct py_value *py_eval_branches(struct py_eval *ev, struct py_node *yes, struct py_node *no)
{
	struct branch a, b;
	struct py_value *x, *y;

	branch_begin(ev, &a);
	x = py_eval_expr(ev, yes);
	branch_end(ev, &a);
	if (ev->stopped)
		return NULL;
	ev->raised = NULL;
	branch_begin(ev, &b);
	y = py_eval_expr(ev, no);
	branch_end(ev, &b);
	if (ev->stopped)
		return NULL;
	ev->raised = NULL;
	if (x == NULL && y == NULL)
		return &py_unknown;
	return py_either(x, y);
}
