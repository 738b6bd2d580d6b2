/* bare.c - a program that links nothing but libc and asks the real loader about files.
 *
 *     bare FILE...     dlopen(FILE, RTLD_NOW), each in a child of its own
 *     bare -           the same for NUL-ended names read from standard input
 *     bare +           the same, but a letter before each name says what to do with it: 'T' as above;
 *                      'G', 'L', 'g', 'l' open it for good, in this process, with RTLD_GLOBAL or
 *                      RTLD_LOCAL, RTLD_NOW (capital) or RTLD_LAZY; 'C' change to that folder;
 *                      'X' forget the last one that was opened (dlclose)
 *
 * Every file gets one line of JSON:
 *     {"file": F, "ok": true, "error": null, "objects": ["/lib/…/libm.so.6"], "signal": 0, "exit": 0,
 *      "stderr": ""}
 * "error" is the text of dlerror(), "objects" what was loaded that was not there before, in the
 * loader's order. A child that dies before it could report has "ok" false, "error" null and its
 * signal or exit status; "stderr" is what it printed there (at most 64 KiB), which is how an
 * assertion of the loader shows. Bytes from 0x80 on are written as \u00XX.
 *
 * A child is as fresh as the process itself, because the parent opens nothing. That makes thousands
 * of questions cheap and keeps a SIGBUS in one of them from ending the others.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TEXT_MAX = 65536, REPORT_MAX = 1 << 20, SECONDS = 60 };

/* What the child reports: one byte of these, then the text of dlerror() or the NUL-ended names. */
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

static void say(int fd, const char *bytes, size_t n)
{
	(void)!write(fd, bytes, n);
}

struct walk {
	int fd;           /* -1: only count */
	size_t seen, old; /* the first `old` objects were there before */
};

static int on_object(struct dl_phdr_info *info, size_t size, void *ctx)
{
	struct walk *w = ctx;

	(void)size;
	if (w->seen++ >= w->old && w->fd >= 0)
		say(w->fd, info->dlpi_name, strlen(info->dlpi_name) + 1);
	return 0;
}

static void open_and_say(const char *file, int report)
{
	struct walk before = { -1, 0, 0 };

	dl_iterate_phdr(on_object, &before);
	if (dlopen(file, RTLD_NOW)) {
		struct walk after = { report, 0, before.seen };

		say(report, (char[]){ SAYS_OPENED }, 1);
		dl_iterate_phdr(on_object, &after);
		return;
	}
	const char *text = dlerror();

	say(report, (char[]){ text ? SAYS_REFUSED : SAYS_REFUSED_WITHOUT_TEXT }, 1);
	if (text)
		say(report, text, strlen(text));
}

static _Noreturn void child(const char *file, int report, int err)
{
	int null = open("/dev/null", O_RDWR);

	dup2(null, 0);
	dup2(null, 1);
	dup2(err, 2);
	close(null);
	close(err);
	alarm(SECONDS);
	open_and_say(file, report);
	_exit(0);
}

static void put_objects(const char *p, const char *end)
{
	const char *comma = "";

	printf(", \"objects\": [");
	while (p < end) {
		size_t n = strnlen(p, (size_t)(end - p));

		printf("%s", comma);
		put_json(p, n);
		comma = ", ";
		p += n + 1;
	}
	putchar(']');
}

static void put_result(const char *file, const char *said, size_t n, int status, const char *err,
		       size_t nerr)
{
	char what = n ? said[0] : '\0';

	printf("{\"file\": ");
	put_json(file, strlen(file));
	printf(", \"ok\": %s, \"error\": ", what == SAYS_OPENED ? "true" : "false");
	if (what == SAYS_REFUSED)
		put_json(said + 1, n - 1);
	else
		printf("null");
	if (what == SAYS_OPENED)
		put_objects(said + 1, said + n);
	else
		printf(", \"objects\": []");
	printf(", \"signal\": %d, \"exit\": %d, \"stderr\": ", WIFSIGNALED(status) ? WTERMSIG(status) : 0,
	       WIFEXITED(status) ? WEXITSTATUS(status) : 0);
	put_json(err, nerr);
	printf("}\n");
	fflush(stdout);
}

/* One record of `bare +`. */
static void *last;

static void open_for_good(char what, const char *file)
{
	const char *text = NULL;

	if (what == 'C') {
		if (chdir(file))
			text = "chdir";
	} else if (what == 'X') {
		text = last && dlclose(last) == 0 ? NULL : "dlclose";
		last = NULL;
	} else {
		int when = what == 'G' || what == 'L' ? RTLD_NOW : RTLD_LAZY;
		int where = what == 'G' || what == 'g' ? RTLD_GLOBAL : RTLD_LOCAL;

		last = dlopen(file, when | where);
		if (!last)
			text = dlerror();
	}
	char said = text ? SAYS_REFUSED : SAYS_OPENED;

	printf("{\"file\": ");
	put_json(file, strlen(file));
	printf(", \"ok\": %s, \"error\": ", said == SAYS_OPENED ? "true" : "false");
	if (text)
		put_json(text, strlen(text));
	else
		printf("null");
	printf(", \"objects\": [], \"signal\": 0, \"exit\": 0, \"stderr\": \"\"}\n");
	fflush(stdout);
}

static size_t read_all(int fd, char *out, size_t cap)
{
	ssize_t n = pread(fd, out, cap, 0);

	return n > 0 ? (size_t)n : 0;
}

/* Both reports go to files and not to pipes: a constructor may leave a child behind that holds its
 * end open for ever, and nothing here can block on a full one. */
static void ask(const char *file, const int fds[2])
{
	static char said[REPORT_MAX], printed[TEXT_MAX];
	int status = 0;

	for (int i = 0; i < 2; i++)
		if (ftruncate(fds[i], 0) || lseek(fds[i], 0, SEEK_SET))
			exit(2);
	pid_t pid = fork();

	if (pid < 0) {
		perror("bare: fork");
		exit(2);
	}
	if (pid == 0)
		child(file, fds[0], fds[1]);
	waitpid(pid, &status, 0);
	size_t n = read_all(fds[0], said, sizeof said);
	size_t nerr = read_all(fds[1], printed, sizeof printed);

	put_result(file, said, n, status, printed, nerr);
}

/* Not memfd_create(): glibc has it since 2.27, and this runs on older ones too. */
static int memory_file(const char *name)
{
	return (int)syscall(SYS_memfd_create, name, 1u /* MFD_CLOEXEC */);
}

int main(int argc, char **argv)
{
	char *line = NULL;
	size_t cap = 0;
	int fds[2] = { memory_file("report"), memory_file("stderr") };

	if (fds[0] < 0 || fds[1] < 0) {
		perror("bare: memory file");
		return 2;
	}
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "+") == 0)
			while (getdelim(&line, &cap, 0, stdin) > 0) {
				if (line[0] == 'T')
					ask(line + 1, fds);
				else
					open_for_good(line[0], line + 1);
			}
		else if (strcmp(argv[i], "-") != 0)
			ask(argv[i], fds);
		else
			while (getdelim(&line, &cap, 0, stdin) > 0)
				ask(line, fds);
	}
	free(line);
	return 0;
}
