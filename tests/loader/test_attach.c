/* test_attach.c - a process from its link maps. */
#include "live.h"

static struct process *attach(struct fixture *f, struct live_fixture *lf)
{
	return f->p = loader_attach(&f->w, f->a, &lf->l, &lf->list, NULL);
}

static void what_the_list_says_is_there(void **state)
{
	struct fixture *f = *state;
	struct process *p = attach(f, live_started(f));

	assert_int_equal(p->images.n, 3);
	assert_ptr_equal(p->program, p->images.items[0]);
	assert_string_equal(p->program->origin, "/opt/app/bin");
	assert_ptr_equal(p->loader, p->images.items[1]);
	assert_int_equal(p->loader->kind, IMAGE_LOADER);
	assert_int_equal(p->images.items[2]->kind, IMAGE_LIBRARY);
	assert_true(p->images.items[2]->relocated);
	assert_true(p->images.items[2]->is_host);
	assert_true(p->images.items[2]->global);
	assert_int_equal(p->global.n, 3);
	assert_int_equal(p->program->nneeded, 1);
	assert_null(p->trace.assumes);
	assert_false(p->images.items[2]->later);
	assert_true(p->cache_read); /* libc lies in a default folder */
}

static void an_image_answers_to_all_its_names(void **state)
{
	static const char *const names[] = { "/opt/liba.so", "asked" };
	struct fixture *f = *state;
	struct live_fixture *lf = live_started(f);
	struct live_map *m;
	bool by_soname;

	put_lib(f, "/opt/liba.so", "liba.so.1", NULL);
	m = live_add(f, lf, "/opt/liba.so", "/opt/liba.so", 0);
	m->names = names;
	m->nnames = 2;
	attach(f, lf);
	assert_non_null(process_find(f->p, "asked", &by_soname));
	assert_false(by_soname);
	assert_non_null(process_find(f->p, "liba.so.1", &by_soname));
	assert_true(by_soname);
	assert_true(f->p->images.items[3]->later);
	assert_false(f->p->images.items[3]->global);
}

static void what_is_loaded_is_not_searched_for(void **state)
{
	struct fixture *f = *state;
	struct live_fixture *lf = live_started(f);
	const struct image *im;

	put_lib(f, "/opt/liba.so", "liba.so.1", NULL);
	put_lib(f, "/opt/libb.so", NULL, NEEDS("liba.so.1", "libc.so.6"));
	live_add(f, lf, "/opt/liba.so", "/opt/liba.so", 0);
	attach(f, lf);
	im = loader_open(f->p, "/opt/libb.so", 0);
	assert_non_null(im);
	assert_int_equal(im->nneeded, 2);
	assert_ptr_equal(im->needed[0], f->p->images.items[3]);
}

static void a_symbol_of_a_local_library_is_out_of_reach(void **state)
{
	static const uint32_t all[] = { 0, 1, 2, 3 };
	struct fixture *f = *state;

	for (int global = 0; global < 2; global++) {
		struct live_fixture *lf = live_new(f);
		struct so *gives = so_new(f), *takes = so_new(f);

		if (global == 0) {
			lf = live_started(f);
			so_def(gives, "given");
			so_put(f, gives, "/opt/libgives.so");
			so_rela(takes, R_X86_64_GLOB_DAT, so_undef(takes, "given"));
			so_put(f, takes, "/opt/libtakes.so");
		} else {
			live_add(f, lf, "/opt/app/bin/prog", "", 0);
			live_add(f, lf, "/lib64/ld.so", "/lib64/ld.so", 0);
			live_add(f, lf, "/lib/libc.so.6", "/lib/libc.so.6", 0);
			lf->list.global = all;
			lf->list.nglobal = 4;
			lf->list.global_known = true;
		}
		live_add(f, lf, "/opt/libgives.so", "/opt/libgives.so", 0);
		attach(f, lf);
		assert_int_equal(loader_open(f->p, "/opt/libtakes.so", 0) != NULL, global);
	}
}

