/* link_program.c - the programs of a build that are asked: found as a shell finds them, run in the C
 * locale.
 */
#include <string.h>

#include "base/str.h"
#include "build/link_priv.h"

enum { COMPILE_SECONDS = 300 };

const char *link_env(const struct link_ask *ask, const char *name)
{
	return str_env(ask->env, name);
}

/* Programs are asked in the C locale: what they print is then what tables know. */
static const char *const *plain_env(const struct link_ask *ask)
{
	struct link_texts out = { NULL, 0, 0 };

	for (const char *const *e = ask->env; e != NULL && *e != NULL; e++)
		if (!link_starts(*e, "LC_") && !link_starts(*e, "LANG"))
			*ARENA_PUSH(ask->a, &out) = *e;
	*ARENA_PUSH(ask->a, &out) = "LC_ALL=C";
	*ARENA_PUSH(ask->a, &out) = NULL;
	return out.items;
}

const char *const *link_env_with(const struct link_ask *ask, const char *name, const char *value)
{
	struct link_texts out = { NULL, 0, 0 };
	size_t n = strlen(name);

	for (const char *const *e = ask->env; e != NULL && *e != NULL; e++)
		if (strncmp(*e, name, n) != 0 || (*e)[n] != '=')
			*ARENA_PUSH(ask->a, &out) = *e;
	*ARENA_PUSH(ask->a, &out) = arena_printf(ask->a, "%s=%s", name, value);
	*ARENA_PUSH(ask->a, &out) = NULL;
	return out.items;
}

bool link_is_program(const struct link_ask *ask, const char *path)
{
	struct os_stat st;

	return source_stat(ask->source, path, true, &st) == 0 && st.type == OS_REGULAR &&
	       (st.mode & 0111) != 0;
}

const char *link_in_path(const struct link_ask *ask, const char *list, const char *name)
{
	while (list != NULL) {
		size_t n = strcspn(list, ":");
		const char *path = arena_printf(ask->a, "%.*s%s%s", (int)n, list,
						n > 0 && list[n - 1] == '/' ? "" : "/", name);

		if (n > 0 && link_is_program(ask, path))
			return path;
		list = list[n] == ':' ? list + n + 1 : NULL;
	}
	return NULL;
}

const char *link_find_program(const struct link_ask *ask, const char *name)
{
	if (strchr(name, '/') != NULL)
		return link_is_program(ask, name) ? name : NULL;
	return link_in_path(ask, link_env(ask, "PATH"), name);
}

void link_ask_program(const struct link_ask *ask, const char *path, const char *const *argv,
		      struct link_answer *r)
{
	struct os_child c = { .path = path, .argv = argv, .env = plain_env(ask), .seconds = COMPILE_SECONDS };

	memset(r, 0, sizeof(*r));
	r->out.cap = r->err.cap = LINK_OUTPUT_MAX;
	r->out.p = ask->output[0]; /* until the next question */
	r->err.p = ask->output[1];
	r->started = os_child_run(&c, &r->out, &r->err, &r->end);
}

bool link_answered(const struct link_answer *r)
{
	return r->started == 0 && r->end.signal == 0 && r->end.status == 0;
}
