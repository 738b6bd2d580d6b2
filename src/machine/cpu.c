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

#define X(id) (UINT64_C(1) << ISA_##id)

/* What the levels of the x86-64 psABI consist of, and what makers of processors added together. */
#define LEVEL_2 (X(SSE3) | X(SSSE3) | X(CX16) | X(SSE41) | X(SSE42) | X(POPCNT))
#define LEVEL_3 (LEVEL_2 | X(AVX) | X(F16C) | X(MOVBE) | X(FMA) | X(BMI1) | X(BMI2) | X(AVX2))
#define AVX512 (X(AVX512F) | X(AVX512CD) | X(AVX512BW) | X(AVX512DQ))
#define LEVEL_4 (LEVEL_3 | AVX512)
#define CRYPTO (X(AES) | X(PCLMUL))
#define HASWELL (LEVEL_3 | CRYPTO | X(RDRAND) | X(FSGSBASE))
#define BROADWELL (HASWELL | X(ADX) | X(RDSEED))
#define SKYLAKE_X (BROADWELL | AVX512)
#define BULLDOZER (LEVEL_2 | CRYPTO | X(SSE4A) | X(AVX) | X(XOP) | X(FMA4))
#define PILEDRIVER (BULLDOZER | X(F16C) | X(FMA) | X(BMI1) | X(TBM))
#define EXCAVATOR (PILEDRIVER | LEVEL_3 | X(RDRAND) | X(FSGSBASE))
#define ZEN (BROADWELL | X(SHA) | X(SSE4A))

/* Processors that have a name, by those that GCC's -march= gives them. The first row of a machine is
 * the assumption for it: what every processor of its ABI has. platform: what the kernel passes as
 * AT_PLATFORM, or what glibc puts in its place. */
