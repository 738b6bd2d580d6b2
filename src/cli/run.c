/* run.c - the verb `run`: runs a command and prints afterwards what there is to say. */
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

struct run {
	struct cli *c;
	int fd;      /* where the answer goes */
	int status;
};

static bool has_difference(const struct dlwhy_run *run)
{
	for (size_t i = 0; i < run->nprocesses; i++)
		if (run->processes[i]->ndifferences > 0)
			return true;
	return false;
}

/* A program that is fine costs no words. */
static bool is_silent(const struct cli *c, const struct dlwhy_result *r)
{
	return c->print.format == DLWHY_TREE && !c->print.verbose && r->error == NULL &&
	       r->run->exit_status == 0 && r->nfindings == 0 && r->nmembers == 0 &&
	       !has_difference(r->run);
}

static int on_result(const struct dlwhy_result *r, size_t index, void *user)
{
	struct run *run = user;
	int err = 0;

	signal(SIGPIPE, SIG_IGN);
	run->status = r->run->exit_status;
	if (!r->run->started)
		run->status = r->run->found ? EXIT_NO_EXEC : EXIT_NO_COMMAND;
	run->c->died_by = r->run->signal;
	if (r->run->signal != 0)
		run->status = 128 + r->run->signal;
	if (!is_silent(run->c, r))
		err = dlwhy_print_result(&run->c->print, r, index, cli_write, &run->fd);
	if (err != 0)
		cli_write_failed(err);
	return 0;
}

static int open_output(const struct cli *c)
{
	int fd;

	if (c->output == NULL)
		return STDERR_FILENO;
	fd = open(c->output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		cli_complain("cannot write %s: %s", c->output, strerror(errno));
	return fd;
}

int cli_run(struct cli *c)
{
	struct run run = { c, open_output(c), EXIT_NOT_RUN };
	struct dlwhy_error err = { 0 };
	struct dlwhy_session *s;

	if (run.fd < 0)
		return EXIT_NOT_RUN;
	c->words[c->nwords] = NULL;
	c->print.ntargets = 1;
	s = dlwhy_session_new(&c->library, &err);
	/* The command is to have what this program was given. */
	signal(SIGPIPE, c->on_pipe);
	if (s == NULL || dlwhy_run(s, c->words, on_result, &run, &err) != DLWHY_OK)
		cli_complain("%s", err.message);
	signal(SIGPIPE, SIG_IGN);
	dlwhy_session_free(s);
	if (c->output != NULL && close(run.fd) != 0)
		cli_write_failed(errno);
	return run.status;
}
