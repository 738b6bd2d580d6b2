/* go_modules.c - which module provides a package: go.mod, go.work, vendor/, the module cache, replacements,
 * go.sum, minimal version selection; and GOPATH where modules are off.
 *
 * Where upstream decides: cmd/go/internal/modload (init.go, buildlist.go, import.go, vendor.go).
 */
#include <stdlib.h>
#include <string.h>

#include "build/go_env.h"
#include "build/go_package.h"
#include "build/go_text.h"
#include "message/go_text.h"

enum { MAX_MODULES = 50000 };

static void *unconst(const void *p)
{
	return (void *)(uintptr_t)p;
}

/* ---- finding the files ------------------------------------------------------------------------ */

/* Upwards from the working folder. */
static const char *find_up(struct go *g, const char *name)
{
	for (const char *dir = g->cwd;; dir = go_dir(g->a, dir)) {
		const char *path = go_join(g->a, dir, name);

		if (go_is_file(g, path))
			return path;
		if (strcmp(dir, "/") == 0 || strcmp(dir, ".") == 0)
			return NULL;
	}
}

static const char *find_work(struct go *g)
{
	const char *s = go_getenv(g, "GOWORK"), *found;

	if (strcmp(s, "off") == 0)
		return NULL;
	if (*s != '\0' && strcmp(s, "auto") != 0)
		return s;
	found = find_up(g, "go.work");
	if (found != NULL && g->env.goroot != NULL && go_has_prefix(found, g->env.goroot))
		return NULL;
	return found;
}

static bool bad_modfile(struct go *g, const struct go_modfile *m)
{
	struct go_problem *p = go_problem(g, GO_MODFILE, GO_TEXT_ERRORS_PARSING, go_short_path(g, m->file));

	go_add(g->a, &p->more, m->error);
	p->object = m->file;
	p->at.file = m->file;
	return false;
}

static bool add_main(struct go *g, const char *path, const char *dir)
{
	struct go_modfile *m = go_modfile_read(g, path);

	if (m == NULL) {
		go_problem(g, GO_MODFILE, GO_TEXT_WORK_MODULE, go_short_path(g, dir), go_short_path(g, path))
			->object = path;
		return false;
	}
	m->dir = dir;
	if (m->error != NULL)
		return bad_modfile(g, m);
	for (size_t i = 0; i < m->replace.n; i++)
		m->replace.items[i].base = dir;
	*ARENA_PUSH(g->a, &g->mods.main) = m;
	return true;
}

static bool open_work(struct go *g, const char *path)
{
	struct go_modfile *w = go_modfile_read(g, path);

	if (w == NULL || w->error != NULL) {
		if (w != NULL)
			return bad_modfile(g, w);
		go_problem(g, GO_MODFILE, GO_TEXT_WORK_OPEN, path)->object = path;
		return false;
	}
	g->mods.work = w;
	for (size_t i = 0; i < w->use.n; i++) {
		const char *use = w->use.items[i];
		const char *dir = use[0] == '/' ? go_clean(g->a, use) : go_join(g->a, w->dir, use);

		if (!add_main(g, go_join(g->a, dir, "go.mod"), dir))
			return false;
	}
	return true;
}

/* ---- the version of go -------------------------------------------------------------------------- */

/* A toolchain that go has downloaded before takes its place. */
static bool switch_toolchain(struct go *g, const char *want)
{
	const char *dir;

	if (g->env.modcache == NULL)
		return false;
	dir = arena_printf(g->a, "%s/golang.org/toolchain@v0.0.1-go%s.%s-%s", g->env.modcache, want,
			   g->env.hostos, g->env.hostarch);
	if (!go_is_dir(g, dir))
		return false;
	g->env.goroot = dir;
	g->env.gosrc = go_join(g->a, dir, "src");
	g->env.version = want;
	g->env.minor = go_starts(want, "1.") ? (int)strtol(want + 2, NULL, 10) : g->env.minor;
	return true;
}

