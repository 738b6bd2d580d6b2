/* test_os_linux.c - the questions put to Linux. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "base/os.h"

#include "tree.h"

#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

static void stat_tells_type_size_and_identity(void **state)
{
	struct tree *t = *state;
	struct os_stat st, linked;
	struct stat real;

	tree_file(t, "f", "12345");
	tree_mode(t, "f", 04751);
	tree_link(t, "l", "f");
	assert_int_equal(os_stat(tree_path(t, "f"), true, &st), 0);
	assert_int_equal(stat(tree_path(t, "f"), &real), 0);
	assert_int_equal(st.type, OS_REGULAR);
	assert_int_equal(st.size, 5);
	assert_int_equal(st.mode, 04751);
	assert_true(st.dev == real.st_dev && st.ino == real.st_ino && st.uid == real.st_uid);
	assert_int_equal(os_stat(tree_path(t, "l"), true, &linked), 0);
	assert_true(linked.ino == st.ino);
	assert_int_equal(os_stat(tree_path(t, "l"), false, &linked), 0);
	assert_int_equal(linked.type, OS_SYMLINK);
	assert_int_equal(os_stat(t->root, true, &st), 0);
	assert_int_equal(st.type, OS_DIRECTORY);
	assert_int_equal(os_stat("/dev/null", true, &st), 0);
	assert_int_equal(st.type, OS_CHAR_DEVICE);
}

static void errors_are_those_of_the_kernel(void **state)
{
	struct tree *t = *state;
	struct os_stat st;
	int fd;

	tree_file(t, "f", "");
	tree_link(t, "loop", "loop");
	tree_link(t, "l", "f");
	assert_int_equal(os_stat(tree_path(t, "absent"), true, &st), ENOENT);
	assert_int_equal(os_stat(tree_path(t, "f/x"), true, &st), ENOTDIR);
	assert_int_equal(os_open(tree_path(t, "loop"), &fd), ELOOP);
	assert_int_equal(os_open_nofollow(tree_path(t, "l"), &fd), ELOOP);
	assert_int_equal(os_open(tree_path(t, "l"), &fd), 0);
	os_close(fd);
}

static void a_mapping_shows_the_file_and_zeros_to_the_page(void **state)
{
	struct tree *t = *state;
	struct os_mapping m;
	struct os_stat st;
	static char bytes[40001];
	int fd;

	memset(bytes, 'x', sizeof(bytes));
	for (size_t i = 0; i < 2; i++) {
		size_t n = i == 0 ? 5 : 40001;

		tree_bytes(t, "f", bytes, n);
		assert_int_equal(os_open(tree_path(t, "f"), &fd), 0);
		assert_int_equal(os_fstat(fd, &st), 0);
		assert_int_equal(os_map(fd, st.size, &m), 0);
		os_close(fd);
		assert_int_equal(m.mapped, n > 5); /* a small one is read */
		assert_int_equal(m.bytes.n, n);
		assert_true(m.padded >= n && m.padded % (size_t)os_page_size() == 0);
		assert_memory_equal(m.bytes.p, bytes, n);
		assert_int_equal(m.bytes.p[n], 0);
		assert_int_equal(m.bytes.p[m.padded - 1], 0);
		os_unmap(&m);
		assert_null(m.bytes.p);
	}
}

static void devices_are_numbered_as_stat_does(void **state)
{
	struct tree *t = *state;
	struct os_stat st;
	struct stat real;

	tree_file(t, "f", "x");
	assert_int_equal(os_stat(tree_path(t, "f"), true, &st), 0);
	assert_int_equal(stat(tree_path(t, "f"), &real), 0);
	assert_int_equal(os_device(major(real.st_dev), minor(real.st_dev)), st.dev);
}

static void an_empty_file_has_an_empty_mapping(void **state)
{
	struct tree *t = *state;
	struct os_mapping m;
	int fd;

	tree_file(t, "f", "");
	assert_int_equal(os_open(tree_path(t, "f"), &fd), 0);
	assert_int_equal(os_map(fd, 0, &m), 0);
	os_close(fd);
	assert_null(m.bytes.p);
	assert_int_equal(m.padded, 0);
	os_unmap(&m);
}

