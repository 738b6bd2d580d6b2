/* wheels.c - see wheels.h. */
#include "package/wheels.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "package/pyversion.h"
#include "package/wheel.h"

enum { MAX_WHEELS = 4000, MAX_CHOICE = 24, METADATA_MAX = 4 << 20 };

/* ---- which are there ------------------------------------------------------------------------------- */

bool wheels_add(struct wheels *w, const char *dir)
{
	struct arena *a = w->set->a;
	const struct store_listing *l;

	if (store_stat_dir(w->set->store, dir) != 0)
		return false;
	l = store_list(w->set->store, dir);
	for (size_t i = 0; l != NULL && i < l->n && w->all.n < MAX_WHEELS; i++) {
		struct at_hand h = { .dir = dir };

		if (!str_ends(l->names[i], ".whl") ||
		    !wheel_name_read(a, l->names[i], &h.name, &h.version, &h.tag))
			continue;
		h.path = package_path(a, dir, l->names[i]);
		*ARENA_PUSH(a, &w->all) = ARENA_NEW(a, struct at_hand);
		*w->all.items[w->all.n - 1] = h;
	}
	return true;
}

/* ---- which fit ------------------------------------------------------------------------------------- */

static bool fits_libc(const struct wheel_tag *t, const struct wheel_home *home)
{
	if (home->musl)
		return !t->manylinux || t->musllinux;
	if (t->musllinux && !t->manylinux)
		return false;
	return !t->manylinux || home->libc_major == 0 || t->major < home->libc_major ||
	       (t->major == home->libc_major && t->minor <= home->libc_minor);
}

bool at_hand_fits(const struct at_hand *h, const struct wheel_home *home)
{
	uint16_t machine;
	bool is64;

	if (home->minor != 0 && !wheel_tag_fits_python(&h->tag, home->minor))
		return false;
	if (h->tag.any)
		return true;
	if (h->tag.machine == NULL || !wheel_tag_machine(h->tag.machine, &machine, &is64))
		return false; /* of another system, or of one that is not known */
	return (home->machine == 0 || (machine == home->machine && is64 == home->is64)) &&
	       fits_libc(&h->tag, home);
}

static int newest_first(const void *x, const void *y)
{
	const struct at_hand *const *a = x, *const *b = y;
	int c = pyversion_compare_texts((*b)->version, (*a)->version);

	return c != 0 ? c : strcmp((*a)->path, (*b)->path);
}

static bool is_early(const struct at_hand *h)
{
	struct pyversion v;

	return !pyversion_read(h->version, &v) || pyversion_is_early(&v);
}

/* From the newest to the oldest -> the nearest to `version`, newer ones before older ones. */
static void nearest_first(const struct at_hand **v, size_t n, const char *version, const struct at_hand **out)
{
	size_t newer = 0, older, filled = 0;

	while (newer < n && pyversion_compare_texts(v[newer]->version, version) >= 0)
		newer++;
	older = newer;
	while (filled < n) {
		if (newer > 0)
			out[filled++] = v[--newer];
		if (older < n)
			out[filled++] = v[older++];
	}
}

static void early_last(const struct at_hand **v, size_t n, const struct at_hand **out)
{
	size_t filled = 0;

	for (int early = 0; early < 2; early++)
		for (size_t i = 0; i < n; i++)
			if (is_early(v[i]) == (early == 1))
				out[filled++] = v[i];
}

static bool is_of(const struct at_hand *h, const char *name, const struct wheel_home *home)
{
	return package_same_project(h->name, name) && at_hand_fits(h, home);
}

