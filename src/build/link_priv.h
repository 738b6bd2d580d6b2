/* link_priv.h - what the files of the link simulation share. Not for others. */
#ifndef DLWHY_BUILD_LINK_PRIV_H
#define DLWHY_BUILD_LINK_PRIV_H

#include "base/os_child.h"
#include "build/link.h"
#include "message/ld_text.h"

/* ---- words ---------------------------------------------------------------------------------- */

/* Response files (@FILE) in a command are taken apart; one that is not there stays a word. */
void link_expand(struct arena *a, struct source *source, const char *const *words, size_t n,
		 struct link_texts *out);
bool link_starts(const char *s, const char *prefix);
bool link_ends(const char *s, const char *suffix);
const char *link_base(const char *path);
/* The folder of a path, without a slash at its end; "" if it has none. */
const char *link_dir_of(struct arena *a, const char *path);

/* ---- link_program.c: programs that are asked ------------------------------------------------- */

const char *link_env(const struct link_ask *ask, const char *name);
/* The environment with another value of one variable. */
const char *const *link_env_with(const struct link_ask *ask, const char *name, const char *value);
bool link_is_program(const struct link_ask *ask, const char *path);
/* The first program of that name in a list of folders with ':' between them; NULL. */
const char *link_in_path(const struct link_ask *ask, const char *list, const char *name);
const char *link_find_program(const struct link_ask *ask, const char *name);

struct link_answer {
	struct os_capture out, err;
	struct os_child_end end;
	int started; /* 0 or errno */
};
/* What it prints stays until the next question. */
void link_ask_program(const struct link_ask *ask, const char *path, const char *const *argv,
		      struct link_answer *r);
bool link_answered(const struct link_answer *r);

/* ---- link_plan.c, link_rust.c ---------------------------------------------------------------- */

/* The plan of out->command. */
void link_plan_command(const struct link_ask *ask, struct link_plan *out);
void link_plan_rust(const struct link_ask *ask, const char *rustc, struct link_plan *p);
/* What a compile step that failed said. */
const char *link_step_text(const struct link_ask *ask, const char *program, const struct link_answer *r);

/* An object of LLVM for LTO: lld and LLVM's plugin make code of it. The answer is then undecided; false:
 * this linker does not take it. */
bool link_take_bitcode(struct link *l);
/* mold ends at the first object for LTO that no plugin takes. */
void link_refuse_lto(struct link *l, const char *shown);

/* ---- link_option.c: what each linker does not take ------------------------------------------ */

/* The name of an option that some release of this linker did not know; NULL. */
const char *link_may_refuse(struct arena *a, enum link_linker k, const char *word);
bool link_is_refused(const struct link_plan *plan, const char *word);
/* Only gold ends at a word behind -z that it does not know. */
bool link_knows_z(enum link_linker k, const char *word);
bool link_takes_value(const char *option, const char *value);
/* Refuses what is wrong with the words. True: nothing is read then. */
bool link_refuse_words(struct link *l);
/* lld: pairs of options are looked at when all files are read. */
bool link_refuse_pair(struct link *l);

/* ---- link_load.c: files become objects ------------------------------------------------------ */

/* Reads the inputs of the line in order. bfd and gold resolve while they read. */
void link_load_all(struct link *l);
/* The file at `path` as one input; op: what asked for it. */
void link_load_file(struct link *l, const struct link_op *op, const char *path, const char *shown,
		    const char *lib);
void link_load_op(struct link *l, size_t i);
/* A shared object of the DT_NEEDED closure; NULL if it cannot be one. */
struct link_object *link_load_needed(struct link *l, const char *path, const struct store_file *f,
				     struct link_object *by);
struct link_object *link_new_object(struct link *l, const struct elf *e, const char *path,
				    const char *shown);
/* The words of the four linkers for one refusal, with what the linker calls itself and the file. NULL: it
 * takes the file. A fatal one ends the link. */
struct link_refusal {
	const char *text[4];
	bool fatal[4];
};
/* False: this linker takes the file. */
bool link_refused(struct link *l, enum link_trouble_kind kind, const struct link_refusal *r,
		  const char *shown);