/* "1.23" means the first release of it, "1.23.0"; 1.20 and older have no third number there. */
static const char *release_of(struct go *g, const char *v)
{
	const char *dot = strchr(v, '.');

	if (dot != NULL && strpbrk(dot + 1, ".rb") == NULL && strtol(dot + 1, NULL, 10) >= 21)
		return arena_printf(g->a, "%s.0", v);
	return v;
}

static bool version_check(struct go *g, const struct go_modfile *m, const char *what)
{
	const char *want = m->go, *mode = go_getenv(g, "GOTOOLCHAIN");
	bool may_switch = strstr(mode, "auto") != NULL || strstr(mode, "path") != NULL;
	struct go_problem *p;

	if (want == NULL || g->env.version == NULL)
		return true;
	if (may_switch && m->toolchain != NULL && go_starts(m->toolchain, "go") &&
	    go_compare_go(m->toolchain + 2, want) > 0)
		want = m->toolchain + 2;
	if (go_compare_go(want, g->env.version) <= 0)
		return true;
	if (may_switch && switch_toolchain(g, release_of(g, want)))
		return true;
	if (may_switch && strcmp(go_getenv(g, "GOPROXY"), "off") != 0) {
		p = go_problem(g, GO_TOO_OLD, GO_TEXT_DOWNLOADING, release_of(g, want),
			       g->env.hostos, g->env.hostarch);
		p->likely = true;
		p->assumes = "go cannot fetch that release; if it can, it does so and goes on";
	} else if (may_switch) {
		p = go_problem(g, GO_TOO_OLD, GO_TEXT_DOWNLOAD,
			       release_of(g, want), g->env.hostos, g->env.hostarch);
	} else {
		p = go_problem(g, GO_TOO_OLD, GO_TEXT_TOO_OLD, what, want,
			       g->env.version,
			       *mode != '\0' ? arena_printf(g->a, "; GOTOOLCHAIN=%s", mode) : "");
	}
	p->detail = "too-old";
	p->object = arena_printf(g->a, "go%s", want);
	p->other = g->env.version;
	p->at = (struct go_place){ m->file, m->go_line, 0 };
	return false;
}

/* ---- replacements ------------------------------------------------------------------------------ */

static const struct go_replace *replace_in(const struct go_modfile *m, const char *path, const char *version)
{
	const struct go_replace *any = NULL;

	for (size_t i = 0; i < m->replace.n; i++) {
		const struct go_replace *r = &m->replace.items[i];

		if (strcmp(r->path, path) != 0)
			continue;
		if (r->version != NULL && strcmp(r->version, version) == 0)
			return r;
		if (r->version == NULL)
			any = r;
	}
	return any;
}

static const struct go_replace *find_replace(const struct go *g, const char *path, const char *version)
{
	const struct go_replace *r = g->mods.work != NULL ? replace_in(g->mods.work, path, version) : NULL;

	for (size_t i = 0; r == NULL && i < g->mods.main.n; i++)
		r = replace_in(g->mods.main.items[i], path, version);
	return r;
}

static bool is_main(const struct go *g, const char *path)
{
	for (size_t i = 0; i < g->mods.main.n; i++)
		if (g->mods.main.items[i]->module != NULL && strcmp(g->mods.main.items[i]->module, path) == 0)
			return true;
	return false;
}

static const char *replaced_dir(struct go *g, const struct go_replace *r)
{
	return r->to[0] == '/' ? go_clean(g->a, r->to) : go_join(g->a, r->base, r->to);
}

/* The path of the go.mod of a version: of its folder, or in the download cache. NULL: nowhere. */
static const char *modfile_of(struct go *g, const char *path, const char *version)
{
	const struct go_replace *r = find_replace(g, path, version);

	if (r != NULL && r->to_version == NULL)
		return go_join(g->a, replaced_dir(g, r), "go.mod");
	if (r != NULL) {
		path = r->to;
		version = r->to_version;
	}
	if (g->env.modcache == NULL)
		return NULL;
	return arena_printf(g->a, "%s/cache/download/%s/@v/%s.mod", g->env.modcache, go_escape(g->a, path),
			    go_escape(g->a, version));
}

