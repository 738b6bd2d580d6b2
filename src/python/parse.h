/* parse.h - what the files of the parser share: the cursor, the tokens, the parser's state.
 *
 * The text that is read always ends in '\n' (text.c sees to it). So whatever stops at the end of a line
 * needs no other bound, and the byte after one that is no '\n' may be looked at.
 *
 * After the first error every token is PY_T_EOF, and expressions are py_nothing(): callers need not ask, but
 * a loop must end when it does not find what it is for.
 */
#ifndef DLWHY_PYTHON_PARSE_H
#define DLWHY_PYTHON_PARSE_H

#include <string.h>

#include "python/ast.h"

enum {
	PY_INDENTS_MAX = 100,  /* as in CPython's tokenizer, MAXINDENT */
	PY_FSTRINGS_MAX = 150, /* in each other: MAXFSTRINGLEVEL */
	PY_STACK_FIRST = 128,
	PY_BYTES_FIRST = 512
};

/* Classes of bytes, as bits. */
enum {
	PY_C_WORD = 1,    /* letters, digits, '_', all from 0x80 on */
	PY_C_DIGIT = 2,
	PY_C_CODE = 4,    /* where reading over code stops: line end, quotes, brackets, '#', '\\' */
	PY_C_SINGLE = 8,  /* where reading over a string in ' stops */
	PY_C_DOUBLE = 16, /* … in " */
	PY_C_FIELD = 32,  /* '{' and '}': where an f-string stops besides */
	PY_C_BLANK = 64,  /* space, tab, form feed */
	PY_C_HEX = 128
};
extern const uint8_t py_class[256];

enum py_token {
	PY_T_EOF, PY_T_NEWLINE, PY_T_INDENT, PY_T_DEDENT,
	PY_T_NUMBER, PY_T_STRING, PY_T_FSTRING, /* PY_T_FSTRING: only up to the opening quote */
	PY_T_NAME,
	/* keywords, in the order of names.c */
	PY_T_FALSE, PY_T_NONE, PY_T_TRUE, PY_T_AND, PY_T_AS, PY_T_ASSERT, PY_T_ASYNC, PY_T_AWAIT, PY_T_BREAK,
	PY_T_CLASS, PY_T_CONTINUE, PY_T_DEF, PY_T_DEL, PY_T_ELIF, PY_T_ELSE, PY_T_EXCEPT, PY_T_FINALLY,
	PY_T_FOR, PY_T_FROM, PY_T_GLOBAL, PY_T_IF, PY_T_IMPORT, PY_T_IN, PY_T_IS, PY_T_LAMBDA, PY_T_NONLOCAL,
	PY_T_NOT, PY_T_OR, PY_T_PASS, PY_T_RAISE, PY_T_RETURN, PY_T_TRY, PY_T_WHILE, PY_T_WITH, PY_T_YIELD,
	/* brackets and signs */
	PY_T_LPAR, PY_T_RPAR, PY_T_LSQB, PY_T_RSQB, PY_T_LBRACE, PY_T_RBRACE,
	PY_T_COMMA, PY_T_COLON, PY_T_SEMI, PY_T_DOT, PY_T_ELLIPSIS, PY_T_ARROW, PY_T_AT, PY_T_WALRUS,
	PY_T_BANG,
	PY_T_EQUAL, /* "=" */
	PY_T_BAR, PY_T_CARET, PY_T_AMP, PY_T_LSHIFT, PY_T_RSHIFT, PY_T_PLUS, PY_T_MINUS, PY_T_STAR,
	PY_T_SLASH, PY_T_PERCENT, PY_T_DSLASH, PY_T_POWER, PY_T_TILDE,
	PY_T_EQ, PY_T_NE, PY_T_LT, PY_T_LE, PY_T_GT, PY_T_GE,
	PY_T_AUG, /* "+=" and the like; which one is in the token's op */
	PY_TOKENS
};

/* Sixteen bytes of a text, as vectors of the compiler, for any processor: what compares them makes 0xff of
 * the bytes where it holds. */
typedef unsigned char py_sixteen __attribute__((vector_size(16)));

static inline bool py_any(py_sixteen v)
{
	uint64_t halves[2];

	memcpy(halves, &v, sizeof(halves));
	return (halves[0] | halves[1]) != 0;
}

