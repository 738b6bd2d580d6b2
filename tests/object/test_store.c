/* test_store.c - files opened, mapped and parsed once. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "object/store.h"

#include "../base/tree.h"

#include <elf.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/mman.h>

#include "base/pool.h"

enum { FILES = 40, THREADS = 8, PATHS = 3 * FILES, ASKED = 2 * PATHS * THREADS };

struct world {
	struct tree *tree;
	struct source *source;
	struct store *store;
};

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	void *tree;

	if (w == NULL || tree_setup(&tree) != 0) {
		free(w);
		return -1;
	}
	w->tree = tree;
	w->source = source_root(w->tree->root, NULL);
	w->store = w->source != NULL ? store_new(w->source) : NULL;
	*state = w;
	return w->store == NULL;
}

static int teardown(void **state)
{
	struct world *w = *state;
	void *tree = w->tree;

	store_free(w->store);
	source_free(w->source);
	free(w);
	return tree_teardown(&tree);
}

/* A shared object without program headers: enough to be told from other files. */
static void write_elf(struct tree *t, const char *name, uint16_t machine)
{
	Elf64_Ehdr h = {
		.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
		.e_ehsize = sizeof(h), .e_phentsize = sizeof(Elf64_Phdr)};
	unsigned char *p = (unsigned char *)&h;

	p[offsetof(Elf64_Ehdr, e_type)] = ET_DYN;
	p[offsetof(Elf64_Ehdr, e_type) + 1] = 0;
	p[offsetof(Elf64_Ehdr, e_machine)] = (unsigned char)machine;
	p[offsetof(Elf64_Ehdr, e_machine) + 1] = (unsigned char)(machine >> 8);
	tree_bytes(t, name, &h, sizeof(h));
}

static const struct store_entry *opened(struct world *w, const char *path)
{
	const struct store_entry *e = store_open(w->store, path);

	assert_non_null(e);
	assert_string_equal(e->path, path);
	assert_int_equal(e->err, 0);
	assert_non_null(e->file);
	return e;
}

static void an_elf_file_is_parsed(void **state)
{
	struct world *w = *state;
	const struct store_file *f;

	write_elf(w->tree, "a.so", EM_AARCH64);
	f = opened(w, "/a.so")->file;
	assert_int_equal(f->kind, FILE_ELF);
	assert_int_equal(f->elf.machine, EM_AARCH64);
	assert_int_equal(f->elf.type, ET_DYN);
	assert_int_equal(f->bytes.n, sizeof(Elf64_Ehdr));
	assert_int_equal(f->padded, os_page_size());
	assert_int_equal(f->elf.limit, f->padded);
	assert_int_equal(f->st.size, sizeof(Elf64_Ehdr));
}

static void other_files_have_their_kind(void **state)
{
	struct world *w = *state;

	tree_file(w->tree, "script", "#!/bin/sh\n");
	tree_file(w->tree, "empty", "");
	tree_dir(w->tree, "dir");
	assert_int_equal(mkfifo(tree_path(w->tree, "fifo"), 0644), 0);
	assert_int_equal(opened(w, "/script")->file->kind, FILE_SCRIPT);
	assert_int_equal(opened(w, "/empty")->file->kind, FILE_EMPTY);
	assert_int_equal(opened(w, "/dir")->file->st.type, OS_DIRECTORY);
	assert_int_not_equal(opened(w, "/dir")->file->kind, FILE_ELF);
	assert_int_not_equal(opened(w, "/fifo")->file->kind, FILE_ELF);
}

static void the_same_path_is_the_same_entry(void **state)
{
	struct world *w = *state;
	const struct store_entry *e;
	char path[] = "/a.so";

	write_elf(w->tree, "a.so", EM_X86_64);
	e = opened(w, path);
	path[1] = 'x';
	assert_string_equal(e->path, "/a.so");
	assert_int_equal(unlink(tree_path(w->tree, "a.so")), 0);
	assert_ptr_equal(store_open(w->store, "/a.so"), e);
	assert_int_equal(store_count(w->store), 1);
}

static void names_of_one_file_share_it(void **state)
{
	struct world *w = *state;
	const struct store_entry *a, *hard, *soft, *dots;

	write_elf(w->tree, "a.so", EM_X86_64);
	tree_hard_link(w->tree, "hard.so", "a.so");
	tree_link(w->tree, "soft.so", "/a.so");
	tree_file(w->tree, "b.so", "b");
	a = opened(w, "/a.so");
	hard = opened(w, "/hard.so");
	soft = opened(w, "/soft.so");
	dots = opened(w, "/.././a.so");
	assert_ptr_not_equal(a, hard);
	assert_ptr_equal(a->file, hard->file);
	assert_ptr_equal(a->file, soft->file);
	assert_ptr_equal(a->file, dots->file);
	assert_ptr_not_equal(a->file, opened(w, "/b.so")->file);
	assert_int_equal(store_count(w->store), 2);
}

