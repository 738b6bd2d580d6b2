/* link_script.c - linker scripts that stand where a library is expected: libc.so, libncurses.so.
 *
 * Of the language only what names inputs counts: INPUT, GROUP, AS_NEEDED, SEARCH_DIR, OUTPUT_FORMAT,
 * EXTERN. Other commands are passed over, bracket by bracket. A text that is none (a Git LFS pointer, a web
 * page) is refused in the words of each linker.
 */
#include <string.h>

#include "build/link_priv.h"

enum { SCRIPT_MAX = 1 << 20, TOKEN_MAX = 4096, NESTING_MAX = 64 };

struct token {
	const char *p;
	size_t n;
	unsigned line, column;
	bool quoted, broken;     /* broken: no word of this linker's language */
	const char *line_start;
};

struct script {
	struct link *l;
	const struct link_op *op;
	const char *path, *shown, *lib;
	const char *p, *end, *begin;
	unsigned line;
	const char *line_start;
	struct token t, last;    /* the current one, n 0 at the end; the one before it */
	bool in_sysroot, bad, wants_bracket;
	bool begins;             /* no word of the command was taken */
	bool assigned, assigns;  /* there was a "="; and a value, which has to end */
	bool in_list;            /* a name of the list was */
	unsigned depth;
};

/* ---- words ------------------------------------------------------------------------------------------- */

static bool is_punctuation(char c)
{
	return c == '(' || c == ')' || c == '{' || c == '}' || c == ';' || c == ',' || c == '=';
}

static bool one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A letter that GNU ld's lexer takes at the beginning of a word. */
static bool begins_word(char c)
{
	return is_letter(c) || is_digit(c) || one_of(c, "_/.\\$~-:+!>");
}

static bool is_of(char c, const char *more)
{
	return is_letter(c) || is_digit(c) || one_of(c, more);
}

static char char_at(const struct script *s, size_t i)
{
	return (size_t)(s->end - s->p) > i ? s->p[i] : '\0';
}

/* An operator of the language, by its length. */
static size_t operator_size(const struct script *s)
{
	static const char *const twos[] = { "<<", ">>", "&&", "||", "==", "!=", "+=", "-=", "*=", "/=", "|=",
					    "&=", ">=", "<=" };
	char c = char_at(s, 0), d = char_at(s, 1);

	for (size_t i = 0; i < sizeof(twos) / sizeof(*twos); i++)
		if (c == twos[i][0] && d == twos[i][1])
			return i < 2 && char_at(s, 2) == '=' ? 3 : 2;
	return 1;
}

/* lld and mold: words are made of these; each other letter is a word of its own. lld knows some pairs. */
static size_t plain_size(const struct script *s)
{
	size_t n = 0;

	while (is_of(char_at(s, n), "_.$/\\~=+[]*?-!^:"))
		n++;
	if (n > 0)
		return n;
	return s->l->kind == LINKER_LLD && one_of(char_at(s, 0), "<>&|") ? operator_size(s) : 1;
}

static bool goes_on_gold(char c)
{
	return is_of(c, "_.$/\\~=+,[]*?-:");
}

/* gold: names, numbers, operators; what else there is ends it. */
static size_t gold_size(struct script *s)
{
	char c = char_at(s, 0);
	size_t n = 1;

	if (is_letter(c) || one_of(c, "_.$/\\") || (one_of(c, "~*[") && goes_on_gold(char_at(s, 1))) ||
	    (c == '-' && char_at(s, 1) == 'l')) {
		while (goes_on_gold(char_at(s, n)))
			n++;
		return n;
	}
	if (is_digit(c)) {
		n += c == '0' && one_of(char_at(s, 1), "xX");
		while (is_digit(char_at(s, n)) ||
		       (n > 1 && one_of(char_at(s, n), "abcdefABCDEF") && s->p[1] > '9'))
			n++;
		return n + one_of(char_at(s, n), "mMkK");
	}
	s->t.broken = !one_of(c, "+-*/%!&|^~<>=?,(){}[]:;");
	return operator_size(s);
}

