/* live_fuzzer.c - a process that lies: its mappings, its auxiliary vector and its memory.
 *
 * Two bytes of flags, two bytes of length, as many bytes of text for the parsers of /proc, and the
 * rest is memory from address 0x1000 on, with struct r_debug at its beginning.
 */
#include <errno.h>
#include <string.h>

#include "machine/live.h"

enum { BASE = 0x1000, HEAD = 4 };
#define MEMORY ((size_t)64 << 20)

/* Where the sums go, so that no compiler drops the reads. */
static volatile unsigned sink;

struct run {
	const uint8_t *data;
	size_t size;
	struct arena *a;
	struct view memory;
	unsigned reads;
	bool races;
};

static int read_memory(void *ctx, uint64_t at, void *buf, size_t n)
{
	struct run *r = ctx;

	if (at < BASE || !view_has(r->memory, at - BASE, n))
		return EIO;
	memcpy(buf, r->memory.p + (at - BASE), n);
	if (r->races && ++r->reads % 7 == 0 && n > 0)
		((unsigned char *)buf)[0] ^= 0x10;
	return 0;
}

static void touch(const char *s)
{
	while (s != NULL && *s != 0)
		sink += (unsigned char)*s++;
}

static void touch_map(const struct live_map *m, size_t n)
{
	touch(m->name);
	for (size_t i = 0; i < m->nnames; i++)
		touch(m->names[i]);
	for (size_t i = 0; i < m->nlist; i++)
		if (m->list[i] >= n)
			__builtin_trap();
	sink += (unsigned)m->tls_offset;
}

static void touch_list(const struct live_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		touch_map(&l->maps[i], l->n);
	for (size_t i = 0; l->global_known && i < l->nglobal; i++)
		if (l->global[i] >= l->n)
			__builtin_trap();
	for (size_t i = 0; i < l->ndirs; i++) {
		touch(l->dirs[i].name);
		for (size_t k = 0; k < l->dirs[i].n; k++)
			sink += l->dirs[i].status[k];
	}
	for (size_t i = 0; i < l->nothers; i++)
		touch(l->others[i]);
}

static void read_texts(struct run *r, size_t n, bool is64, bool swap)
{
	const char *text = arena_strndup(r->a, (const char *)r->data + HEAD, n);
	struct live_rows rows;
	struct live_stat st;
	struct live_auxv aux;

	live_parse_maps(text, r->a, &rows);
	for (size_t i = 0; i < rows.n; i++) {
		touch(rows.items[i].path);
		if (live_row_at(&rows, rows.items[i].start) != &rows.items[i])
			__builtin_trap();
	}
	sink += live_parse_stat(text, &st);
	live_parse_auxv((struct view){ r->data + HEAD, n }, is64, swap, &aux);
	sink += (unsigned)aux.phdr;
}

static void run(void *ctx)
{
	struct run *r = ctx;
	size_t n = (size_t)r->data[2] << 8 | r->data[3];
	bool is64 = (r->data[0] & 1) != 0, swap = (r->data[0] & 2) != 0;
	struct live_memory m = { read_memory, r, is64, swap };
	struct live_files files = { .ld_base = 0 };
	struct live_hooks h = { .r_debug = BASE, .rtld_global = BASE + 0x40,
				.rtld_size = 0x80, .slotinfo_at = 0x20,
				.tls_offset_at = 0x60, .tls_used_behind = true };
	struct live_auxv aux = { .phdr = BASE + r->data[1], .phnum = r->data[1] };
	struct live_list list;
	int err;

	r->races = (r->data[0] & 4) != 0;
	if (n > r->size - HEAD)
		n = r->size - HEAD;
	read_texts(r, n, is64, swap);
	r->memory = (struct view){ r->data + HEAD + n, r->size - HEAD - n };
	if ((r->data[0] & 8) != 0)
		live_find_hooks(&m, &aux, &files, &h);
	if (live_list_read(&m, &h, r->a, &list, &err) == LIVE_OK)
		touch_list(&list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct run r = { .data = data, .size = size };

	if (size < HEAD)
		return 0;
	r.a = arena_new(MEMORY);
	if (r.a != NULL)
		(void)arena_run(r.a, run, &r);
	arena_free(r.a);
	return 0;
}
