/* glibc_install.c - what is compiled into an installation of glibc, read from its files.
 *
 * Sources: glibc elf/gen-trusted-dirs.awk (the default folders: one NUL-joined array), elf/Makefile
 * (DL_DST_LIB, the value of $LIB), dl-cache.h (the cache's path), rtld.c and csu/version.c (the
 * banner). ld.so carries the banner since 2.33; before, libc.so.6 alone did.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/em.h"
#include "machine/machine.h"

/* A loader is a quarter of a megabyte, a libc two, with debugging information some twenty. */
#define MAX_SCAN ((size_t)32 << 20)
#define MAX_DIRS 64
#define MAX_STRING 4096

/* ---- strings in a file -------------------------------------------------------------------- */

static bool is_printable(unsigned char ch)
{
	return ch >= 0x20 && ch != 0x7f;
}

/* The place of the first occurrence at or after `from`; v.n if there is none. */
static size_t find(struct view v, size_t from, const void *what, size_t n)
{
	const unsigned char *p;

	if (from >= v.n)
		return v.n;
	p = memmem(v.p + from, v.n - from, what, n);
	return p == NULL ? v.n : (size_t)(p - v.p);
}

/* Where the printable text that reaches to `end` begins. */
static size_t text_begin(struct view v, size_t end)
{
	size_t i = end;

	while (i > 0 && end - i < MAX_STRING && is_printable(v.p[i - 1]))
		i--;
	return i;
}

/* Is `text` there as a whole string? */
static bool has_string(struct view v, const char *text)
{
	size_t n = strlen(text);
	char key[MAX_STRING];

	if (n + 2 > sizeof(key))
		return false;
	key[0] = '\0';
	memcpy(key + 1, text, n + 1);
	return find(v, 0, key, n + 2) < v.n;
}

/* ---- default folders ---------------------------------------------------------------------- */

/* The begin of a string that ends before `nul` and reads as a folder of libraries; `nul` if it is
 * none. */
static size_t folder_begin(struct view v, size_t nul)
{
	size_t b = text_begin(v, nul);

	if (nul - b < 2 || v.p[b] != '/' || v.p[nul - 1] != '/' ||
	    memmem(v.p + b, nul - b, "/lib", 4) == NULL)
		return nul;
	return b;
}

/* Counts the folders that stand one after the other, the first one ending at `nul`. */
static size_t run_length(struct view v, size_t nul)
{
	size_t n = 0;

	while (n < MAX_DIRS && nul < v.n) {
		size_t b = folder_begin(v, nul);

		if (b == nul || (n > 0 && (b == 0 || v.p[b - 1] != '\0')))
			break;
		n++;
		nul = find(v, nul + 1, "", 1);
	}
	return n;
}

/* The longest run: the array of the search itself. *nul is where its first string ends. */
static size_t find_run(struct view v, size_t *nul)
{
	size_t best = 0;

	for (size_t i = find(v, 0, "/\0/", 3); i < v.n; i = find(v, i + 1, "/\0/", 3)) {
		size_t n = run_length(v, i + 1);

		if (n > best) {
			best = n;
			*nul = i + 1;
		}
	}
	if (best > 0)
		return best;
	/* One folder only, as where each package has a prefix of its own. */
	for (size_t i = find(v, 0, "/\0", 2); i < v.n; i = find(v, i + 1, "/\0", 2)) {
		if (folder_begin(v, i + 1) != i + 1) {
			*nul = i + 1;
			return 1;
		}
	}
	return 0;
}

static bool read_dirs(struct view v, struct arena *a, struct glibc_install *out)
{
	size_t nul = 0, n = find_run(v, &nul);
	const char **dirs = ARENA_ARRAY(a, n, const char *);

	for (size_t i = 0; i < n; i++) {
		size_t b = folder_begin(v, nul);
		const char *dir = arena_strndup(a, (const char *)v.p + b, nul - b);

		/* A second copy of the array may stand behind the first. */
		if (out->ndirs > 0 && strcmp(dir, dirs[0]) == 0)
			break;
		dirs[out->ndirs++] = dir;
		nul = find(v, nul + 1, "", 1);
	}
	out->dirs = dirs;
	return out->ndirs > 0;
}

/* ---- folders by assumption ---------------------------------------------------------------- */

struct usual {
	uint16_t machine;
	bool is64;
	const char *lib; /* upstream's */
	const char *triplets[3];
};

