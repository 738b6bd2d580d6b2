/* runtimes.c - which images are copies of one runtime, and whose references cross between them.
 *
 * A copy is known by a function that it exports, which the Bloom filter of its hash table answers
 * nearly always without a look at its symbols. Bindings are looked at only where there are two
 * copies, and only for the objects that need one of them: everything was looked up already when the
 * process was simulated, but for what a copy asks of itself.
 */
#include "diagnose/runtimes.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "loader/bind.h"
#include "object/elfconst.h"

#define MAX_LOOK_UPS 4096 /* of a copy's own functions in the other copies, for one image */

enum family_id {
#define FAMILY(id, ...) FAMILY_##id,
#define RUNTIME(family, ...)
#include "diagnose/runtimes.def"
#undef FAMILY
#undef RUNTIME
	FAMILY_COUNT
};

static const struct family families[] = {
#define FAMILY(id, ...) { __VA_ARGS__ },
#define RUNTIME(family, ...)
#include "diagnose/runtimes.def"
#undef FAMILY
#undef RUNTIME
};

static const struct runtime {
	enum family_id family;
	const char *kind, *files, *exports;
	int alike;
	const char *harm;
} runtimes[] = {
#define FAMILY(id, ...)
#define RUNTIME(family, ...) { FAMILY_##family, __VA_ARGS__ },
#include "diagnose/runtimes.def"
#undef FAMILY
#undef RUNTIME
};

enum { RUNTIME_COUNT = sizeof(runtimes) / sizeof(runtimes[0]) };

/* Files that share a SONAME, whatever they are: only a binding across is worth a word. */
static const struct family any_library = {
	"soname", "library", "libraries", NOTHING, DLWHY_WARNING, NULL, NULL,
	"each has data of its own", "code of one copy likely works on data of the other",
	"see to it that one of the files is found by all: remove the other, or its folder from the "
	"search path"
};

/* Does `name` match one of the patterns, which are separated by spaces? NULL: any. */
static bool matches_any(const char *name, const char *patterns)
{
	char one[64];

	for (const char *p = patterns; p != NULL && *p != '\0';) {
		size_t n = strcspn(p, " ");

		if (n < sizeof(one)) {
			memcpy(one, p, n);
			one[n] = '\0';
			if (matches_pattern(name, one))
				return true;
		}
		p += n + (p[n] == ' ');
	}
	return patterns == NULL;
}

/* ---- copies ------------------------------------------------------------------------------- */

static const char *file_name(struct diag *d, const struct image *im)
{
	const char *path = image_path(d, im);
	char *real = NULL;

	if (im->kind != IMAGE_PROGRAM || path == NULL || d->source == NULL ||
	    source_realpath(d->source, path, &real) != 0)
		return path != NULL ? base_name(path) : "";
	path = arena_strdup(d->a, base_name(real));
	free(real);
	return path;
}

/* The digits behind `mark`: "11" of libcudart.so.11.0, "320" of libhdf5-9e18f0c6.so.320.0.0. */
static const char *release_of(struct diag *d, const char *name, const char *mark)
{
	const char *p = mark != NULL ? strstr(name, mark) : NULL;
	size_t n = p != NULL ? strspn(p + strlen(mark), "0123456789") : 0;

	return n > 0 ? arena_printf(d->a, "%.*s", (int)n, p + strlen(mark)) : NULL;
}

static bool is_elf(const struct image *im)
{
	return im->file != NULL && im->file->kind == FILE_ELF && im->file->elf.defect == ELF_OK &&
	       im->kind != IMAGE_LOADER && im->kind != IMAGE_VDSO;
}

static bool exports(const struct image *im, const char *name)
{
	struct elf_hash h;

	elf_hash_open(&im->file->elf, &h);
	return h.where == ELF_HERE && !h.bad_bloom && elf_defines(&im->file->elf, &h, name);
}

static void add_copy(struct diag *d, struct conflict *c, const struct image *im,
		     const struct runtime *r)
{
	const char *name = file_name(d, im);
	struct copy *copy;

	if (c->copies.n >= MAX_COPIES)
		return;
	copy = ARENA_PUSH(d->a, &c->copies);
	copy->im = im;
	copy->kind = r != NULL ? r->kind : NULL;
	copy->exports = r != NULL ? r->exports : NULL;
	copy->alike = r != NULL ? r->alike : (int)NOTHING;
	copy->harm = r != NULL ? r->harm : NULL;
	copy->release = release_of(d, name, c->family->release_mark);
	copy->contains = r != NULL && !matches_any(name, r->files);
}

