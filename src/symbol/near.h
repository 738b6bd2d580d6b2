/* near.h - how a symbol that is there differs from the one that is wanted.
 *
 * Two names are near when one explains the absence of the other: the same thing, built for another
 * kind of std::string, another C++ library, another release of its namespace, with other
 * parameters, under another namespace. That some other thing has the same last name is no reason.
 */
#ifndef DLWHY_SYMBOL_NEAR_H
#define DLWHY_SYMBOL_NEAR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/* In the order of preference among several that are there. */
enum near_kind {
	NEAR_NONE,
	NEAR_CXX11,       /* other side of _GLIBCXX_USE_CXX11_ABI */
	NEAR_CXX_LIBRARY, /* libc++ against libstdc++ */
	NEAR_RELEASE,     /* another versioned namespace: absl::lts_…, fmt::v9 */
	NEAR_MIXED,       /* several of these three at once */
	NEAR_SUFFIX,      /* a C name with another release behind it: u_init_67, u_init_72 */
	NEAR_HASH,        /* Rust: the same path, another hash of the build */
	NEAR_LANGUAGE,    /* the same name as C and as C++ */
	NEAR_QUALIFIER,   /* const, & or && behind the parameters */
	NEAR_PARAMETERS,  /* other parameters */
	NEAR_MOVED        /* one namespace is another one, or is there and not there */
};

struct near {
	enum near_kind kind;
	const char *symbol;    /* what is there, mangled */
	const char *text;      /* the same, readable */
	const char *here;      /* the part that differs, as it is wanted; "" or NULL: not there */
	const char *there;     /* the same, as it is there */
	size_t parameter;      /* NEAR_PARAMETERS: number of the first that differs, from 1; 0: their
				  numbers differ */
	size_t wants, has;     /* NEAR_PARAMETERS: how many there are */
	size_t distance;       /* among the same kind: smaller is nearer */
};

/* A wanted name that has been taken apart, to be compared with many. */
struct wanted;
/* NULL if nothing can be near it: an empty name, one that is not understood, one of more than
 * 4 KiB. In a. */
const struct wanted *wanted_new(struct arena *a, const char *symbol);
const char *wanted_symbol(const struct wanted *w);
/* A word that every C++ or Rust name near it has among its length-prefixed identifiers, or, for
 * C names, the name without the release behind it. */
const char *wanted_key(const struct wanted *w);
/* The outermost namespace ("tsl"), or the common beginning of C names ("ucnv_"); NULL if it tells
 * nothing about who has it. */
const char *wanted_family(const struct wanted *w);
/* The component of its scopes that tells a release ("lts_20230125"); NULL. */
const char *wanted_release(const struct wanted *w);
/* Compares; NEAR_NONE if they are no neighbours. Strings of *out are in a. */
enum near_kind near_compare(struct arena *a, const struct wanted *w, const char *symbol,
			    struct near *out);

/* The length of a C name without "_12", "_12_4" behind it; its whole length if it has none. */
size_t near_stem(const char *name);

#endif
