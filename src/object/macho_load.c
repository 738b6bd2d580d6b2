/* macho_load.c - what a Mach-O file tells the loader: libraries, folders, versions, signature.
 *
 *   library       8 offset of the name (24), 12 timestamp, 16 current, 20 compatible version
 *     since 14.4  timestamp 1a741800 and offset 28: 24 flags (weak 1, re-export 2, upward 4, delayed 8)
 *   LC_RPATH      8 offset of the path
 *   LC_UUID       8 sixteen bytes
 *   versions      LC_BUILD_VERSION: 8 platform, 12 minimum, 16 SDK; LC_VERSION_MIN_*: 8 minimum, 12 SDK
 *   linkedit      LC_CODE_SIGNATURE, LC_DYLD_CHAINED_FIXUPS: 8 offset, 12 bytes
 *   LC_DYLD_INFO  16 bind, 24 weak bind, 32 lazy bind: offset and bytes each
 *   LC_DYSYMTAB   16 number of the first undefined symbol, 20 how many
 *   encryption    16 cryptid
 *   segment       8 name 16, 32/40 offset, 36/48 bytes in the file
 */
#include "object/macho_load.h"

enum { COMMANDS_MAX = 1 << 16, NEEDS_MAX = 4096, RPATHS_MAX = 4096 };
enum {
	LC_DYSYMTAB = 0xb,
	LC_UUID = 0x1b,
	LC_CODE_SIGNATURE = 0x1d,
	LC_ENCRYPTION = 0x21,
	LC_ENCRYPTION_64 = 0x2c,
	LC_MAIN = 0x28,
	LC_CHAINED_FIXUPS = 0x34,
	LC_FILESET_ENTRY = 0x35
};
enum { USE_MARKER = 0x1a741800, USE_WEAK = 1, USE_REEXPORT = 2, USE_UPWARD = 4, USE_DELAYED = 8 };

struct need_list {
	struct macho_need *items;
	size_t n, cap;
};
struct rpath_list {
	const char **items;
	size_t n, cap;
};

struct reading {
	struct macho_load *out;
	struct arena *a;
	struct need_list needs;
	struct rpath_list rpaths;
	uint32_t at; /* number of the command, from 0 */
};

static uint32_t get32(const struct macho *m, struct view v, size_t at)
{
	return view_has(v, at, 4) ? load32(v.p + at, m->swap) : 0;
}

static void take_need(struct reading *r, const struct macho_command *c)
{
	const struct macho *m = &r->out->m;
	const char *name = macho_command_string(m, c, 8);
	struct macho_need n = { .weak = c->command == MACHO_LC_LOAD_WEAK_DYLIB,
				.reexport = c->command == MACHO_LC_REEXPORT_DYLIB,
				.upward = c->command == MACHO_LC_UPWARD_DYLIB };
	uint32_t flags = 0;

	n.name = name != NULL ? name : "";
	n.current = get32(m, c->bytes, 16);
	n.compatible = get32(m, c->bytes, 20);
	if (get32(m, c->bytes, 12) == USE_MARKER && get32(m, c->bytes, 8) == 28)
		flags = get32(m, c->bytes, 24);
	n.weak = n.weak || (flags & USE_WEAK) != 0;
	n.reexport = n.reexport || (flags & USE_REEXPORT) != 0;
	n.upward = n.upward || (flags & USE_UPWARD) != 0;
	n.delayed = (flags & USE_DELAYED) != 0 && !n.reexport;
	if (n.reexport)
		n.weak = false;
	if (r->needs.n < NEEDS_MAX)
		*ARENA_PUSH(r->a, &r->needs) = n;
}

static void take_rpath(struct reading *r, const struct macho_command *c)
{
	const char *path = macho_command_string(&r->out->m, c, 8);

	if (path != NULL && r->rpaths.n < RPATHS_MAX)
		*ARENA_PUSH(r->a, &r->rpaths) = path;
}

static void take_version(struct macho_load *l, uint32_t platform, uint32_t minimum, uint32_t sdk)
{
	if (l->nversions < MACHO_VERSIONS_MAX)
		l->versions[l->nversions++] = (struct macho_version){ platform, minimum, sdk };
}

/* The part of the file that two words of a command name; empty if it is not all there. */
static struct view part(const struct macho_load *l, struct view v, size_t field)
{
	struct view out = { NULL, 0 };

	view_sub(l->m.file, get32(&l->m, v, field), get32(&l->m, v, field + 4), &out);
	return out;
}

static bool section_is(struct view v, const char *name)
{
	return strncmp((const char *)v.p, name, 16) == 0;
}

static void take_segment(struct macho_load *l, const struct macho_command *c)
{
	const struct macho *m = &l->m;
	bool wide = c->command == MACHO_LC_SEGMENT_64;
	size_t head = wide ? 72 : 56;
	uint64_t at, n;
	struct view name;

	if (c->bytes.n < head)
		return;
	at = wide ? load64(c->bytes.p + 40, m->swap) : get32(m, c->bytes, 32);
	n = wide ? load64(c->bytes.p + 48, m->swap) : get32(m, c->bytes, 36);
	view_sub(c->bytes, 8, 16, &name);
	if (!view_has(m->file, at, n) && l->cut_segment == NULL) {
		l->cut_segment = (const char *)name.p;
		l->ncut = strnlen(l->cut_segment, 16);
		l->cut_end = n > UINT64_MAX - at ? UINT64_MAX : at + n;
	}
	if (section_is(name, "__RESTRICT") && c->bytes.n >= head + 16) {
		view_sub(c->bytes, head, 16, &name);
		l->restricted = l->restricted || section_is(name, "__restrict");
	}
}

