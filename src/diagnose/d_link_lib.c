/* d_link_lib.c - -lX is not found: what is there instead.
 *
 * The first of these that holds is the answer: a file of that name was there and could not be used; the
 * name is no name for -l; a link that leads nowhere; the library without its development link; only shared
 * in a static link; without "lib" before its name; in another folder; a near name; a part of the compiler
 * for another word size; not there at all.
 */
#include <stdio.h>
#include <string.h>

#include "diagnose/debian.h"
#include "diagnose/link_case.h"
#include "object/elfconst.h"

struct seek {
	struct lk *k;
	const struct link_trouble *t;
	const struct link_missing *m;
	const char *lib;
	struct draft *dr;
};

/* ---- the places that were searched ------------------------------------------------------------------- */

/* The folders in order, and what was seen there: the proof of the search. */
static void tell_search(struct seek *s)
{
	const struct link *l = s->k->l;
	size_t told = 0;

	for (size_t i = 0; i < l->seen.n && told < 24; i++) {
		const struct link_seen *x = &l->seen.items[i];
		const char *says = x->what == SEEN_OTHER_ARCH ? "it is for another machine" :
				   x->what == SEEN_DANGLING   ? "a link whose target is not there" :
				   x->what == SEEN_FOLDER     ? "a folder" :
				   x->what == SEEN_UNREADABLE ? "it cannot be read" : "it is not there";

		if (x->search != s->m->search)
			continue;
		draft_evidence(&s->k->d, s->dr, "probe", NULL, says)->path = x->path;
		told++;
	}
}

static const struct link_seen *seen_as(struct seek *s, enum link_seen_what what)
{
	const struct link *l = s->k->l;

	for (size_t i = 0; i < l->seen.n; i++)
		if (l->seen.items[i].search == s->m->search && l->seen.items[i].what == what)
			return &l->seen.items[i];
	return NULL;
}

static void begin(struct seek *s, enum cause cause, const char *detail, const char *object)
{
	s->dr = lk_draft(s->k, cause, detail, s->t);
	s->dr->f.object = object;
	if (s->m->script != NULL)
		s->dr->f.needed_by = s->m->script;
}

/* The command with "-lX" changed, where it stands in it as a word. */
static void change_lib(struct seek *s, const char *kind, const char *says, const char *word)
{
	size_t at = lk_word_of_lib(s->k, s->lib);

	lk_fix(s->k, s->dr, kind, says, at != SIZE_MAX ? lk_command_changed(s->k, at, word) : NULL);
}

static const char *apt_name(struct seek *s)
{
	const char *package = debian_package(DEBIAN_LIBRARY, s->lib, s->k->a);

	if (package != NULL)
		return arena_printf(s->k->a, "apt-get install %s", package);
	return arena_printf(s->k->a, "apt-get install lib%s-dev   # on Debian; the name of the package may "
			    "differ", s->lib);
}

/* ---- the cases --------------------------------------------------------------------------------------- */

static bool other_arch(struct seek *s)
{
	const struct link_seen *x = seen_as(s, SEEN_OTHER_ARCH);
	const char *is;

	if (x == NULL)
		return false;
	is = x->e != NULL ? machine_words(s->k->a, x->e->machine, x->e->is64, x->e->big_endian) :
		"another machine";
	begin(s, CAUSE_LD_INCOMPATIBLE, "other-arch", x->path);
	draft_say(&s->k->d, s->dr, "-l%s finds only %s, which is for %s, and the output is for %s.", s->lib,
		  x->path, is,
		  lk_machine(s->k));
	lk_fix(s->k, s->dr, "replace", arena_printf(s->k->a, "build or install lib%s for %s, or name the "
						    "folder that has "
							      "that build with -L", s->lib, lk_machine(s->k)),
								      NULL);
	return true;
}

/* A link for Windows looks for other names; a library of Linux in its folders was meant. */
static bool of_linux(struct seek *s)
{
	for (size_t i = 0; s->k->l->plan->machine != NULL && i < s->k->l->line->dirs.n; i++) {
		const char *path = join_path(s->k->a, s->k->l->line->dirs.items[i].path,
					     arena_printf(s->k->a, "lib%s.so", s->lib));
		const struct store_entry *en = store_open(s->k->d.store, path);

		if (en == NULL || en->err != 0 || en->file->kind != FILE_ELF)
			continue;
		begin(s, CAUSE_LD_INCOMPATIBLE, "other-arch", path);
		draft_say(&s->k->d, s->dr, "%s is a library of Linux, and the output is for Windows.", path);
		lk_fix(s->k, s->dr, "replace",
			"build or install the library for Windows (a DLL with its import "
		       "library, or an archive)", NULL);
		return true;
	}
	return false;
}

