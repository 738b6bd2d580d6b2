/* find.c - the import system's search: built-in, frozen, then the path (importlib's PathFinder and
 * FileFinder, zipimport's zipimporter), then the hooks of editable installations.
 */
#include "python/find.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "object/elf.h"
#include "python/editable.h"
#include "python/finder.h"
#include "python/home_priv.h"

static void set_endings(struct py_finder *f)
{
	struct py_endings *e = &f->endings;

	for (size_t i = 0; i < f->h->suffixes.n && e->n < PY_ENDINGS_MAX - 2; i++)
		e->v[e->n++] = f->h->suffixes.items[i];
	e->source = e->n;
	e->v[e->n++] = ".py";
	e->bytecode = e->n;
	e->v[e->n++] = ".pyc";
	for (size_t i = 0; i < e->n; i++)
		e->init[i] = arena_printf(f->a, "__init__%s", e->v[i]);
}

static void take_given(struct py_finder *f, const struct py_strings *names, enum py_spec_kind kind)
{
	for (size_t i = 0; i < names->n; i++)
		table_put(&f->given, names->items[i], elf_gnu_hash(names->items[i]),
			  (void *)((uintptr_t)kind + 1));
}

struct py_finder *py_finder_new(const struct py_home *h, struct source *src, struct arena *a)
{
	struct py_finder *f = ARENA_NEW(a, struct py_finder);

	f->h = h;
	f->src = src;
	f->a = a;
	table_init(&f->importers, a);
	table_init(&f->zips, a);
	table_init(&f->given, a);
	table_init(&f->named, a);
	table_init(&f->distributions, a);
	table_init(&f->lost, a);
	take_given(f, &h->frozen, PY_SPEC_FROZEN);
	take_given(f, &h->builtins.names, PY_SPEC_BUILTIN); /* comes first */
	set_endings(f);
	return f;
}

const char *py_tail(const char *fullname)
{
	const char *dot = strrchr(fullname, '.');

	return dot != NULL ? dot + 1 : fullname;
}

/* ---- entries of a path -------------------------------------------------------------------- */

/* zipimporter(path): the nearest part of the path that exists must be a zip file; the rest is a folder
 * in it. */
static void open_zip(struct py_finder *f, const char *path, struct py_importer *im)
{
	const char *archive = path;
	struct py_zip *z;
	struct os_stat st;

	while (source_stat(f->src, archive, true, &st) != 0) {
		archive = py_dirname(f->a, archive);
		if (*archive == '\0')
			return;
	}
	if (st.type != OS_REGULAR)
		return;
	z = table_get(&f->zips, archive, elf_gnu_hash(archive));
	if (z == NULL) {
		z = py_zip_open(f->h->store, f->a, archive);
		table_put(&f->zips, py_zip_path(z), elf_gnu_hash(archive), z);
	}
	if (!py_zip_usable(z))
		return;
	im->kind = PY_IMPORTER_ZIP;
	im->zip = z;
	path += strlen(archive);
	path += *path == '/';
	im->prefix = *path != '\0' ? arena_printf(f->a, "%s/", path) : "";
}

/* FileFinder.__init__: the folder as it stands in origins. Before 3.8 a relative entry stayed so; here it
 * is absolute all the same, because the working folder may be another one later. */
static const char *base_of(struct py_finder *f, const char *entry)
{
	if (*entry == '/')
		return arena_strdup(f->a, entry);
	if (*entry == '\0' || (f->h->minor >= 11 && strcmp(entry, ".") == 0))
		return f->h->cwd;
	if (f->h->minor >= 12 && strncmp(entry, "./", 2) == 0)
		entry += 2;
	return py_join(f->a, f->h->cwd, entry);
}

/* is_folder: that is known already. */
static struct py_importer *importer_new(struct py_finder *f, const char *entry, bool is_folder)
{
	struct py_importer *im = ARENA_NEW(f->a, struct py_importer);

	im->entry = arena_strdup(f->a, entry);
	im->dir = base_of(f, entry);
	if (is_folder || store_stat_dir(f->h->store, im->dir) == 0) {
		im->kind = PY_IMPORTER_FOLDER;
		im->list = store_list(f->h->store, im->dir);
	} else {
		open_zip(f, im->dir, im);
	}
	return im;
}

/* The same few entries are asked for with each name. */
static struct py_importer *importer_of(struct py_finder *f, const char *entry, bool is_folder)
{
	struct py_importer **recent = &f->recent[((uintptr_t)entry >> 4) % PY_RECENT], *im = *recent;
	uint32_t hash;

	if (im != NULL && strcmp(im->entry, entry) == 0)
		return im;
	hash = elf_gnu_hash(entry);
	im = table_get(&f->importers, entry, hash);
	if (im == NULL) {
		im = importer_new(f, entry, is_folder);
		table_put(&f->importers, im->entry, hash, im);
	}
	*recent = im;
	return im;
}

