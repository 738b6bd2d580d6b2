/* home_priv.h - what the files that work out an interpreter's facts share. */
#ifndef DLWHY_PYTHON_HOME_PRIV_H
#define DLWHY_PYTHON_HOME_PRIV_H

#include <stdint.h>

#include "base/view.h"
#include "python/home.h"

/* What the interpreter's ELF file says: core.c. */
struct py_core {
	const struct store_file *file;
	const char *tag;         /* "cpython-311", NULL: none in it */
	const char *platlibdir;  /* "lib", "lib64" */
	unsigned level;          /* of the release: 0xA, 0xB, 0xC, 0xF */
	/* strings that may be the configured prefix: absolute paths */
	struct py_strings prefixes;
};

/* One reading of one interpreter. */
struct home_ctx {
	const struct py_ask *ask;
	struct source *src;
	struct store *store;
	struct arena *a;
	struct py_home *h;
	const char *cwd;          /* absolute, "/" if unknown */
	const char *argv0;        /* as the program is started: "python3", "/x/bin/python" */
	const char *started;      /* path of the file that is started, absolute: may be a link */
	const char *path_list;    /* PATH as the program sees it */
	struct py_core core;
	/* as it will be, options and ._pth files considered */
	bool use_environment, site, user_site, safe_path;
	const char *platlibdir;
	const char *subdir;       /* "lib/python3.11" */
};

/* ---- paths.c ------------------------------------------------------------------------------ */

/* The same, but NULL also where it is empty or the environment does not count (-E, -I). */
const char *py_var(const struct home_ctx *c, const char *name);
/* os.path.join of two. */
const char *py_join(struct arena *a, const char *dir, const char *name);
/* The part before the last slash, "" if there is none: getpath's dirname. "/x" gives "". */
const char *py_dirname(struct arena *a, const char *path);
const char *py_basename(const char *path);
const char *py_normpath(struct arena *a, const char *path); /* "" where os.path.normpath says "." */
/* os.path.normpath(os.path.join(cwd, path)). */
const char *py_abspath(struct arena *a, const char *cwd, const char *path);
bool py_isfile(struct source *s, const char *path);
bool py_isdir(struct source *s, const char *path);
bool py_isxfile(struct source *s, const char *path); /* a regular file that may be executed */
bool py_exists(struct source *s, const char *path);
/* Follows links of the last component alone, as getpath does: the target's path, normalized if
 * `normalize`. */
const char *py_follow_links(struct home_ctx *c, const char *path, bool normalize);
/* The bytes of a regular file; false if it cannot be read. */
bool py_bytes(struct store *s, const char *path, struct view *out);
/* Takes the next line (any of \n, \r, \r\n ends it) off *rest; false at its end. */
bool py_next_line(struct view *rest, struct view *line);
struct view py_trim(struct view v); /* str.strip() of ASCII white space */
bool py_view_is(struct view v, const char *s);
bool py_view_is_case(struct view v, const char *s);
/* "key = value": false without '='. Both trimmed. */
bool py_key_value(struct view line, struct view *key, struct view *value);
void py_strings_add(struct arena *a, struct py_strings *v, const char *s);
bool py_strings_has(const struct py_strings *v, const char *s);

/* ---- the steps ---------------------------------------------------------------------------- */

/* program.c: argv0, started, h->program, h->why. */
enum dlwhy_code py_find_program(struct home_ctx *c, struct dlwhy_error *err);
/* version.c: "3.12", "3.12.1". */
bool py_is_version(const char *s);
/* The newest interpreter here of a version that begins so, NULL if there is none; *there: the versions that
 * there are, joined by commas. */
const char *py_of_version(struct home_ctx *c, const char *wanted, const char **there);
/* core.c: h->libpython, version, suffixes, built-in and frozen names, not_followed. */
void py_read_core(struct home_ctx *c);
/* getpath.c: h->executable, the prefixes, stdlib, and sys.path before site. */
void py_getpath(struct home_ctx *c);
/* site.c: what site.py does. */
void py_site(struct home_ctx *c);
/* site.addsitedir of each: for homes of which only these folders are here. */
void py_site_folders(struct home_ctx *c, const struct py_strings *dirs, const char *why);

/* A new entry at the end of h->path. */
struct py_path_entry *py_path_add(struct home_ctx *c, const char *dir, const char *why);

#endif
