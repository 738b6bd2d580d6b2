/* musl_map.c - between "found" and "loaded": map_library, and the first look into the file.
 *
 * Where upstream decides: map_library and load_library in ldso/dynlink.c. Of the header only e_type
 * and the program headers count, read as the process's own class and byte order are. What does not
 * fit makes the process die rather than the open fail.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "loader/musl.h"
#include "loader/process.h"
#include "loader/segment.h"
#include "object/elfconst.h"

#define PHDRS_MAX 896 /* bytes of program headers that fit into the buffer on the stack */

struct map {
	struct process *p;
	const struct store_entry *en;
	const struct elf *e;
	uint64_t addr_min, addr_max, off_start, dyn;
	int *err;
};

static enum musl_map refuse(struct map *m, int err)
{
	*m->err = err;
	return MUSL_REFUSED;
}

static enum musl_map die(struct map *m, const struct store_file *file, int sig,
			 const char *assumes)
{
	struct failure *f = fail_signal(m->p, sig, file, NULL);

	f->object = m->en->path;
	f->assumes = assumes;
	return MUSL_DEAD;
}

/* ---- the header ------------------------------------------------------------------------------- */

/* May the program headers be read? 0 or errno. */
static int check_header(const struct world *w, const struct store_file *f, const struct elf *e)
{
	size_t header = w->is64 ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr);
	uint64_t size = (uint64_t)e->phnum * e->phentsize;

	if (f->bytes.n < header || (e->type != ET_DYN && e->type != ET_EXEC))
		return ENOEXEC;
	if (view_has(f->bytes, e->phoff, size))
		return 0;
	return e->phoff > INT64_MAX ? EINVAL : ENOEXEC;
}

/* The address of the last PT_DYNAMIC, in steps of whatever size the header says. */
static uint64_t find_dynamic(const struct elf *e)
{
	uint64_t dyn = 0, off = e->phoff;
	struct view v;

	for (size_t i = 0; i < e->phnum; i++, off += e->phentsize)
		if (view_sub(e->file, off, e->is64 ? 24 : 12, &v) && v.p != NULL &&
		    load32(v.p, e->swap) == PT_DYNAMIC)
			dyn = e->is64 ? load64(v.p + 16, e->swap) : load32(v.p + 8, e->swap);
	return dyn;
}

/* The extent of all segments. */
static void measure(struct map *m)
{
	const struct elf *e = m->e;

	m->dyn = find_dynamic(e);
	m->addr_min = UINT64_MAX;
	for (size_t i = 0; e->phdrs != NULL && i < e->phnum; i++) {
		const struct elf_phdr *ph = &e->phdrs[i];

		if (ph->type != PT_LOAD)
			continue;
		if (ph->vaddr < m->addr_min) {
			m->addr_min = ph->vaddr;
			m->off_start = ph->offset;
		}
		if (ph->vaddr + ph->memsz > m->addr_max)
			m->addr_max = ph->vaddr + ph->memsz;
	}
	m->addr_max = (m->addr_max + m->p->w->page - 1) & ~(m->p->w->page - 1);
	m->addr_min &= ~(m->p->w->page - 1);
	m->off_start &= ~(m->p->w->page - 1);
}

/* ---- mappings --------------------------------------------------------------------------------- */

static bool wants_exec_mapping(const struct elf *e)
{
	for (size_t i = 0; i < e->phnum; i++)
		if (e->phdrs[i].type == PT_LOAD && (e->phdrs[i].flags & PF_X) != 0)
			return true;
	return false;
}

/* A file of fixed address needs it free. Of others nobody knows where they lie. */
static bool address_taken(const struct map *m)
{
	if (m->e->type == ET_DYN || m->addr_min == 0)
		return false;
	for (size_t i = 0; i < m->p->images.n; i++) {
		const struct image *im = m->p->images.items[i];
		uint64_t from = UINT64_MAX;

		if (im->file == NULL || im->musl->dropped || im->file->elf.type != ET_EXEC)
			continue;
		for (size_t k = 0; k < im->file->elf.phnum; k++)
			if (im->file->elf.phdrs[k].type == PT_LOAD &&
			    im->file->elf.phdrs[k].vaddr < from)
				from = im->file->elf.phdrs[k].vaddr;
		if (m->addr_min < im->file->elf.load_end && from < m->addr_max)
			return true;
	}
	return false;
}

static int map_errno(const struct map *m)
{
	uint64_t space = m->p->w->is64 ? 0x7ffffffff000 : 0xfffff000;
	uint64_t length = m->addr_max - m->addr_min + m->off_start;

	if (length == 0)
		return EINVAL;
	if (m->addr_max < m->addr_min || length >= space)
		return ENOMEM;
	if (m->off_start + length < length)
		return EOVERFLOW;
	if (m->en->file->noexec && wants_exec_mapping(m->e))
		return EPERM;
	return address_taken(m) ? EBUSY : 0;
}

