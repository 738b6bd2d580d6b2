/* explain_look_link.c - a command of the text that does not link: is it so here, and why?
 *
 * The question runs a compiler driver (for its plan, and where the command has sources to compile them into
 * a folder of ours). A text may come from anybody, so only drivers and linkers in the system's own folders
 * are taken, with options of which none runs, writes or reads anything else.
 */
#include <stdlib.h>
#include <string.h>

#include "build/link.h"
#include "diagnose/common.h"
#include "diagnose/told_place.h"
#include "verb/driver_words.h"
#include "verb/explain_look_answer.h"

enum { MAX_TRIED = 3, MAX_WORDS = 4000 };

/* ---- may it be asked? ------------------------------------------------------------------------- */

static bool may_run(const struct msg_command *m)
{
	return m->argc <= MAX_WORDS && driver_is_plain(m->argv, m->argc);
}

/* ---- where it ran ------------------------------------------------------------------------------- */

static bool is_working_folder(const struct look *l, const char *dir)
{
	char *here = NULL, *there = NULL;
	bool same = source_realpath(l->s->source, ".", &here) == 0 &&
		    source_realpath(l->s->source, dir, &there) == 0 && strcmp(here, there) == 0;

	free(here);
	free(there);
	return same;
}

static const char *below(struct look *l, const char *dir, const char *path)
{
	return *path == '/' || *path == '=' || *path == '$' ? path : join_path(l->a, dir, path);
}

/* The same command as from the working folder: inputs and folders are named from there. */
static const char *moved_word(struct look *l, const char *dir, const char *word, const char *before)
{
	if (driver_takes_next(before))
		return strcmp(before, "-L") == 0 || strcmp(before, "-I") == 0 ? below(l, dir, word) : word;
	if ((starts_with(word, "-L") || starts_with(word, "-I")) && word[2] != '\0')
		return arena_printf(l->a, "%.2s%s", word, below(l, dir, word + 2));
	return driver_is_input(word) ? below(l, dir, word) : word;
}

/* NULL: its folder is not here. */
static const char *const *from_here(struct look *l, const struct msg_command *m)
{
	struct os_stat st;
	const char **argv;

	if (m->cwd == NULL || is_working_folder(l, m->cwd))
		return m->argv;
	if (source_stat(l->s->source, m->cwd, true, &st) != 0 || st.type != OS_DIRECTORY)
		return NULL;
	argv = ARENA_ARRAY(l->a, m->argc + 1, const char *);
	argv[0] = m->argv[0];
	for (size_t i = 1; i < m->argc; i++)
		argv[i] = moved_word(l, m->cwd, m->argv[i], m->argv[i - 1]);
	return argv;
}

/* ---- the question -------------------------------------------------------------------------------- */

static bool has_word(const struct msg_command *m, const char *word)
{
	for (size_t i = 1; i < m->argc; i++)
		if (strcmp(m->argv[i], word) == 0)
			return true;
	return false;
}

static bool compiles_only(const struct msg_command *m)
{
	return has_word(m, "-c") || has_word(m, "-S") || has_word(m, "-E");
}

/* A source that is not here is not compiled here: what the compiler then says is no answer. */
static bool has_its_sources(struct look *l, const char *const *argv, size_t argc)
{
	struct os_stat st;

	for (size_t i = 1; i < argc; i++)
		if (driver_is_input(argv[i]) && !driver_takes_next(argv[i - 1]) &&
		    told_is_source(argv[i], strlen(argv[i])) &&
		    source_stat(l->s->source, argv[i], true, &st) != 0)
			return false;
	return true;
}

static void ask(struct look_case *c, const struct msg_command *m)
{
	struct look_reply n = { .c = c, .loads = DLWHY_UNKNOWN, .links = true };
	const char *what = arena_printf(c->l->a, "the link of line %lld", (long long)m->line);
	const char *const *argv = from_here(c->l, m);

	if (argv == NULL || !has_its_sources(c->l, argv, m->argc) || !look_may_ask(c->l) ||
	    dlwhy_link(c->l->s, argv, look_take, &n, NULL) != DLWHY_OK)
		return;
	if (!look_settle(c, &n, what))
		look_otherwise(c, &n, what);
}

/* ---- Go ---------------------------------------------------------------------------------------- */

static bool is_of_go(const struct look *l)
{
	for (size_t i = 0; i < l->facts->nfacts; i++) {
		const char *speaker = l->facts->facts[i].speaker;

		if (same_text(speaker, "go") || same_text(speaker, "cgo") || same_text(speaker, "cmd/link"))
			return true;
	}
	return false;
}

/* A build of Go names no command of its linker: the package of the working folder is asked about. */
void look_at_go(struct look_case *c)
{
	struct look_reply n = { .c = c, .loads = DLWHY_UNKNOWN, .links = true };
	const char *code = c->f->code, *detail = c->f->detail;
	struct os_stat st;

	if (c->l->s->opt.root != NULL || c->l->s->opt.pid != 0 || !is_of_go(c->l) ||
	    source_stat(c->l->s->source, "go.mod", true, &st) != 0 || !look_may_ask(c->l) ||
	    dlwhy_link_go(c->l->s, ".", NULL, look_take, &n, NULL) != DLWHY_OK)
		return;
	if (look_settle(c, &n, "the Go package here") && detail != NULL && same_text(c->f->code, code))
		c->f->detail = detail; /* the text knows how it was built */
}

void look_at_link(struct look_case *c)
{
	const struct msg_facts *in = c->l->facts;
	size_t tried = 0;

	if (c->l->s->opt.root != NULL || c->l->s->opt.pid != 0)
		return;
	for (size_t i = in->ncommands; i > 0 && !c->settled && tried < MAX_TRIED; i--) {
		const struct msg_command *m = &in->commands[i - 1];

		if (m->line > c->fact->line || compiles_only(m) || !may_run(m))
			continue;
		ask(c, m);
		tried++;
	}
}
