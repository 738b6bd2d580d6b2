/* elf_fuzzer.c - every function of object/elf.h on a file of arbitrary bytes. */
#include "object/elf.h"

/* As many look-ups as are of use in one run; a real file has thousands of symbols. */
#define SYMBOLS_MAX 64
#define RELOCS_MAX 256

/* Reads what it is given, so that the sanitizers see the access. */
static unsigned touch(const char *s)
{
	unsigned sum = 0;

	while (s != NULL && *s != 0)
		sum += (unsigned char)*s++;
	return sum;
}

static unsigned touch_view(struct view v)
{
	return v.n == 0 ? 0 : (unsigned)v.p[0] + v.p[v.n - 1];
}

/* Where the sums go, so that no compiler drops the reads. */
static volatile unsigned sink;

static bool on_verneed(void *ctx, const struct elf_verneed *v)
{
	(void)ctx;
	sink += touch(v->file) + touch(v->name) + v->hash + (unsigned)v->offset;
	return false;
}

static bool on_verdef(void *ctx, const struct elf_verdef *v)
{
	(void)ctx;
	sink += touch(v->name) + v->hash + (unsigned)v->offset;
	return false;
}

static bool on_symbol(void *ctx, uint64_t sym)
{
	struct elf_sym s;

	if (!elf_sym(ctx, sym, &s))
		__builtin_trap(); /* a hash table may only lead to symbols that exist */
	sink += s.name;
	return false;
}

static void use_segments(const struct elf *e)
{
	for (size_t i = 0; e->phdrs != NULL && i < e->phnum; i++) {
		struct elf_table t;
		struct view v;

		if (elf_at(e, e->phdrs[i].vaddr, 1, &v) == ELF_HERE)
			sink += touch_view(v);
		elf_table(e, e->phdrs[i].vaddr, e->phdrs[i].memsz, 24, &t);
		if (t.n > 0)
			sink += t.p[t.n * t.entry - 1];
	}
	for (size_t i = 0; i < e->nneeds; i++)
		sink += touch(e->needs[i].name);
	sink += touch(e->interp) + touch(e->soname) + touch(e->rpath) + touch(e->runpath);
}

static void use_symbols(struct elf *e)
{
	uint64_t n = elf_sym_count(e);
	struct elf_hash h;

	elf_hash_open(e, &h);
	for (uint64_t i = 0; i < n && i < SYMBOLS_MAX; i++) {
		const char *name = elf_sym_name(e, i);
		struct elf_sym s;
		uint16_t version;

		if (!elf_sym(e, i, &s))
			__builtin_trap(); /* elf_sym_count promises them */
		if (elf_versym(e, i, &version))
			sink += version;
		if (name == NULL)
			continue;
		sink += elf_hash_maybe(e, &h, elf_gnu_hash(name)) + elf_sysv_hash(name);
		elf_hash_find(e, &h, name, elf_gnu_hash(name), on_symbol, e);
	}
	elf_hash_find(e, &h, "memcpy", elf_gnu_hash("memcpy"), on_symbol, e);
}

static void use_relocs(const struct elf *e)
{
	struct elf_relocs r;

	elf_relocs_open(e, &r);
	for (int t = ELF_REL; t <= ELF_PLT; t++)
		for (uint64_t i = 0; i < r.rel[t].n && i < RELOCS_MAX; i++) {
			struct elf_rel rel;

			if (!elf_reloc(e, &r, t, i, &rel))
				__builtin_trap();
			sink += rel.sym + touch(elf_reloc_name(e->machine, rel.type));
		}
	if (r.relr.n > 0)
		sink += r.relr.p[r.relr.n * r.relr.entry - 1];
}

static void use_notes(const struct elf *e)
{
	struct elf_notes notes;

	elf_notes(e, &notes);
	sink += touch_view(notes.build_id) + notes.x86_isa_needed;
	for (size_t i = 0; i < notes.ndlopen; i++)
		sink += touch_view(notes.dlopen_json[i]);
}

static void use_sections(const struct elf *e)
{
	struct view v;
	const char *file;
	uint32_t crc;

	if (elf_section(e, ".comment", &v))
		sink += touch_view(v);
	if (elf_debuglink(e, &file, &crc))
		sink += touch(file) + crc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view file = { data, size };
	struct elf e;

	sink += touch(file_kind_name(file_kind(file)));
	if (!elf_open(file, size, &e))
		return 0;
	sink += touch(elf_machine_name(e.machine)) + touch(elf_type_name(e.type));
	use_segments(&e);
	use_symbols(&e);
	elf_each_verneed(&e, on_verneed, NULL, NULL);
	elf_each_verdef(&e, on_verdef, NULL, NULL);
	use_relocs(&e);
	use_notes(&e);
	use_sections(&e);
	elf_close(&e);
	return 0;
}
