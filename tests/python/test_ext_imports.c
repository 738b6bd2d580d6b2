/* test_ext_imports.c - names of modules in the constants of extensions. */
#include "modules.h"

#include "../object/elf_build.h"
#include "python/ext_imports.h"

static const struct format little = { true, false };

/* The modules that an extension with these constants imports, in one text. */
static const char *imports(struct modules *m, const char *module, const char *data, size_t n)
{
	struct py_inner_list out = { NULL, 0, 0 };
	const char *all = "";
	struct image im;
	struct elf e;

	image_bare(&im, &little);
	image_load(&im, 0, 0, 0x100, 0x100);
	image_phdr(&im, (struct elf_phdr){ .type = PT_LOAD, .flags = PF_R, .offset = AT_FREE,
					   .vaddr = AT_FREE, .filesz = n, .memsz = n });
	memcpy(im.bytes + AT_FREE, data, n);
	assert_true(image_open(&im, &e));
	py_ext_imports(&(struct py_binary){ .elf = &e }, module, m->finder, &m->home, m->source, m->a, &out);
	image_close(&im, &e);
	for (size_t i = 0; i < out.n; i++)
		all = arena_printf(m->a, "%s%s%s", all, i > 0 ? " " : "", out.items[i].name);
	return all;
}

#define IMPORTS(m, module, text) imports(m, module, text, sizeof(text))

static void put_package(struct modules *m)
{
	modules_put(m, "pkg/__init__.py", "");
	modules_put(m, "pkg/other.py", "");
	modules_put(m, "pkg/_native.so", "");
	modules_put(m, "pkg/sub/__init__.py", "");
	modules_put(m, "pkg/sub/_deep.abi3.so", "");
	modules_put(m, "pkg/_ext.so", "");
	modules_put(m, "more.py", "");
	modules_finder(m);
}

static void full_names_in_a_file_of_cython_are_imported(void **state)
{
	struct modules *m = *state;

	put_package(m);
	assert_string_equal(IMPORTS(m, "pkg._ext", "cython_runtime\0pkg.other\0pkg.sub._deep"),
			    "pkg.other pkg.sub._deep");
	assert_string_equal(IMPORTS(m, "pkg._ext", "cython_runtime\0pkg.other"), "pkg.other");
}

static void names_that_lead_to_no_module_are_no_imports(void **state)
{
	struct modules *m = *state;

	put_package(m);
	assert_string_equal(IMPORTS(m, "pkg._ext",
				    "cython_runtime\0pkg.nothing\0pkg.other.function\0backports_abc\0a.b.c"),
			    "");
	/* Parts of other texts. */
	assert_string_equal(IMPORTS(m, "pkg._ext",
				    "cython_runtime\0see pkg.other\0pkg.other:\0xpkg.other\0pkg..other"),
			    "");
}

/* What was installed and is gone would be imported; what never was is another kind of name. */
static void modules_that_are_gone_are_imports(void **state)
{
	struct modules *m = *state;

	modules_put(m, "pkg-1.dist-info/RECORD",
		    "pkg/_ext.so,sha256=x,1\npkg/_native.so,,\npkg/gone.so,sha256=x,1\r\npkg/sub/_far.abi3.so,,2\n"
		    "\"pkg/_quoted.so\",,\n../../pkg/_out.so,,\npkg/notes.txt,,\n_top.so,,\n");
	put_package(m);
	assert_string_equal(IMPORTS(m, "pkg._ext", "cython_runtime\0pkg.gone\0pkg.sub._far\0_native"),
			    "pkg.gone pkg.sub._far pkg._native");
	assert_string_equal(IMPORTS(m, "pkg._ext", "pkg.gone\0other.gone"), "pkg.gone"); /* SIP and others */
	assert_string_equal(IMPORTS(m, "pkg._ext", "cython_runtime\0pkg._quoted\0pkg._out\0pkg.notes\0_top"), "");
	assert_string_equal(IMPORTS(m, "more", "cython_runtime\0pkg.gone"), "");
}

