/* go_env.c - the variables that a go command would see: of the process, of the go/env file of the user, of
 * go.env in GOROOT; and what it makes of them: GOROOT, the version, the target, cgo on or off.
 *
 * Where upstream decides: cmd/go/internal/cfg/cfg.go, go/build/build.go (defaultContext).
 */
#include "build/go_env.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "build/go_text.h"

const char *go_os_env(const struct go *g, const char *name)
{
	return str_env(g->environ, name);
}

static const char *os_env(const struct go *g, const char *name)
{
	const char *s = go_os_env(g, name);

	return s != NULL ? s : "";
}

const char *go_getenv(const struct go *g, const char *name)
{
	const char *s = os_env(g, name);

	if (*s == '\0')
		s = map_get_str(&g->env.user, name);
	if (s == NULL)
		s = map_get_str(&g->env.root, name);
	return s != NULL ? s : "";
}

/* ---- the files -------------------------------------------------------------------------------- */

static void read_env_file(struct go *g, const char *path, struct map *out)
{
	struct view v;
	const char *s, *end;

	if (!go_read(g, path, &v))
		return;
	s = (const char *)v.p;
	for (end = s + v.n; s < end;) {
		const char *nl = memchr(s, '\n', (size_t)(end - s));
		size_t n = (size_t)((nl != NULL ? nl : end) - s);
		const char *eq = memchr(s, '=', n);

		if (eq != NULL && s[0] >= 'A' && s[0] <= 'Z')
			map_put(out, s, (size_t)(eq - s),
				(void *)(uintptr_t)arena_strndup(g->a, eq + 1, n - (size_t)(eq + 1 - s)));
		s += n + 1;
	}
}

/* os.UserConfigDir()/go/env, or GOENV. */
static const char *env_file(const struct go *g)
{
	const char *s = os_env(g, "GOENV");

	if (*s != '\0')
		return strcmp(s, "off") == 0 ? NULL : s;
	s = os_env(g, "XDG_CONFIG_HOME");
	if (*s != '\0')
		return s[0] == '/' ? go_join(g->a, s, "go/env") : NULL;
	s = os_env(g, "HOME");
	return *s != '\0' ? go_join(g->a, s, ".config/go/env") : NULL;
}

/* ---- GOROOT ----------------------------------------------------------------------------------- */

static bool is_goroot(const struct go *g, const char *dir)
{
	return go_is_dir(g, go_join(g->a, dir, "pkg/tool")) ||
	       go_is_dir(g, go_join(g->a, dir, "src/runtime"));
}

static const char *goroot_of(const struct go *g, const char *exe)
{
	const char *dir = go_join(g->a, exe, "../..");
	char *real = NULL;

	if (is_goroot(g, dir))
		return dir;
	if (source_realpath(g->source, exe, &real) != 0)
		return NULL;
	dir = go_join(g->a, real, "../..");
	free(real);
	return is_goroot(g, dir) ? dir : NULL;
}

static const char *find_goroot(const struct go *g)
{
	static const char *const usual[] = { "/usr/local/go", "/usr/lib/go", "/usr/lib/golang",
					     "/snap/go/current" };
	const char *s = map_get_str(&g->env.user, "GOROOT");

	if (s == NULL || *s == '\0')
		s = os_env(g, "GOROOT");
	if (*s != '\0')
		return go_clean(g->a, s);
	s = go_look_path(g, "go");
	s = s != NULL ? goroot_of(g, s) : NULL;
	for (size_t i = 0; s == NULL && i < sizeof(usual) / sizeof(usual[0]); i++)
		if (is_goroot(g, usual[i]))
			s = usual[i];
	return s;
}

static void read_version(struct go *g)
{
	struct view v;
	const char *s;
	size_t n;

	if (!go_read(g, go_join(g->a, g->env.goroot, "VERSION"), &v) || v.n < 3)
		return;
	s = (const char *)v.p;
	if (strncmp(s, "go1.", 4) != 0)
		return;
	n = strcspn(s + 2, " \t\r\n");
	g->env.version = arena_strndup(g->a, s + 2, n);
	g->env.minor = (int)strtol(s + 4, NULL, 10);
}

static void read_paths(struct go *g)
{
	const char *s = go_getenv(g, "GOPATH"), *home = os_env(g, "HOME");

	if (*s == '\0' && *home != '\0') {
		s = go_join(g->a, home, "go");
		if (g->env.goroot != NULL && strcmp(go_clean(g->a, s), g->env.goroot) == 0)
			s = "";
	}
	g->env.gopath = s;
	s = go_getenv(g, "GOMODCACHE");
	if (*s == '\0' && *g->env.gopath != '\0')
		s = go_join(g->a, arena_strndup(g->a, g->env.gopath, strcspn(g->env.gopath, ":")), "pkg/mod");
	g->env.modcache = *s != '\0' ? s : NULL;
}

void go_env_read(struct go *g, const char *hostarch)
{
	map_init(&g->env.user);
	map_init(&g->env.root);
	g->env.user_file = env_file(g);
	if (g->env.user_file != NULL)
		read_env_file(g, g->env.user_file, &g->env.user);
	g->env.goroot = find_goroot(g);
	if (g->env.goroot != NULL) {
		read_env_file(g, go_join(g->a, g->env.goroot, "go.env"), &g->env.root);
		g->env.gosrc = go_join(g->a, g->env.goroot, "src");
		read_version(g);
	}
	g->env.hostos = "linux";
	g->env.hostarch = hostarch;
	read_paths(g);
}

