/* text.c - prints the loader's sentences from text.def, in the form that the catcher gives them. */
#include "loader/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define NEWEST 9999

struct text_row {
	const char *name;
	int first, last; /* glibc 2.first to 2.last */
	const char *text;
};

static const struct text_row rows[] = {
#define TEXT(id, first, last, text) { #id, first, last, text },
#include "loader/text.def"
#undef TEXT
};

const char *text_of(const char *name, int minor)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].first <= minor && minor <= rows[i].last &&
		    strcmp(rows[i].name, name) == 0)
			return rows[i].text;
	return "";
}

struct failure *fail_add(struct process *p, enum failure_kind kind, const char *object,
			 const char *string, int err)
{
	struct failure *f = ARENA_PUSH(p->a, &p->trace.failures);

	f->kind = kind;
	f->object = object;
	f->string = string;
	f->err = err;
	f->exit_status = 127;
	return f;
}

/* The six texts that ld.so carries itself (dl-minimal.c, __strerror_r). */
static bool ldso_knows(int err)
{
	return err == ENOMEM || err == EINVAL || err == ENOENT || err == EPERM || err == EIO ||
	       err == EACCES;
}

const char *text_errno(struct arena *a, int err, bool by_ldso)
{
	const char *s = strerrordesc_np(err);

	if (by_ldso && !ldso_knows(err))
		return arena_printf(a, "Error %d", err);
	return s != NULL ? s : arena_printf(a, "Unknown error %d", err);
}

/* _dlerror_run / __dlerror: "OBJ: STRING: ERRNO". */
static const char *dlerror_text(struct process *p, const struct failure *f)
{
	const char *sep = f->object[0] != '\0' ? ": " : "";

	if (f->err == 0)
		return arena_printf(p->a, "%s%s%s", f->object, sep, f->string);
	return arena_printf(p->a, "%s%s%s: %s", f->object, sep, f->string,
			    text_errno(p->a, f->err, false));
}

/* fatal_error in dl-catch.c. */
static const char *startup_text(struct process *p, const struct failure *f)
{
	const char *occasion = f->occasion != NULL ? f->occasion : TEXT_OF(OCCASION_LOAD, p->w);
	const char *sep = f->object[0] != '\0' ? ": " : "";

	return arena_printf(p->a, "%s: %s: %s%s%s%s%s", p->argv0, occasion, f->object, sep,
			    f->string, f->err != 0 ? ": " : "",
			    f->err != 0 ? text_errno(p->a, f->err, true) : "");
}

void fail_message(struct process *p, struct failure *f, bool startup)
{
	if (f->message != NULL || f->string == NULL || f->kind == FAIL_ASSERTION ||
	    f->kind == FAIL_SIGNAL)
		return;
	if (startup && (f->kind == FAIL_VERSION))
		f->message = arena_printf(p->a, "%s: %s: %s", p->argv0, f->object, f->string);
	else if (startup && f->kind == FAIL_ISA) /* _dl_fatal_printf without the program's name */
		f->message = arena_printf(p->a, "%s: %s", f->object, f->string);
	else
		f->message = startup ? startup_text(p, f) : dlerror_text(p, f);
}

/* _dl_reloc_bad_type prints two hex digits, eight when the type does not fit into a byte. */
const char *text_reloc_digits(struct arena *a, uint32_t type, bool is64)
{
	if (is64 && type > 0xff)
		return arena_printf(a, "%08x", type);
	return arena_printf(a, "%02x", type & 0xff);
}

struct assertion_row {
	enum assertion which;
	int first, last, line;
	const char *file, *func, *expr;
};

/* Lines are upstream's; a distribution's patches may shift them. */
static const struct assertion_row assertions[] = {
	{ ASSERT_NEEDED, 0, 22, 224, "dl-version.c", "_dl_check_map_versions",
	  "needed != ((void *)0)" },
	{ ASSERT_NEEDED, 23, 26, 224, "dl-version.c", "_dl_check_map_versions", "needed != NULL" },
	{ ASSERT_NEEDED, 27, 34, 205, "dl-version.c", "_dl_check_map_versions", "needed != NULL" },
	{ ASSERT_NEEDED, 35, NEWEST, 204, "dl-version.c", "_dl_check_map_versions",
	  "needed != NULL" },
#define CHECK_MATCH_(first, last, line)                                                            \
	{ ASSERT_CHECK_MATCH, first, last, line, "dl-lookup.c", "check_match",                     \
	  "version->filename == NULL || ! _dl_name_match_p (version->filename, map)" }
	{ ASSERT_CHECK_MATCH, 0, 17, 167, "dl-lookup.c", "check_match",
	  "version->filename == ((void *)0) || ! _dl_name_match_p (version->filename, map)" },
	{ ASSERT_CHECK_MATCH, 18, 19, 166, "dl-lookup.c", "check_match",
	  "version->filename == ((void *)0) || ! _dl_name_match_p (version->filename, map)" },
	{ ASSERT_CHECK_MATCH, 20, 22, 127, "dl-lookup.c", "check_match",
	  "version->filename == ((void *)0) || ! _dl_name_match_p (version->filename, map)" },
	CHECK_MATCH_(23, 26, 127),
	CHECK_MATCH_(27, 27, 110),
	CHECK_MATCH_(28, 31, 111),
	CHECK_MATCH_(32, 34, 105),
	CHECK_MATCH_(35, 35, 106),
	CHECK_MATCH_(36, 38, 107),
	CHECK_MATCH_(39, 40, 106),
#undef CHECK_MATCH_
	{ ASSERT_RELAENT, 0, NEWEST, 0, "get-dynamic-info.h", "elf_get_dynamic_info",
	  "info[DT_RELAENT]->d_un.d_val == sizeof (ElfW(Rela))" },
	{ ASSERT_PLTREL, 0, NEWEST, 0, "get-dynamic-info.h", "elf_get_dynamic_info",
	  "info[DT_PLTREL]->d_un.d_val == DT_RELA" },
	{ ASSERT_RELRENT, 36, NEWEST, 0, "get-dynamic-info.h", "elf_get_dynamic_info",
	  "info[DT_RELRENT]->d_un.d_val == sizeof (ElfW(Relr))" },
	{ ASSERT_RELATIVE, 0, NEWEST, 487, "../sysdeps/x86_64/dl-machine.h",
	  "elf_machine_rela_relative", "ELFW(R_TYPE) (reloc->r_info) == R_X86_64_RELATIVE" },
	{ ASSERT_SEARCH_LIST, 0, 34, 553, "dl-deps.c", "_dl_map_object_deps",
	  "map->l_searchlist.r_list[0] == map" },
	{ ASSERT_BLOOM, 0, NEWEST, 0, "dl-setup_hash.c", "_dl_setup_hash",
	  "(bitmask_nwords & (bitmask_nwords - 1)) == 0" },
};

const char *text_assertion(struct process *p, enum assertion which)
{
	int minor = world_minor(p->w);

	for (size_t i = 0; i < sizeof(assertions) / sizeof(assertions[0]); i++) {
		const struct assertion_row *r = &assertions[i];

		if (r->which == which && r->first <= minor && minor <= r->last)
			return arena_printf(p->a, TEXT_OF(ASSERTION, p->w), r->file, r->line,
					    r->func, r->expr);
	}
	return NULL;
}
