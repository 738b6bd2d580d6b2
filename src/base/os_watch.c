/* os_watch.c - a command that runs as if nobody were there; folder, shared file, tracing. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* execvpe, fallocate */
#endif
#include "base/os_watch.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/os.h"

enum {
	TICK_NS = 20000000,    /* between two looks at a command that runs */
	FUTEX_WAKE_SHARED = 1, /* <linux/futex.h>: FUTEX_WAKE */
	REMOVE_DEPTH = 2,
	REMOVE_TREE_DEPTH = 100
};

/* ---- a folder of one's own ----------------------------------------------------------------- */

int os_private_folder(const char *parent, char *buf, size_t n)
{
	bool noexec = false, nosuid;
	int written = snprintf(buf, n, "%s/dlwhy-XXXXXX", parent);

	if (written < 0 || (size_t)written >= n)
		return ENAMETOOLONG;
	if (os_mount_flags(parent, &noexec, &nosuid) == 0 && noexec)
		return EACCES;
	return mkdtemp(buf) != NULL ? 0 : errno;
}

int os_open_to_others(const char *path)
{
	return chmod(path, 0711) == 0 ? 0 : errno;
}

int os_make_folder(const char *path)
{
	return mkdir(path, 0711) == 0 ? os_open_to_others(path) : errno;
}

int os_make_link(const char *target, const char *path)
{
	return symlink(target, path) == 0 ? 0 : errno;
}

int os_write_new(const char *path, struct view bytes)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755), err = 0;

	if (fd < 0)
		return errno;
	while (bytes.n > 0 && err == 0) {
		ssize_t k = write(fd, bytes.p, bytes.n);

		if (k > 0) {
			bytes.p += k;
			bytes.n -= (size_t)k;
		} else if (k == 0 || errno != EINTR) {
			err = k == 0 ? ENOSPC : errno;
		}
	}
	if (err == 0 && fchmod(fd, 0755) != 0) /* whatever the umask is */
		err = errno;
	if (close(fd) != 0 && err == 0)
		err = errno;
	return err;
}

struct removal {
	const char *path;
	unsigned depth;
	const char *keep; /* a name that stays, NULL */
};

static void remove_in(const char *dir, unsigned depth);

static void remove_one(const char *name, void *ctx)
{
	const struct removal *r = ctx;
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s/%s", r->path, name);

	if (r->keep != NULL && strcmp(name, r->keep) == 0)
		return;
	if (n < 0 || (size_t)n >= sizeof(path))
		return;
	if (unlink(path) != 0 && r->depth > 0)
		remove_in(path, r->depth - 1);
}

static void remove_in(const char *dir, unsigned depth)
{
	struct removal r = { dir, depth, NULL };

	os_list(dir, remove_one, &r);
	(void)!rmdir(dir);
}

void os_remove_folder(const char *path)
{
	remove_in(path, REMOVE_DEPTH);
}

void os_remove_file(const char *dir, const char *name)
{
	struct removal r = { dir, 0, NULL };

	remove_one(name, &r);
}

void os_remove_tree(const char *path)
{
	remove_in(path, REMOVE_TREE_DEPTH);
}

void os_empty_tree(const char *path, const char *keep)
{
	struct removal r = { path, REMOVE_TREE_DEPTH, keep };

	os_list(path, remove_one, &r);
}

/* ---- memory that others have mapped too -------------------------------------------------------- */

int os_shared_new(const char *path, size_t n, bool others, struct os_shared *out)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600), err = 0;
	void *p = MAP_FAILED;

	*out = (struct os_shared){ NULL, 0, -1 };
	if (fd < 0)
		return errno;
	if ((others && fchmod(fd, 0666) != 0) || ftruncate(fd, (off_t)n) != 0 ||
	    (p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)) == MAP_FAILED)
		err = errno;
	if (err != 0) {
		close(fd);
		unlink(path);
		return err;
	}
	*out = (struct os_shared){ p, n, fd };
	return 0;
}

