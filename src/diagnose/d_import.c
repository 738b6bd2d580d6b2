/* d_import.c - why an import fails: each exception to the family that knows it.
 *
 * Where a native file is what fails, the ordinary families have written about it; the lines of Python
 * that led there are added. What is left is explained here.
 */
#include "diagnose/d_import.h"

#include <string.h>

enum { MAX_FRAMES = 12, LINE_MAX_BYTES = 200 };

static const char sources_do[] = "the Python sources do what they say";

/* ---- how sure ------------------------------------------------------------------------------- */

/* Did it end before any line of a module ran? Then it rests on what was probed alone. */
static bool before_all_sources(const struct imported *i)
{
	return i->e != NULL && i->e->exact && !i->e->maybe && i->e->nframes <= 1 &&
	       i->home->imports.n == 0;
}

enum dlwhy_certainty imported_certainty(const struct imported *i, const char **assumes)
{
	*assumes = NULL;
	if (i->im->limited) {
		*assumes = "what was not followed, because it is too much, does not matter";
		return DLWHY_LIKELY;
	}
	if ((i->e != NULL && i->e->maybe) || (i->decisive != NULL && i->decisive->what.maybe)) {
		*assumes = "a condition that reading cannot decide";
		return DLWHY_LIKELY;
	}
	if (i->e == NULL && i->im->unread) {
		*assumes = "Python can read the source that was not understood here (-v shows it)";
		return DLWHY_LIKELY;
	}
	if (i->e == NULL && i->im->doubted) {
		*assumes = i->im->doubt != NULL
				   ? arena_printf(i->im->a, "a line that seems to fail does not, or is not "
						  "reached: %s", i->im->doubt)
				   : "the line that seems to raise an exception is not reached (-v shows it)";
		return DLWHY_LIKELY;
	}
	if (i->home->assumes == NULL && before_all_sources(i))
		return DLWHY_PROVED;
	*assumes = i->home->assumes != NULL ? i->home->assumes : sources_do;
	return DLWHY_PREDICTED;
}

struct draft *import_draft(struct diag *d, enum cause cause, const char *detail)
{
	struct draft *dr = draft_new(d, cause, NULL);
	const char *assumes;
	enum dlwhy_certainty c = imported_certainty(d->in->imported, &assumes);

	dr->f.detail = detail;
	dr->f.severity = DLWHY_ERROR;
	dr->order = 0;
	if (c != DLWHY_PROVED)
		draft_assume(dr, c, assumes);
	return dr;
}

void import_fix_run(struct diag *d, struct draft *dr)
{
	struct fix *f;

	if (d->in->imported->home->assumes != NULL) /* it cannot run here */
		return;
	f = draft_fix(d, dr, "run", "low", "to make sure: let it happen, watched");

	fix_command(d, f,
		    arena_printf(d->a, "dlwhy run -- %s -c 'import %s'",
				 shell_quote(d->a, d->in->imported->home->executable),
				 d->in->imported->module));
}

/* ---- lines of source ------------------------------------------------------------------------ */

const char *import_source_line(struct diag *d, const char *file, unsigned line)
{
	const struct store_entry *en = file != NULL && line != 0 ? store_open(d->store, file) : NULL;
	const char *p, *end;

	if (en == NULL || en->err != 0 || en->file->bytes.p == NULL)
		return NULL;
	p = (const char *)en->file->bytes.p;
	end = p + en->file->bytes.n;
	for (; line > 1 && p != NULL; line--) {
		p = memchr(p, '\n', (size_t)(end - p));
		p = p != NULL ? p + 1 : NULL;
	}
	if (p == NULL || p >= end)
		return NULL;
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	for (const char *q = p; q < end && *q != '\n' && *q != '\r' && *q != '\0'; q++)
		line = (unsigned)(q - p) + 1;
	if (p < end && (*p == '\n' || *p == '\r'))
		line = 0;
	return arena_strndup(d->a, p, line > LINE_MAX_BYTES ? LINE_MAX_BYTES : line);
}

void import_frames(struct diag *d, struct draft *dr, const struct py_exception *e)
{
	for (size_t i = e->nframes, n = 0; i-- > 0 && n < MAX_FRAMES; n++) {
		const struct py_place *p = &e->frames[i];
		struct dlwhy_evidence *ev;

		if (p->file == NULL)
			continue;
		ev = draft_evidence(d, dr, "text", NULL,
				    n == 0 ? "the line of Python that fails"
					   : "which runs because of the line");
		ev->path = p->file;
		ev->line = p->line;
		ev->value = import_source_line(d, p->file, p->line);
	}
}

