/* wheel_tag.c - see wheel_tag.h. */
#include "package/wheel_tag.h"

#include <stdlib.h>
#include <string.h>

#include "object/elfconst.h"
#include "object/pe.h"

/* ---- the platform ---------------------------------------------------------------------------------- */

/* PEP 513, 571, 599: names from before the version stood in them. */
static const struct {
	const char *name;
	unsigned minor;
} old_names[] = { { "manylinux1_", 5 }, { "manylinux2010_", 12 }, { "manylinux2014_", 17 } };

static const char *number(const char *p, unsigned *out)
{
	*out = 0;
	if (*p < '0' || *p > '9')
		return NULL;
	for (; *p >= '0' && *p <= '9' && *out < 10000; p++)
		*out = *out * 10 + (unsigned)(*p - '0');
	return p;
}

/* One platform of a set: "manylinux_2_17_x86_64". */
static void one_platform(struct arena *a, const char *name, struct wheel_tag *out)
{
	bool many = strncmp(name, "manylinux_", 10) == 0, musl = strncmp(name, "musllinux_", 10) == 0;
	unsigned major = 2, minor = 0;
	const char *p = NULL;

	for (size_t i = 0; i < sizeof(old_names) / sizeof(*old_names); i++)
		if (strncmp(name, old_names[i].name, strlen(old_names[i].name)) == 0) {
			many = true;
			minor = old_names[i].minor;
			p = name + strlen(old_names[i].name);
		}
	if (p == NULL && (many || musl)) {
		p = number(name + 10, &major);
		p = p != NULL && *p == '_' ? number(p + 1, &minor) : NULL;
		p = p != NULL && *p == '_' ? p + 1 : NULL;
	}
	if (strncmp(name, "linux_", 6) == 0) {
		out->linux_only = true;
		p = name + 6;
	}
	if (p == NULL)
		return;
	if ((many || musl) &&
	    (out->major == 0 || major < out->major || (major == out->major && minor < out->minor))) {
		out->major = major;
		out->minor = minor;
	}
	out->manylinux |= many;
	out->musllinux |= musl;
	out->machine = arena_strdup(a, p);
}

bool wheel_tag_read(struct arena *a, const char *text, struct wheel_tag *out)
{
	const char *first = strchr(text, '-'), *second = first != NULL ? strchr(first + 1, '-') : NULL;

	*out = (struct wheel_tag){ .python = "" };
	if (second == NULL || strchr(second + 1, '-') != NULL)
		return false;
	out->python = arena_strndup(a, text, (size_t)(first - text));
	out->abi = arena_strndup(a, first + 1, (size_t)(second - first - 1));
	out->platform = second + 1;
	out->any = strcmp(out->platform, "any") == 0;
	for (const char *p = out->platform; *p != '\0';) {
		size_t n = strcspn(p, ".");

		one_platform(a, arena_strndup(a, p, n), out);
		p += n + (p[n] == '.');
	}
	return true;
}

/* ---- the interpreter ------------------------------------------------------------------------------- */

/* Is one element of the set "py2.py3" such that fn holds? */
static bool any_of(const char *set, unsigned minor, bool (*fn)(const char *p, size_t n, unsigned minor))
{
	for (const char *p = set; *p != '\0';) {
		size_t n = strcspn(p, ".");

		if (fn(p, n, minor))
			return true;
		p += n + (p[n] == '.');
	}
	return false;
}

/* "cp311" -> 11; "cp3", "py3" -> 0; 9999 if it is none. */
static unsigned minor_in(const char *p, size_t n, const char *kind)
{
	unsigned m = 0;

	if (n < 3 || strncmp(p, kind, 2) != 0 || p[2] != '3')
		return 9999;
	for (size_t i = 3; i < n; i++) {
		if (p[i] < '0' || p[i] > '9')
			return 9999;
		m = m * 10 + (unsigned)(p[i] - '0');
	}
	return m;
}

static bool exact(const char *p, size_t n, unsigned minor)
{
	return minor_in(p, n, "cp") == minor || (n == 3 && minor_in(p, n, "cp") == 0);
}

static bool older(const char *p, size_t n, unsigned minor)
{
	return minor_in(p, n, "cp") <= minor || minor_in(p, n, "py") <= minor;
}

static bool generic(const char *p, size_t n, unsigned minor)
{
	return minor_in(p, n, "py") <= minor || exact(p, n, minor);
}

static bool is_abi3(const char *p, size_t n, unsigned minor)
{
	(void)minor;
	return n == 4 && strncmp(p, "abi3", 4) == 0;
}

static bool is_no_abi(const char *p, size_t n, unsigned minor)
{
	(void)minor;
	return n == 4 && strncmp(p, "none", 4) == 0;
}

bool wheel_tag_fits_python(const struct wheel_tag *t, unsigned minor)
{
	if (any_of(t->abi, minor, is_abi3) && any_of(t->python, minor, older))
		return true;
	if (any_of(t->abi, minor, is_no_abi) && any_of(t->python, minor, generic))
		return true;
	/* The ABI's name is that of the Python, with flags behind it. */
	return any_of(t->python, minor, exact);
}

/* ---- the machine ----------------------------------------------------------------------------------- */

bool wheel_tag_machine(const char *name, uint16_t *machine, bool *is64)
{
	static const struct {
		const char *name;
		uint16_t machine;
		bool is64;
	} known[] = { { "x86_64", EM_X86_64, true }, { "i686", EM_386, false },
		      { "i386", EM_386, false },     { "aarch64", EM_AARCH64, true },
		      { "armv7l", EM_ARM, false },   { "armv6l", EM_ARM, false },
		      { "ppc64le", EM_PPC64, true }, { "ppc64", EM_PPC64, true },
		      { "s390x", EM_S390, true },    { "riscv64", EM_RISCV, true } };

	for (size_t i = 0; name != NULL && i < sizeof(known) / sizeof(*known); i++)
		if (strcmp(known[i].name, name) == 0) {
			*machine = known[i].machine;
			*is64 = known[i].is64;
			return true;
		}
	return false;
}

uint16_t wheel_tag_windows(const char *platform)
{
	static const struct {
		const char *platform;
		uint16_t machine;
	} known[] = { { "win32", PE_I386 }, { "win_amd64", PE_AMD64 }, { "win_arm64", PE_ARM64 } };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(platform, known[i].platform) == 0)
			return known[i].machine;
	return 0;
}
