/* check.c - the verbs `check` and `import`: ask the library about each target and print what it says. */
#include "cli.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct check {
	const struct cli *c;
	size_t done;                       /* results printed */
	size_t fine, failing, unanswered;  /* of these */
	int status, err;                   /* err: of the first write that failed */
};

/* A program may start and fail at its first call of a function. */
static bool has_error(const struct dlwhy_result *r)
{
	size_t i;

	for (i = 0; i < r->nfindings; i++)
		if (r->findings[i]->severity == DLWHY_ERROR)
			return true;
	return false;
}

static int on_result(const struct dlwhy_result *r, size_t index, void *user)
{
	struct check *check = user;
	int fd = STDOUT_FILENO;

	check->status = cli_worse(check->status, cli_status_of(check->c, r));
	check->err = dlwhy_print_result(&check->c->print, r, index, cli_write, &fd);
	check->done = index + 1;
	if (r->error != NULL || r->loads == DLWHY_UNKNOWN)
		check->unanswered++;
	else if (r->loads == DLWHY_YES && !has_error(r))
		check->fine++;
	else
		check->failing++;
	return check->err;
}

/* Targets that were never reached get an answer, too, so that the document is complete. */
static void answer_rest(struct check *check, const struct dlwhy_error *error)
{
	while (check->err == 0 && check->done < check->c->nwords) {
		struct dlwhy_result r = {
			.verb = check->c->verb == VERB_IMPORT ? "import" : "check",
			.target = check->c->words[check->done],
			.platform = { "linux", "glibc", NULL, NULL },
			.loads = DLWHY_UNKNOWN,
			.error = error,
			.target_object = -1,
		};

		on_result(&r, check->done, check);
	}
}

static int summary(const struct check *check)
{
	char line[200], more[64] = "";

	if (check->c->print.format != DLWHY_TREE || check->c->nwords < 2)
		return check->status;
	if (check->unanswered > 0)
		snprintf(more, sizeof(more), ", %zu not analysed", check->unanswered);
	snprintf(line, sizeof(line), "\n%zu %s: %zu fine, %zu failing%s.\n", check->c->nwords,
		 check->c->verb == VERB_IMPORT ? "modules" : "files", check->fine, check->failing, more);
	return cli_print(line, check->status);
}

/* Letters, digits and '_', no digit first: as the import statement wants it. Which letters there are
 * beyond ASCII is left to Python. */
static bool is_part_of_name(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80 ||
		      (i > 0 && c >= '0' && c <= '9')))
			return false;
	}
	return n > 0;
}

/* A name of a module, and no path of its file. */
bool cli_is_module_name(const char *word)
{
	size_t n = strlen(word);
	bool good = n <= 3 || strcmp(word + n - 3, ".py") != 0;

	for (const char *p = word; good;) {
		size_t part = strcspn(p, ".");

		good = is_part_of_name(p, part);
		if (p[part] == '\0')
			break;
		p += part + 1;
	}
	if (!good && strchr(word, ',') != NULL)
		cli_complain("'%s' is no name of a module; several are several words: dlwhy import json os",
			     word);
	else if (!good)
		cli_complain("'%s' is no name of a module: dlwhy import numpy.linalg", word);
	return good;
}

/* The process ends: what it holds goes with it, faster than piece by piece. Still reachable for those who
 * look for leaks. */
static struct dlwhy_session *volatile kept;

int cli_check(const struct cli *c)
{
	struct check check = { .c = c };
	struct dlwhy_error err = { 0 };
	struct dlwhy_session *s;
	enum dlwhy_code code;

	for (size_t i = 0; i < c->nwords; i++)
		if (*c->words[i] == '\0') {
			cli_complain("the name of a %s is empty",
				     c->verb == VERB_IMPORT ? "module" : "file");
			return EXIT_USAGE;
		}
	for (size_t i = 0; i < c->nwords && c->verb == VERB_IMPORT; i++)
		if (!cli_is_module_name(c->words[i]))
			return EXIT_USAGE;
	if (c->library.after != NULL && !cli_is_module_name(c->library.after))
		return EXIT_USAGE;
	s = dlwhy_session_new(&c->library, &err);
	if (s == NULL) {
		cli_complain("%s", err.message);
		return err.code == DLWHY_E_ARGUMENT || err.code == DLWHY_E_UNSUPPORTED ?
			       EXIT_USAGE :
			       EXIT_UNANSWERED;
	}
	if (c->verb == VERB_IMPORT)
		code = dlwhy_import(s, c->words, c->nwords, on_result, &check, &err);
	else
		code = dlwhy_check(s, c->words, c->nwords, on_result, &check, &err);
	kept = s;
	if (check.done == 0 && code == DLWHY_E_ARGUMENT) {
		cli_complain("%s", err.message);
		return EXIT_USAGE;
	}
	if (check.err == 0 && code != DLWHY_OK)
		answer_rest(&check, &err);
	if (check.err != 0)
		return cli_write_failed(check.err);
	return summary(&check);
}