/* ---- modules -------------------------------------------------------------------------------- */

const struct py_module_info *import_module_of(const struct imported *i, const char *name)
{
	for (size_t k = 0; name != NULL && k < i->im->modules.n; k++)
		if (strcmp(i->im->modules.items[k]->name, name) == 0)
			return i->im->modules.items[k];
	return NULL;
}

static struct py_strings path_of(struct arena *a, const struct py_home *h)
{
	struct py_strings path = { NULL, 0, 0 };

	for (size_t i = 0; i < h->path.n; i++)
		*ARENA_PUSH(a, &path) = h->path.items[i].dir;
	return path;
}

struct py_strings import_path(const struct diag *d)
{
	return path_of(d->a, d->in->imported->home);
}

bool import_find(struct diag *d, struct py_finder *f, const struct py_home *h, const char *name,
		 struct py_spec *out)
{
	struct py_strings path = path_of(d->a, h);
	const char *dot = name;

	for (int i = 0; i < 20; i++) {
		dot = strchr(dot, '.');
		py_find(f, dot != NULL ? arena_strndup(d->a, name, (size_t)(dot - name)) : name, &path, out);
		if (out->kind == PY_SPEC_MISSING || dot == NULL)
			return out->kind != PY_SPEC_MISSING;
		path = out->locations;
		dot++;
	}
	return false;
}

const char *import_top(struct arena *a, const char *name)
{
	return arena_strndup(a, name, strcspn(name, "."));
}

const char *import_who(struct diag *d)
{
	const struct py_home *h = d->in->imported->home;

	if (h->assumes != NULL)
		return arena_printf(d->a, "Python %s for %s", h->version, h->system->words);
	return arena_printf(d->a, "Python %s (%s)", h->version, h->executable);
}

bool import_in_stdlib(const struct py_home *h, const struct py_spec *s)
{
	return s->kind == PY_SPEC_BUILTIN || s->kind == PY_SPEC_FROZEN || s->kind == PY_SPEC_ASSUMED ||
	       (s->origin != NULL && h->stdlib != NULL && starts_with(s->origin, h->stdlib) &&
		strstr(s->origin, "-packages/") == NULL);
}

/* ---- distributions -------------------------------------------------------------------------- */

static const char *distribution_of(const char *module)
{
	static const struct {
		const char *module, *distribution;
	} rows[] = {
#define PYDIST(module, distribution) { module, distribution },
#include "diagnose/pydist.def"
#undef PYDIST
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].module, module) == 0)
			return rows[i].distribution;
	return NULL;
}

bool import_is_distributed(const char *module)
{
	return distribution_of(module) != NULL;
}

const char *import_known_distribution(struct arena *a, const char *module)
{
	const char *distribution = distribution_of(module);

	return distribution != NULL ? distribution : distribution_of(import_top(a, module));
}

const char *import_distribution(struct arena *a, const char *module)
{
	const char *distribution = import_known_distribution(a, module);

	return distribution != NULL ? distribution : import_top(a, module);
}

/* "scikit_learn-1.4.0.dist-info" is of scikit-learn: letters without case, one kind of joint. */
static bool same_distribution(const char *folder, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++, name++) {
		char x = folder[i], y = *name;

		x = x == '-' || x == '.' ? '_' : (char)(x >= 'A' && x <= 'Z' ? x + 32 : x);
		y = y == '-' || y == '.' ? '_' : (char)(y >= 'A' && y <= 'Z' ? y + 32 : y);
		if (x != y || y == '\0')
			return false;
	}
	return *name == '\0';
}

const char *import_version(struct diag *d, const char *module)
{
	const char *name = import_distribution(d->a, module);
	const struct py_home *h = d->in->imported->home;

	for (size_t i = 0; i < h->path.n; i++) {
		const struct store_listing *l =
			strstr(h->path.items[i].dir, "-packages") != NULL ?
				store_list(d->store, h->path.items[i].dir) : NULL;

		for (size_t k = 0; l != NULL && k < l->n; k++) {
			const char *end = strstr(l->names[k], ".dist-info");
			const char *dash = end != NULL ? strchr(l->names[k], '-') : NULL;

			if (dash != NULL && dash < end &&
			    same_distribution(l->names[k], (size_t)(dash - l->names[k]), name))
				return arena_strndup(d->a, dash + 1, (size_t)(end - dash - 1));
		}
	}
	return NULL;
}

