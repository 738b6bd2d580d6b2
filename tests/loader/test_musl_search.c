/* test_musl_search.c - from a name to a file in musl. */
#include <errno.h>

#include "musl_world.h"

static struct image *load(struct fixture *f, const char *name, struct image *by)
{
	return musl_load(f->p, name, by).image;
}

static const struct request *last_request(const struct fixture *f)
{
	return f->p->trace.requests.items[f->p->trace.requests.n - 1];
}

/* ---- names -------------------------------------------------------------------------------------- */

static void reserved_names_are_the_loader_itself(void **state)
{
	static const char *const names[] = { "libc.so.6", "libc.musl-x86_64.so.1", "libpthread.so.0",
					     "libm.so.6", "libdl.so.2", "librt.so.1", "libutil.x",
					     "libxnet.", MUSL_LD };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct image *im = load(f, names[i], f->p->program);

		assert_non_null(im);
		assert_ptr_equal(im, f->p->loader);
		assert_int_equal(last_request(f)->rule, RULE_LIBC);
		assert_int_equal(last_request(f)->nprobes, 0);
	}
	assert_int_equal(f->p->images.n, 2);
	assert_null(load(f, "libcx.so", f->p->program));
	assert_null(load(f, "ld-linux-x86-64.so.2", f->p->program));
}

static void a_file_found_by_search_answers_to_its_name(void **state)
{
	struct fixture *f = *state;
	struct image *im;

	put_def(f, "/lib/liba.so", "a", NULL);
	im = load(f, "liba.so", f->p->program);
	assert_non_null(im);
	assert_string_equal(im->name, "/lib/liba.so");
	assert_int_equal(last_request(f)->rule, RULE_DEFAULT_DIR);
	assert_ptr_equal(load(f, "liba.so", f->p->program), im);
	assert_int_equal(last_request(f)->rule, RULE_LOADED);
}

static void a_file_opened_by_path_answers_to_none(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	so_soname(s, "liba.so");
	so_def(s, "a");
	so_put(f, s, "/opt/liba.so");
	assert_non_null(load(f, "/opt/liba.so", f->p->program));
	assert_null(load(f, "liba.so", f->p->program));
	assert_int_equal(f->p->err, ENOENT);
}

static void the_same_file_gets_a_name_when_a_search_finds_it(void **state)
{
	struct fixture *f = *state;
	struct image *im;

	put_def(f, "/lib/liba.so", "a", NULL);
	im = load(f, "/lib/liba.so", f->p->program);
	assert_ptr_equal(load(f, "liba.so", f->p->program), im);
	assert_int_equal(last_request(f)->rule, RULE_SAME_FILE);
	assert_ptr_equal(load(f, "liba.so", f->p->program), im);
	assert_int_equal(last_request(f)->rule, RULE_LOADED);
}

static void an_empty_name_and_one_too_long_are_refused(void **state)
{
	struct fixture *f = *state;
	char *name = arena_alloc(f->a, 400);

	assert_null(load(f, "", f->p->program));
	assert_int_equal(f->p->err, EINVAL);
	memset(name, 'x', 300);
	f->p->err = ELOOP;
	assert_null(load(f, name, f->p->program));
	assert_int_equal(f->p->err, ELOOP); /* what it was before */
}

static void a_file_that_is_a_c_library_is_replaced(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	so_def(s, "__libc_start_main");
	so_def(s, "stdin");
	so_put(f, s, "/lib/libother.so");
	assert_int_equal(load(f, "libother.so", f->p->program)->kind, IMAGE_LOADER);
	assert_int_equal(last_request(f)->rule, RULE_LIBC);
}

/* ---- lists -------------------------------------------------------------------------------------- */