/* Rows of one family stand together: the first that fits tells the kind. */
static void sort_in(struct diag *d, struct conflict *all, const struct image *im,
		    const uint32_t *hashes)
{
	struct elf_hash h;
	int last = -1;

	elf_hash_open(&im->file->elf, &h);
	if (h.where != ELF_HERE || h.bad_bloom)
		return;
	for (size_t i = 0; i < RUNTIME_COUNT; i++) {
		const struct runtime *r = &runtimes[i];

		if ((int)r->family == last || !elf_hash_maybe(&im->file->elf, &h, hashes[i]) ||
		    !elf_defines(&im->file->elf, &h, r->exports))
			continue;
		last = (int)r->family;
		if (r->family != FAMILY_MALLOC || exports(im, "malloc"))
			add_copy(d, &all[r->family], im, r);
	}
}

/* ---- crossings ---------------------------------------------------------------------------- */

static const struct copy *copy_of(const struct conflict *c, const struct image *im)
{
	for (size_t i = 0; i < c->copies.n; i++)
		if (c->copies.items[i].im == im)
			return &c->copies.items[i];
	return NULL;
}

/* The copy that im was made for: itself, or the one that it needs. NULL if that cannot be told. */
static const struct copy *own_copy(const struct conflict *c, const struct image *im)
{
	const struct copy *own = copy_of(c, im), *found[2] = { NULL, NULL };
	size_t n[2] = { 0, 0 };

	if (own != NULL)
		return own;
	for (size_t i = 0; i < im->nneeded; i++) {
		const struct copy *x = copy_of(c, im->needed[i]);

		if (x != NULL && x != found[x->contains]) {
			found[x->contains] = x;
			n[x->contains]++;
		}
	}
	if (n[0] == 1)
		return found[0];
	return n[0] == 0 && n[1] == 1 ? found[1] : NULL;
}

/* Does another copy come before `own` in the scope of im? */
static bool comes_second(const struct conflict *c, const struct image *im, const struct copy *own)
{
	for (size_t s = 0; s < im->nscopes; s++)
		for (size_t i = 0; i < im->scopes[s]->n; i++) {
			const struct copy *x = copy_of(c, im->scopes[s]->v[i]);

			if (x != NULL)
				return x != own;
		}
	return false;
}

static bool is_strong(struct definer def)
{
	struct elf_sym s;

	return elf_sym(&def.to->file->elf, def.sym, &s) && s.bind == STB_GLOBAL;
}

/* The part of a path that names the Python package that brought the file; 0 if there is none. */
static size_t package_part(const char *path)
{
	static const char *const marks[] = { "/site-packages/", "/dist-packages/" };

	for (size_t i = 0; path != NULL && i < sizeof(marks) / sizeof(marks[0]); i++) {
		const char *p = strstr(path, marks[i]);

		if (p != NULL)
			return (size_t)(p - path) + strlen(marks[i]) +
			       strcspn(p + strlen(marks[i]), "/") + 1;
	}
	return 0;
}

/* Files of one package were built together: their copies are of one release, and meant to meet. */
static bool made_together(const struct diag *d, const struct image *x, const struct image *y)
{
	const char *a = image_path(d, x), *b = image_path(d, y);
	size_t n = package_part(a);

	return n != 0 && n == package_part(b) && strncmp(a, b, n) == 0;
}

static struct crossing *crossing_to(struct diag *d, struct conflict *c, const struct image *im,
				    const struct copy *own, const struct copy *other)
{
	struct crossing *x;

	for (size_t i = 0; i < c->crossings.n; i++) {
		x = &c->crossings.items[i];
		if (x->im == im && x->other == other)
			return x;
	}
	x = ARENA_PUSH(d->a, &c->crossings);
	x->im = im;
	x->own = own;
	x->other = other;
	return x;
}

/* A name that `own` defines as well. C++ code that every file carries is merged by design: what is
 * weak or unique does not count. */
static void count_one(struct diag *d, struct conflict *c, const struct image *im,
		      const struct copy *own, const char *name, struct definer def)
{
	const struct copy *other = def.to != NULL && def.to != own->im ? copy_of(c, def.to) : NULL;
	struct crossing *x;

	if (other == NULL || !is_strong(def) || made_together(d, own->im, other->im))
		return;
	x = crossing_to(d, c, im, own, other);
	if (x->nexamples < sizeof(x->examples) / sizeof(x->examples[0]))
		x->examples[x->nexamples++] = name;
	x->across++;
}

/* What im, which needs `own`, takes from the copies. */
static size_t count_needs(struct diag *d, struct conflict *c, const struct image *im,
			  const struct copy *own)
{
	struct matches m;
	size_t home = 0;

	if (im->facts == NULL || own->im->facts == NULL || im->bound == NULL ||
	    !facts_matches(im->facts, own->im->facts, world_minor(d->w), &m))
		return 0;
	for (size_t i = 0; i < m.n; i++) {
		const char *name = im->facts->refs[m.v[i].ref].name;
		struct definer def = bind_bound(im, m.v[i].ref);

		if (!matches_any(name, c->family->names))
			continue;
		home += def.to == own->im;
		count_one(d, c, im, own, name, def);
	}
	return home;
}