static size_t bfd_size(const struct script *s)
{
	size_t n = 0;

	if (is_letter(*s->p) || one_of(*s->p, "_/.\\$~")) {
		while (is_of(char_at(s, n), "_/.-+=$:[]\\,~"))
			n++;
		return n;
	}
	if (is_punctuation(*s->p))
		return 1;
	while (s->p + n < s->end && !is_punctuation(s->p[n]) && (unsigned char)s->p[n] > ' ' &&
	       ((unsigned char)s->p[n] < 0x7f || n == 0))
		n++;
	return n;
}

static size_t word_size(struct script *s)
{
	switch (s->l->kind) {
	case LINKER_GOLD: return gold_size(s);
	case LINKER_LLD:
	case LINKER_MOLD: return plain_size(s);
	default:
		s->t.broken = !begins_word(*s->p) && !is_punctuation(*s->p);
		return bfd_size(s);
	}
}

static void skip_blanks(struct script *s)
{
	while (s->p < s->end) {
		if (*s->p == '\n') {
			s->line++;
			s->line_start = s->p + 1;
		} else if (s->p + 1 < s->end && s->p[0] == '/' && s->p[1] == '*') {
			while (s->p + 1 < s->end && !(s->p[0] == '*' && s->p[1] == '/')) {
				if (*s->p == '\n') {
					s->line++;
					s->line_start = s->p + 1;
				}
				s->p++;
			}
			s->p++;
		} else if (*s->p == '#') {
			while (s->p + 1 < s->end && s->p[1] != '\n')
				s->p++;
		} else if (*s->p != ' ' && *s->p != '\t' && *s->p != '\r' && *s->p != '\f') {
			return;
		}
		if (s->p < s->end)
			s->p++;
	}
}

static void next(struct script *s)
{
	const char *from;

	s->last = s->t;
	skip_blanks(s);
	from = s->p;
	s->t = (struct token){ from, 0, s->line, (unsigned)(from - s->line_start) + 1, false, false,
				s->line_start };
	if (s->p >= s->end)
		return;
	if (*s->p == '"') {
		for (s->p++; s->p < s->end && *s->p != '"' && *s->p != '\n'; s->p++)
			;
		s->t.p = from + 1;
		s->t.n = (size_t)(s->p - from - 1);
		s->t.quoted = true;
		s->t.broken = s->p >= s->end || *s->p != '"';
		s->p += s->p < s->end;
		return;
	}
	s->t.n = word_size(s);
	s->p += s->t.n;
}

static bool token_is(const struct script *s, const char *word)
{
	return !s->t.quoted && s->t.n == strlen(word) && memcmp(s->t.p, word, s->t.n) == 0;
}

static const char *token_text(struct script *s)
{
	return arena_strndup(s->l->a, s->t.p, s->t.n < TOKEN_MAX ? s->t.n : TOKEN_MAX);
}

static bool at_end(const struct script *s)
{
	return s->t.n == 0 && !s->t.quoted;
}

static void begin(struct script *s, struct view text)
{
	s->begin = s->p = s->line_start = text.p != NULL ? (const char *)text.p : "";
	s->end = s->p + (text.n < SCRIPT_MAX ? text.n : SCRIPT_MAX);
	s->line = 1;
	next(s);
}

/* ---- the format that it says ------------------------------------------------------------------------- */

static const struct {
	const char *format, *emulation;
} formats[] = {
	{ "elf64-x86-64", "elf_x86_64" }, { "elf32-i386", "elf_i386" }, { "elf32-x86-64", "elf32_x86_64" },
	{ "elf64-littleaarch64", "aarch64linux" }, { "elf32-littlearm", "armelf_linux_eabi" },
	{ "elf64-powerpcle", "elf64lppc" }, { "elf64-littleriscv", "elf64lriscv" },
	{ "elf64-s390", "elf64_s390" },
};

/* The emulation is that of another format; one that is not known counts as the same. */
static bool is_other_format(const struct link *l, const char *format)
{
	const char *mine = NULL;
	bool known = false;

	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		if (l->line->emulation != NULL && strcmp(formats[i].emulation, l->line->emulation) == 0)
			mine = formats[i].format;
		known = known || strcmp(formats[i].format, format) == 0;
	}
	return known && mine != NULL && strcmp(mine, format) != 0;
}

