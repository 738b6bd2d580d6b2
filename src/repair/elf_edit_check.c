/* elf_edit_check.c - the patched file, read again as a loader maps it, against the old one and the model.
 *
 * The file may have a gigabyte, of which loaders look at little before they run it: headers, dynamic
 * section, strings, symbols, version records. Those are copied into an image of the new file, whose
 * other pages nobody touches; the patches go over them. What the image lacks is proved otherwise: no
 * patch falls on a byte of the old file outside the tables that an edit may change, and every old
 * segment is there as it was.
 */
#include <stdlib.h>

#include "repair/elf_edit_priv.h"

#define NOTE_MAX (1U << 20) /* bytes */

struct check {
	struct edit *ed;
	const struct elf *old, *e; /* e: the new file */
	unsigned char *image;
	uint64_t n;
	struct view strings; /* a string table that has moved; it is read where the patch has it */
	const char *fault;
};

static bool same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : a == b || strcmp(a, b) == 0;
}

static void fail(struct check *c, bool bad, const char *what)
{
	if (bad && c->fault == NULL)
		c->fault = what;
}

/* Notes that are looked at: larger ones are not moved either. */
static bool is_note(const struct elf_phdr *h)
{
	return (h->type == PT_NOTE || h->type == PT_GNU_PROPERTY) && h->filesz <= NOTE_MAX;
}

/* ---- the image ------------------------------------------------------------------------------- */

static void copy(struct check *c, uint64_t off, uint64_t n)
{
	struct view file = c->old->file;

	if (off >= file.n)
		return;
	if (n > file.n - off)
		n = file.n - off;
	if (off < c->n && n <= c->n - off)
		memcpy(c->image + off, file.p + off, (size_t)n);
}

static void copy_table(struct check *c, const struct elf_table *t, uint64_t n)
{
	if (t->p != NULL)
		copy(c, edit_offset(c->old, t->p), n * t->entry);
}

static bool copy_record(void *ctx, const struct edit_record *r)
{
	copy(ctx, r->offset, r->size);
	return false;
}

static bool strings_move(const struct edit *ed)
{
	return ed->strtab.done && ed->strtab.offset != ed->strtab.old_offset;
}

static void fill_image(struct check *c)
{
	const struct elf *e = c->old;
	uint64_t n = edit_symbol_count(e);

	copy(c, 0, sizeof(Elf64_Ehdr));
	copy(c, e->phoff, e->phnum * edit_phdr_size(e));
	copy(c, c->ed->dyn_offset, c->ed->dyn_slots * edit_dyn_size(e));
	if (!strings_move(c->ed))
		copy(c, c->ed->strings_offset, c->ed->strings.n);
	copy(c, e->interp_ph.offset, e->interp_ph.filesz);
	copy_table(c, &e->symtab, n);
	for (size_t i = 0; i < e->phnum; i++)
		if (is_note(&e->phdrs[i]))
			copy(c, e->phdrs[i].offset, e->phdrs[i].filesz);
	edit_each_record(e, copy_record, c);
	for (size_t i = 0; i < c->ed->patches.n; i++) {
		const struct patch *p = &c->ed->patches.items[i];

		if (strings_move(c->ed) && p->offset == c->ed->strtab.offset)
			c->strings = p->bytes;
		else
			memcpy(c->image + p->offset, p->bytes.p, p->bytes.n);
	}
}

/* ---- where patches fall ---------------------------------------------------------------------- */

static bool inside(const struct patch *p, uint64_t off, uint64_t n)
{
	return p->offset >= off && p->offset - off <= n && p->bytes.n <= n - (p->offset - off);
}

static bool in_rewrite(const struct edit *ed, const struct patch *p)
{
	for (size_t i = 0; i < ed->rewrites.n; i++)
		if (inside(p, ed->strings_offset + ed->rewrites.items[i].from,
			   ed->rewrites.items[i].to - ed->rewrites.items[i].from))
			return true;
	return false;
}

