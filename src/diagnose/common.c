/* common.c - drafts of findings, and where evidence, fixes and chains come from. */
#include "diagnose/common.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "package/owner.h"

#define APT_MARK "/etc/debian_version"
#define APK_MARK "/etc/apk"

/* ---- drafts ------------------------------------------------------------------------------- */

static const char *first_text(const char *a, const char *b)
{
	return a != NULL ? a : b;
}

/* What the verdict rests on: the failure itself, then the trace, the choice of the host, the
 * machine. NULL: nothing. */
static const char *assumption(const struct diag *d, const struct failure *f)
{
	const char *s = f != NULL ? f->assumes : NULL;

	s = first_text(s, d->t != NULL ? d->t->assumes : NULL);
	s = first_text(s, d->in->host_assumes);
	return first_text(s, d->w != NULL ? d->w->assumes : NULL);
}

struct draft *draft_new(struct diag *d, enum cause cause, const struct failure *f)
{
	struct draft *dr = ARENA_NEW(d->a, struct draft);
	const struct dlwhy_cause *c = dlwhy_cause_at((size_t)cause);

	*ARENA_PUSH(d->a, &d->drafts) = dr;
	dr->cause = cause;
	dr->f.code = c->code;
	dr->f.severity = c->severity;
	dr->f.assumes = assumption(d, f);
	dr->f.certainty = dr->f.assumes != NULL ? DLWHY_PREDICTED : DLWHY_PROVED;
	dr->order = f != NULL && d->t != NULL ? (size_t)(f - d->t->failures.items) : SIZE_MAX;
	if (f != NULL && f->lazy) {
		dr->lazy = true;
		dr->f.severity = d->in->is_program ? DLWHY_ERROR : DLWHY_WARNING;
	}
	return dr;
}

void draft_say(struct diag *d, struct draft *dr, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	dr->f.summary = arena_vprintf(d->a, fmt, ap);
	va_end(ap);
}

void draft_assume(struct draft *dr, enum dlwhy_certainty c, const char *assumes)
{
	if (c > dr->f.certainty || dr->f.assumes == NULL)
		dr->f.assumes = assumes;
	if (c > dr->f.certainty)
		dr->f.certainty = c;
}

struct dlwhy_evidence *draft_evidence(struct diag *d, struct draft *dr, const char *kind,
				      const struct image *im, const char *says)
{
	struct dlwhy_evidence *e = ARENA_NEW(d->a, struct dlwhy_evidence);

	e->kind = kind;
	e->object = im != NULL ? (int32_t)im->index : -1;
	e->offset = e->size = e->line = -1;
	e->says = says;
	if (dr->evidence.n < MAX_EVIDENCE)
		*ARENA_PUSH(d->a, &dr->evidence) = e;
	else
		dr->left_out++;
	return e;
}

void draft_fact(struct diag *d, struct draft *dr, const char *path, const char *says)
{
	draft_evidence(d, dr, "fact", NULL, says)->path = path;
}

void draft_bytes(struct diag *d, struct draft *dr, const char *path, uint64_t offset, uint64_t size,
		 const char *says)
{
	struct dlwhy_evidence *e = draft_evidence(d, dr, "bytes", NULL, says);

	e->path = path;
	e->offset = offset <= INT64_MAX ? (int64_t)offset : -1;
	e->size = size <= INT64_MAX ? (int64_t)size : -1;
}

struct fix *draft_fix(struct diag *d, struct draft *dr, const char *kind, const char *risk,
		      const char *says)
{
	struct fix *f = ARENA_NEW(d->a, struct fix);

	*ARENA_PUSH(d->a, &dr->fixes) = f;
	f->f.n = (int)dr->fixes.n;
	f->f.kind = kind;
	f->f.risk = risk;
	f->f.says = says;
	return f;
}

void fix_command(struct diag *d, struct fix *f, const char *command)
{
	*ARENA_PUSH(d->a, &f->commands) = command;
}

