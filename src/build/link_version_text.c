/* link_version_text.c - is a version script one, for the linker that reads it?
 *
 * GNU ld and gold have one grammar: labels once, global before local, a ';' behind each name. lld and mold go
 * through the words one by one and take more. Each stops at the first word that does not fit, and tells it
 * in its own way. Upstream: ld/ldlex.l and ldgram.y; gold/yyscript.y, script.cc; lld/ELF/ScriptParser.cpp,
 * ScriptLexer.cpp; mold/linker-script.cc.
 */
#include <string.h>

#include "base/map.h"
#include "build/link_priv.h"

enum word_kind { W_END, W_NAME, W_QUOTED, W_NUMBER, W_GLOBAL, W_LOCAL, W_EXTERN, W_CHAR };

struct word {
	enum word_kind kind;
	const char *s;
	size_t n;
	unsigned line, col;
};

/* A name of a node: GNU ld and gold look for one that is global and local. */
struct listed {
	const char *text;       /* "LANGUAGE KIND NAME": C, L for a name or P for a pattern */
	const char *name;
	bool local;
};

struct reader {
	struct link *l;
	struct link_trouble *t; /* what is wrong, NULL: nothing */
	const char *text, *p, *end, *file;
	struct word now, last; /* last: the one before */
	bool done;              /* nothing more is read */
	unsigned nodes;
	int depth;
	bool local;             /* names are local now */
	char language;
	struct {
		struct listed *items;
		size_t n, cap;
	} listed;               /* of the node that is read */
	struct map seen;        /* gold: of a node, GNU ld: of the nodes before it */
	struct link_texts tags, wanted; /* nodes, and those that others build on */
};

/* ---- words ------------------------------------------------------------------------------------- */

static bool one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static bool letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

static struct link_trouble *trouble(struct reader *r)
{
	if (r->t == NULL) {
		r->t = link_trouble(r->l, LT_VERSION_SYNTAX, true);
		r->t->path = r->file;
	}
	r->done = true;
	return r->t;
}

static unsigned line_of(const struct reader *r, const char *at)
{
	unsigned line = 1;

	for (const char *s = r->text; s < at; s++)
		line += *s == '\n';
	return line;
}

static unsigned col_of(const struct reader *r, const char *at)
{
	const char *s = at;

	while (s > r->text && s[-1] != '\n')
		s--;
	return (unsigned)(at - s) + 1;
}

/* The whole line in which a place is, as mold shows it. */
static const char *line_text(struct reader *r, const char *at)
{
	const char *s = at, *e = at;

	while (s > r->text && s[-1] != '\n')
		s--;
	while (e < r->end && *e != '\n')
		e++;
	return arena_strndup(r->l->a, s, (size_t)(e - s));
}

static void finish(struct reader *r)
{
	r->p = r->end;
}

static void mold_says(struct reader *r, const char *at)
{
	link_line_of(r->l, trouble(r), true, LD_MOLD_SCRIPT, r->file, line_of(r, at), line_text(r, at));
}

/* A comment without an end. */
static void open_comment(struct reader *r, const char *at)
{
	struct link_trouble *t = trouble(r);

	switch (r->l->kind) {
	case LINKER_BFD: link_line_of(r->l, t, true, LD_BFD_COMMENT, r->l->self); break;
	case LINKER_LLD: link_line_of(r->l, t, true, LD_LLD_COMMENT, r->l->self, r->file, r->now.line); break;
	case LINKER_MOLD: mold_says(r, at); break;
	default:
		link_line_of(r->l, t, true, LD_GOLD_CHARACTER, r->l->self, r->file, line_of(r, at),
				col_of(r, at));
		break;
	}
	finish(r);
}

static void skip_blanks(struct reader *r)
{
	while (r->p < r->end) {
		const char *close;

		if (one_of(*r->p, " \t\r\n\v\f")) {
			r->p++;
		} else if (*r->p == '#') {
			while (r->p < r->end && *r->p != '\n')
				r->p++;
		} else if (r->end - r->p >= 2 && r->p[0] == '/' && r->p[1] == '*') {
			close = memmem(r->p + 2, (size_t)(r->end - r->p) - 2, "*/", 2);
			if (close == NULL) {
				open_comment(r, r->p);
				return;
			}
			r->p = close + 2;
		} else {
			return;
		}
	}
}

