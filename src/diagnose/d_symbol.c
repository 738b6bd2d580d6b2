/* d_symbol.c - a function or variable that nobody defines who may be asked.
 *
 * The loader names one symbol. All missing symbols of one object that are expected from one place
 * are one finding. Why it is missing is a guess from what the loaded libraries do define: the same
 * name hidden or in another version, the same function with other parameters, the library that
 * such names belong to not being there.
 */
#include <ctype.h>
#include <string.h>

#include "diagnose/common.h"
#include "diagnose/known.h"
#include "diagnose/pynames.h"
#include "diagnose/symbol_near.h"
#include "diagnose/whohas.h"
#include "object/elfconst.h"
#include "symbol/demangle.h"

/* ---- groups ------------------------------------------------------------------------------- */

/* Several rows of the table may tell of one library. */
static bool same_family(const struct symbol_family *a, const struct symbol_family *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return strcmp(a->library, b->library) == 0 && strcmp(a->what, b->what) == 0;
}

static bool belongs(const struct sym *s, const struct failure *o)
{
	return o->kind == FAIL_SYMBOL && o->symbol != NULL && o->image == s->f->image &&
	       o->lazy == s->f->lazy && same_text(o->version_file, s->f->version_file) &&
	       same_family(family_of_symbol(o->symbol), s->family);
}

static void not_found(struct sym *s, const struct failure *o)
{
	struct diag *d = s->d;
	struct dlwhy_evidence *e = draft_evidence(
		d, s->dr, "symbol", o->image,
		o->version != NULL ? arena_printf(d->a, "not found in version %s", o->version)
				   : "not found");

	e->path = image_path(d, o->image);
	e->value = o->symbol;
}

static void collect(struct sym *s)
{
	struct diag *d = s->d;

	for (size_t i = 0; i < d->t->failures.n; i++) {
		const struct failure *o = &d->t->failures.items[i];

		if (o != s->f && (d->taken[i] || !belongs(s, o)))
			continue;
		d->taken[i] = true;
		s->n++;
		if (o != s->f) /* the first stands there */
			*ARENA_PUSH(d->a, &s->all) = o;
	}
}

/* ---- who has something like it ------------------------------------------------------------ */

static bool take_first(void *ctx, uint64_t sym)
{
	(void)ctx;
	(void)sym;
	return true;
}

/* Is `name` in the symbol table of `im`, defined, in whatever form? */
static bool defines(const struct image *im, const char *name, struct elf_sym *out)
{
	struct elf_hash table;
	uint64_t at;

	elf_hash_open(&im->file->elf, &table);
	at = elf_hash_find(&im->file->elf, &table, name, elf_gnu_hash(name), take_first, NULL);
	return at != 0 && elf_sym(&im->file->elf, at, out) && out->shndx != SHN_UNDEF;
}

static const struct image *holder(struct sym *s, struct elf_sym *out)
{
	const struct process *p = s->d->p;

	for (size_t i = 0; i < p->images.n; i++) {
		const struct image *im = p->images.items[i];

		if (im->file != NULL && im != s->f->image && defines(im, s->f->symbol, out))
			return im;
	}
	return NULL;
}

/* ---- sentences ---------------------------------------------------------------------------- */

/* "12,345" */
static const char *count_words(struct arena *a, size_t n)
{
	if (n >= 1000000)
		return arena_printf(a, "%zu,%03zu,%03zu", n / 1000000, n / 1000 % 1000, n % 1000);
	return n < 1000 ? arena_printf(a, "%zu", n)
			: arena_printf(a, "%zu,%03zu", n / 1000, n % 1000);
}

/* Is there nothing that already fails at the start? */
static bool starts(const struct sym *s)
{
	for (size_t i = 0; i < s->d->t->failures.n; i++)
		if (!s->d->t->failures.items[i].lazy)
			return false;
	return true;
}

static const char *opening(struct sym *s)
{
	struct arena *a = s->d->a;
	const char *more = s->n > 1 ? arena_printf(a, " and %zu more", s->n - 1) : "";
	const char *word = image_word(s->d, s->f->image);

	if (!s->f->lazy)
		return arena_printf(a, "%s needs %s%s", word, sym_named(s), more);
	if (s->d->in->is_program && s->f->image != NULL && s->f->image->kind == IMAGE_PROGRAM)
		return arena_printf(a, "%s dies at its first call of %s%s",
				    starts(s) ? "The program starts, but" : "Once started, the program",
				    sym_named(s), more);
	return arena_printf(a, "%s loads, but the process dies when %s first calls %s%s", word,
			    word, sym_named(s), more);
}

