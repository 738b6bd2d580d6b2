/* go_fuzzer.c - a Go package in a root where one file is of arbitrary bytes: a Go file with its #cgo lines, a
 * build constraint, go.mod, go.work, vendor/modules.txt, go/env, a .pc file, a header, a C file; or a regular
 * expression and a flag for the lists of flags.
 *
 * The first byte chooses the file. The others are sound.
 */
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "build/go.h"
#include "build/go_flags.h"
#include "build/go_line.h"

#define MEMORY ((size_t)512 << 20) /* bytes for one package */
#define SRC    "/usr/local/go/src"

/* Where the sums go, so that no compiler drops the reads. */
static volatile unsigned sink;

static char root[64];

static void touch(const char *s)
{
	while (s != NULL && *s != 0)
		sink += (unsigned char)*s++;
}

/* ---- files ------------------------------------------------------------------------------------ */

enum { MAIN, NATIVE, MOD, OTHER_MOD, SUM, VENDORED, ENV, PC, HEADER, SOURCE, WORK, EXPERIMENTS, NAMES };

static const struct {
	const char *name, *text;
} files[NAMES] = {
	[MAIN] = { "/m/main.go", "package main\n\nimport (\n\t\"fmt\"\n\t\"example.org/m/native\"\n\t_ "
				 "\"example.org/o\"\n)\n"
				 "func main() { fmt.Println(native.Add(1)) }\n" },
	[NATIVE] = { "/m/native/n.go", "//go:build linux && (amd64 || cgo)\n\npackage native\n\n/*\n#cgo "
				       "CFLAGS: -I${SRCDIR}/inc\n"
				       "#cgo linux LDFLAGS: -L. -lm '-Wl,-rpath,$ORIGIN'\n#cgo pkg-config: "
				       "x\n#include \"n.h\"\n"
				       "static int add(int);\n*/\nimport \"C\"\n\n//export Twice\nfunc "
				       "Twice(x C.int) C.int { return C.add(x) }\n"
				       "func Add(x int) int { return int(C.sub(C.int(x))) }\n" },
	[MOD] = { "/m/go.mod",
		  "module example.org/m\n\ngo 1.21\n\nrequire (\n\texample.org/o v1.0.0 // indirect\n)\n"
		  "replace example.org/o => ../o\n" },
	[OTHER_MOD] = { "/o/go.mod", "module example.org/o\n\ngo 1.16\n" },
	[SUM] = { "/m/go.sum", "example.org/o v1.0.0 h1:x\n" },
	[VENDORED] = { "/v/vendor/modules.txt",
		       "# example.org/o v1.0.0\n## explicit; go 1.16\nexample.org/o\n" },
	[ENV] = { "/root/.config/go/env", "CGO_CFLAGS=-O1 -g\nGOFLAGS=-tags=x\n" },
	[PC] = { "/usr/lib/x86_64-linux-gnu/pkgconfig/x.pc",
		 "prefix=/usr\nName: x\nDescription: x\nVersion: 1.2\n"
		 "Requires: y >= 1\nLibs: -L${prefix}/lib -lx\nCflags: -I${prefix}/x\n" },
	[HEADER] = { "/m/native/n.h", "#ifndef N_H\n#define N_H\n#if defined(__linux__) && X > 2 || "
				      "!Y\n#include <stdio.h>\n#endif\n"
				      "extern int sub(int);\n#endif\n" },
	[SOURCE] = { "/m/native/n.c", "#include \"n.h\"\nint sub(int x) { return other(x) - 1; }\n" },
	[WORK] = { "/w/go.work", "go 1.21\n\nuse (\n\t../m\n\t../o\n)\n" },
	[EXPERIMENTS] = { SRC "/internal/buildcfg/exp.go",
			  "\tbaseline := goexperiment.Flags{\n\t\tDwarf5: true,\n\t}\n" },
};

static void write_file(const char *name, const void *data, size_t size)
{
	char path[512];
	int fd;

	snprintf(path, sizeof(path), "%s%s", root, name);
	for (char *p = path + strlen(root) + 1; (p = strchr(p, '/')) != NULL; *p++ = '/') {
		*p = '\0';
		mkdir(path, 0755);
	}
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size || close(fd) != 0)
		abort();
}

