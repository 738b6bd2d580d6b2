/* test_stack.c - whole stacks: through the C library, through signal handlers, of what was aborted. */
#include "dying.h"

#include <errno.h>
#include <stdlib.h>

static int setup(void **state)
{
	*state = arena_new(0);
	return *state != NULL ? 0 : -1;
}

static int teardown(void **state)
{
	arena_free(*state);
	return 0;
}

#define NO_CHECKS __attribute__((noinline, no_sanitize("address", "undefined")))

NO_CHECKS static int compare_badly(const void *x, const void *y)
{
	(void)x;
	(void)y;
	return *(volatile int *)8;
}

static void sort(void *unused)
{
	int a[3] = { 3, 2, 1 };

	(void)unused;
	qsort(a, 3, sizeof(*a), compare_badly);
}

static void a_callback_from_the_c_library(void **state)
{
	struct watch_stack s;
	bool libc = false;

	dying_read(sort, NULL, SIGSEGV, *state, &s);
	assert_string_equal(s.frames[0].symbol, "compare_badly");
	assert_int_equal(s.frames[0].how, WATCH_TOP);
	for (size_t i = 1; i < s.nframes; i++) {
		const struct watch_frame *f = &s.frames[i];

		assert_int_equal(f->how, WATCH_TABLE);
		libc = libc || (f->object != NULL && strstr(f->object->path, "libc.so") != NULL);
	}
	assert_true(libc);
	dying_frame(&s, "sort");
	dying_frame(&s, "main");
	assert_false(s.cut);
}

NO_CHECKS static void die_in_handler(int sig)
{
	(void)sig;
	(void)*(volatile char *)16;
}

NO_CHECKS static void handled(void *unused)
{
	(void)unused;
	signal(SIGUSR1, die_in_handler);
	ptrace(PTRACE_SETOPTIONS, 0, NULL, NULL);
	*(volatile int *)24 = 1;
}

/* The stack goes on where the signal came. */
static void a_signal_handler(void **state)
{
	pid_t pid = dying_start(handled, NULL, SIGSEGV);
	struct dlwhy_error err;
	struct watch_stack s;
	int status;

	ptrace(PTRACE_CONT, pid, NULL, (void *)(uintptr_t)SIGUSR1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSEGV);
	assert_int_equal(watch_stack(pid, pid, *state, &s, &err), DLWHY_OK);
	dying_end(pid);
	assert_string_equal(s.frames[0].symbol, "die_in_handler");
	assert_true(dying_frame(&s, "handled")->signal);
	assert_false(dying_frame(&s, "main")->signal);
}

NO_CHECKS static void free_badly(void *p)
{
	static char not_from_malloc[64];

	(void)p;
#if defined(__SANITIZE_ADDRESS__)
	abort();
#endif
	free(not_from_malloc + 16);
}

static void an_abort_of_the_c_library_has_its_words(void **state)
{
	struct watch_stack s;

	dying_read(free_badly, NULL, SIGABRT, *state, &s);
	assert_int_equal(s.fault, WATCH_NO_FAULT);
	dying_frame(&s, "abort");
	dying_frame(&s, "free_badly");
#if !defined(__SANITIZE_ADDRESS__)
	assert_non_null(s.abort_message);
	assert_string_equal(s.abort_message, "free(): invalid pointer");
#else
	assert_null(s.abort_message);
#endif
}

NO_CHECKS static void crash(void *unused)
{
	(void)unused;
	(void)*(volatile char *)32;
}

/* At PTRACE_EVENT_EXIT the signal is gone, but neither memory nor registers are. */
static void the_stack_is_still_there_at_the_end(void **state)
{
	pid_t pid = dying_start(crash, NULL, SIGSEGV);
	struct dlwhy_error err;
	struct watch_stack s;
	struct os_signal why;
	int status;

	assert_int_equal(os_stopped_signal(pid, pid, &why), 0);
	ptrace(PTRACE_SETOPTIONS, pid, NULL, (void *)PTRACE_O_TRACEEXIT);
	ptrace(PTRACE_CONT, pid, NULL, (void *)(uintptr_t)SIGSEGV);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status >> 8, SIGTRAP | (PTRACE_EVENT_EXIT << 8));
	assert_int_equal(watch_stack_of(pid, pid, &why, *state, &s, &err), DLWHY_OK);
	dying_end(pid);
	assert_int_equal(s.fault, WATCH_NULL);
	assert_string_equal(s.frames[0].symbol, "crash");
	dying_frame(&s, "main");
}

static void what_is_not_stopped_cannot_be_read(void **state)
{
	struct dlwhy_error err;
	struct watch_stack s;

	assert_int_equal(watch_stack(getpid(), getpid(), *state, &s, &err), DLWHY_E_IO);
	assert_int_equal(err.sys_errno, ESRCH);
}

static void guesses_are_said_as_such(void **state)
{
	(void)state;
	assert_null(watch_how_words(WATCH_TOP));
	assert_null(watch_how_words(WATCH_TABLE));
	assert_non_null(watch_how_words(WATCH_FRAME_POINTER));
	assert_non_null(watch_how_words(WATCH_SCAN));
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_callback_from_the_c_library),
		TEST(a_signal_handler),
		TEST(an_abort_of_the_c_library_has_its_words),
		TEST(the_stack_is_still_there_at_the_end),
		TEST(what_is_not_stopped_cannot_be_read),
		TEST(guesses_are_said_as_such),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
