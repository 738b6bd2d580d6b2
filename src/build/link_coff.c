/* link_coff.c - objects for Windows in a link of GNU ld.
 *
 * The rules of the link are those of link_resolve.c and link_check.c, which know ELF files. So each COFF
 * object is told again as one: sections under the same numbers, symbols, COMDAT groups, relocations, and the
 * bytes of debug information. DLLs and import objects define what they export, and "__imp_" with it.
 */
#include <elf.h>
#include <string.h>

#include "build/link_priv.h"
#include "object/coff.h"

enum { MAX_SECTIONS = 0x7000, MAX_COPY = 256 << 20 };

/* ---- a growing file ---------------------------------------------------------------------------------- */

struct bytes {
	unsigned char *items;
	size_t n, cap;
};

static size_t put(struct arena *a, struct bytes *b, const void *p, size_t n)
{
	size_t at = b->n;

	if (b->cap - b->n < n) {
		size_t cap = 2 * (b->n + n) + 256;
		unsigned char *more = arena_alloc(a, cap);

		if (b->n > 0)
			memcpy(more, b->items, b->n);
		b->items = more;
		b->cap = cap;
	}
	if (n > 0)
		memcpy(b->items + at, p, n);
	b->n += n;
	return at;
}

static uint32_t put_name(struct arena *a, struct bytes *b, const char *s, size_t n)
{
	size_t at = put(a, b, s, n);

	put(a, b, "", 1);
	return (uint32_t)at;
}

/* ---- one object -------------------------------------------------------------------------------------- */

struct group {
	uint8_t selection;
	uint32_t follows, leader; /* leader: number of its first external symbol as the image has it */
};

struct image {
	struct link *l;
	struct arena *a;
	struct coff c;
	uint32_t n;              /* sections of the object */
	struct bytes data, symbols, strings, names;
	struct {
		Elf64_Shdr *items;
		size_t n, cap;
	} sections;
	uint32_t *numbers;       /* symbols: theirs -> ours */
	uint32_t nlocal, nsymbols;
	struct group *groups;    /* by section */
};

static bool has_prefix(const struct coff_section *s, const char *prefix)
{
	size_t n = strlen(prefix);

	return s->nname >= n && memcmp(s->name, prefix, n) == 0;
}

static bool is_debug(const struct coff_section *s)
{
	return has_prefix(s, ".debug_") || has_prefix(s, ".gnu.lto_");
}

static Elf64_Shdr *new_section(struct image *m, const char *name, size_t n, uint32_t type)
{
	Elf64_Shdr *h = ARENA_PUSH(m->a, &m->sections);

	memset(h, 0, sizeof(*h));
	h->sh_name = put_name(m->a, &m->names, name, n);
	h->sh_type = type;
	return h;
}

static void add_sections(struct image *m)
{
	struct coff_section s;

	new_section(m, "", 0, SHT_NULL);
	for (uint32_t i = 1; i <= m->n && coff_section(&m->c, i, &s); i++) {
		struct view v = is_debug(&s) ? coff_bytes(&m->c, &s) : (struct view){ NULL, 0 };
		bool copy = v.n > 0 && m->data.n + v.n < MAX_COPY;
		Elf64_Shdr *h = new_section(m, s.name, s.nname, copy ? SHT_PROGBITS : SHT_NOBITS);

		h->sh_size = s.size;
		h->sh_addralign = 1;
		if (!is_debug(&s) && (s.flags & (COFF_INFO | COFF_REMOVE)) == 0)
			h->sh_flags = SHF_ALLOC | ((s.flags & COFF_CODE) != 0 ? SHF_EXECINSTR : 0);
		if (copy)
			h->sh_offset = put(m->a, &m->data, v.p, v.n);
	}
}

/* ---- symbols ----------------------------------------------------------------------------------------- */

static bool is_global(const struct coff_symbol *s)
{
	return s->storage == COFF_EXTERNAL || s->storage == COFF_WEAK;
}

static uint16_t section_of(const struct image *m, const struct coff_symbol *s)
{
	if (s->section == COFF_UNDEFINED)
		return s->storage == COFF_EXTERNAL && s->value > 0 ? SHN_COMMON : SHN_UNDEF;
	return s->section > 0 && (uint32_t)s->section <= m->n ? (uint16_t)s->section : SHN_ABS;
}

static unsigned type_of(const struct image *m, const struct coff_symbol *s, bool stands_for_section)
{
	if (s->storage == COFF_FILE)
		return STT_FILE;
	if (stands_for_section)
		return STT_SECTION;
	return (s->type & 0xf0) == 0x20 ? STT_FUNC : section_of(m, s) == SHN_UNDEF ? STT_NOTYPE : STT_OBJECT;
}

