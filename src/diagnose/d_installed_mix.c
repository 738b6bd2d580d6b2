/* d_installed_mix.c - two versions of one package over each other, packages that write over each other's
 * files, and what an installation or its removal has left behind. */
#include <string.h>

#include "diagnose/installed_case.h"

/* ---- two versions ---------------------------------------------------------------------------------- */

/* How many of its files are not as it says? SIZE_MAX: nothing is known of them. */
static size_t wrong_files(const struct inst *t, const struct installed_package *ip)
{
	size_t n = 0, known = 0;

	for (size_t i = 0; i < ip->n; i++) {
		const struct audit_file *f = &t->in->audit->items[ip->from + i];

		known += f->f->hash != NULL;
		n += f->state >= AUDIT_ABSENT && f->state != AUDIT_UNREADABLE;
	}
	return known > 0 ? n : SIZE_MAX;
}

static void say_wrong_files(struct inst *t, struct draft *dr, const struct installed_package *ip)
{
	struct file_list wrong = { NULL, 0, 0 };

	for (size_t i = 0; i < ip->n; i++) {
		const struct audit_file *f = &t->in->audit->items[ip->from + i];

		if (f->state >= AUDIT_ABSENT && f->state != AUDIT_UNREADABLE)
			*ARENA_PUSH(t->a, &wrong) = f;
	}
	inst_evidence(t, dr, &wrong);
}

static struct installed_package *double_of(struct inst *t, size_t i)
{
	const struct package *p = t->out->packages[i].p;

	for (size_t k = i + 1; k < t->out->npackages; k++) {
		struct installed_package *o = &t->out->packages[k];

		if (!o->folded && o->p->kind == p->kind && strcmp(o->p->root, p->root) == 0 &&
		    package_same_project(o->p->name, p->name) &&
		    (p->kind == PACKAGE_PIP || p->kind == PACKAGE_CONDA))
			return o;
	}
	return NULL;
}

/* `kept` is whole, `rest` is only written down. */
static void say_rest(struct inst *t, struct installed_package *kept, struct installed_package *rest)
{
	struct draft *dr =
		inst_draft(t, rest, CAUSE_PACKAGE_MIXED, "left-over-record", DLWHY_WARNING, rest->p->record);

	draft_say(&t->d, dr,
		  "%s is there twice on paper: the files are those of %s; %s was not removed and may be "
		  "taken for it.",
		  kept->p->name, kept->p->version, inst_name(t, rest->p));
	draft_fact(&t->d, dr, kept->p->record, "its files are as this says");
	draft_fact(&t->d, dr, rest->p->record, "its files are not as this says");
	say_wrong_files(t, dr, rest);
	inst_fix_remove(t, dr, rest->p->record, "remove the record of the version that is not there");
}

static void say_double(struct inst *t, struct installed_package *x, struct installed_package *y)
{
	size_t wrong_x = wrong_files(t, x), wrong_y = wrong_files(t, y);
	struct installed_package *better = wrong_x <= wrong_y ? x : y, *other = better == x ? y : x;
	struct draft *dr;

	x->folded = y->folded = true;
	if (wrong_x != wrong_y && (wrong_x == 0 || wrong_y == 0)) {
		say_rest(t, better, other);
		better->folded = false;
		return;
	}
	dr = inst_draft(t, better, CAUSE_PACKAGE_MIXED, "two-versions", DLWHY_ERROR, better->p->record);
	draft_say(&t->d, dr,
		  "%s is installed in two versions over each other: %s and %s; its files fit neither.",
		  better->p->name, x->p->version, y->p->version);
	draft_fact(
		&t->d, dr, x->p->record,
		wrong_x == SIZE_MAX
			? "one version; it has no list of its files"
			: arena_printf(t->a, "one version: %zu of its files are not as it says", wrong_x));
	draft_fact(&t->d, dr, y->p->record,
		   wrong_y == SIZE_MAX
			   ? "the other; it has no list of its files"
			   : arena_printf(t->a, "the other: %zu of its files are not as it says", wrong_y));
	say_wrong_files(t, dr, better);
	say_wrong_files(t, dr, other);
	inst_fix_reinstall(t, dr, better);
	inst_fix_remove(t, dr, other->p->record, "then remove the record of the other version");
}

