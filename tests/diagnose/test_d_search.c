/* test_d_search.c - requests that led to no file: missing, elsewhere, passed over, not readable. */
#include "fixture.h"

static void a_library_that_is_nowhere_is_missing(void **state)
{
	struct fixture *f = *state;
	struct image *im = set_target(f, put_so(f, "app/liba.so", &(struct so){ 0 }));
	const struct dlwhy_finding *d;

	add_missing(f, im, "libnowhere-x.so.1");
	d = run(f);
	assert_int_equal(f->out.nfindings, 1);
	assert_string_equal(d->code, "missing-library");
	assert_null(d->detail);
	assert_int_equal(d->severity, DLWHY_ERROR);
	assert_int_equal(d->certainty, DLWHY_PROVED);
	assert_string_equal(d->object, "libnowhere-x.so.1");
	assert_string_equal(d->needed_by, im->name);
	assert_string_equal(d->summary, "libnowhere-x.so.1 is missing: liba.so needs it, and no folder "
					"that the loader searches has it.");
	assert_true(evidence_has(d, "probe", "not there", NULL));
}

static void the_chain_leads_from_the_target_to_who_asked(void **state)
{
	struct fixture *f = *state;
	struct image *a = set_target(f, put_so(f, "app/liba.so", &(struct so){ 0 }));
	struct image *b = add_image(f, IMAGE_LIBRARY, put_so(f, "app/libb.so", &(struct so){ 0 }));
	const struct dlwhy_finding *d;

	b->requester = a;
	add_missing(f, b, "libnowhere-x.so.1");
	d = run(f);
	assert_int_equal(d->nchain, 2);
	assert_string_equal(d->chain[0], a->name);
	assert_string_equal(d->chain[1], b->name);
	assert_string_equal(d->needed_by, b->name);
}

static void a_chain_that_bites_its_tail_is_cut(void **state)
{
	struct fixture *f = *state;
	struct image *a = set_target(f, put_so(f, "app/liba.so", &(struct so){ 0 }));

	a->requester = a;
	add_missing(f, a, "libnowhere-x.so.1");
	assert_int_equal(run(f)->nchain, MAX_CHAIN);
}

static void beside_the_target_is_a_search_path(void **state)
{
	struct fixture *f = *state;
	struct image *im = set_target(f, put_so(f, "app/liba.so", &(struct so){ 0 }));
	const char *x = put_so(f, "app/libbeside-x.so.1", &(struct so){ .soname = "libbeside-x.so.1" });
	const struct dlwhy_finding *d;

	add_missing(f, im, "libbeside-x.so.1");
	d = run(f);
	assert_string_equal(d->code, "search-path");
	assert_contains(d->summary, at(f, "app"));
	assert_true(evidence_has(d, "fact", "near the file", NULL));
	assert_true(fix_has(d, "set-runpath", "patchelf --set-rpath '$ORIGIN'"));
	assert_true(fix_has(d, "library-path", "LD_LIBRARY_PATH="));
	assert_string_equal(d->evidence[0]->path, x);
}

static void the_new_runpath_keeps_the_old_one(void **state)
{
	struct fixture *f = *state;
	struct image *im = set_target(f, put_so(f, "app/lib/liba.so", &(struct so){ .runpath = "/old" }));

	put_so(f, "app/pkg.libs/libbeside-x.so.1", &(struct so){ 0 });
	add_missing(f, im, "libbeside-x.so.1");
	assert_true(fix_has(run(f), "set-runpath", "'$ORIGIN/../pkg.libs:/old'"));
}

static void a_foreign_file_beside_the_target_is_no_help(void **state)
{
	struct fixture *f = *state;
	struct image *im = set_target(f, put_so(f, "app/liba.so", &(struct so){ 0 }));
	const struct dlwhy_finding *d;

	put_so(f, "app/libbeside-x.so.1", &(struct so){ .machine = EM_AARCH64 });
	add_missing(f, im, "libbeside-x.so.1");
	d = run(f);
	assert_string_equal(d->code, "missing-library");
	assert_contains(d->summary, "for aarch64 only");
	assert_true(evidence_has(d, "fact", "but for aarch64", NULL));
}

static void the_folder_of_the_package_that_brings_it_is_looked_at(void **state)
{
	struct fixture *f = *state;
	const char *path = put_so(f, "env/site-packages/ext/liba.so", &(struct so){ 0 });
	struct image *im = set_target(f, path);
	const struct dlwhy_finding *d;

	put_so(f, "env/site-packages/torch/lib/libc10.so", &(struct so){ .soname = "libc10.so" });
	add_missing(f, im, "libc10.so");
	d = run(f);
	assert_string_equal(d->code, "search-path");
	assert_string_equal(d->fixes[0]->kind, "import-first");
	assert_contains(d->fixes[0]->says, "import torch");
}

