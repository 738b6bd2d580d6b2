/* test_kind.c - what a file is by its first bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "object/elf.h"

/* From a block of exactly that size, so that the sanitizers see a read behind it. */
static enum file_kind kind_of(const void *bytes, size_t n)
{
	unsigned char *copy = malloc(n > 0 ? n : 1);
	enum file_kind k;

	assert_non_null(copy);
	memcpy(copy, bytes, n);
	k = file_kind((struct view){ copy, n });
	free(copy);
	return k;
}

#define KIND(literal) kind_of(literal, sizeof(literal) - 1)

static void magic_numbers_are_known(void **state)
{
	(void)state;
	assert_int_equal(KIND("\177ELF\2\1\1"), FILE_ELF);
	assert_int_equal(KIND("!<arch>\nfoo"), FILE_ARCHIVE);
	assert_int_equal(KIND("!<thin>\nfoo"), FILE_THIN_ARCHIVE);
	assert_int_equal(KIND("PK\3\4rest"), FILE_ZIP);
	assert_int_equal(KIND("\x1f\x8b\x08"), FILE_GZIP);
	assert_int_equal(KIND("\xfd"
			      "7zXZ\0\0"),
			 FILE_XZ);
	assert_int_equal(KIND("\x28\xb5\x2f\xfd"), FILE_ZSTD);
	assert_int_equal(KIND("BZh91AY"), FILE_BZIP2);
	assert_int_equal(KIND("BC\xc0\xde"), FILE_LLVM_BITCODE);
	assert_int_equal(KIND("\0asm\1\0\0\0"), FILE_WASM);
	assert_int_equal(KIND("#!/bin/sh\n"), FILE_SCRIPT);
}

static void a_magic_number_that_is_cut_short_is_none(void **state)
{
	(void)state;
	assert_int_equal(KIND(""), FILE_EMPTY);
	assert_int_equal(KIND("\177EL"), FILE_DATA);
	assert_int_equal(KIND("!<arch>"), FILE_TEXT);
	assert_int_equal(KIND("BZh"), FILE_TEXT);
	assert_int_equal(KIND("BZhat a day"), FILE_TEXT);
	assert_int_equal(KIND("MZ"), FILE_TEXT);
	assert_int_equal(KIND("\xca\xfe\xba\xbe"), FILE_DATA);
	assert_int_equal(KIND("\xcf\xfa\xed\xfe"), FILE_DATA);
}

static void windows_files_need_their_second_header(void **state)
{
	unsigned char pe[256] = { 'M', 'Z' };

	(void)state;
	pe[60] = 0x80;
	memcpy(pe + 0x80, "PE\0\0", 4);
	assert_int_equal(kind_of(pe, sizeof(pe)), FILE_PE);
	assert_int_equal(kind_of(pe, 0x82), FILE_DATA);
	pe[0x81] = 'X';
	assert_int_equal(kind_of(pe, sizeof(pe)), FILE_DATA);
	memset(pe + 60, 0xff, 4);
	assert_int_equal(kind_of(pe, sizeof(pe)), FILE_PE); /* behind what is read */
}

static void macos_files_are_known_in_all_forms(void **state)
{
	unsigned char m[64] = { 0xcf, 0xfa, 0xed, 0xfe, 7, 0, 0, 1 };

	(void)state;
	assert_int_equal(kind_of(m, sizeof(m)), FILE_MACHO);
	memcpy(m, "\xce\xfa\xed\xfe", 4);
	assert_int_equal(kind_of(m, sizeof(m)), FILE_MACHO);
	memcpy(m, "\xfe\xed\xfa\xcf", 4);
	assert_int_equal(kind_of(m, sizeof(m)), FILE_MACHO);
}

static void a_java_class_is_no_universal_file(void **state)
{
	(void)state;
	assert_int_equal(KIND("\xca\xfe\xba\xbe\0\0\0\2rest"), FILE_MACHO_FAT);
	assert_int_equal(KIND("\xca\xfe\xba\xbf\0\0\0\2rest"), FILE_MACHO_FAT);
	assert_int_equal(KIND("\xca\xfe\xba\xbe\0\0\0\x34rest"), FILE_JAVA_CLASS);
	assert_int_equal(KIND("\xca\xfe\xba\xbe\0\3\0\x2drest"), FILE_JAVA_CLASS);
}