static const struct usual usual[] = {
	{ EM_X86_64, true, "lib64", { "x86_64-linux-gnu" } },
	{ EM_X86_64, false, "libx32", { "x86_64-linux-gnux32" } },
	{ EM_386, false, "lib", { "i386-linux-gnu" } },
	{ EM_AARCH64, true, "lib64", { "aarch64-linux-gnu", "aarch64_be-linux-gnu" } },
	{ EM_ARM, false, "lib", { "arm-linux-gnueabihf", "arm-linux-gnueabi" } },
	{ EM_PPC64, true, "lib64", { "powerpc64le-linux-gnu", "powerpc64-linux-gnu" } },
	{ EM_PPC, false, "lib", { "powerpc-linux-gnu" } },
	{ EM_S390, true, "lib64", { "s390x-linux-gnu" } },
	{ EM_S390, false, "lib", { "s390-linux-gnu" } },
	{ EM_RISCV, true, "lib64/lp64d", { "riscv64-linux-gnu" } },
	{ EM_RISCV, false, "lib32/ilp32d", { "riscv32-linux-gnu" } },
	{ EM_MIPS, true, "lib64", { "mips64el-linux-gnuabi64", "mips64-linux-gnuabi64" } },
	{ EM_MIPS, false, "lib", { "mipsel-linux-gnu", "mips-linux-gnu" } },
	{ EM_LOONGARCH, true, "lib64", { "loongarch64-linux-gnu" } },
	{ EM_SPARCV9, true, "lib64", { "sparc64-linux-gnu" } },
	{ EM_ALPHA, true, "lib", { "alpha-linux-gnu" } },
	{ EM_IA_64, true, "lib", { "ia64-linux-gnu" } },
	{ EM_SH, false, "lib", { "sh4-linux-gnu" } },
	{ EM_68K, false, "lib", { "m68k-linux-gnu" } },
	{ EM_PARISC, false, "lib", { "hppa-linux-gnu" } },
};

static const struct usual *usual_of(uint16_t machine, bool is64)
{
	static const struct usual other64 = { 0, true, "lib64", { NULL } };
	static const struct usual other32 = { 0, false, "lib", { NULL } };

	for (size_t i = 0; i < sizeof(usual) / sizeof(*usual); i++) {
		if (usual[i].machine == machine && usual[i].is64 == is64)
			return &usual[i];
	}
	return is64 ? &other64 : &other32;
}

static void set_dirs(struct arena *a, const char *const *dirs, size_t n, struct glibc_install *out)
{
	const char **copy = ARENA_ARRAY(a, n, const char *);

	for (size_t i = 0; i < n; i++)
		copy[i] = dirs[i];
	out->dirs = copy;
	out->ndirs = n;
}

/* Debian's folders if they are there, else upstream's. */
static void assume_dirs(struct store *s, const struct usual *u, struct arena *a,
			struct glibc_install *out)
{
	const char *dirs[4] = { arena_printf(a, "/%s/", u->lib),
				arena_printf(a, "/usr/%s/", u->lib), "/lib/", "/usr/lib/" };
	size_t n = 2;

	for (size_t i = 0; i < 3 && u->triplets[i] != NULL; i++) {
		const char *dir = arena_printf(a, "/lib/%s", u->triplets[i]);

		if (store_stat_dir(s, dir) != 0)
			continue;
		dirs[0] = arena_printf(a, "%s/", dir);
		dirs[1] = arena_printf(a, "/usr%s/", dir);
		n = 4;
		break;
	}
	set_dirs(a, dirs, n, out);
	out->dirs_assumed = true;
}

/* ---- $LIB and the cache ------------------------------------------------------------------- */

/* $LIB is the folder of ld.so without its prefix. It is one of the default folders, or the last
 * part of one; which one the file shows by having that very string. */
static void read_lib(struct view v, struct arena *a, struct glibc_install *out)
{
	const char *last = NULL;

	for (size_t i = 0; i < out->ndirs; i++) {
		const char *dir = out->dirs[i] + 1;
		size_t n = strlen(dir);
		char *name = arena_strndup(a, dir, n > 0 ? n - 1 : 0);

		if (strchr(name, '/') != NULL && has_string(v, name)) {
			out->lib = name;
			return;
		}
	}
	for (size_t i = 0; i < out->ndirs; i++) {
		char *name = arena_strndup(a, out->dirs[i], strlen(out->dirs[i]) - 1);
		const char *base = strrchr(name, '/');

		base = base == NULL ? name : base + 1;
		if (last == NULL)
			last = base;
		if (*base != '\0' && has_string(v, base)) {
			out->lib = base;
			return;
		}
	}
	out->lib = last;
}

