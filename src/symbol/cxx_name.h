/* cxx_name.h - the parts of a demangled C++ name: what it is, its scopes, its parameters.
 *
 * It reads the text that demangle() writes, not the mangling: what a person would compare is what
 * is compared. Names that it does not understand have no parts, and nothing is concluded of them.
 */
#ifndef DLWHY_SYMBOL_CXX_NAME_H
#define DLWHY_SYMBOL_CXX_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

enum { CXX_PARTS = 24, CXX_PARAMETERS = 48 };

struct cxx_name {
	const char *kind;                        /* "vtable for"; "" for the thing itself */
	const char *parts[CXX_PARTS];            /* scopes and name, with template arguments, without
						    ABI tags */
	size_t nparts;                           /* 0: not understood */
	bool is_function;                        /* it has a list of parameters */
	const char *parameters[CXX_PARAMETERS];
	size_t nparameters;
	const char *qualifiers;                  /* " const", " &&"; "" */
};

/* Strings are in a. False if the text has no form that is known. */
bool cxx_name_read(struct arena *a, const char *text, struct cxx_name *out);

/* A letter of an identifier. */
bool cxx_is_word(char c);

/* A component that tells a release: "lts_20230802", "v9", "__1", "debian3", "icu_72": one of a few
 * words, then digits. */
bool cxx_is_release(const char *part, size_t n);

#endif