const char *sym_them(const struct sym *s)
{
	return s->n > 1 ? "them" : "it";
}

void sym_say(struct sym *s, const char *rest)
{
	draft_say(s->d, s->dr, "%s%s%s.", opening(s), s->f->lazy ? ": " : ", and ", rest);
}

static void likely(struct sym *s, const char *why)
{
	/* That the symbol is missing is as sure as before; only the reason is a guess. */
	draft_evidence(s->d, s->dr, "fact", NULL,
		       arena_printf(s->d->a, "the reason is a rule of thumb: %s", why));
}

/* The version in which `im` defines the symbol; NULL if it has none. */
static const char *definition_version(struct sym *s, const struct image *im)
{
	const struct elf *e = &im->file->elf;
	struct elf_hash table;
	uint16_t v = 0;
	uint64_t at;

	elf_hash_open(e, &table);
	at = elf_hash_find(e, &table, s->f->symbol, elf_gnu_hash(s->f->symbol), take_first, NULL);
	if (at == 0 || !elf_versym(e, at, &v) || (v & 0x7fff) < 2)
		return NULL;
	return elf_verdef_name(e, v & 0x7fff);
}

static const char *version_words(struct sym *s, const struct image *im)
{
	const char *has = definition_version(s, im);

	if (s->f->version != NULL)
		return has != NULL ? arena_printf(s->d->a, "defined in version %s", has)
				   : "defined without a version, in a library that has versions";
	return has != NULL ? arena_printf(s->d->a,
					  "defined in version %s, which is not the one that a "
					  "request without a version gets",
					  has)
			   : "defined in a version that an unversioned request does not get";
}

static const char *versions_named(struct sym *s, const struct image *im)
{
	const char *has = definition_version(s, im);

	return arena_printf(s->d->a, " (%s, not %s)", has != NULL ? has : "without one",
			    s->f->version != NULL ? s->f->version : "without one");
}

static void from_holder(struct sym *s, const struct image *im, const struct elf_sym *es)
{
	struct diag *d = s->d;
	const char *word = image_word(d, im);
	struct dlwhy_evidence *e = draft_evidence(d, s->dr, "symbol", im, "it has the name");

	e->path = image_path(d, im);
	e->value = s->f->symbol;
	if (!in_scope_of(s->f->image, im)) {
		s->dr->f.detail = "not-linked";
		e->says = "defined here, but this library is private to those that need it";
		sym_say(s, arena_printf(d->a,
				    "%s has it, but was loaded for others only (RTLD_LOCAL), and "
				    "%s does not name it among the libraries that it needs",
				    word, image_word(d, s->f->image)));
		draft_fix(d, s->dr, "link", "low",
			  arena_printf(d->a, "link %s with %s, or open %s with RTLD_GLOBAL before",
				       image_word(d, s->f->image), word, word));
		return;
	}
	if (is_musl(d) && es->bind != STB_LOCAL) {
		s->dr->f.detail = "version-skew";
		e->says = es->type == STT_GNU_IFUNC ? "an IFUNC, which musl does not take"
						    : "in an old version only (marked hidden), which "
						      "musl does not look at";
		sym_say(s, arena_printf(d->a, "%s has it only in a form that musl does not take (%s)",
				    word, es->type == STT_GNU_IFUNC ? "IFUNC" : "an old version"));
	} else if (es->vis == STV_HIDDEN || es->vis == STV_INTERNAL || es->bind == STB_LOCAL) {
		s->dr->f.detail = "version-skew";
		e->says = "hidden: not offered to others";
		sym_say(s, arena_printf(d->a, "%s has it, but keeps it to itself (hidden)", word));
	} else {
		s->dr->f.detail = "version-skew";
		e->says = version_words(s, im);
		sym_say(s, arena_printf(d->a, "%s has it only in another version%s", word,
					versions_named(s, im)));
	}
	sym_fix_releases(s, im);
}

/* The copy that was loaded for the file that a version is asked of. */
static const struct image *version_image(struct sym *s)
{
	const char *file = base_name(s->f->version_file);

	for (size_t i = 0; i < s->d->p->images.n; i++) {
		const struct image *im = s->d->p->images.items[i];
		const char *path = image_path(s->d, im);

		if (im != s->f->image && path != NULL && im->kind != IMAGE_PROGRAM &&
		    strcmp(base_name(path), file) == 0)
			return im;
	}
	return NULL;
}

