/* test_d_file.c - files that the loader refuses: what are they really? */
#include <errno.h>

#include "fixture.h"

/* The target is the file at `path`, refused with the loader's words. */
static const struct dlwhy_finding *refused(struct fixture *f, const char *path, const char *words)
{
	struct request *rq = add_request(f, f->program, path);
	struct failure *x;

	f->in.target = f->in.target_path = path;
	add_probe(f, rq, RULE_PATH, path, PROBE_NOT_ELF);
	x = add_failure(f, FAIL_CANDIDATE);
	x->request = rq;
	x->candidate = store_open(f->store, path);
	x->object = path;
	x->string = words;
	return run(f);
}

struct kind {
	const char *bytes;
	size_t n;
	const char *code, *says;
};

static void a_file_is_called_what_it_is(void **state)
{
	struct fixture *f = *state;
#define BYTES(s) s, sizeof(s) - 1
	static const struct kind kinds[] = {
		{ BYTES(""), "corrupt-file", "empty" },
		{ BYTES("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n"),
		  "corrupt-file", "Git LFS" },
		{ BYTES("<!DOCTYPE html><html><body>Not found, sorry, really not found here"),
		  "corrupt-file", "HTML" },
		{ BYTES("/* GNU ld script */\nGROUP ( /lib/libfoo.so.1 AS_NEEDED ( /lib/libbar.so.1 ) )\n"),
		  "not-loadable", "linker script" },
		{ BYTES("!<arch>\n0123456789012345678901234567890123456789012345678901234567890"),
		  "not-loadable", "ar archive" },
		{ BYTES("\xcf\xfa\xed\xfe\x0c\0\0\x01\0\0\0\0\x06\0\0\0" "0123456789012345678901234567890"
			"01234567890123456789"),
		  "wrong-arch", "macOS" },
		{ BYTES("#!/bin/sh\necho this is a script that somebody called libfoo.so by mistake\n"),
		  "not-loadable", "script" },
		{ BYTES("\x1f\x8b\x08\0\0\0\0\0\0\x03" "01234567890123456789012345678901234567890123456789"
			"0123456789"),
		  "not-loadable", "gzip" },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct dlwhy_finding *d;

		f->p->trace = (struct trace){ 0 };
		d = refused(f, put(f, arena_printf(f->a, "kind%zu.so", i), kinds[i].bytes, kinds[i].n),
			    "invalid ELF header");
		assert_string_equal(d->code, kinds[i].code);
		assert_contains(d->summary, kinds[i].says);
		assert_int_equal(d->evidence[0]->offset, 0);
	}
}

static void a_link_that_became_text_is_recognised(void **state)
{
	struct fixture *f = *state;
	const struct dlwhy_finding *d =
		refused(f, put_text(f, "libfoo.so.1", "libfoo.so.1.2.3\n"), "file too short");

	assert_string_equal(d->code, "corrupt-file");
	assert_contains(d->summary, "symbolic link");
	assert_true(fix_has(d, "link", "ln -sf libfoo.so.1.2.3"));
}

static void a_text_of_several_words_is_no_link(void **state)
{
	struct fixture *f = *state;
	const struct dlwhy_finding *d =
		refused(f, put_text(f, "libfoo.so", "see libfoo.so.1\n"), "file too short");

	assert_null(strstr(d->summary, "symbolic link"));
	assert_contains(d->summary, "text file");
}

static void a_folder_is_no_library(void **state)
{
	struct fixture *f = *state;
	const struct dlwhy_finding *d =
		refused(f, put_folder(f, "dir.so"), "cannot read file data");

	assert_string_equal(d->code, "not-loadable");
	assert_contains(d->summary, "folder");
}

static void an_object_file_is_no_library(void **state)
{
	struct fixture *f = *state;
	const char *path = put_so(f, "foo.o", &(struct so){ .type = ET_REL });

	assert_string_equal(refused(f, path, "only ET_DYN and ET_EXEC can be loaded")->code,
			    "not-loadable");
	assert_contains(f->out.findings[0]->summary, "object file");
}

static void a_cut_table_of_segments_counts_the_missing_bytes(void **state)
{
	struct fixture *f = *state;
	const char *path = put_so(f, "cut.so", &(struct so){ .size = 100 });
	const struct dlwhy_finding *d = refused(f, path, "cannot read file data");

	/* header of 64 bytes, two program headers of 56 */
	assert_string_equal(d->code, "corrupt-file");
	assert_contains(d->summary, "100 bytes");
	assert_contains(d->summary, "176 bytes (76 bytes are missing)");
}

/* The target was found, and mapping it failed with the loader's words. */
static const struct dlwhy_finding *unmapped(struct fixture *f, const char *path, const char *words)
{
	struct request *rq = add_request(f, f->program, path);
	struct failure *x;

	add_probe(f, rq, RULE_PATH, path, PROBE_TAKEN);
	x = add_failure(f, FAIL_MAP);
	x->request = rq;
	x->candidate = store_open(f->store, path);
	x->string = words;
	return run(f);
}

