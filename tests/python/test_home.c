/* test_home.c - interpreters that are not at hand to be asked: made by hand, by what CPython's sources say. */
#include "made.h"

static void put_usual(struct fixture *f)
{
	put_python(f, "/usr/bin/python3.11", STRINGS(CPYTHON_311, "/usr"));
	put_stdlib(f, "/usr/lib/python3.11");
}

static void a_root_has_its_own_links(void **state)
{
	struct fixture *f = *state;
	struct py_home *h;

	put_usual(f);
	put_dir(f, "/etc/alternatives");
	assert_int_equal(symlink("/usr/bin/python3.11", arena_printf(f->a, "%s/etc/alternatives/python3", f->dir)), 0);
	assert_int_equal(symlink("/etc/alternatives/python3", arena_printf(f->a, "%s/usr/bin/python3", f->dir)), 0);
	h = made_home(f, NULL);
	assert_string_equal(h->executable, "/usr/bin/python3");
	assert_string_equal(h->program, "/usr/bin/python3.11");
	assert_string_equal(h->prefix, "/usr");
	assert_string_equal(h->stdlib, "/usr/lib/python3.11");
	assert_string_equal(sys_path(f, h), ":/usr/lib/python311.zip:/usr/lib/python3.11:/usr/lib/python3.11/lib-dynload");
	assert_string_equal(h->version_text, "3.11.7 (main, May  9 2026, 07:35:25) [GCC 12.2.0]");
	assert_int_equal(h->hexversion, 0x030b07f0);
	assert_null(h->not_followed);
}

/* /bin is a link to /usr/bin: what is above it has no library, the configured prefix has. */
static void a_program_called_through_bin(void **state)
{
	struct fixture *f = *state;
	struct py_home *h;

	put_usual(f);
	assert_int_equal(symlink("usr/bin", arena_printf(f->a, "%s/bin", f->dir)), 0);
	h = made_home(f, "/bin/python3.11");
	assert_string_equal(h->executable, "/bin/python3.11");
	assert_string_equal(h->prefix, "/usr");
	assert_string_equal(h->exec_prefix, "/usr");
}

static void a_free_threaded_debug_build(void **state)
{
	struct fixture *f = *state;
	struct py_ask ask = made_ask(f, "/venv/bin/python");
	struct py_home *h;

	put_python(f, "/opt/py/bin/python3.14t",
		   STRINGS("cpython-314", ".cpython-314-x86_64-linux-gnu.so", ".cpython-314td-x86_64-linux-gnu.so",
			   "3.14.0rc2+", "/opt/py"));
	put_stdlib(f, "/opt/py/lib/python3.14t");
	put_text(f, "/venv/pyvenv.cfg", "home = /opt/py/bin\n");
	put_dir(f, "/venv/lib/python3.14t/site-packages");
	put_dir(f, "/home/me/.local/lib/python3.14t/site-packages");
	put_dir(f, "/venv/bin");
	assert_int_equal(symlink("/opt/py/bin/python3.14t", arena_printf(f->a, "%s/venv/bin/python", f->dir)), 0);
	h = made_home_as(f, &ask);
	assert_true(h->debug && h->free_threaded);
	assert_string_equal(h->abiflags, "td");
	assert_string_equal(joined(f, &h->suffixes),
			    ".cpython-314td-x86_64-linux-gnu.so:.cpython-314-x86_64-linux-gnu.so:.so");
	assert_string_equal(h->version, "3.14.0rc2");
	assert_int_equal(h->hexversion, 0x030e00c2);
	assert_string_equal(h->base_prefix, "/opt/py");
	assert_string_equal(h->venv, "/venv");
	assert_string_equal(sys_path(f, h),
			    ":/opt/py/lib/python314t.zip:/opt/py/lib/python3.14t:/opt/py/lib/python3.14t/lib-dynload:"
			    "/venv/lib/python3.14t/site-packages:/home/me/.local/lib/python3.14t/site-packages");
	ask.no_site = true; /* from 3.14 on the prefix is that of the environment even so */
	assert_string_equal(made_home_as(f, &ask)->prefix, "/venv");
}

