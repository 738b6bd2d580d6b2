/* macho_import.c - which symbols a Mach-O file asks for, and of which of its libraries.
 *
 *   chained fixups   0 version, 4 starts, 8 imports, 12 symbols, 16 number, 20 format, 24 format of symbols
 *     import 1       ordinal 8 bits, weak 1, name 23
 *     import 2       the same, and an addend of 32 bits
 *     import 3       64 bits: ordinal 16, weak 1, reserved 15, name 32; and an addend of 64 bits
 *   bind opcodes     the upper four bits say what, the lower ones are a small number
 *   symbol table     the library in the upper byte of the description: 254 anyone, 255 the program
 * Source: Apple's <mach-o/fixup-chains.h>, <mach-o/loader.h>, <mach-o/nlist.h>.
 */
#include "object/macho_import.h"

enum {
	OP_DONE = 0x00,
	OP_ORDINAL = 0x10,
	OP_ORDINAL_ULEB = 0x20,
	OP_SPECIAL = 0x30,
	OP_SYMBOL = 0x40,
	OP_TYPE = 0x50,
	OP_ADDEND = 0x60,
	OP_SEGMENT = 0x70,
	OP_ADD = 0x80,
	OP_BIND = 0x90,
	OP_BIND_ADD = 0xa0,
	OP_BIND_SCALED = 0xb0,
	OP_BIND_TIMES = 0xc0,
	OP_THREADED = 0xd0
};
enum { SYMBOL_MAX = 1 << 16, SYMBOL_WEAK = 1, FLAG_TWO_LEVEL = 0x80, SYMBOL_ANYONE = 254, SYMBOL_MAIN = 255 };

/* A name of a sound file is short; long ones would be read once for each of many that begin within them. */
static const char *name_at(struct view v, uint64_t at)
{
	struct view part;

	if (at > v.n || !view_sub(v, at, v.n - at < SYMBOL_MAX ? v.n - at : SYMBOL_MAX, &part))
		return NULL;
	return view_cstr(part, 0);
}

/* ---- chained fixups ---------------------------------------------------------------------------- */

static bool chained(const struct macho_load *l, macho_on_import *fn, void *ctx)
{
	bool swap = l->m.swap;
	struct view v = l->fixups, symbols;
	uint32_t at, names, n, format, size;

	if (v.n == 0 || !view_has(v, 0, 28))
		return false;
	at = load32(v.p + 8, swap);
	names = load32(v.p + 12, swap);
	n = load32(v.p + 16, swap);
	format = load32(v.p + 20, swap);
	size = format == 1 ? 4 : format == 2 ? 8 : 16;
	if (format < 1 || format > 3 || load32(v.p + 24, swap) != 0 || !view_has(v, at, (uint64_t)n * size) ||
	    names > v.n || !view_sub(v, names, v.n - names, &symbols))
		return false;
	for (uint32_t i = 0; i < n; i++) {
		const unsigned char *p = v.p + at + (size_t)i * size;
		struct macho_import im = { .name = NULL };
		uint64_t word = format == 3 ? load64(p, swap) : load32(p, swap);

		if (format == 3) {
			im.ordinal = (word & 0xffff) > 0xfff0 ? (int16_t)(word & 0xffff)
							      : (int32_t)(word & 0xffff);
			im.name = name_at(symbols, word >> 32);
			im.weak = (word >> 16 & 1) != 0;
		} else {
			im.ordinal = (word & 0xff) > 0xf0 ? (int8_t)(word & 0xff) : (int32_t)(word & 0xff);
			im.name = name_at(symbols, word >> 9);
			im.weak = (word >> 8 & 1) != 0;
		}
		if (im.name == NULL)
			return false;
		if (fn(ctx, &im))
			return true;
	}
	return true;
}

/* ---- bind opcodes ------------------------------------------------------------------------------ */

enum kind_of_stream { PLAIN, LAZY, COALESCED };

struct stream {
	struct view v;
	size_t at;
	struct macho_import now;
	bool lazy, told, stop;
	macho_on_import *fn;
	void *ctx;
};

static bool skip_uleb(struct stream *s)
{
	uint64_t ignored;

	return macho_uleb(s->v, &s->at, &ignored);
}

