/* d_link_who.c - who near a link has a symbol or a library that the link lacks?
 *
 * Looked through, with bounds: the folders of -L and their neighbours, folders of the working folder, then
 * those that the linker searches anyway. Archives are asked by their index, shared objects by their hash
 * table, objects by their symbols; of sources only the text is looked at.
 */
#include <string.h>

#include "diagnose/link_case.h"
#include "object/elfconst.h"

enum { MAX_FOLDERS = 160, MAX_OPENED = 6000, SOURCE_MAX = 4 << 20 };

/* ---- one file ---------------------------------------------------------------------------------------- */

static bool defines_global(void *ctx, uint64_t sym)
{
	const struct elf *e = ctx;
	struct elf_sym s;

	return elf_sym(e, sym, &s) && s.shndx != SHN_UNDEF && s.bind != STB_LOCAL && s.vis != STV_HIDDEN &&
	       s.vis != STV_INTERNAL;
}

bool lk_dso_defines(const struct elf *e, const char *symbol)
{
	struct elf_hash h;

	elf_hash_open(e, &h);
	return elf_hash_find(e, &h, symbol, elf_gnu_hash(symbol), defines_global, (void *)(uintptr_t)e) != 0;
}

/* In the full symbol table, but not for others. */
bool lk_dso_hides(struct lk *k, const struct elf *e, const char *symbol)
{
	struct elf_object o;
	struct elf_object_sym s;

	(void)k;
	if (lk_dso_defines(e, symbol) || !elf_object_open(e, &o))
		return false;
	for (uint64_t i = 1; i < o.nsymbols; i++)
		if (elf_object_symbol(&o, i, &s) && s.section != 0 && s.s.shndx != SHN_UNDEF &&
		    (s.s.type == STT_FUNC || s.s.type == STT_OBJECT || s.s.type == STT_TLS ||
		     s.s.type == STT_GNU_IFUNC) &&
		    strcmp(s.name, symbol) == 0)
			return true;
	return false;
}

static bool object_defines(const struct elf *e, const char *symbol)
{
	struct elf_object o;
	struct elf_object_sym s;

	if (!elf_object_open(e, &o))
		return false;
	for (uint64_t i = o.first_global; i < o.nsymbols; i++)
		if (elf_object_symbol(&o, i, &s) && s.s.shndx != SHN_UNDEF && strcmp(s.name, symbol) == 0)
			return true;
	return false;
}

static bool index_has(const struct ar *ar, const char *symbol)
{
	struct ar_walk walk = { 0, 0 };
	const char *name;
	uint64_t header;

	while (ar_index_next(ar, &walk, &name, &header))
		if (strcmp(name, symbol) == 0)
			return true;
	return false;
}

bool lk_archive_defines(struct lk *k, const struct link_archive *ar, const char *symbol)
{
	(void)k;
	return index_has(&ar->ar, symbol);
}

/* The first absolute name in a linker script: libm.so -> /lib/…/libm.so.6 */
static const char *behind_script(struct lk *k, struct view v)
{
	size_t n = v.n < 4096 ? v.n : 4096;

	for (size_t i = 1; i + 4 < n; i++) {
		size_t end = i;

		if (v.p[i] != '/' || (v.p[i - 1] != ' ' && v.p[i - 1] != '('))
			continue;
		while (end < n && v.p[end] > ' ' && v.p[end] != ')')
			end++;
		return arena_strndup(k->a, (const char *)v.p + i, end - i);
	}
	return NULL;
}

static const struct elf *library_elf(struct lk *k, const struct store_file *f)
{
	const struct store_entry *en;
	const char *path;

	if (f->kind == FILE_ELF)
		return &f->elf;
	if (f->kind != FILE_LINKER_SCRIPT && f->kind != FILE_TEXT)
		return NULL;
	path = behind_script(k, f->bytes);
	en = path != NULL ? store_open(k->d.store, path) : NULL;
	return en != NULL && en->err == 0 && en->file->kind == FILE_ELF ? &en->file->elf : NULL;
}

static bool fits(const struct lk *k, const struct elf *e)
{
	return e->machine == k->l->machine && e->is64 == k->l->is64 && e->big_endian == k->l->big_endian;
}

static bool file_defines(struct lk *k, const char *path, const char *symbol, struct lk_hit *out)
{
	const struct store_entry *en;
	const struct elf *e;
	struct ar ar;

	if (k->opened++ > MAX_OPENED)
		return false;
	en = store_open(k->d.store, path);
	if (en == NULL || en->err != 0 || en->file->st.type != OS_REGULAR)
		return false;
	if (ar_open(en->file->bytes, &ar)) {
		out->kind = LK_ARCHIVE;
		return index_has(&ar, symbol);
	}
	e = library_elf(k, en->file);
	if (e == NULL || !fits(k, e))
		return false;
	out->kind = e->type == ET_REL ? LK_OBJECT_FILE : LK_LIBRARY;
	out->shown = e->soname;
	return e->type == ET_REL ? object_defines(e, symbol) : lk_dso_defines(e, symbol);
}

