/* told_runtime.h - what the facts of loaders and interpreters tell beyond their words: by names of symbols and
 * libraries, by who was being loaded around them. */
#ifndef DLWHY_DIAGNOSE_TOLD_RUNTIME_H
#define DLWHY_DIAGNOSE_TOLD_RUNTIME_H

#include "message/message.h"

/* The same facts in the same order, sharpened: cause, detail, object, needed_by. Allocates in a. */
void told_runtime(struct arena *a, const struct msg_facts *in, struct msg_facts *out);

#endif
