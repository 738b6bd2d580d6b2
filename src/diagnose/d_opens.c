/* d_opens.c - libraries that files open by name at run time, as far as they tell: in a note that
 * their makers wrote, or by names in their data that only a graphics processor's libraries have.
 *
 * The loader is asked what dlopen would find. Nothing of this changes the verdict.
 */
#include <stdlib.h>
#include <string.h>

#include "diagnose/gpu.h"
#include "diagnose/members.h"
#include "object/dlopen_note.h"

enum {
	MAX_OPENS = 200,  /* of one target */
	MAX_NAMES = 64    /* of one file */
};

/* ---- names in the data of a file ---------------------------------------------------------- */

struct names {
	size_t n;
	const char *v[MAX_NAMES]; /* in the mapped file */
};

static bool take_name(void *ctx, const char *name)
{
	struct names *names = ctx;

	if (gpu_library_of(name) == NULL)
		return false;
	for (size_t i = 0; i < names->n; i++)
		if (strcmp(names->v[i], name) == 0)
			return false;
	names->v[names->n++] = name;
	return names->n == MAX_NAMES;
}

/* Only a file that calls dlopen is read: strings of others are told to somebody, not opened. */
static void *read_names(struct store_file *f)
{
	struct names *names = calloc(1, sizeof(*names));

	if (names != NULL && elf_calls_dlopen(&f->elf))
		elf_library_names(&f->elf, take_name, names);
	return names;
}

/* ---- what dlopen would find --------------------------------------------------------------- */

static struct dlwhy_open *add(struct diag *d, const struct image *im, const char *name,
			      const char *by)
{
	struct dlwhy_open *o;
	struct would_open look;

	if (d->opens.n >= MAX_OPENS ||
	    loader_look(d->in->opener, d->p->images.items[im->index], name, &look) == LOOK_UNKNOWN)
		return NULL;
	o = ARENA_NEW(d->a, struct dlwhy_open);
	o->name = name;
	o->from = (int32_t)im->index;
	o->by = by;
	o->path = look.path;
	o->rule = look.path != NULL ? load_rule_id(look.rule) : NULL;
	*ARENA_PUSH(d->a, &d->opens) = o;
	return o;
}

static bool is_known(const struct diag *d, const struct image *im, const char *name)
{
	for (size_t i = 0; i < d->opens.n; i++)
		if (d->opens.items[i]->from == (int32_t)im->index &&
		    strcmp(d->opens.items[i]->name, name) == 0)
			return true;
	return false;
}

static bool is_needed(const struct elf *e, const char *name)
{
	for (size_t i = 0; i < e->nneeds; i++)
		if (e->needs[i].name != NULL && strcmp(e->needs[i].name, name) == 0)
			return true;
	return e->soname != NULL && strcmp(e->soname, name) == 0;
}

static void from_strings(struct diag *d, const struct image *im)
{
	const struct names *names = store_derived(d->store, im->file, STORE_NAMES, read_names, free);

	for (size_t i = 0; names != NULL && i < names->n; i++)
		if (!is_known(d, im, names->v[i]) && !is_needed(&im->file->elf, names->v[i]))
			add(d, im, names->v[i], "string");
}

/* ---- the note ----------------------------------------------------------------------------- */

static void required_missing(struct diag *d, const struct image *im, const struct dlopen_entry *e)
{
	struct draft *dr = draft_new(d, CAUSE_MISSING_LIBRARY, NULL);

	dr->f.severity = DLWHY_WARNING;
	dr->f.detail = "by-name";
	dr->f.object = e->names[0];
	dr->f.needed_by = image_path(d, im);
	draft_say(d, dr,
		  "%s says that it opens %s at run time and cannot do without it%s%s%s, and dlopen "
		  "would not find it.",
		  image_word(d, im), e->names[0], e->description != NULL ? " (" : "",
		  e->description != NULL ? e->description : "", e->description != NULL ? ")" : "");
	draft_assume(dr, DLWHY_PREDICTED, "the note in the file is right");
	for (size_t i = 0; i < e->nnames; i++)
		draft_evidence(d, dr, "text", im,
			       arena_printf(d->a, "its note on dlopen names %s", e->names[i]))
			->value = e->names[i];
	draft_fix(d, dr, "install", "medium",
		  arena_printf(d->a, "install the package that has %s", e->names[0]));
}

static void from_note(struct diag *d, const struct image *im)
{
	const struct dlopen_entry *v;
	size_t n = dlopen_note_read(&im->file->elf, d->a, &v);

	for (size_t i = 0; i < n; i++) {
		bool found = false, told = false;

		for (size_t k = 0; k < v[i].nnames; k++) {
			struct dlwhy_open *o = add(d, im, v[i].names[k], "note");

			if (o == NULL)
				continue;
			told = true;
			found = found || o->path != NULL;
			o->priority = v[i].priority;
			o->feature = v[i].feature;
			o->description = v[i].description;
			o->alternative = k > 0;
		}
		if (told && !found && same_text(v[i].priority, "required") &&
		    d->drafts.n < MAX_FINDINGS)
			required_missing(d, im, &v[i]);
	}
}

void d_opens(struct diag *d)
{
	bool gpu;

	if (d->in->opener == NULL || d->store == NULL || d->w == NULL || d->in->root == NULL)
		return;
	gpu = gpu_may_matter(d);
	for (size_t i = 0; i < d->p->images.n; i++) {
		const struct image *im = d->p->images.items[i];

		if (!is_member(d, im))
			continue;
		from_note(d, im);
		/* Reading the constants of a large library costs more than all the rest. */
		if (im == d->in->root || gpu)
			from_strings(d, im);
	}
	d_gpu(d);
}
