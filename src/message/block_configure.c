/* block_configure.c - config.log: where a probe of configure failed. Each of them is a fact of its own. */
#include "message/block.h"

void block_configure(struct block *b)
{
	struct block_line l;
	struct msg_fact *f;
	const char *line;

	if (!block_line(b, 0, &l))
		return;
	f = block_fact(b, &l, "configure-failed-program", "configure", MSG_CONTEXT, 95, NULL, NULL);
	line = arena_printf(block_arena(b), "%lld", (long long)l.line);
	f->field[MSG_TEXT] = line;
	block_add(b, f);
}
