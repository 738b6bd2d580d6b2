/* d_tls.c - no room for thread-local variables in the block that is laid out at the start. */
#include <inttypes.h>
#include <string.h>

#include "diagnose/common.h"

static bool is_loaded_early(const char *word)
{
	return starts_with(word, "libgomp") || starts_with(word, "libjemalloc") ||
	       starts_with(word, "libtcmalloc");
}

static void join_same(struct diag *d, const struct failure *f, struct draft *dr)
{
	for (size_t i = 0; i < d->t->failures.n; i++) {
		const struct failure *o = &d->t->failures.items[i];

		if (d->taken[i] || o->kind != FAIL_STATIC_TLS || o->provider != f->provider)
			continue;
		d->taken[i] = true;
		if (o->symbol != NULL)
			draft_evidence(d, dr, "symbol", o->image,
				       "another variable of the same block")
				->value = o->symbol;
	}
}

static void fixes(struct diag *d, struct draft *dr, const char *path, uint64_t wanted)
{
	struct fix *f;

	if (path != NULL) {
		f = draft_fix(d, dr, "preload", "low",
			      "load it when the program starts: then the block is made large "
			      "enough for it (COMMAND stands for what you start)");
		fix_command(d, f,
			    arena_printf(d->a, "LD_PRELOAD=%s COMMAND", shell_quote(d->a, path)));
		fix_edit(d, f, "env-first", NULL, "LD_PRELOAD", path);
	}
	if (d->w->kind == LOADER_GLIBC && d->w->install.minor >= 32) {
		f = draft_fix(d, dr, "environment", "low", "make the spare room larger");
		fix_command(d, f,
			    arena_printf(d->a,
					 "GLIBC_TUNABLES=glibc.rtld.optional_static_tls=%" PRIu64
					 " COMMAND",
					 wanted < 4096 ? (uint64_t)8192 : wanted * 2));
		fix_edit(d, f, "env-set", NULL, "GLIBC_TUNABLES",
			 arena_printf(d->a, "glibc.rtld.optional_static_tls=%" PRIu64,
				      wanted < 4096 ? (uint64_t)8192 : wanted * 2));
	}
	if (!is_musl(d))
		draft_fix(d, dr, "import-first", "medium",
			  "load it before the other libraries that use up the room (import it "
			  "first); the order may break again with the next update");
	draft_fix(d, dr, "rebuild", "low",
		  "its makers can build it without -ftls-model=initial-exec, so that it needs no "
		  "such room");
}

void d_tls(struct diag *d, size_t i)
{
	const struct failure *f = &d->t->failures.items[i];
	const struct image *def = f->provider != NULL ? f->provider : f->image;
	const char *word = image_word(d, def), *path = image_path(d, def);
	struct draft *dr = draft_new(d, CAUSE_STATIC_TLS, f);
	struct dlwhy_evidence *e;

	dr->f.object = path != NULL ? path : f->object;
	dr->f.symbol = f->symbol;
	draft_needed_by(d, dr, f->image);
	if (def != NULL && def->tls_dynamic)
		draft_fact(d, dr, path,
			   "its variables have been used already, so they lie elsewhere by now and "
			   "cannot move into that block");
	if (is_musl(d))
		draft_say(d, dr,
			  "%s keeps %s of thread-local variables that are reached the quick way "
			  "(initial-exec): musl allows that only for libraries that are loaded when "
			  "the program starts.",
			  word, bytes_words(d->a, f->wanted));
	else
		draft_say(d, dr,
			  "%s wants %s for its thread-local variables in the block that is laid out "
			  "when the program starts, and only %s are left there.",
			  word, bytes_words(d->a, f->wanted), bytes_words(d->a, f->available));
	e = draft_evidence(d, dr, f->symbol != NULL ? "symbol" : "fact", f->image,
			   arena_printf(d->a,
					"%s uses a variable there by a fixed distance "
					"(initial-exec)",
					image_word(d, f->image)));
	e->value = f->symbol;
	e->path = image_path(d, f->image);
	if (!is_musl(d))
		draft_fact(d, dr, path,
			   arena_printf(d->a, "its block has %s; free in the process: %s",
					bytes_words(d->a, f->wanted),
					bytes_words(d->a, f->available)));
	fixes(d, dr, path, f->wanted);
	if (is_loaded_early(word))
		draft_fact(d, dr, NULL,
			   "a well-known case: programs load this library first or never");
	join_same(d, f, dr);
}
