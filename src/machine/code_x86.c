/* code_x86.c - one x86-64 instruction: which extension it belongs to, where it leads.
 *
 * Capstone decodes; its groups tell the extension where they are sound. What decides is the
 * encoding: an instruction with a VEX prefix needs AVX even where its group says SSE, and TZCNT or
 * LZCNT (in their group BMI, without VEX) run as BSF and BSR on processors that lack them.
 *
 *   [66 F2 F3 2E 36 3E 26 64 65 67 F0]* [40..4F] opcode …   the old encoding
 *   C5 …, C4 …    VEX                62 P0 P1 P2 opcode …   EVEX
 *   8F …          XOP, if the three bits that POP has zero are not
 *
 * Source: Intel's manual, volume 2, chapter 2; AMD's, volume 3, chapter 1.
 */
#include <capstone/capstone.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/code.h"

struct x86 {
	csh handle;
	cs_insn *insn;
};

enum encoding { OLD, VEX, EVEX };

#define X(id) (UINT64_C(1) << ISA_##id)

/* What a group of Capstone's means, by encoding. */
static const struct {
	uint8_t group;
	uint64_t old, vex, evex;
} groups[] = {
	{ X86_GRP_SSE3, X(SSE3), 0, 0 },      { X86_GRP_SSSE3, X(SSSE3), 0, 0 },
	{ X86_GRP_SSE41, X(SSE41), 0, 0 },    { X86_GRP_SSE42, X(SSE42), 0, 0 },
	{ X86_GRP_SSE4A, X(SSE4A), 0, 0 },    { X86_GRP_AES, X(AES), X(AES), 0 },
	{ X86_GRP_PCLMUL, X(PCLMUL), X(PCLMUL), 0 },
	{ X86_GRP_SHA, X(SHA), 0, 0 },        { X86_GRP_ADX, X(ADX), 0, 0 },
	{ X86_GRP_FSGSBASE, X(FSGSBASE), 0, 0 },
	{ X86_GRP_RTM, X(RTM), 0, 0 },        { X86_GRP_XOP, X(XOP), X(XOP), 0 },
	{ X86_GRP_TBM, X(TBM), X(TBM), 0 },   { X86_GRP_AVX, 0, X(AVX), 0 },
	{ X86_GRP_AVX2, 0, X(AVX2), 0 },      { X86_GRP_FMA, 0, X(FMA), 0 },
	{ X86_GRP_FMA4, 0, X(FMA4), 0 },      { X86_GRP_F16C, 0, X(F16C), 0 },
	{ X86_GRP_BMI, 0, X(BMI1), 0 },       { X86_GRP_BMI2, 0, X(BMI2), 0 },
	{ X86_GRP_AVX512, 0, X(AVX512F), 0 }, { X86_GRP_CDI, 0, 0, X(AVX512CD) },
	{ X86_GRP_BWI, 0, X(AVX512BW), X(AVX512BW) },
	{ X86_GRP_DQI, 0, X(AVX512DQ), X(AVX512DQ) },
	{ X86_GRP_ERI, 0, 0, X(AVX512ER) },   { X86_GRP_PFI, 0, 0, X(AVX512PF) },
};

/* Instructions whose group does not tell. */
static uint64_t isa_by_name(unsigned id)
{
	switch (id) {
	case X86_INS_POPCNT: return X(POPCNT);
	case X86_INS_CRC32: return X(SSE42);
	case X86_INS_CMPXCHG16B: return X(CX16);
	case X86_INS_MOVBE: return X(MOVBE);
	case X86_INS_RDRAND: return X(RDRAND);
	case X86_INS_RDSEED: return X(RDSEED);
	default: return 0;
	}
}

/* The first byte behind the prefixes of the old encoding. */
static size_t skip_prefixes(const unsigned char *p, size_t n)
{
	static const unsigned char prefixes[] = { 0x66, 0xf2, 0xf3, 0x2e, 0x36, 0x3e,
						  0x26, 0x64, 0x65, 0x67, 0xf0 };
	size_t i = 0;

	while (i < n && i < 14 && memchr(prefixes, p[i], sizeof(prefixes)) != NULL)
		i++;
	return i;
}

static enum encoding encoding_of(const unsigned char *p, size_t n)
{
	size_t i = skip_prefixes(p, n);

