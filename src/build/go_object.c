/* go_object.c - ELF files that stand for what a Go build would have made.
 *
 * Only what decides is in them: symbols, one relocation for each reference, names of sources, dynamic
 * entries. Little-endian machines of 64 bits are written; for others nothing is.
 */
#include "build/go_object.h"

#include <elf.h>
#include <string.h>

enum { SLOT = 16 }; /* bytes of code for one reference */

static const struct {
	const char *goarch;
	uint16_t machine;
	uint32_t call, jump_slot, glob_dat, tpoff;
} machines[] = {
	{ "amd64", EM_X86_64, R_X86_64_PLT32, R_X86_64_JUMP_SLOT, R_X86_64_GLOB_DAT, R_X86_64_TPOFF64 },
	{ "arm64", EM_AARCH64, R_AARCH64_CALL26, R_AARCH64_JUMP_SLOT, R_AARCH64_GLOB_DAT,
	  R_AARCH64_TLS_TPREL },
	{ "riscv64", EM_RISCV, R_RISCV_CALL_PLT, R_RISCV_JUMP_SLOT, R_RISCV_64, R_RISCV_TLS_TPREL64 },
	{ "loong64", 258 /* EM_LOONGARCH */, 66 /* R_LARCH_B26 */, 5, 2, 11 },
	{ "ppc64le", EM_PPC64, R_PPC64_REL24, R_PPC64_JMP_SLOT, R_PPC64_GLOB_DAT, R_PPC64_TPREL64 },
};

static int machine_of(const char *goarch)
{
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++)
		if (strcmp(machines[i].goarch, goarch) == 0)
			return (int)i;
	return -1;
}

bool go_object_knows(const char *goarch)
{
	return machine_of(goarch) >= 0;
}

/* ---- a growing file --------------------------------------------------------------------------- */

struct bytes {
	struct arena *a;
	unsigned char *items;
	size_t n, cap;
};

static size_t put(struct bytes *b, const void *p, size_t n)
{
	size_t at = b->n;

	if (b->n + n > b->cap) {
		size_t cap = 2 * (b->n + n) + 256;
		unsigned char *more = arena_alloc(b->a, cap);

		if (b->n > 0)
			memcpy(more, b->items, b->n);
		b->items = more;
		b->cap = cap;
	}
	if (n > 0 && p != NULL)
		memcpy(b->items + b->n, p, n);
	else if (n > 0)
		memset(b->items + b->n, 0, n);
	b->n += n;
	return at;
}

static uint32_t put_string(struct bytes *b, const char *s)
{
	return (uint32_t)put(b, s, strlen(s) + 1);
}

static void align(struct bytes *b, size_t to)
{
	if (b->n % to != 0)
		put(b, NULL, to - b->n % to);
}

static void put_symbol(struct bytes *b, uint32_t name, int bind, int type, uint16_t section, uint64_t value,
		       uint64_t size)
{
	Elf64_Sym s = { .st_name = name,
			.st_info = (unsigned char)ELF64_ST_INFO(bind, type),
			.st_shndx = section,
			.st_value = value,
			.st_size = size };

	put(b, &s, sizeof(s));
}

static Elf64_Ehdr header(uint16_t machine, uint16_t type)
{
	Elf64_Ehdr h = { .e_type = type,
			 .e_machine = machine,
			 .e_version = EV_CURRENT,
			 .e_ehsize = sizeof(h),
			 .e_shentsize = sizeof(Elf64_Shdr),
			 .e_phentsize = sizeof(Elf64_Phdr) };

	memcpy(h.e_ident, ELFMAG, SELFMAG);
	h.e_ident[EI_CLASS] = ELFCLASS64;
	h.e_ident[EI_DATA] = ELFDATA2LSB;
	h.e_ident[EI_VERSION] = EV_CURRENT;
	if (machine == EM_RISCV)
		h.e_flags = 5; /* compressed, double floats */
	if (machine == EM_PPC64)
		h.e_flags = 2;
	if (machine == 258)
		h.e_flags = 0x43;
	return h;
}

/* ---- relocatable files ------------------------------------------------------------------------- */

