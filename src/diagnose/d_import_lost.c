/* d_import_lost.c - a module that is not there although its package was installed with it: its RECORD lists
 * the file, which somebody or something has taken away since (antivirus software does).
 *
 * Python's own words then speak of something else: of a circle of imports, of a module that was never there,
 * of whatever the package says in its despair. So the whole chain of exceptions is looked through.
 */
#include <string.h>

#include "diagnose/d_import.h"
#include "package/owner.h"

enum { MAX_CAUSES = 30, MAX_LOST = 4 /* swallowed ones that are asked for: a list of files may be long */ };

/* Everything is gone through twice: to gather the files that are not there, and, when each list of files has
 * been read once for all of them, to find the first one that was there. */
struct lost {
	struct package_paths asked;
	struct package_owners *owners; /* NULL while they are gathered */
	const char *path;
	const struct package_owner *owner;
};

static void begin_to_find(struct diag *d, struct lost *l)
{
	l->owners = package_owners_new(d->store, d->a, &l->asked);
}

/* FOLDER/NAME with an ending of extension modules that is not there, but was. */
static bool was_there(struct diag *d, const char *folder, const char *name, struct lost *out)
{
	const struct py_strings *suffixes = &d->in->imported->home->suffixes;

	for (size_t i = 0; i < suffixes->n; i++) {
		const char *path = arena_printf(d->a, "%s/%s%s", folder, name, suffixes->items[i]);

		if (store_has_file(d->store, path))
			return false;
		if (out->owners == NULL) {
			*ARENA_PUSH(d->a, &out->asked) = path;
			continue;
		}
		out->owner = package_owners_find(out->owners, path);
		out->path = path;
		if (out->owner != NULL)
			return true;
	}
	return false;
}

/* PACKAGE.NAME, of a package that is there. */
static bool was_in_package(struct diag *d, const char *package, const char *name, struct lost *out)
{
	const struct py_module_info *m = import_module_of(d->in->imported, package);

	for (size_t i = 0; m != NULL && i < m->spec.locations.n; i++)
		if (was_there(d, m->spec.locations.items[i], name, out))
			return true;
	return false;
}

/* "cannot import name 'X' from …": the name. NULL: it is another text. */
static const char *wanted_name(struct diag *d, const char *message)
{
	static const char start[] = "cannot import name '";

	if (message == NULL || strncmp(message, start, sizeof(start) - 1) != 0)
		return NULL;
	message += sizeof(start) - 1;
	return arena_strndup(d->a, message, strcspn(message, "'"));
}

/* NAME in a folder of packages on sys.path. */
static bool was_on_path(struct diag *d, const char *name, struct lost *out)
{
	struct py_strings path = import_path(d);

	for (size_t i = 0; i < path.n; i++)
		if (strstr(path.items[i], "-packages") != NULL && was_there(d, path.items[i], name, out))
			return true;
	return false;
}

static bool was_module(struct diag *d, const char *name, struct lost *out)
{
	const char *dot = strrchr(name, '.');

	if (dot == NULL)
		return was_on_path(d, name, out);
	return was_in_package(d, arena_strndup(d->a, name, (size_t)(dot - name)), dot + 1, out);
}

/* A folder with what describes the module (NAME/…pyi), which is imported in its place. */
static bool is_bare_folder(struct diag *d, const char *name)
{
	const struct py_module_info *m = import_module_of(d->in->imported, name);

	return m != NULL && m->spec.kind == PY_SPEC_NAMESPACE;
}

/* What the exception says is not there. */
static bool named_by(struct diag *d, const struct py_exception *e, struct lost *out)
{
	const char *name = wanted_name(d, e->message);

	if (e->name == NULL)
		return false;
	if (name == NULL)
		return was_module(d, e->name, out);
	return was_in_package(d, e->name, name, out) ||
	       (is_bare_folder(d, e->name) && was_module(d, e->name, out));
}

