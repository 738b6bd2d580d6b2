/* told_link.c - what linkers say, joined and completed: places, pairs of sentences, the object at fault. */
#include <string.h>
#include <strings.h>

#include "diagnose/told_find.h"
#include "diagnose/told_place.h"
#include "diagnose/told_undefined.h"

enum { NEAR_LINES = 8 }; /* sentences of one message lie so close */

static bool is_near(const struct msg_fact *x, const struct msg_fact *y)
{
	return x->line - y->line <= NEAR_LINES && y->line - x->line <= NEAR_LINES;
}

/* The loaders' "F: undefined symbol: X" is also what lld's "error: undefined symbol: X" looks like. */
static void drop_echoes(struct told_case *c)
{
	for (size_t i = 0; i < c->n; i++) {
		struct msg_fact *f = &c->facts[i].f;
		const char *object = f->field[MSG_OBJECT];

		if (!told_is(f, "missing-symbol"))
			continue;
		for (size_t k = 0; k < c->n; k++)
			if (!c->facts[k].denied && c->facts[k].f.code != NULL &&
			    starts_with(c->facts[k].f.code, "ld-") &&
			    c->facts[k].f.line == f->line)
				told_silence(f);
		if (object != NULL && (strcmp(object, "error") == 0 || strcmp(object, "warning") == 0))
			told_silence(f);
	}
}

/* Xcode lists what the linker misses, "Undefined symbol: X", and then that the linker failed. The same line
 * alone is a loader's. */
static void take_xcode(struct told_case *c)
{
	bool linker = told_find(c, "clang-linker-failed") != NULL;

	for (size_t i = 0; i < c->n && linker; i++) {
		struct msg_fact *f = &c->facts[i].f;

		if (told_is_id(f, "xcode-undefined")) {
			f->kind = MSG_CAUSE;
		} else if (told_is_id(f, "glibc-undefined-alone") && f->text != NULL && f->text[0] == 'U') {
			f->code = "ld-undefined-reference";
			f->rank = 60;
		}
	}
}

/* "undefined reference to symbol X" and "L: error adding symbols: DSO missing" are two halves. */
static void join_dso(struct told_case *c)
{
	for (size_t i = 0; i < c->n; i++) {
		struct msg_fact *f = &c->facts[i].f;

		if (!told_is(f, "ld-dso-missing") || f->field[MSG_SYMBOL] == NULL)
			continue;
		for (size_t k = 0; k < c->n; k++) {
			struct msg_fact *dso = &c->facts[k].f;

			if (k == i || !told_is(dso, "ld-dso-missing") || dso->field[MSG_OBJECT] == NULL ||
			    !is_near(f, dso))
				continue;
			told_take(dso, f, MSG_SYMBOL);
			told_take(dso, f, MSG_VERSION);
			told_take(dso, f, MSG_NEEDED_BY);
			if (f->field[MSG_OBJECT] == NULL)
				told_silence(f);
			break;
		}
		if (told_is(f, "ld-dso-missing") && f->field[MSG_OBJECT] == NULL)
			f->field[MSG_OBJECT] = told_undefined_library(c->a, f->field[MSG_SYMBOL]);
	}
}

