/* dump_go.c - what src/build reads of a Go package, as JSON in the form of `go list -deps -json`:
 *
 *     dump-go [go build flags] PACKAGE     of the working folder, with this process's environment
 *     dump-go --pc NAME                    what pkg-config --cflags and --libs answer, or what they say
 *     dump-go --flags NAME SOURCE LIST     each further word by itself: go's refusal, or an empty line
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build/go_env.h"
#include "build/go_flags.h"
#include "build/go_package.h"
#include "build/go_text.h"
#include "build/pc.h"

static json_t *words(const struct go_words *l)
{
	json_t *a = json_array();

	for (size_t i = 0; i < l->n; i++)
		json_array_append_new(a, json_string(l->items[i]));
	return a;
}

static json_t *flags(const struct go_flags *l)
{
	json_t *a = json_array();

	for (size_t i = 0; i < l->n; i++)
		json_array_append_new(a, json_string(l->items[i].text));
	return a;
}

static void set(json_t *o, const char *key, json_t *list)
{
	if (json_array_size(list) > 0)
		json_object_set_new(o, key, list);
	else
		json_decref(list);
}

static json_t *package(const struct go_package *p)
{
	static const char *const lists[GO_NLISTS] = { "GoFiles",
						      "CgoFiles",
						      "CFiles",
						      "CXXFiles",
						      "MFiles",
						      "HFiles",
						      "FFiles",
						      "SFiles",
						      "SwigFiles",
						      "SwigCXXFiles",
						      "SysoFiles",
						      "IgnoredGoFiles",
						      "IgnoredOtherFiles",
						      "TestGoFiles",
						      "XTestGoFiles" };
	static const char *const verbs[GO_NVERBS] = { "CgoCFLAGS", "CgoCPPFLAGS", "CgoCXXFLAGS",
						      "CgoFFLAGS", "CgoLDFLAGS",  "CgoPkgConfig" };
	json_t *o = json_object(), *imports = json_array();

	json_object_set_new(o, "ImportPath", json_string(p->path));
	if (p->dir != NULL)
		json_object_set_new(o, "Dir", json_string(p->dir));
	if (p->name != NULL)
		json_object_set_new(o, "Name", json_string(p->name));
	for (int i = 0; i < GO_NLISTS; i++)
		set(o, lists[i], words(&p->lists[i]));
	for (int i = 0; i < GO_NVERBS; i++)
		set(o, verbs[i], flags(&p->flags[i]));
	for (size_t i = 0; i < p->imports.n; i++)
		json_array_append_new(imports, json_string(p->imports.items[i].path));
	set(o, "Imports", imports);
	if (p->error != NULL)
		json_object_set_new(o, "error", json_string(p->error));
	return o;
}

static json_t *problem(const struct go_problem *p)
{
	json_t *o = json_object();

	json_object_set_new(o, "kind", json_integer(p->kind));
	json_object_set_new(o, "text", json_string(p->text));
	set(o, "more", words(&p->more));
	if (p->at.file != NULL)
		json_object_set_new(o, "file", json_string(p->at.file));
	json_object_set_new(o, "line", json_integer(p->at.line));
	if (p->object != NULL)
		json_object_set_new(o, "object", json_string(p->object));
	return o;
}

static json_t *environment(const struct go *g)
{
	json_t *o = json_object();

	json_object_set_new(o, "GOROOT", json_string(g->env.goroot));
	json_object_set_new(o, "GOVERSION", json_string(g->env.version));
	json_object_set_new(o, "GOOS", json_string(g->env.goos));
	json_object_set_new(o, "GOARCH", json_string(g->env.goarch));
	json_object_set_new(o, "GOPATH", json_string(g->env.gopath));
	json_object_set_new(o, "GOMODCACHE", json_string(g->env.modcache));
	json_object_set_new(o, "CC", json_string(g->env.cc));
	json_object_set_new(o, "CXX", json_string(g->env.cxx));
	json_object_set_new(o, "CGO_ENABLED", json_string(g->env.cgo ? "1" : "0"));
	return o;
}

static void check_flags(struct go *g, char **argv)
{
	enum go_flag_list list = strcmp(argv[2], "LDFLAGS") == 0      ? GO_LIST_LINKER
				 : strcmp(argv[2], "pkg-config") == 0 ? GO_LIST_PKGCONFIG
								      : GO_LIST_COMPILER;
	const char *name = list == GO_LIST_PKGCONFIG ? "" : argv[2];
	char *line = NULL;
	size_t cap = 0;

	while (getline(&line, &cap, stdin) > 0) {
		struct go_words w = { NULL, 0, 0 };
		struct go_refusal r;

		line[strcspn(line, "\n")] = '\0';
		for (char *s = line, *next; s != NULL; s = next) {
			next = strchr(s, 0x1f);
			if (next != NULL)
				*next++ = 0;
			go_add(g->a, &w, arena_strdup(g->a, s));
		}
		go_check_flags(g, name, argv[3], &w, list, &r);
		puts(r.text != NULL ? r.text : "");
	}
	free(line);
}

static void ask_pc(struct go *g, const char *name)
{
	struct go_words names = { NULL, 0, 0 }, out[2] = { { NULL, 0, 0 }, { NULL, 0, 0 } };
	struct pc pc;

	go_add(g->a, &names, name);
	pc_open(&pc, g, "pkg-config");
	if (pc_solve(&pc, &names, true)) {
		pc_cflags(&pc, &names, &out[0]);
		pc_libs(&pc, &names, false, &out[1]);
	}
	for (size_t i = 0; i < pc.lines.n; i++)
		puts(pc.lines.items[i]);
	for (int i = 0; i < 2 && pc.lines.n == 0; i++)
		puts(go_join_words(g->a, &out[i], "\x1f"));
	pc_close(&pc);
}

/* Everything about the package: what go list -json says of it, and more. */
static void dump_package(struct go *g, const struct go_input *in, const char *name)
{
	json_t *out = json_object(), *packages = json_array(), *problems = json_array();
	bool opened = go_open(g, in);

	if (opened && go_load(g, name))
		go_check(g);
	for (size_t i = 0; i < g->order.n; i++)
		json_array_append_new(packages, package(g->order.items[i]));
	for (size_t i = 0; i < g->problems.n; i++)
		json_array_append_new(problems, problem(g->problems.items[i]));
	json_object_set_new(out, "packages", packages);
	json_object_set_new(out, "problems", problems);
	if (opened)
		json_object_set_new(out, "env", environment(g));
	json_dumpf(out, stdout, JSON_INDENT(1));
	putchar('\n');
	json_decref(out);
}

int main(int argc, char **argv)
{
	struct source *source = source_host(NULL);
	struct store *store = store_new(source);
	struct arena *a = arena_new((size_t)2 << 30);
	char *cwd = os_getcwd();
	struct go g;
	struct go_input in = { .store = store,
			       .a = a,
			       .environ = os_environ(),
			       .cwd = cwd,
			       .hostarch = "amd64",
			       .is_host = true };

	if (argc < 2)
		return 2;
	if (argc == 4 && strcmp(argv[1], "--flags") == 0) {
		go_open(&g, &in);
		check_flags(&g, argv);
	} else if (argc == 3 && strcmp(argv[1], "--pc") == 0) {
		go_open(&g, &in);
		ask_pc(&g, argv[2]);
	} else {
		const char *name = argv[argc - 1];

		argv[argc - 1] = NULL;
		in.build_args = (const char *const *)argv + 1;
		dump_package(&g, &in, name);
	}
	go_close(&g);
	arena_free(a);
	store_free(store);
	source_free(source);
	free(cwd);
	return 0;
}
