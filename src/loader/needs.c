/* needs.c - what an object needs, breadth first, and the order in which it is set up.
 *
 * Where upstream decides: _dl_map_object_deps (dl-deps.c), _dl_sort_maps (dl-sort-maps.c).
 */
#include "loader/needs.h"

#include <signal.h>
#include <string.h>

#include "loader/path.h"
#include "loader/process.h"
#include "loader/search.h"
#include "loader/segment.h"
#include "loader/text.h"

struct walk {
	struct process *p;
	unsigned mode;
	struct image_list list; /* in search order; grows while it is walked */
	bool ok;
	unsigned mark;
};

/* Inserts im at place `at`, unless it is in the list already. */
static void list_insert(struct walk *w, size_t at, struct image *im)
{
	if (im->mark == w->mark)
		return;
	im->mark = w->mark;
	(void)ARENA_PUSH(w->p->a, &w->list);
	memmove(&w->list.items[at + 1], &w->list.items[at],
		(w->list.n - 1 - at) * sizeof(*w->list.items));
	w->list.items[at] = im;
}

/* A filter stands before the object that it filters for, even if it was further back. */
static void list_move_before(struct walk *w, size_t at, struct image *im)
{
	for (size_t i = at; i < w->list.n; i++) {
		if (w->list.items[i] != im)
			continue;
		memmove(&w->list.items[at + 1], &w->list.items[at],
			(i - at) * sizeof(*w->list.items));
		w->list.items[at] = im;
		return;
	}
	list_insert(w, at, im);
}

/* expand_dst: the name with tokens expanded, NULL when the request ends here. */
static const char *expand_need(struct walk *w, struct image *im, const struct elf_need *need)
{
	struct process *p = w->p;
	const char *name;

	if (!path_has_token(p->w, need->name))
		return need->name;
	if (p->secure) {
		fail_add(p, FAIL_TOKEN, need->name, TEXT_OF(TOKEN_SECURE, p->w), 0)->image = im;
		w->ok = false;
		return NULL;
	}
	name = path_expand(p, im, need->name);
	if (*name != '\0')
		return name;
	if (need->kind != ELF_AUXILIARY) {
		fail_add(p, FAIL_TOKEN, need->name, TEXT_OF(TOKEN_EMPTY, p->w), 0)->image = im;
		w->ok = false;
	}
	return NULL;
}

static void add_to_image(struct walk *w, struct image *im, struct request *rq, size_t max)
{
	if (im->requests == NULL) {
		im->requests = ARENA_ARRAY(w->p->a, max, const struct request *);
		im->needed = ARENA_ARRAY(w->p->a, max, struct image *);
	}
	im->requests[im->nrequests++] = rq;
	if (rq->to != NULL && !rq->filter)
		im->needed[im->nneeded++] = rq->to;
}

/* One DT_NEEDED, DT_FILTER or DT_AUXILIARY of im, which stood at place `at` of the list when its
 * turn came. */
static void map_need(struct walk *w, struct image *im, size_t at, const struct elf_need *need,
		     bool record)
{
	const char *name = expand_need(w, im, need);
	size_t failures = w->p->trace.failures.n;
	struct request *rq;

	if (name == NULL)
		return;
	search_map(w->p, im, name, w->mode, &rq);
	rq->name = need->name;
	rq->filter = need->kind != ELF_NEED;
	rq->optional = need->kind == ELF_AUXILIARY;
	if (record)
		add_to_image(w, im, rq, im->file->elf.nneeds);
	if (rq->to == NULL) {
		if (rq->optional)
			w->p->trace.failures.n = failures; /* forgiven */
		else
			w->ok = false;
		return;
	}
	if (need->kind == ELF_NEED)
		list_insert(w, w->list.n, rq->to);
	else
		list_move_before(w, at, rq->to);
}

/* A failure that kills the process at once: nothing that follows would happen. */
static bool is_dead(const struct process *p)
{
	return p->trace.failures.n > 0 && p->trace.failures.items[0].fatal;
}

/* The bare program that nobody wrote: linked to libc alone, and to libdl while dlopen lived there. */
static void map_assumed(struct walk *w)
{
	static const char *const names[] = { "libdl.so.2", "libc.so.6" };
	struct image *im = w->p->program;

	for (size_t i = world_minor(w->p->w) < 34 ? 0 : 1; i < 2; i++) {
		struct request *rq;

		search_map(w->p, im, names[i], w->mode, &rq);
		add_to_image(w, im, rq, 2);
		if (rq->to != NULL)
			list_insert(w, w->list.n, rq->to);
		else
			w->ok = false;
	}
}

static void map_needs_of(struct walk *w, size_t at)
{
	struct image *im = w->list.items[at];
	const struct elf *e = im->file != NULL ? &im->file->elf : NULL;
	bool record = im->requests == NULL;

	im->walked = w->mark;
	if (im == w->p->program && e == NULL)
		map_assumed(w);
	if (e == NULL)
		return;
	for (size_t i = 0; i < e->nneeds && !is_dead(w->p); i++) {
		if (e->needs[i].name == NULL) {
			bool past_end = e->file_end > e->file.n;

			fail_signal(w->p, past_end ? SIGBUS : SIGSEGV, im->file, im);
			w->ok = false;
			return;
		}
		map_need(w, im, at, &e->needs[i], record);
	}
}

/* ---- order ---------------------------------------------------------------------------------- */

