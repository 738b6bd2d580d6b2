/* test_d_exec.c - programs that the kernel does not start. */
#include <errno.h>

#include "fixture.h"

/* No process: the kernel has said no. */
static const struct dlwhy_finding *refused(struct fixture *f, const char *path,
					   struct exec_result *x)
{
	f->in = (struct diagnose_input){ .target = path, .target_path = path, .is_program = true,
					 .exec = x, .store = f->store };
	return run(f);
}

static void the_loader_that_is_missing_is_named(void **state)
{
	struct fixture *f = *state;
	const char *path = put_so(f, "prog", &(struct so){ 0 });
	struct exec_result x = { .err = ENOENT, .status = 127, .interpreter = "/lib/ld-linux.so.2",
				 .message = "prog: cannot execute: required file not found" };
	const struct dlwhy_finding *d;

	x.file = store_open(f->store, path);
	d = refused(f, path, &x);
	assert_string_equal(d->code, "interpreter-missing");
	assert_string_equal(d->object, "/lib/ld-linux.so.2");
	assert_string_equal(d->needed_by, path);
	assert_contains(d->summary, "prog is there");
	assert_contains(d->summary, "32-bit x86");
	assert_int_equal(d->certainty, DLWHY_PROVED);
}

static void the_loader_of_another_c_library_is_a_mismatch(void **state)
{
	struct fixture *f = *state;
	const char *path = put_so(f, "prog", &(struct so){ 0 });
	struct exec_result x = { .err = ENOENT, .interpreter = "/lib/ld-musl-x86_64.so.1" };

	x.file = store_open(f->store, path);
	assert_string_equal(refused(f, path, &x)->detail, "libc-mismatch");
	assert_contains(f->out.findings[0]->summary, "musl");
}

static void windows_line_ends_are_seen(void **state)
{
	struct fixture *f = *state;
	const char *path = put_text(f, "run.sh", "#!/bin/sh\r\n");
	struct exec_result x = { .err = ENOENT, .interpreter = "/bin/sh\r", .nscripts = 1 };
	const struct dlwhy_finding *d;

	x.script_chain[0] = path;
	d = refused(f, path, &x);
	assert_string_equal(d->code, "interpreter-missing");
	assert_contains(d->summary, "line ends of Windows");
	assert_contains(d->summary, "\"/bin/sh\\r\"");
	assert_true(fix_has(d, "edit-file", "sed -i 's/\\r$//'"));
}

static void a_script_names_its_interpreter(void **state)
{
	struct fixture *f = *state;
	const char *path = put_text(f, "run.py", "#!/venv/bin/python3\n");
	struct exec_result x = { .err = ENOENT, .interpreter = "/venv/bin/python3", .nscripts = 1 };
	const struct dlwhy_finding *d;

	x.script_chain[0] = path;
	d = refused(f, path, &x);
	assert_string_equal(d->code, "interpreter-missing");
	assert_contains(d->summary, "run.py names /venv/bin/python3");
	assert_contains(d->fixes[0]->says, "environment");
}

static void a_missing_x_bit_is_a_permission(void **state)
{
	struct fixture *f = *state;
	struct exec_result x = { .err = EACCES, .why = "it has no permission to execute" };
	const struct dlwhy_finding *d = refused(f, put_so(f, "prog", &(struct so){ 0 }), &x);

	assert_string_equal(d->code, "permission");
	assert_true(fix_has(d, "permission", "chmod a+x"));
}

static void a_noexec_mount_is_a_permission(void **state)
{
	struct fixture *f = *state;
	struct exec_result x = { .err = EACCES, .why = "its file system is mounted noexec" };

	assert_string_equal(refused(f, put_so(f, "prog", &(struct so){ 0 }), &x)->code, "permission");
	assert_contains(f->out.findings[0]->summary, "noexec");
}

static void another_machine_is_named(void **state)
{
	struct fixture *f = *state;
	const char *path = put_so(f, "prog", &(struct so){ .machine = EM_AARCH64 });
	struct exec_result x = { .err = ENOEXEC, .why = "it is for another machine type" };

	x.file = store_open(f->store, path);
	assert_string_equal(refused(f, path, &x)->code, "wrong-arch");
	assert_contains(f->out.findings[0]->summary, "aarch64");
}

static void a_loader_of_another_machine_is_no_loader(void **state)
{
	struct fixture *f = *state;
	const char *path = put_so(f, "prog", &(struct so){ 0 });
	struct exec_result x = { .err = ELIBBAD, .interpreter = "/lib/ld-x.so", .why = "no ELF file" };

	x.file = store_open(f->store, path);
	assert_string_equal(refused(f, path, &x)->object, "/lib/ld-x.so");
	assert_string_equal(f->out.findings[0]->code, "wrong-arch");
	x.err = EIO;
	assert_string_equal(refused(f, path, &x)->code, "corrupt-file");
}

static void a_program_that_starts_has_no_finding(void **state)
{
	struct fixture *f = *state;
	struct exec_result x = { .err = 0, .is_static = true };

	assert_null(refused(f, put_so(f, "prog", &(struct so){ 0 }), &x));
	assert_int_equal(f->out.certainty, DLWHY_PROVED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DIAGNOSE_TEST(the_loader_that_is_missing_is_named),
		DIAGNOSE_TEST(the_loader_of_another_c_library_is_a_mismatch),
		DIAGNOSE_TEST(windows_line_ends_are_seen),
		DIAGNOSE_TEST(a_script_names_its_interpreter),
		DIAGNOSE_TEST(a_missing_x_bit_is_a_permission),
		DIAGNOSE_TEST(a_noexec_mount_is_a_permission),
		DIAGNOSE_TEST(another_machine_is_named),
		DIAGNOSE_TEST(a_loader_of_another_machine_is_no_loader),
		DIAGNOSE_TEST(a_program_that_starts_has_no_finding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
