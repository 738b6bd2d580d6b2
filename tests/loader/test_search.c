/* test_search.c - from a name to a file: stages, candidates, refusals. */
#include <errno.h>

#include "loader/search.h"
#include "so.h"

static struct image *find(struct fixture *f, struct image *from, const char *name)
{
	return search_map(f->p, from, name, SEARCH_DLOPEN, NULL);
}

static const struct request *last_request(const struct fixture *f)
{
	return f->p->trace.requests.items[f->p->trace.requests.n - 1];
}

/* The probe of that path in the last request. */
static const struct probe *probe_of(const struct fixture *f, const char *path)
{
	const struct request *rq = last_request(f);

	for (size_t i = 0; i < rq->nprobes; i++)
		if (strcmp(f->p->trace.probes.items[rq->probe0 + i].path, path) == 0)
			return &f->p->trace.probes.items[rq->probe0 + i];
	fail_msg("%s was not looked at", path);
	return NULL;
}

static void found(struct fixture *f, struct image *from, const char *name, const char *path,
		  enum load_rule rule)
{
	struct image *im = find(f, from, name);

	assert_non_null(im);
	assert_string_equal(im->name, path);
	assert_string_equal(load_rule_id(last_request(f)->rule), load_rule_id(rule));
	assert_ptr_equal(last_request(f)->to, im);
}

/* An image of a library with that tag (DT_RPATH, DT_RUNPATH, or 0). */
static struct image *library_with(struct fixture *f, const char *path, int64_t tag,
				  const char *list)
{
	struct so *s = so_new(f);
	struct image *im;

	if (tag != 0)
		so_dyn_str(s, tag, list);
	so_put(f, s, path);
	im = process_add_image(f->p, IMAGE_LIBRARY, entry(f, path)->file, path);
	im->origin = "/opt/app/lib";
	return im;
}

/* ---- order of the stages ------------------------------------------------------------------------ */

static void the_environment_comes_before_the_default_folders(void **state)
{
	struct fixture *f = *state;

	put_lib(f, "/env/liba.so", NULL, NULL);
	put_lib(f, "/lib/liba.so", NULL, NULL);
	put_lib(f, "/lib/libb.so", NULL, NULL);
	f->w.env.library_path = "/env";
	found(f, f->p->program, "liba.so", "/env/liba.so", RULE_LD_LIBRARY_PATH);
	found(f, f->p->program, "libb.so", "/lib/libb.so", RULE_DEFAULT_DIR);
}

static void rpath_comes_before_the_environment_runpath_after_it(void **state)
{
	struct fixture *f = *state;
	struct image *rpath = library_with(f, "/x/rpath.so", DT_RPATH, "/own");
	struct image *runpath = library_with(f, "/x/runpath.so", DT_RUNPATH, "/own");

	put_lib(f, "/own/liba.so", NULL, NULL);
	put_lib(f, "/env/liba.so", NULL, NULL);
	put_lib(f, "/own/libb.so", NULL, NULL);
	put_lib(f, "/env/libb.so", NULL, NULL);
	f->w.env.library_path = "/env";
	found(f, rpath, "liba.so", "/own/liba.so", RULE_RPATH);
	assert_ptr_equal(last_request(f)->rule_of, rpath);
	found(f, runpath, "libb.so", "/env/libb.so", RULE_LD_LIBRARY_PATH);
}

static void runpath_comes_before_the_default_folders(void **state)
{
	struct fixture *f = *state;
	struct image *im = library_with(f, "/x/runpath.so", DT_RUNPATH, "$ORIGIN/sub");

	put_lib(f, "/opt/app/lib/sub/liba.so", NULL, NULL);
	put_lib(f, "/lib/liba.so", NULL, NULL);
	found(f, im, "liba.so", "/opt/app/lib/sub/liba.so", RULE_RUNPATH);
	assert_string_equal(probe_of(f, "/opt/app/lib/sub/liba.so")->written, "$ORIGIN/sub");
}

static void rpath_of_whoever_asked_for_the_requester_counts_too(void **state)
{
	struct fixture *f = *state;
	struct image *upper = library_with(f, "/x/upper.so", DT_RPATH, "/upper");
	struct image *lower = library_with(f, "/x/lower.so", 0, NULL);

	put_lib(f, "/upper/liba.so", NULL, NULL);
	lower->requester = upper;
	found(f, lower, "liba.so", "/upper/liba.so", RULE_RPATH);
	assert_ptr_equal(last_request(f)->rule_of, upper);
}

