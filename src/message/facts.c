/* facts.c - a list of facts without repetitions. */
#include "message/facts.h"

#include <stdlib.h>
#include <string.h>

void facts_init(struct facts *f, struct arena *a)
{
	memset(f, 0, sizeof(*f));
	f->a = a;
	table_init(&f->known, a);
}

/* What it says: id and fields. */
static const char *key_of(struct facts *f, const struct msg_fact *fact)
{
	struct arena_text key = { NULL, 0, 0 };

	arena_text_str(f->a, &key, fact->id);
	if (fact->detail != NULL)
		arena_text_str(f->a, &key, fact->detail);
	for (size_t i = 0; i < MSG_NFIELDS; i++) {
		/* The same function may be missed in a thousand lines. */
		if (i == MSG_LINE)
			continue;
		arena_text_add(f->a, &key, "\n", 1);
		if (fact->field[i] != NULL)
			arena_text_str(f->a, &key, fact->field[i]);
	}
	return arena_text_end(f->a, &key);
}

static uint32_t hash_of(const char *s)
{
	uint32_t h = 2166136261u;

	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * 16777619u;
	return h;
}

/* Where a new fact goes: behind the others, or in place of an old one among the last. */
static struct msg_fact *new_fact(struct facts *f)
{
	struct msg_fact *fact;

	if (f->all.n < MAX_FACTS + MAX_FACTS_LAST) {
		fact = ARENA_NEW(f->a, struct msg_fact);
		*ARENA_PUSH(f->a, &f->all) = fact;
		return fact;
	}
	f->cut = true;
	fact = f->all.items[MAX_FACTS + f->last];
	f->last = (f->last + 1) % MAX_FACTS_LAST;
	return fact;
}

void facts_add(struct facts *f, const struct msg_fact *fact)
{
	const char *key = key_of(f, fact);
	uint32_t hash = hash_of(key);
	struct msg_fact *same = table_get(&f->known, key, hash);

	if (same != NULL) {
		/* Said once without doubt is said. */
		if (same->doubts != 0 && fact->doubts == 0) {
			same->doubts = 0;
			same->text = fact->text;
			same->line = fact->line;
			same->offset = fact->offset;
		}
		same->last = fact->offset > same->last ? fact->offset : same->last;
		same->count += fact->count > 0 ? fact->count : 1;
		return;
	}
	same = new_fact(f);
	*same = *fact;
	same->last = fact->offset;
	same->count = fact->count > 0 ? fact->count : 1;
	if (!f->cut)
		table_put(&f->known, key, hash, same);
}

/* Each once; of too many the last are kept, which stand next to what ended the build. */
void facts_add_command(struct facts *f, const struct msg_command *command)
{
	for (size_t i = f->commands.n; i-- > 0 && f->commands.items[i].line >= command->line;)
		if (f->commands.items[i].line == command->line &&
		    f->commands.items[i].argc == command->argc &&
		    strcmp(f->commands.items[i].argv[0], command->argv[0]) == 0)
			return;
	if (f->commands.n == MAX_COMMANDS) {
		f->cut = true;
		memmove(f->commands.items, f->commands.items + 1,
			(MAX_COMMANDS - 1) * sizeof(*f->commands.items));
		f->commands.n--;
	}
	*ARENA_PUSH(f->a, &f->commands) = *command;
}

static int by_place(const void *x, const void *y)
{
	const struct msg_fact *a = x, *b = y;

	if (a->offset != b->offset)
		return a->offset < b->offset ? -1 : 1;
	return a->rank - b->rank;
}

void facts_end(struct facts *f, struct msg_facts *out)
{
	struct msg_fact *v = ARENA_ARRAY(f->a, f->all.n + 1, struct msg_fact);

	for (size_t i = 0; i < f->all.n; i++)
		v[i] = *f->all.items[i];
	if (f->all.n > 0)
		qsort(v, f->all.n, sizeof(*v), by_place);
	out->facts = v;
	out->nfacts = f->all.n;
	out->commands = f->commands.items;
	out->ncommands = f->commands.n;
	out->cut = f->cut;
}
