/* link_load.c - inputs of a link: what each file is, and what the linker says of one that it cannot use. */
#include <errno.h>
#include <string.h>

#include "build/link_priv.h"
#include "object/elfconst.h"

/* ---- the machine of the output ----------------------------------------------------------------------- */

static const struct {
	const char *emulation;
	uint16_t machine;
	bool is64, big_endian;
} emulations[] = {
	{ "elf_x86_64", EM_X86_64, true, false }, { "elf_i386", EM_386, false, false },
	{ "elf32_x86_64", EM_X86_64, false, false }, { "aarch64linux", EM_AARCH64, true, false },
	{ "aarch64elf", EM_AARCH64, true, false }, { "armelf_linux_eabi", EM_ARM, false, false },
	{ "elf64lppc", EM_PPC64, true, false }, { "elf64ppc", EM_PPC64, true, true },
	{ "elf64lriscv", EM_RISCV, true, false }, { "elf32lriscv", EM_RISCV, false, false },
	{ "elf64_s390", EM_S390, true, true }, { "elf64loongarch", 258, true, false },
	/* COFF objects are told as ELF files of 64 bits: link_coff.c */
	{ "i386pep", EM_X86_64, true, false }, { "i386pe", EM_386, true, false },
};

static void machine_of_emulation(struct link *l)
{
	if (l->kind == LINKER_GOLD)
		return; /* its first object decides */
	for (size_t i = 0; i < sizeof(emulations) / sizeof(*emulations) && l->line->emulation != NULL; i++)
		if (strcmp(l->line->emulation, emulations[i].emulation) == 0) {
			l->machine = emulations[i].machine;
			l->is64 = emulations[i].is64;
			l->big_endian = emulations[i].big_endian;
			l->machine_known = true;
		}
}

bool link_machine_fits(struct link *l, const struct elf *e)
{
	if (e->defect != ELF_OK && e->defect != ELF_BAD_PHDRS)
		return true; /* what is wrong with it is said when it is read */
	if (!l->machine_known) {
		l->machine = e->machine;
		l->is64 = e->is64;
		l->big_endian = e->big_endian;
		l->machine_known = true;
	}
	return e->machine == l->machine && e->is64 == l->is64 && e->big_endian == l->big_endian;
}

/* ---- objects ----------------------------------------------------------------------------------------- */

static const char *source_of(const struct link *l, const char *shown)
{
	for (size_t i = 0; i < l->plan->made.n; i++)
		if (strcmp(l->plan->made.items[i].planned, shown) == 0)
			return l->plan->made.items[i].source;
	return NULL;
}

/* mold names a member without its archive. */
static const char *lto_name(struct link *l, const char *shown)
{
	const char *open = strchr(shown, '(');

	return open != NULL ? arena_strndup(l->a, open + 1, strcspn(open + 1, ")")) : shown;
}

struct link_object *link_new_object(struct link *l, const struct elf *e, const char *path,
				    const char *shown)
{
	struct link_object *o = ARENA_NEW(l->a, struct link_object);

	o->path = path;
	o->shown = shown;
	o->e = e;
	o->has_sections = elf_object_open(e, &o->o);
	o->kind = e->type == ET_DYN ? LINK_DSO : LINK_REL;
	o->op = l->at.op;
	if (o->kind == LINK_REL && link_is_slim_lto(&o->o)) {
		l->has_lto = true;
		if (l->line->plugin && !l->line->llvm_plugin && l->kind != LINKER_LLD)
			o->kind = LINK_LTO;
		o->slim = o->kind != LINK_LTO;
		if (o->slim && l->kind == LINKER_MOLD && !l->stop)
			link_refuse_lto(l, lto_name(l, shown));
	}
	return o;
}

bool link_is_slim_lto(const struct elf_object *o)
{
	struct elf_object_sym s;

	for (uint64_t i = o->first_global; i < o->nsymbols && i < o->first_global + 16; i++)
		if (elf_object_symbol(o, i, &s) && strcmp(s.name, "__gnu_lto_slim") == 0)
			return true;
	return false;
}

/* ---- refusals ---------------------------------------------------------------------------------------- */

