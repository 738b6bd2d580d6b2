/* apiset.h - the schema of API sets of a Windows that is at hand: which DLL stands behind a contract.
 *
 * Where Windows decides: section .apiset of apisetschema.dll, which the kernel maps into every process. The
 * layouts are those that Microsoft's debugging symbols describe.
 */
#ifndef DLWHY_MACHINE_APISET_H
#define DLWHY_MACHINE_APISET_H

#include "base/view.h"
#include "object/pe.h"

struct apiset {
	struct view bytes;       /* of the section; borrowed */
	uint32_t version;        /* 2, 3: Windows 7 and 8; 4: 8.1; 6: 10 and later */
	uint32_t count, entries; /* how many contracts, and where they begin */
};

/* The host of a contract: "kernelbase.dll", in lower case. */
enum { APISET_HOST_MAX = 128 };
enum apiset_answer {
	APISET_HOST,     /* it leads to the host */
	APISET_NO_HOST,  /* the contract is there, and nothing stands behind it */
	APISET_UNKNOWN   /* it is no contract of this Windows: a file may have the name */
};

/* The schema in apisetschema.dll. False: it has none, or one of a version that is not known. */
bool apiset_open(const struct pe *e, struct apiset *out);
/* The same of the bytes of that section. */
bool apiset_read(struct view section, struct apiset *out);
/* name: "api-ms-win-core-file-l1-2-0.dll", in lower case; importer: the base name of who imports from it, in
 * lower case, NULL if nobody does. Of version 6 on the last number of the name is not looked at. */
enum apiset_answer apiset_find(const struct apiset *s, const char *name, const char *importer,
			       char host[APISET_HOST_MAX]);

#endif
