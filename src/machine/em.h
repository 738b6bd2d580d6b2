/* em.h - machine numbers that the <elf.h> of older systems lacks. */
#ifndef DLWHY_MACHINE_EM_H
#define DLWHY_MACHINE_EM_H

#include <elf.h>

#ifndef EM_ARC_COMPACT2
#define EM_ARC_COMPACT2 195
#endif
#ifndef EM_CSKY
#define EM_CSKY 252
#endif
#ifndef EM_LOONGARCH
#define EM_LOONGARCH 258
#endif

#endif
