/* cmakefile.c - target_link_libraries of a CMakeLists.txt: see buildfile.h.
 *
 * CMake writes the items of that call into the command in their order: a flag as it stands, a name as -lNAME
 * or, where it is a target, as the path of its file. So a call whose items all stand in the command, in one
 * piece and once, is the one that the piece comes from.
 */
#include <string.h>
#include <strings.h>

#include "repair/buildfile.h"

enum { ITEMS = 512, MAX_CALLS = 20000 };

struct item {
	const char *p;
	size_t n, line;
	bool plain;
};

/* NAME(items) */
struct call {
	struct item name, items[ITEMS];
	size_t n;
	bool plain;        /* each item is, and there are not too many */
	const char *end;   /* behind its ")" */
	size_t end_line;
};

/* At "[", "[=[", …: behind its end. NULL: it is none. */
static const char *behind_bracket(const struct buildfile_reader *r, const char *p)
{
	size_t level = 0;

	if (p == r->end || *p != '[')
		return NULL;
	while (++p < r->end && *p == '=')
		level++;
	if (p == r->end || *p != '[')
		return NULL;
	for (p++; p < r->end; p++) {
		const char *q = p + 1;

		if (*p != ']')
			continue;
		while (q < r->end && *q == '=')
			q++;
		if ((size_t)(q - p) == level + 1 && q < r->end && *q == ']')
			return q + 1;
	}
	return r->end;
}

/* Over blanks, line ends and comments. */
static void skip_space(struct buildfile_reader *r)
{
	while (r->p < r->end) {
		if (strchr(" \t\r\n", *r->p) != NULL && *r->p != '\0') {
			buildfile_go_to(r, r->p + 1);
		} else if (*r->p == '#') {
			const char *to = behind_bracket(r, r->p + 1);

			if (to == NULL) {
				to = memchr(r->p, '\n', (size_t)(r->end - r->p));
				to = to != NULL ? to : r->end;
			}
			buildfile_go_to(r, to);
		} else {
			return;
		}
	}
}

static void read_quoted(struct buildfile_reader *r)
{
	const char *p = r->p + 1;

	while (p < r->end && *p != '"')
		p += *p == '\\' && r->end - p > 1 ? 2 : 1;
	buildfile_go_to(r, p < r->end ? p + 1 : r->end);
}

static struct item read_item(struct buildfile_reader *r)
{
	struct item it = { r->p, 0, r->line, false };
	const char *to = behind_bracket(r, r->p);

	if (to != NULL) {
		buildfile_go_to(r, to);
	} else if (*r->p == '"') {
		read_quoted(r);
	} else {
		it.plain = true;
		for (to = r->p; to < r->end && strchr(" \t\r\n()#\"", *to) == NULL; to++) {
			it.plain = it.plain && strchr("\\$<>;", *to) == NULL;
			to += *to == '\\' && r->end - to > 1;
		}
		it.plain = it.plain && (to == r->end || *to != '"');
		buildfile_go_to(r, to > r->p ? to : r->p + 1);
	}
	it.n = (size_t)(r->p - it.p);
	return it;
}

/* The next command with its items. False: the end, or nothing that CMake would read. */
static bool next_call(struct buildfile_reader *r, struct call *c)
{
	skip_space(r);
	c->name = (struct item){ r->p, 0, r->line, true };
	while (r->p < r->end && buildfile_is_name(*r->p))
		r->p++;
	c->name.n = (size_t)(r->p - c->name.p);
	skip_space(r);
	if (c->name.n == 0 || r->p == r->end || *r->p != '(')
		return false;
	r->p++;
	c->n = 0;
	c->plain = true;
	for (size_t depth = 1;;) {
		struct item it;

		skip_space(r);
		if (r->p == r->end)
			return false;
		if (*r->p == '(' || *r->p == ')') {
			depth = *r->p == '(' ? depth + 1 : depth - 1;
			c->plain = c->plain && depth < 2;
			r->p++;
			if (depth > 0)
				continue;
			c->end = r->p;
			c->end_line = r->line;
			return true;
		}
		it = read_item(r);
		c->plain = c->plain && it.plain && c->n < ITEMS;
		if (c->n < ITEMS)
			c->items[c->n++] = it;
	}
}

