/* explain.c - the verb `explain`: a text that tells of an error, or the catalogue of causes, in words. */
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *cause_code(size_t i)
{
	const struct dlwhy_cause *cause = dlwhy_cause_at(i);

	return cause != NULL ? cause->code : NULL;
}

static int not_a_code(const char *word)
{
	const char *near = cli_nearest(word, cause_code);

	if (near != NULL)
		cli_complain("'%s' is no cause; did you mean %s?", word, near);
	else
		cli_complain("'%s' is no cause (dlwhy explain --help lists them); a text is explained alone: "
			     "dlwhy explain FILE", word);
	return EXIT_USAGE;
}

/* ---- a cause -------------------------------------------------------------------------------- */

static int print_page(const struct cli *c, const struct dlwhy_cause *cause)
{
	static const char *const severities[] = { "error", "warning", "note" };
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);
	int status = EXIT_UNANSWERED;
	bool whole;

	if (f == NULL) {
		cli_complain("no memory");
		return status;
	}
	fprintf(f, "%s: %s (%s)\n", cause->code, cause->title, severities[cause->severity]);
	whole = cli_put_page(f, cause->page, c->print.width);
	fprintf(f, "More: docs/causes/%s.md\n", cause->code);
	if (fclose(f) == 0 && whole)
		status = cli_print(text, EXIT_FINE);
	free(text);
	return status;
}

static int print_data(const struct cli *c, const struct dlwhy_cause *cause, size_t index)
{
	const struct dlwhy_result r = { .verb = "explain", .target = cause->code, .loads = DLWHY_UNKNOWN,
					.links = DLWHY_UNKNOWN, .target_object = -1,
					.platform = { "linux", "none", NULL, NULL }, .cause = cause };
	int fd = STDOUT_FILENO, err = dlwhy_print_result(&c->print, &r, index, cli_write, &fd);

	return err != 0 ? cli_write_failed(err) : EXIT_FINE;
}

static int print_cause(const struct cli *c, const struct dlwhy_cause *cause, size_t index)
{
	int status = EXIT_FINE;

	if (c->print.format == DLWHY_JSON || c->print.format == DLWHY_JSONL)
		return print_data(c, cause, index);
	if (index > 0)
		status = cli_print("\n", EXIT_FINE);
	if (status != EXIT_FINE)
		return status;
	return c->print.format == DLWHY_MARKDOWN ? cli_print(cause->page, EXIT_FINE) : print_page(c, cause);
}

/* ---- a text --------------------------------------------------------------------------------- */

struct text {
	const struct cli *c;
	int fd, status, err;
	const char *const *words; /* of the command line, instead of a file, or NULL */
	size_t nwords, word, at;
};

/* Words of the command line, with a blank between them. */
static int64_t read_words(struct text *t, char *buf, size_t n)
{
	size_t got = 0;

	while (got < n && t->word < t->nwords) {
		char c = t->words[t->word][t->at++];

		if (c == '\0') {
			t->word++;
			t->at = 0;
			c = t->word < t->nwords ? ' ' : '\n';
		}
		buf[got++] = c;
	}
	return (int64_t)got;
}

static int64_t read_bytes(void *buf, size_t n, void *user)
{
	struct text *t = user;
	ssize_t got;

	if (t->words != NULL)
		return read_words(t, buf, n);
	do
		got = read(t->fd, buf, n);
	while (got < 0 && errno == EINTR);
	return got;
}

static int on_result(const struct dlwhy_result *r, size_t index, void *user)
{
	struct text *t = user;
	int fd = STDOUT_FILENO;

	t->status = cli_status_of(t->c, r);
	t->err = dlwhy_print_result(&t->c->print, r, index, cli_write, &fd);
	return t->err;
}

