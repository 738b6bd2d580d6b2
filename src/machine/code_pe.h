/* code_pe.h - is the code of a file of Windows made for processors with AVX throughout? */
#ifndef DLWHY_MACHINE_CODE_PE_H
#define DLWHY_MACHINE_CODE_PE_H

#include "object/pe.h"

struct code_pe {
	uint64_t functions;     /* that were looked at */
	uint64_t plain, vector; /* with SSE in its old encoding alone; with VEX or EVEX (AVX and later) */
};
/* False: of another processor than x64, without a table of functions, or no memory. */
bool code_pe_read(const struct pe *e, struct code_pe *out);

#endif
