/* only_x86.c - keeps the processors that dlwhy does not disassemble out of the static program.
 *
 * Capstone's archive names the tables of all its processors in one place, and they are five times
 * as large as the rest of the program, with 80,000 addresses to be put right at each start. A
 * function of these names here means that the linker fetches none of the other processors from the
 * archive. They are never called: only CS_ARCH_X86 is opened (machine/code_x86.c). The library
 * libdlwhy.so uses the shared Capstone as it is.
 */

enum { UNSUPPORTED = 2 }; /* CS_ERR_ARCH */

#define LEFT_OUT(arch)                                                                             \
	int arch##_global_init(void *handle);                                                      \
	int arch##_option(void *handle, int type, unsigned long value);                            \
	int arch##_global_init(void *handle)                                                       \
	{                                                                                          \
		(void)handle;                                                                      \
		return UNSUPPORTED;                                                                \
	}                                                                                          \
	int arch##_option(void *handle, int type, unsigned long value)                             \
	{                                                                                          \
		(void)handle;                                                                      \
		(void)type;                                                                        \
		(void)value;                                                                       \
		return UNSUPPORTED;                                                                \
	}

LEFT_OUT(AArch64)
LEFT_OUT(ARM)
LEFT_OUT(EVM)
LEFT_OUT(M680X)
LEFT_OUT(M68K)
LEFT_OUT(Mips)
LEFT_OUT(PPC)
LEFT_OUT(Sparc)
LEFT_OUT(SystemZ)
LEFT_OUT(TMS320C64x)
LEFT_OUT(XCore)
