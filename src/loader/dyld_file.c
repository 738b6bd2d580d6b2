/* dyld_file.c - one file: which slice, and does dyld take it?
 *
 * In dyld's order: the processor, the platform, the type, since 15.4 the structure, the signature. Each
 * check says what it finds in dyld's words. Where upstream decides: MachOFile::compatibleSlice,
 * JustInTimeLoader::makeJustInTimeLoaderDisk, mach_o::Image::validate, and the kernel for signatures.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "loader/dyld.h"
#include "loader/process.h"

/* ---- which slice? ------------------------------------------------------------------------------ */

enum { SUBTYPE_MASK = 0xffffff, X86_64 = 3, X86_64H = 8, SLICES_MAX = 64 };

/* How well does it fit? 0: not at all. Of arm64 all bits count, of others the upper byte does not. */
static int grade(const struct dyld_world *w, uint32_t cpu, uint32_t subtype)
{
	if (cpu != w->cpu)
		return 0;
	if (cpu == MACHO_ARM64)
		return subtype == 0 ? 1 : 0;
	if ((subtype & SUBTYPE_MASK) == X86_64H)
		return 2;
	return (subtype & SUBTYPE_MASK) == X86_64 ? 1 : 0;
}

static const char *cpu_name(uint32_t cpu, uint32_t subtype)
{
	const char *name = macho_cpu_name(cpu, subtype);

	return name != NULL ? name : "unknown";
}

static bool thin_slice(const struct dyld_world *w, struct view file, struct dyld_slice *out)
{
	struct macho m;

	if (!macho_open(file, &m))
		return false;
	out->bytes = file;
	out->have = cpu_name(m.cpu, m.subtype);
	return grade(w, m.cpu, m.subtype) > 0;
}

bool dyld_slice(const struct dyld_world *w, struct view file, struct arena *a, struct dyld_slice *out)
{
	struct macho_fat fat;
	struct macho_slice s;
	struct arena_text have = { NULL, 0, 0 };
	int best = 0;

	memset(out, 0, sizeof(*out));
	out->have = "";
	if (!macho_fat_open(file, &fat))
		return thin_slice(w, file, out);
	out->fat = true;
	for (uint32_t i = 0; i < SLICES_MAX && macho_fat_slice(&fat, i, &s); i++) {
		int g = grade(w, s.cpu, s.subtype);

		if (i > 0)
			arena_text_str(a, &have, ",");
		arena_text_str(a, &have, cpu_name(s.cpu, s.subtype));
		if (g <= best || s.offset > file.n)
			continue;
		best = g;
		out->offset = s.offset;
		out->cut = s.size > file.n - s.offset;
		view_sub(file, s.offset, out->cut ? file.n - s.offset : s.size, &out->bytes);
	}
	out->have = arena_text_end(a, &have);
	return best > 0;
}

/* ---- one check after the other ----------------------------------------------------------------- */

struct candidate {
	struct process *p;
	const struct store_entry *en;
	const char *path, *real;
	bool dependency;
	struct dyld_slice slice;
	struct macho_load load;
	const char *why;
};

static enum probe_outcome check_arch(struct candidate *c)
{
	const struct dyld_world *w = c->p->w->dyld;
	const char *need = w->cpu == MACHO_ARM64 ? DYLD_TEXT(NEED_ARM64, c->p) : DYLD_TEXT(NEED_X86_64, c->p);
	struct view file = c->en->file->bytes;

	if (dyld_slice(w, file, c->p->a, &c->slice))
		return PROBE_TAKEN;
	if (c->slice.fat) {
		c->why = arena_printf(c->p->a, DYLD_TEXT(FAT_ARCH, c->p), c->slice.have, need);
		return PROBE_WRONG_MACHINE;
	}
	if (c->slice.have[0] != '\0') {
		c->why = arena_printf(c->p->a, DYLD_TEXT(THIN_ARCH, c->p), c->slice.have, need);
		return PROBE_WRONG_MACHINE;
	}
	c->why = file.n == 0 ? "" : DYLD_TEXT(NOT_MACHO, c->p);
	return PROBE_NOT_MACHO;
}