static void a_folder_below_a_default_one_is_looked_at(void **state)
{
	struct fixture *f = *state;
	struct image *im = set_target(f, put_so(f, "app/liba.so", &(struct so){ 0 }));
	const struct dlwhy_finding *d;

	put_so(f, "default/pulse/libinner-x.so", &(struct so){ 0 });
	add_missing(f, im, "libinner-x.so");
	d = run(f);
	assert_string_equal(d->code, "search-path");
	assert_contains(d->summary, "default/pulse");
}

static void another_number_is_version_skew(void **state)
{
	struct fixture *f = *state;
	struct image *im = set_target(f, put_so(f, "app/liba.so", &(struct so){ 0 }));
	const struct dlwhy_finding *d;

	put_so(f, "default/libskew-x.so.2", &(struct so){ .soname = "libskew-x.so.2" });
	put_so(f, "default/libskew-xy.so.1", &(struct so){ .soname = "libskew-xy.so.1" });
	add_missing(f, im, "libskew-x.so.1");
	d = run(f);
	assert_string_equal(d->code, "missing-library");
	assert_string_equal(d->detail, "version-skew");
	assert_contains(d->summary, "libskew-x.so.2");
	assert_null(strstr(d->summary, "libskew-xy"));
}

static void a_missing_link_is_a_search_path(void **state)
{
	struct fixture *f = *state;
	struct image *im = set_target(f, put_so(f, "app/liba.so", &(struct so){ 0 }));
	const struct dlwhy_finding *d;

	put_so(f, "default/liblink-x.so.1.2.3", &(struct so){ .soname = "liblink-x.so.1" });
	add_missing(f, im, "liblink-x.so.1");
	d = run(f);
	assert_string_equal(d->code, "search-path");
	assert_contains(d->summary, "liblink-x.so.1.2.3");
	assert_true(fix_has(d, "link", "ldconfig"));
}

static void a_runpath_into_a_build_tree_is_named(void **state)
{
	struct fixture *f = *state;
	struct image *im = set_target(f, put_so(f, "app/liba.so", &(struct so){ 0 }));
	struct search_dir dir = { .written = "$ORIGIN/../_solib_k8/x",
				  .dir = at(f, "_solib_k8/x/") };
	struct search_dir *dirs[] = { &dir };
	const struct dlwhy_finding *d;

	im->runpath = (struct dir_list){ .ready = true, .v = dirs, .n = 1, .rule = RULE_RUNPATH };
	add_missing(f, im, "libtensorflow_framework.so.2");
	d = run(f);
	assert_contains(d->summary, "RUNPATH");
	assert_contains(d->summary, "Bazel build tree");
	assert_true(evidence_has(d, "fact", "does not exist", "$ORIGIN/../_solib_k8/x"));
	assert_true(fix_has(d, "install-package", NULL));
}

static void a_runpath_that_exists_is_not_blamed(void **state)
{
	struct fixture *f = *state;
	struct image *im = set_target(f, put_so(f, "app/liba.so", &(struct so){ 0 }));
	struct search_dir dir = { .written = "/home/x", .dir = at(f, "app/") };
	struct search_dir *dirs[] = { &dir };

	im->runpath = (struct dir_list){ .ready = true, .v = dirs, .n = 1, .rule = RULE_RUNPATH };
	add_missing(f, im, "libnowhere-x.so.1");
	assert_null(strstr(run(f)->summary, "RUNPATH"));
}

static void a_file_for_another_processor_is_named(void **state)
{
	struct fixture *f = *state;
	struct image *im = set_target(f, put_so(f, "app/liba.so", &(struct so){ 0 }));
	const char *arm = put_so(f, "arm/libarm-x.so", &(struct so){ .machine = EM_AARCH64 });
	struct request *rq = add_request(f, im, "libarm-x.so");
	struct failure *x;
	const struct dlwhy_finding *d;

	add_probe(f, rq, RULE_RUNPATH, arm, PROBE_WRONG_MACHINE);
	x = add_failure(f, FAIL_NOT_FOUND);
	x->request = rq;
	d = run(f);
	assert_string_equal(d->code, "wrong-arch");
	assert_string_equal(d->object, arm);
	assert_contains(d->summary, "made for aarch64");
	assert_contains(d->summary, "process is x86_64");
}

