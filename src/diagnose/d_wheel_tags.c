/* d_wheel_tags.c - tags of a wheel that its files do not keep: another machine or system, a C library or
 * macOS that is newer, libraries that are not there, another Python. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "diagnose/known.h"
#include "diagnose/pynames.h"
#include "diagnose/wheel_priv.h"
#include "object/macho.h"
#include "object/pe.h"

static bool is_module_name(const char *name)
{
	return str_ends(name, ".so") || str_ends(name, ".pyd") || str_ends(name, ".dylib");
}

static bool is_native(const struct wheel_file *f)
{
	return f->look.kind == FILE_ELF || f->look.kind == FILE_MACHO || f->look.kind == FILE_MACHO_FAT ||
	       (f->look.kind == FILE_PE && !str_ends(f->m->name, ".exe"));
}

static void say_pure(struct whl *t)
{
	for (size_t i = 0; i < t->w->nfiles; i++) {
		const struct wheel_file *f = &t->w->files[i];
		struct draft *dr;

		if (!is_native(f) || !is_module_name(f->m->name))
			continue;
		dr = wheel_draft(t, CAUSE_WHEEL_TAG, "any", DLWHY_ERROR, f->m->name);
		draft_say(&t->d, dr,
			  "The wheel is for any machine (%s), but brings machine code: %s is %s%s.",
			  t->w->tag_text, f->m->name, file_kind_name(f->look.kind),
			  f->look.kind == FILE_ELF
				  ? arena_printf(t->a, " for %s",
						 machine_words(t->a, f->look.machine, f->look.is64,
							       f->look.big_endian))
				  : "");
		draft_fact(&t->d, dr, f->m->name, "machine code");
		wheel_fix_build(t, dr,
			  "build it as a wheel with a platform tag (with setuptools: a distribution whose "
			  "has_ext_modules is true)");
		return;
	}
}

static bool fits_elf(const struct wheel_tag *tag, const struct wheel_file *f)
{
	uint16_t machine;
	bool is64;

	if (f->look.kind != FILE_ELF)
		return false;
	return !wheel_tag_machine(tag->machine, &machine, &is64) ||
	       (f->look.machine == machine && f->look.is64 == is64);
}

static bool fits_windows(const char *platform, const struct wheel_file *f)
{
	uint16_t machine = wheel_tag_windows(platform);

	if (f->look.kind != FILE_PE)
		return false;
	return machine == 0 || f->look.any_machine || f->look.machine == machine;
}

/* The processors of a platform of macOS: "universal2" and what is older than it name several. */
static bool names_cpu(const char *platform, uint32_t cpu)
{
	if (str_ends(platform, "_arm64"))
		return cpu == MACHO_ARM64;
	if (str_ends(platform, "_x86_64"))
		return cpu == MACHO_X86_64;
	if (str_ends(platform, "_universal2"))
		return cpu == MACHO_ARM64 || cpu == MACHO_X86_64;
	return true;
}

static bool fits_macos(const char *platform, const struct wheel_file *f)
{
	for (size_t i = 0; i < f->look.ncpus; i++)
		if (names_cpu(platform, f->look.cpus[i].cpu))
			return true;
	return f->look.ncpus == 0 && (f->look.kind == FILE_MACHO || f->look.kind == FILE_MACHO_FAT);
}

static bool fits_platform(const struct wheel_tag *tag, const char *platform, const struct wheel_file *f)
{
	if (starts_with(platform, "win"))
		return fits_windows(platform, f);
	if (starts_with(platform, "macosx_"))
		return fits_macos(platform, f);
	return tag->machine == NULL || fits_elf(tag, f);
}

/* One of the set "macosx_10_9_x86_64.macosx_11_0_arm64" is enough. *p moves on; NULL at its end. */
static const char *next_platform(struct whl *t, const char **p)
{
	size_t n = strcspn(*p, ".");
	const char *one = n > 0 ? arena_strndup(t->a, *p, n) : NULL;

	*p += n + ((*p)[n] == '.');
	return one;
}

static bool fits(struct whl *t, const struct wheel_file *f)
{
	const char *rest = t->w->tag.platform, *platform;

	while ((platform = next_platform(t, &rest)) != NULL)
		if (fits_platform(&t->w->tag, platform, f))
			return true;
	return false;
}

