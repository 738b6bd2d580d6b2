/* d_link_symbol.c - a symbol is used and nobody that is linked defines it: why not?
 *
 * The questions stand in the order of what decides: the start file asks for main; a file of the link was
 * empty; an input has the symbol and keeps it to itself, stands in the wrong place, or has it in another
 * version; a library behind an input has it; the name differs as languages or releases make it differ; it is
 * known whose it is; somebody near has it; nobody has.
 */
#include <string.h>

#include "diagnose/link_case.h"
#include "object/elfconst.h"
#include "symbol/demangle.h"
#include "symbol/near.h"

struct want {
	struct lk *k;
	const struct link *l;
	const struct link_trouble *t;
	const char *symbol;      /* mangled */
	const char *user;        /* who uses it, in words */
	struct draft *dr;
};

/* ---- drafts ------------------------------------------------------------------------------------------ */

/* One more name that is missing for the same reason, once. */
static void add_symbol(struct want *w, struct draft *dr)
{
	struct dlwhy_evidence *e;

	if (same_text(dr->f.symbol, w->symbol))
		return;
	for (size_t i = 0; i < dr->evidence.n; i++)
		if (same_text(dr->evidence.items[i]->value, w->symbol))
			return;
	e = draft_evidence(&w->k->d, dr, "symbol", NULL, "undefined as well");
	e->value = w->symbol;
	e->path = lk_object(w->k, w->t->object);
}

/* A draft, or the one that says the same of the same object: then this symbol is one more. */
static bool begin(struct want *w, enum cause cause, const char *detail, const char *object)
{
	struct draft *old = lk_same(w->k, cause, detail, object);

	if (old != NULL) {
		w->dr = old;
		add_symbol(w, old);
		return false;
	}
	w->dr = lk_draft(w->k, cause, detail, w->t);
	w->dr->f.object = object;
	w->dr->f.symbol = w->symbol;
	w->dr->f.needed_by = lk_object(w->k, w->t->object);
	return true;
}

static struct dlwhy_evidence *tell(struct want *w, const char *path, const char *says)
{
	struct dlwhy_evidence *e = draft_evidence(&w->k->d, w->dr, "symbol", NULL, says);

	e->path = path;
	e->value = w->symbol;
	return e;
}

static const char *named(struct want *w)
{
	return lk_symbol(w->k, w->symbol);
}

static bool is_mangled(const char *symbol)
{
	return symbol[0] == '_' && symbol[1] == 'Z';
}

/* ---- the program has no main ------------------------------------------------------------------------- */

static bool is_start_file(const struct link_object *o)
{
	const char *name = o != NULL ? base_name(o->path) : "";

	return starts_with(name, "crt") || starts_with(name, "Scrt") || starts_with(name, "rcrt") ||
	       starts_with(name, "gcrt") || starts_with(name, "grcrt") || starts_with(name, "Mcrt");
}

static const struct link_object *first_input(const struct link *l)
{
	for (size_t i = 0; i < l->objects.n; i++) {
		const struct link_object *o = l->objects.items[i];

		if (o->kind != LINK_DSO && o->command && !is_start_file(o))
			return o;
	}
	return NULL;
}

/* Slim LTO objects that the linker cannot read hold the symbol, as far as their table tells. */
static bool lto_has(const struct link_object *o, const char *symbol)
{
	struct elf_shdr h;

	for (uint64_t i = 1; o->has_sections && i < o->o.nsections; i++) {
		struct view v;
		size_t n = strlen(symbol) + 1;

		if (!elf_object_section(&o->o, i, &h) ||
		    !starts_with(elf_object_section_name(&o->o, &h), ".gnu.lto_.symtab."))
			continue;
		v = elf_object_bytes(&o->o, &h);
		for (size_t at = 0; v.n >= n && at <= v.n - n; at++)
			if (memcmp(v.p + at, symbol, n) == 0)
				return true;
	}
	return false;
}

static bool is_slim(const struct link_object *o)
{
	struct elf_object_sym s;

	for (uint64_t i = o->o.first_global; o->kind == LINK_REL && i < o->o.nsymbols &&
	     i < o->o.first_global + 16; i++)
		if (elf_object_symbol(&o->o, i, &s) && strcmp(s.name, "__gnu_lto_slim") == 0)
			return true;
	return false;
}

/* The command with GNU ld in the place of the linker that it names. Of clang no command is known to have
 * GCC's plugin. */
