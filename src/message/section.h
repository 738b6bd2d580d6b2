/* section.h - does a sentence stand in a text that people write: a guide, a list of changes, a commit? */
#ifndef DLWHY_MESSAGE_SECTION_H
#define DLWHY_MESSAGE_SECTION_H

#include "message/clean.h"

/* For the sentence text[start, end): the lines around it, up to some dozens of either side, are looked at. */
bool section_is_written(const struct clean *c, size_t start, size_t end);

#endif