/* " for x86_64" */
static const char *for_words(struct whl *t, const struct wheel_file *f)
{
	struct pe pe = { .machine = f->look.machine, .is64 = f->look.is64 };
	const char *machine = NULL;

	if (f->look.kind == FILE_ELF)
		machine = machine_words(t->a, f->look.machine, f->look.is64, f->look.big_endian);
	else if (f->look.kind == FILE_PE)
		machine = pe_machine_words(t->a, &pe);
	else if (f->look.ncpus > 0)
		machine = macho_cpu_name(f->look.cpus[0].cpu, 0);
	return machine != NULL ? arena_printf(t->a, " for %s", machine) : "";
}

/* Some wheels bring code for other machines as well; where some of it fits, nothing is said. */
static void say_machine(struct whl *t)
{
	const struct wheel_file *wrong = NULL;
	struct draft *dr;

	for (size_t i = 0; i < t->w->nfiles; i++) {
		const struct wheel_file *f = &t->w->files[i];

		if (!is_native(f) || !(is_module_name(f->m->name) || audit_is_native_name(f->m->name)))
			continue;
		if (fits(t, f))
			return;
		wrong = wrong != NULL ? wrong : f;
	}
	if (wrong == NULL)
		return;
	dr = wheel_draft(t, CAUSE_WHEEL_TAG, "machine", DLWHY_ERROR, wrong->m->name);
	draft_say(&t->d, dr, "The wheel says it is for %s, but %s is %s%s.", t->w->tag.platform,
		  wrong->m->name, file_kind_name(wrong->look.kind), for_words(t, wrong));
	draft_fact(&t->d, dr, wrong->m->name, "no machine code of it is for what the tag says");
	wheel_fix_build(t, dr, "give it the tag of what is inside, or build it for that machine");
}

/* ---- the macOS that it promises to run on ---------------------------------------------------------- */

/* The version of "macosx_11_0_arm64" as files of macOS have it; 0: it names none. macOS for arm64 begins with
 * 11.0, whatever a tag says. */
static uint32_t promised_macos(const char *platform, uint32_t cpu)
{
	const char *p = starts_with(platform, "macosx_") ? platform + 7 : "";
	char *end;
	unsigned long major = strtoul(p, &end, 10), minor = *end == '_' ? strtoul(end + 1, &end, 10) : 0;
	uint32_t version = (uint32_t)(major & 0xffff) << 16 | (uint32_t)(minor & 0xff) << 8;

	return cpu == MACHO_ARM64 && version != 0 && version < (11u << 16) ? 11u << 16 : version;
}

/* How much newer a macOS than promised it needs on that processor; 0: it does not. */
static uint32_t needs_newer_macos(const char *platform, const struct wheel_file *f)
{
	for (size_t i = 0; i < f->look.ncpus; i++) {
		uint32_t cpu = f->look.cpus[i].cpu, promised = promised_macos(platform, cpu);

		if (names_cpu(platform, cpu) && promised != 0 && f->look.cpus[i].minimum >> 8 > promised >> 8)
			return f->look.cpus[i].minimum;
	}
	return 0;
}

static void say_macos(struct whl *t)
{
	const char *rest = t->w->tag.platform, *platform;
	const struct wheel_file *worst = NULL;
	uint32_t most = 0;
	struct draft *dr;
	size_t n = 0;

	while ((platform = next_platform(t, &rest)) != NULL)
		for (size_t i = 0; i < t->w->nfiles; i++) {
			uint32_t newer = needs_newer_macos(platform, &t->w->files[i]);

			n += newer != 0;
			if (newer > most) {
				most = newer;
				worst = &t->w->files[i];
			}
		}
	if (worst == NULL)
		return;
	/* dyld asks only programs; but what a file needs of a newer system is missing in an older one. */
	dr = wheel_draft(t, CAUSE_WHEEL_TAG, "macos", DLWHY_WARNING, worst->m->name);
	draft_say(&t->d, dr, "The wheel promises to run on %s, but %s is made for macOS %u.%u or later%s.",
		  t->w->tag.platform, worst->m->name, most >> 16, most >> 8 & 0xff, wheel_more(t, n));
	draft_evidence(&t->d, dr, "version", NULL, "the oldest macOS that it says it runs on")->value =
		arena_printf(t->a, "%u.%u", most >> 16, most >> 8 & 0xff);
	wheel_fix_build(t, dr,
			arena_printf(t->a,
				     "give it the tag of macOS %u.%u, or build it with "
				     "MACOSX_DEPLOYMENT_TARGET as old as its tag",
				     most >> 16, most >> 8 & 0xff));
}

/* ---- versions of the system's libraries ------------------------------------------------------------ */

/* -1, 0, 1 */
static bool is_newer(const char *have, const char *limit)
{
	return compare_versions(have, limit) > 0;
}

