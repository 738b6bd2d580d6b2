/* d_link.c - findings about a link: which complaint is what, words for them, and their order. */
#include "diagnose/link.h"

#include <string.h>

#include "diagnose/link_case.h"
#include "symbol/demangle.h"

/* ---- drafts ------------------------------------------------------------------------------------------ */

void lk_text(struct lk *k, struct draft *dr, const struct link_trouble *t)
{
	struct dlwhy_evidence *e = draft_evidence(&k->d, dr, "text", NULL, t->error ? "the linker prints it" :
										   "the linker notes it");

	e->value = t->message;
}

struct draft *lk_draft(struct lk *k, enum cause cause, const char *detail, const struct link_trouble *t)
{
	struct draft *dr = draft_new(&k->d, cause, NULL);

	dr->f.detail = detail;
	dr->order = k->d.drafts.n;
	if (t != NULL)
		lk_text(k, dr, t);
	return dr;
}

struct draft *lk_same(struct lk *k, enum cause cause, const char *detail, const char *object)
{
	for (size_t i = 0; i < k->d.drafts.n; i++) {
		struct draft *dr = k->d.drafts.items[i];

		if (dr->cause == cause && same_text(dr->f.detail, detail) && same_text(dr->f.object, object))
			return dr;
	}
	return NULL;
}

/* ---- words ------------------------------------------------------------------------------------------- */

const char *lk_object(struct lk *k, const struct link_object *o)
{
	(void)k;
	return o == NULL ? NULL : o->source != NULL ? o->source : o->shown;
}

const char *lk_symbol(struct lk *k, const char *symbol)
{
	const char *text = demangle_short(k->a, symbol);

	return symbol_word(k->a, text != NULL ? text : symbol);
}

const char *lk_machine(struct lk *k)
{
	return machine_words(k->a, k->l->machine, k->l->is64, k->l->big_endian);
}

static const char *join_words(struct lk *k, const struct link_texts *w)
{
	const char *s = "";

	for (size_t i = 0; i < w->n; i++)
		s = arena_printf(k->a, "%s%s%s", s, i > 0 ? " " : "", shell_quote(k->a, w->items[i]));
	return s;
}

/* A command that is longer than a screen is of no help as a whole. */
enum { COMMAND_WORDS = 200 };

static const char *command_of(struct lk *k, const struct link_texts *w)
{
	return w->n <= COMMAND_WORDS ? join_words(k, w) : NULL;
}

const char *lk_command_with(struct lk *k, size_t at, const char *words)
{
	const struct link_texts *c = &k->l->plan->command;
	struct link_texts w = { NULL, 0, 0 };

	for (size_t i = 0; i <= c->n; i++) {
		if (i == (at < c->n ? at : c->n))
			link_words(k->a, words, strlen(words), &w);
		if (i < c->n)
			*ARENA_PUSH(k->a, &w) = c->items[i];
	}
	return command_of(k, &w);
}

const char *lk_command_moved(struct lk *k, size_t from, size_t to)
{
	const struct link_texts *c = &k->l->plan->command;
	struct link_texts w = { NULL, 0, 0 };

	for (size_t i = 0; i < c->n; i++) {
		if (i != from)
			*ARENA_PUSH(k->a, &w) = c->items[i];
		if (i == to && from < c->n)
			*ARENA_PUSH(k->a, &w) = c->items[from];
	}
	return command_of(k, &w);
}

const char *lk_command_changed(struct lk *k, size_t at, const char *word)
{
	const struct link_texts *c = &k->l->plan->command;
	struct link_texts w = { NULL, 0, 0 };

	for (size_t i = 0; i < c->n; i++)
		*ARENA_PUSH(k->a, &w) = i == at ? word : c->items[i];
	return command_of(k, &w);
}

size_t lk_word_of_lib(struct lk *k, const char *lib)
{
	const struct link_texts *c = &k->l->plan->command;

	for (size_t i = 1; lib != NULL && i < c->n; i++)
		if (starts_with(c->items[i], "-l") && strcmp(c->items[i] + 2, lib) == 0)
			return i;
	return SIZE_MAX;
}

size_t lk_word_of_file(struct lk *k, const char *path)
{
	const struct link_texts *c = &k->l->plan->command;

	for (size_t i = 1; path != NULL && i < c->n; i++)
		if (strcmp(c->items[i], path) == 0)
			return i;
	return SIZE_MAX;
}

