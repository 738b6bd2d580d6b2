/* macho.c - Mach-O files.
 *
 *   fat header, big-endian    0 magic cafebabe or cafebabf, 4 number; slices of 20 bytes: cpu, subtype,
 *                             offset, size, align; or of 32: cpu, subtype, 8 offset, 16 size, align
 *   header 28/32 bytes        0 magic, 4 cpu, 8 subtype, 12 type, 16 commands, 20 their bytes, 24 flags
 *   command                   0 command, 4 its bytes
 *   segment 56/72 bytes       8 name 16, 48/64 number of sections; sections of 68/80 bytes behind it
 *   section                   0 name 16, 16 segment 16, 32 address 4/8, 36/40 size 4/8, 40/48 offset, 48/56
 *                             relocations, 52/60 their number, 56/64 flags
 *   symbol 12/16 bytes        0 name, 4 type, 5 section, 6 description, 8 value 4/8
 *   relocation 8 bytes        0 address, 4 symbol 24 bits, pcrel 1, length 2, external 1, type 4
 */
#include "object/macho.h"

enum { COMMANDS_MAX = 1 << 16, TRIE_DEPTH = 128, EXPORT_NAME_MAX = 8192 };
enum { REQUIRED = 0x7fffffff };

static uint32_t get32(const struct macho *m, struct view v, size_t at)
{
	return view_has(v, at, 4) ? load32(v.p + at, m->swap) : 0;
}

static uint32_t big32(struct view v, size_t at)
{
	return view_has(v, at, 4) ? load32(v.p + at, order_swaps(true)) : 0;
}

static uint64_t get64(struct view v, size_t at, bool swap)
{
	return view_has(v, at, 8) ? load64(v.p + at, swap) : 0;
}

/* ---- universal files ------------------------------------------------------------------------- */

bool macho_fat_open(struct view file, struct macho_fat *out)
{
	uint64_t room;

	memset(out, 0, sizeof(*out));
	out->file = file;
	if (!view_has(file, 0, 8) || (big32(file, 0) != 0xcafebabe && big32(file, 0) != 0xcafebabf))
		return false;
	out->wide = big32(file, 0) == 0xcafebabf;
	out->n = big32(file, 4);
	if (!out->wide && out->n > 0x2a)
		return false; /* a Java class */
	room = (file.n - 8) / (out->wide ? 32 : 20);
	out->n = out->n < room ? out->n : (uint32_t)room;
	return true;
}

bool macho_fat_slice(const struct macho_fat *f, uint32_t i, struct macho_slice *out)
{
	size_t size = f->wide ? 32 : 20;
	struct view v;

	if (i > f->n || (i == f->n && f->wide) || !view_sub(f->file, 8 + (uint64_t)i * size, size, &v))
		return false;
	out->cpu = big32(v, 0);
	out->subtype = big32(v, 4);
	out->offset = f->wide ? get64(v, 8, order_swaps(true)) : big32(v, 8);
	out->size = f->wide ? get64(v, 16, order_swaps(true)) : big32(v, 12);
	return i < f->n || out->cpu == MACHO_ARM64;
}

/* ---- commands -------------------------------------------------------------------------------- */

bool macho_command(const struct macho *m, size_t *at, struct macho_command *out)
{
	struct view head;
	uint32_t n;

	if (!view_sub(m->commands, *at, 8, &head) || head.p == NULL)
		return false;
	out->command = get32(m, head, 0) & REQUIRED;
	out->required = out->command != get32(m, head, 0);
	n = get32(m, head, 4);
	if (n < 8 || !view_sub(m->commands, *at, n, &out->bytes))
		return false;
	*at += n;
	return true;
}

const char *macho_command_string(const struct macho *m, const struct macho_command *c, size_t field)
{
	return view_has(c->bytes, field, 4) ? view_cstr(c->bytes, get32(m, c->bytes, field)) : NULL;
}