bool link_refused(struct link *l, enum link_trouble_kind kind, const struct link_refusal *r,
		  const char *shown)
{
	struct link_trouble *t;

	if (r->text[l->kind] == NULL)
		return false;
	t = link_trouble(l, kind, true);
	t->path = shown;
	link_line_of(l, t, true, r->text[l->kind], l->self, shown);
	l->stop = l->stop || r->fatal[l->kind];
	return true;
}

static const struct link_refusal no_file = {
	{ LD_BFD_NO_FILE, LD_GOLD_NO_FILE, LD_LLD_NO_FILE, LD_MOLD_NO_FILE }, { false, false, false, true }
};
static const struct link_refusal folder = {
	{ LD_BFD_FOLDER, LD_GOLD_FOLDER, LD_LLD_FOLDER, LD_MOLD_FOLDER }, { false, true, false, true }
};
static const struct link_refusal empty = {
	{ NULL, LD_GOLD_EMPTY, NULL, LD_MOLD_TYPE }, { false, false, false, true }
};
static const struct link_refusal no_type = {
	{ NULL, NULL, LD_LLD_TYPE, LD_MOLD_TYPE }, { false, false, false, true }
};
static const struct link_refusal truncated = {
	{ LD_BFD_TOO_SHORT, LD_GOLD_TOO_SHORT, NULL, NULL }, { true, true, false, false }
};
static const struct link_refusal static_dso = {
	{ LD_BFD_STATIC_DSO, LD_GOLD_STATIC_DSO, LD_LLD_STATIC_DSO, NULL }, { true, false, false, true }
};
static const struct link_refusal relocatable_dso = {
	{ LD_BFD_STATIC_DSO, LD_GOLD_RELOCATABLE_DSO, LD_LLD_STATIC_DSO, NULL }, { true, true, false, false }
};
static const struct link_refusal executable = {
	{ LD_BFD_EXECUTABLE, LD_GOLD_EXECUTABLE, LD_LLD_TYPE, LD_MOLD_TYPE }, { true, false, false, true }
};

static const char *bfd_machine(const struct elf *e)
{
	if (e->machine == EM_386)
		return "i386";
	if (e->machine == EM_X86_64)
		return e->is64 ? "i386:x86-64" : "i386:x64-32";
	return "unknown";
}

static const char *bfd_output(const struct link *l)
{
	if (l->machine == EM_X86_64)
		return l->is64 ? "i386:x86-64" : "i386:x64-32";
	return l->machine == EM_386 ? "i386" : elf_machine_name(l->machine);
}

bool link_same_family(const struct link *l, const struct elf *e)
{
	bool x86 = l->machine == EM_X86_64 || l->machine == EM_386;

	return e->machine == l->machine || (x86 && (e->machine == EM_386 || e->machine == EM_X86_64));
}

static bool has_relocs(const struct link_object *o)
{
	struct elf_shdr h;

	for (uint64_t i = 0; i < o->o.nsections; i++)
		if (elf_object_section(&o->o, i, &h) && (h.type == SHT_REL || h.type == SHT_RELA) && h.size > 0)
			return true;
	return false;
}

/* GNU ld takes objects of the same family, and of others those without relocations, until all files are read. */
bool link_is_told_late(const struct link *l, const struct link_object *o)
{
	if (l->kind != LINKER_BFD || o->e->type == ET_DYN)
		return l->kind == LINKER_LLD;
	return link_same_family(l, o->e) || (o->e->type == ET_REL && !has_relocs(o));
}

/* GNU ld knows the machines it was built for, and says two things of the others. */
static void wrong_arch_bfd(struct link *l, const struct link_object *o)
{
	const char *shown = o->shown, *file = o->archive != NULL ? o->archive->shown : shown;
	const struct elf *e = o->e;
	struct link_trouble *t = link_trouble(l, LT_WRONG_ARCH, true);

	t->path = shown;
	t->e = e;
	if (link_is_told_late(l, o)) {
		link_line_of(l, t, true, LD_BFD_ARCH, l->self, bfd_machine(e), shown, bfd_output(l));
		return;
	}
	for (int i = 0; i < 2 && e->type == ET_REL; i++) {
		if (e->is64)
			link_line_of(l, t, i == 0, LD_BFD_GENERIC, l->self, shown, e->machine);
		else
			link_line_of(l, t, i == 0, LD_BFD_GENERIC_32, l->self, shown, e->machine);
	}
	link_line_of(l, t, true, LD_BFD_WRONG_FORMAT, l->self, file);
	l->stop = true;
}