static const char *with_gnu_ld(struct lk *k)
{
	const struct link_texts *c = &k->l->plan->command;

	if (k->l->plan->driver == NULL || strstr(base_name(k->l->plan->driver), "clang") != NULL)
		return NULL;
	for (size_t i = 1; i < c->n; i++)
		if (starts_with(c->items[i], "-fuse-ld="))
			return lk_command_changed(k, i, "-fuse-ld=bfd");
	return lk_command_with(k, 1, "-fuse-ld=bfd");
}

static bool lto_object(struct want *w)
{
	const struct link_object *found = NULL;

	for (size_t i = 0; i < w->l->objects.n && found == NULL; i++) {
		const struct link_object *o = w->l->objects.items[i];

		if (o->has_sections && is_slim(o) && lto_has(o, w->symbol))
			found = o;
	}
	if (found == NULL)
		return false;
	if (!begin(w, CAUSE_LD_UNDEFINED_REFERENCE, "lto-object", lk_object(w->k, found)))
		return true;
	draft_say(&w->k->d, w->dr, "%s was compiled with -flto and holds no machine code, only GCC's own "
		  "form, which %s cannot "
		  "read: it sees no symbols in it.", lk_object(w->k, found), link_linker_name(w->l->kind));
	lk_fix(w->k, w->dr, "change-flag", "link with GNU ld, called by gcc: it has GCC's plugin",
			with_gnu_ld(w->k));
	lk_fix(w->k, w->dr, "rebuild", "compile with -ffat-lto-objects, or without -flto", NULL);
	return true;
}

static bool no_main(struct want *w)
{
	const struct link_object *o = first_input(w->l);

	if (strcmp(w->symbol, "main") != 0 || !is_start_file(w->t->object))
		return false;
	if (!begin(w, CAUSE_LD_UNDEFINED_REFERENCE, "no-main", o != NULL ? lk_object(w->k, o) : NULL))
		return true;
	draft_say(&w->k->d, w->dr, "A program is linked, and no file of it has the function main.");
	lk_fix(w->k, w->dr, "change-flag", "if it is to be a library: add -shared -fPIC",
	       lk_command_with(w->k, 1, "-shared -fPIC"));
	lk_fix(w->k, w->dr, "add-input", "if it is to be a program: link the file that has main, too", NULL);
	return true;
}

/* ---- inputs that ought to have it -------------------------------------------------------------------- */

static bool empty_file(struct want *w)
{
	const char *path;

	if (w->l->empty_scripts.n == 0)
		return false;
	path = w->l->empty_scripts.items[0];
	if (!begin(w, CAUSE_LD_INCOMPATIBLE, "empty-file", path))
		return true;
	draft_say(&w->k->d, w->dr, "%s is empty (0 bytes): the linker takes it for an empty linker script "
		  "and says nothing, and so %s "
		  "is missing.", path, named(w));
	draft_bytes(&w->k->d, w->dr, path, 0, 0, "the whole file");
	draft_fix_reinstall(&w->k->d, w->dr, NULL, "get or build it again");
	return true;
}

/* A shared object of the line has it in its symbol table, but does not export it. */
static bool not_exported(struct want *w)
{
	for (size_t i = 0; i < w->l->objects.n + w->l->dropped.n; i++) {
		const struct link_object *o = i < w->l->objects.n ? w->l->objects.items[i] :
								     w->l->dropped.items[i - w->l->objects.n];

		if (o->kind != LINK_DSO || !lk_dso_hides(w->k, o->e, w->symbol))
			continue;
		if (!begin(w, CAUSE_LD_HIDDEN_SYMBOL, "not-exported", o->shown))
			return true;
		draft_say(&w->k->d, w->dr, "%s has %s, but does not export it: it is hidden, or local by a "
			  "version script.", o->shown,
			  named(w));
		tell(w, o->shown, "in .symtab, not in .dynsym");
		lk_fix(w->k, w->dr, "export", "export it where the library is built: "
		       "__attribute__((visibility(\"default\"))), or a "
					      "line for it in the version script", NULL);
		return true;
	}
	return false;
}

