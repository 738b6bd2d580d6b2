/* prove_ask.h - asking the real loader: the children of prove.c. */
#ifndef DLWHY_VERB_PROVE_ASK_H
#define DLWHY_VERB_PROVE_ASK_H

#include "base/os_child.h"
#include "verb/session.h"

enum host_kind {
	HOST_BARE,    /* the prober */
	HOST_PYTHON,
	HOST_PERL,
	HOST_OTHER    /* nobody knows how to make it open a given file */
};

struct question {
	struct dlwhy_session *s;
	struct arena *a;
	const char *path;    /* of the library or program, as the process under study names it */
	enum host_kind kind;
	const char *host;    /* path of the host, NULL if bare */
	int minor;           /* of the glibc that opens it: 2.minor, 0 if unknown */
	const char *module;  /* HOST_PYTHON: imported, with site and all, instead of opening a file; NULL */
};

enum heard_kind {
	HEARD_NOTHING, /* it could not be asked: text says why */
	HEARD_NO_START, /* the process died before it could ask: text is what it printed */
	HEARD_LOADED,
	HEARD_REFUSED, /* text: dlerror() */
	HEARD_DEATH,   /* ended inside dlopen; text: how */
	HEARD_TIMEOUT  /* did not come back */
};

/* Where a process was when it ended inside dlopen. */
enum died_in { DIED_UNKNOWN, DIED_IN_LOADER, DIED_IN_RESOLVER, DIED_IN_CONSTRUCTOR };

struct heard {
	enum heard_kind kind;
	const char *text;
	const char *const *lines; /* HEARD_NO_START: all lines on standard error */
	size_t nlines;
	int signal;               /* HEARD_DEATH: 0 if it exited */
	enum died_in died_in;
	const char *culprit;      /* DIED_IN_CONSTRUCTOR, DIED_IN_RESOLVER: path of the object */
	const char *how;          /* HEARD_DEATH: "killed by SIGILL", "it exited with status 3" */
};
/* dlopen(path, RTLD_NOW) in a new process of that kind. */
void ask_library(const struct question *q, struct heard *out);

/* `import q->module` in a new process of that Python; with a path, the file opened by ctypes behind that:
 * then it is the file that is answered about. HEARD_REFUSED: an exception, text is how its
 * traceback ends. */
void ask_import(const struct question *q, struct heard *out);

/* What a program's loader says of it when it is only asked to list and to check. */
struct trace_heard {
	const char *why;          /* it could not be asked; NULL if it could */
	int err;                  /* errno of execve, 0 if it started */
	bool timed_out;
	int signal, status;
	const char *const *listed; /* lines of standard output */
	size_t nlisted;
	const char *const *said;   /* lines of standard error */
	size_t nsaid;
};
void ask_program(const struct question *q, const char *argv0, struct trace_heard *out);
/* The same of musl, whose loader lists when it is started as a command. It relocates as well, and
 * calls no constructor. */
void ask_musl(const struct question *q, const char *ld_path, const char *program,
	      struct trace_heard *out);

/* Machine type of the programs that this build can run for HOST_BARE. */
uint16_t ask_machine(void);

#endif