static void ids_are_dense_in_order_of_opening(void **state)
{
	struct world *w = *state;
	char name[16];

	for (int i = 0; i < FILES; i++) {
		snprintf(name, sizeof(name), "/%d", i);
		tree_file(w->tree, name + 1, "x");
		assert_int_equal(opened(w, name)->file->id, i);
		assert_int_equal(opened(w, name)->file->id, i);
	}
	assert_int_equal(store_count(w->store), FILES);
}

static void errors_are_entries_and_remembered(void **state)
{
	struct world *w = *state;
	const struct store_entry *e = store_open(w->store, "/absent.so");

	assert_int_equal(e->err, ENOENT);
	assert_null(e->file);
	tree_file(w->tree, "absent.so", "now");
	assert_ptr_equal(store_open(w->store, "/absent.so"), e);
	assert_int_equal(store_open(w->store, "/absent.so/x")->err, ENOTDIR);
	assert_int_equal(store_open(w->store, "")->err, ENOENT);
	assert_int_equal(store_count(w->store), 0);
}

static void folders_are_told_from_the_rest_and_remembered(void **state)
{
	struct world *w = *state;

	tree_dir(w->tree, "dir");
	tree_file(w->tree, "file", "");
	tree_link(w->tree, "link", "/dir");
	assert_int_equal(store_stat_dir(w->store, "/dir"), 0);
	assert_int_equal(store_stat_dir(w->store, "/link"), 0);
	assert_int_equal(store_stat_dir(w->store, "/file"), ENOTDIR);
	assert_int_equal(store_stat_dir(w->store, "/absent"), ENOENT);
	assert_int_equal(rmdir(tree_path(w->tree, "dir")), 0);
	tree_dir(w->tree, "absent");
	assert_int_equal(store_stat_dir(w->store, "/dir"), 0);
	assert_int_equal(store_stat_dir(w->store, "/absent"), ENOENT);
}

static void whether_a_file_is_there_is_remembered(void **state)
{
	struct world *w = *state;

	tree_dir(w->tree, "dir");
	tree_file(w->tree, "file", "");
	assert_true(store_has_file(w->store, "/file"));
	assert_false(store_has_file(w->store, "/dir"));
	assert_false(store_has_file(w->store, "/absent"));
	tree_file(w->tree, "absent", "");
	assert_int_equal(unlink(tree_path(w->tree, "file")), 0);
	assert_true(store_has_file(w->store, "/file"));
	assert_false(store_has_file(w->store, "/absent"));
}

static void mount_flags_are_those_of_the_source(void **state)
{
	struct world *w = *state;
	bool noexec, nosuid;

	tree_file(w->tree, "a", "a");
	tree_file(w->tree, "b", "b");
	assert_int_equal(os_mount_flags(w->tree->root, &noexec, &nosuid), 0);
	for (const char *const *p = (const char *const[]){"/a", "/b", NULL}; *p != NULL; p++) {
		assert_int_equal(opened(w, *p)->file->noexec, noexec);
		assert_int_equal(opened(w, *p)->file->nosuid, nosuid);
	}
}

static void a_sparse_file_beyond_all_memory_is_no_end_of_the_store(void **state)
{
	struct source *host = source_host(NULL);
	struct store *s = store_new(host);
	int fd = memfd_create("huge", MFD_CLOEXEC);
	const struct store_entry *e;
	char path[64];

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, INT64_MAX), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	e = store_open(s, path);
	assert_non_null(e);
	assert_int_equal(e->err, ENOMEM);
	assert_null(e->file);
	close(fd);
	store_free(s);
	source_free(host);
}

static atomic_int made, dropped;

static void *make_aux(struct store_file *f)
{
	uint32_t *p = malloc(sizeof(*p));

	atomic_fetch_add(&made, 1);
	usleep(100); /* long enough for others to ask meanwhile */
	if (p != NULL)
		*p = f->id;
	return p;
}

static void drop_aux(void *aux)
{
	atomic_fetch_add(&dropped, 1);
	free(aux);
}

static void *make_nothing(struct store_file *f)
{
	(void)f;
	return NULL;
}

static void derived_data_is_made_once_and_dropped_with_the_store(void **state)
{
	struct world *w = *state;
	struct store *s = store_new(w->source);
	struct store_file *f;
	void *aux;

	made = dropped = 0;
	tree_file(w->tree, "a", "a");
	f = store_open(s, "/a")->file;
	assert_null(store_aux(s, f, make_nothing, drop_aux));
	aux = store_aux(s, f, make_aux, drop_aux);
	assert_non_null(aux);
	assert_ptr_equal(store_aux(s, f, make_aux, drop_aux), aux);
	assert_int_equal(made, 1);
	assert_int_equal(dropped, 0);
	store_free(s);
	assert_int_equal(dropped, 1);
	store_free(NULL);
}

struct crowd {
	struct store *store;
	const struct store_entry *seen[ASKED];
	const void *aux[ASKED];
	atomic_int arrived[ASKED / THREADS];
	atomic_int wrong;
};

/* Jobs that follow each other ask for the same path, and twice for each. */
static size_t crowd_number(size_t i)
{
	return i / THREADS % PATHS;
}

