/* doubt.h - is a sentence said by a program, or does somebody write about it? */
#ifndef DLWHY_MESSAGE_DOUBT_H
#define DLWHY_MESSAGE_DOUBT_H

#include "message/clean.h"

/* MSG_PROSE, MSG_SOURCE, MSG_EXPECTED of message.h for the sentence text[start, end). */
unsigned doubt_of(const struct clean *c, size_t start, size_t end);

#endif
