/* go_text.h - the lines of go and cgo: one table (go_text.def) that prints and recognises.
 *
 * GO_TEXT_MODE and so on are format strings; as arrays, so that a compiler sees whether what is printed with
 * them fits.
 */
#ifndef DLWHY_MESSAGE_GO_TEXT_H
#define DLWHY_MESSAGE_GO_TEXT_H

#define GO_TEXT(id, says, values, text) static const char GO_TEXT_##id[] = text;
#include "message/go_text.def"
#undef GO_TEXT

#endif