/* "libseed.so", "libseed", "seed.a": names of files, or the name of a build system's target. */
static const char *plain_name(struct seek *s)
{
	static const char *const ends[] = { ".so", ".a", ".dylib", ".lib", ".dll" };
	const char *from = s->lib + (s->lib[0] == ':');
	size_t n = strlen(from);

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		const char *at = strstr(from, ends[i]);

		if (at != NULL && at > from && (at[strlen(ends[i])] == '\0' || at[strlen(ends[i])] == '.')) {
			n = (size_t)(at - from);
			break;
		}
	}
	if (starts_with(from, "lib") && n > 3) {
		from += 3;
		n -= 3;
	}
	if (from == s->lib && n == strlen(from))
		return NULL;
	return arena_strndup(s->k->a, from, n);
}

static const char *folder_file(struct seek *s, const char *dir, const char *name)
{
	return strcmp(dir, ".") == 0 || *dir == '\0' ? name : join_path(s->k->a, dir, name);
}

static bool has(struct seek *s, const char *path)
{
	return store_has_file(s->k->d.store, path);
}

static bool wrong_name(struct seek *s)
{
	const char *plain = plain_name(s);

	if (strstr(s->lib, "::") != NULL) {
		begin(s, CAUSE_LD_LIBRARY_NOT_FOUND, "name-variant", arena_printf(s->k->a, "-l%s", s->lib));
		draft_say(&s->k->d, s->dr, "-l%s is the name of a CMake target, not of a library: no such "
			  "target was defined when the link line was written.", s->lib);
		lk_fix(s->k, s->dr, "change-build", "find_package() must define that target before it is "
		       "used", NULL);
		return true;
	}
	if (plain == NULL || *plain == '\0')
		return false;
	for (size_t i = 0; i < s->k->l->line->dirs.n; i++) {
		const char *dir = s->k->l->line->dirs.items[i].path;
		const char *so = folder_file(s, dir, arena_printf(s->k->a, "lib%s.so", plain));
		const char *a = folder_file(s, dir, arena_printf(s->k->a, "lib%s.a", plain));
		const char *path = has(s, so) ? so : has(s, a) ? a : NULL;

		if (path == NULL)
			continue;
		begin(s, CAUSE_LD_LIBRARY_NOT_FOUND, "name-variant", path);
		draft_say(&s->k->d, s->dr, "-l%s looks for lib%s.so and lib%s.a; what is there is %s, which "
			  "-l%s finds.", s->lib,
			  s->lib, s->lib, path, plain);
		change_lib(s, "change-flag", arena_printf(s->k->a,
							  "write -l%s: the linker adds \"lib\" and the end "
								  "itself",
							  plain), arena_printf(s->k->a, "-l%s", plain));
		return true;
	}
	return false;
}

static bool dangling(struct seek *s)
{
	const struct link_seen *x = seen_as(s, SEEN_DANGLING);
	char target[1024];

	if (x == NULL)
		return false;
	begin(s, CAUSE_LD_LIBRARY_NOT_FOUND, "dangling-symlink", x->path);
	if (source_readlink(s->k->d.source, x->path, target, sizeof(target)) != 0)
		snprintf(target, sizeof(target), "a file");
	draft_say(&s->k->d, s->dr, "%s is a link to %s, and that is not there.", x->path,
		  arena_strdup(s->k->a, target));
	lk_fix(s->k, s->dr, "install", "install the package of the library itself, in the release of its "
				       "development package", NULL);
	lk_fix(s->k, s->dr, "link", "let the link lead to the file that is there",
	       arena_printf(s->k->a, "ls -l %s*", shell_quote(s->k->a, x->path)));
	return true;
}

