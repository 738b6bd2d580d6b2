/* ld_text.h - the lines of linkers: one table (ld_text.def) that prints and recognises.
 *
 * LD_BFD_OPTION and so on are format strings; as arrays, so that a compiler sees whether what is printed with
 * them fits.
 */
#ifndef DLWHY_MESSAGE_LD_TEXT_H
#define DLWHY_MESSAGE_LD_TEXT_H

#define LD_TEXT(id, says, values, text) static const char LD_##id[] = text;
#include "message/ld_text.def"
#undef LD_TEXT

#endif
