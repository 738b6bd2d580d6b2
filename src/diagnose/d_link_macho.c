/* d_link_macho.c - complaints of ld64.lld: what is different for programs of macOS.
 *
 * A file for another processor is a warning there, and what it would have defined is undefined
 * then: the file is
 * what is wrong.
 */
#include <string.h>

#include "diagnose/link_case.h"
#include "diagnose/told_undefined.h"
#include "object/macho.h"

/* ---- not found --------------------------------------------------------------------------------------- */

static const char *in_other_folder(struct lk *k, const char *lib)
{
	static const char *const ends[] = { ".tbd", ".dylib", ".a" };

	lk_folders(k);
	for (size_t i = 0; i < k->folders.n; i++)
		for (size_t e = 0; e < sizeof(ends) / sizeof(*ends); e++) {
			const char *path = join_path(k->a, k->folders.items[i].path,
						     arena_printf(k->a, "lib%s%s", lib, ends[e]));

			if (store_has_file(k->d.store, path))
				return path;
		}
	return NULL;
}

/* Where it was looked for: the proof. */
static void tell_search(struct lk *k, struct draft *dr, size_t search)
{
	const struct link *l = k->l;
	size_t told = 0;

	for (size_t i = 0; i < l->seen.n && told < 24; i++)
		if (l->seen.items[i].search == search) {
			draft_evidence(&k->d, dr, "probe", NULL,
				"it is not there")->path = l->seen.items[i].path;
			told++;
		}
}

static void library(struct lk *k, const struct link_trouble *t)
{
	const char *lib = t->missing->lib, *where = in_other_folder(k, lib), *dir;
	struct draft *dr = lk_draft(k, CAUSE_LD_LIBRARY_NOT_FOUND,
		where != NULL ? "other-dir" : "not-installed", t);
	size_t at = lk_word_of_lib(k, lib);

	dr->f.object = where != NULL ? where : t->missing->name;
	if (where != NULL) {
		dir = dir_name(k->a, where);
		draft_say(&k->d, dr,
			"%s is there, but its folder is not among those that are searched.", where);
		dir = shell_quote(k->a, arena_printf(k->a, "-L%s", dir));
		lk_fix(k, dr, "change-flag", arena_printf(k->a, "add %s", dir),
		       at != SIZE_MAX ? lk_command_with(k, at, dir) : NULL);
	} else {
		draft_say(&k->d, dr,
			"No folder that is searched has lib%s.tbd, lib%s.dylib or lib%s.a, nor has "
			  "one near them.", lib, lib, lib);
		lk_fix(k, dr, "install-package",
			"install the library for macOS, or name the folder that has it: "
		       "-LFOLDER", NULL);
		if (k->l->plan->command.n > 0 && !lk_has_option(k, "-syslibroot"))
			lk_fix(k, dr, "change-flag",
				"a library of the system lies in the SDK: name that with "
			       "-syslibroot SDK", NULL);
	}
	tell_search(k, dr, t->missing->search);
}

static void framework(struct lk *k, const struct link_trouble *t)
{
	struct draft *dr = lk_draft(k, CAUSE_LD_LIBRARY_NOT_FOUND, "framework", t);

	dr->f.object = t->path;
	draft_say(&k->d, dr, "No folder that is searched has %s.framework.", t->path);
	lk_fix(k, dr, "change-flag", "name the folder that has it: -FFOLDER", NULL);
	lk_fix(k, dr, "change-flag",
		"a framework of the system lies in the SDK: name that with -syslibroot SDK",
	       NULL);
	tell_search(k, dr, t->missing->search);
}

/* A library says that it gives another one's symbols, too, and that is not there. */
static void reexported(struct lk *k, const struct link_trouble *t)
{
	struct draft *dr = lk_draft(k, CAUSE_LD_LIBRARY_NOT_FOUND, "needed-by-dso", t);

	dr->f.object = t->path;
	dr->f.needed_by = t->missing->script;
	draft_say(&k->d, dr, "%s re-exports %s, which is not found.", t->missing->script, t->path);
	lk_fix(k, dr, "change-flag", "name the SDK or the folder that has it", NULL);
}

/* ---- of no use --------------------------------------------------------------------------------------- */

/* The trouble about a file for another processor or system that has the symbol. */
static const struct link_trouble *useless_owner(struct lk *k, const char *symbol)
{
	for (size_t i = 0; i < k->l->troubles.n; i++) {
		const struct link_trouble *t = k->l->troubles.items[i];
		const struct store_entry *en;
		struct macho_symbol s;
		struct macho m;

		if ((t->kind != LT_WRONG_ARCH && t->kind != LT_WRONG_PLATFORM) || t->path == NULL)
			continue;
		en = store_open(k->d.store, t->path);
		if (en == NULL || en->err != 0 || !macho_open(en->file->bytes, &m))
			return t; /* a member of an archive, a universal file: it is taken to have it */
		for (uint32_t n = 0; macho_symbol(&m, n, &s); n++)
			if ((s.type & MACHO_N_TYPE) == MACHO_N_SECT && strcmp(s.name, symbol) == 0)
				return t;
	}
	return NULL;
}