/* ---- the target ------------------------------------------------------------------------------- */

/* internal/platform: systems that the toolchain knows; cgo in all of them but where it says so. */
static const struct {
	const char *os, *arch; /* separated by blanks */
	bool cgo;
} platforms[] = {
	{ "linux", " 386 amd64 arm arm64 loong64 mips mips64 mips64le mipsle ppc64le riscv64 s390x sparc64 ",
	  true },
	{ "linux", " ppc64 ", false },
	{ "aix", " ppc64 ", true },
	{ "android", " 386 amd64 arm arm64 ", true },
	{ "darwin", " amd64 arm64 ", true },
	{ "dragonfly", " amd64 ", true },
	{ "freebsd", " 386 amd64 arm arm64 riscv64 ", true },
	{ "illumos", " amd64 ", true },
	{ "ios", " amd64 arm64 ", true },
	{ "js", " wasm ", false },
	{ "netbsd", " 386 amd64 arm arm64 ", true },
	{ "openbsd", " 386 amd64 arm arm64 mips64 riscv64 ", true },
	{ "openbsd", " ppc64 ", false },
	{ "plan9", " 386 amd64 arm ", false },
	{ "solaris", " amd64 ", true },
	{ "wasip1", " wasm ", false },
	{ "windows", " 386 amd64 arm64 ", true },
};

/* A word of a list with a blank at both ends of each. */
static bool listed(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *s = list; n > 0 && (s = strstr(s, word)) != NULL; s++)
		if (s > list && s[-1] == ' ' && s[n] == ' ')
			return true;
	return false;
}

bool go_known_platform(const char *os, const char *arch)
{
	for (size_t i = 0; i < sizeof(platforms) / sizeof(platforms[0]); i++)
		if (strcmp(platforms[i].os, os) == 0 && listed(platforms[i].arch, arch))
			return true;
	return false;
}

bool go_cgo_supported(const char *os, const char *arch)
{
	for (size_t i = 0; i < sizeof(platforms) / sizeof(platforms[0]); i++)
		if (strcmp(platforms[i].os, os) == 0 && listed(platforms[i].arch, arch))
			return platforms[i].cgo;
	return false;
}

bool go_known_os(const char *os)
{
	return listed(
		" aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 "
		"solaris wasip1 windows zos ",
		os);
}

bool go_unix_os(const char *os)
{
	return listed(" aix android darwin dragonfly freebsd hurd illumos ios linux netbsd openbsd solaris ",
		      os);
}

bool go_known_arch(const char *arch)
{
	return listed(
		" 386 amd64 amd64p32 arm armbe arm64 arm64be loong64 mips mipsle mips64 mips64le mips64p32 "
		"mips64p32le ppc ppc64 ppc64le riscv riscv64 s390 s390x sparc sparc64 wasm ",
		arch);
}

static bool clang_by_default(const char *os)
{
	return listed(" darwin ios freebsd openbsd ", os);
}

static void set_compilers(struct go *g)
{
	const char *s = go_getenv(g, "CC");
	bool clang = clang_by_default(g->env.goos);

	g->env.cc = *s != '\0' ? s : clang ? "clang" : "gcc";
	s = go_getenv(g, "CXX");
	g->env.cxx = *s != '\0' ? s : clang ? "clang++" : "g++";
}

/* The rule: CGO_ENABLED; else off for another target; else on where it is supported and, if CC is not
 * set, the usual compiler is on PATH. */
static void set_cgo(struct go *g)
{
	struct go_env *e = &g->env;
	const char *set = go_getenv(g, "CGO_ENABLED");

	e->cross = strcmp(e->goos, e->hostos) != 0 || strcmp(e->goarch, e->hostarch) != 0;
	e->cgo_set = strcmp(set, "0") == 0 || strcmp(set, "1") == 0;
	if (e->cgo_set) {
		e->cgo = set[0] == '1';
		e->cgo_why = e->cgo ? "CGO_ENABLED is 1" : "CGO_ENABLED is 0";
	} else if (e->cross) {
		e->cgo_why = arena_printf(
			g->a, "it is off by default for another target (%s/%s here, %s/%s wanted)", e->hostos,
			e->hostarch, e->goos, e->goarch);
	} else if (!go_cgo_supported(e->goos, e->goarch)) {
		e->cgo_why = arena_printf(g->a, "%s/%s has no cgo", e->goos, e->goarch);
	} else if (*os_env(g, "CC") == '\0' &&
		   go_look_path(g, clang_by_default(e->goos) ? "clang" : "gcc") == NULL) {
		e->cgo_why = arena_printf(g->a, "CC is not set and %s is not on PATH",
					  clang_by_default(e->goos) ? "clang" : "gcc");
	} else {
		e->cgo = true;
		e->cgo_why = "it is on by default";
	}
}

void go_env_target(struct go *g)
{
	const char *s = go_getenv(g, "GOOS");

	g->env.goos = *s != '\0' ? s : g->env.hostos;
	s = go_getenv(g, "GOARCH");
	g->env.goarch = *s != '\0' ? s : g->env.hostarch;
	set_compilers(g);
	set_cgo(g);
}
