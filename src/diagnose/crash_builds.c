/* crash_builds.c - were two objects on a stack built against different things? Only what files and
 * bindings say counts: nothing here is concluded from the crash.
 */
#include <string.h>

#include "diagnose/crash.h"
#include "loader/bind.h"
#include "loader/facts.h"
#include "object/elfconst.h"

enum { MAX_REFS = 20000 /* of one object that are compared */ };

/* ---- releases of one library ---------------------------------------------------------------- */

/* What stands before ".so", without the hash that tools put into names: "libz" of
 * "libz-eb09ad1d.so.1.2.3". 0 for what is no such name. */
static size_t stem(const char *name)
{
	const char *so = strstr(name, ".so");
	size_t n = so != NULL ? (size_t)(so - name) : 0;

	if (n > 9 && name[n - 9] == '-' && strspn(name + n - 8, "0123456789abcdef") >= 8)
		n -= 9;
	return n;
}

static bool same_stem(const char *x, const char *y)
{
	size_t n = stem(x);

	return n > 3 && n == stem(y) && strncmp(x, y, n) == 0;
}

static const char *name_of(const struct diag *d, const struct image *im)
{
	return im->soname != NULL ? im->soname : image_word(d, im);
}

static bool is_ours(const struct image *im)
{
	return im->file != NULL && im->file->kind == FILE_ELF && im->facts != NULL &&
	       im->kind != IMAGE_LOADER && im->kind != IMAGE_VDSO;
}

static bool defines(const struct image *im, const char *name)
{
	return is_ours(im) && elf_defines(&im->file->elf, &im->facts->hash, name);
}

/* References of im that lead to `to` although `own` defines them as well. */
static void count_across(struct split *s, const struct image *im, const struct image *own,
			 const struct image *to)
{
	if (!is_ours(im) || im->bound == NULL || own == NULL)
		return;
	for (size_t i = 0; i < im->facts->nrefs && i < MAX_REFS; i++) {
		const char *name = im->facts->refs[i].name;

		if (bind_bound(im, i).to != to || !defines(own, name))
			continue;
		if (s->nexamples < sizeof(s->examples) / sizeof(s->examples[0]))
			s->examples[s->nexamples++] = name;
		s->across++;
	}
}

/* The image that `im` needs, or is, of the library that has the same stem as `other`. */
static bool by_needs(const struct diag *d, const struct image *x, const struct image *y,
		     struct split *out)
{
	for (size_t i = 0; i <= x->nneeded; i++) {
		const struct image *zx = i < x->nneeded ? x->needed[i] : x;

		for (size_t k = 0; k <= y->nneeded; k++) {
			const struct image *zy = k < y->nneeded ? y->needed[k] : y;

			if (zx == zy || !same_stem(name_of(d, zx), name_of(d, zy)) ||
			    strcmp(name_of(d, zx), name_of(d, zy)) == 0)
				continue;
			out->kind = SPLIT_NEEDS;
			out->zx = zx;
			out->zy = zy;
			return true;
		}
	}
	return false;
}

/* The two count where one called the other and that died, or where one of the copies died. */
static bool is_near(const struct crash *c, const struct split *s)
{
	const struct image *top = c->objects[0];

	return (s->x == top && s->y == c->objects[1]) || s->zx == top || s->zy == top;
}

static bool split_by_needs(struct diag *d, const struct crash *c, const struct image *x,
			   const struct image *y, struct split *out)
{
	struct split s = { .x = x, .y = y };
	const char *name;

	if (!by_needs(d, x, y, &s))
		return false;
	count_across(&s, x, s.zx, s.zy);
	count_across(&s, y, s.zy, s.zx);
	if (!is_near(c, &s) && s.across == 0)
		return false;
	name = name_of(d, s.zx);
	s.what = arena_strndup(d->a, name, stem(name));
	*out = s;
	return true;
}

/* ---- one symbol, two definers ----------------------------------------------------------------- */

static const struct ref *find_ref(const struct image *im, const struct ref *r, size_t *at)
{
	for (size_t i = 0; i < im->facts->nrefs && i < MAX_REFS; i++)
		if (im->facts->refs[i].hash == r->hash && strcmp(im->facts->refs[i].name, r->name) == 0) {
			*at = i;
			return &im->facts->refs[i];
		}
	return NULL;
}

/* Who answers that name for im: the definer of its reference, or itself. */
static const struct image *answer_for(const struct image *im, const struct ref *r)
{
	size_t at;

	if (find_ref(im, r, &at) != NULL)
		return bind_bound(im, at).to;
	return defines(im, r->name) ? im : NULL;
}

static bool is_strong(struct definer def)
{
	struct elf_sym s;

	return elf_sym(&def.to->file->elf, def.sym, &s) && s.bind == STB_GLOBAL;
}

/* Memory is a chapter of its own (runtimes.h); what C++ code carries in every file is merged. */
static bool counts(const char *name)
{
	return strcmp(name, "malloc") != 0 && strcmp(name, "free") != 0 &&
	       strcmp(name, "main") != 0 && name[0] != '_';
}

