/* test_musl_install.c - constants of musl, read from its file. */
#include "machine/machine.h"

#include "../base/tree.h"

#include <elf.h>

struct fixture {
	void *tree;
	struct arena *arena;
	struct source *source;
	struct store *store;
	struct musl_install out;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct tree *t;

	if (f == NULL || tree_setup(&f->tree) != 0)
		return -1;
	t = f->tree;
	tree_dir(t, "lib");
	tree_dir(t, "usr");
	tree_dir(t, "usr/lib");
	f->arena = arena_new(0);
	f->source = source_root(t->root, NULL);
	f->store = f->source != NULL ? store_new(f->source) : NULL;
	*state = f;
	return f->arena == NULL || f->store == NULL;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	int err;

	store_free(f->store);
	source_free(f->source);
	arena_free(f->arena);
	err = tree_teardown(&f->tree);
	free(f);
	return err;
}

/* A header and these bytes. */
static void read_from(struct fixture *f, const char *path, const char *bytes, size_t n)
{
	Elf64_Ehdr h = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
				    EV_CURRENT},
			.e_type = ET_DYN,
			.e_machine = EM_X86_64,
			.e_version = EV_CURRENT};
	char file[1024] = {0};

	memcpy(file, &h, sizeof(h));
	memcpy(file + sizeof(h), bytes, n);
	tree_bytes(f->tree, path + 1, file, sizeof(h) + n);
	musl_install_read(f->store, path, f->arena, &f->out);
}

#define READ(f, path, bytes) read_from(f, path, "\0" bytes, sizeof("\0" bytes))

static void test_all_is_read_from_the_file(void **state)
{
	struct fixture *f = *state;

	READ(f, "/lib/ld.so", "\200=1.2.3\0 127.0.0.1\0/lib:/usr/local/lib:/usr/lib\0"
			      "%.*s/etc/ld-musl-x86_64.path\0musl libc (x86_64)\n");
	assert_true(f->out.found);
	assert_string_equal(f->out.version, "1.2.3");
	assert_int_equal(f->out.major * 100 + f->out.minor * 10 + f->out.patch, 123);
	assert_string_equal(f->out.arch, "x86_64");
	assert_string_equal(f->out.path_file, "/etc/ld-musl-x86_64.path");
	assert_int_equal(f->out.ndirs, 3);
	assert_string_equal(f->out.dirs[1], "/usr/local/lib/");
	assert_false(f->out.dirs_assumed);
	assert_non_null(strstr(f->out.version_from, "/lib/ld.so"));
}

static void test_a_build_from_git_has_its_release(void **state)
{
	struct fixture *f = *state;

	READ(f, "/lib/ld.so", "1.2.5-git-7-gabcdef\0musl libc");
	assert_string_equal(f->out.version, "1.2.5");
}

static void test_other_numbers_are_no_version(void **state)
{
	struct fixture *f = *state;

	READ(f, "/lib/ld.so", "127.0.0.1\0 1.2\0 2.3.4\0 1.2.3x\0 11.2.3.4\0");
	assert_null(f->out.version);
	assert_int_equal(f->out.major, 0);
}

static void test_the_path_file_lies_two_levels_above_the_loader(void **state)
{
	struct fixture *f = *state;

	READ(f, "/usr/lib/ld-musl-aarch64.so.1", "musl libc");
	assert_string_equal(f->out.path_file, "/usr/etc/ld-musl-aarch64.path");
}

static void test_what_is_not_there_is_assumed(void **state)
{
	struct fixture *f = *state;

	musl_install_read(f->store, "/lib/ld-musl-i386.so.1", f->arena, &f->out);
	assert_false(f->out.found);
	assert_true(f->out.dirs_assumed);
	assert_string_equal(f->out.arch, "i386");
	musl_install_read(f->store, "loader", f->arena, &f->out);
	assert_string_equal(f->out.path_file, "/etc/ld-musl-unknown.path");
}

static void test_each_machine_has_a_loader(void **state)
{
	struct fixture *f = *state;
	struct arena *a = f->arena;

	assert_string_equal(musl_ld_path(EM_X86_64, true, false, 0, a), "/lib/ld-musl-x86_64.so.1");
	assert_string_equal(musl_ld_path(EM_X86_64, false, false, 0, a), "/lib/ld-musl-x32.so.1");
	assert_string_equal(musl_ld_path(EM_ARM, false, false, 0x400, a), "/lib/ld-musl-armhf.so.1");
	assert_string_equal(musl_ld_path(EM_RISCV, true, false, 4, a), "/lib/ld-musl-riscv64.so.1");
	assert_string_equal(musl_ld_path(EM_RISCV, true, false, 0, a), "/lib/ld-musl-riscv64-sf.so.1");
	assert_string_equal(musl_ld_path(EM_PPC64, true, false, 2, a),
			    "/lib/ld-musl-powerpc64le.so.1");
	assert_string_equal(musl_ld_path(EM_S390, true, true, 0, a), "/lib/ld-musl-s390x.so.1");
	assert_null(musl_ld_path(EM_SPARC, false, true, 0, a));
}

#define install_test(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		install_test(test_all_is_read_from_the_file),
		install_test(test_a_build_from_git_has_its_release),
		install_test(test_other_numbers_are_no_version),
		install_test(test_the_path_file_lies_two_levels_above_the_loader),
		install_test(test_what_is_not_there_is_assumed),
		install_test(test_each_machine_has_a_loader),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
