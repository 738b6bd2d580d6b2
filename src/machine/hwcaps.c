/* hwcaps.c - the sub-directories that glibc tries in each folder of a search.
 *
 * Source: glibc elf/dl-hwcaps.c (_dl_important_hwcaps) and dl-hwcaps-subdirs.c of the machines.
 * 2.33 brought glibc-hwcaps/NAME/; before it, and after it up to 2.36, there are the legacy ones:
 * every combination of "tls", the platform and the hwcap words, names joined in that order.
 */
#include <elf.h>
#include <string.h>

#include "machine/machine.h"
#include "machine/hwcaps.h"

#define MAX_SUBDIRS 32
#define MAX_WORDS 4

/* glibc-hwcaps names in order of preference, with the level that makes each usable. */
static const struct hwcaps_name names[] = {
	{ EM_X86_64, 4, 33, "x86-64-v4" }, { EM_X86_64, 3, 33, "x86-64-v3" },
	{ EM_X86_64, 2, 33, "x86-64-v2" }, { EM_PPC64, 10, 33, "power10" },
	{ EM_PPC64, 9, 33, "power9" },     { EM_S390, 17, 42, "z17" },
	{ EM_S390, 16, 36, "z16" },        { EM_S390, 15, 33, "z15" },
	{ EM_S390, 14, 33, "z14" },        { EM_S390, 13, 33, "z13" },
};

size_t hwcaps_active(int glibc_minor, const struct cpu *cpu, const char *out[HWCAPS_MAX_ACTIVE])
{
	size_t n = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const struct hwcaps_name *h = &names[i];

		if (h->machine == cpu->machine && h->level <= cpu->isa_level &&
		    (glibc_minor <= 0 || glibc_minor >= h->since))
			out[n++] = h->name;
	}
	return n;
}

/* The words in glibc's order: hwcap bits from the lowest, the platform, "tls". Before 2.26
 * x86-64 had no important bits and i386 the same "sse2". */
static size_t legacy_words(int glibc_minor, const struct cpu *cpu, const char *out[MAX_WORDS])
{
	size_t n = 0;

	if (cpu->machine == EM_X86_64 && glibc_minor >= 26) {
		out[n++] = "x86_64";
		if (cpu->avx512_1)
			out[n++] = "avx512_1";
	} else if (cpu->machine == EM_386) {
		out[n++] = "sse2";
	} else if (cpu->machine == EM_AARCH64 && cpu->atomics && glibc_minor >= 28) {
		out[n++] = "atomics";
	} else if (cpu->machine == EM_PPC64 && cpu->isa_level >= 8) {
		out[n++] = "dfp";
		out[n++] = "altivec";
	}
	if (cpu->platform != NULL)
		out[n++] = hwcaps_platform(glibc_minor, cpu);
	out[n++] = "tls";
	return n;
}

const char *hwcaps_platform(int glibc_minor, const struct cpu *cpu)
{
	/* Up to 2.25 it was what the kernel said. */
	if (cpu->machine == EM_X86_64 && glibc_minor > 0 && glibc_minor < 26)
		return "x86_64";
	return cpu->platform;
}

struct list {
	const char *items[MAX_SUBDIRS];
	size_t n;
};

static void add(struct list *l, const char *dir)
{
	for (size_t i = 0; i < l->n; i++) {
		if (strcmp(l->items[i], dir) == 0)
			return;
	}
	if (l->n < MAX_SUBDIRS)
		l->items[l->n++] = dir;
}

/* All combinations, the fullest first: entry k holds the words whose bits are set in k, the last
 * word of the list in front. */
static void add_combinations(const char *const *words, size_t n, struct arena *a, struct list *l)
{
	for (unsigned k = (1U << n) - 1; k > 0; k--) {
		const char *dir = "";

		for (size_t i = n; i-- > 0;) {
			if ((k >> i & 1) != 0)
				dir = arena_printf(a, "%s%s/", dir, words[i]);
		}
		add(l, dir);
	}
}

void hwcaps_subdirs(int glibc_minor, const struct cpu *cpu, struct arena *a,
		    const char *const **out, size_t *n)
{
	const char *active[HWCAPS_MAX_ACTIVE], *words[MAX_WORDS];
	size_t nactive = hwcaps_active(glibc_minor, cpu, active);
	struct list l = { .n = 0 };
	const char **copy;

	for (size_t i = 0; i < nactive; i++)
		add(&l, arena_printf(a, "glibc-hwcaps/%s/", active[i]));
	if (glibc_minor > 0 && glibc_minor <= 36)
		add_combinations(words, legacy_words(glibc_minor, cpu, words), a, &l);
	add(&l, "");
	copy = ARENA_ARRAY(a, l.n, const char *);
	memcpy(copy, l.items, l.n * sizeof(*copy));
	*out = copy;
	*n = l.n;
}