static void pointers_of_version_control_are_known(void **state)
{
	(void)state;
	assert_int_equal(KIND("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"),
			 FILE_LFS_POINTER);
	assert_int_equal(KIND("/annex/objects/SHA256E-s10--abc.so\n"), FILE_ANNEX_POINTER);
	assert_int_equal(KIND("../.git/annex/objects/x/y/SHA256E-s1--a/SHA256E-s1--a"),
			 FILE_ANNEX_POINTER);
	assert_int_equal(KIND("see annex/objects/ for more\n"), FILE_TEXT);
	assert_int_equal(KIND("/annex/objects/KEY is missing\n"), FILE_TEXT);
	assert_int_equal(KIND("/annex/objects/"), FILE_TEXT);
}

static void linker_scripts_are_known_behind_comments(void **state)
{
	(void)state;
	assert_int_equal(KIND("/* GNU ld script\n   Use the shared library */\nGROUP ( a )\n"),
			 FILE_LINKER_SCRIPT);
	assert_int_equal(KIND("INPUT(-lncursesw)\n"), FILE_LINKER_SCRIPT);
	assert_int_equal(KIND("\n/* one */ /* two */\nOUTPUT_FORMAT (elf64-x86-64)\n"),
			 FILE_LINKER_SCRIPT);
	assert_int_equal(KIND("INPUT files are read first\n"), FILE_TEXT);
	assert_int_equal(KIND("INPUTS(a)\n"), FILE_TEXT);
	assert_int_equal(KIND("INPUT"), FILE_TEXT);
	assert_int_equal(KIND("/* a comment without end INPUT(a)"), FILE_TEXT);
	assert_int_equal(KIND("int f(void);\n"), FILE_TEXT);
}

static void web_pages_are_known(void **state)
{
	(void)state;
	assert_int_equal(KIND("<!DOCTYPE html>\n<html>"), FILE_HTML);
	assert_int_equal(KIND("\xef\xbb\xbf\r\n  <HTML lang=en>"), FILE_HTML);
	assert_int_equal(KIND("<?xml version='1.0'?>"), FILE_TEXT);
	assert_int_equal(KIND("<htm"), FILE_TEXT);
}

static void text_is_utf8_without_control_characters(void **state)
{
	(void)state;
	assert_int_equal(KIND("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\tx\r\n"), FILE_TEXT);
	assert_int_equal(KIND("caf\xe9 au lait"), FILE_DATA); /* Latin-1 */
	assert_int_equal(KIND("over\xc0\xaflong"), FILE_DATA);
	assert_int_equal(KIND("a\0b"), FILE_DATA);
	assert_int_equal(KIND("a\1b"), FILE_DATA);
}

static void a_character_that_the_read_cuts_is_still_text(void **state)
{
	unsigned char big[5000];

	(void)state;
	memset(big, 'a', sizeof(big));
	memcpy(big + 4095, "\xe2\x82\xac", 3);
	assert_int_equal(kind_of(big, sizeof(big)), FILE_TEXT);
	big[4094] = 0xe2;
	assert_int_equal(kind_of(big, sizeof(big)), FILE_DATA);
}

static void zeros_are_told_from_data(void **state)
{
	static unsigned char big[5000];

	(void)state;
	assert_int_equal(KIND("\0\0\0\0"), FILE_ZEROS);
	assert_int_equal(KIND("\0\0\0\1"), FILE_DATA);
	assert_int_equal(kind_of(big, sizeof(big)), FILE_ZEROS);
	big[4095] = 1;
	assert_int_equal(kind_of(big, sizeof(big)), FILE_DATA);
}

static void every_kind_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (int a = FILE_ELF; a <= FILE_DATA; a++) {
		const char *name = file_kind_name((enum file_kind)a);

		assert_true(strncmp(name, "a ", 2) == 0 || strncmp(name, "an ", 3) == 0 ||
			    a == FILE_LLVM_BITCODE);
		for (int b = FILE_ELF; b < a; b++)
			assert_string_not_equal(name, file_kind_name((enum file_kind)b));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(magic_numbers_are_known),
		cmocka_unit_test(a_magic_number_that_is_cut_short_is_none),
		cmocka_unit_test(windows_files_need_their_second_header),
		cmocka_unit_test(macos_files_are_known_in_all_forms),
		cmocka_unit_test(a_java_class_is_no_universal_file),
		cmocka_unit_test(pointers_of_version_control_are_known),
		cmocka_unit_test(linker_scripts_are_known_behind_comments),
		cmocka_unit_test(web_pages_are_known),
		cmocka_unit_test(text_is_utf8_without_control_characters),
		cmocka_unit_test(a_character_that_the_read_cuts_is_still_text),
		cmocka_unit_test(zeros_are_told_from_data),
		cmocka_unit_test(every_kind_has_a_name_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
