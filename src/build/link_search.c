/* link_search.c - where a linker finds -lX.
 *
 * All four go through the folders in order, -L first wherever it stands, and take libX.so before libX.a in
 * one folder, or libX.a alone in static mode. They differ in what they do with a file that does not fit:
 * GNU ld says so and goes on, gold only if it knows the machine, mold too; lld takes whatever has the name.
 */
#include <errno.h>
#include <string.h>

#include "build/link_priv.h"
#include "object/elfconst.h"

void link_saw(struct link *l, const char *path, const char *lib, enum link_seen_what what,
	      const struct elf *e)
{
	struct link_seen s = { path, lib, what, e, l->searches };

	if (l->seen.n < LINK_MAX_SEEN)
		*ARENA_PUSH(l->a, &l->seen) = s;
}

const struct store_entry *link_open(struct link *l, const char *path)
{
	return store_open(l->store, link_real_path(l->plan, path));
}

const char *link_sysroot(struct link *l, const char *path)
{
	return l->line->sysroot != NULL ? arena_printf(l->a, "%s%s", l->line->sysroot, path) : path;
}

/* ---- one candidate ----------------------------------------------------------------------------------- */

enum verdict { GO_ON, TAKE };

struct search {
	struct link *l;
	const struct link_op *op;
	const char *lib;         /* behind -l */
	struct link_found *out;
};

static bool is_dangling(struct link *l, const char *path)
{
	struct os_stat st;

	return source_stat(l->source, path, false, &st) == 0 && st.type == OS_SYMLINK;
}

/* The ELF header that decides for what machine a file is: of an archive its first member's. Of a member
 * that lies elsewhere none is known. */
static bool machine_of(struct link *l, struct store_file *f, const struct elf **out)
{
	struct ar ar;
	struct ar_member m;
	struct elf *e;
	uint64_t at;

	*out = NULL;
	if (f->kind == FILE_ELF) {
		*out = &f->elf;
		return true;
	}
	if (!ar_open(f->bytes, &ar))
		return false;
	at = ar.first;
	if (!ar_next(&ar, &at, &m) || m.outside)
		return false;
	e = ARENA_NEW(l->a, struct elf);
	if (!elf_open(ar_bytes(&ar, &m), m.size, e))
		return false;
	*ARENA_PUSH(l->a, &l->opened) = e;
	*out = e;
	return e->defect != ELF_NOT_ELF && e->defect != ELF_TOO_SHORT;
}

static void say_skipped(struct search *s, const char *path, const struct elf *e)
{
	struct link *l = s->l;
	struct link_trouble *t = link_trouble(l, LT_SKIPPED, false);

	t->path = path;
	t->e = e;
	if (l->kind == LINKER_BFD)
		link_line_of(l, t, true, LD_BFD_SKIP, l->self, path, s->lib);
	else if (l->kind == LINKER_GOLD)
		link_line_of(l, t, true, LD_GOLD_SKIP, l->self, path, s->lib);
	else
		link_line_of(l, t, true, LD_MOLD_SKIP, path,
			     e != NULL ? link_mold_machine(e->machine, e->is64, e->big_endian) : "unknown");
}

/* gold is built for a family of machines; a file of another one ends it. */
static bool gold_knows(const struct link *l, const struct elf *e)
{
	bool x86 = l->machine == EM_X86_64 || l->machine == EM_386;

	return e == NULL || e->machine == l->machine || link_gold_has_no_order(l, e) ||
	       (x86 && (e->machine == EM_386 || e->machine == EM_X86_64));
}

static enum verdict does_not_fit(struct search *s, const char *path, const struct elf *e)
{
	struct link *l = s->l;

	link_saw(l, path, s->lib, SEEN_OTHER_ARCH, e);
	if (l->kind == LINKER_LLD || (l->kind == LINKER_GOLD && !gold_knows(l, e)))
		return TAKE;
	if (l->kind == LINKER_MOLD && e != NULL && *link_mold_machine(e->machine, e->is64, e->big_endian) == '\0')
		return TAKE;
	say_skipped(s, path, e);
	return GO_ON;
}

static enum verdict not_opened(struct search *s, const char *path, int err)
{
	struct link *l = s->l;