/* Is that a machine for which a linker of this output has rules, too: x86 with 32 and 64 bits? */
bool link_same_family(const struct link *l, const struct elf *e);
/* Of an object for another machine: is that told when all files are read? */
bool link_is_told_late(const struct link *l, const struct link_object *o);
const char *link_mold_machine(uint16_t machine, bool is64, bool big_endian);
bool link_gold_has_no_order(const struct link *l, const struct elf *e);
void link_wrong_arch(struct link *l, const struct link_object *o);
/* Objects for another machine that were not told yet. */
void link_say_misfits(struct link *l);

/* ---- link_archive.c ---------------------------------------------------------------------------------- */

void link_load_archive(struct link *l, const struct link_op *op, struct store_file *f, const char *path,
		       const char *shown, const char *lib);
/* Between --start-lib and --end-lib objects are members of an archive that is none. */
struct link_archive *link_loose_begin(struct link *l);
void link_loose_add(struct link *l, struct link_archive *ar, struct link_object *o);
/* The object for a member of an archive, read once. NULL: it is none that can be linked. */
struct link_object *link_member(struct link *l, struct link_archive *ar, uint64_t header);
/* The member that is asked for because of a symbol. NULL: it cannot take part, and that was said. */
struct link_object *link_pull(struct link *l, struct link_archive *ar, uint64_t header,
			      const struct link_sym *s);
void link_index(struct link *l, struct link_archive *ar);
/* Fills o->refs. */
void link_read_refs(struct link *l, struct link_object *o);
bool link_is_slim_lto(const struct elf_object *o);
/* Does an ELF header fit the output? The first input decides where no emulation is given. */
/* Section headers are what a linker begins with; in a file that is cut they are what is missing. */
bool link_is_cut(const struct elf *e);
bool link_machine_fits(struct link *l, const struct elf *e);
/* Archives from number `first` on are searched until they give nothing more: a group. */
void link_rescan(struct link *l, size_t first);
void link_name_symbols(struct link *l);

/* ---- link_coff.c: objects for Windows ---------------------------------------------------------------- */

/* Is the output an image for Windows? */
static inline bool link_is_pe(const struct link *l)
{
	return l->plan->machine != NULL && *l->plan->machine == 'm' && l->plan->machine[1] == 'i';
}
/* A COFF or import object told again as an ELF file; NULL: it is none. */
const struct elf *link_coff_elf(struct link *l, struct view v);
void link_coff_dll(struct link *l, struct view v);
/* What DLLs give, when all files are read. */
void link_coff_import_rest(struct link *l);
bool link_coff_given(const struct link *l, const char *name);

/* ---- link_search.c ----------------------------------------------------------------------------------- */

struct link_found {
	const char *path, *shown;
	const struct store_entry *entry;
};
/* Looks for -lNAME. False: not found, and said so. */
bool link_find_lib(struct link *l, const struct link_op *op, const char *script, struct link_found *out);
const struct store_entry *link_open(struct link *l, const char *path);
/* `path` with the sysroot before it. */
const char *link_sysroot(struct link *l, const char *path);
void link_saw(struct link *l, const char *path, const char *lib, enum link_seen_what what,
	      const struct elf *e);

/* ---- link_script.c ----------------------------------------------------------------------------------- */

/* The linker script `shown` is read and what it names is loaded. False: it is no script, and said so. */
bool link_script(struct link *l, const struct link_op *op, const char *path, const char *shown,
		 struct view text, const char *lib);
/* OUTPUT_FORMAT of a script is of another machine: GNU ld and gold go on searching then. */
bool link_script_mismatch(struct link *l, struct view text);
/* Does it look like a script at all: does its first word begin a command? */
bool link_script_plausible(struct view text);

/* ---- link_resolve.c: symbols ------------------------------------------------------------------------- */

