/* musl_reltype.c - which relocation types musl's loader knows on a machine.
 *
 * Where upstream decides: REL_* in arch/ARCH/reloc.h. The type is read by the machine of the
 * process: nobody looks at the machine of the file.
 */
#include <elf.h>

#include "loader/musl.h"
#include "object/elfconst.h"

struct row {
	uint32_t type;
	enum musl_reltype rt;
};

static const struct row x86_64[] = {
	{ R_X86_64_64, MUSL_REL_SYMBOLIC },    { R_X86_64_PC32, MUSL_REL_SYMBOLIC },
	{ R_X86_64_GLOB_DAT, MUSL_REL_GOT },   { R_X86_64_JUMP_SLOT, MUSL_REL_PLT },
	{ R_X86_64_RELATIVE, MUSL_REL_RELATIVE }, { R_X86_64_COPY, MUSL_REL_COPY },
	{ R_X86_64_DTPMOD64, MUSL_REL_TLS },   { R_X86_64_DTPOFF64, MUSL_REL_TLS },
	{ R_X86_64_TPOFF64, MUSL_REL_TPOFF },  { R_X86_64_TLSDESC, MUSL_REL_TLSDESC },
};

static const struct row x32[] = {
	{ R_X86_64_32, MUSL_REL_SYMBOLIC },    { R_X86_64_PC32, MUSL_REL_SYMBOLIC },
	{ R_X86_64_GLOB_DAT, MUSL_REL_GOT },   { R_X86_64_JUMP_SLOT, MUSL_REL_PLT },
	{ R_X86_64_RELATIVE, MUSL_REL_RELATIVE }, { R_X86_64_COPY, MUSL_REL_COPY },
	{ R_X86_64_DTPMOD64, MUSL_REL_TLS },   { R_X86_64_DTPOFF64, MUSL_REL_TLS },
	{ R_X86_64_TPOFF64, MUSL_REL_TPOFF },
};

static const struct row i386[] = {
	{ R_386_32, MUSL_REL_SYMBOLIC },       { R_386_PC32, MUSL_REL_SYMBOLIC },
	{ R_386_GLOB_DAT, MUSL_REL_GOT },      { R_386_JMP_SLOT, MUSL_REL_PLT },
	{ R_386_RELATIVE, MUSL_REL_RELATIVE }, { R_386_COPY, MUSL_REL_COPY },
	{ R_386_TLS_DTPMOD32, MUSL_REL_TLS },  { R_386_TLS_DTPOFF32, MUSL_REL_TLS },
	{ R_386_TLS_TPOFF, MUSL_REL_TPOFF },   { R_386_TLS_TPOFF32, MUSL_REL_TPOFF },
	{ R_386_TLS_DESC, MUSL_REL_TLSDESC },
};

static const struct row aarch64[] = {
	{ R_AARCH64_ABS64, MUSL_REL_SYMBOLIC },   { R_AARCH64_GLOB_DAT, MUSL_REL_GOT },
	{ R_AARCH64_JUMP_SLOT, MUSL_REL_PLT },    { R_AARCH64_RELATIVE, MUSL_REL_RELATIVE },
	{ R_AARCH64_COPY, MUSL_REL_COPY },        { R_AARCH64_TLS_DTPMOD, MUSL_REL_TLS },
	{ R_AARCH64_TLS_DTPREL, MUSL_REL_TLS },   { R_AARCH64_TLS_TPREL, MUSL_REL_TPOFF },
	{ R_AARCH64_TLSDESC, MUSL_REL_TLSDESC },
};

static const struct row arm[] = {
	{ R_ARM_ABS32, MUSL_REL_SYMBOLIC },    { R_ARM_GLOB_DAT, MUSL_REL_GOT },
	{ R_ARM_JUMP_SLOT, MUSL_REL_PLT },     { R_ARM_RELATIVE, MUSL_REL_RELATIVE },
	{ R_ARM_COPY, MUSL_REL_COPY },         { R_ARM_TLS_DTPMOD32, MUSL_REL_TLS },
	{ R_ARM_TLS_DTPOFF32, MUSL_REL_TLS },  { R_ARM_TLS_TPOFF32, MUSL_REL_TPOFF },
	{ R_ARM_TLS_DESC, MUSL_REL_TLSDESC },
};

