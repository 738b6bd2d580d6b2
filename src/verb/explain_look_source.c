/* explain_look_source.c - which source or header is it about? */
#include "verb/explain_look_near.h"

void near_source(struct look_case *c, const struct near_files *files)
{
	(void)c;
	(void)files;
}
