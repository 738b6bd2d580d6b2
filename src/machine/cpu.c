/* cpu.c - what glibc's loader makes of a processor: ISA level, $PLATFORM, legacy hwcap words.
 *
 * Source: glibc sysdeps/x86/cpu-features.c (update_active, init_cpu_features),
 * sysdeps/x86/get-isa-level.h, and dl-procinfo.h and dl-hwcaps-subdirs.c of the other machines.
 * A feature counts only where glibc calls it usable: AVX and AVX-512 need the kernel's consent,
 * which XGETBV shows.
 */
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "machine/em.h"
#include "machine/machine.h"

enum { ISA_BASELINE = 1, ISA_V2 = 2, ISA_V3 = 4, ISA_V4 = 8 };

/* Processors that have a name. The first row of a machine is the assumption for it: what every
 * processor of its ABI has. platform: what the kernel passes as AT_PLATFORM. */
static const struct cpu_row {
	const char *name;
	uint16_t machine;
	int isa_level;
	const char *platform;
	bool avx512_1, atomics;
} rows[] = {
	{ "x86-64", EM_X86_64, 1, "x86_64", false, false },
	{ "x86-64-v1", EM_X86_64, 1, "x86_64", false, false },
	{ "x86-64-v2", EM_X86_64, 2, "x86_64", false, false },
	{ "x86-64-v3", EM_X86_64, 3, "x86_64", false, false },
	{ "x86-64-v4", EM_X86_64, 4, "x86_64", false, false },
	{ "haswell", EM_X86_64, 3, "haswell", false, false },
	{ "xeon_phi", EM_X86_64, 3, "xeon_phi", false, false },
	{ "skylake-avx512", EM_X86_64, 4, "haswell", true, false },
	{ "i686", EM_386, 0, "i686", false, false },
	{ "aarch64", EM_AARCH64, 0, "aarch64", false, false },
	{ "aarch64+lse", EM_AARCH64, 0, "aarch64", false, true },
	{ "arm", EM_ARM, 0, "v7l", false, false },
	{ "power8", EM_PPC64, 8, "power8", false, false },
	{ "power9", EM_PPC64, 9, "power9", false, false },
	{ "power10", EM_PPC64, 10, "power10", false, false },
	{ "z12", EM_S390, 12, "zEC12", false, false },
	{ "z13", EM_S390, 13, "z13", false, false },
	{ "z14", EM_S390, 14, "z14", false, false },
	{ "z15", EM_S390, 15, "z15", false, false },
	{ "z16", EM_S390, 16, "z16", false, false },
	{ "z17", EM_S390, 17, "z17", false, false },
	{ "loongarch", EM_LOONGARCH, 0, "loongarch", false, false },
};

/* The bits up to a level; nothing for machines that have no x86 levels. */
static uint32_t isa_bits_of(uint16_t machine, int level)
{
	if (machine == EM_386)
		return ISA_BASELINE;
	return machine == EM_X86_64 ? (1U << level) - 1 : 0;
}

static void fill(const struct cpu_row *r, struct cpu *out)
{
	*out = (struct cpu){
		.machine = r->machine,
		.isa_level = r->isa_level,
		.isa_bits = isa_bits_of(r->machine, r->isa_level),
		.platform = r->platform,
		.avx512_1 = r->avx512_1,
		.atomics = r->atomics,
		.assumed = true,
	};
}

void cpu_assumed(uint16_t machine, struct cpu *out)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (rows[i].machine == machine) {
			fill(&rows[i], out);
			return;
		}
	}
	*out = (struct cpu){ .machine = machine, .assumed = true };
}

bool cpu_named(const char *name, struct cpu *out)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (strcmp(rows[i].name, name) == 0) {
			fill(&rows[i], out);
			return true;
		}
	}
	for (unsigned m = 1; m < 1024; m++) {
		const char *known = elf_machine_name((uint16_t)m);

		if (known != NULL && strcmp(known, name) == 0) {
			cpu_assumed((uint16_t)m, out);
			return true;
		}
	}
	return false;
}

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>

#define HAS(word, bit) (((word) >> (bit)&1) != 0)

/* The words of CPUID that decide, after glibc's corrections. */
struct features {
	uint32_t f1c, f1d, f7b, x1c; /* leaf 1 ECX, EDX; leaf 7 EBX; leaf 0x80000001 ECX */
	bool avx, avx512;            /* the kernel saves these registers */
	bool intel;
};