static void runpath_is_nobody_elses_and_switches_rpath_off(void **state)
{
	struct fixture *f = *state;
	struct image *upper = library_with(f, "/x/upper.so", DT_RUNPATH, "/upper");
	struct image *rpath = library_with(f, "/x/rpath.so", DT_RPATH, "/rpath");
	struct image *lower = library_with(f, "/x/lower.so", 0, NULL);
	struct image *own = library_with(f, "/x/own.so", DT_RUNPATH, "/none");

	put_lib(f, "/upper/liba.so", NULL, NULL);
	put_lib(f, "/rpath/libb.so", NULL, NULL);
	lower->requester = upper;
	assert_null(find(f, lower, "liba.so"));
	own->requester = rpath;
	assert_null(find(f, own, "libb.so"));
}

static void rpath_of_the_program_is_the_last_of_the_rpaths(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);
	struct image *im;

	so_dyn_str(s, DT_RPATH, "/prog");
	so_put(f, s, "/opt/app/bin/prog");
	use_program(f, "/opt/app/bin/prog");
	im = library_with(f, "/x/rpath.so", DT_RPATH, "/own");
	put_lib(f, "/prog/liba.so", NULL, NULL);
	put_lib(f, "/own/liba.so", NULL, NULL);
	put_lib(f, "/prog/libb.so", NULL, NULL);
	found(f, im, "liba.so", "/own/liba.so", RULE_RPATH);
	found(f, im, "libb.so", "/prog/libb.so", RULE_RPATH);
}

static void the_best_sub_directory_for_the_processor_comes_first(void **state)
{
	struct fixture *f = *state;

	put_lib(f, "/env/liba.so", NULL, NULL);
	put_lib(f, "/env/glibc-hwcaps/x86-64-v2/liba.so", NULL, NULL);
	f->w.env.library_path = "/env";
	found(f, f->p->program, "liba.so", "/env/glibc-hwcaps/x86-64-v2/liba.so",
	      RULE_LD_LIBRARY_PATH);
}

/* ---- the cache ---------------------------------------------------------------------------------- */

/* A cache of one entry for x86-64. */
static void use_cache(struct fixture *f, const char *name, const char *path)
{
	static unsigned char file[512];
	const int32_t flags = 0x0303;
	uint32_t words[2] = { 1, 0 }, at = 48 + 24;
	uint32_t key = at, value = at + (uint32_t)strlen(name) + 1;

	memset(file, 0, sizeof(file));
	memcpy(file, "glibc-ld.so.cache1.1", 20);
	words[1] = (uint32_t)(strlen(name) + strlen(path) + 2);
	memcpy(file + 20, words, sizeof(words));
	memcpy(file + 48, &flags, 4);
	memcpy(file + 52, &key, 4);
	memcpy(file + 56, &value, 4);
	strcpy((char *)file + key, name);
	strcpy((char *)file + value, path);
	f->w.cache = ldcache_open((struct view){ file, value + strlen(path) + 1 }, false, f->a,
				  &f->w.cache_why);
	assert_non_null(f->w.cache);
}

static void the_cache_comes_before_the_default_folders(void **state)
{
	struct fixture *f = *state;

	put_lib(f, "/cached/liba.so.1", NULL, NULL);
	put_lib(f, "/lib/liba.so.1", NULL, NULL);
	use_cache(f, "liba.so.1", "/cached/liba.so.1");
	found(f, f->p->program, "liba.so.1", "/cached/liba.so.1", RULE_CACHE);
}

static void a_cache_entry_whose_file_is_gone_is_stale(void **state)
{
	struct fixture *f = *state;

	put_lib(f, "/lib/liba.so.1", NULL, NULL);
	use_cache(f, "liba.so.1", "/cached/liba.so.1");
	found(f, f->p->program, "liba.so.1", "/lib/liba.so.1", RULE_DEFAULT_DIR);
	assert_int_equal(probe_of(f, "/cached/liba.so.1")->outcome, PROBE_STALE_CACHE);
}

