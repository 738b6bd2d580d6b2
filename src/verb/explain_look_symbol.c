/* explain_look_symbol.c - who has a symbol that the linker did not find?
 *
 * Libraries, archives and objects around here are read for their names: one that has it, one that keeps it
 * to itself, one that has the same thing in another form (as C, with another std::string, of another
 * release), and files that have nothing at all although they look like a library.
 */
#include <string.h>

#include "diagnose/common.h"
#include "object/ar.h"
#include "object/elf_object.h"
#include "object/elfconst.h"
#include "symbol/cxx_name.h"
#include "symbol/demangle.h"
#include "verb/explain_look_near.h"

enum { MAX_NAMES = 400000, MAX_NAME = 2000 };

/* What a file has of the symbol; the first that is found is the answer. */
enum form { FORM_NONE, FORM_SAME, FORM_HIDDEN, FORM_STRING, FORM_RELEASE, FORM_LANGUAGE };

struct seek {
	struct look_case *c;
	struct arena *a;
	const char *want;  /* as the text has it, blanks left out */
	const char *plain; /* without what tells kinds of std::string and releases apart */
	const char *last;  /* its last name: what every form of it has in it */
	bool is_cxx;
	size_t names; /* looked at so far */
};

struct has {
	const struct near_file *file;
	enum form form;
	const char *there; /* the name in it */
	bool is_archive, is_object;
	const struct elf *elf; /* of a shared library */
};

/* ---- names -------------------------------------------------------------------------------------- */

static const char *without_blanks(struct arena *a, const char *s)
{
	char *out = arena_alloc(a, strlen(s) + 1);
	size_t n = 0;

	for (; *s != '\0'; s++)
		if (*s != ' ')
			out[n++] = *s;
	return out;
}

static const char *without(struct arena *a, const char *s, const char *what)
{
	struct arena_text t = { NULL, 0, 0 };
	const char *p;

	for (; (p = strstr(s, what)) != NULL; s = p + strlen(what))
		arena_text_add(a, &t, s, (size_t)(p - s));
	arena_text_str(a, &t, s);
	return arena_text_end(a, &t);
}

/* "fmt::v9::print" -> "fmt::print" */
static const char *without_releases(struct arena *a, const char *s)
{
	struct arena_text t = { NULL, 0, 0 };

	while (*s != '\0') {
		size_t n = 0;

		while (cxx_is_word(s[n]))
			n++;
		if (n > 0 && strncmp(s + n, "::", 2) == 0 && cxx_is_release(s, n)) {
			s += n + 2;
			continue;
		}
		n += n == 0;
		arena_text_add(a, &t, s, n);
		s += n;
	}
	return arena_text_end(a, &t);
}

/* With std::string in full, whatever is written short, and without blanks. */
static const char *in_full(struct arena *a, const char *s)
{
	static const char full[] = "std::basic_string<char,std::char_traits<char>,std::allocator<char>>";
	struct arena_text t = { NULL, 0, 0 };
	const char *p;

	for (; (p = strstr(s, "std::string")) != NULL; s = p + 11) {
		arena_text_add(a, &t, s, (size_t)(p - s));
		arena_text_str(a, &t, cxx_is_word(p[11]) ? "std::string" : full);
	}
	arena_text_str(a, &t, s);
	return without_blanks(a, arena_text_end(a, &t));
}

static const char *without_kinds(struct arena *a, const char *s)
{
	return without(a, without(a, s, "__cxx11::"), "[abi:cxx11]");
}

/* The name before the parameters, without its scopes. */
static const char *last_name(struct arena *a, const char *s)
{
	size_t end = strcspn(s, "(<");
	size_t at = end;

	while (at > 0 && cxx_is_word(s[at - 1]))
		at--;
	return arena_strndup(a, s + at, end - at);
}

static void seek_open(struct seek *s, struct look_case *c)
{
	const char *symbol = c->f->symbol, *readable = demangle(c->l->a, symbol);

	memset(s, 0, sizeof(*s));
	s->c = c;
	s->a = c->l->a;
	symbol = readable != NULL ? readable : symbol;
	s->want = in_full(s->a, symbol);
	s->is_cxx = strpbrk(s->want, "(:") != NULL;
	s->plain = without_releases(s->a, without_kinds(s->a, s->want));
	s->last = last_name(s->a, symbol);
}

/* Names of Mach-O begin with one more underscore. */
static bool same_plain(const char *want, const char *name)
{
	return strcmp(want, name) == 0 || (*want == '_' && strcmp(want + 1, name) == 0);
}

/* In what form is the wanted symbol this one, which is defined in a file? */
static enum form compare(const struct seek *s, const char *name)
{
	const char *readable;

