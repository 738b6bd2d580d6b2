/* wheel_policy.c - what a manylinux or musllinux tag promises: PEP 513, 571, 599, 600 and 656, with the
 * versions that the systems had that the tags were defined by. */
#include <string.h>

#include "package/wheel.h"

static const struct {
	unsigned minor; /* of glibc */
	const char *highest[WHEEL_FAMILIES];
} policies[] = {
	{ 5, { "2.5", "3.4.8", "1.3.1", "4.2.0" } },	  { 12, { "2.12", "3.4.13", "1.3.3", "4.5.0" } },
	{ 17, { "2.17", "3.4.19", "1.3.7", "4.8.0" } },	  { 24, { "2.24", "3.4.22", "1.3.10", "4.8.0" } },
	{ 28, { "2.28", "3.4.24", "1.3.11", "7.0.0" } },  { 31, { "2.31", "3.4.28", "1.3.12", "7.0.0" } },
	{ 34, { "2.34", "3.4.29", "1.3.13", "11.0" } },	  { 38, { "2.38", "3.4.30", "1.3.13", "12.0.0" } },
	{ 41, { "2.41", "3.4.33", "1.3.15", "14.0.0" } },
};

const char *wheel_family_name(enum wheel_family f)
{
	static const char *const names[] = { "GLIBC", "GLIBCXX", "CXXABI", "GCC" };

	return names[f];
}

/* Between two systems the newer one counts; of what is newer than all nothing is known. */
const char *wheel_family_limit(enum wheel_family f, unsigned minor)
{
	for (size_t i = 0; i < sizeof(policies) / sizeof(*policies); i++)
		if (minor <= policies[i].minor)
			return policies[i].highest[f];
	return NULL;
}

static bool is_one_of(const char *name, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static const char *const many[] = {
	"libgcc_s.so.1",       "libstdc++.so.6",      "libm.so.6",	  "libdl.so.2",
	"librt.so.1",	       "libc.so.6",	      "libnsl.so.1",	  "libutil.so.1",
	"libpthread.so.0",     "libresolv.so.2",      "libX11.so.6",	  "libXext.so.6",
	"libXrender.so.1",     "libICE.so.6",	      "libSM.so.6",	  "libGL.so.1",
	"libgobject-2.0.so.0", "libgthread-2.0.so.0", "libglib-2.0.so.0", "libz.so.1",
	"libexpat.so.1",       "libatomic.so.1",      "libmvec.so.1",	  "libanl.so.1",
};
static const char *const musl[] = { "libc.so", "libz.so.1" };

const char *wheel_expected(const struct wheel_tag *tag, size_t i)
{
	size_t n = tag->musllinux ? sizeof(musl) / sizeof(*musl) : sizeof(many) / sizeof(*many);

	if (i >= n)
		return NULL;
	return tag->musllinux ? musl[i] : many[i];
}

bool wheel_may_expect(const struct wheel_tag *tag, const char *library)
{
	if (strncmp(library, "ld-linux", 8) == 0 || strncmp(library, "ld64.so", 7) == 0)
		return !tag->musllinux;
	if (tag->musllinux)
		return strncmp(library, "libc.musl-", 10) == 0 || strncmp(library, "ld-musl-", 8) == 0 ||
		       is_one_of(library, musl, sizeof(musl) / sizeof(*musl));
	return is_one_of(library, many, sizeof(many) / sizeof(*many));
}
