/* message.h - what loaders, linkers, compilers and interpreters print -> facts.
 *
 * A text of any size and any wrapper is fed in pieces. It is cleaned (colours, prefixes, quoting, lost and
 * added line breaks: clean.h), the few places that may matter are found by literal words (scan.h), and
 * there the sentences of the tables (says_*.def, by pattern.h) and the readers of messages that span lines
 * (block_*.c) make facts. A fact says what was printed, not yet what is wrong: ranking facts into findings
 * is diagnose/told.c's.
 */
#ifndef DLWHY_MESSAGE_MESSAGE_H
#define DLWHY_MESSAGE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/* What a sentence names. The words in braces of a pattern are these, in lower case: {needed_by}. */
enum msg_field {
	MSG_OBJECT,    /* the library, object, archive or program at fault, as printed */
	MSG_NEEDED_BY, /* who needs or references it */
	MSG_SYMBOL,    /* mangled or as people wrote it, without version */
	MSG_VERSION,   /* symbol version, release, or number that is asked for */
	MSG_HAVE,      /* the version or architecture that is there instead: that of the file */
	MSG_LIB,       /* the name behind -l */
	MSG_FILE,      /* a source, build or log file */
	MSG_LINE,      /* line in MSG_FILE */
	MSG_HEADER,    /* of #include */
	MSG_TOOL,      /* a program of the build: compiler, linker, pkg-config */
	MSG_ARCH,      /* architecture or platform that is wanted */
	MSG_FLAG,      /* an option */
	MSG_PACKAGE,   /* of pip, pkg-config, CMake, go, or a distribution */
	MSG_MODULE,    /* of Python, Perl, Node, … */
	MSG_ERROR,     /* words or number of the system's error */
	MSG_TEXT,      /* anything else that decides */
	MSG_NFIELDS
};

enum msg_kind {
	MSG_CAUSE,   /* tells of a failure */
	MSG_WARNING, /* harmless by itself; may become the cause together with another one */
	MSG_CONTEXT, /* explains others: "In function", "required by", the name of a package being built */
	MSG_WRAPPER, /* that something failed, nothing about why: "collect2: error: ld returned 1" */
};

/* From this rank on it is guessed from words that many programs use: it counts where nobody says more. */
enum { MSG_RANK_GUESS = 86 };

struct msg_fact {
	const char *id;        /* of the sentence: "glibc-not-found" */
	/* "glibc", "musl", "dyld", "windows", "ld.bfd", "lld", "gcc", "go", "pip", … */
	const char *speaker;
	enum msg_kind kind;
	int rank;              /* of causes: smaller is nearer to the root (see says.h) */
	const char *code;      /* the cause at first reading, of diagnose/causes.def;
		NULL if kind is not MSG_CAUSE
				  or MSG_WARNING */
	const char *detail;    /* or NULL */
	const char *field[MSG_NFIELDS]; /* NULL where the sentence names none */
	const char *text;      /* the sentence as it stands in the text, cleaned */
	int64_t line;          /* where it stands in the text as given: first line, 1 for the first */
	uint64_t offset;       /* first byte of it there */
	uint64_t last;         /* the same where it was said last */
	size_t count;          /* how often it was said with the same fields */
	unsigned doubts;       /* MSG_PROSE | …: what speaks against its being said by a program, now */
};

enum {
	MSG_PROSE = 1,         /* a person writes about it */
	MSG_SOURCE = 2,        /* it stands in the source of a program */
	MSG_EXPECTED = 4,      /* a test or a retry says that it was expected */
	MSG_WARNED = 8         /* the program that prints it calls it a warning: it goes on without */
};

/* A command line that the text shows, with what is known of where it ran. */
struct msg_command {
	const char *const *argv; /* NULL-ended, quotes and backslashes resolved */
	size_t argc;
	const char *cwd;       /* "make: Entering directory", "cd X && …", `# cwd:`; NULL: not known */
	int64_t line;
};

struct msg_facts {
	const struct msg_fact *facts; /* in the order of the text */
	size_t nfacts;
	const struct msg_command *commands;
	size_t ncommands;
	uint64_t bytes, lines; /* of the text as given */
	bool cut;              /* more was there than is kept: caps were hit */
};

struct msg_reader;

/* What it finds is allocated in `a`. NULL: no memory. Ends with msg_reader_end in any case. */
struct msg_reader *msg_reader_new(struct arena *a);
/* For who reads many texts: what readers share, made once, with the patterns that they have compiled. It
 * outlives them; readers of one table are one thread's. NULL: no memory. */
struct msg_tables;
struct msg_tables *msg_tables_new(struct arena *a);
void msg_tables_end(struct msg_tables *t);
struct msg_reader *msg_reader_with(struct msg_tables *t, struct arena *a);
/* The next n bytes of the text. False: no memory. */
bool msg_reader_feed(struct msg_reader *r, const void *bytes, size_t n);
/* The end of the text. *out lives in the arena. False: no memory. */
bool msg_reader_end(struct msg_reader *r, struct msg_facts *out);

#endif