enum { S_NULL, S_TEXT, S_RELA, S_DATA, S_SYMTAB, S_STRTAB, S_NAMES, S_STACK, S_COUNT };

struct parts {
	struct bytes text, rela, data, symtab, strtab;
	uint32_t nlocal;
};

/* A local function for each reference, as cgo has one for each C function. */
static void add_callers(struct parts *p, const struct go_object *o)
{
	put_symbol(&p->symtab, 0, STB_LOCAL, STT_NOTYPE, 0, 0, 0);
	put_symbol(&p->symtab, put_string(&p->strtab, o->source), STB_LOCAL, STT_FILE, SHN_ABS, 0, 0);
	p->nlocal = 2;
	for (size_t i = 0; i < o->undefined.n; i++) {
		size_t at = put(&p->text, NULL, SLOT);

		if (o->undefined.items[i].from == NULL)
			continue;
		put_symbol(&p->symtab, put_string(&p->strtab, o->undefined.items[i].from), STB_LOCAL,
			   STT_FUNC, S_TEXT, at, SLOT);
		p->nlocal++;
	}
}

static void add_globals(struct parts *p, const struct go_object *o, uint32_t reloc)
{
	uint32_t sym = p->nlocal;

	for (size_t i = 0; i < o->undefined.n; i++, sym++) {
		Elf64_Rela r = { .r_offset = i * SLOT + 8,
				 .r_info = ELF64_R_INFO((uint64_t)sym, reloc),
				 .r_addend = reloc == R_X86_64_PLT32 ? -4 : 0 };

		put_symbol(&p->symtab, put_string(&p->strtab, o->undefined.items[i].name), STB_GLOBAL,
			   STT_NOTYPE, 0, 0, 0);
		put(&p->rela, &r, sizeof(r));
	}
	for (size_t i = 0; i < o->defined.n; i++) {
		bool v = o->defined.items[i].is_variable;
		size_t at = put(v ? &p->data : &p->text, NULL, SLOT);

		put_symbol(&p->symtab, put_string(&p->strtab, o->defined.items[i].name), STB_GLOBAL,
			   v ? STT_OBJECT : STT_FUNC, v ? S_DATA : S_TEXT, at, v ? 8 : SLOT);
	}
}

static void place(struct bytes *out, const struct bytes *part, Elf64_Shdr *sh, uint64_t to)
{
	align(out, 16);
	sh->sh_offset = out->n;
	sh->sh_size = part->n;
	sh->sh_addralign = to;
	put(out, part->items, part->n);
}

struct view go_object_bytes(struct arena *a, const char *goarch, const struct go_object *o)
{
	static const char names[] =
		"\0.text\0.rela.text\0.data\0.symtab\0.strtab\0.shstrtab\0.note.GNU-stack";
	static const uint32_t at[S_COUNT] = { 0, 1, 7, 18, 24, 32, 40, 50 };
	int m = machine_of(goarch);
	struct parts p = { .text.a = a, .rela.a = a, .data.a = a, .symtab.a = a, .strtab.a = a };
	struct bytes out = { .a = a }, shstr = { .a = a };
	Elf64_Shdr sh[S_COUNT] = { { 0 } };
	Elf64_Ehdr h;

