/* elf_edit.c - the edits themselves, on a model of the dynamic section and the program headers.
 *
 * Nothing has a place yet here: an entry of the model holds the text that it is to name. Where strings
 * and tables go is decided once, when all edits are done.
 */
#include "repair/elf_edit_priv.h"

#include <stdlib.h>

#define TEXT_MAX 65536   /* bytes of a new text: a search path longer than that helps nobody */
#define INTERP_MAX 4095  /* what execve takes, without the NUL */
#define PHDRS_MAX 1024   /* program headers; real files have a dozen. The check compares each with each */
#define ENTRIES_MAX 65536 /* of the dynamic section, and files in the version needs */

/* ---- reading the file into the model --------------------------------------------------------- */

static void read_phdrs(struct edit *ed)
{
	const struct elf *e = ed->old;
	uint64_t size = edit_phdr_size(e);

	for (size_t i = 0; i < e->phnum; i++) {
		const unsigned char *p = e->file.p + e->phoff + i * size;
		struct edit_phdr *ph = ARENA_PUSH(ed->a, &ed->phdrs);

		ph->h = e->phdrs[i];
		ph->paddr = edit_word(e, p + (e->is64 ? 24 : 12));
	}
}

/* Entries that have room in place: those up to DT_NULL, it, and what follows and is zero, to the end of
 * PT_DYNAMIC. */
static uint64_t count_slots(const struct edit *ed, struct view v)
{
	uint64_t size = edit_dyn_size(ed->old), n = ed->dyn.n + 1;
	uint64_t end = ed->old->dynamic.filesz < v.n ? ed->old->dynamic.filesz : v.n;

	for (; (n + 1) * size <= end; n++)
		for (uint64_t i = n * size; i < (n + 1) * size; i++)
			if (v.p[i] != 0)
				return n;
	return n;
}

static void read_dynamic(struct edit *ed)
{
	const struct elf *e = ed->old;
	uint64_t size = edit_dyn_size(e);
	struct view v;

	if (!e->has_dynamic || elf_at(e, e->dynamic.vaddr, size, &v) != ELF_HERE)
		return;
	ed->dyn_offset = edit_offset(e, v.p);
	for (uint64_t i = 0; (i + 1) * size <= v.n; i++) {
		const unsigned char *p = v.p + i * size;
		uint64_t tag = edit_word(e, p);

		if (tag == DT_NULL) {
			ed->dyn_slots = count_slots(ed, v);
			return;
		}
		if (i == ENTRIES_MAX)
			return; /* dyn_slots 0: it has no end */
		*ARENA_PUSH(ed->a, &ed->dyn) = (struct edit_dyn){
			.tag = tag, .value = edit_word(e, p + edit_word_size(e)),
			.at = e->dynamic.vaddr + i * size };
	}
}

static void read_strings(struct edit *ed)
{
	const struct elf *e = ed->old;
	uint64_t n = e->dt[ELF_DT_STRSZ];
	struct view v;

	if (n == 0 || elf_at(e, e->dt[ELF_DT_STRTAB], n, &v) != ELF_HERE || v.p[n - 1] != 0)
		return;
	ed->strings = (struct view){ v.p, (size_t)n };
	ed->strings_offset = edit_offset(e, v.p);
}

static bool read_record(void *ctx, const struct edit_record *r)
{
	struct edit *ed = ctx;

	if (ed->files.n == ENTRIES_MAX)
		edit_refuse(ed, "its version needs have no end");
	if (r->kind == EDIT_RECORD_FILE && ed->refused == NULL)
		*ARENA_PUSH(ed->a, &ed->files) = (struct edit_file_name){ r->at, r->string, NULL };
	return ed->refused != NULL;
}

/* Is there anything to edit in it at all? */
static bool is_editable(struct edit *ed)
{
	const struct elf *e = ed->old;

	if (e->defect == ELF_TOO_SHORT || e->defect == ELF_NOT_ELF)
		edit_refuse(ed, "it is not an ELF file");
	else if (e->defect != ELF_OK)
		edit_refuse(ed, "its ELF header is damaged");
	else if (e->type != ET_DYN && e->type != ET_EXEC)
		edit_refuse(ed, "it is neither a library nor a program");
	else if (e->phnum > PHDRS_MAX)
		edit_refuse(ed, "it has more than %d program headers", PHDRS_MAX);
	else if (e->empty_dynamic)
		edit_refuse(ed, "it holds only debugging information of another file");
	else if (e->file_end > e->file.n)
		edit_refuse(ed, "the file is cut short: its segments end behind its end");
	return ed->refused == NULL;
}

