/* manifest.h - side-by-side manifests of Windows: texts in a resource or beside a file, which tools write.
 *
 * Of XML only elements and attributes matter here. Where Windows decides: "Manifest files reference" and
 * "Assembly searching sequence" of Microsoft's documentation.
 */
#ifndef DLWHY_OBJECT_MANIFEST_H
#define DLWHY_OBJECT_MANIFEST_H

#include "base/arena.h"
#include "base/view.h"

struct pe;

/* Which resource of an image counts: of a program, of a DLL for what it imports. */
enum { MANIFEST_PROGRAM = 1, MANIFEST_DLL = 2 };
/* The manifest in an image as text; NULL: it has none under that number. */
const char *manifest_of(const struct pe *e, uint32_t number, struct arena *a);
/* Bytes of a file as such a text, UTF-8 or UTF-16; NULL: they are none. */
const char *manifest_text(struct view bytes, struct arena *a);

struct manifest_assembly {
	const char *name, *version, *arch, *token; /* NULL if not said; in the arena */
};
/* The assemblies that it asks for; at most 64. */
size_t manifest_needs(const char *text, struct arena *a, struct manifest_assembly **out);
/* The assembly that it describes. False: it names none. */
bool manifest_identity(const char *text, struct arena *a, struct manifest_assembly *out);
/* The files of that assembly, by the names that are redirected to them; at most 256. */
size_t manifest_files(const char *text, struct arena *a, const char ***out);
/* Does it say that the program can do with paths of more than 259 characters? */
bool manifest_long_paths(const char *text);

#endif