static void df_1_nodeflib_refuses_default_folders_and_what_the_cache_has_there(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);
	struct image *im;

	so_dyn(s, DT_FLAGS_1, DF_1_NODEFLIB);
	so_put(f, s, "/x/nodeflib.so");
	im = process_add_image(f->p, IMAGE_LIBRARY, entry(f, "/x/nodeflib.so")->file, "/x/n.so");
	put_lib(f, "/lib/liba.so.1", NULL, NULL);
	use_cache(f, "liba.so.1", "/lib/liba.so.1");
	assert_null(find(f, im, "liba.so.1"));
	assert_int_equal(probe_of(f, "/lib/liba.so.1")->outcome, PROBE_NODEFLIB);
	found(f, f->p->program, "liba.so.1", "/lib/liba.so.1", RULE_CACHE);
}

/* ---- names that are loaded already ---------------------------------------------------------------- */

static void a_loaded_object_answers_without_any_search(void **state)
{
	struct fixture *f = *state;
	struct image *im;

	put_lib(f, "/lib/liba.so", "liba.so.7", NULL);
	im = find(f, f->p->program, "liba.so");
	assert_ptr_equal(find(f, f->p->program, "liba.so"), im);
	assert_int_equal(last_request(f)->rule, RULE_LOADED);
	assert_int_equal(last_request(f)->nprobes, 0);
	assert_ptr_equal(find(f, f->p->program, "liba.so.7"), im);
	assert_int_equal(last_request(f)->rule, RULE_SONAME);
}

static void a_second_path_to_the_same_file_is_the_same_object(void **state)
{
	struct fixture *f = *state;
	struct image *im;

	put_lib(f, "/lib/liba.so", NULL, NULL);
	assert_int_equal(symlink("liba.so", arena_printf(f->a, "%s/lib/libb.so", f->dir)), 0);
	im = find(f, f->p->program, "liba.so");
	assert_ptr_equal(find(f, f->p->program, "libb.so"), im);
	assert_int_equal(last_request(f)->rule, RULE_SAME_FILE);
	assert_true(image_has_name(im, "libb.so"));
}

static void a_name_with_a_slash_is_a_path(void **state)
{
	struct fixture *f = *state;

	put_lib(f, "/opt/app/bin/plug/liba.so", NULL, NULL);
	put_lib(f, "/lib/liba.so", NULL, NULL);
	found(f, f->p->program, "$ORIGIN/plug/liba.so", "/opt/app/bin/plug/liba.so", RULE_PATH);
	assert_null(find(f, f->p->program, "./liba.so"));
}

/* ---- candidates that are skipped ------------------------------------------------------------------ */

static void a_file_of_another_machine_is_skipped_in_silence(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	s->eh.e_machine = EM_AARCH64;
	so_put(f, s, "/env/liba.so");
	put_lib(f, "/lib/liba.so", NULL, NULL);
	f->w.env.library_path = "/env";
	found(f, f->p->program, "liba.so", "/lib/liba.so", RULE_DEFAULT_DIR);
	assert_int_equal(probe_of(f, "/env/liba.so")->outcome, PROBE_WRONG_MACHINE);
}

static void the_other_class_is_skipped_but_told_if_nothing_else_is_found(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	s->eh.e_ident[EI_CLASS] = ELFCLASS32;
	so_put(f, s, "/env/liba.so");
	f->w.env.library_path = "/env";
	assert_null(find(f, f->p->program, "liba.so"));
	assert_int_equal(probe_of(f, "/env/liba.so")->outcome, PROBE_WRONG_CLASS);
	assert_int_equal(first_failure(f)->kind, FAIL_WRONG_CLASS);
	assert_string_equal(first_failure(f)->string, "wrong ELF class: ELFCLASS32");
	assert_string_equal(first_failure(f)->object, "liba.so");
}

static void an_abi_note_of_a_newer_kernel_is_skipped_up_to_2_35(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);
	const uint32_t note[] = { 4, 16, NT_GNU_ABI_TAG, 0x00554e47, 0, 9, 1, 0 };

	memcpy(s->b + SO_NOTES, note, sizeof(note));
	so_phdr(s, (Elf64_Phdr){ .p_type = PT_NOTE, .p_offset = SO_NOTES, .p_vaddr = SO_NOTES,
				 .p_filesz = sizeof(note), .p_memsz = sizeof(note), .p_align = 4 });
	so_put(f, s, "/lib/liba.so");
	f->w.kernel = 0x060100;
	f->w.install.minor = 35;
	assert_null(find(f, f->p->program, "liba.so"));
	assert_int_equal(probe_of(f, "/lib/liba.so")->outcome, PROBE_WRONG_ABI_NOTE);
	f->w.install.minor = 36;
	assert_non_null(find(f, f->p->program, "liba.so"));
}

