/* segment.c - the checks and mappings between "found" and "loaded".
 *
 * Where upstream decides: _dl_map_object_from_fd and _dl_map_segments (dl-load.c,
 * dl-map-segments.h), elf_get_dynamic_info, _dl_setup_hash. A file that is shorter than its
 * segments maps without complaint; the process dies when a missing page is touched.
 */
#include "loader/segment.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "loader/search.h"
#include "loader/text.h"
#include "object/elfconst.h"

struct seg {
	struct process *p;
	const struct store_entry *en;
	const struct elf *e;
	const char *asked;
	unsigned mode;
};

static struct failure *fail(struct seg *s, enum failure_kind kind, const char *string, int err)
{
	return fail_add(s->p, kind, s->asked, string, err);
}

struct failure *fail_signal(struct process *p, int sig, const struct store_file *file,
			    struct image *im)
{
	struct failure *f = fail_add(p, FAIL_SIGNAL, im != NULL ? im->name : "", NULL, 0);

	f->signal = sig;
	f->exit_status = 128 + sig;
	f->fatal = true;
	f->image = im;
	if (file != NULL) {
		f->wanted = file->elf.file_end;
		f->available = file->bytes.n;
	}
	return f;
}

static uint64_t align_down(uint64_t x, uint64_t to)
{
	return x & ~(to - 1);
}

static uint64_t align_up(uint64_t x, uint64_t to)
{
	return (x + to - 1) & ~(to - 1);
}

/* PT_LOAD in table order: addresses and offsets must agree within a page. */
static const char *alignment_error(const struct world *w, const struct elf *e)
{
	for (size_t i = 0; i < e->phnum; i++) {
		const struct elf_phdr *ph = &e->phdrs[i];
		uint64_t off = ph->vaddr - ph->offset;

		if (ph->type != PT_LOAD)
			continue;
		if (world_minor(w) >= 35) {
			if ((off & (w->page - 1)) != 0)
				return TEXT_OF(ALIGN_OFFSET, w);
			continue;
		}
		if ((ph->align & (w->page - 1)) != 0)
			return TEXT_OF(ALIGN_PAGE, w);
		if ((off & (ph->align - 1)) != 0)
			return TEXT_OF(ALIGN_OFFSET, w);
	}
	return NULL;
}

static bool no_dynamic(const struct elf *e)
{
	return (!e->has_dynamic && e->type == ET_DYN) || e->empty_dynamic;
}

static const struct elf_phdr *load_at(const struct elf *e, bool last)
{
	const struct elf_phdr *found = NULL;

	for (size_t i = 0; i < e->phnum; i++)
		if (e->phdrs[i].type == PT_LOAD && (last || found == NULL))
			found = &e->phdrs[i];
	return found;
}

/* Bytes of address space from the first to the last segment, as the first mmap asks for them. */
static uint64_t map_length(const struct world *w, const struct elf *e)
{
	const struct elf_phdr *first = load_at(e, false), *last = load_at(e, true);

	return last->vaddr + last->memsz - align_down(first->vaddr, w->page);
}

static bool wants_exec_mapping(const struct elf *e)
{
	for (size_t i = 0; i < e->phnum; i++)
		if (e->phdrs[i].type == PT_LOAD && (e->phdrs[i].flags & PF_X) != 0)
			return true;
	return false;
}

/* Zeroing the rest of the last page and mapping the zero pages behind it. */
static struct failure *map_bss(struct seg *s, const struct elf_phdr *ph)
{
	const struct world *w = s->p->w;
	uint64_t end = ph->vaddr + ph->filesz, zero_end = ph->vaddr + ph->memsz;
	uint64_t zero_page = align_up(end, w->page);
	uint64_t in_file = align_down(ph->offset + ph->filesz, w->page);

	if (zero_end <= end)
		return NULL;
	if (zero_page != end && in_file >= s->e->limit)
		return fail_signal(s->p, SIGBUS, s->en->file, NULL);
	if (zero_end > zero_page && w->memory != 0 && zero_end - zero_page > w->memory) {
		struct failure *f = fail(s, FAIL_MAP, TEXT_OF(ZERO_FILL, w),
					 world_minor(w) < 20 ? ENOMEM : 0);

		f->assumes = "the memory of this machine and the usual overcommit rule";
		return f;
	}
	return NULL;
}

static struct failure *map_segments(struct seg *s)
{
	const struct world *w = s->p->w;
	uint64_t space = w->is64 ? 0x7ffffffff000 : 0xfffff000;
	uint64_t length = map_length(w, s->e);
	bool noexec = s->en->file->noexec && wants_exec_mapping(s->e);
	struct failure *f;

	if (length == 0 || length > space || noexec) {
		int err = noexec ? EPERM : length == 0 ? EINVAL : ENOMEM;

		return fail(s, FAIL_MAP, TEXT_OF(MAP_FAILED, w), world_minor(w) < 20 ? err : 0);
	}
	for (size_t i = 0; i < s->e->phnum; i++) {
		f = s->e->phdrs[i].type == PT_LOAD ? map_bss(s, &s->e->phdrs[i]) : NULL;
		if (f != NULL)
			return f;
	}
	return NULL;
}

