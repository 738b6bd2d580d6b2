/* link_archive.c - archives of a link: their members as objects, and what a linker says of a member that it
 * cannot use.
 *
 * GNU ld and gold look at a member when a symbol asks for it; lld, too; mold reads all of them at once. gold
 * does not judge an archive while it searches: if the first member that it wants is for another machine of
 * the family, it goes on with the search.
 */
#include <errno.h>
#include <string.h>

#include "build/link_priv.h"
#include "object/elfconst.h"

static const struct link_refusal no_index = {
	{ LD_BFD_NO_INDEX, LD_GOLD_NO_INDEX, NULL, NULL },
	{ true, false, false, false }
};

/* ---- members ----------------------------------------------------------------------------------------- */

/* Where the file of a thin archive's member lies. */
static const char *path_of(struct link *l, const struct link_archive *ar, const struct ar_member *m)
{
	const char *dir = link_dir_of(l->a, ar->path), *name = arena_strndup(l->a, m->name, m->nname);

	return *name == '/' || *dir == '\0' ? name : arena_printf(l->a, "%s/%s", dir, name);
}

static bool is_absent(struct link *l, const struct link_archive *ar, const struct ar_member *m)
{
	const struct store_entry *en = m->outside ? store_open(l->store, path_of(l, ar, m)) : NULL;

	return en != NULL && en->err != 0;
}

static const struct elf *member_elf(struct link *l, struct link_archive *ar, const struct ar_member *m,
				    const char **path)
{
	struct elf *e;

	if (m->outside) {
		const struct store_entry *en;

		*path = path_of(l, ar, m);
		en = store_open(l->store, *path);
		if (en == NULL || en->err != 0)
			return NULL;
		if (link_is_pe(l))
			return link_coff_elf(l, en->file->bytes);
		return en->file->kind == FILE_ELF ? &en->file->elf : NULL;
	}
	if (link_is_pe(l))
		return link_coff_elf(l, ar_bytes(&ar->ar, m));
	e = ARENA_NEW(l->a, struct elf);
	if (!elf_open(ar_bytes(&ar->ar, m), ar_bytes(&ar->ar, m).n, e))
		return NULL;
	*ARENA_PUSH(l->a, &l->opened) = e;
	return e->defect == ELF_OK || e->defect == ELF_BAD_PHDRS ? e : NULL;
}

static bool is_bitcode(struct view v)
{
	return v.n >= 4 && (memcmp(v.p, "BC\xc0\xde", 4) == 0 || memcmp(v.p, "\xde\xc0\x17\x0b", 4) == 0);
}

struct link_object *link_member(struct link *l, struct link_archive *ar, uint64_t header)
{
	struct ar_member m;
	struct link_object *o;
	const struct elf *e;
	const char *path = ar->path, *name, *in; /* mold leaves "./" out */
	uint64_t at = header;

	for (size_t i = 0; i < ar->members.n; i++)
		if (ar->members.items[i]->header == header)
			return ar->members.items[i];
	if (l->opened.n >= LINK_MAX_OBJECTS || !ar_next(&ar->ar, &at, &m))
		return NULL;
	e = member_elf(l, ar, &m, &path);
	if (e == NULL && is_bitcode(ar_bytes(&ar->ar, &m)))
		link_take_bitcode(l);
	if (e == NULL)
		return NULL;
	name = arena_strndup(l->a, m.name, m.nname);
	in = l->kind == LINKER_MOLD && strncmp(ar->shown, "./", 2) == 0 ? ar->shown + 2 : ar->shown;
	o = link_new_object(l, e, path,
			    m.outside && l->kind != LINKER_MOLD && l->kind != LINKER_GOLD ? path :
			    m.outside ? arena_printf(l->a, "%s(%s)", in, path) :
					arena_printf(l->a, "%s(%s)", in, name));
	o->member = name;
	o->archive = ar;
	o->header = header;
	o->op = ar->op;
	o->lib = ar->lib;
	*ARENA_PUSH(l->a, &ar->members) = o;
	link_read_refs(l, o);
	return o;
}

/* ---- members that cannot be used --------------------------------------------------------------------- */

