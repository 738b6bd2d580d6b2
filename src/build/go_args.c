/* go_args.c - GOFLAGS and the flags of `go build`, and what build modes ask for.
 *
 * Where upstream decides: cmd/go/internal/base/goflags.go, work/build.go (AddBuildFlags), work/init.go,
 * load/pkg.go (externalLinkingReason), internal/platform.
 */
#include <string.h>

#include "build/go_env.h"
#include "build/go_text.h"
#include "message/go_text.h"

/* ---- flags ------------------------------------------------------------------------------------ */

enum kind { SWITCH, VALUE, WORDS };

static const struct {
	const char *name;
	enum kind kind;
} known[] = {
	{ "a", SWITCH },
	{ "n", SWITCH },
	{ "v", SWITCH },
	{ "x", SWITCH },
	{ "race", SWITCH },
	{ "msan", SWITCH },
	{ "asan", SWITCH },
	{ "trimpath", SWITCH },
	{ "work", SWITCH },
	{ "linkshared", SWITCH },
	{ "modcacherw", SWITCH },
	{ "json", SWITCH },
	{ "cover", SWITCH },
	{ "i", SWITCH },
	{ "buildvcs", SWITCH },
	{ "debug-actiongraph", VALUE },
	{ "debug-trace", VALUE },
	{ "debug-runtime-trace", VALUE },
	{ "C", VALUE },
	{ "asmflags", VALUE },
	{ "buildmode", VALUE },
	{ "compiler", VALUE },
	{ "covermode", VALUE },
	{ "coverpkg", VALUE },
	{ "gccgoflags", VALUE },
	{ "gcflags", VALUE },
	{ "installsuffix", VALUE },
	{ "ldflags", VALUE },
	{ "mod", VALUE },
	{ "modfile", VALUE },
	{ "o", VALUE },
	{ "overlay", VALUE },
	{ "p", VALUE },
	{ "pgo", VALUE },
	{ "pkgdir", VALUE },
	{ "tags", WORDS },
	{ "toolexec", VALUE },
};

static int find_flag(const char *name)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i].name, name) == 0)
			return (int)i;
	return -1;
}

/* "a,b" since 1.13, "a b" before; the last -tags wins. */
static void set_tags(struct go *g, const char *value)
{
	const char *between = strpbrk(value, " \t\n'\"") != NULL ? " \t\n\r'\"" : ",";

	g->args.tags.n = 0;
	while (*value != '\0') {
		size_t n = strcspn(value, between);

		if (n > 0)
			go_add(g->a, &g->args.tags, arena_strndup(g->a, value, n));
		value += n + (value[n] != '\0');
	}
}

static bool is_true(const char *value)
{
	return value == NULL || strcmp(value, "1") == 0 || strcmp(value, "t") == 0 ||
	       strcmp(value, "T") == 0 || strcmp(value, "true") == 0 || strcmp(value, "TRUE") == 0 ||
	       strcmp(value, "True") == 0;
}

static void set_flag(struct go *g, const char *name, const char *value)
{
	struct go_args *x = &g->args;
	const struct {
		const char *name;
		bool *at;
	} switches[] = { { "race", &x->race },
			 { "msan", &x->msan },
			 { "asan", &x->asan },
			 { "trimpath", &x->trimpath },
			 { "linkshared", &x->linkshared } };
	const struct {
		const char *name;
		const char **at;
	} values[] = { { "mod", &x->mod },  { "modfile", &x->modfile }, { "buildmode", &x->buildmode },
		       { "o", &x->output }, { "ldflags", &x->ldflags }, { "overlay", &x->overlay },
		       { "C", &x->dir } };

	for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++)
		if (strcmp(switches[i].name, name) == 0)
			*switches[i].at = is_true(value);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		if (strcmp(values[i].name, name) == 0)
			*values[i].at = value;
	if (strcmp(name, "tags") == 0)
		set_tags(g, value);
	if (strcmp(name, "mod") == 0)
		x->mod_explicit = true;
}

/* The name of "-name=value", and where its value is. */
static const char *flag_name(struct go *g, const char *word, const char **value)
{
	const char *eq = strchr(word, '=');

	word += word[1] == '-' ? 2 : 1;
	*value = eq != NULL ? eq + 1 : NULL;
	return eq != NULL ? arena_strndup(g->a, word, (size_t)(eq - word)) : word;
}

