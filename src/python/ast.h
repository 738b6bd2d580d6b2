/* ast.h - the syntax tree of a Python source file, and the parser that makes it.
 *
 * The tree serves one purpose: to know what a module does while it is being imported. So the bodies of
 * functions, most of a file, are not parsed until somebody calls them (py_parse_body), annotations are
 * passed over, and what a version of Python would refuse is not refused here unless nothing sensible can
 * be read. Nodes and names live in the arena given; strings are NUL-ended and may hold NUL bytes too (str.n).
 */
#ifndef DLWHY_PYTHON_AST_H
#define DLWHY_PYTHON_AST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/view.h"

enum {
	PY_DEPTH_MAX = 1000,     /* brackets, operators and blocks in each other */
	PY_HEIGHT_MAX = 2000,    /* of the tree of one expression; also of "elif"s in a row */
	PY_NODES_MAX = 2000000,  /* of one file */
	PY_TEXT_MAX = 1 << 30    /* bytes of one file: what is behind is not read */
};

enum py_kind {
	/* expressions */
	PY_NAME,       /* name */
	PY_NONE, PY_TRUE, PY_FALSE, PY_ELLIPSIS,
	PY_INT,        /* integer; PY_BIG when it does not fit */
	PY_BIG, PY_FLOAT, PY_COMPLEX, /* name: as written; value unknown to the evaluator but for FLOAT */
	PY_STR,        /* str: the value in UTF-8 (surrogates and unknown \N{} become U+FFFD); adjacent
			  literals are one node */
	PY_BYTES,      /* str */
	PY_FSTRING,    /* list: of PY_STR and PY_FORMATTED, at least one of these; op 't' for a t"" */
	PY_FORMATTED,  /* a: expression, op: conversion ('r', 's', 'a' or 0), b: format (PY_FSTRING or NULL);
			  "{x=}" gives a PY_STR "x=" before it and, without a format, 'r' */
	PY_TUPLE, PY_LIST, PY_SET, /* list */
	PY_DICT,       /* list: key, value, key, value, …; a NULL key for "**value" */
	PY_ATTRIBUTE,  /* a . name */
	PY_SUBSCRIPT,  /* a [ b ] */
	PY_SLICE,      /* a : b : c, each may be NULL */
	PY_CALL,       /* a ( list ): positional, PY_STARRED and PY_KEYWORD in the order written */
	PY_KEYWORD,    /* name = a; name NULL for "**a" */
	PY_STARRED,    /* *a */
	PY_BINOP,      /* a op b: enum py_op */
	PY_UNARY,      /* op a: PY_OP_NOT, PY_OP_INVERT, PY_OP_ADD, PY_OP_SUB */
	PY_BOOLOP,     /* list: two or more, op: PY_OP_AND or PY_OP_OR */
	PY_COMPARE,    /* a, then list of operands; ops[i] between: a ops[0] list[0] ops[1] list[1] */
	PY_IFEXP,      /* b if a else c */
	PY_LAMBDA,     /* fn (its params), a: body */
	PY_WALRUS,     /* name := a */
	PY_LISTCOMP, PY_SETCOMP, PY_GENEXP, /* a for list of PY_COMPFOR */
	PY_DICTCOMP,   /* a: key, b: value, list of PY_COMPFOR */
	PY_COMPFOR,    /* for a in b, list: conditions; op 1 if async */
	PY_AWAIT, PY_YIELD, PY_YIELD_FROM, /* a, NULL for a bare yield */
	/* statements */
	PY_EXPR,       /* a; of a string that stands alone the value is dropped: nobody asks for it */
	PY_ASSIGN,     /* list: targets (tuples, attributes, …), a: value */
	PY_AUGASSIGN,  /* a op= b */
	PY_ANNASSIGN,  /* a: target, b: value or NULL; the annotation is dropped */
	PY_RETURN,     /* a or NULL */
	PY_DELETE,     /* list */
	PY_FOR,        /* for a in b: body, orelse; op 1 if async */
	PY_WHILE,      /* while a: body, orelse */
	PY_IF,         /* if a: body, orelse (an elif is a PY_IF alone in orelse) */
	PY_WITH,       /* list: of PY_WITHITEM, body; op 1 if async */
	PY_WITHITEM,   /* a as b (or NULL) */
	PY_RAISE,      /* raise a from b, each may be NULL */
	PY_TRY,        /* body, list: of PY_HANDLER, orelse, final; op 1 for except* */
	PY_HANDLER,    /* except a as name: body; a and name may be NULL */
	PY_ASSERT,     /* a, b or NULL */
	PY_IMPORT,     /* list: of PY_ALIAS with dotted names */
	PY_IMPORT_FROM,/* name: dotted or NULL, op: number of leading dots, list: of PY_ALIAS; one alias
			  "*" for a star */
	PY_ALIAS,      /* alias */
	PY_GLOBAL, PY_NONLOCAL, /* list: of PY_NAME */
	PY_PASS, PY_BREAK, PY_CONTINUE,
	PY_FUNCTION,   /* fn; list: decorators */
	PY_CLASS,      /* name, list: bases and PY_KEYWORD as in a call; body; decorators in orelse */
	PY_MATCH,      /* a: subject; list: of PY_CASE */
	PY_CASE,       /* a: pattern as an expression where it can be read as one (literals, dotted names, |,
			  a lone _ as PY_NAME "_"), else NULL; b: guard or NULL; body */
	PY_TYPE_ALIAS, /* type name = …: name alone */
	PY_KINDS
};

