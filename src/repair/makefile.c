/* makefile.c - see makefile.h. */
#include "repair/makefile.h"

#include <string.h>

enum { MAX_LINES = 20000, MAX_WORDS = 512 };

struct assignment {
	size_t line;
	const char *text;  /* the line without its end */
	const char *name;
	size_t value;	   /* offset in text */
	const char *words[MAX_WORDS];
	size_t n;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* "NAME = words", "NAME := words", "NAME += words". False: it is something else, or not plain. */
static bool read_assignment(const char *text, struct arena *a, struct assignment *out)
{
	size_t n = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"), at = n;

	while (is_blank(text[at]))
		at++;
	while (strchr(":?+", text[at]) != NULL && text[at] != '\0')
		at++;
	if (n == 0 || text[at] != '=' || strpbrk(text + at, "$#\\`'\"") != NULL)
		return false;
	out->text = text;
	out->name = arena_strndup(a, text, n);
	out->n = 0;
	for (at++; is_blank(text[at]); at++)
		;
	out->value = at;
	while (text[at] != '\0' && out->n < MAX_WORDS) {
		size_t len = strcspn(text + at, " \t");

		out->words[out->n++] = arena_strndup(a, text + at, len);
		for (at += len; is_blank(text[at]); at++)
			;
	}
	return out->n > 0 && text[at] == '\0';
}

static bool starts_at(const char *const *command, const struct assignment *v)
{
	for (size_t i = 0; i < v->n; i++)
		if (command[i] == NULL || strcmp(command[i], v->words[i]) != 0)
			return false;
	return true;
}

/* Where the value stands in the command, if it does so once. */
static bool find_value(const char *const *command, const struct assignment *v, size_t *at)
{
	size_t found = 0;

	*at = 0;
	for (size_t i = 1; command[0] != NULL && command[i] != NULL; i++)
		if (starts_at(command + i, v)) {
			*at = i;
			found++;
		}
	return found == 1;
}

static size_t count(const char *const *v)
{
	size_t n = 0;

	while (v[n] != NULL)
		n++;
	return n;
}

/* What differs: [from, to) of the old words, [from, to + more) of the new ones. */
struct difference {
	size_t from, to, nnew;
};

static void compare(const char *const *old, const char *const *new, struct difference *d)
{
	size_t n = count(old), m = count(new), same = 0;

	for (d->from = 0; d->from < n && d->from < m && strcmp(old[d->from], new[d->from]) == 0;)
		d->from++;
	while (same < n - d->from && same < m - d->from && strcmp(old[n - 1 - same], new[m - 1 - same]) == 0)
		same++;
	d->to = n - same;
	d->nnew = m - same - d->from;
}

/* Neither make nor the shell would read such a word as it stands. */
static bool is_plain(const char *word)
{
	return *word != '\0' && strpbrk(word, " \t\r\n$#\\`'\"&;|<>()*?[]{}~!%") == NULL;
}

static const char *with_difference(const struct assignment *v, size_t at, const char *const *new,
				   const struct difference *d, struct arena *a)
{
	struct arena_text t = { NULL, 0, 0 };
	size_t n = v->n - (d->to - d->from) + d->nnew;

	arena_text_add(a, &t, v->text, v->value);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			arena_text_add(a, &t, " ", 1);
		arena_text_str(a, &t, new[at + i]);
	}
	return arena_text_end(a, &t);
}

struct search {
	const char *const *old, *const *new;
	struct difference d;
	struct arena *a;
	struct makefile_edit *out;
	size_t found;
};

static void look_at(struct search *s, const struct assignment *v)
{
	size_t at;

	if (!find_value(s->old, v, &at) || s->d.from < at || s->d.to > at + v->n)
		return;
	if (s->found++ == 0)
		*s->out = (struct makefile_edit){ v->line, with_difference(v, at, s->new, &s->d, s->a),
						  v->name };
}

/* Is the variable assigned on another line, too? */
static bool is_twice(struct view text, const struct makefile_edit *e, struct arena *a)
{
	size_t n = strlen(e->name), line = 0;

	while (text.n > 0) {
		const uint8_t *end = memchr(text.p, '\n', text.n);
		size_t len = end != NULL ? (size_t)(end - text.p) : text.n;
		size_t skip = end != NULL ? len + 1 : len;
		const char *s = arena_strndup(a, (const char *)text.p, len);

		line++;
		while (is_blank(*s))
			s++;
		if (strncmp(s, e->name, n) == 0 && strchr(" \t:?+=", s[n]) != NULL && s[n] != '\0' &&
		    strchr(s + n, '=') != NULL && line != e->line)
			return true;
		text = (struct view){ text.p + skip, text.n - skip };
	}
	return false;
}

bool makefile_find(struct view text, const char *const *old, const char *const *new, struct arena *a,
		   struct makefile_edit *out)
{
	struct search s = { .old = old, .new = new, .a = a, .out = out };
	struct assignment *v = ARENA_NEW(a, struct assignment);
	struct view rest = text;

	if (old[0] == NULL || new[0] == NULL)
		return false;
	compare(old, new, &s.d);
	for (size_t i = 0; i < s.d.nnew; i++)
		if (!is_plain(new[s.d.from + i]))
			return false;
	for (v->line = 1; rest.n > 0 && v->line < MAX_LINES; v->line++) {
		const uint8_t *end = memchr(rest.p, '\n', rest.n);
		size_t n = end != NULL ? (size_t)(end - rest.p) : rest.n, len = n;

		while (len > 0 && (rest.p[len - 1] == '\r' || is_blank((char)rest.p[len - 1])))
			len--;
		if (memchr(rest.p, '\0', n) != NULL)
			return false;
		if (read_assignment(arena_strndup(a, (const char *)rest.p, len), a, v))
			look_at(&s, v);
		n += end != NULL;
		rest = (struct view){ rest.p + n, rest.n - n };
	}
	return s.found == 1 && !is_twice(text, out, a);
}