static bool in_files(const struct edit *ed, const struct patch *p)
{
	for (size_t i = 0; i < ed->files.n; i++)
		if (ed->files.items[i].text != NULL && inside(p, ed->files.items[i].offset, 4))
			return true;
	return false;
}

static bool has_left(const struct edit_move *m, uint64_t at, uint64_t size)
{
	return m->done && m->offset != m->old_offset && at >= m->old_offset && at - m->old_offset < size;
}

/* Does it lie where a table has been that has moved? */
static bool in_left(const struct edit *ed, const struct patch *p)
{
	uint64_t last = p->offset + p->bytes.n - 1;

	for (size_t i = 0; i < ed->front.n; i++)
		if (has_left(&ed->front.items[i], p->offset, ed->front.items[i].size) &&
		    has_left(&ed->front.items[i], last, ed->front.items[i].size))
			return true;
	return has_left(&ed->strtab, p->offset, ed->strings.n) && has_left(&ed->strtab, last, ed->strings.n);
}

static bool in_sections(const struct elf *e, const struct patch *p)
{
	struct elf_object o;

	return elf_object_open(e, &o) &&
	       (inside(p, e->shoff, o.table.n) ||
		(o.symbols.p != NULL && inside(p, edit_offset(e, o.symbols.p), o.symbols.n)));
}

/* Is a patch of bytes of the old file where an edit may have one? */
static bool is_allowed(const struct check *c, const struct patch *p)
{
	const struct elf *e = c->old;
	uint64_t phdrs = c->ed->phdrs.n * edit_phdr_size(e);

	return p->offset >= e->file.n || inside(p, 0, e->is64 ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr)) ||
	       inside(p, e->phoff, phdrs) ||
	       (c->ed->dyn_slots > 0 && inside(p, c->ed->dyn_offset, c->ed->dyn_slots * edit_dyn_size(e))) ||
	       (c->ed->interp != NULL && inside(p, e->interp_ph.offset, e->interp_ph.filesz)) ||
	       in_rewrite(c->ed, p) || in_files(c->ed, p) || in_left(c->ed, p) || in_sections(e, p);
}

/* A table of program headers that grows where it is takes bytes that nobody uses, or whose user has moved. */
static void check_behind_phdrs(struct check *c)
{
	const struct edit *ed = c->ed;
	uint64_t size = edit_phdr_size(c->old), room = edit_room_behind_phdrs(c->old);
	uint64_t from = c->old->phoff + c->old->phnum * size, to = c->old->phoff + ed->phdrs.n * size;

	for (uint64_t at = from; at < to && !ed->table.done; at++) {
		bool is_free = at - from < room || has_left(&ed->strtab, at, ed->strings.n) ||
			       has_left(&ed->interp_place, at, c->old->interp_ph.filesz) ||
			       has_left(&ed->dynamic, at, ed->dyn_slots * edit_dyn_size(c->old));

		for (size_t i = 0; i < ed->front.n; i++)
			is_free = is_free || has_left(&ed->front.items[i], at, ed->front.items[i].size);
		fail(c, at >= c->old->file.n || (!is_free && !edit_is_filler(c->old->file.p[at])),
		     "its program headers would cover another thing");
	}
}

static bool check_patches(struct check *c)
{
	const struct patch *last = NULL;

	check_behind_phdrs(c);

	for (size_t i = 0; i < c->ed->patches.n; i++) {
		const struct patch *p = &c->ed->patches.items[i];

		fail(c, last != NULL && p->offset - last->offset < last->bytes.n,
		     "two of its tables overlap");
		fail(c, p->offset > c->n || p->bytes.n > c->n - p->offset,
		     "a table would end behind the file");
		fail(c, !is_allowed(c, p), "one of its tables lies where another thing is");
		last = p;
	}
	return c->fault == NULL;
}

/* ---- program headers ------------------------------------------------------------------------- */

static bool is_same_phdr(const struct elf_phdr *a, const struct elf_phdr *b)
{
	return a->type == b->type && a->flags == b->flags && a->offset == b->offset && a->vaddr == b->vaddr &&
	       a->filesz == b->filesz && a->memsz == b->memsz && a->align == b->align;
}

