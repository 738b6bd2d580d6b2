/* link.h - what a linker would do with a command, without running it.
 *
 *   link_plan     the command of a compiler driver -> the command of its linker   (link_plan.c)
 *   link_line     that command -> inputs in order, each with the modes that hold there, folders, options
 *   link_run      inputs -> files, members, symbols, and what the linker would complain about, in its order
 *
 * Four linkers are known: GNU ld and gold go from left to right, lld and mold keep archives in mind. What
 * they do is written in link_search.c, link_load.c, link_resolve.c, link_check.c; where they differ, in
 * their own words: tests/build asks the real ones.
 */
#ifndef DLWHY_BUILD_LINK_H
#define DLWHY_BUILD_LINK_H

#include "base/arena.h"
#include "base/table.h"
#include "object/ar.h"
#include "object/elf_object.h"
#include "object/store.h"

enum link_linker { LINKER_BFD, LINKER_GOLD, LINKER_LLD, LINKER_MOLD, LINKER_OTHER };
const char *link_linker_name(enum link_linker k); /* "ld.bfd", "ld.gold", "ld.lld", "mold", "other" */

struct link_texts { /* a list of strings */
	const char **items;
	size_t n, cap;
};

/* ---- the plan: what the driver would call -------------------------------------------------- */

/* A file that a compile step makes, and where it was really made. */
struct link_made {
	const char *planned;     /* as the driver calls it: "/tmp/ccFoo.o" */
	const char *real;
	const char *source;      /* "main.c", NULL: not known */
};

struct link_plan {
	const char *driver;      /* NULL: the command is a linker's */
	const char *linker;      /* its path, NULL: none was found */
	enum link_linker kind;
	const char *self;        /* what it calls itself in front of messages */
	struct link_texts words; /* its arguments, without its own name */
	struct link_texts command; /* the command as given, for repairs */
	struct {
		struct link_made *items;
		size_t n, cap;
	} made;
	struct link_texts builtin; /* folders that it searches of itself ("=" is the sysroot) */
	struct link_texts refused; /* words that this linker does not know, by its own help */
	const char *failed;      /* a driver or compiler ended with this text: nothing was linked */
	const char *not_linked;  /* why there is no link, in words: "-c compiles only" */
	const char *machine;     /* "mingw", "macos": objects are no ELF files; NULL */
};

struct link_ask { /* what a plan needs */
	struct arena *a;
	struct source *source;
	const char *const *env;  /* of the programs that are asked, NULL-ended */
	const char *folder;      /* where compiled objects go; NULL: nothing is compiled */
	char *output[2];         /* what programs print, LINK_OUTPUT_MAX bytes each; link_plan's own */
};
enum { LINK_OUTPUT_MAX = 4 << 20 };

/* Asks the driver, compiles what the command compiles. */
void link_plan(const struct link_ask *ask, const char *const *argv, struct link_plan *out);
/* Is that the name of a driver or linker that is understood ("gcc-12", "aarch64-linux-gnu-ld")? */
bool link_knows(const char *program);
/* rustc compiles with code of the crate (macros): nobody runs it but who gave its command. */
bool link_is_rustc(const char *program);
/* "programs of macOS": what a linker makes whose rules are not followed. NULL: it is none of those. */
const char *link_makes_other(const char *program);
/* Words of a line that a driver prints with -###; quotes and backslashes resolved. */
void link_words(struct arena *a, const char *line, size_t n, struct link_texts *out);
/* The words of the response file `path`; false if it cannot be read. */
bool link_response(struct arena *a, struct source *source, const char *path, struct link_texts *out);

/* ---- the line: what the linker is told --------------------------------------------------------------- */

enum link_op_kind { LINK_FILE, LINK_LIB, LINK_GROUP, LINK_END_GROUP, LINK_LIB_BEGIN, LINK_LIB_END };

struct link_op {
	enum link_op_kind kind;
	const char *name;        /* file; the name behind -l (":" and all) */
	bool is_static, as_needed, whole, copy_needed, just_symbols;
	size_t word;             /* its place in plan->words */
};

struct link_dir {
	const char *path;        /* as it is searched */
	bool given;              /* by -L; else one of the linker's own */
};