static const struct cpu_row {
	const char *name;
	uint16_t machine;
	int isa_level;
	const char *platform;
	bool avx512_1, atomics;
	uint64_t isa;
} rows[] = {
	{ "x86-64", EM_X86_64, 1, "x86_64", false, false, 0 },
	{ "x86-64-v1", EM_X86_64, 1, "x86_64", false, false, 0 },
	{ "x86-64-v2", EM_X86_64, 2, "x86_64", false, false, LEVEL_2 },
	{ "x86-64-v3", EM_X86_64, 3, "x86_64", false, false, LEVEL_3 },
	{ "x86-64-v4", EM_X86_64, 4, "x86_64", false, false, LEVEL_4 },
	{ "core2", EM_X86_64, 1, "x86_64", false, false, X(SSE3) | X(SSSE3) | X(CX16) },
	{ "nehalem", EM_X86_64, 2, "x86_64", false, false, LEVEL_2 },
	{ "westmere", EM_X86_64, 2, "x86_64", false, false, LEVEL_2 | CRYPTO },
	{ "silvermont", EM_X86_64, 2, "x86_64", false, false,
	  LEVEL_2 | CRYPTO | X(MOVBE) | X(RDRAND) },
	{ "sandybridge", EM_X86_64, 2, "x86_64", false, false, LEVEL_2 | CRYPTO | X(AVX) },
	{ "ivybridge", EM_X86_64, 2, "x86_64", false, false,
	  LEVEL_2 | CRYPTO | X(AVX) | X(RDRAND) | X(FSGSBASE) | X(F16C) },
	{ "haswell", EM_X86_64, 3, "haswell", false, false, HASWELL },
	{ "broadwell", EM_X86_64, 3, "haswell", false, false, BROADWELL },
	{ "skylake", EM_X86_64, 3, "haswell", false, false, BROADWELL },
	{ "alderlake", EM_X86_64, 3, "haswell", false, false, BROADWELL | X(SHA) },
	{ "xeon_phi", EM_X86_64, 3, "xeon_phi", false, false,
	  BROADWELL | X(AVX512F) | X(AVX512CD) | X(AVX512ER) | X(AVX512PF) },
	{ "skylake-avx512", EM_X86_64, 4, "haswell", true, false, SKYLAKE_X },
	{ "icelake-server", EM_X86_64, 4, "haswell", true, false, SKYLAKE_X | X(SHA) },
	{ "sapphirerapids", EM_X86_64, 4, "haswell", true, false, SKYLAKE_X | X(SHA) | X(AMX) },
	{ "k8", EM_X86_64, 1, "x86_64", false, false, 0 },
	{ "barcelona", EM_X86_64, 1, "x86_64", false, false,
	  X(SSE3) | X(CX16) | X(POPCNT) | X(SSE4A) },
	{ "bdver1", EM_X86_64, 2, "x86_64", false, false, BULLDOZER },
	{ "bdver2", EM_X86_64, 2, "x86_64", false, false, PILEDRIVER },
	{ "bdver4", EM_X86_64, 3, "x86_64", false, false, EXCAVATOR },
	{ "znver1", EM_X86_64, 3, "x86_64", false, false, ZEN },
	{ "znver2", EM_X86_64, 3, "x86_64", false, false, ZEN },
	{ "znver3", EM_X86_64, 3, "x86_64", false, false, ZEN },
	{ "znver4", EM_X86_64, 4, "x86_64", false, false, ZEN | AVX512 },
	{ "i686", EM_386, 0, "i686", false, false, 0 },
	{ "aarch64", EM_AARCH64, 0, "aarch64", false, false, 0 },
	{ "aarch64+lse", EM_AARCH64, 0, "aarch64", false, true, X(LSE) },
	{ "neoverse-n1", EM_AARCH64, 0, "aarch64", false, true, X(LSE) | X(DOTPROD) },
	{ "neoverse-v1", EM_AARCH64, 0, "aarch64", false, true, X(LSE) | X(DOTPROD) | X(SVE) },
	{ "arm", EM_ARM, 0, "v7l", false, false, 0 },
	{ "power8", EM_PPC64, 8, "power8", false, false, 0 },
	{ "power9", EM_PPC64, 9, "power9", false, false, 0 },
	{ "power10", EM_PPC64, 10, "power10", false, false, 0 },
	{ "z12", EM_S390, 12, "zEC12", false, false, 0 },
	{ "z13", EM_S390, 13, "z13", false, false, 0 },
	{ "z14", EM_S390, 14, "z14", false, false, 0 },
	{ "z15", EM_S390, 15, "z15", false, false, 0 },
	{ "z16", EM_S390, 16, "z16", false, false, 0 },
	{ "z17", EM_S390, 17, "z17", false, false, 0 },
	{ "loongarch", EM_LOONGARCH, 0, "loongarch", false, false, 0 },
};

/* ---- extensions --------------------------------------------------------------------------- */

static const struct {
	const char *name, *since;
} extensions[] = {
#define ISA(id, name, since) { name, since },
#include "machine/isa.def"
#undef ISA
};

const char *isa_name(enum isa x)
{
	return (unsigned)x < ISA_COUNT ? extensions[x].name : "an unknown extension";
}

const char *isa_since(enum isa x)
{
	return (unsigned)x < ISA_COUNT ? extensions[x].since : "unknown processors";
}

/* ---- names -------------------------------------------------------------------------------- */

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
		.isa = r->isa,
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
			out->name = rows[i].name;
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

const char *cpu_name_at(size_t i)
{
	return i < sizeof(rows) / sizeof(*rows) ? rows[i].name : NULL;
}

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>

#define HAS(word, bit) (((word) >> (bit)&1) != 0)

