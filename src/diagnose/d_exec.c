/* d_exec.c - the kernel does not start the program: no loader takes part.
 *
 * "No such file or directory" for a file that is there is the classic: what is missing is the
 * loader that the file names, or the interpreter of a script.
 */
#include <errno.h>
#include <string.h>

#include "diagnose/common.h"
#include "object/elfconst.h"

enum { SCRIPT_LINE = 256 }; /* that a kernel reads of a script */

struct interpreter {
	const char *pattern, *what, *apt, *detail, *fix;
};

static const struct interpreter interpreters[] = {
#define INTERPRETER(pattern, what, apt, detail, fix) { pattern, what, apt, detail, fix },
#include "diagnose/interpreters.def"
#undef INTERPRETER
};

static const struct interpreter *known(const char *path)
{
	for (size_t i = 0; i < sizeof(interpreters) / sizeof(interpreters[0]); i++)
		if (matches_pattern(path, interpreters[i].pattern))
			return &interpreters[i];
	return NULL;
}

struct exe {
	struct diag *d;
	const struct exec_result *x;
	const struct failure *f;
	const char *path, *word;
	const struct elf *e; /* NULL: not an ELF file, or not known */
	struct draft *dr;
};

static void begin(struct exe *k, enum cause cause, const char *object)
{
	k->dr = draft_new(k->d, cause, k->f);
	k->dr->f.object = object;
	if (object != k->path) {
		const char **chain = ARENA_ARRAY(k->d->a, 1, const char *);

		chain[0] = k->path;
		k->dr->f.needed_by = k->path;
		k->dr->f.chain = chain;
		k->dr->f.nchain = 1;
	}
	if (k->x->message != NULL)
		draft_evidence(k->d, k->dr, "text", NULL, "what a shell prints")->value =
			k->x->message;
}

/* ---- interpreters ------------------------------------------------------------------------- */

static const char *script_word(const struct exe *k)
{
	return k->x->nscripts > 0 ? base_name(k->x->script_chain[k->x->nscripts - 1]) : k->word;
}

static void windows_lines(struct exe *k)
{
	struct diag *d = k->d;
	const char *script = k->x->nscripts > 0 ? k->x->script_chain[k->x->nscripts - 1] : k->path;
	const char *interp = arena_strndup(d->a, k->x->interpreter, strlen(k->x->interpreter) - 1);
	struct fix *f;

	begin(k, CAUSE_INTERPRETER_MISSING, k->x->interpreter);
	draft_say(d, k->dr,
		  "%s has the line ends of Windows: the kernel takes the invisible carriage return "
		  "for a part of the interpreter's name and looks for \"%s\\r\" instead of %s.",
		  script_word(k), interp, interp);
	draft_evidence(d, k->dr, "bytes", NULL, "the #! line ends in a carriage return (0d)")
		->path = script;
	f = draft_fix(d, k->dr, "edit-file", "low", "take the carriage returns away");
	fix_command(d, f, arena_printf(d->a, "sed -i 's/\\r$//' %s", shell_quote(d->a, script)));
	fix_edit(d, f, "unix-lines", script, NULL, NULL);
}

/* The line after "#!" with another interpreter in it; NULL: it is not the usual line. */
static const char *line_with(struct exe *k, const char *script, const char *interpreter)
{
	const struct store_entry *e = store_open(k->d->store, script);
	struct view text = e != NULL && e->err == 0 ? e->file->bytes : (struct view){ NULL, 0 };
	size_t n = text.n < SCRIPT_LINE ? text.n : SCRIPT_LINE;
	const uint8_t *end = n > 2 ? memchr(text.p, '\n', n) : NULL;
	const char *line, *at;

	if (end == NULL || memcmp(text.p, "#!", 2) != 0)
		return NULL;
	line = arena_strndup(k->d->a, (const char *)text.p, (size_t)(end - text.p));
	at = strstr(line, k->x->interpreter);
	if (at == NULL || strlen(line) + strlen(interpreter) - strlen(k->x->interpreter) >= SCRIPT_LINE)
		return NULL;
	return arena_printf(k->d->a, "%.*s%s%s", (int)(at - line), line, interpreter,
			    at + strlen(k->x->interpreter));
}