/* For file systems that cannot reserve: writes them. */
static int write_zeros(int fd, size_t from, size_t n)
{
	static const char zeros[4096];

	while (n > 0) {
		size_t part = n < sizeof(zeros) ? n : sizeof(zeros);
		ssize_t k = pwrite(fd, zeros, part, (off_t)from);

		if (k <= 0 && (k == 0 || errno != EINTR))
			return k == 0 ? ENOSPC : errno;
		if (k > 0) {
			from += (size_t)k;
			n -= (size_t)k;
		}
	}
	return 0;
}

int os_shared_reserve(struct os_shared *s, size_t from, size_t n)
{
	if (from > s->n || n > s->n - from)
		return EINVAL;
	if (fallocate(s->fd, 0, (off_t)from, (off_t)n) == 0)
		return 0;
	return errno == ENOSPC || errno == EDQUOT ? errno : write_zeros(s->fd, from, n);
}

void os_shared_free(struct os_shared *s)
{
	if (s->p != NULL)
		munmap(s->p, s->n);
	if (s->fd >= 0)
		close(s->fd);
	*s = (struct os_shared){ NULL, 0, -1 };
}

void os_wake(uint32_t *p)
{
	syscall(SYS_futex, p, FUTEX_WAKE_SHARED, INT_MAX, NULL, NULL, 0);
}

/* ---- the command --------------------------------------------------------------------------------- */

struct signals {
	sigset_t old;             /* what was blocked before */
	struct sigaction child;   /* what SIGCHLD did before */
};

static void watched_signals(sigset_t *set)
{
	static const int all[] = { SIGCHLD, SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2,
				   SIGALRM, SIGPIPE };

	sigemptyset(set);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		sigaddset(set, all[i]);
}

/* Signals are taken by sigtimedwait: no handler is installed, and what is ignored stays ignored. */
static void hold_signals(struct signals *s)
{
	struct sigaction def;
	sigset_t set;

	memset(&def, 0, sizeof(def));
	def.sa_handler = SIG_DFL;
	watched_signals(&set);
	sigprocmask(SIG_BLOCK, &set, &s->old);
	sigaction(SIGCHLD, &def, &s->child); /* ignored, nobody would know how it ended */
}

static void release_signals(const struct signals *s)
{
	sigaction(SIGCHLD, &s->child, NULL);
	sigprocmask(SIG_SETMASK, &s->old, NULL);
}

/* Async-signal-safe but for execvpe, which is only safe because no other thread runs then. */
static _Noreturn void become(const struct os_command *c, const struct signals *s, int report)
{
	int err;

	release_signals(s);
	execvpe(c->argv[0], (char *const *)(uintptr_t)c->argv, (char *const *)(uintptr_t)c->env);
	err = errno;
	(void)!write(report, &err, sizeof(err));
	_exit(127);
}

static void hand_on(long pid, const siginfo_t *info)
{
	/* A terminal tells all of its processes by itself. An alarm that was set before the start would
	 * have been the command's. */
	if (info->si_signo == SIGINT || info->si_signo == SIGQUIT || info->si_signo == SIGCHLD ||
	    (info->si_code == SI_KERNEL && info->si_signo != SIGALRM))
		return;
	kill((pid_t)pid, info->si_signo);
}

static bool has_ended(long pid, siginfo_t *info)
{
	info->si_pid = 0;
	if (waitid(P_PID, (id_t)pid, info, WEXITED | WNOHANG) != 0)
		return errno != EINTR;
	return info->si_pid == (pid_t)pid &&
	       (info->si_code == CLD_EXITED || info->si_code == CLD_KILLED ||
		info->si_code == CLD_DUMPED);
}

static void look(const struct os_command *c)
{
	if (c->tick != NULL)
		c->tick(c->ctx);
}

static void wait_for(const struct os_command *c, struct os_command_end *end)
{
	const struct timespec tick = { 0, TICK_NS };
	siginfo_t info;
	sigset_t set;

	memset(&info, 0, sizeof(info));
	watched_signals(&set);
	while (!has_ended(end->pid, &info)) {
		siginfo_t got;

		if (sigtimedwait(&set, &got, &tick) > 0)
			hand_on(end->pid, &got);
		look(c);
	}
	look(c);
	end->dumped = info.si_code == CLD_DUMPED;
	end->signal = info.si_code == CLD_EXITED ? 0 : info.si_status;
	end->status = info.si_code == CLD_EXITED ? info.si_status : 0;
}