/* PyQt6.sip is installed by PyQt6_sip, and _cffi_backend by cffi. */
static void modules_of_other_distributions_may_be_gone(void **state)
{
	struct modules *m = *state;

	modules_put(m, "pkg-1.dist-info/RECORD", "pkg/_ext.so,,\n");
	modules_put(m, "PKG_sip-2.dist-info/RECORD", "pkg/sip.so,,\n");
	modules_put(m, "cffi-2.dist-info/RECORD", "_cffi_backend.so,,\ncffi/api.py,,\n");
	modules_put(m, "other-1.dist-info/RECORD", "pkg/other_gone.so,,\n");
	put_package(m);
	assert_string_equal(IMPORTS(m, "pkg._ext", "pkg.sip\0_cffi_backend\0pkg.other_gone"),
			    "pkg.sip _cffi_backend");
}

static void siblings_are_named_by_their_last_part(void **state)
{
	struct modules *m = *state;

	put_package(m);
	assert_string_equal(IMPORTS(m, "pkg._ext", "cython_runtime\0_native\0other\0_ext"), "pkg._native");
	assert_string_equal(IMPORTS(m, "top", "cython_runtime\0_native\0other"), "");
}

static void other_files_name_extensions_of_their_package(void **state)
{
	struct modules *m = *state;

	put_package(m);
	/* a source may be meant for later, and so may a part of a name */
	assert_string_equal(IMPORTS(m, "pkg._ext", "x\0pkg.other\0pkg.sub._deep\0_native"),
			    "pkg.sub._deep");
}

static void what_every_file_may_say_is_known(void **state)
{
	struct modules *m = *state;

	modules_put(m, "datetime.py", "");
	modules_put(m, "_cffi_backend.abi3.so", "");
	modules_put(m, "0a__mypyc.so", "");
	modules_put(m, "a0__mypyc.so", "");
	put_package(m);
	assert_string_equal(IMPORTS(m, "m", "x\0datetime.datetime_CAPI"), "datetime");
	assert_string_equal(IMPORTS(m, "m", "x\0_cffi_backend"), "_cffi_backend");
	assert_string_equal(IMPORTS(m, "m", "x\0a0__mypyc"), "a0__mypyc");
	assert_string_equal(IMPORTS(m, "a0__mypyc", "x\0a0__mypyc"), "");
}

static void the_new_place_of_numpy_goes_first(void **state)
{
	struct modules *m = *state;
	static const char both[] = "x\0numpy._core._multiarray_umath\0numpy.core._multiarray_umath";

	modules_put(m, "numpy/__init__.py", "");
	modules_put(m, "numpy/core/__init__.py", "");
	modules_put(m, "numpy/core/_multiarray_umath.py", "");
	modules_put(m, "numpy/_core/__init__.py", "");
	modules_put(m, "numpy/_core/_multiarray_umath.so", "");
	modules_finder(m);
	assert_string_equal(IMPORTS(m, "m", both), "numpy._core._multiarray_umath");
	assert_string_equal(IMPORTS(m, "m", "x\0numpy.core._multiarray_umath"),
			    "numpy._core._multiarray_umath");
}

/* What is only there for an extra is not needed at the start. */
static void numpy_is_not_imported_where_the_distribution_goes_without(void **state)
{
	static const char text[] = "x\0numpy._core._multiarray_umath", cython[] = "cython_runtime\0numpy._core."
										  "_multiarray_umath";
	struct modules *m = *state;

	modules_put(m, "numpy/__init__.py", "");
	modules_put(m, "numpy/_core/__init__.py", "");
	modules_put(m, "numpy/_core/_multiarray_umath.so", "");
	modules_put(m, "_with.so", "");
	modules_put(m, "without.so", "");
	modules_put(m, "other/_ext.so", "");
	modules_put(m, "With-1.0.dist-info/METADATA", "Name: With\nRequires-Dist: numpy>=1.0\n");
	modules_put(m, "without-1.0.dist-info/METADATA",
		    "Name: without\nRequires-Dist: numpy-more\nRequires-Dist: numpy; extra == \"all\"\n");
	modules_put(m, "named_otherwise-1.0.dist-info/METADATA", "Name: named-otherwise\n");
	modules_put(m, "named_otherwise-1.0.dist-info/RECORD", "a.py,,\nother/_ext.so,,\n");
	modules_finder(m);
	assert_string_equal(IMPORTS(m, "_with", text), "numpy._core._multiarray_umath");
	assert_string_equal(IMPORTS(m, "without", text), "");
	assert_string_equal(IMPORTS(m, "without", cython), "numpy._core._multiarray_umath");
	assert_string_equal(IMPORTS(m, "other._ext", text), "");
}