static void a_program_is_no_library(void **state)
{
	struct fixture *f = *state;
	const char *path = put_so(f, "prog", &(struct so){ .flags_1 = 0x08000000 });

	assert_string_equal(
		unmapped(f, path, "cannot dynamically load position-independent executable")->code,
		"not-loadable");
	assert_contains(f->out.findings[0]->summary, "prog is a program");
}

static void z_nodlopen_is_told(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(unmapped(f, put_so(f, "no.so", &(struct so){ 0 }),
				     "shared object cannot be dlopen()ed")
				    ->code,
			    "not-loadable");
	assert_contains(f->out.findings[0]->summary, "-z nodlopen");
}

static void a_size_that_nobody_has_is_a_limit(void **state)
{
	struct fixture *f = *state;
	const struct dlwhy_finding *d = unmapped(f, put_so(f, "big.so", &(struct so){ 0 }),
						 "failed to map segment from shared object");

	assert_string_equal(d->code, "memory-or-limit");
	assert_contains(d->summary, "4,096 bytes");
}

static void noexec_is_a_permission(void **state)
{
	struct fixture *f = *state;
	const char *path = put_so(f, "tmp.so", &(struct so){ 0 });

	store_open(f->store, path)->file->noexec = true;
	assert_string_equal(unmapped(f, path, "failed to map segment from shared object")->code,
			    "permission");
	assert_true(fix_has(f->out.findings[0], "move", "findmnt -T"));
}

static void broken_segments_are_damage(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(unmapped(f, put_so(f, "align.so", &(struct so){ 0 }),
				     "ELF load command address/offset not page-aligned")
				    ->code,
			    "corrupt-file");
}

static void a_bad_file_that_hides_a_good_one_says_so(void **state)
{
	struct fixture *f = *state;
	struct image *im = set_target(f, put_so(f, "app/liba.so", &(struct so){ 0 }));
	const char *bad = put_text(f, "stale/libhidden-x.so", "");
	struct request *rq = add_request(f, im, "libhidden-x.so");
	struct failure *x;
	const struct dlwhy_finding *d;

	put_so(f, "app/libhidden-x.so", &(struct so){ 0 });
	add_probe(f, rq, RULE_RUNPATH, bad, PROBE_TOO_SHORT);
	x = add_failure(f, FAIL_CANDIDATE);
	x->request = rq;
	x->candidate = store_open(f->store, bad);
	x->string = "file too short";
	d = run(f);
	assert_string_equal(d->code, "corrupt-file");
	assert_string_equal(d->object, bad);
	assert_string_equal(d->needed_by, im->name);
	assert_contains(d->summary, "there the loader stops");
	assert_true(evidence_has(d, "fact", "a good file of that name", NULL));
	assert_int_equal(d->nalso, 1);
	assert_string_equal(d->also[0]->code, "search-path");
}

/* musl says "Exec format error" of all that is no library. */
static const char *code_in_musl(struct fixture *f, const char *path, int err)
{
	struct failure *x = add_failure(f, FAIL_CANDIDATE);

	f->p->trace.failures.n = 1;
	x = &f->p->trace.failures.items[0];
	*x = (struct failure){ .kind = FAIL_CANDIDATE, .object = path, .string = "Exec format error",
			       .err = err, .candidate = store_open(f->store, path) };
	return run(f)->code;
}

static void the_header_tells_what_musl_does_not_say(void **state)
{
	struct fixture *f = *state;
	unsigned char *big = arena_alloc(f->a, 128);

	use_musl(f);
	memcpy(big, ELFMAG "\2\2\1", 7);
	assert_string_equal(code_in_musl(f, put(f, "big.so", big, 128), ENOEXEC), "wrong-arch");
	memcpy(big, ELFMAG "\1\1\1", 7);
	assert_string_equal(code_in_musl(f, put(f, "small.so", big, 128), ENOEXEC), "wrong-arch");
	assert_string_equal(code_in_musl(f, put_so(f, "a.o", &(struct so){ .type = ET_REL }), ENOEXEC),
			    "not-loadable");
	assert_string_equal(code_in_musl(f, put_so(f, "prog", &(struct so){ .type = ET_EXEC }), EBUSY),
			    "not-loadable");
	assert_string_equal(code_in_musl(f, put_so(f, "cut.so", &(struct so){ .size = 60 }), ENOEXEC),
			    "corrupt-file");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DIAGNOSE_TEST(a_file_is_called_what_it_is),
		DIAGNOSE_TEST(a_link_that_became_text_is_recognised),
		DIAGNOSE_TEST(a_text_of_several_words_is_no_link),
		DIAGNOSE_TEST(a_folder_is_no_library),
		DIAGNOSE_TEST(an_object_file_is_no_library),
		DIAGNOSE_TEST(a_cut_table_of_segments_counts_the_missing_bytes),
		DIAGNOSE_TEST(a_program_is_no_library),
		DIAGNOSE_TEST(z_nodlopen_is_told),
		DIAGNOSE_TEST(a_size_that_nobody_has_is_a_limit),
		DIAGNOSE_TEST(noexec_is_a_permission),
		DIAGNOSE_TEST(broken_segments_are_damage),
		DIAGNOSE_TEST(a_bad_file_that_hides_a_good_one_says_so),
		DIAGNOSE_TEST(the_header_tells_what_musl_does_not_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
