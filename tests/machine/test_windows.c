/* test_windows.c - the tables of Windows: names that are known to be in a release, and to be in none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "machine/windows.h"
#include "object/pe.h"

static const struct windows_release *named(const char *name)
{
	struct windows_choice choice;

	assert_true(windows_chosen(name, &choice));
	return choice.release;
}

static void releases_are_chosen_by_name(void **state)
{
	static const char *const wrong[] = { "9", "10+", "10+more", "", "10+vcredist+", "+vcredist", "10+vcredistx" };
	struct windows_choice c;

	(void)state;
	assert_true(windows_chosen("8.1", &c));
	assert_int_equal(c.release->minor, 3);
	assert_false(c.vcredist || c.long_paths || c.unsafe_search);
	assert_true(windows_chosen("server2019+vcredist", &c));
	assert_string_equal(c.release->words, "Windows Server 2019");
	assert_true(c.vcredist && !c.long_paths);
	assert_true(windows_chosen("10+longpaths+unsafesearch", &c));
	assert_true(!c.vcredist && c.long_paths && c.unsafe_search);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(windows_chosen(wrong[i], &c));
}

static void the_oldest_client_that_will_do(void **state)
{
	(void)state;
	assert_string_equal(windows_at_least(6, 0, 0)->words, "Windows 7");
	assert_string_equal(windows_at_least(6, 2, 0)->words, "Windows 8");
	assert_string_equal(windows_at_least(10, 0, 14393)->words, "Windows 10");
	assert_string_equal(windows_at_least(10, 0, 20000)->words, "Windows 11");
	assert_null(windows_at_least(11, 0, 0));
}

static void files_of_the_system_folder(void **state)
{
	const unsigned all = WINDOWS_7 | WINDOWS_8 | WINDOWS_8_1 | WINDOWS_10 | WINDOWS_11;

	(void)state;
	assert_int_equal(windows_dll("kernel32.dll", PE_AMD64), all);
	assert_int_equal(windows_dll("kernel32.dll", PE_I386), all);
	assert_int_equal(windows_dll("kernel32.dll", PE_ARM64), WINDOWS_10 | WINDOWS_11);
	assert_int_equal(windows_dll("ucrtbase.dll", PE_AMD64), WINDOWS_10 | WINDOWS_11);
	assert_int_equal(windows_dll("vcruntime140.dll", PE_AMD64), 0);
	assert_int_equal(windows_dll("kernel32.dll", PE_IA64), 0);
	assert_true(windows_has_dll("a3dapi.dll") == (windows_dll("a3dapi.dll", PE_AMD64) != 0));
	assert_false(windows_has_dll("KERNEL32.dll"));
	assert_true(windows_known_dll("ole32.dll"));
	assert_false(windows_known_dll("version.dll"));
}

static void contracts_by_release(void **state)
{
	(void)state;
	assert_true(windows_is_contract("api-ms-win-core-file-l1-1-0.dll"));
	assert_true(windows_is_contract("ext-ms-win-ntuser-window-l1-1-0.dll"));
	assert_false(windows_is_contract("apiset.dll"));
	assert_true(windows_contract("api-ms-win-core-console-l1-1-0.dll", named("7")));
	/* the last number does not count */
	assert_true(windows_contract("api-ms-win-core-console-l1-1-9.dll", named("7")));
	assert_false(windows_contract("api-ms-win-crt-runtime-l1-1-0.dll", named("8.1")));
	assert_true(windows_contract("api-ms-win-crt-runtime-l1-1-0.dll", named("10")));
}

static void functions_by_release(void **state)
{
	struct windows_function f;

	(void)state;
	assert_true(windows_function("kernel32.dll", "CreateFile2", &f));
	assert_int_equal(f.major, 6);
	assert_int_equal(f.minor, 2);
	assert_true(windows_function("kernel32.dll", "SetThreadDescription", &f));
	assert_int_equal(f.build, 14393);
	assert_false(windows_function("user32.dll", "CreateFile2", &f));
	assert_false(windows_function("kernel32.dll", "CreateFileW", &f));
	assert_false(windows_function("ws2_32.dll", "WSAStartup", &f));
}

static void runtimes_by_name(void **state)
{
	(void)state;
	assert_non_null(strstr(windows_runtime("msvcp140_1.dll")->what, "2015"));
	assert_null(windows_runtime("vcruntime140d.dll")->package);
	assert_non_null(strstr(windows_runtime("api-ms-win-crt-heap-l1-1-0.dll")->what, "KB2999226"));
	assert_null(windows_runtime("foo.dll"));
	assert_null(windows_runtime(".dll"));
	assert_null(windows_runtime("msvcp140-a4c2229bdc2a2a630acdc095b4d86008.dll"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(releases_are_chosen_by_name),
		cmocka_unit_test(the_oldest_client_that_will_do),
		cmocka_unit_test(files_of_the_system_folder),
		cmocka_unit_test(contracts_by_release),
		cmocka_unit_test(functions_by_release),
		cmocka_unit_test(runtimes_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
