/* shorten.c - see shorten.h. It reads the punctuation of a printed name, once, from left to right. */
#include "symbol/shorten.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

struct shortening {
	const char *p;   /* what is still to be read */
	const char *end; /* of the text */
	char *out;       /* as much room as the text has, and that of one "<…>" */
	size_t n;
	size_t name;   /* where the name begins in out, behind "vtable for " */
	char *open;    /* scratch of closing(): the brackets that are open */
	bool operators; /* C++: "operator<" opens nothing */
};

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

static bool starts(const struct shortening *s, const char *p, const char *what)
{
	size_t n = strlen(what);

	return (size_t)(s->end - p) >= n && memcmp(p, what, n) == 0;
}

/* Length of the operator name at p, "operator" and its sign or brackets; 0 if there is none. Names
 * of letters (new, co_await, a type) are words like any other. */
static size_t operator_at(const struct shortening *s, const char *p, const char *first)
{
	/* Longer ones first. */
	static const char *const signs[] = {
		"<<=", ">>=", "<=>", "->*", "()", "[]", "<<", ">>", "<=", ">=", "->", "<", ">",
	};
	static const char word[] = "operator";

	if (!s->operators || !starts(s, p, word) || (p > first && is_word(p[-1])))
		return 0;
	for (size_t i = 0; i < sizeof(signs) / sizeof(*signs); i++) {
		if (starts(s, p + sizeof(word) - 1, signs[i]))
			return sizeof(word) - 1 + strlen(signs[i]);
	}
	return 0;
}

static char partner(char open)
{
	return open == '<' ? '>' : open == '(' ? ')' : open == '[' ? ']' : '}';
}

/* The bracket that closes the one at p; NULL if none does. A '<' or '>' in parentheses may be a
 * comparison: what closes the parentheses closes it as well. */
static const char *closing(const struct shortening *s, const char *p)
{
	const char *first = p;
	size_t depth = 0;

	while (p < s->end) {
		size_t skip = operator_at(s, p, first);
		char c = *p;

		if (skip != 0) {
			p += skip;
			continue;
		}
		if (strchr("<([{", c) != NULL) {
			s->open[depth++] = partner(c);
		} else if (c == '>' && p[-1] != '-') {
			if (s->open[depth - 1] == '>')
				depth--;
		} else if (strchr(")]}", c) != NULL) {
			while (depth > 0 && s->open[depth - 1] != c)
				depth--;
			if (depth == 0)
				return NULL;
			depth--;
		}
		if (depth == 0)
			return p;
		p++;
	}
	return NULL;
}

static void put(struct shortening *s, const char *p, size_t n)
{
	memcpy(s->out + s->n, p, n);
	s->n += n;
}

static void copy(struct shortening *s, size_t n)
{
	put(s, s->p, n);
	s->p += n;
}

/* Letters, not bytes. */
static size_t letters(const char *p, const char *end)
{
	size_t n = 0;

	for (; p < end; p++)
		n += ((unsigned char)*p & 0xc0) != 0x80;
	return n;
}

/* "<int, float>" stays, what is longer is "<…>". */
static bool arguments(struct shortening *s)
{
	const char *close = closing(s, s->p);

	if (close == NULL)
		return false;
	if (letters(s->p + 1, close) <= SHORTEN_ARGUMENTS) {
		copy(s, (size_t)(close + 1 - s->p));
	} else {
		put(s, "<…>", sizeof("<…>") - 1);
		s->p = close + 1;
	}
	return true;
}

