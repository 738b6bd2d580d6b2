/* schema_text.h - docs/schema-1.json as the build embeds it, NUL-ended. */
#ifndef DLWHY_REPORT_SCHEMA_TEXT_H
#define DLWHY_REPORT_SCHEMA_TEXT_H

extern const char dlwhy_schema_text[];

#endif
