/* code_file.h - a library of one function, whose code a test gives, in a temporary file. */
#ifndef DLWHY_TESTS_MACHINE_CODE_FILE_H
#define DLWHY_TESTS_MACHINE_CODE_FILE_H

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "machine/code.h"

enum { CODE_TEXT = 0x400, CODE_SYM = 0x1000, CODE_HASH = 0x1400, CODE_STR = 0x1500,
       CODE_DYN = 0x1600, CODE_INIT = 0x1700, CODE_END = 0x1c00 };

struct code_lib {
	uint16_t machine;          /* 0: x86_64 */
	const unsigned char *code;
	size_t n;                  /* bytes; the function `f` */
	const char *wants;         /* an undefined symbol, NULL */
	const char *constant;      /* in the read-only data, NULL */
	unsigned copies;           /* functions with that code, one behind the other, up to 40;
				      0: one */
	bool constructor;          /* DT_INIT leads to the code */
	bool init_array;           /* DT_INIT_ARRAY does, by a word that RELR would relocate */
};

static inline void code_dyn(unsigned char *b, size_t *n, int64_t tag, uint64_t value)
{
	Elf64_Dyn d = { .d_tag = tag, .d_un.d_val = value };

	memcpy(b + CODE_DYN + (*n)++ * sizeof(d), &d, sizeof(d));
}

static inline void code_symbol(unsigned char *b, size_t i, uint32_t name, uint64_t at, size_t n)
{
	Elf64_Sym s = { .st_name = name,
			.st_info = ELF64_ST_INFO(STB_GLOBAL, at != 0 ? STT_FUNC : STT_NOTYPE),
			.st_shndx = at != 0 ? 1 : SHN_UNDEF,
			.st_value = at,
			.st_size = n };

	memcpy(b + CODE_SYM + i * sizeof(s), &s, sizeof(s));
}

/* The bytes of such a file, CODE_END of them. */
static inline void code_lib_make(const struct code_lib *l, unsigned char *b)
{
	unsigned copies = l->copies != 0 ? l->copies : 1;
	uint64_t value = CODE_TEXT;
	uint32_t h[4] = { 1, copies + 2 }; /* no chains: nobody looks a name up */
	size_t ndyn = 0;
	Elf64_Ehdr e = { .e_type = ET_DYN,
			 .e_machine = l->machine != 0 ? l->machine : EM_X86_64,
			 .e_version = 1, .e_phoff = sizeof(e), .e_ehsize = sizeof(e),
			 .e_phentsize = sizeof(Elf64_Phdr), .e_phnum = 2 };
	Elf64_Phdr p[2] = { { .p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_filesz = CODE_END,
			      .p_memsz = CODE_END, .p_align = 0x1000 },
			    { .p_type = PT_DYNAMIC, .p_offset = CODE_DYN, .p_vaddr = CODE_DYN,
			      .p_filesz = 0x100, .p_memsz = 0x100 } };

	memset(b, 0, CODE_END);
	memcpy(e.e_ident, ELFMAG "\2\1\1", 7);
	memcpy(b, &e, sizeof(e));
	memcpy(b + sizeof(e), p, sizeof(p));
	for (unsigned i = 0; i < copies; i++)
		memcpy(b + CODE_TEXT + i * l->n, l->code, l->n);
	memcpy(b + CODE_STR + 1, "f", 2);
	snprintf((char *)b + CODE_STR + 3, 64, "%s", l->wants != NULL ? l->wants : "other");
	if (l->constant != NULL)
		memcpy(b + CODE_INIT + 0x100, l->constant, strlen(l->constant));
	for (unsigned i = 0; i < copies; i++)
		code_symbol(b, 1 + i, 1, CODE_TEXT + i * l->n, l->n);
	code_symbol(b, 1 + copies, 3, 0, 0);
	memcpy(b + CODE_HASH, h, sizeof(h));
	code_dyn(b, &ndyn, DT_SYMTAB, CODE_SYM);
	code_dyn(b, &ndyn, DT_HASH, CODE_HASH);
	code_dyn(b, &ndyn, DT_STRTAB, CODE_STR);
	code_dyn(b, &ndyn, DT_STRSZ, 0x100);
	if (l->constructor)
		code_dyn(b, &ndyn, DT_INIT, CODE_TEXT);
	memcpy(b + CODE_INIT, &value, 8);
	if (l->init_array) {
		code_dyn(b, &ndyn, DT_INIT_ARRAY, CODE_INIT);
		code_dyn(b, &ndyn, DT_INIT_ARRAYSZ, 8);
	}
}

#endif
