/* pc.c - .pc files, and what pkg-config would answer.
 *
 * Where upstream decides: pkgconf 1.8: libpkgconf/{pkg,parser,dependency,tuple,fragment,path}.c, cli/main.c.
 */
#include "build/pc.h"

#include <string.h>

#include "build/go_env.h"
#include "build/go_text.h"
#include "message/go_text.h"

enum { MAX_DEPTH = 64, MAX_EXPAND = 64 << 10, MAX_FAULTS = 100, MAX_VISITS = 20000 };

struct pc_dep {
	const char *name, *op, *version; /* op NULL: any */
};

struct pc_package {
	const char *name, *file; /* file NULL: not there */
	const char *version, *title, *description;
	struct map vars;
	struct {
		struct pc_dep *items;
		size_t n, cap;
	} requires, requires_private, conflicts;
	struct go_words libs, libs_private, cflags;
	bool solved, on_walk;
};

/* ---- versions --------------------------------------------------------------------------------- */

static bool alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t run_of(const char *s, bool digits)
{
	size_t n = 0;

	while (s[n] != '\0' && (digits ? digit(s[n]) : alnum(s[n]) && !digit(s[n])))
		n++;
	return n;
}

static int compare_run(const char *a, size_t na, const char *b, size_t nb, bool digits)
{
	int c;

	while (digits && na > 0 && *a == '0') {
		a++;
		na--;
	}
	while (digits && nb > 0 && *b == '0') {
		b++;
		nb--;
	}
	if (digits && na != nb)
		return na < nb ? -1 : 1;
	c = memcmp(a, b, na < nb ? na : nb);
	if (c != 0)
		return c < 0 ? -1 : 1;
	return na < nb ? -1 : na > nb;
}

int pc_compare(const char *a, const char *b)
{
	if (strcmp(a, b) == 0)
		return 0;
	while (*a != '\0' || *b != '\0') {
		size_t na, nb;
		bool digits;
		int c;

		while (*a != '\0' && !alnum(*a) && *a != '~')
			a++;
		while (*b != '\0' && !alnum(*b) && *b != '~')
			b++;
		if (*a == '~' || *b == '~') {
			if (*a != '~')
				return 1;
			if (*b != '~')
				return -1;
			a++;
			b++;
			continue;
		}
		if (*a == '\0' || *b == '\0')
			break;
		digits = digit(*a);
		na = run_of(a, digits);
		nb = run_of(b, digits);
		if (nb == 0)
			return digits ? 1 : -1;
		c = compare_run(a, na, b, nb, digits);
		if (c != 0)
			return c;
		a += na;
		b += nb;
	}
	if (*a == '\0' && *b == '\0')
		return 0;
	return *a == '\0' ? -1 : 1;
}

static bool satisfies(const char *have, const char *op, const char *want)
{
	int c;

	if (op == NULL)
		return true;
	c = pc_compare(have, want);
	if (strcmp(op, "=") == 0)
		return c == 0;
	if (strcmp(op, "!=") == 0)
		return c != 0;
	if (strcmp(op, "<") == 0)
		return c < 0;
	if (strcmp(op, "<=") == 0)
		return c <= 0;
	return strcmp(op, ">") == 0 ? c > 0 : c >= 0;
}

/* ---- folders ---------------------------------------------------------------------------------- */

static void add_dirs(struct pc *p, const char *list)
{
	while (list != NULL && *list != '\0') {
		size_t n = strcspn(list, ":");

		if (n > 0)
			go_add(p->a, &p->dirs, arena_strndup(p->a, list, n));
		list += n + (list[n] == ':');
	}
}

/* "aarch64-linux-gnu" of "aarch64-linux-gnu-pkg-config"; else the one of this system's programs. */
static const char *triplet(struct pc *p, const char *program)
{
	const char *base = go_base(program);
	static const char *const known[][2] = { { "amd64", "x86_64-linux-gnu" },
						{ "arm64", "aarch64-linux-gnu" },
						{ "386", "i386-linux-gnu" },
						{ "arm", "arm-linux-gnueabihf" },
						{ "ppc64le", "powerpc64le-linux-gnu" },
						{ "s390x", "s390x-linux-gnu" },
						{ "riscv64", "riscv64-linux-gnu" } };

	if (go_ends(base, "-pkg-config") || go_ends(base, "-pkgconf"))
		return arena_strndup(p->a, base, (size_t)(strstr(base, "-pkg") - base));
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i][0], p->g->env.hostarch) == 0)
			return known[i][1];
	return "none";
}

