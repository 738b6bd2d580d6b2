/* near.c - see near.h. */
#include "symbol/near.h"

#include <ctype.h>
#include <string.h>

#include "symbol/cxx_name.h"
#include "symbol/demangle.h"

enum {
	MIN_NAME = 4,     /* letters of a C name that says who is meant */
	MIN_FAMILY = 3,   /* letters of a common beginning of C names */
	MAX_TEXT = 4096   /* bytes of a demangled name that is compared: nobody reads longer ones */
};

struct wanted {
	const char *symbol, *text; /* text: NULL for a C name */
	enum language language;
	struct cxx_name name;
	const char *key, *family, *release;
};

/* ---- texts without what may differ -------------------------------------------------------- */

enum { DROP_CXX11 = 1, DROP_LIBRARY = 2, DROP_RELEASE = 4, DROP_ALL = 7 };

struct rewrite {
	const char *from, *to;
	unsigned when;
};

/* In this order: what a rule writes, a later one reads. Names as libiberty writes them. */
static const struct rewrite rewrites[] = {
	{ "[abi:cxx11]", "", DROP_CXX11 },
	{ "std::__cxx11::", "std::", DROP_CXX11 },
	{ "std::__1::", "std::", DROP_LIBRARY },
	{ "std::__2::", "std::", DROP_LIBRARY },
	{ "std::__ndk1::", "std::", DROP_LIBRARY },
	{ "std::__Cr::", "std::", DROP_LIBRARY },
	{ "std::basic_string<char, std::char_traits<char>, std::allocator<char> >", "std::string",
	  DROP_CXX11 | DROP_LIBRARY },
};

static char *replace_all(struct arena *a, const char *s, const char *from, const char *to)
{
	size_t n = strlen(from), m = strlen(to), hits = 0;
	const char *hit;
	char *out, *o;

	for (hit = s; n != 0 && (hit = strstr(hit, from)) != NULL; hit += n)
		hits++;
	out = o = arena_alloc(a, strlen(s) + hits * (m > n ? m - n : 0) + 1);
	while (n != 0 && (hit = strstr(s, from)) != NULL) {
		memcpy(o, s, (size_t)(hit - s));
		o += hit - s;
		memcpy(o, to, m);
		o += m;
		s = hit + n;
	}
	memcpy(o, s, strlen(s) + 1);
	return out;
}

static size_t word_length(const char *s)
{
	size_t n = 0;

	while (cxx_is_word(s[n]))
		n++;
	return n;
}

/* The next scope that tells a release at or behind s, its length in *n. Scopes of std are the C++
 * library's own matter. */
static const char *next_release(const char *start, const char *s, size_t *n)
{
	while (*s != '\0') {
		*n = word_length(s);
		if (*n == 0) {
			s++;
			continue;
		}
		if (strncmp(s + *n, "::", 2) == 0 && cxx_is_release(s, *n) &&
		    !(s - start >= 5 && strncmp(s - 5, "std::", 5) == 0))
			return s;
		s += *n;
	}
	return NULL;
}

static char *without_releases(struct arena *a, const char *s)
{
	char *out = arena_alloc(a, strlen(s) + 1), *o = out;
	const char *start = s, *hit;
	size_t n;

	while ((hit = next_release(start, s, &n)) != NULL) {
		memcpy(o, s, (size_t)(hit - s));
		o += hit - s;
		s = hit + n + 2;
	}
	memcpy(o, s, strlen(s) + 1);
	return out;
}

static const char *normal(struct arena *a, const char *s, unsigned drop)
{
	for (size_t i = 0; i < sizeof(rewrites) / sizeof(rewrites[0]); i++)
		if ((rewrites[i].when & drop) != 0 && strstr(s, rewrites[i].from) != NULL)
			s = replace_all(a, s, rewrites[i].from, rewrites[i].to);
	return (drop & DROP_RELEASE) != 0 ? without_releases(a, s) : s;
}

static bool same(struct arena *a, const char *x, const char *y, unsigned drop)
{
	return strcmp(normal(a, x, drop), normal(a, y, drop)) == 0;
}

/* ---- a wanted name ------------------------------------------------------------------------ */

size_t near_stem(const char *name)
{
	size_t n = strlen(name), stem = n;

	while (n > 0 && isdigit((unsigned char)name[n - 1])) {
		while (n > 0 && isdigit((unsigned char)name[n - 1]))
			n--;
		if (n == 0 || name[n - 1] != '_')
			break;
		stem = --n;
	}
	return stem;
}

