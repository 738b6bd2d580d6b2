/* site.c - what site.py does to sys.path: virtual environment, the user's folder, site-packages, .pth.
 *
 * Lib/site.py of the release, function by function. Distributors change it, and it is Python source: so
 * their changes are known by what stands in the file. Debian's (dist-packages) and Fedora's (/usr/local
 * in front) are followed.
 */
#include <string.h>

#include "base/table.h"
#include "base/str.h"
#include "object/elf.h"
#include "python/editable.h"
#include "python/home_priv.h"

enum {
	PASSWD_BYTES = 1 << 20,
	NESTED_MAX = 8 /* site.addsitedir in a .pth file of a folder that … */
};

struct site {
	struct home_ctx *c;
	struct table known;        /* known_paths */
	struct py_strings prefixes; /* PREFIXES */
	struct view text;          /* of site.py */
	bool in_venv;              /* what Debian's site.py asks for */
	unsigned nested;
	size_t easy_mark;          /* sys.__plen of easy-install.pth */
	bool batch;                /* 3.15, PEP 829: all paths first, then what is executed */
	struct table processed;    /* _processed_sitedirs */
	struct {
		struct py_pth_import *items;
		size_t n, cap;
	} later, starts;           /* lines of .pth files; entry points of .start files */
};

static bool mentions(const struct site *s, const char *word)
{
	return s->text.n > 0 && memmem(s->text.p, s->text.n, word, strlen(word)) != NULL;
}

/* Adds to known_paths; false if it is there already. */
static bool learn(struct site *s, const char *dir)
{
	uint32_t hash = elf_gnu_hash(dir);

	if (table_get(&s->known, dir, hash) != NULL)
		return false;
	table_put(&s->known, dir, hash, s);
	return true;
}

struct py_path_entry *py_path_add(struct home_ctx *c, const char *dir, const char *why)
{
	struct py_path_entry *e = ARENA_PUSH(c->a, &c->h->path);

	e->dir = dir;
	e->why = why;
	return e;
}

/* removeduppaths: absolute, each once. */
static void remove_duplicates(struct site *s)
{
	struct py_home *h = s->c->h;
	size_t n = 0;

	for (size_t i = 0; i < h->path.n; i++) {
		struct py_path_entry e = h->path.items[i];

		e.dir = py_abspath(s->c->a, s->c->cwd, e.dir);
		if (learn(s, e.dir))
			h->path.items[n++] = e;
	}
	h->path.n = n;
}

/* ---- .pth files --------------------------------------------------------------------------- */

static void add_site_dir(struct site *s, const char *dir, const char *why);
static void execute_later(struct site *s);

/* str.rstrip() with the white space of Unicode that has two or three bytes. */
static size_t rstrip(const unsigned char *p, size_t n)
{
	static const char *const wide[] = { "\xc2\x85", "\xc2\xa0", "\xe1\x9a\x80", "\xe2\x80\xa8",
					    "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f",
					    "\xe3\x80\x80" };

	for (size_t before = n + 1; before != n;) {
		struct view v = py_trim((struct view){ p, n });

		before = n;
		n = v.n > 0 ? (size_t)(v.p - p) + v.n : 0;
		for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++) {
			size_t len = strlen(wide[i]);

			if (n >= len && memcmp(p + n - len, wide[i], len) == 0)
				n -= len;
		}
		if (n >= 3 && p[n - 3] == 0xe2 && p[n - 2] == 0x80 && p[n - 1] >= 0x80 &&
		    p[n - 1] <= 0x8a)
			n -= 3;
	}
	return n;
}

/* The string that stands behind `call` in the line: NULL unless it is a plain literal. */
static const char *literal_after(struct site *s, const char *line, const char *call)
{
	const char *p = strstr(line, call), *end;

	if (p == NULL)
		return NULL;
	p += strlen(call);
	if (*p == 'r')
		p++;
	if (*p != '\'' && *p != '"')
		return NULL;
	end = strchr(p + 1, *p);
	if (end == NULL || end[1] != ')' || memchr(p, '\\', (size_t)(end - p)) != NULL)
		return NULL;
	return arena_strndup(s->c->a, p + 1, (size_t)(end - p) - 1);
}

