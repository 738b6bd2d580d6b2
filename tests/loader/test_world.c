/* test_world.c - what is fixed before the first file is opened: environment, tunables, processor. */
#include "so.h"

#define LD "/lib64/ld-linux-x86-64.so.2"

/* A loader of glibc 2.minor. */
static void put_loader(struct fixture *f, int minor)
{
	struct so *s = so_new(f);

	snprintf((char *)s->b + SO_DATA, 200,
		 "ld.so (test) stable release version 2.%d.\nCopyright", minor);
	so_put(f, s, LD);
}

static struct world world_with(struct fixture *f, const char *const *env)
{
	struct world_options opt = { .store = f->store, .environ = env, .cpu = "x86-64-v2" };
	struct dlwhy_error err;
	struct world w;

	assert_int_equal(world_init(&w, &opt, EM_X86_64, true, false, 0, LD, f->a, &err), DLWHY_OK);
	return w;
}

static struct world world_tuned(struct fixture *f, const char *tunables)
{
	return world_with(f, NEEDS(arena_printf(f->a, "GLIBC_TUNABLES=%s", tunables)));
}

/* ---- loader ------------------------------------------------------------------------------------- */

static void the_release_is_that_of_the_loader_at_hand(void **state)
{
	struct fixture *f = *state;
	struct world w;

	put_loader(f, 31);
	w = world_with(f, NULL);
	assert_int_equal(world_minor(&w), 31);
	assert_string_equal(w.ld_path, LD);
	assert_false(w.is_host);
}

static void without_a_loader_the_rules_are_assumed(void **state)
{
	struct fixture *f = *state;
	struct world w = world_with(f, NULL);

	assert_int_equal(world_minor(&w), 36);
	assert_contains(w.assumes, LD);
}

static void a_machine_without_known_loader_is_not_supported(void **state)
{
	struct fixture *f = *state;
	struct world_options opt = { .store = f->store };
	struct dlwhy_error err;
	struct world w;

	assert_int_equal(world_init(&w, &opt, 4711, true, false, 0, NULL, f->a, &err),
			 DLWHY_E_UNSUPPORTED);
	assert_contains(err.message, "4711");
}

static void the_loader_of_musl_is_known_by_what_the_file_says(void **state)
{
	struct fixture *f = *state;
	struct world_options opt = { .store = f->store };
	struct so *s = so_new(f);
	struct dlwhy_error err;
	struct world w;

	memcpy(s->b + SO_DATA, "musl libc (x86_64)\0" "1.2.4", 25);
	so_put(f, s, "/opt/loader");
	assert_int_equal(world_init(&w, &opt, EM_X86_64, true, false, 0, "/opt/loader", f->a, &err),
			 DLWHY_OK);
	assert_int_equal(w.kind, LOADER_MUSL);
	assert_string_equal(w.install.version, "1.2.4");
	assert_int_equal(w.musl.patch, 4);
	assert_null(w.assumes);
	assert_null(w.cache);
}

static void a_loader_that_is_not_there_is_known_by_its_name(void **state)
{
	struct fixture *f = *state;
	struct world_options opt = { .store = f->store };
	struct dlwhy_error err;
	struct world w;

	assert_int_equal(world_init(&w, &opt, EM_X86_64, true, false, 0, "/lib/ld-musl-x86_64.so.1",
				    f->a, &err),
			 DLWHY_OK);
	assert_int_equal(w.kind, LOADER_MUSL);
	assert_contains(w.assumes, "ld-musl-x86_64.so.1");
	assert_int_equal(world_init(&w, &opt, EM_X86_64, true, false, 0, NULL, f->a, &err), DLWHY_OK);
	assert_int_equal(w.kind, LOADER_GLIBC);
}

/* ---- environment -------------------------------------------------------------------------------- */