struct py_importer *py_importer_of(struct py_finder *f, const char *entry)
{
	return importer_of(f, entry, false);
}

static int compare_name(const void *key, const void *item)
{
	return strcmp(key, *(const char *const *)item);
}

/* The name as the folder has it; NULL: it does not. */
static const char *name_in(const struct py_importer *im, const char *name)
{
	const char *const *at = im->list == NULL || im->list->n == 0
					? NULL
					: bsearch(name, im->list->names, im->list->n,
						  sizeof(im->list->names[0]), compare_name);

	return at != NULL ? *at : NULL;
}

bool py_folder_has(const struct py_importer *im, const char *name)
{
	return name_in(im, name) != NULL;
}

/* Is the file of that name, as the folder has it, a file (a folder) for who asks the system for its path?
 * What the folder says is enough where files in it may be asked for at all. */
static bool is_type(struct py_finder *f, struct py_importer *im, const char *name, const char *path,
		    enum os_type type)
{
	bool says_so = store_listing_type(name) == type, is;

	if (says_so && im->open)
		return true;
	is = type == OS_REGULAR ? store_has_file(f->h->store, path) : store_stat_dir(f->h->store, path) == 0;
	im->open = im->open || is;
	return is;
}

/* ---- FileFinder.find_spec ----------------------------------------------------------------- */

static enum py_spec_kind kind_of(const struct py_endings *e, size_t i)
{
	return i == e->source ? PY_SPEC_SOURCE : i == e->bytecode ? PY_SPEC_BYTECODE
								  : PY_SPEC_EXTENSION;
}

static void add_location(struct py_finder *f, struct py_spec *out, const char *dir)
{
	py_strings_add(f->a, &out->locations, dir);
}

/* A folder with an __init__ file. */
static bool find_package(struct py_finder *f, const char *base, struct py_spec *out)
{
	const struct py_endings *e = &f->endings;
	struct py_importer *im = importer_of(f, base, true);

	for (size_t i = 0; i < e->n; i++) {
		const char *name = name_in(im, e->init[i]), *path;

		if (name == NULL)
			continue;
		path = py_join(f->a, base, name);
		if (!is_type(f, im, name, path, OS_REGULAR))
			continue;
		out->kind = kind_of(e, i);
		out->origin = path;
		out->is_package = true;
		add_location(f, out, base);
		return true;
	}
	return false;
}

bool py_folder_may_have(const struct py_importer *im, const char *s, size_t n)
{
	size_t from = 0, to = im->list != NULL ? im->list->n : 0, end = to;

	while (from < to) {
		size_t mid = from + (to - from) / 2;

		if (strcmp(im->list->names[mid], s) < 0)
			from = mid + 1;
		else
			to = mid;
	}
	return from < end && strncmp(im->list->names[from], s, n) == 0;
}

/* True: found. A folder without __init__ is a portion of a namespace package. */
static bool find_in_folder(struct py_finder *f, struct py_importer *im, const char *tail,
			   struct py_spec *out)
{
	const struct py_endings *e = &f->endings;
	const char *base = NULL, *there;
	size_t n = strlen(tail);

	if (!py_folder_may_have(im, tail, n)) {
		out->origin = NULL;
		return false;
	}
	there = name_in(im, tail);
	if (there != NULL) {
		base = py_join(f->a, im->dir, tail);
		if (!is_type(f, im, there, base, OS_DIRECTORY))
			base = NULL;
		else if (find_package(f, base, out))
			return true;
	}
	for (size_t i = 0; i < e->n; i++) {
		char name[512];
		size_t len = strlen(e->v[i]);

		if (n + len >= sizeof(name))
			continue;
		memcpy(name, tail, n);
		memcpy(name + n, e->v[i], len + 1);
		there = name_in(im, name);
		if (there == NULL)
			continue;
		out->origin = py_join(f->a, im->dir, name);
		if (!is_type(f, im, there, out->origin, OS_REGULAR))
			continue;
		out->kind = kind_of(e, i);
		return true;
	}
	out->origin = NULL;
	if (base != NULL)
		add_location(f, out, base);
	return false;
}

/* ---- zipimporter.find_spec ---------------------------------------------------------------- */

/* From which release on do folders without an entry of their own count? Its own source tells. */
static bool implicit_folders(struct py_finder *f)
{
	struct view v;

	if (f->implicit == 0) {
		f->implicit = 1;
		if (f->h->stdlib != NULL &&
		    py_bytes(f->h->store, py_join(f->a, f->h->stdlib, "zipimport.py"), &v) &&
		    memmem(v.p, v.n, "implicit director", 17) != NULL)
			f->implicit = 2;
	}
	return f->implicit == 2;
}