/* ---- minimal version selection ----------------------------------------------------------------- */

struct node {
	const char *path, *version;
	bool unpruned;
};
struct nodes {
	struct node *items;
	size_t n, cap;
};

static bool is_excluded(const struct go *g, const char *path, const char *version)
{
	for (size_t i = 0; i < g->mods.main.n; i++)
		for (size_t k = 0; k < g->mods.main.items[i]->exclude.n; k++)
			if (strcmp(g->mods.main.items[i]->exclude.items[k].path, path) == 0 &&
			    strcmp(g->mods.main.items[i]->exclude.items[k].version, version) == 0)
				return true;
	return false;
}

static void select_version(struct go *g, const char *path, const char *version)
{
	struct go_module *m = map_get_str(&g->mods.selected, path);

	if (is_main(g, path) || is_excluded(g, path, version))
		return;
	if (m == NULL) {
		m = ARENA_NEW(g->a, struct go_module);
		m->path = path;
		map_put_str(&g->mods.selected, path, m);
	}
	if (m->version == NULL || go_compare_semver(version, m->version) > 0)
		m->version = version;
}

static bool prunes(const struct go_modfile *m)
{
	return m->go != NULL && go_compare_go(m->go, "1.17") >= 0;
}

static void enqueue(struct go *g, struct nodes *q, struct map *seen, const char *path, const char *version,
		    bool unpruned)
{
	const char *key = arena_printf(g->a, "%s %s %d", path, version, unpruned);
	struct node *n;

	if (is_main(g, path) || is_excluded(g, path, version) || map_get_str(seen, key) != NULL ||
	    q->n >= MAX_MODULES)
		return;
	map_put_str(seen, key, unconst(path));
	n = ARENA_PUSH(g->a, q);
	*n = (struct node){ path, version, unpruned };
}

/* Requirements of one version; of one that prunes they are taken, but not followed. */
static void expand(struct go *g, struct nodes *q, struct map *seen, struct node n)
{
	const char *file = modfile_of(g, n.path, n.version);
	struct go_modfile *m = file != NULL ? go_modfile_read(g, file) : NULL;
	struct go_module *sel = map_get_str(&g->mods.selected, n.path);

	if (m == NULL) {
		g->mods.graph_incomplete = true;
		return;
	}
	if (sel != NULL && sel->version == n.version)
		sel->go = m->go;
	for (size_t i = 0; i < m->require.n; i++)
		select_version(g, m->require.items[i].path, m->require.items[i].version);
	if (!n.unpruned && prunes(m))
		return;
	for (size_t i = 0; i < m->require.n; i++)
		enqueue(g, q, seen, m->require.items[i].path, m->require.items[i].version,
			n.unpruned || !prunes(m));
}

static void select_all(struct go *g)
{
	struct nodes q = { NULL, 0, 0 };
	struct map seen;

	map_init(&seen);
	for (size_t i = 0; i < g->mods.main.n; i++) {
		const struct go_modfile *m = g->mods.main.items[i];

		for (size_t k = 0; k < m->require.n; k++) {
			select_version(g, m->require.items[k].path, m->require.items[k].version);
			enqueue(g, &q, &seen, m->require.items[k].path, m->require.items[k].version,
				!prunes(m));
		}
	}
	for (size_t i = 0; i < q.n; i++)
		expand(g, &q, &seen, q.items[i]);
	map_free(&seen, NULL);
}

/* ---- go.sum and vendor -------------------------------------------------------------------------- */

static void read_sums(struct go *g, const char *path)
{
	struct view v;
	const char *s, *end;

	if (!go_read(g, path, &v))
		return;
	g->mods.has_sums = true;
	s = (const char *)v.p;
	for (end = s + v.n; s < end;) {
		const char *nl = memchr(s, '\n', (size_t)(end - s));
		const char *stop = nl != NULL ? nl : end;
		const char *one = memchr(s, ' ', (size_t)(stop - s));
		const char *two = one != NULL ? memchr(one + 1, ' ', (size_t)(stop - one - 1)) : NULL;

		if (two != NULL)
			map_put(&g->mods.sums, s, (size_t)(two - s), unconst(s));
		s = stop + 1;
	}
}

