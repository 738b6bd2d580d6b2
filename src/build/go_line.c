/* go_line.c - the command of the final link.
 *
 * Where upstream decides: cmd/link/internal/ld/lib.go (loadlib, hostlink), config.go (mustLinkExternal,
 * determineLinkMode); cmd/go/internal/work/gc.go (ld).
 */
#include "build/go_line.h"

#include <string.h>

#include "build/go_build.h"
#include "build/go_env.h"
#include "build/go_text.h"

/* Packages that the linker reads itself, cgo or not. */
static bool is_internal(const char *path)
{
	static const char *const list[] = { "crypto/internal/boring",
					    "crypto/internal/boring/syso",
					    "crypto/x509",
					    "net",
					    "os/user",
					    "runtime/cgo",
					    "runtime/race",
					    "runtime/race/internal/amd64v1",
					    "runtime/msan",
					    "runtime/asan",
					    "plugin" };

	for (size_t i = 0; i + 1 < sizeof(list) / sizeof(list[0]); i++)
		if (strcmp(list[i], path) == 0)
			return true;
	return false;
}

/* Breadth first, in the order in which the compiler met the imports. */
static void order_packages(struct go *g, struct go_link *out)
{
	struct {
		struct go_package **items;
		size_t n, cap;
	} q = { NULL, 0, 0 };
	struct map seen;

	map_init(&seen);
	map_put_str(&seen, g->root->path, g->root);
	*ARENA_PUSH(g->a, &q) = g->root;
	for (size_t i = 0; i < q.n; i++) {
		struct go_package *p = q.items[i];

		if (go_uses_cgo(p))
			*ARENA_PUSH(g->a, &out->packages) = p;
		for (size_t k = 0; k < p->by_file.n; k++) {
			struct go_package *d = p->by_file.items[k];

			if (map_get_str(&seen, d->path) != NULL)
				continue;
			map_put_str(&seen, d->path, d);
			*ARENA_PUSH(g->a, &q) = d;
		}
	}
	/* What the linker itself adds. */
	for (size_t i = 0; i < g->root->deps.n; i++) {
		struct go_package *d = g->root->deps.items[i];

		if (map_get_str(&seen, d->path) == NULL && go_uses_cgo(d))
			*ARENA_PUSH(g->a, &out->packages) = d;
	}
	map_free(&seen, NULL);
}

static void decide(struct go *g, struct go_link *out)
{
	const char *reason = go_external_reason(g);
	const char *mode = g->args.linkmode;

	if (reason != NULL) {
		out->external = true;
		out->why = reason;
		return;
	}
	for (size_t i = 0; i < out->packages.n; i++)
		if (!is_internal(out->packages.items[i]->path)) {
			out->external = mode == NULL || strcmp(mode, "internal") != 0;
			out->why = arena_printf(g->a, "%s uses cgo", out->packages.items[i]->path);
			return;
		}
	out->why =
		out->packages.n > 0 ? "only packages of the standard library use cgo" : "no package uses cgo";
}

static bool any_cxx(const struct go *g)
{
	for (size_t i = 0; i < g->order.n; i++)
		if (g->order.items[i]->lists[CXX_FILES].n > 0 ||
		    g->order.items[i]->lists[SWIGCXX_FILES].n > 0)
			return true;
	return false;
}

/* ---- words ------------------------------------------------------------------------------------ */

static void word(struct go *g, struct go_words *l, const char *s)
{
	go_add(g->a, l, s);
}

static const char *arch_word(const struct go *g)
{
	const char *arch = g->env.goarch;

	if (strcmp(arch, "386") == 0)
		return "-m32";
	if (strcmp(arch, "amd64") == 0 || strcmp(arch, "s390x") == 0)
		return "-m64";
	if (strcmp(arch, "ppc64") == 0)
		return "-m64";
	return strcmp(arch, "arm") == 0 ? "-marm" : NULL;
}

static bool dynlinks_go(const struct go_link *l, const struct go *g)
{
	return strcmp(l->mode, "plugin") == 0 || strcmp(l->mode, "shared") == 0 || g->args.linkshared;
}

static void mode_words(struct go *g, struct go_link *l)
{
	if (g->args.strip)
		word(g, &l->before, "-s");
	else if (g->args.nodwarf)
		word(g, &l->before, "-Wl,-S");
	if (strcmp(l->mode, "pie") == 0)
		word(g, &l->before, "-pie");
	if (strcmp(l->mode, "c-shared") == 0 || strcmp(l->mode, "plugin") == 0 ||
	    strcmp(l->mode, "shared") == 0) {
		word(g, &l->before, "-Wl,-z,relro");
		word(g, &l->before, "-shared");
	}
	if (strcmp(l->mode, "c-shared") == 0) {
		word(g, &l->before, "-Wl,-z,nodelete");
		word(g, &l->before, "-Wl,-Bsymbolic");
	}
	if (dynlinks_go(l, g)) {
		word(g, &l->before, "-Wl,-z,now");
		word(g, &l->before, "-Wl,-z,nocopyreloc");
	}
}

