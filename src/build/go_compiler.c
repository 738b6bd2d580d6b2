/* go_compiler.c - the C compiler that cgo would call: is it there, for which machine, where does it look for
 * headers. By names and places of files alone: it is not run.
 */
#include <stdlib.h>
#include <string.h>

#include "build/go_c.h"
#include "build/go_env.h"
#include "build/go_text.h"
#include "message/go_text.h"

static const struct {
	const char *prefix, *arch; /* of a triplet */
} arches[] = { { "x86_64", "amd64" },      { "amd64", "amd64" },
	       { "aarch64", "arm64" },     { "arm64", "arm64" },
	       { "armv", "arm" },          { "arm", "arm" },
	       { "i386", "386" },          { "i486", "386" },
	       { "i586", "386" },          { "i686", "386" },
	       { "riscv64", "riscv64" },   { "powerpc64le", "ppc64le" },
	       { "s390x", "s390x" },       { "loongarch64", "loong64" },
	       { "mips64el", "mips64le" }, { "mipsel", "mipsle" } };

const char *go_arch_of_triplet(const char *triplet)
{
	for (size_t i = 0; triplet != NULL && i < sizeof(arches) / sizeof(arches[0]); i++)
		if (go_starts(triplet, arches[i].prefix))
			return arches[i].arch;
	return NULL;
}

const char *go_cross_compiler(const struct go *g)
{
	static const char *const known[][2] = {
		{ "linux/arm64", "aarch64-linux-gnu-gcc" },
		{ "linux/arm", "arm-linux-gnueabihf-gcc" },
		{ "linux/386", "i686-linux-gnu-gcc" },
		{ "linux/riscv64", "riscv64-linux-gnu-gcc" },
		{ "linux/ppc64le", "powerpc64le-linux-gnu-gcc" },
		{ "linux/s390x", "s390x-linux-gnu-gcc" },
		{ "linux/mips64le", "mips64el-linux-gnuabi64-gcc" },
		{ "linux/amd64", "x86_64-linux-gnu-gcc" },
		{ "linux/loong64", "loongarch64-linux-gnu-gcc" },
		{ "windows/amd64", "x86_64-w64-mingw32-gcc" },
		{ "windows/386", "i686-w64-mingw32-gcc" },
		{ "darwin/arm64", "o64-clang" },
	};
	const char *target = arena_printf(g->a, "%s/%s", g->env.goos, g->env.goarch);

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i][0], target) == 0)
			return known[i][1];
	return NULL;
}

/* "aarch64-linux-gnu" of "aarch64-linux-gnu-gcc-12"; NULL if the name has none. */
static const char *triplet_of_name(struct go *g, const char *base)
{
	static const char *const ends[] = { "-gcc", "-g++", "-cc", "-c++", "-clang", "-clang++" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		const char *at = strstr(base, ends[i]);

		if (at != NULL && at > base && go_arch_of_triplet(base) != NULL)
			return arena_strndup(g->a, base, (size_t)(at - base));
	}
	return NULL;
}

static bool is_gcc_name(const char *base)
{
	return strstr(base, "gcc") != NULL || strstr(base, "g++") != NULL || strcmp(base, "cc") == 0 ||
	       strcmp(base, "c++") == 0;
}

static void read_target_option(struct go_compiler *c)
{
	for (size_t i = 0; i < c->args.n; i++) {
		const char *s = c->args.items[i];

		if (go_starts(s, "--target="))
			c->triplet = s + 9;
		else if ((strcmp(s, "-target") == 0 || strcmp(s, "--target") == 0) && i + 1 < c->args.n)
			c->triplet = c->args.items[i + 1];
		else
			continue;
		c->is_native = false;
	}
}

/* The newest folder of gcc's own files. */
struct newest {
	const char *best;
	struct arena *a;
};

static void see_version(const char *name, void *ctx)
{
	struct newest *n = ctx;

	if (name[0] >= '0' && name[0] <= '9' &&
	    (n->best == NULL || strtol(name, NULL, 10) > strtol(n->best, NULL, 10)))
		n->best = arena_strdup(n->a, name);
}

static const char *gcc_folder(struct go *g, const struct go_compiler *c, const char *triplet, bool *cross)
{
	static const char *const tops[] = { "/usr/lib/gcc", "/usr/lib/gcc-cross", "/usr/lib64/gcc" };
	const char *dash = strrchr(go_base(c->program), '-');

	for (size_t i = 0; i < sizeof(tops) / sizeof(tops[0]); i++) {
		const char *dir = arena_printf(g->a, "%s/%s", tops[i], triplet);
		struct newest n = { NULL, g->a };

		(void)source_list(g->source, dir, see_version, &n);
		if (dash != NULL && dash[1] >= '0' && dash[1] <= '9' &&
		    go_is_dir(g, go_join(g->a, dir, dash + 1)))
			n.best = dash + 1;
		*cross = i == 1;
		if (n.best != NULL)
			return go_join(g->a, dir, n.best);
	}
	return NULL;
}

static const char *host_triplet(struct go *g)
{
	static const char *const names[][2] = { { "amd64", "x86_64" },    { "arm64", "aarch64" },
						{ "386", "i686" },        { "ppc64le", "powerpc64le" },
						{ "riscv64", "riscv64" }, { "s390x", "s390x" },
						{ "arm", "arm" } };
	static const char *const shapes[] = { "%s-linux-gnu",         "%s-linux-gnueabihf", "%s-redhat-linux",
					      "%s-alpine-linux-musl", "%s-pc-linux-gnu",    "%s-linux-musl",
					      "%s-suse-linux" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i][0], g->env.hostarch) != 0)
			continue;
		for (size_t k = 0; k < sizeof(shapes) / sizeof(shapes[0]); k++) {
			const char *mark = strchr(shapes[k], 's') + 1;
			const char *t = arena_printf(g->a, "%s%s", names[i][1], mark);

			if (go_is_dir(g, arena_printf(g->a, "/usr/lib/gcc/%s", t)))
				return t;
		}
		return arena_printf(g->a, "%s-linux-gnu", names[i][1]);
	}
	return NULL;
}