/* The named file defines the version (else that had failed first), but the symbol left it. */
static void from_version(struct sym *s)
{
	struct diag *d = s->d;
	const char *file = base_name(s->f->version_file);
	const struct image *im = version_image(s);
	const char *path = image_path(d, im);

	s->dr->f.detail = "version-skew";
	sym_say(s, arena_printf(d->a,
			    "%s, which had %s in version %s when the two were linked, no longer "
			    "does",
			    file, sym_them(s), s->f->version));
	if (path != NULL)
		draft_evidence(d, s->dr, "fact", im,
			       arena_printf(d->a, "the copy of %s that is loaded%s%s", file,
					    im->request != NULL ? ", through " : "",
					    im->request != NULL ? rule_words(im->request->rule)
								: ""))
			->path = path;
	if (im != NULL && im->request != NULL && im->request->rule == RULE_LD_LIBRARY_PATH)
		fix_edit(d,
			 draft_fix(d, s->dr, "environment", "low",
				   arena_printf(d->a,
						"take the folder of that copy, %s, out of LD_LIBRARY_PATH",
						dir_name(d->a, path))),
			 "env-without", NULL, "LD_LIBRARY_PATH", dir_name(d->a, path));
	draft_fix(d, s->dr, "upgrade", "medium",
		  arena_printf(d->a, "install the release of %s that %s was built with", file,
			       image_word(d, s->f->image)));
}

/* ---- families ----------------------------------------------------------------------------- */

/* Is a library of that family loaded? Compared by the name up to ".so". */
static const struct image *family_loaded(struct sym *s)
{
	const char *lib = s->family->library, *so = strstr(lib, ".so");
	size_t n = so != NULL ? (size_t)(so - lib) : strcspn(lib, " (");

	for (size_t i = 0; starts_with(lib, "lib") && i < s->d->p->images.n; i++) {
		const char *path = image_path(s->d, s->d->p->images.items[i]);

		if (path != NULL && strncmp(base_name(path), lib, n) == 0 &&
		    !isalpha((unsigned char)base_name(path)[n]) && base_name(path)[n] != '_')
			return s->d->p->images.items[i];
	}
	return NULL;
}

/* Is Python itself in the process? Then what is missing is another release of it. */
static const struct image *python_of(struct sym *s)
{
	static const char probe[] = "PyLong_FromLong";

	for (size_t i = 0; i < s->d->p->images.n; i++) {
		const struct image *im = s->d->p->images.items[i];
		struct elf_sym es;

		if (im->file != NULL && im != s->f->image && defines(im, probe, &es))
			return im;
	}
	return NULL;
}

/* What the names tell that are missing: what they are of is a fact, unlike what a file is called. */
static void tell_python_names(struct sym *s, const struct pyspan *span)
{
	struct arena *a = s->d->a;
	const struct pyname *first = &span->first, *last = &span->last;

	if (span->build != NULL) {
		draft_evidence(s->d, s->dr, "fact", NULL,
			       arena_printf(a, "only %s has %s", span->build, span->build_name));
		return;
	}
	if (first->name != NULL)
		draft_evidence(s->d, s->dr, "fact", NULL,
			       arena_printf(a, "Python has %s since 3.%u", first->name,
					    first->first));
	if (last->name != NULL)
		draft_evidence(s->d, s->dr, "fact", NULL,
			       arena_printf(a, "Python 3.%u was the last to have %s", last->last,
					    last->name));
}

/* "Python 3.11" for a name with ".cpython-311-" in it, unless that one is asked; else by what is
 * missing. */
static const char *built_for(struct sym *s, unsigned runs)
{
	unsigned named = python_minor(image_word(s->d, s->f->image), ".cpython-3", NULL);
	struct pyspan span = { .build = NULL };
	const char *words;

	for (size_t i = 0; i < s->all.n; i++)
		pyspan_add(&span, s->all.items[i]->symbol);
	words = pyspan_built_for(s->d->a, &span, runs);
	if (words != NULL)
		tell_python_names(s, &span);
	if (named != 0 && named != runs && span.build == NULL)
		return arena_printf(s->d->a, "Python 3.%u", named);
	return words != NULL ? words : "another release or build of Python";
}