static void the_target_itself_may_be_for_another_processor(void **state)
{
	struct fixture *f = *state;
	const char *arm = put_so(f, "libarm-x.so", &(struct so){ .machine = EM_AARCH64 });
	struct request *rq = add_request(f, f->program, arm);
	struct failure *x;
	const struct dlwhy_finding *d;

	f->in.target = f->in.target_path = arm;
	add_probe(f, rq, RULE_PATH, arm, PROBE_WRONG_MACHINE);
	x = add_failure(f, FAIL_NOT_FOUND);
	x->request = rq;
	d = run(f);
	assert_string_equal(d->code, "wrong-arch");
	assert_null(d->needed_by);
	assert_int_equal(d->nchain, 0);
	assert_contains(d->summary, "libarm-x.so is made for aarch64");
}

static void a_file_that_may_not_be_read_is_permission(void **state)
{
	struct fixture *f = *state;
	struct image *im = set_target(f, put_so(f, "app/liba.so", &(struct so){ 0 }));
	struct request *rq = add_request(f, im, "libclosed-x.so");
	struct failure *x;
	const struct dlwhy_finding *d;

	add_probe(f, rq, RULE_DEFAULT_DIR, at(f, "default/libclosed-x.so"), PROBE_UNREADABLE);
	x = add_failure(f, FAIL_NOT_FOUND);
	x->request = rq;
	d = run(f);
	assert_string_equal(d->code, "permission");
	assert_string_equal(d->object, at(f, "default/libclosed-x.so"));
	assert_true(fix_has(d, "permission", "namei -l"));
}

static void an_abi_note_is_a_system_too_old(void **state)
{
	struct fixture *f = *state;
	struct image *im = set_target(f, put_so(f, "app/liba.so", &(struct so){ 0 }));
	struct request *rq = add_request(f, im, "libnew-x.so");

	add_probe(f, rq, RULE_DEFAULT_DIR, at(f, "app/liba.so"), PROBE_WRONG_ABI_NOTE);
	add_failure(f, FAIL_NOT_FOUND)->request = rq;
	assert_string_equal(run(f)->code, "os-too-old");
}

static void links_in_a_circle_are_damage(void **state)
{
	struct fixture *f = *state;
	struct request *rq = add_request(f, NULL, "libloop-x.so");

	add_probe(f, rq, RULE_DEFAULT_DIR, at(f, "default/libloop-x.so"), PROBE_SYMLINK_LOOP);
	add_failure(f, FAIL_NOT_FOUND)->request = rq;
	assert_string_equal(run(f)->code, "corrupt-file");
}

static void a_path_that_does_not_exist_is_not_searched_for(void **state)
{
	struct fixture *f = *state;
	const char *path = at(f, "none.so");
	struct request *rq = add_request(f, f->program, path);
	const struct dlwhy_finding *d;

	put_so(f, "app/none.so", &(struct so){ 0 });
	add_probe(f, rq, RULE_PATH, path, PROBE_ABSENT);
	add_failure(f, FAIL_NOT_FOUND)->request = rq;
	d = run(f);
	assert_string_equal(d->code, "missing-library");
	assert_contains(d->summary, "There is no file");
}

static void a_dangling_link_says_where_it_leads(void **state)
{
	struct fixture *f = *state;
	const char *path = at(f, "dangling.so");
	struct request *rq = add_request(f, f->program, path);

	assert_int_equal(symlink("libgone.so.1.2", path), 0);
	add_probe(f, rq, RULE_PATH, path, PROBE_ABSENT);
	add_failure(f, FAIL_NOT_FOUND)->request = rq;
	assert_contains(run(f)->summary, "symbolic link to libgone.so.1.2");
}

static void a_second_asker_is_evidence_not_a_second_finding(void **state)
{
	struct fixture *f = *state;
	struct image *a = set_target(f, put_so(f, "app/liba.so", &(struct so){ 0 }));
	struct image *b = add_image(f, IMAGE_LIBRARY, put_so(f, "app/libb.so", &(struct so){ 0 }));

	b->requester = a;
	add_missing(f, a, "libnowhere-x.so.1");
	add_missing(f, b, "libnowhere-x.so.1");
	assert_true(evidence_has(run(f), "fact", "libb.so needs it as well", NULL));
	assert_int_equal(f->out.nfindings, 1);
}