/* Does the new file show all that the old segment showed, at its place? */
static bool keeps_load(const struct elf *e, const struct elf_phdr *old)
{
	for (size_t i = 0; i < e->phnum; i++) {
		const struct elf_phdr *h = &e->phdrs[i];

		if (h->type == PT_LOAD && h->vaddr == old->vaddr && h->offset == old->offset &&
		    h->align == old->align && (h->flags & old->flags) == old->flags &&
		    (is_same_phdr(h, old) ||
		     (h->filesz > old->filesz && h->filesz == h->memsz && old->filesz == old->memsz)))
			return true;
	}
	return false;
}

static bool has_same(const struct elf *e, const struct elf_phdr *old)
{
	for (size_t i = 0; i < e->phnum; i++)
		if (is_same_phdr(&e->phdrs[i], old))
			return true;
	return false;
}

/* Headers of which an edit may make others. */
static bool may_change(const struct elf_phdr *h)
{
	uint32_t type = h->type;

	return type == PT_NULL || type == PT_PHDR || type == PT_DYNAMIC || type == PT_INTERP ||
	       type == PT_GNU_STACK || is_note(h);
}

static bool is_mapped(const struct elf *e, uint64_t vaddr, uint64_t offset, uint64_t n)
{
	struct view v;

	return elf_at(e, vaddr, n, &v) == ELF_HERE && edit_offset(e, v.p) == offset;
}

/* A segment of a file that grows: what ld.so and the kernel ask for. */
static void check_load(struct check *c, const struct elf_phdr *h, bool added)
{
	fail(c, h->offset > c->n || h->filesz > c->n - h->offset, "a segment would end behind the file");
	fail(c, added && ((h->vaddr ^ h->offset) & (h->align - 1)) != 0, "a segment would not be aligned");
	fail(c, added && (h->vaddr & ~(h->align - 1)) < c->old->load_end, "two segments would share a page");
}

static void check_loads(struct check *c)
{
	uint64_t last = 0;

	for (size_t i = 0; i < c->e->phnum && c->ed->size != c->old->file.n; i++) {
		const struct elf_phdr *h = &c->e->phdrs[i];

		if (h->type != PT_LOAD)
			continue;
		check_load(c, h, c->ed->phdrs.items[i].added);
		fail(c, h->vaddr < last, "segments would not be in order");
		last = h->vaddr;
	}
	for (size_t i = 0; i < c->old->phnum; i++) {
		const struct elf_phdr *h = &c->old->phdrs[i];

		if (h->type == PT_LOAD)
			fail(c, !keeps_load(c->e, h), "a segment would be lost");
		else if (!may_change(h))
			fail(c, !has_same(c->e, h), "a program header would be lost");
	}
}

/* Does a header of the new file show the same notes? */
static bool has_notes(const struct check *c, const struct elf_phdr *old)
{
	struct view a, b;

	if (!view_sub(c->old->file, old->offset, old->filesz, &a) ||
	    edit_overlap(old->offset, old->filesz, c->old->phoff, c->old->phnum * edit_phdr_size(c->old)))
		return true; /* there were none to lose: other editors have written headers over them */
	for (size_t i = 0; i < c->e->phnum; i++) {
		const struct elf_phdr *h = &c->e->phdrs[i];

		if (h->type == old->type && h->align == old->align && h->filesz == old->filesz &&
		    view_sub(c->e->file, h->offset, h->filesz, &b) &&
		    (a.n == 0 || memcmp(a.p, b.p, a.n) == 0) &&
		    (has_same(c->old, h) || is_mapped(c->e, h->vaddr, h->offset, h->filesz)))
			return true;
	}
	return false;
}

