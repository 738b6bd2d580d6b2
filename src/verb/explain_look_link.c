/* explain_look_link.c - a command of the text that does not link: is it so here, and why? */
#include "verb/explain_look.h"

void look_at_link(struct look_case *c)
{
	(void)c;
}