bool link_script_mismatch(struct link *l, struct view text)
{
	struct script s = { .l = l };

	begin(&s, text);
	while (!at_end(&s) && (unsigned char)*s.t.p < 0x80) {
		if (token_is(&s, "OUTPUT_FORMAT")) {
			next(&s);
			next(&s);
			return is_other_format(l, token_text(&s));
		}
		next(&s);
	}
	return false;
}

/* ---- refusals ---------------------------------------------------------------------------------------- */

static const char *line_text(struct script *s)
{
	const char *from = s->t.line_start;
	size_t n = 0;

	while (from + n < s->end && from[n] != '\n' && n < TOKEN_MAX)
		n++;
	return arena_strndup(s->l->a, from, n);
}

static void refuse_bfd(struct script *s, struct link_trouble *t, bool lexer)
{
	struct link *l = s->l;

	if (lexer) {
		t->kind = LT_NOT_RECOGNIZED;
		link_line_of(l, t, true, LD_BFD_NOT_RECOGNIZED, s->shown);
		return;
	}
	link_line_of(l, t, true, LD_BFD_AS_SCRIPT, l->self, s->shown);
	link_line_of(l, t, false, LD_BFD_SYNTAX, l->self, s->shown, at_end(s) ? 0 : s->t.line);
}

/* gold's grammar tells what it met, */
static const char *gold_met(struct script *s)
{
	static const struct {
		const char *text, *name;
	} pairs[] = { { "<<", "LSHIFT" }, { ">>", "RSHIFT" }, { "&&", "ANDAND" }, { "||", "OROR" },
		      { "==", "EQ" }, { "!=", "NE" }, { "+=", "PLUSEQ" }, { "-=", "MINUSEQ" },
		      { "*=", "MULTEQ" }, { "/=", "DIVEQ" }, { "|=", "OREQ" }, { "&=", "ANDEQ" },
		      { ">=", "GE" }, { "<=", "LE" }, { "<<=", "LSHIFTEQ" }, { ">>=", "RSHIFTEQ" } };

	if (at_end(s))
		return "end of file";
	if (s->t.quoted)
		return "QUOTED_STRING";
	if (*s->t.p == '-' && !token_is(s, "-="))
		return "'-'";
	if (is_digit(*s->t.p))
		return "INTEGER";
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		if (token_is(s, pairs[i].text))
			return pairs[i].name;
	if (token_is(s, "[") || token_is(s, "]"))
		return "invalid token";
	return s->t.n == 1 && !is_letter(*s->t.p) && !one_of(*s->t.p, "_.$/\\") ?
	       arena_printf(s->l->a, "'%c'", *s->t.p) : "STRING";
}

/* and what it would have taken, if that is little. */
static const char *gold_wanted(const struct script *s)
{
	if (s->wants_bracket)
		return ", expecting '('";
	if (s->depth > 0)
		return ", expecting '-' or STRING or QUOTED_STRING or AS_NEEDED";
	if (s->assigns)
		return ", expecting ',' or ';'";
	return s->begins ? ", expecting end of file" : "";
}

static void refuse_gold(struct script *s, struct link_trouble *t, bool lexer)
{
	const char *met = gold_met(s), *wanted = gold_wanted(s);

	if (lexer)
		link_line_of(s->l, t, true, LD_GOLD_CHARACTER, s->l->self, s->shown, s->t.line, s->t.column);
	else
		link_line_of(s->l, t, true, LD_GOLD_SYNTAX, s->l->self, s->shown, s->t.line, s->t.column, met,
			     wanted);
}

static bool is_last(struct script *s)
{
	struct script rest = *s;

	next(&rest);
	return at_end(&rest);
}

