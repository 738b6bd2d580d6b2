/* launcher.c - starts the sanitized program where LD_PRELOAD and its like cannot harm it.
 *
 * Sanitizers need a dynamic program, and the loader would obey the very variables that tests set
 * for dlwhy to study. This static program stands in its place: it takes the variables away and
 * says them as --env, which means the same to `check`. The name of the real program is its own
 * with "-sanitized" behind it.
 */
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

static bool is_loaders(const char *variable)
{
	return strncmp(variable, "LD_", 3) == 0;
}

/* Where --env may stand: behind the verbs `check` and `run` or, without a verb, first. 0 if nowhere. */
static int place_of_options(int argc, char **argv)
{
	if (argc < 2)
		return 0;
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strncmp(argv[i], "--root", 6) == 0 || strcmp(argv[i], "--clear-env") == 0 ||
		    strncmp(argv[i], "--env-of", 8) == 0 || strncmp(argv[i], "--pid", 5) == 0)
			return 0; /* the environment does not count there */
	if (strcmp(argv[1], "check") == 0 || strcmp(argv[1], "run") == 0)
		return 2;
	return argv[1][strspn(argv[1], "abcdefghijklmnopqrstuvwxyz")] == '\0' ? 0 : 1;
}

int main(int argc, char **argv)
{
	static char option[] = "--env";
	char path[PATH_MAX + sizeof("-sanitized")];
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX);
	size_t nvariables = 0, nargs = 0, kept = 0;
	int place = place_of_options(argc, argv);

	while (environ[nvariables] != NULL)
		nvariables++;

	char **args = calloc((size_t)argc + 2 * nvariables + 1, sizeof(*args));
	if (n < 0 || args == NULL)
		return 126;
	memcpy(path + n, "-sanitized", sizeof("-sanitized"));

	for (int i = 0; i < argc; i++) {
		for (size_t v = 0; i == place && place != 0 && v < nvariables; v++)
			if (is_loaders(environ[v])) {
				args[nargs++] = option;
				args[nargs++] = environ[v];
			}
		args[nargs++] = argv[i];
	}
	for (size_t v = 0; v < nvariables; v++)
		if (!is_loaders(environ[v]))
			environ[kept++] = environ[v];
	environ[kept] = NULL;
	execv(path, args);
	perror(path);
	return 126;
}
