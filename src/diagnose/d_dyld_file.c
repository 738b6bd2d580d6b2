/* d_dyld_file.c - files that dyld finds and refuses: what is wrong with them. */
#include <string.h>

#include "diagnose/dyld.h"
#include "object/macho_sign.h"

static const char *who(struct diag *d, const struct failure *f, const struct probe *p)
{
	if (f->image == NULL)
		return base_name(p->path);
	return arena_printf(d->a, "%s, which %s needs,", base_name(p->path), image_word(d, f->image));
}

static const char *mac_words(const struct diag *d)
{
	return d->w->dyld->cpu == MACHO_ARM64 ? "arm64" : "x86_64";
}

static struct draft *wrong_arch(struct diag *d, const struct failure *f, const struct probe *p)
{
	struct draft *dr = draft_new(d, CAUSE_WRONG_ARCH, f);
	struct dyld_slice slice;

	dyld_slice(d->w->dyld, p->entry->file->bytes, d->a, &slice);
	draft_say(d, dr, "%s is made for %s, and the process is for %s.", who(d, f, p), slice.have,
		  mac_words(d));
	draft_bytes(d, dr, p->path, 0, 8, arena_printf(d->a, "its header says %s", slice.have));
	draft_fix(d, dr, "replace", "low",
		  arena_printf(
			  d->a,
			  "take the build for %s (for Python: a wheel whose name ends in %s or universal2)",
			  mac_words(d), mac_words(d)));
	if (strstr(slice.have, "x86_64") != NULL && d->w->dyld->cpu == MACHO_ARM64)
		fix_command(d,
			    draft_fix(d, dr, "emulate", "low",
				      "start the whole program for x86_64, under Rosetta, with all "
				      "libraries for that"),
			    "arch -x86_64 COMMAND");
	return dr;
}

static struct draft *wrong_platform(struct diag *d, const struct failure *f, const struct probe *p)
{
	struct draft *dr = draft_new(d, CAUSE_WRONG_ARCH, f);

	dr->f.detail = "platform";
	draft_say(d, dr, "%s is not made for macOS: %s.", who(d, f, p), p->says);
	draft_fix(d, dr, "replace", "low", "take the build for macOS");
	return dr;
}

/* A file for the loader of another system. */
static struct draft *other_system(struct diag *d, const struct failure *f, const struct probe *p)
{
	struct draft *dr = draft_new(d, CAUSE_WRONG_ARCH, f);

	draft_say(d, dr, "%s is a file of %s, not of macOS.", who(d, f, p),
		  p->entry->file->kind == FILE_ELF ? "Linux" : "Windows");
	draft_bytes(d, dr, p->path, 0, 4, "its first bytes say so");
	draft_fix(d, dr, "replace", "low", "take the build for macOS");
	return dr;
}

/* Nothing that a linker makes: text, a web page, a pointer, a part of a file. */
static struct draft *damaged(struct diag *d, const struct failure *f, const struct probe *p)
{
	const struct store_file *file = p->entry->file;
	struct draft *dr;

	if (file->kind == FILE_ELF || file->kind == FILE_PE)
		return other_system(d, f, p);
	dr = draft_new(d, CAUSE_CORRUPT_FILE, f);
	if (file->bytes.n == 0)
		draft_say(d, dr, "%s is empty.", who(d, f, p));
	else if (file->kind == FILE_LFS_POINTER)
		draft_say(d, dr, "%s is a pointer of Git LFS: the file itself was not fetched.",
			  who(d, f, p));
	else if (file->kind == FILE_HTML)
		draft_say(d, dr, "%s is a web page that was saved under the library's name.", who(d, f, p));
	else if (p->outcome == PROBE_TOO_SHORT)
		draft_say(d, dr, "%s is cut off: parts that its header names lie behind its end.",
			  who(d, f, p));
	else
		draft_say(d, dr, "%s is no file of macOS's loader.", who(d, f, p));
	draft_bytes(d, dr, p->path, 0, file->bytes.n < 16 ? file->bytes.n : 16,
		    arena_printf(d->a, "it has %s", bytes_words(d->a, file->bytes.n)));
	draft_fix_reinstall(d, dr, p->path, "get it again");
	return dr;
}

static struct draft *wrong_type(struct diag *d, const struct failure *f, const struct probe *p)
{
	struct draft *dr = draft_new(d, CAUSE_NOT_LOADABLE, f);

	draft_say(d, dr, "%s is no library that can be loaded here: %s.", who(d, f, p), p->says);
	draft_fix(d, dr, "rebuild", "medium",
		  "link it as a library (-dynamiclib), not as a bundle or a program");
	return dr;
}

static void fix_duplicate(struct diag *d, struct draft *dr, const char *path, const char *says)
{
	const char *rpath = strchr(says, '\''), *file = shell_quote(d->a, path);
	struct fix *fix = draft_fix(d, dr, "edit-file", "medium",
				    "on the Mac: remove the second one, and sign the file again");

	if (rpath != NULL)
		fix_command(d, fix,
			    arena_printf(d->a, "install_name_tool -delete_rpath %s %s",
					 shell_quote(d->a, arena_strndup(d->a, rpath + 1, strlen(rpath) - 2)),
					 file));
	dyld_sign(d, fix, path);
}

/* What dyld checks since 15.4, and of programs since 26. */
static void say_commands(struct diag *d, struct draft *dr, const char *path, const char *says)
{
	dr->f.detail = "load-commands";
	if (starts_with(says, "duplicate LC_RPATH"))
		fix_duplicate(d, dr, path, says);
	draft_fix(d, dr, "rebuild", "medium", "link it again, with a linker of today");
}

