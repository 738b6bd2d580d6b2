/* code.c - reading the machine code of a whole file: see code.h. */
#include "machine/code.h"

#include <stdlib.h>
#include <string.h>

#include "object/elfconst.h"

enum {
	MAX_BYTES = 1 << 30,      /* of code read in one file */
	MAX_SEGMENTS = 16,        /* with code; real files have one or two */
	MAX_PATH = 200000,        /* instructions followed from the start of a file */
	MAX_DEPTH = 16,           /* calls within calls of these */
	MAX_STARTS = 4096         /* constructors looked at */
};

struct reading {
	const struct elf *e;
	struct code_decoder d;
	struct code_facts *c;
	const struct elf_phdr *code[MAX_SEGMENTS]; /* executable segments */
	size_t ncode;
	uint64_t most;            /* bytes of code to read: segments may show one byte twice */
	unsigned followed;
	uint64_t from;            /* the constructor that is followed */
	uint64_t main;            /* what RDI holds, 0 unknown */
};

/* ---- places ------------------------------------------------------------------------------- */

static void find_segments(struct reading *r)
{
	for (size_t i = 0; i < r->e->phnum; i++) {
		const struct elf_phdr *ph = &r->e->phdrs[i];

		if (ph->type != PT_LOAD || (ph->flags & PF_X) == 0 ||
		    ph->filesz > UINT64_MAX - ph->vaddr)
			continue;
		if (r->ncode == MAX_SEGMENTS) {
			r->c->cut = true;
			break;
		}
		r->code[r->ncode++] = ph;
	}
	r->most = r->e->file.n < MAX_BYTES / 2 ? 2 * r->e->file.n : MAX_BYTES;
}

static const struct elf_phdr *segment_of(const struct reading *r, uint64_t vaddr)
{
	for (size_t i = 0; i < r->ncode; i++)
		if (vaddr >= r->code[i]->vaddr && vaddr - r->code[i]->vaddr < r->code[i]->filesz)
			return r->code[i];
	return NULL;
}

/* The executable bytes from vaddr on. */
static bool code_at(const struct reading *r, uint64_t vaddr, struct view *out)
{
	return segment_of(r, vaddr) != NULL && elf_at(r->e, vaddr, 1, out) == ELF_HERE;
}

static void set_site(const struct reading *r, struct code_site *s, uint64_t vaddr,
		     uint64_t function, const struct code_step *step)
{
	const struct elf_phdr *ph = segment_of(r, vaddr);

	s->vaddr = vaddr;
	s->offset = ph != NULL ? vaddr - ph->vaddr + ph->offset : 0;
	s->function = function;
	s->size = (uint8_t)step->size;
	memcpy(s->text, step->text, sizeof(s->text));
}

/* ---- all functions ------------------------------------------------------------------------ */

static void use(struct reading *r, const struct code_step *s, uint64_t vaddr, uint64_t function)
{
	for (uint64_t left = s->isa; left != 0; left &= left - 1) {
		struct code_use *u = &r->c->use[__builtin_ctzll(left)];

		if (u->count < CODE_SITES)
			set_site(r, &u->sites[u->count], vaddr, function, s);
		u->count++;
	}
}

static void asks(struct reading *r, uint64_t vaddr, const struct code_step *s)
{
	if (!s->asks || r->c->dispatch != NULL)
		return;
	r->c->dispatch = r->e->machine == EM_AARCH64 ? "it reads the processor's identification"
						     : "it asks the processor (CPUID)";
	r->c->dispatch_at = vaddr;
}

