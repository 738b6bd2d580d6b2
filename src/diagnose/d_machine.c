/* d_machine.c - what the file wants of the processor, the stack or the relocation code. */
#include <string.h>

#include "diagnose/common.h"
#include "object/elfconst.h"

static struct draft *begin(struct diag *d, const struct failure *f, enum cause cause)
{
	struct draft *dr = draft_new(d, cause, f);
	const struct image *from = f->request != NULL ? f->request->from : NULL;

	dr->f.object = f->candidate != NULL ? f->candidate->path : image_path(d, f->image);
	if (dr->f.object == NULL)
		dr->f.object = f->object;
	if (from == NULL && f->image != NULL && f->candidate == NULL)
		from = f->image->requester;
	if (from != NULL && from->kind == IMAGE_PROGRAM && !d->in->is_program)
		from = NULL;
	draft_needed_by(d, dr, from);
	return dr;
}

static const char *word_of(const struct draft *dr)
{
	return dr->f.object != NULL && *dr->f.object != '\0' ? base_name(dr->f.object)
							     : "the program";
}

/* ---- processor ---------------------------------------------------------------------------- */

static void isa(struct diag *d, const struct failure *f)
{
	struct draft *dr = begin(d, f, CAUSE_CPU_ISA);
	uint64_t wanted = f->wanted, have = f->available != 0 ? f->available : d->w->cpu.isa_bits;
	struct elf_notes n;

	if (wanted == 0 && f->image != NULL && f->image->file != NULL) {
		elf_notes(&f->image->file->elf, &n);
		wanted = n.x86_isa_needed;
	}
	draft_say(d, dr, "%s says that it needs a processor of level %s, and this one offers %s.",
		  word_of(dr), isa_level_word(wanted), isa_level_word(have));
	draft_evidence(d, dr, "fact", f->image,
		       arena_printf(d->a,
				    "its ISA note asks for bits 0x%llx, this processor has 0x%llx",
				    (unsigned long long)wanted, (unsigned long long)have))
		->path = dr->f.object;
	isa_fixes(d, dr);
}

/* ---- executable stack --------------------------------------------------------------------- */

static void exec_stack(struct diag *d, const struct failure *f)
{
	struct draft *dr = begin(d, f, CAUSE_EXEC_STACK);
	const struct elf *e =
		f->candidate != NULL && f->candidate->err == 0 ? &f->candidate->file->elf : NULL;
	bool marked = e == NULL || e->has_gnu_stack;
	struct fix *x;

	draft_say(d, dr,
		  "%s %s an executable stack, and this loader (glibc 2.41 and newer) no longer "
		  "grants one to libraries that are opened later.",
		  word_of(dr), marked ? "asks for" : "has no mark that it does without");
	draft_evidence(d, dr, "fact", NULL,
		       marked ? "PT_GNU_STACK is marked executable" : "there is no PT_GNU_STACK")
		->path = dr->f.object;
	x = draft_fix(d, dr, "clear-exec-stack", "medium",
		      "nearly always the mark is a mistake (an assembler file without "
		      ".note.GNU-stack): take it away (keep a copy of the file: this edits it)");
	if (dr->f.object != NULL)
		fix_command(d, x,
			    arena_printf(d->a, "patchelf --clear-execstack %s",
					 shell_quote(d->a, dr->f.object)));
	if (dr->f.object != NULL)
		fix_edit(d, x, "clear-exec-stack", dr->f.object, NULL, NULL);
	draft_fix(d, dr, "upgrade", "low",
		  "newer releases of most such libraries have lost the mark");
	if (d->w->install.minor >= 42) {
		x = draft_fix(d, dr, "environment", "high",
			      "for one run: allow executable stacks from the start (COMMAND stands "
			      "for what you start)");
		fix_command(d, x, "GLIBC_TUNABLES=glibc.rtld.execstack=2 COMMAND");
		fix_edit(d, x, "env-set", NULL, "GLIBC_TUNABLES", "glibc.rtld.execstack=2");
	}
}

/* ---- relocations -------------------------------------------------------------------------- */

/* musl maps a file for another processor without looking, and stumbles over its relocations. */
static void foreign(struct diag *d, const struct failure *f)
{
	struct draft *dr = begin(d, f, CAUSE_WRONG_ARCH);
	const char *is = elf_words(d->a, &f->image->file->elf);
	const char *want = world_words(d->a, d->w);

	draft_say(d, dr,
		  "%s is made for %s, but the process that loads it is %s: musl does not look at "
		  "that, and stumbles over a relocation that it does not know.",
		  word_of(dr), is, want);
	draft_bytes(d, dr, dr->f.object, 4, 16, arena_printf(d->a, "its header says %s", is));
	draft_fix(d, dr, "replace", "low", arena_printf(d->a, "install the build for %s", want));
}

/* R_*_IRELATIVE: functions that are chosen when the file is loaded. */
static void ifunc_in_musl(struct diag *d, const struct failure *f)
{
	struct draft *dr = begin(d, f, CAUSE_NOT_LOADABLE);

	dr->f.detail = "libc-mismatch";
	draft_say(d, dr,
		  "%s contains functions that are chosen when it is loaded (IFUNC), which musl does "
		  "not support: it was built for glibc.",
		  word_of(dr));
	draft_evidence(d, dr, "fact", f->image,
		       arena_printf(d->a, "relocation type %u", f->reloc_type))
		->path = dr->f.object;
	draft_fix_musl_build(d, dr, dr->f.object);
}

static bool is_irelative(const struct failure *f, const struct world *w)
{
	const char *name = elf_reloc_name(w->machine, f->reloc_type);

	return name != NULL && strstr(name, "IRELATIVE") != NULL;
}

static void reloc_type(struct diag *d, const struct failure *f)
{
	struct draft *dr = begin(d, f, CAUSE_CORRUPT_FILE);
	const char *name = elf_reloc_name(d->w->machine, f->reloc_type);

	draft_say(d, dr,
		  "%s contains a relocation (a place that the loader has to fill in) of a kind "
		  "that the loader does not know, %s: the file is damaged, or made by tools newer "
		  "than this loader.",
		  word_of(dr),
		  name != NULL ? name : arena_printf(d->a, "number %u", f->reloc_type));
	draft_evidence(d, dr, "fact", f->image,
		       arena_printf(d->a, "relocation type %u", f->reloc_type))
		->path = dr->f.object;
	draft_fix_reinstall(d, dr, dr->f.object, "get the file again");
	draft_fix(d, dr, "rebuild", "low", "build it on this system");
}

static void audit(struct diag *d, const struct failure *f)
{
	struct draft *dr = begin(d, f, CAUSE_NOT_LOADABLE);

	dr->f.severity = DLWHY_WARNING;
	draft_say(d, dr,
		  "%s cannot serve as a library that watches the loader (LD_AUDIT); the loader "
		  "says so and goes on without it.",
		  word_of(dr));
	draft_fix(d, dr, "environment", "low", "take it out of LD_AUDIT");
}

void d_machine(struct diag *d, size_t i)
{
	const struct failure *f = &d->t->failures.items[i];

	switch (f->kind) {
	case FAIL_ISA: isa(d, f); break;
	case FAIL_EXEC_STACK: exec_stack(d, f); break;
	case FAIL_RELOC_TYPE:
		if (is_musl(d) && f->image->file->elf.machine != d->w->machine)
			foreign(d, f);
		else if (is_musl(d) && is_irelative(f, d->w))
			ifunc_in_musl(d, f);
		else
			reloc_type(d, f);
		break;
	default: audit(d, f); break;
	}
}