static void read_cache_path(struct view v, struct arena *a, struct glibc_install *out)
{
	static const char end[] = "/ld.so.cache";

	for (size_t i = find(v, 0, end, sizeof(end)); i < v.n; i = find(v, i + 1, end, sizeof(end))) {
		size_t b = text_begin(v, i);

		if (v.p[b] == '/') {
			out->cache_path = arena_strndup(a, (const char *)v.p + b,
							i - b + sizeof(end) - 1);
			return;
		}
	}
}

/* ---- version ------------------------------------------------------------------------------ */

/* "2.36", "2.42.9000" at the begin of s: how long it is, 0 if it is none. */
static size_t parse_version(const char *s, size_t max, int part[3])
{
	size_t i = 0, end = 0;

	part[0] = part[1] = part[2] = 0;
	for (int k = 0; k < 3; k++) {
		size_t begin = i;

		while (i < max && s[i] >= '0' && s[i] <= '9' && i - begin < 5) {
			part[k] = part[k] * 10 + (s[i] - '0');
			i++;
		}
		if (i == begin)
			break;
		end = i;
		if (i >= max || s[i] != '.')
			return k > 0 ? end : 0;
		i++;
	}
	return end > 0 && memchr(s, '.', end) != NULL ? end : 0;
}

static void set_version(const char *s, size_t n, const int part[3], struct arena *a,
			struct glibc_install *out)
{
	out->major = part[0];
	/* 2.42.9000 is what becomes 2.43. */
	out->minor = part[2] >= 90 ? part[1] + 1 : part[1];
	out->version = arena_strndup(a, s, n);
}

/* The name in brackets before the banner's release: "(Debian GLIBC 2.36-9)". */
static void read_distro(struct view v, size_t begin, size_t end, struct arena *a,
			struct glibc_install *out)
{
	const unsigned char *open = memchr(v.p + begin, '(', end - begin);
	const unsigned char *close = NULL;

	if (open != NULL)
		close = memrchr(open, ')', (size_t)(v.p + end - open));
	if (close != NULL && close > open + 1)
		out->distro = arena_strndup(a, (const char *)open + 1, (size_t)(close - open) - 1);
}

/* "GNU C Library (Debian GLIBC 2.31-13) stable release version 2.31.", "ld.so (Debian ...) ...". */
static bool read_banner(struct view v, const char *path, struct arena *a, struct glibc_install *out)
{
	static const char key[] = " release version ";
	const size_t n = sizeof(key) - 1;

	for (size_t i = find(v, 0, key, n); i < v.n; i = find(v, i + 1, key, n)) {
		const char *number = (const char *)v.p + i + n;
		size_t begin = text_begin(v, i), len;
		int part[3];

		len = parse_version(number, v.n - i - n, part);
		if (len == 0 || part[0] != 2)
			continue;
		set_version(number, len, part, a, out);
		read_distro(v, begin, i, a, out);
		out->version_from = arena_printf(a, "%s: banner \"release version %s\"", path,
						 out->version);
		return true;
	}
	return false;
}

struct highest {
	int minor;
	const char *name;
};

static bool take_version(void *ctx, const struct elf_verdef *d)
{
	struct highest *h = ctx;
	int part[3];

	if (d->name == NULL || strncmp(d->name, "GLIBC_", 6) != 0)
		return false;
	if (parse_version(d->name + 6, strlen(d->name + 6), part) == 0 || part[0] != 2)
		return false;
	if (h->name == NULL || part[1] > h->minor)
		*h = (struct highest){ part[1], d->name };
	return false;
}

static bool read_verdefs(const struct elf *e, const char *path, struct arena *a,
			 struct glibc_install *out)
{
	struct highest h = { 0 };

	(void)elf_each_verdef(e, take_version, &h, NULL);
	if (h.name == NULL)
		return false;
	out->major = 2;
	out->minor = h.minor;
	out->version = arena_printf(a, "2.%d", h.minor);
	out->version_from = arena_printf(a, "%s: highest version defined, %s", path, h.name);
	return true;
}