static void a_library_that_was_opened_keeps_its_list(void **state)
{
	static const uint32_t own[] = { 3, 2 };
	struct fixture *f = *state;
	struct live_fixture *lf = live_started(f);
	struct live_map *m;

	put_lib(f, "/opt/liba.so", NULL, NEEDS("libgone.so"));
	m = live_add(f, lf, "/opt/liba.so", "/opt/liba.so", 0);
	m->opened = true;
	m->list = own;
	m->nlist = 2;
	attach(f, lf);
	/* It is there: what its file asks for today is not looked at. */
	assert_ptr_equal(loader_open(f->p, "/opt/liba.so", OPEN_GLOBAL), f->p->images.items[3]);
	assert_true(f->p->images.items[3]->global);
}

static void without_the_global_scope_the_start_is_taken(void **state)
{
	struct fixture *f = *state;
	struct live_fixture *lf = live_started(f);

	put_lib(f, "/opt/liba.so", NULL, NULL);
	live_add(f, lf, "/opt/liba.so", "/opt/liba.so", 0);
	lf->list.global_known = false;
	attach(f, lf);
	assert_int_equal(f->p->global.n, 3);
	assert_contains(f->p->trace.assumes, "RTLD_GLOBAL");
}

/* ---- files ---------------------------------------------------------------------------------------- */

static void a_file_of_another_number_was_replaced(void **state)
{
	struct fixture *f = *state;
	struct live_fixture *lf = live_started(f);

	put_lib(f, "/opt/liba.so", NULL, NULL);
	live_add(f, lf, "/opt/liba.so", "/opt/liba.so", 4711);
	attach(f, lf);
	assert_int_equal(f->p->images.items[3]->disk, DISK_REPLACED);
	assert_non_null(f->p->images.items[3]->file);
	assert_contains(f->p->trace.assumes, "/opt/liba.so on disk, which was replaced");
}

static void a_file_that_is_gone_was_deleted(void **state)
{
	struct fixture *f = *state;
	struct live_fixture *lf = live_started(f);

	put_lib(f, "/opt/liba.so", NULL, NULL);
	live_add(f, lf, "/opt/liba.so", "/opt/liba.so", 0);
	lf->l.rows.items[3].path = "/opt/gone.so";
	lf->l.rows.items[3].deleted = true;
	attach(f, lf);
	assert_int_equal(f->p->images.items[3]->disk, DISK_DELETED);
	assert_null(f->p->images.items[3]->file);
	assert_contains(f->p->trace.assumes, "/opt/gone.so");
}

static void many_changed_files_are_not_all_told_of(void **state)
{
	struct fixture *f = *state;
	struct live_fixture *lf = live_started(f);

	put_lib(f, "/opt/liba.so", NULL, NULL);
	for (int i = 0; i < 12; i++)
		live_add(f, lf, "/opt/liba.so", "/opt/liba.so", 4711);
	attach(f, lf);
	assert_true(strlen(f->p->trace.assumes) < 500);
}

static void a_loader_that_was_replaced_is_told_of(void **state)
{
	struct fixture *f = *state;
	struct live_fixture *lf = live_started(f);

	lf->l.rows.items[1].ino = 4711;
	attach(f, lf);
	assert_contains(f->p->trace.assumes, "the loader that the process runs with");
}

static void an_environment_that_cannot_be_read_is_told_of(void **state)
{
	struct fixture *f = *state;
	struct live_fixture *lf = live_started(f);

	lf->l.environ_err = 13;
	lf->l.auxv_err = 13;
	attach(f, lf);
	assert_contains(f->p->trace.assumes, "start environment, which cannot be read");
	assert_contains(f->p->trace.assumes, "auxiliary vector");
	lf->l.environ_err = lf->l.auxv_err = 0;
	lf->l.overwritten = true;
	attach(f, lf);
	assert_contains(f->p->trace.assumes, "over which it has written");
}

/* ---- thread-local storage --------------------------------------------------------------------------- */

static void put_tls(struct fixture *f, const char *path, uint64_t size)
{
	struct so *s = so_new(f);

	so_phdr(s, (Elf64_Phdr){ .p_type = PT_TLS, .p_offset = SO_DATA, .p_vaddr = SO_DATA,
				 .p_memsz = size, .p_align = 8 });
	so_put(f, s, path);
}