static bool wants_vendor(struct go *g)
{
	const struct go_modfile *m = g->mods.main.items[0];
	const char *min = g->mods.work != NULL ? "1.22" : "1.14";
	const char *dir = g->mods.work != NULL ? g->mods.work->dir : m->dir;
	const char *go = g->mods.work != NULL ? g->mods.work->go : m->go;

	g->mods.vendor_dir = go_join(g->a, dir, "vendor");
	if (g->args.mod != NULL && *g->args.mod != '\0')
		return strcmp(g->args.mod, "vendor") == 0;
	if (!go_is_dir(g, g->mods.vendor_dir) || go == NULL || go_compare_go(go, min) < 0)
		return false;
	return g->mods.work == NULL || go_is_file(g, go_join(g->a, g->mods.vendor_dir, "modules.txt"));
}

struct vendored {
	struct map explicits; /* path -> version */
	const char *module, *version;
	struct map versions; /* path -> version */
};

static void vendor_line(struct go *g, struct vendored *v, const char *s, size_t n)
{
	struct go_words w = { NULL, 0, 0 };

	go_fields(g->a, s, n, &w);
	if (w.n == 0)
		return;
	if (strcmp(w.items[0], "#") == 0 && w.n >= 2) {
		struct go_module *m = ARENA_NEW(g->a, struct go_module);

		v->module = m->path = w.items[1];
		v->version = w.n > 2 && strcmp(w.items[2], "=>") != 0 ? w.items[2] : "";
		m->version = v->version;
		map_put_str(&v->versions, v->module, unconst(v->version));
		map_put_str(&g->mods.selected, v->module, m);
	} else if (strcmp(w.items[0], "##") == 0 && v->module != NULL) {
		struct go_module *m = map_get_str(&g->mods.selected, v->module);

		for (size_t i = 1; i < w.n; i++) {
			if (go_starts(w.items[i], "explicit"))
				map_put_str(&v->explicits, v->module, unconst(v->version));
			if (strcmp(w.items[i], "go") == 0 && i + 1 < w.n && m != NULL)
				m->go = w.items[i + 1];
		}
	} else if (v->module != NULL && s[0] != '#') {
		map_put_str(&g->mods.vendored, w.items[0], unconst(v->module));
	}
}

/* What `go mod vendor` would have changed: the first difference. */
static const char *inconsistency(struct go *g, struct vendored *v)
{
	const struct go_modfile *m = g->mods.main.items[0];

	for (size_t i = 0; i < m->require.n; i++) {
		const struct go_require *r = &m->require.items[i];
		const char *have = map_get_str(&v->explicits, r->path);

		if (have == NULL && map_get_str(&v->versions, r->path) == NULL)
			return arena_printf(
				g->a,
				"%s@%s: is explicitly required in go.mod, but not marked as explicit "
				"in vendor/modules.txt",
				r->path, r->version);
		if (have == NULL && go_compare_go(m->go != NULL ? m->go : "1.16", "1.17") < 0)
			continue;
		if (have == NULL || strcmp(have, r->version) != 0)
			return arena_printf(
				g->a, "%s@%s: is explicitly required in go.mod, but %s", r->path, r->version,
				have != NULL ? arena_printf(g->a, "vendor/modules.txt indicates %s@%s",
							    r->path, have)
					     : "not marked as explicit in vendor/modules.txt");
	}
	return NULL;
}

