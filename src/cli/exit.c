/* exit.c - what the program exits with. */
#include "cli.h"

#include <string.h>

enum { MEMBER_DEPTH = 4 };

int cli_worse(int a, int b)
{
	return a > b ? a : b;
}

/* Of other questions than `link` the field says nothing. */
static enum dlwhy_answer links(const struct dlwhy_result *r)
{
	return strcmp(r->question != NULL ? r->question : r->verb, "link") == 0 ? r->links : DLWHY_UNKNOWN;
}

/* `level` bounds packages in packages. */
static int status_of(const struct cli *c, const struct dlwhy_result *r, unsigned level)
{
	/* A text, and what is installed, say nothing of what would load here. */
	bool known = r->loads != DLWHY_UNKNOWN || r->told != NULL || r->verify != NULL ||
		     links(r) != DLWHY_UNKNOWN;
	bool answered = r->error == NULL && known;
	int status = answered ? EXIT_FINE : EXIT_UNANSWERED;
	size_t i;

	for (i = 0; i < r->nfindings; i++)
		if (c->fail_on != DLWHY_NOTE && r->findings[i]->severity <= c->fail_on)
			status = cli_worse(status, EXIT_FINDING);
	/* A verdict counts even if nobody has said why. */
	if ((r->loads == DLWHY_NO || links(r) == DLWHY_NO) && c->fail_on != DLWHY_NOTE)
		status = cli_worse(status, EXIT_FINDING);
	for (i = 0; i < r->nmembers && level < MEMBER_DEPTH; i++)
		status = cli_worse(status, status_of(c, r->members[i], level + 1));
	return status;
}

int cli_status_of(const struct cli *c, const struct dlwhy_result *r)
{
	return status_of(c, r, 0);
}