static bool from_python(struct sym *s)
{
	struct diag *d = s->d;
	const struct image *py;
	unsigned runs = python_running(d);
	const char *release = runs != 0 ? arena_printf(d->a, " 3.%u", runs) : "", *built;

	if (strcmp(s->family->what, "Python's C API") != 0)
		return false;
	py = python_of(s);
	if (py == NULL)
		return false;
	s->dr->f.detail = "python-abi";
	built = built_for(s, runs);
	sym_say(s, arena_printf(d->a,
				"the Python%s that loads it (%s) does not have %s: it was built for %s",
				release, image_word(d, py), sym_them(s), built));
	draft_evidence(d, s->dr, "fact", py, "the Python of this process")->path =
		image_path(d, py);
	draft_fix(d, s->dr, "replace", "low",
		  arena_printf(d->a, "install the build for %s%s, or load it in %s",
			       runs != 0 ? "Python" : "this release of Python", release, built));
	return true;
}

static void from_family(struct sym *s)
{
	struct diag *d = s->d;
	const struct symbol_family *fam = s->family;
	const struct image *im = family_loaded(s);

	if (from_python(s))
		return;
	if (im != NULL) {
		s->dr->f.detail = "version-skew";
		sym_say(s, arena_printf(d->a,
				    "%s, which such names belong to, does not define %s: it is of "
				    "another release than the one it was built with",
				    image_word(d, im), sym_them(s)));
		draft_evidence(d, s->dr, "fact", im, "loaded, but without that name")->path =
			image_path(d, im);
	} else if (starts_with(fam->library, "lib")) {
		s->dr->f.detail = "not-linked";
		sym_say(s, arena_printf(d->a,
				    "such names belong to %s (%s), which is not loaded and which "
				    "%s does not bring in",
				    fam->library, fam->what, image_word(d, s->f->image)));
	} else {
		draft_say(d, s->dr, "%s of %s, which %s does not offer.", opening(s), fam->what,
			  d->in->host != NULL ? d->in->host : "the process that loads it");
	}
	likely(s, "names of that form belong to that library");
	if (fam->fix != NULL)
		draft_fix(d, s->dr, "link", "low", fam->fix);
}

static void unknown(struct sym *s)
{
	struct diag *d = s->d;
	const char *word = image_word(d, s->f->image);

	sym_say(s, arena_printf(d->a, "nothing that is loaded with it defines %s", sym_them(s)));
	draft_fix(d, s->dr, "link", "low",
		  arena_printf(d->a,
			       "link %s with the library that has %s; if that is %s itself, a "
			       "source file was left out of its build",
			       word, sym_them(s), word));
	draft_fix(d, s->dr, "upgrade", "medium",
		  "if it worked before: bring it and what it needs to releases that were made for "
		  "each other");
}

/* ---- who should have it ------------------------------------------------------------------- */

/* "of tsl::", "that begin with png_" */
static const char *family_words(const struct sym *s)
{
	if (demangle_language(s->f->symbol) == LANG_NONE)
		return arena_printf(s->d->a, "that begin with %s", s->e.family);
	return arena_printf(s->d->a, "of %s::", s->e.family);
}

/* Names without a namespace share their beginning by chance as well. */
static bool has_provider(const struct sym *s)
{
	return s->e.provider != NULL &&
	       s->e.names >= (demangle_language(s->f->symbol) == LANG_NONE ? 10U : 3U);
}

static void from_provider(struct sym *s)
{
	struct diag *d = s->d;
	const char *word = image_word(d, s->e.provider);
	struct dlwhy_evidence *e;

	s->dr->f.detail = "version-skew";
	sym_say(s, arena_printf(d->a,
				"%s, which defines %s names %s, does not define %s: it is of "
				"another release than the one %s was built with",
				word, count_words(d->a, s->e.names), family_words(s), sym_them(s),
				image_word(d, s->f->image)));
	e = draft_evidence(d, s->dr, "fact", s->e.provider,
			   arena_printf(d->a, "expected to have it: of all that may be asked it "
					      "defines most names %s (%s)",
					family_words(s), count_words(d->a, s->e.names)));
	e->path = image_path(d, s->e.provider);
	if (s->e.otherwise > 0)
		draft_evidence(d, s->dr, "fact", s->e.provider,
			       arena_printf(d->a,
					    "%zu of the %zu missing ones that were looked at are "
					    "there in another form",
					    s->e.otherwise, s->e.asked));
	sym_fix_releases(s, s->e.provider);
}

/* What would be found by its name comes before what only lies near. */
static const struct whohas_hit *best_hit(const struct whohas_hit *hits, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (hits[i].searched)
			return &hits[i];
	return &hits[0];
}

