/* wheel_tag.h - compatibility tags of wheels: "cp311-cp311-manylinux_2_17_x86_64".
 * https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/ */
#ifndef DLWHY_PACKAGE_WHEEL_TAG_H
#define DLWHY_PACKAGE_WHEEL_TAG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

struct wheel_tag {
	const char *python, *abi, *platform;   /* each may be a set: "py2.py3" */
	bool any;			       /* platform any */
	bool manylinux, musllinux, linux_only; /* linux_only: "linux_x86_64", nothing is promised */
	unsigned major, minor; /* of the C library that it promises to do with; the lowest of a set */
	const char *machine;   /* "x86_64", …; NULL for any and for other systems */
};

/* "PYTHON-ABI-PLATFORM". False: it is none. */
bool wheel_tag_read(struct arena *a, const char *text, struct wheel_tag *out);
/* Would CPython 3.minor take a wheel of that python and abi tag? */
bool wheel_tag_fits_python(const struct wheel_tag *t, unsigned minor);
/* ELF machine and class that a machine's name stands for; false if it is not known. */
bool wheel_tag_machine(const char *name, uint16_t *machine, bool *is64);
/* PE_AMD64 … of "win_amd64"; 0: it is no platform of Windows that is known. */
uint16_t wheel_tag_windows(const char *platform);

#endif
