/* bare.c - a program that links nothing but libc and asks the real loader about files.
 *
 *     bare FILE...     dlopen(FILE, RTLD_NOW), each in a child of its own
 *     bare -           the same for NUL-ended names read from standard input
 *
 * Every file gets one line of JSON:
 *     {"file": F, "ok": true, "error": null, "signal": 0, "exit": 0, "stderr": ""}
 * "error" is the text of dlerror(). A child that dies before it could report has "ok" false, "error"
 * null and its signal or exit status; "stderr" is what it printed there (at most 64 KiB), which is
 * how an assertion of the loader shows. Bytes from 0x80 on are written as \u00XX.
 *
 * A child is as fresh as the process itself, because the parent opens nothing. That makes thousands
 * of questions cheap and keeps a SIGBUS in one of them from ending the others.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TEXT_MAX = 65536, SECONDS = 60 };

/* What the child tells through its pipe: one byte of these, then the text of dlerror(). */
enum { SAYS_OPENED = 'o', SAYS_REFUSED = 'r', SAYS_REFUSED_WITHOUT_TEXT = 'n' };

static void put_json(const char *s, size_t n)
{
	putchar('"');
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < 0x20 || c >= 0x7f)
			printf("\\u%04x", c);
		else
			putchar(c);
	}
	putchar('"');
}

/* Reads until the end of file; what does not fit is thrown away so that the writer never blocks. */
static size_t drain(int fd, char *out, size_t cap)
{
	char waste[4096];
	size_t n = 0;

	for (;;) {
		ssize_t r = n < cap ? read(fd, out + n, cap - n) : read(fd, waste, sizeof waste);

		if (r <= 0)
			return n;
		if (n < cap)
			n += (size_t)r;
	}
}

static void say(int fd, char what, const char *text)
{
	size_t n = text ? strlen(text) : 0;

	if (write(fd, &what, 1) == 1 && n)
		(void)!write(fd, text, n);
}

/* Standard error goes to a file and not to a pipe: a constructor may leave a child behind that
 * holds its end open for ever. */
static _Noreturn void child(const char *file, int report, int err)
{
	int null = open("/dev/null", O_RDWR);

	dup2(null, 0);
	dup2(null, 1);
	dup2(err, 2);
	close(null);
	close(err);
	alarm(SECONDS);

	void *h = dlopen(file, RTLD_NOW);
	const char *text = h ? NULL : dlerror();

	say(report, h ? SAYS_OPENED : text ? SAYS_REFUSED : SAYS_REFUSED_WITHOUT_TEXT, text);
	_exit(0);
}

static void put_result(const char *file, const char *said, size_t n, int status, const char *err,
		       size_t nerr)
{
	printf("{\"file\": ");
	put_json(file, strlen(file));
	printf(", \"ok\": %s, \"error\": ", n && said[0] == SAYS_OPENED ? "true" : "false");
	if (n && said[0] == SAYS_REFUSED)
		put_json(said + 1, n - 1);
	else
		printf("null");
	printf(", \"signal\": %d, \"exit\": %d, \"stderr\": ", WIFSIGNALED(status) ? WTERMSIG(status) : 0,
	       WIFEXITED(status) ? WEXITSTATUS(status) : 0);
	put_json(err, nerr);
	printf("}\n");
	fflush(stdout);
}

static void ask(const char *file, int err)
{
	static char said[TEXT_MAX], printed[TEXT_MAX];
	int pipes[2], status = 0;

	if (ftruncate(err, 0) || lseek(err, 0, SEEK_SET) || pipe2(pipes, O_CLOEXEC)) {
		perror("bare");
		exit(2);
	}
	pid_t pid = fork();

	if (pid < 0) {
		perror("bare: fork");
		exit(2);
	}
	if (pid == 0) {
		close(pipes[0]);
		child(file, pipes[1], err);
	}
	close(pipes[1]);
	waitpid(pid, &status, 0);
	/* The child is gone; whatever it wrote is in the pipe, and nobody may be waited for. */
	fcntl(pipes[0], F_SETFL, O_NONBLOCK);
	size_t n = drain(pipes[0], said, sizeof said);
	ssize_t nerr = pread(err, printed, sizeof printed, 0);

	close(pipes[0]);
	put_result(file, said, n, status, printed, nerr > 0 ? (size_t)nerr : 0);
}

int main(int argc, char **argv)
{
	char *line = NULL;
	size_t cap = 0;
	int err = memfd_create("stderr", MFD_CLOEXEC);

	if (err < 0) {
		perror("bare");
		return 2;
	}
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "-") != 0)
			ask(argv[i], err);
		else
			while (getdelim(&line, &cap, 0, stdin) > 0)
				ask(line, err);
	}
	free(line);
	return 0;
}
