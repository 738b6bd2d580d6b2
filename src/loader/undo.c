/* undo.c - a failed dlopen leaves nothing of itself in the process.
 *
 * glibc unloads what the failed call had mapped (dl-open.c, _dl_open: _dl_close_worker (args.map,
 * true)). What it learned of objects that were there before stays: further names
 * (add_name_to_object), and where their thread-local variables are. musl's simulation does the same
 * by itself (musl.c, drop), as its list keeps no gaps.
 */
#include "loader/undo.h"

#include <string.h>

#include "loader/process.h"

void loader_mark(const struct process *p, struct loader_mark *m)
{
	m->p = *p;
	if (p->w->kind == LOADER_MUSL)
		return;
	if (m->cap < p->images.n) {
		m->cap = 2 * p->images.n;
		m->images = ARENA_ARRAY(p->a, m->cap, struct image);
	}
	for (size_t i = 0; i < p->images.n; i++)
		m->images[i] = *p->images.items[i];
}

/* True if it got a place in the static area since. */
static bool restore(struct image *im, const struct image *was)
{
	struct image now = *im;

	*im = *was;
	im->names = now.names;
	im->nnames = now.nnames;
	im->tls_placed = now.tls_placed;
	im->tls_dynamic = now.tls_dynamic;
	return now.tls_placed && !was->tls_placed;
}

void loader_undo(struct process *p, const struct loader_mark *m)
{
	bool placed = false;

	if (p->w->kind == LOADER_MUSL)
		return;
	p->images.n = m->p.images.n;
	p->relocated.n = m->p.relocated.n;
	p->global.n = m->p.global.n;
	p->stack_exec = m->p.stack_exec;
	for (size_t i = 0; i < p->images.n; i++)
		placed = restore(p->images.items[i], &m->images[i]) || placed;
	if (!placed) {
		p->tls_used = m->p.tls_used;
		p->tls_optional = m->p.tls_optional;
	}
	process_rename(p);
}
