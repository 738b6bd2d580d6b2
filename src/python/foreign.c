/* foreign.c - the facts of a Python of another system, from a folder with its packages.
 *
 * Where upstream decides: Modules/getpath.py and Lib/site.py of 3.11 for what is on sys.path in each layout;
 * PC/pyconfig.h and configure.ac for the endings of extensions.
 */
#include "python/foreign.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "python/home_priv.h"

enum { OLDEST = 8, NEWEST = 20, MAX_LISTED = 5000 };

/* ---- which release -------------------------------------------------------------------------- */

bool py_foreign_version(const char *text, unsigned *minor)
{
	char *end;
	unsigned long n;

	if (strncmp(text, "3.", 2) != 0 || text[2] < '0' || text[2] > '9')
		return false;
	n = strtoul(text + 2, &end, 10);
	if (*end == '.' && end[1] >= '0' && end[1] <= '9')
		end += 1 + strspn(end + 1, "0123456789");
	if (*end != '\0' || n < OLDEST || n > NEWEST)
		return false;
	*minor = (unsigned)n;
	return true;
}

/* "version = 3.11.4" of pyvenv.cfg. */
static const char *version_of_venv(struct home_ctx *c, const char *dir)
{
	struct view text, line, key, value;

	if (!py_bytes(c->store, py_join(c->a, dir, "pyvenv.cfg"), &text))
		return NULL;
	while (py_next_line(&text, &line))
		if (py_key_value(line, &key, &value) &&
		    (py_view_is_case(key, "version") || py_view_is_case(key, "version_info"))) {
			const char *s = arena_strndup(c->a, (const char *)value.p, value.n);
			size_t n = strspn(s, "0123456789."), dots = 0;

			for (size_t i = 0; i < n; i++)
				if (s[i] == '.' && ++dots == 3) /* 3.11.4.final.0 */
					n = i;
			while (n > 0 && s[n - 1] == '.')
				n--;
			return arena_strndup(c->a, s, n);
		}
	return NULL;
}

/* "python3.11" in dir/lib. */
static const char *version_of_lib(struct home_ctx *c, const char *dir)
{
	const struct store_listing *l = store_list(c->store, py_join(c->a, dir, "lib"));
	unsigned minor;

	for (size_t i = 0; l != NULL && i < l->n; i++)
		if (strncmp(l->names[i], "python3.", 8) == 0 && py_foreign_version(l->names[i] + 6, &minor))
			return l->names[i] + 6;
	return NULL;
}

/* ---- what the packages are built for -------------------------------------------------------- */

/* The tags "cp311-cp311-win_amd64" in the WHEEL files below a site-packages. */
struct tags {
	const char *version;  /* "3.11" of the first that is for one release alone; NULL */
	const char *platform; /* of the first that is for one platform; NULL */
};

static void read_tag(struct home_ctx *c, const char *tag, struct tags *out)
{
	const char *abi = strchr(tag, '-'), *platform = abi != NULL ? strchr(abi + 1, '-') : NULL;
	size_t digits;

	if (platform == NULL)
		return;
	digits = strncmp(tag, "cp3", 3) == 0 ? strspn(tag + 3, "0123456789") : 0;
	if (out->version == NULL && digits > 0 && tag[3 + digits] == '-' && strncmp(abi, "-cp3", 4) == 0)
		out->version = arena_printf(c->a, "3.%.*s", (int)digits, tag + 3);
	if (out->platform == NULL && strcmp(platform + 1, "any") != 0)
		out->platform = platform + 1;
}

static void read_wheel(struct home_ctx *c, const char *path, struct tags *out)
{
	struct view text, line;

	if (!py_bytes(c->store, path, &text))
		return;
	while (py_next_line(&text, &line))
		if (line.n > 5 && memcmp(line.p, "Tag: ", 5) == 0) {
			line = py_trim((struct view){ line.p + 5, line.n - 5 });
			read_tag(c, arena_strndup(c->a, (const char *)line.p, line.n), out);
		}
}

static struct tags read_tags(struct home_ctx *c, const char *dir)
{
	const struct store_listing *l = store_list(c->store, dir);
	struct tags out = { NULL, NULL };

	for (size_t i = 0; l != NULL && i < l->n && i < MAX_LISTED; i++)
		if (str_ends(l->names[i], ".dist-info") && (out.version == NULL || out.platform == NULL))
			read_wheel(c, arena_printf(c->a, "%s/%s/WHEEL", dir, l->names[i]), &out);
	return out;
}

/* platform.machine() of what the packages are built for. */
static const char *machine_of(const struct py_system *s, const char *platform)
{
	if (s->os == PY_OS_WINDOWS)
		return platform != NULL && strcmp(platform, "win_arm64") == 0 ? "ARM64" :
		       platform != NULL && strcmp(platform, "win32") == 0     ? "x86" :
										"AMD64";
	return platform != NULL && str_ends(platform, "_x86_64") ? "x86_64" : "arm64";
}

