/* test_records.c - what agents wrote: processes, loads, endings; and what nobody honest would write. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "watch/agent/agent_log.h"
#include "watch/records.h"

enum { ROOM = 1 << 16, ADD = 1, CONSISTENT = 0, DELETE = 2 };

struct log {
	unsigned char bytes[ROOM];
	size_t n;
	struct arena *a;
	struct watch_log out;
};

static void put(struct log *l, uint32_t pid, enum agent_kind kind, uint32_t flag, uint64_t cookie,
		const char *text)
{
	struct agent_record r = { .magic = AGENT_MAGIC, .pid = pid, .tid = pid, .kind = kind,
				  .flag = flag, .cookie = cookie };

	r.length = (uint32_t)strlen(text);
	r.size = (uint32_t)((sizeof(r) + r.length + 7) & ~(size_t)7);
	assert_true(l->n + r.size <= ROOM);
	if (kind == AGENT_FORK || kind == AGENT_HELLO)
		r.value = cookie;
	memcpy(l->bytes + l->n, &r, sizeof(r));
	memcpy(l->bytes + l->n + sizeof(r), text, r.length);
	l->n += r.size;
}

static struct log *log_new(void)
{
	struct log *l = calloc(1, sizeof(*l));

	assert_non_null(l);
	l->n = sizeof(struct agent_head);
	l->a = arena_new(0);
	return l;
}

static void log_free(struct log *l)
{
	arena_free(l->a);
	free(l);
}

static void read_all(void *ctx)
{
	struct log *l = ctx;

	watch_read((struct view){ l->bytes, l->n }, "/tmp/own", l->a, &l->out);
}

static const struct watch_process *read_log(struct log *l)
{
	assert_int_equal(arena_run(l->a, read_all, l), ARENA_OK);
	return l->out.processes.n > 0 ? l->out.processes.items[0] : NULL;
}

/* A start as glibc's audit interface tells it. */
static void put_start(struct log *l, uint32_t pid)
{
	put(l, pid, AGENT_HELLO, 64, 1, "");
	put(l, pid, AGENT_EXE, 0, 0, "/bin/prog");
	put(l, pid, AGENT_ENV, 0, 0, "LD_LIBRARY_PATH=/x");
	put(l, pid, AGENT_OPEN, 0, 100, "");
	put(l, pid, AGENT_ACTIVITY, ADD, 100, "");
	put(l, pid, AGENT_SEARCH, 0, 100, "libc.so.6");
	put(l, pid, AGENT_OPEN, 0, 101, "/lib/libc.so.6");
	put(l, pid, AGENT_ACTIVITY, CONSISTENT, 100, "");
	put(l, pid, AGENT_PREINIT, 0, 100, "");
}

static void a_start_and_an_end(void **state)
{
	struct log *l = log_new();
	const struct watch_process *p;

	(void)state;
	put_start(l, 7);
	put(l, 7, AGENT_ACTIVITY, DELETE, 100, "");
	put(l, 7, AGENT_CLOSE, 0, 100, "");
	p = read_log(l);
	assert_int_equal(l->out.processes.n, 1);
	assert_string_equal(p->exe, "/bin/prog");
	assert_int_equal(p->env.n, 1);
	assert_true(p->began);
	assert_int_equal(p->ending, WATCH_EXIT);
	assert_int_equal(p->loads.n, 1);
	assert_true(p->loads.items[0].finished);
	assert_int_equal(p->loads.items[0].nobjects, 2);
	assert_string_equal(watch_by_cookie(p, 101)->name, "/lib/libc.so.6");
	log_free(l);
}

static void words_of_a_command_line(void **state)
{
	static const char words[] = "sh\0-c\0\0exit 1";
	struct log *l = log_new();
	const struct watch_process *p;
	struct agent_record r;

	(void)state;
	put(l, 7, AGENT_HELLO, 64, 1, "");
	put(l, 7, AGENT_ARGV, 0, 0, "0123456789abcd");
	memcpy(&r, l->bytes + l->n - sizeof(r) - 16, sizeof(r));
	assert_int_equal(r.length, sizeof(words));
	memcpy(l->bytes + l->n - 16, words, sizeof(words));
	p = read_log(l);
	assert_int_equal(p->argc, 4);
	assert_string_equal(p->argv[1], "-c");
	assert_string_equal(p->argv[2], "");
	assert_string_equal(p->argv[3], "exit 1");
	assert_null(p->argv[4]);
	log_free(l);
}