	if (i >= n)
		return OLD;
	if (p[i] == 0x62)
		return EVEX;
	return p[i] == 0xc4 || p[i] == 0xc5 ? VEX : OLD;
}

static uint64_t isa_of(const cs_insn *insn, enum encoding how)
{
	const cs_detail *t = insn->detail;
	uint64_t isa = how == EVEX ? X(AVX512F) : how == OLD ? isa_by_name(insn->id) : 0;

	if (insn->id == X86_INS_MONITOR || insn->id == X86_INS_MWAIT)
		return 0;
	for (size_t i = 0; i < t->groups_count; i++)
		for (size_t k = 0; k < sizeof(groups) / sizeof(*groups); k++)
			if (groups[k].group == t->groups[i])
				isa |= how == OLD   ? groups[k].old
				       : how == VEX ? groups[k].vex
						    : groups[k].evex;
	/* VEX.AES and VEX.PCLMULQDQ need both. */
	if (how == VEX && (isa & (X(AES) | X(PCLMUL))) != 0)
		isa |= X(AVX);
	return isa;
}

static bool in_group(const cs_detail *t, uint8_t group)
{
	return memchr(t->groups, group, t->groups_count) != NULL;
}

/* ---- where it leads ----------------------------------------------------------------------- */

static void set_flow(const cs_insn *insn, struct code_step *out)
{
	const cs_detail *t = insn->detail;
	const cs_x86_op *op = &t->x86.operands[0];
	bool direct = t->x86.op_count == 1 && op->type == X86_OP_IMM;

	out->target = direct ? (uint64_t)op->imm : 0;
	if (in_group(t, X86_GRP_CALL))
		out->flow = direct ? FLOW_CALL : FLOW_CALL_AWAY;
	else if (in_group(t, X86_GRP_RET) || in_group(t, X86_GRP_IRET))
		out->flow = FLOW_RETURN;
	else if (insn->id == X86_INS_JMP || insn->id == X86_INS_LJMP)
		out->flow = direct ? FLOW_JUMP : FLOW_AWAY;
	else if (in_group(t, X86_GRP_JUMP))
		out->flow = FLOW_BRANCH;
	else if (insn->id == X86_INS_HLT || insn->id == X86_INS_UD2 || insn->id == X86_INS_INT3 ||
		 insn->id == X86_INS_INT || insn->id == X86_INS_SYSCALL)
		out->flow = FLOW_END;
}

/* lea rdi, [rip + x] or mov rdi, x: how _start hands main over. */
static void note_main(const cs_insn *insn, const unsigned char *p, struct code_step *out)
{
	const cs_x86 *x = &insn->detail->x86;
	const cs_x86_op *from = &x->operands[1];

	(void)p;
	if (x->op_count != 2 || x->operands[0].type != X86_OP_REG ||
	    (x->operands[0].reg != X86_REG_RDI && x->operands[0].reg != X86_REG_EDI))
		return;
	if (insn->id == X86_INS_LEA && from->type == X86_OP_MEM && from->mem.base == X86_REG_RIP &&
	    from->mem.index == X86_REG_INVALID)
		out->target = insn->address + insn->size + (uint64_t)from->mem.disp;
	else if (insn->id == X86_INS_MOV && from->type == X86_OP_IMM)
		out->target = (uint64_t)from->imm;
	else
		return;
	out->gives_main = true;
}

/* ---- what Capstone does not know ---------------------------------------------------------- */

/* Bytes of ModRM, SIB and displacement at p; 0 if they do not fit. */
static size_t operand_size(const unsigned char *p, size_t n)
{
	unsigned mod, rm;
	size_t size = 1;

	if (n < 2)
		return 0;
	mod = p[0] >> 6;
	rm = p[0] & 7;
	if (mod == 3)
		return 1;
	if (rm == 4) {
		size++;
		rm = p[1] & 7;
	}
	if (mod == 1)
		size += 1;
	else if (mod == 2 || rm == 5)
		size += 4;
	return size <= n ? size : 0;
}

static bool takes_byte(unsigned map, unsigned char opcode)
{
	if (map != 1)
		return map == 3;
	return (opcode >= 0x70 && opcode <= 0x73) || opcode == 0xc2 ||
	       (opcode >= 0xc4 && opcode <= 0xc6);
}

