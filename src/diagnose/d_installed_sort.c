/* d_installed_sort.c - the files of one package by what is wrong with them, and how much that means. */
#include <string.h>

#include "diagnose/installed_case.h"

#include "base/str.h"

bool inst_is_code(const char *path)
{
	return str_ends(path, ".py") || audit_is_native_name(path);
}

/* Is one of the words a component of the path? */
static bool has_part(const char *path, const char *const *words, size_t n)
{
	for (const char *p = path; (p = strchr(p, '/')) != NULL;) {
		size_t part = strcspn(++p, "/");

		for (size_t i = 0; i < n; i++)
			if (strlen(words[i]) == part && strncmp(p, words[i], part) == 0 && p[part] == '/')
				return true;
	}
	return false;
}

/* What images and distributions leave out to be smaller; nothing loads it. */
static bool is_docs(const struct package *p, const char *path)
{
	static const char *const python[] = { "tests", "test",	   "testing", "docs",
					      "doc",   "examples", "licenses" };
	static const char *const system[] = { "doc", "man",  "info",	"locale",   "lintian",
					      "bug", "help", "gtk-doc", "doc-base", "i18n" };

	if (p->kind == PACKAGE_DPKG || p->kind == PACKAGE_APK)
		return strncmp(path, "/usr/share/", 11) == 0 &&
		       has_part(path + 10, system, sizeof(system) / sizeof(*system));
	path = starts_with(path, p->root) ? path + strlen(p->root) : path;
	return has_part(path, python, sizeof(python) / sizeof(*python)) || str_ends(path, ".pyi") ||
	       has_part(path, system, 5);
}

/* A file that tells of the package and is no part of what it does. */
static bool is_record(const struct package *p, const char *path)
{
	size_t n = strlen(p->record);

	return strncmp(path, p->record, n) == 0 && (path[n] == '/' || path[n] == '\0');
}

static void push(struct inst *t, struct file_list *l, const struct audit_file *f)
{
	*ARENA_PUSH(t->a, l) = f;
}

/* Does another package have a file of that path, and is what lies there that one? */
static bool is_taken(struct inst *t, const struct audit_file *f)
{
	for (const struct package_owner *o = package_index_find(t->in->index, f->f->path); o != NULL;
	     o = o->next) {
		struct audit_file other;

		if (o->p == f->p)
			continue;
		audit_one(t->d.source, o->p, o->f, &other);
		if (other.state == AUDIT_FINE || (other.state == AUDIT_UNKNOWN && o->f->hash == NULL))
			return true;
	}
	return false;
}

/* Machine code of another length that is whole: somebody has put it there. */
static bool is_whole_code(const struct audit_file *f)
{
	bool other_length = f->f->has_size ? f->size != f->f->size : true;

	return f->kind == FILE_ELF && !f->cut && !f->all_zeros && other_length;
}

static void changed(struct inst *t, const struct audit_file *f, struct inst_files *out)
{
	const char *path = f->f->path;
	bool native = audit_is_native_name(path);

	if ((f->f->flags & PACKAGE_CONFIG) != 0)
		return;
	if (is_taken(t, f))
		push(t, &out->taken, f);
	else if (native && is_whole_code(f))
		push(t, &out->swapped, f);
	else if (native || f->cut)
		push(t, &out->broken, f);
	else if (str_ends(path, ".py") && (f->size == 0 || f->all_zeros))
		push(t, &out->broken, f);
	else if (f->kind == FILE_ELF && f->f->digest != DIGEST_NONE && !is_whole_code(f))
		push(t, &out->broken, f);
	else if (str_ends(path, ".py") && !is_docs(f->p, path))
		push(t, &out->edited, f);
	else
		push(t, &out->touched, f);
}

static void absent(struct inst *t, const struct audit_file *f, struct inst_files *out)
{
	const char *path = f->f->path;

	if ((f->f->flags & (PACKAGE_CONFIG | PACKAGE_AWAY)) != 0)
		return;
	if (is_docs(f->p, path))
		push(t, &out->lost_docs, f);
	else if (is_record(f->p, path))
		push(t, &out->lost_other, f);
	else if (inst_is_code(path))
		push(t, &out->lost, f);
	else
		push(t, &out->lost_other, f);
}

/* Machine code that an interpreter or another library would load. */
static void machine_code(struct inst *t, const struct audit_file *f, struct inst_files *out)
{
	const struct place *place = t->in->place;

	if (f->kind == FILE_ELF && f->machine == place->machine && f->is64 == place->is64 &&
	    f->big_endian == place->big_endian)
		out->fitting++;
	else if (f->kind == FILE_ELF || f->kind == FILE_MACHO || f->kind == FILE_MACHO_FAT ||
		 (f->kind == FILE_PE && str_ends(f->f->path, ".pyd")))
		push(t, &out->foreign, f);
}

static void one(struct inst *t, const struct audit_file *f, struct inst_files *out)
{
	bool in_record = is_record(f->p, f->f->path);

	switch (f->state) {
	case AUDIT_FINE:
	case AUDIT_UNKNOWN:
		if (f->cut && f->state == AUDIT_UNKNOWN)
			push(t, &out->broken, f);
		break;
	case AUDIT_UNREADABLE: out->unreadable++; break;
	case AUDIT_ABSENT:
		out->absent += !in_record;
		absent(t, f, out);
		return;
	case AUDIT_DANGLING:
	case AUDIT_NO_FILE:
		out->absent += !in_record;
		if ((f->f->flags & (PACKAGE_CONFIG | PACKAGE_AWAY)) == 0)
			push(t, inst_is_code(f->f->path) ? &out->lost : &out->lost_other, f);
		return;
	case AUDIT_SHORT:
	case AUDIT_CHANGED: changed(t, f, out); break;
	}
	out->present += !in_record;
	if (audit_is_native_name(f->f->path) && t->in->place->machine != 0 &&
	    (f->state == AUDIT_FINE || f->state == AUDIT_UNKNOWN))
		machine_code(t, f, out);
}

void inst_sort(struct inst *t, const struct installed_package *ip, struct inst_files *out)
{
	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < ip->n; i++)
		one(t, &t->in->audit->items[ip->from + i], out);
}