static struct view scanned(struct view v)
{
	return (struct view){ v.p, v.n < MAX_SCAN ? v.n : MAX_SCAN };
}

/* The ELF file at `path` if it is one of the machine. */
static const struct store_file *open_elf(struct store *s, const char *path, uint16_t machine,
					 bool is64)
{
	const struct store_entry *e = store_open(s, path);

	if (e == NULL || e->file == NULL || e->file->kind != FILE_ELF)
		return NULL;
	if (e->file->elf.defect != ELF_OK || e->file->elf.machine != machine ||
	    e->file->elf.is64 != is64)
		return NULL;
	return e->file;
}

static bool read_libc(struct store *s, const char *path, uint16_t machine, bool is64,
		      struct arena *a, struct glibc_install *out)
{
	const struct store_file *f = open_elf(s, path, machine, is64);

	if (f == NULL)
		return false;
	return read_banner(scanned(f->bytes), path, a, out) || read_verdefs(&f->elf, path, a, out);
}

/* The loader's path with all links resolved, in an arena; NULL if that fails. */
static const char *real_path(struct store *s, const char *path, struct arena *a)
{
	char *malloced = NULL, copy[MAX_STRING];
	size_t n;

	if (source_realpath(store_source(s), path, &malloced) != 0 || malloced == NULL)
		return NULL;
	n = strlen(malloced);
	if (n < sizeof(copy))
		memcpy(copy, malloced, n + 1);
	free(malloced);
	return n < sizeof(copy) ? arena_strdup(a, copy) : NULL;
}

/* "ld-2.31.so": how the loader was called before 2.34. */
static bool read_file_name(const char *path, struct arena *a, struct glibc_install *out)
{
	const char *base = strrchr(path, '/');
	size_t len;
	int part[3];

	base = base == NULL ? path : base + 1;
	if (strncmp(base, "ld-", 3) != 0)
		return false;
	len = parse_version(base + 3, strlen(base + 3), part);
	if (len == 0 || part[0] != 2)
		return false;
	set_version(base + 3, len, part, a, out);
	out->version_from = arena_printf(a, "%s: its name", path);
	return true;
}

/* Where ld.so does not tell: the libc.so.6 beside it, then those of the default folders. */
static void read_version(struct store *s, uint16_t machine, bool is64, struct arena *a,
			 struct glibc_install *out)
{
	const char *real = out->found ? real_path(s, out->ld_path, a) : NULL;
	const char *libc = NULL;

	if (real != NULL)
		libc = arena_printf(a, "%.*slibc.so.6", (int)(strrchr(real, '/') - real) + 1, real);
	if (real != NULL && read_file_name(real, a, out)) {
		struct glibc_install named = *out;

		/* The name is enough, the banner says more, if they agree. */
		if (!read_libc(s, libc, machine, is64, a, out) || out->minor != named.minor)
			*out = named;
		return;
	}
	if (libc != NULL && read_libc(s, libc, machine, is64, a, out))
		return;
	for (size_t i = 0; i < out->ndirs; i++) {
		libc = arena_printf(a, "%slibc.so.6", out->dirs[i]);
		if (read_libc(s, libc, machine, is64, a, out))
			return;
	}
}

/* ---- all of it ---------------------------------------------------------------------------- */

static void read_loader(const struct store_file *f, struct arena *a, struct glibc_install *out)
{
	struct view all = scanned(f->bytes), rodata;

	out->found = true;
	if (find(all, 0, "musl libc", 9) < all.n) {
		out->is_musl = true;
		return;
	}
	/* Strings of code or of debugging information are no constants, if that can be told. */
	if (!elf_section(&f->elf, ".rodata", &rodata) || !read_dirs(scanned(rodata), a, out))
		(void)read_dirs(all, a, out);
	if (out->ndirs > 0)
		read_lib(all, a, out);
	read_cache_path(all, a, out);
	(void)read_banner(all, out->ld_path, a, out);
}

void glibc_install_read(struct store *s, const char *ld_path, uint16_t machine, bool is64,
			struct arena *a, struct glibc_install *out)
{
	const struct store_entry *e = store_open(s, ld_path);