	if (m < 0)
		return (struct view){ NULL, 0 };
	put(&p.strtab, "", 1);
	put(&shstr, names, sizeof(names));
	add_callers(&p, o);
	add_globals(&p, o, machines[m].call);
	h = header(machines[m].machine, ET_REL);
	put(&out, &h, sizeof(h));
	for (int i = 0; i < S_COUNT; i++)
		sh[i].sh_name = at[i];
	place(&out, &p.text, &sh[S_TEXT], 16);
	place(&out, &p.rela, &sh[S_RELA], 8);
	place(&out, &p.data, &sh[S_DATA], 16);
	place(&out, &p.symtab, &sh[S_SYMTAB], 8);
	place(&out, &p.strtab, &sh[S_STRTAB], 1);
	place(&out, &shstr, &sh[S_NAMES], 1);
	sh[S_TEXT].sh_type = SHT_PROGBITS;
	sh[S_TEXT].sh_flags = SHF_ALLOC | SHF_EXECINSTR;
	sh[S_RELA].sh_type = SHT_RELA;
	sh[S_RELA].sh_flags = SHF_INFO_LINK;
	sh[S_RELA].sh_link = S_SYMTAB;
	sh[S_RELA].sh_info = S_TEXT;
	sh[S_RELA].sh_entsize = sizeof(Elf64_Rela);
	sh[S_DATA].sh_type = SHT_PROGBITS;
	sh[S_DATA].sh_flags = SHF_ALLOC | SHF_WRITE;
	sh[S_SYMTAB].sh_type = SHT_SYMTAB;
	sh[S_SYMTAB].sh_link = S_STRTAB;
	sh[S_SYMTAB].sh_info = p.nlocal;
	sh[S_SYMTAB].sh_entsize = sizeof(Elf64_Sym);
	sh[S_STRTAB].sh_type = sh[S_NAMES].sh_type = SHT_STRTAB;
	sh[S_STACK].sh_type = SHT_PROGBITS;
	sh[S_STACK].sh_offset = out.n;
	sh[S_STACK].sh_addralign = 1;
	align(&out, 8);
	h.e_shoff = out.n;
	h.e_shnum = S_COUNT;
	h.e_shstrndx = S_NAMES;
	put(&out, sh, sizeof(sh));
	memcpy(out.items, &h, sizeof(h));
	return (struct view){ out.items, out.n };
}

/* ---- programs and libraries ---------------------------------------------------------------------- */

struct image {
	struct arena *a;
	struct bytes out, dyn, str, sym, rela, plt;
	int m;
	uint32_t nsyms;
};

static void dyn(struct image *x, int64_t tag, uint64_t value)
{
	Elf64_Dyn d = { .d_tag = tag, .d_un.d_val = value };

	put(&x->dyn, &d, sizeof(d));
}

static void add_references(struct image *x, const struct go_image *im, uint64_t got)
{
	put_symbol(&x->sym, 0, STB_LOCAL, STT_NOTYPE, 0, 0, 0);
	x->nsyms = 1;
	for (size_t i = 0; i < im->undefined.n; i++) {
		bool v = im->undefined.items[i].is_variable;
		Elf64_Rela r = { .r_offset = got + 8 * i,
				 .r_info = ELF64_R_INFO((uint64_t)x->nsyms, v ? machines[x->m].glob_dat
									      : machines[x->m].jump_slot) };

		put_symbol(&x->sym, put_string(&x->str, im->undefined.items[i].name), STB_GLOBAL,
			   v ? STT_OBJECT : STT_FUNC, 0, 0, 0);
		put(v ? &x->rela : &x->plt, &r, sizeof(r));
		x->nsyms++;
	}
	for (size_t i = 0; i < im->defined.n; i++, x->nsyms++)
		put_symbol(&x->sym, put_string(&x->str, im->defined.items[i].name), STB_GLOBAL, STT_FUNC, 1,
			   0, 16);
	/* Every Go library has its goroutine pointer in static TLS. */
	if (im->interp == NULL) {
		Elf64_Rela r = { .r_offset = got + 8 * im->undefined.n,
				 .r_info = ELF64_R_INFO(0, machines[x->m].tpoff) };

		put(&x->rela, &r, sizeof(r));
	}
}

/* DT_HASH with one bucket: every symbol in one chain. */
static size_t put_hash(struct image *x)
{
	uint32_t head[3] = { 1, x->nsyms, x->nsyms > 1 ? 1 : 0 };
	size_t at;

	align(&x->out, 8);
	at = put(&x->out, head, sizeof(head));
	for (uint32_t i = 0; i < x->nsyms; i++) {
		uint32_t next = i > 0 && i + 1 < x->nsyms ? i + 1 : 0;

		put(&x->out, &next, sizeof(next));
	}
	return at;
}

static size_t put_part(struct image *x, const struct bytes *part)
{
	align(&x->out, 16);
	return put(&x->out, part->items, part->n);
}

static void add_names(struct image *x, const struct go_image *im)
{
	for (size_t i = 0; i < im->needed.n; i++)
		dyn(x, DT_NEEDED, put_string(&x->str, im->needed.items[i]));
	if (im->soname != NULL)
		dyn(x, DT_SONAME, put_string(&x->str, im->soname));
	if (im->runpath != NULL)
		dyn(x, im->is_rpath ? DT_RPATH : DT_RUNPATH, put_string(&x->str, im->runpath));
}