/* Does a library of the wheel define the versions of a family itself? Then the system's is not asked. */
static bool brings(const struct whl *t, enum wheel_family family)
{
	const char *const library[] = { "libc.so.6", "libstdc++", "libstdc++", "libgcc_s" };

	for (size_t i = 0; i < t->w->nfiles; i++)
		if (starts_with(base_name(t->w->files[i].m->name), library[family]))
			return true;
	return false;
}

static void say_versions(struct whl *t, enum wheel_family family)
{
	const struct wheel_tag *tag = &t->w->tag;
	const char *limit = wheel_family_limit(family, tag->minor);
	const struct wheel_file *worst = NULL;
	struct draft *dr;
	size_t n = 0;

	if (family == WHEEL_GLIBC)
		limit = arena_printf(t->a, "%u.%u", tag->major, tag->minor);
	for (size_t i = 0; limit != NULL && i < t->w->nfiles; i++) {
		const struct wheel_file *f = &t->w->files[i];
		const char *have = f->code != NULL ? f->code->highest[family] : NULL;

		if (have == NULL || !is_newer(have, limit))
			continue;
		n++;
		if (worst == NULL || is_newer(have, worst->code->highest[family]))
			worst = f;
	}
	if (worst == NULL || brings(t, family))
		return;
	dr = wheel_draft(t, CAUSE_WHEEL_TAG, family == WHEEL_GLIBC ? "glibc" : "cxx-runtime", DLWHY_ERROR,
		   worst->m->name);
	draft_say(&t->d, dr, "The wheel promises to run on systems with %s %s, but %s needs %s_%s%s%s%s.",
		  family == WHEEL_GLIBC ? "glibc" : "at most",
		  family == WHEEL_GLIBC ? limit
					: arena_printf(t->a, "%s_%s", wheel_family_name(family), limit),
		  worst->m->name, wheel_family_name(family), worst->code->highest[family],
		  family == WHEEL_GLIBC && worst->code->symbol != NULL ? " for " : "",
		  family == WHEEL_GLIBC && worst->code->symbol != NULL
			  ? symbol_word(t->a, worst->code->symbol)
			  : "",
		  wheel_more(t, n));
	for (size_t i = 0, shown = 0; i < t->w->nfiles && shown < SHOWN; i++) {
		const struct wheel_file *f = &t->w->files[i];
		struct dlwhy_evidence *e;

		if (f->code == NULL || f->code->highest[family] == NULL ||
		    !is_newer(f->code->highest[family], limit))
			continue;
		shown++;
		e = draft_evidence(&t->d, dr, "version", NULL, "the newest version that it needs");
		e->path = f->m->name;
		e->value = arena_printf(t->a, "%s_%s", wheel_family_name(family), f->code->highest[family]);
	}
	if (family == WHEEL_GLIBC)
		wheel_fix_build(t, dr,
			  arena_printf(t->a,
				       "give it the tag of glibc %s (auditwheel repair does), or build it on "
				       "a system as old as its tag",
				       worst->code->highest[family]));
	else
		wheel_fix_build(t, dr,
			  "build it with the compiler of the manylinux image of its tag, or link that "
			  "library statically (-static-libstdc++ -static-libgcc)");
}

/* ---- libraries that it does not bring -------------------------------------------------------------- */

static bool has_library(const struct whl *t, const char *name)
{
	for (size_t i = 0; i < t->w->nfiles; i++) {
		const struct wheel_file *f = &t->w->files[i];

		if (strcmp(base_name(f->m->name), name) == 0 ||
		    (f->code != NULL && f->code->soname != NULL && strcmp(f->code->soname, name) == 0))
			return true;
	}
	return false;
}

static void say_libraries(struct whl *t)
{
	struct draft *dr = NULL;
	struct map seen;
	size_t n = 0;

	map_init(&seen);
	for (size_t i = 0; i < t->w->nfiles; i++) {
		const struct wheel_file *f = &t->w->files[i];

		for (size_t k = 0; f->code != NULL && k < f->code->needs.n; k++) {
			const char *name = f->code->needs.items[k];

			if (wheel_may_expect(&t->w->tag, name) || has_library(t, name) ||
			    map_get_str(&seen, name) != NULL)
				continue;
			(void)map_put_str(&seen, name, (void *)(uintptr_t)name);
			if (n++ == 0) {
				dr = wheel_draft(t, CAUSE_WHEEL_TAG, "library", DLWHY_WARNING, name);
				dr->f.needed_by = f->m->name;
			}
			if (n <= SHOWN)
				draft_fact(&t->d, dr, f->m->name,
					   arena_printf(t->a, "needs %s, which is not in the wheel", name));
		}
	}
	map_free(&seen, NULL);
	if (dr == NULL)
		return;
	draft_say(&t->d, dr,
		  "The wheel needs %s%s, which it does not bring and its tag (%s) does not let it expect of "
		  "a system: "
		  "another package or the user must.",
		  dr->f.object, wheel_more(t, n), t->w->tag.platform);
	wheel_fix_build(t, dr,
		  "let `auditwheel repair` put the library into the wheel, or require the package that has "
		  "it");
}