/* _get_module_code: bytecode that does not fit, or is older than the source beside it, gives way to what
 * comes next in the order. */
static const char *zip_member(struct py_finder *f, const struct py_importer *im, const char *stem,
			      bool *is_package, bool *is_source)
{
	static const char *const order[] = { "/__init__.pyc", "/__init__.py", ".pyc", ".py" };
	const char *first = NULL;

	for (size_t i = 0; i < 4; i++) {
		const char *member = arena_printf(f->a, "%s%s", stem, order[i]);
		const char *py = arena_printf(f->a, "%s%s", stem, order[i | 1]);

		if (!py_zip_has(im->zip, member))
			continue;
		if (first == NULL) {
			first = member;
			*is_package = i < 2; /* _get_module_info looks no further */
			*is_source = (i & 1) != 0;
		}
		if ((i & 1) == 0 && !py_zip_pyc_fits(im->zip, f->a, member, py, f->h->minor))
			continue;
		*is_source = (i & 1) != 0;
		return member;
	}
	return first;
}

static bool find_in_zip(struct py_finder *f, const struct py_importer *im, const char *tail,
			struct py_spec *out)
{
	const char *archive = py_zip_path(im->zip);
	const char *stem = arena_printf(f->a, "%s%s", im->prefix, tail);
	bool is_package = false, is_source = false;
	const char *member = zip_member(f, im, stem, &is_package, &is_source);

	if (member == NULL) {
		if (py_zip_has_folder(im->zip, f->a, stem, implicit_folders(f)))
			add_location(f, out, arena_printf(f->a, "%s/%s", archive, stem));
		return false;
	}
	out->kind = is_source ? PY_SPEC_SOURCE : PY_SPEC_BYTECODE;
	out->zip = archive;
	out->member = member;
	out->origin = arena_printf(f->a, "%s/%s", archive, member);
	out->is_package = is_package;
	if (is_package)
		add_location(f, out, arena_printf(f->a, "%s/%s", archive, stem));
	return true;
}

/* ---- PathFinder --------------------------------------------------------------------------- */

void py_find_on_path(struct py_finder *f, const char *fullname, const struct py_strings *path,
		     struct py_spec *out)
{
	const char *tail = py_tail(fullname);

	for (size_t i = 0; i < path->n; i++) {
		struct py_importer *im = py_importer_of(f, path->items[i]);
		size_t before = out->locations.n;
		bool found = false;

		if (im->kind == PY_IMPORTER_FOLDER)
			found = find_in_folder(f, im, tail, out);
		else if (im->kind == PY_IMPORTER_ZIP)
			found = find_in_zip(f, im, tail, out);
		if (!found && out->locations.n > before && before == 0)
			out->entry = i;
		if (!found)
			continue;
		/* a module ends the search: portions of namespaces before it do not count */
		out->locations.n -= before;
		if (before > 0)
			memmove(out->locations.items, out->locations.items + before,
				out->locations.n * sizeof(out->locations.items[0]));
		out->entry = i;
		return;
	}
	if (out->locations.n > 0) {
		out->kind = PY_SPEC_NAMESPACE;
		out->is_package = true;
	}
}

/* ---- built-in and frozen modules ---------------------------------------------------------- */

/* From 3.11 on most modules that start-up needs are frozen. What runs is what stands in the standard
 * library all the same, so its source is the answer where it is there. */
static void find_frozen(struct py_finder *f, const char *fullname, struct py_spec *out)
{
	const char *base = NULL, *file;
	char *rel = arena_strdup(f->a, fullname);

	out->kind = PY_SPEC_FROZEN;
	out->frozen_name = out->name;
	for (char *p = rel; *p != '\0'; p++)
		if (*p == '.')
			*p = '/';
	if (f->h->stdlib == NULL)
		return;
	for (size_t i = 0; i < f->h->path.n; i++)
		if (strcmp(f->h->path.items[i].dir, f->h->stdlib) == 0)
			out->entry = i;
	base = py_join(f->a, f->h->stdlib, rel);
	file = arena_printf(f->a, "%s/__init__.py", base);
	if (store_has_file(f->h->store, file)) {
		out->is_package = true;
		add_location(f, out, base);
	} else {
		file = arena_printf(f->a, "%s.py", base);
		if (!store_has_file(f->h->store, file))
			return;
	}
	out->kind = PY_SPEC_SOURCE;
	out->origin = file;
}

/* ---- editable installations --------------------------------------------------------------- */