/* The file of a thin archive's member is gone. s: the symbol that asks for it, NULL: all are taken. */
static void say_absent(struct link *l, struct link_archive *ar, const struct ar_member *m,
		       const struct link_sym *s)
{
	const char *path = path_of(l, ar, m);
	struct link_missing *x = ARENA_NEW(l->a, struct link_missing);
	struct link_trouble *t;

	if (l->kind == LINKER_BFD && s == NULL)
		return; /* for it the archive ends there */
	t = link_trouble(l, LT_NO_FILE, true);
	x->name = path;
	x->archive = ar->shown;
	x->op = ar->asked;
	*ARENA_PUSH(l->a, &l->missing) = x;
	t->missing = x;
	t->path = path;
	l->stop = l->kind != LINKER_GOLD;
	switch (l->kind) {
	case LINKER_GOLD:
		link_line_of(l, t, true, LD_GOLD_NO_FILE, l->self, path);
		break;
	case LINKER_LLD:
		link_line_of(l, t, true, LD_LLD_THIN_MEMBER, l->self, ar->shown,
			     s != NULL ? "the member defining symbol " : "a child of the archive",
			     s != NULL ? link_shown(l, s->name) : "", (int)m->nname, m->name);
		break;
	case LINKER_MOLD:
		link_line_of(l, t, true, LD_MOLD_NO_FILE, l->self, path);
		break;
	default:
		link_line_of(l, t, true, LD_BFD_THIN_MEMBER, l->self, ar->shown, path);
		break;
	}
}

static bool any_taken(const struct link_archive *ar)
{
	for (size_t i = 0; i < ar->members.n; i++)
		if (ar->members.items[i]->loaded)
			return true;
	return false;
}

/* gold has found the archive by -l and wants nothing of it yet: another folder may have a better one. */
static void search_on(struct link *l, struct link_archive *ar, const struct link_object *o)
{
	struct link_trouble *t = link_trouble(l, LT_SKIPPED, false);
	struct link_found found;
	struct link_op op = ar->asked;

	t->path = ar->path;
	t->e = o->e;
	link_line_of(l, t, true, LD_GOLD_SKIP, l->self, ar->path,
		     ar->lib);
	ar->passed_over = true;
	op.name = ar->lib;
	l->search_behind = ar->path;
	if (link_find_lib(l, &op, NULL, &found))
		link_load_file(l, &op, found.path, found.shown, ar->lib);
	l->search_behind = NULL;
}

/* Does the member fit the output? If not, that is said, now or when all files were read. */
static bool fits(struct link *l, struct link_object *o)
{
	if (link_machine_fits(l, o->e))
		return true;
	if (o->misfit)
		return false;
	o->misfit = true;
	*ARENA_PUSH(l->a, &l->misfits) = o;
	if ((l->kind == LINKER_LLD && o->archive->whole) ||
	    (l->kind == LINKER_BFD && link_is_told_late(l, o)))
		return false;
	if (l->kind == LINKER_LLD)
		l->misfits.n--;
	if (l->kind == LINKER_GOLD && (link_same_family(l, o->e) || link_gold_has_no_order(l, o->e)) &&
	    o->archive->lib != NULL && !any_taken(o->archive)) {
		l->misfits.n--;
		search_on(l, o->archive, o);
		return false;
	}
	link_wrong_arch(l, o);
	return false;
}

static bool member_at(const struct link_archive *ar, uint64_t header, struct ar_member *m)
{
	return ar_next(&ar->ar, &header, m);
}

/* A member for LTO of LLVM, where no plugin takes it. */
static void say_bitcode(struct link *l, const struct link_archive *ar, uint64_t header,
		const struct ar_member *m)
{
	const char *name = arena_strndup(l->a, m->name, m->nname);
	struct link_trouble *t;

	if (l->bitcode)
		return;
	if (l->kind == LINKER_MOLD) {
		link_refuse_lto(l, name);
		return;
	}
	t = link_trouble(l, LT_LTO_PLUGIN, true);
	t->path = ar->shown;
	if (l->kind == LINKER_GOLD)
		link_line_of(l, t, true, l->line->plugin ? LD_GOLD_UNCLAIMED : LD_GOLD_NO_MEMBER, l->self,
				ar->shown,
			     name, (unsigned long long)header);
	else
		link_line_of(l, t, true, LD_BFD_ARCHIVE_FORMAT, l->self, ar->shown);
	l->stop = l->kind == LINKER_BFD;
}

struct link_object *link_pull(struct link *l, struct link_archive *ar, uint64_t header,
			      const struct link_sym *s)
{
	struct link_object *o = link_member(l, ar, header);
	struct ar_member m;

	if (o == NULL && member_at(ar, header, &m) && is_absent(l, ar, &m))
		say_absent(l, ar, &m, s);
	else if (o == NULL && member_at(ar, header, &m) && is_bitcode(ar_bytes(&ar->ar, &m)))
		say_bitcode(l, ar, header, &m);
	return o != NULL && fits(l, o) ? o : NULL;
}

/* A member that is no object, in an archive that is taken as a whole. */
static void say_no_object(struct link *l, const struct link_archive *ar, const struct ar_member *m)
{
	struct link_trouble *t;
	const char *name = arena_printf(l->a, "%s(%.*s)", ar->shown, (int)m->nname, m->name);

	if ((l->kind != LINKER_BFD && l->kind != LINKER_LLD) || l->bitcode)
		return;
	t = link_trouble(l, LT_NOT_RECOGNIZED, true);
	t->path = name;
	l->stop = l->kind == LINKER_BFD;
	if (l->kind == LINKER_BFD)
		link_line_of(l, t, true, LD_BFD_MEMBER, l->self, ar->shown, name);
	else
		link_line_of(l, t, true, LD_LLD_NOT_ELF, l->self, name);
}

