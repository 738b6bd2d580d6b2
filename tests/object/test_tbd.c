/* test_tbd.c - text stubs of libraries, of the old and the new form, and texts that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "object/tbd.h"

struct heard {
	char text[1024];
};

static bool hear(void *ctx, const struct tbd_item *item)
{
	static const char kinds[] = "NTRSWLCIE";
	struct heard *h = ctx;
	size_t n = strlen(h->text);

	assert_true(n + item->n + 8 < sizeof(h->text));
	h->text[n++] = kinds[item->kind];
	h->text[n++] = (char)('0' + item->document);
	if (item->reexport)
		h->text[n++] = '>';
	memcpy(h->text + n, item->text, item->n);
	n += item->n;
	h->text[n++] = ' ';
	h->text[n] = '\0';
	return false;
}

static const char *read_text(struct heard *h, const char *text)
{
	size_t n = strlen(text);
	char *copy = malloc(n > 0 ? n : 1); /* of exactly that size */

	assert_non_null(copy);
	memcpy(copy, text, n);
	h->text[0] = '\0';
	tbd_each((struct view){ (unsigned char *)copy, n }, "x86_64", "macos", hear, h);
	free(copy);
	return h->text;
}

static const char four[] =
	"--- !tapi-tbd\n"
	"tbd-version:     4\n"
	"targets:         [ x86_64-macos, arm64-macos ]\n"
	"install-name:    '/usr/lib/libx.dylib'\n"
	"current-version: 1.2\n"
	"reexported-libraries:\n"
	"  - targets:   [ x86_64-macos ]\n"
	"    libraries: [ '/usr/lib/liby.dylib' ]\n"
	"exports:\n"
	"  - targets:         [ x86_64-macos, arm64-macos ]\n"
	"    symbols:         [ _a, '_b$INODE64',\n"
	"                       _c ]\n"
	"    weak-symbols:    [ _w ]\n"
	"    objc-classes:    [ NSThing ]\n"
	"  - targets:         [ arm64-macos ]\n"
	"    symbols:         [ _only_arm ]\n"
	"reexports:\n"
	"  - targets:         [ x86_64-macos ]\n"
	"    symbols:         [ _r ]\n"
	"undefineds:\n"
	"  - targets:         [ x86_64-macos ]\n"
	"    symbols:         [ _u ]\n"
	"--- !tapi-tbd\n"
	"targets:         [ x86_64-macos ]\n"
	"install-name:    '/usr/lib/liby.dylib'\n"
	"exports:\n"
	"  - targets:         [ x86_64-macos ]\n"
	"    symbols:         [ _y ]\n"
	"...\n";

static void version_4_is_read(void **state)
{
	struct heard h;

	(void)state;
	assert_true(tbd_is((struct view){ (const unsigned char *)four, sizeof(four) - 1 }));
	assert_string_equal(read_text(&h, four),
			    "T0x86_64-macos T0arm64-macos N0/usr/lib/libx.dylib R0/usr/lib/liby.dylib S0_a "
			    "S0_b$INODE64 S0_c W0_w C0NSThing S0>_r T1x86_64-macos "
			    "N1/usr/lib/liby.dylib S1_y ");
}

static void version_3_is_read(void **state)
{
	struct heard h;

	(void)state;
	assert_string_equal(read_text(&h, "--- !tapi-tbd-v3\n"
					  "archs: [ i386, x86_64 ]\n"
					  "platform: macosx\n"
					  "install-name: /usr/lib/libz.dylib\n"
					  "exports:\n"
					  "  - archs: [ i386 ]\n"
					  "    symbols: [ _old ]\n"
					  "  - archs: [ i386, x86_64 ]\n"
					  "    re-exports: [ /usr/lib/liby.dylib ]\n"
					  "    symbols: [ _a ]\n"
					  "    weak-def-symbols: [ _w ]\n"
					  "    objc-ivars: [ _NSThing._x ]\n"
					  "...\n"),
			    "T0x86_64-macos N0/usr/lib/libz.dylib R0/usr/lib/liby.dylib S0_a W0_w "
			    "I0NSThing._x ");
}

static void any_text_comes_to_an_end(void **state)
{
	static const char *const texts[] = { "", "---", "exports:\n  - targets: [", "targets: [ a, b",
		"a: '\nb: \"", ": : :",
					     "- - -\n",
					     	"exports:\n- targets: [x86_64-macos]\n  symbols: [,,,]\n" };
	struct heard h;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_true(strlen(read_text(&h, texts[i])) < 32);
	for (size_t n = 0; n < sizeof(four) - 1; n++) {
		unsigned char *copy = malloc(n + 1);

		assert_non_null(copy);
		memcpy(copy, four, n);
		copy[n] = 0; /* a byte of no text */
		h.text[0] = '\0';
		tbd_each((struct view){ copy, n + 1 }, "x86_64", "macos", hear, &h);
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(version_4_is_read),
		cmocka_unit_test(version_3_is_read),
		cmocka_unit_test(any_text_comes_to_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