static void take_symtab(struct macho *m, struct view v)
{
	size_t size = m->is64 ? 16 : 12;
	uint32_t at, n;
	uint64_t room;

	if (v.n < 24)
		return;
	at = get32(m, v, 8);
	n = get32(m, v, 12);
	room = at < m->file.n ? (m->file.n - at) / size : 0;
	m->nsymbols = n < room ? n : (uint32_t)room;
	view_sub(m->file, at, m->nsymbols * (uint64_t)size, &m->symbols);
	at = get32(m, v, 16);
	room = at < m->file.n ? m->file.n - at : 0;
	view_sub(m->file, at, get32(m, v, 20) < room ? get32(m, v, 20) : room, &m->strings);
}

static void take_exports(struct macho *m, struct view v, size_t field)
{
	if (!view_has(v, field, 8))
		return;
	m->has_exports = true;
	view_sub(m->file, get32(m, v, field), get32(m, v, field + 4), &m->exports);
}

static void take_version(struct macho *m, uint32_t platform, struct view v, size_t field)
{
	if (m->platform != 0 || !view_has(v, field, 4))
		return;
	m->platform = platform;
	m->minimum = get32(m, v, field);
}

static void take_command(struct macho *m, const struct macho_command *c)
{
	switch (c->command) {
	case MACHO_LC_SYMTAB: take_symtab(m, c->bytes); break;
	case MACHO_LC_ID_DYLIB: m->id = macho_command_string(m, c, 8); break;
	case MACHO_LC_DYLD_INFO: take_exports(m, c->bytes, 40); break;
	case MACHO_LC_EXPORTS_TRIE: take_exports(m, c->bytes, 8); break;
	case MACHO_LC_MIN_MACOS: take_version(m, MACHO_MACOS, c->bytes, 8); break;
	case MACHO_LC_MIN_IOS: take_version(m, MACHO_IOS, c->bytes, 8); break;
	case MACHO_LC_MIN_TVOS: take_version(m, MACHO_TVOS, c->bytes, 8); break;
	case MACHO_LC_MIN_WATCHOS: take_version(m, MACHO_WATCHOS, c->bytes, 8); break;
	case MACHO_LC_BUILD_VERSION:
		if (view_has(c->bytes, 8, 8))
			take_version(m, get32(m, c->bytes, 8), c->bytes, 12);
		break;
	default: break;
	}
}

bool macho_open(struct view file, struct macho *out)
{
	struct macho_command c;
	size_t at = 0, head;
	uint32_t magic, size;

	memset(out, 0, sizeof(*out));
	out->file = file;
	if (!view_has(file, 0, 28))
		return false;
	magic = load32(file.p, false);
	out->swap = magic == 0xcefaedfe || magic == 0xcffaedfe;
	magic = out->swap ? __builtin_bswap32(magic) : magic;
	out->is64 = magic == 0xfeedfacf;
	head = out->is64 ? 32 : 28;
	if ((magic != 0xfeedface && !out->is64) || !view_has(file, 0, head))
		return false;
	out->cpu = get32(out, file, 4);
	out->subtype = get32(out, file, 8);
	out->type = get32(out, file, 12);
	out->ncommands = get32(out, file, 16);
	size = get32(out, file, 20);
	out->flags = get32(out, file, 24);
	if (size > file.n - head)
		size = (uint32_t)(file.n - head);
	view_sub(file, head, size, &out->commands);
	for (uint32_t i = 0; i < out->ncommands && i < COMMANDS_MAX && macho_command(out, &at, &c); i++)
		take_command(out, &c);
	return true;
}

/* ---- sections -------------------------------------------------------------------------------- */

static size_t fixed_name(const unsigned char *p)
{
	size_t n = 0;

	while (n < 16 && p[n] != 0)
		n++;
	return n;
}

static uint64_t word_at(const struct macho *m, struct view v, size_t narrow, size_t wide)
{
	return m->is64 ? get64(v, wide, m->swap) : get32(m, v, narrow);
}

