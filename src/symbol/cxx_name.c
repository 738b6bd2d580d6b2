/* cxx_name.c - see cxx_name.h. */
#include "symbol/cxx_name.h"

#include <ctype.h>
#include <string.h>

enum { MAX_RELEASE = 24 }; /* letters of a component that tells a release */

static const char *const kinds[] = {
	"vtable for ", "VTT for ", "typeinfo for ", "typeinfo name for ", "typeinfo fn for ",
	"guard variable for ", "non-virtual thunk to ", "virtual thunk to ",
	"covariant return thunk to ", "TLS init function for ", "TLS wrapper function for ",
	"construction vtable for ",
};

static const char anonymous[] = "(anonymous namespace)", lambda[] = "{lambda";

/* ---- walking over brackets ---------------------------------------------------------------- */

bool cxx_is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '$';
}

/* Behind "operator" at s: what belongs to its name; s itself if it is no operator. */
static const char *skip_operator(const char *start, const char *s)
{
	if (strncmp(s, "operator", 8) != 0 || cxx_is_word(s[8]) || (s > start && cxx_is_word(s[-1])))
		return s;
	s += 8;
	if (strncmp(s, "()", 2) == 0 || strncmp(s, "[]", 2) == 0)
		return s + 2;
	if (*s == ' ' && s[1] != '\0') { /* new, delete, a conversion, "<" before a template */
		s++;
		while (*s != '\0' && *s != '(' && *s != '<')
			s++;
		return s;
	}
	return s + strspn(s, "<>=!+-*/%^&|~,\"");
}

/* One step at nesting level *depth: past an operator, the anonymous namespace, or a character. */
static const char *step(const char *start, const char *s, int *depth)
{
	const char *op = skip_operator(start, s);

	if (op != s)
		return op;
	if (strncmp(s, anonymous, sizeof(anonymous) - 1) == 0)
		return s + sizeof(anonymous) - 1;
	if (s[0] == '-' && s[1] == '>')
		return s + 2;
	if (strchr("<([{", *s) != NULL)
		++*depth;
	else if (strchr(">)]}", *s) != NULL)
		--*depth;
	return s + 1;
}

/* Where at the outermost level the string `what` stands, at or behind s; NULL. */
static const char *find_outside(const char *start, const char *s, const char *what)
{
	int depth = 0;
	size_t n = strlen(what);

	while (*s != '\0' && depth >= 0) {
		bool special = skip_operator(start, s) != s ||
			       strncmp(s, anonymous, sizeof(anonymous) - 1) == 0;

		if (depth == 0 && !special && strncmp(s, what, n) == 0)
			return s;
		s = step(start, s, &depth);
	}
	return NULL;
}

/* ---- pieces ------------------------------------------------------------------------------- */

static const char *read_kind(struct arena *a, const char *text, struct cxx_name *out)
{
	out->kind = "";
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t n = strlen(kinds[i]);

		if (strncmp(text, kinds[i], n) == 0) {
			out->kind = arena_strndup(a, text, n - 1);
			return text + n;
		}
	}
	return text;
}

/* A part without its ABI tags. */
static const char *without_tags(struct arena *a, const char *s, size_t n)
{
	char *copy = arena_strndup(a, s, n), *tag;

	while ((tag = strstr(copy, "[abi:")) != NULL) {
		char *end = strchr(tag, ']');

		if (end == NULL)
			break;
		memmove(tag, end + 1, strlen(end + 1) + 1);
	}
	return copy;
}

static bool read_parts(struct arena *a, const char *name, struct cxx_name *out)
{
	const char *s = name;

	for (;;) {
		const char *end = find_outside(name, s, "::");
		size_t n = end != NULL ? (size_t)(end - s) : strlen(s);

		if (n == 0 || out->nparts >= CXX_PARTS)
			return false;
		out->parts[out->nparts++] = without_tags(a, s, n);
		if (end == NULL)
			return true;
		s = end + 2;
	}
}

static bool read_parameters(struct arena *a, const char *list, struct cxx_name *out)
{
	while (*list != '\0') {
		const char *end = find_outside(list, list, ", ");
		size_t n = end != NULL ? (size_t)(end - list) : strlen(list);

		if (out->nparameters >= CXX_PARAMETERS)
			return false;
		out->parameters[out->nparameters++] = arena_strndup(a, list, n);
		list += n + (end != NULL ? 2 : 0);
	}
	return true;
}

/* The bracket that closes the one at `open`. */
static const char *closing(const char *open)
{
	int depth = 0;
	const char *s = open;

	do
		s = step(open, s, &depth);
	while (*s != '\0' && depth > 0);
	return depth == 0 ? s - 1 : NULL;
}

/* Before the name of a template function stands what it returns. */
static const char *behind_return_type(const char *text, const char *end)
{
	const char *s = text, *space;

	while ((space = find_outside(text, s, " ")) != NULL && space < end)
		s = space + 1;
	return s;
}

bool cxx_name_read(struct arena *a, const char *text, struct cxx_name *out)
{
	const char *open, *close, *name;
	bool ok;

	memset(out, 0, sizeof(*out));
	out->qualifiers = "";
	text = read_kind(a, text, out);
	if (strstr(text, lambda) != NULL)
		return false;
	open = find_outside(text, text, "(");
	close = open != NULL ? closing(open) : NULL;
	/* Behind the parameters: a variable of the function, a part of it. */
	if (open != NULL && (close == NULL || strncmp(close + 1, "::", 2) == 0 ||
			     strstr(close, "[clone") != NULL))
		return false;
	name = open != NULL ? behind_return_type(text, open) : text;
	ok = read_parts(a, open != NULL ? arena_strndup(a, name, (size_t)(open - name)) : name, out);
	if (ok && open != NULL) {
		out->is_function = true;
		out->qualifiers = arena_strdup(a, close + 1);
		ok = read_parameters(a, arena_strndup(a, open + 1, (size_t)(close - open - 1)), out);
	}
	if (!ok)
		out->nparts = 0;
	return ok;
}

bool cxx_is_release(const char *part, size_t n)
{
	/* Others have numbers that mean something else: sha256, vec3, utf8. */
	static const char *const words[] = { "v", "V", "_V", "__v", "__", "_", "r", "rel", "lts_",
					     "icu_", "debian", "abi", "inline_v" };
	size_t at = 0;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]) && at == 0; i++) {
		size_t k = strlen(words[i]);

		if (k < n && strncmp(part, words[i], k) == 0 && isdigit((unsigned char)part[k]))
			at = k;
	}
	if (at == 0 || n > MAX_RELEASE)
		return false;
	while (at < n && (isdigit((unsigned char)part[at]) || part[at] == '_'))
		at++;
	return at == n;
}
