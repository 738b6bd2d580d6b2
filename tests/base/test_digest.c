/* test_digest.c - hashes, by the examples of their standards (RFC 1321, FIPS 180-4), and as text. */
#include "base/digest.h"

#include "../base/tree.h"

static void hashes_are_those_of_the_standards(void **state)
{
	static const struct {
		enum digest_kind kind;
		const char *hex; /* of "abc" */
	} known[] = {
		{ DIGEST_MD5, "900150983cd24fb0d6963f7d28e17f72" },
		{ DIGEST_SHA1, "a9993e364706816aba3e25717850c26c9cd0d89d" },
		{ DIGEST_SHA224, "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7" },
		{ DIGEST_SHA256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ DIGEST_SHA384, "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
				 "8086072ba1e7cc2358baeca134c825a7" },
		{ DIGEST_SHA512, "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
				 "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		unsigned char got[DIGEST_MAX], pieces[DIGEST_MAX], want[DIGEST_MAX];
		size_t n = digest_size(known[i].kind);
		struct digest_state *s = digest_begin(known[i].kind);

		assert_true(digest_from_hex(known[i].hex, strlen(known[i].hex), want, n));
		digest_of(known[i].kind, (struct view){ (const unsigned char *)"abc", 3 }, got);
		assert_memory_equal(got, want, n);
		digest_add(s, (struct view){ (const unsigned char *)"a", 1 });
		digest_add(s, (struct view){ NULL, 0 });
		digest_add(s, (struct view){ (const unsigned char *)"bc", 2 });
		digest_end(s, pieces);
		assert_memory_equal(pieces, want, n);
		assert_int_equal(digest_by_name(digest_name(known[i].kind), strlen(digest_name(known[i].kind))),
				 known[i].kind);
	}
	assert_int_equal(digest_by_name("sha3", 4), DIGEST_NONE);
}

static void base64_goes_both_ways(void **state)
{
	unsigned char hash[32], back[32];
	char out[64];

	(void)state;
	for (size_t i = 0; i < 32; i++)
		hash[i] = (unsigned char)(i * 37 + 251);
	digest_to_base64(hash, 32, out);
	assert_int_equal(strlen(out), 43);
	assert_true(digest_from_base64(out, 43, back, 32));
	assert_memory_equal(hash, back, 32);
	assert_false(digest_from_base64(out, 42, back, 32));
	assert_false(digest_from_base64("????", 4, back, 3));
	assert_false(digest_from_base64(out, 43, back, 31));
	assert_false(digest_from_hex("0g", 2, back, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_are_those_of_the_standards),
		cmocka_unit_test(base64_goes_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