/* _EditableNamespaceFinder: portions that its entry on sys.path adds. */
static void find_namespace(struct py_finder *f, const char *fullname, struct py_spec *out)
{
	for (size_t i = 0; i < f->h->editables.n; i++) {
		const struct py_editable *e = f->h->editables.items[i];
		const struct py_mapping *m = py_mapping_find(&e->namespaces, fullname);
		const struct py_mapping *own;

		if (m == NULL)
			continue;
		own = m->places.n > 0 ? m : py_mapping_find(&e->mapping, fullname);
		for (size_t k = 0; own != NULL && k < own->places.n; k++)
			add_location(f, out, own->places.items[k]);
		if (e->placeholder != NULL && (e->placeholder_always || own == NULL))
			add_location(f, out, e->placeholder);
		out->kind = PY_SPEC_NAMESPACE;
		out->is_package = true;
	}
}

/* _EditableFinder._find_spec: the __init__.py of the folder, else the place with an ending in the order of
 * importlib.machinery.all_suffixes(). */
static bool find_at(struct py_finder *f, const char *place, struct py_spec *out)
{
	const struct py_endings *e = &f->endings;
	const char *base = py_basename(place), *dot = strrchr(base, '.');
	size_t stem = dot != NULL && dot != base ? (size_t)(dot - place) : strlen(place);
	const char *path = arena_printf(f->a, "%s/__init__.py", place);

	out->is_package = store_has_file(f->h->store, path);
	if (out->is_package) {
		out->kind = PY_SPEC_SOURCE;
		out->origin = path;
		add_location(f, out, place);
		return true;
	}
	for (size_t i = 0; i < e->n; i++) {
		size_t at = (i + e->source) % e->n; /* source, bytecode, extensions */

		path = arena_printf(f->a, "%.*s%s", (int)stem, place, e->v[at]);
		if (!store_has_file(f->h->store, path))
			continue;
		out->kind = kind_of(e, at);
		out->origin = path;
		return true;
	}
	return false;
}

/* _EditableFinder.find_spec, which comes after all others. */
static void find_editable(struct py_finder *f, const char *fullname, struct py_spec *out)
{
	size_t parent = (size_t)(py_tail(fullname) - fullname);

	for (size_t i = 0; i < f->h->editables.n && out->kind == PY_SPEC_MISSING; i++) {
		const struct py_editable *e = f->h->editables.items[i];
		const struct py_mapping *m = py_mapping_find(&e->mapping, fullname);

		if (m != NULL && m->places.n > 0) {
			(void)find_at(f, m->places.items[0], out);
			continue;
		}
		if (parent == 0)
			continue;
		m = py_mapping_find(&e->mapping, arena_strndup(f->a, fullname, parent - 1));
		if (m != NULL)
			py_find_on_path(f, fullname, &m->places, out);
	}
}

/* ---- the whole ---------------------------------------------------------------------------- */

/* Of an interpreter of another system: what the table of its standard library has. */
static void find_assumed(const struct py_finder *f, const char *fullname, struct py_spec *out)
{
	if (f->h->assumes == NULL || !py_stdlib_has(f->h->system, f->h->minor, fullname))
		return;
	out->kind = PY_SPEC_ASSUMED;
	out->is_package = py_stdlib_is_package(fullname);
}

void py_find(struct py_finder *f, const char *fullname, const struct py_strings *path,
	     struct py_spec *out)
{
	memset(out, 0, sizeof(*out));
	out->name = arena_strdup(f->a, fullname);
	if (f->h->stdlib == NULL) /* its place is before those of packages */
		find_assumed(f, fullname, out);
	if (out->kind != PY_SPEC_MISSING)
		return;
	switch ((uintptr_t)table_get(&f->given, fullname, elf_gnu_hash(fullname))) {
	case (uintptr_t)PY_SPEC_BUILTIN + 1:
		out->kind = PY_SPEC_BUILTIN;
		return;
	case (uintptr_t)PY_SPEC_FROZEN + 1:
		find_frozen(f, fullname, out);
		return;
	default:
		break;
	}
	py_find_on_path(f, fullname, path, out);
	if (out->kind == PY_SPEC_MISSING || out->kind == PY_SPEC_NAMESPACE)
		find_namespace(f, fullname, out);
	if (out->kind == PY_SPEC_MISSING)
		find_editable(f, fullname, out);
	if (out->kind == PY_SPEC_MISSING)
		find_assumed(f, fullname, out);
}

/* ---- sources ------------------------------------------------------------------------------ */

int py_find_source(struct py_finder *f, const struct py_spec *spec, struct view *out)
{
	*out = (struct view){ NULL, 0 };
	if (spec->kind != PY_SPEC_SOURCE || spec->origin == NULL)
		return ENOENT;
	if (spec->zip != NULL) {
		const struct py_zip *z =
			table_get(&f->zips, spec->zip, elf_gnu_hash(spec->zip));

		return z != NULL ? py_zip_read(z, f->a, spec->member, out) : ENOENT;
	}
	/* the store keeps the file open: thousands of sources are read, and none is copied */
	if (!py_bytes(f->h->store, spec->origin, out))
		return ENOENT;
	return out->n <= PY_SOURCE_MAX ? 0 : EFBIG;
}
