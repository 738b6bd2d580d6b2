/* host.c - which program loads a library: plug-ins are judged in their host.
 *
 * A plug-in is known by its entry point or by the family of the names that it leaves undefined.
 * Its host is the program of the environment that the file lies in, else the one on PATH.
 */
#include "verb/host.h"

#include <stdlib.h>
#include <string.h>

#include "diagnose/known.h"
#include "diagnose/pynames.h"
#include "object/macho_import.h"
#include "python/home.h"

struct family {
	const char *name;
	const char *entry[3];     /* exported names; a '*' at the end stands for the file's stem */
	const char *undefined[8]; /* beginnings of names that only the host defines; a '^' at the
				     end stands for a capital letter */
	const char *programs[4];
	bool any;                 /* the host's names have no common beginning */
};

static const struct family families[] = {
	{ "Python", { "PyInit_*" },
	  { "Py_", "_Py_", "Py^", "_Py^" },
	  { "python3", "python" }, false },
	{ "Node.js", { "napi_register_module_v1" },
	  { "napi_", "node_api_", "node_module_register", "_ZN2v8", "_ZN4node", "_ZNK2v8", "uv_" },
	  { "node", "nodejs" }, false },
	{ "Perl", { "boot_*" }, { "Perl_", "PL_", "PerlIO_" }, { "perl" }, false },
	{ "Ruby", { "Init_*" }, { "rb_", "ruby_" }, { "ruby" }, false },
	{ "PHP", { "get_module" },
	  { "zend_", "php_", "_zend_", "_emalloc", "_efree", "_php_", "executor_globals" },
	  { "php" }, false },
	{ "Lua", { "luaopen_*" }, { "lua_", "luaL_" }, { "lua5.4", "lua5.3", "lua5.1", "lua" },
	  false },
	{ "R", { "R_init_*" }, { "Rf_", "R_", "SET_", "INTEGER", "REAL" }, { "R" }, false },
	{ "PostgreSQL", { "Pg_magic_func" }, { NULL }, { "postgres" }, true },
	{ "Apache", { NULL }, { "ap_" }, { "apache2", "httpd" }, false },
	{ "Erlang", { "nif_init" }, { "enif_" }, { "beam.smp" }, false },
};

const char *family_name(const struct family *f)
{
	return f->name;
}

static bool has_prefix(const char *s, const char *prefix)
{
	size_t n = strlen(prefix);

	if (prefix[n - 1] != '^')
		return strncmp(s, prefix, n) == 0;
	return strncmp(s, prefix, n - 1) == 0 && s[n - 1] >= 'A' && s[n - 1] <= 'Z';
}

bool family_provides(const struct family *f, const char *symbol)
{
	if (f->any)
		return true;
	for (size_t i = 0; i < 8 && f->undefined[i] != NULL; i++)
		if (has_prefix(symbol, f->undefined[i]))
			return true;
	return false;
}

const struct family *family_python(void)
{
	return &families[0];
}

static bool host_defines(const struct family *f, unsigned minor, const char *symbol)
{
	const struct pyname *row;

	if (!family_provides(f, symbol))
		return false;
	row = minor != 0 ? pyname_find(symbol) : NULL;
	return row == NULL || (row->first <= minor && (row->last == 0 || row->last >= minor));
}

bool host_assume(const struct family *f, unsigned minor, struct failure_list *l)
{
	size_t kept = 0, n = l->n;

	for (size_t i = 0; i < n; i++)
		if (l->items[i].kind != FAIL_SYMBOL || l->items[i].fatal ||
		    !host_defines(f, minor, l->items[i].symbol))
			l->items[kept++] = l->items[i];
	l->n = kept;
	return kept < n;
}

/* ---- the family --------------------------------------------------------------------------------- */

/* "/x/_foo.cpython-311-x86_64-linux-gnu.so" -> "_foo" */
static const char *stem(struct arena *a, const char *path)
{
	const char *base = strrchr(path, '/');

	base = base != NULL ? base + 1 : path;
	return arena_strndup(a, base, strcspn(base, "."));
}

static bool has_entry(const struct family *f, const struct elf *e, const struct elf_hash *h,
		      const char *path, struct arena *a)
{
	for (size_t i = 0; i < 3 && f->entry[i] != NULL; i++) {
		const char *name = f->entry[i];
		size_t n = strlen(name);

		if (name[n - 1] == '*')
			name = arena_printf(a, "%.*s%s", (int)(n - 1), name, stem(a, path));
		if (elf_defines(e, h, name))
			return true;
	}
	return false;
}

struct scan {
	const struct family *found;
	unsigned looked_at;
};

/* Stops at the first name that begins like one of a host's. */
static bool scan_name(void *ctx, const char *name)
{
	struct scan *s = ctx;

	if (++s->looked_at > 5000)
		return true;
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		if (!families[i].any && family_provides(&families[i], name)) {
			s->found = &families[i];
			return true;
		}
	return false;
}

static const struct family *find_family(const char *path, const struct store_file *file,
					struct arena *a)
{
	struct scan scan = { NULL, 0 };
	struct elf_hash h;

	elf_hash_open(&file->elf, &h);
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		if (has_entry(&families[i], &file->elf, &h, path, a))
			return &families[i];
	loader_each_undefined(file, scan_name, &scan);
	return scan.found;
}

