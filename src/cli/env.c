/* env.c - the verb `env`: a Python environment that is proved to work. */
#include "cli.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct env {
	const struct cli *c;
	int status, err;
};

static int on_result(const struct dlwhy_result *r, size_t index, void *user)
{
	struct env *e = user;
	int fd = STDOUT_FILENO;

	e->status = r->env != NULL && r->env->made ? EXIT_FINE : EXIT_FINDING;
	e->err = dlwhy_print_result(&e->c->print, r, index, cli_write, &fd);
	return e->err;
}

static void progress(const char *says, void *user)
{
	(void)user;
	fprintf(stderr, "dlwhy: %s\n", says);
}

static int how_to_use(void)
{
	cli_complain("env makes an environment: dlwhy env create DIR PACKAGE..., or dlwhy env create DIR "
		     "--like ENV");
	return EXIT_USAGE;
}

int cli_env(struct cli *c)
{
	struct env e = { c, EXIT_UNANSWERED, 0 };
	struct dlwhy_env_request r = { .size = sizeof(r), .like = c->like };
	struct dlwhy_error err = { 0 };
	struct dlwhy_session *s;
	enum dlwhy_code code;

	if (c->nwords < 2 || strcmp(c->words[0], "create") != 0 || (c->nwords < 3 && c->like == NULL))
		return how_to_use();
	c->words[c->nwords] = NULL;
	c->print.ntargets = 1;
	r.dir = c->words[1];
	r.packages = (const char *const *)c->words + 2;
	r.stop = cli_stop(); /* a run that is interrupted takes away what it has made */
	cli_catch_signals(false);
	r.progress = isatty(STDERR_FILENO) ? progress : NULL;
	s = dlwhy_session_new(&c->library, &err);
	if (s == NULL) {
		cli_complain("%s", err.message);
		return EXIT_UNANSWERED;
	}
	code = dlwhy_env_create(s, &r, on_result, &e, &err);
	dlwhy_session_free(s);
	if (*cli_stop() != 0)
		dlwhy_die_by(*cli_stop());
	if (e.err != 0)
		return cli_write_failed(e.err);
	if (code != DLWHY_OK) {
		cli_complain("%s", err.message);
		return code == DLWHY_E_ARGUMENT || code == DLWHY_E_UNSUPPORTED ? EXIT_USAGE
									       : EXIT_UNANSWERED;
	}
	return e.status;
}