/* Of a machine that mold does not know it says nothing: "". */
static const char *const mold_riscv[2][2] = { { "riscv32", "riscv32be" }, { "riscv64", "riscv64be" } };

const char *link_mold_machine(uint16_t machine, bool is64, bool big_endian)
{
	switch (machine) {
	case EM_386: return "i386";
	case EM_X86_64: return "x86_64";
	case EM_ARM: return "arm32";
	case EM_AARCH64: return "arm64";
	case EM_RISCV: return mold_riscv[is64][big_endian];
	case EM_PPC: return "ppc32";
	case EM_PPC64: return big_endian ? "ppc64v1" : "ppc64v2";
	case EM_S390: return "s390x";
	case EM_SPARCV9: return "sparc64";
	case EM_68K: return "m68k";
	case EM_SH: return "sh4";
	case EM_ALPHA: return "alpha";
	case EM_LOONGARCH: return is64 ? "loongarch64" : "loongarch32";
	default: return "";
	}
}

/* gold for x86 was built without the other order of bytes. */
bool link_gold_has_no_order(const struct link *l, const struct elf *e)
{
	return (l->machine == EM_X86_64 || l->machine == EM_386) && e->big_endian;
}

void link_wrong_arch(struct link *l, const struct link_object *o)
{
	const struct elf *e = o->e;
	const char *shown = o->member != NULL && l->kind == LINKER_MOLD ? o->member : o->shown;
	struct link_trouble *t;

	if (l->kind == LINKER_BFD) {
		wrong_arch_bfd(l, o);
		return;
	}
	t = link_trouble(l, LT_WRONG_ARCH, true);
	t->path = shown;
	t->e = e;
	if (l->kind == LINKER_GOLD && link_gold_has_no_order(l, e)) {
		link_line_of(l, t, true, LD_GOLD_ENDIAN, l->self, shown, e->is64 ? 64U : 32U);
	} else if (l->kind == LINKER_GOLD && !link_same_family(l, e)) {
		link_line_of(l, t, true, LD_GOLD_MACHINE, l->self, shown, e->machine);
		l->stop = true;
	} else if (l->kind == LINKER_GOLD) {
		link_line_of(l, t, true, LD_GOLD_TARGET, l->self, shown);
	} else if (l->kind == LINKER_LLD) {
		link_line_of(l, t, true, LD_LLD_ARCH, l->self, shown,
			     l->format != NULL ? l->format :
			     l->line->emulation != NULL ? l->line->emulation : "the other inputs");
	} else {
		link_line_of(l, t, true, LD_MOLD_ARCH, shown,
			     link_mold_machine(l->machine, l->is64, l->big_endian),
			     link_mold_machine(e->machine, e->is64, e->big_endian));
		l->stop = true;
	}
}

/* ---- ELF files --------------------------------------------------------------------------------------- */

/* Section headers are what a linker begins with; in a file that is cut they are what is missing. */
bool link_is_cut(const struct elf *e)
{
	uint64_t entry = e->is64 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);

	if (e->defect == ELF_TOO_SHORT)
		return true;
	return e->shoff != 0 && !view_has(e->file, e->shoff, (e->shnum != 0 ? e->shnum : 1) * entry);
}

/* What is neither an object nor a script that GNU ld understands. */
static void refuse_plain(struct link *l, enum link_trouble_kind kind, const char *path)
{
	struct link_trouble *t = link_trouble(l, kind, true);

	t->path = path;
	link_line_of(l, t, true, LD_BFD_NOT_RECOGNIZED, path);
	l->stop = true;
}

static void say_cut(struct link *l, const char *shown, const struct elf *e)
{
	struct link_trouble *t;

	if (l->kind == LINKER_BFD && !l->line->plugin) {
		refuse_plain(l, LT_TRUNCATED, shown);
		return;
	}
	if (link_refused(l, LT_TRUNCATED, &truncated, shown))
		return;
	t = link_trouble(l, LT_TRUNCATED, true);
	t->path = shown;
	if (l->kind == LINKER_LLD) {
		link_line_of(l, t, true, LD_LLD_TOO_SHORT, l->self, shown, (unsigned long long)e->shoff);
		return;
	}
	link_line_of(l, t, true, LD_MOLD_TOO_SHORT, l->self, shown, (unsigned long long)e->file.n,
		     e->shnum);
	l->stop = true;
}

