/* os_pause.c - see os_pause.h. */
#include "base/os_pause.h"

#include <time.h>

void os_pause(unsigned milliseconds)
{
	struct timespec t;

	t.tv_sec = milliseconds / 1000;
	t.tv_nsec = (long)(milliseconds % 1000) * 1000000;
	(void)nanosleep(&t, NULL);
}
