/* dyld_cache.c - which libraries are in the shared cache of macOS, and so on no disk.
 *
 * Since macOS 11 what lies below /usr/lib and /System/Library is there alone. Of the libraries directly
 * in /usr/lib there is a list. Of frameworks, and of the parts of the system and of Swift, whatever has a
 * name of their form is taken to be there, but for those that are known to have left.
 */
#include <string.h>

#include "loader/dyld.h"

static const char *const places[] = { "/usr/lib/", "/System/Library/", "/System/iOSSupport/usr/lib/",
				      "/System/iOSSupport/System/Library/", "/System/DriverKit/" };

/* Libraries that are in older releases only: a beginning of their path, and the first release without. */
static const struct {
	const char *path;
	unsigned since;
} gone[] = {
	{ "/System/Library/Frameworks/Python.framework/", DYLD_RELEASE(12, 3) },
	{ "/System/Library/Frameworks/JavaVM.framework/Versions/1", 0 },
	{ "/System/Library/Frameworks/QuickTime.framework/", 0 },
	{ "/System/Library/Frameworks/QTKit.framework/", 0 },
	{ "/System/Library/Frameworks/Message.framework/", 0 },
	{ "/System/Library/PrivateFrameworks/ProKit.framework/", 0 },
};

static const char *const names[] = {
#define LIBRARY(name) name,
#include "loader/dyld_cache.def"
#undef LIBRARY
};

static bool begins_with(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool dyld_cache_place(const char *path)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (begins_with(path, places[i]))
			return true;
	return false;
}

bool dyld_cache_gone(const char *path)
{
	for (size_t i = 0; i < sizeof(gone) / sizeof(gone[0]); i++)
		if (begins_with(path, gone[i].path))
			return true;
	return false;
}

static bool has_left(const struct dyld_world *w, const char *path)
{
	for (size_t i = 0; i < sizeof(gone) / sizeof(gone[0]); i++)
		if (begins_with(path, gone[i].path) && gone[i].since <= w->release)
			return true;
	return false;
}

/* name: of a file directly in /usr/lib */
static bool is_listed(const char *name)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t n = strlen(names[i]);

		if (strncmp(name, names[i], n) == 0 && strcmp(name + n, ".dylib") == 0)
			return true;
	}
	return false;
}

bool dyld_in_cache(const struct dyld_world *w, const char *path)
{
	const char *name = path + strlen("/usr/lib/");

	if (!dyld_cache_place(path) || has_left(w, path))
		return false;
	if (!begins_with(path, "/usr/lib/"))
		return strstr(path, ".framework/") != NULL || strstr(path, ".dylib") != NULL;
	if (begins_with(name, "swift/libswift") || begins_with(name, "system/lib"))
		return true;
	return is_listed(name);
}
