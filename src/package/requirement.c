/* requirement.c - see requirement.h. */
#include "package/requirement.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "package/package.h"
#include "package/pyversion.h"

enum { MAX_REQUIREMENTS = 2000, MAX_DEPTH = 32, TEXT_MAX = 4096 };

/* ---- the line ------------------------------------------------------------------------------------- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static const char *skip(const char *s)
{
	while (is_blank(*s))
		s++;
	return s;
}

/* Without the blanks at both ends. */
static const char *trimmed(struct arena *a, const char *s, size_t n)
{
	while (n > 0 && is_blank(*s)) {
		s++;
		n--;
	}
	while (n > 0 && is_blank(s[n - 1]))
		n--;
	return arena_strndup(a, s, n);
}

bool requirement_read(struct arena *a, const char *text, struct requirement *out)
{
	static const char name_chars[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	const char *s = skip(text), *end;
	size_t n = strspn(s, name_chars);

	*out = (struct requirement){ .extras = "", .specifiers = "" };
	if (n == 0 || strlen(text) > TEXT_MAX)
		return false;
	out->name = arena_strndup(a, s, n);
	s = skip(s + n);
	if (*s == '[') {
		end = strchr(s, ']');
		if (end == NULL)
			return false;
		out->extras = trimmed(a, s + 1, (size_t)(end - s) - 1);
		s = skip(end + 1);
	}
	end = strchr(s, ';');
	if (*s == '@') {
		/* A URL may hold a semicolon: one that ends it has a blank before it. */
		while (end != NULL && !is_blank(end[-1]))
			end = strchr(end + 1, ';');
		out->url = trimmed(a, s + 1, end != NULL ? (size_t)(end - s) - 1 : strlen(s + 1));
	} else {
		n = end != NULL ? (size_t)(end - s) : strlen(s);
		out->specifiers = trimmed(a, s, n);
		n = strlen(out->specifiers);
		if (*out->specifiers == '(' && out->specifiers[n - 1] == ')')
			out->specifiers = trimmed(a, out->specifiers + 1, n - 2);
	}
	if (end != NULL)
		out->marker = skip(end + 1);
	return true;
}

void requirements_of(struct arena *a, struct view metadata, struct requirements *out)
{
	static const char key[] = "Requires-Dist:";
	struct view line;

	while (package_line(&metadata, &line) && line.n > 0 && out->n < MAX_REQUIREMENTS) {
		const char *text;

		if (line.n < sizeof(key) || strncasecmp((const char *)line.p, key, sizeof(key) - 1) != 0)
			continue;
		text = arena_strndup(a, (const char *)line.p + sizeof(key) - 1, line.n - (sizeof(key) - 1));
		if (!requirement_read(a, text, ARENA_PUSH(a, out)))
			out->n--;
	}
}

/* ---- markers ---------------------------------------------------------------------------------------- */

struct reading {
	struct arena *a;
	const struct marker_values *v;
	const char *p;
	int depth;
	bool bad;
};

/* "full" versions of an interpreter of which only "3.11" is known: its patch release hardly ever decides. */
static const char *value_of(const struct reading *r, const char *name, size_t n)
{
	const struct {
		const char *name, *value;
	} known[] = {
		{ "python_version", r->v->python },
		{ "python_full_version", r->v->python },
		{ "implementation_version", r->v->python },
		{ "platform_machine", r->v->machine },
		{ "extra", r->v->extra },
		{ "os_name", "posix" },
		{ "sys_platform", "linux" },
		{ "platform_system", "Linux" },
		{ "implementation_name", "cpython" },
		{ "platform_python_implementation", "CPython" },
		{ "platform_release", "" },
		{ "platform_version", "" },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strlen(known[i].name) == n && memcmp(known[i].name, name, n) == 0)
			return known[i].value;
	return NULL;
}

static const char *operand(struct reading *r, bool *variable)
{
	const char *s, *value;
	size_t n;

	r->p = skip(r->p);
	*variable = *r->p != '\'' && *r->p != '"';
	if (!*variable) {
		s = r->p + 1;
		n = strcspn(s, *r->p == '"' ? "\"" : "'");
		r->bad |= s[n] == '\0';
		r->p = s[n] == '\0' ? s + n : s + n + 1;
		return arena_strndup(r->a, s, n);
	}
	n = strspn(r->p, "abcdefghijklmnopqrstuvwxyz_.");
	value = value_of(r, r->p, n);
	r->p += n;
	r->bad |= value == NULL;
	return value != NULL ? value : "";
}

static bool takes_word(struct reading *r, const char *word)
{
	size_t n = strlen(word);

	r->p = skip(r->p);
	if (strncmp(r->p, word, n) != 0 || (r->p[n] >= 'a' && r->p[n] <= 'z') || r->p[n] == '_')
		return false;
	r->p += n;
	return true;
}

/* Versions are compared as versions if the right side is one, all else as texts. */
static bool compare(struct reading *r, const char *left, const char *op, const char *right)
{
	struct pyversion v;
	bool bad = false, meets;
	int c;

	if (pyversion_read(left, &v)) {
		meets = pyversion_meets(&v, arena_printf(r->a, "%s%s", op, right), &bad);
		if (!bad)
			return meets;
	}
	c = strcmp(left, right);
	if (strcmp(op, "==") == 0 || strcmp(op, "===") == 0)
		return c == 0;
	if (strcmp(op, "!=") == 0)
		return c != 0;
	return strcmp(op, "<") == 0    ? c < 0
	       : strcmp(op, "<=") == 0 ? c <= 0
	       : strcmp(op, ">") == 0  ? c > 0
				       : strcmp(op, ">=") == 0 && c >= 0;
}

static bool comparison(struct reading *r)
{
	bool is_variable, other;
	const char *left = operand(r, &is_variable), *right, *op;
	size_t n;

	if (takes_word(r, "in")) {
		right = operand(r, &other);
		return strstr(right, left) != NULL;
	}
	if (takes_word(r, "not")) {
		r->bad |= !takes_word(r, "in");
		right = operand(r, &other);
		return strstr(right, left) == NULL;
	}
	r->p = skip(r->p);
	n = strspn(r->p, "<>=!~");
	op = arena_strndup(r->a, r->p, n);
	r->p += n;
	r->bad |= n == 0 || n > 3;
	right = operand(r, &other);
	return compare(r, left, op, right);
}

static bool either(struct reading *r);

static bool single(struct reading *r)
{
	bool holds;

	r->p = skip(r->p);
	if (*r->p != '(')
		return comparison(r);
	if (++r->depth > MAX_DEPTH) {
		r->bad = true;
		return false;
	}
	r->p++;
	holds = either(r);
	r->p = skip(r->p);
	r->bad |= *r->p != ')';
	r->p += *r->p == ')';
	r->depth--;
	return holds;
}

static bool both(struct reading *r)
{
	bool holds = single(r);

	while (!r->bad && takes_word(r, "and"))
		holds &= single(r);
	return holds;
}

static bool either(struct reading *r)
{
	bool holds = both(r);

	while (!r->bad && takes_word(r, "or"))
		holds |= both(r);
	return holds;
}

enum marker_answer marker_holds(struct arena *a, const char *marker, const struct marker_values *v)
{
	struct reading r = { .a = a, .v = v, .p = marker };
	bool holds;

	if (strlen(marker) > TEXT_MAX)
		return MARKER_BAD;
	holds = either(&r);
	if (r.bad || *skip(r.p) != '\0')
		return MARKER_BAD;
	return holds ? MARKER_YES : MARKER_NO;
}
