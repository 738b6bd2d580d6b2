/* test_code_x86.c - single instructions: their extension, their length, where they lead. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "machine/code.h"

static int setup(void **state)
{
	static struct code_decoder d;

	*state = &d;
	return code_x86_open(&d) ? 0 : -1;
}

static int teardown(void **state)
{
	struct code_decoder *d = *state;

	d->close(d->state);
	return 0;
}

static struct code_step one(void **state, const char *bytes, size_t n)
{
	struct code_decoder *d = *state;
	struct code_step s;

	d->step(d->state, (const unsigned char *)bytes, n, 0x1000, &s);
	return s;
}

#define STEP(bytes) one(state, bytes, sizeof(bytes) - 1)
#define X(id) (UINT64_C(1) << ISA_##id)

static void extensions_are_told_by_the_encoding(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		uint64_t isa;
	} rows[] = {
#define ROW(bytes, isa) { bytes, sizeof(bytes) - 1, isa }
		ROW("\x0f\x58\xc1", 0),                         /* addps */
		ROW("\xf2\x0f\x12\xc1", X(SSE3)),               /* movddup */
		ROW("\x66\x0f\x38\x00\xc1", X(SSSE3)),          /* pshufb */
		ROW("\x66\x0f\x38\x10\xc1", X(SSE41)),          /* pblendvb */
		ROW("\x66\x0f\x3a\x63\xc1\x00", X(SSE42)),      /* pcmpistri */
		ROW("\xf2\x0f\x38\xf1\xc1", X(SSE42)),          /* crc32 */
		ROW("\xf3\x0f\xb8\xc1", X(POPCNT)),             /* popcnt */
		ROW("\xf3\x0f\xbc\xc1", 0),                     /* tzcnt: bsf where it is not known */
		ROW("\xf3\x0f\xbd\xc1", 0),                     /* lzcnt */
		ROW("\xf3\x0f\x1e\xfa", 0),                     /* endbr64 */
		ROW("\xf3\x90", 0),                             /* pause */
		ROW("\x48\x0f\xc7\x0e", X(CX16)),               /* cmpxchg16b */
		ROW("\x0f\x38\xf0\x06", X(MOVBE)),              /* movbe */
		ROW("\x66\x0f\x38\xdc\xc1", X(AES)),            /* aesenc */
		ROW("\x0f\x38\xcb\xc1", X(SHA)),                /* sha256rnds2 */
		ROW("\xc5\xfc\x58\xc1", X(AVX)),                /* vaddps ymm */
		ROW("\xc5\xf8\x58\xc1", X(AVX)),                /* vaddps xmm */
		ROW("\xc5\xfd\xfe\xc1", X(AVX2)),               /* vpaddd ymm */
		ROW("\xc5\xf9\xfe\xc1", X(AVX)),                /* vpaddd xmm */
		ROW("\xc4\xe2\x7d\x98\xc1", X(FMA)),            /* vfmadd132ps */
		ROW("\xc4\xe2\x79\x13\xc1", X(F16C)),           /* vcvtph2ps */
		ROW("\xc4\xe2\x79\xdc\xc1", X(AES) | X(AVX)),   /* vaesenc */
		ROW("\xc4\xe2\x70\xf2\xc1", X(BMI1)),           /* andn */
		ROW("\xc4\xe2\xf3\xf7\xc1", X(BMI2)),           /* shrx */
		ROW("\x62\xf1\x7c\x48\x58\xc1", X(AVX512F)),    /* vaddps zmm */
		ROW("\xc5\xf8\x92\xc8", X(AVX512F)),            /* kmovw */
		ROW("\x8f\xe8\x68\xa2\xd9\x00", X(XOP)),        /* vpcmov */
		ROW("\x8f\xc0", 0),                             /* pop rax */
#undef ROW
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct code_step s = one(state, rows[i].bytes, rows[i].n);

		if (s.isa != rows[i].isa || s.size != rows[i].n)
			fail_msg("row %zu: %llx (%s), %u bytes", i, (unsigned long long)s.isa, s.text,
				 s.size);
	}
}

static void the_flow_is_told(void **state)
{
	assert_int_equal(STEP("\x90").flow, FLOW_NEXT);
	assert_int_equal(STEP("\xc3").flow, FLOW_RETURN);
	assert_int_equal(STEP("\x74\x02").flow, FLOW_BRANCH);
	assert_int_equal(STEP("\xe3\x02").flow, FLOW_BRANCH); /* jrcxz */
	assert_int_equal(STEP("\xeb\x02").flow, FLOW_JUMP);
	assert_int_equal(STEP("\xeb\x02").target, 0x1004);
	assert_int_equal(STEP("\xe8\x10\x00\x00\x00").flow, FLOW_CALL);
	assert_int_equal(STEP("\xe8\x10\x00\x00\x00").target, 0x1015);
	assert_int_equal(STEP("\xff\xd0").flow, FLOW_CALL_AWAY);
	assert_int_equal(STEP("\xff\x25\x00\x00\x00\x00").flow, FLOW_AWAY);
	assert_int_equal(STEP("\x0f\x0b").flow, FLOW_END);
	assert_true(STEP("\x0f\xa2").asks);
	assert_true(STEP("\x0f\x01\xd0").asks);
	assert_false(STEP("\x90").asks);
}

static void what_the_disassembler_does_not_know_keeps_its_length(void **state)
{
	/* vinsertf64x2 ymm4, ymm0, xmm0, 1 */
	assert_int_equal(STEP("\x62\xf3\xfd\x28\x18\xe0\x01").size, 7);
	assert_true((STEP("\x62\xf3\xfd\x28\x18\xe0\x01").isa & X(AVX512F)) != 0);
	/* vextractf64x2 xmm0, ymm4, 1 */
	assert_int_equal(STEP("\x62\xf3\xfd\x28\x19\xe0\x01").size, 7);
	/* vpdpbusd zmm0, zmm1, [rax + 64 * 2] */
	assert_int_equal(STEP("\x62\xf2\x75\x48\x50\x40\x02").size, 7);
	/* prefetchw [rsi + 0x200] */
	assert_int_equal(STEP("\x0f\x0d\x8e\x00\x02\x00\x00").size, 7);
	assert_int_equal(STEP("\x0f\x0d\x8e\x00\x02\x00\x00").isa, 0);
}

static void what_is_no_instruction_has_no_length(void **state)
{
	assert_int_equal(STEP("\x06").size, 0);     /* push es: not in 64-bit mode */
	assert_int_equal(STEP("\xc5").size, 0);     /* cut off */
	assert_int_equal(STEP("\x62\xf3").size, 0);
	assert_int_equal(STEP("\x62\xf3\xfd\x28\x19\xe0").size, 0); /* without its last byte */
	assert_int_equal(one(state, "", 0).size, 0);
}

static void main_is_handed_over_in_rdi(void **state)
{
	struct code_step s = STEP("\x48\x8d\x3d\x10\x00\x00\x00"); /* lea rdi, [rip + 0x10] */

	assert_true(s.gives_main);
	assert_int_equal(s.target, 0x1017);
	s = STEP("\x48\xc7\xc7\x00\x20\x40\x00"); /* mov rdi, 0x402000 */
	assert_true(s.gives_main);
	assert_int_equal(s.target, 0x402000);
	assert_false(STEP("\x48\x8d\x35\x10\x00\x00\x00").gives_main); /* rsi */
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(extensions_are_told_by_the_encoding),
		TEST(the_flow_is_told),
		TEST(what_the_disassembler_does_not_know_keeps_its_length),
		TEST(what_is_no_instruction_has_no_length),
		TEST(main_is_handed_over_in_rdi),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