static bool is(const struct item *it, const char *s)
{
	return it->n == strlen(s) && memcmp(it->p, s, it->n) == 0;
}

/* Names of commands are the same in capitals. */
static bool is_call(const struct call *c, const char *name)
{
	return c->name.n == strlen(name) && strncasecmp(c->name.p, name, c->name.n) == 0;
}

/* ---- which call --------------------------------------------------------------------------------------- */

struct found {
	struct call *call;  /* target_link_libraries of the target, the one that the words come from */
	size_t first;       /* its first item that is one, behind the target and PRIVATE or PUBLIC */
	size_t at;          /* where these stand in the old command */
	size_t calls, fit;  /* of that target; that could be the one */
	size_t line;        /* of the first */
	struct call *made;  /* add_executable or add_library of the target */
	size_t nmade;
	bool unsure;        /* a call may be about the target */
};

static bool is_word_of(const struct item *it, const char *word)
{
	const char *base = strrchr(word, '/') != NULL ? strrchr(word, '/') + 1 : word;

	if (*it->p == '-' || *it->p == '/')
		return is(it, word);
	if (strncmp(word, "-l", 2) == 0)
		return is(it, word + 2);
	return strncmp(base, "lib", 3) == 0 && strncmp(base + 3, it->p, it->n) == 0 &&
	       (strcmp(base + 3 + it->n, ".a") == 0 || strncmp(base + 3 + it->n, ".so", 3) == 0);
}

/* Where items [first, n) stand in the command. How often. */
static size_t find_items(const struct call *c, size_t first, const char *const *words, size_t *at)
{
	size_t count = buildfile_count(words), n = c->n - first, found = 0;

	for (size_t i = 1; n > 0 && i + n <= count; i++) {
		size_t k = 0;

		while (k < n && is_word_of(&c->items[first + k], words[i + k]))
			k++;
		if (k == n && found++ == 0)
			*at = i;
	}
	return found;
}

static struct call *keep(struct arena *a, const struct call *c)
{
	struct call *mine = ARENA_NEW(a, struct call);

	*mine = *c;
	return mine;
}