/* lld takes an archive without an index member by member. */
static void check_members(struct link *l, const struct link_archive *ar)
{
	uint64_t at = ar->ar.first;
	struct ar_member m;

	while (ar_next(&ar->ar, &at, &m)) {
		struct view v = ar_bytes(&ar->ar, &m);
		struct link_trouble *t;

		if (m.outside || (v.n >= 4 && (memcmp(v.p, "\177ELF", 4) == 0 ||
					       memcmp(v.p, "BC\xc0\xde", 4) == 0)))
			continue;
		t = link_trouble(l, LT_NOT_RECOGNIZED, true);
		t->path = arena_printf(l->a, "%s(%.*s)", ar->shown, (int)m.nname, m.name);
		link_line_of(l, t, true, LD_LLD_MEMBER, l->self, ar->shown, (int)m.nname, m.name);
	}
}

/* ---- the archive ------------------------------------------------------------------------------------- */

void link_index(struct link *l, struct link_archive *ar)
{
	struct ar_walk walk = { 0, 0 };
	const char *name;
	uint64_t header;

	if (ar->index_read)
		return;
	ar->index_read = true;
	while (ar_index_next(&ar->ar, &walk, &name, &header)) {
		struct link_index x = { link_intern(l, name, elf_gnu_hash(name)), header, false };

		*ARENA_PUSH(l->a, &ar->index) = x;
	}
}

/* False: nothing behind this member is read. */
static bool load_member(struct link *l, struct link_archive *ar, uint64_t header, const struct ar_member *m)
{
	struct link_object *o = link_member(l, ar, header);

	if (o == NULL && is_absent(l, ar, m)) {
		say_absent(l, ar, m, NULL);
		return l->kind == LINKER_GOLD;
	}
	if (o == NULL && l->kind != LINKER_BFD && is_bitcode(ar_bytes(&ar->ar, m)))
		say_bitcode(l, ar, header, m);
	else if (o == NULL)
		say_no_object(l, ar, m);
	else if (!o->loaded && fits(l, o) && ar->whole)
		link_add_object(l, o);
	return true;
}

static void load_members(struct link *l, struct link_archive *ar)
{
	uint64_t at = ar->ar.first, header = at;
	struct ar_member m;

	while (!l->stop && !ar->passed_over && ar_next(&ar->ar, &at, &m) && load_member(l, ar, header, &m))
		header = at;
}

struct link_archive *link_loose_begin(struct link *l)
{
	struct link_archive *ar = ARENA_NEW(l->a, struct link_archive);

	ar->path = ar->shown = "";
	ar->loose = ar->has_index = ar->index_read = true;
	ar->op = l->at.op;
	return ar;
}

void link_loose_add(struct link *l, struct link_archive *ar, struct link_object *o)
{
	o->archive = ar;
	o->header = ar->members.n;
	*ARENA_PUSH(l->a, &ar->members) = o;
	for (size_t i = 0; i < o->nrefs; i++)
		if (o->refs[i].state >= LINK_COMMON) {
			struct link_index x = { o->refs[i].sym, o->header, false };

			*ARENA_PUSH(l->a, &ar->index) = x;
		}
}

static bool has_members(const struct link_archive *ar)
{
	struct ar_member m;

	return member_at(ar, ar->ar.first, &m);
}

void link_load_archive(struct link *l, const struct link_op *op, struct store_file *f, const char *path,
		       const char *shown, const char *lib)
{
	struct link_archive *ar = ARENA_NEW(l->a, struct link_archive);

	ar->path = path;
	ar->shown = shown;
	ar->file = f;
	ar->whole = op->whole;
	ar->op = l->at.op;
	ar->asked = *op;
	ar->lib = lib;
	if (!ar_open(f->bytes, &ar->ar))
		return;
	ar->has_index = ar->ar.form != AR_NO_INDEX;
	*ARENA_PUSH(l->a, &l->archives) = ar;
	if (ar->whole || l->kind == LINKER_MOLD)
		load_members(l, ar);
	else if (l->kind == LINKER_LLD && !ar->has_index)
		check_members(l, ar);
	if (ar->whole || l->stop)
		return;
	if (!ar->has_index && has_members(ar) &&
	    link_refused(l, LT_NO_INDEX, &no_index, l->kind == LINKER_GOLD && lib != NULL ? lib : shown)) {
		l->troubles.items[l->troubles.n - 1]->path = shown;
		return;
	}
	link_add_archive(l, ar);
}
