/* test_inflate.c - deflate data of a mapped file: what comes of it, and what stays in memory of it. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "source/inflate.h"

#include "../base/tree.h"

#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <zlib.h>

enum { PLAIN = 40 << 20 };

/* Bytes that hardly pack, so that the packed ones are many. */
static unsigned char *noise(void)
{
	unsigned char *p = malloc(PLAIN);
	uint32_t x = 1;

	assert_non_null(p);
	for (size_t i = 0; i < PLAIN; i++) {
		x = x * 1664525 + 1013904223;
		p[i] = (unsigned char)(x >> 24);
	}
	return p;
}

static struct view packed_file(unsigned char *plain, FILE **f)
{
	z_stream s = { .next_in = plain, .avail_in = PLAIN };
	size_t room = PLAIN + (PLAIN >> 8), n;
	unsigned char *buf = malloc(room);
	void *p;

	assert_non_null(buf);
	assert_int_equal(deflateInit2(&s, 1, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
	s.next_out = buf;
	s.avail_out = (uInt)room;
	assert_int_equal(deflate(&s, Z_FINISH), Z_STREAM_END);
	n = s.total_out;
	deflateEnd(&s);
	*f = tmpfile();
	assert_non_null(*f);
	assert_int_equal(fwrite(buf, 1, n, *f), n);
	assert_int_equal(fflush(*f), 0);
	free(buf);
	p = mmap(NULL, n, PROT_READ, MAP_PRIVATE, fileno(*f), 0);
	assert_true(p != MAP_FAILED);
	return (struct view){ p, n };
}

/* Kilobytes of the mapping that count as memory of this process. */
static unsigned long resident(const void *p)
{
	FILE *f = fopen("/proc/self/smaps", "r");
	char line[512], begin[32];
	unsigned long kb = 0;
	bool in = false;

	assert_non_null(f);
	snprintf(begin, sizeof(begin), "%lx-", (unsigned long)(uintptr_t)p);
	while (fgets(line, sizeof(line), f) != NULL) {
		if (strstr(line, "-") != NULL && strchr(line, ':') > strchr(line, ' '))
			in = strncmp(line, begin, strlen(begin)) == 0;
		if (in && sscanf(line, "Rss: %lu kB", &kb) == 1)
			break;
	}
	fclose(f);
	return kb;
}

static void packed_bytes_are_given_back(void **state)
{
	unsigned char *plain = noise(), *got = malloc(PLAIN + 1);
	struct view in;
	FILE *f;

	(void)state;
	assert_non_null(got);
	in = packed_file(plain, &f);
	assert_int_equal(inflate_whole(in, got, PLAIN), 0);
	assert_memory_equal(got, plain, PLAIN);
	assert_true(resident(in.p) > in.n / 1024 / 2);
	memset(got, 0, PLAIN);
	assert_int_equal(inflate_giving_back(in, got, PLAIN), 0);
	assert_memory_equal(got, plain, PLAIN);
	assert_true(resident(in.p) < 64);
	assert_int_equal(inflate_giving_back(in, got, PLAIN + 1), EBADMSG);
	assert_int_equal(inflate_giving_back(in, got, PLAIN - 1), EBADMSG);
	assert_int_equal(inflate_giving_back((struct view){ in.p, in.n / 2 }, got, PLAIN), EBADMSG);
	munmap((void *)(uintptr_t)in.p, in.n);
	fclose(f);
	free(plain);
	free(got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packed_bytes_are_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
