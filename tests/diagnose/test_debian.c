/* test_debian.c - which package has what one compiles with, or loads: the table, and how it is searched. */
#include "diagnose/debian.h"

#include <string.h>

#include "fixture.h"

extern const char debian_names_text[];

static struct arena *a;

static void assert_package(enum debian_kind kind, const char *name, const char *package)
{
	const char *found = debian_package(kind, name, a);

	if (package == NULL)
		assert_null(found);
	else
		assert_string_equal(found != NULL ? found : "(none)", package);
}

static void names_are_found(void **state)
{
	(void)state;
	assert_package(DEBIAN_HEADER, "zlib.h", "zlib1g-dev");
	assert_package(DEBIAN_HEADER, "openssl/ssl.h", "libssl-dev");
	assert_package(DEBIAN_HEADER, "boost/asio/ip/tcp.hpp", "libboost-all-dev");
	assert_package(DEBIAN_HEADER, "glib.h", "libglib2.0-dev");
	assert_package(DEBIAN_HEADER, "Python.h", "python3-dev");
	assert_package(DEBIAN_LIBRARY, "asound", "libasound2-dev");
	assert_package(DEBIAN_LIBRARY, "boost_system", "libboost-system-dev");
	assert_package(DEBIAN_PKG_CONFIG, "gtk+-3.0", "libgtk-3-dev");
	assert_package(DEBIAN_SONAME, "libz.so.1", "zlib1g");
	assert_package(DEBIAN_SONAME, "libpython3.11.so.1.0", "libpython3.11");
}

static void others_are_not(void **state)
{
	(void)state;
	assert_package(DEBIAN_HEADER, "", NULL);
	assert_package(DEBIAN_HEADER, "openss", NULL);
	assert_package(DEBIAN_HEADER, "openssl", NULL);
	assert_package(DEBIAN_HEADER, "no/such/thing.h", NULL);
	assert_package(DEBIAN_LIBRARY, "zlib.h", NULL);
	assert_package(DEBIAN_LIBRARY, "\x7f", NULL);
	assert_package(DEBIAN_LIBRARY, "!", NULL);
	assert_package(DEBIAN_PKG_CONFIG, "gtk+-3.0.pc", NULL);
	assert_package(DEBIAN_SONAME, "libz.so", NULL);
	assert_package(DEBIAN_SONAME, "libz.so.1.2.13", NULL);
}

static void assert_loaded(const char *soname, const char *package)
{
	const char *found = debian_package_to_load(soname, a);

	assert_string_equal(found != NULL ? found : "(none)", package);
}

static void who_loads_asks_otherwise(void **state)
{
	(void)state;
	assert_loaded("libsndfile.so.1", "libsndfile1");
	assert_loaded("libsndfile.so", "libsndfile1-dev");
	assert_loaded("libsndfile.so.2", "(none)");
	assert_loaded("sndfile.so", "(none)");
	assert_loaded("lib.so", "(none)");
	assert_loaded("", "(none)");
}

static void another_number_is_named(void **state)
{
	const char *package = NULL;

	(void)state;
	assert_string_equal(debian_other_number("libicuuc.so.66", &package, a), "libicuuc.so.72");
	assert_string_equal(package, "libicu72");
	assert_null(debian_other_number("libicuuc.so", &package, a));
	assert_null(debian_other_number("libnonesuch.so.1", &package, a));
	assert_null(debian_other_number("~.so.1", &package, a));
	assert_null(debian_other_number(".so.", &package, a));
}

/* Each line is one that the search finds: they are in order, and none is there twice. */
static void every_line_is_found(void **state)
{
	size_t lines = 0;

	(void)state;
	for (const char *p = debian_names_text; *p != '\0'; lines++) {
		/* Not strcspn, which the sanitizer lets look at all of the text. */
		size_t n = (size_t)((const char *)memchr(p, '\n', 300) - p);
		size_t name = (size_t)((const char *)memchr(p, '\t', n) - p);
		char word[256], package[256];

		assert_true(p[1] == ' ' && name > 2 && name < n && n < sizeof(word));
		memcpy(word, p + 2, name - 2);
		word[name - 2] = '\0';
		memcpy(package, p + name + 1, n - name - 1);
		package[n - name - 1] = '\0';
		assert_package((enum debian_kind)p[0], word, package);
		p += n + 1;
		if (lines % 1000 == 0)
			arena_reset(a);
	}
	assert_true(lines > 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_found),
		cmocka_unit_test(others_are_not),
		cmocka_unit_test(who_loads_asks_otherwise),
		cmocka_unit_test(another_number_is_named),
		cmocka_unit_test(every_line_is_found),
	};
	int failed;

	a = arena_new((size_t)16 << 20);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(a);
	return failed;
}
