/* test_symbol_near.c - the sentence for each way in which what is there differs. */
#include "fixture.h"

/* Each in a folder of its own: the store remembers files. */
static struct image *target(struct fixture *f, const char *const defs[6])
{
	size_t n = f->p->images.n + arena_used(f->a);
	struct image *a =
		set_target(f, put_so(f, arena_printf(f->a, "app%zu/liba.so", n), &(struct so){ 0 }));
	struct so o = { 0 };
	struct search_list *l = ARENA_NEW(f->a, struct search_list);

	for (size_t i = 0; i < 5 && defs[i] != NULL; i++)
		o.defs[i] = defs[i];
	l->v = ARENA_ARRAY(f->a, 1, struct image *);
	l->v[0] = add_image(f, IMAGE_LIBRARY, put_so(f, arena_printf(f->a, "s%zu/libs.so", n), &o));
	l->n = 1;
	a->scopes[a->nscopes++] = l;
	return a;
}

struct row {
	const char *wanted, *there, *detail, *says, *fix;
};

static void each_difference_has_its_sentence(void **state)
{
	static const struct row rows[] = {
		{ "_ZN3foo3runENSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE", "_ZN3foo3runESs",
		  "cxx11-abi", "other kind of std::string", "_GLIBCXX_USE_CXX11_ABI=0" },
		{ "_ZN3foo3runESs", "_ZN3foo3runENSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE",
		  "cxx11-abi", "other kind of std::string", "_GLIBCXX_USE_CXX11_ABI=1" },
		{ "_ZN3foo3runENSt3__112basic_stringIcNS0_11char_traitsIcEENS0_9allocatorIcEEEE",
		  "_ZN3foo3runENSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE", "cxx-library",
		  "liba.so was built with libc++ (LLVM's), libs.so with libstdc++ (GCC's)",
		  "without -stdlib=libc++" },
		{ "_ZN3fmt2v93runEv", "_ZN3fmt3v103runEv", "version-skew",
		  "libs.so has it only as fmt::v10::run: the name tells the release of fmt, liba.so was "
		  "built with v9, libs.so with v10", "made for each other" },
		{ "_ZN3fmt2v93runENSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE",
		  "_ZN3fmt3v103runESs", "version-skew",
		  "another release of fmt (v9 is wanted, v10 is there), and with the other kind of "
		  "std::string", "made for each other" },
		{ "_ZN4core3fmt9Formatter3pad17h0123456789abcdefE",
		  "_ZN4core3fmt9Formatter3pad17hfedcba9876543210E", "version-skew", "another hash",
		  "with one compiler" },
		{ "frobnicate", "_Z10frobnicatei", "extern-c", "only as a function of C++", "extern" },
		{ "_Z10frobnicatei", "frobnicate", "extern-c", "does not say extern \"C\"", "extern" },
		{ "_ZNK3foo3Bar4sizeEv", "_ZN3foo3Bar4sizeEv", "version-skew",
		  "is const where it is wanted and plain there", "made for each other" },
		{ "_ZN3foo3runEi", "_ZN3foo3runEl", "version-skew",
		  "(parameter 1 is int where it is wanted, long there)", "made for each other" },
		{ "_ZN3foo3runEii", "_ZN3foo3runEv", "version-skew", "(2 wanted, none there)",
		  "made for each other" },
		{ "_ZN10tensorflow7Version3runERKNS_7ContextE", "_ZN3tsl7Version3runERKNS_7ContextE", "version-skew",
		  "only as tsl::Version::run: what was in tensorflow has moved", "made for each other" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct dlwhy_finding *d;
		struct failure *x;

		f->p->trace.failures.n = 0;
		f->p->images.n = 1; /* the program alone */
		x = NULL;
		struct image *a = target(f, (const char *const[6]){ rows[i].there });

		x = add_failure(f, FAIL_SYMBOL);
		x->image = a;
		x->symbol = rows[i].wanted;
		d = run(f);
		assert_contains(d->summary, rows[i].says);
		assert_string_equal(d->detail, rows[i].detail);
		assert_contains(d->fixes[0]->says, rows[i].fix);
		assert_true(evidence_has(d, "symbol", "defined instead", rows[i].there));
	}
}

static void names_with_another_release_behind_them_are_told(void **state)
{
	struct fixture *f = *state;
	struct image *a = target(f, (const char *const[6]){ "ucnv_open_72", "ucnv_close_72" });
	const char *const symbols[] = { "ucnv_open_67", "ucnv_close_67" };
	const struct dlwhy_finding *d;

	for (size_t i = 0; i < 2; i++) {
		struct failure *x = add_failure(f, FAIL_SYMBOL);

		x->image = a;
		x->symbol = symbols[i];
	}
	d = run(f);
	assert_contains(d->summary, "ucnv_open_67 and 1 more, and libs.so has them only as "
				    "ucnv_open_72: the name tells the release, liba.so was built with "
				    "67, and this one is the newer 72");
	assert_true(evidence_has(d, "fact", "2 of the 2", NULL));
}

static void a_namespace_of_another_release_is_told(void **state)
{
	struct fixture *f = *state;
	struct image *a = target(f, (const char *const[6]){ "_ZN3fmt2v93runEv" });
	const char *const symbols[] = { "_ZN3fmt2v74goneEv", "_ZN3fmt2v73runEv" };

	for (size_t i = 0; i < 2; i++) {
		struct failure *x = add_failure(f, FAIL_SYMBOL);

		x->image = a;
		x->symbol = symbols[i];
	}
	assert_contains(run(f)->summary, "libs.so has nothing of fmt::v7, but fmt::v9: another release "
					 "of fmt than liba.so was built with");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DIAGNOSE_TEST(each_difference_has_its_sentence),
		DIAGNOSE_TEST(names_with_another_release_behind_them_are_told),
		DIAGNOSE_TEST(a_namespace_of_another_release_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
