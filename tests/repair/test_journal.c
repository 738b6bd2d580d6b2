/* test_journal.c - a journal comes back as it was written, and nothing that is made up is believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "repair/journal.h"

static const char *const command[] = { "dlwhy", "fix", "it's \"odd\" 100%\n\xff", NULL };
static const char *const covers[] = { "/usr/lib", "/etc/ld.so.cache", NULL };
static const struct journal_xattr xattrs[] = { { "user.x", { (const unsigned char *)"a\0b", 3 } } };
static const struct journal_patch patches[] = { { 0, 4 }, { 100, 50 } };

static void fill(struct journal *j, struct journal_step *steps, struct journal_folder *folders)
{
	memset(j, 0, sizeof(*j));
	memset(steps, 0, 2 * sizeof(*steps));
	memset(folders, 0, sizeof(*folders));
	j->state = TRANSACTION_DONE;
	memcpy(j->token, "0123456789abcdef", 17);
	j->time = 1700000000;
	j->version = "1.2.3";
	j->title = "set RUNPATH";
	j->command = command;
	j->steps = steps;
	j->nsteps = j->looked = j->staged = 2;
	j->folders = folders;
	j->nfolders = 1;
	steps[0].kind = CHANGE_PATCH;
	steps[0].folder = "/a b/\xc3\xa9\x01";
	steps[0].name = "lib%.so\xff";
	steps[0].keep = CHANGE_KEEP_PATCHES;
	steps[0].patches = patches;
	steps[0].npatches = 2;
	steps[0].old = (struct journal_side){ .there = true, .hashed = true, .xattrs = xattrs, .nxattrs = 1 };
	steps[0].old.f = (struct os_facts){ .type = OS_REGULAR, .dev = UINT64_MAX, .ino = UINT64_MAX - 1, .size = 150,
					    .nlink = 2, .mode = 04755, .uid = UINT32_MAX, .gid = 7,
					    .atime = { -5, 999999999 }, .mtime = { 1, 2 } };
	memset(steps[0].old.hash, 0xab, SHA256_BYTES);
	steps[0].new = steps[0].old;
	steps[0].new.nxattrs = 0;
	steps[1].kind = CHANGE_RUN;
	steps[1].argv = command;
	steps[1].covers = covers;
	folders[0].path = "/a b";
	folders[0].mtime = (struct os_time){ 3, 4 };
}

static char *print(const struct journal *j)
{
	struct buf b;

	buf_init(&b, JOURNAL_BYTES);
	journal_print(&b, j);
	assert_false(b.failed);
	return b.p;
}

static int parse(const char *text, struct arena *a, struct journal *out, char *why)
{
	why[0] = '\0';
	return journal_parse((struct view){ (const unsigned char *)text, strlen(text) }, a, out, why, 64);
}

static void comes_back_as_it_was(void **state)
{
	struct arena *a = arena_new(0);
	struct journal_folder folder;
	struct journal_step steps[2];
	struct journal j, k;
	char why[64], *text, *again;

	(void)state;
	fill(&j, steps, &folder);
	text = print(&j);
	assert_int_equal(parse(text, a, &k, why), 0);
	again = print(&k);
	assert_string_equal(text, again);
	assert_string_equal(k.steps[0].folder, "/a b/\xc3\xa9\x01");
	assert_string_equal(k.steps[0].name, "lib%.so\xff");
	assert_true(k.steps[0].old.f.ino == UINT64_MAX - 1);
	assert_int_equal(k.steps[0].old.f.atime.s, -5);
	assert_memory_equal(k.steps[0].old.xattrs[0].value.p, "a\0b", 3);
	assert_string_equal(k.steps[1].covers[1], "/etc/ld.so.cache");
	assert_string_equal(k.command[2], command[2]);
	for (const char *p = text; *p != '\0'; p++)
		assert_true((*p >= 0x20 && *p < 0x7f) || *p == '\n');
	free(text);
	free(again);
	arena_free(a);
}

struct change_of_text {
	const char *from, *to, *why;
};

/* Each of these is a journal that only a damaged disk or an enemy could have written. */
static const struct change_of_text lies[] = {
	{ "\"journal\": 1", "\"journal\": 2", "journal" },
	{ "\"folder\": \"/a b", "\"folder\": \"a b", "folder" },
	{ "\"folder\": \"/a b", "\"folder\": \"/../a b", "folder" },
	{ "\"folder\": \"/a b", "\"folder\": \"//a b", "folder" },
	{ "\"name\": \"lib", "\"name\": \"../lib", "name" },
	{ "\"name\": \"lib", "\"name\": \"%00lib", "name" },
	{ "\"name\": \"lib%25.so%FF\"", "\"name\": \"..\"", "name" },
	{ "\"name\": \"lib%25.so%FF\"", "\"name\": \"\"", "name" },
	{ "\"name\": \"lib%25.so%FF\"", "\"name\": \"a%\"", "name" },
	{ "\"name\": \"lib%25.so%FF\"", "\"name\": \"a%zz\"", "name" },
	{ "\"name\": \"lib%25.so%FF\"", "\"name\": 5", "name" },
	{ "\"change\": \"patch\"", "\"change\": \"format\"", "change" },
	{ "\"change\": \"patch\"", "\"change\": \"link\"", "change" },
	{ "\"change\": \"patch\"", "\"change\": \"folder\"", "change" },
	{ "\"keep\": \"patches\"", "\"keep\": \"hope\"", "keep" },
	{ "\"state\": \"done\"", "\"state\": \"damaged\"", "state" },
	{ "\"token\": \"0123456789abcdef\"", "\"token\": \"../../../etc/pas\"", "token" },
	{ "\"token\": \"0123456789abcdef\"", "\"token\": \"0\"", "token" },
	{ "[[0, 4], [100, 50]]", "[[0, 4], [100, 51]]", "patches" },
	{ "[[0, 4], [100, 50]]", "[[0, 4], [3, 50]]", "patches" },
	{ "[[0, 4], [100, 50]]", "[[-1, 4]]", "patches" },
	{ "[[0, 4], [100, 50]]", "[[0, 9223372036854775807]]", "patches" },
	{ "[[0, 4], [100, 50]]", "[[0]]", "patches" },
	{ "[[0, 4], [100, 50]]", "{}", "patches" },
	{ "\"mode\": \"4755\"", "\"mode\": \"99\"", "mode" },
	{ "\"size\": 150", "\"size\": -1", "size" },
	{ "\"size\": 150", "\"size\": 1e3", "size" },
	{ "\"time\": 1700000000", "\"time\": -9223372036854775808", "time" },
	{ "\"staged\": 2", "\"staged\": 9", "staged" },
	{ "\"returned\": 0", "\"returned\": 3", "returned" },
	{ "[-5, 999999999]", "[-5, 1000000000]", "atime" },
	{ "[-5, 999999999]", "[-5]", "atime" },
	{ "\"sha256\": \"ab", "\"sha256\": \"", "sha256" },
	{ "\"sha256\": \"ab", "\"sha256\": \"zz", "sha256" },
	{ "\"covers\": [\"/usr/lib\"", "\"covers\": [\"usr/lib\"", "covers" },
	{ "\"covers\": [\"/usr/lib\"", "\"covers\": [\"/usr/../lib\"", "covers" },
	{ "\"xattrs\": [[\"user.x\"", "\"xattrs\": [[\"\"", "xattrs" },
	{ "\"path\": \"/a b\"", "\"path\": \"/a b/..\"", "path" },
	{ "{\"journal\"", "[\"journal\"", "JSON" },
	{ "{\"journal\": 1", "{\"journal\": 1, \"journal\": 1", "JSON" },
};

