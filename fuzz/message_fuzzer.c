/* message_fuzzer.c - any bytes as a text that is explained, in pieces of any size.
 *
 * The first byte chooses the size of the pieces. Places lie in the text, facts come in its order, and the
 * same text in one piece gives the same number of facts. What it takes has a limit.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "diagnose/told.h"
#include "message/message.h"

#define MEMORY ((size_t)256 << 20)

struct input {
	struct arena *a;
	const uint8_t *bytes;
	size_t n, piece;
	struct msg_facts facts;
};

static void read_all(struct input *in)
{
	static struct msg_tables *tables; /* kept: making them takes longer than most texts */
	struct msg_reader *r;

	if (tables == NULL)
		tables = msg_tables_new(arena_new(0));
	r = msg_reader_with(tables, in->a);

	if (r == NULL)
		abort();
	for (size_t i = 0; i < in->n; i += in->piece)
		if (!msg_reader_feed(r, in->bytes + i, in->n - i < in->piece ? in->n - i : in->piece))
			abort();
	if (!msg_reader_end(r, &in->facts))
		abort();
}

static void check(const struct input *in)
{
	if (in->facts.bytes != in->n)
		abort();
	for (size_t i = 0; i < in->facts.nfacts; i++) {
		const struct msg_fact *f = &in->facts.facts[i];

		if (f->offset > in->n || f->line < 1 || (uint64_t)f->line > in->facts.lines ||
		    f->count == 0 ||
		    f->text == NULL || (i > 0 && f[-1].offset > f->offset))
			abort();
	}
}

static void judge(void *ctx)
{
	struct input *in = ctx;
	struct told told;

	diagnose_told(&in->facts, NULL, in->a, &told);
	for (size_t i = 0; i < told.d.nfindings; i++)
		if (told.d.findings[i]->certainty == DLWHY_PROVED || told.d.findings[i]->summary == NULL)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { .n = size > 0 ? size - 1 : 0, .bytes = data + (size > 0) };
	size_t pieces;

	in.a = arena_new(MEMORY);
	if (in.a == NULL)
		return 0;
	in.piece = size > 0 && data[0] > 0 ? data[0] : 1 << 20;
	read_all(&in);
	check(&in);
	pieces = in.facts.nfacts;
	in.piece = 1 << 20;
	read_all(&in);
	if (in.facts.nfacts != pieces)
		abort();
	if (arena_run(in.a, judge, &in) != ARENA_OK)
		abort();
	arena_free(in.a);
	return 0;
}
