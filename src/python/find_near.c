/* find_near.c - files that have a module's name and are no module for this interpreter: built for another
 * Python, platform or C library, or named a little differently.
 */
#include <stdlib.h>
#include <string.h>

#include "python/finder.h"
#include "base/str.h"
#include "python/home_priv.h"

struct near {
	struct py_finder *f;
	const char *tail;
	struct py_near *out;
	size_t n, max;
};

static void add_near(struct near *s, const char *dir, const char *name, const char *why,
		     const char *tag)
{
	if (s->n == s->max)
		return;
	s->out[s->n++] = (struct py_near){
		.path = py_join(s->f->a, dir, name),
		.why = why,
		.tag = tag != NULL ? arena_strdup(s->f->a, tag) : NULL,
	};
}

/* "cp311" or "cpython-311td-…": the release, and what stands behind its digits. 0: it is no such tag. */
static unsigned tag_minor(const char *tag, const char **flags)
{
	size_t skip = strncmp(tag, "cpython-3", 9) == 0 ? 9 : strncmp(tag, "cp3", 3) == 0 ? 3 : 0;
	char *end;
	unsigned long minor;

	if (skip == 0)
		return 0;
	minor = strtoul(tag + skip, &end, 10);
	*flags = end;
	return minor < 1000 ? (unsigned)minor : 0;
}

static enum py_os system_of(const char *platform)
{
	if (strcmp(platform, "darwin") == 0 || strstr(platform, "apple") != NULL)
		return PY_OS_MACOS;
	return strncmp(platform, "win", 3) == 0 ? PY_OS_WINDOWS : PY_OS_LINUX;
}

static const char *for_system(const struct near *s, enum py_os os)
{
	static const char *const words[] = { [PY_OS_LINUX] = "built for another platform (linux)",
					     [PY_OS_MACOS] = "built for another platform (darwin)",
					     [PY_OS_WINDOWS] = "for Windows" };

	return os != s->f->h->system->os ? words[os] : NULL;
}

/* What the platform in a tag lacks to be this one's; NULL if it does not differ. */
static const char *other_platform(const struct near *s, const char *platform)
{
	const char *ours = s->f->h->multiarch, *other;

	if (*platform != '-')
		return NULL;
	platform++;
	other = for_system(s, system_of(platform));
	if (other != NULL || ours == NULL || strcmp(platform, ours) == 0)
		return other;
	if (strncmp(platform, ours, strcspn(ours, "-")) != 0)
		return arena_printf(s->f->a, "built for another processor (%s)", platform);
	if (strstr(platform, "musl") != NULL && strstr(ours, "musl") == NULL)
		return "for musl";
	if (strstr(platform, "gnu") != NULL && strstr(ours, "musl") != NULL)
		return "for glibc";
	return arena_printf(s->f->a, "built for another platform (%s)", platform);
}

/* The flags "t" and "d" of a tag of this release against this interpreter's. */
static const char *other_build(const struct near *s, const char *flags)
{
	const struct py_home *h = s->f->h;
	size_t n = strspn(flags, "dmut");
	bool debug = memchr(flags, 'd', n) != NULL, threaded = memchr(flags, 't', n) != NULL;

	if (threaded != h->free_threaded)
		return threaded ? "for a free-threaded build" : "for a build with the global lock";
	if (debug != h->debug)
		return debug ? "for a debug build" : "for a build without debugging";
	return other_platform(s, flags + n);
}

static const char *why_extension(const struct near *s, const char *tag)
{
	const char *flags = "";
	unsigned minor = tag_minor(tag, &flags);

	if (strncmp(tag, "pypy", 4) == 0)
		return arena_printf(s->f->a, "built for PyPy (%s)", tag);
	if (strncmp(tag, "graalpy", 7) == 0)
		return arena_printf(s->f->a, "built for GraalPy (%s)", tag);
	if (minor == 0)
		return NULL;
	if (minor != s->f->h->minor)
		return arena_printf(s->f->a, "built for CPython 3.%u (%.*s)", minor,
				    (int)(strcspn(tag, "-") == 7 ? 8 + strcspn(tag + 8, "-")
								 : strcspn(tag, "-")), tag);
	return other_build(s, flags);
}

