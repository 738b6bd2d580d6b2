/* lib_os.c - os, os.path and open(): the file system as the process under study sees it. Nothing is
 * written. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "python/eval.h"

#include "base/str.h"
#include "message/py_text.h"

#define FILE_MAX_BYTES (16u << 20)
#define LIST_MAX 20000

static const char *path_arg(struct py_eval *ev, const struct py_call *c, size_t i)
{
	return c->n > i ? py_path_of(ev, c->args[i]) : NULL;
}

/* Windows takes either separator, and this machine, where its files lie, only one. */
static const char *in_our_form(struct py_eval *ev, const char *path)
{
	char *copy;

	if (ev->im->home->system->os != PY_OS_WINDOWS || strchr(path, '\\') == NULL)
		return path;
	copy = arena_strdup(ev->a, path);
	for (char *p = copy; *p != '\0'; p++)
		*p = *p == '\\' ? '/' : *p;
	return copy;
}

const char *py_path_of(struct py_eval *ev, const struct py_value *v)
{
	struct py_value *p;

	if ((v->type == V_STR || v->type == V_BYTES || v->type == V_PATH) && !v->tainted &&
	    memchr(v->u.str.p, 0, v->u.str.n) == NULL)
		return in_our_form(ev, v->u.str.p);
	if (v->type != V_INSTANCE)
		return NULL;
	p = py_getattr_quiet(ev, (struct py_value *)(uintptr_t)v, py_name(ev->names, "__fspath__", 10));
	if (p == NULL || p->type != V_METHOD)
		return NULL;
	p = py_call0(ev, p);
	if (p == NULL && !ev->stopped)
		ev->raised = NULL;
	return p != NULL && p->type == V_STR ? in_our_form(ev, p->u.str.p) : NULL;
}

static struct py_value *str(struct py_eval *ev, const char *s)
{
	return py_str(ev->a, s);
}

/* ---- names ----------------------------------------------------------------------------------- */

/* posixpath.normpath */
char *py_os_normpath(struct py_eval *ev, const char *path)
{
	size_t n = strlen(path), at = 0;
	char *out = arena_alloc(ev->a, n + 3);
	size_t root = path[0] != '/' ? 0 : path[1] == '/' && path[2] != '/' ? 2 : 1;

	memcpy(out, "//", root);
	at = root;
	for (const char *p = path; *p != '\0';) {
		size_t len;

		while (*p == '/')
			p++;
		len = strcspn(p, "/");
		if (len == 0)
			break;
		if (len == 2 && p[0] == '.' && p[1] == '.') {
			size_t from = at;

			while (from > root && out[from - 1] != '/')
				from--;
			if (at == root && root > 0) {
				p += len;
				continue;
			}
			if (at > root && !(at - from == 2 && memcmp(out + from, "..", 2) == 0)) {
				at = from > root ? from - 1 : root;
				p += len;
				continue;
			}
		}
		if (!(len == 1 && p[0] == '.')) {
			if (at > root)
				out[at++] = '/';
			memcpy(out + at, p, len);
			at += len;
		}
		p += len;
	}
	if (at == 0)
		out[at++] = '.';
	out[at] = '\0';
	return out;
}

const char *py_absolute(struct py_eval *ev, const char *path)
{
	if (path[0] == '/')
		return path;
	return arena_printf(ev->a, "%s/%s", ev->cwd, path);
}

PY_NATIVE(p_join)
{
	const char *p = path_arg(ev, c, 0);
	struct buf b;
	struct py_value *v;

	if (p == NULL || c->unknown)
		return &py_unknown;
	buf_init(&b, 1u << 16);
	buf_str(&b, p);
	for (size_t i = 1; i < c->n; i++) {
		p = path_arg(ev, c, i);
		if (p == NULL) {
			buf_free(&b);
			return &py_unknown;
		}
		if (p[0] == '/')
			buf_clear(&b);
		else if (b.n > 0 && b.p[b.n - 1] != '/')
			buf_char(&b, '/');
		buf_str(&b, p);
	}
	v = b.failed ? &py_unknown : str(ev, arena_strdup(ev->a, b.p != NULL ? b.p : ""));
	buf_free(&b);
	return v;
}

