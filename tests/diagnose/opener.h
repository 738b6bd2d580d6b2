/* opener.h - a library that opens others by name, in a process that can be asked for them. */
#ifndef DLWHY_TESTS_DIAGNOSE_OPENER_H
#define DLWHY_TESTS_DIAGNOSE_OPENER_H

#include "fixture.h"
#include "machine/gpu.h"

enum { OPENER_DATA = 0xd00, OPENER_NOTE = 0xe00 };

/* Writes app/libopener.so, the target: it calls `calls`, has `data` among its constants and `json`
 * as its note on dlopen (NULL: none). */
static inline void put_opener(struct fixture *f, const char *calls, const char *data, size_t n,
			      const char *json)
{
	static const char *const subdirs[] = { "" };
	const char *path =
		put_so(f, "app/libopener.so", &(struct so){ .undefs = { calls } });
	size_t len = json != NULL ? strlen(json) : 0;
	const uint32_t note[] = { 4, (uint32_t)len, 0x407c0c0a, 0x004f4446 };
	Elf64_Phdr ph = { .p_type = PT_NOTE, .p_offset = OPENER_NOTE, .p_vaddr = OPENER_NOTE,
			  .p_filesz = sizeof(note) + len, .p_memsz = sizeof(note) + len,
			  .p_align = 4 };
	unsigned char b[SO_SIZE];
	Elf64_Ehdr e;
	FILE *in = fopen(path, "rb");

	assert_non_null(in);
	assert_int_equal(fread(b, 1, sizeof(b), in), sizeof(b));
	fclose(in);
	memcpy(b + OPENER_DATA, data, n);
	b[sizeof(e) + 4] = PF_R; /* of the only PT_LOAD */
	memcpy(&e, b, sizeof(e));
	if (json != NULL) {
		e.e_phnum = 3;
		memcpy(b, &e, sizeof(e));
		memcpy(b + sizeof(e) + 2 * sizeof(ph), &ph, sizeof(ph));
		memcpy(b + OPENER_NOTE, note, sizeof(note));
		memcpy(b + OPENER_NOTE + sizeof(note), json, len);
	}
	set_target(f, put(f, "app/libopener.so", b, sizeof(b)));
	table_init(&f->p->names, f->a);
	f->w.subdirs = subdirs;
	f->w.nsubdirs = 1;
	f->w.install.cache_path = "/nowhere";
	f->w.install.lib = "lib";
	f->in.opener = f->p;
}

#endif