/* "~Foo<int>" -> "Foo"; of an operator its class, which is the part before. */
static const char *identifier(struct arena *a, const struct cxx_name *c)
{
	size_t i = c->nparts - 1;
	const char *s = c->parts[i];

	while (i > 0 && (strncmp(s, "operator", 8) == 0 || !cxx_is_word(s[*s == '~'])))
		s = c->parts[--i];
	s += *s == '~';
	return arena_strndup(a, s, word_length(s));
}

/* Beginnings that say what a function does, not whose it is. */
static bool is_verb(const char *s, size_t n)
{
	static const char *const verbs[] = { "add", "close", "create", "free", "get", "init", "make",
					     "new", "open", "print", "read", "run", "set", "start",
					     "stop", "test", "update", "write" };

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strlen(verbs[i]) == n && strncmp(s, verbs[i], n) == 0)
			return true;
	return false;
}

/* Up to the first '_' behind its first letters ("ucnv_", "g_dir_"), or the small letters that it begins
 * with, if a capital follows ("cuda"). */
static const char *c_family(struct arena *a, const char *s)
{
	size_t lead = strspn(s, "_"), n = lead;

	while (isalnum((unsigned char)s[n]) || (s[n] == '_' && n - lead < MIN_FAMILY))
		n++;
	if (s[n] == '_')
		return is_verb(s + lead, n - lead) ? NULL : arena_strndup(a, s, n + 1);
	for (n = lead; islower((unsigned char)s[n]);)
		n++;
	if (n - lead >= MIN_FAMILY && isupper((unsigned char)s[n]))
		return arena_strndup(a, s, n);
	return NULL;
}

static const char *first_release(struct arena *a, const char *text)
{
	size_t n;
	const char *s = next_release(text, text, &n);

	return s != NULL ? arena_strndup(a, s, n) : NULL;
}

/* Rust: the last part is the hash; what is meant is the part before. */
static void read_rust(struct arena *a, struct wanted *w)
{
	struct cxx_name *c = &w->name;

	if (c->nparts > 1 && c->parts[c->nparts - 1][0] == 'h' &&
	    strlen(c->parts[c->nparts - 1]) == 17)
		c->nparts--;
	w->key = identifier(a, c);
	w->family = c->nparts > 1 ? c->parts[0] : NULL;
}

static void read_cxx(struct arena *a, struct wanted *w)
{
	w->key = identifier(a, &w->name);
	w->release = first_release(a, w->text);
	if (w->name.nparts > 1 && strcmp(w->name.parts[0], "std") != 0 &&
	    word_length(w->name.parts[0]) > 1)
		w->family = arena_strndup(a, w->name.parts[0], word_length(w->name.parts[0]));
}

const struct wanted *wanted_new(struct arena *a, const char *symbol)
{
	struct wanted *w;

	if (*symbol == '\0')
		return NULL;
	w = ARENA_NEW(a, struct wanted);
	w->symbol = symbol;
	w->language = demangle_language(symbol);
	if (w->language == LANG_NONE) {
		w->key = arena_strndup(a, symbol, near_stem(symbol));
		w->family = c_family(a, symbol);
		return w;
	}
	w->text = demangle(a, symbol);
	if (w->text == NULL || strlen(w->text) > MAX_TEXT || !cxx_name_read(a, w->text, &w->name))
		return NULL;
	if (w->language == LANG_CXX)
		read_cxx(a, w);
	else
		read_rust(a, w);
	return *w->key != '\0' ? w : NULL;
}

const char *wanted_symbol(const struct wanted *w)
{
	return w->symbol;
}

const char *wanted_key(const struct wanted *w)
{
	return w->key;
}

const char *wanted_family(const struct wanted *w)
{
	return w->family;
}

const char *wanted_release(const struct wanted *w)
{
	return w->release;
}

/* ---- C names ------------------------------------------------------------------------------ */

static enum near_kind compare_c(struct arena *a, const struct wanted *w, const char *symbol,
				struct near *out)
{
	size_t stem = near_stem(symbol), n = strlen(w->key);
	struct cxx_name c;

	if (n < MIN_NAME)
		return NEAR_NONE;
	if (demangle_language(symbol) == LANG_CXX) {
		out->text = demangle(a, symbol);
		if (out->text == NULL || !cxx_name_read(a, out->text, &c) || c.nparts != 1 ||
		    *c.kind != '\0' || strcmp(c.parts[0], w->symbol) != 0)
			return NEAR_NONE;
		return NEAR_LANGUAGE;
	}
	if (stem != n || strncmp(symbol, w->key, n) != 0 || strcmp(symbol, w->symbol) == 0)
		return NEAR_NONE;
	out->here = w->symbol[n] != '\0' ? w->symbol + n + 1 : "";
	out->there = symbol[n] != '\0' ? arena_strdup(a, symbol + n + 1) : "";
	return NEAR_SUFFIX;
}