static void a_library_that_nobody_has_leaves_an_errno(void **state)
{
	struct fixture *f = *state;

	assert_null(find(f, f->p->program, "libnone.so"));
	assert_int_equal(first_failure(f)->kind, FAIL_NOT_FOUND);
	assert_string_equal(first_failure(f)->string, "cannot open shared object file");
	assert_int_equal(first_failure(f)->err, ENOENT);
	assert_ptr_equal(first_failure(f)->request, last_request(f));
}

/* ---- candidates that end the search --------------------------------------------------------------- */

static void ends_search(struct fixture *f, const char *string, enum probe_outcome outcome)
{
	put_lib(f, "/lib/liba.so", NULL, NULL);
	f->w.env.library_path = "/env";
	assert_null(find(f, f->p->program, "liba.so"));
	assert_int_equal(first_failure(f)->kind, FAIL_CANDIDATE);
	assert_string_equal(first_failure(f)->string, string);
	assert_string_equal(first_failure(f)->object, "/env/liba.so");
	assert_int_equal(probe_of(f, "/env/liba.so")->outcome, outcome);
}

static void a_text_file_ends_the_search(void **state)
{
	struct fixture *f = *state;
	char text[] = "INPUT(liba.so.1) /* long enough for a header of 64 bytes, which is read */\n";

	put_text(f, "/env/liba.so", text);
	ends_search(f, "invalid ELF header", PROBE_NOT_ELF);
}

static void a_short_file_ends_the_search(void **state)
{
	struct fixture *f = *state;

	put_text(f, "/env/liba.so", "\177ELF\2\1\1");
	ends_search(f, "file too short", PROBE_TOO_SHORT);
}

static void a_folder_ends_the_search(void **state)
{
	struct fixture *f = *state;

	put_text(f, "/env/liba.so/README", "");
	ends_search(f, "cannot read file data", PROBE_IS_DIRECTORY);
	assert_int_equal(first_failure(f)->err, EISDIR);
}

static void program_headers_outside_the_file_end_the_search(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	s->eh.e_phoff = SO_SIZE - 8;
	so_put(f, s, "/env/liba.so");
	ends_search(f, "cannot read file data", PROBE_BAD_HEADER);
	assert_int_equal(first_failure(f)->err, 0);
}

static void refused_header(struct fixture *f, size_t at, unsigned value, const char *string)
{
	struct so *s = so_new(f);
	const char *name = arena_printf(f->a, "lib%zu-%u.so", at, value);
	size_t failures = f->p->trace.failures.n;

	((unsigned char *)&s->eh)[at] = (unsigned char)value;
	so_put(f, s, arena_printf(f->a, "/lib/%s", name));
	assert_null(find(f, f->p->program, name));
	assert_string_equal(f->p->trace.failures.items[failures].string, string);
}

static void each_field_of_the_header_has_its_sentence(void **state)
{
	struct fixture *f = *state;

	refused_header(f, EI_DATA, 2, "ELF file data encoding not little-endian");
	refused_header(f, EI_VERSION, 2, "ELF file version ident does not match current one");
	refused_header(f, EI_OSABI, 9, "ELF file OS ABI invalid");
	refused_header(f, EI_ABIVERSION, 1, "ELF file ABI version invalid");
	refused_header(f, EI_PAD, 1, "nonzero padding in e_ident");
	refused_header(f, offsetof(Elf64_Ehdr, e_version), 2,
		       "ELF file version does not match current one");
	refused_header(f, offsetof(Elf64_Ehdr, e_type), ET_REL,
		       "only ET_DYN and ET_EXEC can be loaded");
	refused_header(f, offsetof(Elf64_Ehdr, e_phentsize), 32,
		       "ELF file's phentsize not the expected size");
}