static void a_size_that_no_memory_holds_is_an_error(void **state)
{
	struct tree *t = *state;
	struct os_mapping m;
	int fd;

	tree_file(t, "f", "x");
	assert_int_equal(os_open(tree_path(t, "f"), &fd), 0);
	assert_int_equal(os_map(fd, UINT64_MAX, &m), EFBIG);
	assert_int_equal(os_map(fd, UINT64_MAX / 4, &m), ENOMEM);
	assert_null(m.bytes.p);
	os_close(fd);
}

/* A pipe has no mmap; what it holds stands for a file of a file system without it. */
static void a_file_that_cannot_be_mapped_is_read(void **state)
{
	struct os_mapping m;
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "abc", 3), 3);
	close(ends[1]);
	assert_int_equal(os_map(ends[0], 3, &m), 0);
	close(ends[0]);
	assert_false(m.mapped);
	assert_int_equal(m.bytes.n, 3);
	assert_int_equal(m.padded, os_page_size());
	assert_memory_equal(m.bytes.p, "abc", 4);
	assert_int_equal(m.bytes.p[m.padded - 1], 0);
	os_unmap(&m);
}

static void a_fifo_does_not_block(void **state)
{
	struct tree *t = *state;
	struct os_stat st;
	int fd;

	assert_int_equal(mkfifo(tree_path(t, "fifo"), 0644), 0);
	assert_int_equal(os_open(tree_path(t, "fifo"), &fd), 0);
	assert_int_equal(os_fstat(fd, &st), 0);
	assert_int_equal(st.type, OS_OTHER);
	os_close(fd);
}

/* Runs in a child, as the guard is for ever. */
static int read_what_was_cut_off(struct tree *t)
{
	size_t page = (size_t)os_page_size(), sum = 0;
	const char *path = tree_path(t, "f");
	struct os_mapping m;
	int fd;

	os_guard_mappings();
	if (os_open(path, &fd) != 0 || os_map(fd, 16 * page, &m) != 0 || os_shrank())
		return 1;
	if (m.bytes.p[15 * page] != 'x' || truncate(path, (off_t)page) != 0)
		return 2;
	for (size_t i = page; i < 16 * page; i++)
		sum += m.bytes.p[i];
	if (sum != 0 || m.bytes.p[page - 1] != 'x' || !os_shrank())
		return 3;
	os_unmap(&m);
	return 0;
}

static void a_mapped_file_that_shrinks_reads_as_zeros(void **state)
{
	struct tree *t = *state;
	size_t n = 16 * (size_t)os_page_size(); /* too large to be read */
	char *bytes = malloc(n);
	int status;
	pid_t pid;

	assert_non_null(bytes);
	memset(bytes, 'x', n);
	tree_bytes(t, "f", bytes, n);
	free(bytes);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(read_what_was_cut_off(t));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_false(os_shrank());
}

/* A SIGBUS that is sent, not caused by a load, still ends the process. */
static void the_guard_hides_no_other_bus_error(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0) {
		setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
		os_guard_mappings();
		raise(SIGBUS);
		raise(SIGBUS);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGBUS);
}

static void readlink_ends_in_nul_or_says_too_long(void **state)
{
	struct tree *t = *state;
	char buf[6];

	tree_link(t, "l", "12345");
	tree_link(t, "long", "123456");
	assert_int_equal(os_readlink(tree_path(t, "l"), buf, sizeof(buf)), 0);
	assert_string_equal(buf, "12345");
	assert_int_equal(os_readlink(tree_path(t, "long"), buf, sizeof(buf)), ENAMETOOLONG);
	assert_int_equal(os_readlink(t->root, buf, sizeof(buf)), EINVAL);
}

static void append_name(const char *name, void *ctx)
{
	strcat(ctx, name);
	strcat(ctx, " ");
}