static bool open_vendor(struct go *g)
{
	struct vendored list = { .module = NULL };
	struct view v;
	const char *s, *end, *what;
	bool go114 =
		g->mods.main.items[0]->go != NULL && go_compare_go(g->mods.main.items[0]->go, "1.14") >= 0;

	map_init(&list.explicits);
	map_init(&list.versions);
	if (go_read(g, go_join(g->a, g->mods.vendor_dir, "modules.txt"), &v)) {
		s = (const char *)v.p;
		for (end = s + v.n; s < end;) {
			const char *nl = memchr(s, '\n', (size_t)(end - s));
			const char *stop = nl != NULL ? nl : end;

			vendor_line(g, &list, s, (size_t)(stop - s));
			s = stop + 1;
		}
	}
	what = go114 && g->mods.work == NULL ? inconsistency(g, &list) : NULL;
	map_free(&list.explicits, NULL);
	map_free(&list.versions, NULL);
	if (what != NULL) {
		struct go_problem *p =
			go_problem(g, GO_MODFILE, GO_TEXT_VENDOR, go_dir(g->a, g->mods.vendor_dir));

		go_add(g->a, &p->more, arena_printf(g->a, "\t%s", what));
		p->object = go_join(g->a, g->mods.vendor_dir, "modules.txt");
		p->package = go_dir(g->a, g->mods.vendor_dir);
		p->detail = "vendor";
		return false;
	}
	return true;
}

/* ---- opening ---------------------------------------------------------------------------------- */

static bool open_files(struct go *g)
{
	const char *work = find_work(g), *file;
	const char *dir;

	if (work != NULL)
		return open_work(g, work);
	file = find_up(g, "go.mod");
	if (file == NULL)
		return true;
	dir = go_dir(g->a, file);
	if (g->args.modfile != NULL)
		file = g->args.modfile[0] == '/' ? g->args.modfile : go_join(g->a, g->cwd, g->args.modfile);
	return add_main(g, file, dir);
}

static const char *sum_file(struct go *g)
{
	const char *file = g->mods.main.items[0]->file;

	if (g->mods.work != NULL)
		return go_join(g->a, g->mods.work->dir, "go.work.sum");
	return arena_printf(g->a, "%.*s.sum", (int)(strlen(file) - (go_ends(file, ".mod") ? 4 : 0)), file);
}

bool go_modules_open(struct go *g)
{
	const char *mode = go_getenv(g, "GO111MODULE");

	map_init(&g->mods.selected);
	map_init(&g->mods.vendored);
	map_init(&g->mods.sums);
	if (strcmp(mode, "off") == 0) {
		g->mods.mode = GO_MODE_GOPATH;
		return true;
	}
	if (!open_files(g))
		return false;
	if (g->mods.main.n == 0) {
		if (strcmp(mode, "auto") == 0)
			g->mods.mode = GO_MODE_GOPATH;
		return true;
	}
	if (g->mods.work != NULL && !version_check(g, g->mods.work, go_short_path(g, g->mods.work->file)))
		return false;
	for (size_t i = 0; i < g->mods.main.n; i++) {
		if (!version_check(g, g->mods.main.items[i], go_short_path(g, g->mods.main.items[i]->file)))
			return false;
		if (g->mods.main.items[i]->module == NULL) {
			go_problem(g, GO_MODFILE, GO_TEXT_NO_MODULE_LINE)
				->object = g->mods.main.items[i]->file;
			return false;
		}
	}
	read_sums(g, sum_file(g));
	if (g->mods.work != NULL)
		for (size_t i = 0; i < g->mods.main.n; i++)
			read_sums(g, go_join(g->a, g->mods.main.items[i]->dir, "go.sum"));
	g->mods.vendor = wants_vendor(g);
	if (g->mods.vendor)
		return open_vendor(g);
	select_all(g);
	return true;
}

/* ---- folders ---------------------------------------------------------------------------------- */

struct lister {
	bool has_go;
};

static void see_name(const char *name, void *ctx)
{
	struct lister *l = ctx;

	l->has_go = l->has_go || go_ends(name, ".go");
}

static bool has_go_files(struct go *g, const char *dir)
{
	struct lister l = { false };

	return source_list(g->source, dir, see_name, &l) == 0 && l.has_go;
}

/* Where `path` would be in a module of that path in `root`; NULL: another module lies between. */
static const char *dir_in(struct go *g, const char *path, const char *module, const char *root, bool local)
{
	const char *dir;

	if (strcmp(path, module) == 0)
		return root;
	if (*module == '\0')
		return go_join(g->a, root, path);
	if (!go_has_prefix(path, module))
		return NULL;
	dir = go_join(g->a, root, path + strlen(module) + 1);
	for (const char *d = dir; local && strlen(d) > strlen(root); d = go_dir(g->a, d))
		if (go_is_file(g, go_join(g->a, d, "go.mod")))
			return NULL;
	return dir;
}

