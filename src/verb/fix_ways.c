/* fix_ways.c - ways out of a finding: those that it brings, and those that come to mind when something is to
 * be changed for good. Whether they help is for the simulation.
 */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "diagnose/common.h"
#include "repair/settings.h"
#include "verb/finding_copy.h"
#include "verb/fix.h"

enum { MAX_ELEMENTS = 64 };

struct dlwhy_fix *fix_way(struct fixing *x, struct fix_ways *l, const char *kind, const char *risk,
			  const char *says, size_t nedits)
{
	struct dlwhy_fix *f = ARENA_NEW(x->a, struct dlwhy_fix);

	f->kind = kind;
	f->risk = risk;
	f->says = says;
	f->edits = (const struct dlwhy_edit *const *)ARENA_ARRAY(x->a, nedits + 1, struct dlwhy_edit *);
	f->nedits = nedits;
	*ARENA_PUSH(x->a, l) = f;
	return f;
}

static const struct dlwhy_edit *new_edit(struct fixing *x, const struct dlwhy_edit *e)
{
	struct dlwhy_edit *mine = ARENA_NEW(x->a, struct dlwhy_edit);

	*mine = (struct dlwhy_edit){ arena_copy(x->a, e->op), arena_copy(x->a, e->path),
				     arena_copy(x->a, e->name), arena_copy(x->a, e->value) };
	return mine;
}

void fix_way_edit(struct fixing *x, struct dlwhy_fix *f, size_t i, const struct dlwhy_edit *e)
{
	((const struct dlwhy_edit **)(uintptr_t)f->edits)[i] = new_edit(x, e);
}

/* What is found by a variable can be found by all programs: ld.so.conf.d. */
static void add_system_path(struct fixing *x, struct fix_ways *l, const struct dlwhy_fix *from)
{
	const struct dlwhy_edit *e = from->nedits == 1 ? from->edits[0] : NULL;
	struct dlwhy_fix *f;

	if (e == NULL || strcmp(e->op, "env-first") != 0 || strcmp(e->name, "LD_LIBRARY_PATH") != 0 ||
	    e->value[0] != '/')
		return;
	f = fix_way(x, l, "system-path", "high",
		    arena_printf(x->a, "for all programs of this system: let the loader know the folder %s",
				 e->value),
		    1);
	fix_way_edit(x, f, 0, &(struct dlwhy_edit){ "ldconfig", NULL, NULL, e->value });
}

/* A list that is set in files: each of them is changed. */
static void add_settings(struct fixing *x, struct fix_ways *l, const struct dlwhy_fix *from)
{
	const struct dlwhy_edit *e = from->nedits == 1 ? from->edits[0] : NULL;
	struct setting_places places = { NULL, 0, 0 };
	struct dlwhy_fix *f;

	if (e == NULL || strcmp(e->op, "env-without") != 0)
		return;
	settings_find(x->s->source, x->s->environ, e->name, e->value, x->a, &places);
	if (places.n == 0 || places.n > FIX_STEPS)
		return;
	f = fix_way(x, l, "drop-setting", "medium",
		    arena_printf(x->a, "%s is %s: line %lld", places.items[0].path, places.items[0].what,
				 (long long)places.items[0].line),
		    places.n);
	for (size_t i = 0; i < places.n; i++)
		fix_way_edit(x, f, i,
			 &(struct dlwhy_edit){ "drop-setting", places.items[i].path, e->name, e->value });
}

/* Does a file of the finding lie in that folder, or below it? */
static bool is_about_folder(const struct dlwhy_finding *f, const char *dir)
{
	size_t n = strlen(dir);
	bool is = false;

	while (n > 1 && dir[n - 1] == '/')
		n--;
	for (size_t i = 0; i < f->nevidence && !is; i++) {
		const char *path = f->evidence[i]->path;

		is = path != NULL && strncmp(path, dir, n) == 0 && path[n] == '/';
	}
	return is || (f->object != NULL && strncmp(f->object, dir, n) == 0 && f->object[n] == '/');
}

static bool goes_already(const struct fix_ways *l, const char *variable, const char *element)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct dlwhy_fix *f = l->items[i];
		const struct dlwhy_edit *e = f->nedits == 1 ? f->edits[0] : NULL;

		if (e != NULL && strcmp(e->op, "env-without") == 0 && strcmp(e->name, variable) == 0 &&
		    strcmp(e->value, element) == 0)
			return true;
	}
	return false;
}

/* What a finding is about may be found only because a list of folders comes first: would it work without
 * that folder? */
static void add_out_of_list(struct fixing *x, struct fix_ways *l, const struct dlwhy_finding *f,
			    const char *variable)
{
	const char *list = str_env(x->s->environ, variable);

	for (size_t i = 0; list != NULL && i < MAX_ELEMENTS; i++) {
		size_t n = strcspn(list, ":");
		const char *dir = arena_strndup(x->a, list, n);
		struct dlwhy_fix *way;

		while (n > 1 && dir[n - 1] == '/')
			dir = arena_strndup(x->a, dir, --n);
		if (dir[0] == '/' && dir[1] != '\0' && is_about_folder(f, dir) &&
		    !goes_already(l, variable, dir)) {
			way = fix_way(x, l, "environment", "low",
				      arena_printf(x->a, "take the folder %s out of %s", dir, variable), 1);
			fix_way_edit(x, way, 0, &(struct dlwhy_edit){ "env-without", NULL, variable, dir });
		}
		list += strcspn(list, ":");
		list = *list == ':' ? list + 1 : NULL;
	}
}

