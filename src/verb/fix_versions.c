/* fix_versions.c - another version of a Python package: which would fit?
 *
 * Looked at are the packages whose files the finding names, and those that they ask for in another version
 * than is installed. Of each, the wheels that lie on this machine (--wheels, find-links of the installer)
 * are ways out, the nearest version first, together with what it needs; the simulation decides. Where no
 * wheel is at hand the requirements that packages state are the best there is to go by: a person's to try.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "diagnose/common.h"
#include "package/installer.h"
#include "package/owner.h"
#include "package/pyversion.h"
#include "package/wheels.h"
#include "verb/fix.h"

enum { MAX_PARTIES = 4, MAX_VERSIONS = 6 };

/* What is known of one environment. */
struct fix_versions {
	struct package_set set;
	struct place place;
	struct wheels wheels;
	struct wheel_home home;
};

struct parties {
	const struct package *v[MAX_PARTIES];
	size_t n;
};

/* ---- the environment ------------------------------------------------------------------------------- */

static const char *absolute(struct fixing *x, const char *path)
{
	char *full = source_absolute(x->s->source, path);
	const char *copy = full != NULL ? arena_strdup(x->a, full) : path;

	free(full);
	return copy;
}

/* Where its installer would look for it: pip, or uv where that has installed what is there. */
static void read_links(struct fixing *x, struct fix_versions *v)
{
	struct installer_question q = { .environ = x->s->environ, .prefix = v->place.dir };
	struct installer_settings s;

	for (size_t i = 0; i < v->set.packages.n && !q.uv; i++)
		q.uv = same_text(v->set.packages.items[i]->installer, "uv");
	installer_settings(&v->set, &q, &s);
	for (size_t i = 0; i < s.links.n; i++)
		wheels_add(&v->wheels, absolute(x, s.links.items[i]));
}

static void read_wheels(struct fixing *x, struct fix_versions *v)
{
	const struct dlwhy_fix_request *r = x->request;
	bool has = r->size >= offsetof(struct dlwhy_fix_request, wheels) + sizeof(r->wheels);
	const char *const *dirs = has ? r->wheels : NULL;

	for (size_t i = 0; dirs != NULL && dirs[i] != NULL; i++)
		wheels_add(&v->wheels, absolute(x, dirs[i]));
	read_links(x, v);
}

static void set_libc(struct wheel_home *h, const struct dlwhy_platform *p)
{
	const char *s = p->loader_version;

	if (s == NULL || !same_text(p->loader, "glibc"))
		return;
	for (; *s >= '0' && *s <= '9' && h->libc_major < 1000; s++)
		h->libc_major = h->libc_major * 10 + (unsigned)(*s - '0');
	for (s += *s == '.'; *s >= '0' && *s <= '9' && h->libc_minor < 1000; s++)
		h->libc_minor = h->libc_minor * 10 + (unsigned)(*s - '0');
}

/* Of the folder of an environment; NULL: it is none that something could be installed into. */
static struct fix_versions *versions_of(struct fixing *x, const struct dlwhy_result *r, const char *dir)
{
	struct fix_versions *v = x->versions;

	if (v != NULL && strcmp(v->place.dir, dir) == 0)
		return v;
	v = ARENA_NEW(x->a, struct fix_versions);
	v->set = (struct package_set){ .a = x->a, .store = x->s->store };
	place_find(&v->set, dir, &v->place);
	if (v->place.kind != PLACE_ENVIRONMENT || v->place.sites.n != 1 || v->place.python == NULL)
		return NULL;
	place_read(&v->set, &v->place);
	v->wheels.set = &v->set;
	read_wheels(x, v);
	v->home = (struct wheel_home){ .minor = v->place.sites.items[0].minor,
				       .machine = v->place.machine,
				       .is64 = v->place.is64,
				       .musl = v->place.musl };
	set_libc(&v->home, &r->platform);
	x->versions = v;
	return v;
}

/* ---- who takes part -------------------------------------------------------------------------------- */

static void add_party(struct parties *l, const struct package *p)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i] == p)
			return;
	if (p != NULL && p->kind == PACKAGE_PIP && !p->editable && *p->version != '\0' && l->n < MAX_PARTIES)
		l->v[l->n++] = p;
}

/* The package that has the file, in the environment that the first such file lies in. */
static void add_owner(struct fixing *x, const struct dlwhy_result *r, const char *path, struct parties *l,
		      struct fix_versions **v)
{
	const struct package_owner *o;