/* Parameters, and what may stand behind them: " const", " &&". */
static bool parameters(struct shortening *s)
{
	static const char *const qualifiers[] = {" const", " volatile", " restrict", " noexcept",
						 " &&", " &"};
	const char *close = closing(s, s->p);

	if (close == NULL)
		return false;
	if (starts(s, s->p, "(anonymous namespace)")) {
		copy(s, (size_t)(close + 1 - s->p));
		return true;
	}
	s->p = close + 1;
	for (size_t i = 0; i < sizeof(qualifiers) / sizeof(*qualifiers); i++) {
		size_t n = strlen(qualifiers[i]);

		if (starts(s, s->p, qualifiers[i]) && (s->p + n == s->end || !is_word(s->p[n])))
			s->p += n;
	}
	return true;
}

static bool ends_with_word(const struct shortening *s, const char *word)
{
	size_t n = strlen(word);

	return s->n >= n && memcmp(s->out + s->n - n, word, n) == 0 &&
	       (s->n == n || !is_word(s->out[s->n - n - 1]));
}

/* What stands before a space at the top of a C++ name is a return type, unless it is the word
 * "operator" (a conversion, new, delete); what the linker's clones are called ends the name. */
static void space(struct shortening *s, bool *conversion)
{
	if (starts(s, s->p, " [clone")) {
		s->p = s->end;
		return;
	}
	*conversion = *conversion || ends_with_word(s, "operator");
	if (*conversion || starts(s, s->p, " <") || starts(s, s->p, " [")) {
		copy(s, 1);
		return;
	}
	s->p++;
	s->n = s->name;
}

/* "vtable for ", "non-virtual thunk to ". No type has such a word in its name. */
static void prefix(struct shortening *s)
{
	const char *stop = s->p + strcspn(s->p, "<({");
	const char *found = strstr(s->p, " for ");

	if (found != NULL && found < stop) {
		copy(s, (size_t)(found + 5 - s->p));
	} else {
		found = strstr(s->p, "thunk to ");
		if (found != NULL && found < stop)
			copy(s, (size_t)(found + 9 - s->p));
	}
	s->name = s->n;
}

static struct shortening begin(struct arena *a, const char *text)
{
	size_t n = strlen(text);
	struct shortening s = { .p = text, .end = text + n };

	s.out = arena_alloc(a, n + sizeof("<…>"));
	s.open = arena_alloc(a, n + 1);
	return s;
}

/* One step at the top of a C++ name; false: the brackets do not fit. */
static bool step_cxx(struct shortening *s, const char *text, bool *conversion, int *braces)
{
	size_t op = operator_at(s, s->p, text);

	if (op != 0)
		copy(s, op);
	else if (*s->p == '<')
		return arguments(s);
	else if (*s->p == '(')
		return parameters(s);
	else if (*s->p == ' ' && *braces == 0)
		space(s, conversion);
	else {
		*braces += *s->p == '{' ? 1 : *s->p == '}' ? -1 : 0;
		copy(s, 1);
	}
	return true;
}

const char *shorten_cxx(struct arena *a, const char *text)
{
	struct shortening s = begin(a, text);
	bool conversion = false;
	int braces = 0;

	s.operators = true;
	prefix(&s);
	while (s.p < s.end) {
		if (!step_cxx(&s, text, &conversion, &braces))
			return text;
	}
	s.out[s.n] = '\0';
	return s.n > s.name ? s.out : text;
}

/* Is what the '<' opens a type that has the method, "<T as Trait>" or "<impl [T]>"? Generic
 * arguments follow a name or, in an expression, "::". */
static bool is_self(const struct shortening *s, const char *text)
{
	const char *close, *as;

	if (s->p > text && is_word(s->p[-1]))
		return false;
	if (s->p == text || starts(s, s->p, "<impl "))
		return true;
	close = closing(s, s->p);
	as = strstr(s->p, " as ");
	return close != NULL && as != NULL && as < close;
}

const char *shorten_rust(struct arena *a, const char *text)
{
	struct shortening s = begin(a, text);

	while (s.p < s.end) {
		if (*s.p != '<' || is_self(&s, text))
			copy(&s, 1);
		else if (!arguments(&s))
			return text;
	}
	s.out[s.n] = '\0';
	return s.out;
}