/* As this release calls a platform: up to 15.3 "iOS-sim". */
static const char *platform_name(struct process *p, uint32_t platform)
{
	const char *name = macho_platform_name(platform), *dash;

	if (name == NULL)
		return "unknown";
	dash = strstr(name, "-simulator");
	if (dash == NULL || dyld_release(p) >= DYLD_RELEASE(15, 4))
		return name;
	return arena_printf(p->a, "%.*s-sim", (int)(dash - name), name);
}

static enum probe_outcome check_platform(struct candidate *c)
{
	if (c->load.nversions == 0 || macho_version_for(&c->load, MACHO_MACOS) != NULL)
		return PROBE_TAKEN;
	c->why = arena_printf(c->p->a, DYLD_TEXT(PLATFORM, c->p), c->path,
			      platform_name(c->p, c->load.versions[0].platform));
	return PROBE_WRONG_PLATFORM;
}

static enum probe_outcome check_type(struct candidate *c)
{
	uint32_t type = c->load.m.type;

	if (type == MACHO_DYLIB || (type == MACHO_BUNDLE && !c->dependency))
		return PROBE_TAKEN;
	if (type == MACHO_BUNDLE)
		c->why = arena_printf(c->p->a, DYLD_TEXT(DEPENDS_ON_BUNDLE, c->p), c->path);
	else if (type == MACHO_EXECUTE && c->dependency)
		c->why = arena_printf(c->p->a, DYLD_TEXT(DEPENDS_ON_PROGRAM, c->p), c->path);
	else if (type == MACHO_EXECUTE)
		c->why = arena_printf(c->p->a, DYLD_TEXT(OPENS_PROGRAM, c->p), c->path);
	else
		c->why = arena_printf(c->p->a, DYLD_TEXT(FILE_TYPE, c->p), type, c->path);
	return PROBE_WRONG_TYPE;
}

/* ---- structure, since 15.4 --------------------------------------------------------------------- */

static const char *duplicate_rpath(const struct macho_load *l)
{
	for (size_t i = 1; i < l->nrpaths; i++)
		for (size_t k = 0; k < i; k++)
			if (strcmp(l->rpaths[i], l->rpaths[k]) == 0)
				return l->rpaths[i];
	return NULL;
}

static const char *duplicate_need(const struct macho_load *l)
{
	for (size_t i = 1; i < l->nneeds; i++)
		for (size_t k = 0; k < i; k++)
			if (strcmp(l->needs[i].name, l->needs[k].name) == 0)
				return l->needs[i].name;
	return NULL;
}

static bool sdk_from(const struct macho_load *l, unsigned major, unsigned minor)
{
	return macho_sdk(l) >= (major << 16 | minor << 8);
}

/* Which of them count depends on the SDK that the file was built with; of the program none before 26. */
const char *dyld_list_defect(struct process *p, const struct macho_load *l, bool program)
{
	bool year26 = dyld_release(p) >= DYLD_RELEASE(26, 0);
	const char *twice;

	if (program && !year26)
		return NULL;
	if (l->uuid == NULL && sdk_from(l, program ? 26 : 12, 0))
		return DYLD_TEXT(NO_UUID, p);
	if ((twice = duplicate_need(l)) != NULL && sdk_from(l, year26 ? 26 : 15, 0))
		return arena_printf(p->a, DYLD_TEXT(DUPLICATE_LIBRARY, p), twice);
	if ((twice = duplicate_rpath(l)) != NULL && sdk_from(l, year26 ? 26 : 15, year26 ? 0 : 4))
		return arena_printf(p->a, DYLD_TEXT(DUPLICATE_RPATH, p), twice);
	if (l->nneeds == 0 && sdk_from(l, 15, 4))
		return DYLD_TEXT(NO_LIBRARY, p);
	return NULL;
}

static enum probe_outcome check_structure(struct candidate *c)
{
	const struct macho_load *l = &c->load;
	struct process *p = c->p;
	bool cut = c->slice.cut || l->cut_segment != NULL;

