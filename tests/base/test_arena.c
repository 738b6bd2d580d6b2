/* test_arena.c - blocks of one analysis. */
#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

/* The sanitizers end the program where malloc would say no, unless they are told. */
__attribute__((visibility("default"))) const char *__asan_default_options(void);
__attribute__((visibility("default"))) const char *__tsan_default_options(void);

const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

const char *__tsan_default_options(void)
{
	return "allocator_may_return_null=1";
}

struct numbers {
	int *items;
	size_t n, cap;
};

struct ask {
	struct arena *a;
	size_t n, size;
	void *got;
	int after; /* set when the allocation returned */
};

static int new_arena(void **state)
{
	*state = arena_new(0);
	return *state == NULL;
}

static int free_arena(void **state)
{
	arena_free(*state);
	return 0;
}

static void blocks_are_zeroed_aligned_and_apart(void **state)
{
	enum { N = 3000 };
	unsigned char *p[N];
	static const unsigned char zeros[1024];

	for (size_t i = 0; i < N; i++) {
		size_t size = i * 7 % sizeof(zeros);

		p[i] = arena_alloc(*state, size);
		assert_int_equal((uintptr_t)p[i] % _Alignof(max_align_t), 0);
		assert_memory_equal(p[i], zeros, size);
		memset(p[i], (int)(i % 255 + 1), size);
	}
	for (size_t i = 0; i < N; i++) {
		for (size_t k = 0; k < i * 7 % sizeof(zeros); k++)
			assert_int_equal(p[i][k], i % 255 + 1);
	}
}

static void a_block_larger_than_any_chunk_is_whole(void **state)
{
	size_t size = (size_t)5 << 20;
	unsigned char *small = arena_alloc(*state, 10), *large = arena_alloc(*state, size);

	assert_int_equal(large[0] | large[size - 1], 0);
	memset(large, 1, size);
	assert_int_equal(small[0], 0);
	assert_true(arena_used(*state) >= size + 10);
}

static void arrays_grow_and_keep_their_elements(void **state)
{
	struct numbers a = {NULL, 0, 0}, b = {NULL, 0, 0};

	for (int i = 0; i < 50000; i++) {
		*ARENA_PUSH((struct arena *)*state, &a) = i;
		*ARENA_PUSH((struct arena *)*state, &b) = -i;
	}
	assert_int_equal(a.n, 50000);
	for (int i = 0; i < 50000; i++) {
		assert_int_equal(a.items[i], i);
		assert_int_equal(b.items[i], -i);
	}
}

static void a_pushed_element_is_zero_even_after_a_pop(void **state)
{
	struct numbers a = {NULL, 0, 0};

	*ARENA_PUSH((struct arena *)*state, &a) = 7;
	a.n--;
	assert_int_equal(*ARENA_PUSH((struct arena *)*state, &a), 0);
}

#ifndef DLWHY_DEBUG_ARENA
static void the_last_block_grows_in_place(void **state)
{
	struct numbers a = {NULL, 0, 0};
	const int *first = ARENA_PUSH((struct arena *)*state, &a);

	while (a.n < 1000)
		*ARENA_PUSH((struct arena *)*state, &a) = 1;
	assert_ptr_equal(a.items, first);
	assert_true(arena_used(*state) < 2 * 1024 * sizeof(int));
}
#endif

static void strings_are_copied(void **state)
{
	char text[] = "libfoo.so.1";
	char *all = arena_strdup(*state, text), *part = arena_strndup(*state, text, 6);

	text[0] = 'X';
	assert_string_equal(all, "libfoo.so.1");
	assert_string_equal(part, "libfoo");
	assert_string_equal(arena_strndup(*state, "a", 100), "a");
}

static void printf_has_no_length_limit_of_its_own(void **state)
{
	for (int n = 500; n < 530; n++) {
		char *s = arena_printf(*state, "%*d|", n, 42);

		assert_int_equal(strlen(s), n + 1);
		assert_memory_equal(s + n - 2, "42|", 4);
	}
}

static void ask(void *ctx)
{
	struct ask *q = ctx;

	q->got = arena_array(q->a, q->n, q->size);
	q->after = 1;
}