/* NAME.TAG.so, NAME.TAG.pyd, NAME.dylib: NULL if it says nothing. */
static const char *why_file(const struct near *s, const char *rest, const char **tag)
{
	size_t n = strlen(rest);

	bool pyd = str_ends(rest, ".pyd");

	if (pyd && n > 5)
		*tag = arena_strndup(s->f->a, rest + 1, n - 5);
	if (pyd && for_system(s, PY_OS_WINDOWS) != NULL)
		return for_system(s, PY_OS_WINDOWS);
	if (str_ends(rest, ".dylib"))
		return for_system(s, PY_OS_MACOS);
	if (str_ends(rest, ".so") && n > 4)
		*tag = arena_strndup(s->f->a, rest + 1, n - 4);
	if (*tag != NULL && why_extension(s, *tag) != NULL)
		return why_extension(s, *tag);
	if (str_ends(rest, ".so") && s->f->h->system->os == PY_OS_WINDOWS)
		return "for another system than Windows";
	return NULL;
}

static bool same_but_case(const char *x, const char *y, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char a = x[i], b = y[i];

		if (a >= 'A' && a <= 'Z')
			a = (char)(a + 32);
		if (b >= 'A' && b <= 'Z')
			b = (char)(b + 32);
		if (a != b)
			return false;
	}
	return true;
}

/* Would that name be taken if it were spelled like the module? */
static bool is_module_name(const struct near *s, const char *dir, const char *name, size_t stem)
{
	const struct py_home *h = s->f->h;
	const char *rest = name + stem;

	if (*rest == '\0') /* as a package: one with an __init__.py, or it could be any folder */
		return py_isfile(s->f->src, arena_printf(s->f->a, "%s/%s/__init__.py", dir, name));
	for (size_t i = 0; i < h->suffixes.n; i++)
		if (strcmp(rest, h->suffixes.items[i]) == 0)
			return true;
	return strcmp(rest, ".py") == 0;
}

/* A folder of that name is at most a portion of a namespace package. */
static bool lacks_init(const struct near *s, const char *dir)
{
	const struct store_listing *l = store_list(s->f->h->store, dir);

	for (size_t i = 0; l != NULL && i < l->n; i++)
		if (strncmp(l->names[i], "__init__.", 9) == 0)
			return false;
	return true;
}

static void look_at(struct near *s, const char *dir, const char *name)
{
	size_t n = strlen(s->tail), stem = strcspn(name, ".");
	const char *why, *tag = NULL, *path;

	if (stem != n || !same_but_case(name, s->tail, n))
		return;
	if (strncmp(name, s->tail, n) != 0) {
		if (is_module_name(s, dir, name, stem))
			add_near(s, dir, name, "differs in upper and lower case", NULL);
		return;
	}
	path = py_join(s->f->a, dir, name);
	if (name[n] == '\0') {
		if (store_stat_dir(s->f->h->store, path) == 0 && lacks_init(s, path))
			add_near(s, dir, name, "a folder without __init__.py", NULL);
		return;
	}
	why = why_file(s, name + n, &tag);
	if (why != NULL && store_has_file(s->f->h->store, path))
		add_near(s, dir, name, why, tag);
}

void py_find_near(struct py_finder *f, const char *fullname, const struct py_strings *path,
		  size_t max, struct py_near *out, size_t *n)
{
	struct near s = { .f = f, .tail = py_tail(fullname), .out = out, .max = max };

	for (size_t i = 0; i < path->n; i++) {
		const struct py_importer *im = py_importer_of(f, path->items[i]);

		for (size_t k = 0; im->list != NULL && k < im->list->n; k++)
			look_at(&s, im->dir, im->list->names[k]);
	}
	*n = s.n;
}