static void what_is_made_up_is_refused(void **state)
{
	struct journal_folder folder;
	struct journal_step steps[2];
	struct journal j, k;
	char why[64], *text, *lie;

	(void)state;
	fill(&j, steps, &folder);
	text = print(&j);
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		struct arena *a = arena_new(0);
		char *at = strstr(text, lies[i].from);
		size_t n = strlen(text) + strlen(lies[i].to) + 1;

		assert_non_null(at);
		lie = malloc(n);
		snprintf(lie, n, "%.*s%s%s", (int)(at - text), text, lies[i].to, at + strlen(lies[i].from));
		if (parse(lie, a, &k, why) == 0)
			fail_msg("believed: %s", lies[i].to);
		assert_string_equal(why, lies[i].why);
		free(lie);
		arena_free(a);
	}
	free(text);
}

static void half_a_journal_is_none(void **state)
{
	struct journal_folder folder;
	struct journal_step steps[2];
	struct journal j, k;
	char *text;
	size_t n;

	(void)state;
	fill(&j, steps, &folder);
	text = print(&j);
	n = strlen(text);
	assert_true(n > 1000);
	for (size_t i = 0; i + 2 < n; i++) {
		struct arena *a = arena_new(0);

		assert_int_not_equal(journal_parse((struct view){ (unsigned char *)text, i }, a, &k, NULL, 0), 0);
		arena_free(a);
	}
	free(text);
}

static void little_memory_is_no_crash(void **state)
{
	struct journal_folder folder;
	struct journal_step steps[2];
	struct journal j, k;
	char why[64], *text;
	size_t cap;
	int err = -1;

	(void)state;
	fill(&j, steps, &folder);
	text = print(&j);
	for (cap = 16; err != 0 && cap < 1 << 20; cap += 16) {
		struct arena *a = arena_new(cap);

		err = parse(text, a, &k, why);
		assert_true(err == 0 || err == 12);
		arena_free(a);
	}
	assert_int_equal(err, 0);
	assert_true(cap > 500);
	free(text);
}

static void entries_come_back(void **state)
{
	struct arena *a = arena_new(0);
	struct journal_entry e = { .path = "a/b%", .cover = 3, .kept = 9, .linked = true }, f;
	struct buf b;

	(void)state;
	e.side.there = true;
	e.side.f.type = OS_SYMLINK;
	e.side.link = "../x\xfe";
	buf_init(&b, 1 << 16);
	journal_print_entry(&b, &e);
	assert_int_equal(journal_parse_entry((struct view){ (unsigned char *)b.p, b.n }, a, &f), 0);
	assert_string_equal(f.path, "a/b%");
	assert_string_equal(f.side.link, "../x\xfe");
	assert_true(f.linked && !f.copied && f.kept == 9 && f.cover == 3);
	buf_clear(&b);
	e.path = "a/../b";
	journal_print_entry(&b, &e);
	assert_int_not_equal(journal_parse_entry((struct view){ (unsigned char *)b.p, b.n }, a, &f), 0);
	buf_free(&b);
	arena_free(a);
}

static void ids_are_numbers(void **state)
{
	(void)state;
	assert_true(journal_is_id("1"));
	assert_true(journal_is_id("123456789012345678"));
	assert_false(journal_is_id("1234567890123456789"));
	assert_false(journal_is_id("0"));
	assert_false(journal_is_id("01"));
	assert_false(journal_is_id(""));
	assert_false(journal_is_id("1/../2"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_back_as_it_was), cmocka_unit_test(what_is_made_up_is_refused),
		cmocka_unit_test(half_a_journal_is_none), cmocka_unit_test(little_memory_is_no_crash),
		cmocka_unit_test(entries_come_back), cmocka_unit_test(ids_are_numbers),
	};

	return cmocka_run_group_tests_name("repair-journal", tests, NULL, NULL);
}