/* The length of the part before the last name, as posixpath.split cuts it. */
static size_t head_length(const char *p)
{
	const char *slash = strrchr(p, '/');
	size_t n = slash != NULL ? (size_t)(slash - p) + 1 : 0, all = n;

	while (n > 0 && p[n - 1] == '/')
		n--;
	return n > 0 ? n : all;
}

static const char *tail(const char *p)
{
	const char *slash = strrchr(p, '/');

	return slash != NULL ? slash + 1 : p;
}

PY_NATIVE(p_dirname)
{
	const char *p = path_arg(ev, c, 0);

	return p != NULL ? str(ev, arena_strndup(ev->a, p, head_length(p))) : &py_unknown;
}

PY_NATIVE(p_basename)
{
	const char *p = path_arg(ev, c, 0);

	return p != NULL ? str(ev, tail(p)) : &py_unknown;
}

static struct py_value *two(struct py_eval *ev, const char *a, const char *b)
{
	struct py_value *t = py_list_new(ev->a, V_TUPLE);

	py_list_add(ev->a, t, str(ev, a));
	py_list_add(ev->a, t, str(ev, b));
	return t;
}

PY_NATIVE(p_split)
{
	const char *p = path_arg(ev, c, 0);

	return p != NULL ? two(ev, arena_strndup(ev->a, p, head_length(p)), tail(p)) : &py_unknown;
}

PY_NATIVE(p_splitext)
{
	const char *p = path_arg(ev, c, 0), *name, *dot;

	if (p == NULL)
		return &py_unknown;
	name = tail(p);
	dot = strrchr(name, '.');
	while (dot != NULL && *name == '.' && name < dot)
		name++;
	if (dot == NULL || name >= dot)
		return two(ev, p, "");
	return two(ev, arena_strndup(ev->a, p, (size_t)(dot - p)), dot);
}

PY_NATIVE(p_isabs)
{
	const char *p = path_arg(ev, c, 0);

	return p != NULL ? py_bool(p[0] == '/') : &py_unknown;
}

PY_NATIVE(p_normpath)
{
	const char *p = path_arg(ev, c, 0);

	return p != NULL ? str(ev, py_os_normpath(ev, p)) : &py_unknown;
}

PY_NATIVE(p_abspath)
{
	const char *p = path_arg(ev, c, 0);

	return p != NULL ? str(ev, py_os_normpath(ev, py_absolute(ev, p))) : &py_unknown;
}

PY_NATIVE(p_realpath)
{
	const char *p = path_arg(ev, c, 0), *v;
	size_t n;
	char *real;

	if (p == NULL || c->nnames > 0)
		return &py_unknown;
	p = py_absolute(ev, p);
	/* of what is not there, the part that is is resolved */
	for (n = strlen(p); n > 0; n = head_length(arena_strndup(ev->a, p, n))) {
		if (source_realpath(ev->source, arena_strndup(ev->a, p, n), &real) != 0) {
			if (n == 1 || strstr(p + head_length(arena_strndup(ev->a, p, n)), "..") != NULL)
				return &py_unknown;
			continue;
		}
		v = arena_printf(ev->a, "%s/%s", strcmp(real, "/") == 0 ? "" : real, p + n);
		free(real);
		return str(ev, py_os_normpath(ev, v));
	}
	return &py_unknown;
}

static const char *env(struct py_eval *ev, const char *name)
{
	return str_env(ev->environ, name);
}

PY_NATIVE(p_expanduser)
{
	const char *p = path_arg(ev, c, 0), *home;
	size_t n;

	if (p == NULL)
		return &py_unknown;
	if (p[0] != '~')
		return str(ev, p);
	home = env(ev, "HOME");
	if (home == NULL || (p[1] != '\0' && p[1] != '/'))
		return &py_unknown;
	n = strlen(home);
	while (n > 1 && home[n - 1] == '/')
		n--;
	return str(ev, arena_printf(ev->a, "%.*s%s", (int)n, home, p + 1));
}

