/* test_code_arm64.c - single instructions: their extension and where they lead. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "machine/code.h"

static struct code_step one(uint32_t w)
{
	unsigned char b[4] = { (unsigned char)w, (unsigned char)(w >> 8), (unsigned char)(w >> 16),
			       (unsigned char)(w >> 24) };
	struct code_decoder d;
	struct code_step s;

	assert_true(code_arm64_open(&d));
	d.step(d.state, b, 4, 0x1000, &s);
	return s;
}

#define X(id) (UINT64_C(1) << ISA_##id)

/* The words are those that GNU as makes of the instructions beside them. */
static void extensions_are_told(void **state)
{
	static const struct {
		uint32_t word;
		uint64_t isa;
	} rows[] = {
		{ 0xb8200020, X(LSE) },     /* ldadd w0, w0, [x1] */
		{ 0xf8e08041, X(LSE) },     /* swpal x0, x1, [x2] */
		{ 0x88a07c41, X(LSE) },     /* cas w0, w1, [x2] */
		{ 0x48207c82, X(LSE) },     /* casp x0, x1, x2, x3, [x4] */
		{ 0xb8bfc020, 0 },          /* ldapr w0, [x1] */
		{ 0x885f7c20, 0 },          /* ldxr w0, [x1] */
		{ 0x88027c20, 0 },          /* stxr w2, w0, [x1] */
		{ 0xb8606820, 0 },          /* ldr w0, [x1, x0] */
		{ 0x4e829420, X(DOTPROD) }, /* sdot v0.4s, v1.16b, v2.16b */
		{ 0x6f82e020, X(DOTPROD) }, /* udot v0.4s, v1.16b, v2.4b[0] */
		{ 0x4ea28420, 0 },          /* add v0.4s, v1.4s, v2.4s */
		{ 0x04a20020, X(SVE) },     /* add z0.s, z1.s, z2.s */
		{ 0x0b020020, 0 },          /* add w0, w1, w2 */
		{ 0xd503233f, 0 },          /* paciasp: a hint */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (one(rows[i].word).isa != rows[i].isa)
			fail_msg("%08x: %llx", rows[i].word, (unsigned long long)one(rows[i].word).isa);
}

static void the_flow_is_told(void **state)
{
	(void)state;
	assert_int_equal(one(0xd503201f).flow, FLOW_NEXT);   /* nop */
	assert_int_equal(one(0xd65f03c0).flow, FLOW_RETURN); /* ret */
	assert_int_equal(one(0x14000002).flow, FLOW_JUMP);
	assert_int_equal(one(0x14000002).target, 0x1008);
	assert_int_equal(one(0x97ffffff).flow, FLOW_CALL);
	assert_int_equal(one(0x97ffffff).target, 0xffc);
	assert_int_equal(one(0x54000040).flow, FLOW_BRANCH); /* b.eq */
	assert_int_equal(one(0x34000040).flow, FLOW_BRANCH); /* cbz */
	assert_int_equal(one(0xb5000040).flow, FLOW_BRANCH); /* cbnz x */
	assert_int_equal(one(0x36000040).flow, FLOW_BRANCH); /* tbz */
	assert_int_equal(one(0xd61f0200).flow, FLOW_AWAY);   /* br x16 */
	assert_int_equal(one(0xd63f0000).flow, FLOW_CALL_AWAY);
	assert_int_equal(one(0xd4200000).flow, FLOW_END);    /* brk */
	assert_true(one(0xd5380600).asks);                   /* mrs x0, id_aa64isar0_el1 */
}

static void half_an_instruction_is_none(void **state)
{
	unsigned char b[4] = { 0 };
	struct code_decoder d;
	struct code_step s;

	(void)state;
	assert_true(code_arm64_open(&d));
	d.step(d.state, b, 3, 0, &s);
	assert_int_equal(s.size, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(extensions_are_told),
		cmocka_unit_test(the_flow_is_told),
		cmocka_unit_test(half_an_instruction_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
