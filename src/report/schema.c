/* schema.c - the JSON schema as a text: docs/schema-1.json, embedded when the library is built. */
#include <dlwhy/dlwhy.h>

#include "report/schema_text.h"

const char *dlwhy_schema(void)
{
	return dlwhy_schema_text;
}
