/* test_pool.c - threads that take numbered jobs. */
#include "base/pool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include "base/os.h"

enum { JOBS = 5000 };

struct seen {
	atomic_int times[JOBS];
	atomic_int bad_worker;
	atomic_size_t started;
	unsigned workers;
};

static void job(void *ctx, unsigned worker, size_t i)
{
	struct seen *s = ctx;

	atomic_fetch_add(&s->times[i], 1);
	if (worker >= s->workers)
		atomic_fetch_add(&s->bad_worker, 1);
}

static void each_index_runs_once(void **state)
{
	static const unsigned threads[] = {0, 1, 2, 7, 64, 1000};

	(void)state;
	for (size_t t = 0; t < sizeof(threads) / sizeof(*threads); t++) {
		static struct seen s;

		memset(&s, 0, sizeof(s));
		s.workers = pool_workers(JOBS, threads[t]);
		pool_run(JOBS, threads[t], job, &s);
		for (size_t i = 0; i < JOBS; i++)
			assert_int_equal(s.times[i], 1);
		assert_int_equal(s.bad_worker, 0);
	}
}

static void in_order(void *ctx, unsigned worker, size_t i)
{
	struct seen *s = ctx;

	(void)worker;
	if (atomic_fetch_add(&s->started, 1) != i)
		atomic_fetch_add(&s->bad_worker, 1);
}

static void one_thread_takes_them_in_order(void **state)
{
	static struct seen s;

	(void)state;
	pool_run(JOBS, 1, in_order, &s);
	assert_int_equal(s.started, JOBS);
	assert_int_equal(s.bad_worker, 0);
}

static void no_jobs_is_fine(void **state)
{
	(void)state;
	pool_run(0, 4, NULL, NULL);
}

static void workers_are_bounded(void **state)
{
	(void)state;
	assert_int_equal(pool_workers(100, 3), 3);
	assert_int_equal(pool_workers(2, 8), 2);
	assert_int_equal(pool_workers(0, 8), 1);
	assert_int_equal(pool_workers(1000, 1000), 64);
	assert_true(pool_workers(1000, 0) >= 1 && pool_workers(1000, 0) <= 64);
	if (os_processors() <= 64)
		assert_int_equal(pool_workers(1000, 0), os_processors());
}

struct met {
	pthread_mutex_t lock;
	pthread_t self;
	bool here;
	atomic_int arrived;
};

/* Two jobs that wait for each other end only if two threads run them. */
static void meet(void *ctx, unsigned worker, size_t i)
{
	struct met *m = ctx;

	(void)i;
	if (pthread_equal(pthread_self(), m->self) != 0 && worker == 0) {
		pthread_mutex_lock(&m->lock);
		m->here = true;
		pthread_mutex_unlock(&m->lock);
	}
	atomic_fetch_add(&m->arrived, 1);
	while (atomic_load(&m->arrived) < 2)
		;
}

static void jobs_run_side_by_side_and_the_caller_takes_part(void **state)
{
	struct met m = {.lock = PTHREAD_MUTEX_INITIALIZER, .self = pthread_self()};

	(void)state;
	pool_run(2, 2, meet, &m);
	assert_true(m.here);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_index_runs_once),
		cmocka_unit_test(one_thread_takes_them_in_order),
		cmocka_unit_test(no_jobs_is_fine),
		cmocka_unit_test(workers_are_bounded),
		cmocka_unit_test(jobs_run_side_by_side_and_the_caller_takes_part),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