void fix_edit(struct diag *d, struct fix *f, const char *op, const char *path, const char *name,
	      const char *value)
{
	struct dlwhy_edit *e = ARENA_NEW(d->a, struct dlwhy_edit);

	*e = (struct dlwhy_edit){ op, path != NULL ? absolute_path(d, path) : NULL, name, value };
	*ARENA_PUSH(d->a, &f->edits) = e;
}

/* "…/site-packages/" in a path: the offset behind it, 0 if there is none. */
static size_t behind_packages(const char *path)
{
	static const char *const marks[] = { "/site-packages/", "/dist-packages/" };

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		const char *p = strstr(path, marks[i]);

		if (p != NULL)
			return (size_t)(p - path) + strlen(marks[i]);
	}
	return 0;
}

static bool system_folder(const char *path)
{
	return starts_with(path, "/usr/lib") || starts_with(path, "/lib") ||
	       starts_with(path, "/usr/bin/") || starts_with(path, "/bin/") ||
	       starts_with(path, "/usr/sbin/") || starts_with(path, "/sbin/");
}

/* In an environment of another system: to be typed there. */
static bool reinstall_there(struct diag *d, struct draft *dr, const struct package *p, const char *says)
{
	bool windows = d->w != NULL && d->w->kind == LOADER_WINDOWS;
	struct fix *f;

	if (d->w == NULL || (!windows && d->w->kind != LOADER_DYLD) || p->kind != PACKAGE_PIP)
		return false;
	f = draft_fix(d, dr, "reinstall", "low",
		      arena_printf(d->a, "%s, on that machine: install %s %s, which brought it, again", says,
				   p->name, p->version));
	fix_command(d, f,
		    arena_printf(d->a, "%s -m pip install --force-reinstall --no-deps %s==%s",
				 windows ? "python" : "python3", p->name, p->version));
	return true;
}

/* The command that installs the package again that owns the file; false: nobody is known to. */
static bool exact_reinstall(struct diag *d, struct draft *dr, const char *path, const char *says)
{
	const struct package_owner *o =
		d->store != NULL ? package_owner_find(d->store, d->a, absolute_path(d, path)) : NULL;
	struct package_set set = { .a = d->a, .store = d->store };
	const char *const *argv;
	struct fix *f;

	if (o != NULL && reinstall_there(d, dr, o->p, says))
		return true;
	argv = o != NULL ? package_reinstall_command(&set, o->p, o->place) : NULL;
	if (argv == NULL)
		return false;
	f = draft_fix(d, dr, "reinstall", "low",
		      arena_printf(d->a, "%s: install %s %s, which brought it, again", says, o->p->name,
				   o->p->version));
	fix_command(d, f, shell_words(d->a, argv));
	fix_edit(d, f, "reinstall", path, NULL, NULL);
	return true;
}

/* "Get it again": from the Python package, the system's package, or wherever it came from. */
void draft_fix_reinstall(struct diag *d, struct draft *dr, const char *path, const char *says)
{
	size_t at = path != NULL ? behind_packages(path) : 0;
	struct fix *f;

	if (path != NULL && (at != 0 || system_folder(path)) && exact_reinstall(d, dr, path, says))
		return;
	if (at != 0) {
		f = draft_fix(d, dr, "reinstall", "low",
			      arena_printf(d->a,
					   "%s: reinstall the Python package that brought it (it lies "
					   "in the folder %.*s; the name of the package may differ)",
					   says, (int)strcspn(path + at, "/"), path + at));
		fix_edit(d, f, "reinstall", path, NULL, NULL);
		return;
	}
	if (path == NULL || !system_folder(path)) {
		draft_fix(d, dr, "replace", "low",
			  arena_printf(d->a, "%s from where it came", says));
		return;
	}
	f = draft_fix(d, dr, "reinstall", "low",
		      arena_printf(d->a, "%s: install the package that owns it again", says));
	fix_edit(d, f, "reinstall", path, NULL, NULL);
	if (has_apt(d)) {
		fix_command(d, f, arena_printf(d->a, "dpkg -S %s", shell_quote(d->a, path)));
		fix_command(d, f, "apt-get install --reinstall PACKAGE");
	} else if (has_apk(d)) {
		fix_command(d, f, arena_printf(d->a, "apk info --who-owns %s", shell_quote(d->a, path)));
		fix_command(d, f, "apk fix --reinstall PACKAGE");
	}
}

