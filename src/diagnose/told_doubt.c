/* told_doubt.c - what looks like an error and is none: prose about it, the source of a program, a test that
 * expects it, and whatever went wrong on the way to a good end.
 */
#include <string.h>

#include "diagnose/told_case.h"

static bool is_good_end(const struct msg_fact *f)
{
	return f->kind == MSG_CONTEXT && starts_with(f->id, "well-");
}

/* What is left when the words around are counted. */
static void deny_written(struct told_case *c)
{
	for (size_t i = 0; i < c->n; i++)
		if ((c->facts[i].f.doubts & (unsigned)~MSG_WARNED) != 0)
			c->facts[i].denied = true;
		else if (c->facts[i].f.doubts != 0 && told_may_be_cause(&c->facts[i]))
			c->facts[i].warning = true;
}

/* A warning in the same line of the same thing: its speaker goes on without it. */
static void deny_warned(struct told_case *c)
{
	for (size_t i = 0; i < c->n; i++)
		for (size_t k = 0; k < c->n && c->facts[i].warning; k++)
			if (c->facts[k].f.line == c->facts[i].f.line && !c->facts[k].warning &&
			    !same_text(c->facts[i].f.id, "mac-built-newer") && /* a note on who needs it */
			    told_may_be_cause(&c->facts[k]) && !starts_with(c->facts[k].f.code, "ld-"))
				c->facts[k].denied = true;
}

/* A container whose program was never started says "exited with code 0" all the same. */
static bool never_started(const struct msg_fact *f)
{
	return starts_with(f->id, "docker-no-such") || starts_with(f->id, "docker-exec-format") ||
	       starts_with(f->id, "docker-no-program") || starts_with(f->id, "docker-not-in-path");
}

/* If the last of all endings is a good one, all before it went well in the end. */
static void deny_overcome(struct told_case *c)
{
	uint64_t good = 0, bad = 0;
	bool ends_well = false;

	for (size_t i = 0; i < c->n; i++) {
		const struct told_fact *t = &c->facts[i];

		if (is_good_end(&t->f)) {
			ends_well = true;
			good = t->f.last > good ? t->f.last : good;
		} else if ((t->f.kind == MSG_WRAPPER || told_may_be_cause(t)) && t->f.last > bad) {
			bad = t->f.last;
		}
	}
	if (!ends_well || good < bad)
		return;
	for (size_t i = 0; i < c->n; i++)
		if (c->facts[i].f.offset < good && !never_started(&c->facts[i].f))
			c->facts[i].denied = true;
}

/* A text that tells of that many kinds of failure is a list of messages: the strings of a program, a
 * manual. */
enum { MANY_CODES = 9, MANY_SENTENCES = 24 };

static void deny_catalogue(struct told_case *c)
{
	size_t codes = 0, sentences = 0;

	for (size_t i = 0; i < c->n; i++) {
		bool new_code = told_may_be_cause(&c->facts[i]), new_id = new_code;

		for (size_t k = 0; k < i && new_id; k++) {
			if (!told_may_be_cause(&c->facts[k]))
				continue;
			new_id = strcmp(c->facts[k].f.id, c->facts[i].f.id) != 0;
			new_code = new_code && strcmp(c->facts[k].f.code, c->facts[i].f.code) != 0;
		}
		codes += new_code && new_id;
		sentences += new_id;
	}
	for (size_t i = 0; i < c->n && codes >= MANY_CODES && sentences >= MANY_SENTENCES; i++)
		c->facts[i].denied = true;
}

void told_doubt(struct told_case *c)
{
	deny_written(c);
	deny_warned(c);
	deny_overcome(c);
	deny_catalogue(c);
}
