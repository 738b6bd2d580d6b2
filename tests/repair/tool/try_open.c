/* try_open.c - what the real loader says of libraries: each is opened in a child of its own.
 *
 *   try-open HOST FILE...
 *
 * HOST is opened before and for all to see: libpython, for modules of Python ("" for none). A line for each FILE: the exit of its child ("0", "1" refused, "s11" killed by a signal), a tab, and what dlerror
 * said. What constructors print goes nowhere.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECONDS 60

static void try_open(const char *file, int out)
{
	const char *why;
	int null = open("/dev/null", O_RDWR);

	dup2(null, 0);
	dup2(null, 1);
	dup2(null, 2);
	alarm(SECONDS);
	if (dlopen(file, RTLD_NOW) != NULL)
		_exit(0);
	why = dlerror();
	if (why == NULL || write(out, why, strlen(why)) < 0)
		_exit(2);
	_exit(1);
}

int main(int argc, char **argv)
{
	if (argc > 1 && argv[1][0] != '\0' && dlopen(argv[1], RTLD_NOW | RTLD_GLOBAL) == NULL)
		return 2;
	for (int i = 2; i < argc; i++) {
		char why[8192];
		size_t n = 0;
		int status, ends[2];
		ssize_t k;
		pid_t child;

		if (pipe(ends) != 0 || (child = fork()) < 0)
			return 2;
		if (child == 0)
			try_open(argv[i], ends[1]);
		close(ends[1]);
		while (n < sizeof(why) - 1 && (k = read(ends[0], why + n, sizeof(why) - 1 - n)) > 0)
			n += (size_t)k;
		why[n] = '\0';
		close(ends[0]);
		if (waitpid(child, &status, 0) != child)
			return 2;
		for (char *p = why; *p != '\0'; p++)
			if (*p == '\n' || *p == '\t')
				*p = ' ';
		if (WIFSIGNALED(status))
			printf("s%d\t%s\n", WTERMSIG(status), why);
		else
			printf("%d\t%s\n", WEXITSTATUS(status), why);
		fflush(stdout);
	}
	return 0;
}