static bool is_linked(const char *file)
{
	static const char *const ends[] = { ".o", ".obj", ".lo", ".a", ".lib", ".so", ".dll", ".dylib", ")" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (told_ends_with(file, ends[i]))
			return true;
	return strstr(file, ".so.") != NULL;
}

/* "O: in function `f':" names the object of the lines that follow it. */
static void join_function(struct told_case *c, struct msg_fact *f, enum msg_field place)
{
	const struct msg_fact *at = told_above(c, "bfd-in-function", f, 64);
	const char *object = NULL, *source = NULL, *own = f->field[place];

	if (own != NULL)
		told_split_place(c->a, own, &object, &source);
	/* What no linker takes is a source, whatever its name ends with: cgo's "cgo-gcc-prolog". */
	if (object != NULL && at != NULL && at->line == f->line - 1 && !is_linked(object))
		object = NULL;
	if (at == NULL || object != NULL)
		return;
	if (own == NULL)
		f->field[place] = at->field[MSG_NEEDED_BY];
	else if (at->field[MSG_NEEDED_BY] != NULL && f->line - at->line <= NEAR_LINES)
		f->field[place] = arena_printf(c->a, "%s:%s", at->field[MSG_NEEDED_BY], own);
}

/* lld and mold write the source first and the object below it. */
static void join_lld_place(struct told_case *c, struct msg_fact *f)
{
	const char *object = f->field[MSG_FILE], *source = f->field[MSG_NEEDED_BY];

	if (object == NULL || source == NULL || !told_ends_with(f->id, "-by"))
		return;
	if (told_is_source(source, strlen(source)))
		f->field[MSG_NEEDED_BY] = arena_printf(c->a, "%s:%s", object, source);
	else
		f->field[MSG_NEEDED_BY] = object;
	f->field[MSG_FILE] = NULL;
}

static void join_meant(struct told_case *c, struct msg_fact *f)
{
	const struct msg_fact *meant = told_below(c, "lld-did-you-mean", f, NEAR_LINES), *in;

	if (meant == NULL || !told_is_id(meant, "lld-did-you-mean-c"))
		return;
	f->detail = "extern-c";
	in = told_below(c, "lld-defined-in", meant, 2);
	if (in != NULL)
		f->field[MSG_OBJECT] = in->field[MSG_OBJECT];
}

/* In which section lld says that one of the two stands. */
static void join_section(struct told_case *c, struct msg_fact *f)
{
	static const struct {
		const char *id, *section;
	} places[] = {
		{ "lld-place-text", ".text" }, { "lld-place-data", ".data" }, { "lld-place-bss", ".bss" },
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) && f->field[MSG_TEXT] == NULL; i++) {
		const struct msg_fact *place = told_below(c, places[i].id, f, NEAR_LINES);

		if (place == NULL)
			continue;
		f->field[MSG_TEXT] = places[i].section;
		told_take(f, place, MSG_OBJECT);
	}
}

static void join_duplicate(struct told_case *c, struct msg_fact *f)
{
	const struct msg_fact *other;

	if (starts_with(f->id, "lld"))
		join_section(c, f);
	if (f->field[MSG_NEEDED_BY] != NULL)
		return;
	other = told_below(c, told_is_id(f, "gold-multiple") ? "gold-previous" : "bfd-first", f, 2);
	if (other != NULL)
		f->field[MSG_NEEDED_BY] = other->field[MSG_NEEDED_BY];
}

/* The place that goes on where `own`, an object alone, ends: "x.o:src/x.c"; NULL: the text has none. */
static const char *place_with_source(struct told_case *c, const char *own)
{
	static const enum msg_field places[] = { MSG_NEEDED_BY, MSG_OBJECT };
	size_t n = strlen(own);

	for (size_t i = 0; i < c->n; i++)
		for (size_t k = 0; k < sizeof(places) / sizeof(places[0]); k++) {
			const char *other = c->facts[i].f.field[places[k]], *object, *source;

			if (other == NULL || strncmp(other, own, n) != 0 || other[n] != ':')
				continue;
			told_split_place(c->a, other, &object, &source);
			if (source != NULL)
				return other;
		}
	return NULL;
}

/* "x.o" alone; elsewhere the text says from which source it was made. */
static void join_source(struct told_case *c, struct msg_fact *f, enum msg_field place)
{
	const char *own = f->field[place], *object, *source, *other;

	if (own == NULL)
		return;
	told_split_place(c->a, own, &object, &source);
	other = source == NULL ? place_with_source(c, own) : NULL;
	if (other != NULL)
		f->field[place] = other;
}

static void join_places(struct told_case *c)
{
	for (size_t i = 0; i < c->n; i++) {
		struct msg_fact *f = &c->facts[i].f;

		if (told_is(f, "ld-undefined-reference")) {
			join_function(c, f, MSG_NEEDED_BY);
			join_lld_place(c, f);
			join_meant(c, f);
		} else if (told_is(f, "ld-hidden-symbol")) {
			join_lld_place(c, f);
		} else if (told_is_detail(f, "code-model")) {
			join_function(c, f, MSG_NEEDED_BY);
		} else if (told_is(f, "ld-multiple-definition")) {
			join_function(c, f, MSG_OBJECT);
			join_lld_place(c, f);
			join_duplicate(c, f);
		}
	}
	for (size_t i = 0; i < c->n; i++) {
		struct msg_fact *f = &c->facts[i].f;

		if (told_is(f, "ld-undefined-reference") || told_is(f, "ld-multiple-definition"))
			join_source(c, f, MSG_NEEDED_BY);
		if (told_is(f, "ld-multiple-definition"))
			join_source(c, f, MSG_OBJECT);
	}
	join_dso(c);
}

/* ---- one cause after the other -------------------------------------------------------------- */

