/* explain.c - the verb `explain`: the catalogue of causes, in words. */
#include "cli.h"

#include <stdio.h>
#include <string.h>

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
		cli_complain("'%s' is no cause, and this version explains no messages or logs, "
			     "only causes: dlwhy explain missing-library", word);
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

/* With an error at hand but no code: what there is, and how to come from the error to it. */
static int list_causes(void)
{
	char text[8192];
	size_t n = sizeof(text), used;
	const struct dlwhy_cause *cause;

	used = (size_t)snprintf(text, n,
				"An error that you still see names a file: ask for that file, and let the "
				"real\nloader answer too: dlwhy --prove FILE. For one that a program loads: "
				"dlwhy\n--program EXE FILE. What dlwhy can find (dlwhy explain CODE tells "
				"more):\n\n");
	for (size_t i = 0; (cause = dlwhy_cause_at(i)) != NULL && used < n; i++)
		used += (size_t)snprintf(text + used, n - used, "  %-20s %s\n", cause->code,
					 cause->title);
	return cli_print(text, EXIT_FINE);
}

int cli_explain(const struct cli *c)
{
	size_t i;
	int status = EXIT_FINE;

	if (c->nwords == 0)
		return list_causes();
	for (i = 0; i < c->nwords; i++)
		if (dlwhy_cause_find(c->words[i]) == NULL)
			return not_a_code(c->words[i]);
	for (i = 0; i < c->nwords && status == EXIT_FINE; i++)
		status = print_cause(dlwhy_cause_find(c->words[i]));
	return status;
}
