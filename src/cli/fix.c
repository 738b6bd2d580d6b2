/* fix.c - the verb `fix`: plans that make something work, and one of them done. */
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct fix {
	const struct cli *c;
	int fd; /* of a text, -1 */
	int status, err;
};

static int64_t read_bytes(void *buf, size_t n, void *user)
{
	const struct fix *f = user;
	ssize_t got;

	do
		got = read(f->fd, buf, n);
	while (got < 0 && errno == EINTR);
	return got;
}

/* What a repair came to counts, not what was wrong before. */
static int on_result(const struct dlwhy_result *r, size_t index, void *user)
{
	struct fix *f = user;
	int fd = STDOUT_FILENO;

	f->status = cli_status_of(f->c, r);
	if (r->applied != NULL && r->error == NULL && (r->nplans > 0 || f->status != EXIT_FINE))
		f->status = r->applied->works ? EXIT_FINE : EXIT_FINDING;
	f->err = dlwhy_print_result(&f->c->print, r, index, cli_write, &fd);
	return f->err;
}

/* ---- which target ---------------------------------------------------------------------------------- */

static int how_to_use(void)
{
	cli_complain("fix takes one target: dlwhy fix ./libfoo.so, dlwhy fix import numpy, "
		     "or an error text: COMMAND 2>&1 | dlwhy fix -");
	return EXIT_USAGE;
}

static bool names_a_library(const char *word)
{
	const char *base = strrchr(word, '/'), *so;

	so = strstr(base != NULL ? base + 1 : word, ".so");
	return so != NULL && (so[3] == '\0' || so[3] == '.');
}

/* Is it a text that tells of something, rather than a file that is loaded or started? *fd is open then. */
static bool is_text(const char *word, int *fd)
{
	char head[4096];
	ssize_t n;

	if (names_a_library(word))
		return false;
	*fd = open(word, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	n = *fd >= 0 ? pread(*fd, head, sizeof(head), 0) : -1;
	if (n > 0 && memchr(head, '\0', (size_t)n) == NULL && memchr(head, '\n', (size_t)n) != NULL &&
	    !(n > 2 && head[0] == '#' && head[1] == '!') && head[0] != '\177')
		return true;
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	return false;
}

/* 0, or an exit status after a complaint. */
static int choose(const struct cli *c, struct fix *f, struct dlwhy_fix_request *r)
{
	if (c->nwords == 2 && strcmp(c->words[0], "import") == 0) {
		r->kind = DLWHY_FIX_MODULE;
		r->target = c->words[1];
		return cli_is_module_name(r->target) ? 0 : EXIT_USAGE;
	}
	if (c->nwords >= 1 && strcmp(c->words[0], "link") == 0 && (c->go_package != NULL || c->nwords > 1)) {
		c->words[c->nwords] = NULL;
		r->kind = c->go_package != NULL ? DLWHY_FIX_GO : DLWHY_FIX_LINK;
		r->target = c->go_package != NULL ? c->go_package : c->words[1];
		r->args = c->words + 1;
		return 0;
	}
	if (c->go_package != NULL) {
		cli_complain("--go goes with link: dlwhy fix link --go PACKAGE");
		return EXIT_USAGE;
	}
	if (c->nwords != 1 || *c->words[0] == '\0' || strcmp(c->words[0], "import") == 0 ||
	    strcmp(c->words[0], "link") == 0)
		return how_to_use();
	r->target = c->words[0];
	if (strcmp(r->target, "-") == 0)
		f->fd = STDIN_FILENO;
	if (f->fd >= 0 || is_text(r->target, &f->fd)) {
		r->kind = DLWHY_FIX_TEXT;
		r->read = read_bytes;
		r->read_user = f;
	}
	return 0;
}

/* From here on files change: the first signal has them put back, and what a second one leaves is put back by
 * the next run. */
static bool agree(const struct dlwhy_plan *p, void *user)
{
	(void)p;
	(void)user;
	cli_catch_signals(true);
	return true;
}

/* ---- may it be done? ------------------------------------------------------------------------------- */

static void show(const struct dlwhy_plan *p)
{
	fprintf(stderr, "Plan %d: %s\n", p->n, p->says);
	for (size_t i = 0; i < p->nfiles; i++)
		fprintf(stderr, "  changes %s\n", p->files[i]);
	for (size_t i = 0; i < p->nnotes; i++)
		fprintf(stderr, "  %s\n", p->notes[i]);
	fputs("Do it? [y/N] ", stderr);
	fflush(stderr);
}

static bool ask(const struct dlwhy_plan *p, void *user)
{
	char answer[16] = "";

	(void)user;
	show(p);
	if (fgets(answer, sizeof(answer), stdin) == NULL)
		fputc('\n', stderr);
	return (answer[0] == 'y' || answer[0] == 'Y') && agree(p, user);
}

static int may_apply(const struct cli *c, const struct fix *f, struct dlwhy_fix_request *r)
{
	if (!c->seen[OPT_APPLY]) {
		if (!c->seen[OPT_YES])
			return 0;
		cli_complain("--yes goes with --apply");
		return EXIT_USAGE;
	}
	r->apply = c->apply > 0 ? (int)c->apply : 1;
	r->command = c->argv;
	r->confirm = agree;
	r->stop = cli_stop();
	if (c->seen[OPT_YES])
		return 0;
	if (f->fd != STDIN_FILENO && isatty(STDIN_FILENO) && isatty(STDERR_FILENO)) {
		r->confirm = ask;
		return 0;
	}
	cli_complain("nobody can be asked here: add --yes to have plan %d done", r->apply);
	return EXIT_USAGE;
}

static int run(struct cli *c, struct fix *f, const struct dlwhy_fix_request *r)
{
	struct dlwhy_error err = { 0 };
	struct dlwhy_session *s = dlwhy_session_new(&c->library, &err);
	enum dlwhy_code code;

	if (s == NULL) {
		cli_complain("%s", err.message);
		return err.code == DLWHY_E_ARGUMENT || err.code == DLWHY_E_UNSUPPORTED ? EXIT_USAGE
										       : EXIT_UNANSWERED;
	}
	code = dlwhy_fix(s, r, on_result, f, &err);
	dlwhy_session_free(s);
	if (*cli_stop() != 0)
		dlwhy_die_by(*cli_stop());
	if (f->err != 0)
		return cli_write_failed(f->err);
	if (code != DLWHY_OK) {
		cli_complain("%s", err.message);
		return code == DLWHY_E_ARGUMENT || code == DLWHY_E_UNSUPPORTED ? EXIT_USAGE
									       : EXIT_UNANSWERED;
	}
	return f->status;
}

int cli_fix(struct cli *c)
{
	struct fix f = { .c = c, .fd = -1, .status = EXIT_UNANSWERED };
	struct dlwhy_fix_request r = { .size = sizeof(r), .kind = DLWHY_FIX_FILE, .wheels = c->wheels };
	int status = choose(c, &f, &r);

	c->print.ntargets = 1;
	if (c->print.format == DLWHY_MARKDOWN && status == 0) {
		cli_complain("plans are printed as tree, json or jsonl");
		status = EXIT_USAGE;
	}
	if (status == 0)
		status = may_apply(c, &f, &r);
	if (status == 0)
		status = run(c, &f, &r);
	if (f.fd > STDIN_FILENO)
		close(f.fd);
	return status;
}