static void words_behind_the_version(void **state)
{
	struct fixture *f = *state;
	struct py_home *h;

	put_python(f, "/conda/bin/python",
		   STRINGS("cpython-310", ".cpython-310-x86_64-linux-gnu.so", ".abi3.so", "3.10.13 | packaged by conda-forge |",
			   "3.40.1", "Dec 23 2023", "15:36:39", "[GCC 12.3.0]"));
	put_stdlib(f, "/conda/lib/python3.10");
	put_dir(f, "/conda/conda-meta");
	h = made_home(f, "/conda");
	assert_string_equal(h->version, "3.10.13");
	assert_string_equal(h->version_text,
			    "3.10.13 | packaged by conda-forge | (main, Dec 23 2023, 15:36:39) [GCC 12.3.0]");
	assert_string_equal(h->conda, "/conda");
	assert_non_null(strstr(h->why, "/conda"));
}

static void what_is_not_there_is_not_made_up(void **state)
{
	struct fixture *f = *state;
	struct py_home *h;

	put_python(f, "/usr/bin/python3", STRINGS("cpython-311", ".cpython-311-x86_64-linux-gnu.so", "May  9 2026", "May 10 2026"));
	put_stdlib(f, "/usr/lib/python3.11");
	h = made_home(f, "python3");
	assert_string_equal(h->version, "3.11");
	assert_null(h->version_text);
	assert_int_equal(h->hexversion, 0);
}

static void folders_of_fedora(void **state)
{
	struct fixture *f = *state;

	put_python(f, "/usr/bin/python3", STRINGS(CPYTHON_311, "lib64", "/usr"));
	put_stdlib(f, "/usr/lib64/python3.11");
	put_text(f, "/usr/lib64/python3.11/site.py", "            PREFIXES.insert(0, \"/usr/local\")\n");
	put_dir(f, "/usr/lib64/python3.11/site-packages");
	put_dir(f, "/usr/lib/python3.11/site-packages");
	put_dir(f, "/usr/local/lib/python3.11/site-packages");
	assert_string_equal(sys_path(f, made_home(f, NULL)),
			    ":/usr/lib64/python311.zip:/usr/lib64/python3.11:/usr/lib64/python3.11/lib-dynload:"
			    "/usr/local/lib/python3.11/site-packages:/usr/lib64/python3.11/site-packages:"
			    "/usr/lib/python3.11/site-packages");
}

static void a_build_for_musl(void **state)
{
	struct fixture *f = *state;
	struct py_home *h;

	put_python(f, "/usr/bin/python3", STRINGS("cpython-312", ".cpython-312-x86_64-linux-musl.so", ".abi3.so", "3.12.8"));
	put_stdlib(f, "/usr/lib/python3.12");
	h = made_home(f, NULL);
	assert_string_equal(h->multiarch, "x86_64-linux-musl");
	assert_string_equal(h->abiflags, "");
}

static void what_cannot_be_followed_is_said(void **state)
{
	struct fixture *f = *state;
	struct so *s = made_program(f, STRINGS(CPYTHON_311));
	struct py_ask ask = made_ask(f, "/nowhere");
	struct dlwhy_error err;
	struct py_home h;

	put_stdlib(f, "/usr/lib/python3.11");
	s->eh.e_phnum--; /* without PT_INTERP */
	so_put(f, s, "/usr/bin/static");
	assert_string_equal(made_home(f, "static")->not_followed, "a static program, which can open no extension");
	put_python(f, "/usr/bin/pypy3.10", STRINGS("pypy310-pp73"));
	assert_string_equal(made_home(f, "pypy3.10")->not_followed, "PyPy");
	put_python(f, "/usr/bin/python2.7", STRINGS("2.7.18"));
	assert_string_equal(made_home(f, "python2.7")->not_followed, "Python 2");
	put_python(f, "/opt/alone/python", STRINGS(CPYTHON_311));
	assert_string_equal(made_home(f, "/opt/alone/python")->not_followed,
			    "an interpreter whose standard library is not found");
	s = made_program(f, STRINGS("x"));
	so_need(s, "libpython3.11.so.1.0");
	so_put(f, s, "/usr/bin/lost");
	assert_non_null(strstr(made_home(f, "lost")->not_followed, "libpython3.11.so.1.0"));
	assert_int_equal(py_home_open(&ask, f->a, &h, &err), DLWHY_E_IO);
	assert_non_null(strstr(err.message, "/nowhere"));
	ask.python = "";
	assert_int_equal(py_home_open(&ask, f->a, &h, &err), DLWHY_E_IO);
}

