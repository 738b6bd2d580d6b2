/* str.h - questions about NUL-ended strings that every folder asks. */
#ifndef DLWHY_BASE_STR_H
#define DLWHY_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

static inline bool str_ends(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

/* The same without regard to case. */
static inline bool str_ends_nocase(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcasecmp(s + n - m, end) == 0;
}

/* The value of a variable among NAME=VALUE strings, NULL-ended; the list may be NULL. NULL: it is not set. */
static inline const char *str_env(const char *const *vars, const char *name)
{
	size_t n = strlen(name);

	for (; vars != NULL && *vars != NULL; vars++)
		if (strncmp(*vars, name, n) == 0 && (*vars)[n] == '=')
			return *vars + n + 1;
	return NULL;
}

/* The value of a hexadecimal digit; -1 for what is none. */
static inline int str_hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

#endif