/* easy-install.pth: what its lines added moves to the front. */
static void move_to_front(struct site *s)
{
	struct py_home *h = s->c->h;
	size_t n = h->path.n, from = s->easy_mark, k = 0;
	struct py_path_entry *moved = ARENA_ARRAY(s->c->a, n, struct py_path_entry);

	for (size_t i = from; i < n; i++)
		moved[k++] = h->path.items[i];
	for (size_t i = 0; i < from; i++)
		moved[k++] = h->path.items[i];
	memcpy(h->path.items, moved, n * sizeof(moved[0]));
}

/* addsitedir without known_paths begins with what sys.path has then, and its caller does not learn what
 * it added. */
static void add_dir_alone(struct site *s, const char *dir, const char *why)
{
	struct site outer = *s;
	struct home_ctx *c = s->c;

	table_init(&s->known, c->a);
	table_init(&s->processed, c->a);
	s->later.items = s->starts.items = NULL;
	s->later.n = s->later.cap = s->starts.n = s->starts.cap = 0;
	for (size_t i = 0; i < c->h->path.n; i++)
		if (py_exists(c->src, c->h->path.items[i].dir))
			(void)learn(s, c->h->path.items[i].dir);
	add_site_dir(s, dir, why);
	execute_later(s);
	outer.easy_mark = s->easy_mark;
	*s = outer;
}

/* In a virtual environment, site.py goes through its folder twice. The second time a module that a line
 * imports is there already. */
static bool is_known_import(const struct py_home *h, const char *file, const char *line)
{
	for (size_t i = 0; i < h->imports.n; i++)
		if (strcmp(h->imports.items[i].file, file) == 0 &&
		    strcmp(h->imports.items[i].line, line) == 0)
			return true;
	return false;
}

/* A line of an editable installation puts a finder behind the others, and an entry on sys.path that only
 * that one understands. */
static void install_editable(struct site *s, const char *file, const char *line)
{
	struct home_ctx *c = s->c;
	struct py_editable *e;
	const char *name;

	if (is_known_import(c->h, file, line) ||
	    !py_editable_read(c->store, c->a, py_dirname(c->a, file), line, &e, &name))
		return;
	if (e == NULL) {
		py_strings_add(c->a, &c->h->hooks, name);
		return;
	}
	*ARENA_PUSH(c->a, &c->h->editables) = e;
	if (e->placeholder != NULL)
		py_path_add(c, e->placeholder, arena_printf(c->a, "a line of %s", file))->from = file;
}

/* A line that is executed. What it does is for others to know, but for the few forms that change
 * sys.path and can be read off. */
static void execute(struct site *s, const char *file, const char *line)
{
	const char *dir;

	install_editable(s, file, line);
	if (!is_known_import(s->c->h, file, line))
		*ARENA_PUSH(s->c->a, &s->c->h->imports) = (struct py_pth_import){ file, line };
	if (strstr(line, "sys.__plen = len(sys.path)") != NULL)
		s->easy_mark = s->c->h->path.n;
	else if (strstr(line, "sys.path[p:p]=new") != NULL && s->easy_mark <= s->c->h->path.n)
		move_to_front(s);
	dir = literal_after(s, line, "site.addsitedir(");
	if (dir != NULL && s->nested < NESTED_MAX)
		add_dir_alone(s, dir, arena_printf(s->c->a, "a line of %s", file));
	dir = literal_after(s, line, "sys.path.append(");
	if (dir != NULL)
		py_path_add(s->c, dir, arena_printf(s->c->a, "a line of %s", file))->from = file;
}

/* A folder as a line names it: with the separators of its system. */
static const char *pth_folder(const struct home_ctx *c, struct view line)
{
	char *name = arena_strndup(c->a, (const char *)line.p, line.n);

	for (char *p = name; c->h->system->os == PY_OS_WINDOWS && *p != '\0'; p++)
		*p = *p == '\\' ? '/' : *p;
	return name;
}