const struct at_hand *const *wheels_of(struct wheels *w, const char *name, const struct wheel_home *home,
				       const char *version)
{
	struct arena *a = w->set->a;
	static const struct at_hand *const none[] = { NULL };
	const struct at_hand **found, **out;
	size_t n = 0, kept = 0;

	for (size_t i = 0; i < w->all.n; i++)
		n += is_of(w->all.items[i], name, home);
	if (n == 0)
		return none;
	found = ARENA_ARRAY(a, n + 1, const struct at_hand *);
	out = ARENA_ARRAY(a, n + 1, const struct at_hand *);
	n = 0;
	for (size_t i = 0; i < w->all.n; i++)
		if (is_of(w->all.items[i], name, home))
			found[n++] = w->all.items[i];
	qsort(found, n, sizeof(found[0]), newest_first);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || pyversion_compare_texts(found[kept - 1]->version, found[i]->version) != 0)
			found[kept++] = found[i];
	if (version != NULL)
		nearest_first(found, kept, version, out);
	else
		early_last(found, kept, out);
	return out;
}

/* ---- what they need -------------------------------------------------------------------------------- */

static const struct zip_member *find_metadata(const struct zip *z)
{
	for (size_t i = 0; i < z->n; i++) {
		const char *slash = strchr(z->members[i].name, '/');

		if (slash != NULL && strcmp(slash, "/METADATA") == 0 && slash - z->members[i].name > 10 &&
		    strncmp(slash - 10, ".dist-info", 10) == 0)
			return &z->members[i];
	}
	return NULL;
}

/* A wheel that cannot be read needs nothing, and will not be installed either. */
static const struct requirements *requires_of(struct wheels *w, const struct at_hand *which)
{
	struct at_hand *h = (struct at_hand *)(uintptr_t)which;
	struct arena *a = w->set->a;
	struct source_file f;
	struct view text;
	struct zip z;
	const struct zip_member *m;

	if (h->read)
		return &h->requires;
	h->read = true;
	if (source_open(store_source(w->set->store), h->path, &f) != 0)
		return &h->requires;
	zip_open(f.map.bytes, a, &z);
	m = find_metadata(&z);
	if (m != NULL && zip_read(&z, m, a, METADATA_MAX, &text) == 0)
		requirements_of(a, text, &h->requires);
	source_close(&f);
	return &h->requires;
}

static const char *machine_name(const struct wheel_home *home)
{
	static const char *const names[] = { "x86_64", "aarch64", "i686", "ppc64le", "s390x", "riscv64" };
	uint16_t machine;
	bool is64;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (wheel_tag_machine(names[i], &machine, &is64) && machine == home->machine &&
		    is64 == home->is64)
			return names[i];
	return "";
}

static bool is_wanted(struct wheels *w, const struct requirement *r, const struct wheel_home *home)
{
	struct arena *a = w->set->a;
	struct marker_values v = { .python = arena_printf(a, "3.%u", home->minor),
				   .machine = machine_name(home),
				   .extra = "" };

	return r->marker == NULL || marker_holds(a, r->marker, &v) != MARKER_NO;
}

static bool meets(const char *version, const char *specifiers)
{
	struct pyversion v;
	bool bad;

	return pyversion_read(version, &v) && pyversion_meets(&v, specifiers, &bad);
}

const struct package *package_named(const struct package_set *set, const char *name)
{
	for (size_t i = 0; i < set->packages.n; i++)
		if (set->packages.items[i]->kind == PACKAGE_PIP &&
		    package_same_project(set->packages.items[i]->name, name))
			return set->packages.items[i];
	return NULL;
}

static const struct at_hand *chosen(const struct wheel_choice *c, const char *name)
{
	for (size_t i = 0; i < c->wheels.n; i++)
		if (package_same_project(c->wheels.items[i]->name, name))
			return c->wheels.items[i];
	return NULL;
}

static const char *words_of(struct wheels *w, const struct requirement *r)
{
	return arena_printf(w->set->a, "%s%s", r->name, r->specifiers);
}

/* The version that will be there, NULL. */
static const char *version_with(const struct wheels *w, const struct wheel_choice *c, const char *name)
{
	const struct at_hand *h = chosen(c, name);
	const struct package *p = h == NULL ? package_named(w->set, name) : NULL;

	return h != NULL ? h->version : p != NULL ? p->version : NULL;
}