/* ---- C library, search path, Python ---------------------------------------------------------------- */

static void say_libc(struct whl *t)
{
	const struct wheel_tag *tag = &t->w->tag;

	for (size_t i = 0; i < t->w->nfiles; i++) {
		const struct wheel_file *f = &t->w->files[i];
		struct draft *dr;

		if (f->code == NULL || !(tag->musllinux ? f->code->glibc : f->code->musl && !f->code->glibc))
			continue;
		dr = wheel_draft(t, CAUSE_WHEEL_TAG, "libc", DLWHY_ERROR, f->m->name);
		draft_say(&t->d, dr, "The wheel is for %s, but %s was linked with %s.",
			  tag->musllinux ? "musl" : "glibc", f->m->name, tag->musllinux ? "glibc" : "musl");
		draft_fact(&t->d, dr, f->m->name,
			   tag->musllinux ? "it needs libc.so.6" : "it needs musl's libc");
		wheel_fix_build(t, dr, "build it in the image of its tag");
		return;
	}
}

static void say_paths(struct whl *t)
{
	struct draft *dr = NULL;
	size_t n = 0;

	for (size_t i = 0; i < t->w->nfiles; i++) {
		const struct wheel_file *f = &t->w->files[i];
		const char *path = f->code != NULL ? f->code->rpath : NULL;
		struct dlwhy_evidence *e;

		if (path == NULL || (path[0] != '/' && strstr(path, ":/") == NULL))
			continue;
		if (n++ == 0)
			dr = wheel_draft(t, CAUSE_WHEEL_TAG, "search-path", DLWHY_NOTE, f->m->name);
		if (n > SHOWN)
			continue;
		e = draft_evidence(&t->d, dr, "fact", NULL, "its search path");
		e->path = f->m->name;
		e->value = path;
	}
	if (dr == NULL)
		return;
	draft_say(&t->d, dr,
		  "%s%s searches folders of the machine that it was built on: who has such a folder decides "
		  "what is loaded.",
		  dr->f.object, wheel_more(t, n));
	wheel_fix_build(t, dr, "take the absolute folders out (patchelf --set-rpath '$ORIGIN/...')");
}

/* 11 of "x.cpython-311-…" and "x.cp311-win_amd64.pyd"; 0: of no certain Python. */
static unsigned minor_of_module(const char *name)
{
	const char *base = base_name(name);
	unsigned n = python_minor(base, ".cpython-3", NULL);

	return n == 0 && str_ends_nocase(base, ".pyd") ? python_minor(base, ".cp3", NULL) : n;
}

static void say_python(struct whl *t)
{
	const struct wheel_tag *tag = &t->w->tag;
	const struct wheel_file *wrong = NULL;
	bool stable = strstr(tag->abi, "abi3") != NULL;
	struct draft *dr;

	for (size_t i = 0; i < t->w->nfiles; i++) {
		const struct wheel_file *f = &t->w->files[i];
		unsigned minor = is_native(f) ? minor_of_module(f->m->name) : 0;
		struct wheel_tag only = { .python = tag->python, .abi = "" };

		if (minor == 0) {
			if (is_native(f) && str_ends(f->m->name, ".abi3.so"))
				return;
			continue;
		}
		if (!stable && wheel_tag_fits_python(&only, minor))
			return;
		wrong = wrong != NULL ? wrong : f;
	}
	if (wrong == NULL || (!stable && strncmp(tag->python, "cp3", 3) != 0))
		return;
	dr = wheel_draft(t, CAUSE_WHEEL_TAG, "python", DLWHY_ERROR, wrong->m->name);
	draft_say(&t->d, dr, "The wheel is for %s, but %s is a module that only Python 3.%u takes.",
		  stable ? arena_printf(t->a, "every Python from %s on", tag->python) : tag->python,
		  wrong->m->name, minor_of_module(wrong->m->name));
	draft_fact(&t->d, dr, wrong->m->name, "the name says for which Python it is");
	wheel_fix_build(t, dr, "build it for the Python of its tag, or give it the tag of what is inside");
}

