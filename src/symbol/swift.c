/* swift.c - see swift.h. Grammar: docs/ABI/Mangling.rst of Swift.
 *
 * A name is a context (a module, and types one in the other), the name of a member, the types of its
 * signature, and operators that say what it all is. The signature is only read over, token by token:
 * one that is not known to belong to a type (an extension, a closure, a local function) makes the
 * name one that is not understood.
 */
#include "symbol/swift.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

enum {
	SWIFT_LETTERS = 4 << 10,
	WORDS = 26, /* that later identifiers may refer to */
	DEPTH = 32, /* of types in types */
};

struct word {
	size_t at, n; /* in the text of identifiers */
};

struct reader {
	const char *p;
	struct arena *a;
	char *all; /* identifiers one behind the other; words point into it */
	size_t n, room;
	struct word words[WORDS];
	size_t nwords;
	const char *path; /* "Module.Type" so far */
};

static size_t prefix_of(const char *name)
{
	static const char *const prefixes[] = {"_$s", "$s", "_$S", "$S", "__T0", "_T0"};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
		size_t n = strlen(prefixes[i]);

		if (strncmp(name, prefixes[i], n) == 0)
			return n;
	}
	return 0;
}

bool swift_is_mangled(const char *name)
{
	return prefix_of(name) != 0;
}

/* ---- identifiers -------------------------------------------------------------------------- */

static bool put(struct reader *r, const char *s, size_t n)
{
	if (n > r->room - r->n)
		return false;
	memmove(r->all + r->n, s, n);
	r->n += n;
	return true;
}

static bool ends_word(char c, char before)
{
	return c == '_' || c == '\0' || (isupper((unsigned char)c) && !isupper((unsigned char)before));
}

/* The words of what was put last: "fooBarBaz" has three. */
static void remember_words(struct reader *r, size_t from)
{
	size_t start = from;
	bool in = false;

	for (size_t i = from; i <= r->n; i++) {
		char c = i < r->n ? r->all[i] : '\0';

		if (in && ends_word(c, r->all[i - 1])) {
			if (i - start >= 2 && r->nwords < WORDS)
				r->words[r->nwords++] = (struct word){ start, i - start };
			in = false;
		}
		if (!in && c != '\0' && c != '_' && !isdigit((unsigned char)c)) {
			in = true;
			start = i;
		}
	}
}

/* A decimal length, and that many letters. */
static bool piece(struct reader *r)
{
	size_t n = 0, from = r->n;

	while (isdigit((unsigned char)*r->p) && n <= SWIFT_LETTERS)
		n = n * 10 + (size_t)(*r->p++ - '0');
	if (n == 0 || strnlen(r->p, n) < n || !put(r, r->p, n))
		return false;
	r->p += n;
	remember_words(r, from);
	return true;
}

/* Words that were said before: a small letter each, and a capital one for the last. */
static bool old_words(struct reader *r, bool *more)
{
	while (*more && isalpha((unsigned char)*r->p)) {
		char c = *r->p++;
		size_t i = (size_t)(islower((unsigned char)c) ? c - 'a' : c - 'A');

		*more = islower((unsigned char)c);
		if (i >= r->nwords || !put(r, r->all + r->words[i].at, r->words[i].n))
			return false;
	}
	return true;
}

/* The identifier at p; NULL if there is none, or one in Punycode. */
static const char *identifier(struct reader *r)
{
	size_t from = r->n;
	bool more = *r->p == '0';

	if (!isdigit((unsigned char)*r->p) || (more && r->p[1] == '0'))
		return NULL;
	r->p += more;
	do {
		if (!old_words(r, &more))
			return NULL;
		if (*r->p == '0') {
			r->p++;
			break;
		}
		if (!piece(r))
			return NULL;
	} while (more);
	return r->n > from ? arena_strndup(r->a, r->all + from, r->n - from) : NULL;
}

/* ---- signatures --------------------------------------------------------------------------- */

/* "A" and what it repeats: small letters, the last one a capital, each with a count; or an index. */
static bool substitution(struct reader *r)
{
	r->p++;
	for (;;) {
		while (isdigit((unsigned char)*r->p))
			r->p++;
		if (*r->p == '_' || isupper((unsigned char)*r->p)) {
			r->p++;
			return true;
		}
		if (!islower((unsigned char)*r->p))
			return false;
		r->p++;
	}
}

/* A type of the standard library, "Sg" (optional), "So" (the module of Objective-C). */
static bool standard(struct reader *r)
{
	r->p++;
	while (isdigit((unsigned char)*r->p))
		r->p++;
	r->p += *r->p == 'c';
	if (!isalpha((unsigned char)*r->p))
		return false;
	r->p++;
	return true;
}

/* One token that can only belong to a type or its labels. */
static bool type_token(struct reader *r)
{
	if (*r->p == '\0')
		return false;
	if (isdigit((unsigned char)*r->p))
		return identifier(r) != NULL;
	if (*r->p == 'A')
		return substitution(r);
	if (*r->p == 'S')
		return standard(r);
	if (strchr("XYRB", *r->p) != NULL && isalpha((unsigned char)r->p[1])) {
		r->p += 2;
		return true;
	}
	if (strchr("ysxqzdhnmptcKGCVOPl_", *r->p) == NULL)
		return false;
	r->p++;
	return true;
}

/* ---- what it is --------------------------------------------------------------------------- */

struct ending {
	const char *code;
	const char *format; /* around the path */
};

static const struct ending of_types[] = {
	{"", "%s"},
	{"N", "type metadata for %s"},
	{"Ma", "type metadata accessor for %s"},
	{"Mf", "full type metadata for %s"},
	{"Mm", "metaclass for %s"},
	{"Mn", "nominal type descriptor for %s"},
	{"Mp", "protocol descriptor for %s"},
	{"Mo", "class metadata base offset for %s"},
	{"WV", "value witness table for %s"},
	{"fD", "%s.__deallocating_deinit"},
	{"fd", "%s.deinit"},
};