/* What has moved as it was: is it there, and do headers and the dynamic section (checked elsewhere) agree? */
static void check_front(struct check *c)
{
	for (size_t i = 0; i < c->ed->front.n; i++) {
		const struct edit_move *m = &c->ed->front.items[i];

		fail(c, !is_mapped(c->e, m->addr, m->offset, m->size) ||
		     memcmp(c->image + m->offset, c->old->file.p + m->old_offset, (size_t)m->size) != 0,
		     "a table would be lost");
	}
	for (size_t i = 0; i < c->old->phnum; i++)
		if (is_note(&c->old->phdrs[i]))
			fail(c, !has_notes(c, &c->old->phdrs[i]), "a note would be lost");
}

static void check_phdrs(struct check *c)
{
	const struct elf *e = c->e;

	fail(c, e->phnum != c->ed->phdrs.n, "the number of program headers would be wrong");
	if (c->fault != NULL)
		return;
	check_loads(c);
	check_front(c);
	for (size_t i = 0; i < e->phnum && c->fault == NULL; i++) {
		const struct elf_phdr *h = &e->phdrs[i];

		fail(c, !is_same_phdr(h, &c->ed->phdrs.items[i].h), "a program header would be wrong");
		if (h->type == PT_PHDR && !has_same(c->old, h))
			fail(c, h->offset != e->phoff || h->filesz != e->phnum * edit_phdr_size(e) ||
			     !is_mapped(e, h->vaddr, h->offset, h->filesz), "PT_PHDR would be wrong");
	}
	fail(c, c->ed->table.done && !is_mapped(e, c->ed->table.addr, e->phoff, e->phnum * edit_phdr_size(e)),
	     "the program headers would not be mapped");
	fail(c, c->ed->interp != NULL && !same(e->interp, c->ed->interp), "the interpreter would be wrong");
	fail(c, c->ed->interp == NULL && !same(e->interp, c->old->interp), "the interpreter would change");
	fail(c, c->ed->interp_place.done &&
	     !is_mapped(e, e->interp_ph.vaddr, e->interp_ph.offset, e->interp_ph.filesz),
	     "the interpreter's name would not be mapped");
}

/* ---- the dynamic section --------------------------------------------------------------------- */

static bool is_writable(const struct elf *e, uint64_t vaddr)
{
	for (size_t i = 0; i < e->phnum; i++) {
		const struct elf_phdr *h = &e->phdrs[i];

		if (h->type == PT_LOAD && vaddr >= h->vaddr && vaddr - h->vaddr < h->filesz)
			return (h->flags & PF_W) != 0;
	}
	return false;
}

static void check_entry(struct check *c, const unsigned char *p, const struct edit_dyn *d)
{
	uint64_t value = edit_word(c->e, p + edit_word_size(c->e));

	fail(c, edit_word(c->e, p) != d->tag || value != d->value,
	     "an entry of the dynamic section would be wrong");
	if (edit_tag_is_string(d->tag))
		fail(c, !same(elf_str(c->e, value), d->text != NULL ? d->text : elf_str(c->old, d->value)),
		     "a string of the dynamic section would change");
}

static void check_dynamic(struct check *c)
{
	uint64_t size = edit_dyn_size(c->e), n = c->ed->dyn.n;
	struct view v;

	if (c->ed->dyn_slots == 0)
		return;
	if (!c->e->has_dynamic || elf_at(c->e, c->e->dynamic.vaddr, (n + 1) * size, &v) != ELF_HERE) {
		fail(c, true, "the dynamic section would not be mapped");
		return;
	}
	for (uint64_t i = 0; i < n; i++)
		check_entry(c, v.p + i * size, &c->ed->dyn.items[i]);
	fail(c, edit_word(c->e, v.p + n * size) != DT_NULL, "the dynamic section would have no end");
	fail(c, is_writable(c->old, c->old->dynamic.vaddr) && !is_writable(c->e, c->e->dynamic.vaddr),
	     "the dynamic section would not be writable");
	fail(c, c->ed->strtab.done && (c->e->dt[ELF_DT_STRTAB] != c->ed->strtab.addr ||
				       c->e->dt[ELF_DT_STRSZ] != c->ed->strings.n + c->ed->added.n),
	     "the string table would be wrong");
}

/* ---- symbols and versions -------------------------------------------------------------------- */

