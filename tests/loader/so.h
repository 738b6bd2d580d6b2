/* so.h - small 64-bit libraries and programs, written into a folder that is the root of the world.
 *
 * One PT_LOAD shows the whole file at address 0, so that addresses are offsets. A test changes the
 * headers and puts in the tables that it is about. Paths are those inside the root: "/lib/liba.so".
 */
#ifndef DLWHY_TESTS_LOADER_SO_H
#define DLWHY_TESTS_LOADER_SO_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fixture.h"
#include "loader/facts.h"

enum {
	SO_PHDRS = 0x40,
	SO_DYN = 0x200,
	SO_STR = 0x600,
	SO_SYM = 0xa00,
	SO_HASH = 0xd00,
	SO_VERSYM = 0xe00,
	SO_VERNEED = 0xe80,
	SO_VERDEF = 0x1000,
	SO_RELA = 0x1200,
	SO_PLT = 0x1500,
	SO_NOTES = 0x1700,
	SO_DATA = 0x1800, /* what relocations write to, and code */
	SO_SIZE = 0x2000
};

enum { PH_LOAD, PH_DYNAMIC, PH_STACK, PH_MORE }; /* places in struct so.ph */

struct so {
	unsigned char b[SO_SIZE];
	size_t n; /* bytes that are written */
	Elf64_Ehdr eh;
	Elf64_Phdr ph[8];
	size_t ndyn, str, nsym, nrela, nplt, nneed, ndef;
	bool gnu_hash, no_hash, written;
	uint32_t symoffset; /* GNU hash: first symbol that is hashed, 0: the first defined */
};

/* ---- parts ------------------------------------------------------------------------------------ */

static inline struct so *so_new(struct fixture *f)
{
	struct so *s = ARENA_NEW(f->a, struct so);

	s->n = SO_SIZE;
	s->str = 1;
	s->nsym = 1;
	memcpy(s->eh.e_ident, ELFMAG "\2\1\1", 7);
	s->eh.e_type = ET_DYN;
	s->eh.e_machine = EM_X86_64;
	s->eh.e_version = EV_CURRENT;
	s->eh.e_phoff = SO_PHDRS;
	s->eh.e_ehsize = sizeof(s->eh);
	s->eh.e_phentsize = sizeof(s->ph[0]);
	s->eh.e_phnum = PH_MORE;
	s->ph[PH_LOAD] = (Elf64_Phdr){ .p_type = PT_LOAD, .p_flags = PF_R | PF_W | PF_X,
				       .p_filesz = SO_SIZE, .p_memsz = SO_SIZE,
				       .p_align = 0x1000 };
	s->ph[PH_DYNAMIC] = (Elf64_Phdr){ .p_type = PT_DYNAMIC, .p_offset = SO_DYN,
					  .p_vaddr = SO_DYN, .p_filesz = SO_STR - SO_DYN,
					  .p_memsz = SO_STR - SO_DYN, .p_align = 8 };
	s->ph[PH_STACK] = (Elf64_Phdr){ .p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W };
	return s;
}

static inline Elf64_Phdr *so_phdr(struct so *s, Elf64_Phdr ph)
{
	s->ph[s->eh.e_phnum] = ph;
	return &s->ph[s->eh.e_phnum++];
}

static inline uint32_t so_str(struct so *s, const char *text)
{
	size_t at = s->str, n = strlen(text) + 1;

	assert_true(at + n < SO_SYM - SO_STR);
	memcpy(s->b + SO_STR + at, text, n);
	s->str += n;
	return (uint32_t)at;
}

static inline void so_dyn(struct so *s, int64_t tag, uint64_t value)
{
	Elf64_Dyn d = { .d_tag = tag, .d_un.d_val = value };

	assert_true((s->ndyn + 2) * sizeof(d) <= SO_STR - SO_DYN);
	memcpy(s->b + SO_DYN + s->ndyn++ * sizeof(d), &d, sizeof(d));
}