size_t lk_last_input(struct lk *k)
{
	const struct link_texts *c = &k->l->plan->command;
	size_t last = c->n > 0 ? c->n - 1 : 0;

	for (size_t i = c->n; i-- > 1;) {
		const char *w = c->items[i];

		if (starts_with(w, "-l") || (w[0] != '-' && strcmp(c->items[i - 1], "-o") != 0))
			return i;
	}
	return last;
}

bool lk_has_option(struct lk *k, const char *option)
{
	return lk_word_of_file(k, option) != SIZE_MAX;
}

struct fix *lk_fix(struct lk *k, struct draft *dr, const char *kind, const char *says, const char *command)
{
	struct fix *f = draft_fix(&k->d, dr, kind, "low", says);

	if (command != NULL)
		fix_command(&k->d, f, command);
	return f;
}

/* ---- which complaint is what ------------------------------------------------------------------------- */

static void d_link_option(struct lk *k, const struct link_trouble *t)
{
	struct draft *dr = lk_draft(k, CAUSE_BUILD_OTHER, "linker-flag", t);

	dr->f.symbol = t->path;
	if (t->detail != NULL) {
		draft_say(&k->d, dr, "%s refuses the options: %s.", link_linker_name(k->l->kind), t->detail);
		lk_fix(k, dr, "change-flag", "change these options", NULL);
		return;
	}
	draft_say(&k->d, dr, "%s does not know the option %s.", link_linker_name(k->l->kind), t->path);
	lk_fix(k, dr, "change-flag", "leave the option out, or choose the linker that it is of (-fuse-ld=…)",
	       NULL);
}

static void d_link_output(struct lk *k, const struct link_trouble *t)
{
	struct draft *dr = lk_draft(k, CAUSE_BUILD_OTHER, "output-folder", t);

	dr->f.object = t->path;
	draft_say(&k->d, dr, "The output %s cannot be written: %s.", t->path, *t->detail == 'I' ?
		  "a folder has that name" : *t->detail == 'N' && t->detail[1] == 'o' && t->detail[2] == 't' ?
		  "what should be its folder is a file" : "its folder is not there");
	if (*t->detail == 'N')
		lk_fix(k, dr, "change-files", "make the folder",
		       arena_printf(k->a, "mkdir -p %s", shell_quote(k->a, dir_name(k->a, t->path))));
}

static void dispatch(struct lk *k, const struct link_trouble *t)
{
	if (link_is_macho(k->l->plan) && d_link_macho(k, t))
		return;
	switch (t->kind) {
	case LT_OPTION: d_link_option(k, t); break;
	case LT_NO_LIB: d_link_lib(k, t); break;
	case LT_NO_FILE:
	case LT_FOLDER: d_link_file(k, t); break;
	case LT_WRONG_ARCH:
	case LT_NOT_RECOGNIZED:
	case LT_SCRIPT_SYNTAX:
	case LT_TRUNCATED:
	case LT_EMPTY:
	case LT_EXECUTABLE:
	case LT_STATIC_DSO:
	case LT_NO_INDEX:
	case LT_LTO_PLUGIN: d_link_input(k, t); break;
	case LT_UNDEFINED:
	case LT_UNDEFINED_DSO:
	case LT_HIDDEN_UNDEFINED: d_link_symbol(k, t); break;
	case LT_NEEDED_MISSING: d_link_needed(k, t); break;
	case LT_OUTPUT: d_link_output(k, t); break;
	case LT_SKIPPED:
	case LT_HINT:
	case LT_OTHER: break;
	default: d_link_defined(k, t); break;
	}
}

/* ---- the answer -------------------------------------------------------------------------------------- */

const char *link_assumes(const struct link *l)
{
	if (l->cut)
		return "what is beyond the limits of this simulation changes nothing";
	if (l->has_lto && l->kind != LINKER_LLD)
		return "the optimisation at link time (LTO) leaves the symbols as the objects tell them";
	if (l->line->script != NULL)
		return "the linker script given by -T changes no search and no symbol";
	return NULL;
}

