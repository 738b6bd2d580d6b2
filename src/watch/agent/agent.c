/* agent.c - the agent: a library for LD_AUDIT that writes down what the loader does.
 *
 * It lies in every process that `dlwhy run` watches, so it must not be felt there: it has no C
 * library, no thread-local variable and no constructor, allocates nothing, leaves errno alone, keeps
 * no file open, and asks for no call at each symbol (la_objopen gives 0). What happens goes into a
 * file that is mapped once (agent_log.h): no system call for a record once the process has begun, so
 * that it works on after fork, in a chroot, and under a seccomp filter that allows next to nothing.
 *
 * musl has no such interface. For its programs the same file is compiled with AGENT_FOR_MUSL: a library
 * for LD_PRELOAD, with a constructor, that stands before dlopen and lists what is there after each call.
 * Whom dlopen is called by does not matter to musl.
 *
 * A signal that would end the process is caught once, so that the supervisor can look at the stack,
 * and is then sent again as it was. That is done only while its action is the default one.
 */
#include "agent_log.h"
#include "agent_sys.h"

#define EXPORT __attribute__((visibility("default")))

/* ---- the log ---------------------------------------------------------------------------------- */

/* Whoever writes this library to disk puts the path here. Not const: that the compiler reads it. */
__attribute__((section(".data"))) static volatile char log_path[AGENT_PATH_MAX] = AGENT_PATH_MARK;

static struct agent_head *head; /* NULL: there is no log */
static uint32_t here;           /* number of the process that wrote last */
static volatile uint32_t *self; /* number of this process; the kernel puts 0 there in a copy of it */

static size_t length_of(const char *s)
{
	size_t n = 0;

	while (s[n] != '\0')
		n++;
	return n;
}

static struct agent_head *open_log(void)
{
	long fd = sys_open((const char *)(uintptr_t)log_path, OPEN_WRITE);
	long at;

	if (fd < 0)
		return NULL;
	at = sys6(SYS_MMAP, 0, AGENT_MAPPED, MAP_BOTH, MAP_WITH_OTHERS, fd, 0);
	sys6(SYS_CLOSE, fd, 0, 0, 0, 0, 0);
	if ((unsigned long)at >= (unsigned long)-4095)
		return NULL;
	return ((struct agent_head *)at)->magic == AGENT_MAGIC ? (struct agent_head *)at : NULL;
}

static void remember_self(void)
{
	long at = sys6(SYS_MMAP, 0, PAGE, MAP_BOTH, MAP_OF_NO_FILE, -1, 0);

	if ((unsigned long)at < (unsigned long)-4095 &&
	    sys6(SYS_MADVISE, at, PAGE, WIPE_ON_FORK, 0, 0, 0) == 0)
		self = (volatile uint32_t *)at;
}

/* A process that has given up system calls dies of one that it does not make itself. */
static uint32_t own_number(void)
{
	uint32_t pid = self != NULL ? *self : 0;

	if (pid != 0)
		return pid;
	pid = (uint32_t)sys6(SYS_GETPID, 0, 0, 0, 0, 0, 0);
	if (self != NULL)
		*self = pid;
	return pid;
}

/* Of the thread: asked for where somebody wants to know. */
static uint32_t number_of_thread(enum agent_kind kind, uint32_t pid)
{
#ifndef AGENT_FOR_MUSL
	if (kind != AGENT_CRASH)
		return pid;
#endif
	(void)kind;
	(void)pid;
	return (uint32_t)sys6(SYS_GETTID, 0, 0, 0, 0, 0, 0);
}

/* Room for a record, for n bytes of text. It counts once `done` has been called. */
static struct agent_record *take(enum agent_kind kind, uint32_t pid, size_t n)
{
	struct agent_record *r;
	uint32_t size, at;

	if (head == NULL || head->closed != 0)
		return NULL;
	if (n > AGENT_TEXT_MAX)
		n = AGENT_TEXT_MAX;
	size = (uint32_t)((sizeof(*r) + n + 7) & ~(size_t)7);
	at = __atomic_load_n(&head->used, __ATOMIC_RELAXED);
	do {
		uint32_t limit = __atomic_load_n(&head->limit, __ATOMIC_RELAXED);

		if (limit > AGENT_MAPPED || at > limit || size > limit - at || (at & 7) != 0) {
			__atomic_fetch_add(&head->lost, 1, __ATOMIC_RELAXED);
			return NULL;
		}
	} while (!__atomic_compare_exchange_n(&head->used, &at, at + size, 1, __ATOMIC_RELAXED,
					      __ATOMIC_RELAXED));
	r = (struct agent_record *)((char *)head + at);
	r->size = size;
	r->pid = pid;
	r->tid = number_of_thread(kind, pid);
	r->kind = kind;
	r->flag = 0;
	r->answer = 0;
	r->length = (uint32_t)n;
	r->cookie = 0;
	r->value = 0;
	r->pc = 0;
	return r;
}

