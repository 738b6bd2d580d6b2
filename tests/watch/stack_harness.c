/* stack_harness.c - runs a program, stops it where it dies, prints what watch_stack says as JSON lines.
 *
 *     stack_harness [--exit] PROGRAM ARGUMENT…
 *
 * The program's own output goes to standard error. With --exit an end by exit is read, too.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "watch/stack.h"

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static const char *base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static void print_word(const char *key, const char *s)
{
	printf("\"%s\": ", key);
	if (s == NULL) {
		printf("null, ");
		return;
	}
	putchar('"');
	for (; *s != '\0'; s++)
		if ((unsigned char)*s >= ' ' && *s != '"' && *s != '\\')
			putchar(*s);
	printf("\", ");
}

static void print_stack(const struct watch_stack *s, double seconds)
{
	printf("{\"signal\": %d, \"code\": %d, \"fault\": %d, \"address\": %llu, \"pc\": %llu, ",
	       s->why.signal, s->why.code, (int)s->fault, (unsigned long long)s->why.address,
	       (unsigned long long)s->pc);
	print_word("instruction", s->step.text);
	print_word("abort", s->abort_message);
	print_word("mapped", s->at_address.path);
	printf("\"isa\": %llu, \"seconds\": %.4f, \"cut\": %s, \"frames\": [",
	       (unsigned long long)s->step.isa, seconds, s->cut ? "true" : "false");
	for (size_t i = 0; i < s->nframes; i++) {
		const struct watch_frame *f = &s->frames[i];

		printf("%s{", i > 0 ? ", " : "");
		print_word("object", f->object != NULL ? base(f->object->path) : NULL);
		print_word("symbol", f->symbol);
		print_word("demangled", f->demangled);
		printf("\"how\": %d, \"part\": %d, \"vaddr\": %llu}", (int)f->how, (int)f->part,
		       (unsigned long long)f->vaddr);
	}
	printf("]}\n");
}

static void show(pid_t pid, const struct os_signal *why)
{
	struct arena *a = arena_new(0);
	struct dlwhy_error err;
	struct watch_stack s;
	double start = now();

	if (watch_stack_of(pid, pid, why, a, &s, &err) == DLWHY_OK)
		print_stack(&s, now() - start);
	else
		printf("{\"error\": \"%s\"}\n", err.message);
	arena_free(a);
}

static bool is_fatal(int sig)
{
	return sig == SIGSEGV || sig == SIGBUS || sig == SIGILL || sig == SIGABRT || sig == SIGFPE;
}

/* Signals are remembered when they are delivered; the stack is read at the end. */
static int follow(pid_t pid, bool at_exit)
{
	struct os_signal why = { .signal = 0 };
	int status;

	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
		int sig = WSTOPSIG(status);
		unsigned long code = 0;

		if (status >> 8 == (SIGTRAP | (PTRACE_EVENT_EXIT << 8))) {
			ptrace(PTRACE_GETEVENTMSG, pid, NULL, &code);
			if (WIFSIGNALED((int)code) || at_exit)
				show(pid, WIFSIGNALED((int)code) ? &why
								 : &(struct os_signal){ .signal = 0 });
			sig = 0;
		} else if (is_fatal(sig)) {
			os_stopped_signal(pid, pid, &why);
		} else if (sig == SIGTRAP || sig == SIGSTOP) {
			sig = 0;
		}
		ptrace(PTRACE_CONT, pid, NULL, (void *)(uintptr_t)sig);
	}
	printf("{\"status\": %d}\n", status);
	return 0;
}

int main(int argc, char **argv)
{
	bool at_exit = argc > 1 && strcmp(argv[1], "--exit") == 0;
	char **command = argv + 1 + at_exit;
	pid_t pid;
	int status;

	if (*command == NULL)
		return 2;
	pid = fork();
	if (pid == 0) {
		dup2(2, 1);
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		execv(*command, command);
		_exit(125);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return 2;
	ptrace(PTRACE_SETOPTIONS, pid, NULL, (void *)(PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL));
	ptrace(PTRACE_CONT, pid, NULL, NULL);
	return follow(pid, at_exit);
}
