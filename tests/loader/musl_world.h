/* musl_world.h - the world of so.h with musl's loader in it. */
#ifndef DLWHY_TESTS_LOADER_MUSL_WORLD_H
#define DLWHY_TESTS_LOADER_MUSL_WORLD_H

#include "so.h"

#include "loader/musl.h"

#define MUSL_LD "/lib/ld-musl-x86_64.so.1"

static const char *const musl_dirs[] = { "/lib/", "/usr/local/lib/", "/usr/lib/" };

static inline void musl_new_process(struct fixture *f)
{
	f->p = process_new(&f->w, f->a, "./prog");
	f->p->program = process_add_image(f->p, IMAGE_PROGRAM, NULL, "");
	process_make_global(f->p, f->p->program);
}

static inline int musl_setup(void **state)
{
	struct fixture *f;
	struct so *libc;

	if (so_setup(state) != 0)
		return -1;
	f = *state;
	f->w.kind = LOADER_MUSL;
	f->w.ld_path = MUSL_LD;
	f->w.musl = (struct musl_install){ .found = true, .major = 1, .minor = 2, .patch = 3,
					   .version = "1.2.3", .arch = "x86_64",
					   .path_file = "/etc/ld-musl-x86_64.path",
					   .dirs = musl_dirs, .ndirs = 3 };
	libc = so_new(f);
	so_def(libc, "puts");
	so_def(libc, "open");
	so_put(f, libc, MUSL_LD);
	musl_new_process(f);
	return 0;
}

/* A library that defines `name`, with that need if it is not NULL. */
static inline const char *put_def(struct fixture *f, const char *path, const char *name,
				  const char *need)
{
	struct so *s = so_new(f);

	so_def(s, name);
	if (need != NULL)
		so_need(s, need);
	return so_put(f, s, path);
}

#define MUSL_TEST(fn) cmocka_unit_test_setup_teardown(fn, musl_setup, so_teardown)

#endif