/* The index of the first byte that is set, 16 for none. */
static inline size_t py_first(py_sixteen v)
{
	uint64_t halves[2];

	memcpy(halves, &v, sizeof(halves));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	halves[0] = __builtin_bswap64(halves[0]);
	halves[1] = __builtin_bswap64(halves[1]);
#endif
	if (halves[0] != 0)
		return (unsigned)__builtin_ctzll(halves[0]) / 8;
	return halves[1] != 0 ? 8 + (unsigned)__builtin_ctzll(halves[1]) / 8 : 16;
}

/* How a string is written. */
enum {
	PY_S_RAW = 1, PY_S_BYTES = 2, PY_S_FORMAT = 4, PY_S_TEMPLATE = 8, PY_S_TRIPLE = 16
};

struct py_lexeme {
	uint8_t kind;  /* enum py_token */
	uint8_t op;    /* PY_T_AUG: enum py_op */
	uint8_t flags; /* PY_S_* of strings */
	uint8_t open;  /* strings: length of prefix and opening quote */
	unsigned line;
	const unsigned char *at, *end;
	const char *name; /* words: interned */
};

/* Looking for the words of a text that matter in bodies. */
enum { PY_W_IMPORT = 1, PY_W_GLOBAL = 2, PY_W_ALL = 3 };
struct py_words {
	const unsigned char *floor, *end, *at; /* at: up to there all code has been looked at */
	unsigned seen;  /* PY_W_*: those that code held so far; PY_W_ALL: look for none */
};

/* A place in the text. */
struct py_cursor {
	const unsigned char *p, *end, *floor; /* floor: nothing before it may be looked at */
	unsigned line;
	const char *error; /* set when a function answers false */
};

struct py_parser {
	struct arena *a;
	struct py_source *s;
	struct py_cursor at; /* behind the token */
	struct py_words words;
	struct py_lexeme t;
	const unsigned char *last_end; /* of the token before */
	unsigned paren;      /* open brackets */
	unsigned open_line;  /* of the outermost */
	unsigned field;      /* paren inside a field of an f-string, 0 outside */
	unsigned nformats;   /* f-strings that are open */
	unsigned depth;
	unsigned dedents;    /* still to be handed out */
	bool line_start;     /* the indentation is still to be read */
	bool failed, saw_yield;
	bool quiet;          /* words that are passed over need not be known */
	unsigned nindents;
	const char *word_match, *word_case, *word_type, *word_under;
	unsigned indents[PY_INDENTS_MAX];
	/* Nodes that wait for their list: first in `few`, then in the arena. */
	struct py_node **stack;
	size_t nstack, stack_cap;
	struct py_node *few[PY_STACK_FIRST];
	char small[PY_BYTES_FIRST];
	/* Bytes of literals and names under construction, used like a stack. */
	char *bytes; /* first `small` */
	size_t nbytes, bytes_cap;
};

/* parse.c: the parser before `text`, all of the source's or lines of it. */
void py_begin(struct py_parser *p, struct py_source *s, struct view text, unsigned line);
/* The same parser before other lines, with the nodes that it has pushed. */
void py_begin_range(struct py_parser *p, struct view text, unsigned line);
void py_source_begin(struct arena *a, struct py_names *names, const char *path, struct view text,
		     struct py_source *out);
void py_parse_whole(struct py_source *s); /* anew, whatever has been read of it */

/* names.c: *name as py_name gives it; the keyword that it is, or PY_T_NAME. */
enum py_token py_word(struct py_names *names, const char *s, size_t n, const char **name);

/* text.c: what the parser reads, see the head. */
struct view py_text(struct arena *a, struct view text, bool *plain); /* *plain: of struct py_source */
/* The encoding that one of the first two lines names, with '-' for '_'; false if none does. */
bool py_coding(struct view text, char *name, size_t cap);
size_t py_utf8(const unsigned char *p, size_t n); /* length of the valid character at p, 0 if none is */
size_t py_utf8_put(char *out, uint32_t c);        /* up to 4 bytes; U+FFFD for what is no character */

/* skip.c: reading over text without making anything of it. */
bool py_skip_string(struct py_cursor *c, unsigned flags);  /* from the opening quote to behind the closing */
/* From inside a logical line to the start of the next. Both this and py_skip_block note the words of the code
 * before strings and comments; what is behind the last of these is for py_words_to. */
bool py_skip_line(struct py_cursor *c, struct py_words *w);
/* Over the lines deeper than column `indent` and those without code: to the first other line. *any: there
 * was one with code. */
bool py_skip_block(struct py_cursor *c, unsigned indent, struct py_words *w, bool *any);
unsigned py_column(struct py_cursor *c);   /* over the blanks that begin a line */
/* The cursor at '(': over it, and is the next sign a ':'? */
bool py_skip_parens(struct py_cursor *c, bool *colon);
bool py_skip_field(struct py_cursor *c, unsigned flags, unsigned char quote, unsigned nest);
/* Does the logical line at c end in a colon? */
bool py_line_ends_in_colon(struct py_cursor c);

