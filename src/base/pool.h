/* pool.h - a few threads that take numbered jobs. */
#ifndef DLWHY_BASE_POOL_H
#define DLWHY_BASE_POOL_H

#include <stddef.h>

/* Runs job(ctx, worker, i) for each i in [0, n), on at most `threads` threads (0: one per
 * processor this process may use, at most 64), each i once, in rising order of starting.
 * `worker` numbers the threads from 0. Returns when all are done. If a thread cannot be started
 * the others do its work, the calling thread included. */
void pool_run(size_t n, unsigned threads, void (*job)(void *ctx, unsigned worker, size_t i),
	      void *ctx);
/* How many workers pool_run would use for n jobs. */
unsigned pool_workers(size_t n, unsigned threads);

#endif