static void read_function(struct reading *r, const struct elf_function *f)
{
	struct code_step s;
	struct view v;
	bool sse = false, vex = false;
	uint64_t seen = 0, n;

	if (!code_at(r, f->vaddr, &v))
		return;
	n = f->size < v.n ? f->size : v.n;
	for (uint64_t i = 0; i < n; i += s.size) {
		r->d.step(r->d.state, v.p + i, n - i, f->vaddr + i, &s);
		r->c->unknown += s.unknown;
		if (s.size == 0)
			break;
		r->c->instructions++;
		asks(r, f->vaddr + i, &s);
		use(r, &s, f->vaddr + i, f->vaddr);
		seen |= s.isa;
		sse = sse || s.sse;
		vex = vex || s.vex;
	}
	for (; seen != 0; seen &= seen - 1)
		r->c->use[__builtin_ctzll(seen)].functions++;
	r->c->functions++;
	r->c->bytes += n;
	r->c->plain += sse && !vex;
	r->c->vector += vex;
}

/* CPUID (0f a2) in code that no table tells of: assembler source without unwind information. */
static void asks_between(struct reading *r, uint64_t from, uint64_t to)
{
	const unsigned char *p;
	struct view v;

	if (r->e->machine != EM_X86_64 || r->c->dispatch != NULL || from >= to ||
	    !code_at(r, from, &v))
		return;
	if (to - from < v.n)
		v.n = (size_t)(to - from);
	p = memmem(v.p, v.n, "\x0f\xa2", 2);
	if (p == NULL)
		return;
	r->c->dispatch = "it asks the processor (CPUID)";
	r->c->dispatch_at = from + (uint64_t)(p - v.p);
}

static void asks_outside(struct reading *r, const struct elf_function *v, size_t n)
{
	for (size_t i = 0; i < r->ncode; i++) {
		uint64_t at = r->code[i]->vaddr, end = at + r->code[i]->filesz;

		for (size_t k = 0; k < n && v[k].vaddr < end; k++) {
			if (v[k].vaddr < at)
				continue;
			asks_between(r, at, v[k].vaddr);
			at = v[k].vaddr + v[k].size;
		}
		asks_between(r, at, end);
	}
}

static bool read_functions(struct reading *r)
{
	struct elf_function *v;
	size_t n;

	if (!elf_functions(r->e, &v, &n))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (r->c->bytes >= r->most) {
			r->c->cut = true;
			break;
		}
		read_function(r, &v[i]);
	}
	asks_outside(r, v, n);
	free(v);
	r->c->state = r->c->functions > 0 ? CODE_READ : CODE_NO_TABLE;
	return true;
}

/* ---- the start ---------------------------------------------------------------------------- */

enum way { WAY_ENDS, WAY_RETURNS };

static void start_use(struct reading *r, const struct code_step *s, uint64_t vaddr,
		      uint64_t function)
{
	for (uint64_t left = s->isa; left != 0; left &= left - 1) {
		struct code_use *u = &r->c->use[__builtin_ctzll(left)];

		if (u->start_from != 0)
			continue;
		set_site(r, &u->start, vaddr, function, s);
		u->start_from = r->from;
	}
}

/* Follows what certainly runs from vaddr on. A function of another file counts as one that comes
 * back. The recursion is bounded by `depth` and the whole by MAX_PATH. */
static enum way follow(struct reading *r, uint64_t vaddr, unsigned depth)
{
	uint64_t function = vaddr;
	struct code_step s;
	struct view v;

	if (depth > MAX_DEPTH)
		return WAY_ENDS;
	while (r->followed++ < MAX_PATH && code_at(r, vaddr, &v)) {
		r->d.step(r->d.state, v.p, v.n, vaddr, &s);
		if (s.size == 0 || s.asks)
			return WAY_ENDS;
		start_use(r, &s, vaddr, function);
		if (s.gives_main)
			r->main = s.target;
		vaddr += s.size;
		switch (s.flow) {
		case FLOW_NEXT:
		case FLOW_CALL_AWAY: break;
		case FLOW_CALL:
			if (follow(r, s.target, depth + 1) == WAY_ENDS)
				return WAY_ENDS;
			break;
		case FLOW_JUMP: vaddr = function = s.target; break;
		case FLOW_RETURN:
		case FLOW_AWAY: return WAY_RETURNS;
		default: return WAY_ENDS;
		}
	}
	return WAY_ENDS;
}

static void follow_from(struct reading *r, uint64_t vaddr)
{
	r->from = vaddr;
	r->c->started = true;
	follow(r, vaddr, 0);
}

