/* swift.c - see swift.h. */
#include "symbol/swift.h"

#include <stddef.h>
#include <string.h>

static size_t prefix_of(const char *name)
{
	static const char *const prefixes[] = {"_$s", "$s", "_$S", "$S", "__T0", "_T0"};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
		size_t n = strlen(prefixes[i]);

		if (strncmp(name, prefixes[i], n) == 0)
			return n;
	}
	return 0;
}

bool swift_is_mangled(const char *name)
{
	return prefix_of(name) != 0;
}

const char *swift_demangle(struct arena *a, const char *name)
{
	(void)a;
	(void)name;
	return NULL;
}