static void list_is_in_byte_order_without_dots(void **state)
{
	static const char *const names[] = {"b", "a", ".hidden", "B", "\xc3\xa4", "a.so", "10", "9"};
	struct tree *t = *state;
	char all[200] = "";

	assert_int_equal(os_list(t->root, append_name, all), 0);
	assert_string_equal(all, "");
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		tree_file(t, names[i], "");
	assert_int_equal(os_list(t->root, append_name, all), 0);
	assert_string_equal(all, ".hidden 10 9 B a a.so b \xc3\xa4 ");
	assert_int_equal(os_list(tree_path(t, "a"), append_name, all), ENOTDIR);
	assert_int_equal(os_list(tree_path(t, "absent"), append_name, all), ENOENT);
}

static void append_type(const char *name, enum os_type type, void *ctx)
{
	char *one = (char *)ctx + 8 * (name[0] - 'a');

	snprintf(one, 8, "%s%s", name, type == OS_REGULAR ? "-" : type == OS_DIRECTORY ? "/" : "?");
}

static void list_says_what_a_folder_says(void **state)
{
	struct tree *t = *state;
	char all[4][8] = { "" };

	tree_file(t, "a", "");
	tree_dir(t, "b");
	tree_link(t, "c", "a");
	assert_int_equal(os_list_types(t->root, append_type, all), 0);
	assert_string_equal(all[0], "a-");
	assert_string_equal(all[1], "b/");
	assert_string_equal(all[2], "c?");
	assert_string_equal(all[3], "");
	assert_int_equal(os_list_types(tree_path(t, "a"), append_type, all), ENOTDIR);
	assert_int_equal(os_list_types(tree_path(t, "absent"), append_type, all), ENOENT);
}

static void read_all_takes_files_of_unknown_size(void **state)
{
	char *text;
	size_t n;

	(void)state;
	assert_int_equal(os_read_all("/proc/self/status", 1 << 20, &text, &n), 0);
	assert_int_equal(strlen(text), n);
	assert_non_null(strstr(text, "\nPid:"));
	free(text);
	assert_int_equal(os_read_all("/dev/zero", 100000, &text, &n), EFBIG);
	assert_null(text);
}

static void read_all_stops_exactly_above_the_limit(void **state)
{
	struct tree *t = *state;
	char bytes[9000], *text;
	size_t n;

	memset(bytes, 'y', sizeof(bytes));
	tree_bytes(t, "f", bytes, sizeof(bytes));
	assert_int_equal(os_read_all(tree_path(t, "f"), sizeof(bytes), &text, &n), 0);
	assert_int_equal(n, sizeof(bytes));
	assert_memory_equal(text, bytes, n);
	assert_int_equal(text[n], 0);
	free(text);
	assert_int_equal(os_read_all(tree_path(t, "f"), sizeof(bytes) - 1, &text, &n), EFBIG);
	assert_int_equal(os_read_all(tree_path(t, "absent"), 10, &text, &n), ENOENT);
	tree_file(t, "empty", "");
	assert_int_equal(os_read_all(tree_path(t, "empty"), 0, &text, &n), 0);
	assert_string_equal(text, "");
	free(text);
}

static void an_absent_attribute_is_an_error(void **state)
{
	struct tree *t = *state;
	char buf[16];
	size_t n = 1;
	int err;

	tree_file(t, "f", "");
	err = os_xattr(tree_path(t, "f"), "security.capability", buf, sizeof(buf), &n);
	assert_true(err == ENODATA || err == ENOTSUP);
	assert_int_equal(n, 0);
	assert_int_equal(os_xattr(tree_path(t, "absent"), "user.x", buf, sizeof(buf), &n), ENOENT);
}