PY_NATIVE(p_relpath)
{
	const char *p = path_arg(ev, c, 0), *start = c->n > 1 ? path_arg(ev, c, 1) : ev->cwd;
	size_t common = 0, i = 0;
	struct buf b;
	struct py_value *v;

	if (p == NULL || start == NULL || c->nnames > 0)
		return &py_unknown;
	p = py_os_normpath(ev, py_absolute(ev, p));
	start = py_os_normpath(ev, py_absolute(ev, start));
	for (; p[i] != '\0' && p[i] == start[i]; i++)
		if (p[i] == '/')
			common = i + 1;
	if ((p[i] == '\0' || p[i] == '/') && (start[i] == '\0' || start[i] == '/'))
		common = i;
	buf_init(&b, 1u << 16);
	for (const char *s = start + common; *s != '\0';) {
		size_t len;

		while (*s == '/')
			s++;
		len = strcspn(s, "/");
		if (len > 0)
			buf_str(&b, b.n > 0 ? "/.." : "..");
		s += len;
	}
	p += common;
	while (*p == '/')
		p++;
	if (*p != '\0') {
		if (b.n > 0)
			buf_char(&b, '/');
		buf_str(&b, p);
	}
	v = b.failed ? &py_unknown : str(ev, arena_strdup(ev->a, b.n > 0 ? b.p : "."));
	buf_free(&b);
	return v;
}

/* ---- what is there --------------------------------------------------------------------------- */

enum what { ANY, REGULAR, FOLDER, LINK };

static struct py_value *is_there(struct py_eval *ev, const struct py_call *c, enum what what, bool follow)
{
	const char *p = path_arg(ev, c, 0);
	struct os_stat st;

	if (p == NULL)
		return &py_unknown;
	if (source_stat(ev->source, py_absolute(ev, p), follow, &st) != 0)
		return py_bool(false);
	return py_bool(what == ANY || (what == REGULAR && st.type == OS_REGULAR) ||
		       (what == FOLDER && st.type == OS_DIRECTORY) ||
			       (what == LINK && st.type == OS_SYMLINK));
}

PY_NATIVE(p_exists)
{
	return is_there(ev, c, ANY, true);
}

PY_NATIVE(p_lexists)
{
	return is_there(ev, c, ANY, false);
}

PY_NATIVE(p_isfile)
{
	return is_there(ev, c, REGULAR, true);
}

PY_NATIVE(p_isdir)
{
	return is_there(ev, c, FOLDER, true);
}

PY_NATIVE(p_islink)
{
	return is_there(ev, c, LINK, false);
}

struct listing {
	struct py_eval *ev;
	struct py_value *list;
};

static void list_one(const char *name, void *ctx)
{
	struct listing *l = ctx;

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return;
	if (l->list->u.list.n >= LIST_MAX)
		l->list->tainted = true;
	else
		py_list_add(l->ev->a, l->list, py_str(l->ev->a, arena_strdup(l->ev->a, name)));
}

static struct py_value *os_error(struct py_eval *ev, int err, const char *path)
{
	const char *type = err == ENOENT    ? "FileNotFoundError"
			   : err == EACCES  ? "PermissionError"
			   : err == ENOTDIR ? "NotADirectoryError"
					    : "OSError";

	return py_raise_sure_new(ev, type, arena_printf(ev->a, PY_TEXT_NO_PATH, err,
						    err == ENOENT    ? "No such file or directory"
						    : err == EACCES  ? "Permission denied"
						    : err == ENOTDIR ? "Not a directory"
								     : "Error",
						    path));
}