static void done(struct agent_record *r)
{
	__atomic_store_n(&r->magic, AGENT_MAGIC, __ATOMIC_RELEASE);
}

/* The same; a process that was forked since says so first. */
static struct agent_record *begin(enum agent_kind kind, uint32_t flag, uintptr_t cookie, size_t n)
{
	/* There the memory may be shared with the parent: vfork. */
	uint32_t pid = kind != AGENT_CRASH ? own_number()
					   : (uint32_t)sys6(SYS_GETPID, 0, 0, 0, 0, 0, 0);
	struct agent_record *r;

	if (here != 0 && here != pid && kind != AGENT_CRASH) {
		r = take(AGENT_FORK, pid, 0);
		if (r != NULL) {
			r->value = here;
			done(r);
		}
	}
	if (kind != AGENT_CRASH)
		here = pid;
	r = take(kind, pid, n);
	if (r != NULL) {
		r->flag = flag;
		r->cookie = cookie;
	}
	return r;
}

static struct agent_record *begin_text(enum agent_kind kind, uint32_t flag, uintptr_t cookie,
				       const char *s, size_t n)
{
	struct agent_record *r = begin(kind, flag, cookie, n);

	for (uint32_t i = 0; r != NULL && i < r->length; i++)
		((volatile char *)(r + 1))[i] = s[i];
	return r;
}

static void put(enum agent_kind kind, uint32_t flag, uintptr_t cookie, uint64_t value, const char *s,
		size_t n)
{
	struct agent_record *r = begin_text(kind, flag, cookie, s, n);

	if (r == NULL)
		return;
	r->value = value;
	done(r);
}

/* ---- the process: what it was started as -------------------------------------------------------- */

static void put_link(enum agent_kind kind, const char *path)
{
	char buf[AGENT_TEXT_MAX];
	long n = sys6(SYS_READLINKAT, AT_CWD, (long)path, (long)buf, sizeof(buf), 0, 0);

	if (n > 0)
		put(kind, 0, 0, 0, buf, (size_t)n);
}

static void put_file(enum agent_kind kind, const char *path)
{
	char buf[AGENT_TEXT_MAX];
	long fd = sys_open(path, OPEN_READ), n;

	if (fd < 0)
		return;
	n = sys6(SYS_READ, fd, (long)buf, sizeof(buf), 0, 0, 0);
	sys6(SYS_CLOSE, fd, 0, 0, 0, 0, 0);
	if (n > 0)
		put(kind, 0, 0, 0, buf, (size_t)n);
}

static int begins(const char *s, size_t n, const char *with)
{
	size_t i;

	for (i = 0; with[i] != '\0'; i++)
		if (i >= n || s[i] != with[i])
			return 0;
	return 1;
}

/* What decides how libraries are found, and nothing else: a log holds no passwords. */
static int matters(const char *s, size_t n)
{
	return begins(s, n, "LD_") || begins(s, n, "GLIBC_TUNABLES=");
}

/* The environment, in pieces: a variable that is longer than the buffer is passed over. */
static void put_environment(void)
{
	static char buf[AGENT_TEXT_MAX]; /* called once, while there is one thread */
	size_t kept = 0; /* bytes of a variable whose end is not read yet */
	int skip = 0;
	long fd = sys_open("/proc/self/environ", OPEN_READ), n;

	while (fd >= 0 && (n = sys6(SYS_READ, fd, (long)(buf + kept), (long)(sizeof(buf) - kept), 0, 0,
				    0)) > 0) {
		size_t end = kept + (size_t)n, from = 0;

		for (size_t i = kept; i < end; i++) {
			if (buf[i] != '\0')
				continue;
			if (!skip && matters(buf + from, i - from))
				put(AGENT_ENV, 0, 0, 0, buf + from, i - from);
			from = i + 1;
			skip = 0;
		}
		for (kept = 0; from < end; from++)
			buf[kept++] = buf[from];
		if (kept == sizeof(buf)) {
			kept = 0;
			skip = 1;
		}
	}
	if (fd >= 0)
		sys6(SYS_CLOSE, fd, 0, 0, 0, 0, 0);
}

/* Where a relative path begins, which may be elsewhere by now. */
static void put_place_of(const char *name)
{
	char buf[1024];
	long n;

	if (name[0] == '/' || name[0] == '\0')
		return;
	for (size_t i = 0; name[i] != '/'; i++)
		if (name[i] == '\0')
			return;
	n = sys6(SYS_GETCWD, (long)buf, sizeof(buf), 0, 0, 0, 0);
	if (n > 1)
		put(AGENT_CWD, 0, 0, 0, buf, (size_t)n - 1);
}

