/* test_d_crash.c - deaths out of invented stacks, without a process beside them: no file is at hand, so
 * only the plain words are left. Those with evidence are in tests/watch/test_deaths.py.
 */
#include <signal.h>

#include "fixture.h"

struct dead {
	struct watch_object libc, x, y;
	struct watch_frame frames[6];
	struct watch_stack stack;
};

static void frame(struct dead *dead, const struct watch_object *o, const char *symbol)
{
	struct watch_frame *f = &dead->frames[dead->stack.nframes++];

	*f = (struct watch_frame){ .pc = 0x1000 + dead->stack.nframes, .object = o, .symbol = symbol,
				   .how = dead->stack.nframes == 1 ? WATCH_TOP : WATCH_TABLE };
}

static void begin(struct dead *dead, int sig, int code, enum watch_fault fault, uint64_t address)
{
	memset(dead, 0, sizeof(*dead));
	dead->libc.path = "/lib/libc.so.6";
	dead->x.path = "/opt/libx.so";
	dead->y.path = "/opt/liby.so";
	dead->stack = (struct watch_stack){ .machine = EM_X86_64, .is64 = true,
					    .why = { sig, code, code <= 0, 0, address },
					    .fault = fault,
					    .frames = dead->frames };
}

static const struct dlwhy_finding *explain(struct arena *a, const struct diagnose_input *in)
{
	static struct diagnosis d;

	diagnose(in, a, &d);
	assert_true(d.nfindings > 0);
	return d.findings[0];
}

static const struct dlwhy_finding *explain_stack(struct arena *a, const struct dead *dead)
{
	struct diagnose_input in = { .stack = &dead->stack, .is_program = true, .target = "prog" };

	return explain(a, &in);
}

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

static void the_plain_words(void **state)
{
	const struct dlwhy_finding *f;
	struct dead dead;

	begin(&dead, SIGSEGV, 1, WATCH_NULL, 8);
	frame(&dead, &dead.x, "fx");
	frame(&dead, &dead.y, "fy");
	f = explain_stack(*state, &dead);
	assert_string_equal(f->code, "crash");
	assert_string_equal(f->object, "/opt/libx.so");
	assert_string_equal(f->symbol, "fx");
	assert_string_equal(f->summary, "A crash in libx.so (in fx), called from liby.so (in fy) (SIGSEGV, "
					"address 0x8: a null pointer was followed).");
	assert_int_equal(f->certainty, DLWHY_PROVED);
	assert_int_equal(f->severity, DLWHY_ERROR);
}

/* The C library is where many stacks end; what called it is meant. */
static void whose_call_it_was(void **state)
{
	const struct dlwhy_finding *f;
	struct dead dead;

	begin(&dead, SIGABRT, -6, WATCH_NO_FAULT, 0);
	dead.stack.abort_message = "double free or corruption (out)";
	frame(&dead, &dead.libc, "raise");
	frame(&dead, &dead.libc, "abort");
	frame(&dead, &dead.libc, "free");
	frame(&dead, &dead.x, NULL);
	f = explain_stack(*state, &dead);
	assert_string_equal(f->code, "crash");
	assert_string_equal(f->detail, "heap");
	assert_string_equal(f->object, "/opt/libx.so");
	assert_string_equal(f->summary, "An abort in libx.so, in its call of free (SIGABRT: it ended itself "
					"(abort)): \"double free or corruption (out)\".");
}

static void a_heap_is_torn_by_what_the_slots_say(void **state)
{
	const struct dlwhy_finding *f;
	struct watch_bound bounds[2];
	struct dead dead;

	begin(&dead, SIGABRT, -6, WATCH_NO_FAULT, 0);
	dead.stack.abort_message = "munmap_chunk(): invalid pointer";
	frame(&dead, &dead.libc, "free");
	frame(&dead, &dead.x, "fx");
	frame(&dead, &dead.y, "fy");
	bounds[0] = (struct watch_bound){ &dead.x, &dead.libc, "free" };
	bounds[1] = (struct watch_bound){ &dead.y, &dead.libc, "malloc" };
	dead.stack.bounds = bounds;
	dead.stack.nbounds = 2;
	assert_string_equal(explain_stack(*state, &dead)->code, "crash");
	bounds[1].to = &dead.y;
	f = explain_stack(*state, &dead);
	assert_string_equal(f->code, "duplicate-runtime");
	assert_string_equal(f->detail, "malloc");
	assert_int_equal(f->certainty, DLWHY_LIKELY);
	/* Something else went wrong: whose memory it was does not matter. */
	dead.stack.abort_message = NULL;
	dead.frames[0].symbol = "strlen";
	assert_string_equal(explain_stack(*state, &dead)->code, "crash");
}