/* A symbol that a file defines and that others may replace. */
static bool replaceable(const struct elf *e, uint32_t sym, const char **name)
{
	struct elf_sym s;

	if (!elf_sym(e, sym, &s) || s.shndx == SHN_UNDEF || s.bind != STB_GLOBAL ||
	    s.vis != STV_DEFAULT)
		return false;
	*name = elf_sym_name(e, sym);
	return *name != NULL && **name != '\0';
}

static bool others_may_define(const struct conflict *c, const struct copy *own, uint32_t hash)
{
	for (size_t i = 0; i < c->copies.n; i++) {
		const struct image *im = c->copies.items[i].im;

		if (im != own->im && im->facts != NULL &&
		    elf_hash_maybe(&im->file->elf, &im->facts->hash, hash))
			return true;
	}
	return false;
}

/* What a copy asks of itself through its relocations: another copy may answer. */
static void count_own(struct diag *d, struct conflict *c, struct image *im, const struct copy *own)
{
	const struct elf *e = &im->file->elf;
	unsigned char *seen = arena_alloc(d->a, (size_t)e->symtab.n + 1);
	size_t looked_up = 0;
	struct elf_relocs r;
	struct elf_rel rel;
	const char *name;
	struct ref ref;

	elf_relocs_open(e, &r);
	for (int t = 0; t < 3; t++)
		for (uint64_t i = r.relative[t]; i < r.rel[t].n && looked_up < MAX_LOOK_UPS; i++) {
			if (!elf_reloc(e, &r, t, i, &rel) || rel.sym >= e->symtab.n ||
			    seen[rel.sym] != 0)
				continue;
			seen[rel.sym] = 1;
			if (!replaceable(e, rel.sym, &name) ||
			    !matches_any(name, c->family->names) ||
			    !others_may_define(c, own, elf_gnu_hash(name)) ||
			    !facts_own_ref(im->facts, rel.sym, &ref))
				continue;
			looked_up++;
			count_one(d, c, im, own, name,
				  bind_look_up((struct process *)d->p, im, &ref, REF_PLT));
		}
}

static void find_crossings(struct diag *d, struct conflict *c)
{
	for (size_t i = 0; i < d->p->images.n; i++) {
		struct image *im = d->p->images.items[i];
		const struct copy *own = im->facts != NULL ? own_copy(c, im) : NULL;
		size_t first = c->crossings.n, home = 0;

		if (own == NULL || !is_elf(im) || !comes_second(c, im, own))
			continue;
		if (own->im == im)
			count_own(d, c, im, own);
		else
			home = count_needs(d, c, im, own);
		for (size_t k = first; k < c->crossings.n; k++) {
			c->crossings.items[k].home = home;
			c->crossings.items[k].torn = home > 0 || (own->im == im && own->contains);
		}
	}
}

/* ---- how bad is it? ----------------------------------------------------------------------- */

static bool alike(const struct copy *x, const struct copy *y)
{
	return same_text(x->kind, y->kind) &&
	       (x->release == NULL || y->release == NULL || same_text(x->release, y->release));
}

static void at_least(struct conflict *c, int severity, const char *harm)
{
	if (severity >= c->severity)
		return;
	c->severity = severity;
	c->harm = harm != NULL ? harm : c->family->harm;
}

static void judge(struct conflict *c)
{
	c->severity = NOTHING;
	for (size_t i = 1; i < c->copies.n; i++)
		for (size_t k = 0; k < i; k++) {
			const struct copy *x = &c->copies.items[i], *y = &c->copies.items[k];

			if (alike(x, y))
				at_least(c, x->alike, x->harm);
			else
				at_least(c, c->family->differing, NULL);
		}
	c->together = c->severity;
	for (size_t i = 0; i < c->crossings.n; i++) {
		const struct crossing *x = &c->crossings.items[i];

		at_least(c, x->torn || !alike(x->own, x->other) ? DLWHY_WARNING :
								  c->family->whole,
			 c->family->across);
	}
}

static void conclude(struct diag *d, struct conflict *c,
		     void (*fn)(struct diag *d, const struct conflict *c))
{
	if (c->copies.n < 2)
		return;
	if (c->family->names == NULL || *c->family->names != '\0')
		find_crossings(d, c);
	judge(c);
	if (c->severity != NOTHING)
		fn(d, c);
}

/* ---- files of one SONAME ------------------------------------------------------------------ */

