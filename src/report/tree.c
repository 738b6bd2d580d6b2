/* tree.c - the dependency tree of a target.
 *
 * Each object is drawn with its needs once, below the first object of the shortest way to it. The
 * default view draws only the branches that end in a failure and counts the others.
 */
#include "report/text.h"

#include <string.h>

#include "report/escape.h"

enum {
	DEPTH_DRAWN = 40,      /* deeper ones are drawn no further to the right */
	FINDINGS_MARKED = 200, /* more do not change what a person sees */
};

struct child {
	size_t need; /* SIZE_MAX: the line that counts those that are not drawn */
};
struct frame {
	size_t object, next, n;
	struct child *children;
};

struct tree {
	struct text *t;
	struct lines *out;
	bool all;
	size_t n, root;
	const char **mark;     /* by object: what fails there, NULL if nothing does */
	bool *leads;           /* to a failure */
	size_t *parent;        /* object below which it is drawn; SIZE_MAX: none yet */
	size_t *parent_need;
	struct frame *stack;
	size_t depth;
};

static const struct dlwhy_object *object_at(const struct tree *tr, size_t i)
{
	return tr->t->r->objects[i];
}

static size_t need_to(const struct tree *tr, const struct dlwhy_need *n)
{
	return n->to >= 0 && (size_t)n->to < tr->n ? (size_t)n->to : SIZE_MAX;
}

/* ---- what fails where --------------------------------------------------------------------- */

static bool same_name(const struct dlwhy_object *o, const char *name)
{
	return name != NULL && ((o->path != NULL && strcmp(o->path, name) == 0) ||
				(o->soname != NULL && strcmp(o->soname, name) == 0));
}

/* A missing symbol or version is a failure of the object that asks; anything else of the object
 * that it is about. */
static void mark_finding(struct tree *tr, const struct dlwhy_finding *f)
{
	const char *name = f->symbol != NULL && f->needed_by != NULL ? f->needed_by : f->object;
	size_t i;

	for (i = 0; i < tr->n; i++)
		if (same_name(object_at(tr, i), name)) {
			if (tr->mark[i] == NULL)
				tr->mark[i] = words_mark(f->code);
			return;
		}
}

static void mark_findings(struct tree *tr)
{
	const struct dlwhy_result *r = tr->t->r;
	size_t i, n = r->nfindings < FINDINGS_MARKED ? r->nfindings : FINDINGS_MARKED;

	for (i = 0; i < n; i++)
		if (r->findings[i]->severity == DLWHY_ERROR)
			mark_finding(tr, r->findings[i]);
}

/* The finding about a need that leads nowhere, NULL if there is none. */
static const struct dlwhy_finding *missing_finding(const struct tree *tr,
						   const struct dlwhy_need *need)
{
	const struct dlwhy_result *r = tr->t->r;
	size_t i, n = r->nfindings < FINDINGS_MARKED ? r->nfindings : FINDINGS_MARKED;

	for (i = 0; i < n; i++)
		if (r->findings[i]->object != NULL &&
		    strcmp(r->findings[i]->object, need->name) == 0)
			return r->findings[i];
	return NULL;
}

/* The word for such a need: the finding may know better than "not found". */
static const char *missing_mark(const struct tree *tr, const struct dlwhy_need *need)
{
	const struct dlwhy_finding *f = missing_finding(tr, need);

	return words_mark(f != NULL ? f->code : "missing-library");
}

/* Breadth first from the root: the shortest way to each object, and their order. */
static size_t find_parents(struct tree *tr, size_t *order)
{
	size_t head = 0, tail = 0, i;

	for (i = 0; i < tr->n; i++)
		tr->parent[i] = SIZE_MAX;
	tr->parent[tr->root] = tr->root;
	order[tail++] = tr->root;
	while (head < tail) {
		size_t from = order[head++];
		const struct dlwhy_object *o = object_at(tr, from);

		for (i = 0; i < o->nneeds; i++) {
			size_t to = need_to(tr, o->needs[i]);

			if (to == SIZE_MAX || tr->parent[to] != SIZE_MAX)
				continue;
			tr->parent[to] = from;
			tr->parent_need[to] = i;
			order[tail++] = to;
		}
	}
	return tail;
}

static bool fails_itself(const struct tree *tr, size_t i)
{
	const struct dlwhy_object *o = object_at(tr, i);
	size_t k;

	if (tr->mark[i] != NULL)
		return true;
	for (k = 0; k < o->nneeds; k++)
		if (need_to(tr, o->needs[k]) == SIZE_MAX)
			return true;
	return false;
}

