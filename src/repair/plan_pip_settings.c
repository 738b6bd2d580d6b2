/* plan_pip_settings.c - see plan_pip_settings.h. What the settings are is for package/installer.h. */
#include "repair/plan_pip_settings.h"

#include <string.h>

#include "diagnose/common.h"
#include "package/installer.h"
#include "package/place.h"

/* A file that lies there may be a wheel or a source of the project. */
struct looking {
	const char *name;
	bool found;
};

static void compare(const char *file, void *ctx)
{
	struct looking *l = ctx;
	char name[256];

	for (size_t n = strcspn(file, "-"); file[n] == '-' && n < sizeof(name) && !l->found;
	     n += 1 + strcspn(file + n + 1, "-")) {
		memcpy(name, file, n);
		name[n] = '\0';
		l->found = package_same_project(name, l->name);
	}
}

/* Can it be had without an index? Of an address, or what is no folder, nobody knows. */
static bool is_at_hand(const struct plan_input *in, const struct installer_settings *s, const char *name)
{
	struct looking l = { name, false };

	for (size_t i = 0; i < s->links.n && !l.found; i++)
		if (source_list(in->source, s->links.items[i], compare, &l) != 0)
			return true;
	return l.found;
}

static const char *elsewhere(const struct plan_input *in, const struct installer_value *v, const char *who)
{
	if (v->by[0] == '/')
		return arena_printf(in->a, "%s sets %s, and %s would install elsewhere: take that out first",
				    v->by, v->value, who);
	return arena_printf(in->a, "%s is set, and %s would install elsewhere: unset it first", v->by, who);
}

void pip_settings(const struct plan_input *in, const struct pip_asked *asked, struct pip_verdict *out)
{
	struct package_set set = { .a = in->a, .store = in->store };
	struct installer_question q = { asked->uv, asked->isolated, in->environ, asked->prefix };
	const char *who = asked->uv ? "uv" : "pip";
	struct installer_settings s;

	memset(out, 0, sizeof(*out));
	installer_settings(&set, &q, &s);
	if (s.elsewhere.value != NULL)
		out->not_now = elsewhere(in, &s.elsewhere, who);
	for (size_t i = 0; asked->names[i] != NULL && out->not_now == NULL; i++) {
		if (s.no_index.value == NULL || is_at_hand(in, &s, asked->names[i]))
			continue;
		out->not_now = arena_printf(in->a,
					    "%s says that no index is asked, and %s is in no folder that "
					    "%s would look into: put its wheel there, or take the setting "
					    "out",
					    s.no_index.by, asked->names[i], who);
	}
	if (asked->names[0] == NULL || out->not_now != NULL)
		return;
	if (s.offline.value != NULL)
		out->note = arena_printf(in->a,
					 "%s says that nothing is fetched: %s has only what its cache holds",
					 s.offline.by, who);
	else if (s.no_index.value == NULL && s.index.value != NULL)
		out->note = arena_printf(in->a, "%s asks the index %s (%s)", who, s.index.value, s.index.by);
}