static bool is_program(const struct elf *e)
{
	return e->type == ET_EXEC ||
	       (e->type == ET_DYN && elf_has(e, ELF_DT_FLAGS_1) && (e->dt[ELF_DT_FLAGS_1] & DF_1_PIE) != 0);
}

static bool static_refuses(const struct link *l, const struct link_op *op)
{
	return l->kind == LINKER_GOLD ? l->line->is_static : op->is_static;
}

static void load_dso(struct link *l, const struct link_op *op, struct link_object *o)
{
	if (l->line->relocatable ? link_refused(l, LT_STATIC_DSO, &relocatable_dso, o->shown) :
	    static_refuses(l, op) && link_refused(l, LT_STATIC_DSO, &static_dso, o->shown))
		return;
	if (l->kind == LINKER_BFD && is_program(o->e)) {
		*ARENA_PUSH(l->a, &l->programs) = o; /* said when everything is open */
		return;
	}
	o->soname = o->e->soname;
	if (o->soname == NULL)
		o->soname = o->by_lib ? link_base(o->path) : o->path;
	o->as_needed = op->as_needed;
	link_read_refs(l, o);
	link_add_object(l, o);
}

static void load_elf(struct link *l, const struct link_op *op, const struct elf *e, const char *path,
		     const char *shown, const char *lib)
{
	struct link_object *o;

	if (link_is_cut(e) && (l->kind != LINKER_GOLD || link_machine_fits(l, e))) {
		say_cut(l, shown, e);
		return;
	}
	o = link_new_object(l, e, path, shown);
	o->command = true;
	o->by_lib = lib != NULL;
	o->lib = lib;
	o->source = source_of(l, shown);
	if (!link_machine_fits(l, e)) {
		*ARENA_PUSH(l->a, &l->misfits) = o;
		if (!link_is_told_late(l, o))
			link_wrong_arch(l, o);
		return;
	}
	if (e->type == ET_EXEC || (e->type != ET_REL && e->type != ET_DYN)) {
		if (l->kind != LINKER_BFD) {
			link_refused(l, LT_EXECUTABLE, &executable, shown);
			return;
		}
		*ARENA_PUSH(l->a, &l->programs) = o; /* said when all symbols are read */
	}
	if (o->kind == LINK_DSO) {
		load_dso(l, op, o);
		return;
	}
	link_read_refs(l, o);
	if (l->loose != NULL && l->kind != LINKER_BFD)
		link_loose_add(l, l->loose, o);
	else
		link_add_object(l, o);
}

/* ---- any file ---------------------------------------------------------------------------------------- */

/* Its symbols stand in a table that each release of LLVM writes in its own way. */
bool link_take_bitcode(struct link *l)
{
	if (l->kind != LINKER_LLD && !l->line->llvm_plugin)
		return false;
	l->has_lto = l->cut = l->bitcode = true;
	return true;
}

void link_refuse_lto(struct link *l, const char *shown)
{
	struct link_trouble *t = link_trouble(l, LT_LTO_PLUGIN, true);

	t->path = shown;
	link_line_of(l, t, true, l->line->plugin ? LD_MOLD_LTO : LD_MOLD_NO_PLUGIN, l->self, shown);
	l->stop = true;
}

/* The plugin of gcc does not take it. */
static bool load_bitcode(struct link *l, const char *shown)
{
	if (link_take_bitcode(l))
		return true;
	if (l->kind == LINKER_MOLD)
		link_refuse_lto(l, shown);
	return l->kind == LINKER_MOLD;
}

static bool is_other_binary(enum file_kind k)
{
	return k == FILE_PE || k == FILE_MACHO || k == FILE_MACHO_FAT || k == FILE_WASM ||
		k == FILE_LLVM_BITCODE;
}

/* mold looks at the first four bytes: letters make a script. */
static bool mold_text(struct view v)
{
	for (size_t i = 0; i < 4; i++)
		if (i >= v.n || v.p[i] < ' ' || v.p[i] > '~')
			if (i >= v.n || (v.p[i] != '\n' && v.p[i] != '\t'))
				return false;
	return true;
}