static uint32_t read_xcr0(void)
{
	uint32_t low, high;

	/* The instruction by its bytes, so that no -mxsave is needed. */
	__asm__ volatile(".byte 0x0f, 0x01, 0xd0" : "=a"(low), "=d"(high) : "c"(0));
	return low;
}

static void read_states(struct features *f)
{
	uint32_t xcr0;

	if (!HAS(f->f1c, 27)) /* OSXSAVE */
		return;
	xcr0 = read_xcr0();
	f->avx = (xcr0 & 0x06) == 0x06;             /* XMM, YMM */
	f->avx512 = f->avx && (xcr0 & 0xe0) == 0xe0; /* opmask, ZMM0-15, ZMM16-31 */
}

/* glibc takes AVX away from the Zhaoxin models on which it is slow. */
static void forget_slow_avx(struct features *f, uint32_t signature)
{
	uint32_t family = (signature >> 8 & 0xf), model = (signature >> 4 & 0xf);

	model += signature >> 12 & 0xf0;
	if ((family == 6 && (model == 0x0f || model == 0x19)) ||
	    (family == 7 && (model == 0x1b || model == 0x3b))) {
		f->f1c &= ~(1U << 28);
		f->f7b &= ~(1U << 5);
	}
}

static void read_features(struct features *f)
{
	uint32_t a, b, c, d, max, signature;
	char vendor[12];

	*f = (struct features){ 0 };
	/* Not __get_cpuid, which asks for the highest leaf each time: in a virtual machine every CPUID
	 * leaves it and comes back. Leaves 0 and 1 exist on all processors that run 64-bit code. */
	__cpuid(0, max, b, c, d);
	memcpy(vendor, &b, 4);
	memcpy(vendor + 4, &d, 4);
	memcpy(vendor + 8, &c, 4);
	f->intel = memcmp(vendor, "GenuineIntel", 12) == 0;
	__cpuid(1, signature, b, f->f1c, f->f1d);
	if (max >= 7)
		__cpuid_count(7, 0, a, f->f7b, c, d);
	__cpuid(0x80000000, a, b, c, d);
	if (a >= 0x80000001)
		__cpuid(0x80000001, a, b, f->x1c, d);
	read_states(f);
	if (memcmp(vendor, "CentaurHauls", 12) == 0 || memcmp(vendor, "  Shanghai  ", 12) == 0)
		forget_slow_avx(f, signature);
}

static bool has_all(uint32_t word, uint32_t mask)
{
	return (word & mask) == mask;
}

static bool is_v1(const struct features *f)
{
	/* FPU, CX8, CMOV, MMX, FXSR, SSE, SSE2 */
	return has_all(f->f1d, 1U << 0 | 1U << 8 | 1U << 15 | 1U << 23 | 1U << 24 | 1U << 25 |
				       1U << 26);
}

static bool is_v2(const struct features *f)
{
	/* SSE3, SSSE3, CMPXCHG16B, SSE4.1, SSE4.2, POPCNT; LAHF in long mode */
	return has_all(f->f1c, 1U << 0 | 1U << 9 | 1U << 13 | 1U << 19 | 1U << 20 | 1U << 23) &&
	       HAS(f->x1c, 0);
}

static bool is_v3(const struct features *f)
{
	/* FMA, MOVBE, AVX, F16C; BMI1, AVX2, BMI2; LZCNT. The first releases of 2.33 to 2.36 did
	 * not ask for BMI; their stable branches do, as all later ones. */
	return f->avx && has_all(f->f1c, 1U << 12 | 1U << 22 | 1U << 28 | 1U << 29) &&
	       has_all(f->f7b, 1U << 3 | 1U << 5 | 1U << 8) && HAS(f->x1c, 5);
}

static bool is_v4(const struct features *f)
{
	/* AVX512F, DQ, CD, BW, VL */
	return f->avx512 && has_all(f->f7b, 1U << 16 | 1U << 17 | 1U << 28 | 1U << 30 | 1U << 31);
}

static int level_of(const struct features *f)
{
	if (!is_v1(f))
		return 0;
	if (!is_v2(f))
		return 1;
	if (!is_v3(f))
		return 2;
	return is_v4(f) ? 4 : 3;
}

