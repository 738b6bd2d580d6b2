/* told_probe.c - what CMake, Meson, configure and mkmf look for on their way: a probe that fails is no error,
 * and the last one before the end says what the end is about.
 */
#include <string.h>
#include <strings.h>

#include "diagnose/told_find.h"
#include "diagnose/told_place.h"

/* CMake names the packages of a probe first, and then only says that one of them is required. */
static void join_cmake_probe(struct told_case *c)
{
	for (size_t i = 0; i < c->n; i++) {
		struct msg_fact *f = &c->facts[i].f;
		const struct msg_fact *probe;

		if (!told_is_id(f, "cmake-required-package"))
			continue;
		probe = told_above(c, "cmake-pkg-probe", f, 64);
		if (probe != NULL && f->field[MSG_PACKAGE] == NULL)
			f->field[MSG_PACKAGE] = probe->field[MSG_PACKAGE];
	}
}

/* Without pkg-config Meson finds no library by it: what it then does not find may well be there. */
static void join_meson(struct told_case *c)
{
	static const char *const wanted[] = { "meson-dependency", "meson-wrap", "meson-subproject" };

	for (size_t i = 0; i < c->n; i++) {
		struct msg_fact *f = &c->facts[i].f;

		for (size_t k = 0; k < sizeof(wanted) / sizeof(wanted[0]); k++) {
			if (!starts_with(f->id, wanted[k]) ||
			    told_above(c, "meson-no-pkg-config", f, INT64_MAX) == NULL)
				continue;
			f->code = "build-tool";
			f->detail = "pkg-config";
			f->field[MSG_OBJECT] = "pkg-config";
			break;
		}
	}
}

/* That a compiler does not work says less than what it said itself. */
static void drop_compiler_tests(struct told_case *c)
{
	for (size_t i = 0; i < c->n; i++) {
		const char *file = c->facts[i].f.field[MSG_FILE];

		if (told_is_id(&c->facts[i].f, "cmake-message") && file != NULL &&
		    strstr(file, "/CMakeTest") != NULL)
			told_silence(&c->facts[i].f);
	}
}

static const struct msg_fact *end_of_configure(const struct told_case *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (told_is_id(&c->facts[i].f, "configure-error") ||
		    starts_with(c->facts[i].f.id, "configure-library"))
			return &c->facts[i].f;
	return NULL;
}

/* A probe of configure that fails is no error: of those only the last before the end counts, and none if it
 * ends well. */
static void drop_probes(struct told_case *c)
{
	const struct msg_fact *end = end_of_configure(c), *well = told_find(c, "configure-exit");
	int64_t first = 0, last = 0;

	for (size_t i = 0; i < c->n; i++) {
		const struct msg_fact *f = &c->facts[i].f;

		if (!told_is_id(f, "configure-failed-program") || (end != NULL && f->line > end->line))
			continue;
		first = last;
		last = f->line;
	}
	if (last > 0 && well != NULL)
		first = last;
	for (size_t i = 0; i < c->n && last > 0; i++)
		if (c->facts[i].f.line <= first && c->facts[i].f.rank < RANK_ENDS &&
		    c->facts[i].f.code != NULL)
			told_silence(&c->facts[i].f);
}

/* configure asks each compiler for its version in the words of all of them: "gcc -V", "gcc -qversion". */
static void drop_version_questions(struct told_case *c)
{
	static const char *const flags[] = { "-V", "-qversion", "-version" };

	for (size_t i = 0; i < c->n; i++) {
		struct msg_fact *f = &c->facts[i].f;
		const char *flag = f->field[MSG_FLAG];

		for (size_t k = 0; k < sizeof(flags) / sizeof(flags[0]) && flag != NULL; k++)
			if ((told_is_id(f, "gcc-option") || told_is_id(f, "clang-option")) &&
			    strcmp(flag, flags[k]) == 0) {
				told_silence(f);
				break;
			}
	}
}

/* The log of what CMake tried: what stands between "failed with the following output" and the source is no
 * error of the build. */