/* ---- folders ----------------------------------------------------------------------------------------- */

static bool is_known(const struct lk *k, const char *path)
{
	for (size_t i = 0; i < k->folders.n; i++)
		if (strcmp(k->folders.items[i].path, path) == 0)
			return true;
	return false;
}

static void add_folder(struct lk *k, const char *path, bool searched, bool system)
{
	struct lk_folder f = { path, searched, system };
	size_t n = strlen(path);

	if (n > 1 && path[n - 1] == '/')
		f.path = arena_strndup(k->a, path, n - 1);
	if (strncmp(f.path, "./", 2) == 0 && f.path[2] != '\0')
		f.path += 2;
	if (k->folders.n < MAX_FOLDERS && !is_known(k, f.path) && store_stat_dir(k->d.store, f.path) == 0)
		*ARENA_PUSH(k->a, &k->folders) = f;
}

/* Beside "a/lib": "a/lib64", "a/lib/TRIPLET", "a", "a/build". */
static void add_neighbours(struct lk *k, const char *dir)
{
	static const char *const names[] = { "lib", "lib64", "lib32", "libs", "build", "build/lib", "out",
					    "bin", ".libs", "src",
					     "lib/x86_64-linux-gnu", "lib/aarch64-linux-gnu",
						     "lib/i386-linux-gnu", "debug", "release",
					     "target/release", "target/debug", "native/lib",
						     "third_party/lib", "deps", "vendor" };
	const char *up = strcmp(dir, ".") == 0 ? "." : dir_name(k->a, dir);

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		add_folder(k, strcmp(up, ".") == 0 ? names[i] : join_path(k->a, up, names[i]), false, false);
		if (strcmp(dir, ".") != 0)
			add_folder(k, join_path(k->a, dir, names[i]), false, false);
	}
}

/* Folders of the working folder, one level deep. */
static void add_children(struct lk *k)
{
	const struct store_listing *names = store_list(k->d.store, ".");

	for (size_t i = 0; names != NULL && i < names->n && i < 400; i++)
		if (names->names[i][0] != '.')
			add_folder(k, names->names[i], false, false);
}

/* A folder that CMake or meson build in, most often inside the one that has the sources. */
static bool is_built_elsewhere(const struct lk *k)
{
	return store_stat_dir(k->d.store, "CMakeFiles") == 0 || store_stat_dir(k->d.store, "meson-info") == 0;
}

static void add_usual(struct lk *k)
{
	static const char *const usual[] = { "/usr/local/lib", "/usr/local/lib64", "/usr/lib64", "/opt/lib",
					     "/usr/lib/x86_64-linux-gnu", "/lib/x86_64-linux-gnu" };

	for (size_t i = 0; i < sizeof(usual) / sizeof(*usual); i++)
		add_folder(k, usual[i], false, true);
}

static bool is_system(const char *path)
{
	return starts_with(path, "/usr/lib") || starts_with(path, "/lib") || starts_with(path,
			"/usr/local/lib");
}

void lk_folders(struct lk *k)
{
	const struct link_line *line = k->l->line;

	if (k->folders_made)
		return;
	k->folders_made = true;
	for (size_t i = 0; i < line->dirs.n; i++)
		if (line->dirs.items[i].given && !is_system(line->dirs.items[i].path))
			add_folder(k, line->dirs.items[i].path, true, false);
	for (size_t i = 0; i < line->dirs.n; i++)
		if (line->dirs.items[i].given && !is_system(line->dirs.items[i].path))
			add_neighbours(k, line->dirs.items[i].path);
	add_folder(k, ".", false, false);
	add_neighbours(k, ".");
	if (is_built_elsewhere(k))
		add_neighbours(k, "..");
	add_children(k);
	for (size_t i = 0; i < line->dirs.n; i++)
		add_folder(k, line->dirs.items[i].path, true, true);
	add_usual(k);
}

/* ---- names in a folder ------------------------------------------------------------------------------- */

static bool has_end(const char *name, const char *end)
{
	size_t n = strlen(name), k = strlen(end);

	return n > k && strcmp(name + n - k, end) == 0;
}

static bool is_versioned(const char *name)
{
	const char *so = strstr(name, ".so.");

	return so != NULL && so[4] >= '0' && so[4] <= '9';
}

/* What -l finds first, then archives, then what has to be named. */
static bool is_of_pass(const struct lk_folder *f, const char *name, unsigned pass)
{
	switch (pass) {
	case 0: return has_end(name, ".so");
	case 1: return has_end(name, ".a");
	default: return !f->system && (is_versioned(name) || has_end(name, ".o"));
	}
}

