/* macho_sign.c - the code signature of a Mach-O file. All big-endian.
 *
 *   super blob      0 fade0cc0, 4 bytes, 8 number of blobs; 12 of each its slot and its offset
 *   code directory  0 fade0c02, 4 bytes, 8 version, 12 flags, 16 offset of the hashes, 20 of the identifier,
 *                   24 special slots, 28 pages, 32 bytes covered, 36 size of a hash, 37 its kind, 39 page as
 *                   a power of two; 48 offset of the team from version 20200 on; 56 bytes covered, 64 bits
 *                   wide, from 20300 on
 * Source: XNU's osfmk/kern/cs_blobs.h.
 */
#include "object/macho_sign.h"

enum { SUPER = 0xfade0cc0u, DIRECTORY = 0xfade0c02u, ENTITLEMENTS = 0xfade7171u, CMS = 0xfade0b01u };
enum {
	SLOT_DIRECTORY = 0,
	SLOT_ENTITLEMENTS = 5,
	SLOT_ALTERNATE = 0x1000,
	SLOT_CMS = 0x10000,
	ALTERNATES = 5,
	BLOBS_MAX = 64
};

static uint32_t big32(struct view v, uint64_t at)
{
	return view_has(v, at, 4) ? load32(v.p + at, order_swaps(true)) : 0;
}

/* The blob at an offset, as long as its second word says; empty if it does not fit. */
static struct view blob(struct view all, uint32_t at)
{
	struct view v = { NULL, 0 };

	view_sub(all, at, big32(all, (uint64_t)at + 4), &v);
	return v;
}

static enum digest_kind kind_of(unsigned char kind, unsigned size)
{
	if (kind == 1 && size == 20)
		return DIGEST_SHA1;
	if (kind == 2 && size == 32)
		return DIGEST_SHA256;
	return kind == 4 && size == 48 ? DIGEST_SHA384 : DIGEST_NONE;
}

static void take_directory(struct view v, struct macho_signature *out)
{
	enum digest_kind kind;
	uint64_t limit;
	uint32_t version = big32(v, 8), at;

	if (v.n < 44 || (kind = kind_of(v.p[37], v.p[36])) == DIGEST_NONE || kind <= out->kind)
		return;
	out->kind = kind;
	out->flags = big32(v, 12);
	out->identifier = view_cstr(v, big32(v, 20));
	at = version >= 0x20200 ? big32(v, 48) : 0;
	out->team = at != 0 ? view_cstr(v, at) : NULL;
	limit = big32(v, 32);
	if (version >= 0x20300 && view_has(v, 56, 8) && load64(v.p + 56, order_swaps(true)) != 0)
		limit = load64(v.p + 56, order_swaps(true));
	out->limit = limit;
	out->page = v.p[39] == 0 ? limit : v.p[39] < 32 ? UINT64_C(1) << v.p[39] : 0;
	out->npages = big32(v, 28);
	if (out->page == 0 || !view_sub(v, big32(v, 16), (uint64_t)out->npages * v.p[36], &out->hashes) ||
	    (limit + out->page - 1) / out->page != out->npages)
		out->broken = "its code directory contradicts itself";
}

static void take_blob(uint32_t slot, struct view v, struct macho_signature *out)
{
	uint32_t magic = big32(v, 0);

	if (magic == DIRECTORY &&
	    (slot == SLOT_DIRECTORY || (slot >= SLOT_ALTERNATE && slot < SLOT_ALTERNATE + ALTERNATES))) {
		take_directory(v, out);
	} else if (magic == ENTITLEMENTS && slot == SLOT_ENTITLEMENTS) {
		out->entitlements = (const char *)v.p + 8;
		out->nentitlements = v.n - 8;
	} else if (magic == CMS && slot == SLOT_CMS) {
		out->has_cms = v.n > 8;
	}
}

bool macho_signature_read(const struct macho_load *l, struct macho_signature *out)
{
	struct view all;
	uint32_t n;

	memset(out, 0, sizeof(*out));
	if (!l->has_signature) {
		out->broken = "there is none";
		return false;
	}
	if (!view_sub(l->m.file, l->signature, l->nsignature, &all) || big32(all, 0) != SUPER) {
		out->broken = "it is not where its load command says";
		return false;
	}
	n = big32(all, 8);
	for (uint32_t i = 0; i < n && i < BLOBS_MAX; i++) {
		struct view v = blob(all, big32(all, 16 + (uint64_t)i * 8));

		if (v.n >= 8)
			take_blob(big32(all, 12 + (uint64_t)i * 8), v, out);
	}
	if (out->kind == DIGEST_NONE)
		out->broken = "it has no code directory";
	return out->broken == NULL;
}

struct macho_pages macho_signature_check(const struct macho_load *l, const struct macho_signature *s)
{
	struct macho_pages out = { 0, 0 };
	size_t size = digest_size(s->kind);
	unsigned char hash[DIGEST_MAX];

	for (uint32_t i = 0; i < s->npages; i++) {
		uint64_t at = i * s->page, n = s->limit - at < s->page ? s->limit - at : s->page;
		struct view v;
		bool right = view_sub(l->m.file, at, n, &v);

		if (right) {
			digest_of(s->kind, v, hash);
			right = memcmp(hash, s->hashes.p + (size_t)i * size, size) == 0;
		}
		if (!right && out.wrong++ == 0)
			out.first = i;
	}
	return out;
}

bool macho_entitled(const struct macho_signature *s, const char *key)
{
	const char *at = s->entitlements, *end = at != NULL ? at + s->nentitlements : NULL;
	size_t n = strlen(key);

	while (at != NULL && (at = memmem(at, (size_t)(end - at), key, n)) != NULL) {
		const char *next = at + n;

		if (at[-1] == '>' && end - next > 6 && memcmp(next, "</key>", 6) == 0) {
			for (next += 6; next < end && strchr(" \t\r\n", *next) != NULL; next++)
				;
			return end - next >= 5 && memcmp(next, "<true", 5) == 0;
		}
		at = next;
	}
	return false;
}
