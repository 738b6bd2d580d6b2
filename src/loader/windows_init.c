/* windows_init.c - in which order DLLs are initialised: DllMain and the callbacks of thread-local storage of
 * a DLL run after those of all that it imports from.
 *
 * Where Windows decides: "Dynamic-Link Library Best Practices"; wine's process_attach goes depth first, in
 * the order of the import tables, and passes over a DLL that it comes to again. So in a circle the one that
 * was reached first comes last; what Windows does within a circle is not documented. What a forwarder led to
 * counts as a need of who imports through it.
 */
#include <string.h>

#include "loader/windows.h"

enum state { FRESH, OPEN, DONE };

struct walk {
	const struct process *p;
	struct arena *a;
	unsigned char *state;         /* enum state, by index of the image */
	size_t *led, *next;           /* by index: first image that a forwarder led it to, and the one
	                                 after that; 0: none (number 0 is the program) */
	struct win_start *out;
	size_t n;
	struct {
		struct frame {
			const struct image *im, *later;
			size_t need, led;
		} *items;
		size_t n, cap;
	} open;
};

static bool counts(const struct image *im)
{
	return im->file != NULL && !im->is_host;
}

/* Backwards, so that each list is in the order of loading. */
static void find_led(struct walk *w)
{
	for (size_t i = w->p->images.n; i-- > 1;) {
		const struct image *im = w->p->images.items[i], *by = im->led_for;

		if (by == NULL || !counts(im))
			continue;
		w->next[i] = w->led[by->index];
		w->led[by->index] = i;
	}
}

static void enter(struct walk *w, const struct image *im)
{
	w->state[im->index] = OPEN;
	*ARENA_PUSH(w->a, &w->open) = (struct frame){ .im = im, .led = w->led[im->index] };
}

/* The next one that an image needs; NULL behind the last. */
static const struct image *next_need(struct walk *w, struct frame *f)
{
	size_t led = f->led;

	if (f->need < f->im->nneeded)
		return f->im->needed[f->need++];
	if (led == 0)
		return NULL;
	f->led = w->next[led];
	return w->p->images.items[led];
}

static void walk_from(struct walk *w, const struct image *root)
{
	enter(w, root);
	while (w->open.n > 0) {
		struct frame *f = &w->open.items[w->open.n - 1];
		const struct image *to = next_need(w, f);

		if (to == NULL) {
			w->state[f->im->index] = DONE;
			w->out[w->n++] = (struct win_start){ f->im, f->later };
			w->open.n--;
		} else if (!counts(to)) {
			continue;
		} else if (w->state[to->index] == FRESH) {
			enter(w, to);
		} else if (w->state[to->index] == OPEN && to != f->im && f->later == NULL) {
			f->later = to;
		}
	}
}

size_t win_init_order(const struct process *p, struct arena *a, const struct image *root,
		      const struct win_start **out)
{
	size_t n = p->images.n + 1;
	struct walk w = { .p = p, .a = a };

	w.state = ARENA_ARRAY(a, n, unsigned char);
	w.led = ARENA_ARRAY(a, n, size_t);
	w.next = ARENA_ARRAY(a, n, size_t);
	w.out = ARENA_ARRAY(a, n, struct win_start);
	find_led(&w);
	if (counts(root))
		walk_from(&w, root);
	*out = w.out;
	return w.n;
}

bool win_has_start(const struct image *im)
{
	return im->kind == IMAGE_LIBRARY && im->file != NULL &&
	       (im->file->pe.entry != 0 || im->file->pe.has_tls_callbacks);
}
