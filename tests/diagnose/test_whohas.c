/* test_whohas.c - which library here defines a symbol? */
#include "fixture.h"

#include "diagnose/whohas.h"

enum { MAX_HITS = 8 };

static size_t ask_version(struct fixture *f, const char *symbol, const char *version,
			  struct whohas_hit *out)
{
	struct diag d = { .in = &f->in, .w = &f->w, .p = f->p, .t = &f->p->trace,
			  .store = f->store, .source = f->source, .a = f->a };

	return whohas_symbol(&d, symbol, version, out, MAX_HITS);
}

static size_t ask(struct fixture *f, const char *symbol, struct whohas_hit *out)
{
	return ask_version(f, symbol, NULL, out);
}

static void start(struct fixture *f, const char *target)
{
	set_target(f, put_so(f, target, &(struct so){ .undefs = { "frobnicate" } }));
}

static void a_library_of_a_default_folder_is_found_with_its_name_for_the_linker(void **state)
{
	struct fixture *f = *state;
	struct whohas_hit h[MAX_HITS];

	start(f, "app/liba.so");
	put_so(f, "default/libfrob.so.1",
	       &(struct so){ .soname = "libfrob.so.1", .defs = { "frobnicate" } });
	put_text(f, "default/libfrob.so", "INPUT(libfrob.so.1)");
	put_so(f, "default/libother.so.2", &(struct so){ .defs = { "else" } });
	assert_int_equal(ask(f, "frobnicate", h), 1);
	assert_string_equal(h[0].path, at(f, "default/libfrob.so.1"));
	assert_string_equal(h[0].soname, "libfrob.so.1");
	assert_string_equal(h[0].link, "frob");
	assert_int_equal(h[0].where, WHOHAS_SEARCHED);
	assert_true(h[0].searched);
	assert_int_equal(h[0].libraries, 1);
	assert_int_equal(ask(f, "frobnicated", h), 0);
}

static void without_the_name_for_the_linker_there_is_none(void **state)
{
	struct fixture *f = *state;
	struct whohas_hit h[MAX_HITS];

	start(f, "app/liba.so");
	put_so(f, "default/libfrob.so.1", &(struct so){ .defs = { "frobnicate" } });
	assert_int_equal(ask(f, "frobnicate", h), 1);
	assert_null(h[0].link);
}

static void a_library_beside_the_target_is_not_searched_for_everybody(void **state)
{
	struct fixture *f = *state;
	struct whohas_hit h[MAX_HITS];

	start(f, "app/liba.so");
	put_so(f, "app/libfrob.so", &(struct so){ .defs = { "frobnicate" } });
	assert_int_equal(ask(f, "frobnicate", h), 1);
	assert_int_equal(h[0].where, WHOHAS_NEAR);
	assert_false(h[0].searched);
	assert_null(h[0].link);
}

static void a_package_of_the_same_environment_is_looked_into(void **state)
{
	struct fixture *f = *state;
	struct whohas_hit h[MAX_HITS];

	start(f, "v/site-packages/ext/_C.so");
	put_so(f, "v/site-packages/frob/lib/libfrob.so", &(struct so){ .defs = { "frobnicate" } });
	put_so(f, "w/site-packages/frob/lib/libfrob.so", &(struct so){ .defs = { "frobnicate" } });
	assert_int_equal(ask(f, "frobnicate", h), 1);
	assert_string_equal(h[0].path, at(f, "v/site-packages/frob/lib/libfrob.so"));
	assert_int_equal(h[0].where, WHOHAS_SITE);
}

static void what_is_loaded_comes_first(void **state)
{
	struct fixture *f = *state;
	struct whohas_hit h[MAX_HITS];
	struct image *im;

	start(f, "app/liba.so");
	put_so(f, "default/libfrob.so", &(struct so){ .defs = { "frobnicate" } });
	im = add_image(f, IMAGE_LIBRARY,
		       put_so(f, "far/libx.so", &(struct so){ .defs = { "frobnicate" } }));
	assert_int_equal(ask(f, "frobnicate", h), 2);
	assert_ptr_equal(h[0].image, im);
	assert_int_equal(h[0].where, WHOHAS_LOADED);
	assert_null(h[1].image);
	assert_int_equal(h[0].libraries, 2);
}

static void the_library_that_such_names_belong_to_comes_before_others(void **state)
{
	struct fixture *f = *state;
	struct whohas_hit h[MAX_HITS];

	start(f, "app/liba.so");
	put_so(f, "default/libaaa.so", &(struct so){ .defs = { "_ZN3c103fooEv" } });
	put_so(f, "default/libc10.so", &(struct so){ .defs = { "_ZN3c103fooEv" } });
	assert_int_equal(ask(f, "_ZN3c103fooEv", h), 2);
	assert_string_equal(h[0].path, at(f, "default/libc10.so"));
	assert_true(h[0].family);
	assert_false(h[1].family);
}

static void copies_of_one_library_count_once(void **state)
{
	struct fixture *f = *state;
	struct whohas_hit h[MAX_HITS];

	start(f, "app/liba.so");
	put_so(f, "default/libblas-0011.so.3", &(struct so){ .defs = { "frobnicate" } });
	put_so(f, "default/libblas-2233.so.3", &(struct so){ .defs = { "frobnicate" } });
	put_so(f, "default/libother.so.3", &(struct so){ .defs = { "frobnicate" } });
	assert_int_equal(ask(f, "frobnicate", h), 3);
	assert_int_equal(h[0].libraries, 2);
}

