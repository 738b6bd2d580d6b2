/* pyversion.h - versions of Python's packages, and specifiers that choose among them.
 * https://packaging.python.org/en/latest/specifications/version-specifiers/ (PEP 440) */
#ifndef DLWHY_PACKAGE_PYVERSION_H
#define DLWHY_PACKAGE_PYVERSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PYVERSION_PARTS = 12, PYVERSION_LOCAL = 64 };

struct pyversion {
	uint64_t epoch, release[PYVERSION_PARTS];
	size_t n; /* parts of release; those behind it are 0 */
	/* Which of them are there; numbers that are left out count as 0. */
	bool has_pre, has_post, has_dev;
	char pre;		     /* 'a', 'b', 'r' */
	uint64_t pre_n, post_n, dev_n;
	char local[PYVERSION_LOCAL]; /* lower case, parts divided by '.'; "" if there is none */
};

/* False: it is none. Spellings that are to be normalised ("v1.0-RC1") are taken. */
bool pyversion_read(const char *text, struct pyversion *out);
/* -1, 0, 1 in the order of the specification. */
int pyversion_compare(const struct pyversion *x, const struct pyversion *y);
/* The same for texts; those that are no versions come first, in the order of their bytes. */
int pyversion_compare_texts(const char *x, const char *y);
/* Is it a pre-release (alpha, beta, candidate, or a development build of any release)? */
bool pyversion_is_early(const struct pyversion *v);
/* Does the version meet all specifiers of the list (">=1.2,<2,!=1.5.*"; "" for any)? Whether a pre-release
 * may be chosen is for the caller. *bad is set if the list cannot be read; then the answer is false. */
bool pyversion_meets(const struct pyversion *v, const char *specifiers, bool *bad);

#endif