static const char *lib_name(struct lk *k, const char *name)
{
	size_t n = strlen(name);

	if (strncmp(name, "lib", 3) != 0)
		return arena_printf(k->a, ":%s", name);
	if (n > 5 && strcmp(name + n - 2, ".a") == 0)
		return arena_strndup(k->a, name + 3, n - 5);
	if (n > 6 && strcmp(name + n - 3, ".so") == 0)
		return arena_strndup(k->a, name + 3, n - 6);
	return arena_printf(k->a, ":%s", name);
}

static const char *path_in(struct lk *k, const struct lk_folder *f, const char *name)
{
	return strcmp(f->path, ".") == 0 ? name : join_path(k->a, f->path, name);
}

/* Is the file on the link line already? */
static bool is_linked(const struct lk *k, const char *path)
{
	const struct store_entry *en = store_open(k->d.store, path);

	for (size_t i = 0; en != NULL && en->err == 0 && i < k->l->objects.n; i++)
		if (k->l->objects.items[i]->e == &en->file->elf)
			return true;
	return false;
}

static bool in_folder(struct lk *k, const struct lk_folder *f, const char *symbol, struct lk_hit *out)
{
	const struct store_listing *names = store_list(k->d.store, f->path);

	for (unsigned pass = 0; names != NULL && pass < 3; pass++)
		for (size_t i = 0; i < names->n; i++) {
			const char *name = names->names[i], *path;

			if (!is_of_pass(f, name, pass))
				continue;
			path = path_in(k, f, name);
			memset(out, 0, sizeof(*out));
			if (!file_defines(k, path, symbol, out) || is_linked(k, path))
				continue;
			out->path = path;
			out->lib = lib_name(k, name);
			out->dir = f->path;
			out->searched = f->searched;
			out->system = f->system;
			if (!f->system || out->shown == NULL)
				out->shown = path;
			return true;
		}
	return false;
}

/* ---- sources ----------------------------------------------------------------------------------------- */

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* "NAME ( … ) {" at the level of the file: a definition, as far as a text tells. */
static bool text_defines(struct view v, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i + n < v.n && i < SOURCE_MAX; i++) {
		size_t p = i + n;
		int depth = 0;

		if (memcmp(v.p + i, name, n) != 0 || (i > 0 && is_word((char)v.p[i - 1])) ||
		    is_word((char)v.p[p]))
			continue;
		while (p < v.n && (v.p[p] == ' ' || v.p[p] == '\n' || v.p[p] == '\t'))
			p++;
		if (p >= v.n || v.p[p] != '(')
			continue;
		do {
			depth += (v.p[p] == '(') - (v.p[p] == ')');
			p++;
		} while (p < v.n && depth > 0);
		while (p < v.n && (v.p[p] == ' ' || v.p[p] == '\n' || v.p[p] == '\t' || v.p[p] == '\r'))
			p++;
		if (p < v.n && v.p[p] == '{' && (i == 0 || v.p[i - 1] != '.'))
			return true;
	}
	return false;
}

static bool is_source_name(const char *name)
{
	static const char *const ends[] = { ".c", ".cc", ".cpp", ".cxx", ".C" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		size_t n = strlen(name), e = strlen(ends[i]);

		if (n > e && strcmp(name + n - e, ends[i]) == 0)
			return true;
	}
	return false;
}

static bool is_compiled(const struct lk *k, const char *path)
{
	for (size_t i = 0; i < k->l->plan->made.n; i++)
		if (same_text(k->l->plan->made.items[i].source, path))
			return true;
	return false;
}

static bool source_in(struct lk *k, const struct lk_folder *f, const char *symbol, struct lk_hit *out)
{
	const struct store_listing *names = store_list(k->d.store, f->path);

	for (size_t i = 0; names != NULL && i < names->n && !f->system; i++) {
		const char *path;
		const struct store_entry *en;

		if (!is_source_name(names->names[i]) || k->opened++ > MAX_OPENED)
			continue;
		path = path_in(k, f, names->names[i]);
		en = is_compiled(k, path) ? NULL : store_open(k->d.store, path);
		if (en == NULL || en->err != 0 || !text_defines(en->file->bytes, symbol))
			continue;
		*out = (struct lk_hit){ LK_SOURCE, path, path, NULL, f->path, false, false };
		return true;
	}
	return false;
}

bool lk_who_has(struct lk *k, const char *symbol, struct lk_hit *out)
{
	lk_folders(k);
	for (size_t i = 0; i < k->folders.n && !k->folders.items[i].system; i++)
		if (in_folder(k, &k->folders.items[i], symbol, out))
			return true;
	for (size_t i = 0; i < k->folders.n; i++)
		if (source_in(k, &k->folders.items[i], symbol, out))
			return true;
	for (size_t i = 0; i < k->folders.n; i++)
		if (k->folders.items[i].system && in_folder(k, &k->folders.items[i], symbol, out))
			return true;
	return false;
}
