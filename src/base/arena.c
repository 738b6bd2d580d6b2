/* arena.c - memory of one analysis: blocks cut from chunks, freed together.
 *
 * Blocks are cleared when they are cut. Memory that is read before it is written (as that of calloc
 * would be) costs a second page fault, and with several threads an interrupt to each processor.
 * The cap counts bytes handed out (rounded up to the alignment), not chunks, so that the same input
 * meets it at the same place everywhere.
 */
#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"

#define ALIGNMENT sizeof(uint64_t) /* no type here needs more: no vectors, no long double */

enum { CHUNK_FIRST = 64 << 10, CHUNK_LAST = 8 << 20, GROW_FIRST = 8 };
/* Chunks from this size on ask for large pages: an arena that has grown to them will touch them all. */
enum { CHUNK_HUGE = 4 << 20, HUGE_PAGE = 2 << 20 };

struct chunk {
	_Alignas(max_align_t) struct chunk *next;
};

struct frame {
	jmp_buf env;
	struct frame *outer;
};

struct arena {
	struct chunk *chunks; /* the one that blocks are cut from is not always the first */
	struct chunk *current; /* the one that blocks are cut from; never with one block a chunk */
	unsigned char *cur, *end;
	size_t next_chunk;
	size_t used, cap;
	struct frame *frame;
};

struct arena *arena_new(size_t cap)
{
	struct arena *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	a->cap = cap;
	a->next_chunk = CHUNK_FIRST;
	return a;
}

/* Frees all chunks but one, which may be NULL. */
static void free_chunks(struct arena *a, const struct chunk *kept)
{
	while (a->chunks != NULL) {
		struct chunk *next = a->chunks->next;

		if (a->chunks != kept)
			free(a->chunks);
		a->chunks = next;
	}
}

void arena_free(struct arena *a)
{
	if (a == NULL)
		return;
	free_chunks(a, NULL);
	free(a);
}

void arena_reset(struct arena *a)
{
	struct chunk *kept = a->current;

	free_chunks(a, kept);
	a->used = 0;
	if (kept == NULL)
		return;
	kept->next = NULL;
	a->chunks = kept;
	a->cur = (unsigned char *)(kept + 1);
}

enum arena_status arena_run(struct arena *a, void (*fn)(void *), void *ctx)
{
	struct frame frame;

	frame.outer = a->frame;
	if (setjmp(frame.env) != 0) {
		a->frame = frame.outer;
		return ARENA_NO_MEMORY;
	}
	a->frame = &frame;
	fn(ctx);
	a->frame = frame.outer;
	return ARENA_OK;
}

/* Outside any arena_run there is nobody to return to: the caller gets NULL. */
static void *no_memory(struct arena *a)
{
	if (a->frame != NULL)
		longjmp(a->frame->env, 1);
	return NULL;
}