/* Flags of GOFLAGS that are of other commands: base.Go knows them all. */
static bool of_another_command(const char *name)
{
	static const char list[] =
		" count run bench timeout short parallel failfast cpu vet list benchmem exec "
		"benchtime fuzz fuzztime coverprofile insecure u t d e m f deps find export test "
		"mod-cacherw modcacherw reuse go compat changed w outputdir shuffle skip args c ";
	const char *s = strstr(list, name);

	return s != NULL && s > list && s[-1] == ' ' && s[strlen(name)] == ' ';
}

static bool bad_goflags(struct go *g, struct go_problem *p)
{

	p->object = "GOFLAGS";
	p->written = go_getenv(g, "GOFLAGS");
	return false;
}

static bool read_goflags(struct go *g)
{
	struct go_words words = { NULL, 0, 0 };
	const char *bad = go_split_quoted(g->a, go_getenv(g, "GOFLAGS"), &words);

	if (bad != NULL)
		return bad_goflags(g, go_problem(g, GO_USAGE, GO_TEXT_GOFLAGS_QUOTE, bad));
	for (size_t i = 0; i < words.n; i++) {
		const char *w = words.items[i], *value, *name;
		size_t dashes = strspn(w, "-");

		if (dashes == 0 || dashes > 2 || w[dashes] == '\0' || w[dashes] == '=')
			return bad_goflags(g, go_problem(g, GO_USAGE, GO_TEXT_GOFLAGS_WORD,
						 go_quote(g->a, w)));
		name = flag_name(g, w, &value);
		if (find_flag(name) >= 0)
			set_flag(g, name, value);
		else if (!of_another_command(name))
			return bad_goflags(g, go_problem(g, GO_USAGE, GO_TEXT_GOFLAGS_FLAG, name));
	}
	return true;
}

static bool read_command(struct go *g, const char *const *args)
{
	for (size_t i = 0; args != NULL && args[i] != NULL; i++) {
		const char *value, *name;
		int f;

		if (args[i][0] != '-' || args[i][1] == '\0')
			continue; /* a further package: one at a time is looked at */
		name = flag_name(g, args[i], &value);
		f = find_flag(name);
		if (f < 0) {
			go_problem(g, GO_USAGE, GO_TEXT_NO_FLAG, name)->object = args[i];
			return false;
		}
		if (known[f].kind != SWITCH && value == NULL) {
			if (args[i + 1] == NULL) {
				go_problem(g, GO_USAGE, GO_TEXT_FLAG_VALUE, name)->object = args[i];
				return false;
			}
			value = args[++i];
		}
		set_flag(g, name, value);
	}
	return true;
}

/* ---- -ldflags --------------------------------------------------------------------------------- */

/* "-linkmode=external" and "-linkmode external". */
static void link_flag(struct go *g, const char *name, const char *value)
{
	struct go_args *x = &g->args;

	if (strcmp(name, "linkmode") == 0)
		x->linkmode = value;
	else if (strcmp(name, "extldflags") == 0) {
		x->extldflags.n = 0;
		go_split_quoted(g->a, value, &x->extldflags);
	} else if (strcmp(name, "extld") == 0)
		x->extld = value;
	else if (strcmp(name, "r") == 0)
		x->rpath = value;
	else if (strcmp(name, "I") == 0)
		x->interpreter = value;
}

/* The flags of cmd/link (src/cmd/link/internal/ld/main.go), to 1.26. */
static bool is_link_flag(struct go *g, const char *name)
{
	static const char names[] =
		" B D E H I L R T V X a asan aslr benchmark benchmarkprofile bindnow buildid "
		"buildmode c capturehostobjs checklinkname compressdwarf cpuprofile d debugnosplit "
		"debugtextsize debugtramp dumpdep e extar extld extldflags f fipso funcalign g h importcfg "
		"installsuffix k libgcc linkmode linkshared memprofile memprofilerate msan n o pluginpath "
		"pruneweakmap r race randlayout s strictdups tmpdir v w help "
		"debugnopcln dwarf u stripfn ";

	return strstr(names, arena_printf(g->a, " %s ", name)) != NULL;
}