/* Commands that loaders know, of those that may carry the bit "required". */
static bool is_known_required(uint32_t command)
{
	switch (command) {
	case MACHO_LC_LOAD_WEAK_DYLIB:
	case MACHO_LC_RPATH:
	case MACHO_LC_REEXPORT_DYLIB:
	case MACHO_LC_DYLD_INFO:
	case MACHO_LC_UPWARD_DYLIB:
	case LC_MAIN:
	case MACHO_LC_EXPORTS_TRIE:
	case LC_CHAINED_FIXUPS:
	case LC_FILESET_ENTRY: return true;
	default: return false;
	}
}

static void take_linkedit(struct macho_load *l, const struct macho_command *c)
{
	switch (c->command) {
	case MACHO_LC_DYLD_INFO:
		l->has_info = true;
		l->bind = part(l, c->bytes, 16);
		l->weak_bind = part(l, c->bytes, 24);
		l->lazy_bind = part(l, c->bytes, 32);
		break;
	case LC_CHAINED_FIXUPS:
		l->has_fixups = true;
		l->fixups = part(l, c->bytes, 8);
		break;
	case LC_CODE_SIGNATURE:
		l->has_signature = true;
		l->signature = get32(&l->m, c->bytes, 8);
		l->nsignature = get32(&l->m, c->bytes, 12);
		break;
	case LC_DYSYMTAB:
		l->first_undefined = get32(&l->m, c->bytes, 16);
		l->nundefined = get32(&l->m, c->bytes, 20);
		break;
	default: break;
	}
}

static void take_command(struct reading *r, const struct macho_command *c)
{
	struct macho_load *l = r->out;
	struct view v;

	switch (c->command) {
	case MACHO_LC_LOAD_DYLIB:
	case MACHO_LC_LOAD_WEAK_DYLIB:
	case MACHO_LC_REEXPORT_DYLIB:
	case MACHO_LC_UPWARD_DYLIB: take_need(r, c); break;
	case MACHO_LC_RPATH: take_rpath(r, c); break;
	case MACHO_LC_ID_DYLIB: l->nids++; break;
	case MACHO_LC_SEGMENT:
	case MACHO_LC_SEGMENT_64: take_segment(l, c); break;
	case LC_UUID: l->uuid = view_sub(c->bytes, 8, 16, &v) ? v.p : NULL; break;
	case MACHO_LC_MIN_MACOS:
		take_version(l, MACHO_MACOS, get32(&l->m, c->bytes, 8), get32(&l->m, c->bytes, 12));
		break;
	case MACHO_LC_MIN_IOS:
		take_version(l, MACHO_IOS, get32(&l->m, c->bytes, 8), get32(&l->m, c->bytes, 12));
		break;
	case MACHO_LC_MIN_TVOS:
		take_version(l, MACHO_TVOS, get32(&l->m, c->bytes, 8), get32(&l->m, c->bytes, 12));
		break;
	case MACHO_LC_MIN_WATCHOS:
		take_version(l, MACHO_WATCHOS, get32(&l->m, c->bytes, 8), get32(&l->m, c->bytes, 12));
		break;
	case MACHO_LC_BUILD_VERSION:
		take_version(l, get32(&l->m, c->bytes, 8), get32(&l->m, c->bytes, 12),
			     get32(&l->m, c->bytes, 16));
		break;
	case LC_ENCRYPTION:
	case LC_ENCRYPTION_64: l->encrypted = get32(&l->m, c->bytes, 16) != 0; break;
	default: take_linkedit(l, c); break;
	}
	if (c->required && !is_known_required(c->command) && l->unknown == 0) {
		l->unknown = c->command | 0x80000000u;
		l->unknown_at = r->at;
	}
}

bool macho_load_open(struct view slice, struct arena *a, struct macho_load *out)
{
	struct reading r = { .out = out, .a = a };
	struct macho_command c;
	size_t at = 0;

	memset(out, 0, sizeof(*out));
	if (!macho_open(slice, &out->m))
		return false;
	for (; r.at < out->m.ncommands && r.at < COMMANDS_MAX && macho_command(&out->m, &at, &c); r.at++)
		take_command(&r, &c);
	out->broken_commands = r.at < out->m.ncommands;
	out->needs = r.needs.items;
	out->nneeds = r.needs.n;
	out->rpaths = r.rpaths.items;
	out->nrpaths = r.rpaths.n;
	return true;
}

const struct macho_version *macho_version_for(const struct macho_load *l, uint32_t platform)
{
	for (size_t i = 0; i < l->nversions; i++)
		if (l->versions[i].platform == platform)
			return &l->versions[i];
	return NULL;
}

uint32_t macho_sdk(const struct macho_load *l)
{
	uint32_t sdk = 0;

	for (size_t i = 0; i < l->nversions; i++)
		if (l->versions[i].sdk > sdk)
			sdk = l->versions[i].sdk;
	return sdk;
}

const char *macho_platform_name(uint32_t platform)
{
	static const char *const names[] = { "",
					     "macOS",
					     "iOS",
					     "tvOS",
					     "watchOS",
					     "bridgeOS",
					     "macCatalyst",
					     "iOS-simulator",
					     "tvOS-simulator",
					     "watchOS-simulator",
					     "driverKit",
					     "visionOS",
					     "visionOS-simulator" };

	return platform > 0 && platform < sizeof(names) / sizeof(names[0]) ? names[platform] : NULL;
}
