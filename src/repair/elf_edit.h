/* elf_edit.h - edits of an ELF file: search path, needs, names, interpreter, the executable-stack mark.
 *
 * An edit is a pure function from the file's bytes to patches of it: nothing is read but the view and
 * nothing is written. Code and data stay where they are: what must grow gets a place at the end of the
 * file, in a segment of its own, and what becomes free is left as it is. The program headers stay
 * behind the ELF header, where strip and objcopy want them: for the header of that segment, what
 * stands behind them (the interpreter's name, notes, symbol tables, which only headers point to) moves
 * with it; in a file without section headers they move themselves. So an edit costs what it touches,
 * not the size of the file. Section headers follow where the file has them.
 *
 * What cannot be done safely is refused with the reason, in words for a person, rather than tried.
 */
#ifndef DLWHY_REPAIR_ELF_EDIT_H
#define DLWHY_REPAIR_ELF_EDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/view.h"
#include "repair/change.h"

enum elf_edit_kind {
	ELF_SET_RUNPATH,    /* value: the whole list. DT_RPATH, if there is one, goes */
	ELF_SET_RPATH,      /* value: the whole list. DT_RUNPATH, if there is one, goes */
	ELF_REMOVE_PATHS,   /* neither DT_RPATH nor DT_RUNPATH */
	ELF_ADD_NEEDED,     /* value: is put first, if it is not there yet */
	ELF_REMOVE_NEEDED,  /* name: every DT_NEEDED of that name; refused if it has version needs */
	ELF_REPLACE_NEEDED, /* name -> value, in DT_NEEDED and in the version needs' file names */
	ELF_SET_SONAME,     /* value */
	ELF_REMOVE_SONAME,
	ELF_SET_INTERPRETER, /* value */
	ELF_CLEAR_EXEC_STACK, /* PT_GNU_STACK without PF_X; made if there is none and room can be had */
	ELF_SET_EXEC_STACK
};

struct elf_edit {
	enum elf_edit_kind kind;
	const char *name;   /* of what is replaced or removed, else NULL */
	const char *value;  /* new text, else NULL */
};

struct elf_edited {
	const struct patch *patches; /* sorted, none overlaps another */
	size_t npatches;
	uint64_t size;       /* of the new file */
	bool changed;        /* false: the file is so already, there are no patches */
	const char *refused; /* why it is not done, a sentence for a person; NULL if it is done */
};

/* All edits at once, in order. `file` is the whole file. Allocates in a (out of memory: `refused` says so).
 * The result has been read again as a loader maps it and found to keep everything that the edits do
 * not name. */
void elf_edit(struct view file, const struct elf_edit *edits, size_t n, struct arena *a,
	      struct elf_edited *out);

#endif
