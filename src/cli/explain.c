/* explain.c - the verb `explain`: a text that tells of an error, or the catalogue of causes, in words. */
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
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
		cli_complain("'%s' is no cause; a text is explained alone: dlwhy explain FILE", word);
	return EXIT_USAGE;
}

/* Appends "  label  text" to out (size n), text broken at blanks. */
static size_t add_text(char *out, size_t used, size_t n, const char *label, const char *text)
{
	enum { COLUMNS = 66 };

	while (*text != '\0' && used < n) {
		size_t len = strlen(text), i;

		for (i = len > COLUMNS ? COLUMNS : len; i < len && i > 0 && text[i] != ' '; i--)
			;
		len = i > 0 ? i : len;
		used += (size_t)snprintf(out + used, n - used, "  %-9s %.*s\n", label, (int)len,
					 text);
		text += len;
		text += *text == ' ';
		label = "";
	}
	return used;
}

static int print_cause(const struct dlwhy_cause *cause)
{
	static const char *const severities[] = { "error", "warning", "note" };
	char text[4096], page[128];
	size_t n = sizeof(text), used;

	snprintf(page, sizeof(page), "docs/causes/%s.md", cause->code);
	used = (size_t)snprintf(text, n, "%s: %s\n", cause->code, cause->title);
	used = add_text(text, used, n, "severity", severities[cause->severity]);
	used = add_text(text, used, n, "meaning", cause->meaning);
	used = add_text(text, used, n, "never", cause->never);
	add_text(text, used, n, "more", page);
	return cli_print(text, EXIT_FINE);
}

/* ---- a text --------------------------------------------------------------------------------- */

struct text {
	const struct cli *c;
	int fd, status, err;
};

static int64_t read_bytes(void *buf, size_t n, void *user)
{
	struct text *t = user;
	ssize_t got;

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

static int explain_text(const struct cli *c, int fd, const char *name)
{
	struct text t = { c, fd, EXIT_UNANSWERED, 0 };
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

/* The causes are named, too: who came for one of them finds it. */
static int how_to_use(void)
{
	fputs("dlwhy: explain takes the text of an error: dlwhy explain build.log, or COMMAND 2>&1 | "
	      "dlwhy explain;\n       or the code of a cause: dlwhy explain missing-library "
	      "('dlwhy help explain' lists them)\n", stderr);
	return EXIT_USAGE;
}

static int not_there(const char *word, int why)
{
	const char *near = strchr(word, '/') == NULL ? cli_nearest(word, cause_code) : NULL;

	if (near != NULL)
		cli_complain("'%s' is no cause and no file; did you mean %s?", word, near);
	else
		cli_complain("cannot read %s: %s", word, strerror(why));
	return EXIT_USAGE;
}

static int explain_file(const struct cli *c, const char *word)
{
	int fd, status;

	if (strcmp(word, "-") == 0)
		return explain_text(c, STDIN_FILENO, word);
	fd = open(word, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return not_there(word, errno);
	status = explain_text(c, fd, word);
	close(fd);
	return status;
}

int cli_explain(const struct cli *c)
{
	int status = EXIT_FINE;

	if (c->nwords == 0)
		return isatty(STDIN_FILENO) ? how_to_use() : explain_text(c, STDIN_FILENO, "-");
	if (c->nwords == 1 && dlwhy_cause_find(c->words[0]) == NULL)
		return explain_file(c, c->words[0]);
	for (size_t i = 0; i < c->nwords; i++)
		if (dlwhy_cause_find(c->words[i]) == NULL)
			return not_a_code(c->words[i]);
	for (size_t i = 0; i < c->nwords && status == EXIT_FINE; i++)
		status = print_cause(dlwhy_cause_find(c->words[i]));
	return status;
}
