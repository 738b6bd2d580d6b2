/* dyld.h - what the parts of the simulation of macOS's loader, dyld, share.
 *
 * The rules are those of dyld4 (macOS 12 and later). Where upstream decides: dyld/Loader.cpp (the search),
 * dyld/JustInTimeLoader.cpp (one file), dyld/DyldAPIs.cpp (dlopen), dyld/DyldProcessConfig.cpp (variables).
 * Whoever asks for a name has a chain: the images from the one that has the load command up to the program.
 */
#ifndef DLWHY_LOADER_DYLD_H
#define DLWHY_LOADER_DYLD_H

#include "loader/loader.h"
#include "object/macho_load.h"
#include "object/macho_sign.h"

/* A release of macOS as a number that compares: 15.4 is 0xf04. */
#define DYLD_RELEASE(major, minor) ((unsigned)(major) << 8 | (unsigned)(minor))

struct dyld_chain {
	struct image *im;
	const struct dyld_chain *next;
};

/* What dyld keeps of an image beyond struct image. */
struct dyld_image {
	struct macho_load load;      /* zeros for what is in the shared cache, or only assumed */
	uint64_t offset;             /* of its slice in the file */
	const char *path;            /* without links; NULL: a program that is only assumed */
	bool cached;                 /* of the shared cache: nothing else is known of it */
	const struct dyld_chain *chain; /* who asks for what it needs */
	struct image **to;           /* one for each need; NULL: the slot is empty */
	size_t upto;                 /* needs that were looked for */
	bool needs_done;
	struct table *symbols;       /* see dyld_bind.c */
};

/* What dyld decides at the start of a process. */
struct dyld_process {
	bool env;                    /* the path variables count */
	bool at_paths;               /* '@' in names is expanded */
	const char *team;            /* library validation: files must be of this team; "" of any */
	bool validates;              /* library validation is on */
	bool assumed;                /* of a flat symbol it was said that the system has it */
	uint64_t looked;             /* bytes that were looked at for names */
	unsigned mark;               /* of the last look-up of a symbol: see dyld_bind.c */
};

static inline unsigned dyld_release(const struct process *p)
{
	return p->w->dyld->release;
}

/* ---- dyld_text.c ------------------------------------------------------------------------------- */

/* The format string of that release; "" if it has none. */
const char *dyld_text(const char *id, unsigned release);
#define DYLD_TEXT(id, p) dyld_text(#id, dyld_release(p))
/* Sixteen bytes as a UUID is written; "no uuid" for NULL. */
const char *dyld_uuid_text(struct arena *a, const unsigned char *uuid);
/* "<UUID> " from macOS 13 on, "" before. im may be NULL. */
const char *dyld_uuid(struct process *p, const struct image *im);
/* " (built for macOS 99.0 which is newer than running OS)", or "". */
const char *dyld_built_for(struct process *p, const struct image *im);
/* How a message calls an image. */
const char *dyld_name(const struct process *p, const struct image *im);

/* ---- dyld_cache.c ------------------------------------------------------------------------------ */

/* Is it a place whose libraries are in the shared cache and not on disk? */
bool dyld_cache_place(const char *path);
/* Was it there once, and is no more in releases of today? */
bool dyld_cache_gone(const char *path);
/* Does the shared cache of that release hold the library? */
bool dyld_in_cache(const struct dyld_world *w, const char *path);

/* ---- dyld_file.c ------------------------------------------------------------------------------- */

/* Whose slice fits the process? False: none; *have: what the file has, "x86_64,arm64". *out is the slice's
 * bytes, cut to the file. */
struct dyld_slice {
	struct view bytes;
	uint64_t offset;
	bool cut;                    /* the slice ends behind the file's end */
	bool fat;
	const char *have;
};
bool dyld_slice(const struct dyld_world *w, struct view file, struct arena *a, struct dyld_slice *out);
/* The file as an image of this process, or why dyld refuses it, in its words, and *why. */
enum probe_outcome dyld_take(struct process *p, const struct store_entry *en, const char *path,
			     bool dependency, struct image **out, const char **why);

/* ---- dyld_pages.c ------------------------------------------------------------------------------ */

/* Compares the pages of all images from number `from` on with their signatures: one that was changed behind
 * its signature kills the process. False: so it is. */
bool dyld_check_pages(struct process *p, size_t from);

/* ---- dyld_search.c ----------------------------------------------------------------------------- */

struct dyld_found {
	struct image *image;         /* NULL: nothing was found */
	struct request *request;
	const char *why;             /* "tried: …"; "" if nothing was tried: then it is no error either */
	const struct store_entry *refused; /* the first file that was there and refused */
};
/* dependency: a load command asks; else a dlopen by the first of the chain. */
struct dyld_found dyld_find(struct process *p, const char *name, const struct dyld_chain *chain,
			    bool dependency, struct image *from);
/* One more image: path as it was found, real as it is without links (NULL: the same). */
struct image *dyld_add(struct process *p, enum image_kind kind, const struct store_file *file,
		       const char *path, const char *real);

/* ---- dyld_bind.c ------------------------------------------------------------------------------- */

/* What is wrong with the lists of libraries and folders, or NULL: of the program, or else of a library. */
const char *dyld_list_defect(struct process *p, const struct macho_load *l, bool program);
/* Binds all images from number `from` on. launch: what is bound lazily may be missing. */
void dyld_bind(struct process *p, size_t from, bool launch);
/* loader_each_binding of an image that was bound. */
void dyld_each_binding(struct process *p, struct image *im, void (*fn)(void *ctx, const struct binding *b),
		       void *ctx);

#endif