void pc_open(struct pc *p, struct go *g, const char *program)
{
	const char *t, *libdir = go_os_env(g, "PKG_CONFIG_LIBDIR");

	memset(p, 0, sizeof(*p));
	p->a = g->a;
	p->g = g;
	map_init(&p->packages);
	p->sysroot = go_os_env(g, "PKG_CONFIG_SYSROOT_DIR");
	if (p->sysroot != NULL && (*p->sysroot == '\0' || strcmp(p->sysroot, "/") == 0))
		p->sysroot = NULL;
	add_dirs(p, go_os_env(g, "PKG_CONFIG_PATH"));
	if (libdir != NULL) {
		add_dirs(p, libdir);
		return;
	}
	t = triplet(p, program);
	add_dirs(p, arena_printf(
			    p->a,
			    "/usr/local/lib/%s/pkgconfig:/usr/local/lib/pkgconfig:/usr/local/share/pkgconfig:"
			    "/usr/lib/%s/pkgconfig:/usr/lib/pkgconfig:/usr/share/pkgconfig",
			    t, t));
	if (!go_is_dir(g, arena_printf(p->a, "/usr/lib/%s", t)))
		add_dirs(p, "/usr/local/lib64/pkgconfig:/usr/lib64/pkgconfig");
}

static void drop_package(void *v)
{
	struct pc_package *pkg = v;

	map_free(&pkg->vars, NULL);
}

void pc_close(struct pc *p)
{
	map_free(&p->packages, drop_package);
}

/* ---- reading one ------------------------------------------------------------------------------ */

/* ${name} replaced, as often as it takes; what is not known is nothing. */
static const char *expand(struct pc *p, struct pc_package *pkg, const char *s, int depth)
{
	const char *out = "";

	while (*s != '\0' && strlen(out) < MAX_EXPAND) {
		const char *at = strchr(s, '$'), *end, *value;

		if (at == NULL)
			return arena_printf(p->a, "%s%s", out, s);
		out = arena_printf(p->a, "%s%.*s", out, (int)(at - s), s);
		if (at[1] == '$') {
			out = arena_printf(p->a, "%s$", out);
			s = at + 2;
			continue;
		}
		end = at[1] == '{' ? strchr(at, '}') : NULL;
		if (end == NULL) {
			out = arena_printf(p->a, "%s$", out);
			s = at + 1;
			continue;
		}
		value = map_get(&pkg->vars, at + 2, (size_t)(end - at - 2));
		if (value != NULL && depth < MAX_DEPTH)
			out = arena_printf(p->a, "%s%s", out, expand(p, pkg, value, depth + 1));
		s = end + 1;
	}
	return out;
}

/* "a >= 1, b c = 2" */
static void read_deps(struct pc *p, const char *s, void *list)
{
	struct {
		struct pc_dep *items;
		size_t n, cap;
	} *l = list;

	for (;;) {
		struct pc_dep *d;
		size_t n;

		s += strspn(s, " ,\t");
		n = strcspn(s, " ,\t<>=!");
		if (n == 0)
			return;
		d = ARENA_PUSH(p->a, l);
		d->name = arena_strndup(p->a, s, n);
		s += n;
		s += strspn(s, " \t");
		n = strspn(s, "<>=!");
		if (n == 0)
			continue;
		d->op = arena_strndup(p->a, s, n);
		s += n;
		s += strspn(s, " \t");
		n = strcspn(s, " ,\t");
		d->version = arena_strndup(p->a, s, n);
		s += n;
	}
}

/* pkgconf_argv_split: blanks, quotes, backslashes. */
static void split_args(struct pc *p, const char *s, struct go_words *out)
{
	char *word = arena_alloc(p->a, strlen(s) + 1);
	size_t n = 0;
	bool any = false;
	char quote = '\0';

	for (; *s != '\0'; s++) {
		if (quote != '\0' && *s == quote) {
			quote = '\0';
		} else if (*s == '\\' && s[1] != '\0' &&
			   (quote == '\0' || (quote == '"' && strchr("$`\"\\", s[1]) != NULL))) {
			word[n++] = *++s;
			any = true;
		} else if (quote != '\0') {
			word[n++] = *s;
		} else if (*s == '"' || *s == '\'') {
			quote = *s;
			any = true;
		} else if (strchr(" \t\n\r", *s) != NULL) {
			if (n > 0 || any)
				go_add(p->a, out, arena_strndup(p->a, word, n));
			n = 0;
			any = false;
		} else {
			word[n++] = *s;
		}
	}
	if (n > 0 || any)
		go_add(p->a, out, arena_strndup(p->a, word, n));
}

