/* fixture.h - a world, a process and a trace made by hand, over a temporary folder. */
#ifndef DLWHY_TESTS_DIAGNOSE_FIXTURE_H
#define DLWHY_TESTS_DIAGNOSE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <elf.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "diagnose/common.h"

/* ---- small ELF files ---------------------------------------------------------------------- */

/* A library of one segment. Lists end with NULL. */
struct so {
	const char *soname;
	const char *runpath;
	const char *needs;       /* one library */
	const char *defs[6];
	const char *undefs[2];   /* that it wants of others */
	const char *versions[6]; /* that it defines, each with a base record before the first */
	uint16_t machine;        /* 0: x86_64 */
	uint16_t type;           /* 0: ET_DYN */
	uint64_t flags_1;        /* DT_FLAGS_1 */
	size_t size;             /* bytes that are written, 0: all */
};

enum { SO_SYM = 0x200, SO_HASH = 0x400, SO_VERSYM = 0x480, SO_VERDEF = 0x500, SO_STR = 0x700,
       SO_DYN = 0xb00, SO_SIZE = 0x1000 };

struct so_image {
	unsigned char b[SO_SIZE];
	size_t str; /* bytes used of the string table */
	size_t ndyn;
};

static inline uint32_t so_name(struct so_image *s, const char *text)
{
	size_t at = s->str, n = strlen(text) + 1;

	memcpy(s->b + SO_STR + at, text, n);
	s->str += n;
	return (uint32_t)at;
}

static inline void so_dyn(struct so_image *s, int64_t tag, uint64_t value)
{
	Elf64_Dyn d = { .d_tag = tag, .d_un.d_val = value };

	memcpy(s->b + SO_DYN + s->ndyn++ * sizeof(d), &d, sizeof(d));
}

static inline void so_symbols(struct so_image *s, const struct so *o)
{
	uint32_t n = 1, h[2 + 1 + 10] = { 1, 1 };

	for (; n <= 6 && o->defs[n - 1] != NULL; n++) {
		Elf64_Sym sym = { .st_name = so_name(s, o->defs[n - 1]),
				  .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
				  .st_shndx = 1,
				  .st_value = 0x100 };

		memcpy(s->b + SO_SYM + n * sizeof(sym), &sym, sizeof(sym));
		h[2] = 1;
	}
	for (size_t i = 0; i < 2 && o->undefs[i] != NULL; i++, n++) {
		Elf64_Sym sym = { .st_name = so_name(s, o->undefs[i]),
				  .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE) };

		memcpy(s->b + SO_SYM + n * sizeof(sym), &sym, sizeof(sym));
		h[2] = 1;
	}
	h[1] = n; /* one bucket: symbol 1, each followed by the next */
	for (uint32_t i = 1; i < n; i++)
		h[3 + i] = i + 1 < n ? i + 1 : 0;
	memcpy(s->b + SO_HASH, h, sizeof(h));
	so_dyn(s, DT_SYMTAB, SO_SYM);
	so_dyn(s, DT_HASH, SO_HASH);
}

static inline void so_versions(struct so_image *s, const struct so *o)
{
	size_t n = 0;

	while (n < 6 && o->versions[n] != NULL)
		n++;
	if (n == 0)
		return;
	for (size_t i = 0; i <= n; i++) {
		const char *v = i == 0 ? "base" : o->versions[i - 1];
		Elf64_Verdef d = { .vd_version = 1, .vd_flags = i == 0 ? VER_FLG_BASE : 0,
				   .vd_ndx = (uint16_t)(i + 1), .vd_cnt = 1,
				   .vd_hash = elf_sysv_hash(v), .vd_aux = sizeof(d),
				   .vd_next = i == n ? 0 : sizeof(d) + sizeof(Elf64_Verdaux) };
		Elf64_Verdaux x = { .vda_name = so_name(s, v) };
		size_t at = SO_VERDEF + i * (sizeof(d) + sizeof(x));

		memcpy(s->b + at, &d, sizeof(d));
		memcpy(s->b + at + sizeof(d), &x, sizeof(x));
	}
	so_dyn(s, DT_VERDEF, SO_VERDEF);
	so_dyn(s, DT_VERDEFNUM, n + 1);
	so_dyn(s, DT_VERSYM, SO_VERSYM);
}

