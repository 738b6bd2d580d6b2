/* test_glibc_install.c - constants of glibc, read from its files. */
#include "machine/machine.h"

#include "../base/tree.h"

#include <elf.h>

#include "command.h"

enum { HEADER = 64, MAX = 65536 };

struct fixture {
	void *tree;
	struct arena *arena;
	struct source *source;
	struct store *store;
	struct glibc_install out;
};

static int setup(void **state)
{
	static const char *const dirs[] = {"lib", "lib64", "lib/x86_64-linux-gnu", "opt"};
	struct fixture *f = calloc(1, sizeof(*f));
	struct tree *t;

	if (f == NULL || tree_setup(&f->tree) != 0)
		return -1;
	t = f->tree;
	for (size_t i = 0; i < sizeof(dirs) / sizeof(*dirs); i++)
		tree_dir(t, dirs[i]);
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

/* A 64-bit file that is nothing but a header and the bytes given. */
static void write_elf(struct fixture *f, const char *name, uint16_t machine, const char *bytes,
		      size_t n)
{
	Elf64_Ehdr h = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
				    EV_CURRENT},
			.e_type = ET_DYN,
			.e_machine = machine,
			.e_version = EV_CURRENT,
			.e_ehsize = HEADER,
			.e_phentsize = sizeof(Elf64_Phdr)};
	unsigned char *file = calloc(1, HEADER + n);

	assert_non_null(file);
	memcpy(file, &h, HEADER);
	memcpy(file + HEADER, bytes, n);
	tree_bytes(f->tree, name, file, HEADER + n);
	free(file);
}

#define write_strings(f, name, literal)                                                            \
	write_elf((f), (name), EM_X86_64, literal, sizeof(literal))

static const struct glibc_install *read_install(struct fixture *f)
{
	glibc_install_read(f->store, "/lib64/ld.so", EM_X86_64, true, f->arena, &f->out);
	assert_string_equal(f->out.ld_path, "/lib64/ld.so");
	return &f->out;
}

static const char *dirs_of(struct fixture *f)
{
	const char *all = "";

	for (size_t i = 0; i < f->out.ndirs; i++)
		all = arena_printf(f->arena, "%s%s%s", all, i > 0 ? " " : "", f->out.dirs[i]);
	return all;
}

static void test_all_of_a_new_loader(void **state)
{
	struct fixture *f = *state;
	const struct glibc_install *g;

	write_strings(f, "lib64/ld.so",
		      "\0/dev/\0/lib/x86_64-linux-gnu/\0/usr/lib/x86_64-linux-gnu/\0/lib/\0/usr/lib/\0"
		      "\0lib/x86_64-linux-gnu\0/etc/ld.so.cache\0"
		      "ld.so (Debian GLIBC 2.36-9) stable release version 2.36.\n");
	g = read_install(f);
	assert_true(g->found);
	assert_false(g->is_musl);
	assert_string_equal(dirs_of(f), "/lib/x86_64-linux-gnu/ /usr/lib/x86_64-linux-gnu/ /lib/ "
					"/usr/lib/");
	assert_false(g->dirs_assumed);
	assert_string_equal(g->lib, "lib/x86_64-linux-gnu");
	assert_string_equal(g->cache_path, "/etc/ld.so.cache");
	assert_int_equal(g->major, 2);
	assert_int_equal(g->minor, 36);
	assert_string_equal(g->version, "2.36");
	assert_string_equal(g->distro, "Debian GLIBC 2.36-9");
	assert_string_equal(g->version_from, "/lib64/ld.so: banner \"release version 2.36\"");
}

static void test_upstreams_folders(void **state)
{
	struct fixture *f = *state;

	write_strings(f, "lib64/ld.so", "\1/lib64/\0/usr/lib64/\0libc.so.6\0lib64\0"
					"/lib64/\0/usr/lib64/\0");
	read_install(f);
	assert_string_equal(dirs_of(f), "/lib64/ /usr/lib64/");
	assert_string_equal(f->out.lib, "lib64");
}

