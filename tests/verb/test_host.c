/* test_host.c - which program loads a library? */
#include "root.h"
#include "verb/host.h"

static void find(struct dlwhy_session *s, const char *path, struct store_file *file, struct arena *a,
		 struct host *out)
{
	host_family(path, file, a, out);
	if (out->family != NULL)
		host_find(s, path, a, out);
}

static struct dlwhy_session *session(struct fixture *f)
{
	struct dlwhy_options opt = root_options(f);
	struct dlwhy_session *s = dlwhy_session_new(&opt, NULL);

	assert_non_null(s);
	return s;
}

/* What is found for the library, "FAMILY by PROGRAM": "Python by /usr/bin/python3". */
static const char *found(struct fixture *f, const char *path)
{
	struct dlwhy_session *s = session(f);
	const struct store_entry *en = store_open(s->store, path);
	const char *out;
	struct host h;

	assert_int_equal(en->err, 0);
	find(s, path, en->file, f->a, &h);
	out = h.family == NULL ? "nobody" :
				 arena_printf(f->a, "%s by %s", family_name(h.family),
					      h.program != NULL ? h.program : "nobody");
	assert_true((h.program != NULL) == (h.why != NULL));
	dlwhy_session_free(s);
	return out;
}

static void put_defining(struct fixture *f, const char *path, const char *name)
{
	struct so *s = so_new(f);

	so_def(s, name);
	so_put(f, s, path);
}

static void put_wanting(struct fixture *f, const char *path, const char *name)
{
	struct so *s = so_new(f);

	so_undef(s, name);
	so_put(f, s, path);
}

static void put_program(struct fixture *f, const char *path)
{
	struct so *s = new_program(f);

	s->eh.e_machine = cpu_host_machine(); /* which the kernel would start */
	so_put(f, s, path);
}

/* ---- families ----------------------------------------------------------------------------------- */

static void an_entry_point_tells_the_family(void **state)
{
	struct fixture *f = *state;

	put_defining(f, "/x/_foo.cpython-311-x86_64-linux-gnu.so", "PyInit__foo");
	put_defining(f, "/x/Foo.so", "boot_Foo");
	put_defining(f, "/x/bar.so", "luaopen_bar");
	put_defining(f, "/x/addon.node", "napi_register_module_v1");
	assert_string_equal(found(f, "/x/_foo.cpython-311-x86_64-linux-gnu.so"),
			    "Python by nobody");
	assert_string_equal(found(f, "/x/Foo.so"), "Perl by nobody");
	assert_string_equal(found(f, "/x/bar.so"), "Lua by nobody");
	assert_string_equal(found(f, "/x/addon.node"), "Node.js by nobody");
}

static void an_entry_point_of_another_file_tells_nothing(void **state)
{
	struct fixture *f = *state;

	put_defining(f, "/x/other.so", "PyInit__foo");
	assert_string_equal(found(f, "/x/other.so"), "nobody");
}

static void an_entry_point_that_is_only_wanted_tells_nothing(void **state)
{
	struct fixture *f = *state;

	put_wanting(f, "/x/foo.so", "PyInit_foo_x");
	put_wanting(f, "/x/bar.so", "luaopen_bar");
	assert_string_equal(found(f, "/x/bar.so"), "nobody");
}

static void undefined_names_tell_the_family_too(void **state)
{
	struct fixture *f = *state;

	put_wanting(f, "/x/helper.so", "PyObject_Call");
	put_wanting(f, "/x/native.so", "rb_define_module");
	put_wanting(f, "/x/pg.so", "palloc");
	assert_string_equal(found(f, "/x/helper.so"), "Python by nobody");
	assert_string_equal(found(f, "/x/native.so"), "Ruby by nobody");
	assert_string_equal(found(f, "/x/pg.so"), "nobody");
}

static void a_capital_letter_must_follow_where_the_family_says_so(void **state)
{
	struct fixture *f = *state;

	put_wanting(f, "/x/one.so", "Pythagoras");
	put_wanting(f, "/x/two.so", "Py");
	assert_string_equal(found(f, "/x/one.so"), "nobody");
	assert_string_equal(found(f, "/x/two.so"), "nobody");
}

static void an_ordinary_library_has_no_host(void **state)
{
	struct fixture *f = *state;

	put_wanting(f, "/x/libz.so", "malloc");
	assert_string_equal(found(f, "/x/libz.so"), "nobody");
}

static void a_family_provides_its_own_names(void **state)
{
	struct fixture *f = *state;
	struct dlwhy_session *s = session(f);
	struct host h;

	put_defining(f, "/x/pg.so", "Pg_magic_func");
	find(s, "/x/pg.so", store_open(s->store, "/x/pg.so")->file, f->a, &h);
	assert_true(family_provides(h.family, "palloc")); /* its names have no common beginning */
	put_defining(f, "/x/foo.so", "PyInit_foo");
	find(s, "/x/foo.so", store_open(s->store, "/x/foo.so")->file, f->a, &h);
	assert_true(family_provides(h.family, "PyList_New"));
	assert_true(family_provides(h.family, "_PyLong_New"));
	assert_false(family_provides(h.family, "cblas_dgemm"));
	dlwhy_session_free(s);
}

