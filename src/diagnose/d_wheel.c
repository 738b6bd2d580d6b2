/* d_wheel.c - a wheel: members that are damaged or not as its RECORD says, and tags that its files do not
 * keep.
 *
 * What cannot be installed or loaded is an error. What a tag forbids and another package may make good (a
 * library that is not in the wheel) is a warning.
 */
#include <string.h>

#include "diagnose/common.h"
#include "base/str.h"
#include "diagnose/wheel.h"

enum { SHOWN = 12 };

struct whl {
	struct diag d;
	struct package_set *set;
	const struct wheel *w;
	struct arena *a;
	size_t order;
};

static struct draft *draft(struct whl *t, enum cause cause, const char *detail, enum dlwhy_severity severity,
			   const char *object)
{
	struct draft *dr = draft_new(&t->d, cause, NULL);

	dr->f.detail = detail;
	dr->f.severity = severity;
	dr->f.object = object;
	dr->order = t->order++;
	dr->f.package_kind = "wheel";
	dr->f.package_name = t->w->name;
	dr->f.package_version = *t->w->version != '\0' ? t->w->version : NULL;
	return dr;
}

static void fix_get_again(struct whl *t, struct draft *dr)
{
	struct fix *f = draft_fix(&t->d, dr, "replace", "low", "download the wheel again");

	if (*t->w->version != '\0')
		fix_command(&t->d, f,
			    arena_printf(t->a, "pip download --no-deps --no-cache-dir %s",
					 shell_quote(t->a, arena_printf(t->a, "%s==%s", t->w->name,
									t->w->version))));
}

static void fix_build(struct whl *t, struct draft *dr, const char *says)
{
	draft_fix(&t->d, dr, "rebuild", "low", says);
}

static const char *more(struct whl *t, size_t n)
{
	return n < 2 ? "" : arena_printf(t->a, ", and %zu more", n - 1);
}

/* ---- is it whole? ---------------------------------------------------------------------------------- */

static void no_archive(struct whl *t)
{
	struct view v = t->w->zip.bytes;
	enum file_kind kind = file_kind(v);
	struct draft *dr = draft(t, CAUSE_CORRUPT_FILE, "truncated", DLWHY_ERROR, t->w->path);

	if (kind == FILE_ZIP)
		draft_say(&t->d, dr,
			  "The wheel is cut off: the list of its members, which stands at the end, is "
			  "missing.");
	else
		draft_say(&t->d, dr, "The file is no wheel: it is %s.", file_kind_name(kind));
	if (kind != FILE_ZIP)
		dr->f.detail = NULL;
	draft_bytes(&t->d, dr, t->w->path, 0, v.n, "no zip archive");
	fix_get_again(t, dr);
}

static const char *state_words(struct whl *t, const struct wheel_file *f)
{
	if (f->state == WHEEL_DAMAGED)
		return "cannot be unpacked, or its checksum is another";
	if (f->f != NULL && f->f->has_size && f->f->size != f->m->size)
		return arena_printf(t->a, "has %s, RECORD says %s", bytes_words(t->a, f->m->size),
				    bytes_words(t->a, f->f->size));
	return "has another hash than RECORD says";
}

static void say_members(struct whl *t, enum wheel_state state, enum cause cause, const char *detail,
			enum dlwhy_severity severity, const char *what)
{
	struct draft *dr = NULL;
	const char *first = NULL;
	size_t n = 0;

	for (size_t i = 0; i < t->w->nfiles; i++) {
		const struct wheel_file *f = &t->w->files[i];

		if (f->state != state)
			continue;
		if (n++ == 0) {
			first = f->m->name;
			dr = draft(t, cause, detail, severity, first);
		}
		if (n <= SHOWN)
			draft_fact(&t->d, dr, f->m->name,
				   arena_printf(t->a, "%s %s", f->m->name, state_words(t, f)));
	}
	if (dr == NULL)
		return;
	draft_say(&t->d, dr, "%s: %s%s.", what, first, more(t, n));
	fix_get_again(t, dr);
}

