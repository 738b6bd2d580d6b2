/* d_abort.c - deaths of the loader: by its own assertion, by a signal, by a circle of IFUNCs.
 *
 * None of these can be caught: they end the process that calls dlopen.
 */
#include <signal.h>
#include <string.h>

#include "diagnose/common.h"

static struct draft *begin(struct diag *d, const struct failure *f, enum cause cause)
{
	const struct image *by = f->image != NULL ? f->image->requester : NULL;
	struct draft *dr = draft_new(d, cause, f);

	dr->f.object = image_path(d, f->image);
	if (dr->f.object == NULL && f->candidate != NULL)
		dr->f.object = f->candidate->path;
	if (dr->f.object == NULL)
		dr->f.object = f->object;
	if (by == NULL && f->request != NULL && f->request->from != NULL &&
	    f->request->from->kind != IMAGE_PROGRAM)
		by = f->request->from;
	draft_needed_by(d, dr, by);
	return dr;
}

static const char *word_of(struct diag *d, const struct draft *dr, const struct failure *f)
{
	if (f->image != NULL)
		return image_word(d, f->image);
	return dr->f.object != NULL && *dr->f.object != '\0' ? base_name(dr->f.object) : "the file";
}

/* ---- assertions --------------------------------------------------------------------------- */

static void not_needed(struct diag *d, struct draft *dr, const struct failure *f)
{
	const char *word = word_of(d, dr, f);
	const char *file = f->version_file != NULL ? base_name(f->version_file) : "a library";
	const char *path = image_path(d, f->image);
	struct fix *x;

	draft_say(d, dr,
		  "%s asks for versions of %s, but no longer names %s among the libraries that it "
		  "needs: the loader does not expect that and ends the whole process.",
		  word, file, file);
	draft_evidence(d, dr, "version", f->image,
		       arena_printf(d->a,
				    "the version table names %s, and no loaded library has that "
				    "name",
				    file))
		->value = f->version;
	x = draft_fix(d, dr, "edit-needed", "medium",
		      "an edit left it so (patchelf --remove-needed): name the library again, or "
		      "take the file as it was");
	if (path != NULL && f->version_file != NULL)
		fix_command(d, x,
			    arena_printf(d->a, "patchelf --add-needed %s %s",
					 shell_quote(d->a, f->version_file),
					 shell_quote(d->a, path)));
	if (path != NULL && f->version_file != NULL)
		fix_edit(d, x, "add-needed", path, NULL, f->version_file);
	draft_fix_reinstall(d, dr, path, "get the file as it was before the edit");
}

static void no_versions(struct diag *d, struct draft *dr, const struct failure *f)
{
	const char *file =
		f->version_file != NULL ? base_name(f->version_file) : image_word(d, f->provider);

	dr->f.object = image_path(d, f->provider);
	dr->f.symbol = f->symbol;
	dr->version = f->version;
	draft_needed_by(d, dr, f->image);
	draft_say(d, dr,
		  "%s was linked with a %s that has symbol versions (%s), but the one that is "
		  "loaded has none at all: the loader (glibc up to 2.40) ends the whole process "
		  "over it.",
		  image_word(d, f->image), file, f->version != NULL ? f->version : "some");
	draft_evidence(d, dr, "version", f->provider, "it has no table of versions")->path =
		image_path(d, f->provider);
	draft_fix(d, dr, "replace", "medium",
		  arena_printf(d->a,
			       "install the %s that %s was built with: this one was built without "
			       "its version script",
			       file, image_word(d, f->image)));
}

static void bad_tables(struct diag *d, struct draft *dr, const struct failure *f)
{
	draft_say(d, dr,
		  "The dynamic section of %s gives a wrong size for its tables: it is damaged or "
		  "was edited, and the loader ends the whole process over it.",
		  word_of(d, dr, f));
	draft_fix_reinstall(d, dr, dr->f.object, "get the file again");
}

static void assertion(struct diag *d, const struct failure *f)
{
	struct draft *dr = begin(d, f, CAUSE_LOADER_ABORT);
	const char *text = f->string != NULL ? f->string : "";

	if (strstr(text, "needed !=") != NULL || (*text == '\0' && f->version_file != NULL))
		not_needed(d, dr, f);
	else if (strstr(text, "version->filename") != NULL)
		no_versions(d, dr, f);
	else
		bad_tables(d, dr, f);
	if (*text != '\0')
		draft_evidence(d, dr, "text", NULL,
			       "what the loader prints before it ends the process")
			->value = text;
}

