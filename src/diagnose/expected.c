/* expected.c - see expected.h.
 *
 * One walk over the exports of all libraries in scope serves all missing symbols: each export's
 * identifiers are looked up among those that are wanted, and only what shares one is taken apart.
 */
#include "diagnose/expected.h"

#include <ctype.h>
#include <string.h>

#include "object/elfconst.h"
#include "symbol/cxx_name.h"
#include "symbol/demangle.h"

enum {
	MAX_ASKED = 64,        /* missing symbols that are looked at */
	MAX_COMPARED = 300,    /* exports that are compared with each … */
	MAX_ALL_COMPARED = 3000, /* … and with all of them */
	MAX_EXPORTS = 3000000, /* that are walked over in all */
	MAX_SYMBOL = 4096,     /* bytes of one that is looked at */
	MAX_SEQUENCE = 8,      /* digits of a substitution in a mangled name */
	ENOUGH = 3,            /* names that make a family */
	SLOTS = 256            /* of the hash table: a power of two above MAX_ASKED */
};

struct search {
	struct diag *d;
	const struct wanted *wanted[MAX_ASKED];
	struct near best[MAX_ASKED];
	const struct image *best_in[MAX_ASKED];
	unsigned compared[MAX_ASKED], all_compared;
	size_t n;
	short slots[SLOTS], next[MAX_ASKED]; /* by key; -1: none */
	const char *family, *release, *scope, *suffix; /* of the first; NULL: does not apply */
	size_t nfamily, nrelease, nscope, nsuffix;     /* their lengths */
	size_t in_family;                              /* counted for one image … */
	size_t with_release, with_scope, with_suffix;  /* … and for all */
	const struct image *im;                        /* that is walked over */
	bool strong;           /* the export is no weak one, which any user of a header makes */
	uint64_t walked;
};

bool in_scope_of(const struct image *who, const struct image *what)
{
	for (size_t i = 0; i < who->nscopes; i++)
		for (size_t k = 0; who->scopes[i] != NULL && k < who->scopes[i]->n; k++)
			if (who->scopes[i]->v[k] == what)
				return true;
	return false;
}

/* ---- what is wanted ----------------------------------------------------------------------- */

static unsigned slot_of(const char *s, size_t n)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)s[i]) * 16777619u;
	return h % SLOTS;
}

/* The scopes of a C++ name as they stand at the beginning of a mangled one: "3tsl5mutex". NULL if
 * one of them is more than a word. */
static const char *mangled_scope(struct arena *a, const char *symbol)
{
	struct cxx_name c;
	const char *text = demangle_language(symbol) == LANG_CXX ? demangle(a, symbol) : NULL;
	const char *s = "";

	if (text == NULL || !cxx_name_read(a, text, &c) || c.nparts < 2)
		return NULL;
	for (size_t i = 0; i + 1 < c.nparts; i++) {
		size_t n = strlen(c.parts[i]);

		for (size_t k = 0; k < n; k++)
			if (!isalnum((unsigned char)c.parts[i][k]) && c.parts[i][k] != '_')
				return NULL;
		s = arena_printf(a, "%s%zu%s", s, n, c.parts[i]);
	}
	return s;
}

static size_t length(const char *s)
{
	return s != NULL ? strlen(s) : 0;
}

static void about_first(struct search *s, const char *symbol)
{
	const struct wanted *w = s->wanted[0];

	s->family = wanted_family(w);
	s->release = wanted_release(w);
	s->scope = mangled_scope(s->d->a, symbol);
	if (demangle_language(symbol) == LANG_NONE && symbol[near_stem(symbol)] != '\0')
		s->suffix = symbol + near_stem(symbol);
	s->nfamily = length(s->family);
	s->nrelease = length(s->release);
	s->nscope = length(s->scope);
	s->nsuffix = length(s->suffix);
}

static void add_wanted(struct search *s, const char *symbol)
{
	const struct wanted *w = wanted_new(s->d->a, symbol);
	unsigned slot;

	if (w == NULL)
		return;
	slot = slot_of(wanted_key(w), strlen(wanted_key(w)));
	s->wanted[s->n] = w;
	s->next[s->n] = s->slots[slot];
	s->slots[slot] = (short)s->n;
	s->n++;
}

/* ---- one export --------------------------------------------------------------------------- */

static size_t common_beginning(const char *a, const char *b)
{
	size_t n = 0;

	while (a[n] != '\0' && a[n] == b[n])
		n++;
	return n;
}

/* Is `x` a better neighbour of the wanted symbol than `best`? */
static bool is_nearer(const char *symbol, const struct near *x, const struct near *best)
{
	if (best->kind == NEAR_NONE || x->kind != best->kind)
		return best->kind == NEAR_NONE || x->kind < best->kind;
	if (x->kind == NEAR_SUFFIX) /* the newest release that is there */
		return compare_versions(x->there, best->there) > 0;
	if (x->distance != best->distance)
		return x->distance < best->distance;
	/* A constructor has several symbols. */
	return common_beginning(symbol, x->symbol) > common_beginning(symbol, best->symbol);
}