static void a_start_that_breaks_off(void **state)
{
	struct log *l = log_new();
	const struct watch_process *p;

	(void)state;
	put(l, 7, AGENT_HELLO, 32, 1, "");
	put(l, 7, AGENT_ACTIVITY, ADD, 100, "");
	put(l, 7, AGENT_SEARCH, 0, 100, "libgone.so");
	p = read_log(l);
	assert_int_equal(p->bits, 32);
	assert_false(p->began);
	assert_false(p->loads.items[0].finished);
	assert_string_equal(p->loads.items[0].last, "libgone.so");
	log_free(l);
}

/* The second is not found, the third misses a symbol and is taken back, the fourth misses a need. */
static void loads_that_go_well_and_not(void **state)
{
	struct log *l = log_new();
	const struct watch_process *p;

	(void)state;
	put_start(l, 7);
	put(l, 7, AGENT_SEARCH, 0, 100, "libgood.so");
	put(l, 7, AGENT_ACTIVITY, ADD, 100, "");
	put(l, 7, AGENT_OPEN, 0, 102, "/lib/libgood.so");
	put(l, 7, AGENT_ACTIVITY, CONSISTENT, 100, "");
	put(l, 7, AGENT_SEARCH, 0, 102, "libnone.so");
	put(l, 7, AGENT_SEARCH, 0, 100, "./libsym.so");
	put(l, 7, AGENT_ACTIVITY, ADD, 100, "");
	put(l, 7, AGENT_OPEN, 0, 103, "./libsym.so");
	put(l, 7, AGENT_ACTIVITY, CONSISTENT, 100, "");
	put(l, 7, AGENT_CLOSE, 0, 103, "");
	put(l, 7, AGENT_ACTIVITY, DELETE, 100, "");
	put(l, 7, AGENT_ACTIVITY, CONSISTENT, 100, "");
	put(l, 7, AGENT_SEARCH, 0, 100, "./libneed.so");
	put(l, 7, AGENT_ACTIVITY, ADD, 100, "");
	put(l, 7, AGENT_OPEN, 0, 103, "./libneed.so");
	put(l, 7, AGENT_SEARCH, 0, 103, "libgone.so");
	put(l, 7, AGENT_CLOSE, 0, 103, "");
	put(l, 7, AGENT_ACTIVITY, CONSISTENT, 100, "");
	p = read_log(l);
	assert_int_equal(p->loads.n, 5);
	assert_true(p->loads.items[1].finished);
	assert_false(p->loads.items[1].undone);
	assert_int_equal(p->loads.items[2].nobjects, 0);
	assert_int_equal(p->loads.items[2].by, 102);
	assert_true(p->loads.items[3].undone);
	assert_string_equal(p->loads.items[4].name, "./libneed.so");
	assert_true(p->loads.items[4].undone);
	assert_string_equal(p->loads.items[4].last, "libgone.so");
	log_free(l);
}

static void exec_fork_and_death(void **state)
{
	struct log *l = log_new();
	const struct watch_process *p;

	(void)state;
	put_start(l, 7);
	put_start(l, 7);
	put(l, 8, AGENT_FORK, 0, 7, "");
	put(l, 8, AGENT_SEARCH, 0, 100, "libx.so");
	put(l, 8, AGENT_CRASH, 11, 8, "");
	put(l, 9, AGENT_CRASH, 6, 7, ""); /* forked, and died before it said anything */
	p = read_log(l);
	assert_int_equal(l->out.processes.n, 4);
	assert_int_equal(p->ending, WATCH_EXEC);
	assert_int_equal(l->out.processes.items[1]->ending, WATCH_UNKNOWN);
	p = l->out.processes.items[2];
	assert_true(p->forked);
	assert_int_equal(p->loads.n, 2);
	assert_int_equal(p->ending, WATCH_CRASH);
	assert_int_equal(p->signal, 11);
	p = l->out.processes.items[3];
	assert_int_equal(p->pid, 9);
	assert_int_equal(p->parent, 7);
	assert_int_equal(p->signal, 6);
	assert_int_equal(p->loads.n, 1);
	log_free(l);
}