/* Lets the jobs for one path go at once. Where threads are missing it gives up waiting. */
static void gather(struct crowd *c, size_t i)
{
	atomic_int *arrived = &c->arrived[i / THREADS];

	atomic_fetch_add(arrived, 1);
	for (int spin = 0; spin < 2000 && atomic_load(arrived) < THREADS; spin++)
		sched_yield();
}

static void crowd_path(char *path, size_t n, size_t i)
{
	i = crowd_number(i);
	snprintf(path, n, i < FILES ? "/f%zu" : i < 2 * FILES ? "/hard%zu" : "/absent%zu",
		 i % FILES);
}

static void ask(void *ctx, unsigned worker, size_t i)
{
	struct crowd *c = ctx;
	char path[32];

	(void)worker;
	crowd_path(path, sizeof(path), i);
	gather(c, i);
	c->seen[i] = store_open(c->store, path);
	if (c->seen[i]->err == 0)
		c->aux[i] = store_aux(c->store, c->seen[i]->file, make_aux, drop_aux);
	if (store_stat_dir(c->store, path) != (c->seen[i]->err == 0 ? ENOTDIR : ENOENT))
		atomic_fetch_add(&c->wrong, 1);
}

static void make_crowded(struct tree *t)
{
	char name[32], hard[32];

	for (int i = 0; i < FILES; i++) {
		snprintf(name, sizeof(name), "f%d", i);
		snprintf(hard, sizeof(hard), "hard%d", i);
		write_elf(t, name, EM_X86_64);
		tree_hard_link(t, hard, name);
	}
}

static void many_threads_see_one_entry_and_one_file_each(void **state)
{
	static struct crowd c;
	struct world *w = *state;
	bool ids[FILES] = {false};

	made = 0;
	make_crowded(w->tree);
	c.store = w->store;
	pool_run(ASKED, THREADS, ask, &c);
	assert_int_equal(c.wrong, 0);
	assert_int_equal(store_count(w->store), FILES);
	assert_int_equal(made, FILES);
	for (size_t i = 0; i < ASKED; i++) {
		const struct store_entry *e = c.seen[i];
		char path[32];

		crowd_path(path, sizeof(path), i);
		assert_string_equal(e->path, path);
		assert_ptr_equal(e, c.seen[crowd_number(i) * THREADS]);
		if (e->err != 0)
			continue;
		assert_ptr_equal(e->file, c.seen[crowd_number(i) % FILES * THREADS]->file);
		assert_ptr_equal(c.aux[i], e->file->aux);
		assert_true(e->file->id < FILES);
		ids[e->file->id] = true;
	}
	for (int i = 0; i < FILES; i++)
		assert_true(ids[i]);
}

static void each_slot_has_data_of_its_own(void **state)
{
	struct world *w = *state;
	struct store *s = store_new(w->source);
	const struct store_file *f;
	const void *names, *code;

	made = dropped = 0;
	tree_file(w->tree, "a", "a");
	f = store_open(s, "/a")->file;
	names = store_derived(s, f, STORE_NAMES, make_aux, drop_aux);
	code = store_derived(s, f, STORE_CODE, make_aux, drop_aux);
	assert_non_null(names);
	assert_ptr_not_equal(names, code);
	assert_ptr_equal(store_derived(s, f, STORE_NAMES, make_aux, drop_aux), names);
	assert_null(f->aux);
	assert_int_equal(made, 2);
	store_free(s);
	assert_int_equal(dropped, 2);
}

#define store_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static void test_a_file_can_be_read_as_another_class(void **state)
{
	struct world *w = *state;
	const struct store_entry *e;
	const struct store_file *f;
	unsigned char h[sizeof(Elf64_Ehdr)] = {[EI_CLASS] = 7, [EI_DATA] = 9, [16] = ET_DYN};

	write_elf(w->tree, "good.so", EM_X86_64);
	e = store_open(w->store, "/good.so");
	assert_ptr_equal(store_native(e->file, true, false), e->file);
	tree_bytes(w->tree, "odd.so", h, sizeof(h));
	e = store_open(w->store, "/odd.so");
	f = store_native(e->file, true, false);
	assert_non_null(f);
	assert_ptr_not_equal(f, e->file);
	assert_int_equal(f->elf.type, ET_DYN);
	assert_true(f->elf.is64);
	assert_ptr_equal(store_native(e->file, true, false), f);
	assert_null(store_native(e->file, false, false));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(an_elf_file_is_parsed),
		store_test(other_files_have_their_kind),
		store_test(the_same_path_is_the_same_entry),
		store_test(names_of_one_file_share_it),
		store_test(ids_are_dense_in_order_of_opening),
		store_test(errors_are_entries_and_remembered),
		store_test(folders_are_told_from_the_rest_and_remembered),
		store_test(whether_a_file_is_there_is_remembered),
		store_test(mount_flags_are_those_of_the_source),
		store_test(a_sparse_file_beyond_all_memory_is_no_end_of_the_store),
		store_test(derived_data_is_made_once_and_dropped_with_the_store),
		store_test(each_slot_has_data_of_its_own),
		store_test(many_threads_see_one_entry_and_one_file_each),
		store_test(test_a_file_can_be_read_as_another_class),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