static void field(struct pc *p, struct pc_package *pkg, const char *key, const char *value)
{
	value = expand(p, pkg, value, 0);
	if (strcasecmp(key, "Name") == 0)
		pkg->title = value;
	else if (strcasecmp(key, "Description") == 0)
		pkg->description = value;
	else if (strcasecmp(key, "Version") == 0)
		pkg->version = arena_strndup(p->a, value, strcspn(value, " \t"));
	else if (strcasecmp(key, "Requires") == 0)
		read_deps(p, value, &pkg->requires);
	else if (strcasecmp(key, "Requires.private") == 0)
		read_deps(p, value, &pkg->requires_private);
	else if (strcasecmp(key, "Conflicts") == 0)
		read_deps(p, value, &pkg->conflicts);
	else if (strcasecmp(key, "Libs") == 0)
		split_args(p, value, &pkg->libs);
	else if (strcasecmp(key, "Libs.private") == 0)
		split_args(p, value, &pkg->libs_private);
	else if (strcasecmp(key, "Cflags") == 0)
		split_args(p, value, &pkg->cflags);
}

static void one_line(struct pc *p, struct pc_package *pkg, const char *s)
{
	size_t n;
	const char *key, *value;

	s += strspn(s, " \t");
	n = 0;
	while (alnum(s[n]) || (s[n] != '\0' && strchr("_.-+", s[n]) != NULL))
		n++;
	key = arena_strndup(p->a, s, n);
	s += n;
	s += strspn(s, " \t");
	if (n == 0 || (*s != ':' && *s != '='))
		return;
	value = go_trim(p->a, s + 1, strlen(s + 1));
	if (*s == ':') {
		field(p, pkg, key, value);
		return;
	}
	/* The sysroot goes in front of what variables begin with. */
	map_put_str(&pkg->vars, key, (void *)(uintptr_t)expand(p, pkg, value, 0));
}

/* Lines: comments are cut off, a backslash at the end goes on. */
static void parse(struct pc *p, struct pc_package *pkg, struct view v)
{
	char *line = arena_alloc(p->a, v.n + 1);
	size_t n = 0;

	for (size_t i = 0; i <= v.n; i++) {
		char c = i < v.n ? (char)v.p[i] : '\n';

		if (c == '\\' && i + 1 < v.n && (v.p[i + 1] == '\n' || v.p[i + 1] == '\r')) {
			i += v.p[i + 1] == '\r' && i + 2 < v.n && v.p[i + 2] == '\n' ? 2 : 1;
			while (i + 1 < v.n && (v.p[i + 1] == ' ' || v.p[i + 1] == '\t'))
				i++;
			continue;
		}
		if (c == '\\' && i + 1 < v.n && v.p[i + 1] == '#') {
			line[n++] = (char)v.p[++i];
			continue;
		}
		if (c == '#')
			while (i < v.n && v.p[i] != '\n')
				i++;
		if (c != '\n' && c != '#' && c != '\0') {
			line[n++] = c;
			continue;
		}
		line[n] = '\0';
		one_line(p, pkg, arena_strndup(p->a, line, n));
		n = 0;
	}
}

static const char *find_file(struct pc *p, const char *name)
{
	if (go_ends(name, ".pc"))
		return go_is_file(p->g, name) ? name : NULL;
	for (int uninstalled = 1; uninstalled >= 0; uninstalled--)
		for (size_t i = 0; i < p->dirs.n; i++) {
			const char *file = arena_printf(p->a, "%s/%s%s.pc", p->dirs.items[i], name,
							uninstalled ? "-uninstalled" : "");

			if (uninstalled && go_os_env(p->g, "PKG_CONFIG_DISABLE_UNINSTALLED") != NULL)
				break;
			if (go_is_file(p->g, file))
				return file;
		}
	return NULL;
}

static struct pc_package *package(struct pc *p, const char *name)
{
	struct pc_package *pkg = map_get_str(&p->packages, name);
	struct view v;