/* RECORD does not list itself's hash, and signatures of it are made later. */
static bool may_be_unlisted(const struct whl *t, const char *name)
{
	const char *in =
		t->w->info != NULL && starts_with(name, t->w->info) ? name + strlen(t->w->info) : "";

	return strcmp(in, "/RECORD") == 0 || strcmp(in, "/RECORD.jws") == 0 ||
	       strcmp(in, "/RECORD.p7s") == 0;
}

static void say_unlisted(struct whl *t)
{
	struct draft *dr = NULL;
	size_t n = 0;

	for (size_t i = 0; i < t->w->nfiles && !t->w->no_record; i++) {
		const char *name = t->w->files[i].m->name;

		if (t->w->files[i].state != WHEEL_UNLISTED || may_be_unlisted(t, name))
			continue;
		if (n++ == 0)
			dr = draft(t, CAUSE_PACKAGE_MIXED, "unlisted", DLWHY_WARNING, name);
		if (n <= SHOWN)
			draft_fact(&t->d, dr, name, arena_printf(t->a, "%s is not in RECORD", name));
	}
	if (dr == NULL)
		return;
	draft_say(&t->d, dr,
		  "The wheel has files that its RECORD does not list: %s%s. They were put in after it was "
		  "made.",
		  dr->f.object, more(t, n));
	fix_build(t, dr, "make the wheel anew, or pack it with `wheel pack`, which writes RECORD");
}

static void say_absent(struct whl *t)
{
	const struct wheel *w = t->w;
	struct draft *dr;

	if (w->absent.n == 0)
		return;
	dr = draft(t, CAUSE_PACKAGE_INCOMPLETE, "files-missing", DLWHY_ERROR, w->absent.items[0]->path);
	draft_say(&t->d, dr, "The wheel lacks files that its RECORD lists: %s%s.", w->absent.items[0]->path,
		  more(t, w->absent.n));
	for (size_t i = 0; i < w->absent.n && i < SHOWN; i++)
		draft_fact(&t->d, dr, w->absent.items[i]->path,
			   arena_printf(t->a, "%s is in RECORD and not in the wheel",
					w->absent.items[i]->path));
	fix_get_again(t, dr);
}

static void say_cut_code(struct whl *t)
{
	for (size_t i = 0; i < t->w->nfiles; i++) {
		const struct wheel_file *f = &t->w->files[i];
		struct draft *dr;

		if (!f->look.cut || f->state == WHEEL_DAMAGED || f->state == WHEEL_OTHER ||
		    !audit_is_native_name(f->m->name))
			continue;
		dr = draft(t, CAUSE_CORRUPT_FILE, "truncated", DLWHY_ERROR, f->m->name);
		draft_say(&t->d, dr,
			  "%s was cut off before it was packed: it ends before what its header names.",
			  f->m->name);
		draft_bytes(&t->d, dr, f->m->name, 0, f->m->size, "all there is of it");
		fix_build(t, dr, "build the wheel anew; the hash in RECORD is that of the damaged file");
		return;
	}
}

static void say_records(struct whl *t)
{
	const struct wheel *w = t->w;
	const char *missing = w->info == NULL  ? "a dist-info folder"
			      : w->no_record   ? "RECORD"
			      : w->no_metadata ? "METADATA"
			      : w->no_wheel    ? "WHEEL"
					       : NULL;
	struct draft *dr;

	if (missing != NULL) {
		dr = draft(t, CAUSE_PACKAGE_INCOMPLETE, "no-record", DLWHY_ERROR, w->path);
		draft_say(&t->d, dr, "The wheel has no %s: no installer takes it.",
			  w->info == NULL ? "dist-info folder" : missing);
		draft_fact(&t->d, dr, w->path,
			   arena_printf(t->a, "it has %zu members, and not %s", w->zip.n, missing));
		fix_get_again(t, dr);
	} else if (w->bad_record) {
		dr = draft(t, CAUSE_CORRUPT_FILE, NULL, DLWHY_ERROR, "RECORD");
		draft_say(&t->d, dr, "RECORD of the wheel cannot be read: it has lines that say nothing.");
		draft_fact(&t->d, dr, w->info, "its folder");
		fix_get_again(t, dr);
	}
	if (w->own_version == NULL || *w->version == '\0')
		return;
	/* The version in a file's name is written with '_' for '-'. */
	if (package_same_project(w->own_name != NULL ? w->own_name : w->name, w->name) &&
	    package_same_project(w->own_version, w->version))
		return;
	dr = draft(t, CAUSE_WHEEL_TAG, "name", DLWHY_WARNING, w->path);
	draft_say(&t->d, dr, "The wheel is called %s %s, but inside it is %s %s: it was renamed.", w->name,
		  w->version, w->own_name != NULL ? w->own_name : "?", w->own_version);
	draft_evidence(&t->d, dr, "fact", NULL, "METADATA says")->value = w->own_version;
	draft_fix(&t->d, dr, "rename", "low", "give it its own name back");
}