static void add_symbol(struct image *m, uint32_t i, const struct coff_symbol *s)
{
	uint8_t selection;
	uint32_t follows;
	Elf64_Sym x = { 0 };
	unsigned bind = s->storage == COFF_WEAK ? STB_WEAK : is_global(s) ? STB_GLOBAL : STB_LOCAL;

	x.st_shndx = section_of(m, s);
	x.st_info = (unsigned char)ELF64_ST_INFO(
		bind, type_of(m, s, coff_selection(&m->c, s, &selection, &follows)));
	x.st_value = x.st_shndx == SHN_COMMON ? 0 : s->value;
	x.st_size = x.st_shndx == SHN_COMMON ? s->value : 0;
	if (s->storage == COFF_FILE && s->aux.p != NULL)
		x.st_name = put_name(m->a, &m->strings, (const char *)s->aux.p,
				     strnlen((const char *)s->aux.p, s->aux.n));
	else
		x.st_name = put_name(m->a, &m->strings, s->name, s->nname);
	put(m->a, &m->symbols, &x, sizeof(x));
	if (bind != STB_LOCAL && s->section > 0 && (uint32_t)s->section <= m->n &&
	    m->groups[s->section].leader == 0)
		m->groups[s->section].leader = m->nsymbols;
	m->numbers[i] = m->nsymbols++;
}

/* A weak definition is undefined under its name, and tells of the symbol that stands for it until there is
 * another one. For places in it the name is given to that place, too. */
static void add_weak_place(struct image *m, const struct coff_symbol *s)
{
	struct coff_symbol target;
	Elf64_Sym x = { .st_info = ELF64_ST_INFO(STB_LOCAL, STT_FUNC) };

	if (s->aux.n < 4 || !coff_symbol(&m->c, load32(s->aux.p, order_swaps(false)), &target) ||
	    target.section <= 0 || (uint32_t)target.section > m->n)
		return;
	x.st_name = put_name(m->a, &m->strings, s->name, s->nname);
	x.st_shndx = (uint16_t)target.section;
	x.st_value = target.value;
	put(m->a, &m->symbols, &x, sizeof(x));
	m->nsymbols++;
}

/* An ELF file has its local symbols first. */
static void add_symbols(struct image *m)
{
	static const Elf64_Sym none;
	struct coff_symbol s;

	m->numbers = ARENA_ARRAY(m->a, (size_t)m->c.nsymbols + 1, uint32_t);
	m->groups = ARENA_ARRAY(m->a, (size_t)m->n + 1, struct group);
	put_name(m->a, &m->strings, "", 0);
	put(m->a, &m->symbols, &none, sizeof(none));
	m->nsymbols = 1;
	for (int global = 0; global < 2; global++) {
		for (uint32_t i = 0; coff_symbol(&m->c, i, &s); i += 1u + s.naux) {
			uint8_t selection;
			uint32_t follows;

			if (global == 0 && s.storage == COFF_WEAK)
				add_weak_place(m, &s);
			if (is_global(&s) != (global != 0))
				continue;
			add_symbol(m, i, &s);
			if (coff_selection(&m->c, &s, &selection, &follows) && (uint32_t)s.section <= m->n) {
				m->groups[s.section].selection = selection;
				m->groups[s.section].follows = follows;
			}
		}
		if (global == 0)
			m->nlocal = m->nsymbols;
	}
}

/* ---- relocations and groups -------------------------------------------------------------------------- */

/* What stands at the place: the addend, of which debug information is made. */
static uint64_t addend_at(struct view v, const struct coff_reloc *r, uint16_t machine)
{
	if (machine == COFF_AMD64 && r->type == 1)
		return view_has(v, r->offset, 8) ? load64(v.p + r->offset, order_swaps(false)) : 0;
	return view_has(v, r->offset, 4) ? load32(v.p + r->offset, order_swaps(false)) : 0;
}

static void add_relocs(struct image *m, uint32_t symtab)
{
	struct coff_section s;

	for (uint32_t i = 1; i <= m->n && coff_section(&m->c, i, &s); i++) {
		struct view v = is_debug(&s) ? coff_bytes(&m->c, &s) : (struct view){ NULL, 0 };
		Elf64_Shdr *h;
		struct coff_reloc r;
		size_t at = m->data.n;

		if (s.nrelocs == 0 || m->data.n > MAX_COPY)
			continue;
		for (uint32_t k = 0; coff_reloc(&m->c, &s, k, &r); k++) {
			uint64_t sym = r.symbol < m->c.nsymbols ? m->numbers[r.symbol] : 0;
			Elf64_Rela x = { r.offset, ELF64_R_INFO(sym, (uint64_t)r.type),
					 (int64_t)addend_at(v, &r, m->c.machine) };

			put(m->a, &m->data, &x, sizeof(x));
		}
		h = new_section(m, s.name, s.nname, SHT_RELA);
		h->sh_link = symtab;
		h->sh_info = i;
		h->sh_offset = at;
		h->sh_size = m->data.n - at;
		h->sh_entsize = sizeof(Elf64_Rela);
	}
}