	*out = (struct glibc_install){ .ld_path = arena_strdup(a, ld_path),
				       .cache_path = "/etc/ld.so.cache" };
	if (e != NULL && e->file != NULL && e->file->kind == FILE_ELF)
		read_loader(e->file, a, out);
	if (out->is_musl)
		return;
	if (out->ndirs == 0) {
		assume_dirs(s, usual_of(machine, is64), a, out);
		out->lib = arena_strndup(a, out->dirs[0] + 1, strlen(out->dirs[0]) - 2);
	}
	if (out->version == NULL)
		read_version(s, machine, is64, a, out);
}

/* ---- paths of the loader ------------------------------------------------------------------ */

static const char *mips_path(bool is64, uint32_t eflags)
{
	bool n32 = (eflags & 0x20) != 0, nan2008 = (eflags & 0x400) != 0;

	if (is64)
		return nan2008 ? "/lib64/ld-linux-mipsn8.so.1" : "/lib64/ld.so.1";
	if (n32)
		return nan2008 ? "/lib32/ld-linux-mipsn8.so.1" : "/lib32/ld.so.1";
	return nan2008 ? "/lib/ld-linux-mipsn8.so.1" : "/lib/ld.so.1";
}

static const char *riscv_path(bool is64, uint32_t eflags)
{
	bool soft = (eflags & 6) == 0;

	if (is64)
		return soft ? "/lib/ld-linux-riscv64-lp64.so.1" : "/lib/ld-linux-riscv64-lp64d.so.1";
	return soft ? "/lib/ld-linux-riscv32-ilp32.so.1" : "/lib/ld-linux-riscv32-ilp32d.so.1";
}

static const char *ppc64_path(bool big_endian, uint32_t eflags)
{
	bool v2 = (eflags & 3) == 2 || ((eflags & 3) == 0 && !big_endian);

	return v2 ? "/lib64/ld64.so.2" : "/lib64/ld64.so.1";
}

static const char *aarch64_path(bool is64, bool big_endian)
{
	if (is64)
		return big_endian ? "/lib/ld-linux-aarch64_be.so.1" : "/lib/ld-linux-aarch64.so.1";
	return big_endian ? "/lib/ld-linux-aarch64_be_ilp32.so.1" :
			    "/lib/ld-linux-aarch64_ilp32.so.1";
}

const char *glibc_ld_path(uint16_t machine, bool is64, bool big_endian, uint32_t eflags)
{
	switch (machine) {
	case EM_X86_64:
		return is64 ? "/lib64/ld-linux-x86-64.so.2" : "/libx32/ld-linux-x32.so.2";
	case EM_AARCH64:
		return aarch64_path(is64, big_endian);
	case EM_ARM: /* EF_ARM_ABI_FLOAT_HARD */
		return (eflags & 0x400) != 0 ? "/lib/ld-linux-armhf.so.3" : "/lib/ld-linux.so.3";
	case EM_PPC64:
		return ppc64_path(big_endian, eflags);
	case EM_S390:
		return is64 ? "/lib/ld64.so.1" : "/lib/ld.so.1";
	case EM_RISCV:
		return riscv_path(is64, eflags);
	case EM_MIPS:
	case EM_MIPS_RS3_LE:
		return mips_path(is64, eflags);
	case EM_LOONGARCH: /* EF_LOONGARCH_ABI_SOFT_FLOAT */
		return (eflags & 7) == 1 ? "/lib64/ld-linux-loongarch-lp64s.so.1" :
					   "/lib64/ld-linux-loongarch-lp64d.so.1";
	case EM_SPARCV9:
		return "/lib64/ld-linux.so.2";
	case EM_386:
	case EM_SPARC:
	case EM_SPARC32PLUS:
	case EM_ALPHA:
	case EM_SH:
		return "/lib/ld-linux.so.2";
	case EM_IA_64:
		return "/lib/ld-linux-ia64.so.2";
	case EM_PPC:
	case EM_68K:
	case EM_PARISC:
	case EM_MICROBLAZE:
		return "/lib/ld.so.1";
	case EM_ALTERA_NIOS2:
		return "/lib/ld-linux-nios2.so.1";
	case EM_OPENRISC:
		return "/lib/ld-linux-or1k.so.1";
	case EM_ARC_COMPACT2:
		return big_endian ? "/lib/ld-linux-arceb.so.2" : "/lib/ld-linux-arc.so.2";
	case EM_CSKY:
		return "/lib/ld-linux-cskyv2.so.1";
	default:
		return NULL;
	}
}