static void refuse_lld(struct script *s, struct link_trouble *t)
{
	struct link *l = s->l;

	if (s->t.quoted && s->t.broken)
		link_line_of(l, t, true, LD_LLD_QUOTE, l->self, s->shown, s->last.n > 0 ? s->last.line : 1);
	else if (at_end(s))
		link_line_of(l, t, true, LD_LLD_EOF, l->self, s->shown, s->last.line);
	else if (!s->wants_bracket && is_last(s)) /* it may begin an assignment */
		link_line_of(l, t, true, LD_LLD_EOF, l->self, s->shown, s->t.line);
	else if (s->wants_bracket)
		link_line_of(l, t, true, LD_LLD_EXPECTED, l->self, s->shown, s->t.line, token_text(s));
	else
		link_line_of(l, t, true, LD_LLD_DIRECTIVE, l->self, s->shown, s->t.line,
			     s->t.quoted ? arena_printf(l->a, "\"%s\"", token_text(s)) : token_text(s));
	link_line_of(l, t, false, LD_LLD_LINE, line_text(s));
	link_line_of(l, t, false, LD_LLD_CARET);
}

static void refuse(struct script *s)
{
	struct link *l = s->l;
	struct link_trouble *t;
	bool lexer = !at_end(s) && s->t.broken && !(s->l->kind == LINKER_BFD && s->depth > 0);

	if (s->bad)
		return;
	s->bad = true;
	t = link_trouble(l, LT_SCRIPT_SYNTAX, true);
	t->path = s->shown;
	switch (l->kind) {
	case LINKER_GOLD: refuse_gold(s, t, lexer); break;
	case LINKER_LLD: refuse_lld(s, t); break;
	case LINKER_MOLD:
		if (at_end(s))
			link_line_of(l, t, true, LD_MOLD_EOF, s->shown);
		else
			link_line_of(l, t, true, LD_MOLD_SCRIPT, s->shown, s->t.line, line_text(s));
		break;
	default: refuse_bfd(s, t, lexer); break;
	}
	l->stop = l->kind == LINKER_BFD || l->kind == LINKER_MOLD;
}

/* mold points at the word: behind "mold: fatal: FILE:LINE: " as many blanks as stand before it. */
static unsigned caret_column(struct script *s)
{
	size_t n = strlen("mold: fatal: ") + strlen(s->shown) + 3 + s->t.column - 1;

	for (unsigned line = s->t.line; line >= 10; line /= 10)
		n++;
	return (unsigned)(n < 4000 ? n : 4000);
}

/* ---- what it names ----------------------------------------------------------------------------------- */

static void not_found(struct script *s, const char *name)
{
	struct link *l = s->l;
	struct link_missing *m = ARENA_NEW(l->a, struct link_missing);
	struct link_trouble *t = link_trouble(l, LT_NO_FILE, true);

	m->name = name;
	m->script = s->shown;
	m->op = *s->op;
	t->missing = m;
	t->path = name;
	*ARENA_PUSH(l->a, &l->missing) = m;
	l->missing_file = true;
	switch (l->kind) {
	case LINKER_GOLD:
		link_line_of(l, t, true, *name == '/' ? LD_GOLD_NO_FILE : LD_GOLD_NO_LIB_FILE, l->self,
			     name);
		break;
	case LINKER_LLD:
		if (*name == '/' && !s->in_sysroot)
			link_line_of(l, t, true, LD_LLD_NO_FILE, l->self, name);
		else
			link_line_of(l, t, true, LD_LLD_SCRIPT_FILE, l->self, s->shown, s->t.line, name);
		break;
	case LINKER_MOLD:
		if (*name == '/' && !s->in_sysroot) {
			link_line_of(l, t, true, LD_MOLD_NO_FILE, l->self, name);
			l->stop = true;
			break;
		}
		link_line_of(l, t, true, LD_MOLD_SCRIPT, s->shown, s->t.line, line_text(s));
		link_line_of(l, t, false, LD_MOLD_CARET, (int)caret_column(s), "", name);
		l->stop = true;
		break;
	default:
		link_line_of(l, t, true, LD_BFD_NO_FILE, l->self, name);
		break;
	}
}

static bool there(struct script *s, const char *path)
{
	const struct store_entry *en = link_open(s->l, path);

	return en != NULL && en->err == 0 && en->file->st.type == OS_REGULAR;
}