/* The words of CPUID that decide, after glibc's corrections. */
struct features {
	uint32_t f1c, f1d, f7b, f7d; /* leaf 1 ECX, EDX; leaf 7 EBX, EDX */
	uint32_t x1c;                /* leaf 0x80000001 ECX */
	bool avx, avx512, amx;       /* the kernel saves these registers */
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
	f->amx = (xcr0 & 0x60000) == 0x60000;        /* TILECFG, TILEDATA */
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

enum word { F1C, F7B, F7D, X1C };
enum state { NO_STATE, YMM, ZMM, TILES };

/* Where CPUID tells of an extension, and which registers the kernel must save for it. */
static const struct {
	enum isa isa;
	enum word word;
	unsigned bit;
	enum state state;
} tells[] = {
	{ ISA_SSE3, F1C, 0, NO_STATE },     { ISA_PCLMUL, F1C, 1, NO_STATE },
	{ ISA_SSSE3, F1C, 9, NO_STATE },    { ISA_FMA, F1C, 12, YMM },
	{ ISA_CX16, F1C, 13, NO_STATE },    { ISA_SSE41, F1C, 19, NO_STATE },
	{ ISA_SSE42, F1C, 20, NO_STATE },   { ISA_MOVBE, F1C, 22, NO_STATE },
	{ ISA_POPCNT, F1C, 23, NO_STATE },  { ISA_AES, F1C, 25, NO_STATE },
	{ ISA_AVX, F1C, 28, YMM },          { ISA_F16C, F1C, 29, YMM },
	{ ISA_RDRAND, F1C, 30, NO_STATE },  { ISA_FSGSBASE, F7B, 0, NO_STATE },
	{ ISA_BMI1, F7B, 3, NO_STATE },     { ISA_AVX2, F7B, 5, YMM },
	{ ISA_BMI2, F7B, 8, NO_STATE },     { ISA_RTM, F7B, 11, NO_STATE },
	{ ISA_AVX512F, F7B, 16, ZMM },      { ISA_AVX512DQ, F7B, 17, ZMM },
	{ ISA_RDSEED, F7B, 18, NO_STATE },  { ISA_ADX, F7B, 19, NO_STATE },
	{ ISA_AVX512PF, F7B, 26, ZMM },     { ISA_AVX512ER, F7B, 27, ZMM },
	{ ISA_AVX512CD, F7B, 28, ZMM },     { ISA_SHA, F7B, 29, NO_STATE },
	{ ISA_AVX512BW, F7B, 30, ZMM },     { ISA_AMX, F7D, 24, TILES },
	{ ISA_SSE4A, X1C, 6, NO_STATE },    { ISA_XOP, X1C, 11, YMM },
	{ ISA_FMA4, X1C, 16, YMM },         { ISA_TBM, X1C, 21, NO_STATE },
};

/* What a process may use, whatever glibc thinks of it. */
static uint64_t isa_of(const struct features *f)
{
	const uint32_t words[] = { [F1C] = f->f1c, [F7B] = f->f7b, [F7D] = f->f7d, [X1C] = f->x1c };
	const bool states[] = { [NO_STATE] = true, [YMM] = f->avx, [ZMM] = f->avx512,
				[TILES] = f->amx };
	uint64_t isa = 0;

	for (size_t i = 0; i < sizeof(tells) / sizeof(*tells); i++)
		if (HAS(words[tells[i].word], tells[i].bit) && states[tells[i].state])
			isa |= UINT64_C(1) << tells[i].isa;
	return isa;
}

static void read_features(struct features *f, uint64_t *isa)
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
		__cpuid_count(7, 0, a, f->f7b, c, f->f7d);
	__cpuid(0x80000000, a, b, c, d);
	if (a >= 0x80000001)
		__cpuid(0x80000001, a, b, f->x1c, d);
	read_states(f);
	*isa = isa_of(f);
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
	read_features(&f, &out->isa);
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
	uint64_t caps = aux_value(AT_HWCAP_);

	out->machine = EM_AARCH64;
	out->atomics = (caps >> 8 & 1) != 0;
	out->isa = (caps >> 8 & 1) << ISA_LSE | (caps >> 20 & 1) << ISA_DOTPROD |
		   (caps >> 22 & 1) << ISA_SVE;
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
