/* told_context.c - what a sentence leaves open and the words around it say.
 *
 * A loader names what it does not find; who wanted it stands in the line of the interpreter before. A
 * message in two lines names the symbol in one and the file in the other.
 */
#include <string.h>

#include "diagnose/told_case.h"
#include "diagnose/told_find.h"

enum {
	NEAR = 3,   /* lines that belong to one message */
	ABOVE = 16  /* lines before it in which the caller is named */
};

static bool is_library_name(const char *s)
{
	static const char *const ends[] = { ".so",     ".dll",	  ".dylib", ".pyd", ".jnilib", ".node",
					    ".bundle", ".mexw64", ".ocx",   ".ax",  ".xll",    ".cpl" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		const char *p = strcasestr(s, ends[i]);

		if (p != NULL && (p[strlen(ends[i])] == '\0' || p[strlen(ends[i])] == '.'))
			return true;
	}
	return false;
}

static int64_t distance(const struct msg_fact *x, const struct msg_fact *y)
{
	return x->line > y->line ? x->line - y->line : y->line - x->line;
}

static void fill(struct msg_fact *f, const struct msg_fact *from, enum msg_field field)
{
	if (f->field[field] == NULL)
		f->field[field] = from->field[field];
}

const char *told_python_module(const struct msg_fact *f)
{
	static const char *const others[] = { "perl", "lua", "r", "qt", "neovim", "xorg", "unreal" };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (same_text(f->speaker, others[i]))
			return NULL;
	return f->field[MSG_MODULE];
}

static void fill_module(struct msg_fact *f, const struct msg_fact *from)
{
	if (f->field[MSG_MODULE] == NULL)
		f->field[MSG_MODULE] = told_python_module(from);
}

/* The same message, told by another sentence of it. */
static void from_same(struct msg_fact *f, const struct msg_fact *other)
{
	static const enum msg_field shared[] = { MSG_OBJECT, MSG_NEEDED_BY, MSG_SYMBOL, MSG_LIB,  MSG_HEADER,
						 MSG_TOOL,   MSG_FLAG,      MSG_PACKAGE, MSG_ARCH, MSG_HAVE };

	/* Both of a kind: each speaks for itself. */
	if (strcmp(f->id, other->id) == 0 || distance(f, other) > NEAR)
		return;
	for (size_t i = 0; i < sizeof(shared) / sizeof(shared[0]); i++)
		fill(f, other, shared[i]);
	fill_module(f, other);
	if (f->detail == NULL)
		f->detail = other->detail;
}

/* Is the object of the sentence the very file that was being loaded? */
static bool names_itself(const struct msg_fact *f, const struct msg_fact *context)
{
	return f->field[MSG_OBJECT] != NULL && context->field[MSG_NEEDED_BY] != NULL &&
	       strcmp(base_name(f->field[MSG_OBJECT]), base_name(context->field[MSG_NEEDED_BY])) == 0;
}

/* Who was being loaded: "Unable to load 'x.so': …" */
static void from_context(struct msg_fact *f, const struct msg_fact *context)
{
	const char *by = context->field[MSG_NEEDED_BY];

	if (context->offset > f->offset + 200 || distance(f, context) > ABOVE)
		return;
	if (by != NULL && !names_itself(f, context))
		fill(f, context, MSG_NEEDED_BY);
	if (f->field[MSG_OBJECT] == NULL && context->field[MSG_OBJECT] != NULL &&
	    is_library_name(context->field[MSG_OBJECT]))
		f->field[MSG_OBJECT] = context->field[MSG_OBJECT];
	else if (f->field[MSG_OBJECT] == NULL && by != NULL && is_library_name(by))
		f->field[MSG_OBJECT] = by;
	fill_module(f, context);
}

static void complete(struct told_case *c, size_t n)
{
	struct msg_fact *f = &c->facts[n].f;
	bool links = starts_with(f->code, "ld-");

	for (size_t i = n; i-- > 0 && distance(f, &c->facts[i].f) <= ABOVE;) {
		const struct msg_fact *other = &c->in->facts[i];

		if (other->kind == MSG_CONTEXT && !links)
			from_context(f, other);
		else if (other->kind == MSG_CAUSE && told_is(other, f->code))
			from_same(f, other);
	}
	for (size_t i = n + 1; i < c->n && distance(f, &c->facts[i].f) <= NEAR; i++) {
		const struct msg_fact *other = &c->in->facts[i];

		if (other->kind == MSG_CAUSE && told_is(other, f->code))
			from_same(f, other);
		else if (other->kind == MSG_CONTEXT && other->line == f->line && !links)
			from_context(f, other);
	}
}

/* A linker and a loader say much the same of a symbol. A file that is a library by its name was loaded. */
static bool is_loaded(const struct msg_fact *f)
{
	return (f->field[MSG_OBJECT] != NULL && is_library_name(f->field[MSG_OBJECT])) ||
	       strstr(f->text, "symbol lookup error") != NULL ||
	       (f->field[MSG_NEEDED_BY] != NULL && is_library_name(f->field[MSG_NEEDED_BY]));
}

