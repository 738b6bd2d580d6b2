/* signals.c - Ctrl-C and the like for verbs that change something: the first is noted, so that what was
 * changed can be put back; a second one ends dlwhy at once.
 */
#include "cli.h"

#include <signal.h>

static volatile sig_atomic_t stop;

static void on_signal(int sig)
{
	stop = sig;
}

const volatile int *cli_stop(void)
{
	return &stop;
}

void cli_catch_signals(bool restart)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction act = { .sa_handler = on_signal,
				 .sa_flags = (int)SA_RESETHAND | (restart ? SA_RESTART : 0) }, old;

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			sigaction(signals[i], &act, NULL);
}
