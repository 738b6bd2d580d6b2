/* symbol_near.c - sentences about a symbol that is there in another form. */
#include "diagnose/symbol_near.h"

#include <string.h>

#include "symbol/demangle.h"

const char *sym_named(const struct sym *s)
{
	const char *readable = demangle_short(s->d->a, s->f->symbol);

	return symbol_word(s->d->a, readable != NULL ? readable : s->f->symbol);
}

/* ---- words -------------------------------------------------------------------------------- */

static const char *there(const struct sym *s)
{
	return image_word(s->d, s->e.near_in);
}

/* "them" only where all that is missing differs in the same way. */
static const char *what(const struct sym *s)
{
	return s->e.alike >= s->e.asked ? sym_them(s) : "it";
}

static const char *asker(const struct sym *s)
{
	return image_word(s->d, s->f->image);
}

static const char *shown(const struct sym *s, const char *text)
{
	return symbol_word(s->d->a, text != NULL ? text : "");
}

static const char *near_named(const struct sym *s)
{
	const char *readable = demangle_short(s->d->a, s->e.near.symbol);

	return shown(s, readable != NULL ? readable : s->e.near.symbol);
}

/* "tensorflow" of "tensorflow::Foo::bar": what a release is one of. */
static const char *project(const struct sym *s)
{
	return s->e.family != NULL ? s->e.family : "that library";
}

static const char *or_none(const char *release)
{
	return release != NULL && *release != '\0' ? release : "none";
}

/* ---- repairs ------------------------------------------------------------------------------ */

void sym_fix_releases(struct sym *s, const struct image *with)
{
	draft_fix(s->d, s->dr, "upgrade", "medium",
		  arena_printf(s->d->a, "bring %s and %s to releases that were made for each other",
			       asker(s), image_word(s->d, with)));
}

static void fix_releases(struct sym *s)
{
	sym_fix_releases(s, s->e.near_in);
}

static bool is_cxx11(const char *symbol)
{
	return strstr(symbol, "cxx11") != NULL;
}

/* ---- one sentence a kind ------------------------------------------------------------------ */

static void cxx11(struct sym *s)
{
	s->dr->f.detail = "cxx11-abi";
	sym_say(s, arena_printf(s->d->a,
				"%s has %s only with the other kind of std::string: the two were "
				"built with different settings of _GLIBCXX_USE_CXX11_ABI",
				there(s), what(s)));
	draft_fix(s->d, s->dr, "rebuild", "low",
		  arena_printf(s->d->a, "build %s with -D_GLIBCXX_USE_CXX11_ABI=%d, as %s was",
			       asker(s), is_cxx11(s->f->symbol) ? 0 : 1, there(s)));
	draft_fix(s->d, s->dr, "replace", "low",
		  arena_printf(s->d->a,
			       "take the build of %s that was made for this %s, if there is one",
			       asker(s), there(s)));
}

static bool wants_libcxx(const struct sym *s)
{
	return strstr(s->f->symbol, "St3__1") != NULL || strstr(s->f->symbol, "6__ndk1") != NULL ||
	       strstr(s->f->symbol, "St4__Cr") != NULL || strstr(s->f->symbol, "St3__2") != NULL;
}

static void cxx_library(struct sym *s)
{
	bool llvm = wants_libcxx(s);

	s->dr->f.detail = "cxx-library";
	sym_say(s, arena_printf(s->d->a,
				"%s has %s only for the other C++ library: %s was built with %s, "
				"%s with %s, and their types do not fit together",
				there(s), what(s), asker(s),
				llvm ? "libc++ (LLVM's)" : "libstdc++ (GCC's)", there(s),
				llvm ? "libstdc++ (GCC's)" : "libc++ (LLVM's)"));
	draft_fix(s->d, s->dr, "rebuild", "low",
		  arena_printf(s->d->a, "build %s with %s, as %s was", asker(s),
			       llvm ? "libstdc++ (clang++ without -stdlib=libc++)"
				    : "libc++ (clang++ -stdlib=libc++)",
			       there(s)));
}

static void release(struct sym *s)
{
	const struct near *n = &s->e.near;

	s->dr->f.detail = "version-skew";
	sym_say(s, arena_printf(s->d->a,
				"%s has %s only as %s: the name tells the release of %s, %s was "
				"built with %s, %s with %s",
				there(s), what(s), near_named(s), project(s), asker(s),
				*n->here != '\0' ? n->here : "one that has no number there", there(s),
				*n->there != '\0' ? n->there : "one that has no number there"));
	fix_releases(s);
}

static void mixed(struct sym *s)
{
	const struct near *n = &s->e.near;
	bool string = is_cxx11(s->f->symbol) != is_cxx11(n->symbol);

	s->dr->f.detail = "version-skew";
	sym_say(s, arena_printf(s->d->a,
				"%s has %s only as %s: another release of %s (%s is wanted, %s is "
				"there)%s",
				there(s), what(s), shown(s, n->text), project(s),
				or_none(n->here), or_none(n->there),
				string ? ", and with the other kind of std::string" : ""));
	fix_releases(s);
}

static void suffix(struct sym *s)
{
	const struct near *n = &s->e.near;
	int order = compare_versions(n->here, n->there);

	s->dr->f.detail = "version-skew";
	if (*n->here == '\0' || *n->there == '\0') {
		sym_say(s, arena_printf(s->d->a,
					"%s has %s only as %s: it was built %s its release in the "
					"names, which %s does not expect",
					there(s), what(s), n->symbol,
					*n->there == '\0' ? "without" : "with", asker(s)));
		fix_releases(s);
		return;
	}
	sym_say(s, arena_printf(s->d->a,
				"%s has %s only as %s: the name tells the release, %s was built "
				"with %s, and this one is the %s %s",
				there(s), what(s), n->symbol, asker(s), n->here,
				order > 0 ? "older" : "newer", n->there));
	draft_fix(s->d, s->dr, "upgrade", "medium",
		  arena_printf(s->d->a, "put the release that %s was built with beside %s, or %s",
			       asker(s), there(s),
			       order > 0 ? "take a newer one of that library"
					 : "take a build for the one that is here"));
}

