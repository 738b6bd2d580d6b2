/* gpu.c - see gpu.h. Sources: the device files of NVIDIA's driver (README, "nvidia-modprobe"), of
 * amdkfd in the kernel, of WSL 2. */
#include "machine/gpu.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"

#define MAX_VERSION_FILE 4096 /* bytes */

static bool exists(struct source *s, const char *path)
{
	struct os_stat st;

	return source_stat(s, path, true, &st) == 0;
}

/* "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19 …": the first word that
 * is made of digits and points. */
const char *gpu_release(const char *text, struct arena *a)
{
	for (const char *p = text; *p != '\0' && *p != '\n';) {
		size_t n = strcspn(p, " \t\n"), digits = strspn(p, "0123456789.");

		if (n > 0 && n == digits && memchr(p, '.', n) != NULL &&
		    isdigit((unsigned char)*p))
			return arena_strndup(a, p, n);
		p += n;
		p += strspn(p, " \t");
	}
	return NULL;
}

void gpu_read(struct source *s, struct arena *a, struct gpu *out)
{
	char *text = NULL, copy[MAX_VERSION_FILE + 1];
	size_t n = 0;

	*out = (struct gpu){ .known = source_is_host(s) };
	if (!out->known)
		return;
	out->nvidia_device = exists(s, "/dev/nvidia0") || exists(s, "/dev/nvidiactl") ||
			     exists(s, "/dev/dxg");
	out->amd_device = exists(s, "/dev/kfd");
	out->nvidia_module = exists(s, "/proc/driver/nvidia/version");
	if (!out->nvidia_module ||
	    os_read_all("/proc/driver/nvidia/version", MAX_VERSION_FILE, &text, &n) != 0)
		return;
	/* Nothing is allocated in the arena while `text` is held. */
	if (n > MAX_VERSION_FILE)
		n = MAX_VERSION_FILE;
	memcpy(copy, text, n);
	copy[n] = '\0';
	free(text);
	out->nvidia_release = gpu_release(copy, a);
}