static bool split_by_binding(struct diag *d, const struct crash *c, const struct image *x,
			     const struct image *y, struct split *out)
{
	struct split s = { .kind = SPLIT_BOUND, .x = x, .y = y };

	if (!is_ours(x) || !is_ours(y) || y->bound == NULL)
		return false;
	for (size_t i = 0; i < y->facts->nrefs && i < MAX_REFS; i++) {
		const struct ref *r = &y->facts->refs[i];
		struct definer def = bind_bound(y, i);
		const struct image *other;

		if (def.to == NULL || def.to == x || def.to == y || !is_ours(def.to) ||
		    !counts(r->name) || !is_strong(def))
			continue;
		other = answer_for(x, r);
		if (other == NULL || other == def.to || other == x)
			continue;
		s.zx = other;
		s.zy = def.to;
		if (s.nexamples < sizeof(s.examples) / sizeof(s.examples[0]))
			s.examples[s.nexamples++] = r->name;
		s.across++;
	}
	if (s.across == 0 || !is_near(c, &s))
		return false;
	s.what = arena_printf(d->a, "copies of %s", symbol_word(d->a, s.examples[0]));
	if (s.across > 1)
		s.what = arena_printf(d->a, "%s and %zu more symbols", s.what, s.across - 1);
	*out = s;
	return true;
}

/* ---- C++ strings ------------------------------------------------------------------------------ */

/* "Ss" is std::string of before GCC 5; its successor lives in std::__cxx11. */
static bool is_old_string(const char *name)
{
	return starts_with(name, "_ZNSs") || starts_with(name, "_ZNKSs") ||
	       starts_with(name, "_ZNSbIw") || starts_with(name, "_ZNKSbIw");
}

/* 1: the new strings alone, -1: the old ones alone, 0: cannot be told. */
static int string_kind(const struct image *im)
{
	size_t old = 0, new = 0;

	for (size_t i = 0; is_ours(im) && i < im->facts->nrefs && i < MAX_REFS; i++) {
		const char *name = im->facts->refs[i].name;

		old += is_old_string(name);
		new += strstr(name, "__cxx1112basic_string") != NULL;
	}
	return old > 0 && new == 0 ? -1 : new > 0 && old == 0 ? 1 : 0;
}

/* Does it concern strings? It died in one of their functions, or in what its object called of the C++
 * library or of C's. Files of both kinds live together well as long as no string crosses. */
static bool died_of_strings(const struct crash *c)
{
	for (size_t i = 0; i <= c->where && i < c->s->nframes; i++) {
		const struct watch_frame *f = &c->s->frames[i];

		if (i < c->where && f->object != NULL)
			return true;
		if (f->symbol != NULL &&
		    (is_old_string(f->symbol) || strstr(f->symbol, "basic_string") != NULL))
			return true;
	}
	return false;
}

static bool split_by_strings(const struct crash *c, const struct image *x, const struct image *y,
			     struct split *out)
{
	int kx = string_kind(x), ky = kx != 0 ? string_kind(y) : 0;

	if (kx * ky >= 0 || !died_of_strings(c))
		return false;
	*out = (struct split){ .kind = SPLIT_CXX11, .x = x, .y = y,
			       .what = "C++ strings (_GLIBCXX_USE_CXX11_ABI)" };
	return true;
}

/* ---- numpy -------------------------------------------------------------------------------------- */

static bool holds(const struct image *im, const char *text)
{
	return is_ours(im) &&
	       memmem(im->file->bytes.p, im->file->bytes.n, text, strlen(text) + 1) != NULL;
}

static bool is_numpy(const struct diag *d, const struct image *im, const char *package)
{
	const char *path = image_path(d, im);

	return path != NULL && strstr(path, package) != NULL &&
	       strstr(path, "_multiarray_umath.") != NULL;
}

/* Modules built against numpy 1 look for its functions where numpy 2 keeps a stub. */
static bool split_by_numpy(const struct diag *d, const struct image *x, const struct image *y,
			   struct split *out)
{
	const struct image *numpy = is_numpy(d, x, "/numpy/_core/") ? x : y;
	const struct image *module = numpy == x ? y : x;

	if (!is_numpy(d, numpy, "/numpy/_core/") ||
	    !holds(module, "numpy.core._multiarray_umath") ||
	    holds(module, "numpy._core._multiarray_umath"))
		return false;
	*out = (struct split){ .kind = SPLIT_NUMPY, .x = x, .y = y, .what = "numpy" };
	return true;
}

/* ---- the way in --------------------------------------------------------------------------------- */

static bool split_of(struct diag *d, const struct crash *c, const struct image *x,
		     const struct image *y, struct split *out)
{
	if (split_by_needs(d, c, x, y, out) || split_by_binding(d, c, x, y, out))
		return true;
	return x == c->objects[0] && y == c->objects[1] &&
	       (split_by_strings(c, x, y, out) || split_by_numpy(d, x, y, out));
}

void crash_find_split(struct diag *d, const struct crash *c, struct split *out)
{
	memset(out, 0, sizeof(*out));
	/* The nearest pair first: the one that died and the one that called it. */
	for (size_t apart = 1; apart < c->nobjects; apart++)
		for (size_t i = 0; i + apart < c->nobjects; i++)
			if (split_of(d, c, c->objects[i], c->objects[i + apart], out))
				return;
}