static void compare(struct search *s, size_t i, const char *symbol)
{
	struct near near;
	struct near *best = &s->best[i];

	if (s->compared[i]++ >= MAX_COMPARED || s->all_compared++ >= MAX_ALL_COMPARED ||
	    near_compare(s->d->a, s->wanted[i], symbol, &near) == NEAR_NONE)
		return;
	if (!is_nearer(wanted_symbol(s->wanted[i]), &near, best))
		return;
	*best = near;
	s->best_in[i] = s->im;
}

static void look_up(struct search *s, const char *word, size_t n, const char *symbol)
{
	for (short i = s->slots[slot_of(word, n)]; i >= 0; i = s->next[i]) {
		const char *key = wanted_key(s->wanted[i]);

		if (strncmp(key, word, n) == 0 && key[n] == '\0')
			compare(s, (size_t)i, symbol);
	}
}

/* Past what looks like a length but is none: a substitution, a literal. */
static const char *skip_number(const char *p)
{
	const char *end = p + 1;

	if (*p == 'S' || *p == 'T') {
		while (end - p < MAX_SEQUENCE &&
		       (isdigit((unsigned char)*end) || isupper((unsigned char)*end)))
			end++;
		if (*end == '_')
			return end + 1;
	}
	if (*p == 'L' && islower((unsigned char)p[1]) && isdigit((unsigned char)p[2]))
		while (p[1] != '\0' && p[1] != 'E')
			p++;
	return p + 1;
}

/* The length-prefixed identifiers of a mangled name: a rough reading, for what is then compared. */
static void mangled_words(struct search *s, const char *symbol)
{
	const char *p = symbol + 2, *end = symbol + strlen(symbol);
	bool first = true;

	while (p < end) {
		size_t n = 0;

		if (!isdigit((unsigned char)*p)) {
			p = skip_number(p);
			continue;
		}
		while (isdigit((unsigned char)*p) && n < 10000)
			n = n * 10 + (size_t)(*p++ - '0');
		if (n == 0 || n > (size_t)(end - p))
			continue;
		if (first && s->strong && n == s->nfamily && memcmp(p, s->family, n) == 0)
			s->in_family++;
		if (n == s->nrelease && memcmp(p, s->release, n) == 0)
			s->with_release++;
		first = false;
		look_up(s, p, n, symbol);
		p += n;
	}
}

static void count_scope(struct search *s, const char *symbol)
{
	const char *p = symbol + 2;

	if (s->scope == NULL)
		return;
	if (*p == 'T' && p[1] != '\0')
		p += 2;
	if (*p != 'N')
		return;
	p++;
	p += strspn(p, "rVKRO");
	if (strncmp(p, s->scope, s->nscope) == 0)
		s->with_scope++;
}

static void c_word(struct search *s, const char *symbol)
{
	size_t stem = near_stem(symbol);

	if (s->nfamily > 0 && s->strong && strncmp(symbol, s->family, s->nfamily) == 0)
		s->in_family++;
	if (s->nsuffix > 0 && strcmp(symbol + stem, s->suffix) == 0)
		s->with_suffix++;
	look_up(s, symbol, stem, symbol);
}

static void on_export(struct search *s, const char *symbol)
{
	if (symbol[0] == '_' && (symbol[1] == 'Z' || symbol[1] == 'R')) {
		count_scope(s, symbol);
		mangled_words(s, symbol);
	} else {
		c_word(s, symbol);
	}
}

/* ---- all exports -------------------------------------------------------------------------- */

/* The name of symbol i if it is exported and of a length that people read; NULL. */
static const char *export_name(const struct elf *e, uint64_t i, bool *strong)
{
	const char *name = elf_sym_name(e, i);
	struct elf_sym s;

	if (name == NULL || *name == '\0' || !elf_sym(e, i, &s) || s.shndx == SHN_UNDEF ||
	    s.bind == STB_LOCAL || s.vis == STV_HIDDEN || s.vis == STV_INTERNAL)
		return NULL;
	*strong = s.bind == STB_GLOBAL;
	return strnlen(name, MAX_SYMBOL) < MAX_SYMBOL ? name : NULL;
}

static void walk(struct search *s, const struct image *im)
{
	const struct elf *e = &im->file->elf;
	uint64_t n = elf_sym_count(e);

	s->im = im;
	s->in_family = 0;
	for (uint64_t i = 1; i < n && s->walked++ < MAX_EXPORTS; i++) {
		const char *name = export_name(e, i, &s->strong);

		if (name != NULL)
			on_export(s, name);
	}
}