static const struct ending of_members[] = {
	{"F", "%s"},
	{"FZ", "static %s"},
	{"FTj", "dispatch thunk of %s"},
	{"FTq", "method descriptor for %s"},
	{"FTu", "async function pointer to %s"},
	{"FZTu", "async function pointer to static %s"},
	{"vp", "%s"},
	{"vpZ", "static %s"},
	{"vpMV", "property descriptor for %s"},
	{"vpWvd", "direct field offset for %s"},
	{"vg", "%s.getter"},
	{"vgZ", "static %s.getter"},
	{"vgTj", "dispatch thunk of %s.getter"},
	{"vgTq", "method descriptor for %s.getter"},
	{"vs", "%s.setter"},
	{"vsZ", "static %s.setter"},
	{"vsTj", "dispatch thunk of %s.setter"},
	{"vsTq", "method descriptor for %s.setter"},
	{"vr", "%s.read"},
	{"vM", "%s.modify"},
	{"vMTj", "dispatch thunk of %s.modify"},
	{"vMTq", "method descriptor for %s.modify"},
	{"vau", "%s.unsafeMutableAddressor"},
};

static const struct ending of_initializers[] = {
	{"fC", "%s.init"},
	{"fc", "%s.init"},
	{"fCTj", "dispatch thunk of %s.init"},
	{"fCTq", "method descriptor for %s.init"},
};

/* The path in the words of the ending that is all of the rest; NULL if none is. */
static const char *end_with(struct reader *r, const struct ending *endings, size_t n, const char *path)
{
	const char *mark;

	for (size_t i = 0; i < n; i++) {
		if (strcmp(r->p, endings[i].code) != 0)
			continue;
		mark = strstr(endings[i].format, "%s");
		return arena_printf(r->a, "%.*s%s%s", (int)(mark - endings[i].format),
				    endings[i].format, path, mark + 2);
	}
	return NULL;
}

#define END_WITH(r, endings, path) \
	end_with((r), (endings), sizeof(endings) / sizeof(*(endings)), (path))

/* ---- contexts ----------------------------------------------------------------------------- */

static const char *standard_type(char c)
{
	/* Those that people extend and call: the others are not understood. */
	static const struct { char c; const char *name; } types[] = {
		{'a', "Swift.Array"}, {'b', "Swift.Bool"}, {'D', "Swift.Dictionary"},
		{'d', "Swift.Double"}, {'f', "Swift.Float"}, {'h', "Swift.Set"}, {'i', "Swift.Int"},
		{'J', "Swift.Character"}, {'N', "Swift.ClosedRange"}, {'n', "Swift.Range"},
		{'q', "Swift.Optional"}, {'S', "Swift.String"}, {'s', "Swift.Substring"},
		{'u', "Swift.UInt"}, {'V', "Swift.UnsafeRawPointer"},
		{'v', "Swift.UnsafeMutableRawPointer"},
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		if (types[i].c == c)
			return types[i].name;
	}
	return NULL;
}

/* The module, or a type of the standard library. */
static bool outermost(struct reader *r)
{
	if (*r->p == 's') {
		r->p++;
		r->path = "Swift";
	} else if (*r->p == 'S') {
		r->path = standard_type(r->p[1]);
		r->p += r->path != NULL ? 2 : 0;
	} else {
		r->path = identifier(r);
	}
	return r->path != NULL;
}

/* Behind a name that is private to its file comes a second one, for the file. */
static void skip_file(struct reader *r)
{
	struct reader before = *r;
	const char *file = identifier(r);

	if (file != NULL && *file == '_' && strncmp(r->p, "LL", 2) == 0)
		r->p += 2;
	else
		*r = before;
}

/* Types, each in the one before; then the name of a member, or NULL. */
static const char *walk(struct reader *r)
{
	const char *name;

	for (size_t depth = 0; depth < DEPTH && (name = identifier(r)) != NULL; depth++) {
		skip_file(r);
		if (*r->p == '\0' || strchr("CVOP", *r->p) == NULL)
			return name;
		r->p++;
		r->path = arena_printf(r->a, "%s.%s", r->path, name);
	}
	return NULL;
}

static const char *member(struct reader *r, const char *module, const char *name)
{
	const char *path = r->path, *token = "", *text;
	bool function;

	if (name != NULL && strcmp(r->p, "Mp") == 0) /* a protocol has no letter for its kind */
		return arena_printf(r->a, "protocol descriptor for %s.%s", path, name);
	for (const char *p = r->p; type_token(r); p = r->p)
		token = p;
	text = name == NULL ? NULL : END_WITH(r, of_members, arena_printf(r->a, "%s.%s", path, name));
	/* An initializer has no name of its own: the first label was taken for one. */
	function = *token == 'c' || *token == 'l';
	return text != NULL || path == module || !function ? text : END_WITH(r, of_initializers, path);
}

const char *swift_demangle(struct arena *a, const char *name)
{
	struct reader r = { .p = name + prefix_of(name), .a = a };
	const char *text, *module;
	size_t n = strnlen(name, SWIFT_LETTERS + 1);

	if (n > SWIFT_LETTERS || r.p == name)
		return NULL;
	r.room = 4 * n;
	r.all = arena_alloc(a, r.room + 1);
	if (!outermost(&r))
		return NULL;
	module = r.path;
	name = walk(&r);
	text = name == NULL && r.path != module ? END_WITH(&r, of_types, r.path) : NULL;
	return text != NULL ? text : member(&r, module, name);
}
