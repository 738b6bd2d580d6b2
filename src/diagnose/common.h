/* common.h - what the families of findings share: a draft of a finding, and words for things.
 *
 * Everything lives in the arena of the diagnosis. Each d_*.c turns failures of one family into
 * drafts; rank.c orders them; diagnose.c makes them the arrays that callers read.
 */
#ifndef DLWHY_DIAGNOSE_COMMON_H
#define DLWHY_DIAGNOSE_COMMON_H

#include "diagnose/causes.h"
#include "diagnose/diagnose.h"

/* No list in a finding is longer; what is left out is counted in a last piece of evidence. */
enum { MAX_EVIDENCE = 50, MAX_CHAIN = 64, MAX_FINDINGS = 200 };

struct fix {
	struct dlwhy_fix f;
	struct {
		const char **items;
		size_t n, cap;
	} commands;
	struct {
		struct dlwhy_edit **items;
		size_t n, cap;
	} edits;
};

/* A finding that is being written. */
struct draft {
	struct dlwhy_finding f;
	enum cause cause;
	const char *version; /* goes into the fingerprint */
	size_t order;        /* number of the failure that it is about; SIZE_MAX: of none */
	bool lazy;           /* only strikes when the function is first called */
	bool settled;        /* its certainty was set on purpose */
	size_t left_out;     /* evidence that did not fit */
	struct {
		struct dlwhy_evidence **items;
		size_t n, cap;
	} evidence;
	struct {
		struct fix **items;
		size_t n, cap;
	} fixes;
	struct {
		struct dlwhy_also **items;
		size_t n, cap;
	} also;
};

struct hunt;   /* hunt.c: folders that were looked through already */
struct whohas; /* whohas.c: libraries that may define a symbol */
struct crash;  /* crash.h */

struct diag {
	const struct diagnose_input *in;
	const struct world *w;
	const struct process *p; /* may be NULL */
	const struct trace *t;   /* NULL with p */
	struct source *source;
	struct store *store;
	struct arena *a;
	bool *taken;             /* per failure: a finding covers it */
	struct hunt *hunt;
	struct whohas *whohas;
	const char *hint;        /* a last line for a person, or NULL */
	bool no_apt;             /* what is judged is of a system that has no apt-get */
	struct crash *crash;     /* crash.c: while it looks at copies */
	struct {
		struct draft **items;
		size_t n, cap;
	} drafts;
	struct {
		struct dlwhy_open **items;
		size_t n, cap;
	} opens;
};

/* ---- drafts ------------------------------------------------------------------------------- */