/* What is wrong with the words themselves; link_option.c tells it. */
enum link_odd_kind {
	ODD_UNKNOWN,             /* no option of this linker */
	ODD_Z,                   /* no word behind -z */
	ODD_VALUE,               /* no value of that option */
	ODD_FILE,                /* the file of that option is not there */
	ODD_POP,                 /* --pop-state without --push-state */
	ODD_NEST,                /* groups and libraries of objects that do not nest: value says it */
	ODD_TOGETHER             /* option and value: two that exclude each other */
};

struct link_odd {
	enum link_odd_kind kind;
	const char *option, *value;
	size_t op;               /* lld, ODD_NEST: told before that input is read */
};

struct link_line {
	struct {
		struct link_odd *items;
		size_t n, cap;
	} odds;
	struct {
		struct link_op *items;
		size_t n, cap;
	} ops;
	struct {
		struct link_dir *items;
		size_t n, cap;
	} dirs;
	struct link_texts rpath, rpath_link, wrap, undefined;
	struct link_texts defined, values; /* --defsym: names, and what they are set to */
	const char *sysroot, *output, *emulation, *entry, *version_script, *script;
	bool shared, pie, relocatable, is_static, no_std_dirs, z_defs, z_muldefs, no_copyreloc;
	bool allow_shlib_undefined, no_allow_shlib_undefined, unresolved_ignored, unresolved_warned;
	bool shlibs_ignored;     /* --unresolved-symbols=ignore-in-shared-libs */
	bool gc_sections, export_dynamic, strip_all, plugin, llvm_plugin, z_text, z_notext, warn_mismatch_off,
		bsymbolic, noinhibit;
	bool undefs_ignored, fatal_warnings; /* -z undefs */
	const char *unknown;     /* ld64.lld: an option that it does not know, NULL */
	const char *info;        /* --version, --help: no link; NULL */
};

void link_line_read(struct arena *a, struct source *source, const struct link_plan *plan,
		    struct link_line *out);

/* ---- symbols and objects ----------------------------------------------------------------------------- */

struct link_object;

enum link_state { LINK_NEW, LINK_UNDEFINED, LINK_UNDEFINED_WEAK, LINK_LAZY, LINK_COMMON, LINK_WEAK,
		 LINK_DEFINED };

struct link_sym {
	const char *name;        /* "foo" or "foo@V": who asks for a version asks for that */
	uint32_t hash;
	enum link_state state;
	struct link_object *owner; /* who defines it; of LINK_LAZY the archive's member */
	const struct link_ref *spare; /* mold: of a live member, while another one is the chosen one */
	struct link_object *spare_of;
	struct link_object *first; /* mold: the first live object that defines it */
	struct link_object *asker; /* first object with a reference that is not weak; else a weak one */
	uint32_t section;        /* of the definition */
	uint64_t value, size;
	uint8_t type, vis;       /* STT_*; the strictest STV_* of the regular objects */
	bool by_dso;             /* defined by a shared object */
	bool ref_regular, ref_regular_strong, ref_dso, ref_dso_strong;
	bool option;             /* defined by --defsym, a script, or the linker itself */
	bool tls_said, in_dso;   /* in_dso: a shared object of the link defines it */
	struct link_archive *lazy; /* LINK_LAZY: who has a member with it */
	uint64_t lazy_header;
	bool lazy_gone;          /* that member was asked for */
	uint8_t type_known;      /* 0: no, 1: not thread-local, 2: thread-local */
	const char *version;     /* of the definition */
	size_t order;            /* in which it was first seen */
};

enum link_object_kind { LINK_REL, LINK_DSO, LINK_LTO };

/* One global symbol of an object. */
struct link_ref {
	struct link_sym *sym;
	uint32_t index;          /* in the object's symbol table */
	uint8_t state;           /* enum link_state as this object has it */
	uint8_t type, vis;
	bool dropped;            /* in a COMDAT group or link-once section that another object has */
	const char *version;     /* DSO: of the definition or wanted */
	bool hidden;             /* DSO: not the default version */
	uint32_t section;
	uint64_t value, size;
};

struct link_archive;

struct macho;

