/* mesonfile.c - link_args of a target in a meson.build: see buildfile.h.
 *
 * Meson sorts what it is given: folders to the front, then flags, then libraries between --start-group and
 * --end-group. So it is of no matter where in the list of link_args a word stands, and what else is in it may
 * be anything.
 */
#include <string.h>

#include "repair/buildfile.h"

enum { TOKENS = 400000 };

struct token {
	const char *p;
	size_t n, line;
	char kind; /* 'a' a name, '"' a string, else the character itself; '\0': the end */
};

/* At a quote: behind the string. */
static const char *behind_string(const struct buildfile_reader *r)
{
	const char *p = r->p + 1;

	if (r->end - r->p >= 3 && memcmp(r->p, "\'\'\'", 3) == 0) {
		p = memmem(r->p + 3, (size_t)(r->end - r->p - 3), "\'\'\'", 3);
		return p != NULL ? p + 3 : r->end;
	}
	while (p < r->end && *p != '\'' && *p != '\n')
		p += *p == '\\' && r->end - p > 1 ? 2 : 1;
	return p < r->end ? p + 1 : r->end;
}

static struct token next_token(struct buildfile_reader *r)
{
	struct token t;
	const char *to;

	for (;;) {
		while (r->p < r->end && strchr(" \t\r\n", *r->p) != NULL)
			buildfile_go_to(r, r->p + 1);
		if (r->p == r->end || *r->p != '#')
			break;
		to = memchr(r->p, '\n', (size_t)(r->end - r->p));
		buildfile_go_to(r, to != NULL ? to : r->end);
	}
	t = (struct token){ r->p, 0, r->line, '\0' };
	if (r->p == r->end)
		return t;
	t.kind = *r->p;
	to = r->p + 1;
	if (t.kind == '\'') {
		t.kind = '"';
		to = behind_string(r);
	} else if (buildfile_is_name(t.kind)) {
		t.kind = 'a';
		while (to < r->end && buildfile_is_name(*to))
			to++;
	}
	buildfile_go_to(r, to);
	t.n = (size_t)(to - t.p);
	return t;
}

static bool is(const struct token *t, const char *s)
{
	return t->kind == 'a' && t->n == strlen(s) && memcmp(t->p, s, t->n) == 0;
}

static bool is_string(const struct token *t, const char *s)
{
	size_t n = strlen(s);

	return t->kind == '"' && t->n == n + 2 && memcmp(t->p + 1, s, n) == 0;
}

/* ---- which call --------------------------------------------------------------------------------------- */

struct found {
	size_t n;              /* calls that make the target */
	size_t line;
	struct token name;     /* of the function */
	bool unsure;           /* link_args is something else than a list */
	struct token list;     /* the "[" of link_args, kind '\0': there is none */
	struct token first;    /* behind it */
	struct token last;     /* before the ")" of the call */
	struct { struct token *items; size_t n, cap; } strings; /* whole elements of the list */
};