static void tree_init(struct tree *tr)
{
	size_t *order = ARENA_ARRAY(tr->t->a, tr->n, size_t);
	size_t i;

	tr->mark = ARENA_ARRAY(tr->t->a, tr->n, const char *);
	tr->leads = ARENA_ARRAY(tr->t->a, tr->n, bool);
	tr->parent = ARENA_ARRAY(tr->t->a, tr->n, size_t);
	tr->parent_need = ARENA_ARRAY(tr->t->a, tr->n, size_t);
	tr->stack = ARENA_ARRAY(tr->t->a, tr->n, struct frame);
	mark_findings(tr);
	/* Parents come before their children in `order`, so one pass from its end is enough. */
	for (i = find_parents(tr, order); i-- > 0;) {
		if (!tr->leads[order[i]])
			tr->leads[order[i]] = fails_itself(tr, order[i]);
		if (tr->leads[order[i]])
			tr->leads[tr->parent[order[i]]] = true;
	}
}

/* ---- drawing ------------------------------------------------------------------------------ */

/* Is need k of object o drawn below it in this view? */
static bool is_drawn(const struct tree *tr, size_t o, size_t k)
{
	size_t to = need_to(tr, object_at(tr, o)->needs[k]);

	if (to == SIZE_MAX)
		return true;
	if (to == tr->root || tr->parent[to] != o || tr->parent_need[to] != k)
		return false;
	return tr->all || tr->leads[to];
}

/* The needs that are missing, or the others. Missing ones come first when the view may be cut. */
static void add_children(struct tree *tr, struct frame *f, bool missing)
{
	const struct dlwhy_object *o = object_at(tr, f->object);
	size_t k;

	for (k = 0; k < o->nneeds; k++) {
		bool first = !tr->all && need_to(tr, o->needs[k]) == SIZE_MAX;

		if (first == missing && is_drawn(tr, f->object, k))
			f->children[f->n++].need = k;
	}
}

static void push(struct tree *tr, size_t object)
{
	const struct dlwhy_object *o = object_at(tr, object);
	struct frame *f = &tr->stack[tr->depth++];

	f->object = object;
	f->next = 0;
	f->n = 0;
	f->children = ARENA_ARRAY(tr->t->a, o->nneeds + 1, struct child);
	add_children(tr, f, true);
	add_children(tr, f, false);
	if (f->n < o->nneeds && (f->n > 0 || object == tr->root || tr->all))
		f->children[f->n++].need = SIZE_MAX;
}

static void add_prefix(struct tree *tr, bool below)
{
	size_t d, n = tr->depth < DEPTH_DRAWN ? tr->depth : DEPTH_DRAWN;

	text_pad(tr->t, MARGIN);
	for (d = 0; d + 1 < n; d++)
		text_add(tr->t, DIM,
			 tr->stack[d].next < tr->stack[d].n ? "\xe2\x94\x82  " : "   ");
	if (n == 0)
		return;
	d = tr->stack[n - 1].next < tr->stack[n - 1].n;
	if (below)
		text_add(tr->t, DIM, d ? "\xe2\x94\x82     " : "      ");
	else
		text_add(tr->t, DIM, d ? "\xe2\x94\x9c\xe2\x94\x80 " : "\xe2\x94\x94\xe2\x94\x80 ");
}

/* "6 more, all found (libdl.so.2, libm.so.6, …)", "also needs …" in the full view. */
static void draw_rest(struct tree *tr, const struct frame *f)
{
	const struct dlwhy_object *o = object_at(tr, f->object);
	size_t left = o->nneeds - (f->n - 1), shown = 0, k;
	struct text *t = tr->t;
	const char *end = tr->all ? "" : ")";

	add_prefix(tr, false);
	if (tr->all)
		text_add(t, DIM, "drawn elsewhere: ");
	else
		text_add(t, DIM,
			 arena_printf(t->a, "%zu %s%s (", left,
				      f->n > 1 ? "more" : left == 1 ? "library" : "libraries",
				      left == 1 ? ", found" : ", all found"));
	for (k = 0; k < o->nneeds; k++) {
		const char *name;

		if (is_drawn(tr, f->object, k))
			continue;
		name = text_clean(t, o->needs[k]->name);
		if (shown > 0)
			text_add(t, DIM, ", ");
		if (shown > 0 && t->cols + escape_columns(name) + 4 > t->width) {
			text_add(t, DIM, "\xe2\x80\xa6");
			break;
		}
		text_add(t, DIM, text_fit(t, name, t->width / 2));
		shown++;
	}
	text_add(t, DIM, end);
	text_end(t, tr->out);
}

