/* check_macho.c - files of macOS on any machine: which dyld, which program, as what?
 *
 * The release and the processor are options; else the newest release that is known, and the processor that
 * the file has, arm64 before x86_64. The program is named by an option or only assumed: it has no file then,
 * no rpaths, and what its family defines is taken for granted.
 */
#include "verb/check_macho.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "loader/dyld.h"

static bool is_macho(const struct store_entry *en)
{
	return en != NULL && en->err == 0 && en->file->st.type == OS_REGULAR &&
	       (en->file->kind == FILE_MACHO || en->file->kind == FILE_MACHO_FAT);
}

static bool named(const struct dlwhy_session *s)
{
	const char *p = s->opt.program;

	return p != NULL && strcmp(p, "auto") != 0 && strcmp(p, "none") != 0;
}

/* A program that is named has its own loader: one of Linux meets a file of macOS as Linux does. */
bool is_mac_case(const struct dlwhy_session *s, const char *path, const struct store_entry *en)
{
	if (s->opt.loader != NULL)
		return strcmp(s->opt.loader, "dyld") == 0;
	if (s->opt.macos != NULL || s->opt.arch != NULL)
		return true;
	if (named(s) && !is_macho(store_open(s->store, s->opt.program)))
		return false;
	return is_macho(en) || str_ends(path, ".dylib");
}

/* ---- the processor ----------------------------------------------------------------------------- */

static bool has_cpu(struct view file, uint32_t cpu, struct arena *a)
{
	struct dyld_world w = { .cpu = cpu };
	struct dyld_slice s;

	return dyld_slice(&w, file, a, &s);
}

static uint32_t choose_cpu(const struct dlwhy_session *s, const struct store_entry *en, struct arena *a)
{
	if (s->opt.arch != NULL)
		return strcmp(s->opt.arch, "x86_64") == 0 ? MACHO_X86_64 : MACHO_ARM64;
	if (is_macho(en) && !has_cpu(en->file->bytes, MACHO_ARM64, a) &&
	    has_cpu(en->file->bytes, MACHO_X86_64, a))
		return MACHO_X86_64;
	return MACHO_ARM64;
}

/* ---- the program ------------------------------------------------------------------------------- */

static bool is_program_of(const struct world *w, const struct store_entry *en, struct arena *a)
{
	struct dyld_slice slice;
	struct macho_load l;

	return is_macho(en) && dyld_slice(w->dyld, en->file->bytes, a, &slice) &&
	       macho_load_open(slice.bytes, a, &l) && l.m.type == MACHO_EXECUTE;
}

static bool take_program(struct dlwhy_session *s, struct arena *a, struct mac_case *out,
			 struct dlwhy_error *err)
{
	const struct store_entry *en = store_open(s->store, s->opt.program);

	if (!is_program_of(out->world, en, a)) {
		err_set(err, DLWHY_E_ARGUMENT, en != NULL ? en->err : 0,
			"%.200s cannot load libraries of macOS: it is %s", s->opt.program,
			en == NULL || en->err != 0 ? "not there" : "no program for that Mac");
		return false;
	}
	out->program = out->words = s->opt.program;
	return true;
}

/* The interpreter of the environment that the file lies in: DIR/bin/python3.11 before "/lib/python3.11/". */
static const char *python_near(struct dlwhy_session *s, const struct world *w, const char *path,
			       struct arena *a)
{
	char *real = source_absolute(s->source, strncmp(path, "./", 2) == 0 ? path + 2 : path);
	const char *full = real != NULL ? arena_strdup(a, real) : path, *lib = strstr(full, "/lib/python");
	const char *names[2], *found = NULL;

	free(real);
	if (lib == NULL)
		return NULL;
	names[0] = arena_strndup(a, lib + strlen("/lib/"), strcspn(lib + strlen("/lib/"), "/"));
	names[1] = "python3";
	for (size_t i = 0; i < 2 && found == NULL; i++) {
		const char *program = arena_printf(a, "%.*s/bin/%s", (int)(lib - full), full, names[i]);

		if (is_program_of(w, store_open(s->store, program), a))
			found = program;
	}
	return found;
}

void mac_case(struct dlwhy_session *s, const char *path, const struct store_entry *en, struct arena *a,
	      struct mac_case *out, struct dlwhy_error *err)
{
	struct dyld_slice slice;
	struct macho_load l;
	bool readable;

	memset(out, 0, sizeof(*out));
	out->world = session_mac(s, choose_cpu(s, en, a), err);
	if (out->world == NULL)
		return;
	readable = is_macho(en) && dyld_slice(out->world->dyld, en->file->bytes, a, &slice) &&
		   macho_load_open(slice.bytes, a, &l);
	out->is_program = readable && l.m.type == MACHO_EXECUTE && !named(s);
	if (out->is_program)
		return;
	if (named(s)) {
		if (!take_program(s, a, out, err))
			out->world = NULL;
		return;
	}
	out->words = "a bare program";
	if (!readable || (s->opt.program != NULL && strcmp(s->opt.program, "none") == 0))
		return;
	out->family = host_family_macho(path, &l, a);
	if (out->family != NULL && strcmp(family_name(out->family), "Python") == 0)
		out->program = python_near(s, out->world, path, a);
	if (out->program != NULL) {
		out->family = NULL;
		out->words = out->program;
	}
	if (out->family != NULL)
		out->words =
			arena_printf(a, "%s (not here, its interface is assumed)", family_name(out->family));
}
