/* demangle.c - see demangle.h. C++ and Rust names are read by libiberty, Swift's by swift.c.
 *
 * Only the callback entries of libiberty are called: the others allocate, and some end the process
 * when there is no memory. A name can ask for a text that doubles with each of its letters; the
 * callback then leaves by longjmp, as libiberty has no other way out.
 */
#include "symbol/demangle.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdbool.h>
#include <string.h>

#include <libiberty/demangle.h>

#include "symbol/shorten.h"
#include "symbol/swift.h"
#include "symbol/tame.h"

enum {
	TEXT_MAX_BYTES = 32 << 10,
	USUAL_BYTES = 1024, /* most texts fit; for a longer one libiberty is asked twice */
};

/* What libiberty says, as far as it has room. */
struct heard {
	char *text;
	size_t room;
	size_t n; /* bytes said, also those that had no room */
	jmp_buf too_long;
};

/* May the callback leave here? libiberty holds memory only while it prints a decoded Punycode
 * identifier, and that consists of letters, digits and what is not ASCII. Punctuation stands
 * between any two identifiers, so that a longer text is left soon. */
static bool may_leave(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (isalnum((unsigned char)s[i]) || s[i] == '_' || (unsigned char)s[i] >= 0x80)
			return false;
	}
	return n > 0;
}

static void hear(const char *s, size_t n, void *opaque)
{
	struct heard *h = opaque;

	if (n > 0 && h->n < h->room) /* of nothing s may be NULL */
		memcpy(h->text + h->n, s, n < h->room - h->n ? n : h->room - h->n);
	h->n += n;
	if (h->n > TEXT_MAX_BYTES)
		longjmp(h->too_long, 1);
}

static void hear_rust(const char *s, size_t n, void *opaque)
{
	struct heard *h = opaque;

	if (h->n <= TEXT_MAX_BYTES || may_leave(s, n))
		hear(s, n, opaque);
}

static bool ask(struct heard *h, enum language language, const char *name, int options)
{
	h->n = 0;
	if (setjmp(h->too_long) != 0)
		return false;
	if (language == LANG_RUST)
		return rust_demangle_callback(name, options, hear_rust, h) != 0;
	return cplus_demangle_v3_callback(name, options, hear, h) != 0;
}

/* What libiberty prints for the name, in the arena; NULL if it does not understand it. */
static const char *printed(struct arena *a, enum language language, const char *name, int options)
{
	char usual[USUAL_BYTES];
	struct heard h = { .text = usual, .room = sizeof(usual) };

	if (!ask(&h, language, name, options) || h.n == 0 || h.n > TEXT_MAX_BYTES)
		return NULL;
	if (h.n > h.room) {
		h.room = h.n;
		h.text = arena_alloc(a, h.room);
		if (!ask(&h, language, name, options))
			return NULL;
	}
	return arena_strndup(a, h.text, h.n);
}

/* Mach-O puts a further '_' before each name of C. */
static const char *without_underscore(const char *name)
{
	return name[0] == '_' && name[1] == '_' && (name[2] == 'Z' || name[2] == 'R') ? name + 1 : name;
}

/* The old Rust mangling is that of C++, and ends with a hash of 16 digits: "17h…E". What compilers
 * append begins with '.'. */
static bool has_rust_hash(const char *name)
{
	const char *p = name;

	while ((p = strstr(p, "17h")) != NULL) {
		p += 3;
		if (strspn(p, "0123456789abcdef") == 16 && p[16] == 'E' && (p[17] == '\0' || p[17] == '.'))
			return true;
	}
	return false;
}

enum language demangle_language(const char *name)
{
	if (swift_is_mangled(name))
		return LANG_SWIFT;
	name = without_underscore(name);
	if (strncmp(name, "_ZN", 3) == 0 && has_rust_hash(name))
		return LANG_RUST;
	if (name[0] == '_' && name[1] == 'Z' && isalnum((unsigned char)name[2]))
		return LANG_CXX;
	if (name[0] == '_' && name[1] == 'R' && name[2] != '\0' && strchr("CMXYNIB", name[2]) != NULL)
		return LANG_RUST;
	return LANG_NONE;
}

enum { CXX_FULL = DMGL_PARAMS | DMGL_ANSI };

/* The form may deceive: a method of C++ may be named like the hash of Rust. */
static const char *understood(struct arena *a, const char *name, enum language *language, int cxx, int rust)
{
	const char *text = NULL;

	*language = demangle_language(name);
	if (*language == LANG_SWIFT)
		return swift_demangle(a, name);
	name = without_underscore(name);
	if (*language == LANG_RUST && tame_rust(name))
		text = printed(a, LANG_RUST, name, rust);
	if (text == NULL && strncmp(name, "_Z", 2) == 0 && tame_cxx(name)) {
		*language = LANG_CXX;
		text = printed(a, LANG_CXX, name, cxx);
	}
	return text;
}

const char *demangle(struct arena *a, const char *name)
{
	enum language language;

	return understood(a, name, &language, CXX_FULL, DMGL_VERBOSE);
}

const char *demangle_as_linker(struct arena *a, const char *name, bool hashes)
{
	enum language language;

	if (swift_is_mangled(name))
		return NULL;
	return understood(a, name, &language, CXX_FULL, hashes ? DMGL_VERBOSE : DMGL_NO_OPTS);
}

const char *demangle_short(struct arena *a, const char *name)
{
	enum language language;
	const char *text = understood(a, name, &language, DMGL_NO_OPTS, DMGL_NO_OPTS);

	if (text == NULL || language == LANG_SWIFT)
		return text;
	return language == LANG_RUST ? shorten_rust(a, text) : shorten_cxx(a, text);
}