static void a_pth_file_that_stops_python(void **state)
{
	struct fixture *f = *state;

	put_usual(f);
	put_bytes(f, "/usr/lib/python3.11/site-packages/bad.pth", "/x\xff\n", 4, 0644);
	assert_non_null(strstr(made_home(f, "python3.11")->not_followed, "bad.pth"));
}

/* PEP 829: paths come first, then lines, then entry points; one of them takes the place of a .pth file's lines. */
static void entry_points_of_start_files(void **state)
{
	struct fixture *f = *state;
	struct py_home *h;

	put_python(f, "/py/bin/python3", STRINGS("cpython-315", ".cpython-315-x86_64-linux-gnu.so", "3.15.0"));
	put_stdlib(f, "/py/lib/python3.15");
	put_text(f, "/py/lib/python3.15/site.py", "        self._processed_sitedirs = set()\n");
	put_text(f, "/py/lib/python3.15/site-packages/a.pth", "import sys; sys.path.append('/late')\n  /one  \n");
	put_text(f, "/py/lib/python3.15/site-packages/b.pth", "import b\n/two\n");
	put_text(f, "/py/lib/python3.15/site-packages/b.start", "# none\n");
	put_text(f, "/py/lib/python3.15/site-packages/c.start", " pkg.mod:install \nnonsense\n");
	put_dir(f, "/one");
	put_dir(f, "/two");
	h = made_home(f, "/py");
	assert_string_equal(sys_path(f, h), ":/py/lib/python315.zip:/py/lib/python3.15:/py/lib/python3.15/lib-dynload:"
					    "/py/lib/python3.15/site-packages:/one:/two:/late");
	assert_int_equal(h->imports.n, 2);
	assert_string_equal(h->imports.items[0].line, "import sys; sys.path.append('/late')");
	assert_string_equal(h->imports.items[1].line, "import pkg.mod; pkg.mod.install()");
}

static void the_home_of_a_user_without_a_variable(void **state)
{
	struct fixture *f = *state;
	struct py_ask ask = made_ask(f, "python3.11");

	put_usual(f);
	put_text(f, "/etc/passwd", arena_printf(f->a, "nobody:x:65534:65534::/:/bin/false\nme:x:%u:0:Me:/users/me:/bin/sh\n",
						geteuid()));
	ask.environ = STRINGS("PATH=/usr/bin");
	assert_string_equal(made_home_as(f, &ask)->user_site, "/users/me/.local/lib/python3.11/site-packages");
}

static void scripts_in_front_of_a_program(void **state)
{
	struct fixture *f = *state;
	struct py_ask ask = made_ask(f, "shim");
	struct dlwhy_error err;
	struct py_home h;

	put_usual(f);
	put_text(f, "/opt/app/bin/python", "#!/bin/sh\nexec \"$(dirname \"$0\")\"/../../../usr/bin/python3.11 \"$@\"\n");
	put_text(f, "/opt/app/bin/py2", "#!/bin/sh\nexec \"$(dirname \"$0\")/../../../usr/bin/python3.11\" \"$@\"\n");
	put_text(f, "/usr/bin/loop", "#!/bin/sh\nexec /usr/bin/loop\n");
	put_text(f, "/usr/bin/what", "#!/bin/sh\nexec $PYTHON\n");
	assert_string_equal(made_home(f, "/opt/app/bin/python")->program, "/usr/bin/python3.11");
	assert_string_equal(made_home(f, "/opt/app/bin/py2")->program, "/usr/bin/python3.11");
	ask.python = "loop";
	assert_int_equal(py_home_open(&ask, f->a, &h, &err), DLWHY_E_LIMIT);
	ask.python = "what";
	assert_int_equal(py_home_open(&ask, f->a, &h, &err), DLWHY_E_UNSUPPORTED);
}

