/* py_text.h - the messages of CPython: one table (py_text.def) that prints and recognises.
 *
 * PY_TEXT_NO_MODULE and so on are format strings; as arrays, so that a compiler sees whether what is printed
 * with them fits.
 */
#ifndef DLWHY_MESSAGE_PY_TEXT_H
#define DLWHY_MESSAGE_PY_TEXT_H

#define PY_TEXT(id, type, says, values, text) static const char PY_TEXT_##id[] = text;
#include "message/py_text.def"
#undef PY_TEXT

#endif