static void load_text(struct link *l, const struct link_op *op, const struct store_file *f, const char *path,
		      const char *shown, const char *lib)
{
	if (f->kind == FILE_EMPTY) {
		*ARENA_PUSH(l->a, &l->empty_scripts) = shown;
		link_refused(l, LT_EMPTY, &empty, shown);
		return;
	}
	if (f->kind == FILE_LLVM_BITCODE && load_bitcode(l, shown))
		return;
	if (l->kind == LINKER_LLD && is_other_binary(f->kind) && link_refused(l, LT_NOT_RECOGNIZED, &no_type,
			shown))
		return;
	if (l->kind == LINKER_MOLD && !mold_text(f->bytes) &&
	    link_refused(l, LT_NOT_RECOGNIZED, &no_type, shown))
		return;
	link_script(l, op, path, shown, f->bytes, lib);
}

static void load_missing(struct link *l, const struct link_op *op, const char *shown)
{
	struct link_missing *m = ARENA_NEW(l->a, struct link_missing);

	m->name = shown;
	m->op = *op;
	*ARENA_PUSH(l->a, &l->missing) = m;
	l->missing_file = true;
	if (link_refused(l, LT_NO_FILE, &no_file, shown))
		l->troubles.items[l->troubles.n - 1]->missing = m;
}

/* mold reads each library once, however often it is named. */
static bool is_visited(struct link *l, const char *path)
{
	if (l->kind != LINKER_MOLD)
		return false;
	if (table_get(&l->visited, path, elf_gnu_hash(path)) != NULL)
		return true;
	table_put(&l->visited, path, elf_gnu_hash(path), (void *)(uintptr_t)path);
	return false;
}

/* A file in a link for Windows. */
static void load_pe(struct link *l, const struct link_op *op, struct store_file *f, const char *path,
		    const char *shown, const char *lib)
{
	const struct elf *e = NULL;

	if (f->kind == FILE_ARCHIVE || f->kind == FILE_THIN_ARCHIVE) {
		link_load_archive(l, op, f, path, shown, lib);
	} else if (f->kind == FILE_PE) {
		link_coff_dll(l, f->bytes);
	} else if (f->kind == FILE_ELF) {
		l->cut = true; /* GNU ld takes it; what comes of it is seldom what was meant */
	} else {
		e = link_coff_elf(l, f->bytes);
		if (e == NULL)
			load_text(l, op, f, path, shown, lib);
		else if (l->machine == EM_386 && e->machine != EM_386)
			refuse_plain(l, LT_WRONG_ARCH, shown);
		else
			load_elf(l, op, e, path, shown, lib);
	}
}

void link_load_file(struct link *l, const struct link_op *op, const char *path, const char *shown,
		    const char *lib)
{
	const struct store_entry *en = link_open(l, path);

	if (en == NULL || en->err != 0) {
		load_missing(l, op, shown);
		return;
	}
	if (link_is_pe(l)) {
		load_pe(l, op, en->file, path, shown, lib);
		return;
	}
	if (en->file->kind != FILE_ELF || en->file->elf.type == ET_DYN)
		if (is_visited(l, path))
			return;
	if (en->file->st.type != OS_REGULAR) {
		link_refused(l, LT_FOLDER, &folder, shown);
		return;
	}
	switch (en->file->kind) {
	case FILE_ELF: load_elf(l, op, &en->file->elf, path, shown, lib); break;
	case FILE_ARCHIVE:
	case FILE_THIN_ARCHIVE: link_load_archive(l, op, en->file, path, shown, lib); break;
	default: load_text(l, op, en->file, path, shown, lib); break;
	}
}

struct link_object *link_load_needed(struct link *l, const char *path, const struct store_file *f,
				     struct link_object *by)
{
	struct link_object *o = link_new_object(l, &f->elf, path, path);

	o->soname = f->elf.soname != NULL ? f->elf.soname : link_base(path);
	o->indirect = true;
	o->by = by;
	link_read_refs(l, o);
	return o;
}

/* ---- the whole line ---------------------------------------------------------------------------------- */

void link_load_op(struct link *l, size_t i)
{
	const struct link_op *op = &l->line->ops.items[i];
	struct link_found found;

	l->at.op = i;
	if (op->kind == LINK_FILE)
		link_load_file(l, op, op->name, op->name, NULL);
	else if (op->kind == LINK_LIB && link_find_lib(l, op, NULL, &found))
		link_load_file(l, op, found.path, found.shown, op->name);
}

