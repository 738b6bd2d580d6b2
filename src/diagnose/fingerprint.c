/* fingerprint.c - one name for the same finding on every machine, for ignore lists. */
#include <string.h>
#include <xxhash.h>

#include "diagnose/common.h"

const char *fingerprint(struct arena *a, const char *code, const char *detail, const char *object,
			const char *symbol, const char *version)
{
	const char *part[] = { code, detail, object != NULL ? base_name(object) : NULL, symbol,
			       version };
	const char *text = "";
	XXH128_hash_t h;

	for (size_t i = 0; i < sizeof(part) / sizeof(part[0]); i++)
		text = arena_printf(a, "%s%s|", text, part[i] != NULL ? part[i] : "");
	h = XXH3_128bits(text, strlen(text));
	return arena_printf(a, "%016llx%016llx", (unsigned long long)h.high64,
			    (unsigned long long)h.low64);
}
