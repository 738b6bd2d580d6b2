/* d_symbol.c - a function or variable that nobody defines who may be asked.
 *
 * The loader names one symbol. All missing symbols of one object that are expected from one place
 * are one finding. Why it is missing is a guess from what the loaded libraries do define: the same
 * name hidden or in another version, the same function with other parameters, the library that
 * such names belong to not being there.
 */
#include <string.h>

#include "diagnose/common.h"
#include "diagnose/known.h"
#include "diagnose/mangled.h"
#include "object/elfconst.h"

enum { MAX_WALKED = 1500000, MAX_TWINS = 4 };

struct sym {
	struct diag *d;
	const struct failure *f;
	const struct symbol_family *family;
	struct draft *dr;
	size_t n; /* symbols in the group */
};

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

static void collect(struct sym *s)
{
	struct diag *d = s->d;

	for (size_t i = 0; i < d->t->failures.n; i++) {
		const struct failure *o = &d->t->failures.items[i];
		struct dlwhy_evidence *e;

		if (o != s->f && (d->taken[i] || !belongs(s, o)))
			continue;
		d->taken[i] = true;
		s->n++;
		e = draft_evidence(d, s->dr, "symbol", o->image,
				   o->version != NULL
					   ? arena_printf(d->a, "not found in version %s",
							  o->version)
					   : "not found");
		e->path = image_path(d, o->image);
		e->value = o->symbol;
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

struct twins {
	const char *name[MAX_TWINS];
	const struct image *im[MAX_TWINS];
	size_t n;
	bool cxx11; /* one differs in the std::string ABI */
};

static void look_at(struct twins *t, const struct image *im, const char *want, size_t part,
		    const char *have)
{
	if (strncmp(have, want, part) != 0 || (have[part] != 'E' && have[part] != 'B') ||
	    t->n >= MAX_TWINS)
		return;
	t->cxx11 = t->cxx11 || mangled_is_cxx11(have) != mangled_is_cxx11(want);
	t->name[t->n] = have;
	t->im[t->n++] = im;
}

/* Definitions of the same function with other parameters, in all images. */
static void find_twins(struct sym *s, struct twins *t)
{
	const struct process *p = s->d->p;
	size_t part = mangled_name_part(s->f->symbol);
	uint64_t walked = 0;

	for (size_t i = 0; part != 0 && i < p->images.n; i++) {
		const struct image *im = p->images.items[i];
		uint64_t n =
			im->file != NULL && im != s->f->image ? elf_sym_count(&im->file->elf) : 0;

		for (uint64_t k = 1; k < n && walked++ < MAX_WALKED && t->n < MAX_TWINS; k++) {
			const char *name = elf_sym_name(&im->file->elf, k);
			struct elf_sym es;

			if (name != NULL && name[0] == '_' && name[1] == 'Z' &&
			    strncmp(name, s->f->symbol, part) == 0 &&
			    elf_sym(&im->file->elf, k, &es) && es.shndx != SHN_UNDEF)
				look_at(t, im, s->f->symbol, part, name);
		}
	}
}

/* ---- sentences ---------------------------------------------------------------------------- */

/* The full mangled name stands in the finding's `symbol`. */
static const char *named(struct sym *s)
{
	const char *readable = mangled_readable(s->d->a, s->f->symbol);

	return symbol_word(s->d->a, readable != NULL ? readable : s->f->symbol);
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
		return arena_printf(a, "%s needs %s%s", word, named(s), more);
	if (s->d->in->is_program && s->f->image != NULL && s->f->image->kind == IMAGE_PROGRAM)
		return arena_printf(a, "%s dies at its first call of %s%s",
				    starts(s) ? "The program starts, but" : "Once started, the program",
				    named(s), more);
	return arena_printf(a, "%s loads, but the process dies when %s first calls %s%s", word,
			    word, named(s), more);
}

static const char *them(const struct sym *s)
{
	return s->n > 1 ? "them" : "it";
}

static void say(struct sym *s, const char *rest)
{
	draft_say(s->d, s->dr, "%s%s%s.", opening(s), s->f->lazy ? ": " : ", and ", rest);
}

static void likely(struct sym *s, const char *why)
{
	/* That the symbol is missing is as sure as before; only the reason is a guess. */
	draft_evidence(s->d, s->dr, "fact", NULL,
		       arena_printf(s->d->a, "the reason is a rule of thumb: %s", why));
}

static void from_twins(struct sym *s, const struct twins *t)
{
	struct diag *d = s->d;

	for (size_t i = 0; i < t->n; i++) {
		struct dlwhy_evidence *e = draft_evidence(d, s->dr, "symbol", t->im[i],
							  "the same function with other parameters "
							  "is defined here");

		e->path = image_path(d, t->im[i]);
		e->value = t->name[i];
	}
	if (t->cxx11) {
		s->dr->f.detail = "cxx11-abi";
		say(s, arena_printf(d->a,
				    "%s has it only with the other kind of std::string: the two "
				    "were built with different settings of _GLIBCXX_USE_CXX11_ABI",
				    image_word(d, t->im[0])));
		draft_fix(d, s->dr, "rebuild", "low",
			  arena_printf(d->a, "build %s with -D_GLIBCXX_USE_CXX11_ABI=%d, as %s was",
				       image_word(d, s->f->image),
				       mangled_is_cxx11(s->f->symbol) ? 0 : 1,
				       image_word(d, t->im[0])));
		return;
	}
	s->dr->f.detail = "version-skew";
	say(s, arena_printf(d->a,
			    "%s has it only with other parameters: it is of another release than "
			    "the one it was built with",
			    image_word(d, t->im[0])));
	draft_fix(d, s->dr, "upgrade", "medium",
		  arena_printf(d->a, "bring %s and %s to releases that were made for each other",
			       image_word(d, s->f->image), image_word(d, t->im[0])));
}

static bool in_scope(const struct image *who, const struct image *what)
{
	for (size_t i = 0; i < who->nscopes; i++)
		for (size_t k = 0; who->scopes[i] != NULL && k < who->scopes[i]->n; k++)
			if (who->scopes[i]->v[k] == what)
				return true;
	return false;
}

static void from_holder(struct sym *s, const struct image *im, const struct elf_sym *es)
{
	struct diag *d = s->d;
	const char *word = image_word(d, im);
	struct dlwhy_evidence *e = draft_evidence(d, s->dr, "symbol", im, "it has the name");

	e->path = image_path(d, im);
	e->value = s->f->symbol;
	if (!in_scope(s->f->image, im)) {
		s->dr->f.detail = "not-linked";
		e->says = "defined here, but this library is private to those that need it";
		say(s, arena_printf(d->a,
				    "%s has it, but was loaded for others only (RTLD_LOCAL), and "
				    "%s does not name it among the libraries that it needs",
				    word, image_word(d, s->f->image)));
		draft_fix(d, s->dr, "link", "low",
			  arena_printf(d->a, "link %s with %s, or open %s with RTLD_GLOBAL before",
				       image_word(d, s->f->image), word, word));
		return;
	}
	if (es->vis == STV_HIDDEN || es->vis == STV_INTERNAL || es->bind == STB_LOCAL) {
		s->dr->f.detail = "version-skew";
		e->says = "hidden: not offered to others";
		say(s, arena_printf(d->a, "%s has it, but keeps it to itself (hidden)", word));
	} else {
		s->dr->f.detail = "version-skew";
		e->says = s->f->version != NULL ? "defined in another version"
						: "defined in a version that an unversioned "
						  "request does not get";
		say(s, arena_printf(d->a, "%s has it only in another version", word));
	}
	draft_fix(d, s->dr, "upgrade", "medium",
		  arena_printf(d->a, "bring %s and %s to releases that were made for each other",
			       image_word(d, s->f->image), word));
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
	say(s, arena_printf(d->a,
			    "%s, which had %s in version %s when the two were linked, no longer "
			    "does",
			    file, them(s), s->f->version));
	if (path != NULL)
		draft_evidence(d, s->dr, "fact", im,
			       arena_printf(d->a, "the copy of %s that is loaded%s%s", file,
					    im->request != NULL ? ", through " : "",
					    im->request != NULL ? rule_words(im->request->rule)
								: ""))
			->path = path;
	if (im != NULL && im->request != NULL && im->request->rule == RULE_LD_LIBRARY_PATH)
		draft_fix(d, s->dr, "environment", "low",
			  arena_printf(d->a,
				       "take the folder of that copy, %s, out of LD_LIBRARY_PATH",
				       dir_name(d->a, path)));
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

		if (path != NULL && strncmp(base_name(path), lib, n) == 0)
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

/* "Python 3.11" for a name with ".cpython-311-" in it. */
static const char *built_for(struct sym *s)
{
	unsigned minor = python_minor(image_word(s->d, s->f->image), ".cpython-3", NULL);

	return minor != 0 ? arena_printf(s->d->a, "Python 3.%u", minor)
			  : "another release of Python";
}

static bool from_python(struct sym *s)
{
	struct diag *d = s->d;
	const struct image *py;

	if (strcmp(s->family->what, "Python's C API") != 0)
		return false;
	py = python_of(s);
	if (py == NULL)
		return false;
	s->dr->f.detail = "python-abi";
	say(s, arena_printf(d->a,
			    "the Python that loads it (%s) does not have %s: it was built for %s",
			    image_word(d, py), them(s), built_for(s)));
	draft_evidence(d, s->dr, "fact", py, "the Python of this process")->path =
		image_path(d, py);
	draft_fix(d, s->dr, "replace", "low",
		  "install the build for this release of Python, or load it in the Python that it "
		  "was built for");
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
		say(s, arena_printf(d->a,
				    "%s, which such names belong to, does not define %s: it is of "
				    "another release than the one it was built with",
				    image_word(d, im), them(s)));
		draft_evidence(d, s->dr, "fact", im, "loaded, but without that name")->path =
			image_path(d, im);
	} else if (starts_with(fam->library, "lib")) {
		s->dr->f.detail = "not-linked";
		say(s, arena_printf(d->a,
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

	say(s, arena_printf(d->a, "nothing that is loaded with it defines %s", them(s)));
	draft_fix(d, s->dr, "link", "low",
		  arena_printf(d->a,
			       "link %s with the library that has %s; if that is %s itself, a "
			       "source file was left out of its build",
			       word, them(s), word));
	draft_fix(d, s->dr, "upgrade", "medium",
		  "if it worked before: bring it and what it needs to releases that were made for "
		  "each other");
}

void d_symbol(struct diag *d, size_t i)
{
	const struct failure *f = &d->t->failures.items[i];
	struct sym s = { .d = d, .f = f };
	struct twins twins = { .n = 0 };
	const struct image *im;
	struct elf_sym es;

	s.dr = draft_new(d, CAUSE_MISSING_SYMBOL, f);
	if (f->symbol == NULL)
		return;
	s.family = family_of_symbol(f->symbol);
	s.dr->f.object = image_path(d, f->image);
	s.dr->f.symbol = f->symbol;
	s.dr->version = f->version;
	draft_needed_by(d, s.dr, f->image);
	collect(&s);
	if (f->image == NULL || d->p == NULL) {
		unknown(&s);
		return;
	}
	im = holder(&s, &es);
	if (im == NULL)
		find_twins(&s, &twins);
	if (im != NULL)
		from_holder(&s, im, &es);
	else if (twins.n > 0)
		from_twins(&s, &twins);
	else if (f->version_file != NULL && f->version != NULL)
		from_version(&s);
	else if (s.family != NULL)
		from_family(&s);
	else
		unknown(&s);
}
