/* test_exec.c - what execve and a shell make of starting a file. */
#include <errno.h>

#include "so.h"

#define INTERP "/lib64/ld.so"

static struct exec_result start(struct fixture *f, const char *path)
{
	struct exec_result x;

	exec_simulate(f->store, path, f->a, &x);
	return x;
}

static void refused(struct fixture *f, const char *path, int status, const char *words)
{
	struct exec_result x = start(f, path);

	assert_int_not_equal(x.err, 0);
	assert_int_equal(x.status, status);
	assert_string_equal(x.message, arena_printf(f->a, "%s: %s", path, words));
	assert_non_null(x.why);
}

/* A program of this machine with that interpreter, NULL: static. */
static struct so *program(struct fixture *f, const char *interp)
{
	struct so *s = so_new(f);

	s->eh.e_machine = cpu_host_machine();
	if (interp != NULL) {
		strcpy((char *)s->b + SO_DATA, interp);
		so_phdr(s, (Elf64_Phdr){ .p_type = PT_INTERP, .p_offset = SO_DATA,
					 .p_vaddr = SO_DATA, .p_filesz = strlen(interp) + 1 });
	}
	return s;
}

static void put_loader(struct fixture *f)
{
	so_put(f, program(f, NULL), INTERP);
}

static void set_mode(struct fixture *f, const char *path, mode_t mode)
{
	assert_int_equal(chmod(arena_printf(f->a, "%s%s", f->dir, path), mode), 0);
}

/* ---- ELF ---------------------------------------------------------------------------------------- */

static void a_program_with_its_loader_starts(void **state)
{
	struct fixture *f = *state;
	struct exec_result x;

	put_loader(f);
	so_put(f, program(f, INTERP), "/bin/prog");
	x = start(f, "/bin/prog");
	assert_int_equal(x.err, 0);
	assert_string_equal(x.interpreter, INTERP);
	assert_false(x.is_static);
	assert_string_equal(x.file->path, "/bin/prog");
}

static void a_program_without_pt_interp_is_static(void **state)
{
	struct fixture *f = *state;
	struct exec_result x;

	so_put(f, program(f, NULL), "/bin/prog");
	x = start(f, "/bin/prog");
	assert_int_equal(x.err, 0);
	assert_true(x.is_static);
}

static void a_missing_loader_is_a_required_file(void **state)
{
	struct fixture *f = *state;

	so_put(f, program(f, "/nowhere/ld.so"), "/bin/prog");
	refused(f, "/bin/prog", 127, "cannot execute: required file not found");
	assert_int_equal(start(f, "/bin/prog").err, ENOENT);
}

static void a_loader_that_may_not_be_executed_is_denied(void **state)
{
	struct fixture *f = *state;

	put_loader(f);
	set_mode(f, INTERP, 0644);
	so_put(f, program(f, INTERP), "/bin/prog");
	refused(f, "/bin/prog", 126, "Permission denied");
}

static void a_folder_is_no_loader(void **state)
{
	struct fixture *f = *state;

	put_text(f, "/lib64/ld.so/README", "");
	so_put(f, program(f, INTERP), "/bin/prog");
	refused(f, "/bin/prog", 126, "Permission denied");
}

static void a_loader_shorter_than_a_header_is_an_input_error(void **state)
{
	struct fixture *f = *state;

	put_text(f, INTERP, "\177ELF");
	so_put(f, program(f, INTERP), "/bin/prog");
	refused(f, "/bin/prog", 126, "Input/output error");
	assert_int_equal(start(f, "/bin/prog").err, EIO);
}

static void a_loader_of_another_machine_is_a_corrupted_library(void **state)
{
	struct fixture *f = *state;
	struct so *s = program(f, NULL);

	s->eh.e_machine = EM_68K;
	so_put(f, s, INTERP);
	so_put(f, program(f, INTERP), "/bin/prog");
	refused(f, "/bin/prog", 126, "Accessing a corrupted shared library");
	assert_int_equal(start(f, "/bin/prog").err, ELIBBAD);
}

static void a_text_file_as_loader_is_a_corrupted_library(void **state)
{
	struct fixture *f = *state;

	put_text(f, INTERP, "a text that is long enough to be read as the header of an ELF file....");
	so_put(f, program(f, INTERP), "/bin/prog");
	refused(f, "/bin/prog", 126, "Accessing a corrupted shared library");
}