static void say_hello(void)
{
	put(AGENT_HELLO, 8 * sizeof(void *), 0,
	    (uint64_t)sys6(SYS_GETPPID, 0, 0, 0, 0, 0, 0), "", 0);
	put_link(AGENT_EXE, "/proc/self/exe");
	put_link(AGENT_CWD, "/proc/self/cwd");
	put_file(AGENT_ARGV, "/proc/self/cmdline");
	put_environment();
}

/* ---- signals that end a process ----------------------------------------------------------------- */

struct action { /* as the kernel has it */
	void (*handler)(int, void *, void *);
	unsigned long flags;
	void (*restorer)(void);
	uint32_t mask[2];
};

enum {
	FLAG_INFO = 4, FLAG_ON_STACK = 0x08000000, FLAG_RESTORER = 0x04000000,
	SIGNAL_SET = 8,             /* bytes */
	HANDLER_STACK = 65536, STACK_DISABLED = 2,
	ANSWER_ROUNDS = 20          /* each of a tenth of a second */
};

#ifdef __x86_64__
/* There is none in the vdso of this machine. */
__attribute__((naked, used)) static void restore(void)
{
	__asm__ volatile("mov $15, %eax\n\tsyscall");
}
#endif

static void set_action(int sig, void (*handler)(int, void *, void *))
{
	struct action a = { handler, FLAG_INFO | FLAG_ON_STACK, NULL, { 0, 0 } };

#ifdef __x86_64__
	a.restorer = restore;
	a.flags |= FLAG_RESTORER;
#endif
	if (handler == NULL)
		a.flags &= ~(unsigned long)FLAG_INFO;
	sys6(SYS_SIGACTION, sig, (long)&a, 0, SIGNAL_SET, 0, 0);
}

/* Until the supervisor is ready to look, or it is clear that it will not be. */
static void wait_for_answer(struct agent_record *r)
{
	struct {
		long s, ns;
	} tenth = { 0, 100000000 };

	sys6(SYS_PRCTL, PRCTL_SET_PTRACER, (long)head->supervisor, 0, 0, 0, 0);
	for (int i = 0; i < ANSWER_ROUNDS && head->closed == 0; i++) {
		if (__atomic_load_n(&r->answer, __ATOMIC_ACQUIRE) != 0)
			return;
		sys6(SYS_FUTEX, (long)&r->answer, FUTEX_WAIT_SHARED, 0, (long)&tenth, 0, 0);
	}
}

static void on_signal(int sig, void *info, void *context)
{
	struct agent_record *r = begin(AGENT_CRASH, (uint32_t)sig, here, 0);

	if (r != NULL) {
		/* si_addr stands behind three ints and what aligns it. */
		r->value = *(uintptr_t *)((char *)info + (sizeof(void *) == 8 ? 16 : 12));
		r->pc = *(uintptr_t *)((char *)context + UCONTEXT_PC);
		done(r);
		wait_for_answer(r);
	}
	set_action(sig, NULL);
	sys6(SYS_SIGQUEUE, sys6(SYS_GETPID, 0, 0, 0, 0, 0, 0), sys6(SYS_GETTID, 0, 0, 0, 0, 0, 0), sig,
	     (long)info, 0, 0);
}

/* Where a stack is full, no handler can run on it. The first thread gets another one, unless it has
 * one already. */
static void give_stack(void)
{
	static char room[HANDLER_STACK];
	struct {
		void *at;
		int flags;
		size_t size;
	} now = { NULL, 0, 0 };

	if (sys6(SYS_SIGALTSTACK, 0, (long)&now, 0, 0, 0, 0) != 0 || now.flags != STACK_DISABLED)
		return;
	now.at = room;
	now.flags = 0;
	now.size = sizeof(room);
	sys6(SYS_SIGALTSTACK, (long)&now, 0, 0, 0, 0, 0);
}

static void catch_signals(void)
{
	static const unsigned char fatal[] = { 4, 6, 7, 8, 11 }; /* ILL, ABRT, BUS, FPE, SEGV */

	for (size_t i = 0; head != NULL && i < sizeof(fatal); i++) {
		struct action now = { NULL, 0, NULL, { 0, 0 } };

		if (sys6(SYS_SIGACTION, fatal[i], 0, (long)&now, SIGNAL_SET, 0, 0) == 0 &&
		    now.handler == NULL)
			set_action(fatal[i], on_signal);
	}
}

#ifndef AGENT_FOR_MUSL
/* ---- what the loader calls: rtld-audit(7) -------------------------------------------------------- */

