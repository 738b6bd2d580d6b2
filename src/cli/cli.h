/* cli.h - what the files of the program share. */
#ifndef DLWHY_CLI_CLI_H
#define DLWHY_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <dlwhy/dlwhy.h>

/* Exit statuses. */
enum {
	EXIT_FINE = 0,     /* nothing wrong */
	EXIT_FINDING = 1,  /* a finding of severity error, or what --fail-on says */
	EXIT_USAGE = 2,
	EXIT_UNANSWERED = 3, /* something could not be analysed or printed; beats 1 */
	EXIT_NOT_RUN = 125,  /* verb run: dlwhy itself failed; else it is the command's */
	EXIT_NO_EXEC = 126,  /* the command is there and cannot be started */
	EXIT_NO_COMMAND = 127
};

/* ---- options.c ---------------------------------------------------------------------------- */

enum {
	VERB_CHECK = 1, VERB_EXPLAIN = 2, VERB_HELP = 4, VERB_IMPORT = 8, VERB_RUN = 16,
	VERB_LINK = 32, VERB_FIX = 64, VERB_VERIFY = 128,
	VERB_ENV = 256, VERB_UNDO = 512, VERB_ALL = 1023
};
/* The verbs that answer about targets. */
enum { VERB_TARGETS = VERB_CHECK | VERB_IMPORT,
       VERB_ANSWERS = VERB_TARGETS | VERB_RUN | VERB_EXPLAIN | VERB_LINK | VERB_FIX | VERB_VERIFY |
		      VERB_ENV | VERB_UNDO };

struct cli_verb {
	const char *name;
	unsigned mask;        /* 0: not in this version */
	const char *arguments;
	const char *does;     /* one line for --help */
};
/* Ends with a name that is NULL. */
extern const struct cli_verb cli_verbs[];
const struct cli_verb *cli_verb_find(const char *name); /* NULL if there is none */

enum cli_option_id {
	OPT_GO, OPT_PROGRAM, OPT_PYTHON, OPT_AFTER, OPT_PID, OPT_PRELOAD, OPT_GLOBAL, OPT_LOCAL,
	OPT_WITH, OPT_ROOT, OPT_LOADER, OPT_OS, OPT_PYTHON_VERSION, OPT_MACOS, OPT_ARCH, OPT_WINDOWS, OPT_CPU,
	OPT_ENV, OPT_CLEAR_ENV, OPT_ENV_OF,
	OPT_NO_BIND, OPT_NO_EXPLAIN, OPT_NO_LOOK, OPT_BINDINGS, OPT_CODE, OPT_VERBOSE, OPT_PROVE, OPT_THREADS,
	OPT_APPLY, OPT_YES, OPT_WHEELS, OPT_LIKE, OPT_LIST,
	OPT_JSON,
	OPT_FORMAT, OPT_OUTPUT, OPT_COLOR, OPT_REDACT, OPT_FAIL_ON, OPT_HELP, OPT_VERSION, OPT_SCHEMA,
	OPT_COUNT
};

/* One row is all there is to an option: parsing and --help are made from it. */
struct cli_option {
	enum cli_option_id id;
	char letter;          /* '\0' if it has none */
	const char *name;     /* without "--" */
	const char *argument; /* as --help calls it, NULL if it takes none */
	unsigned verbs;
	const char *group;    /* heading in --help */
	const char *does;
};
extern const struct cli_option cli_options[OPT_COUNT];

enum cli_color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct cli {
	unsigned verb;              /* VERB_… */
	const char **words;         /* targets, or arguments of the verb */
	size_t nwords;
	const char **env;           /* of --env, NULL-ended */
	size_t nenv;
	const char **preload;       /* of --preload, NULL-ended */
	size_t npreload;
	const char **wheels;        /* of --wheels, NULL-ended */
	size_t nwheels;
	const char **with;          /* of --with, NULL-ended */
	size_t nwith;
	bool seen[OPT_COUNT];
	struct dlwhy_options library;
	struct dlwhy_print print;
	enum cli_color color;
	enum dlwhy_severity fail_on; /* DLWHY_NOTE: never */
	const char *output;         /* of --output, NULL */
	const char *go_package;     /* of --go, NULL */
	const char *like;           /* of --like, NULL */
	long apply;                 /* of --apply: number of a plan, 0 if it was not said */
	const char *const *argv;    /* as it was typed, NULL-ended */
	void (*on_pipe)(int);       /* what SIGPIPE did when the program began */
	int died_by;                /* verb run: the signal that ended the command, 0 */
};

/* Fills *c, which borrows argv and is freed with cli_free. 0, or an exit status after a line on
 * stderr that says what is wrong. */
int cli_parse(struct cli *c, int argc, char **argv);
void cli_free(struct cli *c);

/* ---- output.c ----------------------------------------------------------------------------- */

/* One line on stderr, with "dlwhy: " before it. Control characters in it are replaced. */
void cli_complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* A dlwhy_write to file descriptor *(int *)user. */
int cli_write(const char *bytes, size_t n, void *user);
/* To stdout. Returns `status`, or EXIT_UNANSWERED after a complaint if that failed. */
int cli_print(const char *text, int status);
/* Closes stdout, since some file systems only then say that they are full. `status`, as above. */
int cli_finish(int status);
/* The complaint about an errno value of cli_write; says nothing of a closed pipe. */
int cli_write_failed(int err);
/* Makes file descriptors 0 to 2 exist, so that no file that is read becomes one of them. */
void cli_guard_descriptors(void);
/* Sets colour and width as the options, the environment and the terminal ask for. */
void cli_terminal(struct cli *c);

/* ---- help.c, explain.c, check.c, exit.c --------------------------------------------------- */

int cli_help(const char *verb);  /* NULL: of the whole program. To stdout; an exit status */
void cli_usage(void);            /* short, to stderr */
int cli_explain(const struct cli *c);
/* The verbs check and import. */
int cli_check(const struct cli *c);
/* Is it a name of a module? Else complains. */
bool cli_is_module_name(const char *word);
/* run.c: the status of the command; a signal that ended it is in c->died_by. */
int cli_run(struct cli *c);
/* link.c */
int cli_link(struct cli *c);
/* fix.c */
int cli_fix(struct cli *c);
/* env.c */
int cli_env(struct cli *c);
/* verify.c */
int cli_verify(struct cli *c);
/* undo.c */
int cli_undo(struct cli *c);
/* The exit status that a result asks for. */
int cli_status_of(const struct cli *c, const struct dlwhy_result *r);
/* Of two exit statuses the one that counts. */
int cli_worse(int a, int b);

/* nearest.c: the name that `word` was probably meant to be, NULL if none is near. `next` gives
 * name number i, NULL behind the last. */
const char *cli_nearest(const char *word, const char *(*next)(size_t i));
/* page.c: the page of a cause without its title, which is in the catalogue; width 0: not known. false: no
 * memory. */
bool cli_put_page(FILE *f, const char *page, size_t width);
/* signals.c: the signal that came, 0 for none; and from when on it is noted instead of ending dlwhy.
 * `restart`: calls of the system that it interrupts go on. */
const volatile int *cli_stop(void);
void cli_catch_signals(bool restart);

#endif