/* A name of a script: the folder of the script, the working folder, then the folders of -L. */
static const char *place_of(struct script *s, const char *name)
{
	struct link *l = s->l;
	const char *dir = link_dir_of(l->a, s->path), *path;

	if (*name == '/') {
		path = s->in_sysroot ? link_sysroot(l, name) : name;
		return there(s, path) ? path : NULL;
	}
	if (*dir == '\0' && (l->kind == LINKER_BFD || l->kind == LINKER_GOLD))
		dir = ".";
	path = *dir != '\0' ? arena_printf(l->a, "%s/%s", dir, name) : name;
	if (there(s, path))
		return path;
	if (l->kind != LINKER_GOLD && there(s, name)) /* gold looks where libraries are */
		return name;
	for (size_t i = 0; i < l->line->dirs.n; i++) {
		path = arena_printf(l->a, "%s/%s", l->line->dirs.items[i].path, name);
		if (there(s, path))
			return path;
	}
	return NULL;
}

static void take_input(struct script *s, bool as_needed)
{
	struct link *l = s->l;
	struct link_op op = *s->op;
	const char *name = token_text(s), *path;
	struct link_found found;

	op.as_needed = op.as_needed || as_needed;
	if (link_starts(name, "-l")) {
		op.name = name + 2;
		if (link_find_lib(l, &op, s->shown, &found))
			link_load_file(l, &op, found.path, found.shown, op.name);
		return;
	}
	path = place_of(s, name);
	if (path == NULL)
		not_found(s, name);
	else
		link_load_file(l, &op, path, path, s->lib);
}

/* May it stand in a list? lld and mold take every word for a name. */
static bool is_listed(struct script *s)
{
	char c = *s->t.p;

	if (s->l->kind == LINKER_GOLD)
		return !s->t.broken && (s->t.quoted || is_letter(c) || *gold_met(s) == 'S' ||
					link_starts(token_text(s), "-l") || (token_is(s, ",") && s->in_list));
	if (s->l->kind != LINKER_BFD)
		return true;
	return s->t.quoted ? !s->t.broken :
	       is_letter(c) || one_of(c, "_/.\\$~") || link_starts(token_text(s), "-l") ||
	       (token_is(s, ",") && s->in_list);
}

/* GNU ld and gold want a name in the brackets. */
static bool lacks_name(const struct script *s)
{
	return !s->in_list && (s->l->kind == LINKER_BFD || s->l->kind == LINKER_GOLD);
}

/* The names between brackets, up to the closing one. */
static void take_list(struct script *s, bool as_needed)
{
	if (++s->depth > NESTING_MAX) {
		refuse(s);
		return;
	}
	next(s);
	if (!token_is(s, "(")) {
		s->wants_bracket = true;
		s->depth--;
		refuse(s);
		return;
	}
	s->in_list = false;
	for (next(s); !at_end(s) && !token_is(s, ")") && !s->bad && !s->l->stop; next(s)) {
		if (!is_listed(s))
			refuse(s);
		else if (token_is(s, "AS_NEEDED"))
			take_list(s, true);
		else if (!token_is(s, ",") || s->l->kind == LINKER_LLD || s->l->kind == LINKER_MOLD)
			take_input(s, as_needed);
		s->in_list = true;
	}
	if ((at_end(s) || (token_is(s, ")") && lacks_name(s))) && !s->l->stop)
		refuse(s);
	s->depth--;
}

static void skip_brackets(struct script *s)
{
	unsigned depth = 0;

	for (next(s); !at_end(s); next(s)) {
		if (token_is(s, "(") || token_is(s, "{"))
			depth++;
		else if ((token_is(s, ")") || token_is(s, "}")) && --depth == 0)
			return;
		if (depth == 0)
			return;
	}
}

static void take_search_dir(struct script *s)
{
	struct link_dir dir = { NULL, false };

	next(s);
	next(s);
	dir.path = token_text(s);
	if (*dir.path == '=')
		dir.path = link_sysroot(s->l, dir.path + 1);
	*ARENA_PUSH(s->l->a, &s->l->more_dirs) = dir;
	next(s);
}

