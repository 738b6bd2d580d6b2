/* explain_look_input.c - what is wrong with an input that a linker refused?
 *
 * Linkers say what they tried to read, not what the file is: empty, cut, a text, a library of another
 * machine.
 */
#include <string.h>

#include "diagnose/common.h"
#include "object/elf_object.h"
#include "object/elfconst.h"
#include "verb/explain_look_near.h"

/* Is the table of section headers, or what it names, behind the end of the file? */
static bool is_cut(const struct store_file *f)
{
	const struct elf *e = &f->elf;
	struct elf_object o;

	if (f->kind != FILE_ELF)
		return false;
	if (e->defect != ELF_OK)
		return true;
	return e->shoff > f->bytes.n || (e->shoff != 0 && !elf_object_open(e, &o));
}

static bool is_foreign(const struct look_case *c, const struct elf *e)
{
	bool is64 = true;
	uint16_t machine = session_machine(c->l->s, &is64, c->l->a);

	return e->machine != machine || e->is64 != is64;
}

static bool is_program(const struct elf *e)
{
	return e->type == ET_EXEC || (e->dt[ELF_DT_FLAGS_1] & DF_1_PIE) != 0;
}

/* What a person would call it; NULL: nothing is wrong with it. *detail is what it comes to. */
static const char *fault(const struct look_case *c, const struct store_file *f, const char **detail)
{
	if (f->bytes.n == 0) {
		*detail = "empty-file";
		return "is an empty file";
	}
	if (is_cut(f)) {
		*detail = "truncated";
		return "ends before its tables do: it is cut short";
	}
	if (f->kind == FILE_ELF && is_foreign(c, &f->elf)) {
		*detail = "other-arch";
		return arena_printf(c->l->a, "is for %s", elf_words(c->l->a, &f->elf));
	}
	if (f->kind == FILE_ELF && is_program(&f->elf)) {
		*detail = "executable-input";
		return "is a program, not a library";
	}
	if (f->kind == FILE_ELF || f->kind == FILE_ARCHIVE || f->kind == FILE_THIN_ARCHIVE ||
	    f->kind == FILE_LINKER_SCRIPT)
		return NULL;
	if (same_text(c->f->detail, "other-arch")) /* an object of another system: its words are better */
		return NULL;
	*detail = "not-an-object";
	return arena_printf(c->l->a, "is %s", file_kind_name(f->kind));
}

static bool settle(struct look_case *c, const char *path)
{
	const struct store_entry *en = path != NULL ? store_open(c->l->s->store, path) : NULL;
	struct near_found found = { NULL, NULL, NULL, NULL, false };
	const char *says;

	if (en == NULL || en->err != 0 || en->file->st.type != OS_REGULAR)
		return false;
	says = fault(c, en->file, &found.detail);
	if (says == NULL)
		return false;
	found.object = path;
	found.summary = arena_printf(c->l->a, "%s %s.", path, says);
	near_settle(c, &found, path, says);
	return true;
}

/* The linker names no file: is there one here that is cut? */
static bool settle_unnamed(struct look_case *c, const struct near_files *files)
{
	for (size_t i = 0; i < files->n && i < NEAR_OPENED; i++) {
		const struct near_file *f = &files->items[i];
		const struct store_entry *en = near_is_library(f->base) || near_is_object(f->base) ?
						       store_open(c->l->s->store, f->path) :
						       NULL;

		if (en != NULL && en->err == 0 && is_cut(en->file))
			return settle(c, f->path);
	}
	return false;
}

void near_input(struct look_case *c, const struct near_files *files)
{
	static const char *const of_the_file[] = { "not-an-object", "empty-file", "truncated", "other-arch",
						   "executable-input" };

	if (c->f->object == NULL && same_text(c->f->detail, "truncated")) {
		settle_unnamed(c, files);
		return;
	}
	if (c->f->detail == NULL) {
		settle(c, look_path(c->l, c->f->object));
		return;
	}
	for (size_t i = 0; i < sizeof(of_the_file) / sizeof(of_the_file[0]); i++)
		if (same_text(c->f->detail, of_the_file[i])) {
			settle(c, look_path(c->l, c->f->object));
			return;
		}
}
