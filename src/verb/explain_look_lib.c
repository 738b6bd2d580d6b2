/* explain_look_lib.c - "cannot find -lNAME": is it here under another name, in another form or place?
 *
 * The first of these that is so is the answer: a link that leads nowhere; the name was given with its
 * prefix or ending; the library has only its run-time name; it lacks the prefix; it lies in another folder,
 * or is there in the form alone that was not asked for; a name that differs in a letter or in capitals.
 */
#include <ctype.h>
#include <string.h>

#include "diagnose/common.h"
#include "verb/explain_look_near.h"

struct hunt_lib {
	struct look_case *c;
	const struct near_files *files;
	const char *name;   /* behind -l, without ":" */
	const char *so, *a; /* "libNAME.so", "libNAME.a" */
};

static void settle(const struct hunt_lib *h, const struct near_file *f, const char *detail,
		   const char *says)
{
	struct near_found found = { NULL, detail, f->path, NULL, false };

	found.summary = arena_printf(h->c->l->a, "-l%s is not found: %s %s.", h->name, f->path, says);
	near_settle(h->c, &found, f->path, says);
}

/* The file itself may be named in the place of -l. */
static void fix_by_name(const struct hunt_lib *h, const struct near_file *f)
{
	near_fix(h->c, "link-line", arena_printf(h->c->l->a, "name the file itself in the place of -l%s: %s",
						 h->name, shell_quote(h->c->l->a, f->path)), NULL);
}

static void fix_link(const struct hunt_lib *h, const struct near_file *f)
{
	struct arena *a = h->c->l->a;

	near_fix(h->c, "make-link", "make the link that -l looks for, or name the file itself with -l:",
		 arena_printf(a, "ln -s %s %s", shell_quote(a, f->base),
			      shell_quote(a, arena_printf(a, "%s/%s", f->folder, h->so))));
}

static bool is_dangling(const struct hunt_lib *h, const struct near_file *f)
{
	struct os_stat st;

	return source_stat(h->c->l->s->source, f->path, false, &st) == 0 && st.type == OS_SYMLINK &&
	       source_stat(h->c->l->s->source, f->path, true, &st) != 0;
}

static bool dangling(const struct hunt_lib *h, const struct near_file *f)
{
	char to[1024];

	if (strcmp(f->base, h->so) != 0 || !is_dangling(h, f))
		return false;
	if (source_readlink(h->c->l->s->source, f->path, to, sizeof(to)) != 0)
		return false;
	settle(h, f, "dangling-symlink",
	       arena_printf(h->c->l->a, "is a link to %s, which is not there", to));
	near_fix(h->c, "reinstall",
		 arena_printf(h->c->l->a, "bring back %s: build it, or install its package again", to), NULL);
	return true;
}

/* -llibx.so, -lx.a: the linker adds both ends itself. */
static bool given_whole(const struct hunt_lib *h, const struct near_file *f)
{
	struct arena *a = h->c->l->a;

	if (strcmp(f->base, h->name) != 0 && strcmp(f->base, arena_printf(a, "lib%s", h->name)) != 0 &&
	    strcmp(f->base, arena_printf(a, "%s.so", h->name)) != 0 &&
	    !(starts_with(h->name, "lib") && strcmp(f->base, arena_printf(a, "%s.a", h->name)) == 0))
		return false;
	if (strcmp(f->base, h->so) == 0 || strcmp(f->base, h->a) == 0)
		return false;
	settle(h, f, "name-variant", "is there, and the linker adds lib and the ending by itself");
	fix_by_name(h, f);
	return true;
}

/* libx.so.1, libx-2.so: what programs need, without the name that -l looks for. */
static bool run_time_name(const struct hunt_lib *h, const struct near_file *f)
{
	size_t n = strlen(h->so);
	const char *release = f->base + 3 + strlen(h->name);

	if (strncmp(f->base, h->so, n) == 0 && f->base[n] == '.' &&
	    isdigit((unsigned char)f->base[n + 1])) {
		settle(h, f, "no-dev-link",
		       "is the library, but the name without a number, which -l looks for, is not there");
		fix_link(h, f);
		return true;
	}
	if (strncmp(f->base, h->so, n - 3) != 0 || *release != '-' || !isdigit((unsigned char)release[1]))
		return false;
	settle(h, f, "no-dev-link", "has its release in its name, and -l looks for one without");
	fix_link(h, f);
	return true;
}

static bool without_prefix(const struct hunt_lib *h, const struct near_file *f)
{
	struct arena *a = h->c->l->a;

	if (strcmp(f->base, arena_printf(a, "%s.a", h->name)) != 0 &&
	    strcmp(f->base, arena_printf(a, "%s.so", h->name)) != 0)
		return false;
	settle(h, f, "name-variant", "is there, but -l looks for a name that begins with lib");
	fix_by_name(h, f);
	return true;
}

/* Is it a folder that a link usually names? */
static bool is_usual_folder(const char *folder)
{
	return strcmp(folder, ".") == 0 || strcmp(folder, "lib") == 0;
}

static bool is_foreign(const struct hunt_lib *h, const struct elf *e)
{
	bool is64 = true;
	uint16_t machine = session_machine(h->c->l->s, &is64, h->c->l->a);

	return e->machine != machine || e->is64 != is64;
}