	if (path == NULL || path[0] != '/' || strstr(path, "-packages/") == NULL)
		return;
	o = package_owner_find(x->s->store, x->a, path);
	if (o == NULL || o->p->kind != PACKAGE_PIP)
		return;
	if (*v == NULL)
		*v = versions_of(x, r, o->place->dir);
	if (*v != NULL && strcmp((*v)->place.dir, o->place->dir) == 0)
		add_party(l, package_named(&(*v)->set, o->p->name));
}

/* What the file needs, and has: a symbol or version that it lacks should have been there. */
static void add_needs(struct fixing *x, const struct dlwhy_result *r, const char *path, struct parties *l,
		      struct fix_versions **v)
{
	for (size_t i = 0; path != NULL && i < r->nobjects; i++) {
		const struct dlwhy_object *o = r->objects[i];

		for (size_t k = 0; same_text(o->path, path) && k < o->nneeds; k++)
			if (o->needs[k]->to >= 0 && (size_t)o->needs[k]->to < r->nobjects)
				add_owner(x, r, r->objects[o->needs[k]->to]->path, l, v);
	}
}

static void add_owners(struct fixing *x, const struct dlwhy_result *r, const struct dlwhy_finding *f,
		       struct parties *l, struct fix_versions **v)
{
	const struct dlwhy_exception *e = r->python != NULL ? r->python->exception : NULL;

	add_owner(x, r, f->needed_by, l, v);
	add_owner(x, r, f->object, l, v);
	for (size_t i = 0; i < f->nevidence; i++)
		add_owner(x, r, f->evidence[i]->path, l, v);
	add_needs(x, r, f->needed_by, l, v);
	add_needs(x, r, f->object, l, v);
	if (e == NULL)
		return;
	if (e->ntraceback > 0)
		add_owner(x, r, e->traceback[e->ntraceback - 1]->file, l, v);
	add_owner(x, r, e->path, l, v);
}

static bool meets(const char *version, const char *specifiers)
{
	struct pyversion p;
	bool bad;

	return !pyversion_read(version, &p) || pyversion_meets(&p, specifiers, &bad) || bad;
}

/* What p asks for and has in another version, the i-th of them; *asks: how it says so. */
static const struct package *at_odds(struct fix_versions *v, const struct package *p, size_t i,
				     const struct requirement **asks)
{
	for (size_t k = 0; k < v->set.packages.n; k++) {
		const struct package *q = v->set.packages.items[k];

		*asks = q->kind == PACKAGE_PIP && q != p ? wheels_asked(&v->wheels, p, q->name) : NULL;
		if (*asks != NULL && !meets(q->version, (*asks)->specifiers) && i-- == 0)
			return q;
	}
	return NULL;
}

static void add_at_odds(struct fix_versions *v, struct parties *l)
{
	size_t n = l->n;

	for (size_t i = 0; i < n; i++) {
		const struct requirement *asks;
		const struct package *q;

		for (size_t k = 0; (q = at_odds(v, l->v[i], k, &asks)) != NULL && l->n < MAX_PARTIES; k++)
			add_party(l, q);
	}
}

/* ---- wheels at hand -------------------------------------------------------------------------------- */

/* Is the very same version worth a try, since another build of it is installed? */
static bool is_about_build(const struct dlwhy_finding *f)
{
	return same_text(f->code, "wrong-arch") || same_text(f->code, "wheel-tag") ||
	       same_text(f->detail, "python-abi") || same_text(f->detail, "libc-mismatch");
}

static const char *others_words(struct fixing *x, const struct wheel_choice *c)
{
	const char *s = "";

	for (size_t i = 1; i < c->wheels.n; i++)
		s = arena_printf(x->a, "%s, %s %s", s, c->wheels.items[i]->name, c->wheels.items[i]->version);
	return c->wheels.n > 1 ? arena_printf(x->a, " with what it needs (%s)", s + 2) : "";
}

static void add_choice(struct fixing *x, const struct fix_versions *v, const struct package *old,
		       const struct wheel_choice *c, struct fix_ways *l)
{
	const struct at_hand *first = c->wheels.items[0];
	struct dlwhy_fix *f;

	f = fix_way(x, l, "install-version", c->breaks != NULL ? "high" : "medium",
		    arena_printf(x->a, "install %s %s%s%s%s%s%s", first->name, first->version,
				 old != NULL ? " in place of " : "", old != NULL ? old->version : "",
				 others_words(x, c), c->breaks != NULL ? "; but " : "",
				 c->breaks != NULL ? c->breaks : ""),
		    c->wheels.n);
	for (size_t i = 0; i < c->wheels.n; i++) {
		const struct at_hand *h = c->wheels.items[i];

		fix_way_edit(x, f, i,
			     &(struct dlwhy_edit){ "pip-install", v->place.python, h->path,
						   arena_printf(x->a, "%s==%s", h->name, h->version) });
	}
}