/* ---- does it keep what its tags promise? ----------------------------------------------------------- */

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
		dr = draft(t, CAUSE_WHEEL_TAG, "any", DLWHY_ERROR, f->m->name);
		draft_say(&t->d, dr,
			  "The wheel is for any machine (%s), but brings machine code: %s is %s%s.",
			  t->w->tag_text, f->m->name, file_kind_name(f->look.kind),
			  f->look.kind == FILE_ELF
				  ? arena_printf(t->a, " for %s",
						 machine_words(t->a, f->look.machine, f->look.is64,
							       f->look.big_endian))
				  : "");
		draft_fact(&t->d, dr, f->m->name, "machine code");
		fix_build(t, dr,
			  "build it as a wheel with a platform tag (with setuptools: a distribution whose "
			  "has_ext_modules is true)");
		return;
	}
}

static bool fits_machine(const struct wheel_tag *tag, const struct wheel_file *f)
{
	uint16_t machine;
	bool is64;

	if (f->look.kind != FILE_ELF)
		return false;
	return !wheel_tag_machine(tag->machine, &machine, &is64) ||
	       (f->look.machine == machine && f->look.is64 == is64);
}

/* Some wheels bring code for other machines as well; where some of it fits, nothing is said. */
static void say_machine(struct whl *t)
{
	const struct wheel_tag *tag = &t->w->tag;
	bool is_linux = tag->machine != NULL,
	     foreign_name = starts_with(tag->platform, "win") || starts_with(tag->platform, "macosx");
	const struct wheel_file *wrong = NULL;
	struct draft *dr;

	for (size_t i = 0; i < t->w->nfiles; i++) {
		const struct wheel_file *f = &t->w->files[i];
		bool fits;

		if (!is_native(f) || !(is_module_name(f->m->name) || audit_is_native_name(f->m->name)))
			continue;
		fits = is_linux ? fits_machine(tag, f) : foreign_name ? f->look.kind != FILE_ELF : true;
		if (fits)
			return;
		wrong = wrong != NULL ? wrong : f;
	}
	if (wrong == NULL)
		return;
	dr = draft(t, CAUSE_WHEEL_TAG, "machine", DLWHY_ERROR, wrong->m->name);
	draft_say(&t->d, dr, "The wheel says it is for %s, but %s is %s%s.", tag->platform, wrong->m->name,
		  file_kind_name(wrong->look.kind),
		  wrong->look.kind == FILE_ELF
			  ? arena_printf(t->a, " for %s",
					 machine_words(t->a, wrong->look.machine, wrong->look.is64,
						       wrong->look.big_endian))
			  : "");
	draft_fact(&t->d, dr, wrong->m->name, "no machine code of it is for what the tag says");
	fix_build(t, dr, "give it the tag of what is inside, or build it for that machine");
}

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
	dr = draft(t, CAUSE_WHEEL_TAG, family == WHEEL_GLIBC ? "glibc" : "cxx-runtime", DLWHY_ERROR,
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
		  more(t, n));
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
		fix_build(t, dr,
			  arena_printf(t->a,
				       "give it the tag of glibc %s (auditwheel repair does), or build it on "
				       "a system as old as its tag",
				       worst->code->highest[family]));
	else
		fix_build(t, dr,
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
				dr = draft(t, CAUSE_WHEEL_TAG, "library", DLWHY_WARNING, name);
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
		  dr->f.object, more(t, n), t->w->tag.platform);
	fix_build(t, dr,
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
		dr = draft(t, CAUSE_WHEEL_TAG, "libc", DLWHY_ERROR, f->m->name);
		draft_say(&t->d, dr, "The wheel is for %s, but %s was linked with %s.",
			  tag->musllinux ? "musl" : "glibc", f->m->name, tag->musllinux ? "glibc" : "musl");
		draft_fact(&t->d, dr, f->m->name,
			   tag->musllinux ? "it needs libc.so.6" : "it needs musl's libc");
		fix_build(t, dr, "build it in the image of its tag");
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
			dr = draft(t, CAUSE_WHEEL_TAG, "search-path", DLWHY_NOTE, f->m->name);
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
		  dr->f.object, more(t, n));
	fix_build(t, dr, "take the absolute folders out (patchelf --set-rpath '$ORIGIN/...')");
}