enum py_op {
	PY_OP_NONE,
	PY_OP_ADD, PY_OP_SUB, PY_OP_MUL, PY_OP_MATMUL, PY_OP_DIV, PY_OP_MOD, PY_OP_POW, PY_OP_FLOORDIV,
	PY_OP_LSHIFT, PY_OP_RSHIFT, PY_OP_AND_BITS, PY_OP_OR_BITS, PY_OP_XOR,
	PY_OP_NOT, PY_OP_INVERT, PY_OP_AND, PY_OP_OR,
	PY_OP_EQ, PY_OP_NE, PY_OP_LT, PY_OP_LE, PY_OP_GT, PY_OP_GE, PY_OP_IS, PY_OP_IS_NOT,
	PY_OP_IN, PY_OP_NOT_IN
};

struct py_node;

struct py_list {
	struct py_node **v;
	size_t n;
};

enum py_param_kind { PY_PARAM_PLAIN, PY_PARAM_POSITIONAL /* before "/" */, PY_PARAM_KEYWORD /* after "*" */,
		     PY_PARAM_ARGS, PY_PARAM_KWARGS };

struct py_param {
	const char *name;
	enum py_param_kind kind;
	struct py_node *value;   /* the default, NULL for none */
};

/* A def or lambda. */
struct py_function {
	const char *name;        /* NULL for a lambda */
	struct py_param *params;
	uint32_t nparams;
	/* Where the body stands in s->text, for py_parse_body; [0, 0) for a lambda. It begins a line, or
	 * stands behind the colon. indent: column of the def. */
	uint32_t body_at, body_end;
	uint32_t body_line, indent;
	/* The evaluator's account: what calls that imported nothing have cost. */
	uint32_t idle_calls, idle_steps; /* idle_steps: at most UINT32_MAX */
	bool effective : 1;
	bool passed_over : 1;    /* what it might have changed is marked already */
	bool reaches_out : 1;    /* then: it may change the module that calls it */
	bool is_async : 1;
	bool parsed : 1, is_generator : 1; /* is_generator: known once parsed */
	/* The body's code (not its strings and comments) holds the word: without it, a call cannot
	 * import by itself. */
	bool has_import : 1;     /* "import" (also __import__, import_module) */
	bool has_global : 1;     /* "global" or "nonlocal" */
	struct py_list body;     /* once parsed */
};

struct py_node {
	uint8_t kind;            /* enum py_kind */
	uint8_t op;
	uint16_t height;         /* of the expression's tree, at most PY_HEIGHT_MAX */
	uint32_t line;           /* from 1 */
	union {
		union {
			const char *name; /* interned in the file: one pointer for each spelling */
			int64_t integer;
			struct { const char *p; size_t n; } str;
			struct { const char *name, *as; } alias; /* as: NULL for none */
			struct py_function *fn;
			const uint8_t *ops; /* PY_COMPARE: enum py_op, list.n of them */
		} u;
		struct {
			uint64_t of_u;
			struct py_node *a; /* where PY_STR, PY_BYTES and PY_ALIAS have the rest of u */
		};
	};
	/* Memory ends where the parts of the kind end: py_parts_of. */
	struct py_list list;
	struct py_node *b, *c;
	struct py_list body, orelse, final; /* of statements, handlers and cases with a body: py_has_body */
};