static void blocks_have_their_places(void **state)
{
	struct fixture *f = *state;
	struct live_fixture *lf = live_started(f);

	put_tls(f, "/opt/libs.so", 100);
	put_tls(f, "/opt/libd.so", 100);
	put_tls(f, "/opt/libn.so", 100);
	live_add(f, lf, "/opt/libs.so", "/opt/libs.so", 0)->tls_offset = 1000;
	live_add(f, lf, "/opt/libd.so", "/opt/libd.so", 0)->tls_offset = UINT64_MAX;
	live_add(f, lf, "/opt/libn.so", "/opt/libn.so", 0)->tls_offset = 0;
	lf->list.tls_most = 1000;
	attach(f, lf);
	assert_true(f->p->images.items[3]->tls_placed);
	assert_true(f->p->images.items[4]->tls_dynamic);
	assert_false(f->p->images.items[5]->tls_placed || f->p->images.items[5]->tls_dynamic);
	assert_int_equal(f->p->tls_used, 1000);
	assert_int_equal(f->p->tls_size, 1664);
	lf->list.tls_used_known = true;
	lf->list.tls_used = 1200;
	lf->list.tls_optional = 100;
	attach(f, lf);
	assert_int_equal(f->p->tls_used, 1200);
	assert_int_equal(f->p->tls_optional, 100);
}

/* The folder is there now, but the process has looked before. */
static void a_folder_that_came_late_is_not_searched(void **state)
{
	static const unsigned char absent[] = { LIVE_ABSENT, LIVE_ABSENT }, present[] = { LIVE_UNKNOWN };
	struct fixture *f = *state;
	struct live_fixture *lf = live_started(f);
	struct live_dir dir = { "/late/", absent, 2 };

	put_lib(f, "/late/liba.so", NULL, NULL);
	f->w.env.library_path = "/late";
	attach(f, lf);
	assert_non_null(loader_open(f->p, "liba.so", 0));
	lf->list.dirs = &dir;
	lf->list.ndirs = 1;
	attach(f, lf);
	assert_null(loader_open(f->p, "liba.so", 0));
	assert_int_equal(f->p->late_dirs.n, 1);
	dir.status = present; /* of a world with another number of sub-directories */
	dir.n = 1;
	attach(f, lf);
	assert_non_null(loader_open(f->p, "liba.so", 0));
	assert_int_equal(f->p->late_dirs.n, 0);
}

static void an_executable_stack_is_seen(void **state)
{
	struct fixture *f = *state;
	struct live_fixture *lf = live_started(f);
	struct live_row *row = ARENA_PUSH(f->a, &lf->l.rows);

	assert_false(attach(f, lf)->stack_exec);
	*row = (struct live_row){ .start = 0x900000, .end = 0x901000, .exec = true, .path = "[stack]" };
	assert_true(attach(f, lf)->stack_exec);
}

/* A new file system in the place of the old one may give the old number to another file. */
static void a_number_on_another_device_is_told(void **state)
{
	struct fixture *f = *state;
	struct live_fixture *lf = live_started(f);

	lf->l.rows.items[1].minor ^= 1;
	attach(f, lf);
	assert_contains(f->p->trace.assumes, "numbered otherwise");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SO_TEST(what_the_list_says_is_there),
		SO_TEST(an_image_answers_to_all_its_names),
		SO_TEST(what_is_loaded_is_not_searched_for),
		SO_TEST(a_symbol_of_a_local_library_is_out_of_reach),
		SO_TEST(a_library_that_was_opened_keeps_its_list),
		SO_TEST(without_the_global_scope_the_start_is_taken),
		SO_TEST(a_file_of_another_number_was_replaced),
		SO_TEST(a_file_that_is_gone_was_deleted),
		SO_TEST(many_changed_files_are_not_all_told_of),
		SO_TEST(a_loader_that_was_replaced_is_told_of),
		SO_TEST(an_environment_that_cannot_be_read_is_told_of),
		SO_TEST(blocks_have_their_places),
		SO_TEST(a_folder_that_came_late_is_not_searched),
		SO_TEST(an_executable_stack_is_seen),
		SO_TEST(a_number_on_another_device_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