static void drop_cmake_log(struct told_case *c)
{
	enum { LINES = 40 };

	for (size_t i = 0; i < c->n; i++) {
		const struct msg_fact *head = &c->facts[i].f;
		int64_t end = head->line + LINES;

		if (!told_is_id(head, "cmake-log-failed"))
			continue;
		for (size_t k = i + 1; k < c->n; k++) {
			const struct msg_fact *f = &c->facts[k].f;

			if (f->line > head->line && f->line < end &&
			    (told_is_id(f, "cmake-log-source") || told_is_id(f, "cmake-log-failed")))
				end = f->line;
		}
		for (size_t k = 0; k < c->n; k++)
			if (c->facts[k].f.line > head->line && c->facts[k].f.line < end &&
			    !starts_with(c->facts[k].f.id, "cmake-"))
				told_silence(&c->facts[k].f);
	}
}

/* What configure looked for last, and did not find, is what its error is about. */
static void join_configure(struct told_case *c)
{
	for (size_t i = 0; i < c->n; i++) {
		struct msg_fact *f = &c->facts[i].f;
		const struct msg_fact *lib, *header;

		if (!told_is_id(f, "configure-error") && !starts_with(f->id, "configure-library") &&
		    !told_is_id(f, "configure-missing-headers") && !told_is_id(f, "gem-missing-library"))
			continue;
		lib = told_above(c, "configure-probe-lib", f, 3);
		header = told_above(c, "configure-probe-pkg", f, 1);
		if (header != NULL && told_ends_with(header->field[MSG_PACKAGE], ".h")) {
			f->code = "header-missing";
			f->detail = NULL;
			f->field[MSG_HEADER] = header->field[MSG_PACKAGE];
			f->field[MSG_OBJECT] = NULL;
			continue;
		}
		if (lib == NULL || told_is_id(f, "configure-missing-headers"))
			continue;
		f->code = "ld-library-not-found";
		f->detail = NULL;
		f->field[MSG_LIB] = lib->field[MSG_LIB];
		f->field[MSG_OBJECT] = arena_printf(c->a, "-l%s", lib->field[MSG_LIB]);
		f->field[MSG_SYMBOL] = lib->field[MSG_SYMBOL];
	}
}

/* A program that configure built did not run: what the loader said of it, or how it died, comes before what
 * configure makes of it. */
static bool is_of_run(const struct msg_fact *f)
{
	static const char *const speakers[] = { "glibc", "musl", "dyld" };

	if (f->kind != MSG_CAUSE || f->doubts != 0 || f->speaker == NULL)
		return false;
	for (size_t i = 0; i < sizeof(speakers) / sizeof(speakers[0]); i++)
		if (strcmp(f->speaker, speakers[i]) == 0)
			return true;
	return told_is(f, "abi-crash");
}

static void drop_result_of_run(struct told_case *c)
{
	enum { NEAR = 3 };

	for (size_t i = 0; i < c->n; i++) {
		struct msg_fact *f = &c->facts[i].f;

		if (!told_is_id(f, "configure-error") || !told_is(f, "build-tool") ||
		    f->field[MSG_OBJECT] != NULL)
			continue;
		for (size_t k = 0; k < c->n; k++)
			if (is_of_run(&c->facts[k].f) && c->facts[k].f.line < f->line &&
			    f->line - c->facts[k].f.line <= NEAR) {
				told_silence(f);
				f->kind = MSG_WRAPPER; /* it ends there all the same */
				break;
			}
	}
}

/* ---- what a check of a build's own wanted ----------------------------------------------------- */

static const char *behind(const char *s, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strncasecmp(s, words[i], strlen(words[i])) == 0)
			return s + strlen(words[i]);
	return NULL;
}

