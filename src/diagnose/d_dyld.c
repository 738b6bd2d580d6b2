/* d_dyld.c - what dyld did not find: a library that is missing, or elsewhere. */
#include <string.h>

#include "diagnose/dyld.h"

enum { COMPARED = 200 }; /* probes, of which it is seen that they come twice */

void d_dyld(struct diag *d, size_t i)
{
	const struct failure *f = &d->t->failures.items[i];

	switch (f->kind) {
	case FAIL_SYMBOL: dyld_symbol(d, f); break;
	case FAIL_SIGNAL: dyld_pages(d, f); break;
	case FAIL_EXEC: dyld_program(d, f); break;
	default: dyld_search(d, f); break;
	}
}

/* ---- evidence and repairs ---------------------------------------------------------------------- */

/* Lists of the chain come twice where an image stands in it twice. Of very long ones only the beginning is
 * compared: evidence has a limit. */
static bool was_told(const struct diag *d, const struct request *rq, size_t n)
{
	const struct probe *all = d->t->probes.items + rq->probe0;

	for (size_t i = 0; i < n && i < COMPARED; i++)
		if (all[i].outcome == all[n].outcome && strcmp(all[i].path, all[n].path) == 0)
			return true;
	return false;
}

void dyld_probes(struct diag *d, struct draft *dr, const struct request *rq)
{
	for (size_t i = 0; rq != NULL && i < rq->nprobes; i++) {
		const struct probe *p = &d->t->probes.items[rq->probe0 + i];
		const char *of = p->of != NULL ? image_word(d, p->of) : NULL;
		struct dlwhy_evidence *e;

		if (was_told(d, rq, i))
			continue;
		e = draft_evidence(d, dr, "probe", p->of,
				   arena_printf(d->a, "%s (%s%s%s)", outcome_words(p->outcome),
						rule_words(p->rule), of != NULL ? " of " : "",
						of != NULL ? of : ""));

		e->path = p->path;
		e->value = p->written;
	}
}

void dyld_sign(struct diag *d, struct fix *fix, const char *path)
{
	fix_command(d, fix, arena_printf(d->a, "codesign --force --sign - %s", shell_quote(d->a, path)));
}

/* `to` as seen from the folder of `from`: "../lib/x"; both absolute. */
static const char *relative(struct arena *a, const char *from, const char *to)
{
	const char *common = to, *up = "";

	for (size_t i = 0; from[i] != '\0' && from[i] == to[i]; i++)
		if (to[i] == '/')
			common = to + i + 1;
	for (const char *rest = from + (common - to); (rest = strchr(rest, '/')) != NULL; rest++)
		up = arena_printf(a, "%s../", up);
	return arena_printf(a, "%s%s", up, common);
}

/* The file that has the load command is told where the library is. */
static void fix_reference(struct diag *d, struct draft *dr, const char *name, const struct image *from,
			  const char *at)
{
	const char *file = image_path(d, from), *want;
	struct fix *fix;

	if (file == NULL)
		return;
	want = arena_printf(d->a, "@loader_path/%s",
			    relative(d->a, absolute_path(d, from->dyld->path), absolute_path(d, at)));
	if (starts_with(name, "@rpath/")) {
		fix = draft_fix(
			d, dr, "set-rpath", "medium",
			arena_printf(d->a,
				     "on the Mac: give %s the folder of %s as an rpath, and sign it again",
				     image_word(d, from), base_name(name)));
		fix_command(d, fix,
			    arena_printf(d->a, "install_name_tool -add_rpath %s %s",
					 shell_quote(d->a, dir_name(d->a, want)), shell_quote(d->a, file)));
	} else {
		fix = draft_fix(
			d, dr, "set-name", "medium",
			arena_printf(d->a,
				     "on the Mac: let %s ask for it relative to itself, and sign it again",
				     image_word(d, from)));
		fix_command(d, fix,
			    arena_printf(d->a, "install_name_tool -change %s %s %s", shell_quote(d->a, name),
					 shell_quote(d->a, want), shell_quote(d->a, file)));
	}
	dyld_sign(d, fix, file);
}

static void fix_variable(struct diag *d, struct draft *dr, const char *at)
{
	struct fix *fix =
		draft_fix(d, dr, "environment", "low",
			  "for one run: name its folder (a hardened program, and what the system itself "
			  "starts, do not see the variable)");

	fix_command(d, fix,
		    arena_printf(d->a, "DYLD_LIBRARY_PATH=%s COMMAND",
				 shell_quote(d->a, dir_name(d->a, absolute_path(d, at)))));
}

/* ---- a search that led to nothing -------------------------------------------------------------- */