	if (dyld_release(p) < DYLD_RELEASE(15, 4)) {
		if (cut || l->broken_commands)
			c->why = DYLD_TEXT(NOT_MACHO, p);
	} else if (c->slice.cut) {
		c->why = arena_printf(p->a, DYLD_TEXT(CUT_SLICE, p), cpu_name(l->m.cpu, l->m.subtype));
	} else if (l->unknown != 0) {
		c->why = arena_printf(p->a, DYLD_TEXT(UNKNOWN_COMMAND, p), l->unknown_at, l->unknown);
	} else if (l->broken_commands) {
		c->why = DYLD_TEXT(NOT_MACHO, p);
	} else if (l->cut_segment != NULL) {
		c->why = arena_printf(p->a, DYLD_TEXT(CUT_SEGMENT, p), (int)l->ncut, l->cut_segment);
	} else if (l->nids > 1) {
		c->why = DYLD_TEXT(SEVERAL_IDS, p);
	} else if (l->m.type == MACHO_DYLIB && l->nids == 0) {
		c->why = DYLD_TEXT(NO_ID, p);
	} else if (l->m.type != MACHO_DYLIB && l->nids > 0) {
		c->why = DYLD_TEXT(FOREIGN_ID, p);
	} else {
		c->why = dyld_list_defect(p, l, false);
	}
	if (c->why == NULL)
		return PROBE_TAKEN;
	return cut || l->broken_commands ? PROBE_TOO_SHORT : PROBE_BAD_HEADER;
}

/* ---- signature --------------------------------------------------------------------------------- */

/* A text with the file's UUID and its path without links. */
static const char *signature_text(struct candidate *c, const char *format)
{
	return arena_printf(c->p->a, format, dyld_uuid_text(c->p->a, c->load.uuid), c->real);
}

static enum probe_outcome check_signature(struct candidate *c)
{
	const struct dyld_process *dp = c->p->dyld;
	struct macho_signature s;
	bool readable = macho_signature_read(&c->load, &s);

	if (!c->load.has_signature) {
		if (c->p->w->dyld->cpu != MACHO_ARM64)
			return PROBE_TAKEN;
		c->why = signature_text(c, DYLD_TEXT(UNSIGNED, c->p));
		return PROBE_BAD_SIGNATURE;
	}
	if (!readable) {
		c->why = arena_printf(c->p->a, DYLD_TEXT(BAD_SIGNATURE, c->p),
				      dyld_uuid_text(c->p->a, c->load.uuid), c->real, EINVAL,
				      (unsigned long long)c->slice.offset, c->load.signature,
				      c->load.nsignature);
		return PROBE_BAD_SIGNATURE;
	}
	if (!dp->validates || (s.team != NULL && strcmp(s.team, dp->team) == 0))
		return PROBE_TAKEN;
	c->why = signature_text(c, s.team == NULL ? DYLD_TEXT(NO_TEAM, c->p) : DYLD_TEXT(OTHER_TEAM, c->p));
	return PROBE_BAD_SIGNATURE;
}

enum probe_outcome dyld_take(struct process *p, const struct store_entry *en, const char *path,
			     bool dependency, struct image **out, const char **why)
{
	static enum probe_outcome (*const checks[])(
		struct candidate * c) = { check_platform, check_type, check_structure, check_signature };
	struct candidate c = { .p = p, .en = en, .path = path, .dependency = dependency };
	enum probe_outcome o = check_arch(&c);
	char *real = NULL;

	*out = NULL;
	c.real = source_realpath(p->w->source, path, &real) == 0 ? arena_strdup(p->a, real) : path;
	free(real);
	if (o == PROBE_TAKEN)
		macho_load_open(c.slice.bytes, p->a, &c.load);
	for (size_t i = 0; o == PROBE_TAKEN && i < sizeof(checks) / sizeof(checks[0]); i++)
		o = checks[i](&c);
	*why = c.why;
	if (o != PROBE_TAKEN)
		return o;
	*out = dyld_add(p, IMAGE_LIBRARY, en->file, path, c.real);
	(*out)->dyld->load = c.load;
	(*out)->dyld->offset = c.slice.offset;
	(*out)->soname = c.load.m.id;
	return o;
}
