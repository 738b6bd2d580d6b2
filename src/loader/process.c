/* process.c - images of a process and the names that they answer to.
 *
 * glibc walks its list of link maps and compares strings (_dl_map_object). Here a hash table gives
 * the same answer: for each string the first image in list order that answers to it.
 */
#include "loader/process.h"

#include <string.h>

#include "loader/dyld.h"
#include "loader/musl.h"
#include "loader/path.h"

/* Who answers to a name. */
struct holder {
	struct image *im;
	bool soname_only; /* known by DT_SONAME, not yet asked for by that string */
};

struct process *process_new(const struct world *w, struct arena *a, const char *argv0)
{
	struct process *p = ARENA_NEW(a, struct process);

	p->w = w;
	p->a = a;
	p->argv0 = argv0;
	p->tunables = &w->tunables;
	table_init(&p->names, a);
	p->trace.assumes = w->assumes;
	return p;
}

void process_assume(struct process *p, const char *what)
{
	const char *so_far = p->trace.assumes;

	if (so_far == NULL)
		p->trace.assumes = what;
	else if (strstr(so_far, what) == NULL)
		p->trace.assumes = arena_printf(p->a, "%s; %s", so_far, what);
}

static void put_name(struct process *p, struct image *im, const char *name, bool soname)
{
	uint32_t hash = elf_gnu_hash(name);
	struct holder *h = table_get(&p->names, name, hash);

	if (h == NULL) {
		h = ARENA_NEW(p->a, struct holder);
		table_put(&p->names, name, hash, h);
	} else if (h->im->index <= im->index && (h->im != im || soname)) {
		return;
	}
	*h = (struct holder){ im, soname };
}

void process_rename(struct process *p)
{
	table_init(&p->names, p->a);
	for (size_t i = 0; i < p->images.n; i++) {
		struct image *im = p->images.items[i];

		put_name(p, im, im->name, false);
		if (im->soname != NULL)
			put_name(p, im, im->soname, true);
		for (size_t k = 0; k < im->nnames; k++)
			put_name(p, im, im->names[k], false);
	}
}

bool image_has_name(const struct image *im, const char *name)
{
	if (strcmp(im->name, name) == 0)
		return true;
	for (size_t i = 0; i < im->nnames; i++)
		if (strcmp(im->names[i], name) == 0)
			return true;
	return false;
}

void process_add_name(struct process *p, struct image *im, const char *name)
{
	const char **v;

	if (image_has_name(im, name))
		return;
	v = ARENA_ARRAY(p->a, im->nnames + 1, const char *);
	if (im->nnames > 0)
		memcpy(v, im->names, im->nnames * sizeof(*v));
	v[im->nnames++] = name;
	im->names = v;
	put_name(p, im, name, false);
}

struct image *process_add_image(struct process *p, enum image_kind kind,
				const struct store_file *file, const char *name)
{
	struct image *im = ARENA_NEW(p->a, struct image);

	im->index = p->images.n;
	im->kind = kind;
	im->file = file;
	im->name = name;
	im->real_path = name;
	im->soname = file != NULL ? file->elf.soname : NULL;
	if (p->w->kind == LOADER_MUSL)
		im->musl = ARENA_NEW(p->a, struct musl_image);
	if (p->w->kind == LOADER_DYLD)
		im->dyld = ARENA_NEW(p->a, struct dyld_image);
	*ARENA_PUSH(p->a, &p->images) = im;
	put_name(p, im, name, false);
	if (im->soname != NULL)
		put_name(p, im, im->soname, true);
	return im;
}

struct image *process_find(struct process *p, const char *name, bool *by_soname)
{
	const struct holder *h = table_get(&p->names, name, elf_gnu_hash(name));

	*by_soname = h != NULL && h->soname_only;
	if (*by_soname)
		process_add_name(p, h->im, name);
	return h != NULL ? h->im : NULL;
}

struct image *process_find_file(struct process *p, const struct store_file *file)
{
	for (size_t i = 0; i < p->images.n; i++) {
		struct image *im = p->images.items[i];

		if (im->file == file && im->kind == IMAGE_LIBRARY)
			return im;
	}
	return NULL;
}

void process_make_global(struct process *p, struct image *im)
{
	if (im->global)
		return;
	im->global = true;
	if (p->global.n == p->global_cap) {
		size_t cap = p->global_cap == 0 ? 32 : 2 * p->global_cap;
		struct image **v = ARENA_ARRAY(p->a, cap, struct image *);

		if (p->global.n > 0)
			memcpy(v, p->global.v, p->global.n * sizeof(struct image *));
		p->global.v = v;
		p->global_cap = cap;
	}
	p->global.v[p->global.n++] = im;
}

const char *image_display(const struct process *p, const struct image *im)
{
	return im->name[0] != '\0' ? im->name : p->argv0;
}
