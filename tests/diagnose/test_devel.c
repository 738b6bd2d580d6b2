/* test_devel.c - which package has what one compiles with: the table, and how it is searched. */
#include "diagnose/devel.h"

#include <string.h>

#include "fixture.h"

extern const char debian_devel_text[];

static struct arena *a;

static void assert_package(enum devel_kind kind, const char *name, const char *package)
{
	const char *found = devel_package(kind, name, a);

	if (package == NULL)
		assert_null(found);
	else
		assert_string_equal(found != NULL ? found : "(none)", package);
}

static void names_are_found(void **state)
{
	(void)state;
	assert_package(DEVEL_HEADER, "zlib.h", "zlib1g-dev");
	assert_package(DEVEL_HEADER, "openssl/ssl.h", "libssl-dev");
	assert_package(DEVEL_HEADER, "boost/asio/ip/tcp.hpp", "libboost-all-dev");
	assert_package(DEVEL_HEADER, "glib.h", "libglib2.0-dev");
	assert_package(DEVEL_HEADER, "Python.h", "python3-dev");
	assert_package(DEVEL_LIBRARY, "asound", "libasound2-dev");
	assert_package(DEVEL_LIBRARY, "boost_system", "libboost-system-dev");
	assert_package(DEVEL_PKG_CONFIG, "gtk+-3.0", "libgtk-3-dev");
}

static void others_are_not(void **state)
{
	(void)state;
	assert_package(DEVEL_HEADER, "", NULL);
	assert_package(DEVEL_HEADER, "openss", NULL);
	assert_package(DEVEL_HEADER, "openssl", NULL);
	assert_package(DEVEL_HEADER, "no/such/thing.h", NULL);
	assert_package(DEVEL_LIBRARY, "zlib.h", NULL);
	assert_package(DEVEL_LIBRARY, "\x7f", NULL);
	assert_package(DEVEL_LIBRARY, "!", NULL);
	assert_package(DEVEL_PKG_CONFIG, "gtk+-3.0.pc", NULL);
}

/* Each line is one that the search finds: they are in order, and none is there twice. */
static void every_line_is_found(void **state)
{
	size_t lines = 0;

	(void)state;
	for (const char *p = debian_devel_text; *p != '\0'; lines++) {
		size_t n = strcspn(p, "\n"), name = strcspn(p, "\t");
		char word[256], package[256];

		assert_true(p[1] == ' ' && name > 2 && name < n && n < sizeof(word));
		memcpy(word, p + 2, name - 2);
		word[name - 2] = '\0';
		memcpy(package, p + name + 1, n - name - 1);
		package[n - name - 1] = '\0';
		assert_package((enum devel_kind)p[0], word, package);
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
		cmocka_unit_test(every_line_is_found),
	};
	int failed;

	a = arena_new((size_t)16 << 20);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(a);
	return failed;
}
