/* ldcache_fuzzer.c - a loader cache of arbitrary bytes, asked by several machines and versions. */
#include <elf.h>

#include "machine/machine.h"

enum { NAMES_MAX = 8 };
#define MEMORY ((size_t)64 << 20)

/* Where the sums go, so that no compiler drops the reads. */
static volatile unsigned sink;

struct asked {
	const char *names[NAMES_MAX];
	size_t n;
};

static void touch(const char *s)
{
	while (s != NULL && *s != 0)
		sink += (unsigned char)*s++;
}

static void on_entry(void *ctx, const char *soname, const char *path, int32_t flags, uint64_t hwcap)
{
	struct asked *a = ctx;

	if (a->n == NAMES_MAX)
		return;
	sink += (unsigned)flags + (unsigned)hwcap;
	touch(path);
	a->names[a->n++] = soname;
}

static void ask(const struct ldcache *c, const struct asked *a)
{
	static const struct ldcache_query queries[] = {
		{.machine = EM_X86_64, .is64 = true, .glibc_minor = 36, .kernel = 0x060100},
		{.machine = EM_X86_64, .is64 = true, .glibc_minor = 31, .kernel = 0x060100},
		{.machine = EM_X86_64, .is64 = true, .glibc_minor = 41},
		{.machine = EM_386, .is64 = false, .glibc_minor = 36},
		{.machine = EM_ARM, .is64 = false, .glibc_minor = 0, .eflags = 0x400},
		{.machine = EM_S390, .is64 = true, .glibc_minor = 36},
	};
	struct cpu cpu;

	(void)cpu_named("skylake-avx512", &cpu);
	for (size_t i = 0; i < sizeof(queries) / sizeof(*queries); i++) {
		struct ldcache_query q = queries[i];

		q.cpu = &cpu;
		for (size_t k = 0; k < a->n; k++) {
			uint32_t entry;

			touch(ldcache_find(c, &q, a->names[k], &entry));
			sink += entry;
		}
	}
}

struct run {
	struct view file;
	struct arena *arena;
};

static void run(void *ctx)
{
	const struct run *r = ctx;

	for (int big = 0; big < 2; big++) {
		struct asked a = {.names = {"liba.so.1", "0"}, .n = 2};
		const char *why = NULL;
		const struct ldcache *c = ldcache_open(r->file, big != 0, r->arena, &why);

		touch(why);
		sink += (unsigned)ldcache_count(c);
		ldcache_each(c, on_entry, &a);
		ask(c, &a);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct run r = {.file = {data, size}, .arena = arena_new(MEMORY)};

	if (r.arena != NULL)
		(void)arena_run(r.arena, run, &r);
	arena_free(r.arena);
	return 0;
}
