/* inflate.c - see inflate.h.
 *
 * libdeflate is twice as fast as zlib because it sees all of its input and output at once. It does not tell
 * how far it is; so a thread of its own gives back whatever was read of the input, again and again. Pages
 * that are still wanted come back from the file: what is unpacked is the same, whenever that thread runs.
 */
#include "source/inflate.h"

#include <errno.h>
#include <libdeflate.h>
#include <pthread.h>
#include <time.h>

#include "base/os.h"

enum { PAUSE = 8000000 /* nanoseconds, in which some megabytes are read */ };

int inflate_whole(struct view in, void *buf, size_t n)
{
	struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
	enum libdeflate_result result;
	size_t got;

	if (d == NULL)
		return ENOMEM;
	result = libdeflate_deflate_decompress(d, in.p, in.n, buf, n, &got);
	libdeflate_free_decompressor(d);
	return result == LIBDEFLATE_SUCCESS && got == n ? 0 : EBADMSG;
}

struct giver {
	struct view in;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool done;
};

static void pause_until(struct giver *g)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_nsec += PAUSE;
	if (t.tv_nsec >= 1000000000) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000;
	}
	(void)pthread_cond_timedwait(&g->changed, &g->lock, &t);
}

static void *give_back(void *arg)
{
	struct giver *g = arg;

	pthread_mutex_lock(&g->lock);
	while (!g->done) {
		pause_until(g);
		os_give_back(g->in.p, g->in.n);
	}
	pthread_mutex_unlock(&g->lock);
	return NULL;
}

int inflate_giving_back(struct view in, void *buf, size_t n)
{
	struct giver g = { .in = in, .done = false };
	pthread_t thread;
	bool helped;
	int err;

	pthread_mutex_init(&g.lock, NULL);
	pthread_cond_init(&g.changed, NULL);
	helped = pthread_create(&thread, NULL, give_back, &g) == 0; /* without it, it merely takes more */
	err = inflate_whole(in, buf, n);
	if (helped) {
		pthread_mutex_lock(&g.lock);
		g.done = true;
		pthread_cond_signal(&g.changed);
		pthread_mutex_unlock(&g.lock);
		pthread_join(thread, NULL);
	}
	os_give_back(in.p, in.n);
	pthread_cond_destroy(&g.changed);
	pthread_mutex_destroy(&g.lock);
	return err;
}