/* A program in the place of a library brings all that a program has: names clash before it is refused. */
static const struct link_trouble *clashing_program(const struct link *l, const struct link_trouble *t)
{
	for (size_t i = 0; i < l->programs.n && t->kind == LT_MULTIPLE; i++) {
		const struct link_object *o = l->programs.items[i];

		for (size_t k = 0; k < l->troubles.n && (o == t->object || o == t->other); k++)
			if (l->troubles.items[k]->kind == LT_EXECUTABLE &&
			    same_text(l->troubles.items[k]->path, o->shown))
				return l->troubles.items[k];
	}
	return NULL;
}

/* The program is what is told, the clash a word about it. */
static void tell_program(struct lk *k, const struct link_trouble *program, const struct link_trouble *t)
{
	struct draft *dr = lk_same(k, CAUSE_LD_INCOMPATIBLE, "executable-input", program->path);

	if (dr == NULL) {
		d_link_input(k, program);
		dr = lk_same(k, CAUSE_LD_INCOMPATIBLE, "executable-input", program->path);
	}
	if (dr != NULL && t != program)
		lk_text(k, dr, t);
}

/* The errors in their order, each once; what is a warning explains nothing by itself where errors stand. */
static void write_all(struct lk *k)
{
	bool failed = link_first_error(k->l) != NULL;

	for (size_t i = 0; i < k->l->troubles.n && k->d.drafts.n < MAX_FINDINGS; i++) {
		const struct link_trouble *t = k->l->troubles.items[i];
		const struct link_trouble *program = t->kind == LT_EXECUTABLE ? t : clashing_program(k->l, t);

		if (program != NULL && !link_is_macho(k->l->plan))
			tell_program(k, program, t);
		else if (t->error || !failed || t->kind == LT_NEEDED_MISSING || t->kind == LT_LTO_PLUGIN ||
		    t->kind == LT_WRONG_ARCH)
			dispatch(k, t);
	}
}

void diagnose_link(const struct link *l, struct arena *a, struct diagnosis *out)
{
	static const struct diagnose_input none;
	struct lk k = { .l = l, .a = a };

	k.d.in = &none;
	k.d.a = a;
	k.d.store = l->store;
	k.d.source = l->source;
	write_all(&k);
	rank_drafts(&k.d);
	diagnose_finish(&k.d, out);
}

/* ---- a driver or a compiler gave up ------------------------------------------------------------------ */

/* What the command tells besides the text: which linker it asked for. */
static void refine(const struct link_plan *plan, struct arena *a, struct dlwhy_finding *f)
{
	for (size_t i = 1; strcmp(f->code, "compiler-missing") == 0 && i < plan->command.n; i++)
		if (starts_with(plan->command.items[i], "-fuse-ld=") && same_text(f->detail, "linker"))
			f->object = arena_printf(a, "ld.%s", plan->command.items[i] + 9);
	f->certainty = DLWHY_PROVED;
	f->assumes = NULL;
}

static void refine_first(const struct link_plan *plan, struct arena *a,
			 const struct dlwhy_finding *const **findings, size_t n)
{
	const struct dlwhy_finding **v = ARENA_ARRAY(a, n + 1, const struct dlwhy_finding *);
	struct dlwhy_finding *f = ARENA_NEW(a, struct dlwhy_finding);

	memcpy(v, *findings, n * sizeof(*v));
	*f = *v[0];
	refine(plan, a, f);
	v[0] = f;
	*findings = v;
}

void diagnose_link_failure(const struct link_plan *plan, struct arena *a,
			   const struct dlwhy_finding *const **findings, size_t *n)
{
	static const struct diagnose_input none;
	struct lk k = { .a = a };
	struct diagnosis out;
	struct draft *dr;

	if (*n > 0) {
		refine_first(plan, a, findings, *n);
		return;
	}
	k.d.in = &none;
	k.d.a = a;
	dr = lk_draft(&k, CAUSE_BUILD_OTHER, NULL, NULL);
	draft_say(&k.d, dr, "%s ended with an error before anything was linked.",
		  plan->driver != NULL ? base_name(plan->driver) : "The command");
	draft_evidence(&k.d, dr, "text", NULL, "it prints this")->value =
		arena_strndup(a, plan->failed, strcspn(plan->failed, "\n"));
	diagnose_finish(&k.d, &out);
	*findings = out.findings;
	*n = out.nfindings;
}