/* A new draft about failure f (NULL: about none), with its certainty. */
struct draft *draft_new(struct diag *d, enum cause cause, const struct failure *f);
/* Writes the summary: one sentence for a person. */
void draft_say(struct diag *d, struct draft *dr, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Evidence with all fields "none". Its object is set if im is not NULL. Never NULL: what does not
 * fit is counted, and written to a scratch place. */
struct dlwhy_evidence *draft_evidence(struct diag *d, struct draft *dr, const char *kind,
				      const struct image *im, const char *says);
/* A fact: evidence that names a path (may be NULL) and says something of it. */
void draft_fact(struct diag *d, struct draft *dr, const char *path, const char *says);
/* Bytes [offset, offset + size) of a file. */
void draft_bytes(struct diag *d, struct draft *dr, const char *path, uint64_t offset,
		 uint64_t size, const char *says);
struct fix *draft_fix(struct diag *d, struct draft *dr, const char *kind, const char *risk,
		      const char *says);
void fix_command(struct diag *d, struct fix *f, const char *command);
/* The same as data: see struct dlwhy_edit. A path is made absolute. */
void fix_edit(struct diag *d, struct fix *f, const char *op, const char *path, const char *name,
	      const char *value);
/* "Get X again" for a path (NULL: not known); `says` is an order without a full stop. */
void draft_fix_reinstall(struct diag *d, struct draft *dr, const char *path, const char *says);
/* "For one run: WHAT" by LD_LIBRARY_PATH, which names the folder of `file` first. */
void draft_fix_library_path(struct diag *d, struct draft *dr, const char *what, const char *file);
/* Another copy of the library that is loaded as p, `copy`, has what that lacks. */
void draft_fix_older_copy(struct diag *d, struct draft *dr, const struct image *p, const char *copy);
void draft_also(struct diag *d, struct draft *dr, enum cause cause, const char *detail,
		const char *object);
/* Sets needed_by and chain from the object that asked. NULL: nobody did. */
void draft_needed_by(struct diag *d, struct draft *dr, const struct image *im);
/* What a statement rests on besides the rules: makes the finding `predicted` (or `likely`). */
void draft_assume(struct draft *dr, enum dlwhy_certainty c, const char *assumes);

/* ---- words -------------------------------------------------------------------------------- */

const char *base_name(const char *path);
/* The folder of a path without a slash at its end; "." if it has none. */
const char *dir_name(struct arena *a, const char *path);
const char *join_path(struct arena *a, const char *dir, const char *name);
/* Absolute, without "/./"; the path itself where the working folder is not known. */
const char *absolute_path(const struct diag *d, const char *path);
/* A word for a shell. */
const char *shell_quote(struct arena *a, const char *s);
/* The same for a script that any sh reads, where all bytes may stand as they are. */
const char *shell_literal(struct arena *a, const char *s);
/* A command for a shell; argv is NULL-ended. */
const char *shell_words(struct arena *a, const char *const *argv);
/* The path of an image, NULL if it has none (an assumed program). */
const char *image_path(const struct diag *d, const struct image *im);
/* Base name of an image for a sentence; "the program" where it has no name. */
const char *image_word(const struct diag *d, const struct image *im);
/* "x86_64", "i386 (32 bit)", "aarch64", "ppc64 (big-endian)", "an unknown machine (4711)". */
const char *machine_words(struct arena *a, uint16_t machine, bool is64, bool big_endian);
const char *elf_words(struct arena *a, const struct elf *e);
const char *world_words(struct arena *a, const struct world *w);
/* "LD_LIBRARY_PATH", "RUNPATH", …: a rule in words. */
const char *rule_words(enum load_rule r);
/* "it is not there", …: an outcome of a probe in words. */
const char *outcome_words(enum probe_outcome o);
/* "1 byte", "12,345 bytes". */
const char *bytes_words(struct arena *a, uint64_t n);
/* A symbol in words: itself, shortened in the middle when it is longer than a line. */
const char *symbol_word(struct arena *a, const char *symbol);
bool starts_with(const char *s, const char *prefix);
bool same_text(const char *a, const char *b); /* NULL equals NULL */
/* Does `name` match `pattern`, in which a '*' stands for anything? */
bool matches_pattern(const char *name, const char *pattern);
/* -1, 0, 1: "3.4.9" < "3.4.30". Digit runs count as numbers. */
int compare_versions(const char *a, const char *b);
/* Is the Python whose standard library is in that folder the distribution's, so that pip refuses to install
 * for it outside of an environment (PEP 668)? */
bool python_is_managed(struct source *source, struct arena *a, const char *library);
/* Does apt-get install libraries for this process: Debian or one of its children, and glibc? */
bool has_apt(const struct diag *d);
/* Do rpm's packages make up the system: Fedora, Red Hat, SUSE and their children? */
bool has_rpm(const struct diag *d);
/* Is it Alpine Linux or one of its children (apk)? */
bool has_apk(const struct diag *d);
/* Is the process one of musl's loader? */
bool is_musl(const struct diag *d);
/* The i-th folder that is searched for all programs, with a final '/': of musl's path file or the
 * default ones; NULL behind the last. */
const char *common_dir(const struct diag *d, size_t i);
/* Was the file linked with glibc? */
bool built_for_glibc(const struct elf *e);
/* "Take the build for musl", for a file that was built for glibc. */
void draft_fix_musl_build(struct diag *d, struct draft *dr, const char *path);

/* ---- families ----------------------------------------------------------------------------- */

/* Each writes a draft for failure i and for those that belong to it (marks them in d->taken). */
void d_search(struct diag *d, size_t i);
void d_windows(struct diag *d, size_t i); /* any failure of Windows' loader */
void d_windows_start(struct diag *d);     /* in->start_failed, and no failure */
void d_preloads(struct diag *d);
void d_file(struct diag *d, size_t i);
void d_version(struct diag *d, size_t i);
void d_symbol(struct diag *d, size_t i);
void d_tls(struct diag *d, size_t i);
void d_abort(struct diag *d, size_t i);   /* assertions, signals, IFUNC cycles */
void d_machine(struct diag *d, size_t i); /* ISA level, executable stack, relocation types */
void d_python(struct diag *d);            /* of a target that loads */
void d_present(struct diag *d);           /* of copies that are loaded already; behind the others */
void d_conflict(struct diag *d);          /* of the whole process */
void d_exec(struct diag *d, size_t i);    /* SIZE_MAX: no failure, in->exec tells */
void d_import(struct diag *d);            /* of an import, if in->imported; behind the failures */
void d_isa_notes(struct diag *d);         /* levels asked for that the loader does not look at */
void d_code(struct diag *d);              /* the machine code, if in->code */
void d_opens(struct diag *d);             /* libraries that are opened by name at run time */
void d_early_exit(struct diag *d);        /* in->exited_early */
void d_crash(struct diag *d);             /* a death by a signal: in->stack */

/* The highest level among the bits of GNU_PROPERTY_X86_ISA_1_NEEDED, and what to do about one that
 * the processor lacks. */
const char *isa_level_word(uint64_t bits);
void isa_fixes(struct diag *d, struct draft *dr);

/* A draft about a file whose header or segments the loader refuses: what is it really? */
struct draft *file_draft(struct diag *d, const struct failure *f, const struct store_entry *en);

/* The cause that a file of that kind under the name of a library is. */
enum cause file_kind_cause(enum file_kind k);
/* What to do about such a file. */
void draft_fix_kind(struct diag *d, struct draft *dr, const struct store_entry *en);

/* Of a file that was named by its path, and is not there: what may have been meant. */
void draft_near_file(struct diag *d, struct draft *dr, const char *path);

/* All failures of d->t, each by its family. */
void diagnose_failures(struct diag *d);
void rank_drafts(struct diag *d);
/* Makes the drafts, in their order, what callers read. */
void diagnose_finish(struct diag *d, struct diagnosis *out);
/* 32 hex digits that are the same on every machine for the same finding. */
const char *fingerprint(struct arena *a, const char *code, const char *detail, const char *object,
			const char *symbol, const char *version);

#endif