static void write_text(const char *name, const char *text)
{
	write_file(name, text, strlen(text));
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

static void remove_root(void)
{
	nftw(root, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static void make_root(void)
{
	static const char *const std[] = { "fmt", "runtime", "unsafe", "syscall" };
	char path[128];

	snprintf(root, sizeof(root), "%s/dlwhy-fuzz-XXXXXX",
		 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	if (mkdtemp(root) == NULL)
		abort();
	atexit(remove_root);
	for (int i = 0; i < NAMES; i++)
		write_text(files[i].name, files[i].text);
	for (size_t i = 0; i < sizeof(std) / sizeof(std[0]); i++) {
		snprintf(path, sizeof(path), SRC "/%s/x.go", std[i]);
		write_text(path, "package x\n");
	}
	write_text(SRC "/runtime/cgo/cgo.go", "package cgo\n\n// #cgo LDFLAGS: -lpthread\nimport \"C\"\n");
	write_text("/usr/local/go/VERSION", "go1.26.8\n");
	write_text("/usr/local/go/pkg/tool/x", "");
	write_text("/v/go.mod", "module example.org/v\n\ngo 1.21\n\nrequire example.org/o v1.0.0\n");
	write_text("/v/main.go", "package main\n\nimport _ \"example.org/o\"\n");
	write_text("/v/vendor/example.org/o/o.go", "package o\n");
	write_text("/o/o.go", "package o\n");
	write_text("/usr/lib/x86_64-linux-gnu/pkgconfig/y.pc", "Name: y\nDescription: y\nVersion: 2\n");
	write_text("/usr/bin/gcc", "#!/bin/sh\n");
	write_text("/usr/bin/pkg-config", "#!/bin/sh\n");
	write_text("/usr/lib/gcc/x86_64-linux-gnu/12/include/stddef.h", "");
	write_text("/usr/include/stdio.h", "int printf(const char *, ...);\n");
}

/* ---- one input -------------------------------------------------------------------------------- */

struct run {
	struct go g;
	struct go_input in;
	const char *package;
	struct view bytes; /* of a regular expression and flags; n 0: none */
};

static void read_problems(const struct go *g)
{
	for (size_t i = 0; i < g->problems.n; i++) {
		const struct go_problem *p = g->problems.items[i];

		touch(p->text);
		touch(p->object);
		touch(p->written);
		touch(p->detail);
		for (size_t k = 0; k < p->more.n; k++)
			touch(p->more.items[k]);
	}
}

static void read_package(void *ctx)
{
	struct run *r = ctx;
	struct go_link line;

	if (!go_open(&r->g, &r->in) || !go_load(&r->g, r->package)) {
		read_problems(&r->g);
		if (r->g.root == NULL)
			return;
	}
	go_check(&r->g);
	go_preamble_twice(&r->g);
	read_problems(&r->g);
	go_line(&r->g, &line);
	for (size_t i = 0; i < line.objects.n; i++) {
		struct view v = go_object_bytes(r->in.a, "amd64", &line.objects.items[i]);

		for (size_t k = 0; k < v.n; k++)
			sink += v.p[k];
	}
	for (size_t i = 0; i < line.after.n; i++)
		touch(line.after.items[i]);
}

/* The first line is a regular expression, each further word a flag. */
static void read_flags(void *ctx)
{
	struct run *r = ctx;
	char *text = arena_strndup(r->in.a, (const char *)r->bytes.p, r->bytes.n), *word;
	struct go_words words = { NULL, 0, 0 };
	struct go_refusal refusal;
	struct go_regexp *re;
	const char *error;

	word = strchr(text, '\n');
	if (word != NULL)
		*word++ = '\0';
	re = go_regexp_new(r->in.a, text, &error);
	touch(re == NULL ? error : NULL);
	if (!go_open(&r->g, &r->in))
		return;
	while (word != NULL && *word != '\0' && words.n < 100) {
		size_t n = strcspn(word, " \n");

		*ARENA_PUSH(r->in.a, &words) = arena_strndup(r->in.a, word, n);
		if (re != NULL)
			sink += go_regexp_whole(re, words.items[words.n - 1]);
		word += n + (word[n] != '\0');
	}
	for (int list = 0; list < GO_LISTS; list++) {
		go_check_flags(&r->g, "", "#cgo", &words, (enum go_flag_list)list, &refusal);
		touch(refusal.text);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const environ[] = { "PATH=/usr/local/go/bin:/usr/bin", "HOME=/root", NULL };
	struct run *r;
	struct source *source;
	int which;

	if (size == 0)
		return 0;
	if (root[0] == '\0')
		make_root();
	which = data[0] % (NAMES + 1);
	r = calloc(1, sizeof(*r));
	if (r == NULL)
		abort();
	if (which < NAMES)
		write_file(files[which].name, data + 1, size - 1);
	else
		r->bytes = (struct view){ data + 1, size - 1 };
	r->in.cwd = which == VENDORED ? "/v" : which == WORK ? "/w" : "/m";
	r->package = which == WORK ? "example.org/m" : ".";
	source = source_root(root, r->in.cwd);
	r->in.store = store_new(source);
	r->in.a = arena_new(MEMORY);
	r->in.environ = environ;
	r->in.hostarch = "amd64";
	if (r->in.a == NULL || r->in.store == NULL)
		abort();
	(void)arena_run(r->in.a, which < NAMES ? read_package : read_flags, r);
	go_close(&r->g);
	store_free(r->in.store);
	source_free(source);
	arena_free(r->in.a);
	free(r);
	if (which < NAMES)
		write_text(files[which].name, files[which].text);
	return 0;
}