/* ---- C++ names: the same but for the three big differences -------------------------------- */

static bool has_library_scope(const char *s)
{
	for (size_t i = 0; i < sizeof(rewrites) / sizeof(rewrites[0]); i++)
		if (rewrites[i].when == DROP_LIBRARY && strstr(s, rewrites[i].from) != NULL)
			return true;
	return false;
}

/* The first pair of releases that differs; "" where one has none. */
static void differing_releases(struct arena *a, const char *here, const char *there,
			       struct near *out)
{
	const char *h = here, *t = there;
	size_t nh = 0, nt = 0;

	do {
		h = next_release(here, h, &nh);
		t = next_release(there, t, &nt);
		out->here = h != NULL ? arena_strndup(a, h, nh) : "";
		out->there = t != NULL ? arena_strndup(a, t, nt) : "";
		h += h != NULL ? nh : 0;
		t += t != NULL ? nt : 0;
	} while (h != NULL && t != NULL && strcmp(out->here, out->there) == 0);
}

static enum near_kind compare_big(struct arena *a, const struct wanted *w, const char *text,
				  struct near *out)
{
	bool library = has_library_scope(w->text) != has_library_scope(text);

	if (strcmp(w->text, text) == 0)
		return NEAR_NONE; /* another variant of a constructor: no reason */
	if (same(a, w->text, text, DROP_CXX11))
		return NEAR_CXX11;
	if (library && same(a, w->text, text, DROP_CXX11 | DROP_LIBRARY))
		return NEAR_CXX_LIBRARY;
	if (!same(a, w->text, text, DROP_CXX11 | DROP_RELEASE) &&
	    !(library && same(a, w->text, text, DROP_ALL)))
		return NEAR_NONE;
	differing_releases(a, w->text, text, out);
	return same(a, w->text, text, DROP_RELEASE) ? NEAR_RELEASE : NEAR_MIXED;
}

/* ---- C++ names: other parameters ---------------------------------------------------------- */

static bool same_parts(struct arena *a, const struct cxx_name *x, const struct cxx_name *y)
{
	bool ok = x->nparts == y->nparts && strcmp(x->kind, y->kind) == 0;

	for (size_t i = 0; ok && i < x->nparts; i++)
		ok = same(a, x->parts[i], y->parts[i], DROP_ALL);
	return ok;
}

/* Parts without those that tell a release. */
static void plain_parts(const struct cxx_name *c, struct cxx_name *out)
{
	*out = *c;
	out->nparts = 0;
	for (size_t i = 0; i < c->nparts; i++)
		if (i + 1 == c->nparts || !cxx_is_release(c->parts[i], strlen(c->parts[i])))
			out->parts[out->nparts++] = c->parts[i];
}

static enum near_kind compare_parameters(struct arena *a, const struct cxx_name *w,
					 const struct cxx_name *c, struct near *out)
{
	size_t n = w->nparameters < c->nparameters ? w->nparameters : c->nparameters;
	bool qualifiers = strcmp(w->qualifiers, c->qualifiers) != 0;

	if (!w->is_function || !c->is_function)
		return NEAR_NONE;
	out->wants = w->nparameters;
	out->has = c->nparameters;
	out->distance = w->nparameters + c->nparameters - 2 * n + (qualifiers ? 1 : 0);
	for (size_t i = n; i-- > 0;) {
		if (same(a, w->parameters[i], c->parameters[i], 0))
			continue;
		out->distance++;
		out->parameter = i + 1;
		out->here = w->parameters[i];
		out->there = c->parameters[i];
	}
	if (w->nparameters != c->nparameters)
		out->parameter = 0;
	else if (out->parameter == 0 && qualifiers) {
		out->here = w->qualifiers;
		out->there = c->qualifiers;
		return NEAR_QUALIFIER;
	}
	return out->distance > 0 ? NEAR_PARAMETERS : NEAR_NONE;
}

/* ---- C++ names: another namespace --------------------------------------------------------- */

/* One edit that makes the scopes of x those of y: at *at, of x and of y each none or one part. */
static bool one_edit(struct arena *a, const struct cxx_name *x, const struct cxx_name *y,
		     size_t *at, bool *of_x, bool *of_y)
{
	size_t nx = x->nparts, ny = y->nparts, i = 0, k = 0;

	while (i < nx && i < ny && same(a, x->parts[i], y->parts[i], DROP_ALL))
		i++;
	while (k < nx - i && k < ny - i &&
	       same(a, x->parts[nx - 1 - k], y->parts[ny - 1 - k], DROP_ALL))
		k++;
	*at = i;
	*of_x = nx - i - k == 1;
	*of_y = ny - i - k == 1;
	return k > 0 && nx - i - k <= 1 && ny - i - k <= 1 && (*of_x || *of_y);
}