static void pth_line(struct site *s, const char *sitedir, const char *file, struct view line)
{
	struct home_ctx *c = s->c;
	const char *dir;
	struct py_path_entry *e;

	if (s->batch)
		line = py_trim(line);
	if (line.n > 0 && line.p[0] == '#')
		return;
	if (line.n >= 7 && (memcmp(line.p, "import ", 7) == 0 || memcmp(line.p, "import\t", 7) == 0)) {
		const char *text = arena_strndup(c->a, (const char *)line.p, line.n);

		if (s->batch)
			*ARENA_PUSH(c->a, &s->later) = (struct py_pth_import){ file, text };
		else
			execute(s, file, text);
		return;
	}
	line.n = rstrip(line.p, line.n);
	if (line.n == 0 || memchr(line.p, 0, line.n) != NULL)
		return;
	dir = py_abspath(c->a, sitedir, pth_folder(c, line));
	if (!py_exists(c->src, dir) || !learn(s, dir))
		return;
	e = py_path_add(c, dir, arena_printf(c->a, "a line of %s", file));
	e->from = file;
}

/* The end of a line for str.splitlines(), in bytes; 0: none here. Text files know only the first three. */
static size_t line_end(struct view v, size_t at, bool splitlines)
{
	unsigned char ch = v.p[at];

	if (ch == '\r' && at + 1 < v.n && v.p[at + 1] == '\n')
		return 2;
	if (ch == '\n' || ch == '\r')
		return 1;
	if (!splitlines)
		return 0;
	if (ch == '\v' || ch == '\f' || (ch >= 0x1c && ch <= 0x1e))
		return 1;
	if (ch == 0xc2 && at + 1 < v.n && v.p[at + 1] == 0x85)
		return 2;
	return ch == 0xe2 && at + 2 < v.n && v.p[at + 1] == 0x80 &&
	       (v.p[at + 2] == 0xa8 || v.p[at + 2] == 0xa9) ? 3 : 0;
}

static bool is_utf8(struct view v)
{
	for (size_t i = 0; i < v.n;) {
		unsigned char ch = v.p[i];
		size_t more = ch < 0x80 ? 0 : ch >= 0xf0 && ch < 0xf5 ? 3 : ch >= 0xe0 && ch < 0xf0 ? 2 :
			      ch >= 0xc2 && ch < 0xe0 ? 1 : 4;

		if (more == 4 || more >= v.n - i)
			return false;
		for (size_t k = 1; k <= more; k++)
			if ((v.p[i + k] & 0xc0) != 0x80)
				return false;
		i += more + 1;
	}
	return true;
}

/* A line of a .start file is "package.module:function". */
static void start_line(struct site *s, const char *sitedir, const char *file, struct view line)
{
	const unsigned char *colon;

	(void)sitedir;
	line = py_trim(line);
	colon = line.n > 0 && line.p[0] != '#' ? memchr(line.p, ':', line.n) : NULL;
	if (colon != NULL) {
		int n = (int)(colon - line.p), rest = (int)(line.n - (size_t)n) - 1;

		*ARENA_PUSH(s->c->a, &s->starts) = (struct py_pth_import){
			file, arena_printf(s->c->a, "import %.*s; %.*s.%.*s()", n, (const char *)line.p, n,
					   (const char *)line.p, rest, (const char *)colon + 1)
		};
	}
}

/* From 3.13 on a byte order mark is passed over, and lines end as in str.splitlines(). */
static void each_line(struct site *s, const char *sitedir, const char *file, struct view v,
		      void (*fn)(struct site *, const char *, const char *, struct view))
{
	bool modern = s->c->h->minor >= 13;
	size_t begin = 0, at = 0, end;

	if (modern && v.n >= 3 && memcmp(v.p, "\xef\xbb\xbf", 3) == 0)
		begin = at = 3;
	for (; at < v.n; at += end != 0 ? end : 1) {
		end = line_end(v, at, modern);
		if (end != 0) {
			fn(s, sitedir, file, (struct view){ v.p + begin, at - begin });
			begin = at + end;
		}
	}
	if (begin < v.n)
		fn(s, sitedir, file, (struct view){ v.p + begin, v.n - begin });
}