static inline void so_dyn_str(struct so *s, int64_t tag, const char *text)
{
	so_dyn(s, tag, so_str(s, text));
}

static inline void so_need(struct so *s, const char *name)
{
	so_dyn_str(s, DT_NEEDED, name);
}

static inline void so_soname(struct so *s, const char *name)
{
	so_dyn_str(s, DT_SONAME, name);
}

/* A symbol without a version; its number. */
static inline uint32_t so_sym(struct so *s, const char *name, Elf64_Sym sym)
{
	uint16_t global = VER_NDX_GLOBAL;

	assert_true((s->nsym + 1) * sizeof(sym) <= SO_HASH - SO_SYM);
	sym.st_name = so_str(s, name);
	memcpy(s->b + SO_SYM + s->nsym * sizeof(sym), &sym, sizeof(sym));
	memcpy(s->b + SO_VERSYM + s->nsym * sizeof(global), &global, sizeof(global));
	return (uint32_t)s->nsym++;
}

static inline uint32_t so_def_as(struct so *s, const char *name, unsigned bind, unsigned type)
{
	return so_sym(s, name, (Elf64_Sym){ .st_info = (unsigned char)ELF64_ST_INFO(bind, type),
					    .st_shndx = 1, .st_value = SO_DATA, .st_size = 8 });
}

static inline uint32_t so_def(struct so *s, const char *name)
{
	return so_def_as(s, name, STB_GLOBAL, STT_FUNC);
}

static inline uint32_t so_undef_as(struct so *s, const char *name, unsigned bind, unsigned type)
{
	return so_sym(s, name, (Elf64_Sym){ .st_info = (unsigned char)ELF64_ST_INFO(bind, type) });
}

static inline uint32_t so_undef(struct so *s, const char *name)
{
	return so_undef_as(s, name, STB_GLOBAL, STT_NOTYPE);
}

/* The version index of a symbol; 0x8000: hidden. */
static inline void so_set_version(struct so *s, uint32_t sym, unsigned index)
{
	uint16_t v = (uint16_t)index;

	memcpy(s->b + SO_VERSYM + sym * sizeof(v), &v, sizeof(v));
}

/* One version that is asked for, in a record of its own. */
static inline void so_verneed(struct so *s, const char *file, const char *version, unsigned index,
			      unsigned flags)
{
	Elf64_Verneed n = { .vn_version = 1, .vn_cnt = 1, .vn_file = so_str(s, file),
			    .vn_aux = sizeof(n) };
	Elf64_Vernaux x = { .vna_hash = elf_sysv_hash(version), .vna_flags = (uint16_t)flags,
			    .vna_other = (uint16_t)index, .vna_name = so_str(s, version) };
	size_t size = sizeof(n) + sizeof(x), at = SO_VERNEED + s->nneed * size;
	uint32_t next = (uint32_t)size;

	if (s->nneed++ > 0)
		memcpy(s->b + at - size + offsetof(Elf64_Verneed, vn_next), &next, sizeof(next));
	memcpy(s->b + at, &n, sizeof(n));
	memcpy(s->b + at + sizeof(n), &x, sizeof(x));
}

static inline void so_verdef(struct so *s, const char *version, unsigned index, unsigned flags)
{
	Elf64_Verdef d = { .vd_version = 1, .vd_flags = (uint16_t)flags,
			   .vd_ndx = (uint16_t)index, .vd_cnt = 1,
			   .vd_hash = elf_sysv_hash(version), .vd_aux = sizeof(d) };
	Elf64_Verdaux x = { .vda_name = so_str(s, version) };
	size_t size = sizeof(d) + sizeof(x), at = SO_VERDEF + s->ndef * size;
	uint32_t next = (uint32_t)size;

	if (s->ndef++ > 0)
		memcpy(s->b + at - size + offsetof(Elf64_Verdef, vd_next), &next, sizeof(next));
	memcpy(s->b + at, &d, sizeof(d));
	memcpy(s->b + at + sizeof(d), &x, sizeof(x));
}

