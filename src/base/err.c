/* err.c - an error as a value. */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum dlwhy_code err_set(struct dlwhy_error *e, enum dlwhy_code code, int sys_errno,
			const char *fmt, ...)
{
	va_list ap;

	if (e == NULL)
		return code;
	e->code = code;
	e->sys_errno = sys_errno;
	e->offset = UINT64_MAX;
	va_start(ap, fmt);
	if (vsnprintf(e->message, sizeof(e->message), fmt, ap) < 0)
		e->message[0] = '\0';
	va_end(ap);
	return code;
}

void err_clear(struct dlwhy_error *e)
{
	if (e == NULL)
		return;
	memset(e, 0, sizeof(*e));
	e->offset = UINT64_MAX;
}