static void *chunk_memory(size_t size)
{
	void *p;

	if (size < CHUNK_HUGE || size > SIZE_MAX - HUGE_PAGE)
		return malloc(size);
	size = (size + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
	p = aligned_alloc(HUGE_PAGE, size);
	if (p != NULL)
		os_large_pages(p, size);
	return p;
}

/* A chunk with room for `size` bytes, linked into the arena, or NULL. */
static unsigned char *chunk_add(struct arena *a, size_t size)
{
	struct chunk *c;

	if (size > SIZE_MAX - sizeof(*c))
		return NULL;
	c = chunk_memory(sizeof(*c) + size);
	if (c == NULL)
		return NULL;
	c->next = a->chunks;
	a->chunks = c;
	return (unsigned char *)(c + 1);
}

/* Rounds up to the alignment; false if that overflows. */
static bool round_up(size_t *size)
{
	size_t n = *size == 0 ? 1 : *size;

	if (n > SIZE_MAX - ALIGNMENT)
		return false;
	*size = (n + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	return true;
}

static bool cap_allows(const struct arena *a, size_t size)
{
	return size <= SIZE_MAX - a->used && (a->cap == 0 || a->used + size <= a->cap);
}

#ifdef DLWHY_DEBUG_ARENA
static unsigned char *block_new(struct arena *a, size_t size)
{
	return chunk_add(a, size);
}

static bool block_extend(struct arena *a, const void *block, size_t old, size_t size)
{
	(void)a;
	(void)block;
	(void)old;
	(void)size;
	return false;
}
#else
static bool chunk_next(struct arena *a)
{
	size_t size = a->next_chunk - sizeof(struct chunk);
	unsigned char *p = chunk_add(a, size);

	if (p == NULL)
		return false;
	a->current = a->chunks;
	a->cur = p;
	a->end = p + size;
	a->next_chunk = a->next_chunk < CHUNK_LAST / 4 ? a->next_chunk * 4 : CHUNK_LAST;
	return true;
}

/* Large blocks stand alone, so that what is left of the current chunk is not thrown away. */
static unsigned char *block_new(struct arena *a, size_t size)
{
	unsigned char *p;

	if (size > (size_t)(a->end - a->cur)) {
		if (size > a->next_chunk / 4)
			return chunk_add(a, size);
		if (!chunk_next(a))
			return NULL;
	}
	p = a->cur;
	a->cur += size;
	return p;
}

/* Makes the block longer where it stands: only the one cut last from the current chunk can. */
static bool block_extend(struct arena *a, const void *block, size_t old, size_t size)
{
	if (block == NULL || (const unsigned char *)block + old != a->cur ||
	    size - old > (size_t)(a->end - a->cur))
		return false;
	a->cur += size - old;
	return true;
}

/* n bytes, a multiple of the alignment: most blocks are small, and a call of memset takes longer than
 * clearing them. */
static inline void *cleared(unsigned char *p, size_t n)
{
	const size_t two = 2 * ALIGNMENT;

	if (n > 4 * two)
		return memset(p, 0, n);
	if (n == ALIGNMENT)
		return memset(p, 0, ALIGNMENT);
	memset(p, 0, two);
	memset(p + n - two, 0, two);
	if (n > 2 * two) {
		memset(p + two, 0, two);
		memset(p + n - 2 * two, 0, two);
	}
	return p;
}
#endif

static void *alloc_slowly(struct arena *a, size_t size)
{
#ifdef DLWHY_DEBUG_ARENA
	size_t asked = size;
#endif
	unsigned char *p;

	if (!round_up(&size) || !cap_allows(a, size))
		return no_memory(a);
#ifdef DLWHY_DEBUG_ARENA
	p = block_new(a, asked); /* to the byte, so that the sanitizers see where it ends */
#else
	p = block_new(a, size);
#endif
	if (p == NULL)
		return no_memory(a);
	a->used += size;
#ifdef DLWHY_DEBUG_ARENA
	return memset(p, 0, asked);
#else
	return cleared(p, size);
#endif
}

void *arena_alloc(struct arena *a, size_t size)
{
#ifndef DLWHY_DEBUG_ARENA
	/* what almost every block is: small, and there is room */
	if (size - 1 < (size_t)CHUNK_FIRST) {
		size_t n = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
		unsigned char *p = a->cur;

		if (n <= (size_t)(a->end - p) && cap_allows(a, n)) {
			a->cur = p + n;
			a->used += n;
			return cleared(p, n);
		}
	}
#endif
	return alloc_slowly(a, size);
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return no_memory(a);
	return arena_alloc(a, bytes);
}

void arena_charge(struct arena *a, size_t bytes)
{
	if (!round_up(&bytes) || !cap_allows(a, bytes))
		no_memory(a);
	else
		a->used += bytes;
}

size_t arena_used(const struct arena *a)
{
	return a->used;
}

const char *arena_copy(struct arena *a, const char *s)
{
	return s != NULL ? arena_strdup(a, s) : NULL;
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
	size_t len = strnlen(s, n);
	char *p = arena_array(a, len + 1, 1);

	if (p != NULL)
		memcpy(p, s, len);
	return p;
}

char *arena_bytes(struct arena *a, const void *p, size_t n)
{
	char *out = arena_array(a, n + 1, 1);

	if (out != NULL && n > 0)
		memcpy(out, p, n);
	return out;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
	char small[512], *p;
	va_list again;
	int len;

	va_copy(again, ap);
	len = vsnprintf(small, sizeof(small), fmt, ap);
	if (len < 0)
		p = no_memory(a);
	else if ((size_t)len < sizeof(small))
		p = arena_strndup(a, small, (size_t)len);
	else if ((p = arena_alloc(a, (size_t)len + 1)) != NULL)
		vsnprintf(p, (size_t)len + 1, fmt, again);
	va_end(again);
	return p;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;

	va_start(ap, fmt);
	p = arena_vprintf(a, fmt, ap);
	va_end(ap);
	return p;
}

/* Makes a block of `old` bytes hold `bytes` where it stands. */
static bool resize_in_place(struct arena *a, const void *block, size_t old, size_t bytes)
{
	if (old == 0 || !round_up(&old) || !round_up(&bytes) || !cap_allows(a, bytes - old) ||
	    !block_extend(a, block, old, bytes))
		return false;
	a->used += bytes - old;
	return true;
}

/* Room for `cap` elements instead of `old`. False outside arena_run when memory is out. */
static bool array_resize(struct arena *a, void **items, size_t old, size_t cap, size_t size)
{
	size_t bytes;
	void *p;

	if (__builtin_mul_overflow(cap, size, &bytes))
		return no_memory(a) != NULL;
	if (resize_in_place(a, *items, old * size, bytes))
		return true;
	p = arena_alloc(a, bytes);
	if (p == NULL)
		return false;
	if (old > 0 && *items != NULL)
		memcpy(p, *items, old * size);
	*items = p;
	return true;
}

void arena_grow(struct arena *a, void **items, size_t *n, size_t *cap, size_t size)
{
	if (*n == *cap) {
		size_t more = *cap == 0 ? GROW_FIRST : *cap * 2;

		if (*cap > SIZE_MAX / 2) {
			no_memory(a);
			return;
		}
		if (!array_resize(a, items, *cap, more, size))
			return;
		*cap = more;
	}
	/* an element that the caller dropped by lowering n may have left its bytes */
	memset((unsigned char *)*items + *n * size, 0, size);
	(*n)++;
}
