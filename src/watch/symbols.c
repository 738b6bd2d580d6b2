/* symbols.c - which function of a file covers an address.
 *
 * .symtab knows all of them, if it was not stripped. Fedora and its kin keep the names of the others in
 * .gnu_debugdata: an ELF file of symbols, compressed with xz. The rest has those that it exports.
 */
#include <elf.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>

#include "watch/target.h"

#define DEBUGDATA_MAX ((size_t)64 << 20)

struct table {
	struct view syms, strs;
	bool is64;
};

static bool decode(const struct table *t, uint64_t i, struct elf_sym *out)
{
	uint64_t entry = t->is64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
	const unsigned char *p;

	if (i >= t->syms.n / entry)
		return false;
	p = t->syms.p + i * entry;
	out->name = load32(p, false);
	out->type = (t->is64 ? p[4] : p[12]) & 0xf;
	out->bind = (uint8_t)((t->is64 ? p[4] : p[12]) >> 4);
	out->shndx = load16(p + (t->is64 ? 6 : 14), false);
	out->value = t->is64 ? load64(p + 8, false) : load32(p + 4, false);
	out->size = t->is64 ? load64(p + 16, false) : load32(p + 8, false);
	return true;
}

static bool is_code(const struct elf_sym *s)
{
	return s->shndx != SHN_UNDEF && s->shndx != SHN_ABS &&
	       (s->type == STT_FUNC || s->type == STT_GNU_IFUNC || s->type == STT_NOTYPE);
}

/* "free" rather than "__libc_free". */
static bool is_inner(const struct table *t, const struct elf_sym *s)
{
	const char *name = view_cstr(t->strs, s->name);

	return name == NULL || name[0] == '_';
}

/* Of two that cover the address: the nearer one, a function, a global one, the one that is meant for
 * people. */
static bool better(const struct table *t, const struct elf_sym *s, const struct elf_sym *best, bool any)
{
	if (!any || s->value != best->value)
		return !any || s->value > best->value;
	if ((s->type == STT_NOTYPE) != (best->type == STT_NOTYPE))
		return best->type == STT_NOTYPE;
	if ((s->bind == STB_LOCAL) != (best->bind == STB_LOCAL))
		return best->bind == STB_LOCAL;
	return is_inner(t, best) && !is_inner(t, s);
}

static bool search(const struct table *t, uint64_t vaddr, struct symbol_hit *out)
{
	struct elf_sym s, best = { .name = 0 };
	bool any = false;

	for (uint64_t i = 1; decode(t, i, &s); i++)
		if (s.value <= vaddr && vaddr - s.value < s.size && is_code(&s) &&
		    better(t, &s, &best, any)) {
			best = s;
			any = true;
		}
	if (!any)
		return false;
	out->name = view_cstr(t->strs, best.name);
	out->start = best.value;
	out->size = best.size;
	out->type = best.type;
	return out->name != NULL && out->name[0] != '\0';
}

static bool section_table(const struct elf *e, struct table *out)
{
	out->is64 = e->is64;
	return elf_section(e, ".symtab", &out->syms) && elf_section(e, ".strtab", &out->strs);
}

static bool dynamic_table(const struct elf *e, struct table *out)
{
	uint64_t entry = e->is64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
	uint64_t n = elf_sym_count(e);

	out->is64 = e->is64;
	out->strs = e->strtab;
	out->syms = (struct view){ e->symtab.p, 0 };
	if (e->symtab.p == NULL)
		return false;
	out->syms.n = (size_t)((n < e->symtab.n ? n : e->symtab.n) * entry);
	return true;
}

/* ---- .gnu_debugdata ----------------------------------------------------------------------- */

static unsigned char *unpack(struct view in, size_t *n)
{
	lzma_stream stream = LZMA_STREAM_INIT;
	size_t size = in.n < DEBUGDATA_MAX / 16 ? in.n * 16 : DEBUGDATA_MAX;
	unsigned char *out = malloc(size);
	lzma_ret ret;

	if (out == NULL || lzma_stream_decoder(&stream, DEBUGDATA_MAX, 0) != LZMA_OK) {
		free(out);
		return NULL;
	}
	stream.next_in = in.p;
	stream.avail_in = in.n;
	stream.next_out = out;
	stream.avail_out = size;
	ret = lzma_code(&stream, LZMA_FINISH);
	*n = size - stream.avail_out;
	lzma_end(&stream);
	if (ret == LZMA_STREAM_END)
		return out;
	free(out);
	return NULL;
}

static const struct elf *debugdata(struct module *m)
{
	struct view packed;
	size_t n = 0;

	if (!m->asked_debugdata) {
		m->asked_debugdata = true;
		if (elf_section(&m->elf, ".gnu_debugdata", &packed))
			m->debugdata = unpack(packed, &n);
		m->debug_opened = m->debugdata != NULL &&
				  elf_open((struct view){ m->debugdata, n }, n, &m->debug_elf);
	}
	return m->debug_opened ? &m->debug_elf : NULL;
}

/* ---- the way in --------------------------------------------------------------------------- */

void symbol_at(struct module *m, uint64_t vaddr, struct symbol_hit *out)
{
	const struct elf *debug;
	struct table t;

	memset(out, 0, sizeof(*out));
	if (!m->opened)
		return;
	if (section_table(&m->elf, &t) && search(&t, vaddr, out))
		return;
	debug = debugdata(m);
	if (debug != NULL && section_table(debug, &t) && search(&t, vaddr, out))
		return;
	if (!dynamic_table(&m->elf, &t) || !search(&t, vaddr, out))
		memset(out, 0, sizeof(*out));
}

static bool is_defined(void *ctx, uint64_t i)
{
	struct elf_sym s;

	return elf_sym(ctx, i, &s) && s.shndx != SHN_UNDEF;
}

bool symbol_named(struct module *m, const char *name, uint64_t *vaddr)
{
	struct elf_hash h;
	struct elf_sym s;
	uint64_t i;

	if (!m->opened)
		return false;
	elf_hash_open(&m->elf, &h);
	i = elf_hash_find(&m->elf, &h, name, elf_gnu_hash(name), is_defined, &m->elf);
	if (i == 0 || !elf_sym(&m->elf, i, &s))
		return false;
	*vaddr = s.value;
	return true;
}
