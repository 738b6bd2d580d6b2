/* memory.h - a process's memory made by hand: link maps as glibc lays them out. */
#ifndef DLWHY_TESTS_MACHINE_MEMORY_H
#define DLWHY_TESTS_MACHINE_MEMORY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "machine/live.h"

enum { MEM_BASE = 0x100000, MEM_SIZE = 1 << 20, MEM_DEBUG = MEM_BASE, MEM_GLOBAL = MEM_BASE + 0x100,
       MEM_LIST_AT = 0x2d8, MEM_TLS_AT = 0x478, MEM_MAP_SIZE = 0x500, MEM_SLOT_AT = 0x40 };

struct memory {
	unsigned char b[MEM_SIZE];
	size_t used;
	bool is64, swap;
	uint64_t maps[64];
	size_t n;
	void (*on_read)(struct memory *m, uint64_t at); /* may change things: a race */
};

static inline int memory_read(void *ctx, uint64_t at, void *buf, size_t n)
{
	struct memory *m = ctx;

	if (m->on_read != NULL)
		m->on_read(m, at);
	if (at < MEM_BASE || at - MEM_BASE > MEM_SIZE || n > MEM_SIZE - (at - MEM_BASE))
		return EIO;
	memcpy(buf, m->b + (at - MEM_BASE), n);
	return 0;
}

static inline size_t word(const struct memory *m)
{
	return m->is64 ? 8 : 4;
}

static inline void put32(struct memory *m, uint64_t at, uint32_t v)
{
	v = m->swap ? __builtin_bswap32(v) : v;
	memcpy(m->b + (at - MEM_BASE), &v, 4);
}

static inline void put_word(struct memory *m, uint64_t at, uint64_t v)
{
	if (!m->is64) {
		put32(m, at, (uint32_t)v);
		return;
	}
	v = m->swap ? __builtin_bswap64(v) : v;
	memcpy(m->b + (at - MEM_BASE), &v, 8);
}

static inline uint64_t memory_take(struct memory *m, size_t n)
{
	uint64_t at = MEM_BASE + m->used;

	m->used = (m->used + n + 15) & ~(size_t)15;
	assert_true(m->used <= MEM_SIZE);
	return at;
}

static inline uint64_t put_text(struct memory *m, const char *s)
{
	uint64_t at = memory_take(m, strlen(s) + 1);

	memcpy(m->b + (at - MEM_BASE), s, strlen(s) + 1);
	return at;
}

/* One more link map behind the last. `asked`: what it was asked by, NULL for nothing more. */
static inline uint64_t put_map(struct memory *m, const char *name, const char *asked)
{
	uint64_t at = memory_take(m, MEM_MAP_SIZE), before = m->n > 0 ? m->maps[m->n - 1] : 0;
	uint64_t item = memory_take(m, 3 * word(m)), other;

	put_word(m, at, 0x1000 * (m->n + 1));
	put_word(m, at + word(m), put_text(m, name));
	put_word(m, at + 2 * word(m), 0x1000 * (m->n + 1) + 0x800);
	put_word(m, at + 4 * word(m), before);
	put_word(m, at + 5 * word(m), at); /* l_real */
	put_word(m, at + 7 * word(m), item);
	put_word(m, item, put_text(m, name));
	if (asked != NULL) {
		other = memory_take(m, 3 * word(m));
		put_word(m, item + word(m), other);
		put_word(m, other, put_text(m, asked));
	}
	if (before != 0)
		put_word(m, before + 3 * word(m), at);
	else
		put_word(m, MEM_DEBUG + word(m), at);
	m->maps[m->n++] = at;
	return at;
}

/* The search list of map i: the maps whose numbers follow, n of them. */
static inline void put_list(struct memory *m, size_t i, const size_t *which, size_t n)
{
	uint64_t v = memory_take(m, (n + 1) * word(m));

	for (size_t k = 0; k < n; k++)
		put_word(m, v + k * word(m), m->maps[which[k]]);
	put_word(m, m->maps[i] + MEM_LIST_AT, v);
	put32(m, m->maps[i] + MEM_LIST_AT + word(m), (uint32_t)n);
}

/* What ld.so exports as _rtld_global: its first namespace. */
static inline void put_namespace(struct memory *m)
{
	put_word(m, MEM_GLOBAL, m->maps[0]);
	put_word(m, MEM_GLOBAL + word(m), m->n);
	put_word(m, MEM_GLOBAL + 2 * word(m), m->maps[0] + MEM_LIST_AT);
}

static inline struct memory *memory_new(bool is64, bool swap)
{
	struct memory *m = calloc(1, sizeof(*m));

	m->is64 = is64;
	m->swap = swap;
	m->used = 0x1000;
	put32(m, MEM_DEBUG, 1);
	return m;
}

/* The program, libc, a library that was opened: the first two are global. */
static inline struct memory *memory_of_three(bool is64, bool swap)
{
	struct memory *m = memory_new(is64, swap);

	put_map(m, "", NULL);
	put_map(m, "/lib/libc.so.6", "libc.so.6");
	put_map(m, "/opt/libx.so", "libx.so.1");
	put_list(m, 0, (const size_t[]){ 0, 1 }, 2);
	put_list(m, 2, (const size_t[]){ 2, 1 }, 2);
	return m;
}

#endif