struct link_object {
	enum link_object_kind kind;
	const char *path;        /* file as it was opened */
	const char *shown;       /* as the linker calls it: "x.o", "libx.a(y.o)", "/tmp/ccF.o" */
	const char *member;      /* of an archive, NULL */
	const char *source;      /* that it was compiled from here, NULL */
	struct link_archive *archive;
	uint64_t header;         /* of the member */
	const struct elf *e;     /* NULL: a Mach-O object */
	const struct macho *macho; /* NULL: none */
	struct elf_object o;
	bool has_sections;
	bool slim;               /* code for LTO alone, and no plugin to make it */
	const char *soname;      /* DSO: DT_SONAME, or what the linker takes in its place */
	bool as_needed, needed, indirect, loaded, loaded_again, command; /* indirect: through DT_NEEDED */
	bool misfit;             /* a member for another machine: that was said, or will be */
	bool by_lib;             /* found by -l */
	const char *lib;         /* the name behind -l, NULL */
	struct link_object *by;  /* indirect: who needs it */
	size_t op;               /* number of the op */
	struct link_ref *refs;
	size_t nrefs;
	bool *dropped_sections;  /* per section; NULL: none */
	bool *live;              /* --gc-sections: per section; NULL: all */
	uint32_t *rela;          /* with it: the section with its relocations, 0: none */
	const struct link_sym *pulled_by; /* member: the symbol it was taken for */
	size_t order;
	struct {
		struct link_gap { uint32_t section; uint64_t begin, end; } *items;
		size_t n, cap;
	} gaps;                  /* Mach-O: definitions that another object's replaced; addresses */
};

struct link_archive {
	const char *path, *shown;
	struct ar ar;
	struct store_file *file;
	bool whole, has_index, as_needed, searched;
	bool loose;              /* objects between --start-lib and --end-lib */
	bool passed_over;        /* gold: what it has does not fit, the search went on */
	size_t op;
	struct link_op asked;    /* that asked for it */
	const char *lib;
	struct {
		struct link_index { struct link_sym *sym; uint64_t header; bool done; } *items;
		size_t n, cap;
	} index;
	bool index_read, members_scanned;
	struct {
		struct link_object **items;
		size_t n, cap;
	} members;               /* those that were read */
};

/* ---- looking for files ------------------------------------------------------------------------------- */

enum link_seen_what {
	SEEN_TAKEN, SEEN_ABSENT, SEEN_DANGLING, SEEN_FOLDER, SEEN_OTHER_ARCH, SEEN_UNREADABLE
};

struct link_seen { /* a candidate of a search */
	const char *path, *lib;
	enum link_seen_what what;
	const struct elf *e;     /* SEEN_OTHER_ARCH */
	size_t search;           /* number of the search */
};

struct link_missing { /* a -l, a file or a DT_NEEDED that was not found */
	const char *name;        /* as the line has it */
	const char *lib;         /* behind -l; NULL: a file */
	const struct link_object *by; /* DT_NEEDED of that object; else NULL */
	const char *script;      /* the linker script that names it, NULL */
	const char *archive;     /* the thin archive whose member it is, NULL */
	struct link_op op;       /* that asked for it */
	size_t search;
};

/* ---- complaints -------------------------------------------------------------------------------------- */

enum link_trouble_kind {
	LT_OPTION,            /* an option is not known */
	LT_NO_FILE,           /* an input is not there */
	LT_NO_LIB,            /* a -l is not found */
	LT_SKIPPED,           /* a candidate is for another machine; no error by itself */
	LT_HINT,              /* a file that the name would fit without "lib" */
	LT_NO_FRAMEWORK,      /* -framework is not found */
	LT_WRONG_ARCH,
	LT_WRONG_PLATFORM,    /* made for another system of the same family */
	LT_NOT_RECOGNIZED, LT_SCRIPT_SYNTAX, LT_TRUNCATED, LT_EMPTY, LT_EXECUTABLE, LT_FOLDER,
	LT_STATIC_DSO,        /* a shared object in a static link */
	LT_NO_INDEX, LT_LTO_PLUGIN,
	LT_MULTIPLE, LT_TLS, LT_VERSION_NODE, LT_VERSION_SYNTAX,
	LT_NEEDED_MISSING,    /* DT_NEEDED of an input is not found: a warning */
	LT_DSO_MISSING,
	LT_NOT_PIC, LT_UNDEFINED, LT_UNDEFINED_DSO, LT_HIDDEN_REF, LT_HIDDEN_UNDEFINED, LT_UNDEFINED_VERSION,
	LT_NOTHING,           /* no input at all */
	LT_OUTPUT,            /* the output cannot be made */
	LT_OTHER
};