static void test_a_second_copy_right_behind_is_no_part_of_the_first(void **state)
{
	struct fixture *f = *state;

	write_strings(f, "lib64/ld.so", "\0/lib64/\0/usr/lib64/\0/lib64/\0/usr/lib64/\0");
	read_install(f);
	assert_string_equal(dirs_of(f), "/lib64/ /usr/lib64/");
	assert_string_equal(f->out.lib, "lib64");
}

static void test_one_folder_of_a_prefix_of_its_own(void **state)
{
	struct fixture *f = *state;

	write_strings(f, "lib64/ld.so", "\0/store/abc-glibc-2.38/lib/\0lib\0"
					"/store/abc-glibc-2.38/etc/ld.so.cache\0"
					"ld.so (GNU libc) stable release version 2.38.\n");
	read_install(f);
	assert_string_equal(dirs_of(f), "/store/abc-glibc-2.38/lib/");
	assert_string_equal(f->out.lib, "lib");
	assert_string_equal(f->out.cache_path, "/store/abc-glibc-2.38/etc/ld.so.cache");
	assert_string_equal(f->out.distro, "GNU libc");
}

static void test_an_old_loader_has_its_version_in_the_libc_beside_it(void **state)
{
	struct fixture *f = *state;

	write_strings(f, "opt/ld.so", "\0/lib64/\0/usr/lib64/\0");
	tree_link(f->tree, "lib64/ld.so", "/opt/ld.so");
	write_strings(f, "opt/libc.so.6",
		      "GNU C Library (Debian GLIBC 2.31-13+deb11u11) stable release version 2.31.\n");
	write_strings(f, "lib64/libc.so.6", "GNU C Library stable release version 2.12, by Roland\n");
	read_install(f);
	assert_int_equal(f->out.minor, 31);
	assert_string_equal(f->out.distro, "Debian GLIBC 2.31-13+deb11u11");
	assert_string_equal(f->out.version_from, "/opt/libc.so.6: banner \"release version 2.31\"");
}

static void test_or_in_the_libc_of_a_default_folder(void **state)
{
	struct fixture *f = *state;

	write_strings(f, "opt/ld.so", "\0/lib64/\0/usr/lib64/\0");
	tree_link(f->tree, "lib64/ld.so", "/opt/ld.so");
	write_strings(f, "lib64/libc.so.6", "GNU C Library stable release version 2.12, by Roland\n");
	read_install(f);
	assert_int_equal(f->out.minor, 12);
	assert_null(f->out.distro);
}

static void test_a_libc_of_another_machine_says_nothing(void **state)
{
	static const char banner[] = "GNU C Library stable release version 2.12, by Roland\n";
	struct fixture *f = *state;

	write_strings(f, "lib64/ld.so", "\0/lib64/\0/usr/lib64/\0");
	write_elf(f, "lib64/libc.so.6", EM_AARCH64, banner, sizeof(banner));
	read_install(f);
	assert_null(f->out.version);
	assert_int_equal(f->out.major, 0);
	assert_int_equal(f->out.minor, 0);
}

static void test_the_name_of_the_file_tells_too(void **state)
{
	struct fixture *f = *state;

	write_strings(f, "opt/ld-2.28.so", "\0/lib64/\0/usr/lib64/\0");
	tree_link(f->tree, "lib64/ld.so", "../opt/ld-2.28.so");
	write_strings(f, "lib64/libc.so.6", "GNU C Library stable release version 2.12, by Roland\n");
	read_install(f);
	assert_int_equal(f->out.minor, 28);
	assert_string_equal(f->out.version, "2.28");
	assert_string_equal(f->out.version_from, "/opt/ld-2.28.so: its name");
}

static void test_a_development_version_counts_as_the_next(void **state)
{
	struct fixture *f = *state;

	write_strings(f, "lib64/ld.so", "ld.so (GNU libc) development release version 2.42.9000.\n");
	read_install(f);
	assert_int_equal(f->out.minor, 43);
	assert_string_equal(f->out.version, "2.42.9000");
}

