/* apiset.c - reading the schema of API sets.
 *
 *    version 2, 3: 0 4 version  4 4 count, then entries of 12: 0 4 name  4 4 its size  8 4 values
 *                  values: 0 4 count, then 16 each: 0 4 importer  4 4 its size  8 4 host  12 4 its size
 *    version 4:    0 4 version  4 4 size  8 4 flags  12 4 count, then entries of 24: 0 4 flags  4 4 name
 *                  8 4 its size  12 4 alias  16 4 its size  20 4 values
 *                  values: 0 4 flags  4 4 count, then 20 each: 0 4 flags, then as above
 *    version 6:    0 4 version  4 4 size  8 4 flags  12 4 count  16 4 entries  20 4 hashes  24 4 factor
 *                  entries of 24: 0 4 flags  4 4 name  8 4 its size  12 4 size of what counts  16 4 values
 *                  20 4 count; values of 20 as above
 *
 * Offsets count from the begin of the section, sizes are bytes of UTF-16. Up to version 4 names lack their
 * "api-" or "ext-". The order of the table is that of the loader's search; here each entry is looked at.
 */
#include "machine/apiset.h"

#include <string.h>

enum {
	MIN_SECTION = 28, /* the longest header */
	MAX_CONTRACTS = 16384,
	MAX_VALUES = 64,
	PREFIX = 4, /* "api-" */
	OLD_ENTRY = 12,
	ENTRY = 24,
	OLD_VALUE = 16,
	VALUE = 20
};

static uint32_t get32(struct view v, size_t at)
{
	return load32(v.p + at, order_swaps(false));
}

/* ---- the section ------------------------------------------------------------------------------ */

bool apiset_read(struct view section, struct apiset *out)
{
	size_t size;

	*out = (struct apiset){ .bytes = section };
	if (section.p == NULL || section.n < MIN_SECTION)
		return false;
	out->version = get32(section, 0);
	switch (out->version) {
	case 2:
	case 3: out->entries = 8; break;
	case 4: out->entries = 16; break;
	case 6: out->entries = get32(section, 16); break;
	default: return false;
	}
	if (out->entries > section.n)
		return false;
	size = out->version < 4 ? OLD_ENTRY : ENTRY;
	out->count = get32(section, out->version < 4 ? 4 : 12);
	if (out->count > (section.n - out->entries) / size)
		out->count = (uint32_t)((section.n - out->entries) / size);
	if (out->count > MAX_CONTRACTS)
		out->count = MAX_CONTRACTS;
	return true;
}

bool apiset_open(const struct pe *e, struct apiset *out)
{
	struct view section;

	return pe_section(e, ".apiset", &section) && apiset_read(section, out);
}

/* ---- names ------------------------------------------------------------------------------------ */

static unsigned char lower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c - 'A' + 'a') : c;
}

/* Is the UTF-16 text at `at` this one, without regard to case? */
static bool is_text(struct view bytes, uint32_t at, uint32_t size, const char *text, size_t n)
{
	struct view v;

	if (size != 2 * n || !view_sub(bytes, at, size, &v) || (v.p == NULL && n > 0))
		return false;
	for (size_t i = 0; i < n; i++)
		if (v.p[2 * i + 1] != 0 || lower(v.p[2 * i]) != (unsigned char)text[i])
			return false;
	return true;
}

/* Names of DLLs are ASCII. False: this one is none, or too long. */
static bool copy_host(struct view bytes, uint32_t at, uint32_t size, char host[APISET_HOST_MAX])
{
	struct view v;

	if (size / 2 >= APISET_HOST_MAX || !view_sub(bytes, at, size, &v) || v.p == NULL)
		return false;
	for (uint32_t i = 0; i < size / 2; i++) {
		unsigned char c = v.p[(size_t)i * 2];

		if (v.p[(size_t)i * 2 + 1] != 0 || c <= ' ' || c >= 127 || c == '/' || c == '\\')
			return false;
		host[i] = (char)lower(c);
	}
	host[size / 2] = '\0';
	return true;
}

/* The name without ".dll"; from version 6 on without its last number and the hyphen before it. */
static size_t contract_length(const struct apiset *s, const char *name)
{
	size_t n = strcspn(name, ".");

	if (s->version < 6)
		return n;
	for (size_t i = n; i > 0; i--)
		if (name[i - 1] == '-')
			return i - 1;
	return n;
}

/* ---- entries ---------------------------------------------------------------------------------- */

struct values {
	uint32_t at, count, size; /* where they begin, of how many bytes each is */
};

/* The i-th contract: is it that one? */
static bool is_contract(const struct apiset *s, uint32_t i, const char *name, size_t n, struct values *out)
{
	struct view e, head;
	bool old = s->version < 4;
	uint32_t at;

	if (!view_sub(s->bytes, s->entries + (uint64_t)i * (old ? OLD_ENTRY : ENTRY),
		      old ? OLD_ENTRY : ENTRY, &e) || e.p == NULL)
		return false;
	if (s->version == 6) {
		*out = (struct values){ get32(e, 16), get32(e, 20), VALUE };
		return get32(e, 12) <= get32(e, 8) && is_text(s->bytes, get32(e, 4), get32(e, 12), name, n);
	}
	if (n < PREFIX ||
	    !is_text(s->bytes, get32(e, old ? 0 : 4), get32(e, old ? 4 : 8), name + PREFIX, n - PREFIX))
		return false;
	at = get32(e, old ? 8 : 20);
	if (!view_sub(s->bytes, at, old ? 4 : 8, &head) || head.p == NULL)
		return false;
	*out = (struct values){ at + (old ? 4 : 8), get32(head, old ? 0 : 4), old ? OLD_VALUE : VALUE };
	return true;
}

/* The host for that importer: the value that names it, else the first, which names nobody. */
static enum apiset_answer host_of(const struct apiset *s, const struct values *v, const char *importer,
				  char host[APISET_HOST_MAX])
{
	size_t name = v->size == VALUE ? 4 : 0;
	uint32_t chosen = 0;
	struct view e;

	for (uint32_t i = 0; importer != NULL && i < v->count && i < MAX_VALUES; i++) {
		if (!view_sub(s->bytes, v->at + (uint64_t)i * v->size, v->size, &e) || e.p == NULL)
			break;
		if (is_text(s->bytes, get32(e, name), get32(e, name + 4), importer, strlen(importer)))
			chosen = i;
	}
	if (v->count == 0 || !view_sub(s->bytes, v->at + (uint64_t)chosen * v->size, v->size, &e) ||
	    e.p == NULL || get32(e, name + 12) == 0)
		return APISET_NO_HOST;
	return copy_host(s->bytes, get32(e, name + 8), get32(e, name + 12), host) ? APISET_HOST :
										     APISET_NO_HOST;
}

enum apiset_answer apiset_find(const struct apiset *s, const char *name, const char *importer,
			       char host[APISET_HOST_MAX])
{
	size_t n = contract_length(s, name);
	struct values v;

	*host = '\0';
	for (uint32_t i = 0; i < s->count; i++)
		if (is_contract(s, i, name, n, &v))
			return host_of(s, &v, importer, host);
	return APISET_UNKNOWN;
}
