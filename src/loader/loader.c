/* loader.c - which loader's rules a process follows. */
#include "loader/loader.h"

const char *loader_name(enum loader_kind k)
{
	switch (k) {
	case LOADER_MUSL: return "musl";
	default: return "glibc";
	}
}

struct process *loader_start(const struct world *w, struct arena *a, const char *program,
			     const char *argv0, bool secure, unsigned flags)
{
	if (w->kind == LOADER_MUSL)
		return musl_start(w, a, program, argv0, secure, flags);
	return glibc_start(w, a, program, argv0, secure, flags);
}

struct image *loader_open(struct process *p, const char *file, unsigned flags)
{
	if (p->w->kind == LOADER_MUSL)
		return musl_open(p, file, flags);
	return glibc_open(p, file, flags);
}
