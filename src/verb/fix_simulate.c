/* fix_simulate.c - the question of a fix, asked again with steps done in a file system that is only thought
 * of. */
#include "verb/fix.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "source/overlay.h"

/* ---- the simulation -------------------------------------------------------------------------------- */

struct simulation {
	struct fixing *x;
	struct fix_outcome *out;
	const struct dlwhy_result *r;
};

static void take(void *ctx)
{
	struct simulation *m = ctx;
	const struct dlwhy_finding *f = fix_first(m->x, m->r);

	m->out->works = fix_works(m->x, m->r);
	if (f != NULL)
		fix_candidates(m->x, m->r, f, m->out);
}

static int on_result(const struct dlwhy_result *r, size_t index, void *user)
{
	struct simulation *m = user;

	(void)index;
	m->r = r;
	return arena_run(m->x->a, take, m) == ARENA_OK ? 0 : 1;
}

void fix_simulate_end(struct fixing *x)
{
	if (x->over_store != NULL)
		store_free(x->over_store);
	source_free(x->over);
	x->over_store = NULL;
	x->over = NULL;
}

bool fix_ask_over(struct fixing *x, const struct plan *todo, bool prove, dlwhy_on_result *take_result,
		  void *user)
{
	struct dlwhy_session over = *x->s;
	struct fix_question q = x->q;
	enum dlwhy_code code;

	x->over_store = x->over != NULL ? store_new(x->over) : NULL;
	if (x->over_store == NULL)
		return false;
	over.source = x->over;
	over.store = x->over_store;
	over.environ = todo->environ;
	over.other_environ = over.other_environ || todo->sets_environ;
	over.worlds = NULL;
	over.opt.prove = prove;
	over.opt.bindings = over.opt.probes = false;
	over.a = arena_new(64 << 20);
	if (over.a == NULL || pthread_mutex_init(&over.lock, NULL) != 0) {
		arena_free(over.a);
		return false;
	}
	if (todo->command != NULL)
		q.args = todo->command;
	code = fix_ask(&q, &over, take_result, user, NULL);
	pthread_mutex_destroy(&over.lock);
	arena_free(over.a);
	return code == DLWHY_OK;
}

static struct plan_input input_of(struct fixing *x, const struct dlwhy_edit *const *edits, size_t n)
{
	return (struct plan_input){ .source = x->s->source,
				    .store = x->s->store,
				    .environ = x->s->environ,
				    .edits = edits,
				    .n = n,
				    .files = &x->files,
				    .a = x->a };
}

void fix_make(struct fixing *x, const struct dlwhy_edit *const *edits, size_t n, enum plan_records records,
	      struct plan *todo)
{
	struct plan_input in = input_of(x, edits, n);

	in.records = records;
	plan_make(&in, todo);
}

const char *fix_typed(struct fixing *x, const struct change *c)
{
	struct plan_input in = input_of(x, NULL, 0);

	return plan_typed(&in, c, x->mac);
}

void fix_simulate(struct fixing *x, const struct dlwhy_edit *const *edits, size_t n, struct plan *todo,
		  struct fix_outcome *out)
{
	struct plan_input in = input_of(x, edits, n);
	struct simulation m = { .x = x, .out = out };
	int err;

	memset(out, 0, sizeof(*out));
	x->simulations++;
	plan_make(&in, todo);
	out->refused = todo->refused;
	out->unseen = todo->unseen;
	if (out->refused != NULL || out->unseen != NULL)
		return;
	x->over = source_overlay(x->s->source);
	err = x->over != NULL ? plan_overlay(&in, todo, x->over) : ENOMEM;
	if (err == 0)
		fix_ask_over(x, todo, false, on_result, &m);
	else
		out->refused = arena_printf(x->a, "it cannot be tried: %s", strerrordesc_np(err));
	fix_simulate_end(x);
}

bool fix_ask_with(struct fixing *x, const struct dlwhy_edit *const *edits, size_t n,
		  dlwhy_on_result *take_result, void *user)
{
	struct plan_input in = input_of(x, edits, n);
	struct plan todo;
	bool done;

	plan_make(&in, &todo);
	x->over = todo.refused == NULL ? source_overlay(x->s->source) : NULL;
	done = x->over != NULL && plan_overlay(&in, &todo, x->over) == 0 &&
	       fix_ask_over(x, &todo, false, take_result, user);
	fix_simulate_end(x);
	return done;
}