	if (err == ENOENT && is_dangling(l, path)) {
		link_saw(l, path, s->lib, SEEN_DANGLING, NULL);
		return l->kind == LINKER_GOLD ? TAKE : GO_ON;
	}
	link_saw(l, path, s->lib, err == ENOENT || err == ENOTDIR ? SEEN_ABSENT : SEEN_UNREADABLE, NULL);
	return GO_ON;
}

static enum verdict look(struct search *s, const char *path)
{
	struct link *l = s->l;
	const struct store_entry *en = link_open(l, path);
	const struct elf *e;

	if (l->search_behind != NULL) {
		if (strcmp(l->search_behind, path) == 0)
			l->search_behind = NULL;
		return GO_ON;
	}
	s->out->path = s->out->shown = path;
	s->out->entry = en;
	if (en == NULL || en->err != 0)
		return not_opened(s, path, en != NULL ? en->err : ENOMEM);
	if (en->file->st.type == OS_DIRECTORY) {
		link_saw(l, path, s->lib, SEEN_FOLDER, NULL);
		return l->kind == LINKER_BFD ? GO_ON : TAKE;
	}
	/* gold judges an archive by the member that it wants first: link_archive.c */
	if ((l->kind != LINKER_GOLD || en->file->kind == FILE_ELF) && machine_of(l, en->file, &e) &&
	    !link_machine_fits(l, e) && !(l->kind == LINKER_BFD && link_is_cut(e)))
		return does_not_fit(s, path, e);
	if ((l->kind == LINKER_BFD || l->kind == LINKER_GOLD) && en->file->kind != FILE_ELF &&
	    link_script_mismatch(l, en->file->bytes))
		return does_not_fit(s, path, NULL);
	link_saw(l, path, s->lib, SEEN_TAKEN, NULL);
	return TAKE;
}

static const char *in_folder(struct link *l, const char *dir, const char *name)
{
	size_t n = strlen(dir);

	return arena_printf(l->a, "%s%s%s", dir, n > 0 && dir[n - 1] == '/' ? "" : "/", name);
}

/* ---- Windows ------------------------------------------------------------------------------------ */

/* The machine that COFF files say they are for: of an archive its first member's, of a DLL its own. */
static bool coff_machine(const struct store_file *f, uint16_t *out)
{
	struct view v = f->bytes, head;
	struct ar_member m;
	struct ar ar;

	if (ar_open(v, &ar)) {
		uint64_t at = ar.first;

		if (!ar_next(&ar, &at, &m))
			return false;
		v = ar_bytes(&ar, &m);
		if (view_has(v, 0, 8) && load16(v.p, false) == 0 && load16(v.p + 2, false) == 0xffff)
			*out = load16(v.p + 6, false); /* an import as Microsoft writes it */
		else if (view_has(v, 0, 2))
			*out = load16(v.p, false);
		return view_has(v, 0, 8);
	}
	if (f->kind != FILE_PE || !view_has(v, 0x3c, 4) ||
	    !view_sub(v, (uint64_t)load32(v.p + 0x3c, false) + 4, 2, &head))
		return false;
	*out = load16(head.p, false);
	return true;
}

static enum verdict look_pe(struct search *s, const char *path)
{
	struct link *l = s->l;
	const struct store_entry *en = link_open(l, path);
	uint16_t want = strcmp(l->line->emulation, "i386pe") == 0 ? 0x014c : 0x8664, is = want;

	s->out->path = s->out->shown = path;
	s->out->entry = en;
	if (en == NULL || en->err != 0 || en->file->st.type != OS_REGULAR) {
		link_saw(l, path, s->lib, SEEN_ABSENT, NULL);
		return GO_ON;
	}
	if (coff_machine(en->file, &is) && is != want) {
		link_saw(l, path, s->lib, SEEN_OTHER_ARCH, NULL);
		say_skipped(s, path, NULL);
		return GO_ON;
	}
	link_saw(l, path, s->lib, SEEN_TAKEN, NULL);
	return TAKE;
}

