/* dyld_world.c - the Mac for which a file is judged: its release, its processor, its variables. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "loader/dyld.h"

#define NEWEST_MAJOR 26

enum { NAMED = 8, LONGEST = 64 }; /* variables that are named, and bytes of a name */

bool dyld_release_of(const char *text, unsigned *out)
{
	char *end;
	unsigned long major = strtoul(text, &end, 10), minor = 0;

	if (end == text || *text < '0' || *text > '9')
		return false;
	if (*end == '.' && end[1] >= '0' && end[1] <= '9')
		minor = strtoul(end + 1, &end, 10);
	if (*end == '.' && end[1] >= '0' && end[1] <= '9')
		strtoul(end + 1, &end, 10);
	if (*end != '\0' || major < 12 || major > NEWEST_MAJOR || (major > 15 && major < 26) || minor > 99)
		return false;
	*out = DYLD_RELEASE(major, minor);
	return true;
}

static const char *variable(struct arena *a, const char *const *environ, const char *name)
{
	const char *s = str_env(environ, name);

	return s != NULL && *s != '\0' ? arena_strdup(a, s) : NULL;
}

/* Does it change nothing, or what is followed here? */
static bool is_followed(const char *variable)
{
	static const char *const followed[] = {
		"DYLD_LIBRARY_PATH=",	       "DYLD_FRAMEWORK_PATH=",
		"DYLD_FALLBACK_LIBRARY_PATH=", "DYLD_FALLBACK_FRAMEWORK_PATH=",
		"DYLD_INSERT_LIBRARIES=",      "DYLD_PRINT_",
	};
	const char *value = strchr(variable, '=');

	if (strncmp(variable, "DYLD_", 5) != 0 || value == NULL || value[1] == '\0')
		return true;
	for (size_t i = 0; i < sizeof(followed) / sizeof(followed[0]); i++)
		if (strncmp(variable, followed[i], strlen(followed[i])) == 0)
			return true;
	return false;
}

/* The others: ", and A, B (set, not followed) change nothing"; "". */
static const char *not_followed(struct arena *a, const char *const *environ)
{
	struct arena_text t = { .n = 0 };
	size_t shown = 0;

	for (; environ != NULL && *environ != NULL && shown < NAMED; environ++) {
		size_t n = strcspn(*environ, "=");

		if (is_followed(*environ))
			continue;
		arena_text_str(a, &t, shown++ > 0 ? ", " : "");
		arena_text_add(a, &t, *environ, n < LONGEST ? n : LONGEST);
	}
	return shown == 0 ? ""
			  : arena_printf(a, ", and %s (set, not followed) %s nothing", arena_text_end(a, &t),
					 shown == 1 ? "changes" : "change");
}

enum dlwhy_code world_init_dyld(struct world *w, const struct world_options *opt, const char *release,
				uint32_t cpu, struct arena *a, struct dlwhy_error *err)
{
	struct dyld_world *d = ARENA_NEW(a, struct dyld_world);

	memset(w, 0, sizeof(*w));
	d->release = DYLD_RELEASE(NEWEST_MAJOR, 0);
	if (release != NULL && !dyld_release_of(release, &d->release))
		return err_set(err, DLWHY_E_ARGUMENT, 0, "macOS %.40s is not one that is simulated", release);
	d->cpu = cpu;
	d->library_path = variable(a, opt->environ, "DYLD_LIBRARY_PATH");
	d->framework_path = variable(a, opt->environ, "DYLD_FRAMEWORK_PATH");
	d->fallback_library = variable(a, opt->environ, "DYLD_FALLBACK_LIBRARY_PATH");
	d->fallback_framework = variable(a, opt->environ, "DYLD_FALLBACK_FRAMEWORK_PATH");
	d->insert = variable(a, opt->environ, "DYLD_INSERT_LIBRARIES");
	w->kind = LOADER_DYLD;
	w->dyld = d;
	w->store = opt->store;
	w->source = store_source(opt->store);
	w->is64 = true;
	w->env.path = variable(a, opt->environ, "PATH");
	w->install.version = arena_printf(a, "macOS %u.%u", d->release >> 8, d->release & 0xff);
	w->cache_why = "dyld has none";
	w->assumes = arena_printf(a,
				  "macOS %u.%u does as the published source of its loader says, and its own "
				  "libraries export what is asked of them%s",
				  d->release >> 8, d->release & 0xff, not_followed(a, opt->environ));
	return DLWHY_OK;
}