void inst_doubles(struct inst *t)
{
	for (size_t i = 0; i < t->out->npackages; i++) {
		struct installed_package *ip = &t->out->packages[i], *other = double_of(t, i);

		/* What is left of a folder is told of as that. */
		if (other == NULL || ip->folded || ip->p->no_metadata || other->p->no_metadata)
			continue;
		say_double(t, ip, other);
	}
}

/* ---- pip over conda -------------------------------------------------------------------------------- */

bool inst_pip_over_conda(struct inst *t, struct installed_package *ip, const struct inst_files *f)
{
	const struct package *by = NULL;
	struct draft *dr;

	if (ip->p->kind != PACKAGE_CONDA ||
	    f->lost.n + f->lost_other.n + f->taken.n + f->edited.n + f->swapped.n + f->broken.n == 0)
		return false;
	for (size_t i = 0; i < t->out->npackages && by == NULL; i++)
		if (t->out->packages[i].p->kind == PACKAGE_PIP &&
		    package_same_project(t->out->packages[i].p->name, ip->p->name))
			by = t->out->packages[i].p;
	if (by == NULL)
		return false;
	dr = inst_draft(t, ip, CAUSE_PACKAGE_MIXED, "pip-over-conda", DLWHY_WARNING, ip->p->record);
	draft_say(&t->d, dr, "conda counts %s as installed, but pip has put %s in its place.",
		  inst_name(t, ip->p), inst_name(t, by));
	draft_fact(&t->d, dr, ip->p->record, "conda says");
	draft_fact(&t->d, dr, by->record, "pip says");
	inst_evidence(t, dr, f->lost.n > 0 ? &f->lost : f->taken.n > 0 ? &f->taken : &f->edited);
	inst_fix_reinstall(t, dr, ip);
	return true;
}

/* ---- files of another package ---------------------------------------------------------------------- */

static const struct package *taker(struct inst *t, const struct audit_file *f)
{
	for (const struct package_owner *o = package_index_find(t->in->index, f->f->path); o != NULL;
	     o = o->next)
		if (o->p != f->p)
			return o->p;
	return NULL;
}

/* Names that many wheels bring by mistake, at the top of site-packages: nothing of the package needs them.
 */
static bool is_stray(struct inst *t, const struct audit_file *f)
{
	const char *path = inst_path(t, f->p, f->f->path);

	return strchr(path, '/') == NULL || !inst_is_code(path) || starts_with(path, "tests/") ||
	       starts_with(path, "test/") || starts_with(path, "docs/") || starts_with(path, "examples/") ||
	       starts_with(path, "..") || starts_with(path, "bin/") || strstr(path, "/bin/") != NULL ||
	       strcmp(base_name(path), "__init__.py") == 0;
}

void inst_taken(struct inst *t, struct installed_package *ip, const struct inst_files *f)
{
	enum dlwhy_severity severity = DLWHY_NOTE;
	const struct package *by;
	struct draft *dr;

	if (f->taken.n == 0)
		return;
	by = taker(t, f->taken.items[0]);
	for (size_t i = 0; i < f->taken.n; i++)
		if (!is_stray(t, f->taken.items[i]))
			severity = DLWHY_WARNING;
	dr = inst_draft(t, ip, CAUSE_PACKAGE_MIXED, "overwritten", severity, f->taken.items[0]->f->path);
	draft_say(&t->d, dr, "%s and %s bring files of the same name: %s is that of %s%s.",
		  inst_name(t, ip->p), by != NULL ? inst_name(t, by) : "another package",
		  inst_path(t, ip->p, f->taken.items[0]->f->path), by != NULL ? by->name : "the other",
		  inst_more(t, f->taken.n));
	inst_evidence(t, dr, &f->taken);
	if (by != NULL)
		draft_fact(&t->d, dr, by->record, "what lies there is as this says");
	draft_fix(&t->d, dr, "choose", "low",
		  by != NULL
			  ? arena_printf(t->a, "keep one of the two, %s or %s; then install that one again",
					 ip->p->name, by->name)
			  : "keep one of the two");
}

/* ---- what was left behind -------------------------------------------------------------------------- */

