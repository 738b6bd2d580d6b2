/* test_live_hooks.c - finding the loader's list in a process that runs. */
#include "machine/live.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>

#include "live_child.h"
#include "memory.h"

struct fixture {
	struct arena *a;
	struct source *source;
	struct store *store;
	struct child c;
	struct live l;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char *env[] = { NULL };

	f->a = arena_new(0);
	f->source = source_host(NULL);
	f->store = store_new(f->source);
	child_start(&f->c, env);
	assert_int_equal(live_open(f->c.pid, f->a, &f->l), 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	child_stop(&f->c);
	store_free(f->store);
	source_free(f->source);
	arena_free(f->a);
	free(f);
	return 0;
}

static void find_files(struct fixture *f, struct live_files *out)
{
	struct live_auxv aux;
	const struct store_entry *exe = store_open(f->store, f->l.exe), *ld;

	memset(out, 0, sizeof(*out));
	out->exe = exe->file;
	live_parse_auxv(f->l.auxv, exe->file->elf.is64, exe->file->elf.swap, &aux);
	ld = store_open(f->store, exe->file->elf.interp);
	out->ld = ld->file;
	out->ld_base = aux.base;
	out->minor = 36;
}

static void check_list(struct fixture *f, const struct live_files *files)
{
	struct live_list list;
	int err;

	assert_int_equal(live_list_of(&f->l, files, f->a, &list, &err), LIVE_OK);
	assert_true(list.n >= 3);
	assert_string_equal(list.maps[0].name, "");
	assert_true(list.names_known);
	assert_true(list.global_known);
	assert_int_equal(list.global[0], 0);
	assert_true(list.nglobal >= 3);
}

static void the_list_of_a_process_is_found(void **state)
{
	struct live_files files;

	find_files(*state, &files);
	check_list(*state, &files);
}

static void dt_debug_of_the_program_is_enough(void **state)
{
	struct live_files files;

	find_files(*state, &files);
	files.ld = NULL;
	files.ld_base = 0;
	check_list(*state, &files);
}

static void the_symbol_of_the_loader_is_enough(void **state)
{
	struct fixture *f = *state;
	struct live_files files;
	struct view none = { NULL, 0 };

	find_files(f, &files);
	f->l.auxv = none;
	check_list(f, &files);
}

static void a_process_that_ended_is_unreadable(void **state)
{
	struct fixture *f = *state;
	struct live_files files;
	struct live_list list;
	struct live gone = f->l;
	int err;

	find_files(f, &files);
	gone.pid = 0x7ffffffe;
	assert_int_equal(live_list_of(&gone, &files, f->a, &list, &err), LIVE_UNREADABLE);
	assert_int_equal(err, ENOENT);
}

static void headers_that_lie_lead_nowhere(void **state)
{
	struct memory *m = memory_new(true, false);
	struct live_memory lm = { memory_read, m, true, false };
	struct live_auxv aux = { .phdr = MEM_BASE + 0x2000, .phnum = UINT64_MAX };
	struct live_files files = { .exe = NULL };
	struct live_hooks h;

	(void)state;
	live_find_hooks(&lm, &aux, &files, &h);
	assert_int_equal(h.r_debug, 0);
	aux.phnum = 2;
	put32(m, aux.phdr, PT_DYNAMIC);
	put_word(m, aux.phdr + 16, 0x5000);
	put_word(m, aux.phdr + 40, UINT64_MAX);
	put32(m, aux.phdr + 56, PT_PHDR);
	put_word(m, aux.phdr + 56 + 16, 0x2000);
	put_word(m, MEM_BASE + 0x5000, DT_NEEDED);
	put_word(m, MEM_BASE + 0x5010, DT_DEBUG);
	put_word(m, MEM_BASE + 0x5018, 0x4711);
	live_find_hooks(&lm, &aux, &files, &h);
	assert_int_equal(h.r_debug, 0x4711);
	put_word(m, MEM_BASE + 0x5000, DT_NULL);
	live_find_hooks(&lm, &aux, &files, &h);
	assert_int_equal(h.r_debug, 0);
	free(m);
}

static void the_loader_is_known_by_what_it_exports(void **state)
{
	struct fixture *f = *state;
	struct live_files files;

	find_files(f, &files);
	assert_true(live_is_loader(files.ld));
	assert_false(live_is_loader(files.exe));
	assert_false(live_is_loader(NULL));
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_list_of_a_process_is_found),
		TEST(dt_debug_of_the_program_is_enough),
		TEST(the_symbol_of_the_loader_is_enough),
		TEST(a_process_that_ended_is_unreadable),
		cmocka_unit_test(headers_that_lie_lead_nowhere),
		TEST(the_loader_is_known_by_what_it_exports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