/* What glibc's <link.h> says, for either class. */
struct link_map {
	uintptr_t l_addr;
	const char *l_name;
	void *l_ld;
	struct link_map *l_next, *l_prev;
};

enum { LA_VERSION_MAX = 2, LA_SER_ORIG = 1, LA_ACT_ADD = 1 };

EXPORT unsigned la_version(unsigned version);
EXPORT const char *la_objsearch(const char *name, uintptr_t *cookie, unsigned flag);
EXPORT void la_activity(uintptr_t *cookie, unsigned flag);
EXPORT unsigned la_objopen(struct link_map *map, long lmid, uintptr_t *cookie);
EXPORT unsigned la_objclose(uintptr_t *cookie);
EXPORT void la_preinit(uintptr_t *cookie);

unsigned la_version(unsigned version)
{
	head = open_log();
	if (head != NULL) {
		remember_self();
		say_hello();
		give_stack();
	}
	catch_signals();
	return version < LA_VERSION_MAX ? version : LA_VERSION_MAX;
}

const char *la_objsearch(const char *name, uintptr_t *cookie, unsigned flag)
{
	if (flag == LA_SER_ORIG)
		put_place_of(name);
	if (flag == LA_SER_ORIG)
		put(AGENT_SEARCH, 0, cookie != NULL ? *cookie : 0, 0, name, length_of(name));
	return name;
}

void la_activity(uintptr_t *cookie, unsigned flag)
{
	put(AGENT_ACTIVITY, flag, cookie != NULL ? *cookie : 0, 0, "", 0);
	/* Some programs set all actions back at their start. Not while it ends: see own_number. */
	if (flag == LA_ACT_ADD)
		catch_signals();
}

unsigned la_objopen(struct link_map *map, long lmid, uintptr_t *cookie)
{
	(void)cookie;
	put(AGENT_OPEN, (uint32_t)lmid, (uintptr_t)map, map->l_addr, map->l_name,
	    length_of(map->l_name));
	return 0;
}

unsigned la_objclose(uintptr_t *cookie)
{
	put(AGENT_CLOSE, 0, cookie != NULL ? *cookie : 0, 0, "", 0);
	return 0;
}

void la_preinit(uintptr_t *cookie)
{
	put(AGENT_PREINIT, 0, cookie != NULL ? *cookie : 0, 0, "", 0);
}
#else
/* ---- musl: a library that is preloaded -------------------------------------------------------------- */

/* The beginning of what dl_iterate_phdr gives: <link.h>. */
struct phdr_info {
	uintptr_t dlpi_addr;
	const char *dlpi_name;
};

enum { ACTIVITY_CONSISTENT = 0 };
#define NEXT_IN_ORDER ((void *)-1) /* RTLD_NEXT */

/* Of musl's libc.so. */
void *dlsym(void *handle, const char *name);
int dl_iterate_phdr(int (*fn)(struct phdr_info *info, size_t size, void *ctx), void *ctx);
EXPORT void *dlopen(const char *name, int mode);

static size_t listed; /* objects that were written down; musl never takes one away */

static int list_one(struct phdr_info *info, size_t size, void *ctx)
{
	const char *name = "";
	size_t *i = ctx;

	(void)size;
	if ((*i)++ < listed)
		return 0;
	listed++;
	/* The program comes first: its name is empty in the other kind of log. Here that of the kernel's
	 * own object is. */
	if (listed > 1)
		name = info->dlpi_name[0] != '\0' ? info->dlpi_name : "linux-gate.so.1";
	put(AGENT_OPEN, 0, listed, info->dlpi_addr, name, length_of(name));
	return 0;
}

static void list_objects(void)
{
	size_t i = 0;

	dl_iterate_phdr(list_one, &i);
}

__attribute__((constructor)) static void begin_program(void)
{
	head = open_log();
	if (head == NULL)
		return;
	remember_self();
	say_hello();
	list_objects();
	put(AGENT_ACTIVITY, ACTIVITY_CONSISTENT, 0, 0, "", 0);
	put(AGENT_PREINIT, 0, 0, 0, "", 0);
	give_stack();
	catch_signals();
}

void *dlopen(const char *name, int mode)
{
	void *(*next)(const char *, int) =
		(void *(*)(const char *, int))dlsym(NEXT_IN_ORDER, "dlopen");
	uintptr_t call = (uintptr_t)__builtin_frame_address(0);
	void *handle;

	if (name != NULL)
		put_place_of(name);
	if (name != NULL)
		put(AGENT_DLOPEN, (uint32_t)mode, call, 0, name, length_of(name));
	handle = next(name, mode);
	list_objects();
	if (name != NULL)
		put(AGENT_DLOPENED, handle != NULL, call, 0, "", 0);
	catch_signals();
	return handle;
}
#endif