static void a_preload_that_fails_is_a_warning(void **state)
{
	struct fixture *f = *state;
	struct request *rq = add_request(f, f->program, "libnopre-x.so");
	const struct dlwhy_finding *d;

	rq->preload = true;
	add_probe(f, rq, RULE_DEFAULT_DIR, at(f, "default/libnopre-x.so"), PROBE_ABSENT);
	d = run(f);
	assert_int_equal(f->out.nfindings, 1);
	assert_int_equal(d->severity, DLWHY_WARNING);
	assert_contains(d->summary, "LD_PRELOAD");
}

static void tokens_are_refused_to_privileged_programs(void **state)
{
	struct fixture *f = *state;
	struct image *im = set_target(f, put_so(f, "app/liba.so", &(struct so){ 0 }));
	struct failure *x = add_failure(f, FAIL_TOKEN);

	f->p->secure = true;
	x->object = "$ORIGIN/libx.so";
	x->image = im;
	assert_string_equal(run(f)->code, "search-path");
	assert_contains(f->out.findings[0]->summary, "set-user-ID");
}

static void a_copy_of_another_release_is_not_offered_as_it_is(void **state)
{
	struct fixture *f = *state;
	struct so wants = { .undefs = { "_ZN3c103barEv" } };
	struct image *im = set_target(f, put_so(f, "env/site-packages/ext/liba.so", &wants));
	const struct dlwhy_finding *d;

	put_so(f, "env/site-packages/torch/lib/libc10.so", &(struct so){ .soname = "libc10.so" });
	add_missing(f, im, "libc10.so");
	d = run(f);
	assert_string_equal(d->code, "search-path");
	assert_contains(d->summary, "it lacks c10::bar");
	assert_string_equal(d->fixes[0]->kind, "replace");
	assert_false(fix_has(d, "library-path", NULL));
	assert_true(evidence_has(d, "symbol", "not in that copy", "_ZN3c103barEv"));
}

static void a_target_named_from_its_own_folder_is_looked_around_in_the_same_way(void **state)
{
	struct fixture *f = *state;
	struct image *im;

	put_so(f, "env/site-packages/ext/liba.so", &(struct so){ 0 });
	put_so(f, "env/site-packages/torch/lib/libc10.so", &(struct so){ .soname = "libc10.so" });
	store_free(f->store);
	source_free(f->source);
	f->w.source = f->source = source_host(at(f, "env/site-packages/ext"));
	f->w.store = f->store = store_new(f->source);
	im = set_target(f, "./liba.so");
	add_missing(f, im, "libc10.so");
	assert_string_equal(run(f)->code, "search-path");
}

static void a_program_with_rights_of_its_own_is_given_no_origin(void **state)
{
	struct fixture *f = *state;
	struct image *im = set_target(f, put_so(f, "app/liba.so", &(struct so){ 0 }));
	const struct dlwhy_finding *d;

	put_so(f, "app/libbeside-x.so.1", &(struct so){ .soname = "libbeside-x.so.1" });
	f->p->secure = true;
	add_missing(f, im, "libbeside-x.so.1");
	d = run(f);
	assert_true(fix_has(d, "set-runpath", at(f, "app")));
	assert_false(fix_has(d, "set-runpath", "$ORIGIN"));
	assert_false(fix_has(d, "library-path", NULL));
}

static void what_changes_no_file_is_offered_first(void **state)
{
	struct fixture *f = *state;
	const char *prog = put_so(f, "app/prog", &(struct so){ 0 });

	set_target(f, prog);
	f->in.is_program = true;
	put_so(f, "app/libbeside-x.so.1", &(struct so){ .soname = "libbeside-x.so.1" });
	add_missing(f, f->target, "libbeside-x.so.1");
	assert_string_equal(run(f)->fixes[0]->kind, "library-path");
	assert_true(fix_has(f->out.findings[0], "library-path", prog)); /* the command, ready */
}

static void the_loader_of_glibc_is_a_mismatch_in_musl(void **state)
{
	struct fixture *f = *state;
	struct image *a = set_target(f, put_so(f, "liba.so", &(struct so){ 0 }));
	const struct dlwhy_finding *d;

	use_musl(f);
	put_so(f, "lib/ld-linux-x86-64.so.2", &(struct so){ 0 }); /* there, and no help */
	add_missing(f, a, "ld-linux-x86-64.so.2");
	d = run(f);
	assert_string_equal(d->code, "missing-library");
	assert_string_equal(d->detail, "libc-mismatch");
	assert_contains(d->summary, "built for glibc");
	assert_false(fix_has(d, "library-path", NULL));
}

