/* test_process.c - images and the names that they answer to. */
#include <stdlib.h>

#include "fixture.h"

static struct image *add(struct fixture *f, const char *path, const char *soname)
{
	struct store_file *file = arena_alloc(f->a, sizeof(*file));

	file->elf.soname = soname;
	return process_add_image(f->p, IMAGE_LIBRARY, file, path);
}

static void the_path_and_every_recorded_name_are_found(void **state)
{
	struct fixture *f = *state;
	struct image *im = add(f, "/x/liba.so", NULL);
	bool by_soname;

	assert_null(process_find(f->p, "liba.so", &by_soname));
	process_add_name(f->p, im, "liba.so");
	assert_ptr_equal(process_find(f->p, "liba.so", &by_soname), im);
	assert_false(by_soname);
	assert_ptr_equal(process_find(f->p, "/x/liba.so", &by_soname), im);
}

static void a_soname_answers_and_becomes_a_recorded_name(void **state)
{
	struct fixture *f = *state;
	struct image *im = add(f, "/x/other.so", "libs.so.1");
	bool by_soname;

	assert_false(image_has_name(im, "libs.so.1"));
	assert_ptr_equal(process_find(f->p, "libs.so.1", &by_soname), im);
	assert_true(by_soname);
	assert_true(image_has_name(im, "libs.so.1"));
	assert_ptr_equal(process_find(f->p, "libs.so.1", &by_soname), im);
	assert_false(by_soname);
}

static void the_first_image_in_the_list_wins(void **state)
{
	struct fixture *f = *state;
	struct image *first = add(f, "/x/a.so", "libs.so.1");
	bool by_soname;

	add(f, "/y/b.so", "libs.so.1");
	assert_ptr_equal(process_find(f->p, "libs.so.1", &by_soname), first);
}

static void many_names_survive_the_growth_of_the_table(void **state)
{
	struct fixture *f = *state;
	struct image *im[600];
	bool by_soname;

	for (int i = 0; i < 600; i++)
		im[i] = add(f, arena_printf(f->a, "/x/lib%d.so", i), NULL);
	for (int i = 0; i < 600; i++)
		assert_ptr_equal(process_find(f->p, arena_printf(f->a, "/x/lib%d.so", i),
					      &by_soname),
				 im[i]);
}

static void the_program_is_shown_by_its_argv0(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(image_display(f->p, f->p->program), "./prog");
	assert_string_equal(image_display(f->p, add(f, "/x/a.so", NULL)), "/x/a.so");
}

static void the_file_of_the_program_is_not_recognised(void **state)
{
	struct fixture *f = *state;
	struct store_file *file = arena_alloc(f->a, sizeof(*file));
	struct image *lib;

	f->p->program->file = file;
	assert_null(process_find_file(f->p, file));
	lib = process_add_image(f->p, IMAGE_LIBRARY, file, "/x/again");
	assert_ptr_equal(process_find_file(f->p, file), lib);
}

static void assumptions_are_added_up_each_once(void **state)
{
	struct fixture *f = *state;

	f->p->trace.assumes = NULL;
	process_assume(f->p, "the moon is full");
	assert_string_equal(f->p->trace.assumes, "the moon is full");
	process_assume(f->p, "the tide is low");
	process_assume(f->p, "the moon is full");
	assert_string_equal(f->p->trace.assumes, "the moon is full; the tide is low");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LOADER_TEST(the_path_and_every_recorded_name_are_found),
		LOADER_TEST(a_soname_answers_and_becomes_a_recorded_name),
		LOADER_TEST(the_first_image_in_the_list_wins),
		LOADER_TEST(many_names_survive_the_growth_of_the_table),
		LOADER_TEST(the_program_is_shown_by_its_argv0),
		LOADER_TEST(the_file_of_the_program_is_not_recognised),
		LOADER_TEST(assumptions_are_added_up_each_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