/* The text as it stands on the right side of sed's s|…|…|. */
static const char *sed_text(struct arena *a, const char *s)
{
	struct arena_text t = { NULL, 0, 0 };

	for (; *s != '\0'; s++) {
		if (strchr("\\&|", *s) != NULL)
			arena_text_add(a, &t, "\\", 1);
		arena_text_add(a, &t, s, 1);
	}
	return arena_text_end(a, &t);
}

/* Scripts of an environment hold its path: where that was moved or copied the interpreter lies beside
 * them. */
static void moved_environment(struct exe *k)
{
	struct diag *d = k->d;
	const char *named = k->x->nscripts > 0 ? k->x->script_chain[k->x->nscripts - 1] : k->path;
	const char *script = absolute_path(d, named);
	const char *here = join_path(d->a, dir_name(d->a, script), base_name(k->x->interpreter)), *line;
	struct os_stat st;
	struct fix *f;

	if (!starts_with(base_name(here), "python") || source_stat(d->source, here, true, &st) != 0 ||
	    (st.mode & 0111) == 0 || strpbrk(here, " \t") != NULL)
		return;
	line = line_with(k, script, here);
	if (line == NULL)
		return;
	f = draft_fix(d, k->dr, "edit-file", "low",
		      arena_printf(d->a, "let it name the interpreter that lies beside it, %s", here));
	fix_command(d, f,
		    arena_printf(d->a, "sed -i %s %s",
				 shell_quote(d->a, arena_printf(d->a, "1s|.*|%s|", sed_text(d->a, line))),
				 shell_quote(d->a, script)));
	fix_edit(d, f, "edit-line", script, "1", line);
}

/* "#!/usr/bin/env NAME": PATH decides. */
static void missing_behind_env(struct exe *k)
{
	struct diag *d = k->d;
	const char *name = k->x->interpreter;

	begin(k, CAUSE_INTERPRETER_MISSING, name);
	if (strchr(name, '/') != NULL)
		draft_say(d, k->dr, "%s asks env on its #! line to start %s, and there is no such file.",
			  script_word(k), name);
	else
		draft_say(d, k->dr,
			  "%s asks env on its #! line to start '%s', and no folder of PATH has a program "
			  "of that name.", script_word(k), name);
	if (strpbrk(name, " \t") != NULL)
		draft_fix(d, k->dr, "edit-file", "low",
			  "write env -S in that line: without -S env takes all of it as one name");
	draft_fix(d, k->dr, "install-package", "low",
		  "install that program, put the folder that has it into PATH, or name one that is there in "
		  "the #! line");
}

static void script_interpreter(struct exe *k)
{
	struct diag *d = k->d;
	const struct interpreter *in = known(k->x->interpreter);

	if (k->x->by_env != NULL) {
		missing_behind_env(k);
		return;
	}
	begin(k, CAUSE_INTERPRETER_MISSING, k->x->interpreter);
	draft_say(d, k->dr,
		  "%s names %s on its #! line as the program that must run it, and that file does "
		  "not exist.",
		  script_word(k), k->x->interpreter);
	draft_fact(d, k->dr, k->x->interpreter, "not there");
	moved_environment(k);
	draft_fix(d, k->dr, "install-package", "low",
		  in != NULL ? in->fix : "install that interpreter, or correct the #! line");
}

/* Of another architecture: "libc6:i386". */
static void apt_commands(struct diag *d, struct fix *f, const char *package)
{
	const char *arch = strchr(package, ':');

	if (arch != NULL) {
		fix_command(d, f, arena_printf(d->a, "dpkg --add-architecture %s", arch + 1));
		fix_command(d, f, "apt-get update");
	}
	fix_command(d, f, arena_printf(d->a, "apt-get install %s", package));
}

/* The same loader at its usual path: a program that was built for another layout (Nix, a container). */
static void loader_of_this_system(struct exe *k)
{
	struct diag *d = k->d;
	const struct elf *e = k->e;
	bool musl = starts_with(base_name(k->x->interpreter), "ld-musl-");
	const char *path = e == NULL ? NULL
			   : built_for_glibc(e) ? glibc_ld_path(e->machine, e->is64, e->big_endian, e->flags)
			   : musl ? musl_ld_path(e->machine, e->is64, e->big_endian, e->flags, d->a)
				  : NULL;
	struct os_stat st;
	struct fix *f;

	if (path == NULL || same_text(path, k->x->interpreter) ||
	    source_stat(store_source(d->store), path, true, &st) != 0)
		return;
	f = draft_fix(d, k->dr, "set-interpreter", "medium",
		      arena_printf(d->a,
				   "let this system's loader, %s, start it (this edits the file: "
				   "keep a copy)",
				   path));
	fix_command(d, f,
		    arena_printf(d->a, "patchelf --set-interpreter %s %s", path, shell_quote(d->a, k->path)));
	fix_edit(d, f, "set-interpreter", k->path, NULL, path);
}