static void before_words(struct go *g, struct go_link *l)
{
	struct go_words driver = { NULL, 0, 0 };
	const char *arch = arch_word(g);

	go_split_quoted(g->a, l->driver, &driver);
	go_add_all(g->a, &l->before, &driver);
	if (arch != NULL)
		word(g, &l->before, arch);
	mode_words(g, l);
	word(g, &l->before, "-o");
	word(g, &l->before, l->output);
	if (g->args.rpath != NULL)
		word(g, &l->before, arena_printf(g->a, "-Wl,-rpath,%s", g->args.rpath));
	if (g->args.interpreter != NULL)
		word(g, &l->before, arena_printf(g->a, "-Wl,--dynamic-linker,%s", g->args.interpreter));
	word(g, &l->before, "-rdynamic");
}

/* The LDFLAGS of one package: the environment's first, then its own, then pkg-config's. */
static void package_words(struct go *g, const struct go_package *p, struct go_words *out)
{
	go_env_flags(g, "LDFLAGS", out);
	for (size_t i = 0; i < p->flags[GO_LDFLAGS].n; i++)
		word(g, out, p->flags[GO_LDFLAGS].items[i].text);
	go_add_all(g->a, out, &p->pc_libs);
	if (p->lists[M_FILES].n > 0)
		word(g, out, "-lobjc");
	if (p->lists[F_FILES].n > 0)
		word(g, out, "-lgfortran");
}

static void after_words(struct go *g, struct go_link *l)
{
	for (size_t i = 0; i < l->packages.n; i++)
		package_words(g, l->packages.items[i], &l->after);
	if (strcmp(l->mode, "exe") == 0)
		word(g, &l->after, "-no-pie");
	go_add_all(g->a, &l->after, &g->args.extldflags);
}

/* ---- what comes out ----------------------------------------------------------------------------- */

static const char *default_name(struct go *g, const char *mode)
{
	const char *path = g->root->path, *base = go_base(path);

	if (g->root->only.n > 0)
		base = arena_strndup(g->a, g->root->only.items[0], strlen(g->root->only.items[0]) - 3);
	/* "example.org/x/v2" is named x */
	if (base[0] == 'v' && base[1] >= '2' && base[1] <= '9' && base != path)
		base = go_base(go_dir(g->a, path));
	if (strcmp(mode, "plugin") == 0)
		return arena_printf(g->a, "%s.so", base);
	return strcmp(mode, "c-archive") == 0 ? arena_printf(g->a, "%s.a", base) : base;
}

static void set_output(struct go *g, struct go_link *l)
{
	const char *o = g->args.output != NULL ? g->args.output : default_name(g, l->mode);

	l->output = o[0] == '/' ? go_clean(g->a, o) : go_join(g->a, g->cwd, o);
	if (go_ends(o, "/") || go_is_dir(g, l->output))
		l->output = go_join(g->a, l->output, default_name(g, l->mode));
}

static const char *link_mode(const struct go *g)
{
	const char *mode = g->args.buildmode;

	return strcmp(mode, "default") == 0 ? "exe" : mode;
}

/* go.o: what the Go code itself brings. */
static void go_o(struct go *g, struct go_link *l)
{
	static const char *const defined[] = { "main", "_cgo_panic", "_cgo_topofstack", "crosscall2" };
	struct go_object *o = ARENA_PUSH(g->a, &l->objects);

	*o = (struct go_object){ .file = "go.o", .source = "go.go", .package = g->root->path };
	for (size_t i = strcmp(l->mode, "exe") != 0 && strcmp(l->mode, "pie") != 0; i < 4; i++) {
		struct go_symbol *s = ARENA_PUSH(g->a, &o->defined);

		s->name = defined[i];
	}
}

void go_line(struct go *g, struct go_link *out)
{
	size_t number = 0;

	memset(out, 0, sizeof(*out));
	out->mode = link_mode(g);
	set_output(g, out);
	order_packages(g, out);
	if (strcmp(g->root->name, "main") != 0)
		out->why = "the package is no program: nothing is linked";
	else if (strcmp(out->mode, "c-archive") == 0 || strcmp(out->mode, "archive") == 0)
		out->why = "an archive is made: nothing is linked";
	else
		decide(g, out);
	out->cxx = any_cxx(g);
	out->driver = g->args.extld != NULL ? g->args.extld : out->cxx ? g->env.cxx : g->env.cc;
	go_o(g, out);
	for (size_t i = 0; i < out->packages.n; i++)
		go_symbols(g, out->packages.items[i], &number, out);
	before_words(g, out);
	after_words(g, out);
}
