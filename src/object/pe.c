/* pe.c - headers and sections of PE images.
 *
 *    DOS header: 0 2 "MZ"   60 4 where "PE\0\0" is
 *    from there: 0 4 "PE\0\0"   4 2 machine   6 2 sections   8 4 time   20 2 size of what follows
 *    22 2 flags
 *    from 24: the optional header, then 40 bytes for each section
 */
#include "object/pe.h"

#include "object/elfconst.h"

enum {
	HEADER = 24,
	SECTION = 40,
	MAX_SECTIONS = 1024, /* looked at; Windows of old took 96 */
	MAX_STRING = 4096,
	IS_DLL = 0x2000,
	RELOCS_STRIPPED = 1
};

static uint16_t get16(struct view v, size_t at)
{
	return load16(v.p + at, order_swaps(false));
}

static uint32_t get32(struct view v, size_t at)
{
	return load32(v.p + at, order_swaps(false));
}

static uint64_t get64(struct view v, size_t at)
{
	return load64(v.p + at, order_swaps(false));
}

/* ---- addresses -------------------------------------------------------------------------------- */

static bool section_header(const struct pe *e, uint32_t i, struct view *out)
{
	return view_sub(e->sections, (uint64_t)i * SECTION, SECTION, out) && out->p != NULL;
}

/* Section header: 8 4 size in memory   12 4 address   16 4 size in the file   20 4 place in the file. The
 * loader rounds the place down to 512; a size in memory of 0 stands for the one in the file. */
struct view pe_at(const struct pe *e, uint32_t rva)
{
	struct view v = { NULL, 0 };

	if (rva < e->headers_size) {
		view_sub(e->file, rva, e->file.n > rva ? e->file.n - rva : 0, &v);
		return v;
	}
	for (uint32_t i = 0; i < e->nsections; i++) {
		uint32_t begin, raw, memory, offset, shown;
		struct view h;

		if (!section_header(e, i, &h))
			break;
		begin = get32(h, 12);
		raw = get32(h, 16);
		memory = get32(h, 8);
		offset = get32(h, 20) & ~511u;
		shown = memory != 0 && memory < raw ? (memory + 4095) & ~4095u : raw;

		if (shown > raw || shown == 0)
			shown = raw;
		if (rva < begin || rva - begin >= shown || offset >= e->file.n)
			continue;
		if (shown > e->file.n - offset)
			shown = (uint32_t)(e->file.n - offset);
		if (rva - begin < shown)
			view_sub(e->file, (uint64_t)offset + (rva - begin), shown - (rva - begin), &v);
		return v;
	}
	return v;
}

bool pe_section(const struct pe *e, const char *name, struct view *out)
{
	char padded[8] = { 0 };
	struct view h;

	memcpy(padded, name, strnlen(name, sizeof(padded)));
	*out = (struct view){ NULL, 0 };
	for (uint32_t i = 0; i < e->nsections && section_header(e, i, &h); i++)
		if (memcmp(h.p, padded, sizeof(padded)) == 0) {
			*out = pe_at(e, get32(h, 12));
			return out->p != NULL;
		}
	return false;
}

const char *pe_string(const struct pe *e, uint32_t rva)
{
	struct view v = pe_at(e, rva);

	if (rva == 0)
		return NULL;
	if (v.n > MAX_STRING)
		v.n = MAX_STRING;
	return view_cstr(v, 0);
}

/* ---- headers ---------------------------------------------------------------------------------- */

static enum pe_defect read_optional(struct pe *e, struct view o)
{
	uint16_t magic;
	size_t tables;
	uint32_t n;

	if (o.n < 2 || o.p == NULL)
		return PE_BAD_OPTIONAL;
	magic = get16(o, 0);
	e->is64 = magic == 0x20b;
	tables = e->is64 ? 112 : 96;
	if ((magic != 0x10b && magic != 0x20b) || o.n < tables)
		return PE_BAD_OPTIONAL;
	e->linker_major = o.p[2];
	e->linker_minor = o.p[3];
	e->entry = get32(o, 16);
	e->image_base = e->is64 ? get64(o, 24) : get32(o, 28);
	e->os_major = get16(o, 40);
	e->os_minor = get16(o, 42);
	e->subsystem_major = get16(o, 48);
	e->subsystem_minor = get16(o, 50);
	e->image_size = get32(o, 56);
	e->headers_size = get32(o, 60);
	e->subsystem = get16(o, 68);
	e->dll_flags = get16(o, 70);
	n = get32(o, tables - 4);
	for (uint32_t i = 0; i < n && i < PE_NDIRS && view_has(o, tables + (size_t)i * 8, 8); i++) {
		e->dirs[i].rva = get32(o, tables + (size_t)i * 8);
		e->dirs[i].size = get32(o, tables + (size_t)i * 8 + 4);
	}
	return PE_OK;
}

/* The last byte that a section has in the file; one that ends behind the file cannot be mapped. */
static enum pe_defect read_sections(struct pe *e, uint64_t at, uint32_t n)
{
	uint64_t room = at < e->file.n ? (e->file.n - at) / SECTION : 0;
	enum pe_defect defect = n > room ? PE_SHORT : PE_OK;

