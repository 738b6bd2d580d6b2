/* attach_maps.c - a running process whose memory may not be read.
 *
 * Its start is simulated; what is mapped besides was opened later, in an order that the mappings do
 * not tell: the kernel gives addresses from the top, so what lies lower came later. What was asked
 * for by which name, and what is global, stays unknown.
 */
#include <stdlib.h>
#include <string.h>

#include "loader/attach.h"
#include "loader/path.h"
#include "loader/process.h"

enum { MAX_IMAGES = 4096 };

/* The first row of a file; NULL if it is not mapped. */
static const struct live_row *row_of(const struct live *l, const struct store_file *f)
{
	for (size_t i = 0; i < l->rows.n; i++)
		if (l->rows.items[i].ino == f->st.ino && l->rows.items[i].path[0] == '/' &&
		    f->st.dev == os_device(l->rows.items[i].major, l->rows.items[i].minor))
			return &l->rows.items[i];
	return NULL;
}

static const struct live_row *row_named(const struct live *l, const char *path)
{
	for (size_t i = 0; i < l->rows.n; i++)
		if (strcmp(l->rows.items[i].path, path) == 0)
			return &l->rows.items[i];
	return NULL;
}

static bool is_library(const struct process *p, const struct store_file *f)
{
	return f != NULL && f->kind == FILE_ELF && f->elf.defect == ELF_OK && f->elf.has_dynamic &&
	       f->elf.machine == p->w->machine && f->elf.is64 == p->w->is64;
}

static bool has_file(const struct process *p, const struct store_file *f)
{
	for (size_t i = 0; i < p->images.n; i++)
		if (p->images.items[i]->file == f)
			return true;
	return false;
}

/* A file of the simulated start that is not mapped was replaced, or the start was another one. */
static void compare_start(struct attach *at)
{
	struct process *p = at->p;

	for (size_t i = 0; i < p->images.n; i++) {
		struct image *im = p->images.items[i];
		const struct live_row *row;
		char *real = NULL;

		if (im->file == NULL || row_of(at->l, im->file) != NULL)
			continue;
		if (source_realpath(p->w->source, im->real_path, &real) != 0)
			continue;
		row = row_named(at->l, arena_strdup(p->a, real));
		free(real);
		if (row != NULL)
			(void)attach_file(at, row, &im->disk);
		else
			process_assume(p, arena_printf(p->a, "%s is there, as in a start of today",
						       im->real_path));
	}
}

static void add_row(struct attach *at, const struct live_row *row)
{
	enum image_disk disk;
	const struct store_file *f;
	struct image *im;

	f = attach_file(at, row, &disk);
	if (!is_library(at->p, f) || has_file(at->p, f))
		return;
	im = process_add_image(at->p, IMAGE_LIBRARY, f, row->path);
	im->disk = disk;
	im->later = true;
}

/* From the top, since that is the order in which they came; each file once. */
static void add_opened(struct attach *at)
{
	const struct live_rows *rows = &at->l->rows;

	for (size_t i = rows->n; i-- > 0;) {
		const struct live_row *row = &rows->items[i];

		if (row->exec && row->path[0] == '/' && at->p->images.n < MAX_IMAGES)
			add_row(at, row);
	}
}

struct process *attach_by_maps(struct attach *at, const struct world *w, struct arena *a)
{
	struct live_auxv aux;
	size_t n;

	live_parse_auxv(at->l->auxv, w->is64, order_swaps(w->big_endian), &aux);
	at->p = loader_start(w, a, at->l->exe, at->l->argv0, aux.secure, 0);
	at->p->trace.failures.n = 0;
	at->p->trace.lines.n = 0;
	n = at->p->images.n;
	if (at->l->maps_err == 0) {
		compare_start(at);
		add_opened(at);
	}
	for (size_t i = 0; i < at->p->images.n; i++)
		attach_settle(at, at->p->images.items[i]);
	attach_needs(at, true);
	if (at->l->maps_err != 0)
		process_assume(at->p, arena_printf(a, "%s: it is as it was when it started, with "
						      "nothing opened since", at->why));
	else if (at->p->images.n > n)
		process_assume(at->p, arena_printf(a, "%s: what is mapped besides its start was opened "
						      "for itself alone (RTLD_LOCAL), by its path",
						   at->why));
	else
		process_assume(at->p, at->why);
	return at->p;
}
