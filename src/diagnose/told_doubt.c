/* told_doubt.c - what looks like an error and is none: a build that ended well, prose about an error. */
#include <string.h>

#include "diagnose/told_case.h"

void told_doubt(struct told_case *c)
{
	(void)c;
}
