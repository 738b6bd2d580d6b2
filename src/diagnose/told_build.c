/* told_build.c - the habits of build systems: probes that may fail, warnings that turn out to be the
 * cause. */
#include <string.h>

#include "diagnose/told_find.h"
#include "diagnose/told_place.h"

enum {
	RANK_WEAK = 60, /* warnings below it stop a link where they have the last word */
	RANK_SOME = 88  /* any other sentence says more */
};

/* Warnings that are the cause of what is said later. */
static const struct {
	const char *warning, *consequence; /* codes */
	enum msg_field field;              /* both name the same of this kind, if both name it */
} together[] = {
	{ "ld-incompatible", "ld-library-not-found", MSG_LIB },
	{ "ld-incompatible", "ld-undefined-reference", MSG_NFIELDS },
	{ "ld-library-not-found", "ld-undefined-reference", MSG_NFIELDS },
	{ "pkg-config", "pkg-config", MSG_PACKAGE },
	{ "pkg-config", "build-tool", MSG_PACKAGE },
	{ "build-tool", "build-tool", MSG_PACKAGE },
	{ "header-missing", "build-tool", MSG_HEADER },
};

/* GNU ld searches once more behind "cannot find -lx", and tells again what it passes over. */
static bool is_searched_again(const struct msg_fact *w, const struct msg_fact *f)
{
	enum { NEAR = 4 };

	return strstr(w->id, "skip") != NULL && w->field[MSG_LIB] != NULL && told_same(w, f, MSG_LIB) &&
	       w->line - f->line <= NEAR;
}

static bool leads_to(const struct msg_fact *w, const struct msg_fact *f)
{
	if (w->code == NULL || f->kind != MSG_CAUSE || (f->offset < w->offset && !is_searched_again(w, f)))
		return false;
	for (size_t i = 0; i < sizeof(together) / sizeof(together[0]); i++) {
		enum msg_field field = together[i].field;

		if (!told_is(w, together[i].warning) || !told_is(f, together[i].consequence))
			continue;
		/* What was skipped may have been found elsewhere. */
		if (field == MSG_NFIELDS && strstr(w->id, "skip") != NULL)
			continue;
		if (field == MSG_NFIELDS || w->field[field] == NULL || f->field[field] == NULL ||
		    told_same(w, f, field))
			return true;
	}
	return false;
}

/* ---- warnings ------------------------------------------------------------------------------- */

static void promote(struct told_case *c, size_t n)
{
	struct told_fact *w = &c->facts[n];

	for (size_t i = 0; i < c->n; i++)
		if (leads_to(&w->f, &c->facts[i].f)) {
			w->f.kind = MSG_CAUSE;
			return;
		}
}

static bool is_ignored(const struct msg_fact *f)
{
	return f->kind == MSG_WARNING && starts_with(f->id, "ld64-ignore-");
}

/* Apple's linker leaves out files that do not fit, and goes on without them. That is why it fails where
 * symbols are missing; and if nobody says more, where it leaves out what was compiled for this very link,
 * or one file after the other. */
static void promote_ignored(struct told_case *c)
{
	struct msg_fact *first = NULL;
	bool fails = false, many = false, more = false;

	for (size_t i = 0; i < c->n; i++) {
		struct msg_fact *f = &c->facts[i].f;

		more = more || told_may_be_cause(&c->facts[i]);
		fails = fails || (first != NULL && starts_with(f->id, "ld64-undefined-"));
		if (!is_ignored(f) || c->facts[i].denied)
			continue;
		many = many || told_ends_with(f->field[MSG_OBJECT], ".o") ||
			(first != NULL && !told_same(first, f, MSG_OBJECT));
		first = first == NULL ? f : first;
	}
	if (first != NULL && (fails || (many && !more)))
		first->kind = MSG_CAUSE;
}

/* A warning of a loader is worth a word where there is nothing worse; those of builds are not. */
static void stand_alone(struct told_fact *w)
{
	static const char *const build[] = { "ld-", "build-", "pkg-config", "header-missing", "cgo-",
					     "compiler-",
					     "go-toolchain", "no-matching", "out-of-memory" };

	if (w->f.code == NULL || same_text(w->f.speaker, "ldd"))
		return;
	/* Apple's linker leaves out what it was told to link: nothing good comes of it. */
	for (size_t i = 0; i < sizeof(build) / sizeof(build[0]); i++)
		if (starts_with(w->f.code, build[i]) && !starts_with(w->f.id, "ld64-ignore-"))
			return;
	w->f.kind = MSG_CAUSE;
	w->warning = true;
}

/* ---- probes --------------------------------------------------------------------------------- */

/* Names of the programs that configure, CMake, Meson, … try to compile and link. */
static bool is_probe(const struct msg_fact *f)
{
	static const char *const names[] = { "conftest", "CMakeTmp", "CMakeScratch", "cmTC_", "sanitycheckc",
					     "testfile.c", "TryCompile", "meson-private", "_configtest",
						"checkinclude" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (f->text != NULL && strstr(f->text, names[i]) != NULL)
			return true;
		for (size_t k = 0; k < MSG_NFIELDS; k++)
			if (f->field[k] != NULL && strstr(f->field[k], names[i]) != NULL)
				return true;
	}
	return false;
}

