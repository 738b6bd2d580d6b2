/* gpu.h - is there a graphics processor that programs can compute on, and a driver in the kernel? */
#ifndef DLWHY_MACHINE_GPU_H
#define DLWHY_MACHINE_GPU_H

#include <stdbool.h>

#include "base/arena.h"
#include "source/source.h"

struct gpu {
	bool known;                /* false: another machine's root, whose devices are not here */
	bool nvidia_device;        /* /dev/nvidia0 … or, below WSL, /dev/dxg */
	bool nvidia_module;        /* /proc/driver/nvidia */
	const char *nvidia_release; /* of the module, "535.104.05"; NULL if unknown */
	bool amd_device;           /* /dev/kfd */
};

/* Strings in a. */
void gpu_read(struct source *s, struct arena *a, struct gpu *out);
/* The release in the text of /proc/driver/nvidia/version, in a; NULL if there is none. */
const char *gpu_release(const char *text, struct arena *a);

#endif
