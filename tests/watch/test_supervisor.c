/* test_supervisor.c - a command with the agent in it: what is written, and what is left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "watch/agent/agent_log.h"
#include "watch/records.h"
#include "watch/supervisor.h"

struct seen {
	struct watch *w;
	struct arena *a;
	struct watch_log log;
	struct os_command_end end;
};

static void read_all(void *ctx)
{
	struct seen *s = ctx;

	watch_read(watch_bytes(s->w), watch_folder(s->w), s->a, &s->log);
}

/* With `hole` bytes at the start of the log that somebody took and never filled. */
static void watch_shell_behind(struct seen *s, const char *script, uint32_t hole)
{
	static const char *const parents[] = { "/no/such/folder", "/tmp", NULL };
	const char *const argv[] = { "sh", "-c", script, NULL };
	char audit[512];
	const char *env[] = { "PATH=/usr/bin:/bin", audit, NULL };
	int err;

	memset(s, 0, sizeof(*s));
	s->w = watch_new(parents, &err);
	assert_non_null(s->w);
	((struct agent_head *)(uintptr_t)watch_bytes(s->w).p)->used += hole;
	snprintf(audit, sizeof(audit), "LD_AUDIT=%s", watch_audit(s->w));
	assert_int_equal(watch_command(s->w, argv, env, &s->end), 0);
	s->a = arena_new(0);
	assert_int_equal(arena_run(s->a, read_all, s), ARENA_OK);
}

static void watch_shell(struct seen *s, const char *script)
{
	watch_shell_behind(s, script, 0);
}

static void seen_free(struct seen *s)
{
	arena_free(s->a);
	watch_free(s->w);
}

static bool has_program(const struct seen *s, const char *name)
{
	for (size_t i = 0; i < s->log.processes.n; i++) {
		const char *exe = s->log.processes.items[i]->exe;

		if (exe != NULL && strstr(exe, name) != NULL)
			return true;
	}
	return false;
}

/* musl's and static shells have no agent in them. */
static bool is_watched(const struct seen *s)
{
	return s->log.processes.n > 0;
}

static void a_command_and_its_children(void **state)
{
	struct seen s;
	struct stat st;

	(void)state;
	watch_shell(&s, "sleep 0.01; exit 5");
	assert_int_equal(s.end.status, 5);
	assert_int_equal(stat(watch_folder(s.w), &st), -1);
	assert_int_equal(watch_lost(s.w), 0);
	assert_int_equal(s.log.damaged, 0);
	if (is_watched(&s)) {
		assert_int_equal(s.log.processes.items[0]->pid, s.end.pid);
		assert_true(s.log.processes.items[0]->began);
		assert_true(has_program(&s, "sleep"));
	}
	seen_free(&s);
}

static void a_death_is_seen(void **state)
{
	struct seen s;
	const struct watch_crash *v;

	(void)state;
	watch_shell(&s, "kill -ABRT $$");
	assert_int_equal(s.end.signal, SIGABRT);
	if (is_watched(&s)) {
		assert_int_equal(watch_crashes(s.w, &v), 1);
		assert_int_equal(v[0].signal, SIGABRT);
		assert_int_equal(v[0].pid, s.end.pid);
	}
	seen_free(&s);
}

/* A process that was killed while it wrote: later deaths are seen all the same. */
static void a_death_behind_a_hole_is_seen(void **state)
{
	struct seen s;
	const struct watch_crash *v;

	(void)state;
	watch_shell_behind(&s, "kill -ABRT $$", 64);
	assert_int_equal(s.end.signal, SIGABRT);
	if (is_watched(&s)) {
		assert_int_equal(watch_crashes(s.w, &v), 1);
		assert_int_equal(v[0].trace_err, 0);
		assert_non_null(v[0].stack);
	}
	seen_free(&s);
}

static void where_no_folder_is(void **state)
{
	static const char *const parents[] = { "/no/such/folder", "/tmp:x", NULL };
	int err = 0;

	(void)state;
	assert_null(watch_new(parents, &err));
	assert_int_equal(err, ENOENT);
}

/* A log that grows beyond what was made sure of at first. */
static void many_records_have_room(void **state)
{
	struct seen s;

	(void)state;
	watch_shell(&s, "i=0; while [ $i -lt 400 ]; do /bin/true; i=$((i+1)); done");
	assert_int_equal(s.end.status, 0);
	assert_int_equal(watch_lost(s.w), 0);
	if (is_watched(&s))
		assert_true(s.log.processes.n >= 400);
	seen_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_command_and_its_children),
		cmocka_unit_test(a_death_is_seen),
		cmocka_unit_test(a_death_behind_a_hole_is_seen),
		cmocka_unit_test(where_no_folder_is),
		cmocka_unit_test(many_records_have_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