	if (pkg != NULL)
		return pkg;
	pkg = ARENA_NEW(p->a, struct pc_package);
	pkg->name = name;
	map_init(&pkg->vars);
	map_put_str(&p->packages, name, pkg);
	pkg->file = find_file(p, name);
	if (pkg->file == NULL || !go_read(p->g, pkg->file, &v)) {
		pkg->file = NULL;
		return pkg;
	}
	go_add(p->a, &p->files, pkg->file);
	map_put_str(&pkg->vars, "pcfiledir", (void *)(uintptr_t)go_dir(p->a, pkg->file));
	map_put_str(&pkg->vars, "pc_sysrootdir", (void *)(uintptr_t)(p->sysroot != NULL ? p->sysroot : "/"));
	map_put_str(&pkg->vars, "pc_top_builddir", (void *)(uintptr_t) "$(top_builddir)");
	parse(p, pkg, v);
	/* These three must be there. */
	if (pkg->title == NULL || pkg->description == NULL || pkg->version == NULL)
		pkg->file = NULL;
	return pkg;
}

/* ---- solving ---------------------------------------------------------------------------------- */

static struct pc_fault *fault(struct pc *p, enum pc_fault_kind kind, const struct pc_dep *d,
			      const struct pc_package *by)
{
	struct pc_fault *f = ARENA_PUSH(p->a, &p->faults);

	f->kind = kind;
	f->name = d->name;
	f->by = by != NULL ? by->name : NULL;
	f->by_file = by != NULL ? by->file : NULL;
	if (d->op != NULL)
		f->want = arena_printf(p->a, "%s %s", d->op, d->version);
	return f;
}

static void not_found(struct pc *p, const struct pc_dep *d, const struct pc_package *by)
{
	struct pc_fault *f = fault(p, by != NULL ? PC_REQUIRED_NOT_FOUND : PC_NOT_FOUND, d, by);

	if (!p->noticed) {
		go_add(p->a, &p->lines,
		       arena_printf(p->a, GO_TEXT_PC_SEARCHED, d->name));
		go_add(p->a, &p->lines,
		       arena_printf(p->a, GO_TEXT_PC_PERHAPS, d->name));
		go_add(p->a, &p->lines, GO_TEXT_PC_PATH);
		p->noticed = true;
	}
	f->text = arena_printf(p->a, GO_TEXT_PC_REQUIRED, d->name,
			       by != NULL ? by->name : "virtual:world");
	go_add(p->a, &p->lines, f->text);
}

static void wrong_version(struct pc *p, const struct pc_dep *d, const struct pc_package *by,
			  const struct pc_package *pkg)
{
	struct pc_fault *f = fault(p, PC_VERSION, d, by);

	f->have = pkg->version;
	f->text = arena_printf(p->a, GO_TEXT_PC_VERSION,
			       d->name, d->op, d->version);
	go_add(p->a, &p->lines, f->text);
	go_add(p->a, &p->lines,
	       arena_printf(p->a, GO_TEXT_PC_HAS, d->name,
			    pkg->version, f->want));
}

static void conflict(struct pc *p, const struct pc_dep *d, const struct pc_package *by,
		     const struct pc_package *pkg)
{
	struct pc_fault *f = fault(p, PC_CONFLICT, d, by);

	f->have = pkg->version;
	f->text = arena_printf(
		p->a, GO_TEXT_PC_CONFLICT,
		pkg->version, d->name, by->name, d->name, f->want != NULL ? " " : "",
		f->want != NULL ? f->want : "");
	go_add(p->a, &p->lines, f->text);
}

static bool solve(struct pc *p, const struct pc_dep *d, struct pc_package *by, bool with_private, int depth)
{
	struct pc_package *pkg = package(p, d->name);
	bool ok = true;

	if (p->faults.n > MAX_FAULTS || depth > MAX_DEPTH)
		return p->faults.n == 0;
	if (pkg->file == NULL) {
		not_found(p, d, by);
		return false;
	}
	if (!satisfies(pkg->version, d->op, d->version)) {
		wrong_version(p, d, by, pkg);
		return false;
	}
	if (pkg->solved)
		return true;
	pkg->solved = true;
	for (size_t i = 0; i < pkg->requires.n; i++) {
		ok = solve(p, &pkg->requires.items[i], pkg, with_private, depth + 1) && ok;
		for (size_t k = 0; ok && k < pkg->conflicts.n; k++) {
			const struct pc_dep *c = &pkg->conflicts.items[k];
			const struct pc_package *other = package(p, pkg->requires.items[i].name);

			if (strcmp(c->name, other->name) == 0 &&
			    satisfies(other->version, c->op, c->version)) {
				conflict(p, c, pkg, other);
				ok = false;
			}
		}
	}
	for (size_t i = 0; with_private && i < pkg->requires_private.n; i++) {
		size_t n = p->faults.n;

		ok = solve(p, &pkg->requires_private.items[i], pkg, with_private, depth + 1) && ok;
		for (; n < p->faults.n; n++)
			p->faults.items[n].is_private = true;
	}
	return ok;
}

