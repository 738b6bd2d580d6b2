/* test_fault.c - what the machine found wrong, of children that do wrong. */
#include "dying.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#define NO_CHECKS __attribute__((noinline, no_sanitize("address", "undefined")))

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

NO_CHECKS static void read_at(void *p)
{
	(void)*(volatile char *)p;
}

NO_CHECKS static void write_at(void *p)
{
	*(volatile char *)p = 1;
}

NO_CHECKS static void call_at(void *p)
{
	((void (*)(void))(uintptr_t)p)();
}

static void null_is_told_from_other_addresses(void **state)
{
	struct watch_stack s;

	dying_read(read_at, (void *)(uintptr_t)24, SIGSEGV, *state, &s);
	assert_int_equal(s.fault, WATCH_NULL);
	assert_int_equal(s.why.address, 24);
	assert_int_equal(s.at_address.kind, WATCH_NOTHING);
	dying_read(read_at, (void *)(uintptr_t)0x12340000, SIGSEGV, *state, &s);
	assert_int_equal(s.fault, WATCH_UNMAPPED);
	assert_true(s.step.size > 0 && s.step.text[0] != '\0');
}

static void an_address_that_no_machine_has(void **state)
{
#ifdef __x86_64__
	struct watch_stack s;

	dying_read(read_at, (void *)(uintptr_t)0x8000000000001234, SIGSEGV, *state, &s);
	assert_int_equal(s.fault, WATCH_ADDRESS);
	assert_int_equal(s.why.address, 0);
#else
	(void)state;
	skip();
#endif
}

static void code_is_not_writable(void **state)
{
	struct watch_stack s;

	dying_read(write_at, (void *)(uintptr_t)read_at, SIGSEGV, *state, &s);
	assert_int_equal(s.fault, WATCH_PROTECTED);
	assert_int_equal(s.at_address.kind, WATCH_FILE);
	assert_true(s.at_address.exec && !s.at_address.write);
}

static void calls_that_lead_nowhere(void **state)
{
	static char data[64];
	struct watch_stack s;

	dying_read(call_at, NULL, SIGSEGV, *state, &s);
	assert_int_equal(s.fault, WATCH_JUMP_NULL);
	assert_int_equal(s.frames[1].how, WATCH_CALL);
	assert_string_equal(s.frames[1].symbol, "call_at");
	dying_read(call_at, (void *)(uintptr_t)0x12340000, SIGSEGV, *state, &s);
	assert_int_equal(s.fault, WATCH_JUMP_UNMAPPED);
	dying_read(call_at, data, SIGSEGV, *state, &s);
	assert_int_equal(s.fault, WATCH_JUMP_DATA);
	assert_string_equal(s.frames[1].symbol, "call_at");
}

NO_CHECKS static int deeper(int n)
{
	volatile char room[2000];

	room[0] = (char)n;
	return n == -1 ? 0 : deeper(n + 1) + room[0];
}

static void overflow(void *unused)
{
	(void)unused;
	deeper(0);
}

static void a_stack_without_room(void **state)
{
	struct watch_stack s;

	dying_read(overflow, NULL, SIGSEGV, *state, &s);
	assert_int_equal(s.fault, WATCH_OVERFLOW);
	assert_true(s.cut);
	assert_int_equal(s.nframes, WATCH_FRAMES);
	assert_string_equal(s.frames[7].symbol, "deeper");
}

static void *thread_main(void *unused)
{
	overflow(unused);
	return NULL;
}

static void overflow_of_thread(void *unused)
{
	pthread_t t;

	/* Threads are not traced unless asked for; this one is the first that the test waits for. */
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	pthread_create(&t, NULL, thread_main, unused);
	pthread_join(t, NULL);
}

/* The new thread is attached to when it is born. */
static void a_stack_of_a_thread_without_room(void **state)
{
	struct dlwhy_error err;
	struct watch_stack s;
	pid_t pid = fork(), tid;
	int status;

	if (pid == 0) {
		for (int i = 1; i < 32; i++)
			signal(i, SIG_DFL);
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		overflow_of_thread(NULL);
		_exit(99);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	ptrace(PTRACE_SETOPTIONS, pid, NULL, (void *)PTRACE_O_TRACECLONE);
	ptrace(PTRACE_CONT, pid, NULL, NULL);
	for (;;) {
		tid = waitpid(-1, &status, __WALL);
		assert_true(tid > 0 && WIFSTOPPED(status));
		if (WSTOPSIG(status) == SIGSEGV)
			break;
		ptrace(PTRACE_CONT, tid, NULL, NULL);
	}
	assert_int_not_equal(tid, pid);
	assert_int_equal(watch_stack(pid, tid, *state, &s, &err), DLWHY_OK);
	kill(pid, SIGKILL);
	while (waitpid(-1, &status, __WALL) > 0)
		;
	assert_int_equal(s.fault, WATCH_OVERFLOW);
	assert_string_equal(s.frames[3].symbol, "deeper");
}

static void read_past_file(void *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	char *p;

	if (fd < 0 || ftruncate(fd, 8192) != 0)
		_exit(98);
	p = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED || ftruncate(fd, 100) != 0)
		_exit(98);
	read_at(p + 5000);
}

static void a_file_that_is_shorter_than_its_mapping(void **state)
{
	char path[] = "/tmp/dlwhy-test-fault-XXXXXX";
	struct watch_stack s;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	close(fd);
	dying_read(read_past_file, path, SIGBUS, *state, &s);
	unlink(path);
	assert_int_equal(s.fault, WATCH_PAST_FILE);
	assert_string_equal(s.at_address.path, path);
}

NO_CHECKS static void illegal(void *unused)
{
	(void)unused;
#ifdef __x86_64__
	__asm__ volatile("ud2");
#else
	__asm__ volatile(".inst 0");
#endif
}

static void an_instruction_that_is_none(void **state)
{
	struct watch_stack s;

	dying_read(illegal, NULL, SIGILL, *state, &s);
	assert_int_equal(s.fault, WATCH_INSTRUCTION);
	assert_int_equal(s.why.address, s.pc);
	assert_int_equal(s.step.isa, 0);
#ifdef __x86_64__
	assert_string_equal(s.step.text, "ud2");
#endif
	assert_string_equal(s.frames[0].symbol, "illegal");
}

static void send(void *unused)
{
	(void)unused;
	kill(getpid(), SIGSEGV);
}

static void a_signal_that_was_sent_is_no_fault(void **state)
{
	struct watch_stack s;

	dying_read(send, NULL, SIGSEGV, *state, &s);
	assert_int_equal(s.fault, WATCH_NO_FAULT);
	assert_true(s.why.sent);
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(null_is_told_from_other_addresses),
		TEST(an_address_that_no_machine_has),
		TEST(code_is_not_writable),
		TEST(calls_that_lead_nowhere),
		TEST(a_stack_without_room),
		TEST(a_stack_of_a_thread_without_room),
		TEST(a_file_that_is_shorter_than_its_mapping),
		TEST(an_instruction_that_is_none),
		TEST(a_signal_that_was_sent_is_no_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
