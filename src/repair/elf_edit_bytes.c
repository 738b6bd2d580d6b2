/* elf_edit_bytes.c - what all steps of an edit need: numbers, patches, refusals, version records. */
#include "repair/elf_edit_priv.h"

void edit_store16(const struct elf *e, unsigned char *p, uint16_t x)
{
	x = e->swap ? __builtin_bswap16(x) : x;
	memcpy(p, &x, sizeof(x));
}

void edit_store32(const struct elf *e, unsigned char *p, uint32_t x)
{
	x = e->swap ? __builtin_bswap32(x) : x;
	memcpy(p, &x, sizeof(x));
}

void edit_store_word(const struct elf *e, unsigned char *p, uint64_t x)
{
	if (!e->is64) {
		edit_store32(e, p, (uint32_t)x);
		return;
	}
	x = e->swap ? __builtin_bswap64(x) : x;
	memcpy(p, &x, sizeof(x));
}

bool edit_tag_is_string(uint64_t tag)
{
	switch (tag) {
	case DT_NEEDED:
	case DT_SONAME:
	case DT_RPATH:
	case DT_RUNPATH:
	case DT_AUXILIARY:
	case DT_FILTER:
	case DT_CONFIG:
	case DT_DEPAUDIT:
	case DT_AUDIT:
		return true;
	default:
		return false;
	}
}

/* Tags of the gABI up to DT_RELRENT, and GNU's ranges of numbers and of addresses, are known not to. */
bool edit_tag_may_be_string(uint64_t tag)
{
	bool known = tag <= DT_RELRENT || (tag >= DT_VALRNGLO && tag <= DT_VERNEEDNUM);

	return edit_tag_is_string(tag) || !known;
}

void edit_refuse(struct edit *ed, const char *fmt, ...)
{
	va_list ap;

	if (ed->refused != NULL)
		return;
	va_start(ap, fmt);
	ed->refused = arena_vprintf(ed->a, fmt, ap);
	va_end(ap);
}

unsigned char *edit_patch(struct edit *ed, uint64_t offset, uint64_t n)
{
	unsigned char *p = arena_alloc(ed->a, (size_t)n);

	*ARENA_PUSH(ed->a, &ed->patches) = (struct patch){ offset, { p, (size_t)n } };
	return p;
}

/* ---- version records ------------------------------------------------------------------------- */

struct walk {
	const struct elf *e;
	bool (*fn)(void *ctx, const struct edit_record *);
	void *ctx;
	uint64_t budget; /* records that may still be read: links may lead forwards by a single byte */
};

/* A sort of records, with the offsets of its fields. */
struct sort {
	enum edit_record_kind kind;
	uint32_t size, name, aux, next; /* aux 0: it has none */
	const struct sort *sub;         /* what aux leads to */
};

static const struct sort vernaux = { EDIT_RECORD_VERSION, sizeof(Elf64_Vernaux), 8, 0, 12, NULL };
static const struct sort verneed = { EDIT_RECORD_FILE, sizeof(Elf64_Verneed), 4, 8, 12, &vernaux };
static const struct sort verdaux = { EDIT_RECORD_VERSION, sizeof(Elf64_Verdaux), 0, 0, 4, NULL };
static const struct sort verdef = { EDIT_RECORD_NAMELESS, sizeof(Elf64_Verdef), 0, 12, 16, &verdaux };

static const unsigned char *record_at(struct walk *w, uint64_t vaddr, uint64_t size)
{
	struct view v;

	if (w->budget == 0 || elf_at(w->e, vaddr, size, &v) != ELF_HERE)
		return NULL;
	w->budget--;
	return v.p;
}

static bool tell(struct walk *w, const unsigned char *p, const struct sort *s)
{
	uint64_t offset = edit_offset(w->e, p);
	struct edit_record r = { s->kind, offset, s->size, offset + s->name,
				 load32(p + s->name, w->e->swap) };

	return w->fn(w->ctx, &r);
}

/* True if fn has said so. Records of a list, and behind each those that it leads to: two levels, no more. */
static bool walk(struct walk *w, uint64_t vaddr, const struct sort *s)
{
	for (;;) {
		const unsigned char *p = record_at(w, vaddr, s->size);
		uint32_t link;

		if (p == NULL)
			return false;
		if (tell(w, p, s))
			return true;
		if (s->sub != NULL && walk(w, vaddr + load32(p + s->aux, w->e->swap), s->sub))
			return true;
		link = load32(p + s->next, w->e->swap);
		if (link == 0 || vaddr > UINT64_MAX - link)
			return false;
		vaddr += link;
	}
}

bool edit_each_record(const struct elf *e, bool (*fn)(void *ctx, const struct edit_record *), void *ctx)
{
	struct walk w = { e, fn, ctx, e->file.n / sizeof(Elf64_Verdaux) + 1 };

	if (elf_has(e, ELF_DT_VERNEED) && walk(&w, e->dt[ELF_DT_VERNEED], &verneed))
		return true;
	return elf_has(e, ELF_DT_VERDEF) && walk(&w, e->dt[ELF_DT_VERDEF], &verdef);
}