static void no_memory_returns_to_the_run(void **state)
{
	struct ask q = {*state, SIZE_MAX / 4, 1, NULL, 0};

	assert_int_equal(arena_run(*state, ask, &q), ARENA_NO_MEMORY);
	assert_int_equal(q.after, 0);
}

static void an_overflowing_array_is_no_memory(void **state)
{
	static const size_t sizes[][2] = {
		{SIZE_MAX / 2, 3}, {SIZE_MAX, SIZE_MAX}, {SIZE_MAX, 1}, {SIZE_MAX - 15, 1}};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct ask q = {*state, sizes[i][0], sizes[i][1], NULL, 0};

		assert_int_equal(arena_run(*state, ask, &q), ARENA_NO_MEMORY);
		assert_int_equal(q.after, 0);
	}
}

static void the_cap_is_the_sum_of_the_blocks(void **state)
{
	struct arena *a = arena_new(1024);
	struct ask q = {a, 1000, 1, NULL, 0};

	(void)state;
	assert_int_equal(arena_run(a, ask, &q), ARENA_OK);
	assert_int_equal(q.after, 1);
	assert_non_null(q.got);
	assert_true(arena_used(a) >= 1000 && arena_used(a) <= 1024);
	q.n = 100;
	q.after = 0;
	assert_int_equal(arena_run(a, ask, &q), ARENA_NO_MEMORY);
	assert_int_equal(q.after, 0);
	arena_free(a);
}

static void grow_for_ever(void *ctx)
{
	struct numbers v = {NULL, 0, 0};

	for (;;)
		*ARENA_PUSH((struct arena *)ctx, &v) = 1;
}

static void a_growing_array_meets_the_cap(void **state)
{
	struct arena *a = arena_new((size_t)1 << 20);

	(void)state;
	assert_int_equal(arena_run(a, grow_for_ever, a), ARENA_NO_MEMORY);
	assert_true(arena_used(a) <= (size_t)1 << 20);
	arena_free(a);
}

static void inner_fails(void *ctx)
{
	struct ask *q = ctx;
	struct ask inner = {q->a, SIZE_MAX / 4, 1, NULL, 0};

	assert_int_equal(arena_run(q->a, ask, &inner), ARENA_NO_MEMORY);
	q->after++;
	ask(q);
	q->after++;
}

static void runs_nest_and_the_innermost_is_left(void **state)
{
	struct ask q = {*state, 10, 1, NULL, 0};

	assert_int_equal(arena_run(*state, inner_fails, &q), ARENA_OK);
	assert_int_equal(q.after, 2);
	q.n = SIZE_MAX / 4;
	q.after = 0;
	assert_int_equal(arena_run(*state, inner_fails, &q), ARENA_NO_MEMORY);
	assert_int_equal(q.after, 1);
}

static void outside_a_run_no_memory_is_null(void **state)
{
	assert_null(arena_alloc(*state, SIZE_MAX / 4));
	assert_null(arena_array(*state, SIZE_MAX, 2));
	arena_free(NULL);
}

#define arena_test(f) cmocka_unit_test_setup_teardown(f, new_arena, free_arena)

int main(void)
{
	const struct CMUnitTest tests[] = {
		arena_test(blocks_are_zeroed_aligned_and_apart),
		arena_test(a_block_larger_than_any_chunk_is_whole),
		arena_test(arrays_grow_and_keep_their_elements),
		arena_test(a_pushed_element_is_zero_even_after_a_pop),
#ifndef DLWHY_DEBUG_ARENA
		arena_test(the_last_block_grows_in_place),
#endif
		arena_test(strings_are_copied),
		arena_test(printf_has_no_length_limit_of_its_own),
		arena_test(no_memory_returns_to_the_run),
		arena_test(an_overflowing_array_is_no_memory),
		arena_test(the_cap_is_the_sum_of_the_blocks),
		arena_test(a_growing_array_meets_the_cap),
		arena_test(runs_nest_and_the_innermost_is_left),
		arena_test(outside_a_run_no_memory_is_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
