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
	bool quoted;
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
	unsigned depth;
};

/* ---- words ------------------------------------------------------------------------------------------- */

static bool is_punctuation(char c)
{
	return c == '(' || c == ')' || c == '{' || c == '}' || c == ';' || c == ',' || c == '=';
}

/* A letter that GNU ld's lexer takes at the beginning of a word. */
static bool begins_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
	       c == '/' || c == '.' || c == '\\' || c == '$' || c == '~' || c == '-' || c == '*' ||
		       c == '"' ||
	       c == ':' || c == '+' || c == '!' || c == '?';
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
	s->t = (struct token){ from, 0, s->line, (unsigned)(from - s->line_start) + 1, false,
				s->line_start };
	if (s->p >= s->end)
		return;
	if (*s->p == '"') {
		for (s->p++; s->p < s->end && *s->p != '"' && *s->p != '\n'; s->p++)
			;
		s->t = (struct token){ from + 1, (size_t)(s->p - from - 1), s->t.line, s->t.column, true,
					s->line_start };
		s->p += s->p < s->end;
		return;
	}
	if (is_punctuation(*s->p)) {
		s->p++;
	} else {
		while (s->p < s->end && !is_punctuation(*s->p) && (unsigned char)*s->p > ' ' &&
		       ((unsigned char)*s->p < 0x7f || s->p == from))
			s->p++;
	}
	s->t.n = (size_t)(s->p - from);
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

/* gold's grammar tells what it would have taken. */
static void refuse_gold(struct script *s, struct link_trouble *t, bool lexer)
{
	const char *met = at_end(s) ? "end of file" : token_is(s, "-") || *s->t.p == '-' ? "'-'" : "STRING";
	const char *wanted = s->wants_bracket ? ", expecting '('" : "";

	if (s->depth > 0 && at_end(s))
		wanted = ", expecting '-' or STRING or QUOTED_STRING or AS_NEEDED";

	if (lexer)
		link_line_of(s->l, t, true, LD_GOLD_CHARACTER, s->l->self, s->shown, s->t.line, s->t.column);
	else
		link_line_of(s->l, t, true, LD_GOLD_SYNTAX, s->l->self, s->shown, s->t.line, s->t.column, met,
			     wanted);
}

static void refuse_lld(struct script *s, struct link_trouble *t)
{
	struct link *l = s->l;

	if (at_end(s))
		link_line_of(l, t, true, LD_LLD_EOF, l->self, s->shown, s->last.line);
	else if (s->wants_bracket)
		link_line_of(l, t, true, LD_LLD_EXPECTED, l->self, s->shown, s->t.line, token_text(s));
	else
		link_line_of(l, t, true, LD_LLD_DIRECTIVE, l->self, s->shown, s->t.line, token_text(s));
	link_line_of(l, t, false, LD_LLD_LINE, line_text(s));
	link_line_of(l, t, false, LD_LLD_CARET);
}

static void refuse(struct script *s)
{
	struct link *l = s->l;
	struct link_trouble *t;
	bool lexer = !at_end(s) && !begins_word(*s->t.p) && !is_punctuation(*s->t.p);

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
	for (next(s); !at_end(s) && !token_is(s, ")") && !s->bad && !s->l->stop; next(s)) {
		if (token_is(s, "AS_NEEDED"))
			take_list(s, true);
		else if (!token_is(s, ","))
			take_input(s, as_needed);
	}
	if (at_end(s) && !s->l->stop)
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

/* A symbol of its own: "name = expression;" */
static bool take_assignment(struct script *s)
{
	const char *name = token_text(s);
	struct link_sym *sym;
	size_t values = 0;

	next(s);
	if (!token_is(s, "="))
		return false;
	for (next(s); !at_end(s) && !token_is(s, ";"); next(s))
		values++;
	if (values == 0)
		return false;
	sym = link_intern(s->l, name, elf_gnu_hash(name));
	sym->state = LINK_DEFINED;
	sym->option = true;
	return true;
}

/* Commands that change nothing here. mold knows none of them. */
static bool is_passed_over(const struct script *s)
{
	static const char *const passed[] = { "OUTPUT_ARCH", "EXTERN", "VERSION", "ENTRY", "TARGET",
					      "SECTIONS", "MEMORY", "PHDRS", "ASSERT", "PROVIDE",
						      "PROVIDE_HIDDEN",
					      "STARTUP", "FORCE_COMMON_ALLOCATION", "INSERT", "HIDDEN" };

	for (size_t i = 0; i < sizeof(passed) / sizeof(*passed); i++)
		if (token_is(s, passed[i]))
			return s->l->kind != LINKER_MOLD || strcmp(passed[i], "VERSION") == 0;
	return false;
}

static void take_command(struct script *s)
{
	struct token begun = s->t;

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
	if (is_passed_over(s)) {
		skip_brackets(s);
		return;
	}
	if (begins_word(*s->t.p) && take_assignment(s))
		return;
	if (s->l->kind == LINKER_MOLD || (s->l->kind == LINKER_LLD && !at_end(s)))
		s->t = begun; /* they name the command; the others where they gave up */
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
