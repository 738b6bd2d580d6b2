/* tls.h - the static TLS area: who got room at the start, and what is left for later. */
#ifndef DLWHY_LOADER_TLS_H
#define DLWHY_LOADER_TLS_H

#include "loader/loader.h"

/* Do the blocks stand below the thread pointer? Else they stand above it. */
bool tls_below(uint16_t machine);
/* Lays out the TLS blocks of all images that are there at the start (_dl_determine_tlsoffset). */
void tls_layout_start(struct process *p);
/* Room in the area for the block of `im`, which is used by an initial-exec reference. False: the
 * loader refuses. optional: TLSDESC, which may do without. */
bool tls_place(struct process *p, struct image *im, bool optional);
/* Bytes that are still free in the area. */
uint64_t tls_free_bytes(const struct process *p);

#endif