/* Is there a dynamic section that can be changed? */
static bool needs_dynamic(struct edit *ed)
{
	if (!ed->old->has_dynamic)
		edit_refuse(ed, "it is linked statically: it has no dynamic section");
	else if (ed->dyn_slots == 0)
		edit_refuse(ed, "its dynamic section has no end, or does not lie in the file");
	else if (ed->strings.n == 0)
		edit_refuse(ed, "its string table (DT_STRTAB, DT_STRSZ) is damaged");
	return ed->refused == NULL;
}

/* ---- entries of the dynamic section ---------------------------------------------------------- */

static const char *string_of(const struct edit *ed, uint64_t value, const char *text)
{
	return text != NULL ? text : elf_str(ed->old, value);
}

static const char *dyn_string(const struct edit *ed, const struct edit_dyn *d)
{
	return string_of(ed, d->value, d->text);
}

static bool names(const struct edit *ed, const struct edit_dyn *d, uint64_t tag, const char *text)
{
	const char *s = d->tag == tag ? dyn_string(ed, d) : NULL;

	return s != NULL && strcmp(s, text) == 0;
}

/* Its old string is free if nobody else turns out to need it. */
static void free_string(struct edit *ed, uint64_t value, const char *text)
{
	if (text == NULL)
		*ARENA_PUSH(ed->a, &ed->freed) = value;
}

/* Goes at the next compact(): DT_NULL is no entry of the model. */
static void dyn_drop(struct edit *ed, struct edit_dyn *d)
{
	if (edit_tag_is_string(d->tag))
		free_string(ed, d->value, d->text);
	d->tag = DT_NULL;
	ed->dyn_changed = true;
}

static void compact(struct edit *ed)
{
	size_t n = 0;

	for (size_t i = 0; i < ed->dyn.n; i++)
		if (ed->dyn.items[i].tag != DT_NULL)
			ed->dyn.items[n++] = ed->dyn.items[i];
	ed->dyn.n = n;
}

static void dyn_insert(struct edit *ed, size_t i, uint64_t tag, const char *text)
{
	(void)ARENA_PUSH(ed->a, &ed->dyn);
	memmove(&ed->dyn.items[i + 1], &ed->dyn.items[i], (ed->dyn.n - i - 1) * sizeof(ed->dyn.items[0]));
	ed->dyn.items[i] = (struct edit_dyn){ .tag = tag, .text = text };
	ed->dyn_changed = true;
}

static void dyn_set(struct edit *ed, struct edit_dyn *d, uint64_t tag, const char *text)
{
	if (names(ed, d, tag, text))
		return;
	ed->dyn_changed = true;
	d->tag = tag;
	if (names(ed, d, tag, text))
		return;
	free_string(ed, d->value, d->text);
	d->text = text;
}

/* The first entry of either tag becomes the only one of both, or one is put behind all others. */
static void set_only(struct edit *ed, uint64_t tag, uint64_t other, const char *text)
{
	bool there = false;

	for (size_t i = 0; i < ed->dyn.n; i++) {
		struct edit_dyn *d = &ed->dyn.items[i];

		if (d->tag != tag && d->tag != other)
			continue;
		if (there)
			dyn_drop(ed, d);
		else
			dyn_set(ed, d, tag, text);
		there = true;
	}
	compact(ed);
	if (!there)
		dyn_insert(ed, ed->dyn.n, tag, text);
}

static void remove_tags(struct edit *ed, uint64_t tag, uint64_t other)
{
	for (size_t i = 0; i < ed->dyn.n; i++)
		if (ed->dyn.items[i].tag == tag || ed->dyn.items[i].tag == other)
			dyn_drop(ed, &ed->dyn.items[i]);
	compact(ed);
}

static bool has_need(const struct edit *ed, const char *name)
{
	for (size_t i = 0; i < ed->dyn.n; i++)
		if (names(ed, &ed->dyn.items[i], DT_NEEDED, name))
			return true;
	return false;
}

static void add_need(struct edit *ed, const char *name)
{
	size_t first = 0;

	if (has_need(ed, name))
		return;
	while (first < ed->dyn.n && ed->dyn.items[first].tag != DT_NEEDED)
		first++;
	dyn_insert(ed, first < ed->dyn.n ? first : 0, DT_NEEDED, name);
}

