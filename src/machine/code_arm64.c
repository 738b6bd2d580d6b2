/* code_arm64.c - one AArch64 instruction: which extension it belongs to, where it leads.
 *
 * All instructions have 32 bits and are little-endian in files of either byte order. The patterns
 * are those of the Arm Architecture Reference Manual, chapter C4; Debian's Capstone is older than
 * most of what is asked here.
 */
#include <stdio.h>
#include <string.h>

#include "machine/code.h"

#define X(id) (UINT64_C(1) << ISA_##id)

static const struct pattern {
	uint32_t mask, value;
	uint64_t isa;
	const char *text;
} patterns[] = {
	{ 0x3fa07c00, 0x08a07c00, X(LSE), "CAS (compare and swap)" },
	{ 0xbfa07c00, 0x08207c00, X(LSE), "CASP (compare and swap a pair)" },
	{ 0x3f208c00, 0x38200000, X(LSE), "LDADD and its like (atomic memory operation)" },
	{ 0x3f20fc00, 0x38208000, X(LSE), "SWP (atomic swap)" },
	{ 0x9fe0fc00, 0x0e809400, X(DOTPROD), "SDOT or UDOT" },
	{ 0x9fc0f400, 0x0f80e000, X(DOTPROD), "SDOT or UDOT by element" },
	{ 0x1e000000, 0x04000000, X(SVE), "an SVE instruction" },
};

static const struct flow_row {
	uint32_t mask, value;
	enum code_flow flow;
} flows[] = {
	{ 0xfc000000, 0x14000000, FLOW_JUMP },      /* B */
	{ 0xfc000000, 0x94000000, FLOW_CALL },      /* BL */
	{ 0xff000010, 0x54000000, FLOW_BRANCH },    /* B.cond */
	{ 0x7e000000, 0x34000000, FLOW_BRANCH },    /* CBZ, CBNZ */
	{ 0x7e000000, 0x36000000, FLOW_BRANCH },    /* TBZ, TBNZ */
	{ 0xfffffc1f, 0xd65f0000, FLOW_RETURN },    /* RET */
	{ 0xfffffbff, 0xd65f0bff, FLOW_RETURN },    /* RETAA, RETAB */
	{ 0xfffffc1f, 0xd61f0000, FLOW_AWAY },      /* BR */
	{ 0xfffffc1f, 0xd63f0000, FLOW_CALL_AWAY }, /* BLR */
	{ 0xff000000, 0xd4000000, FLOW_END },       /* SVC, BRK, HLT … */
	{ 0xffff0000, 0x00000000, FLOW_END },       /* UDF */
};

static void step(void *state, const unsigned char *p, size_t n, uint64_t vaddr,
		 struct code_step *out)
{
	uint32_t w;

	(void)state;
	*out = (struct code_step){ .flow = FLOW_NEXT };
	if (n < 4)
		return;
	w = load32(p, order_swaps(false));
	out->size = 4;
	for (size_t i = 0; i < sizeof(patterns) / sizeof(*patterns); i++) {
		if ((w & patterns[i].mask) != patterns[i].value)
			continue;
		out->isa = patterns[i].isa;
		snprintf(out->text, sizeof(out->text), "%s", patterns[i].text);
		break;
	}
	for (size_t i = 0; i < sizeof(flows) / sizeof(*flows); i++)
		if ((w & flows[i].mask) == flows[i].value)
			out->flow = flows[i].flow;
	if (out->flow == FLOW_JUMP || out->flow == FLOW_CALL)
		out->target = vaddr + (uint64_t)((int64_t)(int32_t)(w << 6) >> 4);
	out->asks = (w & 0xffffff00) == 0xd5380600; /* MRS of ID_AA64ISAR…_EL1 */
}

bool code_arm64_open(struct code_decoder *d)
{
	*d = (struct code_decoder){ NULL, step, NULL };
	return true;
}
