/* fingerprint.c - one name for the same finding on every machine, for ignore lists. */
#include <string.h>
#include <xxhash.h>

#include "diagnose/common.h"

static void add(XXH3_state_t *st, const char *s)
{
	if (s != NULL)
		XXH3_128bits_update(st, s, strlen(s));
	XXH3_128bits_update(st, "|", 1);
}

const char *fingerprint(struct arena *a, const char *code, const char *detail, const char *object,
			const char *symbol, const char *version)
{
	XXH3_state_t *st = XXH3_createState();
	XXH128_hash_t h;

	if (st == NULL)
		return "";
	XXH3_128bits_reset(st);
	add(st, code);
	add(st, detail);
	add(st, object != NULL ? base_name(object) : NULL);
	add(st, symbol);
	add(st, version);
	h = XXH3_128bits_digest(st);
	XXH3_freeState(st);
	return arena_printf(a, "%016llx%016llx", (unsigned long long)h.high64,
			    (unsigned long long)h.low64);
}