static void variables_are_taken_by_their_whole_name(void **state)
{
	struct fixture *f = *state;
	struct world w = world_with(f, NEEDS("XLD_LIBRARY_PATH=/no", "LD_LIBRARY_PATH2=/no",
					     "LD_LIBRARY_PATH=/a:/b", "LD_PRELOAD=", "PATH=/bin"));

	assert_string_equal(w.env.library_path, "/a:/b");
	assert_string_equal(w.env.preload, "");
	assert_string_equal(w.env.path, "/bin");
	assert_null(w.env.audit);
}

static void an_empty_ld_bind_now_is_none(void **state)
{
	struct fixture *f = *state;

	assert_false(world_with(f, NULL).env.bind_now);
	assert_false(world_with(f, NEEDS("LD_BIND_NOW=")).env.bind_now);
	assert_true(world_with(f, NEEDS("LD_BIND_NOW=0")).env.bind_now);
}

static void ld_dynamic_weak_counts_whatever_its_value(void **state)
{
	struct fixture *f = *state;

	assert_true(world_with(f, NEEDS("LD_DYNAMIC_WEAK=")).env.dynamic_weak);
	assert_false(world_with(f, NULL).env.dynamic_weak);
}

/* ---- tunables ----------------------------------------------------------------------------------- */

static void the_surplus_of_static_tls_follows_from_two_tunables(void **state)
{
	struct fixture *f = *state;

	put_loader(f, 36);
	assert_int_equal(world_with(f, NULL).tunables.tls_surplus, 1664);
	assert_int_equal(world_tuned(f, "glibc.rtld.nns=1").tunables.tls_surplus, 144 + 512);
	assert_int_equal(world_tuned(f, "glibc.rtld.optional_static_tls=0x1000").tunables.tls_surplus,
			 1152 + 4096);
	assert_int_equal(world_tuned(f, "glibc.rtld.optional_static_tls=1000").tunables.tls_optional, 1000);
}

static void a_value_outside_the_bounds_does_not_count(void **state)
{
	struct fixture *f = *state;

	put_loader(f, 36);
	assert_int_equal(world_tuned(f, "glibc.rtld.nns=0").tunables.tls_surplus, 1664);
	assert_int_equal(world_tuned(f, "glibc.rtld.nns=17").tunables.tls_surplus, 1664);
	assert_int_equal(world_tuned(f, "glibc.rtld.nns=2:glibc.rtld.nns=17").tunables.tls_surplus,
			 192 + 2 * 144 + 512);
}

static void the_last_of_two_values_counts(void **state)
{
	struct fixture *f = *state;

	put_loader(f, 36);
	assert_int_equal(world_tuned(f, "glibc.rtld.nns=9:x=y:glibc.rtld.nns=1").tunables.tls_surplus,
			 144 + 512);
}

static void letters_behind_a_number_were_overlooked_up_to_2_38(void **state)
{
	struct fixture *f = *state;

	put_loader(f, 38);
	assert_int_equal(world_tuned(f, "glibc.rtld.nns=1x").tunables.tls_surplus, 144 + 512);
	assert_int_equal(world_tuned(f, "glibc.rtld.nns=x").tunables.tls_surplus, 1664);
}

static void letters_behind_a_number_spoil_it_from_2_39_on(void **state)
{
	struct fixture *f = *state;

	put_loader(f, 39);
	assert_int_equal(world_tuned(f, "glibc.rtld.nns=1x").tunables.tls_surplus, 1664);
}

static void releases_without_a_tunable_ignore_it(void **state)
{
	struct fixture *f = *state;
	struct world w;

	put_loader(f, 32);
	w = world_tuned(f, "glibc.rtld.nns=1:glibc.rtld.dynamic_sort=1:glibc.rtld.execstack=0");
	assert_int_equal(w.tunables.tls_surplus, 1664);
	assert_false(w.tunables.old_sort);
	assert_int_equal(w.tunables.exec_stack, 1);
}

static void the_old_sort_can_be_asked_for(void **state)
{
	struct fixture *f = *state;

	put_loader(f, 36);
	assert_true(world_tuned(f, "glibc.rtld.dynamic_sort=1").tunables.old_sort);
	assert_false(world_tuned(f, "glibc.rtld.dynamic_sort=2").tunables.old_sort);
	assert_false(world_with(f, NULL).tunables.old_sort);
}