static struct installed_package *installed_of(struct inst *t, const struct package *p)
{
	for (size_t i = 0; p != NULL && i < t->out->npackages; i++)
		if (t->out->packages[i].p == p)
			return &t->out->packages[i];
	return NULL;
}

static const char *site_path(struct inst *t, const char *path)
{
	for (size_t i = 0; i < t->in->place->sites.n; i++) {
		const char *dir = t->in->place->sites.items[i].dir;

		if (starts_with(path, dir) && path[strlen(dir)] == '/')
			return path + strlen(dir) + 1;
	}
	return path;
}

static void say_aside(struct inst *t, const struct leftover *l)
{
	struct installed_package *ip = installed_of(t, l->p);
	struct draft *dr = inst_draft(t, ip, CAUSE_PACKAGE_INCOMPLETE, "put-aside", DLWHY_WARNING, l->path);

	draft_say(&t->d, dr,
		  "%s is what an installation or removal put aside and never cleaned up%s%s: it was "
		  "interrupted.",
		  site_path(t, l->path), ip != NULL ? ", of " : "", ip != NULL ? ip->p->name : "");
	draft_fact(&t->d, dr, l->path,
		   "pip puts a folder aside under a name with ~, and removes it at the end");
	inst_fix_remove(t, dr, l->path, "remove it; pip then no longer warns of an invalid distribution");
}

static void say_module(struct inst *t, const struct leftover *l)
{
	struct installed_package *ip = installed_of(t, l->p);
	struct draft *dr = inst_draft(t, ip, CAUSE_PACKAGE_MIXED, "left-over-module",
				      l->hides ? DLWHY_ERROR : DLWHY_WARNING, l->path);
	const char *who = ip != NULL ? inst_name(t, ip->p) : "the package";

	if (l->hides)
		draft_say(&t->d, dr,
			  "%s belongs to no package and hides %s of %s: import takes the one that was left "
			  "over.",
			  site_path(t, l->path), base_name(l->beside), who);
	else
		draft_say(&t->d, dr, "%s was left over beside %s of %s%s.", site_path(t, l->path),
			  base_name(l->beside), who,
			  l->other_python ? "; only another Python would take it" : "");
	draft_fact(&t->d, dr, l->path, "no package has this file");
	draft_fact(&t->d, dr, l->beside, "this one belongs there");
	inst_fix_remove(t, dr, l->path, "remove what was left over");
}

/* All of one package are one finding. */
static void say_libraries(struct inst *t, const struct leftover_list *list, size_t first)
{
	const struct leftover *l = &list->items[first];
	struct installed_package *ip = installed_of(t, l->p);
	bool bundled = strstr(l->path, ".libs/") != NULL;
	struct draft *dr;
	size_t n = 0;

	for (size_t i = 0; i < first; i++)
		if (list->items[i].kind == LEFT_LIBRARY && list->items[i].p == l->p)
			return;
	dr = inst_draft(t, ip, CAUSE_PACKAGE_MIXED, "left-over-library",
			bundled ? DLWHY_WARNING : DLWHY_NOTE, l->path);
	for (size_t i = first; i < list->n; i++)
		if (list->items[i].kind == LEFT_LIBRARY && list->items[i].p == l->p) {
			draft_fact(&t->d, dr, list->items[i].path, "no package has this file");
			n++;
		}
	draft_say(&t->d, dr, "%s in the folder of %s belongs to no package%s: %s.", site_path(t, l->path),
		  ip != NULL ? inst_name(t, ip->p) : "a package", inst_more(t, n),
		  bundled ? "it was left over from another version" : "it was made there, or left over");
	inst_fix_remove(t, dr, l->path, "if nothing of yours made it, remove it");
}

void inst_leftovers(struct inst *t)
{
	const struct leftover_list *list = t->in->left;

	for (size_t i = 0; list != NULL && i < list->n; i++) {
		const struct leftover *l = &list->items[i];

		switch (l->kind) {
		case LEFT_ASIDE: say_aside(t, l); break;
		case LEFT_MODULE: say_module(t, l); break;
		case LEFT_LIBRARY: say_libraries(t, list, i); break;
		}
	}
}