static void gnu_abi_versions_up_to_3_are_known_from_2_28_on(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	s->eh.e_ident[EI_OSABI] = ELFOSABI_GNU;
	s->eh.e_ident[EI_ABIVERSION] = 3;
	so_put(f, s, "/lib/liba.so");
	f->w.install.minor = 27;
	assert_null(find(f, f->p->program, "liba.so"));
	f->w.install.minor = 28;
	assert_non_null(find(f, f->p->program, "liba.so"));
}

/* ---- folders ---------------------------------------------------------------------------------- */

static void a_folder_that_is_not_there_is_asked_for_once(void **state)
{
	struct fixture *f = *state;

	f->w.env.library_path = "/nowhere";
	assert_null(find(f, f->p->program, "liba.so"));
	assert_int_equal(probe_of(f, "/nowhere/liba.so")->outcome, PROBE_NO_DIRECTORY);
	assert_null(find(f, f->p->program, "libb.so"));
	for (size_t i = 0; i < last_request(f)->nprobes; i++)
		assert_int_not_equal(f->p->trace.probes.items[last_request(f)->probe0 + i].rule,
				     RULE_LD_LIBRARY_PATH);
}

static void an_odd_error_ends_its_list_but_not_the_search(void **state)
{
	struct fixture *f = *state;

	put_text(f, "/env/README", "");
	assert_int_equal(symlink("liba.so", arena_printf(f->a, "%s/env/liba.so", f->dir)), 0);
	put_lib(f, "/env2/liba.so", NULL, NULL);
	put_lib(f, "/lib/liba.so", NULL, NULL);
	f->w.env.library_path = "/env:/env2";
	found(f, f->p->program, "liba.so", "/lib/liba.so", RULE_DEFAULT_DIR);
	assert_int_equal(probe_of(f, "/env/liba.so")->outcome, PROBE_SYMLINK_LOOP);
}

static void a_relative_folder_that_is_a_file_ended_the_list_up_to_2_38(void **state)
{
	struct fixture *f = *state;

	put_text(f, "/rel", "a file");
	put_lib(f, "/env/liba.so", NULL, NULL);
	put_lib(f, "/env/libb.so", NULL, NULL);
	f->w.env.library_path = "rel:/env";
	f->w.install.minor = 38;
	assert_null(find(f, f->p->program, "liba.so"));
	f->w.install.minor = 39;
	found(f, f->p->program, "libb.so", "/env/libb.so", RULE_LD_LIBRARY_PATH);
}

static void a_path_that_no_system_call_takes_is_not_put_together(void **state)
{
	struct fixture *f = *state;
	char name[5000];

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	put_lib(f, "/env/liba.so", NULL, NULL);
	f->w.env.library_path = "/env";
	assert_null(find(f, f->p->program, name));
	assert_int_equal(probe_of(f, name)->outcome, PROBE_NAME_TOO_LONG);
}

static void a_search_without_end_is_cut_off_and_says_so(void **state)
{
	struct fixture *f = *state;

	put_lib(f, "/lib/liba.so", NULL, NULL);
	f->p->search_cost = UINT64_C(1) << 40;
	assert_null(find(f, f->p->program, "liba.so"));
	assert_non_null(f->p->trace.assumes);
}

static void a_secure_program_preloads_set_user_id_files_alone(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	put_lib(f, "/lib/liba.so", NULL, NULL);
	so_put(f, s, "/lib/libb.so");
	assert_int_equal(chmod(arena_printf(f->a, "%s/lib/libb.so", f->dir), 04755), 0);
	f->p->secure = true;
	assert_null(search_map(f->p, f->p->program, "liba.so", SEARCH_SECURE, NULL));
	assert_int_equal(probe_of(f, "/lib/liba.so")->outcome, PROBE_SECURE);
	assert_non_null(search_map(f->p, f->p->program, "libb.so", SEARCH_SECURE, NULL));
}

/* ---- looking without opening -------------------------------------------------------------------- */

static void a_look_finds_what_a_search_would_and_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	struct image *from = library_with(f, "/x/from.so", DT_RUNPATH, "/own");
	size_t images = f->p->images.n, requests = f->p->trace.requests.n;
	struct would_open look;

	put_lib(f, "/own/liba.so", NULL, NULL);
	assert_int_equal(loader_look(f->p, from, "liba.so", &look), LOOK_FOUND);
	assert_string_equal(look.path, "/own/liba.so");
	assert_int_equal(look.rule, RULE_RUNPATH);
	assert_int_equal(loader_look(f->p, NULL, "liba.so", &look), LOOK_ABSENT);
	assert_null(look.path);
	assert_int_equal(f->p->images.n, images);
	assert_int_equal(f->p->trace.requests.n, requests);
	assert_int_equal(f->p->trace.probes.n, 0);
	assert_int_equal(f->p->trace.failures.n, 0);
}

