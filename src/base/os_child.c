/* os_child.c - running a program as a child: what it prints, how it ends, within limits.
 *
 * The calling process may have threads, so between fork and exec only async-signal-safe calls are
 * made and everything they need is at hand before. The end of the output is never waited for: what
 * the child started may hold the pipes open for ever. The end of the child is what counts.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memfd_create, pipe2, sigabbrev_np */
#endif
#include "base/os_child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef MFD_EXEC
#define MFD_EXEC 0x10u /* Linux 6.3: asked for by name where vm.memfd_noexec is 1 */
#endif
#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1u << 2)
#endif

enum {
	FIRST_FREE_FD = 3,   /* none of ours may be one that dup2 overwrites */
	POLL_MS = 10,        /* between two looks at the child where there are no pidfds */
	STOP_MS = 100,       /* between two looks at whether it is to be killed */
	DRAIN_MAX = 1 << 20  /* bytes: a pipe never holds more, a survivor may write for ever */
};

/* What the child tells of a start that failed, through a pipe that a successful exec closes. */
struct child_error {
	int step, err;
};

struct plumbing {
	int null, image;               /* -1: no image */
	int out[2], err[2], report[2]; /* pipes: [0] is ours */
};

/* ---- the pipes ------------------------------------------------------------------------------- */

