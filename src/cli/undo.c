/* undo.c - the verb `undo`: asks before anything is taken back. */
#include "cli.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct undo {
	const struct cli *c;
	int status, err;
	bool declined;
};

static int on_result(const struct dlwhy_result *r, size_t index, void *user)
{
	struct undo *u = user;
	int fd = STDOUT_FILENO;

	u->status = r->error == NULL ? EXIT_FINE : EXIT_UNANSWERED;
	if (r->error != NULL && r->error->code == DLWHY_E_ARGUMENT)
		u->status = EXIT_USAGE;
	if (u->declined)
		u->status = EXIT_FINDING;
	u->err = dlwhy_print_result(&u->c->print, r, index, cli_write, &fd);
	return u->err;
}

/* The answer as it is printed, but on standard error, so that what is piped stays the answer alone. */
static void show(const struct cli *c, const struct dlwhy_transaction *t)
{
	struct dlwhy_undo undo = { .transactions = &t, .ntransactions = 1, .list = true };
	struct dlwhy_result r = { .verb = "undo", .target = t->id, .undo = &undo, .loads = DLWHY_UNKNOWN,
				  .links = DLWHY_UNKNOWN, .target_object = -1 };
	struct dlwhy_print print = c->print;
	int fd = STDERR_FILENO;

	print.format = DLWHY_TREE;
	(void)dlwhy_print_result(&print, &r, 0, cli_write, &fd);
}

static bool ask(const struct dlwhy_transaction *t, void *user)
{
	struct undo *u = user;
	char answer[16] = "";

	show(u->c, t);
	fputs("Undo it? [y/N] ", stderr);
	fflush(stderr);
	if (fgets(answer, sizeof(answer), stdin) == NULL)
		fputc('\n', stderr);
	u->declined = answer[0] != 'y' && answer[0] != 'Y';
	return !u->declined;
}

static int may_undo(const struct cli *c, struct undo *u, struct dlwhy_undo_request *r)
{
	if (c->seen[OPT_LIST] && c->seen[OPT_YES]) {
		cli_complain("--list and --yes do not go together");
		return EXIT_USAGE;
	}
	if (c->nwords > 1) {
		cli_complain("undo takes the number of one transaction; dlwhy undo --list shows them");
		return EXIT_USAGE;
	}
	if (c->print.format == DLWHY_MARKDOWN) {
		cli_complain("what was changed is printed as tree, json or jsonl");
		return EXIT_USAGE;
	}
	r->id = c->nwords == 1 ? c->words[0] : NULL;
	r->list = c->seen[OPT_LIST];
	r->apply = !r->list;
	if (r->list || c->seen[OPT_YES])
		return 0;
	if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO)) {
		cli_complain("nobody can be asked here: add --yes to have it undone, or --list to see "
			     "what was changed");
		return EXIT_USAGE;
	}
	r->confirm = ask;
	r->confirm_user = u;
	return 0;
}

int cli_undo(struct cli *c)
{
	struct undo u = { .c = c, .status = EXIT_UNANSWERED };
	struct dlwhy_undo_request r = { .size = sizeof(r) };
	struct dlwhy_error err = { 0 };
	struct dlwhy_session *s;
	enum dlwhy_code code;
	int status = may_undo(c, &u, &r);

	if (status != 0)
		return status;
	c->print.ntargets = 1;
	s = dlwhy_session_new(&c->library, &err);
	code = s != NULL ? dlwhy_undo(s, &r, on_result, &u, &err) : err.code;
	dlwhy_session_free(s);
	if (u.err != 0)
		return cli_write_failed(u.err);
	if (code != DLWHY_OK) {
		cli_complain("%s", err.message);
		return EXIT_UNANSWERED;
	}
	return u.status;
}