static void musl_is_offered_its_path_file_and_no_cache(void **state)
{
	struct fixture *f = *state;
	struct image *a = set_target(f, put_so(f, "app/liba.so", &(struct so){ 0 }));
	const struct dlwhy_finding *d;

	use_musl(f);
	put_so(f, "app/libb.so", &(struct so){ 0 });
	add_missing(f, a, "libb.so");
	d = run(f);
	assert_string_equal(d->code, "search-path");
	assert_true(fix_has(d, "path-file", "ld-musl.path"));
	assert_true(fix_has(d, "library-path", "LD_LIBRARY_PATH="));
	assert_false(fix_has(d, "ldconfig", NULL));
}

static void a_missing_link_is_made_by_hand_in_musl(void **state)
{
	struct fixture *f = *state;
	struct image *a = set_target(f, put_so(f, "app/liba.so", &(struct so){ 0 }));

	use_musl(f);
	put_so(f, "app/libb.so.1.2", &(struct so){ .soname = "libb.so.1" });
	add_missing(f, a, "libb.so.1");
	assert_true(fix_has(run(f), "link", "ln -s libb.so.1.2"));
}

static void a_library_of_glibc_is_no_help_in_musl(void **state)
{
	struct fixture *f = *state;
	struct image *a = set_target(f, put_so(f, "app/liba.so", &(struct so){ 0 }));
	const struct dlwhy_finding *d;

	use_musl(f);
	put_so(f, "app/libb.so", &(struct so){ .needs = "libc.so.6" });
	add_missing(f, a, "libb.so");
	d = run(f);
	assert_string_equal(d->code, "missing-library");
	assert_true(evidence_has(d, "fact", "built for glibc", NULL));
}

static void a_preload_that_fails_is_passed_over_in_silence_by_musl(void **state)
{
	struct fixture *f = *state;

	use_musl(f);
	set_target(f, put_so(f, "liba.so", &(struct so){ 0 }));
	add_request(f, NULL, "libpre.so")->preload = true;
	assert_contains(run(f)->summary, "without a word");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DIAGNOSE_TEST(what_changes_no_file_is_offered_first),
		DIAGNOSE_TEST(a_program_with_rights_of_its_own_is_given_no_origin),
		DIAGNOSE_TEST(a_target_named_from_its_own_folder_is_looked_around_in_the_same_way),
		DIAGNOSE_TEST(a_copy_of_another_release_is_not_offered_as_it_is),
		DIAGNOSE_TEST(a_library_that_is_nowhere_is_missing),
		DIAGNOSE_TEST(the_chain_leads_from_the_target_to_who_asked),
		DIAGNOSE_TEST(a_chain_that_bites_its_tail_is_cut),
		DIAGNOSE_TEST(beside_the_target_is_a_search_path),
		DIAGNOSE_TEST(the_new_runpath_keeps_the_old_one),
		DIAGNOSE_TEST(a_foreign_file_beside_the_target_is_no_help),
		DIAGNOSE_TEST(the_folder_of_the_package_that_brings_it_is_looked_at),
		DIAGNOSE_TEST(a_folder_below_a_default_one_is_looked_at),
		DIAGNOSE_TEST(another_number_is_version_skew),
		DIAGNOSE_TEST(a_missing_link_is_a_search_path),
		DIAGNOSE_TEST(a_runpath_into_a_build_tree_is_named),
		DIAGNOSE_TEST(a_runpath_that_exists_is_not_blamed),
		DIAGNOSE_TEST(a_file_for_another_processor_is_named),
		DIAGNOSE_TEST(the_target_itself_may_be_for_another_processor),
		DIAGNOSE_TEST(a_file_that_may_not_be_read_is_permission),
		DIAGNOSE_TEST(an_abi_note_is_a_system_too_old),
		DIAGNOSE_TEST(links_in_a_circle_are_damage),
		DIAGNOSE_TEST(a_path_that_does_not_exist_is_not_searched_for),
		DIAGNOSE_TEST(a_dangling_link_says_where_it_leads),
		DIAGNOSE_TEST(a_second_asker_is_evidence_not_a_second_finding),
		DIAGNOSE_TEST(a_preload_that_fails_is_a_warning),
		DIAGNOSE_TEST(tokens_are_refused_to_privileged_programs),
		DIAGNOSE_TEST(the_loader_of_glibc_is_a_mismatch_in_musl),
		DIAGNOSE_TEST(musl_is_offered_its_path_file_and_no_cache),
		DIAGNOSE_TEST(a_missing_link_is_made_by_hand_in_musl),
		DIAGNOSE_TEST(a_library_of_glibc_is_no_help_in_musl),
		DIAGNOSE_TEST(a_preload_that_fails_is_passed_over_in_silence_by_musl),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