static const struct row riscv[] = {
	{ R_RISCV_JUMP_SLOT, MUSL_REL_PLT },   { R_RISCV_RELATIVE, MUSL_REL_RELATIVE },
	{ R_RISCV_COPY, MUSL_REL_COPY },
};
static const struct row riscv32[] = {
	{ R_RISCV_32, MUSL_REL_SYMBOLIC },     { R_RISCV_TLS_DTPMOD32, MUSL_REL_TLS },
	{ R_RISCV_TLS_DTPREL32, MUSL_REL_TLS }, { R_RISCV_TLS_TPREL32, MUSL_REL_TPOFF },
};
static const struct row riscv64[] = {
	{ R_RISCV_64, MUSL_REL_SYMBOLIC },     { R_RISCV_TLS_DTPMOD64, MUSL_REL_TLS },
	{ R_RISCV_TLS_DTPREL64, MUSL_REL_TLS }, { R_RISCV_TLS_TPREL64, MUSL_REL_TPOFF },
};

static const struct row ppc64[] = {
	{ R_PPC64_ADDR64, MUSL_REL_SYMBOLIC }, { R_PPC64_UADDR64, MUSL_REL_SYMBOLIC },
	{ R_PPC64_GLOB_DAT, MUSL_REL_GOT },    { R_PPC64_JMP_SLOT, MUSL_REL_PLT },
	{ R_PPC64_RELATIVE, MUSL_REL_RELATIVE }, { R_PPC64_COPY, MUSL_REL_COPY },
	{ R_PPC64_DTPMOD64, MUSL_REL_TLS },    { R_PPC64_DTPREL64, MUSL_REL_TLS },
	{ R_PPC64_TPREL64, MUSL_REL_TPOFF },
};

static const struct row s390x[] = {
	{ R_390_64, MUSL_REL_SYMBOLIC },       { R_390_GLOB_DAT, MUSL_REL_GOT },
	{ R_390_JMP_SLOT, MUSL_REL_PLT },      { R_390_RELATIVE, MUSL_REL_RELATIVE },
	{ R_390_COPY, MUSL_REL_COPY },         { R_390_TLS_DTPMOD, MUSL_REL_TLS },
	{ R_390_TLS_DTPOFF, MUSL_REL_TLS },    { R_390_TLS_TPOFF, MUSL_REL_TPOFF },
};

struct machine {
	uint16_t machine;
	int bits; /* 0: both */
	const struct row *rows;
	size_t n;
};

#define MACHINE(m, bits, rows) { (m), (bits), (rows), sizeof(rows) / sizeof((rows)[0]) }
static const struct machine machines[] = {
	MACHINE(EM_X86_64, 64, x86_64), MACHINE(EM_X86_64, 32, x32), MACHINE(EM_386, 0, i386),
	MACHINE(EM_AARCH64, 0, aarch64), MACHINE(EM_ARM, 0, arm),    MACHINE(EM_RISCV, 0, riscv),
	MACHINE(EM_RISCV, 32, riscv32),  MACHINE(EM_RISCV, 64, riscv64),
	MACHINE(EM_PPC64, 0, ppc64),     MACHINE(EM_S390, 64, s390x),
};

enum musl_reltype musl_reltype(const struct world *w, uint32_t type)
{
	bool known = false;

	if (type == 0)
		return MUSL_REL_NONE;
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		const struct machine *m = &machines[i];

		if (m->machine != w->machine || (m->bits != 0 && (m->bits == 64) != w->is64))
			continue;
		known = true;
		for (size_t k = 0; k < m->n; k++)
			if (m->rows[k].type == type)
				return m->rows[k].rt;
	}
	return known ? MUSL_REL_UNKNOWN : MUSL_REL_SYMBOLIC; /* each symbol must be found */
}