const char *go_path_of_dir(struct go *g, const char *dir)
{
	const struct go_modfile *best = NULL;
	const char *rest, *path;

	for (size_t i = 0; i < g->mods.main.n; i++) {
		const struct go_modfile *m = g->mods.main.items[i];

		if (go_has_prefix(dir, m->dir) && (best == NULL || strlen(m->dir) > strlen(best->dir)))
			best = m;
	}
	if (best == NULL)
		return NULL;
	rest = dir + strlen(best->dir);
	rest += *rest == '/';
	path = *rest == '\0' ? best->module : arena_printf(g->a, "%s/%s", best->module, rest);
	return dir_in(g, path, best->module, best->dir, true) != NULL ? path : NULL;
}

static const struct go_module *main_module(struct go *g, const struct go_modfile *m)
{
	const char *key = arena_printf(g->a, "\001%s", m->module);
	struct go_module *x = map_get_str(&g->mods.selected, key);

	if (x == NULL) {
		x = ARENA_NEW(g->a, struct go_module);
		*x = (struct go_module){
			.path = m->module, .dir = m->dir, .go = m->go, .is_local = true, .is_main = true
		};
		map_put_str(&g->mods.selected, key, x);
	}
	return x;
}

/* The folder of a version, if it is here; and whether go.sum knows it. */
static void locate(struct go *g, struct go_module *m)
{
	const char *path = m->path, *version = m->version;

	if (m->sum_known)
		return;
	m->sum_known = true;
	m->replaced = find_replace(g, path, version);
	if (m->replaced != NULL && m->replaced->to_version == NULL) {
		const char *dir = replaced_dir(g, m->replaced);

		m->is_local = m->has_sum = true;
		if (go_is_file(g, go_join(g->a, dir, "go.mod")))
			m->dir = dir;
		else if (!go_is_dir(g, dir) && g->mods.main.n > 0 &&
			 prunes(g->mods.main.items[0]))
			m->why = arena_printf(g->a, GO_TEXT_REPLACED_FOLDER, path, version, m->replaced->to);
		else
			m->why = arena_printf(
				g->a, GO_TEXT_REPLACED, path, version, m->replaced->to,
				go_short_path(g, go_join(g->a, dir, "go.mod")), go_join(g->a, dir, "go.mod"));
		return;
	}
	if (m->replaced != NULL) {
		path = m->replaced->to;
		version = m->replaced->to_version;
	}
	m->has_sum = map_get_str(&g->mods.sums, arena_printf(g->a, "%s %s", path, version)) != NULL ||
		     g->mods.work != NULL || (g->args.mod != NULL && strcmp(g->args.mod, "mod") == 0);
	if (g->env.modcache != NULL)
		m->dir = arena_printf(g->a, "%s/%s@%s", g->env.modcache, go_escape(g->a, path),
				      go_escape(g->a, version));
	if (m->dir == NULL || !go_is_dir(g, m->dir)) {
		m->dir = NULL;
		m->why = arena_printf(g->a, "%s@%s", path, version);
	}
}

/* ---- looking a package up ----------------------------------------------------------------------- */

struct finder {
	struct go *g;
	const char *path;
	struct go_where *out;
	size_t found;
	const struct go_module *unsummed, *absent;
};

static void found_in(struct finder *f, const struct go_module *m, const char *dir)
{
	if (f->found++ == 0) {
		f->out->dir = dir;
		f->out->module = m;
	} else {
		f->out->detail = arena_printf(f->g->a, "%s\n\t%s (%s)",
					      f->out->detail != NULL ? f->out->detail : "", m->path, dir);
	}
}

