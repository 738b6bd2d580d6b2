/* finder.h - what find.c, find_near.c and editable.c share. */
#ifndef DLWHY_PYTHON_FINDER_H
#define DLWHY_PYTHON_FINDER_H

#include "base/table.h"
#include "python/find.h"
#include "python/zip.h"

enum py_importer_kind { PY_IMPORTER_NONE, PY_IMPORTER_FOLDER, PY_IMPORTER_ZIP };

/* What sys.path_importer_cache keeps for one entry of a path. */
struct py_importer {
	enum py_importer_kind kind;
	const char *entry;
	const char *dir;                 /* absolute; of a zip the archive and the folder in it */
	const struct store_listing *list; /* names in the folder, sorted */
	bool open;                       /* files in it can be asked for: one was */
	struct py_zip *zip;
	const char *prefix;              /* folder in the zip with a final slash, or "" */
};

enum { PY_ENDINGS_MAX = 16 };

/* _get_supported_file_loaders: extensions, source, bytecode. */
struct py_endings {
	const char *v[PY_ENDINGS_MAX];
	const char *init[PY_ENDINGS_MAX]; /* "__init__" with each */
	size_t n, source, bytecode;       /* index of ".py" and ".pyc" */
};

enum { PY_RECENT = 64 };

struct py_finder {
	const struct py_home *h;
	struct source *src;
	struct arena *a;
	struct table importers;          /* entry -> struct py_importer */
	struct py_importer *recent[PY_RECENT]; /* by the address of the entry that was asked for */
	struct table zips;               /* archive -> struct py_zip */
	struct table given;              /* name of a built-in or frozen module -> enum py_spec_kind + 1 */
	/* of ext_imports.c, whose files name the same things over and over */
	struct table named;              /* dotted name -> struct py_spec, looked for on sys.path */
	struct table distributions;      /* module below site-packages -> folder of metadata, or "" */
	struct table lost;               /* module below site-packages -> struct py_strings, of ext_lost.c */
	struct py_endings endings;
	unsigned char *scratch;          /* of ext_imports.c; NULL until it is wanted */
	int implicit;                    /* of zipimport.py: 0 unknown, 1 no, 2 yes */
};

struct py_importer *py_importer_of(struct py_finder *f, const char *entry);
/* Is that name in the folder? */
bool py_folder_has(const struct py_importer *im, const char *name);
/* Does the name of something in the folder begin with these n bytes? For most folders that settles it. */
bool py_folder_may_have(const struct py_importer *im, const char *s, size_t n);
const char *py_tail(const char *fullname); /* behind the last dot */
/* PathFinder.find_spec alone: no built-in or frozen modules, no hooks. */
void py_find_on_path(struct py_finder *f, const char *fullname, const struct py_strings *path,
		     struct py_spec *out);

#endif
