/* dlwhy/error.h - an error as a value; part of dlwhy.h, which includes it. */
#ifndef DLWHY_ERROR_H
#define DLWHY_ERROR_H

#include <stdint.h>

enum dlwhy_code {
	DLWHY_OK = 0,
	DLWHY_E_ARGUMENT,    /* the caller asked for something that makes no sense */
	DLWHY_E_NO_MEMORY,
	DLWHY_E_IO,          /* a file could not be read; sys_errno says why */
	DLWHY_E_LIMIT,       /* one of our own caps was reached */
	DLWHY_E_UNSUPPORTED, /* a format or machine that this version does not know */
	DLWHY_E_INTERNAL     /* a bug in dlwhy */
};

struct dlwhy_error {
	enum dlwhy_code code;
	int sys_errno;       /* 0 if no system call failed */
	uint64_t offset;     /* place in the file, UINT64_MAX if none */
	char message[256];   /* one line for a person, NUL-ended, without a final full stop */
};

#endif
