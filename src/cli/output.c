/* output.c - standard output and error, and the terminal behind them. */
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

void cli_complain(const char *fmt, ...)
{
	char line[2048];
	va_list ap;
	char *p;

	va_start(ap, fmt);
	if (vsnprintf(line, sizeof(line), fmt, ap) < 0)
		line[0] = '\0';
	va_end(ap);
	/* A word of the command line may hold what moves the cursor; C1 begins with 0xc2. */
	for (p = line; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || (unsigned char)*p == 0x7f ||
		    ((unsigned char)*p == 0xc2 && (unsigned char)p[1] < 0xa0))
			*p = '?';
	fprintf(stderr, "dlwhy: %s\n", line);
}

int cli_write(const char *bytes, size_t n, void *user)
{
	int fd = *(const int *)user;

	while (n > 0) {
		ssize_t done = write(fd, bytes, n);

		if (done >= 0) {
			bytes += done;
			n -= (size_t)done;
		} else if (errno == EAGAIN) { /* a pipe that somebody made non-blocking */
			struct pollfd p = { .fd = fd, .events = POLLOUT };

			if (poll(&p, 1, -1) < 0 && errno != EINTR)
				return errno;
		} else if (errno != EINTR) {
			return errno;
		}
	}
	return 0;
}

int cli_write_failed(int err)
{
	/* Who closes the pipe has seen enough. */
	if (err != EPIPE)
		cli_complain("cannot write the answer: %s", strerror(err));
	return EXIT_UNANSWERED;
}

int cli_print(const char *text, int status)
{
	int fd = STDOUT_FILENO, err = cli_write(text, strlen(text), &fd);

	return err != 0 ? cli_write_failed(err) : status;
}

int cli_finish(int status)
{
	if (close(STDOUT_FILENO) == 0 || errno == EBADF)
		return status;
	return cli_write_failed(errno);
}

void cli_guard_descriptors(void)
{
	int fd;

	/* Opened for reading: what is written to a stdout that was closed fails, as it must. A command that
	 * is run finds them closed, as it would without us. */
	for (fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", O_RDONLY | O_CLOEXEC) < 0)
			return;
}

/* ---- the terminal ------------------------------------------------------------------------- */

static bool is_set(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && *value != '\0';
}

static bool equals(const char *name, const char *value)
{
	const char *is = getenv(name);

	return is != NULL && strcmp(is, value) == 0;
}

/* no-color.org and bixense.com/clicolors. */
static bool auto_color(int fd)
{
	if (is_set("NO_COLOR"))
		return false;
	if (is_set("CLICOLOR_FORCE") && !equals("CLICOLOR_FORCE", "0"))
		return true;
	return isatty(fd) && is_set("TERM") && !equals("TERM", "dumb") &&
	       !equals("CLICOLOR", "0");
}

void cli_terminal(struct cli *c)
{
	struct winsize size;
	int fd = c->verb == VERB_RUN ? STDERR_FILENO : STDOUT_FILENO;

	c->print.color = c->color == COLOR_ALWAYS ||
			 (c->color == COLOR_AUTO && c->output == NULL && auto_color(fd));
	if (c->output == NULL && isatty(fd) && ioctl(fd, TIOCGWINSZ, &size) == 0)
		c->print.width = size.ws_col;
}