static void the_environment_comes_before_rpath(void **state)
{
	struct fixture *f = *state;
	struct so *prog = so_new(f);

	so_dyn_str(prog, DT_RPATH, "/rpath");
	put_def(f, "/rpath/liba.so", "a", NULL);
	put_def(f, "/env/liba.so", "a", NULL);
	f->w.env.library_path = "::/nowhere:\n/env";
	f->p->program->file = entry(f, so_put(f, prog, "/bin/prog"))->file;
	assert_string_equal(load(f, "liba.so", f->p->program)->name, "/env/liba.so");
	assert_int_equal(last_request(f)->nprobes, 2);
	assert_int_equal(f->p->trace.probes.items[0].outcome, PROBE_NO_DIRECTORY);
}

static void runpath_serves_what_a_library_needs_in_turn(void **state)
{
	struct fixture *f = *state;
	struct so *prog = so_new(f);
	struct image *a, *b;

	so_dyn_str(prog, DT_RUNPATH, "$ORIGIN/../x");
	f->p->program->file = entry(f, so_put(f, prog, "/opt/bin/prog"))->file;
	f->p->program->real_path = "/opt/bin/prog";
	put_def(f, "/opt/x/liba.so", "a", NULL);
	put_def(f, "/opt/x/libb.so", "b", NULL);
	a = load(f, "liba.so", f->p->program);
	assert_non_null(a);
	assert_string_equal(a->name, "/opt/bin/../x/liba.so");
	b = load(f, "libb.so", a);
	assert_non_null(b);
	assert_int_equal(last_request(f)->rule, RULE_RUNPATH);
	assert_ptr_equal(last_request(f)->rule_of, f->p->program);
}

static void another_token_disables_the_whole_list(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);
	struct image *im;

	so_dyn_str(s, DT_RPATH, "/x:$LIB/y");
	so_def(s, "b");
	so_put(f, s, "/lib/libb.so");
	put_def(f, "/x/liba.so", "a", NULL);
	im = load(f, "libb.so", f->p->program);
	assert_null(load(f, "liba.so", im));
}

static void origin_of_a_library_is_its_path_as_opened(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);
	struct image *im;

	so_dyn_str(s, DT_RPATH, "${ORIGIN}x:$ORIGINy");
	so_def(s, "b");
	so_put(f, s, "/lib/libb.so");
	put_def(f, "/liby/liba.so", "a", NULL);
	im = load(f, "/lib/libb.so", f->p->program);
	assert_non_null(load(f, "liba.so", im));
	assert_string_equal(f->p->trace.probes.items[1].path, "/libx/liba.so");
}

static void a_set_user_id_program_gets_no_environment_and_no_origin(void **state)
{
	struct fixture *f = *state;
	struct so *prog = so_new(f);

	so_dyn_str(prog, DT_RPATH, "$ORIGIN/x");
	f->p->program->file = entry(f, so_put(f, prog, "/bin/prog"))->file;
	f->p->program->real_path = "/bin/prog";
	f->p->secure = true;
	f->w.env.library_path = "/env";
	put_def(f, "/env/liba.so", "a", NULL);
	put_def(f, "/bin/x/liba.so", "a", NULL);
	assert_null(load(f, "liba.so", f->p->program));
	assert_int_equal(last_request(f)->nprobes, 3); /* the default folders */
}

static void a_preload_has_no_rpath_to_search(void **state)
{
	struct fixture *f = *state;
	struct so *prog = so_new(f);

	so_dyn_str(prog, DT_RPATH, "/x");
	f->p->program->file = entry(f, so_put(f, prog, "/bin/prog"))->file;
	put_def(f, "/x/liba.so", "a", NULL);
	assert_null(load(f, "liba.so", NULL));
}

static void the_path_file_replaces_the_default_folders(void **state)
{
	struct fixture *f = *state;

	put_text(f, "/etc/ld-musl-x86_64.path", "/opt/one\n/opt/two:\n");
	put_def(f, "/opt/two/liba.so", "a", NULL);
	put_def(f, "/lib/libb.so", "b", NULL);
	assert_non_null(load(f, "liba.so", f->p->program));
	assert_int_equal(last_request(f)->rule, RULE_PATH_FILE);
	assert_null(load(f, "libb.so", f->p->program));
}