/* Sections of which a link keeps one, and those that go with them. */
static void add_groups(struct image *m, uint32_t symtab)
{
	for (uint32_t i = 1; i <= m->n; i++) {
		const struct group *g = &m->groups[i];
		bool follower = g->selection == 5 && g->follows > 0 && g->follows <= m->n;
		uint32_t leader = follower ? m->groups[g->follows].leader : g->leader;
		uint32_t words[2] = { GRP_COMDAT, i };
		Elf64_Shdr *h;

		if (g->selection < 2 || leader == 0)
			continue;
		h = new_section(m, ".group", 6, SHT_GROUP);
		h->sh_link = symtab;
		h->sh_info = leader;
		h->sh_offset = put(m->a, &m->data, words, sizeof(words));
		h->sh_size = sizeof(words);
	}
}

/* ---- the file ---------------------------------------------------------------------------------------- */

static void add_table(struct image *m, const char *name, uint32_t type, const struct bytes *b)
{
	Elf64_Shdr *h = new_section(m, name, strlen(name), type);

	h->sh_offset = put(m->a, &m->data, b->items, b->n);
	h->sh_size = b->n;
}

static const struct elf *finish(struct image *m)
{
	uint32_t symtab = (uint32_t)m->sections.n - 2, names = (uint32_t)m->sections.n;
	Elf64_Ehdr h = { .e_type = ET_REL, .e_version = EV_CURRENT, .e_ehsize = sizeof(h),
			 .e_shentsize = sizeof(Elf64_Shdr) };
	struct elf *e = ARENA_NEW(m->a, struct elf);
	struct bytes out = { NULL, 0, 0 };
	Elf64_Shdr *s;

	s = new_section(m, ".shstrtab", 9, SHT_STRTAB);
	s->sh_offset = put(m->a, &m->data, m->names.items, m->names.n);
	s->sh_size = m->names.n;
	m->sections.items[symtab].sh_link = symtab + 1;
	m->sections.items[symtab].sh_info = m->nlocal;
	memcpy(h.e_ident, ELFMAG, SELFMAG);
	h.e_ident[EI_CLASS] = ELFCLASS64;
	h.e_ident[EI_DATA] = order_swaps(true) ? ELFDATA2LSB : ELFDATA2MSB; /* as this program stores words */
	h.e_ident[EI_VERSION] = EV_CURRENT;
	h.e_machine = m->c.machine == COFF_I386 ? EM_386 : EM_X86_64;
	h.e_shoff = sizeof(h);
	h.e_shnum = (uint16_t)m->sections.n;
	h.e_shstrndx = (uint16_t)names;
	for (size_t i = 0; i < m->sections.n; i++)
		if (m->sections.items[i].sh_type != SHT_NULL)
			m->sections.items[i].sh_offset += sizeof(h) + m->sections.n * sizeof(Elf64_Shdr);
	put(m->a, &out, &h, sizeof(h));
	put(m->a, &out, m->sections.items, m->sections.n * sizeof(Elf64_Shdr));
	put(m->a, &out, m->data.items, m->data.n);
	if (!elf_open((struct view){ out.items, out.n }, out.n, e))
		return NULL;
	*ARENA_PUSH(m->a, &m->l->opened) = e;
	return e;
}

static const struct elf *make(struct image *m)
{
	uint32_t extra;

	m->n = m->c.nsections;
	if (m->n > MAX_SECTIONS) {
		m->n = MAX_SECTIONS;
		m->l->cut = true;
	}
	add_sections(m);
	add_symbols(m);
	/* The tables stand behind groups and relocations, whose number is known when they are made. */
	extra = (uint32_t)m->sections.n;
	add_groups(m, 0);
	add_relocs(m, 0);
	for (size_t i = extra; i < m->sections.n; i++)
		m->sections.items[i].sh_link = (uint32_t)m->sections.n;
	add_table(m, ".symtab", SHT_SYMTAB, &m->symbols);
	m->sections.items[m->sections.n - 1].sh_entsize = sizeof(Elf64_Sym);
	add_table(m, ".strtab", SHT_STRTAB, &m->strings);
	return finish(m);
}