/* Names of macOS have an underscore more than those of C. */
static bool macho_has_entry(const struct family *f, const struct macho *m, const char *path, struct arena *a)
{
	for (size_t i = 0; i < 3 && f->entry[i] != NULL; i++) {
		const char *name = f->entry[i];
		size_t n = strcspn(name, "*");
		struct macho_export e;

		name = arena_printf(a, "_%.*s%s", (int)n, name, name[n] == '*' ? stem(a, path) : "");
		if (macho_find_export(m, name, &e))
			return true;
	}
	return false;
}

static bool scan_import(void *ctx, const struct macho_import *i)
{
	return i->ordinal == MACHO_FROM_ANYONE && i->name[0] == '_' && scan_name(ctx, i->name + 1);
}

const struct family *host_family_macho(const char *path, const struct macho_load *l, struct arena *a)
{
	struct scan scan = { NULL, 0 };

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		if (macho_has_entry(&families[i], &l->m, path, a))
			return &families[i];
	macho_each_import(l, scan_import, &scan);
	return scan.found;
}

/* ---- the program -------------------------------------------------------------------------------- */

/* A host must be a real program: version managers put shell scripts under the same name. */
static bool is_program(struct dlwhy_session *s, const char *path, struct arena *a)
{
	struct os_stat st;
	struct exec_result r;

	if (source_stat(s->source, path, true, &st) != 0 || st.type != OS_REGULAR)
		return false;
	exec_simulate(s->store, path, a, &r);
	return r.err == 0 && r.nscripts == 0 && r.file != NULL && !r.is_static;
}

/* "python3.11" from "x.cpython-311-…": the interpreter that the file was built for. */
static const char *python_version(struct arena *a, const char *path)
{
	unsigned minor = python_minor(path, ".cpython-3", NULL);

	return minor != 0 ? arena_printf(a, "python3.%u", minor) : NULL;
}

static bool try_dir(struct dlwhy_session *s, const char *dir, const char *name, struct arena *a,
		    struct host *out)
{
	const char *path;

	if (name == NULL)
		return false;
	path = arena_printf(a, "%s/%s", dir, name);
	if (!is_program(s, path, a))
		return false;
	out->program = path;
	return true;
}

static bool try_names(struct dlwhy_session *s, const char *dir, const char *first,
		      struct arena *a, struct host *out)
{
	if (try_dir(s, dir, first, a, out))
		return true;
	for (size_t i = 0; i < 4 && out->family->programs[i] != NULL; i++)
		if (try_dir(s, dir, out->family->programs[i], a, out))
			return true;
	return false;
}

/* Does the file belong to what is installed below `dir`? Then it is in a library folder of it; a virtual
 * environment or one of conda has all that is in it. */
static bool is_installed_in(struct dlwhy_session *s, const char *dir, const char *file, bool python,
			    struct arena *a)
{
	static const char *const marks[] = { "pyvenv.cfg", "conda-meta" };
	struct os_stat st;

	if (strncmp(file + strlen(dir), "/lib", 4) == 0 || (!python && *dir != '\0'))
		return true;
	for (size_t i = 0; i < 2 && *dir != '\0'; i++)
		if (source_stat(s->source, arena_printf(a, "%s/%s", dir, marks[i]), true, &st) == 0)
			return true;
	return false;
}

/* The bin folder of each folder above the file: a virtual environment, /usr, a prefix. */
static bool find_above(struct dlwhy_session *s, const char *path, const char *first,
		       struct arena *a, struct host *out)
{
	char *abs = source_absolute(s->source, path);
	char *dir = abs != NULL ? arena_strdup(a, abs) : NULL;
	const char *file = dir != NULL ? arena_strdup(a, dir) : NULL;
	bool python = out->family == family_python();
	char *slash;

	free(abs);
	while (dir != NULL && (slash = strrchr(dir, '/')) != NULL) {
		*slash = '\0';
		if (is_installed_in(s, dir, file, python, a) &&
		    try_names(s, arena_printf(a, "%s/bin", dir), first, a, out)) {
			out->why = "the interpreter of the environment that the file lies in";
			return true;
		}
	}
	return false;
}

static bool find_on_path(struct dlwhy_session *s, const char *first, struct arena *a,
			 struct host *out)
{
	const char *list = session_env(s, "PATH");

	if (list == NULL || s->opt.root != NULL)
		list = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	while (*list != '\0') {
		size_t n = strcspn(list, ":");

		if (n > 0 && try_names(s, arena_strndup(a, list, n), first, a, out)) {
			out->why = "the one on PATH";
			out->fallback = true;
			return true;
		}
		list += n + (list[n] == ':');
	}
	return false;
}

/* As `import` finds it, so that both speak of the same one. */
static bool find_python(struct dlwhy_session *s, const char *first, struct arena *a, struct host *out)
{
	struct py_ask ask = { .source = s->source, .store = s->store, .environ = s->environ };

	for (int i = first != NULL ? 0 : 1; i < 2; i++) {
		const char *path;

		ask.python = i == 0 ? first : NULL;
		path = py_interpreter(&ask, a);
		if (path == NULL || !is_program(s, path, a))
			continue;
		out->program = path;
		out->why = "the one on PATH";
		out->fallback = true;
		return true;
	}
	return false;
}

void host_family(const char *path, const struct store_file *file, struct arena *a, struct host *out)
{
	memset(out, 0, sizeof(*out));
	out->family = find_family(path, file, a);
}

void host_find(struct dlwhy_session *s, const char *path, struct arena *a, struct host *out)
{
	bool python = out->family == family_python();
	const char *first = python ? python_version(a, path) : NULL;

	if (find_above(s, path, first, a, out))
		return;
	if (!python || !find_python(s, first, a, out))
		find_on_path(s, first, a, out);
}
