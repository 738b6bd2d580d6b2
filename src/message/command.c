/* command.c - command lines of compilers and linkers that a log shows above what failed, with the folder
 * they ran in.
 *
 * Quotes and backslashes are resolved as a shell does, lines that end with a backslash are joined,
 * "cd X && ..." and the folders that make and ninja enter are kept; variables and back quotes stay as they
 * stand.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "message/block.h"

enum {
	MAX_WORDS_OF_COMMAND = 16384,
	MAX_JOINED = 64,     /* lines of one command */
	MAX_FOLDERS = 32,    /* nested calls of make */
	MAX_LOOK = 60        /* lines above a failure */
};

/* ---- words of a shell ----------------------------------------------------------------------- */

struct words {
	struct arena *a;
	struct {
		const char **items;
		size_t n, cap;
	} list;
	bool closed;         /* no quotation mark is left open */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

/* An operator of the shell at s: its length, 0: none. */
static size_t operator_at(const char *s)
{
	if (strncmp(s, "&&", 2) == 0 || strncmp(s, "||", 2) == 0)
		return 2;
	return strchr(";|()<>", s[0]) != NULL && s[0] != '\0' ? 1 : 0;
}

/* Takes a quoted part into b; where it ends. */
static const char *take_quoted(const char *s, struct buf *b, bool *closed)
{
	char mark = *s++;

	for (; *s != '\0' && *s != mark; s++) {
		if (*s == '\\' && mark == '"' && s[1] != '\0' && strchr("\"\\$`", s[1]) != NULL)
			s++;
		buf_char(b, *s);
	}
	*closed = *closed && *s == mark;
	return *s == mark ? s + 1 : s;
}

static const char *take_word(const char *s, struct buf *b, bool *closed)
{
	while (*s != '\0' && !is_blank(*s) && (operator_at(s) == 0 || (*s == '|' && b->n > 0))) {
		if (*s == '\'' || *s == '"') {
			s = take_quoted(s, b, closed);
		} else if (*s == '\\' && s[1] != '\0') {
			buf_char(b, s[1]);
			s += 2;
		} else {
			buf_char(b, *s++);
		}
	}
	return s;
}

/* "2" in "2>&1" is no word. */
static bool is_redirection(const struct buf *b, const char *s)
{
	return b->n == 1 && b->p[0] >= '0' && b->p[0] <= '9' && (*s == '>' || *s == '<');
}

static void split_words(struct words *w, const char *s)
{
	struct buf b;

	w->closed = true;
	buf_init(&b, BLOCK_BYTES);
	while (*s != '\0' && w->list.n < MAX_WORDS_OF_COMMAND) {
		size_t op;

		if (is_blank(*s)) {
			s++;
			continue;
		}
		buf_clear(&b);
		op = operator_at(s);
		if (op > 0) {
			buf_add(&b, s, op);
			s += op;
		} else {
			s = take_word(s, &b, &w->closed);
			if (is_redirection(&b, s))
				continue;
		}
		*ARENA_PUSH(w->a, &w->list) = arena_strndup(w->a, b.p != NULL ? b.p : "", b.n);
	}
	buf_free(&b);
}

/* ---- which of them is a command ------------------------------------------------------------- */

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/'), *back = strrchr(path, '\\');

	if (back != NULL && (slash == NULL || back > slash))
		slash = back;
	return slash != NULL ? slash + 1 : path;
}

/* Is [s, s + n) one of them? */
static bool is_one_of(const char *s, size_t n, const char *const *names)
{
	for (; *names != NULL; names++)
		if (strlen(*names) == n && strncmp(s, *names, n) == 0)
			return true;
	return false;
}

/* "gcc", "x86_64-linux-gnu-g++-12", "clang++.exe", "ld.lld", "musl-gcc", "go". */
static bool is_tool(const char *word)
{
	static const char *const names[] = {
		"gcc", "g++", "cc", "c++", "clang", "clang++", "gfortran", "icx", "icpx", "nvcc", "ld",
		"gold", "mold", "lld", "lld-link", "ld.bfd", "ld.gold", "ld.lld", "ld.mold", "ld64.lld",
		"wasm-ld", "collect2", "link", "cl", "rustc", "go", "f77", "f95", NULL,
	};
	const char *name = last_part(word), *dash;
	size_t n = strlen(name);

	if (n > 4 && strcmp(name + n - 4, ".exe") == 0)
		n -= 4;
	/* A version behind it. */
	for (size_t k = n; k > 0 && (strchr("0123456789.", name[k - 1]) != NULL || name[k - 1] == '-'); k--)
		if (name[k - 1] == '-')
			n = k - 1;
	if (is_one_of(name, n, names))
		return true;
	dash = memrchr(name, '-', n);
	return dash != NULL && is_one_of(dash + 1, n - (size_t)(dash + 1 - name), names) && dash > name;
}