/* The mount options that the kernel lists for /proc itself are the other witness. */
static void mount_flags_are_those_of_the_mount(void **state)
{
	bool noexec, nosuid;
	char *mounts, *line, *end;
	size_t n;

	(void)state;
	assert_int_equal(os_read_all("/proc/self/mounts", 1 << 20, &mounts, &n), 0);
	line = strstr(mounts, " /proc proc ");
	if (line == NULL) {
		free(mounts);
		skip();
	}
	end = strchr(line, '\n');
	assert_non_null(end);
	*end = '\0';
	assert_int_equal(os_mount_flags("/proc", &noexec, &nosuid), 0);
	assert_int_equal(noexec, strstr(line, "noexec") != NULL);
	assert_int_equal(nosuid, strstr(line, "nosuid") != NULL);
	free(mounts);
	assert_int_equal(os_mount_flags("/absent/folder", &noexec, &nosuid), ENOENT);
}

/* Runs in a child that gives up all processors but one. */
static void processors_are_those_this_process_may_use(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	assert_true(os_processors() >= 1);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		cpu_set_t set;
		int cpu = sched_getcpu();

		CPU_ZERO(&set);
		CPU_SET((size_t)cpu, &set);
		_exit(cpu < 0 || sched_setaffinity(0, sizeof(set), &set) != 0 ? 2
									      : os_processors() != 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void the_machine_describes_itself(void **state)
{
	char *cwd = os_getcwd(), *release = os_kernel_release();

	(void)state;
	assert_int_equal(cwd[0], '/');
	assert_true(release[0] >= '0' && release[0] <= '9');
	assert_true(os_total_memory() > 1 << 20);
	assert_true(os_total_memory() >= (uint64_t)sysconf(_SC_PHYS_PAGES) *
						 (uint64_t)os_page_size() / 2);
	assert_int_equal(os_euid(), geteuid());
	assert_ptr_equal(os_environ(), environ);
	free(cwd);
	free(release);
}

static void memory_is_zero_and_can_be_given_back(void **state)
{
	size_t page = (size_t)os_page_size(), n = 3 * page + 5;
	struct os_mapping m;
	unsigned char *p;

	(void)state;
	assert_int_equal(os_map_memory(n, &m), 0);
	assert_int_equal(m.bytes.n, n);
	assert_int_equal(m.padded, 4 * page);
	p = (unsigned char *)(uintptr_t)m.bytes.p;
	memset(p, 1, n);
	os_give_back(p + 1, 2 * page); /* one whole page lies in it */
	assert_int_equal(p[page - 1], 1);
	assert_int_equal(p[page], 0);
	assert_int_equal(p[2 * page - 1], 0);
	assert_int_equal(p[2 * page], 1);
	assert_int_equal(p[n], 0);
	os_unmap(&m);
	assert_int_equal(os_map_memory(0, &m), 0);
	assert_null(m.bytes.p);
	assert_int_equal(os_map_memory(UINT64_MAX, &m), EFBIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zero_and_can_be_given_back),
		tree_test(stat_tells_type_size_and_identity),
		tree_test(errors_are_those_of_the_kernel),
		tree_test(a_mapping_shows_the_file_and_zeros_to_the_page),
		tree_test(devices_are_numbered_as_stat_does),
		tree_test(an_empty_file_has_an_empty_mapping),
		tree_test(a_size_that_no_memory_holds_is_an_error),
		cmocka_unit_test(a_file_that_cannot_be_mapped_is_read),
		tree_test(a_fifo_does_not_block),
		tree_test(a_mapped_file_that_shrinks_reads_as_zeros),
		cmocka_unit_test(the_guard_hides_no_other_bus_error),
		tree_test(readlink_ends_in_nul_or_says_too_long),
		tree_test(list_is_in_byte_order_without_dots),
		tree_test(list_says_what_a_folder_says),
		cmocka_unit_test(read_all_takes_files_of_unknown_size),
		tree_test(read_all_stops_exactly_above_the_limit),
		tree_test(an_absent_attribute_is_an_error),
		cmocka_unit_test(mount_flags_are_those_of_the_mount),
		cmocka_unit_test(processors_are_those_this_process_may_use),
		cmocka_unit_test(the_machine_describes_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