/* addpackage */
static void add_pth(struct site *s, const char *sitedir, const char *name)
{
	struct home_ctx *c = s->c;
	const char *file = py_join(c->a, sitedir, name);
	struct view v;

	if (!py_bytes(c->store, file, &v))
		return;
	if (is_utf8(v))
		each_line(s, sitedir, file, v, pth_line);
	else
		c->h->not_followed = arena_printf(
			c->a, "an interpreter that stops at its start: %s is no UTF-8 text", file);
}

static void add_start(struct site *s, const char *sitedir, const char *name)
{
	const char *file = py_join(s->c->a, sitedir, name);
	struct view v;

	if (!py_bytes(s->c->store, file, &v) || !is_utf8(v))
		return;
	/* an empty one silences the .pth file of its name as well */
	*ARENA_PUSH(s->c->a, &s->starts) = (struct py_pth_import){ file, NULL };
	each_line(s, sitedir, file, v, start_line);
}

/* Is there a .start file in the place of that .pth file? */
static bool is_silenced(const struct site *s, const char *pth)
{
	size_t n = strlen(pth) - 4;

	for (size_t i = 0; i < s->starts.n; i++)
		if (strncmp(s->starts.items[i].file, pth, n) == 0 &&
		    strcmp(s->starts.items[i].file + n, ".start") == 0)
			return true;
	return false;
}

/* StartupState.process, but for the paths, which are there already. */
static void execute_later(struct site *s)
{
	for (size_t i = 0; i < s->later.n; i++)
		if (!is_silenced(s, s->later.items[i].file))
			execute(s, s->later.items[i].file, s->later.items[i].line);
	for (size_t i = 0; i < s->starts.n; i++)
		if (s->starts.items[i].line != NULL)
			execute(s, s->starts.items[i].file, s->starts.items[i].line);
	s->later.n = s->starts.n = 0;
}

static bool has_ending(const struct home_ctx *c, const char *name, const char *ending)
{
	size_t n = strlen(name), m = strlen(ending);

	return n >= m && strcmp(name + n - m, ending) == 0 &&
	       !(c->h->minor >= 13 && name[0] == '.');
}

/* addsitedir */
static void add_site_dir(struct site *s, const char *dir, const char *why)
{
	struct home_ctx *c = s->c;
	const char *path = py_abspath(c->a, c->cwd, dir);
	const struct store_listing *l;

	if (s->batch && table_get(&s->processed, path, elf_gnu_hash(path)) != NULL)
		return;
	table_put(&s->processed, path, elf_gnu_hash(path), s);
	s->nested++;
	if (learn(s, path))
		py_path_add(c, path, why);
	l = store_list(c->store, path);
	for (size_t i = 0; l != NULL && i < l->n; i++)
		if (has_ending(c, l->names[i], ".pth"))
			add_pth(s, path, arena_strdup(c->a, l->names[i]));
	for (size_t i = 0; s->batch && l != NULL && i < l->n; i++)
		if (has_ending(c, l->names[i], ".start"))
			add_start(s, path, arena_strdup(c->a, l->names[i]));
	s->nested--;
}

/* ---- site-packages ------------------------------------------------------------------------ */

