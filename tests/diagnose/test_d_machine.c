/* test_d_machine.c - processor levels, executable stacks, unknown relocations. */
#include "fixture.h"

static void both_levels_of_the_processor_are_told(void **state)
{
	struct fixture *f = *state;
	struct failure *x = add_failure(f, FAIL_ISA);
	const struct dlwhy_finding *d;

	x->image = set_target(f, put_so(f, "liba.so", &(struct so){ 0 }));
	x->wanted = 8;
	x->available = 7;
	d = run(f);
	assert_string_equal(d->code, "cpu-isa");
	assert_contains(d->summary, "x86-64-v4");
	assert_contains(d->summary, "x86-64-v3");
}

static void an_assumed_processor_makes_it_a_prediction(void **state)
{
	struct fixture *f = *state;
	struct failure *x = add_failure(f, FAIL_ISA);

	x->image = set_target(f, put_so(f, "liba.so", &(struct so){ 0 }));
	x->assumes = "the processor is as assumed";
	assert_int_equal(run(f)->certainty, DLWHY_PREDICTED);
	assert_string_equal(f->out.findings[0]->assumes, "the processor is as assumed");
	assert_int_equal(f->out.certainty, DLWHY_PREDICTED);
}

static void an_executable_stack_can_be_cleared(void **state)
{
	struct fixture *f = *state;
	const char *path = put_so(f, "liba.so", &(struct so){ 0 });
	struct failure *x = add_failure(f, FAIL_EXEC_STACK);
	const struct dlwhy_finding *d;

	f->w.install.minor = 41;
	x->candidate = store_open(f->store, path);
	d = run(f);
	assert_string_equal(d->code, "exec-stack");
	assert_string_equal(d->object, path);
	assert_contains(d->summary, "has no mark"); /* no PT_GNU_STACK */
	assert_true(fix_has(d, "clear-exec-stack", "patchelf --clear-execstack"));
	assert_false(fix_has(d, "environment", NULL));
	f->w.install.minor = 42;
	assert_true(fix_has(run(f), "environment", "glibc.rtld.execstack=2"));
}

static void a_relocation_is_named_if_it_has_a_name(void **state)
{
	struct fixture *f = *state;
	struct failure *x = add_failure(f, FAIL_RELOC_TYPE);

	x->image = set_target(f, put_so(f, "liba.so", &(struct so){ 0 }));
	x->reloc_type = 119;
	assert_string_equal(run(f)->code, "corrupt-file");
	assert_contains(f->out.findings[0]->summary, "number 119");
	x->reloc_type = R_X86_64_PC16;
	assert_contains(run(f)->summary, "R_X86_64_PC16");
}

static void a_relocation_of_another_processor_is_that_in_musl(void **state)
{
	struct fixture *f = *state;
	struct failure *x = add_failure(f, FAIL_RELOC_TYPE);

	use_musl(f);
	x->image = set_target(f, put_so(f, "liba.so", &(struct so){ .machine = EM_AARCH64 }));
	x->reloc_type = R_AARCH64_RELATIVE;
	assert_string_equal(run(f)->code, "wrong-arch");
	assert_contains(f->out.findings[0]->summary, "aarch64");
}

static void functions_chosen_at_load_time_are_not_for_musl(void **state)
{
	struct fixture *f = *state;
	struct failure *x = add_failure(f, FAIL_RELOC_TYPE);

	use_musl(f);
	x->image = set_target(f, put_so(f, "liba.so", &(struct so){ 0 }));
	x->reloc_type = R_X86_64_IRELATIVE;
	assert_string_equal(run(f)->code, "not-loadable");
	assert_string_equal(f->out.findings[0]->detail, "libc-mismatch");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DIAGNOSE_TEST(both_levels_of_the_processor_are_told),
		DIAGNOSE_TEST(an_assumed_processor_makes_it_a_prediction),
		DIAGNOSE_TEST(an_executable_stack_can_be_cleared),
		DIAGNOSE_TEST(a_relocation_is_named_if_it_has_a_name),
		DIAGNOSE_TEST(a_relocation_of_another_processor_is_that_in_musl),
		DIAGNOSE_TEST(functions_chosen_at_load_time_are_not_for_musl),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
