/* musl_install.c - what is compiled into an installation of musl, read from its one file.
 *
 * Sources: musl ldso/dynlink.c (the path file and the default path), arch/ARCH/reloc.h (LDSO_ARCH,
 * which names both the loader and the path file), VERSION.
 */
#include <stdio.h>
#include <string.h>

#include "machine/em.h"
#include "machine/machine.h"

#define MAX_SCAN ((size_t)32 << 20)
#define PATH_LIMIT 4096 /* PATH_MAX: a longer prefix does not count */
#define DEFAULT_PATH "/lib:/usr/local/lib:/usr/lib"

/* ---- names of machines ------------------------------------------------------------------------ */

static const char *float_suffix(unsigned abi, const char *soft, const char *single)
{
	return abi == 0 ? soft : abi == 1 ? single : "";
}

static const char *mips_arch(bool is64, bool big_endian, uint32_t eflags)
{
	bool n32 = !is64 && (eflags & 0x20) != 0;

	if (n32)
		return big_endian ? "mipsn32" : "mipsn32el";
	if (is64)
		return big_endian ? "mips64" : "mips64el";
	return big_endian ? "mips" : "mipsel";
}

static const char *riscv_arch(bool is64, uint32_t eflags, struct arena *a)
{
	/* EF_RISCV_FLOAT_ABI: 0 soft, 1 single, 2 double */
	return arena_printf(a, "riscv%d%s", is64 ? 64 : 32,
			    float_suffix(eflags >> 1 & 3, "-sf", "-sp"));
}

static const char *arch_of(uint16_t machine, bool is64, bool big_endian, uint32_t eflags,
			   struct arena *a)
{
	switch (machine) {
	case EM_X86_64: return is64 ? "x86_64" : "x32";
	case EM_386: return "i386";
	case EM_AARCH64: return big_endian ? "aarch64_be" : "aarch64";
	case EM_ARM: /* EF_ARM_ABI_FLOAT_HARD */
		return arena_printf(a, "arm%s%s", big_endian ? "eb" : "",
				    (eflags & 0x400) != 0 ? "hf" : "");
	case EM_PPC64: return big_endian ? "powerpc64" : "powerpc64le";
	case EM_PPC: return "powerpc";
	case EM_S390: return is64 ? "s390x" : NULL;
	case EM_RISCV: return riscv_arch(is64, eflags, a);
	case EM_LOONGARCH: /* EF_LOONGARCH_ABI: 1 soft, 2 single, 3 double */
		return arena_printf(a, "loongarch64%s",
				    float_suffix((eflags & 7) - 1, "-sf", "-sp"));
	case EM_MIPS:
	case EM_MIPS_RS3_LE: return mips_arch(is64, big_endian, eflags);
	case EM_68K: return "m68k";
	case EM_OPENRISC: return "or1k";
	case EM_MICROBLAZE: return big_endian ? "microblaze" : "microblazeel";
	case EM_SH: return big_endian ? "sheb" : "sh";
	default: return NULL;
	}
}

const char *musl_ld_path(uint16_t machine, bool is64, bool big_endian, uint32_t eflags,
			 struct arena *a)
{
	const char *arch = arch_of(machine, is64, big_endian, eflags, a);

	return arch != NULL ? arena_printf(a, "/lib/ld-musl-%s.so.1", arch) : NULL;
}

/* ---- version ---------------------------------------------------------------------------------- */

/* "1.2.3", or "1.2.5-git-7-gabc", at s: how long the number is, 0 if it is none. */
static size_t version_at(const char *s, size_t max, int part[3])
{
	size_t i = 0;

	for (int k = 0; k < 3; k++) {
		size_t begin = i;

		for (part[k] = 0; i < max && s[i] >= '0' && s[i] <= '9' && i - begin < 3; i++)
			part[k] = part[k] * 10 + (s[i] - '0');
		if (i == begin || i >= max || (k < 2 && s[i++] != '.'))
			return 0;
	}
	return s[i] == '\0' || s[i] == '-' ? i : 0;
}