/* "cpython-311" of a module's name; 0: of no certain Python. */
static unsigned minor_of_module(const char *name)
{
	const char *p = strstr(base_name(name), ".cpython-3");
	unsigned n = 0;

	for (p = p != NULL ? p + 10 : ""; *p >= '0' && *p <= '9' && n < 1000; p++)
		n = n * 10 + (unsigned)(*p - '0');
	return n;
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
	dr = draft(t, CAUSE_WHEEL_TAG, "python", DLWHY_ERROR, wrong->m->name);
	draft_say(&t->d, dr, "The wheel is for %s, but %s is a module that only Python 3.%u takes.",
		  stable ? arena_printf(t->a, "every Python from %s on", tag->python) : tag->python,
		  wrong->m->name, minor_of_module(wrong->m->name));
	draft_fact(&t->d, dr, wrong->m->name, "the name says for which Python it is");
	fix_build(t, dr, "build it for the Python of its tag, or give it the tag of what is inside");
}

static void say_tags(struct whl *t)
{
	const struct wheel_tag *tag = &t->w->tag;

	if (*tag->python == '\0')
		return;
	if (tag->any)
		say_pure(t);
	else
		say_machine(t);
	say_python(t);
	if (tag->manylinux || tag->musllinux) {
		say_libc(t);
		for (int k = 0; tag->manylinux && k < WHEEL_FAMILIES; k++)
			say_versions(t, (enum wheel_family)k);
		say_libraries(t);
	}
	say_paths(t);
}

static void judge(struct whl *t)
{
	const struct wheel *w = t->w;

	if (!w->zip.usable) {
		no_archive(t);
		return;
	}
	if (w->overlapping || w->zip.cut) {
		struct draft *dr = draft(t, CAUSE_CORRUPT_FILE, NULL, DLWHY_ERROR, w->path);

		draft_say(&t->d, dr,
			  w->overlapping ? "The wheel's members lie over each other: it was damaged, or "
					   "made to fill a disk."
					 : "The list of the wheel's members is damaged.");
		draft_fact(&t->d, dr, w->path, "its list of members");
		fix_get_again(t, dr);
		return;
	}
	say_members(t, WHEEL_DAMAGED, CAUSE_CORRUPT_FILE, "changed", DLWHY_ERROR,
		    "Members of the wheel are damaged");
	say_members(t, WHEEL_OTHER, CAUSE_CORRUPT_FILE, "changed", DLWHY_ERROR,
		    "Files in the wheel are not those that its RECORD tells of");
	say_cut_code(t);
	say_absent(t);
	say_records(t);
	say_tags(t);
	say_unlisted(t);
}

static void run(struct package_set *set, const struct wheel *w, void (*judge_it)(struct whl *t),
		struct diagnosis *out)
{
	static const struct diagnose_input none;
	struct whl t = { .set = set, .w = w, .a = set->a };

	t.d.in = &none;
	t.d.a = set->a;
	t.d.store = set->store;
	t.d.source = store_source(set->store);
	judge_it(&t);
	rank_drafts(&t.d);
	diagnose_finish(&t.d, out);
}

void diagnose_wheel_tags(struct package_set *set, const struct wheel *w, struct diagnosis *out)
{
	run(set, w, say_tags, out);
}

void diagnose_wheel(struct package_set *set, const struct wheel *w, struct diagnosis *out)
{
	run(set, w, judge, out);
}
