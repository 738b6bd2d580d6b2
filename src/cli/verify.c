/* verify.c - the verb `verify`: are the packages of a place as they were installed? */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct verify {
	const struct cli *c;
	size_t done;
	int status, err;
	bool shown; /* a line of progress stands on the terminal */
};

/* ---- progress on a terminal ------------------------------------------------------------------------ */

static void wipe(struct verify *v)
{
	if (v->shown)
		fputs("\r\033[K", stderr);
	v->shown = false;
}

static void show_progress(const struct dlwhy_progress *p, void *user)
{
	struct verify *v = user;

	if (p->files >= p->nfiles) {
		wipe(v);
		return;
	}
	if (p->nbytes > 0)
		fprintf(stderr, "\r\033[K%llu of %llu files, %.1f of %.1f GB", (unsigned long long)p->files,
			(unsigned long long)p->nfiles, (double)p->bytes / 1e9, (double)p->nbytes / 1e9);
	else
		fprintf(stderr, "\r\033[K%llu of %llu files, %.1f GB", (unsigned long long)p->files,
			(unsigned long long)p->nfiles, (double)p->bytes / 1e9);
	fflush(stderr);
	v->shown = true;
}

/* ---- answers --------------------------------------------------------------------------------------- */

static int on_result(const struct dlwhy_result *r, size_t index, void *user)
{
	struct verify *v = user;
	int fd = STDOUT_FILENO;

	wipe(v);
	v->status = cli_worse(v->status, cli_status_of(v->c, r));
	v->err = dlwhy_print_result(&v->c->print, r, index, cli_write, &fd);
	v->done = index + 1;
	return v->err;
}

/* The environment that is active in this shell; NULL. */
static const char *active(void)
{
	static const char *const names[] = { "VIRTUAL_ENV", "CONDA_PREFIX" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const char *value = getenv(names[i]);

		if (value != NULL && *value != '\0')
			return value;
	}
	return NULL;
}

int cli_verify(struct cli *c)
{
	struct verify v = { .c = c, .status = EXIT_FINE };
	struct dlwhy_error err = { 0 };
	struct dlwhy_session *s;
	enum dlwhy_code code;

	if (c->nwords == 0) {
		c->words[0] = c->seen[OPT_ROOT] ? "/" : active();
		if (c->words[0] == NULL) {
			cli_complain("no environment is active: name one (dlwhy verify .venv), a folder of "
				     "packages, a "
				     "wheel, or / for the system");
			return EXIT_USAGE;
		}
		c->nwords = c->print.ntargets = 1;
	}
	if (isatty(STDERR_FILENO)) {
		c->library.progress = show_progress;
		c->library.progress_user = &v;
	}
	s = dlwhy_session_new(&c->library, &err);
	if (s == NULL) {
		cli_complain("%s", err.message);
		return err.code == DLWHY_E_ARGUMENT ? EXIT_USAGE : EXIT_UNANSWERED;
	}
	code = dlwhy_verify(s, c->words, c->nwords, on_result, &v, &err);
	wipe(&v);
	dlwhy_session_free(s);
	if (v.err != 0)
		return cli_write_failed(v.err);
	if (code != DLWHY_OK) {
		cli_complain("%s", err.message);
		return code == DLWHY_E_ARGUMENT ? EXIT_USAGE : EXIT_UNANSWERED;
	}
	return v.status;
}