static bool is_file(const struct edit *ed, const struct edit_file_name *f, const char *name)
{
	const char *s = string_of(ed, f->value, f->text);

	return s != NULL && strcmp(s, name) == 0;
}

static void remove_need(struct edit *ed, const char *name)
{
	for (size_t i = 0; i < ed->files.n; i++) {
		if (!is_file(ed, &ed->files.items[i], name))
			continue;
		edit_refuse(ed, "it wants symbol versions of %s: a loader stops at a file that wants "
			    "versions of a library that it does not need", name);
		return;
	}
	for (size_t i = 0; i < ed->dyn.n; i++)
		if (names(ed, &ed->dyn.items[i], DT_NEEDED, name))
			dyn_drop(ed, &ed->dyn.items[i]);
	compact(ed);
}

static void replace_files(struct edit *ed, const char *name, const char *value)
{
	for (size_t i = 0; i < ed->files.n; i++) {
		struct edit_file_name *f = &ed->files.items[i];

		if (!is_file(ed, f, name))
			continue;
		free_string(ed, f->value, f->text);
		f->text = value;
	}
}

/* Where the other name is needed already, one of the two goes. */
static void replace_need(struct edit *ed, const char *name, const char *value)
{
	bool there = has_need(ed, value);

	if (strcmp(name, value) == 0)
		return;
	if (!has_need(ed, name)) {
		if (!there)
			edit_refuse(ed, "it does not need %s", name);
		return;
	}
	for (size_t i = 0; i < ed->dyn.n; i++) {
		struct edit_dyn *d = &ed->dyn.items[i];

		if (!names(ed, d, DT_NEEDED, name))
			continue;
		if (there)
			dyn_drop(ed, d);
		else
			dyn_set(ed, d, DT_NEEDED, value);
	}
	compact(ed);
	replace_files(ed, name, value);
}

/* ---- program headers ------------------------------------------------------------------------- */

static void set_interp(struct edit *ed, const char *value)
{
	const struct elf *e = ed->old;
	size_t n = strlen(value);

	if (!e->has_interp)
		edit_refuse(ed, "it names no interpreter: it is a library, or linked statically");
	else if (n == 0 || n > INTERP_MAX)
		edit_refuse(ed, "no system starts a program whose interpreter's name is %s",
			    n == 0 ? "empty" : "longer than 4095 bytes");
	else if (!view_has(e->file, e->interp_ph.offset, e->interp_ph.filesz))
		edit_refuse(ed, "the name of its interpreter does not lie in the file");
	else
		ed->interp = value;
}

/* A file without the mark has what its processor's ABI says, so that either wish needs one. */
static void set_stack(struct edit *ed, bool executable)
{
	bool found = false;

	for (size_t i = 0; i < ed->phdrs.n; i++) {
		struct elf_phdr *h = &ed->phdrs.items[i].h;

		if (h->type != PT_GNU_STACK)
			continue;
		h->flags = executable ? h->flags | PF_X : h->flags & ~(uint32_t)PF_X;
		found = true;
	}
	if (found)
		return;
	ed->stack_added = true;
	*ARENA_PUSH(ed->a, &ed->phdrs) = (struct edit_phdr){
		.h = { .type = PT_GNU_STACK, .flags = PF_R | PF_W | (executable ? PF_X : 0), .align = 16 },
		.added = true };
}

/* ---- one edit, all edits --------------------------------------------------------------------- */

static bool wants_value(enum elf_edit_kind k)
{
	return k != ELF_REMOVE_PATHS && k != ELF_REMOVE_NEEDED && k != ELF_REMOVE_SONAME &&
	       k != ELF_CLEAR_EXEC_STACK && k != ELF_SET_EXEC_STACK;
}

static bool is_path(enum elf_edit_kind k)
{
	return k == ELF_SET_RUNPATH || k == ELF_SET_RPATH;
}

/* Texts that can be written at all. */
static bool is_sane(struct edit *ed, const struct elf_edit *x)
{
	if ((wants_value(x->kind) && x->value == NULL) ||
	    ((x->kind == ELF_REMOVE_NEEDED || x->kind == ELF_REPLACE_NEEDED) && x->name == NULL))
		edit_refuse(ed, "the edit has no text");
	else if (wants_value(x->kind) && strlen(x->value) > TEXT_MAX)
		edit_refuse(ed, "the new text is longer than %d bytes", TEXT_MAX);
	else if (wants_value(x->kind) && !is_path(x->kind) && x->value[0] == '\0')
		edit_refuse(ed, "the new name is empty");
	return ed->refused == NULL;
}

