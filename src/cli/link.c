/* link.c - the verb `link`: why a compiler or linker command, or a Go package, does not link. */
#include "cli.h"

#include <stdio.h>
#include <unistd.h>

struct answer {
	const struct cli *c;
	int status, err;
};

static int on_result(const struct dlwhy_result *r, size_t index, void *user)
{
	struct answer *a = user;
	int fd = STDOUT_FILENO;

	a->status = cli_status_of(a->c, r);
	a->err = dlwhy_print_result(&a->c->print, r, index, cli_write, &fd);
	return a->err;
}

int cli_link(struct cli *c)
{
	struct answer a = { c, EXIT_UNANSWERED, 0 };
	struct dlwhy_error err = { 0 };
	struct dlwhy_session *s;
	enum dlwhy_code code;

	if (c->nwords == 0 && c->go_package == NULL) {
		cli_complain("there is no command to judge: dlwhy link -- gcc main.o -lfoo "
			     "(or --go PACKAGE)");
		return EXIT_USAGE;
	}
	c->words[c->nwords] = NULL;
	c->print.ntargets = 1;
	s = dlwhy_session_new(&c->library, &err);
	if (s == NULL) {
		cli_complain("%s", err.message);
		return EXIT_UNANSWERED;
	}
	if (c->go_package != NULL)
		code = dlwhy_link_go(s, c->go_package, c->words, on_result, &a, &err);
	else
		code = dlwhy_link(s, c->words, on_result, &a, &err);
	dlwhy_session_free(s);
	if (a.err != 0)
		return cli_write_failed(a.err);
	if (code != DLWHY_OK) {
		cli_complain("%s", err.message);
		return code == DLWHY_E_ARGUMENT ? EXIT_USAGE : EXIT_UNANSWERED;
	}
	return a.status;
}