static bool in_another_form(const struct hunt_lib *h, const struct near_file *f)
{
	struct near_found found = { "ld-incompatible", "other-arch", f->path, NULL, false };
	const struct store_entry *en;

	if ((strcmp(f->base, h->so) != 0 && strcmp(f->base, h->a) != 0) || is_dangling(h, f))
		return false;
	en = store_open(h->c->l->s->store, f->path);
	if (en == NULL || en->err != 0 || en->file->bytes.n == 0)
		return false;
	if (en->file->kind == FILE_ELF && is_foreign(h, &en->file->elf)) {
		found.summary = arena_printf(h->c->l->a, "-l%s is not found: %s is for %s.", h->name,
					     f->path, elf_words(h->c->l->a, &en->file->elf));
		near_settle(h->c, &found, f->path, "is for another machine");
		return true;
	}
	if (strcmp(f->base, h->so) == 0 && is_usual_folder(f->folder)) {
		settle(h, f, "shared-only",
		       "is there as a shared library, and a static link takes archives alone");
		near_fix(h->c, "link-line",
			 arena_printf(h->c->l->a, "link without -static, or build %s", h->a), NULL);
		return true;
	}
	settle(h, f, "other-dir", "is there, but the linker was not told to look in its folder");
	near_fix(h->c, "link-line",
		 arena_printf(h->c->l->a, "add -L%s to the link line", shell_quote(h->c->l->a, f->folder)),
		 NULL);
	return true;
}

/* x86_64-w64-mingw32-ld passes over what is for another system without a word. */
static bool of_another_system(const struct hunt_lib *h, const struct near_file *f)
{
	const char *text = h->c->fact->text;
	const struct store_entry *en;
	struct near_found found = { "ld-incompatible", "other-arch", f->path, NULL, false };

	if (strcmp(f->base, h->so) != 0 || text == NULL || strstr(text, "mingw") == NULL)
		return false;
	en = store_open(h->c->l->s->store, f->path);
	if (en == NULL || en->err != 0 || en->file->kind != FILE_ELF)
		return false;
	found.summary = arena_printf(
		h->c->l->a, "-l%s is not found: %s is a library of Linux, and the link is for Windows.",
		h->name, f->path);
	near_settle(h->c, &found, f->path, "an ELF file, a library of Linux");
	return true;
}

/* ---- nearly that name --------------------------------------------------------------------------- */

/* At most one letter changed, left out, added, or swapped with the next; capitals do not count. */
static bool is_close(const char *x, size_t nx, const char *y, size_t ny)
{
	size_t i = 0, j = 0;

	while (i < nx && i < ny && tolower((unsigned char)x[i]) == tolower((unsigned char)y[i]))
		i++;
	while (j < nx - i && j < ny - i &&
	       tolower((unsigned char)x[nx - 1 - j]) == tolower((unsigned char)y[ny - 1 - j]))
		j++;
	if (i == nx && i == ny)
		return true;
	if (nx < 4 || ny < 4)
		return false;
	if (nx == ny)
		return nx - i - j == 1 ||
		       (nx - i - j == 2 &&
			tolower((unsigned char)x[i]) == tolower((unsigned char)y[i + 1]) &&
			tolower((unsigned char)x[i + 1]) == tolower((unsigned char)y[i]));
	return nx > ny ? nx - ny == 1 && ny - i - j == 0 : ny - nx == 1 && nx - i - j == 0;
}

static bool nearly(const struct hunt_lib *h, const struct near_file *f)
{
	const char *stem = starts_with(f->base, "lib") ? f->base + 3 : f->base;

	if (!is_close(stem, strcspn(stem, "."), h->name, strcspn(h->name, ".")))
		return false;
	settle(h, f, "name-variant", "has nearly that name");
	fix_by_name(h, f);
	return true;
}

static bool first(const struct hunt_lib *h, bool (*is)(const struct hunt_lib *h, const struct near_file *f))
{
	for (size_t i = 0; i < h->files->n; i++)
		if (near_is_library(h->files->items[i].base) && is(h, &h->files->items[i]))
			return true;
	return false;
}

/* What stands behind -l; for Windows the file itself is named, without the ending here. */
static const char *library_name(const struct look_case *c)
{
	const char *object = c->f->object, *lib = c->fact->field[MSG_LIB];
	size_t n = object != NULL ? strlen(object) : 0;

	if (lib == NULL && n > 4 && strcmp(object + n - 4, ".lib") == 0)
		return arena_strndup(c->l->a, base_name(object), strlen(base_name(object)) - 4);
	return lib;
}

void near_library(struct look_case *c, const struct near_files *files)
{
	static bool (*const ways[])(const struct hunt_lib *h, const struct near_file *f) = {
		of_another_system, dangling,        given_whole, run_time_name,
		without_prefix,    in_another_form, nearly
	};
	const char *name = library_name(c);
	struct hunt_lib h = { .c = c, .files = files };

	if (name == NULL || (c->f->detail != NULL && !same_text(c->f->detail, "name-variant")))
		return;
	h.name = starts_with(name, "-l") ? name + 2 : name;
	h.name += *h.name == ':';
	if (*h.name == '\0' || strlen(h.name) > 200)
		return;
	h.so = arena_printf(c->l->a, "lib%s.so", h.name);
	h.a = arena_printf(c->l->a, "lib%s.a", h.name);
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (first(&h, ways[i]))
			return;
	if (!files->cut && c->f->detail == NULL) {
		struct near_found found = { NULL, "not-installed", NULL, NULL, true };

		near_settle(c, &found, NULL,
			    arena_printf(c->l->a, "no file here has the name of lib%s", h.name));
	}
}
