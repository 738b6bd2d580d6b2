/* facts.h - the facts of one text while it is read: equal ones counted once, and not too many of them. */
#ifndef DLWHY_MESSAGE_FACTS_H
#define DLWHY_MESSAGE_FACTS_H

#include "base/table.h"
#include "message/message.h"

enum {
	MAX_FACTS = 4096,      /* kept of one text, */
	MAX_FACTS_LAST = 256,  /* and as many of its end, */
	MAX_COMMANDS = 256,
	MAX_FIELD = 4096,      /* bytes of a field, */
	MAX_WORDS = 1000       /* and of the sentence */
};

struct facts {
	struct arena *a;
	struct table known;    /* facts by what they say */
	struct {
		struct msg_fact **items;
		size_t n, cap;
	} all;
	struct {
		struct msg_command *items;
		size_t n, cap;
	} commands;
	size_t last;           /* of those kept behind MAX_FACTS, where the next one goes */
	bool cut;
};

void facts_init(struct facts *f, struct arena *a);
/* Copies *fact, whose strings live as long as the arena. */
void facts_add(struct facts *f, const struct msg_fact *fact);
void facts_add_command(struct facts *f, const struct msg_command *command);
/* In the order of the text. */
void facts_end(struct facts *f, struct msg_facts *out);

#endif