/* A source runs that only stands in for the extension module of the same name, or an __init__.py that looks
 * for the one with its folder's name (cv2/cv2.pyd). */
static bool stood_in_for(struct diag *d, const struct py_exception *e, struct lost *out)
{
	const char *file = e->nframes > 0 ? e->frames[e->nframes - 1].file : NULL;
	const char *slash = file != NULL ? strrchr(file, '/') : NULL;
	size_t n = slash != NULL ? strlen(slash + 1) : 0;
	const char *folder;

	if (n < 4 || strcmp(slash + 1 + n - 3, ".py") != 0)
		return false;
	folder = arena_strndup(d->a, file, (size_t)(slash - file));
	if (strcmp(slash, "/__init__.py") == 0)
		return was_there(d, folder, base_name(folder), out);
	return was_there(d, folder, arena_strndup(d->a, slash + 1, n - 3), out);
}

/* The innermost one counts: what came of it are other exceptions. */
static bool find_lost(struct diag *d, const struct py_exception *e, struct lost *out)
{
	const struct py_exception *chain[MAX_CAUSES];
	size_t n = 0;

	for (; e != NULL && n < MAX_CAUSES; e = e->cause)
		chain[n++] = e;
	while (n-- > 0)
		if (named_by(d, chain[n], out) || stood_in_for(d, chain[n], out))
			return true;
	return false;
}

static struct draft *tell(struct diag *d, const struct lost *l, enum dlwhy_severity severity,
			  const char *so)
{
	struct draft *dr = import_draft(d, CAUSE_PACKAGE_INCOMPLETE, "files-missing");
	const char *base = base_name(l->path);

	dr->f.severity = severity;
	if (severity != DLWHY_ERROR)
		dr->order = SIZE_MAX;
	dr->f.object = l->path;
	draft_say(d, dr, "%s is not there, though %s %s was installed with it: its list of files has it.%s",
		  base, l->owner->p->name, l->owner->p->version, so);
	draft_fact(d, dr, l->owner->p->record, "lists the file");
	draft_fact(d, dr, l->path, "is not there");
	draft_fix_reinstall(d, dr, l->path, "get the file again");
	return dr;
}

struct draft *import_lost(struct diag *d, const struct py_exception *e)
{
	struct lost l = { .owners = NULL };

	if (d->store == NULL)
		return NULL;
	(void)find_lost(d, e, &l);
	if (l.asked.n == 0)
		return NULL;
	begin_to_find(d, &l);
	return find_lost(d, e, &l) ? tell(d, &l, DLWHY_ERROR, "") : NULL;
}

static bool is_told(const struct diag *d, const char *path)
{
	for (size_t i = 0; i < d->drafts.n; i++)
		if (d->drafts.items[i]->f.object != NULL && strcmp(d->drafts.items[i]->f.object, path) == 0)
			return true;
	return false;
}

/* Those that tell of a part of a package that is there. */
static void look_through_swallowed(struct diag *d, struct lost *l)
{
	const struct py_import *im = d->in->imported->im;
	size_t left = MAX_LOST;

	for (size_t i = 0; i < im->swallowed.n && left > 0; i++) {
		const struct py_exception *e = &im->swallowed.items[i].e;

		if (e->name == NULL || e->from_load)
			continue;
		if (import_module_of(d->in->imported, import_top(d->a, e->name)) == NULL)
			continue; /* something optional, of another package */
		left--;
		if (named_by(d, e, l) && !is_told(d, l->path))
			tell(d, l, DLWHY_WARNING, " The import goes on without it.");
	}
}

void import_lost_swallowed(struct diag *d)
{
	struct lost l = { .owners = NULL };

	if (d->store == NULL)
		return;
	look_through_swallowed(d, &l);
	if (l.asked.n == 0)
		return;
	begin_to_find(d, &l);
	look_through_swallowed(d, &l);
}
