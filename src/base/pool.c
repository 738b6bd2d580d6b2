/* pool.c - a few threads that take numbered jobs from one counter. */
#include "base/pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "base/os.h"

enum { MOST = 64 };

struct pool {
	atomic_size_t next;
	size_t n;
	void (*job)(void *ctx, unsigned worker, size_t i);
	void *ctx;
};

struct worker {
	struct pool *pool;
	unsigned number;
	pthread_t thread;
};

unsigned pool_workers(size_t n, unsigned threads)
{
	if (threads == 0)
		threads = os_processors();
	if (threads > MOST)
		threads = MOST;
	if (threads > n)
		threads = (unsigned)n;
	return threads == 0 ? 1 : threads;
}

static void *work(void *arg)
{
	struct worker *w = arg;
	struct pool *p = w->pool;

	for (;;) {
		size_t i = atomic_fetch_add_explicit(&p->next, 1, memory_order_relaxed);

		if (i >= p->n)
			return NULL;
		p->job(p->ctx, w->number, i);
	}
}

void pool_run(size_t n, unsigned threads, void (*job)(void *ctx, unsigned worker, size_t i),
	      void *ctx)
{
	struct pool pool = {.n = n, .job = job, .ctx = ctx};
	struct worker workers[MOST];
	unsigned count = pool_workers(n, threads), started = 1;

	if (n == 0)
		return;
	atomic_init(&pool.next, 0);
	workers[0].pool = &pool;
	workers[0].number = 0;
	for (; started < count; started++) {
		struct worker *w = &workers[started];

		w->pool = &pool;
		w->number = started;
		if (pthread_create(&w->thread, NULL, work, w) != 0)
			break;
	}
	work(&workers[0]);
	while (started-- > 1)
		pthread_join(workers[started].thread, NULL);
}
