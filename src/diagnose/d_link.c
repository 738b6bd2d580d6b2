/* d_link.c - stub */
#include "diagnose/link.h"
#include <string.h>
void diagnose_link(const struct link *l, struct arena *a, struct diagnosis *out) { (void)l; (void)a; memset(out,0,sizeof(*out)); }
const char *link_assumes(const struct link *l) { (void)l; return NULL; }
void diagnose_link_failure(const struct link_plan *plan, struct arena *a, const struct dlwhy_finding *const **findings, size_t *n) { (void)plan; (void)a; (void)findings; (void)n; }
