/* live_hooks.c - where a process's loader keeps its lists, and reading them.
 *
 * Where upstream decides: dl_main stores the address of _r_debug in DT_DEBUG of the program; ld.so
 * exports _r_debug and _rtld_global; libc.so.6 (libpthread.so.0 up to 2.33) describes a few members
 * for libthread_db in three words each: bits, number, offset (nptl_db/db_info.c).
 */
#include <elf.h>
#include <errno.h>
#include <string.h>

#include "base/os.h"
#include "machine/live.h"

enum { MAX_PHNUM = 1024, TRIES = 8, PAUSE = 20 /* milliseconds */ };

/* ---- memory ----------------------------------------------------------------------------------- */

static int read_fd(void *ctx, uint64_t at, void *buf, size_t n)
{
	const int *fd = ctx;
	size_t got;
	int err;

	if (at > INT64_MAX || n > INT64_MAX - at)
		return EIO;
	err = os_pread(*fd, at, buf, n, &got);
	return err != 0 ? err : got < n ? EIO : 0;
}

static uint64_t load_word(const struct live_memory *m, const unsigned char *p)
{
	return m->is64 ? load64(p, m->swap) : load32(p, m->swap);
}

/* ---- symbols ---------------------------------------------------------------------------------- */

struct symbol {
	const struct elf *e;
	struct elf_sym sym;
};

static bool take_symbol(void *ctx, uint64_t i)
{
	struct symbol *s = ctx;

	return elf_sym(s->e, i, &s->sym) && s->sym.shndx != SHN_UNDEF;
}

static bool find_sized(const struct store_file *f, const char *name, uint64_t *value, uint64_t *size)
{
	struct symbol s = { .e = f != NULL ? &f->elf : NULL };
	struct elf_hash h;

	*value = *size = 0;
	if (f == NULL || f->kind != FILE_ELF || f->elf.defect != ELF_OK)
		return false;
	elf_hash_open(s.e, &h);
	if (elf_hash_find(s.e, &h, name, elf_gnu_hash(name), take_symbol, &s) == 0)
		return false;
	*value = s.sym.value;
	*size = s.sym.size;
	return true;
}

static bool find_symbol(const struct store_file *f, const char *name, uint64_t *value)
{
	uint64_t size;

	return find_sized(f, name, value, &size);
}

bool live_is_loader(const struct store_file *f)
{
	uint64_t value;

	return find_symbol(f, "_rtld_global", &value);
}

/* The offset in bytes that such a description gives; 0: there is none. */
static uint64_t described(const struct store_file *libc, const char *name, bool is64)
{
	struct view v;
	uint64_t at;
	uint32_t offset;

	if (!find_symbol(libc, name, &at) || elf_at(&libc->elf, at, 12, &v) != ELF_HERE ||
	    load32(v.p, libc->elf.swap) != (is64 ? 64 : 32))
		return 0;
	offset = load32(v.p + 8, libc->elf.swap);
	return offset < 65536 ? offset : 0;
}

/* ---- DT_DEBUG of the program -------------------------------------------------------------------- */

struct table { /* where the program's dynamic section lies */
	uint64_t vaddr, size, bias;
	bool dynamic, placed;
};

static void take_phdr(const struct live_memory *m, const unsigned char *p, uint64_t phdr,
		      struct table *t)
{
	uint32_t type = load32(p, m->swap);
	uint64_t vaddr = load_word(m, p + (m->is64 ? 16 : 8));

	if (type == PT_DYNAMIC) {
		t->dynamic = true;
		t->vaddr = vaddr;
		t->size = load_word(m, p + (m->is64 ? 40 : 20));
	} else if (type == PT_PHDR) {
		t->placed = true;
		t->bias = phdr - vaddr;
	}
}

static bool find_dynamic(const struct live_memory *m, const struct live_auxv *aux,
			 const struct live_files *f, struct table *t)
{
	size_t size = m->is64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
	unsigned char buf[sizeof(Elf64_Phdr)];

	if (aux->phdr == 0 || aux->phnum > MAX_PHNUM)
		return false;
	for (uint64_t i = 0; i < aux->phnum; i++) {
		if (m->read(m->ctx, aux->phdr + i * size, buf, size) != 0)
			return false;
		take_phdr(m, buf, aux->phdr, t);
	}
	if (!t->placed && f->exe != NULL && f->exe->kind == FILE_ELF)
		t->bias = aux->entry - f->exe->elf.entry;
	return t->dynamic && (t->placed || f->exe != NULL);
}

static uint64_t dt_debug(const struct live_memory *m, const struct table *t)
{
	size_t word = m->is64 ? 8 : 4;
	unsigned char buf[16];
	uint64_t n = t->size / (2 * word);

	for (uint64_t i = 0; i < n && i < 4096; i++) {
		if (m->read(m->ctx, t->bias + t->vaddr + i * 2 * word, buf, 2 * word) != 0)
			return 0;
		if (load_word(m, buf) == DT_NULL)
			return 0;
		if (load_word(m, buf) == DT_DEBUG)
			return load_word(m, buf + word);
	}
	return 0;
}

void live_find_hooks(const struct live_memory *m, const struct live_auxv *aux,
		     const struct live_files *f, struct live_hooks *out)
{
	struct table t = { .vaddr = 0 };
	uint64_t value;

	memset(out, 0, sizeof(*out));
	if (find_dynamic(m, aux, f, &t))
		out->r_debug = dt_debug(m, &t);
	if (out->r_debug == 0 && f->ld_base != 0 && find_symbol(f->ld, "_r_debug", &value))
		out->r_debug = f->ld_base + value;
	if (f->ld_base != 0 && find_sized(f->ld, "_rtld_global", &value, &out->rtld_size))
		out->rtld_global = f->ld_base + value;
	out->tls_offset_at = described(f->libc, "_thread_db_link_map_l_tls_offset", m->is64);
	out->slotinfo_at =
		described(f->libc, "_thread_db_rtld_global__dl_tls_dtv_slotinfo_list", m->is64);
	out->tls_used_behind = f->minor >= 35;
}

/* ---- a process ---------------------------------------------------------------------------------- */

struct reading {
	const struct live_memory *m;
	const struct live_auxv *aux;
	const struct live_files *f;
	struct arena *a;
	struct live_list *out;
	int *err;
	enum live_trouble trouble;
};

static void read_list(void *ctx)
{
	struct reading *r = ctx;

	for (int i = 0; i < TRIES && r->trouble == LIVE_BUSY; i++) {
		struct live_hooks h;

		if (i > 0)
			os_pause(PAUSE);
		live_find_hooks(r->m, r->aux, r->f, &h);
		r->trouble = live_list_read(r->m, &h, r->a, r->out, r->err);
	}
}

enum live_trouble live_list_of(const struct live *l, const struct live_files *f, struct arena *a,
			       struct live_list *out, int *err)
{
	struct live_memory m = { .read = read_fd, .is64 = f->exe->elf.is64,
				 .swap = f->exe->elf.swap };
	struct live_auxv aux;
	struct reading r = { &m, &aux, f, a, out, err, LIVE_BUSY };
	int fd;

	memset(out, 0, sizeof(*out));
	*err = os_open(arena_printf(a, "/proc/%ld/mem", l->pid), &fd);
	if (*err != 0)
		return LIVE_UNREADABLE;
	m.ctx = &fd;
	live_parse_auxv(l->auxv, m.is64, m.swap, &aux);
	if (arena_run(a, read_list, &r) != ARENA_OK) {
		*err = ENOMEM;
		r.trouble = LIVE_BROKEN;
	}
	os_close(fd);
	return r.trouble;
}
