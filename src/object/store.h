/* store.h - each file is opened, mapped and parsed once, however many targets and threads ask.
 *
 * An entry is immutable once it is handed out and lives as long as the store. Keys are paths as
 * asked for; two paths of one inode share the parsed file.
 */
#ifndef DLWHY_OBJECT_STORE_H
#define DLWHY_OBJECT_STORE_H

#include "object/elf.h"
#include "object/pe.h"
#include "source/source.h"

struct store;

/* A parsed file (one per device and inode). `aux` belongs to the loaders: see store_aux. */
struct store_file {
	struct os_stat st;
	struct view bytes;
	uint64_t padded;       /* see struct os_mapping */
	enum file_kind kind;   /* of regular files */
	struct elf elf;        /* kind FILE_ELF only */
	struct pe pe;          /* kind FILE_PE only */
	bool noexec, nosuid;   /* of its mount */
	uint32_t id;           /* 0, 1, 2 … in order of first opening */
	void *aux;
	void *derived[3];      /* see store_derived */
};

struct store_entry {
	const char *path; /* as asked for */
	int err;          /* errno of the open, 0 if it went well */
	struct store_file *file; /* NULL if err != 0 */
};

struct store *store_new(struct source *src);
void store_free(struct store *s);
struct source *store_source(const struct store *s);

/* From now on the machine code of files that were unpacked into memory is kept: somebody will look at it. */
void store_keep_code(struct store *s);
/* From now on the read-only data of such files may go, too, but of those that call dlopen: names of libraries
 * stand there. Nobody will ask for other constants. */
void store_drop_constants(struct store *s);
/* Never NULL except for lack of memory. */
const struct store_entry *store_open(struct store *s, const char *path);
/* The file at a path of this machine, which may lie outside the source (below /proc); not
 * remembered by that path. 0 and *out, errno of the open, or -1 if there is no memory. */
int store_open_host(struct store *s, const char *host_path, struct store_file **out);
/* A file that does not exist (yet): from now on `path` means these bytes, which are copied, as a program that
 * may be run. NULL: no memory, or the path was asked for before. */
const struct store_entry *store_put(struct store *s, const char *path, struct view bytes);
/* errno of stat(2), 0 for a folder, ENOTDIR for anything else; remembered. -1: no memory. */
int store_stat_dir(struct store *s, const char *path);
/* Is there a regular file of that name? Remembered, as long as there are not too many. */
bool store_has_file(struct store *s, const char *path);
/* The names in a folder, in byte order; remembered. Empty if it cannot be read or holds more names
 * than the system layer lists. NULL: no memory. */
struct store_listing {
	const char **names;
	size_t n;
};
const struct store_listing *store_list(struct store *s, const char *dir);
/* Of one of its names: what the folder says that it is, OS_OTHER if it does not (os_list_types). */
enum os_type store_listing_type(const char *name);
/* The file as one of that class and byte order, whatever its identification says: itself if it is
 * one. Made once, for the first class that is asked for. NULL: no memory, or another class. */
const struct store_file *store_native(const struct store_file *f, bool is64, bool big_endian);
/* Number of parsed files so far. */
size_t store_count(const struct store *s);

/* The loader's derived data for a file: made once by `make` (called under a lock of that file),
 * freed by `drop` when the store goes. NULL if make returned NULL. */
void *store_aux(struct store *s, struct store_file *f, void *(*make)(struct store_file *),
		void (*drop)(void *));
/* The same for what is only derived of files that somebody wants to know more of; each slot has one
 * owner. */
enum store_slot { STORE_NAMES, STORE_CODE, STORE_PAGES };
const void *store_derived(struct store *s, const struct store_file *f, enum store_slot slot,
			  void *(*make)(struct store_file *), void (*drop)(void *));

#endif