void go_compiler_read(struct go *g, const char *written, struct go_compiler *out)
{
	struct go_words w = { NULL, 0, 0 };
	const char *base;
	char *real = NULL;

	memset(out, 0, sizeof(*out));
	go_split_quoted(g->a, written, &w);
	if (w.n == 0)
		go_add(g->a, &w, "gcc");
	out->program = w.items[0];
	for (size_t i = 1; i < w.n; i++)
		go_add(g->a, &out->args, w.items[i]);
	out->path = go_look_path(g, out->program);
	if (out->path == NULL) {
		struct os_stat st;

		if (strchr(out->program, '/') == NULL)
			out->why = GO_TEXT_NOT_IN_PATH;
		else if (source_stat(g->source, out->program, true, &st) != 0)
			out->why = arena_printf(g->a, GO_TEXT_NO_PROGRAM, out->program);
		else
			out->why = GO_TEXT_DENIED;
		return;
	}
	base = go_base(out->program);
	out->is_musl = strstr(base, "musl") != NULL;
	out->is_clang = strstr(base, "clang") != NULL;
	out->triplet = triplet_of_name(g, base);
	if (out->triplet == NULL && (is_gcc_name(base) || out->is_clang)) {
		if (source_realpath(g->source, out->path, &real) == 0) {
			out->is_clang = out->is_clang || strstr(go_base(real), "clang") != NULL;
			out->triplet = triplet_of_name(g, go_base(arena_strdup(g->a, real)));
		}
		free(real);
		if (out->triplet == NULL)
			out->triplet = host_triplet(g);
		out->is_native = true;
	}
	read_target_option(out);
}

/* ---- where it looks for headers ------------------------------------------------------------------ */

static void add_dir(struct go *g, struct go_words *out, const char *dir)
{
	if (go_is_dir(g, dir) && !go_has(out, dir))
		go_add(g->a, out, dir);
}

static void add_list(struct go *g, struct go_words *out, const char *list)
{
	while (list != NULL && *list != '\0') {
		size_t n = strcspn(list, ":");

		add_dir(g, out, n == 0 ? "." : arena_strndup(g->a, list, n));
		list += n + (list[n] == ':');
	}
}

static const char *sysroot_of(const struct go_compiler *c)
{
	for (size_t i = 0; i < c->args.n; i++)
		if (go_starts(c->args.items[i], "--sysroot="))
			return c->args.items[i] + 10;
	return "";
}

static void cxx_dirs(struct go *g, const char *triplet, const char *version, struct go_words *out)
{
	add_dir(g, out, arena_printf(g->a, "/usr/include/c++/%s", version));
	add_dir(g, out, arena_printf(g->a, "/usr/include/%s/c++/%s", triplet, version));
	add_dir(g, out, arena_printf(g->a, "/usr/%s/include/c++/%s", triplet, version));
	add_dir(g, out, arena_printf(g->a, "/usr/%s/include/c++/%s/%s", triplet, version, triplet));
	add_dir(g, out, arena_printf(g->a, "/usr/include/c++/%s/backward", version));
}

bool go_compiler_dirs(struct go *g, const struct go_compiler *c, bool cxx, struct go_words *out)
{
	const char *root = sysroot_of(c), *gcc;
	bool cross = false;

	add_list(g, out, go_os_env(g, "CPATH"));
	add_list(g, out, go_os_env(g, cxx ? "CPLUS_INCLUDE_PATH" : "C_INCLUDE_PATH"));
	if (c->path == NULL || (!is_gcc_name(go_base(c->program)) && !c->is_clang) || *root != '\0')
		return false;
	if (c->is_musl) {
		const char *t = c->triplet != NULL ? c->triplet : host_triplet(g);

		t = t != NULL ? arena_strndup(g->a, t, strcspn(t, "-")) : "x86_64";
		add_dir(g, out, arena_printf(g->a, "/usr/include/%s-linux-musl", t));
		gcc = gcc_folder(g, c, arena_printf(g->a, "%s-linux-gnu", t), &cross);
		if (gcc != NULL)
			add_dir(g, out, go_join(g->a, gcc, "include"));
		return out->n > 0;
	}
	if (c->triplet == NULL)
		return false;
	gcc = gcc_folder(g, c, c->triplet, &cross);
	if (gcc == NULL && !c->is_clang)
		return false;
	if (cxx && gcc != NULL)
		cxx_dirs(g, c->triplet, go_base(gcc), out);
	if (gcc != NULL && !c->is_clang)
		add_dir(g, out, go_join(g->a, gcc, "include"));
	if (!cross && c->is_native)
		add_dir(g, out, "/usr/local/include");
	if (gcc != NULL)
		add_dir(g, out, go_join(g->a, gcc, "include-fixed"));
	if (cross)
		add_dir(g, out, arena_printf(g->a, "/usr/%s/include", c->triplet));
	add_dir(g, out, arena_printf(g->a, "/usr/include/%s", c->triplet));
	add_dir(g, out, "/usr/include");
	return true;
}