/* How many of a, list, b and c a node of that kind has, in this order. */
enum py_parts { PY_PARTS_NONE, PY_PARTS_A, PY_PARTS_LIST, PY_PARTS_B, PY_PARTS_C };

static inline enum py_parts py_parts_of(unsigned kind)
{
	switch (kind) {
	case PY_NAME: case PY_NONE: case PY_TRUE: case PY_FALSE: case PY_ELLIPSIS:
	case PY_INT: case PY_BIG: case PY_FLOAT: case PY_COMPLEX: case PY_STR: case PY_BYTES:
	case PY_ALIAS:
		return PY_PARTS_NONE;
	case PY_ATTRIBUTE: case PY_KEYWORD: case PY_STARRED: case PY_UNARY: case PY_LAMBDA: case PY_WALRUS:
	case PY_AWAIT: case PY_YIELD: case PY_YIELD_FROM: case PY_EXPR: case PY_RETURN:
		return PY_PARTS_A;
	case PY_FSTRING: case PY_TUPLE: case PY_LIST: case PY_SET: case PY_DICT: case PY_CALL: case PY_BOOLOP:
	case PY_COMPARE: case PY_ASSIGN: case PY_DELETE:
	case PY_IMPORT: case PY_IMPORT_FROM: case PY_GLOBAL: case PY_NONLOCAL: case PY_FUNCTION:
		return PY_PARTS_LIST;
	case PY_SLICE: case PY_IFEXP:
		return PY_PARTS_C;
	default:
		return PY_PARTS_B;
	}
}

static inline bool py_has_body(unsigned kind)
{
	switch (kind) {
	case PY_FOR: case PY_WHILE: case PY_IF: case PY_WITH: case PY_TRY: case PY_HANDLER: case PY_CLASS:
	case PY_CASE:
		return true;
	default:
		return false;
	}
}

/* Lines of a source that are still to be parsed: its bytes [at, end). */
struct py_range {
	size_t at, end;
	size_t before;           /* so many statements of the body stand before it */
	unsigned line;
};

/* One source file: its text, names and tree. */
struct py_source {
	struct arena *a;
	const char *path;        /* for messages */
	struct view text;        /* without a byte order mark; must outlive the tree. Made anew in the
				  * arena if it is Latin-1, has carriage returns or an unended line */
	bool plain;              /* the text is ASCII, without NUL bytes */
	struct py_names *names;  /* interned names: shared by all files of one evaluator */
	struct py_list body;
	struct { struct py_range *items; size_t n, cap; } later; /* until py_parse_rest */
	/* The first thing that could not be read: NULL if all could. "invalid syntax" and the like; what
	 * stands before it was kept. In the body of a function it is found when that is parsed. */
	const char *error;
	unsigned error_line;
	size_t nnodes;           /* made so far, bodies as well */
	/* The minor version of Python 3 that what was read so far needs, 0 if 3.6 will do; where it was
	 * first seen. Of what older ones refuse only the common forms are known: annotations from
	 * __future__ (7), := and / and {x=} (8), with (a as b) (9), match (10), except* and a[*b] (11),
	 * type, [T], quotes and backslashes in fields (12), except a, b and t"" (14). */
	unsigned since, since_line;
};

/* Spellings of names, each kept once, so that equal names are equal pointers. */
struct py_names *py_names_new(struct arena *a);
/* The same names for another thread, which has an arena of its own: both may ask at any time. */
struct py_names *py_names_for(const struct py_names *names, struct arena *a);
const char *py_name(struct py_names *names, const char *s, size_t n);

/* Parses `text` (any bytes; a coding line other than UTF-8 or Latin-1 is passed over). *out is filled in
 * any case. Depth of nesting, nodes and names are capped: a file over a cap has an error. */
void py_parse(struct arena *a, struct py_names *names, const char *path, struct view text,
	      struct py_source *out);
/* As py_parse, but of the file's statements only imports are parsed, and what may hold some: conditions,
 * `try` and `with`. The others, when py_parse_rest comes, which leaves what py_parse would have made: in
 * s->a and s->names, which may be other ones by then. */
void py_parse_outline(struct arena *a, struct py_names *names, const char *path, struct view text,
		      struct py_source *out);
void py_parse_rest(struct py_source *s);
/* Parses the body of a def found in that source, once; errors leave an empty rest and go to s->error if it
 * is still NULL. */
void py_parse_body(struct py_source *s, struct py_function *fn);

#endif