/* What to start, for a command: the target if it is a program, else "COMMAND"; *note explains that
 * word to a person. */
static const char *start_word(const struct diag *d, const char **note)
{
	*note = "";
	if (d->in->is_program && d->in->target_path != NULL && strchr(d->in->target_path, '/'))
		return shell_quote(d->a, d->in->target_path);
	*note = " (COMMAND is what you start)";
	return "COMMAND";
}

void draft_fix_library_path(struct diag *d, struct draft *dr, const char *what, const char *file)
{
	const char *dir = dir_name(d->a, absolute_path(d, file));
	const char *note, *start = start_word(d, &note);
	struct fix *f = draft_fix(d, dr, "library-path", "low",
				  arena_printf(d->a, "for one run: %s%s", what, note));

	fix_command(d, f,
		    arena_printf(d->a,
				 "LD_LIBRARY_PATH=%s${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} %s",
				 shell_quote(d->a, dir), start));
	fix_edit(d, f, "env-first", NULL, "LD_LIBRARY_PATH", dir);
}

void draft_fix_older_copy(struct diag *d, struct draft *dr, const struct image *p, const char *copy)
{
	enum load_rule rule = p->request != NULL ? p->request->rule : RULE_NONE;
	const char *dir = dir_name(d->a, image_path(d, p));

	if (rule == RULE_LD_LIBRARY_PATH) {
		fix_edit(d,
			 draft_fix(d, dr, "environment", "low",
				   arena_printf(d->a,
						"take %s out of LD_LIBRARY_PATH: %s is newer, and has it",
						dir, copy)),
			 "env-without", NULL, "LD_LIBRARY_PATH", dir);
	} else if (rule == RULE_RPATH) { /* comes before LD_LIBRARY_PATH */
		draft_fix(d, dr, "rename", "medium",
			  arena_printf(d->a, "move the old copy %s away: %s is newer, and has it",
				       image_path(d, p), copy));
	} else if (rule == RULE_PATH) { /* no search, no folder that could come first */
		draft_fix(d, dr, "order", "low",
			  arena_printf(d->a,
				       "have %s loaded before %s, which was asked for by its path",
				       copy, image_path(d, p)));
	} else {
		draft_fix_library_path(
			d, dr, arena_printf(d->a, "let the newer copy %s be found first", copy), copy);
	}
	draft_also(d, dr, CAUSE_SEARCH_PATH, NULL, copy);
}

void draft_also(struct diag *d, struct draft *dr, enum cause cause, const char *detail,
		const char *object)
{
	struct dlwhy_also *x = ARENA_NEW(d->a, struct dlwhy_also);

	x->code = dlwhy_cause_at((size_t)cause)->code;
	x->detail = detail;
	x->object = object;
	*ARENA_PUSH(d->a, &dr->also) = x;
}

/* ---- who asked ---------------------------------------------------------------------------- */

static const struct image *asker(const struct image *im)
{
	if (im->requester != NULL)
		return im->requester;
	return NULL;
}

/* From im up to the root. A chain that does not end is cut. */
void draft_needed_by(struct diag *d, struct draft *dr, const struct image *im)
{
	const char *up[MAX_CHAIN];
	const char **chain;
	size_t n = 0;

	if (im == NULL)
		return;
	dr->f.needed_by = image_path(d, im);
	for (const struct image *i = im; i != NULL && n < MAX_CHAIN; i = asker(i)) {
		const char *path = image_path(d, i);

		if (path != NULL)
			up[n++] = path;
	}
	chain = ARENA_ARRAY(d->a, n + 1, const char *);
	for (size_t i = 0; i < n; i++)
		chain[i] = up[n - 1 - i];
	dr->f.chain = chain;
	dr->f.nchain = n;
}

