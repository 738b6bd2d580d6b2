/* d_wheel.c - a wheel: members that are damaged or not as its RECORD says, and tags that its files do not
 * keep.
 *
 * What cannot be installed or loaded is an error. What a tag forbids and another package may make good (a
 * library that is not in the wheel) is a warning.
 */
#include <string.h>

#include "base/str.h"
#include "diagnose/wheel_priv.h"

struct draft *wheel_draft(struct whl *t, enum cause cause, const char *detail,
			  enum dlwhy_severity severity, const char *object)
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

void wheel_fix_build(struct whl *t, struct draft *dr, const char *says)
{
	draft_fix(&t->d, dr, "rebuild", "low", says);
}

const char *wheel_more(struct whl *t, size_t n)
{
	return n < 2 ? "" : arena_printf(t->a, ", and %zu more", n - 1);
}

/* ---- is it whole? ---------------------------------------------------------------------------------- */

static void no_archive(struct whl *t)
{
	struct view v = t->w->zip.bytes;
	enum file_kind kind = file_kind(v);
	struct draft *dr = wheel_draft(t, CAUSE_CORRUPT_FILE, "truncated", DLWHY_ERROR, t->w->path);

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
			dr = wheel_draft(t, cause, detail, severity, first);
		}
		if (n <= SHOWN)
			draft_fact(&t->d, dr, f->m->name,
				   arena_printf(t->a, "%s %s", f->m->name, state_words(t, f)));
	}
	if (dr == NULL)
		return;
	draft_say(&t->d, dr, "%s: %s%s.", what, first, wheel_more(t, n));
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
			dr = wheel_draft(t, CAUSE_PACKAGE_MIXED, "unlisted", DLWHY_WARNING, name);
		if (n <= SHOWN)
			draft_fact(&t->d, dr, name, arena_printf(t->a, "%s is not in RECORD", name));
	}
	if (dr == NULL)
		return;
	draft_say(&t->d, dr,
		  "The wheel has files that its RECORD does not list: %s%s. They were put in after it was "
		  "made.",
		  dr->f.object, wheel_more(t, n));
	wheel_fix_build(t, dr, "make the wheel anew, or pack it with `wheel pack`, which writes RECORD");
}

static void say_absent(struct whl *t)
{
	const struct wheel *w = t->w;
	struct draft *dr;

	if (w->absent.n == 0)
		return;
	dr = wheel_draft(t, CAUSE_PACKAGE_INCOMPLETE, "files-missing", DLWHY_ERROR, w->absent.items[0]->path);
	draft_say(&t->d, dr, "The wheel lacks files that its RECORD lists: %s%s.", w->absent.items[0]->path,
		  wheel_more(t, w->absent.n));
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
		dr = wheel_draft(t, CAUSE_CORRUPT_FILE, "truncated", DLWHY_ERROR, f->m->name);
		draft_say(&t->d, dr,
			  "%s was cut off before it was packed: it ends before what its header names.",
			  f->m->name);
		draft_bytes(&t->d, dr, f->m->name, 0, f->m->size, "all there is of it");
		wheel_fix_build(t, dr,
				"build the wheel anew; the hash in RECORD is that of the damaged file");
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
		dr = wheel_draft(t, CAUSE_PACKAGE_INCOMPLETE, "no-record", DLWHY_ERROR, w->path);
		draft_say(&t->d, dr, "The wheel has no %s: no installer takes it.",
			  w->info == NULL ? "dist-info folder" : missing);
		draft_fact(&t->d, dr, w->path,
			   arena_printf(t->a, "it has %zu members, and not %s", w->zip.n, missing));
		fix_get_again(t, dr);
	} else if (w->bad_record) {
		dr = wheel_draft(t, CAUSE_CORRUPT_FILE, NULL, DLWHY_ERROR, "RECORD");
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
	dr = wheel_draft(t, CAUSE_WHEEL_TAG, "name", DLWHY_WARNING, w->path);
	draft_say(&t->d, dr, "The wheel is called %s %s, but inside it is %s %s: it was renamed.", w->name,
		  w->version, w->own_name != NULL ? w->own_name : "?", w->own_version);
	draft_evidence(&t->d, dr, "fact", NULL, "METADATA says")->value = w->own_version;
	draft_fix(&t->d, dr, "rename", "low", "give it its own name back");
}

static void judge(struct whl *t)
{
	const struct wheel *w = t->w;

	if (!w->zip.usable) {
		no_archive(t);
		return;
	}
	if (w->overlapping || w->zip.cut) {
		struct draft *dr = wheel_draft(t, CAUSE_CORRUPT_FILE, NULL, DLWHY_ERROR, w->path);

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
	wheel_say_tags(t);
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
	run(set, w, wheel_say_tags, out);
}

void diagnose_wheel(struct package_set *set, const struct wheel *w, struct diagnosis *out)
{
	run(set, w, judge, out);
}