/* "tensorflow::" -> "tsl::" in a parameter: what moved may take its neighbours along. */
static bool same_after_move(struct arena *a, const char *w, const char *c, const char *here,
			    const char *there)
{
	const char *from = arena_printf(a, "%s::", here);
	const char *to = *there != '\0' ? arena_printf(a, "%s::", there) : "";

	return same(a, w, c, DROP_ALL) ||
	       (*here != '\0' && same(a, replace_all(a, w, from, to), c, DROP_ALL));
}

static enum near_kind compare_moved(struct arena *a, const struct cxx_name *w,
				    const struct cxx_name *c, struct near *out)
{
	size_t at, tail;
	bool of_w, of_c, telling = false;

	if (strcmp(w->kind, c->kind) != 0 || w->is_function != c->is_function ||
	    w->nparameters != c->nparameters || strcmp(w->qualifiers, c->qualifiers) != 0 ||
	    !one_edit(a, w, c, &at, &of_w, &of_c))
		return NEAR_NONE;
	out->here = of_w ? w->parts[at] : "";
	out->there = of_c ? c->parts[at] : "";
	tail = w->nparts - at - (of_w ? 1 : 0);
	for (size_t i = 0; i < w->nparameters; i++) {
		if (!same_after_move(a, w->parameters[i], c->parameters[i], out->here, out->there))
			return NEAR_NONE;
		telling = telling || strstr(w->parameters[i], "::") != NULL;
	}
	/* Without an outer namespace or a type in common it may be chance: such want company. */
	out->distance = telling || at > 0 ? 0 : 1;
	/* Methods of two classes may well have one name. */
	return tail >= 2 || telling ? NEAR_MOVED : NEAR_NONE;
}

/* ---- all of it ---------------------------------------------------------------------------- */

/* Can a function with these parameters be one of C? */
static bool may_be_c(const struct cxx_name *c)
{
	for (size_t i = 0; i < c->nparameters; i++)
		if (strpbrk(c->parameters[i], "&<:") != NULL)
			return false;
	return c->nparts == 1 && *c->kind == '\0' && c->is_function;
}

static enum near_kind compare_cxx(struct arena *a, const struct wanted *w, const char *symbol,
				  struct near *out)
{
	struct cxx_name c, plain_w, plain_c;
	enum near_kind kind;

	if (demangle_language(symbol) == LANG_NONE)
		return may_be_c(&w->name) && strlen(symbol) >= MIN_NAME &&
				       strcmp(w->name.parts[0], symbol) == 0
			       ? NEAR_LANGUAGE
			       : NEAR_NONE;
	out->text = demangle(a, symbol);
	if (out->text == NULL || strlen(out->text) > MAX_TEXT)
		return NEAR_NONE;
	kind = compare_big(a, w, out->text, out);
	if (kind != NEAR_NONE || strcmp(w->text, out->text) == 0 ||
	    !cxx_name_read(a, out->text, &c))
		return kind;
	plain_parts(&w->name, &plain_w);
	plain_parts(&c, &plain_c);
	if (same_parts(a, &plain_w, &plain_c))
		return compare_parameters(a, &plain_w, &plain_c, out);
	return compare_moved(a, &plain_w, &plain_c, out);
}

static enum near_kind compare_rust(struct arena *a, const struct wanted *w, const char *symbol,
				   struct near *out)
{
	const char *here = demangle_short(a, w->symbol), *there = demangle_short(a, symbol);

	out->text = demangle(a, symbol);
	return demangle_language(symbol) == LANG_RUST && here != NULL && there != NULL &&
			       strcmp(here, there) == 0
		       ? NEAR_HASH
		       : NEAR_NONE;
}

enum near_kind near_compare(struct arena *a, const struct wanted *w, const char *symbol,
			    struct near *out)
{
	memset(out, 0, sizeof(*out));
	out->symbol = symbol;
	if (strcmp(w->symbol, symbol) == 0)
		return NEAR_NONE;
	switch (w->language) {
	case LANG_NONE: out->kind = compare_c(a, w, symbol, out); break;
	case LANG_RUST: out->kind = compare_rust(a, w, symbol, out); break;
	case LANG_CXX: out->kind = compare_cxx(a, w, symbol, out); break;
	case LANG_SWIFT: break;
	}
	return out->kind;
}
