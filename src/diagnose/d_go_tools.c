/* d_go_tools.c - findings about what cgo calls: compilers, pkg-config, headers. */
#include <string.h>

#include "build/go_c.h"
#include "build/go_text.h"
#include "diagnose/debian.h"
#include "diagnose/go.h"

static void fix_install(struct go_case *c, struct draft *dr, const char *says, const char *package)
{
	struct fix *f = draft_fix(&c->d, dr, "install", "low", says);

	fix_command(&c->d, f, arena_printf(c->d.a, "apt-get install %s", package));
}

/* ---- compilers -------------------------------------------------------------------------------- */

static void compiler(struct go_case *c, const struct go_problem *p)
{
	struct draft *dr = go_draft(c, p, CAUSE_COMPILER_MISSING, p->detail);
	const char *cc = p->object;
	const char *from = go_starts(p->text, "cgo:") ? "cgo calls it for every package that imports C"
						      : "C++ files of the package need it";

	draft_say(&c->d, dr, "The compiler %s is not there: %s.", cc, from);
	draft_fact(&c->d, dr, NULL,
		   arena_printf(c->d.a, "%s is %s", p->verb,
				strcmp(p->verb, "CC") == 0 ? c->g->env.cc : c->g->env.cxx));
	if (strcmp(cc, "gcc") == 0 || strcmp(cc, "g++") == 0 || strcmp(cc, "clang") == 0 ||
	    strstr(cc, "-linux-gnu") != NULL)
		fix_install(c, dr, "install it",
			    strcmp(cc, "g++") == 0 ? "g++"
			    : strstr(cc, "-linux-gnu") != NULL
				    ? arena_printf(c->d.a, "gcc-%.*s",
						   (int)(strstr(cc, "-gcc") != NULL ? strstr(cc, "-gcc") - cc
										    : (long)strlen(cc)),
						   cc)
				    : cc);
	go_fix_command(c, dr, arena_printf(c->d.a, "set %s to a compiler that is here", p->verb),
		       arena_printf(c->d.a, "%s=%s", p->verb, strcmp(p->verb, "CC") == 0 ? "gcc" : "g++"));
	go_fix_command(c, dr, "build without cgo, if the program can do without C", "CGO_ENABLED=0");
}

static void cross(struct go_case *c, const struct go_problem *p)
{
	struct draft *dr = go_draft(c, p, CAUSE_COMPILER_MISSING, "cross");
	const char *cc = go_cross_compiler(c->g);

	draft_say(&c->d, dr,
		  "cgo calls %s, which makes code for this machine (%s), while GOOS=%s GOARCH=%s is wanted.",
		  p->other, c->g->env.hostarch, c->g->env.goos, c->g->env.goarch);
	if (cc == NULL)
		return;
	go_fix_command(
		c, dr,
		arena_printf(c->d.a, "name a compiler for %s/%s in CC", c->g->env.goos, c->g->env.goarch),
		arena_printf(c->d.a, "CGO_ENABLED=1 GOOS=%s GOARCH=%s CC=%s", c->g->env.goos,
			     c->g->env.goarch, cc));
	if (go_look_path(c->g, cc) == NULL && strstr(cc, "-linux-gnu") != NULL)
		fix_install(c, dr, arena_printf(c->d.a, "%s is not on PATH: install it", cc),
			    arena_printf(c->d.a, "gcc-%.*s", (int)(strlen(cc) - 4), cc));
}

/* ---- pkg-config --------------------------------------------------------------------------------- */

static void pkg_config(struct go_case *c, const struct go_problem *p)
{
	struct draft *dr = go_draft(c, p, CAUSE_PKG_CONFIG, p->detail);
	const char *name = p->object, *package, *says;
	size_t n = strlen(name);

	if (go_ends(name, ".pc"))
		n -= 3;
	if (strcmp(p->detail, "bad-name") == 0) {
		draft_say(&c->d, dr, "`%s` is no name that Go hands to pkg-config.", name);
		return;
	}
	if (strcmp(p->detail, "version") == 0) {
		draft_say(&c->d, dr, "%.*s is there, but not in the release that is asked for (%s).", (int)n,
			  name, p->verb != NULL ? p->verb : "any other");
	} else if (p->other != NULL) {
		draft_say(&c->d, dr, "%s requires %.*s, and no %s is where pkg-config looks.",
			  base_name(p->other), (int)n, name, name);
		draft_fact(&c->d, dr, p->other, "requires it");
	} else {
		draft_say(&c->d, dr, "No %s is where pkg-config looks.", name);
	}
	for (size_t i = 0; i < p->found.n && i < 12; i++)
		draft_fact(&c->d, dr, p->found.items[i], "searched for .pc files");
	package = debian_package(DEBIAN_PKG_CONFIG, arena_strndup(c->d.a, name, n), c->d.a);
	says = arena_printf(c->d.a, "install the development package of %.*s%s%s", (int)n, name,
			    package != NULL ? ": in Debian and Ubuntu " : "", package != NULL ? package : "");
	if (package != NULL)
		fix_install(c, dr, says, package);
	else
		draft_fix(&c->d, dr, "install", "low", says);
	draft_fix(&c->d, dr, "environment", "low",
		  arena_printf(c->d.a, "if %s lies elsewhere, name its folder in PKG_CONFIG_PATH", name));
}