static void test_without_a_loader_the_usual_is_assumed(void **state)
{
	struct fixture *f = *state;

	read_install(f);
	assert_false(f->out.found);
	assert_true(f->out.dirs_assumed);
	/* The tree has Debian's folder. */
	assert_string_equal(dirs_of(f), "/lib/x86_64-linux-gnu/ /usr/lib/x86_64-linux-gnu/ /lib/ "
					"/usr/lib/");
	assert_string_equal(f->out.lib, "lib/x86_64-linux-gnu");
	glibc_install_read(f->store, "/lib/ld-linux-aarch64.so.1", EM_AARCH64, true, f->arena,
			   &f->out);
	assert_string_equal(dirs_of(f), "/lib64/ /usr/lib64/");
	assert_string_equal(f->out.lib, "lib64");
	assert_string_equal(f->out.cache_path, "/etc/ld.so.cache");
}

static void test_a_text_under_the_loaders_name_is_none(void **state)
{
	struct fixture *f = *state;

	tree_file(f->tree, "lib64/ld.so", "musl libc /lib/ release version 2.36");
	read_install(f);
	assert_false(f->out.found);
	assert_false(f->out.is_musl);
	assert_true(f->out.dirs_assumed);
	assert_null(f->out.version);
}

static void test_musl_is_told_from_glibc(void **state)
{
	struct fixture *f = *state;

	write_strings(f, "lib64/ld.so", "\200=1.2.3\0\0 127.0.0.1\0/lib:/usr/local/lib:/usr/lib\0"
					"musl libc (x86_64)\nVersion %s\n");
	read_install(f);
	assert_true(f->out.found);
	assert_true(f->out.is_musl);
	assert_null(f->out.version);
	assert_int_equal(f->out.ndirs, 0);
}

static void test_nonsense_is_survived(void **state)
{
	struct fixture *f = *state;
	char *bytes = calloc(1, MAX);

	assert_non_null(bytes);
	/* a hundred folders and more, banners without numbers, strings without end */
	for (size_t i = 0; i + 32 < MAX / 2; i += 6)
		memcpy(bytes + i, "/lib/", 6);
	memcpy(bytes + MAX / 2, " release version ", 17);
	memcpy(bytes + MAX / 2 + 100, " release version 2.", 19);
	memcpy(bytes + MAX / 2 + 200, "/ld.so.cache", 13);
	memset(bytes + MAX - 20000, '/', 20000);
	memcpy(bytes + MAX - 17, " release version ", 17);
	write_elf(f, "lib64/ld.so", EM_X86_64, bytes, MAX);
	free(bytes);
	read_install(f);
	assert_true(f->out.found);
	assert_true(f->out.ndirs >= 1);
	assert_null(f->out.version);
}