/* getsitepackages for one prefix, as Debian's site.py has it. */
static void debian_dirs(struct site *s, const char *prefix, struct py_strings *out)
{
	struct home_ctx *c = s->c;
	const struct py_home *h = c->h;

	if (s->in_venv)
		py_strings_add(c->a, out, arena_printf(c->a, "%s/lib/python%u.%u/site-packages",
						       prefix, h->major, h->minor));
	py_strings_add(c->a, out, arena_printf(c->a, "%s/local/lib/python%u.%u/dist-packages", prefix,
					       h->major, h->minor));
	py_strings_add(c->a, out, arena_printf(c->a, "%s/lib/python3/dist-packages", prefix));
	py_strings_add(c->a, out, arena_printf(c->a, "%s/%s/dist-packages", prefix, c->subdir));
	if (strcmp(c->platlibdir, "lib") != 0)
		py_strings_add(c->a, out, arena_printf(c->a, "%s/lib/python%u.%u/dist-packages",
						       prefix, h->major, h->minor));
	if (mentions(s, "\"dist-python\""))
		py_strings_add(c->a, out, arena_printf(c->a, "%s/lib/dist-python", prefix));
}

/* getsitepackages for one prefix. */
static void site_dirs(struct site *s, const char *prefix, struct py_strings *out)
{
	struct home_ctx *c = s->c;
	const struct py_home *h = c->h;

	if (*prefix == '\0')
		return;
	if (strcmp(prefix, "/") == 0)
		prefix = "";
	if (h->debian) {
		debian_dirs(s, prefix, out);
		return;
	}
	py_strings_add(c->a, out, arena_printf(c->a, "%s/%s/site-packages", prefix, c->subdir));
	if (strcmp(c->platlibdir, "lib") != 0)
		py_strings_add(c->a, out, arena_printf(c->a, "%s/lib/python%u.%u%s/site-packages",
						       prefix, h->major, h->minor,
						       h->free_threaded ? "t" : ""));
}

static void add_site_packages(struct site *s, const struct py_strings *prefixes, const char *what)
{
	struct py_strings dirs = { 0 };
	struct home_ctx *c = s->c;

	for (size_t i = 0; i < prefixes->n; i++)
		site_dirs(s, prefixes->items[i], &dirs);
	for (size_t i = 0; i < dirs.n; i++) {
		if (!py_isdir(c->src, dirs.items[i]))
			continue;
		if (c->h->purelib == NULL)
			c->h->purelib = dirs.items[i];
		add_site_dir(s, dirs.items[i], what);
	}
	if (c->h->purelib == NULL && dirs.n > 0)
		c->h->purelib = dirs.items[0];
}

/* ---- virtual environment ------------------------------------------------------------------ */

/* venv(): pyvenv.cfg beside the executable or above it. NULL: none. */
static const char *venv_config(struct site *s, const char **prefix)
{
	struct home_ctx *c = s->c;
	const char *dir = py_dirname(c->a, py_abspath(c->a, c->cwd, c->h->executable));
	const char *above = py_dirname(c->a, dir);
	const char *file = py_join(c->a, dir, "pyvenv.cfg");

	*prefix = above;
	if (py_isfile(c->src, file))
		return file;
	file = py_join(c->a, above, "pyvenv.cfg");
	return py_isfile(c->src, file) ? file : NULL;
}

static void enter_venv(struct site *s)
{
	struct home_ctx *c = s->c;
	struct py_home *h = c->h;
	struct view text, line, key, value;
	struct py_strings own = { 0 };
	const char *prefix;
	const char *file = venv_config(s, &prefix);

	if (file == NULL)
		return;
	h->system_site = true;
	if (py_bytes(c->store, file, &text))
		while (py_next_line(&text, &line))
			if (py_key_value(line, &key, &value) &&
			    py_view_is_case(key, "include-system-site-packages"))
				h->system_site = py_view_is_case(value, "true");
	h->venv = py_dirname(c->a, file);
	if (h->minor >= 14) /* getpath has set it, unless PYTHONHOME is set */
		prefix = h->prefix;
	h->prefix = h->exec_prefix = prefix;
	s->in_venv = strcmp(h->prefix, h->base_prefix) != 0;
	py_strings_add(c->a, &own, prefix);
	add_site_packages(s, &own, "site-packages of the virtual environment");
	if (!h->system_site) {
		s->prefixes = own;
		c->user_site = false;
		return;
	}
	py_strings_add(c->a, &s->prefixes, prefix);
	memmove(s->prefixes.items + 1, s->prefixes.items,
		(s->prefixes.n - 1) * sizeof(s->prefixes.items[0]));
	s->prefixes.items[0] = prefix;
}