/* Beginnings and insides of names: GNU ld knows fewer of them outside of braces. */
static bool starts_name(const struct reader *r, char c)
{
	if (letter(c) || one_of(c, "_.$"))
		return true;
	if (r->l->kind == LINKER_BFD)
		return r->depth > 0 && one_of(c, "*?[]-!^\\");
	return one_of(c, "*?[");
}

static bool continues_name(const struct reader *r, const char *s)
{
	if (letter(*s) || digit(*s) || one_of(*s, "_.$"))
		return true;
	if (r->l->kind == LINKER_BFD && r->depth == 0)
		return false;
	return one_of(*s, "*?[]-!^\\");
}

static void take(struct reader *r, enum word_kind kind, size_t n)
{
	r->now = (struct word){ kind, r->p, n, line_of(r, r->p), col_of(r, r->p) };
	r->p += n;
}

static bool same(const struct word *w, const char *s)
{
	return w->n == strlen(s) && memcmp(w->s, s, w->n) == 0;
}

static void take_gnu_name(struct reader *r)
{
	const char *s = r->p;

	while (s < r->end) {
		if (r->end - s >= 2 && s[0] == ':' && s[1] == ':' && (r->l->kind == LINKER_GOLD ||
				r->depth > 0))
			s += 2;
		else if (continues_name(r, s))
			s++;
		else
			break;
	}
	take(r, W_NAME, (size_t)(s - r->p));
	if (r->l->kind == LINKER_BFD && r->depth == 0)
		return;
	r->now.kind = same(&r->now, "global")   ? W_GLOBAL
		      : same(&r->now, "local")  ? W_LOCAL
		      : same(&r->now, "extern") ? W_EXTERN
						: W_NAME;
}

/* GNU ld passes over what it does not know, and says so; gold takes it for the end. */
static bool strange(struct reader *r)
{
	unsigned char c = (unsigned char)*r->p;

	if (r->l->kind == LINKER_BFD && !one_of((char)c, "{};:")) {
		r->p++;
		return true;
	}
	if (r->l->kind == LINKER_GOLD && !one_of((char)c, ";{}:(),/=+-*%&|<>!~?")) {
		link_line_of(r->l, trouble(r), true, LD_GOLD_CHARACTER, r->l->self, r->file, line_of(r, r->p),
			     col_of(r, r->p));
		take(r, W_END, 0);
		finish(r);
		return false;
	}
	take(r, W_CHAR, 1);
	return false;
}

static void next_gnu(struct reader *r)
{
	const char *close;

	for (;;) {
		skip_blanks(r);
		if (r->p >= r->end) {
			take(r, W_END, 0);
			return;
		}
		close = *r->p == '"' ? memchr(r->p + 1, '"', (size_t)(r->end - r->p) - 1) : NULL;
		if (close != NULL && (r->l->kind == LINKER_GOLD || r->depth > 0)) {
			take(r, W_QUOTED, (size_t)(close - r->p) + 1);
			return;
		}
		if (starts_name(r, *r->p)) {
			take_gnu_name(r);
			return;
		}
		if (r->l->kind == LINKER_GOLD && digit(*r->p)) {
			size_t n = 1;

			while (r->p + n < r->end && digit(r->p[n]))
				n++;
			take(r, W_NUMBER, n);
			return;
		}
		if (!strange(r))
			break;
	}
	if (r->now.kind == W_CHAR)
		r->depth += (*r->now.s == '{') - (*r->now.s == '}');
}

static void open_quote(struct reader *r)
{
	if (r->l->kind == LINKER_MOLD)
		mold_says(r, r->p);
	else
		link_line_of(r->l, trouble(r), true, LD_LLD_QUOTE, r->l->self, r->file, r->now.line);
	finish(r);
}

static bool in_word(char c)
{
	return letter(c) || digit(c) || one_of(c, "_.$/\\~=+[]*?-!^:");
}

/* lld and mold: words are made of nearly all characters. */
static void next_plain(struct reader *r)
{
	const char *close;
	size_t n = 0;

	skip_blanks(r);
	if (r->p < r->end && *r->p == '"') {
		close = memchr(r->p + 1, '"', (size_t)(r->end - r->p) - 1);
		if (close != NULL) {
			take(r, W_QUOTED, (size_t)(close - r->p) + 1);
			return;
		}
		open_quote(r);
	}
	if (r->p >= r->end) {
		r->now.kind = W_END;
		return;
	}
	while (r->p + n < r->end && in_word(r->p[n]))
		n++;
	take(r, n == 0 ? W_CHAR : W_NAME, n == 0 ? 1 : n);
}