static void define(struct script *s, const char *name)
{
	struct link_sym *sym = link_intern(s->l, name, elf_gnu_hash(name));

	sym->state = LINK_DEFINED;
	sym->option = true;
}

/* PROVIDE(name = expression) */
static void take_provided(struct script *s)
{
	struct script in = *s;
	const char *name;

	next(&in);
	next(&in);
	name = token_text(&in);
	next(&in);
	if (token_is(&in, "="))
		define(s, name);
	skip_brackets(s);
}

static bool may_be_assigned(struct script *s)
{
	if (s->l->kind == LINKER_GOLD)
		return s->t.quoted || *gold_met(s) == 'S';
	return s->l->kind != LINKER_BFD || s->t.quoted || is_letter(*s->t.p) || one_of(*s->t.p, "_/.\\$~") ||
	       !is_punctuation(*s->t.p);
}

/* A symbol of its own: "name = expression;" */
static bool take_assignment(struct script *s)
{
	const char *name = token_text(s);
	size_t values = 0;

	if (!may_be_assigned(s))
		return false;
	next(s);
	s->begins = false;
	if (!token_is(s, "="))
		return false;
	s->assigned = true;
	for (next(s); !at_end(s) && !s->t.broken && !token_is(s, ";"); next(s))
		values++;
	s->assigns = values > 0;
	if (values == 0 || !token_is(s, ";"))
		return false;
	define(s, name);
	return true;
}

/* Commands that change nothing here. mold knows none of them. */
static bool is_passed_over(const struct script *s)
{
	static const char *const passed[] = { "OUTPUT_ARCH", "EXTERN", "VERSION", "ENTRY", "TARGET",
					      "SECTIONS", "MEMORY", "PHDRS", "ASSERT",
					      "STARTUP", "FORCE_COMMON_ALLOCATION", "INSERT", "HIDDEN" };

	for (size_t i = 0; i < sizeof(passed) / sizeof(*passed); i++)
		if (token_is(s, passed[i]))
			return s->l->kind != LINKER_MOLD || strcmp(passed[i], "VERSION") == 0;
	return false;
}

static void take_command(struct script *s)
{
	struct token begun = s->t;
	const char *behind = s->p;

	s->begins = true;
	s->assigned = s->assigns = false;
	if (token_is(s, ";"))
		return;
	if (token_is(s, "INPUT")) {
		take_list(s, false);
		return;
	}
	if (token_is(s, "GROUP")) {
		size_t first = s->l->archives.n;

		take_list(s, false);
		link_rescan(s->l, first);
		return;
	}
	if (token_is(s, "OUTPUT_FORMAT")) {
		next(s);
		next(s);
		s->l->format = token_text(s);
		while (!at_end(s) && !token_is(s, ")"))
			next(s);
		return;
	}
	if (token_is(s, "SEARCH_DIR") && s->l->kind != LINKER_MOLD) {
		take_search_dir(s);
		return;
	}
	if ((token_is(s, "PROVIDE") || token_is(s, "PROVIDE_HIDDEN")) && s->l->kind != LINKER_MOLD) {
		take_provided(s);
		return;
	}
	if (is_passed_over(s)) {
		skip_brackets(s);
		return;
	}
	if (!s->t.broken && take_assignment(s))
		return;
	if (s->l->kind == LINKER_MOLD || (s->l->kind == LINKER_LLD && !s->assigned)) {
		s->t = begun; /* they name the command; the others where they gave up */
		s->p = behind;
	}
	refuse(s);
}

static void run(struct script *s)
{
	while (!at_end(s) && !s->bad && !s->l->stop) {
		take_command(s);
		if (!s->bad)
			next(s);
	}
}

bool link_script(struct link *l, const struct link_op *op, const char *path, const char *shown,
		 struct view text, const char *lib)
{
	struct script s = { .l = l, .op = op, .path = path, .shown = shown, .lib = lib };

	if (++l->scripts > LINK_MAX_SCRIPTS) {
		l->cut = true;
		return false;
	}
	s.in_sysroot = l->line->sysroot != NULL && link_starts(path, l->line->sysroot);
	begin(&s, text);
	run(&s);
	return !s.bad;
}