PY_NATIVE(o_listdir)
{
	const char *p = c->n > 0 ? path_arg(ev, c, 0) : ".";
	struct listing l = { ev, py_list_new(ev->a, V_LIST) };
	int err;

	if (p == NULL)
		return &py_unknown;
	err = source_list(ev->source, py_absolute(ev, p), list_one, &l);
	return err == 0 ? l.list : os_error(ev, err, p);
}

PY_NATIVE(o_stat)
{
	const char *p = path_arg(ev, c, 0);
	struct os_stat st;
	int err;

	if (p == NULL)
		return &py_unknown;
	err = source_stat(ev->source, py_absolute(ev, p), true, &st);
	return err == 0 ? &py_unknown : os_error(ev, err, p);
}

/* os.access(path, mode): root may do everything but execute what nobody may; of groups nothing is
 * known here. */
PY_NATIVE(o_access)
{
	const char *p = path_arg(ev, c, 0);
	unsigned want = c->n > 1 && c->args[1]->type == V_INT ? (unsigned)(c->args[1]->u.integer & 7)
		: 8, shift;
	struct os_stat st;

	if (p == NULL || want == 8)
		return &py_unknown;
	if (source_stat(ev->source, py_absolute(ev, p), true, &st) != 0)
		return py_bool(false);
	if (os_euid() == 0)
		return py_bool((want & 1) == 0 || (st.mode & 0111) != 0);
	shift = st.uid == os_euid() ? 6 : 0;
	if ((st.mode >> shift & want) == want)
		return py_bool(true);
	return shift == 6 ? py_bool(false) : &py_unknown;
}

/* os.walk from the top; links to folders are not followed. */
static bool walk(struct py_eval *ev, struct py_value *out, const char *dir, unsigned depth)
{
	struct listing l = { ev, py_list_new(ev->a, V_LIST) };
	struct py_value *dirs = py_list_new(ev->a, V_LIST), *files = py_list_new(ev->a, V_LIST), *t;

	if (depth > 12 || out->u.list.n > 2000 || !py_step(ev)) {
		out->tainted = true;
		return !ev->stopped;
	}
	if (source_list(ev->source, py_absolute(ev, dir), list_one, &l) != 0)
		return true;
	for (size_t i = 0; i < l.list->u.list.n; i++) {
		struct os_stat st;
		const char *full = arena_printf(ev->a, "%s/%s", py_absolute(ev, dir),
						l.list->u.list.v[i]->u.str.p);
		bool folder = source_stat(ev->source, full, true, &st) == 0 && st.type == OS_DIRECTORY;

		py_list_add(ev->a, folder ? dirs : files, l.list->u.list.v[i]);
	}
	t = py_list_new(ev->a, V_TUPLE);
	py_list_add(ev->a, t, py_str(ev->a, dir));
	py_list_add(ev->a, t, dirs);
	py_list_add(ev->a, t, files);
	py_list_add(ev->a, out, t);
	for (size_t i = 0; i < dirs->u.list.n; i++)
		if (!walk(ev, out, arena_printf(ev->a, "%s/%s", dir, dirs->u.list.v[i]->u.str.p), depth + 1))
			return false;
	return true;
}

PY_NATIVE(o_walk)
{
	const char *p = path_arg(ev, c, 0);
	struct py_value *l = py_list_new(ev->a, V_LIST);

	if (p == NULL)
		return &py_unknown;
	return walk(ev, l, arena_strdup(ev->a, p), 0) ? l : NULL;
}

PY_NATIVE(o_getcwd)
{
	return str(ev, ev->cwd);
}

PY_NATIVE(o_environ)
{
	return ev->environ_dict;
}

PY_NATIVE(o_fspath)
{
	const char *p = path_arg(ev, c, 0);

	return p != NULL ? str(ev, p) : &py_unknown;
}

PY_NATIVE(o_none)
{
	return &py_none;
}

PY_NATIVE(o_unknown)
{
	return &py_unknown;
}

PY_NATIVE(o_run)
{
	py_gap(ev, "runs another program");
	return &py_unknown;
}

/* ---- glob ------------------------------------------------------------------------------------ */

