/* os_pause.h - a thread that does nothing for a while. */
#ifndef DLWHY_BASE_OS_PAUSE_H
#define DLWHY_BASE_OS_PAUSE_H

/* Returns after about that long. */
void os_pause(unsigned milliseconds);

#endif