const char *absolute_path(const struct diag *d, const char *path)
{
	char out[4096], *dot;
	char *full = d->source != NULL ? source_absolute(d->source, path) : NULL;
	size_t n = full != NULL ? strlen(full) : sizeof(out);

	/* Nothing is allocated in the arena while `full` is held. */
	if (n >= sizeof(out)) {
		free(full);
		return path;
	}
	memcpy(out, full, n + 1);
	free(full);
	while ((dot = strstr(out, "/./")) != NULL)
		memmove(dot, dot + 2, strlen(dot + 2) + 1);
	n = strlen(out);
	if (n > 2 && strcmp(out + n - 2, "/.") == 0)
		out[n - 2] = '\0';
	return arena_strdup(d->a, out);
}

const char *image_path(const struct diag *d, const struct image *im)
{
	if (im == NULL)
		return NULL;
	if (im->kind == IMAGE_PROGRAM) {
		if (im->real_path != NULL && *im->real_path != '\0')
			return im->real_path;
		return d->in->is_program ? d->in->target_path : NULL;
	}
	return im->name != NULL && *im->name != '\0' ? im->name : NULL;
}

const char *image_word(const struct diag *d, const struct image *im)
{
	const char *path = image_path(d, im);

	return path != NULL ? base_name(path) : "the program";
}

bool python_is_managed(struct source *source, struct arena *a, const char *library)
{
	struct os_stat st;

	return source_stat(source, arena_printf(a, "%s/EXTERNALLY-MANAGED", library), true, &st) == 0;
}

bool has_apt(const struct diag *d)
{
	struct os_stat st;

	/* What apt-get installs beside a musl of its own is built for glibc. */
	return !is_musl(d) && d->source != NULL &&
	       source_stat(d->source, APT_MARK, true, &st) == 0;
}

bool has_apk(const struct diag *d)
{
	struct os_stat st;

	return d->source != NULL && (source_stat(d->source, APK_MARK, true, &st) == 0 ||
				     source_stat(d->source, "/etc/alpine-release", true, &st) == 0);
}

bool has_rpm(const struct diag *d)
{
	struct os_stat st;

	return !is_musl(d) && d->source != NULL &&
	       (source_stat(d->source, "/usr/lib/sysimage/rpm", true, &st) == 0 ||
		source_stat(d->source, "/var/lib/rpm", true, &st) == 0) &&
	       source_stat(d->source, APT_MARK, true, &st) != 0;
}

/* ---- musl ------------------------------------------------------------------------------------ */

bool is_musl(const struct diag *d)
{
	return d->w != NULL && d->w->kind == LOADER_MUSL;
}

const char *common_dir(const struct diag *d, size_t i)
{
	const struct dir_list *l = d->p != NULL ? &d->p->system_dirs : NULL;

	if (is_musl(d) && l != NULL && l->ready && l->rule == RULE_PATH_FILE)
		return i < l->n && i < 64 ? l->v[i]->dir : NULL;
	return i < d->w->install.ndirs ? d->w->install.dirs[i] : NULL;
}

static bool of_glibc(void *ctx, const struct elf_verneed *n)
{
	(void)ctx;
	return n->name != NULL && starts_with(n->name, "GLIBC_");
}

bool built_for_glibc(const struct elf *e)
{
	for (size_t i = 0; i < e->nneeds; i++)
		if (e->needs[i].name != NULL && (strcmp(e->needs[i].name, "libc.so.6") == 0 ||
						 starts_with(e->needs[i].name, "ld-linux")))
			return true;
	return elf_each_verneed(e, of_glibc, NULL, NULL);
}

void draft_fix_musl_build(struct diag *d, struct draft *dr, const char *path)
{
	bool wheel = path != NULL && strstr(path, "-packages/") != NULL;
	struct fix *f;

	draft_fix(d, dr, "replace", "low",
		  wheel ? "install the wheel for musl (musllinux in its name, not manylinux), or "
			  "let pip build the package here (pip install --no-binary)"
			: "take the build for musl (of Python wheels the one with musllinux in its "
			  "name), or build it here");
	f = draft_fix(d, dr, "install-package", "high",
		      "for simple libraries: gcompat gives musl some of glibc's functions");
	if (has_apk(d))
		fix_command(d, f, "apk add gcompat");
}