static bool declared_hidden(struct want *w)
{
	const struct link_sym *s = w->t->sym;
	const char *who = NULL;

	if (s == NULL || (s->vis != STV_HIDDEN && s->vis != STV_INTERNAL))
		return false;
	for (size_t i = 0; i < w->l->objects.n && who == NULL; i++)
		if (w->l->objects.items[i]->kind == LINK_DSO && lk_dso_defines(w->l->objects.items[i]->e,
				w->symbol))
			who = w->l->objects.items[i]->shown;
	for (size_t i = 0; i < w->l->dropped.n && who == NULL; i++)
		if (lk_dso_defines(w->l->dropped.items[i]->e, w->symbol))
			who = w->l->dropped.items[i]->shown;
	if (!begin(w, CAUSE_LD_HIDDEN_SYMBOL, "declared-hidden", w->user))
		return true;
	if (who != NULL)
		draft_say(&w->k->d, w->dr, "%s declares %s hidden, so it must be defined in what is linked "
			  "here and cannot come from %s.",
			  w->user, named(w), who);
	else
		draft_say(&w->k->d, w->dr, "%s declares %s hidden, so it must be defined in what is linked "
			  "here, and it is not.",
			  w->user, named(w));
	lk_fix(w->k, w->dr, "change-source", "take the visibility away from the declaration (an attribute, a "
	       "pragma around the "
					     "header, or -fvisibility=hidden with an extern pragma)", NULL);
	return true;
}

/* ---- order ------------------------------------------------------------------------------------------- */

/* The word that brought the library in, as it stands in the command. */
static size_t word_of(struct want *w, const char *lib, const char *path)
{
	return lib != NULL ? lk_word_of_lib(w->k, lib) : lk_word_of_file(w->k, path);
}

static void fix_order(struct want *w, const char *lib, const char *path)
{
	size_t from = word_of(w, lib, path), to = lk_last_input(w->k);
	const char *name = lib != NULL ? arena_printf(w->k->a, "-l%s", lib) : path;

	lk_fix(w->k, w->dr, "order", arena_printf(w->k->a, "put %s behind what uses it", name),
	       from != SIZE_MAX && from < to ? lk_command_moved(w->k, from, to) : NULL);
	if (from == to && w->t->object != NULL && w->t->object->lib != NULL)
		lk_fix(w->k, w->dr, "order", "let both be searched again and again",
		       arena_printf(w->k->a, "-Wl,--start-group -l%s %s -Wl,--end-group", w->t->object->lib,
				    name));
}

static bool order_of_archives(struct want *w)
{
	for (size_t i = 0; i < w->l->archives.n; i++) {
		const struct link_archive *ar = w->l->archives.items[i];

		if (!lk_archive_defines(w->k, ar, w->symbol))
			continue;
		if (!begin(w, CAUSE_LD_UNDEFINED_REFERENCE, "order", ar->shown))
			return true;
		draft_say(&w->k->d, w->dr, "%s has %s, but stands before %s, which uses it: the linker "
			  "searches an archive once, for what "
			  "is undefined so far.", ar->shown, named(w), w->user);
		tell(w, ar->shown, "in the index of the archive");
		fix_order(w, ar->lib, ar->path);
		return true;
	}
	return false;
}

static bool order_of_dropped(struct want *w)
{
	for (size_t i = 0; i < w->l->dropped.n; i++) {
		const struct link_object *o = w->l->dropped.items[i];

		if (o->loaded_again || !lk_dso_defines(o->e, w->symbol))
			continue;
		if (!begin(w, CAUSE_LD_UNDEFINED_REFERENCE, "order", o->shown))
			return true;
		draft_say(&w->k->d, w->dr, "%s defines %s, but stands before %s, which uses it: with "
			  "--as-needed (the default of this "
			  "compiler, or given) a shared library that nothing before it needs is left out.",
				  o->shown, named(w),
			  w->user);
		tell(w, o->shown, "exported");
		fix_order(w, o->lib, o->path);
		lk_fix(w->k, w->dr, "change-flag", "switch that off", lk_command_with(w->k, 1,
				"-Wl,--no-as-needed"));
		return true;
	}
	return false;
}

static bool order(struct want *w)
{
	if (w->l->kind != LINKER_BFD && w->l->kind != LINKER_GOLD)
		return false;
	return order_of_archives(w) || order_of_dropped(w);
}

/* ---- versions ---------------------------------------------------------------------------------------- */

static bool other_version(struct want *w)
{
	const char *version = w->t->version;

	for (size_t i = 0; i < w->l->objects.n && version != NULL; i++) {
		const struct link_object *o = w->l->objects.items[i];

		if (o->kind != LINK_DSO || o == w->t->object || !lk_dso_defines(o->e, w->symbol))
			continue;
		if (!begin(w, CAUSE_LD_VERSION, "version-skew", w->user))
			return true;
		draft_say(&w->k->d, w->dr, "%s wants %s in version %s, and %s has it, but not in that "
			  "version: the two were not built for "
			  "one another.", w->user, named(w), version, o->shown);
		lk_fix(w->k, w->dr, "replace", "take builds of the same release or the same system for both",
		       NULL);
		return true;
	}
	return false;
}

