/* test_d_cpu.c - levels that the loader does not look at, and the machine code itself. */
#include "fixture.h"

#include "../machine/code_file.h"

/* vaddps ymm0, ymm0, ymm1; ret */
static const unsigned char avx[] = { 0xc5, 0xfc, 0x58, 0xc1, 0xc3 };

static const struct dlwhy_finding *judged(struct fixture *f, const struct code_lib *l,
					  const char *cpu)
{
	unsigned char b[CODE_END];

	code_lib_make(l, b);
	set_target(f, put(f, "app/libcode.so", b, sizeof(b)));
	assert_true(cpu_named(cpu, &f->w.cpu));
	f->in.code = true;
	return run(f);
}

#define CODE(bytes) .code = (bytes), .n = sizeof(bytes)

static void code_without_any_choice_probably_needs_it(void **state)
{
	const struct dlwhy_finding *d = judged(*state, &(struct code_lib){ CODE(avx) }, "x86-64-v2");

	assert_string_equal(d->code, "cpu-isa");
	assert_string_equal(d->detail, "code");
	assert_int_equal(d->severity, DLWHY_WARNING);
	assert_int_equal(d->certainty, DLWHY_LIKELY);
	assert_contains(d->summary, "made for processors with AVX");
	assert_contains(d->summary, "x86-64-v2");
	assert_contains(d->summary, "Sandy Bridge");
	assert_true(evidence_has(d, "bytes", "vaddps ymm0, ymm0, ymm1, in f", NULL));
	assert_int_equal(d->evidence[1]->offset, CODE_TEXT);
	assert_int_equal(d->evidence[1]->size, 4);
}

static void code_of_a_constructor_runs_in_any_case(void **state)
{
	const struct dlwhy_finding *d =
		judged(*state, &(struct code_lib){ CODE(avx), .constructor = true }, "x86-64-v2");

	assert_int_equal(d->severity, DLWHY_ERROR);
	assert_int_equal(d->certainty, DLWHY_PREDICTED);
	assert_contains(d->summary, "as soon as it is loaded");
	assert_contains(d->assumes, "constructors");
	assert_true(evidence_has(d, "bytes", "runs in any case", NULL));
}

static void code_behind_a_choice_is_no_more_than_a_note(void **state)
{
	const struct dlwhy_finding *d =
		judged(*state, &(struct code_lib){ CODE(avx), .wants = "getauxval" }, "x86-64-v2");

	assert_int_equal(d->severity, DLWHY_NOTE);
	assert_contains(d->summary, "can choose at run time");
	assert_int_equal(((struct fixture *)*state)->out.certainty, DLWHY_PROVED);
}

static void much_code_is_not_behind_a_choice(void **state)
{
	const struct dlwhy_finding *d =
		judged(*state, &(struct code_lib){ CODE(avx), .copies = 30, .wants = "getauxval" },
		       "x86-64-v2");

	assert_int_equal(d->severity, DLWHY_WARNING);
	assert_contains(d->assumes, "so many of its functions");
}

static void a_processor_that_has_it_all_gets_a_line_and_no_finding(void **state)
{
	struct fixture *f = *state;

	assert_null(judged(f, &(struct code_lib){ CODE(avx) }, "haswell"));
	assert_contains(f->out.hint, "uses AVX; the processor haswell has all of it");
}

static void nobody_looks_unless_asked(void **state)
{
	struct fixture *f = *state;
	unsigned char b[CODE_END];

	code_lib_make(&(struct code_lib){ CODE(avx) }, b);
	set_target(f, put(f, "app/libcode.so", b, sizeof(b)));
	assert_null(run(f));
	assert_null(f->out.hint);
}

static void code_of_the_host_is_not_asked_about(void **state)
{
	struct fixture *f = *state;
	unsigned char b[CODE_END];
	struct image *other;

	code_lib_make(&(struct code_lib){ CODE(avx) }, b);
	other = add_image(f, IMAGE_LIBRARY, put(f, "host/libcode.so", b, sizeof(b)));
	other->is_host = true;
	set_target(f, put_so(f, "app/liba.so", &(struct so){ 0 }));
	assert_true(cpu_named("x86-64-v2", &f->w.cpu));
	f->in.code = true;
	assert_null(run(f));
}

static void code_that_is_not_read_is_said_to_be_so(void **state)
{
	struct fixture *f = *state;

	assert_null(judged(f, &(struct code_lib){ CODE(avx), .machine = EM_RISCV }, "x86-64-v2"));
	assert_contains(f->out.hint, "was not looked at");
}

/* ---- notes -------------------------------------------------------------------------------- */

/* A library with a note that asks for level v3. */
static const char *put_noted(struct fixture *f)
{
	unsigned char b[CODE_END];
	const uint32_t note[] = { 4, 16, NT_GNU_PROPERTY_TYPE_0, 0x00554e47,
				  0xc0008002, 4, 4, 0 }; /* X86_ISA_1_NEEDED: V3 */
	Elf64_Ehdr e;
	Elf64_Phdr p = { .p_type = PT_NOTE, .p_offset = CODE_INIT + 0x200,
			 .p_vaddr = CODE_INIT + 0x200, .p_filesz = sizeof(note),
			 .p_memsz = sizeof(note), .p_align = 8 };

	code_lib_make(&(struct code_lib){ CODE(avx) }, b);
	memcpy(&e, b, sizeof(e));
	e.e_phnum = 3;
	memcpy(b, &e, sizeof(e));
	memcpy(b + sizeof(e) + 2 * sizeof(p), &p, sizeof(p));
	memcpy(b + CODE_INIT + 0x200, note, sizeof(note));
	return put(f, "app/libnoted.so", b, sizeof(b));
}

static void an_old_loader_does_not_look_at_the_level(void **state)
{
	struct fixture *f = *state;
	const struct dlwhy_finding *d;

	set_target(f, put_noted(f));
	assert_true(cpu_named("x86-64-v2", &f->w.cpu));
	f->w.install.minor = 31;
	f->w.install.version = "2.31";
	d = run(f);
	assert_string_equal(d->code, "cpu-isa");
	assert_null(d->detail);
	assert_int_equal(d->severity, DLWHY_WARNING);
	assert_contains(d->summary, "x86-64-v3");
	assert_contains(d->summary, "glibc 2.31");
	f->w.kind = LOADER_MUSL;
	f->w.install.version = NULL;
	assert_contains(run(f)->summary, "(musl)");
}

static void one_that_looks_needs_no_warning(void **state)
{
	struct fixture *f = *state;

	set_target(f, put_noted(f));
	assert_true(cpu_named("x86-64-v2", &f->w.cpu));
	f->w.install.minor = 33;
	assert_null(run(f));
	f->w.install.minor = 31;
	assert_true(cpu_named("x86-64-v3", &f->w.cpu));
	assert_null(run(f));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DIAGNOSE_TEST(code_without_any_choice_probably_needs_it),
		DIAGNOSE_TEST(code_of_a_constructor_runs_in_any_case),
		DIAGNOSE_TEST(code_behind_a_choice_is_no_more_than_a_note),
		DIAGNOSE_TEST(much_code_is_not_behind_a_choice),
		DIAGNOSE_TEST(a_processor_that_has_it_all_gets_a_line_and_no_finding),
		DIAGNOSE_TEST(nobody_looks_unless_asked),
		DIAGNOSE_TEST(code_of_the_host_is_not_asked_about),
		DIAGNOSE_TEST(code_that_is_not_read_is_said_to_be_so),
		DIAGNOSE_TEST(an_old_loader_does_not_look_at_the_level),
		DIAGNOSE_TEST(one_that_looks_needs_no_warning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