static void executable_stacks_can_be_forbidden_from_2_41_on(void **state)
{
	struct fixture *f = *state;

	put_loader(f, 41);
	assert_int_equal(world_tuned(f, "glibc.rtld.execstack=0").tunables.exec_stack, 0);
	assert_int_equal(world_with(f, NULL).tunables.exec_stack, 1);
}

static void a_set_user_id_program_has_the_defaults(void **state)
{
	struct fixture *f = *state;
	struct world w;

	put_loader(f, 41);
	w = world_tuned(f, "glibc.rtld.dynamic_sort=1:glibc.rtld.execstack=0");
	assert_true(w.tunables.old_sort);
	assert_false(w.defaults.old_sort);
	assert_int_equal(w.defaults.exec_stack, 1);
}

static void executable_stacks_can_be_had_from_the_start(void **state)
{
	struct fixture *f = *state;

	put_loader(f, 42);
	assert_int_equal(world_tuned(f, "glibc.rtld.execstack=2").tunables.exec_stack, 2);
}

/* ---- machine ------------------------------------------------------------------------------------ */

static void a_named_processor_is_an_assumption(void **state)
{
	struct fixture *f = *state;
	struct world w;

	put_loader(f, 36);
	w = world_with(f, NULL);
	assert_true(w.cpu.assumed);
	assert_contains(w.assumes, "x86-64-v2");
	assert_string_equal(w.subdirs[0], "glibc-hwcaps/x86-64-v2/");
	assert_string_equal(w.subdirs[w.nsubdirs - 1], "");
}

static void a_cache_that_is_none_says_why(void **state)
{
	struct fixture *f = *state;
	struct world w = world_with(f, NULL);

	assert_null(w.cache);
	assert_string_equal(w.cache_why, "absent");
}

static void a_folder_is_no_cache(void **state)
{
	struct fixture *f = *state;

	put_text(f, "/etc/ld.so.cache/README", "");
	assert_string_equal(world_with(f, NULL).cache_why, "no regular file");
}

static void a_cache_of_garbage_is_none_either(void **state)
{
	struct fixture *f = *state;
	struct world w;

	put_text(f, "/etc/ld.so.cache", "not a cache, but long enough to hold the header of one....");
	w = world_with(f, NULL);
	assert_null(w.cache);
	assert_non_null(w.cache_why);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SO_TEST(the_release_is_that_of_the_loader_at_hand),
		SO_TEST(without_a_loader_the_rules_are_assumed),
		SO_TEST(a_machine_without_known_loader_is_not_supported),
		SO_TEST(the_loader_of_musl_is_known_by_what_the_file_says),
		SO_TEST(a_loader_that_is_not_there_is_known_by_its_name),
		SO_TEST(variables_are_taken_by_their_whole_name),
		SO_TEST(an_empty_ld_bind_now_is_none),
		SO_TEST(ld_dynamic_weak_counts_whatever_its_value),
		SO_TEST(the_surplus_of_static_tls_follows_from_two_tunables),
		SO_TEST(a_value_outside_the_bounds_does_not_count),
		SO_TEST(the_last_of_two_values_counts),
		SO_TEST(letters_behind_a_number_were_overlooked_up_to_2_38),
		SO_TEST(letters_behind_a_number_spoil_it_from_2_39_on),
		SO_TEST(releases_without_a_tunable_ignore_it),
		SO_TEST(the_old_sort_can_be_asked_for),
		SO_TEST(executable_stacks_can_be_forbidden_from_2_41_on),
		SO_TEST(executable_stacks_can_be_had_from_the_start),
		SO_TEST(a_set_user_id_program_has_the_defaults),
		SO_TEST(a_named_processor_is_an_assumption),
		SO_TEST(a_cache_that_is_none_says_why),
		SO_TEST(a_folder_is_no_cache),
		SO_TEST(a_cache_of_garbage_is_none_either),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