/* ---- libraries behind libraries ---------------------------------------------------------------------- */

static const struct store_entry *needed_file(struct want *w, const struct link_object *by, const char *name,
					     const char **path)
{
	const struct link_line *line = w->l->line;
	const struct link_texts *lists[] = { &line->rpath_link, &line->rpath };
	const struct store_entry *en;

	for (size_t l = 0; l < 2; l++)
		for (size_t i = 0; i < lists[l]->n; i++) {
			*path = join_path(w->k->a, lists[l]->items[i], name);
			en = store_open(w->k->d.store, *path);
			if (en != NULL && en->err == 0 && en->file->kind == FILE_ELF)
				return en;
		}
	*path = join_path(w->k->a, dir_name(w->k->a, by->path), name);
	en = store_open(w->k->d.store, *path);
	if (en != NULL && en->err == 0 && en->file->kind == FILE_ELF)
		return en;
	for (size_t i = 0; i < line->dirs.n; i++) {
		*path = join_path(w->k->a, line->dirs.items[i].path, name);
		en = store_open(w->k->d.store, *path);
		if (en != NULL && en->err == 0 && en->file->kind == FILE_ELF)
			return en;
	}
	return NULL;
}

static void add_library_fix(struct want *w, const char *path)
{
	const char *name = base_name(path), *flag;
	size_t n = strlen(name), at = lk_last_input(w->k) + 1;

	if (starts_with(name, "lib") && n > 6 && strcmp(name + n - 3, ".so") == 0)
		flag = arena_printf(w->k->a, "-l%.*s", (int)(n - 6), name + 3);
	else
		flag = arena_printf(w->k->a, "-l:%s", name);
	flag = shell_quote(w->k->a, flag);
	lk_fix(w->k, w->dr, "add-library", arena_printf(w->k->a, "name the library itself: add %s", flag),
	       lk_command_with(w->k, at, flag));
}

static bool behind_library(struct want *w)
{
	for (size_t i = 0; i < w->l->objects.n; i++) {
		const struct link_object *o = w->l->objects.items[i];

		if (o->kind != LINK_DSO || o == w->t->object)
			continue;
		for (size_t n = 0; n < o->e->nneeds; n++) {
			const struct store_entry *en;
			const char *path, *name = o->e->needs[n].name;

			if (o->e->needs[n].kind != ELF_NEED || name == NULL)
				continue;
			en = needed_file(w, o, name, &path);
			if (en == NULL || !lk_dso_defines(&en->file->elf, w->symbol))
				continue;
			if (!begin(w, CAUSE_LD_DSO_MISSING, NULL, path))
				return true;
			draft_say(&w->k->d, w->dr, "%s is in %s, which only %s needs: %s uses it itself, so "
				  "the link line must name it.",
				  named(w), path, o->shown, w->user);
			tell(w, path, "exported");
			add_library_fix(w, path);
			return true;
		}
	}
	return false;
}

/* A DT_NEEDED of the library that uses it was not found: it would be in there. */
static bool needed_missing(struct want *w)
{
	if (w->t->kind != LT_UNDEFINED_DSO)
		return false;
	for (size_t i = 0; i < w->l->missing.n; i++) {
		const struct link_missing *m = w->l->missing.items[i];

		if (m->by == NULL)
			continue;
		for (size_t k = 0; k < w->k->d.drafts.n; k++) {
			struct draft *dr = w->k->d.drafts.items[k];

			if (dr->cause == CAUSE_LD_LIBRARY_NOT_FOUND && same_text(dr->f.detail,
					"needed-by-dso")) {
				w->dr = dr;
				if (dr->f.symbol == NULL)
					dr->f.symbol = w->symbol;
				tell(w, w->t->object->shown, "it needs this symbol, which would be in there");
				lk_text(w->k, dr, w->t);
				return true;
			}
		}
	}
	return false;
}

/* ---- names that are made differently ----------------------------------------------------------------- */

struct neighbour {
	struct near near;
	const char *where;
	const struct link_object *object;
	const struct link_archive *archive;
};

static void compare(struct want *w, const struct wanted *wanted, const char *name, const char *where,
		    struct neighbour *best)
{
	const char *key = wanted_key(wanted);
	struct near n;

