/* tx.h - what the files of a transaction share. transaction.h is what others see.
 *
 * A transaction owns an arena and a few open files, all in struct tx, so that it can be left at any
 * allocation: who calls arena_run closes what is open then.
 */
#ifndef DLWHY_REPAIR_TX_H
#define DLWHY_REPAIR_TX_H

#include "repair/journal.h"
#include "repair/look.h"
#include "repair/transaction.h"

enum { TX_XATTR_NAMES = 64 << 10, TX_DEPTH = 64 /* folders in folders below what a command covers */ };

struct tx {
	const struct transaction_meta *m;
	struct arena *a;
	bool own;            /* the arena is the transaction's own */
	struct transaction_error *err;
	struct journal j;
	char id[TRANSACTION_ID];
	bool *ready;         /* for each step: what undo puts there lies beside it already */
	size_t nstuck;       /* steps that could not be taken back */
	char stuck[1024];    /* the first of them, in words */
	unsigned char *xattr[2]; /* JOURNAL_XATTR bytes each */
	char *xattr_names;   /* TX_XATTR_NAMES bytes */
	int journals, lock, dir; /* the folder of journals, its lock, the folder of this one */
	int place, from, to; /* the folder of the step at work, and files */
	int deep[TX_DEPTH];  /* folders that are being walked */
	unsigned ndeep;
	bool written;        /* the last journal has its name, whether or not that was synced */
	bool failed_run;     /* a command failed: its output is to be kept */
};

/* ---- tx.c: folders, the lock, the journal as a file ------------------------------------------------ */

enum transaction_code tx_fail(struct tx *t, enum transaction_code code, int err, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* "PATH: cannot WHAT: …" */
enum transaction_code tx_fail_step(struct tx *t, const struct journal_step *s, const char *what, int err);
/* "cannot WHAT the journal: …" */
enum transaction_code tx_fail_journal(struct tx *t, const char *what, int err);

/* In arena `a`, or with one of its own if that is NULL. False: no memory. */
bool tx_init(struct tx *t, const struct transaction_meta *m, struct arena *a, struct transaction_error *err);
void tx_free(struct tx *t);
void tx_close(int *fd);
/* Runs fn in the arena, and closes the files of a step behind it. */
enum transaction_code tx_run(struct tx *t, enum transaction_code (*fn)(struct tx *t, void *ctx), void *ctx);

/* The folder of journals, opened; made if `make`. TRANSACTION_NO_SUCH if it is not there. */
enum transaction_code tx_open_journals(struct tx *t, bool make);
/* Waits its time for whoever is at work. */
enum transaction_code tx_lock(struct tx *t);
/* Ids of all transactions, rising. */
struct tx_ids {
	const char **items;
	size_t n, cap;
};
enum transaction_code tx_ids(struct tx *t, struct tx_ids *out);
/* The folder of transaction t->id, and what its journal says. TRANSACTION_NO_SUCH: it has no journal
 * (yet). */
enum transaction_code tx_read(struct tx *t);
enum transaction_code tx_write(struct tx *t);
/* The folder of that transaction with all that is in it. */
enum transaction_code tx_remove(struct tx *t);
/* What it keeps, but for the journal and the outputs of commands. */
enum transaction_code tx_remove_kept(struct tx *t);

/* Names, in buffers of OS_NAME_MAX bytes: of a file beside that of step i; of what is kept of it. */
void tx_beside(const struct tx *t, size_t i, char *name);
void tx_kept(size_t i, const char *suffix, char *name);
void tx_path(const struct journal_step *s, char *path, size_t n);

/* ---- tx_side.c: what a file is, and making another one like it --------------------------------------- */

/* Opens the folder of a step as t->place. */
enum transaction_code tx_open_step(struct tx *t, const struct journal_step *s);
/* Fills *out with what is at `name`: 0 or errno. Regular files are hashed if `hash`. */
int tx_side_at(struct tx *t, int dir, const char *name, bool hash, struct journal_side *out);
/* Extended attributes of the open file, into the arena. */
int tx_get_xattrs(struct tx *t, int fd, struct journal_side *s);
/* Gives an open new file the attributes of another one, or those in a side: 0 or errno. */
int tx_copy_xattrs(struct tx *t, int from, int to);
int tx_set_xattrs(struct tx *t, const struct journal_side *s, int to);
int tx_set_owner(int fd, uint32_t uid, uint32_t gid);
/* The file at `name` in comparison with a side: the same file, or the same content (then hashed). */
enum tx_same { TX_OTHER, TX_SAME_CONTENT, TX_SAME_FILE };
enum tx_same tx_compare(struct tx *t, int dir, const char *name, const struct journal_side *s);
/* The same without a look at its content: is it that very file, unchanged? */
bool tx_is_file(int dir, const char *name, const struct journal_side *s);
/* The names in an open folder, sorted, in the arena. EFBIG: more than `most`. */
int tx_names(struct tx *t, int dir, size_t most, const char *const **names, size_t *n);
/* The hash of all names in an open folder. */
int tx_hash_names(int dir, unsigned char hash[SHA256_BYTES]);

/* ---- tx_copy.c: the successor of a file -------------------------------------------------------- */

/* The n bytes of `from` with the patches of c on top, c->size bytes, into the new file `to`; their hash. */
int tx_copy_patched(int from, uint64_t n, const struct change *c, int to, unsigned char hash[SHA256_BYTES]);

/* ---- stage.c: the way there --------------------------------------------------------------------------- */

/* Notes a folder in which names will come and go. */
int stage_note_folder(struct tx *t, int dir, const char *path, const struct os_facts *f);
/* What is at the path of a change that becomes step `step`: nothing is written. */
enum transaction_code stage_look(struct tx *t, size_t step, const struct change_list *list, size_t i,
				 const struct change_seen *seen);
/* Makes the successor beside it, and keeps what is there. */
enum transaction_code stage_step(struct tx *t, size_t step, const struct change_list *list, size_t i);
enum transaction_code stage_act(struct tx *t, size_t step, const struct change_list *list, size_t i);

/* ---- back.c: the way back ------------------------------------------------------------------------------ */

/* Is all as the transaction left it? `why` (n bytes): what is not, or "". */
enum transaction_code back_check(struct tx *t, size_t step, char *why, size_t n);
/* Makes beside it what will be put back, where that is not kept as a link. */
enum transaction_code back_stage(struct tx *t, size_t step);
/* Puts it back, if it is not so already. What somebody else has changed is left, and counted in t->nstuck. */
enum transaction_code back_act(struct tx *t, size_t step);
/* Takes away what was made beside others. */
enum transaction_code back_clean(struct tx *t);
enum transaction_code back_folders(struct tx *t);

/* Gives the open file t->to owner, attributes, mode and times of a side: 0 or errno. */
int back_attributes(struct tx *t, const struct journal_side *old);

/* ---- tree.c: what a command may change ------------------------------------------------------- */

/* Keeps, runs the command, puts back; tree_list.c has the lists of files that it does this by. */
enum transaction_code tree_keep(struct tx *t, size_t step);
enum transaction_code tree_run(struct tx *t, size_t step);
enum transaction_code tree_check(struct tx *t, size_t step, char *why, size_t n);
enum transaction_code tree_back(struct tx *t, size_t step);

#endif