	if (*s->last == '\0' || strstr(name, *s->last == '_' ? s->last + 1 : s->last) == NULL)
		return FORM_NONE;
	if (!s->is_cxx && same_plain(s->want, name))
		return FORM_SAME;
	readable = demangle(s->a, name);
	if (readable == NULL)
		return s->is_cxx && strstr(s->want, "::") == NULL && strcmp(s->last, name) == 0 ?
			       FORM_LANGUAGE :
			       FORM_NONE;
	readable = in_full(s->a, readable);
	if (strcmp(readable, s->want) == 0)
		return FORM_SAME;
	if (!s->is_cxx)
		return strcmp(last_name(s->a, readable), s->last) == 0 && strstr(readable, "::") == NULL ?
			       FORM_LANGUAGE :
			       FORM_NONE;
	if (strcmp(without_kinds(s->a, readable), without_kinds(s->a, s->want)) == 0)
		return FORM_STRING;
	return strcmp(without_releases(s->a, without_kinds(s->a, readable)), s->plain) == 0 ? FORM_RELEASE :
											      FORM_NONE;
}

/* A smaller form is the better one. */
static void consider(struct seek *s, struct has *h, const char *name, bool hidden)
{
	enum form form;

	if (s->names++ > MAX_NAMES || name == NULL || strlen(name) > MAX_NAME)
		return;
	form = compare(s, name);
	if (form == FORM_SAME && hidden)
		form = FORM_HIDDEN;
	else if (hidden)
		return;
	if (form == FORM_NONE || (h->form != FORM_NONE && h->form <= form))
		return;
	h->form = form;
	h->there = arena_strdup(s->a, name);
}

/* ---- files -------------------------------------------------------------------------------------- */

static bool is_defined(const struct elf_sym *y)
{
	return y->shndx != SHN_UNDEF &&
	       (y->bind == STB_GLOBAL || y->bind == STB_WEAK || y->bind == STB_GNU_UNIQUE);
}

static size_t read_exports(struct seek *s, struct has *h, const struct elf *e)
{
	uint64_t n = elf_sym_count(e);
	size_t defined = 0;

	for (uint64_t i = 1; i < n && s->names < MAX_NAMES; i++) {
		struct elf_sym y;

		if (!elf_sym(e, i, &y) || !is_defined(&y))
			continue;
		defined++;
		consider(s, h, elf_sym_name(e, i), false);
	}
	return defined;
}

/* All names of an object; of a shared library those that it keeps to itself. */
static void read_symtab(struct seek *s, struct has *h, const struct elf *e, bool shared)
{
	struct elf_object o;

	if (!elf_object_open(e, &o))
		return;
	for (uint64_t i = 1; i < o.nsymbols && s->names < MAX_NAMES; i++) {
		struct elf_object_sym y;

		if (!elf_object_symbol(&o, i, &y) || y.s.shndx == SHN_UNDEF || y.s.type == STT_SECTION ||
		    y.s.type == STT_FILE)
			continue;
		if (shared ? !is_defined(&y.s) || y.s.vis == STV_HIDDEN || y.s.vis == STV_INTERNAL :
			     is_defined(&y.s))
			consider(s, h, y.name, shared);
	}
}

static void read_archive(struct seek *s, struct has *h, struct view bytes)
{
	struct ar_walk walk = { 0, 0 };
	const char *symbol;
	uint64_t header;
	struct ar ar;

	h->is_archive = true;
	if (!ar_open(bytes, &ar))
		return;
	while (s->names < MAX_NAMES && ar_index_next(&ar, &walk, &symbol, &header))
		consider(s, h, symbol, false);
}

/* Files that look like a library and have nothing in them. */
struct empty {
	const struct near_file *zero; /* no byte */
	const struct near_file *stub; /* a shared library that exports nothing */
};

static void read_file(struct seek *s, struct has *h, struct empty *none)
{
	const struct store_entry *en = store_open(s->c->l->s->store, h->file->path);
	const struct elf *e;

	if (en == NULL || en->err != 0 || en->file->st.type != OS_REGULAR)
		return;
	if (en->file->bytes.n == 0 && none->zero == NULL && near_is_library(h->file->base))
		none->zero = h->file;
	if (en->file->kind == FILE_ARCHIVE || en->file->kind == FILE_THIN_ARCHIVE)
		read_archive(s, h, en->file->bytes);
	if (en->file->kind != FILE_ELF)
		return;
	e = &en->file->elf;
	if (e->type == ET_REL) {
		h->is_object = true;
		read_symtab(s, h, e, false);
		return;
	}
	h->elf = e;
	if (read_exports(s, h, e) == 0 && none->stub == NULL)
		none->stub = h->file;
	if (h->form == FORM_NONE)
		read_symtab(s, h, e, true);
}

/* ---- the answer ----------------------------------------------------------------------------------- */

/* Archives are searched once by GNU ld and gold: what has it was named too early. */
static bool reads_once(const struct msg_fact *f)
{
	return f->speaker == NULL || same_text(f->speaker, "ld.bfd") || same_text(f->speaker, "ld.gold") ||
	       same_text(f->speaker, "ld");
}

