/* fixture.h - a world and a process made by hand, for tests of the loader's parts. */
#ifndef DLWHY_TESTS_LOADER_FIXTURE_H
#define DLWHY_TESTS_LOADER_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "loader/loader.h"
#include "loader/process.h"

struct fixture {
	char dir[64]; /* root of the world, see so.h; "": this machine */
	struct arena *a;
	struct source *source;
	struct store *store;
	struct world w;
	struct process *p;
};

static const char *const fixture_dirs[] = { "/lib/x86_64-linux-gnu/", "/usr/lib/x86_64-linux-gnu/",
					    "/lib/", "/usr/lib/" };
static const char *const fixture_subdirs[] = { "glibc-hwcaps/x86-64-v2/", "" };

static inline int fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->a = arena_new(0);
	f->source = source_host(NULL);
	f->store = store_new(f->source);
	f->w.store = f->store;
	f->w.source = f->source;
	f->w.machine = EM_X86_64;
	f->w.is64 = true;
	f->w.page = 4096;
	f->w.install.found = true;
	f->w.install.major = 2;
	f->w.install.minor = 36;
	f->w.install.dirs = fixture_dirs;
	f->w.install.ndirs = 4;
	f->w.install.lib = "lib/x86_64-linux-gnu";
	f->w.install.cache_path = "/nowhere/ld.so.cache";
	f->w.cpu.platform = "x86_64";
	f->w.subdirs = fixture_subdirs;
	f->w.nsubdirs = 2;
	f->w.tunables.tls_surplus = 1664;
	f->w.tunables.tls_optional = 512;
	f->p = process_new(&f->w, f->a, "./prog");
	f->p->program = process_add_image(f->p, IMAGE_PROGRAM, NULL, "");
	f->p->program->origin = "/opt/app/bin";
	*state = f;
	return 0;
}

static inline int fixture_teardown(void **state)
{
	struct fixture *f = *state;

	arena_free(f->a);
	store_free(f->store);
	source_free(f->source);
	free(f);
	return 0;
}

#define LOADER_TEST(fn) cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)

#endif