static inline void so_header(struct so_image *s, const struct so *o)
{
	Elf64_Ehdr e = { .e_type = o->type != 0 ? o->type : ET_DYN,
			 .e_machine = o->machine != 0 ? o->machine : EM_X86_64,
			 .e_version = EV_CURRENT, .e_phoff = sizeof(e), .e_ehsize = sizeof(e),
			 .e_phentsize = sizeof(Elf64_Phdr), .e_phnum = 2 };
	Elf64_Phdr load = { .p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_filesz = SO_SIZE,
			    .p_memsz = SO_SIZE, .p_align = 0x1000 };
	Elf64_Phdr dyn = { .p_type = PT_DYNAMIC, .p_offset = SO_DYN, .p_vaddr = SO_DYN,
			   .p_filesz = (s->ndyn + 1) * sizeof(Elf64_Dyn), .p_memsz = 0x100 };

	memcpy(e.e_ident, ELFMAG "\2\1\1", 7);
	memcpy(s->b, &e, sizeof(e));
	memcpy(s->b + sizeof(e), &load, sizeof(load));
	memcpy(s->b + sizeof(e) + sizeof(load), &dyn, sizeof(dyn));
}

/* ---- files -------------------------------------------------------------------------------- */

struct fixture {
	char dir[64]; /* temporary folder */
	struct arena *a;
	struct source *source;
	struct store *store;
	struct world w;
	struct process *p;
	struct image *program, *target;
	struct diagnose_input in;
	struct diagnosis out;
	const char *dirs[1];
};

/* A path below the temporary folder. */
static inline const char *at(struct fixture *f, const char *name)
{
	return arena_printf(f->a, "%s/%s", f->dir, name);
}