static void decode_section(const struct macho *m, struct view v, struct macho_section *out)
{
	uint64_t room;

	out->name = (const char *)v.p;
	out->nname = fixed_name(v.p);
	out->segment = (const char *)v.p + 16;
	out->nsegment = fixed_name(v.p + 16);
	out->address = word_at(m, v, 32, 32);
	out->size = word_at(m, v, 36, 40);
	out->offset = get32(m, v, m->is64 ? 48 : 40);
	out->relocs = get32(m, v, m->is64 ? 56 : 48);
	out->nrelocs = get32(m, v, m->is64 ? 60 : 52);
	out->flags = get32(m, v, m->is64 ? 64 : 56);
	room = out->relocs < m->file.n ? (m->file.n - out->relocs) / 8 : 0;
	if (out->nrelocs > room)
		out->nrelocs = (uint32_t)room;
}

bool macho_section(const struct macho *m, uint32_t i, struct macho_section *out)
{
	size_t at = 0, head = m->is64 ? 72 : 56, size = m->is64 ? 80 : 68;
	struct macho_command c;

	if (i == 0)
		return false;
	i--;
	for (uint32_t k = 0; k < COMMANDS_MAX && macho_command(m, &at, &c); k++) {
		uint64_t n;
		struct view v;

		if (c.command != (m->is64 ? MACHO_LC_SEGMENT_64 : MACHO_LC_SEGMENT) || c.bytes.n < head)
			continue;
		n = get32(m, c.bytes, m->is64 ? 64 : 48);
		if (n > (c.bytes.n - head) / size)
			n = (c.bytes.n - head) / size;
		if (i < n) {
			if (!view_sub(c.bytes, head + (uint64_t)i * size, size, &v) || v.p == NULL)
				return false;
			decode_section(m, v, out);
			return true;
		}
		i -= (uint32_t)n;
	}
	return false;
}

/* ---- symbols, relocations -------------------------------------------------------------------- */

bool macho_symbol(const struct macho *m, uint32_t i, struct macho_symbol *out)
{
	size_t size = m->is64 ? 16 : 12;
	struct view v;

	if (i >= m->nsymbols || !view_sub(m->symbols, (uint64_t)i * size, size, &v) || v.p == NULL)
		return false;
	out->name = view_cstr(m->strings, get32(m, v, 0));
	if (out->name == NULL)
		out->name = "";
	out->type = v.p[4];
	out->section = v.p[5];
	out->desc = load16(v.p + 6, m->swap);
	out->value = word_at(m, v, 8, 8);
	return true;
}

bool macho_reloc(const struct macho *m, const struct macho_section *s, uint32_t i, struct macho_reloc *out)
{
	struct view v;
	uint32_t info;

	if (i >= s->nrelocs || !view_sub(m->file, s->relocs + (uint64_t)i * 8, 8, &v) || v.p == NULL)
		return false;
	memset(out, 0, sizeof(*out));
	out->address = get32(m, v, 0);
	info = get32(m, v, 4);
	out->scattered = !m->is64 && (out->address & 0x80000000u) != 0;
	if (out->scattered)
		return true;
	out->symbol = info & 0xffffff; /* a little-endian file, as all are that are linked today */
	out->length = (uint8_t)(info >> 25 & 3);
	out->external = (info >> 27 & 1) != 0;
	out->type = (uint8_t)(info >> 28);
	return true;
}

/* ---- exports --------------------------------------------------------------------------------- */

struct trie {
	struct view v;
	macho_on_export *fn;
	void *ctx;
	char name[EXPORT_NAME_MAX];
	size_t left;                 /* nodes that may still be read: a trie of n bytes has no more */
	bool stop;
};

bool macho_uleb(struct view v, size_t *at, uint64_t *out)
{
	unsigned shift = 0;

	*out = 0;
	for (; *at < v.n; shift += 7) {
		uint8_t byte = v.p[(*at)++];

		if (shift < 64)
			*out |= (uint64_t)(byte & 0x7f) << shift;
		if ((byte & 0x80) == 0)
			return true;
	}
	return false;
}

static bool walk(struct trie *t, uint64_t node, size_t n, unsigned depth);