static bool known_runtime(const struct conflict *all, const struct image *im)
{
	for (size_t i = 0; i < FAMILY_COUNT; i++)
		if (copy_of(&all[i], im) != NULL)
			return true;
	return false;
}

static void same_sonames(struct diag *d, const struct conflict *all,
			 void (*fn)(struct diag *d, const struct conflict *c))
{
	struct {
		struct conflict **items;
		size_t n, cap;
	} found = { NULL, 0, 0 };
	struct table first;

	table_init(&first, d->a);
	for (size_t i = 0; i < d->p->images.n; i++) {
		const struct image *im = d->p->images.items[i];
		const char *soname = is_elf(im) ? im->soname : NULL;
		uint32_t hash = soname != NULL ? elf_gnu_hash(soname) : 0;
		struct conflict *c;

		if (soname == NULL || known_runtime(all, im))
			continue;
		c = table_get(&first, soname, hash);
		if (c == NULL) {
			c = ARENA_NEW(d->a, struct conflict);
			c->family = &any_library;
			c->soname = soname;
			table_put(&first, soname, hash, c);
			*ARENA_PUSH(d->a, &found) = c;
		}
		add_copy(d, c, im, NULL);
	}
	for (size_t i = 0; i < found.n; i++)
		conclude(d, found.items[i], fn);
}

/* ---- memory ------------------------------------------------------------------------------- */

static const struct heap_pair {
	const char *get, *give, *words;
	int severity;
} heap_pairs[] = {
	{ "malloc", "free", "malloc and free", DLWHY_WARNING },
	{ "_Znwm", "_ZdlPv", "operator new and delete", DLWHY_NOTE },
	{ "_Znam", "_ZdaPv", "operator new[] and delete[]", DLWHY_NOTE },
};

/* Nothing can be torn where only one object defines either function. */
static bool has_two_heaps(const struct diag *d, const struct heap_pair *pair)
{
	size_t n = 0;

	for (size_t i = 0; i < d->p->images.n && n < 2; i++) {
		const struct image *im = d->p->images.items[i];

		n += is_elf(im) && (exports(im, pair->get) || exports(im, pair->give));
	}
	return n >= 2;
}

/* Whom the reference of that name is bound to; NULL: nobody, or im has none. */
static const struct image *bound_to(const struct image *im, const char *name, uint32_t hash)
{
	for (size_t i = 0; i < im->facts->nrefs; i++) {
		const struct ref *r = &im->facts->refs[i];

		if (r->hash == hash && strcmp(r->name, name) == 0)
			return bind_bound(im, i).to;
	}
	return NULL;
}

static void look_for_torn(struct diag *d, const struct heap_pair *pair, struct torn_heap *h)
{
	uint32_t get = elf_gnu_hash(pair->get), give = elf_gnu_hash(pair->give);

	for (size_t i = 0; i < d->p->images.n; i++) {
		const struct image *im = d->p->images.items[i], *x, *y;

		if (!is_elf(im) || im->facts == NULL || im->bound == NULL)
			continue;
		x = bound_to(im, pair->get, get);
		y = x != NULL ? bound_to(im, pair->give, give) : NULL;
		if (y == NULL || x == y)
			continue;
		h->others += h->im != NULL;
		if (h->im == NULL)
			*h = (struct torn_heap){ im, x, y, pair->get, pair->give, pair->words, 0,
						 pair->severity };
	}
}

void runtimes_each_torn_heap(struct diag *d, void (*fn)(struct diag *d, const struct torn_heap *h))
{
	for (size_t i = 0; i < sizeof(heap_pairs) / sizeof(heap_pairs[0]); i++) {
		struct torn_heap h = { .im = NULL };

		if (has_two_heaps(d, &heap_pairs[i]))
			look_for_torn(d, &heap_pairs[i], &h);
		if (h.im != NULL)
			fn(d, &h);
	}
}

/* ---- all ---------------------------------------------------------------------------------- */

void runtimes_each_conflict(struct diag *d, void (*fn)(struct diag *d, const struct conflict *c))
{
	struct conflict *all = ARENA_ARRAY(d->a, FAMILY_COUNT, struct conflict);
	uint32_t hashes[RUNTIME_COUNT];

	for (size_t i = 0; i < FAMILY_COUNT; i++)
		all[i].family = &families[i];
	for (size_t i = 0; i < RUNTIME_COUNT; i++)
		hashes[i] = elf_gnu_hash(runtimes[i].exports);
	for (size_t i = 0; i < d->p->images.n; i++)
		if (is_elf(d->p->images.items[i]))
			sort_in(d, all, d->p->images.items[i], hashes);
	for (size_t i = 0; i < FAMILY_COUNT; i++)
		conclude(d, &all[i], fn);
	same_sonames(d, all, fn);
}