	if (key != NULL && strstr(name, key) == NULL)
		return;
	if (near_compare(w->k->a, wanted, name, &n) == NEAR_NONE)
		return;
	if (best->near.kind != NEAR_NONE &&
	    (best->near.kind < n.kind || (best->near.kind == n.kind && best->near.distance <= n.distance)))
		return;
	best->near = n;
	best->where = where;
}

/* Every name that an input defines, pulled in or not. */
static void find_neighbour(struct want *w, struct neighbour *best)
{
	const struct wanted *wanted = wanted_new(w->k->a, w->symbol);

	memset(best, 0, sizeof(*best));
	if (wanted == NULL)
		return;
	for (size_t i = 0; i < w->l->objects.n + w->l->dropped.n; i++) {
		const struct link_object *o = i < w->l->objects.n ? w->l->objects.items[i] :
								     w->l->dropped.items[i - w->l->objects.n];

		for (size_t k = 0; k < o->nrefs; k++)
			if (o->refs[k].state >= LINK_COMMON)
				compare(w, wanted, o->refs[k].sym->name, lk_object(w->k, o), best);
	}
	for (size_t i = 0; i < w->l->archives.n; i++) {
		const struct link_archive *ar = w->l->archives.items[i];
		struct ar_walk walk = { 0, 0 };
		const char *name;
		uint64_t header;

		while (ar_index_next(&ar->ar, &walk, &name, &header))
			compare(w, wanted, name, ar->shown, best);
	}
}

static const char *readable(struct want *w, const char *symbol)
{
	const char *s = demangle(w->k->a, symbol);

	return symbol_word(w->k->a, s != NULL ? s : symbol);
}

static void say_language(struct want *w, const struct neighbour *n)
{
	if (!begin(w, CAUSE_LD_UNDEFINED_REFERENCE, "extern-c", n->where))
		return;
	tell(w, n->where, arena_printf(w->k->a, "it has %s", n->near.symbol));
	if (is_mangled(w->symbol)) {
		draft_say(&w->k->d, w->dr, "%s asks for the C++ function %s, and %s has the C function %s: "
			  "the declaration lacks "
			  "extern \"C\".", w->user, readable(w, w->symbol), n->where, n->near.symbol);
		lk_fix(w->k, w->dr, "change-source", "declare it extern \"C\" where C++ includes its header",
		       "#ifdef __cplusplus extern \"C\" { #endif … in the header");
	} else {
		draft_say(&w->k->d, w->dr, "%s asks for the C function %s, and %s has the C++ function %s: "
			  "its definition lacks extern "
			  "\"C\".", w->user, w->symbol, n->where, readable(w, n->near.symbol));
		lk_fix(w->k, w->dr, "change-source", "define it extern \"C\", and compile again", NULL);
	}
}

static void say_cxx11(struct want *w, const struct neighbour *n)
{
	bool old = strstr(w->symbol, "cxx11") == NULL && strstr(w->symbol, "B5cxx11") == NULL;

	if (!begin(w, CAUSE_LD_UNDEFINED_REFERENCE, "cxx11-abi", n->where))
		return;
	draft_say(&w->k->d, w->dr, "%s asks for %s with the %s std::string, and %s has it with the %s one.",
		  w->user, named(w),
		  old ? "old" : "new", n->where, old ? "new" : "old");
	tell(w, n->where, arena_printf(w->k->a, "it has %s", n->near.symbol));
	lk_fix(w->k, w->dr, "rebuild", "build both sides with the same setting",
	       arena_printf(w->k->a, "-D_GLIBCXX_USE_CXX11_ABI=%d", old ? 1 : 0));
}

static void say_skew(struct want *w, const struct neighbour *n)
{
	if (!begin(w, CAUSE_LD_UNDEFINED_REFERENCE, "version-skew", n->where))
		return;
	draft_say(&w->k->d, w->dr, "%s asks for %s, and %s has %s: the header and the library are of "
		  "different releases.", w->user,
		  readable(w, w->symbol), n->where, readable(w, n->near.symbol));
	tell(w, n->where, arena_printf(w->k->a, "it has %s", n->near.symbol));
	lk_fix(w->k, w->dr, "replace", "take header and library of the same release", NULL);
}

static bool other_name(struct want *w)
{
	struct neighbour n;

	find_neighbour(w, &n);
	switch (n.near.kind) {
	case NEAR_NONE: return false;
	case NEAR_LANGUAGE: say_language(w, &n); return true;
	case NEAR_CXX11: say_cxx11(w, &n); return true;
	case NEAR_CXX_LIBRARY:
	case NEAR_RELEASE:
	case NEAR_MIXED:
	case NEAR_SUFFIX:
	case NEAR_HASH: say_skew(w, &n); return true;
	default: break;
	}
	say_skew(w, &n);
	w->dr->settled = true;
	draft_assume(w->dr, DLWHY_LIKELY, "the one that is there is the one that is meant");
	return true;
}