/* Static mode: the shared library is there, the archive is not. */
static bool shared_only(struct seek *s)
{
	if (!s->m->op.is_static)
		return false;
	for (size_t i = 0; i < s->k->l->line->dirs.n; i++) {
		const char *path = folder_file(s, s->k->l->line->dirs.items[i].path,
					       arena_printf(s->k->a, "lib%s.so", s->lib));

		if (!has(s, path))
			continue;
		begin(s, CAUSE_LD_LIBRARY_NOT_FOUND, "shared-only", path);
		draft_say(&s->k->d, s->dr, "Where -l%s stands only archives are taken (-static, -Bstatic), "
			  "and there is only the shared library %s.", s->lib, path);
		lk_fix(s->k, s->dr, "install", arena_printf(s->k->a, "build or install lib%s.a", s->lib),
		       NULL);
		if (lk_has_option(s->k, "-static"))
			lk_fix(s->k, s->dr, "change-flag", "link without -static",
			       lk_command_changed(s->k, lk_word_of_file(s->k, "-static"), "-Wl,-Bdynamic"));
		return true;
	}
	return false;
}

/* "libseed.so.1" or "libseed-1.2.so" for "libseed.so". */
static bool is_release_of(const char *name, const char *lib)
{
	const char *rest;
	size_t n = strlen(lib);

	if (strncmp(name, "lib", 3) != 0 || strncmp(name + 3, lib, n) != 0)
		return false;
	rest = name + 3 + n;
	if (strncmp(rest, ".so.", 4) == 0)
		return rest[4] >= '0' && rest[4] <= '9';
	return rest[0] == '-' && rest[1] >= '0' && rest[1] <= '9' && strstr(rest, ".so") != NULL;
}

/* The shortest name: "libseed.so.1" rather than "libseed.so.1.2.3". */
static const char *release_in(struct seek *s, const char *dir)
{
	const struct store_listing *names = store_list(s->k->d.store, *dir != '\0' ? dir : ".");
	const char *best = NULL;

	for (size_t i = 0; names != NULL && i < names->n; i++)
		if (is_release_of(names->names[i], s->lib) && has(s, folder_file(s, dir, names->names[i])) &&
		    (best == NULL || strlen(names->names[i]) < strlen(best)))
			best = names->names[i];
	return best;
}

/* A library without its development link, in a folder that was searched. */
static bool no_dev_link(struct seek *s)
{
	for (size_t i = 0; i < s->k->l->line->dirs.n && !s->m->op.is_static; i++) {
		const char *dir = s->k->l->line->dirs.items[i].path, *name = release_in(s, dir), *path;

		if (name == NULL)
			continue;
		path = folder_file(s, dir, name);
		begin(s, CAUSE_LD_LIBRARY_NOT_FOUND, "no-dev-link", path);
		draft_say(&s->k->d, s->dr, "The library is there as %s, but -l%s looks for the name "
			  "lib%s.so, the link that comes "
			  "with the development files.", path, s->lib, s->lib);
		change_lib(s, "change-flag", "name that file itself", arena_printf(s->k->a, "-l:%s", name));
		lk_fix(s->k, s->dr, "link", "make the link",
		       arena_printf(s->k->a, "ln -s %s %s", shell_quote(s->k->a, name),
				    shell_quote(s->k->a, folder_file(s, dir, arena_printf(s->k->a, "lib%s.so",
						    s->lib)))));
		lk_fix(s->k, s->dr, "install-package", "install its development package", apt_name(s));
		return true;
	}
	return false;
}

static bool no_prefix(struct seek *s)
{
	static const char *const ends[] = { "a", "so", "dll.a", "lib" };

	for (size_t i = 0; i < s->k->l->line->dirs.n; i++)
		for (size_t e = 0; e < sizeof(ends) / sizeof(*ends); e++) {
			const char *name = arena_printf(s->k->a, "%s.%s", s->lib, ends[e]);
			const char *path = folder_file(s, s->k->l->line->dirs.items[i].path, name);

			if (!has(s, path))
				continue;
			begin(s, CAUSE_LD_LIBRARY_NOT_FOUND, "name-variant", path);
			draft_say(&s->k->d, s->dr, "%s is there, but -l%s looks for lib%s.so and lib%s.a: "
				  "the name lacks \"lib\".", path,
				  s->lib, s->lib, s->lib);
			change_lib(s, "change-flag", "name that file itself", arena_printf(s->k->a, "-l:%s",
					name));
			lk_fix(s->k, s->dr, "rename", "rename it",
			       arena_printf(s->k->a, "mv %s %s", shell_quote(s->k->a, path),
					    shell_quote(s->k->a, folder_file(s,
							    s->k->l->line->dirs.items[i].path,
									     arena_printf(s->k->a, "lib%s",
											     name)))));
			return true;
		}
	return false;
}

