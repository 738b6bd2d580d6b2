/* test_causes.c - the catalogue and its pages belong together. */
#include <dirent.h>

#include "fixture.h"

/* docs/causes from wherever the test is started inside the source tree. */
static const char *pages_dir(char *buf, size_t n)
{
	for (int i = 0; i < 5; i++) {
		snprintf(buf, n, "%.*sdocs/causes", 3 * i, "../../../../../");
		if (access(buf, R_OK) == 0)
			return buf;
	}
	/* A build folder elsewhere: beside this source file. */
	snprintf(buf, n, "%.*s/../../docs/causes", (int)(strrchr(__FILE__, '/') - __FILE__), __FILE__);
	return access(buf, R_OK) == 0 ? buf : NULL;
}

static char *read_page(const char *code)
{
	char dir[512], path[1024];
	char *text;
	size_t n;

	assert_non_null(pages_dir(dir, sizeof(dir)));
	snprintf(path, sizeof(path), "%s/%s.md", dir, code);
	if (os_read_all(path, 1 << 20, &text, &n) != 0)
		fail_msg("%s has no page", code);
	return text;
}

static void every_cause_has_its_page(void **state)
{
	static const char *const parts[] = { "\n## How to see it\n", "\n## What to do\n",
					     "\n## What never to do\n", "\n## A case that shows it\n",
					     "\n## A case that only looks like it\n" };

	(void)state;
	for (size_t i = 0; dlwhy_cause_at(i) != NULL; i++) {
		const struct dlwhy_cause *c = dlwhy_cause_at(i);
		char title[256], *page = read_page(c->code);

		snprintf(title, sizeof(title), "# %s: %s\n", c->code, c->title);
		if (strncmp(page, title, strlen(title)) != 0)
			fail_msg("the page of %s does not begin with \"%s\"", c->code, title);
		for (size_t k = 0; k < sizeof(parts) / sizeof(parts[0]); k++)
			assert_contains(page, parts[k]);
		free(page);
	}
}

static void every_page_is_of_a_cause(void **state)
{
	char path[512];
	struct dirent *e;
	size_t n = 0;
	DIR *dir;

	(void)state;
	assert_non_null(pages_dir(path, sizeof(path)));
	dir = opendir(path);
	assert_non_null(dir);
	while ((e = readdir(dir)) != NULL) {
		char code[256];
		size_t len = strlen(e->d_name);

		if (len < 4 || strcmp(e->d_name + len - 3, ".md") != 0 || len >= sizeof(code))
			continue;
		snprintf(code, sizeof(code), "%.*s", (int)(len - 3), e->d_name);
		if (dlwhy_cause_find(code) == NULL)
			fail_msg("%s is a page of no cause", e->d_name);
		n++;
	}
	closedir(dir);
	assert_int_equal(n, CAUSE_COUNT);
}

static void a_cause_is_found_by_its_code(void **state)
{
	(void)state;
	for (size_t i = 0; dlwhy_cause_at(i) != NULL; i++)
		assert_ptr_equal(dlwhy_cause_find(dlwhy_cause_at(i)->code), dlwhy_cause_at(i));
	assert_null(dlwhy_cause_find("no-such-cause"));
	assert_null(dlwhy_cause_find(NULL));
	assert_null(dlwhy_cause_at(CAUSE_COUNT));
	assert_null(dlwhy_cause_at(SIZE_MAX));
}

static void every_cause_says_what_it_means_and_what_never_to_do(void **state)
{
	(void)state;
	for (size_t i = 0; dlwhy_cause_at(i) != NULL; i++) {
		const struct dlwhy_cause *c = dlwhy_cause_at(i);

		assert_true(strlen(c->title) > 10 && strlen(c->title) < 80);
		assert_true(c->meaning[strlen(c->meaning) - 1] == '.');
		assert_true(strncmp(c->never, "Do not ", 7) == 0);
		assert_null(strpbrk(c->code, " _ABCDEFGHIJKLMNOPQRSTUVWXYZ"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cause_has_its_page),
		cmocka_unit_test(every_page_is_of_a_cause),
		cmocka_unit_test(a_cause_is_found_by_its_code),
		cmocka_unit_test(every_cause_says_what_it_means_and_what_never_to_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