/* A relocation whose target is the next free word of the data. */
static inline void so_rela(struct so *s, uint32_t type, uint32_t sym)
{
	Elf64_Rela r = { .r_offset = SO_DATA + 8 * s->nrela, .r_info = ELF64_R_INFO(sym, type) };

	memcpy(s->b + SO_RELA + s->nrela++ * sizeof(r), &r, sizeof(r));
}

static inline void so_plt(struct so *s, uint32_t type, uint32_t sym)
{
	Elf64_Rela r = { .r_offset = SO_DATA + 0x400 + 8 * s->nplt,
			 .r_info = ELF64_R_INFO(sym, type) };

	memcpy(s->b + SO_PLT + s->nplt++ * sizeof(r), &r, sizeof(r));
}

/* ---- tables that follow from the parts ---------------------------------------------------------- */

static inline bool so_is_defined(const struct so *s, size_t i)
{
	Elf64_Sym sym;

	memcpy(&sym, s->b + SO_SYM + i * sizeof(sym), sizeof(sym));
	return sym.st_shndx != SHN_UNDEF;
}

/* One bucket: all symbols in one chain, in their order. */
static inline void so_sysv_hash(struct so *s)
{
	uint32_t h[3 + 32] = { 1, (uint32_t)s->nsym, s->nsym > 1 ? 1 : 0 };

	for (uint32_t i = 1; i < s->nsym; i++)
		h[3 + i] = i + 1 < s->nsym ? i + 1 : 0;
	memcpy(s->b + SO_HASH, h, sizeof(h));
	so_dyn(s, DT_HASH, SO_HASH);
}

/* One bucket and a filter that lets everything through. */
static inline void so_gnu_hash(struct so *s)
{
	uint32_t first = s->symoffset, h[7 + 32] = { 1, 0, 1, 0, UINT32_MAX, UINT32_MAX, 0 };

	for (uint32_t i = 1; first == 0 && i < s->nsym; i++)
		if (so_is_defined(s, i))
			first = i;
	first = first != 0 ? first : (uint32_t)s->nsym;
	h[1] = first;
	h[6] = first < s->nsym ? first : 0;
	for (uint32_t i = first; i < s->nsym; i++) {
		Elf64_Sym sym;

		memcpy(&sym, s->b + SO_SYM + i * sizeof(sym), sizeof(sym));
		h[7 + i - first] =
			elf_gnu_hash((const char *)s->b + SO_STR + sym.st_name) & ~UINT32_C(1);
	}
	h[7 + s->nsym - first - (first < s->nsym)] |= first < s->nsym;
	memcpy(s->b + SO_HASH, h, sizeof(h));
	so_dyn(s, DT_GNU_HASH, SO_HASH);
}

static inline void so_tables(struct so *s)
{
	if (!s->no_hash) {
		if (s->gnu_hash)
			so_gnu_hash(s);
		else
			so_sysv_hash(s);
		so_dyn(s, DT_SYMTAB, SO_SYM);
		so_dyn(s, DT_STRTAB, SO_STR);
	}
	if (s->nneed > 0)
		so_dyn(s, DT_VERNEED, SO_VERNEED);
	if (s->ndef > 0)
		so_dyn(s, DT_VERDEF, SO_VERDEF);
	if (s->nneed + s->ndef > 0)
		so_dyn(s, DT_VERSYM, SO_VERSYM);
	if (s->nrela > 0) {
		so_dyn(s, DT_RELA, SO_RELA);
		so_dyn(s, DT_RELASZ, s->nrela * sizeof(Elf64_Rela));
		so_dyn(s, DT_RELAENT, sizeof(Elf64_Rela));
	}
	if (s->nplt > 0) {
		so_dyn(s, DT_JMPREL, SO_PLT);
		so_dyn(s, DT_PLTRELSZ, s->nplt * sizeof(Elf64_Rela));
		so_dyn(s, DT_PLTREL, DT_RELA);
	}
}