void link_rescan(struct link *l, size_t first)
{
	size_t before;

	if (l->kind != LINKER_BFD && l->kind != LINKER_GOLD)
		return;
	do {
		before = l->pulls;
		for (size_t i = first; i < l->archives.n && !l->stop; i++)
			if (!l->archives.items[i]->whole)
				link_add_archive(l, l->archives.items[i]);
	} while (l->pulls != before && !l->stop);
}

static size_t load_group(struct link *l, size_t i)
{
	size_t first = l->archives.n;

	for (i++; i < l->line->ops.n && l->line->ops.items[i].kind != LINK_END_GROUP && !l->stop; i++)
		link_load_op(l, i);
	link_rescan(l, first);
	return i;
}

/* Objects that take part only if a symbol asks for them. */
static size_t load_loose(struct link *l, size_t i)
{
	struct link_archive *ar = link_loose_begin(l);

	l->loose = ar;
	for (i++; i < l->line->ops.n && l->line->ops.items[i].kind != LINK_LIB_END && !l->stop; i++)
		link_load_op(l, i);
	l->loose = NULL;
	*ARENA_PUSH(l->a, &l->archives) = ar;
	if (!l->stop)
		link_add_archive(l, ar);
	return i;
}

/* Options name symbols before any file is read; lld looks at them when all are. */
void link_name_symbols(struct link *l)
{
	for (size_t i = 0; i < l->line->undefined.n; i++) {
		const char *name = l->line->undefined.items[i];
		struct link_sym *s = link_intern(l, name, elf_gnu_hash(name));

		if (s->state == LINK_LAZY)
			link_extract(l, s);
		else if (s->state == LINK_NEW)
			s->state = LINK_UNDEFINED;
		s->ref_regular_strong = l->kind == LINKER_MOLD;
	}
	for (size_t i = 0; i < l->line->defined.n; i++) {
		const char *name = l->line->defined.items[i];
		struct link_sym *s = link_intern(l, name, elf_gnu_hash(name));

		s->state = LINK_DEFINED;
		s->option = true;
	}
}

void link_say_misfits(struct link *l)
{
	for (; l->misfits_told < l->misfits.n; l->misfits_told++) {
		struct link_object *o = l->misfits.items[l->misfits_told];

		if (link_is_told_late(l, o))
			link_wrong_arch(l, o);
	}
}

static void say_programs(struct link *l)
{
	for (size_t i = 0; i < l->programs.n && !l->stop; i++)
		link_refused(l, LT_EXECUTABLE, &executable, l->programs.items[i]->shown);
}

/* lld asks archives for what stands in the value of --defsym. */
static void name_values(struct link *l)
{
	for (size_t i = 0; i < l->line->values.n && l->kind == LINKER_LLD; i++) {
		const char *v = l->line->values.items[i];
		struct link_sym *s;

		if (*v == '\0' || (*v >= '0' && *v <= '9'))
			continue;
		s = link_intern(l, v, elf_gnu_hash(v));
		if (s->state == LINK_NEW)
			s->state = LINK_UNDEFINED;
	}
}

void link_load_all(struct link *l)
{
	machine_of_emulation(l);
	name_values(l);
	if (l->kind != LINKER_LLD)
		link_name_symbols(l);
	for (size_t i = 0; i < l->line->ops.n && !l->stop; i++) {
		if (l->line->ops.items[i].kind == LINK_GROUP)
			i = load_group(l, i);
		else if (l->line->ops.items[i].kind == LINK_LIB_BEGIN)
			i = load_loose(l, i);
		else
			link_load_op(l, i);
	}
	if (l->stop)
		return;
	/* GNU ld ends here if a file is missing; lld if anything was wrong so far. Of bitcode no symbol is
	 * known. */
	l->stop = l->kind == LINKER_BFD ? l->missing_file :
					  l->kind == LINKER_LLD && l->failed;
	l->stop = l->stop || l->bitcode;
	l->stop = l->stop || (l->kind == LINKER_LLD && link_refuse_pair(l));
	if (l->stop)
		return;
	say_programs(l);
	if (!l->stop)
		link_say_misfits(l);
	l->stop = l->stop || (l->kind == LINKER_LLD && l->failed);
}