static bool set_ordinal(struct stream *s, int64_t ordinal)
{
	if (ordinal != s->now.ordinal)
		s->told = false;
	s->now.ordinal = ordinal > INT32_MAX ? INT32_MAX : (int32_t)ordinal;
	return true;
}

static bool set_symbol(struct stream *s, unsigned flags)
{
	const char *name = name_at(s->v, s->at);

	if (name == NULL)
		return false;
	s->at += strlen(name) + 1;
	s->now.name = name;
	s->now.weak = (flags & SYMBOL_WEAK) != 0;
	s->told = false;
	return true;
}

static bool tell(struct stream *s)
{
	if (s->now.name == NULL)
		return false;
	if (!s->told)
		s->stop = s->fn(s->ctx, &s->now);
	s->told = true;
	return true;
}

static bool step(struct stream *s)
{
	unsigned byte = s->v.p[s->at++], small = byte & 0xf;
	uint64_t n;

	switch (byte & 0xf0) {
	case OP_DONE:
		if (!s->lazy)
			s->at = s->v.n;
		return true;
	case OP_ORDINAL: return set_ordinal(s, small);
	case OP_ORDINAL_ULEB:
		return macho_uleb(s->v, &s->at, &n) && set_ordinal(s, n > INT32_MAX ? INT32_MAX : (int64_t)n);
	case OP_SPECIAL: return set_ordinal(s, small == 0 ? 0 : (int64_t)small - 16);
	case OP_SYMBOL: return set_symbol(s, small);
	case OP_TYPE: return true;
	case OP_ADDEND:
	case OP_SEGMENT:
	case OP_ADD: return skip_uleb(s);
	case OP_BIND:
	case OP_BIND_SCALED: return tell(s);
	case OP_BIND_ADD: return tell(s) && skip_uleb(s);
	case OP_BIND_TIMES: return tell(s) && skip_uleb(s) && skip_uleb(s);
	case OP_THREADED: return small != 0 || skip_uleb(s);
	default: return false;
	}
}

static bool opcodes(struct view v, enum kind_of_stream kind, macho_on_import *fn, void *ctx, bool *stop)
{
	struct stream s = { .v = v, .lazy = kind == LAZY, .fn = fn, .ctx = ctx };

	s.now.lazy = kind == LAZY;
	s.now.ordinal = kind == COALESCED ? MACHO_FROM_WEAK : MACHO_FROM_SELF;
	while (s.at < v.n && !s.stop)
		if (!step(&s))
			return false;
	*stop = s.stop;
	return true;
}

/* ---- the symbol table -------------------------------------------------------------------------- */

static bool from_symbols(const struct macho_load *l, macho_on_import *fn, void *ctx)
{
	bool two_level = (l->m.flags & FLAG_TWO_LEVEL) != 0;

	for (uint32_t i = 0; i < l->nundefined; i++) {
		struct macho_import im = { .name = NULL };
		struct macho_symbol s;
		uint32_t ordinal;

		if (l->first_undefined > UINT32_MAX - i || !macho_symbol(&l->m, l->first_undefined + i, &s))
			return false;
		ordinal = s.desc >> 8;
		im.name = s.name;
		im.weak = (s.desc & MACHO_N_WEAK_REF) != 0;
		im.ordinal = !two_level || ordinal == SYMBOL_ANYONE ? MACHO_FROM_ANYONE
			     : ordinal == SYMBOL_MAIN		    ? MACHO_FROM_MAIN
								    : (int32_t)ordinal;
		if (fn(ctx, &im))
			return true;
	}
	return true;
}

bool macho_each_import(const struct macho_load *l, macho_on_import *fn, void *ctx)
{
	bool stop = false;

	if (l->has_fixups)
		return chained(l, fn, ctx);
	if (!l->has_info)
		return from_symbols(l, fn, ctx);
	if (!opcodes(l->bind, PLAIN, fn, ctx, &stop) ||
	    (!stop && !opcodes(l->lazy_bind, LAZY, fn, ctx, &stop)))
		return false;
	return stop || opcodes(l->weak_bind, COALESCED, fn, ctx, &stop);
}