/* The rest of the last page of a writable segment is zeroed by hand, and then come pages of zeros. */
static enum musl_map map_bss(struct map *m, const struct store_file *file,
			     const struct elf_phdr *ph)
{
	const struct world *w = m->p->w;
	uint64_t brk = ph->vaddr + ph->filesz, page = (brk + w->page - 1) & ~(w->page - 1);
	uint64_t base = ph->vaddr & ~(w->page - 1);
	uint64_t in_file = (ph->offset & ~(w->page - 1)) + (brk & ~(w->page - 1)) - base;

	if (ph->memsz <= ph->filesz || (ph->flags & PF_W) == 0)
		return MUSL_MAPPED;
	if (page != brk && in_file >= m->e->limit)
		return die(m, file, SIGBUS, NULL);
	if (ph->vaddr + ph->memsz > page && w->memory != 0 &&
	    ph->vaddr + ph->memsz - page > w->memory) {
		process_assume(m->p, "the kernel grants no more memory than there is");
		return refuse(m, ENOMEM);
	}
	return MUSL_MAPPED;
}

static enum musl_map map_segments(struct map *m, const struct store_file *file)
{
	bool no_empty = musl_before(m->p->w, 2, 3); /* mmap of no bytes was asked for, too */
	enum musl_map r;

	for (size_t i = 0; i < m->e->phnum; i++) {
		const struct elf_phdr *ph = &m->e->phdrs[i];

		if (ph->type != PT_LOAD)
			continue;
		if (no_empty && ph->memsz == 0 && (ph->vaddr & (m->p->w->page - 1)) == 0 &&
		    ph->vaddr != m->addr_min)
			return refuse(m, EINVAL);
		r = map_bss(m, file, ph);
		if (r != MUSL_MAPPED)
			return r;
	}
	return MUSL_MAPPED;
}

/* ---- the first look --------------------------------------------------------------------------- */

/* The dynamic section is read to its end, and two names are looked up. */
static enum musl_map look_inside(struct map *m, const struct store_file *file)
{
	const struct object_facts *facts = facts_of(m->p->w, file);
	const struct elf *e = m->e;

	if (e->has_dynamic && e->dynamic_where == ELF_PAST_END)
		return die(m, file, SIGBUS, NULL);
	if (e->has_dynamic && e->dynamic_where == ELF_UNMAPPED)
		return die(m, file, SIGSEGV, m->e->dynamic.filesz == 0 ?
				   NULL :
				   "nothing of sense lies where its dynamic section should be");
	if (facts == NULL)
		return MUSL_MAPPED;
	if (!facts->hash.gnu && !facts->hash.sysv)
		return die(m, file, SIGSEGV, NULL);
	if (facts->hash.where != ELF_HERE)
		return die(m, file, facts->hash.where == ELF_PAST_END ? SIGBUS : SIGSEGV,
			   facts->hash.where == ELF_PAST_END ?
				   NULL :
				   "nothing of sense lies where its hash table should be");
	if (facts->hash.gnu && facts->hash.bloom_words == 0)
		return die(m, file, SIGSEGV, "nothing is mapped far behind its hash table");
	if (!facts->hash.gnu && facts->hash.sysv_nbuckets == 0)
		return die(m, file, SIGFPE, NULL);
	return MUSL_MAPPED;
}

enum musl_map musl_map(struct process *p, const struct store_entry *en,
		       const struct store_file **file, int *err)
{
	const struct world *w = p->w;
	const struct store_file *f = store_native(en->file, w->is64, w->big_endian);
	struct map m = { .p = p, .en = en, .err = err };
	enum musl_map r;

	if (en->file->st.type != OS_REGULAR)
		return refuse(&m, en->file->st.type == OS_DIRECTORY ? EISDIR : ENOEXEC);
	if (f == NULL)
		return refuse(&m, en->file->bytes.n == 0 ? ENOEXEC : ENOMEM);
	*file = f;
	m.e = &f->elf;
	*err = check_header(w, f, m.e);
	if (*err != 0)
		return MUSL_REFUSED;
	measure(&m);
	if (m.dyn == 0)
		return refuse(&m, ENOEXEC);
	if (m.e->nload == 0)
		return die(&m, f, SIGSEGV, "the loader does not survive a file without segments");
	*err = map_errno(&m);
	if (*err != 0)
		return MUSL_REFUSED;
	r = map_segments(&m, f);
	return r == MUSL_MAPPED ? look_inside(&m, f) : r;
}

bool musl_is_libc(const struct world *w, const struct store_file *f)
{
	const struct object_facts *facts = facts_of(w, f);

	return facts != NULL && musl_defines(facts, "__libc_start_main") &&
	       musl_defines(facts, "stdin");
}
