/* test_d_symbol.c - symbols that nobody defines, and why that may be. */
#include "fixture.h"

static struct failure *add_symbol(struct fixture *f, struct image *who, const char *symbol)
{
	struct failure *x = add_failure(f, FAIL_SYMBOL);

	x->image = who;
	x->symbol = symbol;
	return x;
}

/* An image that `who` may ask for symbols. */
static struct image *add_in_scope(struct fixture *f, struct image *who, const char *name,
				  const struct so *o)
{
	struct image *im = add_image(f, IMAGE_LIBRARY, put_so(f, name, o));
	struct search_list *l = ARENA_NEW(f->a, struct search_list);

	l->v = ARENA_ARRAY(f->a, 1, struct image *);
	l->v[0] = im;
	l->n = 1;
	who->scopes[who->nscopes++] = l;
	return im;
}

static struct image *target(struct fixture *f)
{
	return set_target(f, put_so(f, "app/liba.so", &(struct so){ 0 }));
}

static void an_unknown_symbol_is_just_missing(void **state)
{
	struct fixture *f = *state;
	struct image *a = target(f);
	const struct dlwhy_finding *d;

	add_symbol(f, a, "frobnicate");
	d = run(f);
	assert_string_equal(d->code, "missing-symbol");
	assert_null(d->detail);
	assert_string_equal(d->symbol, "frobnicate");
	assert_string_equal(d->object, a->name);
	assert_string_equal(d->summary,
			    "liba.so needs frobnicate, and nothing that is loaded with it defines it.");
}

static void symbols_of_one_object_are_one_finding(void **state)
{
	struct fixture *f = *state;
	struct image *a = target(f);
	const struct dlwhy_finding *d;

	for (int i = 0; i < 120; i++)
		add_symbol(f, a, arena_printf(f->a, "frob%d", i));
	add_symbol(f, a, "PyLong_FromLong");
	d = run(f);
	assert_int_equal(f->out.nfindings, 2);
	assert_string_equal(d->symbol, "frob0");
	assert_contains(d->summary, "frob0 and 119 more");
	assert_int_equal(d->nevidence, MAX_EVIDENCE + 1);
	assert_contains(d->evidence[MAX_EVIDENCE]->says, "and 70 more");
	assert_string_equal(f->out.findings[1]->symbol, "PyLong_FromLong");
}

static void the_other_kind_of_string_is_seen(void **state)
{
	struct fixture *f = *state;
	struct image *a = target(f);
	const struct dlwhy_finding *d;

	add_in_scope(f, a, "libs.so", &(struct so){ .defs = { "_ZN3foo3runESs" } });
	add_symbol(f, a, "_ZN3foo3runENSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE");
	d = run(f);
	assert_string_equal(d->detail, "cxx11-abi");
	assert_contains(d->summary, "foo::run");
	assert_contains(d->fixes[0]->says, "_GLIBCXX_USE_CXX11_ABI=0");
	assert_true(evidence_has(d, "symbol", "defined instead", "_ZN3foo3runESs"));
}

static void other_parameters_are_another_release(void **state)
{
	struct fixture *f = *state;
	struct image *a = target(f);
	const struct dlwhy_finding *d;

	add_in_scope(f, a, "libs.so", &(struct so){ .defs = { "_ZN3foo3runEi", "_ZN3foo6runnerEv" } });
	add_symbol(f, a, "_ZN3foo3runEv");
	d = run(f);
	assert_string_equal(d->detail, "version-skew");
	assert_contains(d->summary, "other parameters");
	assert_false(evidence_has(d, "symbol", "instead", "_ZN3foo6runnerEv"));
}

static void a_private_library_is_not_linked(void **state)
{
	struct fixture *f = *state;
	struct image *a = target(f);
	const struct dlwhy_finding *d;

	add_image(f, IMAGE_LIBRARY, put_so(f, "libprov.so", &(struct so){ .defs = { "prov" } }));
	add_symbol(f, a, "prov");
	d = run(f);
	assert_string_equal(d->detail, "not-linked");
	assert_contains(d->summary, "libprov.so");
	assert_contains(d->summary, "RTLD_LOCAL");
}

