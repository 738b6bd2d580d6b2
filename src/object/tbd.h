/* tbd.h - text stubs of libraries (.tbd): what a library of macOS exports, without the library.
 *
 * Source: LLVM's TextStub.cpp and llvm/TextAPI; versions 1 to 4, which are a small part of YAML: keys,
 * plain or quoted words, lists in brackets, items with a dash. A file may hold several documents; the
 * first is the library, the others are libraries that it re-exports.
 */
#ifndef DLWHY_OBJECT_TBD_H
#define DLWHY_OBJECT_TBD_H

#include "base/view.h"

enum tbd_kind {
	TBD_NAME,        /* install-name */
	TBD_TARGET,      /* a target of the document: "x86_64-macos" */
	TBD_REEXPORT,    /* the install name of a library */
	TBD_SYMBOL, TBD_WEAK, TBD_THREAD_LOCAL,
	TBD_CLASS, TBD_IVAR, TBD_EH_TYPE  /* of Objective-C, without what linkers put before them */
};

struct tbd_item {
	enum tbd_kind kind;
	unsigned document;       /* 0, 1, … */
	const char *text;        /* n bytes, no NUL behind them */
	size_t n;
	bool reexport;           /* the symbol is another library's, which this one re-exports */
};

/* Is that the beginning of a stub? */
bool tbd_is(struct view file);
/* Calls fn for what the file says for a target ("x86_64", "macos"), in its order, until it returns true.
 * TBD_TARGET comes for all targets. */
typedef bool tbd_on_item(void *ctx, const struct tbd_item *item);
void tbd_each(struct view file, const char *arch, const char *platform, tbd_on_item *fn, void *ctx);

#endif
