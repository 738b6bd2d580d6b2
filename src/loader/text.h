/* text.h - the loader's sentences: one table (text.def) that prints and recognises. */
#ifndef DLWHY_LOADER_TEXT_H
#define DLWHY_LOADER_TEXT_H

#include <stdbool.h>

#include "base/arena.h"
#include "loader/loader.h"

/* The format string of `name` ("NOT_FOUND") in glibc 2.minor; "" if that release has none. */
const char *text_of(const char *name, int minor);
#define TEXT_OF(id, w) text_of(#id, world_minor(w))

/* Appends a failure to the process's trace and returns it (valid until the next one is added). */
struct failure *fail_add(struct process *p, enum failure_kind kind, const char *object,
			 const char *string, int err);

/* Fills .message of f as dlerror() shows it, or, for a start-up, as the line on stderr. */
void fail_message(struct process *p, struct failure *f, bool startup);

/* "unexpected reloc type 0x77": the digits, as _dl_reloc_bad_type prints them. */
const char *text_reloc_digits(struct arena *a, uint32_t type, bool is64);

/* Text of an errno value in the C locale; ld.so itself knows only six of them. */
const char *text_errno(struct arena *a, int err, bool by_ldso);

/* An assertion of the loader, with file, line and function of that release. */
enum assertion { ASSERT_NEEDED, ASSERT_CHECK_MATCH, ASSERT_RELAENT, ASSERT_PLTREL, ASSERT_RELRENT,
		 ASSERT_BLOOM, ASSERT_RELATIVE, ASSERT_SEARCH_LIST };
const char *text_assertion(struct process *p, enum assertion which);

#endif
