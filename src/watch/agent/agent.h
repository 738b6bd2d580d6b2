/* agent.h - the agent's bytes, for each class of programs that this machine runs: see agent.c. */
#ifndef DLWHY_WATCH_AGENT_H
#define DLWHY_WATCH_AGENT_H

#include <stddef.h>

extern const unsigned char agent_bytes[];
extern const size_t agent_size;
/* For 32-bit programs on a 64-bit machine; of size 0 where there is none. */
extern const unsigned char agent32_bytes[];
extern const size_t agent32_size;
/* For musl, to be preloaded. */
extern const unsigned char agent_musl_bytes[];
extern const size_t agent_musl_size;

#endif