static void do_dynamic(struct edit *ed, const struct elf_edit *x)
{
	if (!needs_dynamic(ed))
		return;
	switch (x->kind) {
	case ELF_SET_RUNPATH:
		set_only(ed, DT_RUNPATH, DT_RPATH, x->value);
		break;
	case ELF_SET_RPATH:
		set_only(ed, DT_RPATH, DT_RUNPATH, x->value);
		break;
	case ELF_REMOVE_PATHS:
		remove_tags(ed, DT_RPATH, DT_RUNPATH);
		break;
	case ELF_ADD_NEEDED:
		add_need(ed, x->value);
		break;
	case ELF_REMOVE_NEEDED:
		remove_need(ed, x->name);
		break;
	case ELF_REPLACE_NEEDED:
		replace_need(ed, x->name, x->value);
		break;
	case ELF_SET_SONAME:
		set_only(ed, DT_SONAME, DT_SONAME, x->value);
		break;
	case ELF_REMOVE_SONAME:
		remove_tags(ed, DT_SONAME, DT_SONAME);
		break;
	default:
		edit_refuse(ed, "the edit is of no known kind");
		break;
	}
}

static void do_edit(struct edit *ed, const struct elf_edit *x)
{
	if (!is_sane(ed, x))
		return;
	if (x->kind == ELF_SET_INTERPRETER)
		set_interp(ed, x->value);
	else if (x->kind == ELF_CLEAR_EXEC_STACK || x->kind == ELF_SET_EXEC_STACK)
		set_stack(ed, x->kind == ELF_SET_EXEC_STACK);
	else
		do_dynamic(ed, x);
}

/* ---- patches --------------------------------------------------------------------------------- */

static int by_offset(const void *a, const void *b)
{
	const struct patch *x = a, *y = b;

	return (x->offset > y->offset) - (x->offset < y->offset);
}

/* Drops those that say what the file says, and sorts the others. */
static void tidy_patches(struct edit *ed)
{
	struct view file = ed->old->file;
	size_t n = 0;

	for (size_t i = 0; i < ed->patches.n; i++) {
		struct patch p = ed->patches.items[i];

		if (p.bytes.n > 0 && !(view_has(file, p.offset, p.bytes.n) &&
				       memcmp(file.p + p.offset, p.bytes.p, p.bytes.n) == 0))
			ed->patches.items[n++] = p;
	}
	ed->patches.n = n;
	if (n > 0)
		qsort(ed->patches.items, n, sizeof(ed->patches.items[0]), by_offset);
}

struct job {
	const struct elf_edit *edits;
	size_t n;
	struct edit ed;
};

static void run(void *ctx)
{
	struct job *j = ctx;
	struct edit *ed = &j->ed;

	if (!is_editable(ed))
		return;
	read_phdrs(ed);
	read_dynamic(ed);
	read_strings(ed);
	edit_each_record(ed->old, read_record, ed);
	for (size_t i = 0; i < j->n && ed->refused == NULL; i++)
		do_edit(ed, &j->edits[i]);
	if (ed->refused == NULL)
		edit_place_strings(ed);
	if (ed->refused == NULL)
		edit_lay_out(ed);
	tidy_patches(ed);
	if (ed->refused == NULL && ed->patches.n > 0)
		edit_check(ed);
}

void elf_edit(struct view file, const struct elf_edit *edits, size_t n, struct arena *a,
	      struct elf_edited *out)
{
	struct elf e = { .owned = NULL };
	struct job j = { edits, n, { .a = a, .old = &e, .size = file.n } };

	*out = (struct elf_edited){ .size = file.n, .refused = "there is not enough memory" };
	if (elf_open(file, file.n, &e) && arena_run(a, run, &j) == ARENA_OK) {
		out->refused = j.ed.refused;
		if (out->refused == NULL) {
			out->patches = j.ed.patches.items;
			out->npatches = j.ed.patches.n;
			out->size = j.ed.size;
			out->changed = out->npatches > 0;
		}
	}
	elf_close(&e);
}
