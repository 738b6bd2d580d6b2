/* gate.h - so many bytes may be in work at a time: threads wait until theirs fit. */
#ifndef DLWHY_VERB_GATE_H
#define DLWHY_VERB_GATE_H

#include <pthread.h>
#include <stdint.h>

struct gate {
	pthread_mutex_t lock;
	pthread_cond_t left;
	uint64_t most, inside; /* bytes */
};

/* At most `most` bytes, but never less than a few files of ordinary size. */
void gate_open(struct gate *g, uint64_t most);
/* Waits until `n` bytes fit, or nobody is inside. */
void gate_enter(struct gate *g, uint64_t n);
void gate_leave(struct gate *g, uint64_t n);
void gate_close(struct gate *g);

#endif