static void next(struct reader *r)
{
	r->last = r->now;
	if (r->done)
		r->now.kind = W_END;
	else if (r->l->kind == LINKER_LLD || r->l->kind == LINKER_MOLD)
		next_plain(r);
	else
		next_gnu(r);
}

static bool is_char(const struct reader *r, char c)
{
	return r->now.kind != W_END && r->now.n == 1 && *r->now.s == c;
}

static const char *text_of(struct reader *r)
{
	return arena_strndup(r->l->a, r->now.s, r->now.n);
}

/* ---- GNU ld and gold --------------------------------------------------------------------------------- */

static const char *gold_word(struct reader *r)
{
	static const char *const names[] = { "end of file", "STRING", "QUOTED_STRING", "INTEGER", "GLOBAL",
					     "LOCAL",       "EXTERN" };

	return r->now.kind == W_CHAR ? arena_printf(r->l->a, "'%c'", *r->now.s) : names[r->now.kind];
}

/* The word that is there does not fit. `expecting`: what gold would have. */
static bool wrong(struct reader *r, const char *expecting)
{
	struct link_trouble *t = trouble(r);
	unsigned line = r->now.kind == W_END ? 0 : r->now.line;

	if (r->l->kind == LINKER_GOLD) {
		link_line_of(r->l, t, true, LD_GOLD_SYNTAX, r->l->self, r->file, r->now.line, r->now.col,
			     gold_word(r), arena_printf(r->l->a, ", expecting %s", expecting));
		link_line_of(r->l, t, false, LD_GOLD_VERSION_SCRIPT, r->l->self, r->file);
	} else {
		/* Between nodes it no longer knows what it reads. */
		link_line_of(r->l, t, true, strcmp(expecting, "end of file") == 0 ? LD_BFD_SYNTAX
				: LD_BFD_VERSION_SYNTAX,
			     r->l->self, r->file, line);
	}
	t->version = NULL;
	r->l->stop = true;
	return false;
}

static bool is_name(const struct reader *r)
{
	return r->now.kind == W_NAME || r->now.kind == W_QUOTED;
}

static bool names(struct reader *r, bool inner);

/* ---- a name that is global and local ------------------------------------------------------------------- */

static bool is_pattern(const struct word *w)
{
	for (size_t i = 0; i < w->n && w->kind != W_QUOTED; i++)
		if (one_of(w->s[i], "*?["))
			return true;
	return false;
}

static void list(struct reader *r)
{
	size_t quoted = r->now.kind == W_QUOTED;
	struct listed *x = ARENA_PUSH(r->l->a, &r->listed);

	x->name = arena_strndup(r->l->a, r->now.s + quoted, r->now.n - 2 * quoted);
	x->text = arena_printf(r->l->a, "%c%c%s", r->language, is_pattern(&r->now) ? 'P' : 'L', x->name);
	x->local = r->local;
}

static const char *key(struct reader *r, const struct listed *x, bool local)
{
	return arena_printf(r->l->a, "%c%s", local ? 'l' : 'g', x->text);
}

/* tag NULL: GNU ld; name NULL: "*". */
static void say_twice(struct reader *r, const char *name, const char *tag)
{
	bool first = r->t == NULL;
	struct link_trouble *t = trouble(r);

	if (tag == NULL)
		link_line_of(r->l, t, first, LD_BFD_VERSION_TWICE, r->l->self, name);
	else if (name == NULL)
		link_line_of(r->l, t, first, LD_GOLD_VERSION_STAR, r->l->self, tag);
	else
		link_line_of(r->l, t, first, LD_GOLD_VERSION_TWICE, r->l->self, name, tag);
}

/* GNU ld does not want a name to be global in one node and local in another. It goes
 * through a node backwards. */
static void compare_bfd(struct reader *r, bool local)
{
	for (int patterns = 0; patterns < 2; patterns++)
		for (size_t i = r->listed.n; i > 0; i--) {
			const struct listed *x = &r->listed.items[i - 1];

			if (x->local == local && (x->text[1] == 'P') == (patterns == 1) &&
			    map_get_str(&r->seen, key(r, x, !local)) != NULL)
				say_twice(r, x->name, NULL);
		}
	r->done = false; /* it reads on */
}

static void keep_bfd(struct reader *r)
{
	for (size_t i = 0; i < r->listed.n; i++)
		map_put_str(&r->seen, key(r, &r->listed.items[i], r->listed.items[i].local), r);
}

