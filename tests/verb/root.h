/* root.h - a session over a small system: glibc 2.36 of x86-64 and what a test puts beside it. */
#ifndef DLWHY_TESTS_VERB_ROOT_H
#define DLWHY_TESTS_VERB_ROOT_H

#include "../loader/so.h"
#include "verb/session.h"

#define LD "/lib64/ld-linux-x86-64.so.2"

static inline void put_system(struct fixture *f)
{
	static const char dirs[] = "\0/lib/\0/usr/lib/";
	struct so *ld = so_new(f);

	so_soname(ld, "ld-linux-x86-64.so.2");
	strcpy((char *)ld->b + SO_DATA, "ld.so (test) stable release version 2.36.\n");
	memcpy(ld->b + SO_DATA + 0x100, dirs, sizeof(dirs));
	so_put(f, ld, LD);
	put_lib(f, "/lib/libc.so.6", "libc.so.6", NULL);
}

/* A program that asks for that loader, and needs libc. */
static inline struct so *new_program(struct fixture *f)
{
	struct so *s = so_new(f);

	so_need(s, "libc.so.6");
	strcpy((char *)s->b + SO_DATA + 0x600, LD);
	so_phdr(s, (Elf64_Phdr){ .p_type = PT_INTERP, .p_offset = SO_DATA + 0x600,
				 .p_vaddr = SO_DATA + 0x600, .p_filesz = sizeof(LD) });
	return s;
}

/* The usual options: the root, its bare program, one thread. */
static inline struct dlwhy_options root_options(const struct fixture *f)
{
	struct dlwhy_options opt;

	dlwhy_options_init(&opt);
	opt.root = f->dir;
	opt.program = "none";
	opt.cpu = "x86-64-v2";
	opt.threads = 1;
	return opt;
}

static inline int root_setup(void **state)
{
	if (so_setup(state) != 0)
		return -1;
	put_system(*state);
	return 0;
}

#define ROOT_TEST(fn) cmocka_unit_test_setup_teardown(fn, root_setup, so_teardown)

#endif