static void try_main(struct finder *f)
{
	for (size_t i = 0; i < f->g->mods.main.n; i++) {
		const struct go_modfile *m = f->g->mods.main.items[i];
		const char *dir = dir_in(f->g, f->path, m->module, m->dir, true);

		if (dir != NULL && has_go_files(f->g, dir))
			found_in(f, main_module(f->g, m), dir);
	}
}

static void try_modules(struct finder *f)
{
	for (const char *prefix = f->path; strcmp(prefix, ".") != 0; prefix = go_dir(f->g->a, prefix)) {
		struct go_module *m = map_get_str(&f->g->mods.selected, prefix);
		const char *dir;

		if (m == NULL)
			continue;
		locate(f->g, m);
		if (!m->has_sum) {
			f->unsummed = f->unsummed == NULL ? m : f->unsummed;
			continue;
		}
		if (m->dir == NULL) {
			f->absent = f->absent == NULL ? m : f->absent;
			continue;
		}
		dir = dir_in(f->g, f->path, m->path, m->dir, m->is_local);
		if (dir != NULL && has_go_files(f->g, dir))
			found_in(f, m, dir);
	}
}

static void try_vendor(struct finder *f)
{
	const char *dir = go_join(f->g->a, f->g->mods.vendor_dir, f->path);
	const char *module = map_get_str(&f->g->mods.vendored, f->path);

	if (!has_go_files(f->g, dir) || module == NULL)
		return;
	found_in(f, map_get_str(&f->g->mods.selected, module), dir);
}

static bool is_std_path(const char *path)
{
	return memchr(path, '.', strcspn(path, "/")) == NULL;
}

static bool try_std(struct finder *f, const struct go_package *from)
{
	const char *dir;

	if (f->g->env.gosrc == NULL)
		return false;
	if (from != NULL && from->is_std && !is_std_path(f->path)) {
		dir = go_join(f->g->a, f->g->env.gosrc, arena_printf(f->g->a, "vendor/%s", f->path));
		if (has_go_files(f->g, dir)) {
			f->out->dir = dir;
			return true;
		}
	}
	if (!is_std_path(f->path))
		return false;
	dir = go_join(f->g->a, f->g->env.gosrc, f->path);
	f->out->dir = dir;
	return has_go_files(f->g, dir);
}

/* GOPATH: vendor folders above the importer, then each GOPATH/src. */
static enum go_found find_gopath(struct finder *f, const struct go_package *from)
{
	struct go *g = f->g;
	const char *list = g->env.gopath;

	for (const char *d = from != NULL ? from->dir : g->cwd; strlen(d) > 1; d = go_dir(g->a, d)) {
		const char *dir = go_join(g->a, d, arena_printf(g->a, "vendor/%s", f->path));

		if (has_go_files(g, dir)) {
			f->out->dir = dir;
			return GO_FOUND;
		}
	}
	while (*list != '\0') {
		size_t n = strcspn(list, ":");
		const char *dir =
			go_join(g->a, arena_strndup(g->a, list, n), arena_printf(g->a, "src/%s", f->path));

		if (n > 0 && has_go_files(g, dir)) {
			f->out->dir = dir;
			return GO_FOUND;
		}
		list += n + (list[n] == ':');
	}
	return GO_IS_MISSING;
}

enum go_found go_find(struct go *g, const char *path, const struct go_package *from, struct go_where *out)
{
	struct finder f = { .g = g, .path = path, .out = out };

	*out = (struct go_where){ .dir = NULL };
	if (try_std(&f, from))
		return GO_FOUND_STD;
	out->dir = NULL;
	if (g->mods.mode == GO_MODE_GOPATH)
		return find_gopath(&f, from);
	try_main(&f);
	if (g->mods.vendor)
		try_vendor(&f);
	else
		try_modules(&f);
	if (f.found > 1)
		return GO_IS_AMBIGUOUS;
	if (f.unsummed != NULL) {
		out->module = f.unsummed;
		return GO_IS_UNSUMMED;
	}
	if (f.found == 1)
		return GO_FOUND;
	out->module = f.absent;
	return f.absent != NULL ? GO_IS_NOT_HERE : GO_IS_MISSING;
}
