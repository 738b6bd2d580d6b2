/* prober.h - the prober's bytes: a dynamic program for this machine, see prober.c. */
#ifndef DLWHY_VERB_PROBER_PROBER_H
#define DLWHY_VERB_PROBER_PROBER_H

#include <stddef.h>

/* For the glibc that it was built with, and later ones. */
extern const unsigned char prober_bytes[];
extern const size_t prober_size;
/* For older ones; of size 0 where there is none. */
extern const unsigned char prober_old_bytes[];
extern const size_t prober_old_size;

#endif