/* fnmatch with * and ? and [set]. */
static bool matches(const char *pattern, const char *name, unsigned depth)
{
	for (; *pattern != '\0'; pattern++, name++) {
		if (*pattern == '*') {
			if (depth > 20)
				return true;
			for (const char *rest = name;; rest++) {
				if (matches(pattern + 1, rest, depth + 1))
					return true;
				if (*rest == '\0')
					return false;
			}
		}
		if (*name == '\0')
			return false;
		if (*pattern == '[') {
			const char *end = strchr(pattern + 2, ']');
			bool not = pattern[1] == '!', in = false;

			if (end == NULL)
				return false;
			for (const char *p = pattern + 1 + not; p < end; p++) {
				if (p[1] == '-' && p + 2 < end) {
					in = in || (*name >= p[0] && *name <= p[2]);
					p += 2;
				} else {
					in = in || *p == *name;
				}
			}
			if (in == not)
				return false;
			pattern = end;
		} else if (*pattern != '?' && *pattern != *name) {
			return false;
		}
	}
	return *name == '\0';
}

static bool is_magic(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] == '*' || p[i] == '?' || p[i] == '[')
			return true;
	return false;
}

/* What `rest` finds below `base` ("" or ending in '/'). */
static void glob(struct py_eval *ev, struct py_value *out, const char *base, const char *rest, unsigned depth)
{
	size_t n = strcspn(rest, "/");
	const char *part = arena_strndup(ev->a, rest, n), *more = rest[n] == '/' ? rest + n + 1 : NULL;
	struct listing l = { ev, py_list_new(ev->a, V_LIST) };
	struct os_stat st;

	if (depth > 30 || out->u.list.n > LIST_MAX || !py_step(ev)) {
		out->tainted = true;
		return;
	}
	if (!is_magic(part, n)) {
		const char *path = arena_printf(ev->a, "%s%s", base, part);

		if (more != NULL)
			glob(ev, out, arena_printf(ev->a, "%s/", path), more, depth + 1);
		else if (source_stat(ev->source, py_absolute(ev, path), false, &st) == 0)
			py_list_add(ev->a, out, str(ev, path));
		return;
	}
	if (strcmp(part, "**") == 0) {
		out->tainted = true;
		if (more != NULL)
			glob(ev, out, base, more, depth + 1);
		return;
	}
	if (source_list(ev->source, py_absolute(ev, *base != '\0' ? base : "."), list_one, &l) != 0)
		return;
	for (size_t i = 0; i < l.list->u.list.n; i++) {
		const char *name = l.list->u.list.v[i]->u.str.p;

		if ((name[0] == '.' && part[0] != '.') || !matches(part, name, 0))
			continue;
		if (more != NULL)
			glob(ev, out, arena_printf(ev->a, "%s%s/", base, name), more, depth + 1);
		else
			py_list_add(ev->a, out, str(ev, arena_printf(ev->a, "%s%s", base, name)));
	}
}

PY_NATIVE(g_glob)
{
	const char *p = path_arg(ev, c, 0);
	struct py_value *l = py_list_new(ev->a, V_LIST);

	if (p == NULL || c->nnames > 0) {
		l->tainted = true;
		return l;
	}
	if (p[0] == '/')
		glob(ev, l, "/", p + 1, 0);
	else
		glob(ev, l, "", p, 0);
	return l;
}

PY_NATIVE(f_fnmatch)
{
	const char *name = path_arg(ev, c, 0), *pattern = path_arg(ev, c, 1);

	return name != NULL && pattern != NULL ? py_bool(matches(pattern, name, 0)) : &py_unknown;
}

/* ---- files ----------------------------------------------------------------------------------- */

static struct py_value *file_text(struct py_eval *ev, struct py_value *f)
{
	return py_dict_name(&f->u.obj.dict, py_name(ev->names, " text", 5));
}

PY_NATIVE(file_read)
{
	struct py_value *t = file_text(ev, self);

	return t != NULL && c->n == 0 ? t : &py_unknown;
}