static void hash(struct sym *s)
{
	s->dr->f.detail = "version-skew";
	sym_say(s, arena_printf(s->d->a,
				"%s has it only with another hash: it was built by another release "
				"of the Rust compiler or from other sources, and Rust promises no "
				"binary interface between these",
				there(s)));
	draft_fix(s->d, s->dr, "rebuild", "low",
		  arena_printf(s->d->a, "build %s and %s together, with one compiler", asker(s),
			       there(s)));
}

static void language(struct sym *s)
{
	bool wants_c = demangle_language(s->f->symbol) == LANG_NONE;

	s->dr->f.detail = "extern-c";
	sym_say(s, arena_printf(s->d->a,
				"%s has it only as a function of %s: %s was compiled with a "
				"declaration that %s extern \"C\"",
				there(s), wants_c ? "C++" : "C", asker(s),
				wants_c ? "says" : "does not say"));
	draft_fix(s->d, s->dr, "rebuild", "low",
		  wants_c ? "declare the function extern \"C\" where it is defined as well, or "
			    "nowhere"
			  : "put extern \"C\" around the #include of that header when C++ is compiled");
}

static void qualifier(struct sym *s)
{
	const struct near *n = &s->e.near;

	s->dr->f.detail = "version-skew";
	sym_say(s, arena_printf(s->d->a,
				"%s has it only as %s: the function is%s where it is wanted and%s "
				"there; the two are of different releases",
				there(s), shown(s, n->text), *n->here != '\0' ? n->here : " plain",
				*n->there != '\0' ? n->there : " plain"));
	fix_releases(s);
}

static const char *count_words(struct arena *a, size_t n)
{
	return n == 0 ? "none" : arena_printf(a, "%zu", n);
}

static void parameters(struct sym *s)
{
	const struct near *n = &s->e.near;
	struct arena *a = s->d->a;
	const char *differs;

	s->dr->f.detail = "version-skew";
	if (n->parameter == 0)
		differs = arena_printf(a, "%s wanted, %s there", count_words(a, n->wants),
				    count_words(a, n->has));
	else
		differs = arena_printf(a, "parameter %zu is %s where it is wanted, %s there",
				    n->parameter, shown(s, n->here), shown(s, n->there));
	sym_say(s, arena_printf(a,
				"%s has it only with other parameters (%s): it is of another "
				"release than the one %s was built with",
				there(s), differs, asker(s)));
	fix_releases(s);
}

static void moved(struct sym *s)
{
	const struct near *n = &s->e.near;

	s->dr->f.detail = "version-skew";
	sym_say(s, arena_printf(s->d->a,
				"%s has it only as %s: what was in %s has moved in another release",
				there(s), near_named(s),
				*n->here != '\0' ? n->here : "the outer namespace"));
	fix_releases(s);
}

/* ---- evidence ----------------------------------------------------------------------------- */

static void near_evidence(struct sym *s)
{
	struct dlwhy_evidence *e =
		draft_evidence(s->d, s->dr, "symbol", s->e.near_in, "what is defined instead");

	e->path = image_path(s->d, s->e.near_in);
	e->value = s->e.near.symbol;
	if (s->n > 1 && s->e.alike > 1)
		draft_evidence(s->d, s->dr, "fact", NULL,
			       arena_printf(s->d->a, "%zu of the %zu that were looked at differ in "
						     "the same way",
					    s->e.alike, s->e.asked));
	if (s->e.otherwise > 0)
		draft_evidence(s->d, s->dr, "fact", NULL,
			       arena_printf(s->d->a, "%zu more %s there in another form still",
					    s->e.otherwise, s->e.otherwise == 1 ? "is" : "are"));
}

/* The name itself is gone; that its namespace is of another release says why. */
static void from_release(struct sym *s)
{
	s->dr->f.detail = "version-skew";
	sym_say(s, arena_printf(s->d->a,
				"%s has nothing of %s::%s, but %s::%s: another release of %s than "
				"%s was built with",
				there(s), project(s), s->e.release, project(s), s->e.release_there,
				project(s), asker(s)));
	if (s->e.otherwise > 0)
		draft_evidence(s->d, s->dr, "fact", s->e.near_in,
			       arena_printf(s->d->a,
					    "%zu of the %zu that were looked at are there in another "
					    "form",
					    s->e.otherwise, s->e.asked));
	fix_releases(s);
}

bool sym_from_near(struct sym *s)
{
	static void (*const sentences[])(struct sym *s) = {
		[NEAR_CXX11] = cxx11,       [NEAR_CXX_LIBRARY] = cxx_library,
		[NEAR_RELEASE] = release,   [NEAR_MIXED] = mixed,
		[NEAR_SUFFIX] = suffix,     [NEAR_HASH] = hash,
		[NEAR_LANGUAGE] = language, [NEAR_QUALIFIER] = qualifier,
		[NEAR_PARAMETERS] = parameters, [NEAR_MOVED] = moved,
	};

	if (s->e.near.kind != NEAR_NONE) {
		near_evidence(s);
		sentences[s->e.near.kind](s);
		return true;
	}
	if (s->e.release == NULL)
		return false;
	from_release(s);
	return true;
}
