/* told_known.c - what is known by name of the library, the symbol or the version that a text tells of. */
#include <stdlib.h>
#include <string.h>

#include "diagnose/debian.h"
#include "diagnose/dyld.h"
#include "diagnose/known.h"
#include "diagnose/told_find.h"
#include "diagnose/told_words.h"
#include "symbol/demangle.h"

/* Whose packages are there where the text was written. */
enum where { WHERE_DEBIAN, WHERE_ALPINE, WHERE_NEITHER };

/* Alpine's packages provide each library under its SONAME, "so:libz.so.1". */
static const char *install_command(struct diag *d, enum where where, const char *name, const char *package)
{
	if (where == WHERE_ALPINE)
		return arena_printf(d->a, "apk add %s",
				    shell_quote(d->a, arena_printf(d->a, "so:%s", name)));
	return arena_printf(d->a, "apt-get install %s", package);
}

/* A library that a table of our own says more of. */
static void library(struct diag *d, struct draft *dr, const struct provider *p, enum where where)
{
	const char *name = base_name(dr->f.object);
	struct fix *f;

	if (where != WHERE_NEITHER && (p->apt != NULL || p->python != NULL)) {
		f = draft_fix(d, dr, "install", "low",
			      arena_printf(d->a, "%s (%s): install the package that brings it", name,
					   p->what));
		fix_command(d, f,
			    p->apt != NULL ? install_command(d, where, name, p->apt) :
					     arena_printf(d->a, "python3 -m pip install %s", p->python));
	}
	if (p->hint != NULL)
		draft_fix(d, dr, "known", "low", p->hint);
}

/* One that is known by the list of the archive alone. */
static void library_of_archive(struct diag *d, struct draft *dr, enum where where)
{
	const char *name = base_name(dr->f.object), *other;
	const char *package = debian_package_to_load(name, d->a);
	struct fix *f;

	if (package != NULL) {
		f = draft_fix(d, dr, "install", "low",
			      arena_printf(d->a, "install the package that has %s%s%s", name,
					   where == WHERE_DEBIAN ? ": in Debian and Ubuntu " : "",
					   where == WHERE_DEBIAN ? package : ""));
		fix_command(d, f, install_command(d, where, name, package));
		return;
	}
	other = debian_other_number(name, &package, d->a);
	if (other != NULL && where == WHERE_DEBIAN)
		draft_fix(d, dr, "known", "low",
			  arena_printf(d->a,
				       "what needs %s was built for another release of the system (Debian "
				       "12 has %s, in %s): get the build for this one; a link from one name "
				       "to the other is no repair",
				       name, other, package));
}

static void symbol(struct diag *d, struct draft *dr)
{
	const struct symbol_family *family = family_of_symbol(dr->f.symbol);
	const char *readable;

	if (family == NULL || family->fix == NULL)
		return;
	/* A linker imports nothing. */
	if (dr->cause == CAUSE_LD_UNDEFINED_REFERENCE && starts_with(family->fix, "import "))
		return;
	readable = demangle_short(d->a, dr->f.symbol);
	draft_fix(d, dr, "known", "low",
		  arena_printf(d->a, "%s is a part of %s (%s): %s",
			       symbol_word(d->a, readable != NULL ? readable : dr->f.symbol), family->what,
			       family->library, family->fix));
}

/* Which release first had it, and which systems have that. */
static void version(struct diag *d, struct draft *dr)
{
	const char *release = gcc_of_version(dr->f.symbol), *distros = NULL;
	struct dlwhy_evidence *e;

	if (release != NULL)
		distros = distro_of_gcc(release);
	else if (starts_with(dr->f.symbol, "GLIBC_2."))
		distros = distro_of_glibc((int)strtol(dr->f.symbol + 8, NULL, 10));
	if (release == NULL && distros == NULL)
		return;
	e = draft_evidence(d, dr, "version", NULL,
			   arena_printf(d->a, "%s%s%s%s%s", release != NULL ? "came with " : "first in ",
					release != NULL ? release : distros,
					release != NULL && distros != NULL ? " (first in " : "",
					release != NULL && distros != NULL ? distros : "",
					release != NULL && distros != NULL ? ")" : ""));
	e->value = dr->f.symbol;
}

/* Homebrew keeps one release of a formula: what was built against an older one must be installed again. */
static void homebrew(struct diag *d, struct draft *dr, const struct msg_fact *f)
{
	const char *object = dr->f.object, *by = f->field[MSG_NEEDED_BY];
	const char *formula = object != NULL ? dyld_formula(d->a, object) : NULL;
	const char *user = by != NULL ? dyld_formula(d->a, by) : NULL;
	struct fix *fix;

	if (formula == NULL || strchr(formula, '*') != NULL)
		return;
	if (user != NULL && strcmp(user, formula) != 0) {
		fix = draft_fix(d, dr, "reinstall", "low",
				arena_printf(d->a,
					     "%s of Homebrew was replaced by another release: install "
					     "%s, which needs the old one, again",
					     formula, user));
		fix_command(d, fix, arena_printf(d->a, "brew reinstall %s", shell_quote(d->a, user)));
		return;
	}
	fix = draft_fix(d, dr, "install", "low",
			arena_printf(d->a,
				     "install %s with Homebrew; if it is there, in another release: "
				     "install what needs it again",
				     formula));
	fix_command(d, fix, arena_printf(d->a, "brew install %s", shell_quote(d->a, formula)));
}