static bool fits(struct seek *s, const char *path)
{
	const struct store_entry *en = store_open(s->k->d.store, path);

	if (en == NULL || en->err != 0 || en->file->kind != FILE_ELF)
		return en != NULL && en->err == 0;
	return en->file->elf.machine == s->k->l->machine && en->file->elf.is64 == s->k->l->is64;
}

static void say_other_dir(struct seek *s, const char *path, const char *dir, const char *name)
{
	size_t at = lk_word_of_lib(s->k, s->lib);
	bool exact = strcmp(name, arena_printf(s->k->a, "lib%s.so", s->lib)) == 0 ||
		     strcmp(name, arena_printf(s->k->a, "lib%s.a", s->lib)) == 0;
	const char *flag = *dir != '\0' ? dir : ".";
	const char *option = shell_quote(s->k->a, arena_printf(s->k->a, "-L%s", flag));

	if (!fits(s, path)) {
		const struct store_entry *en = store_open(s->k->d.store, path);

		begin(s, CAUSE_LD_INCOMPATIBLE, "other-arch", path);
		draft_say(&s->k->d, s->dr, "-l%s is in no folder that is searched; %s has the name, but is "
			  "for %s.", s->lib, path,
			  elf_words(s->k->a, &en->file->elf));
		return;
	}
	begin(s, CAUSE_LD_LIBRARY_NOT_FOUND, "other-dir", path);
	draft_say(&s->k->d, s->dr, "%s is there, but %s is not among the folders that are searched.", path,
		  flag);
	lk_fix(s->k, s->dr, "change-flag", arena_printf(s->k->a, "add %s", option),
	       at == SIZE_MAX ? NULL :
	       lk_command_with(s->k, at, exact ? option :
			       arena_printf(s->k->a, "%s %s", option,
					    shell_quote(s->k->a, arena_printf(s->k->a, "-l:%s", name)))));
}

static bool other_dir(struct seek *s)
{
	const char *names[] = { arena_printf(s->k->a, "lib%s.so", s->lib), arena_printf(s->k->a, "lib%s.a",
			s->lib), NULL };

	if (s->lib[0] == ':') {
		names[0] = s->lib + 1;
		names[1] = NULL;
	}
	lk_folders(s->k);
	for (size_t i = 0; i < s->k->folders.n; i++) {
		const struct lk_folder *f = &s->k->folders.items[i];
		const char *release;

		for (size_t n = 0; names[n] != NULL && !f->searched; n++) {
			const char *path = folder_file(s, f->path, names[n]);

			if (s->m->op.is_static && strstr(names[n], ".so") != NULL)
				continue;
			if (has(s, path)) {
				say_other_dir(s, path, f->path, names[n]);
				return true;
			}
		}
		release = f->searched || s->lib[0] == ':' ? NULL : release_in(s, f->path);
		if (release != NULL) {
			say_other_dir(s, folder_file(s, f->path, release), f->path, release);
			return true;
		}
	}
	return false;
}

/* Letters that are put in, left out or changed, up to `most`; upper and lower case are one. */
static size_t distance(const char *a, const char *b, size_t most)
{
	size_t n = strlen(a), m = strlen(b), row[64];

	if (n >= 63 || m >= 63 || n > m + most || m > n + most)
		return most + 1;
	for (size_t j = 0; j <= m; j++)
		row[j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t corner = row[0];

		row[0] = i;
		for (size_t j = 1; j <= m; j++) {
			size_t up = row[j], best = corner + ((a[i - 1] | 0x20) != (b[j - 1] | 0x20));

			best = up + 1 < best ? up + 1 : best;
			best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
			row[j] = best;
			corner = up;
		}
	}
	return row[m];
}

/* "seed" of "libseed.so" or "libseed.a"; NULL for other names. */
static const char *lib_of_name(struct lk *k, const char *name)
{
	size_t n = strlen(name);

	if (strncmp(name, "lib", 3) != 0)
		return NULL;
	if (n > 6 && strcmp(name + n - 3, ".so") == 0)
		return arena_strndup(k->a, name + 3, n - 6);
	return n > 5 && strcmp(name + n - 2, ".a") == 0 ? arena_strndup(k->a, name + 3, n - 5) : NULL;
}

