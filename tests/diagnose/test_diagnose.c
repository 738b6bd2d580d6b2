/* test_diagnose.c - order, certainty and bounds of a whole diagnosis. */
#include "fixture.h"

static void the_first_failure_is_the_first_finding(void **state)
{
	struct fixture *f = *state;
	struct image *a = set_target(f, put_so(f, "liba.so", &(struct so){ 0 }));

	add_missing(f, a, "libsecond-z.so");
	add_missing(f, a, "libfirst-a.so");
	assert_string_equal(run(f)->object, "libsecond-z.so");
	assert_int_equal(f->out.nfindings, 2);
	assert_string_equal(f->out.findings[1]->object, "libfirst-a.so");
}

static void what_strikes_later_comes_behind(void **state)
{
	struct fixture *f = *state;
	struct image *a = set_target(f, put_so(f, "liba.so", &(struct so){ 0 }));
	struct failure *x = add_failure(f, FAIL_SYMBOL);

	f->in.is_program = true;
	x->image = a;
	x->symbol = "lazy";
	x->lazy = true;
	x = add_failure(f, FAIL_SYMBOL);
	x->image = a;
	x->symbol = "now";
	assert_string_equal(run(f)->symbol, "now");
	assert_string_equal(f->out.findings[1]->symbol, "lazy");
}

static void symbols_are_given_as_people_wrote_them_as_well(void **state)
{
	struct fixture *f = *state;
	struct image *a = set_target(f, put_so(f, "liba.so", &(struct so){ 0 }));
	struct failure *x = add_failure(f, FAIL_SYMBOL);
	const struct dlwhy_finding *d;

	x->image = a;
	x->symbol = "_ZN4frob3runEi";
	d = run(f);
	assert_string_equal(d->symbol, "_ZN4frob3runEi");
	assert_string_equal(d->demangled, "frob::run(int)");
	for (size_t i = 0; i < d->nevidence; i++) {
		const struct dlwhy_evidence *e = d->evidence[i];
		bool is_symbol = strcmp(e->kind, "symbol") == 0;

		assert_true((e->demangled != NULL) ==
			    (is_symbol && strcmp(e->value, "_ZN4frob3runEi") == 0));
	}
}

static void plain_symbols_have_one_name(void **state)
{
	struct fixture *f = *state;
	struct image *a = set_target(f, put_so(f, "liba.so", &(struct so){ 0 }));
	struct failure *x = add_failure(f, FAIL_SYMBOL);

	x->image = a;
	x->symbol = "frob";
	assert_null(run(f)->demangled);
}

static void warnings_come_behind_errors(void **state)
{
	struct fixture *f = *state;
	struct image *a = set_target(f, put_so(f, "liba.so", &(struct so){ 0 }));
	struct request *rq = add_request(f, f->program, "libnopre-x.so");

	rq->preload = true;
	add_probe(f, rq, RULE_DEFAULT_DIR, at(f, "default/libnopre-x.so"), PROBE_ABSENT);
	add_missing(f, a, "libnowhere-x.so");
	assert_string_equal(run(f)->object, "libnowhere-x.so");
	assert_int_equal(f->out.findings[1]->severity, DLWHY_WARNING);
}

static void what_loads_has_no_findings(void **state)
{
	struct fixture *f = *state;

	set_target(f, put_so(f, "liba.so", &(struct so){ 0 }));
	assert_null(run(f));
	assert_int_equal(f->out.nfindings, 0);
	assert_int_equal(f->out.certainty, DLWHY_PROVED);
}

static void any_assumption_makes_a_prediction(void **state)
{
	struct fixture *f = *state;
	struct image *a = set_target(f, put_so(f, "liba.so", &(struct so){ 0 }));

	f->w.assumes = "the machine";
	assert_null(run(f));
	assert_int_equal(f->out.certainty, DLWHY_PREDICTED);
	add_missing(f, a, "libnowhere-x.so");
	assert_string_equal(run(f)->assumes, "the machine");
	f->in.host_assumes = "the host";
	assert_string_equal(run(f)->assumes, "the host");
	f->p->trace.assumes = "the trace";
	assert_string_equal(run(f)->assumes, "the trace");
	f->p->trace.failures.items[0].assumes = "the failure";
	assert_string_equal(run(f)->assumes, "the failure");
	assert_int_equal(f->out.findings[0]->certainty, DLWHY_PREDICTED);
	assert_int_equal(f->out.certainty, DLWHY_PREDICTED);
}

