/* told_framework.c - what frameworks go on without, where they themselves say what comes of it.
 *
 * TensorFlow opens CUDA's libraries one by one, and warns of each that it does not get. On a machine without a
 * card that is all, and nothing is wrong. Where it found a card, it says at the end that it could not open them
 * and leaves the card alone (gpu_device.cc): then the libraries are missing indeed.
 */
#include <string.h>

#include "diagnose/told_find.h"

enum { RANK_LEFT_OUT = 48 }; /* what ends the program comes before */

/* It is an error, whatever else was read in that line. */
static void stand(struct told_case *c, struct told_fact *t)
{
	t->f.kind = MSG_CAUSE;
	t->f.rank = RANK_LEFT_OUT;
	for (size_t i = 0; i < c->n; i++)
		if (c->facts[i].f.line == t->f.line)
			c->facts[i].f.doubts &= ~(unsigned)MSG_WARNED;
}

/* What the loader said within the warning w, NULL: nothing that is known. */
static struct told_fact *said_within(struct told_case *c, const struct msg_fact *w)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct msg_fact *f = &c->facts[i].f;

		if (f->kind == MSG_CAUSE && f->line == w->line && f->offset > w->offset &&
		    f->offset < w->offset + strlen(w->text))
			return &c->facts[i];
	}
	return NULL;
}

void told_framework(struct told_case *c)
{
	const struct msg_fact *leaves = told_find(c, "tensorflow-gpu-warning");
	bool named = false;

	for (size_t i = 0; i < c->n && leaves != NULL; i++) {
		struct told_fact *w = &c->facts[i], *said;

		if (!told_is_id(&w->f, "tensorflow-lib-warning"))
			continue;
		named = true;
		said = said_within(c, &w->f);
		stand(c, said != NULL ? said : w);
		if (said != NULL)
			told_silence(&w->f);
	}
	for (size_t i = 0; i < c->n; i++)
		if (told_is_id(&c->facts[i].f, "tensorflow-gpu-warning")) {
			if (!named) {
				stand(c, &c->facts[i]);
				continue;
			}
			told_silence(&c->facts[i].f);
			c->facts[i].f.kind = MSG_WRAPPER; /* no good end, whatever it got in between */
		}
}