static void elf_interpreter(struct exe *k)
{
	struct diag *d = k->d;
	const struct interpreter *in = known(k->x->interpreter);
	struct fix *f;

	begin(k, CAUSE_INTERPRETER_MISSING, k->x->interpreter);
	if (in != NULL)
		k->dr->f.detail = in->detail;
	draft_say(d, k->dr,
		  "%s is there, but the loader that must start it, %s%s%s%s, is not on this "
		  "system.",
		  k->word, k->x->interpreter, in != NULL ? " (" : "", in != NULL ? in->what : "",
		  in != NULL ? ")" : "");
	draft_fact(d, k->dr, k->x->interpreter, "not there; the program names it in PT_INTERP");
	f = draft_fix(d, k->dr, "install-package", "low",
		      in != NULL ? in->fix
				 : "install the C library that has that loader, or take a build of "
				   "the program for this system");
	if (in != NULL && in->apt != NULL && has_apt(d))
		apt_commands(d, f, in->apt);
	else if (in != NULL && in->detail != NULL && has_apk(d))
		fix_command(d, f, "apk add gcompat");
	loader_of_this_system(k);
}

static void bad_interpreter(struct exe *k)
{
	struct diag *d = k->d;

	begin(k, k->x->err == ELIBBAD && k->e != NULL ? CAUSE_WRONG_ARCH : CAUSE_CORRUPT_FILE,
	      k->x->interpreter);
	draft_say(d, k->dr, "%s cannot be started, because the loader that it names, %s, is %s.",
		  k->word, k->x->interpreter,
		  k->x->err == ELIBBAD ? "no loader for this kind of program (another machine, or "
					 "no ELF file)"
				       : "cut off");
	draft_fact(d, k->dr, k->x->interpreter, k->x->why);
	draft_fix_reinstall(d, k->dr, k->x->interpreter, "install the C library again");
}

/* ---- permission --------------------------------------------------------------------------- */

static bool why_has(const struct exe *k, const char *word)
{
	return k->x->why != NULL && strstr(k->x->why, word) != NULL;
}

static void not_permitted(struct exe *k)
{
	struct diag *d = k->d;
	bool interp = k->e != NULL && k->x->interpreter != NULL;
	const char *path = k->x->interpreter != NULL ? k->x->interpreter : k->path;
	const char *q = shell_quote(d->a, path), *word = base_name(path);
	struct fix *f;

	if (why_has(k, "folder")) {
		begin(k, CAUSE_NOT_LOADABLE, path);
		draft_say(d, k->dr, "%s is a folder, not a program.", word);
		return;
	}
	begin(k, CAUSE_PERMISSION, path);
	if (why_has(k, "noexec")) {
		draft_say(d, k->dr,
			  "%s lies on a file system that is mounted noexec: programs there may not "
			  "be started.",
			  word);
		f = draft_fix(d, k->dr, "move", "low", "copy it to another file system");
		fix_command(d, f, arena_printf(d->a, "findmnt -T %s", q));
		return;
	}
	draft_say(d, k->dr, "%s%s may not be executed by this user%s.", interp ? "the loader " : "",
		  word, why_has(k, "permission") || interp ? ": the x permission is missing" : "");
	draft_fact(d, k->dr, path, k->x->why);
	f = draft_fix(d, k->dr, "permission", "low",
		      "if it is a program that you trust: let it be executed");
	fix_command(d, f, arena_printf(d->a, "chmod a+x %s", q));
	fix_edit(d, f, "mode", path, NULL, "a+x");
}

/* ---- format ------------------------------------------------------------------------------- */

