/* main.c - the program: reads the command line and hands over to a verb. */
#include "cli.h"

#include <signal.h>
#include <stdio.h>

static int print_version(void)
{
	char line[64];

	snprintf(line, sizeof(line), "dlwhy %s\n", dlwhy_version());
	return cli_print(line, EXIT_FINE);
}

static const char *verb_name(unsigned mask)
{
	const struct cli_verb *v;

	for (v = cli_verbs; v->name != NULL; v++)
		if (v->mask == mask)
			return v->name;
	return NULL;
}

/* `dlwhy explain --help` is help of that verb; so is `dlwhy check --help`, but `dlwhy --help` is
 * of the whole. */
static int print_help(const struct cli *c, int argc, char **argv)
{
	int i;

	if (c->verb == VERB_HELP)
		return cli_help(c->nwords > 0 ? c->words[0] : NULL);
	for (i = 1; i < argc && argv[i][0] == '-'; i++)
		;
	if (i < argc && cli_verb_find(argv[i]) != NULL)
		return cli_help(verb_name(c->verb));
	return cli_help(NULL);
}

static int run(struct cli *c, int argc, char **argv)
{
	if (c->seen[OPT_HELP] || c->verb == VERB_HELP)
		return print_help(c, argc, argv);
	if (c->seen[OPT_VERSION])
		return print_version();
	if (c->seen[OPT_SCHEMA])
		return cli_print(dlwhy_schema(), EXIT_FINE);
	if (c->verb == VERB_EXPLAIN)
		return cli_explain(c);
	if (c->verb == VERB_LINK)
		return cli_link(c);
	if (c->verb == VERB_FIX)
		return cli_fix(c);
	if (c->verb == VERB_ENV)
		return cli_env(c);
	if (c->verb == VERB_VERIFY)
		return cli_verify(c);
	if (c->verb == VERB_UNDO)
		return cli_undo(c);
	if (c->nwords == 0 && c->verb == VERB_RUN) {
		fputs("dlwhy: there is no command to run: dlwhy run -- COMMAND [ARGUMENT...]\n", stderr);
		return EXIT_USAGE;
	}
	if (c->nwords == 0) {
		cli_usage();
		return EXIT_USAGE;
	}
	return c->verb == VERB_RUN ? cli_run(c) : cli_check(c);
}

int main(int argc, char **argv)
{
	void (*on_pipe)(int);
	struct cli c;
	int status;

	cli_guard_descriptors();
	on_pipe = signal(SIGPIPE, SIG_IGN);
	dlwhy_guard_mappings();
	status = cli_parse(&c, argc, argv);
	c.on_pipe = on_pipe;
	if (status == 0) {
		cli_terminal(&c);
		status = run(&c, argc, argv);
	}
	cli_free(&c);
	status = cli_finish(status);
	if (c.died_by != 0)
		dlwhy_die_by(c.died_by);
	return status;
}
