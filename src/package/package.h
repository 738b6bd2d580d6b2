/* package.h - installed packages as their databases describe them: which files each has, and what they must
 * be.
 *
 * One model for four databases: pip's (dist-info/RECORD), conda's (conda-meta), dpkg's and apk's. A reader
 * takes the text of a database, which may be damaged or made to harm, and nothing else: no file of a package
 * is opened. All paths are absolute paths of the source. Everything lives in the arena that is given.
 */
#ifndef DLWHY_PACKAGE_PACKAGE_H
#define DLWHY_PACKAGE_PACKAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/map.h"
#include "object/store.h"
#include "base/digest.h"

enum package_kind { PACKAGE_PIP, PACKAGE_CONDA, PACKAGE_DPKG, PACKAGE_APK };

/* "pip", "conda", "dpkg", "apk": as JSON has it. */
const char *package_kind_id(enum package_kind k);

enum package_flag {
	PACKAGE_CONFIG = 1, /* a file that its user is to edit: a change is no damage */
	PACKAGE_AWAY = 2,   /* left out on purpose: excluded, diverted */
	PACKAGE_MADE = 4,   /* made after the installation (bytecode): may be absent or another */
	PACKAGE_LINK = 8,   /* a symbolic link */
	PACKAGE_FOLDER = 16
};

struct package_file {
	const char *path;
	const unsigned char *hash; /* digest_size(digest) bytes; NULL: none is known */
	uint64_t size;		   /* bytes, if has_size */
	uint8_t digest;		   /* enum digest_kind */
	bool has_size;
	uint8_t flags; /* enum package_flag */
};

/* What a database says of the state of a package. */
enum package_state {
	PACKAGE_WHOLE,
	PACKAGE_HALF,	 /* the installer was interrupted: files may be missing */
	PACKAGE_UNREADY /* all files are there, its scripts have not run */
};

struct package {
	enum package_kind kind;
	const char *name, *version; /* never NULL; "" if unknown */
	const char *build;	    /* conda's build, dpkg's architecture; or NULL */
	const char *record;	    /* where it is written down: a dist-info folder, a .list or .json file */
	const char *root;	    /* pip: site-packages; conda: the prefix; else "/" */
	const char *installer;	    /* "pip", "uv", … of an INSTALLER file; NULL */
	const char *url;	    /* pip: it was installed from there, not by name; NULL */
	bool editable;		    /* pip: its code lies elsewhere */
	bool pure;		    /* pip: Root-Is-Purelib: true */
	enum package_state state;
	const char *state_words; /* as the database has it ("half-installed"), or NULL */
	bool no_record;		 /* there is no list of files */
	bool no_metadata;	 /* nor who it is */
	bool bad_record;	 /* the list cannot be read: cut off, no text */
	struct {
		const char **items;
		size_t n, cap;
	} tags; /* pip: "cp311-cp311-manylinux_2_17_x86_64", … */
	struct {
		struct package_file *items;
		size_t n, cap;
	} files;
};

/* Packages of one place. */
struct package_set {
	struct arena *a;
	struct store *store;
	struct {
		struct package **items;
		size_t n, cap;
	} packages;
};

struct package_paths {
	const char **items;
	size_t n, cap;
};

/* Each appends what it finds; nothing if there is no such database. */
void pip_read(struct package_set *set, const char *site);
void conda_read(struct package_set *set, const char *prefix);
void dpkg_read(struct package_set *set);
void apk_read(struct package_set *set);
/* Only packages that may have one of the files, which is much less to read: of pip and conda those whose list
 * has its name somewhere; of dpkg those that list its path, with /usr before it or without. NULL: all. */
void pip_read_owners(struct package_set *set, const char *site, const struct package_paths *only);
void conda_read_owners(struct package_set *set, const char *prefix, const struct package_paths *only);
void dpkg_read_owners(struct package_set *set, const struct package_paths *only);

/* Keeps only packages that have a file in `dir` or below it. */
void package_set_narrow(struct package_set *set, const char *dir);

/* ---- helps of the readers ------------------------------------------------------------------------ */

struct package *package_add(struct package_set *set, enum package_kind kind);
struct package_file *package_add_file(struct package_set *set, struct package *p, const char *path);
/* The whole file, of at most `max` bytes, as a copy that ends with a NUL behind out->n: 0 or errno. */
int package_read_file(struct package_set *set, const char *path, size_t max, struct view *out);
bool package_has_file(struct package_set *set, const char *path);
/* Does the file at `path` have the last component of one of these somewhere in its text? */
bool package_mentions(struct package_set *set, const char *path, const struct package_paths *names);
/* dir and name joined; "." and ".." of name are taken away as text. */
const char *package_path(struct arena *a, const char *dir, const char *name);
/* The value of the first line "KEY: value" of a header block, up to its first empty line; NULL. */
const char *package_header(struct arena *a, struct view text, const char *key);
/* Next line of *rest without its end, in *line; false at the end. */
bool package_line(struct view *rest, struct view *line);
/* Do both names mean one Python project ("Foo.bar_baz", "foo-bar-baz")? */
bool package_same_project(const char *a, const char *b);

#endif