static bool is_keyword(const struct item *it)
{
	static const char *const words[] = { "INTERFACE", "LINK_PRIVATE", "LINK_PUBLIC",
					     "LINK_INTERFACE_LIBRARIES", "debug", "optimized", "general",
					     "PRIVATE", "PUBLIC" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (is(it, words[i]))
			return true;
	return false;
}

static void see_link(const struct buildfile_ask *q, const struct call *c, struct found *f)
{
	size_t first = 1, at = 0;

	if (c->n == 0 || !c->items[0].plain)
		f->unsure = true;
	if (c->n == 0 || !is(&c->items[0], q->target))
		return;
	if (f->calls++ == 0)
		f->line = c->name.line;
	if (c->n > 1 && (is(&c->items[1], "PRIVATE") || is(&c->items[1], "PUBLIC")))
		first = 2;
	for (size_t i = first; i < c->n; i++)
		if (is_keyword(&c->items[i]))
			return;
	if (!c->plain || find_items(c, first, q->old, &at) != 1)
		return;
	if (f->fit++ == 0) {
		f->call = keep(q->a, c);
		f->first = first;
		f->at = at;
	}
}

static bool find_calls(const struct buildfile_ask *q, struct found *f)
{
	struct buildfile_reader r = { (const char *)q->text.p, (const char *)q->text.p + q->text.n, 1 };
	struct call *c = ARENA_NEW(q->a, struct call);

	for (size_t i = 0; i < MAX_CALLS && next_call(&r, c); i++) {
		if (is_call(c, "target_link_libraries")) {
			see_link(q, c, f);
		} else if ((is_call(c, "add_executable") || is_call(c, "add_library")) && c->n > 0 &&
			   is(&c->items[0], q->target)) {
			if (f->nmade++ == 0)
				f->made = keep(q->a, c);
		}
	}
	skip_space(&r);
	return r.p == r.end;
}

/* ---- what it reads like then -------------------------------------------------------------------------- */

static const char *item_of(struct arena *a, const struct buildfile_word *w)
{
	const char *flag = w->kind == BUILDFILE_FOLDER ? "-L" : "", *slash = *w->text != '\0' ? "/" : "";

	if (w->kind == BUILDFILE_LIB || w->kind == BUILDFILE_FLAG)
		return w->text;
	if (w->base == BUILDFILE_ROOT)
		return arena_printf(a, "%s%s", flag, w->text);
	return arena_printf(a, "%s${CMAKE_CURRENT_%s_DIR}%s%s", flag,
			    w->base == BUILDFILE_SOURCE ? "SOURCE" : "BINARY", slash, w->text);
}

/* Words that came, as items; and as words of the command. */
struct pieces {
	const char *items[BUILDFILE_INSERTS], *words[BUILDFILE_INSERTS];
	size_t at[BUILDFILE_INSERTS]; /* the item that it stands before */
	size_t n;
};

static bool add_piece(const struct buildfile_ask *q, const char *word, size_t at, struct pieces *p)
{
	struct buildfile_word w;

	if (p->n == BUILDFILE_INSERTS || !buildfile_word(q, word, &w) ||
	    (w.kind == BUILDFILE_LIB && strchr("-:=", *w.text) != NULL))
		return false;
	p->items[p->n] = item_of(q->a, &w);
	p->words[p->n] = w.word;
	p->at[p->n++] = at;
	return true;
}

/* More items, each at its place. */
static bool insert(const struct buildfile_ask *q, const struct found *f, const struct buildfile_difference *d,
		   struct buildfile_edit *out)
{
	const char *from = (const char *)q->text.p;
	size_t n = f->call->n - f->first, k = 0;
	const char **words = ARENA_ARRAY(q->a, n + BUILDFILE_INSERTS + 1, const char *);
	struct arena_text t = { NULL, 0, 0 };
	struct pieces p = { .n = 0 };

	for (size_t i = 0; i < d->nmore; i++) {
		size_t at = d->more[i].at;

		if (!add_piece(q, d->more[i].word, at < f->at ? 0 : at - f->at < n ? at - f->at : n, &p))
			return false;
	}
	for (size_t i = 0, next = 0; i <= n; i++) {
		const struct item *it = &f->call->items[f->first + (i < n ? i : n - 1)];
		const char *to = i < n ? it->p : it->p + it->n;

		arena_text_add(q->a, &t, from, (size_t)(to - from));
		from = to;
		for (; next < p.n && p.at[next] == i; next++) {
			arena_text_str(q->a, &t, arena_printf(q->a, i < n ? "%s " : " %s", p.items[next]));
			words[k++] = p.words[next];
		}
		if (i < n)
			words[k++] = q->old[f->at + i];
	}
	arena_text_add(q->a, &t, from, q->text.n - (size_t)(from - (const char *)q->text.p));
	out->words = buildfile_words(q->a, q->old, f->at, n, words, k);
	buildfile_lines(q->a, q->text, arena_text_end(q->a, &t), out);
	return out->n > 0;
}

/* Items that give way to others, or stand in another order: all on one line. */
static bool replace(const struct buildfile_ask *q, const struct found *f,
		    const struct buildfile_difference *d, struct buildfile_edit *out)
{
	size_t n = f->call->n - f->first, from, to;
	const struct item *a, *z;
	const char *start;
	struct arena_text t = { NULL, 0, 0 };
	struct pieces p = { .n = 0 };

	if (d->from < f->at || d->to > f->at + n || d->to == d->from)
		return false;
	from = d->from - f->at;
	to = d->to - f->at;
	a = &f->call->items[f->first + from];
	z = &f->call->items[f->first + to - 1];
	if (a->line != z->line || (d->nnew == 0 && n == to - from))
		return false;
	for (size_t i = 0; i < d->nnew; i++) {
		const char *word = q->new[d->from + i], *text = NULL;

		/* An item that stood there before stays as it is written. */
		for (const struct item *it = a; it <= z && text == NULL; it++)
			if (is_word_of(it, word))
				text = arena_strndup(q->a, it->p, it->n);
		if (text == NULL && !add_piece(q, word, 0, &p))
			return false;
		if (text != NULL) {
			p.items[p.n] = text;
			p.words[p.n++] = word;
		}
	}
	start = a->p;
	while (p.n == 0 && strchr(" \t", start[-1]) != NULL)
		start--; /* an item stands behind "(" and another one */
	arena_text_add(q->a, &t, (const char *)q->text.p, (size_t)(start - (const char *)q->text.p));
	for (size_t i = 0; i < p.n; i++)
		arena_text_str(q->a, &t, arena_printf(q->a, "%s%s", i > 0 ? " " : "", p.items[i]));
	arena_text_add(q->a, &t, z->p + z->n, q->text.n - (size_t)(z->p + z->n - (const char *)q->text.p));
	out->words = buildfile_words(q->a, q->old, d->from, d->to - d->from, p.words, p.n);
	buildfile_lines(q->a, q->text, arena_text_end(q->a, &t), out);
	return out->n > 0;
}

/* Does anything but a comment stand behind the call on its line? */
static bool ends_line(const struct buildfile_ask *q, const struct call *c)
{
	const char *p = c->end, *end = (const char *)q->text.p + q->text.n;

	while (p < end && (*p == ' ' || *p == '\t' || *p == '\r'))
		p++;
	return p == end || *p == '\n' || (*p == '#' && (end - p < 2 || p[1] != '['));
}

/* A call of its own, behind the one that makes the target. CMake puts its items last. */
static bool add_call(const struct buildfile_ask *q, const struct found *f,
		     const struct buildfile_difference *d, struct buildfile_edit *out)
{
	const char *from = f->made->name.p;
	struct pieces p = { .n = 0 };
	const char *line;
	size_t indent = 0;

	while (from - indent > (const char *)q->text.p && strchr(" \t", from[-(ptrdiff_t)indent - 1]) != NULL)
		indent++;
	line = arena_printf(q->a, "%.*starget_link_libraries(%s PRIVATE", (int)indent, from - indent,
			    q->target);
	for (size_t i = 0; i < d->nmore; i++) {
		if (!add_piece(q, d->more[i].word, 0, &p))
			return false;
		line = arena_printf(q->a, "%s %s", line, p.items[i]);
	}
	out->words = buildfile_words(q->a, q->old, buildfile_count(q->old), 0, p.words, p.n);
	out->lines[0] = (struct buildfile_line){ f->made->end_line, arena_printf(q->a, "%s)", line), true };
	out->n = 1;
	return true;
}

void buildfile_cmake(const struct buildfile_ask *q, struct buildfile_edit *out)
{
	struct buildfile_difference d;
	struct found f = { .call = NULL };

	*out = (struct buildfile_edit){ .call = arena_printf(q->a, "target_link_libraries(%s", q->target) };
	if (memchr(q->text.p, '\0', q->text.n) != NULL || !find_calls(q, &f))
		return;
	out->at = f.calls == 1 ? f.line : f.fit == 1 ? f.call->name.line : 0;
	if (!buildfile_compare(q->old, q->new, &d))
		return;
	if (f.fit == 1) {
		if (!(d.only_more ? insert(q, &f, &d, out) : replace(q, &f, &d, out)))
			out->n = 0;
	} else if (f.calls == 0 && !f.unsure && f.nmade == 1 && d.only_more && ends_line(q, f.made)) {
		if (!add_call(q, &f, &d, out))
			out->n = 0;
	}
	if (f.calls == 0 && f.nmade == 1) {
		out->at = f.made->name.line;
		out->call = arena_printf(q->a, "%.*s(%s", (int)f.made->name.n, f.made->name.p, q->target);
	}
}
