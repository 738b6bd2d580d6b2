/* test_dlopen_note.c - the JSON of notes on dlopen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "elf_build.h"
#include "object/dlopen_note.h"

static const struct format little = { true, false };

struct answer {
	struct arena *a;
	const struct dlopen_entry *v;
	size_t n;
};

static int setup(void **state)
{
	struct answer *w = calloc(1, sizeof(*w));

	w->a = arena_new(0);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct answer *w = *state;

	arena_free(w->a);
	free(w);
	return 0;
}

static struct answer *read_text(void **state, const char *json, size_t n)
{
	struct answer *w = *state;
	struct image im;
	struct elf e;
	size_t end;

	image_init(&im, &little);
	end = image_note(&im, AT_NOTES, 4, "FDO", 0x407c0c0a, json, n);
	image_phdr(&im, (struct elf_phdr){ .type = PT_NOTE, .offset = AT_NOTES, .vaddr = AT_NOTES,
					   .filesz = end - AT_NOTES, .memsz = end - AT_NOTES,
					   .align = 4 });
	assert_true(image_open(&im, &e));
	w->n = dlopen_note_read(&e, w->a, &w->v);
	image_close(&im, &e); /* the answer does not need the file */
	return w;
}

#define READ(json) read_text(state, json, sizeof(json))

static void an_entry_has_names_and_words(void **state)
{
	const struct answer *w = READ("[{\"feature\":\"bzip2\",\"description\":\"Support for bzip2\","
				      "\"priority\":\"suggested\","
				      "\"soname\":[\"libbz2.so.1\",\"libbz2.so\"]},"
				      "{\"soname\":[\"libz.so.1\"]}]");

	assert_int_equal(w->n, 2);
	assert_string_equal(w->v[0].feature, "bzip2");
	assert_string_equal(w->v[0].description, "Support for bzip2");
	assert_string_equal(w->v[0].priority, "suggested");
	assert_int_equal(w->v[0].nnames, 2);
	assert_string_equal(w->v[0].names[0], "libbz2.so.1");
	assert_string_equal(w->v[0].names[1], "libbz2.so");
	assert_int_equal(w->v[1].nnames, 1);
	assert_null(w->v[1].priority);
	assert_null(w->v[1].feature);
}

static void escapes_are_read(void **state)
{
	const struct answer *w = READ("[{\"soname\":[\"lib\\u0061.so\"],\"feature\":\"\\u20ac\"}]");

	assert_string_equal(w->v[0].names[0], "liba.so");
	assert_string_equal(w->v[0].feature, "\xe2\x82\xac");
}

static void what_is_not_as_agreed_is_left_out(void **state)
{
	assert_int_equal(READ("")->n, 0);
	assert_int_equal(READ("{\"soname\":[\"liba.so\"]}")->n, 0);
	assert_int_equal(READ("[{\"soname\":[\"liba.so\"]}")->n, 0); /* cut off */
	assert_int_equal(READ("[{\"soname\":[]},{\"soname\":[\"\"]},{\"soname\":[7]},{},7,null]")->n, 0);
	assert_int_equal(READ("[{\"soname\":\"liba.so\",\"priority\":7}]")->n, 1);
	assert_null(((struct answer *)*state)->v[0].priority);
	assert_int_equal(READ("[{\"soname\":[\"a\\u0000b\"]}]")->n, 0);
	assert_int_equal(READ("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[")->n, 0);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_entry_has_names_and_words),
		TEST(escapes_are_read),
		TEST(what_is_not_as_agreed_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
