/* d_installed_fit.c - is an installed package for this Python and this machine? By its tags, and by its
 * machine code. */
#include <string.h>

#include "diagnose/installed_case.h"
#include "package/wheel_tag.h"

/* ---- machine code ---------------------------------------------------------------------------------- */

static const char *foreign_words(struct inst *t, const struct audit_file *f)
{
	if (f->kind != FILE_ELF)
		return file_kind_name(f->kind);
	return arena_printf(t->a, "machine code for %s",
			    machine_words(t->a, f->machine, f->is64, f->big_endian));
}

/* Some packages bring code for many systems on purpose: where some of it fits, nothing is said. */
static void say_foreign(struct inst *t, struct installed_package *ip, const struct inst_files *f)
{
	const struct place *place = t->in->place;
	const struct audit_file *first = f->foreign.n > 0 ? f->foreign.items[0] : NULL;
	const char *here;
	struct draft *dr;

	if (first == NULL || f->fitting > 0 || ip->p->pure)
		return;
	here = machine_words(t->a, place->machine, place->is64, place->big_endian);
	dr = inst_draft(t, ip, CAUSE_WRONG_ARCH, NULL, DLWHY_ERROR, first->f->path);
	draft_say(&t->d, dr, "%s is for another machine: %s is %s, and the Python here is for %s.",
		  inst_name(t, ip->p), inst_path(t, ip->p, first->f->path), foreign_words(t, first), here);
	for (size_t i = 0; i < f->foreign.n; i++)
		draft_fact(&t->d, dr, f->foreign.items[i]->f->path, foreign_words(t, f->foreign.items[i]));
	if (place->python != NULL)
		draft_fact(&t->d, dr, place->python, arena_printf(t->a, "the interpreter is for %s", here));
	inst_fix_reinstall(t, dr, ip);
}

/* ---- tags ------------------------------------------------------------------------------------------ */

static unsigned minor_of(const struct inst *t, const struct package *p)
{
	for (size_t i = 0; i < t->in->place->sites.n; i++)
		if (strcmp(t->in->place->sites.items[i].dir, p->root) == 0)
			return t->in->place->sites.items[i].minor;
	return 0;
}

static bool has_code(const struct package *p)
{
	for (size_t i = 0; i < p->files.n; i++)
		if (audit_is_native_name(p->files.items[i].path))
			return true;
	return false;
}

static void say_tag(struct inst *t, struct installed_package *ip, const char *detail, const char *why)
{
	struct draft *dr = inst_draft(t, ip, CAUSE_WHEEL_TAG, detail,
				      has_code(ip->p) ? DLWHY_ERROR : DLWHY_WARNING, ip->p->record);

	draft_say(&t->d, dr, "%s is a build for another Python or system (%s): %s.", inst_name(t, ip->p),
		  ip->p->tags.items[0], why);
	for (size_t i = 0; i < ip->p->tags.n && i < 8; i++)
		draft_evidence(&t->d, dr, "fact", NULL, "a tag of the build that is installed")->value =
			ip->p->tags.items[i];
	inst_fix_reinstall(t, dr, ip);
}

static void say_tags(struct inst *t, struct installed_package *ip)
{
	const struct place *place = t->in->place;
	unsigned minor = minor_of(t, ip->p);
	bool python = minor == 0, libc = false;

	for (size_t i = 0; i < ip->p->tags.n; i++) {
		struct wheel_tag tag;

		if (!wheel_tag_read(t->a, ip->p->tags.items[i], &tag))
			return; /* of a form that is not known: nothing is said */
		python |= minor != 0 && wheel_tag_fits_python(&tag, minor);
		libc |= (!tag.musllinux && !tag.manylinux) || (place->musl ? tag.musllinux : tag.manylinux);
	}
	if (ip->p->tags.n == 0)
		return;
	if (!python)
		say_tag(t, ip, "python", arena_printf(t->a, "the folder is that of Python 3.%u", minor));
	else if (!libc && place->machine != 0)
		say_tag(t, ip, "libc",
			place->musl ? "the Python here runs on musl" : "the Python here runs on glibc");
}

void inst_fit(struct inst *t, struct installed_package *ip, const struct inst_files *f)
{
	if (ip->p->kind != PACKAGE_PIP && ip->p->kind != PACKAGE_CONDA)
		return;
	say_foreign(t, ip, f);
	if (ip->p->kind == PACKAGE_PIP && f->foreign.n == 0)
		say_tags(t, ip);
}
