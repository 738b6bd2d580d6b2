/* made.h - interpreters made by hand in a root: programs that hold the strings that are looked for. */
#ifndef DLWHY_TESTS_PYTHON_MADE_H
#define DLWHY_TESTS_PYTHON_MADE_H

#include "../loader/so.h"
#include "python/find.h"

#define LD "/lib64/ld-linux-x86-64.so.2"

/* A program with these strings in its read-only data; the list ends with NULL. */
static inline struct so *made_program(struct fixture *f, const char *const *strings)
{
	struct so *s = so_new(f);
	size_t at = SO_DATA + 0x40;

	s->ph[PH_LOAD].p_flags = PF_R;
	strcpy((char *)s->b + SO_DATA + 0x700, LD);
	so_phdr(s, (Elf64_Phdr){ .p_type = PT_INTERP, .p_offset = SO_DATA + 0x700,
				 .p_vaddr = SO_DATA + 0x700, .p_filesz = sizeof(LD) });
	for (; *strings != NULL; strings++) {
		size_t n = strlen(*strings) + 1;

		assert_true(at + n < SO_DATA + 0x600);
		memcpy(s->b + at, *strings, n);
		at += n;
	}
	return s;
}

#define STRINGS(...) (const char *const[]){ __VA_ARGS__, NULL }
#define CPYTHON_311                                                                                \
	"cpython-311", ".cpython-311-x86_64-linux-gnu.so", ".abi3.so", "3.11.7", "May  9 2026",    \
		"07:35:25", "[GCC 12.2.0]"

static inline void put_python(struct fixture *f, const char *path, const char *const *strings)
{
	so_put(f, made_program(f, strings), path);
}

/* The landmarks of a standard library: DIR/os.py, DIR/site.py, DIR/lib-dynload. */
static inline void put_stdlib(struct fixture *f, const char *dir)
{
	put_text(f, arena_printf(f->a, "%s/os.py", dir), "");
	put_text(f, arena_printf(f->a, "%s/site.py", dir), "");
	put_text(f, arena_printf(f->a, "%s/lib-dynload/x.so", dir), "");
}

static inline void put_dir(struct fixture *f, const char *dir)
{
	put_text(f, arena_printf(f->a, "%s/.keep", dir), "");
}

static inline struct py_ask made_ask(struct fixture *f, const char *python)
{
	static const char *const environ[] = { "PATH=/usr/bin", "HOME=/home/me", NULL };

	return (struct py_ask){ .source = f->source, .store = f->store, .python = python,
				.environ = environ, .cwd = "/" };
}

static inline struct py_home *made_home_as(struct fixture *f, const struct py_ask *ask)
{
	struct py_home *h = ARENA_NEW(f->a, struct py_home);
	struct dlwhy_error err;

	assert_int_equal(py_home_open(ask, f->a, h, &err), DLWHY_OK);
	return h;
}

static inline struct py_home *made_home(struct fixture *f, const char *python)
{
	struct py_ask ask = made_ask(f, python);

	return made_home_as(f, &ask);
}

/* "a:b:c" */
static inline const char *joined(struct fixture *f, const struct py_strings *v)
{
	const char *s = "";

	for (size_t i = 0; i < v->n; i++)
		s = arena_printf(f->a, "%s%s%s", s, i > 0 ? ":" : "", v->items[i]);
	return s;
}

static inline const char *sys_path(struct fixture *f, const struct py_home *h)
{
	struct py_strings v = { 0 };

	for (size_t i = 0; i < h->path.n; i++)
		*ARENA_PUSH(f->a, &v) = h->path.items[i].dir;
	return joined(f, &v);
}

#define MADE_TEST(fn) cmocka_unit_test_setup_teardown(fn, so_setup, so_teardown)

#endif
