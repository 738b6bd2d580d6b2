/* test_known.c - tables of known names. */
#include "diagnose/known.h"
#include "fixture.h"

static void the_first_matching_row_counts(void **state)
{
	(void)state;
	assert_string_equal(provider_of("libtensorflow_framework.so.2")->python, "tensorflow");
	assert_string_equal(provider_of("libc10_cuda.so")->python, "torch");
	assert_string_equal(provider_of("libGL.so.1")->apt, "libgl1");
	assert_string_equal(provider_of("libffi.so.8")->apt, "libffi8");
	assert_null(provider_of("libffi.so.6")->apt);
	assert_null(provider_of("libnobody-knows.so.1"));
}

static void a_build_tree_is_known_by_its_path(void **state)
{
	(void)state;
	assert_contains(build_tree("$ORIGIN/../../_solib_k8/_U_S_Sfoo"), "Bazel");
	assert_contains(build_tree("/home/joe/build"), "home folder");
	assert_contains(build_tree("/home/runner/work/x"), "GitHub");
	assert_contains(build_tree("/opt/conda/_placehold_placehold/lib"), "conda");
	assert_null(build_tree("/usr/lib"));
	assert_null(build_tree("$ORIGIN"));
}

static void versions_of_gcc_lead_to_its_releases(void **state)
{
	(void)state;
	assert_string_equal(gcc_of_version("GLIBCXX_3.4.21"), "GCC 5.1");
	assert_string_equal(gcc_of_version("GLIBCXX_3.4.30"), "GCC 12.1");
	assert_string_equal(gcc_of_version("CXXABI_1.3.13"), "GCC 11.1");
	assert_string_equal(gcc_of_version("CXXABI_1.3.17"), "GCC 16.1");
	assert_string_equal(gcc_of_version("GOMP_5.0"), "GCC 9");
	assert_string_equal(gcc_of_version("GCC_4.2.0"), "GCC 4.2");
	assert_null(gcc_of_version("GLIBCXX_3.4.999"));
}

static void a_release_of_gcc_leads_to_those_who_have_its_libraries(void **state)
{
	(void)state;
	assert_contains(distro_of_gcc("GCC 12.1"), "Debian 12");
	assert_contains(distro_of_gcc("GCC 9.3"), "Ubuntu 20.04"); /* the first that is new enough */
	assert_null(distro_of_gcc("GCC 4.9")); /* who has less is too old for that answer */
	assert_null(distro_of_gcc("GCC 999"));
	assert_null(distro_of_gcc("OpenSSL 3.0"));
}

static void versions_that_carry_a_release_number_lead_to_the_project(void **state)
{
	const char *number = NULL;

	(void)state;
	assert_string_equal(project_of_version("OPENSSL_3.2.0", &number), "OpenSSL");
	assert_string_equal(number, "3.2.0");
	assert_string_equal(project_of_version("Qt_6.7", &number), "Qt");
	assert_null(project_of_version("Qt_6_PRIVATE_API", &number));
	assert_null(project_of_version("OPENSSL_", &number));
	assert_null(project_of_version("V2", &number));
}

static void a_release_of_glibc_leads_to_those_who_have_it(void **state)
{
	(void)state;
	assert_string_equal(distro_of_glibc(36), "Debian 12");
	assert_string_equal(distro_of_glibc(32), "Red Hat 9"); /* the first that is new enough */
	assert_null(distro_of_glibc(999));
}

static void symbols_belong_to_families(void **state)
{
	(void)state;
	assert_contains(family_of_symbol("PyLong_FromLong")->library, "Python");
	assert_contains(family_of_symbol("_ZNSt6vectorIiE4pushEv")->library, "libstdc++");
	assert_contains(family_of_symbol("cudaMalloc")->library, "libcudart");
	assert_contains(family_of_symbol("dgemm_")->library, "BLAS");
	assert_null(family_of_symbol("curl_easy_init")); /* cu, but not cu[A-Z] */
	assert_null(family_of_symbol("frobnicate"));
}

static void the_release_of_python_is_read_from_a_name(void **state)
{
	char end = '?';

	(void)state;
	assert_int_equal(python_minor("x.cpython-38-x86_64-linux-gnu.so", ".cpython-3", &end), 8);
	assert_int_equal(end, '-');
	assert_int_equal(python_minor("x.cpython-313t-x86_64-linux-gnu.so", ".cpython-3", &end), 13);
	assert_int_equal(end, 't');
	assert_int_equal(python_minor("python3.11", "python3.", NULL), 11);
	assert_int_equal(python_minor("x.abi3.so", ".cpython-3", NULL), 0);
	assert_int_equal(python_minor("x.cpython-3-y.so", ".cpython-3", NULL), 0);
	assert_int_equal(python_minor("x.cpython-3111.so", ".cpython-3", NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_matching_row_counts),
		cmocka_unit_test(a_build_tree_is_known_by_its_path),
		cmocka_unit_test(versions_of_gcc_lead_to_its_releases),
		cmocka_unit_test(a_release_of_gcc_leads_to_those_who_have_its_libraries),
		cmocka_unit_test(versions_that_carry_a_release_number_lead_to_the_project),
		cmocka_unit_test(a_release_of_glibc_leads_to_those_who_have_it),
		cmocka_unit_test(the_release_of_python_is_read_from_a_name),
		cmocka_unit_test(symbols_belong_to_families),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