/* An app on a device, or in the simulator, brings its frameworks itself. */
static void embedded(struct diag *d, struct draft *dr, const struct msg_fact *f)
{
	const char *by = f->field[MSG_NEEDED_BY], *object = dr->f.object;

	if (by == NULL || strcasestr(by, "/Containers/Bundle/Application/") == NULL || object == NULL ||
	    strstr(object, ".framework/") == NULL)
		return;
	draft_fix(d, dr, "embed", "low",
		  arena_printf(d->a,
			       "in Xcode: let the target of the app embed %s.framework (Frameworks, "
			       "Libraries, and Embedded Content: Embed & Sign), and build it anew",
			       base_name(object)));
}

static enum where where_said(const struct msg_fact *f)
{
	static const char *const speakers[] = { "dyld",	 "macos",    "windows", "ld64",
						"xcode", "link.exe", "cl",	"bionic" };

	for (size_t i = 0; i < sizeof(speakers) / sizeof(speakers[0]); i++)
		if (same_text(f->speaker, speakers[i]))
			return WHERE_NEITHER;
	return same_text(f->speaker, "musl") ? WHERE_ALPINE : WHERE_DEBIAN;
}

/* Nothing but that it is not there. */
static bool is_only_missing(const struct msg_fact *f)
{
	return f->detail == NULL || told_is_detail(f, "not-installed") ||
	       told_is_detail(f, "package-not-found") || told_is_detail(f, "requires-not-found");
}

/* What one compiles and links with has a package of its own. */
static void devel(struct diag *d, struct draft *dr, const struct msg_fact *f)
{
	static const struct {
		enum cause cause;
		enum debian_kind kind;
		enum msg_field field;
		const char *before, *behind; /* its name as a file */
		const char *folder;	     /* how another folder is named */
	} wanted[] = {
		{ CAUSE_HEADER_MISSING, DEBIAN_HEADER, MSG_HEADER, "", "", "with -I" },
		{ CAUSE_LD_LIBRARY_NOT_FOUND, DEBIAN_LIBRARY, MSG_LIB, "lib", ".so", "with -L" },
		{ CAUSE_PKG_CONFIG, DEBIAN_PKG_CONFIG, MSG_PACKAGE, "", ".pc", "in PKG_CONFIG_PATH" },
	};

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		const char *name = f->field[wanted[i].field], *package = NULL;
		struct fix *way;

		if (told_cause(f) == wanted[i].cause && name != NULL)
			package = debian_package(wanted[i].kind, name, d->a);
		if (package == NULL)
			continue;
		way = draft_fix(d, dr, "install", "low",
				arena_printf(d->a,
					     "install the package that has %s%s%s: in Debian and Ubuntu %s",
					     wanted[i].before, name, wanted[i].behind, package));
		fix_command(d, way, arena_printf(d->a, "apt-get install %s", package));
		draft_fix(d, dr, "folder", "low",
			  arena_printf(d->a, "if it is here, in a folder of its own: name that %s",
				       wanted[i].folder));
	}
}

/* Headers that come with a package of Python; where they are is asked of it. */
static bool python_header(struct diag *d, struct draft *dr, const struct msg_fact *f)
{
	static const char *const known[][2] = { { "numpy/", "numpy" }, { "torch/", "torch" },
						{ "ATen/", "torch" }, { "c10/", "torch" } };
	const char *header = f->field[MSG_HEADER];

	for (size_t i = 0; header != NULL && i < sizeof(known) / sizeof(known[0]); i++)
		if (told_cause(f) == CAUSE_HEADER_MISSING && starts_with(header, known[i][0])) {
			struct fix *way = draft_fix(
				d, dr, "install", "low",
				arena_printf(d->a,
					     "%s comes with the Python package %s: install that first, for "
					     "the very Python that builds",
					     header, known[i][1]));

			fix_command(d, way, arena_printf(d->a, "python3 -m pip install %s", known[i][1]));
			return true;
		}
	return false;
}

void told_known(struct diag *d, struct draft *dr, const struct msg_fact *f)
{
	enum where where = d->no_apt ? WHERE_NEITHER : where_said(f);
	const struct provider *p = dr->f.object != NULL ? provider_of(base_name(dr->f.object)) : NULL;
	const bool missing = told_cause(f) == CAUSE_MISSING_LIBRARY || told_cause(f) == CAUSE_SEARCH_PATH;

	if (p != NULL && (missing || told_cause(f) == CAUSE_GPU_DRIVER))
		library(d, dr, p, where);
	else if (dr->f.object != NULL && missing && where != WHERE_NEITHER)
		library_of_archive(d, dr, where);
	if (is_only_missing(f) && !python_header(d, dr, f) && where != WHERE_NEITHER)
		devel(d, dr, f);
	if (same_text(f->speaker, "dyld") &&
	    (told_cause(f) == CAUSE_MISSING_LIBRARY || told_cause(f) == CAUSE_SEARCH_PATH)) {
		homebrew(d, dr, f);
		embedded(d, dr, f);
	}
	if (dr->f.symbol == NULL)
		return;
	if (told_cause(f) == CAUSE_MISSING_SYMBOL || told_cause(f) == CAUSE_LD_UNDEFINED_REFERENCE)
		symbol(d, dr);
	if (told_cause(f) == CAUSE_MISSING_VERSION || told_cause(f) == CAUSE_OS_TOO_OLD)
		version(d, dr);
}