static void a_program_of_another_machine_has_a_bad_format(void **state)
{
	struct fixture *f = *state;
	struct so *s = program(f, NULL);

	s->eh.e_machine = EM_68K;
	so_put(f, s, "/bin/prog");
	refused(f, "/bin/prog", 126, "cannot execute binary file: Exec format error");
}

static void an_object_file_has_a_bad_format(void **state)
{
	struct fixture *f = *state;
	struct so *s = program(f, NULL);

	s->eh.e_type = ET_REL;
	so_put(f, s, "/bin/prog");
	refused(f, "/bin/prog", 126, "cannot execute binary file: Exec format error");
}

static void damaged_program_headers_have_a_bad_format(void **state)
{
	struct fixture *f = *state;
	struct so *far = program(f, NULL), *size = program(f, NULL), *none = program(f, NULL);

	far->eh.e_phoff = SO_SIZE;
	so_put(f, far, "/bin/far");
	size->eh.e_phentsize = 32;
	so_put(f, size, "/bin/size");
	none->eh.e_phnum = 0;
	so_put(f, none, "/bin/none");
	refused(f, "/bin/far", 126, "cannot execute binary file: Exec format error");
	refused(f, "/bin/size", 126, "cannot execute binary file: Exec format error");
	refused(f, "/bin/none", 126, "cannot execute binary file: Exec format error");
}

static void a_loader_name_without_its_nul_has_a_bad_format(void **state)
{
	struct fixture *f = *state;
	struct so *s = program(f, INTERP);

	s->ph[PH_MORE].p_filesz--;
	so_put(f, s, "/bin/prog");
	refused(f, "/bin/prog", 126, "cannot execute binary file: Exec format error");
}

/* ---- scripts ------------------------------------------------------------------------------------ */

static void a_script_is_followed_to_its_interpreter(void **state)
{
	struct fixture *f = *state;
	struct exec_result x;

	so_put(f, program(f, NULL), "/bin/interp");
	put_text(f, "/bin/script", "#! /bin/interp -x\nwords\n");
	x = start(f, "/bin/script");
	assert_int_equal(x.err, 0);
	assert_string_equal(x.file->path, "/bin/interp");
	assert_int_equal(x.nscripts, 1);
	assert_string_equal(x.script_chain[0], "/bin/script");
}

static void a_carriage_return_belongs_to_the_interpreters_name(void **state)
{
	struct fixture *f = *state;
	struct exec_result x;

	so_put(f, program(f, NULL), "/bin/interp");
	put_text(f, "/bin/script", "#!/bin/interp\r\nwords\r\n");
	refused(f, "/bin/script", 127, "cannot execute: required file not found");
	x = start(f, "/bin/script");
	assert_string_equal(x.interpreter, "/bin/interp\r");
}

static void a_line_without_a_name_has_a_bad_format(void **state)
{
	struct fixture *f = *state;

	put_text(f, "/bin/script", "#! \t\nwords\n");
	refused(f, "/bin/script", 126, "cannot execute binary file: Exec format error");
}

static void scripts_of_scripts_end_at_a_limit(void **state)
{
	struct fixture *f = *state;

	so_put(f, program(f, NULL), "/bin/s0");
	for (int i = 1; i <= 6; i++)
		put_text(f, arena_printf(f->a, "/bin/s%d", i),
			 arena_printf(f->a, "#!/bin/s%d\n", i - 1));
	assert_int_equal(start(f, "/bin/s5").err, 0);
	assert_int_equal(start(f, "/bin/s6").err, ELOOP);
	refused(f, "/bin/s6", 126,
		"/bin/s5: bad interpreter: Too many levels of symbolic links");
}

static void a_script_that_is_its_own_interpreter_ends(void **state)
{
	struct fixture *f = *state;

	put_text(f, "/bin/script", "#!/bin/script\n");
	assert_int_equal(start(f, "/bin/script").err, ELOOP);
}

static void an_interpreter_that_may_not_be_executed_is_named(void **state)
{
	struct fixture *f = *state;

	put_bytes(f, "/bin/interp", "words", 5, 0644);
	put_text(f, "/bin/inner", "#!/bin/interp\n");
	put_text(f, "/bin/script", "#!/bin/inner\n");
	put_text(f, "/bin/folder", "#!/bin\n");
	refused(f, "/bin/inner", 126, "/bin/interp: bad interpreter: Permission denied");
	refused(f, "/bin/script", 126, "/bin/inner: bad interpreter: Permission denied");
	refused(f, "/bin/folder", 126, "/bin: bad interpreter: Permission denied");
}

