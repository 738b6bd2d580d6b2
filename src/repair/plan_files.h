/* plan_files.h - files that plans read, and what they would become, mapped until all plans are done with.
 */
#ifndef DLWHY_REPAIR_PLAN_FILES_H
#define DLWHY_REPAIR_PLAN_FILES_H

#include "source/zip.h"
#include "repair/plan.h"

/* The whole file as it is: 0 or errno. */
int plan_files_read(const struct plan_input *in, const char *path, struct view *out);
/* The file as a CHANGE_PATCH leaves it, without copying what stays: 0 or errno. Zeros follow up to
 * out->padded. */
int plan_files_patched(const struct plan_input *in, const struct change *c, struct os_mapping *out);

/* A wheel (or another archive) unpacked in memory: zip and the bytes of its members, which have zeros behind
 * them up to the end of their last page. They stay until the files are freed. */
struct plan_unpacked {
	const struct zip *zip;
	const struct view *bytes; /* of each member; empty for folders */
};
/* NULL, or why it cannot be. */
const char *plan_files_unpacked(const struct plan_input *in, const char *path, struct plan_unpacked *out);

#endif