/* ---- whose names they are ---------------------------------------------------------------------------- */

struct family {
	const char *pattern, *detail, *object, *flag, *says;
};

/* "__imp_f": a declaration says that f comes from a DLL. Only its import library has that name. */
static bool dllimport(struct want *w)
{
	bool narrow = w->l->machine == EM_386;
	const char *plain;
	const struct link_sym *s;

	if (w->l->plan->machine == NULL || !starts_with(w->symbol, "__imp_"))
		return false;
	plain = w->symbol + strlen("__imp_");
	s = link_find(w->l, plain);
	plain += narrow && *plain == '_';
	if (!begin(w, CAUSE_LD_UNDEFINED_REFERENCE, "dllimport", w->user))
		return true;
	draft_say(&w->k->d, w->dr,
		"%s takes %s from a DLL (__declspec(dllimport)), and no import library that is "
		  "linked has it.", w->user, plain);
	for (size_t i = 0; i < w->l->archives.n; i++)
		if (lk_archive_defines(w->k, w->l->archives.items[i], w->symbol + strlen("__imp_")))
			tell(w, w->l->archives.items[i]->path,
				"the archive has it, but is no import library");
	if (s != NULL && s->owner != NULL)
		tell(w, s->owner->shown, "defines it, but is no DLL");
	lk_fix(w->k, w->dr, "add-library",
		"link the DLL's import library; for a static library compile with the "
	       "macro that takes __declspec(dllimport) away", NULL);
	return true;
}

/* What compilers and run-time libraries bring: the flag that links them. */
static const struct family families[] = {
	{ "_gfortran_*", "not-linked", "libgfortran", "-lgfortran", "the Fortran run-time library" },
	{ "GOMP_*", "not-linked", "libgomp", "-fopenmp", "the OpenMP library of GCC" },
	{ "omp_*", "not-linked", "libgomp", "-fopenmp", "the OpenMP library" },
	{ "__kmpc_*", "not-linked", "libomp", "-fopenmp", "the OpenMP library of LLVM" },
	{ "__asan_*", "not-linked", "libasan", "-fsanitize=address", "the address sanitizer" },
	{ "__ubsan_*", "not-linked", "libubsan", "-fsanitize=undefined",
	 "the sanitizer of undefined behaviour" },
	{ "__tsan_*", "not-linked", "libtsan", "-fsanitize=thread", "the thread sanitizer" },
	{ "__gcov_*", "not-linked", "libgcov", "--coverage", "the library of coverage" },
	{ "__llvm_profile_*", "not-linked", "libclang_rt.profile", "-fprofile-instr-generate",
	 "the library of profiles" },
	{ "__atomic_*", "not-linked", "libatomic", "-latomic", "the library of atomic operations" },
	{ "__divti3", "not-linked", "libgcc", "-lgcc", "the compiler's own library" },
	{ "__udivti3", "not-linked", "libgcc", "-lgcc", "the compiler's own library" },
	{ "__aeabi_*", "not-linked", "libgcc", "-lgcc", "the compiler's own library" },
	{ "__muloti4", "not-linked", "libclang_rt.builtins", "--rtlib=compiler-rt",
	 "the compiler's own library" },
	{ "__objc_*", "not-linked", "libobjc", "-lobjc", "the Objective-C run-time library" },
	{ "objc_*", "not-linked", "libobjc", "-lobjc", "the Objective-C run-time library" },
};

static bool is_cxx_runtime(struct want *w)
{
	static const char *const begins[] = { "_ZNSt", "_ZNKSt", "_ZSt", "_ZTISt", "_ZTVSt", "_ZTSSt",
					     "_ZNSa", "_ZNSs", "_ZNSo",
					      "_ZNSi", "_ZNKSs", "_ZTVN10__cxxabiv1", "_ZTIN10__cxxabiv1",
						      "_Znwm", "_Znam",
					      "_Znwj", "_Znaj", "_ZdlPv", "_ZdaPv", "__cxa_",
						      "__gxx_personality", "_ZN9__gnu_cxx",
					      "_ZTIi", "_ZTIPKc", "_ZTIPc", "_ZTId", "_ZTIb", "_ZTIl",
						      "_ZTIj", "_ZTIm" };

	for (size_t i = 0; i < sizeof(begins) / sizeof(*begins); i++)
		if (starts_with(w->symbol, begins[i]))
			return true;
	return false;
}