static void add_found(struct tree *tr, const struct dlwhy_need *need, const struct dlwhy_object *o)
{
	struct text *t = tr->t;

	text_add(t, DIM, " => ");
	text_add(t, PLAIN, o->path != NULL && *o->path != '\0' ? text_clean(t, o->path)
								: text_object(t, o->id));
	if (need->rule != NULL)
		text_add(t, DIM, arena_printf(t->a, "  (%s)", where_label(t, need->rule,
									  need->rule_of)));
	if (o->package_name != NULL)
		text_add(t, DIM, arena_printf(t->a, "  [%s %s%s%s]", text_clean(t, o->package_kind),
					      text_clean(t, o->package_name),
					      o->package_version != NULL ? " " : "",
					      text_clean(t, o->package_version)));
}

static void draw_need(struct tree *tr, const struct dlwhy_need *need)
{
	size_t to = need_to(tr, need);
	struct text *t = tr->t;
	const char *name = text_clean(t, need->name);
	const char *mark = to == SIZE_MAX ? missing_mark(tr, need) : tr->mark[to];

	add_prefix(tr, false);
	if (!tr->all)
		name = text_fit(t, name, t->width > t->cols + 30 ? t->width - t->cols - 20 : 16);
	text_add(t, mark != NULL ? BOLD : PLAIN, name);
	if (tr->all && to != SIZE_MAX)
		add_found(tr, need, object_at(tr, to));
	if (mark != NULL) {
		text_add(t, PLAIN, "   ");
		text_add(t, RED, mark);
	}
	text_end(t, tr->out);
}

/* In the full view: where it was looked for, below its line, unless a finding has told it. */
static void draw_probes(struct tree *tr, const struct dlwhy_need *need)
{
	struct lines probes = { 0 };
	size_t i;

	if (need_to(tr, need) == SIZE_MAX && missing_finding(tr, need) != NULL)
		return;
	if (need_to(tr, need) != SIZE_MAX && need->nprobes == 1)
		return; /* it was where it was looked for first: the line says it */
	where_all(tr->t, need, "", &probes);
	for (i = 0; i < probes.n; i++) {
		add_prefix(tr, true);
		buf_str(&tr->t->line, probes.items[i].s);
		tr->t->cols += probes.items[i].cols;
		text_end(tr->t, tr->out);
	}
}

static void draw_root(struct tree *tr)
{
	const struct dlwhy_object *o = object_at(tr, tr->root);
	struct text *t = tr->t;

	add_prefix(tr, false);
	text_add(t, BOLD, tr->all && o->path != NULL && *o->path != '\0'
				  ? text_clean(t, o->path)
				  : text_fit(t, text_object(t, o->id), t->width - 30));
	if (tr->mark[tr->root] != NULL) {
		text_add(t, PLAIN, "   ");
		text_add(t, RED, tr->mark[tr->root]);
	}
	text_end(t, tr->out);
}

static void draw_next(struct tree *tr)
{
	struct frame *f = &tr->stack[tr->depth - 1];
	struct child *c = &f->children[f->next++];
	const struct dlwhy_need *need;
	size_t to;

	if (c->need == SIZE_MAX) {
		draw_rest(tr, f);
		return;
	}
	need = object_at(tr, f->object)->needs[c->need];
	to = need_to(tr, need);
	draw_need(tr, need);
	if (tr->all && need->nprobes > 0)
		draw_probes(tr, need);
	if (to != SIZE_MAX)
		push(tr, to);
}

void tree_lines(struct text *t, bool all, struct lines *out)
{
	const struct dlwhy_result *r = t->r;
	struct tree tr = { .t = t, .out = out, .all = all, .n = r->nobjects };

	if (r->nobjects == 0)
		return;
	if (r->target_object >= 0 && (size_t)r->target_object < r->nobjects)
		tr.root = (size_t)r->target_object;
	tree_init(&tr);
	draw_root(&tr);
	push(&tr, tr.root);
	while (tr.depth > 0) {
		if (tr.stack[tr.depth - 1].next == tr.stack[tr.depth - 1].n)
			tr.depth--;
		else
			draw_next(&tr);
	}
}

size_t tree_libraries(struct text *t)
{
	struct tree tr = { .t = t, .n = t->r->nobjects };
	size_t *order;

	if (t->r->target_object < 0 || (size_t)t->r->target_object >= tr.n)
		return 0;
	tr.root = (size_t)t->r->target_object;
	tr.parent = ARENA_ARRAY(t->a, tr.n, size_t);
	tr.parent_need = ARENA_ARRAY(t->a, tr.n, size_t);
	order = ARENA_ARRAY(t->a, tr.n, size_t);
	return find_parents(&tr, order) - 1;
}
