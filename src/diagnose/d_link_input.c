/* d_link_input.c - an input that is not there, or that the linker cannot use. */
#include <string.h>

#include "diagnose/link_case.h"
#include "object/elfconst.h"

/* ---- not there --------------------------------------------------------------------------------------- */

static bool is_start_file(const char *name)
{
	name = base_name(name);
	return (starts_with(name, "crt") || starts_with(name, "Scrt") || starts_with(name, "rcrt") ||
		starts_with(name, "gcrt")) && strlen(name) > 2 && strcmp(name + strlen(name) - 2, ".o") == 0;
}

static void start_file(struct lk *k, const struct link_trouble *t, const char *name)
{
	struct draft *dr = lk_same(k, CAUSE_LD_LIBRARY_NOT_FOUND, "multilib", NULL);

	for (size_t i = 0; i < k->d.drafts.n && dr == NULL; i++)
		if (same_text(k->d.drafts.items[i]->f.detail, "multilib"))
			dr = k->d.drafts.items[i];
	if (dr != NULL) {
		lk_text(k, dr, t);
		return;
	}
	dr = lk_draft(k, CAUSE_LD_LIBRARY_NOT_FOUND, "multilib", t);
	dr->f.object = name;
	draft_say(&k->d, dr, "The start file %s is not there for %s: the C library's development files for "
		  "this machine are not "
		  "installed.", name, lk_machine(k));
	lk_fix(k, dr, "install-package", "install them",
	       k->l->machine == EM_386 ? "apt-get install gcc-multilib libc6-dev-i386" :
		       "apt-get install libc6-dev");
}

/* gold takes a name from its folder and opens it later: a link that leads nowhere. */
static bool dangling(struct lk *k, const struct link_trouble *t, const char *name)
{
	char target[1024];
	struct draft *dr;

	if (name == NULL || source_readlink(k->d.source, name, target, sizeof(target)) != 0)
		return false;
	dr = lk_draft(k, CAUSE_LD_LIBRARY_NOT_FOUND, "dangling-symlink", t);
	dr->f.object = name;
	draft_say(&k->d, dr, "%s is a link to %s, which is not there.", name, target);
	lk_fix(k, dr, "install-package", "install the package that has the file itself, in the same release",
	       NULL);
	return true;
}

void d_link_file(struct lk *k, const struct link_trouble *t)
{
	const char *name = t->missing != NULL ? t->missing->name : t->path;
	bool script = t->missing != NULL && t->missing->script != NULL;
	struct draft *dr;

	if (!script && dangling(k, t, name))
		return;

	if (is_start_file(name)) {
		start_file(k, t, name);
		return;
	}
	dr = lk_draft(k, script ? CAUSE_LD_LIBRARY_NOT_FOUND : CAUSE_BUILD_OTHER, script ? "not-installed" :
		      "input-missing",
		      t);
	dr->f.object = name;
	if (t->missing != NULL && t->missing->archive != NULL) {
		dr->f.needed_by = t->missing->archive;
		draft_say(&k->d, dr, "The archive %s is a thin one: it holds only the name of %s, and that "
			  "is not there.", t->missing->archive, name);
		lk_fix(k, dr, "check-build", "build that object again where it was, or make an archive that "
		       "holds its members (ar without T)", NULL);
	} else if (script) {
		dr->f.needed_by = t->missing->script;
		draft_say(&k->d, dr, "The linker script %s names %s, which is not there.", t->missing->script,
			  name);
		lk_fix(k, dr, "install-package", "install what belongs to that script: the library and its "
		       "development package of "
						 "the same release", NULL);
	} else if (t->kind == LT_FOLDER) {
		draft_say(&k->d, dr, "%s is a folder, and a file is wanted.", name);
	} else {
		draft_say(&k->d, dr, "%s, which the command names, is not there.", name);
		lk_fix(k, dr, "check-build", "build it first, or correct its name", NULL);
	}
}

void d_link_needed(struct lk *k, const struct link_trouble *t)
{
	bool failed = link_first_error(k->l) != NULL;
	const char *name = t->missing->name, *where = NULL;
	struct draft *dr = lk_draft(k, CAUSE_LD_LIBRARY_NOT_FOUND, "needed-by-dso", t);

	lk_folders(k);
	for (size_t i = 0; i < k->folders.n && where == NULL; i++) {
		const char *path = join_path(k->a, k->folders.items[i].path, name);

		if (store_has_file(k->d.store, path))
			where = path;
	}
	if (!failed)
		dr->f.severity = DLWHY_WARNING;
	dr->f.object = where != NULL ? where : name;
	dr->f.needed_by = t->object->shown;
	draft_say(&k->d, dr, where != NULL ?
		  "%s needs %s; that is there, but the linker looks for it in -rpath-link, -rpath and the "
			  "system's folders, not in "
		  "those of -L." : "%s needs %s, and that is not found.", t->object->shown, name);
	if (where != NULL)
		lk_fix(k, dr, "change-flag", "name its folder",
		       lk_command_with(k, 1, shell_quote(k->a, arena_printf(k->a, "-Wl,-rpath-link,%s",
								 dir_name(k->a, where)))));
	else
		lk_fix(k, dr, "install", arena_printf(k->a, "install or build %s", name), NULL);
}