/* Moves *fd to a number that is free of meaning. */
static int lift(int *fd)
{
	int high;

	if (*fd >= FIRST_FREE_FD)
		return 0;
	high = fcntl(*fd, F_DUPFD_CLOEXEC, FIRST_FREE_FD);
	if (high < 0)
		return errno;
	close(*fd);
	*fd = high;
	return 0;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int open_pipe(int fds[2])
{
	int err;

	if (pipe2(fds, O_CLOEXEC) != 0) {
		fds[0] = fds[1] = -1;
		return errno;
	}
	err = lift(&fds[0]);
	if (err == 0)
		err = lift(&fds[1]);
	if (err == 0 && fcntl(fds[0], F_SETFL, O_NONBLOCK) != 0)
		err = errno;
	return err;
}

static int write_all(int fd, struct view bytes)
{
	while (bytes.n > 0) {
		ssize_t k = write(fd, bytes.p, bytes.n);

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return k < 0 ? errno : EIO;
		bytes.p += k;
		bytes.n -= (size_t)k;
	}
	return 0;
}

/* A file in memory that holds the program. */
static int open_image(struct view image, int *fd)
{
	int err;

	*fd = memfd_create("dlwhy-child", MFD_CLOEXEC | MFD_EXEC);
	if (*fd < 0 && errno == EINVAL)
		*fd = memfd_create("dlwhy-child", MFD_CLOEXEC);
	if (*fd < 0)
		return errno;
	err = lift(fd);
	return err != 0 ? err : write_all(*fd, image);
}

static void close_plumbing(struct plumbing *p)
{
	close_fd(&p->null);
	close_fd(&p->image);
	for (int i = 0; i < 2; i++) {
		close_fd(&p->out[i]);
		close_fd(&p->err[i]);
		close_fd(&p->report[i]);
	}
}

static int open_plumbing(const struct os_child *c, struct plumbing *p)
{
	int err = 0;

	memset(p, -1, sizeof(*p));
	/* Before any chroot: a root may lack it. */
	p->null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (p->null < 0)
		return errno;
	err = lift(&p->null);
	if (err == 0)
		err = open_pipe(p->out);
	if (err == 0)
		err = open_pipe(p->err);
	if (err == 0)
		err = open_pipe(p->report);
	if (err == 0 && c->path == NULL)
		err = open_image(c->image, &p->image);
	return err;
}

/* ---- between fork and exec: async-signal-safe calls only ------------------------------------- */

static _Noreturn void give_up(const struct plumbing *p, enum os_child_step step)
{
	struct child_error e = { (int)step, errno };

	(void)!write(p->report[1], &e, sizeof(e));
	_exit(127);
}

static void reset_signals(void)
{
	struct sigaction act;
	sigset_t none;

	memset(&act, 0, sizeof(act));
	act.sa_handler = SIG_DFL;
	for (int sig = 1; sig < NSIG; sig++)
		sigaction(sig, &act, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void isolate(const struct os_child *c, const struct plumbing *p)
{
	static const struct rlimit no_core = { 0, 0 };

	setsid();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	reset_signals();
	setrlimit(RLIMIT_CORE, &no_core);
	dup2(p->null, 0);
	dup2(c->log > 0 ? c->log : p->out[1], 1);
	dup2(c->log > 0 ? c->log : c->merged ? p->out[1] : p->err[1], 2);
#ifdef SYS_close_range
	syscall(SYS_close_range, FIRST_FREE_FD, ~0u, CLOSE_RANGE_CLOEXEC);
#endif
	if (c->held > 0)
		fcntl(c->held, F_SETFD, 0);
}

static _Noreturn void child_main(const struct os_child *c, const struct plumbing *p)
{
	const char *cwd = c->cwd != NULL ? c->cwd : c->root != NULL ? "/" : NULL;
	char *const *argv = (char *const *)(uintptr_t)c->argv;
	char *const *env = (char *const *)(uintptr_t)c->env;

	isolate(c, p);
	if (c->root != NULL && chroot(c->root) != 0)
		give_up(p, OS_CHILD_CHROOT);
	if (cwd != NULL && chdir(cwd) != 0)
		give_up(p, OS_CHILD_CHDIR);
	if (c->path != NULL)
		execve(c->path, argv, env);
	else
		syscall(SYS_execveat, p->image, "", argv, env, AT_EMPTY_PATH);
	give_up(p, OS_CHILD_EXEC);
}

/* ---- watching it ----------------------------------------------------------------------------- */

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void capture(struct os_capture *c, const char *bytes, size_t n)
{
	size_t room = c->cap - 1 - c->n;
	size_t take = n < room ? n : room;

	memcpy(c->p + c->n, bytes, take);
	c->n += take;
	c->p[c->n] = '\0';
	c->cut = c->cut || take < n;
}

/* One read. False, and *fd closed, when there will be no more. */
static bool read_some(int *fd, struct os_capture *c, size_t *got)
{
	char chunk[8192];
	ssize_t k = *fd >= 0 ? read(*fd, chunk, sizeof(chunk)) : 0;

	*got = k > 0 ? (size_t)k : 0;
	if (k > 0)
		capture(c, chunk, (size_t)k);
	else if (k == 0 || (errno != EAGAIN && errno != EINTR))
		close_fd(fd);
	return *fd >= 0;
}

static void drain(int *fd, struct os_capture *c)
{
	size_t got, sum = 0;

	while (sum < DRAIN_MAX && read_some(fd, c, &got) && got > 0)
		sum += got;
}

/* Has it ended? It stays a zombie, so that its number cannot be anybody else's yet. */
static bool has_ended(pid_t pid)
{
	siginfo_t info;

	info.si_pid = 0;
	if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0)
		return errno != EINTR;
	return info.si_pid == pid;
}

static int open_pidfd(pid_t pid)
{
#ifdef SYS_pidfd_open
	return (int)syscall(SYS_pidfd_open, pid, 0);
#else
	(void)pid;
	return -1;
#endif
}

/* Reads and waits until the child has ended or its time is up: then false. */
static bool watch(pid_t pid, struct plumbing *p, const struct os_child *c, long long deadline,
		  struct os_capture *out, struct os_capture *err)
{
	int pidfd = open_pidfd(pid);
	bool ended;
	size_t got;

	while (!(ended = has_ended(pid))) {
		long long left = deadline - now_ms();
		struct pollfd f[3] = { { p->out[0], POLLIN, 0 },
				       { p->err[0], POLLIN, 0 },
				       { pidfd, POLLIN, 0 } };

		if (left <= 0 || (c->stop != NULL && *c->stop != 0))
			break;
		if (c->stop != NULL && left > STOP_MS)
			left = STOP_MS;
		poll(f, 3, pidfd >= 0 || left < POLL_MS ? (int)left : POLL_MS);
		if (f[0].revents != 0)
			read_some(&p->out[0], out, &got);
		if (f[1].revents != 0)
			read_some(&p->err[0], err, &got);
	}
	if (pidfd >= 0)
		close(pidfd);
	return ended;
}

static int reap(pid_t pid, struct os_child_end *end)
{
	int status = 0;
	pid_t got;

	do {
		got = waitpid(pid, &status, 0);
	} while (got < 0 && errno == EINTR);
	if (got < 0) /* the caller's process has SIGCHLD ignored: nobody knows how it ended */
		return errno;
	end->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	end->status = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
	return 0;
}

/* Of a child that has ended: did it say that it could not start? The end of the pipe is not waited
 * for, because a process that another thread has forked may hold it. */
static int start_error(const struct plumbing *p, struct os_child_end *end)
{
	struct child_error e;

	if (read(p->report[0], &e, sizeof(e)) != (ssize_t)sizeof(e))
		return 0;
	end->step = (enum os_child_step)e.step;
	return e.err;
}

/* The parent's part. */
static int follow(pid_t pid, struct plumbing *p, const struct os_child *c, struct os_capture *out,
		  struct os_capture *err, struct os_child_end *end)
{
	unsigned seconds = c->seconds != 0 ? c->seconds : OS_CHILD_SECONDS;
	long long deadline = now_ms() + (long long)seconds * 1000;
	int failed, lost;

	close_fd(&p->out[1]);
	close_fd(&p->err[1]);
	close_fd(&p->report[1]);
	end->timed_out = !watch(pid, p, c, deadline, out, err);
	kill(-pid, SIGKILL);
	kill(pid, SIGKILL);
	drain(&p->out[0], out);
	drain(&p->err[0], err);
	lost = reap(pid, end);
	failed = start_error(p, end);
	return failed != 0 ? failed : lost;
}

int os_child_run(const struct os_child *c, struct os_capture *out, struct os_capture *err,
		 struct os_child_end *end)
{
	struct plumbing p;
	pid_t pid;
	int e;

	memset(end, 0, sizeof(*end));
	out->n = err->n = 0;
	out->cut = err->cut = false;
	out->p[0] = err->p[0] = '\0';
	e = open_plumbing(c, &p);
	if (e == 0) {
		pid = fork();
		if (pid == 0)
			child_main(c, &p);
		e = pid < 0 ? errno : follow(pid, &p, c, out, err, end);
	}
	close_plumbing(&p);
	return e;
}

const char *os_signal_name(int sig, char *buf, size_t n)
{
	const char *abbreviation = sigabbrev_np(sig);

	if (abbreviation != NULL)
		snprintf(buf, n, "SIG%s", abbreviation);
	else
		snprintf(buf, n, "signal %d", sig);
	return buf;
}