static bool has_library(struct want *w, const char *begin_of_name)
{
	for (size_t i = 0; i < w->l->objects.n; i++)
		if (w->l->objects.items[i]->kind == LINK_DSO &&
		    starts_with(base_name(w->l->objects.items[i]->path), begin_of_name))
			return true;
	for (size_t i = 0; i < w->l->archives.n; i++)
		if (starts_with(base_name(w->l->archives.items[i]->path), begin_of_name))
			return true;
	return false;
}

/* Of many names the one that tells most: an operator, what throws, before a template's instance. */
static void prefer(struct want *w, bool better)
{
	if (better)
		w->dr->f.symbol = w->symbol;
}

static bool cxx_runtime(struct want *w)
{
	const char *driver = w->l->plan->driver != NULL ? base_name(w->l->plan->driver) : "";
	bool fresh;

	if (!is_cxx_runtime(w) || has_library(w, "libstdc++") || has_library(w, "libc++"))
		return false;
	fresh = begin(w, CAUSE_LD_UNDEFINED_REFERENCE, "cxx-runtime", "libstdc++");
	prefer(w, starts_with(w->symbol, "_Zd") && !starts_with(w->dr->f.symbol, "_Zd"));
	if (!fresh)
		return true;
	draft_say(&w->k->d, w->dr, "%s is C++ code, and the C++ library is not linked: %s does not add it.",
		  w->user,
		  *driver != '\0' ? driver : "the command");
	if (strcmp(driver, "gcc") == 0 || strcmp(driver, "cc") == 0 || strcmp(driver, "clang") == 0)
		lk_fix(w->k, w->dr, "change-flag", "link with the C++ driver",
		       lk_command_changed(w->k, 0, strcmp(driver, "clang") == 0 ? "clang++" : "g++"));
	lk_fix(w->k, w->dr, "add-library", "add -lstdc++ behind the C++ code",
	       lk_command_with(w->k, lk_last_input(w->k) + 1, "-lstdc++"));
	return true;
}

static bool known_family(struct want *w)
{
	for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++) {
		const struct family *f = &families[i];

		if (!matches_pattern(w->symbol, f->pattern))
			continue;
		if (!begin(w, CAUSE_LD_UNDEFINED_REFERENCE, f->detail, f->object))
			return true;
		draft_say(&w->k->d, w->dr, "%s uses %s, and %s is not linked.", w->user, w->symbol, f->says);
		lk_fix(w->k, w->dr, "add-library", arena_printf(w->k->a, "add %s", f->flag),
		       lk_command_with(w->k, lk_last_input(w->k) + 1, f->flag));
		return true;
	}
	return false;
}

/* ---- nobody of the link has it ----------------------------------------------------------------------- */

/* A shared object of the line that defines nothing at all stands for the real one. */
static bool stub_library(struct want *w)
{
	for (size_t i = 0; i < w->l->objects.n + w->l->dropped.n; i++) {
		const struct link_object *o = i < w->l->objects.n ? w->l->objects.items[i] :
								     w->l->dropped.items[i - w->l->objects.n];
		bool any = false;

		if (o->kind != LINK_DSO || !o->command || o->loaded_again)
			continue;
		for (size_t k = 0; k < o->nrefs && !any; k++)
			any = o->refs[k].state >= LINK_COMMON;
		if (any)
			continue;
		if (!begin(w, CAUSE_LD_UNDEFINED_REFERENCE, "stub-library", o->shown))
			return true;
		draft_say(&w->k->d, w->dr, "%s defines nothing at all: it is a stub that stands for %s, "
			  "which would have %s.", o->shown,
			  o->e->soname != NULL ? o->e->soname : "the real library", named(w));
		lk_fix(w->k, w->dr, "replace", arena_printf(w->k->a, "link with the real %s",
							   o->e->soname != NULL ? o->e->soname : "library"),
								   NULL);
		if (w->l->line->z_defs)
			lk_fix(w->k, w->dr, "change-flag", "leave -Wl,-z,defs out: then the symbols are "
			       "looked for when it is loaded",
			       NULL);
		return true;
	}
	return false;
}