static int explain_text(struct text t, const char *name)
{
	const struct cli *c = t.c;
	struct dlwhy_error err = { 0 };
	struct dlwhy_session *s = dlwhy_session_new(&c->library, &err);
	enum dlwhy_code code;

	if (s == NULL) {
		cli_complain("%s", err.message);
		return EXIT_UNANSWERED;
	}
	code = dlwhy_explain(s, name, read_bytes, &t, on_result, &t, &err);
	dlwhy_session_free(s);
	if (t.err != 0)
		return cli_write_failed(t.err);
	if (code != DLWHY_OK) {
		cli_complain("%s", err.message);
		return EXIT_UNANSWERED;
	}
	return t.status;
}

static int how_to_use(void)
{
	cli_complain("explain takes a text, or the code of a cause: COMMAND 2>&1 | dlwhy explain, or "
		     "dlwhy explain build.log, or dlwhy explain missing-library");
	return EXIT_USAGE;
}

static int not_there(const char *word, int why)
{
	const char *near = strchr(word, '/') == NULL ? cli_nearest(word, cause_code) : NULL;

	if (near != NULL)
		cli_complain("'%s' is no cause and no file; did you mean %s?", word, near);
	else if (strpbrk(word, "/.") == NULL)
		cli_complain("'%s' is no cause and no file; dlwhy explain --help lists the causes", word);
	else
		cli_complain("cannot read %s: %s", word, strerror(why));
	return EXIT_USAGE;
}

/* Is it an error as it was printed, in place of the name of a file? Those have colons before a blank. */
static bool is_a_text(const struct cli *c)
{
	size_t blanks = c->nwords - 1;
	bool colon = false;

	for (size_t i = 0; i < c->nwords; i++) {
		const char *s = c->words[i];
		size_t n = strlen(s);

		colon = colon || strstr(s, ": ") != NULL || strchr(s, '\n') != NULL ||
			(n > 1 && s[n - 1] == ':' && i + 1 < c->nwords);
		for (; *s != '\0'; s++)
			blanks += *s == ' ' || *s == '\n';
	}
	return colon && blanks >= 2;
}

static int explain_words(const struct cli *c)
{
	return explain_text((struct text){ .c = c, .fd = -1, .status = EXIT_UNANSWERED, .words = c->words,
					   .nwords = c->nwords }, "-");
}

static int explain_fd(const struct cli *c, int fd, const char *name)
{
	return explain_text((struct text){ .c = c, .fd = fd, .status = EXIT_UNANSWERED }, name);
}

static int explain_file(const struct cli *c, const char *word)
{
	int fd, status;

	if (strcmp(word, "-") == 0)
		return explain_fd(c, STDIN_FILENO, word);
	fd = open(word, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return is_a_text(c) ? explain_words(c) : not_there(word, errno);
	status = explain_fd(c, fd, word);
	close(fd);
	return status;
}

/* A page looks at nothing and finds nothing. */
static int check_page_options(const struct cli *c)
{
	static const enum cli_option_id others[] = { OPT_NO_LOOK, OPT_FAIL_ON };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (c->seen[others[i]]) {
			cli_complain("--%s goes with a text, not with the page of a cause",
				     cli_options[others[i]].name);
			return EXIT_USAGE;
		}
	return EXIT_FINE;
}

int cli_explain(const struct cli *c)
{
	int status = EXIT_FINE;

	if (c->nwords == 0)
		return isatty(STDIN_FILENO) ? how_to_use() : explain_fd(c, STDIN_FILENO, "-");
	if (c->nwords == 1 && dlwhy_cause_find(c->words[0]) == NULL)
		return explain_file(c, c->words[0]);
	for (size_t i = 0; i < c->nwords; i++)
		if (dlwhy_cause_find(c->words[i]) == NULL)
			return is_a_text(c) ? explain_words(c) : not_a_code(c->words[i]);
	status = check_page_options(c);
	for (size_t i = 0; i < c->nwords && status == EXIT_FINE; i++)
		status = print_cause(c, dlwhy_cause_find(c->words[i]), i);
	return status;
}
