/* told_attempt.c - what a loader says of one of several attempts, and what a better sentence makes idle.
 *
 * Programs look for a library under several names and say of each why not; only one of the reasons is the
 * answer.
 */
#include <string.h>

#include "diagnose/told_find.h"

enum {
	ATTEMPTS = 60, /* lines of a list of them */
	NEAR = 3,      /* lines of one message */
	RANK_SAID = 34 /* a loader's own words, whether they name a file or not */
};

/* The name of a file without folders of either kind. */
static const char *file_name(const char *path)
{
	const char *back = strrchr(path, '\\');

	return base_name(back != NULL ? back + 1 : path);
}

/* "lib", then the name, then endings: one of the names under which .NET looks for a library. */
static bool is_variant(const char *tried, const char *name)
{
	const char *base = file_name(tried), *at = strstr(base, file_name(name));
	static const char *const ends[] = { "", ".so", ".dylib", ".dll" };

	if (at == NULL || (at != base && strncmp(base, "lib", 3) != 0) || at > base + 6)
		return false;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (strcmp(at + strlen(file_name(name)), ends[i]) == 0)
			return true;
	return false;
}

/* A loader that says of a name that it is nowhere. */
static bool is_search(const struct msg_fact *f)
{
	static const char *const ids[] = { "glibc-not-found", "musl-load", "musl-needed",
					   "dyld-dlopen-absent", "dyld-dlopen-tried" };

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		if (f->id != NULL && starts_with(f->id, ids[i]))
			return true;
	return false;
}

/* A list of attempts follows the name of what is looked for: .NET tries many names, PHP one more ending. Only
 * what is not such a name tells why. */
static void deny_attempt(struct told_case *c, size_t n)
{
	struct told_fact *t = &c->facts[n];
	const char *object = t->f.field[MSG_OBJECT];

	if (object == NULL || !is_search(&t->f))
		return;
	if (strlen(object) > 6 && strcmp(object + strlen(object) - 6, ".so.so") == 0)
		t->denied = true;
	for (size_t i = n; i-- > 0 && t->f.line - c->facts[i].f.line <= ATTEMPTS;) {
		const struct msg_fact *wanted = &c->facts[i].f;

		if (wanted->id == NULL || strcmp(wanted->id, "dotnet-library") != 0 ||
		    wanted->field[MSG_OBJECT] == NULL)
			continue;
		t->denied = t->denied || is_variant(object, wanted->field[MSG_OBJECT]);
		if (!t->denied)
			t->f.field[MSG_NEEDED_BY] = wanted->field[MSG_OBJECT];
		return;
	}
}

/* A program that lacks the library of its choice says so, goes on with another one, and lacks that too: what
 * would help is the first. */
static void name_first_choice(struct told_case *c, size_t n)
{
	struct told_fact *t = &c->facts[n];

	if (t->f.field[MSG_OBJECT] == NULL || !is_search(&t->f))
		return;
	for (size_t i = n; i-- > 0 && t->f.line - c->facts[i].f.line <= ATTEMPTS;) {
		const struct msg_fact *wanted = &c->facts[i].f;

		if (told_is_id(wanted, "bitsandbytes-binary") &&
		    strstr(t->f.field[MSG_OBJECT], wanted->speaker) != NULL) {
			t->f.field[MSG_OBJECT] = wanted->field[MSG_OBJECT];
			return;
		}
	}
}

/* Ruby's ffi tries a name as it stands, and then as the name of a library: "vips", "libvips.so". */
static void deny_unmapped(struct told_case *c, size_t n)
{
	struct told_fact *t = &c->facts[n];
	const char *object = t->f.field[MSG_OBJECT];

	if (object == NULL || !told_may_be_cause(t))
		return;
	for (size_t i = n + 1; i < c->n && c->facts[i].f.line - t->f.line <= NEAR; i++) {
		const struct msg_fact *next = &c->in->facts[i];
		const char *tried = next->field[MSG_OBJECT];

		if (same_text(next->id, "ruby-ffi") && tried != NULL &&
		    starts_with(file_name(tried), "lib") && !starts_with(file_name(object), "lib") &&
		    is_variant(tried, object))
			t->denied = true;
	}
}