/* A wheel alone does not do: what is missing beside it. */
static void add_lacking(struct fixing *x, const struct at_hand *h, const struct wheel_choice *c,
			struct fix_ways *l)
{
	fix_way(x, l, "install-version", "medium",
		arena_printf(x->a,
			     "%s %s is at hand, and asks for %s, which is neither installed nor at hand: "
			     "with a wheel of that in the same folder both are tried",
			     h->name, h->version, c->lacks),
		0);
}

/* Those with which nobody else is at odds first. */
static void add_versions(struct fixing *x, struct fix_versions *v, const char *name,
			 const struct package *old, bool same_too, struct fix_ways *l)
{
	const struct at_hand *const *all =
		wheels_of(&v->wheels, name, &v->home, old != NULL ? old->version : NULL);
	struct wheel_choice choices[MAX_VERSIONS];
	size_t n = 0, lacking = 0;

	for (size_t i = 0; all[i] != NULL && n < MAX_VERSIONS; i++) {
		if (old != NULL && !same_too && pyversion_compare_texts(all[i]->version, old->version) == 0)
			continue;
		wheels_choose(&v->wheels, all[i], &v->home, &choices[n]);
		if (choices[n].lacks == NULL)
			n++;
		else if (lacking++ == 0)
			add_lacking(x, all[i], &choices[n], l);
	}
	for (int broken = 0; broken < 2; broken++)
		for (size_t i = 0; i < n; i++)
			if ((choices[i].breaks != NULL) == (broken == 1))
				add_choice(x, v, old, &choices[i], l);
}

/* ---- what metadata tells --------------------------------------------------------------------------- */

static void add_advice(struct fixing *x, struct fix_versions *v, const struct package *p,
		       const struct package *q, const struct requirement *asks, struct fix_ways *l)
{
	const char *wanted = arena_printf(x->a, "%s%s", q->name, asks->specifiers);
	const char *const more[] = { wanted, NULL };
	const char **commands = ARENA_ARRAY(x->a, 2, const char *);
	struct dlwhy_fix *f;

	f = fix_way(x, l, "install-version", "medium",
		    arena_printf(x->a,
				 "likely: %s %s asks for %s, and %s is installed. With such a wheel in a "
				 "folder (pip download -d DIR %s) and --wheels DIR it is tried before it is "
				 "done",
				 p->name, p->version, wanted, q->version, shell_quote(x->a, wanted)),
		    0);
	commands[0] = shell_words(x->a, package_install_command(&v->set, q, &v->place, more));
	f->commands = commands;
	f->ncommands = 1;
}

static void add_advices(struct fixing *x, struct fix_versions *v, const struct parties *l,
			struct fix_ways *out)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct requirement *asks;
		const struct package *q;

		for (size_t k = 0; (q = at_odds(v, l->v[i], k, &asks)) != NULL && k < MAX_PARTIES; k++)
			add_advice(x, v, l->v[i], q, asks, out);
	}
}

/* ---- what was never there -------------------------------------------------------------------------- */

/* A package that is to be installed by its name: its wheels at hand can be tried, and come first. */
static void add_new(struct fixing *x, const struct dlwhy_result *r, const struct dlwhy_finding *f,
		    struct fix_ways *l)
{
	for (size_t i = 0; i < f->nfixes; i++) {
		const struct dlwhy_edit *e = f->fixes[i]->nedits == 1 ? f->fixes[i]->edits[0] : NULL;
		struct fix_versions *v;

		if (e == NULL || strcmp(e->op, "pip-install") != 0 || e->name != NULL)
			continue;
		v = versions_of(x, r, dir_name(x->a, dir_name(x->a, e->path)));
		if (v != NULL)
			add_versions(x, v, e->value, NULL, true, l);
	}
}

void fix_versions(struct fixing *x, const struct dlwhy_result *r, const struct dlwhy_finding *f,
		  struct fix_ways *l)
{
	struct fix_versions *v = NULL;
	struct parties parties = { .n = 0 };

	add_new(x, r, f, l);
	add_owners(x, r, f, &parties, &v);
	if (v == NULL)
		return;
	if (same_text(f->detail, "numpy-abi"))
		add_party(&parties, package_named(&v->set, "numpy"));
	add_at_odds(v, &parties);
	for (size_t i = 0; i < parties.n; i++)
		add_versions(x, v, parties.v[i]->name, parties.v[i], is_about_build(f), l);
	add_advices(x, v, &parties, l);
}