/* ---- the stable ABI -------------------------------------------------------------------------------- */

/* The oldest Python that the tag is for. */
static unsigned oldest_python(const struct wheel_tag *tag)
{
	unsigned n = python_minor(tag->python, "cp3", NULL);

	return n > 0 ? n : 2; /* the first that had a stable ABI */
}

/* The first of the names that is not of the stable ABI of that Python, and how many. */
static const char *unstable_name(const struct wheel_code *code, unsigned minor, size_t *n)
{
	const char *first = NULL;

	for (size_t i = 0; i < code->python.n; i++) {
		unsigned since = pyname_stable(code->python.items[i]);

		if (since != 0 && since <= minor)
			continue;
		first = first != NULL ? first : code->python.items[i];
		++*n;
	}
	return first;
}

/* A name of it that some Python of the tag does not export: "went with Python 3.13"; NULL. */
static const char *absent_name(struct whl *t, const struct wheel_code *code, unsigned minor,
			       const char **words)
{
	for (size_t i = 0; i < code->python.n; i++) {
		const struct pyname *row = pyname_find(code->python.items[i]);

		if (row == NULL || (row->first <= minor && row->last == 0))
			continue;
		*words = row->first > minor ? arena_printf(t->a, "came with Python 3.%u", row->first)
					    : arena_printf(t->a, "went with Python 3.%u", row->last + 1);
		return row->name;
	}
	return NULL;
}

static void show_unstable(struct whl *t, struct draft *dr, const struct wheel_file *f, unsigned minor)
{
	for (size_t i = 0, shown = 0; i < f->code->python.n && shown < SHOWN; i++) {
		const char *name = f->code->python.items[i], *words;
		unsigned since = pyname_stable(name);

		if (since != 0 && since <= minor)
			continue;
		words = since == 0 ? arena_printf(t->a, "%s is not in the stable ABI", name)
				   : arena_printf(t->a, "%s is in the stable ABI since Python 3.%u", name,
						  since);
		draft_fact(&t->d, dr, f->m->name, words);
		shown++;
	}
}

static void say_unstable(struct whl *t, const struct wheel_file *f)
{
	const struct wheel_tag *tag = &t->w->tag;
	unsigned minor = oldest_python(tag);
	const char *words = NULL, *name = absent_name(t, f->code, minor, &words);
	size_t n = 0;
	const char *first = unstable_name(f->code, minor, &n);
	struct draft *dr;

	if (first == NULL && name == NULL)
		return;
	dr = wheel_draft(t, CAUSE_WHEEL_TAG, "abi3", name != NULL ? DLWHY_ERROR : DLWHY_WARNING,
			 f->m->name);
	if (name != NULL)
		draft_say(&t->d, dr, "The wheel is for every Python from 3.%u on, but %s needs %s, which %s.",
			  minor, f->m->name, name, words);
	else
		draft_say(&t->d, dr,
			  "The wheel is for every Python from 3.%u on, but %s needs %s%s, which the stable "
			  "ABI of Python 3.%u does not have: a later Python may lack it, or mean another "
			  "thing.",
			  minor, f->m->name, first, wheel_more(t, n), minor);
	show_unstable(t, dr, f, minor);
	wheel_fix_build(t, dr,
			"build it with Py_LIMITED_API set to the oldest Python of its tag, or give it a tag "
			"for each Python that it was built for");
}

/* A module for one Python beside it may be there as well: it is no matter of that tag. */
static void say_stable(struct whl *t)
{
	if (strstr(t->w->tag.abi, "abi3") == NULL)
		return;
	for (size_t i = 0; i < t->w->nfiles; i++) {
		const struct wheel_file *f = &t->w->files[i];

		if (f->code != NULL && f->code->python.n > 0 && minor_of_module(f->m->name) == 0) {
			say_unstable(t, f);
			return;
		}
	}
}

void wheel_say_tags(struct whl *t)
{
	const struct wheel_tag *tag = &t->w->tag;

	if (*tag->python == '\0')
		return;
	if (tag->any)
		say_pure(t);
	else
		say_machine(t);
	say_macos(t);
	say_python(t);
	say_stable(t);
	if (tag->manylinux || tag->musllinux) {
		say_libc(t);
		for (int k = 0; tag->manylinux && k < WHEEL_FAMILIES; k++)
			say_versions(t, (enum wheel_family)k);
		say_libraries(t);
	}
	say_paths(t);
}