static void provide(struct wheels *w, const struct requirement *r, const struct wheel_home *home,
		    struct wheel_choice *c)
{
	const char *version = version_with(w, c, r->name);
	const struct at_hand *const *v;

	if (version != NULL && meets(version, r->specifiers))
		return;
	v = chosen(c, r->name) == NULL ? wheels_of(w, r->name, home, NULL) : NULL;
	for (size_t i = 0; v != NULL && v[i] != NULL; i++)
		if (meets(v[i]->version, r->specifiers)) {
			*ARENA_PUSH(w->set->a, &c->wheels) = v[i];
			return;
		}
	if (c->lacks == NULL)
		c->lacks = words_of(w, r);
}

static const struct requirements *asked_by(struct wheels *w, size_t i)
{
	struct package_set *set = w->set;
	struct view text;

	if (w->asked == NULL)
		w->asked = ARENA_ARRAY(set->a, set->packages.n + 1, struct requirements *);
	if (w->asked[i] != NULL)
		return w->asked[i];
	w->asked[i] = ARENA_NEW(set->a, struct requirements);
	if (package_read_file(set, package_path(set->a, set->packages.items[i]->record, "METADATA"),
			      METADATA_MAX, &text) == 0)
		requirements_of(set->a, text, w->asked[i]);
	return w->asked[i];
}

const struct requirement *wheels_asked(struct wheels *w, const struct package *p, const char *name)
{
	for (size_t i = 0; i < w->set->packages.n; i++) {
		const struct requirements *r = w->set->packages.items[i] == p ? asked_by(w, i) : NULL;

		for (size_t k = 0; r != NULL && k < r->n; k++)
			if (package_same_project(r->items[k].name, name))
				return &r->items[k];
	}
	return NULL;
}

/* Does installed package i ask for another version of it than the chosen one, and not of what is there? */
static const struct requirement *broken_by(struct wheels *w, size_t i, const struct at_hand *h,
					   const struct wheel_home *home)
{
	const struct requirements *asked = asked_by(w, i);
	const struct package *old = package_named(w->set, h->name);

	for (size_t k = 0; k < asked->n; k++) {
		const struct requirement *r = &asked->items[k];

		if (package_same_project(r->name, h->name) && is_wanted(w, r, home) &&
		    !meets(h->version, r->specifiers) && (old == NULL || meets(old->version, r->specifiers)))
			return r;
	}
	return NULL;
}

/* Who is content with what is installed, and would not be with what is chosen. */
static void find_broken(struct wheels *w, const struct wheel_home *home, struct wheel_choice *c)
{
	for (size_t i = 0; i < w->set->packages.n && c->breaks == NULL; i++) {
		const struct package *p = w->set->packages.items[i];

		if (p->kind != PACKAGE_PIP || chosen(c, p->name) != NULL)
			continue;
		for (size_t k = 0; k < c->wheels.n && c->breaks == NULL; k++) {
			const struct requirement *r = broken_by(w, i, c->wheels.items[k], home);

			if (r != NULL)
				c->breaks = arena_printf(w->set->a, "%s %s asks for %s", p->name, p->version,
							 words_of(w, r));
		}
	}
}

void wheels_choose(struct wheels *w, const struct at_hand *first, const struct wheel_home *home,
		   struct wheel_choice *out)
{
	memset(out, 0, sizeof(*out));
	*ARENA_PUSH(w->set->a, &out->wheels) = first;
	for (size_t i = 0; i < out->wheels.n && i < MAX_CHOICE; i++) {
		const struct requirements *r = requires_of(w, out->wheels.items[i]);

		for (size_t k = 0; k < r->n && out->wheels.n < MAX_CHOICE; k++)
			if (is_wanted(w, &r->items[k], home))
				provide(w, &r->items[k], home, out);
	}
	if (out->wheels.n >= MAX_CHOICE && out->lacks == NULL)
		out->lacks = "more packages than can be looked through";
	find_broken(w, home, out);
}