static void other_machine(struct exe *k)
{
	struct diag *d = k->d;
	const char *is = elf_words(d->a, k->e);

	begin(k, CAUSE_WRONG_ARCH, k->path);
	draft_say(d, k->dr,
		  "%s is made for %s, and the kernel of this machine does not run such programs.",
		  k->word, is);
	draft_bytes(d, k->dr, k->path, 18, 2, arena_printf(d->a, "its header says %s", is));
	draft_fix(d, k->dr, "replace", "low", "install the build for this machine");
	draft_fix(d, k->dr, "emulate", "medium",
		  "or let it be emulated: qemu-user, or docker run --platform with binfmt "
		  "handlers");
}

static void wrong_format(struct exe *k)
{
	struct diag *d = k->d;
	const struct store_file *file = k->x->file != NULL ? k->x->file->file : NULL;
	bool elf = file != NULL && file->kind == FILE_ELF;

	if (why_has(k, "another machine") && elf) {
		other_machine(k);
		return;
	}
	begin(k,
	      elf && k->e != NULL && (k->e->type == ET_REL || k->e->type == ET_CORE) ? CAUSE_NOT_LOADABLE
								     : CAUSE_CORRUPT_FILE,
	      k->path);
	if (file != NULL &&
	    (file->kind == FILE_PE || file->kind == FILE_MACHO || file->kind == FILE_MACHO_FAT)) {
		k->dr->cause = CAUSE_WRONG_ARCH;
		k->dr->f.code = dlwhy_cause_at(CAUSE_WRONG_ARCH)->code;
	}
	if (file != NULL && !elf)
		draft_say(d, k->dr, "%s is %s, not a program that the kernel can start.", k->word,
			  file_kind_name(file->kind));
	else
		draft_say(d, k->dr, "The kernel does not start %s: %s.", k->word,
			  k->x->why != NULL ? k->x->why : "its format is unknown");
	draft_fact(d, k->dr, k->path, k->x->why != NULL ? k->x->why : "an unknown format");
	draft_fix_reinstall(d, k->dr, k->path, "get the program again, for this machine");
}

/* A name without '/' that is not on PATH. */
static void no_command(struct exe *k)
{
	struct diag *d = k->d;
	struct os_stat st;

	draft_say(d, k->dr, "There is no program %s: no folder of PATH has one of that name.", k->path);
	if (source_stat(d->source, k->path, true, &st) == 0 && st.type == OS_REGULAR)
		draft_fix(d, k->dr, "other-name", "low",
			  arena_printf(d->a, "the working folder has a file of that name: ./%s", k->path));
	draft_fix(d, k->dr, "install-package", "low",
		  "look at how it is written; install the package that has it, or put its folder into PATH");
}

static void absent(struct exe *k)
{
	begin(k, CAUSE_MISSING_LIBRARY, k->path);
	if (strchr(k->path, '/') == NULL) {
		no_command(k);
		return;
	}
	draft_say(k->d, k->dr, "There is no file %s.", k->path);
	draft_near_file(k->d, k->dr, k->path);
}

static void other_error(struct exe *k)
{
	begin(k, CAUSE_PERMISSION, k->path);
	draft_say(k->d, k->dr, "The kernel does not start %s: %s.", k->word,
		  k->x->why != NULL ? k->x->why : "it cannot be opened");
	draft_fact(k->d, k->dr, k->path, strerrordesc_np(k->x->err));
}

static void explain(struct exe *k)
{
	const char *interp = k->x->interpreter;

	switch (k->x->err) {
	case ENOENT:
	case ENOTDIR:
		if (interp == NULL)
			absent(k);
		else if (*interp != '\0' && interp[strlen(interp) - 1] == '\r')
			windows_lines(k);
		else if (k->e != NULL)
			elf_interpreter(k);
		else
			script_interpreter(k);
		break;
	case EACCES:
	case EPERM: not_permitted(k); break;
	case EIO:
	case ELIBBAD: bad_interpreter(k); break;
	case ENOEXEC: wrong_format(k); break;
	default: other_error(k);
	}
}

void d_exec(struct diag *d, size_t i)
{
	struct exe k = { .d = d, .x = d->in->exec };

	k.f = i != SIZE_MAX ? &d->t->failures.items[i] : NULL;
	if (k.x == NULL || k.x->err == 0)
		return;
	k.path = d->in->target_path != NULL ? d->in->target_path : d->in->target;
	k.path = k.path != NULL ? k.path : "";
	k.word = base_name(k.path);
	if (k.x->file != NULL && k.x->file->err == 0 && k.x->file->file->kind == FILE_ELF)
		k.e = &k.x->file->file->elf;
	explain(&k);
}