static void a_constructor_on_the_stack(void **state)
{
	const struct dlwhy_finding *f;
	struct dead dead;

	begin(&dead, SIGSEGV, 1, WATCH_UNMAPPED, 0x12340000);
	frame(&dead, &dead.y, "helper");
	frame(&dead, &dead.x, "set_up");
	frame(&dead, &dead.libc, NULL);
	dead.frames[1].part = WATCH_CONSTRUCTOR;
	f = explain_stack(*state, &dead);
	assert_string_equal(f->code, "init-failed");
	assert_string_equal(f->detail, "constructor");
	assert_string_equal(f->object, "/opt/libx.so");
	assert_string_equal(f->symbol, "set_up");
	dead.frames[1].part = WATCH_RESOLVER;
	assert_string_equal(explain_stack(*state, &dead)->detail, "resolver");
}

static void a_library_that_was_closed(void **state)
{
	static const struct crash_closed closed[] = { { "/opt/other.so", 0x10, 0x20 },
						      { "/opt/closed.so", 0x1000, 0x2000 } };
	struct diagnose_input in = { .is_program = true, .closed = closed, .nclosed = 2 };
	const struct dlwhy_finding *f;
	struct dead dead;

	begin(&dead, SIGSEGV, 1, WATCH_JUMP_UNMAPPED, 0x1001);
	frame(&dead, NULL, NULL);
	frame(&dead, &dead.x, "fx");
	in.stack = &dead.stack;
	f = explain(*state, &in);
	assert_string_equal(f->code, "crash");
	assert_string_equal(f->detail, "closed-library");
	assert_string_equal(f->object, "/opt/closed.so");
	in.nclosed = 1;
	f = explain(*state, &in);
	assert_null(f->detail);
	assert_string_equal(f->object, "/opt/libx.so");
}

static void instructions(void **state)
{
	const struct dlwhy_finding *f;
	struct dead dead;

	begin(&dead, SIGILL, 2, WATCH_INSTRUCTION, 0x1001);
	frame(&dead, &dead.x, "fx");
	dead.stack.nbytes = 4;
	memcpy(dead.stack.bytes, "\x0f\x0b\x90\x90", 4);
	dead.stack.step.size = 2;
	memcpy(dead.stack.step.text, "ud2", 4);
	f = explain_stack(*state, &dead);
	assert_string_equal(f->code, "crash");
	assert_string_equal(f->detail, "trap");
	memcpy(dead.stack.bytes, "\xc4\xe3\xf1\x69", 4);
	dead.stack.step.isa = UINT64_C(1) << ISA_FMA4;
	f = explain_stack(*state, &dead);
	assert_string_equal(f->code, "cpu-isa");
	assert_string_equal(f->object, "/opt/libx.so");
	assert_true(f->nfixes > 0);
	/* One that nobody knows is nothing to build a claim on. */
	dead.stack.step.isa = 0;
	assert_string_equal(explain_stack(*state, &dead)->code, "crash");
}

static void a_stack_of_no_files(void **state)
{
	const struct dlwhy_finding *f;
	struct dead dead;

	begin(&dead, SIGSEGV, 1, WATCH_JUMP_UNMAPPED, 0x4141414141);
	frame(&dead, NULL, NULL);
	f = explain_stack(*state, &dead);
	assert_string_equal(f->code, "crash");
	assert_null(f->object);
	assert_non_null(f->summary);
}

static void guesses_are_told(void **state)
{
	const struct dlwhy_finding *f;
	bool told = false;
	struct dead dead;

	begin(&dead, SIGSEGV, 1, WATCH_NULL, 0);
	frame(&dead, &dead.x, "fx");
	frame(&dead, &dead.y, "fy");
	dead.frames[1].how = WATCH_SCAN;
	f = explain_stack(*state, &dead);
	for (size_t i = 0; i < f->nevidence; i++)
		told = told || strstr(f->evidence[i]->says, "a guess") != NULL;
	assert_true(told);
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(the_plain_words),
		TEST(whose_call_it_was),
		TEST(a_heap_is_torn_by_what_the_slots_say),
		TEST(a_constructor_on_the_stack),
		TEST(a_library_that_was_closed),
		TEST(instructions),
		TEST(a_stack_of_no_files),
		TEST(guesses_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
