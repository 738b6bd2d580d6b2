/* link_fuzzer.c - a link of arbitrary bytes: a command, a linker script, and an object or archive.
 *
 * A byte of 1 ends a part: first the words of the linker, then the file libx.so, then liby.a. They lie
 * in a temporary folder; the first letter of the words chooses the linker, two of which make programs
 * for Windows and macOS.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "build/link.h"

#define MEMORY ((size_t)256 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char root[128];

struct job {
	struct arena *a;
	struct source *source;
	struct store *store;
	const char *words;
	size_t n;
	struct link link;
	bool ran;
};

static const char *path_of(const char *name)
{
	static char path[192];

	(void)snprintf(path, sizeof(path), "%s/%s", root, name);
	return path;
}

static void clean(void)
{
	(void)unlink(path_of("libx.so"));
	(void)unlink(path_of("liby.a"));
	(void)rmdir(root);
}

static void prepare(void)
{
	const char *tmp = getenv("TMPDIR");

	if (root[0] != '\0')
		return;
	(void)snprintf(root, sizeof(root), "%s/link-fuzz-XXXXXX", tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(root) == NULL || atexit(clean) != 0)
		abort();
}

static void write_file(const char *name, const uint8_t *data, size_t size)
{
	int fd = open(path_of(name), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	close(fd);
}

static void choose(struct job *j, struct link_plan *plan)
{
	static const char *const windows[] = { "-m", "i386pep", NULL };
	static const char *const macos[] = { "-arch", "x86_64", "-platform_version", "macos", "11.0",
		"11.0", NULL };
	unsigned n = j->n > 0 ? (unsigned char)j->words[0] % 6 : 0;
	const char *const *words = n == 4 ? windows : macos;

	plan->kind = n < 4 ? (enum link_linker)n : n == 4 ? LINKER_BFD : LINKER_LLD;
	plan->machine = n < 4 ? NULL : n == 4 ? "mingw" : "macos";
	for (; n >= 4 && *words != NULL; words++)
		*ARENA_PUSH(j->a, &plan->words) = *words;
	if (n >= 4)
		*ARENA_PUSH(j->a, &plan->words) = arena_strdup(j->a, path_of("libx.so"));
}

static void run(void *ctx)
{
	struct job *j = ctx;
	struct link_plan plan = { .linker = "/usr/bin/ld", .self = "ld" };
	struct link_line line;
	static const char *const env[] = { NULL };

	choose(j, &plan);
	link_words(j->a, j->words, j->n, &plan.words);
	*ARENA_PUSH(j->a, &plan.words) = arena_printf(j->a, "-L%s", root);
	*ARENA_PUSH(j->a, &plan.words) = "-lx";
	*ARENA_PUSH(j->a, &plan.words) = "-ly";
	if (link_is_macho(&plan))
		memset(&line, 0, sizeof(line));
	else
		link_line_read(j->a, j->source, &plan, &line);
	j->ran = true;
	link_run(&j->link, j->a, j->store, &plan, &line, env);
	if (link_first_error(&j->link) != NULL && link_first_error(&j->link)->message == NULL)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *one = size > 0 ? memchr(data, 1, size) : NULL;
	size_t n = one != NULL ? (size_t)(one - data) : size;
	const uint8_t *rest = one != NULL ? one + 1 : data + size;
	size_t left = size - n - (one != NULL), script;
	const uint8_t *two = left > 0 ? memchr(rest, 1, left) : NULL;
	struct job *j = calloc(1, sizeof(*j));

	if (j == NULL)
		abort();
	prepare();
	script = two != NULL ? (size_t)(two - rest) : left;
	write_file("libx.so", rest, script);
	write_file("liby.a", two != NULL ? two + 1 : rest, two != NULL ? left - script - 1 : 0);
	j->a = arena_new(MEMORY);
	j->source = source_host(root);
	j->store = store_new(j->source);
	j->words = (const char *)data;
	j->n = n;
	(void)arena_run(j->a, run, j);
	if (j->ran)
		link_close(&j->link);
	store_free(j->store);
	source_free(j->source);
	arena_free(j->a);
	free(j);
	return 0;
}