/* Does the build fail behind it, with words of its own? */
static bool ends_badly(const struct told_case *c, size_t n)
{
	for (size_t i = n + 1; i < c->n; i++) {
		const struct msg_fact *f = &c->facts[i].f;

		if ((f->kind == MSG_CAUSE || f->kind == MSG_WRAPPER) && !is_probe(f))
			return true;
	}
	return false;
}

/* Of the probes that failed the last one counts, and only if the build then ends. */
static void deny_probes(struct told_case *c)
{
	bool last = true;

	for (size_t i = c->n; i-- > 0;) {
		struct told_fact *t = &c->facts[i];

		if (t->f.kind != MSG_CAUSE || !is_probe(&t->f))
			continue;
		t->denied = !last || !ends_badly(c, i);
		last = false;
	}
}

/* It failed, and nothing says why but a file that the linker passed over. */
static void promote_alone(struct told_case *c)
{
	struct told_fact *alone = NULL;
	bool failed = false;

	for (size_t i = 0; i < c->n; i++) {
		struct told_fact *t = &c->facts[i];

		if (told_may_be_cause(t))
			return;
		if (t->f.kind == MSG_WARNING && told_is(&t->f, "ld-incompatible") && t->f.rank < RANK_WEAK &&
		    alone == NULL)
			alone = t;
		failed = failed || (t->f.kind == MSG_WRAPPER && alone != NULL);
	}
	if (failed)
		alone->f.kind = MSG_CAUSE;
}

/* A configuration that ends early without words of its own: what it looked for last was wanted. */
static void promote_last_probe(struct told_case *c)
{
	struct told_fact *probe = NULL;
	bool ended = false;

	for (size_t i = 0; i < c->n; i++) {
		struct told_fact *t = &c->facts[i];

		if (told_may_be_cause(t))
			return;
		if (same_text(t->f.id, "cmake-probe") && !ended)
			probe = t;
		ended = ended || same_text(t->f.id, "cmake-incomplete");
	}
	if (ended && probe != NULL)
		probe->f.kind = MSG_CAUSE;
}

/* What matters only where a build fails and nobody says more, in this order. */
static const struct {
	const char *id, *code, *detail;
	int rank;
} fallbacks[] = {
	{ "shell-no-command", "build-tool", "program", 40 },
	{ "fetch-", "build-tool", "download", 40 },
	{ "apt-locate", "build-tool", "build-requirement", 41 },
	{ "apt-candidate", "build-tool", "build-requirement", 41 },
	{ "apk-packages", "build-tool", "build-requirement", 41 },
	{ "dnf-locate", "build-tool", "build-requirement", 41 },
	{ "shell-cd", "build-other", "input-missing", 42 },
	{ "install-absent", "build-other", "input-missing", 42 },
	{ "install-stat", "build-other", "input-missing", 42 },
	{ "python-no-file", "build-other", "input-missing", 42 },
	{ "go-no-file", "build-other", "input-missing", 42 },
	{ "rust-panic", "build-tool", "setup-script", 55 },
	{ "python-raised", "build-tool", "setup-script", RANK_SOME },
	{ "some-error", "build-other", NULL, RANK_SOME },
};

static bool is_wrapped(const struct told_case *c, const struct msg_fact *f)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->facts[i].f.kind == MSG_WRAPPER && c->facts[i].f.line == f->line)
			return true;
	return false;
}

static struct msg_fact *first_of(struct told_case *c, const char *id)
{
	for (size_t i = 0; i < c->n; i++) {
		struct msg_fact *f = &c->facts[i].f;

		if (starts_with(f->id, id) && f->doubts == 0 && !is_probe(f) && !is_wrapped(c, f))
			return f;
	}
	return NULL;
}

/* What a script of the build ended by, with the name of the exception. */
static void take_exception(struct told_case *c, struct msg_fact *f)
{
	const struct msg_fact *starts = told_above(c, "python-starts-program", f, 4);

	f->field[MSG_ERROR] = f->text + strspn(f->text, " \t");
	if (starts != NULL && strstr(f->text, "[WinError 2]") != NULL)
		f->detail = "program-unnamed";
}

/* A build failed, and nobody here knows the words of whom it failed by: the first line that calls itself an
 * error is what there is to say. */
static void promote_some_error(struct told_case *c)
{
	bool failed = false;

	for (size_t i = 0; i < c->n; i++) {
		if (told_may_be_cause(&c->facts[i]))
			return;
		failed = failed || c->facts[i].f.kind == MSG_WRAPPER;
	}
	for (size_t k = 0; k < sizeof(fallbacks) / sizeof(fallbacks[0]) && failed; k++) {
		struct msg_fact *f = first_of(c, fallbacks[k].id);

		if (f == NULL)
			continue;
		f->kind = MSG_CAUSE;
		f->code = fallbacks[k].code;
		f->detail = fallbacks[k].detail;
		f->rank = fallbacks[k].rank;
		if (f->field[MSG_OBJECT] == NULL)
			f->field[MSG_OBJECT] = f->field[MSG_PACKAGE];
		if (starts_with(f->id, "python-raised"))
			take_exception(c, f);
		return;
	}
}

void told_build(struct told_case *c)
{
	promote_ignored(c);
	promote_last_probe(c);
	promote_some_error(c);
	promote_alone(c);
	for (size_t i = 0; i < c->n; i++)
		if (c->facts[i].f.kind == MSG_WARNING)
			promote(c, i);
	for (size_t i = 0; i < c->n; i++)
		if (c->facts[i].f.kind == MSG_WARNING)
			stand_alone(&c->facts[i]);
	deny_probes(c);
}