/* gold does not want that in one node. Of patterns it compares "*" alone. */
static void compare_gold(struct reader *r, const char *tag)
{
	for (size_t i = 0; i < r->listed.n; i++) {
		const struct listed *x = &r->listed.items[i];
		bool star = strcmp(x->name, "*") == 0;

		if (!x->local || (x->text[1] == 'P' && !star) ||
		    map_get_str(&r->seen, key(r, x, false)) == NULL)
			continue;
		say_twice(r, star ? NULL : x->name, tag);
	}
	r->done = false;
}

static void end_of_node(struct reader *r, const char *tag)
{
	if (r->l->kind == LINKER_BFD) {
		compare_bfd(r, false);
		compare_bfd(r, true);
		keep_bfd(r);
	} else {
		keep_bfd(r);
		compare_gold(r, tag);
		map_free(&r->seen, NULL);
		map_init(&r->seen);
	}
	r->listed.n = 0;
}

/* extern "C++" { … }; the word is one that can also be a name. */
static bool extern_block(struct reader *r)
{
	next(r);
	if (!is_name(r))
		return true;
	if (!same(&r->now, "\"C\"") && !same(&r->now, "\"C++\"") && !same(&r->now, "\"Java\"") &&
	    !same(&r->now, "C") && !same(&r->now, "Java")) {
		const char *language = text_of(r);
		size_t quoted = r->now.kind == W_QUOTED;

		language = arena_strndup(r->l->a, language + quoted, strlen(language) - 2 * quoted);
		if (r->l->kind == LINKER_BFD && !quoted)
			return wrong(r, "';'");
		next(r);
		if (r->l->kind == LINKER_GOLD)
			link_line_of(r->l, trouble(r), true, LD_GOLD_LANGUAGE, r->l->self, r->file,
					r->now.line,
				     r->now.col, language);
		else
			link_line_of(r->l, trouble(r), true, LD_BFD_LANGUAGE, r->l->self, language);
		return false;
	}
	if (r->l->kind == LINKER_BFD && r->now.kind != W_QUOTED)
		return wrong(r, "';'");
	r->language = memchr(r->now.s, '+', r->now.n) != NULL ? '+' :
		      memchr(r->now.s, 'J', r->now.n) != NULL ? 'J' : 'C';
	next(r);
	if (!is_char(r, '{'))
		return wrong(r, "'{'");
	next(r);
	if (!names(r, true))
		return false;
	r->language = 'C';
	if (!is_char(r, '}'))
		return wrong(r, "'}'");
	next(r);
	return true;
}

/* NAME; NAME; … up to the first word that is none. In a block of extern the last ';' may be left out. */
static bool names(struct reader *r, bool inner)
{
	bool any = false;

	for (;;) {
		if (is_name(r) || (any && r->l->kind == LINKER_BFD && (r->now.kind == W_GLOBAL ||
								       r->now.kind == W_LOCAL))) {
			list(r);
			next(r);
		} else if (r->now.kind == W_EXTERN) {
			if (!extern_block(r))
				return false;
		} else {
			return any || wrong(r, "STRING or QUOTED_STRING or EXTERN");
		}
		any = true;
		if (!is_char(r, ';'))
			return inner || wrong(r, "';'");
		next(r);
		/* "local:" ends what is global; as names both words are rare. */
		if (!inner && r->now.kind == W_LOCAL)
			return true;
	}
}

/* What stands in braces. */
static bool body(struct reader *r)
{
	enum word_kind label = r->now.kind;

	r->local = label == W_LOCAL;
	r->language = 'C';
	if (is_char(r, '}'))
		return true;
	if (label == W_GLOBAL || label == W_LOCAL) {
		next(r);
		if (r->l->kind == LINKER_BFD && is_char(r, ';')) { /* a function of that name */
			next(r);
			return is_char(r, '}') || (names(r, false) && (is_char(r, '}') || wrong(r, "'}'")));
		}
		if (!is_char(r, ':'))
			return wrong(r, "':'");
		next(r);
	} else if (!is_name(r) && label != W_EXTERN) {
		return wrong(r, "'}'");
	}
	if (!names(r, false))
		return false;
	if (label == W_GLOBAL && r->now.kind == W_LOCAL) {
		r->local = true;
		next(r);
		if (!is_char(r, ':'))
			return wrong(r, "':'");
		next(r);
		if (!names(r, false))
			return false;
	}
	return is_char(r, '}') || wrong(r, "'}'");
}