/* The entry of a program, and main, which it hands to __libc_start_main. */
static void follow_entry(struct reading *r)
{
	if (r->e->entry == 0 || !r->e->has_interp)
		return;
	r->main = 0;
	follow_from(r, r->e->entry);
	if (r->main != 0 && r->e->machine == EM_X86_64)
		follow_from(r, r->main);
}

/* The values that relocation puts into [at, at + size): an addend, or a symbol of its own. */
static void follow_relocated(struct reading *r, uint64_t at, uint64_t size, size_t *starts)
{
	struct elf_relocs rel;
	struct elf_rel x;
	struct elf_sym s;

	elf_relocs_open(r->e, &rel);
	for (int t = ELF_REL; t <= ELF_PLT; t++) {
		if (!rel.rela[t])
			continue;
		for (uint64_t i = 0; elf_reloc(r->e, &rel, t, i, &x); i++) {
			uint64_t value = (uint64_t)x.addend;

			if (x.offset < at || x.offset - at >= size || *starts >= MAX_STARTS)
				continue;
			if (x.sym != 0 && elf_sym(r->e, x.sym, &s) && s.shndx != SHN_UNDEF)
				value += s.value;
			(*starts)++;
			follow_from(r, value);
		}
	}
}

/* Words that need no relocation, or one (RELR) that adds the base to what stands there. */
static void follow_words(struct reading *r, uint64_t at, uint64_t size, size_t *starts)
{
	uint64_t word = r->e->is64 ? 8 : 4;
	struct elf_table t;

	elf_table(r->e, at, size, (uint32_t)word, &t);
	for (uint64_t i = 0; i < t.n && *starts < MAX_STARTS; i++) {
		const unsigned char *p = t.p + i * word;
		uint64_t value = r->e->is64 ? load64(p, r->e->swap) : load32(p, r->e->swap);

		if (value == 0 || segment_of(r, value) == NULL)
			continue;
		(*starts)++;
		follow_from(r, value);
	}
}

static void follow_starts(struct reading *r)
{
	const struct elf *e = r->e;
	uint64_t at = e->dt[ELF_DT_INIT_ARRAY], size = e->dt[ELF_DT_INIT_ARRAYSZ];
	size_t starts = 0;

	if (elf_has(e, ELF_DT_INIT))
		follow_from(r, e->dt[ELF_DT_INIT]);
	if (elf_has(e, ELF_DT_INIT_ARRAY) && size <= UINT64_MAX - at) {
		follow_relocated(r, at, size, &starts);
		if (starts == 0)
			follow_words(r, at, size, &starts);
	}
	follow_entry(r);
}

/* ---- can it ask? -------------------------------------------------------------------------- */

/* Whose names tell of a choice at run time: those of the compilers, and of libraries that tell what
 * the processor has. Too many rather than too few: each only makes a statement weaker. */
static bool asks_by_name(const char *name)
{
	static const char *const known[] = { "__cpu_model", "__cpu_indicator_init",
					     "__cpu_features2", "getauxval", "__getauxval",
					     "elf_aux_info", "__x86_get_cpuid_feature_leaf" };
	static const char *const parts[] = { "cpuid", "cpu_info", "cpuinfo", "cpu_feature",
					     "cpu_flags", "cpu_support", "ia32cap", "CPUFeature",
					     "CpuInfo", "CpuFeature", "CPUInfo", "cpu_has",
					     "cpu_init", "intel_cpu" };

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strcmp(name, known[i]) == 0)
			return true;
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		if (strstr(name, parts[i]) != NULL)
			return true;
	return false;
}

static void asks_by_symbol(struct reading *r)
{
	uint64_t n = elf_sym_count(r->e);
	struct elf_sym s;

	for (uint64_t i = 1; i < n && r->c->dispatch == NULL && elf_sym(r->e, i, &s); i++) {
		const char *name = elf_sym_name(r->e, i);

		if (s.type == STT_GNU_IFUNC)
			r->c->dispatch = "it chooses functions when it is loaded (IFUNC)";
		else if (name != NULL && asks_by_name(name))
			r->c->dispatch = "its symbols speak of asking the processor";
	}
}

