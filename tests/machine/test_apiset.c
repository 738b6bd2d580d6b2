/* test_apiset.c - schemas of API sets that lie. Whole ones: tests/verb/test_check_windows_system.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "machine/apiset.h"

enum { ENTRY = 28, NAME = 60, VALUE = 80, HOST = 100, SIZE = 120 };

static void put32(unsigned char *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (unsigned char)(v >> (8 * i));
}

static void put_text(unsigned char *p, const char *s)
{
	for (; *s != '\0'; s++, p += 2)
		*p = (unsigned char)*s;
}

/* Version 6: "api-a-1" leads to "h.dll". */
static void make(unsigned char p[SIZE])
{
	const uint32_t head[] = { 6, SIZE, 0, 1, ENTRY, 0, 31 };
	const uint32_t entry[] = { 0, NAME, 14, 10, VALUE, 1 };
	const uint32_t value[] = { 0, 0, 0, HOST, 10 };

	memset(p, 0, SIZE);
	for (size_t i = 0; i < 7; i++)
		put32(p + 4 * i, head[i]);
	for (size_t i = 0; i < 6; i++)
		put32(p + ENTRY + 4 * i, entry[i]);
	for (size_t i = 0; i < 5; i++)
		put32(p + VALUE + 4 * i, value[i]);
	put_text(p + NAME, "api-A-1");
	put_text(p + HOST, "H.dll");
}

/* In a block of exactly that size: a read behind it is seen by the sanitizers. */
static enum apiset_answer ask(const unsigned char *p, size_t n, const char *name, char host[APISET_HOST_MAX])
{
	unsigned char *copy = malloc(n > 0 ? n : 1);
	enum apiset_answer answer = APISET_UNKNOWN;
	struct apiset s;

	assert_non_null(copy);
	memcpy(copy, p, n);
	*host = '\0';
	if (apiset_read((struct view){ copy, n }, &s))
		answer = apiset_find(&s, name, "a.dll", host);
	free(copy);
	return answer;
}

static void one_contract(void **state)
{
	unsigned char p[SIZE];
	char host[APISET_HOST_MAX];

	(void)state;
	make(p);
	assert_int_equal(ask(p, SIZE, "api-a-1.dll", host), APISET_HOST);
	assert_string_equal(host, "h.dll");
	assert_int_equal(ask(p, SIZE, "api-a-22.dll", host), APISET_HOST);
	assert_int_equal(ask(p, SIZE, "api-b-1.dll", host), APISET_UNKNOWN);
	assert_int_equal(ask(p, SIZE, "", host), APISET_UNKNOWN);
	put32(p + VALUE + 16, 0);
	assert_int_equal(ask(p, SIZE, "api-a-1.dll", host), APISET_NO_HOST);
}

static void cut_at_each_byte(void **state)
{
	unsigned char p[SIZE];
	char host[APISET_HOST_MAX];

	(void)state;
	make(p);
	for (size_t n = 0; n < HOST + 10; n++)
		assert_int_not_equal(ask(p, n, "api-a-1.dll", host), APISET_HOST);
}

static void lies_in_every_word(void **state)
{
	static const uint32_t lies[] = { 0, 1, 2, 3, 4, 0x7fffffff, 0x80000000, 0xffffffff, SIZE, SIZE - 1 };
	unsigned char p[SIZE];
	char host[APISET_HOST_MAX];

	(void)state;
	for (size_t at = 0; at + 4 <= SIZE; at += 2)
		for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
			make(p);
			put32(p + at, lies[i]);
			ask(p, SIZE, "api-a-1.dll", host);
			assert_true(strlen(host) < APISET_HOST_MAX);
		}
}

/* A host is a name: never one that leads to another folder. */
static void a_host_with_a_path(void **state)
{
	unsigned char p[SIZE];
	char host[APISET_HOST_MAX];

	(void)state;
	make(p);
	put_text(p + HOST, "../a.");
	assert_int_equal(ask(p, SIZE, "api-a-1.dll", host), APISET_NO_HOST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_contract),
		cmocka_unit_test(cut_at_each_byte),
		cmocka_unit_test(lies_in_every_word),
		cmocka_unit_test(a_host_with_a_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