static bool has_tag(const struct reader *r, const char *tag)
{
	for (size_t i = 0; i < r->tags.n; i++)
		if (strcmp(r->tags.items[i], tag) == 0)
			return true;
	return false;
}

/* GNU ld wants each node once, and what it builds on before it. */
static bool register_tag(struct reader *r, const char *tag)
{
	if (r->l->kind == LINKER_BFD && r->tags.n > 0 && (*tag == '\0' || *r->tags.items[0] == '\0'))
		link_line_of(r->l, trouble(r), true, LD_BFD_ANONYMOUS, r->l->self);
	else if (r->l->kind == LINKER_BFD && has_tag(r, tag))
		link_line_of(r->l, trouble(r), true, LD_BFD_TAG_TWICE, r->l->self, tag);
	*ARENA_PUSH(r->l->a, &r->tags) = tag;
	return !r->done;
}

static bool parents(struct reader *r)
{
	while (is_name(r)) {
		const char *tag = text_of(r);

		if (r->l->kind == LINKER_BFD && !has_tag(r, tag)) {
			link_line_of(r->l, trouble(r), true, LD_BFD_PARENT, r->l->self, tag);
			r->t->version = tag;
			r->done = false; /* it reads on */
		}
		*ARENA_PUSH(r->l->a, &r->wanted) = tag;
		next(r);
	}
	return is_char(r, ';') || wrong(r, "STRING or QUOTED_STRING or ';'");
}

static bool node(struct reader *r)
{
	const char *tag = "";

	if (is_name(r)) {
		tag = text_of(r);
		next(r);
		if (!is_char(r, '{'))
			return wrong(r, "'{'");
	} else if (!is_char(r, '{')) {
		return wrong(r, r->nodes > 0 ? "end of file" : "STRING or QUOTED_STRING or '{'");
	}
	next(r);
	if (!body(r))
		return false;
	next(r);
	if (*tag != '\0' ? !parents(r) : !is_char(r, ';') && !wrong(r, "';'"))
		return false;
	r->nodes++;
	next(r);
	if (!register_tag(r, tag))
		return false;
	end_of_node(r, tag);
	return true;
}

static void gnu(struct reader *r)
{
	do
		if (!node(r))
			return;
	while (r->now.kind != W_END);
	/* gold dies of a node that builds on one that is not there, without a word to people; what it makes
	 * of two of one name depends on the output. */
	for (size_t i = 1; i < r->tags.n; i++)
		for (size_t k = 0; k < i && r->l->kind == LINKER_GOLD; k++)
			r->l->cut = r->l->cut || strcmp(r->tags.items[i], r->tags.items[k]) == 0;
	for (size_t i = 0; i < r->wanted.n; i++)
		if (r->l->kind == LINKER_GOLD && !has_tag(r, r->wanted.items[i]))
			r->l->cut = true;
}

/* ---- lld ------------------------------------------------------------------------------------- */

static bool lld_end(struct reader *r)
{
	if (r->t == NULL) /* the place is that of the last word */
		link_line_of(r->l, trouble(r), true, LD_LLD_EOF, r->l->self, r->file,
			     r->last.s != NULL ? r->last.line : 1);
	return false;
}

static bool lld_expect(struct reader *r, char c)
{
	if (r->now.kind == W_END)
		return lld_end(r);
	if (!is_char(r, c)) {
		link_line_of(r->l, trouble(r), true, LD_LLD_WANTED, r->l->self, r->file, r->now.line,
			     arena_printf(r->l->a, "%c", c), text_of(r));
		return false;
	}
	next(r);
	return true;
}

/* "local:" in one word, or in two. */
static bool label(struct reader *r, const char *name)
{
	const char *s = r->p;

	if (r->now.kind == W_END)
		return false;
	if (same(&r->now, arena_printf(r->l->a, "%s:", name))) {
		next(r);
		return true;
	}
	while (s < r->end && one_of(*s, " \t\r\n"))
		s++;
	if (!same(&r->now, name) || s >= r->end || *s != ':' || (s + 1 < r->end && in_word(s[1])))
		return false;
	next(r);
	next(r);
	return true;
}