/* The environment (venv, conda) that a path lies in, NULL. */
static const char *environment_of(struct fixing *x, const char *path)
{
	struct os_stat st;

	for (const char *dir = path; dir != NULL && dir[0] == '/' && dir[1] != '\0';
	     dir = dir_name(x->a, dir))
		if (source_stat(x->s->source, join_path(x->a, dir, "pyvenv.cfg"), true, &st) == 0 ||
		    source_stat(x->s->source, join_path(x->a, dir, "conda-meta"), true, &st) == 0)
			return dir;
	return NULL;
}

static void add_activation(struct fixing *x, struct fix_ways *l, const struct dlwhy_edit *e,
			   const char *needed_by)
{
	const char *environment = environment_of(x, needed_by);
	const char *const *scripts;
	struct dlwhy_fix *f;
	size_t n = 0;

	if (environment == NULL)
		return;
	scripts = settings_scripts(x->s->source, environment, x->a, &n);
	if (n == 0)
		return;
	f = fix_way(x, l, "activation", "medium",
		    arena_printf(x->a, "for whoever activates %s: put %s first in %s", environment, e->value,
				 e->name),
		    n);
	for (size_t i = 0; i < n; i++)
		fix_way_edit(x, f, i, &(struct dlwhy_edit){ "activate", scripts[i], e->name, e->value });
}

/* A program that is started by its path gets a script beside it. */
static void add_wrapper(struct fixing *x, struct fix_ways *l, const struct dlwhy_edit *e)
{
	const char *program = x->program;
	struct dlwhy_fix *f;

	if (program == NULL || strcmp(e->name, "LD_LIBRARY_PATH") != 0)
		return;
	f = fix_way(x, l, "wrapper", "low",
		    arena_printf(x->a, "start %s through a script", base_name(program)), 1);
	fix_way_edit(x, f, 0,
		 &(struct dlwhy_edit){
			 "wrapper",
			 arena_printf(x->a, "%s/run-%s", dir_name(x->a, program), base_name(program)),
			 program, e->value });
}

/* What one run finds by a variable can be found by more: by whoever activates, by a wrapper. */
static void add_lasting(struct fixing *x, struct fix_ways *l, const struct dlwhy_fix *from,
			const char *needed_by)
{
	const struct dlwhy_edit *e = from->nedits == 1 ? from->edits[0] : NULL;

	if (e == NULL || strcmp(e->op, "env-first") != 0 || e->value[0] != '/')
		return;
	if (needed_by != NULL)
		add_activation(x, l, e, needed_by);
	add_wrapper(x, l, e);
}

/* A library that nothing in the file uses may go from its list. Whether nothing does is for the simulation:
 * all symbols must still be bound. */
static void add_drop(struct fixing *x, struct fix_ways *l, const struct dlwhy_finding *f)
{
	struct dlwhy_fix *fix;

	if (!same_text(f->code, "missing-library") || f->needed_by == NULL || f->object == NULL ||
	    strchr(f->needed_by, '/') == NULL)
		return;
	fix = fix_way(x, l, "drop-needed", "high",
		      arena_printf(x->a, "nothing in %s uses a symbol of %s: let it no longer ask for it",
				   base_name(f->needed_by), f->object),
		      1);
	fix_way_edit(x, fix, 0, &(struct dlwhy_edit){ "remove-needed", f->needed_by, f->object, NULL });
}

void fix_candidates(struct fixing *x, const struct dlwhy_result *r, const struct dlwhy_finding *f,
		    struct fix_outcome *out)
{
	static const char *const lists[] = { "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FRAMEWORK_PATH",
					     "DYLD_FALLBACK_LIBRARY_PATH" };
	struct fix_ways l = { NULL, 0, 0 };

	for (size_t i = 0; i < f->nfixes; i++)
		*ARENA_PUSH(x->a, &l) = fix_copy(x->a, f->fixes[i]);
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		add_out_of_list(x, &l, f, lists[i]);
	for (size_t i = 0, n = l.n; i < n; i++) {
		const struct dlwhy_fix *from = l.items[i];

		add_system_path(x, &l, from);
		add_settings(x, &l, from);
		add_lasting(x, &l, from, f->needed_by);
	}
	for (size_t i = 0; i < f->nfixes && strcmp(x->q.verb, "link") == 0; i++)
		fix_link_command(x, &l, i);
	fix_sonames(x, r, f, &l);
	add_drop(x, &l, f);
	fix_versions(x, r, f, &l);
	out->fixes = l.items;
	out->nfixes = l.n;
	out->code = arena_copy(x->a, f->code);
	out->fingerprint = arena_copy(x->a, f->fingerprint);
	out->summary = arena_copy(x->a, f->summary);
	out->state = arena_printf(x->a, "%s %s", f->fingerprint, f->summary);
}