static void wrong_arch(struct lk *k, const struct link_trouble *t)
{
	struct draft *dr = lk_draft(k, CAUSE_LD_INCOMPATIBLE, "other-arch", t);

	dr->f.object = t->path;
	if (link_first_error(k->l) == NULL)
		dr->f.severity = DLWHY_WARNING; /* nothing of it was needed */
	if (t->detail != NULL)
		draft_say(&k->d, dr,
			"%s is for %s, and the output is for another processor: the linker leaves it out.",
			  t->path, t->detail);
	else
		draft_say(&k->d, dr, "%s has no part for the processor of the output.", t->path);
	lk_fix(k, dr, "replace",
		"build it for the processor that -arch names, or for both (lipo -create)", NULL);
}

static void wrong_platform(struct lk *k, const struct link_trouble *t)
{
	struct draft *dr = lk_draft(k, CAUSE_LD_INCOMPATIBLE, "other-platform", t);

	dr->f.object = t->path;
	if (t->detail != NULL)
		draft_say(&k->d, dr, "%s was built for %s, and the output is for another system.",
			t->path, t->detail);
	else
		draft_say(&k->d, dr, "%s does not serve the processor and system of the output.", t->path);
	lk_fix(k, dr, "replace",
		"build it for the system that -platform_version names, or take that system's SDK",
	       NULL);
}

static void program(struct lk *k, const struct link_trouble *t)
{
	struct draft *dr = lk_draft(k, CAUSE_LD_INCOMPATIBLE, "executable-input", t);

	dr->f.object = t->path;
	draft_say(&k->d, dr, "%s is a program or a bundle, not a library.", t->path);
	lk_fix(k, dr, "replace", "link it again with -dylib (-dynamiclib)", NULL);
}

static void no_index(struct lk *k, const struct link_trouble *t)
{
	struct draft *dr = lk_draft(k, CAUSE_BUILD_OTHER, "archive-no-index", t);

	dr->f.object = t->path;
	draft_say(&k->d, dr,
		"The archive %s has no index of its symbols: GNU ar makes none for Mach-O objects.",
		  t->path);
	lk_fix(k, dr, "replace", "make the index with a tool that knows Mach-O; let the build use llvm-ar",
	       arena_printf(k->a, "llvm-ranlib %s", shell_quote(k->a, t->path)));
}

/* ---- undefined --------------------------------------------------------------------------------------- */

/* An archive near the command that has the symbol, for the right processor. */
static bool fits(struct lk *k, const struct lk_hit *h)
{
	const struct store_entry *en = store_open(k->d.store, h->path);
	struct ar_member x;
	struct macho m;
	struct ar ar;
	uint64_t at;

	if (h->kind != LK_ARCHIVE || en == NULL || en->err != 0 || !ar_open(en->file->bytes, &ar))
		return false;
	at = ar.first;
	for (size_t i = 0; i < k->l->objects.n && ar_next(&ar, &at, &x); i++)
		if (k->l->objects.items[i]->macho != NULL && macho_open(ar_bytes(&ar, &x), &m))
			return m.cpu == k->l->objects.items[i]->macho->cpu;
	return false;
}

struct undefined {
	struct lk *k;
	const struct link_trouble *t;
	const char *user, *plain; /* plain: the name as C has it */
};

static struct draft *undefined_draft(struct undefined *u, const char *detail, const char *object)
{
	struct draft *dr = lk_same(u->k, CAUSE_LD_UNDEFINED_REFERENCE, detail, object);

	if (dr != NULL) {
		draft_evidence(&u->k->d, dr, "symbol", NULL, "undefined as well")->value = u->t->symbol;
		return NULL;
	}
	dr = lk_draft(u->k, CAUSE_LD_UNDEFINED_REFERENCE, detail, u->t);
	dr->f.object = object;
	dr->f.symbol = u->t->symbol;
	dr->f.needed_by = lk_object(u->k, u->t->object);
	return dr;
}

/* "-framework A -framework B": all that undefined symbols belong to, this one's first. */
static const char *all_frameworks(struct lk *k, const char *first)
{
	const char *words = arena_printf(k->a, "-framework %s ", first);

	for (size_t i = 0; i < k->l->troubles.n; i++) {
		const struct link_trouble *t = k->l->troubles.items[i];
		const char *symbol = t->kind == LT_UNDEFINED ? t->symbol : "";
		const char *name = told_undefined_framework(symbol + (*symbol == '_')), *word;

		if (name == NULL)
			continue;
		word = arena_printf(k->a, "-framework %s ", name);
		if (strstr(words, word) == NULL)
			words = arena_printf(k->a, "%s%s", words, word);
	}
	return arena_strndup(k->a, words, strlen(words) - 1);
}