static void read_ldflags(struct go *g)
{
	static const char with_value[] =
		" linkmode extldflags extld r I X B E H L T R D buildid tmpdir o pluginpath ";
	const char *s = g->args.ldflags;
	struct go_words *l = &g->args.link;

	if (s == NULL)
		return;
	/* "pattern=flags" is for the packages of that pattern: the main package is meant here. */
	if (*s != '\0' && *s != '-' && *s != '\'' && *s != '"' && strchr(s, '=') != NULL)
		s = strchr(s, '=') + 1;
	go_split_quoted(g->a, s, l);
	for (size_t i = 0; i < l->n; i++) {
		const char *value, *name, *at;

		if (l->items[i][0] != '-' || l->items[i][1] == '\0')
			continue;
		name = flag_name(g, l->items[i], &value);
		if (g->args.link_unknown == NULL && !is_link_flag(g, name))
			g->args.link_unknown = name;
		at = strstr(with_value, name);
		if (value == NULL && at != NULL && at > with_value && at[-1] == ' ' &&
		    at[strlen(name)] == ' ' && i + 1 < l->n)
			value = l->items[++i];
		g->args.strip = g->args.strip || strcmp(name, "s") == 0;
		g->args.nodwarf = g->args.nodwarf || strcmp(name, "w") == 0;
		if (value != NULL)
			link_flag(g, name, value);
	}
}

bool go_args_read(struct go *g, const char *const *args)
{
	if (!read_goflags(g) || !read_command(g, args))
		return false;
	if (g->args.buildmode == NULL)
		g->args.buildmode = "default";
	read_ldflags(g);
	return true;
}

/* ---- build modes ------------------------------------------------------------------------------ */

/* internal/platform.BuildModeSupported: systems by mode, each with a blank at both ends. */
static const struct {
	const char *mode, *on;
} modes[] = {
	{ "archive", "*" },
	{ "default", "*" },
	{ "exe", "*" },
	{ "c-archive",
	  " aix/ppc64 darwin/amd64 darwin/arm64 ios/amd64 ios/arm64 windows/386 windows/amd64 "
	  "windows/arm64 linux/386 linux/amd64 linux/arm linux/arm64 linux/loong64 linux/ppc64le "
	  "linux/riscv64 linux/s390x freebsd/amd64 " },
	{ "c-shared",
	  " linux/amd64 linux/arm linux/arm64 linux/loong64 linux/386 linux/ppc64le linux/riscv64 "
	  "linux/s390x android/amd64 android/arm android/arm64 android/386 freebsd/amd64 darwin/amd64 "
	  "darwin/arm64 windows/amd64 windows/386 windows/arm64 wasip1/wasm " },
	{ "pie", " linux/386 linux/amd64 linux/arm linux/arm64 linux/loong64 linux/ppc64le linux/riscv64 "
		 "linux/s390x android/amd64 android/arm android/arm64 android/386 freebsd/amd64 darwin/amd64 "
		 "darwin/arm64 ios/amd64 ios/arm64 aix/ppc64 openbsd/arm64 windows/386 windows/amd64 "
		 "windows/arm64 " },
	{ "shared", " linux/386 linux/amd64 linux/arm linux/arm64 linux/ppc64le linux/s390x " },
	{ "plugin", " linux/amd64 linux/arm linux/arm64 linux/386 linux/loong64 linux/riscv64 linux/s390x "
		    "linux/ppc64le android/amd64 android/386 darwin/amd64 darwin/arm64 freebsd/amd64 " },
};

static bool on_list(const char *list, const char *os, const char *arch, struct arena *a)
{
	return strcmp(list, "*") == 0 || strstr(list, arena_printf(a, " %s/%s ", os, arch)) != NULL;
}

static bool unknown_mode(struct go *g, const char *mode)
{
	go_problem(g, GO_BUILDMODE, GO_TEXT_MODE, mode)->object = arena_printf(g->a, "buildmode=%s", mode);
	return false;
}

static bool check_mode(struct go *g)
{
	const char *mode = g->args.buildmode;
	size_t i = 0;

	while (i < sizeof(modes) / sizeof(modes[0]) && strcmp(modes[i].mode, mode) != 0)
		i++;
	if (i == sizeof(modes) / sizeof(modes[0]))
		return unknown_mode(g, mode);
	if (strcmp(mode, "default") != 0 && (!go_known_platform(g->env.goos, g->env.goarch) ||
						  !on_list(modes[i].on, g->env.goos, g->env.goarch, g->a)))
		go_problem(g, GO_BUILDMODE, GO_TEXT_MODE_ON, mode, g->env.goos, g->env.goarch);
	else if (strcmp(mode, "pie") == 0 && g->args.race)
		go_problem(g, GO_BUILDMODE, GO_TEXT_MODE_RACE, g->env.goos, g->env.goarch);
	else if (strcmp(mode, "shared") == 0 && g->args.output != NULL)
		go_problem(g, GO_BUILDMODE, GO_TEXT_MODE_SHARED);
	else
		return true;
	g->problems.items[g->problems.n - 1]->object = arena_printf(g->a, "-buildmode=%s", mode);
	return false;
}

