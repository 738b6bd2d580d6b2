/* test_owner.c - who owns a file, in an environment and in a system; what installs it again. */
#include "package/owner.h"

#include "../base/tree.h"

#define SITE "env/lib/python3.11/site-packages"

static void build(struct tree *t)
{
	static const char *const dirs[] = { "env", "env/lib", "env/lib/python3.11", SITE, SITE "/a", SITE "/a-1.dist-info",
					    "var", "var/lib", "var/lib/dpkg", "var/lib/dpkg/info", "usr", "usr/lib" };

	for (size_t i = 0; i < sizeof(dirs) / sizeof(*dirs); i++)
		tree_dir(t, dirs[i]);
	tree_file(t, "env/pyvenv.cfg", "home = /usr/bin\n");
	tree_file(t, SITE "/a/m.so", "m");
	tree_file(t, SITE "/a-1.dist-info/METADATA", "Name: a\nVersion: 1\n");
	tree_file(t, SITE "/a-1.dist-info/RECORD", "a/m.so,,\na-1.dist-info/METADATA,,\n");
	tree_file(t, "usr/lib/libz.so.1", "z");
	tree_file(t, "var/lib/dpkg/status",
		  "Package: z\nStatus: install ok installed\nVersion: 2\nArchitecture: amd64\n\n"
		  "Package: old\nStatus: deinstall ok config-files\nVersion: 1\n");
	tree_file(t, "var/lib/dpkg/info/z.list", "/.\n/lib\n/lib/libz.so.1\n");
}

static void files_have_owners(void **state)
{
	struct tree *t = *state;
	struct source *s = source_root(t->root, NULL);
	struct store *store;
	struct arena *a = arena_new(0);
	const struct package_owner *o;
	struct package_set set = { .a = a };
	const unsigned char hash[32] = { 0 };
	const char *record;
	struct view text;

	build(t);
	store = set.store = store_new(s);
	o = package_owner_find(store, a, "/" SITE "/a/m.so");
	assert_non_null(o);
	assert_string_equal(o->p->name, "a");
	assert_int_equal(o->p->kind, PACKAGE_PIP);
	assert_string_equal(o->place->dir, "/env");
	assert_true(package_record_edit(&set, o->p, "/" SITE "/a/m.so", hash, 5, &record, &text));
	assert_string_equal(record, "/" SITE "/a-1.dist-info/RECORD");
	assert_memory_equal(text.p, "a/m.so,sha256=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA,5\na-1.dist-info", 73);
	assert_false(package_record_edit(&set, o->p, "/" SITE "/a/other.so", hash, 5, &record, &text));
	assert_null(package_owner_find(store, a, "/" SITE "/a/other.so"));
	/* The list says /lib, the file is asked for by /usr/lib. */
	o = package_owner_find(store, a, "/usr/lib/libz.so.1");
	assert_non_null(o);
	assert_string_equal(o->p->name, "z");
	assert_string_equal(package_reinstall_command(&set, o->p, o->place)[3], "z:amd64=2");
	assert_null(package_owner_find(store, a, "/usr/lib/libother.so"));
	assert_null(package_owner_find(store, a, "relative"));
	store_free(store);
	source_free(s);
	arena_free(a);
}

/* Each list is read once for all paths, and each path has the owner that it has alone. */
static void some_paths_together(void **state)
{
	struct tree *t = *state;
	struct source *s = source_root(t->root, NULL);
	struct store *store;
	struct arena *a = arena_new(0);
	const char *paths[] = { "/" SITE "/a/gone.so", "/usr/lib/libz.so.1", "/" SITE "/a/m.so", "/lib/liby.so",
				"/usr/lib/libno.so", "/env/lib/libc.so", "relative", "/" SITE "/a/../a/m.so" };
	static const char *const names[] = { NULL, "z", "a", "y", NULL, "c", NULL, "a" };
	struct package_paths asked = { .items = paths, .n = sizeof(paths) / sizeof(*paths) };
	struct package_owners *w;

	build(t);
	tree_dir(t, "env/conda-meta");
	tree_file(t, "env/conda-meta/c-1-0.json",
		  "{\"name\": \"c\", \"version\": \"1\", \"files\": [\"lib/libc.so\"]}");
	tree_file(t, "var/lib/dpkg/status",
		  "Package: y\nStatus: install ok installed\nVersion: 1\nArchitecture: amd64\n\n"
		  "Package: z\nStatus: install ok installed\nVersion: 2\nArchitecture: amd64\n");
	tree_file(t, "var/lib/dpkg/info/y:amd64.list", "/.\n/usr\n/usr/lib\n/usr/lib/liby.so\n");
	tree_file(t, "var/lib/dpkg/info/z.list", "/.\n/lib\n/lib/libz.so.1\n/x/lib/libno.so\n");
	store = store_new(s);
	w = package_owners_new(store, a, &asked);
	for (size_t i = 0; i < asked.n; i++) {
		const struct package_owner *one = package_owner_find(store, a, paths[i]);
		const struct package_owner *o = package_owners_find(w, paths[i]);

		assert_true((o == NULL) == (names[i] == NULL) && (one == NULL) == (names[i] == NULL));
		if (o == NULL)
			continue;
		assert_string_equal(o->p->name, names[i]);
		assert_string_equal(one->p->name, names[i]);
		assert_string_equal(o->f->path, one->f->path);
		assert_string_equal(o->place->dir, one->place->dir);
	}
	store_free(store);
	source_free(s);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		tree_test(files_have_owners),
		tree_test(some_paths_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
