/* loader.c - which loader's rules a process follows. */
#include "loader/loader.h"

#include "loader/search.h"

const char *loader_name(enum loader_kind k)
{
	switch (k) {
	case LOADER_MUSL: return "musl";
	case LOADER_DYLD: return "dyld";
	case LOADER_WINDOWS: return "windows";
	default: return "glibc";
	}
}

struct process *loader_start(const struct world *w, struct arena *a, const char *program,
			     const char *argv0, bool secure, unsigned flags)
{
	if (w->kind == LOADER_MUSL)
		return musl_start(w, a, program, argv0, secure, flags);
	if (w->kind == LOADER_DYLD)
		return dyld_start(w, a, program, argv0, secure, flags);
	if (w->kind == LOADER_WINDOWS)
		return windows_start(w, a, program, argv0, secure, flags);
	return glibc_start(w, a, program, argv0, secure, flags);
}

struct image *loader_open_by(struct process *p, struct image *by, const char *file, unsigned flags)
{
	if (p->w->kind == LOADER_MUSL) /* which does not ask who calls */
		return musl_open(p, file, flags);
	if (p->w->kind == LOADER_DYLD)
		return dyld_open_by(p, by, file, flags);
	if (p->w->kind == LOADER_WINDOWS)
		return windows_open(p, file, flags);
	return glibc_open_by(p, by, file, flags);
}

struct image *loader_open(struct process *p, const char *file, unsigned flags)
{
	return loader_open_by(p, p->program, file, flags);
}

enum look_answer loader_look(struct process *p, struct image *from, const char *name,
			     struct would_open *out)
{
	*out = (struct would_open){ NULL, RULE_NONE, false };
	if (p->w->kind != LOADER_GLIBC)
		return LOOK_UNKNOWN;
	return search_look(p, from, name, out) ? LOOK_FOUND : LOOK_ABSENT;
}
