/* err.h - an error as a value. A broken library is no error: it is a finding (see diagnose/).
 *
 * The public struct dlwhy_error (dlwhy.h) is the same thing; base/ may not include it, so this
 * header owns the definition that dlwhy.h repeats for its readers through a typedef-free include.
 */
#ifndef DLWHY_BASE_ERR_H
#define DLWHY_BASE_ERR_H

#include <dlwhy/error.h>

/* Fills *e (may be NULL) and returns code, so that `return err_set(...)` reads well. */
enum dlwhy_code err_set(struct dlwhy_error *e, enum dlwhy_code code, int sys_errno,
			const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void err_clear(struct dlwhy_error *e);

#endif
