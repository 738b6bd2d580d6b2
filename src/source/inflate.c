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
#include <stdatomic.h>

#include "base/os.h"

enum { PAUSE = 8 /* milliseconds, in which some megabytes are read */ };

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
	atomic_bool done;
};

static void *give_back(void *arg)
{
	struct giver *g = arg;

	while (!atomic_load(&g->done)) {
		os_pause(PAUSE);
		os_give_back(g->in.p, g->in.n);
	}
	return NULL;
}

int inflate_giving_back(struct view in, void *buf, size_t n)
{
	struct giver g = { .in = in };
	pthread_t thread;
	bool helped;
	int err;

	atomic_init(&g.done, false);
	helped = pthread_create(&thread, NULL, give_back, &g) == 0; /* without it, it merely takes more */
	err = inflate_whole(in, buf, n);
	atomic_store(&g.done, true);
	if (helped)
		pthread_join(thread, NULL);
	os_give_back(in.p, in.n);
	return err;
}