/* A sentence inside of a warning: "Could not load dynamic library 'x'; dlerror: x: cannot open …" */
static void deny_warned(struct told_case *c, size_t n)
{
	struct told_fact *t = &c->facts[n];

	if (t->f.kind != MSG_CAUSE)
		return;
	for (size_t i = 0; i < c->n && c->facts[i].f.line <= t->f.line; i++) {
		const struct msg_fact *w = &c->facts[i].f;

		if (w->kind == MSG_WARNING && w->line == t->f.line && w->offset < t->f.offset &&
		    t->f.offset < w->offset + strlen(w->text))
			t->denied = true;
	}
}

/* The last resort of the reader (block_failure.c). */
static bool is_guess(const struct msg_fact *f)
{
	return f->code != NULL && f->rank == MSG_RANK_GUESS;
}

/* Does a tool of a build say it? */
static bool is_of_build(const struct msg_fact *f)
{
	static const char *const tools[] = { "make", "ninja", "CMake", "meson", "gcc", "clang", "cargo",
					     "bazel", "ld", "ld.bfd", "ld.gold", "ld.lld", "mold", "ld64",
					     "link.exe", "go", "configure", "setuptools", "node-gyp",
					     "MSBuild", "rustc", "xcode" };

	/* "FAILED: x" is said by many. */
	if (f->kind == MSG_CONTEXT || told_is_id(f, "ninja-failed"))
		return false;
	for (size_t i = 0; i < sizeof(tools) / sizeof(tools[0]); i++)
		if (f->speaker != NULL && strcmp(f->speaker, tools[i]) == 0)
			return true;
	return false;
}

/* "x", then "x.so": the name without its ending was tried first, and is nowhere; the other was found. */
static void deny_without_ending(struct told_case *c, size_t n)
{
	struct told_fact *t = &c->facts[n];
	const char *object = t->f.field[MSG_OBJECT];
	size_t len = object != NULL ? strlen(object) : 0;

	if (object == NULL || !is_search(&t->f))
		return;
	for (size_t i = n + 1; i < c->n && c->facts[i].f.line - t->f.line <= NEAR; i++) {
		const struct msg_fact *next = &c->facts[i].f;
		const char *with = next->field[MSG_OBJECT];

		if (told_may_be_cause(&c->facts[i]) && !is_search(next) && with != NULL &&
		    strncmp(with, object, len) == 0 && with[len] == '.')
			t->denied = true;
	}
}

/* Words of failure about some file are believed only where nobody says more: not beside a sentence that is
 * known, and not in the log of a build, whose tools speak of many files. */
static bool says_more(const struct msg_fact *f, const struct msg_fact *guess)
{
	if (is_guess(f))
		return false;
	if (f->kind == MSG_CAUSE && ((f->doubts & (unsigned)~MSG_WARNED) == 0 || f->line == guess->line))
		return true;
	return is_of_build(f) || (f->kind == MSG_WARNING && f->line == guess->line);
}

/* "try: import x; except ImportError: …", and what stands behind the "except" fails as well: the module was
 * only the first attempt. */
static void deny_first_import(struct told_case *c, size_t n)
{
	struct told_fact *t = &c->facts[n];
	const struct msg_fact *next;

	if (!told_is_id(&t->f, "python-no-module"))
		return;
	next = told_below(c, "python-chained", &t->f, NEAR);
	for (size_t i = n + 1; next != NULL && i < c->n; i++)
		if (told_is(&c->facts[i].f, "missing-library") && told_may_be_cause(&c->facts[i]) &&
		    c->facts[i].f.line > next->line && c->facts[i].f.line - next->line <= ATTEMPTS)
			t->denied = true;
}

void told_guess(struct told_case *c)
{
	for (size_t i = 0; i < c->n; i++)
		for (size_t k = 0; k < c->n && is_guess(&c->facts[i].f); k++)
			if (says_more(&c->in->facts[k], &c->in->facts[i]))
				told_silence(&c->facts[i].f);
}

/* "(tried: A (reason), B (reason))" in one line, as PHP prints it: what B says decides where A is only
 * absent, and the other way round. */