/* Groups of eight behind a byte of flags; one begins with a reference: 7 letters that stand 72 before. */
static void strings_that_cython_has_packed_by_itself_are_read(void **state)
{
	static const char text[] = "cython_runtime\0LZSS string data decompression failed\0"
				   "\xff" "__main__" "\xff" "__test__" "\xff" "context " "\xff" "_native " "\xff" "12345678"
				   "\xff" "12345678" "\xff" "12345678" "\xff" "12345678" "\xff" "12345678" "\xff" "12345678"
				   "\xff" "12345678" "\xfe" "\x41\x04" "vars 12" "\xfe" "\x7f\xff";
	struct modules *m = *state;

	put_package(m);
	modules_put(m, "contextvars.py", "");
	modules_finder(m);
	assert_string_equal(IMPORTS(m, "pkg._ext", text), "contextvars pkg._native");
	modules_put(m, "pkg-1.dist-info/RECORD", "pkg/__main__.so,,\npkg/_gone.so,,\npkg/more/__main__.so,,\n");
	modules_finder(m);
	assert_string_equal(IMPORTS(m, "pkg._ext", text), "pkg.__main__ contextvars pkg._native");
}

static void the_old_place_of_numpy_is_taken_where_there_is_no_new_one(void **state)
{
	struct modules *m = *state;

	modules_put(m, "numpy/__init__.py", "");
	modules_put(m, "numpy/core/__init__.py", "");
	modules_put(m, "numpy/core/_multiarray_umath.so", "");
	modules_finder(m);
	assert_string_equal(IMPORTS(m, "m",
				    "x\0numpy._core._multiarray_umath\0numpy.core._multiarray_umath"),
			    "numpy.core._multiarray_umath");
}

static void strings_that_are_packed_are_unpacked_with_zlib(void **state)
{
	struct modules *m = *state;

	modules_put(m, "zlib.so", "");
	put_package(m);
	assert_string_equal(IMPORTS(m, "pkg._ext", "cython_runtime\0zlib\0decompress"), "zlib");
	assert_string_equal(IMPORTS(m, "pkg._ext", "cython_runtime\0zlib"), "");
	assert_string_equal(IMPORTS(m, "pkg._ext", "x\0zlib\0decompress"), "");
}

static void the_standard_library_is_not_guessed_at(void **state)
{
	struct modules *m = *state;

	modules_put(m, "lib/asyncio/__init__.py", "");
	modules_put(m, "lib/asyncio/coroutines.py", "");
	modules_put(m, "pkg/__init__.py", "");
	strcat(m->dir, "/lib");
	modules_finder(m);
	m->home.stdlib = m->dir;
	assert_string_equal(IMPORTS(m, "pkg._ext", "cython_runtime\0asyncio.coroutines"), "");
	m->dir[strlen(m->dir) - 4] = '\0';
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MODULES_TEST(full_names_in_a_file_of_cython_are_imported),
		MODULES_TEST(names_that_lead_to_no_module_are_no_imports),
		MODULES_TEST(modules_that_are_gone_are_imports),
		MODULES_TEST(modules_of_other_distributions_may_be_gone),
		MODULES_TEST(siblings_are_named_by_their_last_part),
		MODULES_TEST(other_files_name_extensions_of_their_package),
		MODULES_TEST(what_every_file_may_say_is_known),
		MODULES_TEST(the_new_place_of_numpy_goes_first),
		MODULES_TEST(numpy_is_not_imported_where_the_distribution_goes_without),
		MODULES_TEST(strings_that_cython_has_packed_by_itself_are_read),
		MODULES_TEST(the_old_place_of_numpy_is_taken_where_there_is_no_new_one),
		MODULES_TEST(strings_that_are_packed_are_unpacked_with_zlib),
		MODULES_TEST(the_standard_library_is_not_guessed_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
