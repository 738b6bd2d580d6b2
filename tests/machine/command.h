/* command.h - the output of a program of this machine, for tests that compare with the real one. */
#ifndef DLWHY_TESTS_MACHINE_COMMAND_H
#define DLWHY_TESTS_MACHINE_COMMAND_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a shell command prints, malloc'ed and NUL-ended; NULL if it cannot be run. *status: as
 * pclose(3) gives it. */
static inline char *command_output(const char *command, int *status)
{
	enum { MAX = 1 << 20 };
	char *text = calloc(1, MAX + 1);
	FILE *pipe = popen(command, "r");
	size_t n = 0, got;

	if (text == NULL || pipe == NULL) {
		free(text);
		return NULL;
	}
	while (n < MAX && (got = fread(text + n, 1, MAX - n, pipe)) > 0)
		n += got;
	*status = pclose(pipe);
	return text;
}

#endif