static void a_look_sees_what_is_loaded(void **state)
{
	struct fixture *f = *state;
	struct would_open look;

	put_lib(f, "/lib/liba.so", NULL, NULL);
	assert_non_null(find(f, NULL, "liba.so"));
	assert_int_equal(loader_look(f->p, NULL, "liba.so", &look), LOOK_FOUND);
	assert_string_equal(look.path, "/lib/liba.so");
	assert_int_equal(look.rule, RULE_LOADED);
	f->w.kind = LOADER_MUSL;
	assert_int_equal(loader_look(f->p, NULL, "liba.so", &look), LOOK_UNKNOWN);
}

/* ---- what an image remembers ------------------------------------------------------------------------ */

static void a_new_image_knows_its_folder_its_name_and_who_asked(void **state)
{
	struct fixture *f = *state;
	struct image *from = library_with(f, "/x/from.so", 0, NULL);
	struct image *im;

	put_lib(f, "/lib/liba.so", "libsona.so", NULL);
	im = find(f, from, "liba.so");
	assert_string_equal(im->origin, "/lib");
	assert_string_equal(im->soname, "libsona.so");
	assert_ptr_equal(im->requester, from);
	assert_true(image_has_name(im, "liba.so"));
	put_lib(f, "/lib/libb.so", NULL, NULL);
	im = search_map(f->p, from, "libb.so", SEARCH_DLOPEN | SEARCH_CALLER, NULL);
	assert_null(im->requester);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SO_TEST(the_environment_comes_before_the_default_folders),
		SO_TEST(rpath_comes_before_the_environment_runpath_after_it),
		SO_TEST(runpath_comes_before_the_default_folders),
		SO_TEST(rpath_of_whoever_asked_for_the_requester_counts_too),
		SO_TEST(runpath_is_nobody_elses_and_switches_rpath_off),
		SO_TEST(rpath_of_the_program_is_the_last_of_the_rpaths),
		SO_TEST(the_best_sub_directory_for_the_processor_comes_first),
		SO_TEST(the_cache_comes_before_the_default_folders),
		SO_TEST(a_cache_entry_whose_file_is_gone_is_stale),
		SO_TEST(df_1_nodeflib_refuses_default_folders_and_what_the_cache_has_there),
		SO_TEST(a_loaded_object_answers_without_any_search),
		SO_TEST(a_second_path_to_the_same_file_is_the_same_object),
		SO_TEST(a_name_with_a_slash_is_a_path),
		SO_TEST(a_file_of_another_machine_is_skipped_in_silence),
		SO_TEST(the_other_class_is_skipped_but_told_if_nothing_else_is_found),
		SO_TEST(an_abi_note_of_a_newer_kernel_is_skipped_up_to_2_35),
		SO_TEST(a_library_that_nobody_has_leaves_an_errno),
		SO_TEST(a_text_file_ends_the_search),
		SO_TEST(a_short_file_ends_the_search),
		SO_TEST(a_folder_ends_the_search),
		SO_TEST(program_headers_outside_the_file_end_the_search),
		SO_TEST(each_field_of_the_header_has_its_sentence),
		SO_TEST(gnu_abi_versions_up_to_3_are_known_from_2_28_on),
		SO_TEST(a_folder_that_is_not_there_is_asked_for_once),
		SO_TEST(an_odd_error_ends_its_list_but_not_the_search),
		SO_TEST(a_relative_folder_that_is_a_file_ended_the_list_up_to_2_38),
		SO_TEST(a_path_that_no_system_call_takes_is_not_put_together),
		SO_TEST(a_search_without_end_is_cut_off_and_says_so),
		SO_TEST(a_secure_program_preloads_set_user_id_files_alone),
		SO_TEST(a_look_finds_what_a_search_would_and_leaves_nothing),
		SO_TEST(a_look_sees_what_is_loaded),
		SO_TEST(a_new_image_knows_its_folder_its_name_and_who_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