/* Has the new table the bytes of the old one, as far as that went? Then a name in it is the same name. */
static bool strings_stay(const struct check *c)
{
	return c->ed->rewrites.n == 0 && c->ed->strings.n <= c->e->strtab.n &&
	       memcmp(c->ed->strings.p, c->e->strtab.p, c->ed->strings.n) == 0;
}

static void check_symbols(struct check *c)
{
	uint64_t n = edit_symbol_count(c->old);
	bool stay;

	fail(c, c->e->symtab.n < n, "symbols would be lost");
	if (!c->ed->strtab.done && c->ed->rewrites.n == 0)
		return; /* not a byte of the table is another one */
	stay = strings_stay(c);
	for (uint64_t i = 0; i < n && c->fault == NULL; i++) {
		uint32_t old = load32(c->old->symtab.p + i * c->old->symtab.entry, c->old->swap);
		uint32_t new = load32(c->e->symtab.p + i * c->e->symtab.entry, c->e->swap);

		if (!(stay && old == new && old < c->ed->strings.n))
			fail(c, !same(elf_sym_name(c->old, i), elf_sym_name(c->e, i)),
			     "the name of a symbol would change");
	}
}

struct records {
	struct check *c;
	size_t files;
};

/* Records stay where they are; the names of files are in the model, in this order. */
static bool check_record(void *ctx, const struct edit_record *r)
{
	struct records *rs = ctx;
	struct check *c = rs->c;
	const struct edit_file_name *f;
	const char *old;

	fail(c, !view_has(c->old->file, r->at, 4), "a version record would be another one");
	fail(c, r->kind == EDIT_RECORD_FILE && rs->files >= c->ed->files.n, "a version record would be new");
	if (c->fault != NULL)
		return true;
	old = elf_str(c->old, load32(c->old->file.p + r->at, c->old->swap));
	if (r->kind == EDIT_RECORD_FILE) {
		f = &c->ed->files.items[rs->files++];
		fail(c, r->at != f->offset ||
		     !same(elf_str(c->e, r->string), f->text != NULL ? f->text : old),
		     "the file of a version would change");
	} else if (r->kind == EDIT_RECORD_VERSION) {
		fail(c, !same(elf_str(c->e, r->string), old), "the name of a version would change");
	}
	return c->fault != NULL;
}

static void check_records(struct check *c)
{
	struct records r = { c, 0 };

	edit_each_record(c->e, check_record, &r);
	fail(c, r.files != c->ed->files.n, "a version record would be lost");
}

static void compare(struct check *c, struct elf *e)
{
	c->e = e;
	fail(c, e->defect != ELF_OK, "its header would be damaged");
	fail(c, e->type != c->old->type || e->machine != c->old->machine || e->entry != c->old->entry ||
	     e->shoff != c->old->shoff || e->flags != c->old->flags, "its header would change");
	if (c->fault == NULL)
		check_phdrs(c);
	if (c->strings.p != NULL) {
		fail(c, !is_mapped(e, e->dt[ELF_DT_STRTAB], c->ed->strtab.offset, c->strings.n),
		     "the string table would not be mapped");
		e->strtab = c->strings;
	}
	if (c->fault == NULL)
		check_dynamic(c);
	if (c->fault == NULL)
		check_symbols(c);
	if (c->fault == NULL)
		check_records(c);
}

void edit_check(struct edit *ed)
{
	struct check c = { .ed = ed, .old = ed->old, .n = ed->size };
	struct elf e = { .owned = NULL };

	if (check_patches(&c)) {
		c.image = calloc(1, (size_t)ed->size);
		if (c.image != NULL)
			fill_image(&c);
		if (c.image != NULL && elf_open((struct view){ c.image, (size_t)ed->size }, ed->size, &e))
			compare(&c, &e);
		else
			fail(&c, true, "there is not enough memory to look at it");
		elf_close(&e);
		free(c.image);
	}
	if (c.fault != NULL)
		edit_refuse(ed, "it cannot be edited soundly: %s", c.fault);
}