static void deny_absent_in_list(struct told_case *c, size_t n)
{
	struct told_fact *t = &c->facts[n];
	bool listed = false, decided = false;

	if (!told_may_be_cause(t) || !told_is(&t->f, "missing-library"))
		return;
	for (size_t i = 0; i < c->n; i++) {
		const struct msg_fact *f = &c->facts[i].f;

		if (f->line != t->f.line)
			continue;
		listed = listed || starts_with(f->id, "php-tried");
		decided = decided || (told_may_be_cause(&c->facts[i]) && !told_is(f, "missing-library") &&
				      f->rank <= RANK_SAID);
	}
	t->denied = t->denied || (listed && decided);
}

/* Qt says of a plug-in that it could not be loaded, also where it was and found no display. */
static void deny_undrawn(struct told_case *c, size_t n)
{
	struct told_fact *t = &c->facts[n];

	if (t->f.id == NULL || !starts_with(t->f.id, "qt-") || !told_is(&t->f, "missing-library"))
		return;
	for (size_t i = 0; i < n; i++)
		if (told_may_be_cause(&c->facts[i]) && same_text(c->facts[i].f.detail, "no-display") &&
		    t->f.line - c->facts[i].f.line <= ATTEMPTS)
			t->denied = true;
}

/* The first word of a library's name: "score" of "libscore_start-2.so". */
static size_t stem_of(const char *path, const char **stem)
{
	const char *base = file_name(path);

	base += strncmp(base, "lib", 3) == 0 ? 3 : 0;
	*stem = base;
	return strcspn(base, "_-.0123456789");
}

/* The loader goes on without a library of LD_PRELOAD, and what that one should have defined is missing then:
 * the symbol, or who uses it, has its name. */
static void deny_for_preload(struct told_case *c, size_t n)
{
	enum { LEAST = 4 };
	struct told_fact *t = &c->facts[n];
	const char *symbol = t->f.field[MSG_SYMBOL], *user = t->f.field[MSG_OBJECT], *stem, *own = "";

	if (!told_may_be_cause(t) || !told_is(&t->f, "missing-symbol") || symbol == NULL)
		return;
	if (user != NULL)
		stem_of(user, &own);
	for (size_t i = 0; i < c->n; i++) {
		const struct msg_fact *f = &c->facts[i].f;
		const char *preload = f->field[MSG_OBJECT];
		size_t len = preload != NULL ? stem_of(preload, &stem) : 0;

		if (starts_with(f->id, "preload-") && f->line < t->f.line && len >= LEAST &&
		    (strncmp(symbol, stem, len) == 0 || strncmp(own, stem, len) == 0))
			t->denied = true;
	}
}

/* Words about the whole that say nothing beside the reason: `idle` is no cause where `reason` is one. */
static const struct {
	const char *idle, *reason; /* how their ids begin */
} unneeded[] = {
	{ "fuse-mount", "fuse-exec" },
	{ "fuse-mount", "fuse-device" },
	{ "fuse-mount", "fuse-open" },
	{ "fuse-mount", "fuse-denied" },
};

static void deny_unneeded(struct told_case *c, size_t n)
{
	struct told_fact *t = &c->facts[n];

	for (size_t k = 0; k < sizeof(unneeded) / sizeof(unneeded[0]); k++)
		for (size_t i = 0; i < c->n && starts_with(t->f.id, unneeded[k].idle); i++) {
			const struct told_fact *other = &c->facts[i];

			t->denied = t->denied || (told_may_be_cause(other) &&
						  starts_with(other->f.id, unneeded[k].reason) &&
						  t->f.line - other->f.line <= ATTEMPTS);
		}
}

void told_attempt(struct told_case *c, size_t n)
{
	deny_unneeded(c, n);
	deny_for_preload(c, n);
	deny_absent_in_list(c, n);
	deny_undrawn(c, n);
	deny_attempt(c, n);
	name_first_choice(c, n);
	deny_without_ending(c, n);
	deny_first_import(c, n);
	deny_unmapped(c, n);
	deny_warned(c, n);
}