/* What stands before the string may be another constant, not always a string. */
static bool take_version(struct view v, size_t at, struct arena *a, struct musl_install *out)
{
	const char *s = (const char *)v.p + at;
	int part[3];
	size_t len;

	if (at > 0 && ((s[-1] >= '0' && s[-1] <= '9') || s[-1] == '.'))
		return false;
	len = version_at(s, v.n - at, part);
	if (len == 0 || part[0] > 1)
		return false;
	out->major = part[0];
	out->minor = part[1];
	out->patch = part[2];
	out->version = arena_strndup(a, s, len);
	out->version_from = arena_printf(a, "%s: string \"%s\"", out->ld_path, out->version);
	return true;
}

static void read_version(const struct store_file *f, struct arena *a, struct musl_install *out)
{
	struct view v;

	if (!elf_section(&f->elf, ".rodata", &v))
		v = f->bytes;
	v.n = v.n < MAX_SCAN ? v.n : MAX_SCAN;
	for (size_t i = 1; i < v.n; i++) {
		const unsigned char *dot = memchr(v.p + i, '.', v.n - i);

		if (dot == NULL)
			return;
		i = (size_t)(dot - v.p);
		if (take_version(v, i - 1, a, out))
			return;
	}
}

/* ---- the path file ---------------------------------------------------------------------------- */

/* LDSO_ARCH from "%.*s/etc/ld-musl-ARCH.path", else from the loader's own name. */
static const char *read_arch(struct view v, const char *ld_path, struct arena *a)
{
	static const char key[] = "/etc/ld-musl-";
	const unsigned char *at = v.n > 0 ? memmem(v.p, v.n, key, sizeof(key) - 1) : NULL;
	const char *name = strrchr(ld_path, '/');
	size_t n = 0;

	if (at != NULL) {
		at += sizeof(key) - 1;
		while (n < 32 && at + n < v.p + v.n && at[n] != '.' && at[n] > 0x20)
			n++;
		return arena_strndup(a, (const char *)at, n);
	}
	name = name != NULL ? name + 1 : ld_path;
	if (strncmp(name, "ld-musl-", 8) != 0)
		return NULL;
	return arena_strndup(a, name + 8, strcspn(name + 8, "."));
}

/* Behind the parent of the loader's folder: "" for /lib/ld-musl-x86_64.so.1, /usr for a loader in
 * /usr/lib. A relative name of the loader has none. */
static size_t prefix_length(const char *ld_path)
{
	size_t last = 0, before = 0;

	if (ld_path[0] != '/')
		return 0;
	for (size_t i = 0; ld_path[i] != '\0'; i++)
		if (ld_path[i] == '/') {
			before = last;
			last = i;
		}
	return before < PATH_LIMIT ? before : 0;
}

/* ---- all of it -------------------------------------------------------------------------------- */

void musl_install_read(struct store *s, const char *ld_path, struct arena *a,
		       struct musl_install *out)
{
	static const char *const dirs[] = { "/lib/", "/usr/local/lib/", "/usr/lib/" };
	const struct store_entry *e = store_open(s, ld_path);
	struct view v = { NULL, 0 };

	*out = (struct musl_install){ .ld_path = arena_strdup(a, ld_path), .dirs = dirs,
				      .ndirs = sizeof(dirs) / sizeof(dirs[0]) };
	if (e != NULL && e->file != NULL && e->file->kind == FILE_ELF) {
		v = e->file->bytes;
		v.n = v.n < MAX_SCAN ? v.n : MAX_SCAN;
		out->found = true;
		read_version(e->file, a, out);
	}
	out->dirs_assumed = v.n == 0 || memmem(v.p, v.n, DEFAULT_PATH, sizeof(DEFAULT_PATH)) == NULL;
	out->arch = read_arch(v, out->ld_path, a);
	if (out->arch == NULL)
		out->arch = "unknown";
	out->path_file = arena_printf(a, "%.*s/etc/ld-musl-%s.path",
				      (int)prefix_length(out->ld_path), out->ld_path, out->arch);
}