/* ---- the user's folder -------------------------------------------------------------------- */

/* The home folder of the user in /etc/passwd, as expanduser() finds it where HOME is not set. */
static const char *home_of_user(struct home_ctx *c)
{
	const char *uid = arena_printf(c->a, "%u", os_euid());
	struct view text, line;

	if (!py_bytes(c->store, "/etc/passwd", &text))
		return "/";
	if (text.n > PASSWD_BYTES)
		text.n = PASSWD_BYTES;
	while (py_next_line(&text, &line)) {
		const char *s = arena_strndup(c->a, (const char *)line.p, line.n);
		const char *field[6] = { s };
		int n = 1;

		for (; n < 6 && (s = strchr(s, ':')) != NULL; n++)
			field[n] = ++s;
		if (n == 6 && strncmp(field[2], uid, strlen(uid)) == 0 &&
		    field[2][strlen(uid)] == ':')
			return arena_strndup(c->a, field[5], strcspn(field[5], ":"));
	}
	return "/";
}

static const char *user_base(struct home_ctx *c)
{
	const char *base = str_env(c->ask->environ, "PYTHONUSERBASE");
	const char *home = str_env(c->ask->environ, "HOME");
	size_t n;

	if (base != NULL && *base != '\0')
		return base;
	if (home == NULL)
		home = home_of_user(c);
	for (n = strlen(home); n > 0 && home[n - 1] == '/'; n--)
		;
	return arena_printf(c->a, "%.*s/.local", (int)n, home);
}

static void find_user_site(struct home_ctx *c)
{
	c->h->user_site = arena_printf(c->a, "%s/lib/python%u.%u%s/site-packages", user_base(c),
				       c->h->major, c->h->minor,
				       c->h->minor >= 13 && c->h->free_threaded ? "t" : "");
}

/* ---- the whole ---------------------------------------------------------------------------- */

void py_site_folders(struct home_ctx *c, const struct py_strings *dirs, const char *why)
{
	struct site s = { .c = c };

	table_init(&s.known, c->a);
	table_init(&s.processed, c->a);
	for (size_t i = 0; i < c->h->path.n; i++)
		(void)learn(&s, c->h->path.items[i].dir);
	for (size_t i = 0; i < dirs->n; i++)
		add_site_dir(&s, dirs->items[i], why);
}

void py_site(struct home_ctx *c)
{
	struct site s = { .c = c };
	struct py_home *h = c->h;
	const char *file;

	find_user_site(c);
	file = h->stdlib != NULL ? py_join(c->a, h->stdlib, "site.py") : "";
	if (*file == '\0' || !py_bytes(c->store, file, &s.text))
		s.text = (struct view){ NULL, 0 };
	h->debian = mentions(&s, "dist-packages");
	if (!c->site)
		return;
	table_init(&s.known, c->a);
	table_init(&s.processed, c->a);
	s.batch = mentions(&s, "_processed_sitedirs");
	remove_duplicates(&s);
	py_strings_add(c->a, &s.prefixes, h->base_prefix);
	if (strcmp(h->base_prefix, h->base_exec_prefix) != 0)
		py_strings_add(c->a, &s.prefixes, h->base_exec_prefix);
	enter_venv(&s);
	h->user_site_used = c->user_site && py_isdir(c->src, h->user_site);
	if (h->user_site_used)
		add_site_dir(&s, h->user_site, "the user's site-packages");
	if (c->user_site && mentions(&s, "PREFIXES.insert(0, \"/usr/local\")") &&
	    str_env(c->ask->environ, "RPM_BUILD_ROOT") == NULL) {
		struct py_strings local = { 0 };

		py_strings_add(c->a, &local, "/usr/local");
		add_site_packages(&s, &local, "site-packages of /usr/local");
	}
	add_site_packages(&s, &s.prefixes, h->debian ? "dist-packages" : "site-packages");
	execute_later(&s);
}