static void refine_library(struct told_case *c, struct msg_fact *f)
{
	static const char *const ends[] = { ".so", ".a", ".lib", ".dylib", ".dll" };
	const char *lib = f->field[MSG_LIB];

	if (lib == NULL)
		return;
	if (f->field[MSG_OBJECT] == NULL)
		f->field[MSG_OBJECT] = arena_printf(c->a, "-l%s", lib);
	if (f->detail != NULL || lib[0] == ':')
		return;
	if (starts_with(lib, "lib") && lib[3] != '\0')
		f->detail = "name-variant";
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (told_ends_with(lib, ends[i])) {
			f->detail = "name-variant";
			f->field[MSG_OBJECT] = lib;
		}
	if (strstr(lib, "::") != NULL)
		f->detail = "name-variant";
}

static bool is_header(const char *place)
{
	const char *object, *source;

	if (place == NULL)
		return false;
	source = strstr(place, ".h");
	object = source != NULL ? source + 2 + strspn(source + 2, "hpx") : NULL;
	return object != NULL && (*object == '\0' || *object == ':');
}

/* A library that Visual C++ links by itself, by /MD or /MT. */
static bool is_runtime(const char *file)
{
	static const char *const names[] = {
		"msvcrt", "msvcprt", "libcmt", "libcpmt", "libcd.", "libc.lib", "ucrt", "libucrt",
		"vcruntime", "libvcruntime",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && file != NULL; i++)
		if (strncasecmp(base_name(file), names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

/* "libx.a(y.o)" and "x.framework/x(y.o)": two copies of one library. */
static bool is_same_member(const char *object, const char *first)
{
	const char *a = object != NULL ? strrchr(object, '(') : NULL;
	const char *b = first != NULL ? strrchr(first, '(') : NULL;

	return a != NULL && b != NULL && a[1] != '.' && strcmp(a, b) == 0 && strcmp(object, first) != 0;
}

/* "libx.a(y.o)", "libx.so.1": what a library brings, in the words of each linker. */
static bool is_library(const char *file)
{
	static const char *const marks[] = { ".a(", ".a[", ".ao)", ".lib(", ".rlib(", ".so.", ".a:" };

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]) && file != NULL; i++)
		if (strstr(file, marks[i]) != NULL)
			return true;
	return told_ends_with(file, ".so") || told_ends_with(file, ".a") || told_ends_with(file, ".lib") ||
	       told_ends_with(file, ".dylib");
}

static void refine_multiple(struct told_case *c, struct msg_fact *f)
{
	const char *object = f->field[MSG_OBJECT], *first = f->field[MSG_NEEDED_BY];
	const char *section = f->field[MSG_TEXT] != NULL ? f->field[MSG_TEXT] : "";
	bool exported = object != NULL && first != NULL &&
			(strstr(object, "_cgo_export.c") != NULL || strstr(first, "_cgo_export.c") != NULL);
	bool two = is_library(object) && is_library(first) && !same_text(object, first);

	if (f->detail == NULL && exported)
		f->detail = "export-preamble";
	if (f->detail == NULL && is_runtime(object) && is_runtime(first))
		f->detail = "two-runtimes";
	if (f->detail == NULL && is_same_member(object, first))
		f->detail = "library-twice";
	if (f->detail == NULL && is_header(object) && is_header(first))
		f->detail = "header-definition";
	if (f->detail == NULL && (starts_with(section, ".bss") || starts_with(section, ".data") ||
				  starts_with(section, ".rodata") || starts_with(section, "COMMON")))
		f->detail = "variable";
	if (f->detail == NULL && starts_with(section, ".text"))
		f->detail = "function";
	if (two && f->detail == NULL)
		f->detail = "two-libraries";
	if (two)
		f->field[MSG_LIB] = arena_printf(c->a, "%s and %s", told_file_of_place(c->a, object),
						 told_file_of_place(c->a, first));
	if (object != NULL)
		f->field[MSG_OBJECT] = told_file_of_place(c->a, object);
	if (first != NULL)
		f->field[MSG_NEEDED_BY] = told_file_of_place(c->a, first);
}

static void refine_undefined(struct told_case *c, struct msg_fact *f)
{
	const char *user = f->field[MSG_NEEDED_BY];

	if (user != NULL)
		f->field[MSG_NEEDED_BY] = told_file_of_place(c->a, user);
	told_undefined(c, f);
	if (f->field[MSG_OBJECT] == NULL)
		f->field[MSG_OBJECT] = f->field[MSG_NEEDED_BY];
}