bool pc_solve(struct pc *p, const struct go_words *names, bool with_private)
{
	bool ok = true;

	for (size_t i = 0; i < names->n; i++) {
		struct pc_dep d = { names->items[i], NULL, NULL };

		ok = solve(p, &d, NULL, with_private, 0) && ok;
	}
	return ok;
}

/* ---- flags ------------------------------------------------------------------------------------ */

static bool system_dir(const char *dir)
{
	static const char *const dirs[] = { "/usr/include",
					    "/usr/lib",
					    "/lib",
					    "/usr/lib/x86_64-linux-gnu",
					    "/lib/x86_64-linux-gnu",
					    "/usr/lib/aarch64-linux-gnu",
					    "/lib/aarch64-linux-gnu",
					    "/lib/i386-linux-gnu",
					    "/usr/lib/i386-linux-gnu" };
	size_t n = strlen(dir);

	while (n > 1 && dir[n - 1] == '/')
		n--;
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		if (strlen(dirs[i]) == n && strncmp(dirs[i], dir, n) == 0)
			return true;
	return false;
}

/* Flags with a word of their own behind them stay together. */
static bool takes_word(const char *s)
{
	return strcmp(s, "-framework") == 0 || strcmp(s, "-isystem") == 0 || strcmp(s, "-idirafter") == 0;
}

/* A duplicate of -l goes behind, one of -I and -L is not added. */
static void add_flag(struct pc *p, struct go_words *out, const char *s)
{
	bool later = !(go_starts(s, "-I") || go_starts(s, "-L") || go_starts(s, "-F"));

	for (size_t i = 0; i < out->n; i++)
		if (strcmp(out->items[i], s) == 0) {
			if (!later || go_starts(s, "-Wl,"))
				return;
			memmove(out->items + i, out->items + i + 1, (out->n - i - 1) * sizeof(*out->items));
			out->n--;
			break;
		}
	go_add(p->a, out, s);
}

static void add_flags(struct pc *p, const struct go_words *from, struct go_words *out)
{
	for (size_t i = 0; i < from->n; i++) {
		const char *s = from->items[i];
		bool path = (go_starts(s, "-I") || go_starts(s, "-L")) && s[2] != '\0';

		if (path && p->sysroot != NULL && !go_starts(s + 2, p->sysroot))
			s = arena_printf(p->a, "%.2s%s%s", s, p->sysroot, s + 2);
		if (path && system_dir(s + 2))
			continue;
		if (takes_word(s) && i + 1 < from->n) {
			go_add(p->a, out, s);
			go_add(p->a, out, from->items[++i]);
		} else {
			add_flag(p, out, s);
		}
	}
}

enum walk { WALK_CFLAGS, WALK_LIBS, WALK_STATIC };

/* Packages are visited as often as they are named, but not within themselves. */
static void walk(struct pc *p, struct pc_package *pkg, enum walk w, struct go_words *out, int depth)
{
	if (pkg->on_walk || pkg->file == NULL || depth > MAX_DEPTH || p->visits > MAX_VISITS)
		return;
	p->visits++;
	pkg->on_walk = true;
	add_flags(p, w == WALK_CFLAGS ? &pkg->cflags : &pkg->libs, out);
	if (w == WALK_STATIC)
		add_flags(p, &pkg->libs_private, out);
	for (size_t i = 0; i < pkg->requires.n; i++)
		walk(p, package(p, pkg->requires.items[i].name), w, out, depth + 1);
	for (size_t i = 0; w != WALK_LIBS && i < pkg->requires_private.n; i++)
		walk(p, package(p, pkg->requires_private.items[i].name), w, out, depth + 1);
	pkg->on_walk = false;
}

void pc_cflags(struct pc *p, const struct go_words *names, struct go_words *out)
{
	for (size_t i = 0; i < names->n; i++)
		walk(p, package(p, names->items[i]), WALK_CFLAGS, out, 0);
}

void pc_libs(struct pc *p, const struct go_words *names, bool is_static, struct go_words *out)
{
	for (size_t i = 0; i < names->n; i++)
		walk(p, package(p, names->items[i]), is_static ? WALK_STATIC : WALK_LIBS, out, 0);
}
