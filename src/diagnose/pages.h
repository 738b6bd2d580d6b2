/* pages.h - the pages of docs/causes: page_ID for each row of causes.def, made by scripts/embed_pages.py. */
#ifndef DLWHY_DIAGNOSE_PAGES_H
#define DLWHY_DIAGNOSE_PAGES_H

#define CAUSE(id, code, title, severity, meaning, never) extern const char page_##id[];
#include "diagnose/causes.def"
#undef CAUSE

#endif
