/* d_pyraise.c - an import that its own sources end: circles, names that are not there, exceptions that a
 * package raises.
 */
#include <string.h>

#include "diagnose/d_import.h"

/* The text between the first pair of quotes at or behind `at`. */
static const char *quoted(struct arena *a, const char *at)
{
	const char *p = at != NULL ? strchr(at, '\'') : NULL;

	return p != NULL ? arena_strndup(a, p + 1, strcspn(p + 1, "'")) : NULL;
}

static const struct py_place *last_frame(const struct py_exception *e)
{
	return e->nframes > 0 ? &e->frames[e->nframes - 1] : NULL;
}

/* ---- a module that waits for itself ----------------------------------------------------------- */

struct draft *import_circular(struct diag *d, const struct py_exception *e)
{
	static const char mark[] = "partially initialized module ";
	const struct py_exception *x = e;
	const char *at, *name, *wanted;
	const struct py_module_info *m;
	struct draft *dr;

	/* numpy writes it into a longer text of its own */
	do {
		if (x->message != NULL && starts_with(x->message, "cannot import name '"))
			e = x;
	} while ((x = x->cause) != NULL);
	at = e->message != NULL ? strstr(e->message, mark) : NULL;
	name = quoted(d->a, at);
	if (name == NULL)
		return NULL;
	m = import_module_of(d->in->imported, name);
	/* What is asked for may be a part of the package whose file this interpreter does not take. */
	wanted = quoted(d->a, e->message);
	if (wanted != NULL && wanted != name && starts_with(e->message, "cannot import name '")) {
		dr = import_near_miss(d, arena_printf(d->a, "%s.%s", name, wanted));
		if (dr != NULL)
			return dr;
	}
	dr = import_draft(d, CAUSE_CIRCULAR_IMPORT, "circular");
	dr->f.object = m != NULL && m->spec.origin != NULL ? m->spec.origin : name;
	draft_say(d, dr, "A circle of imports: %s is asked for something before its own file has been run to "
		  "that place, because what it imports imports it again.", name);
	if (m != NULL && m->by.file != NULL) {
		struct dlwhy_evidence *ev = draft_evidence(d, dr, "text", NULL,
							   arena_printf(d->a, "here %s is imported first",
									name));

		ev->path = m->by.file;
		ev->line = m->by.line;
		ev->value = import_source_line(d, m->by.file, m->by.line);
	}
	draft_fix(d, dr, "edit", "medium",
		  "break the circle: import inside the function that needs it, or take what both need into a "
		  "third module");
	return dr;
}

/* ---- cannot import name ------------------------------------------------------------------------- */

/* Is the file that imports a part of the package that it imports from? */
static bool of_one_package(struct diag *d, const struct py_exception *e, const char *module)
{
	const struct py_module_info *m = import_module_of(d->in->imported, import_top(d->a, module));
	const char *file = last_frame(e) != NULL ? last_frame(e)->file : NULL;
	const char *dir = m != NULL && m->spec.origin != NULL && m->spec.is_package ?
				  dir_name(d->a, m->spec.origin) : NULL;

	return file != NULL && dir != NULL && strncmp(file, dir, strlen(dir)) == 0 &&
	       file[strlen(dir)] == '/';
}

static void name_fix(struct diag *d, struct draft *dr, const struct py_exception *e, const char *module)
{
	const char *one = import_distribution(d->a, d->in->imported->module);
	const char *two = import_distribution(d->a, module);
	const struct py_module_info *m = import_module_of(d->in->imported, module);

	if (m != NULL && import_in_stdlib(d->in->imported->home, &m->spec)) {
		draft_fix(d, dr, "update", "low",
			  "install a release of the package that imports it which knows this Python");
		return;
	}
	if (of_one_package(d, e, module)) {
		draft_fix(d, dr, "reinstall", "low", "install the package again");
		fix_command(d, dr->fixes.items[0],
			    import_pip(d, arena_printf(d->a, "--force-reinstall %s", two)));
		return;
	}
	draft_fix(d, dr, "update", "low", "install releases that belong together: bring both up to date");
	fix_command(d, dr->fixes.items[0],
		    import_pip(d, arena_printf(d->a, "--upgrade %s%s%s", strcmp(one, two) != 0 ? one : "",
					       strcmp(one, two) != 0 ? " " : "", two)));
}

struct draft *import_name(struct diag *d, const struct py_exception *e)
{
	const char *why = "the two are of releases that do not fit together";
	static const char start[] = "cannot import name '", from[] = "' from '";
	const char *at, *name, *module, *version, *origin = e->path;
	const struct py_module_info *m;
	struct draft *dr;
	bool part;

	if (e->message == NULL || strncmp(e->message, start, sizeof(start) - 1) != 0 ||
	    (at = strstr(e->message, from)) == NULL)
		return NULL;
	name = quoted(d->a, e->message);
	module = quoted(d->a, at + 1 + strlen(" from"));
	if (module == NULL)
		return NULL;
	m = import_module_of(d->in->imported, module);
	if (origin == NULL && m != NULL)
		origin = m->spec.origin;
	version = import_version(d, module);
	dr = import_draft(d, CAUSE_PYTHON_MODULE, "version-skew");
	dr->f.object = origin != NULL ? origin : module;
	dr->f.symbol = name;
	part = m != NULL && import_in_stdlib(d->in->imported->home, &m->spec);
	if (of_one_package(d, e, module))
		why = "the files are not of one release, or one is missing";
	else if (part)
		why = arena_printf(d->a, "it is of the standard library of Python %s",
				   d->in->imported->home->version);
	draft_say(d, dr, "%s%s%s has no %s, which %s imports from it: %s.", module,
		  version != NULL ? " " : "", version != NULL ? version : "", name,
		  last_frame(e) != NULL && last_frame(e)->file != NULL ? base_name(last_frame(e)->file)
								       : "the command line",
		  why);
	name_fix(d, dr, e, module);
	return dr;
}

/* ---- what a package raises ------------------------------------------------------------------------ */

static bool is_raise(const char *line)
{
	return line != NULL && (starts_with(line, "raise ") || strcmp(line, "raise") == 0);
}

struct draft *import_raised(struct diag *d, const struct py_exception *e)
{
	const struct py_place *at = last_frame(e);
	const char *line = at != NULL ? import_source_line(d, at->file, at->line) : NULL;
	const char *first = e->message != NULL ? e->message : "\xe2\x80\xa6";
	struct draft *dr = import_draft(d, CAUSE_INIT_FAILED, is_raise(line) ? "raised" : "exception");
	const char *words = arena_strndup(d->a, first, strcspn(first, "\n"));

	dr->f.object = at != NULL && at->file != NULL ? at->file : d->in->imported->module;
	if (at != NULL && at->file != NULL)
		draft_say(d, dr, "%s line %u ends the import %s: %s%s%s", base_name(at->file), at->line,
			  is_raise(line) ? "on purpose" : "with an exception", e->type,
			  *words != '\0' ? ": " : "", words);
	else
		draft_say(d, dr, "The import ends with %s%s%s", e->type, *words != '\0' ? ": " : "", words);
	if (e->why != NULL)
		dr->f.summary = arena_printf(d->a, "%s: %s.", e->type, e->why);
	else if (!e->exact)
		draft_assume(dr, DLWHY_LIKELY, "the part of the message that is not known does not matter");
	draft_fix(d, dr, "read", "low",
		  is_raise(line) ? "do what the message asks for: the package itself says why it refuses"
				 : "look at that line: reading alone tells no more");
	return dr;
}
