/* block_python.c - the lines of code above an exception: which module was being imported, which file was
 * opened.
 *
 *       File "/x/y/__init__.py", line 5, in <module>     pytest: x/y/__init__.py:5: in <module>
 *         from ._z import lib                                        from ._z import lib
 *
 * They are context: what fails below them, without a name, is about what they name.
 */
#include "message/block.h"

#include <ctype.h>
#include <string.h>

enum {
	ABOVE = 14,   /* lines above an exception that are looked at */
	MOST = 2000   /* that are kept of one text */
};

static bool is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.';
}

static bool word(const char **s, const char *end, const char *w)
{
	size_t n = strlen(w);

	if ((size_t)(end - *s) <= n || memcmp(*s, w, n) != 0 || ((*s)[n] != ' ' && (*s)[n] != '('))
		return false;
	*s += n;
	while (*s < end && (**s == ' ' || **s == '('))
		++*s;
	return true;
}

static size_t name_length(const char *s, const char *end)
{
	size_t n = 0;

	while (s + n < end && is_name(s[n]))
		n++;
	return n;
}

/* "from a.b import c", "from . import c", "import a.b as c": the module, without the dots of a package. What
 * begins with an underscore is a module of its own, most likely: "from a import _c". */
static bool imported(const struct block_line *l, const char **out, size_t *n)
{
	const char *s = l->s, *end = s + l->n, *from;

	if (word(&s, end, "import")) {
		*out = s;
		*n = name_length(s, end);
		return *n > 0;
	}
	if (!word(&s, end, "from"))
		return false;
	from = s;
	*n = name_length(s, end);
	s += *n;
	while (s < end && *s == ' ')
		s++;
	for (; *n > 0 && *from == '.'; ++from)
		--*n;
	*out = from;
	if (!word(&s, end, "import") || (*n > 0 && (*s != '_' || s[1] == '_')))
		return *n > 0;
	*out = s;
	*n = name_length(s, end);
	return *n > 0;
}

static bool ends_with(const char *s, size_t n, const char *end)
{
	size_t m = strlen(end);

	return n > m && strncasecmp(s + n - m, end, m) == 0;
}

/* A string in the line that is the name of a library. */
static bool opened(const struct block_line *l, const char **out, size_t *n)
{
	static const char *const kinds[] = { ".dll", ".so", ".dylib", ".pyd" };
	const char *end = l->s + l->n;

	for (const char *s = l->s; s < end; s++) {
		const char *close;

		if (*s != '\'' && *s != '"')
			continue;
		close = memchr(s + 1, *s, (size_t)(end - s - 1));
		if (close == NULL)
			return false;
		*out = s + 1;
		*n = (size_t)(close - s - 1);
		for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
			if (ends_with(*out, *n, kinds[i]))
				return true;
		s = close;
	}
	return false;
}

/* Does a frame stand above the line, so that it is its code? */
static bool has_frame(const struct block *b, int at)
{
	struct block_line l;

	if (!block_line(b, at - 1, &l))
		return false;
	return memmem(l.s, l.n, "File \"", 6) != NULL ||
	       (memmem(l.s, l.n, ".py:", 4) != NULL && memmem(l.s, l.n, " in ", 4) != NULL);
}

static void add(struct block *b, const struct block_line *l, const char *id, enum msg_field field,
		const char *s, size_t n)
{
	struct msg_fact *f = block_fact(b, l, id, "python", MSG_CONTEXT, 90, NULL, NULL);

	block_set(b, f, field, s, n);
	block_add(b, f);
}

/* How often this reader has found something. */
static bool is_enough(struct block *b)
{
	size_t *times = *block_keep(b);

	if (times == NULL)
		*block_keep(b) = times = ARENA_NEW(block_arena(b), size_t);
	return ++*times > MOST;
}

/* The nearest line of code above an exception that imports or opens something. */
void block_python_error(struct block *b)
{
	struct block_line l;
	const char *s;
	size_t n;

	for (int at = -1; at >= -ABOVE && block_line(b, at, &l); at--) {
		bool imports = imported(&l, &s, &n);

		if ((!imports && !opened(&l, &s, &n)) || !has_frame(b, at))
			continue;
		if (!is_enough(b))
			add(b, &l, imports ? "python-importing" : "python-opening",
			    imports ? MSG_MODULE : MSG_OBJECT, s, n);
		return;
	}
}
