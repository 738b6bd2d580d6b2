/* prove_import.c - a predicted import beside a real one.
 *
 * What counts is whether it imports and, to the letter, how the traceback ends. What the module prints,
 * and what it does besides, is no part of the verdict.
 */
#include "verb/prove_import.h"

#include <string.h>

#include "verb/prove_ask.h"
#include "verb/prove_death.h"

static void not_done(struct dlwhy_proof *p, const char *why)
{
	*p = (struct dlwhy_proof){ .says = why };
}

static void judged(struct dlwhy_proof *p, bool agrees, const char *real, const char *says)
{
	*p = (struct dlwhy_proof){ .done = true, .agrees = agrees, .real = real, .says = says };
}

/* The type of "module.Type: text", without its module, and what follows. */
static const char *without_module(const char *text)
{
	size_t n = strcspn(text, ": ");

	for (size_t i = n; i > 0; i--)
		if (text[i - 1] == '.')
			return text + i;
	return text;
}

static size_t type_length(const char *text)
{
	return strcspn(text, ": \n");
}

/* With a message of which not all is known, the type alone can be compared. */
static bool same_exception(const struct dlwhy_exception *e, const char *real)
{
	const char *ours = without_module(e->text);
	size_t n = type_length(ours);

	real = without_module(real);
	if (e->exact)
		return strcmp(ours, real) == 0;
	return type_length(real) == n && strncmp(ours, real, n) == 0;
}

static const char *report(struct arena *a, const struct py_process *pp, const struct dlwhy_result *r,
			  const char *real)
{
	const struct dlwhy_exception *e = r->python->exception;

	return arena_printf(a, "dlwhy %s, Python %s, %s %s; import %s. dlwhy: [%s] real: [%s]",
			    dlwhy_version(), pp->home.version, r->platform.loader,
			    r->platform.loader_version != NULL ? r->platform.loader_version : "unknown",
			    r->target, e != NULL ? e->text : r->python->died ? "it dies" : "it imports",
			    real != NULL ? real : "it imports");
}

static void judge(const struct py_process *pp, const struct dlwhy_result *r, const struct heard *h,
		  struct dlwhy_proof *p, struct arena *a)
{
	const struct dlwhy_exception *e = r->python->exception;
	bool agrees;

	switch (h->kind) {
	case HEARD_LOADED:
		agrees = r->loads == DLWHY_YES;
		judged(p, agrees, NULL, agrees ? NULL : report(a, pp, r, NULL));
		return;
	case HEARD_REFUSED:
		agrees = r->loads == DLWHY_NO && e != NULL && same_exception(e, h->text);
		judged(p, agrees, h->text, agrees ? NULL : report(a, pp, r, h->text));
		return;
	case HEARD_DEATH:
		agrees = r->python->died;
		judged(p, agrees, h->text, agrees ? NULL : report(a, pp, r, h->text));
		return;
	case HEARD_TIMEOUT:
		not_done(p, "it did not come back in time");
		return;
	default:
		not_done(p, h->text != NULL ? h->text : "it could not be asked");
	}
}

static const char *why_not(const struct py_process *pp, const struct dlwhy_result *r)
{
	const struct dlwhy_options *o = &pp->s->opt;

	if (r->error != NULL || r->loads == DLWHY_UNKNOWN)
		return "there is no verdict to compare with";
	if (o->cpu != NULL)
		return "the question is about another processor";
	if (o->no_bind && r->loads == DLWHY_YES)
		return "the verdict leaves out binding, which the real loader does not";
	if (o->root != NULL && os_euid() != 0)
		return "only root can start a process in another root";
	return NULL;
}

static void judge_file(struct dlwhy_result *r, const struct heard *h, struct dlwhy_proof *p,
		       struct arena *a)
{
	bool agrees;

	switch (h->kind) {
	case HEARD_LOADED:
		agrees = r->loads == DLWHY_YES;
		judged(p, agrees, NULL, NULL);
		break;
	case HEARD_REFUSED:
		agrees = r->loader_message != NULL && strcmp(r->loader_message, h->text) == 0;
		judged(p, agrees, h->text, NULL);
		break;
	case HEARD_DEATH:
		if (r->loads == DLWHY_YES && h->died_in != DIED_IN_LOADER) {
			judged(p, true, NULL, prove_death(r, h, a));
			p->died = h->how;
			break;
		}
		/* fall through */
	case HEARD_NO_START:
		agrees = r->loads == DLWHY_NO && r->loader_message == NULL;
		judged(p, agrees, h->text, NULL);
		break;
	default:
		not_done(p, h->text != NULL ? h->text : "it did not come back in time");
	}
	if (p->done && !p->agrees)
		p->says = arena_printf(a, "dlwhy %s, a file after import %s. dlwhy: [%s] real: [%s]",
				       dlwhy_version(), r->python->module,
				       r->loads == DLWHY_YES	   ? "it loads"
				       : r->loader_message != NULL ? r->loader_message
								   : "the process dies",
				       h->kind == HEARD_LOADED ? "it loads" : h->text);
}

void prove_after(const struct py_process *pp, struct dlwhy_result *r, const char *path, struct arena *a)
{
	struct question q = { .s = pp->s, .a = a, .path = path, .kind = HOST_PYTHON,
			      .host = pp->home.executable, .module = r->python->module };
	struct dlwhy_proof *p = ARENA_NEW(a, struct dlwhy_proof);
	const char *why = why_not(pp, r);
	struct heard h;

	r->proof = p;
	if (why != NULL) {
		not_done(p, why);
		return;
	}
	ask_import(&q, &h);
	judge_file(r, &h, p, a);
	prove_refuted(r, a);
}

void prove_import(const struct py_process *pp, struct dlwhy_result *r, struct arena *a)
{
	struct question q = { .s = pp->s, .a = a, .kind = HOST_PYTHON,
			      .host = pp->home.executable, .module = r->target };
	struct dlwhy_proof *p = ARENA_NEW(a, struct dlwhy_proof);
	const char *why = why_not(pp, r);
	struct heard h;

	r->proof = p;
	if (why != NULL) {
		not_done(p, why);
		return;
	}
	ask_import(&q, &h);
	judge(pp, r, &h, p, a);
	prove_refuted(r, a);
}
