/* settings_text.c - a list of folders in the text that sets it: which words are the element, and the text
 * without them.
 *
 * Nothing is run. A text is a sequence of lines (a backslash at the end of one goes on), a line has
 * assignments:
 *   NAME=VALUE           shells, units of systemd, environment.d, Dockerfile
 *   set -gx NAME VALUE   fish; setenv NAME VALUE: csh; ENV NAME VALUE: Dockerfile
 *   NAME: VALUE          YAML; "NAME": "VALUE": JSON
 * A list has ":" between its elements, fish blanks. Variables in an element are those that the text has set
 * before, or those of the environment.
 */
#include "repair/settings_text.h"

#include <ctype.h>
#include <string.h>

#include "base/str.h"
#include "diagnose/common.h"

enum {
	MAX_KNOWN = 200,
	MAX_DEPTH = 4,
	MAX_VALUE = 1 << 16, /* bytes: longer ones are not known */
	MAX_LINE = 8192      /* bytes: nobody writes longer ones by hand */
};

enum form {
	FORM_WORD,  /* NAME=VALUE: ends with the word, or with the quotes around it */
	FORM_REST,  /* ends with the command */
	FORM_ENV,   /* the same, which may not be empty */
	FORM_COLON, /* YAML, JSON */
};

struct assignment {
	const char *name;
	size_t n;
	enum form form;
	const char *from, *to; /* the value; of FORM_WORD and FORM_COLON in quotes: what is inside of them */
	char quote;            /* the quote that it stands in, 0 */
};

struct known {
	const char *name, *value;
};

/* A text while it is read from its begin. */
struct reading {
	const char *const *environ;
	const char *variable; /* the list; what it had before is no element of it */
	struct arena *a;
	struct {
		struct known *items;
		size_t n, cap;
	} set;
};

/* ---- lines ------------------------------------------------------------------------------------------ */