/* The length of a VEX or EVEX instruction, or of PREFETCH; 0 if it is none of these. */
static size_t unknown_size(const unsigned char *p, size_t n)
{
	size_t i = skip_prefixes(p, n), opcode, rest;
	unsigned map;

	if (n - i < 4)
		return 0;
	if (p[i] == 0x0f && p[i + 1] == 0x0d) {
		rest = operand_size(p + i + 2, n - i - 2);
		return rest != 0 ? i + 2 + rest : 0;
	}
	if (p[i] == 0x62) {
		opcode = i + 4;
		map = p[i + 1] & 7;
	} else if (p[i] == 0xc4) {
		opcode = i + 3;
		map = p[i + 1] & 31;
	} else if (p[i] == 0xc5) {
		opcode = i + 2;
		map = 1;
	} else {
		return 0;
	}
	if (map < 1 || map > 3 || opcode + 1 >= n)
		return 0;
	rest = operand_size(p + opcode + 1, n - opcode - 1);
	if (rest == 0)
		return 0;
	rest += opcode + 1 + takes_byte(map, p[opcode]);
	return rest <= n ? rest : 0;
}

static void step_unknown(const unsigned char *p, size_t n, struct code_step *out)
{
	enum encoding how = encoding_of(p, n);

	out->size = (unsigned)unknown_size(p, n);
	out->unknown = true;
	if (out->size == 0 || how == OLD)
		return;
	out->vex = true;
	out->isa = how == EVEX ? X(AVX512F) : 0;
	if (how == EVEX)
		snprintf(out->text, sizeof(out->text), "an instruction with an EVEX prefix");
}

/* ---- the decoder -------------------------------------------------------------------------- */

static void step(void *state, const unsigned char *p, size_t n, uint64_t vaddr,
		 struct code_step *out)
{
	struct x86 *x = state;
	const uint8_t *at = p;
	enum encoding how;

	*out = (struct code_step){ .flow = FLOW_NEXT };
	if (!cs_disasm_iter(x->handle, &at, &n, &vaddr, x->insn)) {
		step_unknown(p, n, out);
		return;
	}
	how = encoding_of(p, x->insn->size);
	out->size = x->insn->size;
	out->isa = isa_of(x->insn, how);
	out->vex = how != OLD && (out->isa & ~(X(BMI1) | X(BMI2))) != 0;
	out->sse = how == OLD &&
		   (in_group(x->insn->detail, X86_GRP_SSE1) ||
		    in_group(x->insn->detail, X86_GRP_SSE2)) &&
		   strstr(x->insn->op_str, "xmm") != NULL;
	out->asks = x->insn->id == X86_INS_CPUID || x->insn->id == X86_INS_XGETBV;
	set_flow(x->insn, out);
	if (out->flow == FLOW_NEXT)
		note_main(x->insn, p, out);
	if (out->isa != 0)
		snprintf(out->text, sizeof(out->text), "%.15s %.38s", x->insn->mnemonic,
			 x->insn->op_str);
}

static void close_x86(void *state)
{
	struct x86 *x = state;

	cs_free(x->insn, 1);
	cs_close(&x->handle);
	free(x);
}

static bool open_mode(cs_mode mode, struct code_decoder *d)
{
	struct x86 *x = calloc(1, sizeof(*x));

	if (x == NULL)
		return false;
	if (cs_open(CS_ARCH_X86, mode, &x->handle) != CS_ERR_OK) {
		free(x);
		return false;
	}
	cs_option(x->handle, CS_OPT_DETAIL, CS_OPT_ON);
	x->insn = cs_malloc(x->handle);
	if (x->insn == NULL) {
		cs_close(&x->handle);
		free(x);
		return false;
	}
	*d = (struct code_decoder){ x, step, close_x86 };
	return true;
}

bool code_x86_open(struct code_decoder *d)
{
	return open_mode(CS_MODE_64, d);
}

bool code_x86_one(bool is64, const unsigned char *p, size_t n, uint64_t vaddr,
		  struct code_step *out)
{
	struct code_decoder d;
	const struct x86 *x;

	if (!open_mode(is64 ? CS_MODE_64 : CS_MODE_32, &d))
		return false;
	x = d.state;
	step(d.state, p, n, vaddr, out);
	if (out->size != 0 && !out->unknown && out->text[0] == '\0')
		snprintf(out->text, sizeof(out->text), "%.15s%s%.38s", x->insn->mnemonic,
			 x->insn->op_str[0] != '\0' ? " " : "", x->insn->op_str);
	d.close(d.state);
	return true;
}
