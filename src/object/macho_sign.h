/* macho_sign.h - the code signature of a Mach-O file: what it says, and whether its hashes are still true. */
#ifndef DLWHY_OBJECT_MACHO_SIGN_H
#define DLWHY_OBJECT_MACHO_SIGN_H

#include "base/digest.h"
#include "object/macho_load.h"

/* Flags of a code directory. */
enum { MACHO_SIGN_ADHOC = 2, MACHO_SIGN_RESTRICT = 0x800, MACHO_SIGN_LIBRARY_VALIDATION = 0x2000,
       MACHO_SIGN_RUNTIME = 0x10000, MACHO_SIGN_LINKER = 0x20000 };

struct macho_signature {
	const char *broken;          /* why it cannot be read, NULL if it can */
	uint32_t flags;
	const char *identifier, *team; /* NULL: none */
	bool has_cms;                /* signed by somebody, not only ad hoc */
	const char *entitlements;    /* text of a property list, not NUL-ended; NULL: none */
	size_t nentitlements;
	enum digest_kind kind;
	struct view hashes;          /* one for each page */
	uint32_t npages;
	uint64_t page, limit;        /* bytes; what the hashes cover, from the beginning of the slice */
};

/* Reads the directory with the strongest hashes. False: there is none, and *out says why. */
bool macho_signature_read(const struct macho_load *l, struct macho_signature *out);
/* Compares every page with its hash: how many are wrong, and the number of the first. */
struct macho_pages {
	uint32_t wrong, first;
};
struct macho_pages macho_signature_check(const struct macho_load *l, const struct macho_signature *s);
/* Do the entitlements hold that key with the value true? */
bool macho_entitled(const struct macho_signature *s, const char *key);

#endif