/* ---- programs ----------------------------------------------------------------------------------- */

static void put_python_module(struct fixture *f, const char *dir)
{
	put_defining(f, arena_printf(f->a, "%s/foo.cpython-311-x86_64-linux-gnu.so", dir),
		     "PyInit_foo");
}

#define MODULE "foo.cpython-311-x86_64-linux-gnu.so"

static void the_environment_that_a_file_lies_in_comes_before_path(void **state)
{
	struct fixture *f = *state;

	put_python_module(f, "/venv/lib/python3.11/site-packages/foo");
	put_program(f, "/venv/bin/python3");
	put_program(f, "/usr/bin/python3.11");
	assert_string_equal(found(f, "/venv/lib/python3.11/site-packages/foo/" MODULE),
			    "Python by /venv/bin/python3");
}

static void the_interpreter_of_the_files_own_version_is_preferred(void **state)
{
	struct fixture *f = *state;

	put_python_module(f, "/x");
	put_program(f, "/usr/bin/python3");
	put_program(f, "/usr/bin/python3.11");
	assert_string_equal(found(f, "/x/" MODULE), "Python by /usr/bin/python3.11");
}

static void any_interpreter_is_better_than_none(void **state)
{
	struct fixture *f = *state;

	put_python_module(f, "/x");
	put_program(f, "/usr/local/bin/python3");
	assert_string_equal(found(f, "/x/" MODULE), "Python by /usr/local/bin/python3");
}

static void scripts_folders_and_static_programs_are_no_hosts(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	put_python_module(f, "/x");
	put_text(f, "/usr/local/bin/python3", "#!/usr/bin/python3\n");
	put_text(f, "/usr/sbin/python3/README", "");
	s->eh.e_machine = cpu_host_machine();
	so_put(f, s, "/sbin/python3"); /* no PT_INTERP */
	put_program(f, "/usr/bin/python3");
	assert_string_equal(found(f, "/x/" MODULE), "Python by /usr/bin/python3");
}

static void a_folder_beside_bin_is_no_environment(void **state)
{
	struct fixture *f = *state;

	put_defining(f, "/m.so", "PyInit_m");
	put_defining(f, "/src/m.so", "PyInit_m");
	put_defining(f, "/lib/m.so", "PyInit_m");
	put_defining(f, "/venv/src/m.so", "PyInit_m");
	put_text(f, "/venv/pyvenv.cfg", "home = /usr/bin\n");
	put_program(f, "/venv/bin/python3");
	put_program(f, "/bin/python3");
	put_program(f, "/usr/local/bin/python3");
	assert_string_equal(found(f, "/m.so"), "Python by /usr/local/bin/python3");
	assert_string_equal(found(f, "/src/m.so"), "Python by /usr/local/bin/python3");
	assert_string_equal(found(f, "/lib/m.so"), "Python by /bin/python3");
	assert_string_equal(found(f, "/venv/src/m.so"), "Python by /venv/bin/python3");
}

static void a_script_in_front_of_python_is_followed(void **state)
{
	struct fixture *f = *state;

	put_defining(f, "/x/m.so", "PyInit_m");
	put_program(f, "/opt/py/bin/python3");
	put_program(f, "/usr/bin/python3");
	put_text(f, "/usr/local/bin/python3", "#!/bin/sh\nexec /opt/py/bin/python3 \"$@\"\n");
	assert_string_equal(found(f, "/x/m.so"), "Python by /opt/py/bin/python3");
}

static void a_relative_path_has_an_environment_too(void **state)
{
	struct fixture *f = *state;

	put_python_module(f, "/venv/lib");
	put_program(f, "/venv/bin/python3");
	assert_string_equal(found(f, "venv/lib/" MODULE), "Python by /venv/bin/python3");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROOT_TEST(an_entry_point_tells_the_family),
		ROOT_TEST(an_entry_point_of_another_file_tells_nothing),
		ROOT_TEST(an_entry_point_that_is_only_wanted_tells_nothing),
		ROOT_TEST(undefined_names_tell_the_family_too),
		ROOT_TEST(a_capital_letter_must_follow_where_the_family_says_so),
		ROOT_TEST(an_ordinary_library_has_no_host),
		ROOT_TEST(a_family_provides_its_own_names),
		ROOT_TEST(the_environment_that_a_file_lies_in_comes_before_path),
		ROOT_TEST(the_interpreter_of_the_files_own_version_is_preferred),
		ROOT_TEST(any_interpreter_is_better_than_none),
		ROOT_TEST(scripts_folders_and_static_programs_are_no_hosts),
		ROOT_TEST(a_folder_beside_bin_is_no_environment),
		ROOT_TEST(a_script_in_front_of_python_is_followed),
		ROOT_TEST(a_relative_path_has_an_environment_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
