/* modules.h - a folder of modules that an interpreter with that one folder on its path would find. */
#ifndef DLWHY_TESTS_PYTHON_MODULES_H
#define DLWHY_TESTS_PYTHON_MODULES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "python/find.h"

struct modules {
	char dir[64];
	struct arena *a;
	struct source *source;
	struct store *store;
	struct py_home home;
	struct py_path_entry entry;
	struct py_finder *finder;
};

static inline void modules_put(struct modules *m, const char *name, const char *text)
{
	char *path = arena_printf(m->a, "%s/%s", m->dir, name);
	FILE *f;

	for (char *slash = strchr(path + strlen(m->dir) + 1, '/'); slash != NULL;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

/* Once all files are there. */
static inline struct py_finder *modules_finder(struct modules *m)
{
	static const char *suffixes[] = { ".cpython-311-x86_64-linux-gnu.so", ".abi3.so", ".so" };

	m->entry = (struct py_path_entry){ .dir = m->dir, .why = "the test", .exists = true };
	m->home.path.items = &m->entry;
	m->home.path.n = m->home.path.cap = 1;
	m->home.suffixes = (struct py_strings){ suffixes, 3, 3 };
	if (m->store != NULL)
		store_free(m->store);
	m->home.store = m->store = store_new(m->source);
	m->home.system = py_system(PY_OS_LINUX);
	m->home.implementation = "cpython";
	m->home.version = "3.11.2";
	m->home.major = 3;
	m->home.minor = 11;
	m->home.cache_tag = "cpython-311";
	m->home.stdlib = "/nowhere/python3.11";
	m->finder = py_finder_new(&m->home, m->source, m->a);
	return m->finder;
}

static inline int modules_remove(const char *path, const struct stat *st, int type, struct FTW *w)
{
	(void)st;
	(void)type;
	(void)w;
	return remove(path);
}

static inline int modules_setup(void **state)
{
	struct modules *m = calloc(1, sizeof(*m));

	*state = m;
	strcpy(m->dir, "/tmp/dlwhy-modules-XXXXXX");
	m->a = arena_new(0);
	m->source = source_host(NULL);
	return m->a == NULL || m->source == NULL || mkdtemp(m->dir) == NULL ? -1 : 0;
}

static inline int modules_teardown(void **state)
{
	struct modules *m = *state;

	nftw(m->dir, modules_remove, 16, FTW_DEPTH | FTW_PHYS);
	arena_free(m->a);
	if (m->store != NULL)
		store_free(m->store);
	source_free(m->source);
	free(m);
	return 0;
}

#define MODULES_TEST(fn) cmocka_unit_test_setup_teardown(fn, modules_setup, modules_teardown)

#endif
