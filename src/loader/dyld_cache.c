/* dyld_cache.c - which libraries are in the shared cache of macOS, and so on no disk.
 *
 * Since macOS 11 what lies below /usr/lib and /System/Library is there alone. What the cache of a release
 * holds is written in its SDK, as one stub for each library: dyld_cache.def.
 */
#include <string.h>

#include "loader/dyld.h"

static const char *const places[] = { "/usr/lib/", "/System/Library/", "/System/iOSSupport/usr/lib/",
				      "/System/iOSSupport/System/Library/", "/System/DriverKit/" };

bool dyld_cache_place(const char *path)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (strncmp(path, places[i], strlen(places[i])) == 0)
			return true;
	return false;
}

static const char *const names[] = {
#define LIBRARY(name) name,
#include "loader/dyld_cache.def"
#undef LIBRARY
};

static bool has_library(const char *path)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], path) == 0)
			return true;
	return false;
}

bool dyld_in_cache(const struct dyld_world *w, const char *path)
{
	(void)w;
	return dyld_cache_place(path) && has_library(path);
}