static bool lld_extern(struct reader *r)
{
	if (r->now.kind == W_END)
		return lld_end(r);
	if (!same(&r->now, "\"C++\"") && !same(&r->now, "\"C\"")) {
		link_line_of(r->l, trouble(r), true, LD_LLD_LANGUAGE, r->l->self, r->file, r->now.line);
		return false;
	}
	next(r);
	if (!lld_expect(r, '{'))
		return false;
	while (!is_char(r, '}')) {
		if (r->now.kind == W_END)
			return lld_end(r);
		next(r);
		if (!is_char(r, '}') && !lld_expect(r, ';'))
			return false;
	}
	next(r);
	return true;
}

static bool lld_symbols(struct reader *r)
{
	while (!is_char(r, '}')) {
		if (r->now.kind == W_END)
			return lld_end(r);
		if (label(r, "local") || label(r, "global"))
			continue;
		if (same(&r->now, "extern")) {
			next(r);
			if (!lld_extern(r))
				return false;
		} else {
			next(r);
		}
		if (!lld_expect(r, ';'))
			return false;
	}
	next(r);
	return true;
}

static void lld(struct reader *r)
{
	bool ok = r->now.kind != W_END || lld_end(r);

	if (ok && is_char(r, '{')) {
		next(r);
		ok = lld_symbols(r) && lld_expect(r, ';');
	} else {
		while (ok && r->now.kind != W_END && !is_char(r, '}')) {
			if (is_char(r, '{')) {
				link_line_of(r->l, trouble(r), true, LD_LLD_ANONYMOUS, r->l->self, r->file,
					     r->now.line);
				return;
			}
			next(r);
			ok = lld_expect(r, '{') && lld_symbols(r);
			if (ok && r->now.kind == W_END)
				ok = lld_end(r);
			if (ok && !is_char(r, ';'))
				next(r);
			ok = ok && lld_expect(r, ';');
		}
	}
	if (ok && r->now.kind != W_END)
		link_line_of(r->l, trouble(r), true, LD_LLD_REST, r->l->self, r->file, r->now.line,
				text_of(r));
}

/* ---- mold ------------------------------------------------------------------------------------- */

static bool mold_expect(struct reader *r, const char *word)
{
	if (r->t != NULL)
		return false;
	if (r->now.kind == W_END)
		link_line_of(r->l, trouble(r), true, LD_MOLD_WANTED, r->file, word);
	else if (!same(&r->now, word))
		mold_says(r, r->now.s);
	else
		next(r);
	return r->t == NULL;
}

static bool mold_symbols(struct reader *r, unsigned depth);

static bool mold_extern(struct reader *r, unsigned depth)
{
	next(r);
	if (r->now.kind != W_END && same(&r->now, "\"C\""))
		next(r);
	else if (!mold_expect(r, "\"C++\""))
		return false;
	return mold_expect(r, "{") && mold_symbols(r, depth + 1) && mold_expect(r, "}") && mold_expect(r,
			";");
}

static bool mold_symbols(struct reader *r, unsigned depth)
{
	while (r->now.kind != W_END && !is_char(r, '}')) {
		if (label(r, "global") || label(r, "local"))
			continue;
		if (same(&r->now, "extern") && depth < 64) {
			if (!mold_extern(r, depth))
				return false;
			continue;
		}
		next(r);
		if (is_char(r, '}'))
			break;
		if (!mold_expect(r, ";"))
			return false;
	}
	return r->t == NULL;
}

static void mold(struct reader *r)
{
	while (r->now.kind != W_END && !is_char(r, '}')) {
		if (!is_char(r, '{'))
			next(r);
		if (!mold_expect(r, "{") || !mold_symbols(r, 0) || !mold_expect(r, "}"))
			return;
		if (r->now.kind != W_END && !is_char(r, ';'))
			next(r);
		if (!mold_expect(r, ";"))
			return;
	}
	if (r->t == NULL && r->now.kind != W_END)
		mold_says(r, r->now.s);
}

void link_check_version_script(struct link *l, struct view text)
{
	struct reader r = { .l = l, .text = (const char *)text.p, .file = l->line->version_script };

	if (text.n == 0)
		r.text = "";
	r.p = r.text;
	r.end = r.text + text.n;
	r.now.line = 1;
	map_init(&r.seen);
	next(&r);
	if (l->kind == LINKER_LLD)
		lld(&r);
	else if (l->kind == LINKER_MOLD)
		mold(&r);
	else
		gnu(&r);
	map_free(&r.seen, NULL);
	if (r.t != NULL && l->kind == LINKER_MOLD)
		l->stop = true;
}
