/* reltype.c - which relocation types a loader knows, and how each looks its symbol up.
 *
 * Where upstream decides: elf_machine_rela and elf_machine_type_class in each machine's
 * dl-machine.h. A type that is not listed is refused by the loader of that machine.
 */
#include <elf.h>

#include "loader/facts.h"

struct row {
	uint32_t type;
	enum reltype rt;
};

static const struct row x86_64[] = {
	{ R_X86_64_NONE, RT_NONE },          { R_X86_64_64, RT_PLAIN },
	{ R_X86_64_PC32, RT_PLAIN },         { R_X86_64_COPY, RT_COPY },
	{ R_X86_64_GLOB_DAT, RT_PLAIN },     { R_X86_64_JUMP_SLOT, RT_PLT },
	{ R_X86_64_RELATIVE, RT_RELATIVE },  { R_X86_64_32, RT_PLAIN },
	{ R_X86_64_DTPMOD64, RT_TLS_DYNAMIC }, { R_X86_64_DTPOFF64, RT_TLS_DYNAMIC },
	{ R_X86_64_TPOFF64, RT_TLS_STATIC }, { R_X86_64_SIZE32, RT_PLAIN },
	{ R_X86_64_SIZE64, RT_PLAIN },       { R_X86_64_TLSDESC, RT_TLS_DESC },
	{ R_X86_64_IRELATIVE, RT_IRELATIVE }, { R_X86_64_RELATIVE64, RT_RELATIVE },
};

static const struct row i386[] = {
	{ R_386_NONE, RT_NONE },             { R_386_32, RT_PLAIN },
	{ R_386_PC32, RT_PLAIN },            { R_386_COPY, RT_COPY },
	{ R_386_GLOB_DAT, RT_PLAIN },        { R_386_JMP_SLOT, RT_PLT },
	{ R_386_RELATIVE, RT_RELATIVE },     { R_386_TLS_TPOFF, RT_TLS_STATIC },
	{ R_386_TLS_DTPMOD32, RT_TLS_DYNAMIC }, { R_386_TLS_DTPOFF32, RT_TLS_DYNAMIC },
	{ R_386_TLS_TPOFF32, RT_TLS_STATIC }, { R_386_SIZE32, RT_PLAIN },
	{ R_386_TLS_DESC, RT_TLS_DESC },     { R_386_IRELATIVE, RT_IRELATIVE },
};

static const struct row aarch64[] = {
	{ R_AARCH64_NONE, RT_NONE },         { R_AARCH64_ABS64, RT_PLAIN },
	{ R_AARCH64_ABS32, RT_PLAIN },       { R_AARCH64_PREL32, RT_PLAIN },
	{ R_AARCH64_COPY, RT_COPY },         { R_AARCH64_GLOB_DAT, RT_PLAIN },
	{ R_AARCH64_JUMP_SLOT, RT_PLT },     { R_AARCH64_RELATIVE, RT_RELATIVE },
	{ R_AARCH64_TLS_DTPMOD, RT_TLS_DYNAMIC }, { R_AARCH64_TLS_DTPREL, RT_TLS_DYNAMIC },
	{ R_AARCH64_TLS_TPREL, RT_TLS_STATIC }, { R_AARCH64_TLSDESC, RT_TLS_DESC },
	{ R_AARCH64_IRELATIVE, RT_IRELATIVE },
};

static const struct row arm[] = {
	{ R_ARM_NONE, RT_NONE },             { R_ARM_ABS32, RT_PLAIN },
	{ R_ARM_REL32, RT_PLAIN },           { R_ARM_PC24, RT_PLAIN },
	{ R_ARM_COPY, RT_COPY },             { R_ARM_GLOB_DAT, RT_PLAIN },
	{ R_ARM_JUMP_SLOT, RT_PLT },         { R_ARM_RELATIVE, RT_RELATIVE },
	{ R_ARM_TLS_DTPMOD32, RT_TLS_DYNAMIC }, { R_ARM_TLS_DTPOFF32, RT_TLS_DYNAMIC },
	{ R_ARM_TLS_TPOFF32, RT_TLS_STATIC }, { R_ARM_TLS_DESC, RT_TLS_DESC },
	{ R_ARM_IRELATIVE, RT_IRELATIVE },
};

static const struct row riscv[] = {
	{ R_RISCV_NONE, RT_NONE },           { R_RISCV_32, RT_PLAIN },
	{ R_RISCV_64, RT_PLAIN },            { R_RISCV_RELATIVE, RT_RELATIVE },
	{ R_RISCV_COPY, RT_COPY },           { R_RISCV_JUMP_SLOT, RT_PLT },
	{ R_RISCV_TLS_DTPMOD32, RT_TLS_DYNAMIC }, { R_RISCV_TLS_DTPMOD64, RT_TLS_DYNAMIC },
	{ R_RISCV_TLS_DTPREL32, RT_TLS_DYNAMIC }, { R_RISCV_TLS_DTPREL64, RT_TLS_DYNAMIC },
	{ R_RISCV_TLS_TPREL32, RT_TLS_STATIC }, { R_RISCV_TLS_TPREL64, RT_TLS_STATIC },
	{ 58, RT_IRELATIVE },
};

struct machine {
	uint16_t machine;
	const struct row *rows;
	size_t n;
};

#define MACHINE(m, rows) { (m), (rows), sizeof(rows) / sizeof((rows)[0]) }
static const struct machine machines[] = {
	MACHINE(EM_X86_64, x86_64), MACHINE(EM_386, i386),   MACHINE(EM_AARCH64, aarch64),
	MACHINE(EM_ARM, arm),       MACHINE(EM_RISCV, riscv),
};

static const struct machine *find_machine(uint16_t machine)
{
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++)
		if (machines[i].machine == machine)
			return &machines[i];
	return NULL;
}

bool reltype_known(uint16_t machine)
{
	return find_machine(machine) != NULL;
}

enum reltype reltype_of(uint16_t machine, bool is64, uint32_t type)
{
	const struct machine *m = find_machine(machine);

	if (m == NULL)
		return RT_PLAIN; /* nothing is known: each symbol must be found, no type is refused */
	if (machine == EM_X86_64 && is64 && type == R_X86_64_RELATIVE64)
		return RT_UNKNOWN; /* x32 only */
	for (size_t i = 0; i < m->n; i++)
		if (m->rows[i].type == type)
			return m->rows[i].rt;
	return RT_UNKNOWN;
}

enum ref_class reltype_class(enum reltype rt)
{
	if (rt == RT_COPY)
		return REF_COPY;
	return rt == RT_PLAIN || rt == RT_UNKNOWN ? REF_PLAIN : REF_PLT;
}
