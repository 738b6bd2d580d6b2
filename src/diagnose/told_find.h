/* told_find.h - facts that stand around another one, for the steps that join them. */
#ifndef DLWHY_DIAGNOSE_TOLD_FIND_H
#define DLWHY_DIAGNOSE_TOLD_FIND_H

#include "diagnose/told_case.h"

enum { RANK_ENDS = 95 }; /* only follows from others */

bool told_is_id(const struct msg_fact *f, const char *id);
bool told_is_detail(const struct msg_fact *f, const char *detail);
/* It says nothing any more. */
void told_silence(struct msg_fact *f);
/* What `from` names, where `to` names none. */
void told_take(struct msg_fact *to, const struct msg_fact *from, enum msg_field f);
/* The first fact of that id, NULL: none. */
const struct msg_fact *told_find(const struct told_case *c, const char *id);
/* The nearest one above or below whose id begins so, no further than `lines`; NULL: none. */
const struct msg_fact *told_above(const struct told_case *c, const char *id, const struct msg_fact *f,
				  int64_t lines);
const struct msg_fact *told_below(const struct told_case *c, const char *id, const struct msg_fact *f,
				  int64_t lines);

#endif
