/* go_place.c - the places that a linker tells of a package's C parts: our objects hold no lines. */
#include <string.h>

#include "build/go_build.h"
#include "build/go_text.h"
#include "verb/go_start.h"

/* The source that an object of ours stands for: of "main.cgo2.c" that is main.go. */
const char *go_source_of(struct go_job *j, const struct go_object *o)
{
	const struct go_package *p = map_get_str(&j->go.packages, o->package);
	const char *s = o->source;

	if (go_ends(s, ".cgo2.c"))
		s = arena_printf(j->a, "%.*s.go", (int)(strlen(s) - 7), s);
	return p != NULL && p->dir != NULL ? go_join(j->a, p->dir, s) : s;
}

/* Are the C parts compiled with -g, as they are of themselves? */
static bool has_lines(struct go_job *j)
{
	struct go_words w = { NULL, 0, 0 };
	bool lines = false;

	go_env_flags(&j->go, "CFLAGS", &w);
	for (size_t i = 0; i < w.n; i++)
		if (strncmp(w.items[i], "-g", 2) == 0)
			lines = strcmp(w.items[i], "-g0") != 0;
	return lines && !j->go.args.trimpath;
}

/* Where an object's definition of `name` stands: of a function in what was compiled, of a variable in what
 * was written. NULL: not known. */
static const char *line_in(struct go_job *j, const struct go_object *o, const char *name)
{
	const struct go_package *p = map_get_str(&j->go.packages, o->package);
	bool between = go_ends(o->source, ".cgo2.c");

	for (size_t k = 0; p != NULL && p->dir != NULL && k < o->defined.n; k++) {
		const struct go_symbol *s = &o->defined.items[k];

		if (strcmp(s->name, name) == 0 && s->line > 0)
			return arena_printf(j->a, "%s:%u",
					    between && !s->is_variable
						    ? arena_printf(j->a, "/tmp/go-build/%s", o->source)
						    : go_source_of(j, o),
					    s->line);
	}
	return NULL;
}

/* `place`, n bytes: "h.c:(.text+0x0)", or with the object in front, "/tmp/go-link/000003.o:(.bss+0x0)". */
static const char *with_line(struct go_job *j, const char *place, size_t n, const char *name)
{
	const char *text = arena_strndup(j->a, place, n), *rest = strstr(text, ".o:");
	size_t head = rest != NULL ? (size_t)(rest - text) + 3 : 0;

	for (size_t i = 0; i < j->out.objects.n; i++) {
		const struct go_object *o = &j->out.objects.items[i];
		const char *mine = arena_printf(j->a, "/%s:", o->file), *source = text + head, *line;
		bool is_it = head > strlen(mine) ? strncmp(source - strlen(mine), mine, strlen(mine)) == 0
						 : strncmp(source, o->source, strlen(o->source)) == 0 &&
							   source[strlen(o->source)] == ':';

		if (is_it && (line = line_in(j, o, name)) != NULL)
			return arena_printf(j->a, "%.*s%s", (int)head, text, line);
	}
	return NULL;
}

const char *go_with_lines(struct go_job *j, const char *s)
{
	static const char what[] = ": multiple definition of `", first[] = ": first defined here";
	const char *at = strstr(s, what), *name, *end, *tail, *one, *two;

	if (at == NULL || (end = strchr(at + strlen(what), '\'')) == NULL || strncmp(end, "'; ", 3) != 0 ||
	    (tail = strstr(end, first)) == NULL || !has_lines(j))
		return s;
	name = arena_strndup(j->a, at + strlen(what), (size_t)(end - at) - strlen(what));
	one = with_line(j, s, (size_t)(at - s), name);
	two = with_line(j, end + 3, (size_t)(tail - end) - 3, name);
	if (one == NULL || two == NULL)
		return s;
	return arena_printf(j->a, "%s%.*s%s%s", one, (int)(end + 3 - at), at, two, tail);
}