static void a_definition_in_another_version_is_skew(void **state)
{
	struct fixture *f = *state;
	struct image *a = target(f);
	struct failure *x;

	add_in_scope(f, a, "libprov.so", &(struct so){ .defs = { "prov" } });
	x = add_symbol(f, a, "prov");
	x->version = "V2";
	assert_string_equal(run(f)->detail, "version-skew");
	assert_contains(f->out.findings[0]->summary, "another version");
}

static void a_symbol_that_left_its_version_names_the_file(void **state)
{
	struct fixture *f = *state;
	struct failure *x = add_symbol(f, target(f), "gone");

	x->version = "V2";
	x->version_file = "libprov.so.1";
	assert_contains(run(f)->summary, "libprov.so.1, which had it in version V2");
	assert_string_equal(f->out.findings[0]->detail, "version-skew");
}

static void a_family_whose_library_is_not_there_is_not_linked(void **state)
{
	struct fixture *f = *state;
	const struct dlwhy_finding *d;

	add_symbol(f, target(f), "ncclCommInitAll");
	d = run(f);
	assert_string_equal(d->detail, "not-linked");
	assert_contains(d->summary, "libnccl.so.2");
	assert_true(evidence_has(d, "fact", "rule of thumb", NULL));
}

static void a_family_whose_library_is_there_is_another_release(void **state)
{
	struct fixture *f = *state;
	struct image *a = target(f);

	add_in_scope(f, a, "libgomp.so.1", &(struct so){ .defs = { "omp_other" } });
	add_symbol(f, a, "GOMP_parallel");
	assert_string_equal(run(f)->detail, "version-skew");
}

static void a_python_without_the_function_is_another_python(void **state)
{
	struct fixture *f = *state;
	struct image *a = target(f);

	add_symbol(f, a, "_PyFoo_New");
	assert_null(run(f)->detail); /* no Python in the process at all */
	add_in_scope(f, a, "libpython3.11.so.1.0", &(struct so){ .defs = { "PyLong_FromLong" } });
	assert_string_equal(run(f)->detail, "python-abi");
}

static void a_lazy_failure_of_a_program_is_an_error_later_on(void **state)
{
	struct fixture *f = *state;
	const struct dlwhy_finding *d;

	f->in.is_program = true;
	f->in.target_path = "/x/prog";
	add_symbol(f, f->program, "frobnicate")->lazy = true;
	d = run(f);
	assert_int_equal(d->severity, DLWHY_ERROR);
	assert_contains(d->summary, "The program starts, but dies at its first call of frobnicate");
	assert_string_equal(d->needed_by, "/x/prog");
}

static void a_lazy_failure_of_a_library_is_a_warning(void **state)
{
	struct fixture *f = *state;

	add_symbol(f, target(f), "frobnicate")->lazy = true;
	assert_int_equal(run(f)->severity, DLWHY_WARNING);
	assert_contains(f->out.findings[0]->summary, "liba.so loads, but");
}

static void names_of_python_are_one_finding_with_and_without_underscore(void **state)
{
	struct fixture *f = *state;
	struct image *a = target(f);

	add_symbol(f, a, "PyLong_FromLong");
	add_symbol(f, a, "_Py_NoneStruct");
	assert_contains(run(f)->summary, "PyLong_FromLong and 1 more of Python's C API");
	assert_int_equal(f->out.nfindings, 1);
}

static void a_module_that_names_its_python_tells_which(void **state)
{
	struct fixture *f = *state;
	struct image *a = set_target(
		f, put_so(f, "app/m.cpython-311-x86_64-linux-gnu.so", &(struct so){ 0 }));

	add_in_scope(f, a, "app/libpython3.9.so", &(struct so){ .defs = { "PyLong_FromLong" } });
	add_symbol(f, a, "PyObject_Vectorcall");
	assert_contains(run(f)->summary, "built for Python 3.11");
	assert_contains(f->out.findings[0]->summary, "libpython3.9.so");
}