/* Does another library around here need this one? */
static const struct near_file *needed_by(const struct seek *s, const struct near_files *files,
					 const struct has *h)
{
	const char *name = h->elf != NULL && h->elf->soname != NULL ? h->elf->soname : h->file->base;

	for (size_t i = 0; i < files->n; i++) {
		const struct store_entry *en;

		if (&files->items[i] == h->file || !near_is_library(files->items[i].base))
			continue;
		en = store_open(s->c->l->s->store, files->items[i].path);
		if (en == NULL || en->err != 0 || en->file->kind != FILE_ELF)
			continue;
		for (size_t k = 0; k < en->file->elf.nneeds; k++)
			if (same_text(en->file->elf.needs[k].name, name))
				return &files->items[i];
	}
	return NULL;
}

static void say(const struct seek *s, const struct has *h, const char *code, const char *detail,
		const char *says)
{
	struct near_found found = { code, detail, h->file->path, NULL, false };

	found.summary = arena_printf(s->a, "%s is not found by the linker: %s %s.",
				     symbol_word(s->a, s->c->f->symbol), h->file->path, says);
	near_settle(s->c, &found, h->file->path, says);
}

static void answer_same(const struct seek *s, const struct near_files *files, const struct has *h)
{
	const struct near_file *by = h->elf != NULL ? needed_by(s, files, h) : NULL;

	if (by != NULL)
		say(s, h, "ld-dso-missing", NULL,
		    arena_printf(s->a,
				 "has it, and is there only as a need of %s; the link itself must name it",
				 by->path));
	else if (h->is_archive && reads_once(s->c->fact))
		say(s, h, "ld-undefined-reference", "order",
		    "has it, and must stand behind what uses it: an archive is searched once");
	else
		say(s, h, "ld-undefined-reference", "not-linked", "has it, and is not part of the link");
}

static void answer(const struct seek *s, const struct near_files *files, const struct has *h)
{
	switch (h->form) {
	case FORM_SAME:
		answer_same(s, files, h);
		break;
	case FORM_HIDDEN:
		say(s, h, "ld-hidden-symbol", "not-exported",
		    "has it, but keeps it to itself: it is not exported");
		break;
	case FORM_STRING:
		say(s, h, "ld-undefined-reference", "cxx11-abi",
		    arena_printf(s->a, "has it for the other kind of std::string, as %s",
				 symbol_word(s->a, h->there)));
		break;
	case FORM_RELEASE:
		say(s, h, "ld-undefined-reference", "version-skew",
		    arena_printf(s->a, "has it of another release, as %s", symbol_word(s->a, h->there)));
		break;
	case FORM_LANGUAGE:
		say(s, h, "ld-undefined-reference", "extern-c",
		    s->is_cxx ? "has it as a function of C: declare it extern \"C\"" :
				"has it as a function of C++: define it extern \"C\"");
		break;
	case FORM_NONE:
		break;
	}
}

/* Nobody has it. */
static void answer_none(const struct seek *s, const struct empty *none)
{
	struct has h = { .file = none->zero };

	if (none->zero != NULL) {
		say(s, &h, "ld-incompatible", "empty-file",
		    "is empty, which a linker takes without a word");
		return;
	}
	h.file = none->stub;
	if (none->stub != NULL)
		say(s, &h, "ld-undefined-reference", "stub-library",
		    "exports nothing: it is only a stand-in for the real library");
}

static bool about_a_symbol(const struct look_case *c)
{
	static const char *const details[] = { "not-linked", "order",        "extern-c",
					       "cxx11-abi",  "version-skew", "shlib" };

	if (!same_text(c->f->code, "ld-undefined-reference") || c->f->symbol == NULL ||
	    strlen(c->f->symbol) > MAX_NAME)
		return false;
	if (c->f->detail == NULL)
		return true;
	for (size_t i = 0; i < sizeof(details) / sizeof(details[0]); i++)
		if (same_text(c->f->detail, details[i]))
			return true;
	return false;
}

/* The nearer form; of the same one a library rather than an object that it may be made of. */
static bool is_better(const struct has *h, const struct has *best)
{
	return best->form == FORM_NONE || h->form < best->form ||
	       (h->form == best->form && best->is_object && !h->is_object);
}

void near_symbol(struct look_case *c, const struct near_files *files)
{
	struct has best = { .form = FORM_NONE };
	struct empty none = { NULL, NULL };
	size_t opened = 0;
	struct seek s;

	if (!about_a_symbol(c))
		return;
	seek_open(&s, c);
	for (size_t i = 0; i < files->n && opened < NEAR_OPENED; i++) {
		struct has h = { .file = &files->items[i] };

		if (!near_is_library(h.file->base) && !near_is_object(h.file->base))
			continue;
		opened++;
		read_file(&s, &h, &none);
		if (h.form != FORM_NONE && is_better(&h, &best))
			best = h;
	}
	if (best.form != FORM_NONE)
		answer(&s, files, &best);
	else if (files->n <= NEAR_FEW)
		answer_none(&s, &none);
}