/* ---- there, and of no use ---------------------------------------------------------------------------- */

static const struct store_file *file_of(struct lk *k, const char *path)
{
	const struct store_entry *en = path != NULL ? store_open(k->d.store, link_real_path(k->l->plan,
			path)) : NULL;

	return en != NULL && en->err == 0 ? en->file : NULL;
}

static void wrong_arch(struct lk *k, struct draft *dr, const struct link_trouble *t)
{
	const struct elf *e = t->e;
	const char *is = e != NULL ? machine_words(k->a, e->machine, e->is64, e->big_endian) :
		"another machine";

	draft_say(&k->d, dr, "%s is for %s, and the output is for %s.", t->path, is, lk_machine(k));
	lk_fix(k, dr, "replace", arena_printf(k->a, "build it for %s, or link everything for %s",
					      lk_machine(k), is), NULL);
	for (size_t i = 0; i < k->l->line->dirs.n && k->l->kind == LINKER_LLD; i++) {
		const char *path = join_path(k->a, k->l->line->dirs.items[i].path, base_name(t->path));
		const struct store_file *f = file_of(k, path);

		if (f == NULL || f->kind != FILE_ELF || f->elf.machine != k->l->machine ||
		    f->elf.is64 != k->l->is64)
			continue;
		lk_fix(k, dr, "order", arena_printf(k->a, "%s fits: name its folder first, since lld takes "
						    "the first file of that "
							  "name", path),
		       lk_command_with(k, 1, shell_quote(k->a, arena_printf(k->a, "-L%s",
								       k->l->line->dirs.items[i].path))));
		return;
	}
}

static void not_an_object(struct lk *k, struct draft *dr, const struct link_trouble *t)
{
	const struct store_file *f = file_of(k, t->path);
	enum file_kind kind = f != NULL ? f->kind : FILE_DATA;

	draft_say(&k->d, dr, "%s is no library or object: it is %s.", t->path, file_kind_name(kind));
	if (f != NULL)
		draft_bytes(&k->d, dr, t->path, 0, f->bytes.n < 64 ? f->bytes.n : 64, "its first bytes");
	if (kind == FILE_LFS_POINTER)
		lk_fix(k, dr, "fetch", "fetch the real file", "git lfs pull");
	else if (kind == FILE_ANNEX_POINTER)
		lk_fix(k, dr, "fetch", "fetch the real file", "git annex get");
	else
		draft_fix_reinstall(&k->d, dr, NULL, "get it again");
}

struct input_words {
	enum link_trouble_kind kind;
	enum cause cause;
	const char *detail, *says, *fix;
};

static const struct input_words words[] = {
	{ LT_TRUNCATED, CAUSE_LD_INCOMPATIBLE, "truncated", "%s is cut off: its section headers lie behind "
	 "its end.",
	  "get or copy it again" },
	{ LT_EMPTY, CAUSE_LD_INCOMPATIBLE, "empty-file", "%s is empty (0 bytes).", "get or build it again" },
	{ LT_EXECUTABLE, CAUSE_LD_INCOMPATIBLE, "executable-input",
	  "%s is a program, not a library: it was linked without -shared.",
		  "link it again with -shared -fPIC" },
	{ LT_STATIC_DSO, CAUSE_LD_LIBRARY_NOT_FOUND, "shared-only",
	  "%s is a shared library, and in a static link only archives are taken.",
		  "build or install the archive (.a), or "
	  "link without -static" },
	{ LT_NO_INDEX, CAUSE_BUILD_OTHER, "archive-no-index", "The archive %s has no index of its symbols.",
	  "make the index" },
	{ LT_LTO_PLUGIN, CAUSE_LD_INCOMPATIBLE, "lto-plugin",
	 "%s holds code for link-time optimisation, and no plugin for it "
	  "is given.", "link with the compiler that made it, or compile without -flto" },
};

static void plain_input(struct lk *k, const struct link_trouble *t)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		const struct input_words *w = &words[i];
		struct draft *dr;
		const char *hole = strstr(w->says, "%s");

		if (w->kind != t->kind || hole == NULL)
			continue;
		dr = lk_draft(k, w->cause, w->detail, t);
		dr->f.object = t->path;
		draft_say(&k->d, dr, "%.*s%s%s", (int)(hole - w->says), w->says, t->path, hole + 2);
		lk_fix(k, dr, "replace", w->fix,
		       t->kind == LT_NO_INDEX ? arena_printf(k->a, "ranlib %s", shell_quote(k->a, t->path)) :
			       NULL);
		return;
	}
}

void d_link_input(struct lk *k, const struct link_trouble *t)
{
	struct draft *dr;

	if (t->kind != LT_WRONG_ARCH && t->kind != LT_NOT_RECOGNIZED && t->kind != LT_SCRIPT_SYNTAX) {
		plain_input(k, t);
		return;
	}
	dr = lk_draft(k, CAUSE_LD_INCOMPATIBLE, t->kind == LT_WRONG_ARCH ? "other-arch" : "not-an-object", t);
	dr->f.object = t->path;
	if (t->kind == LT_WRONG_ARCH)
		wrong_arch(k, dr, t);
	else
		not_an_object(k, dr, t);
}