static const struct probe *refused_probe(const struct diag *d, const struct request *rq)
{
	for (size_t i = 0; rq != NULL && i < rq->nprobes; i++) {
		const struct probe *p = &d->t->probes.items[rq->probe0 + i];

		if (p->entry != NULL && p->entry->err == 0)
			return p;
	}
	return NULL;
}

static void elsewhere(struct diag *d, struct draft *dr, const char *name, const struct image *from,
		      const char *at)
{
	draft_say(d, dr, "%s, which %s needs, is %s; dyld does not look there.", base_name(name),
		  image_word(d, from), at);
	draft_fact(d, dr, at, "a file of that name for this processor");
	fix_reference(d, dr, name, from, at);
	fix_variable(d, dr, at);
}

/* The formula of Homebrew in whose folder the name lies: "/opt/homebrew/opt/zlib/lib/libz.1.dylib"; NULL. */
const char *dyld_formula(struct arena *a, const char *name)
{
	static const char *const brew[] = { "/opt/homebrew/opt/", "/usr/local/opt/", "/opt/homebrew/Cellar/",
					    "/usr/local/Cellar/" };

	for (size_t i = 0; i < sizeof(brew) / sizeof(brew[0]); i++)
		if (starts_with(name, brew[i])) {
			const char *formula = name + strlen(brew[i]);

			return arena_strndup(a, formula, strcspn(formula, "/"));
		}
	return NULL;
}

static void fix_missing(struct diag *d, struct draft *dr, const char *name, const struct image *from,
			bool system)
{
	const char *formula = dyld_formula(d->a, name);
	struct fix *fix;

	if (starts_with(name, "@rpath/"))
		draft_fix(d, dr, "import-first", "low",
			  arena_printf(d->a,
				       "load what brings %s before (in Python: import that package first): a "
				       "library "
				       "that is in the process under the name %s is taken without a search",
				       base_name(name), name));
	fix = draft_fix(
		d, dr, "install", "low",
		system ? "take a build of it that does not need that library, or one that brings it along"
		       : arena_printf(d->a, "install what brings %s, in the place that %s names",
				      base_name(name), image_word(d, from)));
	if (formula != NULL && *formula != '\0')
		fix_command(d, fix, arena_printf(d->a, "brew install %s", shell_quote(d->a, formula)));
	else if (starts_with(name, "/opt/local/"))
		fix_command(d, fix, arena_printf(d->a, "port provides %s", shell_quote(d->a, name)));
}

static void nowhere(struct diag *d, struct draft *dr, const char *name, const struct image *from, bool system)
{
	if (from == NULL)
		draft_say(d, dr, "%s is not there.", name);
	else if (system)
		draft_say(d, dr, "%s, which %s needs, is no library of %s.", name, image_word(d, from),
			  d->w->install.version);
	else
		draft_say(d, dr,
			  "%s, which %s needs, is missing: it is at none of the places that dyld looks at.",
			  base_name(name), image_word(d, from));
	if (from != NULL)
		fix_missing(d, dr, name, from, system);
}

/* The library stands in the way of others that need it too. */
static void join_same(struct diag *d, struct draft *dr, const struct failure *f)
{
	for (size_t i = 0; i < d->t->failures.n; i++) {
		const struct failure *o = &d->t->failures.items[i];

		if (d->taken[i] || o->request == NULL || o->kind != f->kind ||
		    strcmp(o->object, f->object) != 0)
			continue;
		d->taken[i] = true;
		draft_fact(d, dr, image_path(d, o->image),
			   arena_printf(d->a, "%s needs it as well", image_word(d, o->image)));
	}
}

void dyld_search(struct diag *d, const struct failure *f)
{
	const struct probe *bad = refused_probe(d, f->request);
	const char *at = bad == NULL && f->image != NULL ? dyld_hunt(d, f->object) : NULL;
	bool system = dyld_cache_place(f->object);
	struct draft *dr;

	if (bad != NULL) {
		dr = dyld_refused(d, f, bad);
	} else if (at != NULL) {
		dr = draft_new(d, CAUSE_SEARCH_PATH, f);
		elsewhere(d, dr, f->object, f->image, at);
	} else {
		dr = draft_new(d, CAUSE_MISSING_LIBRARY, f);
		nowhere(d, dr, f->object, f->image, system);
		if (system)
			draft_assume(dr, DLWHY_LIKELY, "the list of the libraries of macOS is complete");
	}
	dr->f.object = bad != NULL ? bad->path : f->object;
	draft_needed_by(d, dr, f->image);
	dyld_probes(d, dr, f->request);
	join_same(d, dr, f);
}