static bool check_instrument(struct go *g)
{
	const char *flag = g->args.race ? "-race" : g->args.msan ? "-msan" : g->args.asan ? "-asan" : NULL;
	struct go_problem *p;

	if (flag == NULL || g->env.cgo || (strcmp(g->env.goos, "darwin") == 0 && g->args.race))
		return true;
	p = g->env.cross ? go_problem(g, GO_NEEDS_CGO, GO_TEXT_NEEDS_CGO_CROSS, flag)
			 : go_problem(g, GO_NEEDS_CGO, GO_TEXT_NEEDS_CGO, flag);
	p->detail = "race";
	p->object = flag;
	return false;
}

/* CC, CXX and FC are names to be searched or absolute paths. */
static bool check_compiler_names(struct go *g)
{
	static const char *const keys[] = { "CC", "CXX", "FC" };

	for (size_t i = 0; i < 3; i++) {
		struct go_words w = { NULL, 0, 0 };
		const char *bad = go_split_quoted(g->a, go_getenv(g, keys[i]), &w);
		struct go_problem *p = NULL;

		if (bad != NULL)
			p = go_problem(g, GO_USAGE, GO_TEXT_COMPILER_QUOTE, keys[i], bad);
		else if (w.n > 0 && w.items[0][0] != '/' && strchr(w.items[0], '/') != NULL)
			p = go_problem(g, GO_USAGE, GO_TEXT_COMPILER_RELATIVE, keys[i], w.items[0]);
		if (p != NULL) {
			p->object = keys[i];
			p->detail = "CC";
			return false;
		}
	}
	return true;
}

bool go_buildmode_check(struct go *g)
{
	if (!go_known_platform(g->env.goos, g->env.goarch)) {
		go_problem(g, GO_BUILDMODE, GO_TEXT_PLATFORM, g->env.goos, g->env.goarch)->object =
			arena_printf(g->a, "%s/%s", g->env.goos, g->env.goarch);
		return false;
	}
	return check_instrument(g) && check_mode(g) && check_compiler_names(g);
}

static bool pie_links_internally(const struct go *g)
{
	return on_list(" android/arm64 darwin/amd64 darwin/arm64 linux/amd64 linux/arm64 linux/loong64 "
		       "linux/ppc64le windows/386 windows/amd64 windows/arm64 ",
		       g->env.goos, g->env.goarch, g->a);
}

static bool pie_by_default(const struct go *g)
{
	const char *os = g->env.goos;

	return strcmp(os, "android") == 0 || strcmp(os, "ios") == 0 || strcmp(os, "darwin") == 0 ||
	       (strcmp(os, "windows") == 0 && !g->args.race);
}

static bool must_link_externally(const struct go *g)
{
	return (strcmp(g->env.goos, "android") == 0 && strcmp(g->env.goarch, "arm64") != 0) ||
	       (strcmp(g->env.goos, "ios") == 0 && strcmp(g->env.goarch, "arm64") == 0);
}

const char *go_external_reason(const struct go *g)
{
	const char *mode = g->args.buildmode;
	bool pie = strcmp(mode, "pie") == 0 || (strcmp(mode, "default") == 0 && pie_by_default(g));

	if (must_link_externally(g))
		return arena_printf(g->a, "%s/%s", g->env.goos, g->env.goarch);
	if ((strcmp(mode, "c-shared") == 0 && strcmp(g->env.goarch, "wasm") != 0) ||
	    strcmp(mode, "plugin") == 0)
		return arena_printf(g->a, "-buildmode=%s", mode);
	if (g->args.linkshared)
		return "-linkshared";
	if (pie && !pie_links_internally(g))
		return strcmp(mode, "pie") == 0 ? "-buildmode=pie" : "default PIE binary";
	for (size_t i = g->args.link.n; i-- > 0;) {
		const char *w = g->args.link.items[i];
		const char *next = i + 1 < g->args.link.n ? g->args.link.items[i + 1] : "";

		if (strcmp(w, "-linkmode=external") == 0 ||
		    (strcmp(w, "-linkmode") == 0 && strcmp(next, "external") == 0))
			return w;
		if (strcmp(w, "-linkmode=internal") == 0 ||
		    (strcmp(w, "-linkmode") == 0 && strcmp(next, "internal") == 0))
			return NULL;
	}
	return NULL;
}