/* A folder that the command itself names, not the compiler. */
static bool is_users(struct seek *s, const char *dir)
{
	const struct link_texts *c = &s->k->l->plan->command;

	for (size_t i = 1; i < c->n; i++) {
		const char *next = i + 1 < c->n ? c->items[i + 1] : "", *w = c->items[i];

		if (starts_with(w, "-L") && strcmp(w[2] != '\0' ? w + 2 : next, dir) == 0)
			return true;
	}
	return false;
}

static bool near_name(struct seek *s)
{
	const char *best = NULL, *best_path = NULL;
	size_t most = strlen(s->lib) < 6 ? 1 : 2, found = most + 1;

	if (strlen(s->lib) < 3)
		return false;
	for (size_t i = 0; i < s->k->l->line->dirs.n; i++) {
		const struct link_dir *dir = &s->k->l->line->dirs.items[i];
		const struct store_listing *names = store_list(s->k->d.store, dir->path);

		for (size_t n = 0; names != NULL && n < names->n; n++) {
			const char *lib = lib_of_name(s->k, names->names[n]);
			size_t d = lib != NULL ? distance(lib, s->lib, most) : found;

			/* In the system's folders short names are near one another by chance. */
			if (d >= found || (d > (strlen(s->lib) > 6 ? 1 : 0) && !is_users(s, dir->path)))
				continue;
			found = d;
			best = lib;
			best_path = folder_file(s, dir->path, names->names[n]);
		}
	}
	if (best == NULL)
		return false;
	begin(s, CAUSE_LD_LIBRARY_NOT_FOUND, "name-variant", best_path);
	s->dr->settled = true;
	draft_assume(s->dr, DLWHY_LIKELY, "that library is the one that is meant");
	draft_say(&s->k->d, s->dr, "There is no lib%s.so or lib%s.a in the folders that are searched; the "
		  "nearest name is %s.",
		  s->lib, s->lib, best_path);
	change_lib(s, "change-flag", arena_printf(s->k->a, "if that one is meant: -l%s", best),
		   arena_printf(s->k->a, "-l%s", best));
	return true;
}

static bool is_of_compiler(const char *lib)
{
	return strcmp(lib, "gcc") == 0 || strcmp(lib, "gcc_s") == 0 || strcmp(lib, "gcc_eh") == 0 ||
		strcmp(lib, "c") == 0 ||
	       strcmp(lib, "stdc++") == 0 || strcmp(lib, "m") == 0;
}

static bool multilib(struct seek *s)
{
	if (!is_of_compiler(s->lib))
		return false;
	begin(s, CAUSE_LD_LIBRARY_NOT_FOUND, "multilib", arena_printf(s->k->a, "-l%s", s->lib));
	draft_say(&s->k->d, s->dr, "The compiler's own library lib%s is not there for %s: its files for this "
		  "machine are not installed.", s->lib, lk_machine(s->k));
	lk_fix(s->k, s->dr, "install-package", "install the compiler's libraries for it",
	       s->k->l->machine == EM_386 ? "apt-get install gcc-multilib g++-multilib" : NULL);
	return true;
}

static void not_installed(struct seek *s)
{
	begin(s, CAUSE_LD_LIBRARY_NOT_FOUND, "not-installed", arena_printf(s->k->a, "-l%s", s->lib));
	draft_say(&s->k->d, s->dr, "No folder that is searched has lib%s.so or lib%s.a, nor has one near "
		  "them.", s->lib, s->lib);
	lk_fix(s->k, s->dr, "install-package", "install its development package", apt_name(s));
	lk_fix(s->k, s->dr, "change-flag", "name the folder that has it: -LFOLDER", NULL);
}

void d_link_lib(struct lk *k, const struct link_trouble *t)
{
	static bool (*const cases[])(struct seek *) = { other_arch, of_linux, wrong_name, dangling,
		shared_only,
						       no_dev_link, no_prefix,
							multilib, other_dir, near_name };
	struct seek s = { .k = k, .t = t, .m = t->missing, .lib = t->missing->lib };
	bool done = false;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases) && !done; i++)
		done = cases[i](&s);
	if (!done)
		not_installed(&s);
	tell_search(&s);
}