	e->nsections = n < room ? n : (uint32_t)room;
	if (e->nsections > MAX_SECTIONS)
		e->nsections = MAX_SECTIONS;
	view_sub(e->file, at, (uint64_t)e->nsections * SECTION, &e->sections);
	for (uint32_t i = 0; i < e->nsections; i++) {
		struct view h;
		uint64_t end;

		if (!section_header(e, i, &h))
			break;
		end = (uint64_t)(get32(h, 20) & ~511u) + get32(h, 16);
		if (get32(h, 16) != 0 && get32(h, 20) != 0 && end > e->end_wanted)
			e->end_wanted = end;
		/* A last page that is not whole is filled with zeros. */
		if (get32(h, 16) != 0 && get32(h, 20) >= e->file.n && defect == PE_OK)
			defect = PE_CUT;
	}
	if (defect == PE_OK && e->end_wanted > ((e->file.n + 511) & ~(uint64_t)511))
		defect = PE_CUT;
	return defect;
}

/* CLR header: 16 4 flags. Load configuration: 0 4 its own size; the flags for imports and the tables of
 * hybrid images lie where the word size says. */
static void read_details(struct pe *e)
{
	struct view clr = pe_at(e, e->dirs[PE_DIR_CLR].rva);
	struct view config = pe_at(e, e->dirs[PE_DIR_CONFIG].rva);
	struct view tls = pe_at(e, e->dirs[PE_DIR_TLS].rva);
	size_t flags = e->is64 ? 0x4e : 0x36, chpe = e->is64 ? 0xc8 : 0x84, callbacks = e->is64 ? 24 : 12;
	uint32_t size;

	e->has_signature = e->dirs[PE_DIR_CERTIFICATE].rva != 0 && e->dirs[PE_DIR_CERTIFICATE].size != 0;
	e->has_clr = e->dirs[PE_DIR_CLR].rva != 0 && clr.n >= 20;
	e->il_only = e->has_clr && (get32(clr, 16) & 1) != 0;
	if (e->dirs[PE_DIR_TLS].rva != 0 && tls.n >= callbacks + 8)
		e->has_tls_callbacks = e->is64 ? get64(tls, callbacks) != 0 : get32(tls, callbacks) != 0;
	if (e->dirs[PE_DIR_CONFIG].rva == 0 || config.n < 4)
		return;
	size = get32(config, 0);
	if (size >= flags + 2 && config.n >= flags + 2)
		e->dependent_flags = get16(config, flags);
	if (e->is64 && size >= chpe + 8 && config.n >= chpe + 8)
		e->chpe = get64(config, chpe) != 0;
}

static enum pe_defect read_headers(struct pe *e)
{
	struct view file = e->file, head, o;
	enum pe_defect defect;
	uint64_t at;

	if (file.n < 2)
		return PE_SHORT;
	if (file.p[0] != 'M' || file.p[1] != 'Z')
		return PE_NO_MZ;
	if (file.n < 64)
		return PE_SHORT;
	at = get32(file, 60);
	if (view_has(file, at, 2) && file.p[at] == 'N' && file.p[at + 1] == 'E')
		return PE_WIN16;
	if (!view_sub(file, at, HEADER, &head) || head.p == NULL || memcmp(head.p, "PE\0\0", 4) != 0)
		return at >= file.n ? PE_SHORT : PE_NO_SIGNATURE;
	e->machine = get16(head, 4);
	e->timestamp = get32(head, 8);
	e->is_dll = (get16(head, 22) & IS_DLL) != 0;
	e->relocs_stripped = (get16(head, 22) & RELOCS_STRIPPED) != 0;
	if (!view_sub(file, at + HEADER, get16(head, 20), &o))
		return PE_SHORT;
	defect = read_optional(e, o);
	if (defect == PE_OK)
		defect = read_sections(e, at + HEADER + o.n, get16(head, 6));
	read_details(e);
	return defect;
}

bool pe_open(struct view file, struct pe *out)
{
	memset(out, 0, sizeof(*out));
	out->file = file;
	out->defect = read_headers(out);
	return out->machine != 0 || out->defect == PE_OK;
}

/* ---- names ------------------------------------------------------------------------------------ */

uint16_t pe_machine_em(uint16_t machine)
{
	switch (machine) {
	case PE_AMD64: return EM_X86_64;
	case PE_I386: return EM_386;
	case PE_ARM64: return EM_AARCH64;
	case PE_ARMNT: return EM_ARM;
	case PE_IA64: return EM_IA_64;
	default: return EM_NONE;
	}
}

const char *pe_machine_words(struct arena *a, const struct pe *e)
{
	switch (e->machine) {
	case PE_AMD64: return e->chpe ? "ARM64EC (x64 to look at, for Windows 11 on ARM)" : "x64 (64 bit)";
	case PE_I386: return e->il_only ? "any processor (.NET)" : "x86 (32 bit)";
	case PE_ARM64: return e->chpe ? "ARM64X (for ARM64 and x64 processes of Windows on ARM)" : "ARM64";
	case PE_ARMNT: return "ARM (32 bit)";
	case PE_IA64: return "Itanium";
	default: return arena_printf(a, "an unknown machine (0x%x)", e->machine);
	}
}