static void ifunc(struct diag *d, const struct failure *f)
{
	struct draft *dr = begin(d, f, CAUSE_LOADER_ABORT);

	dr->f.symbol = f->symbol;
	draft_needed_by(d, dr, f->image);
	draft_say(d, dr,
		  "%s uses %s of the program, a function that is chosen when the program starts "
		  "(IFUNC), but libraries are set up before the program: the loader ends the "
		  "process.",
		  word_of(d, dr, f),
		  f->symbol != NULL ? symbol_word(d->a, f->symbol) : "a function");
	draft_evidence(d, dr, "symbol", f->image, "defined in the program as an IFUNC")->value =
		f->symbol;
	draft_fix(d, dr, "rebuild", "low",
		  "move the function into a library of its own, or make it a common function");
}

/* ---- signals ------------------------------------------------------------------------------ */

static const char *signal_word(int sig)
{
	switch (sig) {
	case SIGBUS: return "SIGBUS";
	case SIGSEGV: return "SIGSEGV";
	case SIGFPE: return "SIGFPE";
	case SIGILL: return "SIGILL";
	case SIGABRT: return "SIGABRT";
	default: return "a signal";
	}
}

static void cut_off(struct diag *d, struct draft *dr, const struct failure *f)
{
	draft_say(d, dr,
		  "%s is cut off: %s of %s are missing; the loader maps it all the same, and the "
		  "process dies of %s when it touches what is missing.",
		  word_of(d, dr, f), bytes_words(d->a, f->wanted - f->available),
		  bytes_words(d->a, f->wanted), signal_word(f->signal));
	draft_bytes(d, dr, dr->f.object, f->available, f->wanted - f->available,
		    "the file ends here; its segments go on");
}

static const struct elf *elf_of(const struct failure *f)
{
	if (f->image != NULL)
		return f->image->file != NULL ? &f->image->file->elf : NULL;
	return f->candidate != NULL && f->candidate->err == 0 &&
			       f->candidate->file->kind == FILE_ELF ?
		       &f->candidate->file->elf :
		       NULL;
}

/* What kills a process of musl, although the file is not damaged. */
static bool killed_by_musl(struct diag *d, const struct failure *f)
{
	const struct elf *e = elf_of(f);
	struct draft *dr;

	if (!is_musl(d) || e == NULL)
		return false;
	if (f->image != NULL && elf_has(e, ELF_DT_RELR) && d->w->musl.patch < 4) {
		dr = begin(d, f, CAUSE_OS_TOO_OLD);
		draft_say(d, dr,
			  "%s keeps its relocations in a compact form (DT_RELR) that musl knows "
			  "from 1.2.4 on; the loader here is %s, leaves its pointers as they are, "
			  "and the process dies of %s.",
			  word_of(d, dr, f),
			  d->w->musl.version != NULL ? d->w->musl.version : "older",
			  signal_word(f->signal));
		draft_fact(d, dr, dr->f.object, "DT_RELR is in its dynamic section");
		draft_fix(d, dr, "upgrade", "high", "run it with musl 1.2.4 or newer");
		draft_fix(d, dr, "rebuild", "low",
			  "build it without the linker's -z pack-relative-relocs");
		return true;
	}
	if (f->image == NULL && (e->empty_dynamic ||
				 (!elf_has(e, ELF_DT_HASH) && !elf_has(e, ELF_DT_GNU_HASH)))) {
		dr = begin(d, f, CAUSE_NOT_LOADABLE);
		draft_say(d, dr, "%s %s: musl dies of %s when it looks for symbols in it.",
			  word_of(d, dr, f),
			  e->empty_dynamic ? "holds debug information only, split off from the real "
					     "library"
					   : "has no table of its symbols' names",
			  signal_word(f->signal));
		draft_fix_reinstall(d, dr, dr->f.object, "put the real library there");
		return true;
	}
	return false;
}

static void killed(struct diag *d, const struct failure *f)
{
	struct draft *dr;

	if (killed_by_musl(d, f))
		return;
	dr = begin(d, f, CAUSE_CORRUPT_FILE);

	if (f->wanted > f->available)
		cut_off(d, dr, f);
	else
		draft_say(d, dr,
			  "%s is damaged: its tables point to places that are not in the file, and "
			  "the process dies of %s when the loader follows them.",
			  word_of(d, dr, f), signal_word(f->signal));
	draft_fact(d, dr, dr->f.object,
		   arena_printf(d->a, "the process dies of %s, without a message",
				signal_word(f->signal)));
	draft_fix_reinstall(d, dr, dr->f.object, "get the file again");
}

void d_abort(struct diag *d, size_t i)
{
	const struct failure *f = &d->t->failures.items[i];

	if (f->kind == FAIL_ASSERTION)
		assertion(d, f);
	else if (f->kind == FAIL_IFUNC)
		ifunc(d, f);
	else
		killed(d, f);
}