static void a_script_needs_the_permission_to_execute(void **state)
{
	struct fixture *f = *state;

	so_put(f, program(f, NULL), "/bin/interp");
	put_bytes(f, "/bin/script", "#!/bin/interp\n", 14, 0644);
	refused(f, "/bin/script", 126, "Permission denied");
}

/* ---- other files -------------------------------------------------------------------------------- */

static void what_is_not_there_is_not_found(void **state)
{
	struct fixture *f = *state;

	refused(f, "/bin/none", 127, "No such file or directory");
}

static void folders_empty_files_and_texts_are_no_programs(void **state)
{
	struct fixture *f = *state;

	put_text(f, "/bin/folder/README", "");
	put_text(f, "/bin/empty", "");
	put_text(f, "/bin/text", "words\n");
	refused(f, "/bin/folder", 126, "Is a directory");
	refused(f, "/bin/empty", 126, "cannot execute binary file: Exec format error");
	refused(f, "/bin/text", 126, "cannot execute binary file: Exec format error");
}

/* ---- secure programs ------------------------------------------------------------------------------ */

static const char *secure(struct fixture *f, const char *path)
{
	return exec_secure(f->store, entry(f, path), f->a);
}

static void set_id_bits_of_the_same_user_are_nothing_special(void **state)
{
	struct fixture *f = *state;

	so_put(f, program(f, NULL), "/bin/prog");
	set_mode(f, "/bin/prog", 04755);
	assert_null(secure(f, "/bin/prog"));
}

/* The bits as if the file belonged to somebody else: a test may not be able to give files away. */
static void set_id_bits_of_another_user_are_secure(void **state)
{
	struct fixture *f = *state;
	struct store_entry en = { .path = "/bin/prog" };
	struct store_file file = { .st = { .mode = 04755, .uid = os_euid() + 1,
					   .gid = os_egid() + 1 } };

	en.file = &file;
	assert_contains(exec_secure(f->store, &en, f->a), "set-user-ID");
	file.st.mode = 02755;
	assert_contains(exec_secure(f->store, &en, f->a), "set-group-ID");
	file.st.mode = 02745; /* without x for the group the bit means something else */
	assert_null(exec_secure(f->store, &en, f->a));
}

static void a_mount_without_set_id_makes_nothing_secure(void **state)
{
	struct fixture *f = *state;
	struct store_file file = { .st = { .mode = 06755, .uid = os_euid() + 1 },
				   .nosuid = true };
	struct store_entry en = { .path = "/bin/prog", .file = &file };

	assert_null(exec_secure(f->store, &en, f->a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SO_TEST(a_program_with_its_loader_starts),
		SO_TEST(a_program_without_pt_interp_is_static),
		SO_TEST(a_missing_loader_is_a_required_file),
		SO_TEST(a_loader_that_may_not_be_executed_is_denied),
		SO_TEST(a_folder_is_no_loader),
		SO_TEST(a_loader_shorter_than_a_header_is_an_input_error),
		SO_TEST(a_loader_of_another_machine_is_a_corrupted_library),
		SO_TEST(a_text_file_as_loader_is_a_corrupted_library),
		SO_TEST(a_program_of_another_machine_has_a_bad_format),
		SO_TEST(an_object_file_has_a_bad_format),
		SO_TEST(damaged_program_headers_have_a_bad_format),
		SO_TEST(a_loader_name_without_its_nul_has_a_bad_format),
		SO_TEST(a_script_is_followed_to_its_interpreter),
		SO_TEST(a_carriage_return_belongs_to_the_interpreters_name),
		SO_TEST(a_line_without_a_name_has_a_bad_format),
		SO_TEST(scripts_of_scripts_end_at_a_limit),
		SO_TEST(a_script_that_is_its_own_interpreter_ends),
		SO_TEST(an_interpreter_that_may_not_be_executed_is_named),
		SO_TEST(a_script_needs_the_permission_to_execute),
		SO_TEST(what_is_not_there_is_not_found),
		SO_TEST(folders_empty_files_and_texts_are_no_programs),
		SO_TEST(set_id_bits_of_the_same_user_are_nothing_special),
		SO_TEST(set_id_bits_of_another_user_are_secure),
		SO_TEST(a_mount_without_set_id_makes_nothing_secure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
