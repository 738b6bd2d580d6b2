/* told_words.h - what is said of a fact: its object, a sentence, what to do, what would decide. */
#ifndef DLWHY_DIAGNOSE_TOLD_WORDS_H
#define DLWHY_DIAGNOSE_TOLD_WORDS_H

#include "diagnose/common.h"
#include "message/message.h"

/* The cause that its code names; CAUSE_COUNT: there is none of that name. */
enum cause told_cause(const struct msg_fact *f);
/* "GNU ld says": whose words they are. */
const char *told_speaker(struct arena *a, const struct msg_fact *f);
/* Object, symbol, who needs it, summary, fixes and other readings, from told.def. */
void told_fill(struct diag *d, struct draft *dr, const struct msg_fact *f);
/* Of these, the fixes alone. */
void told_add_ways(struct diag *d, struct draft *dr, const struct msg_fact *f);
/* told_known.c: fixes and evidence from what is known by name of a library, a symbol or a version. */
void told_known(struct diag *d, struct draft *dr, const struct msg_fact *f);
/* f tells more of the same: the highest of several versions is the one that counts. */
void told_merge(struct diag *d, struct draft *dr, const struct msg_fact *first, const struct msg_fact *f);
/* What would decide, or NULL. */
const char *told_hint(struct arena *a, const struct msg_fact *f);

#endif
