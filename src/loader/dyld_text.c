/* dyld_text.c - sentences of dyld, as each release of macOS prints them. */
#include <string.h>

#include "loader/dyld.h"

#define NEWEST 0xffff
#define R(major, minor) DYLD_RELEASE(major, minor)

struct row {
	const char *id;
	unsigned first, last;
	const char *text;
};

static const struct row rows[] = {
#define TEXT(id, first, last, text) { #id, first, last, text },
#include "loader/dyld_text.def"
#undef TEXT
};

const char *dyld_text(const char *id, unsigned release)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].id, id) == 0 && rows[i].first <= release && release <= rows[i].last)
			return rows[i].text;
	return "";
}

const char *dyld_uuid_text(struct arena *a, const unsigned char *u)
{
	if (u == NULL)
		return "no uuid";
	return arena_printf(a, "%02X%02X%02X%02X-%02X%02X-%02X%02X-%02X%02X-%02X%02X%02X%02X%02X%02X", u[0],
			    u[1], u[2], u[3], u[4], u[5], u[6], u[7], u[8], u[9], u[10], u[11], u[12], u[13],
			    u[14], u[15]);
}

const char *dyld_uuid(struct process *p, const struct image *im)
{
	if (dyld_release(p) < DYLD_RELEASE(13, 0))
		return "";
	return arena_printf(p->a, "<%s> ", dyld_uuid_text(p->a, im != NULL ? im->dyld->load.uuid : NULL));
}

const char *dyld_built_for(struct process *p, const struct image *im)
{
	const struct macho_version *v = macho_version_for(&im->dyld->load, MACHO_MACOS);
	unsigned major, minor;

	if (v == NULL || dyld_release(p) < DYLD_RELEASE(13, 0))
		return "";
	major = v->minimum >> 16;
	minor = v->minimum >> 8 & 0xff;
	if (major > 0xff || DYLD_RELEASE(major, minor) <= dyld_release(p))
		return "";
	return arena_printf(p->a, DYLD_TEXT(BUILT_FOR, p), major, minor);
}

const char *dyld_name(const struct process *p, const struct image *im)
{
	if (im->dyld->path != NULL)
		return im->dyld->path;
	return im->name[0] != '\0' ? im->name : p->argv0;
}