/* init_cpu_features: only for Intel's processors glibc has a mind of its own. */
static void name_platform(const struct features *f, struct cpu *out)
{
	bool cd = f->avx512 && has_all(f->f7b, 1U << 16 | 1U << 28);
	bool er = HAS(f->f7b, 27), pf = HAS(f->f7b, 26);

	if (!f->intel)
		return;
	if (cd && er && pf)
		out->platform = "xeon_phi";
	else if (is_v3(f) && HAS(f->f1c, 23))
		out->platform = "haswell";
	out->avx512_1 = cd && !er && is_v4(f);
}

static void read_host(struct cpu *out)
{
	struct features f;

	out->machine = EM_X86_64;
	read_features(&f);
	out->isa_level = level_of(&f);
	out->isa_bits = isa_bits_of(EM_X86_64, out->isa_level);
	name_platform(&f, out);
}

#else /* another machine: the kernel tells by the auxiliary vector */

#define AT_HWCAP_ 16
#define AT_HWCAP2_ 26

/* A value of the auxiliary vector, 0 if it is not there. */
static uint64_t aux_value(unsigned long type)
{
	char *bytes = NULL;
	size_t n = 0;
	unsigned long pair[2];
	uint64_t found = 0;

	if (os_read_all("/proc/self/auxv", 65536, &bytes, &n) != 0)
		return 0;
	for (size_t i = 0; sizeof(pair) <= n - i; i += sizeof(pair)) {
		memcpy(pair, bytes + i, sizeof(pair));
		if (pair[0] == type)
			found = pair[1];
	}
	free(bytes);
	return found;
}

#if defined(__aarch64__)
static void read_host(struct cpu *out)
{
	out->machine = EM_AARCH64;
	out->atomics = (aux_value(AT_HWCAP_) >> 8 & 1) != 0;
}
#elif defined(__powerpc64__)
static void read_host(struct cpu *out)
{
	uint64_t caps = aux_value(AT_HWCAP2_);
	const uint64_t power9 = 0x00800000 | 0x00400000;  /* ARCH_3_00, HAS_IEEE128 */
	const uint64_t power10 = 0x00040000 | 0x00020000; /* ARCH_3_1, MMA */

	out->machine = EM_PPC64;
	out->isa_level = 8;
	if ((caps & power9) == power9)
		out->isa_level = (caps & power10) == power10 ? 10 : 9;
}
#elif defined(__s390x__)
static void read_host(struct cpu *out)
{
	static const uint32_t needs[] = { 1U << 11, 7U << 12, 3U << 15, 1U << 19 };
	uint64_t caps = aux_value(AT_HWCAP_);

	out->machine = EM_S390;
	out->isa_level = 12;
	for (size_t i = 0; i < 4 && (caps & needs[i]) == needs[i]; i++)
		out->isa_level++;
}
#else
static void read_host(struct cpu *out)
{
	(void)aux_value(AT_HWCAP_);
	(void)aux_value(AT_HWCAP2_);
#if defined(__arm__)
	out->machine = EM_ARM;
#elif defined(__riscv)
	out->machine = EM_RISCV;
#elif defined(__loongarch__)
	out->machine = EM_LOONGARCH;
#elif defined(__mips__)
	out->machine = EM_MIPS;
#elif defined(__powerpc__)
	out->machine = EM_PPC;
#endif
}
#endif
#endif

void cpu_host(struct cpu *out)
{
	*out = (struct cpu){ .machine = EM_NONE };
	out->platform = os_auxv_platform();
	read_host(out);
}

uint16_t cpu_host_machine(void)
{
#if defined(__x86_64__) || defined(__i386__)
	return EM_X86_64;
#elif defined(__aarch64__)
	return EM_AARCH64;
#elif defined(__powerpc64__)
	return EM_PPC64;
#elif defined(__s390x__)
	return EM_S390;
#elif defined(__arm__)
	return EM_ARM;
#elif defined(__riscv)
	return EM_RISCV;
#elif defined(__loongarch__)
	return EM_LOONGARCH;
#elif defined(__mips__)
	return EM_MIPS;
#elif defined(__powerpc__)
	return EM_PPC;
#else
	return EM_NONE;
#endif
}