static const char *family_named(const struct sym *s)
{
	return s->family != NULL ? arena_printf(s->d->a, "such names belong to %s (%s): ",
						s->family->library, s->family->what)
				 : "";
}

/* The library is named in the file that needs it, as its linker should have done. */
static void fix_needed(struct sym *s, const char *name)
{
	struct diag *d = s->d;
	const char *file = image_path(d, s->f->image);
	struct fix *f = draft_fix(d, s->dr, "edit-needed", "medium",
				  arena_printf(d->a,
					       "for good, without building it again: name %s in %s (this "
					       "edits the file: keep a copy)",
					       base_name(name), base_name(file)));

	fix_command(d, f,
		    arena_printf(d->a, "patchelf --add-needed %s %s", shell_quote(d->a, name),
				 shell_quote(d->a, file)));
	fix_edit(d, f, "add-needed", file, NULL, name);
}

static void fix_link(struct sym *s, const struct whohas_hit *hit)
{
	struct diag *d = s->d;
	const char *asker = image_word(d, s->f->image), *word = base_name(hit->path);

	if (s->family != NULL && s->family->fix != NULL)
		draft_fix(d, s->dr, "link", "low", s->family->fix);
	else
		draft_fix(d, s->dr, "link", "low",
			  hit->link != NULL ? arena_printf(d->a, "link %s with -l%s", asker, hit->link)
					    : arena_printf(d->a, "link %s with %s", asker, word));
	if (hit->searched) {
		const char *name = hit->soname != NULL ? hit->soname : hit->path;
		struct fix *f = draft_fix(d, s->dr, "environment", "low",
					  arena_printf(d->a, "for one run: load %s first", word));

		fix_command(d, f, arena_printf(d->a, "LD_PRELOAD=%s COMMAND", shell_quote(d->a, name)));
		fix_edit(d, f, "env-first", NULL, "LD_PRELOAD", name);
	}
	if (image_path(d, s->f->image) != NULL && hit->soname != NULL)
		fix_needed(s, hit->soname);
}

/* What is loaded under the name of that library, and is another file, because a variable names its folder.
 * Of other copies that came first copies.h tells. */
static const struct image *loaded_copy(const struct diag *d, const struct whohas_hit *hit)
{
	for (size_t i = 0; hit->soname != NULL && i < d->p->images.n; i++) {
		const struct image *im = d->p->images.items[i];
		const char *path = image_path(d, im);

		if (im->request != NULL && im->request->rule == RULE_LD_LIBRARY_PATH &&
		    same_text(im->soname, hit->soname) && path != NULL && strcmp(path, hit->path) != 0)
			return im;
	}
	return NULL;
}

/* Two copies of one library, and the one that lacks it came first. */
static bool from_other_copy(struct sym *s, const struct whohas_hit *hits, size_t n)
{
	struct diag *d = s->d;

	for (size_t i = 0; i < n; i++) {
		const struct image *im = loaded_copy(d, &hits[i]);

		if (im == NULL)
			continue;
		s->dr->f.detail = "wrong-provider";
		sym_say(s, arena_printf(d->a,
					"%s, the copy of %s that is loaded, does not define %s; %s does",
					image_path(d, im), hits[i].soname, sym_them(s), hits[i].path));
		draft_fact(d, s->dr, image_path(d, im),
			   arena_printf(d->a, "the copy that is loaded, through %s",
					rule_words(im->request->rule)));
		draft_fact(d, s->dr, hits[i].path, arena_printf(d->a, "defines %s", sym_named(s)));
		draft_fix_older_copy(d, s->dr, im, hits[i].path);
		return true;
	}
	return false;
}

/* A library here has it, but nothing brings it in. A name that many unrelated ones define does
 * not tell who was meant. */
static bool from_elsewhere(struct sym *s)
{
	struct whohas_hit hits[3];
	const struct whohas_hit *best;
	struct diag *d = s->d;
	size_t n = whohas_symbol(d, s->f->symbol, s->f->version, hits, 3);

	if (n == 0 || hits[0].where == WHOHAS_LOADED || (hits[0].libraries > 3 && !hits[0].family))
		return false;
	if (from_other_copy(s, hits, n))
		return true;
	best = best_hit(hits, n);
	s->dr->f.detail = "not-linked";
	sym_say(s, arena_printf(d->a,
				"%s%s has %s, but neither %s nor what it needs names that library: "
				"it was not linked with it",
				family_named(s), best->path, sym_them(s),
				image_word(d, s->f->image)));
	for (size_t i = 0; i < n; i++)
		draft_fact(d, s->dr, hits[i].path,
			   arena_printf(d->a, "defines %s%s", sym_named(s),
					hits[i].searched ? "" : ", in a folder that is not searched"));
	fix_link(s, best);
	return true;
}

