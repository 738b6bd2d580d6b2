/* mangled.c - see mangled.h. Grammar: Itanium C++ ABI, section 5.1 (<nested-name>). */
#include "diagnose/mangled.h"

#include <ctype.h>
#include <string.h>

struct cursor {
	const char *p;
	const char *last; /* the source name read last */
	size_t last_len;
	struct arena *a; /* NULL: do not build text */
	const char *text;
};

static void say(struct cursor *c, const char *sep, const char *s, size_t n)
{
	if (c->a != NULL)
		c->text = arena_printf(c->a, "%s%s%s%.*s", c->text, *c->text != '\0' ? "::" : "",
				       sep, (int)n, s);
}

/* <source-name>: a decimal length and that many letters. */
static bool source_name(struct cursor *c)
{
	size_t n = 0;

	while (isdigit((unsigned char)*c->p) && n < 10000)
		n = n * 10 + (size_t)(*c->p++ - '0');
	if (n == 0 || strnlen(c->p, n) < n)
		return false;
	c->last = c->p;
	c->last_len = n;
	c->p += n;
	if (strncmp(c->last, "_GLOBAL__N", 10) == 0)
		say(c, "", "(anonymous)", 11);
	else
		say(c, "", c->last, n);
	return true;
}

/* One step of a nested name; false at its end or at what is not understood. */
static bool component(struct cursor *c)
{
	if (isdigit((unsigned char)*c->p))
		return source_name(c);
	if (*c->p == 'S' && c->p[1] == 't') {
		c->p += 2;
		say(c, "", "std", 3);
		return true;
	}
	if ((*c->p == 'C' || *c->p == 'D') && isdigit((unsigned char)c->p[1]) && c->last != NULL) {
		say(c, *c->p == 'D' ? "~" : "", c->last, c->last_len);
		c->p += 2;
		return true;
	}
	return false;
}

/* Behind _ZN, _ZTVN and the like, at the first component; false if it is no such name. */
static bool enter(struct cursor *c, const char *name, bool *nested)
{
	if (strncmp(name, "_Z", 2) != 0)
		return false;
	name += 2;
	if (*name == 'T' && strchr("VTISC", name[1]) != NULL && name[1] != '\0')
		name += 2;
	*nested = *name == 'N';
	if (*nested) {
		name++;
		while (*name != '\0' && strchr("rVKRO", *name) != NULL)
			name++;
	}
	c->p = name;
	return true;
}

static bool walk(struct cursor *c, const char *name)
{
	bool nested;

	if (!enter(c, name, &nested))
		return false;
	if (!nested && c->p[0] == 'S' && c->p[1] == 't')
		return component(c) && source_name(c);
	if (!nested)
		return source_name(c);
	while (component(c))
		;
	return (*c->p == 'E' || *c->p == 'B') && c->last != NULL;
}

size_t mangled_name_part(const char *name)
{
	struct cursor c = { .a = NULL, .text = "" };

	return walk(&c, name) ? (size_t)(c.p - name) : 0;
}

const char *mangled_readable(struct arena *a, const char *name)
{
	struct cursor c = { .a = a, .text = "" };

	if (strlen(name) > 2000 || !walk(&c, name))
		return NULL;
	return c.text;
}

bool mangled_is_cxx11(const char *name)
{
	return strstr(name, "__cxx11") != NULL || strstr(name, "B5cxx11") != NULL;
}