static void only_the_version_wanted_counts(void **state)
{
	struct fixture *f = *state;
	struct whohas_hit h[MAX_HITS];

	start(f, "app/liba.so");
	put_so(f, "default/libold.so.1",
	       &(struct so){ .defs = { "frobnicate" }, .versions = { "FROB_1" } });
	put_so(f, "default/libplain.so.1", &(struct so){ .defs = { "frobnicate" } });
	assert_int_equal(ask_version(f, "frobnicate", "FROB_2", h), 1);
	assert_string_equal(h[0].path, at(f, "default/libplain.so.1"));
}

static void other_machines_and_programs_do_not_count(void **state)
{
	struct fixture *f = *state;
	struct whohas_hit h[MAX_HITS];

	start(f, "app/liba.so");
	put_so(f, "default/liba64.so.1",
	       &(struct so){ .defs = { "frobnicate" }, .machine = EM_AARCH64 });
	put_so(f, "default/libprog.so.1", &(struct so){ .defs = { "frobnicate" }, .type = ET_EXEC });
	put_text(f, "default/libtext.so.1", "frobnicate");
	assert_int_equal(ask(f, "frobnicate", h), 0);
}

static void what_stands_in_for_others_is_left_out(void **state)
{
	struct fixture *f = *state;
	struct whohas_hit h[MAX_HITS];

	start(f, "app/liba.so");
	put_so(f, "default/libasan.so.8", &(struct so){ .defs = { "frobnicate" } });
	assert_int_equal(ask(f, "frobnicate", h), 0);
}

static void a_file_with_two_names_is_one_library(void **state)
{
	struct fixture *f = *state;
	struct whohas_hit h[MAX_HITS];

	start(f, "app/liba.so");
	put_so(f, "default/libfrob.so.1.2", &(struct so){ .defs = { "frobnicate" } });
	assert_int_equal(symlink("libfrob.so.1.2", at(f, "default/libfrob.so.1")), 0);
	assert_int_equal(symlink("../default/libfrob.so.1.2", at(f, "app/libfrob.so.1")), 0);
	assert_int_equal(ask(f, "frobnicate", h), 1);
}

static void what_a_host_offers_is_asked_of_no_library(void **state)
{
	struct fixture *f = *state;
	struct whohas_hit h[MAX_HITS];

	start(f, "app/liba.so");
	put_so(f, "default/libpython3.11.so.1", &(struct so){ .defs = { "PyLong_FromLong" } });
	put_so(f, "default/libblas.so.3", &(struct so){ .defs = { "dgemm_" } });
	assert_int_equal(ask(f, "PyLong_FromLong", h), 0);
	assert_int_equal(ask(f, "dgemm_", h), 1);
}

static void the_path_that_is_searched_counts_of_two(void **state)
{
	struct fixture *f = *state;
	struct whohas_hit h[MAX_HITS];

	start(f, "app/liba.so");
	put_so(f, "app/libfrob.so.1", &(struct so){ .defs = { "frobnicate" } });
	assert_int_equal(symlink("../app/libfrob.so.1", at(f, "default/libfrob.so.1")), 0);
	assert_int_equal(ask(f, "frobnicate", h), 1);
	assert_string_equal(h[0].path, at(f, "default/libfrob.so.1"));
	assert_true(h[0].searched);
}

static void questions_end_after_some(void **state)
{
	struct fixture *f = *state;
	struct whohas_hit h[MAX_HITS];
	struct diag d = { .in = &f->in, .w = &f->w, .p = f->p, .t = &f->p->trace,
			  .store = f->store, .source = f->source, .a = f->a };

	start(f, "app/liba.so");
	put_so(f, "default/libfrob.so.1", &(struct so){ .defs = { "frobnicate" } });
	for (int i = 0; i < 32; i++)
		assert_int_equal(whohas_symbol(&d, "frobnicate", NULL, h, 1), 1);
	assert_int_equal(whohas_symbol(&d, "frobnicate", NULL, h, 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DIAGNOSE_TEST(a_library_of_a_default_folder_is_found_with_its_name_for_the_linker),
		DIAGNOSE_TEST(without_the_name_for_the_linker_there_is_none),
		DIAGNOSE_TEST(a_library_beside_the_target_is_not_searched_for_everybody),
		DIAGNOSE_TEST(a_package_of_the_same_environment_is_looked_into),
		DIAGNOSE_TEST(what_is_loaded_comes_first),
		DIAGNOSE_TEST(the_library_that_such_names_belong_to_comes_before_others),
		DIAGNOSE_TEST(copies_of_one_library_count_once),
		DIAGNOSE_TEST(only_the_version_wanted_counts),
		DIAGNOSE_TEST(other_machines_and_programs_do_not_count),
		DIAGNOSE_TEST(what_stands_in_for_others_is_left_out),
		DIAGNOSE_TEST(a_file_with_two_names_is_one_library),
		DIAGNOSE_TEST(what_a_host_offers_is_asked_of_no_library),
		DIAGNOSE_TEST(the_path_that_is_searched_counts_of_two),
		DIAGNOSE_TEST(questions_end_after_some),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