/* Words before a command that are none of it: "CC=gcc", "exec", "env -", "ccache", "+", "$". */
static bool is_before(const char *word)
{
	static const char *const names[] = {
		"exec", "env", "-", "ccache", "distcc", "sccache", "time", "sudo", "nice", "command",
		"+", "++", "$", "#", ">", "&&", "then", "libtool:", "link:", "compile:", "note:", "=",
		"|", "RUN", "@", NULL,
	};
	const char *equals = strchr(word, '=');

	if (is_one_of(last_part(word), strlen(last_part(word)), names))
		return true;
	for (const char *s = word; equals != NULL && s < equals; s++)
		if (*s != '_' && (*s < '0' || *s > '9') && (*s < 'A' || *s > 'Z') && (*s < 'a' || *s > 'z'))
			return false;
	return equals != NULL && equals > word;
}

/* Does it say something to compile or link, not just the name of a program in a sentence? */
static bool is_command(const char *const *argv, size_t n)
{
	static const char *const go[] = { "build", "install", "test", "run", "vet", NULL };
	size_t options = 0, files = 0;

	/* "ld : main.o: ..." is what a program says. */
	if (n < 2 || strcmp(argv[1], ":") == 0)
		return false;
	if (strcmp(last_part(argv[0]), "go") == 0)
		return is_one_of(argv[1], strlen(argv[1]), go);
	for (size_t i = 1; i < n; i++) {
		const char *dot = strrchr(argv[i], '.');

		options += argv[i][0] == '-' || argv[i][0] == '@' || argv[i][0] == '/';
		files += dot != NULL && dot > argv[i] && strlen(dot) <= 5 && dot[1] != '\0';
	}
	/* "gcc: error: ..." ends with a colon and is no command; a sentence has neither options nor files. */
	return files > 0 || (options > 0 && strchr("-@/.$", argv[1][0]) != NULL);
}

/* ---- folders -------------------------------------------------------------------------------- */

static const char *join_folder(struct arena *a, const char *folder, const char *name)
{
	if (name[0] == '/' || folder == NULL || (name[0] != '\0' && name[1] == ':'))
		return name;
	return arena_printf(a, "%s/%s", folder, name);
}

struct folders {
	const char *stack[MAX_FOLDERS];
	size_t n;
};

/* What stands between the marks, or behind `words`. */
static const char *named(struct arena *a, const struct block_line *l, const char *words)
{
	const char *s = memmem(l->s, l->n, words, strlen(words)), *end = l->s + l->n;

	if (s == NULL)
		return NULL;
	s += strlen(words);
	while (s < end && (is_blank(*s) || strchr("'`\":", *s) != NULL))
		s++;
	while (end > s && strchr("'`\".", end[-1]) != NULL)
		end--;
	return end > s ? arena_strndup(a, s, (size_t)(end - s)) : NULL;
}

/* "make[1]: Entering directory '/x'", "ninja: Entering directory `build'", "make: Leaving directory '/x'". */
void command_folder(struct block *b)
{
	struct arena *a = block_arena(b);
	struct folders *f;
	struct block_line l;
	const char *name;

	if (!block_line(b, 0, &l))
		return;
	if (*block_keep(b) == NULL)
		*block_keep(b) = ARENA_NEW(a, struct folders);
	f = *block_keep(b);
	name = named(a, &l, "Entering directory");
	if (name != NULL && f->n < MAX_FOLDERS)
		f->stack[f->n++] = join_folder(a, *block_folder(b), name);
	else if (name == NULL && memmem(l.s, l.n, "Leaving directory", 17) != NULL && f->n > 0)
		f->n--;
	*block_folder(b) = f->n > 0 ? f->stack[f->n - 1] : NULL;
}

/* "# cwd: /x" */
void command_cwd(struct block *b)
{
	struct block_line l;
	const char *name;

	if (!block_line(b, 0, &l) || l.n == 0 || memchr(l.s, '#', l.n < 3 ? l.n : 3) == NULL)
		return;
	name = named(block_arena(b), &l, "cwd:");
	if (name != NULL)
		*block_folder(b) = name;
}

/* ---- a line --------------------------------------------------------------------------------- */

