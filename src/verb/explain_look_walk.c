/* explain_look_walk.c - the names of the files in the working folder and below it. */
#include <string.h>

#include "diagnose/common.h"
#include "verb/explain_look_near.h"

struct walk {
	struct look *l;
	struct near_files *out;
	struct {
		const char **items;
		size_t n, cap;
	} folders;
	const char *folder;
	size_t depth;
};

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), k = strlen(end);

	return n > k && strcmp(s + n - k, end) == 0;
}

static bool ends_with_one(const char *s, const char *const *ends, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (ends_with(s, ends[i]))
			return true;
	return false;
}

bool near_is_library(const char *base)
{
	static const char *const ends[] = { ".so", ".a", ".dylib", ".dll", ".lib", ".tbd", ".sl" };

	return ends_with_one(base, ends, sizeof(ends) / sizeof(ends[0])) || strstr(base, ".so.") != NULL;
}

bool near_is_object(const char *base)
{
	static const char *const ends[] = { ".o", ".obj", ".lo" };

	return ends_with_one(base, ends, sizeof(ends) / sizeof(ends[0]));
}

bool near_is_header(const char *base)
{
	static const char *const ends[] = { ".h", ".hpp", ".hh", ".hxx", ".inc" };

	return ends_with_one(base, ends, sizeof(ends) / sizeof(ends[0]));
}

bool near_is_source(const char *base)
{
	static const char *const ends[] = { ".c",  ".cc",  ".cpp", ".cxx", ".C", ".rs",
					    ".go", ".f90", ".f",   ".S",   ".m", ".mm" };

	return ends_with_one(base, ends, sizeof(ends) / sizeof(ends[0]));
}

/* Folders that hold no inputs of a link, or too many files that nobody wrote. */
static bool is_skipped(const char *name)
{
	static const char *const names[] = { "node_modules", "__pycache__", "CMakeFiles", "site-packages" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return *name == '.';
}

static void keep(struct walk *w, const char *name)
{
	const char *path = strcmp(w->folder, ".") == 0 ? arena_strdup(w->l->a, name) :
							 join_path(w->l->a, w->folder, name);
	struct os_stat st;

	if (is_skipped(name))
		return;
	if (w->out->n >= NEAR_FILES) {
		w->out->cut = true;
		return;
	}
	if (near_is_library(name) || near_is_object(name) || near_is_source(name) || near_is_header(name) ||
	    ends_with(name, ".map")) {
		*ARENA_PUSH(w->l->a, w->out) = (struct near_file){ path, base_name(path), w->folder };
		return;
	}
	if (w->depth < NEAR_DEPTH && w->folders.n < NEAR_FOLDERS && strchr(name, '.') == NULL &&
	    source_stat(w->l->s->source, path, false, &st) == 0 && st.type == OS_DIRECTORY)
		*ARENA_PUSH(w->l->a, &w->folders) = path;
}

static size_t depth_of(const char *path)
{
	size_t n = strcmp(path, ".") == 0 ? 0 : 1;

	for (; *path != '\0'; path++)
		n += *path == '/';
	return n;
}

void near_walk(struct look *l, struct near_files *out)
{
	struct walk w = { .l = l, .out = out };

	*ARENA_PUSH(l->a, &w.folders) = ".";
	for (size_t i = 0; i < w.folders.n; i++) {
		const struct store_listing *in;

		w.folder = w.folders.items[i];
		w.depth = depth_of(w.folder);
		in = store_list(l->s->store, w.folder);
		for (size_t k = 0; in != NULL && k < in->n; k++)
			keep(&w, in->names[k]);
	}
}