struct sorter {
	struct image **out; /* filled from its end */
	size_t head;
	unsigned mark;      /* images of this closure carry it in `mark` */
	const struct image *root; /* its own needs are not known yet while glibc sorts */
};

/* Deeper chains than this are made, not built: the stack of a thread must hold the walk. */
#define MAX_DEPTH 10000

/* What the sort sees as an image's needs: its own when it came in with others; for an object that
 * was once opened itself, its whole sorted closure. */
static void dfs(struct sorter *s, struct image *im, unsigned depth)
{
	if (im->visited || im->mark != s->mark)
		return;
	im->visited = true;
	if (im != s->root && depth < MAX_DEPTH) {
		if (im->init_order != NULL)
			for (size_t i = 0; i < im->list.n; i++)
				dfs(s, im->init_order[i], depth + 1);
		else
			for (size_t i = 0; i < im->nneeded; i++)
				dfs(s, im->needed[i], depth + 1);
	}
	s->out[--s->head] = im;
}

/* From 2.35 on: depth first, roots from the end of the list (_dl_sort_maps_dfs). */
static void sort_dfs(struct process *p, struct image **maps, size_t n, unsigned mark)
{
	struct sorter s = { ARENA_ARRAY(p->a, n, struct image *), n, mark, maps[0] };
	struct image *first = maps[0];
	size_t i = 0;

	for (size_t k = 0; k < n; k++)
		maps[k]->visited = false;
	for (size_t k = n; k-- > 0;)
		dfs(&s, maps[k], 0);
	memcpy(maps, s.out, n * sizeof(*maps));
	while (maps[i] != first)
		i++;
	memmove(&maps[1], &maps[0], i * sizeof(*maps));
	maps[0] = first;
}

static bool needs_directly(const struct image *im, const struct image *what)
{
	for (size_t i = 0; i < im->nneeded; i++)
		if (im->needed[i] == what)
			return true;
	return false;
}

static size_t last_dependent(struct image **maps, size_t n, size_t i)
{
	for (size_t k = n - 1; k > i; k--)
		if (needs_directly(maps[k], maps[i]))
			return k;
	return i;
}

/* Up to 2.34: an object moves behind the last one that needs it (_dl_sort_maps_original). */
static void sort_old(struct process *p, struct image **maps, size_t n)
{
	unsigned *seen = ARENA_ARRAY(p->a, n + 1, unsigned);
	size_t i = 0;

	while (n > 1) {
		struct image *this = maps[i];
		size_t k;
		unsigned this_seen;

		seen[i]++;
		k = last_dependent(maps, n, i);
		if (k > i) {
			memmove(&maps[i], &maps[i + 1], (k - i) * sizeof(*maps));
			maps[k] = this;
			if (seen[i + 1] <= n - i) {
				this_seen = seen[i];
				memmove(&seen[i], &seen[i + 1], (k - i) * sizeof(*seen));
				seen[k] = this_seen;
				continue;
			}
		}
		if (++i == n)
			break;
		memset(&seen[i], 0, (n - i) * sizeof(*seen));
	}
}

/* From 2.39 on libc.so.6 is set up before everything else, so it stands last. */
static void libc_last(struct process *p, struct image **maps, size_t n)
{
	size_t i = 1;

	while (i < n && (maps[i]->soname == NULL || strcmp(maps[i]->soname, "libc.so.6") != 0))
		i++;
	if (i >= n || world_minor(p->w) < 39)
		return;
	p->libc = maps[i];
	memmove(&maps[i], &maps[i + 1], (n - 1 - i) * sizeof(*maps));
	maps[n - 1] = p->libc;
}

static void sort(struct walk *w, struct image *root)
{
	struct process *p = w->p;
	size_t n = w->list.n;
	struct image **order = ARENA_ARRAY(p->a, n, struct image *);

	if (n == 0)
		return;
	memcpy(order, w->list.items, n * sizeof(*order));
	if (world_minor(p->w) >= 35 && !p->tunables->old_sort)
		sort_dfs(p, order, n, w->mark);
	else
		sort_old(p, order + 1, n - 1);
	libc_last(p, order, n);
	root->init_order = order;
}

bool needs_map(struct process *p, struct image *root, struct image *const *preloads,
	       size_t npreloads, unsigned mode)
{
	struct walk w = { .p = p, .mode = mode, .ok = true };

	for (size_t i = 0; i < p->images.n; i++)
		if (p->images.items[i]->mark > w.mark)
			w.mark = p->images.items[i]->mark;
	w.mark++;
	list_insert(&w, 0, root);
	for (size_t i = 0; i < npreloads; i++)
		list_insert(&w, w.list.n, preloads[i]);
	/* A filter that came in before the object whose turn it was has its turn next. */
	for (size_t at = 0; at < w.list.n && !is_dead(p);)
		if (w.list.items[at]->walked == w.mark)
			at++;
		else
			map_needs_of(&w, at);
	root->list.v = w.list.items;
	root->list.n = w.list.n;
	if (w.ok && world_minor(p->w) < 35 && root->list.n > 0 && root->list.v[0] != root) {
		struct failure *f = fail_add(p, FAIL_ASSERTION, image_display(p, root),
					     text_assertion(p, ASSERT_SEARCH_LIST), 0);

		f->image = root;
		f->fatal = true;
		return false;
	}
	if (w.ok)
		sort(&w, root);
	return w.ok;
}