static void walk_all(struct search *s, const struct image *who, struct expected *out)
{
	const struct process *p = s->d->p;

	for (size_t i = 0; i < p->images.n; i++) {
		const struct image *im = p->images.items[i];

		if (im->file == NULL || im == who || !in_scope_of(who, im))
			continue;
		walk(s, im);
		if (s->in_family >= ENOUGH && s->in_family > out->names) {
			out->provider = im;
			out->names = s->in_family;
		}
	}
}

/* ---- what it means ------------------------------------------------------------------------ */

/* How many exports of the library end in that suffix, and how many in another one. */
static void count_suffixes(const struct image *im, const char *suffix, size_t *same, size_t *others)
{
	const struct elf *e = &im->file->elf;
	uint64_t n = elf_sym_count(e);
	bool strong;

	*same = *others = 0;
	for (uint64_t i = 1; i < n && i < MAX_EXPORTS; i++) {
		const char *name = export_name(e, i, &strong), *behind;

		if (name == NULL)
			continue;
		behind = name + near_stem(name);
		if (strcmp(behind, suffix) == 0)
			++*same;
		else if (*behind != '\0')
			++*others;
	}
}

static bool alike(const struct near *x, const struct near *y);

/* Does another missing symbol differ from what is there in the same way? */
static bool has_company(const struct search *s)
{
	for (size_t i = 1; i < s->n; i++)
		if (alike(&s->best[i], &s->best[0]))
			return true;
	return false;
}

/* Numbers behind a name tell a release only if all names of the library have the same ("_72"), or
 * are made of several numbers ("_12_4"). */
static bool suffix_is_release(struct search *s, const struct near *near)
{
	size_t same, others;

	if (s->with_suffix > 0)
		return false;
	if (*near->there == '\0')
		return has_company(s);
	count_suffixes(s->best_in[0], arena_printf(s->d->a, "_%s", near->there), &same, &others);
	if (strchr(near->there, '_') == NULL && others > same / 50)
		return false;
	return same >= ENOUGH - 1;
}

/* Is what was found for the first one borne out by the rest of what is there? */
static bool holds(struct search *s)
{
	const struct near *near = &s->best[0];

	switch (near->kind) {
	case NEAR_RELEASE:
	case NEAR_MIXED: return s->with_release == 0;
	case NEAR_SUFFIX: return suffix_is_release(s, near);
	case NEAR_MOVED:
		return s->scope != NULL && s->with_scope == 0 &&
		       (near->distance == 0 || has_company(s));
	default: return near->kind != NEAR_NONE;
	}
}

static bool alike(const struct near *x, const struct near *y)
{
	if (x->kind != y->kind)
		return false;
	return (x->kind != NEAR_RELEASE && x->kind != NEAR_SUFFIX && x->kind != NEAR_MOVED) ||
	       (same_text(x->here, y->here) && same_text(x->there, y->there));
}

/* The first itself is not there in any form, but its namespace is, as another release. */
static void other_release(const struct search *s, struct expected *out)
{
	if (s->release == NULL || s->with_release > 0)
		return;
	for (size_t i = 1; i < s->n; i++)
		if ((s->best[i].kind == NEAR_RELEASE || s->best[i].kind == NEAR_MIXED) &&
		    same_text(s->best[i].here, s->release) && *s->best[i].there != '\0') {
			out->release = s->release;
			out->release_there = s->best[i].there;
			out->near_in = s->best_in[i];
			return;
		}
}

static void conclude(struct search *s, struct expected *out)
{
	bool first = holds(s);

	out->family = s->family;
	if (first) {
		out->near = s->best[0];
		out->near_in = s->best_in[0];
	} else {
		other_release(s, out);
	}
	for (size_t i = 0; i < s->n; i++) {
		if (i == 0 && !first)
			continue;
		if (first && alike(&s->best[i], &out->near))
			out->alike++;
		else if (s->best[i].kind != NEAR_NONE && s->best[i].kind != NEAR_MOVED &&
			 s->best[i].kind != NEAR_SUFFIX)
			out->otherwise++;
	}
}

void expected_find(struct diag *d, const struct failure *const *missing, size_t n,
		   struct expected *out)
{
	struct search *s = ARENA_NEW(d->a, struct search);

	memset(out, 0, sizeof(*out));
	s->d = d;
	memset(s->slots, 0xff, sizeof(s->slots));
	for (size_t i = 0; i < n && s->n < MAX_ASKED; i++) {
		add_wanted(s, missing[i]->symbol);
		if (s->n == 0) /* the first cannot be read: nothing is concluded */
			return;
		if (i == 0)
			about_first(s, missing[0]->symbol);
	}
	out->asked = n < MAX_ASKED ? n : MAX_ASKED;
	if (s->n == 0)
		return;
	walk_all(s, missing[0]->image, out);
	conclude(s, out);
}