/* The one name in such a sentence: "gawk not found", "Could not find the warp library". NULL: none. */
static const char *wanted(struct arena *a, const char *error)
{
	static const char name[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.+-";
	static const char *const before[] = {
		"could not find ",	"cannot find ",	   "can't find ",
		"couldn't find ",  "unable to find ",   "failed to find ",
		"could not locate ", "unable to locate ", "missing ",
	};
	static const char *const after[] = {
		" not found",	     " was not found", " is not found", " could not be found",
		" cannot be found",  " is required",   " is needed",    " is missing",
		" is not installed", " not installed", " required",     " must be installed",
	};
	static const char *const kinds[] = { " program",    " library", " tool",
					     " executable", " package", " binary" };
	static const char *const common[] = {
		"a",	     "an",	"the",	   "any",     "all",	  "no",	      "some",	  "file",
		"files",     "it",	"program", "library", "libraries", "header",  "headers",  "compiler",
		"which",     "required", "valid",  "suitable", "working", "and",      "or",	  "one",
		"that",
	};
	const char *s = error + strspn(error, "*! '\"`");
	const char *found = behind(s, before, sizeof(before) / sizeof(*before));
	const char *end, *kind;
	size_t n;

	s = found != NULL ? found : s;
	s += strncasecmp(s, "the ", 4) == 0 ? 4 : 0;
	s += strspn(s, "'\"`");
	n = strspn(s, name);
	while (n > 0 && s[n - 1] == '.')
		n--;
	end = s + n + strspn(s + n, "'\"`");
	kind = behind(end, kinds, sizeof(kinds) / sizeof(*kinds));
	end = kind != NULL ? kind : end;
	if (n < 2 || (found == NULL && behind(end, after, sizeof(after) / sizeof(*after)) == NULL))
		return NULL;
	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		if (strlen(common[i]) == n && strncasecmp(s, common[i], n) == 0)
			return NULL;
	return arena_strndup(a, s, n);
}

static void name_wanted(struct told_case *c)
{
	static const char *const ids[] = { "configure-error", "config-status-error", "cmake-message",
					   "cmake-error",     "meson-problem",	     "make-stops",
					   "qmake-error" };

	for (size_t i = 0; i < c->n; i++) {
		struct msg_fact *f = &c->facts[i].f;

		for (size_t k = 0; k < sizeof(ids) / sizeof(ids[0]); k++)
			if (told_is_id(f, ids[k]) && told_is(f, "build-tool") &&
			    f->field[MSG_OBJECT] == NULL && f->field[MSG_ERROR] != NULL)
				f->field[MSG_OBJECT] = wanted(c->a, f->field[MSG_ERROR]);
	}
}

enum { ADVICE = 6 }; /* lines in which a gem says what to do, between the probe and the end */

/* mkmf ends without words of its own: what it looked for last, and did not find, is what it wanted. */
static void join_mkmf(struct told_case *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (told_may_be_cause(&c->facts[i]))
			return;
	for (size_t i = 0; i < c->n; i++) {
		struct msg_fact *f = &c->facts[i].f;
		const struct msg_fact *lib, *header;

		if (!told_is_id(f, "gem-extconf"))
			continue;
		lib = told_above(c, "configure-probe-lib", f, ADVICE);
		header = told_above(c, "configure-probe-pkg", f, ADVICE);
		if (lib != NULL) {
			f->code = "ld-library-not-found";
			f->field[MSG_LIB] = lib->field[MSG_LIB];
			f->field[MSG_OBJECT] = arena_printf(c->a, "-l%s", lib->field[MSG_LIB]);
		} else if (header != NULL && told_ends_with(header->field[MSG_PACKAGE], ".h")) {
			f->code = "header-missing";
			f->field[MSG_HEADER] = header->field[MSG_PACKAGE];
		} else {
			continue;
		}
		f->kind = MSG_CAUSE;
		f->rank = 31;
		return;
	}
}

void told_probes(struct told_case *c)
{
	drop_version_questions(c);
	drop_probes(c);
	drop_cmake_log(c);
	join_configure(c);
	name_wanted(c);
	drop_result_of_run(c);
	join_mkmf(c);
	join_cmake_probe(c);
	join_meson(c);
	drop_compiler_tests(c);
}
