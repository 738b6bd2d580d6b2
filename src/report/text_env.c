/* text_env.c - a Python environment that was made, or why none was. */
#include "report/text.h"

#include "report/escape.h"

bool text_is_env(const struct dlwhy_result *r)
{
	return r->env != NULL;
}

static void counts(struct text *t, const struct dlwhy_env *e, struct lines *out)
{
	text_add(t, PLAIN, "  ");
	text_wrap(t, out, MARGIN, SIZE_MAX,
		  arena_printf(t->a, "%llu packages by %s, %llu native files judged%s; %s",
			       (unsigned long long)e->npackages, text_clean(t, e->installer),
			       (unsigned long long)e->nfiles,
			       e->nfailing == 0 ? ", all of them load"
						: arena_printf(t->a, ", %llu of them load nowhere",
							       (unsigned long long)e->nfailing),
			       e->nmodules > 0 ? "imported for real:" : "nothing was imported"));
}

static void modules(struct text *t, const struct dlwhy_env *e, struct lines *out)
{
	for (size_t i = 0; i < e->nmodules; i++) {
		const struct dlwhy_env_module *m = e->modules[i];

		text_add(t, PLAIN, arena_printf(t->a, "    import %s  ", text_clean(t, m->module)));
		text_add(t, m->works ? GREEN : RED, m->works ? "works" : "does not work");
		text_end(t, out);
		if (m->message != NULL)
			text_line(t, out, DEEPER + 2, PLAIN, text_clean(t, m->message));
	}
	for (size_t i = 0; i < e->nlisted && t->verbose; i++)
		text_line(t, out, DEEPER, PLAIN,
			  arena_printf(t->a, "loads nowhere: %s", text_clean(t, e->failing[i])));
}

static void made(struct text *t, const struct dlwhy_env *e, struct lines *out)
{
	text_add(t, BOLD, text_clean(t, e->dir));
	text_add(t, e->nmodules > 0 ? GREEN : YELLOW, e->nmodules > 0 ? " is made, and works" : " is made");
	text_add(t, PLAIN, e->nmodules > 0 ? "." : "; there was no module to try it by.");
	text_end(t, out);
	counts(t, e, out);
	modules(t, e, out);
	text_add(t, PLAIN, "  To use it:  ");
	text_add(t, BOLD, text_clean(t, e->activate));
	text_end(t, out);
}

static void not_made(struct text *t, const struct dlwhy_env *e, struct lines *out)
{
	text_add(t, BOLD, text_clean(t, e->dir));
	text_add(t, RED, " was not made");
	text_add(t, PLAIN, arena_printf(t->a, ": %s. Nothing is left of it.", text_clean(t, e->failed)));
	text_end(t, out);
	modules(t, e, out);
}

void text_env_lines(struct text *t, struct lines *out)
{
	const struct dlwhy_env *e = t->r->env;

	if (e->made)
		made(t, e, out);
	else
		not_made(t, e, out);
}
