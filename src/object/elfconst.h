/* elfconst.h - numbers of the ELF format that <elf.h> of old systems or of other hosts lacks.
 * Everything else is taken from <elf.h>. */
#ifndef DLWHY_OBJECT_ELFCONST_H
#define DLWHY_OBJECT_ELFCONST_H

#include <elf.h>

#ifndef DT_RELRSZ
#define DT_RELRSZ 35
#define DT_RELR 36
#define DT_RELRENT 37
#endif
#ifndef DF_1_PIE
#define DF_1_PIE 0x08000000
#endif
#ifndef GNU_PROPERTY_1_NEEDED
#define GNU_PROPERTY_1_NEEDED 0xb0008000U
#endif
#ifndef GNU_PROPERTY_1_NEEDED_INDIRECT_EXTERN_ACCESS
#define GNU_PROPERTY_1_NEEDED_INDIRECT_EXTERN_ACCESS 1U
#endif
#define GNU_PROPERTY_X86_ISA_1_NEEDED_ 0xc0008002U
#define GNU_PROPERTY_X86_ISA_1_USED_ 0xc0010002U
#define GNU_PROPERTY_X86_FEATURE_1_AND_ 0xc0000002U

#endif