PY_NATIVE(file_lines)
{
	struct py_value *t = file_text(ev, self), *l;
	const char *p, *end;

	l = py_list_new(ev->a, V_LIST);
	if (t == NULL || t->type != V_STR) {
		l->tainted = true;
		return l;
	}
	p = t->u.str.p;
	end = p + t->u.str.n;
	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p)), *stop = nl != NULL ? nl + 1 : end;

		py_list_add(ev->a, l, py_strn(ev->a, arena_bytes(ev->a, p, (size_t)(stop - p)),
					      (size_t)(stop - p)));
		p = stop;
	}
	return l;
}

PY_NATIVE(file_self)
{
	return self;
}

/* As a text file is read: every kind of line end becomes '\n'. */
static size_t with_newlines(char *p, size_t n)
{
	size_t out = 0;

	for (size_t i = 0; i < n; i++) {
		bool end = p[i] == '\r';

		p[out++] = end ? '\n' : p[i];
		i += end && i + 1 < n && p[i + 1] == '\n';
	}
	p[out] = '\0';
	return out;
}

/* Files that the kernel makes up have no length. */
static struct py_value *content(struct py_eval *ev, struct view bytes, const char *path, bool binary)
{
	struct py_value *v;
	size_t n = bytes.n;
	char *copy;

	if (n == 0)
		return strncmp(path, "/proc/", 6) == 0 || strncmp(path, "/sys/", 5) == 0 ? &py_unknown
											  : str(ev, "");
	copy = arena_bytes(ev->a, (const char *)bytes.p, n);
	if (!binary && memchr(copy, '\r', n) != NULL)
		n = with_newlines(copy, n);
	v = py_strn(ev->a, copy, n);
	v->type = binary ? V_BYTES : V_STR;
	return v;
}

struct py_value *py_open_file(struct py_eval *ev, const char *path, bool binary)
{
	struct py_value *cls = py_known(ev, "_io", "TextIOWrapper"), *f;
	struct source_file file;
	int err = source_open(ev->source, py_absolute(ev, path), &file);

	if (err != 0)
		return os_error(ev, err, path);
	f = py_instance_new(ev, cls);
	if (file.st.type == OS_REGULAR && file.map.bytes.n <= FILE_MAX_BYTES)
		py_dict_set_name(ev->a, &f->u.obj.dict, py_name(ev->names, " text", 5),
				 content(ev, file.map.bytes, path, binary));
	py_dict_set_name(ev->a, &f->u.obj.dict, py_name(ev->names, "name", 4), str(ev, path));
	source_close(&file);
	return f;
}

static void add_method(struct py_eval *ev, struct py_value *cls, const char *name, py_native *call)
{
	py_dict_set_name(ev->a, &cls->u.cls->dict, py_name(ev->names, name, strlen(name)),
			 py_native_new(ev->a, name, call, NULL));
}

static void file_class(struct py_eval *ev)
{
	struct py_value *cls = py_class_new(ev, "_io", "TextIOWrapper", ev->class_object, NULL, V_INSTANCE);

	cls->u.cls->unknown_base = true;
	add_method(ev, cls, "read", file_read);
	add_method(ev, cls, "readlines", file_lines);
	add_method(ev, cls, "__iter__", file_lines);
	add_method(ev, cls, "__enter__", file_self);
	add_method(ev, cls, "close", o_none);
}

/* ---- all ------------------------------------------------------------------------------------- */

