/* dyld_pages.c - are the pages of a file still those that were signed?
 *
 * On arm64 the kernel compares each page with its hash when it is touched, and kills the process if it is
 * another. Here all are compared, once for each file of a session, slice by slice.
 */
#include <signal.h>
#include <stdlib.h>

#include "loader/dyld.h"
#include "loader/process.h"
#include "loader/text.h"

enum { SLICES_MAX = 64, MEMORY = 64 << 20 };

/* What is known of one file: a row for each signed slice. */
struct pages {
	size_t n;
	struct {
		uint64_t offset; /* of the slice */
		uint32_t pages;
		struct macho_pages wrong;
	} rows[SLICES_MAX];
};

struct making {
	struct view file;
	struct arena *a;
	struct pages *out;
};

static void add_slice(struct making *k, uint64_t offset, uint64_t size)
{
	struct macho_signature s;
	struct macho_load l;
	struct view v;

	if (k->out->n == SLICES_MAX || offset > k->file.n)
		return;
	view_sub(k->file, offset, size < k->file.n - offset ? size : k->file.n - offset, &v);
	if (!macho_load_open(v, k->a, &l) || l.m.cpu != MACHO_ARM64 || !macho_signature_read(&l, &s))
		return;
	k->out->rows[k->out->n].offset = offset;
	k->out->rows[k->out->n].pages = s.npages;
	k->out->rows[k->out->n++].wrong = macho_signature_check(&l, &s);
}

static void make_rows(void *ctx)
{
	struct making *k = ctx;
	struct macho_fat fat;
	struct macho_slice s;

	if (!macho_fat_open(k->file, &fat))
		add_slice(k, 0, k->file.n);
	else
		for (uint32_t i = 0; i < SLICES_MAX && macho_fat_slice(&fat, i, &s); i++)
			add_slice(k, s.offset, s.size);
}

static void *make(struct store_file *f)
{
	struct making k = { .file = f->bytes,
			    .a = arena_new(MEMORY),
			    .out = calloc(1, sizeof(struct pages)) };
	bool done = k.a != NULL && k.out != NULL && arena_run(k.a, make_rows, &k) == ARENA_OK;

	arena_free(k.a);
	if (done)
		return k.out;
	free(k.out);
	return NULL;
}

static void check_image(struct process *p, struct image *im)
{
	const struct pages *all = store_derived(p->w->store, im->file, STORE_PAGES, make, free);

	if (all == NULL)
		process_assume(p, "there was too little memory to compare pages with their signatures");
	for (size_t i = 0; all != NULL && i < all->n; i++) {
		struct failure *f;

		if (all->rows[i].offset != im->dyld->offset || all->rows[i].wrong.wrong == 0)
			continue;
		f = fail_add(p, FAIL_SIGNAL, dyld_name(p, im), NULL, 0);
		f->image = im;
		f->signal = SIGKILL;
		f->exit_status = 128 + SIGKILL;
		f->fatal = true;
		f->wanted = all->rows[i].pages;
		f->available = all->rows[i].pages - all->rows[i].wrong.wrong;
	}
}

bool dyld_check_pages(struct process *p, size_t from)
{
	size_t first = p->trace.failures.n;

	for (size_t i = from; i < p->images.n && p->w->dyld->cpu == MACHO_ARM64; i++)
		if (p->images.items[i]->file != NULL)
			check_image(p, p->images.items[i]);
	return p->trace.failures.n == first;
}
