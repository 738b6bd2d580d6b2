/* test_gpu.c - what a machine shows of its graphics processors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <unistd.h>

#include "machine/gpu.h"

static void the_release_of_a_module_is_read(void **state)
{
	struct arena *a = arena_new(0);

	(void)state;
	assert_string_equal(
		gpu_release("NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19 "
			    "01:15:15 UTC 2023\nGCC version:  gcc version 12.3.0\n",
			    a),
		"535.104.05");
	assert_string_equal(gpu_release("NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  "
					"550.54.15  Release Build  (dvs-builder)\n",
					a),
			    "550.54.15");
	assert_null(gpu_release("", a));
	assert_null(gpu_release("NVRM version: unknown\n12.3\n", a));
	assert_null(gpu_release("... .5 7", a));
	arena_free(a);
}

static void the_devices_of_another_system_are_not_known(void **state)
{
	char dir[] = "/tmp/dlwhy-gpu-XXXXXX";
	struct arena *a = arena_new(0);
	struct source *s;
	struct gpu g;

	(void)state;
	assert_non_null(mkdtemp(dir));
	s = source_root(dir, NULL);
	gpu_read(s, a, &g);
	assert_false(g.known);
	assert_false(g.nvidia_device || g.nvidia_module || g.amd_device);
	source_free(s);
	rmdir(dir);
	arena_free(a);
}

static void this_machine_is_known(void **state)
{
	struct arena *a = arena_new(0);
	struct source *s = source_host(NULL);
	struct gpu g;

	(void)state;
	gpu_read(s, a, &g);
	assert_true(g.known);
	assert_int_equal(g.amd_device, access("/dev/kfd", F_OK) == 0);
	assert_int_equal(g.nvidia_module, access("/proc/driver/nvidia/version", F_OK) == 0);
	source_free(s);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_release_of_a_module_is_read),
		cmocka_unit_test(the_devices_of_another_system_are_not_known),
		cmocka_unit_test(this_machine_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
