/* gate.c - see gate.h. */
#include "verb/gate.h"

#define LEAST ((uint64_t)32 << 20)

void gate_open(struct gate *g, uint64_t most)
{
	pthread_mutex_init(&g->lock, NULL);
	pthread_cond_init(&g->left, NULL);
	g->most = most > LEAST ? most : LEAST;
	g->inside = 0;
}

void gate_enter(struct gate *g, uint64_t n)
{
	pthread_mutex_lock(&g->lock);
	while (g->inside > 0 && (g->inside > g->most || n > g->most - g->inside))
		pthread_cond_wait(&g->left, &g->lock);
	g->inside += n;
	pthread_mutex_unlock(&g->lock);
}

void gate_leave(struct gate *g, uint64_t n)
{
	pthread_mutex_lock(&g->lock);
	g->inside -= n;
	pthread_cond_broadcast(&g->left);
	pthread_mutex_unlock(&g->lock);
}

void gate_close(struct gate *g)
{
	pthread_mutex_destroy(&g->lock);
	pthread_cond_destroy(&g->left);
}