/* Two readings of one line: only one of them is right. */
static void choose_speaker(struct told_fact *x, struct told_fact *y)
{
	bool loaded = is_loaded(&x->f) || is_loaded(&y->f);
	bool x_links = starts_with(x->f.code, "ld-"), y_links = starts_with(y->f.code, "ld-");

	if (x_links == y_links)
		return;
	/* It names the linker that says it, or is about the libraries of a link in the linker's own words. */
	if ((x_links ? x : y)->f.field[MSG_TOOL] != NULL || told_is_detail(x_links ? &x->f : &y->f, "shlib"))
		loaded = false;
	if (x_links == loaded)
		x->denied = true;
	else
		y->denied = true;
}

static void one_speaker(struct told_case *c, size_t n)
{
	for (size_t i = n + 1; i < c->n && c->facts[i].f.line == c->facts[n].f.line; i++)
		if (told_may_be_cause(&c->facts[n]) && told_may_be_cause(&c->facts[i]))
			choose_speaker(&c->facts[n], &c->facts[i]);
}

/* Who loads a library says so, and the reason is not to be read: cut off, or in letters that were lost. */
static void from_loading_alone(struct told_case *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->facts[i].f.kind == MSG_CAUSE || c->facts[i].f.kind == MSG_WARNING)
			return;
	for (size_t i = 0; i < c->n; i++) {
		struct msg_fact *f = &c->facts[i].f;
		const char *by = f->field[MSG_NEEDED_BY];

		if (f->kind != MSG_CONTEXT || by == NULL || !is_library_name(by) ||
		    same_text(f->speaker, "ctypes"))
			continue;
		f->kind = MSG_CAUSE;
		f->code = "missing-library";
		f->rank = RANK_WRAPPER - 1;
		f->field[MSG_OBJECT] = by;
		f->field[MSG_NEEDED_BY] = NULL;
	}
}

static const char *looked_loader(struct arena *a, const struct msg_fact *seen)
{
	/* ldd writes it as one of the libraries. */
	if (strcmp(seen->id, "looked-ldd") == 0)
		return arena_printf(a, "%sld-linux%s", seen->field[MSG_HAVE], seen->field[MSG_TEXT]);
	return seen->field[MSG_HAVE];
}

/* The loader that a program names, if somebody has looked: file, readelf -l or ldd, of this program or
 * of one. */
static void from_inspection(struct told_case *c, struct msg_fact *f)
{
	for (size_t i = 0; i < c->n && f->field[MSG_OBJECT] == NULL; i++) {
		const struct msg_fact *seen = &c->in->facts[i];

		if (seen->id == NULL || !starts_with(seen->id, "looked-"))
			continue;
		if (seen->field[MSG_FILE] == NULL || f->field[MSG_NEEDED_BY] == NULL ||
		    strcmp(base_name(seen->field[MSG_FILE]), base_name(f->field[MSG_NEEDED_BY])) == 0)
			f->field[MSG_OBJECT] = looked_loader(c->a, seen);
	}
}

/* The event log names the library that is not found, or lacks an entry, or whose instruction the processor
 * does not know, as the module that failed. What only tells of it is none. */
static void from_event(struct told_case *c, struct msg_fact *f)
{
	static const char *const tellers[] = { "ntdll.dll", "kernelbase.dll", "kernel32.dll", "unknown" };
	static const char *const statuses[] = { "C0000135", "C0000139", "C000001D" };
	const struct msg_fact *fault = told_above(c, "windows-fault", f, NEAR);
	bool names = false;

	if (fault == NULL)
		fault = told_below(c, "windows-fault", f, NEAR);
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		names = names || strstr(f->id, statuses[i]) != NULL;
	if (!names || f->field[MSG_OBJECT] != NULL || fault == NULL)
		return;
	for (size_t i = 0; i < sizeof(tellers) / sizeof(tellers[0]); i++)
		if (strcasecmp(fault->field[MSG_OBJECT], tellers[i]) == 0)
			return;
	f->field[MSG_OBJECT] = fault->field[MSG_OBJECT];
}

void told_context(struct told_case *c)
{
	from_loading_alone(c);
	for (size_t i = 0; i < c->n; i++)
		if (c->facts[i].f.code != NULL)
			complete(c, i);
	for (size_t i = 0; i < c->n; i++) {
		if (told_is(&c->facts[i].f, "interpreter-missing"))
			from_inspection(c, &c->facts[i].f);
		if (c->facts[i].f.kind == MSG_CAUSE && starts_with(c->facts[i].f.id, "status-"))
			from_event(c, &c->facts[i].f);
	}
	for (size_t i = 0; i < c->n; i++)
		one_speaker(c, i);
}