static bool is_maker(const struct token *t)
{
	static const char *const names[] = { "executable", "library", "shared_library", "static_library",
					     "both_libraries", "shared_module", "build_target" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (is(t, names[i]))
			return true;
	return false;
}

static char closing(char c)
{
	return c == '(' ? ')' : c == '[' ? ']' : c == '{' ? '}' : '\0';
}

/* The list of link_args, from its "[". */
static struct token read_list(const struct buildfile_ask *q, struct buildfile_reader *r, struct token open,
			      struct found *f)
{
	struct token before = open, t = next_token(r);
	size_t depth = 1;

	f->list = open;
	f->first = t;
	for (; t.kind != '\0'; t = next_token(r)) {
		if (closing(t.kind) != '\0')
			depth++;
		else if (strchr(")]}", t.kind) != NULL && --depth == 0)
			return t;
		if (t.kind == '"' && depth == 1 && strchr("[,", before.kind) != NULL)
			*ARENA_PUSH(q->a, &f->strings) = t;
		before = t;
	}
	return t;
}

/* The rest of a call that makes the target, behind its name. False: it has no end. */
static bool read_call(const struct buildfile_ask *q, struct buildfile_reader *r, struct found *f)
{
	struct token t = next_token(r);
	size_t depth = 1;

	while (t.kind != '\0') {
		struct token before = t;

		if (closing(t.kind) != '\0')
			depth++;
		else if (strchr(")]}", t.kind) != NULL && --depth == 0)
			return true;
		f->last = t;
		t = next_token(r);
		/* kwargs : {…} may have link_args, too */
		f->unsure = f->unsure || (is(&before, "kwargs") && t.kind == ':');
		if (depth != 1 || !is(&before, "link_args") || t.kind != ':')
			continue;
		t = next_token(r);
		if (t.kind != '[' || f->list.kind != '\0') {
			f->unsure = true;
			continue;
		}
		f->last = read_list(q, r, t, f);
		t = next_token(r);
		/* ['-la'] + more, [a] if b else [c], [a][0] */
		f->unsure = f->unsure || strchr(",)", t.kind) == NULL || t.kind == '\0';
	}
	return false;
}

static bool find_calls(const struct buildfile_ask *q, struct found *f)
{
	struct buildfile_reader r = { (const char *)q->text.p, (const char *)q->text.p + q->text.n, 1 };
	struct token t = next_token(&r), before = { NULL, 0, 0, '\0' };

	for (size_t i = 0; i < TOKENS && t.kind != '\0'; i++) {
		struct token maker = t;

		t = next_token(&r);
		if (!is_maker(&maker) || t.kind != '(' || before.kind == '.') {
			before = maker;
			continue;
		}
		t = next_token(&r);
		before = t;
		if (!is_string(&t, q->target))
			continue;
		if (f->n++ > 0)
			return true;
		f->line = maker.line;
		f->name = maker;
		f->last = t;
		if (!read_call(q, &r, f))
			return false;
		t = next_token(&r);
	}
	return t.kind == '\0';
}

/* ---- what it reads like then -------------------------------------------------------------------------- */

static const char *element_of(struct arena *a, const struct buildfile_word *w)
{
	const char *flag = w->kind == BUILDFILE_FOLDER ? "'-L' + " : "";
	const char *base = w->base == BUILDFILE_SOURCE ? "meson.current_source_dir()" :
							 "meson.current_build_dir()";

	if (w->kind == BUILDFILE_LIB || w->kind == BUILDFILE_FLAG || w->base == BUILDFILE_ROOT)
		return arena_printf(a, "'%s'", w->word);
	return *w->text != '\0' ? arena_printf(a, "%s%s / '%s'", flag, base, w->text)
				: arena_printf(a, "%s%s", flag, base);
}

static size_t find_word(const char *const *words, const char *word)
{
	size_t i = 0;

	while (words[i] != NULL && strcmp(words[i], word) != 0)
		i++;
	return words[i] != NULL ? i : 0;
}

static bool is_folder(const char *word)
{
	return strncmp(word, "-L", 2) == 0;
}

/* The place in the command that a new first element of link_args gets: before the others of its kind. */
static size_t place_of(const struct buildfile_ask *q, const struct found *f, const char *const *words,
		       bool folder)
{
	size_t at;

	for (size_t i = 0; i < f->strings.n; i++) {
		const struct token *t = &f->strings.items[i];
		const char *word = arena_strndup(q->a, t->p + 1, t->n > 1 ? t->n - 2 : 0);

		at = find_word(words, word);
		if (at > 0 && is_folder(word) == folder)
			return at;
	}
	at = find_word(words, folder ? "-Wl,--as-needed" : "-Wl,--end-group");
	return at > 0 ? at : buildfile_count(words);
}

/* One more word in the command. A group goes from the first library to the last. */
static const char *const *with_word(const struct buildfile_ask *q, const struct found *f,
				    const char *const *words, const struct buildfile_word *w)
{
	const char *group[] = { "-Wl,--start-group", w->word, "-Wl,--end-group" };
	size_t at = place_of(q, f, words, w->kind == BUILDFILE_FOLDER), start = find_word(words, group[0]);

	if (w->kind != BUILDFILE_LIB && w->kind != BUILDFILE_FILE)
		return buildfile_words(q->a, words, at, 0, &w->word, 1);
	if (start == 0)
		return buildfile_words(q->a, words, at, 0, group, 3);
	if (start < at)
		return buildfile_words(q->a, words, at, 0, &w->word, 1);
	return buildfile_words(q->a, buildfile_words(q->a, words, start, 1, NULL, 0), at, 0, group, 2);
}

/* The last word first, so that each is the first one of its kind when it comes. */
static bool add(const struct buildfile_ask *q, const struct found *f, const struct buildfile_difference *d,
		struct buildfile_edit *out)
{
	bool has_list = f->list.kind == '[', empty = has_list && f->first.kind == ']';
	const struct token *behind = has_list ? &f->list : &f->last;
	const char *at = has_list && !empty ? f->first.p : behind->p + behind->n;
	const char *text = (const char *)q->text.p, *list = "";
	const char *const *words = q->old;

	for (size_t i = d->nmore; i-- > 0;) {
		struct buildfile_word w;

		if (!buildfile_word(q, d->more[i].word, &w))
			return false;
		words = with_word(q, f, words, &w);
		list = arena_printf(q->a, "%s%s%s", element_of(q->a, &w), *list != '\0' ? ", " : "", list);
	}
	if (!has_list)
		list = arena_printf(q->a, "%s link_args : [%s]", behind->kind == ',' ? "" : ",", list);
	else if (!empty)
		list = arena_printf(q->a, "%s, ", list);
	out->words = words;
	buildfile_lines(q->a, q->text,
			arena_printf(q->a, "%.*s%s%.*s", (int)(at - text), text, list,
				     (int)(q->text.n - (size_t)(at - text)), at), out);
	return out->n > 0;
}

/* One element that gives way to another. */
static bool replace(const struct buildfile_ask *q, const struct found *f,
		    const struct buildfile_difference *d, struct buildfile_edit *out)
{
	const char *text = (const char *)q->text.p, *old = q->old[d->from];
	const struct token *t = NULL;
	struct buildfile_word w;
	size_t n = 0, skip;

	if (d->to - d->from != 1 || d->nnew != 1 || !buildfile_word(q, q->new[d->from], &w))
		return false;
	for (size_t i = 0; i < f->strings.n; i++)
		if (is_string(&f->strings.items[i], old)) {
			t = &f->strings.items[i];
			n++;
		}
	if (n != 1)
		return false;
	skip = (size_t)(t->p - text);
	out->words = buildfile_words(q->a, q->old, d->from, 1, &w.word, 1);
	buildfile_lines(q->a, q->text,
			arena_printf(q->a, "%.*s%s%.*s", (int)skip, text, element_of(q->a, &w),
				     (int)(q->text.n - skip - t->n), t->p + t->n), out);
	return out->n > 0;
}

void buildfile_meson(const struct buildfile_ask *q, struct buildfile_edit *out)
{
	struct buildfile_difference d;
	struct found f = { .n = 0 };

	*out = (struct buildfile_edit){ .n = 0 };
	if (memchr(q->text.p, '\0', q->text.n) != NULL || q->text.n > INT32_MAX || !find_calls(q, &f) ||
	    f.n != 1)
		return;
	out->at = f.line;
	out->call = arena_printf(q->a, "%.*s('%s'", (int)f.name.n, f.name.p, q->target);
	if (f.unsure || !buildfile_compare(q->old, q->new, &d))
		return;
	if (!(d.only_more ? add(q, &f, &d, out) : replace(q, &f, &d, out)))
		out->n = 0;
}
