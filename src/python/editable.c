/* editable.c - reads the finders that setuptools writes for editable installations.
 *
 * __editable___NAME_finder.py (setuptools/command/editable_wheel.py: _FINDER_TEMPLATE) is a program with
 * two literals at its head, MAPPING and NAMESPACES; only these are read, and what stands below them is
 * taken to be setuptools'. meson-python and scikit-build-core build anew at each start: not followed.
 */
#include "python/editable.h"

#include <string.h>

#include "base/str.h"
#include "python/home_priv.h"

enum { FINDER_BYTES = 4 << 20, MAPPINGS_MAX = 100000 };

/* ---- literals ----------------------------------------------------------------------------- */

struct literal {
	struct arena *a;
	const char *p, *end;
	bool failed;
};

static void skip_space(struct literal *l)
{
	while (l->p < l->end && strchr(" \t\r\n", *l->p) != NULL && *l->p != '\0')
		l->p++;
}

static bool take(struct literal *l, char ch)
{
	skip_space(l);
	if (l->failed || l->p == l->end || *l->p != ch)
		return false;
	l->p++;
	return true;
}

static void want(struct literal *l, char ch)
{
	if (!take(l, ch))
		l->failed = true;
}

/* A string as repr() writes it: of its escapes only those of quotes and of the backslash are known. */
static const char *take_string(struct literal *l)
{
	const char *begin;
	char quote, *out;
	size_t n = 0;

	skip_space(l);
	if (l->failed || l->p == l->end || (*l->p != '\'' && *l->p != '"')) {
		l->failed = true;
		return "";
	}
	quote = *l->p++;
	for (begin = l->p; l->p < l->end && *l->p != quote && *l->p != '\n'; l->p++)
		l->p += *l->p == '\\' && l->p + 1 < l->end;
	if (l->p >= l->end || *l->p != quote) {
		l->failed = true;
		return "";
	}
	out = arena_alloc(l->a, (size_t)(l->p - begin) + 1);
	for (const char *p = begin; p < l->p; p++) {
		if (*p == '\\' && strchr("'\"\\", p[1]) == NULL)
			l->failed = true;
		p += *p == '\\';
		out[n++] = *p;
	}
	l->p++;
	return out;
}

static void take_places(struct literal *l, struct py_strings *out)
{
	if (!take(l, '[')) {
		py_strings_add(l->a, out, take_string(l));
		return;
	}
	while (!l->failed && !take(l, ']')) {
		py_strings_add(l->a, out, take_string(l));
		if (!take(l, ',')) {
			want(l, ']');
			return;
		}
	}
}

/* {'name': 'place', …} or {'name': ['place', …], …} */
static void take_mappings(struct literal *l, struct py_mappings *out)
{
	want(l, '{');
	while (!l->failed && !take(l, '}') && out->n < MAPPINGS_MAX) {
		struct py_mapping *m = ARENA_PUSH(l->a, out);

		m->name = take_string(l);
		want(l, ':');
		take_places(l, &m->places);
		if (!take(l, ',')) {
			want(l, '}');
			return;
		}
	}
}

/* Behind the '=' of the line that begins with `name`; false: there is none. */
static bool find_assignment(struct view text, const char *name, struct literal *l)
{
	struct view rest = text, line;
	size_t n = strlen(name);

	while (py_next_line(&rest, &line)) {
		const unsigned char *eq;

		if (line.n <= n || memcmp(line.p, name, n) != 0 ||
		    (line.p[n] != ' ' && line.p[n] != ':' && line.p[n] != '='))
			continue;
		eq = memchr(line.p, '=', line.n);
		if (eq == NULL)
			return false;
		l->p = (const char *)eq + 1;
		l->end = (const char *)text.p + text.n;
		return true;
	}
	return false;
}

/* ---- finders ------------------------------------------------------------------------------ */

static struct py_editable *read_finder(struct store *s, struct arena *a, const char *file)
{
	struct py_editable *e = ARENA_NEW(a, struct py_editable);
	struct literal l = { .a = a };
	struct view text;

	e->file = file;
	if (!py_bytes(s, file, &text) || text.n > FINDER_BYTES ||
	    !find_assignment(text, "MAPPING", &l))
		return NULL;
	take_mappings(&l, &e->mapping);
	if (find_assignment(text, "NAMESPACES", &l))
		take_mappings(&l, &e->namespaces);
	if (e->namespaces.n > 0 && find_assignment(text, "PATH_PLACEHOLDER", &l))
		e->placeholder = arena_printf(a, "%s.__path_hook__", take_string(&l));
	e->placeholder_always = memmem(text.p, text.n, "[*paths, PATH_PLACEHOLDER]", 26) != NULL;
	return l.failed ? NULL : e;
}

bool py_editable_read(struct store *s, struct arena *a, const char *dir, const char *line,
		      struct py_editable **out, const char **name)
{
	size_t n;

	line += strlen("import");
	line += strspn(line, " \t");
	n = strspn(line, "_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
	*name = arena_strndup(a, line, n);
	*out = NULL;
	if (strncmp(*name, "__editable__", 12) == 0 && str_ends(*name, "_finder")) {
		*out = read_finder(s, a, arena_printf(a, "%s/%s.py", dir, *name));
		return true;
	}
	return (*name)[0] == '_' &&
	       (str_ends(*name, "_editable_loader") || str_ends(*name, "_editable"));
}

const struct py_mapping *py_mapping_find(const struct py_mappings *m, const char *name)
{
	for (size_t i = 0; i < m->n; i++)
		if (strcmp(m->items[i].name, name) == 0)
			return &m->items[i];
	return NULL;
}