static bool of_framework(struct undefined *u)
{
	const char *name = told_undefined_framework(u->plain), *words;
	struct draft *dr;

	if (name == NULL)
		return false;
	dr = undefined_draft(u, "framework", u->user);
	if (dr == NULL)
		return true;
	draft_say(&u->k->d, dr, "%s uses %s of the framework %s, and that is not linked.", u->user,
		u->plain, name);
	words = all_frameworks(u->k, name);
	lk_fix(u->k, dr, "add-library", arena_printf(u->k->a, "add %s", words),
	       lk_command_with(u->k, lk_last_input(u->k) + 1, words));
	return true;
}

static bool has_no_main(struct undefined *u)
{
	struct draft *dr;

	if (u->t->object != NULL || strcmp(u->t->symbol, "_main") != 0)
		return false;
	dr = undefined_draft(u, "no-main", NULL);
	if (dr != NULL) {
		draft_say(&u->k->d, dr,
			"The program has no main: no input defines _main, where it would start.");
		lk_fix(u->k, dr, "add-input", "link the object with main, or make a library (-dylib)", NULL);
	}
	return true;
}

static bool of_system(struct undefined *u)
{
	struct draft *dr;

	if (strcmp(u->t->symbol, "dyld_stub_binder") != 0)
		return false;
	dr = undefined_draft(u, "not-linked", "libSystem");
	if (dr != NULL) {
		draft_say(&u->k->d, dr, "libSystem is not linked, which every program of macOS needs.");
		lk_fix(u->k, dr, "add-library", "add -lSystem, with the SDK behind -syslibroot",
		       lk_command_with(u->k, lk_last_input(u->k) + 1, "-lSystem"));
	}
	return true;
}

static bool somebody_near(struct undefined *u)
{
	struct draft *dr;
	struct lk_hit h;
	const char *path;

	if (lk_who_has(u->k, u->t->symbol, &h) && fits(u->k, &h)) {
		dr = undefined_draft(u, "not-linked", h.shown);
		if (dr == NULL)
			return true;
		draft_say(&u->k->d, dr, "%s uses %s, which %s has, and that is not linked.", u->user,
			u->plain,
			  h.shown);
		path = shell_quote(u->k->a, h.path);
		lk_fix(u->k, dr, "add-library", arena_printf(u->k->a, "add %s", path),
		       lk_command_with(u->k, lk_last_input(u->k) + 1, path));
		return true;
	}
	if (!lk_who_has(u->k, u->plain, &h) || h.kind != LK_SOURCE)
		return false;
	dr = undefined_draft(u, "not-linked", u->user);
	if (dr == NULL)
		return true;
	draft_say(&u->k->d, dr, "%s uses %s, which seems to be defined in %s, and that is not linked.",
		u->user,
		  u->plain, h.path);
	lk_fix(u->k, dr, "add-input", arena_printf(u->k->a, "compile and link %s", h.path), NULL);
	return true;
}

static void undefined(struct lk *k, const struct link_trouble *t)
{
	static bool (*const cases[])(struct undefined *) = { has_no_main, of_system, of_framework,
		somebody_near };
	const struct link_trouble *useless = useless_owner(k, t->symbol);
	struct undefined u = { k, t, lk_object(k, t->object), t->symbol + (*t->symbol == '_') };
	struct draft *dr;

	dr = useless != NULL && useless->path != NULL ?
		     lk_same(k, CAUSE_LD_INCOMPATIBLE,
			     useless->kind == LT_WRONG_ARCH ? "other-arch" : "other-platform",
			     	useless->path) : NULL;
	if (dr != NULL) {
		draft_evidence(&k->d, dr, "symbol", NULL, "undefined without it")->value = t->symbol;
		return;
	}
	if (u.user == NULL)
		u.user = "the command";
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (cases[i](&u))
			return;
	dr = undefined_draft(&u, "not-linked", u.user);
	if (dr == NULL)
		return;
	draft_say(&k->d, dr, "%s uses %s, and neither what is linked nor a library near it defines it.",
		u.user,
		  t->symbol);
	lk_fix(k, dr, "add-library", "link the library or the source that defines it", NULL);
}

bool d_link_macho(struct lk *k, const struct link_trouble *t)
{
	switch (t->kind) {
	case LT_NO_LIB: library(k, t); return true;
	case LT_NO_FRAMEWORK: framework(k, t); return true;
	case LT_NO_FILE:
		if (t->missing->script == NULL)
			return false;
		reexported(k, t);
		return true;
	case LT_WRONG_ARCH: wrong_arch(k, t); return true;
	case LT_WRONG_PLATFORM: wrong_platform(k, t); return true;
	case LT_EXECUTABLE: program(k, t); return true;
	case LT_NO_INDEX: no_index(k, t); return true;
	case LT_UNDEFINED: undefined(k, t); return true;
	default: return false;
	}
}