/* Writes a file, with the folders on its way. */
static inline const char *put(struct fixture *f, const char *name, const void *bytes, size_t n)
{
	const char *path = at(f, name);
	char *slash = strchr(path + strlen(f->dir) + 1, '/');
	FILE *out;

	for (; slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
	out = fopen(path, "wb");
	assert_non_null(out);
	if (n > 0)
		assert_int_equal(fwrite(bytes, 1, n, out), n);
	assert_int_equal(fclose(out), 0);
	return path;
}

static inline const char *put_text(struct fixture *f, const char *name, const char *text)
{
	return put(f, name, text, strlen(text));
}

static inline const char *put_so(struct fixture *f, const char *name, const struct so *o)
{
	struct so_image s = { .str = 1 };

	so_symbols(&s, o);
	so_versions(&s, o);
	if (o->soname != NULL)
		so_dyn(&s, DT_SONAME, so_name(&s, o->soname));
	if (o->runpath != NULL)
		so_dyn(&s, DT_RUNPATH, so_name(&s, o->runpath));
	if (o->needs != NULL)
		so_dyn(&s, DT_NEEDED, so_name(&s, o->needs));
	if (o->flags_1 != 0)
		so_dyn(&s, DT_FLAGS_1, o->flags_1);
	so_dyn(&s, DT_STRTAB, SO_STR);
	so_dyn(&s, DT_STRSZ, SO_DYN - SO_STR);
	so_header(&s, o);
	return put(f, name, s.b, o->size != 0 ? o->size : SO_SIZE);
}

static inline const char *put_folder(struct fixture *f, const char *name)
{
	const char *path = at(f, name);

	assert_int_equal(mkdir(path, 0755), 0);
	return path;
}

/* ---- process and trace -------------------------------------------------------------------- */

static inline struct image *add_image(struct fixture *f, enum image_kind kind, const char *path)
{
	struct image *im = ARENA_NEW(f->a, struct image);
	const struct store_entry *e = path != NULL ? store_open(f->store, path) : NULL;

	im->index = f->p->images.n;
	im->kind = kind;
	im->name = kind == IMAGE_PROGRAM ? "" : path;
	im->real_path = path;
	im->file = e != NULL ? e->file : NULL;
	*ARENA_PUSH(f->a, &f->p->images) = im;
	return im;
}

static inline struct request *add_request(struct fixture *f, struct image *from, const char *name)
{
	struct request *rq = ARENA_NEW(f->a, struct request);

	*ARENA_PUSH(f->a, &f->p->trace.requests) = rq;
	rq->name = rq->asked = name;
	rq->from = from;
	rq->failed = true;
	rq->probe0 = f->p->trace.probes.n;
	return rq;
}

static inline struct probe *add_probe(struct fixture *f, struct request *rq, enum load_rule rule,
				      const char *path, enum probe_outcome outcome)
{
	struct probe *p = ARENA_PUSH(f->a, &f->p->trace.probes);

	p->rule = rule;
	p->path = path;
	p->outcome = outcome;
	p->entry = store_open(f->store, path);
	rq->nprobes++;
	return p;
}

static inline struct failure *add_failure(struct fixture *f, enum failure_kind kind)
{
	struct failure *x = ARENA_PUSH(f->a, &f->p->trace.failures);

	x->kind = kind;
	x->object = "";
	x->string = "";
	return x;
}

/* A library that nobody has: asked for by `from`, looked for in the default folder. */
static inline struct failure *add_missing(struct fixture *f, struct image *from, const char *name)
{
	struct request *rq = add_request(f, from, name);
	struct failure *x;

	add_probe(f, rq, RULE_DEFAULT_DIR, arena_printf(f->a, "%s/default/%s", f->dir, name),
		  PROBE_ABSENT);
	x = add_failure(f, FAIL_NOT_FOUND);
	x->object = name;
	x->request = rq;
	x->image = from;
	return x;
}

/* The target as a library that a bare program opens. */
static inline struct image *set_target(struct fixture *f, const char *path)
{
	f->target = add_image(f, IMAGE_LIBRARY, path);
	f->in.target = f->in.target_path = path;
	f->in.root = f->target;
	return f->target;
}

/* The process is one of musl 1.2.3. */
static inline void use_musl(struct fixture *f)
{
	f->w.kind = LOADER_MUSL;
	f->w.musl = (struct musl_install){ .found = true, .major = 1, .minor = 2, .patch = 3,
					   .version = "1.2.3",
					   .path_file = arena_printf(f->a, "%s/ld-musl.path", f->dir) };
}

static inline const struct dlwhy_finding *run(struct fixture *f)
{
	diagnose(&f->in, f->a, &f->out);
	return f->out.nfindings > 0 ? f->out.findings[0] : NULL;
}

/* ---- what is expected --------------------------------------------------------------------- */

#define assert_contains(text, part)                                                                \
	do {                                                                                       \
		const char *text_ = (text);                                                        \
		if (text_ == NULL || strstr(text_, (part)) == NULL)                                \
			fail_msg("\"%s\" does not contain \"%s\"", text_ ? text_ : "(null)",       \
				 (part));                                                          \
	} while (0)

static inline bool fix_has(const struct dlwhy_finding *d, const char *kind, const char *command)
{
	for (size_t i = 0; i < d->nfixes; i++) {
		if (strcmp(d->fixes[i]->kind, kind) != 0)
			continue;
		if (command == NULL)
			return true;
		for (size_t k = 0; k < d->fixes[i]->ncommands; k++)
			if (strstr(d->fixes[i]->commands[k], command) != NULL)
				return true;
	}
	return false;
}

static inline bool evidence_has(const struct dlwhy_finding *d, const char *kind, const char *says,
				const char *value)
{
	for (size_t i = 0; i < d->nevidence; i++) {
		const struct dlwhy_evidence *e = d->evidence[i];

		if (strcmp(e->kind, kind) == 0 && strstr(e->says, says) != NULL &&
		    (value == NULL || (e->value != NULL && strcmp(e->value, value) == 0)))
			return true;
	}
	return false;
}

/* ---- set-up ------------------------------------------------------------------------------- */

static inline int fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	strcpy(f->dir, "/tmp/dlwhy-diagnose-XXXXXX");
	if (mkdtemp(f->dir) == NULL)
		return -1;
	f->a = arena_new(0);
	f->source = source_host(f->dir);
	f->store = store_new(f->source);
	f->dirs[0] = arena_printf(f->a, "%s/default/", f->dir);
	f->w = (struct world){ .store = f->store, .source = f->source, .machine = EM_X86_64,
			       .is64 = true, .page = 4096 };
	f->w.install.found = true;
	f->w.install.major = 2;
	f->w.install.minor = 36;
	f->w.install.version = "2.36";
	f->w.install.dirs = f->dirs;
	f->w.install.ndirs = 1;
	f->p = ARENA_NEW(f->a, struct process);
	f->p->w = &f->w;
	f->p->a = f->a;
	f->program = f->p->program = add_image(f, IMAGE_PROGRAM, NULL);
	f->in = (struct diagnose_input){ .world = &f->w, .process = f->p, .target = "target",
					 .host = "a bare program" };
	put_folder(f, "default");
	*state = f;
	return 0;
}

static inline int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static inline int fixture_teardown(void **state)
{
	struct fixture *f = *state;

	nftw(f->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	arena_free(f->a);
	store_free(f->store);
	source_free(f->source);
	free(f);
	return 0;
}

#define DIAGNOSE_TEST(fn) cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)

#endif