struct found_line {
	struct block *b;
	int64_t line;
	const char *folder;
	size_t n;            /* commands that were found */
};

static void add_command(struct found_line *f, const char *const *words, size_t n)
{
	struct arena *a = block_arena(f->b);
	const char **argv = ARENA_ARRAY(a, n + 1, const char *);
	struct msg_command c = { argv, n, f->folder, f->line };

	memcpy(argv, words, n * sizeof(*argv));
	argv[n] = NULL;
	block_command(f->b, &c);
	f->n++;
}

/* One command of a line: words up to an operator. "cd X" is remembered for those behind it. */
static void read_simple(struct found_line *f, const char *const *words, size_t n)
{
	while (n > 0 && is_before(words[0])) {
		words++;
		n--;
	}
	if (n == 2 && strcmp(words[0], "cd") == 0)
		f->folder = join_folder(block_arena(f->b), f->folder, words[1]);
	else if (n > 1 && is_tool(words[0]) && is_command(words, n))
		add_command(f, words, n);
}

static bool is_operator(const char *word)
{
	return word[0] != '\0' && operator_at(word) == strlen(word);
}

static void read_words(struct found_line *f, const struct words *w)
{
	size_t start = 0;

	for (size_t i = 0; i <= w->list.n; i++)
		if (i == w->list.n || is_operator(w->list.items[i])) {
			read_simple(f, w->list.items + start, i - start);
			/* What a redirection goes to is no command. */
			if (i < w->list.n && strchr("<>", w->list.items[i][0]) != NULL)
				i++;
			start = i + 1;
		}
}

static bool goes_on(const struct block_line *l)
{
	return l->n > 0 && l->s[l->n - 1] == '\\';
}

/* The command that line number `at` is a part of, as one line; *first: the number of its first line. */
static const char *whole(struct block *b, int at, int *first, int64_t *line)
{
	struct block_line l;
	struct buf text;
	const char *s;

	while (at > -MAX_LOOK && block_line(b, at - 1, &l) && goes_on(&l))
		at--;
	*first = at;
	buf_init(&text, BLOCK_BYTES);
	for (int i = at; i < at + MAX_JOINED && block_line(b, i, &l); i++) {
		if (i == at)
			*line = l.line;
		buf_add(&text, l.s, l.n - (goes_on(&l) ? 1 : 0));
		buf_char(&text, ' ');
		if (!goes_on(&l))
			break;
	}
	s = arena_strndup(block_arena(b), text.p != NULL ? text.p : "", text.n);
	buf_free(&text);
	return s;
}

/* rustc quotes the whole list behind "= note:". */
static const char *after_prefix(const char *s)
{
	static const char *const prefixes[] = {
		"= note:", "libtool: link:", "libtool: compile:", "$ ", "+ ", "> ",
	};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (strncmp(s, prefixes[i], strlen(prefixes[i])) == 0)
			return s + strlen(prefixes[i]);
	return s;
}

/* May the line be a command? It names a tool in one of its first words. */
static bool may_be_command(const struct block_line *l)
{
	static const char *const parts[] = {
		"cc", "++", "clang", "ld", "gold", "fortran", "go ", "rustc", "link", "icx", "icpx",
		"cl",
	};
	size_t n = l->n < 512 ? l->n : 512;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && l->n > 8; i++)
		if (memmem(l->s, n, parts[i], strlen(parts[i])) != NULL)
			return true;
	return false;
}

/* Reads line number `at`; how many commands were in it. */
static size_t read_line(struct block *b, int at, int *first)
{
	struct found_line f = { .b = b, .folder = *block_folder(b) };
	struct words w = { .a = block_arena(b) };

	split_words(&w, after_prefix(whole(b, at, first, &f.line)));
	/* A mark that is left open: "it's" is prose. */
	if (w.closed)
		read_words(&f, &w);
	return f.n;
}

/* Something failed here: what was run stands above it. Lines that were looked at for an earlier failure are
 * not looked at again. */
void command_above(struct block *b)
{
	int64_t *looked = *block_keep(b), here;
	struct block_line l;

	if (looked == NULL)
		*block_keep(b) = looked = ARENA_NEW(block_arena(b), int64_t);
	if (!block_line(b, 0, &l))
		return;
	here = l.line;
	for (int at = 0, first; at > -MAX_LOOK && block_line(b, at, &l) && l.line > *looked; at = first - 1) {
		first = at;
		if (may_be_command(&l) && read_line(b, at, &first) > 0)
			break;
	}
	*looked = here;
}
