/* test_unwind.c - callers of code that has no unwind table. */
#include "dying.h"

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

#ifdef __x86_64__
/* push rbp; mov rbp, rsp; sub rsp, 64; ud2 */
static const unsigned char with_frame[] = { 0x55, 0x48, 0x89, 0xe5, 0x48, 0x83, 0xec, 0x40, 0x0f, 0x0b };
/* sub rsp, 64; xor ebp, ebp; ud2 */
static const unsigned char without_frame[] = { 0x48, 0x83, 0xec, 0x40, 0x31, 0xed, 0x0f, 0x0b };

/* What calls before have left below the stack pointer holds places to return to, too: which, hangs on the
 * processor and on where things lie. Code that keeps values in its frame writes over them. */
NO_CHECKS static void clear_below(void)
{
	volatile unsigned char room[8192];

	for (size_t i = 0; i < sizeof(room); i++)
		room[i] = 0;
}

NO_CHECKS static void generated(const unsigned char *code, size_t n)
{
	unsigned char *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
				MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		_exit(98);
	memcpy(p, code, n);
	clear_below();
	((void (*)(void))(uintptr_t)p)();
	__asm__ volatile("" ::: "memory"); /* no tail call */
}

static void run_with_frame(void *unused)
{
	(void)unused;
	generated(with_frame, sizeof(with_frame));
}

static void run_without_frame(void *unused)
{
	(void)unused;
	generated(without_frame, sizeof(without_frame));
}
#endif

static void generated_code_with_a_frame_pointer(void **state)
{
#ifdef __x86_64__
	struct watch_stack s;

	dying_read(run_with_frame, NULL, SIGILL, *state, &s);
	assert_null(s.frames[0].object);
	assert_int_equal(s.frames[1].how, WATCH_FRAME_POINTER);
	assert_string_equal(s.frames[1].symbol, "generated");
	/* What follows has a table again. */
	dying_frame(&s, "main");
#else
	(void)state;
	skip();
#endif
}

static void generated_code_without_one(void **state)
{
#ifdef __x86_64__
	struct watch_stack s;

	dying_read(run_without_frame, NULL, SIGILL, *state, &s);
	assert_int_equal(s.frames[1].how, WATCH_SCAN);
	assert_string_equal(s.frames[1].symbol, "generated");
#else
	(void)state;
	skip();
#endif
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(generated_code_with_a_frame_pointer),
		TEST(generated_code_without_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