static void add_tables(struct image *x, const struct go_image *im)
{
	uint64_t flags =
		(im->now ? (uint64_t)DF_BIND_NOW : 0) | (im->interp == NULL ? (uint64_t)DF_STATIC_TLS : 0);
	uint64_t flags1 = (im->now ? (uint64_t)DF_1_NOW : 0) |
			  (im->interp == NULL ? (uint64_t)DF_1_NODELETE : (uint64_t)DF_1_PIE);

	dyn(x, DT_HASH, put_hash(x));
	dyn(x, DT_SYMTAB, put_part(x, &x->sym));
	dyn(x, DT_SYMENT, sizeof(Elf64_Sym));
	dyn(x, DT_STRTAB, put_part(x, &x->str));
	dyn(x, DT_STRSZ, x->str.n);
	if (x->rela.n > 0) {
		dyn(x, DT_RELA, put_part(x, &x->rela));
		dyn(x, DT_RELASZ, x->rela.n);
		dyn(x, DT_RELAENT, sizeof(Elf64_Rela));
	}
	if (x->plt.n > 0) {
		dyn(x, DT_JMPREL, put_part(x, &x->plt));
		dyn(x, DT_PLTRELSZ, x->plt.n);
		dyn(x, DT_PLTREL, DT_RELA);
	}
	if (flags != 0)
		dyn(x, DT_FLAGS, flags);
	dyn(x, DT_FLAGS_1, flags1);
	dyn(x, DT_NULL, 0);
}

static Elf64_Phdr segment(uint32_t type, uint32_t flags, uint64_t at, uint64_t size, uint64_t align_to)
{
	return (Elf64_Phdr){ .p_type = type,
			     .p_flags = flags,
			     .p_offset = at,
			     .p_vaddr = at,
			     .p_paddr = at,
			     .p_filesz = size,
			     .p_memsz = size,
			     .p_align = align_to };
}

/* One segment holds everything; the table of pointers lies at its beginning. */
struct view go_image_bytes(struct arena *a, const char *goarch, const struct go_image *im)
{
	struct image x = { .a = a, .out.a = a, .dyn.a = a, .str.a = a, .sym.a = a, .rela.a = a, .plt.a = a };
	size_t nph = 4, got, interp = 0, at, tls;
	Elf64_Phdr ph[4];
	Elf64_Ehdr h;

	x.m = machine_of(goarch);
	if (x.m < 0)
		return (struct view){ NULL, 0 };
	h = header(machines[x.m].machine, ET_DYN);
	put(&x.out, &h, sizeof(h));
	put(&x.out, NULL, nph * sizeof(Elf64_Phdr));
	got = put(&x.out, NULL, 8 * (im->undefined.n + 1));
	if (im->interp != NULL)
		interp = put(&x.out, im->interp, strlen(im->interp) + 1);
	align(&x.out, 8);
	tls = put(&x.out, NULL, 8);
	put(&x.str, "", 1);
	add_names(&x, im);
	add_references(&x, im, got);
	add_tables(&x, im);
	align(&x.out, 16);
	at = put(&x.out, x.dyn.items, x.dyn.n);
	ph[0] = segment(PT_LOAD, PF_R | PF_W | PF_X, 0, x.out.n, 0x1000);
	ph[1] = segment(PT_DYNAMIC, PF_R | PF_W, at, x.dyn.n, 8);
	ph[2] = im->interp != NULL ? segment(PT_INTERP, PF_R, interp, strlen(im->interp) + 1, 1)
				   : segment(PT_TLS, PF_R, tls, 8, 8);
	ph[3] = segment(PT_GNU_STACK, PF_R | PF_W, 0, 0, 16);
	h.e_phoff = sizeof(h);
	h.e_phnum = (uint16_t)nph;
	memcpy(x.out.items, &h, sizeof(h));
	memcpy(x.out.items + sizeof(h), ph, sizeof(ph));
	return (struct view){ x.out.items, x.out.n };
}
