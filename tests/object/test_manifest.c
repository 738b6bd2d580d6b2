/* test_manifest.c - side-by-side manifests as tools write them, and texts that only look like it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "object/manifest.h"

static const char whole[] =
	"<?xml version='1.0'?><!-- <file name='no.dll'/> <dependentAssembly> -->\n"
	"<asmv1:assembly xmlns:asmv1=\"urn:schemas-microsoft-com:asm.v1\" manifestVersion=\"1.0\">\n"
	"<asmv1:assemblyIdentity type=\"win32\" processorArchitecture=\"amd64\" name = \"Own\" version=\"1.2.3.4\"/>\n"
	"<file\n name='a.dll' hashalg='SHA1'/><file hash='x'/><file name=\"b.dll\"></file>\n"
	"<dependency><dependentAssembly><assemblyIdentity typename=\"no\" name='One' version='2.0.0.0' "
	"publicKeyToken='1fc8b3b9a1e18e3b'/></dependentAssembly></dependency>\n"
	"<dependency><dependentAssembly></dependentAssembly></dependency>\n"
	"<ws2:longPathAware>\n TRUE</ws2:longPathAware></asmv1:assembly>";

static void a_whole_one(void **state)
{
	struct arena *a = arena_new(1 << 20);
	struct manifest_assembly *needs, own;
	const char **files;

	(void)state;
	assert_int_equal(manifest_needs(whole, a, &needs), 1);
	assert_string_equal(needs[0].name, "One");
	assert_string_equal(needs[0].version, "2.0.0.0");
	assert_string_equal(needs[0].token, "1fc8b3b9a1e18e3b");
	assert_null(needs[0].arch);
	assert_true(manifest_identity(whole, a, &own));
	assert_string_equal(own.name, "Own");
	assert_string_equal(own.arch, "amd64");
	assert_int_equal(manifest_files(whole, a, &files), 2);
	assert_string_equal(files[0], "a.dll");
	assert_string_equal(files[1], "b.dll");
	assert_true(manifest_long_paths(whole));
	arena_free(a);
}

/* An empty dependentAssembly ends before the assembly that follows. */
static void prefixes(void **state)
{
	static const char text[] =
		"<a:dependentAssembly></a:dependentAssembly><a:assemblyIdentity name='not-needed'/>"
		"<a:dependentAssembly><a:assemblyIdentity name='One'/></a:dependentAssembly>"
		"</a:file name='no.dll'><a:file name='a.dll'></a:file><a:/file name='no.dll'>";
	struct arena *a = arena_new(1 << 20);
	struct manifest_assembly *needs;
	const char **files;

	(void)state;
	assert_int_equal(manifest_needs(text, a, &needs), 1);
	assert_string_equal(needs[0].name, "One");
	assert_int_equal(manifest_files(text, a, &files), 1);
	assert_string_equal(files[0], "a.dll");
	arena_free(a);
}

static void broken_ones(void **state)
{
	static const char *const texts[] = {
		"", "<", "<file", "<file name", "<file name=", "<file name='", "<file name='a", "<file name=a>",
		"<!--", "<!-- <file name='a'/>", "<dependentAssembly", "<dependentAssembly><assemblyIdentity",
		"<dependentAssembly/><assemblyIdentity name='x'", "<longPathAware", "<longPathAware>",
		"<file name=<file name=<file name=", "<:file:name='a'>", "<file = = = name>",
	};
	struct arena *a = arena_new(1 << 22);
	struct manifest_assembly *needs, own;
	const char **files;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(manifest_files(texts[i], a, &files), 0);
		assert_int_equal(manifest_needs(texts[i], a, &needs), 0);
		assert_false(manifest_identity(texts[i], a, &own));
		assert_false(manifest_long_paths(texts[i]));
	}
	arena_free(a);
}

static void its_bytes(void **state)
{
	static const unsigned char wide[] = { 0xff, 0xfe, '<', 0, 'a', 0, 0x3b, 0x26, '>', 0, 'x' };
	struct arena *a = arena_new(1 << 20);

	(void)state;
	assert_string_equal(manifest_text((struct view){ wide, sizeof(wide) }, a), "<a?>");
	assert_string_equal(manifest_text((struct view){ (const unsigned char *)"<a/>", 4 }, a), "<a/>");
	assert_null(manifest_text((struct view){ wide, 1 }, a));
	assert_null(manifest_text((struct view){ NULL, 0 }, a));
	arena_free(a);
}

/* Elements without an end must not be looked through again and again. */
static void many_elements(void **state)
{
	static const char one[] = "<file <dependentAssembly ";
	enum { MANY = 30000, N = sizeof(one) - 1 };
	struct arena *a = arena_new(16 << 20);
	char *text;
	struct manifest_assembly *needs;
	const char **files;

	(void)state;
	text = arena_alloc(a, (size_t)MANY * N + 1);
	for (size_t i = 0; i < MANY; i++)
		memcpy(text + i * N, one, N);
	text[(size_t)MANY * N] = '\0';
	assert_int_equal(manifest_files(text, a, &files), 0);
	assert_int_equal(manifest_needs(text, a, &needs), 0);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_one),
		cmocka_unit_test(prefixes),
		cmocka_unit_test(broken_ones),
		cmocka_unit_test(its_bytes),
		cmocka_unit_test(many_elements),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