/* ---- files ------------------------------------------------------------------------------------ */

/* Writes a file into the root, with the folders on its way; its path inside the root. */
static inline const char *put_bytes(struct fixture *f, const char *path, const void *bytes,
				    size_t n, mode_t mode)
{
	char *host = arena_printf(f->a, "%s%s", f->dir, path);
	FILE *out;

	for (char *slash = strchr(host + strlen(f->dir) + 1, '/'); slash != NULL;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(host, 0755);
		*slash = '/';
	}
	out = fopen(host, "wb");
	assert_non_null(out);
	if (n > 0)
		assert_int_equal(fwrite(bytes, 1, n, out), n);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(chmod(host, mode), 0);
	return path;
}

static inline const char *put_text(struct fixture *f, const char *path, const char *text)
{
	return put_bytes(f, path, text, strlen(text), 0755);
}

static inline const char *so_put(struct fixture *f, struct so *s, const char *path)
{
	assert_false(s->written);
	s->written = true;
	so_tables(s);
	memcpy(s->b, &s->eh, sizeof(s->eh));
	memcpy(s->b + SO_PHDRS, s->ph, sizeof(s->ph));
	return put_bytes(f, path, s->b, s->n, 0755);
}

/* A library with that SONAME, if any, and these needs; the list ends with NULL. */
static inline const char *put_lib(struct fixture *f, const char *path, const char *soname,
				  const char *const *needs)
{
	struct so *s = so_new(f);

	if (soname != NULL)
		so_soname(s, soname);
	for (; needs != NULL && *needs != NULL; needs++)
		so_need(s, *needs);
	return so_put(f, s, path);
}

#define NEEDS(...) (const char *const[]){ __VA_ARGS__, NULL }

static inline const struct store_entry *entry(struct fixture *f, const char *path)
{
	const struct store_entry *en = store_open(f->store, path);

	assert_non_null(en);
	return en;
}

/* The program of the fixture gets a file. */
static inline void use_program(struct fixture *f, const char *path)
{
	f->p = process_new(&f->w, f->a, "./prog");
	f->p->program = process_add_image(f->p, IMAGE_PROGRAM, entry(f, path)->file, "");
	f->p->program->origin = "/opt/app/bin";
}

/* ---- what is expected ------------------------------------------------------------------------- */

/* The first failure. */
static inline const struct failure *first_failure(const struct fixture *f)
{
	assert_true(f->p->trace.failures.n > 0);
	return &f->p->trace.failures.items[0];
}

#define assert_contains(text, part)                                                                \
	do {                                                                                       \
		const char *text_ = (text);                                                        \
		if (text_ == NULL || strstr(text_, (part)) == NULL)                                \
			fail_msg("\"%s\" does not contain \"%s\"", text_ ? text_ : "(null)",       \
				 (part));                                                          \
	} while (0)

/* ---- set-up ----------------------------------------------------------------------------------- */

static inline int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static inline int so_setup(void **state)
{
	struct fixture *f;

	if (fixture_setup(state) != 0)
		return -1;
	f = *state;
	strcpy(f->dir, "/tmp/dlwhy-loader-XXXXXX");
	if (mkdtemp(f->dir) == NULL)
		return -1;
	store_free(f->store);
	source_free(f->source);
	f->w.source = f->source = source_root(f->dir, NULL);
	f->w.store = f->store = store_new(f->source);
	f->w.ld_path = "/lib64/ld.so";
	f->w.tunables.exec_stack = 1;
	process_make_global(f->p, f->p->program);
	return f->source == NULL || f->store == NULL ? -1 : 0;
}

static inline int so_teardown(void **state)
{
	struct fixture *f = *state;

	nftw(f->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return fixture_teardown(state);
}

#define SO_TEST(fn) cmocka_unit_test_setup_teardown(fn, so_setup, so_teardown)

#endif