static const struct py_native_def functions[] = {
	{ "posixpath", "join", p_join }, { "posixpath", "dirname", p_dirname },
	{ "posixpath", "basename", p_basename },
	{ "posixpath", "split", p_split }, { "posixpath", "splitext", p_splitext },
	{ "posixpath", "isabs", p_isabs },
	{ "posixpath", "normpath", p_normpath }, { "posixpath", "abspath", p_abspath },
	{ "posixpath", "realpath", p_realpath }, { "posixpath", "expanduser", p_expanduser },
	{ "posixpath", "relpath", p_relpath }, { "posixpath", "islink", p_islink },
	{ "posixpath", "lexists", p_lexists },
	{ "posixpath", "expandvars", o_unknown }, { "posixpath", "commonpath", o_unknown },
	{ "posixpath", "ismount", o_unknown },
	{ "genericpath", "exists", p_exists }, { "genericpath", "isfile", p_isfile },
	{ "genericpath", "isdir", p_isdir },
	{ "genericpath", "islink", p_islink }, { "genericpath", "lexists", p_lexists },
	{ "genericpath", "getsize", o_unknown },
	{ "genericpath", "samefile", o_unknown }, { "genericpath", "getmtime", o_unknown },
	{ "posix", "listdir", o_listdir }, { "posix", "stat", o_stat }, { "posix", "lstat", o_stat },
	{ "posix", "access", o_access },
	{ "posix", "getcwd", o_getcwd }, { "posix", "fspath", o_fspath }, { "posix", "putenv", o_none },
	{ "posix", "unsetenv", o_none }, { "posix", "mkdir", o_none }, { "posix", "system", o_run },
	{ "os", "_createenviron", o_environ }, { "os", "walk", o_walk }, { "os", "makedirs", o_none },
	{ "os", "popen", o_run }, { "os", "fsencode", o_fspath }, { "os", "fsdecode", o_fspath },
	{ "os", "register_at_fork", o_none }, { "os", "_fscodec", o_unknown },
	{ "glob", "glob", g_glob }, { "glob", "iglob", g_glob }, { "fnmatch", "fnmatch", f_fnmatch },
	{ "fnmatch", "fnmatchcase", f_fnmatch },
	{ "subprocess", "run", o_run }, { "subprocess", "check_output", o_run },
	{ "subprocess", "check_call", o_run },
	{ "subprocess", "call", o_run }, { "subprocess", "Popen", o_run },
	{ "subprocess", "getoutput", o_run },
};

void py_lib_os_init(struct py_eval *ev)
{
	struct py_value *d = py_dict_new(ev->a);

	for (size_t i = 0; ev->environ != NULL && ev->environ[i] != NULL; i++) {
		const char *eq = strchr(ev->environ[i], '=');

		if (eq != NULL)
			py_dict_set_name(ev->a, d->u.dict,
					 py_name(ev->names, ev->environ[i], (size_t)(eq - ev->environ[i])),
					 py_str(ev->a, eq + 1));
	}
	ev->environ_dict = d;
	py_know_value(ev, "posix", "F_OK", py_int(ev->a, 0));
	py_know_value(ev, "posix", "X_OK", py_int(ev->a, 1));
	py_know_value(ev, "posix", "W_OK", py_int(ev->a, 2));
	py_know_value(ev, "posix", "R_OK", py_int(ev->a, 4));
	py_know_value(ev, "posix", "RTLD_LAZY", py_int(ev->a, 1));
	py_know_value(ev, "posix", "RTLD_NOW", py_int(ev->a, 2));
	py_know_value(ev, "posix", "RTLD_GLOBAL", py_int(ev->a, 0x100));
	py_know_value(ev, "posix", "RTLD_LOCAL", py_int(ev->a, 0));
	py_know_value(ev, "posix", "RTLD_NOLOAD", py_int(ev->a, 4));
	py_know_value(ev, "posix", "RTLD_NODELETE", py_int(ev->a, 0x1000));
	py_know_value(ev, "posix", "RTLD_DEEPBIND", py_int(ev->a, 8));
	py_know_value(ev, "_ctypes", "RTLD_GLOBAL", py_int(ev->a, 0x100));
	py_know_value(ev, "_ctypes", "RTLD_LOCAL", py_int(ev->a, 0));
	py_know(ev, functions, sizeof(functions) / sizeof(functions[0]));
	py_know_value(ev, "posix", "environ", &py_unknown);
	file_class(ev);
}