/* The children of a node: an edge's text and where it leads to. */
static bool walk_children(struct trie *t, size_t at, size_t n, unsigned depth)
{
	unsigned count;

	if (at >= t->v.n)
		return false;
	count = t->v.p[at++];
	for (unsigned i = 0; i < count && !t->stop; i++) {
		const char *edge = view_cstr(t->v, at);
		size_t k = edge != NULL ? strlen(edge) : 0;
		uint64_t child;

		if (edge == NULL || k >= sizeof(t->name) - n)
			return false;
		memcpy(t->name + n, edge, k);
		at += k + 1;
		if (!macho_uleb(t->v, &at, &child) || !walk(t, child, n + k, depth + 1))
			return false;
	}
	return true;
}

static bool walk(struct trie *t, uint64_t node, size_t n, unsigned depth)
{
	size_t at = node < t->v.n ? (size_t)node : t->v.n, body;
	uint64_t size, flags;

	if (depth > TRIE_DEPTH || t->left == 0 || !macho_uleb(t->v, &at, &size) || size > t->v.n - at)
		return false;
	t->left--;
	body = at;
	if (size > 0) {
		if (!macho_uleb(t->v, &at, &flags))
			return false;
		t->name[n] = '\0';
		t->stop = t->fn(t->ctx, t->name, flags);
	}
	return t->stop || walk_children(t, body + (size_t)size, n, depth);
}

bool macho_each_export(const struct macho *m, macho_on_export *fn, void *ctx)
{
	struct trie t = { .v = m->exports, .fn = fn, .ctx = ctx, .left = m->exports.n };

	return m->exports.n == 0 || walk(&t, 0, 0, 0);
}

/* The child of a node whose edge is a beginning of *name, which moves on, as *at does behind what was read;
 * 0: none. */
static uint64_t follow_edge(struct view v, size_t *at, const char **name)
{
	unsigned count = *at < v.n ? v.p[(*at)++] : 0;

	while (count-- > 0) {
		const char *edge = view_cstr(v, *at);
		size_t k = edge != NULL ? strlen(edge) : 0;
		uint64_t child;

		*at += k + 1;
		if (edge == NULL || !macho_uleb(v, at, &child))
			return 0;
		if (strncmp(edge, *name, k) == 0) {
			*name += k;
			return child;
		}
	}
	return 0;
}

static bool read_export(struct view v, size_t at, struct macho_export *out)
{
	if (!macho_uleb(v, &at, &out->flags))
		return false;
	if ((out->flags & MACHO_EXPORT_REEXPORT) == 0)
		return true;
	if (!macho_uleb(v, &at, &out->ordinal))
		return false;
	out->imported = view_cstr(v, at);
	if (out->imported != NULL && *out->imported == '\0')
		out->imported = NULL;
	return true;
}

bool macho_find_export(const struct macho *m, const char *name, struct macho_export *out)
{
	struct view v = m->exports;
	uint64_t node = 0, size;
	size_t begin;

	memset(out, 0, sizeof(*out));
	/* No node is passed twice in a sound trie: what is looked at is less than all of it. */
	while (node < v.n && out->looked <= v.n) {
		size_t at = (size_t)node;

		if (!macho_uleb(v, &at, &size) || size > v.n - at)
			return false;
		if (*name == '\0' && size > 0) /* else an edge without text may go on */
			return read_export(v, at, out);
		at += (size_t)size;
		begin = (size_t)node;
		node = follow_edge(v, &at, &name);
		out->looked += at - begin;
		if (node == 0)
			return false;
	}
	return false;
}

/* ---- names ----------------------------------------------------------------------------------- */

const char *macho_cpu_name(uint32_t cpu, uint32_t subtype)
{
	subtype &= 0xffffff;
	switch (cpu) {
	case MACHO_I386: return "i386";
	case MACHO_X86_64: return subtype == 8 ? "x86_64h" : "x86_64";
	case MACHO_ARM64: return subtype == 2 ? "arm64e" : "arm64";
	case MACHO_ARM64_32: return "arm64_32";
	case MACHO_ARM:
		return subtype == 6 ? "armv6" : subtype == 9 ? "armv7" : subtype == 11 ? "armv7s" :
		       subtype == 12 ? "armv7k" : "arm";
	case MACHO_PPC: return "ppc";
	case MACHO_PPC64: return "ppc64";
	default: return NULL;
	}
}