static bool next_line(struct view *rest, struct arena *a, const char **line)
{
	size_t n = 0;

	if (rest->n == 0)
		return false;
	while (n < rest->n && (rest->p[n] != '\n' || (n > 0 && rest->p[n - 1] == '\\')))
		n++;
	if (n < rest->n)
		n++;
	*line = arena_strndup(a, (const char *)rest->p, n);
	*rest = (struct view) { rest->p + n, rest->n - n };
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static bool ends_command(char c)
{
	return c == ';' || c == '&' || c == '|';
}

/* Behind "${…}" or "$(…)" that begins at p; the end of the text if it has none. */
static const char *behind_braces(const char *p)
{
	char open = p[1], close = open == '{' ? '}' : ')';
	int depth = 0;

	for (p++; *p != '\0'; p++) {
		depth += *p == open ? 1 : *p == close ? -1 : 0;
		if (depth == 0)
			return p + 1;
	}
	return p;
}

static bool is_braces(const char *p)
{
	return p[0] == '$' && (p[1] == '{' || p[1] == '(');
}

/* ---- what a word means ------------------------------------------------------------------------------ */

static const char *value_of(const struct reading *r, const char *name, size_t n)
{
	const char *copy = arena_strndup(r->a, name, n);

	if (strcmp(copy, r->variable) == 0)
		return NULL;
	for (size_t i = r->set.n; i > 0; i--)
		if (strcmp(r->set.items[i - 1].name, copy) == 0)
			return r->set.items[i - 1].value;
	return str_env(r->environ, copy);
}

static bool expand(const struct reading *r, const char *p, const char *end, int depth,
		   struct arena_text *out);

/* "$NAME", "${NAME}", "${NAME:-OTHER}" at *p, which goes behind it. False: something else, or not known. */
static bool expand_variable(const struct reading *r, const char **p, const char *end, int depth,
			    struct arena_text *out)
{
	bool braces = (*p)[1] == '{';
	const char *name = *p + (braces ? 2 : 1), *q = name, *last, *value;

	while (q < end && is_name(*q))
		q++;
	value = q > name ? value_of(r, name, (size_t)(q - name)) : NULL;
	last = braces ? behind_braces(*p) : q;
	*p = last;
	if (q == name || last > end || (braces && last[-1] != '}'))
		return false;
	if (braces && *q != '}') {
		q += *q == ':';
		if (*q != '-')
			return false;
		if (value == NULL || *value == '\0')
			return expand(r, q + 1, last - 1, depth + 1, out);
	}
	if (value == NULL)
		return false;
	arena_text_str(r->a, out, value);
	return true;
}

/* Appends what [p, end) is for whoever reads it. False: that is not known. */
static bool expand(const struct reading *r, const char *p, const char *end, int depth, struct arena_text *out)
{
	const char *home = str_env(r->environ, "HOME");

	if (depth > MAX_DEPTH)
		return false;
	if (home != NULL && end - p >= 1 && *p == '~' && (end - p == 1 || p[1] == '/')) {
		arena_text_str(r->a, out, home);
		p++;
	} else if (home != NULL && end - p >= 2 && p[0] == '%' && p[1] == 'h') { /* in a unit */
		arena_text_str(r->a, out, home);
		p += 2;
	}
	while (p < end) {
		if (*p == '`' || out->n > MAX_VALUE)
			return false;
		if (*p == '$') {
			if (!expand_variable(r, &p, end, depth, out))
				return false;
			continue;
		}
		if (*p == '\\' && p + 1 < end)
			p++;
		if (*p != '"' && *p != '\'' && *p != '\n')
			arena_text_add(r->a, out, p, 1);
		p++;
	}
	return true;
}

/* NULL: it is not known what it means. */
static const char *meaning(const struct reading *r, const char *p, const char *end)
{
	struct arena_text t = { NULL, 0, 0 };

	if (p == end || !expand(r, p, end, 0, &t))
		return NULL;
	return arena_text_end(r->a, &t);
}

/* Final slashes, and slashes after slashes, make no difference. */
bool settings_same_folder(const char *x, const char *y)
{
	while (*x != '\0' && *x == *y) {
		char c = *x;

		x++;
		y++;
		while (c == '/' && *x == '/')
			x++;
		while (c == '/' && *y == '/')
			y++;
	}
	x += *x == '/' ? strspn(x, "/") : 0;
	y += *y == '/' ? strspn(y, "/") : 0;
	return *x == '\0' && *y == '\0';
}

/* ---- assignments ------------------------------------------------------------------------------------ */

/* The word before p is a command that sets, or an option of one. */
static bool is_set_by_command(const char *line, const char *p, enum form *form)
{
	for (;;) {
		const char *end, *word;

		while (p > line && is_blank(p[-1]))
			p--;
		end = p;
		while (p > line && !is_blank(p[-1]) && !ends_command(p[-1]))
			p--;
		word = p;
		if (end == word)
			return false;
		if (*word == '-')
			continue;
		*form = FORM_REST;
		if ((size_t)(end - word) == 3 && strncmp(word, "ENV", 3) == 0)
			*form = FORM_ENV;
		return *form == FORM_ENV || ((size_t)(end - word) == 3 && strncmp(word, "set", 3) == 0) ||
		       ((size_t)(end - word) == 6 && strncmp(word, "setenv", 6) == 0);
	}
}

/* Where a value ends that begins at p, in these quotes or in none. */
static const char *end_of_value(const char *p, enum form form, char quote)
{
	bool all = form == FORM_REST || form == FORM_ENV || (form == FORM_COLON && quote == 0);
	char inner = 0;

	for (; *p != '\0'; p++) {
		if (is_braces(p)) {
			p = behind_braces(p) - 1;
			continue;
		}
		if (*p == '\\' && p[1] != '\0') {
			p++;
			continue;
		}
		if (quote != 0 ? *p == quote : inner == 0 && (*p == '\n' || *p == '\r'))
			break;
		if (quote == 0 && (*p == '"' || *p == '\''))
			inner = inner == 0 ? *p : inner == *p ? 0 : inner;
		if (quote != 0 || inner != 0)
			continue;
		if (form != FORM_COLON && ends_command(*p))
			break;
		if (is_blank(*p) && (!all || p[1] == '#'))
			break;
	}
	return p;
}

/* Is what ends at p, the name of which begins at out->name, an assignment? `quote` is open there. */
static bool is_assignment(const char *line, const char *p, char quote, struct assignment *out)
{
	out->quote = quote;
	out->form = FORM_WORD;
	if (*p == '=' || (p[0] == '+' && p[1] == '=')) {
		out->from = p + (*p == '+' ? 2 : 1);
	} else if (is_blank(*p) && quote == 0 && is_set_by_command(line, out->name, &out->form)) {
		out->from = p + strspn(p, " \t");
	} else {
		p += quote != 0 && *p == quote;
		if (*p != ':' || !is_blank(p[1]))
			return false;
		out->form = FORM_COLON;
		out->from = p + 1 + strspn(p + 1, " \t");
		out->quote = *out->from == '"' || *out->from == '\'' ? *out->from : 0;
		out->from += out->quote != 0;
	}
	out->to = end_of_value(out->from, out->form, out->quote);
	return true;
}

/* The next assignment of the line from *at on, where *quote is open. */
static bool next_assignment(const char *line, const char **at, char *quote, struct assignment *out)
{
	for (const char *p = *at; *p != '\0'; p++) {
		bool first = p == line;

		if (*quote == 0 && *p == '#' && (first || is_blank(p[-1])))
			break;
		if (*p == '"' || *p == '\'')
			*quote = *quote == 0 ? *p : *quote == *p ? 0 : *quote;
		if (!is_name(*p) || (!first && (is_name(p[-1]) || strchr("$/-.", p[-1]) != NULL)))
			continue;
		out->name = p;
		while (is_name(p[1]))
			p++;
		out->n = (size_t)(p + 1 - out->name);
		if (!is_assignment(line, p + 1, *quote, out))
			continue;
		*at = p + 1; /* a value may hold another: Environment=NAME=VALUE */
		return true;
	}
	*at = "";
	return false;
}

static void learn(struct reading *r, const struct assignment *s)
{
	bool wanted = s->form != FORM_COLON && r->set.n < MAX_KNOWN;
	const char *value = wanted ? meaning(r, s->from, s->to) : NULL;

	if (value != NULL)
		*ARENA_PUSH(r->a, &r->set) = (struct known) { arena_strndup(r->a, s->name, s->n), value };
}

/* ---- elements ---------------------------------------------------------------------------------------- */

struct word {
	const char *p, *end;
};

/* "${NAME:+…}": it stands for something only where the variable has a value, and brings its own colon. */
static bool is_condition(const char *p)
{
	const char *q = p + 2;

	if (p[0] != '$' || p[1] != '{')
		return false;
	while (is_name(*q))
		q++;
	return q > p + 2 && (*q == '+' || (q[0] == ':' && q[1] == '+'));
}

/* The next element of a value from *at on; *quote is open there. */
static bool next_word(const struct assignment *s, const char **at, char *quote, struct word *w)
{
	const char *p = *at;

	for (w->p = NULL; p < s->to; p++) {
		bool over = strchr(":\"'\n", *p) != NULL || (*p == '\\' && p[1] == '\n') ||
			    (is_blank(*p) && *quote == 0) || is_condition(p);

		if (w->p != NULL && over)
			break;
		if (*p == '"' || *p == '\'')
			*quote = *quote == 0 ? *p : *quote == *p ? 0 : *quote;
		if (is_condition(p)) {
			p = behind_braces(p) - 1;
			continue;
		}
		if (over)
			continue;
		if (w->p == NULL)
			w->p = p;
		if (is_braces(p))
			p = behind_braces(p) - 1;
		else if (*p == '\\' && p + 1 < s->to)
			p++;
	}
	*at = p;
	w->end = p < s->to ? p : s->to;
	return w->p != NULL;
}

/* The colon inside of a condition that ends at p ("${NAME:+$NAME:}"), or begins there; NULL. */
static const char *colon_before(const struct assignment *s, const char *p)
{
	for (const char *q = s->from; q < p; q++) {
		if (!is_braces(q))
			continue;
		if (is_condition(q) && behind_braces(q) == p && p[-2] == ':')
			return p - 2;
		q = behind_braces(q) - 1;
	}
	return NULL;
}

static const char *colon_behind(const char *p)
{
	const char *plus = is_condition(p) ? strchr(p, '+') : NULL;

	return plus != NULL && plus[1] == ':' ? plus + 1 : NULL;
}

/* Line without [from, to) and without the byte at `also` (NULL: none). */
static const char *cut(const char *line, const char *from, const char *to, const char *also, struct arena *a)
{
	struct arena_text t = { NULL, 0, 0 };

	for (const char *p = line; *p != '\0'; p++)
		if ((p < from || p >= to) && p != also)
			arena_text_add(a, &t, p, 1);
	return t.n > 0 ? arena_text_end(a, &t) : "";
}

/* The line without a word of that value; the colon beside it goes too, since an empty element would be the
 * working folder. */
static const char *without_word(const char *line, const struct assignment *s, struct word w, struct arena *a)
{
	const char *also = NULL;

	if (s->form != FORM_COLON && w.p > s->from && strchr("\"'", w.p[-1]) != NULL && *w.end == w.p[-1]) {
		w.p--;
		w.end++;
	}
	if (*w.end == ':' && w.end < s->to) {
		w.end++;
	} else if (w.p > s->from && w.p[-1] == ':') {
		w.p--;
	} else if (colon_behind(w.end) != NULL) {
		also = colon_behind(w.end);
	} else if (colon_before(s, w.p) != NULL) {
		also = colon_before(s, w.p);
	} else if (s->form == FORM_ENV) { /* "ENV NAME" alone is none */
		return arena_printf(a, "%.*s=%s", (int)(s->name + s->n - line), line, w.end);
	} else if (s->form == FORM_REST && is_blank(*w.end) && *w.end != '\n' && w.end < s->to) {
		w.end++;
	}
	return cut(line, w.p, w.end, also, a);
}

static bool find_word(const struct reading *r, const struct assignment *s, const char *element,
		      struct word *w)
{
	const char *at = s->from;
	char quote = s->quote;

	while (next_word(s, &at, &quote, w)) {
		const char *means = meaning(r, w->p, w->end);

		if (means != NULL && settings_same_folder(means, element))
			return true;
	}
	return false;
}

/* The first place of the line where it sets the element. What the line sets before is known from then on. */
static bool find_in_line(struct reading *r, const char *line, const char *element, struct assignment *s,
			 struct word *w)
{
	const char *at = line;
	char quote = 0;

	if (strlen(line) > MAX_LINE)
		return false;
	while (next_assignment(line, &at, &quote, s)) {
		if (s->n != strlen(r->variable) || strncmp(s->name, r->variable, s->n) != 0)
			learn(r, s);
		else if (find_word(r, s, element, w))
			return true;
	}
	return false;
}

bool settings_without(struct view text, const char *const *environ, const char *variable,
		      const char *element, struct arena *a, struct view *out)
{
	struct reading r = { .environ = environ, .variable = variable, .a = a };
	struct arena_text t = { NULL, 0, 0 };
	struct assignment s;
	struct word w;
	const char *line;
	bool found = false;

	while (next_line(&text, a, &line)) {
		found = settings_fish(line, variable, element, a, &line) || found;
		while (find_in_line(&r, line, element, &s, &w)) {
			found = true;
			line = without_word(line, &s, w, a);
		}
		arena_text_str(a, &t, line);
	}
	*out = (struct view) { (const uint8_t *)t.items, t.n };
	return found;
}

int64_t settings_line(struct view text, const char *const *environ, const char *variable,
		      const char *element, struct arena *a)
{
	struct reading r = { .environ = environ, .variable = variable, .a = a };
	int64_t number = 1;
	struct assignment s;
	struct word w;
	const char *line, *without;

	while (next_line(&text, a, &line)) {
		bool found;

		if (settings_fish(line, variable, element, a, &without))
			return number;
		found = find_in_line(&r, line, element, &s, &w);

		for (const char *p = line; *p != '\0' && (!found || p < w.p); p++)
			number += *p == '\n';
		if (found)
			return number;
	}
	return 0;
}

/* ---- files that it reads ------------------------------------------------------------------------------ */

/* Behind a word of the line that reads the file which follows: ".", "source", "EnvironmentFile="; NULL. */
static const char *behind_reader(const char *line, const char *p)
{
	static const char *const readers[] = { ". ", "source ", "EnvironmentFile=" };

	if (p > line && !is_blank(p[-1]) && !ends_command(p[-1]))
		return NULL;
	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++)
		if (starts_with(p, readers[i])) {
			p += strlen(readers[i]);
			p += strspn(p, " \t");
			return p + (*p == '-' && i == 2);
		}
	return NULL;
}

void settings_reads(struct view text, const char *const *environ, struct arena *a,
		    struct settings_files *out)
{
	struct reading r = { .environ = environ, .variable = "", .a = a };
	struct assignment s;
	struct word w;
	const char *line;

	while (next_line(&text, a, &line)) {
		if (strlen(line) > MAX_LINE)
			continue;
		for (const char *p = line; *p != '\0' && *p != '#' && out->n < MAX_KNOWN; p++) {
			const char *from = behind_reader(line, p), *path;

			if (from == NULL)
				continue;
			path = meaning(&r, from, end_of_value(from, FORM_WORD, 0));
			if (path != NULL && path[0] == '/')
				*ARENA_PUSH(a, out) = path;
		}
		find_in_line(&r, line, "", &s, &w);
	}
}
