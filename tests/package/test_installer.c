/* test_installer.c - settings of pip and uv: which files are read, and which of them counts. */
#include "package/installer.h"

#include "../base/tree.h"

struct asking {
	struct tree *t;
	struct source *s;
	struct store *store;
	struct arena *a;
	struct installer_settings out;
};

static void file(struct tree *t, const char *path, const char *text)
{
	char dir[256];

	for (const char *p = strchr(path, '/'); p != NULL; p = strchr(p + 1, '/')) {
		struct os_stat st;
		char *full;

		snprintf(dir, sizeof(dir), "%.*s", (int)(p - path), path);
		assert_true(asprintf(&full, "%s/%s", t->root, dir) > 0);
		if (os_stat(full, true, &st) != 0)
			tree_dir(t, dir);
		free(full);
	}
	tree_file(t, path, text);
}

static const struct installer_settings *ask(struct asking *k, bool uv, bool isolated, const char *const *env)
{
	struct installer_question q = { uv, isolated, env, "/env" };
	struct package_set set;

	store_free(k->store);
	source_free(k->s);
	k->s = source_root(k->t->root, NULL);
	k->store = store_new(k->s);
	set = (struct package_set){ .a = k->a, .store = k->store };
	installer_settings(&set, &q, &k->out);
	return &k->out;
}

static void end(struct asking *k)
{
	store_free(k->store);
	source_free(k->s);
	arena_free(k->a);
}

static void pip_reads_its_files_in_their_order(void **state)
{
	static const char *const environ[] = { "HOME=/home/joe", "XDG_CONFIG_DIRS=/x1:/x2", NULL };
	static const char *const more[] = { "HOME=/home/joe", "PIP_CONFIG_FILE=/own.conf", "PIP_NO_INDEX=0", NULL };
	static const char *const none[] = { "HOME=/home/joe", "PIP_CONFIG_FILE=/dev/null", NULL };
	struct asking k = { .t = *state, .a = arena_new(0) };
	const struct installer_settings *s;

	file(k.t, "x1/pip/pip.conf", "[global]\nindex-url = https://one/\nNo_Index: yes\n[list]\ntarget = /t\n");
	file(k.t, "x2/pip/pip.conf", "[global]\nindex-url = https://two/\n");
	s = ask(&k, false, false, environ);
	assert_string_equal(s->index.value, "https://two/");
	assert_string_equal(s->index.by, "/x2/pip/pip.conf");
	assert_string_equal(s->no_index.by, "/x1/pip/pip.conf");
	assert_null(s->elsewhere.value);
	/* What is for "install" counts more, whichever file has it; a password is for nobody to see. */
	file(k.t, "etc/pip.conf", "[install]\nindex-url = https://me:secret@three/simple\n");
	file(k.t, "home/joe/.config/pip/pip.conf", "[global]\nindex-url = https://four/\nfind-links =\n  /w1\n  "
						   "file:///w2\n# x\n  https://w3/\ntarget = /elsewhere\n");
	s = ask(&k, false, false, environ);
	assert_string_equal(s->index.value, "https://three/simple");
	assert_int_equal(s->links.n, 3);
	assert_string_equal(s->links.items[0], "/w1");
	assert_string_equal(s->links.items[1], "/w2");
	assert_string_equal(s->elsewhere.value, "target");
	s = ask(&k, false, true, environ);
	assert_int_equal(s->links.n, 0);
	assert_null(s->elsewhere.value);
	/* A file of one's own takes the place of the user's; variables come last. */
	file(k.t, "own.conf", "[global]\nno-index = true\n");
	s = ask(&k, false, false, more);
	assert_int_equal(s->links.n, 0);
	assert_null(s->no_index.value);
	assert_string_equal(s->no_index.by, "PIP_NO_INDEX");
	s = ask(&k, false, false, none);
	assert_null(s->index.by);
	file(k.t, "env/pip.conf", "[install]\nindex_url = https://pypi.org/simple\n");
	s = ask(&k, false, false, environ);
	assert_null(s->index.value);
	assert_string_equal(s->index.by, "/env/pip.conf");
	end(&k);
}

static void uv_reads_its_own(void **state)
{
	static const char *const environ[] = { "HOME=/home/joe", "PIP_INDEX_URL=https://pip/", NULL };
	static const char *const more[] = { "HOME=/home/joe", "UV_DEFAULT_INDEX=https://var/", "UV_OFFLINE=1",
					    "UV_FIND_LINKS=/a,/b", NULL };
	static const char *const none[] = { "HOME=/home/joe", "UV_NO_CONFIG=1", NULL };
	struct asking k = { .t = *state, .a = arena_new(0) };
	const struct installer_settings *s;

	file(k.t, "etc/uv/uv.toml", "offline = true\nindex-url = \"https://system/\"\n");
	file(k.t, "home/joe/.config/uv/uv.toml", "# mine\nno-index = true # yes\n[[index]]\nname = \"a\"\n"
						 "url = \"https://joe@mine/simple\"\ndefault = true\n[pip]\n"
						 "find-links = [\n  \"/w1\",  # one\n  'w2',\n]\nprefix = \"/p\"\n");
	s = ask(&k, true, false, environ);
	assert_string_equal(s->index.value, "https://mine/simple");
	assert_string_equal(s->index.by, "/home/joe/.config/uv/uv.toml");
	assert_non_null(s->no_index.value);
	assert_string_equal(s->offline.by, "/etc/uv/uv.toml");
	assert_string_equal(s->elsewhere.value, "prefix");
	assert_int_equal(s->links.n, 2);
	assert_string_equal(s->links.items[1], "/home/joe/.config/uv/w2");
	s = ask(&k, true, false, more);
	assert_string_equal(s->index.by, "UV_DEFAULT_INDEX");
	assert_string_equal(s->offline.by, "UV_OFFLINE");
	assert_int_equal(s->links.n, 4);
	s = ask(&k, true, false, none);
	assert_null(s->index.by);
	assert_null(s->no_index.by);
	/* A project that has no table of uv's is none of uv's. */
	file(k.t, "pyproject.toml", "[tool.uv]\nno-index = false\n[tool.other]\noffline = true\n");
	s = ask(&k, true, false, environ);
	assert_null(s->no_index.value);
	assert_string_equal(s->no_index.by, "/pyproject.toml");
	file(k.t, "uv.toml", "no-index = [ \"unclosed\n");
	s = ask(&k, true, false, environ);
	assert_string_equal(s->no_index.by, "/uv.toml");
	end(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(pip_reads_its_files_in_their_order, tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(uv_reads_its_own, tree_setup, tree_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