/* An import object defines the symbol (if it is code) and the place of its address. */
static const struct elf *make_import(struct image *m, const struct coff_import *x)
{
	static const Elf64_Sym none;
	const char *names[2] = { arena_printf(m->a, "__imp_%s", x->symbol), x->symbol };

	m->c.machine = x->machine;
	new_section(m, "", 0, SHT_NULL);
	new_section(m, ".text", 5, SHT_NOBITS)->sh_flags = SHF_ALLOC;
	put_name(m->a, &m->strings, "", 0);
	put(m->a, &m->symbols, &none, sizeof(none));
	m->nlocal = 1;
	for (int i = 0; i < (x->type == 0 ? 2 : 1); i++) {
		Elf64_Sym s = { .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC), .st_shndx = 1 };

		s.st_name = put_name(m->a, &m->strings, names[i], strlen(names[i]));
		put(m->a, &m->symbols, &s, sizeof(s));
	}
	add_table(m, ".symtab", SHT_SYMTAB, &m->symbols);
	m->sections.items[m->sections.n - 1].sh_entsize = sizeof(Elf64_Sym);
	add_table(m, ".strtab", SHT_STRTAB, &m->strings);
	return finish(m);
}

const struct elf *link_coff_elf(struct link *l, struct view v)
{
	struct image *m = ARENA_NEW(l->a, struct image);
	struct coff_import import;

	m->l = l;
	m->a = l->a;
	if (coff_import_open(v, &import))
		return make_import(m, &import);
	if (!coff_open(v, &m->c) || (m->c.machine != COFF_AMD64 && m->c.machine != COFF_I386))
		return NULL;
	return make(m);
}

/* ---- DLLs -------------------------------------------------------------------------------------------- */

void link_coff_dll(struct link *l, struct view v)
{
	struct coff_exports x;

	if (coff_exports_open(v, &x))
		*ARENA_PUSH(l->a, &l->dlls) = v;
}

static void settle(struct link_sym *s)
{
	if (s == NULL || s->state != LINK_UNDEFINED)
		return;
	s->state = LINK_DEFINED;
	s->option = true;
}

/* What is left undefined is imported from the DLLs of the line; data that is only there as "__imp_" is
 * imported, too (pe-dll.c, pe_find_data_imports). */
void link_coff_import_rest(struct link *l)
{
	const char *prefix = l->machine == EM_386 ? "_" : "";

	for (size_t i = 0; i < l->dlls.n; i++) {
		struct coff_exports x;
		const char *name;

		if (!coff_exports_open(l->dlls.items[i], &x))
			continue;
		for (uint32_t k = 0; k < x.n; k++) {
			name = coff_export_name(&x, k);
			if (name == NULL)
				continue;
			settle(link_find(l, arena_printf(l->a, "%s%s", prefix, name)));
			settle(link_find(l, arena_printf(l->a, "__imp_%s%s", prefix, name)));
		}
	}
	for (size_t i = 0; i < l->all.n; i++) {
		struct link_sym *s = l->all.items[i];
		const struct link_sym *imp;

		if (s->state != LINK_UNDEFINED)
			continue;
		imp = link_find(l, arena_printf(l->a, "__imp_%s", s->name));
		if (imp != NULL && imp->state == LINK_DEFINED)
			settle(s);
	}
}

/* Names that GNU ld defines itself in an image for Windows: pe.em's table and its script. */
bool link_coff_given(const struct link *l, const char *name)
{
	static const char *const names[] = {
		"__image_base__", "__ImageBase", "__section_alignment__", "__file_alignment__",
		"__major_os_version__", "__minor_os_version__", "__major_image_version__",
		"__minor_image_version__", "__major_subsystem_version__", "__minor_subsystem_version__",
		"__subsystem__", "__size_of_stack_reserve__", "__size_of_stack_commit__",
		"__size_of_heap_reserve__", "__size_of_heap_commit__", "__loader_flags__",
		"__dll_characteristics__", "__dll__", "__CTOR_LIST__", "__DTOR_LIST__", "__IAT_start__",
		"__IAT_end__", "__RUNTIME_PSEUDO_RELOC_LIST__", "__RUNTIME_PSEUDO_RELOC_LIST_END__",
		"___CTOR_LIST__", "___DTOR_LIST__", "___RUNTIME_PSEUDO_RELOC_LIST__",
		"___RUNTIME_PSEUDO_RELOC_LIST_END__", "___crt_xc_start__", "___crt_xc_end__",
		"___crt_xi_start__", "___crt_xi_end__", "___crt_xl_start__", "___crt_xp_start__",
		"___crt_xp_end__", "___crt_xt_start__", "___crt_xt_end__", "___tls_start__",
		"___tls_end__", "__bss_start__", "__bss_end__", "__data_start__", "__data_end__",
		"__end__", "__rt_psrelocs_start", "__rt_psrelocs_end", "__rt_psrelocs_size", "_end",
		"end", "etext", "_etext"
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(name, names[i]) == 0 ||
		    (l->machine == EM_386 && *name == '_' && strcmp(name + 1, names[i]) == 0))
			return true;
	return false;
}
