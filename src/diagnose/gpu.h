/* gpu.h - what is known of the libraries by which programs use a graphics processor. */
#ifndef DLWHY_DIAGNOSE_GPU_H
#define DLWHY_DIAGNOSE_GPU_H

#include "diagnose/common.h"

enum gpu_part { GPU_DRIVER, GPU_TOOLKIT, GPU_LOADER };
enum gpu_maker { GPU_NVIDIA, GPU_AMD, GPU_ANY };

struct gpu_library {
	const char *pattern;
	enum gpu_part part;
	enum gpu_maker maker;
	const char *what;
};
/* NULL if a library of that base name has nothing to do with it. */
const struct gpu_library *gpu_library_of(const char *name);
/* Made to link against, not to run: "/usr/local/cuda/lib64/stubs/libcuda.so". */
bool is_gpu_stub(const char *path);

/* The length of "libcudart" in "libcudart.so.12". */
size_t gpu_stem(const char *name);
/* The path of a copy of that library for the machine of the process, in one of the folders that are
 * made for such; if there is none of that name (*same is false then), of another release. NULL. */
const char *gpu_copy(struct diag *d, const char *name, bool *same);
/* The summary and the facts about a part of the driver that is missing, or there as a stub alone;
 * `by` says in words who wants it. */
void gpu_driver_missing(struct diag *d, struct draft *dr, const char *name, const char *by);
/* Is there a GPU here, so that what libraries of libraries open matters as well? */
bool gpu_may_matter(const struct diag *d);
/* One finding about what d->opens could not find of a graphics processor's libraries. */
void d_gpu(struct diag *d);

#endif