static void test_where_each_machine_has_its_loader(void **state)
{
	static const struct {
		uint16_t machine;
		bool is64, big;
		uint32_t eflags;
		const char *path;
	} rows[] = {
		{EM_X86_64, true, false, 0, "/lib64/ld-linux-x86-64.so.2"},
		{EM_X86_64, false, false, 0, "/libx32/ld-linux-x32.so.2"},
		{EM_386, false, false, 0, "/lib/ld-linux.so.2"},
		{EM_AARCH64, true, false, 0, "/lib/ld-linux-aarch64.so.1"},
		{EM_AARCH64, true, true, 0, "/lib/ld-linux-aarch64_be.so.1"},
		{EM_ARM, false, false, 0x5000400, "/lib/ld-linux-armhf.so.3"},
		{EM_ARM, false, false, 0x5000200, "/lib/ld-linux.so.3"},
		{EM_PPC64, true, false, 2, "/lib64/ld64.so.2"},
		{EM_PPC64, true, false, 0, "/lib64/ld64.so.2"},
		{EM_PPC64, true, true, 1, "/lib64/ld64.so.1"},
		{EM_PPC64, true, true, 0, "/lib64/ld64.so.1"},
		{EM_S390, true, true, 0, "/lib/ld64.so.1"},
		{EM_S390, false, true, 0, "/lib/ld.so.1"},
		{EM_RISCV, true, false, 5, "/lib/ld-linux-riscv64-lp64d.so.1"},
		{EM_RISCV, true, false, 1, "/lib/ld-linux-riscv64-lp64.so.1"},
		{EM_RISCV, false, false, 5, "/lib/ld-linux-riscv32-ilp32d.so.1"},
		{EM_MIPS, true, false, 0, "/lib64/ld.so.1"},
		{EM_MIPS, false, false, 0x20, "/lib32/ld.so.1"},
		{EM_MIPS, false, false, 0x400, "/lib/ld-linux-mipsn8.so.1"},
		{EM_SPARCV9, true, true, 0, "/lib64/ld-linux.so.2"},
		{EM_IA_64, true, false, 0, "/lib/ld-linux-ia64.so.2"},
		{258, true, false, 0x43, "/lib64/ld-linux-loongarch-lp64d.so.1"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_string_equal(glibc_ld_path(rows[i].machine, rows[i].is64, rows[i].big,
						  rows[i].eflags),
				    rows[i].path);
	assert_null(glibc_ld_path(EM_AVR, false, false, 0));
}

/* "name="value"" of ld.so --list-diagnostics; NULL if it is not there. */
static const char *diagnostic(struct arena *a, const char *text, const char *name)
{
	const char *p = strstr(arena_printf(a, "\n%s", text), arena_printf(a, "\n%s=\"", name));

	if (p == NULL)
		return NULL;
	p = strchr(p, '"') + 1;
	return arena_strndup(a, p, strcspn(p, "\""));
}

/* `ld.so --list-diagnostics` (2.33 and later) prints what is compiled in. */
static void test_this_machine_is_read_as_its_loader_says(void **state)
{
	static const char path[] = "/lib64/ld-linux-x86-64.so.2";
	struct source *source = source_host(NULL);
	struct store *store = store_new(source);
	struct fixture *f = *state;
	const struct glibc_install *g = &f->out;
	const char *lib = NULL;
	char *text;
	int status = -1;

	text = command_output("/lib64/ld-linux-x86-64.so.2 --list-diagnostics 2>&1", &status);
	if (text != NULL && status == 0)
		lib = diagnostic(f->arena, text, "dl_dst_lib");
	if (lib != NULL) {
		glibc_install_read(store, path, EM_X86_64, true, f->arena, &f->out);
		assert_string_equal(g->lib, lib);
		assert_string_equal(g->version, diagnostic(f->arena, text, "version.version"));
		for (size_t i = 0; i <= g->ndirs; i++) {
			char name[32];
			const char *dir;

			(void)snprintf(name, sizeof(name), "path.system_dirs[0x%zx]", i);
			dir = diagnostic(f->arena, text, name);
			if (i == g->ndirs)
				assert_null(dir);
			else
				assert_string_equal(g->dirs[i], dir);
		}
	}
	free(text);
	store_free(store);
	source_free(source);
	if (lib == NULL)
		skip();
}

#define install_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		install_test(test_all_of_a_new_loader),
		install_test(test_upstreams_folders),
		install_test(test_a_second_copy_right_behind_is_no_part_of_the_first),
		install_test(test_one_folder_of_a_prefix_of_its_own),
		install_test(test_an_old_loader_has_its_version_in_the_libc_beside_it),
		install_test(test_or_in_the_libc_of_a_default_folder),
		install_test(test_a_libc_of_another_machine_says_nothing),
		install_test(test_the_name_of_the_file_tells_too),
		install_test(test_a_development_version_counts_as_the_next),
		install_test(test_without_a_loader_the_usual_is_assumed),
		install_test(test_a_text_under_the_loaders_name_is_none),
		install_test(test_musl_is_told_from_glibc),
		install_test(test_nonsense_is_survived),
		cmocka_unit_test(test_where_each_machine_has_its_loader),
		install_test(test_this_machine_is_read_as_its_loader_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