static void a_finding_keeps_its_fingerprint(void **state)
{
	struct fixture *f = *state;
	struct image *a = set_target(f, put_so(f, "liba.so", &(struct so){ 0 }));
	const char *first;

	add_missing(f, a, "libnowhere-x.so");
	first = run(f)->fingerprint;
	assert_string_equal(first,
			    fingerprint(f->a, "missing-library", NULL, "libnowhere-x.so", NULL, NULL));
	assert_string_equal(run(f)->fingerprint, first);
}

static void a_flood_of_failures_is_bounded(void **state)
{
	struct fixture *f = *state;
	struct image *a = set_target(f, put_so(f, "liba.so", &(struct so){ 0 }));

	for (int i = 0; i < 1000; i++)
		add_missing(f, a, arena_printf(f->a, "libflood%d-x.so", i));
	run(f);
	assert_int_equal(f->out.nfindings, MAX_FINDINGS);
	assert_string_equal(f->out.findings[0]->object, "libflood0-x.so");
}

static void every_kind_of_failure_survives_having_no_facts(void **state)
{
	struct fixture *f = *state;

	for (int kind = FAIL_NOT_FOUND; kind <= FAIL_AUDIT; kind++) {
		f->p->trace = (struct trace){ 0 };
		add_failure(f, (enum failure_kind)kind);
		run(f);
		for (size_t i = 0; i < f->out.nfindings; i++) {
			assert_non_null(dlwhy_cause_find(f->out.findings[i]->code));
			assert_true(strlen(f->out.findings[i]->summary) > 20);
			assert_int_equal(strlen(f->out.findings[i]->fingerprint), 32);
		}
	}
}

static void every_kind_of_failure_of_a_file_is_one_finding(void **state)
{
	struct fixture *f = *state;
	struct image *a = set_target(f, put_so(f, "liba.so", &(struct so){ 0 }));

	for (int kind = FAIL_NOT_FOUND; kind < FAIL_EXEC; kind++) {
		struct failure *x;

		f->p->trace = (struct trace){ 0 };
		x = add_failure(f, (enum failure_kind)kind);
		x->image = x->provider = a;
		x->request = add_request(f, a, "libx.so");
		x->candidate = store_open(f->store, a->name);
		x->symbol = "s";
		x->version = "V1";
		x->version_file = "libx.so";
		assert_non_null(run(f));
		assert_int_equal(f->out.nfindings, 1);
		assert_true(f->out.findings[0]->nfixes > 0);
		assert_int_equal(f->out.findings[0]->fixes[0]->n, 1);
	}
}

static void hostile_names_do_no_harm(void **state)
{
	struct fixture *f = *state;
	struct image *a = set_target(f, put_so(f, "liba.so", &(struct so){ 0 }));
	char *longer = arena_alloc(f->a, 70001);

	memset(longer, 'a', 70000);
	add_missing(f, a, longer);
	add_missing(f, a, "");
	add_missing(f, a, "%s%n%999999d");
	add_missing(f, a, "../../..");
	add_missing(f, a, "\xff\xfe.so");
	run(f);
	assert_int_equal(f->out.nfindings, 5);
}

static void a_verdict_without_reasons_is_as_sure_as_one_with(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(diagnose_certainty(&f->in), DLWHY_PROVED);
	f->in.host_assumes = "its host is not here";
	assert_int_equal(diagnose_certainty(&f->in), DLWHY_PREDICTED);
	f->in.host_assumes = NULL;
	add_missing(f, set_target(f, put_so(f, "liba.so", &(struct so){ 0 })), "libx.so");
	assert_int_equal(diagnose_certainty(&f->in), DLWHY_PROVED);
	f->p->trace.failures.items[0].assumes = "the memory of this machine";
	assert_int_equal(diagnose_certainty(&f->in), DLWHY_PREDICTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DIAGNOSE_TEST(the_first_failure_is_the_first_finding),
		DIAGNOSE_TEST(what_strikes_later_comes_behind),
		DIAGNOSE_TEST(symbols_are_given_as_people_wrote_them_as_well),
		DIAGNOSE_TEST(plain_symbols_have_one_name),
		DIAGNOSE_TEST(warnings_come_behind_errors),
		DIAGNOSE_TEST(what_loads_has_no_findings),
		DIAGNOSE_TEST(any_assumption_makes_a_prediction),
		DIAGNOSE_TEST(a_finding_keeps_its_fingerprint),
		DIAGNOSE_TEST(a_flood_of_failures_is_bounded),
		DIAGNOSE_TEST(every_kind_of_failure_survives_having_no_facts),
		DIAGNOSE_TEST(every_kind_of_failure_of_a_file_is_one_finding),
		DIAGNOSE_TEST(hostile_names_do_no_harm),
		DIAGNOSE_TEST(a_verdict_without_reasons_is_as_sure_as_one_with),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