static struct draft *bad_header(struct diag *d, const struct failure *f, const struct probe *p)
{
	/* A command that must be known and is not: a newer linker made it for a newer dyld. */
	bool newer = starts_with(p->says, "load command #");
	struct draft *dr = draft_new(d, newer ? CAUSE_OS_TOO_OLD : CAUSE_NOT_LOADABLE, f);

	draft_say(d, dr, "%s is refused by dyld since macOS 15.4: %s.", who(d, f, p), p->says);
	say_commands(d, dr, p->path, p->says);
	return dr;
}

void dyld_program(struct diag *d, const struct failure *f)
{
	struct draft *dr = draft_new(d, CAUSE_NOT_LOADABLE, f);

	dr->f.object = image_path(d, f->image);
	draft_say(d, dr, "%s is refused by dyld since macOS 26: %s.", image_word(d, f->image), f->string);
	say_commands(d, dr, dr->f.object, f->string);
}

/* What its owner can do: who has the identity of the program the first, who made it the second. */
static void fix_team(struct diag *d, struct draft *dr, const char *path)
{
	const struct image *main = d->p != NULL ? d->p->program : NULL;
	const char *program = main != NULL ? image_path(d, main) : NULL;
	struct fix *fix;

	fix_command(d,
		    draft_fix(d, dr, "sign", "medium",
			      "on the Mac: sign it with the identity that the program is signed with"),
		    arena_printf(d->a, "codesign --force --options runtime --sign IDENTITY %s",
				 shell_quote(d->a, path)));
	fix = draft_fix(d, dr, "rebuild", "medium",
			"on the Mac: give the program the entitlement "
			"com.apple.security.cs.disable-library-validation (true), and sign it again");
	program = program != NULL && *program != '\0' ? shell_quote(d->a, program) : "PROGRAM";
	/* PlistBuddy makes a file that is not there, and takes none that is empty. */
	fix_command(d, fix,
		    arena_printf(d->a,
				 "codesign -d --entitlements - --xml %s >entitlements.plist; "
				 "test -s entitlements.plist || rm entitlements.plist",
				 program));
	fix_command(d, fix,
		    "/usr/libexec/PlistBuddy -c 'Add :com.apple.security.cs.disable-library-validation bool "
		    "true' entitlements.plist");
	fix_command(d, fix,
		    arena_printf(d->a,
				 "codesign --force --options runtime --entitlements entitlements.plist "
				 "--sign IDENTITY %s",
				 program));
}

static struct draft *bad_signature(struct diag *d, const struct failure *f, const struct probe *p)
{
	struct draft *dr = draft_new(d, CAUSE_PERMISSION, f);
	bool team = strstr(p->says, "Team ID") != NULL;

	dr->f.detail = "code-signature";
	if (team)
		draft_say(d, dr,
			  "%s is not signed by those who signed the program, which takes no others' files.",
			  who(d, f, p));
	else
		draft_say(d, dr,
			  "%s has no valid code signature, and an arm64 Mac loads nothing without one.",
			  who(d, f, p));
	if (team)
		fix_team(d, dr, p->path);
	else
		dyld_sign(d, draft_fix(d, dr, "sign", "medium", "on the Mac: sign it ad hoc"), p->path);
	return dr;
}

struct draft *dyld_refused(struct diag *d, const struct failure *f, const struct probe *p)
{
	switch (p->outcome) {
	case PROBE_WRONG_MACHINE: return wrong_arch(d, f, p);
	case PROBE_WRONG_PLATFORM: return wrong_platform(d, f, p);
	case PROBE_WRONG_TYPE: return wrong_type(d, f, p);
	case PROBE_BAD_HEADER: return bad_header(d, f, p);
	case PROBE_BAD_SIGNATURE: return bad_signature(d, f, p);
	case PROBE_IS_DIRECTORY: {
		struct draft *dr = draft_new(d, CAUSE_NOT_LOADABLE, f);

		draft_say(d, dr, "%s is a folder.", who(d, f, p));
		return dr;
	}
	default: return damaged(d, f, p);
	}
}

void dyld_pages(struct diag *d, const struct failure *f)
{
	struct draft *dr = draft_new(d, CAUSE_PERMISSION, f);
	const char *path = image_path(d, f->image);

	dr->f.detail = "code-signature";
	dr->f.object = path;
	draft_needed_by(d, dr, f->image->requester);
	if (f->wanted == 0) {
		draft_say(
			d, dr,
			"%s is not signed, and an arm64 Mac starts nothing that is not: the kernel kills it.",
			image_word(d, f->image));
		dyld_sign(d, draft_fix(d, dr, "sign", "medium", "on the Mac: sign it ad hoc"), path);
		return;
	}
	draft_say(d, dr,
		  "%s was changed after it was signed: %llu of %llu pages are not what their hashes say. On "
		  "an arm64 Mac "
		  "the process is killed when it touches one, without a word of dyld.",
		  image_word(d, f->image), (unsigned long long)(f->wanted - f->available),
		  (unsigned long long)f->wanted);
	dyld_sign(d,
		  draft_fix(d, dr, "sign", "medium",
			    "on the Mac, if the change was meant: sign it again, ad hoc"),
		  path);
	draft_fix_reinstall(d, dr, path, "get it again");
}