struct link_trouble {
	enum link_trouble_kind kind;
	bool error;              /* ends in a failed link; else a warning or a note */
	const char *lines;       /* what the linker prints: whole lines, '\n' between them */
	const char *message;     /* the line of it that says what is wrong */
	const struct link_object *object, *other; /* NULL: none */
	const struct link_sym *sym;
	const char *symbol;      /* its name without version, NULL */
	const char *version;     /* or NULL */
	const char *path;        /* file at fault where it is no object */
	const struct elf *e;     /* of another machine */
	const struct link_missing *missing;
	const char *place;       /* "main.c:(.text+0xf)", NULL */
	const char *reloc;       /* LT_NOT_PIC: its name */
	uint32_t section;        /* LT_UNDEFINED: where it is used */
	uint64_t offset;
	const char *detail;      /* words of its own for some kinds */
	size_t count;            /* how often the same */
};

struct link_flavour; /* link_flavour.h: how one linker differs */

struct link {
	struct arena *a;
	struct store *store;
	struct source *source;
	const struct link_plan *plan;
	const struct link_line *line;
	const char *const *env;
	enum link_linker kind;
	const char *self;
	uint16_t machine;        /* of the output */
	bool is64, big_endian, machine_known;

	struct table syms;
	struct {
		struct link_sym **items;
		size_t n, cap;
	} all;                   /* in the order in which they were first seen */
	struct {
		struct link_object **items;
		size_t n, cap;
	} objects;               /* that take part, in the linker's order */
	struct {
		struct link_object **items;
		size_t n, cap;
	} dropped;               /* shared objects that --as-needed left out */
	struct {
		struct link_archive **items;
		size_t n, cap;
	} archives;
	struct {
		struct link_seen *items;
		size_t n, cap;
	} seen;
	struct {
		struct link_missing **items;
		size_t n, cap;
	} missing;
	struct {
		struct link_trouble **items;
		size_t n, cap;
	} troubles;              /* in the order in which the linker prints them */
	struct {
		const char **items;
		size_t n, cap;
	} empty_scripts;         /* files of 0 bytes that were read as scripts */
	struct {
		struct link_object **items;
		size_t n, cap;
	} misfits, programs;     /* inputs for another machine; programs in the place of libraries */
	size_t misfits_told;
	const char *format;      /* lld: OUTPUT_FORMAT of a script */
	struct {
		struct link_queued { struct link_object *object; struct link_archive *archive; } *items;
		size_t n, cap;
	} queue;                 /* lld, mold: inputs in order */
	struct table groups;     /* signatures of COMDAT groups -> the object that has it */
	struct {
		struct link_need { const char *name; struct link_object *by; } *items;
		size_t n, cap;
	} needed;
	struct {
		struct elf **items;
		size_t n, cap;
	} opened;                /* members, to be closed */
	struct {
		struct link_dir *items;
		size_t n, cap;
	} more_dirs;             /* SEARCH_DIR of scripts */
	struct link_texts conf;  /* folders of /etc/ld.so.conf, for a native link of GNU ld */
	struct table visited;    /* mold: libraries that were read */
	struct table said;       /* undefined symbols that were told */
	bool is_native;
	const struct link_object *last_object; /* GNU ld: what stands in its last "in function" */
	const char *last_function;
	bool stop;               /* a fatal error was said */
	bool failed;             /* an error was said */
	bool missing_file;
	bool cut;                /* a cap was hit: the answer is not complete */
	bool bitcode;            /* objects of LLVM for LTO take part, whose symbols are not read here */
	bool has_lto;            /* LTO objects take part: their code is not known */
	size_t searches, undefined_errors, scripts;
	size_t pulls;            /* changes of the symbols that are undefined: groups go on while it grows */
	struct {
		struct view *items;
		size_t n, cap;
	} dlls;                  /* of a link for Windows */
	struct link_archive *loose; /* between --start-lib and --end-lib; NULL: elsewhere */
	const char *search_behind; /* candidates up to this one are passed over; NULL: none */
	struct { size_t op; } at;
};

/* ld64.lld: its words are not those of link_line. */
bool link_is_macho(const struct link_plan *plan);

/* Everything in a. link_close gives back what is not in the arena. */
void link_run(struct link *l, struct arena *a, struct store *store, const struct link_plan *plan,
	      const struct link_line *line, const char *const *env);
void link_close(struct link *l);
/* The first trouble that is an error; NULL: it links. */
const struct link_trouble *link_first_error(const struct link *l);

/* The symbol of that name; NULL if nothing of the link has it. */
struct link_sym *link_find(const struct link *l, const char *name);
/* A file that the line names, as the source has it: objects that were compiled here lie elsewhere. */
const char *link_real_path(const struct link_plan *plan, const char *path);

#endif