static struct failure *assert_fails(struct seg *s, enum assertion which)
{
	struct failure *f = fail(s, FAIL_ASSERTION, text_assertion(s->p, which), 0);

	f->fatal = true;
	return f;
}

/* elf_get_dynamic_info and _dl_setup_hash: read the dynamic section, assert its entry sizes. */
static struct failure *read_dynamic(struct seg *s)
{
	const struct elf *e = s->e;
	const struct world *w = s->p->w;
	bool rela_machine = w->machine != EM_386 && w->machine != EM_ARM && w->machine != EM_MIPS;
	struct elf_hash h;

	if (e->dynamic_where == ELF_PAST_END)
		return fail_signal(s->p, SIGBUS, s->en->file, NULL);
	if (e->has_dynamic && e->dynamic_where == ELF_UNMAPPED)
		return fail_signal(s->p, SIGSEGV, s->en->file, NULL);
	if (elf_has(e, ELF_DT_PLTREL) && rela_machine && e->dt[ELF_DT_PLTREL] != DT_RELA)
		return assert_fails(s, ASSERT_PLTREL);
	if (elf_has(e, ELF_DT_RELA) && rela_machine &&
	    e->dt[ELF_DT_RELAENT] != (e->is64 ? sizeof(Elf64_Rela) : sizeof(Elf32_Rela)))
		return assert_fails(s, ASSERT_RELAENT);
	if (elf_has(e, ELF_DT_RELR) && world_minor(w) >= 36 &&
	    e->dt[ELF_DT_RELRENT] != (e->is64 ? 8 : 4))
		return assert_fails(s, ASSERT_RELRENT);
	elf_hash_open(e, &h);
	if ((h.bloom_words & (h.bloom_words - 1)) != 0)
		return assert_fails(s, ASSERT_BLOOM);
	if (h.where == ELF_PAST_END)
		return fail_signal(s->p, SIGBUS, s->en->file, NULL);
	return NULL;
}

/* Machines on which a missing PT_GNU_STACK means an executable stack (stackinfo.h). */
static bool exec_stack_by_default(uint16_t machine)
{
	switch (machine) {
	case EM_X86_64:
	case EM_386:
	case EM_ARM:
	case EM_PPC:
	case EM_S390:
	case EM_MIPS:
	case EM_SPARC:
	case EM_SPARCV9:
	case EM_68K:
	case EM_ALPHA:
	case EM_PARISC:
	case EM_SH: return true;
	default: return false;
	}
}

bool segment_wants_exec_stack(const struct elf *e)
{
	if (!e->has_gnu_stack)
		return exec_stack_by_default(e->machine);
	return (e->gnu_stack.flags & PF_X) != 0;
}

/* Up to 2.40 all stacks are made executable; from 2.41 on only at a start. */
static struct failure *check_stack(struct seg *s)
{
	const struct world *w = s->p->w;

	if (s->p->stack_exec || !segment_wants_exec_stack(s->e))
		return NULL;
	if (world_minor(w) >= 41 && (s->mode & SEARCH_START) == 0)
		return fail(s, FAIL_EXEC_STACK, TEXT_OF(EXEC_STACK, w), EINVAL);
	if (world_minor(w) >= 41 && s->p->tunables->exec_stack == 0)
		return fail(s, FAIL_EXEC_STACK, TEXT_OF(EXEC_STACK, w), EINVAL);
	s->p->stack_exec = true;
	return NULL;
}

static struct failure *check_flags(struct seg *s)
{
	const struct world *w = s->p->w;
	uint64_t flags = s->e->dt[ELF_DT_FLAGS_1];

	if ((flags & DF_1_PIE) != 0 && world_minor(w) >= 30)
		return fail(s, FAIL_MAP, TEXT_OF(IS_PIE, w), 0);
	if ((flags & DF_1_NOOPEN) != 0 && (s->mode & SEARCH_DLOPEN) != 0)
		return fail(s, FAIL_MAP, TEXT_OF(NO_OPEN, w), 0);
	return NULL;
}

struct failure *segment_check(struct process *p, const struct store_entry *en, const char *asked,
			      unsigned mode)
{
	struct seg s = { p, en, &en->file->elf, asked, mode };
	const struct world *w = p->w;
	const char *alignment = alignment_error(w, s.e);
	struct failure *f;

	if (alignment != NULL)
		return fail(&s, FAIL_MAP, alignment, 0);
	if (s.e->nload == 0)
		return fail(&s, FAIL_MAP, TEXT_OF(NO_SEGMENTS, w), 0);
	if (s.e->type == ET_EXEC)
		return fail(&s, FAIL_MAP, TEXT_OF(IS_EXECUTABLE, w), 0);
	if (no_dynamic(s.e) && world_minor(w) >= 35)
		return fail(&s, FAIL_MAP, TEXT_OF(NO_DYNAMIC, w), 0);
	f = map_segments(&s);
	if (f != NULL)
		return f;
	if (no_dynamic(s.e))
		return fail(&s, FAIL_MAP, TEXT_OF(NO_DYNAMIC, w), 0);
	f = read_dynamic(&s);
	if (f == NULL)
		f = check_flags(&s);
	return f != NULL ? f : check_stack(&s);
}
