/* test_ldcache_make.c - the cache that is composed for simulations, beside the one that ldconfig makes of this
 * machine at the same moment. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/os_child.h"
#include "machine/machine.h"

struct compared {
	const struct ldcache *ours;
	struct ldcache_query q;
	size_t n, differ;
};

static bool same_file(const char *a, const char *b)
{
	char *x = realpath(a, NULL), *y = realpath(b, NULL);
	bool same = x != NULL && y != NULL && strcmp(x, y) == 0;

	free(x);
	free(y);
	return same;
}

/* What the loader takes for each name is the same file. */
static void compare(void *ctx, const char *soname, const char *path, int32_t flags, uint64_t hwcap)
{
	struct compared *c = ctx;
	const char *mine;

	if (flags != ldcache_flags(&c->q) || hwcap != 0 || access(path, F_OK) != 0)
		return;
	c->n++;
	mine = ldcache_find(c->ours, &c->q, soname, NULL);
	if (mine == NULL || !same_file(mine, path)) {
		c->differ++;
		print_error("%s: ldconfig has %s, ours %s\n", soname, path, mine != NULL ? mine : "nothing");
	}
}

static void run_ldconfig(char *into)
{
	const char *const argv[] = { "ldconfig", "-X", "-C", into, NULL }, *const env[] = { NULL };
	const struct os_child c = { .path = "/sbin/ldconfig", .argv = argv, .env = env, .seconds = 60 };
	char said[1024];
	struct os_capture out = { .p = said, .cap = sizeof(said) }, err = { .p = (char[1]) { 0 }, .cap = 1 };
	struct os_child_end end;
	int fd = mkstemp(into);

	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(os_child_run(&c, &out, &err, &end), 0);
	assert_int_equal(end.status, 0);
	assert_int_equal(end.signal, 0);
}

static void it_leads_to_the_same_files(void **state)
{
	struct source *s = source_host(NULL);
	struct store *store = store_new(s);
	struct arena *a = arena_new(0);
	static const char *const usual[] = { "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu",
					     "/lib/aarch64-linux-gnu", "/usr/lib/aarch64-linux-gnu",
					     "/lib64", "/usr/lib64", "/lib", "/usr/lib" };
	enum { USUAL = sizeof(usual) / sizeof(usual[0]) };
	const struct store_entry *real;
	const char *const *conf;
	const char **dirs;
	char into[] = "/tmp/dlwhy-ldcache-XXXXXX";
	struct cpu cpu;
	struct compared c = { .q = { .is64 = sizeof(void *) == 8 } };
	struct view made;
	size_t n;

	(void)state;
	if (access("/sbin/ldconfig", X_OK) != 0)
		skip();
	run_ldconfig(into);
	real = store_open(store, into);
	assert_true(real != NULL && real->err == 0);
	cpu_host(&cpu);
	c.q.machine = cpu_host_machine();
	c.q.cpu = &cpu;
	ldconf_read(s, "/etc/ld.so.conf", a, &conf, &n);
	dirs = ARENA_ARRAY(a, n + USUAL, const char *);
	memcpy(dirs, conf, n * sizeof(*dirs));
	memcpy(dirs + n, usual, sizeof(usual));
	ldcache_make(store, dirs, n + USUAL, a, &made);
	c.ours = ldcache_open(made, false, a, NULL);
	assert_non_null(c.ours);
	ldcache_each(ldcache_open(real->file->bytes, false, a, NULL), compare, &c);
	assert_true(c.n > 20);
	assert_int_equal(c.differ, 0);
	unlink(into);
	arena_free(a);
	store_free(store);
	source_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(it_leads_to_the_same_files) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
