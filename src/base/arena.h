/* arena.h - memory of one analysis: many small blocks, freed together.
 *
 * arena_alloc never returns NULL: when the system or the cap says no, control returns to the
 * arena_run that is active on the arena, which answers ARENA_NO_MEMORY. So code below arena_run
 * needs no check after each allocation; it must hold no lock and own no other resource while it
 * allocates. With DLWHY_DEBUG_ARENA every block is a malloc of its own, so that the sanitizers
 * see each one.
 */
#ifndef DLWHY_BASE_ARENA_H
#define DLWHY_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena;

enum arena_status { ARENA_OK = 0, ARENA_NO_MEMORY = 1 };

/* A new arena that may hold `cap` bytes in all (0: no cap). NULL if there is no memory. */
struct arena *arena_new(size_t cap);
void arena_free(struct arena *a); /* NULL is fine */
/* Forgets all blocks, as if the arena were new, but keeps some of its memory for the next
 * analysis: giving pages back and asking for them again costs more than clearing them. */
void arena_reset(struct arena *a);

/* Calls fn(ctx) and returns ARENA_OK, or ARENA_NO_MEMORY if an allocation inside failed
 * (fn has then been left half way; the arena must be freed). Nests. */
enum arena_status arena_run(struct arena *a, void (*fn)(void *), void *ctx);

/* size bytes, zeroed, aligned for what needs no more than 8 bytes. */
void *arena_alloc(struct arena *a, size_t size);
/* n * size bytes, zeroed; an overflow counts as no memory. */
void *arena_array(struct arena *a, size_t n, size_t size);
/* Counts bytes that an arena of another thread has handed out for this one. */
void arena_charge(struct arena *a, size_t bytes);
/* Bytes handed out so far. */
size_t arena_used(const struct arena *a);

char *arena_strdup(struct arena *a, const char *s);
/* NULL stays NULL. */
const char *arena_copy(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t n);
/* n bytes and a NUL; NULs among them are kept. */
char *arena_bytes(struct arena *a, const void *p, size_t n);
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *a, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));

#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, n, type) ((type *)arena_array((a), (n), sizeof(type)))

/* A string that grows. Not NUL-ended before arena_text_end. */
struct arena_text {
	char *items;
	size_t n, cap;
};
void arena_text_add(struct arena *a, struct arena_text *t, const char *s, size_t n);
void arena_text_str(struct arena *a, struct arena_text *t, const char *s);
const char *arena_text_end(struct arena *a, struct arena_text *t);

/* Appends to a growing array in an arena. `v` is a struct with the members
 * { T *items; size_t n, cap; }. Evaluates to a pointer to the new, zeroed element. */
#define ARENA_PUSH(a, v)                                                                           \
	(arena_grow((a), (void **)&(v)->items, &(v)->n, &(v)->cap, sizeof(*(v)->items)),           \
	 &(v)->items[(v)->n - 1])
void arena_grow(struct arena *a, void **items, size_t *n, size_t *cap, size_t size);

#endif