int os_command_run(const struct os_command *c, struct os_command_end *end)
{
	struct signals s;
	int report[2], err = 0;
	pid_t pid;

	memset(end, 0, sizeof(*end));
	if (pipe2(report, O_CLOEXEC) != 0)
		return errno;
	hold_signals(&s);
	pid = fork();
	if (pid == 0)
		become(c, &s, report[1]);
	err = pid < 0 ? errno : 0;
	close(report[1]);
	if (pid > 0) {
		end->pid = pid;
		/* Ends with the exec: nobody else has the other end. */
		if (read(report[0], &end->failed, sizeof(end->failed)) != (ssize_t)sizeof(end->failed))
			end->failed = 0;
		wait_for(c, end);
	}
	close(report[0]);
	release_signals(&s);
	return err;
}

void os_die_by(int sig)
{
	static const struct rlimit no_core = { 0, 0 };
	struct sigaction def;
	sigset_t set;

	memset(&def, 0, sizeof(def));
	def.sa_handler = SIG_DFL;
	setrlimit(RLIMIT_CORE, &no_core);
	sigaction(sig, &def, NULL);
	sigemptyset(&set);
	sigaddset(&set, sig);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(sig);
}

struct children {
	const char *tasks; /* a folder of /proc */
	void (*fn)(long child, void *ctx);
	void *ctx;
};

/* Children belong to the thread that forked. */
static void each_child_of_thread(const char *tid, void *ctx)
{
	const struct children *c = ctx;
	char path[128], *text = NULL, *at, *end;
	size_t n;

	snprintf(path, sizeof(path), "%s/%s/children", c->tasks, tid);
	if (os_read_all(path, 1 << 20, &text, &n) != 0)
		return;
	for (at = text; *at != '\0'; at = end) {
		long child = strtol(at, &end, 10);

		if (end == at)
			break;
		c->fn(child, c->ctx);
	}
	free(text);
}

void os_each_child(long pid, void (*fn)(long child, void *ctx), void *ctx)
{
	char tasks[64];
	struct children c = { tasks, fn, ctx };

	snprintf(tasks, sizeof(tasks), "/proc/%ld/task", pid);
	os_list(tasks, each_child_of_thread, &c);
}

/* ---- a thread that is about to die ------------------------------------------------------------- */

int os_trace_begin(long tid)
{
	return ptrace(PTRACE_SEIZE, (pid_t)tid, 0, 0) == 0 ? 0 : errno;
}

/* Has it stopped? Its end is not taken from whoever waits for it. */
static int stopped(long tid, long child, int *status)
{
	siginfo_t info;

	info.si_pid = 0;
	if (waitid(P_PID, (id_t)tid, &info, WEXITED | WSTOPPED | WNOHANG | WNOWAIT | __WALL) != 0)
		return errno == EINTR ? EAGAIN : errno;
	if (info.si_pid != (pid_t)tid)
		return EAGAIN;
	if (info.si_code == CLD_TRAPPED || info.si_code == CLD_STOPPED || tid != child)
		(void)!waitpid((pid_t)tid, status, __WALL | WNOHANG);
	return info.si_code == CLD_TRAPPED || info.si_code == CLD_STOPPED ? 0 : ESRCH;
}

int os_trace_wait(long tid, long child, int sig, unsigned milliseconds)
{
	for (unsigned i = 0; i <= milliseconds; i++) {
		int status = 0, err = stopped(tid, child, &status);

		if (err == EAGAIN) {
			os_pause(1);
			continue;
		}
		if (err != 0)
			return err;
		if (WSTOPSIG(status) == sig && status >> 16 == 0)
			return 0;
		ptrace(PTRACE_CONT, (pid_t)tid, 0, status >> 16 == 0 ? WSTOPSIG(status) : 0);
	}
	return ETIMEDOUT;
}

void os_trace_end(long tid, int sig)
{
	ptrace(PTRACE_DETACH, (pid_t)tid, 0, sig);
}