static void pyenv_without_the_version(void **state)
{
	struct fixture *f = *state;
	struct py_ask ask = made_ask(f, "/pe/shims/python3");
	struct dlwhy_error err;
	struct py_home h;

	put_usual(f);
	put_text(f, "/pe/shims/python3", "#!/usr/bin/env bash\nexport PYENV_ROOT=\"/pe\"\nexec \"/pe/libexec/pyenv\" exec \"$program\" \"$@\"\n");
	put_text(f, "/pe/version", "3.12\n");
	put_dir(f, "/pe/versions");
	assert_int_equal(py_home_open(&ask, f->a, &h, &err), DLWHY_E_UNSUPPORTED);
	assert_non_null(strstr(err.message, "pyenv"));
	put_python(f, "/pe/versions/3.12.1/bin/python3", STRINGS(CPYTHON_311));
	put_python(f, "/pe/versions/3.12.10/bin/python3", STRINGS(CPYTHON_311));
	put_python(f, "/pe/versions/3.12.11rc1/bin/python3", STRINGS(CPYTHON_311));
	store_free(f->store); /* it remembers folders */
	f->store = store_new(f->source);
	ask.store = f->store;
	assert_string_equal(made_home_as(f, &ask)->program, "/pe/versions/3.12.10/bin/python3");
}

static void other_interpreters(void **state)
{
	struct fixture *f = *state;
	struct py_ask ask = made_ask(f, NULL);
	struct py_strings out = { 0 };

	put_usual(f);
	put_text(f, "/usr/bin/python3-config", "#!/bin/sh\n");
	put_text(f, "/usr/bin/python4", "#!/bin/sh\n");
	assert_int_equal(symlink("python3.11", arena_printf(f->a, "%s/usr/bin/python3", f->dir)), 0);
	put_python(f, "/opt/py/bin/python3.13", STRINGS(CPYTHON_311));
	put_python(f, "/home/me/miniconda3/envs/work/bin/python", STRINGS(CPYTHON_311));
	put_text(f, "/src/.venv/pyvenv.cfg", "");
	put_dir(f, "/src/.venv/bin");
	assert_int_equal(symlink("/usr/bin/python3", arena_printf(f->a, "%s/src/.venv/bin/python", f->dir)), 0);
	ask.cwd = "/src";
	py_home_others(&ask, f->a, 16, &out);
	assert_string_equal(joined(f, &out), "/src/.venv/bin/python:/usr/bin/python3:/opt/py/bin/python3.13:"
					     "/home/me/miniconda3/envs/work/bin/python");
	out.n = 0;
	py_home_others(&ask, f->a, 2, &out);
	assert_int_equal(out.n, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MADE_TEST(a_root_has_its_own_links),
		MADE_TEST(a_program_called_through_bin),
		MADE_TEST(a_free_threaded_debug_build),
		MADE_TEST(words_behind_the_version),
		MADE_TEST(what_is_not_there_is_not_made_up),
		MADE_TEST(folders_of_fedora),
		MADE_TEST(a_build_for_musl),
		MADE_TEST(what_cannot_be_followed_is_said),
		MADE_TEST(a_pth_file_that_stops_python),
		MADE_TEST(entry_points_of_start_files),
		MADE_TEST(the_home_of_a_user_without_a_variable),
		MADE_TEST(scripts_in_front_of_a_program),
		MADE_TEST(pyenv_without_the_version),
		MADE_TEST(other_interpreters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