static void say_library(struct want *w, const struct lk_hit *h)
{
	struct arena *a = w->k->a;
	const char *flags;

	if (h->kind == LK_OBJECT_FILE) {
		flags = shell_quote(a, h->path);
	} else {
		flags = shell_quote(a, arena_printf(a, "-l%s", h->lib));
		if (!h->searched && *h->dir != '\0')
			flags = arena_printf(a, "%s %s",
					     shell_quote(a, arena_printf(a, "-L%s", h->dir)), flags);
	}
	if (!begin(w, CAUSE_LD_UNDEFINED_REFERENCE, "not-linked", h->shown))
		return;
	draft_say(&w->k->d, w->dr, "%s uses %s, which %s has, and that is not linked.", w->user, named(w),
		  h->shown);
	tell(w, h->path, h->kind == LK_ARCHIVE ? "in the index of the archive" : "defined there");
	lk_fix(w->k, w->dr, "add-library", arena_printf(w->k->a, "add %s at the end", flags),
	       lk_command_with(w->k, lk_last_input(w->k) + 1, flags));
}

static void say_source(struct want *w, const struct lk_hit *h)
{
	const char *path;

	if (!begin(w, CAUSE_LD_UNDEFINED_REFERENCE, "not-linked", h->path))
		return;
	draft_say(&w->k->d, w->dr, "%s uses %s, which seems to be defined in %s, and that is not compiled "
		  "into this.", w->user, named(w),
		  h->path);
	path = shell_quote(w->k->a, h->path);
	lk_fix(w->k, w->dr, "add-input", arena_printf(w->k->a, "add %s", path),
	       lk_command_with(w->k, lk_last_input(w->k) + 1, path));
	w->dr->settled = true;
	draft_assume(w->dr, DLWHY_LIKELY, "the text of that file is what is compiled");
}

static bool is_key_function(const char *symbol)
{
	return starts_with(symbol, "_ZTV") || starts_with(symbol, "_ZTI") || starts_with(symbol, "_ZTS");
}

static void nobody(struct want *w)
{
	bool key = is_key_function(w->symbol);
	struct draft *old = lk_same(w->k, CAUSE_LD_UNDEFINED_REFERENCE, "not-linked", w->user);

	if (!begin(w, CAUSE_LD_UNDEFINED_REFERENCE, "not-linked", w->user)) {
		prefer(w, key && old != NULL && !is_key_function(old->f.symbol));
		if (key)
			lk_fix(w->k, w->dr, "add-input", "a missing vtable or typeinfo: link the source with "
			       "the first virtual "
							 "function of that class that is not inline", NULL);
		return;
	}
	draft_say(&w->k->d, w->dr, "%s uses %s, and neither what is linked nor a library near it defines it.",
		  w->user, named(w));
	if (key)
		lk_fix(w->k, w->dr, "add-input", "link the source that has the first virtual function of "
		       "that class that is not "
						 "inline: the compiler puts its vtable and typeinfo there",
							 NULL);
	else
		lk_fix(w->k, w->dr, "add-library", "link the library or the source that defines it", NULL);
}

static bool somebody_near(struct want *w)
{
	struct lk_hit h;

	if (!lk_who_has(w->k, w->symbol, &h))
		return false;
	if (h.kind == LK_SOURCE)
		say_source(w, &h);
	else
		say_library(w, &h);
	return true;
}

/* ---- a shared input leaves it open ------------------------------------------------------------------- */

static bool shlib(struct want *w)
{
	if (w->t->kind != LT_UNDEFINED_DSO)
		return false;
	if (!begin(w, CAUSE_LD_UNDEFINED_REFERENCE, "shlib", w->t->object->shown))
		return true;
	draft_say(&w->k->d, w->dr, "The shared library %s needs %s, and neither what is linked nor what it "
		  "needs itself has it.",
		  w->t->object->shown, named(w));
	lk_fix(w->k, w->dr, "add-library", "link the library that has it, too", NULL);
	lk_fix(w->k, w->dr, "change-flag", "if whoever loads it brings it: leave it open",
	       lk_command_with(w->k, 1, "-Wl,--allow-shlib-undefined"));
	return true;
}

void d_link_symbol(struct lk *k, const struct link_trouble *t)
{
	static bool (*const cases[])(struct want *) = {
		lto_object, no_main, empty_file, declared_hidden, other_version, not_exported, order,
			needed_missing,
		behind_library, dllimport, cxx_runtime, known_family, other_name, stub_library,
			somebody_near, shlib,
	};
	struct want w = { .k = k, .l = k->l, .t = t, .symbol = t->symbol };
	bool done = false;

	w.user = lk_object(k, t->object);
	if (w.user == NULL)
		w.user = "the link";
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases) && !done; i++)
		done = cases[i](&w);
	if (!done)
		nobody(&w);
}