static void asks_by_relocation(struct reading *r)
{
	struct elf_relocs rel;
	struct elf_rel x;

	elf_relocs_open(r->e, &rel);
	for (int t = ELF_REL; t <= ELF_PLT && r->c->dispatch == NULL; t++)
		for (uint64_t i = 0; elf_reloc(r->e, &rel, t, i, &x); i++)
			if ((r->e->machine == EM_X86_64 && x.type == R_X86_64_IRELATIVE) ||
			    (r->e->machine == EM_AARCH64 && x.type == R_AARCH64_IRELATIVE)) {
				r->c->dispatch = "it chooses functions when it is loaded (IFUNC)";
				break;
			}
}

/* The kernel's list of what the processor has. */
static void asks_by_bytes(struct reading *r)
{
	for (size_t i = 0; i < r->e->phnum && r->c->dispatch == NULL; i++) {
		const struct elf_phdr *ph = &r->e->phdrs[i];
		struct view v;

		if (ph->type != PT_LOAD || (ph->flags & PF_W) != 0 ||
		    elf_at(r->e, ph->vaddr, 1, &v) != ELF_HERE)
			continue;
		if (ph->filesz < v.n)
			v.n = (size_t)ph->filesz;
		if (memmem(v.p, v.n, "/proc/cpuinfo", 13) != NULL)
			r->c->dispatch = "it names /proc/cpuinfo";
	}
}

/* ---- a file ------------------------------------------------------------------------------- */

static bool open_decoder(const struct elf *e, struct code_decoder *d, bool *foreign)
{
	*foreign = e->big_endian || !e->is64 || e->phdrs == NULL ||
		   (e->machine != EM_X86_64 && e->machine != EM_AARCH64);
	if (*foreign)
		return true;
	return e->machine == EM_X86_64 ? code_x86_open(d) : code_arm64_open(d);
}

struct code_facts *code_read(const struct elf *e)
{
	struct reading r = { .e = e };
	bool ok, foreign;

	r.c = calloc(1, sizeof(*r.c));
	if (r.c == NULL)
		return NULL;
	r.c->state = CODE_FOREIGN;
	ok = open_decoder(r.e, &r.d, &foreign);
	if (ok && !foreign) {
		find_segments(&r);
		ok = read_functions(&r);
		asks_by_symbol(&r);
		asks_by_relocation(&r);
		asks_by_bytes(&r);
		if (ok)
			follow_starts(&r);
		if (r.d.close != NULL)
			r.d.close(r.d.state);
	}
	if (ok)
		return r.c;
	free(r.c);
	return NULL;
}

static void *read_file(struct store_file *f)
{
	return code_read(&f->elf);
}

const struct code_facts *code_of(struct store *s, const struct store_file *f)
{
	return store_derived(s, f, STORE_CODE, read_file, free);
}

uint64_t code_contains(const struct code_facts *c)
{
	uint64_t isa = 0;

	for (unsigned i = 0; i < ISA_COUNT; i++)
		isa |= (uint64_t)(c->use[i].count > 0) << i;
	return isa;
}

uint64_t code_starts_with(const struct code_facts *c)
{
	uint64_t isa = 0;

	for (unsigned i = 0; i < ISA_COUNT; i++)
		isa |= (uint64_t)(c->use[i].start_from != 0) << i;
	return isa;
}

bool code_one(uint16_t machine, const unsigned char *p, size_t n, uint64_t vaddr,
	      struct code_step *out)
{
	struct code_decoder d;

	*out = (struct code_step){ .flow = FLOW_NEXT };
	if (machine == EM_X86_64 || machine == EM_386)
		return code_x86_one(machine == EM_X86_64, p, n, vaddr, out);
	if (machine != EM_AARCH64 || !code_arm64_open(&d))
		return false;
	d.step(d.state, p, n, vaddr, out);
	d.close(d.state);
	return true;
}