/* To be typed on any machine: pip takes what was built for the other system. */
static const char *pip_for_system(struct diag *d, const char *what)
{
	const struct py_home *h = d->in->imported->home;
	bool windows = h->system->os == PY_OS_WINDOWS;
	const char *platform = strcmp(h->machine, "ARM64") == 0 ? "win_arm64" :
			       strcmp(h->machine, "x86") == 0	? "win32" :
								  "win_amd64";

	if (!windows)
		platform = arena_printf(d->a, "macosx_11_0_%s", h->machine);
	return arena_printf(d->a, "pip install --target DIR --platform %s --python-version 3.%u "
			    "--only-binary=:all: %s", platform, h->minor, what);
}

const char *import_pip(struct diag *d, const char *what)
{
	if (d->in->imported->home->assumes != NULL)
		return pip_for_system(d, what);
	return arena_printf(d->a, "%s -m pip install %s",
			    shell_quote(d->a, d->in->imported->home->executable), what);
}

/* ---- all ------------------------------------------------------------------------------------ */

static struct draft *first_of_native(struct diag *d)
{
	struct draft *first = NULL;

	for (size_t i = 0; i < d->drafts.n; i++)
		if (d->drafts.items[i]->f.severity == DLWHY_ERROR && !d->drafts.items[i]->lazy &&
		    (first == NULL || d->drafts.items[i]->order < first->order))
			first = d->drafts.items[i];
	return first;
}

/* The failure is that of a native file: the ordinary findings, and how Python came there. */
static void of_native(struct diag *d)
{
	const struct imported *i = d->in->imported;
	struct draft *first = first_of_native(d);
	const char *assumes;
	enum dlwhy_certainty c = imported_certainty(i, &assumes);

	for (size_t k = 0; k < d->drafts.n && c != DLWHY_PROVED; k++)
		draft_assume(d->drafts.items[k], c, assumes);
	if (first == NULL)
		return;
	if (i->e != NULL && i->e->nframes > 0) {
		import_frames(d, first, i->e);
	} else if (i->decisive->what.by.file != NULL) {
		struct py_exception at = { .frames = &i->decisive->what.by, .nframes = 1 };

		import_frames(d, first, &at);
	}
	if (c == DLWHY_LIKELY)
		import_fix_run(d, first);
}

static bool is_native(const struct imported *i)
{
	return i->decisive != NULL &&
	       (i->decisive->result == PY_LOAD_ERROR || i->decisive->result == PY_LOAD_DEATH) &&
	       i->decisive->failures.n > 0;
}

static void of_python(struct diag *d, const struct py_exception *e)
{
	struct draft *dr = NULL;

	if (d->in->imported->decisive != NULL && d->in->imported->decisive->result == PY_LOAD_NO_INIT)
		dr = import_no_init(d, d->in->imported->decisive);
	if (dr == NULL)
		dr = import_lost(d, e);
	if (dr == NULL)
		dr = import_numpy(d, e);
	if (dr == NULL)
		dr = import_shadow(d, e);
	if (dr == NULL)
		dr = import_circular(d, e);
	if (dr == NULL)
		dr = import_not_found(d, e);
	if (dr == NULL)
		dr = import_name(d, e);
	if (dr == NULL)
		dr = import_raised(d, e);
	import_frames(d, dr, e);
	if (dr->f.certainty == DLWHY_LIKELY)
		import_fix_run(d, dr);
}

/* What an import that stops has to do with the file that is opened behind it: it comes first. */
static void of_before(struct diag *d, const struct py_exception *e)
{
	const struct imported *i = d->in->imported;
	struct draft *dr = NULL;
	size_t own = d->drafts.n;

	for (size_t k = 0; k < own; k++)
		d->drafts.items[k]->order += d->drafts.items[k]->order != SIZE_MAX;
	if (is_native(i))
		dr = import_native(d, i->decisive);
	if (dr != NULL)
		import_frames(d, dr, e);
	else
		of_python(d, e);
	dr = d->drafts.items[d->drafts.n - 1];
	dr->order = 0;
	dr->f.summary = arena_printf(d->a, "import %s stops, so the file is judged in what was loaded until "
				     "then. %s", i->module, dr->f.summary);
}

void d_import(struct diag *d)
{
	const struct imported *i = d->in->imported;

	if (i == NULL || i->im == NULL)
		return;
	if (i->before) {
		if (i->e != NULL)
			of_before(d, i->e);
		return;
	}
	if (is_native(i))
		of_native(d);
	else if (i->e != NULL)
		of_python(d, i->e);
	import_swallowed(d);
	import_lost_swallowed(d);
}