/* See emultempl/pe.em: import libraries, archives, then DLLs themselves. */
static enum verdict look_in_pe(struct search *s, const char *dir)
{
	static const char *const names[] = { "lib%s.dll.a", "%s.dll.a", "lib%s.a", "%s.lib", "lib%s.lib",
					     "lib%s.dll", "%s.dll" };
	static const char *const alone[] = { "lib%s.a", "%s.lib" };
	const char *const *v = s->op->is_static ? alone : names;
	size_t n = s->op->is_static ? 2 : sizeof(names) / sizeof(*names);

	for (size_t i = 0; i < n; i++) {
		const char *hole = strstr(v[i], "%s");
		const char *name = arena_printf(s->l->a, "%.*s%s%s", (int)(hole - v[i]), v[i], s->lib,
						hole + 2);

		if (look_pe(s, in_folder(s->l, dir, name)) == TAKE)
			return TAKE;
	}
	return GO_ON;
}

/* ---- the search -------------------------------------------------------------------------------------- */

static enum verdict look_in(struct search *s, const char *dir)
{
	struct link *l = s->l;
	enum verdict v;

	if (s->l->plan->machine != NULL && s->lib[0] != ':')
		return look_in_pe(s, dir);
	if (s->lib[0] == ':')
		return look(s, in_folder(l, dir, s->lib + 1));
	if (!s->op->is_static) {
		v = look(s, in_folder(l, dir, arena_printf(l->a, "lib%s.so", s->lib)));
		if (v != GO_ON)
			return v;
	}
	return look(s, in_folder(l, dir, arena_printf(l->a, "lib%s.a", s->lib)));
}

/* GNU ld searches once more, for an archive without "lib" before its name (binutils bug 25747). */
static void search_again(struct search *s)
{
	struct link *l = s->l;

	for (size_t i = 0; i < l->line->dirs.n; i++) {
		const char *dir = l->line->dirs.items[i].path, *path;
		const struct store_entry *en;
		const struct elf *e;
		struct link_trouble *t;

		if (!s->op->is_static) {
			path = in_folder(l, dir, arena_printf(l->a, "lib%s.so", s->lib));
			en = link_open(l, path);
			if (en != NULL && en->err == 0 && machine_of(l, en->file, &e) &&
			    !link_machine_fits(l, e))
				say_skipped(s, path, e);
		}
		path = in_folder(l, dir, arena_printf(l->a, "%s.a", s->lib));
		en = link_open(l, path);
		if (en == NULL || en->err != 0 || en->file->st.type != OS_REGULAR)
			continue;
		t = link_trouble(l, LT_HINT, false);
		t->path = path;
		link_line_of(l, t, true, LD_BFD_NAME_HINT, l->self, path, s->lib, s->lib);
		return;
	}
}

static void say_missing(struct search *s, const char *script)
{
	struct link *l = s->l;
	struct link_missing *m = ARENA_NEW(l->a, struct link_missing);
	struct link_trouble *t = link_trouble(l, LT_NO_LIB, true);

	m->lib = s->lib;
	m->name = arena_printf(l->a, "-l%s", s->lib);
	m->script = script;
	m->op = *s->op;
	m->search = l->searches;
	t->missing = m;
	*ARENA_PUSH(l->a, &l->missing) = m;
	l->missing_file = true;
	switch (l->kind) {
	case LINKER_GOLD:
		if (s->lib[0] == ':')
			link_line_of(l, t, true, LD_GOLD_NO_LIB_FILE, l->self, s->lib + 1);
		else
			link_line_of(l, t, true, LD_GOLD_NO_LIB, l->self, s->lib);
		break;
	case LINKER_LLD:
		link_line_of(l, t, true, LD_LLD_NO_LIB, l->self, s->lib);
		break;
	case LINKER_MOLD:
		link_line_of(l, t, true, LD_MOLD_NO_LIB, s->lib);
		l->stop = true;
		break;
	default:
		link_line_of(l, t, true, LD_BFD_NO_LIB, l->self, s->lib);
		if (s->lib[0] != ':')
			search_again(s);
		break;
	}
}

bool link_find_lib(struct link *l, const struct link_op *op, const char *script, struct link_found *out)
{
	struct search s = { l, op, op->name, out };

	l->searches++;
	for (size_t i = 0; i < l->line->dirs.n; i++) {
		enum verdict v = look_in(&s, l->line->dirs.items[i].path);

		if (v == TAKE)
			return true;
	}
	say_missing(&s, script);
	return false;
}