/* Of many undefined symbols the one that tells most comes first. */
static void choose(struct told_case *c)
{
	struct msg_fact *best = NULL;
	int order = 0;

	for (size_t i = 0; i < c->n; i++) {
		struct msg_fact *f = &c->facts[i].f;
		int own;

		if (f->kind != MSG_CAUSE || !told_is(f, "ld-undefined-reference") ||
		    f->field[MSG_SYMBOL] == NULL)
			continue;
		own = told_undefined_order(c, f);
		if (best == NULL || own < order) {
			best = f;
			order = own;
		}
	}
	if (best != NULL && best->rank > 57)
		best->rank = 57;
}

/* A symbol that is nowhere is undefined, hidden or not: where others are as well, that says more. */
static bool is_one_of_many(const struct told_case *c, const struct msg_fact *f)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->facts[i].f.offset < f->offset && c->facts[i].f.field[MSG_SYMBOL] != NULL &&
		    told_is(&c->facts[i].f, "ld-undefined-reference") &&
		    !told_same(f, &c->facts[i].f, MSG_SYMBOL))
			return true;
	return false;
}

/* "prog: hidden symbol X isn't defined" names the output; who uses X stands in a line of its own. */
static void refine_hidden(struct told_case *c, struct msg_fact *f)
{
	const char *user = f->field[MSG_NEEDED_BY];

	if ((told_is_id(f, "gold-hidden") || told_is_id(f, "bfd-hidden")) && is_one_of_many(c, f)) {
		f->code = "ld-undefined-reference";
		f->detail = NULL;
		f->rank = 60;
		return;
	}
	for (size_t i = 0; i < c->n && user == NULL; i++)
		if (told_is(&c->facts[i].f, "ld-undefined-reference") &&
		    told_same(f, &c->facts[i].f, MSG_SYMBOL))
			user = c->facts[i].f.field[MSG_NEEDED_BY];
	if (user != NULL && told_is_detail(f, "declared-hidden"))
		f->field[MSG_OBJECT] = told_file_of_place(c->a, user);
}

static bool is_input(const char *file)
{
	size_t n = strlen(file);

	return told_ends_with(file, ".o") || told_ends_with(file, ".obj") || (n > 0 && file[n - 1] == ')');
}

/* Which of the two libraries was built the other way is not said where one of them alone is named. And the
 * output cannot be at fault: it is what the inputs before made of it. */
static void refine_incompatible(struct told_case *c, struct msg_fact *f)
{
	const char *object = f->field[MSG_OBJECT], *other = f->field[MSG_NEEDED_BY];

	(void)c;
	if (told_is_detail(f, "other-arch") && object != NULL && strstr(object, ".rcgu.o") != NULL)
		f->detail = "rust-linker";
	if (told_is_detail(f, "machine-flags") && object != NULL && other != NULL && !is_input(object) &&
	    is_input(other)) {
		f->field[MSG_OBJECT] = other;
		f->field[MSG_NEEDED_BY] = object;
	}
	if (told_is_detail(f, "runtime-mismatch") && f->field[MSG_OBJECT] == NULL)
		f->field[MSG_OBJECT] = f->field[MSG_NEEDED_BY];
}

/* Only where addresses of 64 bits meet places for 32 does it need more than 2 GiB to be out of reach. */
static void refine_reach(struct told_case *c, struct msg_fact *f)
{
	const char *user = f->field[MSG_NEEDED_BY], *relocation = f->field[MSG_ERROR];

	if (!told_is_detail(f, "code-model"))
		return;
	if (user != NULL)
		f->field[MSG_OBJECT] = told_file_of_place(c->a, user);
	if (relocation != NULL && starts_with(relocation, "R_") && !starts_with(relocation, "R_X86_64_"))
		f->detail = "out-of-reach";
}

static const struct {
	const char *code;
	void (*refine)(struct told_case *c, struct msg_fact *f);
} refiners[] = {
	{ "build-other", refine_reach },
	{ "ld-incompatible", refine_incompatible },
	{ "ld-library-not-found", refine_library },
	{ "ld-hidden-symbol", refine_hidden },
	{ "ld-multiple-definition", refine_multiple },
	{ "ld-undefined-reference", refine_undefined },
};

void told_link(struct told_case *c)
{
	drop_echoes(c);
	take_xcode(c);
	join_places(c);
	for (size_t i = 0; i < c->n; i++)
		for (size_t k = 0; k < sizeof(refiners) / sizeof(refiners[0]); k++)
			if (told_is(&c->facts[i].f, refiners[k].code)) {
				refiners[k].refine(c, &c->facts[i].f);
				break;
			}
	told_undefined_frameworks(c);
	choose(c);
}