/* words.c: notes the words of the code between w->at and `to`, and goes there. */
void py_words_to(struct py_words *w, const unsigned char *to);

/* token.c */
void py_next(struct py_parser *p);
void py_fail(struct py_parser *p, const char *error);
void py_since(struct py_parser *p, unsigned minor, unsigned line); /* what is there needs that version */
static inline bool py_is(const struct py_parser *p, enum py_token kind)
{
	return p->t.kind == kind;
}
bool py_accept(struct py_parser *p, enum py_token kind);
void py_expect(struct py_parser *p, enum py_token kind);
const char *py_expect_name(struct py_parser *p);

/* node.c: making nodes and lists. */
struct py_node *py_node_new(struct py_parser *p, enum py_kind kind, unsigned line);
struct py_node *py_nothing(struct py_parser *p);
void py_above(struct py_parser *p, struct py_node *n, const struct py_node *child); /* child may be NULL */
void py_push(struct py_parser *p, struct py_node *n);
struct py_list py_take(struct py_parser *p, size_t mark); /* what was pushed since nstack was mark */
void py_list_of(struct py_parser *p, struct py_node *n, size_t mark); /* takes it as n->list */
char *py_room(struct py_parser *p, size_t n); /* n bytes more behind p->bytes, not yet counted */
const char *py_keep(struct py_parser *p, size_t mark, size_t *n); /* the bytes since mark, NUL-ended */
bool py_enter(struct py_parser *p);  /* false, and an error, if too deep; else py_leave */
void py_leave(struct py_parser *p);

/* literal.c, fstring.c */
struct py_node *py_number(struct py_parser *p);
struct py_node *py_strings(struct py_parser *p);
struct py_node *py_lone_string(struct py_parser *p); /* the token as a statement; NULL: py_strings can say */
void py_decode(struct py_parser *p, const unsigned char *at, const unsigned char *end, unsigned flags);
void py_fstring(struct py_parser *p, size_t text_mark); /* pushes its parts; the token is PY_T_FSTRING */
void py_skip_fstring(struct py_parser *p);              /* over one, to the next token */
void py_text_node(struct py_parser *p, size_t mark, unsigned line); /* pushes a PY_STR unless it is empty */

/* expr.c, atom.c, params.c */
struct py_node *py_expr(struct py_parser *p);       /* a ternary or lambda */
struct py_node *py_named(struct py_parser *p);      /* … or "name := value" */
struct py_node *py_disjunction(struct py_parser *p);
struct py_node *py_bitor(struct py_parser *p);      /* without comparisons */
struct py_node *py_exprs(struct py_parser *p);      /* star_expressions: a tuple if there is a comma */
struct py_node *py_exprs_or_yield(struct py_parser *p);
struct py_node *py_targets(struct py_parser *p);    /* of a for */
struct py_node *py_star_named(struct py_parser *p);
struct py_node *py_yield(struct py_parser *p);
struct py_node *py_atom(struct py_parser *p);
struct py_node *py_postfix(struct py_parser *p, struct py_node *n);
void py_arguments(struct py_parser *p);             /* up to ")", pushed */
void py_comprehension(struct py_parser *p, struct py_node *n); /* the "for"s and "if"s, as n->list */
bool py_begins_expr(enum py_token kind);
struct py_node *py_lambda(struct py_parser *p);
void py_params(struct py_parser *p, struct py_function *fn, enum py_token end);
void py_skip_annotation(struct py_parser *p);
void py_skip_type_params(struct py_parser *p);

/* stmt.c, block.c, define.c, pattern.c */
void py_statement(struct py_parser *p);             /* pushes one, or several of one line */
void py_simple_line(struct py_parser *p);
bool py_compound(struct py_parser *p);              /* false: the statement is a simple one */
void py_block(struct py_parser *p, struct py_list *out); /* from the colon on */
void py_statements(struct py_parser *p, struct py_list *out); /* to PY_T_DEDENT or PY_T_EOF */
struct py_node *py_def(struct py_parser *p, size_t decorators, bool is_async);
struct py_node *py_class_def(struct py_parser *p, size_t decorators);
struct py_node *py_decorated(struct py_parser *p);
struct py_node *py_match(struct py_parser *p);
struct py_node *py_dotted(struct py_parser *p);
const char *py_dotted_name(struct py_parser *p);

#endif
