/* explain_look_near.c - no command is known: which files around here explain what the text tells? */
#include "verb/explain_look.h"

void look_near(struct look_case *c)
{
	(void)c;
}
