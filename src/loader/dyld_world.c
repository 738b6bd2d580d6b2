/* dyld_world.c - the Mac for which a file is judged: its release, its processor, its variables. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "loader/dyld.h"

#define NEWEST_MAJOR 26

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
				  "libraries export what is asked of them",
				  d->release >> 8, d->release & 0xff);
	return DLWHY_OK;
}
