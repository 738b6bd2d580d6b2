/* test_lacks.c - does a copy of a library have what is wanted of it? */
#include "fixture.h"

#include "diagnose/lacks.h"

static size_t lacking(struct fixture *f, const struct so *wants, const struct so *has,
		      const char **first)
{
	struct image *from = set_target(f, put_so(f, "app/liba.so", wants));
	const struct store_entry *copy = store_open(f->store, put_so(f, "env/libc10.so", has));
	struct diag d = { .in = &f->in, .w = &f->w, .p = f->p, .a = f->a };

	assert_int_equal(copy->err, 0);
	return lacks_symbols(&d, from, "libc10.so", &copy->file->elf, first);
}

static void a_name_of_the_library_that_the_copy_does_not_define_is_lacking(void **state)
{
	const char *first = NULL;

	assert_int_equal(lacking(*state,
				 &(struct so){ .undefs = { "_ZN3c103fooEv", "_ZN3c103barEv" } },
				 &(struct so){ .defs = { "_ZN3c103fooEv" } }, &first),
			 1);
	assert_string_equal(first, "_ZN3c103barEv");
}

static void a_copy_that_defines_all_lacks_nothing(void **state)
{
	const char *first = NULL;

	assert_int_equal(lacking(*state, &(struct so){ .undefs = { "_ZN3c103fooEv" } },
				 &(struct so){ .defs = { "_ZN3c103fooEv" } }, &first),
			 0);
}

static void names_of_others_do_not_count(void **state)
{
	const char *first = NULL;

	assert_int_equal(lacking(*state,
				 &(struct so){ .undefs = { "frobnicate", "PyLong_FromLong" } },
				 &(struct so){ .defs = { "x" } }, &first),
			 0);
}

static void what_is_loaded_already_may_define_it(void **state)
{
	struct fixture *f = *state;
	const char *first = NULL;

	add_image(f, IMAGE_LIBRARY,
		  put_so(f, "app/libb.so", &(struct so){ .defs = { "_ZN3c103barEv" } }));
	assert_int_equal(lacking(f, &(struct so){ .undefs = { "_ZN3c103barEv" } },
				 &(struct so){ .defs = { "x" } }, &first),
			 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DIAGNOSE_TEST(a_name_of_the_library_that_the_copy_does_not_define_is_lacking),
		DIAGNOSE_TEST(a_copy_that_defines_all_lacks_nothing),
		DIAGNOSE_TEST(names_of_others_do_not_count),
		DIAGNOSE_TEST(what_is_loaded_already_may_define_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