/* ---- layouts -------------------------------------------------------------------------------- */

/* A folder below dir by its name in whichever case: Windows does not mind. NULL: none. */
static const char *folder_in(struct home_ctx *c, const char *dir, const char *name)
{
	const struct store_listing *l = store_list(c->store, dir);
	const char *path;

	for (size_t i = 0; l != NULL && i < l->n; i++)
		if (strcasecmp(l->names[i], name) == 0) {
			path = py_join(c->a, dir, l->names[i]);
			if (py_isdir(c->src, path))
				return path;
		}
	return NULL;
}

struct layout {
	const char *prefix;          /* sys.prefix */
	const char *lib;             /* where the standard library is, or would be; NULL */
	const char *site;            /* site-packages */
	bool bare;                   /* the folder itself is the site-packages */
};

static bool windows_layout(struct home_ctx *c, const char *dir, struct layout *out)
{
	const char *lib = folder_in(c, dir, "Lib");
	const char *site = lib != NULL ? folder_in(c, lib, "site-packages") : NULL;

	if (site == NULL)
		return false;
	*out = (struct layout){ dir, lib, site, false };
	return true;
}

/* venv, conda, and what lies below a Python.framework. */
static bool posix_layout(struct home_ctx *c, const char *dir, const char *version, struct layout *out)
{
	static const char *const below[] = { "", "/Versions/", "/Python.framework/Versions/" };

	for (size_t i = 0; version != NULL && i < sizeof(below) / sizeof(below[0]); i++) {
		const char *prefix = arena_printf(c->a, "%s%s%s", strcmp(dir, "/") == 0 ? "" : dir, below[i],
						  i > 0 ? version : "");
		const char *lib = arena_printf(c->a, "%s/lib/python%s", prefix, version);
		const char *site = py_join(c->a, lib, "site-packages");

		if (!py_isdir(c->src, site))
			continue;
		*out = (struct layout){ *prefix != '\0' ? prefix : "/", lib, site, false };
		return true;
	}
	return false;
}

/* An environment of the other system is looked at as well: its packages are then for that one. */
static struct layout find_layout(struct home_ctx *c, const struct py_foreign *what, const char *version)
{
	struct layout l = { what->dir, NULL, what->dir, true };
	bool windows = what->system->os == PY_OS_WINDOWS;

	if ((windows && windows_layout(c, what->dir, &l)) || posix_layout(c, what->dir, version, &l) ||
	    windows_layout(c, what->dir, &l))
		return l;
	return l;
}

/* ---- facts ---------------------------------------------------------------------------------- */

static void set_names(struct home_ctx *c, const struct py_foreign *what, const char *platform)
{
	/* modules without a file that os.py and importlib ask for: config.c of each system */
	static const char *const builtins[] = { "_abc",	 "_codecs", "_collections", "_functools", "_imp",
						"_io",	 "_locale", "_operator",    "_signal",	  "_sre",
						"_stat", "_string", "_thread",	    "_warnings",  "_weakref",
						"atexit", "builtins", "errno",	    "faulthandler", "gc",
						"itertools", "marshal", "sys",	    "time" };
	struct py_home *h = c->h;

	h->implementation = "cpython";
	h->abiflags = "";
	h->cache_tag = arena_printf(c->a, "cpython-3%u", h->minor);
	h->machine = what->machine != NULL ? what->machine : machine_of(what->system, platform);
	for (size_t i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++)
		py_strings_add(c->a, &h->builtins.names, builtins[i]);
	py_strings_add(c->a, &h->builtins.names, what->system->os_module);
	if (what->system->os == PY_OS_WINDOWS) {
		const char *tag = strcmp(h->machine, "ARM64") == 0 ? "win_arm64" :
				  strcmp(h->machine, "x86") == 0   ? "win32" :
								     "win_amd64";

		py_strings_add(c->a, &h->suffixes, arena_printf(c->a, ".cp3%u-%s.pyd", h->minor, tag));
		py_strings_add(c->a, &h->suffixes, ".pyd");
		return;
	}
	h->multiarch = "darwin";
	py_strings_add(c->a, &h->suffixes, arena_printf(c->a, ".cpython-3%u-darwin.so", h->minor));
	py_strings_add(c->a, &h->suffixes, ".abi3.so");
	py_strings_add(c->a, &h->suffixes, ".so");
}