struct link_sym *link_intern(struct link *l, const char *name, uint32_t hash);
struct link_sym *link_intern_version(struct link *l, const char *name, const char *version);
/* The symbols of an object take their place, left to right. */
void link_add_object(struct link *l, struct link_object *o);
void link_add_archive(struct link *l, struct link_archive *ar);
/* The same for an object that takes part now, whatever the linker. */
void link_take_object(struct link *l, struct link_object *o);
/* link_late.c: lld and mold decide when everything is known. */
void link_queue(struct link *l, struct link_object *o, struct link_archive *ar);
void link_resolve_late(struct link *l);
void link_extract(struct link *l, struct link_sym *s);
/* mold: how good a definition is; the smaller the better. Of a symbol that a member offers. */
unsigned link_rank(const struct link_ref *r, bool outside);
unsigned link_lazy_rank(struct link *l, const struct link_sym *s);
void link_take_spare(struct link_sym *s);
/* References of a shared object that became alive (mold). */
void link_note_dso(struct link *l, struct link_object *o);
void link_say_multiple(struct link *l, struct link_object *o, const struct link_ref *r,
		       const struct link_object *owner);
/* link_refs.c: sections of COMDAT groups that another object has are dropped. */
void link_claim_groups(struct link *l, struct link_object *o);

/* ---- link_needed.c, link_check.c, link_reloc.c, link_version.c --------------------------------------- */

void link_closure(struct link *l);
void link_check(struct link *l);
/* link_gc.c: which sections stay with --gc-sections; does this one go? */
void link_collect(struct link *l);
bool link_is_collected(const struct link_object *o, uint32_t section);
/* link_run.c: the output cannot be written there. True: that was said, and it is the end. */
bool link_refuse_output(struct link *l);
void link_check_version_nodes(struct link *l);
/* Reads the version script as the linker does, before any input. What is wrong with it is a trouble. */
void link_read_version_script(struct link *l);
/* link_version_text.c: `text` by the linker's grammar. */
void link_check_version_script(struct link *l, struct view text);

struct link_use { /* one relocation in a section that is loaded */
	const struct link_object *object;
	uint32_t section, type, index;
	uint64_t offset;
	const struct elf_shdr *target; /* that section */
	const struct link_ref *ref;    /* NULL: a local symbol */
};
void link_each_use(struct link *l, const struct link_object *o, void (*fn)(void *, const struct link_use *),
		   void *ctx);
/* Code that is not position-independent: what is seen before anything is made, and while it is made. */
void link_pic_early(struct link *l);
void link_pic_late(struct link *l, const struct link_use *u);

/* ---- link_say.c -------------------------------------------------------------------------------------- */

struct link_trouble *link_trouble(struct link *l, enum link_trouble_kind kind, bool error);
/* A line that the linker prints for it: the first one with `decides` is its message. Its words are rows of
 * message/ld_text.def, so that what is printed is recognised. */
void link_line_of(struct link *l, struct link_trouble *t, bool decides, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void link_line(struct link *l, struct link_trouble *t, bool decides, const char *text);
/* link_place.c: a place in an object, as linkers tell it. */
struct link_place {
	const char *text;        /* "main.c:(.text+0xf)", "(.data+0x0)" */
	const char *function;    /* demangled, NULL: in none */
	const char *file;        /* "main.c", NULL */
	const char *source;      /* "/home/me/main.c:7" by debug information, NULL */
	const char *section;
	bool fresh;              /* link_new_context printed it */
};
struct link_place link_place(struct link *l, const struct link_object *o, uint32_t section, uint64_t offset);
/* gold: ":main.c:function main", ":main.c:table"; NULL: no symbol covers the place. */
const char *link_gold_symbol(struct link *l, const struct link_object *o, uint32_t section, uint64_t offset,
			     bool *is_function);
/* "*ABS*" for none. */
const char *link_section_name(const struct link_object *o, uint32_t section);
/* GNU ld names a function once for all that follows in it. */
bool link_new_context(struct link *l, const struct link_object *o, struct link_place *p);
/* lld's two lines of a place, without what stands before the first. */
const char *link_lld_place(struct link *l, const struct link_object *o, uint32_t section, uint64_t offset);
/* A symbol as linkers print it. */
const char *link_shown(struct link *l, const char *symbol);

enum { LINK_MAX_OBJECTS = 1 << 18, LINK_MAX_TROUBLES = 2000, LINK_MAX_SCRIPTS = 64, LINK_MAX_SEEN = 4096 };

#endif