static void calls_of_musl(void **state)
{
	struct log *l = log_new();
	const struct watch_process *p;

	(void)state;
	put(l, 7, AGENT_HELLO, 64, 1, "");
	put(l, 7, AGENT_OPEN, 0, 1, "");
	put(l, 7, AGENT_ACTIVITY, CONSISTENT, 0, "");
	put(l, 7, AGENT_DLOPEN, 2, 500, "libouter.so");
	put(l, 7, AGENT_DLOPEN, 258, 400, "libinner.so");
	put(l, 7, AGENT_DLOPENED, 0, 400, "");
	put(l, 7, AGENT_OPEN, 0, 2, "/lib/libouter.so");
	put(l, 7, AGENT_DLOPENED, 1, 500, "");
	p = read_log(l);
	assert_int_equal(p->loads.n, 3);
	assert_true(p->loads.items[1].ended && p->loads.items[1].succeeded);
	assert_true(p->loads.items[2].ended && !p->loads.items[2].succeeded);
	assert_int_equal(p->loads.items[2].mode, 258);
	log_free(l);
}

static void our_own_objects_are_left_out(void **state)
{
	struct log *l = log_new();
	const struct watch_process *p;

	(void)state;
	put(l, 7, AGENT_HELLO, 64, 1, "");
	put(l, 7, AGENT_OPEN, 0, 1, "/tmp/own/wide/agent.so");
	put(l, 7, AGENT_OPEN, 0, 2, "/lib/libc.so.6");
	p = read_log(l);
	assert_int_equal(p->objects.n, 1);
	log_free(l);
}

static void holes_are_passed_over(void **state)
{
	struct log *l = log_new();

	(void)state;
	put_start(l, 7);
	l->n += 256; /* somebody was killed while he wrote */
	put_start(l, 8);
	read_log(l);
	assert_int_equal(l->out.processes.n, 2);
	assert_true(l->out.processes.items[1]->began);
	log_free(l);
}

/* Sizes, lengths and kinds that lie, records of nobody, every cut: nothing is read outside. */
static void lies_do_no_harm(void **state)
{
	struct log *l = log_new();
	size_t whole;

	(void)state;
	put(l, 9, AGENT_SEARCH, 0, 1, "of nobody");
	put(l, 9, AGENT_CLOSE, 0, 1, "");
	put_start(l, 7);
	put(l, 7, AGENT_CLOSE, 0, 4711, "");
	put(l, 7, AGENT_DLOPENED, 1, 4711, "");
	whole = l->n;
	for (size_t at = sizeof(struct agent_head); at < whole; at += 4) {
		unsigned char keep[4];

		memcpy(keep, l->bytes + at, 4);
		memset(l->bytes + at, 0xff, 4);
		read_log(l);
		memset(l->bytes + at, 0x7f, 4);
		read_log(l);
		memcpy(l->bytes + at, keep, 4);
	}
	for (l->n = 0; l->n < whole; l->n += 3)
		read_log(l);
	l->n = whole;
	read_log(l);
	assert_int_equal(l->out.damaged, 2);
	assert_int_equal(l->out.processes.n, 1);
	log_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_start_and_an_end),
		cmocka_unit_test(words_of_a_command_line),
		cmocka_unit_test(a_start_that_breaks_off),
		cmocka_unit_test(loads_that_go_well_and_not),
		cmocka_unit_test(exec_fork_and_death),
		cmocka_unit_test(calls_of_musl),
		cmocka_unit_test(our_own_objects_are_left_out),
		cmocka_unit_test(holes_are_passed_over),
		cmocka_unit_test(lies_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