static void what_comes_later_does_not_claim_a_start(void **state)
{
	struct fixture *f = *state;
	const char *path = put_so(f, "app/prog", &(struct so){ 0 });

	f->program->real_path = f->in.target_path = path;
	f->in.is_program = true;
	add_symbol(f, f->program, "at_once");
	add_symbol(f, f->program, "later")->lazy = true;
	assert_string_equal(run(f)->symbol, "at_once");
	assert_int_equal(f->out.nfindings, 2);
	assert_contains(f->out.findings[1]->summary, "Once started, the program dies");
}

static void what_only_glibc_has_is_a_mismatch_in_musl(void **state)
{
	struct fixture *f = *state;
	struct image *a = set_target(f, put_so(f, "liba.so", &(struct so){ .needs = "libc.so.6" }));
	const struct dlwhy_finding *d;

	use_musl(f);
	add_symbol(f, a, "__sprintf_chk")->version = "GLIBC_2.3.4";
	d = run(f);
	assert_string_equal(d->code, "missing-symbol");
	assert_string_equal(d->detail, "libc-mismatch");
	assert_contains(d->summary, "built for glibc");
	assert_true(fix_has(d, "replace", NULL));
}

static void what_is_not_of_glibc_is_none(void **state)
{
	struct fixture *f = *state;
	struct image *a = set_target(f, put_so(f, "liba.so", &(struct so){ .needs = "libc.so.6" }));

	use_musl(f);
	add_symbol(f, a, "own_function");
	assert_null(run(f)->detail);
}

static void a_library_that_is_missing_may_be_the_one_in_musl(void **state)
{
	struct fixture *f = *state;
	struct image *a = set_target(f, put_so(f, "liba.so", &(struct so){ 0 }));
	const struct dlwhy_finding *d;

	use_musl(f);
	add_missing(f, a, "libgone.so");
	add_symbol(f, a, "gone");
	run(f);
	assert_int_equal(f->out.nfindings, 2);
	assert_string_equal(f->out.findings[0]->code, "missing-library");
	d = f->out.findings[1];
	assert_contains(d->summary, "libgone.so");
	assert_string_equal(d->also[0]->code, "missing-library");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DIAGNOSE_TEST(what_comes_later_does_not_claim_a_start),
		DIAGNOSE_TEST(a_module_that_names_its_python_tells_which),
		DIAGNOSE_TEST(names_of_python_are_one_finding_with_and_without_underscore),
		DIAGNOSE_TEST(an_unknown_symbol_is_just_missing),
		DIAGNOSE_TEST(symbols_of_one_object_are_one_finding),
		DIAGNOSE_TEST(the_other_kind_of_string_is_seen),
		DIAGNOSE_TEST(other_parameters_are_another_release),
		DIAGNOSE_TEST(a_private_library_is_not_linked),
		DIAGNOSE_TEST(a_definition_in_another_version_is_skew),
		DIAGNOSE_TEST(a_symbol_that_left_its_version_names_the_file),
		DIAGNOSE_TEST(a_family_whose_library_is_not_there_is_not_linked),
		DIAGNOSE_TEST(a_family_whose_library_is_there_is_another_release),
		DIAGNOSE_TEST(a_python_without_the_function_is_another_python),
		DIAGNOSE_TEST(a_lazy_failure_of_a_program_is_an_error_later_on),
		DIAGNOSE_TEST(a_lazy_failure_of_a_library_is_a_warning),
		DIAGNOSE_TEST(what_only_glibc_has_is_a_mismatch_in_musl),
		DIAGNOSE_TEST(what_is_not_of_glibc_is_none),
		DIAGNOSE_TEST(a_library_that_is_missing_may_be_the_one_in_musl),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