/* What stands on sys.path before everything else, there or not: sources insert their folders behind it. */
static void add_zip(struct home_ctx *c, const struct py_foreign *what, const struct layout *l)
{
	const char *name = arena_printf(c->a, "python3%u.zip", c->h->minor);

	if (what->system->os != PY_OS_WINDOWS)
		name = arena_printf(c->a, "lib/%s", name);
	py_path_add(c, py_join(c->a, l->prefix, name), "the standard library");
}

static void add_stdlib(struct home_ctx *c, const struct py_foreign *what, const struct layout *l)
{
	const char *more;

	add_zip(c, what, l);
	if (l->lib == NULL || !py_isfile(c->src, py_join(c->a, l->lib, "os.py")))
		return;
	c->h->stdlib = l->lib;
	more = what->system->os == PY_OS_WINDOWS ? folder_in(c, l->prefix, "DLLs") :
						   py_join(c->a, l->lib, "lib-dynload");
	if (more != NULL && what->system->os == PY_OS_WINDOWS)
		py_path_add(c, more, "the standard library");
	py_path_add(c, l->lib, "the standard library");
	if (more != NULL && what->system->os != PY_OS_WINDOWS)
		py_path_add(c, more, "the standard library");
}

/* site.getsitepackages: on Windows the prefix comes before it. */
static void add_site(struct home_ctx *c, const struct py_foreign *what, const struct layout *l)
{
	struct py_strings dirs = { NULL, 0, 0 };

	if (what->system->os == PY_OS_WINDOWS && !l->bare)
		py_strings_add(c->a, &dirs, l->prefix);
	py_strings_add(c->a, &dirs, l->site);
	c->h->purelib = l->site;
	py_site_folders(c, &dirs, l->bare ? "the folder that was named" : "site-packages");
}

static void set_places(struct home_ctx *c, const struct py_foreign *what, const struct layout *l)
{
	struct py_home *h = c->h;
	const char *exe = what->system->os == PY_OS_WINDOWS ?
				  py_join(c->a, l->prefix, "python.exe") :
				  arena_printf(c->a, "%s/bin/python3.%u",
					       strcmp(l->prefix, "/") == 0 ? "" : l->prefix, h->minor);

	h->executable = what->system->os == PY_OS_WINDOWS ? "python.exe" : "python3";
	if (py_isfile(c->src, exe))
		h->executable = exe;
	h->prefix = h->exec_prefix = h->base_prefix = h->base_exec_prefix = l->prefix;
	if (py_isfile(c->src, py_join(c->a, l->prefix, "pyvenv.cfg"))) {
		h->venv = l->prefix;
		h->base_prefix = h->base_exec_prefix = NULL; /* it is on another machine */
	}
	add_stdlib(c, what, l);
	add_site(c, what, l);
	for (size_t i = 0; i < h->path.n; i++)
		h->path.items[i].exists = py_isdir(c->src, h->path.items[i].dir);
}

static enum dlwhy_code no_version(const struct py_foreign *what, struct dlwhy_error *err)
{
	return err_set(err, DLWHY_E_ARGUMENT, 0,
		       "nothing in %.200s says for which Python it is: name it (--python-version 3.11)",
		       what->dir);
}

enum dlwhy_code py_home_foreign(const struct py_ask *ask, const struct py_foreign *what, struct arena *a,
				struct py_home *out, struct dlwhy_error *err)
{
	struct home_ctx c = { .ask = ask, .src = ask->source, .store = ask->store, .a = a, .h = out };
	const char *version = what->version, *short_version;
	struct layout l;
	struct tags tags;

	memset(out, 0, sizeof(*out));
	out->store = ask->store;
	out->system = what->system;
	c.cwd = out->cwd = "/";
	c.platlibdir = "lib";
	if (!py_isdir(c.src, what->dir))
		return err_set(err, DLWHY_E_ARGUMENT, ENOENT, "%.200s is no folder", what->dir);
	if (version == NULL)
		version = version_of_venv(&c, what->dir);
	if (version == NULL)
		version = version_of_lib(&c, what->dir);
	short_version = version != NULL && py_foreign_version(version, &out->minor) ?
				arena_printf(a, "3.%u", out->minor) : NULL;
	l = find_layout(&c, what, short_version);
	tags = read_tags(&c, l.site);
	if (version == NULL)
		version = tags.version;
	if (version == NULL || !py_foreign_version(version, &out->minor))
		return no_version(what, err);
	out->major = 3;
	out->version = version;
	out->given = what->dir;
	out->why = what->version != NULL ? "as it was asked for" : "by the files of the environment";
	set_names(&c, what, tags.platform);
	set_places(&c, what, &l);
	out->assumes = arena_printf(a, "Python %s for %s has %s, and the sources do what they say",
				    version, what->system->words,
				    out->stdlib != NULL ? "what its release has built in" :
							  "the standard library of its release");
	return DLWHY_OK;
}