static void an_empty_path_file_leaves_no_folder_and_no_error(void **state)
{
	struct fixture *f = *state;

	put_text(f, "/etc/ld-musl-x86_64.path", "");
	put_def(f, "/lib/libb.so", "b", NULL);
	assert_null(load(f, "libb.so", f->p->program));
	assert_int_equal(f->p->err, 0);
}

static void candidates_longer_than_the_buffer_are_passed_over(void **state)
{
	struct fixture *f = *state;
	char *dir = arena_alloc(f->a, 600);

	memset(dir, 'd', 505);
	dir[0] = '/';
	f->w.env.library_path = dir;
	load(f, "liba.so", f->p->program); /* 505 + 1 + 7 */
	assert_int_equal(last_request(f)->nprobes, 3);
	musl_new_process(f);
	dir[503] = '\0';
	load(f, "liba.so", f->p->program); /* 511 with the slash */
	assert_int_equal(last_request(f)->nprobes, 4);
}

static void the_first_file_is_taken_whatever_it_is(void **state)
{
	struct fixture *f = *state;
	struct musl_found found;

	put_text(f, "/lib/liba.so", "no library");
	put_def(f, "/usr/lib/liba.so", "a", NULL);
	found = musl_load(f->p, "liba.so", f->p->program);
	assert_null(found.image);
	assert_false(found.dead);
	assert_string_equal(found.refused->path, "/lib/liba.so");
	assert_int_equal(f->p->err, ENOEXEC);
}

static void a_link_that_leads_nowhere_is_passed_over_and_a_loop_is_not(void **state)
{
	struct fixture *f = *state;

	put_text(f, "/lib/x", "");
	put_def(f, "/usr/lib/liba.so", "a", NULL);
	put_def(f, "/usr/lib/libb.so", "b", NULL);
	assert_int_equal(symlink("gone", arena_printf(f->a, "%s/lib/liba.so", f->dir)), 0);
	assert_int_equal(symlink("libb.so", arena_printf(f->a, "%s/lib/libb.so", f->dir)), 0);
	assert_non_null(load(f, "liba.so", f->p->program));
	assert_null(load(f, "libb.so", f->p->program));
	assert_int_equal(f->p->err, ELOOP);
}

static void a_million_of_folders_ends(void **state)
{
	struct fixture *f = *state;
	size_t n = 2000000;
	char *list = arena_alloc(f->a, n + 1);

	for (size_t i = 0; i < n; i += 2)
		memcpy(list + i, "x:", 2);
	f->w.env.library_path = list;
	assert_null(load(f, "liba.so", f->p->program));
	assert_non_null(f->p->trace.assumes);
	assert_true(f->p->trace.probes.n < 300000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MUSL_TEST(reserved_names_are_the_loader_itself),
		MUSL_TEST(a_file_found_by_search_answers_to_its_name),
		MUSL_TEST(a_file_opened_by_path_answers_to_none),
		MUSL_TEST(the_same_file_gets_a_name_when_a_search_finds_it),
		MUSL_TEST(an_empty_name_and_one_too_long_are_refused),
		MUSL_TEST(a_file_that_is_a_c_library_is_replaced),
		MUSL_TEST(the_environment_comes_before_rpath),
		MUSL_TEST(runpath_serves_what_a_library_needs_in_turn),
		MUSL_TEST(another_token_disables_the_whole_list),
		MUSL_TEST(origin_of_a_library_is_its_path_as_opened),
		MUSL_TEST(a_set_user_id_program_gets_no_environment_and_no_origin),
		MUSL_TEST(a_preload_has_no_rpath_to_search),
		MUSL_TEST(the_path_file_replaces_the_default_folders),
		MUSL_TEST(an_empty_path_file_leaves_no_folder_and_no_error),
		MUSL_TEST(candidates_longer_than_the_buffer_are_passed_over),
		MUSL_TEST(the_first_file_is_taken_whatever_it_is),
		MUSL_TEST(a_link_that_leads_nowhere_is_passed_over_and_a_loop_is_not),
		MUSL_TEST(a_million_of_folders_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