static void pkg_config_program(struct go_case *c, const struct go_problem *p)
{
	struct draft *dr = go_draft(c, p, CAUSE_BUILD_TOOL, "pkg-config");

	draft_say(&c->d, dr, "The program %s is not there, and a `#cgo pkg-config:` line asks for it.",
		  p->object);
	fix_install(c, dr, "install it", "pkg-config");
}

/* ---- headers ---------------------------------------------------------------------------------- */

const char *go_srcdir_form(struct arena *a, const char *dir, const char *package_dir)
{
	if (go_has_prefix(dir, package_dir))
		return arena_printf(a, "${SRCDIR}%s", dir + strlen(package_dir));
	return dir;
}

/* The line that names the folder where it is. */
static void fix_folder(struct go_case *c, struct draft *dr, const struct go_problem *p)
{
	const struct go_package *pkg = map_get_str(&c->g->packages, p->package);
	const char *path = p->found.items[0], *flag;
	char *dir = arena_strndup(c->d.a, path, strlen(path) - strlen(p->object) - 1);
	const struct go_flags *l = &pkg->flags[strcmp(p->verb, "CXXFLAGS") == 0 ? GO_CXXFLAGS : GO_CFLAGS];
	const char *old = NULL;
	const struct go_flag *at = NULL;
	struct fix *f;

	flag = arena_printf(c->d.a, "-I%s", go_srcdir_form(c->d.a, dir, pkg->dir));
	for (size_t i = 0; i < l->n && old == NULL; i++)
		if (go_starts(l->items[i].text, "-I") && !go_is_dir(c->g, l->items[i].text + 2)) {
			at = &l->items[i];
			old = strstr(at->written, "-I");
		}
	if (old != NULL) {
		size_t n = strcspn(old, " \t");

		go_fix_line(c, dr, &at->at,
			    go_replaced(c->d.a, at->written, arena_strndup(c->d.a, old, n), flag),
			    "(the folder that stands there does not exist)");
	} else {
		f = draft_fix(&c->d, dr, "edit-line", "low",
			      arena_printf(c->d.a, "%s: add `#cgo %s: %s`", go_place_words(c, &p->at),
					   p->verb, flag));
		if (p->at.file != NULL && go_ends(p->at.file, ".go"))
			fix_edit(&c->d, f, "cgo-line", p->at.file, NULL,
				 arena_printf(c->d.a, "#cgo %s: %s", p->verb, flag));
	}
}

/* The compiler can make code for the target, but the C library is here for another one. */
static void libc_headers(struct go_case *c, struct draft *dr, const struct go_problem *p)
{
	static const char *const packages[][2] = { { "386", "gcc-multilib" },
						   { "arm64", "libc6-dev-arm64-cross" },
						   { "arm", "libc6-dev-armhf-cross" } };
	const struct go_env *env = &c->g->env;

	draft_say(&c->d, dr, "%s makes code for %s/%s, and finds no headers of a C library for that: %s is "
		  "not there.", env->cc, env->goos, env->goarch, p->object);
	for (size_t i = 0; i < sizeof(packages) / sizeof(packages[0]); i++)
		if (env->cross && strcmp(packages[i][0], env->goarch) == 0) {
			fix_install(c, dr, "install the C library for that target", packages[i][1]);
			return;
		}
	draft_fix(&c->d, dr, "install", "low",
		  "install the development files of the C library for that target (Debian: libc6-dev, "
		  "musl-dev), or set CGO_ENABLED=0 if the program needs no C");
}

static void header(struct go_case *c, const struct go_problem *p)
{
	struct draft *dr = go_draft(c, p, CAUSE_HEADER_MISSING, p->detail);
	const char *package = debian_package(DEBIAN_HEADER, p->object, c->d.a);

	if (same_text(p->verb, "CC")) {
		libc_headers(c, dr, p);
		return;
	}
	if (p->other != NULL)
		draft_say(&c->d, dr, "%s is none of the headers of musl, and %s searches no others.",
			  p->object, c->g->env.cc);
	else if (p->found.n > 0)
		draft_say(&c->d, dr, "%s is not in a folder that is searched; it is in %s.", p->object,
			  go_short_path(c->g, dir_name(c->d.a, p->found.items[0])));
	else
		draft_say(&c->d, dr, "%s is in no folder that is searched, nor near the package.", p->object);
	for (size_t i = 0; i < p->found.n; i++)
		draft_fact(&c->d, dr, p->found.items[i], "it is here");
	if (same_text(p->detail, "musl-kernel-headers"))
		draft_fix(&c->d, dr, "install", "low",
			  "copy the kernel's headers (linux/, asm/, asm-generic/) to a folder of their own "
			  "and name that with -I; /usr/include as a whole is glibc's");
	else if (p->found.n > 0)
		fix_folder(c, dr, p);
	else if (package != NULL)
		fix_install(c, dr, "install the package that has it", package);
	else if (p->other == NULL)
		draft_fix(&c->d, dr, "install", "low",
			  arena_printf(c->d.a,
				       "install the development package that has %s (apt-file search %s)",
				       p->object, p->object));
}

void d_go_tools(struct go_case *c, const struct go_problem *p)
{
	switch (p->kind) {
	case GO_COMPILER_MISSING: compiler(c, p); break;
	case GO_COMPILER_CROSS: cross(c, p); break;
	case GO_PKG_CONFIG: pkg_config(c, p); break;
	case GO_PKG_CONFIG_MISSING: pkg_config_program(c, p); break;
	default: header(c, p); break;
	}
}