static bool is_interpreter(const struct symbol_family *f)
{
	return f != NULL && !starts_with(f->library, "lib");
}

/* musl goes on after a library that is missing: what that would have defined is missing then. */
static bool from_missing(struct sym *s)
{
	struct diag *d = s->d;

	for (size_t i = 0; is_musl(d) && i < d->t->failures.n; i++) {
		const struct failure *o = &d->t->failures.items[i];

		if ((o->kind != FAIL_NOT_FOUND && o->kind != FAIL_CANDIDATE) || o->request == NULL ||
		    o->request->from != s->f->image)
			continue;
		s->dr->f.detail = "not-linked";
		sym_say(s, arena_printf(d->a,
				    "nothing that is loaded defines %s; %s, which it needs and which "
				    "was not loaded, may be the one",
				    sym_them(s), base_name(o->request->asked)));
		draft_also(d, s->dr, CAUSE_MISSING_LIBRARY, NULL, o->request->asked);
		draft_fix(d, s->dr, "link", "low",
			  arena_printf(d->a, "first let %s be found", base_name(o->request->asked)));
		return true;
	}
	return false;
}

/* A file that was linked with glibc, in a process of musl: what glibc's library had. */
static bool from_glibc(struct sym *s)
{
	struct diag *d = s->d;
	const struct image *im = s->f->image;
	bool versioned = s->f->version != NULL && starts_with(s->f->version, "GLIBC_");
	bool checked = s->family != NULL && strcmp(s->family->library, "libc.so.6 of glibc") == 0;

	if (!is_musl(d) || im->file == NULL || (!versioned && !checked) ||
	    !built_for_glibc(&im->file->elf))
		return false;
	s->dr->f.detail = "libc-mismatch";
	sym_say(s, arena_printf(d->a,
			    "only glibc has %s: it was built for glibc, and the C library of this "
			    "process is musl",
			    sym_them(s)));
	draft_evidence(d, s->dr, "fact", im,
		       "it was linked with libc.so.6 of glibc; in this process that name leads to "
		       "musl")
		->path = image_path(d, im);
	draft_also(d, s->dr, CAUSE_MISSING_LIBRARY, "libc-mismatch", "libc.so.6");
	draft_fix_musl_build(d, s->dr, image_path(d, im));
	return true;
}

static void why(struct sym *s)
{
	struct elf_sym es;
	const struct image *im = holder(s, &es);

	if (im != NULL) {
		from_holder(s, im, &es);
		return;
	}
	if (from_glibc(s))
		return;
	if (s->family == NULL || strcmp(s->family->what, "Python's C API") != 0)
		expected_find(s->d, s->all.items, s->all.n, &s->e);
	if (sym_from_near(s))
		return;
	if (s->f->version_file != NULL && s->f->version != NULL && !is_musl(s->d))
		from_version(s);
	else if (from_missing(s))
		return;
	else if (has_provider(s) && from_elsewhere(s))
		return;
	else if (has_provider(s))
		from_provider(s);
	else if (is_interpreter(s->family) || (s->family != NULL && family_loaded(s) != NULL))
		from_family(s);
	else if (!from_elsewhere(s)) {
		if (s->family != NULL)
			from_family(s);
		else
			unknown(s);
	}
}

void d_symbol(struct diag *d, size_t i)
{
	const struct failure *f = &d->t->failures.items[i];
	struct sym s = { .d = d, .f = f };

	s.dr = draft_new(d, CAUSE_MISSING_SYMBOL, f);
	if (f->symbol == NULL)
		return;
	s.family = family_of_symbol(f->symbol);
	s.dr->f.object = image_path(d, f->image);
	s.dr->f.symbol = f->symbol;
	s.dr->version = f->version;
	draft_needed_by(d, s.dr, f->image);
	*ARENA_PUSH(d->a, &s.all) = f;
	collect(&s);
	not_found(&s, f);
	if (f->image == NULL || d->p == NULL)
		unknown(&s);
	else
		why(&s);
	/* Evidence has an end, and what the sentence rests on must not fall behind it. */
	for (size_t k = 1; k < s.all.n; k++)
		not_found(&s, s.all.items[k]);
}
