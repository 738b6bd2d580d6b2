/* d_init.c - a program that ended before it began: everything was loaded and bound, and then a
 * constructor called exit. Nobody sees that call; what can be seen is who could have made it.
 */
#include <string.h>

#include "diagnose/common.h"
#include "loader/facts.h"

enum { MAX_SUSPECTS = 8 };

/* More than what every compiler puts into the list (frame_dummy)? */
static bool has_constructors(const struct image *im)
{
	const struct elf *e = &im->file->elf;

	return elf_has(e, ELF_DT_INIT_ARRAYSZ) && e->dt[ELF_DT_INIT_ARRAYSZ] > (e->is64 ? 8u : 4u);
}

static const char *exit_that_it_calls(const struct image *im)
{
	static const char *const names[] = { "exit", "_exit", "_Exit", "quick_exit", "err", "errx",
					     "error", "g_error" };

	for (size_t i = 0; i < im->facts->nrefs; i++)
		for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++)
			if (strcmp(im->facts->refs[i].name, names[k]) == 0)
				return names[k];
	return NULL;
}

struct suspects {
	const struct image *v[MAX_SUSPECTS];
	size_t n;
};

/* The program's own constructors run once it counts as begun. */
static void find_suspects(const struct diag *d, struct suspects *out)
{
	for (size_t i = 0; i < d->p->images.n && out->n < MAX_SUSPECTS; i++) {
		const struct image *im = d->p->images.items[i];

		if (im->kind == IMAGE_LIBRARY && im->file != NULL && im->facts != NULL &&
		    im != d->p->libc && has_constructors(im) && exit_that_it_calls(im) != NULL)
			out->v[out->n++] = im;
	}
}

void d_early_exit(struct diag *d)
{
	struct suspects s = { .n = 0 };
	struct draft *dr = draft_new(d, CAUSE_INIT_FAILED, NULL);

	find_suspects(d, &s);
	dr->f.detail = "exit";
	if (s.n == 1) {
		dr->f.object = image_path(d, s.v[0]);
		draft_needed_by(d, dr, s.v[0]->requester);
		draft_say(d, dr,
			  "The process was over before its program began: all libraries were loaded, "
			  "and a constructor then called exit; of those that have constructors only "
			  "%s calls %s.",
			  image_word(d, s.v[0]), exit_that_it_calls(s.v[0]));
	} else {
		dr->f.object = d->in->target_path;
		draft_say(d, dr,
			  "The process was over before its program began: all libraries were loaded, "
			  "and a constructor of one of them then called exit.");
	}
	draft_assume(dr, DLWHY_LIKELY, "it was a constructor that ended it");
	for (size_t i = 0; i < s.n; i++)
		draft_evidence(d, dr, "symbol", s.v[i], "has constructors, and calls it")->value =
			exit_that_it_calls(s.v[i]);
}
