/* tree.h - lists of the files below what a command may change. */
#ifndef DLWHY_REPAIR_TREE_H
#define DLWHY_REPAIR_TREE_H

#include "repair/tx.h"

enum {
	TREE_FILES = 200000  /* entries in all */
};

struct tree {
	struct journal_entry *items; /* covers in order; below each, a folder before what is in it */
	size_t n, cap;
};

/* Called for each entry with its open folder. What it returns ends the walk. */
typedef enum transaction_code tree_visit(struct tx *t, int dir, const char *name, struct journal_entry *e,
					 void *ctx);

/* What is there now. visit may be NULL. */
enum transaction_code tree_walk(struct tx *t, size_t step, struct tree *out, tree_visit *visit, void *ctx);
/* As files of the journal: STEP.before and the like. */
enum transaction_code tree_save(struct tx *t, size_t step, const char *suffix, const struct tree *tree);
enum transaction_code tree_load(struct tx *t, size_t step, const char *suffix, struct tree *tree);

/* Where two lists differ, in their order. Either may be NULL. Folders differ by mode and owner alone. */
struct tree_pair {
	const struct journal_entry *a, *b;
};
struct tree_pairs {
	struct tree_pair *items;
	size_t n, cap;
};
void tree_diff(struct tx *t, const struct tree *a, const struct tree *b, struct tree_pairs *out);
int tree_order(const struct journal_entry *a, const struct journal_entry *b);
/* Is it the same file, unchanged? Also if neither is there. */
bool tree_same(const struct journal_side *a, const struct journal_side *b);
/* Opens the folder of an entry as t->place; its name. */
int tree_open(struct tx *t, size_t step, const struct journal_entry *e, char *name);
/* Its path for a person. */
void tree_path(const struct tx *t, size_t step, const struct journal_entry *e, char *path, size_t n);

#endif
